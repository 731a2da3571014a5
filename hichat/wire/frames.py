"""
The v2 protocol: every frame, as both sides see it. The gateway and the client library speak it from here; the AsyncAPI
document and the page for people who write clients are made from it.

Text frames, each one JSON object with an C{op}. The client says hello first, then everything else, in any order::

    client                                                    server
    {"op":"hello","token":T,"device":"anns-laptop"}     ->
                                                        <-    {"op":"welcome","user":1,"device":7,"position":41,...}
    {"op":"sync","since":38}                            ->
                                                        <-    {"op":"page","events":[...],"position":41}
                                                        <-    {"op":"synced","position":41}     from here on it is live
    {"op":"send","ref":"a","counter":1,"user":2,"text":"hi"} ->
                                                        <-    {"op":"ack","ref":"a","id":42,"seq":9,...}
                                                        <-    {"op":"event","id":43,"kind":"message","from":2,...}

An B{id} is an event's position in the log: ids grow, and are the client's one cursor. The cursor is what C{page} and
C{event} brought, never an C{ack}'s id: an event with a smaller id may still be on its way then. The device that sent a
message gets the C{ack}, every other device of the sender gets the C{event}; a C{sync} brings one's own as well, so a
client forgets what it knows by its id.

A B{conversation} is named by the other person (C{user}), by a C{group}, or by neither: the announcements.

B{To authenticate}, log in over HTTP: C{POST /v2/login} with C{name}, C{password} and C{device} gives an
C{accessToken}, which is bound to that device. It goes into the header C{Authorization: Bearer} of the handshake or into
C{hello}, never into the URL. It is good for 15 minutes, and needed for C{hello} only: C{POST /v2/refresh} gives the
next one.

A B{counter} makes a send safe to repeat, for ever: the pair (device, counter) is written once. A retry gets the first
ack with C{duplicate}; another content under the same counter is an error, C{counter_used}. It is a whole number from 1
to 2^53 - 1, and C{send}, C{edit}, C{recall} and C{react} share them. The next one is one more than the last, which
C{welcome} tells; some may be left out, and one that was left out is still good.

B{Before sync} everything may be said and is answered. Only what happens does not come yet; nobody sees this connection
as online or typing, and another connection of the same device goes on.

B{Several frames may be under way}: none has to wait for the answer of the one before. What one connection sends is
written in the order in which it came, and answered in that order, as far as it is written: what is refused is left out.
There is no bound on how many; but over C{rate} of C{welcome} the answer is C{too_fast}, and a server that has too much
to do reads later. Some dozens are enough: the client library has 32 under way.

B{After too_fast} all further frames are refused with it, until C{retryAfter} of the last such answer is over: at
least 0.25 s. So nothing overtakes what was refused: wait for that time, then send all of it again, in order.

B{After no_such_position} the log is another one, such as an older copy that was put back: forget the cursor and what
was made of events, and C{sync} without C{since}; C{history} has what was said.

Unknown fields are refused, so that a misspelt one is not lost silently.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.events import MAX_SAFE_INTEGER, JoinPolicy, Role
from hichat.core.kinds import EventKind, Kind

SUBPROTOCOL = "hichat.v2"
PATH = "/v2/ws"


class Close(IntEnum):
    """Why the server ends a connection (RFC 6455, 7.4.2, private range), and so whether to come back."""

    SIGNED_OUT = 4001
    """The token or the device is no longer good: log in again."""
    GOING_AWAY = 4002
    """The daemon stops: come back in a moment."""
    REPLACED = 4003
    """The same device has connected again: do not come back."""
    NO_HELLO = 4004
    """There was no hello in time, something else came first, or it named another device: mend the client."""
    UNAUTHORIZED = 4005
    """The token is missing, wrong or expired: log in again."""
    TOO_SLOW = 4008
    """The client did not read: come back and catch up."""
    TOO_MANY = 4009
    """The user has as many connections as there may be: close another one, or come back later."""
    SILENT = 4010
    """Nothing was heard for a minute: come back."""
    TROUBLE = 4011
    """The daemon could not serve the connection: come back later."""


FRAME_LIMIT = 32 * 1024
"""Bytes of a frame of either dialect; a larger one closes the connection with 1009."""
TEXT_LIMIT = 8 * 1024
"""Bytes of C{text} in UTF-8."""
MENTIONS_LIMIT = 50
WATCH_LIMIT = 200
"""Users and groups, together, that one connection watches."""
DEVICE_NAME = r"^[!-~]+$(?!\n)"
"""What a device's name is made of. In Python, unlike in JSON Schema, C{$} alone would let a last line feed pass."""

