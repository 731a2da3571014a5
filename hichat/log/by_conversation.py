"""
The index of the log by conversation, which lags behind the log.

Updating an index with every commit would write a page of the store for each conversation of the commit, which is more
than all the rest. The log only grows; so the index follows it in steps of many events, and has its own position. The
events behind it are the tail. A reader takes them from the log itself: hardly ever more than two steps, never more than
three and a batch.

If a step is scattered over many conversations, each of its entries would still cost a page of the large table. So there
are two tiers. Such entries go into a small table first. When it has too many, a part of neighbouring keys moves on into
the large one. An entry is in one of the two, and a reader looks at both. An entry has the sender of its message; the
table C{authors} has the last message of each sender in the large tier. So L{hichat.conversations.unread} finds a user's
own last message without reading the log.

All are functions of a connection, for L{hichat.storage.store.Store}.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from heapq import merge
from itertools import chain, islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    TextClause,
    bindparam,
    case,
    delete,
    distinct,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import COUNTED, V1
from hichat.log import reading
from hichat.storage.engine import FirstQuery, driver
from hichat.storage.tables import events, is_of, of_kinds, places, places_head, recent_places
from hichat.storage.together import execute_together

INDEX_STEP = 1000
"""The least events in a step. The index lags at least so far behind the log."""

SCATTERED = 4
"""A step with fewer events for each of its conversations, on average, is scattered."""

SMALL_TIER = 48_000
"""
Entries in the small tier, but for a step's. Its pages are written nearly all with each step, of the large one a part
that is a step's part of this. With 5 million events in 200,000 conversations the sum was smallest at about 64,000, half
of a page an event, before entries had a sender, which makes each a third longer; 300,000 messages in pairs take 15 %
less of the writer's CPU for the index with this than with 64,000.
"""

FAR = 1_000_000
"""
More events than the tail ever has. It makes the tail a range with two ends, which PostgreSQL takes for small even
without statistics: otherwise it would read the whole log.
"""

SLICE_LIMIT = 1000
"""The most messages in the answer of one history call of v1."""


def heads(connection: Connection) -> tuple[int, int]:
    """@return: the position of the last event, 0 if there is none; and the position of the index."""
    with driver(connection) as own:
        head, done = own.execute(_HEADS).fetchone()
    return head or 0, done


def ask_heads() -> FirstQuery:
    """@return: the query of L{heads}, to begin a transaction with."""
    return FirstQuery(_HEADS)


class NextStep(FirstQuery):
    """
    The query that a transaction begins with in which the index is to advance: L{heads}, and the facts about the step
    that is due if they are as expected. Over a network each query is a wait.

    @param low: the expected position of the index.
    @param head: the expected last position of the log.
    """

    def __init__(self, low: int, head: int) -> None:
        self._step = low, _end_of_step(low, head)
        low, high = self._step
        super().__init__(
            f"SELECT (SELECT max(position) FROM events), position, (SELECT count(DISTINCT conversation) FROM events "  # noqa: S608
            f"WHERE position > {low} AND position <= {high}), recent, merged_conversation, merged_position "
            "FROM places_head"
        )

    def heads(self) -> tuple[int, int]:
        """@return: see L{heads}."""
        return self.row[0] or 0, self.row[1]

    def spread(self, low: int, high: int) -> tuple[int, ...] | None:
        """@return: the row of L{_SPREAD} for this step; None: another one was expected."""
        return self.row[2:] if (low, high) == self._step else None


def heads_in(first: FirstQuery) -> tuple[int, int]:
    """@return: what L{heads} returns, from the answer to L{ask_heads}."""
    head, done = first.row
    return head or 0, done


_HEADS = "SELECT (SELECT max(position) FROM events), (SELECT position FROM places_head)"


def indexed(connection: Connection) -> int:
    """@return: the position of the index: the last event that is in it."""
    return connection.scalar(select(places_head.c.position)) or 0


def follow(connection: Connection, low: int, head: int, steps: int = 2, found: NextStep | None = None) -> int:
    """
    Advance the index, if the tail is long enough. For the ledger only, in a transaction that holds the write lock.

    @param low: the position of the index.
    @param head: the last position of the log, with the events that this transaction appends.
    @param steps: the tail may have fewer events than so many steps.
    @param found: the query that the transaction has begun with.
    @return: the position of the index now.
    """
    if head - low < steps * INDEX_STEP:
        return low
    high = _end_of_step(low, head)
    step = {"low": low, "high": high}
    known = found.spread(low, high) if found is not None else None
    spread, *merged = known or connection.execute(_SPREAD, step).one()
    followed = (_FOLLOWED, {"at": high})
    if high - low < SCATTERED * spread:
        execute_together(connection, (_GATHER, step), followed)
        _merge(connection, high - low, *merged)
    else:
        execute_together(connection, (_ENTER, step), (_AUTHORS_OF_STEP, step), followed)
    return high


def _end_of_step(low: int, head: int) -> int:
    return max(low + INDEX_STEP, head - 2 * INDEX_STEP)


def repair(connection: Connection) -> None:
    """
    Complete C{authors}, if an earlier version, which does not know it, has advanced the index. This reads the whole
    index. For the ledger only, in a transaction that holds the write lock.
    """
    if is_authored(connection):
        return
    for index in (places, recent_places):
        connection.execute(
            update(index).where(index.c.sender.is_(None), index.c.position == events.c.position).values(sender=_SENDER)
        )
    connection.execute(_AUTHORS_OF_ALL)
    connection.execute(update(places_head).values(authored=places_head.c.position))


def is_authored(connection: Connection) -> bool:
    """@return: whether C{authors} covers all entries of the large tier, and each entry has its sender."""
    return bool(connection.scalar(select(places_head.c.authored == places_head.c.position)))


def _merge(connection: Connection, count: int, recent: int, *last: int) -> None:
    """
    Some entries are new in the small tier: if it has too many, move a part on, from where the last move ended.

    @param count: the number of new entries.
    @param recent: the number of entries before them.
    @param last: the last key of the last move.
    """
    recent += count
    if recent > SMALL_TIER:
        behind = {"from_conversation": last[0], "from_position": last[1]}
        end = connection.execute(_END, behind | {"count": recent - SMALL_TIER - 1}).first()
        to = (MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) if end is None else end
        part = behind | {"to_conversation": to[0], "to_position": to[1]}
        recent -= execute_together(connection, (_MOVE, part), (_AUTHORS_OF_PART, part), (_MOVED, part))
        # Behind the last key the next move begins anew.
        last = (0, 0) if end is None else (*end,)
    connection.execute(_MERGED_TO, {"count": recent, "last_conversation": last[0], "last_position": last[1]})


# The statements of a step, built once: building them takes a fifth of the step.


def _entering(into: Table, of: Table, sender: ColumnElement[int], *which: ColumnElement[bool]) -> Insert:
    """
    @param into: a tier of the index.
    @param of: the table with the entries: it has the columns C{conversation} and C{position}.
    @param sender: the value of the column C{sender}.
    @param which: the conditions of the entries.
    @return: the statement that enters them.
    """
    # In the order of the keys: so each page of the tier is touched once.
    step = select(of.c.conversation, of.c.position, sender).where(*which).order_by(of.c.conversation, of.c.position)
    return insert(into).from_select(["conversation", "position", "sender"], step)


_IN_STEP = (events.c.position > bindparam("low"), events.c.position <= bindparam("high"))
_SPREAD = select(
    select(func.count(distinct(events.c.conversation))).where(*_IN_STEP).scalar_subquery(),
    places_head.c.recent,
    places_head.c.merged_conversation,
    places_head.c.merged_position,
)
_SENDER = case((is_of(COUNTED), events.c.sender), else_=0)
_ENTER = _entering(places, events, _SENDER, *_IN_STEP)
_GATHER = _entering(recent_places, events, _SENDER, *_IN_STEP)
_FOLLOWED = update(places_head).values(
    position=bindparam("at"),
    authored=case((places_head.c.authored == places_head.c.position, bindparam("at")), else_=places_head.c.authored),
)


def _authors(source: str, which: str) -> TextClause:
    """
    @return: the statement that enters these messages into C{authors}. An older message never replaces a newer one: a
        part of the small tier may be older than a step that was entered before it.
    """
    return text(
        f"INSERT INTO authors SELECT conversation, sender, max(position) FROM {source} "  # noqa: S608
        f"WHERE {which} GROUP BY conversation, sender "
        "ON CONFLICT (conversation, sender) DO UPDATE SET position = excluded.position "
        "WHERE excluded.position > authors.position"
    )


_AUTHORS_OF_ALL = _authors("places", "sender > 0")
_AUTHORS_OF_STEP = _authors("events", f"position > :low AND position <= :high AND {of_kinds(COUNTED)}")
_AUTHORS_OF_PART = _authors(
    "recent_places",
    "(conversation, position) > (:from_conversation, :from_position) "
    "AND (conversation, position) <= (:to_conversation, :to_position) AND sender > 0",
)


def _place(name: str) -> ColumnElement[Any]:
    conversation, position = (
        bindparam(f"{name}_{column}", type_=BigInteger) for column in ("conversation", "position")
    )
    return tuple_(conversation, position)


_ENTRY = (recent_places.c.conversation, recent_places.c.position)
_RECENT_ENTRY = tuple_(*_ENTRY)
_BEHIND = _place("from") < _RECENT_ENTRY
_PART = (_BEHIND, _place("to") >= _RECENT_ENTRY)
_END = select(*_ENTRY).where(_BEHIND).order_by(*_ENTRY).offset(bindparam("count")).limit(1)
_MOVE = _entering(places, recent_places, recent_places.c.sender, *_PART)
_MOVED = delete(recent_places).where(*_PART)
_MERGED_TO = update(places_head).values(
    recent=bindparam("count"),
    merged_conversation=bindparam("last_conversation"),
    merged_position=bindparam("last_position"),
)


def read(
    connection: Connection,
    conversation: int,
    *conditions: ColumnElement[bool],
    after: int = 0,
    before: int = MAX_SAFE_INTEGER,
    limit: int = 1,
    newest: bool = False,
    tail: bool = True,
    messages: bool = True,
) -> Iterator[Event]:
    """
    Read events of a conversation.

    @param conditions: further conditions on the columns of C{events}.
    @param after: only events behind this position.
    @param before: only events before this position.
    @param limit: the most events.
    @param newest: whether the newest come first; else the oldest do.
    @param tail: whether to read the tail, too; False: only indexed events.
    @param messages: whether messages may be wanted; False: the index passes over them, and the log has not to be read
        for them.
    """
    # Several queries, because building a single one takes longer than running it, and often the first one is enough.
    done, recent = connection.execute(select(places_head.c.position, places_head.c.recent)).one()

    def rows(query: Select[Any], position: ColumnElement[int], low: int) -> Iterator[Event]:
        within = query.where(position > low, position < before, *conditions)
        in_order = within.order_by(position.desc() if newest else position).limit(limit)
        with connection.execute(in_order) as found:
            for row in found:
                yield Event(*row)

    def entered(index: Table) -> Iterator[Event]:
        query = select(events).join_from(index, events, events.c.position == index.c.position)
        query = query.where(index.c.conversation == conversation)
        if not messages:
            query = query.where(or_(index.c.sender == 0, index.c.sender.is_(None)))
        return rows(query, index.c.position, after)

    tiers = [entered(places), entered(recent_places)] if recent else [entered(places)]
    parts: list[Iterator[Event]] = [merge(*tiers, key=lambda event: event.position, reverse=newest)]
    done = max(done, after)
    if tail and done + 1 < before:
        unindexed = rows(select(events).where(events.c.conversation == conversation), events.c.position, done)
        parts.insert(0 if newest else 1, unindexed)
    yield from islice(chain.from_iterable(parts), limit)


def messages_of(connection: Connection, conversation: int, sender: int, after: int, limit: int) -> list[int]:
    """@return: the positions of the next messages of a user in a conversation behind a position, at most C{limit}."""
    done = indexed(connection)
    found: list[int] = []
    for index in (places, recent_places):
        mine = select(index.c.position).where(index.c.conversation == conversation, index.c.sender == sender)
        found += connection.scalars(mine.where(index.c.position > after).order_by(index.c.position).limit(limit))
    found = sorted(found)[:limit]
    if len(found) < limit:
        row = events.c
        tail = select(row.position).where(row.conversation == conversation, row.sender == sender, is_of(COUNTED))
        tail = tail.where(row.position > max(done, after)).order_by(row.position).limit(limit - len(found))
        found += connection.scalars(tail)
    return found


def last_numbers(connection: Connection, conversation: int) -> tuple[int, int]:
    """@return: C{seq} and C{n} of the conversation's last event; zeros if there is none."""
    for event in read(connection, conversation, newest=True):
        return event.seq, event.n
    return 0, 0


