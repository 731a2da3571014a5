"""App passwords of users: making, listing and revoking them. See L{hichat.accounts.app_secrets}."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from hichat.accounts import app_secrets, sessions
from hichat.accounts.app_secrets import AppPassword
from hichat.accounts.device_sessions import DeviceSessions
from hichat.accounts.fields import name_of
from hichat.accounts.sessions import Session
from hichat.accounts.users import User, check_person
from hichat.core.errors import NotByAppPassword
from hichat.storage.store import Store


def check_full(user: User) -> None:
    """
    Check that a user may change how the user signs in.

    @param user: the user as authenticated.
    @raise NotByAppPassword: an app password began the session.
    @raise NotForBots: it is a bot.
    """
    check_person(user)
    if user.app_password:
        raise NotByAppPassword


class AppPasswords:
    """
    The app passwords of users.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, device_sessions: DeviceSessions, now: Callable[[], int]) -> None:
        self._store = store
        self._device_sessions = device_sessions
        self._now = now

    async def make(self, user: User, name: str) -> tuple[AppPassword, str]:
        """
        Make an app password.

        @param user: the user as authenticated.
        @param name: what the user will know it by.
        @return: it, and the secret, which is shown once.
        @raise InvalidField: the name is not allowed.
        @raise NotByAppPassword: an app password began the session.
        @raise AppPasswordExists: the user has one of this name.
        @raise TooManyAppPasswords: the user has too many.
        """
        check_full(user)
        return await self._store.write(app_secrets.make, user.id, name_of(name), self._now())

    async def of_user(self, user_id: int) -> list[AppPassword]:
        """@return: a user's app passwords, in the order in which they were made."""
        return await self._store.read(app_secrets.of_user, user_id)

    async def revoke(self, user_id: int, number: int) -> AppPassword:
        """
        Revoke an app password: nobody can log in with it, and the sessions that it began end at once.

        If that fails in the middle, the app password is void and stays in the list: it can be revoked again.

        @return: what was revoked.
        @raise NoSuchAppPassword: the user has no such one.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def void(connection: Connection) -> tuple[AppPassword, list[Session]]:
            # In this order: a log-in that comes between them notes its use of the row, and fails.
            revoked = app_secrets.void(connection, user_id, number)
            return revoked, sessions.begun_by(connection, user_id, number)

        revoked, begun = await self._store.write(void)
        for session in begun:
            await self._device_sessions.end_session(session)
        await self._store.write(app_secrets.remove, user_id, number)
        return revoked

    async def end_v1_by_password(self, user_id: int) -> None:
        """
        End a user's sessions of v1 that began with the password: the user has a second factor now, for which they were
        not asked.

        @raise Refused: by the ledger, such as L{Busy}.
        """
        for session in await self._store.read(sessions.of_v1_by_password, user_id):
            await self._device_sessions.end_session(session)
