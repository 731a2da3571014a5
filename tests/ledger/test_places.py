"""The index of conversations: it lags behind, and nobody sees that."""

from __future__ import annotations

import random

from sqlalchemy import func, select, text

from hichat.core.events import Event
from hichat.log import by_conversation
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from tests.support.doubles import NOW
from tests.support.ledger import WriterCase, message
from tests.support.postgres import OnPostgreSQL


class PlacesTests(WriterCase):
    PAIRS = ((1, 2), (2, 1), (1, 3), (3, 3))

    def heads(self) -> tuple[int, int]:
        with self.store.snapshot() as connection:
            return by_conversation.heads(connection)

    def read(self, conversation: int, **bounds: int | bool) -> list[int]:
        with self.store.snapshot() as connection:
            return [event.position for event in by_conversation.read(connection, conversation, **bounds)]  # type: ignore[arg-type]

    def test_it_follows_in_steps(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 3)
        done = []
        for _ in range(12):
            self.writer.write([message(1, 2)])
            self.writer.follow()
            done.append(self.heads()[1])
        self.assertEqual(done, [0, 0, 0, 0, 0, 3, 3, 3, 6, 6, 6, 9])

    def test_a_batch_does_it_when_nobody_did_between_them(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 3)
        done = []
        for _ in range(12):
            self.writer.write([message(1, 2)])
            done.append(self.heads()[1])
        self.assertEqual(done, [0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 6])

    def test_two_writers_follow(self) -> None:
        """What one has done, the other does not do again, whatever it remembers."""
        self.patch(by_conversation, "INDEX_STEP", 3)
        other = LogWriter(self.store, lambda: NOW)
        other.write([message(1, 2)] * 6)
        self.writer.write([message(1, 2)])
        self.writer.follow()
        self.assertEqual(self.heads(), (7, 3))
        other.follow()
        self.assertEqual(self.heads(), (7, 3))
        (event,) = other.write([message(1, 2)])
        assert isinstance(event, Event)
        self.assertEqual((event.position, event.seq), (8, 8))
        self.assertEqual(self.read(event.conversation, limit=99), [*range(1, 9)])

    def test_a_step_that_was_not_expected(self) -> None:
        """The facts about another step are not taken for its own: it is scattered, and goes into the small tier."""
        self.patch(by_conversation, "INDEX_STEP", 1000)
        self.writer.write([message(1, 2)] * 8 + [message(1, other) for other in (1, 3, 4, 1, 3, 4)] * 2)
        self.patch(by_conversation, "INDEX_STEP", 4)
        self.patch(by_conversation, "SMALL_TIER", 100)
        step = by_conversation.NextStep(0, 8)
        with self.store.transaction(step) as connection:
            self.assertEqual((step.heads(), step.spread(0, 4)[0]), ((20, 0), 1))  # type: ignore[index]
            self.assertEqual(by_conversation.follow(connection, 0, 20, found=step), 12)
            self.assertEqual(connection.scalar(select(func.count()).select_from(tables.recent_places)), 12)

    def test_a_step_that_fails_costs_no_batch(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 3)
        self.writer.write([message(1, 2)] * 6)
        statement = by_conversation._FOLLOWED
        self.patch(by_conversation, "_FOLLOWED", text("UPDATE no_such_table SET position = :at"))
        self.writer.follow()
        self.assertEqual(self.writer.following.trouble.count, 1)
        self.assertEqual(self.heads(), (6, 0))
        (event,) = self.writer.write([message(1, 2)])
        assert isinstance(event, Event)
        self.patch(by_conversation, "_FOLLOWED", statement)
        self.writer.follow()
        self.assertEqual(self.heads(), (7, 3))
        self.assertEqual(self.read(event.conversation, limit=99), [*range(1, 8)])

    def test_a_large_batch_leaves_no_long_tail(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 3)
        self.writer.write([message(1, 2)] * 50)
        self.assertEqual(self.heads(), (50, 44))

    def tiers(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]], int]:
        """@return: the entries of the large one, of the small one, and how many are said to be in that."""
        with self.store.snapshot() as connection:
            large, small = (
                [*connection.execute(select(table.c.conversation, table.c.position))]
                for table in (tables.places, tables.recent_places)
            )
            return large, small, connection.scalar(select(tables.places_head.c.recent)) or 0

    def test_two_tiers(self) -> None:
        """Every entry is in one of them, and no more are in the small one than there is room and a step."""
        chance = random.Random(2)
        self.patch(by_conversation, "INDEX_STEP", 5)
        self.patch(by_conversation, "SMALL_TIER", 12)
        through_the_small_one = longest = before = 0
        for number in range(100):
            # At times all in one conversation, which goes past the small tier; also while that has some of it.
            pairs = self.PAIRS[:1] if number % 20 > 12 else self.PAIRS
            self.writer.write([message(*chance.choice(pairs)) for _ in range(chance.choice((1, 2, 3, 30)))])
            large, small, said = self.tiers()
            _, done = self.heads()
            before, longest = done, max(longest, done - before)
            indexed = [(row.conversation, row.position) for row in self.rows() if row.position <= done]
            self.assertEqual(sorted(large + small), sorted(indexed))
            self.assertEqual(len(small), said)
            self.assertLessEqual(len(small), 12 + longest)
            through_the_small_one += bool(small and large)
        self.assertGreater(through_the_small_one, 20)

    def test_the_small_one_does_not_grow(self) -> None:
        """Also where its end is reached in the middle of a step, again and again."""
        self.patch(by_conversation, "INDEX_STEP", 5)
        self.patch(by_conversation, "SMALL_TIER", 12)
        chance = random.Random(3)
        for _ in range(150):
            self.writer.write([message(*chance.choice(self.PAIRS)) for _ in range(5)])
        self.assertLessEqual(self.tiers()[2], 12 + 5)

    def test_what_is_in_one_conversation_goes_past_the_small_one(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 10)
        self.writer.write([message(1, 2)] * 40)
        self.assertEqual([len(tier) for tier in self.tiers()[:2]], [20, 0])

    def test_every_read(self) -> None:
        """Wherever the index ends: the same answers as from the whole log."""
        chance = random.Random(1)
        self.patch(by_conversation, "INDEX_STEP", 4)
        self.patch(by_conversation, "SMALL_TIER", 6)
        for _ in range(15):
            self.patch(by_conversation, "SCATTERED", chance.choice((0, 4)))
            self.writer.write([message(*chance.choice(self.PAIRS)) for _ in range(chance.randint(1, 3))])
            rows = self.rows()
            for conversation in {event.conversation for event in rows}:
                self.check(conversation, [event for event in rows if event.conversation == conversation], chance)

    def check(self, conversation: int, rows: list[Event], chance: random.Random) -> None:
        for _ in range(5):
            after, before, limit = chance.randint(0, 40), chance.randint(1, 45), chance.randint(1, 5)
            within = [event.position for event in rows if after < event.position < before]
            bounds = {"after": after, "before": before, "limit": limit}
            self.assertEqual(self.read(conversation, **bounds), within[:limit])
            self.assertEqual(self.read(conversation, **bounds, newest=True), within[::-1][:limit])
            with self.store.snapshot() as connection:
                last = max(
                    (event for event in rows if event.position <= before), key=lambda e: e.position, default=None
                )
                expected = (last.position, last.n) if last else (0, 0)
                self.assertEqual(by_conversation.n_at(connection, conversation, before), expected)

    def test_a_writer_that_forgets_goes_on_counting(self) -> None:
        """What is not in the index yet is in the memory of each writer, also of one that has just begun."""
        self.patch(by_conversation, "INDEX_STEP", 5)
        self.writer.write([message(1, 2), message(1, 3)] * 6)
        for writer in (LogWriter(self.store, lambda: NOW), self.writer):
            (event,) = writer.write([message(2, 1)])
            assert isinstance(event, Event)
            numbers = [row.seq for row in self.rows() if row.conversation == event.conversation]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_what_failed_is_not_indexed(self) -> None:
        self.patch(by_conversation, "INDEX_STEP", 2)
        self.writer.write([message(1, 2)] * 3)

        def fail(*_: object, **__: object) -> int:
            raise ZeroDivisionError

        self.patch(by_conversation, "follow", fail)
        self.writer.write([message(1, 2)])
        self.flushLoggedErrors(ZeroDivisionError)
        self.assertEqual(self.heads(), (3, 0))


class PlacesOnPostgreSQLTests(OnPostgreSQL, PlacesTests):
    """The same on the other store."""
