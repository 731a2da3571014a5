"""The indexer advances the index along the log in steps. A step is one transaction: its entries and the new head."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace
from sqlalchemy import Connection, select
from twisted.logger import Logger

from hichat.core.events import Event, Scope, time_of
from hichat.core.kinds import EDITS, MESSAGES
from hichat.log import reading
from hichat.log.follower import Progress
from hichat.log.reading import RecalledText
from hichat.search.index import NO_TERM, Head, Index, IndexEntry, of_media, of_mention, of_sender, of_word
from hichat.search.words import tokens
from hichat.storage.store import Store
from hichat.storage.tables import events, is_of, members
from hichat.wire import view

SEARCH_STEP = 250
"""Events in a step, which takes some 4 ms of one core. In steps of 100 a message costs a third more."""

VERSIONS = 16
"""
The most earlier texts by which an edited message is found: a member who left before an edit sees the text before it.
"""


def text_of(text: str, name: str) -> str:
    """
    @param text: a message's text; see L{view.said}.
    @param name: the name of its file; see L{view.said}.
    @return: the text by which the message is found.
    """
    return f"{text} {name}" if text and name else text or name


class Indexer:
    """
    Advances an index along the log. Its methods run in the caller's thread.

    @param store: the log's.
    @param index: the log's index.
    """

    _log = Logger()

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._prepared = False

    def prepare(self) -> None:
        """Make the index ready. If it is of another log, make it empty."""
        self._index.prepare()
        with self._index.writing() as indexed:
            head = self._index.head(indexed)
            with self._store.snapshot() as connection:
                last = reading.find(connection, head.position)
            if head.position and (last is None or last.time != head.time):
                self._index.clear(indexed)

    def step(self, limit: int = SEARCH_STEP) -> Progress:
        """
        Index the next events, all of them or none.

        @param limit: the most events.
        @return: how far the index is now.
        """
        if not self._prepared:
            self.prepare()
            self._prepared = True
        # The lock comes first, so that two processes do not index the same events.
        with self._index.writing() as indexed:
            with self._store.snapshot() as connection:
                recalled = reading.recalled(connection, limit)
                is_full = len({text.message for text in recalled}) >= limit
                is_whole = not any(text.position == reading.DROPPED for text in recalled)
                # A daemon of another version may have advanced it since the last step.
                if not is_whole or not self._index.is_of_this_version(indexed):
                    self._index.clear(indexed)
                low = self._index.head(indexed).position
                found = reading.after(connection, low, limit)
                head = reading.head(connection)
                entries, stale = self._read(connection, found, low)
                stale += self._recalled(connection, [text for text in recalled if text.message <= low])
            self._index.remove(indexed, stale)
            if found:
                self._index.add(indexed, entries)
                self._index.note_times(indexed, ((event.position, time_of(event)) for event in found))
                self._index.move(indexed, Head(found[-1].position, found[-1].time))
        if recalled:
            with self._store.transaction() as connection:
                reading.forget(connection, {text.message for text in recalled})
        done = found[-1].position if found else low
        # There are more words to remove: as if it were not at the end.
        return Progress(min(done, head - 1) if is_full else done, head)

    def _read(
        self, connection: Connection, found: Sequence[Event], low: int
    ) -> tuple[list[IndexEntry], list[IndexEntry]]:
        """@return: the entries to add to the index, and the old ones of their messages, which must go before."""
        if not found:
            return [], []
        edited = {event.subject for event in found if event.kind in EDITS}
        messages = {event.position: event for event in found if event.kind in MESSAGES}
        old = _at(connection, edited - messages.keys())
        messages.update((event.position, event) for event in old)
        entries = self._entries(connection, messages.values(), edited, found[-1].position)
        return entries, self._entries(connection, old, edited, low)

    def _entries(
        self, connection: Connection, messages: Collection[Event], edited: Collection[int], at: int
    ) -> list[IndexEntry]:
        """
        @param edited: of these messages, and perhaps of others, the edited ones.
        @return: the entries of the messages in an index that ends at position C{at}.
        """
        within = (_IS_EDIT, events.c.position <= at)
        edits = {edit.subject: edit for edit in reading.done_to(connection, edited, *within)} if edited else {}
        entries: list[IndexEntry] = []
        for message in messages:
            # A recalled message has no body any more, and gets no entry.
            if message.body:
                edit = edits.get(message.position)
                earlier = [] if edit is None else _left_with(connection, message, edit)
                entries += self._entry(message, [edit, *earlier])
        return entries

    def _recalled(self, connection: Connection, texts: Sequence[RecalledText]) -> list[IndexEntry]:
        """@return: the entries that these recalled messages may have, with the words of all their texts."""
        bodies = {text.position: text.body for text in texts}
        edits: dict[int, list[Event]] = {}
        messages: list[Event] = []
        for event in _at(connection, bodies.keys()):
            whole = replace(event, body=bodies[event.position])
            if event.kind in EDITS:
                edits.setdefault(event.subject, []).append(whole)
            else:
                messages.append(whole)
        found: list[IndexEntry] = []
        for message in messages:
            changed = edits.get(message.position, [])
            # Of an edited one the index has some texts, of another its only one.
            found += (each._replace(certain=not changed) for each in self._entry(message, [None, *changed]))
        return found

    def _entry(self, message: Event, edits: Sequence[Event | None]) -> Iterator[IndexEntry]:
        """@param edits: the edits by whose texts the message is found; None stands for its first text."""
        conversation = message.conversation
        terms = {of_sender(conversation, message.sender)}
        try:
            for edit in edits:
                text, name, media = view.said(message, edit)
                terms |= {of_word(conversation, token) for token in tokens(text_of(text, name))}
                terms |= {of_media(conversation, each) for each in media if each != NO_TERM}
                terms |= {of_mention(conversation, user) for user in view.mentioned(message, edit)}
        except Exception:
            # One unreadable message must not stop the index. A user who opens it gets an error, too.
            self._log.failure("message {position} cannot be read, and not be found", position=message.position)
            return
        yield IndexEntry(message.position, terms)


_IS_EDIT = is_of(EDITS)


def _left_with(connection: Connection, message: Event, last: Event) -> list[Event | None]:
    """
    @param last: the last edit of the message.
    @return: the earlier edits that are still the last ones for some former member, who left the group before the next
        edit; None stands for the first text. At most L{VERSIONS}, the latest.
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


def _at(connection: Connection, positions: Collection[int]) -> list[Event]:
    if not positions:
        return []
    return [Event(*row) for row in connection.execute(select(events).where(events.c.position.in_(positions)))]
