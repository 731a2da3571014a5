"""Phone numbers have their country codes (ITU-T E.164). Until now they were Chinese mobile numbers without one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    users = sa.table("users", sa.column("phone", sa.String))
    op.execute(users.update().where(users.c.phone.like("1%")).values(phone="+86" + users.c.phone))
