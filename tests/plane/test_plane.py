"""The writer and the carrier: credit, loss, and what comes from strangers."""

from __future__ import annotations

import socket

from twisted.internet.defer import QueueOverflow
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.events import Event
from hichat.pipeline.plane import udp as link_module
from hichat.pipeline.plane.datagram import Codec, Trail
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.plane.queue import PlaneWriter
from hichat.pipeline.plane.udp import KERNEL_COST, LOST_AFTER, REACTOR_DELAY, UDPCarrier
from hichat.runtime.metrics import Metrics
from tests.support.datagrams import KEY, event


class Socket:
    """A socket whose receive buffer is as large as the test wants."""

    def __init__(self, buffer: int) -> None:
        self.buffer = buffer

    def setsockopt(self, *_: int) -> None:
        pass

    def getsockopt(self, level: int, option: int) -> int:
        assert (level, option) == (socket.SOL_SOCKET, socket.SO_RCVBUF)
        return self.buffer


class Wire:
    """A UDP transport that keeps what is written."""

    def __init__(self, datagrams: int) -> None:
        self.handle = Socket(datagrams * KERNEL_COST)
        self.written: list[bytes] = []
        self.error: OSError | None = None

    def getHost(self):  # noqa: N802
        class Address:
            host, port = "127.0.0.1", 3000

        return Address

    def getHandle(self) -> Socket:  # noqa: N802
        return self.handle

    def write(self, data: bytes, address: tuple[str, int]) -> None:
        assert address == ("127.0.0.1", 3000)
        if self.error:
            raise self.error
        self.written.append(data)


