"""Groups over HTTP, for those who run the server. Nothing here shows messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, Connection, not_

from hichat.accounts import users
from hichat.accounts.server_rights import ServerAct, ask, asking
from hichat.core.errors import (
    Disabled,
    GroupArchived,
    NoSuchGroup,
    NoSuchMember,
    NotAdministrator,
    NotArchived,
    OwnerNotLost,
    TooManyGroups,
)
from hichat.core.events import JoinPolicy
from hichat.core.text import name_key
from hichat.groups import queries
from hichat.groups.queries import Group
from hichat.media import records
from hichat.web.api.accounts import AnyName
from hichat.web.api.groups import GroupPath, MembersQuery, ShownMember, shown_member
from hichat.web.api.named import NamedUser, named
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices

GroupState = Literal["active", "archived", "ownerless"]


class AdminGroupsQuery(Paging, kw_only=True):
    """
    Which groups are wanted.

    @ivar text: a part of their names, in any case.
    @ivar state: C{active}: those in which people write; C{archived}: those that can be read only; C{ownerless}: those
        whose owner cannot log in any more.
    """

    text: AnyName = ""
    state: GroupState | UnsetType = UNSET


class AdminGroup(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    A group, as those who run the server see it.

    @ivar picture: the address of its picture: a URL, a path of this server, or empty.
    @ivar size: the number of its members.
    @ivar ownerLost: the owner cannot log in any more.
    @ivar archived: since when it can be read only; absent: it is not archived.
    """

    id: GroupId
    name: str
    picture: str
    size: int
    owner: NamedUser
    joinPolicy: JoinPolicy  # noqa: N815
    created: Time
    ownerLost: bool = False  # noqa: N815
    archived: Time | UnsetType = UNSET


class AdminGroupInFull(AdminGroup, omit_defaults=True, kw_only=True):
    """
    A group, with what there is of it.

    @ivar files: how many files its messages have.
    @ivar room: the bytes that they take of the quotas of those who uploaded them.
    """

    description: str
    files: int
    room: int


class NewOwner(msgspec.Struct, forbid_unknown_fields=True):
    """
    Another owner.

    @ivar user: a member of the group.
    """

    user: UserId


_STATES: dict[GroupState, ColumnElement[bool]] = {
    "active": not_(queries.IS_ARCHIVED),
    "archived": queries.IS_ARCHIVED,
    "ownerless": queries.IS_OWNER_LOST,
}


async def admin_list_groups(services: ApiServices, caller: Caller, query: AdminGroupsQuery) -> Page[AdminGroup]:
    """Gives groups in the order of their names. For moderators."""
    ask(caller.user, ServerAct.SEE_GROUPS)
    after = query.after(tuple[str])
    conditions = () if query.state is UNSET else (_STATES[query.state],)

    def read(connection: Connection) -> list[AdminGroup]:
        begin = after[0] if after else ""
        found = queries.in_order(connection, query.text, begin, query.limit + 1, *conditions)
        return _groups(connection, found)

    return query.page(await services.store.read(read), lambda group: (name_key(group.name),))


async def admin_get_group(services: ApiServices, caller: Caller, path: GroupPath) -> AdminGroupInFull:
    """Gives a group, and how much there is of it. For moderators."""
    ask(caller.user, ServerAct.SEE_GROUPS)
    return await services.store.read(_in_full, path.group)


async def admin_get_members(
    services: ApiServices, caller: Caller, path: GroupPath, query: MembersQuery
) -> Page[ShownMember]:
    """Gives the members of a group in the order of their ids. For moderators."""
    ask(caller.user, ServerAct.SEE_GROUPS)
    after = query.after(tuple[int])

    def read(connection: Connection) -> list[queries.Member]:
        group = queries.get(connection, path.group)
        return queries.list_members(connection, group, after[0] if after else 0, query.limit + 1, query.name)

    found = [shown_member(services, member) for member in await services.store.read(read)]
    return query.page(found, lambda member: (member.id,))


