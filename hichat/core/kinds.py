"""
The kinds of events and their traits: one table, L{TRAITS}, which all rooms read.

A new kind needs its number in L{Kind}, its name in L{EventKind} and its row in L{TRAITS}. The ledger, routing, history,
search, both dialects and the documents follow from the row; C{app/model/kinds.js} has the web client's part of it.

The sets below the table are made from it once: a lookup in a set is faster than a look at a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from hichat.core.actions import Action, ActionChoice


class Kind(IntEnum):
    """What happened. The numbers are stored: never reuse one. What each is like says L{TRAITS}."""

    MESSAGE = 1
    EDITED = 2
    """A message has another text now. The subject is the message's position, as for the next two."""
    RECALLED = 3
    """A message was taken back: its body, and those of its edits, are empty from now on."""
    REACTED = 4
    """Somebody put a reaction to a message, or took it back."""
    PINNED = 5
    """Somebody has pinned a message in its conversation. The subject is the message's position, as for the next one."""
    UNPINNED = 6
    """A message is not pinned any more."""
    ERASED = 7
    """
    All messages of the sender in the conversation, up to here, were removed: the account was deleted, and the server
    keeps no messages of deleted accounts.
    """
    JOINED = 10
    """A user became a member of a group. The body is the group's size after it, as decimal digits."""
    LEFT = 11
    """A user is no longer a member of a group. The body is as for L{JOINED}."""
    REMOVED = 12
    """Somebody else has ended a user's membership. The body is as for L{JOINED}."""
    BANNED = 13
    """A user may not be a member of a group any more; a membership ends. The body is as for L{JOINED}."""
    UNBANNED = 14
    """A user who was banned may be a member again."""
    CHANGED = 15
    """A group has another name or the like. The body is what changed, a JSON object."""
    ROLE = 16
    """
    A member has another role. The body is the role's name. If that is C{owner}, the former owner becomes an C{admin},
    and a mute of the new one ends.
    """
    MUTED = 17
    """
    A user may write nothing in a group until a time, the body: milliseconds since the epoch, as decimal digits.
    Without a subject: nobody may but the owner and the admins.
    """
    UNMUTED = 18
    """A mute ends before its time. The subject is as for L{MUTED}."""
    DISSOLVED = 19
    """A group is no more, and has no members. The body is 0."""
    SIGNED_OUT = 20
    """
    All tokens of a user are void: the password was changed, the account disabled or deleted. The body is the generation
    that tokens must have from now on. With a subject it concerns that device only: the body is the number that its
    session must have from now on; empty: the device was revoked.
    """
    SESSIONS_ENDED = 21
    """
    Several sessions of a user have ended at once. The body tells for each the device's number, and the number that its
    session must have from now on.
    """
    INVITED = 30
    """A user is invited to become a member of a group. The invited user gets this event and the next two as well."""
    REQUESTED = 31
    """A user asks to become a member of a group."""
    DECLINED = 32
    """An invitation or a request ends without a membership: the user has declined it, or the group has."""
    ARCHIVED = 33
    """An administrator of the server has archived a group: its members read it, and nobody writes in it."""
    UNARCHIVED = 34
    """A group is not archived any more."""
    CONTACT_REQUESTED = 40
    """
    A user asks another, the target, to be a contact. The body is the greeting. This event and the next ones, up to
    L{CONTACT_REMOVED}, are in the conversation of the two.
    """
    CONTACT_ADDED = 41
    """Two users are contacts now: the sender accepted the target's request, or added the target at once, over v1."""
    CONTACT_REJECTED = 42
    """The sender does not accept the target's request."""
    CONTACT_WITHDRAWN = 43
    """The sender takes the request to the target back."""
    CONTACT_REMOVED = 44
    """Two users are contacts no more."""
    CONTACT_REMARKED = 45
    """
    The sender has given a contact, the subject, a name of their own: the body. This event and the next ones are for the
    sender alone, in the sender's conversation with themselves.
    """
    BLOCKED = 46
    """The sender does not want to hear from the subject, nor to be seen."""
    UNBLOCKED = 47
    """The sender has taken that back."""
    CONVERSATION_SET = 48
    """
    The sender has pinned or muted a conversation, or not any more; the body is L{hichat.conversations.settings}'s.
    """
    SAVED = 49
    """
    The sender has saved a message, the subject, for themselves. This event and the next one are as L{CONVERSATION_SET}.
    """
    UNSAVED = 50
    """The sender has taken a message out of the saved ones."""
    COMMANDED = 60
    """
    The sender calls a command of a bot, the target. This event and the next two are in the conversation of the two,
    wherever the command was typed.
    """
    PRESSED = 61
    """The sender has pressed a button of the target's message, the subject, or has chosen there."""
    ANSWERED = 62
    """A bot, the sender, answers the target alone: the subject is the position of the L{COMMANDED} or L{PRESSED}."""
    TYPING = 100
    """
    A user is writing. This and the next ones are signals: they have no position and are never stored. The body of that
    of a bot is the id of its owner, for workers.
    """
    MARKED = 101
    """A user has received and read up to positions: the body is both, with a blank between."""
    PERSON = 102
    """The sender has other names or another picture now, which the body tells."""


