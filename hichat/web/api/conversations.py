"""Conversations over HTTP: the caller's list with last messages, messages, marks, settings."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.conversation_settings import Setting
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.conversations import history, marks
from hichat.conversations.overview import OverviewCursor, OverviewEntry, overview
from hichat.core.errors import NoSuchTarget, NotAMember, TooManyPinned
from hichat.core.events import FIRST_GROUP_ID, MAX_SAFE_INTEGER, Scope
from hichat.groups import queries
from hichat.log import reading
from hichat.web.api.operation import Caller, GroupId, Operation, Section, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.problems import Fault, Malformed
from hichat.web.services import ApiServices
from hichat.wire import frames, view
from hichat.wire.frames import Folded, Id, Position

MESSAGES_PAGE_SIZE = 128 * 1024
"""Bytes of bodies after which a page of messages is full."""

EVERYONE = "announcements"
_NAME = re.compile(rf"(?:(user|group)-([1-9][0-9]{{0,15}})|{EVERYONE})")

ConversationName = Annotated[
    str,
    Meta(
        max_length=32,
        pattern=f"^(user-[1-9][0-9]{{0,15}}|group-[1-9][0-9]{{0,15}}|{EVERYONE})$",
        description="A conversation's name: `user-` and the other's id, `group-` and its id, or `announcements`.",
    ),
]


class ShownConversation(msgspec.Struct, omit_defaults=True):
    """
    A conversation of yours.

    @ivar user: the other person, if it is between two users.
    @ivar group: its group; without C{user} and C{group} it is the announcements.
    @ivar title: the name of the other person or the group; empty for a deleted account and for the announcements.
    @ivar picture: the address of their picture: a URL, a path of this server, or empty.
    @ivar remark: your own name for a contact; absent: none.
    @ivar last: the last message as it is now; absent: there is none since you joined.
    @ivar unread: the number of other users' messages after your read mark and your last message, without recalled ones.
    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read.
    @ivar pinned: it stands before others.
    @ivar muted: clients make no notification for it. The server sends its messages as always.
    """

    name: ConversationName
    title: str
    picture: str
    unread: int
    received: Position
    read: Position
    user: UserId | UnsetType = UNSET
    group: GroupId | UnsetType = UNSET
    remark: str = ""
    last: Folded | UnsetType = UNSET
    pinned: bool = False
    muted: bool = False


class ConversationSettings(msgspec.Struct):
    """
    Your settings for a conversation.

    @ivar pinned: it stands before others.
    @ivar muted: clients make no notification for it.
    """

    name: ConversationName
    pinned: bool
    muted: bool


class SettingsChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The settings to change; absent ones keep their value.

    @ivar pinned: whether it stands before others.
    @ivar muted: whether clients make no notification for it.
    """

    pinned: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET


class Messages(msgspec.Struct):
    """
    Messages of a conversation as they are now: edited, reacted to, recalled.

    @ivar items: in the order of their ids.
    @ivar more: whether there are more in the direction of the question.
    """

    items: list[Folded]
    more: bool


class Standing(msgspec.Struct):
    """
    How far you have read a conversation, and how far others have.

    @ivar unread: the number of other users' messages after your read mark and your last message, without recalled ones.
    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read.
    @ivar others: the marks of all other members; 0 where a member has received nothing. Empty for groups of more than
        100, and if one of two users has blocked the other.
    @ivar last: the id of the conversation's last event: C{unread} counts messages and recalls up to it.
    """

    unread: int
    received: Position
    read: Position
    others: list[frames.Mark]
    last: Position


class Marking(msgspec.Struct, forbid_unknown_fields=True):
    """
    Your new marks. A mark never goes back.

    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read, and so received.
    """

    received: Id | UnsetType = UNSET
    read: Id | UnsetType = UNSET


class ConversationPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a conversation."""

    conversation: ConversationName


class MessagesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    A page of messages.

    @ivar before: only messages with a smaller id; without this and C{after}, the newest.
    @ivar after: only messages with a larger id, the oldest of them.
    @ivar limit: the largest number of messages; a page with much text has fewer.
    """

    before: Id | UnsetType = UNSET
    after: Position | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=frames.HISTORY_LIMIT)] = 50


async def get_conversations(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownConversation]:
    """
    Gives your conversations, each with its last message: with every user with whom you have exchanged messages, of each
    of your groups, and the announcements. Pinned ones come first, then those with the newest messages.
    """
    after = query.after(tuple[bool, int, int])
    behind = OverviewCursor(*after) if after else None
    found = await services.store.read(_conversations, caller.user.id, behind, query.limit + 1)
    page = query.page(found, lambda each: each[0].cursor)
    return Page([shown for _, shown in page.items], page.next)


async def get_messages(services: ApiServices, caller: Caller, path: ConversationPath, query: MessagesQuery) -> Messages:
    """
    Gives a page of messages: C{before} with the smallest id that you have leads back, C{after} with the largest leads
    forward. Of a group it gives the messages from while you were a member.
    """
    key = reading.conversation_key(*_between(caller.user, path.conversation))
    before = None if query.before is UNSET else query.before
    after = None if query.after is UNSET else query.after
    found = await services.store.read(
        history.history, caller.user.id, key, before, after, query.limit, MESSAGES_PAGE_SIZE
    )
    return Messages([view.folded(message) for message in found.messages], found.more)


