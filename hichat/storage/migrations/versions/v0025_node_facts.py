"""
What each daemon of a store says of itself now and then. A daemon of an earlier version leaves these columns empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodes", sa.Column("address", sa.String(300)))
    for name in ("seen", "connections", "position", "lag"):
        op.add_column("nodes", sa.Column(name, sa.BigInteger))
