"""Answers to requests that no call has taken: each part of the site says no in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hichat.errors import FormTooLarge, Refused
from hichat.web.answers import failed_in_both_spellings, language, refused, to_json
from hichat.web.api.problems import answer_problem

if TYPE_CHECKING:
    from twisted.web.http import Request


def complain(request: Request, error: Refused) -> bytes:
    """
    Make an error the answer.

    @return: the body, whose headers are set.
    """
    if request.path == b"/v2" or request.path.startswith(b"/v2/"):
        return answer_problem(request, error)
    if isinstance(error, FormTooLarge):
        # Clients of v1 look at what came with status 200 only.
        return to_json(request, failed_in_both_spellings(error.text(language(request))))
    return to_json(request, refused(request, error), error.status)
