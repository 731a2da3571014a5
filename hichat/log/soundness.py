"""
Whether the log is whole, and whether what is derived from it agrees with it.

Each function yields what is wrong, in words. It reads in steps, each in a snapshot of its own: so beside a daemon none
keeps the database's old pages for long, and the memory that it takes does not grow with the log, but for 16 bytes for
each conversation.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, text

from hichat.core.kinds import COUNTED
from hichat.log import reading
from hichat.storage.copying import NUMBERED
from hichat.storage.engine import driver
from hichat.storage.store import Store
from hichat.storage.tables import (
    IS_COUNTED,
    conversations,
    epochs,
    keeping_apart,
    keeping_head,
    marks,
    media_head,
    media_uses,
    members,
    of_kinds,
    places_head,
    recent_places,
)

STEP = 20_000
"""Events in a step."""

CONVERSATIONS_IN_STEP = 2_000
"""Conversations in a step of the comparison of authors."""

Told = Callable[[int], object]
"""Called with the number of events or entries that were looked at."""


def log_flaws(store: Store, progress: Told) -> Iterator[str]:
    """
    Check that positions have no gap; that in each conversation C{seq} grows by one with each event, and C{n} with each
    message; that no device has used a counter twice; and that each idempotency key names an event of its user.
    """
    with store.snapshot() as connection:
        head = reading.head(connection)
    at, numbers = 0, _Numbers()
    while at < head:
        with store.snapshot() as connection:
            numbers.make_room(connection.scalar(select(func.max(conversations.c.id))) or 0)
            rows = _after(connection, at, head)
        if not rows:
            break
        for row in rows:
            if row[0] != at + 1:
                yield f"the positions {at + 1} to {row[0] - 1} are missing"
            at = row[0]
            yield from numbers.follow(*row)
        progress(len(rows))
    with store.snapshot() as connection:
        for device, counter, count in connection.execute(_DOUBLED):
            yield f"device {device} has used its counter {counter} {count} times"
        for user, position in connection.execute(_ASTRAY):
            yield f"an Idempotency-Key of user {user} names event {position}, which is not there or somebody else's"


def _after(connection: Connection, position: int, head: int) -> Sequence[Any]:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    with driver(connection) as own:
        found: Sequence[Any] = own.execute(_ROWS.format(mark), (position, head, STEP)).fetchall()
        return found


_ROWS = (
    "SELECT position, conversation, seq, n, kind FROM events "
    "WHERE position > {0} AND position <= {0} ORDER BY position LIMIT {0}"
)
_DOUBLED = text(
    f"SELECT device, counter, count(*) FROM events WHERE {IS_COUNTED} "  # noqa: S608
    "GROUP BY device, counter HAVING count(*) > 1 LIMIT 100"
)
_ASTRAY = text(
    "SELECT k.user_id, k.position FROM idempotency_keys k LEFT JOIN events e ON e.position = k.position "
    "WHERE e.position IS NULL OR e.sender <> k.user_id LIMIT 100"
)


class _Numbers:
    """The last numbers of all conversations, whose ids have hardly a gap."""

    def __init__(self) -> None:
        self._seqs = array("q")
        self._ns = array("q")

    def make_room(self, last: int) -> None:
        """@param last: the greatest id of a conversation."""
        more = bytes(8 * max(0, last + 1 - len(self._seqs)))
        self._seqs.frombytes(more)
        self._ns.frombytes(more)

    def follow(self, position: int, conversation: int, seq: int, n: int, kind: int) -> Iterator[str]:
        """Take the next event of a conversation."""
        if not 0 < conversation < len(self._seqs):
            yield f"the event at {position} is in the conversation {conversation}, which does not exist"
            return
        if seq != self._seqs[conversation] + 1:
            yield f"conversation {conversation}: at {position} seq is {seq}, behind {self._seqs[conversation]}"
        if n != self._ns[conversation] + (kind in COUNTED):
            yield f"conversation {conversation}: at {position} n is {n}, behind {self._ns[conversation]}"
        self._seqs[conversation], self._ns[conversation] = seq, n


def head_flaws(store: Store) -> Iterator[str]:
    """Check that what refers to places of the log refers to none behind its end, and the sizes of groups."""
    with store.snapshot() as connection:
        head = reading.head(connection)
        for name, column in (
            ("places_head", places_head.c.position),
            ("media_head", media_head.c.position),
            ("keeping_head", keeping_head.c.position),
        ):
            found = connection.scalars(select(column)).all()
            if len(found) != 1:
                yield f"{name} has {len(found)} rows, and not one"
            elif found[0] > head:
                yield f"{name} is at {found[0]}, and the log ends at {head}"
        for name, column in (
            ("marks", marks.c.read),
            ("marks", marks.c.received),
            ("members", members.c.since),
            ("members", members.c.until),
            ("media_uses", media_uses.c.position),
            ("keeping_apart", keeping_apart.c.position),
            ("epochs", epochs.c.position),
        ):
            last = connection.scalar(select(func.max(column))) or 0
            if last > head:
                yield f"{name}.{column.name} has the position {last}, and the log ends at {head}"
        if not connection.scalar(select(func.count()).select_from(epochs)):
            yield "epochs has no row"
        recent = connection.scalar(select(func.count()).select_from(recent_places))
        noted = connection.scalar(select(places_head.c.recent))
        if recent != noted:
            yield f"recent_places has {recent} entries, and places_head says {noted}"
        for group, size, count in connection.execute(_SIZES):
            yield f"the group {group} has {count} members, and its size is {size}"
        yield from _behind_sequences(connection)


_SIZES = text(
    "SELECT groups.id, groups.size, coalesce(found.count, 0) FROM groups LEFT JOIN "
    "(SELECT group_id, count(*) AS count FROM members WHERE until IS NULL GROUP BY group_id) AS found "
    "ON found.group_id = groups.id "
    "WHERE groups.deleted_at IS NULL AND groups.size <> coalesce(found.count, 0) LIMIT 100"
)


def _behind_sequences(connection: Connection) -> Iterator[str]:
    """PostgreSQL takes ids from sequences: each has to be at the greatest id at least."""
    if connection.dialect.name != "postgresql":
        return
    for table in NUMBERED:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
        last = connection.scalar(text(f"SELECT last_value FROM {sequence}"))  # noqa: S608
        greatest = connection.scalar(select(func.max(table.c.id))) or 0
        if greatest > last:
            yield f"the sequence of {table.name} is at {last}, and there is the id {greatest}"


def index_flaws(store: Store, progress: Told) -> Iterator[str]:
    """Compare the index of the log by conversation with the log, all of it."""
    with store.snapshot() as connection:
        done = connection.scalar(select(places_head.c.position)) or 0
        last = connection.scalar(select(func.max(conversations.c.id))) or 0
        extra = connection.scalar(_EXTRA) or 0
    if extra:
        yield f"{extra} entries of places are also in recent_places"
    for low in range(0, done, STEP):
        high = min(low + STEP, done)
        with store.snapshot() as connection:
            for position, conversation in connection.execute(_ENTRIES, {"low": low, "high": high}):
                yield f"the event at {position}, in the conversation {conversation}, has no entry or a wrong one"
        progress(high - low)
    for low in range(0, last, CONVERSATIONS_IN_STEP):
        with store.snapshot() as connection:
            step = {"low": low, "high": low + CONVERSATIONS_IN_STEP}
            for conversation, sender in connection.execute(_AUTHORS, step):
                yield f"authors has not the last message of the user {sender} in the conversation {conversation}"
        progress(0)


_EXTRA = text(
    "SELECT count(*) FROM recent_places AS r JOIN places AS p "
    "ON p.conversation = r.conversation AND p.position = r.position"
)
_ENTRIES = text(
    "SELECT e.position, e.conversation FROM events AS e "  # noqa: S608
    "LEFT JOIN places AS p ON p.conversation = e.conversation AND p.position = e.position "
    "LEFT JOIN recent_places AS r ON r.conversation = e.conversation AND r.position = e.position "
    "WHERE e.position > :low AND e.position <= :high AND ((p.position IS NULL AND r.position IS NULL) OR "
    f"coalesce(p.sender, r.sender) <> (CASE WHEN {of_kinds(COUNTED, 'e.kind')} THEN e.sender ELSE 0 END)) LIMIT 100"
)
_AUTHORS = text(
    "SELECT found.conversation, found.sender FROM (SELECT conversation, sender, max(position) AS position FROM places "
    "WHERE conversation > :low AND conversation <= :high AND sender > 0 GROUP BY conversation, sender) AS found "
    "LEFT JOIN authors ON authors.conversation = found.conversation AND authors.sender = found.sender "
    "WHERE authors.position IS NULL OR authors.position < found.position LIMIT 100"
)
