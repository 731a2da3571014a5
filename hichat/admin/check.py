"""
C{hichat check}: whether a daemon's state directory and store are whole.

It only reads, beside a daemon or without one. Each check is a function that gives its findings. A check that reads the
whole log does so in steps (L{hichat.log.soundness}), so it may be called at any time.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from hichat.admin.administration import check_database, now, run_here
from hichat.admin.arguments import command, settings_and_notes
from hichat.core.errors import FilesAway, StartError
from hichat.daemon.media import make_files
from hichat.daemon.service import check_not_restoring, check_state_dir, exposed, is_at_work
from hichat.daemon.serving import shown
from hichat.daemon.settings import DaemonSettings, unknown_variables
from hichat.keeping import room
from hichat.log import epochs, reading
from hichat.log.soundness import head_flaws, index_flaws, log_flaws
from hichat.log.watch import MARK, HighWaterMark
from hichat.media.ownership import is_foreign
from hichat.media.soundness import file_flaws, take_census
from hichat.runtime import keys
from hichat.search.index import make_index
from hichat.search.soundness import broken_structure, missing_entries
from hichat.storage import keyring
from hichat.storage.engine import driver_message, make_engine
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.migrate import KNOWN, check_oldest, newest_in
from hichat.storage.shape import shape_flaws
from hichat.storage.store import Store
from hichat.storage.tables import compatibility, search_head

FLAWS_SHOWN = 5
"""The most flaws of a check that are shown; the others are counted."""

LEAST_FREE = 512 * 1024 * 1024
"""Bytes of a disk that should be free."""

RESTORE = "restore a backup with `hichat restore`"


class Finding(msgspec.Struct):
    """
    What a check has found.

    @ivar check: its name.
    @ivar ok: whether all is as it should be.
    @ivar text: what was found.
    @ivar mend: what the operator can do.
    """

    check: str
    ok: bool
    text: str
    mend: str = ""


class Examined(msgspec.Struct):
    """
    What is checked.

    @ivar deep: whether to look at everything.
    @ivar is_quiet: whether no progress is shown.
    """

    settings: DaemonSettings
    store: Store
    deep: bool
    is_quiet: bool

    def bar(self, total: int | None, what: str) -> tqdm[Any]:
        """@return: a progress bar; it is shown at a terminal."""
        # None: only at a terminal.
        return tqdm(total=total, desc=what, unit_scale=True, leave=False, disable=self.is_quiet or None)


def add_check_command(commands: Any) -> None:
    """Add the command."""
    text = "look whether all is whole: settings, keys, database, log, index, files and disk; it only reads"
    found = command(commands, "check", text, _check, named=False)
    text = (
        "also compare the whole index with the log, and read all of SQLite's files and of the search index: half a "
        "minute for 5 million messages"
    )
    found.add_argument("--deep", action="store_true", help=text)
    found.add_argument("--json", action="store_true", help="print a JSON array")


def _check(options: argparse.Namespace) -> int:
    findings: list[Finding] = []
    for finding in _findings(options):
        findings.append(finding)
        if not options.json:
            print(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.check:<9} {finding.text}", flush=True)
            if finding.mend:
                print(f"{'':17}mend it: {finding.mend}", flush=True)
    if options.json:
        print(msgspec.json.encode(findings).decode())
    return 0 if all(finding.ok for finding in findings) else 1


def _findings(options: argparse.Namespace) -> Iterator[Finding]:
    try:
        found, notes = settings_and_notes(options)
    except StartError as e:
        yield _refused("settings", e)
        return
    yield from _of_settings(found, notes)
    if not found.state_dir.is_dir():
        return
    try:
        engine = make_engine(found.database_url)
        check_database(found, engine, make=False)
    except StartError as e:
        yield _refused("database", e)
        return
    event.listen(engine, "connect", _read_only)
    try:
        yield from _of_store(Examined(found, Store(engine, run_here, run_here), options.deep, options.json))
    finally:
        engine.dispose()
    yield from _of_disks(found)


def _read_only(connection: Any, _record: Any) -> None:
    if not hasattr(connection, "pgconn"):
        connection.execute("PRAGMA query_only = ON").close()


def _plain(error: Exception) -> str:
    return str(error).removeprefix("hichat: ")


def _refused(check: str, error: StartError) -> Finding:
    text, _, mend = _plain(error).partition("; ")
    return Finding(check, False, text, mend or "change the setting that the line names")


def _of_settings(found: DaemonSettings, notes: list[str]) -> Iterator[Finding]:
    directory = found.state_dir
    if not directory.is_dir():
        text = f"there is no {directory}"
        yield Finding("settings", False, text, "name the daemon's with --state-dir, or go to where it was started")
        return
    wrong = [*notes, *unknown_variables(os.environ)]
    try:
        check_state_dir(directory)
        check_not_restoring(directory)
        wrong += exposed(found)
    except StartError as e:
        wrong.append(_plain(e))
    for line in wrong:
        yield Finding("settings", False, line, "unset or correct it")
    if not wrong:
        state = "a daemon is at work" if is_at_work(directory) else "no daemon is at work"
        yield Finding("settings", True, f"{directory}, {state}; {shown(found.database_url)}")


def _of_store(examined: Examined) -> Iterator[Finding]:
    try:
        there = newest_in(examined.store.engine)
        yield _of_schema(examined, there)
        if there < KNOWN:
            # The queries need the tables of this version.
            return
        for check in _CHECKS:
            yield from check(examined)
    except SQLAlchemyError as e:
        yield Finding("database", False, driver_message(e), f"look at the database and its disk; {RESTORE}")


def _of_schema(examined: Examined, there: int) -> Finding:
    """@param there: the number of the database's newest migration."""
    if there < KNOWN:
        text = f"the database has the migrations up to {there}, and this version those up to {KNOWN}"
        return Finding("schema", False, text, "start the daemon of this version, which migrates it")
    with examined.store.snapshot() as connection:
        if there == KNOWN:
            return _summed("schema", shape_flaws(connection), f"migration {there}, all tables as declared", RESTORE)
        try:
            check_oldest(connection.scalar(select(compatibility.c.oldest)) or 0)
        except StartError as e:
            return Finding("schema", False, _plain(e), "use the newer version")
    return Finding("schema", True, f"of a newer version (migration {there}), which this one can use")


