"""
Which connections there were, and which frames were refused: for C{hichat trace}.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "connections",
        sa.Column("id", id_type, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("device", sa.BigInteger, nullable=False),
        sa.Column("dialect", sa.String(2), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("node", sa.SmallInteger),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.BigInteger),
        sa.Column("code", sa.SmallInteger),
    )
    op.create_index("connections_of_user", "connections", ["user_id", "opened"])
    op.create_table(
        "refusals",
        sa.Column("id", id_type, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("device", sa.BigInteger, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("ix_refusals_at", "refusals", ["at"])
    op.create_index("refusals_of_user", "refusals", ["user_id", "at"])
