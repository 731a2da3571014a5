"""From HTTP to WebSocket: who asks is authenticated first, then the gateway takes the connection over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from autobahn.twisted.resource import WebSocketResource
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.errors import Busy, Language, Unauthorized
from hichat.gateway.protocol import ChatFactory, ChatProtocol, V1Protocol, V2Protocol
from hichat.web.credentials import bearer
from hichat.web.site import answer_json, language

if TYPE_CHECKING:
    from hichat.accounts.users import User

_log = Logger()


class SocketResource(Resource):
    """
    C{GET /v1/user/SendUserMsg?userId=U&token=T}.

    @param authenticate: gives the user who makes a request; raises L{Unauthorized}.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory, authenticate: Callable[[Request], Awaitable[User]]) -> None:
        super().__init__()
        self._factory = factory
        self._authenticate = authenticate

    def render_GET(self, request: Request) -> int:
        """Authenticate, then upgrade; without a good token 401 (v1 contract, Conventions)."""
        work = Deferred.fromCoroutine(self._upgrade(request))
        request.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, request)
        return NOT_DONE_YET

    async def _upgrade(self, request: Request) -> None:
        try:
            user = await self._authenticate(request)
        except Unauthorized as e:
            answer_json(request, {"message": e.text(language(request))}, 401)
            return
        if WebSocketResource(_Admission(self._factory, user, language(request))).render(request) != NOT_DONE_YET:
            request.finish()

    def _failed(self, failure: Failure, request: Request) -> None:
        if failure.check(CancelledError):
            return
        _log.failure("a WebSocket could not be opened", failure)
        if request.channel is not None and request.channel.transport is not None:
            answer_json(request, {"message": Busy().text(language(request))}, 503)


class _Admission:
    """Stands in for the factory, for one connection whose user is known."""

    def __init__(self, factory: ChatFactory, user: User, language: Language) -> None:
        self._factory = factory
        self._user = user
        self._language = language

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        protocol = cast(V1Protocol, self._factory.buildProtocol(addr))
        protocol.admit(self._user.id, self._user.generation, self._language)
        return protocol


class SocketV2Resource(Resource):
    """
    C{GET /v2/ws}: anybody may connect; an C{Authorization: Bearer} header (RFC 6750) or the first frame says
    who it is.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory) -> None:
        super().__init__()
        self._factory = factory

    def render_GET(self, request: Request) -> bytes | int:
        """Upgrade."""
        admission = _V2Admission(self._factory, bearer(request), language(request))
        return WebSocketResource(admission).render(request)


class _V2Admission:
    """Stands in for the factory, for one connection."""

    def __init__(self, factory: ChatFactory, token: str, language: Language) -> None:
        self._factory = factory
        self._token = token
        self._language = language

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        protocol = cast(V2Protocol, self._factory.buildProtocol(addr))
        protocol.admit(self._token, self._language)
        return protocol
