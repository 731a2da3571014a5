"""
Copying a store into an empty one, on SQLite or PostgreSQL, whichever either of them is on.

Rows go in the order of their keys, in steps of one transaction each. The source is read in one snapshot. Indexes,
foreign keys and triggers of the target are taken away first and made again behind the rows. Then all rows of both are
read again and compared.

A copy that was killed goes on behind the rows that are there: the target has a note of its own in L{NOTES}. Until it is
whole no daemon starts on it, because it has no migration's number.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, String, Table, event, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from hichat.core.errors import StartError
from hichat.storage.engine import driver, driver_message
from hichat.storage.migrate import KNOWN, NEWEST_REVISION, UNFINISHED_COPY, migrate, newest_in
from hichat.storage.tables import (
    compatibility,
    conversations,
    epochs,
    events,
    groups,
    metadata,
    nodes,
    receipts,
    users,
)

ROWS_IN_STEP = 10_000
"""Rows in a step."""

NOTES = "hichat_copy"
"""The table in the target in which a copy notes what it needs to go on."""

LEFT_OUT = frozenset({nodes, receipts, compatibility})
"""Tables that are of the daemons at work, or of the migrations; the target has its own."""

COPIED = tuple(table for table in metadata.sorted_tables if table not in LEFT_OUT)
"""The tables that are copied."""

_WITH_SEQUENCE = tuple(table for table in COPIED if table.autoincrement_column is not None)

NUMBERED = tuple(table for table in _WITH_SEQUENCE if table not in (conversations, groups))
"""The tables whose ids the database gives; others get them from the log's writer."""

OnRows = Callable[[int], object]
"""Called with the number of rows that were copied or compared."""


