"""
A simulated PostgreSQL server: the tables are in an SQLite file, which has one writer as the log has. How a writer takes
the log's lock, waits for it, looks at its holder, and finds its connection lost, is the real code
(L{hichat.storage.engine}, L{hichat.storage.suspicion}); here is what the server does then.

A writer's thread (L{tests.simulation.machinery.Strand}) may freeze between any two statements of its transaction, and
before and after the commit.
"""

from __future__ import annotations

import random
import re
import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import Engine, ExceptionContext, event

from hichat.cluster.locks import NODES, Lock, NoSession, SessionLocks
from hichat.storage import engine as engine_module
from hichat.storage import suspicion
from hichat.storage.engine import HOLDER_LOOK_INTERVAL, make_engine
from hichat.storage.suspicion import FROZEN, Suspicion
from hichat.storage.tables import nodes
from tests.simulation.machinery import Killed, Strand

IDLE, STATEMENT, DISK = "between two statements", "in the middle of a statement", "for its disk"
"""What a holder of the lock waits for: for its client, for the rest of its client's statement, or for its disk."""

LATE = 0.001
"""Seconds by which a limit of waiting is late, as each is: so sums of such limits are what they should be."""


class LostConnection(sqlite3.OperationalError):
    """The server has ended the session."""


class LockNotAvailable(sqlite3.OperationalError):
    """Another session held the lock for too long."""

    sqlstate = engine_module._LOCK_NOT_AVAILABLE


