"""
How much of a conversation somebody has not read: queries of a connection.

Unread is what others wrote, what is still there, and what came after the user joined, read or wrote last. Each message
has the conversation's running count: so behind a position there are so many as two counts differ, less those that were
recalled since, which an index finds. Of the user's own messages there are none behind the last one: and where that is,
L{places} knows, which has the sender of each message. No message is read for it, however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, select, text

from hichat.core.events import Kind
from hichat.log import by_conversation
from hichat.storage.tables import events, users

LOOKED = 2000
"""
Of the entries behind what a user has read, so many of each of the two tiers are searched for the user's last message:
that is what one conversation may cost, however much is unread there. Who wrote before all of these, and has marked
nothing as read since, has everything unread that is behind the mark.
"""


class Span(NamedTuple):
    """
    A part of a conversation: its messages behind one position, up to another.

    @ivar low: this position, and C{low_n}: the conversation's n there. The same for C{high}.
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
    @param intervals: from which position to which the conversation is a user's.
    @param read: up to which position the user has read it; C{read_n}: n there.
    @return: the parts of it that may have something unread.
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
    """@return: this part of the announcements, without what was announced before the user had an account."""
    created = connection.scalar(select(users.c.created_at).where(users.c.id == user)) or 0
    for event in by_conversation.read(connection, span.conversation, after=span.low):
        if event.time >= created:
            # Nearly always: the user has marked something since.
            return span
    before = events.c.time < created
    for event in by_conversation.read(connection, span.conversation, before, after=span.low, newest=True):
        return span._replace(low=event.position, low_n=event.n)
    return span


def count(connection: Connection, user: int, wanted: Sequence[Span]) -> list[int]:
    """@return: of each of these parts, how many messages are unread. In one query, with a few looks for each."""
    if not wanted:
        return []
    values = {
        "user": user,
        "done": by_conversation.indexed(connection),
        "far": by_conversation.FAR,
        "looked": LOOKED,
        "spans": json.dumps([(span.conversation, span.low, span.high) for span in wanted]),
    }
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.execute(_IN_ORDER)
    rows = connection.execute(_COUNT[connection.dialect.name], values).all()
    if is_postgresql:
        connection.execute(_AS_BEFORE)
    return [
        max(0, span.high_n - max(span.low_n, n) - recalled) for span, (n, recalled) in zip(wanted, rows, strict=True)
    ]


def _last_in(index: str) -> str:
    """@return: the user's last message among an index's newest entries."""
    return (
        "SELECT max(position) AS position FROM (SELECT i.position, i.sender "  # noqa: S608
        f"FROM {index} i WHERE i.conversation = wanted.conversation AND i.position > wanted.low "
        "ORDER BY i.position DESC LIMIT :looked) AS newest WHERE sender = :user OR (sender IS NULL AND EXISTS "
        f"(SELECT 1 FROM events e WHERE e.position = newest.position AND e.kind = {int(Kind.MESSAGE)} "
        "AND e.sender = :user))"
    )


def _count(each: str, wanted: str) -> TextClause:
    return text(
        f"WITH wanted AS (SELECT {wanted} FROM {each}), "  # noqa: S608
        "tail AS (SELECT conversation, max(position) AS position FROM events "
        "WHERE position > :done AND position <= :done + :far "
        f"AND kind = {int(Kind.MESSAGE)} AND sender = :user GROUP BY conversation), "
        "own AS MATERIALIZED (SELECT at, wanted.conversation, low, high, coalesce(tail.position, (SELECT max(position) "
        f"FROM ({_last_in('places')} UNION ALL {_last_in('recent_places')}) AS tiers), 0) AS position "
        "FROM wanted LEFT JOIN tail ON tail.conversation = wanted.conversation) "
        "SELECT coalesce((SELECT n FROM events WHERE events.position = own.position), 0), "
        f"(SELECT count(*) FROM events e WHERE e.conversation = own.conversation AND e.kind = {int(Kind.RECALLED)} "
        "AND e.subject > CASE WHEN own.position > own.low THEN own.position ELSE own.low END "
        "AND e.subject <= own.high) FROM own ORDER BY at"
    )


# Else PostgreSQL reads all of a conversation's entries to find the newest of them.
_IN_ORDER = text("SET LOCAL enable_bitmapscan = off")
_AS_BEFORE = text("SET LOCAL enable_bitmapscan TO DEFAULT")

_COUNT = {
    "sqlite": _count(
        "json_each(:spans)",
        "key AS at, json_extract(value, '$[0]') AS conversation, json_extract(value, '$[1]') AS low, "
        "json_extract(value, '$[2]') AS high",
    ),
    "postgresql": _count(
        "json_array_elements(CAST(:spans AS json)) WITH ORDINALITY AS each (value, at)",
        "at, CAST(value ->> 0 AS bigint) AS conversation, CAST(value ->> 1 AS bigint) AS low, "
        "CAST(value ->> 2 AS bigint) AS high",
    ),
}
