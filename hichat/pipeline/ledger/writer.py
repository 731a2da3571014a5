"""
Writing the log: one transaction for many drafts. Runs in the store's writer thread, or in a command's only thread.

L{hichat.pipeline.ledger.rights} decides whether a draft may be appended; L{hichat.pipeline.ledger.transaction} gives it
its numbers. Both use the writer's memory of the store (L{hichat.pipeline.ledger.memory}), which each transaction brings
up to date: so their answers are true in that transaction, without a query for each message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice

from msgspec.structs import replace
from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.emojis import spelt
from hichat.core.errors import CounterUsed, KeyUsed, NotStored, Refused
from hichat.core.events import Event
from hichat.core.kinds import MESSAGES, Kind
from hichat.core.repeats import parts_of
from hichat.log import by_conversation, epochs, reading
from hichat.log.ages import Ages
from hichat.log.follower import Progress, Steps
from hichat.pipeline.ledger.memory import CATCH_UP_LIMIT, MEMORY_LIMIT, Memory
from hichat.pipeline.ledger.receipts import BatchReceipt, receipt_rows, touch
from hichat.pipeline.ledger.rights import Rights
from hichat.pipeline.ledger.strangers import Strangers
from hichat.pipeline.ledger.transaction import Transaction
from hichat.runtime.clock import ticks
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import concerns_all
from hichat.storage.store import Store
from hichat.storage.trouble import Trouble, commit_cause_of
from hichat.wire.stored import forwarded_id

DOUBT = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, *[2.0] * 28)
"""
Seconds to wait before each try to find out whether a commit that failed was done after all: in all a minute. A server
that was restarted is back by then.
"""


BatchToWrite = tuple[Sequence[Draft], BatchReceipt | None]
"""Drafts that are written in order, and the receipt of their outcomes."""


class LogWriter:
    """
    Writes the log; it belongs to one thread.

    @param store: the store of the log.
    @param now: the time, in milliseconds since the epoch.
    @param edit_limit: seconds after which users cannot edit or recall their messages any more.
    @param contacts_only: whether only contacts may write to each other.
    @param sleep: waits so many seconds, in the writer's thread.
    @param tail: see L{CATCH_UP_LIMIT}.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @param strangers: the limit of conversations that a user begins with people who are no contacts.
    @ivar epoch: the log's epoch, as those know it whose drafts come next; empty: they do not say. In a log of another
        one nothing is written: whoever got an ack would not know that what it had before may be gone.
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
        tail: int = CATCH_UP_LIMIT,
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
        self.epoch = ""
        # The epoch of the log that the present connection leads to.
        self._found = ""

    def write(self, drafts: Sequence[Draft], receipt: BatchReceipt | None = None) -> list[Outcome]:
        """
        Write drafts in order, in one transaction. If that fails, and not because of the store itself, the batch is
        written by halves: so only the draft that is the cause fails.

        @param drafts: without any, this is a L{probe}.
        @param receipt: written in the same transaction.
        @return: the outcome of each draft: its event, durable when this returns, or a refusal. Never raises.
        """
        return self.write_together([(drafts, receipt)])[0]

    def write_together(self, batches: Sequence[BatchToWrite]) -> list[list[Outcome]]:
        """
        Write several batches as L{write} does, in one transaction. If it fails because of one of them, each is written
        by itself.

        @return: the outcomes of each.
        """
        if len(batches) > 1 and not all(drafts for drafts, _ in batches):
            return [self.write(*batch) for batch in batches]
        drafts = [draft for each, _ in batches for draft in each]
        if not drafts:
            return [self.probe()]
        outcomes = self._commit(drafts, batches)
        if outcomes is not None:
            return outcomes
        if len(batches) > 1:
            return [self.write(*batch) for batch in batches]
        receipt = batches[0][1]
        half = len(drafts) // 2
        return [self.write(drafts[:half], receipt) + self.write(drafts[half:], receipt)]

    def _commit(self, drafts: Sequence[Draft], batches: Sequence[BatchToWrite]) -> list[list[Outcome]] | None:
        """
        Write batches in one transaction.

        @param drafts: the drafts of all.
        @return: the outcomes of each; None: it failed because of one of the drafts, and nothing is written.
        """
        outcomes: list[list[Outcome]] | None = None
        try:
            with self._store.transaction(heads := by_conversation.ask_heads()) as connection:
                self._notice(connection)
                now = self._now()
                transaction = Transaction(
                    connection,
                    by_conversation.heads_in(heads),
                    self._memory,
                    drafts,
                    now,
                    self._contacts_only,
                )
                self._ages.note(transaction.position)
                written = _cut(self._write(transaction, drafts), batches)
                settled = ((receipt, found) for (_, receipt), found in zip(batches, written, strict=True))
                transaction.flush(receipt_rows(settled, now))
                transaction.index()
                # The commit comes next. Nothing that failed before it is in doubt.
                outcomes = written
        except _AnotherLog:
            outcomes = [[NotStored("away") for _ in each] for each, _ in batches]
        except Exception as e:
            self._memory.forget()
            if outcomes is None or not self._is_stored([outcome for found in outcomes for outcome in found]):
                if not concerns_all(e) and len(drafts) > 1:
                    return None
                self.trouble.met(e, len(drafts))
                cause = commit_cause_of(e)
                outcomes = [[NotStored(cause) for _ in each] for each, _ in batches]
        else:
            transaction.remember()
            self._ages.note(transaction.position)
            self.trouble.passed()
            if self._memory.size > MEMORY_LIMIT:
                self._memory.forget()
        for (_, receipt), found in zip(batches, outcomes, strict=True):
            if receipt is not None:
                receipt.settle(found)
        return outcomes

    def _write(self, transaction: Transaction, drafts: Sequence[Draft]) -> list[Outcome]:
        rights = Rights(transaction, self._ages, self._edit_limit)
        outcomes: list[Outcome] = []
        for draft in drafts:
            try:
                first = _find_first(transaction, draft) if draft.device or draft.key else None
                outcomes.append(first or transaction.append(draft, rights.ask(draft)))
            except Refused as e:
                outcomes.append(e)
        return outcomes

    def _notice(self, connection: Connection) -> None:
        """
        Forget what is known of the log if the connection is a new one: it may lead to another log.

        @raise _AnotherLog: it does. Those whose drafts these are will notice within a second.
        """
        if not connection.info.get(self):
            connection.info[self] = True
            self._memory.forget()
            self._found = ""
        if self.epoch and self.epoch != self._found:
            self._found = epochs.present(connection)
            if self.epoch != self._found:
                raise _AnotherLog

    def probe(self) -> list[Outcome]:
        """
        Make a commit as a batch does, but without an event.

        @return: empty if it succeeds; else the refusal that a batch would get.
        """
        try:
            with self._store.transaction() as connection:
                reading.append_nothing(connection)
                touch(connection)
        except Exception as e:
            self.trouble.met(e)
            return [NotStored(commit_cause_of(e))]
        self.trouble.passed()
        return []

    def follow(self) -> None:
        """
        Advance the index by conversation, if it lags far enough. This is called between two batches, so that neither
        waits for it. If it is not called, or fails, a batch does the same when the lag is larger, and fails if that
        fails.
        """
        memory = self._memory
        if memory.position - memory.indexed < 2 * by_conversation.INDEX_STEP:
            return
        progress = self.following.take()
        if progress is not None:
            self._repaired = True
            memory.indexed = progress.position

    def _take_index_on(self) -> Progress:
        step = by_conversation.NextStep(self._memory.indexed, self._memory.position)
        with self._store.transaction(step) as connection:
            if not self._repaired:
                by_conversation.repair(connection)
            head, low = step.heads()
            return Progress(by_conversation.follow(connection, low, head, found=step), head)

    def _is_stored(self, outcomes: Sequence[Outcome]) -> bool:
        """
        Find out whether a commit was done in which the store failed. A sender who is told "not stored" sends again, so
        that must not be said of a stored message.
        """
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        if not events:
            return True
        for pause in DOUBT:
            self._sleep(pause)
            try:
                # With the write lock: the transaction in doubt holds it for as long as its commit may be under way.
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


