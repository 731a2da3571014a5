"""What the workers of a host have in common: presence, devices, limits. They tell each other, each in its own time."""

from __future__ import annotations

import random
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.core.errors import TooManyAttempts, TooManyRequests
from hichat.core.ports import INeighbours
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.roster import Roster
from hichat.runtime import neighbours
from hichat.runtime.limits import Limit, Rate, host_limits
from hichat.runtime.metrics import HostMetrics, Metrics
from hichat.runtime.neighbours import ALONE, TELL_INTERVAL, Neighbours
from hichat.runtime.work import Budgets
from hichat.web.server import OnlineDevice, ServerView, WorkerFacts
from tests import proof
from tests.support.host import Host

T = TypeVar("T")

USERS = range(1, 6)


class Watcher:
    def __init__(self, user: int = 9, owner: int = 0) -> None:
        self.user, self.owner = user, owner
        self.told: dict[int, list[bool]] = {user: [] for user in USERS}

    def present(self, user: int, online: bool) -> None:
        self.told[user].append(online)


class Discreet(Watcher):
    """A watcher that is told nothing of who is hidden from its user, as a session's client is not."""

    def __init__(self, presence: HostPresence, user: int = 9, owner: int = 0) -> None:
        super().__init__(user, owner)
        self.presence = presence

    def present(self, user: int, online: bool) -> None:
        if not self.presence.is_hidden(user, self.user, self.owner):
            super().present(user, online)


class Device:
    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = 0

    def replaced(self) -> None:
        self.closed += 1


class InterfaceTests(SynchronousTestCase):
    def test_all_are_neighbours(self) -> None:
        for each in (ALONE, Neighbours(0, None), Host().join(1)):
            verifyObject(INeighbours, each)


class PresenceTests(SynchronousTestCase):
    def test_seeded(self) -> None:
        for seed in range(proof.many(200, 30)):
            self.play(random.Random(seed))

    def play(self, chance: random.Random) -> None:
        host = Host(chance)
        presences: dict[int, HostPresence] = {}
        watchers: dict[int, Watcher] = {}
        shown: dict[int, list[int]] = {}

        def start(number: int) -> None:
            presence = HostPresence(True, host.join(number))
            presences[number], watchers[number], shown[number] = presence, Watcher(), []
            presences[number].watch(watchers[number], USERS)  # type: ignore[arg-type]

        for number in range(3):
            start(number)
        for _ in range(80):
            number, step = chance.randrange(3), chance.random()
            if step < 0.35:
                user = chance.choice(USERS)
                shown[number].append(user)
                presences[number].show(user)
            elif step < 0.6 and shown[number]:
                presences[number].hide(shown[number].pop(chance.randrange(len(shown[number]))))
            elif step < 0.63:
                host.leave(number)
                start(number)
            else:
                host.hear_one()
        host.settle()
        online = {user for users in shown.values() for user in users}
        for number, presence in presences.items():
            self.assertEqual({user for user in USERS if presence.is_online(user)}, online)
            for user, told in watchers[number].told.items():
                self.assertEqual(told[-1] if told else False, user in online)
                self.assertTrue(all(one != other for one, other in pairwise(told)), told)

    def watch_as_two(self, presence: HostPresence) -> list[Discreet]:
        """@return: two who watch everybody: user 9, and a bot of user 9."""
        watchers = [Discreet(presence), Discreet(presence, user=7, owner=9)]
        for watcher in watchers:
            presence.watch(watcher, USERS)  # type: ignore[arg-type]
        return watchers

    def test_blocked_users_see_nothing_of_those_elsewhere(self) -> None:
        """
        Neither that they come nor that they go; and the change of a block they do see. The same goes for their bots.
        """
        host, blocked = Host(), {1: {9}}
        first, second, third = (
            HostPresence(True, host.join(number), lambda user: blocked[user]) for number in range(3)
        )
        watchers = self.watch_as_two(second)

        def told() -> list[bool]:
            host.settle()
            found, also = (watcher.told[1] for watcher in watchers)
            self.assertEqual(found, also)
            for watcher in watchers:
                watcher.told[1] = []
            return found

        first.show(1)
        third.show(1)
        self.assertEqual((told(), second.is_online(1), second.is_hidden(1, 9, 0)), ([], True, True))
        self.assertFalse(second.is_hidden(1, 8, 0))
        first.hide(1)
        third.hide(1)
        self.assertEqual((told(), second.is_online(1), second.is_hidden(1, 9, 0)), ([], False, False))
        first.show(1)
        host.leave(1)
        second = HostPresence(True, host.join(1))
        watchers = self.watch_as_two(second)
        self.assertEqual((told(), second.is_hidden(1, 9, 0)), ([], True), "it is told when it comes")
        blocked[1] = set()
        first.blocks_changed(1)
        self.assertEqual(told(), [True])
        blocked[1] = {8, 9}
        first.blocks_changed(1)
        self.assertEqual(told(), [False])
        blocked[1] = {8}
        first.blocks_changed(1)
        third.blocks_changed(1)
        self.assertEqual(told(), [True])
        host.leave(0)
        self.assertEqual(told(), [False])

    def test_who_shows_nothing_tells_nothing(self) -> None:
        host = Host()
        first, second = (HostPresence(False, host.join(number)) for number in (0, 1))
        first.show(1)
        host.settle()
        self.assertFalse(second.is_online(1))


