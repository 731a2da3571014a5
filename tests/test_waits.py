"""Tests for L{hichat.runtime.waits}: how long the oldest in a queue has waited."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.waits import NOTE_INTERVAL, Wait, Waits


class WaitTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.done = self.waiting = 0
        self.waits = Waits(self.clock, {"queue": Wait(lambda: self.done, lambda: self.waiting)})
        self.waits.start()
        self.addCleanup(self.waits.stop)

    @property
    def age(self) -> float:
        return self.waits.ages()["queue"]

    def go(self, seconds: float) -> None:
        self.clock.pump([NOTE_INTERVAL] * round(seconds / NOTE_INTERVAL))

    def serve(self, count: int) -> None:
        self.done, self.waiting = self.done + count, self.waiting - count

    def test_an_empty_queue(self) -> None:
        self.go(5)
        self.assertEqual(self.age, 0)

    def test_what_is_served_within_a_second(self) -> None:
        for _ in range(5):
            self.waiting += 100
            self.serve(100)
            self.go(1)
        self.assertEqual(self.age, 0)

    def test_the_oldest_counts(self) -> None:
        self.waiting = 1
        self.go(1)
        self.waiting = 3
        self.go(4)
        self.assertEqual(self.age, 4)
        self.serve(1)
        self.assertEqual(self.age, 3)
        self.serve(2)
        self.assertEqual(self.age, 0)

    def test_a_queue_that_is_never_empty(self) -> None:
        """Each item waits for two seconds."""
        for _ in range(20):
            self.waiting += 10
            self.go(1)
            if self.waiting == 30:
                self.serve(10)
        self.assertLessEqual(self.age, 2)
        self.go(30)
        self.assertGreaterEqual(self.age, 30)

    def test_a_queue_that_stands_still(self) -> None:
        """It costs no more the longer it stands."""
        self.waiting = 1000
        self.go(600)
        self.assertEqual(self.age, 599)
        (wait,) = self.waits._waits.values()
        self.assertEqual(len(wait._notes), 1)

    def test_a_queue_that_moves(self) -> None:
        """Notes of what has left it are forgotten."""
        for _ in range(50):
            self.waiting += 10
            self.go(1)
            self.serve(10)
        (wait,) = self.waits._waits.values()
        self.assertLessEqual(len(wait._notes), 1)

    def test_stopping(self) -> None:
        self.waits.stop()
        self.waits.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
