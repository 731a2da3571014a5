"""The log's queries: functions of a connection, for L{hichat.storage.store.Store}."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import astuple
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    select,
    union_all,
    update,
)

from hichat.core.events import Event, Scope
from hichat.core.kinds import BLANKED, EDITS, Kind
from hichat.storage.engine import driver
from hichat.storage.rows import Rows, put
from hichat.storage.tables import IS_COUNTED, IS_FOLDED, conversations, devices, events, is_of, recalled_texts

RECALLS_LIMIT = 10_000
"""
The most texts of messages that were blanked, their edits included, that are kept for the search index. An index that
advances has removed their words within seconds.
"""


def head(connection: Connection) -> int:
    """@return: the position of the last event, 0 if there is none."""
    return connection.scalar(select(func.max(events.c.position))) or 0


def after(connection: Connection, position: int, limit: int) -> list[Event]:
    """@return: at most C{limit} events behind C{position}, in order."""
    with driver(connection) as own:
        found = own.execute(_AFTER[connection.dialect.name], (position, limit))
        # Through SQLAlchemy a few rows take six times as long, many rows nearly twice.
        return [Event(*row) for row in found.fetchall()]


_AFTER = {
    name: f"SELECT {', '.join(Event.__struct_fields__)} FROM events "  # noqa: S608
    f"WHERE position > {mark} ORDER BY position LIMIT {mark}"
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def before_time(connection: Connection, time: int) -> int:
    """
    Look for a time by halves: it takes a look-up for each doubling of the log.

    @param time: milliseconds since the epoch.
    @return: the position of the last event before it, 0 if there is none. If the clock was set back, there are several
        such places: it is one of them.
    """
    low, high = 0, head(connection)
    while low < high:
        middle = (low + high + 1) // 2
        position, moment = connection.execute(_FROM, {"least": middle}).one()
        if moment < time:
            low = position
        else:
            high = middle - 1
    return low


_FROM = (
    select(events.c.position, events.c.time)
    .where(events.c.position >= bindparam("least", type_=BigInteger))
    .order_by(events.c.position)
    .limit(1)
)


def append(connection: Connection, rows: Sequence[Event], *others: Rows) -> None:
    """
    Write events behind the last one. For the ledger only, in a transaction that holds the write lock.

    @param others: rows of other tables, written with the last events.
    """
    *before, last = _messages(rows)
    for part in before:
        put(connection, Rows(events, [astuple(row) for row in part]))
    put(connection, Rows(events, [astuple(row) for row in last]), *others)


MESSAGE_SIZE = 4 * 1024 * 1024
"""
Bytes of bodies in a message to PostgreSQL. A larger one might not reach the server, over a slow network, before it ends
a transaction that waits for its client.
"""


def _messages(rows: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Cut events into parts of about L{MESSAGE_SIZE}; the last may be empty."""
    first = size = 0
    for place, row in enumerate(rows):
        size += len(row.body)
        if size > MESSAGE_SIZE:
            yield rows[first : place + 1]
            first, size = place + 1, 0
    yield rows[first:]


def append_nothing(connection: Connection) -> None:
    """Write no row, with statements that need the same rights in the store as L{converse} and L{append}."""
    for into in (conversations, events):
        connection.execute(into.insert().from_select(into.columns.keys(), select(into).where(false())))


def converse(connection: Connection, rows: Sequence[tuple[int, int, int, int]]) -> None:
    """
    Make conversations. For the ledger only, in a transaction that holds the write lock.

    @param rows: for each conversation its id, larger than the last one, and its key; see L{conversation_key}.
    """
    put(connection, Rows(conversations, rows))
    if rows and connection.dialect.name == "postgresql":
        # Inserted ids do not advance the sequence. An earlier version, if somebody goes back to it, takes ids from it.
        connection.execute(_SEQUENCE, {"last": rows[-1][0]})


_SEQUENCE = select(func.setval(func.pg_get_serial_sequence("conversations", "id"), bindparam("last")))


def last_conversation(connection: Connection) -> int:
    """@return: the largest id of a conversation, 0 if there is none."""
    return connection.scalar(_LAST_CONVERSATION) or 0


_LAST_CONVERSATION = select(func.max(conversations.c.id))


def find_conversation(connection: Connection, key: tuple[int, int, int]) -> int | None:
    """
    @param key: scope, first, second; see L{conversation_key}.
    @return: the conversation's id; None: it has no events.
    """
    scope, first, second = key
    return connection.scalar(_CONVERSATION, {"in_scope": scope, "one": first, "other": second})


# Built once: building a statement takes several times as long as running it.
_CONVERSATION = select(conversations.c.id).where(
    conversations.c.scope == bindparam("in_scope"),
    conversations.c.first == bindparam("one"),
    conversations.c.second == bindparam("other"),
)


# Looking Scope.USER up in its enumeration takes longer than all the rest of conversation_key.
_USER = Scope.USER


ConversationKey = tuple[int, int, int]
"""The key of a conversation; see L{conversation_key}."""


