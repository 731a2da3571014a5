"""Tests for L{hichat.cluster.nodes}, and the gate that it opens and closes: without a server, on a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.cluster.locks import Lock, NoSession, SessionLocks
from hichat.cluster.nodes import LOOK, REPORT_EACH, NodeFacts, NodeKeeper, NumberOwner
from hichat.core.drafts import Draft, Outcome
from hichat.core.errors import NotStored, StartError
from hichat.pipeline.ledger.gate import WriteGate
from hichat.storage.migrate import KNOWN, Outgrown
from tests.support.doubles import NOW, run_now, watch_log


class Locks(SessionLocks):
    """
    @ivar away: whether the server is.
    @ivar others: the numbers that other daemons have.
    @ivar oldest: the oldest migration that a daemon has to know.
    """

    def __init__(self) -> None:
        self.away = False
        self.others: set[int] = set()
        self.oldest = KNOWN
        self.lives = False
        self.ran: list[tuple[Any, ...]] = []

    def take(self, lock: Lock) -> bool:
        self.run("")
        return lock.number not in self.others

    def holds(self, lock: Lock) -> bool:
        return self.lives and not self.away

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        if self.away:
            raise NoSession("the server is away")
        self.lives = True
        self.ran.append(values)
        return [(self.oldest,)] if "oldest" in statement else []

    def close(self) -> None:
        self.lives = False


class KeeperTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.locks = Locks()
        self.told: list[int | None] = []
        self.ends = 0
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event)))
        self.in_thread: Callable[..., Deferred[Any]] = run_now
        owner = NumberOwner("here", "/state", "1.0")
        self.keeper = NodeKeeper(
            self.locks, owner, self.run_in_thread, self.clock, lambda: NOW, self.told.append, self.end
        )

    def end(self) -> None:
        self.ends += 1

    def run_in_thread(self, *call: Any) -> Deferred[Any]:
        return self.in_thread(*call)

    def begin(self) -> None:
        self.keeper.begin()
        self.keeper.start()
        self.clock.pump([LOOK] * 5)
        self.assertEqual(self.told, [0])
        self.told.clear()
        self.lines.clear()

    def test_no_server_at_the_start(self) -> None:
        self.locks.away = True
        error = self.assertRaises(StartError, self.keeper.begin)
        self.assertEqual(str(error), "hichat: HICHAT_DATABASE: cannot use the database: the server is away")
        self.assertEqual(self.told, [])

    def test_more_daemons_than_numbers(self) -> None:
        self.locks.others = set(range(1000))
        self.assertIn("1000 daemons", str(self.assertRaises(StartError, self.keeper.begin)))

    def test_what_it_says_of_itself(self) -> None:
        """Every few looks, and only with a number."""
        self.begin()
        self.keeper.facts = lambda: NodeFacts(5, 70)
        self.locks.ran.clear()
        self.clock.pump([LOOK] * 3 * REPORT_EACH)
        self.assertEqual(self.locks.ran, [(NOW, 5, 70, 70, 0)] * 3)
        self.assertEqual(self.told, [])
        self.locks.lives = False
        self.locks.ran.clear()
        self.locks.others = {0}
        self.clock.pump([LOOK] * 2 * REPORT_EACH)
        self.assertEqual([ran for ran in self.locks.ran if len(ran) == 5], [(NOW, 5, 70, 70, 1)] * 2)

    def test_a_session_that_is_lost(self) -> None:
        """It is told first that there is no number, then that there is one again."""
        self.begin()
        self.locks.lives = False
        self.clock.advance(LOOK)
        self.assertEqual(self.told, [None, 0])
        lost, again = self.lines
        self.assertIn("the daemon's number 0 is lost: nothing is written until it has one again", lost)
        self.assertIn("writes again: its number was 0, and is 0 now", again)
        self.clock.pump([LOOK] * 5)
        self.assertEqual(self.told, [None, 0])

    def test_a_number_that_another_has_now(self) -> None:
        self.begin()
        self.locks.lives = False
        self.locks.others = {0, 1}
        self.clock.advance(LOOK)
        self.assertEqual((self.told, self.keeper.number), ([None, 2], 2))
        self.assertIn("its number was 0, and is 2 now", self.lines[-1])

    def test_while_the_server_is_away(self) -> None:
        """It tries each second, and says so once."""
        self.begin()
        self.locks.away = True
        self.clock.pump([LOOK] * 4)
        self.assertEqual(self.told, [None] * 5)
        self.locks.away = False
        self.clock.advance(LOOK)
        self.assertEqual(self.told[5:], [0])
        self.assertEqual(len(self.lines), 2)

    def test_a_newer_version_has_migrated_at_the_start(self) -> None:
        self.locks.oldest = KNOWN + 1
        self.assertIn(f"migration {KNOWN + 1}", str(self.assertRaises(Outgrown, self.keeper.begin)))
        self.assertFalse(self.locks.lives)
        self.assertEqual((self.told, self.ends), ([], 0))

    def test_a_newer_version_has_migrated(self) -> None:
        self.check_end()

    def test_a_newer_version_has_migrated_while_it_had_no_number(self) -> None:
        self.check_end(loses=True)

    def check_end(self, loses: bool = False) -> None:
        """It ends, and says why in one line."""
        self.keeper.facts = lambda: NodeFacts(5, 70)
        self.begin()
        self.locks.oldest = KNOWN + 1
        self.locks.lives = not loses
        self.clock.pump([LOOK] * 3 * REPORT_EACH)
        self.assertEqual((set(self.told), self.ends), ({None}, 1))
        # The gate refuses what waits.
        self.assertGreaterEqual(len(self.told), 2)
        (line,) = [line for line in self.lines if "newer" in line]
        self.assertIn("the daemon stops: hichat: HICHAT_DATABASE: a newer HiChat has changed it", line)
        self.assertNotIn("\n", line)
        self.keeper.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stopped(self) -> None:
        """At rest, and while it looks."""
        self.begin()
        look: Deferred[bool] = Deferred()
        self.in_thread = lambda *_: look
        self.clock.advance(LOOK)
        self.keeper.stop()
        look.callback(False)
        self.assertEqual((self.told, self.clock.getDelayedCalls()), ([], []))
        self.begin_again = NodeKeeper(
            self.locks,
            NumberOwner("here", "/state", "1.0"),
            run_now,
            self.clock,
            lambda: NOW,
            self.told.append,
            self.end,
        )
        self.begin_again.start()
        self.begin_again.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class GateTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.written: list[Any] = []
        self.gate = WriteGate(self.write)

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        answer: Deferred[list[Outcome]] = Deferred()
        self.written.append((drafts, answer))
        return answer

    def send(self, *drafts: str) -> Deferred[list[Outcome]]:
        return self.gate.write(drafts)  # type: ignore[arg-type]

    def test_open(self) -> None:
        answer = self.send("a")
        self.assertEqual(self.written, [(("a",), answer)])

    def test_what_comes_while_it_is_closed_waits(self) -> None:
        """And is written in order; what was handed on before is not touched."""
        before = self.send("before")
        self.gate.close()
        answers = [self.send("a", "b"), self.send(), self.send("c")]
        self.assertEqual(len(self.written), 1)
        self.gate.open()
        self.assertEqual([drafts for drafts, _ in self.written], [("before",), ("a", "b"), (), ("c",)])
        for number, answer in enumerate(answers, 1):
            self.assertNoResult(answer)
            outcome: Any = f"outcome {number}"
            self.written[number][1].callback([outcome])
            self.assertEqual(self.successResultOf(answer), [outcome])
        self.assertNoResult(before)
        self.send("d")
        self.assertEqual(len(self.written), 5)

    def test_it_does_not_wait_for_ever(self) -> None:
        """As with a store that is away: senders hear at once that it was not stored, and a probe fails."""
        self.gate.close()
        answers = [self.send("a", "b"), self.send()]
        self.gate.close()
        answers.append(self.send("c"))
        self.gate.close()
        answers.append(self.send("d"))
        refused = [[type(each) for each in self.successResultOf(answer)] for answer in answers]
        self.assertEqual(refused, [[NotStored] * 2, [NotStored], [NotStored], [NotStored]])
        self.assertEqual(self.written, [])
        self.gate.open()
        self.send("e")
        self.assertEqual(len(self.written), 1)
        self.gate.close()
        self.assertNoResult(self.send("f"))
