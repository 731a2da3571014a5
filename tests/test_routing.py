"""Routing: in order, once, to who is a member at that position; and the repair."""

from __future__ import annotations

import random
from collections.abc import Container, Iterable

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from hichat.core.errors import SignedOut
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.core.ports import IDelivery
from hichat.pipeline.plane.interests import Interests, PeerInterests
from hichat.pipeline.routing.delivery import EARLY, GAP_TIMEOUT, WATCH, Arrival, Arrived, Routing
from hichat.runtime.metrics import Metrics
from tests import proof

GROUP = FIRST_GROUP_ID


@implementer(IDelivery)
class Gateway:
    """
    Notes what each online user was given.

    @ivar curious: users with v2 devices, which want everything.
    """

    def __init__(self) -> None:
        self.online: dict[int, list[int]] = {}
        self.curious: set[int] = set()
        self.signals: list[tuple[int, int]] = []
        self.signed_out: list[tuple[int, int]] = []
        self.revoked: list[tuple[int, int, int | None]] = []
        self.hidden: list[tuple[int, int, bool]] = []
        self.people: list[tuple[int, set[int], set[int]]] = []
        self.fail_at = 0

    def deliver(self, users: Iterable[int], event: Event) -> None:
        if event.position == self.fail_at:
            raise ZeroDivisionError
        for user in users:
            if user in self.online and (user in self.curious or self.in_v1(user, event)):
                self.online[user].append(event.position)

    @staticmethod
    def in_v1(user: int, event: Event) -> bool:
        """@return: whether v1 shows it: only messages, and nobody's own unless it is to oneself."""
        return event.kind == Kind.MESSAGE and (user != event.sender or user == event.target)

    def signal(self, users: Iterable[int], event: Event) -> None:
        for user in users:
            if user in self.online:
                self.signals.append((user, event.kind))

    def tell_followers(self, event: Event, hidden_from: Container[int]) -> None:
        self.signals.append((event.sender, event.kind))

    def sign_out(self, user: int, generation: int) -> None:
        self.signed_out.append((user, generation))

    def revoke(self, user: int, device: int, login: int | None) -> None:
        self.revoked.append((user, device, login))

    def hide(self, user: int, other: int, hidden: bool) -> None:
        self.hidden.append((user, other, hidden))

    def people_changed(self, guest: int, come: Iterable[int], gone: Iterable[int]) -> None:
        self.people.append((guest, {*come}, {*gone}))


class RoutingCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.gateway = Gateway()
        self.metrics = Metrics()
        self.log: list[Event] = []
        self.members: dict[int, list[tuple[int, int | None]]] = {}
        self.reads: list[tuple[int, Deferred[list[Event]]]] = []
        self.arrival_reads: list[tuple[int, int, Deferred[Arrived]]] = []
        self.generation: int | None = 0
        self.since: dict[int, int] = {}
        self.slow = False
        self.head_fails = False
        self.interests = Interests()
        self.routing = Routing(
            self.gateway, self.read_log, self.read_head, self.read_arrival, self.clock, self.metrics, self.interests
        )
        self.routing.start(0)

    # A store of its own

    def read_log(self, position: int, limit: int) -> Deferred[list[Event]]:
        done: Deferred[list[Event]] = Deferred()
        self.reads.append((position, done))
        if not self.slow:
            done.callback(self.log[position : position + min(limit, 5)])
        return done

    def read_head(self) -> Deferred[int]:
        done: Deferred[int] = Deferred()
        if self.head_fails:
            done.errback(OSError("disk"))
        else:
            done.callback(len(self.log))
        return done

    def read_arrival(self, arrival: Arrival) -> Deferred[Arrived]:
        done: Deferred[Arrived] = Deferred()
        self.arrival_reads.append((arrival.user, arrival.position, done))
        if not self.slow:
            done.callback(self.as_of(arrival.user, arrival.position))
        return done

    def as_of(self, user: int, position: int) -> Arrived:
        def inside(member: int) -> bool:
            return any(a <= position and (b is None or b > position) for a, b in self.members.get(member, []))

        return Arrived(self.generation, [(GROUP, sum(map(inside, self.members)))] if inside(user) else [])

    # What happens

    def write(self, kind: Kind, scope: Scope, sender: int, target: int, subject: int = 0, body: bytes = b"") -> Event:
        at = len(self.log) + 1
        self.log.append(Event(at, 1, at, at, kind, scope, sender, target, subject, 0, body))
        return self.log[-1]

    def say(self, sender: int, target: int) -> Event:
        return self.write(Kind.MESSAGE, Scope.GROUP if target >= GROUP else Scope.USER, sender, target)

    def join(self, user: int) -> Event:
        self.members.setdefault(user, []).append((len(self.log) + 1, None))
        return self.write(Kind.JOINED, Scope.GROUP, user, GROUP, user, b"%d" % len(self.as_all()))

    def leave(self, user: int, kind: Kind = Kind.LEFT) -> Event:
        since, _ = self.members[user].pop()
        self.members[user].append((since, len(self.log) + 1))
        return self.write(kind, Scope.GROUP, user, GROUP, user, b"%d" % len(self.as_all()))

    def dissolve(self) -> Event:
        for user in self.as_all():
            since, _ = self.members[user].pop()
            self.members[user].append((since, len(self.log) + 1))
        return self.write(Kind.DISSOLVED, Scope.GROUP, 1, GROUP, 0, b"0")

    def meet(self, kind: Kind, sender: int, subject: int) -> Event:
        return self.write(kind, Scope.GROUP, sender, GROUP, subject)

    def sign_out(self, user: int, generation: int = 1) -> Event:
        return self.write(Kind.SIGNED_OUT, Scope.ACCOUNTS, user, user, body=b"%d" % generation)

    def as_all(self) -> list[int]:
        return [user for user, spans in self.members.items() if spans[-1][1] is None]

    def send(self, *events: Event) -> bool:
        return self.routing.received(events[0].position, events[-1].position, list(events), True)

    def come(self, user: int, since: int | None = None, device: int = 0) -> Deferred[bool]:
        """@return: whether it came to listen."""

        def listen(position: int, missed: list[Event]) -> bool:
            self.since[user] = position
            self.gateway.online[user] = []
            for event in missed:
                self.gateway.deliver([user], event)
            return True

        return Deferred.fromCoroutine(self.routing.arrive(user, 0, listen, since, device))


