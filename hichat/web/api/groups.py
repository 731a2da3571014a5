"""Groups: making and finding them, becoming a member, and looking after them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.fields import PICTURE_LIMIT
from hichat.conversations import history
from hichat.core.errors import (
    AlreadyAMember,
    AlreadyInvited,
    AlreadyOwner,
    AlreadyRequested,
    AskedTooOften,
    Banned,
    Blocked,
    GroupFull,
    InviteOnly,
    NameTaken,
    NoSuchGroup,
    NoSuchInvitation,
    NoSuchLink,
    NoSuchMember,
    NoSuchRequest,
    NoSuchUser,
    NotAMember,
    NotBanned,
    NotMuted,
    NotPermitted,
    OwnerCannotLeave,
    Refused,
    TooManyGroups,
    TooManyLinks,
    TooManyPending,
    UserBanned,
)
from hichat.core.events import MAX_SAFE_INTEGER, JoinPolicy, Role
from hichat.core.text import name_key
from hichat.groups.joining import Candidate, Link
from hichat.groups.moderation import Ban
from hichat.groups.queries import Member, Place
from hichat.groups.service import FOR_EVER, checked
from hichat.web.api.accounts import AnyName, Description, Name
from hichat.web.api.operation import Answer, Caller, GroupId, Id, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.parts import Parts
from hichat.wire import frames, view

Picture = Annotated[str, Meta(max_length=PICTURE_LIMIT)]
Moment = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="Milliseconds since the epoch.")]


class Mute(msgspec.Struct, omit_defaults=True):
    """
    That somebody may write nothing.

    @ivar until: when it ends; absent: not by itself.
    """

    until: Time | UnsetType = UNSET


class You(msgspec.Struct, omit_defaults=True):
    """
    What a group is to you.

    @ivar role: what you are in it; absent: you are no member.
    @ivar invitedBy: who has invited you: you become a member by joining.
    @ivar requested: you have asked to become a member.
    @ivar muted: you may write nothing.
    """

    role: Role | UnsetType = UNSET
    invitedBy: UserId | UnsetType = UNSET  # noqa: N815
    requested: bool = False
    muted: Mute | UnsetType = UNSET


class ShownGroup(msgspec.Struct, omit_defaults=True):
    """
    A group, as you may see it.

    @ivar picture: where its picture is: a URL, a path of this server, or nothing.
    @ivar size: how many members it has.
    @ivar joinPolicy: whoever wants to becomes a member; or the owner or an admin has to agree; or only who was invited.
    @ivar muted: only the owner and the admins may write.
    """

    id: GroupId
    name: str
    picture: str
    description: str
    owner: UserId
    size: int
    joinPolicy: JoinPolicy  # noqa: N815
    created: Time
    you: You
    muted: Mute | UnsetType = UNSET


class ShownMember(msgspec.Struct, omit_defaults=True):
    """
    A member of a group.

    @ivar avatar: where a picture is: a URL, a path of this server, or nothing.
    @ivar muted: may write nothing.
    """

    id: UserId
    name: str
    avatar: str
    role: Role
    muted: Mute | UnsetType = UNSET


class ShownCandidate(msgspec.Struct, omit_defaults=True):
    """
    Who may become a member.

    @ivar avatar: where a picture is: a URL, a path of this server, or nothing.
    @ivar invitedBy: who has invited them; absent: they have asked themselves.
    @ivar time: when.
    """

    id: UserId
    name: str
    avatar: str
    time: Time
    invitedBy: UserId | UnsetType = UNSET  # noqa: N815


class ShownBan(msgspec.Struct):
    """
    Who may not become a member.

    @ivar name: empty: the account was deleted.
    @ivar avatar: where a picture is: a URL, a path of this server, or nothing.
    @ivar bannedBy: who has said so.
    @ivar time: when.
    """

    id: UserId
    name: str
    avatar: str
    bannedBy: UserId  # noqa: N815
    time: Time


class ShownLink(msgspec.Struct, omit_defaults=True):
    """
    An invite link.

    @ivar code: what makes its holder a member; give it only to those who may be one.
    @ivar madeBy: by whom.
    @ivar uses: how often it was used.
    @ivar useLimit: how often it may be; absent: without end.
    @ivar expires: from when on it is good no more; absent: never.
    """

    id: Id
    code: str
    madeBy: UserId  # noqa: N815
    created: Time
    uses: int
    useLimit: int | UnsetType = UNSET  # noqa: N815
    expires: Time | UnsetType = UNSET


class Links(msgspec.Struct):
    """
    All links of a group that are good; they are few.

    @ivar items: in the order in which they were made.
    """

    items: list[ShownLink]


class NewGroup(msgspec.Struct, forbid_unknown_fields=True):
    """
    A group to be.

    @ivar name: no other group has it, in any case or width, nor one that looks like it.
    @ivar picture: an http(s) URL, a path, or nothing.
    @ivar joinPolicy: how one becomes a member.
    """

    name: Name
    picture: Picture = ""
    description: Description = ""
    joinPolicy: JoinPolicy = "open"  # noqa: N815


class GroupEdit(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is to be another way; what is absent stays as it is.

    @ivar name: no other group has it, in any case or width, nor one that looks like it.
    @ivar picture: an http(s) URL, a path, or nothing.
    @ivar joinPolicy: how one becomes a member.
    """

    name: Name | UnsetType = UNSET
    picture: Picture | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    joinPolicy: JoinPolicy | UnsetType = UNSET  # noqa: N815


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """
    What an invite link has in it.

    @ivar code: as it was given.
    """

    code: Annotated[str, Meta(min_length=1, max_length=64)]


