"""
URLs that users give, in one form: whatever reads it later finds the same host in it.

Programs differ in how they read unusual URLs: an address as one number, in octal or hexadecimal, a backslash, a name
before an C{@}, digits of other scripts. None of that is taken; what is taken is written anew from its parts.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

import idna

from hichat.core.errors import BadURL

URL_LIMIT = 2048
"""The most characters of a URL."""

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "/:@!$&'()*+,;=~%?"
"""Characters of a path or a query that stay as they are, beside letters, digits and C{-._}."""


def parse_url(text: str) -> str:
    """
    @return: the URL in its one form: C{http} or C{https}, in ASCII, without a fragment.
    @raise BadURL: it is none, or of another scheme, or has a name or a password.
    """
    if len(text) > URL_LIMIT or not text.isprintable() or any(sign in text for sign in ' \\"<>^`{|}'):
        raise BadURL
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadURL from None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        raise BadURL
    host = _address(parts.hostname) if "[" in parts.netloc else _name(parts.hostname)
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    made = f"{parts.scheme}://{place}{quote(parts.path or '/', safe=_KEPT)}{query}"
    if len(made) > URL_LIMIT:
        raise BadURL
    return made


def follow(url: str, location: str) -> str:
    """
    @param location: where an answer says to go on, relative or not.
    @return: that place's URL, in its one form.
    @raise BadURL: it is none that is gone to. From C{https} nobody is sent to C{http}.
    """
    try:
        following = parse_url(urljoin(url, location))
    except ValueError:
        raise BadURL from None
    if url.startswith("https:") and not following.startswith("https:"):
        raise BadURL
    return following


def origin_of(url: str) -> str:
    """@return: scheme, host and port of a URL in its one form."""
    return "/".join(url.split("/", 3)[:3])


def _address(host: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        raise BadURL from None
    if address.scope_id is not None:
        raise BadURL
    return f"[{address.compressed}]"


def _name(host: str) -> str:
    host = host.removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise BadURL from None
    if _NAME.fullmatch(host) is None:
        raise BadURL
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # It would be read as an IPv4 address, in one of several ways.
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise BadURL from None
    return host
