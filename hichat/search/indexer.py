"""Keeping the index up to the log: in steps behind it, each in one transaction of the index with how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select
from twisted.logger import Logger

from hichat.core.events import Event, Scope
from hichat.core.kinds import EDITS, MESSAGES, RECALLS
from hichat.log import reading
from hichat.log.follower import Progress
from hichat.search.index import Entry, Head, Index, of_media, of_sender, of_word
from hichat.search.words import tokens
from hichat.storage.store import Store
from hichat.storage.tables import events, is_of, members
from hichat.wire import view

STEP = 250
"""Events in a step: some 4 ms of one core. In steps of 100 a message costs a third more."""

VERSIONS = 16
"""As which an edited message can be found by those who left before it was edited again, at most."""


def text_of(text: str, name: str) -> str:
    """
    @param text: of a message; see L{view.said}, as for C{name}.
    @return: what of it can be found.
    """
    return f"{text} {name}" if text and name else text or name


class Indexer:
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
        """@return: the entries to add to the index, and the messages whose old entries must go before."""
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
                text, name, media = view.said(message, edit)
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