EventKind = Literal[
    "message",
    "edited",
    "recalled",
    "reacted",
    "pinned",
    "unpinned",
    "erased",
    "joined",
    "left",
    "removed",
    "banned",
    "unbanned",
    "changed",
    "role",
    "muted",
    "unmuted",
    "dissolved",
    "invited",
    "requested",
    "declined",
    "archived",
    "unarchived",
    "contact_requested",
    "contact_added",
    "contact_rejected",
    "contact_withdrawn",
    "contact_removed",
    "contact_remarked",
    "blocked",
    "unblocked",
    "conversation_set",
    "saved",
    "unsaved",
    "commanded",
    "pressed",
    "answered",
]
"""The names of the kinds that v2 shows: those of L{TRAITS}, in its order."""


class Heard(Enum):
    """The users who get an event."""

    HERE = auto()
    """The users of its conversation: two users, the members of a group, the user's own devices, or everybody."""
    AND_SUBJECT = auto()
    """The users of its conversation, and the subject, who is no member of the group."""
    BY_WORKERS = auto()
    """No user: only the workers act on it."""


class Shown(Enum):
    """The place where a chat shows an event."""

    AS_MESSAGE = auto()
    """Among the messages of its conversation. The overview shows the last one of them."""
    IN_MESSAGE = auto()
    """In the message that is its subject: history folds it in. The log finds it by the message."""
    AS_LINE = auto()
    """As a line between the messages."""


class Membership(Enum):
    """The effect of an event on the members of a group. The body of such an event is the group's size after it."""

    BEGINS = auto()
    ENDS = auto()
    """If the subject is a member."""
    ENDS_ALL = auto()


class Text(Enum):
    """The effect of an event on a message's text, which search finds and clients show."""

    HAS = auto()
    REPLACES = auto()
    REMOVES = auto()


class By(Enum):
    """The users who may edit, recall or react to a message."""

    AUTHOR = auto()
    """Its author, for as long as the setting C{edit_limit} says."""
    AUTHOR_OR_RULER = auto()
    """Its author as above, and the owner and the admins of the group at any time."""
    WRITERS = auto()
    """All who may write in its conversation."""


class About(Enum):
    """The meaning of an event's subject."""

    NOTHING = auto()
    MESSAGE = auto()
    REPLIED = auto()
    """The message that is replied to, if there is one."""
    MEMBER = auto()
    """The member or the user concerned; 0: all members."""
    CONTACT = auto()
    SAVED = auto()
    """The message that the sender has saved."""
    CALL = auto()
    """The call that is answered."""
    DEVICE = auto()
    """The device concerned; 0: all of the user's."""


