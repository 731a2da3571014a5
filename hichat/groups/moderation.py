"""
Looking after a group: changes that happen with an event of the log, in its transaction.

The owner may do everything; an admin what concerns plain members and strangers; a plain member nothing of this. For who
has no role, each raises L{NotAMember}; for who has one that does not do, L{NotPermitted}; and where there is no such
group, L{NoSuchGroup}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import conversation_settings, users
from hichat.accounts.names import check_rename, group_name
from hichat.core.errors import (
    AlreadyOwner,
    NameTaken,
    NoSuchMember,
    NoSuchUser,
    NotBanned,
    NotMuted,
    NotPermitted,
    UserBanned,
)
from hichat.core.events import Role
from hichat.core.lookalikes import NO_NAME, columns_of
from hichat.groups.joining import check_owned, end_membership, forget_candidate, is_banned, set_size
from hichat.groups.queries import (
    ADMINS,
    CURRENT,
    Change,
    Group,
    find_role,
    get,
    heir,
    is_above,
    role_in,
)
from hichat.storage.tables import bans, candidates, groups, invite_links, members, mutes
from hichat.storage.tables import users as users_table


class Ban(NamedTuple):
    """
    Who may not become a member.

    @ivar banned_by: a user.
    @ivar created_at: milliseconds since the epoch.
    """

    id: int
    name: str
    avatar: str
    banned_by: int
    created_at: int


def edit(change: Change, values: Mapping[str, str]) -> Group:
    """
    Change what the group says of itself, and how one joins.

    @param values: checked, by column: some of C{name}, C{image}, C{description} and C{join_policy}.
    @raise InvalidField: no group may be called so.
    @raise NameTaken: in some case, or one that looks like it.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role_in(connection, group, draft.sender, *ADMINS)
    new = {name: value for name, value in values.items() if getattr(group, name) != value}
    columns = dict(new)
    if "name" in new:
        new["name"] = group_name(new["name"])
        check_rename(connection, groups, group, new["name"])
        columns |= columns_of(new["name"])
    try:
        _update(change, columns)
    except IntegrityError as e:
        raise NameTaken from e
    draft.body = msgspec.json.encode(new)
    return get(connection, group.id)


def find_same(connection: Connection, user_id: int, group_id: int, values: Mapping[str, str]) -> Group | None:
    """@return: the group, if L{edit} would change nothing of it; the same is raised."""
    group = get(connection, group_id)
    role_in(connection, group, user_id, *ADMINS)
    return group if all(getattr(group, name) == value for name, value in values.items()) else None


def remove(change: Change) -> Group:
    """
    End the subject's membership.

    @raise NoSuchMember: the subject is none.
    """
    _check_above(change)
    return end_membership(change)


def ban(change: Change) -> Group:
    """
    Ban the subject, who may not join any more; a member's membership ends.

    @raise UserBanned: the subject is already.
    @raise NoSuchUser: there is no such user.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role = role_in(connection, group, draft.sender, *ADMINS)
    if users.find(connection, draft.subject) is None:
        raise NoSuchUser
    other = find_role(connection, group, draft.subject)
    if other is not None and not is_above(role, other):
        raise NotPermitted
    if is_banned(connection, group.id, draft.subject):
        raise UserBanned
    row = {"group_id": group.id, "user_id": draft.subject, "banned_by": draft.sender}
    connection.execute(bans.insert().values(**row, created_at=change.now))
    forget_candidate(connection, group.id, draft.subject)
    return set_size(change, group.size) if other is None else end_membership(change)


def unban(change: Change) -> Group:
    """
    Take a ban back.

    @raise NotBanned: the subject is not banned.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role_in(connection, group, draft.sender, *ADMINS)
    ended = connection.execute(bans.delete().where(bans.c.group_id == group.id, bans.c.user_id == draft.subject))
    if ended.rowcount == 0:
        raise NotBanned
    return group


def mute(change: Change, until: int) -> Group:
    """
    Let the subject, or without one all but the owner and the admins, write nothing until a time.

    @param until: milliseconds since the epoch, in the future.
    @raise NoSuchMember: the subject is none.
    """
    connection, draft = change.connection, change.draft
    if draft.subject:
        group = _check_above(change)
        _unmute(change)
        row = {"group_id": group.id, "user_id": draft.subject, "until": until}
        connection.execute(mutes.insert().values(row))
    else:
        group = get(connection, draft.target)
        role_in(connection, group, draft.sender, *ADMINS)
        _update(change, {"muted_until": until})
    draft.body = b"%d" % until
    return get(connection, group.id)