class RoutingTests(RoutingCase):
    def test_private(self) -> None:
        self.come(1)
        self.come(2)
        self.send(self.say(1, 2), self.say(2, 1), self.say(1, 3))
        self.assertEqual(self.gateway.online, {1: [2], 2: [1]})
        self.assertEqual(self.metrics.offline_recipients, 1)

    def test_group_to_everyone_but_the_sender(self) -> None:
        for user in (1, 2, 3, 4):
            self.send(self.join(user))
        for user in (1, 2, 3, 5):
            self.come(user)
        self.send(self.say(1, GROUP))
        self.assertEqual(self.gateway.online, {1: [], 2: [5], 3: [5], 5: []})
        self.assertEqual(self.metrics.offline_recipients, 1)

    def test_membership_changes_live(self) -> None:
        for user in (1, 2, 3):
            self.come(user)
        self.send(self.join(1), self.join(2), self.say(1, GROUP), self.join(3), self.say(1, GROUP))
        self.send(self.leave(2), self.say(1, GROUP))
        self.assertEqual(self.gateway.online, {1: [], 2: [3, 5], 3: [5, 7]})

    def block(self, user: int, other: int, kind: Kind = Kind.BLOCKED) -> Event:
        return self.write(kind, Scope.USER, user, user, other)

    def test_blocks(self) -> None:
        self.come(1)
        self.come(2)
        self.send(self.block(1, 2), self.block(1, 3), self.block(3, 1))
        self.assertEqual(self.gateway.hidden, [(1, 2, True), (1, 3, True)], "3 is not here")
        found = [self.routing.has_blocked(*pair) for pair in ((1, 2), (1, 3), (2, 1), (3, 1))]
        self.assertEqual(found, [True, True, False, False])
        self.send(self.block(1, 2, Kind.UNBLOCKED))
        self.assertEqual(self.gateway.hidden[2:], [(1, 2, False)])
        self.assertEqual([self.routing.has_blocked(1, user) for user in (2, 3)], [False, True])

    def test_blocks_while_they_are_read(self) -> None:
        """Whatever the read saw of them already."""
        self.slow = True
        arrived = self.come(1)
        self.send(self.block(1, 2), self.block(1, 3), self.block(1, 2, Kind.UNBLOCKED), self.block(9, 4))
        self.arrival_reads[0][2].callback(Arrived(0, [], frozenset((2, 5))))
        self.successResultOf(arrived)
        self.assertEqual([user for user in range(9) if self.routing.has_blocked(1, user)], [3, 5])

    def test_blocks_are_known_before_anybody_hears_that_one_comes(self) -> None:
        self.slow = True
        seen: list[bool] = []

        def listen(*_: object) -> bool:
            seen.append(self.routing.has_blocked(1, 2))
            return False

        arrived = Deferred.fromCoroutine(self.routing.arrive(1, 0, listen))
        self.arrival_reads[0][2].callback(Arrived(0, [], frozenset((2,))))
        self.successResultOf(arrived)
        self.assertEqual(seen, [True])
        self.assertFalse(self.routing.has_blocked(1, 2), "it did not stay")

    def test_every_end_of_a_membership(self) -> None:
        for kind in (Kind.LEFT, Kind.REMOVED, Kind.BANNED):
            with self.subTest(kind):
                self.setUp()
                self.gateway.curious = {1, 2}
                self.come(1)
                self.come(2)
                self.send(self.join(1), self.join(2), self.leave(2, kind), self.say(1, GROUP))
                self.assertEqual(self.gateway.online, {1: [1, 2, 3, 4], 2: [2, 3]})
                self.assertFalse(self.routing.is_member(2, GROUP))

    def test_a_stranger_is_banned(self) -> None:
        self.gateway.curious = {1, 2}
        self.send(self.join(1))
        self.come(1)
        self.come(2)
        self.send(self.write(Kind.BANNED, Scope.GROUP, 1, GROUP, 2, b"1"), self.say(1, GROUP))
        self.assertEqual(self.gateway.online, {1: [2, 3], 2: []})

    def test_dissolved(self) -> None:
        self.gateway.curious = {1, 2, 3}
        self.send(self.join(1), self.join(2))
        for user in (1, 2, 3):
            self.come(user)
        self.send(self.dissolve(), self.say(1, GROUP))
        self.assertEqual(self.gateway.online, {1: [3], 2: [3], 3: []})
        self.assertFalse(self.routing.is_member(1, GROUP))
        wanted = PeerInterests()
        wanted.learn(1, self.interests.told())
        self.assertFalse(wanted.wants(replace(self.log[3], sender=9)))

    def test_dissolved_while_the_groups_are_read(self) -> None:
        self.gateway.curious = {2}
        self.send(self.join(1), self.join(2))
        self.slow = True
        arrived = self.come(2)
        user, position, read = self.arrival_reads[0]
        self.send(self.dissolve(), self.say(1, GROUP))
        read.callback(self.as_of(user, position))
        self.successResultOf(arrived)
        self.send(self.say(1, GROUP))
        self.assertEqual(self.gateway.online[2], [3])

    def test_who_is_meant_hears_though_no_member(self) -> None:
        for kind in (Kind.INVITED, Kind.REQUESTED, Kind.DECLINED):
            with self.subTest(kind):
                self.setUp()
                self.gateway.curious = {1, 2, 3}
                self.come(2)
                self.send(self.meet(kind, 1, 2))  # of the group nobody is here
                self.send(self.join(1))
                self.come(1)
                self.come(3)
                self.send(self.meet(kind, 1, 2), self.say(1, GROUP))
                self.assertEqual(self.gateway.online, {1: [3, 4], 2: [1, 3], 3: []})
                self.slow = True
                arrived = self.come(2)
                user, position, read = self.arrival_reads[-1]
                self.send(self.meet(kind, 1, 2), self.say(1, GROUP))
                read.callback(self.as_of(user, position))
                self.successResultOf(arrived)
                self.assertEqual(self.gateway.online[2], [5])

    def test_everyone(self) -> None:
        for user in (1, 2, 3):
            self.come(user)
        self.send(self.write(Kind.MESSAGE, Scope.EVERYONE, 2, 0))
        self.assertEqual(self.gateway.online, {1: [1], 2: [], 3: [1]})

    def test_signed_out(self) -> None:
        self.send(self.sign_out(7))
        self.assertEqual((self.gateway.signed_out, self.gateway.revoked), ([(7, 1)], []))

    def test_revoked(self) -> None:
        self.send(self.write(Kind.SIGNED_OUT, Scope.ACCOUNTS, 7, 7, subject=3))
        self.assertEqual((self.gateway.signed_out, self.gateway.revoked), ([], [(7, 3, None)]))

    def test_logged_out(self) -> None:
        self.send(self.write(Kind.SIGNED_OUT, Scope.ACCOUNTS, 7, 7, subject=3, body=b"2"))
        self.assertEqual((self.gateway.signed_out, self.gateway.revoked), ([], [(7, 3, 2)]))

    def test_logged_out_everywhere(self) -> None:
        self.send(self.write(Kind.SESSIONS_ENDED, Scope.ACCOUNTS, 7, 7, body=b"3 2 4 9"))
        self.assertEqual((self.gateway.signed_out, self.gateway.revoked), ([], [(7, 3, 2), (7, 4, 9)]))
        self.send(self.write(Kind.SESSIONS_ENDED, Scope.ACCOUNTS, 7, 7))
        self.assertEqual(len(self.gateway.revoked), 2)

    def test_what_a_device_catches_up_with_it_was_logged_out_everywhere(self) -> None:
        """The sessions that ended do not come to listen; those that began later do, and those of other devices."""
        for device, login, good in (
            (3, 1, False),
            (3, 2, True),
            (4, 8, False),
            (4, 9, True),
            (5, 1, True),
            (3, 0, True),
        ):
            since = self.routing.position
            self.send(self.write(Kind.SESSIONS_ENDED, Scope.ACCOUNTS, 7, 7, body=b"3 2 4 9"))
            came = Deferred.fromCoroutine(self.routing.arrive(7, 0, lambda *_: False, since, device, login))
            if good:
                self.successResultOf(came)
            else:
                self.failureResultOf(came, SignedOut)

    def test_what_a_device_catches_up_with_it_was_logged_out(self) -> None:
        """The session that ended does not come to listen; one that began later does, and a token without one."""
        for body, login, good in (
            (b"2", 1, False),
            (b"2", 2, True),
            (b"2", 3, True),
            (b"2", 0, True),
            (b"", 3, False),
            (b"", 0, False),
        ):
            since = self.routing.position
            self.send(self.write(Kind.SIGNED_OUT, Scope.ACCOUNTS, 7, 7, subject=3, body=body))
            for device in (3, 4):
                came = Deferred.fromCoroutine(self.routing.arrive(7, 0, lambda *_: False, since, device, login))
                if good or device == 4:
                    self.successResultOf(came)
                else:
                    self.failureResultOf(came, SignedOut)

    def test_what_a_token_of_another_device_catches_up_with(self) -> None:
        """Device 4, or a client without one, by a token of the second session of device 3."""
        for subject, body, good in (
            (3, b"", False),
            (3, b"3", False),
            (3, b"2", True),
            (4, b"", False),
            (4, b"9", True),
            (5, b"", True),
        ):
            for device in (4, 0):
                since = self.routing.position
                self.send(self.write(Kind.SIGNED_OUT, Scope.ACCOUNTS, 7, 7, subject=subject, body=body))
                came = Deferred.fromCoroutine(
                    self.routing.arrive(7, 0, lambda *_: False, since, device, login=2, bound=3)
                )
                if good or (device == 0 and subject == 4):
                    self.successResultOf(came)
                else:
                    self.failureResultOf(came, SignedOut)

    def test_changes_while_the_groups_are_read(self) -> None:
        self.send(self.join(1), self.join(2))
        self.slow = True
        arrived = self.come(2)
        user, position, read = self.arrival_reads[0]
        # The read runs in a thread: it may see the store before or after these.
        self.send(self.leave(2), self.say(1, GROUP))
        self.send(self.join(2), self.say(1, GROUP), self.join(3))
        read.callback(self.as_of(user, position))
        self.successResultOf(arrived)
        self.send(self.say(1, GROUP))
        # It listens from where it began to arrive: as a member of those positions.
        self.assertEqual(self.gateway.online[2], [6, 8])
        self.assertEqual(self.metrics.offline_recipients, 1)  # user 3; user 1 is the sender

    def test_left_while_the_groups_are_read(self) -> None:
        self.send(self.join(1), self.join(2))
        self.slow = True
        arrived = self.come(2)
        user, position, read = self.arrival_reads[0]
        self.send(self.leave(2))
        read.callback(self.as_of(user, position))
        self.successResultOf(arrived)
        self.send(self.say(1, GROUP))
        self.assertEqual(self.gateway.online[2], [])

    def test_met_before(self) -> None:
        """It listens from where it was met; what came between is not lost, nor whether it may come."""
        self.send(self.join(1), self.join(2))
        met = self.successResultOf(Deferred.fromCoroutine(self.routing.meet(2, 0)))
        said = self.say(1, GROUP)
        self.send(said, self.leave(2), self.say(1, GROUP))
        found: list[tuple[int, list[Event]]] = []

        def listen(position: int, missed: list[Event]) -> bool:
            found.append((position, missed))
            return False

        reads = len(self.arrival_reads)
        self.successResultOf(Deferred.fromCoroutine(self.routing.arrive(2, 0, listen, met=met)))
        self.assertEqual(len(self.arrival_reads), reads)
        ((position, missed),) = found
        self.assertEqual((position, missed[0], [event.kind for event in missed]), (2, said, [Kind.MESSAGE, Kind.LEFT]))
        self.send(self.sign_out(2))
        arrived = Deferred.fromCoroutine(self.routing.arrive(2, 0, listen, met=met))
        self.failureResultOf(arrived, SignedOut)

    def test_met_too_long_ago(self) -> None:
        met = self.successResultOf(Deferred.fromCoroutine(self.routing.meet(2, 0)))
        self.routing.recent = 3
        for _ in range(5):
            self.send(self.say(1, 2))
        found: list[int] = []

        def listen(position: int, _missed: list[Event]) -> bool:
            found.append(position)
            return False

        self.successResultOf(Deferred.fromCoroutine(self.routing.arrive(2, 0, listen, met=met)))
        self.assertEqual(found, [5])

    def test_gone_while_the_groups_are_read(self) -> None:
        self.slow = True
        arrived = Deferred.fromCoroutine(self.routing.arrive(1, 0, lambda *_: False))
        self.arrival_reads[0][2].callback(Arrived(0, [(GROUP, 5)]))
        self.successResultOf(arrived)
        self.send(self.write(Kind.MESSAGE, Scope.EVERYONE, 2, 0))
        self.assertEqual(self.gateway.online, {})

    def test_signed_out_while_the_groups_are_read(self) -> None:
        """Whether the read saw it or not, the device does not come to listen."""
        self.slow = True
        arrived = self.come(1)
        self.send(self.sign_out(1))
        self.arrival_reads[0][2].callback(Arrived(0, []))
        self.failureResultOf(arrived, SignedOut)
        self.slow = False
        self.generation = 1
        self.failureResultOf(self.come(1), SignedOut)
        self.generation = None
        self.failureResultOf(self.come(1), SignedOut)
        self.assertEqual(self.gateway.online, {})

    def test_somebody_else_signed_out(self) -> None:
        self.slow = True
        arrived = self.come(1)
        self.send(self.sign_out(2))
        self.arrival_reads[0][2].callback(Arrived(0, []))
        self.successResultOf(arrived)

    def test_groups_cannot_be_read(self) -> None:
        self.slow = True
        arrived = self.come(1)
        self.arrival_reads[0][2].errback(OSError("disk"))
        self.failureResultOf(arrived, OSError)
        self.send(self.say(2, 1))
        self.assertEqual(self.gateway.online, {})

    def test_leave_and_come_back(self) -> None:
        self.send(self.join(1), self.join(2))
        self.come(2)
        self.routing.leave(2)
        del self.gateway.online[2]
        self.send(self.say(1, GROUP))
        self.come(2)
        self.send(self.say(1, GROUP))
        self.assertEqual(self.gateway.online[2], [4])

    # The plane's faults

    def test_doubled(self) -> None:
        self.come(2)
        event = self.say(1, 2)
        self.assertTrue(self.send(event))
        self.assertFalse(self.send(event))
        self.assertEqual(self.gateway.online[2], [1])

    def test_overlapping(self) -> None:
        self.come(2)
        a, b, c = self.say(1, 2), self.say(1, 2), self.say(1, 2)
        self.send(a, b)
        self.assertTrue(self.send(b, c))
        self.assertEqual(self.gateway.online[2], [1, 2, 3])

    def test_a_hole_is_read_from_the_log_after_a_while(self) -> None:
        self.come(2)
        events = [self.say(1, 2) for _ in range(4)]
        self.send(events[0])
        self.send(events[2], events[3])
        self.clock.advance(GAP_TIMEOUT * 0.9)
        self.assertEqual((self.gateway.online[2], self.reads), ([1], []))
        self.clock.advance(GAP_TIMEOUT * 0.1)
        self.assertEqual(self.gateway.online[2], [1, 2, 3, 4])
        self.assertEqual((self.metrics.repairs, self.metrics.repaired_events), (1, 3))

    def test_a_hole_that_closes_in_time(self) -> None:
        self.come(2)
        a, b = self.say(1, 2), self.say(1, 2)
        self.send(b)
        self.send(a)
        self.send(b)
        self.clock.advance(1)
        self.assertEqual(self.gateway.online[2], [1, 2])
        self.assertEqual(self.reads, [])

    def test_a_long_hole_is_read_in_pages(self) -> None:
        self.come(2)
        events = [self.say(1, 2) for _ in range(23)]
        self.send(events[-1])
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual(self.gateway.online[2], list(range(1, 24)))
        self.assertEqual([position for position, _ in self.reads], [0, 5, 10, 15, 20])

    def test_the_last_datagram_was_lost(self) -> None:
        self.come(2)
        self.say(1, 2)
        self.clock.advance(WATCH)
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual(self.gateway.online[2], [1])

    def test_the_log_cannot_be_read(self) -> None:
        self.come(2)
        events = [self.say(1, 2) for _ in range(2)]
        self.slow = True
        self.send(events[1])
        self.clock.advance(GAP_TIMEOUT)
        self.reads[0][1].errback(OSError("disk"))
        self.head_fails = True
        self.slow = False
        self.clock.advance(WATCH)
        self.assertEqual(self.gateway.online[2], [1, 2])
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 2)
        self.head_fails = False
        self.say(1, 2)
        self.clock.advance(WATCH)
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual(self.gateway.online[2], [1, 2, 3])

    def test_live_while_repairing(self) -> None:
        self.come(2)
        events = [self.say(1, 2) for _ in range(6)]
        self.slow = True
        self.send(events[3])
        self.clock.advance(GAP_TIMEOUT)
        self.send(events[0], events[1], events[2])
        self.send(events[3], events[4])
        self.reads[0][1].callback(events[:5])
        self.send(events[5])
        self.assertEqual(self.gateway.online[2], [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.metrics.repaired_events, 0)

    def test_an_event_that_cannot_be_routed_stops_nothing(self) -> None:
        self.come(2)
        self.gateway.fail_at = 2
        self.send(*[self.say(1, 2) for _ in range(3)])
        self.assertEqual(self.gateway.online[2], [1, 3])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_reached(self) -> None:
        self.successResultOf(self.routing.reached(0))
        later = self.routing.reached(2)
        a, b = self.say(1, 2), self.say(1, 2)
        self.send(a)
        self.assertNoResult(later)
        self.send(b)
        self.successResultOf(later)

    def test_stop_in_the_middle_of_a_repair(self) -> None:
        self.slow = True
        events = [self.say(1, 2) for _ in range(2)]
        self.send(events[1])
        self.clock.advance(GAP_TIMEOUT)
        self.successResultOf(Deferred.fromCoroutine(self.routing.stop()))
        self.clock.advance(10)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_any_faults(self) -> None:
        """Whatever the plane does to datagrams, every online user gets their events in order, once."""
        for seed in proof.seeds(proof.ROUNDS_OF_ARRIVALS):
            self.setUp()
            chance = random.Random(seed)
            for user in (1, 2, 3):
                self.come(user)
            expected: dict[int, list[int]] = {1: [], 2: [], 3: []}
            flying: list[list[Event]] = []
            for _ in range(60):
                batch = []
                for _ in range(chance.randint(1, 4)):
                    sender, target = chance.choice([1, 2, 3]), chance.choice([1, 2, 3])
                    batch.append(self.say(sender, target))
                    expected[target].append(batch[-1].position)
                fate = chance.random()
                if fate > 0.3:
                    flying.insert(chance.randint(0, len(flying)) if fate < 0.5 else len(flying), batch)
                if 0.8 < fate < 0.9:
                    flying.append(batch)
                while flying and chance.random() < 0.7:
                    self.send(*flying.pop(0))
                self.clock.advance(chance.choice([0, 0, 0.01, 0.06]))
            self.clock.pump([0.05] * 50)
            self.assertEqual(self.gateway.online, expected, f"seed {seed}")


class LooksTests(RoutingCase):
    """How often it looks for the log's end."""

    def setUp(self) -> None:
        super().setUp()
        self.looks: list[Deferred[int]] = []
        self.routing._read_head = self.look

    def look(self) -> Deferred[int]:
        self.looks.append(Deferred())
        return self.looks[-1]

    def answer(self) -> None:
        self.looks[-1].callback(0)

    def test_more_often_and_less(self) -> None:
        self.routing.look_every(0.1)
        self.assertEqual(len(self.looks), 1, "at once")
        self.answer()
        for seen in (2, 3, 4):
            self.clock.advance(0.1)
            self.assertEqual(len(self.looks), seen)
            self.answer()
        self.routing.look_every(WATCH)
        self.assertEqual(len(self.looks), 5)
        self.answer()
        self.clock.advance(WATCH / 2)
        self.assertEqual(len(self.looks), 5)

    def test_while_a_look_is_under_way(self) -> None:
        """There is never more than one look at a time, however often that changes; stopping leaves nothing behind."""
        self.clock.advance(WATCH)
        for seconds in (0.1, WATCH, 0.1):
            self.routing.look_every(seconds)
        self.assertEqual(len(self.looks), 1)
        self.answer()
        for seen in (2, 3, 4):
            self.clock.advance(0.1)
            self.assertEqual(len(self.looks), seen)
            self.answer()
        self.successResultOf(Deferred.fromCoroutine(self.routing.stop()))
        self.assertEqual(self.clock.getDelayedCalls(), [])


class WorkersTests(RoutingCase):
    """Other workers leave out of their batches what is not wanted here."""

    def setUp(self) -> None:
        super().setUp()
        self.interests.share(lambda: None)
        self.come(9)
        self.clock.advance(WATCH)

    def hear(self, *events: Event, wanted: int, knew: bool = True) -> None:
        """A batch came, with only the first so many of its events."""
        self.routing.received(events[0].position, events[-1].position, list(events[:wanted]), knew)

    def test_what_is_not_wanted_is_no_hole(self) -> None:
        self.hear(self.say(5, 9), self.say(5, 6), self.say(6, 5), wanted=1)
        self.assertEqual((self.gateway.online[9], self.routing.position, self.reads), ([1], 3, []))

    def test_a_sender_that_did_not_know_enough(self) -> None:
        self.hear(self.say(5, 6), self.say(5, 9), wanted=1, knew=False)
        self.assertEqual(self.gateway.online[9], [])
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual((self.gateway.online[9], self.routing.position), ([2], 2))

    def test_a_whole_batch_of_a_sender_that_knew_nothing(self) -> None:
        self.hear(self.say(5, 9), self.say(5, 6), wanted=2, knew=False)
        self.assertEqual((self.gateway.online[9], self.reads), ([1], []))

    def test_a_join_makes_the_rest_of_the_batch_wanted(self) -> None:
        """The group's message behind it was left out: nobody in the group was here."""
        self.hear(self.join(9), self.say(5, GROUP), wanted=1)
        self.assertEqual(self.routing.position, 1)
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual((self.gateway.online[9], self.routing.position), ([2], 2))

    def test_what_was_left_out_stays_forgotten(self) -> None:
        """Also when an older event is forgotten after it."""
        self.routing.recent = 2
        self.send(self.say(5, 9))
        self.hear(self.say(5, 9), self.say(5, 6), wanted=1)
        self.send(self.say(5, 9))
        self.send(self.say(5, 9))
        self.assertEqual(self.successResultOf(self.come(6, since=2)), False)

    def test_a_batch_that_overtakes_another_waits_for_it(self) -> None:
        one, two, three = self.say(5, 9), self.say(5, 9), self.say(5, 9)
        for event in (three, two):
            self.send(event)
        self.assertEqual(self.gateway.online[9], [])
        self.send(one)
        self.assertEqual(self.gateway.online[9], [1, 2, 3])
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual(self.reads, [])

    def test_a_waiting_batch_that_left_out_what_is_wanted_by_now(self) -> None:
        first, second, third = self.say(5, 9), self.say(5, 9), self.say(5, 6)
        self.hear(second, third, wanted=1)
        self.come(6)
        self.send(first)
        self.assertEqual(self.routing.position, 1)
        self.clock.advance(GAP_TIMEOUT)
        self.assertEqual((self.gateway.online[9], self.gateway.online[6]), ([1, 2], [3]))

    def test_not_too_many_wait(self) -> None:
        first, *others = (self.say(5, 9) for _ in range(EARLY + 10))
        for event in others:
            self.send(event)
        self.send(first)
        self.assertEqual(len(self.gateway.online[9]), EARLY + 1)
        self.clock.pump([GAP_TIMEOUT] * 5)
        self.assertEqual(self.gateway.online[9], list(range(1, EARLY + 11)))

    def test_a_recall_after_the_user_has_left(self) -> None:
        """What was recalled is nobody's to read, also if the recall itself is not theirs."""
        self.members[6] = [(0, None)]
        said = self.write(Kind.MESSAGE, Scope.GROUP, 5, GROUP, body=b"no")
        reaction = self.write(Kind.REACTED, Scope.GROUP, 5, GROUP, 1, body=b"+!")
        self.send(said, reaction, self.leave(6), self.write(Kind.RECALLED, Scope.GROUP, 5, GROUP, 1))
        missed: list[Event] = []

        def listen(_: int, found: list[Event]) -> bool:
            missed.extend(found)
            return True

        self.successResultOf(Deferred.fromCoroutine(self.routing.arrive(6, 0, listen, since=0)))
        self.assertEqual([event.body for event in missed if event.position <= 2], [b"", b""])

    def test_what_was_left_out_is_not_there_for_who_comes_later(self) -> None:
        """Nobody wanted it then; so whoever comes with an older cursor has to read the log."""
        self.hear(self.say(5, 9), self.say(5, 6), wanted=1)
        self.assertEqual(self.successResultOf(self.come(6, since=0)), False)
        self.assertEqual(self.successResultOf(self.come(6, since=2)), True)

    def test_everything_is_wanted_while_somebody_comes(self) -> None:
        self.slow = True
        number = self.interests.number
        self.come(6)
        self.assertGreater(self.interests.number, number)
        self.assertEqual(self.interests.told(), b"")
        self.arrival_reads[-1][2].callback(Arrived(0, []))
        self.clock.advance(WATCH)
        self.assertNotEqual(self.interests.told(), b"")

    def test_who_leaves_is_not_wanted_any_more(self) -> None:
        self.send(self.join(9))
        told = self.interests.told()
        self.routing.leave(9)
        self.assertNotEqual(self.interests.told(), told)
        self.assertEqual(self.interests.told().strip(b"\0"), b"")


class AnotherLogTests(RoutingCase):
    """The log went back: routing goes on from its end, and delivers nothing of the log that is no more."""

    def go_back(self, position: int) -> None:
        for user in list(self.gateway.online):
            self.routing.leave(user)
        self.gateway.online.clear()
        del self.log[position:]
        self.routing.begin_anew(position)

    def setUp(self) -> None:
        super().setUp()
        self.come(1)
        self.send(*(self.say(2, 1) for _ in range(5)))

    def test_what_is_new_comes(self) -> None:
        self.go_back(3)
        self.assertEqual(self.successResultOf(self.come(1)), True)
        self.assertEqual(self.since[1], 3)
        for _ in range(3):
            self.send(self.say(2, 1))
            self.clock.advance(WATCH)
        self.assertEqual(self.gateway.online[1], [4, 5, 6])

    def test_batches_of_the_log_that_is_no_more(self) -> None:
        early = self.say(2, 1), self.say(2, 1)
        self.send(early[1])
        late = self.say(2, 1)
        self.go_back(3)
        self.come(1)
        # It is the next position; and it leaves a gap, of which the log is asked until it is clear that there is none.
        self.assertTrue(self.routing.received(4, 4, [replace(late, position=4)], True))
        self.send(late)
        self.clock.pump([GAP_TIMEOUT] * 100)
        asked = len(self.reads)
        self.clock.pump([WATCH] * 5)
        self.assertEqual((self.gateway.online[1], len(self.reads)), ([], asked))
        self.send(*(self.say(2, 1) for _ in range(4)))
        self.assertEqual(self.gateway.online[1], [4, 5, 6, 7])

    def test_a_repair_under_way(self) -> None:
        self.slow = True
        self.say(2, 1)
        self.send(self.say(2, 1))
        self.clock.advance(GAP_TIMEOUT)
        self.go_back(3)
        _, read = self.reads[-1]
        if not read.called:
            read.callback([])
        self.slow = False
        self.come(1)
        self.say(2, 1)
        self.clock.pump([WATCH, GAP_TIMEOUT])
        self.assertEqual(self.gateway.online[1], [4])

    def test_who_waits_for_a_position_waits_no_more(self) -> None:
        reached = self.routing.reached(9)
        self.go_back(3)
        self.successResultOf(reached)
