"""Tests for L{hichat.conversations.overview}: the list against a model of it, and what it costs."""

from __future__ import annotations

import random

from sqlalchemy import insert

from hichat.accounts.conversation_settings import Setting
from hichat.conversations import marks
from hichat.conversations.marks import Advance, Mark
from hichat.conversations.overview import OverviewCursor, OverviewEntry, overview
from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.storage import tables
from tests.ledger.plans import plans
from tests.support.ledger import GROUP, WriterCase, about, block, joined, left, message
from tests.support.postgres import OnPostgreSQL

EVERYONE = (int(Scope.EVERYONE), 0)
TEAM = (int(Scope.GROUP), GROUP)


def person(user: int) -> tuple[int, int]:
    return int(Scope.USER), user


class OverviewCase(WriterCase):
    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == 4).values(administrator=True))

    def write(self, *drafts: Draft) -> list[Event]:
        outcomes = self.writer.write(drafts)
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        self.assertEqual(len(events), len(drafts), outcomes)
        return events

    def overview(
        self, user: int, behind: OverviewCursor | None = None, limit: int = 100, now: int = 0, archived: bool = False
    ) -> list[OverviewEntry]:
        with self.store.snapshot() as connection:
            return overview(connection, user, behind, limit, now, archived)

    def names(self, user: int, behind: OverviewCursor | None = None, limit: int = 100) -> list[tuple[int, int]]:
        return [(entry.scope, entry.target) for entry in self.overview(user, behind, limit)]

    def pin(self, user: int, scope: int, target: int, pinned: bool = True, **more: int) -> None:
        values = {"user_id": user, "scope": scope, "target": target, "pinned": pinned, **more}
        with self.store.transaction() as connection:
            connection.execute(insert(tables.conversation_settings).values(values))

    def read(self, user: int, key: tuple[int, int, int], position: int) -> None:
        with self.store.transaction() as connection:
            marks.advance(connection, [Advance(user, key, position, position)])


