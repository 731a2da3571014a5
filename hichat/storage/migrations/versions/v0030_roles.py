"""
The roles of users. Those who were administrators stay administrators.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
compatible = True

MEMBER, ADMINISTRATOR = 2, 4


def upgrade() -> None:
    for table in ("users", "invites"):
        op.add_column(table, sa.Column("role", sa.SmallInteger, nullable=False, server_default=str(MEMBER)))
    users = sa.table("users", sa.column("role", sa.SmallInteger), sa.column("administrator", sa.Boolean))
    op.execute(users.update().where(users.c.administrator).values(role=ADMINISTRATOR))
