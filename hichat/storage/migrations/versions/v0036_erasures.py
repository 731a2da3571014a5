"""
Accounts that were deleted, and whose texts and files are still to be removed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("users.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("removes", sa.Boolean),
        sa.Column("conversation", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("position", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("texts", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("files", sa.Boolean, nullable=False, server_default=sa.true()),
    )
