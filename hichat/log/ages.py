"""
The ages of events.

An event has the time of day at which it was written, but the clock may have been set since. L{Ages} remembers where the
log ended at which time: events up to there are at least as old as that, later ones are not older.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

MARKS = 1000
"""So finely the age is known that matters: in so many parts."""


class Ages:
    """
    @param longest: milliseconds; of what is older, that alone matters.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    """

    def __init__(self, longest: int, ticks: Callable[[], int]) -> None:
        self._step = longest // MARKS
        self._ticks = ticks
        # Where the log ended, and when that was seen; both grow.
        self._ends: list[int] = []
        self._seen: list[int] = []

    def note(self, end: int) -> None:
        """The log ends at this position now."""
        now = self._ticks()
        if len(self._seen) > 1 and now - self._seen[-2] <= self._step:
            # The last time that it was seen is always known, those before it not so finely.
            self._ends[-1], self._seen[-1] = end, now
            return
        self._ends.append(end)
        self._seen.append(now)
        if len(self._ends) > 4 * MARKS:
            del self._ends[:MARKS], self._seen[:MARKS]

    def of(self, position: int, told: int) -> int:
        """
        @param told: how old an event is by the time of day, in milliseconds.
        @return: how old it is.
        """
        now = self._ticks()
        place = bisect_left(self._ends, position)
        least = now - self._seen[place] if place < len(self._ends) else 0
        age = max(told, least)
        return min(age, now - self._seen[place - 1]) if place else age
