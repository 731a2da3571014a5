"""The messages of a conversation in their present form, read by functions of a connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, or_

from hichat.conversations import catchup
from hichat.core.emojis import spelt
from hichat.core.errors import NotAMember
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import EDITS, LINES, MESSAGES, Kind
from hichat.log import by_conversation, reading
from hichat.storage.tables import events, is_of


class FoldedEvents(msgspec.Struct):
    """
    A message, with its last edit and its reactions.

    @ivar edit: the last edit, if there is one.
    @ivar reactions: each user's last reaction with each emoji, on or off, in any spelling of the emoji; in order.
    """

    message: Event
    edit: Event | None = None
    reactions: dict[tuple[int, bytes], Event] = {}


class Slice(msgspec.Struct):
    """
    A part of a conversation.

    @ivar messages: the messages, in order of position.
    @ivar more: whether there are more in the direction that was asked for.
    """

    messages: list[FoldedEvents]
    more: bool


def history(
    connection: Connection,
    user: int,
    key: tuple[int, int, int],
    before: int | None,
    after: int | None,
    limit: int,
    size: int,
) -> Slice:
    """
    @param user: the id of the user who reads.
    @param key: the conversation's key; see L{reading.conversation_key}.
    @param before: only messages before this position; without it and C{after}: the newest.
    @param after: only messages behind this position, the oldest of them.
    @param limit: the most messages.
    @param size: bytes of bodies after which no further message is added.
    @raise NotAMember: the user never was a member of this group.
    """
    conversation = reading.find_conversation(connection, key)
    scope, group, _ = key
    visible = [_while_member(connection, user, group)] if scope == Scope.GROUP else []
    if conversation is None:
        return Slice([], False)
    forward = after is not None and before is None
    rows = by_conversation.read(
        connection,
        conversation,
        is_of(MESSAGES),
        *visible,
        after=0 if after is None else after,
        before=MAX_SAFE_INTEGER if before is None else before,
        limit=limit + 1,
        newest=not forward,
    )
    found, more = _within(rows, limit, size)
    return Slice(fold(connection, found if forward else found[::-1], visible), more)


def changes(connection: Connection, user: int, group: int, after: int, before: int, limit: int) -> list[Event]:
    """
    @return: the newest events of a group between two positions that are shown as lines (users joined and left, the
        group changed), in order, from the time in which the user was a member.
    @raise NotAMember: the user never was a member.
    """
    visible = _while_member(connection, user, group)
    conversation = reading.find_conversation(connection, reading.conversation_key(Scope.GROUP, user, group))
    if conversation is None:
        return []
    rows = by_conversation.read(
        connection,
        conversation,
        is_of(LINES),
        visible,
        after=after,
        before=before,
        limit=limit,
        newest=True,
    )
    return list(rows)[::-1]


def _while_member(connection: Connection, user: int, group: int) -> ColumnElement[bool]:
    spans = catchup.intervals(connection, user, group)
    if not spans:
        raise NotAMember
    return or_(*(and_(events.c.position >= first, events.c.position <= last) for first, last in spans))


def _within(rows: Iterator[Event], limit: int, size: int) -> tuple[list[Event], bool]:
    found: list[Event] = []
    for event in rows:
        if len(found) == limit or size <= 0:
            return found, True
        found.append(event)
        size -= len(event.body)
    return found, False


def fold(
    connection: Connection, messages: Sequence[Event], visible: Sequence[ColumnElement[bool]] = ()
) -> list[FoldedEvents]:
    """
    @param visible: conditions on the columns of C{events}, for the edits and reactions that count.
    @return: these messages in their present form: each with its last edit and the reactions that were not withdrawn.
    """
    folded = {message.position: FoldedEvents(message) for message in messages}
    for event in reading.done_to(connection, folded, *visible) if folded else ():
        if event.kind in EDITS:
            folded[event.subject].edit = event
        elif event.kind == Kind.REACTED:
            # The body's first byte says on or off; see the gateway's dialects.
            folded[event.subject].reactions[event.sender, spelt(event.body)[1:]] = event
    return list(folded.values())
