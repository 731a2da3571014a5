"""Groups over HTTP: making and finding them, membership, moderation."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.bot_passes import BotScope
from hichat.conversations import readers
from hichat.conversations.readers import STATES, ReadersCursor
from hichat.core.errors import (
    AlreadyAMember,
    AlreadyInvited,
    AlreadyOwner,
    AlreadyRequested,
    AskedTooOften,
    Banned,
    Blocked,
    GroupArchived,
    GroupFull,
    GuestsMayNot,
    InviteOnly,
    NameTaken,
    NoSuchGroup,
    NoSuchInvitation,
    NoSuchLink,
    NoSuchMember,
    NoSuchMessage,
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
from hichat.core.events import MAX_SAFE_INTEGER, JoinPolicy, Role, Scope
from hichat.core.text import name_key
from hichat.groups.joining import Candidate, InviteLink
from hichat.groups.moderation import Ban
from hichat.groups.queries import GroupView, Member
from hichat.groups.service import FOR_EVER, checked
from hichat.web.api.accounts import AnyName, Description, PictureURL, UserName
from hichat.web.api.conversations import Changes, ChangesQuery, changes_of
from hichat.web.api.operation import Answer, Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices
from hichat.wire.frames import Id

Moment = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="Milliseconds since the epoch.")]


class Mute(msgspec.Struct, omit_defaults=True):
    """
    A mute: the member, or all members, may not write.

    @ivar until: when it ends by itself; absent: it does not.
    """

    until: Time | UnsetType = UNSET


class You(msgspec.Struct, omit_defaults=True):
    """
    Your place in a group.

    @ivar role: your role; absent: you are no member.
    @ivar invitedBy: the user who has invited you: you become a member by joining.
    @ivar requested: you have asked to join.
    @ivar muted: you may not write.
    """

    role: Role | UnsetType = UNSET
    invitedBy: UserId | UnsetType = UNSET  # noqa: N815
    requested: bool = False
    muted: Mute | UnsetType = UNSET


class ShownGroup(msgspec.Struct, omit_defaults=True):
    """
    A group, as you may see it.

    @ivar picture: the address of its picture: a URL, a path of this server, or empty.
    @ivar size: the number of its members.
    @ivar joinPolicy: who may join: everybody; or users whom the owner or an admin approves; or invited users only.
    @ivar muted: only the owner and the admins may write.
    @ivar archived: the group can be read only, since then; only those who run the server change that.
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
    archived: Time | UnsetType = UNSET


class ShownMember(msgspec.Struct, omit_defaults=True):
    """
    A member of a group.

    @ivar name: the name to log in with.
    @ivar displayName: the name that people see.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar muted: the member may not write.
    @ivar bot: it is a bot: a program.
    @ivar away: what the member says about being away, perhaps nothing; absent: the member is not away.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    role: Role
    muted: Mute | UnsetType = UNSET
    bot: bool = False
    away: str | UnsetType = UNSET


class ShownReader(msgspec.Struct, omit_defaults=True):
    """
    A member of a group, and how far a message has come to them.

    @ivar name: the name to log in with.
    @ivar displayName: the name that people see.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar state: the member has read it; or a device of theirs has received it; or neither.
    @ivar bot: it is a bot: a program.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    state: readers.ReaderState
    bot: bool = False


class Readers(msgspec.Struct, omit_defaults=True):
    """
    How far a message has come to the members of its group, and a page of these members.

    @ivar items: those who have read it first, in the order of their ids.
    @ivar read: the number of members who have read it, on all pages.
    @ivar received: the number of those who have only received it.
    @ivar none: the number of those who have not received it.
    @ivar next: the C{cursor} of the next page; absent: there is none.
    """

    items: list[ShownReader]
    read: int
    received: int
    none: int
    next: str | UnsetType = UNSET