class NewLink(msgspec.Struct, forbid_unknown_fields=True):
    """
    An invite link to be.

    @ivar useLimit: how many may become members by it; absent: as many as the group takes.
    @ivar expires: from when on it is good no more, in the future; absent: never.
    """

    useLimit: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET  # noqa: N815
    expires: Moment | UnsetType = UNSET


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    """
    A role to have.

    @ivar role: C{owner}: you are an admin then.
    """

    role: Role


class NewMute(msgspec.Struct, forbid_unknown_fields=True):
    """
    For how long.

    @ivar until: when it ends, in the future; absent: not by itself.
    """

    until: Moment | UnsetType = UNSET


class GroupPath(msgspec.Struct, forbid_unknown_fields=True):
    """A group's place."""

    group: GroupId


class UserInGroup(msgspec.Struct, forbid_unknown_fields=True):
    """A user's place in a group."""

    group: GroupId
    user: UserId


class LinkPath(msgspec.Struct, forbid_unknown_fields=True):
    """A link's place."""

    group: GroupId
    link: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A link's id.")]


class ChangesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    Between which messages.

    @ivar after: only what has a larger id.
    @ivar before: only what has a smaller id; without it: up to now.
    @ivar limit: how many, at most.
    """

    after: Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)] = 0
    before: Id | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=frames.HISTORY_LIMIT)] = frames.HISTORY_LIMIT


class Changes(msgspec.Struct):
    """
    What happened in a group beside what was said: who joined, left, was removed or banned, what is another way.

    @ivar items: in order of id.
    """

    items: list[frames.Happened]


class GroupQuery(Paging):
    """
    Which groups.

    @ivar name: a part of their names, in any case.
    @ivar exact: it is a whole name.
    """

    name: AnyName = ""
    exact: bool = False


# Groups


async def create_group(parts: Parts, caller: Caller, body: NewGroup) -> ShownGroup:
    """Makes a group; you are its owner and its only member."""
    user = caller.user
    values = checked({"name": body.name, "picture": body.picture, "description": body.description})
    made = await parts.groups.create(
        user, values["name"], image=values["image"], description=values["description"], policy=body.joinPolicy
    )
    return _group(parts, Place(made, "owner", None, False, False, 0))


async def find_groups(parts: Parts, caller: Caller, query: GroupQuery) -> Page[ShownGroup]:
    """
    Gives groups in the order of their names. Those that one can only be invited to are shown to their members only.
    """
    after = query.after(tuple[str])
    begin = after[0] if after else ""
    found = await parts.groups.search(caller.user.id, query.name, query.exact, begin, query.limit + 1)
    return query.page([_group(parts, place) for place in found], lambda group: (name_key(group.name),))


async def get_my_groups(parts: Parts, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you are a member of."""
    found = await parts.groups.places(caller.user.id, _after(query), query.limit + 1)
    return query.page([_group(parts, place) for place in found], lambda group: (group.id,))


