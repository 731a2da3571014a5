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

ALL = 0
"""In the mentions of a message: all members of the group."""

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that a JavaScript client reads exactly; no id is larger."""


JoinPolicy = Literal["open", "approval", "invite"]
"""
Who may join a group: everybody; or users whom the owner or an admin approves; or invited users only.
"""

Notify = Literal["all", "mentions", "none"]
"""The messages of a conversation that make a notification: all, those that mention the user, or none."""

Role = Literal["owner", "admin", "member"]
"""The roles of a group's members."""


class Scope(IntEnum):
    """The recipients of an event. The first three are the v1 C{Type}."""

    USER = 1
    GROUP = 2
    EVERYONE = 3
    ACCOUNTS = 9
    """No user: only the workers act on it, as on L{Kind.SIGNED_OUT}."""


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """
    One row of the log.

    @ivar position: its place in the store's log: contiguous from 1, in commit order. Also a message's id.
    @ivar conversation: the id of the pair, the group's conversation, the announcements or the accounts' business.
    @ivar seq: its place in its conversation: contiguous from 1.
    @ivar n: the number of messages in the conversation up to here, this one included.
    @ivar sender: the user who caused the event.
    @ivar target: a user id (L{Scope.USER}, L{Scope.ACCOUNTS}), a group id (L{Scope.GROUP}) or 0.
    @ivar subject: the user who joined or left or was muted; the message that was edited, recalled or reacted to; the
        message that this one replies to; the device that was revoked; the user whom the sender blocked or gave a name
        of their own; of a signal the only user who may get it; else 0.
    @ivar time: milliseconds since the epoch, when it was written.
    @ivar body: of a message a v1 frame, and from v1 the sender's frame, byte for byte; of other kinds see
        L{hichat.core.kinds.Body}. Empty: the message was recalled.
    @ivar device: the device that sent it; 0: unknown, as for a v1 connection; L{IMPORTED}: see there.
    @ivar counter: the number that the device gave it, which the device never uses again; 0: none. Of an event that was
        imported: see L{time_of}.
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


IMPORTED = -1
"""
The device of events that an administrator has brought in from another server: see L{hichat.imports}. They tell of what
happened long ago: nobody is notified of them, and what follows the log to act on what happens passes over them.
"""


def is_imported(event: Event) -> bool:
    """@return: whether an event was brought in from another server. It needs no query."""
    return event.device == IMPORTED


def time_of(event: Event) -> int:
    """
    @return: when it happened, in milliseconds since the epoch: what people are shown, and what the age of a message
        goes by. An imported event has that time, negated, as its counter; its C{time} grows with the positions of the
        log as everywhere, and tells when it was written here.
    """
    return -event.counter if event.device == IMPORTED else event.time


class Batch(NamedTuple):
    """
    A batch of events for one process: all events from C{first} to C{last} that have a recipient there.

    @ivar first: the first position.
    @ivar last: the last position.
    @ivar events: in order of position. Events at the missing positions have no recipient in that process.
    """

    first: int
    last: int
    events: list[Event]