class Server:
    """
    @param url: of the SQLite file.
    @param chance: decides who freezes, when and for how long.
    @ivar seconds: its clock; the clients' is the same.
    @ivar is_calm: whether nobody freezes any more.
    @ivar holder: the session that has the log's lock.
    @ivar strand: the thread that runs.
    @ivar ended_by_itself: how many holders the server has ended; C{ended_by_others}: other writers.
    @ivar doubts: how many commits were done or not, and the writer was not told.
    @ivar orphans: how many commits were done after their client was dead.
    """

    def __init__(self, url: str, chance: random.Random) -> None:
        self._url = url
        self._chance = chance
        self.seconds = 0.0
        self.is_calm = False
        self.holder: ServerSession | None = None
        self.strand: Strand | None = None
        self.ended_by_itself = self.ended_by_others = self.doubts = self.orphans = 0
        self._sessions: list[ServerSession] = []
        self._numbers_given = 0
        self._numbers: dict[Lock, NumberLocks] = {}
        self.catalogue = sqlite3.connect(":memory:")
        self.catalogue.execute(
            f"CREATE TABLE nodes ({', '.join(nodes.columns.keys())}, UNIQUE (number))",
        )
        self.catalogue.execute("CREATE TABLE compatibility AS SELECT 0 AS oldest")

    # As the clients' operating system

    def monotonic(self) -> float:
        """See C{time.monotonic}."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """See C{time.sleep}."""
        if self.strand is not None:
            self._wait_until(self.strand, self.seconds + seconds)

    def suspect(self) -> Suspicion:
        """@return: what a writer that begins a transaction makes."""
        if self.strand is not None:
            self.strand.waits_since = None
        return Suspicion(self.monotonic)

    def run(self, strand: Strand) -> None:
        """Let a thread go on, if it can."""
        if not strand.waits:
            self.strand = strand
            try:
                strand.go_on()
            finally:
                self.strand = None

    def kill(self, process: object, strand: Strand | None) -> None:
        """
        A process dies, with its sessions. A commit that it has sent is done later.

        @param process: whose sessions L{engine} has made.
        @param strand: its thread that is at work.
        """
        if strand is not None:
            self.strand = strand
            strand.kill()
            self.strand = None
        for session in [each for each in self._sessions if each.process is process]:
            self._sessions.remove(session)
            if session is self.holder and session.is_at_commit and self._chance.random() < 0.7:
                self.orphans += 1
                session.waits_for = DISK
            else:
                self.forget(session)

    def engine(self, process: object) -> Engine:
        """@return: an engine for one process."""
        made = make_engine(self._url)
        event.remove(made, "begin", engine_module._begin_sqlite)
        event.listen(made, "begin", engine_module._begin_postgresql)

        @event.listens_for(made, "do_connect")
        def connect(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
            options["factory"] = partial(ServerSession, self, process)

        @event.listens_for(made, "handle_error")
        def handle(context: ExceptionContext) -> None:
            context.is_disconnect = isinstance(context.original_exception, LostConnection)

        return made

    # As the server

    def joined(self, session: ServerSession) -> None:
        """A client has connected."""
        self._numbers_given += 1
        session.number = self._numbers_given
        self._sessions.append(session)

    def left(self, session: ServerSession) -> None:
        """A client has closed its connection."""
        if session in self._sessions:
            self._sessions.remove(session)
        if self.holder is session:
            self.end(session)

    def take_lock(self, session: ServerSession, seconds: float) -> None:
        """
        Wait for the log's lock.

        @raise LockNotAvailable: it took too long.
        """
        if self.holder is not None:
            strand = self.strand
            assert strand is not None, "the scheduler itself wants the lock"
            if strand.waits_since is None:
                strand.waits_since = self.seconds
            deadline = self.seconds + seconds + LATE
            strand.pause(lambda: self.holder is None or self.seconds >= deadline, deadline)
            if self.holder is not None:
                raise LockNotAvailable("canceling statement due to lock timeout")
        if self.strand is not None:
            self.strand.waits_since = None
        self.holder = session

    def pause(self, session: ServerSession) -> None:
        """The holder of the lock, or who has just let go of it, does not go on now, perhaps."""
        strand = self.strand
        if strand is None or self.is_calm or self._chance.random() > (0.25 if session.is_at_commit else 0.05):
            return
        session.waits_for = self._chance.choices([IDLE, STATEMENT, DISK], [4, 3, 1])[0]
        session.changed = self.seconds
        pause = self._chance.choice([0, 0, 0, 0.5, 2.5, 3.5, 5, 8])
        self._wait_until(strand, self.seconds + (min(pause, 2.5) if session.waits_for == DISK else pause))

    def loses_answer(self) -> bool:
        """@return: whether a connection is lost while the server commits."""
        return self.strand is not None and not self.is_calm and self._chance.random() < 0.04

    def passed(self, strands: list[Strand]) -> None:
        """
        Time has gone by.

        @param strands: those that run as soon as they can.
        """
        holder = self.holder
        if holder is None:
            return
        if holder.waits_for == IDLE and self.seconds - holder.changed >= holder.idle_limit:
            self.ended_by_itself += 1
            self.end(holder)
        elif holder.waits_for == STATEMENT:
            # One look finds it, and another one three seconds later ends it.
            bound = HOLDER_LOOK_INTERVAL + FROZEN + 0.5
            since = min((each.waits_since for each in strands if each.waits_since is not None), default=self.seconds)
            assert self.seconds - max(since, holder.changed) <= bound, "a frozen holder of the lock is not ended"

    def work(self) -> None:
        """The server does what is left to do: the commit of a client that is dead."""
        holder = self.holder
        if holder is not None and holder not in self._sessions:
            self.finish(holder)
            self.forget(holder)

    def finish(self, session: ServerSession) -> None:
        """Commit, and release the lock."""
        sqlite3.Connection.commit(session)
        self.holder = None

    def end(self, session: ServerSession) -> None:
        """End a session, and undo its transaction."""
        session.is_ended = True
        sqlite3.Connection.rollback(session)
        if self.holder is session:
            self.holder = None

    def forget(self, session: ServerSession) -> None:
        """Its client is gone."""
        self.end(session)
        sqlite3.Connection.close(session)

    def look(self) -> tuple[object, ...] | None:
        """@return: the answer to the question of L{hichat.storage.suspicion}."""
        holder = self.holder
        if holder is None or holder.waits_for == DISK:
            return None
        idle = self.seconds - holder.changed if holder.waits_for == IDLE else 0.0
        return holder.number, holder.began, holder.changed, 0, idle

    def end_one(self, which: dict[str, object]) -> tuple[object, ...] | None:
        """@return: whether the holder was ended: it is this one, and still waits for its client."""
        found = self.look()
        if found is None or found[:3] != (which["pid"], which["began"], which["changed"]):
            return None
        assert self.holder is not None
        assert self.seconds - self.holder.changed >= FROZEN, "a holder of the lock is ended too early"
        self.ended_by_others += 1
        self.end(self.holder)
        return (True,)

    def _wait_until(self, strand: Strand, seconds: float) -> None:
        strand.pause(lambda: self.seconds >= seconds, seconds)

    # The numbers of the daemons

    def take_number(self, lock: Lock, locks: NumberLocks) -> bool:
        """@return: whether a session has the lock now."""
        return self._numbers.setdefault(lock, locks) is locks

    def has_number(self, number: int | None, locks: NumberLocks) -> bool:
        """@return: whether a session has the lock of a daemon's number."""
        return number is not None and self._numbers.get(Lock(NODES, number)) is locks

    def release_numbers(self, locks: NumberLocks) -> None:
        """A session has ended."""
        for lock in [lock for lock, holder in self._numbers.items() if holder is locks]:
            del self._numbers[lock]


