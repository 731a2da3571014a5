"""
Tokens.

Access tokens are JSON Web Tokens (RFC 7519) that name a user and the generation of whatever that user signed in with;
those of v2 also a device and the number of its session. Refresh tokens are random, but say for which session they are,
and that it is us who say so: or whoever makes one up could end somebody's session by it.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import struct
from collections.abc import Callable
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

import jwt

from hichat.errors import Unauthorized
from hichat.events import MAX_SAFE_INTEGER

LIFETIME = 60 * 24 * 3600
"""Seconds that a token of v1 lives; these clients cannot refresh theirs."""

ACCESS_LIFETIME = 15 * 60
"""Seconds that an access token of v2 lives."""

REFRESH_LIFETIME = 60 * 24 * 3600
"""Seconds that a refresh token lives, from when it was given."""

KEY_LENGTH = 32
"""Bytes of the key (RFC 7518, 3.2: at least as long as the hash)."""

LENGTH_LIMIT = 1024
"""Characters; ours have less than 200."""

_ALGORITHM = "HS256"
_CLAIMS = ("sub", "gen", "iat", "exp")
_OF_DEVICE = ("dev", "ses")
# The clock is ours, so the times are checked below.
_OPTIONS = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
_REFRESH = struct.Struct(">QI32s16s")
_SIGNED = _REFRESH.size - 16
_SECRET = struct.Struct(">Q24s16s")
_SECRET_SIGNED = _SECRET.size - 16


class Claims(NamedTuple):
    """
    What a token says.

    @ivar generation: of whatever the user signed in with.
    @ivar device: its number; 0: the token is bound to none.
    @ivar session: the number of the device's session.
    """

    user: int
    generation: int
    device: int = 0
    session: int = 0


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
        self._refresh_key = blake2b(key=key[:64], person=b"hichat-refresh").digest()
        self._secret_key = blake2b(key=key[:64], person=b"hichat-known").digest()

    def issue(self, user_id: int, generation: int) -> str:
        """@return: a token of letters, digits, C{-}, C{_} and C{.}: v1 clients put it into URLs as it is."""
        return self._sign({"sub": str(user_id), "gen": generation}, LIFETIME)

    def issue_access(self, claims: Claims) -> str:
        """@return: a token that is bound to a device, as L{issue}."""
        bound = {"dev": claims.device, "ses": claims.session}
        return self._sign({"sub": str(claims.user), "gen": claims.generation, **bound}, ACCESS_LIFETIME)

    def verify(self, token: str) -> Claims:
        """
        @return: what it says; whether that is still so is not known here.
        @raise Unauthorized: for whatever is wrong with it.
        """
        if len(token) > LENGTH_LIMIT:
            raise Unauthorized
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_OPTIONS)  # type: ignore[arg-type]
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as e:
            raise Unauthorized from e
        subject, *numbers = (claims[name] for name in _CLAIMS)
        bound = [claims.get(name, 0) for name in _OF_DEVICE]
        if not all(type(number) is int for number in (*numbers, *bound)):
            raise Unauthorized
        generation, _, expires = numbers
        if self._now() >= expires * 1000 or not (subject.isascii() and subject.isdecimal() and len(subject) <= 16):
            raise Unauthorized
        if not 1 <= int(subject) <= MAX_SAFE_INTEGER:
            raise Unauthorized
        return Claims(int(subject), generation, *bound)

    def issue_refresh(self, device: int, session: int) -> str:
        """@return: a refresh token for a session, of letters, digits, C{-} and C{_}."""
        signed = _REFRESH.pack(device, session, secrets.token_bytes(32), b"")[:_SIGNED]
        return base64.urlsafe_b64encode(signed + self._mac(signed)).decode()

    def verify_refresh(self, token: str) -> tuple[int, int]:
        """
        @return: the numbers of the device and of its session, for which we gave this token once.
        @raise Unauthorized: we did not.
        """
        if len(token) > LENGTH_LIMIT:
            raise Unauthorized
        try:
            found = base64.b64decode(token.encode(), b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise Unauthorized from None
        if len(found) != _REFRESH.size or not compare_digest(found[_SIGNED:], self._mac(found[:_SIGNED])):
            raise Unauthorized
        device, session, _, _ = _REFRESH.unpack(found)
        return device, session

    def issue_secret(self, device: int) -> str:
        """
        @return: by what a device is known at its next log-in, of letters, digits, C{-} and C{_}. As a refresh token it
            says that it is from us: what is made up is found out without a look into the store.
        """
        signed = _SECRET.pack(device, secrets.token_bytes(24), b"")[:_SECRET_SIGNED]
        return base64.urlsafe_b64encode(signed + self._secret_mac(signed)).decode()

    def verify_secret(self, secret: str) -> int:
        """@return: the number of the device to which we gave this secret once; 0: we did not."""
        if len(secret) > LENGTH_LIMIT:
            return 0
        try:
            found = base64.b64decode(secret.encode(), b"-_", validate=True)
        except (ValueError, binascii.Error):
            return 0
        signed, mac = found[:_SECRET_SIGNED], found[_SECRET_SIGNED:]
        if len(found) != _SECRET.size or not compare_digest(mac, self._secret_mac(signed)):
            return 0
        return int(_SECRET.unpack(found)[0])

    def _secret_mac(self, signed: bytes) -> bytes:
        return blake2b(signed, key=self._secret_key, digest_size=16).digest()

    def _sign(self, claims: dict[str, object], lifetime: int) -> str:
        now = self._now() // 1000
        return jwt.encode({**claims, "iat": now, "exp": now + lifetime}, self._key, algorithm=_ALGORITHM)

    def _mac(self, signed: bytes) -> bytes:
        return blake2b(signed, key=self._refresh_key, digest_size=16).digest()


def digest(secret: str) -> bytes:
    """@return: what is stored of a secret that is random, and so needs no slow hash: 32 bytes."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32).digest()
