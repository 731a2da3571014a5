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

from hichat.core.errors import NoSuchMedia
from hichat.core.ports import FileFacts, FilesPage, IFileStore, ListedFile, Unfinished
from hichat.media.addresses import ID

THUMBNAIL_SUFFIX = ".thumbnail"
"""The end of the name of a thumbnail's file, behind the id."""

_UNFINISHED = ".part"
_NAME = re.compile(rf"({ID})({re.escape(THUMBNAIL_SUFFIX)})?")

STRAY_AFTER = 3600.0
"""Seconds after which a file without a record counts as left by a crash."""


def stored_name(id: str, thumbnail: bool = False) -> str:
    """@return: the name under which a store has a file or its thumbnail."""
    return f"{id}{THUMBNAIL_SUFFIX}" if thumbnail else id


def parse_name(name: str) -> tuple[str, bool] | None:
    """@return: the id in a name, and whether the name is a thumbnail's; None: it is no name of L{stored_name}."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2] is not None) if found else None


@implementer(IFileStore)
class Folder:
    """
    A directory of this machine as store of files.

    @param path: the directory; L{start} makes it.
    """

    shared = False

    def __init__(self, path: Path) -> None:
        self.scratch = path
        self.parts = (self,)

    def start(self) -> None:
        """See L{IFileStore.start}."""
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self.scratch.glob(f"*{_UNFINISHED}"):
            with suppress(OSError), unfinished.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                unfinished.unlink()

    def check(self) -> None:
        """See L{IFileStore.check}: what fails is told by whoever meets it."""

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
        return self.scratch / stored_name(id, thumbnail)

    def facts(self, id: str, thumbnail: bool = False) -> FileFacts | None:
        """See L{IFileStore.facts}."""
        try:
            found = self.place(id, thumbnail).stat()
        except FileNotFoundError:
            return None
        return FileFacts(found.st_size, found.st_mtime)

    def read(self, id: str, thumbnail: bool, start: int, length: int) -> bytes:
        """See L{IFileStore.read}."""
        try:
            with self.place(id, thumbnail).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except FileNotFoundError:
            raise NoSuchMedia from None

    def remove(self, ids: Iterable[str]) -> None:
        """See L{IFileStore.remove}."""
        for id in ids:
            for thumbnail in (False, True):
                self.place(id, thumbnail).unlink(missing_ok=True)

    def listed(self, now: int, after: str = "") -> FilesPage:
        """See L{IFileStore.listed}: all are one page. Those that have not changed for L{STRAY_AFTER} are old."""
        before = now / 1000 - STRAY_AFTER
        files = []
        with os.scandir(self.scratch) as entries:
            for entry in entries:
                found = parse_name(entry.name)
                with suppress(FileNotFoundError):
                    if found is not None:
                        known = entry.stat()
                        files.append(ListedFile(*found, known.st_size, known.st_mtime < before))
        return FilesPage(sorted(files), "")

    def remove_halves(self) -> None:
        """See L{IFileStore.remove_halves}: L{start} does it."""
