"""Columns by which names are compared, beside their case: one name, one look. And names that rest."""

import sqlalchemy as sa
from alembic import op

from hichat.core.lookalikes import columns_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHUNK = 1000
"""Names that are read and written together."""


def upgrade() -> None:
    for table in ("users", "groups"):
        for column, length in (("name_match", 192), ("name_look", 192), ("name_script", 32)):
            op.add_column(table, sa.Column(column, sa.String(length)))
        _fill(table)
        op.create_index(f"{table}_by_match", table, ["name_match"])
        op.create_index(f"{table}_by_look", table, ["name_look", "name_script"])
    op.create_table(
        "resting_names",
        sa.Column("name_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("look_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("script", sa.String(32), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("resting_names_by_look", "resting_names", ["look_hash"])
    op.create_index("resting_names_by_user", "resting_names", ["user_id"])


def _fill(name: str) -> None:
    """Fill the columns. All names stay, even two that are equal by the new columns."""
    names = ("name_match", "name_look", "name_script")
    table = sa.table(name, *map(sa.column, ("id", "name", "name_key", *names)))
    connection = op.get_bind()
    live = sa.select(table.c.id, table.c.name).where(table.c.name_key.is_not(None)).order_by(table.c.id).limit(CHUNK)
    setting = sa.update(table).where(table.c.id == sa.bindparam("row"))
    setting = setting.values({each: sa.bindparam(f"new_{each}") for each in names})
    last = 0
    while rows := connection.execute(live.where(table.c.id > last)).all():
        last = rows[-1].id
        made = ((row.id, columns_of(row.name)) for row in rows)
        connection.execute(setting, [{"row": id_, **{f"new_{each}": of[each] for each in names}} for id_, of in made])
