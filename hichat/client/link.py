"""
One WebSocket connection, as long as it lasts: the opening's deadline, the heartbeat and the goodbye.

What it costs is a read and a write, not a message: all usual frames of a read are handed on at once, and all that is
sent because of them, or in one turn of the reactor, is one write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import msgspec
import txaio
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.types import ConnectingRequest

from hichat.client.inbox import Gate
from hichat.runtime.flush import send_at_once, sends_at_once
from hichat.wire import websocket
from hichat.wire.frames import Hello, Ping

MAX_INCOMING = 4 * 1024 * 1024
"""Bytes of a frame that is taken: the longest page still fits."""

_QUIET_BEATS = 2
"""So many pings without a byte from the server, and the connection counts as dead at the next."""

_PING = msgspec.json.encode(Ping())


class Loss(NamedTuple):
    """
    How a connection ended.

    @ivar welcomed: whether the server had said welcome.
    @ivar code: of the close that the server sent; None: it sent none.
    @ivar reason: that of the same close.
    @ivar status: of HTTP, of the answer to the upgrade; 0: there was none.
    """

    welcomed: bool
    code: int | None
    reason: str
    status: int


class Owner(Protocol):
    """
    What a link belongs to.

    @ivar reactor: for time.
    @ivar opening_timeout: seconds from the TCP connection to the welcome.
    @ivar heartbeat: seconds between pings.
    """

    reactor: Any
    opening_timeout: float
    heartbeat: float

    def request(self) -> ConnectingRequest:
        """@return: what to ask the server for."""

    def hello(self) -> Hello:
        """@return: the first frame."""

    def made(self, link: ClientProtocol) -> None:
        """This link is on its way."""

    def received_frames(self, payloads: list[bytes]) -> None:
        """Text frames have come: valid UTF-8."""

    def lost(self, loss: Loss) -> None:
        """It has ended."""


class ClientProtocol(WebSocketClientProtocol):
    """
    A connection.

    Autobahn's own timers are off (they use a global clock): one timer here is the deadline of the opening, then the
    heartbeat, then the deadline of the closing.

    @ivar welcomed: the welcome has come, and no end has.
    @ivar writable: shut while too many bytes wait to be written.
    @ivar gone: open once the connection is lost.
    """

    # Autobahn writes the request, with the token in it, into its debug log: that level stays off here, for good.
    log = txaio.make_logger(level="info")

    def __init__(self, owner: Owner) -> None:
        super().__init__()
        self.welcomed = False
        self.writable = Gate()
        self.gone = Gate(shut=True)
        self._owner = owner
        self._timer: Any = None
        self._quiet = 0
        self._paused = False
        self._closed_cleanly = False
        # The beginning of a usual frame that has not come whole yet.
        self._begun = b""
        # What is to be sent with the next write.
        self._turn: list[bytes] = []
        self._taking = False
        self._at_once = False

    @property
    def usable(self) -> bool:
        """Whether frames can be sent."""
        return self.welcomed and self.state == self.STATE_OPEN

    def connectionMade(self) -> None:
        """Autobahn's part is to send the request."""
        self._owner.made(self)
        self._set_timer(self._owner.opening_timeout, self.drop)
        self.transport.registerProducer(self.writable, True)
        super().connectionMade()

    def onConnecting(self, transport_details: object) -> ConnectingRequest:
        """Autobahn asks what to request."""
        return self._owner.request()

    def onOpen(self) -> None:
        """The upgrade is done."""
        self.transport.setTcpNoDelay(True)
        self._at_once = sends_at_once(self.transport)
        self.send(msgspec.json.encode(self._owner.hello()))

    def welcome(self) -> None:
        """The server has said welcome."""
        self.welcomed = True
        self._set_timer(self._owner.heartbeat, self._beat)

    def dataReceived(self, data: bytes) -> None:
        """Whatever comes is a sign of life. The usual frames are taken here; see L{websocket}."""
        self._quiet = 0
        if self._begun:
            data = self._begun + data
            self._begun = b""
        self._taking = True
        try:
            # Once Autobahn has begun a frame or a message, it is Autobahn's until that is whole.
            if self.state != self.STATE_OPEN or self.data or self.current_frame is not None or self.inside_message:
                super().dataReceived(data)
            else:
                self._take(data)
        finally:
            self._taking = False
            self.flush()

    def _take(self, data: bytes) -> None:
        taken = websocket.take(data, from_client=False)
        if taken.texts:
            self._owner.received_frames(taken.texts)
        if taken.unusual:
            super().dataReceived(data[taken.rest :])
        elif taken.rest < len(data):
            self._begun = data[taken.rest :]

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """An unusual frame has come."""
        if not isBinary:
            self._owner.received_frames([payload])

    def send(self, payload: bytes) -> None:
        """
        Send a text frame: when the read during which this is called was dealt with, else when the turn ends.

        @param payload: up to L{hichat.client.outbox.MAX_FRAME}.
        """
        if self.state != self.STATE_OPEN:
            return
        self._turn.append(payload)
        if len(self._turn) == 1 and not self._taking:
            self._owner.reactor.callLater(0, self.flush)

    def flush(self) -> None:
        """Write what is to be sent."""
        if not self._turn:
            return
        turn, self._turn = self._turn, []
        data = websocket.masked(turn)
        sent = send_at_once(self.transport, data) if self._at_once else 0
        if sent < len(data):
            self.transport.write(data[sent:])

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Autobahn writes: its bytes go behind those that wait to be sent."""
        self.flush()
        self.transport.write(data)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is lost, or never came to be."""
        self._set_timer(None)
        welcomed, self.welcomed = self.welcomed, False
        self._closed_cleanly = wasClean and self.closedByMe
        # Autobahn makes a code up where none came; these are what the server said.
        said, why = getattr(self, "remoteCloseCode", None), getattr(self, "remoteCloseReason", None)
        status = getattr(self, "http_status_line", "").split()[1:2]
        number = int(status[0]) if status and status[0].isascii() and status[0].isdigit() else 0
        try:
            self._owner.lost(Loss(welcomed, said, why or "", number))
        finally:
            self.writable.resumeProducing()
            self.gone.resumeProducing()

    def read(self, wanted: bool) -> None:
        """Stop reading, or go on. Autobahn still passes on what it has already read: up to 64 KiB of frames."""
        if wanted and self._paused:
            self._paused = False
            self._quiet = 0
            self.transport.resumeProducing()
        elif not wanted and not self._paused:
            self._paused = True
            self.transport.pauseProducing()

    def drop(self) -> None:
        """End it now, however it is."""
        self.transport.abortConnection()

    def leave(self, timeout: float) -> None:
        """
        Begin the closing handshake.

        @param timeout: seconds for it.
        """
        self.read(True)  # or the answer would not be seen
        self._set_timer(timeout, self.drop)
        if self.welcomed:
            self.sendClose(1000)
        else:
            self.drop()

    async def finish(self, timeout: float) -> bool:
        """
        End it with the closing handshake.

        @param timeout: seconds for that.
        @return: whether the server answered, and so has read all that was sent.
        """
        self.leave(timeout)
        await self.gone.passed()
        return self._closed_cleanly

    def _beat(self) -> None:
        """Give a sign of life and ask for one. A connection that is not read cannot get one."""
        self._set_timer(self._owner.heartbeat, self._beat)
        self._quiet += 0 if self._paused else 1
        if self._quiet > _QUIET_BEATS or self.state != self.STATE_OPEN:
            self.drop()
        elif not self.writable.shut:
            self.send(_PING)

    def _set_timer(self, seconds: float | None, call: Callable[[], None] | None = None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None if seconds is None else self._owner.reactor.callLater(seconds, call)


def link_factory(reactor: Any, make: Callable[[], ClientProtocol], subprotocol: str) -> WebSocketClientFactory:
    """@return: what makes links, without Autobahn's timers."""
    factory = WebSocketClientFactory(reactor=reactor, protocols=[subprotocol])
    factory.noisy = False
    factory.protocol = make
    factory.setProtocolOptions(
        failByDrop=False,
        maxFramePayloadSize=MAX_INCOMING,
        maxMessagePayloadSize=MAX_INCOMING,
        openHandshakeTimeout=0,
        closeHandshakeTimeout=0,
        serverConnectionDropTimeout=0,
    )
    return factory
