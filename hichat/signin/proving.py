"""
Proving oneself again: whoever changes how a user signs in shows the password, or a second factor, once more. So nobody
does it who only finds a page open. Whoever comes by single sign-on may have neither: then it counts that they came just
now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from hichat.accounts import sessions, users
from hichat.accounts.guard import Guard
from hichat.accounts.users import User
from hichat.core.errors import FreshLogInNeeded, Refused, StoreAway, TooManyAttempts, Unauthorized
from hichat.runtime.limits import Attempts, Limits
from hichat.signin import answers
from hichat.signin.factors import Factors

if TYPE_CHECKING:
    from hichat.storage.store import Store


FRESH_LOG_IN = 5 * 60 * 1000
"""Milliseconds after a log-in by single sign-on for which it proves who somebody is."""


class Prover:
    """
    @param now: the time in milliseconds since the epoch.
    @param limits: the limits in memory; those of the accounts.
    """

    def __init__(self, guard: Guard, store: Store, factors: Factors, now: Callable[[], int], limits: Limits) -> None:
        self._guard = guard
        self._store = store
        self._factors = factors
        self._now = now
        self._limits = limits

    async def by_password(self, user: User, device: int, password: str) -> None:
        """
        @param device: the number of the device at which the user is signed in.
        @raise Refused: see L{Guard.check_own}.
        """
        await self._guard.check_own(user, password, device)

    async def by_factor(self, user: User, device: int, answer: Any) -> None:
        """
        Use up an answer to a second factor. Wrong ones are limited as wrong passwords are (L{Guard.check_own
        <hichat.accounts.guard.Guard.check_own>}), apart from those at a log-in.

        @param answer: see L{hichat.signin.factors}.
        @raise WrongCode: it is wrong, or was used before.
        @raise TooManyAttempts: there were too many wrong ones.
        @raise Unauthorized: the user's tokens were voided meanwhile.
        """
        key, counted = f"factor own {user.id}", Attempts()
        counted.attempt(self._limits.known, [(f"{key} {device}", 1)])
        try:
            refusal = await self._store.write(self._look, user, key, answer)
        except (Unauthorized, StoreAway):
            counted.forgive()
            raise
        if refusal is None:
            counted.forgive()
            return
        if isinstance(refusal, TooManyAttempts):
            counted.forgive()
        raise refusal

    async def by_log_in(self, user: User, device: int) -> bool:
        """
        Look whether a user who has nothing to show came by single sign-on just now.

        @return: whether that is so; no: the user has a second factor to show, or a password that lets in.
        @raise FreshLogInNeeded: the user has neither, and came earlier, or another way.
        """

        def look(connection: Connection) -> bool:
            if self._guard.has_password(connection, user.id) or self._factors.of_user(connection, user.id):
                return False
            session = sessions.standing(connection, [device]).get(device)
            if session is None or session.via != "oidc" or not 0 <= self._now() - session.began_at < FRESH_LOG_IN:
                raise FreshLogInNeeded
            return True

        return await self._store.read(look)

    def _look(self, connection: Connection, user: User, key: str, answer: Any) -> Refused | None:
        """
        @return: None: the answer is right. A refusal is returned and not raised, because it is counted.
        @raise Unauthorized: see L{by_factor}.
        """
        users.current(connection, user)
        return answers.use(connection, self._factors, user.id, answer, key, self._now())


def bound_to(user: User, device: int) -> str:
    """@return: what the challenge of a passkey is bound to with which a user proves it."""
    return f"own {user.id} {user.created_at} {user.generation} {device}"
