"""
The numbers of the daemons of one store, its I{nodes}. On SQLite there is one daemon, number 0.

On PostgreSQL a daemon takes the lowest number that no other one has, and keeps it by a lock of a session of its own
(L{hichat.cluster.locks}); it prefers the one that it had last. The table C{nodes} says who has, or had last, which
number. Receipts have it in their names (L{hichat.pipeline.ledger.receipts}).

The table also says which migrations a daemon knows (L{hichat.storage.migrate}): so a newer daemon that starts does not
migrate below an older one that could not go on. If that happens all the same, the older one notices it within seconds,
and ends in order.

If the session ends, another daemon may take the number. The daemon notices that within a second if the connection was
closed, and within five if the network swallows everything. It stops writing, takes a number again and goes on. Nothing
is lost or doubled meanwhile, because a receipt's name has more in it than the number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, inspect, text
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.cluster.locks import NODES, Lock, NoSession, SessionLocks
from hichat.core.errors import StartError
from hichat.storage.migrate import KNOWN, Outgrown, check_oldest
from hichat.storage.tables import nodes

NUMBERS = 1000
"""The number of numbers."""

LOOK = 1.0
"""Seconds between two looks whether the number is still held, and between two tries to take one."""

REPORT_EACH = 3
"""The number of looks after which a daemon says how it is."""

SILENT_AFTER = 15.0
"""Seconds after which a daemon that has its number and says nothing is called silent."""


class NumberOwner(NamedTuple):
    """
    A daemon, as the table has it.

    @ivar host: the name of its host.
    @ivar state: the path of its state directory.
    @ivar version: its version.
    @ivar address: where clients reach it.
    """

    host: str
    state: str
    version: str
    address: str = ""


class NodeFacts(NamedTuple):
    """
    What a daemon says of itself.

    @ivar connections: its open WebSockets.
    @ivar position: the position up to which it has delivered the log.
    """

    connections: int
    position: int


class NodeEntry(NamedTuple):
    """
    A daemon of the store, as everybody can see it.

    @ivar number: its number.
    @ivar state: C{up}: it has its number, and speaks. C{silent}: it has its number, and has not spoken for
        L{SILENT_AFTER}. C{gone}: it had the number last.
    @ivar address: where clients reach it; empty: it did not say.
    @ivar version: its version.
    @ivar migration: the number of the newest migration that it knows; None: it is of a version that does not say it.
    @ivar connections: its open WebSockets; None: it did not say.
    @ivar lag: the events of the log that it had not delivered; None: it did not say.
    @ivar since: when it took the number, in milliseconds since the epoch.
    @ivar seen: when it spoke last; None: it does not.
    """

    number: int
    state: Literal["up", "silent", "gone"]
    address: str
    version: str
    migration: int | None
    connections: int | None
    lag: int | None
    since: int
    seen: int | None


def read_nodes(connection: Connection, now: int) -> list[NodeEntry]:
    """
    @param now: milliseconds since the epoch.
    @return: the daemons that have a number, or had one that no other one has taken since; none on SQLite.
    """
    if connection.dialect.name == "sqlite":
        return []
    found = []
    for row in connection.execute(_ALL, {"kind": NODES}):
        # What is from before it took the number was said by another daemon.
        says = row.seen is not None and row.seen >= row.since
        is_silent = says and now - row.seen > SILENT_AFTER * 1000
        state: Literal["up", "silent", "gone"] = "gone" if not row.held else "silent" if is_silent else "up"
        address, seen = (row.address or "", row.seen) if says else ("", None)
        connections, lag = (row.connections, row.lag) if says else (None, None)
        knows = row.version, row.revision
        found.append(NodeEntry(row.number, state, address, *knows, connections, lag, row.since, seen))
    return found


_HELD = (
    "SELECT objid::int FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

# Each column by its name: a later version may have more of them.
_ALL = text(
    f"SELECT {', '.join(column.name for column in nodes.columns)}, number IN ({_HELD}) AS held"  # noqa: S608
    " FROM nodes ORDER BY number"
)


def outdated(connection: Connection, oldest: int) -> list[str]:
    """
    Find the daemons that are at work and do not know a migration. None takes a number until the transaction is over.

    @param connection: in a transaction that writes.
    @param oldest: the migration's number.
    @return: their numbers and where clients reach them.
    """
    if connection.dialect.name == "sqlite" or not inspect(connection).has_table(nodes.name):
        return []
    # A daemon that takes a number enters itself, and then looks which migration it has to know: see claim().
    connection.execute(text("LOCK TABLE nodes IN SHARE ROW EXCLUSIVE MODE"))
    # Not all columns may be there yet.
    known = {row.number: row for row in connection.execute(text("SELECT * FROM nodes"))}
    held = sorted(connection.scalars(text(_HELD), {"kind": NODES}))
    return [_described(number, known.get(number)) for number in held if _knows(known.get(number)) < oldest]


def _knows(row: Any) -> int:
    """@return: the newest migration that a daemon knows; 0: it is of a version that does not say it."""
    return getattr(row, "revision", None) or 0


def _described(number: int, row: Any) -> str:
    return f"{number} ({getattr(row, 'address', None) or getattr(row, 'host', 'unknown')})"


def claim(locks: SessionLocks, owner: NumberOwner, now: int) -> int:
    """
    Take a number.

    @param locks: the daemon's; they hold the number.
    @param now: milliseconds since the epoch.
    @raise NoSession: the server cannot be reached.
    @raise Outgrown: the tables are not for this version any more.
    @raise StartError: all numbers are taken.
    """
    had = locks.run("SELECT number FROM nodes WHERE host = %s AND state = %s ORDER BY number", owner[:2])
    for number in dict.fromkeys([*(row[0] for row in had), *range(NUMBERS)]):
        if locks.take(Lock(NODES, number)):
            locks.run(_ENTER, (number, *owner, KNOWN, now, now))
            try:
                _check(locks.run(_OLDEST))
            except Outgrown:
                locks.close()
                raise
            return number
    raise StartError(f"hichat: HICHAT_DATABASE: {NUMBERS} daemons use this database already")


def _check(found: list[Any]) -> None:
    """@raise Outgrown: this version does not know the migration in this row."""
    for (oldest,) in found:
        check_oldest(oldest)


_ENTER = (
    "INSERT INTO nodes (number, host, state, version, address, revision, since, seen)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (number) DO UPDATE SET host = excluded.host, state = excluded.state, version = excluded.version,"
    " address = excluded.address, revision = excluded.revision, since = excluded.since, seen = excluded.seen,"
    " connections = NULL, position = NULL, lag = NULL"
)

_OLDEST = "SELECT oldest FROM compatibility"

_REPORT = (
    "UPDATE nodes SET seen = %s, connections = %s, position = %s,"
    " lag = greatest(0, (SELECT coalesce(max(position), 0) FROM events) - %s) WHERE number = %s"
    " RETURNING (SELECT oldest FROM compatibility)"
)


class NodeKeeper:
    """
    Keeps a daemon's number.

    @param locks: the daemon's, which hold the number.
    @param owner: this daemon.
    @param in_thread: runs functions in the thread of the locks.
    @param now: the time in milliseconds since the epoch.
    @param changed: called with the number when the daemon has one; with None when it has not; again with None each time
        that it could not take one.
    @param outgrown: called when a newer version has migrated the database so that this one must end.
    @ivar number: the number that the daemon has, or had last.
    @ivar since: when it took it, in milliseconds since the epoch; None: it never had one.
    @ivar facts: gives what the daemon says of itself; whoever starts the daemon sets it. None: it says nothing.
    """

    _log = Logger()

    def __init__(
        self,
        locks: SessionLocks,
        owner: NumberOwner,
        in_thread: Callable[..., Deferred[Any]],
        clock: IReactorTime,
        now: Callable[[], int],
        changed: Callable[[int | None], object],
        outgrown: Callable[[], object],
    ) -> None:
        self.number = 0
        self.since: int | None = None
        self.facts: Callable[[], NodeFacts | None] = lambda: None
        self._looks = 0
        self._locks = locks
        self._owner = owner
        self._in_thread = in_thread
        self._clock = clock
        self._now = now
        self._changed = changed
        self._outgrown = outgrown
        self._call: IDelayedCall | None = None
        self._is_stopped = False

    def begin(self) -> None:
        """
        Take a number. This blocks.

        @raise StartError: that failed.
        """
        try:
            self.number = self._claim()
            self.since = self._now()
        except NoSession as e:
            raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {e}") from e
        self._log.info("the daemon's number among those of this store is {number}", number=self.number)
        self._changed(self.number)

    def start(self) -> None:
        """Look after the number from now on."""
        self._again(self._look)

    def stop(self) -> None:
        """Do not look any more. The number is free when the locks are closed."""
        self._is_stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _claim(self) -> int:
        return claim(self._locks, self._owner, self._now())

    def _again(self, step: Callable[[], object]) -> None:
        if not self._is_stopped:
            self._call = self._clock.callLater(LOOK, step)

    def _look(self) -> None:
        self._call = None
        facts = self.facts() if self._looks % REPORT_EACH == 0 else None
        self._looks += 1
        looking = self._in_thread(self._holds, self.number, facts, self._now())
        looking.addCallbacks(self._looked, self._failed)

    def _holds(self, number: int, facts: NodeFacts | None, now: int) -> bool:
        """
        In the thread of the locks: if the number is held, say how the daemon is.

        @return: whether it is held.
        @raise Outgrown: the tables are not for this version any more.
        """
        if not self._locks.holds(Lock(NODES, number)):
            return False
        if facts is not None:
            try:
                _check(self._locks.run(_REPORT, (now, facts.connections, facts.position, facts.position, number)))
            except NoSession:
                return False
        return True

    def _looked(self, is_held: bool) -> None:
        if is_held or self._is_stopped:
            self._again(self._look)
            return
        self._log.warn(
            "the connection that kept the daemon's number {number} is lost: nothing is written until it has one again",
            number=self.number,
        )
        self._changed(None)
        self._take()

    def _take(self) -> None:
        self._call = None
        taking = self._in_thread(self._claim)
        taking.addCallbacks(self._taken, self._not_taken)

    def _taken(self, number: int) -> None:
        if self._is_stopped:
            return
        before, self.number, self.since = self.number, number, self._now()
        self._log.info(
            "the daemon writes again: its number was {before}, and is {number} now", before=before, number=number
        )
        self._again(self._look)
        self._changed(number)

    def _not_taken(self, failure: Failure) -> None:
        if self._is_stopped:
            return
        if failure.check(Outgrown):
            self._end(failure)
            return
        if not failure.check(NoSession):
            self._log.failure("the daemon cannot take a number", failure)
        self._again(self._take)
        self._changed(None)

    def _failed(self, failure: Failure) -> None:
        if failure.check(Outgrown):
            self._end(failure)
            return
        self._log.failure("the daemon's number cannot be looked after", failure)
        self._again(self._look)

    def _end(self, failure: Failure) -> None:
        """This version must not write any more: what waits to be written is refused."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._log.error("the daemon stops: {cause}", cause=failure.getErrorMessage())
        for _ in range(2):
            self._changed(None)
        self._outgrown()
