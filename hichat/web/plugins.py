"""
HTTP calls of plugins: what comes to C{/plugins/NAME/...} is passed on to the plugin's process, and its answer back.

The process is told who calls, in headers that the daemon takes from no caller; it does not see the caller's token and
cookies. The answer is bounded in time and bytes. Its pages are not of this site's origin for a browser (C{sandbox}): a
plugin's script could act for its reader otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import treq
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.logger import Logger
from twisted.web.client import ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.server import Request as AnyRequest

from hichat.accounts.users import User
from hichat.core.errors import Broken, NoSuchAddress, PluginAway, PluginLate, Refused, Unauthorized
from hichat.plugins.host import calls_path
from hichat.plugins.wire import ANSWER_LIMIT, CALL_SECONDS, CALLER_HEADER, CALLER_NAME_HEADER, SIDE_BY_SIDE
from hichat.runtime.doors import reachable
from hichat.web.credentials import bearer
from hichat.web.problems import answer_problem
from hichat.web.site import Request

if TYPE_CHECKING:
    from hichat.accounts.recognising import Recogniser

_PASSED_ON = ("accept", "accept-language", "content-type", "if-none-match", "if-modified-since", "user-agent")
"""Headers of a request that the plugin sees."""

_OTHER_SIGNATURES = "x-"
"""The beginning of further headers that it sees: signatures of hooks, for example."""

_TAKEN_BACK = (
    "content-type",
    "cache-control",
    "content-disposition",
    "etag",
    "last-modified",
    "location",
    "retry-after",
)
"""Headers of an answer that the caller sees."""

_IN_PATH = ":@!$&'()*+,;=~"
_IN_QUERY = "/:@!$&'()*+,;=~%?-._"

_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

MARGIN_SECONDS = 2.0
"""Seconds that the whole may take longer than the plugin itself."""


class TooLongAnswer(Exception):
    """The answer of a plugin has too many bytes."""


class PluginCalls(Resource):
    """
    C{/plugins}.

    @param names: the plugins that run here.
    """

    def __init__(self, reactor: Any, names: Iterable[str], state_dir: Path, recogniser: Recogniser) -> None:
        super().__init__()
        for name in names:
            self.putChild(name.encode("ascii"), _OnePlugin(reactor, name, state_dir, recogniser))

    def getChild(self, path: bytes, request: AnyRequest) -> Resource:
        """There is no such plugin."""
        return _NoPlugin()


class _NoPlugin(Resource):
    isLeaf = True

    def render(self, request: AnyRequest) -> bytes:
        return answer_problem(request, NoSuchAddress())


class _OnePlugin(Resource):
    isLeaf = True
    _log = Logger()

    def __init__(self, reactor: Any, name: str, state_dir: Path, recogniser: Recogniser) -> None:
        super().__init__()
        # Not imported at the top: treq would install a reactor.
        from hichat.plugins.door import door_agent

        self._reactor = reactor
        self._name = name
        self._path = calls_path(state_dir, name)
        self._recogniser = recogniser
        self._http: Any = None
        self._make = lambda: door_agent(reactor, reachable(self._path))
        self._under_way = 0

    def render(self, request: AnyRequest) -> int:
        """Pass a call on."""
        assert isinstance(request, Request)
        work = Deferred.fromCoroutine(self._answer(request))
        request.notifyFinish().addErrback(lambda _: work.cancel())
        work.addErrback(self._broken, request)
        return NOT_DONE_YET

    def _broken(self, failure: Any, request: Request) -> None:
        if not failure.check(CancelledError):
            self._log.failure("a call of the plugin {name} failed", failure, name=self._name)
            request.write(answer_problem(request, Broken()))
            request.finish()

    async def _answer(self, request: Request) -> None:
        try:
            response, body = await self._ask(request)
        except Refused as error:
            request.write(answer_problem(request, error))
            request.finish()
            return
        request.setResponseCode(response.code)
        for name in _TAKEN_BACK:
            for value in response.headers.getRawHeaders(name, ()):
                request.setHeader(name, value)
        request.setHeader("Content-Security-Policy", _SANDBOX)
        request.setHeader("X-Content-Type-Options", "nosniff")
        request.setHeader("Content-Length", str(len(body)))
        request.write(body)
        request.finish()

    async def _ask(self, request: Request) -> tuple[IResponse, bytes]:
        """
        @raise Unauthorized: there is a token, and it is not valid; or there is none, and the plugin wants one.
        @raise PluginAway: the plugin does not run, or has too much to do.
        @raise PluginLate: it does not answer in time.
        """
        token = bearer(request)
        user = (await self._recogniser.identify(token))[0] if token else None
        if user is not None:
            request.called_by(user.id)
        if self._under_way >= SIDE_BY_SIDE:
            raise PluginAway
        self._under_way += 1
        try:
            return await self._exchange(request, user)
        finally:
            self._under_way -= 1

    async def _exchange(self, request: Request, user: User | None) -> tuple[IResponse, bytes]:
        if self._http is None:
            self._http = self._make()
        assert request.content is not None
        target = target_of(request.postpath or (), request.uri.partition(b"?")[2])
        work = self._http.request(
            request.method.decode("ascii"),
            target,
            headers=_headers(request, user),
            data=request.content.read(),
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,
        )
        whole = Deferred.fromCoroutine(_whole(work)).addTimeout(CALL_SECONDS + MARGIN_SECONDS, self._reactor, _late)
        try:
            response, body = await whole
        except (ConnectError, ConnectionClosed, ResponseFailed, OSError) as error:
            if any(reason.check(CancelledError) for reason in getattr(error, "reasons", ())):
                raise CancelledError from None  # the caller has gone
            raise PluginAway from None
        except TooLongAnswer:
            self._log.warn(
                "an answer of the plugin {name} is longer than {limit} bytes", name=self._name, limit=ANSWER_LIMIT
            )
            raise PluginAway from None
        if response.code == 401 and user is None:
            raise Unauthorized
        if response.code == 504:
            raise PluginLate
        return response, body


def _late(_result: object, _seconds: float) -> NoReturn:
    raise PluginLate


def target_of(path: Iterable[bytes], query: bytes) -> str:
    """
    @param path: the parts of the path that the plugin is asked for, decoded.
    @param query: as it came; empty: there is none.
    @return: the URL at the plugin's door.
    """
    below = "/".join(quote(part, safe=_IN_PATH) for part in path)
    return f"http://plugin/{below}" + (f"?{quote(query, safe=_IN_QUERY)}" if query else "")


def _headers(request: Request, user: User | None) -> Headers:
    headers = Headers()
    for name, values in request.requestHeaders.getAllRawHeaders():
        lowered = name.decode("latin-1").lower()
        if lowered in _PASSED_ON or lowered.startswith(_OTHER_SIGNATURES):
            headers.setRawHeaders(name, values)
    headers.setRawHeaders("Connection", ["close"])
    headers.setRawHeaders(CALLER_HEADER, [str(user.id if user is not None else 0)])
    headers.setRawHeaders(CALLER_NAME_HEADER, [quote(user.name) if user is not None else ""])
    return headers


async def _whole(work: Deferred[IResponse]) -> tuple[IResponse, bytes]:
    """@raise TooLongAnswer: the body is longer than L{ANSWER_LIMIT}."""
    response = await work
    pieces: list[bytes] = []
    size = 0

    def take(piece: bytes) -> None:
        nonlocal size
        size += len(piece)
        if size > ANSWER_LIMIT:
            raise TooLongAnswer
        pieces.append(piece)

    await treq.collect(response, take)
    return response, b"".join(pieces)
