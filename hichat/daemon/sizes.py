"""
How much room everything takes, for the metrics: the database, the search index, the uploads, and the disk's free room.

They are looked up once a minute, in a thread that reads the store, and not while the metrics are requested: to count
the uploads of a large server takes a moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.errors import StoreAway
from hichat.daemon.settings import DaemonSettings
from hichat.media import records
from hichat.runtime.metrics import Metrics
from hichat.search.index import Index
from hichat.storage.engine import database_bytes
from hichat.storage.store import Store

SIZES_INTERVAL = 60.0
"""Seconds between two looks."""

SHARE = 100
"""A look that has taken long is followed by a pause of so many times as long, if that is more."""


class Room(NamedTuple):
    """
    Room on a disk in bytes.

    @ivar free: what the daemon may still fill.
    """

    free: int
    size: int


class SizesFound(NamedTuple):
    """
    What a look has found, in bytes.

    @ivar uploads: the number of uploaded files.
    @ivar uploads_bytes: what they count as in the quotas of their owners; thumbnails too.
    @ivar rooms: the disks, by a directory on each.
    """

    database: int
    search: int
    uploads: int
    uploads_bytes: int
    rooms: Mapping[str, Room]


class Sizes:
    """
    Looks up the sizes again and again.

    @param directories: the disks of these are looked at.
    @param clock: times the looks.
    @ivar found: what the last look has found; None: there was none yet.
    """

    _log = Logger()

    def __init__(self, store: Store, index: Index, directories: Collection[Path], clock: IReactorTime) -> None:
        self.found: SizesFound | None = None
        self._store = store
        self._index = index
        self._directories = directories
        self._clock = clock
        self._call: IDelayedCall | None = None
        self._is_stopped = False

    def show_in(self, metrics: Metrics) -> None:
        """Let the metrics tell of them."""

        def of(value: Callable[[SizesFound], float]) -> Callable[[], float | None]:
            return lambda: None if self.found is None else value(self.found)

        def rooms(value: Callable[[Room], float]) -> Callable[[], Mapping[str, float]]:
            return lambda: {} if self.found is None else {at: value(room) for at, room in self.found.rooms.items()}

        metrics.gauges.update(
            database_bytes=("Size of the database; on PostgreSQL with the search index", of(lambda f: f.database)),
            search_bytes=("Size of the search index", of(lambda f: f.search)),
            uploads=("Uploaded files", of(lambda f: f.uploads)),
            uploads_bytes=("Bytes of uploaded files, as quotas count them", of(lambda f: f.uploads_bytes)),
        )
        metrics.labelled.update(
            disk_free_bytes=("Room that is left on the disk of a directory", "directory", rooms(lambda r: r.free)),
            disk_size_bytes=("Size of the disk of a directory", "directory", rooms(lambda r: r.size)),
        )

    def start(self) -> None:
        """Begin; the store's threads run."""
        self._call = self._clock.callLater(0, self._look)

    def stop(self) -> None:
        """End it. May be called again."""
        self._is_stopped = True
        if self._call is not None and self._call.active():
            self._call.cancel()

    def _look(self) -> None:
        began = self._clock.seconds()
        looking = self._store.read(self._measure).addCallbacks(self._note, self._failed)
        looking.addBoth(lambda _: self._again(self._clock.seconds() - began))

    def _measure(self, connection: Connection) -> SizesFound:
        rooms = {str(directory): _room(directory) for directory in self._directories}
        search = self._index.size(connection)
        return SizesFound(database_bytes(connection), search, *records.totals(connection), rooms)

    def _note(self, found: SizesFound) -> None:
        self.found = found

    def _failed(self, failure: Failure) -> None:
        # The store has logged its own failures already.
        if not failure.check(StoreAway):
            self._log.failure("the sizes of the store cannot be looked up", failure)

    def _again(self, took: float) -> None:
        if not self._is_stopped:
            self._call = self._clock.callLater(max(SIZES_INTERVAL, took * SHARE), self._look)


def _room(directory: Path) -> Room:
    found = os.statvfs(directory)
    return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


def directories_of(settings: DaemonSettings) -> list[Path]:
    """@return: the state directory; and that of an SQLite database, if it is elsewhere."""
    found = [settings.state_dir]
    if settings.on_sqlite:
        place = Path(make_url(settings.database_url).database or "").absolute().parent
        if not place.is_relative_to(settings.state_dir):
            found.append(place)
    return found
