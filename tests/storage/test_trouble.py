"""Tests for L{hichat.storage.trouble}, and of what a store that is away is to whoever asks it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import COMMIT_CAUSES, NoSuchUser, StoreAway
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.trouble import TROUBLE_INTERVAL, Trouble, commit_cause_of
from tests.support import ports
from tests.support.doubles import make_store, run_now, watch_log
from tests.support.postgres import OnPostgreSQL, database_url

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


class CauseTests(SynchronousTestCase):
    """The kinds of failures that the metrics tell apart, from real errors."""

    def cause(self, *statements: str, **options: Any) -> str:
        """@return: the kind of the error that these statements end with."""
        store = make_store(self)
        with store.engine.connect().execution_options(**options) as connection:
            for statement in statements[:-1]:
                connection.exec_driver_sql(statement)
            error = self.assertRaises(DBAPIError, connection.exec_driver_sql, statements[-1])
        self.assertIn(commit_cause_of(error), COMMIT_CAUSES)
        return commit_cause_of(error)

    def test_full(self) -> None:
        blob = "CREATE TABLE more AS SELECT zeroblob(1000000)"
        self.assertEqual(self.cause("PRAGMA max_page_count = 1", blob, write=True), "full")

    def test_read_only(self) -> None:
        self.assertEqual(self.cause("PRAGMA query_only = ON", "CREATE TABLE more (x)"), "read_only")

    def test_locked(self) -> None:
        store = make_store(self)
        with store.transaction(), store.engine.connect() as other:
            other.exec_driver_sql("SELECT 1")
            other.exec_driver_sql("PRAGMA busy_timeout = 1")
            error = self.assertRaises(DBAPIError, other.exec_driver_sql, "CREATE TABLE more (x)")
        self.assertEqual(commit_cause_of(error), "locked")

    def test_broken(self) -> None:
        self.assertEqual(self.cause("SELECT 1 FROM nowhere"), "broken")
        path = Path(self.mktemp())
        path.write_bytes(b"no database" * 1000)
        engine = make_engine(f"sqlite:///{path}")
        self.addCleanup(engine.dispose)
        error = self.assertRaises(DBAPIError, engine.connect)
        self.assertEqual(commit_cause_of(error), "broken")

    def test_away(self) -> None:
        engine = make_engine("sqlite:////nowhere/at/all.db")
        self.assertEqual(commit_cause_of(self.assertRaises(DBAPIError, engine.connect)), "away")

    def test_what_is_no_error_of_a_driver(self) -> None:
        self.assertEqual(commit_cause_of(PoolTimeoutError()), "locked")
        self.assertEqual(commit_cause_of(OSError(errno.ENOSPC, "full")), "full")
        self.assertEqual(commit_cause_of(OSError(errno.EIO, "broken")), "broken")
        self.assertEqual(commit_cause_of(IntegrityError("x", {}, Exception())), "event")
        self.assertEqual(commit_cause_of(ZeroDivisionError()), "event")


class CauseOnPostgreSQLTests(OnPostgreSQL, SynchronousTestCase):
    def test_real_errors(self) -> None:
        store = make_store(self)
        own = "SELECT pg_terminate_backend(pg_backend_pid())"
        for wanted, *statements in (
            ("broken", "SELECT 1 FROM nowhere"),
            ("read_only", "BEGIN READ ONLY", "CREATE TABLE more (x int)"),
            ("locked", "SET statement_timeout = 1", "SELECT pg_sleep(9)"),
            ("away", own),
            ("full", "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$"),
            ("locked", "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$"),
            ("away", "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53300'; END $$"),
        ):
            with store.engine.connect() as connection:
                for statement in statements[:-1]:
                    connection.exec_driver_sql(statement)
                error = self.assertRaises(DBAPIError, connection.exec_driver_sql, statements[-1])
                connection.invalidate()
            self.assertEqual(commit_cause_of(error), wanted, statements)

    def test_no_server(self) -> None:
        engine = make_engine(database_url(ports.reserve(), "nothing"))
        self.assertEqual(commit_cause_of(self.assertRaises(DBAPIError, engine.connect)), "away")


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
