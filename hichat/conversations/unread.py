"""
The number of messages of a conversation that a user has not read: queries of a connection.

A message is unread if another user wrote it, it was neither recalled nor too old to be kept, and it came after the user
joined, read or wrote last. Each message has the conversation's running count. So the number of messages behind a
position is the difference of two counts, less the recalled ones, which an index finds. The user has no own message
behind the user's last one, and L{by_conversation} has the last message of each sender. No message is read for that,
however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, select, text

from hichat.core.kinds import COUNTED, RECALLS
from hichat.log import by_conversation
from hichat.log.borders import borders
from hichat.storage.tables import events, of_kinds, users


class Span(NamedTuple):
    """
    A part of a conversation: its messages behind one position, up to another.

    @ivar low: the position behind which it begins.
    @ivar low_n: the conversation's n at C{low}.
    @ivar high: its last position.
    @ivar high_n: the conversation's n at C{high}.
    """

    conversation: int
    low: int
    low_n: int
    high: int
    high_n: int


def spans(
    connection: Connection, conversation: int, intervals: Sequence[tuple[int, int]], read: int, read_n: int
) -> list[Span]:
    """
    @param intervals: the first and last positions of the spans that a user may see.
    @param read: the position up to which the user has read the conversation.
    @param read_n: the conversation's n at C{read}.
    @return: the parts of it that may have unread messages.
    """
    found: list[Span] = []
    for first, last in intervals:
        low, low_n = by_conversation.n_at(connection, conversation, first - 1)
        low, low_n = max((low, low_n), (read, read_n))
        high, high_n = by_conversation.n_at(connection, conversation, last)
        if high_n > low_n:
            found.append(Span(conversation, low, low_n, high, high_n))
    return found


def since_account(connection: Connection, user: int, span: Span) -> Span:
    """@return: this part of the announcements, without those from before the user had an account."""
    created = connection.scalar(select(users.c.created_at).where(users.c.id == user)) or 0
    for event in by_conversation.read(connection, span.conversation, after=span.low):
        if event.time >= created:
            # Nearly always so: the user has read announcements since.
            return span
    before = events.c.time < created
    for event in by_conversation.read(connection, span.conversation, before, after=span.low, newest=True):
        return span._replace(low=event.position, low_n=event.n)
    return span


def count(connection: Connection, user: int, wanted: Sequence[Span]) -> list[int]:
    """
    @return: the number of unread messages of each part. It takes two queries, with a few look-ups for each part, and
        some more for those that the user has not read for longer than messages are kept.
    """
    if not wanted:
        return []
    wanted = _kept(connection, wanted)
    values = {
        "user": user,
        "done": by_conversation.indexed(connection),
        "far": by_conversation.FAR,
        "spans": json.dumps([(span.conversation, span.low, span.high) for span in wanted]),
    }
    query = _COUNT[connection.dialect.name, by_conversation.is_authored(connection)]
    rows = connection.execute(query, values).all()
    return [
        max(0, span.high_n - max(span.low_n, n) - recalled) for span, (n, recalled) in zip(wanted, rows, strict=True)
    ]


def _kept(connection: Connection, wanted: Sequence[Span]) -> list[Span]:
    """@return: these parts without the messages that were too old."""
    known = borders(connection, {span.conversation for span in wanted})

    def kept(span: Span) -> Span:
        border = known[span.conversation].position
        if span.low >= border:
            return span
        low, low_n = by_conversation.n_at(connection, span.conversation, min(border, span.high))
        return span._replace(low=max(span.low, low), low_n=max(span.low_n, low_n))

    return [kept(span) for span in wanted]


def _last_in(index: str, known: bool) -> str:
    """
    @param known: whether each entry has its sender.
    @return: SQL for the user's last message among the entries of a tier. It reads them from the newest on, until it has
        found one.
    """
    own = "i.sender = :user"
    if not known:
        message = f"e.position = i.position AND {of_kinds(COUNTED, 'e.kind')} AND e.sender = :user"
        own = f"({own} OR (i.sender IS NULL AND EXISTS (SELECT 1 FROM events e WHERE {message})))"  # noqa: S608
    return (
        f"SELECT * FROM (SELECT i.position FROM {index} i WHERE i.conversation = wanted.conversation "  # noqa: S608
        f"AND i.position > wanted.low AND {own} ORDER BY i.position DESC LIMIT 1) AS newest"
    )


_LAST_OF_AUTHORS = "SELECT a.position FROM authors a WHERE a.conversation = wanted.conversation AND a.sender = :user"


def _count(each: str, wanted: str, authored: bool) -> TextClause:
    # The small tier has only some ten thousand entries in all.
    large = _LAST_OF_AUTHORS if authored else _last_in("places", known=False)
    small = _last_in("recent_places", known=authored)
    return text(
        f"WITH wanted AS (SELECT {wanted} FROM {each}), "  # noqa: S608
        "tail AS (SELECT conversation, max(position) AS position FROM events "
        "WHERE position > :done AND position <= :done + :far "
        f"AND {of_kinds(COUNTED)} AND sender = :user GROUP BY conversation), "
        "own AS MATERIALIZED (SELECT at, wanted.conversation, low, high, coalesce(tail.position, (SELECT max(position) "
        f"FROM ({large} UNION ALL {small}) AS tiers), 0) AS position "
        "FROM wanted LEFT JOIN tail ON tail.conversation = wanted.conversation) "
        "SELECT coalesce((SELECT n FROM events WHERE events.position = own.position), 0), "
        f"(SELECT count(*) FROM events e WHERE e.conversation = own.conversation AND {of_kinds(RECALLS, 'e.kind')} "
        "AND e.subject > CASE WHEN own.position > own.low THEN own.position ELSE own.low END "
        "AND e.subject <= own.high) FROM own ORDER BY at"
    )


_EACH = {
    "sqlite": (
        "json_each(:spans)",
        "key AS at, json_extract(value, '$[0]') AS conversation, json_extract(value, '$[1]') AS low, "
        "json_extract(value, '$[2]') AS high",
    ),
    "postgresql": (
        "json_array_elements(CAST(:spans AS json)) WITH ORDINALITY AS each (value, at)",
        "at, CAST(value ->> 0 AS bigint) AS conversation, CAST(value ->> 1 AS bigint) AS low, "
        "CAST(value ->> 2 AS bigint) AS high",
    ),
}
_COUNT = {(name, whole): _count(*each, whole) for name, each in _EACH.items() for whole in (False, True)}
