"""
The UDP carrier: the socket, and the credit between its senders and its receiver.

Linux drops a datagram that does not fit the receive buffer, and tells nobody. So a sender has no more datagrams under
way than the buffer surely holds.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IListeningPort, IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger
from zope.interface import implementer

from hichat.core.events import Batch, Event
from hichat.core.ports import IBatchReceiver, ICarrier, Piece
from hichat.pipeline.plane.datagram import DATAGRAM_SIZE, BadDatagram, Codec, Datagram, Trail
from hichat.pipeline.plane.interests import Interests, PeerInterests
from hichat.runtime.metrics import Metrics

KERNEL_COST = DATAGRAM_SIZE + 2048
"""Bytes of receive buffer that a full datagram takes, with the kernel's own book-keeping."""

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Bytes of receive buffer asked for; the kernel gives what its limits allow."""

LOST_AFTER = 0.05
"""Seconds without an arrival after which all datagrams under way count as lost."""

REACTOR_DELAY = 0.005
"""Further seconds before that, in case the reactor was late: it reads its socket meanwhile."""


SocketAddress = tuple[str, int]
"""The address of a worker's socket: an IP address and a port."""


class _Peer:
    """
    Another worker, as seen from here.

    @ivar incarnation: its incarnation, from its last datagram.
    @ivar wanted: its interests.
    @ivar sent: the number of the last counted datagram to it.
    @ivar heard: the largest number that it has acknowledged, or that was given up.
    @ivar came: the largest number of a datagram from it.
    @ivar last_sign: the time of its last acknowledgement.
    @ivar answer: an acknowledgement to send at the end of the turn.
    @ivar told: the time at which it was told this worker's interests last.
    """

    def __init__(self, address: SocketAddress) -> None:
        self.address = address
        self.incarnation = 0
        self.wanted = PeerInterests()
        self.sent = self.heard = self.came = 0
        self.last_sign = 0.0
        self.answer: IDelayedCall | None = None
        self.told = 0.0

    def meet(self, incarnation: int) -> None:
        """A datagram came from this peer. If it was started anew, forget everything about it."""
        if incarnation != self.incarnation:
            self.incarnation = incarnation
            self.sent = self.heard = self.came = 0
            self.wanted.forget()


