"""The numbers of sessions are random, and larger. SQLite's integers are large enough as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("sessions", "number", type_=sa.BigInteger)