def _of_keys(examined: Examined) -> Iterator[Finding]:
    directory = examined.settings.state_dir
    try:
        found = {name: keys.load(directory, name) for name in STORE_KEYS}
    except StartError as e:
        yield Finding("keys", False, _plain(e), "`hichat keys import` from another daemon of the store or a backup")
        return
    with examined.store.snapshot() as connection:
        wrong = keyring.differences(keyring.fingerprints(connection), found)
    flaws = [keyring.listed(wrong)] if wrong else []
    mend = "`hichat keys import` from another daemon of the store or a backup; `hichat keys accept` if they are lost"
    yield _summed("keys", flaws, "they are the store's", mend)


def _of_log(examined: Examined) -> Iterator[Finding]:
    with examined.store.snapshot() as connection:
        head = reading.head(connection)
    with examined.bar(head, "log") as bar:
        flaws = log_flaws(examined.store, bar.update)
        yield _summed("log", flaws, f"{head} events without a gap, each counter once", RESTORE)


def _of_mark(examined: Examined) -> Iterator[Finding]:
    """Whether the log is the one that the daemon of this state directory has served."""
    directory = examined.settings.state_dir
    mark = HighWaterMark(directory)
    # The mark first: a log that is read later has what it says, and more.
    known = mark.read()
    with examined.store.snapshot() as connection:
        place, same = epochs.look(connection, known, now())
        served = examined.settings.on_sqlite and epochs.was_served(connection)
    begins = "at its next start the daemon gives the log a new epoch, and clients start anew"
    if known is not None and not same:
        text = f"the log is not the one that was served up to position {known.position}: it ends at {place.position}"
        mend = f"if a backup was put back, or a standby promoted: {begins}; else look where the daemon's database is"
        yield Finding("mark", False, text, mend)
    elif known is not None:
        yield Finding("mark", True, f"the log is the one that was served, up to position {known.position} at least")
    elif (directory / MARK).exists():
        yield Finding("mark", False, f"{directory / MARK} cannot be read", f"delete it; {begins}")
    elif served:
        yield Finding("mark", False, f"there is no {directory / MARK}, and the log was served", f"nothing; {begins}")
    else:
        yield Finding("mark", True, "the daemon has noted no position yet")


def _of_state(examined: Examined) -> Iterator[Finding]:
    text = "positions agree with the log's end, sizes of groups with their members"
    yield _summed("state", head_flaws(examined.store), text, RESTORE)


def _of_index(examined: Examined) -> Iterator[Finding]:
    if not examined.deep:
        return
    with examined.store.snapshot() as connection:
        head = reading.head(connection)
    with examined.bar(head, "index") as bar:
        flaws = index_flaws(examined.store, bar.update)
        yield _summed(
            "index", flaws, "each event is in the index by conversation, and the last of each author", RESTORE
        )


def _of_search(examined: Examined) -> Iterator[Finding]:
    store = examined.store
    path = Path(f"{store.engine.url.database}-search")
    again = "the daemon makes it from the log at its next start"
    if examined.settings.on_sqlite:
        mend = f"stop the daemon and delete {path}; {again}"
        if not path.exists():
            yield Finding("search", True, f"there is no index yet; {again}")
            return
    else:
        mend = f"stop the daemons, empty the table {search_head.name}; {again}"
    index = make_index(store.engine)
    try:
        if index.engine is not store.engine:
            event.listen(index.engine, "connect", _read_only)
        yield _summed("search", _search_flaws(examined, index), _search_state(store, index), mend)
    except SQLAlchemyError as e:
        yield Finding("search", False, driver_message(e), mend)
    finally:
        if index.engine is not store.engine:
            index.engine.dispose()


