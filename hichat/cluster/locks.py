"""
Locks that belong to a session with PostgreSQL, and not to a transaction (session-level advisory locks). PostgreSQL
releases them when the session ends, however that happens: so a dead process holds none.

A daemon that stands still, as one that was stopped by a signal or whose machine does not run it, keeps its session.
Each daemon asks something in its session every second (L{hichat.cluster.nodes}; L{SignOfLife}). So another one that
wants some work ends a session that has asked nothing for L{STANDS_STILL} seconds. When its daemon goes on, it finds its
session ended.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from hichat.storage.engine import driver_message

NODES = 0x48694370
"""The kind of the locks on the numbers of daemons."""

WORK = 0x48694371
"""The kind of the locks on what one daemon does for all."""


STANDS_STILL = 3.5
"""Seconds without a question after which another daemon ends the session of the one that has some work."""


class Lock(NamedTuple):
    """
    A lock's name: two integers of 32 bits. They do not meet the locks that have one of 64 bits, such as the log's.

    @ivar kind: L{NODES} or L{WORK}.
    """

    kind: int
    number: int


SEARCH = Lock(WORK, 1)
"""Advancing the search index."""

MEDIA_LOCK = Lock(WORK, 2)
"""Removing the records of unused files."""

SWEEP_LOCK = Lock(WORK, 3)
"""Blanking what is too old."""


ERASE_LOCK = Lock(WORK, 4)
"""Removing what people have left whose accounts were deleted."""


MAIL_LOCK = Lock(WORK, 5)
"""Sending the mails of the queue."""

AUDIT_LOCK = Lock(WORK, 6)
"""Deleting old entries of the audit log."""

SIGN_ON_LOCK = Lock(WORK, 7)
"""Asking the provider of single sign-on about users of whom nothing was refreshed."""

HOOKS_LOCK = Lock(WORK, 8)
"""Delivering events to outgoing hooks."""

REMIND_LOCK = Lock(WORK, 10)
"""Telling reminders that are due."""

PLUGINS_LOCK = Lock(WORK, 9)
"""Letting plugins follow events."""


# The server has sent its last answer, or began to wait for the rest of a question, that long ago. It waits for the end
# of what it ends for a second: the lock is free after that.
_END_WHO_STANDS_STILL = (
    "SELECT pid, idle, pg_terminate_backend(pid, 1000) FROM (SELECT a.pid,"
    " extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS idle"
    " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND l.objsubid = 2"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND a.wait_event = 'ClientRead') AS holder WHERE idle > %s"
)


class NoSession(Exception):
    """There is no session with the server. All locks of the one that there was are released."""


class SessionLocks:
    """
    The locks of one process, on a connection of their own. Its methods block; one thread at a time may call them.

    @param engine: an engine for PostgreSQL.
    """

    _log = Logger()

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._errors = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)
        self._connection: Any = None
        self._held: set[Lock] = set()

    def take(self, lock: Lock) -> bool:
        """
        Take a lock, if no other session has it. The session is opened if there is none. A lock of L{WORK} is also taken
        from a session that stands still.

        @return: whether this process has the lock now.
        @raise NoSession: the server cannot be reached.
        """
        if self.holds(lock) or self._try(lock):
            return True
        # A number is kept: others have enough of them, and the daemon that stands still may want to go on with its own.
        return lock.kind == WORK and self._end_who_stands_still(lock) and self._try(lock)

    def _try(self, lock: Lock) -> bool:
        (taken,) = self.run("SELECT pg_try_advisory_lock(%s, %s)", lock)[0]
        if taken:
            self._held.add(lock)
        return bool(taken)

    def _end_who_stands_still(self, lock: Lock) -> bool:
        """@return: whether the session that had the lock is gone."""
        found = self.run(_END_WHO_STANDS_STILL, (*lock, STANDS_STILL))
        for pid, idle, _ in found:
            self._log.warn(
                "the PostgreSQL connection with process id {pid} held a lock on the work of one for all, and its "
                "daemon asked nothing for {idle:.1f} s: it was ended",
                pid=pid,
                idle=idle,
            )
        return any(is_gone for *_, is_gone in found)

    def holds(self, lock: Lock) -> bool:
        """
        @return: whether this process has a lock that it took. Asks the server: the session in which it was taken may
            have ended. Another one, which was opened since for another lock, does not have it.
        """
        if lock not in self._held:
            return False
        try:
            self.run("SELECT 1")
        except NoSession:
            return False
        return True

    def show_life(self) -> None:
        """If this process has locks, ask something: otherwise others end the session after L{STANDS_STILL}."""
        if self._held:
            # Whoever does the work finds out by itself that the session has ended.
            with suppress(NoSession):
                self.run("SELECT 1")

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """
        Run a statement in the session. The session is opened if there is none.

        @return: the rows, if there are any.
        @raise NoSession: it failed. Then the session is closed, because it may be of no more use.
        """
        try:
            if self._connection is None:
                self._connection = self._open()
            cursor = self._connection.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []
        except self._errors as e:
            self.close()
            raise NoSession(driver_message(e)) from e

    def _open(self) -> Any:
        connection = self._engine.connect()
        # A transaction that begins replaces a connection that was lost while it was idle.
        connection.begin().rollback()
        pooled = connection.connection
        made: Any = pooled.driver_connection
        # It is not the pool's any more.
        pooled.detach()
        try:
            made.autocommit = True
            # The session is idle most of the time, and must not be ended for that. And if this machine vanishes, the
            # server notices within three seconds, and releases the locks: so another one has the work within five.
            made.execute(
                "SELECT set_config(name, value, false) FROM (VALUES ('idle_session_timeout', '0'),"
                " ('tcp_keepalives_idle', '1'), ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '2'),"
                " ('tcp_user_timeout', '3000'))"
                " AS wanted (name, value) WHERE name IN (SELECT name FROM pg_settings)"
            )
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        """End the session, which releases all locks."""
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            connection.close()


class SignOfLife:
    """
    Asks something in the session of a process that keeps no number: one of several workers. A step of its work may take
    longer than L{STANDS_STILL}, and asks nothing meanwhile.

    @param locks: the process's locks.
    @param in_thread: runs functions in the thread of the locks.
    """

    _log = Logger()

    def __init__(
        self, locks: SessionLocks, in_thread: Callable[..., Deferred[Any]], clock: IReactorTime, pause: float = 1.0
    ) -> None:
        self._locks = locks
        self._in_thread = in_thread
        self._pause = pause
        self._calls = LoopingCall(self._show)
        self._calls.clock = clock

    def start(self) -> None:
        """Begin."""
        self._calls.start(self._pause, now=False)

    def stop(self) -> None:
        """End it. May be called again."""
        if self._calls.running:
            self._calls.stop()

    def _show(self) -> Deferred[Any]:
        shown = self._in_thread(self._locks.show_life)
        return shown.addErrback(lambda failure: self._log.failure("a session with PostgreSQL cannot be kept", failure))


class ClusterClaim:
    """
    The claim by which one of all daemons of a store does some work for all. The others ask again now and then.

    @param locks: this process's locks.
    @param lock: the work's lock.
    @param in_thread: runs functions in the thread of the locks.
    """

    def __init__(self, locks: SessionLocks, lock: Lock, in_thread: Callable[..., Deferred[Any]]) -> None:
        self._locks = locks
        self._lock = lock
        self._in_thread = in_thread

    async def take(self) -> bool:
        """
        @return: whether this process has the claim now. To be asked before each step of the work, because the session
            may have ended since the last one.
        """
        try:
            return bool(await self._in_thread(self._locks.take, self._lock))
        except NoSession:
            # The work itself fails as well, and says why.
            return False
