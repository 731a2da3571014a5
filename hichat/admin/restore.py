"""
C{hichat restore}: puts a backup into a state directory and a database, on SQLite or PostgreSQL, whichever it came from.

All sums are checked before anything is changed. While it works, L{RESTORING} is in the state directory, and no daemon
starts there. The log gets a new epoch: clients start anew by themselves, and miss nothing that is in the backup.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, inspect, select
from sqlalchemy.exc import DBAPIError

from hichat.admin.administration import note_command, now, run_here
from hichat.admin.arguments import command, settings_of
from hichat.admin.backup import progress_bar, when
from hichat.admin.manifest import (
    SUMS,
    Manifest,
    copy_file,
    digest_of,
    link_or_copy,
    read_manifest,
    sync_directory,
)
from hichat.admin.media import tell_of_files
from hichat.admin.stopped import stopped
from hichat.core.errors import FilesAway, StartError
from hichat.core.ports import IFileStore
from hichat.daemon.media import UPLOADS, make_files
from hichat.daemon.service import RESTORING, check_state_dir
from hichat.daemon.serving import DATABASE_FILE, note_places, shown
from hichat.daemon.settings import DaemonSettings
from hichat.log import epochs
from hichat.log.epochs import Place
from hichat.log.watch import MARK, HighWaterMark
from hichat.media.folder import Folder, parse_name
from hichat.media.moving import patiently
from hichat.runtime.files import replace
from hichat.storage.copying import LEFT_OUT, NOTES, copy_store, count_rows
from hichat.storage.engine import driver_message, make_engine
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.migrate import KNOWN, migrate
from hichat.storage.store import Store
from hichat.storage.tables import compatibility, events, metadata, search_metadata, users

FUNCTIONS = ("audit_is_append_only",)
"""What migrations make in PostgreSQL beside tables."""

_WORK = "restoring.db"
_SIDES = ("", "-wal", "-shm", "-search", "-search-wal", "-search-shm")
"""The ends of the names of a database's files on SQLite."""


def add_restore_command(commands: Any) -> None:
    """Add the command."""
    text = "restore a backup: into the state directory and the database of a daemon that does not run"
    made = command(commands, "restore", text, _restore, named=False)
    made.add_argument("directory", metavar="DIR", type=Path, help="the directory that `hichat backup` has made")
    text = "put aside what is there now; on PostgreSQL delete it"
    made.add_argument("--replace", action="store_true", help=text)


def _restore(options: argparse.Namespace) -> int:
    found = settings_of(options, make=True)
    try:
        manifest, place, aside = restore(found, options.directory.absolute(), options.replace)
    except OSError as e:
        raise StartError(f"hichat: {e.filename or found.state_dir}: {e.strerror}") from None
    except FilesAway as e:
        raise StartError(f"hichat: HICHAT_MEDIA: {e.text('en')}") from None
    print(
        f"restored into {found.state_dir} and {shown(found.database_url)}: the backup of {when(manifest)}, position "
        f"{manifest.position}, {manifest.files} files. The log has the new epoch {place.epoch}"
    )
    if aside is not None:
        print(f"what was there before is in {aside}")
    default = f"sqlite:///{found.state_dir / DATABASE_FILE}"
    if found.database_url != default:
        print(f"start the daemon with HICHAT_DATABASE={shown(found.database_url)}")
    tell_of_files(found)
    return 0


def restore(found: DaemonSettings, backup: Path, instead: bool) -> tuple[Manifest, Place, Path | None]:
    """
    Restore a backup.

    @param found: the settings of the daemon that will serve it.
    @param instead: whether what is there is put aside; else it must be empty.
    @return: the manifest; the log's end; where that is which was there; None: there was nothing, or it is deleted.
    @raise StartError: the backup is broken, a daemon is at work, or there is something already.
    @raise OSError: a file cannot be read or written.
    """
    manifest = read_manifest(backup)
    if manifest.schema > KNOWN:
        raise StartError(f"hichat: {backup} is of a newer version ({manifest.version}); install that one")
    names = check_sums(backup, manifest)
    found.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_state_dir(found.state_dir)
    engine = make_engine(found.database_url)
    try:
        with stopped(found, engine):
            what = _what_is_there(found, engine)
            if what and not instead:
                raise StartError(
                    f"hichat: there is something already: {', '.join(what)}; nothing is changed. `--replace` puts "
                    "aside what is in files, and deletes what is in PostgreSQL"
                )
            with _marked(found.state_dir):
                aside = _make_room(found, engine) if what else None
                _put_files(found, backup, names)
                for name in STORE_KEYS:
                    replace(found.state_dir / name, (backup / name).read_bytes())
                place = _put_rows(found, engine, backup)
                note_command(Store(engine, run_here, run_here), "restore", detail={"position": manifest.position})
                HighWaterMark(found.state_dir).write(place)
                note_places(found)
            return manifest, place, aside
    except DBAPIError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: {driver_message(e)}") from None
    finally:
        engine.dispose()


def check_sums(backup: Path, manifest: Manifest) -> list[str]:
    """
    Check all parts and files of a backup.

    @return: the names of the uploaded files, as paths in the backup.
    @raise StartError: one of them is missing or has changed.
    """
    sums = {name: part.sha256 for name, part in manifest.parts.items()}
    if {*sums} != {DATABASE_FILE, SUMS, *STORE_KEYS}:
        raise StartError(f"hichat: {backup}: the manifest is not whole")
    total = manifest.file_bytes + sum(part.size for part in manifest.parts.values())
    with progress_bar(total, "sums") as bar:
        for name, expected in sums.items():
            _check_sum(backup, name, expected, bar)
        files = _listed(backup)
        for name, expected in files.items():
            _check_sum(backup, name, expected, bar)
    if len(files) != manifest.files:
        raise StartError(f"hichat: {backup}: {SUMS} names {len(files)} files, and the manifest {manifest.files}")
    return list(files)


