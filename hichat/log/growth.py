"""How the store grows, day by day: queries of a connection. They count by positions and ids, and read few rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, func, literal_column, select, text

from hichat.log import reading
from hichat.storage.tables import users

DAY_LENGTH = 24 * 3600 * 1000
"""Milliseconds."""


class DayOfGrowth(NamedTuple):
    """
    What came on one day.

    @ivar began: the beginning of the day in UTC, in milliseconds since the epoch.
    @ivar events: entries of the log: messages, and whatever else is done.
    @ivar accounts: accounts that were made, and are still there.
    """

    began: int
    events: int
    accounts: int


class Growth(NamedTuple):
    """
    @ivar days: the oldest first; the last is today.
    @ivar events: all entries of the log.
    @ivar accounts: all accounts.
    """

    days: list[DayOfGrowth]
    events: int
    accounts: int


def read_growth(connection: Connection, now: int, days: int) -> Growth:
    """@param now: the time in milliseconds since the epoch."""
    today = now - now % DAY_LENGTH
    begins = [today - ago * DAY_LENGTH for ago in range(days - 1, -1, -1)]
    head = reading.head(connection)
    places = [*_last_before(connection, begins, head), head]
    day: ColumnElement[int] = literal_column(f"created_at / {DAY_LENGTH}", BigInteger)
    # One look at each account: there may be very many.
    made: dict[int, int] = dict(
        connection.execute(select(day, func.count()).where(users.c.deleted_at.is_(None)).group_by(day)).tuples().all()
    )
    return Growth(
        [
            DayOfGrowth(began, places[at + 1] - places[at], made.get(began // DAY_LENGTH, 0))
            for at, began in enumerate(begins)
        ],
        head,
        sum(made.values()),
    )


def _last_before(connection: Connection, times: Sequence[int], head: int) -> list[int]:
    """
    Look for all times by halves, in one statement: as many statements as looks would wait for each other, and for all
    else that the daemon does.

    @param times: in order.
    @return: for each, the position of the last event before it; 0: there is none.
    """
    found = connection.execute(_LAST_BEFORE, {"first": times[0], "step": DAY_LENGTH, "last": times[-1], "head": head})
    return [row.low for row in found]


# Each row is one step of one look: the position is at least low, and at most high.
_LAST_BEFORE = text("""
    WITH RECURSIVE times (time) AS (
        SELECT CAST(:first AS bigint)
        UNION ALL SELECT time + :step FROM times WHERE time + :step <= :last
    ),
    looks (time, low, high) AS (
        SELECT time, CAST(0 AS bigint), CAST(:head AS bigint) FROM times
        UNION ALL
        SELECT looks.time,
            CASE WHEN events.time < looks.time THEN (low + high + 1) / 2 ELSE low END,
            CASE WHEN events.time < looks.time THEN high ELSE (low + high + 1) / 2 - 1 END
        FROM looks LEFT JOIN events ON events.position = (low + high + 1) / 2
        WHERE low < high
    )
    SELECT low FROM looks WHERE low >= high ORDER BY time
""").bindparams(*(bindparam(name, type_=BigInteger) for name in ("first", "step", "last", "head")))
