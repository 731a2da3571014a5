"""The status of accounts: whether they are disabled, and the role of the user on the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import bot_owners, server_rights, sessions, users
from hichat.accounts.roles import ServerRole, ends_sessions
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.users import User

if TYPE_CHECKING:
    from hichat.accounts.sign_outs import SignOuts
    from hichat.storage.store import Store


class AccountStatus:
    """
    Changes the status of accounts, for administrators.

    A C{check} of a method checks that whoever wants the change may still make it.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, sign_outs: SignOuts, now: Callable[[], int]) -> None:
        self._store = store
        self._sign_outs = sign_outs
        self._now = now

    async def disable(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Disable a user, for the administrator: the user's connections are closed, and no token is valid. The same goes
        for the user's bots. If that fails in the middle, it can be done again.

        @raise LastOwner: the user is the only owner of the server.
        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.disable(connection, user_id, self._now())
            bot_owners.stay_disabled(connection, user_id)
            return users.get(connection, user_id)

        disabled = await self._sign_outs.of_user(user_id, change)
        for each in await self._store.read(bot_owners.of_owner, user_id):
            await self._sign_outs.of_user(each.bot, partial(self._stop, bot=each.bot))
        return disabled

    def _stop(self, connection: Connection, bot: int) -> User:
        bot_owners.stop(connection, bot, self._now())
        return users.get(connection, bot)

    async def enable(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Enable a disabled user, for the administrator.

        @raise NoSuchUser: there is no such user.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.enable(connection, user_id, self._now())
            bot_owners.resume(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._store.write(change)

    async def set_role(self, user_id: int, role: ServerRole, by: User | None = None) -> User:
        """
        Give a user another role. If it matters to open connections, the user is signed out everywhere; see
        L{ends_sessions}.

        @param by: who wants that, as authenticated; None: an operator.
        @raise LastOwner: the user is the only owner.
        @raise NoSuchUser: there is no such user.
        @raise Unauthorized: the tokens of C{by} were voided since.
        @raise Refused: see L{server_rights.ask_role}; or by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            if by is not None:
                users.current(connection, by)
                actor = users.get(connection, by.id).by_app_password(by.app_password)
                server_rights.ask_role(actor, users.get(connection, user_id), role)
            before = users.get(connection, user_id).role
            users.set_role(connection, user_id, role, self._now())
            # Who has no session keeps the link with which to set a password.
            if ends_sessions(before, role) and sessions.has_begun(connection, user_id):
                users.sign_out(connection, user_id, self._now())
            return users.get(connection, user_id)

        # The event names the generation of the user's tokens. If that is the present one, every connection stays, and
        # what writers remember of the user is forgotten.
        return await self._sign_outs.of_user(user_id, change)
