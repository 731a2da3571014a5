"""Tokens: JSON Web Tokens (RFC 7519) that name a user and the generation of whatever that user signed in with."""

from collections.abc import Callable

import jwt

from hichat.errors import Unauthorized
from hichat.events import MAX_SAFE_INTEGER

LIFETIME = 60 * 24 * 3600
"""Seconds that a token lives; v1 clients cannot refresh theirs."""

KEY_LENGTH = 32
"""Bytes of the key (RFC 7518, 3.2: at least as long as the hash)."""

LENGTH_LIMIT = 1024
"""Characters; ours have less than 200."""

_ALGORITHM = "HS256"
_CLAIMS = ("sub", "gen", "iat", "exp")
# The clock is ours, so the times are checked below.
_OPTIONS = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False}


class Tokens:
    """
    @param key: L{KEY_LENGTH} secret random bytes.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, key: bytes, now: Callable[[], int]) -> None:
        if len(key) < KEY_LENGTH:
            raise ValueError(f"the key has fewer than {KEY_LENGTH} bytes")
        self._key = key
        self._now = now

    def issue(self, user_id: int, generation: int) -> str:
        """@return: a token of letters, digits, C{-}, C{_} and C{.}: v1 clients put it into URLs as it is."""
        now = self._now() // 1000
        claims = {"sub": str(user_id), "gen": generation, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str) -> tuple[int, int]:
        """
        @return: the user's id and generation.
        @raise Unauthorized: for whatever is wrong with it.
        """
        if len(token) > LENGTH_LIMIT:
            raise Unauthorized
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_OPTIONS)  # type: ignore[arg-type]
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as e:
            raise Unauthorized from e
        subject, *numbers = (claims[name] for name in _CLAIMS)
        if not all(type(number) is int for number in numbers):
            raise Unauthorized
        generation, _, expires = numbers
        if self._now() >= expires * 1000 or not (subject.isascii() and subject.isdecimal() and len(subject) <= 16):
            raise Unauthorized
        if not 1 <= int(subject) <= MAX_SAFE_INTEGER:
            raise Unauthorized
        return int(subject), generation
