"""Conversations over HTTP: the caller's list with last messages, messages, marks, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType, field
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.bot_passes import ANNOUNCEMENTS_NAME, BotScope, name_of_place, place_named
from hichat.accounts.conversation_settings import Setting
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.conversations import history, marks
from hichat.conversations.overview import OverviewCursor, OverviewEntry, overview
from hichat.core.errors import (
    Blocked,
    GroupArchived,
    InvalidField,
    MessageRecalled,
    NoSharedGroup,
    NoSuchGroup,
    NoSuchMessage,
    NoSuchTarget,
    NotAdministrator,
    NotAMember,
    NotContacts,
    NotPermitted,
    TooManyPinned,
    TooManyPins,
)
from hichat.core.events import FIRST_GROUP_ID, MAX_SAFE_INTEGER, Notify, Scope, time_of
from hichat.groups import queries
from hichat.log import reading
from hichat.log.imported import last_before
from hichat.log.reading import ConversationKey
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.problems import Fault, Malformed
from hichat.web.services import ApiServices
from hichat.wire import frames, view
from hichat.wire.frames import Folded, Id, Position

if TYPE_CHECKING:
    from hichat.conversations.settings import SettingChanges

UntilTime = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER, description="Milliseconds since the epoch.")]

MESSAGES_PAGE_SIZE = 128 * 1024
"""Bytes of bodies after which a page of messages is full."""

CONVERSATIONS_PAGE_LIMIT = 300
"""The most conversations of a page: what a client begins with comes at once."""

ConversationName = Annotated[
    str,
    Meta(
        max_length=32,
        pattern=f"^(user-[1-9][0-9]{{0,15}}|group-[1-9][0-9]{{0,15}}|{ANNOUNCEMENTS_NAME})$",
        description="A conversation's name: `user-` and the other's id, `group-` and its id, or `announcements`.",
    ),
]


class ShownConversation(msgspec.Struct, omit_defaults=True):
    """
    A conversation of yours.

    @ivar user: the other person, if it is between two users.
    @ivar group: its group; without C{user} and C{group} it is the announcements.
    @ivar title: the display name of the other person, or the name of the group; empty for a deleted account and for the
        announcements.
    @ivar login: the name with which the other person logs in, if it is another one.
    @ivar picture: the address of their picture: a URL, a path of this server, or empty.
    @ivar remark: your own name for a contact; absent: none.
    @ivar last: the last message as it is now; absent: there is none since you joined.
    @ivar unread: the number of other users' messages after your read mark and your last message, without recalled ones.
    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read.
    @ivar pinned: it stands before others.
    @ivar muted: clients make no notification for it at the moment: C{notify} is C{none}, or C{mutedUntil} is to come.
        The server sends its messages as always.
    @ivar archived: it is in the archive.
    @ivar notify: the messages for which clients make one: all, those that mention you, or none.
    @ivar mutedUntil: until then they make none; absent: there is no such time.
    @ivar unreadFrom: you have marked it as unread, from the message with this id on; absent: you have not. C{unread}
        does not count these messages, and C{read} is as it was.
    @ivar keepDays: the days for which its messages are kept; absent: for ever.
    @ivar bot: the other person is a bot: a program.
    @ivar away: what the other person says about being away, perhaps nothing; absent: they are not away.
    """

    name: ConversationName
    title: str
    picture: str
    unread: int
    received: Position
    read: Position
    user: UserId | UnsetType = UNSET
    group: GroupId | UnsetType = UNSET
    login: str = ""
    remark: str = ""
    last: Folded | UnsetType = UNSET
    pinned: bool = False
    muted: bool = False
    archived: bool = False
    notify: Notify = "all"
    mutedUntil: Time | UnsetType = UNSET  # noqa: N815
    unreadFrom: Id | UnsetType = UNSET  # noqa: N815
    keepDays: int | UnsetType = UNSET  # noqa: N815
    bot: bool = False
    away: str | UnsetType = UNSET


class ConversationSettings(msgspec.Struct, omit_defaults=True):
    """
    Your settings for a conversation.

    @ivar pinned: it stands before others.
    @ivar muted: clients make no notification for it at the moment: C{notify} is C{none}, or C{mutedUntil} is to come.
    @ivar archived: it is in the archive.
    @ivar hidden: it is not listed until a new message comes.
    @ivar notify: the messages for which clients make one: all, those that mention you, or none.
    @ivar mutedUntil: until then they make none; absent: there is no such time.
    @ivar unreadFrom: you have marked it as unread, from the message with this id on; absent: you have not.
    """

    name: ConversationName
    pinned: bool
    muted: bool
    archived: bool = False
    hidden: bool = False
    notify: Notify = "all"
    mutedUntil: Time | UnsetType = UNSET  # noqa: N815
    unreadFrom: Id | UnsetType = UNSET  # noqa: N815


class SettingsChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The settings to change; absent ones keep their value.

    @ivar pinned: whether it stands before others. Pinning it takes it out of the archive.
    @ivar muted: whether clients make no notification for it: true is C{notify} C{none}, false ends that and
        C{mutedUntil}.
    @ivar archived: whether it is in the archive, which is a list of its own, and not pinned. A new message takes it
        out, unless it is muted.
    @ivar hidden: whether it is not listed until a new message comes, yours too.
    @ivar notify: the messages for which clients make a notification: all, those that mention you, or none.
    @ivar mutedUntil: until when they make none, whatever C{notify} says; 0: they do.
    @ivar unreadFrom: the id of the message from which on it counts as unread, although your read mark stays; 0: it does
        not. It ends by itself when you read something that came later.
    """

    pinned: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    notify: Notify | UnsetType = UNSET
    muted_until: UntilTime | UnsetType = field(default=UNSET, name="mutedUntil")
    unread_from: Position | UnsetType = field(default=UNSET, name="unreadFrom")


