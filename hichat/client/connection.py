"""
The WebSocket of v1, kept up for as long as the token is good::

    client = Client(reactor, "http://chat.example", credentials)
    await client.connected()
    await client.send(2, "hi")
    async for message in client.messages():
        ...

v1 has no acknowledgements: a message that was handed to a connection which then broke may or may not have arrived, and
nothing is ever sent twice. L{Client.close} with the WebSocket closing handshake is the one proof that a server has
read all that was sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from random import SystemRandom
from typing import Any
from urllib.parse import urlencode

import txaio
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.types import ConnectingRequest
from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IPushProducer, IStreamClientEndpoint
from zope.interface import implementer

from hichat.client.http import language_here
from hichat.client.wire import (
    GREETING,
    Address,
    Complaint,
    Credentials,
    Media,
    Message,
    NotConnected,
    Type,
    Unauthorized,
    decode,
    encode,
)
from hichat.errors import Language

MAX_INCOMING = 64 * 1024
"""Bytes of a frame that is taken: twice what a server takes."""

_QUIET_BEATS = 2
"""So many pings without a byte from the server, and the connection counts as dead."""


def backoff() -> Callable[[int], float]:
    """@return: from how often it failed in a row, how many seconds to wait: 1 to 30, each time a little different."""
    # The noise is several seconds wide: after a restart a thousand clients must not come back in the same one.
    return backoffPolicy(1.0, 26.0, 1.5, jitter=lambda: SystemRandom().uniform(-0.5, 4.0))


@implementer(IPushProducer)
class Gate:
    """
    Makes coroutines wait while it is shut. As a push producer it is shut while a transport has too much to write.
    """

    def __init__(self, shut: bool = False) -> None:
        self.shut = shut
        self._waiting: list[Deferred[None]] = []

    async def passed(self) -> None:
        """Wait until it is open."""
        while self.shut:
            waiting: Deferred[None] = Deferred()
            self._waiting.append(waiting)
            await waiting

    def pauseProducing(self) -> None:
        """Shut it."""
        self.shut = True

    def resumeProducing(self) -> None:
        """Open it."""
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    stopProducing = resumeProducing


class Inbox:
    """
    What has come and was not taken yet: an asynchronous iterator.

    It does not refuse anything: it says by L{full} and L{roomy} when to stop and to go on reading.

    @param limit: messages.
    @param taken: called after a message was taken.
    """

    def __init__(self, limit: int, taken: Callable[[], None]) -> None:
        self._limit = limit
        self._taken = taken
        self._items: deque[Message | Complaint] = deque()
        self._some = Gate(shut=True)
        self._ended = False
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._items)

    @property
    def full(self) -> bool:
        """Whether reading should stop."""
        return len(self._items) >= self._limit

    @property
    def roomy(self) -> bool:
        """Whether reading should go on."""
        return len(self._items) <= self._limit // 2

    def put(self, item: Message | Complaint) -> None:
        """One more has come."""
        self._items.append(item)
        self._some.resumeProducing()

    def end(self, error: Exception | None) -> None:
        """
        No more will come.

        @param error: raised after the last message was taken.
        """
        self._ended, self._error = True, error
        self._some.resumeProducing()

    def __aiter__(self) -> Inbox:
        return self

    async def __anext__(self) -> Message | Complaint:
        while not self._items:
            if self._ended:
                raise self._error or StopAsyncIteration
            self._some.pauseProducing()
            await self._some.passed()
        item = self._items.popleft()
        self._taken()
        return item


class Link(WebSocketClientProtocol):
    """
    One connection, as long as it lasts.

    Autobahn's own timers are off (they use a global clock): one timer here is the deadline of the opening, then the
    heartbeat, then the deadline of the closing.

    @ivar ready: the greeting has come, and no end has.
    @ivar writable: shut while too many bytes wait to be written.
    @ivar gone: open once the connection is lost.
    """

    # Autobahn writes the request, with the token in it, into its debug log: that level stays off here, for good.
    log = txaio.make_logger(level="info")

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.ready = False
        self.writable = Gate()
        self.gone = Gate(shut=True)
        self._client = client
        self._clock = client.reactor
        self._timer: Any = None
        self._quiet = 0
        self._paused = False
        self._closed_cleanly = False

    def connectionMade(self) -> None:
        """Autobahn's part is to send the request."""
        self._client.link = self
        self._set_timer(self._client.opening_timeout, self.drop)
        self.transport.registerProducer(self.writable, True)
        super().connectionMade()

    def onConnecting(self, transport_details: object) -> ConnectingRequest:
        """Autobahn asks what to request. Only here the token meets a URL."""
        return self._client.request()

    def dataReceived(self, data: bytes) -> None:
        """Whatever comes is a sign of life."""
        self._quiet = 0
        super().dataReceived(data)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """A frame has come. Autobahn has checked that it is UTF-8."""
        if isBinary:
            return
        text = payload.decode()
        if self.ready or text != GREETING:
            self._client.received(text)
        else:
            self.ready = True
            self._set_timer(self._client.heartbeat, self._beat)
            self._client.greeted()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is lost, or never came to be."""
        self._set_timer(None)
        was_ready, self.ready = self.ready, False
        self._closed_cleanly = wasClean and self.closedByMe
        status_line = getattr(self, "http_status_line", "").split()
        try:
            self._client.lost(was_ready, unauthorized=status_line[1:2] == ["401"])
        finally:
            self.writable.resumeProducing()
            self.gone.resumeProducing()

    def read(self, wanted: bool) -> None:
        """Stop reading, or go on. Autobahn still passes on what it has already read: up to 64 KiB of frames."""
        if wanted and self._paused:
            self._paused = False
            self.transport.resumeProducing()
        elif not wanted and not self._paused:
            self._paused = True
            self.transport.pauseProducing()

    def drop(self) -> None:
        """End it now, however it is."""
        self.transport.abortConnection()

    async def finish(self, timeout: float) -> bool:
        """
        End it with the closing handshake.

        @param timeout: seconds for that.
        @return: whether the server answered, and so has read all that was sent.
        """
        self.read(True)  # or the answer would not be seen
        self._set_timer(timeout, self.drop)
        if self.ready:
            self.sendClose(1000)
        else:
            self.drop()
        await self.gone.passed()
        return self._closed_cleanly

    def _beat(self) -> None:
        """Ask for a sign of life. A connection that is not read cannot give one."""
        self._set_timer(self._client.heartbeat, self._beat)
        if self._paused:
            return
        self._quiet += 1
        if self._quiet > _QUIET_BEATS or self.state != self.STATE_OPEN:
            self.drop()
        else:
            self.sendPing()

    def _set_timer(self, seconds: float | None, call: Callable[[], None] | None = None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None if seconds is None else self._clock.callLater(seconds, call)


class Client:
    """
    A user's connection to a server. It begins with the first L{connected}, and comes back whenever it is lost, until
    L{close} or until the server does not take the token any more.

    @param reactor: for sockets and time.
    @param server: the server's URL; see L{Address.parse}.
    @param credentials: from a login.
    @param endpoint: how to reach it, if not by the URL.
    @param on_state: called with True on every greeting, with False when a greeted connection was lost.
    @param inbox_limit: messages that wait to be taken; at that number the connection is not read any more, at half of
        it again. What was already read still comes on top: 64 KiB of frames at most.
    @param opening_timeout: seconds from the TCP connection to the greeting.
    @param heartbeat: seconds between pings; after three without any answer the connection counts as lost.
    @param retry: from how often it failed in a row, how many seconds to wait.
    @raise ClientError: the URL is none.
    """

    def __init__(
        self,
        reactor: Any,
        server: str,
        credentials: Credentials,
        *,
        endpoint: IStreamClientEndpoint | None = None,
        on_state: Callable[[bool], None] = lambda connected: None,
        inbox_limit: int = 256,
        opening_timeout: float = 15,
        heartbeat: float = 30,
        retry: Callable[[int], float] | None = None,
        language: Language | None = None,
    ) -> None:
        self.reactor = reactor
        self.opening_timeout = opening_timeout
        self.heartbeat = heartbeat
        self.link: Link | None = None
        self._address = Address.parse(server)
        self._credentials = credentials
        self._language = language or language_here()
        self._on_state = on_state
        self._retry = retry or backoff()
        self._failures = 0
        self._ready = Gate(shut=True)
        self._stopped: Exception | None = None
        self._inbox = Inbox(inbox_limit, self._regulate)
        factory = WebSocketClientFactory(reactor=reactor)
        factory.noisy = False
        factory.protocol = partial(Link, self)
        factory.setProtocolOptions(
            failByDrop=False,
            maxFramePayloadSize=MAX_INCOMING,
            maxMessagePayloadSize=MAX_INCOMING,
            openHandshakeTimeout=0,
            closeHandshakeTimeout=0,
            serverConnectionDropTimeout=0,
        )
        self._service = ClientService(endpoint or self._endpoint(), factory, self._wait, reactor)

    async def connected(self) -> None:
        """
        Wait until there is a connection and the server has greeted.

        @raise Unauthorized: the token is not good any more.
        @raise NotConnected: L{close} was called.
        """
        if self._stopped is None and not self._service.running:
            self._service.startService()
        await self._ready.passed()
        if self._stopped is not None:
            raise self._stopped

    def messages(self) -> Inbox:
        """
        @return: an asynchronous iterator over what comes, complaints of the server too. It goes on over reconnections
            and stops after L{close}. There is one queue: two iterators share it.
        @raise Unauthorized: while iterating: the token is not good any more.
        """
        return self._inbox

    async def send(
        self,
        target: int,
        content: str = "",
        *,
        type: Type = Type.PRIVATE,
        media: Media = Media.TEXT,
        url: str = "",
        seconds: int = 0,
    ) -> None:
        """
        Hand a message to the connection. This waits while the connection has more than 64 KiB to write.

        @param target: a user id, or a group id with L{Type.GROUP}.
        @param url: of a picture or of audio: where the server keeps it.
        @param seconds: how long the audio is.
        @raise NotConnected: it was not handed over.
        @raise NotSendable: the server would not take it.
        """
        now = int(self.reactor.seconds() * 1000)
        payload = encode(
            self._credentials.user_id,
            target,
            content,
            type=type,
            media=media,
            url=url,
            seconds=seconds,
            milliseconds=now,
        )
        link = self._live()
        await link.writable.passed()
        if self._live() is not link:
            raise NotConnected("the connection was lost before the message could be sent")
        link.sendMessage(payload)

    async def close(self, timeout: float = 30) -> bool:
        """
        Say goodbye, and do not come back.

        @param timeout: seconds for the closing handshake.
        @return: whether the server answered it: then it has read all that this connection was given to send. What it
            sends meanwhile and nobody takes is kept only up to the inbox's limit.
        """
        if self._stopped is None:
            self._stopped = NotConnected("the client is closed")
        clean = self.link is None or await self.link.finish(timeout)
        self._end()
        await self._service.stopService()
        return clean

    # What a link calls

    def request(self) -> ConnectingRequest:
        """@return: what to ask the server for."""
        query = urlencode({"userId": self._credentials.user_id, "token": self._credentials.token})
        return ConnectingRequest(
            host=self._address.authority,
            port=self._address.port,
            resource=f"{self._address.path}/v1/user/SendUserMsg?{query}",
            headers={"Accept-Language": self._language},
            useragent="hichat",
        )

    def greeted(self) -> None:
        """The link is ready."""
        self._failures = 0
        self._regulate()
        if self._stopped is None:
            self._ready.resumeProducing()
            self._on_state(True)

    def received(self, text: str) -> None:
        """A text frame has come."""
        if self._stopped is None or not self._inbox.full:
            self._inbox.put(decode(text))
            self._regulate()

    def lost(self, was_ready: bool, unauthorized: bool) -> None:
        """
        The link is gone.

        @param unauthorized: the server did not take the token.
        """
        self.link = None
        if self._stopped is not None:
            return
        self._ready.pauseProducing()
        if unauthorized:
            self._stopped = Unauthorized("the token is no longer valid: log in again")
            self._end()
            self._service.stopService()
        elif was_ready:
            self._on_state(False)

    def _live(self) -> Link:
        if self.link is None or not self.link.ready or self.link.state != Link.STATE_OPEN or self._stopped:
            raise NotConnected("not connected: the message was not sent")
        return self.link

    def _regulate(self) -> None:
        """Read as long as somebody takes what is read."""
        if self.link is None or self._stopped is not None:
            return
        if self._inbox.full:
            self.link.read(False)
        elif self._inbox.roomy:
            self.link.read(True)

    def _end(self) -> None:
        self._inbox.end(self._stopped if isinstance(self._stopped, Unauthorized) else None)
        self._ready.resumeProducing()

    def _wait(self, attempts: int) -> float:
        """
        The service counts attempts from the last TCP connection. That is too kind to a server that accepts and then
        drops: here failures are counted from the last greeting.
        """
        self._failures += 1
        return self._retry(self._failures)

    def _endpoint(self) -> IStreamClientEndpoint:
        endpoint = HostnameEndpoint(self.reactor, self._address.host, self._address.port)
        if not self._address.secure:
            return endpoint
        from twisted.internet.ssl import optionsForClientTLS

        return wrapClientTLS(optionsForClientTLS(self._address.host), endpoint)
