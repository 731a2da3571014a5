"""What the clients of a measurement say and hear, and how what several processes found is added up."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any, cast

import msgspec
from msgspec import UNSET
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.bench import run
from hichat.bench.crowd import Crowd, CrowdShare, Partner, Plan, Tally, coarse, explain, server_of, who_speaks
from hichat.bench.prepare import draw_pairs
from hichat.bench.run import Measurement, Report, percentiles
from hichat.client.speech import Event
from hichat.client.wire import ClientError, NotConnected, Refused
from hichat.core.events import FIRST_GROUP_ID
from hichat.wire.frames import Ack, Send, Welcome


def plan(case: str = "pairs", **fields: Any) -> Plan:
    return Plan(case=case, servers=("http://127.0.0.1:1",), **fields)


class SpeakersTests(SynchronousTestCase):
    def test_pairs_talk_with_each_other(self) -> None:
        found = who_speaks(plan(connections=6), range(6))
        self.assertEqual({place: [partner.user for partner in found[place]] for place in found}, {
            0: [2], 1: [1], 2: [4], 3: [3], 4: [6], 5: [5],
        })  # fmt: skip

    def test_several_servers(self) -> None:
        """Pairs are across them; each group is over all, and so are those who send. None has much more than others."""
        for count in (1, 2, 3):
            servers = tuple(f"server {number}" for number in range(count))
            for case, size in (("pairs", 2), ("groups", 9), ("groups", 10)):
                made = Plan(case=case, servers=servers, group_size=size, connections=180)
                all_ = [server_of(made, place) for place in range(180)]
                for first in range(0, 180, size):
                    self.assertEqual(len(set(all_[first : first + size])), min(size, count))
                self.assertEqual({all_.count(server) for server in servers}, {180 // count})
                self.assertEqual(set(all_[::size]), set(servers))

    def test_one_of_each_group_speaks_and_all_others_hear(self) -> None:
        found = who_speaks(plan("groups", connections=25, group_size=10), range(25))
        self.assertEqual(found, {
            0: [Partner(UNSET, FIRST_GROUP_ID, 9)],
            10: [Partner(UNSET, FIRST_GROUP_ID + 1, 9)],
            20: [Partner(UNSET, FIRST_GROUP_ID + 2, 4)],
        })  # fmt: skip

    def test_spread_is_over_the_pairs_that_a_store_is_filled_with(self) -> None:
        found = who_speaks(plan("spread", connections=20, conversations=50), range(20))
        pairs = {(place + 1, partner.user) for place in found for partner in found[place]}
        drawn = draw_pairs(20, 50)
        self.assertEqual(pairs, {*drawn, *((other, one) for one, other in drawn)})
        self.assertEqual(len(pairs), 100)

    def test_each_process_has_its_own_share(self) -> None:
        whole = plan("spread", connections=20, conversations=50)
        shares = [who_speaks(whole, range(first, 20, 3)) for first in range(3)]
        self.assertEqual([{place % 3 for place in share} for share in shares], [{0}, {1}, {2}])
        self.assertEqual(shares[0] | shares[1] | shares[2], who_speaks(whole, range(20)))

    def test_spread_among_few_is_over_all_pairs(self) -> None:
        found = who_speaks(plan("spread", connections=4, conversations=50), range(4))
        pairs = {(place + 1, partner.user) for place in found for partner in found[place]}
        self.assertEqual(pairs, set(permutations(range(1, 5), 2)))

    def test_who_only_connects_says_nothing(self) -> None:
        self.assertEqual(who_speaks(plan("idle"), range(100)), {})


class Speaker:
    """Stands for a client."""

    def __init__(self) -> None:
        self.posted: list[tuple[Send, Any]] = []
        self.error: ClientError | None = None

    def post(self, frame: Send, answered: Any) -> None:
        if self.error is not None:
            raise self.error
        self.posted.append((frame, answered))


ACK = Ack(ref=1, conversation=1, seq=1, id=1, time=1)


class CrowdTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock: Any = MemoryReactorClock()
        self.crowd = Crowd(self.clock, CrowdShare(plan(connections=4, window=2, processes=2), 1, ["a", "b"]))
        self.speaker: Any = Speaker()
        self.voice: Any = self.crowd._voices[0]
        self.crowd._voices = [self.voice]
        self.voice.client = cast(Any, self.speaker)

    def hear(self, text: str, name: str = "") -> None:
        fields: Any = {"conversation": 1, "seq": 1, "n": 1, "time": 0, "kind": "message", "from_": 1, "user": 2}
        self.voice.hear(Event(id=1, media="text", text=f"{name or self.crowd.name} {text}", **fields))

    def answer(self, place: int, outcome: Ack | ClientError = ACK) -> None:
        self.speaker.posted[place][1](outcome)

    def test_a_window_is_under_way_until_the_time_is_over(self) -> None:
        said = Deferred.fromCoroutine(self.crowd.talk())
        self.assertEqual(self.texts(), [("1", "1"), ("1", "2")])
        self.answer(0)
        self.assertEqual(self.texts()[2:], [("1", "3")])
        self.clock.advance(5)
        self.assertNoResult(said)
        self.answer(1)
        self.answer(2)
        self.successResultOf(said)
        self.assertEqual((len(self.texts()), self.crowd.tally.phase), (3, "said"))
        self.assertEqual((self.crowd.tally.sent, self.crowd.tally.expected, self.crowd.tally.failed), (3, 3, 0))

    def texts(self) -> list[tuple[str, ...]]:
        return [tuple(frame.text.split()[1:3]) for frame, _ in self.speaker.posted]

    def test_what_is_not_sent_is_counted(self) -> None:
        said = Deferred.fromCoroutine(self.crowd.talk())
        self.answer(0, NotConnected("gone"))
        self.speaker.error = NotConnected("gone")
        self.answer(1)
        self.clock.advance(5)
        self.successResultOf(said)
        self.assertEqual((self.crowd.tally.sent, self.crowd.tally.failed), (1, 2))

    def test_a_refusal_names_its_setting(self) -> None:
        for code, name in (
            ("too_many_strangers", "HICHAT_STRANGER_LIMIT=off"),
            ("too_many_connections", "HICHAT_ADDRESS_CONNECTIONS=1000000 HICHAT_USER_CONNECTIONS=1000000"),
        ):
            self.setUp()
            Deferred.fromCoroutine(self.crowd.talk())
            self.answer(0, Refused("no", code))
            self.assertEqual(self.crowd.tally.error, f"no; the daemon needs {name}")
        self.assertEqual(explain(NotConnected("gone")), "gone")

    def test_who_was_held_back(self) -> None:
        for limits, held in (
            ({"messages": 2, "period": 10}, True),
            ({"messages": 500, "period": 10}, False),
            ({}, False),
        ):
            self.setUp()
            self.speaker.welcome = Welcome(user=1, device=1, counter=0, position=0, time=0, limits=limits)
            Deferred.fromCoroutine(self.crowd.talk())
            self.answer(0)
            self.clock.advance(5)
            self.assertEqual(self.crowd.tally.limited, held)

    def test_what_comes_is_numbered(self) -> None:
        """Any order of what was said in order: what comes again or after a later one is no delivery."""
        chance = random.Random(1)
        for _ in range(100):
            self.setUp()
            numbers = [chance.randrange(1, 6) for _ in range(8)]
            for number in numbers:
                self.hear(f"7 {number} 0")
            risen = [number for place, number in enumerate(numbers) if number > max(numbers[:place], default=0)]
            tally = self.crowd.tally
            self.assertEqual((tally.delivered, tally.doubled), (len(risen), len(numbers) - len(risen)))

    def test_each_sender_counts_for_itself(self) -> None:
        for text in ("7 2 0", "8 1 0", "7 3 0", "8 2 0"):
            self.hear(text)
        self.assertEqual((self.crowd.tally.delivered, self.crowd.tally.doubled), (4, 0))

    def test_what_an_earlier_run_has_left_behind_is_not_counted(self) -> None:
        self.hear("7 1 0", name="earlier")
        self.hear("7 1 0")
        self.hear("7 1 0", name="earlier")
        self.assertEqual((self.crowd.tally.delivered, self.crowd.tally.doubled), (1, 0))

    def test_what_comes_late_is_not_in_time(self) -> None:
        Deferred.fromCoroutine(self.crowd.talk())
        self.hear("7 1 0")
        self.clock.advance(5)
        self.hear("7 2 0")
        self.assertEqual((self.crowd.tally.delivered, self.crowd.tally.in_time), (2, 1))

    def test_times_are_kept_to_a_hundredth(self) -> None:
        chance = random.Random(1)
        for _ in range(1000):
            number = int(10 ** (8 * chance.random()))
            self.assertTrue(number * 0.99 < coarse(number) <= number, number)


class PercentileTests(SynchronousTestCase):
    def test_of_all_parts_together(self) -> None:
        self.assertEqual(percentiles({1000 * one: 1 for one in range(1, 101)}), {
            "p50": 51.0, "p90": 91.0, "p99": 100.0, "max": 100.0,
        })  # fmt: skip
        self.assertEqual(percentiles({2000: 3}), {"p50": 2.0, "p90": 2.0, "p99": 2.0, "max": 2.0})
        self.assertEqual(percentiles({}), {})


class Pipe:
    """Stands for a process."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.said += data.splitlines()

    def closeStdin(self) -> None:  # noqa: N802
        self.closed = True