class ConversationsQuery(Paging, kw_only=True):
    """
    A page of your conversations.

    @ivar limit: conversations of the page, at most.
    @ivar archived: those in the archive; absent: the others.
    """

    limit: Annotated[int, Meta(ge=1, le=CONVERSATIONS_PAGE_LIMIT)] = 50
    archived: Literal["true"] | UnsetType = UNSET


class Messages(msgspec.Struct):
    """
    Messages of a conversation as they are now: edited, reacted to, recalled.

    @ivar items: in the order of their ids.
    @ivar more: whether there are more in the direction of the question.
    @ivar keepDays: the days for which messages of the conversation are kept; absent: for ever.
    """

    items: list[Folded]
    more: bool
    keepDays: int | UnsetType = UNSET  # noqa: N815


class Standing(msgspec.Struct):
    """
    How far you have read a conversation, and how far others have.

    @ivar unread: the number of other users' messages after your read mark and your last message, without recalled ones.
    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read.
    @ivar others: the marks of all other members; 0 where a member has received nothing. Empty for groups of more than
        100, which tell who has read one message instead, and if one of two users has blocked the other.
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
    @ivar since: only messages from this time on, the oldest of them; milliseconds since the epoch.
    @ivar limit: the largest number of messages; a page with much text has fewer.
    """

    before: Id | UnsetType = UNSET
    after: Position | UnsetType = UNSET
    since: UntilTime | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=frames.HISTORY_LIMIT)] = 50


class ChangesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    A range of a conversation's log.

    @ivar after: only events with a larger id.
    @ivar before: only events with a smaller id; without it: up to now.
    @ivar limit: the largest number of events.
    """

    after: Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)] = 0
    before: Id | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=frames.HISTORY_LIMIT)] = frames.HISTORY_LIMIT


class Changes(msgspec.Struct):
    """
    The events of a conversation that clients show between its messages: members joined, left, were removed or banned,
    the group changed, a message was pinned.

    @ivar items: in the order of their ids.
    """

    items: list[frames.Happened]


class PinnedMessage(msgspec.Struct, rename={"from_": "from"}):
    """
    A pinned message.

    @ivar message: the message as it is now.
    @ivar from_: the user who has pinned it.
    @ivar time: when.
    """

    message: Folded
    from_: UserId
    time: Time


class PinnedMessages(msgspec.Struct):
    """
    The pinned messages of a conversation.

    @ivar items: the one that was pinned last first.
    """

    items: list[PinnedMessage]


class PlacedMessage(msgspec.Struct):
    """
    A message, and where it is.

    @ivar message: the message as it is now; it may have been recalled.
    @ivar conversation: the name of its conversation.
    """

    message: Folded
    conversation: ConversationName


class MessagePath(msgspec.Struct, forbid_unknown_fields=True):
    """
    The address of a message.

    @ivar message: the message's id.
    """

    message: Id


class PinPath(msgspec.Struct, forbid_unknown_fields=True):
    """
    The address of a pinned message.

    @ivar message: the message's id.
    """

    conversation: ConversationName
    message: Id


async def get_conversations(
    services: ApiServices, caller: Caller, query: ConversationsQuery
) -> Page[ShownConversation]:
    """
    Gives your conversations, each with its last message: with every user with whom you have exchanged messages, of each
    of your groups, and the announcements. Pinned ones come first, then those with the newest messages. Archived ones
    are a list of their own; hidden ones are in neither.
    """
    after = query.after(tuple[bool, int, int])
    behind = OverviewCursor(*after) if after else None
    now, archived = services.conversations.now(), query.archived is not UNSET
    found = await services.store.read(_conversations, caller.user.id, behind, query.limit + 1, now, archived)
    page = query.page(found, lambda each: each[0].cursor)
    return Page([shown for _, shown in page.items], page.next)


async def get_messages(services: ApiServices, caller: Caller, path: ConversationPath, query: MessagesQuery) -> Messages:
    """
    Gives a page of messages: C{before} with the smallest id that you have leads back, C{after} with the largest leads
    forward. C{since} leads to a day. Of a group it gives the messages from while you were a member.
    """
    key = reading.conversation_key(*_between(caller.user, path.conversation))
    before = None if query.before is UNSET else query.before
    after = None if query.after is UNSET else query.after
    since = None if query.since is UNSET else query.since

    def read(connection: Connection) -> history.Slice:
        begin = after
        if since is not None:
            begin = max(after or 0, reading.before_time(connection, since), _imported_before(connection, key, since))
        return history.history(connection, caller.user.id, key, before, begin, query.limit, MESSAGES_PAGE_SIZE)

    found = await services.store.read(read)
    return Messages([view.folded(message) for message in found.messages], found.more, found.days or UNSET)


def _imported_before(connection: Connection, key: ConversationKey, time: int) -> int:
    """
    @return: the last position of the conversation's imported messages from before a time, which have no place in the
        order of times.
    """
    conversation = reading.find_conversation(connection, key)
    return last_before(connection, conversation, time) if conversation else 0


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


async def get_message(services: ApiServices, caller: Caller, path: MessagePath) -> PlacedMessage:
    """
    Gives a message that you may read, of any conversation, and the name that the conversation has for you: so a link to
    a message needs its id only.
    """
    found = await services.store.read(history.look_up, caller.user.id, path.message)
    if found is None:
        raise NoSuchMessage
    shown = placed(caller.user, found)
    if caller.user.bot_pass is not None:
        caller.user.bot_pass.ask_place(*place(shown.conversation))
    return shown


def placed(user: User, found: history.FoldedEvents) -> PlacedMessage:
    """@return: a message, and where it is for a user who may read it."""
    event = found.message
    other = event.sender if event.scope == Scope.USER and event.target == user.id else event.target
    return PlacedMessage(view.folded(found), name_of(event.scope, other))


async def get_changes_between(
    services: ApiServices, caller: Caller, path: ConversationPath, query: ChangesQuery
) -> Changes:
    """
    Gives the events of a conversation that clients show between its messages: a message was pinned, and in a group
    users joined and left, the group changed. It gives the newest ones of the range; of a group from while you were a
    member.
    """
    return await changes_of(services, caller.user, *place(path.conversation), query)


async def get_pins(services: ApiServices, caller: Caller, path: ConversationPath) -> PinnedMessages:
    """Gives the pinned messages of a conversation, those that were pinned last first; recalled ones are not pinned."""
    found = await services.conversations.pins.listed(caller.user, *place(path.conversation))
    return PinnedMessages([PinnedMessage(view.folded(pin.message), pin.by.sender, time_of(pin.by)) for pin in found])


async def pin_message(services: ApiServices, caller: Caller, path: PinPath) -> None:
    """
    Pins a message, for all who read the conversation. Between two users both may do so, in a group the owner and the
    admins. Everybody there gets an event, unless the message was pinned already.
    """
    await services.conversations.pins.pin(caller.user, *place(path.conversation), path.message)


async def unpin_message(services: ApiServices, caller: Caller, path: PinPath) -> None:
    """Takes a pin back; who may pin may do that. Everybody there gets an event, if the message was pinned."""
    await services.conversations.pins.unpin(caller.user, *place(path.conversation), path.message)


async def changes_of(services: ApiServices, user: User, scope: Scope, target: int, query: ChangesQuery) -> Changes:
    """@return: see L{history.changes}."""
    key = reading.conversation_key(scope, user.id, target)
    before = MAX_SAFE_INTEGER if query.before is UNSET else query.before
    found = await services.store.read(history.changes, user.id, key, query.after, before, query.limit)
    return Changes([shown for event in found if (shown := view.happened(event)) is not None])


async def get_settings(services: ApiServices, caller: Caller, path: ConversationPath) -> ConversationSettings:
    """Gives your settings for a conversation."""
    scope, target = place(path.conversation)
    return _settings(await services.conversations.setting(caller.user, scope, target), services.conversations.now())


async def change_settings(
    services: ApiServices, caller: Caller, path: ConversationPath, body: SettingsChange
) -> ConversationSettings:
    """
    Pins, mutes, archives or hides a conversation, marks it as unread, or undoes that. Only your other devices get an
    event.
    """
    scope, target = place(path.conversation)
    given = msgspec.structs.asdict(body)
    changes = cast("SettingChanges", {name: value for name, value in given.items() if value is not UNSET})
    changed = await services.conversations.set(caller.user, scope, target, **changes)
    return _settings(changed, services.conversations.now())


def _conversations(
    connection: Connection, user: int, behind: OverviewCursor | None, limit: int, now: int, archived: bool
) -> list[tuple[OverviewEntry, ShownConversation]]:
    found = overview(connection, user, behind, limit, now, archived)
    known = users.find_many(connection, [entry.target for entry in found if entry.scope == Scope.USER]).values()
    some = contacts.without_hidden_absences(connection, user, [each for each in known if each is not None])
    people = {each.id: each for each in some}
    teams = queries.find_many(connection, [entry.target for entry in found if entry.scope == Scope.GROUP])
    remarks = contacts.remarks(connection, user, [entry.target for entry in found if entry.scope == Scope.USER])
    shown: list[tuple[OverviewEntry, ShownConversation]] = []
    for entry in found:
        title = picture = login = ""
        bot, away = False, None
        if entry.scope == Scope.USER:
            person = people.get(entry.target)
            if person is not None:
                title, picture, bot, away = person.display_name, person.avatar, person.bot, person.away
                login = person.name if person.name != title else ""
        elif entry.scope == Scope.GROUP:
            title, picture = teams[entry.target].name, teams[entry.target].image
        remark = remarks.get(entry.target, "") if entry.scope == Scope.USER else ""
        found_one = _shown(entry, title, picture, login, remark, now)
        found_one.bot, found_one.away = bot, UNSET if away is None else away
        shown.append((entry, found_one))
    return shown


def _shown(entry: OverviewEntry, title: str, picture: str, login: str, remark: str, now: int) -> ShownConversation:
    return ShownConversation(
        name=name_of(entry.scope, entry.target),
        title=title,
        picture=picture,
        unread=entry.unread,
        received=entry.own.received,
        read=entry.own.read,
        user=entry.target if entry.scope == Scope.USER else UNSET,
        group=entry.target if entry.scope == Scope.GROUP else UNSET,
        login=login,
        remark=remark,
        last=UNSET if entry.last is None else view.folded(entry.last),
        pinned=entry.cursor.pinned,
        muted=entry.setting.is_quiet(now),
        archived=entry.setting.archived > 0,
        notify=entry.setting.notify,
        mutedUntil=entry.setting.muted_until or UNSET,
        unreadFrom=entry.setting.unread_from or UNSET,
        keepDays=entry.days or UNSET,
    )


def _settings(setting: Setting, now: int) -> ConversationSettings:
    return ConversationSettings(
        name_of(setting.scope, setting.target),
        setting.pinned,
        setting.is_quiet(now),
        setting.archived > 0,
        setting.hidden > 0,
        setting.notify,
        setting.muted_until or UNSET,
        setting.unread_from or UNSET,
    )


def name_of(scope: int, target: int) -> str:
    """@return: a conversation's name."""
    return name_of_place((scope, target))


