"""
Which connections there were, and which frames were refused: so that an administrator can find out why a message did not
arrive (C{hichat trace}). What happens is gathered, and stored once a second: nothing waits for it.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.errors import StoreAway
from hichat.storage.store import Store
from hichat.storage.tables import connections, refusals

FLUSH = 1.0
"""Seconds in which openings and ends are gathered."""

SUMMED = 60.0
"""Seconds in which refused frames are summed."""

ENDS_AGAIN = 5.0
"""Seconds until ends that could not be stored are tried again."""

OFTEN = 60
"""The most connections of a user that one process records within a minute; the others are counted."""

NOT_RECORDED = "not_recorded"
"""The code under which these are counted."""

RECORDS_LIMIT = 100_000
"""The most openings, and the most ends, that wait to be stored. Further ones are not recorded."""

REFUSAL_KINDS = 10_000
"""The most different refusals that are counted apart within L{SUMMED}."""

FORGET_INTERVAL = 3600.0
"""Seconds between two looks for records that are too old."""

FORGET_STEP = 2000
"""Records that are deleted in one transaction."""

RECORD_DAY = 24 * 3600 * 1000
"""Milliseconds."""


class ConnectionRecord(msgspec.Struct, kw_only=True):
    """
    A connection.

    @ivar id: its number among all, which grows with the time.
    @ivar node: the number of the daemon; None: it has none.
    @ivar opened: when the user was let in, in milliseconds since the epoch.
    @ivar closed: when it ended; None: it has not, or the daemon was killed.
    @ivar code: the code with which it was closed (RFC 6455, 7.4, and L{hichat.wire.frames.Close}).
    """

    id: int
    user_id: int
    device: int
    dialect: str
    address: str
    node: int | None
    opened: int
    closed: int | None = None
    code: int | None = None


class RefusedFrames(msgspec.Struct, kw_only=True):
    """
    Frames of one device that were refused with one code within a minute.

    @ivar at: the end of that minute, in milliseconds since the epoch.
    """

    at: int
    user_id: int
    device: int
    code: str
    count: int


def opened_at(record: int) -> int:
    """
    @param record: the number of a record; 0: there is none.
    @return: when the connection was opened, in milliseconds since the epoch; 0: that is not recorded.
    """
    return record >> 21


class NoRecords:
    """Where nothing is recorded."""

    def closed(self, record: int, code: int | None, user: int, device: int) -> None:
        """See L{ConnectionBook.closed}."""


class ConnectionBook:
    """
    @param now: the time in milliseconds since the epoch.
    @param days: how long records are kept; 0: there are none.
    @ivar node: gives the daemon's number, if it has one.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        now: Callable[[], int],
        days: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._now = now
        self._days = days
        self.node: Callable[[], int | None] = lambda: None
        self._last = 0
        # By user, how many connections were recorded in this minute.
        self._recent: Counter[int] = Counter()
        self._minute = 0.0
        self._opened: dict[int, ConnectionRecord] = {}
        self._ends: dict[int, tuple[int, int | None]] = {}
        self._refused: Counter[tuple[int, int, str]] = Counter()
        self._calls: dict[Callable[[], object], IDelayedCall] = {}
        self._storing: Deferred[None] | None = None
        self._summing: Deferred[None] | None = None

    def start(self) -> None:
        """Forget old records from now on."""
        self._later(self._forget, FLUSH)

    def opened(self, user: int, device: int, dialect: str, address: str) -> int:
        """
        A user was let in.

        @param device: the number of the device; 0: it has none.
        @return: the number of the record; 0: there is none.
        """
        if self._clock.seconds() - self._minute >= SUMMED:
            self._minute, self._recent = self._clock.seconds(), Counter()
        self._recent[user] += 1
        if self._recent[user] > OFTEN:
            self.refused(user, device, NOT_RECORDED)
            return 0
        self._log.info(
            "user {user} is connected from {address}, with device {device}", user=user, address=address, device=device
        )
        if not self._days or len(self._opened) >= RECORDS_LIMIT:
            return 0
        # Two processes take the same number only by chance, in the same millisecond: one in a million.
        self._last = max(self._last + 1, (self._now() << 21) + secrets.randbits(20))
        self._opened[self._last] = ConnectionRecord(
            id=self._last,
            user_id=user,
            device=device,
            dialect=dialect,
            address=address[:64],
            node=self.node(),
            opened=self._now(),
        )
        self._later(self._store_all, FLUSH)
        return self._last

    def closed(self, record: int, code: int | None, user: int, device: int) -> None:
        """
        A connection is gone.

        @param record: what L{opened} returned.
        @param code: the code of the Close frame; None: there was none.
        """
        if record:
            self._log.info(
                "a connection of user {user} with device {device} is closed after {seconds} s: {code}",
                user=user,
                device=device,
                seconds=(self._now() - opened_at(record)) // 1000,
                code=code,
            )
        if record in self._opened:
            self._opened[record].closed, self._opened[record].code = self._now(), code
        elif record and len(self._ends) < RECORDS_LIMIT:
            self._ends[record] = self._now(), code
            self._later(self._store_all, FLUSH)

    def refused(self, user: int, device: int, code: str) -> None:
        """A frame was refused."""
        key = user, device, code
        if key not in self._refused and len(self._refused) >= REFUSAL_KINDS:
            key = 0, 0, code
        self._refused[key] += 1
        self._later(self._sum_up, SUMMED)

    async def stop(self) -> None:
        """Store what is left."""
        for call in self._calls.values():
            if call.active():
                call.cancel()
        self._sum_up()
        if self._summing is not None:
            await self._summing
        if self._storing is not None:
            await self._storing
        self._store_all()
        if self._storing is not None:
            await self._storing

    def _later(self, function: Callable[[], object], seconds: float) -> None:
        call = self._calls.get(function)
        if call is None or not call.active():
            self._calls[function] = self._clock.callLater(seconds, function)

    def _sum_up(self) -> None:
        refused, self._refused = self._refused, Counter()
        if not refused:
            return
        by_code: Counter[str] = Counter()
        for (_, _, code), count in refused.items():
            by_code[code] += count
        told = ", ".join(f"{code} {count}" for code, count in sorted(by_code.items()))
        self._log.info("{count} frames were refused within a minute: {codes}", count=refused.total(), codes=told)
        if self._days:
            now = self._now()
            rows = [
                RefusedFrames(at=now, user_id=user, device=device, code=code, count=count)
                for (user, device, code), count in refused.items()
            ]
            self._summing = self._store.write(_add_refusals, rows).addErrback(self._not_stored, len(rows))

    def _store_all(self) -> None:
        if self._storing is not None:
            self._later(self._store_all, FLUSH)
            return
        opened, self._opened = self._opened, {}
        ends, self._ends = self._ends, {}
        if not opened and not ends:
            return
        storing = self._storing = self._store.write(_add, [*opened.values()], ends)
        storing.addErrback(self._again, ends).addErrback(self._not_stored, len(opened) + len(ends))
        storing.addBoth(self._stored)

    def _stored(self, _: object) -> None:
        self._storing = None

    def _again(self, failure: Failure, ends: dict[int, tuple[int, int | None]]) -> None:
        """The store is away: an end that is not recorded would look as if the connection were open."""
        failure.trap(StoreAway)
        if ends and len(self._ends) + len(ends) <= RECORDS_LIMIT:
            self._ends = ends | self._ends
            self._later(self._store_all, ENDS_AGAIN)

    def _not_stored(self, failure: Failure, count: int) -> None:
        # Only an administrator's help is lost.
        if not failure.check(StoreAway):
            self._log.failure("{count} records of connections could not be stored", failure, count=count)

    def _forget(self) -> None:
        before = self._now() - self._days * RECORD_DAY
        forgetting = self._store.write(_forget, before)

        def forgotten(count: int) -> None:
            self._later(self._forget, FLUSH if count >= FORGET_STEP else FORGET_INTERVAL)

        def failed(failure: Failure) -> None:
            if not failure.check(StoreAway):
                self._log.failure("old records of connections could not be deleted", failure)
            self._later(self._forget, FORGET_INTERVAL)

        forgetting.addCallbacks(forgotten, failed)


