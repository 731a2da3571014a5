"""
Bots: accounts without a password, which are marked so, and their tokens.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
compatible = True


number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("bot", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "bots",
        sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("stopped", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_index("bots_by_owner", "bots", ["owner_id"])
    op.create_table(
        "bot_tokens",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("bot_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("device_id", number, sa.ForeignKey("devices.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("scopes", sa.SmallInteger, nullable=False),
        sa.Column("conversations", sa.String(1024)),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.UniqueConstraint("bot_id", "name", name="bot_tokens_key"),
    )