def place(name: str) -> tuple[Scope, int]:
    """
    @return: the scope, and the other user's id, the group's or 0.
    @raise Malformed: this is no conversation's name.
    """
    try:
        scope, target = place_named(name)
    except InvalidField:
        raise _no_name() from None
    if scope == Scope.GROUP and target < FIRST_GROUP_ID:
        raise _no_name()
    return scope, target


def _no_name() -> Malformed:
    return Malformed("conversation", Fault(parameter="conversation"))


def _between(user: User, name: str) -> tuple[Scope, int, int]:
    scope, target = place(name)
    return scope, user.id, target


_PIN_REFUSALS = (
    NoSuchGroup,
    NotAMember,
    NotPermitted,
    GroupArchived,
    NotAdministrator,
    Blocked,
    NotContacts,
    NoSharedGroup,
    NoSuchMessage,
)

SECTION = Section(
    "Conversations",
    "A conversation is between two users, or a group's, or the announcements: messages of administrators to everybody. "
    "Messages are sent by the calls under Messages, or over the WebSocket.",
    (
        Operation("GET", "/conversations", get_conversations, "List your conversations", scope=BotScope.READ),
        Operation(
            "GET",
            "/conversations/{conversation}",
            get_settings,
            "Get the settings",
            (NoSuchTarget,),
            scope=BotScope.READ,
        ),
        Operation(
            "PATCH",
            "/conversations/{conversation}",
            change_settings,
            "Pin, mute, archive or hide a conversation",
            (NoSuchTarget, TooManyPinned),
        ),
        Operation(
            "GET",
            "/conversations/{conversation}/messages",
            get_messages,
            "Read messages",
            (NotAMember,),
            scope=BotScope.READ,
        ),
        Operation(
            "GET",
            "/messages/{message}",
            get_message,
            "Read one message",
            (NoSuchMessage,),
            scope=BotScope.READ,
            limits=True,
        ),
        Operation(
            "GET",
            "/conversations/{conversation}/marks",
            get_marks,
            "Get the marks",
            (NoSuchTarget,),
            scope=BotScope.READ,
        ),
        Operation(
            "PUT",
            "/conversations/{conversation}/marks",
            set_marks,
            "Mark as read",
            (NoSuchTarget,),
            scope=BotScope.READ,
        ),
        Operation(
            "GET",
            "/conversations/{conversation}/changes",
            get_changes_between,
            "List the changes",
            (NotAMember,),
            scope=BotScope.READ,
        ),
        Operation(
            "GET",
            "/conversations/{conversation}/pins",
            get_pins,
            "List the pinned messages",
            (NotAMember,),
            scope=BotScope.READ,
        ),
        Operation(
            "PUT",
            "/conversations/{conversation}/pins/{message}",
            pin_message,
            "Pin a message",
            (*_PIN_REFUSALS, MessageRecalled, TooManyPins),
            audited=True,
            scope=BotScope.MANAGE,
        ),
        Operation(
            "DELETE",
            "/conversations/{conversation}/pins/{message}",
            unpin_message,
            "Unpin a message",
            _PIN_REFUSALS,
            audited=True,
            scope=BotScope.MANAGE,
        ),
    ),
)
