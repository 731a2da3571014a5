"""Marks: how far users have received and read their conversations. Queries of a connection, and a writer of marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select, update
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.contacts import contacts
from hichat.conversations import catchup, unread
from hichat.core.errors import Busy, NoSuchTarget, NotStored, Refused, StoreAway
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.groups import queries
from hichat.log import by_conversation, reading
from hichat.log.reading import ConversationKey
from hichat.storage.store import Store
from hichat.storage.tables import marks

GATHER = 0.1
"""Seconds between two transactions: every reader of a message marks it, and marks can wait."""

WAITING_MARKS = 2000
"""The most marks that wait."""

WAITING_MARKS_OF_USER = 500
"""The most waiting marks of one user, so that no user takes all the room."""

CONVERSATIONS_IN_TRANSACTION = 64
"""The most conversations in one transaction: messages have to wait for it."""

OTHERS_LIMIT = 100
"""The largest group whose members see each other's marks."""


class Mark(NamedTuple):
    """
    A user's mark in a conversation.

    @ivar received: the position up to which the user has received it.
    @ivar read: the position up to which the user has read it; never more than C{received}.
    @ivar since: of another member of a group, the position of the event that began the first membership; else 0.
    """

    user: int
    received: int
    read: int
    since: int = 0


class MovedMark(NamedTuple):
    """
    A mark that has moved.

    @ivar alone: whether no other user may hear of it: one of a pair has blocked the other, or the user is not in the
        group any more, or was only invited to it.
    """

    mark: Mark
    alone: bool


class ReadState(msgspec.Struct):
    """
    A user's state of reading a conversation.

    @ivar own: the user's mark.
    @ivar unread: the number of unread messages; see L{hichat.conversations.unread}.
    @ivar others: the marks of the other members, also of those who have marked nothing; empty for large groups, for the
        announcements, and if one of a pair has blocked the other.
    @ivar last: the position of the last event that C{unread} takes into account.
    """

    own: Mark
    unread: int
    others: list[Mark]
    last: int = 0


class Advance(NamedTuple):
    """A user's request to move a mark: the positions up to which they have received and read a conversation."""

    user: int
    key: ConversationKey
    received: int
    read: int


def standing(connection: Connection, user: int, key: ConversationKey) -> ReadState:
    """
    @param key: the conversation's key; see L{reading.conversation_key}.
    @raise NoSuchTarget: the user may not see the conversation.
    """
    intervals = _intervals(connection, user, key)
    conversation = reading.find_conversation(connection, key)
    if conversation is None:
        return ReadState(Mark(user, 0, 0), 0, [])
    received, read, read_n = _find(connection, conversation, user)
    parts = unread.spans(connection, conversation, intervals, read, read_n)
    if key[0] == Scope.EVERYONE:
        parts = [unread.since_account(connection, user, part) for part in parts]
    is_member = intervals[-1][1] == MAX_SAFE_INTEGER
    shown = is_member and _is_small(connection, key) and not _are_apart(connection, key)
    others = _others(connection, conversation, user, key) if shown else []
    counts = unread.count(connection, user, parts)
    last, _ = by_conversation.n_at(connection, conversation, intervals[-1][1])
    return ReadState(Mark(user, received, read), sum(counts), others, last)


def advance(connection: Connection, advances: Sequence[Advance]) -> list[MovedMark | Refused | None]:
    """
    Move marks forward. They never go back, nor beyond the end of the conversation or of the user's membership.

    @return: for each its mark now; None if it did not move; or the error if it cannot.
    """
    pairs = [(first, second) for _, (scope, first, second), _, _ in advances if scope == Scope.USER]
    apart = contacts.apart(connection, pairs)
    outcomes: list[MovedMark | Refused | None] = []
    for wanted in advances:
        try:
            outcomes.append(_advance(connection, wanted, apart))
        except Refused as e:
            outcomes.append(e)
    return outcomes


def _advance(connection: Connection, wanted: Advance, apart: Collection[tuple[int, int]]) -> MovedMark | None:
    user, key, received, read = wanted
    last = _intervals(connection, user, key)[-1][1]
    alone = last < MAX_SAFE_INTEGER or (key[0] == Scope.USER and key[1:] in apart)
    received, read = min(received, last), min(read, last)
    conversation = reading.find_conversation(connection, key)
    if conversation is None:
        return None
    was_received, was_read, was_n = _find(connection, conversation, user)
    read, read_n = max(by_conversation.n_at(connection, conversation, read), (was_read, was_n))
    received = max(by_conversation.n_at(connection, conversation, received)[0], read, was_received)
    if (received, read) == (was_received, was_read):
        return None
    values = {"received": received, "read": read, "read_n": read_n}
    where = (marks.c.conversation == conversation, marks.c.user_id == user)
    if connection.execute(update(marks).where(*where).values(values)).rowcount == 0:
        connection.execute(marks.insert().values(conversation=conversation, user_id=user, **values))
    return MovedMark(Mark(user, received, read), alone)


def _intervals(connection: Connection, user: int, key: ConversationKey) -> list[tuple[int, int]]:
    """
    @return: the first and last positions of the spans that the user may see, at least one.
    @raise NoSuchTarget: there is none.
    """
    scope, group, _ = key
    found = catchup.intervals(connection, user, group) if scope == Scope.GROUP else [(1, MAX_SAFE_INTEGER)]
    if not found:
        raise NoSuchTarget
    return found


