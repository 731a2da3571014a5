"""What is unread: in the list and of one conversation, against a reader who goes through the whole log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from sqlalchemy import func, select, text
from twisted.trial.unittest import SynchronousTestCase

from hichat.conversations import marks, unread
from hichat.conversations.marks import Advance, Mark
from hichat.conversations.overview import overview
from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import migrate as migrations
from hichat.storage import tables
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from tests import proof
from tests.ledger.plans import plans
from tests.support.doubles import NOW, make_database, run_now
from tests.support.ledger import GROUP, WriterCase, block, edit, joined, left, message, react, recall, unblock
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT, DAN = 1, 2, 3, 4
PAIR: ConversationKey = (Scope.USER, ANN, BOB)
TEAM: ConversationKey = (Scope.GROUP, GROUP, 0)
ALL: ConversationKey = (Scope.EVERYONE, 0, 0)


class Known(NamedTuple):
    """What the naive reader goes by, beside the log."""

    spans: list[tuple[int, int]]
    read: int


def naive(rows: list[Event], key: ConversationKey, user: int, known: Known) -> int:
    """@return: what is unread, by its meaning: messages of others that are still there, behind all that one did."""
    there = [
        event
        for event in rows
        if event.kind == Kind.MESSAGE and reading.conversation_key(event.scope, event.sender, event.target) == key
    ]
    wrote = max((event.position for event in there if event.sender == user), default=0)
    return sum(
        event.position > max(known.read, wrote)
        and event.sender != user
        and event.body != b""
        and any(first <= event.position <= last for first, last in known.spans)
        for event in there
    )


@contextmanager
def as_before(case: SynchronousTestCase) -> Iterator[None]:
    """The index is taken on as versions did that know no C{authors}, and say no senders."""
    names = ("_FOLLOWED", "_AUTHORS_OF_STEP", "_AUTHORS_OF_PART", "_ENTER", "_GATHER")
    now = {name: getattr(by_conversation, name) for name in names}
    case.patch(by_conversation, "_FOLLOWED", text("UPDATE places_head SET position = :at"))
    for name in names[1:3]:
        case.patch(by_conversation, name, text("SELECT 1"))
    which = "FROM events WHERE position > :low AND position <= :high"
    for name, table in zip(names[3:], ("places", "recent_places"), strict=True):
        entered = text(f"INSERT INTO {table} (conversation, position) SELECT conversation, position {which}")
        case.patch(by_conversation, name, entered)
    yield
    for name, statement in now.items():
        case.patch(by_conversation, name, statement)


class UnreadCase(WriterCase):
    """Dan is the administrator."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == DAN).values(administrator=True))

    def write(self, *drafts: Draft) -> list[int]:
        """@return: the events' positions."""
        outcomes = self.writer.write(drafts)
        positions = [outcome.position for outcome in outcomes if isinstance(outcome, Event)]
        self.assertEqual(len(positions), len(drafts), outcomes)
        return positions

    def read(self, user: int, key: ConversationKey, position: int) -> None:
        with self.store.transaction() as connection:
            marks.advance(connection, [Advance(user, key, position, position)])

    def unread(self, user: int, key: ConversationKey) -> int:
        """@return: what both places say."""
        scope, *ids = key
        target = ids[0] if scope != Scope.USER or ids[0] != user else ids[1]
        with self.store.snapshot() as connection:
            alone = marks.standing(connection, user, key).unread
            listed = {(each.scope, each.target): each.unread for each in overview(connection, user, None, 100, 0)}
        # Who has left a group does not have it in the list.
        self.assertEqual(listed.get((scope, target), alone), alone)
        return alone