class Body(Enum):
    """The meaning of an event's body, if it is no JSON object of a struct."""

    NOTHING = auto()
    MESSAGE = auto()
    """A v1 frame; from v2, with what only v2 knows: see L{hichat.wire.stored}."""
    REACTION = auto()
    """C{+} or C{-}, and the emoji. Empty: the message was recalled."""
    SIZE = auto()
    """The number of the group's members after it, as decimal digits."""
    CHANGES = auto()
    """A JSON object: the changed columns of the group, with their new values."""
    ROLE = auto()
    """The role's name."""
    UNTIL = auto()
    """Milliseconds since the epoch, as decimal digits."""
    GENERATION = auto()
    """
    The generation that tokens, or a device's session, must have from now on, as decimal digits. Empty: none is valid.
    """
    SESSIONS = auto()
    """Pairs of decimal numbers, all with blanks between: a device, and as L{GENERATION} for its session."""
    TEXT = auto()
    """UTF-8; may be empty."""
    REMARK = auto()
    """UTF-8. Empty: there is no other name any more."""
    SETTING = auto()
    """A JSON object: see L{hichat.accounts.conversation_settings.Setting}."""
    CALL = auto()
    """A JSON object: see L{hichat.wire.calls.StoredCall}. Empty: it is gone."""
    ANSWER = auto()
    """A JSON object: see L{hichat.wire.calls.StoredAnswer}. Empty: it is gone."""
    MARKS = auto()
    """Two positions in decimal digits, received and read, with a blank between."""


Format = Literal["markdown"]
"""How a text is to be read; see L{hichat.core.markdown}. A text without a format is shown as it is."""


class EditBody(msgspec.Struct, gc=False, rename={"for_": "for"}):
    """
    The body of an edit. Empty: the message was recalled.

    @ivar actions: the buttons, the choice and who may use them from now on; absent: there are none.
    """

    text: str
    mentions: list[int] = []
    format: Format | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET
    choice: ActionChoice | UnsetType = UNSET
    for_: list[int] | UnsetType = UNSET


class PersonBody(msgspec.Struct, gc=False, omit_defaults=True):
    """
    A user's names and picture, all empty if the account was deleted, and whether the user is away.

    @ivar away: what the user says about that, perhaps nothing; absent: the user is not away.
    @ivar hidden_from: the users whom the user has blocked. Only workers see this: the user may be online at none of
        them, and then none knows the blocks.
    """

    name: str
    displayName: str  # noqa: N815
    avatar: str
    away: str | UnsetType = UNSET
    hidden_from: list[int] = []


@dataclass(frozen=True, kw_only=True)
class Traits:
    """
    What a kind of event is like.

    @ivar name: in frames and documents. Of a signal it is the C{op}.
    @ivar example: a body.
    @ivar body: what the body is: a JSON object of that struct, whose fields clients see as they are, or another form.
    @ivar about: what the subject is.
    @ivar heard: who hears of it.
    @ivar stored: whether it is in the log; else it is a signal, which has no position.
    @ivar membership: what it does to the members of a group.
    @ivar rights: whether it changes the right to write somewhere: by these events the ledger keeps its memory up to
        date.
    @ivar shown: where a chat shows it; None: nowhere.
    @ivar counts: whether it counts in C{n}, and as unread.
    @ivar text: what it does to the text that search finds.
    @ivar by: the users who may do it to a message; None: its subject is no message.
    @ivar writes: whether it needs the right to write in a conversation of two users, which shows it to both. Messages,
        and what is done to them, need it anyway.
    @ivar takes: the kinds that may have an event of this kind as their subject.
    @ivar blanked: whether its body is emptied once its message is recalled.
    @ivar outsider: whether its subject may be somebody who never was a member of the group.
    @ivar erases: whether it takes all earlier messages of its sender in its conversation back.
    @ivar v1: whether clients of v1 get it.
    @ivar v2: whether clients of v2 get it.
    @ivar zh: a line that tells people of it; C{en}: the same in English. L{hichat.terminal.lines} fills in the fields
        in braces.
    """

    name: str
    example: bytes = b""
    body: Body | type[msgspec.Struct] = Body.NOTHING
    about: About = About.NOTHING
    heard: Heard = Heard.HERE
    stored: bool = True
    membership: Membership | None = None
    rights: bool = False
    shown: Shown | None = None
    counts: bool = False
    text: Text | None = None
    by: By | None = None
    writes: bool = False
    takes: frozenset[Kind] = frozenset()
    blanked: bool = False
    outsider: bool = False
    erases: bool = False
    v1: bool = False
    v2: bool = True
    zh: str = ""
    en: str = ""


