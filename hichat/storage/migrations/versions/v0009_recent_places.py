"""A small first tier of the index by conversation: it takes entries that are scattered over many conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recent_places",
        sa.Column("conversation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    for name in ("recent", "merged_conversation", "merged_position"):
        op.add_column("places_head", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
