"""What calls cost, and how much of it there may be."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import TooManyRequests
from hichat.runtime.limits import Rate
from hichat.runtime.work import ADDRESS_SHARE, METER, Budget, Budgets, Meter, metered
from hichat.storage.gathered import Gathered
from tests.support.doubles import run_now


def busy(milliseconds: float) -> float:
    """Work for a while."""
    began = thread_time()
    while (thread_time() - began) * 1000 < milliseconds:
        pass
    return milliseconds


class Budgeting(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.budget = Budget(Rate(100, 10), self.clock, "work", entries=3)

    def test_until_it_is_used_up(self) -> None:
        self.budget.charge(1, 100)
        self.budget.check(1)
        self.budget.charge(1, 10)
        error = self.assertRaises(TooManyRequests, self.budget.check, 1)
        self.assertAlmostEqual(error.retry_after or 0, 1, 2)
        self.budget.check(2)
        self.clock.advance(1.01)
        self.budget.check(1)

    def test_nobody_waits_for_ever(self) -> None:
        self.budget.charge(1, 10**9)
        self.clock.advance(20.1)
        self.budget.check(1)

    def test_off(self) -> None:
        budgets = Budgets(Rate(0, 1), self.clock)
        for budget in (budgets.users, budgets.addresses):
            budget.charge(1, 10**9)
            budget.check(1)
            self.assertEqual(len(budget), 0)

    def test_addresses_have_more(self) -> None:
        budgets = Budgets(Rate(100, 10), self.clock)
        budgets.addresses.charge("a", 100 * ADDRESS_SHARE)
        budgets.addresses.check("a")
        budgets.addresses.charge("a", 10)
        self.assertRaises(TooManyRequests, budgets.addresses.check, "a")

    def test_who_has_no_key_is_not_limited(self) -> None:
        self.budget.charge("", 10**9)
        self.budget.check("")

    def test_bounded(self) -> None:
        for key in range(1, 10):
            self.budget.charge(key, 1000)
        self.assertEqual(len(self.budget), 3)

    def test_the_one_charged_longest_ago_is_forgotten(self) -> None:
        for key in (1, 2, 3):
            self.budget.charge(key, 10**6)
        self.budget.charge(1, 1)
        self.budget.charge(4, 10**6)
        self.budget.check(2)
        self.assertRaises(TooManyRequests, self.budget.check, 1)


class Metering(SynchronousTestCase):
    def setUp(self) -> None:
        self.meter = Meter()
        self.charged: list[float] = []
        self.run_metered = metered(run_now)

    def of_the_call(self, work: Callable[[], Any]) -> Any:
        token = METER.set(self.meter)
        try:
            return work()
        finally:
            METER.reset(token)

    def test_of_coroutines(self) -> None:
        later: Deferred[None] = Deferred()

        async def call() -> None:
            await self.run_metered(busy, 20)
            await later
            await self.run_metered(busy, 20)

        self.of_the_call(lambda: Deferred.fromCoroutine(call()))
        self.run_metered(busy, 50)  # Somebody else's.
        later.callback(None)
        self.meter.settle(self.charged.append)
        (spent,) = self.charged
        self.assertGreaterEqual(spent, 40)
        self.assertLess(spent, 80)

    def test_failures_cost_too(self) -> None:
        def fail() -> None:
            busy(20)
            raise ZeroDivisionError

        self.failureResultOf(self.of_the_call(lambda: self.run_metered(fail)), ZeroDivisionError)
        self.meter.settle(self.charged.append)
        self.assertGreaterEqual(self.charged[0], 20)

    def test_what_is_under_way_when_the_call_ends(self) -> None:
        def work() -> None:
            self.meter.gone = True
            self.meter.settle(self.charged.append)
            busy(20)

        self.of_the_call(lambda: self.run_metered(work))
        self.assertEqual(len(self.charged), 2)
        self.assertGreaterEqual(self.charged[1], 20)

    def test_what_nobody_waits_for_is_not_begun(self) -> None:
        self.meter.gone = True
        done: list[int] = []
        self.failureResultOf(self.of_the_call(lambda: self.run_metered(done.append, 1)), CancelledError)
        self.assertEqual(done, [])

    def test_what_is_read_for_many_is_nobodys(self) -> None:
        """The call that asked first may be gone."""
        self.meter.gone = True
        gathered: Gathered[int, int] = Gathered(lambda keys: self.run_metered(lambda: {key: key for key in keys}))
        self.assertEqual(self.successResultOf(self.of_the_call(lambda: gathered(5))), 5)
