"""Recalled and own messages are not unread: recalls have an index, and the entries of places have the sender."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    recalls = sa.text("kind = 3")
    op.create_index(
        "events_recalled", "events", ["conversation", "subject"], sqlite_where=recalls, postgresql_where=recalls
    )
    for name in ("places", "recent_places"):
        op.add_column(name, sa.Column("sender", sa.BigInteger))
        # Entries of an earlier version that still runs beside this one keep NULL.
        op.execute(
            f"UPDATE {name} SET sender = CASE WHEN events.kind = 1 THEN events.sender ELSE 0 END "  # noqa: S608
            f"FROM events WHERE events.position = {name}.position"
        )
