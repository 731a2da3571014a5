"""Answers to requests that no call has taken, as clients of v1 read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hichat.core.errors import (
    Busy,
    FilesAway,
    FormTooLarge,
    Refused,
    StoreAway,
    TooManyConnections,
    TooManyRequests,
    Unauthorized,
    V1Off,
)
from hichat.v1.answers import failed_in_both_spellings, refused, tell
from hichat.web.answers import say_when, to_json

if TYPE_CHECKING:
    from twisted.web.http import Request

UPLOAD_PATH = b"/v1/upload/image"
SOCKET_PATH = b"/v1/user/SendUserMsg"

_LATER = (Busy, FilesAway, StoreAway, TooManyConnections, TooManyRequests)


def complain(request: Request, error: Refused) -> bytes:
    """
    Make an error the answer. The site answers so everywhere but below C{/v2}.

    @return: the body, whose headers are set.
    """
    if isinstance(error, Unauthorized):
        return to_json(request, {"message": tell(request, error)}, 401)
    if isinstance(error, V1Off):
        return to_json(request, failed_in_both_spellings(tell(request, error)), error.status)
    is_later = isinstance(error, _LATER)
    say_when(request, error)
    if is_later and request.path == SOCKET_PATH:
        return to_json(request, {"message": tell(request, error)}, error.status)
    is_call = request.path.startswith(b"/v1/") and (is_later or isinstance(error, FormTooLarge))
    if is_call or request.path == UPLOAD_PATH:
        # Clients of v1 look at what came with status 200 only.
        return to_json(request, failed_in_both_spellings(tell(request, error)))
    return to_json(request, refused(request, error), error.status)