def unmute(change: Change) -> Group:
    """
    Let the subject, or without one all, write again.

    @raise NotMuted: the subject was not, or no more.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role = role_in(connection, group, draft.sender, *ADMINS)
    if draft.subject:
        other = find_role(connection, group, draft.subject)
        if other is not None and not is_above(role, other):
            raise NotPermitted
        if _unmute(change) <= change.now:
            raise NotMuted
    else:
        if group.muted_until <= change.now:
            raise NotMuted
        _update(change, {"muted_until": 0})
    return get(connection, group.id)


def set_role(change: Change, role: Role) -> Group:
    """
    Give a member another role; only the owner may. A group has one owner: if the subject becomes the owner, the sender
    becomes an admin, and a mute of the subject ends.

    @raise NoSuchMember: the subject is no member.
    @raise AlreadyOwner: the subject is the owner, who is that until somebody else is.
    @raise TooManyGroups: the subject cannot be the owner of one more.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role_in(connection, group, draft.sender, "owner")
    if find_role(connection, group, draft.subject) is None:
        raise NoSuchMember
    if draft.subject == group.owner_id:
        raise AlreadyOwner
    if role == "owner":
        check_owned(connection, draft.subject, change.limits)
    return _give(change, group, role)


def inherit(change: Change) -> Group:
    """
    The owner goes, and the group is somebody else's: an admin's, failing that the oldest member's.

    @raise NotPermitted: the sender is not the owner any more.
    @raise NoSuchMember: there is nobody else.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role_in(connection, group, draft.sender, "owner")
    found = heir(connection, group)
    if found is None:
        raise NoSuchMember
    draft.subject = found
    return _give(change, group, "owner")


def dissolve(change: Change) -> Group:
    """
    End the group; only the owner may. Its name is free again. Its last members may still read its messages, and nobody
    may write any more.

    @return: the group as it was.
    """
    connection, draft = change.connection, change.draft
    group = get(connection, draft.target)
    role_in(connection, group, draft.sender, "owner")
    current = (members.c.group_id == group.id, CURRENT)
    connection.execute(update(members).where(*current).values(until=change.position))
    for table in (candidates, bans, mutes, invite_links):
        connection.execute(table.delete().where(table.c.group_id == group.id))
    conversation_settings.forget_group(connection, group.id)
    _update(change, {**NO_NAME, "size": 0, "deleted_at": change.now})
    draft.body = b"0"
    return group


def list_bans(connection: Connection, user_id: int, group_id: int, after: int, limit: int) -> list[Ban]:
    """
    @param user_id: who wants to know.
    @param after: the user behind whom to go on, or 0.
    @return: in order of the users' ids.
    """
    role_in(connection, get(connection, group_id), user_id, *ADMINS)
    user = users_table.c
    query = (
        select(user.id, user.name, user.avatar, bans.c.banned_by, bans.c.created_at)
        .join_from(bans, users_table, user.id == bans.c.user_id)
        .where(bans.c.group_id == group_id, bans.c.user_id > after)
        .order_by(bans.c.user_id)
        .limit(limit)
    )
    return [Ban(*row) for row in connection.execute(query)]


def _check_above(change: Change) -> Group:
    """@return: the group, in which the sender's role is above the subject's."""
    group = get(change.connection, change.draft.target)
    role = role_in(change.connection, group, change.draft.sender, *ADMINS)
    other = find_role(change.connection, group, change.draft.subject)
    if other is None:
        raise NoSuchMember
    if not is_above(role, other):
        raise NotPermitted
    return group


def _give(change: Change, group: Group, role: Role) -> Group:
    _set_admin(change, change.draft.subject, role == "admin")
    if role == "owner":
        # Nobody is above the owner: nobody could take this back.
        _unmute(change)
        _set_admin(change, group.owner_id, True)
        _update(change, {"owner_id": change.draft.subject})
    change.draft.body = role.encode()
    return get(change.connection, group.id)


def _set_admin(change: Change, user_id: int, admin: bool) -> None:
    where = (members.c.group_id == change.draft.target, members.c.user_id == user_id, CURRENT)
    change.connection.execute(update(members).where(*where).values(admin=admin))


def _unmute(change: Change) -> int:
    """@return: until when the subject was muted; 0: not at all."""
    which = (mutes.c.group_id == change.draft.target, mutes.c.user_id == change.draft.subject)
    until = change.connection.scalar(select(mutes.c.until).where(*which))
    change.connection.execute(mutes.delete().where(*which))
    return until or 0


def _update(change: Change, columns: Mapping[str, object]) -> None:
    where = groups.c.id == change.draft.target
    change.connection.execute(update(groups).where(where).values(**columns, updated_at=change.now))
