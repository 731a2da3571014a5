"""The process that makes an export; see L{hichat.personal.exports}."""

from __future__ import annotations

import os
import time
from pathlib import Path

from hichat.core.errors import Refused, StartError
from hichat.daemon import settings
from hichat.daemon.media import make_files
from hichat.media.addresses import Addresses
from hichat.personal.export import Export
from hichat.personal.exports import ExportSetup
from hichat.runtime import keys
from hichat.runtime.child import Daemon, collect_log, no_threads, run
from hichat.storage.engine import make_engine
from hichat.storage.store import Store

LAST_OF_ALL = 19
"""Niceness: any other process that wants the core has it first."""


def serve(daemon: Daemon) -> None:
    """Make one export."""
    setup = daemon.read_setup(ExportSetup)
    if setup is None:
        return
    os.nice(LAST_OF_ALL)
    # Only what ends the process is for the daemon's log.
    collect_log()
    found = settings.load({}, setup.settings, Path("/"))
    engine = make_engine(found.database_url)
    addresses = Addresses(keys.load_or_make(found.state_dir, "media.key"))
    store = Store(engine, no_threads, no_threads)
    try:
        Export(store, make_files(found), addresses, setup.user, daemon.tell, setup.language).write()
    except (Refused, StartError) as e:
        raise SystemExit(f"{type(e).__name__}") from None
    finally:
        engine.dispose()
    daemon.tell(b"")
    # The daemon may not have read the last pieces yet.
    while daemon.read() is not None:
        time.sleep(0)


if __name__ == "__main__":
    run(serve)
