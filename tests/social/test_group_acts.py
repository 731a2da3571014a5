"""
Rights in a group: C{group_acts.txt} has the answer to every act, of everybody, about everybody, and this compares it.

The answer is the code of the refusal, or the kind of the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.core.drafts import Draft
from hichat.core.errors import Refused
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.groups import joining, moderation
from hichat.groups.queries import DEFAULTS, Change, GroupLimits
from hichat.groups.rights import GroupAct
from hichat.storage import tables
from tests.social.grids import grid
from tests.social.group_of_roles import CODE, OTHERS, ROLES, make_people, write_group
from tests.support.doubles import NOW, make_store
from tests.support.postgres import OnPostgreSQL

ANSWERS = Path(__file__).with_name("group_acts.txt")

SENDERS = (*ROLES, "gone")
"""Somebody in each role, and a user whose account is deleted."""

SUBJECTS = ("oneself", "owner", *OTHERS, "gone", "unknown")
"""Whom an act is about; the last one has never been there."""

FEW = ("owner", "admin", "member", "stranger")
"""Senders who are enough in a state in which the subject makes the difference."""

MANY = 50
"""How often one user may be asked by one group, and ask it."""


class State(NamedTuple):
    """A group of roles as it is when somebody acts."""

    columns: dict[str, Any] = {}  # noqa: RUF012
    limits: GroupLimits = DEFAULTS
    prepare: Callable[[Connection, dict[str, int], int], None] = lambda connection, people, group: None


def disliked(connection: Connection, people: dict[str, int], group: int) -> None:
    """Everybody has blocked the owner."""
    rows = [(people[name], people["owner"]) for name in OTHERS]
    values = [{"owner_id": user, "blocked_id": owner, "created_at": NOW} for user, owner in rows]
    connection.execute(tables.blocks.insert(), values)


def lapsed(connection: Connection, people: dict[str, int], group: int) -> None:
    """The candidates were invited by a plain member."""
    row = tables.candidates.c
    invited = (row.group_id == group, row.invited_by.is_not(None))
    connection.execute(tables.candidates.update().where(*invited).values(invited_by=people["member"]))


def tiresome(connection: Connection, people: dict[str, int], group: int) -> None:
    """These were asked, or have asked, very often."""
    asked = [people[name] for name in ("stranger", "nobody", "invited", "guest")]
    values = [{"group_id": group, "user_id": user, "since": n, "until": n} for user in asked for n in range(MANY)]
    connection.execute(tables.members.insert(), values)


def elsewhere(connection: Connection, people: dict[str, int], group: int) -> None:
    """Some own a group or have asked to be in one, beside this one."""
    for name in ("victim", "nobody", "stranger"):
        row = {"id": group + people[name], "name": name, "owner_id": people[name], "created_at": NOW, "updated_at": NOW}
        connection.execute(tables.groups.insert().values(row))
        member = {"group_id": row["id"], "user_id": people[name], "since": 1}
        connection.execute(tables.members.insert().values(member))
        for asker in ("requested", "asker"):
            candidate = {"group_id": row["id"], "user_id": people[asker], "created_at": NOW}
            connection.execute(tables.candidates.insert().values(candidate))


def owner_lost(connection: Connection, people: Mapping[str, int], _group: int) -> None:
    """The owner's account is disabled, and so is the one of the muted member."""
    for name in ("owner", "muted"):
        connection.execute(tables.users.update().where(tables.users.c.id == people[name]).values(disabled=True))


STATES: dict[str, State] = {
    "open": State(),
    "approval": State({"join_policy": "approval"}),
    "invite": State({"join_policy": "invite"}),
    "dissolved": State({"deleted_at": NOW, "name_key": None}),
    "archived": State({"archived_at": NOW}),
    "owner lost": State(prepare=owner_lost),
    "silent": State({"muted_until": NOW + 1}),
    "silent till now": State({"muted_until": NOW}),
    "disliked": State(prepare=disliked),
    "lapsed": State({"join_policy": "invite"}, prepare=lapsed),
    "full": State(limits=GroupLimits(size=7)),
    "full approval": State({"join_policy": "approval"}, GroupLimits(size=7)),
    "crowded": State({"join_policy": "approval"}, GroupLimits(size=4)),
    "tiresome": State({"join_policy": "approval"}, prepare=tiresome),
    "one each": State(limits=GroupLimits(owned=1, joined=1), prepare=elsewhere),
    "one each approval": State({"join_policy": "approval"}, GroupLimits(owned=1, joined=1), elsewhere),
    # The askers have asked in three others.
    "four each": State({"join_policy": "approval"}, GroupLimits(owned=2, joined=4), elsewhere),
}
"""By name. Where asking is limited, one has to ask."""

Act = Callable[[Change], object]


def create(change: Change, name: str) -> object:
    """Make another group, of this name."""
    change.draft.target = 0
    return joining.create(change, name, {})


def by_link(change: Change) -> object:
    """Use the group's link."""
    return joining.join_by_link(change, f"{CODE}{change.draft.target}")


