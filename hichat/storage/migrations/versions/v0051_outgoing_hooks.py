"""
Outgoing hooks, and their last deliveries.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outgoing_hooks",
        sa.Column("id", number, primary_key=True),
        sa.Column("mark", sa.String(32), nullable=False, unique=True),
        sa.Column("owner_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("scope", sa.SmallInteger, nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2048), nullable=False),
        sa.Column("kinds", sa.String(1024), nullable=False),
        sa.Column("secret", sa.LargeBinary(128), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(128)),
        sa.Column("old_until", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("off", sa.String(16), nullable=False, server_default=""),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("outgoing_hooks_by_place", "outgoing_hooks", ["scope", "target"])
    op.create_index("outgoing_hooks_by_owner", "outgoing_hooks", ["owner_id"])
    op.create_table(
        "hook_deliveries",
        sa.Column("hook_id", number, sa.ForeignKey("outgoing_hooks.id"), primary_key=True, autoincrement=False),
        sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("took", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("trouble", sa.String(400), nullable=False),
        sa.Column("answer", sa.String(1024), nullable=False),
    )
