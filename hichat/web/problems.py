"""Problem details (RFC 9457): how C{/v2} says that something was not done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import InvalidField, Language, Refused
from hichat.web.answers import say_when
from hichat.web.languages import language_of
from hichat.web.outside import outside_of

if TYPE_CHECKING:
    from twisted.web.http import Request

CONTENT_TYPE = "application/problem+json"

PAGE = "/v2/api"
"""Where people read what a problem means."""


class Fault(msgspec.Struct, omit_defaults=True):
    """
    What is wrong in a request.

    @ivar pointer: where in the body (RFC 6901); or else:
    @ivar parameter: the name of the parameter.
    @ivar detail: for the client's author; English.
    """

    pointer: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class Problem(msgspec.Struct, omit_defaults=True):
    """
    Why something was not done (RFC 9457).

    @ivar type: where to read about it.
    @ivar title: for people, the same for each problem of a type; in the language that C{Accept-Language} asks for.
    @ivar status: that of the answer.
    @ivar code: for programs; it never changes.
    @ivar detail: for people, about this very case.
    @ivar retryAfter: seconds after which it may work; absent: it will not.
    @ivar errors: what is wrong in the request, if that is it.
    """

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    detail: str
    retryAfter: float | UnsetType = UNSET  # noqa: N815
    errors: list[Fault] = []


class Malformed(InvalidField):
    """
    A request that is not as its operation says.

    @param field: the name of the field or parameter.
    @param fault: where it is.
    """

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(field)
        self.fault = fault


def problem_of(error: Refused, language: Language, prefix: str = "") -> Problem:
    """
    @param prefix: what the paths of the site begin with.
    @return: what is said of an error.
    """
    retry = UNSET if error.retry_after is None else error.retry_after
    return Problem(
        type=f"{prefix}{PAGE}#{error.code}",
        title=getattr(error, language),
        status=error.status,
        code=error.code,
        detail=error.text(language),
        retryAfter=retry,
        errors=_faults(error),
    )


def answer_problem(request: Request, error: Refused) -> bytes:
    """
    Make an error the answer.

    @return: the body, whose headers are set.
    """
    language = language_of(request.getHeader("accept-language"))
    body = msgspec.json.encode(problem_of(error, language, outside_of(request).prefix))
    request.setResponseCode(error.status)
    request.setHeader("Content-Type", CONTENT_TYPE)
    request.setHeader("Content-Length", str(len(body)))
    request.setHeader("Cache-Control", "no-store")
    if error.status == 401:
        # RFC 6750, 3: who showed no token is not told that it is a bad one.
        invalid = ', error="invalid_token"' if request.requestHeaders.hasHeader("authorization") else ""
        request.setHeader("WWW-Authenticate", f'Bearer realm="hichat"{invalid}')
    say_when(request, error)
    return body


def _faults(error: Refused) -> list[Fault]:
    if isinstance(error, Malformed):
        return [error.fault]
    return [Fault(pointer=f"/{error.field}")] if isinstance(error, InvalidField) else []