class DeviceTests(SynchronousTestCase):
    def test_seeded(self) -> None:
        """However they come: of the connections of one device the last one stays, and only that one."""
        for seed in range(proof.many(200, 30)):
            chance = random.Random(seed)
            host = Host(chance)
            rosters = [Roster(Metrics(), neighbours=host.join(number)) for number in range(3)]
            devices: list[Device] = []
            others: list[Device] = []
            for _ in range(chance.randint(2, 6)):
                roster = chance.choice(rosters)
                # Another device, another user with this number, and one of v1: they stay.
                count = len(devices)
                for user, device in ((7, Device(5)), (7, Device(6 + count)), (8 + count, Device(5)), (7, Device(0))):
                    roster.admit(user, device)  # type: ignore[arg-type]
                    roster.enter(user, device)  # type: ignore[arg-type]
                    (devices if (user, device.number) == (7, 5) else others).append(device)
                for _ in range(chance.randrange(8)):
                    host.hear_one()
            host.settle()
            self.assertEqual([device.closed > 0 for device in devices], [True] * (len(devices) - 1) + [False])
            self.assertEqual([device.closed for device in others], [0] * len(others))


class LimitTests(SynchronousTestCase):
    def setUp(self) -> None:
        # No reactor runs here.
        self.patch(neighbours, "isInIOThread", lambda: True)
        self.clock = Clock()
        self.host = Host()

    def limit(self, number: int, name: str = "login", attempts: int = 10) -> Limit:
        make = host_limits(self.host.join(number), b"salt")
        found = make(name, Rate(attempts, 600), lambda: int(self.clock.seconds() * 1000))
        assert isinstance(found, Limit)
        return found

    def test_attempts_at_any_worker_count(self) -> None:
        limits = [self.limit(number) for number in range(3)]
        for number in range(10):
            limits[number % 3].attempt("ann")
            self.host.settle()
        for limit in limits:
            self.assertRaises(TooManyAttempts, limit.attempt, "ann")
            limit.attempt("bob")
        limits[0].forgive("ann")
        self.host.settle()
        limits[2].attempt("ann")
        self.host.settle()
        self.assertRaises(TooManyAttempts, limits[1].attempt, "ann")

    def test_one_that_is_started_again_knows_the_count(self) -> None:
        first = self.limit(0)
        self.limit(1)
        for _ in range(10):
            first.attempt("ann")
        self.host.leave(1)
        again = self.limit(1)
        self.host.settle()
        self.assertRaises(TooManyAttempts, again.attempt, "ann")
        self.clock.advance(61)
        again.attempt("ann")

    def test_what_several_tell_one_that_comes_is_no_sum(self) -> None:
        first, second, _ = (self.limit(number) for number in range(3))
        for _ in range(2):
            first.attempt("ann")
            second.attempt("ann")
        self.host.settle()
        self.host.leave(2)
        again = self.limit(2)
        second.attempt("ann")
        self.host.settle()
        for _ in range(5):
            again.attempt("ann")
        self.assertRaises(TooManyAttempts, again.attempt, "ann")

    def test_limits_of_other_names_are_others(self) -> None:
        first, second = self.limit(0, "login"), self.limit(1, "register")
        for _ in range(10):
            first.attempt("ann")
        self.host.settle()
        second.attempt("ann")

    def test_messages(self) -> None:
        first, second = (Quota(Rate(100, 10), self.clock, self.host.join(number)) for number in (0, 1))
        for _ in range(60):
            first.took(1, 1)
        second.took(1, 30)
        self.clock.advance(TELL_INTERVAL)
        self.host.settle()
        self.assertEqual([first.room(1), second.room(1)], [11, 11])
        self.assertEqual([first.room(2), second.room(2)], [100, 100])
        second.lift()
        first.took(1, 5)
        self.clock.advance(TELL_INTERVAL)
        self.host.settle()
        self.assertGreater(second.room(1), 1000, "it stops, and must not lose what it has read")

    def test_work(self) -> None:
        first, second = (Budgets(Rate(100, 10), self.clock, self.host.join(number)) for number in (0, 1))
        first.users.charge(1, 150)
        first.addresses.charge("10.0.0.1", 600)
        self.clock.advance(TELL_INTERVAL)
        self.host.settle()
        self.assertRaises(TooManyRequests, second.users.check, 1)
        self.assertRaises(TooManyRequests, second.addresses.check, "10.0.0.1")
        second.users.check(2)


class MetricsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.host = Clock(), Host()
        self.own = [Metrics() for _ in range(3)]
        self.all = [HostMetrics(own, self.host.join(number), self.clock) for number, own in enumerate(self.own)]
        self.host.settle()

    def shown(self, metrics: HostMetrics) -> list[str]:
        asked = metrics.exposition()
        self.host.settle()
        text = self.successResultOf(asked).decode()
        return [line for line in text.splitlines() if line.startswith("hichat_messages_in_total")]

    def test_each_tells_of_all(self) -> None:
        for number, own in enumerate(self.own):
            own.messages_in = 10 + number
            own.gauges["connections"] = "Open", lambda: 7
        wanted = [f'hichat_messages_in_total{{worker="{number}"}} {10 + number}.0' for number in range(3)]
        for metrics in self.all:
            self.assertEqual(self.shown(metrics), wanted)
        asked = [self.all[0].exposition(), self.all[0].exposition()]
        self.host.settle()
        text, same = (self.successResultOf(each).decode() for each in asked)
        self.assertEqual(text, same)
        self.assertEqual(text.count("# TYPE hichat_connections gauge"), 1)
        self.assertIn('hichat_commit_seconds_bucket{le="0.001",worker="2"} 0.0', text)

    def test_one_that_does_not_answer_is_missing(self) -> None:
        asked = self.all[0].exposition()
        for number in (0, 1, 0):
            while self.host.workers[number].inbox:
                self.host.workers[number].hear()
        self.assertNoResult(asked)
        self.clock.advance(1)
        text = self.successResultOf(asked).decode()
        self.assertEqual([f'worker="{number}"' in text for number in range(3)], [True, True, False])
        self.host.settle()
        self.assertEqual(len(self.shown(self.all[0])), 3, "it answers again")

    def test_its_own_are_shown_while_nothing_is_handed_on(self) -> None:
        asked = self.all[1].exposition()
        self.clock.advance(1)
        text = self.successResultOf(asked).decode()
        self.assertEqual([f'worker="{number}"' in text for number in range(3)], [False, True, False])
        self.host.leave(0)
        self.host.leave(2)
        self.host.settle()
        self.assertIn('worker="1"', self.successResultOf(self.all[1].exposition()).decode(), "at once")

    def test_one_that_dies_is_not_waited_for(self) -> None:
        asked = self.all[0].exposition()
        self.host.leave(2)
        self.host.settle()
        self.assertIn('worker="1"', self.successResultOf(asked).decode())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_alone_there_are_no_labels(self) -> None:
        text = self.successResultOf(HostMetrics(Metrics(), ALONE, self.clock).exposition())
        self.assertIn(b"\nhichat_messages_in_total 0.0\n", text)


