"""
The URLs of files.

v2 names a file by its id (C{/v2/media/ID}), which opens nothing by itself: who may see it gets a signed URL, good for
an hour or so. Clients of v1 fetch files without credentials: they get another URL (C{/uploads/ID-KEY}), which opens the
file as long as it exists, and which nobody can make from the id without our key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from hichat.runtime.keys import Signer

PREFIX = "/v2/media/"
"""Of the URLs by which messages of v2 name files."""

OPEN_PREFIX = "/uploads/"
"""Of the URLs that need no credentials."""

ID = r"[A-Za-z0-9_-]{22}"
"""128 bits in base64url (RFC 4648, 5), without padding."""

LIFETIME = 3600_000
"""Milliseconds that a signed URL is good for, at least."""

STEP = 900_000
"""Milliseconds in which the same file has the same signed URL: so a browser's cache is of use."""

LONGEST = LIFETIME + STEP
"""Milliseconds that one is good for, at most."""

_OPEN = re.compile(rf"({ID})-({ID})(?:\.[a-z0-9]{{1,8}})?")
_OPEN_IN = re.compile(rf"({ID})-({ID})".encode())


def make_id() -> str:
    """@return: a file's id."""
    return secrets.token_urlsafe(16)


def id_of(url: str) -> str | None:
    """@return: the id in the URL by which v2 names a file; None: it is none. It may be nobody's."""
    found = url.removeprefix(PREFIX)
    return found if found != url and re.fullmatch(ID, found) else None


class Addresses:
    """
    @param key: a secret; the same as long as URLs are to stay good.
    """

    def __init__(self, key: bytes) -> None:
        self._open = Signer(key, b"open")
        self._link = Signer(key, b"link")

    def open_url(self, id: str, extension: str = "") -> str:
        """
        @param extension: for who looks at it; it means nothing.
        @return: the URL that needs no credentials.
        """
        return f"{OPEN_PREFIX}{id}-{self._open.signature(id)}{f'.{extension}' if extension else ''}"

    def opened_by(self, name: str) -> str | None:
        """
        @param name: the address's last part, behind L{OPEN_PREFIX}.
        @return: the id of the file that it opens; None: this server has not made it.
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
        @return: what opens the file until then.
        """
        return self._link.signature(f"{id} {until}")

    def is_signed(self, id: str, until: int, key: str) -> bool:
        """@return: whether C{key} is of L{sign}; the time is not looked at."""
        return self._link.is_signature(key, f"{id} {until}")


def end_of_link(now: int) -> int:
    """@return: until when a URL that is signed now is good; milliseconds since the epoch."""
    return -(-(now + LIFETIME) // STEP) * STEP
