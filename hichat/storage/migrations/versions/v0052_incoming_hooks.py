"""
Incoming hooks: addresses by which other programs write into a group.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "incoming_hooks",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("group_id", number, sa.ForeignKey("groups.id"), nullable=False),
        sa.Column("bot_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("device_id", number, sa.ForeignKey("devices.id"), nullable=False),
        sa.Column("maker_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("calls_all", sa.Boolean, nullable=False),
        sa.Column("signing_key", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failed_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failure", sa.String(64), nullable=False, server_default=""),
    )
    op.create_index("incoming_hooks_by_group", "incoming_hooks", ["group_id"])
    op.create_index("incoming_hooks_by_bot", "incoming_hooks", ["bot_id"])
