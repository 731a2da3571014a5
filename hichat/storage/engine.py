"""The database engine: what every connection of the pool has in common."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from hichat.core.errors import StartError
from hichat.storage.suspicion import PATIENT, Suspicion
from hichat.storage.write_locks import WRITE_LOCK

BUSY_TIMEOUT = 5.0
"""Seconds that a writer waits for another process's transaction."""

ABANDONED = 2.0
"""
Seconds after which PostgreSQL ends a transaction that holds L{WRITE_LOCK} and waits for its client: for the next
statement, or for the rest of one. The client's machine may have vanished without closing the connection, and all other
writers wait for the lock.
"""

PATIENCE = 10.0
"""The same for a transaction with another lock, and for one with the option C{patient}."""

HOLDER_LOOK_INTERVAL = 1.0
"""Seconds for which a writer waits for L{WRITE_LOCK} before it looks at who holds it; see L{Suspicion}."""

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

CONNECT_TIMEOUT_OF_EACH = "2"
"""The C{connect_timeout} where the URL names several servers: the first of them may be the one that is lost."""

_NETWORK = {
    "application_name": "hichat",
    # Seconds; tcp_user_timeout is the milliseconds for which sent data may stay unacknowledged. With these a server
    # that vanished without closing the connection is an error after five seconds, and another one may have taken over.
    "connect_timeout": "5",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    # JIT compilation of one of our queries takes ten times as long as the query. And the server notices as soon when
    # this machine vanishes: it ends the transactions, so that others get their locks.
    "options": "-c jit=off -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3",
}


class SteadyPool(QueuePool):
    """
    A pool that notes the time of the last failure by the monotonic clock.

    SQLAlchemy's pool replaces each connection that is older than the last failure, and compares times of day. If the
    clock is set back after a failure, each new connection counts as older, and is replaced before each use.
    """

    _failed_at = 0.0

    @property
    def _invalidate_time(self) -> float:
        return self._failed_at

    @_invalidate_time.setter
    def _invalidate_time(self, _time_of_day: float) -> None:
        self._failed_at = time.monotonic()


def _note_start(_connection: Any, record: Any) -> None:
    record.starttime = time.monotonic()


def make_engine(url: str, shrinks: bool = True) -> Engine:
    """
    Make an engine. It connects to nothing yet.

    A transaction with the execution option C{write} takes the store's write lock first: what it reads stays true until
    it commits. When its commit returns, its changes are on the disk. The option C{lock} names another lock than
    L{WRITE_LOCK} (on SQLite each file has its own anyway). With the option C{patient} it may compute for some seconds
    between two statements. With the option C{first}, a L{FirstQuery}, it begins with that query. A transaction without
    C{write} reads one snapshot; on PostgreSQL it cannot write.

    On PostgreSQL a transaction that begins on a connection that was lost while it was idle begins again on a new one.

    @param url: an SQLAlchemy URL.
    @param shrinks: whether a new file of SQLite can get smaller later: see L{hichat.keeping.room}. It costs whoever
        writes half a microsecond a row.
    @raise StartError: the URL is wrong, or its driver is missing.
    """
    try:
        parsed = _with_driver(make_url(url))
        # Errors are logged, and users' texts must not get into the log.
        engine = create_engine(
            parsed,
            poolclass=SteadyPool,
            pool_use_lifo=True,
            hide_parameters=True,
        )
    except (ArgumentError, ValueError) as e:
        raise StartError(
            "hichat: HICHAT_DATABASE: not an SQLAlchemy URL, for example sqlite:////var/lib/hichat.db"
        ) from e
    except ImportError as e:
        raise StartError(
            "hichat: HICHAT_DATABASE: the driver psycopg is missing or not whole; pip install 'hichat[postgres]'"
        ) from e
    event.listen(engine, "connect", _note_start)
    if engine.dialect.name == "sqlite":
        if shrinks:
            event.listen(engine, "connect", _let_shrink)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def concerns_all(error: Exception) -> bool:
    """
    @param error: raised by a query or a change.
    @return: whether the store itself failed, so that all others fail too: it is unreachable, full, broken, read-only,
        or without our tables.
    """
    if not isinstance(error, DBAPIError):
        # No connection came free in time.
        return isinstance(error, PoolTimeoutError)
    if error.connection_invalidated or isinstance(error, (OperationalError, InternalError)):
        return True
    if type(error) is DatabaseError:
        # SQLite: the file is no database, or is broken.
        return True
    # PostgreSQL's class 42: a table is missing, or the right to use it.
    return str(getattr(error.orig, "sqlstate", None) or "").startswith("42")


def driver_message(error: Exception) -> str:
    """
    @param error: an error of SQLAlchemy or of the driver.
    @return: the driver's own message, in one line. SQLAlchemy's would have the statement, too.
    """
    return " ".join(str(getattr(error, "orig", None) or error).split())


class FirstQuery:
    """
    A query that a transaction of a writer begins with. On PostgreSQL the message that begins the transaction carries
    it, so it takes no round trip of its own. It sees all that was committed before the transaction got the lock.

    @param statement: SQL without parameters, which finds one row.
    @ivar row: the row, once the transaction has begun.
    """

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self.row: tuple[Any, ...] = ()