class UnreadTests(UnreadCase):
    def test_all_recalled(self) -> None:
        said = self.write(*[message(ANN, BOB) for _ in range(5)])
        self.assertEqual(self.unread(BOB, PAIR), 5)
        self.write(*[recall(ANN, position) for position in said[:2]])
        self.assertEqual(self.unread(BOB, PAIR), 3)
        self.write(*[recall(ANN, position) for position in said[2:]])
        self.assertEqual((self.unread(BOB, PAIR), self.unread(ANN, PAIR)), (0, 0))

    def test_three_and_an_answer(self) -> None:
        self.write(*[message(ANN, BOB) for _ in range(3)])
        self.assertEqual((self.unread(ANN, PAIR), self.unread(BOB, PAIR)), (0, 3))
        self.write(message(BOB, ANN))
        self.assertEqual((self.unread(ANN, PAIR), self.unread(BOB, PAIR)), (1, 0))

    def test_who_wrote_and_recalled_that_wrote(self) -> None:
        _, mine = self.write(message(ANN, BOB), message(BOB, ANN))
        self.write(recall(BOB, mine))
        self.assertEqual((self.unread(BOB, PAIR), self.unread(ANN, PAIR)), (0, 0))

    def test_recalls_of_what_was_read(self) -> None:
        """They came after the mark; what they are of was read before it."""
        said = self.write(*[message(ANN, BOB) for _ in range(4)])
        self.read(BOB, PAIR, said[1])
        self.write(recall(ANN, said[0]), recall(ANN, said[1]))
        self.assertEqual(self.unread(BOB, PAIR), 2)
        self.write(recall(ANN, said[3]))
        self.assertEqual(self.unread(BOB, PAIR), 1)

    def test_what_is_no_message(self) -> None:
        (said,) = self.write(message(ANN, BOB))
        self.write(edit(ANN, said), react(BOB, said), react(ANN, said))
        self.assertEqual(self.unread(BOB, PAIR), 1, "a reaction is no answer")

    def test_with_oneself(self) -> None:
        self.write(*[message(ANN, ANN) for _ in range(3)])
        self.assertEqual(self.unread(ANN, (Scope.USER, ANN, ANN)), 0)

    def test_recalled_by_an_admin(self) -> None:
        self.write(joined(ANN), joined(BOB), joined(CAT))
        said = self.write(message(BOB, GROUP, Scope.GROUP), message(BOB, GROUP, Scope.GROUP))
        self.write(recall(ANN, said[0]))
        self.assertEqual([self.unread(user, TEAM) for user in (ANN, BOB, CAT)], [1, 0, 1])

    def test_recalled_after_one_has_left(self) -> None:
        self.write(joined(ANN), joined(BOB))
        said = self.write(message(ANN, GROUP, Scope.GROUP), message(ANN, GROUP, Scope.GROUP))
        self.write(left(BOB), recall(ANN, said[1]))
        self.assertEqual(self.unread(BOB, TEAM), 1)
        self.write(message(ANN, GROUP, Scope.GROUP), joined(BOB), message(ANN, GROUP, Scope.GROUP))
        self.assertEqual(self.unread(BOB, TEAM), 2)
        self.write(message(BOB, GROUP, Scope.GROUP))
        self.assertEqual(self.unread(BOB, TEAM), 0, "who writes has seen what was before, wherever it is")

    def test_announcements_since_one_joined(self) -> None:
        """Of what was announced before there was the account, nothing is unread."""
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == CAT).values(created_at=NOW + 5))
        self.write(message(DAN, 0, Scope.EVERYONE), message(DAN, 0, Scope.EVERYONE))
        self.assertEqual([self.unread(user, ALL) for user in (ANN, CAT, DAN)], [2, 0, 0])
        self.writer = LogWriter(self.store, lambda: NOW + 5)
        last, again = self.write(message(DAN, 0, Scope.EVERYONE), message(DAN, 0, Scope.EVERYONE))
        self.write(recall(DAN, again))
        self.assertEqual([self.unread(user, ALL) for user in (ANN, CAT)], [3, 1])
        self.read(CAT, ALL, last)
        self.assertEqual(self.unread(CAT, ALL), 0)

    def test_a_member_without_a_mark_has_not_received(self) -> None:
        _, bob, cat, *_ = self.write(joined(ANN), joined(BOB), joined(CAT), joined(DAN), left(DAN))
        (said,) = self.write(message(ANN, GROUP, Scope.GROUP))
        self.read(BOB, TEAM, said)
        with self.store.snapshot() as connection:
            others = marks.standing(connection, ANN, TEAM).others
        self.assertEqual(others, [Mark(BOB, said, said, bob), Mark(CAT, 0, 0, cat)])

    def test_entries_of_an_earlier_version(self) -> None:
        """One that still runs beside this one does not say who has sent what it indexes."""
        self.write(*[message(ANN, BOB) for _ in range(3)], message(BOB, ANN), *[message(ANN, BOB) for _ in range(9)])
        with self.store.transaction() as connection:
            for table in (tables.places, tables.recent_places):
                connection.execute(table.update().values(sender=None))
            connection.execute(tables.authors.delete())
            connection.execute(tables.places_head.update().values(authored=2))
        self.assertEqual((self.unread(BOB, PAIR), self.unread(ANN, PAIR)), (9, 0))

    def test_an_earlier_version_in_between(self) -> None:
        """Unread is right while one takes the index on; a writer that begins makes C{authors} whole again."""
        for _ in range(3):
            self.write(message(ANN, BOB), message(BOB, ANN), *[message(ANN, BOB) for _ in range(9)])
            with as_before(self):
                self.write(message(ANN, BOB), message(BOB, ANN), *[message(ANN, BOB) for _ in range(20)])
            self.writer.write([message(ANN, BOB)])
            self.writer.follow()
            self.assertEqual((self.unread(BOB, PAIR), self.unread(ANN, PAIR)), (21, 0))
        self.assertFalse(self.whole(), "this writer has looked before")
        self.writer = LogWriter(self.store, lambda: NOW)
        self.write(*[message(ANN, BOB) for _ in range(5)])
        self.writer.follow()
        self.assertTrue(self.whole())
        self.assertEqual((self.unread(BOB, PAIR), self.unread(ANN, PAIR)), (26, 0))

    def whole(self) -> bool:
        """@return: whether C{authors} is said to be whole; then it is."""
        last = select(tables.places.c.conversation, tables.places.c.sender, func.max(tables.places.c.position))
        last = last.where(tables.places.c.sender > 0).group_by(tables.places.c.conversation, tables.places.c.sender)
        with self.store.snapshot() as connection:
            said = by_conversation.is_authored(connection)
            if said:
                found = sorted(tuple(row) for row in connection.execute(select(tables.authors)))
                self.assertEqual(found, sorted(tuple(row) for row in connection.execute(last)))
                self.assertNotIn(None, [*connection.scalars(select(tables.recent_places.c.sender))])
        return said

    def test_however_long_ago_one_wrote(self) -> None:
        """In the tail, in the small tier, in the large one; also where the newer step was entered first."""
        for scattered in (0, 4, 10**9):
            self.patch(by_conversation, "SCATTERED", scattered)
            self.write(message(ANN, BOB), message(BOB, ANN), message(CAT, BOB))
            for missed in range(1, 60):
                self.write(message(ANN, BOB))
                self.assertEqual(self.unread(BOB, PAIR), missed, "after one's own")

    def test_any_story(self) -> None:
        """
        Messages, recalls, marks, blocks, who comes and goes: both places say what the naive reader finds. In seeds 4
        and 5 an earlier version takes the index on at times.
        """
        for seed in proof.STORIES_OF_UNREAD:
            with self.subTest(seed=seed):
                self.tell(random.Random(seed), mixed=seed > 3)

    def tell(self, chance: random.Random, mixed: bool = False) -> None:
        keys: list[ConversationKey] = [PAIR, (Scope.USER, ANN, CAT), (Scope.USER, BOB, CAT), TEAM, ALL]
        inside: set[int] = set()
        for _ in range(12):
            self.patch(by_conversation, "SCATTERED", chance.choice((0, 2, 4)))
            self.patch(by_conversation, "SMALL_TIER", chance.choice((3, 8)))
            with as_before(self) if mixed and chance.random() < 0.3 else nullcontext():
                for _ in range(chance.randint(1, 8)):
                    self.happen(chance, inside)
            if mixed and chance.random() < 0.3:
                self.writer = LogWriter(self.store, lambda: NOW)
            self.writer.follow()
            self.assertTrue(self.whole() or mixed)
            rows = self.rows()
            for user in (ANN, BOB, CAT):
                key = chance.choice(keys)
                if chance.random() < 0.4 and self.mine(user, key):
                    self.read(user, key, chance.randint(1, rows[-1].position))
                for each in keys:
                    if known := self.mine(user, each):
                        self.assertEqual(self.unread(user, each), naive(rows, each, user, known), (user, each))
        self.write(*[left(user) for user in sorted(inside)])
        self.writer.write([unblock(user, other) for user in (ANN, BOB, CAT) for other in (ANN, BOB, CAT)])

    def happen(self, chance: random.Random, inside: set[int]) -> None:
        user, other = chance.sample((ANN, BOB, CAT), 2)
        what = chance.random()
        rows = self.rows()
        kept = [event for event in rows if event.kind == Kind.MESSAGE and event.body and event.sender == user]
        # Who has left cannot recall there.
        kept = [event for event in kept if event.scope != Scope.GROUP or user in inside]
        if what < 0.03:
            self.writer.write([chance.choice((block, unblock))(user, other)])
        elif what < 0.35:
            # Who is blocked is told so.
            self.writer.write([message(user, other) for _ in range(chance.randint(1, 3))])
        elif what < 0.55 and user in inside:
            self.write(message(user, GROUP, Scope.GROUP))
        elif what < 0.65:
            self.write(message(DAN, 0, Scope.EVERYONE))
        elif what < 0.75:
            self.write(left(user) if user in inside else joined(user))
            inside ^= {user}
        elif kept:
            (act,) = chance.choices((recall, edit, react), (4, 1, 1))
            self.writer.write([act(user, chance.choice(kept).position)])

    def mine(self, user: int, key: ConversationKey) -> Known | None:
        """@return: None: the user has nothing to do with this conversation."""
        scope, first, second = key
        if scope == Scope.USER and user not in (first, second):
            return None
        with self.store.snapshot() as connection:
            own = marks.standing(connection, user, key).own if scope != Scope.GROUP or self.spans(user) else None
        spans = self.spans(user) if scope == Scope.GROUP else [(1, 2**53)]
        return Known(spans, own.read) if own is not None else None

    def spans(self, user: int) -> list[tuple[int, int]]:
        since, found = 0, []
        for event in self.rows():
            if event.kind == Kind.JOINED and event.subject == user:
                since = event.position
            elif event.kind == Kind.LEFT and event.subject == user:
                found.append((since, event.position))
                since = 0
        return [*found, (since, 2**53)] if since else found

    def test_no_message_is_read(self) -> None:
        """The events that it takes are found by their keys, and the recalls by their index."""
        self.write(*[message(ANN, BOB) for _ in range(9)], message(CAT, BOB))
        span = unread.Span(1, 0, 0, 9, 9)
        (plan,) = plans(self.store, lambda connection: unread.count(connection, BOB, [span]))
        self.assertIn("events_recalled", plan)
        self.assertNotRegex(plan, "SCAN (events|places|i|e)|Seq Scan on (events|places|recent_places)")


