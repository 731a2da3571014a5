"""The WebSocket side: thin protocols and their factory. The session knows the meaning of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import txaio
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.protocol import TrafficStats
from twisted.internet.address import UNIXAddress
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from hichat.audit.connections import NO_RECORDS, Records
from hichat.core.errors import Language
from hichat.core.events import Event
from hichat.core.ports import IPresence
from hichat.core.words import Words
from hichat.pipeline.gateway.admission import ConnectionSlot
from hichat.pipeline.gateway.congestion import Congestion
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import ChatSession, Inlet
from hichat.pipeline.gateway.v2_session import SessionServices
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.flush import Flusher, send_at_once, sends_at_once
from hichat.wire import closing, websocket
from hichat.wire.frames import FRAME_LIMIT, Close

UNSENT_LIMIT = 1024 * 1024
"""The default of L{ChatFactory}'s bound."""

TURN_LIMIT = 64 * 1024
"""Bytes that one turn may have for a connection before they are written."""

TURN_FRAMES = 32
"""The most frames of a connection that are read in one reactor turn. The rest waits, so that others have their turn."""

UNUSUAL = 2
"""A frame that Autobahn's parser reads counts as so many."""

PARTS = 64
"""The most pieces of an unusual frame or message that are kept apart; beyond it they are joined."""

CLOSE_TIMEOUT = 3.0
"""Seconds that a client has to answer a Close frame; and then as many until the TCP connection is aborted."""

BAD_GATEWAY = 1014
"""A close code that was registered after RFC 6455."""

SILENCE_SWEEP = 15.0
"""Seconds between two sweeps, which look for silent peers."""

ASK_AFTER, DROP_AFTER = 2, 4
"""
The numbers of sweeps without a byte from a peer after which the server pings the peer, and after which it closes the
connection: a minute.
"""

OF_HANDSHAKE = ("http_", "websocket_ext", "websocket_pro", "websocket_origin", "_wskey", "_transport_details")
"""How the names of the attributes begin in which Autobahn (read: 26.10) keeps the handshake, with the token in it."""

UNUSED = frozenset(("send_queue", "trafficStats", "_results", "_valid_events"))
"""Autobahn's attributes for its own ways of writing, of counting, and of telling listeners."""

GUARDS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
"""
Headers of every answer, those of L{hichat.web.site} too: browsers must not guess another type, and no page of another
site may embed it, unless the answer says otherwise.
"""

RETRY_HINT = 1
"""Seconds that clients should wait before they reconnect to a daemon that stops."""


