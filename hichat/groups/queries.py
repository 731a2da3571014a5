"""
Groups and their members: queries of a connection, for L{hichat.storage.store.Store}.

A membership begins and ends with an event, and the rows here change in the event's transaction. So the members at any
position of the log are known. The changes are in L{hichat.groups.joining} and L{hichat.groups.moderation}; who may make
them is decided in L{hichat.groups.rights}.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, false, func, or_, select, update

from hichat.accounts.absences import AWAY
from hichat.accounts.fields import id_of
from hichat.accounts.finding import has_in_names
from hichat.accounts.guests import is_guest
from hichat.accounts.names import is_called
from hichat.core.drafts import Draft
from hichat.core.errors import Busy, InvalidField, NoSuchGroup
from hichat.core.events import Event, JoinPolicy, Role
from hichat.core.kinds import BEGINNINGS, DISSOLUTIONS, ENDINGS, Kind
from hichat.core.text import key_of, name_key
from hichat.storage.tables import candidates, groups, mutes
from hichat.storage.tables import members as members_table
from hichat.storage.tables import users as users_table

ADMINS: tuple[Role, ...] = ("owner", "admin")
"""Those who look after a group."""


class GroupLimits(NamedTuple):
    """
    What groups are bounded by.

    @ivar size: members of a group; also users whom it has invited or who have asked, at one time.
    @ivar owned: groups of one owner.
    @ivar joined: groups that a user is in, or has asked to be in.
    """

    size: int = 2000
    owned: int = 100
    joined: int = 1000


DEFAULTS = GroupLimits()


class Change(NamedTuple):
    """
    What rows change with: an event that is being written.

    @ivar draft: the event's draft; its target is the group, its subject the user whom it is about.
    @ivar position: the event's position.
    @ivar now: milliseconds since the epoch.
    """

    connection: Connection
    draft: Draft
    position: int
    now: int
    limits: GroupLimits = DEFAULTS


class Group(msgspec.Struct, frozen=True):
    """
    A group.

    @ivar category: a number that only clients know the meaning of.
    @ivar size: how many members it has.
    @ivar muted_until: until then nobody writes but the owner and the admins; 0: everybody may.
    @ivar archived_at: since when nobody writes, and members only read; None: it is not archived.
    @ivar created_at: milliseconds since the epoch; as are C{updated_at}, C{muted_until} and C{archived_at}.
    """

    id: int
    name: str
    owner_id: int
    category: int
    image: str
    description: str
    size: int
    join_policy: JoinPolicy
    muted_until: int
    archived_at: int | None
    created_at: int
    updated_at: int


class Member(msgspec.Struct, frozen=True):
    """
    A member of a group.

    @ivar muted_until: milliseconds since the epoch, perhaps in the past; 0: was never muted.
    @ivar away: what the member says about being away; None: the member is not away.
    """

    id: int
    name: str
    display_name: str
    avatar: str
    role: Role
    muted_until: int
    bot: bool = False
    away: str | None = None


class GroupView(msgspec.Struct, frozen=True):
    """
    A group as one user sees it.

    @ivar role: the user's; None: the user is no member.
    @ivar invited_by: the user who invited this one; None: nobody did, or that user is gone.
    @ivar invited: whether somebody has.
    @ivar requested: whether the user has asked to become a member.
    @ivar muted_until: see L{Member}.
    """

    group: Group
    role: Role | None
    invited_by: int | None
    invited: bool
    requested: bool
    muted_until: int


class Writers(msgspec.Struct):
    """
    Who may write in a group, for the ledger's writer: kept up to date by the events of the log.

    @ivar admins: those of the members, the owner among them, who may write when nobody else may.
    @ivar muted: by user, the end of the mute: milliseconds since the epoch.
    @ivar muted_until: until when all are that are no admins.
    @ivar archived: whether nobody may write.
    """

    members: set[int]
    admins: set[int]
    muted: dict[int, int]
    muted_until: int
    archived: bool = False

    def copy(self) -> Writers:
        """@return: one that changes by itself."""
        return Writers(set(self.members), set(self.admins), dict(self.muted), self.muted_until, self.archived)

    def apply(self, event: Event) -> None:
        """Something happened in the group. To hear of it once more changes nothing that was not changed since."""
        kind, user = event.kind, event.subject
        if kind in BEGINNINGS:
            self.members.add(user)
        elif kind in ENDINGS:
            self.members.discard(user)
            self.admins.discard(user)
        elif kind == Kind.ROLE:
            (self.admins.discard if event.body == b"member" else self.admins.add)(user)
            if event.body == b"owner":
                self.muted.pop(user, None)
        elif kind == Kind.MUTED:
            self._mute(user, int(event.body))
        elif kind == Kind.UNMUTED:
            self._mute(user, 0)
        elif kind == Kind.ARCHIVED:
            self.archived = True
        elif kind == Kind.UNARCHIVED:
            self.archived = False
        elif kind in DISSOLUTIONS:
            self.members.clear()
            self.admins.clear()

    def _mute(self, user: int, until: int) -> None:
        if not user:
            self.muted_until = until
        elif until:
            self.muted[user] = until
        else:
            self.muted.pop(user, None)

    def is_muted(self, user: int, now: int) -> bool:
        """@return: whether this member may write nothing now."""
        return self.muted.get(user, 0) > now or (self.muted_until > now and user not in self.admins)


GROUP = [groups.c[name] for name in Group.__struct_fields__]
"""The columns of a L{Group}."""

_LIVE = groups.c.deleted_at.is_(None)
CURRENT = members_table.c.until.is_(None)
"""The condition for rows of current members."""


def find(connection: Connection, group_id: int) -> Group | None:
    """@return: the group, or None if there is none."""
    return _find(connection, groups.c.id == group_id)


def find_many(connection: Connection, ids: Collection[int]) -> dict[int, Group]:
    """
    @param ids: at most a few hundred.
    @return: by id, those that there are.
    """
    query = select(*GROUP).where(groups.c.id.in_(ids), _LIVE)
    return {group.id: group for group in (Group(*row) for row in connection.execute(query))}


def get(connection: Connection, group_id: int) -> Group:
    """
    @return: the group.
    @raise NoSuchGroup: there is none.
    """
    group = find(connection, group_id)
    if group is None:
        raise NoSuchGroup
    return group


def find_by_name(connection: Connection, name: str) -> Group | None:
    """@return: the group of that name in any case, or None if there is none."""
    condition, *order = is_called(groups, name)
    row = connection.execute(select(*GROUP).where(condition, _LIVE).order_by(*order).limit(1)).first()
    return Group(*row) if row else None


def find_by_text(connection: Connection, text: str) -> Group | None:
    """@return: the group of that name; failing that, if the text is a number, of that id; failing that, None."""
    named = find_by_name(connection, text)
    if named is not None:
        return named
    try:
        return find(connection, id_of(text.strip(), "comId"))
    except InvalidField:
        return None


def search(connection: Connection, user_id: int, text: str, exact: bool, after: str, limit: int) -> list[Group]:
    """
    Find groups by their names, or a part of them, in any case. Those that one can only be invited to are shown to their
    members only. A guest finds only groups that the guest is in.

    @param exact: the text is a whole name.
    @param after: the name behind which to go on, or nothing.
    @return: in order of name, as L{name_key} has it.
    """
    inside = select(members_table.c.group_id).where(members_table.c.user_id == user_id, CURRENT)
    is_open = false() if is_guest(connection, user_id) else groups.c.join_policy != "invite"
    shown = or_(is_open, groups.c.id.in_(inside))
    return in_order(connection, text, after, limit, shown, exact=exact)


def in_order(
    connection: Connection, text: str, after: str, limit: int, *conditions: ColumnElement[bool], exact: bool = False
) -> list[Group]:
    """
    As L{search}, for everybody.

    @param conditions: what else is wanted of the groups.
    """
    if text.strip() and not key_of(text):
        return []
    named = (
        (is_called(groups, text)[0],)
        if exact
        else (
            groups.c.name_key.contains(name_key(text), autoescape=True),
            groups.c.name_match.contains(key_of(text), autoescape=True),
        )
    )
    query = select(*GROUP).where(_LIVE, or_(*named), *conditions).order_by(groups.c.name_key).limit(limit)
    if after:
        query = query.where(groups.c.name_key > name_key(after))
    return [Group(*row) for row in connection.execute(query)]


IS_ARCHIVED = groups.c.archived_at.is_not(None)
"""The condition that a group can be read only."""

IS_OWNER_LOST = groups.c.owner_id.in_(
    select(users_table.c.id).where(or_(users_table.c.disabled, users_table.c.deleted_at.is_not(None)))
)
"""The condition that a group's owner can look after it no more."""


