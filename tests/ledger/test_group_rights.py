"""Who may write in a group: by role, and as it changes; and races for what there is only one of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.conversations import catchup, history
from hichat.core.drafts import Draft, Outcome
from hichat.core.errors import (
    AlreadyAMember,
    GroupArchived,
    GroupFull,
    MayNotMentionAll,
    Muted,
    NoSuchGroup,
    NoSuchLink,
    NoSuchMessage,
    NoSuchTarget,
    NotAMember,
    NotPermitted,
    NotYours,
    OwnerCannotLeave,
    Refused,
)
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import joining, moderation, queries
from hichat.groups.queries import Change, GroupLimits
from hichat.pipeline.ledger.writer import LogWriter
from tests.social.group_of_roles import ROLES, make_group, make_people
from tests.support.doubles import NOW, make_store
from tests.support.ledger import Outcomes, edit, make_again, react, recall, reply
from tests.support.ledger import message as to_anybody
from tests.support.postgres import OnPostgreSQL

FOREVER = MAX_SAFE_INTEGER


def to_all(draft: Draft) -> Draft:
    """@return: the draft, which mentions all members."""
    draft.to_all = True
    return draft


class GroupCase(Outcomes, SynchronousTestCase):
    """A group with somebody in each role; each is written to by a writer with a memory."""

    def setUp(self) -> None:
        self.now = NOW
        self.store = make_store(self)
        self.people = make_people(self.store)
        self.group = make_group(self.store, self.people)
        self.limits = GroupLimits()
        self.writer = self.make_writer()

    def make_writer(self) -> LogWriter:
        return LogWriter(make_again(self.store), lambda: self.now)

    def message(self, who: str) -> Draft:
        return to_anybody(self.people[who], self.group, Scope.GROUP)

    def change(self, kind: Kind, who: str, subject: str, change: Callable[..., Any], *args: Any) -> Draft:
        def changing(connection: Any, draft: Draft, position: int) -> None:
            change(Change(connection, draft, position, self.now, self.limits), *args)

        origin: Any = None
        about = self.people[subject] if subject else 0
        return Draft(kind, Scope.GROUP, self.people[who], self.group, b"", origin, about, change=changing)

    def mute(self, subject: str, until: int = FOREVER, who: str = "owner") -> Draft:
        return self.change(Kind.MUTED, who, subject, moderation.mute, until)

    def unmute(self, subject: str) -> Draft:
        return self.change(Kind.UNMUTED, "owner", subject, moderation.unmute)

    def role(self, subject: str, role: str) -> Draft:
        return self.change(Kind.ROLE, "owner", subject, moderation.set_role, role)

    def join(self, who: str) -> Draft:
        return self.change(Kind.JOINED, who, who, joining.join)

    def leave(self, who: str) -> Draft:
        return self.change(Kind.LEFT, who, who, joining.leave)

    def dissolve(self, who: str = "owner") -> Draft:
        return self.change(Kind.DISSOLVED, who, "", moderation.dissolve)

    def archive(self) -> Draft:
        return self.change(Kind.ARCHIVED, "stranger", "", moderation.archive)

    def unarchive(self) -> Draft:
        return self.change(Kind.UNARCHIVED, "stranger", "", moderation.unarchive)

    def expect(self, *expected: type[Refused] | None, drafts: list[Draft]) -> None:
        """@param expected: of each draft what it is refused with; None: it is written."""
        outcomes = self.write(*drafts)
        found = [None if isinstance(outcome, Event) else type(outcome) for outcome in outcomes]
        self.assertEqual(found, list(expected))

    def check(self, draft: Callable[[], Draft], error: type[Refused] | None) -> None:
        """Of one who knows the group, of one who knows nothing, and in one batch with something else."""
        for writer in (self.writer, self.make_writer()):
            (outcome,) = writer.write([draft()])
            self.assertIs(None if isinstance(outcome, Event) else type(outcome), error)


class WritingTests(GroupCase):
    def test_by_role(self) -> None:
        outside = dict.fromkeys(("banned", "stranger", "invited", "requested"), NotAMember)
        wanted: dict[str, Any] = dict.fromkeys(ROLES) | outside | {"muted": Muted}
        for who in ROLES:
            self.check(lambda who=who: self.message(who), wanted[who])  # type: ignore[misc]
        self.done(self.mute("", NOW + 1))
        wanted["member"] = Muted
        for who in ROLES:
            self.check(lambda who=who: self.message(who), wanted[who])  # type: ignore[misc]
        self.now += 1
        self.check(lambda: self.message("member"), None)

    def test_archived(self) -> None:
        """Nobody writes, whatever the role; what one has said can be taken back. Then all is as it was."""
        own = self.done(self.message("owner")).position
        self.expect(None, GroupArchived, drafts=[self.archive(), self.message("owner")])
        for who in ("owner", "admin", "member", "muted"):
            self.check(lambda who=who: self.message(who), GroupArchived)  # type: ignore[misc]
        self.check(lambda: self.message("stranger"), NotAMember)
        self.check(lambda: edit(self.people["owner"], own), GroupArchived)
        self.check(lambda: react(self.people["member"], own), GroupArchived)
        self.expect(None, drafts=[recall(self.people["owner"], own)])
        self.expect(None, None, drafts=[self.unarchive(), self.message("member")])
        self.check(lambda: self.message("admin"), None)

    def test_to_all(self) -> None:
        """A mention of all: by a message and by an edit, in this group only; the right ends with the role."""
        for who, error in [("owner", None), ("admin", None), ("member", MayNotMentionAll), ("muted", Muted)]:
            self.check(lambda who=who: to_all(self.message(who)), error)  # type: ignore[misc]
        own = {who: self.done(self.message(who)).position for who in ("owner", "admin", "member")}
        for who, error in [("owner", None), ("admin", None), ("member", MayNotMentionAll)]:
            self.check(lambda who=who: to_all(edit(self.people[who], own[who])), error)  # type: ignore[misc]
        pair = self.done(to_anybody(self.people["owner"], self.people["member"])).position
        self.check(lambda: to_all(edit(self.people["owner"], pair)), MayNotMentionAll)
        self.check(lambda: to_all(self.message("stranger")), NotAMember)
        self.done(self.change(Kind.ROLE, "owner", "admin", moderation.set_role, "member"))
        self.check(lambda: to_all(self.message("admin")), MayNotMentionAll)
        self.check(lambda: self.message("admin"), None)

    def test_what_is_done_to_messages(self) -> None:
        """Who may not write may not say it by an edit or a reaction; but may take back."""
        own = {who: self.done(self.message(who)).position for who in ("owner", "admin", "member", "victim")}
        for who, error in [("owner", None), ("admin", None), ("member", NotYours), ("muted", NotYours)]:
            target = self.done(self.message("victim")).position
            self.check(lambda who=who: edit(self.people[who], own["victim"]), NotYours if who != "muted" else Muted)  # type: ignore[misc]
            self.expect(error, drafts=[recall(self.people[who], target)])
        self.expect(None, drafts=[recall(self.people["admin"], own["owner"])])
        self.done(self.mute("member"))
        member = self.people["member"]
        for make in (edit, react):
            self.check(lambda make=make: make(member, own["member"]), Muted)  # type: ignore[misc]
        self.check(lambda: reply(member, self.group, own["admin"], Scope.GROUP), Muted)
        self.expect(None, drafts=[recall(member, own["member"])])
        self.check(lambda: recall(self.people["stranger"], own["admin"]), NoSuchMessage)

    def test_an_admin_no_more(self) -> None:
        target = self.done(self.message("victim")).position
        self.done(self.role("admin", "member"))
        self.check(lambda: recall(self.people["admin"], target), NotYours)
        self.done(self.role("member", "admin"))
        self.expect(None, drafts=[recall(self.people["member"], target)])

    def test_mute_and_unmute(self) -> None:
        self.check(lambda: self.message("member"), None)
        self.done(self.mute("member", NOW + 5))
        self.check(lambda: self.message("member"), Muted)
        self.now += 5
        self.check(lambda: self.message("member"), None)
        self.done(self.mute("member"))
        self.check(lambda: self.message("member"), Muted)
        self.done(self.leave("member"))
        self.done(self.join("member"))
        self.check(lambda: self.message("member"), Muted)
        self.done(self.unmute("member"))
        self.check(lambda: self.message("member"), None)
        self.done(self.mute("admin"))
        self.check(lambda: self.message("admin"), Muted)

    def test_an_owner_is_never_muted(self) -> None:
        """There would be nobody who could take it back."""
        self.expect(
            Muted, None, None, drafts=[self.message("muted"), self.role("muted", "owner"), self.message("muted")]
        )
        self.check(lambda: self.message("muted"), None)
        with self.store.snapshot() as connection:
            self.assertEqual(queries.view(connection, self.people["muted"], self.group).muted_until, 0)
        # The others are as before.
        self.expect(Muted, drafts=[self.message("mute")])

    def test_who_inherits_is_not_muted(self) -> None:
        self.done(self.mute("admin"))
        self.done(self.role("deputy", "member"))
        self.done(self.change(Kind.ROLE, "owner", "", moderation.inherit))
        self.check(lambda: self.message("admin"), None)

    def test_within_a_batch(self) -> None:
        member = [self.message("member") for _ in range(9)]
        for known in (False, True):
            self.writer = self.make_writer()
            if known:
                self.done(self.message("owner"))
            self.expect(
                *(None, None, Muted, None, None, None, Muted, None, None, None, None, Muted, None, None, None),
                drafts=[
                    member[0],
                    self.mute("member"),
                    member[1],
                    self.unmute("member"),
                    member[2],
                    self.mute(""),
                    member[3],
                    self.role("member", "admin"),
                    member[4],
                    self.message("admin"),
                    self.role("member", "member"),
                    member[5],
                    self.unmute(""),
                    member[6],
                    self.message("owner"),
                ],
            )
            self.check(lambda: self.message("member"), None)

    def test_coming_and_going_within_a_batch(self) -> None:
        remove = self.change(Kind.REMOVED, "owner", "admin", moderation.remove)
        ban = self.change(Kind.BANNED, "owner", "member", moderation.ban)
        self.expect(
            *(None, NotAMember, None, None, None, NotAMember, None, Muted),
            drafts=[
                remove,
                self.message("admin"),
                self.join("admin"),
                self.message("admin"),
                ban,
                self.message("member"),
                self.mute(""),
                self.message("admin"),
            ],
        )
        self.check(lambda: self.message("admin"), Muted)
        self.check(lambda: self.message("member"), NotAMember)

    def test_by_another_process(self) -> None:
        other = self.make_writer()
        for writer in (self.writer, other):
            self.assertIsInstance(writer.write([self.message("member")])[0], Event)
        for draft, error in [
            (self.mute("member"), Muted),
            (self.unmute("member"), None),
            (self.mute(""), Muted),
            (self.role("member", "admin"), None),
            (self.role("member", "member"), Muted),
            (self.unmute(""), None),
            (self.change(Kind.REMOVED, "admin", "member", moderation.remove), NotAMember),
            (self.join("member"), None),
            (self.change(Kind.BANNED, "admin", "member", moderation.ban), NotAMember),
        ]:
            self.assertIsInstance(other.write([draft])[0], Event)
            (outcome,) = self.write(self.message("member"))
            self.assertIs(None if isinstance(outcome, Event) else type(outcome), error, draft.kind)
        other.write([self.dissolve()])
        self.expect(NoSuchTarget, drafts=[self.message("owner")])

    def test_a_refused_change_changes_nothing(self) -> None:
        self.expect(
            *(NotPermitted, NotPermitted, NotPermitted, None),
            drafts=[
                self.mute("owner", who="admin"),
                self.mute("", who="member"),
                self.dissolve("admin"),
                self.message("owner"),
            ],
        )

    def test_dissolved(self) -> None:
        position = self.done(self.message("member")).position
        self.expect(None, None, NoSuchTarget, drafts=[self.message("admin"), self.dissolve(), self.message("owner")])
        self.check(lambda: self.message("owner"), NoSuchTarget)
        for make in (edit, react, recall):
            self.check(lambda make=make: make(self.people["member"], position), NoSuchMessage)  # type: ignore[misc]
        self.check(lambda: self.join("stranger"), NoSuchGroup)
        victim = self.people["victim"]
        with self.store.snapshot() as connection:
            was = queries.memberships(connection, [(victim, position + 1), (victim, position + 2)])
            self.assertEqual(list(was.values()), [[(self.group, 0)], []])
            found = history.history(connection, self.people["victim"], (2, self.group, 0), None, None, 10, 10**6)
            self.assertEqual([one.message.position for one in found.messages], [position, position + 1])
            self.assertRaises(
                NotAMember,
                history.history,
                connection,
                self.people["stranger"],
                (2, self.group, 0),
                None,
                None,
                10,
                10**6,
            )

    def test_what_is_made_later(self) -> None:
        """Who writes to a group that is not there yet does not keep its owner from being one."""
        self.group += 1
        self.check(lambda: self.message("owner"), NoSuchTarget)
        create = self.change(Kind.JOINED, "owner", "owner", joining.create, "new", {})
        self.done(create)
        self.assertEqual(create.target, self.group)
        self.expect(None, None, drafts=[self.mute(""), self.message("owner")])
        self.check(lambda: self.message("owner"), None)


class WritingOnPostgreSQLTests(OnPostgreSQL, WritingTests):
    """The same on the other store."""


class SyncTests(GroupCase):
    """What people find who were away."""

    def seen(self, who: str) -> list[int]:
        with self.store.snapshot() as connection:
            found = catchup.page(connection, self.people[who], 0, 10**6, 1000, 10**9)
        return [event.position for event in found.events]

    def test_each_hears_what_concerns_them(self) -> None:
        invite = self.change(Kind.INVITED, "owner", "nobody", joining.invite)
        withdraw = self.change(Kind.DECLINED, "owner", "nobody", joining.decline, True)
        reject = self.change(Kind.DECLINED, "admin", "asker", joining.decline, False)
        ban = self.change(Kind.BANNED, "admin", "stranger", moderation.ban)
        remove = self.change(Kind.REMOVED, "admin", "victim", moderation.remove)
        drafts = [invite, withdraw, reject, ban, remove, self.message("owner"), self.dissolve(), self.message("owner")]
        self.expect(*[None] * 7, NoSuchTarget, drafts=drafts)
        self.assertEqual(self.seen("member"), [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(self.seen("victim"), [1, 2, 3, 4, 5])
        self.assertEqual(self.seen("nobody"), [1, 2])
        self.assertEqual(self.seen("asker"), [3])
        self.assertEqual(self.seen("stranger"), [])

    def test_an_invitation_is_no_membership(self) -> None:
        self.done(self.change(Kind.INVITED, "owner", "nobody", joining.invite))
        self.done(self.message("owner"))
        user = self.people["nobody"]
        with self.store.snapshot() as connection:
            asked = [(user, 0), (user, 1), (user, 2)]
            self.assertEqual(queries.memberships(connection, asked), {each: [] for each in asked})
            self.assertNotIn(user, queries.members(connection, self.group))
            found = history.history(connection, user, (2, self.group, 0), None, None, 10, 10**6)
            self.assertEqual(found.messages, [])
        self.done(self.join("nobody"))
        self.assertEqual(self.seen("nobody"), [1, 3])


class SyncOnPostgreSQLTests(OnPostgreSQL, SyncTests):
    """The same on the other store."""


class RaceTests(GroupCase):
    """Several processes at once; of what there is one, one gets it."""

    def race(self, drafts: list[Draft]) -> list[str]:
        """@return: what each was refused with, sorted; or nothing."""
        outcomes: list[Outcome] = []
        ready = threading.Barrier(len(drafts))

        def write(draft: Draft) -> None:
            writer = self.make_writer()
            ready.wait()
            outcomes.extend(writer.write([draft]))

        threads = [threading.Thread(target=write, args=(draft,)) for draft in drafts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted("" if isinstance(outcome, Event) else outcome.code for outcome in outcomes)  # type: ignore[union-attr]

    def size(self) -> tuple[int, int]:
        with self.store.snapshot() as connection:
            return queries.get(connection, self.group).size, len(queries.members(connection, self.group))

    def test_the_last_place(self) -> None:
        for together in (True, False):
            with self.subTest(together):
                self.setUp()
                self.limits = GroupLimits(size=8)
                drafts = [self.join(who) for who in ("stranger", "invited", "nobody", "guest")]
                if together:
                    self.expect(None, GroupFull, GroupFull, GroupFull, drafts=drafts)
                else:
                    self.assertEqual(self.race(drafts), ["", *["group_full"] * 3])
                self.assertEqual(self.size(), (8, 8))

    def test_twice_at_once(self) -> None:
        drafts = [self.join("stranger") for _ in range(3)]
        self.assertEqual(self.race(drafts), ["", *["already_a_member"] * 2])
        self.expect(AlreadyAMember, drafts=[self.join("stranger")])

    def test_the_last_use_of_a_link(self) -> None:
        for together in (True, False):
            with self.subTest(together):
                self.setUp()
                with self.store.transaction() as connection:
                    code = joining.make_link(connection, self.people["owner"], self.group, "once", 1, None, NOW).code
                drafts = [
                    self.change(Kind.JOINED, who, who, joining.join_by_link, code) for who in ("stranger", "nobody")
                ]
                if together:
                    self.expect(None, NoSuchLink, drafts=drafts)
                else:
                    self.assertEqual(self.race(drafts), ["", "no_such_link"])
                self.assertEqual(self.size(), (8, 8))

    def test_the_owner_hands_over_and_leaves(self) -> None:
        """There is always one owner, who is a member."""
        leave, transfer = self.leave("owner"), self.role("member", "owner")
        self.assertIn(self.race([transfer, leave]), (["", ""], ["", "owner_cannot_leave"]))
        with self.store.snapshot() as connection:
            group = queries.get(connection, self.group)
            self.assertEqual(group.owner_id, self.people["member"])
            self.assertEqual(queries.find_role(connection, group, self.people["member"]), "owner")
        self.setUp()
        self.expect(OwnerCannotLeave, None, None, drafts=[leave, transfer, leave])

    def test_the_new_owner_leaves_at_once(self) -> None:
        leave, transfer = self.leave("member"), self.role("member", "owner")
        self.assertIn(self.race([transfer, leave]), (["", "no_such_member"], ["", "owner_cannot_leave"]))
        with self.store.snapshot() as connection:
            group = queries.get(connection, self.group)
            self.assertEqual(queries.find_role(connection, group, group.owner_id), "owner")

    def test_approved_and_withdrawn(self) -> None:
        approve = self.change(Kind.JOINED, "admin", "asker", joining.approve)
        withdraw = self.change(Kind.DECLINED, "asker", "asker", joining.decline, False)
        self.assertEqual(self.race([approve, withdraw]), ["", "no_such_request"])

    def test_two_admins_approve(self) -> None:
        drafts = [self.change(Kind.JOINED, who, "asker", joining.approve) for who in ("admin", "deputy")]
        self.assertEqual(self.race(drafts), ["", "no_such_request"])
        self.assertEqual(self.size(), (8, 8))


class RaceOnPostgreSQLTests(OnPostgreSQL, RaceTests):
    """The same on the other store."""
