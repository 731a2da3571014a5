"""
Writing what was brought in from another server into the log: see L{hichat.imports}.

It is written as all events are, in one transaction after the other, each with its position, C{seq} and C{n}. Nobody's
rights are asked: it has happened, elsewhere. The events have the device L{IMPORTED}, and as their counter, negated, the
time at which they happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from hichat.core.drafts import Draft
from hichat.core.events import IMPORTED, Event, Scope
from hichat.core.kinds import MESSAGES, Kind
from hichat.log import by_conversation
from hichat.pipeline.ledger.memory import FEW, Memory
from hichat.pipeline.ledger.strangers import Strangers
from hichat.pipeline.ledger.transaction import Transaction
from hichat.runtime.limits import NO_LIMIT
from hichat.storage.rows import Rows
from hichat.storage.store import Store
from hichat.storage.tables import imported

T = TypeVar("T")


class ImportedEvents:
    """
    One transaction that writes imported events.

    @ivar connection: the transaction's.
    @ivar now: milliseconds since the epoch.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.connection: Connection = transaction.connection
        self.now = transaction.now
        self._times: list[tuple[int, int, int]] = []

    @property
    def position(self) -> int:
        """The position of the log's last event."""
        return self._transaction.position

    def append(
        self,
        kind: Kind,
        scope: Scope,
        sender: int,
        target: int,
        time: int,
        body: bytes = b"",
        subject: int = 0,
        expired: bool = False,
    ) -> Event:
        """
        Append an event; for the parameters see L{Event}.

        @param expired: whether it is a message that was too old to be kept, and is blank.
        @param time: when it happened, in milliseconds since the epoch, at least 1.
        """
        draft = Draft(kind, scope, sender, target, body, None, subject, IMPORTED, -time)  # type: ignore[arg-type]
        event = self._transaction.append(draft, None)
        if kind in MESSAGES and not expired:
            self._times.append((event.position, event.conversation, time))
        return event

    def flush(self) -> None:
        """Write what was appended so far: then queries find it."""
        self._transaction.flush(Rows(imported, self._times))
        self._times = []


class ImportWriter:
    """
    Writes imported events; it belongs to one thread. Beside it daemons may write.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._memory = Memory(FEW, Strangers(NO_LIMIT, lambda: now() / 1000))

    def write(self, change: Callable[[ImportedEvents], T]) -> T:
        """
        Run a change in a transaction that holds the store's write lock; all that it does is there, or nothing of it.

        @return: what it returns.
        """
        try:
            with self._store.transaction(heads := by_conversation.ask_heads()) as connection:
                found = by_conversation.heads_in(heads)
                transaction = Transaction(connection, found, self._memory, (), self._now(), False)
                events = ImportedEvents(transaction)
                result = change(events)
                events.flush()
                transaction.index()
        except BaseException:
            self._memory.forget()
            raise
        transaction.remember()
        return result