class ShownCandidate(msgspec.Struct, omit_defaults=True):
    """
    A user who is invited to a group, or has asked to join it.

    @ivar name: the name to log in with.
    @ivar displayName: the name that people see.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar invitedBy: the user who has invited them; absent: they have asked themselves.
    @ivar time: when that was.
    @ivar bot: it is a bot: a program.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    time: Time
    invitedBy: UserId | UnsetType = UNSET  # noqa: N815
    bot: bool = False


class ShownBan(msgspec.Struct):
    """
    A user who is banned from a group.

    @ivar name: the name to log in with; empty: the account was deleted.
    @ivar displayName: the name that people see; empty: the account was deleted.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar bannedBy: the user who has banned them.
    @ivar time: when that was.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    bannedBy: UserId  # noqa: N815
    time: Time


class ShownLink(msgspec.Struct, omit_defaults=True):
    """
    An invite link.

    @ivar code: the code that makes its holder a member: give it only to users who may become one.
    @ivar madeBy: the user who made it.
    @ivar uses: how often it was used.
    @ivar useLimit: how often it may be used; absent: without limit.
    @ivar expires: when it expires; absent: never.
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
    All valid invite links of a group; they are few.

    @ivar items: in the order in which they were made.
    """

    items: list[ShownLink]


class NewGroup(msgspec.Struct, forbid_unknown_fields=True):
    """
    A new group.

    @ivar name: no other group may have it, in any case or width, nor a name that looks like it.
    @ivar picture: an http(s) URL, a path, or empty.
    @ivar joinPolicy: who may join.
    """

    name: UserName
    picture: PictureURL = ""
    description: Description = ""
    joinPolicy: JoinPolicy = "open"  # noqa: N815


