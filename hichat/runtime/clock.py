"""
The clocks: the time of day, for times that are stored and shown; and a monotonic one for intervals, limits, deadlines.

The time of day is set, by people and by NTP: it jumps, both ways. Twisted's reactors go by it all the same. If it is
set back by 40 s, the reactor holds all delayed calls for 40 s, for messages as well as pings. So a reactor is given the
monotonic clock, before it has much to do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, monotonic_ns
from typing import Any


class _Steady:
    """
    What a reactor goes by: it begins as the clock that the reactor had.

    @param clock: that one.
    """

    __slots__ = ("_ahead",)

    def __init__(self, clock: Callable[[], float]) -> None:
        self._ahead = clock() - monotonic()

    def __call__(self) -> float:
        return monotonic() + self._ahead


def make_steady(reactor: Any) -> None:
    """
    Let a reactor go by the monotonic clock. Whatever it was to call after some seconds, it calls after so many. Its
    C{seconds} go on from where they were, but are no time of day any more. May be called again, and at any time.

    @param reactor: a real one; a test's clock, which only that test turns, is left as it is.
    """
    # Not at the top: the child processes, which have no reactor, count their time by this module too.
    from twisted.internet.base import ReactorBase

    if not isinstance(reactor, ReactorBase) or isinstance(reactor.seconds, _Steady):
        return
    reactor.seconds = steady = _Steady(reactor.seconds)
    # They reckon by a clock of their own when they are put off.
    for call in [*reactor._pendingTimedCalls, *reactor._newTimedCalls]:
        call.seconds = steady


def ticks() -> int:
    """@return: milliseconds since some moment; for how long something lasts."""
    return monotonic_ns() // 1_000_000


SETTLED_AFTER = 3600_000
"""Milliseconds after which it is believed that it is as late as the time of day says."""


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
        # When it was looked at, and how much it was ahead of the ticks: since an hour ago, and once before that.
        self._seen = deque([(ticks(), now() - ticks())])

    def now(self) -> int | None:
        """@return: the time of day that it is at the least; None: it is not known for long enough."""
        ticks = self._ticks()
        self._seen.append((ticks, self._now() - ticks))
        while self._seen[1][0] <= ticks - SETTLED_AFTER:
            self._seen.popleft()
        if self._seen[0][0] > ticks - SETTLED_AFTER:
            return None
        return ticks + min(ahead for _, ahead in self._seen)
