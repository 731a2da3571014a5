"""Writing the log: numbers, rights, and what a failure costs."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import OperationalError
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.core.drafts import Draft
from hichat.core.errors import NameTaken, NoSuchTarget, NotAdministrator, NotAMember, NotStored, SignedOut
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger.writer import DOUBT, LogWriter
from hichat.storage import tables
from tests import proof
from tests.ledger.plans import plans
from tests.support.doubles import NOW, make_store
from tests.support.ledger import GROUP, Unstorable, WriterCase, joined, left, make_again, message
from tests.support.postgres import OnPostgreSQL


class WriterTests(WriterCase):
    def test_numbers(self) -> None:
        outcomes = self.writer.write([message(1, 2), message(1, 3), message(2, 1), joined(1)])
        outcomes += self.writer.write([message(1, 2), message(1, GROUP, Scope.GROUP)])
        assert all(isinstance(outcome, Event) for outcome in outcomes)
        self.assertEqual(outcomes, self.rows())
        numbers = [(e.position, e.conversation, e.seq, e.n) for e in self.rows()]
        self.assertEqual(numbers, [(1, 1, 1, 1), (2, 2, 1, 1), (3, 1, 2, 2), (4, 3, 1, 0), (5, 1, 3, 3), (6, 3, 2, 1)])

    def test_numbers_go_on_after_a_restart_and_beside_another_writer(self) -> None:
        other = LogWriter(self.store, lambda: NOW)
        for i in range(10):
            writer = (self.writer, other, LogWriter(self.store, lambda: NOW))[i % 3]
            (outcome,) = writer.write([message(1, 2)])
            assert isinstance(outcome, Event)
            self.assertEqual((outcome.position, outcome.seq, outcome.n), (i + 1, i + 1, i + 1))

    def test_a_probe_does_what_a_message_needs(self) -> None:
        """It leaves no trace. Where the log cannot be written, for whatever reason, it fails as a message does."""
        self.writer.write([message(1, 2)])
        self.assertEqual(self.writer.probe(), [])
        self.assertEqual([e.position for e in self.rows()], [1])
        for table in ("events", "conversations", "receipts"):
            with self.store.transaction() as connection:
                connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
            self.assertIsInstance(self.writer.probe()[0], NotStored)
            self.flushLoggedErrors()
            with self.store.transaction() as connection:
                connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
            self.assertEqual(self.writer.probe(), [])
        self.assertIsInstance(self.writer.write([message(1, 2)])[0], Event)

    def test_what_is_refused_takes_no_number(self) -> None:
        outcomes = self.writer.write([message(1, 2), message(1, 99), message(99, 1), message(1, 2)])
        self.assertIsInstance(outcomes[1], NoSuchTarget)
        self.assertIsInstance(outcomes[2], SignedOut)
        self.assertEqual([e.position for e in self.rows()], [1, 2])

    def test_groups_are_for_members(self) -> None:
        first = self.writer.write([message(1, GROUP, Scope.GROUP), message(1, GROUP + 1, Scope.GROUP)])
        self.assertIsInstance(first[0], NoSuchTarget)  # nobody is in it
        self.assertIsInstance(first[1], NoSuchTarget)
        second = self.writer.write([joined(1), message(1, GROUP, Scope.GROUP), message(2, GROUP, Scope.GROUP)])
        self.assertIsInstance(second[1], Event)
        self.assertIsInstance(second[2], NotAMember)

    def test_membership_within_a_batch(self) -> None:
        self.writer.write([joined(1), joined(2)])
        group = Scope.GROUP
        outcomes = self.writer.write([message(2, GROUP, group), left(2), message(2, GROUP, group), joined(2)])
        self.assertEqual([type(o) for o in outcomes], [Event, Event, NotAMember, Event])
        self.assertIsInstance(self.writer.write([message(2, GROUP, group)])[0], Event)

    def test_membership_changed_by_another_writer(self) -> None:
        other = LogWriter(self.store, lambda: NOW)
        self.writer.write([joined(1), joined(2), message(2, GROUP, Scope.GROUP)])
        other.write([left(2)])
        self.assertIsInstance(self.writer.write([message(2, GROUP, Scope.GROUP)])[0], NotAMember)

    def test_a_user_disabled_by_another_writer(self) -> None:
        self.writer.write([message(1, 2)])

        def disable(connection: Connection, _draft: Draft, _position: int) -> None:
            users.disable(connection, 1, NOW)

        other = LogWriter(self.store, lambda: NOW)
        other.write([Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, b"", None, 0, change=disable)])  # type: ignore[arg-type]
        outcomes = self.writer.write([message(1, 2), message(2, 1)])
        self.assertEqual([type(o) for o in outcomes], [SignedOut, NoSuchTarget])

    def test_disabled_within_the_batch(self) -> None:
        def disable(connection: Connection, _draft: Draft, _position: int) -> None:
            users.disable(connection, 1, NOW)

        out = Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, b"", None, 0, change=disable)  # type: ignore[arg-type]
        outcomes = self.writer.write([message(1, 2), out, message(1, 2)])
        self.assertEqual([type(o) for o in outcomes], [Event, Event, SignedOut])

    def test_announcements_are_for_administrators(self) -> None:
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == 2).values(administrator=True))
        outcomes = self.writer.write([message(1, 0, Scope.EVERYONE), message(2, 0, Scope.EVERYONE)])
        self.assertEqual([type(o) for o in outcomes], [NotAdministrator, Event])

    def test_a_refused_change_leaves_nothing(self) -> None:
        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            users.insert(connection, "eve", "hash", NOW)
            raise NameTaken

        outcomes = self.writer.write([message(1, 2), joined(1, change), message(1, 2)])
        self.assertEqual([type(o) for o in outcomes], [Event, NameTaken, Event])
        self.assertEqual([e.seq for e in self.rows()], [1, 2])
        with self.store.snapshot() as connection:
            self.assertIsNone(users.find_by_name(connection, "eve"))

    def test_one_bad_row_fails_alone(self) -> None:
        drafts = [message(1, 2, body=b"%d" % i) for i in range(7)]
        drafts[4].body = Unstorable()  # type: ignore[assignment]
        outcomes = self.writer.write(drafts)
        self.assertEqual([type(o) for o in outcomes], [Event] * 4 + [NotStored] + [Event] * 2)
        self.assertEqual([e.body for e in self.rows()], [b"0", b"1", b"2", b"3", b"5", b"6"])
        self.assertEqual([e.seq for e in self.rows()], [1, 2, 3, 4, 5, 6])
        (logged,) = self.flushLoggedErrors()
        self.assertNotIn("SECRET", str(logged.value))

    def test_a_store_that_fails(self) -> None:
        self.writer.write([message(1, 2)])
        with self.store.transaction() as connection:
            connection.execute(text("ALTER TABLE events RENAME TO gone"))
        told: list[int] = []
        self.patch(self.writer.trouble, "met", lambda _error, count: told.append(count))
        outcomes = self.writer.write([message(1, 2), message(1, 3)])
        self.assertEqual([type(o) for o in outcomes], [NotStored, NotStored])
        self.assertEqual(told, [2], "nobody looks for a bad row")
        with self.store.transaction() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO events"))
        (outcome,) = self.writer.write([message(1, 2)])
        assert isinstance(outcome, Event)
        self.assertEqual((outcome.position, outcome.seq), (2, 2))

    def test_to_oneself(self) -> None:
        self.assertIsInstance(self.writer.write([message(1, 1)])[0], Event)

    def test_a_pair_has_one_conversation(self) -> None:
        self.writer.write([message(2, 1), message(1, 2)])
        with self.store.snapshot() as connection:
            found = connection.execute(select(tables.conversations)).all()
        self.assertEqual([tuple(row)[1:] for row in found], [(1, 1, 2)])

    def test_a_store_that_gives_ids_itself_knows_ours(self) -> None:
        """An earlier version, should somebody go back to it, has PostgreSQL give a conversation its id."""
        self.writer.write([message(1, 2), message(1, 3)])
        with self.store.transaction() as connection:
            made = connection.execute(insert(tables.conversations).values(scope=1, first=2, second=3))
        self.assertEqual(made.inserted_primary_key, (3,))

    def test_a_change_that_the_store_refuses_costs_nobody_else(self) -> None:
        """On PostgreSQL a transaction is of no use after an error, except before its savepoint."""

        def twice(connection: Connection, _draft: Draft, _position: int) -> None:
            self.patch(users, "find_by_name", lambda *_: None)
            users.insert(connection, "ANN", "hash", NOW)

        outcomes = self.writer.write([message(1, 2), joined(1, twice), message(1, 2)])
        self.assertEqual([type(o) for o in outcomes], [Event, NameTaken, Event])
        self.assertEqual([e.seq for e in self.rows()], [1, 2])

    def test_every_byte_and_number(self) -> None:
        body = bytes(range(256)) + b"\\N\t\n\\."
        with self.store.transaction() as connection:
            largest = Event(1, 2**63 - 1, 2**53, 2**53, 32767, 2, 2**53, 2**53, 2**53, 2**53, body, 2**53, 2**63 - 1)
            reading.append(connection, [largest])
        self.assertEqual(self.rows(), [largest])


class DoubtTests(WriterCase):
    """The store fails in the commit: was it one?"""

    def setUp(self) -> None:
        super().setUp()
        self.slept: list[float] = []
        self.writer = LogWriter(self.store, lambda: NOW, sleep=self.slept.append)
        self.writer.write([message(1, 2, body=b"before")])

    def fail_the_commit(self, stored: bool, away: int = 0) -> None:
        """The next commit fails, done or not; and after it C{away} transactions do not begin."""
        dialect = self.store.engine.dialect
        commit, transaction = dialect.do_commit, self.store.transaction
        lost = OperationalError("", None, dialect.loaded_dbapi.OperationalError("the connection is lost"))

        def failing(connection: Any) -> None:
            patch.restore()
            (commit if stored else dialect.do_rollback)(connection)
            self.patch(self.store, "transaction", beginning)
            raise lost

        def beginning(*first: Any) -> Any:
            nonlocal away
            away -= 1
            if away >= 0:
                raise lost
            return transaction(*first)

        patch = self.patch(dialect, "do_commit", failing)

    def test_it_was(self) -> None:
        self.fail_the_commit(stored=True, away=3)
        outcomes = self.writer.write([message(1, 2), message(1, 99), message(1, 3)])
        self.assertEqual([type(o) for o in outcomes], [Event, NoSuchTarget, Event])
        outcomes += self.writer.write([message(1, 2)])
        self.assertEqual([o for o in outcomes if isinstance(o, Event)], self.rows()[1:])
        self.assertEqual(self.slept, list(DOUBT[:4]))

    def test_it_was_not(self) -> None:
        self.fail_the_commit(stored=False)
        outcomes = self.writer.write([message(1, 2), message(1, 3)])
        self.assertEqual([type(o) for o in outcomes], [NotStored, NotStored])
        self.assertEqual(self.writer.trouble.count, 2)
        self.assertIsInstance(self.writer.write([message(1, 3)])[0], Event)
        self.assertEqual([e.position for e in self.rows()], [1, 2])

    def test_another_wrote_there(self) -> None:
        self.fail_the_commit(stored=False, away=1)
        other = LogWriter(make_again(self.store), lambda: NOW)
        self.patch(self.writer, "_sleep", lambda pause: pause and other.write([message(1, 2, body=b"other")]))
        self.assertIsInstance(self.writer.write([message(1, 2)])[0], NotStored)
        self.assertEqual([e.body for e in self.rows()], [b"before", b"other"])

    def test_nobody_knows(self) -> None:
        self.fail_the_commit(stored=True, away=99)
        self.assertIsInstance(self.writer.write([message(1, 2)])[0], NotStored)
        self.assertEqual(self.slept, list(DOUBT))

    def test_the_commit_was_not_asked_for(self) -> None:
        """Then nothing is in doubt: whoever waits for the store to come back would be told a minute too late."""
        lost = OperationalError("", None, self.store.engine.dialect.loaded_dbapi.OperationalError("it is gone"))

        def failing(*_: object, **__: object) -> None:
            raise lost

        for count, (room, part) in enumerate(((reading, "append"), (by_conversation, "follow")), 1):
            patch = self.patch(room, part, failing)
            self.assertEqual([type(o) for o in self.writer.write([message(1, 2)])], [NotStored])
            patch.restore()
            self.assertEqual(self.slept, [])
            self.assertEqual((self.writer.trouble.count, self.writer.trouble.cause), (count, "it is gone"))

    def test_nothing_was_to_be_stored(self) -> None:
        self.fail_the_commit(stored=False)
        self.assertIsInstance(self.writer.write([message(1, 99)])[0], NoSuchTarget)


class OrderTests(WriterCase):
    """Several processes write: positions are the order of commits, and no reader sees one without those before."""

    WRITERS = 3
    BATCHES = 30

    def test_order(self) -> None:
        outcomes: list[Any] = []
        gaps: list[tuple[int, int]] = []

        def write(user: int) -> None:
            writer = LogWriter(make_again(self.store), lambda: NOW)
            for _ in range(self.BATCHES):
                outcomes.extend(writer.write([message(user, 1), message(user, 2)]))

        def read() -> None:
            while any(thread.is_alive() for thread in writers):
                with self.store.snapshot() as connection:
                    head = reading.head(connection)
                    there = connection.scalar(select(func.count()).select_from(tables.events)) or 0
                if head != there:
                    gaps.append((head, there))

        writers = [threading.Thread(target=write, args=(1 + i,)) for i in range(self.WRITERS)]
        for thread in writers:
            thread.start()
        read()
        for thread in writers:
            thread.join()
        self.assertEqual(gaps, [])
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        self.assertEqual(len(events), len(outcomes), "every one is stored")
        self.assertEqual(sorted(e.position for e in events), list(range(1, self.WRITERS * self.BATCHES * 2 + 1)))
        self.assertEqual(sorted(events, key=lambda e: e.position), self.rows())


class HistoryTests(SynchronousTestCase):
    """v1's redisMsg: positions as Redis has them."""

    def setUp(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 6)
        self.patch(by_conversation, "SMALL_TIER", 7)
        self.store = make_store(self)
        with self.store.transaction() as connection:
            for name in ("ann", "bob", "cat"):
                users.insert(connection, name, "hash", NOW)
        writer = LogWriter(self.store, lambda: NOW)
        for i in range(10):
            # Others' messages and, one day, events that are no messages lie between.
            noise = Draft(Kind.SIGNED_OUT, Scope.USER, 1, 2, b"noise", None)  # type: ignore[arg-type]
            writer.write([message(1 + i % 2, 2 - i % 2, body=b"%d" % i), noise, message(1, 3)])

    def history(self, start: int, end: int, oldest_first: bool = False, limit: int | None = None) -> str:
        if limit is not None:
            self.patch(by_conversation, "SLICE_LIMIT", limit)
        with self.store.snapshot() as connection:
            return b"".join(by_conversation.pair_history(connection, 2, 1, start, end, oldest_first)).decode()

    def test_every_slice(self) -> None:
        oldest = "0123456789"
        for oldest_first, everything in ((True, oldest), (False, oldest[::-1])):
            for start in range(-12, 13, proof.STEP_OF_SLICES):
                for end in range(-12, 13, proof.STEP_OF_SLICES):
                    low = max(start + 10 if start < 0 else start, 0)
                    high = end + 10 if end < 0 else end
                    expected = everything[low : high + 1] if high >= 0 else ""
                    self.assertEqual(self.history(start, end, oldest_first), expected, (start, end, oldest_first))

    def test_limit(self) -> None:
        self.assertEqual(self.history(0, -1, limit=3), "987")
        self.assertEqual(self.history(2, -1, True, limit=3), "234")

    def test_strangers(self) -> None:
        with self.store.snapshot() as connection:
            self.assertEqual(by_conversation.pair_history(connection, 2, 3, 0, -1), [])

    def test_indexed(self) -> None:
        found = plans(self.store, lambda connection: by_conversation.pair_history(connection, 2, 1, 3, 5))
        looks = [plan for plan in found if "places_" in plan or "places USING" in plan]
        self.assertTrue(looks)
        for plan in looks:
            self.assertRegex(plan, "places USING PRIMARY KEY .conversation=. AND position|places_pkey")
        for plan in found:
            self.assertNotRegex(plan, "SCAN events|Seq Scan on events")


class WriterOnPostgreSQLTests(OnPostgreSQL, WriterTests):
    """The same on the other store."""


class DoubtOnPostgreSQLTests(OnPostgreSQL, DoubtTests):
    """The same on the other store."""


class OrderOnPostgreSQLTests(OnPostgreSQL, OrderTests):
    """The same on the other store."""


class HistoryOnPostgreSQLTests(OnPostgreSQL, HistoryTests):
    """The same on the other store."""
