"""
What an operator says about a provider of OpenID Connect: where it is, and which of its users get which role here.

Nothing here loads a library: the settings are read whether or not there is a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hichat.accounts.roles import ServerRole

ANY_VALUE = "*"
"""The value in a rule that everybody has."""

RULES_LIMIT = 50
"""The most rules."""

VALUES_LIMIT = 2000
"""The most values of a claim that are looked at."""

SECRET_FILE = "file:"  # noqa: S105
"""What a secret begins with that is in a file."""


@dataclass(frozen=True)
class RoleRules:
    """
    Which values of a claim give which role.

    @ivar claim: the claim's name; a claim within another is named with a dot between them. Empty: there are no rules,
        and everybody whom the provider lets in may come in.
    @ivar rules: pairs of a value and a role.
    """

    claim: str = ""
    rules: tuple[tuple[str, ServerRole], ...] = ()

    @classmethod
    def parse(cls, text: str) -> RoleRules:
        """
        @param text: C{CLAIM: VALUE=ROLE, VALUE=ROLE}; or empty.
        @raise ValueError: it is something else.
        """
        if not text.strip():
            return cls()
        claim, colon, rest = text.rpartition(": ")
        rules = [_rule(part) for part in rest.split(",") if part.strip()]
        if not colon or not claim.strip() or not rules:
            raise ValueError("it is not CLAIM: VALUE=ROLE, VALUE=ROLE")
        if len(rules) > RULES_LIMIT:
            raise ValueError(f"more than {RULES_LIMIT} rules are too many")
        return cls(claim.strip(), tuple(rules))

    def __str__(self) -> str:
        """@return: the text that L{parse} reads."""
        return f"{self.claim}: {', '.join(f'{value}={role.word}' for value, role in self.rules)}" if self.claim else ""

    def role_of(self, claims: Mapping[str, Any]) -> ServerRole | None:
        """
        @return: the highest role that the claims give; None: they give none, so the user may not come in. Not to be
            asked where there are no rules.
        """
        values = _values(claims, self.claim) | {ANY_VALUE}
        return max((role for value, role in self.rules if value in values), default=None)

    def is_told(self, claims: Mapping[str, Any]) -> bool:
        """@return: whether the claim is among these."""
        return _find(claims, self.claim) is not None


def _find(claims: Mapping[str, Any], name: str) -> Any:
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _rule(text: str) -> tuple[str, ServerRole]:
    value, equals, word = text.strip().rpartition("=")
    try:
        role = ServerRole.of(word.strip())
    except KeyError:
        raise ValueError(f"{word.strip()!r} is none of guest, member, moderator, administrator, owner") from None
    if not equals or not value.strip():
        raise ValueError(f"{text.strip()!r} is not VALUE=ROLE")
    return value.strip(), role


def _values(claims: Mapping[str, Any], name: str) -> set[str]:
    found = _find(claims, name)
    if isinstance(found, str):
        return {found}
    if isinstance(found, bool):
        return {"true" if found else "false"}
    return {value for value in found[:VALUES_LIMIT] if isinstance(value, str)} if isinstance(found, list) else set()


def is_safe(url: str, *, among_loopback: bool) -> bool:
    """
    @param among_loopback: whether plain HTTP to this machine will do.
    @return: whether nobody on the way reads or changes what is sent to an address.
    """
    try:
        parts = urlsplit(url)
        # A port that is none raises here.
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (among_loopback and parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def parse_issuer(text: str) -> str:
    """
    @return: an issuer, as the operator names it; empty: there is none.
    @raise ValueError: it is not an https URL, or http on this machine.
    """
    if not text:
        return ""
    if text.startswith("http://") and not is_safe(text, among_loopback=True):
        raise ValueError("over http:// anybody on the way could sign in as anybody; only https:// will do")
    if not is_safe(text, among_loopback=True) or urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("it is not the https:// URL by which the provider calls itself")
    return text


def read_secret(text: str) -> str:
    """
    @param text: a secret, or C{file:PATH}.
    @return: the secret.
    @raise ValueError: the file cannot be read, or is empty.
    """
    if not text.startswith(SECRET_FILE):
        return text
    try:
        found = Path(text.removeprefix(SECRET_FILE)).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as e:
        raise ValueError(f"the file cannot be read: {type(e).__name__}") from None
    if not found:
        raise ValueError("the file is empty")
    return found
