"""A send is safe to repeat, for ever: (device, counter) is written once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from hichat.accounts import devices, users
from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import CounterUsed, MessageRecalled, NoSuchTarget, NotAMember, NotStored, SignedOut
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger import memory, transaction
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import rows
from hichat.storage.rows import Rows
from hichat.storage.tables import events
from tests.ledger.plans import plans
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, Unstorable, WriterCase, joined, left, make_again, message, revise, revoked
from tests.support.postgres import OnPostgreSQL

ANN, ANNS_OTHER, BOB = 1, 2, 3
"""Devices: the first two are user 1's, the third is user 2's."""


def counted(
    counter: int, body: bytes = b"hi", target: int = 2, scope: Scope = Scope.USER, device: int = ANN, sender: int = 1
) -> Draft:
    """A message with a client id."""
    draft = message(sender, target, scope, body)
    draft.device, draft.counter = device, counter
    return draft


def recall(position: int, counter: int = 0, device: int = 0, sender: int = 1) -> Draft:
    origin: Any = None
    return Draft(Kind.RECALLED, Scope.EVERYONE, sender, 0, b"", origin, position, device, counter)


class CounterCase(WriterCase):
    """Users 1 and 2 have devices."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            for user, name in ((1, "phone"), (1, "laptop"), (2, "phone")):
                devices.find_or_add(connection, user, name, NOW)

    def another(self) -> LogWriter:
        """@return: the writer of another worker, or this one after a restart."""
        return LogWriter(make_again(self.store), lambda: NOW)

    def write(self, *drafts: Draft) -> list[Outcome]:
        return self.writer.write(drafts)

    def first(self, draft: Draft) -> Event:
        (outcome,) = self.write(draft)
        assert isinstance(outcome, Event), outcome
        return outcome

    def assert_same(self, outcome: Outcome, first: Event) -> None:
        """It is the first one again: all that an ack tells."""
        assert isinstance(outcome, Duplicate), outcome
        for name in ("position", "conversation", "seq", "n", "time", "device", "counter"):
            self.assertEqual(getattr(outcome.event, name), getattr(first, name))

    def assert_once(self) -> None:
        """No client id twice, positions and seqs without a gap."""
        rows = self.rows()
        self.assertEqual([row.position for row in rows], list(range(1, len(rows) + 1)))
        ids = [(row.device, row.counter) for row in rows if row.counter]
        self.assertEqual(len(ids), len(set(ids)))
        for conversation in {row.conversation for row in rows}:
            seqs = [row.seq for row in rows if row.conversation == conversation]
            self.assertEqual(seqs, list(range(1, len(seqs) + 1)))


