"""
Looking after a group: changes that happen with an event of the log, in its transaction.

Each asks L{GroupRights} first, and raises what they raise. The owner may do everything; an admin what concerns plain
members and strangers; a plain member nothing of this. A user without a role gets L{NotAMember}; a user whose role does
not do, L{NotPermitted}; and where there is no such group, everybody gets L{NoSuchGroup}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import conversation_settings
from hichat.accounts.names import check_rename, group_name
from hichat.core.errors import NameTaken
from hichat.core.events import Role, Scope
from hichat.core.lookalikes import NO_NAME, columns_of
from hichat.groups.joining import forget_candidate, set_size, take_out
from hichat.groups.queries import CURRENT, Change, Group, get
from hichat.groups.rights import GroupAct, GroupRights
from hichat.log import reading
from hichat.storage.tables import bans, candidates, groups, invite_links, members, mutes, pins
from hichat.storage.tables import users as users_table


class Ban(NamedTuple):
    """
    Who may not become a member.

    @ivar banned_by: a user.
    @ivar created_at: milliseconds since the epoch.
    """

    id: int
    name: str
    display_name: str
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
    group = GroupRights.of(change).ask(GroupAct.EDIT).group
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
    group = GroupRights(connection, group_id, user_id).ask(GroupAct.EDIT).group
    return group if all(getattr(group, name) == value for name, value in values.items()) else None


def remove(change: Change) -> Group:
    """
    End the subject's membership.

    @raise NoSuchMember: the subject is none.
    """
    return take_out(change, GroupRights.of(change).ask(GroupAct.REMOVE).group)


def ban(change: Change) -> Group:
    """
    Ban the subject, who may not join any more; a member's membership ends.

    @raise UserBanned: the subject is already.
    @raise NoSuchUser: there is no such user.
    """
    connection, draft = change.connection, change.draft
    rights = GroupRights.of(change).ask(GroupAct.BAN)
    group, was_inside = rights.group, rights.other_role is not None
    row = {"group_id": group.id, "user_id": draft.subject, "banned_by": draft.sender}
    connection.execute(bans.insert().values(**row, created_at=change.now))
    forget_candidate(connection, group.id, draft.subject)
    return take_out(change, group) if was_inside else set_size(change, group.size)


def unban(change: Change) -> Group:
    """
    Take a ban back.

    @raise NotBanned: the subject is not banned.
    """
    group = GroupRights.of(change).ask(GroupAct.UNBAN).group
    which = (bans.c.group_id == group.id, bans.c.user_id == change.draft.subject)
    change.connection.execute(bans.delete().where(*which))
    return group


def mute(change: Change, until: int) -> Group:
    """
    Let the subject, or without one all but the owner and the admins, write nothing until a time.

    @param until: milliseconds since the epoch, in the future.
    @raise NoSuchMember: the subject is none.
    """
    draft = change.draft
    GroupRights.of(change).ask(GroupAct.MUTE if draft.subject else GroupAct.MUTE_ALL)
    if draft.subject:
        _unmute(change)
        row = {"group_id": draft.target, "user_id": draft.subject, "until": until}
        change.connection.execute(mutes.insert().values(row))
    else:
        _update(change, {"muted_until": until})
    draft.body = b"%d" % until
    return get(change.connection, draft.target)


def unmute(change: Change) -> Group:
    """
    Let the subject, or without one all, write again.

    @raise NotMuted: the subject was not, or no more.
    """
    draft = change.draft
    GroupRights.of(change).ask(GroupAct.UNMUTE if draft.subject else GroupAct.UNMUTE_ALL)
    if draft.subject:
        _unmute(change)
    else:
        _update(change, {"muted_until": 0})
    return get(change.connection, draft.target)


def set_role(change: Change, role: Role) -> Group:
    """
    Give a member another role; only the owner may. A group has one owner: if the subject becomes the owner, the sender
    becomes an admin, and a mute of the subject ends.

    @raise NoSuchMember: the subject is no member.
    @raise AlreadyOwner: the subject is the owner, who is that until somebody else is.
    @raise TooManyGroups: the subject cannot be the owner of one more.
    """
    rights = GroupRights.of(change).ask(GroupAct.HAND_OVER if role == "owner" else GroupAct.SET_ROLE)
    return _give(change, rights.group, role)


def inherit(change: Change) -> Group:
    """
    The owner goes, and the group is somebody else's: an admin's, failing that the oldest member's.

    @raise NotPermitted: the sender is not the owner any more.
    @raise NoSuchMember: there is nobody else.
    """
    rights = GroupRights.of(change).ask(GroupAct.INHERIT)
    assert rights.heir is not None
    change.draft.subject = rights.heir
    return _give(change, rights.group, "owner")


def take_over(change: Change) -> Group:
    """
    Make the subject, a member, the owner, whom the group has lost. The former owner becomes an admin.

    @raise OwnerNotLost: the owner can log in.
    @raise NoSuchMember: the subject is no member.
    @raise Disabled: the subject cannot log in either.
    @raise TooManyGroups: the subject cannot be the owner of one more.
    """
    return _give(change, GroupRights.of(change).ask(GroupAct.TAKE_OVER).group, "owner")


def archive(change: Change) -> Group:
    """
    Let members only read the group.

    @raise GroupArchived: it is archived.
    """
    return _archive(change, GroupAct.ARCHIVE, change.now)


def unarchive(change: Change) -> Group:
    """
    Let people write in an archived group again.

    @raise NotArchived: it is not archived.
    """
    return _archive(change, GroupAct.UNARCHIVE, None)


def _archive(change: Change, act: GroupAct, archived_at: int | None) -> Group:
    group = GroupRights.of(change).ask(act).group
    _update(change, {"archived_at": archived_at})
    return get(change.connection, group.id)


def dissolve(change: Change, act: GroupAct = GroupAct.DISSOLVE) -> Group:
    """
    End the group; only the owner may. Its name is free again. Its last members may still read its messages, and nobody
    may write any more.

    @param act: C{END} for those who run the server.
    @return: the group as it was.
    """
    connection = change.connection
    group = GroupRights.of(change).ask(act).group
    current = (members.c.group_id == group.id, CURRENT)
    connection.execute(update(members).where(*current).values(until=change.position))
    for table in (candidates, bans, mutes, invite_links):
        connection.execute(table.delete().where(table.c.group_id == group.id))
    conversation_settings.forget_group(connection, group.id)
    forget_pins(connection, group.id)
    _update(change, {**NO_NAME, "size": 0, "deleted_at": change.now})
    change.draft.body = b"0"
    return group


def forget_pins(connection: Connection, group_id: int) -> None:
    """Nobody could change a dissolved group's pinned messages."""
    conversation = reading.find_conversation(connection, reading.conversation_key(Scope.GROUP, 0, group_id))
    connection.execute(delete(pins).where(pins.c.conversation == conversation))


def list_bans(connection: Connection, user_id: int, group_id: int, after: int, limit: int) -> list[Ban]:
    """
    @param user_id: the user who asks.
    @param after: the user behind whom to go on, or 0.
    @return: in order of the users' ids.
    """
    GroupRights(connection, group_id, user_id).ask(GroupAct.SEE_BANS)
    user = users_table.c
    query = (
        select(user.id, user.name, user.display_name, user.avatar, bans.c.banned_by, bans.c.created_at)
        .join_from(bans, users_table, user.id == bans.c.user_id)
        .where(bans.c.group_id == group_id, bans.c.user_id > after)
        .order_by(bans.c.user_id)
        .limit(limit)
    )
    return [Ban(*row) for row in connection.execute(query)]


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


def _unmute(change: Change) -> None:
    which = (mutes.c.group_id == change.draft.target, mutes.c.user_id == change.draft.subject)
    change.connection.execute(mutes.delete().where(*which))


def _update(change: Change, columns: Mapping[str, object]) -> None:
    where = groups.c.id == change.draft.target
    change.connection.execute(update(groups).where(where).values(**columns, updated_at=change.now))
