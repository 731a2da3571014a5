"""
C{hichat backup}: a consistent copy of a daemon's store, beside the daemon or without one.

The rows are those of one snapshot, and they decide which files belong to it. On SQLite the database's pages are copied
by SQLite's own backup, in one read transaction: writers do not wait for that. On PostgreSQL the rows are read in one
repeatable-read transaction, over a connection as the daemon's. C{pg_dump} would need PostgreSQL's programs on this
machine, in the server's version, and what it makes can only be restored into PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from hichat import __version__
from hichat.admin.administration import note_command, now, open_store, run_here
from hichat.admin.arguments import command, count, settings_of
from hichat.admin.manifest import (
    FORMAT,
    MANIFEST,
    SUMS,
    UNFINISHED,
    Manifest,
    backups_in,
    claim,
    digest_of,
    link_or_copy,
    remove_backup,
    remove_left_overs,
    sync_directory,
    unfinished_name,
    write_part,
)
from hichat.core.errors import FilesAway, NoSuchMedia, StartError
from hichat.core.ports import IFileStore
from hichat.daemon.backups import BACKED_UP, note_backup
from hichat.daemon.media import UPLOADS, make_files
from hichat.daemon.serving import DATABASE_FILE
from hichat.daemon.settings import DaemonSettings
from hichat.log import reading
from hichat.media import records
from hichat.media.folder import stored_name
from hichat.media.moving import patiently
from hichat.media.soundness import RECORDS_IN_STEP
from hichat.runtime import keys
from hichat.storage import keyring
from hichat.storage.copying import COPIED, CopiedTable, copy_store, count_rows
from hichat.storage.engine import BUSY_TIMEOUT, driver_message, make_engine
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.migrate import newest_in
from hichat.storage.store import Store
from hichat.storage.tables import epochs

PAGES_IN_STEP = 256
"""Pages of SQLite's file that are copied at a time: 1 MB."""

PAUSE = 0.002
"""Seconds between two steps: the disk is the daemon's meanwhile."""

FETCHED = 1 << 20
"""Bytes of a file in S3 that are read at a time."""

MISSING_SHOWN = 100
"""The most missing files that a manifest names."""


def add_backup_command(commands: Any) -> None:
    """Add the command."""
    text = "make a backup: of the store, the keys and the files, in a new directory, beside the daemon or without it"
    made = command(commands, "backup", text, _backup, named=False)
    made.add_argument("directory", metavar="DIR", type=Path, help="the new directory")
    text = "keep the newest N backups of this store beside it, and remove older ones [default: remove none]"
    made.add_argument("--keep", type=count, metavar="N", help=text)


def _backup(options: argparse.Namespace) -> int:
    began = time.monotonic()
    found = settings_of(options)
    directory = options.directory.absolute()
    try:
        manifest = make_backup(found, directory)
        _note_made(found.state_dir, manifest)
        removed = _prune(directory.parent, manifest.store, options.keep) if options.keep else 0
    except OSError as e:
        raise StartError(f"hichat: {e.filename or directory}: {e.strerror}") from None
    except FilesAway as e:
        raise StartError(f"hichat: HICHAT_MEDIA: {e.text('en')}") from None
    except sqlite3.Error as e:
        raise StartError(f"hichat: {directory}: {e}") from None
    except SQLAlchemyError as e:
        raise StartError(f"hichat: {directory}: {driver_message(e)}") from None
    size = manifest.file_bytes + sum(part.size for part in manifest.parts.values())
    missing = f", {len(manifest.missing)} files are missing (see `hichat check`)" if manifest.missing else ""
    gone = f", {removed} older removed" if removed else ""
    print(
        f"{directory}: position {manifest.position}, {manifest.files} files, {size / 1e6:.0f} MB, "
        f"in {time.monotonic() - began:.1f} s{missing}{gone}"
    )
    return 0


