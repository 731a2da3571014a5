"""Where a request of v1 says who makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hichat.core.errors import Unauthorized
from hichat.web.credentials import Identify, bearer

if TYPE_CHECKING:
    from twisted.web.http import Request

    from hichat.accounts.recognising import Recogniser


def credentials(request: Request) -> tuple[str, str]:
    """
    Read C{?token=T&userId=U}; the token may come as C{Authorization: Bearer T} (RFC 6750) instead.

    @return: the token and the user's id, as text; neither is checked: see L{hichat.accounts.recognising}.
    @raise Unauthorized: one is missing, or is given twice with two values.
    """
    tokens = _values(request, b"token")
    in_header = bearer(request)
    if in_header:
        tokens.add(in_header)
    return _only(tokens), _only(_values(request, b"userId"))


def callers(recogniser: Recogniser, elsewhere: Identify) -> Identify:
    """
    @param elsewhere: tells who makes a request that is none of v1.
    @return: tells who makes any request.
    """

    async def caller(request: Request) -> int:
        if not request.path.startswith(b"/v1/"):
            return await elsewhere(request)
        try:
            return (await recogniser.authenticate(*credentials(request))).id
        except Unauthorized:
            return 0

    return caller


def _values(request: Request, name: bytes) -> set[str]:
    return {value.decode("latin-1") for value in (request.args or {}).get(name, ())}


def _only(values: set[str]) -> str:
    if len(values) != 1:
        raise Unauthorized
    return values.pop()