HISTORY_LIMIT = 100
"""Messages in one C{history} answer."""

Id = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
Position = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=DEVICE_NAME)]
Ref = Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
Text = Annotated[str, Meta(max_length=TEXT_LIMIT, description=f"at most {TEXT_LIMIT} bytes in UTF-8")]
Url = Annotated[str, Meta(max_length=2048)]
Media = Literal["text", "emoji", "audio", "picture", "file"]
Mentions = Annotated[list[Id], Meta(max_length=MENTIONS_LIMIT)]


class _Said(msgspec.Struct, tag_field="op", omit_defaults=True, gc=False):
    """
    A frame; its tag is C{op}. What fields of several frames are, where a frame does not say it:

    @ivar ref: of the client's choice; what answers the frame has it again.
    @ivar counter: makes it safe to repeat: a retry has the same, anything else a larger one than all before.
    @ivar user: the other person of the conversation.
    @ivar group: the group whose conversation it is; without C{user} and C{group} the announcements.
    @ivar message: its id.
    @ivar mentions: ids of users.
    @ivar time: milliseconds since the epoch.
    """


# What clients say


class _Frame(_Said, forbid_unknown_fields=True):
    """A frame from a client."""


class Hello(_Frame, tag="hello", kw_only=True):
    """
    The first frame, within 10 s.

    @ivar token: unless the C{Authorization: Bearer} header had it.
    @ivar device: the client's own name of itself, the same at every connection; a random one, kept, is good. A second
        connection of the same device ends the first.
    """

    device: DeviceName
    token: Annotated[str, Meta(max_length=1024)] | UnsetType = UNSET


class Ping(_Frame, tag="ping"):
    """Answered with C{pong}. A connection from which nothing comes for 60 s counts as dead; pongs of the WebSocket
    protocol, which most libraries send by themselves, are enough."""

    ref: Ref | UnsetType = UNSET


class Sync(_Frame, tag="sync"):
    """
    Become live; what happened since then comes first, in pages. Once a connection.

    @ivar since: the cursor; without it the connection is live from now on. One that is larger than the log is long is
        refused with C{no_such_position}; then another C{sync} may come.
    """

    ref: Ref | UnsetType = UNSET
    since: Position | UnsetType = UNSET


class Addressed(_Frame, kw_only=True):
    """What names a conversation: a C{user}, a C{group}, or neither."""

    ref: Ref | UnsetType = UNSET
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class Send(Addressed, tag="send", kw_only=True):
    """
    Say something; answered with C{ack}.

    @ivar counter: from 1 to 2^53 - 1: a retry has the same, anything else a larger one than all before; without it a
        retry is another message.
    @ivar media: what it is. C{text} and C{emoji} need a C{text} or a C{url}; C{picture}, C{audio} and C{file} need a
        C{url}. All other fields may be left out, whatever it is.
    @ivar text: what is said; with a picture, an audio or a file, what is said of it.
    @ivar url: of a picture, an audio or a file: that which the upload gave (C{/v2/media/ID}), which is refused with
        C{no_such_media} if the sender may not see that file; or any other.
    @ivar name: of a file.
    @ivar seconds: how long the audio is.
    @ivar replyTo: the id of a message of the same conversation.
    """

    counter: Id | UnsetType = UNSET
    media: Media = "text"
    text: Text = ""
    url: Url = ""
    name: Annotated[str, Meta(max_length=255)] = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: Mentions = []


class _Revision(_Frame, kw_only=True):
    """
    Something is done to a message; answered with C{ack}.

    @cvar kind: what it becomes in the log.
    """

    kind: ClassVar[Kind]
    message: Id