ALONE: list[tuple[str, Kind, Act, tuple[str, ...]]] = [
    ("edit", Kind.CHANGED, partial(moderation.edit, values={"description": "new"}), ("open", "archived")),
    ("mute all", Kind.MUTED, partial(moderation.mute, until=2 * NOW), ("open",)),
    ("unmute all", Kind.UNMUTED, moderation.unmute, ("open", "silent", "silent till now")),
    ("inherit", Kind.ROLE, moderation.inherit, ("open",)),
    ("dissolve", Kind.DISSOLVED, moderation.dissolve, ("open", "archived")),
    ("end", Kind.DISSOLVED, partial(moderation.dissolve, act=GroupAct.END), ("open", "archived")),
    ("archive", Kind.ARCHIVED, moderation.archive, ("open", "archived")),
    ("unarchive", Kind.UNARCHIVED, moderation.unarchive, ("open", "archived")),
]
"""Acts about nobody: name, kind, change, and the states in which it is tried, beside C{dissolved}."""

OF_ONESELF: list[tuple[str, Kind, Act, tuple[str, ...]]] = [
    ("create", Kind.JOINED, partial(create, name="new"), ("open", "one each", "four each")),
    ("create a taken one", Kind.JOINED, partial(create, name="TAKEN"), ("open", "one each")),
    ("join", Kind.JOINED, joining.join, ("open", "approval", "invite", "lapsed", "full", "one each", "four each")),
    ("join or ask", Kind.JOINED, joining.join_or_ask, tuple(STATES)),
    ("join by link", Kind.JOINED, by_link, ("open", "invite", "dissolved", "archived", "full", "one each")),
    ("leave", Kind.LEFT, joining.leave, ("open", "archived")),
    ("be taken out", Kind.LEFT, joining.end_membership, ("open",)),
    ("be added", Kind.JOINED, joining.add_member, ("open", "invite", "full", "one each", "four each")),
]
"""The same, where the subject is the sender."""

ABOUT_SOMEBODY: list[tuple[str, Kind, Act, tuple[str, ...]]] = [
    ("invite", Kind.INVITED, joining.invite, tuple(state for state in STATES if not state.startswith("silent"))),
    ("approve", Kind.JOINED, joining.approve, ("approval", "archived", "full approval", "one each", "four each")),
    ("decline a request", Kind.DECLINED, partial(joining.decline, invited=False), ("open",)),
    ("decline an invitation", Kind.DECLINED, partial(joining.decline, invited=True), ("open", "lapsed")),
    ("remove", Kind.REMOVED, moderation.remove, ("open",)),
    ("ban", Kind.BANNED, moderation.ban, ("open",)),
    ("unban", Kind.UNBANNED, moderation.unban, ("open",)),
    ("mute", Kind.MUTED, partial(moderation.mute, until=2 * NOW), ("open",)),
    ("unmute", Kind.UNMUTED, moderation.unmute, ("open",)),
    ("make an admin", Kind.ROLE, partial(moderation.set_role, role="admin"), ("open",)),
    ("hand over", Kind.ROLE, partial(moderation.set_role, role="owner"), ("open", "one each", "four each")),
    ("take over", Kind.ROLE, moderation.take_over, ("open", "owner lost")),
]
"""The same, about somebody."""


class GroupActTests(SynchronousTestCase):
    """One group for each state; what is done to it is taken back."""

    maxDiff = None

    def setUp(self) -> None:
        self.store = make_store(self)
        self.people = make_people(self.store)
        with self.store.transaction() as connection:
            for name in ("gone", "unknown"):
                self.people[name] = users.insert(connection, name, "", NOW).id
            users.delete(connection, self.people["gone"], NOW)
            connection.execute(tables.users.delete().where(tables.users.c.id == self.people["unknown"]))

    def answers(self, connection: Connection, group: int, state: str) -> Iterator[str]:
        """@return: the lines of the answers in a state."""
        act = partial(self._answer, connection, group, STATES[state].limits)
        tried = {name: (kind, change) for name, kind, change, states in ALONE if state in states}
        own = {name: (kind, change) for name, kind, change, states in OF_ONESELF if state in states}
        if state == "dissolved":
            tried = {name: (kind, change) for name, kind, change, _ in ALONE}

        def alone(sender: str, name: str) -> str:
            kind, change = (own | tried)[name]
            return act(sender, sender if name in own else "", kind=kind, change=change)

        if own | tried:
            yield from grid(f"{state}:", SENDERS, [*tried, *own], alone)
            yield ""
        for name, kind, change, states in ABOUT_SOMEBODY:
            if state in states:
                answer = partial(act, kind=kind, change=change)
                yield from grid(f"{state}, {name}:", SENDERS if state == "open" else FEW, SUBJECTS, answer)
                yield ""

    def _answer(
        self,
        connection: Connection,
        group: int,
        limits: GroupLimits,
        sender: str,
        subject: str,
        kind: Kind,
        change: Act,
    ) -> str:
        origin: Any = None
        about = self.people[sender if subject == "oneself" else subject] if subject else 0
        draft = Draft(kind, Scope.GROUP, self.people[sender], group, b"", origin, about)
        attempt = connection.begin_nested()
        try:
            change(Change(connection, draft, 1000, NOW, limits))
        except Refused as e:
            return e.code
        finally:
            attempt.rollback()
        return Kind(draft.kind).name

    def test_answers(self) -> None:
        """In every state."""
        lines: list[str] = []
        with self.store.transaction() as connection:
            for name, state in STATES.items():
                made = connection.begin_nested()
                group = write_group(connection, self.people, {"name_key": "taken"} | state.columns)
                state.prepare(connection, self.people, group)
                lines += self.answers(connection, group, name)
                made.rollback()
        self.assertEqual(lines, ANSWERS.read_text(encoding="utf-8").splitlines())


class GroupActOnPostgreSQLTests(OnPostgreSQL, GroupActTests):
    """The same on the other store."""