async def get_group(parts: Parts, caller: Caller, path: GroupPath) -> ShownGroup:
    """
    Gives what a group says of itself, and what it is to you. One that one can only be invited to is shown to its
    members and to who is invited.
    """
    return await _shown(parts, caller, path.group)


async def change_group(parts: Parts, caller: Caller, path: GroupPath, body: GroupEdit) -> ShownGroup:
    """Changes all of what is given, or nothing. For the owner and the admins."""
    await parts.groups.edit(caller.user.id, path.group, checked(msgspec.to_builtins(body)))
    return await _shown(parts, caller, path.group)


async def dissolve_group(parts: Parts, caller: Caller, path: GroupPath) -> None:
    """
    Ends a group, for its owner. Nobody writes there any more, and its name is free; who was a member may still read
    what was said till then.
    """
    await parts.groups.dissolve(caller.user.id, path.group)


# Coming and going


async def join_group(parts: Parts, caller: Caller, path: GroupPath) -> Answer:
    """
    Makes you a member: of an open group, or if you are invited. Where somebody has to agree, asks them to (202). You
    hear of what comes of it as an event.
    """
    await parts.groups.join_or_ask(caller.user.id, path.group)
    shown = await _shown(parts, caller, path.group)
    return Answer(200 if shown.you.role is not UNSET else 202, shown)


async def join_by_link(parts: Parts, caller: Caller, body: Code) -> ShownGroup:
    """Makes you a member of the group whose owner or admin made the link, whatever its policy is."""
    joined = await parts.groups.join_by_link(caller.user.id, body.code)
    return await _shown(parts, caller, joined.id)


async def leave_group(parts: Parts, caller: Caller, path: GroupPath) -> None:
    """Ends your membership. The owner cannot leave: the group has to be handed over first, or dissolved."""
    await parts.groups.leave(caller.user.id, path.group)


async def get_members(parts: Parts, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownMember]:
    """Gives the members, to members."""
    found = await parts.groups.members(caller.user.id, path.group, _after(query), query.limit + 1)
    return query.page([_member(parts, member) for member in found], lambda member: (member.id,))


async def get_changes(parts: Parts, caller: Caller, path: GroupPath, query: ChangesQuery) -> Changes:
    """
    Gives who joined the group and who left, and what it was called, for who shows that between the messages: the newest
    of it, from while you were a member.
    """
    before = MAX_SAFE_INTEGER if query.before is UNSET else query.before
    found = await parts.store.read(history.changes, caller.user.id, path.group, query.after, before, query.limit)
    return Changes([shown for event in found if (shown := view.happened(event)) is not None])


