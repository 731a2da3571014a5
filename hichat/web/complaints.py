"""Error answers to requests outside of any call, in the form of the part of the site to which the path belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from hichat.core.errors import Refused
from hichat.web.answers import answer_in_words, refused, say_when, to_json
from hichat.web.problems import answer_problem

if TYPE_CHECKING:
    from twisted.web.http import Request

HOOKS_PATH = b"/hooks/"
"""The beginning of the addresses of hooks."""

Complain = Callable[["Request", Refused], bytes]
"""Sets the status and headers of a request's answer for an error, and returns the body, which the caller writes."""


def complain(request: Request, error: Refused) -> bytes:
    """
    Answer a request with an error: below C{/v2} with a problem document, below C{/hooks} in words, elsewhere in the
    form that the site sets.

    @return: the body, which the caller writes; the status and headers are set.
    """
    if request.path == b"/v2" or request.path.startswith(b"/v2/"):
        return answer_problem(request, error)
    if request.path.startswith(HOOKS_PATH):
        return answer_in_words(request, error)
    return cast(_Channel, request.channel).site.complain(request, error)


def complain_plainly(request: Request, error: Refused) -> bytes:
    """The L{Complain} of a site that sets no form: the JSON of L{hichat.web.answers.failed}."""
    say_when(request, error)
    return to_json(request, refused(request, error), error.status)


class _Site(Protocol):
    """The part of the site that L{complain} uses."""

    complain: Complain


class _Channel(Protocol):
    """The connection of a request."""

    site: _Site
