"""Tests for L{hichat.groups.queries}."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.core.errors import (
    AlreadyAMember,
    Busy,
    GroupFull,
    InvalidField,
    NameTaken,
    NoSuchGroup,
    NotAMember,
    Unauthorized,
)
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.groups.queries import GroupLimits
from hichat.groups.service import Groups, checked
from hichat.storage import tables
from tests.support.doubles import NOW, FakeLedger, make_store
from tests.support.postgres import OnPostgreSQL


class GroupsTests(SynchronousTestCase):
    def setUp(self):
        self.store = make_store(self)
        self.ledger: Any = FakeLedger(self.store)
        self.groups = Groups(self.store, self.ledger, lambda: NOW)
        self.ann, self.bob = (
            self.successResultOf(self.store.write(users.insert, name, "", NOW)) for name in ("Ann", "Bob")
        )

    def get(self, coroutine):
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def fails(self, kind, coroutine):
        written = len(self.ledger.appended)
        error = self.failureResultOf(Deferred.fromCoroutine(coroutine), kind).value
        self.assertEqual(len(self.ledger.appended), written, "a refused change has no event")
        return error

    def ask(self, query, *args):
        return self.successResultOf(self.store.read(query, *args))

    def test_create(self):
        group = self.get(self.groups.create(self.ann, " Team ", 3, "/t.png", "us"))
        self.assertEqual(
            (group.id, group.name, group.owner_id, group.category, group.image, group.description, group.size),
            (FIRST_GROUP_ID, "Team", 1, 3, "/t.png", "us", 1),
        )
        self.assertEqual(self.ask(queries.members, group.id), {1})
        self.assertEqual(self.get(self.groups.create(self.ann, "other")).id, FIRST_GROUP_ID + 1)

    def test_names_that_are_taken_or_look_so(self):
        self.get(self.groups.create(self.ann, "Team 😀"))
        for name in ("tEAM 😀", "ＴＥＡＭ   😀", "Тeam 😀"):
            self.fails(NameTaken, self.groups.create(self.bob, name))
        for name in ("te\u200bam", "team\u3164", "", "x" * 65, "ﷺ" * 5):
            self.fails(InvalidField, self.groups.create(self.bob, name))
        modem = self.get(self.groups.create(self.bob, "modem"))
        self.get(self.groups.create(self.bob, "modern"))
        self.fails(NameTaken, self.groups.edit(2, modem.id, {"name": "TEAM 😀"}))
        self.fails(NameTaken, self.groups.edit(2, modem.id, {"name": "Тeam 😀"}))
        self.fails(InvalidField, self.groups.edit(2, modem.id, {"name": "mo\u200bdem"}))
        self.assertEqual(self.get(self.groups.edit(2, modem.id, {"name": "  MODEM "})).name, "MODEM")
        self.assertEqual(self.ask(queries.find_by_text, "ｍｏｄｅｍ").id, modem.id)

    def test_a_name_from_before_may_be_said_again(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        old = {"name": "Te\u200bam  1"} | {"name_key": "te\u200bam  1", "name_match": "te\u200bam 1"}
        self.successResultOf(
            self.store.write(lambda connection: connection.execute(tables.groups.update().values(old)).close())
        )
        changed = self.get(self.groups.edit(1, team.id, checked({"name": old["name"], "description": "x"})))
        self.assertEqual((changed.name, changed.description), (old["name"], "x"))
        self.assertEqual(self.ask(queries.find_by_name, "TE\u200bAM 1").id, team.id)

    def test_creating_is_an_event(self):
        group = self.get(self.groups.create(self.ann, "Team"))
        (event,) = self.ledger.appended
        self.assertEqual(
            (event.kind, event.scope, event.sender, event.target, event.subject, event.body),
            (Kind.JOINED, Scope.GROUP, 1, group.id, 1, b"1"),
        )

    def test_create_refusals(self):
        self.get(self.groups.create(self.ann, "Team"))
        self.fails(NameTaken, self.groups.create(self.bob, "tEAM"))
        for fields in (
            {"name": " "},
            {"name": "x" * 65},
            {"name": "x", "image": "javascript:x"},
            {"name": "x", "description": "x" * 1025},
            {"name": "x", "category": -1},
            {"name": "x", "category": 2**31},
        ):
            self.fails(InvalidField, self.groups.create(self.ann, **fields))
        self.ledger.refuse = Busy()
        self.fails(Busy, self.groups.create(self.ann, "y"))
        self.assertEqual(len(self.ask(queries.joined, 1)), 1)

    def test_join_by_name(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        joined = self.get(self.groups.join(self.bob, "tEAM"))
        self.assertEqual((joined.id, joined.size), (team.id, 2))
        event = self.ledger.appended[-1]
        self.assertEqual(
            (event.kind, event.sender, event.target, event.subject, event.body), (Kind.JOINED, 2, team.id, 2, b"2")
        )
        self.assertEqual(self.ask(queries.members, team.id), {1, 2})

    def test_join_by_id_failing_a_name(self):
        first = self.get(self.groups.create(self.ann, "Team"))
        self.assertEqual(self.get(self.groups.join(self.bob, f" {first.id} ")).id, first.id)
        named = self.get(self.groups.create(self.ann, str(first.id)))
        self.assertEqual(self.get(self.groups.join(self.bob, str(first.id))).id, named.id)

    def test_join_refusals(self):
        self.get(self.groups.create(self.ann, "Team"))
        self.fails(AlreadyAMember, self.groups.join(self.ann, "Team"))
        for unknown in ("", "other", "1", "0", str(FIRST_GROUP_ID + 9)):
            self.fails(NoSuchGroup, self.groups.join(self.bob, unknown))
        self.assertEqual(self.ask(queries.find_by_name, "team").size, 1)

    def test_full(self):
        self.groups = Groups(self.store, self.ledger, lambda: NOW, GroupLimits(size=2))
        self.get(self.groups.create(self.ann, "Team"))
        self.get(self.groups.join(self.bob, "Team"))
        carol = self.successResultOf(self.store.write(users.insert, "Carol", "", NOW))
        self.fails(GroupFull, self.groups.join(carol, "Team"))
        self.get(self.groups.leave(2, FIRST_GROUP_ID))
        self.assertEqual(self.get(self.groups.join(carol, "Team")).size, 2)

    def test_leave(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        self.get(self.groups.join(self.bob, "Team"))
        self.assertEqual(self.get(self.groups.leave(2, team.id)).size, 1)
        event = self.ledger.appended[-1]
        self.assertEqual(
            (event.kind, event.sender, event.target, event.subject, event.body), (Kind.LEFT, 2, team.id, 2, b"1")
        )
        self.assertEqual(self.ask(queries.members, team.id), {1})
        self.fails(NotAMember, self.groups.leave(2, team.id))
        self.fails(NoSuchGroup, self.groups.leave(2, team.id + 1))

    def test_who_was_a_member_when(self):
        team = self.get(self.groups.create(self.ann, "Team"))  # 1
        self.get(self.groups.join(self.bob, "Team"))  # 2
        self.get(self.groups.create(self.bob, "Other"))  # 3
        self.get(self.groups.leave(2, team.id))  # 4
        self.get(self.groups.join(self.bob, "Team"))  # 5
        other = team.id + 1
        self.assertEqual(
            list(self.ask(queries.memberships, [(2, position) for position in range(7)]).values()),
            [
                [],
                [],
                [(team.id, 2)],
                [(team.id, 2), (other, 1)],
                [(other, 1)],
                [(team.id, 2), (other, 1)],
                [(team.id, 2), (other, 1)],
            ],
        )

    def test_joined_lists_once_in_order(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        self.get(self.groups.join(self.bob, "Team"))
        self.get(self.groups.leave(2, team.id))
        self.assertEqual(self.get(self.groups.joined(self.bob)), [])
        self.get(self.groups.create(self.bob, "Other"))
        self.get(self.groups.join(self.bob, "Team"))
        self.assertEqual([group.name for group in self.get(self.groups.joined(self.bob))], ["Team", "Other"])

    def test_deleted_users_are_no_members(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        self.successResultOf(self.store.write(users.delete, 1, NOW))
        self.assertEqual(self.ask(queries.members, team.id), set())
        self.fails(Unauthorized, self.groups.create(self.ann, "x"))
        self.fails(Unauthorized, self.groups.join(self.ann, "Team"))

    def test_a_retried_change_counts_once(self):
        """The ledger tries a batch again by halves; the draft is the same object."""

        append = self.ledger.append

        def appending(**fields):
            change = fields.pop("change")

            def twice(connection, draft, position):
                savepoint = connection.begin_nested()
                change(connection, draft, position)
                savepoint.rollback()
                change(connection, draft, position)

            return append(**fields, change=twice)

        self.patch(self.ledger, "append", appending)
        group = self.get(self.groups.create(self.ann, "Team"))
        self.assertEqual((group.id, group.size), (FIRST_GROUP_ID, 1))
        self.assertEqual(self.ledger.appended[0].target, FIRST_GROUP_ID)
        self.assertEqual(self.get(self.groups.join(self.bob, "Team")).size, 2)

    def test_deleted_group_is_nowhere(self):
        team = self.get(self.groups.create(self.ann, "Team"))
        self.successResultOf(
            self.store.write(
                lambda connection: connection.execute(
                    tables.groups.update().values(name_key=None, deleted_at=NOW)
                ).close()
            )
        )
        self.assertIsNone(self.ask(queries.find, team.id))
        self.assertEqual(self.ask(queries.joined, 1), [])
        self.fails(NoSuchGroup, self.groups.join(self.bob, str(team.id)))
        self.assertEqual(self.get(self.groups.create(self.bob, "Team")).id, team.id + 1)


class GroupsOnPostgreSQLTests(OnPostgreSQL, GroupsTests):
    """The same on the other store."""
