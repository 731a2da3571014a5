"""How many conversations a user may begin with people who are no contacts."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NoSuchTarget, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.limits import Rate
from hichat.storage.store import Store
from hichat.storage.tables import contact_requests, contacts, conversations, devices
from tests.support.doubles import NOW, make_store
from tests.support.postgres import OnPostgreSQL

HOUR = 3600
ADMINISTRATOR = 2


class StrangersTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.store: Store = make_store(self)
        self.seconds = 1000.0
        self.now = NOW
        with self.store.transaction() as connection:
            for number in range(1, 31):
                users.insert(connection, f"user {number}", "!", NOW)
            users.make_administrator(connection, ADMINISTRATOR, NOW)
            connection.execute(devices.insert().values(id=1, user_id=1, name="x", created_at=NOW))
        self.writer = self.make_writer()

    def make_writer(self, **more: Any) -> LogWriter:
        ticks = lambda: round(self.seconds * 1000)  # noqa: E731
        return LogWriter(self.store, lambda: self.now, strangers=Rate(3, HOUR), ticks=ticks, **more)

    def draft(self, target: int, sender: int = 1, **more: Any) -> Draft:
        return Draft(Kind.MESSAGE, Scope.USER, sender, target, b"{}", None, **more)  # type: ignore[arg-type]

    def say(self, *targets: int, sender: int = 1, writer: LogWriter | None = None) -> list[bool]:
        """@return: which of these were written."""
        outcomes = (writer or self.writer).write([self.draft(target, sender) for target in targets])
        for outcome in outcomes:
            if not isinstance(outcome, Event):
                assert isinstance(outcome, TooManyStrangers), outcome
        return [isinstance(outcome, Event) for outcome in outcomes]

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += int(seconds * 1000)

    def befriend(self, one: int, other: int) -> None:
        with self.store.transaction() as connection:
            pairs = ((one, other), (other, one))
            connection.execute(
                contacts.insert(), [{"owner_id": a, "friend_id": b, "created_at": NOW} for a, b in pairs]
            )

    def test_so_many_and_no_more(self) -> None:
        self.assertEqual(self.say(3, 4, 5, 6, 3, 7, 4), [True] * 3 + [False, True, False, True])
        self.assertEqual(self.say(3, 8), [True, False])
        self.assertEqual(self.say(3, 4, 5, sender=9), [True] * 3)

    def test_in_one_batch_or_several(self) -> None:
        self.assertEqual([self.say(target)[0] for target in range(3, 9)], [True] * 3 + [False] * 3)

    def test_after_an_hour(self) -> None:
        self.say(3)
        self.wait(1800)
        self.say(4, 5)
        (refused,) = self.writer.write([self.draft(6)])
        assert isinstance(refused, TooManyStrangers)
        self.assertAlmostEqual(refused.retry_after or 0, 1800, delta=1)
        self.wait(1801)
        self.assertEqual(self.say(6, 7), [True, False])

    def test_who_has_written_first_is_answered(self) -> None:
        self.say(3, 4, 5)
        for stranger in range(10, 20):
            self.say(1, sender=stranger)
        self.assertEqual(self.say(*range(10, 20)), [True] * 10)
        self.assertEqual(self.say(6), [False])

    def test_who_has_asked_to_be_a_contact_is_answered(self) -> None:
        self.say(3, 4, 5)
        with self.store.transaction() as connection:
            row = {"from_id": 6, "to_id": 1, "greeting": "", "created_at": NOW}
            connection.execute(contact_requests.insert().values(row))
        self.assertEqual(self.say(6, 7), [True, False])

    def test_contacts_do_not_count(self) -> None:
        for friend in range(10, 20):
            self.befriend(1, friend)
        self.assertEqual(self.say(*range(10, 20)), [True] * 10)
        self.assertEqual(self.say(3, 4, 5, 6), [True] * 3 + [False])
        self.befriend(1, 4)
        self.assertEqual(self.say(6, 7), [True, False])

    def test_administrators_and_groups_and_oneself(self) -> None:
        self.assertEqual(self.say(*range(3, 20), sender=ADMINISTRATOR), [True] * 17)
        self.say(3, 4, 5)
        self.assertEqual(self.say(1), [True])
        (outcome,) = self.writer.write([Draft(Kind.MESSAGE, Scope.GROUP, 1, 10**9 + 1, b"", None)])  # type: ignore[arg-type]
        self.assertIsInstance(outcome, NoSuchTarget)

    def test_without_a_limit(self) -> None:
        writer = LogWriter(self.store, lambda: NOW)
        self.assertEqual(self.say(*range(3, 20), writer=writer), [True] * 17)

    def test_a_refused_one_may_be_said_again(self) -> None:
        """Under the same counter; and nothing of it is in the store."""
        self.say(3, 4, 5)
        draft = self.draft(6, device=1, counter=1)
        self.assertIsInstance(self.writer.write([draft])[0], TooManyStrangers)
        with self.store.snapshot() as connection:
            key = reading.conversation_key(Scope.USER, 1, 6)
            self.assertIsNone(reading.find_conversation(connection, key))
        self.wait(HOUR + 1)
        first: Outcome = self.writer.write([draft])[0]
        self.assertIsInstance(first, Event)
        self.assertEqual(self.writer.write([draft]), [Duplicate(first)])  # type: ignore[arg-type]

    def test_what_changes_with_a_refused_one_is_not_done(self) -> None:
        self.say(3, 4, 5)
        done: list[int] = []
        draft = self.draft(6, change=lambda connection, draft, position: done.append(position))
        self.assertIsInstance(self.writer.write([draft])[0], TooManyStrangers)
        self.assertEqual(done, [])

    def test_several_writers_share_it(self) -> None:
        writers = [self.make_writer(), self.make_writer(tail=1), self.make_writer()]
        found = [self.say(target, writer=writers[target % 3])[0] for target in range(3, 12)]
        self.assertEqual(found, [True] * 3 + [False] * 6)

    def test_a_restart_keeps_it(self) -> None:
        self.say(3, 4)
        self.wait(600)
        writer = self.make_writer()
        self.assertEqual(self.say(5, 6, writer=writer), [True, False])
        self.wait(HOUR - 599)
        self.assertEqual(self.say(6, 7, 8, writer=writer), [True, True, False])

    def test_a_clock_that_is_set(self) -> None:
        self.say(3, 4, 5)
        for jump in (-7200, 4 * 7200, -2 * 7200):
            self.now += jump * 1000
            self.assertEqual(self.say(6), [False])
        self.now -= 10 * 7200 * 1000
        writer = self.make_writer()
        self.assertEqual(self.say(6, writer=writer), [False])
        self.seconds += HOUR + 1
        self.assertEqual(self.say(6, writer=writer), [True])

    def test_nothing_is_left_of_a_transaction_that_failed(self) -> None:
        def fail(*_: Any) -> None:
            raise OSError("disk")

        patch = self.patch(reading, "append", fail)
        self.writer.write([self.draft(3), self.draft(4)])
        patch.restore()
        self.flushLoggedErrors(OSError)
        self.assertEqual(self.say(5, 6, 7, 8), [True] * 3 + [False])
        with self.store.snapshot() as connection:
            self.assertEqual(len(connection.execute(conversations.select()).all()), 3)


class StrangersOnPostgreSQLTests(OnPostgreSQL, StrangersTests):
    pass
