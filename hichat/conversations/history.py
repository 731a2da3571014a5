"""The messages of a conversation in their present form, read by functions of a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, or_

from hichat.accounts import guests
from hichat.conversations import catchup
from hichat.core.emojis import spelt
from hichat.core.errors import NotAMember
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import EDITS, LINES, MESSAGES, Kind
from hichat.log import by_conversation, reading
from hichat.log.borders import borders, expired
from hichat.storage.tables import events, is_of


class FoldedEvents(msgspec.Struct):
    """
    A message, with its last edit and its reactions.

    @ivar edit: the last edit, if there is one.
    @ivar reactions: each user's last reaction with each emoji, on or off, in any spelling of the emoji; in order.
    @ivar expired: whether it is blank because it was too old.
    """

    message: Event
    edit: Event | None = None
    reactions: dict[tuple[int, bytes], Event] = {}
    expired: bool = False


class Slice(msgspec.Struct):
    """
    A part of a conversation.

    @ivar messages: the messages, in order of position.
    @ivar more: whether there are more in the direction that was asked for.
    @ivar days: the days for which messages are kept; 0: for ever.
    """

    messages: list[FoldedEvents]
    more: bool
    days: int = 0


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
    days = borders(connection, [conversation])[conversation].days
    return Slice(fold(connection, user, found if forward else found[::-1], visible), more, days)


def onward(
    connection: Connection,
    user: int,
    conversation: int,
    spans: Sequence[tuple[int, int]],
    after: int,
    until: int,
    limit: int,
    size: int,
) -> Slice:
    """
    @param user: the id of the user who reads.
    @param spans: the first and last positions of the spans that the user may see.
    @param after: only messages behind this position, the oldest of them.
    @param until: as they were at this position of the log: without later messages, edits and reactions.
    @param limit: the most messages.
    @param size: bytes of bodies after which no further message is added.
    """
    visible = [events.c.position <= until]
    if spans != [(1, MAX_SAFE_INTEGER)]:
        visible.append(or_(*(_is_between(first, last) for first, last in spans)))
    rows = by_conversation.read(
        connection, conversation, is_of(MESSAGES), *visible, after=after, before=until + 1, limit=limit + 1
    )
    found, more = _within(rows, limit, size)
    return Slice(fold(connection, user, found, visible), more)


def look_up(connection: Connection, user: int, position: int, *within: ColumnElement[bool]) -> FoldedEvents | None:
    """
    @param position: of a message, in any conversation.
    @param within: conditions on the columns of C{events}, for the edits and reactions that count.
    @return: the message in its present form, which may be that it was recalled; None: there is none that the user may
        read.
    """
    message = reading.find(connection, position)
    if message is None or message.kind not in MESSAGES:
        return None
    if message.scope == Scope.USER:
        spans = [(1, MAX_SAFE_INTEGER)] if user in (message.sender, message.target) else []
    elif message.scope == Scope.GROUP:
        spans = catchup.intervals(connection, user, message.target)
    else:
        spans = [(1, MAX_SAFE_INTEGER)] if message.scope == Scope.EVERYONE else []
    found = fold_within(connection, user, [message], {message.conversation: spans}, within)
    return found[0] if found else None


def changes(
    connection: Connection, user: int, key: tuple[int, int, int], after: int, before: int, limit: int
) -> Sequence[Event]:
    """
    @param key: the conversation's key; see L{reading.conversation_key}.
    @return: the newest events of a conversation between two positions that are shown as lines (users joined and left,
        the group changed, a message was pinned), in order; of a group, from the time in which the user was a member.
    @raise NotAMember: the user never was a member.
    """
    scope, group, _ = key
    visible = [_while_member(connection, user, group)] if scope == Scope.GROUP else []
    conversation = reading.find_conversation(connection, key)
    if conversation is None:
        return []
    rows = by_conversation.read(
        connection,
        conversation,
        is_of(LINES),
        *visible,
        after=after,
        before=before,
        limit=limit,
        newest=True,
        messages=False,
    )
    return guests.told(connection, user, list(rows)[::-1])


def _while_member(connection: Connection, user: int, group: int) -> ColumnElement[bool]:
    spans = catchup.intervals(connection, user, group)
    if not spans:
        raise NotAMember
    return or_(*(_is_between(first, last) for first, last in spans))


def _within(rows: Iterator[Event], limit: int, size: int) -> tuple[list[Event], bool]:
    found: list[Event] = []
    for event in rows:
        if len(found) == limit or size <= 0:
            return found, True
        found.append(event)
        size -= len(event.body)
    return found, False


def fold(
    connection: Connection, user: int, messages: Sequence[Event], visible: Sequence[ColumnElement[bool]] = ()
) -> list[FoldedEvents]:
    """
    @param user: the id of the user who reads.
    @param visible: conditions on the columns of C{events}, for the edits and reactions that count.
    @return: these messages in their present form: each with its last edit and the reactions that were not withdrawn.
    """
    folded = {message.position: FoldedEvents(message) for message in messages}
    done = reading.done_to(connection, folded, *visible) if folded else ()
    for event in guests.told(connection, user, [*done]):
        if event.kind in EDITS:
            folded[event.subject].edit = event
        elif event.kind == Kind.REACTED:
            # The body's first byte says on or off; see the gateway's dialects.
            folded[event.subject].reactions[event.sender, spelt(event.body)[1:]] = event
    for position in expired(connection, messages):
        folded[position].expired = True
    return list(folded.values())


def fold_within(
    connection: Connection,
    user: int,
    messages: Sequence[Event],
    spans: Mapping[int, Sequence[tuple[int, int]]],
    visible: Sequence[ColumnElement[bool]] = (),
) -> list[FoldedEvents]:
    """
    @param user: the id of the user who reads.
    @param spans: by conversation, the first and last positions of the spans that the user may see.
    @param visible: see L{fold}.
    @return: those of the messages that are in these spans, as the user sees them: without edits and reactions from when
        the user was not in the group. They are in order only within a conversation.
    """
    apart: dict[int, list[Event]] = {}
    together: list[Event] = []
    for message in messages:
        seen = spans.get(message.conversation, ())
        if any(first <= message.position <= last for first, last in seen):
            whole = len(seen) == 1 and seen[0][1] == MAX_SAFE_INTEGER
            (together if whole else apart.setdefault(message.conversation, [])).append(message)
    folded = fold(connection, user, together, visible)
    for conversation, some in apart.items():
        inside = or_(*(_is_between(first, last) for first, last in spans[conversation]))
        folded += fold(connection, user, some, [*visible, inside])
    return folded


def _is_between(first: int, last: int) -> ColumnElement[bool]:
    return and_(events.c.position >= first, events.c.position <= last)
