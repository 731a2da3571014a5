"""
The time by which old messages, and old entries of the audit log, go for ever.

A clock that is a year ahead must not delete a year. It may be so for days, and over restarts. So this time is the time
of day, but it advances at most L{HASTE} times as fast as daemons are at work: how far it is, is in the store. A clock
that is ahead for a day makes it advance by two days at most; when the clock is right again, so is this time. After the
daemon was down for a week it is a week late, and right again a week later. Whoever knows that the clock is right says
so: C{hichat retention --clock-is-right}.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from hichat.runtime.clock import Settled
from hichat.storage.tables import keeping_head

HASTE = 2
"""How much faster than daemons are at work the time of this room may advance."""

TIME_NOTED = 600_000
"""Milliseconds after which the store is told how far it is. What was not told is lost in a restart."""


class SeenTime:
    """
    @param now: the time of day, in milliseconds since the epoch.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    """

    def __init__(self, now: Callable[[], int], ticks: Callable[[], int]) -> None:
        self._now = now
        self._settled = Settled(now, ticks)
        self._ticks = ticks
        # What was read from the store last, and when it was read for the first time.
        self._noted = -1
        self._since = 0

    def now(self, noted: int) -> int | None:
        """
        @param noted: what is in the store; 0: nothing yet.
        @return: milliseconds since the epoch; None: the clock was not seen for an hour yet.
        """
        if noted != self._noted:
            self.begin(noted)
        now = self._settled.now()
        if now is None or not noted:
            return now
        return min(now, noted + HASTE * (self._ticks() - self._since))

    def begin(self, noted: int) -> None:
        """Go on from what is in the store from now on."""
        self._noted, self._since = noted, self._ticks()

    def is_news(self, noted: int, now: int) -> bool:
        """
        @param now: what L{now} has given.
        @return: whether to note it: it is much later; or what is noted is still to come, as the clock was ahead.
        """
        return now - noted >= TIME_NOTED or self._now() < noted - TIME_NOTED

    def late(self, now: int) -> int:
        """@return: milliseconds by which the clock is ahead of this time, which L{now} has given."""
        return (self._settled.now() or now) - now


def read(connection: Connection) -> int:
    """@return: the time that daemons have noted; 0: none yet."""
    return connection.scalar(select(keeping_head.c.seen)) or 0


def note(connection: Connection, seen: int) -> None:
    """Note how far the time is. In a transaction that holds the write lock."""
    connection.execute(update(keeping_head).values(seen=seen))
