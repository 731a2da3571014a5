"""The WebSocket side: thin protocols and their factory; what they mean is the session's business."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import txaio
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.errors import Language, SignedOut
from hichat.events import Event
from hichat.gateway import frames, v1
from hichat.gateway.roster import Roster
from hichat.gateway.session import Inlet, Session
from hichat.routing import Routing

# Closing codes of our own (RFC 6455, 7.4.2, private range).
SIGNED_OUT = 4001
"""The token is no longer good: do not come back with it."""
GOING_AWAY = 4002
"""The daemon stops: come back in a moment."""
TOO_SLOW = 4008
"""The client did not read: come back and fetch what was missed."""
TROUBLE = 4011
"""The daemon could not serve the connection: come back later."""

UNSENT_LIMIT = 1024 * 1024
"""Bytes that may wait for a client that does not read, beyond what the transport buffers (64 KiB)."""

CLOSE_TIMEOUT = 3.0
"""Seconds that a client has to answer a close."""


@implementer(IPushProducer)
class ChatProtocol(WebSocketServerProtocol):
    """
    One connection. L{admit} comes before anything else.
    """

    _logger = Logger()
    # Autobahn shows the whole request line, with the token, at level debug.
    log = txaio.make_logger(level="info")
    factory: ChatFactory
    session: Session
    encode: Callable[[Event], bytes | None] = staticmethod(v1.encode)
    _arriving: Deferred[None] | None = None
    _begun = b""
    _congested = False
    # What is written while the transport's buffer is full; most connections never need one.
    _unsent: deque[bytes] | None = None
    _unsent_size = 0

    def admit(self, user: int, generation: int, language: Language) -> None:
        """
        @param user: who was authenticated for this connection.
        @param generation: of the token.
        @param language: of what the server has to say.
        """
        self.session = Session(user, language, self, self.factory.inlet)
        self._generation = generation

    # What Autobahn calls

    def onOpen(self) -> None:
        """The handshake is done: learn who else is where, then greet and listen."""
        transport = self.transport
        # twisted.web's channel has left its own producer there.
        transport.unregisterProducer()
        transport.registerProducer(self, True)
        transport.setTcpNoDelay(True)
        transport.setTcpKeepAlive(True)
        self.factory.open_connections += 1
        self._arriving = Deferred.fromCoroutine(
            self.factory.routing.arrive(self.session.user, self._generation, self._listen)
        )
        self._arriving.addErrback(self._not_arrived)

    def _listen(self) -> bool:
        if not self.may_send:
            return False
        self.send_text(v1.GREETING)
        self.factory.roster.enter(self.session.user, self)
        return True

    def _not_arrived(self, failure: Failure) -> None:
        if failure.check(SignedOut):
            self.sign_out()
        elif not failure.check(CancelledError):
            self._logger.failure("user {user} could not be admitted", failure, user=self.session.user)
            self._close(TROUBLE, "try again later")

    def dataReceived(self, data: bytes) -> None:
        """Bytes came. The usual frames go straight to the session; see L{frames}."""
        # Once Autobahn has begun a frame or a message, it is Autobahn's until that is whole.
        if not self.may_send or self.data or self.current_frame is not None or self.inside_message:
            super().dataReceived(data)
            return
        if self._begun:
            data = self._begun + data
            self._begun = b""
        taken = frames.take(data, v1.FRAME_LIMIT)
        for text in taken.texts:
            self.onMessage(text, False)
        if taken.unusual:
            super().dataReceived(data[taken.rest :])
        elif taken.rest < len(data):
            self._begun = data[taken.rest :]

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """A message came, whole and valid UTF-8 if it is text."""
        try:
            self.session.received(payload, isBinary)
        except Exception:
            # An exception that escapes would take the transport down (and show up without a context).
            self._logger.failure("a frame of user {user} could not be handled", user=self.session.user)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone. Also called when the handshake failed, then nobody was admitted to anything."""
        if self.failedByMe:
            self.factory.inlet.metrics.frames_refused += 1
        if self._arriving is not None:
            self.factory.open_connections -= 1
            self._arriving.cancel()
            self._leave()

    def _leave(self) -> None:
        if self.factory.roster.leave(self.session.user, self):
            self.factory.routing.leave(self.session.user)

    # What the session and the roster call

    @property
    def may_send(self) -> bool:
        """Whether frames may be sent."""
        return bool(self.state == self.STATE_OPEN)

    def send_text(self, text: bytes) -> None:
        """See L{hichat.gateway.session.Connection.send_text}."""
        if self.may_send:
            self.sendMessage(text)

    def deliver(self, frame: bytes) -> None:
        """See L{hichat.gateway.roster.Device.deliver}."""
        if self.may_send:
            self._write(frame)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """What Autobahn writes goes the same way: complaints, answers to pings, the close."""
        self._write(data)

    def _write(self, data: bytes) -> None:
        if not self._congested:
            self.transport.write(data)
            return
        if self._unsent is None:
            self._unsent = deque()
        self._unsent.append(data)
        self._unsent_size += len(data)
        if self._unsent_size > UNSENT_LIMIT:
            self._unsent, self._unsent_size = None, 0
            if self.may_send:
                self.factory.inlet.metrics.slow_closed += 1
                self._close(TOO_SLOW, "slow: reconnect and read the history")
            else:
                # It was told, and still does not read what it asks for.
                self.transport.abortConnection()

    def _closeConnection(self, abort: bool = False) -> None:
        """Nothing more will be written: the transport sees to the rest, and then closes."""
        if not abort and self._unsent:
            self.transport.write(b"".join(self._unsent))
            self._unsent = None
        super()._closeConnection(abort)

    def pause_reading(self) -> None:
        """See L{hichat.gateway.session.Connection.pause_reading}."""
        if self.transport.connected:
            self.transport.pauseProducing()

    def resume_reading(self) -> None:
        """See L{hichat.gateway.session.Connection.resume_reading}."""
        if self.transport.connected and not self.transport.disconnecting:
            self.transport.resumeProducing()

    def sign_out(self) -> None:
        """See L{hichat.gateway.roster.Device.sign_out}."""
        self._close(SIGNED_OUT, "signed out")

    def go_away(self) -> None:
        """See L{hichat.gateway.roster.Device.go_away}."""
        self._close(GOING_AWAY, "the server stops")

    def _close(self, code: int, reason: str) -> None:
        self._leave()
        if self.may_send:
            self.sendClose(code, reason)

    # What the transport calls: it is the consumer of our frames

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self._congested = True

    def resumeProducing(self) -> None:
        """The transport's buffer is empty."""
        self._congested = False
        while self._unsent and not self._congested:
            data = self._unsent.popleft()
            self._unsent_size -= len(data)
            self.transport.write(data)

    def stopProducing(self) -> None:
        """The transport is gone."""