class CopiedTable:
    """
    A table, as it is read and written on either database.

    @param table: its declaration.
    """

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self._columns = list(table.columns)
        self._key = [column for column in self._columns if column.primary_key]
        self._places = [self._columns.index(column) for column in self._key]

    def rows_after(self, connection: Connection, key: Sequence[Any]) -> list[tuple[Any, ...]]:
        """
        @param key: the key of the last row before them; empty: begin.
        @return: the next rows, at most L{ROWS_IN_STEP}, in the order of their keys.
        """
        is_sqlite = connection.dialect.name == "sqlite"
        mark = "?" if is_sqlite else "%s"
        # A text in a column of bytes is no value of PostgreSQL.
        shown = ", ".join(
            f"CAST({column.name} AS BLOB)" if is_sqlite and isinstance(column.type, LargeBinary) else column.name
            for column in self._columns
        )
        order = ", ".join(self._order(is_sqlite))
        behind = f"WHERE ({order}) > ({', '.join([mark] * len(key))}) " if key else ""
        ordered = f"ORDER BY {order} " if self._key else ""
        query = f"SELECT {shown} FROM {self.name} {behind}{ordered}LIMIT {ROWS_IN_STEP}"  # noqa: S608
        with driver(connection) as own:
            found = own.execute(query, tuple(key)) if is_sqlite else own.execute(query, tuple(key), binary=True)
            rows: list[tuple[Any, ...]] = found.fetchall()
            return rows

    def key_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """@return: the row's key; empty: the table has none, and few rows."""
        return tuple(row[place] for place in self._places)

    def last_key(self, connection: Connection) -> tuple[Any, ...]:
        """@return: the greatest key; empty: there is no row, or no key."""
        if not self._key:
            return ()
        order = ", ".join(f"{each} DESC" for each in self._order(connection.dialect.name == "sqlite"))
        names = ", ".join(column.name for column in self._key)
        with driver(connection) as own:
            row = own.execute(f"SELECT {names} FROM {self.name} ORDER BY {order} LIMIT 1").fetchone()  # noqa: S608
        return tuple(row or ())

    def _order(self, is_sqlite: bool) -> Iterator[str]:
        for column in self._key:
            # SQLite compares bytes; PostgreSQL compares as the database's language does, unless told otherwise.
            is_text = isinstance(column.type, String) and not is_sqlite
            yield f'{column.name} COLLATE "C"' if is_text else column.name

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows."""
        names = ", ".join(column.name for column in self._columns)
        with driver(connection) as own:
            if connection.dialect.name == "sqlite":
                marks = ", ".join("?" * len(self._columns))
                own.executemany(f"INSERT INTO {self.name} ({names}) VALUES ({marks})", rows)  # noqa: S608
                return
            with own.cursor() as cursor, cursor.copy(f"COPY {self.name} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)

    def empty(self, connection: Connection) -> None:
        """Delete all rows."""
        connection.exec_driver_sql(f"DELETE FROM {self.name}")  # noqa: S608

    def count(self, connection: Connection) -> int:
        """@return: the number of rows."""
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {self.name}").scalar() or 0)  # noqa: S608


def count_rows(source: Connection) -> int:
    """@return: the number of rows to copy."""
    return sum(CopiedTable(table).count(source) for table in COPIED)


def copy_store(source: Connection, target: Engine, advance: OnRows) -> dict[str, int]:
    """
    Copy a store, or go on with a copy that was interrupted.

    @param source: in a snapshot of a store that has the tables of this version. If a copy goes on, nothing but rows
        that are left out may have changed since it began; what has changed otherwise is copied anew.
    @param target: a database without rows, or with those of the interrupted copy.
    @param advance: called with the number of rows; in the end twice L{count_rows}.
    @return: the number of rows of each table.
    @raise StartError: the source has other tables, the target is not empty, or a value does not fit.
    """
    tables = [CopiedTable(table) for table in COPIED]
    try:
        _prepare(source, target)
        with _hastened(target):
            for table in tables:
                _copy(table, source, target, advance)
            counts = {table.name: _compare(table, source, target, advance) for table in tables}
            _make_again(target)
        _open(target)
    except DBAPIError as e:
        raise StartError(f"hichat: the store cannot be copied: {driver_message(e)}") from e
    return counts


def _prepare(source: Connection, target: Engine) -> None:
    if newest_in(source.engine) != KNOWN:
        raise StartError(
            "hichat: the store is not of this version; start its daemon once, which migrates it, or update"
        )
    name = str(source.scalar(select(epochs.c.name).order_by(epochs.c.number).limit(1)))
    with target.connect() as connection:
        noted = _notes(connection) if inspect(connection).has_table(NOTES) else None
    if noted is not None:
        if noted["source"] != name:
            raise StartError("hichat: the target has an unfinished copy of another store; name an empty database")
        return
    migrate(target)
    with _writing(target) as connection:
        if any(connection.scalar(select(func.count()).select_from(table)) for table in (users, events)):
            raise StartError("hichat: the target has users or messages already; name an empty database")
        connection.exec_driver_sql(f"CREATE TABLE {NOTES} (name VARCHAR(16) PRIMARY KEY, value TEXT NOT NULL)")
        again = _take_away(connection)
        # Those that refer to others come first.
        for table in reversed(COPIED):
            CopiedTable(table).empty(connection)
        connection.execute(_NOTE, [{"name": "source", "value": name}, {"name": "again", "value": json.dumps(again)}])
        connection.execute(_MARK, {"revision": UNFINISHED_COPY})


_NOTE = text(f"INSERT INTO {NOTES} (name, value) VALUES (:name, :value)")  # noqa: S608
_MADE = text(f"UPDATE {NOTES} SET value = :value WHERE name = 'again'")  # noqa: S608
_MARK = text("UPDATE alembic_version SET version_num = :revision")


def _notes(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(f"SELECT name, value FROM {NOTES}")  # noqa: S608
    return {row.name: row.value for row in rows}


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that may take long."""
    with engine.connect().execution_options(write=True, patient=True) as connection, connection.begin():
        yield connection


@contextmanager
def _hastened(engine: Engine) -> Iterator[None]:
    """SQLite does not wait for the disk at each commit, and checks no references; both come in the end."""
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()
    event.listen(engine, "connect", _hasten)
    try:
        yield
    finally:
        event.remove(engine, "connect", _hasten)
        engine.dispose()


