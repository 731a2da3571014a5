"""Copying a store into another one, from and to both databases."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.log.soundness import head_flaws, index_flaws, log_flaws
from hichat.storage import copying
from hichat.storage.copying import COPIED, NOTES, copy_store, count_rows
from hichat.storage.engine import make_engine
from hichat.storage.migrate import KNOWN, migrate, newest_in
from hichat.storage.shape import shape_flaws
from hichat.storage.store import Store
from hichat.storage.tables import audit, events, metadata, search_metadata, users
from tests.support.doubles import make_database, run_now
from tests.support.filled import fill
from tests.support.postgres import OnPostgreSQL, server

SEQUENCES = (
    "SELECT c.oid::regclass::text, attname, pg_sequence_last_value(s.oid) FROM pg_depend d "
    "JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class c ON c.oid = d.refobjid "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid WHERE d.deptype IN ('a', 'i')"
)
"""PostgreSQL's own list: tables, their columns, and the last number that a sequence has given for it."""


class Killed(Exception):
    """The process was killed."""


class CopyingCase(SynchronousTestCase):
    """From and to SQLite, or PostgreSQL."""

    to_postgresql = False

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        url = make_database(self)
        fill(self.scratch / "state", url, 2500)
        self.source = self.engine(url)
        self.target = self.engine(self.empty_database())

    def engine(self, url: str) -> Engine:
        made = make_engine(url)
        self.addCleanup(made.dispose)
        return made

    def empty_database(self) -> str:
        if self.to_postgresql:
            return server().make_database(self, migrated=False)
        return f"sqlite:///{self.scratch / 'copy.db'}"

    def copy(self, advance: Any = int) -> dict[str, int]:
        with self.source.connect() as connection, connection.begin():
            return copy_store(connection, self.target, advance)

    def rows(self, engine: Engine) -> dict[str, list[Any]]:
        with engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr) for table in COPIED
            }

    def is_whole(self) -> None:
        """@raise AssertionError: the target is not the same as the source, or is no store."""
        self.assertEqual(self.rows(self.target), self.rows(self.source))
        self.assertEqual(newest_in(self.target), KNOWN)
        store = Store(self.target, run_now, run_now)
        flaws = [*log_flaws(store, int), *head_flaws(store), *index_flaws(store, int)]
        with store.snapshot() as connection:
            flaws += shape_flaws(connection)
            self.assertFalse(connection.dialect.has_table(connection, NOTES))
        self.assertEqual(flaws, [])
        # Triggers work, and ids go on; its settings are as those of any other store.
        self.assertRaises(DBAPIError, self.delete_audit, store)
        if store.engine.dialect.name == "postgresql":
            with store.snapshot() as connection:
                for table, column, last in connection.exec_driver_sql(SEQUENCES).all():
                    greatest = connection.exec_driver_sql(f"SELECT max({column}) FROM {table}").scalar()
                    self.assertEqual((table, last), (table, greatest))
        with store.transaction() as connection:
            row = connection.execute(select(users).where(users.c.id == 3)).one()._asdict()
            del row["id"]
            made = connection.execute(insert(users).values(row | {"name_key": "new"}).returning(users.c.id)).scalar()
            self.assertEqual(made, 22)
            connection.rollback()
        if store.engine.dialect.name == "sqlite":
            with store.engine.connect() as connection:
                for pragma, value in (("foreign_keys", 1), ("synchronous", 2)):
                    self.assertEqual(connection.exec_driver_sql(f"PRAGMA {pragma}").scalar(), value)

    def delete_audit(self, store: Store) -> None:
        with store.transaction() as connection:
            connection.execute(audit.delete())

    def test_all_of_it(self) -> None:
        """Each table has rows in this test."""
        told = 0

        def advance(count: int) -> None:
            nonlocal told
            told += count

        counts = self.copy(advance)
        self.is_whole()
        with self.source.connect() as connection:
            total = count_rows(connection)
        self.assertEqual((sum(counts.values()), told), (total, 2 * total))
        self.assertEqual(counts["events"], 2520)
        self.assertEqual([name for name, count in counts.items() if not count], [])

    def test_a_table_is_copied_or_left_out(self) -> None:
        """Whoever has declared it, and however it was made: the database tells."""
        known = {table.name for table in (*COPIED, *copying.LEFT_OUT)}
        made_anew = {*search_metadata.tables, "search_times"}
        self.assertEqual({*inspect(self.source).get_table_names()} - made_anew, known | {"alembic_version"})
        self.assertEqual(known, {*metadata.tables})
        self.assertIn(events, COPIED)

    def test_killed(self) -> None:
        """In every phase. It goes on where it was, and no daemon starts on what is not whole."""
        self.patch(copying, "ROWS_IN_STEP", 500)
        with self.source.connect() as connection:
            total = count_rows(connection)
        for lasts in (0, 30, total // 2, total - 1, total + 30, 2 * total - 1):
            seen = 0

            def advance(count: int, lasts: int = lasts) -> None:
                nonlocal seen
                seen += count
                if seen > lasts:
                    raise Killed

            self.assertRaises(Killed, self.copy, advance)
            error = str(self.assertRaises(StartError, migrate, self.target))
            self.assertIn("a copy into it is not finished", error)
            self.target.dispose()
        written: Counter[str] = Counter()
        write = copying.CopiedTable.write

        def counting(table: Any, connection: Any, rows: Any) -> None:
            written[table.name] += len(rows)
            write(table, connection, rows)

        self.patch(copying.CopiedTable, "write", counting)
        self.copy()
        self.assertEqual(
            {name for name, count in written.items() if count}, {"places_head", "media_head", "keeping_head"}
        )
        self.is_whole()


class CopyingTests(CopyingCase):
    """From SQLite to SQLite."""

    def test_steps(self) -> None:
        """Whatever the steps are."""
        self.patch(copying, "ROWS_IN_STEP", 7)
        self.copy()
        self.is_whole()

    def test_full_at_the_end(self) -> None:
        """All is there, but no daemon may use it yet, as if it could not be put on the disk: the next copy goes on."""
        opening = copying._open
        self.patch(copying, "_open", self.fail)
        self.assertRaises(AssertionError, self.copy)
        error = str(self.assertRaises(StartError, migrate, self.target))
        self.assertIn("a copy into it is not finished", error)
        self.patch(copying, "_open", opening)
        self.copy()
        self.is_whole()

    def test_the_source_went_on(self) -> None:
        """What has changed since the copy began is copied anew."""
        calls = 0

        def advance(_count: int) -> None:
            nonlocal calls
            calls += 1
            if calls == len(COPIED) + 5:
                raise Killed

        self.assertRaises(Killed, self.copy, advance)
        with Store(self.source, run_now, run_now).transaction() as connection:
            connection.execute(users.update().where(users.c.id == 4).values(bio="new"))
            connection.execute(users.delete().where(users.c.id == 21))
        self.copy()
        self.assertEqual(self.rows(self.target), self.rows(self.source))

    def test_a_difference_is_found(self) -> None:
        """A row that is written wrongly, again and again."""
        write = copying.CopiedTable.write

        def wrong(table: Any, connection: Any, rows: Any) -> None:
            if table.name in ("audit", "events") and rows:
                rows = [*rows[:-1], (*rows[-1][:10], rows[-1][10] * 2, *rows[-1][11:])]
            write(table, connection, rows)

        self.patch(copying.CopiedTable, "write", wrong)
        error = self.assertRaises(StartError, self.copy)
        self.assertIn("the copy of the table audit differs", str(error))
        self.assertRaises(StartError, migrate, self.target)

    def test_where_there_is_something(self) -> None:
        """Nothing is written into a store with people, nor into the copy of another one."""
        fill(self.scratch / "second", str(self.target.url.render_as_string(hide_password=False)), 2500)
        before = self.rows(self.target)
        self.assertIn("users or messages already", str(self.assertRaises(StartError, self.copy)))
        self.assertEqual(self.rows(self.target), before)

    def test_the_copy_of_another_store(self) -> None:
        self.assertRaises(ZeroDivisionError, self.copy, lambda count: 1 // 0)
        with Store(self.source, run_now, run_now).transaction() as connection:
            connection.execute(text("UPDATE epochs SET name = 'other'"))
        self.assertIn("an unfinished copy of another store", str(self.assertRaises(StartError, self.copy)))

    def test_another_version(self) -> None:
        with Store(self.source, run_now, run_now).transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0020'"))
        self.assertIn("not of this version", str(self.assertRaises(StartError, self.copy)))


class CopyingToPostgreSQLTests(CopyingTests):
    to_postgresql = True

    def test_a_value_that_does_not_fit(self) -> None:
        """SQLite takes what PostgreSQL does not: the table is named."""
        with Store(self.source, run_now, run_now).transaction() as connection:
            connection.execute(users.update().where(users.c.id == 4).values(name="x" * 70))
        error = str(self.assertRaises(StartError, self.copy))
        self.assertIn("the table users cannot be copied: value too long", error)


class CopyingFromPostgreSQLTests(OnPostgreSQL, CopyingCase):
    pass


class CopyingWithinPostgreSQLTests(OnPostgreSQL, CopyingCase):
    to_postgresql = True
