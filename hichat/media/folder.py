"""
The directory of files. A file is in it whole or not at all, whenever the process ends.

What is being written has a name of its own, and a lock that ends with its process: so at the start, what a crash left
behind is told from what another worker is writing.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from hichat.media.addresses import ID

THUMBNAIL = ".thumbnail"
"""What follows the id in the name of a thumbnail's file."""

_UNFINISHED = ".part"
_NAME = re.compile(rf"({ID})(?:{re.escape(THUMBNAIL)})?")

STRAY_AFTER = 3600.0
"""Seconds after which a file that no table knows is one that a crash left."""


class Unfinished(NamedTuple):
    """A file that is being written."""

    file: IO[bytes]
    path: Path


class Folder:
    """
    All of it waits for the disk: not for the reactor's thread.

    @param path: made by L{start}.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def start(self) -> None:
        """Make the directory; remove what a crash left unfinished."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self.path.glob(f"*{_UNFINISHED}"):
            with suppress(OSError), unfinished.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                unfinished.unlink()

    @contextmanager
    def unfinished(self) -> Iterator[Unfinished]:
        """A file to write, for nobody else to read. It is gone at the end, unless L{finish} was called."""
        # mkstemp makes it readable by nobody else.
        descriptor, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=self.path)
        try:
            with open(descriptor, "w+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield Unfinished(file, Path(name))
        finally:
            Path(name).unlink(missing_ok=True)

    def finish(self, unfinished: Unfinished, place: Path) -> None:
        """
        The file is whole: from now on it is there.

        @param place: from L{place}.
        @raise OSError: it cannot be stored.
        """
        unfinished.file.flush()
        os.fsync(unfinished.file.fileno())
        unfinished.path.rename(place)

    def sync(self) -> None:
        """Names that were given are on the disk after this."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def place(self, id: str, thumbnail: bool = False) -> Path:
        """@return: where a file or its thumbnail is."""
        return self.path / (f"{id}{THUMBNAIL}" if thumbnail else id)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove files and their thumbnails; some may be gone already."""
        for id in ids:
            for thumbnail in (False, True):
                self.place(id, thumbnail).unlink(missing_ok=True)

    def old(self, now: int) -> list[str]:
        """
        @param now: milliseconds since the epoch.
        @return: the ids of all files that have been there for L{STRAY_AFTER}.
        """
        before = now / 1000 - STRAY_AFTER
        found = set()
        with os.scandir(self.path) as entries:
            for entry in entries:
                name = _NAME.fullmatch(entry.name)
                with suppress(FileNotFoundError):
                    if name is not None and entry.stat().st_mtime < before:
                        found.add(name[1])
        return sorted(found)
