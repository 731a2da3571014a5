"""Members that a bus connects: it may lose, repeat and forge what it carries, and go down for one or for all."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.cluster.members import LEASE, VERSION, AllNeighbours, Members
from hichat.cluster.redis_address import RedisAddress
from hichat.pipeline.gateway.presence import HostPresence
from hichat.runtime.neighbours import ALONE
from tests.support.doubles import watch_log

KEY = b"k" * 32
ANN = 1


class Wire:
    """What Redis is: everything that is published comes to all who are connected, in one order."""

    def __init__(self) -> None:
        self.buses: list[FakeBus] = []
        self.sent: list[bytes] = []

    def publish(self, message: bytes, to: int) -> None:
        self.sent.append(message)
        for bus in tuple(self.buses):
            if bus.hears and to in (0, bus.number):
                bus.heard(message)


class FakeBus:
    """A bus on that wire. @ivar hears: whether what is published comes; C{speaks}: whether it may publish."""

    has_room = True

    def __init__(self, wire: Wire) -> None:
        self.heard: Callable[[bytes], object] = lambda message: None
        self.came_up: Callable[[], object] = lambda: None
        self.went_down: Callable[[], object] = lambda: None
        self.probe: Callable[[], object] = lambda: None
        self.number, self.is_up, self.hears, self.speaks = 0, False, False, False
        self.wire = wire
        wire.buses.append(self)

    def say(self, message: bytes, to: int = 0) -> None:
        if self.speaks:
            self.wire.publish(message, to)

    def is_heard(self) -> None:
        if not self.is_up:
            self.is_up = True
            self.came_up()

    def connect(self) -> None:
        self.number += 1000 + self.wire.buses.index(self)
        self.hears = self.speaks = True
        self.probe()

    def lose(self) -> None:
        self.hears = self.speaks = self.is_up = False
        self.went_down()


class Worker:
    """A worker of a host of its own, with the presence of its users."""

    def __init__(self, case: MembersTests, host: int, key: bytes = KEY) -> None:
        self.bus = FakeBus(case.wire)
        self.members = Members(self.bus, key, host, case.clock, ALONE)
        self.everybody = AllNeighbours(ALONE, self.members)
        self.presence = HostPresence(True, self.everybody)
        self.batches: list[bytes] = []
        self.covered: list[bool] = []
        self.members.batch, self.members.covered = self.batches.append, self.covered.append
        self.members.start()
        case.addCleanup(self.members.stop)


class MembersTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.wire = Clock(), Wire()
        self.one, self.two = Worker(self, 1), Worker(self, 2)
        self.one.bus.connect()
        self.two.bus.connect()

    def pass_time(self, seconds: float, *alive: Worker) -> None:
        """Let time pass, in which these say that they are there."""
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            for worker in alive:
                worker.bus.probe()

    def sees(self, worker: Worker, online: bool) -> None:
        self.clock.advance(0)
        self.assertEqual(worker.presence.is_online(ANN), online)

    def test_state(self) -> None:
        """What one says the others hear; one that comes later is told what was said before."""
        self.one.presence.show(ANN)
        self.sees(self.two, True)
        three = Worker(self, 3)
        three.bus.connect()
        self.sees(three, True)
        self.assertEqual([len(worker.members) for worker in (self.one, self.two, three)], [2, 2, 2])
        self.one.presence.hide(ANN)
        self.sees(self.two, False)
        self.sees(three, False)

    def test_lease(self) -> None:
        """One that says nothing is gone after its lease, not before; one that says good-bye, at once."""
        self.one.presence.show(ANN)
        self.pass_time(LEASE - 1, self.two)
        self.sees(self.two, True)
        self.pass_time(2.5, self.two)
        self.sees(self.two, False)
        # It was only slow: it is met again, and tells its state.
        self.one.bus.probe()
        self.sees(self.two, True)
        self.one.members.stop()
        self.sees(self.two, False)

    def test_away(self) -> None:
        """While the bus is down nobody is gone, however long; then what has changed meanwhile is learnt."""
        self.one.presence.show(ANN)
        self.sees(self.two, True)
        self.two.bus.lose()
        self.one.presence.hide(ANN)
        self.pass_time(3 * LEASE, self.one)
        self.sees(self.two, True)
        self.two.bus.connect()
        self.sees(self.two, False)
        self.assertEqual(self.two.covered, [True, False, True])

    def test_back_without_a_change(self) -> None:
        """Who is online all the time is not told to be offline in between."""
        self.one.presence.show(ANN)
        self.sees(self.two, True)
        told: list[bool] = []

        class Watching:
            user = 2
            owner = 0

            def present(self, user: int, online: bool) -> None:
                told.append(online)

        self.two.presence.watch(Watching(), [ANN])  # type: ignore[arg-type]
        for worker in (self.one, self.two):
            worker.bus.lose()
            self.pass_time(1, self.one, self.two)
            worker.bus.connect()
            self.pass_time(2 * LEASE, self.one, self.two)
            self.sees(self.two, True)
        self.assertNotIn(False, told)

    def test_away_at_the_start(self) -> None:
        """A daemon that starts while the bus is down is told so: it has to look at the log."""
        three = Worker(self, 3)
        self.pass_time(1)
        self.assertEqual(three.covered, [False])
        three.bus.connect()
        self.assertEqual(three.covered, [False, True])

    def test_gone_while_away(self) -> None:
        """One that has gone meanwhile tells nothing, and counts no longer than its lease."""
        self.one.presence.show(ANN)
        self.sees(self.two, True)
        self.two.bus.lose()
        self.one.bus.hears = self.one.bus.speaks = False
        self.pass_time(1, self.two)
        self.two.bus.connect()
        self.pass_time(LEASE - 1, self.two)
        self.sees(self.two, True)
        self.pass_time(1.5, self.two)
        self.sees(self.two, False)

    def test_a_gap(self) -> None:
        """One that has missed something asks for the state."""
        self.one.presence.show(ANN)
        self.sees(self.two, True)
        self.two.bus.hears = False
        self.one.presence.hide(ANN)
        self.clock.advance(0)
        self.two.bus.hears = True
        self.sees(self.two, True)
        self.one.bus.probe()
        self.sees(self.two, False)

    def test_batches(self) -> None:
        """They come to the other hosts, once, and not to this one."""
        self.one.members.batch_is(b"batch")
        self.assertEqual((self.one.batches, self.two.batches), ([], [b"batch"]))
        self.two.bus.heard(self.wire.sent[-1])
        self.assertEqual(self.two.batches, [b"batch"])
        self.assertEqual(self.two.members.dropped["doubled"], 1)

    def test_forged(self) -> None:
        """Neither a stranger with another key nor damaged bytes are believed, and nothing is raised."""
        stranger = Worker(self, 4, b"x" * 32)
        stranger.bus.connect()
        stranger.members.batch_is(b"batch")
        self.one.members.batch_is(b"batch")
        good = self.wire.sent[-1]
        before = len(self.two.batches)
        for place in range(len(good)):
            self.two.bus.heard(good[:place])
            self.two.bus.heard(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        self.assertEqual(len(self.two.batches), before)
        self.assertEqual(len(self.two.members), 1)
        self.assertGreater(self.two.members.dropped["forged"], len(good))

    def test_another_version(self) -> None:
        """
        While one of another version is there the bus does not carry everything; one line says so, and one when it is
        over.
        """
        lines: list[str] = []
        watch_log(self, lambda event: lines.append(eventAsText(event)))
        self.one.members.batch_is(b"batch")
        self.two.batches.clear()
        later = bytes([VERSION + 1]) + self.wire.sent[-1][17:]
        for times in (1, 2):
            for _ in range(100):
                self.two.bus.heard(blake2b(later, key=self.two.members._key, digest_size=16).digest() + later)
                self.pass_time(0.25, self.one, self.two)
            self.assertEqual(self.two.batches, [])
            self.assertEqual(self.two.covered, [True, False] * times)
            self.assertEqual(len(lines), 2 * times - 1)
            self.assertIn(f"speak version {VERSION + 1} and not {VERSION}", lines[-1])
            self.pass_time(LEASE + 1, self.one, self.two)
            self.assertEqual(self.two.covered, [True, False] * times + [True])
            self.assertIn(f"all members speak version {VERSION} now", lines[-1])
        self.assertEqual(len(lines), 4)
        self.assertEqual(self.two.members.dropped["version"], 200)

    def test_one_order(self) -> None:
        """What all have to hear in one order comes back to who says it, as it comes to the others."""
        heard: dict[str, list[Any]] = {"one": [], "two": []}
        for name, worker in (("one", self.one), ("two", self.two)):
            take = heard[name].append
            worker.everybody.follow("order", lambda _, said, take=take: take(said), int, echo=True)  # type: ignore[misc]
        self.one.everybody.tell("order", 1)
        self.two.everybody.tell("order", 2)
        self.clock.advance(0)
        self.assertEqual(heard, {"one": [1, 2], "two": [1, 2]})


class RedisAddressTests(SynchronousTestCase):
    def test_parsed(self) -> None:
        self.assertEqual(RedisAddress.parse("redis://redis.lan"), RedisAddress([("redis.lan", 6379)]))
        self.assertEqual(
            RedisAddress.parse("rediss://ann:p%40ss@redis.lan:1/2"),
            RedisAddress([("redis.lan", 1)], True, "ann", "p@ss", 2),
        )
        self.assertEqual(
            RedisAddress.parse("redis+sentinel://:pass@one,[::1]:5/main"),
            RedisAddress([("one", 26379), ("::1", 5)], False, None, "pass", None, "main"),
        )

    def test_wrong(self) -> None:
        for text in ("http://x", "redis://", "redis://x/y", "redis://a,b", "redis+sentinel://a", "redis://a:x"):
            self.assertRaises(ValueError, RedisAddress.parse, text)

    def test_no_part_of_a_password_is_shown(self) -> None:
        for text in ("redis://ann:gehe#im@x", "redis://ann:gehe?im@x", "redis://ann:12#im@x", "redis://ann:geheim"):
            error = self.assertRaises(ValueError, RedisAddress.parse, text)
            self.assertNotIn("gehe", str(error))

    def test_shown_without_the_password(self) -> None:
        self.assertEqual(str(RedisAddress.parse("redis://:geheim@redis.lan")), "redis.lan:6379")
