"""How the store grows, day by day: queries of a connection. They count by positions and ids, and read few rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, func, literal_column, select

from hichat.log import reading
from hichat.storage.engine import driver
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
    since = users.c.created_at >= begins[0]
    day: ColumnElement[int] = literal_column(f"created_at / {DAY_LENGTH}", BigInteger)
    living = users.c.deleted_at.is_(None)
    made: dict[int, int] = dict(
        connection.execute(select(day, func.count()).where(since, living).group_by(day)).tuples().all()
    )
    everybody = connection.scalar(select(func.count()).select_from(users).where(living)) or 0
    return Growth(
        [
            DayOfGrowth(began, places[at + 1] - places[at], made.get(began // DAY_LENGTH, 0))
            for at, began in enumerate(begins)
        ],
        head,
        everybody,
    )


def _last_before(connection: Connection, times: Sequence[int], head: int) -> list[int]:
    """
    Look for each time by halves.

    @param times: in order.
    @return: for each, the position of the last event before it; 0: there is none.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    query = f"SELECT time FROM events WHERE position = {mark}"  # noqa: S608
    found: list[int] = []
    with driver(connection) as own:
        low = 0
        for time in times:
            high = head
            while low < high:
                middle = (low + high + 1) // 2
                row = own.execute(query, (middle,)).fetchone()
                if row is not None and row[0] < time:
                    low = middle
                else:
                    high = middle - 1
            found.append(low)
    return found
