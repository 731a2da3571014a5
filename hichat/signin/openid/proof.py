"""
Checking the tokens of a provider: ID tokens (OpenID Connect Core, 3.1.3.7) and logout tokens (Back-Channel Logout,
2.6).

A token's own words count for nothing before its signature is checked, but for which key it names. A signature is of one
of L{ALGORITHMS}, which all are of two keys: so neither C{none} nor C{HS256} with the public key as the secret will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError
from twisted.logger import Logger

from hichat.core.errors import BadProof

LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

TOKEN_CHARACTERS = 32 * 1024
"""The most characters of a token."""

PROVIDER_KEYS_LIMIT = 64
"""The most keys of a provider that are looked at."""

SUBJECT_LIMIT = 255
"""The most characters of a subject (OpenID Connect Core, 2)."""

LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
"""The event of a logout token."""

ALGORITHMS = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "EC",
    "ES384": "EC",
    "ES512": "EC",
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
"""The algorithms that are taken, with the type of their keys."""

_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)

KeySet = Sequence[Mapping[str, Any]]
"""The provider's keys, as JSON Web Keys."""


class KeyUnknown(BadProof):
    """The token is signed with a key that is not among those that are known: they may be old."""


def check_id_token(
    token: str, keys: KeySet, issuer: str, client: str, now: int, nonce: str | None, access: str | None
) -> dict[str, Any]:
    """
    @param now: seconds since the epoch.
    @param nonce: the nonce that the token must have; None: it is from a refresh, and need have none.
    @param access: the access token that came with it.
    @return: the token's claims.
    @raise KeyUnknown: the keys may be old.
    @raise BadProof: it proves nothing.
    """
    header, claims = _signed(token, keys)
    options: Any = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client},
        "sub": {"essential": True},
    }
    params = {"client_id": client, "nonce": nonce, "access_token": access}
    try:
        CodeIDToken(claims, header, options, params).validate(now, LEEWAY)
    except (JoseError, ValueError, TypeError, AttributeError, UnicodeError) as e:
        raise _bad(_clock_hint(claims, now) or f"its claims are wrong: {e}") from e
    if nonce is not None and claims.get("nonce") != nonce:
        raise _bad("its nonce is another one")
    _check_subject(claims)
    return claims


def check_logout_token(token: str, keys: KeySet, issuer: str, client: str, now: int) -> dict[str, Any]:
    """
    @return: the claims of a logout token: with C{sub}, or C{sid}, or both.
    @raise BadProof: it is none, or proves nothing.
    """
    _, claims = _signed(token, keys)
    audience = claims.get("aud")
    issued, expires = claims.get("iat"), claims.get("exp", now)
    events = claims.get("events")
    if claims.get("iss") != issuer or client not in (audience if isinstance(audience, list) else [audience]):
        raise _bad("the logout token is another issuer's, or for somebody else")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        raise _bad("the logout token has no times")
    if abs(now - issued) > 10 * LEEWAY or now - expires > LEEWAY:
        raise _bad("the logout token is too old, or the clocks differ")
    if not isinstance(events, dict) or LOGGED_OUT not in events or "nonce" in claims:
        raise _bad("it is no logout token")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
        raise _bad("the logout token names nobody")
    return claims


def _signed(token: str, keys: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    """@return: the header and the claims, after the signature was checked."""
    if len(token) > TOKEN_CHARACTERS:
        raise _bad("it is too long")
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as e:
        raise _bad("it is no signed token") from e
    algorithm, name = header.get("alg"), header.get("kid")
    if "b64" in header or "crit" in header:
        raise _bad("it wants to be read in another way")
    if algorithm not in ALGORITHMS:
        raise _bad(f"its algorithm is {str(algorithm)[:20]!r}, which is not taken")
    usable = [key for key in keys if _fits(key, str(algorithm), name)]
    for key in usable:
        try:
            found = jwt.decode(token, jwk.import_key(dict(key)), [str(algorithm)], _REGISTRY)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            continue
        return dict(found.header), dict(found.claims)
    raise KeyUnknown if not usable or name is None else _bad("its signature is wrong")


def _fits(key: Mapping[str, Any], algorithm: str, name: object) -> bool:
    return (
        key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (name is None or key.get("kid") == name)
    )


def _check_subject(claims: Mapping[str, Any]) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LIMIT or not subject.isprintable():
        raise _bad("its subject is no text, or too long")


def _clock_hint(claims: Mapping[str, Any], now: int) -> str:
    """@return: what is wrong, if that is the time; else an empty text."""
    for name, sign, words in (
        ("exp", 1, "it has expired"),
        ("iat", -1, "it is from the future"),
        ("nbf", -1, "too soon"),
    ):
        at = claims.get(name)
        if isinstance(at, int | float) and sign * (now - at) > LEEWAY:
            return f"{words} by {round(sign * (now - at))} seconds: set both clocks, as by NTP"
    return ""


def _bad(why: str) -> BadProof:
    # Nothing of the token itself is in these words, but for names of algorithms and claims.
    Logger().warn("a token of the provider was refused: {why}", why=why)
    return BadProof()