class UnreadOnPostgreSQLTests(OnPostgreSQL, UnreadTests):
    """The same on the other store."""


class UpgradeTests(SynchronousTestCase):
    def test_marks_keep_their_meaning(self) -> None:
        """What was read before the upgrade is; and of what was not, recalled and own messages count no more."""
        old = make_engine(make_database(self, migrated=False))
        self.addCleanup(old.dispose)
        migrations._migrate(old, "0012")
        store = Store(old, run_now, run_now)
        with store.transaction() as connection:
            for user in (ANN, BOB):
                row = {"id": user, "name": f"u{user}", "password_hash": "", "created_at": 1, "updated_at": 1}
                connection.execute(tables.users.insert().values(row))
            connection.execute(text("INSERT INTO conversations (id, scope, first, second) VALUES (1, 1, 1, 2)"))
            names = "position, conversation, seq, n, kind, scope, sender, target, subject, time, body, device, counter"
            add = text(f"INSERT INTO events ({names}) VALUES (:p, 1, :p, :n, :kind, 1, :s, :t, :about, 9, :body, 0, 0)")
            said = [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (6, 1), (7, 1)]
            rows: list[dict[str, object]] = [
                {"p": p, "n": p, "kind": 1, "s": s, "t": 3 - s, "about": 0, "body": b"x"} for p, s in said
            ]
            recalled = {"n": 7, "kind": 3, "s": 1, "t": 2, "body": b""}
            rows += [{"p": 8, "about": 7, **recalled}, {"p": 9, "about": 2, **recalled}]
            connection.execute(add, rows)
            for into, positions in (("places", range(1, 6)), ("recent_places", range(6, 8))):
                place = text(f"INSERT INTO {into} (conversation, position) VALUES (1, :p)")
                connection.execute(place, [{"p": position} for position in positions])
            connection.execute(text("UPDATE places_head SET position = 7, recent = 2"))
            mark = text("INSERT INTO marks VALUES (1, :user, :read, :read, :read)")
            connection.execute(mark, [{"user": ANN, "read": 3}, {"user": BOB, "read": 2}])
        migrate(old)
        with store.snapshot() as connection:
            own = marks.standing(connection, BOB, PAIR).own
            missed, others = (marks.standing(connection, user, PAIR).unread for user in (BOB, ANN))
            senders = [*connection.scalars(text("SELECT sender FROM places ORDER BY position"))]
            senders += connection.scalars(text("SELECT sender FROM recent_places ORDER BY position"))
            wrote = [tuple(row) for row in connection.execute(text("SELECT * FROM authors ORDER BY sender"))]
            whole = by_conversation.is_authored(connection)
        self.assertEqual((own, missed, others), (Mark(BOB, 2, 2), 1, 0))
        self.assertEqual(senders, [1, 1, 1, 1, 2, 1, 1])
        self.assertEqual((wrote, whole), ([(1, 1, 4), (1, 2, 5)], True))


class UpgradeOnPostgreSQLTests(OnPostgreSQL, UpgradeTests):
    """The same on the other store."""
