"""
One WebSocket connection: its opening with a deadline, its heartbeat, and its closing handshake.

The cost is one call a read and a write, not one a message: all usual frames of a read are passed on together, and the
frames that are sent because of them, or in one turn of the reactor, are one write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import txaio
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.types import ConnectingRequest

from hichat.client.core import Loss
from hichat.client.inbox import Gate
from hichat.runtime.flush import send_at_once, sends_at_once
from hichat.wire import websocket
from hichat.wire.frames import Hello, Ping

MAX_INCOMING = 4 * 1024 * 1024
"""Bytes of the longest frame that the client takes: the longest page still fits."""

_QUIET_BEATS = 2
"""Pings without a byte from the server. At the next one the connection counts as lost."""

_PING = msgspec.json.encode(Ping())


class Owner(Protocol):
    """
    The owner of a connection: the connection's protocol asks it for what to send, and tells it what happens.

    @ivar reactor: the clock.
    @ivar opening_timeout: seconds from the TCP connection to the welcome.
    @ivar heartbeat: seconds between pings.
    """

    reactor: Any
    opening_timeout: float
    heartbeat: float

    def request(self) -> ConnectingRequest:
        """@return: the request of the opening handshake."""

    def hello(self) -> Hello:
        """@return: the first frame."""

    def made(self, protocol: ClientProtocol) -> None:
        """The TCP connection of this protocol is there; the opening handshake begins."""

    def received_frames(self, payloads: list[bytes]) -> None:
        """Text frames have come; their payloads are valid UTF-8."""

    def lost(self, loss: Loss) -> None:
        """The connection has ended."""


class ClientProtocol(WebSocketClientProtocol):
    """
    The protocol of one connection.

    Autobahn's own timers are off (they use a global clock). One timer here is the deadline of the opening, then the
    heartbeat, then the deadline of the closing handshake.

    @ivar welcomed: whether the server has said welcome, and the connection has not ended since.
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
        # The bytes of a usual frame whose end has not come yet.
        self._begun = b""
        # The frames for the next write.
        self._turn: list[bytes] = []
        self._taking = False
        self._at_once = False

    @property
    def usable(self) -> bool:
        """Whether frames can be sent."""
        return self.welcomed and self.state == self.STATE_OPEN

    @property
    def crowded(self) -> bool:
        """Whether too many bytes wait to be written."""
        return self.writable.shut

    def connectionMade(self) -> None:
        """The TCP connection is there. Autobahn then sends the request."""
        self._owner.made(self)
        self._set_timer(self._owner.opening_timeout, self.drop)
        self.transport.registerProducer(self.writable, True)
        super().connectionMade()

    def onConnecting(self, transport_details: object) -> ConnectingRequest:
        """Autobahn asks for the request of the opening handshake."""
        return self._owner.request()

    def onOpen(self) -> None:
        """The opening handshake is done: send the hello."""
        self.transport.setTcpNoDelay(True)
        self._at_once = sends_at_once(self.transport)
        self.send(msgspec.json.encode(self._owner.hello()))

    def welcome(self) -> None:
        """The server has said welcome: the heartbeat begins."""
        self.welcomed = True
        self._set_timer(self._owner.heartbeat, self._beat)

    def dataReceived(self, data: bytes) -> None:
        """Any byte is a sign of life. The usual frames are read here, all others by Autobahn; see L{websocket}."""
        self._quiet = 0
        if self._begun:
            data = self._begun + data
            self._begun = b""
        self._taking = True
        try:
            # Once Autobahn has begun to read a frame or a message, it gets all bytes until that has come whole.
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
        """Autobahn has read a message of unusual frames."""
        if not isBinary:
            self._owner.received_frames([payload])

    def send(self, payload: bytes) -> None:
        """
        Send a text frame: at the end of the C{dataReceived} in which this is called, else at the end of the turn.

        @param payload: at most L{hichat.client.outbox.MAX_FRAME} bytes.
        """
        if self.state != self.STATE_OPEN:
            return
        self._turn.append(payload)
        if len(self._turn) == 1 and not self._taking:
            self._owner.reactor.callLater(0, self.flush)

    def flush(self) -> None:
        """Write the frames of this turn."""
        if not self._turn:
            return
        turn, self._turn = self._turn, []
        data = websocket.masked(turn)
        sent = send_at_once(self.transport, data) if self._at_once else 0
        if sent < len(data):
            self.transport.write(data[sent:])

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Autobahn writes: its bytes follow the frames that wait to be written."""
        self.flush()
        self.transport.write(data)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection has ended, or could not be made."""
        self._set_timer(None)
        welcomed, self.welcomed = self.welcomed, False
        self._closed_cleanly = wasClean and self.closedByMe
        # Autobahn makes up a code for its caller if none came; these two hold what the server sent.
        said, why = getattr(self, "remoteCloseCode", None), getattr(self, "remoteCloseReason", None)
        status = getattr(self, "http_status_line", "").split()[1:2]
        number = int(status[0]) if status and status[0].isascii() and status[0].isdigit() else 0
        try:
            self._owner.lost(Loss(welcomed, said, why or "", number))
        finally:
            self.writable.resumeProducing()
            self.gone.resumeProducing()

    def read(self, wanted: bool) -> None:
        """
        Go on reading the connection, or stop. After a stop Autobahn still passes on what it has read: up to 64 KiB.
        """
        if wanted and self._paused:
            self._paused = False
            self._quiet = 0
            self.transport.resumeProducing()
        elif not wanted and not self._paused:
            self._paused = True
            self.transport.pauseProducing()

    def drop(self) -> None:
        """Abort the connection."""
        self.transport.abortConnection()

    def leave(self, timeout: float) -> None:
        """
        Begin the closing handshake.

        @param timeout: seconds until the connection is aborted.
        """
        self.read(True)  # or the server's Close frame would not be seen
        self._set_timer(timeout, self.drop)
        if self.welcomed:
            self.sendClose(1000)
        else:
            self.drop()

    async def finish(self, timeout: float) -> bool:
        """
        Do the closing handshake, and wait for its end.

        @param timeout: seconds until the connection is aborted.
        @return: whether the server answered, and so has read everything that was sent.
        """
        self.leave(timeout)
        await self.gone.passed()
        return self._closed_cleanly

    def _beat(self) -> None:
        """Send a ping. While reading is paused no answer can be seen, so silence does not count."""
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


def protocol_factory(reactor: Any, make: Callable[[], ClientProtocol], subprotocol: str) -> WebSocketClientFactory:
    """
    @param make: makes a protocol for each connection.
    @param subprotocol: the WebSocket subprotocol to ask for.
    @return: a factory of these protocols, with Autobahn's timers off.
    """
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
