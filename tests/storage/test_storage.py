"""The engine, the store and the migrations."""

from __future__ import annotations

import os
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError
from twisted.trial.unittest import SynchronousTestCase

from hichat.errors import StartError
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.tables import contacts, metadata, users
from tests.doubles import make_store


class EngineTests(SynchronousTestCase):
    def test_every_connection_is_durable(self) -> None:
        store = make_store(self)
        connections = [store.engine.connect() for _ in range(5)]
        for connection in connections:
            self.addCleanup(connection.close)
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
            self.assertEqual(found, {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1})

    def test_foreign_keys_hold(self) -> None:
        store = make_store(self)
        row = insert(contacts).values(owner_id=1, friend_id=2, created_at=0)
        self.failureResultOf(store.write(lambda connection: connection.execute(row)), IntegrityError)

    def test_a_writer_has_the_lock_before_it_reads(self) -> None:
        store = make_store(self)
        with store.transaction() as connection:
            connection.execute(select(users))
            other = store.engine.connect().execution_options(write=True)
            self.addCleanup(other.close)
            other.connection.driver_connection.execute("PRAGMA busy_timeout=0")  # type: ignore[union-attr]
            with self.assertRaisesRegex(Exception, "locked"):
                other.begin()

    def test_a_snapshot_stays_as_it_was(self) -> None:
        store = make_store(self)
        with store.snapshot() as connection:
            connection.execute(select(users)).all()
            store.write(_add_user, "ann")
            self.assertEqual(connection.execute(select(users)).all(), [])

    def test_what_raises_leaves_nothing(self) -> None:
        store = make_store(self)

        def change(connection: Connection) -> None:
            _add_user(connection, "ann")
            raise ZeroDivisionError

        self.failureResultOf(store.write(change), ZeroDivisionError)
        with store.snapshot() as connection:
            self.assertEqual(connection.execute(select(users)).all(), [])

    def test_wrong_urls(self) -> None:
        for url in ("mysql://x/y", "nonsense", "oracle://x"):
            error = self.assertRaises(StartError, make_engine, url)
            self.assertIn("HICHAT_DATABASE", str(error))


class MigrationTests(SynchronousTestCase):
    def test_migrations_make_the_tables(self) -> None:
        store = make_store(self)
        with store.snapshot() as connection:
            self.assertEqual(compare_metadata(MigrationContext.configure(connection), metadata), [])

    def test_again_changes_nothing(self) -> None:
        store = make_store(self)
        store.write(_add_user, "ann")
        migrate(store.engine)
        with store.snapshot() as connection:
            self.assertEqual(len(connection.execute(select(users)).all()), 1)

    def test_a_newer_database_is_refused(self) -> None:
        store = make_store(self)
        store.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9999'")))
        error = self.assertRaises(StartError, migrate, store.engine)
        self.assertIn("newer", str(error))

    def test_a_file_that_is_no_database(self) -> None:
        path = Path(self.mktemp())
        path.write_bytes(b"not a database, but long enough to be read as one" * 100)
        error = self.assertRaises(StartError, migrate, make_engine(f"sqlite:///{path}"))
        self.assertIn("HICHAT_DATABASE", str(error))
        self.assertNotIn("\n", str(error))

    def test_a_directory_that_is_not_there(self) -> None:
        path = os.path.join(self.mktemp(), "x", "y.db")
        error = self.assertRaises(StartError, migrate, make_engine(f"sqlite:///{path}"))
        self.assertIn("HICHAT_DATABASE", str(error))


def _add_user(connection: Connection, name: str) -> None:
    connection.execute(insert(users).values(name=name, name_key=name, password_hash="", created_at=0, updated_at=0))