class ServerCursor(sqlite3.Cursor):
    """A cursor of a L{ServerSession}."""

    connection: ServerSession

    def __enter__(self) -> ServerCursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, sql: str, parameters: Any = (), prepare: object = None) -> ServerCursor:
        """Execute a statement, or several in one message."""
        rest = self.connection.meets(sql)
        if rest:
            super().execute(rest, parameters)
        return self

    def executemany(self, sql: str, parameters: Any) -> ServerCursor:
        """Execute a statement several times."""
        self.connection.meets(sql)
        super().executemany(sql, parameters)
        return self

    def nextset(self) -> None:
        """There is one answer."""


class ServerAnswer:
    """An answer of one row at most."""

    def __init__(self, row: tuple[object, ...] | None) -> None:
        self._row = row

    def fetchone(self) -> tuple[object, ...] | None:
        """@return: the row."""
        return self._row


class ServerSession(sqlite3.Connection):
    """
    A client's connection: the server's end, and the client's.

    @ivar waits_for: see L{IDLE}, while it has the lock and its client does not go on.
    @ivar changed: since when.
    @ivar idle_limit: the seconds after which the server ends its transaction if it waits for its client.
    @ivar is_at_commit: whether C{COMMIT} comes next.
    """

    def __init__(self, server: Server, process: object, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._server = server
        self.process = process
        self.number = 0
        self.began = self.changed = server.seconds
        self.waits_for = ""
        self.idle_limit = 0.0
        self.is_ended = self.is_at_commit = False
        server.joined(self)

    @property
    def closed(self) -> bool:
        """As psycopg's."""
        return self.is_ended

    @property
    def _holds(self) -> bool:
        return self._server.holder is self

    def cursor(self, *_: object) -> ServerCursor:  # type: ignore[override]
        """As psycopg's."""
        return super().cursor(ServerCursor)

    def execute(self, sql: str, parameters: Any = (), prepare: object = None) -> Any:
        """As psycopg's."""
        if sql == suspicion._LOOK:
            return ServerAnswer(self._server.look())
        if sql == suspicion._END:
            return ServerAnswer(self._server.end_one(parameters))
        return self.cursor().execute(sql, parameters)

    def commit(self) -> None:
        """As psycopg's."""
        if not self._holds:
            self._go_on()
            super().commit()
            return
        self.is_at_commit = True
        self._go_on()
        if self._server.loses_answer():
            self._server.doubts += 1
            if self._server._chance.random() < 0.5:
                self._server.finish(self)
            self._server.end(self)
            raise LostConnection("lost in COMMIT")
        self._server.finish(self)
        self.is_at_commit = False
        self._server.pause(self)

    def rollback(self) -> None:
        """As psycopg's."""
        strand = self._server.strand
        if strand is not None and strand.killed:
            return
        if self.is_ended:
            raise LostConnection("the connection is closed")
        super().rollback()
        if self._holds:
            self._server.holder = None

    def close(self) -> None:
        """As psycopg's."""
        strand = self._server.strand
        if strand is None or not strand.killed:
            self._server.left(self)
            super().close()

    def meets(self, sql: str) -> str:
        """
        A message comes.

        @return: what of it is for SQLite.
        """
        self._go_on()
        if not sql.startswith("BEGIN ISOLATION LEVEL"):
            return sql
        if sql.endswith("READ ONLY"):
            return "BEGIN"
        return self._begin_writing(sql.split("; "))

    def _begin_writing(self, statements: list[str]) -> str:
        limits = [int(found[2]) / 1000 for each in statements if (found := _LIMIT.match(each))]
        self._server.take_lock(self, limits[0])
        self.idle_limit = limits[1]
        self.is_at_commit = False
        super().execute("BEGIN IMMEDIATE")
        (*_, last) = statements
        return "" if last.startswith("SET") or "lock" in last else last

    def _go_on(self) -> None:
        """The client goes on, if nothing happens before."""
        strand = self._server.strand
        if strand is not None and strand.killed:
            raise Killed
        if self._holds:
            self._server.pause(self)
        self.waits_for = ""
        if self.is_ended:
            raise LostConnection("terminating connection")


_LIMIT = re.compile(r"SET LOCAL (lock_timeout|idle_in_transaction_session_timeout) = (\d+)")


class NumberLocks(SessionLocks):
    """The session in which a daemon keeps its number."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._held = set()
        self._is_open = True

    def end(self) -> None:
        """The server ends the session."""
        self._is_open = False
        self._server.release_numbers(self)

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """See L{SessionLocks.run}."""
        if not self._is_open:
            self.close()
            raise NoSession("terminating connection")
        if "pg_try_advisory_lock" in statement:
            return [(self._server.take_number(Lock(*values), self),)]
        return self._server.catalogue.execute(statement.replace("%s", "?"), values).fetchall()

    def close(self) -> None:
        """See L{SessionLocks.close}. The next statement opens another one."""
        self._held.clear()
        self._is_open = True
        self._server.release_numbers(self)
