"""The name of an account that is made because somebody came by a provider for the first time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hichat.accounts.names import check_reserved, user_name
from hichat.core.errors import InvalidField, NameRefused
from hichat.core.text import NAME_LIMIT

_NUMBERED = 20
_ROOM = NAME_LIMIT - 12


def free_name(claims: Mapping[str, Any], check: Callable[[str], object]) -> str:
    """
    @param claims: what the provider says about the user.
    @param check: raises L{NameRefused} for a name that cannot be had.
    @return: a name that can be had: the one that the user has there, or begins like it.
    """
    for name in _candidates(claims):
        try:
            check_reserved(name)
            check(name)
        except NameRefused:
            continue
        return name
    raise AssertionError("a random name is free")


def shown_name(claims: Mapping[str, Any]) -> str:
    """@return: the name that people see; empty: the provider says none that is allowed."""
    return next(_allowed([claims.get("name")]), "")


def label_of(claims: Mapping[str, Any]) -> str:
    """@return: what the account at the provider is called, for its owner."""
    given = (claims.get(name) for name in ("preferred_username", "email", "sub"))
    return next((text for text in given if isinstance(text, str) and text and text.isprintable()), "")[:255]


def _candidates(claims: Mapping[str, Any]) -> Iterator[str]:
    email = claims.get("email")
    local = email.partition("@")[0] if isinstance(email, str) else ""
    preferred = claims.get("preferred_username")
    # Some providers put an address there.
    short = preferred.partition("@")[0] if isinstance(preferred, str) else ""
    bases = list(dict.fromkeys(_allowed([preferred, short, local, claims.get("name")]))) or ["user"]
    yield from bases
    for base in bases:
        yield from (f"{base[:_ROOM]}-{number}" for number in range(2, _NUMBERED))
    # A base may be so strange that what begins like it never is free.
    while True:
        yield f"user-{secrets.token_hex(4)}"


def _allowed(texts: list[Any]) -> Iterator[str]:
    for text in texts:
        if not isinstance(text, str):
            continue
        kept = "".join(each for each in text[: 4 * NAME_LIMIT] if each.isalnum() or each in "-_. @+'")
        for given in (text[:NAME_LIMIT], kept[:NAME_LIMIT]):
            try:
                yield user_name(given)
            except InvalidField:
                continue
            break
