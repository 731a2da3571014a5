"""Doubles of the daemon's parts, and stores for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast
from unittest.mock import patch

from sqlalchemy import Connection, func, select
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher

from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.media.decoder import take_in
from hichat.media.types import Picture
from hichat.pipeline.ledger.gather import Ledger
from hichat.search.index import Index, make_index
from hichat.storage import engine as engine_module
from hichat.storage import migrate, tables
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from tests.support.postgres import Cleaner, OnPostgreSQL

P = ParamSpec("P")
T = TypeVar("T")

NOW = 1_700_000_000_000
"""A time for tests: milliseconds since the epoch."""


def run_now(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
    """A L{hichat.core.ports.Runner} without a thread."""
    return maybeDeferred(function, *args, **kwargs)


def take_in_now(_user: int, content: Path, media_type: str, clean: Path | None, thumbnail: Path) -> Deferred[Picture]:
    """A L{hichat.media.media.TakeIn} without a process."""
    return maybeDeferred(take_in, content, media_type, clean, thumbnail)


def watch_log(case: Cleaner, observe: Callable[[LogEvent], object]) -> None:
    """@param observe: called with each log event until the test is over."""
    observer = cast(ILogObserver, observe)
    globalLogPublisher.addObserver(observer)
    case.addCleanup(globalLogPublisher.removeObserver, observer)


def make_store(case: Cleaner) -> Store:
    """
    @param case: the test; its cleanup removes the store.
    @return: a migrated store: on PostgreSQL if the case is L{tests.support.postgres.OnPostgreSQL}, else on SQLite in a
        temporary directory. Its queries run at once, in the caller's thread.
    """
    engine = make_engine(make_database(case))
    case.addCleanup(engine.dispose)
    migrate.migrate(engine)
    return Store(engine, run_now, run_now)


def make_old_store(case: Cleaner, revision: str) -> Store:
    """
    @param revision: the last migration that the store has had.
    @return: a store of an earlier version; else as L{make_store}.
    """
    engine = make_engine(make_database(case, migrated=False))
    case.addCleanup(engine.dispose)
    migrate._migrate(engine, revision)
    return Store(engine, run_now, run_now)


def make_search_index(case: Cleaner, store: Store) -> Index:
    """
    @param case: the test; its cleanup closes the index.
    @return: the store's search index, empty.
    """
    index = make_index(store.engine)
    case.addCleanup(index.engine.dispose)
    index.prepare()
    return index


def make_database(case: Cleaner, *, migrated: bool = True) -> str:
    """
    @param migrated: whether it has the tables of this version.
    @return: the URL of a database for L{make_store}.
    """
    if isinstance(case, OnPostgreSQL):
        # A machine that is busy with other tests may stop this one in the middle of a transaction for some seconds.
        patient = patch.object(engine_module, "ABANDONED", 60.0)
        patient.start()
        case.addCleanup(patient.stop)
        return case.databases.make_database(case, migrated=migrated)
    directory = tempfile.TemporaryDirectory()
    case.addCleanup(directory.cleanup)
    file = Path(directory.name, "hichat.db")
    if migrated:
        file.write_bytes(migrated_file())
    return f"sqlite:///{file}"


@cache
def migrated_file() -> bytes:
    """@return: an SQLite database with the tables of this version: a copy is quicker than a migration."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "hichat.db")
        engine = make_engine(f"sqlite:///{file}")
        migrate.migrate(engine)
        engine.dispose()
        return file.read_bytes()


class FakeLedger(Ledger):
    """
    A double of the ledger for accounts and groups: each event is one transaction, and is written at once.

    @ivar refuse: if set, the next C{append} fails with it.
    @ivar appended: the events that were written.
    """

    def __init__(self, store: Store, now: Callable[[], int] = lambda: NOW) -> None:
        self._store = store
        self._now = now
        self.refuse: Exception | None = None
        self.appended: list[Event] = []

    def append(
        self,
        *,
        kind: Kind,
        scope: Scope,
        sender: int,
        target: int,
        body: bytes = b"",
        subject: int = 0,
        change: Callable[[Connection, Draft, int], None] | None = None,
    ) -> Deferred[Event]:
        """As L{hichat.pipeline.ledger.gather.Ledger.append}."""
        draft = Draft(kind, scope, sender, target, body, None, subject, change=change)  # type: ignore[arg-type]
        return maybeDeferred(self._append, draft)

    def _append(self, draft: Draft) -> Event:
        refuse, self.refuse = self.refuse, None
        if refuse is not None:
            raise refuse
        with self._store.transaction() as connection:
            event = self._record(connection, draft)
        self.appended.append(event)
        return event

    def _record(self, connection: Connection, draft: Draft) -> Event:
        position = (connection.scalar(select(func.max(tables.events.c.position))) or 0) + 1
        if draft.change is not None:
            draft.change(connection, draft, position)
        event = Event(
            position=position,
            conversation=0,
            seq=position,
            n=0,
            kind=draft.kind,
            scope=draft.scope,
            sender=draft.sender,
            target=draft.target,
            subject=draft.subject,
            time=self._now(),
            body=draft.body,
        )
        connection.execute(
            tables.events.insert().values({name: getattr(event, name) for name in event.__struct_fields__})
        )
        return event