Records = ConnectionBook | NoRecords

NO_RECORDS = NoRecords()
"""It has no state, so all may have the same."""


def _add(connection: Connection, opened: Sequence[ConnectionRecord], ends: dict[int, tuple[int, int | None]]) -> None:
    if opened:
        connection.execute(insert(connections), [msgspec.structs.asdict(record) for record in opened])
    if ends:
        rows = [{"which": id, "closed": closed, "code": code} for id, (closed, code) in ends.items()]
        connection.execute(_CLOSE, rows)


def _add_refusals(connection: Connection, rows: Sequence[RefusedFrames]) -> None:
    connection.execute(insert(refusals), [msgspec.structs.asdict(row) for row in rows])


def _forget(connection: Connection, before: int) -> int:
    """@return: how many records were deleted; some more may be left."""
    old = select(connections.c.id).where(connections.c.id < before << 21).limit(FORGET_STEP)
    count = connection.execute(delete(connections).where(connections.c.id.in_(old.scalar_subquery()))).rowcount
    old = select(refusals.c.id).where(refusals.c.at < before).limit(FORGET_STEP)
    return max(count, connection.execute(delete(refusals).where(refusals.c.id.in_(old.scalar_subquery()))).rowcount)


_CLOSE = (
    update(connections)
    .where(connections.c.id == bindparam("which"))
    .values(closed=bindparam("closed"), code=bindparam("code"))
)


