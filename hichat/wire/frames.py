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

An B{id} is an event's position in the log: ids grow, and are the client's one cursor. The cursor comes from C{page} and
C{event}, never from an C{ack}: an event with a smaller id may still be on its way then. The device that sent a message
gets the C{ack}, every other device of the sender gets the C{event}. A C{sync} also brings the client's own messages;
the client recognises them by their ids and passes over them.

A B{conversation} is named by the other person (C{user}), by a C{group}, or by neither: the announcements.

B{To authenticate}, log in over HTTP: C{POST /v2/login} with C{name}, C{password} and C{device} gives an
C{accessToken}, which is bound to that device. It goes into the header C{Authorization: Bearer} of the handshake or into
C{hello}, never into the URL. It is good for 15 minutes, and needed for C{hello} only: C{POST /v2/refresh} gives the
next one.

A B{counter} makes a send safe to repeat, for ever: the pair (device, counter) is written once. A retry gets the first
ack with C{duplicate}; another content under the same counter is an error, C{counter_used}. It is a whole number from 1
to 2^53 - 1, and C{send}, C{forward}, C{edit}, C{recall} and C{react} share them. The next one is one more than the
last, which C{welcome} tells; some may be left out, and one that was left out is still good.

B{Before sync} everything may be said and is answered. But an C{event} does not come yet, nobody sees this connection as
online or typing, and another connection of the same device stays open.

B{Several frames may be under way}: none has to wait for the answer of the one before. What one connection sends is
written in the order in which it came, and its acks come in that order. The error of a refused frame may overtake the
acks of earlier frames, and holds back none. The number of frames under way has no bound; but over C{rate} of C{welcome}
the answer is C{too_fast}, and a busy server reads later. Some dozens are enough: the client library has 32 under way.

B{After too_fast} all further frames are refused with it, until C{retryAfter} of the last such answer is over: at
least 0.25 s. So no frame overtakes a refused one: wait for that time, then send all refused frames again, in order.

The log has an B{epoch}, a name that is told with every cursor. A log that went back, such as a restored backup, has
another one, because a cursor of the earlier log would pass over what is new. So keep the C{epoch} and the last C{check}
with the cursor, and give them to C{sync}.

B{After resync_required} the log is another one, and what it had lately may be gone: forget the cursor and everything
that was made from events. A C{sync} since the C{position} of the error brings all that is new, and perhaps some events
once more; C{history} has the messages. What has no C{ack} is sent again, with its counter. If the log changes while a
connection is open, the error has no C{ref}, and the connection is closed with 4011: come back, and C{sync}.

B{After no_such_position}, which only a C{sync} without C{epoch} gets, the log is another one, such as a restored
backup: forget the cursor and everything that was made from events, and C{sync} without C{since}; C{history} has the
messages.

Unknown fields are refused, so that a misspelt one is not lost silently.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.actions import ACTIONS_LIMIT, Action, ActionChoice, ActionId, SentAction, SentChoice
from hichat.core.events import ALL, MAX_SAFE_INTEGER, JoinPolicy, Notify, Role
from hichat.core.kinds import EventKind, Format, Kind

SUBPROTOCOL = "hichat.v2"
PATH = "/v2/ws"


class Close(IntEnum):
    """Why the server ends a connection (RFC 6455, 7.4.2, private range), and so whether to come back."""

    SIGNED_OUT = 4001
    """The token or the device is void by now: log in again."""
    GOING_AWAY = 4002
    """The daemon stops: come back in a moment."""
    REPLACED = 4003
    """The same device has connected again: do not come back."""
    NO_HELLO = 4004
    """No hello came in time, another frame came first, or the hello named another device: mend the client."""
    UNAUTHORIZED = 4005
    """The token is missing, wrong or expired: log in again."""
    TOO_SLOW = 4008
    """The client did not read: come back and catch up."""
    TOO_MANY = 4009
    """The user has reached the limit of connections: close another one, or come back later."""
    SILENT = 4010
    """Nothing was heard for a minute: come back."""
    TROUBLE = 4011
    """The daemon could not serve the connection: come back later."""


FRAME_LIMIT = 32 * 1024
"""Bytes of a frame of either dialect; a larger one closes the connection with 1009."""
TEXT_LIMIT = 8 * 1024
"""Bytes of C{text} in UTF-8."""
MENTIONS_LIMIT = 50
FILES_LIMIT = 10
"""Files of one message."""
WATCH_LIMIT = 200
"""Users and groups, together, that one connection watches."""
DEVICE_NAME = r"^[!-~]+$(?!\n)"
"""The characters of a device's name. In Python, unlike in JSON Schema, C{$} alone would let a last line feed pass."""

