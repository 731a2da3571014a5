"""
The vocabulary that all rooms share. No I/O here.

An L{Event} is a row of the one append-only log: it has its place in the whole log (C{position}) and in its conversation
(C{seq}). Before the ledger has written it, it is a L{hichat.core.drafts.Draft}.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, NamedTuple

import msgspec

FIRST_GROUP_ID = 1_000_000_001
"""Group ids start here, user ids at 1: existing clients mix the two up where they are equal (v1 contract)."""

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that a JavaScript client reads exactly; no id is larger."""


JoinPolicy = Literal["open", "approval", "invite"]
"""
How one becomes a member of a group: whoever wants to is one at once; or the owner or an admin has to agree; or only who
was invited becomes one.
"""

Role = Literal["owner", "admin", "member"]
"""What a member of a group is."""


class Kind(IntEnum):
    """What happened. The numbers are stored: never reuse one."""

    MESSAGE = 1
    EDITED = 2
    """A message has another text now. The subject is the message's position, as for the next two."""
    RECALLED = 3
    """A message was taken back: its body, and those of its edits, are empty from now on."""
    REACTED = 4
    """Somebody put a reaction to a message, or took it back."""
    JOINED = 10
    """A user became a member of a group. The body is the group's size after it, as decimal digits."""
    LEFT = 11
    """A user is no longer a member of a group. The body is as for L{JOINED}."""
    REMOVED = 12
    """Somebody else has ended a user's membership. The body is as for L{JOINED}."""
    BANNED = 13
    """A user may not be a member of a group; who was one is no longer. The body is as for L{JOINED}."""
    UNBANNED = 14
    """A user who was banned may be a member again."""
    CHANGED = 15
    """A group has another name or the like. The body is what changed, a JSON object."""
    ROLE = 16
    """
    A member has another role. The body is its name. Where that is C{owner}, who was the owner before is an C{admin},
    and the new one is not muted any more.
    """
    MUTED = 17
    """
    A user may write nothing in a group until a time, the body: milliseconds since the epoch, as decimal digits.
    Without a subject: nobody may but the owner and the admins.
    """
    UNMUTED = 18
    """That is over before its time. The subject is as for L{MUTED}."""
    DISSOLVED = 19
    """A group is no more, and has no members. The body is 0."""
    SIGNED_OUT = 20
    """
    Whatever a user was signed in with until now is void: password changed, account disabled or deleted. The body is the
    generation that tokens must have from now on. With a subject it is only about that device: the body is the number
    that its session must have from now on; empty: it was revoked.
    """
    INVITED = 30
    """A user is invited to become a member of a group. This and the next two are also for who is meant."""
    REQUESTED = 31
    """A user asks to become a member of a group."""
    DECLINED = 32
    """What a user was invited to or has asked for comes to nothing: the user does not want it, or the group."""
    CONTACT_REQUESTED = 40
    """
    A user asks another to be a contact: the target. The body is the word of greeting. This and the next ones, up to
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
    The sender has another name for a contact, the subject: the body. This and the next ones are for the sender alone:
    they are in the conversation with oneself.
    """
    BLOCKED = 46
    """The sender does not want to hear from the subject, nor to be seen."""
    UNBLOCKED = 47
    """The sender has taken that back."""
    CONVERSATION_SET = 48
    """
    The sender has pinned or muted a conversation, or not any more; the body is L{hichat.conversations.settings}'s.
    """
    TYPING = 100
    """A user is writing. This and the next one are signals: they have no position and are never stored."""
    MARKED = 101
    """A user has received and read up to positions: the body is both, with a blank between."""


ENDINGS = frozenset((Kind.LEFT, Kind.REMOVED, Kind.BANNED))
"""What ends the membership of the subject, if it is a member."""

MEETINGS = frozenset((Kind.INVITED, Kind.REQUESTED, Kind.DECLINED))
"""What happens in a group and is for the subject too, who is no member."""


class Scope(IntEnum):
    """Whom an event is for. The first three are the v1 C{Type}."""

    USER = 1
    GROUP = 2
    EVERYONE = 3
    ACCOUNTS = 9
    """Nobody's screen: the workers' own business, such as L{Kind.SIGNED_OUT}."""


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """
    One row of the log.

    @ivar position: its place in the store's log: contiguous from 1, in commit order. Also a message's id.
    @ivar conversation: the id of the pair, the group's conversation, the announcements or the accounts' business.
    @ivar seq: its place in its conversation: contiguous from 1.
    @ivar n: how many messages the conversation has up to here, this one included.
    @ivar sender: the user who made it happen.
    @ivar target: a user id (L{Scope.USER}, L{Scope.ACCOUNTS}), a group id (L{Scope.GROUP}) or 0.
    @ivar subject: what it is about: the user who joined or left or was muted, the message that was edited, recalled or
        reacted to, the message that this one replies to, the device that was revoked, the user whom a user blocked or
        has another name for; of a signal the only user who may hear of it; else 0.
    @ivar time: milliseconds since the epoch, when it was written.
    @ivar body: what was said, as a v1 frame; what came from v1 is the sender's frame, byte for byte. Empty: recalled.
    @ivar device: from which it came; 0: none that is known, such as a v1 connection.
    @ivar counter: the device's own number of it, unique for ever; 0: none.
    """

    position: int
    conversation: int
    seq: int
    n: int
    kind: int
    scope: int
    sender: int
    target: int
    subject: int
    time: int
    body: bytes
    device: int = 0
    counter: int = 0


class Batch(NamedTuple):
    """
    Events that travel together: every one from C{first} to C{last} that has a recipient there.

    @ivar events: in order of position; positions that are missing concern nobody there.
    """

    first: int
    last: int
    events: list[Event]