async def get_marks(services: ApiServices, caller: Caller, path: ConversationPath) -> Standing:
    """Gives the marks of a conversation: how far you have read it, and how far the others have."""
    key = reading.conversation_key(*_between(caller.user, path.conversation))
    found = await services.store.read(marks.standing, caller.user.id, key)
    others = [frames.Mark(*mark) for mark in found.others]
    return Standing(found.unread, found.own.received, found.own.read, others, found.last)


async def set_marks(services: ApiServices, caller: Caller, path: ConversationPath, body: Marking) -> None:
    """
    Moves your marks forward; a mark beyond the conversation's end goes to the end. The others and your other devices
    get a receipt.
    """
    key = reading.conversation_key(*_between(caller.user, path.conversation))
    read = 0 if body.read is UNSET else body.read
    received = max(read, 0 if body.received is UNSET else body.received)
    await services.marks.put(caller.user.id, key, received, read, caller.device)


async def get_settings(services: ApiServices, caller: Caller, path: ConversationPath) -> ConversationSettings:
    """Gives your settings for a conversation."""
    scope, target = _place(path.conversation)
    return _settings(await services.conversations.setting(caller.user, scope, target))


async def change_settings(
    services: ApiServices, caller: Caller, path: ConversationPath, body: SettingsChange
) -> ConversationSettings:
    """Pins or mutes a conversation, or undoes that. Only your other devices get an event."""
    scope, target = _place(path.conversation)
    pinned = None if body.pinned is UNSET else body.pinned
    muted = None if body.muted is UNSET else body.muted
    return _settings(await services.conversations.set(caller.user, scope, target, pinned, muted))


def _conversations(
    connection: Connection, user: int, behind: OverviewCursor | None, limit: int
) -> list[tuple[OverviewEntry, ShownConversation]]:
    found = overview(connection, user, behind, limit)
    people = users.find_many(connection, [entry.target for entry in found if entry.scope == Scope.USER])
    teams = queries.find_many(connection, [entry.target for entry in found if entry.scope == Scope.GROUP])
    remarks = contacts.remarks(connection, user, people)
    shown: list[tuple[OverviewEntry, ShownConversation]] = []
    for entry in found:
        title = picture = ""
        if entry.scope == Scope.USER:
            person = people[entry.target]
            title, picture = (person.name, person.avatar) if person is not None else ("", "")
        elif entry.scope == Scope.GROUP:
            title, picture = teams[entry.target].name, teams[entry.target].image
        remark = remarks.get(entry.target, "") if entry.scope == Scope.USER else ""
        shown.append((entry, _shown(entry, title, picture, remark)))
    return shown


def _shown(entry: OverviewEntry, title: str, picture: str, remark: str) -> ShownConversation:
    return ShownConversation(
        name=name_of(entry.scope, entry.target),
        title=title,
        picture=picture,
        unread=entry.unread,
        received=entry.own.received,
        read=entry.own.read,
        user=entry.target if entry.scope == Scope.USER else UNSET,
        group=entry.target if entry.scope == Scope.GROUP else UNSET,
        remark=remark,
        last=UNSET if entry.last is None else view.folded(entry.last),
        pinned=entry.cursor.pinned,
        muted=entry.muted,
    )


def _settings(setting: Setting) -> ConversationSettings:
    return ConversationSettings(name_of(setting.scope, setting.target), setting.pinned, setting.muted)


def name_of(scope: int, target: int) -> str:
    """@return: a conversation's name."""
    if scope == Scope.EVERYONE:
        return EVERYONE
    return f"{'user' if scope == Scope.USER else 'group'}-{target}"


def _place(name: str) -> tuple[Scope, int]:
    """
    @return: the scope, and the other user's id, the group's or 0.
    @raise Malformed: this is no conversation's name.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise _no_name()
    if found[1] is None:
        return Scope.EVERYONE, 0
    target = int(found[2])
    if target > MAX_SAFE_INTEGER or (found[1] == "group" and target < FIRST_GROUP_ID):
        raise _no_name()
    return (Scope.USER if found[1] == "user" else Scope.GROUP), target


def _no_name() -> Malformed:
    return Malformed("conversation", Fault(parameter="conversation"))


def _between(user: User, name: str) -> tuple[Scope, int, int]:
    scope, target = _place(name)
    return scope, user.id, target


SECTION = Section(
    "Conversations",
    "A conversation is between two users, or a group's, or the announcements: messages of administrators to everybody. "
    "Messages are sent over the WebSocket.",
    (
        Operation("GET", "/conversations", get_conversations, "List your conversations"),
        Operation("GET", "/conversations/{conversation}", get_settings, "Get the settings", (NoSuchTarget,)),
        Operation(
            "PATCH",
            "/conversations/{conversation}",
            change_settings,
            "Pin or mute a conversation",
            (NoSuchTarget, TooManyPinned),
        ),
        Operation("GET", "/conversations/{conversation}/messages", get_messages, "Read messages", (NotAMember,)),
        Operation("GET", "/conversations/{conversation}/marks", get_marks, "Get the marks", (NoSuchTarget,)),
        Operation("PUT", "/conversations/{conversation}/marks", set_marks, "Mark as read", (NoSuchTarget,)),
    ),
)
