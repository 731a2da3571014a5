"""What a user sends under an idempotency key is written once, for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hichat.accounts import devices, erasures
from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import KeyUsed, NotAMember, NotStored, SignedOut
from hichat.core.events import Event, Scope
from hichat.core.repeats import make_draft_key
from hichat.keeping.blanking import blank
from hichat.log.soundness import log_flaws
from hichat.pipeline.ledger import repeats
from hichat.pipeline.ledger.receipts import BatchNames, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage.tables import idempotency_keys
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, Unstorable, WriterCase, edit, joined, make_again, message, recall, revoked
from tests.support.postgres import OnPostgreSQL

PHONE, LAPTOP = 1, 2
"""Devices of user 1."""


def keyed(key: str, said: str = "hi", draft: Draft | None = None, device: int = PHONE) -> Draft:
    body = b'{"userId":1,"TargetId":2,"Type":1,"Media":1,"Content":"%s"}' % said.encode()
    draft = draft or message(1, 2, body=body)
    draft.device, draft.key = device, make_draft_key(key.encode(), said.encode())
    return draft


class RepeatCase(WriterCase):
    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            for name in ("phone", "laptop"):
                devices.find_or_add(connection, 1, name, NOW)

    def write(self, *drafts: Draft) -> list[Outcome]:
        return self.writer.write(drafts)

    def first(self, draft: Draft) -> Event:
        (outcome,) = self.write(draft)
        assert isinstance(outcome, Event), outcome
        return outcome

    def assert_repeats(self, draft: Draft, first: Event) -> None:
        (outcome,) = self.write(draft)
        assert isinstance(outcome, Duplicate), outcome
        self.assertEqual((outcome.event.position, outcome.event.seq), (first.position, first.seq))

    def keys(self) -> int:
        with self.store.snapshot() as connection:
            return len(connection.execute(select(idempotency_keys)).all())


class RepeatTests(RepeatCase):
    def test_again(self) -> None:
        first = self.first(keyed("a"))
        self.assert_repeats(keyed("a"), first)
        self.writer._memory.forget()
        self.assert_repeats(keyed("a"), first)
        self.assertEqual(LogWriter(make_again(self.store), lambda: NOW).write([keyed("a")]), [Duplicate(first)])
        self.assertEqual(self.rows(), [first])

    def test_in_one_batch(self) -> None:
        outcomes = self.write(keyed("a"), keyed("b"), keyed("a"), keyed("a", "other"), keyed("b"), message(1, 2))
        self.assertEqual([type(each) for each in outcomes], [Event, Event, Duplicate, KeyUsed, Duplicate, Event])
        self.assertEqual(len(self.rows()), 3)

    def test_from_another_device_of_the_user(self) -> None:
        """Tokens come and go, and each is a device's."""
        first = self.first(keyed("a"))
        self.assert_repeats(keyed("a", device=LAPTOP), first)
        self.write(revoked(PHONE))
        self.assert_repeats(keyed("a", device=LAPTOP), first)
        self.assertIsInstance(self.write(keyed("a"))[0], SignedOut)

    def test_keys_are_a_users_own(self) -> None:
        self.first(keyed("a"))
        other = message(2, 1)
        other.key = keyed("a").key
        self.assertIsInstance(self.write(other)[0], Event)

    def test_something_else(self) -> None:
        first = self.first(keyed("a"))
        for draft in (keyed("a", "other"), keyed("a", "edit", edit(1, first.position))):
            self.assertIsInstance(self.write(draft)[0], KeyUsed)
        self.assert_repeats(keyed("a"), first)

    def test_what_was_refused_has_not_used_it(self) -> None:
        def to_group() -> Draft:
            return keyed("a", draft=message(1, GROUP, Scope.GROUP))

        self.write(joined(2))
        self.assertIsInstance(self.write(to_group())[0], NotAMember)
        self.assertEqual(self.keys(), 0)
        self.write(joined(1))
        self.assertIsInstance(self.write(to_group())[0], Event)

    def test_what_its_change_refused_has_not_used_it(self) -> None:
        def change(*_: Any) -> None:
            raise NotAMember

        draft = keyed("a")
        draft.change = change
        self.assertIsInstance(self.write(draft, keyed("b"))[0], NotAMember)
        self.assertEqual(self.keys(), 1)
        self.assertIsInstance(self.write(keyed("a"))[0], Event)

    def test_edits_and_recalls(self) -> None:
        first = self.first(keyed("a"))
        changed = self.first(keyed("b", "edit", edit(1, first.position)))
        self.assert_repeats(keyed("b", "edit", edit(1, first.position)), changed)
        gone = self.first(keyed("c", "recall", recall(1, first.position)))
        self.assert_repeats(keyed("c", "recall", recall(1, first.position)), gone)
        # The message is blank now, and another one under its key is another one still.
        self.assert_repeats(keyed("a"), first)
        self.assertIsInstance(self.write(keyed("a", "other"))[0], KeyUsed)

    def test_blanked_because_of_its_age(self) -> None:
        first = self.first(keyed("a"))
        with self.store.transaction() as connection:
            blank(connection, [first.position])
        self.assert_repeats(keyed("a"), first)
        self.assertIsInstance(self.write(keyed("a", "other"))[0], KeyUsed)

    def test_by_halves(self) -> None:
        drafts = [keyed(f"{i}", f"{i}") for i in (1, 2, 3, 3, 4, 5, 1)]
        drafts[4].body = Unstorable()  # type: ignore[assignment]
        kinds = [Event, Event, Event, Duplicate, NotStored, Event, Duplicate]
        self.assertEqual([type(outcome) for outcome in self.write(*drafts)], kinds)
        self.flushLoggedErrors()
        drafts[4].body = b"4"
        self.assertEqual(
            [type(outcome) for outcome in self.write(*drafts)], [Duplicate] * 4 + [Event] + [Duplicate] * 2
        )
        self.assertEqual(self.keys(), 5)

    def test_several_batches_in_one_transaction(self) -> None:
        names = BatchNames(1, 7)
        batches = [([keyed("a"), keyed("b")], BatchReceipt(names.next())), ([keyed("b")], BatchReceipt(names.next()))]
        found = self.writer.write_together(batches)
        self.assertEqual([[type(each) for each in outcomes] for outcomes in found], [[Event, Event], [Duplicate]])

    def test_doubt_about_a_commit(self) -> None:
        for stored in (True, False):
            self.lose_the_commit(stored)
            (outcome,) = self.write(keyed(f"{stored}"))
            self.assertIsInstance(outcome, Event if stored else NotStored)
            (again,) = self.write(keyed(f"{stored}"))
            self.assertIsInstance(again, Duplicate if stored else Event)
        self.flushLoggedErrors(OperationalError)
        self.assertEqual((len(self.rows()), self.keys()), (2, 2))

    def lose_the_commit(self, stored: bool) -> None:
        dialect = self.store.engine.dialect
        end = dialect.do_commit if stored else dialect.do_rollback

        def failing(connection: Any) -> None:
            patch.restore()
            end(connection)
            raise OperationalError("", None, dialect.loaded_dbapi.OperationalError("the connection is lost"))

        patch = self.patch(dialect, "do_commit", failing)
        self.patch(self.writer, "_sleep", lambda pause: None)

    def test_many_at_once(self) -> None:
        self.patch(repeats, "LOOKED_UP_TOGETHER", 3)
        drafts = [keyed(f"{i % 10}", f"{i % 10}") for i in range(20)]
        self.assertEqual([type(each) for each in self.write(*drafts)], [Event] * 10 + [Duplicate] * 10)
        self.assertEqual([type(each) for each in self.write(*drafts)], [Duplicate] * 20)

    def test_the_check_finds_keys_that_lead_astray(self) -> None:
        self.write(keyed("a"), message(2, 1))
        self.assertEqual([*log_flaws(self.store, int)], [])
        with self.store.transaction() as connection:
            for digest, position in ((b"1", 2), (b"2", 99)):
                row = {"user_id": 1, "digest": digest, "position": position, "said": b""}
                connection.execute(idempotency_keys.insert().values(row))
        self.assertEqual(len([*log_flaws(self.store, int)]), 2)

    def test_the_keys_of_a_deleted_account_go(self) -> None:
        self.write(*[keyed(f"{number}") for number in range(7)])
        other = message(2, 1)
        other.key = keyed("a").key
        self.write(other)
        self.patch(erasures, "ROWS_AT_ONCE", 3)
        with self.store.transaction() as connection:
            erasures.add(connection, 1, NOW)
            for _ in range(4):
                erasures.begin(connection, 1, removes=False)
        self.assertEqual(self.keys(), 1)

    def test_a_batch_without_keys_does_not_look(self) -> None:
        asked: list[Any] = []
        self.patch(repeats, "select", asked.append)
        self.write(message(1, 2), revoked(LAPTOP), edit(1, 1))
        self.assertEqual(asked, [])

    def test_a_key_and_a_counter(self) -> None:
        draft = keyed("a")
        draft.counter = 1
        first = self.first(draft)
        self.assert_repeats(keyed("a"), first)


class RepeatOnPostgreSQLTests(OnPostgreSQL, RepeatTests):
    """The same on the other store."""
