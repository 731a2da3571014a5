"""
The link: the UDP socket, both its ends, and the credit between them.

Linux drops a datagram that does not fit the receive buffer, and tells nobody. So the sender has no more datagrams under
way than the buffer surely holds.
"""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from hichat.interfaces import IBatchReceiver
from hichat.metrics import Metrics
from hichat.plane.datagram import LARGEST, BadDatagram, Codec

KERNEL_COST = LARGEST + 2048
"""Bytes of receive buffer that a full datagram takes, with the kernel's own book-keeping."""

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Bytes of receive buffer asked for; the kernel gives what its limits allow."""

LOST_AFTER = 0.05
"""Seconds without a sign of a datagram after which all that are under way count as lost."""

GRACE = 0.005
"""Seconds more, in case it was the reactor that was late: so it reads its socket before all is called lost."""


class Link(DatagramProtocol):
    """
    A datagram protocol that sends to itself, or rather to its own address.

    @param receiver: is given what arrives.
    """

    _log = Logger()

    def __init__(self, codec: Codec, receiver: IBatchReceiver, clock: IReactorTime, metrics: Metrics) -> None:
        self._codec = codec
        self._receiver = receiver
        self._clock = clock
        self._metrics = metrics
        self._address = ("127.0.0.1", 0)
        self._limit = 1
        self._sent = 0
        self._heard = 0
        self._waiting: Deferred[None] | None = None
        self._silence: IDelayedCall | None = None

    def startProtocol(self) -> None:
        """The socket is bound: learn its address and what its buffer holds."""
        assert self.transport is not None
        host = self.transport.getHost()
        self._address = (host.host, host.port)
        handle = cast(Any, self.transport).getHandle()
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._limit = max(1, handle.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // KERNEL_COST)

    def stopProtocol(self) -> None:
        """The socket is closed."""
        if self._silence is not None and self._silence.active():
            self._silence.cancel()

    @property
    def under_way(self) -> int:
        """Datagrams that were sent and neither arrived nor were given up."""
        return self._sent - self._heard

    def room(self) -> Deferred[None] | None:
        """@return: None if a datagram may be sent now, else what fires when one may. One may wait at a time."""
        if self.under_way < self._limit:
            return None
        self._waiting = Deferred()
        return self._waiting

    def send(self, first: int, last: int, records: bytes) -> None:
        """Send one datagram; for the parameters see L{Codec.pack}. If the kernel refuses it, it is as good as lost."""
        self._sent += 1
        self._metrics.datagrams_sent += 1
        try:
            assert self.transport is not None
            self.transport.write(self._codec.pack(self._sent, first, last, records), self._address)
        except OSError as e:
            self._metrics.datagram_dropped("unsent")
            self._log.warn("a datagram could not be sent: {cause}", cause=e.strerror)
        if self._silence is None or not self._silence.active():
            self._silence = self._clock.callLater(LOST_AFTER, self._look_once_more)

    def datagramReceived(self, datagram: bytes, addr: object) -> None:
        """A datagram arrived, from wherever. Whatever it is, the link lives on."""
        try:
            self._received(datagram)
        except BadDatagram as e:
            self._metrics.datagram_dropped(e.cause)
        except Exception:
            self._log.failure("a datagram could not be delivered")

    def _received(self, data: bytes) -> None:
        number, (first, last, events) = self._codec.unpack(data)
        if number > self._heard:
            # Datagrams keep their order on loopback: the ones before this have arrived or never will.
            self._heard = min(number, self._sent)
            if self._silence is not None and self._silence.active():
                self._silence.reset(LOST_AFTER)
        try:
            if self._receiver.received(first, last, events):
                self._metrics.datagrams_received += 1
            else:
                self._metrics.datagram_dropped("doubled")
        finally:
            self._go_on()

    def _look_once_more(self) -> None:
        """See L{GRACE}."""
        self._silence = self._clock.callLater(GRACE, self._give_up)

    def _give_up(self) -> None:
        """Nothing was heard for a while: what is under way is lost (routing will read it from the log)."""
        if self.under_way:
            self._metrics.datagrams_lost += self.under_way
            self._heard = self._sent
            self._go_on()

    def _go_on(self) -> None:
        waiting = self._waiting
        if waiting is not None and self.under_way < self._limit:
            self._waiting = None
            waiting.callback(None)