HISTORY_LIMIT = 100
"""Messages in one C{history} answer."""

Id = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
Position = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
Epoch = Annotated[str, Meta(max_length=32)]
Check = Annotated[str, Meta(max_length=64)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=DEVICE_NAME)]
Ref = Annotated[str, Meta(max_length=64)] | Annotated[int, Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
MessageText = Annotated[str, Meta(max_length=TEXT_LIMIT, description=f"at most {TEXT_LIMIT} bytes in UTF-8")]
Url = Annotated[str, Meta(max_length=2048)]
Media = Literal["text", "emoji", "audio", "picture", "file"]
SpokenLanguage = Literal["zh", "en"]
FileName = Annotated[str, Meta(max_length=255)]
Mentions = Annotated[
    list[Annotated[int, Meta(ge=ALL, le=MAX_SAFE_INTEGER)]],
    Meta(max_length=MENTIONS_LIMIT),
]


Actions = Annotated[list[SentAction], Meta(max_length=ACTIONS_LIMIT)]
Concerned = Annotated[list[Id], Meta(max_length=MENTIONS_LIMIT)]


class File(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """
    A file of a message that has several.

    @ivar media: the kind of file.
    @ivar url: the one that the upload gave (C{/v2/media/ID}).
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    """

    media: Literal["audio", "picture", "file"]
    url: Annotated[str, Meta(pattern=r"^/v2/media/[A-Za-z0-9_-]{22}$(?!\n)")]
    name: FileName = ""
    seconds: Annotated[float, Meta(ge=0, le=86_400)] = 0


class SentFile(File, kw_only=True, forbid_unknown_fields=True, gc=False):
    """
    A further file of a message that is sent.

    @ivar media: the kind of file.
    @ivar url: the one that the upload gave (C{/v2/media/ID}). It is refused with C{no_such_media} if the sender may not
        see that file.
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    """


class ShownAlias(msgspec.Struct, omit_defaults=True, gc=False):
    """
    The name and the picture under which a bot shows one message. Clients show them with the mark of a bot beside them.

    @ivar name: a name; empty: the bot's own.
    @ivar avatar: a path of this server, or one emoji; empty: the bot's own picture.
    """

    name: str = ""
    avatar: str = ""


class Alias(ShownAlias, forbid_unknown_fields=True, gc=False):
    """
    The name and the picture under which a bot shows one message; one of them is needed.

    @ivar name: a name, without invisible characters.
    @ivar avatar: the one that an upload gave (C{/v2/media/ID}), or one emoji.
    """

    name: Annotated[str, Meta(max_length=64)] = ""
    avatar: Annotated[str, Meta(max_length=64)] = ""


class Called(msgspec.Struct, omit_defaults=True, rename={"by": "from"}, gc=False):
    """
    The call of a command, or what a button was pressed for.

    @ivar id: the id of the call, of what answers one.
    @ivar by: the user who has called, of a message that answers a call.
    @ivar command: the command's name; absent: it was a button.
    @ivar arguments: the text behind the name.
    @ivar action: the id of the button, or of the choice.
    @ivar value: the value of the option that was chosen.
    @ivar group: the group in which that was; absent: it was in this conversation.
    """

    id: Id | UnsetType = UNSET
    by: Id | UnsetType = UNSET
    command: str = ""
    arguments: str = ""
    action: str = ""
    value: str = ""
    group: Id | UnsetType = UNSET


class _Said(msgspec.Struct, tag_field="op", omit_defaults=True, gc=False):
    """
    A frame; its tag is C{op}. Fields of several frames, described here once:

    @ivar ref: chosen by the client; the answer to the frame has the same.
    @ivar counter: makes the frame safe to repeat: a retry has the same counter, a new frame a larger one than all
        before.
    @ivar user: the other person of the conversation.
    @ivar group: the group whose conversation it is; without C{user} and C{group} it is the announcements.
    @ivar message: the message's id.
    @ivar mentions: ids of users; 0: all members of the group, which only its owner and its admins may mention, else the
        answer is C{may_not_mention_all}.
    @ivar time: milliseconds since the epoch.
    """


# What clients say


class _Frame(_Said, forbid_unknown_fields=True):
    """A frame from a client."""


class Hello(_Frame, tag="hello", kw_only=True):
    """
    The first frame, within 10 s.

    @ivar token: the access token, unless the C{Authorization: Bearer} header had it.
    @ivar device: the name that the client gives itself, the same at every connection. A random name does, if the client
        keeps it. A second connection of the same device ends the first.
    @ivar language: the language of the sentences for people, in C{error} frames and in the reason of a close frame;
        absent: that of the C{Accept-Language} header, which browsers send, or English. See also C{speak}.
    """

    # It has none; so each frame of a client has the attribute.
    ref: ClassVar[UnsetType] = UNSET
    device: DeviceName
    token: Annotated[str, Meta(max_length=1024)] | UnsetType = UNSET
    language: SpokenLanguage | UnsetType = UNSET


class Ping(_Frame, tag="ping"):
    """Answered with C{pong}. A connection from which nothing comes for 60 s counts as dead. Pong frames of the
    WebSocket protocol are enough against that, and most libraries send them by themselves."""

    ref: Ref | UnsetType = UNSET


class Sync(_Frame, tag="sync"):
    """
    Become live: the events after the cursor come first, in pages. Allowed once a connection.

    @ivar since: the cursor; without it the connection is live from now on. Without C{epoch}, a cursor beyond
        the end of the log is refused with C{no_such_position}; then the client may send another C{sync}.
    @ivar epoch: the epoch in which the client got the cursor. If the log has another one by now, the answer is
        C{resync_required}; then the client may send another C{sync}.
    @ivar check: the last C{check} that a C{page} or C{synced} had. The answer is C{resync_required}, too, if the log
        went back before it, even if it is as long again.
    """

    ref: Ref | UnsetType = UNSET
    since: Position | UnsetType = UNSET
    epoch: Epoch = ""
    check: Check = ""


class Addressed(_Frame, kw_only=True):
    """A frame that names a conversation: by a C{user}, by a C{group}, or by neither."""

    ref: Ref | UnsetType = UNSET
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class Send(Addressed, tag="send", kw_only=True, rename={"for_": "for"}):
    """
    Send a message; answered with C{ack}.

    @ivar counter: from 1 to 2^53 - 1: a retry has the same, a new message a larger one than all before; without it a
        retry is another message.
    @ivar media: the kind of message. C{text} and C{emoji} need a C{text} or a C{url}; C{picture}, C{audio} and C{file}
        need a C{url}. All other fields are optional for each kind.
    @ivar text: the text; with a picture, an audio or a file, its caption.
    @ivar url: of a picture, an audio or a file: the one that the upload gave (C{/v2/media/ID}), or any other. The
        former is refused with C{no_such_media} if the sender may not see that file.
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    @ivar moreFiles: further files, in their order, after the one of C{url}, which has to be an upload then, too. The
        text is the caption of all of them.
    @ivar replyTo: the id of the message that this one answers, in the same conversation.
    @ivar format: C{markdown}: the text has the signs of the subset of Markdown that the page for people who write
        clients names; without it the text is shown as it is.
    @ivar me: the text tells what the sender does, as C{waves} after C{/me}: clients show it behind the sender's name.
    @ivar alias: of a bot: the name and the picture under which this one message is shown. Others are refused with
        C{not_permitted}.
    @ivar actions: buttons under the message, which only bots may send. Who presses one calls the bot; see C{press}.
    @ivar choice: a choice under it, likewise.
    @ivar for_: the only users who may press and choose; without it all may who see the message.
    """

    counter: Id | UnsetType = UNSET
    media: Media = "text"
    text: MessageText = ""
    url: Url = ""
    name: FileName = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    moreFiles: Annotated[list[SentFile], Meta(max_length=FILES_LIMIT - 1)] = []  # noqa: N815
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: Mentions = []
    format: Format | UnsetType = UNSET
    me: bool = False
    alias: Alias | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET
    for_: Concerned = []


class Forward(Addressed, tag="forward", kw_only=True):
    """
    Send a message that you may read on to a conversation, as it is now: its text and its file. Answered with C{ack}.
    The new message names the author of the first one in C{forwardedFrom}. It answers nothing, mentions nobody, and
    cannot be edited. A message that you may not read is refused with C{no_such_message}, a recalled one with
    C{recalled}.

    @ivar message: the id of the message, of any conversation.
    @ivar counter: as in C{send}.
    """

    message: Id
    counter: Id | UnsetType = UNSET


class _Revision(_Frame, kw_only=True):
    """
    Something is done to a message; answered with C{ack}.

    @cvar kind: what it becomes in the log.
    """

    kind: ClassVar[Kind]
    message: Id


class Edit(_Revision, tag="edit", kw_only=True, rename={"for_": "for"}):
    """
    Replace the text of an own message, with its mentions and its format; answered with C{ack}. The setting
    C{edit_limit} says for how long that works.

    @ivar text: the new text.
    @ivar format: of the new text, as in C{send}.
    @ivar actions: the buttons from now on, as in C{send}; without them there are none. Likewise C{choice} and C{for}.
    @ivar choice: the choice from now on.
    @ivar for_: the only users who may press and choose.
    """

    kind = Kind.EDITED
    text: MessageText
    mentions: Mentions = []
    format: Format | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET
    for_: Concerned = []
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class Recall(_Revision, tag="recall", kw_only=True):
    """Take a message back; answered with C{ack}. The sender may do so for as long as the setting C{edit_limit} says, a
    group's owner and its admins at any time."""

    kind = Kind.RECALLED
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class React(_Revision, tag="react", kw_only=True):
    """
    React to a message, or take a reaction back; answered with C{ack}. A user may do so a hundred times a message.

    @ivar emoji: one emoji that Unicode recommends (RGI), else the answer is C{not_an_emoji}. It is the same with and
        without its variation selectors (U+FE0F); the server sends it with them. Older reactions, which could be any
        text, can be taken back.
    @ivar on: false takes the reaction back.
    """

    kind = Kind.REACTED
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool = True
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class Received(Addressed, tag="received", kw_only=True):
    """
    Everything up to this id of the conversation has come. The mark never goes back. Answered with C{done} if the frame
    has a C{ref}.

    @ivar id: the id of a message or another event.
    """

    id: Id


class Read(Addressed, tag="read", kw_only=True):
    """
    Everything up to this id of the conversation was read, and so received. Otherwise as C{received}.

    @ivar id: the id of a message or another event.
    """

    id: Id


class Marks(Addressed, tag="marks", kw_only=True):
    """Ask how far you have read a conversation, and how far others have; answered with C{marks}."""


class History(Addressed, tag="history", kw_only=True):
    """
    Ask for messages of a conversation as they are now: edited, reacted to, recalled. Answered with C{history}.

    @ivar before: only messages with a smaller id; without this and C{after}, the newest.
    @ivar after: only messages with a larger id, the oldest of them.
    @ivar limit: the largest number of messages.
    """

    before: Id | UnsetType = UNSET
    after: Position | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=HISTORY_LIMIT)] = 50


