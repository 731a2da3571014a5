"""
The ages of events.

An event has the time of day at which it was written, but the clock may have been set since. L{Ages} remembers the log's
last position at times of a monotonic clock: events up to a position are at least as old as that time, and later events
are not older.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

AGE_STEPS = 1000
"""The resolution of ages: the longest age, divided by this."""


class Ages:
    """
    The ages of events, up to a longest age.

    @param longest: milliseconds; older events are known to be older than this, no more.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    """

    def __init__(self, longest: int, ticks: Callable[[], int]) -> None:
        self._step = longest // AGE_STEPS
        self._ticks = ticks
        # Last positions of the log, and the ticks at which they were seen; both grow.
        self._ends: list[int] = []
        self._seen: list[int] = []

    def note(self, end: int) -> None:
        """The log ends at this position now."""
        now = self._ticks()
        if self._ends and end < self._ends[-1]:
            # The log is another one.
            self._ends.clear()
            self._seen.clear()
        if len(self._seen) > 1 and now - self._seen[-2] <= self._step:
            # Replace the last look: only the looks before it have the coarse resolution.
            self._ends[-1], self._seen[-1] = end, now
            return
        self._ends.append(end)
        self._seen.append(now)
        if len(self._ends) > 4 * AGE_STEPS:
            del self._ends[:AGE_STEPS], self._seen[:AGE_STEPS]

    def of(self, position: int, told: int) -> int:
        """
        @param told: the event's age by the time of day, in milliseconds.
        @return: its age in milliseconds, corrected if the clock was set.
        """
        now = self._ticks()
        place = bisect_left(self._ends, position)
        least = now - self._seen[place] if place < len(self._ends) else 0
        age = max(told, least)
        return min(age, now - self._seen[place - 1]) if place else age