class Reactor(Clock):
    """Starts no process."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Any] = []

    def spawnProcess(self, member: Any, *_: Any, **__: Any) -> None:  # noqa: N802
        member.transport = Pipe()
        self.members.append(member)


class MeasurementTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = Reactor()
        self.shown: list[int] = []
        self.running = self.measure(plan(connections=5, processes=2))

    def measure(self, what: Plan) -> Deferred[Report]:
        measurement = Measurement(self.reactor, what, list("abcdefg"), self.shown.append)

        async def memory() -> None:
            return None

        self.patch(measurement, "_memory", memory)
        return Deferred.fromCoroutine(measurement.run())

    def say(self, place: int, **fields: Any) -> None:
        """A process says what it has found; the line may come in two parts."""
        line = msgspec.json.encode(Tally(**fields)) + b"\n"
        self.reactor.members[place].outReceived(line[:9])
        self.reactor.members[place].outReceived(line[9:])

    def told(self) -> list[list[bytes]]:
        return [member.transport.said[2:] for member in self.reactor.members]

    def ready(self) -> None:
        """Both processes have started."""
        self.say(0, phase="ready")
        self.assertEqual([len(member.transport.said) for member in self.reactor.members], [1, 1])
        self.say(1, phase="ready")
        self.assertEqual([member.transport.said[1] for member in self.reactor.members], [b"connect"] * 2)

    def end(self) -> None:
        for member in self.reactor.members:
            member.processEnded(Failure(ProcessDone(0)))

    def test_the_clients_are_shared_out(self) -> None:
        parts = [msgspec.json.decode(member.transport.said[0], type=CrowdShare) for member in self.reactor.members]
        self.assertEqual([(part.first, list(part.tokens)) for part in parts], [(0, ["a", "c", "e"]), (1, ["b", "d"])])

    def test_what_all_have_found_is_added_up(self) -> None:
        self.ready()
        self.say(0, phase="connected", connected=3)
        self.assertEqual(self.told(), [[], []])
        self.say(1, phase="connected", connected=2)
        self.assertEqual(self.told(), [[b"talk"], [b"talk"]])
        self.say(0, phase="said", connected=3, sent=10, expected=10, delivered=4)
        self.say(1, phase="said", connected=2, sent=20, expected=20, delivered=20)
        # What one has said the other hears: all of it has not come yet.
        self.assertEqual(self.told(), [[b"talk"], [b"talk"]])
        found: Any = {"sent": 10, "expected": 10, "delivered": 9, "doubled": 1, "in_time": 4, "took": 2.0, "cpu": 1.0}
        self.say(0, phase="said", connected=3, **found)
        other: Any = {"sent": 20, "expected": 20, "delivered": 20, "in_time": 20, "took": 2.0, "cpu": 0.5, "failed": 2}
        self.reactor.pump([0.05] * int(run.LAST_DELIVERIES_TIMEOUT / 0.05 + 2))
        self.assertEqual(self.told(), [[b"talk", b"leave"]] * 2)
        self.say(0, phase="over", connected=3, times={1000: 3, 5000: 1}, **found)
        self.say(1, phase="over", connected=2, times={1000: 1, 9000: 1}, **other)
        self.assertTrue(all(member.transport.closed for member in self.reactor.members))
        self.end()
        report = self.successResultOf(self.running)
        self.assertEqual((report.sent, report.delivered, report.lost), (30, 29, 1))
        self.assertEqual((report.doubled, report.failed, report.is_clean), (1, 2, False))
        self.assertEqual((report.per_second, report.clients_busy), (12.0, 0.5))
        self.assertEqual(report.latency_ms, {"p50": 1.0, "p90": 9.0, "p99": 9.0, "max": 9.0})
        self.assertEqual(sum(self.shown), 5 + 29)

    def test_it_goes_on_as_soon_as_all_has_come(self) -> None:
        self.ready()
        for place, connected in ((0, 3), (1, 2)):
            self.say(place, phase="connected", connected=connected)
        self.say(0, phase="said", sent=1, expected=1)
        self.say(1, phase="said", sent=1, expected=1, delivered=1)
        self.reactor.advance(0.05)
        self.assertEqual(self.told(), [[b"talk"]] * 2)
        self.say(0, phase="said", sent=1, expected=1, delivered=1)
        self.reactor.advance(0.05)
        self.assertEqual(self.told(), [[b"talk", b"leave"]] * 2)

    def test_a_client_that_could_not_connect(self) -> None:
        self.say(1, error="the token is no longer valid: log in again")
        error = self.failureResultOf(self.running, ClientError).value
        self.assertEqual(str(error), "the token is no longer valid: log in again")

    def test_a_process_that_dies(self) -> None:
        self.reactor.members[0].processEnded(Failure(ProcessTerminated(signal=9)))
        self.assertIn("has ended", str(self.failureResultOf(self.running, ClientError).value))

    def groups_of(self, answer: dict[str, Any] | Refused) -> Deferred[Report]:
        """A measurement in groups, of a server that says this of the first one."""

        class Asked:
            def __init__(self, _api: object, credentials: object) -> None:
                pass

            async def call(self, method: str, path: str) -> dict[str, Any]:
                if isinstance(answer, Refused):
                    raise answer
                return answer

        self.patch(run, "Session", Asked)
        return self.measure(plan("groups", connections=4, processes=1))

    def test_the_server_knows_how_large_the_groups_are(self) -> None:
        self.groups_of({"id": FIRST_GROUP_ID, "size": 7})
        part = msgspec.json.decode(self.reactor.members[-1].transport.said[0], type=CrowdShare)
        self.assertEqual(part.plan.group_size, 7)

    def test_without_groups_it_is_said_how_to_make_them(self) -> None:
        started = len(self.reactor.members)
        error = self.failureResultOf(self.groups_of(Refused("there is no such group")), ClientError).value
        self.assertIn("prepare the users with --group-size", str(error))
        self.assertEqual(len(self.reactor.members), started)
