"""Tests for L{hichat.log.follower}: who takes the steps, when, and what is told of those that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.log.follower import POLL, REST_LIMIT, STEP_RETRY_PAUSE, Claim, Follower, Progress, StepFailed, Steps
from hichat.storage.trouble import TROUBLE_INTERVAL
from tests.support.doubles import watch_log

TOOK = 0.5


class PaceTests(SynchronousTestCase):
    """When it works, and when it rests."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.steps: list[Any] = []
        self.follower = Follower("the index", self.step, self.clock)
        self.follower.start()

    def step(self) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        found = self.steps.pop(0)
        self.clock.callLater(TOOK, done.errback if isinstance(found, Exception) else done.callback, found)
        return done

    def rest(self, *steps: Any) -> float:
        """@return: seconds of rest after these steps."""
        for step in steps:
            self.steps.append(step)
            (call,) = self.clock.getDelayedCalls()
            self.clock.advance(call.getTime() - self.clock.seconds())
            self.clock.advance(TOOK)
        (call,) = self.clock.getDelayedCalls()
        return round(call.getTime() - self.clock.seconds(), 3)

    def test_nothing_to_do(self) -> None:
        self.assertEqual(self.rest(Progress(5, 5)), POLL)
        self.assertEqual(self.follower.progress, Progress(5, 5))

    def test_much_to_do_while_nobody_writes(self) -> None:
        self.assertEqual(self.rest(Progress(500, 10**6)), TOOK)
        self.assertEqual(self.rest(Progress(1000, 10**6)), TOOK)

    def test_while_people_write(self) -> None:
        """The more of them, the longer; but not for ever."""
        head = 10**6
        rests = [self.rest(Progress(500, head))]
        for rate in (10, 100, 400, 10**6):
            head += round(rate * (rests[-1] + TOOK))
            rests.append(self.rest(Progress(500, head)))
        self.assertEqual(rests, [TOOK, TOOK, TOOK * 2, TOOK * 8, REST_LIMIT])

    def test_a_clock_that_is_put_back(self) -> None:
        """In the middle of a step. The reactor refuses what is before now, and the index would stand still for ever."""
        for back in (0.0, 3600.0):
            step: Deferred[Progress] = Deferred()
            clock = Clock()
            clock.advance(10_000)
            Follower("the index", lambda: step, clock).start()  # noqa: B023
            clock.advance(0)
            # With none, the step took no time at all by this clock.
            clock.rightNow -= back
            step.callback(Progress(500, 10**6))
            (call,) = clock.getDelayedCalls()
            self.assertGreaterEqual(call.getTime(), clock.seconds())

    def test_a_step_that_fails(self) -> None:
        self.assertEqual(self.rest(StepFailed("no")), STEP_RETRY_PAUSE)
        self.assertEqual(self.flushLoggedErrors(), [], "its process has told why")
        self.assertEqual(self.rest(ZeroDivisionError()), STEP_RETRY_PAUSE)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.rest(Progress(5, 5)), POLL)

    def test_stopped_at_rest(self) -> None:
        self.rest(Progress(5, 5))
        self.successResultOf(self.follower.stop())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stopped_at_work(self) -> None:
        self.steps.append(Progress(5, 50))
        self.clock.advance(0)
        stopped = self.follower.stop()
        self.assertNoResult(stopped)
        self.clock.advance(0.5)
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_trouble_is_told_once_a_minute(self) -> None:
        logged: list[Any] = []
        watch_log(self, logged.append)
        for _ in range(round(TROUBLE_INTERVAL / (STEP_RETRY_PAUSE + TOOK)) + 2):
            self.rest(OSError(28, "no space left"))
        texts = [eventAsText(each) for each in logged]
        first, second = [each for each in texts if "no space left" in each]
        self.assertIn("the index cannot be taken on: no space left", first)
        self.assertIn("times more", second)
        for _ in range(round(TROUBLE_INTERVAL / (POLL + TOOK)) + 2):
            self.rest(Progress(5, 5))
        self.assertEqual(len([each for each in logged if "over, after" in eventAsText(each)]), 1)

    def test_stopped_twice(self) -> None:
        self.steps.append(Progress(5, 50))
        self.clock.advance(0)
        stopped = [self.follower.stop(), self.follower.stop()]
        self.clock.advance(TOOK)
        for each in (*stopped, self.follower.stop()):
            self.successResultOf(each)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class StepsTests(SynchronousTestCase):
    def test_what_is_told_of_them(self) -> None:
        logged: list[Any] = []
        watch_log(self, logged.append)
        found: list[Any] = [Progress(1, 2), OSError(5, "no such disk"), OSError(5, "no such disk"), Progress(2, 2)]

        def step() -> Progress:
            result = found.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        steps = Steps("the index", step)
        self.assertEqual([steps.take() for _ in range(4)], [Progress(1, 2), None, None, Progress(2, 2)])
        self.assertEqual(steps.trouble.count, 2)
        (line,) = map(eventAsText, logged)
        self.assertIn("the index cannot be taken on: no such disk", line)