class ViewTests(SynchronousTestCase):
    """What one worker asks all about: how they are, and who is online."""

    def setUp(self) -> None:
        self.clock, self.host = Clock(), Host()
        self.online: list[dict[int, list[OnlineDevice]]] = [{}, {}, {}]
        self.all = [self.view(number) for number in range(3)]
        self.host.settle()

    def view(self, number: int) -> ServerView:
        def some(after: int, limit: int) -> list[tuple[int, list[OnlineDevice]]]:
            return sorted(item for item in self.online[number].items() if item[0] > after)[:limit]

        facts = WorkerFacts("alpha", number, "1.0", 1, 2, 3, 4, 5)
        return ServerView(self.host.join(number), self.clock, lambda: facts, some, [], "open")

    def answered(self, asked: Coroutine[Any, Any, T]) -> T:
        waiting = Deferred.fromCoroutine(asked)
        self.host.settle()
        return self.successResultOf(waiting)

    def test_workers(self) -> None:
        for view in self.all:
            self.assertEqual([each.worker for each in self.answered(view.workers())], [0, 1, 2])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_online(self) -> None:
        """Whoever is at several workers is there once, with all devices; pages have everybody once, in order."""
        one, other = OnlineDevice(1, "v2", "10.0.0.1", 7), OnlineDevice(2, "v1", "10.0.0.2", 0)
        self.online[0] = {user: [one] for user in range(10, 100, 10)}
        self.online[2] = {user: [other] for user in (5, 20, 21, 99)}
        found = self.answered(self.all[1].online(0, 4))
        self.assertEqual(found, [(5, [other]), (10, [one]), (20, [one, other]), (21, [other])])
        everybody = [user for user, _ in found]
        while found:
            found = self.answered(self.all[1].online(everybody[-1], 4))
            everybody += [user for user, _ in found]
        self.assertEqual(everybody, sorted({*self.online[0], *self.online[2]}))

    def test_one_that_does_not_answer_is_missing(self) -> None:
        waiting = Deferred.fromCoroutine(self.all[0].workers())
        for number in (0, 1, 0):
            while self.host.workers[number].inbox:
                self.host.workers[number].hear()
        self.assertNoResult(waiting)
        self.clock.advance(1)
        self.assertEqual([each.worker for each in self.successResultOf(waiting)], [0, 1])
        # Its answer comes late, and confuses nobody.
        self.host.settle()
        self.assertEqual(len(self.answered(self.all[0].workers())), 3)

    def test_one_that_dies_is_not_waited_for(self) -> None:
        waiting = Deferred.fromCoroutine(self.all[0].workers())
        self.host.leave(2)
        self.host.settle()
        self.assertEqual([each.worker for each in self.successResultOf(waiting)], [0, 1])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_whoever_asks_may_go_away(self) -> None:
        waiting = Deferred.fromCoroutine(self.all[0].workers())
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        self.host.settle()
        self.assertEqual(self.clock.getDelayedCalls(), [])