class Receiver:
    """Routing that believes everything, once."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, int, list[Event]]] = []
        self.fail = False

    def received(self, first: int, last: int, events: list[Event], knew: bool) -> bool:
        if self.fail:
            raise ZeroDivisionError
        if (first, last, events) in self.batches:
            return False
        self.batches.append((first, last, events))
        return True


class PlaneTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        self.receiver = Receiver()
        self.codec = Codec(KEY, 0, 42)
        self.carrier = UDPCarrier(self.codec, self.receiver, self.clock, self.metrics)  # type: ignore[arg-type]
        self.wire = Wire(datagrams=2)
        self.carrier.transport = self.wire  # type: ignore[assignment]
        self.carrier.startProtocol()
        self.intake = Intake()
        self.writer = PlaneWriter(self.carrier, self.intake)
        self.writer.start()
        self.addCleanup(lambda: self.successResultOf(self.stop()))

    def stop(self):
        from twisted.internet.defer import Deferred

        self.carrier.stopProtocol()
        return Deferred.fromCoroutine(self.writer.stop())

    def test_what_the_queue_does_not_take_is_not_counted(self) -> None:
        """It cannot happen while the intake is bounded as the queue is; a larger one has a deeper queue."""
        writer = PlaneWriter(self.carrier, Intake(high=2000), depth=2000)
        for position in range(1, 2001):
            writer.put([event(position)])
        self.assertEqual(writer.depth, 2000)
        self.assertRaises(QueueOverflow, writer.put, [event(2001)])
        self.assertEqual(writer.depth, 2000)

    def put(self, position: int, count: int = 1) -> None:
        for _ in range(count):
            self.intake.admit()
        self.writer.put([event(position + i) for i in range(count)])

    def arrive(self) -> None:
        written, self.wire.written = self.wire.written, []
        for data in written:
            self.carrier.datagramReceived(data, ("127.0.0.1", 3000))

    def test_the_way(self) -> None:
        self.put(1, 3)
        self.arrive()
        self.assertEqual(self.receiver.batches, [(1, 3, [event(1), event(2), event(3)])])
        self.assertEqual((self.intake.count, self.writer.depth), (0, 0))
        self.assertEqual((self.metrics.datagrams_sent, self.metrics.datagrams_received), (1, 1))

    def test_no_more_than_the_buffer_holds(self) -> None:
        for position in range(1, 6):
            self.put(position)
        self.assertEqual(len(self.wire.written), 2)
        # What was not handed to the carrier stays counted: that is what holds the senders back.
        self.assertEqual((self.intake.count, self.writer.depth), (3, 3))
        self.arrive()
        self.assertEqual(len(self.wire.written), 2)
        self.arrive()
        self.arrive()
        self.assertEqual([first for first, _, _ in self.receiver.batches], [1, 2, 3, 4, 5])
        self.assertEqual((self.intake.count, self.writer.depth), (0, 0))

    def test_a_batch_larger_than_the_credit(self) -> None:
        large = [event(i, b"x" * 20_000) for i in range(1, 6)]
        self.writer.put(large)
        idle = self.writer.idle()
        for _ in range(5):
            self.assertLessEqual(len(self.wire.written), 2)
            self.arrive()
        self.successResultOf(idle)
        self.assertEqual([e for _, _, events in self.receiver.batches for e in events], large)

    def test_lost_datagrams_give_their_credit_back(self) -> None:
        for position in range(1, 5):
            self.put(position)
        self.wire.written = []
        self.clock.pump([LOST_AFTER, REACTOR_DELAY])
        self.assertEqual(self.metrics.datagrams_lost, 2)
        self.arrive()
        self.assertEqual([first for first, _, _ in self.receiver.batches], [3, 4])

    def test_a_late_reactor_is_no_loss(self) -> None:
        self.put(1)
        self.clock.advance(10)
        self.arrive()
        self.clock.advance(REACTOR_DELAY)
        self.assertEqual(self.metrics.datagrams_lost, 0)

    def test_one_lost_among_others(self) -> None:
        self.put(1)
        self.put(2)
        del self.wire.written[0]
        self.arrive()
        self.assertEqual(self.carrier.under_way, 0)

    def test_doubled(self) -> None:
        self.put(1)
        self.wire.written *= 3
        self.arrive()
        self.assertEqual(len(self.receiver.batches), 1)
        self.assertEqual(self.metrics.dropped("doubled"), 2)
        self.assertEqual(self.carrier.under_way, 0)

    def test_strangers(self) -> None:
        other = Codec(KEY, 0, 43)
        ((batch, records),) = other.split([event(1)])
        self.carrier.datagramReceived(other.pack(Trail(10**6), batch.first, batch.last, records), ("127.0.0.1", 9))
        self.carrier.datagramReceived(b"hello", ("127.0.0.1", 9))
        self.carrier.datagramReceived(b"hello" * 100, ("127.0.0.1", 9))
        self.assertEqual(self.receiver.batches, [])
        self.assertEqual((self.metrics.dropped("foreign"), self.metrics.dropped("truncated")), (1, 1))
        self.put(1)
        self.assertEqual(self.carrier.under_way, 1)
        self.arrive()
        self.assertEqual(len(self.receiver.batches), 1)

    def test_an_error_behind_the_link_does_not_end_it(self) -> None:
        self.receiver.fail = True
        self.put(1)
        self.arrive()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.receiver.fail = False
        for position in range(2, 8):
            self.put(position)
            self.arrive()
        self.assertEqual([first for first, _, _ in self.receiver.batches], [2, 3, 4, 5, 6, 7])

    def test_an_error_of_the_socket_does_not_end_it(self) -> None:
        self.wire.error = OSError(105, "No buffer space available")
        self.put(1)
        self.put(2)
        self.put(3)
        self.wire.error = None
        self.clock.pump([LOST_AFTER, REACTOR_DELAY])
        self.arrive()
        self.assertEqual([first for first, _, _ in self.receiver.batches], [3])
        self.assertEqual(self.metrics.dropped("unsent"), 2)

    def test_the_link_asks_for_a_large_buffer(self) -> None:
        self.assertGreater(link_module.RECEIVE_BUFFER, 64 * KERNEL_COST)
