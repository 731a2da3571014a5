"""Pages of the log: everything that is the user's, in order, once; and nothing of anybody else's."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import Connection, insert

from hichat.conversations import catchup
from hichat.core.drafts import Draft
from hichat.core.events import FIRST_GROUP_ID, MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import joining
from hichat.groups.queries import Change
from hichat.storage import tables
from tests import proof
from tests.ledger.plans import plans
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, WriterCase, edit, joined, left, message, react, recall
from tests.support.postgres import OnPostgreSQL

OTHER_GROUP = FIRST_GROUP_ID + 1
BIG = 10**9
"""A size that no page has."""


class Model:
    """What a user may see, by reading the whole log."""

    def __init__(self, rows: list[Event]) -> None:
        self.rows = rows

    def seen(self, user: int, since: int, until: int) -> list[int]:
        groups: set[int] = set()
        found = []
        for row in self.rows:
            own = user in (row.sender, row.target) if row.scope == Scope.USER else row.scope == Scope.EVERYONE
            if row.scope == Scope.GROUP:
                if row.kind == Kind.JOINED and row.subject == user:
                    groups.add(row.target)
                own = row.target in groups
                if row.kind == Kind.LEFT and row.subject == user:
                    groups.discard(row.target)
            if own and since < row.position <= until:
                found.append(row.position)
        return found


class CatchUpCase(WriterCase):
    """User 4 is an administrator."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == 4).values(administrator=True))
            connection.execute(
                insert(tables.groups).values(
                    id=OTHER_GROUP, name="other", name_key="other", owner_id=2, created_at=NOW, updated_at=NOW
                )
            )

    def page(self, user: int, since: int, until: int, limit: int = 1000, size: int = BIG) -> catchup.Missed:
        with self.store.snapshot() as connection:
            return catchup.page(connection, user, since, until, limit, size)

    def positions(self, user: int, since: int = 0, until: int | None = None) -> list[int]:
        missed = self.page(user, since, len(self.rows()) if until is None else until)
        return [event.position for event in missed.events]


