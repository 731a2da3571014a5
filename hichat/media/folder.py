"""
The directory of files. A file is in it whole or not at all, whenever the process ends.

A file that is being written has a temporary name, and a lock that ends with its process. So a worker that starts can
tell a file that a crash left from one that another worker is writing.
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

THUMBNAIL_SUFFIX = ".thumbnail"
"""The end of the name of a thumbnail's file, behind the id."""

_UNFINISHED = ".part"
_NAME = re.compile(rf"({ID})(?:{re.escape(THUMBNAIL_SUFFIX)})?")

STRAY_AFTER = 3600.0
"""Seconds after which a file without a record counts as left by a crash."""


@implementer(IFileStore)
class Folder:
    """
    A directory of this machine as store of files.

    @param path: the directory; L{start} makes it.
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
        # mkstemp makes a file that only this user may read.
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
        """See L{IFileStore.sync}: this writes the directory itself to the disk."""
        descriptor = os.open(self.scratch, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def place(self, id: str, thumbnail: bool = False) -> Path:
        """See L{IFileStore.place}."""
        return self.scratch / (f"{id}{THUMBNAIL_SUFFIX}" if thumbnail else id)

    def remove(self, ids: Iterable[str]) -> None:
        """See L{IFileStore.remove}."""
        for id in ids:
            for thumbnail in (False, True):
                self.place(id, thumbnail).unlink(missing_ok=True)

    def old(self, now: int) -> list[str]:
        """See L{IFileStore.old}: files that have not changed for L{STRAY_AFTER}."""
        before = now / 1000 - STRAY_AFTER
        found = set()
        with os.scandir(self.scratch) as entries:
            for entry in entries:
                name = _NAME.fullmatch(entry.name)
                with suppress(FileNotFoundError):
                    if name is not None and entry.stat().st_mtime < before:
                        found.add(name[1])
        return sorted(found)