TRAITS: dict[int, Traits] = {
    Kind.MESSAGE: Traits(
        name="message",
        body=Body.MESSAGE,
        example=b'{"userId":1,"TargetId":2,"Type":1,"Media":1,"Content":"Hello Bob!"}',
        about=About.REPLIED,
        shown=Shown.AS_MESSAGE,
        counts=True,
        text=Text.HAS,
        takes=frozenset((Kind.EDITED, Kind.RECALLED, Kind.REACTED)),
        v1=True,
    ),
    Kind.EDITED: Traits(
        name="edited",
        body=EditBody,
        example=b'{"text":"Hi Bob!","mentions":[]}',
        about=About.MESSAGE,
        shown=Shown.IN_MESSAGE,
        text=Text.REPLACES,
        by=By.AUTHOR,
        blanked=True,
        zh="{name} 编辑了 {what}：{text}",
        en="{name} edited {what}: {text}",
    ),
    Kind.RECALLED: Traits(
        name="recalled",
        about=About.MESSAGE,
        shown=Shown.IN_MESSAGE,
        text=Text.REMOVES,
        by=By.AUTHOR_OR_RULER,
        zh="{name} 撤回了 {what}",
        en="{name} took back {what}",
    ),
    Kind.REACTED: Traits(
        name="reacted",
        body=Body.REACTION,
        example="+👍".encode(),
        about=About.MESSAGE,
        shown=Shown.IN_MESSAGE,
        by=By.WRITERS,
        blanked=True,
        zh="{name} 对 {what} 回应了 {emoji}",
        en="{name} reacted {emoji} to {what}",
    ),
    Kind.PINNED: Traits(
        name="pinned",
        about=About.MESSAGE,
        writes=True,
        shown=Shown.AS_LINE,
        zh="{name} 置顶了 {what}",
        en="{name} pinned {what}",
    ),
    Kind.UNPINNED: Traits(
        name="unpinned",
        about=About.MESSAGE,
        writes=True,
        zh="{name} 取消置顶了 {what}",
        en="{name} unpinned {what}",
    ),
    Kind.ERASED: Traits(
        name="erased",
        erases=True,
        zh="{name} 已注销账号，其消息已删除",
        en="the account of {name} was deleted, and all that it has written here",
    ),
    Kind.JOINED: Traits(
        name="joined",
        body=Body.SIZE,
        example=b"3",
        about=About.MEMBER,
        membership=Membership.BEGINS,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{name} 加入了群（{size} 人）",
        en="{name} joined ({size} members)",
    ),
    Kind.LEFT: Traits(
        name="left",
        body=Body.SIZE,
        example=b"2",
        about=About.MEMBER,
        membership=Membership.ENDS,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{name} 离开了群（{size} 人）",
        en="{name} left ({size} members)",
    ),
    Kind.REMOVED: Traits(
        name="removed",
        body=Body.SIZE,
        example=b"2",
        about=About.MEMBER,
        membership=Membership.ENDS,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{by} 将 {name} 移出了群（{size} 人）",
        en="{by} removed {name} ({size} members)",
    ),
    Kind.BANNED: Traits(
        name="banned",
        body=Body.SIZE,
        example=b"2",
        about=About.MEMBER,
        outsider=True,
        membership=Membership.ENDS,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{by} 封禁了 {name}（{size} 人）",
        en="{by} banned {name} ({size} members)",
    ),
    Kind.UNBANNED: Traits(
        name="unbanned",
        about=About.MEMBER,
        outsider=True,
        zh="{by} 解除了对 {name} 的封禁",
        en="{by} let {name} come again",
    ),
    Kind.CHANGED: Traits(
        name="changed",
        body=Body.CHANGES,
        example=b'{"name":"The team"}',
        about=About.MEMBER,
        shown=Shown.AS_LINE,
        zh="{by} 修改了群资料：{text}",
        en="{by} changed the group: {text}",
    ),
    Kind.ROLE: Traits(
        name="role",
        body=Body.ROLE,
        example=b"admin",
        about=About.MEMBER,
        rights=True,
        zh="{name} 现在是{role}",
        en="{name} is {role} now",
    ),
    Kind.MUTED: Traits(
        name="muted",
        body=Body.UNTIL,
        example=b"1792756800000",
        about=About.MEMBER,
        rights=True,
        zh="{by} 禁言了 {name}{until}",
        en="{by} muted {name}{until}",
    ),
    Kind.UNMUTED: Traits(
        name="unmuted",
        about=About.MEMBER,
        rights=True,
        zh="{by} 解除了 {name} 的禁言",
        en="{by} lets {name} write again",
    ),
    Kind.DISSOLVED: Traits(
        name="dissolved",
        body=Body.SIZE,
        example=b"0",
        about=About.MEMBER,
        membership=Membership.ENDS_ALL,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{by} 解散了群",
        en="{by} dissolved the group",
    ),
    Kind.INVITED: Traits(
        name="invited",
        about=About.MEMBER,
        outsider=True,
        heard=Heard.AND_SUBJECT,
        zh="{by} 邀请了 {name}",
        en="{by} invited {name}",
    ),
    Kind.REQUESTED: Traits(
        name="requested",
        about=About.MEMBER,
        outsider=True,
        heard=Heard.AND_SUBJECT,
        zh="{name} 申请加入（/approve 同意，/reject 拒绝）",
        en="{name} asks to join: /approve or /reject",
    ),
    Kind.DECLINED: Traits(
        name="declined",
        about=About.MEMBER,
        outsider=True,
        heard=Heard.AND_SUBJECT,
        zh="{name} 的申请或邀请已取消",
        en="{name} does not join",
    ),
    Kind.ARCHIVED: Traits(
        name="archived",
        about=About.MEMBER,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{by} 归档了该群，现在只能阅读",
        en="{by} archived the group: it can be read only",
    ),
    Kind.UNARCHIVED: Traits(
        name="unarchived",
        about=About.MEMBER,
        rights=True,
        shown=Shown.AS_LINE,
        zh="{by} 取消了该群的归档",
        en="{by} opened the archived group again",
    ),
    Kind.CONTACT_REQUESTED: Traits(
        name="contact_requested",
        body=Body.TEXT,
        example=b"It is Dan from work.",
        zh="{name} 请求加 {other} 为好友",
        en="{name} asks {other} to be a contact",
    ),
    Kind.CONTACT_ADDED: Traits(
        name="contact_added",
        body=Body.TEXT,
        rights=True,
        zh="{name} 与 {other} 成为好友",
        en="{name} and {other} are contacts now",
    ),
    Kind.CONTACT_REJECTED: Traits(
        name="contact_rejected",
        body=Body.TEXT,
        zh="{name} 拒绝了 {other} 的好友申请",
        en="{name} does not accept the request of {other}",
    ),
    Kind.CONTACT_WITHDRAWN: Traits(
        name="contact_withdrawn",
        body=Body.TEXT,
        zh="{name} 撤回了对 {other} 的好友申请",
        en="{name} took the request to {other} back",
    ),
    Kind.CONTACT_REMOVED: Traits(
        name="contact_removed",
        body=Body.TEXT,
        rights=True,
        zh="{name} 与 {other} 解除了好友关系",
        en="{name} and {other} are contacts no more",
    ),
    Kind.CONTACT_REMARKED: Traits(
        name="contact_remarked",
        body=Body.REMARK,
        example=b"Annie",
        about=About.CONTACT,
        zh="你给 {other} 设置了备注 {remark}",
        en="you call {other} {remark}",
    ),
    Kind.BLOCKED: Traits(
        name="blocked",
        about=About.CONTACT,
        rights=True,
        zh="你屏蔽了 {other}",
        en="you have blocked {other}",
    ),
    Kind.UNBLOCKED: Traits(
        name="unblocked",
        about=About.CONTACT,
        rights=True,
        zh="你取消了对 {other} 的屏蔽",
        en="you have unblocked {other}",
    ),
    Kind.CONVERSATION_SET: Traits(
        name="conversation_set",
        body=Body.SETTING,
        example=b'{"scope":1,"target":2,"pinned":true,"muted":false}',
    ),
    Kind.SAVED: Traits(name="saved", about=About.SAVED, zh="你收藏了 {what}", en="you saved {what}"),
    Kind.UNSAVED: Traits(
        name="unsaved",
        about=About.SAVED,
        zh="你取消收藏了 {what}",
        en="you removed {what} from the saved messages",
    ),
    Kind.COMMANDED: Traits(
        name="commanded",
        body=Body.CALL,
        example=b'{"command":"deploy","arguments":"now","group":1000000001}',
        zh="{name} 向 {other} 发出命令：{text}",
        en="{name} calls {other}: {text}",
    ),
    Kind.PRESSED: Traits(
        name="pressed",
        body=Body.CALL,
        example=b'{"action":"approve","group":1000000001}',
        about=About.MESSAGE,
        zh="{name} 在 {what} 上选择了 {text}",
        en="{name} pressed {text} under {what}",
    ),
    Kind.ANSWERED: Traits(
        name="answered",
        body=Body.ANSWER,
        example=b'{"text":"It is on its way.","command":"deploy","group":1000000001}',
        about=About.CALL,
        zh="{name}（仅你可见）：{text}",
        en="{name} (only you see this): {text}",
    ),
    Kind.SIGNED_OUT: Traits(
        name="signed_out",
        body=Body.GENERATION,
        example=b"2",
        about=About.DEVICE,
        heard=Heard.BY_WORKERS,
        rights=True,
        v2=False,
    ),
    Kind.SESSIONS_ENDED: Traits(
        name="sessions_ended",
        body=Body.SESSIONS,
        example=b"3 18 4 7",
        heard=Heard.BY_WORKERS,
        v2=False,
    ),
    Kind.TYPING: Traits(name="typing", stored=False),
    Kind.MARKED: Traits(name="receipt", body=Body.MARKS, example=b"43 42", stored=False),
    Kind.PERSON: Traits(
        name="person",
        body=PersonBody,
        example=b'{"name":"bob","displayName":"Bob","avatar":"/v2/media/c2VjcmV0"}',
        stored=False,
    ),
}
"""The traits of each kind, by its number."""