class _AnotherLog(Exception):
    """The log is not the one for which the drafts are."""


def _cut(outcomes: list[Outcome], batches: Sequence[BatchToWrite]) -> list[list[Outcome]]:
    """@return: the outcomes of each batch."""
    left = iter(outcomes)
    return [list(islice(left, len(drafts))) for drafts, _ in batches]


def _is_same(found: Event, event: Event) -> bool:
    """@return: whether an event of the log is this one; it may have been recalled since."""
    return found == (event if found.body else replace(event, body=b""))


def _find_first(transaction: Transaction, draft: Draft) -> Duplicate | None:
    """
    Find the event of an earlier draft with the same client id (device and counter), or the same key.

    @return: the duplicate; None: there is none.
    @raise CounterUsed: the earlier draft was another one; C{KeyUsed}: likewise.
    @raise SignedOut: the device was revoked.
    """
    first = transaction.counted(draft) if draft.device else None
    if first is None:
        return _find_keyed(transaction, draft) if draft.key else None
    if not _says(first, draft):
        raise CounterUsed
    return Duplicate(first)


def _find_keyed(transaction: Transaction, draft: Draft) -> Duplicate | None:
    """See L{_find_first}."""
    found = transaction.said_under(draft)
    if found is None:
        return None
    if found.said != parts_of(draft.key).said:
        raise KeyUsed
    event = transaction.find(found.position)
    assert event is not None
    return Duplicate(event)


def _says(event: Event, draft: Draft) -> bool:
    """@return: whether the draft repeats the event. A message that was recalled since has no body to compare."""
    if (event.kind, event.subject) != (draft.kind, draft.subject):
        return False
    if draft.kind in MESSAGES and (event.scope, event.target) != (draft.scope, draft.target):
        return False
    if event.body in (draft.body, b""):
        return True
    if draft.kind == Kind.REACTED:
        # An old reaction may be stored in another spelling than the one that drafts have now.
        return spelt(event.body) == draft.body
    return draft.change is not None and draft.kind in MESSAGES and _is_same_copy(event, draft)


def _is_same_copy(event: Event, draft: Draft) -> bool:
    """@return: whether both are copies of the same message, which may have had another text the first time."""
    copied = forwarded_id(draft.body)
    return copied > 0 and forwarded_id(event.body) == copied
