"""Devices and client ids, marks, and the index of conversations that lags behind the log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.UniqueConstraint("user_id", "name", name="devices_key"),
    )
    op.create_index("conversations_by_second", "conversations", ["second", "scope"])
    op.add_column("events", sa.Column("device", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("counter", sa.BigInteger, nullable=False, server_default="0"))
    numbered, about = sa.text("counter > 0"), sa.text("kind IN (2, 3, 4)")
    op.create_index(
        "events_by_counter",
        "events",
        ["device", "counter"],
        unique=True,
        sqlite_where=numbered,
        postgresql_where=numbered,
    )
    op.create_index("events_by_message", "events", ["subject", "position"], sqlite_where=about, postgresql_where=about)
    op.create_table(
        "places",
        sa.Column("conversation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table("places_head", sa.Column("position", sa.BigInteger, nullable=False))
    # The existing log is indexed here, so the first commit need not do it.
    op.execute("INSERT INTO places SELECT conversation, position FROM events ORDER BY conversation, position")
    op.execute("INSERT INTO places_head SELECT coalesce(max(position), 0) FROM events")
    op.drop_index("events_by_conversation", "events")
    op.create_table(
        "marks",
        sa.Column("conversation", Id, sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False),
        sa.Column("read_n", sa.BigInteger, nullable=False),
    )
