"""Contact requests, remarks (a user's own names for contacts), blocks, and settings for conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("contacts", sa.Column("remark", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "contact_requests",
        sa.Column("from_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("to_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("greeting", sa.String(255), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("contact_requests_by_to", "contact_requests", ["to_id"])
    op.create_table(
        "blocks",
        sa.Column("owner_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("blocked_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("blocks_by_blocked", "blocks", ["blocked_id"])
    op.create_table(
        "conversation_settings",
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("scope", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("target", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("muted", sa.Boolean, nullable=False, server_default=sa.false()),
    )
