"""Conversations are archived, hidden, marked as unread, muted for a time, or call for mentions only."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("archived", "hidden", "muted_until", "unread_from", "unread_at"):
        op.add_column("conversation_settings", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column(
        "conversation_settings", sa.Column("mentions_only", sa.Boolean, nullable=False, server_default=sa.false())
    )