class CounterTests(CounterCase):
    def test_in_the_same_batch(self) -> None:
        first, again, other, once_more = self.write(counted(1), counted(1), counted(2), counted(1))
        assert isinstance(first, Event)
        self.assert_same(again, first)
        self.assert_same(once_more, first)
        assert isinstance(other, Event)
        self.assertEqual((other.position, other.seq, other.n), (2, 2, 2))
        self.assert_once()

    def test_in_a_later_batch(self) -> None:
        first = self.first(counted(1))
        for _ in range(3):
            self.assert_same(self.write(counted(1))[0], first)
        self.assertEqual(self.rows(), [first])

    def test_when_the_writer_remembers_nothing(self) -> None:
        first = self.first(counted(1))
        self.writer._memory.forget()
        self.assert_same(self.write(counted(1))[0], first)
        self.assertEqual(self.rows(), [first])

    def test_by_another_worker_and_after_a_restart(self) -> None:
        first = self.first(counted(1))
        other = self.another()
        self.assert_same(other.write([counted(1)])[0], first)
        # Each has its own idea of the last counter, until it reads what the other has written.
        second = other.write([counted(2, b"by the other")])[0]
        assert isinstance(second, Event)
        self.assert_same(self.write(counted(2, b"by the other"))[0], second)
        self.assertIsInstance(self.write(counted(2, b"mine"))[0], CounterUsed)
        self.assert_once()

    def test_after_much_by_others(self) -> None:
        """Other workers have written more than this one reads to keep its memory."""
        self.patch(memory, "CATCH_UP_LIMIT", 3)
        first = self.first(counted(1))
        other = self.another()
        other.write([counted(5), *(message(2, 1) for _ in range(9))])
        self.assert_same(self.write(counted(1))[0], first)
        self.assertIsInstance(self.write(counted(5))[0], Duplicate)
        self.assert_once()

    def test_after_the_sender_has_left_the_group(self) -> None:
        self.write(joined(1), joined(2))
        first = self.first(counted(1, target=GROUP, scope=Scope.GROUP))
        self.write(left(1))
        again, another = self.write(
            counted(1, target=GROUP, scope=Scope.GROUP), counted(2, target=GROUP, scope=Scope.GROUP)
        )
        self.assert_same(again, first)
        self.assertIsInstance(another, NotAMember)

    def test_after_the_message_was_recalled(self) -> None:
        """There is no body to compare with any more; the kind, the place and the subject still say what it was."""
        first = self.first(counted(1))
        self.assertIsInstance(self.write(recall(first.position))[0], Event)
        again, elsewhere = self.write(counted(1), counted(1, target=3))
        self.assert_same(again, first)
        self.assertIsInstance(elsewhere, CounterUsed)
        self.assertEqual(self.rows()[0].body, b"", "the retry does not bring it back")

    def test_recalled_in_the_batch_of_the_retry(self) -> None:
        first = self.first(counted(1))
        again, taken_back, once_more = self.write(counted(1), recall(first.position), counted(1))
        self.assert_same(again, first)
        self.assertIsInstance(taken_back, Event)
        self.assert_same(once_more, first)
        self.assertEqual(self.rows()[0].body, b"")

    def test_something_else_under_the_same_counter(self) -> None:
        first = self.first(counted(1))
        others = [
            counted(1, b"other"),
            counted(1, target=3),
            counted(1, target=GROUP, scope=Scope.GROUP),
            recall(first.position, 1, ANN),
        ]
        reply = counted(1)
        reply.subject = first.position
        for draft in (*others, reply):
            self.assertIsInstance(self.write(draft)[0], CounterUsed)
            self.assertIsInstance(self.write(message(1, 2), draft)[1], CounterUsed)
        self.assertNotIn(CounterUsed, map(type, self.write(counted(1))), "the right one is still known")

    def test_something_else_in_the_same_batch(self) -> None:
        outcomes = self.write(counted(1), counted(1, b"other"), counted(1))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, CounterUsed, Duplicate])

    def test_what_is_done_to_messages_is_counted_too(self) -> None:
        first = self.first(counted(1))
        taken_back = self.first(recall(first.position, 2, ANN))
        self.assert_same(self.write(recall(first.position, 2, ANN))[0], taken_back)
        self.assertIsInstance(self.write(recall(first.position, 3, ANN))[0], MessageRecalled)

    def test_a_reaction_from_before_emoji_had_one_spelling(self) -> None:
        """It is said again in the spelling that it has now."""
        (said,) = self.write(counted(1))
        assert isinstance(said, Event)
        for counter, stored, again, kind in (
            (2, "+❤", "+❤️", Duplicate),
            (3, "+❤️", "+❤️", Duplicate),
            (4, "+❤", "-❤️", CounterUsed),
            (5, "+❤", "+👍", CounterUsed),
        ):
            for body, expected in ((stored, Event), (again, kind)):
                draft = revise(Kind.REACTED, 1, said.position, body.encode())
                draft.device, draft.counter = ANN, counter
                self.assertIsInstance(self.write(draft)[0], expected, body)

    def test_what_was_refused_has_used_no_counter(self) -> None:
        self.write(joined(2))
        draft = counted(1, target=GROUP, scope=Scope.GROUP)
        self.assertIsInstance(self.write(draft)[0], NotAMember)
        self.write(joined(1))
        self.assertIsInstance(self.write(counted(1, target=GROUP, scope=Scope.GROUP))[0], Event)

    def test_skipped_counters_may_be_used_later(self) -> None:
        """Clients are told to grow; who does not is not harmed."""
        for counter in (10, 3, 2**53 - 1, 4, 9):
            self.assertIsInstance(self.write(counted(counter))[0], Event)
        for counter in (3, 4, 9, 10, 2**53 - 1):
            self.assertIsInstance(self.write(counted(counter))[0], Duplicate)
        self.assert_once()

    def test_devices_count_on_their_own(self) -> None:
        drafts = [counted(1), counted(1, device=ANNS_OTHER), counted(1, device=BOB, sender=2, target=1)]
        outcomes = self.write(*drafts)
        self.assertEqual([type(outcome) for outcome in outcomes], [Event] * 3)
        self.assertEqual([type(outcome) for outcome in self.write(*drafts)], [Duplicate] * 3)

    def test_without_a_counter_a_retry_is_another_message(self) -> None:
        draft = message(1, 2)
        draft.device = ANN
        self.assertEqual([type(outcome) for outcome in self.write(draft, draft)], [Event, Event])

    def test_a_device_of_somebody_else(self) -> None:
        self.assertIsInstance(self.write(counted(1, device=BOB))[0], SignedOut)
        self.assertIsInstance(self.write(counted(1, device=99))[0], SignedOut)

    def test_last_counter(self) -> None:
        self.write(counted(7), counted(3), counted(9, device=ANNS_OTHER))
        with self.store.snapshot() as connection:
            found = reading.last_counters(connection, [ANN, ANNS_OTHER, BOB])
        self.assertEqual(found, {ANN: 7, ANNS_OTHER: 9, BOB: 0})

    # Who was signed out

    def test_a_revoked_device(self) -> None:
        self.first(counted(1))
        self.write(revoked(ANN))
        outcomes = self.write(counted(2), counted(1), counted(1, device=ANNS_OTHER), message(1, 2))
        self.assertEqual([type(outcome) for outcome in outcomes], [SignedOut, SignedOut, Event, Event])

    def test_revoked_by_another_worker(self) -> None:
        self.first(counted(1))
        self.another().write([revoked(ANN)])
        self.assertIsInstance(self.write(counted(2))[0], SignedOut)

    def test_revoked_within_the_batch(self) -> None:
        outcomes = self.write(counted(1), revoked(ANN), counted(2), counted(1))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, Event, SignedOut, SignedOut])
        self.assertEqual(len(self.rows()), 2)

    def test_a_refused_revocation_revokes_nothing(self) -> None:
        self.write(revoked(ANN, user=2), counted(1))
        self.assertIsInstance(self.write(counted(2))[0], Event)

    def test_a_disabled_user(self) -> None:
        self.first(counted(1))
        with self.store.transaction() as connection:
            users.disable(connection, 1, NOW)
        outcome = self.another().write([counted(2)])[0]
        self.assertIsInstance(outcome, SignedOut)

    # When the store fails

    def test_by_halves(self) -> None:
        """One bad row among retries: none is lost, none is there twice."""
        self.write(counted(1, b"1"), counted(2, b"2"))
        drafts = [counted(i, b"%d" % i) for i in (1, 2, 3, 3, 4, 5, 4, 6, 2, 7)]
        drafts[5].body = Unstorable()  # type: ignore[assignment]
        outcomes = self.write(*drafts)
        kinds = [Duplicate, Duplicate, Event, Duplicate, Event, NotStored, Duplicate, Event, Duplicate, Event]
        self.assertEqual([type(outcome) for outcome in outcomes], kinds)
        self.flushLoggedErrors()
        self.assert_once()
        drafts[5].body = b"5"
        outcomes = self.write(*drafts)
        self.assertEqual([type(outcome) for outcome in outcomes], [Duplicate] * 5 + [Event] + [Duplicate] * 4)
        self.assertEqual(sorted(row.counter for row in self.rows()), [1, 2, 3, 4, 5, 6, 7])

    def test_doubt_about_a_commit(self) -> None:
        """The connection is lost in COMMIT: whether it was done or not, a retry finds out."""
        for stored in (True, False):
            number = 10 * (1 + stored)
            self.first(counted(number, b"before"))
            self.lose_the_commit(stored)
            outcomes = self.write(counted(number, b"before"), counted(number + 1), counted(number + 1))
            expected = [Duplicate, Event, Duplicate] if stored else [NotStored] * 3
            self.assertEqual([type(outcome) for outcome in outcomes], expected)
            again = self.write(counted(number, b"before"), counted(number + 1))
            self.assertEqual([type(outcome) for outcome in again], [Duplicate, Duplicate if stored else Event])
        self.assert_once()
        self.flushLoggedErrors(OperationalError)

    def test_doubt_about_a_commit_of_retries_only(self) -> None:
        first = self.first(counted(1))
        self.lose_the_commit(stored=False)
        self.assert_same(self.write(counted(1))[0], first)

    def lose_the_commit(self, stored: bool) -> None:
        dialect = self.store.engine.dialect
        commit = dialect.do_commit

        def failing(connection: Any) -> None:
            patch.restore()
            (commit if stored else dialect.do_rollback)(connection)
            raise OperationalError("", None, dialect.loaded_dbapi.OperationalError("the connection is lost"))

        patch = self.patch(dialect, "do_commit", failing)
        self.patch(self.writer, "_sleep", lambda pause: None)

    # The store's own word

    def test_the_store_takes_no_client_id_twice(self) -> None:
        first = self.first(counted(1))
        with self.assertRaises(IntegrityError), self.store.transaction() as connection:
            values = {name: getattr(first, name) for name in first.__struct_fields__}
            connection.execute(events.insert().values(values | {"position": 2, "seq": 2}))

    def test_found_by_the_index(self) -> None:
        self.first(counted(1))
        for query in (
            lambda connection: reading.find_counted(connection, ANN, 1),
            lambda connection: reading.last_counters(connection, [ANN]),
        ):
            (plan,) = plans(self.store, query)
            self.assertIn("events_by_counter", plan)


