"""
A Matterbridge, over its API: the stream of what others say, and posting what people here say.

The stream says nothing while nobody speaks, so a connection whose other end is gone is noticed by TCP's own probes.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

import msgspec
import treq
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import (
    URI,
    Agent,
    BrowserLikePolicyForHTTPS,
    HostnameCachingHTTPSPolicy,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseDone,
    ResponseFailed,
)
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from hichat.bridges.wire import NotUnderstood, RemoteMessage, understand_line
from hichat.client.wire import Address, ClientError

STREAM_LINE_LIMIT = 64 * 1024 * 1024
"""The most bytes of a line of the stream: a file of 48 MiB in base64. A longer line is left out."""

REMOTE_TIMEOUT = 15.0
"""Seconds for a connection, and for the head of an answer."""

POST_TIMEOUT = 60.0
"""Seconds for the whole of a post."""

_PROBES = {socket.TCP_KEEPIDLE: 30, socket.TCP_KEEPINTVL: 10, socket.TCP_KEEPCNT: 3}
"""After 30 s of silence TCP asks, and after a minute without any answer the connection is over."""

_NETWORK = (
    OSError,
    ConnectError,
    ConnectionClosed,
    ResponseFailed,
    RequestTransmissionFailed,
    RequestGenerationFailed,
    TimeoutError,
)


class RemoteAway(Exception):
    """Matterbridge does not answer, or not yet: try again later. The text says why."""


class RemoteRefuses(Exception):
    """Matterbridge does not take this message; it would not later."""


class RemoteLocked(ClientError):
    """Matterbridge does not let this bridge in."""


class Matterbridge:
    """
    @param url: where its API listens, such as C{http://127.0.0.1:4242}.
    @param token: the C{Token} of its settings; empty: it has none.
    @param agent: makes the requests; for tests.
    @raise ClientError: the URL is none.
    """

    def __init__(self, reactor: Any, url: str, token: str, agent: Any = None) -> None:
        self.address = Address.parse(url)
        self._reactor = reactor
        self._http = HTTPClient(agent or Agent.usingEndpointFactory(reactor, _ProbedEndpoints(reactor)))
        self._headers = {"User-Agent": "hichat"} | ({"Authorization": f"Bearer {token}"} if token else {})

    async def post(self, message: RemoteMessage) -> RemoteMessage:
        """
        @return: the message as Matterbridge took it.
        @raise RemoteAway: it is not known whether it took it.
        @raise RemoteRefuses: it does not take it.
        @raise RemoteLocked: the token is wrong.
        """
        body = msgspec.json.encode(message)
        headers = {"Content-Type": "application/json"}
        status, answer = await self._in_time(self._exchange("POST", "/api/message", headers, body), POST_TIMEOUT)
        if status != 200:
            raise self._judge(status, answer)
        try:
            return understand_line(answer)
        except NotUnderstood:
            raise RemoteLocked(f"{self.address.http} does not answer as a Matterbridge's API") from None

    async def listen(self, opened: Callable[[], None], take: Callable[[list[bytes]], None], pace: Pace) -> None:
        """
        Read the stream until it ends.

        @param opened: called when the stream has begun.
        @param take: called with the lines that have come; they are whole.
        @param pace: pauses the stream.
        @raise RemoteAway: there is no stream, or it has broken off. Without this it has ended in order.
        @raise RemoteLocked: the token is wrong, or this is no Matterbridge.
        """
        response = await self._in_time(self._request("GET", "/api/stream"), REMOTE_TIMEOUT)
        if response.code != 200:
            answer = await self._in_time(treq.content(response), REMOTE_TIMEOUT)
            raise self._judge(response.code, answer)
        opened()
        lines = _Lines(take, pace)
        response.deliverBody(lines)
        try:
            await lines.over
        except _NETWORK as error:
            raise RemoteAway(_reason(error)) from error

    async def _exchange(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        response = await self._request(method, path, headers, body)
        return response.code, await treq.content(response)

    async def _request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> IResponse:
        found: IResponse = await self._http.request(
            method,
            self.address.http + path,
            headers=Headers({name: [value] for name, value in (self._headers | (headers or {})).items()}),
            data=body,
            allow_redirects=False,  # a redirect would carry the token elsewhere
            unbuffered=True,
            reactor=self._reactor,
        )
        return found

    async def _in_time(self, work: Any, seconds: float) -> Any:
        try:
            started = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
            return await started.addTimeout(seconds, self._reactor)
        except (*_NETWORK, CancelledError) as error:
            raise RemoteAway(_reason(error)) from error

    def _judge(self, status: int, answer: bytes) -> Exception:
        """@return: what an answer without success means."""
        if status in (401, 403) or (status == 400 and b"missing key" in answer):
            return RemoteLocked(
                f"{self.address.http} refuses the token: give the Token of its section [api.…] by "
                "HICHAT_MATTERBRIDGE_TOKEN or --matterbridge-token-file"
            )
        if status in (404, 405):
            return RemoteLocked(f"{self.address.http} is no Matterbridge's API: it has no /api/stream or /api/message")
        if status < 500 and status not in (408, 425, 429):
            return RemoteRefuses(f"HTTP status {status}")
        return RemoteAway(f"HTTP status {status}")


class Pace:
    """Pauses a stream while too much waits; between two streams it remembers that."""

    def __init__(self) -> None:
        self._transport: Any = None
        self.is_paused = False

    def attach(self, transport: Any) -> None:
        """A stream has begun; C{None}: it has ended."""
        self._transport = transport
        if transport is not None and self.is_paused:
            transport.pauseProducing()

    def pause(self) -> None:
        """Read nothing more for now."""
        if not self.is_paused:
            self.is_paused = True
            if self._transport is not None:
                self._transport.pauseProducing()

    def resume(self) -> None:
        """Go on."""
        if self.is_paused:
            self.is_paused = False
            if self._transport is not None:
                self._transport.resumeProducing()


class _Lines(Protocol):
    """
    Cuts a body into lines.

    @ivar over: fires when the body has ended; fails with the reason if it has broken off.
    """

    def __init__(self, take: Callable[[list[bytes]], None], pace: Pace) -> None:
        self._take = take
        self._pace = pace
        self._parts: list[bytes] = []
        self._size = 0
        self._skips = False
        self.over: Deferred[None] = Deferred(lambda _: self._hang_up())

    def connectionMade(self) -> None:
        self._pace.attach(self.transport)

    def dataReceived(self, data: bytes) -> None:
        *ended, rest = data.split(b"\n")
        found = []
        for part in ended:
            self._add(part)
            line = b"".join(self._parts).strip()
            if line and not self._skips:
                found.append(line)
            self._parts, self._size, self._skips = [], 0, False
        self._add(rest)
        if found:
            try:
                self._take(found)
            except Exception:
                # Nothing more may be taken from Matterbridge, which forgets what it has written.
                failure = Failure()
                self._hang_up()
                self._end(failure)

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > STREAM_LINE_LIMIT:
            self._parts, self._skips = [], True
        elif part:
            self._parts.append(part)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._pace.attach(None)
        self._end(None if reason.check(ResponseDone, PotentialDataLoss) else reason)

    def _end(self, failure: Failure | None) -> None:
        if not self.over.called:
            if failure is None:
                self.over.callback(None)
            else:
                self.over.errback(failure)

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


@implementer(IAgentEndpointFactory)
class _ProbedEndpoints:
    """The endpoints of an agent; TCP probes their connections while they say nothing."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._policy = HostnameCachingHTTPSPolicy(BrowserLikePolicyForHTTPS())

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802
        """See L{IAgentEndpointFactory.endpointForURI}."""
        host = uri.host.decode("ascii").strip("[]")
        endpoint: IStreamClientEndpoint = _Probed(HostnameEndpoint(self._reactor, host, uri.port, REMOTE_TIMEOUT))
        if uri.scheme == b"https":
            endpoint = wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


@implementer(IStreamClientEndpoint)
class _Probed:
    def __init__(self, endpoint: IStreamClientEndpoint) -> None:
        self._endpoint = endpoint

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803
        """See L{IStreamClientEndpoint.connect}."""
        return self._endpoint.connect(protocolFactory).addCallback(_probed)


def _probed(protocol: Any) -> Any:
    protocol.transport.setTcpKeepAlive(True)
    handle = protocol.transport.getHandle()
    for option, value in _PROBES.items():
        handle.setsockopt(socket.IPPROTO_TCP, option, value)
    return protocol


def _reason(error: BaseException) -> str:
    reasons = getattr(error, "reasons", None)
    if reasons:
        return _reason(reasons[0].value)
    if isinstance(error, CancelledError | TimeoutError):
        return "no answer in time"
    return re.sub(r"\s+", " ", str(error)).rstrip(".") or type(error).__name__
