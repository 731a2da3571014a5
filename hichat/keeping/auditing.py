"""
Deleting entries of the audit log that are too old, in small steps. Entries about users and groups that are held stay.

What is deleted is noted in the audit log itself. The database refuses to delete newer entries, whoever wants it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, case, delete, exists, or_, select, tuple_
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from hichat.audit.book import Note
from hichat.audit.entries import FORGET_AUDIT, Entry
from hichat.core.errors import StoreAway
from hichat.core.events import Scope
from hichat.keeping import seen
from hichat.log.follower import AskWhetherOurs, Follower, Progress, StepFailed, always
from hichat.storage.store import Store
from hichat.storage.tables import audit, holds

LEAST_AUDIT_DAYS = 30
"""The least days for which entries can be kept."""

AUDIT_LOOK_INTERVAL = 3600.0
"""Seconds between two looks for old entries."""

ENTRIES_AT_ONCE = 500
"""The entries of one step."""

STEP_REST = 0.25
"""Seconds at the end of a step. The follower then rests as long as the step took."""

_DAY = 24 * 3600 * 1000

EntryPlace = tuple[int, int]
"""The time and the number of an entry."""

BEGIN: EntryPlace = (0, 0)


class Forgotten(NamedTuple):
    """
    What a step has done.

    @ivar deleted: entries that were deleted.
    @ivar behind: where to go on; None: there are no more.
    """

    deleted: int
    behind: EntryPlace | None


def forget(connection: Connection, before: int, behind: EntryPlace) -> Forgotten:
    """
    Delete entries of before a time. In a transaction that holds the write lock.

    @param behind: the entry behind which to look.
    """
    wanted = {"before": before, "at": behind[0], "id": behind[1], "most": ENTRIES_AT_ONCE}
    rows = connection.execute(_OLD, wanted).all()
    ids = [row.id for row in rows if not row.held]
    if ids:
        connection.execute(delete(audit).where(audit.c.id.in_(ids)))
    return Forgotten(len(ids), (rows[-1].at, rows[-1].id) if len(rows) == ENTRIES_AT_ONCE else None)


def has_old(connection: Connection, before: int) -> bool:
    """@return: whether there is an entry of before a time."""
    return connection.scalar(select(audit.c.id).where(audit.c.at < before).limit(1)) is not None


_USERS = exists().where(
    holds.c.scope == Scope.USER, or_(holds.c.target == audit.c.actor, holds.c.target == audit.c.whose)
)
_GROUPS = exists().where(holds.c.scope == Scope.GROUP, holds.c.target == audit.c.group_id)
_OLD = (
    select(audit.c.at, audit.c.id, case((_USERS | _GROUPS, 1), else_=0).label("held"))
    .where(
        audit.c.at < bindparam("before", type_=BigInteger),
        tuple_(audit.c.at, audit.c.id) > tuple_(bindparam("at", type_=BigInteger), bindparam("id", type_=BigInteger)),
    )
    .order_by(audit.c.at, audit.c.id)
    .limit(bindparam("most"))
)


class AuditForgotten:
    """
    Looks for old entries every hour, by the time of L{hichat.keeping.seen}.

    @param days: the days for which entries are kept; 0: for ever.
    @param note: notes in the audit log.
    @param is_ours: asked before each step: is it this daemon's work?
    """

    def __init__(
        self, store: Store, clock: IReactorTime, days: int, note: Note, is_ours: AskWhetherOurs = always
    ) -> None:
        self._store = store
        self._clock = clock
        self._days = days
        self._note = note
        self._behind: EntryPlace = BEGIN
        self._count = 0
        self._follower = Follower(
            "old entries of the audit log",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            poll=AUDIT_LOOK_INTERVAL,
            is_ours=is_ours,
        )

    def start(self) -> None:
        """Begin, and go on by itself."""
        if self._days:
            self._follower.start()

    def stop(self) -> None:
        """Take no other step. May be called again."""
        self._follower.stop()

    async def step(self) -> Progress:
        """Delete the next entries. See L{Follower}."""
        try:
            return await self._step()
        except StoreAway as e:
            # The store has logged its failure.
            raise StepFailed from e

    async def _step(self) -> Progress:
        before = await self._store.read(seen.read) - self._days * _DAY
        if self._behind == BEGIN and not await self._store.read(has_old, before):
            return _DONE
        done = await self._store.write(forget, before, self._behind)
        self._count += done.deleted
        self._behind = done.behind or BEGIN
        if done.behind is not None:
            await deferLater(self._clock, STEP_REST)
            return _MORE
        if self._count:
            detail = {"count": self._count, "before": datetime.fromtimestamp(before / 1000, UTC).date().isoformat()}
            entry = Entry(act=FORGET_AUDIT, via="daemon", detail=msgspec.json.encode(detail).decode())
            self._note(entry)
            self._count = 0
        return _DONE


_DONE, _MORE = Progress(0, 0), Progress(0, 1)
