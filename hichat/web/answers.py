"""
Answers in JSON; a refusal has the form that all of the site has, but for C{/v2}: see L{hichat.web.problems}. Hooks are
answered in plain text.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import msgspec

from hichat.core.errors import Language, Refused
from hichat.core.words import DEFAULT
from hichat.web.compression import pack
from hichat.web.languages import language_of

if TYPE_CHECKING:
    from twisted.web.http import Request

_SLACKS_WORDS = {"group_archived": "channel_is_archived", "too_many_requests": "rate_limited"}
"""Codes for which Slack's clients, which call hooks, know other words."""

FAILED = -1
"""The C{code} of a failure; that of a success is 0."""


def language(request: Request, default: Language = DEFAULT) -> Language:
    """
    @param default: the language if the request asks for none that the server has.
    @return: the language in which a request asks for its answer.
    """
    given = request.requestHeaders.getRawHeaders(b"Accept-Language")
    return language_of(b",".join(given).decode("latin-1") if given else None, default)


def speak(request: Request, default: Language = DEFAULT) -> Language:
    """
    Let the head of a request's answer tell the language of the sentences in its body (RFC 9110, 8.5 and 12.5.5).

    @param default: see L{language}.
    @return: that language.
    """
    found = language(request, default)
    request.setHeader(b"Content-Language", found.encode())
    request.responseHeaders.addRawHeader(b"Vary", b"Accept-Language")
    return found


def to_json(request: Request, value: object, status: int = 200, is_compressed: bool = False) -> bytes:
    """
    Set up a request's answer: the status, and the headers of a body with C{value}.

    @param status: the HTTP status.
    @param is_compressed: whether the body may be compressed; see L{hichat.web.compression} for what may not.
    @return: the body, which the caller writes.
    """
    body = msgspec.json.encode(value)
    if is_compressed:
        body = pack(request, body)
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", b"application/json; charset=utf-8")
    request.setHeader(b"Content-Length", b"%d" % len(body))
    # Answers are private to a user, and the URLs of v1 contain the token.
    request.setHeader(b"Cache-Control", b"no-store")
    return body


def say_when(request: Request, error: Refused) -> None:
    """Set C{Retry-After} (RFC 9110, 10.2.3), if it is known when the request may succeed."""
    if error.retry_after is not None:
        request.setHeader(b"Retry-After", b"%d" % max(1, ceil(error.retry_after)))


def answer_json(request: Request, value: object, status: int = 200) -> None:
    """Answer a request with C{value}; see L{to_json}."""
    request.write(to_json(request, value, status))
    request.finish()


def to_text(request: Request, text: str, status: int = 200) -> bytes:
    """
    Set up a request's answer, of plain text.

    @return: the body, which the caller writes.
    """
    body = text.encode()
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    request.setHeader(b"Content-Length", b"%d" % len(body))
    request.setHeader(b"Cache-Control", b"no-store")
    return body


def answer_in_words(request: Request, error: Refused) -> bytes:
    """
    Answer a call of a hook with an error: its code, and the reason.

    @return: the body, which the caller writes.
    """
    say_when(request, error)
    text = f"{_SLACKS_WORDS.get(error.code, error.code)}: {error.text(speak(request))}\n"
    return to_text(request, text, error.status)


def failed(message: str) -> dict[str, Any]:
    """@return: the body that tells of a failure."""
    return {"code": FAILED, "message": message}


def refused(request: Request, error: Refused) -> dict[str, Any]:
    """@return: the body that tells of an error, in the request's language."""
    return failed(error.text(speak(request)))
