"""Codes with which users set a password: an administrator has given them, or they came by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from hichat.accounts import resets, users
from hichat.accounts.tokens import CodeClaims
from hichat.accounts.users import User
from hichat.core.errors import BadCode

if TYPE_CHECKING:
    from hichat.accounts.tokens import TokenSigner

CODE_LIFETIME = 3 * 24 * 3600
"""Seconds for which a code is good with which a user sets a password."""


class PasswordCode(NamedTuple):
    """
    A code with which a user sets a password, once.

    @ivar expires: milliseconds since the epoch.
    """

    code: str
    expires: int


class PasswordCodes:
    """
    Makes codes for administrators, and knows whose a code is.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, tokens: TokenSigner, now: Callable[[], int]) -> None:
        self._tokens = tokens
        self._now = now

    def make(self, user: User) -> PasswordCode:
        """@return: a code that is void once the user has another password."""
        expires = self._now() + CODE_LIFETIME * 1000
        claims = CodeClaims(user.id, user.created_at, user.generation, expires)
        return PasswordCode(self._tokens.issue_code(claims), expires)

    def verify(self, code: str) -> CodeClaims:
        """@raise BadCode: it is not valid, or has expired."""
        return self._tokens.verify_code(code)


def holder_of(connection: Connection, claims: CodeClaims) -> User:
    """
    @return: the user of a code.
    @raise BadCode: the code does not hold any more.
    """
    user = users.find(connection, claims.user)
    if (
        user is None
        or user.disabled
        or user.bot
        or (user.created_at, user.generation) != (claims.made, claims.generation)
    ):
        raise BadCode
    if claims.number and not resets.is_newest_reset(connection, user.id, claims.number):
        raise BadCode
    return user
