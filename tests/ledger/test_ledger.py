"""The ledger on the reactor's side: gathering, order, answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from hichat.core.drafts import Draft, Duplicate, IOrigin, Outcome
from hichat.core.errors import Busy, NoSuchTarget, NotStored, Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.gather import BATCH_INTERVAL, Ledger
from hichat.pipeline.plane.intake import Intake
from hichat.runtime.metrics import Metrics
from tests.support.threads import Thread


class Writer:
    """Writes to a list; refuses drafts for target 99, and has seen those for target 98."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Draft]] = []
        self.position = 0
        self.fail = False

    def write(self, drafts: Sequence[Draft]) -> list[Outcome]:
        if self.fail:
            raise ZeroDivisionError
        self.batches.append(drafts)
        return [self.one(draft) for draft in drafts]

    def one(self, draft: Draft) -> Outcome:
        if draft.target == 99:
            return NoSuchTarget()
        if draft.target == 98:
            return Duplicate(Event(1, 1, 1, 1, 1, 1, 1, 98, 0, 0, b"first"))
        self.position += 1
        return Event(self.position, 1, 1, 1, draft.kind, draft.scope, draft.sender, draft.target, 0, 0, draft.body)


@implementer(IOrigin)
class Origin:
    def __init__(self) -> None:
        self.answers: list[tuple[bytes, str]] = []
        self.fail = False

    def accepted(self, draft: Draft, event: Event, duplicate: bool) -> None:
        if self.fail:
            raise ZeroDivisionError
        self.answers.append((draft.body, f"{'again' if duplicate else 'at'} {event.position}"))

    def refused(self, draft: Draft, error: Refused) -> None:
        self.answers.append((draft.body, error.code))


class LedgerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.thread = Thread()
        self.writer = Writer()
        self.intake = Intake()
        self.forwarded: list[list[Event]] = []
        self.origin = Origin()
        self.ledger = Ledger(
            partial(self.thread, self.writer.write),
            self.intake,
            self.forwarded.append,
            self.clock,
            Metrics(),
            largest=3,
        )

    def submit(self, body: bytes, target: int = 2) -> None:
        assert self.intake.admit()
        self.ledger.submit([Draft(Kind.MESSAGE, Scope.USER, 1, target, body, self.origin)])

    def turn(self) -> None:
        self.clock.advance(0)

    def test_one_turn_is_one_batch(self) -> None:
        self.submit(b"a")
        self.submit(b"b")
        self.assertEqual(self.thread.jobs, [])
        self.turn()
        self.thread.work()
        self.assertEqual([[d.body for d in batch] for batch in self.writer.batches], [[b"a", b"b"]])
        self.assertEqual([[e.body for e in batch] for batch in self.forwarded], [[b"a", b"b"]])

    def test_nothing_is_said_before_the_commit(self) -> None:
        self.submit(b"a")
        self.turn()
        self.assertEqual((self.forwarded, self.origin.answers), ([], []))
        self.thread.work()
        self.assertEqual(self.origin.answers, [(b"a", "at 1")])

    def test_the_next_batch_gathers_meanwhile(self) -> None:
        for body in (b"a", b"b", b"c"):
            self.submit(body)
            self.turn()
        self.assertEqual(len(self.thread.jobs), 1)
        self.thread.work()
        self.clock.advance(BATCH_INTERVAL)
        self.thread.work()
        self.assertEqual([[e.body for e in b] for b in self.forwarded], [[b"a"], [b"b", b"c"]])
        self.assertEqual(self.thread.jobs, [])

    def test_a_second_batch_is_on_its_way_if_it_is_not_light_and_no_third(self) -> None:
        for body in (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"):
            self.submit(body)
            self.turn()
        self.assertEqual(len(self.thread.jobs), 2)
        self.thread.work()
        self.turn()
        self.assertEqual(len(self.thread.jobs), 2)
        self.thread.work()
        self.thread.work()
        self.clock.advance(BATCH_INTERVAL)
        self.thread.work()
        wanted = [[b"a"], [b"b", b"c", b"d"], [b"e", b"f", b"g"], [b"h"]]
        self.assertEqual([[e.body for e in b] for b in self.forwarded], wanted)
        self.successResultOf(self.ledger.idle())

    def test_a_light_batch_waits_a_moment_for_more(self) -> None:
        self.submit(b"a")
        self.turn()
        self.submit(b"b")
        self.thread.work()
        self.clock.advance(BATCH_INTERVAL / 2)
        self.submit(b"c")
        self.turn()
        self.assertEqual(self.thread.jobs, [])
        self.clock.advance(BATCH_INTERVAL / 2)
        self.thread.work()
        self.assertEqual([len(batch) for batch in self.writer.batches], [1, 2])
        self.successResultOf(self.ledger.idle())

    def test_after_a_while_nothing_waits(self) -> None:
        self.submit(b"a")
        self.turn()
        self.thread.work()
        self.clock.advance(BATCH_INTERVAL)
        self.submit(b"b")
        self.turn()
        self.assertEqual(len(self.thread.jobs), 1)

    def test_a_batch_that_is_not_light_does_not_wait(self) -> None:
        self.submit(b"a")
        self.turn()
        self.thread.work()
        for body in (b"b", b"c"):
            self.submit(body)
            self.turn()
            self.assertEqual(self.thread.jobs, [])
        self.submit(b"d")  # the third is as many as go into a batch
        self.turn()
        self.assertEqual(len(self.thread.jobs), 1)

    def test_after_one_that_was_not_light_the_next_may_be(self) -> None:
        for body in (b"a", b"b", b"c"):
            self.submit(body)
        self.turn()
        self.thread.work()
        self.submit(b"d")
        self.turn()
        self.assertEqual(self.thread.jobs, [])

    def test_what_many_hear_does_not_wait(self) -> None:
        self.submit(b"a")
        self.turn()
        self.thread.work()
        self.submit(b"b")
        self.turn()
        self.assertEqual(self.thread.jobs, [])
        answer = self.ledger.append(kind=Kind.MESSAGE, scope=Scope.GROUP, sender=1, target=5)
        self.turn()
        self.thread.work()
        self.assertEqual(self.successResultOf(answer).position, 3)

    def test_refused_ones_leave_the_intake(self) -> None:
        self.submit(b"a")
        self.submit(b"b", target=99)
        self.turn()
        self.thread.work()
        self.assertEqual(self.origin.answers, [(b"a", "at 1"), (b"b", "no_such_target")])
        self.assertEqual(self.intake.count, 1)  # until the plane has handed it on

    def test_duplicates_are_answered_and_go_no_further(self) -> None:
        self.submit(b"a", target=98)
        self.submit(b"b")
        self.submit(b"c", target=98)
        self.turn()
        self.thread.work()
        self.assertEqual(self.origin.answers, [(b"a", "again 1"), (b"b", "at 1"), (b"c", "again 1")])
        self.assertEqual([[e.body for e in batch] for batch in self.forwarded], [[b"b"]])
        self.assertEqual(self.intake.count, 1)

    def test_only_duplicates(self) -> None:
        self.submit(b"a", target=98)
        self.turn()
        self.thread.work()
        self.assertEqual((self.forwarded, self.intake.count), ([], 0))
        self.assertEqual(self.origin.answers, [(b"a", "again 1")])

    def test_a_failing_writer(self) -> None:
        self.writer.fail = True
        self.submit(b"a")
        self.turn()
        self.thread.work()
        self.assertEqual(self.origin.answers, [(b"a", "not_stored")])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.writer.fail = False
        self.submit(b"b")
        self.clock.advance(BATCH_INTERVAL)
        self.thread.work()
        self.assertEqual(self.origin.answers[1:], [(b"b", "at 1")])
        self.assertEqual(self.intake.count, 1)

    def test_a_writer_that_answers_at_once(self) -> None:
        """As one that refuses all: each batch is written once, and none without drafts."""
        batches: list[int] = []

        def refuse(drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
            batches.append(len(drafts))
            return succeed([NotStored("full") for _ in drafts])

        metrics = Metrics()
        self.ledger = Ledger(refuse, self.intake, self.forwarded.append, self.clock, metrics, largest=3)
        for body in b"abcdefg":
            self.submit(bytes([body]))
        self.clock.pump([BATCH_INTERVAL] * 9)
        self.assertEqual(batches, [3, 3, 1])
        self.assertEqual(len(self.origin.answers), 7)
        lines = metrics.exposition().decode().splitlines()
        for line in ('commits_failed_total{cause="full"} 3.0', "commits_refused_total 7.0"):
            self.assertIn(f"hichat_{line}", lines)
        self.assertIn('hichat_commits_failed_total{cause="away"} 0.0', lines)

    def test_how_long_the_oldest_batch_takes(self) -> None:
        for body in (b"a", b"b", b"c", b"d"):
            self.submit(body)
        self.assertEqual(self.ledger.age, 0)
        self.turn()
        self.clock.advance(BATCH_INTERVAL)
        self.assertEqual(len(self.thread.jobs), 1)
        self.submit(b"e", 3)
        self.submit(b"f", 3)
        self.clock.advance(5)
        self.assertEqual((len(self.thread.jobs), round(self.ledger.age)), (2, 5))
        self.clock.advance(5)
        self.thread.work()
        self.assertEqual(round(self.ledger.age), 5)
        self.thread.work()
        self.assertEqual(self.ledger.age, 0)

    def test_a_failing_origin(self) -> None:
        self.origin.fail = True
        self.submit(b"a")
        self.submit(b"b")
        self.turn()
        self.thread.work()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)
        self.assertEqual(len(self.forwarded[0]), 2)
        self.successResultOf(self.ledger.idle())

    def test_append(self) -> None:
        answer = self.ledger.append(kind=Kind.JOINED, scope=Scope.GROUP, sender=1, target=5)
        self.turn()
        self.assertNoResult(answer)
        self.thread.work()
        self.assertEqual(self.successResultOf(answer).position, 1)

    def test_append_refused(self) -> None:
        answer = self.ledger.append(kind=Kind.JOINED, scope=Scope.GROUP, sender=1, target=99)
        self.turn()
        self.thread.work()
        self.failureResultOf(answer, NoSuchTarget)
        self.writer.fail = True
        answer = self.ledger.append(kind=Kind.JOINED, scope=Scope.GROUP, sender=1, target=5)
        self.turn()
        self.thread.work()
        self.failureResultOf(answer, NotStored)
        self.flushLoggedErrors(ZeroDivisionError)

    def test_append_when_full(self) -> None:
        while self.intake.admit():
            pass
        answer = self.ledger.append(kind=Kind.JOINED, scope=Scope.GROUP, sender=1, target=5)
        self.failureResultOf(answer, Busy)
        self.assertEqual(self.intake.count, self.intake.high)

    def test_idle(self) -> None:
        self.successResultOf(self.ledger.idle())
        self.submit(b"a")
        idle = self.ledger.idle()
        self.turn()
        self.submit(b"b")
        self.thread.work()
        self.assertNoResult(idle)
        self.clock.advance(BATCH_INTERVAL)
        self.thread.work()
        self.successResultOf(idle)
