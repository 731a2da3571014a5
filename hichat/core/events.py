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
