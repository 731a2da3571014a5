"""How far people are: never back, never too far, and many in one transaction."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hichat.conversations import marks
from hichat.conversations.marks import GATHER, Advance, Mark, MarkWriter, MovedMark, ReadState
from hichat.conversations.readers import readers
from hichat.core.errors import Busy, NoSuchTarget, NotStored, Refused
from hichat.core.events import Scope
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from hichat.storage.store import Store
from tests.ledger.plans import plans
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, WriterCase, block, joined, left, message, react
from tests.support.postgres import OnPostgreSQL
from tests.support.threads import Thread

PAIR = (Scope.USER, 1, 2)
TEAM = (Scope.GROUP, GROUP, 0)
ALL = (Scope.EVERYONE, 0, 0)


class MarksCase(WriterCase):
    def advance(self, user: int, received: int, read: int, key: ConversationKey = PAIR) -> Mark | Refused | None:
        with self.store.transaction() as connection:
            (outcome,) = marks.advance(connection, [Advance(user, key, received, read)])
        return outcome.mark if isinstance(outcome, MovedMark) else outcome

    def standing(self, user: int, key: ConversationKey = PAIR) -> ReadState:
        with self.store.snapshot() as connection:
            return marks.standing(connection, user, key)


class AdvanceTests(MarksCase):
    """The pair's messages are at 1, 3, 5, 7, 9; others' are between."""

    def setUp(self) -> None:
        super().setUp()
        for _ in range(5):
            self.writer.write([message(1, 2), message(3, 4)])

    def test_forward(self) -> None:
        self.assertEqual(self.standing(2), ReadState(Mark(2, 0, 0), 5, [], 9))
        self.assertEqual(self.advance(2, 3, 0), Mark(2, 3, 0))
        self.assertEqual(self.advance(2, 5, 5), Mark(2, 5, 5))
        self.assertEqual(self.standing(2), ReadState(Mark(2, 5, 5), 2, [], 9))
        self.assertEqual(self.standing(1).others, [Mark(2, 5, 5)])

    def test_never_back(self) -> None:
        self.advance(2, 7, 5)
        for received, read in ((0, 0), (3, 3), (7, 5), (5, 5), (1, 4)):
            self.assertIsNone(self.advance(2, received, read))
        self.assertEqual(self.standing(2).own, Mark(2, 7, 5))
        self.assertEqual(self.advance(2, 1, 7), Mark(2, 7, 7))

    def test_who_has_read_has_received(self) -> None:
        self.assertEqual(self.advance(2, 0, 5), Mark(2, 5, 5))

    def test_never_beyond_the_end(self) -> None:
        """A mark is of an event of the conversation: who marks the future has not read it."""
        self.assertEqual(self.advance(2, 2**53 - 1, 2**53 - 1), Mark(2, 9, 9))
        self.writer.write([message(1, 2)])
        self.assertEqual(self.standing(2), ReadState(Mark(2, 9, 9), 1, [], 11))
        self.assertEqual(self.advance(2, 10, 4), None)

    def test_between_two_of_the_conversation(self) -> None:
        self.assertEqual(self.advance(2, 4, 2), Mark(2, 3, 1))

    def test_unread_counts_messages_only(self) -> None:
        self.writer.write([react(1, 1), react(1, 3), message(1, 2), react(1, 1)])
        self.assertEqual(self.standing(2).unread, 6)
        self.assertEqual(self.advance(2, 12, 12), Mark(2, 12, 12))
        self.assertEqual(self.standing(2).unread, 1)
        self.advance(2, 14, 14)
        self.assertEqual(self.standing(2).unread, 0)

    def test_nothing_was_ever_said(self) -> None:
        self.assertIsNone(self.advance(1, 5, 5, (Scope.USER, 1, 3)))
        self.assertEqual(self.standing(1, (Scope.USER, 1, 3)), ReadState(Mark(1, 0, 0), 0, []))

    def test_announcements(self) -> None:
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == 4).values(administrator=True))
        LogWriter(self.store, lambda: NOW).write([message(4, 0, Scope.EVERYONE)])
        self.assertEqual(self.advance(1, 11, 11, ALL), Mark(1, 11, 11))
        self.assertEqual(self.standing(2, ALL), ReadState(Mark(2, 0, 0), 1, [], 11), "nobody sees who has read them")

    def test_strangers(self) -> None:
        self.writer.write([joined(1), message(1, GROUP, Scope.GROUP)])
        self.assertIsInstance(self.advance(3, 12, 12, TEAM), NoSuchTarget)
        self.assertRaises(NoSuchTarget, self.standing, 3, TEAM)

    def test_some_of_a_batch_are_refused(self) -> None:
        with self.store.transaction() as connection:
            outcomes = marks.advance(
                connection, [Advance(2, PAIR, 3, 3), Advance(2, TEAM, 1, 1), Advance(1, PAIR, 5, 0)]
            )
        self.assertEqual([type(outcome) for outcome in outcomes], [MovedMark, NoSuchTarget, MovedMark])
        self.assertEqual(self.standing(1), ReadState(Mark(1, 5, 0), 0, [Mark(2, 3, 3)], 9))

    def test_found_by_the_index(self) -> None:
        """However long the conversation is, and wherever its last event."""
        self.writer.write([message(1, 3)] * 9)
        for query in (
            lambda connection: marks.standing(connection, 2, PAIR),
            lambda connection: marks.advance(connection, [Advance(2, PAIR, 99, 99)]),
        ):
            found = plans(self.store, query)
            self.assertRegex("".join(found), "places USING PRIMARY KEY|places_pkey")
            for plan in found:
                self.assertNotRegex(plan, "SCAN events|Seq Scan on events")

    def test_random_marks_only_grow(self) -> None:
        chance = random.Random(1)
        received = read = 0
        for _ in range(60):
            outcome = self.advance(2, chance.randint(0, 12), chance.randint(0, 12))
            assert not isinstance(outcome, Refused)
            now = self.standing(2).own
            self.assertEqual(outcome is None, (now.received, now.read) == (received, read))
            self.assertGreaterEqual(now.received, max(received, now.read))
            self.assertGreaterEqual(now.read, read)
            received, read = now.received, now.read
            self.assertEqual(self.standing(2).unread, 5 - (read + 1) // 2)
        self.assertEqual((received, read), (9, 9))


class GroupTests(MarksCase):
    def say(self, count: int = 1) -> int:
        self.writer.write([message(1, GROUP, Scope.GROUP) for _ in range(count)])
        return len(self.rows())

    def test_who_joins_has_nothing_unread(self) -> None:
        self.writer.write([joined(1)])
        self.say(10)
        self.writer.write([joined(2)])
        self.assertEqual(self.standing(2, TEAM).unread, 0)
        self.say(3)
        self.assertEqual(self.standing(2, TEAM).unread, 3)
        self.advance(2, 13, 13, TEAM)
        self.assertEqual(self.standing(2, TEAM).unread, 2)

    def test_who_left_hears_nothing_more(self) -> None:
        self.writer.write([joined(1), joined(2)])
        self.say(2)
        self.writer.write([left(2)])
        end = self.say(5)
        self.assertEqual(self.standing(2, TEAM), ReadState(Mark(2, 0, 0), 2, [], 5))
        self.advance(1, end, end, TEAM)
        self.assertEqual(self.standing(2, TEAM).others, [])
        self.assertEqual(self.advance(2, end, end, TEAM), Mark(2, 5, 5), "up to where one left")
        self.assertEqual(self.standing(2, TEAM).unread, 0)

    def test_members_hear_of_members_only(self) -> None:
        """Whoever is asked about, was invited or has left is not one who reads there."""
        self.writer.write([joined(1), joined(2), joined(3)])
        self.say(2)
        self.writer.write([left(2)])
        with self.store.transaction() as connection:
            # As an invitation is written.
            connection.execute(tables.members.insert().values(group_id=GROUP, user_id=4, since=6, until=6))
            moved = marks.advance(connection, [Advance(user, TEAM, 6, 6) for user in (2, 4, 3)])
        alone = {each.mark.user: each.alone for each in moved if isinstance(each, MovedMark)}
        self.assertEqual(alone, {2: True, 4: True, 3: False})

    def test_who_comes_back(self) -> None:
        """What was said meanwhile is not unread; what was said before still is."""
        self.writer.write([joined(1), joined(2)])
        self.say(2)
        self.writer.write([left(2)])
        self.say(5)
        self.writer.write([joined(2)])
        self.say(1)
        self.assertEqual(self.standing(2, TEAM).unread, 3)
        self.advance(2, 4, 4, TEAM)
        self.assertEqual(self.standing(2, TEAM).unread, 1)

    def test_others_who_came_back(self) -> None:
        """Their marks name the first membership: what was said in it is for them. An invitation is no membership."""
        self.writer.write([joined(1)])
        invited = self.say()
        self.writer.write([joined(2), joined(3)])
        said = self.say()
        self.writer.write([left(2), joined(2), left(2), joined(2)])
        with self.store.transaction() as connection:
            row = {"group_id": GROUP, "user_id": 2, "since": invited, "until": invited}
            connection.execute(tables.members.insert().values(row))
        there = [Mark(2, 0, 0, 3), Mark(3, 0, 0, 4)]
        self.assertEqual(self.standing(1, TEAM).others, there)
        with self.store.snapshot() as connection:
            page = readers(connection, 1, GROUP, said, None, 10)
        self.assertEqual([each.id for each in page.items], [mark.user for mark in there if mark.since < said])

    def test_others_in_small_groups_only(self) -> None:
        self.writer.write([joined(1), joined(2), joined(3)])
        end = self.say()
        for user in (3, 2):
            self.advance(user, end, end, TEAM)
        there = [Mark(user, end, end, user) for user in (2, 3)]
        for size, others in ((marks.OTHERS_LIMIT, there), (101, [])):
            with self.store.transaction() as connection:
                connection.execute(tables.groups.update().where(tables.groups.c.id == GROUP).values(size=size))
            self.assertEqual(self.standing(1, TEAM).others, others)


class AdvanceOnPostgreSQLTests(OnPostgreSQL, AdvanceTests):
    """The same on the other store."""


class GroupOnPostgreSQLTests(OnPostgreSQL, GroupTests):
    """The same on the other store."""


class GatherTests(MarksCase):
    """Who gathers the marks."""

    def setUp(self) -> None:
        super().setUp()
        self.writer.write([message(1, 2), message(2, 1), message(1, 3)])
        self.clock = Clock()
        self.thread = Thread()
        self.announced: list[tuple[ConversationKey, MovedMark, int]] = []
        slow = Store(self.store.engine, self.thread, self.thread)
        self.marks = MarkWriter(slow, self.clock, lambda *announced: self.announced.append(announced))

    def put(
        self, user: int, received: int, read: int = 0, key: ConversationKey = PAIR, device: int = 0
    ) -> Deferred[None]:
        return self.marks.put(user, key, received, read, device)

    def go(self) -> None:
        self.clock.advance(GATHER)
        self.thread.work()

    def test_many_in_one(self) -> None:
        answers = [self.put(2, 1), self.put(1, 2, 2), self.put(2, 2, 1, device=7)]
        self.assertEqual(self.thread.jobs, [])
        self.go()
        for answer in answers:
            self.successResultOf(answer)
        self.assertEqual(
            self.announced, [(PAIR, MovedMark(Mark(2, 2, 1), False), 7), (PAIR, MovedMark(Mark(1, 2, 2), False), 0)]
        )
        self.assertEqual((self.thread.jobs, self.clock.getDelayedCalls()), ([], []))

    def test_a_block_hides_both(self) -> None:
        """Neither of the two learns how far the other is; each knows it of oneself."""
        self.put(2, 2, 2)
        self.put(1, 2, 2)
        self.go()
        self.assertEqual(self.standing(1).others, [Mark(2, 2, 2)])
        self.writer.write([block(1, 2)])
        self.writer.write([message(1, 2)])
        self.assertEqual([self.standing(user).others for user in (1, 2)], [[], []])
        self.put(2, 5, 5)
        self.put(1, 5, 5)
        self.put(1, 3, 3, key=(Scope.USER, 1, 3))
        self.go()
        self.assertEqual([moved.alone for _, moved, _ in self.announced[-3:]], [True, True, False])
        self.assertEqual(self.standing(2).own, Mark(2, 5, 5))

    def test_nothing_is_said_before_it_is_stored(self) -> None:
        answer = self.put(2, 1)
        self.clock.advance(GATHER)
        self.assertNoResult(answer)
        self.assertEqual(self.announced, [])
        self.thread.work()
        self.successResultOf(answer)

    def test_what_does_not_move_is_not_announced(self) -> None:
        self.put(2, 2, 2)
        self.go()
        again = self.put(2, 1, 1)
        self.go()
        self.successResultOf(again)
        self.assertEqual(len(self.announced), 1)

    def test_the_next_ones_gather_meanwhile(self) -> None:
        first = self.put(2, 1)
        self.clock.advance(GATHER)
        later = [self.put(2, 2), self.put(1, 2)]
        self.clock.advance(10 * GATHER)
        self.assertEqual(len(self.thread.jobs), 1)
        self.thread.work()
        self.successResultOf(first)
        self.go()
        for answer in later:
            self.successResultOf(answer)

    def test_strangers(self) -> None:
        answer, good = self.put(3, 1, key=TEAM), self.put(2, 1)
        self.go()
        self.failureResultOf(answer, NoSuchTarget)
        self.successResultOf(good)

    def test_so_many_and_no_more(self) -> None:
        self.patch(marks, "WAITING_MARKS", 3)
        answers = [self.put(user, 1, key=(Scope.USER, 1, user)) for user in (2, 3, 3)]
        self.failureResultOf(self.put(1, 1, key=(Scope.USER, 1, 9)), Busy)
        self.failureResultOf(self.put(2, 2, key=(Scope.USER, 1, 2)), Busy)
        self.go()
        for answer in answers:
            self.successResultOf(answer)
        self.put(1, 1)
        self.go()
        self.assertEqual(self.announced[-1], (PAIR, MovedMark(Mark(1, 1, 0), False), 0))

    def test_one_leaves_room_for_others(self) -> None:
        self.patch(marks, "WAITING_MARKS_OF_USER", 2)
        for _ in range(2):
            mine = [self.put(1, 1, key=(Scope.USER, 1, other)) for other in (2, 3)]
            self.failureResultOf(self.put(1, 1), Busy)
            mine.append(self.put(2, 1))
            self.go()
            for answer in mine:
                self.successResultOf(answer)

    def test_not_too_many_together(self) -> None:
        """What people say waits for no more than a few; all are written, one after the other."""
        self.patch(marks, "CONVERSATIONS_IN_TRANSACTION", 2)
        together = []
        advance = marks.advance

        def counted(connection: Connection, advances: Sequence[Advance]) -> list[MovedMark | Refused | None]:
            together.append(len(advances))
            return advance(connection, advances)

        self.patch(marks, "advance", counted)
        answers = [self.put(user, 1, key=(Scope.USER, 1, user)) for user in range(2, 7)]
        for _ in range(3):
            self.go()
        for answer in answers:
            self.successResultOf(answer)
        self.assertEqual(together, [2, 2, 1])

    def test_a_store_that_fails(self) -> None:
        with self.store.transaction() as connection:
            connection.execute(text("ALTER TABLE marks RENAME TO gone"))
        answers = [self.put(2, 1), self.put(1, 1)]
        self.go()
        for answer in answers:
            self.failureResultOf(answer, NotStored)
        self.assertEqual(self.announced, [])
        self.assertEqual(len(self.flushLoggedErrors(DBAPIError)), 1)
        with self.store.transaction() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO marks"))
        answer = self.put(2, 1)
        self.go()
        self.successResultOf(answer)

    def test_idle(self) -> None:
        self.successResultOf(self.marks.idle())
        self.put(2, 1)
        idle = self.marks.idle()
        self.clock.advance(GATHER)
        self.put(2, 2)
        self.thread.work()
        self.assertNoResult(idle)
        self.go()
        self.successResultOf(idle)
        self.assertEqual(self.standing(2).own, Mark(2, 2, 0))

    def test_who_is_told_fails(self) -> None:
        """The answers come all the same."""

        def fail(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(self.marks, "_announce", fail)
        answers = [self.put(2, 1), self.put(1, 1)]
        self.go()
        for answer in answers:
            self.successResultOf(answer)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)
