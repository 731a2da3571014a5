"""
The URLs of files.

v2 names a file by its id (C{/v2/media/ID}), which opens nothing by itself: a user who may see the file gets a signed
URL, valid for an hour or so. Clients of v1 fetch files without credentials: they get another URL (C{/uploads/ID-KEY}),
which opens the file as long as it exists. Nobody can make it from the id without the server's key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from hichat.runtime.keys import Signer

PREFIX = "/v2/media/"
"""The prefix of the URLs by which messages of v2 name files."""

OPEN_PREFIX = "/uploads/"
"""The prefix of the URLs that need no credentials."""

ID = r"[A-Za-z0-9_-]{22}"
"""The pattern of a file's id: 128 bits in base64url (RFC 4648, 5), without padding."""

URL_LIFETIME = 3600_000
"""Milliseconds for which a signed URL is valid, at least."""

URL_STEP = 900_000
"""Milliseconds in which all signed URLs of a file are the same: so a browser's cache is of use."""

URL_LIFETIME_LIMIT = URL_LIFETIME + URL_STEP
"""Milliseconds for which a signed URL is valid, at most."""

_OPEN = re.compile(rf"({ID})-({ID})(?:\.[a-z0-9]{{1,8}})?")
_OPEN_IN = re.compile(rf"({ID})-({ID})".encode())


def make_id() -> str:
    """@return: a file's id."""
    return secrets.token_urlsafe(16)


def id_of(url: str) -> str | None:
    """@return: the id in a v2 URL of a file; None: the URL is no such. There need not be a file with this id."""
    found = url.removeprefix(PREFIX)
    return found if found != url and re.fullmatch(ID, found) else None


class Addresses:
    """
    Makes and checks the URLs of files.

    @param key: a secret. If it changes, all URLs become invalid.
    """

    def __init__(self, key: bytes) -> None:
        self._open = Signer(key, b"open")
        self._link = Signer(key, b"link")

    def open_url(self, id: str, extension: str = "") -> str:
        """
        @param extension: the end of the URL, for people who read it; L{opened_by} ignores it.
        @return: the URL that needs no credentials.
        """
        return f"{OPEN_PREFIX}{id}-{self._open.signature(id)}{f'.{extension}' if extension else ''}"

    def opened_by(self, name: str) -> str | None:
        """
        @param name: the part of an open URL behind L{OPEN_PREFIX}.
        @return: the id of the file that it opens; None: this server has not made the URL.
        """
        found = _OPEN.fullmatch(name)
        return found[1] if found is not None and self._open.is_signature(found[2], found[1]) else None

    def find_open(self, text: bytes) -> Iterator[str]:
        """@return: the ids of all files whose open URLs are in a text."""
        for found in _OPEN_IN.finditer(text):
            id, mac = found[1].decode(), found[2].decode()
            if self._open.is_signature(mac, id):
                yield id

    def sign(self, id: str, until: int) -> str:
        """
        @param until: milliseconds since the epoch.
        @return: the key that opens the file until then, for a signed URL.
        """
        return self._link.signature(f"{id} {until}")

    def is_signed(self, id: str, until: int, key: str) -> bool:
        """@return: whether L{sign} has made C{key}. The caller checks whether the time is over."""
        return self._link.is_signature(key, f"{id} {until}")


def end_of_link(now: int) -> int:
    """@return: the end of a URL that is signed now, in milliseconds since the epoch."""
    return -(-(now + URL_LIFETIME) // URL_STEP) * URL_STEP
