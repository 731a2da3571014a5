"""Keeping the index up to the log: in steps behind it, each in one transaction of the index with how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.events import Event, Scope
from hichat.core.kinds import EDITS, MESSAGES, RECALLS
from hichat.log import reading
from hichat.search.index import Entry, Head, Index, of_media, of_sender, of_word
from hichat.search.words import tokens
from hichat.storage.store import Store
from hichat.storage.tables import events, is_of, members
from hichat.wire import v2

STEP = 250
"""Events in a step: some 4 ms of one core. In steps of 100 a message costs a third more."""

VERSIONS = 16
"""As which an edited message can be found by those who left before it was edited again, at most."""

POLL = 1.0
"""Seconds until the log is looked at again when there was nothing new."""

AGAIN = 5.0
"""Seconds until the next step after one that failed."""

PACE = 50
"""
How long it rests between two steps: what the last one took, times the events a second with which the log grows, in
units of this; as long as that at least. So what people send comes first: it follows some 1,500 a second, of 5,000 it
takes a hundredth of a core, and catches up afterwards.
"""

LONGEST = 5.0
"""Seconds that it rests at most."""


class Progress(NamedTuple):
    """
    @ivar position: how far the index is.
    @ivar head: where the log ended.
    """

    position: int
    head: int


def text_of(text: str, name: str) -> str:
    """
    @param text: of a message; see L{v2.said}, as for C{name}.
    @return: what of it can be found.
    """
    return f"{text} {name}" if text and name else text or name


class StepFailed(Exception):
    """The index could not be taken on; what the log says of it is all there is to know."""


class Follower:
    """Takes the index on."""

    _log = Logger()

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._prepared = False

    def prepare(self) -> None:
        """Make the index ready; one that is not of this log is made empty."""
        self._index.prepare()
        with self._index.writing() as indexed:
            head = self._index.head(indexed)
            with self._store.snapshot() as connection:
                last = reading.find(connection, head.position)
            if head.position and (last is None or last.time != head.time):
                self._index.clear(indexed)

    def step(self, limit: int = STEP) -> Progress:
        """
        Take in the next events, all of them or none.

        @param limit: how many at most.
        """
        if not self._prepared:
            self.prepare()
            self._prepared = True
        # First the lock: what another process does at the same time is not done twice.
        with self._index.writing() as indexed:
            low = self._index.head(indexed).position
            with self._store.snapshot() as connection:
                found = reading.after(connection, low, limit)
                head = reading.head(connection)
                entries, stale = self._read(connection, found, low)
            if found:
                self._index.remove(indexed, stale)
                self._index.add(indexed, entries)
                self._index.note_times(indexed, ((event.position, event.time) for event in found))
                self._index.move(indexed, Head(found[-1].position, found[-1].time))
        return Progress(found[-1].position if found else low, head)

    def _read(self, connection: Connection, found: Sequence[Event], low: int) -> tuple[list[Entry], list[int]]:
        """@return: what is to be in the index, and what it may have now that is to go before."""
        changed = {event.subject for event in found if event.kind in _CHANGING}
        edited = {event.subject for event in found if event.kind in EDITS}
        messages = {event.position: event for event in found if event.kind in MESSAGES}
        for event in _at(connection, changed - messages.keys()):
            messages[event.position] = event
        edits = {edit.subject: edit for edit in reading.done_to(connection, edited, _IS_EDIT)} if edited else {}
        entries: list[Entry] = []
        for position, message in messages.items():
            # What was recalled has no body any more.
            if message.body:
                edit = edits.get(position)
                earlier = [] if edit is None else _left_with(connection, message, edit)
                entries += self._entry(message, [edit, *earlier])
        return entries, [position for position in changed if position <= low]

    def _entry(self, message: Event, edits: Sequence[Event | None]) -> Iterator[Entry]:
        """@param edits: as which the message is to be found; None: as it was first."""
        conversation = message.conversation
        terms = {of_sender(conversation, message.sender)}
        try:
            for edit in edits:
                text, name, media = v2.said(message, edit)
                terms |= {of_word(conversation, token) for token in tokens(text_of(text, name))}
                terms.add(of_media(conversation, media))
        except Exception:
            # It must not keep all others from being found. Who looks at it hears of it too.
            self._log.failure("message {position} cannot be read, and not be found", position=message.position)
            return
        yield Entry(message.position, terms)


_CHANGING = EDITS | RECALLS
"""What gives a message another text, or none."""
_IS_EDIT = is_of(EDITS)


def _left_with(connection: Connection, message: Event, last: Event) -> list[Event | None]:
    """
    @param last: the last edit.
    @return: the earlier edits, or None for the message as it was first, that are the last ones for somebody: for those
        who left the group before the next. The latest of them, if there are very many.
    """
    if message.scope != Scope.GROUP:
        return []
    left = (
        select(members.c.until)
        .where(members.c.group_id == message.target, members.c.until.between(message.position, last.position - 1))
        .order_by(members.c.until.desc())
        .limit(VERSIONS)
    )
    found: dict[int, Event | None] = {}
    for until in connection.scalars(left):
        edits = reading.done_to(connection, [message.position], _IS_EDIT, events.c.position <= until)
        found[edits[0].position if edits else 0] = edits[0] if edits else None
    return list(found.values())


def _at(connection: Connection, positions: set[int]) -> list[Event]:
    if not positions:
        return []
    return [Event(*row) for row in connection.execute(select(events).where(events.c.position.in_(positions)))]


class Indexer:
    """
    Has a L{Follower} take its steps, at rest most of the time: what people send comes first.

    @param step: takes one; fails with L{StepFailed}.
    @ivar progress: of the last step.
    """

    _log = Logger()

    def __init__(self, step: Callable[[], Deferred[Progress]], clock: IReactorTime) -> None:
        self.progress = Progress(0, 0)
        self._step = step
        self._clock = clock
        self._call: IDelayedCall | None = None
        self._at_work = False
        self._seen_at = clock.seconds()
        self._stopped: list[Deferred[None]] | None = None

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._call = self._clock.callLater(0, self._work)

    def stop(self) -> Deferred[None]:
        """@return: fires when the step that is under way is over; there is no other one."""
        self._stopped = []
        if self._call is not None:
            self._call.cancel()
            self._call = None
        if not self._at_work:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._stopped.append(waiter)
        return waiter

    def _work(self) -> None:
        self._call = None
        self._at_work = True
        began = self._clock.seconds()
        work = self._step()
        work.addCallbacks(self._rest, self._failed, callbackArgs=(began,))
        work.addErrback(lambda failure: self._log.failure("the search index stands still", failure))

    def _rest(self, progress: Progress, began: float) -> None:
        now = self._clock.seconds()
        before, self.progress = self.progress, progress
        since, self._seen_at = now - self._seen_at, now
        if progress.position >= progress.head:
            self._again(POLL)
            return
        # The clock may have been put back meanwhile.
        took = max(0.0, now - began)
        rate = (progress.head - before.head) / since if before.head and since > 0 else 0
        self._again(min(LONGEST, took * max(1, rate / PACE)))

    def _failed(self, failure: Failure) -> None:
        if not failure.check(StepFailed):
            self._log.failure("the search index could not be taken on; again in {pause} s", failure, pause=AGAIN)
        self._again(AGAIN)

    def _again(self, pause: float) -> None:
        self._at_work = False
        if self._stopped is None:
            self._call = self._clock.callLater(pause, self._work)
            return
        waiters, self._stopped = self._stopped, []
        for waiter in waiters:
            waiter.callback(None)
