"""
Tokens.

Access tokens are JSON Web Tokens (RFC 7519). They name a user, the generation of the user's tokens, a device and the
number of its session, and the dialects that they are for: tokens of v1 are in URLs, and so in logs, and must not open
more than v1. Refresh tokens are random. They also contain the session, and how often it was refreshed before, and are
signed: otherwise anybody could end a session with an invented one.

Clocks are set. A token that was made while the clock was wrong is valid for its lifetime before and after the time that
the clock showed, and not until then.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable
from enum import IntEnum
from hashlib import blake2b
from typing import NamedTuple

import jwt

from hichat.core.errors import BadCode, Unauthorized
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.runtime.keys import Signer

V1_LIFETIME = 60 * 24 * 3600
"""The lifetime of a token of v1, in seconds; clients of v1 cannot refresh tokens."""

ACCESS_LIFETIME = 15 * 60
"""The lifetime of an access token of v2, in seconds."""

REFRESH_LIFETIME = 60 * 24 * 3600
"""The lifetime of a refresh token, in seconds."""

RESET_LIFETIME = 3600
"""Seconds for which a code is good that was sent by mail to somebody who forgot the password."""

KEY_LENGTH = 32
"""Bytes of the key (RFC 7518, 3.2: at least as long as the hash)."""

TOKEN_LIMIT = 1024
"""The most characters of a token that are looked at; ours have less than 300."""

_ALGORITHM = "HS256"
_CLAIMS = ("sub", "gen", "iat", "exp")
_OF_DEVICE = ("dev", "ses", "dia")
# The library would use the time of day; verify() checks the times by the given clock.
_OPTIONS = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
_REFRESH = struct.Struct(">QQI31s")
# Refresh tokens from before the numbers of sessions were random.
_SHORT_REFRESH = struct.Struct(">QII31s")
# Refresh tokens from before they carried a turn.
_OLD_REFRESH = struct.Struct(">QI32s")
_SECRET = struct.Struct(">Q24s")
_CODE = struct.Struct(">QQQQ")
_MAILED_CODE = struct.Struct(">QQQQQ")


class Dialect(IntEnum):
    """The dialects that a token is for: a set of bits."""

    V1 = 1
    V2 = 2
    BOTH = 3


class Claims(NamedTuple):
    """
    The claims of an access token.

    @ivar user: the user's id.
    @ivar generation: the generation of the user's tokens.
    @ivar device: the device's number; 0: the token is of v1, from before tokens were bound to devices.
    @ivar session: the number of the device's session.
    @ivar dialect: the dialects that it is for.
    @ivar issued: the time at which it was made, in seconds since the epoch.
    """

    user: int
    generation: int
    device: int = 0
    session: int = 0
    dialect: Dialect = Dialect.V2
    issued: int = 0


class RefreshClaims(NamedTuple):
    """
    The contents of a refresh token.

    @ivar device: the device's number.
    @ivar session: the number of the device's session.
    @ivar turn: the number of refreshes of the session before; None: the token is from before it carried that.
    """

    device: int
    session: int
    turn: int | None


class CodeClaims(NamedTuple):
    """
    The contents of a code with which a user sets a password.

    @ivar made: when the account was made: after an older copy of the store was put back, somebody else may have the id.
        This and the expiry are milliseconds since the epoch.
    @ivar generation: the generation of the user's tokens: another password, or another sign-out, voids the code.
    @ivar number: of a code that was sent by mail, see L{hichat.accounts.resets}; 0: an administrator has given it.
    """

    user: int
    made: int
    generation: int
    expires: int
    number: int = 0


class TokenSigner:
    """
    Makes and verifies tokens.

    @param key: L{KEY_LENGTH} secret random bytes.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, key: bytes, now: Callable[[], int]) -> None:
        if len(key) < KEY_LENGTH:
            raise ValueError(f"the key has fewer than {KEY_LENGTH} bytes")
        self._key = key
        self._now = now
        self._refresh = Signer(blake2b(key=key[:64], person=b"hichat-refresh").digest())
        self._code = Signer(blake2b(key=key[:64], person=b"hichat-password").digest())
        self._secret = Signer(blake2b(key=key[:64], person=b"hichat-known").digest())

    def issue(self, claims: Claims, lifetime: int) -> str:
        """
        @param claims: the token's claims; C{issued} is set to now.
        @param lifetime: seconds.
        @return: a token of letters, digits, C{-}, C{_} and C{.}: v1 clients put it into URLs as it is.
        """
        said = {"sub": str(claims.user), "gen": claims.generation, "dev": claims.device, "ses": claims.session}
        if claims.dialect != Dialect.V2:
            said["dia"] = int(claims.dialect)
        now = self._now() // 1000
        return jwt.encode({**said, "iat": now, "exp": now + lifetime}, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str) -> Claims:
        """
        @return: the token's claims. The caller checks whether the user and the session are still valid.
        @raise Unauthorized: the token is malformed, not of this server, or expired.
        """
        if len(token) > TOKEN_LIMIT:
            raise Unauthorized
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_OPTIONS)  # type: ignore[arg-type]
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as e:
            raise Unauthorized from e
        subject, *numbers = (claims[name] for name in _CLAIMS)
        bound = [claims.get(name, 0) for name in _OF_DEVICE]
        if not all(type(number) is int for number in (*numbers, *bound)):
            raise Unauthorized
        generation, issued, expires = numbers
        if not (subject.isascii() and subject.isdecimal() and len(subject) <= 16):
            raise Unauthorized
        if not 1 <= int(subject) <= MAX_SAFE_INTEGER:
            raise Unauthorized
        device, session, dialect = bound
        if not is_within(self._now(), expires * 1000, (expires - issued) * 1000):
            raise Unauthorized().of(int(subject), device)
        return Claims(int(subject), generation, device, session, _dialect(device, dialect), issued)

    def issue_refresh(self, device: int, session: int, turn: int) -> str:
        """
        @param turn: the number of refreshes of the session so far.
        @return: a refresh token for a session, of letters, digits, C{-} and C{_}.
        """
        return self._refresh.sign(_REFRESH.pack(device, session, turn, secrets.token_bytes(31)))

    def verify_refresh(self, token: str) -> RefreshClaims:
        """
        @return: the device, the session and the turn of a refresh token.
        @raise Unauthorized: this server has not made the token.
        """
        if len(token) > TOKEN_LIMIT:
            raise Unauthorized
        found = self._refresh.verify(token) or b""
        if len(found) == _OLD_REFRESH.size:
            device, session, _ = _OLD_REFRESH.unpack(found)
            return RefreshClaims(device, session, None)
        for form in (_REFRESH, _SHORT_REFRESH):
            if len(found) == form.size:
                return RefreshClaims(*form.unpack(found)[:3])
        raise Unauthorized

    def issue_code(self, claims: CodeClaims) -> str:
        """@return: a code with which a user sets a password, of letters, digits, C{-} and C{_}."""
        return self._code.sign(_MAILED_CODE.pack(*claims) if claims.number else _CODE.pack(*claims[:-1]))

    def verify_code(self, code: str) -> CodeClaims:
        """
        @return: the code's claims. The caller checks whether it still holds.
        @raise BadCode: this server has not made it, or it has expired.
        """
        found = self._code.verify(code) if len(code) <= TOKEN_LIMIT else None
        form = next((each for each in (_CODE, _MAILED_CODE) if found is not None and len(found) == each.size), None)
        if found is None or form is None:
            raise BadCode
        claims = CodeClaims(*form.unpack(found))
        if self._now() >= claims.expires:
            raise BadCode
        return claims

    def issue_secret(self, device: int) -> str:
        """
        @return: the secret by which a device is known at its next log-in, of letters, digits, C{-} and C{_}. It is
            signed, as a refresh token is: an invented one is recognised without a look into the store.
        """
        return self._secret.sign(_SECRET.pack(device, secrets.token_bytes(24)))

    def verify_secret(self, secret: str) -> int:
        """@return: the number of the device for which this secret was made; 0: this server has not made it."""
        if len(secret) > TOKEN_LIMIT:
            return 0
        found = self._secret.verify(secret)
        return int(_SECRET.unpack(found)[0]) if found is not None and len(found) == _SECRET.size else 0


def _dialect(device: int, said: int) -> Dialect:
    """
    @param said: the dialect in the token; 0: it has none.
    @raise Unauthorized: there is no such dialect.
    """
    if not device:
        return Dialect.V1
    found = _DIALECTS.get(said)
    if found is None:
        raise Unauthorized
    return found


# Looking a value up in the enumeration takes longer.
_DIALECTS = {0: Dialect.V2, **{int(dialect): dialect for dialect in Dialect}}


def is_within(now: int, ends: int, lifetime: int) -> bool:
    """
    @param ends: when something ends that was made for some time: by the clock as it was then.
    @param lifetime: for how long; all in the same unit.
    @return: whether it is good: for its lifetime before and after the time of its making. See above.
    """
    return abs(now - (ends - lifetime)) < lifetime


def digest(secret: str) -> bytes:
    """@return: the hash to store of a secret: 32 bytes. The secret is random, so it needs no slow hash."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32).digest()
