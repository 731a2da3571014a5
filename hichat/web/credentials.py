"""The caller of a request: the token in its header."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hichat.core.errors import Unauthorized
from hichat.web.outside import peer
from hichat.web.proxies import Peer, is_forwarded

if TYPE_CHECKING:
    from twisted.web.http import Request

    from hichat.accounts.recognising import Recogniser

__all__ = ["Identify", "Peer", "bearer", "callers", "is_forwarded", "peer"]

Identify = Callable[["Request"], Awaitable[int]]
"""Gives the id of the user whose token a request has; 0: it has no valid token."""

_SCHEME = "bearer "


def callers(recogniser: Recogniser) -> Identify:
    """@return: a function that identifies the caller by the token in the C{Authorization} header."""

    async def caller(request: Request) -> int:
        try:
            return (await recogniser.identify(bearer(request)))[0].id
        except Unauthorized:
            return 0

    return caller


def bearer(request: Request) -> str:
    """@return: the token of the C{Authorization} header; empty if there is none."""
    header = request.getHeader("authorization") or ""
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""
