"""The last message of each user in each conversation: unread messages are counted from there, however old it is."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("places", "recent_places"):
        # Entries of a version before 0013 that still ran beside one with it.
        op.execute(
            f"UPDATE {name} SET sender = CASE WHEN events.kind = 1 THEN events.sender ELSE 0 END "  # noqa: S608
            f"FROM events WHERE events.position = {name}.position AND {name}.sender IS NULL"
        )
    op.create_table(
        "authors",
        sa.Column("conversation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sender", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO authors SELECT conversation, sender, max(position) FROM places "
        "WHERE sender > 0 GROUP BY conversation, sender"
    )
    op.add_column("places_head", sa.Column("authored", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE places_head SET authored = position")
