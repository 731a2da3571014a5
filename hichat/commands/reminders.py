"""
Reminders: kept in the store, and told when they are due, by one process for all.

A reminder is told as an event for its user alone, in the user's conversation with themselves. Its row goes in the
transaction that writes the event: so it is told once, whoever dies meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, insert, select
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from hichat.core.drafts import Appender, Draft
from hichat.core.errors import KeyUsed, NoSuchReminder, StoreAway, TooManyReminders
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.core.repeats import parts_of
from hichat.log.follower import AskWhetherOurs, Follower, Progress, StepFailed, always
from hichat.storage.tables import absences, bot_commands, command_urls, reminders
from hichat.wire import calls
from hichat.wire.calls import StoredAnswer

if TYPE_CHECKING:
    from hichat.storage.store import Store

REMINDERS_LIMIT = 100
"""The most reminders of a user that wait."""

REMINDERS_POLL = 1.0
"""Seconds between two looks at what is due."""

DUE_AT_ONCE = 50


class Reminder(NamedTuple):
    """
    @ivar at: milliseconds since the epoch.
    """

    id: int
    user: int
    at: int
    text: str


_COLUMNS = (reminders.c.id, reminders.c.user_id, reminders.c.due_at, reminders.c.text)


def add(connection: Connection, user: int, at: int, text: str, key: bytes = b"") -> int:
    """
    @param key: of L{make_draft_key<hichat.core.repeats.make_draft_key>}: while a reminder waits, its repetition makes
        no other one; empty: none.
    @return: when the user is reminded.
    @raise KeyUsed: something else waits that was said under the key.
    @raise TooManyReminders: the user has L{REMINDERS_LIMIT} of them.
    """
    row = reminders.c
    waiting = connection.execute(select(row.due_at, row.key).where(row.user_id == user)).all()
    for each in waiting:
        if key and each.key and parts_of(each.key).digest == parts_of(key).digest:
            if each.key != key:
                raise KeyUsed
            return int(each.due_at)
    if len(waiting) >= REMINDERS_LIMIT:
        raise TooManyReminders
    connection.execute(insert(reminders).values(user_id=user, due_at=at, text=text, key=key or None))
    return at


def of_user(connection: Connection, user: int) -> list[Reminder]:
    """@return: a user's reminders, the next one first."""
    query = select(*_COLUMNS).where(reminders.c.user_id == user).order_by(reminders.c.due_at, reminders.c.id)
    return [Reminder(*row) for row in connection.execute(query)]


def cancel(connection: Connection, user: int, number: int) -> None:
    """
    @param number: its place among the user's, from 1 on.
    @raise NoSuchReminder: there is none.
    """
    found = of_user(connection, user)
    if not 0 < number <= len(found):
        raise NoSuchReminder
    connection.execute(delete(reminders).where(reminders.c.id == found[number - 1].id))


def due(connection: Connection, now: int) -> list[Reminder]:
    """@return: the reminders that are due, at most L{DUE_AT_ONCE} of them, the oldest first."""
    query = select(*_COLUMNS).where(reminders.c.due_at <= now).order_by(reminders.c.due_at).limit(DUE_AT_ONCE)
    return [Reminder(*row) for row in connection.execute(query)]


class CommandsForgotten:
    """Removes the reminders of a deleted account, and a bot's commands: a L{hichat.core.ports.Leaves}."""

    async def leave_all(self, user_id: int) -> None:
        """Nobody else hears of it."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """Remove what the user has, also what waits."""
        connection.execute(delete(reminders).where(reminders.c.user_id == user_id))
        connection.execute(delete(absences).where(absences.c.user_id == user_id))
        connection.execute(delete(bot_commands).where(bot_commands.c.bot_id == user_id))
        connection.execute(delete(command_urls).where(command_urls.c.bot_id == user_id))


class Reminding:
    """
    Tells reminders when they are due.

    @param now: the time in milliseconds since the epoch.
    @param is_ours: asked before each step: is it this daemon's work?
    """

    def __init__(
        self,
        store: Store,
        ledger: Appender,
        clock: IReactorTime,
        now: Callable[[], int],
        is_ours: AskWhetherOurs = always,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._now = now
        self._follower = Follower(
            "reminders",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            poll=REMINDERS_POLL,
            is_ours=is_ours,
        )

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._follower.start()

    def stop(self) -> None:
        """Take no other step. May be called again."""
        self._follower.stop()

    async def step(self) -> Progress:
        """Tell what is due. See L{Follower}."""
        try:
            found = await self._store.read(due, self._now())
            for each in found:
                await self._tell(each)
        except StoreAway as e:
            # The store has logged its failure.
            raise StepFailed from e
        return Progress(0, 1 if len(found) == DUE_AT_ONCE else 0)

    async def _tell(self, reminder: Reminder) -> None:
        body = calls.written(StoredAnswer(reminder.text, command="remind"))
        # It may have been told, or cancelled, a moment ago.
        with suppress(NoSuchReminder):
            await self._ledger.append(
                kind=Kind.ANSWERED,
                scope=Scope.USER,
                sender=reminder.user,
                target=reminder.user,
                body=body,
                change=partial(_taken, reminder.id),
            )


def _taken(number: int, connection: Connection, draft: Draft, position: int) -> None:
    """
    A reminder is told now. Its event is its own call: nobody has made one.

    @raise NoSuchReminder: it is not there any more.
    """
    if not connection.execute(delete(reminders).where(reminders.c.id == number)).rowcount:
        raise NoSuchReminder
    draft.subject = position