def _find(connection: Connection, conversation: int, user: int) -> tuple[int, int, int]:
    row = connection.execute(_MARK, {"of_conversation": conversation, "of_user": user}).first()
    return (row.received, row.read, row.read_n) if row else (0, 0, 0)


_MARK = select(marks.c.received, marks.c.read, marks.c.read_n).where(
    marks.c.conversation == bindparam("of_conversation"), marks.c.user_id == bindparam("of_user")
)


def read_up_to(connection: Connection, conversation: int, user: int) -> int:
    """@return: the position up to which the user has marked the conversation as read."""
    return _find(connection, conversation, user)[1]


def _others(connection: Connection, conversation: int, user: int, key: ConversationKey) -> list[Mark]:
    query = select(marks.c.user_id, marks.c.received, marks.c.read).where(
        marks.c.conversation == conversation, marks.c.user_id != user
    )
    found = {row.user_id: Mark(*row) for row in connection.execute(query)}
    scope, group, _ = key
    if scope == Scope.GROUP:
        # A member without a row has received nothing. If such members were left out, "all have received it" would be
        # true as soon as the first one has.
        members = queries.first_joined(connection, group)
        members.pop(user, None)
        found = {
            member: found.get(member, Mark(member, 0, 0))._replace(since=since) for member, since in members.items()
        }
    return [found[other] for other in sorted(found)]


def _are_apart(connection: Connection, key: ConversationKey) -> bool:
    scope, *pair = key
    return scope == Scope.USER and bool(contacts.apart(connection, [(pair[0], pair[1])]))


def _is_small(connection: Connection, key: ConversationKey) -> bool:
    scope, first, _ = key
    if scope != Scope.GROUP:
        return scope == Scope.USER
    group = queries.find(connection, first)
    return group is not None and group.size <= OTHERS_LIMIT


class _Waiting:
    def __init__(self) -> None:
        self.received = 0
        self.read = 0
        self.device = 0
        self.answers: list[Deferred[None]] = []


class MarkWriter:
    """
    Gathers marks and writes them, many in one transaction.

    @param announce: called after the commit with the conversation's key, a mark that has moved, and the device.
    """

    _log = Logger()

    def __init__(
        self, store: Store, clock: IReactorTime, announce: Callable[[ConversationKey, MovedMark, int], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._announce = announce
        self._waiting: dict[tuple[int, ConversationKey], _Waiting] = {}
        self._count = 0
        self._count_of: Counter[int] = Counter()
        self._busy = False
        self._idle: list[Deferred[None]] = []

    def put(self, user: int, key: ConversationKey, received: int, read: int, device: int) -> Deferred[None]:
        """
        Mark a conversation.

        @param key: see L{reading.conversation_key}.
        @param received: the position up to which the user has received it.
        @param read: the position up to which the user has read it.
        @param device: the number of the device that tells so.
        @return: fires when the mark is stored. Fails with L{NoSuchTarget}, L{Busy} or L{NotStored}.
        """
        answer: Deferred[None] = Deferred()
        if self._count >= WAITING_MARKS or self._count_of[user] >= WAITING_MARKS_OF_USER:
            answer.errback(Failure(Busy()))
            return answer
        self._count += 1
        self._count_of[user] += 1
        waiting = self._waiting.get((user, key))
        if waiting is None:
            waiting = self._waiting[user, key] = _Waiting()
        waiting.received = max(waiting.received, received)
        waiting.read = max(waiting.read, read)
        waiting.device = device
        waiting.answers.append(answer)
        if not self._busy:
            self._busy = True
            self._clock.callLater(GATHER, self._write)
        return answer

    def idle(self) -> Deferred[None]:
        """@return: fires when no mark waits."""
        if not self._busy:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._idle.append(waiter)
        return waiter

    def _write(self) -> None:
        batch = {place: self._waiting.pop(place) for place in list(self._waiting)[:CONVERSATIONS_IN_TRANSACTION]}
        advances = [Advance(user, key, w.received, w.read) for (user, key), w in batch.items()]
        written = self._store.write(advance, advances)
        written.addErrback(self._failed, len(batch))
        written.addCallback(self._written, batch)
        written.addErrback(lambda failure: self._log.failure("marks were not answered", failure))
        written.addBoth(lambda _: self._next())

    def _failed(self, failure: Failure, count: int) -> list[MovedMark | Refused | None]:
        if not failure.check(StoreAway):
            self._log.failure("{count} marks could not be stored", failure, count=count)
        return [NotStored() for _ in range(count)]

    def _written(
        self, outcomes: list[MovedMark | Refused | None], batch: dict[tuple[int, ConversationKey], _Waiting]
    ) -> None:
        for ((user, key), waiting), outcome in zip(batch.items(), outcomes, strict=True):
            if isinstance(outcome, MovedMark):
                try:
                    self._announce(key, outcome, waiting.device)
                except Exception:
                    self._log.failure("a mark was not announced")
            self._count -= len(waiting.answers)
            self._count_of[user] -= len(waiting.answers)
            if not self._count_of[user]:
                del self._count_of[user]
            for answer in waiting.answers:
                if isinstance(outcome, Refused):
                    answer.errback(Failure(outcome))
                else:
                    answer.callback(None)

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            self._clock.callLater(0 if len(self._waiting) >= CONVERSATIONS_IN_TRANSACTION else GATHER, self._write)
            return
        waiters, self._idle = self._idle, []
        for waiter in waiters:
            waiter.callback(None)
