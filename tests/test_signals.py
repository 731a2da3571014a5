"""Tests for L{hichat.runtime.signals}; with whole daemons they are in C{tests.integration.test_signals}."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime import signals


class Reactor:
    """Is asked for what may be asked of a reactor in a signal's function, and at its end."""

    def __init__(self) -> None:
        self.called: list[Callable[[], None]] = []
        self.at_end: list[Callable[[], None]] = []
        self.at_start: list[Callable[[], None]] = []

    def callFromThread(self, call: Callable[[], None]) -> None:
        self.called.append(call)

    def callWhenRunning(self, call: Callable[[], None]) -> None:  # noqa: N802
        self.at_start.append(call)

    def addSystemEventTrigger(self, phase: str, event: str, call: Callable[[], None]) -> None:  # noqa: N802
        assert (phase, event) == ("after", "shutdown")
        self.at_end.append(call)


class HangupTests(SynchronousTestCase):
    def setUp(self) -> None:
        for number in signals.HARMLESS:
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def send(self) -> None:
        for number in signals.HARMLESS:
            os.kill(os.getpid(), number)

    def test_until_the_process_is_gone(self) -> None:
        """Python gives a signal that has a function back to the default at its end: by then it has none any more."""
        reactor, act = Reactor(), self.fail
        signals.ignore()
        signals.on_hangup(reactor, act)
        self.send()
        self.assertEqual(reactor.called, [act], "in the reactor's turn")
        for call in reactor.at_end:
            call()
        self.assertEqual({signal.getsignal(number) for number in signals.HARMLESS}, {signal.SIG_IGN})
        self.send()
        self.assertEqual(len(reactor.called), 1)

    def test_of_a_process_that_is_started(self) -> None:
        """It hears of none before it wants to."""
        heard: list[Any] = []
        signal.signal(signal.SIGHUP, lambda *_: heard.append(1))
        with signals.blocked([signal.SIGTERM]):
            # To this thread: another one of the process does not have its mask.
            signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
            self.assertEqual(signal.pthread_sigmask(signal.SIG_BLOCK, ()), {*signals.HARMLESS, signal.SIGTERM})
            self.assertEqual(heard, [])
        self.assertEqual(heard, [1])


class EndingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.heard: list[int] = []
        for number in signals.ENDING:
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def begin(self) -> Reactor:
        """The reactor begins to run."""
        reactor = Reactor()
        signals.end_once(reactor, self.fail)
        for call in reactor.at_start:
            call()
        return reactor

    def test_the_first_one_counts(self) -> None:
        """Whichever it is. It is told once that another one came."""
        for number in signals.ENDING:
            signal.signal(number, lambda number, _: self.heard.append(number))
        reactor = self.begin()
        os.kill(os.getpid(), signal.SIGINT)
        self.assertEqual((self.heard, reactor.called), ([signal.SIGINT], []))
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        self.assertEqual((self.heard, reactor.called), ([signal.SIGINT], [self.fail]))

    def test_one_that_is_ignored_stays_so(self) -> None:
        """As SIGINT is where a shell has started the daemon in the background."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.begin()
        self.assertEqual(signal.getsignal(signal.SIGINT), signal.SIG_IGN)
