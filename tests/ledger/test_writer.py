"""Writing the log: numbers, rights, and what a failure costs."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import OperationalError
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.errors import NameTaken, NoSuchTarget, NotAdministrator, NotAMember, NotStored, SignedOut
from hichat.events import FIRST_GROUP_ID, Draft, Event, Kind, Scope
from hichat.ledger import log
from hichat.ledger.writer import LogWriter
from hichat.social import groups as groups_room
from hichat.storage import tables
from tests.doubles import NOW, make_store

GROUP = FIRST_GROUP_ID


def message(sender: int, target: int, scope: Scope = Scope.USER, body: bytes = b"hi") -> Draft:
    return Draft(Kind.MESSAGE, scope, sender, target, body, None)  # type: ignore[arg-type]


def joined(user: int, change=None) -> Draft:
    def add(connection: Connection, draft: Draft, position: int) -> None:
        connection.execute(
            insert(tables.members).values(group_id=GROUP, user_id=draft.subject, since=position, until=None)
        )
        draft.body = b"%d" % len(groups_room.members(connection, GROUP))

    return Draft(Kind.JOINED, Scope.GROUP, user, GROUP, b"", None, user, change or add)  # type: ignore[arg-type]


def left(user: int) -> Draft:
    def end(connection: Connection, draft: Draft, position: int) -> None:
        connection.execute(
            tables.members.update()
            .where(tables.members.c.user_id == user, tables.members.c.until.is_(None))
            .values(until=position)
        )
        draft.body = b"0"

    return Draft(Kind.LEFT, Scope.GROUP, user, GROUP, b"", None, user, end)  # type: ignore[arg-type]


class WriterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.store = make_store(self)
        with self.store.transaction() as connection:
            for name in ("ann", "bob", "cat", "dan"):
                users.insert(connection, name, "hash", NOW)
            connection.execute(
                insert(tables.groups).values(
                    id=GROUP, name="team", name_key="team", owner_id=1, created_at=NOW, updated_at=NOW
                )
            )
        self.writer = LogWriter(self.store, lambda: NOW)

    def rows(self) -> list[Event]:
        with self.store.snapshot() as connection:
            return log.after(connection, 0, 1000)

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
        other.write([Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, b"", None, 0, disable)])  # type: ignore[arg-type]
        outcomes = self.writer.write([message(1, 2), message(2, 1)])
        self.assertEqual([type(o) for o in outcomes], [SignedOut, NoSuchTarget])

    def test_disabled_within_the_batch(self) -> None:
        def disable(connection: Connection, _draft: Draft, _position: int) -> None:
            users.disable(connection, 1, NOW)

        out = Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, b"", None, 0, disable)  # type: ignore[arg-type]
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
        drafts[4].body = object()  # type: ignore[assignment]
        outcomes = self.writer.write(drafts)
        self.assertEqual([type(o) for o in outcomes], [Event] * 4 + [NotStored] + [Event] * 2)
        self.assertEqual([e.body for e in self.rows()], [b"0", b"1", b"2", b"3", b"5", b"6"])
        self.assertEqual([e.seq for e in self.rows()], [1, 2, 3, 4, 5, 6])
        self.assertEqual(len(self.flushLoggedErrors()), 1)

    def test_a_store_that_fails(self) -> None:
        self.writer.write([message(1, 2)])
        with self.store.engine.connect() as connection:
            connection.execute(text("ALTER TABLE events RENAME TO gone"))
            connection.commit()
        outcomes = self.writer.write([message(1, 2), message(1, 3)])
        self.assertEqual([type(o) for o in outcomes], [NotStored, NotStored])
        self.assertEqual(len(self.flushLoggedErrors(OperationalError)), 1)
        with self.store.engine.connect() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO events"))
            connection.commit()
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


class HistoryTests(SynchronousTestCase):
    """v1's redisMsg: positions as Redis has them."""

    def setUp(self) -> None:
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
            self.patch(log, "HISTORY_LIMIT", limit)
        with self.store.snapshot() as connection:
            return b"".join(log.pair_history(connection, 2, 1, start, end, oldest_first)).decode()

    def test_every_slice(self) -> None:
        oldest = "0123456789"
        for oldest_first, everything in ((True, oldest), (False, oldest[::-1])):
            for start in range(-12, 13):
                for end in range(-12, 13):
                    low = max(start + 10 if start < 0 else start, 0)
                    high = end + 10 if end < 0 else end
                    expected = everything[low : high + 1] if high >= 0 else ""
                    self.assertEqual(self.history(start, end, oldest_first), expected, (start, end, oldest_first))

    def test_limit(self) -> None:
        self.assertEqual(self.history(0, -1, limit=3), "987")
        self.assertEqual(self.history(2, -1, True, limit=3), "234")

    def test_strangers(self) -> None:
        with self.store.snapshot() as connection:
            self.assertEqual(log.pair_history(connection, 2, 3, 0, -1), [])

    def test_indexed(self) -> None:
        with self.store.snapshot() as connection:
            plan = connection.execute(
                text("EXPLAIN QUERY PLAN SELECT body FROM events WHERE conversation=1 AND seq>=3 AND n>=3 ORDER BY seq")
            ).all()
        self.assertIn("events_by_conversation", str(plan))
