"""From HTTP to WebSocket: who asks is authenticated first, then the gateway takes the connection over."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from autobahn.twisted.resource import WebSocketResource
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.accounts.tokens import Claims
from hichat.errors import Busy, ForeignOrigin, Language, SignedOut, StoreAway, TooManyConnections, Unauthorized
from hichat.gateway.protocol import ChatFactory, ChatProtocol, V1Protocol, V2Protocol
from hichat.places import Place
from hichat.routing import Met
from hichat.web.answers import say_when
from hichat.web.api.problems import answer_problem
from hichat.web.credentials import bearer
from hichat.web.outside import outside_of
from hichat.web.site import Request as SiteRequest
from hichat.web.site import answer_json, language

_log = Logger()


class SocketResource(Resource):
    """
    C{GET /v1/user/SendUserMsg?userId=U&token=T}.

    @param claims: gives what the token of a request says; raises L{Unauthorized}.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory, claims: Callable[[Request], Claims]) -> None:
        super().__init__()
        self._factory = factory
        self._claims = claims

    def render_GET(self, request: Request) -> int:
        """Authenticate, then upgrade; without a good token 401 (v1 contract, Conventions)."""
        work = Deferred.fromCoroutine(self._upgrade(request))
        request.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, request)
        return NOT_DONE_YET

    async def _upgrade(self, request: Request) -> None:
        try:
            claims = self._claims(request)
            # Whether that is so is seen with what is needed of the user anyway.
            met = await self._factory.routing.meet(claims.user, claims.generation)
        except (Unauthorized, SignedOut):
            answer_json(request, {"message": Unauthorized().text(language(request))}, 401)
            return
        if self._factory.roster.is_full(claims.user):
            answer_json(request, {"message": TooManyConnections().text(language(request))}, TooManyConnections.status)
            return
        place = cast(SiteRequest, request).leave()
        admission = _Admission(self._factory, place, claims, met, language(request))
        if WebSocketResource(admission).render(request) != NOT_DONE_YET:
            request.finish()

    def _failed(self, failure: Failure, request: Request) -> None:
        if failure.check(CancelledError):
            return
        error = failure.value if isinstance(failure.value, StoreAway) else Busy()
        if isinstance(error, Busy):
            _log.failure("a WebSocket could not be opened", failure)
        if request.channel is not None and request.channel.transport is not None:
            say_when(request, error)
            answer_json(request, {"message": error.text(language(request))}, error.status)


class _Admission:
    """Stands in for the factory, for one connection whose user is known."""

    def __init__(self, factory: ChatFactory, place: Place, claims: Claims, met: Met, language: Language) -> None:
        self._factory = factory
        self._place = place
        self._claims = claims
        self._met = met
        self._language = language

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        protocol = cast(V1Protocol, self._factory.buildProtocol(addr))
        protocol.place = self._place
        protocol.admit(self._claims.user, self._claims.generation, self._met, self._language)
        return protocol


class SocketV2Resource(Resource):
    """
    C{GET /v2/ws}: anybody may connect; an C{Authorization: Bearer} header (RFC 6750) or the first frame says
    who it is. A browser's page must be of this server: L{Outside.check_origin}.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory) -> None:
        super().__init__()
        self._factory = factory

    def render_GET(self, request: Request) -> bytes | int:
        """Upgrade, if no page elsewhere asks."""
        try:
            outside_of(request).check_origin(request)
        except ForeignOrigin as e:
            return answer_problem(request, e)
        place = cast(SiteRequest, request).leave()
        admission = _V2Admission(self._factory, place, bearer(request), language(request))
        return WebSocketResource(admission).render(request)


class _V2Admission:
    """Stands in for the factory, for one connection."""

    def __init__(self, factory: ChatFactory, place: Place, token: str, language: Language) -> None:
        self._factory = factory
        self._place = place
        self._token = token
        self._language = language

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        protocol = cast(V2Protocol, self._factory.buildProtocol(addr))
        protocol.place = self._place
        protocol.admit(self._token, self._language)
        return protocol
