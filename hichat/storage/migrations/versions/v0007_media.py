"""Uploaded files, and which messages use them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("owner_id", Id, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("type", sa.String(128), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("room", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("unused_since", sa.BigInteger),
    )
    op.create_index("media_by_owner", "media", ["owner_id", "room"])
    op.create_index("media_unused", "media", ["unused_since"])
    op.create_table(
        "media_uses",
        sa.Column("media_id", sa.String(22), sa.ForeignKey("media.id"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("media_uses_by_position", "media_uses", ["position"])
    op.create_table("media_head", sa.Column("position", sa.BigInteger, nullable=False))
    # No earlier message uses a file of the table.
    op.execute("INSERT INTO media_head (position) SELECT coalesce(max(position), 0) FROM events")
