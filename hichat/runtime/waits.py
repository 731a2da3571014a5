"""
How long queues make wait: the age of the oldest item of each, at no cost for an item.

An item's time would be a call of the clock for each. Instead each queue's count is noted once a second: the oldest item
is at least as old as the first note that has counted it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

NOTE_INTERVAL = 1.0
"""Seconds between two notes."""


class Wait:
    """
    The wait of a queue that is first in, first out.

    @param done: returns how many items have left the queue so far.
    @param waiting: returns how many are in it.
    """

    def __init__(self, done: Callable[[], int], waiting: Callable[[], int]) -> None:
        self._done = done
        self._waiting = waiting
        # When it was noted, and how many items had come by then; only if more than at the note before.
        self._notes: deque[tuple[float, int]] = deque()

    def note(self, now: float) -> None:
        """Note how many items have come."""
        done = self._done()
        while self._notes and self._notes[0][1] <= done:
            self._notes.popleft()
        come = done + self._waiting()
        if come > (self._notes[-1][1] if self._notes else done):
            self._notes.append((now, come))

    def age(self, now: float) -> float:
        """@return: the least seconds that the oldest item has waited for; 0: less than L{NOTE_INTERVAL}, or no item."""
        done = self._done()
        return next((max(0.0, now - noted) for noted, come in self._notes if come > done), 0.0)


class Waits:
    """
    The waits of several queues.

    @param waits: by the queue's name.
    """

    def __init__(self, clock: IReactorTime, waits: Mapping[str, Wait]) -> None:
        self._clock = clock
        self._waits = waits
        self._noting = LoopingCall(self._note)
        self._noting.clock = clock

    def start(self) -> None:
        """Begin to note."""
        self._noting.start(NOTE_INTERVAL)

    def stop(self) -> None:
        """End it. May be called again."""
        if self._noting.running:
            self._noting.stop()

    def ages(self) -> dict[str, float]:
        """@return: the age of each queue's oldest item, see L{Wait.age}."""
        now = self._clock.seconds()
        return {name: wait.age(now) for name, wait in self._waits.items()}

    def _note(self) -> None:
        now = self._clock.seconds()
        for wait in self._waits.values():
            wait.note(now)
