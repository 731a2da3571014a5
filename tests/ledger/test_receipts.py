"""Receipts: what they say of a batch, after whatever happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NoSuchTarget, NotStored
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger import receipts
from hichat.pipeline.ledger.receipts import RECEIPT_SLOTS, RECEIPTS_KEPT, BatchName, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from hichat.storage.tables import devices, users
from tests.support.doubles import NOW, make_store
from tests.support.ledger import Unstorable
from tests.support.postgres import OnPostgreSQL

REFUSALS = {kind.code: kind for kind in (NoSuchTarget, NotStored)}


def say(text: str, target: int = 2, **more: Any) -> Draft:
    return Draft(Kind.MESSAGE, Scope.USER, 1, target, text.encode(), None, **more)  # type: ignore[arg-type]


def name(number: int, incarnation: int = 2**63 - 1) -> BatchName:
    return BatchName(3, incarnation, number)


class ReceiptTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.store = make_store(self)
        self.now = NOW
        self.writer = LogWriter(self.store, lambda: self.now)
        with self.store.transaction() as connection:
            for user in ("ann", "bob"):
                row = {"name": user, "name_key": user, "password_hash": "", "created_at": 0, "updated_at": 0}
                connection.execute(users.insert().values(row))
            connection.execute(devices.insert().values(user_id=1, name="d", created_at=0))

    def write(self, number: int, drafts: Sequence[Draft]) -> list[Outcome]:
        return self.writer.write(drafts, BatchReceipt(name(number)))

    def read(self, *batches: tuple[BatchName, Sequence[Draft]]) -> list[list[Outcome]]:
        with self.store.transaction() as connection:
            return receipts.read(connection, batches, REFUSALS)

    def shown(self, outcomes: Sequence[Outcome]) -> list[Any]:
        return [outcome if isinstance(outcome, (Event, Duplicate)) else outcome.code for outcome in outcomes]

    def test_every_outcome(self) -> None:
        counted = say("first", device=1, counter=1)
        self.write(1, [counted])
        drafts = [say("a"), say("a"), say("x", 99), counted, say("a"), say("x", 99)]
        outcomes = self.write(2, drafts)
        (found,) = self.read((name(2), drafts))
        self.assertEqual(self.shown(found), self.shown(outcomes))
        self.assertEqual(self.shown(outcomes)[2], "no_such_target")
        self.assertIsInstance(outcomes[3], Duplicate)

    def test_several_in_one_transaction(self) -> None:
        """Each has its own, also when one of them is the reason that they are written one by one."""
        bad = say("b")
        bad.body = Unstorable()  # type: ignore[assignment]
        for last in (say("b"), bad):
            batches = [[say("a"), say("x", 99)], [say("c"), last]]
            names = [name(7), BatchName(4, 1, 7)]
            outcomes = self.writer.write_together(
                [(drafts, BatchReceipt(each)) for drafts, each in zip(batches, names, strict=True)]
            )
            found = self.read(*zip(names, batches, strict=True))
            self.assertEqual(self.shown(found[0]), self.shown(outcomes[0]))
            # What failed has no outcome in the receipt, and is tried again.
            self.assertEqual(self.shown(found[1]), self.shown(outcomes[1])[: 1 if last is bad else 2])
        self.assertEqual(self.shown(outcomes[1])[1], "not_stored")
        self.assertEqual(len(self.flushLoggedErrors()), 1)

    def test_probes_beside_batches(self) -> None:
        outcomes = self.writer.write_together([([], None), ([say("a")], BatchReceipt(name(1))), ([], None)])
        self.assertEqual([len(found) for found in outcomes], [0, 1, 0])
        self.assertEqual(len(self.read((name(1), [say("a")]))[0]), 1)

    def test_no_receipt(self) -> None:
        self.write(1, [say("a")])
        node = BatchName(3, 2**63 - 1, 1, node=1)
        for other in (name(2), name(1, incarnation=5), BatchName(4, 2**63 - 1, 1), node, name(1 + RECEIPT_SLOTS)):
            self.assertEqual(self.read((other, [say("a")])), [[]])

    def test_the_last_ones_are_kept(self) -> None:
        for number in range(1, RECEIPT_SLOTS + 2):
            self.write(number, [say(f"{number}")])
        found = [self.read((name(number), [say("?")]))[0] for number in range(1, RECEIPT_SLOTS + 2)]
        self.assertEqual([len(outcomes) for outcomes in found], [0] + [1] * RECEIPT_SLOTS)

    def test_others_take_no_ones_place(self) -> None:
        """Not even a daemon that has the same number, as when both believe that it is theirs."""
        others = (BatchName(3, 5, 1), BatchName(4, 2**63 - 1, 1), BatchName(3, 2**63 - 1, 1, node=1))
        names = [name(1), *others]
        for each in names:
            self.writer.write([say(f"{each}")], BatchReceipt(each))
        for position, each in enumerate(names, 1):
            ((event,),) = self.read((each, [say(f"{each}")]))
            assert isinstance(event, Event)
            self.assertEqual(event.position, position)

    def test_old_ones_are_removed(self) -> None:
        """Of others too; but neither those of yesterday's night, nor the row that a probe writes."""
        for number, age in ((1, RECEIPTS_KEPT + 1), (2, RECEIPTS_KEPT)):
            self.now = NOW - age
            self.write(number, [say(f"{number}")])
        self.writer.probe()
        with self.store.transaction() as connection:
            self.assertTrue(receipts.are_old(connection, NOW))
            receipts.remove_old(connection, NOW)
            self.assertFalse(receipts.are_old(connection, NOW))
            found = connection.scalars(select(tables.receipts.c.worker).order_by(tables.receipts.c.worker)).all()
        self.assertEqual(found, [receipts.NOBODY, 3])
        self.assertEqual([len(self.read((name(number), [say("?")]))[0]) for number in (1, 2)], [0, 1])

    def test_halves(self) -> None:
        """Some of it was written, with something of others between, when it ended."""
        receipt, drafts = BatchReceipt(name(1)), [say(text) for text in "abcd"]
        self.writer.write(drafts[:1], receipt)
        self.writer.write([say("another's")])
        outcomes = self.writer.write(drafts[1:3], receipt)
        (found,) = self.read((name(1), drafts))
        self.assertEqual([event.position for event in found if isinstance(event, Event)], [1, 3, 4])
        self.assertEqual(found[1:], outcomes)

    def test_one_that_failed_before_another_was_begun(self) -> None:
        """It is not written after that: it failed, and later ones are there already."""
        self.write(2, [say("b")])
        found = self.read((name(1), [say("a"), say("a")]), (name(2), [say("b")]), (name(3), [say("c")]))
        self.assertEqual([self.shown(outcomes) for outcomes in found[:1]], [["not_stored", "not_stored"]])
        self.assertEqual([len(outcomes) for outcomes in found[1:]], [1, 0])

    def test_recalled_since(self) -> None:
        draft = say("a")
        outcomes = self.write(1, [draft])
        with self.store.transaction() as connection:
            reading.blank(connection, 1)
        self.assertEqual(self.read((name(1), [draft])), [outcomes])

    def test_not_committed_no_receipt(self) -> None:
        def failing(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        drafts = [say("a")]
        self.patch(by_conversation, "follow", failing)
        self.assertEqual(self.shown(self.write(1, drafts)), ["not_stored"])
        self.assertEqual(self.read((name(1), drafts)), [[]])
        self.flushLoggedErrors(ZeroDivisionError)


class ReceiptOnPostgreSQLTests(OnPostgreSQL, ReceiptTests): ...
