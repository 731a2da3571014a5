"""This server, as passkeys know it: the "relying party" of WebAuthn."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANY_PORT = re.compile(r"https?://localhost(:[0-9]{1,5})?")


@dataclass(frozen=True)
class RelyingParty:
    """
    This server, as passkeys know it.

    @ivar id: the name of its host. Passkeys are bound to it.
    @ivar origin: the origin of its pages; empty: that of any port of this host, which is C{localhost}.
    """

    id: str
    origin: str = ""

    def has(self, origin: str) -> bool:
        """@return: whether a page of this origin is the server's own."""
        return origin == self.origin if self.origin else _ANY_PORT.fullmatch(origin) is not None


AT_LOCALHOST = RelyingParty("localhost")
"""A server whose public URL is not set, for a browser on the same machine."""