def _search_state(store: Store, index: Any) -> str:
    # The index first: it is never ahead of a log that is read later.
    with index.engine.connect() as connection, connection.begin():
        done = index.head(connection).position
    with store.snapshot() as connection:
        behind = reading.head(connection) - done
    return f"the index is {behind} events behind the log" if behind else "the index is at the log's end"


def _search_flaws(examined: Examined, index: Any) -> Iterator[str]:
    with index.engine.connect() as connection, connection.begin():
        head = index.head(connection)
    with examined.store.snapshot() as connection:
        last = reading.find(connection, head.position)
    if head.position and (last is None or last.time != head.time):
        yield f"the index is of another log: it has a position {head.position} that this one does not have"
        return
    yield from missing_entries(examined.store, index, head.position, Random())  # noqa: S311
    if examined.deep and examined.settings.on_sqlite:
        yield from _broken_pages(index.engine)
        path = Path(str(index.engine.url.database))
        yield from broken_structure(path, not is_at_work(examined.settings.state_dir))


def _of_files(examined: Examined) -> Iterator[Finding]:
    try:
        files = make_files(examined.settings)
        yield from _of_owner(examined, files)
        yield _files_found(examined, files)
    except FilesAway as e:
        yield Finding("files", False, e.text("en"), "look at the server of HICHAT_MEDIA")
    except StartError as e:
        yield _refused("files", e)
    except OSError as e:
        yield Finding("files", False, f"{e.filename}: {e.strerror}", "look at the state directory and its disk")


def _of_owner(examined: Examined, files: Any) -> Iterator[Finding]:
    for part in files.parts:
        if part.shared and is_foreign(examined.store, part):
            text = f"the files in {part.name} belong to another database, so the daemon removes none"
            mend = "name another place; or run `hichat media accept`, if this database has taken the other's place"
            yield Finding("files", False, text, mend)


def _files_found(examined: Examined, files: Any) -> Finding:
    store = examined.store
    with examined.bar(None, "files") as bar:
        census = take_census(store, files, now(), bar.update)
    flaws: Iterable[str] = ()
    # While files move, one may be at both places, and stands for none that is missing.
    if census.whole != census.expected or len(files.parts) > 1:
        with examined.bar(census.records, "files") as bar:
            flaws = list(file_flaws(store, files, bar.update))
    strays = f"; {census.strays} without a record ({_size(census.stray_bytes)}), which the daemon removes"
    text = f"{census.records} records, each with its file{strays if census.strays else ''}"
    return _summed("files", flaws, text, "copy them from the uploads of a backup")


def _of_pages(examined: Examined) -> Iterator[Finding]:
    """SQLite's own check of all pages. PostgreSQL has checksums for that, and C{pg_amcheck}."""
    if examined.deep and examined.settings.on_sqlite:
        flaws = [*_broken_pages(examined.store.engine), *_broken_references(examined.store)]
        yield _summed("pages", flaws, "SQLite finds its file whole, and each foreign key its row", RESTORE)


def _of_room(examined: Examined) -> Iterator[Finding]:
    """Whether SQLite's file gives room back. That it does not is no flaw."""
    if not examined.settings.on_sqlite:
        return
    with examined.store.snapshot() as connection:
        if room.read_pages(connection).mode != room.INCREMENTAL:
            yield Finding(
                "room", True, "the database's file gets no smaller by itself: `hichat db compact` changes that"
            )


def _broken_pages(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection, connection.begin():
        for line in connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars():
            if line != "ok":
                yield line


def _broken_references(store: Store) -> Iterator[str]:
    with store.snapshot() as connection, closing(connection.exec_driver_sql("PRAGMA foreign_key_check")) as found:
        for table, row, parent, _ in found:
            yield f"row {row} of {table} refers to no row of {parent}"


def _of_disks(found: DaemonSettings) -> Iterator[Finding]:
    places = {found.state_dir}
    if found.on_sqlite:
        places.add(Path(make_engine(found.database_url).url.database or "").absolute().parent)
    seen = set()
    for place in sorted(places):
        device = os.stat(place).st_dev
        if device not in seen:
            seen.add(device)
            disk = shutil.disk_usage(place)
            text = f"{_size(disk.free)} of {_size(disk.total)} are free at {place}"
            is_enough = disk.free >= LEAST_FREE
            yield Finding("disk", is_enough, text, "" if is_enough else f"make room: {_size(LEAST_FREE)} at least")


_CHECKS = (_of_keys, _of_log, _of_mark, _of_state, _of_index, _of_search, _of_files, _of_pages, _of_room)


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _summed(check: str, flaws: Iterable[str], text: str, mend: str) -> Finding:
    """@return: one finding for all flaws of a check; if there is none, with C{text}."""
    first: list[str] = []
    count = 0
    for flaw in flaws:
        count += 1
        if len(first) < FLAWS_SHOWN:
            first.append(flaw)
    if not count:
        return Finding(check, True, text)
    more = f"; and {count - len(first)} more" if count > len(first) else ""
    return Finding(check, False, "; ".join(first) + more, mend)
