"""From HTTP to WebSocket: who asks is authenticated first, then the gateway takes the connection over."""

from __future__ import annotations

from typing import cast

from autobahn.twisted.resource import WebSocketResource
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.accounts.accounts import Accounts
from hichat.accounts.tokens import Claims
from hichat.core.errors import (
    BodyNotTaken,
    Busy,
    ForeignOrigin,
    SignedOut,
    StoreAway,
    TooManyConnections,
    Unauthorized,
    UpgradeNeeded,
)
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol, V1Protocol, V2Protocol
from hichat.pipeline.routing.delivery import Met
from hichat.web.answers import say_when
from hichat.web.complaints import complain
from hichat.web.credentials import bearer, credentials
from hichat.web.outside import outside_of
from hichat.web.problems import answer_problem
from hichat.web.site import Request as SiteRequest
from hichat.web.site import answer_json, language

_log = Logger()

VERSION = b"13"
"""Of the WebSocket protocol (RFC 6455, 4.1)."""


class _Once:
    """
    Stands in for a factory, for one connection.

    @ivar protocol: what it has made.
    """

    protocol: ChatProtocol | None = None

    def __init__(self, factory: ChatFactory, request: Request) -> None:
        self._factory = factory
        self._request = request

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        """@return: a protocol whose client is known, as far as it is."""
        protocol = self._factory.buildProtocol(addr)
        protocol.place = cast(SiteRequest, self._request).leave()
        self.admit(protocol)
        self.protocol = protocol
        return protocol

    def admit(self, protocol: ChatProtocol) -> None:
        """Tell it who its client is."""
        raise NotImplementedError


def _check(request: Request) -> bytes | None:
    """
    See whether a request may open a WebSocket, in what Autobahn does not look at, or not closely.

    @return: the answer, if it may not.
    """
    versions = request.requestHeaders.getRawHeaders(b"Sec-WebSocket-Version", [])
    if request.clientproto != b"HTTP/1.1" or any(version.strip() != VERSION for version in versions):
        request.setHeader(b"Upgrade", b"websocket")
        request.setHeader(b"Sec-WebSocket-Version", VERSION)
        return complain(request, UpgradeNeeded())
    assert request.content is not None
    if request.content.read(1):
        return complain(request, BodyNotTaken())
    return None


def _take_over(request: Request, admission: _Once) -> bytes | int:
    """
    Let Autobahn have the connection, and also what has come behind the request: twisted.web keeps it for a request
    that it thinks is next.

    @return: C{NOT_DONE_YET}, or the answer of why not.
    """
    refusal = _check(request)
    if refusal is not None:
        return refusal
    channel = request.channel
    # No extension is taken, so none is looked at; and the header may come twice (RFC 6455, 11.3.2).
    request.requestHeaders.removeHeader(b"Sec-WebSocket-Extensions")
    answer: bytes | int = WebSocketResource(admission).render(request)
    held, channel._dataBuffer = channel._dataBuffer, []
    behind = b"".join(held) + channel.clearLineBuffer()
    if behind and admission.protocol is not None:
        admission.protocol.dataReceived(behind)
    if answer == NOT_DONE_YET:
        # The two refer to each other: only the search for garbage would find them, and they would wait for that.
        channel.requests.clear()
        request.notifications.clear()
    return answer


class SocketResource(Resource):
    """
    C{GET /v1/user/SendUserMsg?userId=U&token=T}.

    @param accounts: know whose a token is.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory, accounts: Accounts) -> None:
        super().__init__()
        self._factory = factory
        self._accounts = accounts

    def render_GET(self, request: Request) -> int:
        """Authenticate, then upgrade; without a good token 401 (v1 contract, Conventions)."""
        work = Deferred.fromCoroutine(self._upgrade(request))
        request.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, request)
        return NOT_DONE_YET

    async def _upgrade(self, request: Request) -> None:
        try:
            claims = await self._accounts.arriving(*credentials(request))
            token = {"login": claims.session, "bound": claims.device}
            # Whether that is so is seen with what is needed of the user anyway.
            met = await self._factory.routing.meet(claims.user, claims.generation, **token)
        except (Unauthorized, SignedOut):
            answer_json(request, {"message": Unauthorized().text(language(request))}, 401)
            return
        if self._factory.roster.is_full(claims.user):
            answer_json(request, {"message": TooManyConnections().text(language(request))}, TooManyConnections.status)
            return
        self._accounts.note_use(claims.device, met.arrived.used_at)
        admission = _Admission(self._factory, request, claims, met)
        answer = _take_over(request, admission)
        if isinstance(answer, bytes):
            request.write(answer)
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


class _Admission(_Once):
    """Stands in for the factory, for one connection whose user is known."""

    def __init__(self, factory: ChatFactory, request: Request, claims: Claims, met: Met) -> None:
        super().__init__(factory, request)
        self._claims = claims
        self._met = met

    def admit(self, protocol: ChatProtocol) -> None:
        """See L{_Once.admit}."""
        claims, said = self._claims, language(self._request)
        arrived = cast(V1Protocol, protocol)
        arrived.admit(claims.user, claims.generation, self._met, said, claims.device, claims.session)


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
        return _take_over(request, _V2Admission(self._factory, request, bearer(request)))


class _V2Admission(_Once):
    """Stands in for the factory, for one connection."""

    def __init__(self, factory: ChatFactory, request: Request, token: str) -> None:
        super().__init__(factory, request)
        self._token = token

    def admit(self, protocol: ChatProtocol) -> None:
        """See L{_Once.admit}."""
        cast(V2Protocol, protocol).admit(self._token, language(self._request))