def _hasten(connection: Any, _record: Any) -> None:
    for pragma in ("foreign_keys = OFF", "synchronous = NORMAL", "cache_size = -64000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _take_away(connection: Connection) -> list[str]:
    """
    Drop the indexes and foreign keys, and the triggers, which may forbid to delete a row.

    @return: the statements that make them again.
    """
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql > ''"
        found = connection.exec_driver_sql(query).all()
        for kind, name, _ in found:
            connection.exec_driver_sql(f"DROP {kind} {name}")
        return [made for _, _, made in found]
    names = [table.name for table in COPIED]
    constraints = connection.execute(_CONSTRAINTS, {"names": names}).all()
    for table, name, _ in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.execute(_INDEXES, {"names": names}).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    again = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}" for table, name, made in constraints]
    # Keys that others refer to come first.
    again.sort(key=lambda statement: "FOREIGN KEY" in statement)
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    return [made for _, made in indexes] + again + [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names]


_CONSTRAINTS = text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype IN ('f', 'u') AND connamespace = current_schema()::regnamespace "
    "AND conrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(:names)) ORDER BY contype, conname"
)
_INDEXES = text(
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(:names) "
    "AND relnamespace = current_schema()::regnamespace) AND NOT indisprimary "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
)


def _copy(table: CopiedTable, source: Connection, target: Engine, advance: OnRows) -> None:
    with target.connect() as connection, connection.begin():
        key = table.last_key(connection)
        done = table.count(connection) if key else 0
    advance(done)
    while True:
        rows = table.rows_after(source, key)
        try:
            with _writing(target) as connection:
                if not key:
                    table.empty(connection)
                table.write(connection, rows)
        except DBAPIError as e:
            raise StartError(f"hichat: the table {table.name} cannot be copied: {driver_message(e)}") from e
        advance(len(rows))
        key = table.key_of(rows[-1]) if rows else ()
        if len(rows) < ROWS_IN_STEP or not key:
            return


def _make_again(target: Engine) -> None:
    """Make what was taken away, and set the sequences: all of it, or nothing. Then all is on the disk."""
    with _writing(target) as connection:
        for statement in json.loads(_notes(connection)["again"]):
            connection.exec_driver_sql(statement)
        # If it is interrupted now, the next copy has nothing more to make.
        connection.execute(_MADE, {"value": json.dumps([])})
        if connection.dialect.name == "postgresql":
            _set_sequences(connection)
        else:
            _check_references(connection)
    if target.dialect.name == "postgresql":
        with _writing(target) as connection:
            # Without it the planner takes the tables for empty.
            connection.exec_driver_sql("ANALYZE")
    else:
        _sync(target)


def _open(target: Engine) -> None:
    """Let daemons use it."""
    with _writing(target) as connection:
        connection.exec_driver_sql(f"DROP TABLE {NOTES}")
        connection.execute(_MARK, {"revision": NEWEST_REVISION})


def _set_sequences(connection: Connection) -> None:
    for table in _WITH_SEQUENCE:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        last = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StartError(f"hichat: a row of {broken[0]} refers to no row of {broken[2]}; see `hichat check --deep`")


def _compare(table: CopiedTable, source: Connection, target: Engine, advance: OnRows) -> int:
    """
    Compare all rows.

    @return: their number.
    @raise StartError: they differ.
    """
    for again in (True, False):
        count = _equal_rows(table, source, target, advance)
        if count is not None:
            return count
        if again:
            # The source has changed since the copy began.
            with _writing(target) as connection:
                table.empty(connection)
            _copy(table, source, target, lambda rows: None)
    raise StartError(f"hichat: the copy of the table {table.name} differs; try another database")


def _equal_rows(table: CopiedTable, source: Connection, target: Engine, advance: OnRows) -> int | None:
    """@return: the number of rows, if they are the same; else None."""
    key: Sequence[Any] = ()
    count = 0
    with target.connect() as connection, connection.begin():
        while True:
            rows = table.rows_after(source, key)
            if table.rows_after(connection, key) != rows:
                return None
            count += len(rows)
            advance(len(rows))
            if len(rows) < ROWS_IN_STEP:
                return count
            key = table.key_of(rows[-1])


def _sync(target: Engine) -> None:
    """Write all of SQLite's file to the disk."""
    with target.connect() as connection, driver(connection) as own:
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    descriptor = os.open(str(target.url.database), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_unfinished(engine: Engine) -> bool:
    """@return: whether a database has a copy that was interrupted."""
    with engine.connect() as connection:
        return inspect(connection).has_table(NOTES)
