"""
Bringing in what happened in one conversation: memberships, messages, and what was done to these.

It is written in the order of an export, which is that of the times, behind all that is in the log.
L{ImportedConversation} is one transaction's part of it. What was here from an earlier import is passed over; of a
message whose text, reactions or pin are others now, the difference is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, insert, select, update

from hichat.conversations import catchup, unread
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope, is_imported
from hichat.core.kinds import BEGINNINGS, EDITS, ENDINGS, Kind
from hichat.groups import queries
from hichat.imports import bodies, known, shapes
from hichat.imports.bodies import HeldFile
from hichat.imports.coming import (
    ComingReaction,
    Here,
    ImportKnowledge,
    coming_member,
    coming_message,
    coming_reaction,
    event_key,
    is_coming_edit,
    note_lost_answer,
)
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger.importing import ImportedEvents
from hichat.storage.tables import groups, marks, media, media_uses, members, pins

KINDS = {
    "joined": Kind.JOINED,
    "left": Kind.LEFT,
    "removed": Kind.REMOVED,
    "banned": Kind.BANNED,
    "changed": Kind.CHANGED,
}

MovedItem = shapes.MovedMessage | shapes.MovedEvent


class ImportedConversation:
    """
    Brings a part of a conversation in, in one transaction.

    @param here: the conversation.
    """

    def __init__(self, events: ImportedEvents, here: Here, told: ImportKnowledge) -> None:
        self._events, self._here, self._told = events, here, told
        self._connection: Connection = events.connection
        self._report = told.report
        self._at: dict[str, int] = {}
        self._new: list[tuple[str, int, bytes]] = []
        self._uses: list[dict[str, object]] = []
        self._pins: list[dict[str, int]] = []
        self._recalled = 0
        self._last: Event | None = None

    def write(self, items: Sequence[MovedItem]) -> None:
        """Bring in what is new of these, which are in order."""
        connection, source = self._connection, self._told.source
        self._members = queries.members(connection, self._here.target) if self._here.scope == Scope.GROUP else set()
        marking = _Marking(connection, self._here, self._members)
        messages = [each for each in items if isinstance(each, shapes.MovedMessage)]
        happened = [each for each in items if isinstance(each, shapes.MovedEvent)]
        wanted = {each.id for each in messages} | {each.replyTo for each in messages if each.replyTo}
        found = known.find(connection, source, "message", wanted)
        events = known.find(connection, source, "event", [event_key(each) for each in happened])
        self._at = {key: each.ours for key, each in found.items()}
        noted: list[tuple[str, int, bytes]] = []
        for item in items:
            if isinstance(item, shapes.MovedEvent):
                key = event_key(item)
                if key not in events and (position := self._happened(item)):
                    noted.append((key, position, b""))
                    events[key] = known.KnownId(position, b"")
            elif item.id not in self._at:
                self._message(item)
            elif item.id in found:
                self._again(item, found[item.id])
        self._events.flush()
        known.note(connection, source, "event", noted)
        known.note(connection, source, "message", self._new)
        if self._pins:
            connection.execute(insert(pins), self._pins)
        if self._uses:
            connection.execute(insert(media_uses), self._uses)
            ids = {use["media_id"] for use in self._uses}
            connection.execute(update(media).where(media.c.id.in_(ids)).values(unused_since=None))
        if self._last is not None:
            marking.move(self._last, self._members, self._recalled)

    def _append(
        self, kind: Kind, sender: int, time: int, body: bytes = b"", subject: int = 0, expired: bool = False
    ) -> Event:
        target = self._here.target_of(sender)
        self._last = self._events.append(kind, self._here.scope, sender, target, time, body, subject, expired)
        return self._last

    # Memberships

    def _happened(self, item: shapes.MovedEvent) -> int:
        """@return: the position of the event; 0: there is none."""
        kind, group = KINDS[item.kind], self._here.target
        by = self._told.people.get(item.from_, 0) or self._told.people.get(item.member, 0)
        if kind == Kind.CHANGED:
            return self._append(kind, by, item.time, msgspec.json.encode(item.changed)).position if by else 0
        user = coming_member(item, self._told)
        if not user or (user in self._members) is (kind in BEGINNINGS):
            return 0
        ends = kind in ENDINGS
        if not ends and user in self._told.gone:
            return 0
        (self._members.discard if ends else self._members.add)(user)
        size = len(self._members)
        position = self._append(kind, by, item.time, b"%d" % size, user).position
        row = members.c
        if ends:
            which = row.group_id == group, row.user_id == user, row.until.is_(None)
            self._connection.execute(update(members).where(*which).values(until=position))
        else:
            self._connection.execute(insert(members).values(group_id=group, user_id=user, since=position))
            self._report.counts["memberships"] += 1
        self._connection.execute(update(groups).where(groups.c.id == group).values(size=size))
        return position

    # Messages

    def _message(self, message: shapes.MovedMessage) -> None:
        coming = coming_message(message, self._here, self._told)
        if coming is None:
            return
        sender, subject = coming.sender, self._replied(message)
        first, *_ = [
            self._append(Kind.MESSAGE, sender, message.time, body, subject, message.expired) for body in coming.bodies
        ]
        self._use(coming.files, first)
        self._at[message.id] = first.position
        self._new.append((message.id, first.position, bodies.digest_of(message)))
        self._report.counts["messages"] += 1
        if message.recalled is not UNSET:
            self._recall(message, first.position, sender)
            return
        for edit in coming.edits:
            self._edit(edit, sender, first.position)
        for reaction in coming.reactions:
            self._react(reaction, first.position)
        if not message.expired:
            self._pin(message, first)

    def _replied(self, message: shapes.MovedMessage) -> int:
        if not message.replyTo:
            return 0
        found = self._at.get(message.replyTo, 0)
        if not found:
            note_lost_answer(self._report)
        return found

    def _use(self, files: Sequence[HeldFile], event: Event) -> None:
        group = event.target if event.scope == Scope.GROUP else 0
        ids = {file.id for file in files}
        self._uses += [{"media_id": id, "position": event.position, "group_id": group} for id in sorted(ids)]

    def _edit(self, edit: shapes.MovedEdit, sender: int, position: int) -> None:
        self._append(Kind.EDITED, sender, edit.time, bodies.edit_body(edit, self._told.people), position)
        self._report.counts["edits"] += 1

    def _recall(self, message: shapes.MovedMessage, position: int, sender: int) -> None:
        done = message.recalled
        assert done is not UNSET
        by = self._told.people.get(done.by, sender)
        self._append(Kind.RECALLED, by, done.time, subject=position)
        self._recalled += 1

    def _react(self, reaction: ComingReaction, position: int) -> None:
        self._append(Kind.REACTED, reaction.user, reaction.time, b"+" + reaction.emoji.encode(), position)
        self._report.counts["reactions"] += 1

    def _pin(self, message: shapes.MovedMessage, event: Event) -> None:
        done = message.pinned
        if done is UNSET:
            return
        by = self._told.people.get(done.by, event.sender)
        pinned = self._append(Kind.PINNED, by, done.time, subject=event.position)
        row = {"conversation": event.conversation, "position": event.position, "place": pinned.position}
        self._pins.append(row)
        self._report.counts["pins"] += 1

    # What came before

    def _again(self, message: shapes.MovedMessage, before: known.KnownId) -> None:
        self._report.known["messages"] += 1
        digest = bodies.digest_of(message)
        if digest == before.digest:
            return
        self._events.flush()
        event = reading.find(self._connection, before.ours)
        if event is None or not event.body:
            return
        done = reading.done_to(self._connection, [event.position])
        if not bodies.is_same_text(digest, before.digest):
            self._say_again(message, event, [each for each in done if each.kind in EDITS])
        if message.recalled is UNSET and not message.expired:
            self._react_again(message, event, [each for each in done if each.kind == Kind.REACTED])
            is_pinned = select(pins.c.place).where(pins.c.position == event.position)
            if self._connection.scalar(is_pinned) is None:
                self._pin(message, event)
        known.change(self._connection, self._told.source, "message", message.id, digest)

    def _say_again(self, message: shapes.MovedMessage, event: Event, edits: Sequence[Event]) -> None:
        """The message has another text than when it came, or was taken back."""
        if message.recalled is not UNSET:
            self._recall(message, event.position, event.sender)
            self._events.flush()
            reading.blank(self._connection, event.position)
        elif message.expired:
            pass
        elif all(map(is_imported, edits)):
            text, mentions, format = bodies.last_text(message)
            time = message.edits[-1].time if message.edits else message.time
            edit = shapes.MovedEdit(time, text, mentions, format)
            if is_coming_edit(edit, self._report):
                self._edit(edit, event.sender, event.position)

    def _react_again(self, message: shapes.MovedMessage, event: Event, done: Sequence[Event]) -> None:
        last = {(each.sender, each.body[1:]): each for each in done}
        there = set[tuple[int, bytes]]()
        for reaction in message.reactions:
            coming = coming_reaction(reaction, message, self._told)
            if coming is None:
                continue
            key = coming.user, coming.emoji.encode()
            there.add(key)
            # Who has taken it back here has done so since.
            if key not in last:
                self._react(coming, event.position)
        for key, each in last.items():
            if key not in there and each.body.startswith(b"+") and is_imported(each):
                self._append(Kind.REACTED, key[0], message.time, b"-" + key[1], event.position)


class _UnreadBefore(NamedTuple):
    """
    Messages that a user has not read.

    @ivar messages: how many.
    @ivar low: a position behind which they are.
    @ivar is_marked: whether the user has a mark.
    """

    messages: int
    low: int
    is_marked: bool


class _Marking:
    """
    The marks of those in a conversation: what comes in counts as read, and what they have not read stays so.

    @param users: the members, before.
    """

    def __init__(self, connection: Connection, here: Here, users: set[int]) -> None:
        self._connection, self._here = connection, here
        conversation = reading.find_conversation(connection, here.key)
        n = by_conversation.last_numbers(connection, conversation)[1] if conversation else 0
        self._unread: dict[int, _UnreadBefore] = {}
        if n and conversation:
            row = marks.c
            query = select(row.user_id, row.read, row.read_n).where(row.conversation == conversation)
            marked = {user: (read, read_n) for user, read, read_n in connection.execute(query)}
            for user in self._those(users):
                read, read_n = marked.get(user, (0, 0))
                if read_n < n:
                    self._look(user, conversation, read, read_n, user in marked)

    def _those(self, users: set[int]) -> set[int]:
        return users if self._here.scope == Scope.GROUP else {self._here.one, self._here.target} - {0}

    def _look(self, user: int, conversation: int, read: int, read_n: int, is_marked: bool) -> None:
        """Note how many messages a user has not read."""
        spans = [(1, MAX_SAFE_INTEGER)]
        if self._here.scope == Scope.GROUP:
            spans = catchup.intervals(self._connection, user, self._here.target)
        parts = unread.spans(self._connection, conversation, spans, read, read_n)
        count = sum(unread.count(self._connection, user, parts))
        if count:
            self._unread[user] = _UnreadBefore(count, max(read, spans[-1][0]), is_marked)

    def move(self, last: Event, users: set[int], recalled: int) -> None:
        """
        @param last: the last event that came in.
        @param users: the members now.
        @param recalled: the number of messages that came in taken back.
        """
        row = marks.c
        read: list[int] = []
        for user in sorted(self._those(users)):
            found = self._unread.get(user)
            if found is None:
                read.append(user)
                continue
            n = last.n - found.messages - recalled
            if found.is_marked:
                mine = row.conversation == last.conversation, row.user_id == user
                self._connection.execute(update(marks).where(*mine).values(read_n=n))
            else:
                self._insert([user], last.conversation, found.low + 1, n)
        known_users = set(self._connection.scalars(select(row.user_id).where(row.conversation == last.conversation)))
        self._insert([user for user in read if user not in known_users], last.conversation, last.position, last.n)
        old = [user for user in read if user in known_users]
        moved = {"received": last.position, "read": last.position, "read_n": last.n}
        for at in range(0, len(old), known.KEYS_AT_ONCE):
            some = row.conversation == last.conversation, row.user_id.in_(old[at : at + known.KEYS_AT_ONCE])
            self._connection.execute(update(marks).where(*some).values(moved))

    def _insert(self, users: Sequence[int], conversation: int, read: int, n: int) -> None:
        rows = [
            {"conversation": conversation, "user_id": user, "received": read, "read": read, "read_n": n}
            for user in users
        ]
        if rows:
            self._connection.execute(insert(marks), rows)
