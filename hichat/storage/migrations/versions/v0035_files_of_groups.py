"""In which group the message is that uses a file: so the files of a group are counted without reading its messages."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
compatible = True

GROUP = 2
"""The scope of events in groups."""


def upgrade() -> None:
    op.add_column("media_uses", sa.Column("group_id", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        f"UPDATE media_uses SET group_id = events.target FROM events "  # noqa: S608
        f"WHERE events.position = media_uses.position AND events.scope = {GROUP}"
    )
    in_a_group = sa.text("group_id > 0")
    op.create_index(
        "media_uses_by_group",
        "media_uses",
        ["group_id", "media_id"],
        sqlite_where=in_a_group,
        postgresql_where=in_a_group,
    )
