"""The client library at a site in memory: see L{tests.support.site}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone

from hichat.client.http import Api
from tests.support.site import Answer, SiteCase

SITE_URL = "http://chat.example"


class SiteHTTP:
    """
    Makes calls of v2, as treq does.

    @ivar ticket: that of the last refusal that had one.
    """

    def __init__(self, case: SiteCase) -> None:
        self._case = case
        self.ticket = ""

    def request(
        self, method: str, url: str, headers: Mapping[str, str], json: Any = None, **_more: Any
    ) -> Deferred[Any]:
        """@return: a Deferred that has fired with the answer."""
        answer = self._case.api(method, url.partition("/v2")[2], json, **headers)
        if answer.status == 401:
            self.ticket = answer.json.get("ticket", self.ticket)
        return succeed(SiteResponse(answer))


class SiteResponse:
    """An answer, as treq reads it."""

    def __init__(self, answer: Answer) -> None:
        self.code = answer.status
        self.length = len(answer.body)
        self._body = answer.body

    def deliverBody(self, protocol: Any) -> None:  # noqa: N802
        protocol.dataReceived(self._body)
        protocol.connectionLost(Failure(ResponseDone()))


def library_at(case: SiteCase) -> tuple[Api, SiteHTTP, Clock]:
    """@return: the library, what makes its calls, and its clock."""
    clock, http = Clock(), SiteHTTP(case)
    made: Any = http
    return Api(clock, SITE_URL, http=made, language="en"), http, clock
