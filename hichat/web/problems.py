"""Problem details (RFC 9457): how C{/v2} tells that a request was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import EnrolmentNeeded, InvalidField, Language, NameRefused, Refused, SecondFactorNeeded
from hichat.signin.factors import FactorName
from hichat.web.answers import say_when, speak
from hichat.web.outside import outside_of

if TYPE_CHECKING:
    from twisted.web.http import Request

CONTENT_TYPE = "application/problem+json"

PROBLEMS_PAGE = "/v2/api"
"""The page that describes all problems."""


class Fault(msgspec.Struct, omit_defaults=True):
    """
    A fault in a request.

    @ivar pointer: the field in the body (RFC 6901), if the fault is there.
    @ivar parameter: the name of the parameter, if the fault is in one.
    @ivar detail: an explanation for the client's author, in English.
    """

    pointer: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class Problem(msgspec.Struct, omit_defaults=True):
    """
    The reason why a request was refused (RFC 9457).

    @ivar type: the address of its description.
    @ivar title: the reason for people, the same for all problems of a type; in the language that C{Accept-Language}
        asks for.
    @ivar status: the status of the answer.
    @ivar code: the reason for programs; a code never changes its meaning.
    @ivar detail: the reason for people, about this request.
    @ivar retryAfter: seconds after which the same request may work; absent: it never will.
    @ivar errors: the faults in the request, if that is the reason.
    @ivar ticket: what the next step of a log-in shows, if that is the reason.
    @ivar factors: what the user may show there.
    """

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    detail: str
    retryAfter: float | UnsetType = UNSET  # noqa: N815
    errors: list[Fault] = []
    ticket: str | UnsetType = UNSET
    factors: list[FactorName] = []


class Malformed(InvalidField):
    """
    A request does not fit its operation.

    @param field: the name of the field or parameter.
    @param fault: what is wrong, and where.
    """

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(field)
        self.fault = fault


def problem_of(error: Refused, language: Language, prefix: str = "") -> Problem:
    """
    @param prefix: the beginning of all the site's paths.
    @return: the problem document of an error.
    """
    retry = UNSET if error.retry_after is None else error.retry_after
    return Problem(
        type=f"{prefix}{PROBLEMS_PAGE}#{error.code}",
        title=getattr(error, language),
        status=error.status,
        code=error.code,
        detail=error.text(language),
        retryAfter=retry,
        errors=_faults(error),
        ticket=error.ticket if isinstance(error, SecondFactorNeeded | EnrolmentNeeded) else UNSET,
        factors=[*error.factors] if isinstance(error, SecondFactorNeeded) else [],
    )


def answer_problem(request: Request, error: Refused) -> bytes:
    """
    Answer a request with the problem document of an error.

    @return: the body, which the caller writes; the status and headers are set.
    """
    body = msgspec.json.encode(problem_of(error, speak(request), outside_of(request).prefix))
    request.setResponseCode(error.status)
    request.setHeader("Content-Type", CONTENT_TYPE)
    request.setHeader("Content-Length", str(len(body)))
    request.setHeader("Cache-Control", "no-store")
    if error.status == 401:
        # RFC 6750, 3: a request without a token gets no error code.
        invalid = ', error="invalid_token"' if request.requestHeaders.hasHeader("authorization") else ""
        request.setHeader("WWW-Authenticate", f'Bearer realm="hichat"{invalid}')
    say_when(request, error)
    return body


def _faults(error: Refused) -> list[Fault]:
    if isinstance(error, Malformed):
        return [error.fault]
    return [Fault(pointer=f"/{error.field}")] if isinstance(error, InvalidField | NameRefused) else []