class Typing(Addressed, tag="typing", kw_only=True):
    """The user is typing. Send it every few seconds while that is so. The server neither stores nor answers it."""


class Watch(_Frame, tag="watch", kw_only=True):
    """
    Subscribe to the presence, the typing, the names and the pictures of these users, and to typing in these groups:
    together 200 at most. It replaces the last C{watch}. Answered with the C{presence} of all these users.

    @ivar users: ids of people.
    @ivar groups: ids of groups.
    """

    users: Annotated[list[Id], Meta(max_length=WATCH_LIMIT)] = []
    groups: Annotated[list[Id], Meta(max_length=WATCH_LIMIT)] = []
    ref: Ref | UnsetType = UNSET


class Show(_Frame, tag="show", kw_only=True):
    """
    Set whether this connection shows its user as online and typing, as it does by default. Others see a user as online
    while one of the user's connections shows it.

    @ivar presence: whether this connection shows it.
    """

    presence: bool
    ref: Ref | UnsetType = UNSET


class Speak(_Frame, tag="speak", kw_only=True):
    """
    Set the language of the sentences for people from now on. Until then it is that of the C{hello}, or of the
    C{Accept-Language} header, or English.

    @ivar language: Chinese or English.
    """

    language: SpokenLanguage
    ref: Ref | UnsetType = UNSET