@implementer(ICarrier)
class UDPCarrier(DatagramProtocol):
    """
    The carrier of one host: a datagram protocol that sends to its own address, and to the other workers.

    It sends all events to itself, when there is credit. It sends the other workers the events of their interests, if
    there is credit: it never waits for them. A worker that is behind finds the events in the log.

    @param receiver: gets the batches that arrive.
    @param others: the addresses of the other workers, by their numbers.
    @param interests: the interests of this worker.
    @param bind: gives a protocol its socket; raises L{StartError}. None: the caller gives it a transport.
    """

    _log = Logger()

    def __init__(
        self,
        codec: Codec,
        receiver: IBatchReceiver,
        clock: IReactorTime,
        metrics: Metrics,
        others: Mapping[int, SocketAddress] | None = None,
        interests: Interests | None = None,
        bind: Callable[[DatagramProtocol], IListeningPort] | None = None,
    ) -> None:
        self._codec = codec
        self._receiver = receiver
        self._clock = clock
        self._metrics = metrics
        self._interests = interests or Interests()
        self._peers = {worker: _Peer(address) for worker, address in (others or {}).items()}
        self._bind = bind
        self._port: IListeningPort | None = None
        self._telling: IDelayedCall | None = None
        self._address = ("127.0.0.1", 0)
        self._limit = 1
        self._sent = 0
        self._heard = 0
        self._waiting: Deferred[None] | None = None
        self._silence: IDelayedCall | None = None

    def start(self) -> None:
        """See L{ICarrier.start}."""
        assert self._bind is not None
        self._port = self._bind(self)

    def stop(self) -> Deferred[None] | None:
        """See L{ICarrier.stop}."""
        port, self._port = self._port, None
        return None if port is None else port.stopListening()

    def startProtocol(self) -> None:
        """The socket is bound: learn its address, and how many datagrams its buffer holds."""
        assert self.transport is not None
        host = self.transport.getHost()
        self._address = (host.host, host.port)
        handle = cast(Any, self.transport).getHandle()
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        buffer = handle.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        # Each worker, this one too, gets an equal part of the buffer.
        self._limit = max(1, buffer // KERNEL_COST // (1 + len(self._peers)))
        if self._peers:
            self._interests.share(self._tell_soon)
            self._tell_soon()

    def stopProtocol(self) -> None:
        """The socket is closed."""
        for call in (self._silence, self._telling, *(peer.answer for peer in self._peers.values())):
            if call is not None and call.active():
                call.cancel()

    @property
    def under_way(self) -> int:
        """The number of datagrams to itself that were sent, and have neither arrived nor were given up."""
        return self._sent - self._heard

    def room(self) -> Deferred[None] | None:
        """See L{ICarrier.room}."""
        if self.under_way < self._limit:
            return None
        self._waiting = Deferred()
        return self._waiting

    def split(self, events: Sequence[Event]) -> Iterator[Piece]:
        """See L{ICarrier.split}: each piece fits a datagram."""
        return self._codec.split(events)

    def send(self, piece: Piece) -> None:
        """See L{ICarrier.send}. A datagram that the kernel refuses counts as lost."""
        batch, records = piece
        self._sent += 1
        self._write(self._codec.pack(Trail(self._sent), batch.first, batch.last, records), self._address)
        if self._silence is None or not self._silence.active():
            self._silence = self._clock.callLater(LOST_AFTER, self._look_once_more)
        for peer in self._peers.values():
            self._send_to(peer, batch, records)

    def _write(self, datagram: bytes, address: SocketAddress) -> None:
        self._metrics.datagrams_sent += 1
        try:
            assert self.transport is not None
            self.transport.write(datagram, address)
        except OSError as e:
            self._metrics.datagram_dropped("unsent")
            self._log.warn("a datagram could not be sent: {cause}", cause=e.strerror)

    # The other workers

    def _send_to(self, peer: _Peer, batch: Batch, records: bytes) -> None:
        if peer.sent - peer.heard >= self._limit:
            if self._clock.seconds() - peer.last_sign < LOST_AFTER:
                self._metrics.datagrams_withheld += 1
                return
            peer.heard = peer.sent  # the datagrams under way are lost, or the worker is gone
        if peer.sent == peer.heard:
            peer.last_sign = self._clock.seconds()
        wanted = [event for event in batch.events if peer.wanted.wants(event)]
        if len(wanted) < len(batch.events):
            records = self._codec.records(wanted)
        peer.sent += 1
        self._write(self._codec.pack(self._trail(peer, peer.sent), batch.first, batch.last, records), peer.address)

    def _trail(self, peer: _Peer, number: int, telling: int = 0) -> Trail:
        if peer.answer is not None and peer.answer.active():
            peer.answer.cancel()
        return Trail(number, peer.came, peer.incarnation, peer.wanted.number, telling)

    def _tell_soon(self) -> None:
        if self._telling is None or not self._telling.active():
            self._telling = self._clock.callLater(0, self._tell_all)

    def _tell_all(self) -> None:
        for peer in self._peers.values():
            self._tell(peer)

    def _tell(self, peer: _Peer) -> None:
        """Tell a peer this worker's interests."""
        peer.told = self._clock.seconds()
        interests = self._interests
        self._write(self._codec.pack(self._trail(peer, 0, interests.number), 0, 0, interests.told()), peer.address)

    def _answer(self, peer: _Peer) -> None:
        """Acknowledge a peer's datagrams: no other datagram went to it in this turn, which would have done so."""
        self._write(self._codec.pack(self._trail(peer, 0), 0, 0, self._codec.records([])), peer.address)

    def _heard_from(self, peer: _Peer, datagram: Datagram) -> bool:
        """@return: whether the peer knew all interests of this worker."""
        peer.meet(datagram.incarnation)
        if datagram.trail.heard_of == self._codec.incarnation and datagram.trail.heard > peer.heard:
            peer.heard = min(datagram.trail.heard, peer.sent)
            peer.last_sign = self._clock.seconds()
        if datagram.trail.telling:
            peer.wanted.learn(datagram.trail.telling, datagram.told)
        if datagram.trail.number:
            peer.came = max(peer.came, datagram.trail.number)
            if peer.answer is None or not peer.answer.active():
                peer.answer = self._clock.callLater(0, self._answer, peer)
        knew = datagram.trail.wanted >= self._interests.number and datagram.trail.heard_of == self._codec.incarnation
        if not knew and self._clock.seconds() - peer.told >= LOST_AFTER:
            self._tell(peer)
        return knew

    # Receiving

    def datagramReceived(self, datagram: bytes, addr: object) -> None:
        """A datagram arrived, from any sender. Whatever it is, this does not raise."""
        try:
            self._received(self._codec.unpack(datagram))
        except BadDatagram as e:
            self._metrics.datagram_dropped(e.cause)
        except Exception:
            self._log.failure("a datagram could not be delivered")

    def _received(self, datagram: Datagram) -> None:
        if datagram.worker == self._codec.worker:
            knew = True
            self._credit(datagram.trail.number)
        elif datagram.worker in self._peers:
            knew = self._heard_from(self._peers[datagram.worker], datagram)
            if not datagram.trail.number:
                return
        else:
            raise BadDatagram("foreign")
        first, last, events = datagram.batch
        try:
            if self._receiver.received(first, last, events, knew):
                self._metrics.datagrams_received += 1
            else:
                self._metrics.datagram_dropped("doubled")
        finally:
            self._go_on()

    def _credit(self, number: int) -> None:
        if number > self._heard:
            # On loopback datagrams keep their order: the earlier ones have arrived, or never will.
            self._heard = min(number, self._sent)
            if self._silence is not None and self._silence.active():
                self._silence.reset(LOST_AFTER)

    def _look_once_more(self) -> None:
        """See L{REACTOR_DELAY}."""
        self._silence = self._clock.callLater(REACTOR_DELAY, self._give_up)

    def _give_up(self) -> None:
        """No datagram has arrived for a while: those under way are lost. Routing reads their events from the log."""
        if self.under_way:
            self._metrics.datagrams_lost += self.under_way
            self._heard = self._sent
            self._go_on()

    def _go_on(self) -> None:
        waiting = self._waiting
        if waiting is not None and self.under_way < self._limit:
            self._waiting = None
            waiting.callback(None)
