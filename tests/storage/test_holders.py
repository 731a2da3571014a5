"""Who holds the log's lock on PostgreSQL and does not go on is ended; who works is not."""

from __future__ import annotations

import os
import threading
import time
from struct import pack
from typing import Any

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from twisted.trial.unittest import SynchronousTestCase

from hichat.storage import engine, suspicion
from hichat.storage.engine import FirstQuery
from hichat.storage.suspicion import Suspicion
from hichat.storage.tables import users
from hichat.storage.write_locks import WRITE_LOCK
from tests.support.doubles import make_store
from tests.support.postgres import OnPostgreSQL

# As it is without make_store.
ABANDONED = engine.ABANDONED
COPY = "COPY receipts (node, worker, incarnation, slot, number, outcomes, written_at) FROM STDIN"


class HolderTests(OnPostgreSQL, SynchronousTestCase):
    def setUp(self) -> None:
        import psycopg

        self.broken = psycopg.OperationalError
        self.store = make_store(self)
        # A writer waits long enough on a slow machine; and it looks often, so that the tests are quick.
        self.patch(engine, "BUSY_TIMEOUT", 60.0)
        self.patch(engine, "HOLDER_LOOK_INTERVAL", 0.05)
        self.patch(suspicion, "FROZEN", 0.2)

    def stranger(self, autocommit: bool = False) -> Any:
        """@return: a connection that is not one of the store's: the server has no limit for it."""
        import psycopg

        url = self.store.engine.url
        made = psycopg.connect(
            f"host={url.host} port={url.port} user={url.username} dbname={url.database}", autocommit=autocommit
        )
        self.addCleanup(made.close)
        return made

    def holder(self) -> Any:
        """@return: such a connection, in a transaction that holds the lock."""
        made = self.stranger()
        made.execute(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        return made

    def add(self, name: str) -> None:
        self.successResultOf(self.store.write(_add_user, name))

    def names(self) -> list[str]:
        return self.successResultOf(self.store.read(_names))

    def test_a_machine_that_vanishes(self) -> None:
        """The server notices it within five seconds, for every connection: the search index has locks, too."""
        names = ("idle", "interval", "count")
        with self.store.engine.connect() as connection:
            found = [connection.scalar(text(f"SHOW tcp_keepalives_{name}")) for name in names]
        self.assertEqual(found, ["2", "1", "3"])

    def test_between_two_statements(self) -> None:
        frozen = self.holder()
        frozen.execute("UPDATE receipts SET number = 1")
        self.add("ann")
        self.assertRaises(self.broken, frozen.commit)
        self.assertEqual(self.names(), ["ann"])

    def test_inside_copy(self) -> None:
        frozen = self.holder()
        with self.assertRaises(self.broken), frozen.cursor().copy(COPY) as copy:
            copy.write_row((1, 1, 1, 1, 1, b"x", 1))
            self.add("ann")
            copy.write_row((1, 2, 1, 1, 1, b"x", 1))
        self.assertEqual(self.names(), ["ann"])

    def test_inside_copy_while_others_give_up(self) -> None:
        """None of them waits for so long, but they do so one after the other."""
        self.patch(engine, "BUSY_TIMEOUT", 0.2)
        self.patch(suspicion, "FROZEN", 1.0)
        frozen = self.holder()
        failures = 0
        with self.assertRaises(self.broken), frozen.cursor().copy(COPY) as copy:
            copy.write_row((1, 1, 1, 1, 1, b"x", 1))
            end = time.monotonic() + 60
            while not self.names() and time.monotonic() < end:
                self.store.write(_add_user, "ann").addErrback(lambda failure: failure.trap(OperationalError))
                failures += not self.names()
            copy.write_row((1, 2, 1, 1, 1, b"x", 1))
        self.assertEqual(self.names(), ["ann"])
        self.assertGreater(failures, 1)

    def test_that_works(self) -> None:
        """At each look of the others it is in one long statement."""
        self.patch(suspicion, "FROZEN", 0.0)
        working = self.stranger(autocommit=True)
        statement = f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK}); SELECT pg_sleep(1); COMMIT"
        thread = threading.Thread(target=working.execute, args=(statement,), kwargs={"prepare": False})
        thread.start()
        self.wait_for_holder()
        self.add("ann")
        thread.join(60)
        self.assertEqual(working.execute("SELECT 1").fetchone(), (1,))

    def test_that_waits_for_a_lock(self) -> None:
        self.patch(suspicion, "FROZEN", 0.0)
        # Nobody waits for this one by the log's lock.
        other = self.stranger()
        other.execute("LOCK TABLE receipts")
        waiting = self.stranger(autocommit=True)
        statement = f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK}); LOCK TABLE receipts; COMMIT"
        thread = threading.Thread(target=waiting.execute, args=(statement,), kwargs={"prepare": False})
        thread.start()
        self.wait_for_holder()
        looking, watcher = Suspicion(), self.stranger(autocommit=True)
        for _ in range(5):
            looking.look(watcher)
        other.rollback()
        thread.join(60)
        self.assertEqual(waiting.execute("SELECT 1").fetchone(), (1,))

    def test_a_copy_that_goes_on(self) -> None:
        """Inside COPY only one who has sent nothing between two looks has waited all the time."""
        copying, watcher = self.holder(), self.stranger(autocommit=True)
        now = [1000.0]
        self.patch(suspicion, "FROZEN", 3.0)
        looking = Suspicion(lambda: now[0])
        copying.execute("CREATE TEMPORARY TABLE copied (line text)")
        with self.assertRaises(self.broken), copying.cursor().copy("COPY copied FROM STDIN") as copy:
            got = 0
            for _ in range(3):
                copy.write(b"some text\n" * 20_000)
                got = self.wait_for_more(watcher, got)
                looking.look(watcher)
                now[0] += 3.0
            self.wait(lambda: _copied(watcher) == got)
            looking.look(watcher)
            self.wait(lambda: _copied(watcher) == 0)
            copy.write(b"some text\n" * 20_000)

    def test_a_patient_one(self) -> None:
        self.patch(engine, "BUSY_TIMEOUT", 0.3)
        self.patch(engine, "ABANDONED", 0.05)
        self.patch(suspicion, "FROZEN", 0.0)
        with self.store.engine.connect().execution_options(write=True, patient=True) as slow, slow.begin():
            self.failureResultOf(self.store.write(_add_user, "ann"), OperationalError)
            _add_user(slow, "bob")
        self.assertEqual(self.names(), ["bob"])

    def test_in_the_middle_of_a_message(self) -> None:
        """The server itself ends such a one, soon."""
        self.patch(engine, "ABANDONED", 0.2)
        self.patch(engine, "HOLDER_LOOK_INTERVAL", 60.0)
        half = self.store.engine.connect().execution_options(write=True)
        self.addCleanup(half.close)
        half.begin()
        own: Any = half.connection.driver_connection
        os.write(own.fileno(), b"Q" + pack(">i", 1000) + b"SELECT ")
        self.add("ann")
        self.assertRaises(DBAPIError, half.exec_driver_sql, "SELECT 1")

    def test_a_writer_whose_connection_was_lost(self) -> None:
        self.add("ann")
        self.databases.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.store.engine.url.database}'"
        )
        first = FirstQuery("SELECT 41 + 1, 'x'")
        with self.store.transaction(first) as connection:
            _add_user(connection, "bob")
        self.assertEqual(first.row, (42, "x"))
        self.assertEqual(self.names(), ["ann", "bob"])

    def test_its_other_locks(self) -> None:
        """The patience with the log's lock, in small steps, is not that with a table that is altered."""
        self.patch(engine, "BUSY_TIMEOUT", 5.0)
        self.patch(engine, "ABANDONED", ABANDONED)
        with self.store.transaction() as connection:
            self.assertEqual(connection.scalar(text("SHOW lock_timeout")), "5s")
            self.assertEqual(connection.scalar(text("SHOW idle_in_transaction_session_timeout")), "2s")

    def wait_for_holder(self) -> None:
        watcher = self.stranger(autocommit=True)
        query = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {WRITE_LOCK} AND granted"
        self.wait(lambda: watcher.execute(query).fetchone() == (1,))

    def wait_for_more(self, watcher: Any, count: int) -> int:
        """@return: the bytes that the server has got inside COPY: more than C{count}, and it waits for the next."""
        self.wait(lambda: _copied(watcher) > count)
        return _copied(watcher)

    def wait(self, condition: Any) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


def _copied(watcher: Any) -> int:
    """@return: the bytes that the connection inside COPY has got; 0: it does not wait for its client."""
    query = (
        "SELECT coalesce(sum(bytes_processed), 0) FROM pg_stat_activity a JOIN pg_stat_progress_copy c USING (pid) "
        "WHERE a.datname = current_database() AND wait_event = 'ClientRead'"
    )
    (count,) = watcher.execute(query).fetchone()
    return int(count)


def _add_user(connection: Connection, name: str) -> None:
    connection.execute(insert(users).values(name=name, name_key=name, password_hash="", created_at=0, updated_at=0))


def _names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(users.c.name).order_by(users.c.id)))
