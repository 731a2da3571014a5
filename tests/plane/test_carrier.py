"""The plane's writer and any carrier: what it asks of one is L{ICarrier}, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyClass, verifyObject

from hichat.core.errors import StartError
from hichat.core.events import Batch, Event, Scope
from hichat.core.kinds import Kind
from hichat.core.ports import ICarrier, Piece
from hichat.pipeline.plane.datagram import Codec
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.plane.queue import PlaneWriter
from hichat.pipeline.plane.udp import UDPCarrier
from hichat.runtime.metrics import Metrics


def event(position: int) -> Event:
    """@return: a message."""
    return Event(position, 1, position, position, Kind.MESSAGE, Scope.USER, 1, 2, 0, 0, b"x")


@implementer(ICarrier)
class ByHand:
    """A carrier without a network: it has room for so many pieces of one event."""

    def __init__(self, room: int) -> None:
        self.left = room
        self.waiting: Deferred[None] | None = None
        self.sent: list[Piece] = []

    def start(self) -> None:
        """See L{ICarrier.start}."""

    def stop(self) -> None:
        """See L{ICarrier.stop}."""

    def split(self, events: Sequence[Event]) -> Iterator[Piece]:
        """See L{ICarrier.split}."""
        for each in events:
            yield Piece(Batch(each.position, each.position, [each]), b"%d" % each.position)

    def room(self) -> Deferred[None] | None:
        """See L{ICarrier.room}."""
        if self.left:
            return None
        self.waiting = Deferred()
        return self.waiting

    def send(self, piece: Piece) -> None:
        """See L{ICarrier.send}."""
        assert self.left, "there is no room"
        self.left -= 1
        self.sent.append(piece)

    def more(self, room: int) -> None:
        """There is room for so many more."""
        self.left += room
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting.callback(None)


class CarrierTests(SynchronousTestCase):
    """What the plane's writer does with one."""

    def setUp(self) -> None:
        self.intake = Intake()
        self.carrier = ByHand(2)
        verifyObject(ICarrier, self.carrier)
        self.writer = PlaneWriter(self.carrier, self.intake)
        self.writer.start()
        self.addCleanup(lambda: self.successResultOf(Deferred.fromCoroutine(self.writer.stop())))

    def put(self, *positions: int) -> None:
        """These are durable."""
        self.intake.took(len(positions))
        self.writer.put([event(position) for position in positions])

    @property
    def sent(self) -> list[bytes]:
        """What the carrier was given."""
        return [piece.packed for piece in self.carrier.sent]

    def test_waits_for_room_between_the_pieces_of_a_batch(self) -> None:
        """They count until the last piece is handed over."""
        self.put(1, 2, 3)
        self.assertEqual((self.sent, self.writer.depth, self.intake.count), ([b"1", b"2"], 3, 3))
        self.carrier.more(1)
        self.assertEqual((self.sent, self.writer.depth, self.intake.count), ([b"1", b"2", b"3"], 0, 0))

    def test_order(self) -> None:
        """However little room there is."""
        self.put(1, 2)
        self.put(3)
        self.put(4, 5)
        for _ in range(3):
            self.carrier.more(1)
        self.assertEqual(self.sent, [b"1", b"2", b"3", b"4", b"5"])

    def test_a_carrier_that_fails_is_not_the_end(self) -> None:
        """What it does not take is in the log."""
        self.patch(self.carrier, "split", lambda events: 1 / 0)
        self.put(1)
        del self.carrier.split
        self.put(2)
        self.assertEqual((self.sent, self.intake.count), ([b"2"], 0))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class LinkTests(SynchronousTestCase):
    """The carrier over UDP, as the daemon starts and stops it."""

    def carrier(self, bind: Any) -> UDPCarrier:
        """@return: a carrier that gets its socket so."""
        receiver = cast(Any, None)
        return UDPCarrier(Codec(b"k" * 32, 0, 42), receiver, cast(Any, Clock()), Metrics(), bind=bind)

    def test_it_is_one(self) -> None:
        """It has all that is asked of a carrier."""
        verifyClass(ICarrier, UDPCarrier)

    def test_starts_and_stops(self) -> None:
        """It is stopped once, however often that is said; also if it never was started."""
        stopped: list[DatagramProtocol] = []

        class Port:
            def __init__(self, protocol: DatagramProtocol) -> None:
                self.protocol = protocol

            def stopListening(self) -> None:  # noqa: N802
                stopped.append(self.protocol)

        carrier = self.carrier(lambda protocol: cast(IListeningPort, Port(protocol)))
        carrier.stop()
        carrier.start()
        self.assertEqual(stopped, [])
        carrier.stop()
        carrier.stop()
        self.assertEqual(stopped, [carrier])

    def test_a_worker_is_where_it_is_said_to_be(self) -> None:
        """Its address follows from nothing else: not from its number, and not from our own address."""
        there = ("127.0.0.9", 4567)
        receiver = cast(Any, None)
        carrier = UDPCarrier(Codec(b"k" * 32, 0, 42), receiver, cast(Any, Clock()), Metrics(), {7: there})
        written: list[tuple[str, int]] = []

        class Wire:
            def getHost(self) -> IPv4Address:  # noqa: N802
                return IPv4Address("UDP", "127.0.0.1", 3000)

            def getHandle(self) -> Wire:  # noqa: N802
                return self

            def setsockopt(self, *_: int) -> None:
                pass

            def getsockopt(self, *_: int) -> int:
                return 1024 * 1024

            def write(self, _datagram: bytes, address: tuple[str, int]) -> None:
                written.append(address)

        carrier.transport = cast(Any, Wire())
        carrier.startProtocol()
        self.addCleanup(carrier.stopProtocol)
        for piece in carrier.split([event(1)]):
            carrier.send(piece)
        self.assertEqual(written, [("127.0.0.1", 3000), there])

    def test_a_port_that_is_taken(self) -> None:
        """The start fails with what the operator is told."""

        def taken(_protocol: DatagramProtocol) -> IListeningPort:
            raise StartError("it is taken")

        carrier = self.carrier(taken)
        self.assertRaises(StartError, carrier.start)
        self.assertIsNone(carrier.stop())
