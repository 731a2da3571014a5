"""What only may be done while no daemon is at work on a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, inspect

from hichat.admin.administration import now
from hichat.cluster.nodes import read_nodes
from hichat.core.errors import StartError
from hichat.daemon.service import StateDirLock
from hichat.daemon.serving import shown
from hichat.daemon.settings import DaemonSettings
from hichat.storage.tables import nodes


@contextmanager
def stopped(found: DaemonSettings, engine: Engine) -> Iterator[None]:
    """
    A context manager that keeps daemons from starting in the state directory.

    @param engine: the database's.
    @raise StartError: a daemon is at work there, or elsewhere on the same database.
    """
    try:
        lock = StateDirLock(found.state_dir)
    except StartError:
        raise StartError(f"hichat: a daemon is at work in {found.state_dir}; stop it first") from None
    try:
        check_stopped(found, engine)
        yield
    finally:
        lock.release()


def check_stopped(found: DaemonSettings, engine: Engine) -> None:
    """@raise StartError: daemons are at work on a database of PostgreSQL."""
    if found.on_sqlite:
        return
    with engine.connect() as connection:
        if not inspect(connection).has_table(nodes.name):
            return
        there = [
            f"{node.number} ({node.address or '?'})" for node in read_nodes(connection, now()) if node.state != "gone"
        ]
    if there:
        raise StartError(
            f"hichat: daemons are at work on {shown(found.database_url)}: {', '.join(there)}; stop them first"
        )
