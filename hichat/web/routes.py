"""
Finds the handler for a request's method and path. werkzeug's L{Map} does the matching.

By werkzeug's rules, a route for GET takes HEAD too, a slash at the end of a path makes it another path, and a parameter
is one segment of the path.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter, Rule

from hichat.web.site import Request, shown_path


class Route(NamedTuple):
    """
    A method and a path, with their handler.

    @ivar path: with parameters, such as C{/v2/users/<user>}: see werkzeug's L{Rule}.
    @ivar handler: called with the request, and with the parameters by their names. It returns the answer's body, or a
        leaf that renders the request.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[bytes | Resource]]


@cache
def _matcher(rules: tuple[tuple[str, str], ...]) -> MapAdapter:
    """
    @param rules: methods with their paths. To compile all of the API's takes 30 ms: the same ones are compiled once.
    @return: finds the place of a rule in C{rules}.
    """
    found = Map([Rule(path, methods=[method], endpoint=place) for place, (method, path) in enumerate(rules)])
    # The routes do not depend on the host.
    return found.bind("localhost")


class Routes(Resource):
    """
    A leaf resource that calls the handler of a request's route.

    @param not_routed: makes the body of the answer if there is no such route. It is called with the request and the
        methods that the path takes, in order; empty: there is no such path.
    @param broken: makes the body of the answer if a handler failed.
    """

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        routes: Iterable[Route],
        not_routed: Callable[[Request, Sequence[str]], bytes],
        broken: Callable[[Request, Failure], bytes],
    ) -> None:
        super().__init__()
        routes = [*routes]
        self._handlers = [route.handler for route in routes]
        self._map = _matcher(tuple((route.method, route.path) for route in routes))
        # Where a path's name stands in another route's parameter, it has its own methods only.
        self._named: dict[str, set[str]] = {}
        for route in routes:
            if "<" not in route.path:
                methods = {route.method, "HEAD"} if route.method == "GET" else {route.method}
                self._named.setdefault(route.path.strip("/"), set()).update(methods)
        self._not_routed = not_routed
        self._broken = broken

    def render(self, request: Request) -> int:
        """Call the handler. If the client goes away, the handler is cancelled."""
        finished = request.notifyFinish()
        answering = Deferred.fromCoroutine(self._answer(request, finished))
        finished.addErrback(lambda _: answering.cancel())
        answering.addErrback(lambda failure: self._log.failure("an answer cannot be written", failure))
        return NOT_DONE_YET

    async def _answer(self, request: Request, finished: Deferred[None]) -> None:
        try:
            answer = await self._call(request)
            if isinstance(answer, Resource):
                request.render(answer)
                return
        except Exception as e:
            if finished.called:
                if not isinstance(e, CancelledError):
                    self._log.failure("{path} failed after its client had gone", path=shown_path(request))
                return
            answer = self._broken(request, Failure())
        request.write(answer)
        if not finished.called:
            request.finish()

    async def _call(self, request: Request) -> bytes | Resource:
        segments = request.postpath or []
        try:
            path, method = b"/".join(segments).decode("utf-8"), request.method.decode("ascii").upper()
            if method not in self._named.get(path, (method,)):
                return self._not_routed(request, sorted(self._named[path]))
            place, parameters = self._map.match(path, method)
        except HTTPException as e:
            return self._not_routed(request, sorted(getattr(e, "valid_methods", None) or ()))
        # The handler's route is the whole path.
        request.prepath, request.postpath = [*(request.prepath or ()), *segments], []
        answer: bytes | Resource = await self._handlers[place](request, **parameters)
        return answer
