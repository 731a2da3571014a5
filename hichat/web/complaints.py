"""Answers to requests that no call has taken: each part of the site says no in its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from hichat.core.errors import Refused
from hichat.web.answers import refused, say_when, to_json
from hichat.web.problems import answer_problem

if TYPE_CHECKING:
    from twisted.web.http import Request

Complain = Callable[["Request", Refused], bytes]
"""Makes an error the answer to a request, and returns the body."""


def complain(request: Request, error: Refused) -> bytes:
    """
    Make an error the answer: below C{/v2} as a problem document, elsewhere in the site's own way.

    @return: the body, whose headers are set.
    """
    if request.path == b"/v2" or request.path.startswith(b"/v2/"):
        return answer_problem(request, error)
    return cast(_Channel, request.channel).site.complain(request, error)


def complain_plainly(request: Request, error: Refused) -> bytes:
    """A L{Complain} for a site that has no way of its own."""
    say_when(request, error)
    return to_json(request, refused(request, error), error.status)


class _Site(Protocol):
    """The site, as far as it is needed here."""

    complain: Complain


class _Channel(Protocol):
    """The connection on which a request comes."""

    site: _Site
