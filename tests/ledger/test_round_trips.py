"""Round trips to PostgreSQL: over a network each of them is a wait, and nearly all are under the log's lock."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger.receipts import BatchNames, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from tests.support.doubles import NOW, make_store, run_now
from tests.support.ledger import GROUP, WriterCase, joined, message
from tests.support.postgres import OnPostgreSQL
from tests.support.relays import CountingRelay


class RoundTripTests(OnPostgreSQL, WriterCase):
    def setUp(self) -> None:
        super().setUp()
        # As long as it is in use: LogWriter.follow takes a step after each thousand events.
        self.patch(by_conversation, "INDEX_STEP", 1000)
        with self.store.transaction() as connection:
            self.own = connection.exec_driver_sql(
                "INSERT INTO devices (user_id, name, created_at) VALUES (1, 'd', 1) RETURNING id"
            ).scalar_one()
        url = make_url(str(self.store.engine.url.render_as_string(hide_password=False)))
        self.relay = CountingRelay(url.port or 0)
        self.addCleanup(self.relay.close)
        engine = make_engine(url.set(host="127.0.0.1", port=self.relay.port).render_as_string(hide_password=False))
        self.addCleanup(engine.dispose)
        self.far = LogWriter(Store(engine, run_now, run_now), lambda: NOW)
        self.names = BatchNames(1, 7)

    def trips(self, *batches: list[Draft]) -> int:
        """@return: the round trips in which these are written in one transaction; all are stored."""
        before = self.relay.trips
        outcomes = self.far.write_together([(drafts, BatchReceipt(self.names.next())) for drafts in batches])
        self.assertEqual({type(outcome) for found in outcomes for outcome in found}, {Event})
        self.assertGreater(self.relay.trips, before, "they went another way")
        return self.relay.trips - before

    def counted(self, counter: int) -> Draft:
        return Draft(Kind.MESSAGE, Scope.USER, 1, 2, b"hi", None, device=self.own, counter=counter)  # type: ignore[arg-type]

    def batch(self, round_: int) -> list[Draft]:
        return [message(1, 2), message(1, GROUP, Scope.GROUP), message(2, 1, body=b"x" * 500), self.counted(round_)]

    def test_messages_in_known_conversations(self) -> None:
        self.trips([joined(1)])
        self.trips(self.batch(1))
        for round_ in range(2, 12):
            self.assertLessEqual(self.trips(self.batch(round_)), 3)
            self.assertLessEqual(self.trips([message(1, 2)], [message(2, 1)] * 3), 3)

    def test_a_step_of_the_index(self) -> None:
        """It is between two batches; on a busy store there is one for each few of them."""
        self.patch(by_conversation, "INDEX_STEP", 6)
        for drafts, most in ((7 * [message(1, 2)], 4), ([message(1, 1 + i) for i in range(4)], 7)):
            for _ in range(4):
                before = self.far._memory.indexed
                self.trips(drafts)
                start = self.relay.trips
                self.far.follow()
                if self.far._memory.indexed > before:
                    self.assertLessEqual(self.relay.trips - start, most)
        with self.store.snapshot() as connection:
            head, done = by_conversation.heads(connection)
        self.assertLessEqual(head - done, 12)

    def test_large_ones_take_one_more_each(self) -> None:
        """A message to the server is no larger than a slow network carries before the server ends the transaction."""
        self.trips([message(1, 2)])
        self.patch(reading, "MESSAGE_SIZE", 10_000)
        drafts = [message(1, 2, body=b"%d" % number + b"x" * 6000) for number in range(5)]
        self.trips(drafts)
        self.assertLessEqual(self.trips(drafts), 5)
        self.assertEqual([event.body for event in self.rows()[-5:]], [draft.body for draft in drafts])


class MakeTests(SynchronousTestCase):
    """The parts of L{reading.append}."""

    def test_parts(self) -> None:
        self.patch(reading, "MESSAGE_SIZE", 10)
        store = make_store(self)
        rows = [Event(p, 1, p, p, 1, 1, 1, 2, 0, NOW, b"x" * size) for p, size in enumerate((4, 6, 1, 11, 3, 12), 1)]
        self.assertEqual([len(part) for part in reading._messages(rows)], [3, 1, 2, 0])
        with store.transaction() as connection:
            reading.append(connection, rows)
        with store.snapshot() as connection:
            self.assertEqual(reading.after(connection, 0, 99), rows)


class MakeOnPostgreSQLTests(OnPostgreSQL, MakeTests):
    """The same on the other store."""