class ChatFactory(WebSocketServerFactory):
    """
    Makes the protocols.

    @param inlet: takes their drafts.
    @param roster: where they listen.
    @param routing: knows the users' groups.
    @ivar open_connections: connections whose handshake is done and that are not lost yet.
    """

    protocol = ChatProtocol

    def __init__(self, inlet: Inlet, roster: Roster, routing: Routing, reactor: IReactorTime) -> None:
        super().__init__(server="HiChat", reactor=reactor)
        self.inlet = inlet
        self.roster = roster
        self.routing = routing
        self.open_connections = 0
        # Once: each call sets allowNullOrigin anew.
        self.setProtocolOptions(
            webStatus=False,
            maxFramePayloadSize=v1.FRAME_LIMIT,
            maxMessagePayloadSize=v1.FRAME_LIMIT,
            failByDrop=False,
            closeHandshakeTimeout=CLOSE_TIMEOUT,
            allowNullOrigin=True,
        )

        # Autobahn copies all its options to every connection and formats them for a log that nobody reads: a fifth of
        # the time of a connect, and memory. As attributes of a class they are there once.
        options = {name: getattr(self, name) for name in ChatProtocol.CONFIG_ATTRS}
        self._bound = type("BoundChatProtocol", (self.protocol,), options | {"CONFIG_ATTRS": []})

    def buildProtocol(self, addr: Any) -> ChatProtocol:
        """Without Autobahn's limit on connections and its count."""
        protocol: ChatProtocol = self._bound()
        protocol.factory = self
        return protocol