class OverviewTests(OverviewCase):
    def test_announcements_are_everybodys(self) -> None:
        (entry,) = self.overview(1)
        setting = Setting(*EVERYONE)
        expected = OverviewEntry(OverviewCursor(False, 0, 0), *EVERYONE, None, 0, Mark(1, 0, 0), setting)
        self.assertEqual(entry, expected)
        self.write(message(4, 0, Scope.EVERYONE))
        for user, unread in ((1, 1), (2, 1), (4, 0)):
            (entry,) = self.overview(user)
            self.assertEqual((entry.scope, entry.target, entry.unread), (*EVERYONE, unread))
        self.read(1, (Scope.EVERYONE, 0, 0), 1)
        self.assertEqual([self.overview(user)[0].unread for user in (1, 2)], [0, 1])

    def test_newest_first(self) -> None:
        for indexed in (False, True):
            with self.subTest(indexed=indexed):
                self.write(message(2, 1), message(1, 3), message(2, 1), message(3, 4))
                if indexed:
                    self.write(*[message(3, 4) for _ in range(9)])
                self.assertEqual(self.names(1), [person(2), person(3), EVERYONE])
                self.write(message(3, 1))
                self.assertEqual(self.names(1), [person(3), person(2), EVERYONE])

    def test_without_messages_there_is_no_conversation(self) -> None:
        """What happens between two who have not talked, or with oneself, is none."""
        request = Draft(Kind.CONTACT_REQUESTED, Scope.USER, 1, 2, b"hi", None)  # type: ignore[arg-type]
        self.write(request, block(1, 3))
        self.assertEqual(self.names(1), [EVERYONE])
        self.write(message(1, 1))
        self.assertEqual(self.names(1), [person(1), EVERYONE])

    def test_a_message_as_it_is_now(self) -> None:
        self.write(message(2, 1), message(2, 3))
        self.write(about(Kind.EDITED, 2, 1), about(Kind.REACTED, 1, 1, b"+x"))
        (last,) = [entry.last for entry in self.overview(1) if entry.target == 2]
        assert last is not None
        assert last.edit is not None
        self.assertEqual((last.message.position, last.edit.position, len(last.reactions)), (1, 3, 1))
        self.assertEqual(self.names(3), [person(2), EVERYONE], "an edit does not bring it up")
        self.write(about(Kind.RECALLED, 2, 1))
        (last,) = [entry.last for entry in self.overview(1) if entry.target == 2]
        assert last is not None
        self.assertEqual((last.message.position, last.message.body), (1, b""))

    def test_groups_one_is_in(self) -> None:
        self.write(joined(1), message(1, GROUP, Scope.GROUP), joined(2))
        (entry, _) = self.overview(2)
        self.assertEqual((entry.scope, entry.target, entry.last, entry.unread), (*TEAM, None, 0))
        self.assertEqual(entry.cursor.activity, 3, "when one came to it")
        self.write(message(1, GROUP, Scope.GROUP), message(1, GROUP, Scope.GROUP))
        self.assertEqual([entry.unread for entry in self.overview(2)], [2, 0])
        self.read(2, (Scope.GROUP, GROUP, 0), 4)
        self.assertEqual([entry.unread for entry in self.overview(2)], [1, 0])
        self.write(left(2))
        self.assertEqual(self.names(2), [EVERYONE])
        self.write(message(1, GROUP, Scope.GROUP), joined(2), message(1, GROUP, Scope.GROUP))
        (entry, _) = self.overview(2)
        with self.store.snapshot() as connection:
            self.assertEqual(entry.unread, marks.standing(connection, 2, (Scope.GROUP, GROUP, 0)).unread)
        self.assertEqual(entry.unread, 2)

    def test_pinned_first_and_muted(self) -> None:
        self.write(message(2, 1), message(3, 1), message(4, 1))
        self.pin(1, *person(2))
        self.pin(1, *EVERYONE, muted=True)
        self.pin(3, *person(4))
        self.assertEqual(self.names(1), [person(2), EVERYONE, person(4), person(3)])
        self.assertEqual([entry.setting.muted for entry in self.overview(1)], [False, True, False, False])

    def test_archived_and_hidden(self) -> None:
        """Until something new is said; but for the archive a mute, also one for a time, keeps it there."""
        self.write(message(2, 1), message(3, 1), message(4, 1), message(1, 1))
        self.pin(1, *person(2), pinned=False, archived=9)
        self.pin(1, *person(3), pinned=False, archived=9, muted_until=5000)
        self.pin(1, *person(4), pinned=False, hidden=9)
        self.pin(1, *EVERYONE, pinned=False, archived=9)

        def archive(now: int = 0) -> list[tuple[int, int]]:
            return [(entry.scope, entry.target) for entry in self.overview(1, None, 100, now, True)]

        self.assertEqual(self.names(1), [person(1)])
        self.assertEqual(archive(), [person(3), person(2), EVERYONE])
        self.assertEqual([entry.setting.archived for entry in self.overview(1, archived=True)], [9, 9, 9])
        self.write(*[message(3, 2) for _ in range(5)])
        self.write(message(2, 1), message(3, 1), message(4, 1))
        self.assertEqual(self.names(1), [person(4), person(2), person(1)])
        self.assertEqual(archive(), [person(3), EVERYONE])
        self.assertEqual(archive(5000), [EVERYONE], "the mute is over")
        self.assertEqual([entry.setting.archived for entry in self.overview(1)], [0, 0, 0])
        paged: list[OverviewEntry] = []
        while page := self.overview(1, paged[-1].cursor if paged else None, 1, archived=True):
            paged += page
        self.assertEqual(paged, self.overview(1, archived=True))

    def test_marked_as_unread(self) -> None:
        """Until something newer is read. The count is as it was."""
        self.write(message(2, 1), message(2, 1))
        key = (Scope.USER, 1, 2)
        self.read(1, key, 2)
        self.pin(1, *person(2), pinned=False, unread_from=1, unread_at=3)

        def marked() -> list[tuple[int, int]]:
            return [(entry.unread, entry.setting.unread_from) for entry in self.overview(1) if entry.target == 2]

        self.assertEqual(marked(), [(0, 1)])
        self.write(message(3, 4), message(2, 1))
        self.assertEqual(marked(), [(1, 1)])
        self.read(1, key, 4)
        self.assertEqual(marked(), [(0, 0)])

    def test_any_story(self) -> None:
        """The list, whole and in pages of any size, is what a model says; wherever the index ends."""
        chance = random.Random(11)
        self.pin(1, *person(3))
        self.write(joined(1), joined(2))
        for round_ in range(25):
            drafts = []
            for _ in range(chance.randint(1, 6)):
                sender, other = chance.sample((1, 2, 3, 4), 2)
                in_team = message(chance.choice((1, 2)), GROUP, Scope.GROUP)
                drafts.append(chance.choice([message(sender, other), in_team, message(4, 0, Scope.EVERYONE)]))
            self.write(*drafts)
            for user in (1, 2, 3):
                whole = self.overview(user)
                self.assertEqual(
                    [(e.scope, e.target, e.cursor.activity, e.unread) for e in whole], self.model(user), round_
                )
                size = chance.randint(1, 3)
                paged: list[OverviewEntry] = []
                while page := self.overview(user, paged[-1].cursor if paged else None, size):
                    paged += page
                self.assertEqual(paged, whole)

    def model(self, user: int) -> list[tuple[int, int, int, int]]:
        found: dict[tuple[int, int], list[int]] = {EVERYONE: []}
        wrote: dict[tuple[int, int], int] = {}
        since = {EVERYONE: 0}
        for event in self.rows():
            if event.kind == Kind.JOINED and event.subject == user:
                found[TEAM] = []
                since[TEAM] = event.position
            if event.kind != Kind.MESSAGE:
                continue
            place = (event.scope, event.target)
            if event.scope == Scope.USER:
                if user not in (event.sender, event.target):
                    continue
                place = person(event.sender + event.target - user)
                found.setdefault(place, [])
            if place in found:
                found[place].append(event.position)
                if event.sender == user:
                    wrote[place] = event.position
        listed = [
            (
                place,
                positions[-1] if positions else since[place],
                sum(position > wrote.get(place, 0) for position in positions),
            )
            for place, positions in found.items()
        ]
        pinned = person(3) if user == 1 else None
        listed.sort(key=lambda each: (each[0] == pinned, each[1]), reverse=True)
        return [(*place, activity, unread) for place, activity, unread in listed]

    def test_indexed(self) -> None:
        self.write(joined(1), *[message(2, 1) for _ in range(9)])
        found = plans(self.store, lambda connection: overview(connection, 1, None, 10, 0))
        self.assertIn("conversations_by_second", found[0])
        for plan in found:
            self.assertNotRegex(plan, "SCAN (events|places|members)|Seq Scan on (events|places|members)")


class OverviewOnPostgreSQLTests(OnPostgreSQL, OverviewTests):
    """The same on the other store."""
