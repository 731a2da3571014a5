"""
Inserting many rows at once, through the driver: through SQLAlchemy a row costs more than all the rest of a message. And
reading many integers at once.

On PostgreSQL rows of several tables are one statement, which the server gets in one message. While the server waits for
the rest of a message, its limit of idle transactions goes on (see L{hichat.storage.engine}): so a client that stops in
the middle does not hold the log's lock for long. Inside COPY no limit of the server applies. Each column is an array in
the binary format, which costs as much as COPY does.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from struct import Struct
from sys import byteorder
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, Table, text

from hichat.storage.engine import driver

ROWS_IN_STATEMENT = 128
"""The most rows in one statement on SQLite."""


class Rows(NamedTuple):
    """
    Rows to insert.

    @ivar into: the table.
    @ivar rows: a value for each of its columns: integers and bytes.
    @ivar replaces: whether a row takes the place of the one that has the same primary key.
    """

    into: Table
    rows: Collection[tuple[Any, ...]]
    replaces: bool = False


def put(connection: Connection, *several: Rows) -> None:
    """Insert rows into several tables, which do not refer to each other. On PostgreSQL it takes one round trip."""
    wanted = [each for each in several if each.rows]
    if not wanted:
        return
    with driver(connection) as own:
        if connection.dialect.name == "postgresql":
            statement = _insertion_of_arrays(tuple((each.into, each.replaces) for each in wanted))
            # Prepared: then the arrays come in the first message, and not behind one with the statement.
            own.execute(statement, [column for each in wanted for column in _columns(each)], prepare=True).close()
        else:
            for each in wanted:
                _insert(own, each)


class Integers:
    """
    A query whose columns are integers, and which gives all rows at once: SQLite's driver releases the interpreter's
    lock for each row, and gets it back only when the reactor's thread waits. Whoever holds the write lock meanwhile
    keeps everybody from writing.

    @param query: for SQLite and for PostgreSQL, with named parameters.
    @param columns: the names of its columns.
    """

    def __init__(self, query: Mapping[str, str], *columns: str) -> None:
        rows = f"SELECT json_group_array(json_array({', '.join(columns)})) FROM ({query['sqlite']})"  # noqa: S608
        self._sqlite, self._postgresql = text(rows), text(query["postgresql"])

    def rows(self, connection: Connection, **parameters: object) -> list[tuple[int, ...]]:
        """@return: the rows, in the order of the query."""
        if connection.dialect.name == "sqlite":
            return [tuple(row) for row in json.loads(connection.scalar(self._sqlite, parameters) or "[]")]
        return [tuple(row) for row in connection.execute(self._postgresql, parameters)]


# SQLite


def _insert(own: Any, given: Rows) -> None:
    """
    Insert with few statements, and not one for each row as C{executemany}: SQLite's driver releases the interpreter's
    lock in each statement, and gets it back only when the reactor's thread waits.
    """
    rows = list(given.rows)
    at, size = 0, ROWS_IN_STATEMENT
    while at < len(rows):
        while size > len(rows) - at:
            size //= 2
        statement = _insertion_of_rows(given.into, given.replaces, size)
        own.execute(statement, list(chain.from_iterable(rows[at : at + size]))).close()
        at += size


@lru_cache(maxsize=32)
def _insertion_of_rows(into: Table, replaces: bool, rows: int) -> str:
    row = f"({', '.join('?' * len(into.columns))})"
    return f"{_insertion(into)} VALUES {', '.join([row] * rows)}{_replacement(into) if replaces else ''}"


def _insertion(into: Table) -> str:
    return f"INSERT INTO {into.name} ({', '.join(into.columns.keys())})"


def _replacement(into: Table) -> str:
    key = ", ".join(column.name for column in into.columns if column.primary_key)
    others = ", ".join(f"{each.name} = excluded.{each.name}" for each in into.columns if not each.primary_key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {others}"


# PostgreSQL


@lru_cache(maxsize=32)
def _insertion_of_arrays(tables: tuple[tuple[Table, bool], ...]) -> str:
    """@return: one statement for all: common table expressions that write, and the last insertion."""
    *before, last = (
        f"{_insertion(into)} SELECT * FROM unnest({', '.join(['%b'] * len(into.columns))})"  # noqa: S608
        f"{_replacement(into) if replaces else ''}"
        for into, replaces in tables
    )
    if not before:
        return last
    return f"WITH {', '.join(f'w{place} AS ({each})' for place, each in enumerate(before))} {last}"


def _columns(given: Rows) -> Iterable[bytes]:
    from hichat.storage.arrays import Bigints, Byteas

    for column, values in zip(given.into.columns, zip(*given.rows, strict=True), strict=True):
        yield Byteas(_byteas(values)) if isinstance(column.type, LargeBinary) else Bigints(_bigints(values))


# The binary format of an array: the number of dimensions, whether it has NULLs, the type of its elements, its length,
# its first index; then for each element its length and its value. All integers are big-endian.
_head_of = Struct(">5i").pack
_length_of = Struct(">i").pack
_BIGINT, _BYTEA = 20, 17
_EIGHT = array("i", _length_of(8))


def _bigints(values: Sequence[int]) -> bytes:
    numbers = array("q", values)
    if byteorder == "little":
        numbers.byteswap()
    halves = array("i", numbers.tobytes())
    # Three of four bytes each: the length, and the value's halves.
    elements = _EIGHT * (3 * len(values))
    elements[1::3], elements[2::3] = halves[::2], halves[1::2]
    return _head_of(1, 0, _BIGINT, len(values), 1) + elements.tobytes()


def _byteas(values: Sequence[bytes]) -> bytes:
    lengths = map(_length_of, map(len, values))
    elements = b"".join(chain.from_iterable(zip(lengths, values, strict=True)))
    return _head_of(1, 0, _BYTEA, len(values), 1) + elements