class Edit(_Revision, tag="edit", kw_only=True):
    """
    Replace the text of an own message; answered with C{ack}. See the setting C{edit_limit}.

    @ivar text: the new text.
    """

    kind = Kind.EDITED
    text: Text
    mentions: Mentions = []
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class Recall(_Revision, tag="recall", kw_only=True):
    """Take a message back: an own one (see the setting C{edit_limit}), or anyone's as the group's owner or admin;
    answered with C{ack}."""

    kind = Kind.RECALLED
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class React(_Revision, tag="react", kw_only=True):
    """
    React to a message, or take that back, a hundred times at most; answered with C{ack}.

    @ivar emoji: the reaction: one emoji that Unicode recommends (RGI), else C{not_an_emoji}. With and without its
        variation selectors (U+FE0F) it is the same; it is told with them. What is there from when anything could be a
        reaction can be taken back.
    @ivar on: false takes the reaction back.
    """

    kind = Kind.REACTED
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool = True
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class Received(Addressed, tag="received", kw_only=True):
    """
    Everything up to this id of the conversation has come. Never goes back; answered with C{done} if it has a C{ref}.

    @ivar id: of a message or another event.
    """

    id: Id


class Read(Addressed, tag="read", kw_only=True):
    """
    Everything up to this id of the conversation was read (and so received). Otherwise as C{received}.

    @ivar id: of a message or another event.
    """

    id: Id


class Marks(Addressed, tag="marks", kw_only=True):
    """How far one has read a conversation, and how far others have; answered with C{marks}."""


class History(Addressed, tag="history", kw_only=True):
    """
    Messages of a conversation as they are now: edited, reacted to, recalled. Answered with C{history}.

    @ivar before: only messages with a smaller id; without this and C{after}, the newest.
    @ivar after: only messages with a larger id, the oldest of them.
    @ivar limit: how many messages.
    """

    before: Id | UnsetType = UNSET
    after: Position | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=HISTORY_LIMIT)] = 50


class Typing(Addressed, tag="typing", kw_only=True):
    """One is writing there. Say it every few seconds while it is so. Never stored, never answered."""


class Watch(_Frame, tag="watch", kw_only=True):
    """
    Be told of these people's presence and typing, and of typing in these groups, instead of those named before;
    together 200 at most. Answered with C{presence} of all these users.

    @ivar users: ids of people.
    @ivar groups: ids of groups.
    """

    users: Annotated[list[Id], Meta(max_length=WATCH_LIMIT)] = []
    groups: Annotated[list[Id], Meta(max_length=WATCH_LIMIT)] = []
    ref: Ref | UnsetType = UNSET


class Show(_Frame, tag="show", kw_only=True):
    """
    Whether this connection shows others that one is online and typing; it does unless told otherwise. A user is online
    to others while some connection shows it.

    @ivar presence: whether it shows that.
    """

    presence: bool
    ref: Ref | UnsetType = UNSET


Revision = Edit | Recall | React
"""What is done to a message."""

Counted = Send | Revision
"""What is written to the log, and may have a C{counter}."""

FromClient = (
    Hello | Ping | Sync | Send | Edit | Recall | React | Received | Read | Marks | History | Typing | Watch | Show
)


# What the server says: a later one may say more, so clients pass over what they do not know.


class Welcome(_Said, tag="welcome", kw_only=True, omit_defaults=False):
    """
    The answer to C{hello}.

    @ivar user: who one is.
    @ivar device: the device's number.
    @ivar counter: the largest that this device has used; the next one is larger.
    @ivar position: where the log ends, for C{sync}.
    @ivar time: the server's clock, milliseconds since the epoch.
    @ivar limits: the daemon's bounds: C{rate} (frames a second), C{text} (bytes), C{frame} (bytes), C{watch}; and if a
        user's messages are limited, C{messages} and C{period}: so many in so many seconds, over all connections; what
        is beyond that is read later, and not refused.
    """

    user: Id
    device: Id
    counter: Position
    position: Position
    time: int
    limits: dict[str, int]


class Pong(_Said, tag="pong"):
    """The answer to C{ping}."""

    ref: Ref | UnsetType = UNSET


class Ack(_Said, tag="ack", kw_only=True, omit_defaults=False):
    """
    It is on the disk.

    @ivar conversation: its number.
    @ivar seq: its place in the conversation.
    @ivar id: the event's.
    @ivar duplicate: it was there already; the numbers are those of the first time.
    """

    ref: Ref | UnsetType = UNSET
    conversation: Id
    seq: Id
    id: Id
    time: int
    duplicate: bool = False


class Error(_Said, tag="error", kw_only=True, omit_defaults=False):
    """
    Something was not done.

    @ivar ref: the frame's, if it could be read.
    @ivar code: for programs; never changes.
    @ivar message: for people, in the language of the C{Accept-Language} header.
    @ivar retryAfter: seconds after which it may work; absent if trying again is of no use.
    """

    ref: Ref | UnsetType = UNSET
    code: str
    message: str
    retryAfter: float | UnsetType = UNSET  # noqa: N815