class ClaimTests(SynchronousTestCase):
    """One of many takes the steps."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.file = Path(self.mktemp()).absolute()
        self.took: list[int] = []
        self.begun: list[int] = []
        self.under_way: Deferred[Progress] | None = None

    def make(self, number: int) -> Follower:
        def step() -> Deferred[Progress]:
            self.took.append(number)
            return self.under_way or succeed(Progress(5, 5))

        made = Follower("it", step, self.clock, Claim(self.file), lambda: self.begun.append(number))
        self.addCleanup(made.stop)
        made.start()
        return made

    def test_only_one_of_them(self) -> None:
        for number in range(3):
            self.make(number)
        self.clock.pump([POLL] * 10)
        self.assertEqual(self.begun, [0])
        self.assertEqual(set(self.took), {0})
        self.assertGreater(len(self.took), 5)

    def test_the_next_one_takes_over(self) -> None:
        """When the first is done, not before; it does not come back."""
        first = self.make(0)
        self.make(1)
        self.clock.advance(0)
        self.under_way = Deferred()
        self.clock.advance(POLL)
        self.assertEqual(self.took, [0, 0])
        stopped = first.stop()
        self.clock.pump([POLL] * 5)
        self.assertEqual(self.begun, [0], "its step is under way")
        step, self.under_way = self.under_way, None
        step.callback(Progress(5, 5))
        self.successResultOf(stopped)
        self.clock.pump([POLL] * 5)
        self.assertEqual(self.begun, [0, 1])
        self.assertEqual(set(self.took[2:]), {1})

    def test_one_that_was_never_it_gives_nothing_away(self) -> None:
        self.make(0)
        self.clock.advance(0)
        for number in (1, 2):
            made = self.make(number)
            self.clock.advance(POLL)
            self.successResultOf(made.stop())
        self.make(3)
        self.clock.pump([POLL] * 3)
        self.assertEqual(self.begun, [0])

    def test_only_one_of_several_daemons(self) -> None:
        """It is asked before each step: the work may go to another one, and come back."""
        ours = [True]

        async def is_ours() -> bool:
            return ours[0]

        def step() -> Deferred[Progress]:
            self.took.append(0)
            return succeed(Progress(5, 5))

        begun: list[int] = []
        made = Follower("it", step, self.clock, Claim(self.file), lambda: begun.append(0), is_ours=is_ours)
        made.start()
        for count, mine in ((0, False), (2, True), (2, False), (4, True)):
            ours[0] = mine
            self.clock.pump([POLL] * 2)
            self.assertEqual(len(self.took), count)
        self.assertEqual(begun, [0])
        self.successResultOf(made.stop())

    def test_one_that_is_stopped_while_it_asks(self) -> None:
        answer: Deferred[bool] = Deferred()
        made = Follower("it", self.fail, self.clock, is_ours=lambda: answer)
        made.start()
        self.clock.advance(0)
        stopped = made.stop()
        self.assertNoResult(stopped)
        answer.callback(False)
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_process_that_is_killed_gives_it_back(self) -> None:
        code = (
            "import sys, pathlib, time; from hichat.log.follower import Claim\n"
            f"claim = Claim(pathlib.Path({str(self.file)!r})); print(claim.take(), flush=True); time.sleep(1000)"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            self.assertEqual(other.stdout.readline(), b"True\n")
            self.make(0)
            self.clock.pump([POLL] * 3)
            self.assertEqual(self.begun, [])
            os.kill(other.pid, signal.SIGKILL)
        self.clock.advance(POLL)
        self.assertEqual(self.begun, [0])

    def test_a_claim_that_cannot_be_had(self) -> None:
        """It is told, and tried again."""
        logged: list[Any] = []
        watch_log(self, logged.append)
        self.file = self.file / "away"
        self.make(0)
        self.clock.pump([POLL] * 3)
        (line,) = map(eventAsText, logged)
        self.assertIn("it cannot be taken on: No such file or directory", line)
        self.file.parent.mkdir()
        self.clock.advance(POLL)
        self.assertEqual(self.begun, [0])
