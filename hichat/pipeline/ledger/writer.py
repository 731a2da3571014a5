"""
Writing the log: one transaction for many drafts. Runs in the store's writer thread, or in a command's only thread.

The writer remembers what it last knew of the store: L{hichat.pipeline.ledger.memory}. It asks
L{hichat.pipeline.ledger.rights} whether a draft may be appended, and L{hichat.pipeline.ledger.transaction} gives the
draft its numbers. So the answers are those of the transaction it is in, without a query a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from msgspec.structs import replace
from twisted.logger import Logger

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.emojis import spelt
from hichat.core.errors import CounterUsed, NotStored, Refused
from hichat.core.events import Event
from hichat.core.kinds import MESSAGES, Kind
from hichat.log import by_conversation, reading
from hichat.log.ages import Ages
from hichat.log.follower import Progress, Steps
from hichat.pipeline.ledger.memory import REMEMBERED, TAIL, Memory
from hichat.pipeline.ledger.receipts import BatchReceipt, touch
from hichat.pipeline.ledger.rights import Rights
from hichat.pipeline.ledger.strangers import Strangers
from hichat.pipeline.ledger.transaction import Transaction
from hichat.runtime.clock import ticks
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import concerns_all
from hichat.storage.store import Store
from hichat.storage.trouble import Trouble

DOUBT = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, *[2.0] * 28)
"""
Seconds that a writer waits before each time that it asks a store that failed in a commit whether it was done: a minute.
A server that was restarted is back by then.
"""


class LogWriter:
    """
    @param store: the store of the log.
    @param now: the time, in milliseconds since the epoch.
    @param edit_limit: seconds after which people cannot edit or recall their messages any more.
    @param contacts_only: whether only contacts may write to each other.
    @param sleep: waits so many seconds, in the writer's thread.
    @param tail: see L{TAIL}.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @param strangers: the limit of conversations that a user begins with people who are no contacts.
    @ivar trouble: the failures to store; C{following}: the failures to continue the index.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        now: Callable[[], int],
        edit_limit: int = 24 * 3600,
        contacts_only: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        tail: int = TAIL,
        ticks: Callable[[], int] = ticks,
        strangers: Rate = NO_LIMIT,
    ) -> None:
        self._store = store
        self._now = now
        self._edit_limit = edit_limit
        self._contacts_only = contacts_only
        self._sleep = sleep
        self._memory = Memory(tail, Strangers(strangers, lambda: ticks() / 1000))
        self.trouble = Trouble("messages and other events cannot be stored")
        self.following = Steps("the index of conversations", self._take_index_on)
        self._repaired = False
        self._ages = Ages(edit_limit * 1000, ticks)

    def write(self, drafts: Sequence[Draft], receipt: BatchReceipt | None = None) -> list[Outcome]:
        """
        Write drafts in order, in one transaction. When that fails for a reason of one draft's own, the batch is
        written by halves, so that this one fails alone.

        @param drafts: none: see L{probe}.
        @param receipt: is written with them.
        @return: for each draft its event, durable when this returns, or why there is none. Never raises.
        """
        if not drafts:
            return self.probe()
        outcomes: list[Outcome] | None = None
        try:
            with self._store.transaction() as connection:
                transaction = Transaction(connection, self._memory, drafts, self._now(), self._contacts_only)
                self._ages.note(transaction.position)
                written = self._write(transaction, drafts)
                transaction.index()
                if receipt is not None:
                    receipt.note(connection, written)
                # The commit comes next. Nothing that failed before it is in doubt.
                outcomes = written
        except Exception as e:
            self._memory.forget()
            if outcomes is None or not self._is_stored(outcomes):
                if not concerns_all(e) and len(drafts) > 1:
                    half = len(drafts) // 2
                    return self.write(drafts[:half], receipt) + self.write(drafts[half:], receipt)
                self.trouble.met(e, len(drafts))
                outcomes = [NotStored() for _ in drafts]
        else:
            transaction.remember()
            self._ages.note(transaction.position)
            self.trouble.passed()
            if self._memory.size > REMEMBERED:
                self._memory.forget()
        if receipt is not None:
            receipt.settle(outcomes)
        return outcomes

    def _write(self, transaction: Transaction, drafts: Sequence[Draft]) -> list[Outcome]:
        rights = Rights(transaction, self._ages, self._edit_limit)
        outcomes: list[Outcome] = []
        for draft in drafts:
            try:
                first = _find_first(transaction, draft) if draft.device else None
                outcomes.append(first or transaction.append(draft, rights.ask(draft)))
            except Refused as e:
                outcomes.append(e)
        transaction.flush()
        return outcomes

    def probe(self) -> list[Outcome]:
        """
        Do what a batch does, to the disk and back, without a trace in the log.

        @return: nothing; or why a batch would not be stored.
        """
        try:
            with self._store.transaction() as connection:
                reading.append_nothing(connection)
                touch(connection)
        except Exception as e:
            self.trouble.met(e)
            return [NotStored()]
        self.trouble.passed()
        return []

    def follow(self) -> None:
        """
        Take the index on, if it is time to. Between two batches, so that neither waits for it: where that is not done,
        or fails, a batch does it soon, and fails with it.
        """
        memory = self._memory
        if memory.position - memory.indexed < 2 * by_conversation.STEP:
            return
        progress = self.following.take()
        if progress is not None:
            self._repaired = True
            memory.indexed = progress.position

    def _take_index_on(self) -> Progress:
        with self._store.transaction() as connection:
            if not self._repaired:
                by_conversation.repair(connection)
            head, low = by_conversation.heads(connection)
            return Progress(by_conversation.follow(connection, low, head), head)

    def _is_stored(self, outcomes: Sequence[Outcome]) -> bool:
        """
        The store failed in the commit, so it is in doubt whether the commit was done: read whether it was. A sender who
        is told "not stored" sends again, so that must not be said of a stored message.
        """
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        if not events:
            return True
        for pause in DOUBT:
            self._sleep(pause)
            try:
                # With the write lock: while the commit may still be under way, that transaction holds it.
                with self._store.transaction() as connection:
                    found = reading.after(connection, events[0].position - 1, len(events))
                    return len(found) == len(events) and all(map(_is_same, found, events))
            except Exception as e:
                if not concerns_all(e):
                    break
        self._log.error(
            "{count} events are in doubt; their senders are told that they are not stored", count=len(events)
        )
        return False


def _is_same(found: Event, event: Event) -> bool:
    """@return: whether an event of the log is this one; it may have been recalled since."""
    return found == (event if found.body else replace(event, body=b""))


def _find_first(transaction: Transaction, draft: Draft) -> Duplicate | None:
    """
    Was this draft written before, under its client id?

    @raise CounterUsed: another one was written under that id.
    @raise SignedOut: the device was revoked.
    """
    first = transaction.counted(draft)
    if first is None:
        return None
    if not _says(first, draft):
        raise CounterUsed
    return Duplicate(first)


def _says(event: Event, draft: Draft) -> bool:
    """@return: whether the draft repeats the event. A message that was recalled since has no body to compare."""
    if (event.kind, event.subject) != (draft.kind, draft.subject):
        return False
    if draft.kind in MESSAGES and (event.scope, event.target) != (draft.scope, draft.target):
        return False
    # Reactions from before each had one spelling are said again in that.
    return event.body in (draft.body, b"") or (draft.kind == Kind.REACTED and spelt(event.body) == draft.body)
