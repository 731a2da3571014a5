"""Groups that can be read only, and the events that say so."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.add_column("groups", sa.Column("archived_at", sa.BigInteger))
