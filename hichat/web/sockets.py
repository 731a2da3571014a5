"""From HTTP to WebSocket: checks the opening handshake, then gives the connection to the gateway."""

from __future__ import annotations

from typing import cast

from autobahn.twisted.resource import WebSocketResource
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.core.errors import (
    BodyNotTaken,
    ForeignOrigin,
    UpgradeNeeded,
)
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.gateway.v2_connection import V2Protocol
from hichat.web.complaints import complain
from hichat.web.credentials import bearer, peer
from hichat.web.outside import outside_of
from hichat.web.problems import answer_problem
from hichat.web.site import Request as SiteRequest
from hichat.web.site import language

_log = Logger()

WEBSOCKET_VERSION = b"13"
"""The version of the WebSocket protocol (RFC 6455, 4.1)."""


class Admission:
    """
    Stands in for the gateway's factory, for one connection.

    @ivar protocol: the protocol that it has made; None: it has made none.
    """

    protocol: ChatProtocol | None = None

    def __init__(self, factory: ChatFactory, request: Request) -> None:
        self._factory = factory
        self._request = request

    def buildProtocol(self, addr: IAddress) -> ChatProtocol:
        """@return: a protocol that knows its client, as far as the handshake tells."""
        protocol = self._factory.buildProtocol(addr)
        protocol.slot = cast(SiteRequest, self._request).leave()
        protocol.came_from = peer(self._request).address
        self.admit(protocol)
        self.protocol = protocol
        return protocol

    def admit(self, protocol: ChatProtocol) -> None:
        """Tell the protocol its client."""
        raise NotImplementedError


def _check(request: Request) -> bytes | None:
    """
    Check the parts of an opening handshake that Autobahn checks not at all, or not strictly.

    @return: the answer of a refusal; None: the request may open a WebSocket.
    """
    versions = request.requestHeaders.getRawHeaders(b"Sec-WebSocket-Version", [])
    if request.clientproto != b"HTTP/1.1" or any(version.strip() != WEBSOCKET_VERSION for version in versions):
        request.setHeader(b"Upgrade", b"websocket")
        request.setHeader(b"Sec-WebSocket-Version", WEBSOCKET_VERSION)
        return complain(request, UpgradeNeeded())
    assert request.content is not None
    if request.content.read(1):
        return complain(request, BodyNotTaken())
    return None


def take_over(request: Request, admission: Admission) -> bytes | int:
    """
    Give Autobahn the connection, and also the bytes that have come behind the request, which twisted.web has kept as
    the next request.

    @return: C{NOT_DONE_YET}, or the answer of a refusal.
    """
    refusal = _check(request)
    if refusal is not None:
        return refusal
    channel = request.channel
    # The gateway takes no extension. The header is removed, because Autobahn would refuse one that comes twice, which
    # is allowed (RFC 6455, 11.3.2).
    request.requestHeaders.removeHeader(b"Sec-WebSocket-Extensions")
    answer: bytes | int = WebSocketResource(admission).render(request)
    held, channel._dataBuffer = channel._dataBuffer, []
    behind = b"".join(held) + channel.clearLineBuffer()
    if behind and admission.protocol is not None:
        admission.protocol.dataReceived(behind)
    if answer == NOT_DONE_YET:
        # The request and its channel refer to each other: without this they would wait for the garbage collector.
        channel.requests.clear()
        request.notifications.clear()
    return answer


class SocketV2Resource(Resource):
    """
    C{GET /v2/ws}: anybody may connect. The token is in an C{Authorization: Bearer} header (RFC 6750), or in the first
    frame. A browser's page must be of this server: L{Outside.check_origin}.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory) -> None:
        super().__init__()
        self._factory = factory

    def render_GET(self, request: Request) -> bytes | int:
        """Upgrade, unless a foreign page asks."""
        try:
            outside_of(request).check_origin(request)
        except ForeignOrigin as e:
            return answer_problem(request, e)
        return take_over(request, _V2Admission(self._factory, request, bearer(request)))


class _V2Admission(Admission):
    """Stands in for the factory, for one connection."""

    def __init__(self, factory: ChatFactory, request: Request, token: str) -> None:
        super().__init__(factory, request)
        self._token = token

    def admit(self, protocol: ChatProtocol) -> None:
        """See L{Admission.admit}."""
        cast(V2Protocol, protocol).admit(self._token, language(self._request))
