"""Tests for L{hichat.web.status}: whether it is ready."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import NotStored, StoreAway
from hichat.runtime.metrics import Metrics
from hichat.web.site import Branch, NotFound, Site
from hichat.web.status import CHECK_TIMEOUT, FRESH, HANGS, Ready
from tests.support.site import Connection, request_bytes


class ReadyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.looks: list[Deferred[None]] = []
        self.stopping = False
        root = Branch(NotFound())
        root.mount("readyz", Ready(lambda: self.stopping, self.look, self.clock))
        self.site = Site(root, self.clock, 1000, Metrics(), {})

    def look(self) -> Deferred[None]:
        self.looks.append(Deferred())
        return self.looks[-1]

    def ask(self) -> Connection:
        connection = Connection(self.site)
        connection.send(request_bytes("GET", "/readyz"))
        return connection

    def answer(self, connection: Connection) -> tuple[int, str]:
        found: Any = connection.answer()
        return found.status, found.body.decode()

    def test_one_look_for_all(self) -> None:
        asking = [self.ask() for _ in range(100)]
        self.assertEqual(len(self.looks), 1)
        self.looks[0].callback(None)
        self.assertEqual({self.answer(one) for one in asking}, {(200, "ready\n")})
        for _ in range(100):
            self.assertEqual(self.answer(self.ask()), (200, "ready\n"))
        self.clock.advance(FRESH - 0.01)
        self.ask()
        self.assertEqual(len(self.looks), 1)
        self.clock.advance(0.02)
        self.ask()
        self.ask()
        self.assertEqual(len(self.looks), 2)

    def test_what_fails(self) -> None:
        for error, said in ((NotStored(), "takes no commits"), (StoreAway(), "cannot be read"), (OSError(), "cannot")):
            asking = [self.ask(), self.ask()]
            self.looks[-1].errback(error)
            for one in [*asking, self.ask()]:
                status, line = self.answer(one)
                self.assertEqual((status, line.count("\n")), (503, 1))
                self.assertIn(said, line)
            self.clock.advance(FRESH)

    def test_a_store_that_hangs(self) -> None:
        """Each answer comes in time, and nothing more hangs with it; when it goes on, so does this."""
        first = self.ask()
        self.clock.advance(CHECK_TIMEOUT - 1)
        second = self.ask()
        self.clock.advance(1)
        for one in (first, second, self.ask()):
            self.assertEqual(self.answer(one), (503, f"{HANGS}\n"))
        self.clock.advance(600)
        self.assertEqual(self.answer(self.ask()), (503, f"{HANGS}\n"))
        self.assertEqual(len(self.looks), 1)
        self.looks[0].callback(None)
        self.assertEqual(self.answer(self.ask()), (200, "ready\n"))

    def test_what_the_metrics_tell(self) -> None:
        """The last result; asking begins another look, and waits for none."""
        ready = Ready(lambda: self.stopping, self.look, self.clock)
        self.assertEqual([ready.known(), ready.known(), len(self.looks)], [True, True, 1])
        self.looks[0].errback(StoreAway())
        self.assertFalse(ready.known())
        self.clock.advance(FRESH)
        self.assertFalse(ready.known())
        self.looks[1].callback(None)
        self.assertTrue(ready.known())
        self.clock.advance(FRESH)
        self.assertTrue(ready.known())
        self.clock.advance(CHECK_TIMEOUT)
        self.assertEqual([ready.known(), len(self.looks)], [False, 3], "it hangs")
        self.looks[2].callback(None)
        self.stopping = True
        self.assertFalse(ready.known())

    def test_who_does_not_wait(self) -> None:
        self.ask().transport.loseConnection()
        self.looks[0].callback(None)
        self.clock.advance(CHECK_TIMEOUT)

    def test_stopping(self) -> None:
        self.stopping = True
        self.assertEqual(self.answer(self.ask()), (503, "stopping\n"))
        self.assertEqual(self.looks, [])
