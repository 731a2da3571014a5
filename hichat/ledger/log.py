"""The log's queries: functions of a connection, for L{hichat.storage.store.Store}."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import BigInteger, Connection, Dialect, LargeBinary, SmallInteger, func, insert, select
from sqlalchemy.exc import DBAPIError

from hichat.events import Event, Kind, Scope
from hichat.storage.tables import conversations, events

HISTORY_LIMIT = 1000
"""The most messages that one history call gives; more are asked for by position."""


def head(connection: Connection) -> int:
    """@return: the position of the last event, 0 when there is none."""
    return connection.scalar(select(func.max(events.c.position))) or 0


def after(connection: Connection, position: int, limit: int) -> list[Event]:
    """@return: at most C{limit} events behind C{position}, in order."""
    query = select(events).where(events.c.position > position).order_by(events.c.position).limit(limit)
    return [Event(*row) for row in connection.execute(query)]


def append(connection: Connection, rows: Sequence[Event]) -> None:
    """
    Write events behind the last one. For the ledger only, in a transaction that holds the write lock.

    The driver is called directly: SQLAlchemy's own way costs more for each row than all the rest of a message.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, rows)
    else:
        connection.exec_driver_sql(_insertion(connection.dialect), [astuple(row) for row in rows])


@lru_cache(maxsize=4)
def _insertion(dialect: Dialect) -> str:
    """@return: the statement in the driver's own form."""
    return str(insert(events).compile(dialect=dialect, column_keys=list(Event.__struct_fields__)))


def _copy(connection: Connection, rows: Sequence[Event]) -> None:
    """Append on PostgreSQL: a row costs 7 us, with C{executemany} 40."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(_COPY_TYPES)
            for row in rows:
                copy.write_row(astuple(row))
    except connection.dialect.loaded_dbapi.Error as e:
        # As SQLAlchemy does with what it calls itself.
        raise DBAPIError.instance(
            _COPY, None, e, connection.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=connection.dialect
        ) from e


_COPY = f"COPY events ({', '.join(Event.__struct_fields__)}) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES = [
    {BigInteger: "int8", SmallInteger: "int2", LargeBinary: "bytea"}[type(events.c[name].type)]
    for name in Event.__struct_fields__
]


def find_conversation(connection: Connection, key: tuple[int, int, int]) -> int | None:
    """
    @param key: scope, first, second; see L{conversation_key}.
    @return: the conversation's id, or None if nothing was ever said in it.
    """
    scope, first, second = key
    return connection.scalar(
        select(conversations.c.id).where(
            conversations.c.scope == scope, conversations.c.first == first, conversations.c.second == second
        )
    )


def conversation_key(scope: int, sender: int, target: int) -> tuple[int, int, int]:
    """@return: what names the conversation of an event: its scope, and the pair (smaller first) or (target, 0)."""
    if scope == Scope.USER:
        return scope, min(sender, target), max(sender, target)
    if scope == Scope.GROUP:
        return scope, target, 0
    return scope, 0, 0


def last_numbers(connection: Connection, conversation: int) -> tuple[int, int]:
    """@return: C{seq} and C{n} of the conversation's last event; zeros when there is none."""
    row = connection.execute(
        select(events.c.seq, events.c.n)
        .where(events.c.conversation == conversation)
        .order_by(events.c.seq.desc())
        .limit(1)
    ).first()
    return (row.seq, row.n) if row else (0, 0)


def pair_history(
    connection: Connection, one: int, other: int, start: int, end: int, oldest_first: bool = False
) -> list[bytes]:
    """
    A slice of what two users wrote to each other, as v1's C{redisMsg} asks for it.

    @param start: the first message's place, counted from 0 in the order asked for; negative: from the end (-1 is the
        last).
    @param end: the last message's place, inclusive; the same.
    @param oldest_first: the order; else newest first.
    @return: the messages' bodies; at most L{HISTORY_LIMIT} from the start of the slice.
    """
    conversation = find_conversation(connection, conversation_key(Scope.USER, one, other))
    if conversation is None:
        return []
    _, count = last_numbers(connection, conversation)
    low = max(start + count if start < 0 else start, 0)
    high = min(end + count if end < 0 else end, count - 1, low + HISTORY_LIMIT - 1)
    if low > high:
        return []
    # n counts the messages from 1, the oldest.
    first, last = (low + 1, high + 1) if oldest_first else (count - high, count - low)
    bodies = connection.scalars(
        select(events.c.body)
        # A message's seq is never smaller than its n: so the index leads to where the slice begins.
        .where(events.c.conversation == conversation, events.c.seq >= first, events.c.n >= first)
        .where(events.c.kind == Kind.MESSAGE)
        .order_by(events.c.seq)
        .limit(last - first + 1)
    ).all()
    return list(bodies) if oldest_first else list(reversed(bodies))
