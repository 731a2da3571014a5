"""
Conversations whose holds keep texts of accounts that were deleted: they go when the hold ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "erasures_apart",
        sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("conversation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False, server_default="0"),
    )