class Command(Addressed, tag="command", kw_only=True):
    """
    Call a command of the server or of a bot; answered with C{commanded}. A text is a command if it begins with a slash,
    and its first word has nothing behind that but letters, digits, C{-} and C{_}.

    @ivar text: C{/name} and what is behind it.
    @ivar zone: your time zone, for times of day: a name such as C{Europe/Berlin}, or an offset such as C{+02:00};
        without it UTC.
    @ivar counter: as in C{send}.
    """

    text: Annotated[str, Meta(min_length=2, max_length=TEXT_LIMIT)]
    zone: Annotated[str, Meta(max_length=64)] = ""
    counter: Id | UnsetType = UNSET


class Press(_Frame, tag="press", kw_only=True):
    """
    Press a button under a message of a bot, or choose there; answered with C{ack}. The bot gets it as an event
    C{pressed}. A button that is not there any more is refused with C{no_such_action}.

    @ivar message: the message's id, or that of an C{answered} with buttons.
    @ivar action: the id of the button, or of the choice.
    @ivar value: the value of the option that is chosen; without it a button is pressed.
    @ivar counter: as in C{send}.
    """

    message: Id
    action: ActionId
    value: Annotated[str, Meta(max_length=64)] = ""
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


class AnswerCall(_Frame, tag="answer", kw_only=True):
    """
    A bot answers a call, C{commanded} or C{pressed}: several times if need be, for half an hour. Answered with C{ack}.

    @ivar call: the id of the call's event.
    @ivar text: the answer.
    @ivar to: C{asker}: the user alone who has called; C{all}: a message for all who see where that was.
    @ivar format: of the text, as in C{send}; likewise C{actions} and C{choice}.
    @ivar actions: buttons under it.
    @ivar choice: a choice under it.
    @ivar counter: as in C{send}.
    """

    call: Id
    text: MessageText
    to: Literal["asker", "all"] = "asker"
    format: Format | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET
    ref: Ref | UnsetType = UNSET
    counter: Id | UnsetType = UNSET


