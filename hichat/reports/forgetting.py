"""Deletes reports that were closed long ago."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.errors import StoreAway
from hichat.reports import records
from hichat.storage.store import Store

REPORTS_LOOK_INTERVAL = 3600.0
"""Seconds between two looks for old reports."""


class ReportsForgotten:
    """
    @param now: the time in milliseconds since the epoch.
    """

    _log = Logger()

    def __init__(self, store: Store, clock: IReactorTime, now: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._now = now
        self._call: IDelayedCall | None = None
        self._is_stopped = False

    def start(self) -> None:
        """Begin; the store's threads run."""
        self._again(1.0)

    def stop(self) -> None:
        """End it. May be called again."""
        self._is_stopped = True
        if self._call is not None and self._call.active():
            self._call.cancel()

    def _look(self) -> None:
        looking: Deferred[int] = self._store.read(records.has_old, self._now())
        looking.addCallback(lambda is_there: self._store.write(records.forget_old, self._now()) if is_there else 0)
        looking.addCallbacks(self._forgotten, self._failed)

    def _forgotten(self, count: int) -> None:
        self._again(1.0 if count == records.FORGOTTEN_AT_ONCE else REPORTS_LOOK_INTERVAL)

    def _failed(self, failure: Failure) -> None:
        if not failure.check(StoreAway):
            self._log.failure("old reports could not be deleted", failure)
        self._again(REPORTS_LOOK_INTERVAL)

    def _again(self, seconds: float) -> None:
        if not self._is_stopped:
            self._call = self._clock.callLater(seconds, self._look)