def _listed(backup: Path) -> dict[str, str]:
    found = {}
    for line in (backup / SUMS).read_text(encoding="ascii").splitlines():
        digest, _, name = line.partition("  ")
        folder, _, file = name.partition("/")
        if folder != UPLOADS or parse_name(file) is None:
            raise StartError(f"hichat: {backup}: {SUMS} names {name!r}, which is no uploaded file")
        found[name] = digest
    return found


def _check_sum(backup: Path, name: str, expected: str, bar: Any) -> None:
    try:
        found = digest_of(backup / name, bar.update)
    except FileNotFoundError:
        raise StartError(f"hichat: the backup is broken: {backup / name} is missing; take another one") from None
    if found.sha256 != expected:
        raise StartError(f"hichat: the backup is broken: {backup / name} has changed; take another one")


def _what_is_there(found: DaemonSettings, engine: Engine) -> list[str]:
    """@return: in words, what a restore would write over."""
    there = []
    if found.on_sqlite:
        there = [str(path) for path in _database_files(engine) if path.exists()][:1]
    else:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if NOTES in tables:
                there.append(f"an unfinished copy in {shown(found.database_url)}")
            elif {users.name, events.name} <= {*tables}:
                counts = [connection.scalar(select(func.count()).select_from(table)) for table in (users, events)]
                if any(counts):
                    there.append("{} users and {} events in {}".format(*counts, shown(found.database_url)))
    there += [str(path) for name in STORE_KEYS if (path := found.state_dir / name).exists()]
    uploads = found.state_dir / UPLOADS
    if uploads.is_dir() and any(uploads.iterdir()):
        there.append(f"files in {uploads}")
    return there


def _database_files(engine: Engine) -> Iterator[Path]:
    for side in _SIDES:
        yield Path(f"{engine.url.database}{side}")


@contextmanager
def _marked(directory: Path) -> Iterator[None]:
    """While it works no daemon starts in the directory; nor if it is killed."""
    (directory / RESTORING).touch()
    yield
    (directory / RESTORING).unlink()
    sync_directory(directory)


def _make_room(found: DaemonSettings, engine: Engine) -> Path:
    aside = found.state_dir / f"replaced-{time.strftime('%Y%m%d-%H%M%S')}"
    aside.mkdir(mode=0o700)
    places = [found.state_dir / name for name in (*STORE_KEYS, UPLOADS, MARK)]
    if found.on_sqlite:
        places += _database_files(engine)
    else:
        _drop_tables(engine)
    for path in places:
        if path.exists():
            shutil.move(path, aside / path.name)
    return aside


def _drop_tables(engine: Engine) -> None:
    names = [*metadata.tables, *search_metadata.tables, "search_times", "alembic_version", NOTES]
    with engine.connect().execution_options(write=True, patient=True) as connection, connection.begin():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {', '.join(names)} CASCADE")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {', '.join(FUNCTIONS)} CASCADE")


def _put_files(found: DaemonSettings, backup: Path, names: list[str]) -> None:
    uploads = found.state_dir / UPLOADS
    uploads.mkdir(mode=0o700, exist_ok=True)
    files = make_files(found)
    with progress_bar(len(names), "files") as bar:
        for name in names:
            _put_file(files, backup / name)
            bar.update()
    files.sync()
    sync_directory(uploads)


def _put_file(files: IFileStore, path: Path) -> None:
    parsed = parse_name(path.name)
    assert parsed is not None, path
    if isinstance(files, Folder):
        place = files.place(*parsed)
        place.unlink(missing_ok=True)
        link_or_copy(path, place)
        return
    with path.open("rb") as source, files.unfinished() as unfinished:
        shutil.copyfileobj(source, unfinished.file, 1 << 20)
        patiently(time.sleep, files.finish, unfinished, *parsed)


def _put_rows(found: DaemonSettings, engine: Engine, backup: Path) -> Place:
    """@return: the log's end, in its new epoch."""
    work = Path(str(engine.url.database)) if found.on_sqlite else found.state_dir / DATABASE_FILE
    work = work.with_name(_WORK)
    for side in _SIDES:
        Path(f"{work}{side}").unlink(missing_ok=True)
    try:
        place = _prepare_rows(found, engine, backup / DATABASE_FILE, work)
    except BaseException:
        # It may be what has filled the disk.
        work.unlink(missing_ok=True)
        raise
    if found.on_sqlite:
        os.rename(work, str(engine.url.database))
        sync_directory(work.parent)
    else:
        work.unlink()
    return place


def _prepare_rows(found: DaemonSettings, engine: Engine, source: Path, work: Path) -> Place:
    """
    Copy a backup's database, and let its log have a new epoch.

    @return: see L{_put_rows}.
    """
    copy_file(source, work)
    own = make_engine(f"sqlite:///{work}")
    try:
        migrate(own)
        with own.connect().execution_options(write=True) as connection, connection.begin():
            for table in LEFT_OUT - {compatibility}:
                connection.execute(delete(table))
            place = epochs.begin(connection, now())
        if not found.on_sqlite:
            with own.connect() as rows, rows.begin(), progress_bar(2 * count_rows(rows), "rows") as bar:
                copy_store(rows, engine, bar.update)
    finally:
        own.dispose()
    return place
