"""
A backup: a directory with a manifest.

It is laid out as a state directory on SQLite, whatever the store was on::

    manifest.json                       what is in it, and the SHA-256 of each part
    hichat.db                           all rows of the store, as a database of SQLite
    token.key, media.key, names.key     the store's keys
    uploads/                            the uploaded files that the rows name
    files.sha256                        the SHA-256 of each of them, for C{sha256sum -c}

It is made under another name, L{unfinished_name}, with the file L{UNFINISHED} in it, and gets its own when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import msgspec

from hichat.core.errors import StartError

MANIFEST = "manifest.json"
SUMS = "files.sha256"
UNFINISHED = "UNFINISHED"

FORMAT = 1
"""The number of this layout."""

MANIFEST_LIMIT = 1_000_000
"""Bytes that a manifest may have."""

_PIECE = 1 << 20

OnBytes = Callable[[int], object]
"""Called with a number of bytes that were read."""


class BackupPart(msgspec.Struct):
    """A file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct):
    """
    What is in a backup.

    @ivar format: L{FORMAT}.
    @ivar version: the version of HiChat that made it.
    @ivar schema: the number of the database's newest migration.
    @ivar made_at: when, in milliseconds since the epoch.
    @ivar store: the name of the log's first epoch: all backups of one store have the same.
    @ivar epoch: that of its last one.
    @ivar position: the log's last position.
    @ivar source: C{sqlite} or C{postgresql}.
    @ivar rows: the number of rows of each table.
    @ivar files: the number of uploaded files and thumbnails, and C{file_bytes} their bytes.
    @ivar missing: files that the store names, and that were not there, could not be read, or had another size than in
        the store: those of another size are in the backup as they were.
    @ivar parts: by name, the other files.
    """

    format: int
    version: str
    schema: int
    made_at: int
    store: str
    epoch: str
    position: int
    source: str
    rows: dict[str, int]
    files: int
    file_bytes: int
    missing: list[str]
    parts: dict[str, BackupPart]


def unfinished_name(name: str) -> str:
    """@return: the name of a backup of this name that is being made, or removed."""
    return f".{name}.unfinished"


def read_manifest(directory: Path) -> Manifest:
    """@raise StartError: the directory has no whole backup, or one that this version does not know."""
    try:
        with (directory / MANIFEST).open("rb") as file:
            found = msgspec.json.decode(file.read(MANIFEST_LIMIT), type=Manifest)
    except FileNotFoundError:
        why = "it was interrupted" if (directory / UNFINISHED).exists() else f"there is no {MANIFEST}"
        raise StartError(f"hichat: {directory} is no whole backup: {why}") from None
    except NotADirectoryError:
        raise StartError(f"hichat: {directory} is no backup: a backup is a directory") from None
    except (OSError, msgspec.DecodeError) as e:
        raise StartError(f"hichat: {directory}: the manifest cannot be read: {e}") from None
    if found.format != FORMAT:
        raise StartError(f"hichat: {directory}: this version does not know backups of format {found.format}")
    return found


def backups_in(parent: Path) -> Iterator[tuple[Path, Manifest]]:
    """@return: the whole backups in a directory, the newest first."""
    found = []
    for path in parent.iterdir():
        if not path.name.startswith(".") and path.is_dir() and not path.is_symlink():
            with suppress(StartError):
                found.append((path, read_manifest(path)))
    yield from sorted(found, key=lambda each: each[1].made_at, reverse=True)


def claim(directory: Path) -> int:
    """
    Lock a directory for one process.

    @return: the file descriptor that holds the lock until it is closed.
    @raise StartError: another process has it.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StartError(f"hichat: another process is at work in {directory}") from None
    return descriptor


def remove_backup(path: Path) -> None:
    """Remove a backup. If that is interrupted, what is left is no whole one."""
    away = path.with_name(unfinished_name(path.name))
    path.rename(away)
    (away / UNFINISHED).touch()
    shutil.rmtree(away)


def remove_left_overs(parent: Path) -> None:
    """Remove what killed backups have left."""
    for path in parent.glob(unfinished_name("*")):
        if (path / UNFINISHED).exists():
            with suppress(StartError):
                lock = claim(path)
                try:
                    shutil.rmtree(path)
                finally:
                    os.close(lock)


def digest_of(path: Path, read: OnBytes = int) -> BackupPart:
    """@raise OSError: it cannot be read."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
            size += len(piece)
            read(len(piece))
    return BackupPart(size, found.hexdigest())


def link_or_copy(source: Path, target: Path) -> None:
    """
    Let a file that never changes also be at another path.

    @raise OSError: it is not there, or cannot be read or written.
    """
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        # On another disk, or another user's.
        copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file to a new one that is for its owner only, and is on the disk when this returns."""
    with source.open("rb") as old, _new(target) as new:
        shutil.copyfileobj(old, new, _PIECE)
        new.flush()
        os.fsync(new.fileno())


def _new(path: Path):  # type: ignore[no-untyped-def]
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write_part(path: Path, data: bytes) -> None:
    """Write a new file that is for its owner only, and is on the disk when this returns."""
    with _new(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Write the names of a directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