async def admin_set_owner(services: ApiServices, caller: Caller, path: GroupPath, body: NewOwner) -> AdminGroupInFull:
    """
    Makes a member the owner of a group whose owner cannot log in any more. The former owner becomes an admin. For
    administrators.
    """
    ask(caller.user, ServerAct.RUN_GROUPS)
    await services.groups.take_over(caller.user.id, path.group, body.user, asking(caller.user, ServerAct.RUN_GROUPS))
    return await services.store.read(_in_full, path.group)


async def admin_dissolve_group(services: ApiServices, caller: Caller, path: GroupPath) -> None:
    """Dissolves a group, as its owner would. For administrators."""
    ask(caller.user, ServerAct.RUN_GROUPS)
    await services.groups.end(caller.user.id, path.group, asking(caller.user, ServerAct.RUN_GROUPS))


async def admin_archive_group(services: ApiServices, caller: Caller, path: GroupPath) -> AdminGroupInFull:
    """
    Archives a group: its members read it, and nobody writes, edits, reacts, pins, invites or joins. Members may leave,
    and take back what they have said. For administrators.
    """
    ask(caller.user, ServerAct.RUN_GROUPS)
    await services.groups.archive(caller.user.id, path.group, asking(caller.user, ServerAct.RUN_GROUPS))
    return await services.store.read(_in_full, path.group)


async def admin_unarchive_group(services: ApiServices, caller: Caller, path: GroupPath) -> AdminGroupInFull:
    """Opens an archived group again. For administrators."""
    ask(caller.user, ServerAct.RUN_GROUPS)
    await services.groups.unarchive(caller.user.id, path.group, asking(caller.user, ServerAct.RUN_GROUPS))
    return await services.store.read(_in_full, path.group)


def _groups(connection: Connection, found: Sequence[Group]) -> list[AdminGroup]:
    owners = users.find_many(connection, {group.owner_id for group in found}) if found else {}

    def shown(group: Group) -> AdminGroup:
        owner = owners[group.owner_id]
        return AdminGroup(
            id=group.id,
            name=group.name,
            picture=group.image,
            size=group.size,
            owner=named(group.owner_id, owners),
            joinPolicy=group.join_policy,
            created=group.created_at,
            ownerLost=owner is None or owner.disabled,
            archived=UNSET if group.archived_at is None else group.archived_at,
        )

    return [shown(group) for group in found]


def _in_full(connection: Connection, group_id: int) -> AdminGroupInFull:
    group = queries.get(connection, group_id)
    (shown,) = _groups(connection, [group])
    files, room = records.totals_of_group(connection, group_id)
    return AdminGroupInFull(**msgspec.structs.asdict(shown), description=group.description, files=files, room=room)


_ABOUT = (NotAdministrator, NoSuchGroup)

SECTION = Section(
    "Groups, for administrators",
    "What those who run the server see of groups and do about them, without being members. Messages are for members "
    "only.",
    (
        Operation("GET", "/admin/groups", admin_list_groups, "List or find groups", (NotAdministrator,)),
        Operation("GET", "/admin/groups/{group}", admin_get_group, "Get a group", _ABOUT),
        Operation("GET", "/admin/groups/{group}/members", admin_get_members, "List the members", _ABOUT),
        Operation(
            "PUT",
            "/admin/groups/{group}/owner",
            admin_set_owner,
            "Give a group that has lost its owner another one",
            (*_ABOUT, OwnerNotLost, NoSuchMember, Disabled, TooManyGroups),
            audited=True,
        ),
        Operation("DELETE", "/admin/groups/{group}", admin_dissolve_group, "Dissolve a group", _ABOUT, audited=True),
        Operation(
            "PUT",
            "/admin/groups/{group}/archived",
            admin_archive_group,
            "Archive a group",
            (*_ABOUT, GroupArchived),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/admin/groups/{group}/archived",
            admin_unarchive_group,
            "Open an archived group again",
            (*_ABOUT, NotArchived),
            audited=True,
        ),
    ),
)