def joined(connection: Connection, user_id: int, after: int = 0, limit: int | None = None) -> list[Group]:
    """@return: the groups that the user is a member of, in order of id; only those behind the id C{after}."""
    query = (
        select(*GROUP)
        .join(members_table, members_table.c.group_id == groups.c.id)
        .where(members_table.c.user_id == user_id, CURRENT, _LIVE, groups.c.id > after)
        .order_by(groups.c.id)
        .limit(limit)
    )
    return [Group(*row) for row in connection.execute(query)]


def count_joined(connection: Connection, user_id: int) -> int:
    """@return: the number of groups that the user is a member of."""
    query = (
        select(func.count())
        .select_from(members_table)
        .join(groups, members_table.c.group_id == groups.c.id)
        .where(members_table.c.user_id == user_id, CURRENT, _LIVE)
    )
    return connection.scalar(query) or 0


def views(connection: Connection, user_id: int, found: Sequence[Group]) -> list[GroupView]:
    """@return: these groups as the user sees them."""
    ids = [group.id for group in found]
    member = members_table.c
    admin = {
        row.group_id: row.admin
        for row in connection.execute(
            select(member.group_id, member.admin).where(member.user_id == user_id, member.group_id.in_(ids), CURRENT)
        )
    }
    asked = {
        row.group_id: row.invited_by
        for row in connection.execute(
            select(candidates.c.group_id, candidates.c.invited_by).where(
                candidates.c.user_id == user_id, candidates.c.group_id.in_(ids)
            )
        )
    }
    query = select(mutes.c.group_id, mutes.c.until).where(mutes.c.user_id == user_id, mutes.c.group_id.in_(ids))
    muted = {row.group_id: row.until for row in connection.execute(query)}

    def role(group: Group) -> Role | None:
        if group.id not in admin:
            return None
        return _role(group.owner_id == user_id, admin[group.id])

    return [
        GroupView(
            group,
            role(group),
            asked.get(group.id),
            asked.get(group.id) is not None,
            group.id in asked and asked[group.id] is None,
            muted.get(group.id, 0),
        )
        for group in found
    ]


