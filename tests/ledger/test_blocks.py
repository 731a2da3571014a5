"""Who may write to whom: blocks, and contacts where only they may, on a message's way into the log."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert

from hichat.accounts import bot_owners, users
from hichat.core.drafts import Draft
from hichat.core.errors import Blocked, MessageRecalled, NotContacts, NotStored
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, WriterCase, about, block, joined, make_again, message, unblock
from tests.support.postgres import OnPostgreSQL


def between(kind: Kind, user: int, other: int) -> Draft:
    """@return: two users become contacts, or cease to be."""

    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        contacts = tables.contacts
        for one, two in ((user, other), (other, user)):
            if kind == Kind.CONTACT_ADDED:
                connection.execute(insert(contacts).values(owner_id=one, friend_id=two, created_at=NOW))
            else:
                connection.execute(delete(contacts).where(contacts.c.owner_id == one, contacts.c.friend_id == two))

    return Draft(kind, Scope.USER, user, other, b"", None, change=change)  # type: ignore[arg-type]


class BlockCase(WriterCase):
    def write(self, *drafts: Draft) -> list[type]:
        return [type(outcome) for outcome in self.writer.write(drafts)]


class BlockTests(BlockCase):
    def test_one_way(self) -> None:
        self.assertEqual(self.write(block(1, 2)), [Event])
        self.assertEqual(self.write(message(2, 1), message(1, 2), message(3, 1)), [Blocked, Event, Event])
        self.assertEqual(self.write(unblock(1, 2)), [Event])
        self.assertEqual(self.write(message(2, 1)), [Event])

    def test_once_everybody_is_known(self) -> None:
        self.write(message(1, 2), message(2, 1))
        self.write(block(1, 2))
        self.assertEqual(self.write(message(2, 1)), [Blocked])

    def test_within_a_batch(self) -> None:
        for known in (False, True):
            with self.subTest(known=known):
                outcomes = self.write(message(2, 1), block(1, 2), message(2, 1), unblock(1, 2), message(2, 1))
                self.assertEqual(outcomes, [Event, Event, Blocked, Event, Event])

    def test_by_another_writer(self) -> None:
        other = LogWriter(make_again(self.store), lambda: NOW)
        self.write(message(2, 1))
        other.write([message(2, 1)])
        other.write([block(1, 2)])
        self.assertEqual(self.write(message(2, 1)), [Blocked])
        self.write(unblock(1, 2))
        self.assertIsInstance(other.write([message(2, 1)])[0], Event)

    def test_after_a_restart(self) -> None:
        self.write(block(1, 2))
        self.writer = LogWriter(make_again(self.store), lambda: NOW)
        self.assertEqual(self.write(message(2, 1)), [Blocked])

    def test_a_refused_block_changes_nothing(self) -> None:
        def change(_connection: Connection, _draft: Draft, _position: int) -> None:
            raise Blocked

        refused = Draft(Kind.BLOCKED, Scope.USER, 1, 1, b"", None, 2, change=change)  # type: ignore[arg-type]
        self.assertEqual(self.write(message(2, 1), refused, message(2, 1)), [Event, Blocked, Event])

    def test_a_batch_that_fails_after_a_block(self) -> None:
        bad = message(3, 4)
        bad.body = object()  # type: ignore[assignment]
        outcomes = self.write(block(1, 2), bad, message(2, 1))
        self.assertEqual(outcomes, [Event, NotStored, Blocked])
        self.flushLoggedErrors()

    def test_groups_and_announcements_go_on(self) -> None:
        self.write(joined(1), joined(2), block(1, 2))
        self.assertEqual(self.write(message(2, GROUP, Scope.GROUP)), [Event])

    def test_what_is_done_to_messages(self) -> None:
        (first,) = self.writer.write([message(2, 1)])
        (second,) = self.writer.write([message(1, 2)])
        assert isinstance(first, Event)
        assert isinstance(second, Event)
        self.write(block(1, 2))
        for kind, subject, expected in (
            (Kind.EDITED, first, Blocked),
            (Kind.REACTED, second, Blocked),
            (Kind.REACTED, first, Blocked),
            (Kind.RECALLED, first, Event),
            (Kind.EDITED, first, MessageRecalled),
        ):
            self.assertEqual(self.write(about(kind, 2, subject.position)), [expected], (kind, subject))
        self.assertEqual(self.write(about(Kind.REACTED, 1, second.position, "+👍".encode())), [Event])

    def test_a_reply_too(self) -> None:
        (first,) = self.writer.write([message(1, 2)])
        assert isinstance(first, Event)
        self.write(block(1, 2))
        reply = message(2, 1)
        reply.subject = first.position
        self.assertEqual(self.write(reply), [Blocked])

    def test_to_oneself(self) -> None:
        self.write(block(1, 2))
        self.assertEqual(self.write(message(1, 1)), [Event])

    def test_the_way_of_a_message_asks_nothing(self) -> None:
        """Once people are known there is no query a message; also to who has blocked somebody, and by a bot."""
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == 4).values(bot=True))
            bot_owners.add(connection, 4, 2, NOW)
        self.write(block(1, 2))
        self.write(message(1, 2), message(3, 1), message(4, 3))
        statements: list[str] = []
        execute = Connection.execute

        def noting(connection: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
            statements.append(str(statement))
            return execute(connection, statement, *args, **kwargs)

        self.patch(Connection, "execute", noting)
        self.write(*[message(3, 1) for _ in range(100)], message(2, 1), *[message(4, 3) for _ in range(100)])
        self.assertEqual(self.write(*[message(4, 1) for _ in range(100)]), [Blocked] * 100)
        tables_asked = ("blocks", "users", "bots")
        asked = [statement for statement in statements if any(name in statement for name in tables_asked)]
        self.assertEqual(asked, [])


class BotTests(BlockCase):
    """Cat (3) owns a bot (4)."""

    def setUp(self) -> None:
        super().setUp()
        self.make_bot(4)

    def make_bot(self, bot: int) -> None:
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == bot).values(bot=True))
            bot_owners.add(connection, bot, 3, NOW)

    def test_the_owner_is_blocked(self) -> None:
        for known in (False, True):
            with self.subTest(known=known):
                outcomes = self.write(message(4, 1), block(1, 3), message(4, 1), message(1, 4), message(4, 2))
                self.assertEqual(outcomes, [Event, Event, Blocked, Event, Event])
                self.assertEqual(self.write(message(4, 1), unblock(1, 3), message(4, 1)), [Blocked, Event, Event])

    def test_the_bot_is_blocked(self) -> None:
        self.write(block(1, 4))
        self.assertEqual(self.write(message(4, 1), message(3, 1)), [Blocked, Event])
        self.write(block(1, 3), unblock(1, 4))
        self.assertEqual(self.write(message(4, 1), message(3, 1)), [Blocked, Blocked])

    def test_by_another_writer(self) -> None:
        other = LogWriter(make_again(self.store), lambda: NOW)
        self.write(message(4, 1))
        other.write([message(4, 1)])
        other.write([block(1, 3)])
        self.assertEqual(self.write(message(4, 1)), [Blocked])
        self.write(unblock(1, 3))
        self.assertIsInstance(other.write([message(4, 1)])[0], Event)

    def test_made_after_the_block(self) -> None:
        self.write(block(1, 3), message(2, 1))
        with self.store.transaction() as connection:
            made = users.insert(connection, "new", "", NOW).id
        self.make_bot(made)
        self.assertEqual(self.write(message(made, 1), message(made, 2)), [Blocked, Event])

    def test_what_is_done_to_messages(self) -> None:
        said, heard = self.writer.write([message(4, 1), message(1, 4)])
        assert isinstance(said, Event)
        assert isinstance(heard, Event)
        self.write(block(1, 3))
        for kind, subject, expected in (
            (Kind.EDITED, said, Blocked),
            (Kind.REACTED, heard, Blocked),
            (Kind.RECALLED, said, Event),
        ):
            self.assertEqual(self.write(about(kind, 4, subject.position)), [expected], kind)


class ContactsOnlyTests(BlockCase):
    def setUp(self) -> None:
        super().setUp()
        self.writer = LogWriter(self.store, lambda: NOW, contacts_only=True)

    def test_only_contacts(self) -> None:
        self.assertEqual(self.write(message(1, 2), message(1, 1)), [NotContacts, Event])
        self.write(between(Kind.CONTACT_ADDED, 1, 2))
        self.assertEqual(self.write(message(1, 2), message(2, 1), message(3, 1)), [Event, Event, NotContacts])
        self.write(block(1, 2))
        self.assertEqual(self.write(message(2, 1), message(1, 2)), [Blocked, Event])
        self.write(unblock(1, 2), between(Kind.CONTACT_REMOVED, 2, 1))
        self.assertEqual(self.write(message(2, 1), message(1, 2)), [NotContacts, NotContacts])

    def test_within_a_batch_and_by_another(self) -> None:
        other = LogWriter(make_again(self.store), lambda: NOW, contacts_only=True)
        added, removed = between(Kind.CONTACT_ADDED, 1, 2), between(Kind.CONTACT_REMOVED, 1, 2)
        self.assertEqual(self.write(message(2, 1), added, message(2, 1)), [NotContacts, Event, Event])
        other.write([removed])
        self.assertEqual(self.write(message(2, 1)), [NotContacts])

    def test_groups_are_for_all_members(self) -> None:
        self.write(joined(1), joined(2))
        self.assertEqual(self.write(message(2, GROUP, Scope.GROUP)), [Event])


class RaceTests(WriterCase):
    """Several processes: whatever the order, no message stands in the log behind a block that forbids it."""

    def check(self, outcomes: list[Any]) -> None:
        self.assertEqual({type(outcome) for outcome in outcomes}, {Event, Blocked}, "both happen, and nothing else")
        holds = False
        for event in self.rows():
            if event.kind == Kind.MESSAGE:
                self.assertFalse(holds, f"{event} is behind a block")
            else:
                holds = event.kind == Kind.BLOCKED

    def test_any_order(self) -> None:
        chance = random.Random(7)
        writers = [LogWriter(make_again(self.store), lambda: NOW) for _ in range(3)]
        outcomes: list[Any] = []
        blocked = False
        for _ in range(150):
            batch = [message(2, 1) for _ in range(chance.randint(0, 3))]
            if chance.random() < 0.4:
                batch.insert(chance.randint(0, len(batch)), (unblock if blocked else block)(1, 2))
                blocked = not blocked
            outcomes += chance.choice(writers).write(batch)
        self.check(outcomes)

    def test_at_the_same_time(self) -> None:
        outcomes: list[Any] = []
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)

        def make_writer() -> LogWriter:
            turnstile = Turnstile(Path(directory.name))
            self.addCleanup(turnstile.close)
            store = Store(self.store.engine, self.store._reading, self.store.in_writer, turnstile.turn)
            return LogWriter(store, lambda: NOW)

        def talk(writer: LogWriter) -> None:
            while not stop.is_set():
                outcomes.extend(writer.write([message(2, 1)]))

        stop = threading.Event()
        talkers = [threading.Thread(target=talk, args=(make_writer(),)) for _ in range(2)]
        for thread in talkers:
            thread.start()
        blocking = make_writer()
        for change in (block, unblock) * 10:
            self.assertIsInstance(blocking.write([change(1, 2)])[0], Event)
            # Each talker may be in the middle of one message; the third outcome is one that began after the change.
            so_far = len(outcomes)
            while len(outcomes) < so_far + 3:
                time.sleep(0.001)
        stop.set()
        for thread in talkers:
            thread.join()
        self.check(outcomes)


class BlockOnPostgreSQLTests(OnPostgreSQL, BlockTests):
    """The same on the other store."""


class BotOnPostgreSQLTests(OnPostgreSQL, BotTests):
    """The same on the other store."""


class ContactsOnlyOnPostgreSQLTests(OnPostgreSQL, ContactsOnlyTests):
    """The same on the other store."""


class RaceOnPostgreSQLTests(OnPostgreSQL, RaceTests):
    """The same on the other store."""
