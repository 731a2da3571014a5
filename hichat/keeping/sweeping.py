"""
Blanking what is too old, in small steps beside the traffic.

Messages are as old as their places in the log say: a message is too old once it, and all before it, are. So a clock
that was set back for a while makes none of them older. Times that are still to come, because a clock was set ahead, do
not count: such a message is as old as those around it. Imported messages are as old as they were where they came from:
the table C{imported} has their times. What time it is now says L{hichat.keeping.seen}. Calls of commands and the
private answers to them go with the messages of the conversation that they are in: of the caller and the bot.

Most conversations have one position in common: C{keeping_head}. Some are apart, in C{keeping_apart}, each with a
position of its own: groups that have days of their own, and conversations which a hold has kept back. When nothing
keeps one apart any more, it is taken on to the common position, and its row goes.

Each step is one transaction: the blanked messages, with the position behind them. So a step that is cut off did not
happen, and whoever comes next goes on. A hold that is made while a step is under way waits for it; the next step sees
it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select, text, update
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from hichat.core.errors import StoreAway
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.core.kinds import AGEING
from hichat.keeping import room, seen
from hichat.keeping.blanking import BLANKED_AT_ONCE, blank, many_texts
from hichat.keeping.periods import KEPT_FOR_EVER
from hichat.keeping.seen import SeenTime
from hichat.log import by_conversation, reading
from hichat.log.follower import AskWhetherOurs, Claim, Follower, Progress, StepFailed, always
from hichat.log.held import held
from hichat.runtime import threads
from hichat.runtime.clock import ticks
from hichat.storage.rows import Integers
from hichat.storage.tables import events, imported, is_of, keeping_apart, keeping_head

if TYPE_CHECKING:
    from hichat.storage.store import Store

T = TypeVar("T")

ONE_DAY = 24 * 3600 * 1000
"""Milliseconds of a day."""

LATE_DAYS = 1
"""If the clock is ahead by more days, the log says so; see L{SeenTime}."""

SWEEP_POLL = 60.0
"""Seconds until the next look if nothing was too old."""

SWEEP_PACE = 500
"""
See L{hichat.log.follower.PACE}. Whatever is written has to be blanked some day: so under load a step does not wait for
as long as one of the search index.
"""

STEP_TIME = 0.008
"""Seconds that a step may take of the time in which nobody else writes. Larger steps are made smaller, and back."""

LEAST_STEP = 10
"""The least messages of a step."""

APART_AT_ONCE = 50
"""The conversations apart that are looked at in one step."""

SEARCH_REST = 10.0
"""
Seconds before each step that the search index gets, see L{many_texts}: so it is quicker even under load, when it rests
for 5 s after each of its own steps. If nobody advances it, the steps go on all the same.
"""


class SweepTime(NamedTuple):
    """
    The time of a step.

    @ivar now: milliseconds since the epoch; see L{SeenTime}.
    @ivar days: the server's days for which messages are kept; or L{KEPT_FOR_EVER}.
    """

    now: int
    days: int

    def limit_of(self, own: int | None) -> int:
        """
        @param own: the days of a conversation; None: it has none of its own.
        @return: a message from before this time is too old.
        """
        days = self.days if own is None else own
        return 0 if days == KEPT_FOR_EVER else self.now - days * ONE_DAY


class Swept(NamedTuple):
    """
    What a step has done.

    @ivar blanked: the number of messages.
    @ivar more: whether there may be more.
    """

    blanked: int
    more: bool


class _Row(NamedTuple):
    """An event, without what a step does not need."""

    position: int
    time: int
    kind: int
    conversation: int


NextTime = Callable[[int], int | None]
"""Gives the time of the next event behind a position, of those that have a possible time; None: there is none."""


def due(rows: Sequence[Any], limit: int, moment: SweepTime, next_time: NextTime) -> int:
    """
    @param rows: the next events in order of position, each with its time.
    @param limit: see L{SweepTime.limit_of}.
    @return: the number of those from the first on that are too old.
    """
    last = 0
    latest = moment.now + ONE_DAY
    for place, row in enumerate(rows, 1):
        if row.time > latest:
            continue
        if row.time >= limit:
            return last
        last = place
    if rows and last < len(rows):
        # The last ones have an impossible time: they are as old as the next event.
        following = next_time(rows[-1].position)
        if following is not None and following < limit:
            return len(rows)
    return last


# The common position


def _next_rows(connection: Connection, size: int) -> tuple[int, list[_Row]]:
    """@return: the common position, and the next events behind it."""
    position = connection.scalar(select(keeping_head.c.position)) or 0
    return position, [_Row(*row) for row in _NEXT.rows(connection, behind=position, most=size)]


def _due_of_all(connection: Connection, moment: SweepTime, size: int) -> tuple[int, list[_Row]]:
    limit = moment.limit_of(None)
    if limit <= 0:
        return 0, []
    position, rows = _next_rows(connection, size)

    def next_time(behind: int) -> int | None:
        return connection.scalar(_NEXT_TIME, {"behind": behind, "latest": moment.now + ONE_DAY})

    return position, rows[: due(rows, limit, moment, next_time)]


def sweep_all(connection: Connection, moment: SweepTime, size: int) -> Swept:
    """
    Take the common position on. In a transaction that holds the write lock.

    @param size: the most events that are looked at.
    """
    position, rows = _due_of_all(connection, moment, size)
    if not rows:
        return Swept(0, False)
    said = [row for row in rows if row.kind in AGEING]
    here = {row.conversation for row in said}
    apart = set(connection.scalars(_APART, {"wanted": [*here]})) if here else set()
    kept_back = held(connection, here - apart)
    if kept_back:
        kept = [{"conversation": each, "position": position, "days": None} for each in sorted(kept_back)]
        connection.execute(insert(keeping_apart), kept)
    wanted = [row.position for row in said if row.conversation not in apart | kept_back]
    count = blank(connection, wanted)
    if count == len(wanted):
        position = rows[-1].position
    elif count:
        position = wanted[count - 1]
    connection.execute(update(keeping_head).values(position=position))
    return Swept(count, True)


_EVENTS = f"SELECT {', '.join(_Row._fields)} FROM events WHERE position > :behind ORDER BY position LIMIT :most"  # noqa: S608
_NEXT = Integers({"sqlite": _EVENTS, "postgresql": _EVENTS}, *_Row._fields)
_NEXT_TIME = (
    select(events.c.time)
    .where(events.c.position > bindparam("behind", type_=BigInteger))
    .where(events.c.time <= bindparam("latest", type_=BigInteger))
    .order_by(events.c.position)
    .limit(1)
)
_APART = select(keeping_apart.c.conversation).where(
    keeping_apart.c.conversation.in_(bindparam("wanted", type_=BigInteger, expanding=True))
)


# Imported messages, whose ages their places do not tell


def imported_due(connection: Connection, moment: SweepTime, size: int) -> list[Any]:
    """@return: imported messages that are too old, at most C{size}: the position and the conversation of each."""
    limit = moment.limit_of(None)
    found: list[Any] = []
    if limit > 0:
        found += connection.execute(_IMPORTED, {"limit": limit, "most": size})
    if len(found) < size:
        own = connection.execute(_APART_DAYS).all()
        kept_back = held(connection, [conversation for conversation, _ in own])
        for conversation, days in own:
            if conversation not in kept_back:
                wanted = {"conversation": conversation, "limit": moment.limit_of(days), "most": size - len(found)}
                found += connection.execute(_IMPORTED_APART, wanted)
    return found


def sweep_imported(connection: Connection, moment: SweepTime, size: int) -> Swept:
    """
    Blank imported messages that are too old. In a transaction that holds the write lock.

    @param size: the most messages.
    """
    rows = imported_due(connection, moment, size)
    kept_back = held(connection, {row.conversation for row in rows})
    if kept_back:
        position = connection.scalar(select(keeping_head.c.position)) or 0
        kept = [{"conversation": each, "position": position, "days": None} for each in sorted(kept_back)]
        connection.execute(insert(keeping_apart), kept)
    wanted = sorted(row.position for row in rows if row.conversation not in kept_back)
    count = blank(connection, wanted)
    connection.execute(delete(imported).where(imported.c.position.in_(wanted[:count])))
    return Swept(count, bool(rows))


_TOO_OLD = select(imported.c.position, imported.c.conversation).where(
    imported.c.time < bindparam("limit", type_=BigInteger)
)
_IMPORTED = (
    _TOO_OLD.where(imported.c.conversation.not_in(select(keeping_apart.c.conversation)))
    .order_by(imported.c.time)
    .limit(bindparam("most"))
)
_IMPORTED_APART = (
    _TOO_OLD.where(imported.c.conversation == bindparam("conversation", type_=BigInteger))
    .order_by(imported.c.time)
    .limit(bindparam("most"))
)
_APART_DAYS = select(keeping_apart.c.conversation, keeping_apart.c.days).where(keeping_apart.c.days > 0)


# Conversations apart


class _Apart(NamedTuple):
    """A conversation apart; see L{keeping_apart}."""

    conversation: int
    position: int
    days: int | None


def _due_of(connection: Connection, own: _Apart, common: int, moment: SweepTime, size: int) -> Sequence[Any]:
    """
    @param common: the common position.
    @return: the next messages of a conversation that are too old.
    """

    def read(behind: int, most: int, *conditions: Any, before: int = MAX_SAFE_INTEGER) -> list[Any]:
        of_it = is_of(AGEING), *conditions
        found = by_conversation.read(connection, own.conversation, *of_it, after=behind, before=before, limit=most)
        return [*found]

    if own.days is None:
        # All others up to the common position were too old, and those behind it go with all others.
        return read(own.position, size, before=common + 1)
    limit = moment.limit_of(own.days)
    if limit <= 0:
        return []
    rows = read(own.position, size)

    def next_time(behind: int) -> int | None:
        following = read(behind, 1, events.c.time <= moment.now + ONE_DAY)
        return following[0].time if following else None

    return rows[: due(rows, limit, moment, next_time)]


def look_apart(connection: Connection, behind: int, moment: SweepTime) -> tuple[list[int], int]:
    """
    Look for conversations apart that have something to do.

    @param behind: the conversation behind which to look.
    @return: those that do; and the one behind which to look next, 0: there are no others.
    """
    rows = [_Apart(*row) for row in connection.execute(_SOME_APART, {"behind": behind, "most": APART_AT_ONCE})]
    common = connection.scalar(select(keeping_head.c.position)) or 0
    kept_back = held(connection, [row.conversation for row in rows])
    found = [
        row.conversation
        for row in rows
        if row.conversation not in kept_back and (_due_of(connection, row, common, moment, 1) or _is_over(row, common))
    ]
    return found, rows[-1].conversation if len(rows) == APART_AT_ONCE else 0


def _is_over(row: _Apart, common: int) -> bool:
    """@return: whether a conversation is apart no more, once its messages up to the common position are blank."""
    return row.days is None and row.position <= common


def sweep_apart(connection: Connection, conversation: int, moment: SweepTime, size: int) -> Swept:
    """
    Take a conversation's own position on. In a transaction that holds the write lock.

    @param size: the most messages.
    """
    here = keeping_apart.c.conversation == conversation
    row = connection.execute(_ONE_APART, {"conversation": conversation}).first()
    if row is None or held(connection, [conversation]):
        return Swept(0, False)
    own = _Apart(*row)
    common = connection.scalar(select(keeping_head.c.position)) or 0
    wanted = [event.position for event in _due_of(connection, own, common, moment, size)]
    if not wanted:
        if _is_over(own, common):
            connection.execute(delete(keeping_apart).where(here))
        return Swept(0, False)
    count = blank(connection, wanted)
    if count:
        connection.execute(update(keeping_apart).where(here).values(position=wanted[count - 1]))
    return Swept(count, True)


_COLUMNS = keeping_apart.c.conversation, keeping_apart.c.position, keeping_apart.c.days
_SOME_APART = (
    select(*_COLUMNS)
    .where(keeping_apart.c.conversation > bindparam("behind", type_=BigInteger))
    .order_by(keeping_apart.c.conversation)
    .limit(bindparam("most"))
)
_ONE_APART = select(*_COLUMNS).where(keeping_apart.c.conversation == bindparam("conversation", type_=BigInteger))


class Sweeper:
    """
    Blanks what is too old, in a daemon.

    @param days: the server's days for which messages are kept; L{KEPT_FOR_EVER}.
    @param now: the time in milliseconds since the epoch.
    @param claim: of several workers the one that has the claim sweeps.
    @param is_ours: asked before each step: is this the daemon that sweeps?
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @ivar swept: the number of messages that were blanked here.
    @ivar longest: seconds of the longest step, of the time in which nobody else could write.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        days: int,
        clock: IReactorTime,
        now: Callable[[], int],
        claim: Claim | None = None,
        is_ours: AskWhetherOurs = always,
        ticks: Callable[[], int] = ticks,
    ) -> None:
        self._store = store
        self._days = days
        self._clock = clock
        self._seen = SeenTime(now, ticks)
        self._is_late = False
        self._size = BLANKED_AT_ONCE
        # Conversations apart that have something to do; and the one behind which to look for more.
        self._apart: list[int] = []
        self._behind = 0
        self._round = 0
        self.swept = 0
        self.longest = 0.0
        self._follower = Follower(
            "the blanking of old messages",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            claim,
            poll=SWEEP_POLL,
            is_ours=is_ours,
            pace=SWEEP_PACE,
        )

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._follower.start()

    def stop(self) -> None:
        """Take no other step; one that is under way may end."""
        self._follower.stop()

    async def step(self) -> Progress:
        """Take a step; see L{Follower}. At the end of the log there is nothing more to do for now."""
        try:
            more = await self._take()
            head = await self._store.read(reading.head)
        except StoreAway as e:
            # It has logged its failure already.
            raise StepFailed from e
        return Progress(0 if more else head + 1, head + 1)

    async def _take(self) -> bool:
        """@return: whether there is more to do."""
        if await self._store.read(_other_days, self._days):
            before = await self._store.write(_note_days, self._days)
            self._log.warn(
                "messages are kept for {days} days from now on, and before for {before} (0: for ever): it is the "
                "setting of the daemon that blanks them, and should be the same for all daemons of the store",
                days=self._days,
                before=before,
            )
        now = await self._look_at_time()
        if now is None:
            return await self._cut()
        moment = SweepTime(now, self._days)
        if await self._store.read(lambda connection: bool(_due_of_all(connection, moment, self._size)[1])):
            await self._write(sweep_all, moment)
            return True
        if await self._store.read(lambda connection: bool(imported_due(connection, moment, 1))):
            await self._write(sweep_imported, moment)
            return True
        if self._apart:
            if not (await self._write(sweep_apart, self._apart[0], moment)).more:
                self._apart.pop(0)
            return True
        self._apart, self._behind = await self._store.read(look_apart, self._behind, moment)
        if self._apart or self._behind:
            return True
        if self._round:
            self._log.info("{count} messages that were too old are blank now", count=self._round)
            self._round = 0
        return await self._cut()

    async def _look_at_time(self) -> int | None:
        noted = await self._store.read(seen.read)
        now = self._seen.now(noted)
        if now is None:
            return None
        if self._seen.is_news(noted, now):
            await self._store.write(seen.note, now)
            self._seen.begin(now)
        days = self._seen.late(now) / ONE_DAY
        if (days > LATE_DAYS) is not self._is_late:
            self._is_late = not self._is_late
            if self._is_late:
                self._log.warn(
                    "the clock is {days} days ahead of the time that daemons have seen pass: what is too old goes "
                    "little by little; if the clock is right: hichat retention --clock-is-right",
                    days=round(days),
                )
        return now

    async def _cut(self) -> bool:
        """Make the file of SQLite smaller, if it has much room. @return: whether it did."""
        if not (await self._store.read(room.read_pages)).too_many:
            return False
        await self._timed(room.cut)
        return True

    async def _write(self, change: Callable[..., Swept], *args: Any) -> Swept:
        if await self._store.read(many_texts):
            await deferLater(self._clock, SEARCH_REST)
        swept, took = await self._timed(change, *args, self._size)
        self.swept += swept.blanked
        self._round += swept.blanked
        if took > STEP_TIME:
            self._size = max(LEAST_STEP, self._size // 2)
        elif self._size < BLANKED_AT_ONCE:
            self._size = min(BLANKED_AT_ONCE, self._size + LEAST_STEP)
        return swept

    async def _timed(self, change: Callable[..., T], *args: Any) -> tuple[T, float]:
        """@return: what the change gives, and the seconds that it took."""
        took = 0.0

        def timed(connection: Connection) -> T:
            nonlocal took
            began = time.monotonic()
            if connection.dialect.name == "postgresql":
                # A step that is lost is taken again.
                connection.execute(_LAZILY)
            try:
                with threads.eager():
                    return change(connection, *args)
            finally:
                took = time.monotonic() - began

        found = await self._store.write(timed)
        self.longest = max(self.longest, took)
        return found, took


_LAZILY = text("SET LOCAL synchronous_commit = off")


def _other_days(connection: Connection, days: int) -> bool:
    """@return: whether the database has other days than these as the server's."""
    return connection.scalar(select(keeping_head.c.days)) != days


def _note_days(connection: Connection, days: int) -> int:
    """Note the server's days, for all daemons and commands. @return: those before."""
    before = connection.scalar(select(keeping_head.c.days)) or KEPT_FOR_EVER
    connection.execute(update(keeping_head).values(days=days))
    return before