Revision = Edit | Recall | React
"""What is done to a message."""

Counted = Send | Forward | Revision
"""What is written to the log, and may have a C{counter}."""

Calling = Command | Press | AnswerCall
"""What calls a bot, and what a bot answers."""

FromClient = (
    Hello
    | Ping
    | Sync
    | Send
    | Forward
    | Edit
    | Recall
    | React
    | Command
    | Press
    | AnswerCall
    | Received
    | Read
    | Marks
    | History
    | Typing
    | Watch
    | Show
    | Speak
)


# What the server says: a later one may say more, so clients pass over what they do not know.


class Welcome(_Said, tag="welcome", kw_only=True, omit_defaults=False):
    """
    The answer to C{hello}.

    @ivar user: your own id.
    @ivar device: the device's number.
    @ivar counter: the largest counter that this device has used; the next one is larger.
    @ivar position: the position of the log's end, for C{sync}.
    @ivar epoch: the log's epoch.
    @ivar time: the server's clock, milliseconds since the epoch.
    @ivar limits: the server's limits: C{rate} (frames a second), C{text} (bytes), C{frame} (bytes), C{watch}; and if a
        user's messages are limited, C{messages} and C{period}: so many in so many seconds, over all connections. The
        server does not refuse further messages, but reads them later.
    """

    user: Id
    device: Id
    counter: Position
    position: Position
    epoch: Epoch = ""
    time: int
    limits: dict[str, int]


class Pong(_Said, tag="pong"):
    """The answer to C{ping}."""

    ref: Ref | UnsetType = UNSET


class Ack(_Said, tag="ack", kw_only=True, omit_defaults=False):
    """
    The message (or edit, recall, reaction) is on the disk.

    @ivar conversation: the conversation's number.
    @ivar seq: the event's place in the conversation.
    @ivar id: the event's id.
    @ivar duplicate: the event was there already; the numbers are those of the first time.
    """

    ref: Ref | UnsetType = UNSET
    conversation: Id
    seq: Id
    id: Id
    time: int
    duplicate: bool = False


class Error(_Said, tag="error", kw_only=True, omit_defaults=False):
    """
    A frame was refused.

    @ivar ref: that of the frame, if it could be read.
    @ivar code: the reason for programs; a code never changes its meaning.
    @ivar message: the reason for people, in the language of the last C{speak}, or of C{hello}, or of the
        C{Accept-Language} header, or in English.
    @ivar retryAfter: seconds after which the same frame may work; absent if it never will.
    @ivar position: after C{resync_required}: the C{since} of a C{sync} that brings all that is new.
    """

    ref: Ref | UnsetType = UNSET
    code: str
    message: str
    retryAfter: float | UnsetType = UNSET  # noqa: N815
    position: Position | UnsetType = UNSET


class Done(_Said, tag="done"):
    """The frame with that C{ref} took effect."""

    ref: Ref