def make_backup(found: DaemonSettings, directory: Path) -> Manifest:
    """
    Make a backup.

    @param found: the daemon's settings.
    @param directory: the new directory.
    @raise StartError: it cannot be made.
    @raise OSError: a file cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise StartError(f"hichat: {directory} exists already; name a new directory")
    work = directory.with_name(unfinished_name(directory.name))
    store = open_store(found, make=False)
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left_overs(directory.parent)
    _note(store, directory)
    try:
        work.mkdir(mode=0o700)
    except FileExistsError:
        raise StartError(f"hichat: {work} exists: another backup is made there, or it is none of ours") from None
    lock = claim(work)
    try:
        (work / UNFINISHED).touch()
        manifest = _fill(found, store, work)
        write_part(work / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        (work / UNFINISHED).unlink()
        sync_directory(work)
        work.rename(directory)
        sync_directory(directory.parent)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        os.close(lock)
        store.engine.dispose()
    return manifest


def _note(store: Store, directory: Path) -> None:
    """A store that takes no changes, as on a full disk, can be copied all the same."""
    try:
        note_command(store, "backup", detail={"directory": str(directory)[:200]})
    except SQLAlchemyError as e:
        print(f"hichat: the audit log takes no entry: {driver_message(e)}", file=sys.stderr)


def _note_made(state: Path, manifest: Manifest) -> None:
    """The backup is whole, also if the disk of the daemon is full or may not be written."""
    try:
        note_backup(state, manifest.made_at)
    except OSError as e:
        print(
            f"hichat: {state / BACKED_UP}: {e.strerror}; the metrics do not show that this backup was made",
            file=sys.stderr,
        )


def _fill(found: DaemonSettings, store: Store, work: Path) -> Manifest:
    made_at = now()
    database = work / DATABASE_FILE
    if found.on_sqlite:
        _copy_pages(Path(str(store.engine.url.database)), database)
    else:
        _copy_rows(store, database)
    with closing(_Copied(database)) as copied:
        manifest = copied.manifest(store, made_at)
        _copy_keys(found.state_dir, copied, work)
        _copy_files(found, store, copied, work, manifest)
    # One file, with nothing beside it.
    with closing(sqlite3.connect(database)) as own:
        own.execute("PRAGMA journal_mode = DELETE")
    for name in (DATABASE_FILE, *STORE_KEYS, SUMS):
        manifest.parts[name] = digest_of(work / name)
    descriptor = os.open(database, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return manifest


def _copy_pages(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT, isolation_level=None)) as old, target.open("rb") as file:
        # With this the backup has one snapshot. Otherwise it would begin again at each commit of the daemon's.
        old.execute("BEGIN")
        pages = old.execute("PRAGMA page_count").fetchone()[0]
        with closing(sqlite3.connect(target)) as new, progress_bar(pages, "pages") as bar:
            new.execute("PRAGMA synchronous = OFF")

            def step(_status: int, left: int, total: int) -> None:
                # All at once in the end would keep the disk, and so the daemon's commits, for a tenth of a second.
                os.fdatasync(file.fileno())
                time.sleep(PAUSE)
                bar.update(total - left - bar.n)

            old.backup(new, pages=PAGES_IN_STEP, progress=step)
        old.execute("COMMIT")
        # Meanwhile the daemon's journal has grown. Whoever writes it back holds up no writer, but is busy itself.
        old.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _copy_rows(store: Store, target: Path) -> None:
    engine = make_engine(f"sqlite:///{target}")
    try:
        with store.snapshot() as source, progress_bar(2 * count_rows(source), "rows") as bar:
            copy_store(source, engine, bar.update)
    finally:
        engine.dispose()


class _Copied:
    """The database of a backup, while the rest is made."""

    def __init__(self, path: Path) -> None:
        engine = make_engine(f"sqlite:///{path}")
        self.store = Store(engine, run_here, run_here)

    def manifest(self, source: Store, made_at: int) -> Manifest:
        """@return: a manifest without files and parts."""
        with self.store.snapshot() as connection:
            names = connection.scalars(select(epochs.c.name).order_by(epochs.c.number)).all()
            return Manifest(
                format=FORMAT,
                version=__version__,
                schema=newest_in(self.store.engine),
                made_at=made_at,
                store=names[0],
                epoch=names[-1],
                position=reading.head(connection),
                source=source.engine.dialect.name,
                rows={table.name: CopiedTable(table).count(connection) for table in COPIED},
                files=0,
                file_bytes=0,
                missing=[],
                parts={},
            )

    def close(self) -> None:
        """Close the database."""
        self.store.engine.dispose()


def _copy_keys(directory: Path, copied: _Copied, work: Path) -> None:
    found = {name: keys.load(directory, name) for name in STORE_KEYS}
    with copied.store.snapshot() as connection:
        wrong = keyring.differences(keyring.fingerprints(connection), found)
    if wrong or None in found.values():
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {directory} does not have the keys of this store "
            f"({keyring.listed(wrong) or 'not all of them'}); see `hichat check`"
        )
    for name, key in found.items():
        write_part(work / name, key or b"")


class _Known(NamedTuple):
    """The files of an earlier backup beside this one."""

    directory: Path
    digests: dict[str, str]


def _earlier(parent: Path, store: str) -> _Known | None:
    for path, manifest in backups_in(parent):
        if manifest.store == store:
            lines = (path / SUMS).read_text(encoding="ascii").splitlines()
            return _Known(path, {name: digest for digest, _, name in (line.partition("  ") for line in lines)})
    return None


def _copy_files(found: DaemonSettings, store: Store, copied: _Copied, work: Path, manifest: Manifest) -> None:
    files = make_files(found)
    (work / UPLOADS).mkdir(mode=0o700)
    known = _earlier(work.parent, manifest.store)
    last = ""
    with (work / SUMS).open("x", encoding="ascii") as sums, progress_bar(manifest.rows["media"], "files") as bar:
        while True:
            with copied.store.snapshot() as connection:
                some = records.listed(connection, last, RECORDS_IN_STEP)
            for record in some:
                for thumbnail in (False, True)[: 1 + record.has_thumbnail]:
                    name = f"{UPLOADS}/{stored_name(record.id, thumbnail)}"
                    expected = None if thumbnail else record.size
                    try:
                        digest, size = _bring(files, record.id, expected, name, work, known)
                    except (FileNotFoundError, NoSuchMedia):
                        (work / name).unlink(missing_ok=True)
                        _note_missing(store, record.id, name, manifest)
                        continue
                    if expected not in (None, size):
                        _note_missing(store, record.id, name, manifest)
                    manifest.files += 1
                    manifest.file_bytes += size
                    sums.write(f"{digest}  {name}\n")
                bar.update()
            if len(some) < RECORDS_IN_STEP:
                break
            last = some[-1].id
        sums.flush()
        os.fsync(sums.fileno())
    sync_directory(work / UPLOADS)


def _bring(
    files: IFileStore, id: str, expected: int | None, name: str, work: Path, known: _Known | None
) -> tuple[str, int]:
    """
    @param expected: the file's size; None: it is a thumbnail, whose size nobody knows.
    @return: the digest of a file that is in the backup now, and its size.
    @raise FileNotFoundError: there is no such file; or L{NoSuchMedia}.
    """
    target, thumbnail = work / name, expected is None
    if known is not None and name in known.digests:
        try:
            link_or_copy(known.directory / name, target)
            size = target.stat().st_size
            if expected in (None, size):
                return known.digests[name], size
        except FileNotFoundError:
            pass
        target.unlink(missing_ok=True)
    place = files.place(id, thumbnail)
    if place is not None:
        link_or_copy(place, target)
    else:
        _fetch(files, id, thumbnail, target)
    part = digest_of(target)
    return part.sha256, part.size


def _fetch(files: IFileStore, id: str, thumbnail: bool, target: Path) -> None:
    """
    Fetch a file from another machine. A store that is away is waited for.

    @raise NoSuchMedia: there is none; or it cannot be read, while the store answers.
    @raise FilesAway: the store is away.
    """
    try:
        _read_patiently(files, id, thumbnail, target)
    except FilesAway:
        files.check()
        raise NoSuchMedia from None


def _read_patiently(files: IFileStore, id: str, thumbnail: bool, target: Path) -> None:
    facts = patiently(time.sleep, files.facts, id, thumbnail)
    if facts is None:
        raise NoSuchMedia
    with target.open("xb") as file:
        while (at := file.tell()) < facts.size:
            piece = patiently(time.sleep, files.read, id, thumbnail, at, FETCHED)
            if not piece:
                raise NoSuchMedia
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _note_missing(store: Store, id: str, name: str, manifest: Manifest) -> None:
    """A file that was removed since the snapshot is not missed."""
    with store.snapshot() as connection:
        is_wanted = records.find(connection, id) is not None
    if is_wanted and len(manifest.missing) < MISSING_SHOWN:
        manifest.missing.append(name)


def _prune(parent: Path, store: str, keep: int) -> int:
    """@return: the number of older backups that were removed."""
    old = [path for path, manifest in backups_in(parent) if manifest.store == store][keep:]
    for path in old:
        remove_backup(path)
    return len(old)


def progress_bar(total: int, what: str) -> tqdm[Any]:
    """@return: a progress bar; it is shown at a terminal."""
    # None: only at a terminal.
    return tqdm(total=total, desc=what, unit_scale=True, leave=False, disable=None)


def when(manifest: Manifest) -> str:
    """@return: when a backup was made, for people."""
    return f"{datetime.fromtimestamp(manifest.made_at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
