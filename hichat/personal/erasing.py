"""
What follows when an account was deleted, in small steps beside the traffic.

The account's own transaction removes the names, the profile, contacts, memberships, sessions and settings, and enters
the account into C{erasures}. The rest is done here, by one process for all:

    1. the uses of its files, so that nobody sees them in messages; the names of its devices, and the records of its
       connections;
    2. in each of its conversations: greetings, notes to oneself; all its messages, if the setting says so. One that is
       held is passed, and set apart: it follows when its hold has ended;
    3. the files that it has uploaded: L{hichat.media.records.collect} does that.

Each step is one transaction, with the place up to which it has come. So a step that is cut off did not happen, and
whoever comes next goes on. When the messages of a conversation are gone, an event there tells its clients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, select, union_all, update
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from hichat.accounts import erasures
from hichat.accounts.erasures import Erasure
from hichat.core.drafts import Draft
from hichat.core.errors import Refused, StoreAway
from hichat.core.events import Scope
from hichat.core.kinds import GREETINGS, Kind, PersonBody
from hichat.keeping.blanking import BLANKED_AT_ONCE, blank, many_texts
from hichat.log import by_conversation
from hichat.log.follower import AskWhetherOurs, Follower, Progress, StepFailed, always
from hichat.log.held import held
from hichat.media import records
from hichat.storage.tables import conversations, events, is_of, members

if TYPE_CHECKING:
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store

ERASING_POLL = 2.0
"""Seconds until the next look for an account that was deleted."""

APART_POLL = 60.0
"""Seconds until the next look whether the holds of conversations have ended that were passed."""

LOOKED_AT = 100
"""The most conversations that are looked at in one step."""

GREETINGS_AT_ONCE = 200
"""The most greetings of a step."""

WORDS_REST = 1.0
"""Seconds before each step that the search index gets; see L{many_texts}."""


class ErasedPart(NamedTuple):
    """
    What a step removes of a conversation.

    @ivar behind: the conversation before it, of the person's; the same one: it was apart.
    @ivar target: the other user's id, the group's, or 0.
    @ivar tells: whether the clients of the conversation are told when all is gone.
    @ivar messages: positions of messages.
    @ivar greetings: positions of other events with texts.
    @ivar held: whether the conversation is held.
    """

    conversation: int
    behind: int
    scope: int
    target: int
    tells: bool
    messages: Sequence[int]
    greetings: Sequence[int]
    held: bool = False

    @property
    def apart(self) -> bool:
        """Whether the conversation was passed before."""
        return self.behind == self.conversation


class Eraser:
    """
    Removes what deleted accounts have left.

    @param removes: whether their messages go, too.
    @param changed: called with a user's id and empty names when the account was deleted.
    @param is_ours: asked before each step: is it this daemon's work?
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        ledger: Appender,
        clock: IReactorTime,
        removes: bool,
        changed: Callable[[int, PersonBody], object] = lambda user, person: None,
        is_ours: AskWhetherOurs = always,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._removes = removes
        self._changed = changed
        # When to look whether the holds of conversations have ended that were passed.
        self._apart_next = clock.seconds()
        self._follower = Follower(
            "what deleted accounts have left",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            poll=ERASING_POLL,
            is_ours=is_ours,
        )

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._follower.start()

    def stop(self) -> None:
        """Stop. May be called again."""
        self._follower.stop()

    async def step(self) -> Progress:
        """Remove the next part. See L{Follower}."""
        try:
            return await self._step()
        except (StoreAway, Refused) as e:
            # The store has logged its failure; the ledger is busy.
            raise StepFailed from e

    async def _step(self) -> Progress:
        found = await self._store.read(erasures.first)
        if found is None:
            return await self._step_apart()
        if found.removes is None:
            if await self._store.write(records.hide, found.user):
                return _MORE
            # A command tells nobody itself: it has no connections.
            self._changed(found.user, PersonBody("", "", ""))
            await self._store.write(erasures.begin, found.user, self._removes)
            return _MORE
        if await self._store.read(many_texts):
            await deferLater(self._clock, WORDS_REST)
        found, part = await self._store.read(_look_again)
        if found is None:
            # Somebody holds the account since a moment ago.
            return _MORE
        if isinstance(part, int):
            await self._store.write(erasures.advance, found.user, part)
        elif part is None:
            await self._store.write(erasures.texts_are_gone, found.user)
            self._log.info(
                "the texts of user {user}, whose account was deleted, are gone, but for those that are held",
                user=found.user,
            )
        elif part.held:
            await self._store.write(erasures.set_apart, found.user, part.conversation)
        else:
            await self._take(found.user, part)
        return _MORE

    async def _step_apart(self) -> Progress:
        """Nothing else is left to do: look for what was passed, because it was held."""
        if self._clock.seconds() >= self._apart_next:
            found, part = await self._store.read(_look_apart)
            if found is not None and part is not None:
                await self._take(found.user, part)
                return _MORE
            self._apart_next = self._clock.seconds() + APART_POLL
        if await self._store.read(erasures.any_done):
            await self._store.write(erasures.forget_done)
        return Progress(0, 0)

    async def _take(self, user: int, part: ErasedPart) -> None:
        """Remove a part."""
        if part.messages or part.greetings:
            await self._store.write(_erase, user, part)
        elif part.tells:
            await self._tell(user, part)
        else:
            await self._store.write(_end, user, part)

    async def _tell(self, user: int, part: ErasedPart) -> None:
        """The messages of a conversation are gone: tell its clients, and go on to the next one."""

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            _end(connection, user, part)

        await self._ledger.append(
            kind=Kind.ERASED, scope=Scope(part.scope), sender=user, target=part.target, change=change
        )


