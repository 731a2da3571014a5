"""The engine, the store and the migrations."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.devices import OLD_NAME
from hichat.conversations import catchup
from hichat.core.errors import StartError
from hichat.log import by_conversation, reading
from hichat.storage import engine
from hichat.storage import migrate as migrations
from hichat.storage.engine import make_engine
from hichat.storage.migrate import KNOWN, NEWEST_REVISION, Outgrown, migrate
from hichat.storage.store import Store
from hichat.storage.tables import compatibility, contacts, metadata, search_metadata, users
from tests.support import ports
from tests.support.doubles import make_old_store, make_store
from tests.support.postgres import PASSWORD, OnPostgreSQL, database_url, mortal_server


class StoreTests(SynchronousTestCase):
    def test_foreign_keys_hold(self) -> None:
        store = make_store(self)
        row = insert(contacts).values(owner_id=1, friend_id=2, created_at=0)
        self.failureResultOf(store.write(lambda connection: connection.execute(row)), IntegrityError)

    def test_a_writer_has_the_lock_before_it_reads(self) -> None:
        self.patch(engine, "BUSY_TIMEOUT", 0.05)
        store = make_store(self)
        with store.transaction():
            error = self.failureResultOf(store.write(_add_user, "ann"), OperationalError)
            self.assertIn("lock", str(error.value))
            self.assertEqual(self.successResultOf(store.read(_names)), [])
        self.successResultOf(store.write(_add_user, "ann"))

    def test_a_writer_sees_what_was_written_while_it_waited(self) -> None:
        store = make_store(self)
        seen: list[list[str]] = []

        def second() -> None:
            with store.transaction() as connection:
                seen.append(_names(connection))

        waiting = threading.Thread(target=second)
        with store.transaction() as connection:
            waiting.start()
            waiting.join(0.2)
            _add_user(connection, "ann")
        waiting.join()
        self.assertEqual(seen, [["ann"]])

    def test_a_snapshot_stays_as_it_was(self) -> None:
        store = make_store(self)
        with store.snapshot() as connection:
            connection.execute(select(users)).all()
            store.write(_add_user, "ann")
            self.assertEqual(connection.execute(select(users)).all(), [])

    def test_a_failure_and_a_clock_that_is_set_back(self) -> None:
        """Connections from before a failure are replaced, once; whatever the time of day is then."""
        for jump in (-7200, 0, 7200):
            store = make_store(self)
            made: list[object] = []
            event.listen(store.engine, "connect", lambda connection, _record, made=made: made.append(connection))
            self.successResultOf(store.read(_names))
            with store.engine.connect() as connection:
                connection.connection.invalidate()
                store.engine.pool._invalidate(connection.connection)
            now = time.time() + jump
            with patch("time.time", lambda now=now: now):
                for _ in range(5):
                    self.successResultOf(store.read(_names))
            self.assertEqual(len(made), 1, jump)

    def test_what_raises_leaves_nothing(self) -> None:
        store = make_store(self)

        def change(connection: Connection) -> None:
            _add_user(connection, "ann")
            raise ZeroDivisionError

        self.failureResultOf(store.write(change), ZeroDivisionError)
        with store.snapshot() as connection:
            self.assertEqual(connection.execute(select(users)).all(), [])


class UrlTests(SynchronousTestCase):
    def test_wrong_urls(self) -> None:
        for url in (
            "mysql://x/y",
            "nonsense",
            "oracle://x",
            "postgres://x/y",
            "postgresql+psycopg2://x/y",
            "sqlite+aiosqlite:///x",
            "postgresql://ann:geheim@host:port/y",
        ):
            error = self.assertRaises(StartError, make_engine, url)
            self.assertIn("HICHAT_DATABASE", str(error))
            self.assertNotIn("geheim", str(error))

    def test_without_the_driver(self) -> None:
        with patch.dict(sys.modules, {"psycopg": None}):
            error = self.assertRaises(StartError, make_engine, "postgresql://ann@localhost/y")
        self.assertIn("hichat[postgres]", str(error))

    def test_the_operator_decides_about_the_network(self) -> None:
        url = make_engine("postgresql://ann@localhost/y?connect_timeout=60&sslmode=require").url
        self.assertEqual((url.query["connect_timeout"], url.query["sslmode"]), ("60", "require"))
        self.assertIn("tcp_user_timeout", url.query)

    def test_several_servers(self) -> None:
        """Each has less time: the first may be lost, and would keep everybody from the others."""
        for url, patience in (
            ("postgresql://ann@localhost/y", "5"),
            ("postgresql://ann@one,two/y", "2"),
            ("postgresql://ann@/y?host=one&host=two", "2"),
            ("postgresql://ann@/y?host=one,two", "2"),
            ("postgresql://ann@one,two/y?connect_timeout=9", "9"),
        ):
            self.assertEqual(make_engine(url).url.query["connect_timeout"], patience, url)


class MigrationTests(SynchronousTestCase):
    def tables(self) -> Any:
        # SQLite has the search index elsewhere.
        return [metadata, search_metadata] if getattr(self, "on_postgresql", False) else metadata

    def test_migrations_make_the_tables(self) -> None:
        store = make_store(self)
        with store.snapshot() as connection:
            self.assertEqual(compare_metadata(MigrationContext.configure(connection), self.tables()), [])

    def test_again_changes_nothing(self) -> None:
        store = make_store(self)
        store.write(_add_user, "ann")
        migrate(store.engine)
        with store.snapshot() as connection:
            self.assertEqual(len(connection.execute(select(users)).all()), 1)

    def test_what_is_up_to_date_is_left_alone(self) -> None:
        """So a start need not load what migrates."""
        store = make_store(self)
        self.patch(migrations, "_migrate", None)
        migrate(store.engine)
        self.assertEqual(
            ScriptDirectory(str(Path(migrations.__file__).with_name("migrations"))).get_heads(), [NEWEST_REVISION]
        )

    def test_a_log_of_the_first_version(self) -> None:
        """What was said before there were devices is found by all that came since."""
        store = make_old_store(self, "0001")
        with store.transaction() as connection:
            connection.execute(text("INSERT INTO conversations (id, scope, first, second) VALUES (1, 1, 1, 2)"))
            names = "position, conversation, seq, n, kind, scope, sender, target, subject, time, body"
            add = text(f"INSERT INTO events ({names}) VALUES (:p, 1, :p, :p, 1, 1, 1, 2, 0, 0, :body)")
            connection.execute(add, [{"p": position, "body": b"%d" % position} for position in range(1, 6)])
        migrate(store.engine)
        with store.snapshot() as connection:
            self.assertEqual(by_conversation.heads(connection), (5, 5))
            self.assertEqual(by_conversation.pair_history(connection, 1, 2, 0, -1), [b"5", b"4", b"3", b"2", b"1"])
            missed = catchup.page(connection, 2, 1, 5, 9, 999).events
            self.assertEqual([event.position for event in missed], [2, 3, 4, 5])
            self.assertEqual(reading.find_counted(connection, 1, 1), None)
            self.assertEqual(compare_metadata(MigrationContext.configure(connection), self.tables()), [])

    def test_groups_whose_owner_is_gone(self) -> None:
        """An owner could delete the account; now somebody has to look after the group."""
        store = make_old_store(self, "0003")
        with store.transaction() as connection:
            for user, deleted in ((1, 5), (2, None), (3, None)):
                row = {"id": user, "name": f"u{user}", "password_hash": "", "created_at": 1, "updated_at": 1}
                connection.execute(insert(users).values(row | {"deleted_at": deleted}))
            names = "id, name, name_key, owner_id, category, image, description, size, created_at, updated_at"
            add = text(f"INSERT INTO groups ({names}) VALUES (:id, :name, :name, :owner, 0, '', '', 0, 1, 7)")
            found = [("left", 1), ("kept", 3), ("empty", 1)]
            connection.execute(
                add, [{"id": number, "name": name, "owner": owner} for number, (name, owner) in enumerate(found, 1)]
            )
            member = text("INSERT INTO members (group_id, user_id, since, until) VALUES (:g, :u, :s, :e)")
            rows = [(1, 1, 1, 4), (1, 3, 3, None), (1, 2, 2, None), (2, 2, 5, None), (2, 3, 6, None), (3, 1, 7, 8)]
            connection.execute(member, [dict(zip("guse", row, strict=True)) for row in rows])
        migrate(store.engine)
        with store.snapshot() as connection:
            asked = text("SELECT name, owner_id, name_key, deleted_at FROM groups ORDER BY id")
            self.assertEqual(
                [tuple(row) for row in connection.execute(asked)],
                [("left", 2, "left", None), ("kept", 3, "kept", None), ("empty", 1, None, 7)],
            )

    def test_tokens_from_before_they_named_a_device(self) -> None:
        """Everybody who is there has one for them; a session that was live is so still, and begins its life."""
        store = make_old_store(self, "0009")
        with store.transaction() as connection:
            for user, deleted in ((1, None), (2, 5)):
                row = {"id": user, "name": f"u{user}", "password_hash": "", "created_at": 1, "updated_at": 1}
                connection.execute(insert(users).values(row | {"deleted_at": deleted, "generation": 3}))
            add = text("INSERT INTO devices (id, user_id, name, created_at) VALUES (:id, 1, :name, 1)")
            connection.execute(add, [{"id": number, "name": f"d{number}"} for number in (1, 2)])
            if store.engine.dialect.name == "postgresql":
                connection.execute(text("SELECT setval('devices_id_seq', 2)"))
            add = text(
                "INSERT INTO sessions (device_id, number, generation, refresh_hash, rotated_at, client_ip) "
                "VALUES (:device, 1, 3, :hash, 77, '')"
            )
            connection.execute(add, [{"device": 1, "hash": b"x" * 32}, {"device": 2, "hash": None}])
        before = int(time.time() * 1000)
        migrate(store.engine)
        with store.snapshot() as connection:
            asked = text("SELECT user_id, name, dialect FROM devices ORDER BY id")
            made = [(1, "d1", "v2"), (1, "d2", "v2"), (1, OLD_NAME, "v1-old")]
            self.assertEqual([tuple(row) for row in connection.execute(asked)], made)
            asked = text("SELECT live, generation, turn, began_at, used_at FROM sessions ORDER BY device_id")
            live, ended, tokens = [tuple(row) for row in connection.execute(asked)]
        self.assertEqual((live, ended), ((True, 3, 0, 77, 77), (False, 3, 0, 77, 77)))
        self.assertEqual((tokens[:3], tokens[3] >= before, tokens[4]), ((True, 3, 0), True, 0))

    def test_phone_numbers_from_before_they_had_country_codes(self) -> None:
        """They were Chinese, and are so still."""
        store = make_old_store(self, "0014")
        with store.transaction() as connection:
            for user, phone in ((1, "13812345678"), (2, "")):
                row = {"id": user, "name": f"u{user}", "password_hash": "", "created_at": 1, "updated_at": 1}
                connection.execute(insert(users).values(row | {"phone": phone}))
        migrate(store.engine)
        with store.snapshot() as connection:
            found = [row.phone for row in connection.execute(text("SELECT phone FROM users ORDER BY id"))]
        self.assertEqual(found, ["+8613812345678", ""])

    def test_names_from_before_there_were_display_names(self) -> None:
        """The name is the display name, and is found by its words; an account that was deleted has none."""
        store = make_old_store(self, "0017")
        names = (
            "id, name, name_key, name_match, name_look, name_script, password_hash, created_at, updated_at, deleted_at"
        )
        values = ":id, :name, :key, :key, :key, :script, '', 1, 1, :deleted"
        rows = [(1, "Ann-Li 9", "ann-li 9", "LATIN", None), (2, "", None, None, 5)]
        with store.transaction() as connection:
            add = text(f"INSERT INTO users ({names}) VALUES ({values})")
            connection.execute(
                add, [dict(zip(("id", "name", "key", "script", "deleted"), row, strict=True)) for row in rows]
            )
        migrate(store.engine)
        with store.snapshot() as connection:
            asked = text(
                "SELECT display_name, display_match, display_look, display_script, found_by FROM users ORDER BY id"
            )
            found = [tuple(row) for row in connection.execute(asked)]
        self.assertEqual(found[0], ("Ann-Li 9", "ann-li 9", "ann-li 9", "LATIN", "|ann li 9|"))
        self.assertEqual(found[1], ("", None, None, None, None))

    def oldest(self, store: Store) -> Any:
        with store.snapshot() as connection:
            return connection.scalar(select(compatibility.c.oldest))

    def put_newer(self, store: Store, oldest: int) -> None:
        """A newer version has migrated a store."""

        def change(connection: Connection) -> None:
            connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
            connection.execute(update(compatibility).values(oldest=oldest))

        self.successResultOf(store.write(change))

    def test_a_newer_database_is_refused(self) -> None:
        """If its oldest migration that daemons have to know is newer than those that are known here."""
        store = make_store(self)
        self.put_newer(store, KNOWN + 1)
        error = self.assertRaises(Outgrown, migrate, store.engine)
        for word in ("HICHAT_DATABASE", "newer", f"migration {KNOWN + 1}", f"up to {KNOWN}", "restore a copy"):
            self.assertIn(word, str(error))
        self.assertNotIn("\n", str(error))
        # As when another process migrates between the look and the lock.
        self.assertRaises(Outgrown, migrations._migrate, store.engine)

    def test_a_newer_database_that_is_compatible(self) -> None:
        """It is left as it is."""
        store = make_store(self)
        self.assertEqual(migrate(store.engine), KNOWN)
        self.put_newer(store, KNOWN)
        migrations._migrate(store.engine)
        self.assertEqual(migrate(store.engine), 9999)
        with store.snapshot() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        self.assertEqual((found, self.oldest(store)), ("9999", KNOWN))

    def test_a_database_of_another_program(self) -> None:
        store = make_store(self)
        change = text("UPDATE alembic_version SET version_num='ae1027a6acf'")
        self.successResultOf(store.write(lambda connection: connection.execute(change)))
        self.assertIn("another program", str(self.assertRaises(StartError, migrate, store.engine)))

    def test_the_oldest_migration_to_know(self) -> None:
        """The newest one that is not compatible; each says whether it is, but those from before there was this."""
        versions = Path(migrations.__file__).with_name("migrations")
        found = [script.module for script in ScriptDirectory(str(versions)).walk_revisions()]
        needed = [int(module.revision) for module in found if not getattr(module, "compatible", False)]
        self.assertTrue({*range(1, 26)} <= {*needed})
        silent = [module.revision for module in found if not hasattr(module, "compatible")]
        self.assertEqual([revision for revision in silent if int(revision) >= 26], [])
        self.assertEqual(self.oldest(make_store(self)), max(needed))

    def test_daemons_that_are_at_work(self) -> None:
        """None is left behind; what all of them survive is applied."""
        asked: list[int] = []

        def at_work(_connection: Connection, oldest: int) -> list[str]:
            asked.append(oldest)
            return ["0 (one.lan:8000)", "1 (two.lan:8000)"]

        store = make_old_store(self, "0024")
        error = str(self.assertRaises(StartError, migrate, store.engine, at_work))
        self.assertIn("0 (one.lan:8000), 1 (two.lan:8000); stop them first", error)
        self.assertNotIn("\n", error)
        self.assertEqual(migrations.newest_in(store.engine), 24)
        self.assertEqual(migrate(store.engine, lambda connection, oldest: []), KNOWN)
        self.assertEqual(migrate(store.engine, at_work), KNOWN)
        needed = self.oldest(store)
        self.assertEqual(asked, [needed])


class SQLiteTests(SynchronousTestCase):
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


class StoreOnPostgreSQLTests(OnPostgreSQL, StoreTests):
    """The same on the other store."""


class MigrationOnPostgreSQLTests(OnPostgreSQL, MigrationTests):
    """The same on the other store."""


class PostgreSQLTests(OnPostgreSQL, SynchronousTestCase):
    """What an operator can do to the daemon with PostgreSQL's settings, and the network."""

    mortal = True

    def setUp(self) -> None:
        self.store = make_store(self)
        self.database = self.store.engine.url.database

    def found(self, setting: str, connection: Connection) -> object:
        return connection.scalar(text(f"SHOW {setting}"))

    def configure(self, setting: str) -> None:
        """Connections have this from now on."""
        self.databases.execute(f"ALTER DATABASE {self.database} SET {setting}")
        self.store.engine.dispose()

    def test_a_commit_is_on_the_disk(self) -> None:
        for given, kept in (("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")):
            self.configure(f"synchronous_commit = {given}")
            with self.store.transaction() as connection:
                self.assertEqual(self.found("synchronous_commit", connection), kept)

    def test_blanked_messages_give_room_back(self) -> None:
        """Before there are as many of them as a fifth of the log."""
        with self.store.snapshot() as connection:
            found = connection.scalar(text("SELECT reloptions FROM pg_class WHERE oid = 'events'::regclass"))
        self.assertEqual(found, ["autovacuum_vacuum_scale_factor=0.02"])

    def test_the_levels_are_ours(self) -> None:
        for default in ("serializable", "read committed"):
            self.configure(f"default_transaction_isolation = '{default}'")
            for _ in range(2):
                with self.store.transaction() as connection:
                    self.assertEqual(self.found("transaction_isolation", connection), "read committed")
                with self.store.snapshot() as connection:
                    self.assertEqual(self.found("transaction_isolation", connection), "repeatable read")

    def test_a_snapshot_does_not_write(self) -> None:
        error = self.failureResultOf(self.store.read(_add_user, "ann"), InternalError)
        self.assertIn("read-only", str(error.value))

    def test_a_writer_that_does_nothing_lets_the_others(self) -> None:
        self.patch(engine, "ABANDONED", 0.05)
        gone = self.store.engine.connect().execution_options(write=True)
        self.addCleanup(gone.close)
        gone.begin()
        self.successResultOf(self.store.write(_add_user, "ann"))
        error = self.assertRaises(InternalError, _add_user, gone, "bob")
        self.assertTrue(error.connection_invalidated)

    def test_connections_that_are_lost(self) -> None:
        self.store.write(_add_user, "ann")
        self.databases.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'"
        )
        self.assertEqual(self.successResultOf(self.store.read(_names)), ["ann"])
        mortal_server().stop(signal.SIGQUIT)
        self.addCleanup(mortal_server)
        self.failureResultOf(self.store.read(_names), OperationalError)
        self.failureResultOf(self.store.write(_add_user, "bob"), OperationalError)
        mortal_server()
        self.successResultOf(self.store.write(_add_user, "bob"))
        self.assertEqual(self.successResultOf(self.store.read(_names)), ["ann", "bob"])

    def refused(self, url: str) -> str:
        """@return: the one line that says why it cannot be used."""
        error = str(self.assertRaises(StartError, migrate, make_engine(url)))
        self.assertTrue(error.startswith("hichat: HICHAT_DATABASE: "), error)
        self.assertEqual(len(error.splitlines()), 1)
        self.assertNotIn(PASSWORD, error)
        return error

    def test_what_cannot_be_used(self) -> None:
        self.assertIn("refused", self.refused(database_url(ports.reserve(), "hichat")))
        self.assertIn("does not exist", self.refused(self.databases.url("nowhere")))
        self.assertIn("sslmode", self.refused(self.databases.url("postgres") + "?sslmode=nonsense"))
        # A user without rights in the schema, as PostgreSQL has it since version 15.
        self.databases.execute("CREATE ROLE stranger LOGIN")
        self.addCleanup(self.databases.execute, "DROP ROLE stranger")
        self.assertIn("permission denied", self.refused(self.databases.url("postgres").replace("hichat:", "stranger:")))


def _add_user(connection: Connection, name: str) -> None:
    connection.execute(insert(users).values(name=name, name_key=name, password_hash="", created_at=0, updated_at=0))


def _names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(users.c.name).order_by(users.c.id)))