@contextmanager
def driver(connection: Connection) -> Iterator[Any]:
    """
    The driver's own connection: for the few statements that each commit consists of, and for reading the log. Through
    SQLAlchemy a statement costs 40 us more, and most of these statements take less than that.

    @param connection: in a transaction that has begun: a statement on the driver's connection does not begin one.
    @raise DBAPIError: an error of the driver, as SQLAlchemy would raise it.
    """
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield connection.connection.driver_connection
    except errors as e:
        raise DBAPIError.instance(
            "the driver's own", None, e, errors, hide_parameters=True, dialect=connection.dialect
        ) from e


def database_bytes(connection: Connection) -> int:
    """@return: the size of the database in bytes; of a file of SQLite with the log beside it."""
    if connection.dialect.name == "sqlite":
        return file_bytes(connection.engine.url.database or "")
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def file_bytes(path: str) -> int:
    """@return: the size of a file of SQLite in bytes, with the log beside it."""
    found = 0
    for each in (path, f"{path}-wal"):
        with suppress(FileNotFoundError):
            found += os.stat(each).st_size
    return found


def _with_driver(url: URL) -> URL:
    try:
        url = url.set(drivername=_DRIVERS[url.drivername])
    except KeyError:
        raise StartError("hichat: HICHAT_DATABASE: only sqlite:// and postgresql:// databases are known") from None
    if url.drivername == "sqlite":
        return url
    several = {"connect_timeout": CONNECT_TIMEOUT_OF_EACH} if _has_several(url) else {}
    return url.set(query=_NETWORK | several | dict(url.query))


def _has_several(url: URL) -> bool:
    """@return: whether the URL names several servers: C{//a,b/name}, or C{///name?host=a:1&host=b:2}."""
    hosts = url.query.get("host", ())
    return "," in (url.host or "") or "," in hosts or (not isinstance(hosts, str) and len(hosts) > 1)


def _let_shrink(connection: sqlite3.Connection, _record: Any) -> None:
    # Only while a file is empty: later it takes VACUUM, and where it is so already, the statement would wait for the
    # write lock.
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL").close()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction control begins late and never "immediate": switch it off.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={int(BUSY_TIMEOUT * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # Zeros over what is deleted: texts that are gone are not in the file either. Debian's SQLite does so anyway.
        "secure_delete=ON",
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    first: FirstQuery | None = options.get("first")
    with driver(connection) as own:
        own.execute("BEGIN IMMEDIATE" if options.get("write") else "BEGIN").close()
        if first is not None:
            first.row = own.execute(first.statement).fetchone()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    from hichat.storage import arrays

    # We begin transactions ourselves: the driver would send its BEGIN in a message of its own.
    connection.autocommit = True
    arrays.register(connection)


def _begin_postgresql(connection: Connection) -> None:
    begin = _begin_writing if connection.get_execution_options().get("write") else _begin_reading
    try:
        begin(connection)
    except DBAPIError as e:
        lost = connection.connection
        own: Any = lost.driver_connection
        if not own.closed:
            raise
        # The other idle connections are probably lost, too: the pool replaces those that are older than this moment.
        connection.engine.pool._invalidate(lost, e)
        connection.invalidate(e)
        begin(connection)


def _begin_reading(connection: Connection) -> None:
    with driver(connection) as own:
        own.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False).close()


def _begin_writing(connection: Connection) -> None:
    options = connection.get_execution_options()
    lock = options.get("lock", WRITE_LOCK)
    held_up: Suspicion = connection.info.setdefault(_HELD_UP, Suspicion())
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        left = deadline - time.monotonic()
        wait = min(left, HOLDER_LOOK_INTERVAL) if lock == WRITE_LOCK else left
        try:
            with driver(connection) as own:
                _take_lock(own, lock, wait, bool(options.get("patient")), options.get("first"))
            return
        except DBAPIError as e:
            if getattr(e.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            with driver(connection) as own:
                own.rollback()
            if lock != WRITE_LOCK:
                raise
            # Who may not look, or not end the holder, waits on; a lost connection is met at the next try.
            with suppress(DBAPIError), driver(connection) as own:
                held_up.look(own)
            if time.monotonic() >= deadline:
                raise


_LOCK_NOT_AVAILABLE = "55P03"
_HELD_UP = "held up"


def _take_lock(own: Any, lock: int, wait: float, patient: bool, first: FirstQuery | None) -> None:
    """
    Begin a transaction that holds a lock. It is one message: the server takes a new snapshot for each statement.

    @raise Exception: the driver's error; that of L{_LOCK_NOT_AVAILABLE} after C{wait} seconds.
    """
    idle = ABANDONED if lock == WRITE_LOCK and not patient else PATIENCE
    statements = [
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        f"SET LOCAL lock_timeout = {max(1, int(wait * 1000))}",
        f"SET LOCAL idle_in_transaction_session_timeout = {int(idle * 1000)}",
        # With synchronous_commit "off" a commit would return before it is on the disk; among the other values the
        # operator may choose.
        "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
        f"SELECT pg_advisory_xact_lock({lock})",
        # For the other locks.
        f"SET LOCAL lock_timeout = {int(BUSY_TIMEOUT * 1000)}",
    ]
    if patient:
        statements.append(f"SET LOCAL application_name = '{PATIENT}'")
    if first is not None:
        statements.append(first.statement)
    with own.cursor() as cursor:
        cursor.execute("; ".join(statements), prepare=False)
        if first is not None:
            while cursor.nextset():
                pass
            first.row = cursor.fetchone()