_MORE = Progress(0, 1)


def _look_again(connection: Connection) -> tuple[Erasure | None, ErasedPart | int | None]:
    """
    Nobody who begins to hold the account meanwhile comes between the two looks: to the second one, a conversation that
    is held is done.

    @return: the account, see L{erasures.first}; and what is to be removed of it, see L{look_for_part}.
    """
    found = erasures.first(connection)
    begun = found is not None and found.removes is not None
    return (found, look_for_part(connection, found)) if found is not None and begun else (None, None)


def look_for_part(connection: Connection, found: Erasure) -> ErasedPart | int | None:
    """
    @return: what is to be removed next; a conversation up to which there is nothing; or None: there is nothing at all.
    """
    behind, position = found.conversation, found.position
    for _ in range(LOOKED_AT):
        row = _next_conversation(connection, found.user, behind)
        if row is None:
            return None
        part = _part_of(connection, found._replace(conversation=behind, position=position), row)
        if part.messages or part.greetings or position:
            return part._replace(held=bool(held(connection, [part.conversation])))
        behind, position = part.conversation, 0
    return behind


def _look_apart(connection: Connection) -> tuple[Erasure | None, ErasedPart | None]:
    """@return: an account that has a conversation apart which nobody holds now, and what is to be removed there."""
    apart = erasures.apart(connection)
    free = apart - held(connection, apart)
    found = erasures.first_apart(connection, free) if free else None
    if found is None:
        return None, None
    row = conversations.c
    place = connection.execute(
        select(row.id, row.scope, row.first, row.second).where(row.id == found.conversation)
    ).one()
    return found, _part_of(connection, found, (place[0], place[1], place[2], place[3]))


def _part_of(connection: Connection, found: Erasure, row: tuple[int, int, int, int]) -> ErasedPart:
    """@param row: of the conversation: its id, the scope, and the two that are in it, or the group."""
    conversation, scope, first, second = row
    other = second if scope == Scope.USER and first == found.user else first
    is_own = scope == Scope.USER and other == found.user
    messages: Sequence[int] = ()
    if found.removes or is_own:
        messages = by_conversation.messages_of(connection, conversation, found.user, found.position, BLANKED_AT_ONCE)
    greetings = _greetings(connection, conversation, found.user) if scope == Scope.USER else ()
    # Nobody else sees the notes to oneself.
    tells = found.position > 0 and not is_own
    return ErasedPart(conversation, found.conversation, scope, other, tells, messages, greetings)


def _next_conversation(connection: Connection, user: int, behind: int) -> tuple[int, int, int, int] | None:
    row = conversations.c
    columns = (row.id, row.scope, row.first, row.second)
    pair = row.scope == Scope.USER
    met = select(members.c.group_id).where(members.c.user_id == user)
    each = (
        select(*columns).where(pair, row.first == user),
        # The sum is explained in L{hichat.conversations.catchup}.
        select(*columns).where(row.scope + 0 == Scope.USER, row.second == user),
        select(*columns).where(row.scope == Scope.GROUP, row.first.in_(met), row.second == 0),
        select(*columns).where(row.scope == Scope.EVERYONE),
    )
    found = union_all(*(query.where(row.id > behind) for query in each)).subquery()
    next_one = connection.execute(select(found).order_by(found.c.id).limit(1)).first()
    return None if next_one is None else (next_one[0], next_one[1], next_one[2], next_one[3])


def _greetings(connection: Connection, conversation: int, user: int) -> list[int]:
    row = events.c
    found = by_conversation.read(
        connection,
        conversation,
        is_of(GREETINGS),
        row.sender == user,
        func.length(row.body) > 0,
        limit=GREETINGS_AT_ONCE,
        messages=False,
    )
    return [event.position for event in found]


def _erase(connection: Connection, user: int, part: ErasedPart) -> None:
    if held(connection, [part.conversation]):
        # Since a moment ago: the next step sees it.
        return
    if part.greetings:
        connection.execute(update(events).where(events.c.position.in_(part.greetings)).values(body=b""))
    done = blank(connection, part.messages)
    if done and part.apart:
        erasures.advance_apart(connection, user, part.conversation, part.messages[done - 1])
    elif done:
        erasures.advance(connection, user, part.behind, part.messages[done - 1])


def _end(connection: Connection, user: int, part: ErasedPart) -> None:
    """Nothing is left in a conversation."""
    if part.apart:
        erasures.end_apart(connection, user, part.conversation)
    else:
        erasures.advance(connection, user, part.conversation)