def view(connection: Connection, user_id: int, group_id: int) -> GroupView:
    """
    @return: the group as the user sees it.
    @raise NoSuchGroup: there is none; or one can only be invited to it, as guests to all groups, and the user was not.
    """
    (found,) = views(connection, user_id, [get(connection, group_id)])
    is_stranger = found.role is None and not (found.invited or found.requested)
    if is_stranger and (found.group.join_policy == "invite" or is_guest(connection, user_id)):
        raise NoSuchGroup
    return found


def members(connection: Connection, group_id: int) -> set[int]:
    """@return: the ids of the users who are members now."""
    return set(connection.scalars(select(members_table.c.user_id).where(*_members_of(group_id))))


def members_at(connection: Connection, group_id: int, position: int) -> set[int]:
    """@return: the users who were members when the event at a position of the log had happened."""
    c = members_table.c
    then = (c.group_id == group_id) & (c.since <= position) & (c.until.is_(None) | (c.until > position))
    return set(connection.scalars(select(c.user_id).where(then)))


def first_joined(connection: Connection, group_id: int) -> dict[int, int]:
    """
    @return: by the ids of the users who are members now, the position of the event by which they became members for
        the first time. An invitation, or a request to join, is no membership.
    """
    each = members_table.alias("each")
    was_member = or_(each.c.until.is_(None), each.c.until > each.c.since)
    query = (
        select(members_table.c.user_id, func.min(each.c.since).label("first"))
        .join(each, and_(each.c.group_id == members_table.c.group_id, each.c.user_id == members_table.c.user_id))
        .where(*_members_of(group_id), was_member)
        .group_by(members_table.c.user_id)
    )
    return {row.user_id: row.first for row in connection.execute(query)}


def list_members(connection: Connection, group: Group, after: int, limit: int, name: str = "") -> list[Member]:
    """
    @param after: the user behind whom to go on, or 0.
    @param name: only members with this in their names or display names, in any case; empty: all.
    @return: in order of id.
    """
    user, member = users_table.c, members_table.c
    query = (
        select(user.id, user.name, user.display_name, user.avatar, member.admin, func.coalesce(mutes.c.until, 0))
        .add_columns(user.bot, AWAY)
        .select_from(members_table)
        .join(users_table, user.id == member.user_id)
        .outerjoin(mutes, and_(mutes.c.group_id == member.group_id, mutes.c.user_id == member.user_id))
        .where(*_members_of(group.id), member.user_id > after)
        .order_by(member.user_id)
        .limit(limit)
    )
    if name.strip():
        query = query.where(has_in_names(connection, name))
    return [
        Member(number, name, shown, avatar, _role(number == group.owner_id, admin), until, bot, away)
        for number, name, shown, avatar, admin, until, bot, away in connection.execute(query)
    ]


