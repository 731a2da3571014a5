"""The reactor's clock, when the time of day is set."""

from __future__ import annotations

import time
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.clock import Settled, make_steady, ticks


class SteadyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.wall = 1_700_000_000.0
        self.called: list[str] = []

    def make(self, kind: Any = EPollReactor) -> Any:
        """@return: a real reactor; it goes by a time of day that the test sets."""
        reactor = kind()
        self.addCleanup(reactor.removeAll)
        reactor.seconds = lambda: self.wall
        return reactor

    def turn(self, reactor: Any, seconds: float) -> None:
        """Let it turn for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            reactor.runUntilCurrent()
            reactor.doIteration(min(reactor.timeout() or 0, 0.01))
        # This thread may have been held up until then.
        reactor.runUntilCurrent()

    def test_a_clock_that_is_set(self) -> None:
        """Whatever happens to the time of day: what is due in a moment comes then, what is due later does not."""
        for kind in (EPollReactor, SelectReactor):
            for jump in (-7200, -40, 40, 7200, 365 * 24 * 3600):
                reactor = self.make(kind)
                make_steady(reactor)
                self.called.clear()
                reactor.callLater(0.02, self.called.append, "soon")
                later = reactor.callLater(20, self.called.append, "later")
                self.wall += jump
                self.turn(reactor, 0.06)
                self.assertEqual(self.called, ["soon"], (kind, jump))
                later.reset(0.02)
                self.turn(reactor, 0.06)
                self.assertEqual(self.called, ["soon", "later"], (kind, jump))

    def test_what_it_was_to_call_already(self) -> None:
        """Before and after its first turn; cancelled, put off and brought forward too."""
        reactor = self.make()
        calls = {name: reactor.callLater(0.03, self.called.append, name) for name in ("first", "cancelled", "off")}
        reactor.callLater(10, self.called.append, "late")
        reactor.runUntilCurrent()
        reactor.callLater(0.04, self.called.append, "second")
        make_steady(reactor)
        self.wall -= 7200
        calls["cancelled"].cancel()
        calls["off"].reset(0.05)
        soon = reactor.callLater(10, self.called.append, "soon")
        soon.reset(0)
        self.turn(reactor, 0.1)
        self.assertEqual(self.called, ["soon", "first", "second", "off"])
        (left,) = reactor.getDelayedCalls()
        self.assertTrue(9 < left.getTime() - reactor.seconds() < 10)

    def test_while_it_turns(self) -> None:
        """By what the reactor calls itself: nothing else is due by that."""
        reactor = self.make()
        reactor.callLater(0, make_steady, reactor)
        reactor.callLater(10, self.called.append, "late")
        began = time.monotonic()
        reactor.callLater(0.03, self.called.append, "soon")
        self.wall += 0.001
        self.turn(reactor, 0.01)
        self.assertTrue(not self.called or time.monotonic() - began >= 0.03)
        self.turn(reactor, 0.06)
        self.assertEqual(self.called, ["soon"])

    def test_again(self) -> None:
        reactor = self.make()
        make_steady(reactor)
        call = reactor.callLater(5, self.called.append, "")
        due = call.getTime()
        make_steady(reactor)
        self.assertEqual(call.getTime(), due)

    def test_a_clock_of_a_test(self) -> None:
        clock = Clock()
        clock.advance(3)
        make_steady(clock)
        self.assertEqual(clock.seconds(), 3)

    def test_ticks(self) -> None:
        began = ticks()
        time.sleep(0.005)
        self.assertTrue(4 <= ticks() - began < 5000)


class SettledTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.ticks = 5_000
        self.ahead = 1_700_000_000_000
        self.settled = Settled(lambda: self.ticks + self.ahead, lambda: self.ticks)

    def look(self, minutes: int = 5) -> float | None:
        """@return: what it says after so long: minutes that it is behind the time of day."""
        self.ticks += minutes * 60_000
        found = self.settled.now()
        return None if found is None else (self.ticks + self.ahead - found) / 60_000

    def test_it_is_looked_at_for_an_hour(self) -> None:
        self.assertEqual([self.look() for _ in range(13)], [None] * 11 + [0, 0])

    def test_put_forward(self) -> None:
        self.look(60)
        self.ahead += 120 * 60_000
        self.assertEqual([self.look() for _ in range(14)], [120] * 12 + [0, 0])

    def test_put_forward_and_back_and_forward(self) -> None:
        self.look(60)
        for _ in range(50):
            self.ahead += 120 * 60_000
            self.assertEqual(self.look(), 120)
            self.ahead -= 120 * 60_000
            self.assertEqual(self.look(), 0)

    def test_put_back(self) -> None:
        self.look(60)
        self.ahead -= 120 * 60_000
        self.assertEqual([self.look() for _ in range(14)], [0] * 14)

    def test_looked_at_rarely(self) -> None:
        self.assertEqual([self.look(600), self.look(600)], [0, 0])
        self.ahead += 120 * 60_000
        self.assertEqual([self.look(600), self.look(600)], [120, 0])