class ChatProtocol(Congestion, WebSocketServerProtocol):
    """
    One connection, of any dialect. The dialects' own parts are in the subclasses: L{hichat.v1.connection} and
    L{hichat.pipeline.gateway.v2_connection}.

    @cvar subprotocols: the WebSocket subprotocols that a client may ask for.
    @ivar encode: makes an event's frame, see L{hichat.pipeline.gateway.roster.Encoder}.
    @cvar is_recorded: whether it is recorded that there was such a connection.
    @ivar number: the device's, once it is known; 0 for those without one.
    @ivar generation: the token's generation, once it is known.
    @ivar login: the number of the session that the token is bound to; 0: it is bound to none.
    @ivar bound: the number of the device whose session that is, if it is another one than C{number}.
    @ivar slot: its slot in the limits of connections, which it gives back when it ends.
    @ivar came_from: the client's address.
    @ivar record: the number of its record; 0: it has none; None: it is not let in.
    @ivar quiet: sweeps since the last byte from the peer.
    """

    _logger = Logger()
    # At level debug Autobahn logs the whole request line, with the token; and it logs two lines for a client's mistake.
    log = txaio.make_logger(level="error")
    subprotocols: ClassVar[list[str]] = []
    factory: ChatFactory
    session: ChatSession
    encode: Callable[[Event], bytes | None]
    # An attribute of Autobahn's.
    message_data: Any
    is_recorded = True
    number = 0
    generation = 0
    login = 0
    bound = 0
    quiet = 0
    came_from = ""
    record: int | None = None
    slot: ConnectionSlot | None = None
    _is_open = False
    # The bytes of a usual frame whose end has not come yet.
    _begun = b""
    # Bytes that wait for the next turn, or until the session takes frames again. Meanwhile the socket is not read.
    _rest = b""
    _again = False
    _at_once = False
    # The bytes to write at the end of this turn.
    _turn: list[bytes] | None = None
    _turn_size = 0
    _reading = True
    _shut = False
    _parting: IDelayedCall | None = None

    # The dialect's

    def opened(self) -> None:
        """The handshake is done."""
        raise NotImplementedError

    def left(self) -> None:
        """The connection is gone, or about to be: no events are delivered to it any more. May be called again."""
        raise NotImplementedError

    # What Autobahn calls

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        """The handshake failed. The answer has the L{GUARDS}, as all answers."""
        super().sendHttpErrorResponse(code, reason, [*(responseHeaders or ()), *GUARDS.items()])

    def onOpen(self) -> None:
        """The handshake is done."""
        transport = self.transport
        # twisted.web's channel has left its own producer on the transport.
        transport.unregisterProducer()
        transport.registerProducer(self, True)
        if not isinstance(transport.getHost(), UNIXAddress):
            transport.setTcpNoDelay(True)
            transport.setTcpKeepAlive(True)
        self._at_once = sends_at_once(transport)
        self._is_open = True
        self.factory.connections.add(self)
        self._slim()
        self.opened()

    def _slim(self) -> None:
        """
        Drop the attributes that nobody reads after the handshake, and those whose value is the class's default: most
        are C{None} or C{False} until something unusual happens. They took half of an idle connection's memory.
        """
        bound = type(self)
        kept = {}
        for name, value in self.__dict__.items():
            if name in UNUSED or name.startswith(OF_HANDSHAKE):
                continue
            if value is None or value is False:
                if not hasattr(bound, name):
                    setattr(bound, name, value)
                if getattr(bound, name) is value:
                    continue
            kept[name] = value
        self.__dict__ = kept

    def dataReceived(self, data: bytes) -> None:
        """Bytes came."""
        self.quiet = 0
        if self._begun:
            data = self._begun + data
            self._begun = b""
        if self._rest or not self._reading:
            # A TLS transport still delivers bytes that it has read before the pause.
            self._rest += data
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        """
        Take the frames of these bytes, at most L{TURN_FRAMES} in a turn. The usual frames go straight to the session,
        see L{websocket}; the others go to Autobahn, one by one, so that each can be counted.
        """
        room = TURN_FRAMES
        while room > 0 and data and self._reading:
            # Once Autobahn has begun to read a frame or a message, it gets all bytes until that has come whole.
            if not self.may_send or self.data or self.current_frame is not None or self.inside_message:
                data = data[self._take_unusual(data) :]
                room -= UNUSUAL
                continue
            taken = websocket.take(data, FRAME_LIMIT, room)
            if taken.texts:
                room -= len(taken.texts)
                self.texts(taken.texts)
            if taken.rest == len(data):
                return
            data = data[taken.rest :]
            if not taken.unusual and room > 0:
                self._begun = data
                return
            if room > 0 and self._reading:
                data = data[self._take_unusual(data) :]
                room -= UNUSUAL
        if data:
            if not self._rest and self.transport.connected:
                self.transport.pauseProducing()
            self._rest = data
            self._go_on_later()

    def _take_unusual(self, data: bytes) -> int:
        """
        Give Autobahn the bytes of one frame, or of the rest of one.

        @return: the number of bytes that were taken.
        """
        if self.state not in (self.STATE_OPEN, self.STATE_CLOSING):
            # The handshake, without the bytes behind it; or the connection is closed, and all bytes are dropped.
            size = data.find(b"\r\n\r\n") + 4 if self.state == self.STATE_CONNECTING else len(data)
            super().dataReceived(data[:size])
            return size
        found = websocket.control(data) if self.current_frame is None and not self.data else None
        if found is not None:
            # A control frame, the most frequent of the unusual ones; it may come between the fragments of a message.
            first, payload = found
            if first == websocket.PING:
                self.write_frame(websocket.pong(payload))
            self.session.count(1)
            return 6 + len(payload)
        if self.current_frame is not None:
            size = self.current_frame.length - self.current_frame_masker.pointer()
        else:
            size = websocket.whole_size(self.data + data[:10]) - len(self.data)
        size = max(size, 1)
        super().dataReceived(data[:size])
        if self.current_frame is None and not self.data:
            self.session.count(1)
        return size

    def _go_on_later(self) -> None:
        """Take the rest in the next turn, unless reading is paused."""
        if self._reading and not self._again:
            self._again = True
            self.factory.clock.callLater(0, self._go_on)

    def _go_on(self) -> None:
        self._again = False
        if not self._reading:
            return
        rest, self._rest = self._rest, b""
        self._take(rest)
        if self._reading and not self._rest:
            self._read_on()

    def _read_on(self) -> None:
        if self.transport.connected and not self.transport.disconnecting:
            self.transport.resumeProducing()

    def onCloseFrame(self, code: int | None, reasonRaw: bytes | None) -> bool | None:  # noqa: N803
        """The peer closes. Autobahn does not know the code L{BAD_GATEWAY}, which was registered later."""
        closed: bool | None = super().onCloseFrame(1000 if code == BAD_GATEWAY else code, reasonRaw)
        return closed

    def _parseExtensionsHeader(self, header: str, removeQuotes: bool = True) -> list[Any]:  # noqa: N802, N803
        """Ignore all extensions. Autobahn would refuse a client for an offer that it finds wrong (RFC 7692, 5.1)."""
        return []

    def onMessageFrameData(self, payload: bytes) -> None:
        """A piece of an unusual frame came."""
        super().onMessageFrameData(payload)
        if self.frame_data is not None:
            _gather(self.frame_data)

    def onMessageFrame(self, payload: list[bytes]) -> None:
        """A fragment came. Empty fragments are not kept: a client may send any number of them."""
        super().onMessageFrame([b"".join(payload)] if any(payload) else [])
        if self.message_data is not None:
            _gather(self.message_data)

    def onMessageEnd(self) -> None:
        """A message is whole. Unlike Autobahn's method, this calls no listeners: there are none."""
        if not self.failedByMe:
            assert self.message_data is not None
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        self.message_data = None

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """A message came, whole and valid UTF-8 if it is text."""
        if isBinary:
            self.session.take_binary()
        else:
            self.texts([payload])

    def texts(self, found: list[bytes]) -> None:
        """Text messages came, valid UTF-8."""
        try:
            self.session.received_all(found)
        except Exception:
            # An exception that escapes would close the transport, and be logged without a context.
            self._logger.failure("a frame could not be handled")

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone. Autobahn calls this after a failed handshake, too: then L{opened} was not called."""
        if self.slot is not None:
            self.slot.leave()
        if self._parting is not None:
            self._parting.cancel()
            self._parting = None
        self._rest = b""
        self.session.lost()
        if self.failedByMe:
            self.factory.inlet.metrics.frames_refused += 1
            self._logger.info("{peer} broke the WebSocket's rules: {code}", peer=self.peer, code=self.localCloseCode)
        if self.record is not None:
            user, device = self.session.user, self.number or self.bound
            self.factory.records.closed(self.record, self.localCloseCode or code, user, device)
        if self._is_open:
            self.factory.connections.discard(self)
            self.left()
            self._tell_drained()

    # What the session and the roster call

    @property
    def may_send(self) -> bool:
        """Whether frames may be sent."""
        return bool(self.state == self.STATE_OPEN)

    def write_frame(self, frame: bytes) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.write_frame}."""
        if self.state != self.STATE_OPEN:
            return
        turn = self._turn
        if turn is None:
            self._write(frame)
            return
        # The same as in _write, repeated here to save a call: this runs once for each recipient.
        turn.append(frame)
        self._turn_size += len(frame)
        if self._turn_size > TURN_LIMIT:
            self.flush()

    deliver = write_frame

    def signal(self, event: Event) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.signal}."""

    def hide(self, user: int, hidden: bool) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.hide}."""

    def drained(self) -> Deferred[None]:
        """@return: fires when nothing waits to be written, or the connection is gone."""
        return self._when_drained() if self.may_send else succeed(None)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Autobahn writes: errors of the handshake, answers to pings, the Close frame. They go the same way."""
        self._write(data)

    def _write(self, data: bytes) -> None:
        if self._turn is not None:
            self._turn.append(data)
            self._turn_size += len(data)
            if self._turn_size > TURN_LIMIT:
                self.flush()
        elif self._congested:
            self._hold(data)
        elif self._at_once:
            self._turn = [data]
            self._turn_size = len(data)
            self.factory.flusher.add(self)
        else:
            self.transport.write(data)

    def flush(self) -> None:
        """See L{hichat.runtime.flush.Flushable.flush}."""
        turn, self._turn = self._turn, None
        if turn is not None:
            data = b"".join(turn)
            sent = send_at_once(self.transport, data)
            if sent < len(data):
                self.transport.write(data[sent:])

    def _hold(self, data: bytes) -> None:
        self._keep(data)
        if self._unsent_size > self.factory.unsent_limit:
            self._unsent, self._unsent_size = None, 0
            if self.may_send:
                self.factory.inlet.metrics.slow_closed += 1
                self.close(Close.TOO_SLOW, closing.SLOW)
            else:
                # The Close frame was written already, and the client still does not read.
                self.transport.abortConnection()

    def _closeConnection(self, abort: bool = False) -> None:
        """
        Nothing more will be written: the transport writes the rest, and then closes. There is a deadline, because the
        peer may never read the rest, and over TLS may never agree to close.
        """
        self.flush()
        # Autobahn aborts as soon as both sides have sent a Close frame. Ours may have been written only just now, and
        # would be lost.
        abort = abort and not self.wasClean
        if not abort:
            if self._unsent:
                self.transport.write(b"".join(self._unsent))
                self._unsent = None
            self._parting = self.factory.clock.callLater(CLOSE_TIMEOUT, self._part)
        super()._closeConnection(abort)

    def _part(self) -> None:
        self._parting = None
        self.transport.abortConnection()

    def pause_reading(self) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.pause_reading}."""
        self._reading = False
        if self.transport.connected:
            self.transport.pauseProducing()

    def resume_reading(self) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.resume_reading}."""
        if self._shut:
            return
        self._reading = True
        # While it was not read, it could not give a sign.
        self.quiet = 0
        if self._rest:
            self._go_on_later()
        else:
            self._read_on()

    def shut(self) -> None:
        """Read nothing more until L{unshut}, whatever L{resume_reading} says: the daemon stops."""
        self._shut = True
        self.pause_reading()

    def unshut(self) -> None:
        """Read again, unless the session has to wait."""
        self._shut = False
        if not self.session.waits:
            self.resume_reading()

    def sign_out(self) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.sign_out}."""
        self.close(Close.SIGNED_OUT, closing.SIGNED_OUT)

    def replaced(self) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.replaced}."""
        self.close(Close.REPLACED, closing.REPLACED)

    def go_away(self) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.go_away}."""
        self.close(Close.GOING_AWAY, closing.STOPPING.filled(seconds=RETRY_HINT))

    def start_anew(self) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.start_anew}."""
        self.close(Close.TROUBLE, closing.ANOTHER_LOG)

    @property
    def speaks(self) -> Language:
        """The language of the reasons in close frames."""
        return "en"

    def close(self, code: Close, reason: Words) -> None:
        """Close the connection. No events are delivered to it from now on."""
        self.left()
        if self.may_send:
            self.sendClose(int(code), reason.text(self.speaks))

    def look(self) -> None:
        """
        Check whether the peer is alive: ping a silent peer, and close the connection of one that stays silent. If
        reading is paused its silence does not count, unless it does not read either.
        """
        if not self.may_send or not (self._reading or self._congested):
            return
        self.quiet += 1
        if self.quiet == ASK_AFTER:
            self.sendPing()
        elif self.quiet >= DROP_AFTER:
            self.factory.inlet.metrics.silent_closed += 1
            # If the client is alive after all, it reads the reason; else the connection is dropped after CLOSE_TIMEOUT.
            self.close(Close.SILENT, closing.SILENT)

    def resumeProducing(self) -> None:
        """See L{Congestion.resumeProducing}. The peer reads, so it is alive."""
        self.quiet = 0
        super().resumeProducing()

    def _write_out(self, data: bytes) -> None:
        self.transport.write(data)


class ChatFactory(WebSocketServerFactory):
    """
    Makes the protocols of one dialect.

    @param protocol: the dialect's protocol class.
    @param inlet: takes the drafts of all connections.
    @param roster: the connections that listen.
    @param routing: delivers events to them.
    @param services: the services that sessions of v2 use.
    @param unsent_limit: bytes that may wait for a client that does not read, beyond the transport's buffer (64 KiB).
    @param records: keeps which connections there were.
    @ivar connections: the connections whose handshake is done and that are not lost yet.
    """

    def __init__(
        self,
        protocol: type[ChatProtocol],
        inlet: Inlet,
        roster: Roster,
        routing: Routing,
        presence: IPresence,
        clock: IReactorTime,
        services: SessionServices | None = None,
        unsent_limit: int = UNSENT_LIMIT,
        records: Records = NO_RECORDS,
    ) -> None:
        super().__init__(server="HiChat", headers=GUARDS, reactor=clock, protocols=protocol.subprotocols)
        self.inlet = inlet
        self.roster = roster
        self.routing = routing
        self.presence = presence
        self.clock = clock
        self.flusher = Flusher(clock)
        self.services = services
        self.unsent_limit = unsent_limit
        self.records = records
        self.connections: set[ChatProtocol] = set()
        self._sweep = LoopingCall(self._look)
        self._sweep.clock = clock
        # Only once: each call resets allowNullOrigin.
        self.setProtocolOptions(
            webStatus=False,
            maxFramePayloadSize=FRAME_LIMIT,
            maxMessagePayloadSize=FRAME_LIMIT,
            failByDrop=False,
            closeHandshakeTimeout=CLOSE_TIMEOUT,
            allowNullOrigin=True,
        )

        # Autobahn copies all its options to every connection and formats them for its debug log: that takes memory, and
        # a fifth of the time of a connect. As attributes of a class they exist once.
        options = {name: _as_attribute(getattr(self, name)) for name in ChatProtocol.CONFIG_ATTRS}
        # Autobahn writes the one, and reads the other, also when the connections have none of their own.
        shared = {"CONFIG_ATTRS": [], "trafficStats": TrafficStats(), "_transport_details": None}
        self._bound = type("BoundChatProtocol", (protocol,), options | shared)

    def buildProtocol(self, addr: Any) -> ChatProtocol:
        """Make a connection's protocol. Unlike Autobahn's method this does not count connections."""
        protocol: ChatProtocol = self._bound()
        protocol.factory = self
        return protocol

    def start(self) -> None:
        """Begin to look for silent peers."""
        self._sweep.start(SILENCE_SWEEP, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._sweep.running:
            self._sweep.stop()

    def _look(self) -> None:
        for connection in tuple(self.connections):
            connection.look()


def _gather(pieces: list[bytes]) -> None:
    """Join the pieces if they are many: each piece costs more memory than its bytes."""
    if len(pieces) > PARTS:
        pieces[:] = [b"".join(pieces)]


def _as_attribute(value: Any) -> Any:
    """@return: the value for a class's attribute: a function is wrapped, so that it does not become a method."""
    return staticmethod(value) if callable(value) else value