def writers(connection: Connection, group_id: int) -> Writers:
    """@return: the members who may write in a group; without any if there is no such group."""
    group = find(connection, group_id)
    if group is None:
        return Writers(set(), set(), {}, 0)
    query = select(members_table.c.user_id, members_table.c.admin).where(*_members_of(group_id))
    admin = {row.user_id: row.admin or row.user_id == group.owner_id for row in connection.execute(query)}
    muted = connection.execute(select(mutes.c.user_id, mutes.c.until).where(mutes.c.group_id == group_id))
    return Writers(
        set(admin),
        {user for user, is_admin in admin.items() if is_admin},
        {row.user_id: row.until for row in muted},
        group.muted_until,
        group.archived_at is not None,
    )


def memberships(
    connection: Connection, asked: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """
    @param asked: users, each with a position of the log; at most a few hundred.
    @return: for each the groups that the user was a member of when the event at that position had happened: the id of
        each and its size now.
    """
    wanted: dict[int, list[int]] = {}
    for user_id, position in asked:
        wanted.setdefault(user_id, []).append(position)
    found: dict[tuple[int, int], list[tuple[int, int]]] = {each: [] for each in asked}
    values = {"users": [*wanted], "first": min((position for _, position in asked), default=0)}
    for user_id, group_id, size, since, until in connection.execute(_MEMBERSHIPS, values):
        for position in wanted[user_id]:
            if since <= position and (until is None or until > position):
                found[user_id, position].append((group_id, size))
    return found


_MEMBERSHIPS = (
    # Also of groups that were dissolved since: their last members have to get that event.
    select(members_table.c.user_id, groups.c.id, groups.c.size, members_table.c.since, members_table.c.until)
    .join(members_table, members_table.c.group_id == groups.c.id)
    .where(
        members_table.c.user_id.in_(bindparam("users", expanding=True)),
        or_(CURRENT, members_table.c.until > bindparam("first")),
    )
    .order_by(groups.c.id)
)


def find_role(connection: Connection, group: Group, user_id: int) -> Role | None:
    """@return: the user's role in the group; None: the user is no member."""
    query = select(members_table.c.admin).where(
        members_table.c.group_id == group.id, members_table.c.user_id == user_id, CURRENT
    )
    row = connection.execute(query).first()
    return _role(group.owner_id == user_id, row.admin) if row else None


def heir(connection: Connection, group: Group) -> int | None:
    """
    @return: the next owner when the owner is gone: the oldest admin, or without admins the oldest member. A user whose
        account is disabled is the heir only if there is nobody else: such a user cannot look after the group.
    """
    member = members_table.c
    query = (
        select(member.user_id)
        .join(users_table, users_table.c.id == member.user_id)
        .where(*_members_of(group.id), member.user_id != group.owner_id)
        .order_by(users_table.c.disabled, member.admin.desc(), member.since)
    )
    return connection.scalar(query.limit(1))


def leave_all(connection: Connection, user_id: int, position: int, now: int) -> None:
    """
    A user is deleted at C{position}: a member of no group any more, and nobody whom one waits for.

    @raise Busy: the user has got a group of their own a moment ago.
    """
    if connection.scalar(select(groups.c.id).where(groups.c.owner_id == user_id, _LIVE).limit(1)) is not None:
        raise Busy
    where = (members_table.c.user_id == user_id, CURRENT)
    of_user = select(members_table.c.group_id).where(*where)
    connection.execute(update(groups).where(groups.c.id.in_(of_user)).values(size=groups.c.size - 1, updated_at=now))
    connection.execute(update(members_table).where(*where).values(until=position))
    connection.execute(candidates.delete().where(candidates.c.user_id == user_id))


def _find(connection: Connection, condition: ColumnElement[bool]) -> Group | None:
    row = connection.execute(select(*GROUP).where(condition, _LIVE)).first()
    return Group(*row) if row else None


def _members_of(group_id: int) -> tuple[ColumnElement[bool], ...]:
    living = select(users_table.c.id).where(users_table.c.id == members_table.c.user_id)
    living = living.where(users_table.c.deleted_at.is_(None)).correlate(members_table)
    return members_table.c.group_id == group_id, CURRENT, living.exists()


def _role(owner: bool, admin: bool) -> Role:
    if owner:
        return "owner"
    return "admin" if admin else "member"
