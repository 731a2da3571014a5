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

from zope.interface import implementer

from hichat.core.ports import IFileStore, Unfinished
from hichat.media.addresses import ID

THUMBNAIL = ".thumbnail"
"""What follows the id in the name of a thumbnail's file."""

_UNFINISHED = ".part"
_NAME = re.compile(rf"({ID})(?:{re.escape(THUMBNAIL)})?")

STRAY_AFTER = 3600.0
"""Seconds after which a file that no table knows is one that a crash left."""


@implementer(IFileStore)
class Folder:
    """
    A directory of this machine's.

    @param path: made by L{start}.
    """

    def __init__(self, path: Path) -> None:
        self.scratch = path

    def start(self) -> None:
        """See L{IFileStore.start}."""
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self.scratch.glob(f"*{_UNFINISHED}"):
            with suppress(OSError), unfinished.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                unfinished.unlink()

    @contextmanager
    def unfinished(self) -> Iterator[Unfinished]:
        """See L{IFileStore.unfinished}."""
        # mkstemp makes it readable by nobody else.
        descriptor, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=self.scratch)
        try:
            with open(descriptor, "w+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield Unfinished(file, Path(name))
        finally:
            Path(name).unlink(missing_ok=True)

    def finish(self, unfinished: Unfinished, id: str, thumbnail: bool = False) -> None:
        """See L{IFileStore.finish}."""
        unfinished.file.flush()
        os.fsync(unfinished.file.fileno())
        unfinished.path.rename(self.place(id, thumbnail))

    def sync(self) -> None:
        """See L{IFileStore.sync}: the names are on the disk after this."""
        descriptor = os.open(self.scratch, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def place(self, id: str, thumbnail: bool = False) -> Path:
        """See L{IFileStore.place}."""
        return self.scratch / (f"{id}{THUMBNAIL}" if thumbnail else id)

    def remove(self, ids: Iterable[str]) -> None:
        """See L{IFileStore.remove}."""
        for id in ids:
            for thumbnail in (False, True):
                self.place(id, thumbnail).unlink(missing_ok=True)

    def old(self, now: int) -> list[str]:
        """See L{IFileStore.old}: for L{STRAY_AFTER}."""
        before = now / 1000 - STRAY_AFTER
        found = set()
        with os.scandir(self.scratch) as entries:
            for entry in entries:
                name = _NAME.fullmatch(entry.name)
                with suppress(FileNotFoundError):
                    if name is not None and entry.stat().st_mtime < before:
                        found.add(name[1])
        return sorted(found)
