"""
The audit log's writer. What is noted goes at once to the operator's log, as one JSON line of the namespace
C{hichat.audit}, and soon to the table C{audit}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.audit import entries
from hichat.audit.entries import OK, UNKNOWN_OUTCOME, Entry
from hichat.core.errors import Refused
from hichat.runtime.limits import address_key
from hichat.storage.store import Store

NAMESPACE = "hichat.audit"
"""Of the lines in the operator's log."""

GATHERED = 0.05
"""Seconds in which entries are gathered for one transaction."""

AGAIN = 2.0
"""Seconds until entries that could not be stored are tried again."""

UNSTORED_LIMIT = 10_000
"""The most entries that wait to be stored. Further ones are in the operator's log only."""

SUMMED_SECONDS = 60.0
"""Seconds for which refusals that are alike are summed."""

SUMMED_LIMIT = 100
"""
The most different refusals that are summed, each with an address (of IPv6 the first 64 bits, which one party has). The
addresses of further ones are left out: the table only grows, and strangers must not fill the disk.
"""

Note = Callable[[Entry], object]
"""Notes an entry; the time is added."""


def no_notes(entry: Entry) -> None:
    """Where there is no audit log."""


@contextmanager
def recorded(note: Note, entry: Entry) -> Iterator[None]:
    """
    Note an entry when the body is through, with the outcome: L{OK}, the code of the refusal that it raises, or
    L{UNKNOWN_OUTCOME} after another error: it may be done all the same, for example when the client hangs up meanwhile.
    """
    try:
        yield
    except Refused as e:
        note(msgspec.structs.replace(entry, outcome=e.code))
        raise
    except BaseException:
        note(msgspec.structs.replace(entry, outcome=UNKNOWN_OUTCOME))
        raise
    note(entry)


class AuditBook:
    """
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, clock: IReactorTime, now: Callable[[], int]) -> None:
        # As a class attribute it would get the class' name.
        self._log = Logger(NAMESPACE)
        self._store = store
        self._clock = clock
        self._now = now
        self._waiting: list[Entry] = []
        self._writing: Deferred[None] | None = None
        self._failed = self._stopping = False
        self._call: IDelayedCall | None = None
        self._lost = 0
        # By what they have in common: the first refusal, which was noted, and how many came since.
        self._summed: dict[Entry, tuple[Entry, int]] = {}
        self._summing: IDelayedCall | None = None

    def note(self, entry: Entry) -> None:
        """
        Note that something was done or refused. Refusals that are alike are noted once, and again with their number
        when a minute is over: so whoever tries again and again does not fill the disk.
        """
        if entry.outcome != OK and self._is_repeated(entry):
            return
        self._take(msgspec.structs.replace(entry, at=self._now()))

    async def stop(self) -> None:
        """Store what is left, if the store is there."""
        self._stopping, self._failed = True, False
        for call in (self._call, self._summing):
            if call is not None and call.active():
                call.cancel()
        self._tell_sums()
        if self._writing is not None:
            await self._writing
            self._failed = False
        while self._waiting and not self._failed:
            self._write()
            if self._writing is not None:
                await self._writing
        if self._waiting:
            self._log.warn(
                "{count} entries of the audit log are not in its table, only in this log", count=len(self._waiting)
            )

    def _is_repeated(self, entry: Entry) -> bool:
        key = msgspec.structs.replace(entry, address=address_key(entry.address) or entry.address)
        if key not in self._summed and len(self._summed) >= SUMMED_LIMIT:
            entry = key = Entry(act=entry.act, outcome=entry.outcome, via=entry.via)
        known = self._summed.get(key)
        self._summed[key] = (entry, 0) if known is None else (known[0], known[1] + 1)
        if self._summing is None:
            self._summing = self._clock.callLater(SUMMED_SECONDS, self._tell_sums)
        return known is not None

    def _tell_sums(self) -> None:
        self._summing = None
        summed, self._summed = self._summed, {}
        for entry, count in summed.values():
            if count:
                self._take(msgspec.structs.replace(entry, count=count, at=self._now()))

    def _take(self, entry: Entry) -> None:
        fields: dict[str, Any] = {
            name: value for name, value in msgspec.structs.asdict(entry).items() if value not in (0, "")
        }
        self._log.info("{entry}", entry=msgspec.json.encode(fields).decode(), **fields)
        if len(self._waiting) >= UNSTORED_LIMIT:
            self._lost += 1
            return
        self._waiting.append(entry)
        self._write_later(GATHERED)

    def _write_later(self, seconds: float) -> None:
        if self._stopping or self._writing is not None:
            return
        if self._call is None or not self._call.active():
            self._call = self._clock.callLater(seconds, self._write)

    def _write(self) -> None:
        some = self._waiting[:1000]
        writing = self._writing = self._store.write(entries.add, some)
        writing.addCallbacks(lambda _: self._stored(len(some)), self._not_stored)

    def _stored(self, count: int) -> None:
        self._writing, self._failed = None, False
        del self._waiting[:count]
        if self._lost:
            self._log.warn("{count} entries of the audit log are not in its table, only in this log", count=self._lost)
            self._lost = 0
        if self._waiting:
            self._write_later(0)

    def _not_stored(self, failure: Failure) -> None:
        self._writing, self._failed = None, True
        if failure.check(CancelledError):
            return
        self._log.warn(
            "{count} entries of the audit log wait to be stored: {cause}",
            count=len(self._waiting),
            cause=failure.getErrorMessage(),
        )
        self._write_later(AGAIN)