async def get_my_invitations(parts: Parts, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you are invited to. Join one, or decline with C{DELETE} of your invitation."""
    found = await parts.groups.pending(caller.user.id, True, _after(query), query.limit + 1)
    return query.page([_group(parts, place) for place in found], lambda group: (group.id,))


async def get_my_requests(parts: Parts, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you have asked to become a member of."""
    found = await parts.groups.pending(caller.user.id, False, _after(query), query.limit + 1)
    return query.page([_group(parts, place) for place in found], lambda group: (group.id,))


async def get_invitations(parts: Parts, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownCandidate]:
    """Gives who is invited, to the owner and the admins."""
    return await _candidates(parts, caller, path, query, True)


async def invite(parts: Parts, caller: Caller, path: UserInGroup) -> Answer:
    """
    Invites somebody, who becomes a member by joining (202): nobody is put into a group unasked. In an open group every
    member may invite, elsewhere the owner and the admins, because that stands for their approval, for as long as they
    are that. Who has asked already is a member at once (204).
    """
    is_member = await parts.groups.invite(caller.user.id, path.group, path.user)
    return Answer(204 if is_member else 202, None)


async def withdraw_invitation(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Declines your own invitation, or takes one back: your own, or as the owner or an admin any."""
    await parts.groups.decline(caller.user.id, path.group, path.user, invited=True)


async def get_requests(parts: Parts, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownCandidate]:
    """Gives who has asked to become a member, to the owner and the admins."""
    return await _candidates(parts, caller, path, query, False)


async def approve_request(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Makes who has asked a member. For the owner and the admins."""
    await parts.groups.approve(caller.user.id, path.group, path.user)


async def reject_request(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Takes your own request back, or rejects one as the owner or an admin."""
    await parts.groups.decline(caller.user.id, path.group, path.user, invited=False)


async def get_links(parts: Parts, caller: Caller, path: GroupPath) -> Links:
    """Gives the invite links that are good, to the owner and the admins."""
    return Links([_link(link) for link in await parts.groups.links(caller.user.id, path.group)])


async def create_link(parts: Parts, caller: Caller, path: GroupPath, body: NewLink) -> ShownLink:
    """Makes an invite link. For the owner and the admins. No event tells of it."""
    use_limit = None if body.useLimit is UNSET else body.useLimit
    expires = None if body.expires is UNSET else body.expires
    return _link(await parts.groups.make_link(caller.user.id, path.group, use_limit, expires))


async def revoke_link(parts: Parts, caller: Caller, path: LinkPath) -> None:
    """Makes a link good for nothing. For the owner and the admins."""
    await parts.groups.revoke_link(caller.user.id, path.group, path.link)


# Looking after a group


async def remove_member(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Ends a membership. An admin may remove members, the owner admins too."""
    await parts.groups.remove(caller.user.id, path.group, path.user)


async def set_role(parts: Parts, caller: Caller, path: UserInGroup, body: NewRole) -> None:
    """
    Makes a member an admin, or a member again, or hands the group over. For the owner. Who has the group then may
    write again, if muted before.
    """
    await parts.groups.set_role(caller.user.id, path.group, path.user, body.role)


async def mute_member(parts: Parts, caller: Caller, path: UserInGroup, body: NewMute) -> None:
    """
    Lets a member write nothing, also after leaving and coming back. An admin may mute members, the owner admins too.
    """
    until = FOR_EVER if body.until is UNSET else body.until
    await parts.groups.mute(caller.user.id, path.group, path.user, until)


async def unmute_member(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Lets a member write again."""
    await parts.groups.unmute(caller.user.id, path.group, path.user)


async def mute_group(parts: Parts, caller: Caller, path: GroupPath, body: NewMute) -> None:
    """Lets nobody write but the owner and the admins, who may say so."""
    until = FOR_EVER if body.until is UNSET else body.until
    await parts.groups.mute(caller.user.id, path.group, 0, until)


async def unmute_group(parts: Parts, caller: Caller, path: GroupPath) -> None:
    """Lets all write again who are not muted themselves."""
    await parts.groups.unmute(caller.user.id, path.group, 0)


async def get_bans(parts: Parts, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownBan]:
    """Gives who is banned, to the owner and the admins."""
    found = await parts.groups.bans(caller.user.id, path.group, _after(query), query.limit + 1)
    return query.page([_ban(ban) for ban in found], lambda ban: (ban.id,))


async def ban(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Lets somebody not become a member again; who is one is none any more. As C{removeMember}, also for strangers."""
    await parts.groups.ban(caller.user.id, path.group, path.user)


async def unban(parts: Parts, caller: Caller, path: UserInGroup) -> None:
    """Takes a ban back. For the owner and the admins."""
    await parts.groups.unban(caller.user.id, path.group, path.user)


async def _shown(parts: Parts, caller: Caller, group: int) -> ShownGroup:
    return _group(parts, await parts.groups.place(caller.user.id, group))


async def _candidates(
    parts: Parts, caller: Caller, path: GroupPath, query: Paging, invited: bool
) -> Page[ShownCandidate]:
    found = await parts.groups.candidates(caller.user.id, path.group, invited, _after(query), query.limit + 1)
    return query.page([_candidate(one) for one in found], lambda one: (one.id,))


def _after(query: Paging) -> int:
    after = query.after(tuple[int])
    return after[0] if after else 0


def _group(parts: Parts, place: Place) -> ShownGroup:
    group = place.group
    return ShownGroup(
        id=group.id,
        name=group.name,
        picture=group.image,
        description=group.description,
        owner=group.owner_id,
        size=group.size,
        joinPolicy=group.join_policy,
        created=group.created_at,
        you=You(
            UNSET if place.role is None else place.role,
            UNSET if place.invited_by is None else place.invited_by,
            place.requested,
            _mute(parts, place.muted_until),
        ),
        muted=_mute(parts, group.muted_until),
    )


def _mute(parts: Parts, until: int) -> Mute | UnsetType:
    if until <= parts.groups.now():
        return UNSET
    return Mute(until) if until < FOR_EVER else Mute()


def _member(parts: Parts, member: Member) -> ShownMember:
    return ShownMember(member.id, member.name, member.avatar, member.role, _mute(parts, member.muted_until))


def _candidate(one: Candidate) -> ShownCandidate:
    invited_by = UNSET if one.invited_by is None else one.invited_by
    return ShownCandidate(one.id, one.name, one.avatar, one.created_at, invited_by)


def _ban(ban: Ban) -> ShownBan:
    return ShownBan(ban.id, ban.name, ban.avatar, ban.banned_by, ban.created_at)


def _link(link: Link) -> ShownLink:
    return ShownLink(
        id=link.id,
        code=link.code,
        madeBy=link.made_by,
        created=link.created_at,
        uses=link.uses,
        useLimit=UNSET if link.use_limit is None else link.use_limit,
        expires=UNSET if link.expires_at is None else link.expires_at,
    )


_MEMBERS: tuple[type[Refused], ...] = (NoSuchGroup, NotAMember)
_ADMINS: tuple[type[Refused], ...] = (*_MEMBERS, NotPermitted)
_COMING: tuple[type[Refused], ...] = (AlreadyAMember, Banned, GroupFull, TooManyGroups)

SECTION = Section(
    "Groups",
    "A group has one owner, perhaps admins, and members. What an admin may do the owner may too. Every change is an "
    "event in the group's conversation, which its members hear over the WebSocket; who ceases to be a member hears "
    "that as the last.",
    (
        Operation("POST", "/groups", create_group, "Make a group", (NameTaken, TooManyGroups), 201),
        Operation("GET", "/groups", find_groups, "Find groups by name"),
        Operation("GET", "/me/groups", get_my_groups, "List your groups"),
        Operation("GET", "/groups/{group}", get_group, "Look at a group", (NoSuchGroup,)),
        Operation("PATCH", "/groups/{group}", change_group, "Change a group", (*_ADMINS, NameTaken)),
        Operation("DELETE", "/groups/{group}", dissolve_group, "Dissolve a group", _ADMINS),
        Operation(
            "POST",
            "/groups/{group}/join",
            join_group,
            "Join a group, or ask to",
            (NoSuchGroup, *_COMING, InviteOnly, AlreadyRequested, TooManyPending, AskedTooOften),
            more={200: ShownGroup, 202: ShownGroup},
        ),
        Operation("POST", "/me/groups", join_by_link, "Join by an invite link", (NoSuchGroup, *_COMING, NoSuchLink)),
        Operation("POST", "/groups/{group}/leave", leave_group, "Leave a group", (*_MEMBERS, OwnerCannotLeave)),
        Operation("GET", "/groups/{group}/members", get_members, "List the members", _MEMBERS),
        Operation("GET", "/groups/{group}/changes", get_changes, "Read who came and went", (NotAMember,)),
        Operation("GET", "/me/invitations", get_my_invitations, "List the groups that you are invited to"),
        Operation("GET", "/me/requests", get_my_requests, "List the groups that you have asked"),
        Operation("GET", "/groups/{group}/invitations", get_invitations, "List who is invited", _ADMINS),
        Operation(
            "PUT",
            "/groups/{group}/invitations/{user}",
            invite,
            "Invite somebody",
            (
                *_ADMINS,
                NoSuchUser,
                AlreadyAMember,
                AlreadyInvited,
                UserBanned,
                Blocked,
                GroupFull,
                TooManyGroups,
                TooManyPending,
                AskedTooOften,
            ),
            more={202: None, 204: None},
        ),
        Operation(
            "DELETE",
            "/groups/{group}/invitations/{user}",
            withdraw_invitation,
            "Decline an invitation, or take it back",
            (*_ADMINS, NoSuchInvitation),
        ),
        Operation("GET", "/groups/{group}/requests", get_requests, "List who has asked", _ADMINS),
        Operation(
            "PUT",
            "/groups/{group}/members/{user}",
            approve_request,
            "Approve a request",
            (*_ADMINS, NoSuchRequest, AlreadyAMember, GroupFull, TooManyGroups),
        ),
        Operation(
            "DELETE",
            "/groups/{group}/requests/{user}",
            reject_request,
            "Reject a request, or take it back",
            (*_ADMINS, NoSuchRequest),
        ),
        Operation("GET", "/groups/{group}/links", get_links, "List the invite links", _ADMINS),
        Operation("POST", "/groups/{group}/links", create_link, "Make an invite link", (*_ADMINS, TooManyLinks), 201),
        Operation(
            "DELETE", "/groups/{group}/links/{link}", revoke_link, "Revoke an invite link", (*_ADMINS, NoSuchLink)
        ),
        Operation(
            "DELETE", "/groups/{group}/members/{user}", remove_member, "Remove a member", (*_ADMINS, NoSuchMember)
        ),
        Operation(
            "PUT",
            "/groups/{group}/members/{user}/role",
            set_role,
            "Give a member another role",
            (*_ADMINS, NoSuchMember, AlreadyOwner, TooManyGroups),
        ),
        Operation("PUT", "/groups/{group}/members/{user}/mute", mute_member, "Mute a member", (*_ADMINS, NoSuchMember)),
        Operation(
            "DELETE", "/groups/{group}/members/{user}/mute", unmute_member, "Unmute a member", (*_ADMINS, NotMuted)
        ),
        Operation("PUT", "/groups/{group}/mute", mute_group, "Mute a group", _ADMINS),
        Operation("DELETE", "/groups/{group}/mute", unmute_group, "Unmute a group", (*_ADMINS, NotMuted)),
        Operation("GET", "/groups/{group}/bans", get_bans, "List who is banned", _ADMINS),
        Operation("PUT", "/groups/{group}/bans/{user}", ban, "Ban somebody", (*_ADMINS, NoSuchUser, UserBanned)),
        Operation("DELETE", "/groups/{group}/bans/{user}", unban, "Unban somebody", (*_ADMINS, NotBanned)),
    ),
)