class TogetherTests(CounterCase):
    """Who writes for the first time: in each batch there may be hundreds."""

    def setUp(self) -> None:
        super().setUp()
        # The index asks too, when it is time to.
        self.patch(by_conversation, "INDEX_STEP", 1000)
        self.crowd: list[tuple[int, int]] = []
        with self.store.transaction() as connection:
            for number in range(60):
                user = users.insert(connection, f"user {number}", "hash", NOW).id
                self.crowd.append((user, devices.find_or_add(connection, user, "phone", NOW).id))
        self.asked: list[Any] = []
        execute = Connection.execute

        def noting(connection: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
            self.asked += args or [{}]
            return execute(connection, statement, *args, **kwargs)

        self.patch(Connection, "execute", noting)

    def test_looked_up_together(self) -> None:
        put: list[int] = []
        real = rows.put

        def noting(connection: Connection, *several: Rows) -> None:
            put.extend(len(each.rows) for each in several if each.rows)
            real(connection, *several)

        self.patch(reading, "put", noting)
        outcomes = self.write(*[counted(1, device=device, sender=user) for user, device in self.crowd])
        self.assertEqual([type(outcome) for outcome in outcomes], [Event] * 60)
        self.assertLess(len(self.asked), 10)
        # Each begins a conversation, too: those are made together, and so are the events.
        self.assertEqual(put, [60, 60])

    def test_who_is_not_there_does_not_multiply(self) -> None:
        """Each of those is looked up again, but alone."""
        to_nobody = [counted(1, target=1000 + user, device=device, sender=user) for user, device in self.crowd]
        from_nobody = [counted(1, device=1000 + device) for _, device in self.crowd]
        outcomes = self.write(*to_nobody, *from_nobody)
        self.assertEqual([type(outcome) for outcome in outcomes], [NoSuchTarget] * 60 + [SignedOut] * 60)
        values = sum(len(ids) for parameters in self.asked for ids in parameters.values() if isinstance(ids, list))
        self.assertLess(values, 1000)

    def test_more_than_a_statement_takes(self) -> None:
        """The batches' limit is the operator's to choose, and a store takes so many values at once."""
        limit = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
        with self.store.engine.connect() as connection:
            own: Any = connection.connection.driver_connection
            before = own.setlimit(limit, transaction.LOOKED_UP_AT_ONCE * 4)
            self.addCleanup(own.setlimit, limit, before)
        strangers = [
            counted(1, target=10_000 + number, device=20_000 + number, sender=30_000 + number) for number in range(2100)
        ]
        to_strangers = [message(1, 40_000 + number) for number in range(2100)]
        outcomes = self.write(*strangers, *to_strangers, counted(1))
        self.assertEqual(Counter(map(type, outcomes)), {SignedOut: 2100, NoSuchTarget: 2100, Event: 1})


class CounterOnPostgreSQLTests(OnPostgreSQL, CounterTests):
    """The same on the other store."""
