"""One of several workers shows that it lives, also while a step of its work takes long."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.cluster.locks import STANDS_STILL, SessionLocks, SignOfLife
from hichat.daemon.assembly import signs_of_life


class ShownLocks:
    """Locks that note when they were asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.shown: list[float] = []
        self.failure: Exception | None = None

    def show_life(self) -> None:
        self.shown.append(self.clock.seconds())
        if self.failure is not None:
            raise self.failure


class SignOfLifeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.locks = ShownLocks(self.clock)
        self.sign = SignOfLife(cast(SessionLocks, self.locks), self.in_thread, self.clock)
        self.sign.start()

    @staticmethod
    def in_thread(work: Any) -> Deferred[Any]:
        return maybeDeferred(work)

    def test_more_often_than_others_wait(self) -> None:
        self.clock.pump([0.5] * 20)
        self.assertEqual(len(self.locks.shown), 10)
        times = [0.0, *self.locks.shown]
        self.assertLess(max(later - sooner for sooner, later in pairwise(times)), STANDS_STILL / 2)

    def test_an_error_does_not_end_it(self) -> None:
        self.locks.failure = ValueError("odd")
        self.clock.pump([1.0] * 3)
        self.assertEqual(len(self.locks.shown), 3)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 3)

    def test_it_stops(self) -> None:
        self.sign.stop()
        self.sign.stop()
        self.clock.pump([1.0] * 3)
        self.assertEqual(self.locks.shown, [])


class WorkersTests(SynchronousTestCase):
    def test_who_needs_it(self) -> None:
        """One of several workers on PostgreSQL; for one alone the keeper of its number asks."""
        cluster: Any = SimpleNamespace(locks=None, pool=None)
        for workers, found, count in ((2, cluster, 1), (1, cluster, 0), (2, None, 0)):
            settings: Any = SimpleNamespace(workers=workers)
            self.assertEqual(len(signs_of_life(found, settings, Clock())), count)
