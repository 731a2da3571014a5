"""How many connections there may be."""

from typing import cast

from twisted.internet.task import Clock
from twisted.logger import LogEvent
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import Busy, TooManyConnections
from hichat.pipeline.gateway.admission import (
    DOOR,
    MOST,
    SUMMARY,
    Capacity,
    Caps,
    ConnectionSlot,
    Refusals,
    caps_of,
    key_of,
)
from hichat.runtime.metrics import Metrics
from tests.support.doubles import watch_log


class PlacesCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        self.lines: list[LogEvent] = []
        watch_log(self, self.lines.append)

    def capacity(self, total: int = 1000, address: int = 1000) -> Capacity:
        return Capacity(Caps(total, address, 1000), Refusals(self.metrics, self.clock))

    def refused(self, reason: str) -> float:
        line = f'hichat_connections_refused_total{{reason="{reason}"}} '
        return float(self.metrics.exposition().decode().partition(line)[2].split()[0])


class Limits(PlacesCase):
    def let_in(self, slot: ConnectionSlot | None) -> ConnectionSlot:
        assert slot is not None
        self.assertIsNone(slot.refusal)
        return slot

    def test_of_an_address(self) -> None:
        capacity = self.capacity(address=3)
        entered = [self.let_in(capacity.enter("a")) for _ in range(3)]
        refused = capacity.enter("a")
        assert refused is not None
        self.assertIsInstance(refused.refusal, TooManyConnections)
        self.let_in(capacity.enter("b"))
        self.assertEqual((capacity.taken, self.refused("address")), (4, 1))
        refused.leave()
        entered[0].leave()
        entered[0].leave()
        self.assertEqual(capacity.taken, 3)
        self.let_in(capacity.enter("a"))
        self.assertIsNotNone(cast(ConnectionSlot, capacity.enter("a")).refusal)

    def test_in_all(self) -> None:
        capacity = self.capacity(total=2)
        first = self.let_in(capacity.enter(""))
        self.let_in(capacity.enter("a"))
        self.assertIsInstance(cast(ConnectionSlot, capacity.enter("b")).refusal, Busy)
        first.leave()
        self.let_in(capacity.enter("b"))

    def test_beyond_the_door_nobody_is_told(self) -> None:
        capacity = self.capacity(address=1)
        self.let_in(capacity.enter("a"))
        told = [cast(ConnectionSlot, capacity.enter("a")) for _ in range(DOOR)]
        self.assertIsNone(capacity.enter("a"))
        self.assertEqual((capacity.taken, self.refused("address")), (1, DOOR + 1))
        told[0].leave()
        self.assertIsNotNone(capacity.enter("a"))

    def test_nothing_is_kept_of_who_is_gone(self) -> None:
        capacity = self.capacity()
        for slot in [capacity.enter(f"a{i}") for i in range(100)]:
            self.let_in(slot).leave()
        self.assertEqual((len(capacity.addresses), capacity.taken), (0, 0))

    def test_keys(self) -> None:
        one, same, other = "2001:db8:1:2::3", "2001:db8:1:2:ffff::4", "2001:db8:1:3::3"
        self.assertEqual(key_of(one), key_of(same))
        self.assertNotEqual(key_of(one), key_of(other))
        self.assertEqual(key_of("::ffff:192.0.2.1"), key_of("192.0.2.1"))
        # Where this machine is no trusted proxy, it is an address like others.
        self.assertEqual(key_of("127.0.0.1"), "127.0.0.1")


class Reserve(SynchronousTestCase):
    def test_descriptors_stay(self) -> None:
        for descriptors in (256, 1024, 20_000, 65_536, 2**20):
            for wanted in (None, 10, 10**6):
                caps = caps_of(descriptors, wanted, 500, 50)
                self.assertGreater(caps.total, 0)
                self.assertGreater(caps.files, 0)
                self.assertLessEqual(caps.total + caps.files, descriptors - min(96, descriptors // 4))

    def test_as_the_operator_wants_it(self) -> None:
        self.assertEqual(caps_of(1024, None, 5, 6), (768, 5, 6, 160))
        self.assertEqual(caps_of(1024, 10, 5, 6), (10, 5, 6, 160))
        self.assertEqual(caps_of(2**20, None, 5, 6).total, MOST)


class Told(PlacesCase):
    def test_once_a_minute(self) -> None:
        capacity = self.capacity(address=1)
        capacity.enter("192.0.2.1")
        for _ in range(1000):
            capacity.enter("192.0.2.1")
        self.assertEqual(len(self.lines), 1)
        self.clock.advance(SUMMARY)
        self.assertEqual([line["log_level"].name for line in self.lines], ["warn", "warn"])
        self.assertEqual((self.lines[1]["count"], self.lines[1]["who"]), (999, "192.0.2.1"))
        self.clock.advance(SUMMARY)
        self.assertEqual((len(self.lines), self.clock.getDelayedCalls()), (2, []))
        capacity.enter("192.0.2.1")
        self.assertEqual(len(self.lines), 3)
