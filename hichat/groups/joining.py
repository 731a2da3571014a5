"""
Joining and leaving a group: changes that happen with an event of the log, in its transaction. Each asks L{GroupRights}
first, and raises what they raise.

A candidate is a user who was invited, or who has asked to join. An invited user becomes a member by joining; the owner
or an admin approves a request. Candidates get the events about themselves although they are no members; see C{members}
in L{hichat.storage.tables}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import conversation_settings
from hichat.core.errors import NameTaken, NoSuchLink, TooManyLinks
from hichat.core.events import FIRST_GROUP_ID
from hichat.core.kinds import Kind
from hichat.core.lookalikes import columns_of
from hichat.groups.queries import CURRENT, GROUP, Change, Group, get
from hichat.groups.rights import GroupAct, GroupRights
from hichat.storage.tables import candidates, groups, invite_links, members
from hichat.storage.tables import users as users_table

INVITE_LINKS_LIMIT = 20
"""Invite links of a group that are good."""


class Candidate(NamedTuple):
    """
    Who may become a member if somebody says yes.

    @ivar invited_by: None: the user has asked.
    @ivar created_at: milliseconds since the epoch.
    """

    id: int
    name: str
    display_name: str
    avatar: str
    invited_by: int | None
    created_at: int
    bot: bool


class InviteLink(NamedTuple):
    """
    An invite link.

    @ivar code: a secret: whoever has it becomes a member.
    @ivar made_by: a user.
    @ivar uses: how often it was used.
    @ivar use_limit: how often it may be; None: without end.
    @ivar expires_at: milliseconds since the epoch; None: never. As is C{created_at}.
    """

    id: int
    group: int
    code: str
    made_by: int
    uses: int
    use_limit: int | None
    expires_at: int | None
    created_at: int


# Becoming a member


def create(change: Change, name: str, values: Mapping[str, object]) -> Group:
    """
    Make a group, with the sender as its owner and only member.

    @param name: checked, as are C{values}: by column.
    @raise NameTaken: in some case, or one that looks like it.
    @raise TooManyGroups: the user has too many of their own, or is in too many.
    @raise Unauthorized: the user is gone.
    """
    connection, draft, now = change.connection, change.draft, change.now
    GroupRights.of(change, name).ask(GroupAct.CREATE)
    last = connection.scalar(select(func.max(groups.c.id)))
    draft.target = max(last or 0, FIRST_GROUP_ID - 1) + 1
    row = {"id": draft.target, **columns_of(name), "owner_id": draft.sender}
    try:
        connection.execute(groups.insert().values(**values, **row, created_at=now, updated_at=now))
    except IntegrityError as e:
        raise NameTaken from e
    return _take_in(change, get(connection, draft.target))


def join(change: Change) -> Group:
    """
    The sender becomes a member at once.

    @raise AlreadyAMember: the user is one.
    @raise Banned: the user is.
    @raise ApprovalRequired: somebody has to agree first, and nobody has invited the user; else L{InviteOnly}.
    @raise GroupFull: it has as many members as it may have.
    @raise TooManyGroups: the user is in too many.
    @raise NoSuchGroup: there is no such group.
    @raise Unauthorized: the user is gone.
    """
    return _take_in(change, GroupRights.of(change).ask(GroupAct.JOIN).group)


def join_or_ask(change: Change) -> Group:
    """
    The sender becomes a member; where somebody has to agree, asks to.

    @raise AlreadyRequested: the user has asked before.
    @raise TooManyPending: too many others have; L{AskedTooOften}: this user has.
    @raise AlreadyAMember: and the others that L{join} raises, but L{ApprovalRequired}.
    """
    rights = GroupRights.of(change)
    asks = rights.needs_approval
    # The ledger may try a draft again.
    change.draft.kind = Kind.REQUESTED if asks else Kind.JOINED
    group = rights.ask(GroupAct.ASK if asks else GroupAct.JOIN).group
    if not asks:
        return _take_in(change, group)
    _add_candidate(change, None)
    return group


def join_by_link(change: Change, code: str) -> Group:
    """
    The sender becomes a member, because somebody gave them the code of an invite link.

    @raise NoSuchLink: there is no such link, it is not good any more, or was used as often as it may be.
    @raise AlreadyAMember: or the others that L{join} raises, but for the policy.
    """
    link = invite_links.c
    good = (link.code == code, *_good(change.now))
    group_id = change.connection.scalar(select(link.group_id).where(*good))
    if group_id is None:
        raise NoSuchLink
    change.draft.target = group_id
    group = GroupRights.of(change).ask(GroupAct.JOIN_BY_LINK).group
    change.connection.execute(update(invite_links).where(*good).values(uses=link.uses + 1))
    return _take_in(change, group)


def approve(change: Change) -> Group:
    """
    Who has asked becomes a member.

    @raise NotPermitted: only the owner and the admins may say so; L{NotAMember}: they are members.
    @raise NoSuchRequest: the subject has not asked.
    @raise GroupFull: it has as many members as it may have.
    @raise TooManyGroups: the subject is in too many.
    """
    return _take_in(change, GroupRights.of(change).ask(GroupAct.APPROVE).group)


def add_member(change: Change) -> Group:
    """
    The subject becomes a member, whatever the group's rules are.

    @raise AlreadyAMember: the user is one.
    @raise GroupFull: it has as many members as it may have.
    @raise TooManyGroups: the user is in too many.
    @raise NoSuchGroup: there is no such group.
    @raise Unauthorized: the user is gone.
    """
    return _take_in(change, GroupRights.of(change).ask(GroupAct.BE_ADDED).group)


def bring(change: Change) -> Group:
    """
    The sender's bot becomes a member.

    @raise NotPermitted: only the owner and the admins may do so; L{NotAMember}: they are members.
    @raise AlreadyAMember: the bot is one; L{UserBanned}: the bot is.
    @raise GroupFull: it has as many members as it may have.
    @raise TooManyGroups: the bot is in too many.
    """
    return _take_in(change, GroupRights.of(change).ask(GroupAct.BRING).group)


def _take_in(change: Change, group: Group) -> Group:
    user = change.draft.subject
    forget_candidate(change.connection, group.id, user)
    change.connection.execute(members.insert().values(group_id=group.id, user_id=user, since=change.position))
    return set_size(change, group.size + 1)


# Ceasing to be one


def leave(change: Change) -> Group:
    """
    The sender ceases to be a member.

    @raise OwnerCannotLeave: the group would have none.
    @raise NotAMember: the user is none.
    @raise NoSuchGroup: there is no such group.
    """
    return take_out(change, GroupRights.of(change).ask(GroupAct.LEAVE).group)


def end_membership(change: Change) -> Group:
    """
    The subject ceases to be a member, whatever the role is.

    @raise NotAMember: the user is none.
    @raise NoSuchGroup: there is no such group.
    """
    return take_out(change, GroupRights.of(change).ask(GroupAct.BE_TAKEN_OUT).group)


def take_out(change: Change, group: Group) -> Group:
    """The subject, a member, ceases to be one."""
    user = change.draft.subject
    which = (members.c.group_id == group.id, members.c.user_id == user, CURRENT)
    change.connection.execute(update(members).where(*which).values(until=change.position))
    conversation_settings.forget_group(change.connection, group.id, user)
    return set_size(change, group.size - 1)


def set_size(change: Change, size: int) -> Group:
    """The group has so many members now, and the event says so."""
    draft = change.draft
    change.connection.execute(
        update(groups).where(groups.c.id == draft.target).values(size=size, updated_at=change.now)
    )
    draft.body = b"%d" % size
    return get(change.connection, draft.target)


# Candidates


def invite(change: Change) -> Group:
    """
    The subject may become a member by joining. In an open group every member may invite; else the owner and the admins,
    because that stands for their approval: it does for as long as they are that. If the user has asked already and the
    sender could approve, that is done.

    @raise NotPermitted: the sender may not; L{NotAMember}: the sender is no member.
    @raise NoSuchUser: there is no such user.
    @raise AlreadyAMember: the user is one; L{AlreadyInvited}; L{UserBanned}.
    @raise Blocked: the user has blocked the sender.
    @raise TooManyPending: too many others are invited or have asked; L{AskedTooOften}: this user was, and has.
    @raise NoSuchGroup: there is no such group.
    """
    rights = GroupRights.of(change)
    approves = rights.approves
    change.draft.kind = Kind.JOINED if approves else Kind.INVITED
    group = rights.ask(GroupAct.INVITE_ASKER if approves else GroupAct.INVITE).group
    if approves:
        return _take_in(change, group)
    _add_candidate(change, change.draft.sender)
    return group


def decline(change: Change, invited: bool) -> Group:
    """
    What the subject has asked for, or was invited to, comes to nothing: by their own wish, that of the owner or an
    admin, or, of an invitation, that of who has invited.

    @param invited: which of both it is.
    @raise NoSuchRequest: or L{NoSuchInvitation}: there is none.
    @raise NotPermitted: the sender may not; L{NotAMember}: the sender has nothing to do with it.
    @raise NoSuchGroup: there is no such group.
    """
    group = GroupRights.of(change).ask(GroupAct.DECLINE_INVITATION if invited else GroupAct.DECLINE_REQUEST).group
    forget_candidate(change.connection, group.id, change.draft.subject)
    _let_hear(change)
    return group


def list_candidates(
    connection: Connection, user_id: int, group_id: int, invited: bool, after: int, limit: int
) -> list[Candidate]:
    """
    @param user_id: the user who asks.
    @param invited: those who were invited, else those who have asked.
    @param after: the user behind whom to go on, or 0.
    @return: in order of the users' ids.
    @raise NotPermitted: only the owner and the admins may know; L{NotAMember}: they are members.
    @raise NoSuchGroup: there is no such group.
    """
    GroupRights(connection, group_id, user_id).ask(GroupAct.SEE_CANDIDATES)
    user = users_table.c
    query = (
        select(user.id, user.name, user.display_name, user.avatar, candidates.c.invited_by, candidates.c.created_at)
        .add_columns(user.bot)
        .join_from(candidates, users_table, user.id == candidates.c.user_id)
        .where(candidates.c.group_id == group_id, candidates.c.user_id > after, _is_invited(invited))
        .order_by(candidates.c.user_id)
        .limit(limit)
    )
    return [Candidate(*row) for row in connection.execute(query)]


def list_pending(connection: Connection, user_id: int, invited: bool, after: int, limit: int) -> list[Group]:
    """
    @param invited: True: the invitations to the user; False: the user's requests.
    @param after: the id of the group behind which to go on, or 0.
    @return: in order of id.
    """
    query = (
        select(*GROUP)
        .join(candidates, candidates.c.group_id == groups.c.id)
        .where(candidates.c.user_id == user_id, groups.c.id > after, _is_invited(invited))
        .order_by(groups.c.id)
        .limit(limit)
    )
    return [Group(*row) for row in connection.execute(query)]


def forget_candidate(connection: Connection, group_id: int, user_id: int) -> None:
    """Whatever the user was waiting for there is settled."""
    connection.execute(candidates.delete().where(candidates.c.group_id == group_id, candidates.c.user_id == user_id))


# Invite links


def make_link(
    connection: Connection,
    user_id: int,
    group_id: int,
    code: str,
    use_limit: int | None,
    expires_at: int | None,
    now: int,
) -> InviteLink:
    """
    Make an invite link. It is no event: its code is not for all members.

    @param code: new, and not to be guessed.
    @raise TooManyLinks: the group has L{INVITE_LINKS_LIMIT}.
    @raise NotPermitted: only the owner and the admins may; L{NotAMember}: they are members.
    @raise NoSuchGroup: there is no such group.
    """
    GroupRights(connection, group_id, user_id).ask(GroupAct.MAKE_LINK)
    of_group = invite_links.c.group_id == group_id
    if (connection.scalar(select(func.count()).where(of_group)) or 0) >= INVITE_LINKS_LIMIT:
        # Remove expired links, but not before there is need to: the clock may be wrong.
        gone = connection.execute(invite_links.delete().where(of_group, ~_is_good(now)))
        if not gone.rowcount:
            raise TooManyLinks
    row = {"group_id": group_id, "code": code, "made_by": user_id, "use_limit": use_limit, "expires_at": expires_at}
    made = connection.execute(invite_links.insert().values(**row, created_at=now).returning(*_LINK)).one()
    return InviteLink(*made)


def list_links(connection: Connection, user_id: int, group_id: int, now: int) -> list[InviteLink]:
    """
    @return: those that are good, in order of id.
    @raise NotPermitted: only the owner and the admins may know; L{NotAMember}: they are members.
    @raise NoSuchGroup: there is no such group.
    """
    GroupRights(connection, group_id, user_id).ask(GroupAct.SEE_LINKS)
    query = select(*_LINK).where(invite_links.c.group_id == group_id, *_good(now)).order_by(invite_links.c.id)
    return [InviteLink(*row) for row in connection.execute(query)]


def revoke_link(connection: Connection, user_id: int, group_id: int, link_id: int, now: int) -> None:
    """
    Nobody becomes a member by this link any more.

    @raise NoSuchLink: the group has no such link, or it is not good any more.
    @raise NotPermitted: only the owner and the admins may; L{NotAMember}: they are members.
    @raise NoSuchGroup: there is no such group.
    """
    GroupRights(connection, group_id, user_id).ask(GroupAct.REVOKE_LINK)
    which = (invite_links.c.id == link_id, invite_links.c.group_id == group_id)
    if connection.execute(invite_links.delete().where(*which, *_good(now))).rowcount == 0:
        raise NoSuchLink


def _add_candidate(change: Change, invited_by: int | None) -> None:
    connection, group, user = change.connection, change.draft.target, change.draft.subject
    # A plain member's invitation of who has asked takes the place of the request: in an open group it is one as good.
    forget_candidate(connection, group, user)
    row = {"group_id": group, "user_id": user, "invited_by": invited_by, "created_at": change.now}
    connection.execute(candidates.insert().values(row))
    _let_hear(change)


def _let_hear(change: Change) -> None:
    """Let the subject, who is no member, see this event as well; see C{members} in L{hichat.storage.tables}."""
    row = {"group_id": change.draft.target, "user_id": change.draft.subject}
    change.connection.execute(members.insert().values(**row, since=change.position, until=change.position))


def _is_invited(invited: bool) -> ColumnElement[bool]:
    return candidates.c.invited_by.is_not(None) if invited else candidates.c.invited_by.is_(None)


def _good(now: int) -> tuple[ColumnElement[bool], ...]:
    """@return: the conditions of links that are good."""
    link = invite_links.c
    return (
        or_(link.expires_at.is_(None), link.expires_at > now),
        or_(link.use_limit.is_(None), link.uses < link.use_limit),
    )


def _is_good(now: int) -> ColumnElement[bool]:
    return and_(*_good(now))


_LINK = [
    invite_links.c[name]
    for name in ("id", "group_id", "code", "made_by", "uses", "use_limit", "expires_at", "created_at")
]
