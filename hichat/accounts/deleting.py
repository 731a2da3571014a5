"""Deleting accounts, for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.accounts import (
    app_secrets,
    bot_owners,
    bot_tokens,
    conversation_settings,
    erasures,
    known,
    saved_messages,
    sessions,
    users,
)
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.telling import TellPerson
from hichat.accounts.users import User
from hichat.core.drafts import Draft
from hichat.core.kinds import PersonBody

if TYPE_CHECKING:
    from hichat.accounts.resting import Resting
    from hichat.accounts.sign_outs import SignOuts
    from hichat.core.ports import Leaves
    from hichat.storage.store import Store


class Deleter:
    """
    Deletes accounts.

    @param resting: the names that were given up.
    @param leaves: the other rooms with rows about users, which are told when an account is deleted.
    @param now: the time in milliseconds since the epoch.
    @param changed: tells others that a user has no names and no picture any more.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        sign_outs: SignOuts,
        resting: Resting,
        leaves: Sequence[Leaves],
        now: Callable[[], int],
        changed: TellPerson,
    ) -> None:
        self._store = store
        self._sign_outs = sign_outs
        self._resting = resting
        self._leaves = leaves
        self._now = now
        self._changed = changed

    async def delete(self, user: User, check: RightsCheck = no_check) -> None:
        """
        Delete an account for ever, with its contacts, its memberships, and its bots.

        @param user: the user as authenticated.
        @param check: checks that whoever wants it may still do it.
        @raise LastOwner: the user is the only owner of the server.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        await self._store.read(users.check_not_last_owner, user.id)
        for each in await self._store.read(bot_owners.of_owner, user.id):
            bot = await self._store.read(users.find, each.bot)
            if bot is not None:
                await self.delete(bot, check)
        # First leave groups and the like, with events for the others. If it fails after that, the user can try again.
        for room in self._leaves:
            await room.leave_all(user.id)

        def change(connection: Connection, draft: Draft, position: int) -> None:
            check(connection)
            users.current(connection, user)
            draft.body = b"%d" % (user.generation + 1)
            self._forget(connection, user.id, position)

        await self._sign_outs.append(user.id, change)
        self._changed(user.id, PersonBody("", "", ""))
        self._log.info("user {user} was deleted", user=user.id)

    def _forget(self, connection: Connection, user_id: int, position: int) -> None:
        for room in self._leaves:
            room.forget(connection, user_id, position)
        conversation_settings.forget(connection, user_id)
        saved_messages.forget(connection, user_id)
        sessions.forget(connection, user_id)
        current = users.get(connection, user_id)
        for name in dict.fromkeys((current.display_name, current.name)):
            self._resting.add(connection, name, user_id, self._now())
        known.forget(connection, user_id)
        app_secrets.forget(connection, user_id)
        bot_tokens.forget(connection, user_id)
        users.delete(connection, user_id, self._now())
        erasures.add(connection, user_id, self._now())
