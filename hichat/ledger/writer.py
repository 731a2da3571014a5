"""
Writing the log: one transaction for many drafts. Runs in the store's writer thread, or in a command's only thread.

The writer remembers what it last knew of the store (numbers of conversations, members, users). Before it uses that, it
reads what others have appended since: the log says everything that can make its memory wrong. So its answers are those
of the transaction it is in, without a query a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert
from twisted.logger import Logger

from hichat.accounts import users
from hichat.errors import NoSuchTarget, NotAdministrator, NotAMember, NotStored, Refused, SignedOut
from hichat.events import Draft, Event, Kind, Scope
from hichat.ledger import log
from hichat.social import groups
from hichat.storage.engine import concerns_all
from hichat.storage.store import Store
from hichat.storage.tables import conversations

Outcome = Event | Refused

REMEMBERED = 100_000
"""Conversations, groups and users that a writer remembers of each; more are forgotten all at once."""

TAIL = 10_000
"""Events by others that a writer reads to bring its memory up to date; behind more than that it forgets instead."""

DOUBT = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0)
"""Seconds that a writer waits before each time that it asks a store that failed in a commit whether it was done."""


class Memory:
    """
    What a writer knows of the store at a position of the log.

    @ivar numbers: by conversation key: its id, its last seq and its last n.
    @ivar members: by group id: its members.
    @ivar users: by id: whether they are administrators. Only users who may write are here.
    """

    def __init__(self) -> None:
        self.position = 0
        self.forget()

    def forget(self) -> None:
        """Know nothing; all of it is read again when it is needed."""
        self.numbers: dict[tuple[int, int, int], tuple[int, int, int]] = {}
        self.members: dict[int, set[int]] = {}
        self.users: dict[int, bool] = {}

    def apply(self, event: Event) -> None:
        """An event was committed, by this writer or by another."""
        self.position = event.position
        key = log.conversation_key(event.scope, event.sender, event.target)
        self.numbers[key] = event.conversation, event.seq, event.n
        if event.kind == Kind.MESSAGE:
            return
        if event.kind == Kind.SIGNED_OUT:
            self.users.pop(event.target, None)
        elif event.target in self.members:
            members = self.members[event.target]
            (members.add if event.kind == Kind.JOINED else members.discard)(event.subject)

    def catch_up(self, connection: Connection) -> None:
        """Take in what others have appended."""
        head = log.head(connection)
        if head == self.position:
            return
        if head > self.position + TAIL or head < self.position or self.position == 0:
            self.forget()
        else:
            for event in log.after(connection, self.position, TAIL):
                self.apply(event)
        self.position = head


class LogWriter:
    """
    @param store: whose log it is.
    @param now: the time, in milliseconds since the epoch.
    @param sleep: waits so many seconds, in the writer's thread.
    """

    _log = Logger()

    def __init__(self, store: Store, now: Callable[[], int], sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._now = now
        self._sleep = sleep
        self._memory = Memory()

    def write(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """
        Write drafts in order, in one transaction. When that fails for a reason of one draft's own, the batch is
        written by halves, so that this one fails alone.

        @return: for each draft its event, durable when this returns, or why there is none. Never raises.
        """
        outcomes: list[Outcome] | None = None
        try:
            with self._store.transaction() as connection:
                outcomes = _Transaction(connection, self._memory, self._now()).write(drafts)
        except Exception as e:
            self._memory.forget()
            if outcomes is not None and self._is_stored(outcomes):
                return outcomes
            if concerns_all(e) or len(drafts) == 1:
                self._log.failure("{count} drafts could not be stored", count=len(drafts))
                return [NotStored() for _ in drafts]
            half = len(drafts) // 2
            return self.write(drafts[:half]) + self.write(drafts[half:])
        self._remember(outcomes)
        return outcomes

    def _is_stored(self, outcomes: Sequence[Outcome]) -> bool:
        """
        The store failed in the commit, after it was asked for it and before it said that it was done: read whether it
        was. Who is told "not stored" says it again; so that must not be said of what is stored.
        """
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        if not events:
            return True
        for pause in DOUBT:
            self._sleep(pause)
            try:
                # With the write lock: while the commit may still be under way, that transaction holds it.
                with self._store.transaction() as connection:
                    return log.after(connection, events[0].position - 1, len(events)) == events
            except Exception as e:
                if not concerns_all(e):
                    break
        self._log.error(
            "{count} events may be stored or not; their senders are told that they are not", count=len(events)
        )
        return False

    def _remember(self, outcomes: Sequence[Outcome]) -> None:
        memory = self._memory
        for outcome in outcomes:
            if isinstance(outcome, Event):
                memory.apply(outcome)
        if max(len(memory.numbers), len(memory.members), len(memory.users)) > REMEMBERED:
            memory.forget()


class _Transaction:
    """One transaction's view: the memory, brought up to date, and over it what this batch itself changes."""

    def __init__(self, connection: Connection, memory: Memory, now: int) -> None:
        memory.catch_up(connection)
        self._connection = connection
        self._memory = memory
        self._now = now
        self._position = memory.position
        self._numbers: dict[tuple[int, int, int], tuple[int, int, int]] = {}
        self._members: dict[int, set[int]] = {}
        self._signed_out: set[int] = set()

    def write(self, drafts: Sequence[Draft]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for draft in drafts:
            try:
                outcomes.append(self._number(draft))
            except Refused as e:
                outcomes.append(e)
        log.append(self._connection, [outcome for outcome in outcomes if isinstance(outcome, Event)])
        return outcomes

    def _number(self, draft: Draft) -> Event:
        if draft.kind == Kind.MESSAGE:
            self._check(draft)
        elif draft.change is not None:
            with self._connection.begin_nested():
                draft.change(self._connection, draft, self._position + 1)
        key = log.conversation_key(draft.scope, draft.sender, draft.target)
        conversation, seq, n = self._last(key)
        seq += 1
        n += draft.kind == Kind.MESSAGE
        self._position += 1
        self._numbers[key] = conversation, seq, n
        self._note(draft)
        return Event(
            position=self._position,
            conversation=conversation,
            seq=seq,
            n=n,
            kind=int(draft.kind),
            scope=int(draft.scope),
            sender=draft.sender,
            target=draft.target,
            subject=draft.subject,
            time=self._now,
            body=draft.body,
        )

    def _check(self, draft: Draft) -> None:
        """May this user write this message?"""
        sender = self._user(draft.sender)
        if sender is None:
            raise SignedOut
        if draft.scope == Scope.USER:
            if self._user(draft.target) is None:
                raise NoSuchTarget
        elif draft.scope == Scope.GROUP:
            members = self._group(draft.target)
            if not members:
                raise NoSuchTarget
            if draft.sender not in members:
                raise NotAMember
        elif not sender:
            raise NotAdministrator

    def _user(self, user: int) -> bool | None:
        """@return: None if there is no such user, else whether they are an administrator."""
        if user in self._signed_out or user not in self._memory.users:
            found = users.find(self._connection, user)
            if found is None or found.disabled:
                return None
            self._memory.users[user] = found.administrator
            self._signed_out.discard(user)
        return self._memory.users[user]

    def _group(self, group: int) -> set[int]:
        if group in self._members:
            return self._members[group]
        if group not in self._memory.members:
            self._memory.members[group] = groups.members(self._connection, group)
        return self._memory.members[group]

    def _last(self, key: tuple[int, int, int]) -> tuple[int, int, int]:
        known = self._numbers.get(key) or self._memory.numbers.get(key)
        if known:
            return known
        conversation = log.find_conversation(self._connection, key)
        if conversation is not None:
            return (conversation, *log.last_numbers(self._connection, conversation))
        scope, first, second = key
        made = self._connection.execute(insert(conversations).values(scope=scope, first=first, second=second))
        assert made.inserted_primary_key is not None
        return made.inserted_primary_key[0], 0, 0

    def _note(self, draft: Draft) -> None:
        """Later drafts of this batch see what this one changed."""
        if draft.kind in (Kind.JOINED, Kind.LEFT):
            # The rows are read afresh, in this transaction; the memory learns of it after the commit.
            self._members[draft.target] = groups.members(self._connection, draft.target)
        elif draft.kind == Kind.SIGNED_OUT:
            self._signed_out.add(draft.target)
