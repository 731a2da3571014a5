"""The tokens that a device gets: at a log-in, at a refresh, and with a new password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from hichat.accounts import known, sessions
from hichat.accounts.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, V1_LIFETIME, Claims, digest
from hichat.accounts.users import User

if TYPE_CHECKING:
    from hichat.accounts.tokens import TokenSigner


class Grant(NamedTuple):
    """
    The result of a device's log-in or refresh.

    @ivar device: the device's number.
    @ivar session: the number of its session.
    @ivar access: the access token, valid for C{access_lifetime} seconds.
    @ivar refresh: the refresh token, which gives one further grant within C{refresh_lifetime} seconds.
    @ivar secret: the device secret for the next log-in, see L{hichat.accounts.known}; empty after a refresh. So is
        C{name}: the client's own name for the device.
    """

    user: User
    device: int
    session: int
    access: str
    refresh: str
    access_lifetime: int = ACCESS_LIFETIME
    refresh_lifetime: int = REFRESH_LIFETIME
    secret: str = ""
    name: str = ""


class Grants:
    """
    Makes what a device gets.

    @param now: the time in milliseconds since the epoch.
    @param duration: the duration of sessions, in seconds.
    """

    def __init__(self, tokens: TokenSigner, now: Callable[[], int], duration: int) -> None:
        self._tokens = tokens
        self._now = now
        self._duration = duration

    def begin(self, connection: Connection, user: User, device: int, client_ip: str, via: str) -> Grant:
        """@return: the tokens of a session that begins now."""
        number = sessions.begin(connection, user, device, client_ip, self._now(), via)
        return self.again(user, device, number, 0, self._now())

    def again(self, user: User, device: int, session: int, turn: int, began_at: int) -> Grant:
        """
        @param turn: the turn of the refresh token; see L{hichat.accounts.sessions}.
        @param began_at: when the session began, in milliseconds since the epoch.
        @return: tokens of a session.
        """
        left = max(0, (began_at + self._duration * 1000 - self._now()) // 1000)
        lasts, refresh_lasts = min(ACCESS_LIFETIME, left), min(REFRESH_LIFETIME, left)
        access = self._tokens.issue(Claims(user.id, user.generation, device, session), lasts)
        refresh = self._tokens.issue_refresh(device, session, turn)
        return Grant(user, device, session, access, refresh, lasts, refresh_lasts)

    def token_of_v1(self, claims: Claims) -> str:
        """@return: a token that is never refreshed."""
        return self._tokens.issue(claims, min(V1_LIFETIME, self._duration))

    def secret(self, connection: Connection, user_id: int, device: int, shown: Sequence[str]) -> str:
        """@return: the secret by which a device is known from now on: the one that it showed, or a new one."""
        for secret in shown:
            if self._tokens.verify_secret(secret) == device and known.find(
                connection, user_id, {device: digest(secret)}
            ):
                return secret
        made = self._tokens.issue_secret(device)
        known.keep(connection, device, digest(made))
        return made
