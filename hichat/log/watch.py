"""
Watching the log: whether it still is the one that was served.

Once a second a daemon looks up the log's end, and the fingerprint of the event that was the end a second ago. In its
state directory it keeps the last such place, the B{high-water mark}: so at the next start it knows a log that is
shorter than what was served, or that has another event there. See L{hichat.log.epochs}.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.core.errors import ResyncRequired
from hichat.log import epochs
from hichat.log.epochs import Place
from hichat.runtime.files import replace
from hichat.storage.store import Store

MARK = "log.mark"
"""The high-water mark's file in the state directory."""

VERIFIED = 1000
"""The most checks of clients that are remembered as good: after a restart most clients have one of a few."""


class HighWaterMark:
    """
    The file with the last place of the log that was served from a state directory.

    @param directory: the state directory.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / MARK

    def read(self) -> Place | None:
        """@return: the place; None: there is none, or the file cannot be read."""
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(self._path.read_bytes(), type=Place)
        return None

    def write(self, place: Place) -> None:
        """
        Replace the place. Several processes may do so: the file always has one of theirs.

        @raise OSError: it cannot be written.
        """
        replace(self._path, msgspec.json.encode(place))


class LogWatch:
    """
    Watches the log for one process.

    @param now: the time in milliseconds since the epoch.
    @param mark: the high-water mark; None: none is kept.
    @param notes: whether this process keeps the mark up to date while it runs: one of several workers does.
    @ivar place: the log's end at the last look.
    @ivar changed: called with the log's end when the log has another epoch.
    """

    _log = Logger()

    def __init__(
        self, store: Store, now: Callable[[], int], mark: HighWaterMark | None = None, notes: bool = True
    ) -> None:
        self._store = store
        self._now = now
        self._mark = mark
        self._notes = notes
        self._can_note = True
        self._verified: set[str] = set()
        self.changed: Callable[[Place], object] = lambda place: None
        self.place = Place("", 0, "", 0)

    def begin(self) -> Place:
        """
        Look whether the log is the one that was served before; if not, it gets a new epoch. For the start, in the
        caller's thread.

        @return: the log's end.
        """
        alone = self._mark is not None and self._store.engine.dialect.name == "sqlite"
        with self._store.snapshot() as connection:
            known = self._known()
            settled = epochs.is_settled(connection, known, alone)
            self.place = epochs.look(connection, None, self._now()).place
        if not settled:
            before = self.place.epoch
            with self._store.transaction() as connection:
                # Another worker may have been quicker: it has written its mark before it let go of the lock.
                known = self._known()
                self.place = epochs.settle(connection, known, alone, self._now())
                self._note(self.place)
            if before != self.place.epoch:
                self._tell("it is not the one that was served from this state directory")
        elif known is None or _is_news(self.place, known):
            self._note(self.place)
        return self.place

    def _known(self) -> Place | None:
        return None if self._mark is None else self._mark.read()

    async def look(self) -> int:
        """
        Look at the log's end.

        @return: the position.
        """
        known = self.place
        place, same = await self._store.read(self._look, known)
        if not same:
            place = await self._store.write(epochs.renew, known, self._now())
        before, self.place = self.place, place
        if place.epoch != before.epoch:
            if not same:
                self._tell("it went back, or another server has taken over")
            self._verified.clear()
            self.changed(place)
        return place.position

    def _look(self, connection: Connection, known: Place) -> epochs.Look:
        found = epochs.look(connection, known, self._now())
        if found.same and self._notes and _is_news(found.place, known):
            self._note(found.place)
        return found

    def _note(self, place: Place) -> None:
        if self._mark is None:
            return
        try:
            self._mark.write(place)
        except OSError as e:
            if self._can_note:
                self._log.warn("the high-water mark of the log cannot be written: {cause}", cause=e.strerror)
            self._can_note = False
        else:
            self._can_note = True

    def _tell(self, cause: str) -> None:
        self._log.warn("the log has a new epoch, so all clients start anew: {cause}", cause=cause)

    async def admit(self, since: int, epoch: str, check: str) -> None:
        """
        Judge a client's cursor; see L{epochs.restart}.

        @raise ResyncRequired: it is of another log.
        """
        is_known = epoch == self.place.epoch and (not check or check in self._verified)
        if is_known and since <= self.place.position:
            return
        position = await self._store.read(epochs.restart, since, epoch, check)
        if position is not None:
            raise ResyncRequired(position)
        if len(self._verified) >= VERIFIED:
            self._verified.clear()
        if check:
            self._verified.add(check)

    def check(self, position: int) -> str:
        """@return: the last check, if the log had no more than this position then; else an empty one."""
        return self.place.check if self.place.position <= position else ""


def _is_news(place: Place, known: Place) -> bool:
    return (place.epoch, place.position) != (known.epoch, known.position)
