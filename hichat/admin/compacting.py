"""C{hichat db compact}: what messages left that were deleted goes from SQLite's file, all at once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from hichat.admin.administration import note_command, open_store
from hichat.admin.arguments import command, settings_of
from hichat.admin.stopped import stopped
from hichat.core.errors import StartError
from hichat.storage.engine import driver, driver_message, file_bytes


def add_compact_command(those: Any) -> None:
    """Add C{hichat db compact}."""
    text = (
        "make the SQLite file of a daemon that does not run as small as it can be; later the daemon does so by itself"
    )
    command(those, "compact", text, _compact, named=False)


def _compact(options: argparse.Namespace) -> int:
    found = settings_of(options)
    if not found.on_sqlite:
        raise StartError(
            "hichat: HICHAT_DATABASE: it is PostgreSQL, which makes room free for new rows by itself; "
            "VACUUM FULL events gives it back to the system"
        )
    store = open_store(found, make=False)
    path = Path(store.engine.url.database or "")
    before = file_bytes(str(path))
    try:
        with stopped(found, store.engine):
            now, is_cut = _vacuum(store.engine, path)
            note_command(store, "db compact")
    except DBAPIError as e:
        raise StartError(
            f"hichat: {path}: {driver_message(e)}; there has to be as much room again as it takes"
        ) from None
    finally:
        store.engine.dispose()
    later = "" if is_cut else ", as soon as nobody reads it any more"
    print(f"{path}: {before >> 20} MB before, {now >> 20} MB now{later}")
    return 0


def _vacuum(engine: Engine, path: Path) -> tuple[int, bool]:
    """@return: the bytes that are needed now, and whether the file was cut to them: no reader has hindered that."""
    # The copy that SQLite makes is of this size, too: there is not always room for it in /tmp, nor is that always ours.
    os.environ.setdefault("SQLITE_TMPDIR", str(path.absolute().parent))
    with engine.connect() as connection, driver(connection) as own:
        own.execute("PRAGMA auto_vacuum=INCREMENTAL").close()
        own.execute("VACUUM").close()
        # Whoever reads may do so for long: the next checkpoint does the rest.
        own.execute("PRAGMA busy_timeout = 1000").close()
        (is_busy,) = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[:1]
        size: int = own.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    return size, not is_busy
