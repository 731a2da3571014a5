"""Log-ins that expire: their connections are closed. No connection outlives its log-in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import islice

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from hichat.core.errors import StoreAway
from hichat.pipeline.gateway.roster import Roster

DEVICES_IN_QUERY = 500
"""The most devices in one query."""

LOOK_INTERVAL = 600.0
"""The most seconds between two looks; a tenth of the duration of sessions, if that is less."""


class Endings:
    """
    Looks for expired log-ins now and then.

    @param find: for at most L{DEVICES_IN_QUERY} devices, gives those whose sessions are over.
    @param duration: the duration of sessions, in seconds.
    """

    _log = Logger()

    def __init__(
        self,
        roster: Roster,
        find: Callable[[Collection[int]], Deferred[set[int]]],
        clock: IReactorTime,
        duration: int,
    ) -> None:
        self._roster = roster
        self._find = find
        self._every = min(LOOK_INTERVAL, duration / 10)
        self._calls = LoopingCall(lambda: Deferred.fromCoroutine(self._look()))
        self._calls.clock = clock

    def start(self) -> None:
        """Begin to look."""
        self._calls.start(self._every, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._calls.running:
            self._calls.stop()

    async def _look(self) -> None:
        devices = iter(self._roster.signed_in())
        while chunk := list(islice(devices, DEVICES_IN_QUERY)):
            try:
                over = await self._find(chunk)
            except StoreAway:
                # The next look finds them.
                return
            except Exception:
                self._log.failure("expired log-ins could not be looked for")
                return
            self._roster.end(over)
