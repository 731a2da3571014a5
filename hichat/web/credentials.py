"""Where a request says who makes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hichat.core.errors import Unauthorized
from hichat.web.outside import peer
from hichat.web.proxies import Peer, is_forwarded

if TYPE_CHECKING:
    from twisted.web.http import Request

    from hichat.accounts.accounts import Accounts

__all__ = ["Peer", "bearer", "callers", "credentials", "is_forwarded", "peer"]

_SCHEME = "bearer "


def credentials(request: Request) -> tuple[str, str]:
    """
    Read C{?token=T&userId=U}; the token may come as C{Authorization: Bearer T} (RFC 6750) instead.

    @return: the token and the user's id, as text; neither is checked: see L{hichat.accounts.accounts.Accounts}.
    @raise Unauthorized: one is missing, or is given twice with two values.
    """
    tokens = _values(request, b"token")
    in_header = bearer(request)
    if in_header:
        tokens.add(in_header)
    return _only(tokens), _only(_values(request, b"userId"))


def callers(accounts: Accounts) -> Callable[[Request], Awaitable[int]]:
    """@return: a function that gives the user whose token a request has, for any address; 0: it has no valid one."""

    async def caller(request: Request) -> int:
        try:
            if request.path.startswith(b"/v1/"):
                return (await accounts.authenticate(*credentials(request))).id
            return (await accounts.identify(bearer(request)))[0].id
        except Unauthorized:
            return 0

    return caller


def bearer(request: Request) -> str:
    """@return: the token of the C{Authorization} header; empty if there is none."""
    header = request.getHeader("authorization") or ""
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""


def _values(request: Request, name: bytes) -> set[str]:
    return {value.decode("latin-1") for value in (request.args or {}).get(name, ())}


def _only(values: set[str]) -> str:
    if len(values) != 1:
        raise Unauthorized
    return values.pop()