class Commanded(_Said, tag="commanded", kw_only=True):
    """
    The answer to C{command}.

    @ivar name: the command's name.
    @ivar text: an answer for you alone, in the language of the connection; absent: there is none.
    @ivar message: the id of the message that it has sent; absent: it has sent none.
    @ivar call: the id of the call of a bot, whose answers come as events; absent: it was a command of the server.
    @ivar bot: the bot that was called.
    @ivar online: whether the bot is online over a WebSocket. One that is not may answer all the same, or later.
    """

    ref: Ref | UnsetType = UNSET
    name: str
    text: str = ""
    message: Id | UnsetType = UNSET
    call: Id | UnsetType = UNSET
    bot: Id | UnsetType = UNSET
    online: bool = False


class GroupChange(msgspec.Struct, omit_defaults=True):
    """
    The changed fields of a group, with their new values; absent fields keep theirs.

    @ivar name: the group's name.
    @ivar picture: the URL of its picture.
    @ivar description: its description.
    @ivar joinPolicy: who may become a member.
    """

    name: str | UnsetType = UNSET
    picture: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    joinPolicy: JoinPolicy | UnsetType = UNSET  # noqa: N815


class Settings(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A user's settings for a conversation.

    @ivar user: the other person of the conversation.
    @ivar group: the group whose conversation it is; without C{user} and C{group} it is the announcements.
    @ivar pinned: the conversation stands before others.
    @ivar muted: new messages in it make no notification at the moment: C{notify} is C{none}, or C{mutedUntil} is to
        come.
    @ivar archived: it is in the archive. A new message takes it out, unless it is muted.
    @ivar hidden: it is not listed until a new message comes.
    @ivar notify: the messages that make a notification: all, those that mention you, or none.
    @ivar mutedUntil: until then no message makes one; absent: there is no such time.
    @ivar unreadFrom: you have marked it as unread, from the message with this id on; absent: you have not.
    """

    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    pinned: bool
    muted: bool
    archived: bool = False
    hidden: bool = False
    notify: Notify = "all"
    mutedUntil: int | UnsetType = UNSET  # noqa: N815
    unreadFrom: Id | UnsetType = UNSET  # noqa: N815


class _Happened(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False, rename={"from_": "from", "for_": "for"}):
    """
    An event of the log: sent in C{event} frames and in C{page} frames.

    @ivar id: its position in the log.
    @ivar conversation: the conversation's number.
    @ivar seq: its place in the conversation: 1, 2, 3...
    @ivar n: the number of messages in the conversation up to here.
    @ivar time: milliseconds since the epoch.
    @ivar kind: what happened. In a group: C{joined} and C{left}; C{removed} and C{banned}, which end a membership;
        C{unbanned}; C{changed}; C{role} (when a member becomes the owner, the former owner becomes an admin); C{muted}
        and C{unmuted}, of a member, or without C{member} of all but the owner and the admins; C{dissolved}, after which
        no event comes; C{invited}, C{requested} and C{declined}, which the invited or requesting user gets too
        (C{declined}: that user or C{from} has ended the invitation or request). Kinds that begin with C{contact} are
        between two users, and both get them: C{contact_requested} has a greeting as its C{text}; after
        C{contact_added} the two are contacts, because C{from} accepted the request, or added the other over v1.
        C{pinned} and C{unpinned} are about a message of the conversation. Only the user's other devices get
        C{contact_remarked}, C{blocked}, C{unblocked}, C{conversation_set}, C{saved} and C{unsaved}: from and to the
        user; the last two are about a message of any conversation. C{commanded} and C{pressed} are calls to a bot, and
        C{answered} its answer for C{user} alone: in the conversation of the two, wherever it was asked.
    @ivar from_: the user who did it.
    @ivar user: the user to whom it was sent: you, if somebody else sent it.
    @ivar group: the group in which it happened; without C{user} and C{group} it is an announcement.
    @ivar media: the kind of message; C{text}, C{url}, C{name}, C{seconds} and C{replyTo} are as in C{send}.
    @ivar text: the text, after an edit the new one.
    @ivar url: of a picture, an audio or a file: the one that the upload gave (C{/v2/media/ID}), or any other.
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    @ivar moreFiles: further files, in their order, after the one of C{url}; the text is the caption of all of them.
    @ivar replyTo: the id of the message that this one answers.
    @ivar mentions: ids of users; 0: all members of the group.
    @ivar forwardedFrom: the author of the message that was forwarded; the server has taken text and file from it.
    @ivar format: of the text, as in C{send}; an edit replaces it with the text.
    @ivar me: the text tells what the sender does, as in C{send}; an edit does not change that.
    @ivar alias: the name and the picture under which its bot shows it.
    @ivar actions: buttons under a message of a bot. An edit replaces them, the choice and C{for} with the text.
    @ivar choice: a choice under a message of a bot.
    @ivar for_: the only users who may press and choose; absent: all who see the message.
    @ivar called: of C{commanded} and C{pressed} what was called; of C{answered}, and of a message that answers one, the
        call that is answered.
    @ivar message: the message that is edited, recalled, reacted to, pinned or saved.
    @ivar emoji: the reaction; absent if the message was recalled since.
    @ivar on: false if the reaction is taken back.
    @ivar member: the user who joined or left, or whom the event is about.
    @ivar size: the number of members after the event.
    @ivar role: the member's new role.
    @ivar until: the time at which a mute ends by itself, milliseconds since the epoch; absent: it does not.
    @ivar changed: the changed fields of the group.
    @ivar contact: the user whom you have blocked, or given a name of your own.
    @ivar remark: that name; empty: you removed it.
    @ivar settings: the new settings of a conversation.
    @ivar recalled: the message was recalled, and its content is gone.
    @ivar expired: with C{recalled}: nobody has recalled it, but it is older than messages are kept.
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
    moreFiles: list[File] = []  # noqa: N815
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: list[int] = []
    forwardedFrom: Id | UnsetType = UNSET  # noqa: N815
    format: Format | UnsetType = UNSET
    me: bool = False
    alias: ShownAlias | UnsetType = UNSET
    actions: list[Action] = []
    choice: ActionChoice | UnsetType = UNSET
    for_: list[int] = []
    called: Called | UnsetType = UNSET
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
    expired: bool = False


class Happened(_Happened):
    """An event in a C{page}."""


class EventFrame(_Happened, tag_field="op", tag="event"):
    """An event, just now."""


class Page(_Said, tag="page", kw_only=True, omit_defaults=False):
    """
    A page of a C{sync}.

    @ivar events: in the order of their ids.
    @ivar position: the cursor after this page.
    @ivar epoch: the log's epoch.
    @ivar check: the log's fingerprint at this position; pass it to C{sync} as it is.
    """

    events: list[Happened]
    position: Position
    epoch: Epoch = ""
    check: Check = ""


class Synced(_Said, tag="synced", kw_only=True, omit_defaults=False):
    """
    The end of a C{sync}: events after this frame are live.

    @ivar position: the cursor now.
    @ivar epoch: the log's epoch.
    @ivar check: as in C{page}; empty: keep the one before.
    """

    ref: Ref | UnsetType = UNSET
    position: Position
    epoch: Epoch = ""
    check: Check = ""


class Reaction(msgspec.Struct):
    """
    A reaction to a message.

    @ivar emoji: the reaction.
    @ivar users: ids of the users who reacted with it.
    """

    emoji: str
    users: list[int]


class Folded(msgspec.Struct, kw_only=True, omit_defaults=True, rename={"from_": "from", "for_": "for"}):
    """
    A message as it is now: with its last edit and its reactions, or recalled.

    @ivar id: its position in the log.
    @ivar conversation: the conversation's number.
    @ivar seq: its place in the conversation.
    @ivar n: the number of messages in the conversation up to this one.
    @ivar time: the time at which it was sent, milliseconds since the epoch.
    @ivar from_: the sender.
    @ivar user: the recipient, if it is from one user to another.
    @ivar group: its group; without C{user} and C{group} it is an announcement.
    @ivar media: the kind of message.
    @ivar text: its text now; empty if it was recalled.
    @ivar url: of a picture, an audio or a file: the one that the upload gave (C{/v2/media/ID}), or any other.
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    @ivar moreFiles: further files, in their order, after the one of C{url}; the text is the caption of all of them.
    @ivar replyTo: the id of the message that it answers.
    @ivar mentions: ids of users; 0: all members of the group.
    @ivar forwardedFrom: the author of the message that was forwarded; the server has taken text and file from it.
    @ivar format: of its text now, as in C{send}.
    @ivar me: its text tells what the sender does, as in C{send}.
    @ivar alias: the name and the picture under which its bot shows it.
    @ivar actions: buttons under it, of a bot.
    @ivar choice: a choice under it, of a bot.
    @ivar for_: the only users who may press and choose; absent: all who see it.
    @ivar called: the call that it answers, for all to see.
    @ivar edited: the time of the last edit, milliseconds since the epoch.
    @ivar recalled: the message was recalled, and its content is gone.
    @ivar expired: with C{recalled}: nobody has recalled it, but it is older than messages are kept.
    @ivar reactions: the reactions that were not taken back.
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
    moreFiles: list[File] = []  # noqa: N815
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: list[int] = []
    forwardedFrom: Id | UnsetType = UNSET  # noqa: N815
    format: Format | UnsetType = UNSET
    me: bool = False
    alias: ShownAlias | UnsetType = UNSET
    actions: list[Action] = []
    choice: ActionChoice | UnsetType = UNSET
    for_: list[int] = []
    called: Called | UnsetType = UNSET
    edited: int | UnsetType = UNSET
    recalled: bool = False
    expired: bool = False
    reactions: list[Reaction] = []


class HistoryPage(_Said, tag="history", kw_only=True, omit_defaults=False):
    """
    The answer to C{history}.

    @ivar messages: in the order of their ids.
    @ivar more: whether there are more in the direction of the question.
    @ivar keepDays: the days for which messages of the conversation are kept; absent: for ever.
    """

    ref: Ref | UnsetType = UNSET
    messages: list[Folded]
    more: bool
    keepDays: int | UnsetType = UNSET  # noqa: N815


class Mark(msgspec.Struct, omit_defaults=True):
    """
    How far a user has received and read a conversation.

    @ivar user: the user's id.
    @ivar received: the last id that a device of this user has.
    @ivar read: the last id that this user has read.
    @ivar since: of a member of a group: the id of the event by which this user became a member for the first time. No
        message before it was for this user. Of a user who left and came back, the messages in between are not told
        apart: they count as not read until the mark passes them. Absent in a conversation of two.
    """

    user: int
    received: int
    read: int
    since: int = 0


class MarksPage(_Said, tag="marks", kw_only=True, omit_defaults=False):
    """
    The answer to C{marks}.

    @ivar unread: the number of other users' messages after your read mark and your last message, without recalled ones.
    @ivar received: the last id that a device of yours has.
    @ivar read: the last id that you have read.
    @ivar others: the marks of all other members; 0 where a member has received nothing. Empty for groups of more than
        100.
    @ivar last: the id of the conversation's last event: C{unread} counts messages and recalls up to it.
    """

    ref: Ref | UnsetType = UNSET
    unread: int
    received: Position
    read: Position
    others: list[Mark]
    last: Position = 0


class Receipt(_Said, tag="receipt", kw_only=True, rename={"from_": "from"}):
    """
    A user has received or read a conversation up to an id: another user (in groups of up to 100 members), or you, on
    another device.

    @ivar from_: the user's id.
    @ivar received: the last id that a device of that user has.
    @ivar read: the last id that that user has read.
    @ivar user: the other person of the conversation as C{from} sees it: you, if C{from} is somebody else.
    """

    from_: Id
    received: Position
    read: Position
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class TypingFrame(_Said, tag="typing", kw_only=True, rename={"from_": "from"}):
    """
    A user whom you watch, or a member of a group that you watch, is typing.

    @ivar from_: the user's id.
    @ivar user: the recipient, if it is between two users: you.
    """

    from_: Id
    user: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET


class PersonFrame(_Said, tag="person", kw_only=True, omit_defaults=False, rename={"from_": "from"}):
    """
    A user whom you watch, or you yourself, has other names or another picture, or is away or back. It is not told
    again: who was not connected asks with C{GET /v2/users}.

    @ivar from_: the user's id.
    @ivar name: the name to log in with; empty if the account was deleted.
    @ivar displayName: the name that people see; empty if the account was deleted.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar away: what the user says about being away, perhaps nothing; absent: the user is not away.
    """

    from_: Id
    name: str
    displayName: str  # noqa: N815
    avatar: str
    away: str | UnsetType = UNSET


class Presence(_Said, tag="presence", kw_only=True, omit_defaults=False):
    """
    The presence of watched users: after C{watch} of all of them, later of those whose presence changed.

    @ivar online: ids of users who are online.
    @ivar offline: ids of users who are not.
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
    | Commanded
    | EventFrame
    | Page
    | Synced
    | HistoryPage
    | MarksPage
    | Receipt
    | TypingFrame
    | PersonFrame
    | Presence
)