class CatchUpTests(CatchUpCase):
    def test_what_is_ones_own(self) -> None:
        announcement = message(4, 0, Scope.EVERYONE)
        self.writer.write([message(1, 2), message(2, 1), message(2, 3), announcement, message(1, 1), message(3, 3)])
        self.assertEqual(self.positions(1), [1, 2, 4, 5])
        self.assertEqual(self.positions(2), [1, 2, 3, 4])
        self.assertEqual(self.positions(3), [3, 4, 6])
        self.assertEqual(self.positions(4), [4])
        self.assertEqual(self.positions(99), [4])

    def test_as_they_were_written(self) -> None:
        self.writer.write([message(1, 2), react(2, 1), edit(1, 1)])
        self.assertEqual(self.page(2, 0, 3).events, self.rows())
        self.writer.write([recall(1, 1)])
        self.assertEqual(self.page(2, 0, 4).events, self.rows())
        self.assertEqual([row.body for row in self.page(2, 0, 4).events], [b"", b"", b"", b""])

    def test_no_reactions_to_what_was_recalled_long_ago(self) -> None:
        """By a version that left them in the log."""
        self.writer.write([message(1, 2), react(2, 1), message(1, 2), react(2, 3), recall(1, 1)])
        with self.store.transaction() as connection:
            here = tables.events.c.position == 2
            connection.execute(tables.events.update().where(here).values(body=b"+!"))
        expected = [b"", b"", b"hi", b"+!", b""]
        self.assertEqual([row.body for row in self.page(2, 0, 5).events], expected)
        for since in range(5):
            (row,) = self.page(2, since, 5, limit=1).events
            self.assertEqual(row.body, expected[since])

    def test_members_see_from_joining_to_leaving(self) -> None:
        say = message(1, GROUP, Scope.GROUP)
        for drafts in ([joined(1), say, joined(2), say, left(2), say, joined(2), say, left(2)], [say]):
            self.writer.write(drafts)
        self.assertEqual(self.positions(2), [3, 4, 5, 7, 8, 9])
        self.assertEqual(self.positions(1), list(range(1, 11)))
        self.assertEqual(self.positions(3), [])
        self.assertEqual(self.positions(2, since=5), [7, 8, 9])
        with self.store.snapshot() as connection:
            found = [catchup.intervals(connection, user, GROUP) for user in (1, 2, 3)]
        self.assertEqual(found, [[(1, MAX_SAFE_INTEGER)], [(3, 5), (7, 9)], []])

    def test_the_accounts_business_is_nobodys(self) -> None:
        origin: Any = None
        self.writer.write([message(1, 2), Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1, b"1", origin)])
        self.assertEqual(self.positions(1), [1])

    # Pages

    def test_a_page_has_so_many(self) -> None:
        self.writer.write([message(1, 2 + i % 2) for i in range(10)])
        missed = self.page(2, 0, 10, limit=2)
        self.assertEqual(([event.position for event in missed.events], missed.position), ([1, 3], 3))
        missed = self.page(2, 3, 10, limit=3)
        self.assertEqual(([event.position for event in missed.events], missed.position), ([5, 7, 9], 9))
        missed = self.page(2, 9, 10, limit=3)
        self.assertEqual(missed, catchup.Missed([], 10))

    def test_a_page_has_so_many_bytes(self) -> None:
        self.writer.write([message(1, 2, body=b"x" * 100) for _ in range(6)])
        for size, count in ((1, 1), (100, 1), (101, 2), (250, 3), (599, 6), (600, 6), (601, 6)):
            missed = self.page(2, 0, 6, size=size)
            self.assertEqual((len(missed.events), missed.position), (count, count), size)

    def test_one_event_larger_than_a_page(self) -> None:
        self.writer.write([message(1, 2, body=b"x" * 30_000), message(1, 2)])
        missed = self.page(2, 0, 2, size=100)
        self.assertEqual(([event.position for event in missed.events], missed.position), ([1], 1))

    def test_it_ends_at_until(self) -> None:
        self.writer.write([message(1, 2) for _ in range(10)])
        missed = self.page(2, 3, 7)
        self.assertEqual(([event.position for event in missed.events], missed.position), ([4, 5, 6, 7], 7))
        missed = self.page(3, 3, 7)
        self.assertEqual(missed, catchup.Missed([], 7))
        self.assertEqual(self.page(2, 7, 7), catchup.Missed([], 7))
        self.assertEqual(self.page(2, 9, 7), catchup.Missed([], 9))

    def test_the_stretches_grow(self) -> None:
        """A user to whom little was said: the log is looked at in few steps, however long it is."""
        self.patch(catchup, "FIRST_STRETCH", 2)
        self.writer.write([message(2, 1), *(message(2, 3) for _ in range(100)), message(2, 1)])
        looks = plans(self.store, lambda connection: catchup.page(connection, 1, 0, 102, 5, BIG))
        self.assertEqual(self.positions(1), [1, 102])
        self.assertLess(len(looks), 9)
        # Not all the pairs there are.
        self.assertIn("conversations_by_second", looks[0])
        self.assertEqual(self.page(4, 0, 102), catchup.Missed([], 102))

    def test_whatever_happened(self) -> None:
        """Random logs, pages of any size, from anywhere: against a model that reads the whole log."""
        for seed in range(proof.LOGS_TO_CATCH_UP_WITH):
            chance = random.Random(seed)
            self.fill(chance)
            self.patch(catchup, "FIRST_STRETCH", chance.choice([1, 7, 50, 10_000]))
            rows = self.rows()
            model = Model(rows)
            for user in (1, 2, 3, 4, 5):
                for _ in range(8):
                    until = chance.randint(0, len(rows))
                    cursor = since = chance.randint(0, len(rows))
                    limit, size = chance.choice([1, 2, 7, 200]), chance.choice([1, 10, 60, BIG])
                    found: list[Event] = []
                    while cursor < until:
                        missed = self.page(user, cursor, until, limit, size)
                        self.assertLessEqual(len(missed.events), limit)
                        self.assertLess(sum(len(event.body) for event in missed.events[:-1]), size)
                        self.assertGreater(missed.position, cursor)
                        self.assertLessEqual(missed.position, until)
                        cursor = missed.position
                        found += missed.events
                        self.assertTrue(not missed.events or missed.events[-1].position <= cursor)
                    expected = [rows[position - 1] for position in model.seen(user, since, until)]
                    self.assertEqual(found, expected, (seed, user, since, until, limit, size))

    def fill(self, chance: random.Random) -> None:
        """Go on with random events."""
        for _ in range(30):
            drafts = []
            for _ in range(chance.randint(1, 8)):
                user = chance.randint(1, 4)
                group = chance.choice([GROUP, OTHER_GROUP])
                draft = chance.choice(
                    [
                        message(user, chance.randint(1, 4)),
                        message(user, group, Scope.GROUP),
                        message(user, group, Scope.GROUP),
                        message(4, 0, Scope.EVERYONE),
                        self.member(joined, user, group),
                        self.member(left, user, group),
                        chance.choice([edit, recall, react])(user, chance.randint(1, 200)),
                    ]
                )
                drafts.append(draft)
            # Some are refused, such as to join twice.
            self.writer.write(drafts)

    def member(self, make: Any, user: int, group: int) -> Draft:
        change = joining.add_member if make is joined else joining.end_membership
        draft: Draft = make(user)
        draft.target = group

        def changing(connection: Connection, draft: Draft, position: int) -> None:
            change(Change(connection, draft, position, NOW))

        draft.change = changing
        return draft


class CatchUpOnPostgreSQLTests(OnPostgreSQL, CatchUpTests):
    """The same on the other store."""


class IndexTests(CatchUpCase):
    """On SQLite only: PostgreSQL chooses by how much there is."""

    def test_found_by_the_index(self) -> None:
        self.writer.write([joined(1), message(1, 2), message(3, 1), message(1, GROUP, Scope.GROUP)])
        looked, read = plans(self.store, lambda connection: catchup.page(connection, 1, 0, 4, 5, BIG))
        self.assertRegex(looked, "places USING PRIMARY KEY|places_pkey")
        self.assertNotIn("SCAN events", looked + read)
