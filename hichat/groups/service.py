"""Groups, for those who call: each change is an event in the group's conversation."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from hichat.accounts.fields import description_of, picture_of
from hichat.accounts.names import given_name, group_name
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.users import User
from hichat.contacts.contacts import without_hidden_absences
from hichat.core.drafts import Draft
from hichat.core.errors import InvalidField, NoSuchGroup, NoSuchMember, NotAMember, NotPermitted
from hichat.core.events import MAX_SAFE_INTEGER, JoinPolicy, Role, Scope
from hichat.core.kinds import Kind
from hichat.groups import joining, moderation, queries
from hichat.groups.joining import Candidate, InviteLink
from hichat.groups.moderation import Ban
from hichat.groups.queries import DEFAULTS, Change, Group, GroupLimits, GroupView, Member
from hichat.groups.rights import GroupAct, GroupRights

if TYPE_CHECKING:
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store

CATEGORY_LIMIT = 2**31 - 1

FOR_EVER = MAX_SAFE_INTEGER
"""The end of a mute that does not end by itself."""

_FIELDS: Mapping[str, tuple[str, Callable[[str, str], str]]] = {
    "name": ("name", given_name),
    "picture": ("image", picture_of),
    "description": ("description", description_of),
    "joinPolicy": ("join_policy", lambda text, field: text),
}

T = TypeVar("T")


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """
    @param given: texts, some of C{name picture description joinPolicy}; the last one is right already.
    @return: by column of the store.
    @raise InvalidField: one of them; by that name.
    """
    return {_FIELDS[name][0]: _FIELDS[name][1](text, name) for name, text in given.items()}


class Groups:
    """
    The groups of a store. Calls raise the errors of L{hichat.groups.rights}, L{hichat.groups.joining} and
    L{hichat.groups.moderation}; changes also those of the ledger: L{Busy} and the like.

    @ivar now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, ledger: Appender, now: Callable[[], int], limits: GroupLimits = DEFAULTS) -> None:
        self._store = store
        self._ledger = ledger
        self.now = now
        self._limits = limits

    # What there is

    async def joined(self, user: User) -> list[Group]:
        """@return: the groups that the user is a member of, in order of id."""
        return await self._store.read(queries.joined, user.id)

    async def views(self, user_id: int, after: int, limit: int) -> list[GroupView]:
        """@return: the same, as the user sees them; of those behind the id C{after}."""

        def read(connection: Connection) -> list[GroupView]:
            return queries.views(connection, user_id, queries.joined(connection, user_id, after, limit))

        return await self._store.read(read)

    async def search(self, user_id: int, text: str, exact: bool, after: str, limit: int) -> list[GroupView]:
        """See L{groups.search}."""

        def read(connection: Connection) -> list[GroupView]:
            return queries.views(connection, user_id, queries.search(connection, user_id, text, exact, after, limit))

        return await self._store.read(read)

    async def view(self, user_id: int, group_id: int) -> GroupView:
        """See L{queries.view}."""
        return await self._store.read(queries.view, user_id, group_id)

    async def members(self, user_id: int, group_id: int, after: int, limit: int, name: str = "") -> list[Member]:
        """
        @param user_id: the member who asks.
        @param after: the user behind whom to go on, or 0.
        @param name: see L{queries.list_members}.
        @return: in order of id.
        """

        def read(connection: Connection) -> list[Member]:
            group = GroupRights(connection, group_id, user_id).ask(GroupAct.SEE_MEMBERS).group
            found = queries.list_members(connection, group, after, limit, name)
            return without_hidden_absences(connection, user_id, found)

        return await self._store.read(read)

    async def candidates(self, user_id: int, group_id: int, invited: bool, after: int, limit: int) -> list[Candidate]:
        """See L{joining.list_candidates}."""
        return await self._store.read(joining.list_candidates, user_id, group_id, invited, after, limit)

    async def pending(self, user_id: int, invited: bool, after: int, limit: int) -> list[GroupView]:
        """See L{joining.list_pending}."""

        def read(connection: Connection) -> list[GroupView]:
            found = joining.list_pending(connection, user_id, invited, after, limit)
            return queries.views(connection, user_id, found)

        return await self._store.read(read)

    async def bans(self, user_id: int, group_id: int, after: int, limit: int) -> list[Ban]:
        """See L{moderation.list_bans}."""
        return await self._store.read(moderation.list_bans, user_id, group_id, after, limit)

    # Coming and going

    async def create(
        self,
        user: User,
        name: str,
        category: int = 0,
        image: str = "",
        description: str = "",
        policy: JoinPolicy = "open",
    ) -> Group:
        """
        Make a group with one member: its owner, the user.

        @raise InvalidField: the name, C{icon} (the image), C{desc} or C{cate}.
        """
        name, image, description = group_name(name), picture_of(image), description_of(description)
        if not 0 <= category <= CATEGORY_LIMIT:
            raise InvalidField("cate")
        values = {"category": category, "image": image, "description": description, "join_policy": policy}
        return await self._append(Kind.JOINED, user.id, 0, user.id, partial(joining.create, name=name, values=values))

    async def join(self, user: User, target: str) -> Group:
        """
        Become a member at once.

        @param target: the group's name; failing that, if it is a number, its id.
        @raise NoSuchGroup: there is no such group. For what else is raised see L{joining.join}.
        """
        # The writer's thread finds it again: this only fails early, and tells the ledger the id.
        group = await self._store.read(queries.find_by_text, target)
        if group is None:
            raise NoSuchGroup
        return await self._append(Kind.JOINED, user.id, group.id, user.id, joining.join)

    async def join_or_ask(self, user_id: int, group_id: int) -> Group:
        """Become a member, or ask to; L{view} tells which. See L{joining.join_or_ask}."""
        return await self._append(Kind.JOINED, user_id, group_id, user_id, joining.join_or_ask)

    async def join_by_link(self, user_id: int, code: str) -> Group:
        """See L{joining.join_by_link}."""
        return await self._append(Kind.JOINED, user_id, 0, user_id, partial(joining.join_by_link, code=code))

    async def leave(self, user_id: int, group_id: int) -> Group:
        """See L{joining.leave}."""
        return await self._append(Kind.LEFT, user_id, group_id, user_id, joining.leave)

    async def add(self, user_id: int, group_id: int, check: RightsCheck = no_check) -> Group:
        """See L{joining.add_member}."""
        return await self._append(Kind.JOINED, user_id, group_id, user_id, joining.add_member, check)

    async def bring(self, user_id: int, group_id: int, bot_id: int, check: RightsCheck = no_check) -> Group:
        """See L{joining.bring}. @param check: whether the bot is the user's."""
        return await self._append(Kind.JOINED, user_id, group_id, bot_id, joining.bring, check)

    async def invite(self, user_id: int, group_id: int, other_id: int) -> bool:
        """See L{joining.invite}. @return: whether the other is a member now."""

        def change(change: Change) -> bool:
            joining.invite(change)
            return change.draft.kind == Kind.JOINED

        return await self._append(Kind.INVITED, user_id, group_id, other_id, change)

    async def approve(self, user_id: int, group_id: int, other_id: int) -> Group:
        """See L{joining.approve}."""
        return await self._append(Kind.JOINED, user_id, group_id, other_id, joining.approve)

    async def decline(self, user_id: int, group_id: int, other_id: int, invited: bool) -> Group:
        """See L{joining.decline}."""
        change = partial(joining.decline, invited=invited)
        return await self._append(Kind.DECLINED, user_id, group_id, other_id, change)

    # Links

    async def make_link(self, user_id: int, group_id: int, use_limit: int | None, expires_at: int | None) -> InviteLink:
        """
        See L{joining.make_link}.

        @raise InvalidField: C{expires} is not in the future.
        """
        if expires_at is not None and expires_at <= self.now():
            raise InvalidField("expires")
        code = secrets.token_urlsafe(18)
        return await self._store.write(joining.make_link, user_id, group_id, code, use_limit, expires_at, self.now())

    async def links(self, user_id: int, group_id: int) -> list[InviteLink]:
        """See L{joining.list_links}."""
        return await self._store.read(joining.list_links, user_id, group_id, self.now())

    async def revoke_link(self, user_id: int, group_id: int, link_id: int) -> None:
        """See L{joining.revoke_link}."""
        await self._store.write(joining.revoke_link, user_id, group_id, link_id, self.now())

    # Looking after a group

    async def edit(self, user_id: int, group_id: int, values: Mapping[str, str]) -> Group:
        """See L{moderation.edit}. What changes nothing is no event."""
        same = await self._store.read(moderation.find_same, user_id, group_id, values)
        if same is not None:
            return same
        return await self._append(Kind.CHANGED, user_id, group_id, 0, partial(moderation.edit, values=values))

    async def remove(self, user_id: int, group_id: int, other_id: int) -> Group:
        """See L{moderation.remove}."""
        return await self._append(Kind.REMOVED, user_id, group_id, other_id, moderation.remove)

    async def ban(self, user_id: int, group_id: int, other_id: int) -> Group:
        """See L{moderation.ban}."""
        return await self._append(Kind.BANNED, user_id, group_id, other_id, moderation.ban)

    async def unban(self, user_id: int, group_id: int, other_id: int) -> Group:
        """See L{moderation.unban}."""
        return await self._append(Kind.UNBANNED, user_id, group_id, other_id, moderation.unban)

    async def mute(self, user_id: int, group_id: int, other_id: int, until: int = FOR_EVER) -> Group:
        """
        See L{moderation.mute}.

        @param other_id: or 0: all.
        @raise InvalidField: C{until} is not in the future.
        """
        if not self.now() < until <= FOR_EVER:
            raise InvalidField("until")
        return await self._append(Kind.MUTED, user_id, group_id, other_id, partial(moderation.mute, until=until))

    async def unmute(self, user_id: int, group_id: int, other_id: int) -> Group:
        """
        See L{moderation.unmute}.

        @param other_id: or 0: all.
        """
        return await self._append(Kind.UNMUTED, user_id, group_id, other_id, moderation.unmute)

    async def set_role(self, user_id: int, group_id: int, other_id: int, role: Role) -> Group:
        """See L{moderation.set_role}."""
        return await self._append(Kind.ROLE, user_id, group_id, other_id, partial(moderation.set_role, role=role))

    async def dissolve(self, user_id: int, group_id: int) -> Group:
        """See L{moderation.dissolve}."""
        return await self._append(Kind.DISSOLVED, user_id, group_id, 0, moderation.dissolve)

    # For those who run the server. Whether somebody is one is asked before: see hichat.accounts.server_rights.

    async def take_over(self, by: int, group_id: int, other_id: int, check: RightsCheck = no_check) -> Group:
        """See L{moderation.take_over}. @param by: who wants that."""
        return await self._append(Kind.ROLE, by, group_id, other_id, moderation.take_over, check)

    async def end(self, by: int, group_id: int, check: RightsCheck = no_check) -> Group:
        """See L{moderation.dissolve}. @param by: who wants that."""
        end = partial(moderation.dissolve, act=GroupAct.END)
        return await self._append(Kind.DISSOLVED, by, group_id, 0, end, check)

    async def archive(self, by: int, group_id: int, check: RightsCheck = no_check) -> Group:
        """See L{moderation.archive}. @param by: who wants that."""
        return await self._append(Kind.ARCHIVED, by, group_id, 0, moderation.archive, check)

    async def unarchive(self, by: int, group_id: int, check: RightsCheck = no_check) -> Group:
        """See L{moderation.unarchive}. @param by: who wants that."""
        return await self._append(Kind.UNARCHIVED, by, group_id, 0, moderation.unarchive, check)

    async def leave_all(self, user_id: int) -> None:
        """
        A user who will be deleted leaves every group. If the user was the owner, somebody else is now; if there is
        nobody else, the group is dissolved. See L{hichat.core.ports.Leaves.leave_all}.
        """
        for group in await self._store.read(queries.joined, user_id):
            if group.owner_id == user_id and await self._abdicate(user_id, group.id):
                continue
            with suppress(NotAMember, NoSuchGroup):
                await self._append(Kind.LEFT, user_id, group.id, user_id, joining.end_membership)

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """See L{hichat.core.ports.Leaves.forget}."""
        queries.leave_all(connection, user_id, position, self.now())

    async def _abdicate(self, user_id: int, group_id: int) -> bool:
        """@return: whether the group is no more."""
        try:
            # Whoever it is; the change finds out.
            await self._append(Kind.ROLE, user_id, group_id, 0, moderation.inherit)
        except NoSuchMember:
            await self._append(Kind.DISSOLVED, user_id, group_id, 0, moderation.dissolve)
            return True
        except (NotPermitted, NotAMember, NoSuchGroup):
            pass  # somebody was quicker
        return False

    async def _append(
        self,
        kind: Kind,
        user_id: int,
        group_id: int,
        subject: int,
        change: Callable[[Change], T],
        check: RightsCheck = no_check,
    ) -> T:
        """
        Change a group, with an event that says so.

        @param change: the change to the rows, in the event's transaction.
        @param check: checks in the same transaction who makes it, if that is no member.
        @return: the result of C{change}.
        """
        changed: list[T] = []

        def changing(connection: Connection, draft: Draft, position: int) -> None:
            check(connection)
            # The ledger may try a batch again: the last time is the one that counts.
            changed[:] = [change(Change(connection, draft, position, self.now(), self._limits))]

        await self._ledger.append(
            kind=kind, scope=Scope.GROUP, sender=user_id, target=group_id, subject=subject, change=changing
        )
        return changed[0]