def conversation_key(scope: int, sender: int, target: int) -> ConversationKey:
    """@return: the key of an event's conversation: its scope, and the pair of users (smaller first) or (target, 0)."""
    if scope == _USER:
        return (scope, sender, target) if sender < target else (scope, target, sender)
    if scope == Scope.GROUP:
        return scope, target, 0
    return scope, 0, 0


def find(connection: Connection, position: int) -> Event | None:
    """@return: the event at that position, or None if there is none."""
    row = connection.execute(_AT, {"at": position}).first()
    return Event(*row) if row else None


_AT = select(events).where(events.c.position == bindparam("at"))


def texts_left(connection: Connection, positions: Collection[int]) -> set[int]:
    """@return: those of these positions, a few hundred at most, whose events have a body: messages not taken back."""
    has_body = func.length(events.c.body) > 0
    return set(connection.scalars(select(events.c.position).where(events.c.position.in_(positions), has_body)))


def find_counted(connection: Connection, device: int, counter: int) -> Event | None:
    """@return: the event that a device has written under a counter (at least 1), or None."""
    query = select(events).where(events.c.device == device, events.c.counter == counter, IS_COUNTED)
    row = connection.execute(query).first()
    return Event(*row) if row else None


def last_counters(connection: Connection, device_ids: Collection[int]) -> dict[int, int]:
    """
    @param device_ids: at most a few hundred.
    @return: by device, for those that exist: the largest counter that it has used, or 0.
    """
    return {device: counter or 0 for device, counter in connection.execute(_LAST, {"devices": [*device_ids]})}


_LAST = select(
    devices.c.id,
    select(func.max(events.c.counter)).where(events.c.device == devices.c.id, IS_COUNTED).scalar_subquery(),
).where(devices.c.id.in_(bindparam("devices", expanding=True)))


def blank(connection: Connection, position: int) -> None:
    """
    Empty a message, its edits and its reactions: the only change that the log knows. For the ledger only.

    The search index has words of these texts, and needs the texts to find them. So they go into C{recalled_texts}. If
    nobody advances the index, they are not kept for ever: beyond L{RECALLS_LIMIT} all go, and the index is made anew.
    """
    connection.execute(_TAKE_DOWN, {"message": position})
    limit_texts(connection)
    connection.execute(update(events).where(events.c.position == position).values(body=b""))
    done = (events.c.subject == position, IS_FOLDED, _IS_BLANKED)
    connection.execute(update(events).where(*done).values(body=b""))


def limit_texts(connection: Connection) -> None:
    """Texts were added to C{recalled_texts}: if there are too many, drop them all."""
    if connection.scalar(_TOO_MANY, {"most": RECALLS_LIMIT}) is not None:
        connection.execute(delete(recalled_texts))
        connection.execute(insert(recalled_texts).values(position=DROPPED, message=DROPPED, body=b""))


_IS_BLANKED = is_of(BLANKED)
_MESSAGE = bindparam("message", type_=BigInteger)
_TAKE_DOWN = insert(recalled_texts).from_select(
    ["position", "message", "body"],
    union_all(
        select(events.c.position, _MESSAGE, events.c.body).where(events.c.position == _MESSAGE, events.c.body != b""),
        select(events.c.position, _MESSAGE, events.c.body).where(
            events.c.subject == _MESSAGE, IS_FOLDED, is_of(EDITS), events.c.body != b""
        ),
    ),
)


_TOO_MANY = select(recalled_texts.c.message).limit(1).offset(bindparam("most"))

DROPPED = 0
"""The position that stands for texts that were dropped."""


class RecalledText(NamedTuple):
    """
    @ivar position: the position of a recalled message, or of an edit of it; L{DROPPED}: the texts of other recalled
        messages were dropped, so the index has to be made anew.
    @ivar message: the position of the message.
    @ivar body: its body before.
    """

    position: int
    message: int
    body: bytes


def recalled(connection: Connection, limit: int) -> list[RecalledText]:
    """@return: all texts of at most C{limit} recalled messages, whose words the search index may still have."""
    messages = select(recalled_texts.c.message).distinct().order_by(recalled_texts.c.message).limit(limit)
    query = select(recalled_texts).where(recalled_texts.c.message.in_(messages))
    return [RecalledText(*row) for row in connection.execute(query)]


def forget(connection: Connection, messages: Collection[int]) -> None:
    """The search index has none of the words of these recalled messages any more."""
    connection.execute(delete(recalled_texts).where(recalled_texts.c.message.in_(messages)))


def done_to(connection: Connection, positions: Collection[int], *within: ColumnElement[bool]) -> list[Event]:
    """
    @return: the last edit of each of these messages, and the last reaction of each user with each emoji, on or off; in
        order.
    """
    who = case((_IS_REACTION, events.c.sender), else_=0)
    what = case((_IS_REACTION, func.substr(events.c.body, 2)), else_=b"")
    last = (
        select(func.max(events.c.position))
        .where(events.c.subject.in_(positions), IS_FOLDED, *within)
        .group_by(events.c.subject, events.c.kind, who, what)
    )
    query = select(events).where(events.c.position.in_(last)).order_by(events.c.position)
    return [Event(*row) for row in connection.execute(query)]


_IS_REACTION = is_of((Kind.REACTED,))