class Done(_Said, tag="done"):
    """The frame with that C{ref} was obeyed."""

    ref: Ref


class GroupChange(msgspec.Struct, omit_defaults=True):
    """
    What is another way in a group from now on.

    @ivar name: its name.
    @ivar picture: where its picture is.
    @ivar description: what it says of itself.
    @ivar joinPolicy: how one becomes a member.
    """

    name: str | UnsetType = UNSET
    picture: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    joinPolicy: JoinPolicy | UnsetType = UNSET  # noqa: N815


class Settings(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    What a user has set for a conversation.

    @ivar user: the other person of it.
    @ivar group: the group whose it is; without C{user} and C{group} it is the announcements.
    @ivar pinned: it stands before others.
    @ivar muted: it makes no noise.
    """

    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    pinned: bool
    muted: bool


class _Happened(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False, rename={"from_": "from"}):
    """
    What the log says: sent in C{event} frames and in C{page} frames.

    @ivar id: its position in the log.
    @ivar conversation: its number.
    @ivar seq: its place in the conversation: 1, 2, 3...
    @ivar n: how many messages the conversation has up to here.
    @ivar time: milliseconds since the epoch.
    @ivar kind: what happened. In a group: C{joined}, C{left}; C{removed} and C{banned}, which end a membership;
        C{unbanned}; C{changed}; C{role}: who is the owner before somebody else becomes it is an admin after it;
        C{muted} and C{unmuted}: a member, or without C{member} all but the owner and the admins; C{dissolved}: nothing
        comes after it; and C{invited}, C{requested} and C{declined}, which who is meant hears too: it came to nothing
        by their own wish, or by that of C{from}. Those that begin with C{contact} are between two people, and both hear
        of them: C{contact_requested} has a greeting as its C{text}; after C{contact_added} they are contacts, because
        C{from} accepted that, or added the other over v1. C{contact_remarked}, C{blocked}, C{unblocked} and
        C{conversation_set} are for one's other devices alone: said to oneself.
    @ivar from_: who did it.
    @ivar user: to whom it was said: oneself, if somebody else said it.
    @ivar group: the group in which it happened; without C{user} and C{group} it is an announcement.
    @ivar media: what the message is; C{text}, C{url}, C{name}, C{seconds} and C{replyTo} as in C{send}.
    @ivar text: what is said, or what is said now.
    @ivar url: of a picture, an audio or a file: that which the upload gave (C{/v2/media/ID}), which is refused with
        C{no_such_media} if the sender may not see that file; or any other.
    @ivar name: of a file.
    @ivar seconds: how long the audio is.
    @ivar replyTo: the id of the message that this answers.
    @ivar mentions: ids of users.
    @ivar message: the message that is edited, recalled or reacted to.
    @ivar emoji: the reaction; absent if the message was recalled since.
    @ivar on: false if the reaction is taken back.
    @ivar member: who joined or left, or whom else it is about.
    @ivar size: how many members the group then had.
    @ivar role: what the member is now.
    @ivar until: when that ends by itself, milliseconds since the epoch; absent: it does not.
    @ivar changed: what is another way in the group.
    @ivar contact: whom one has blocked, or has another name for.
    @ivar remark: that name; empty: none any more.
    @ivar settings: what one has set for a conversation.
    @ivar recalled: the message's content is gone.
    """

    id: Id
    conversation: Id
    seq: Id
    n: Position
    time: int
    kind: EventKind
    from_: Id
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    media: Media | UnsetType = UNSET
    text: str | UnsetType = UNSET
    url: str = ""
    name: str = ""
    seconds: float = 0
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: list[int] = []
    message: Id | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    on: bool | UnsetType = UNSET
    member: Id | UnsetType = UNSET
    size: int | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    until: int | UnsetType = UNSET
    changed: GroupChange | UnsetType = UNSET
    contact: Id | UnsetType = UNSET
    remark: str | UnsetType = UNSET
    settings: Settings | UnsetType = UNSET
    recalled: bool = False


class Happened(_Happened):
    """An event in a C{page}."""


class EventFrame(_Happened, tag_field="op", tag="event"):
    """It happened, just now."""


class Page(_Said, tag="page", kw_only=True, omit_defaults=False):
    """
    A part of a C{sync}.

    @ivar events: in order of id.
    @ivar position: the cursor after it.
    """

    events: list[Happened]
    position: Position


class Synced(_Said, tag="synced", kw_only=True, omit_defaults=False):
    """
    The end of a C{sync}: what comes after this frame is live.

    @ivar position: the cursor now.
    """

    ref: Ref | UnsetType = UNSET
    position: Position


class Reaction(msgspec.Struct):
    """
    A reaction to a message.

    @ivar emoji: the reaction.
    @ivar users: ids of those who have it.
    """

    emoji: str
    users: list[int]


class Folded(msgspec.Struct, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """
    A message as it is now.

    @ivar id: its position in the log.
    @ivar conversation: its number.
    @ivar seq: its place in the conversation.
    @ivar n: how many messages the conversation has up to here.
    @ivar time: when it was said, milliseconds since the epoch.
    @ivar from_: who said it.
    @ivar user: to whom.
    @ivar group: in which group; without C{user} and C{group} it is an announcement.
    @ivar media: what it is.
    @ivar text: what it says now; empty if it was recalled.
    @ivar url: of a picture, an audio or a file: that which the upload gave (C{/v2/media/ID}), which is refused with
        C{no_such_media} if the sender may not see that file; or any other.
    @ivar name: of a file.
    @ivar seconds: how long the audio is.
    @ivar replyTo: the id of the message that it answers.
    @ivar mentions: ids of users.
    @ivar edited: when it was edited last, milliseconds since the epoch.
    @ivar recalled: its content is gone.
    @ivar reactions: those that were not taken back.
    """

    id: Id
    conversation: Id
    seq: Id
    n: Position
    time: int
    from_: Id
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    media: Media
    text: str
    url: str = ""
    name: str = ""
    seconds: float = 0
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: list[int] = []
    edited: int | UnsetType = UNSET
    recalled: bool = False
    reactions: list[Reaction] = []


class HistoryPage(_Said, tag="history", kw_only=True, omit_defaults=False):
    """
    The answer to C{history}.

    @ivar messages: in order of id.
    @ivar more: whether there are more in the direction that was asked for.
    """

    ref: Ref | UnsetType = UNSET
    messages: list[Folded]
    more: bool


class Mark(msgspec.Struct):
    """
    How far somebody is.

    @ivar user: who.
    @ivar received: up to which id this user's devices have it.
    @ivar read: up to which id this user has read it.
    """

    user: int
    received: int
    read: int


class MarksPage(_Said, tag="marks", kw_only=True, omit_defaults=False):
    """
    The answer to C{marks}.

    @ivar unread: messages of others that were not recalled, behind all that one has marked as read or written.
    @ivar received: up to which id one's devices have it.
    @ivar read: up to which id one has read it.
    @ivar others: of all other members: zeros where one has received nothing; empty for groups of more than 100.
    @ivar last: the id of the last event there: what was said and recalled up to it is counted in C{unread}.
    """

    ref: Ref | UnsetType = UNSET
    unread: int
    received: Position
    read: Position
    others: list[Mark]
    last: Position = 0


class Receipt(_Said, tag="receipt", kw_only=True, rename={"from_": "from"}):
    """
    Somebody in the conversation has received or read up to an id; in groups of up to 100. Also of oneself, from
    another device.

    @ivar from_: who.
    @ivar received: up to which id that user's devices have it.
    @ivar read: up to which id that user has read it.
    @ivar user: the other side as C{from} sees it: oneself, if C{from} is somebody else.
    """

    from_: Id
    received: Position
    read: Position
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class TypingFrame(_Said, tag="typing", kw_only=True, rename={"from_": "from"}):
    """
    Somebody whom, or where, one watches is writing.

    @ivar from_: who.
    @ivar user: to whom: oneself.
    """

    from_: Id
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class Presence(_Said, tag="presence", kw_only=True, omit_defaults=False):
    """
    Who of those watched is online: after C{watch} all of them, later those that changed.

    @ivar online: users who are.
    @ivar offline: users who are not.
    """

    ref: Ref | UnsetType = UNSET
    online: list[int]
    offline: list[int]


FromServer = (
    Welcome
    | Pong
    | Ack
    | Error
    | Done
    | EventFrame
    | Page
    | Synced
    | HistoryPage
    | MarksPage
    | Receipt
    | TypingFrame
    | Presence
)