def standings(
    connection: Connection, keys: Collection[tuple[int, int, int]]
) -> dict[tuple[int, int, int], tuple[int, int, int]]:
    """
    @param keys: see L{reading.conversation_key}.
    @return: by key, for each conversation that exists: its id, and C{seq} and C{n} of its last indexed event; zeros if
        there is none. It takes one query, with a few look-ups for each key.
    """
    rows = connection.execute(_STANDINGS[connection.dialect.name], {"keys": json.dumps([*keys])})
    return {(scope, first, second): (conversation, seq, n) for scope, first, second, conversation, seq, n in rows}


def _standings(each: str, wanted: str) -> TextClause:
    return text(
        f"WITH wanted AS (SELECT {wanted} FROM {each}) "  # noqa: S608
        "SELECT c.scope, c.first, c.second, c.id, coalesce(e.seq, 0), coalesce(e.n, 0) FROM wanted "
        "JOIN conversations c ON c.scope = wanted.scope AND c.first = wanted.first AND c.second = wanted.second "
        "LEFT JOIN events e ON e.position = (SELECT max(position) FROM ("
        "SELECT max(p.position) AS position FROM places p WHERE p.conversation = c.id "
        "UNION ALL SELECT max(r.position) FROM recent_places r WHERE r.conversation = c.id) AS tiers)"
    )