def _those(like: Callable[[Traits], object]) -> frozenset[int]:
    """@return: the numbers of the kinds whose traits C{like} accepts; plain integers, which are found faster."""
    return frozenset(int(kind) for kind, traits in TRAITS.items() if like(traits))


MESSAGES = _those(lambda kind: kind.shown is Shown.AS_MESSAGE)
ON_MESSAGES = _those(lambda kind: kind.by is not None)
"""Edits, recalls and reactions: their subject is a message."""
BY_WRITERS = _those(lambda kind: kind.by is By.WRITERS)
WRITTEN = _those(lambda kind: kind.writes)
FOLDED = _those(lambda kind: kind.shown is Shown.IN_MESSAGE)
LINES = _those(lambda kind: kind.shown is Shown.AS_LINE)
COUNTED = _those(lambda kind: kind.counts)
BLANKED = _those(lambda kind: kind.blanked)

EDITS = _those(lambda kind: kind.text is Text.REPLACES)
RECALLS = _those(lambda kind: kind.text is Text.REMOVES)
ERASURES = _those(lambda kind: kind.erases)
GREETINGS = _those(lambda kind: kind.body in (Body.TEXT, Body.REMARK, Body.CALL, Body.ANSWER))
"""Beside messages they have texts that a user has written."""

CALLS = _those(lambda kind: kind.body is Body.CALL)
"""Calls of bots, which they may answer."""
BOT_ANSWERS = _those(lambda kind: kind.body is Body.ANSWER)
AGEING = MESSAGES | CALLS | BOT_ANSWERS
"""What is said to people or bots. It goes when it is too old: see L{hichat.keeping}."""

BEGINNINGS = _those(lambda kind: kind.membership is Membership.BEGINS)
ENDINGS = _those(lambda kind: kind.membership is Membership.ENDS)
"""They end the membership of the subject, if it is a member."""
DISSOLUTIONS = _those(lambda kind: kind.membership is Membership.ENDS_ALL)
MEMBERSHIP = _those(lambda kind: kind.membership is not None)

MEETINGS = _those(lambda kind: kind.heard is Heard.AND_SUBJECT)
"""Events of a group that the subject gets too, who is no member."""
OUTSIDERS = _those(lambda kind: kind.outsider)
UNHEARD = _those(lambda kind: kind.heard is Heard.BY_WORKERS)
RIGHTS = _those(lambda kind: kind.rights)

V1 = _those(lambda kind: kind.stored and kind.v1)
V2 = _those(lambda kind: kind.stored and kind.v2)
