"""Messages are pinned in a conversation, and saved by a user."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pins",
        sa.Column("conversation", Id, sa.ForeignKey("conversations.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("place", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "saved_messages",
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("place", sa.BigInteger, nullable=False),
    )
    op.create_index("saved_messages_by_place", "saved_messages", ["user_id", "place"])