class GroupEdit(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The fields to change; absent fields keep their value.

    @ivar name: no other group may have it, in any case or width, nor a name that looks like it.
    @ivar picture: an http(s) URL, a path, or empty.
    @ivar joinPolicy: who may join.
    """

    name: UserName | UnsetType = UNSET
    picture: PictureURL | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    joinPolicy: JoinPolicy | UnsetType = UNSET  # noqa: N815


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """
    The use of an invite link.

    @ivar code: the link's code.
    """

    code: Annotated[str, Meta(min_length=1, max_length=64)]


class NewLink(msgspec.Struct, forbid_unknown_fields=True):
    """
    A new invite link.

    @ivar useLimit: how many users may join by it; absent: as many as the group takes.
    @ivar expires: when it expires, in the future; absent: never.
    """

    useLimit: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET  # noqa: N815
    expires: Moment | UnsetType = UNSET


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    """
    A member's new role.

    @ivar role: with C{owner} you hand the group over, and become an admin.
    """

    role: Role


class NewMute(msgspec.Struct, forbid_unknown_fields=True):
    """
    A new mute.

    @ivar until: when it ends by itself, in the future; absent: it does not.
    """

    until: Moment | UnsetType = UNSET


class GroupPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a group."""

    group: GroupId


class UserInGroup(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a user in a group."""

    group: GroupId
    user: UserId


class MessageInGroup(msgspec.Struct, forbid_unknown_fields=True):
    """
    The address of a message in a group.

    @ivar message: the message's id.
    """

    group: GroupId
    message: Id


class LinkPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of an invite link."""

    group: GroupId
    link: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A link's id.")]


class GroupQuery(Paging):
    """
    A search for groups.

    @ivar name: a part of their names, in any case.
    @ivar exact: C{name} is the whole name.
    """

    name: AnyName = ""
    exact: bool = False


class MembersQuery(Paging):
    """
    A page of a group's members.

    @ivar name: only those with this in their names, in any case.
    """

    name: AnyName = ""


# Groups


async def create_group(services: ApiServices, caller: Caller, body: NewGroup) -> ShownGroup:
    """Makes a group; you are its owner and its only member. Guests of the server make none."""
    user = caller.user
    values = checked({"name": body.name, "picture": body.picture, "description": body.description})
    made = await services.groups.create(
        user, values["name"], image=values["image"], description=values["description"], policy=body.joinPolicy
    )
    return _group(services, GroupView(made, "owner", None, False, False, 0))


async def find_groups(services: ApiServices, caller: Caller, query: GroupQuery) -> Page[ShownGroup]:
    """
    Gives groups in the order of their names. Groups for invited users only are shown to their members alone. Guests of
    the server find only groups that they are in.
    """
    after = query.after(tuple[str])
    begin = after[0] if after else ""
    found = await services.groups.search(caller.user.id, query.name, query.exact, begin, query.limit + 1)
    return query.page([_group(services, view) for view in found], lambda group: (name_key(group.name),))


async def get_my_groups(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you are a member of."""
    found = await services.groups.views(caller.user.id, _after(query), query.limit + 1)
    return query.page([_group(services, view) for view in found], lambda group: (group.id,))


async def get_group(services: ApiServices, caller: Caller, path: GroupPath) -> ShownGroup:
    """
    Gives a group, and your place in it. A group for invited users only is shown to its members and to invited users.
    """
    return await _shown(services, caller, path.group)


async def change_group(services: ApiServices, caller: Caller, path: GroupPath, body: GroupEdit) -> ShownGroup:
    """Changes all given fields, or none. For the owner and the admins."""
    await services.groups.edit(caller.user.id, path.group, checked(msgspec.to_builtins(body)))
    return await _shown(services, caller, path.group)


async def dissolve_group(services: ApiServices, caller: Caller, path: GroupPath) -> None:
    """
    Dissolves a group. For the owner. Nobody can write there any more, and its name is free. Its last members may still
    read its messages.
    """
    await services.groups.dissolve(caller.user.id, path.group)


# Coming and going


async def join_group(services: ApiServices, caller: Caller, path: GroupPath) -> Answer:
    """
    Makes you a member, if the group is open or you are invited. If an approval is needed, asks for it (202); you get
    the answer as an event. Guests of the server join only where they are invited.
    """
    await services.groups.join_or_ask(caller.user.id, path.group)
    shown = await _shown(services, caller, path.group)
    return Answer(200 if shown.you.role is not UNSET else 202, shown)


async def join_by_link(services: ApiServices, caller: Caller, body: Code) -> ShownGroup:
    """Makes you a member of the group whose owner or admin made the link, whatever its policy is."""
    joined = await services.groups.join_by_link(caller.user.id, body.code)
    return await _shown(services, caller, joined.id)


async def leave_group(services: ApiServices, caller: Caller, path: GroupPath) -> None:
    """Ends your membership. The owner cannot leave, but can hand the group over first, or dissolve it."""
    await services.groups.leave(caller.user.id, path.group)


async def get_members(services: ApiServices, caller: Caller, path: GroupPath, query: MembersQuery) -> Page[ShownMember]:
    """Gives the members of a group, all or those of a name. For its members."""
    found = await services.groups.members(caller.user.id, path.group, _after(query), query.limit + 1, query.name)
    return query.page([shown_member(services, member) for member in found], lambda member: (member.id,))


async def get_changes(services: ApiServices, caller: Caller, path: GroupPath, query: ChangesQuery) -> Changes:
    """
    Gives the events of a group that clients show between its messages: users joined and left, the group changed. It
    gives the newest ones of the range, from while you were a member.
    """
    return await changes_of(services, caller.user, Scope.GROUP, path.group, query)


async def get_readers(services: ApiServices, caller: Caller, path: MessageInGroup, query: Paging) -> Readers:
    """
    Tells who has read a message of a group, in groups of any size: of those who are members and were when it was sent,
    without its sender. For members who may read the message. In groups of up to 100 members you get all marks, and a
    receipt when one moves; so use this for larger ones, when somebody wants to know.
    """
    after = query.after(tuple[int, int])
    behind = ReadersCursor(*after) if after else None
    found = await services.store.read(
        readers.readers, caller.user.id, path.group, path.message, behind, query.limit + 1
    )
    page = query.page(found.items, lambda each: (each.state, each.id))
    shown = [
        ShownReader(each.id, each.name, each.display_name, each.avatar, STATES[each.state], each.bot)
        for each in page.items
    ]
    read, received, none = found.counts
    return Readers(shown, read, received, none, page.next)


async def get_my_invitations(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you are invited to. Join one, or decline with C{DELETE} of your invitation."""
    found = await services.groups.pending(caller.user.id, True, _after(query), query.limit + 1)
    return query.page([_group(services, view) for view in found], lambda group: (group.id,))


async def get_my_requests(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownGroup]:
    """Gives the groups that you have asked to become a member of."""
    found = await services.groups.pending(caller.user.id, False, _after(query), query.limit + 1)
    return query.page([_group(services, view) for view in found], lambda group: (group.id,))


async def get_invitations(
    services: ApiServices, caller: Caller, path: GroupPath, query: Paging
) -> Page[ShownCandidate]:
    """Gives the invited users. For the owner and the admins."""
    return await _candidates(services, caller, path, query, True)


async def invite(services: ApiServices, caller: Caller, path: UserInGroup) -> Answer:
    """
    Invites a user, who becomes a member by joining (202): nobody is put into a group unasked. A user who has asked
    already is a member at once (204). In an open group every member may invite, in others the owner and the admins:
    there the invitation counts as their approval, for as long as they keep that role. Guests of the server invite
    nobody.
    """
    is_member = await services.groups.invite(caller.user.id, path.group, path.user)
    return Answer(204 if is_member else 202, None)


async def withdraw_invitation(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Declines an invitation to you, or takes one back that you made; the owner and the admins may take back any."""
    await services.groups.decline(caller.user.id, path.group, path.user, invited=True)


async def get_requests(services: ApiServices, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownCandidate]:
    """Gives the users who have asked to join. For the owner and the admins."""
    return await _candidates(services, caller, path, query, False)


async def approve_request(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Makes a user who has asked to join a member. For the owner and the admins."""
    await services.groups.approve(caller.user.id, path.group, path.user)


async def reject_request(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Takes your own request back, or rejects one as the owner or an admin."""
    await services.groups.decline(caller.user.id, path.group, path.user, invited=False)


async def get_links(services: ApiServices, caller: Caller, path: GroupPath) -> Links:
    """Gives the valid invite links. For the owner and the admins."""
    return Links([_link(link) for link in await services.groups.links(caller.user.id, path.group)])


async def create_link(services: ApiServices, caller: Caller, path: GroupPath, body: NewLink) -> ShownLink:
    """Makes an invite link. For the owner and the admins. Nobody gets an event of it."""
    use_limit = None if body.useLimit is UNSET else body.useLimit
    expires = None if body.expires is UNSET else body.expires
    return _link(await services.groups.make_link(caller.user.id, path.group, use_limit, expires))


async def revoke_link(services: ApiServices, caller: Caller, path: LinkPath) -> None:
    """Makes a link void. For the owner and the admins."""
    await services.groups.revoke_link(caller.user.id, path.group, path.link)


# Looking after a group


async def remove_member(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Ends a membership. An admin may remove members, the owner admins too."""
    await services.groups.remove(caller.user.id, path.group, path.user)


async def set_role(services: ApiServices, caller: Caller, path: UserInGroup, body: NewRole) -> None:
    """
    Makes a member an admin, or an admin a member again, or hands the group over. For the owner. A mute of the new owner
    ends.
    """
    await services.groups.set_role(caller.user.id, path.group, path.user, body.role)


async def mute_member(services: ApiServices, caller: Caller, path: UserInGroup, body: NewMute) -> None:
    """
    Mutes a member, who may not write then, nor after leaving and joining again. An admin may mute members, the owner
    admins too.
    """
    until = FOR_EVER if body.until is UNSET else body.until
    await services.groups.mute(caller.user.id, path.group, path.user, until)


async def unmute_member(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Ends the mute of a member."""
    await services.groups.unmute(caller.user.id, path.group, path.user)


async def mute_group(services: ApiServices, caller: Caller, path: GroupPath, body: NewMute) -> None:
    """Mutes all members but the owner and the admins. For the owner and the admins."""
    until = FOR_EVER if body.until is UNSET else body.until
    await services.groups.mute(caller.user.id, path.group, 0, until)


async def unmute_group(services: ApiServices, caller: Caller, path: GroupPath) -> None:
    """Ends the mute of the group. Members who are muted themselves stay so."""
    await services.groups.unmute(caller.user.id, path.group, 0)


async def get_bans(services: ApiServices, caller: Caller, path: GroupPath, query: Paging) -> Page[ShownBan]:
    """Gives the banned users. For the owner and the admins."""
    found = await services.groups.bans(caller.user.id, path.group, _after(query), query.limit + 1)
    return query.page([_ban(ban) for ban in found], lambda ban: (ban.id,))


async def ban(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """
    Bans a user, who may not join any more; a member's membership ends. It may be used by and against the same users as
    C{removeMember}, and against users who are no members.
    """
    await services.groups.ban(caller.user.id, path.group, path.user)


async def unban(services: ApiServices, caller: Caller, path: UserInGroup) -> None:
    """Takes a ban back. For the owner and the admins."""
    await services.groups.unban(caller.user.id, path.group, path.user)


async def _shown(services: ApiServices, caller: Caller, group: int) -> ShownGroup:
    return _group(services, await services.groups.view(caller.user.id, group))


async def _candidates(
    services: ApiServices, caller: Caller, path: GroupPath, query: Paging, invited: bool
) -> Page[ShownCandidate]:
    found = await services.groups.candidates(caller.user.id, path.group, invited, _after(query), query.limit + 1)
    return query.page([_candidate(one) for one in found], lambda one: (one.id,))


def _after(query: Paging) -> int:
    after = query.after(tuple[int])
    return after[0] if after else 0


def _group(services: ApiServices, view: GroupView) -> ShownGroup:
    group = view.group
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
            UNSET if view.role is None else view.role,
            UNSET if view.invited_by is None else view.invited_by,
            view.requested,
            _mute(services, view.muted_until),
        ),
        muted=_mute(services, group.muted_until),
        archived=UNSET if group.archived_at is None else group.archived_at,
    )


def _mute(services: ApiServices, until: int) -> Mute | UnsetType:
    if until <= services.groups.now():
        return UNSET
    return Mute(until) if until < FOR_EVER else Mute()


def shown_member(services: ApiServices, member: Member) -> ShownMember:
    """@return: a member, as other members see them."""
    muted = _mute(services, member.muted_until)
    away = UNSET if member.away is None else member.away
    return ShownMember(member.id, member.name, member.display_name, member.avatar, member.role, muted, member.bot, away)


def _candidate(one: Candidate) -> ShownCandidate:
    invited_by = UNSET if one.invited_by is None else one.invited_by
    return ShownCandidate(one.id, one.name, one.display_name, one.avatar, one.created_at, invited_by, one.bot)


def _ban(ban: Ban) -> ShownBan:
    return ShownBan(ban.id, ban.name, ban.display_name, ban.avatar, ban.banned_by, ban.created_at)


def _link(link: InviteLink) -> ShownLink:
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
_COMING: tuple[type[Refused], ...] = (AlreadyAMember, Banned, GroupArchived, GroupFull, TooManyGroups)

SECTION = Section(
    "Groups",
    "A group has one owner, perhaps admins, and members. The owner may do all that an admin may. Every change is an "
    "event in the group's conversation, which its members get over the WebSocket; a former member gets the end of the "
    "membership as the last event.",
    (
        Operation(
            "POST",
            "/groups",
            create_group,
            "Make a group",
            (NameTaken, TooManyGroups, GuestsMayNot),
            201,
            scope=BotScope.MANAGE,
        ),
        Operation("GET", "/groups", find_groups, "Find groups by name", scope=BotScope.READ),
        Operation("GET", "/me/groups", get_my_groups, "List your groups", scope=BotScope.READ),
        Operation("GET", "/groups/{group}", get_group, "Get a group", (NoSuchGroup,), scope=BotScope.READ),
        Operation(
            "PATCH",
            "/groups/{group}",
            change_group,
            "Change a group",
            (*_ADMINS, GroupArchived, NameTaken),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}",
            dissolve_group,
            "Dissolve a group",
            _ADMINS,
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "POST",
            "/groups/{group}/join",
            join_group,
            "Join a group, or ask to",
            (NoSuchGroup, *_COMING, InviteOnly, AlreadyRequested, TooManyPending, AskedTooOften),
            more={200: ShownGroup, 202: ShownGroup},
            scope=BotScope.MANAGE,
        ),
        Operation(
            "POST",
            "/me/groups",
            join_by_link,
            "Join by an invite link",
            (NoSuchGroup, *_COMING, NoSuchLink),
            scope=BotScope.MANAGE,
        ),
        Operation(
            "POST",
            "/groups/{group}/leave",
            leave_group,
            "Leave a group",
            (*_MEMBERS, OwnerCannotLeave),
            scope=BotScope.MANAGE,
        ),
        Operation("GET", "/groups/{group}/members", get_members, "List the members", _MEMBERS, scope=BotScope.READ),
        Operation(
            "GET",
            "/groups/{group}/messages/{message}/readers",
            get_readers,
            "List who has read a message",
            (*_MEMBERS, NoSuchMessage),
            scope=BotScope.READ,
        ),
        Operation(
            "GET",
            "/groups/{group}/changes",
            get_changes,
            "List the changes of a group",
            (NotAMember,),
            scope=BotScope.READ,
        ),
        Operation("GET", "/me/invitations", get_my_invitations, "List your invitations to groups", scope=BotScope.READ),
        Operation("GET", "/me/requests", get_my_requests, "List your requests to groups", scope=BotScope.READ),
        Operation(
            "GET",
            "/groups/{group}/invitations",
            get_invitations,
            "List the invitations",
            _ADMINS,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "PUT",
            "/groups/{group}/invitations/{user}",
            invite,
            "Invite a user",
            (
                *_ADMINS,
                GuestsMayNot,
                NoSuchUser,
                GroupArchived,
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
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/invitations/{user}",
            withdraw_invitation,
            "Decline an invitation, or take it back",
            (*_ADMINS, NoSuchInvitation),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation("GET", "/groups/{group}/requests", get_requests, "List the requests", _ADMINS, scope=BotScope.MANAGE),
        Operation(
            "PUT",
            "/groups/{group}/members/{user}",
            approve_request,
            "Approve a request",
            (*_ADMINS, NoSuchRequest, AlreadyAMember, GroupArchived, GroupFull, TooManyGroups),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/requests/{user}",
            reject_request,
            "Reject a request, or take it back",
            (*_ADMINS, NoSuchRequest),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "GET",
            "/groups/{group}/links",
            get_links,
            "List the invite links",
            _ADMINS,
            secret=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "POST",
            "/groups/{group}/links",
            create_link,
            "Make an invite link",
            (*_ADMINS, GuestsMayNot, GroupArchived, TooManyLinks),
            201,
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/links/{link}",
            revoke_link,
            "Revoke an invite link",
            (*_ADMINS, NoSuchLink),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/members/{user}",
            remove_member,
            "Remove a member",
            (*_ADMINS, NoSuchMember),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "PUT",
            "/groups/{group}/members/{user}/role",
            set_role,
            "Give a member another role",
            (*_ADMINS, NoSuchMember, AlreadyOwner, TooManyGroups),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "PUT",
            "/groups/{group}/members/{user}/mute",
            mute_member,
            "Mute a member",
            (*_ADMINS, NoSuchMember),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/members/{user}/mute",
            unmute_member,
            "Unmute a member",
            (*_ADMINS, NotMuted),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "PUT", "/groups/{group}/mute", mute_group, "Mute a group", _ADMINS, audited=True, scope=BotScope.MANAGE
        ),
        Operation(
            "DELETE",
            "/groups/{group}/mute",
            unmute_group,
            "Unmute a group",
            (*_ADMINS, NotMuted),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation("GET", "/groups/{group}/bans", get_bans, "List the bans", _ADMINS, scope=BotScope.MANAGE),
        Operation(
            "PUT",
            "/groups/{group}/bans/{user}",
            ban,
            "Ban a user",
            (*_ADMINS, NoSuchUser, UserBanned),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/bans/{user}",
            unban,
            "Unban a user",
            (*_ADMINS, NotBanned),
            audited=True,
            scope=BotScope.MANAGE,
        ),
    ),
)
