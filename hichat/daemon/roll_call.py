"""
The roll call of the workers: the supervisor asks them all to answer, again and again.

The supervisor gives the service manager a sign of life only when all have answered: so a daemon with a worker whose
reactor does not turn any more is restarted. A worker that has ended is not asked: the supervisor starts it again.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

ROLL_CALL = "roll call"
"""The topic under which the supervisor asks, and under which a worker answers."""

SERVES = "serves"
"""The topic under which a worker tells the supervisor that it serves."""


class RollCall:
    """
    @param ask: asks all workers.
    @param whole: called each time that all have answered.
    @ivar present: the numbers of the workers that serve.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, ask: Callable[[], object], whole: Callable[[], object]) -> None:
        self.present: set[int] = set()
        self._clock = clock
        self._ask = ask
        self._whole = whole
        # Who has not answered yet; None: all have.
        self._silent: set[int] | None = None
        self._asked_at = 0.0

    def call(self) -> None:
        """Ask all, unless one has not answered the last time."""
        if self._silent is not None:
            self._log.warn(
                "workers {numbers} have not answered the supervisor for {seconds} s",
                numbers=", ".join(map(str, sorted(self._silent))),
                seconds=round(self._clock.seconds() - self._asked_at),
            )
            return
        self._silent, self._asked_at = set(self.present), self._clock.seconds()
        self._ask()
        self._conclude()

    def answered(self, number: int) -> None:
        """A worker has answered."""
        if self._silent is not None:
            self._silent.discard(number)
            self._conclude()

    def gone(self, number: int) -> None:
        """A worker has ended."""
        self.present.discard(number)
        self.answered(number)

    def _conclude(self) -> None:
        if not self._silent:
            self._silent = None
            self._whole()