def connections_of(connection: Connection, user: int, since: int, until: int, limit: int) -> list[ConnectionRecord]:
    """
    @param since: in milliseconds since the epoch, as C{until}.
    @return: the connections of a user that were open at some time between these, the oldest first.
    """
    c = connections.c
    open_then = (c.user_id == user) & (c.opened <= until) & (c.closed.is_(None) | (c.closed >= since))
    found = connection.execute(select(connections).where(open_then).order_by(c.opened.desc()).limit(limit))
    return [ConnectionRecord(**row._mapping) for row in found][::-1]


def last_ends(connection: Connection, user: int, limit: int) -> dict[int, int]:
    """
    @param limit: so many of the user's connections are looked through, the newest ones.
    @return: when the last connection of each device has ended, in milliseconds since the epoch.
    """
    c = connections.c
    newest = select(c.device, c.closed).where(c.user_id == user).order_by(c.opened.desc()).limit(limit).subquery()
    query = select(newest.c.device, func.max(newest.c.closed)).where(newest.c.closed.is_not(None))
    return {row.device: row[1] for row in connection.execute(query.group_by(newest.c.device))}


def next_connection(connection: Connection, user: int, after: int) -> ConnectionRecord | None:
    """@return: the first connection of a user that was opened after a time; None: there was none."""
    c = connections.c
    found = select(connections).where(c.user_id == user, c.opened > after).order_by(c.opened).limit(1)
    row = connection.execute(found).first()
    return None if row is None else ConnectionRecord(**row._mapping)


def refused_frames(connection: Connection, user: int, since: int, limit: int) -> list[RefusedFrames]:
    """@return: the frames of a user that were refused since a time, the newest ones of them, the oldest first."""
    c = refusals.c
    found = select(c.at, c.user_id, c.device, c.code, c.count).where(c.user_id == user, c.at >= since)
    rows = connection.execute(found.order_by(c.id.desc()).limit(limit))
    return [RefusedFrames(**row._mapping) for row in rows][::-1]