_STANDINGS = {
    "sqlite": _standings(
        "json_each(:keys)",
        "json_extract(value, '$[0]') AS scope, json_extract(value, '$[1]') AS first, "
        "json_extract(value, '$[2]') AS second",
    ),
    "postgresql": _standings(
        "json_array_elements(CAST(:keys AS json))",
        "CAST(value ->> 0 AS smallint) AS scope, CAST(value ->> 1 AS bigint) AS first, "
        "CAST(value ->> 2 AS bigint) AS second",
    ),
}


def n_at(connection: Connection, conversation: int, position: int, tail: bool = True) -> tuple[int, int]:
    """@return: position and n of the conversation's last event at or before a position; zeros: there is none."""
    if position <= 0:
        return 0, 0
    # Nearly always the position is of an event of the conversation.
    event = reading.find(connection, position)
    if event is not None and event.conversation == conversation:
        return position, event.n
    for event in read(connection, conversation, before=position + 1, newest=True, tail=tail):
        return event.position, event.n
    return 0, 0


def pair_history(
    connection: Connection, one: int, other: int, start: int, end: int, oldest_first: bool = False
) -> list[bytes]:
    """
    A slice of two users' messages to each other, as v1's C{redisMsg} asks for it.

    @param start: the index of the first message, from 0 in the order asked for; negative: from the end (-1 is the
        last).
    @param end: the index of the last message, inclusive; negative as C{start}.
    @param oldest_first: whether the oldest come first; else the newest do.
    @return: the messages' bodies; at most L{SLICE_LIMIT} from the start of the slice.
    """
    conversation = reading.find_conversation(connection, reading.conversation_key(Scope.USER, one, other))
    if conversation is None:
        return []
    _, count = last_numbers(connection, conversation)
    low = max(start + count if start < 0 else start, 0)
    high = min(end + count if end < 0 else end, count - 1, low + SLICE_LIMIT - 1)
    if low > high:
        return []
    # n counts the messages from 1, the oldest.
    first, last = (low + 1, high + 1) if oldest_first else (count - high, count - low)
    after = _position_of(connection, conversation, first) - 1
    found = read(connection, conversation, is_of(COUNTED), after=after, limit=last - first + 1)
    # Recalled messages are not shown.
    shown = [event.body for event in found if event.body and event.kind in V1]
    return shown if oldest_first else shown[::-1]


def _position_of(connection: Connection, conversation: int, n: int) -> int:
    """
    @return: a position at or before a conversation's nth message, and behind the message before that. It is found by
        bisection, because n grows with the position: that takes a few dozen look-ups, wherever it is.
    """
    low, high = 0, indexed(connection)
    if n_at(connection, conversation, high, tail=False)[1] < n:
        for event in read(connection, conversation, is_of(COUNTED), events.c.n >= n, after=high):
            return event.position
        return high + 1
    while low < high:
        middle = (low + high) // 2
        if n_at(connection, conversation, middle, tail=False)[1] < n:
            low = middle + 1
        else:
            high = middle
    return low
