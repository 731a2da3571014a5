"""
Messages that a user has saved for themselves.

A change is an event in the user's conversation with oneself, so that the user's other devices get it. The row changes
in the event's transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, false, select

from hichat.accounts import saved_messages, users
from hichat.conversations import catchup, history
from hichat.core.drafts import Draft
from hichat.core.errors import MessageRecalled, NoSuchMessage, Unauthorized
from hichat.core.events import Event, Scope
from hichat.core.kinds import MESSAGES, Kind
from hichat.storage.tables import events, is_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hichat.accounts.users import User
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store


class Kept(NamedTuple):
    """
    A saved message.

    @ivar place: its place in the list.
    @ivar message: as it is now; it may have been recalled. None: the user may not read it any more.
    """

    place: int
    message: history.FoldedEvents | None


class Saved:
    """The saved messages of the users of a store."""

    def __init__(self, store: Store, ledger: Appender) -> None:
        self._store = store
        self._ledger = ledger

    async def listed(self, user: User, before: int, limit: int) -> list[Kept]:
        """
        @param before: the place before which the page begins; see L{Kept}.
        @return: the user's saved messages, those that were saved last first.
        """
        return await self._store.read(_listed, user.id, before, limit)

    async def save(self, user: User, message: int) -> None:
        """
        Save a message. If it is saved already, there is no event.

        @param message: its id.
        @raise NoSuchMessage: there is no such message, or the user may not read it.
        @raise MessageRecalled: it was recalled.
        @raise TooManySaved: the user has saved too many others.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection, _draft: Draft, position: int) -> None:
            _check_user(connection, user)
            found = history.look_up(connection, user.id, message, false())
            if found is None:
                raise NoSuchMessage
            if not found.message.body:
                raise MessageRecalled
            saved_messages.add(connection, user.id, message, position)

        if not await self._store.read(saved_messages.is_saved, user.id, message):
            await self._append(Kind.SAVED, user, message, change)

    async def remove(self, user: User, message: int) -> None:
        """
        Take a message out of the saved ones. If it is not saved, there is no event.

        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            _check_user(connection, user)
            saved_messages.remove(connection, user.id, message)

        if await self._store.read(saved_messages.is_saved, user.id, message):
            await self._append(Kind.UNSAVED, user, message, change)

    async def _append(
        self, kind: Kind, user: User, message: int, change: Callable[[Connection, Draft, int], None]
    ) -> None:
        await self._ledger.append(
            kind=kind, scope=Scope.USER, sender=user.id, target=user.id, subject=message, change=change
        )


def _check_user(connection: Connection, user: User) -> None:
    if users.find(connection, user.id) is None:
        raise Unauthorized


def _listed(connection: Connection, user_id: int, before: int, limit: int) -> list[Kept]:
    rows = saved_messages.saved_by(connection, user_id, before, limit)
    query = select(events).where(events.c.position.in_([row.position for row in rows]), is_of(MESSAGES))
    found = [Event(*row) for row in connection.execute(query)] if rows else []
    spans = catchup.spans(connection, user_id) if found else {}
    folded = {each.message.position: each for each in history.fold_within(connection, user_id, found, spans)}
    return [Kept(row.place, folded.get(row.position)) for row in rows]
