"""
Pinned messages of a conversation.

To pin a message, or to take that back, is an event of the conversation; the row changes in the event's transaction. The
list reads the messages themselves, so it is right after edits. A recalled message is not pinned any more: the list
leaves it out, and the next change removes its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, select

from hichat.accounts import guests, users
from hichat.contacts.rights import has_blocked
from hichat.conversations import catchup, history
from hichat.core.drafts import Draft
from hichat.core.errors import (
    Blocked,
    MessageRecalled,
    NoSharedGroup,
    NoSuchMessage,
    NotAdministrator,
    NotAMember,
    TooManyPins,
    Unauthorized,
)
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups.rights import GroupAct, GroupRights
from hichat.log import reading
from hichat.storage.tables import events, pins

if TYPE_CHECKING:
    from collections.abc import Callable

    from hichat.accounts.users import User
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store

PINS_LIMIT = 50
"""The most pinned messages of a conversation."""


class Pin(NamedTuple):
    """
    A pinned message.

    @ivar by: the event by which it was pinned.
    @ivar message: as it is now.
    """

    by: Event
    message: history.FoldedEvents


class Pins:
    """The pinned messages of a store's conversations."""

    def __init__(self, store: Store, ledger: Appender) -> None:
        self._store = store
        self._ledger = ledger

    async def listed(self, user: User, scope: Scope, target: int) -> list[Pin]:
        """
        @param target: the other user's id, the group's, or 0.
        @return: the pinned messages of a conversation that the user may read, those that were pinned last first.
        @raise NotAMember: the user never was a member of the group.
        """
        return await self._store.read(_listed, user.id, scope, target)

    async def pin(self, user: User, scope: Scope, target: int, message: int) -> None:
        """
        Pin a message. If it is pinned already, there is no event.

        @raise NoSuchMessage: the conversation has no such message, or the user may not read it.
        @raise MessageRecalled: it was recalled.
        @raise TooManyPins: L{PINS_LIMIT} others are pinned.
        @raise Refused: the user may not pin here; see L{_check}. Or by the ledger, such as L{Busy}.
        """

        def check(connection: Connection) -> Event:
            _check(connection, user, scope, target)
            found = _find(connection, user.id, scope, target, message)
            if not found.body:
                raise MessageRecalled
            return found

        def change(connection: Connection, _draft: Draft, position: int) -> None:
            _enter(connection, check(connection), position)

        if not await self._store.read(lambda connection: _is_pinned(connection, check(connection))):
            await self._append(Kind.PINNED, user, scope, target, message, change)

    async def unpin(self, user: User, scope: Scope, target: int, message: int) -> None:
        """
        Take a pin back. If the message is not pinned, there is no event.

        @raise NoSuchMessage: the conversation has no such message, or the user may not read it.
        @raise Refused: the user may not pin here; see L{_check}. Or by the ledger, such as L{Busy}.
        """

        def check(connection: Connection) -> Event:
            _check(connection, user, scope, target)
            return _find(connection, user.id, scope, target, message)

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            connection.execute(delete(pins).where(*_row(check(connection))))

        if await self._store.read(lambda connection: _is_pinned(connection, check(connection))):
            await self._append(Kind.UNPINNED, user, scope, target, message, change)

    async def _append(
        self,
        kind: Kind,
        user: User,
        scope: Scope,
        target: int,
        message: int,
        change: Callable[[Connection, Draft, int], None],
    ) -> None:
        await self._ledger.append(kind=kind, scope=scope, sender=user.id, target=target, subject=message, change=change)


def _check(connection: Connection, caller: User, scope: Scope, target: int) -> None:
    """
    May the user pin messages here? Both users of a pair may, unless the other has blocked the user, or one is a
    guest and they are in no group together; in a group the owner and the admins; announcements, the administrators.

    @param caller: the user as authenticated: by an app password nobody is an administrator.
    @raise Refused: no; the error is the reason.
    """
    user_id = caller.id
    user = users.find(connection, user_id)
    if user is None:
        raise Unauthorized
    if scope == Scope.GROUP:
        GroupRights(connection, target, user_id).ask(GroupAct.PIN)
    elif scope == Scope.USER:
        if has_blocked(connection, target, user_id):
            raise Blocked
        if not guests.may_meet(connection, user_id, target):
            raise NoSharedGroup
    elif not user.administrator or caller.app_password:
        raise NotAdministrator


def _find(connection: Connection, user_id: int, scope: Scope, target: int, message: int) -> Event:
    """@raise NoSuchMessage: the conversation has no such message, or the user may not read it."""
    found = history.look_up(connection, user_id, message, false())
    conversation = reading.find_conversation(connection, reading.conversation_key(scope, user_id, target))
    if found is None or found.message.conversation != conversation:
        raise NoSuchMessage
    return found.message


def _is_pinned(connection: Connection, message: Event) -> bool:
    return connection.scalar(select(pins.c.place).where(*_row(message))) is not None


def _row(message: Event) -> tuple[ColumnElement[bool], ...]:
    return pins.c.conversation == message.conversation, pins.c.position == message.position


def _enter(connection: Connection, message: Event, place: int) -> None:
    """@raise TooManyPins: the conversation has enough of them."""
    here = pins.c.conversation == message.conversation
    recalled = (
        select(pins.c.position)
        .join(events, events.c.position == pins.c.position)
        .where(here, func.length(events.c.body) == 0)
    )
    gone = [message.position, *connection.scalars(recalled)]
    connection.execute(delete(pins).where(here, pins.c.position.in_(gone)))
    if (connection.scalar(select(func.count()).select_from(pins).where(here)) or 0) >= PINS_LIMIT:
        raise TooManyPins
    row = {"conversation": message.conversation, "position": message.position, "place": place}
    connection.execute(insert(pins).values(row))


def _listed(connection: Connection, user_id: int, scope: Scope, target: int) -> list[Pin]:
    spans = [(1, MAX_SAFE_INTEGER)]
    if scope == Scope.GROUP:
        spans = catchup.intervals(connection, user_id, target)
        if not spans:
            raise NotAMember
    conversation = reading.find_conversation(connection, reading.conversation_key(scope, user_id, target))
    if conversation is None:
        return []
    rows = connection.execute(select(pins.c.position, pins.c.place).where(pins.c.conversation == conversation)).all()
    # Somebody who has left the group does not see what was pinned after that.
    seen = {place: position for position, place in rows if any(first <= place <= last for first, last in spans)}
    query = select(events).where(events.c.position.in_([*seen, *seen.values()]))
    found = {row.position: Event(*row) for row in connection.execute(query)} if seen else {}
    messages = [found[position] for position in seen.values() if found[position].body]
    there = history.fold_within(connection, user_id, messages, {conversation: spans})
    folded = {each.message.position: each for each in there}
    return [Pin(found[place], folded[seen[place]]) for place in sorted(seen, reverse=True) if seen[place] in folded]
