"""A display name beside the name to log in with, and the words of both, by which people are found."""

import sqlalchemy as sa
from alembic import op

from hichat.core.lookalikes import found_by

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHUNK = 1000
"""Users who are read and written together."""


def upgrade() -> None:
    op.add_column("users", sa.Column("display_name", sa.String(64), nullable=False, server_default=""))
    for column, length in (
        ("display_match", 192),
        ("display_look", 192),
        ("display_script", 32),
        ("found_by", 400),
    ):
        op.add_column("users", sa.Column(column, sa.String(length)))
    parts = ("match", "look", "script")
    names = [f"{kind}_{part}" for kind in ("name", "display") for part in parts]
    users = sa.table("users", *map(sa.column, ("id", "name", "name_key", "display_name", "found_by", *names)))
    same = {f"display_{part}": users.c[f"name_{part}"] for part in parts}
    op.execute(users.update().values(display_name=users.c.name, **same))
    _fill(users)
    op.create_index("users_by_display_match", "users", ["display_match"])
    op.create_index("users_by_display_look", "users", ["display_look", "display_script"])
    op.create_index("users_by_words", "users", ["found_by"])


def _fill(users: sa.TableClause) -> None:
    """Fill the words of all users whose accounts were not deleted."""
    connection, c = op.get_bind(), users.c
    live = sa.select(c.id, c.name).where(c.name_key.is_not(None)).order_by(c.id).limit(CHUNK)
    setting = sa.update(users).where(c.id == sa.bindparam("row")).values(found_by=sa.bindparam("words"))
    last = 0
    while rows := connection.execute(live.where(c.id > last)).all():
        last = rows[-1].id
        connection.execute(setting, [{"row": row.id, "words": found_by(row.name, row.name)} for row in rows])
