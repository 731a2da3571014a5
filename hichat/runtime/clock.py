"""
The clocks: the time of day, for times that are stored and shown; and a monotonic one for intervals, limits, deadlines.

People and NTP set the time of day: it jumps, both ways. Twisted's reactors use it all the same. If it is set back by
40 s, the reactor delays all calls by 40 s, those for messages as well as those for pings. So L{make_steady} gives the
reactor the monotonic clock, before it has much to do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, monotonic_ns
from typing import Any


class _Steady:
    """
    A reactor's clock: monotonic, and beginning at the time of the reactor's earlier clock.

    @param clock: the earlier clock.
    """

    __slots__ = ("_ahead",)

    def __init__(self, clock: Callable[[], float]) -> None:
        self._ahead = clock() - monotonic()

    def __call__(self) -> float:
        return monotonic() + self._ahead


def make_steady(reactor: Any) -> None:
    """
    Give a reactor the monotonic clock. Its pending calls keep their delays. Its C{seconds} continue, but are no time of
    day any more. May be called again, and at any time.

    @param reactor: a real reactor; a test's clock is left as it is.
    """
    # Not imported at the top: child processes, which have no reactor, import this module, too.
    from twisted.internet.base import ReactorBase

    if not isinstance(reactor, ReactorBase) or isinstance(reactor.seconds, _Steady):
        return
    reactor.seconds = steady = _Steady(reactor.seconds)
    # Pending calls have a reference to the clock, which they use when they are reset.
    for call in [*reactor._pendingTimedCalls, *reactor._newTimedCalls]:
        call.seconds = steady


def ticks() -> int:
    """@return: milliseconds of a monotonic clock, for durations."""
    return monotonic_ns() // 1_000_000


SETTLED_AFTER = 3600_000
"""Milliseconds for which L{Settled} must have seen a time of day before it believes it."""


class Settled:
    """
    The time of day for actions that cannot be undone, such as removing old files: a clock that is set wrong, and is set
    right within the hour, makes nothing look older than it is.

    @param now: the time of day, in milliseconds since the epoch.
    @param ticks: see L{ticks}.
    """

    def __init__(self, now: Callable[[], int], ticks: Callable[[], int]) -> None:
        self._now = now
        self._ticks = ticks
        # The looks at the clock: the ticks, and how far the time of day was ahead of them. Those of the last hour, and
        # one before it.
        self._seen = deque([(ticks(), now() - ticks())])

    def now(self) -> int | None:
        """@return: a time of day that is surely not too late; None: the clock was not seen for an hour yet."""
        ticks = self._ticks()
        self._seen.append((ticks, self._now() - ticks))
        while self._seen[1][0] <= ticks - SETTLED_AFTER:
            self._seen.popleft()
        if self._seen[0][0] > ticks - SETTLED_AFTER:
            return None
        return ticks + min(ahead for _, ahead in self._seen)
