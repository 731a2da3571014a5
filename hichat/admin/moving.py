"""C{hichat db copy}: a store goes to another database, from SQLite to PostgreSQL or back."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from hichat.admin.administration import note_command, open_store, run_here
from hichat.admin.arguments import command, settings_of
from hichat.admin.backup import progress_bar
from hichat.admin.compacting import add_compact_command
from hichat.admin.media import tell_of_files
from hichat.admin.stopped import check_stopped, stopped
from hichat.core.errors import StartError
from hichat.daemon.serving import absolute, is_same_database, note_places, shown
from hichat.daemon.settings import DaemonSettings
from hichat.log import reading
from hichat.log.soundness import head_flaws, log_flaws
from hichat.storage.copying import copy_store, count_rows
from hichat.storage.engine import driver_message, make_engine
from hichat.storage.store import Store


def add_database_commands(commands: Any) -> None:
    """Add C{hichat db copy} and C{hichat db compact}."""
    those = commands.add_parser("db", help="look after the database").add_subparsers(required=True, metavar="COMMAND")
    text = "copy the store of a daemon that does not run into an empty database; after a kill it goes on"
    made = command(those, "copy", text, _copy, named=False)
    text = "the empty database, as an SQLAlchemy URL; -: read it from the standard input, so that nobody sees it"
    made.add_argument("url", metavar="URL", help=text)
    add_compact_command(those)


def _copy(options: argparse.Namespace) -> int:
    began = time.monotonic()
    found = settings_of(options)
    url = sys.stdin.readline().strip() if options.url == "-" else options.url
    target = _target(found, url)
    store = open_store(found, make=False)
    try:
        with stopped(found, store.engine):
            rows, position = copy_and_check(found, store, target)
            detail = {"from": shown(found.database_url)[:200]}
            note_command(Store(target, run_here, run_here), "db copy", detail=detail)
            note_places(found, copied=absolute(url))
    except DBAPIError as e:
        raise StartError(f"hichat: {shown(url)}: {driver_message(e)}") from None
    except OSError as e:
        raise StartError(f"hichat: {e.filename or found.state_dir}: {e.strerror}") from None
    finally:
        store.engine.dispose()
        target.dispose()
    print(
        f"{rows} rows are the same in {shown(found.database_url)} and {shown(url)}, the log is whole up to position "
        f"{position}, in {time.monotonic() - began:.0f} s"
    )
    print(f"start the daemon with HICHAT_DATABASE={shown(absolute(url))}, and never again with the old database")
    tell_of_files(found)
    return 0


def _target(found: DaemonSettings, url: str) -> Engine:
    try:
        same = is_same_database(found.database_url, url)
    except ArgumentError:
        raise StartError(
            "hichat: URL: it is not an SQLAlchemy URL; for example postgresql://hichat@db.lan/hichat"
        ) from None
    if same:
        raise StartError(f"hichat: URL: {shown(url)} is the daemon's database; name an empty one")
    target = make_engine(url)
    try:
        target.connect().close()
    except OperationalError as e:
        raise StartError(f"hichat: URL: {driver_message(e)}") from None
    return target


def copy_and_check(found: DaemonSettings, store: Store, target: Engine) -> tuple[int, int]:
    """
    Copy a store, and check the copy's log.

    @return: the number of rows, and the log's last position.
    @raise StartError: see L{copy_store}; or the log is not whole, or somebody wrote meanwhile.
    """
    with store.snapshot() as source:
        position = reading.head(source)
        with progress_bar(2 * count_rows(source), "rows") as bar:
            counts = copy_store(source, target, bar.update)
    copied = Store(target, run_here, run_here)
    with progress_bar(position, "log") as bar:
        flaw = next(log_flaws(copied, bar.update), "") or next(head_flaws(copied), "")
    if flaw:
        raise StartError(f"hichat: the copy is as the store is, and not whole: {flaw}; see `hichat check`")
    check_stopped(found, store.engine)
    with store.snapshot() as source:
        if reading.head(source) != position:
            raise StartError("hichat: somebody has written into the store meanwhile; copy it again, into another one")
    return sum(counts.values()), position
