"""A backup of a store that is put back, on both stores."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text

from hichat.storage.store import Store
from hichat.storage.tables import metadata


class Backup:
    """
    All rows of a store, and where the sequences of ids stood: as C{VACUUM INTO} and C{pg_dump} keep them.

    @param store: the store, as it is now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.snapshot() as connection:
            self._rows = {
                table: [row._asdict() for row in connection.execute(select(table))] for table in metadata.sorted_tables
            }
            self._sequences: dict[str, Any] = {
                name: connection.execute(text(f"SELECT last_value, is_called FROM {name}")).one()
                for name in _sequences(connection)
            }

    def put_back(self) -> None:
        """Put the rows back: whatever came after them is gone, and its ids are given out again."""
        with self._store.transaction() as connection:
            for table in reversed(self._rows):
                connection.execute(delete(table))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(insert(table), rows)
            for name, (last, is_called) in self._sequences.items():
                connection.execute(select(func.setval(name, last, is_called)))


def _sequences(connection: Connection) -> list[str]:
    """@return: the names of the sequences; none on SQLite, whose next id is the largest plus one."""
    if connection.dialect.name != "postgresql":
        return []
    return list(connection.scalars(text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")))
