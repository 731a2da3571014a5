"""Tests for L{hichat.runtime.child}, with real processes that do not do as they should: the daemon waits for none."""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import eventAsText
from twisted.trial.unittest import TestCase

from hichat.runtime.child import LAST_WORDS, WORDS, Process
from tests.doubles import watch_log

CLOCK: Any = reactor


class Odd(Process):
    """A process that says whatever it is told to."""

    name = "the odd one"
    module = "none"

    def __init__(self, code: str) -> None:
        super().__init__(None, CLOCK, [sys.executable, "-c", code])
        self.over: Deferred[int] = Deferred()

    def heard(self, message: bytes) -> None:
        """It says nothing."""

    def ended(self, status: int) -> None:
        self.over.callback(status)


class ProcessTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        # How long the reactor was held up: this is to be called all the time.
        self.last, self.longest = CLOCK.seconds(), 0.0
        turns = LoopingCall(self.turn)
        turns.start(0.01)
        self.addCleanup(turns.stop)

    def turn(self) -> None:
        now = CLOCK.seconds()
        self.longest, self.last = max(self.longest, now - self.last), now

    def begin(self, code: str) -> Odd:
        made = Odd(code)
        self.addCleanup(made.stop)
        made.begin()
        self.last, self.longest = CLOCK.seconds(), 0.0
        return made

    def said(self) -> list[str]:
        return [each["line"] for each in self.logged if each.get("name") == "the odd one"]

    async def test_one_that_closes_its_socket_and_lives_on(self) -> None:
        """It is killed after a while; until then its work may still be done, so its end is not told."""
        made = self.begin("import os, time; os.close(0); time.sleep(1000)")
        self.assertEqual(await made.over, -9)
        self.assertLess(self.longest, LAST_WORDS / 2)
        self.assertIsNone(made.pid)

    async def test_one_that_is_let_go_and_does_not_go(self) -> None:
        made = self.begin("import time; time.sleep(1000)")
        made.let_go()
        self.assertFalse(made.is_there)
        self.assertEqual(await made.over, -9)
        self.assertLess(self.longest, LAST_WORDS / 2)

    async def test_one_that_complains_a_lot(self) -> None:
        """More than a pipe takes, in lines without an end too: it is not held up, and the log has bounded lines."""
        made = self.begin(
            "import sys\nfor n in range(300): print('x' * 1000, file=sys.stderr)\n"
            "sys.stderr.write('y' * 300_000); sys.stderr.write('\\nlast words'); sys.exit(3)"
        )
        self.assertEqual(await made.over, 3)
        while "last words" not in self.said():
            await self.later()
        self.assertEqual(sum(len(line) for line in self.said() if line.startswith("x")), 300_000)
        self.assertEqual(sum(len(line) for line in self.said() if line.startswith("y")), 300_000)
        # What a read brings is one more at most.
        self.assertLessEqual(max(map(len, self.said())), WORDS + 2**16)
        self.assertTrue(all(eventAsText(each) for each in self.logged))

    async def test_letters_that_are_none(self) -> None:
        made = self.begin("import os; os.write(2, b'\\xff\\x1b[2J\\n')")
        await made.over
        while not self.said():
            await self.later()
        self.assertEqual(self.said(), ["\ufffd\x1b[2J"])

    def later(self) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        CLOCK.callLater(0.01, done.callback, None)
        return done
