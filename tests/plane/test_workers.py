"""Links of several workers: what each wants, and what the others know of it; and nobody waits for the dead."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.plane.datagram import Codec, Trail
from hichat.pipeline.plane.interests import BITS, Interests, PeerInterests
from hichat.pipeline.plane.udp import KERNEL_COST, LOST_AFTER, UDPCarrier
from hichat.runtime.metrics import Metrics

KEY = b"k" * 32


def message(position: int, sender: int, target: int) -> Event:
    scope = Scope.GROUP if target >= FIRST_GROUP_ID else Scope.USER
    return Event(position, 1, position, position, Kind.MESSAGE, scope, sender, target, 0, 0, b"x")


class Host:
    """Workers whose datagrams arrive when the test says so."""

    def __init__(self, workers: int, datagrams: int = 64) -> None:
        self.clock = Clock()
        self.datagrams = datagrams * workers
        self.workers = [Worker(self, number, workers, 40 + number) for number in range(workers)]
        self.flying: list[tuple[bytes, int]] = []
        for worker in self.workers:
            worker.start()
        self.settle()

    def fly(self) -> None:
        flying, self.flying = self.flying, []
        for datagram, port in flying:
            self.workers[port - 3000].carrier.datagramReceived(datagram, ("127.0.0.1", 0))

    def settle(self) -> None:
        for _ in range(5):
            self.clock.advance(0)
            self.fly()


class Worker:
    """One worker's carrier, its transport and its receiver."""

    def __init__(self, host: Host, number: int, workers: int, incarnation: int) -> None:
        self.host = host
        self.number = number
        self.interests = Interests()
        self.metrics = Metrics()
        self.codec = Codec(KEY, number, incarnation)
        others = {other: ("127.0.0.1", 3000 + other) for other in range(workers) if other != number}
        self.carrier = UDPCarrier(self.codec, self, host.clock, self.metrics, others, self.interests)  # type: ignore[arg-type]
        self.came: list[tuple[int, int, list[int], bool]] = []

    def start(self) -> None:
        self.carrier.transport = self  # type: ignore[assignment]
        self.carrier.startProtocol()

    def received(self, first: int, last: int, events: list[Event], knew: bool) -> bool:
        self.came.append((first, last, [event.position for event in events], knew))
        return True

    def send(self, *events: Event) -> None:
        for piece in self.carrier.split(events):
            self.carrier.send(piece)

    # A UDP transport

    def getHost(self):  # noqa: N802
        class Address:
            host, port = "127.0.0.1", 3000 + self.number

        return Address

    def getHandle(self) -> Worker:  # noqa: N802
        return self

    def setsockopt(self, *_: int) -> None:
        pass

    def getsockopt(self, *_: int) -> int:
        return self.host.datagrams * KERNEL_COST

    def write(self, data: bytes, address: tuple[str, int]) -> None:
        self.host.flying.append((data, address[1]))


class WorkersTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.host = Host(2)
        self.a, self.b = self.host.workers

    def test_only_what_is_wanted(self) -> None:
        self.b.interests.add(7)
        self.host.settle()
        self.a.send(message(1, 1, 2), message(2, 1, 7), message(3, 7, 1), message(4, 1, FIRST_GROUP_ID))
        self.host.fly()
        self.assertEqual(self.a.came, [(1, 4, [1, 2, 3, 4], True)])
        self.assertEqual(self.b.came, [(1, 4, [2, 3], True)])

    def test_it_did_not_know(self) -> None:
        """Under way before it heard that more is wanted."""
        self.host.settle()
        self.b.interests.add(7)
        self.a.send(message(1, 1, 7))
        self.host.fly()
        self.assertEqual(self.b.came, [(1, 1, [], False)])
        self.host.settle()
        self.a.send(message(2, 1, 7))
        self.host.fly()
        self.assertEqual(self.b.came[1:], [(2, 2, [2], True)])

    def test_it_is_told_again(self) -> None:
        """What was told got lost: the next batch shows it."""
        self.b.interests.add(7)
        self.host.clock.advance(0)
        self.host.flying = []
        self.host.clock.advance(LOST_AFTER)
        self.a.send(message(1, 1, 7))
        self.host.settle()
        self.a.send(message(2, 1, 7))
        self.host.fly()
        self.assertEqual(self.b.came, [(1, 1, [], False), (2, 2, [2], True)])

    def test_a_worker_that_was_started_anew(self) -> None:
        """It may want everything, and it gets it until it has said what it wants."""
        self.host.settle()
        fresh = Worker(self.host, 1, 2, 99)
        self.host.workers[1] = fresh
        fresh.start()
        fresh.interests.add(7)
        self.host.settle()
        self.a.send(message(1, 1, 7), message(2, 1, 2))
        self.host.fly()
        self.assertEqual(fresh.came, [(1, 2, [1], True)])

    def test_the_dead_are_not_waited_for(self) -> None:
        """And they get no more than their buffer holds."""
        host = Host(2, datagrams=3)
        a, _ = host.workers
        for position in range(1, 20):
            a.send(message(position, 1, 2))
            own = [datagram for datagram in host.flying if datagram[1] == 3000]
            others = [datagram for datagram in host.flying if datagram[1] == 3001]
            self.assertLessEqual(len(others), 3)
            host.flying = own + others
            for datagram, _port in own:
                a.carrier.datagramReceived(datagram, ("127.0.0.1", 0))
            host.flying = others
        self.assertEqual(len(a.came), 19)
        self.assertEqual(a.metrics.datagrams_withheld, 16)
        host.clock.advance(LOST_AFTER)
        a.send(message(20, 1, 2))
        self.assertEqual(len([d for d in host.flying if d[1] == 3001]), 4)

    def test_what_arrived_gives_credit(self) -> None:
        host = Host(2, datagrams=3)
        a, b = host.workers
        for position in range(1, 20):
            a.send(message(position, 1, 2))
            host.settle()
        self.assertEqual((len(b.came), a.metrics.datagrams_withheld), (19, 0))

    def test_a_stranger(self) -> None:
        stranger = Worker(self.host, 5, 2, 1)
        ((batch, records),) = stranger.codec.split([message(1, 1, 2)])
        data = stranger.codec.pack(Trail(1), batch.first, batch.last, records)
        self.a.carrier.datagramReceived(data, ("127.0.0.1", 9))
        self.assertEqual((self.a.came, self.a.metrics.dropped("foreign")), ([], 1))


class InterestsTests(SynchronousTestCase):
    def test_the_same_bit_twice(self) -> None:
        own, known = Interests(), PeerInterests()
        own.add(7)
        number = own.number
        own.add(7 + BITS)
        self.assertEqual(own.number, number)
        own.discard(7)
        known.learn(own.number, own.told())
        self.assertTrue(known.wants(message(1, 1, 7)))
        own.discard(7 + BITS)
        known.learn(own.number, own.told())
        self.assertFalse(known.wants(message(1, 1, 7)))

    def test_what_concerns_everybody(self) -> None:
        known = PeerInterests()
        known.learn(1, Interests().told())
        self.assertFalse(known.wants(message(1, 1, 2)))
        self.assertTrue(known.wants(Event(1, 1, 1, 1, Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, 0, 0, b"1")))
        self.assertTrue(known.wants(Event(1, 1, 1, 1, Kind.MESSAGE, Scope.EVERYONE, 1, 0, 0, 0, b"x")))

    def test_nonsense_means_everything(self) -> None:
        known = PeerInterests()
        known.learn(1, b"short")
        self.assertTrue(known.wants(message(1, 1, 2)))
