"""Tests for L{hichat.storage.trouble}, and of what a store that is away is to whoever asks it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import NoSuchUser, StoreAway
from hichat.storage.store import Store
from hichat.storage.trouble import TROUBLE_INTERVAL, Trouble
from tests.support.doubles import make_store, run_now, watch_log
from tests.support.postgres import OnPostgreSQL

FULL = OperationalError("INSERT", {}, Exception("database or disk\nis full"))


class LogCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.lines: list[str] = []
        watch_log(self, self.observe)

    def observe(self, event: Any) -> None:
        if event.get("log_namespace", "").startswith("hichat"):
            self.lines.append(f"{event['log_level'].name} {eventAsText(event, includeTimestamp=False)}")

    def told(self) -> list[str]:
        found, self.lines = self.lines, []
        return found


class TroubleTests(LogCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.trouble = Trouble("it fails", self.clock.seconds)

    def test_at_once_and_then_once_a_minute(self) -> None:
        for _ in range(481):
            self.trouble.met(FULL, 2)
            self.clock.advance(TROUBLE_INTERVAL / 480)
        first, second = self.told()
        self.assertIn("it fails: database or disk is full", first)
        self.assertIn("it fails, 960 times more: database or disk is full", second)
        self.assertEqual(self.trouble.count, 962)

    def test_over(self) -> None:
        self.trouble.met(FULL)
        self.trouble.met(FULL)
        self.told()
        for _ in range(10):
            # To and fro is one trouble.
            self.trouble.passed()
            self.trouble.met(FULL)
        self.assertEqual(self.told(), [])
        self.clock.advance(TROUBLE_INTERVAL)
        for _ in range(3):
            self.trouble.passed()
        (line,) = self.told()
        self.assertIn("over, after 12 times: it fails", line)
        self.trouble.met(FULL)
        (line,) = self.told()
        self.assertNotIn("more", line)

    def test_what_is_not_the_stores(self) -> None:
        self.trouble.met(ZeroDivisionError())
        self.trouble.met(ZeroDivisionError())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.clock.advance(TROUBLE_INTERVAL)
        self.trouble.met(OSError(28, "No space left on device", "/secret/path"))
        line = self.told()[-1]
        self.assertIn("No space left on device", line)
        self.assertNotIn("secret", line)

    def test_nothing_of_a_statement(self) -> None:
        with make_store(self).snapshot() as connection:
            error = self.assertRaises(DBAPIError, connection.execute, text("SELECT :it FROM nowhere"), {"it": "geheim"})
        self.trouble.met(error)
        (line,) = self.told()
        self.assertIn("nowhere", line)
        self.assertNotIn("geheim", line)


class ServingTests(LogCase):
    def setUp(self) -> None:
        super().setUp()
        self.store = Store(make_store(self).engine, run_now, run_now, serves=True)

    def test_away(self) -> None:
        """Whatever it is that fails, it is one error for whoever asks, and one line."""

        def fail(_connection: object, error: Exception) -> None:
            raise error

        for error in (FULL, PoolTimeoutError("no connection")):
            for call in (self.store.read, self.store.write):
                found = self.failureResultOf(call(fail, error), StoreAway).value
                self.assertIs(found.__cause__, error)
        self.assertEqual((self.store.reads.count, self.store.changes.count), (2, 2))
        self.assertEqual(len(self.told()), 2)

    def test_gone(self) -> None:
        """A table is missing, as where the database was put back without it."""
        asked = text("SELECT 1 FROM nowhere")
        self.failureResultOf(self.store.read(lambda connection: connection.execute(asked)), StoreAway)

    def test_what_is_asked_wrongly(self) -> None:
        def refuse(_connection: object) -> None:
            raise NoSuchUser

        def insert(connection: Any) -> None:
            connection.execute(text("INSERT INTO contacts (owner_id, friend_id, created_at) VALUES (1, 2, 3)"))

        self.failureResultOf(self.store.read(refuse), NoSuchUser)
        self.failureResultOf(self.store.write(insert), IntegrityError)
        self.assertEqual(self.told(), [])


class ServingOnPostgreSQLTests(OnPostgreSQL, ServingTests):
    pass
