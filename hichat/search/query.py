"""
Searching: functions of a connection, for L{hichat.storage.store.Store}.

The candidates are the messages that the index names, and those events of the user's conversations in the log that are
not in the index yet. The search reads each candidate in its present form, and checks whether the user may read it and
whether it really matches. A call checks a limited number of messages; if it ends before it has enough results, the next
page goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, bindparam, or_, select, union

from hichat.conversations import catchup
from hichat.conversations.history import FoldedEvents, fold_within
from hichat.core.errors import NotAMember
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope, time_of
from hichat.core.kinds import EDITS, MESSAGES
from hichat.log import by_conversation as places_room
from hichat.log import reading
from hichat.search import words
from hichat.search.folding import comparable
from hichat.search.index import NO_TERM, Index, of_media, of_mention, of_sender, of_word
from hichat.search.indexer import text_of
from hichat.search.words import Part, Token, Word
from hichat.storage.tables import events, is_of, places, recent_places
from hichat.wire import frames, view

UNINDEXED_LIMIT = 2000
"""The most events that a search reads from the log because they are not in the index yet."""

CONVERSATIONS = 10_000
"""The most conversations in one query: PostgreSQL takes 65,535 values."""

MESSAGES_IN_READ = 256
"""Messages that are read together."""

EXAMINED = 4000
"""The most messages that a call checks."""

RANKED = 1000
"""In the order by rank, the number of the newest matching messages that are ranked."""

WALKED = 16_384
"""
The most positions of the log that a search for a sender without words looks at, before it asks the index for the rest.
PostgreSQL's index gives all messages of a sender before the newest of them are known, and most senders who are looked
for have written something of late.
"""

FIRST_WALK = 4096
"""The number of positions that are looked at first; it doubles each time that they had too few messages."""

TERMS = 8
"""The most terms that a call looks up in the index. Further words of a query are looked for in the texts only."""

Order = Literal["rank", "newest"]


class Criteria(msgspec.Struct, kw_only=True):
    """
    A search.

    @ivar words: the words. Without one there has to be a sender, media, or C{mentions}.
    @ivar key: the key of a conversation, see L{reading.conversation_key}; None: all of the user's.
    @ivar sender: the sender's user id; None: any.
    @ivar after: only messages from this time on; milliseconds since the epoch.
    @ivar before: only messages from before this time.
    @ivar media: the media of the message; None: any.
    @ivar mentions: only messages of others, in groups, that mention the user who asks, or all members.
    @ivar order: of the results: the best first, or the newest first.
    """

    words: Sequence[Word]
    key: tuple[int, int, int] | None = None
    sender: int | None = None
    after: int | None = None
    before: int | None = None
    media: frames.Media | None = None
    mentions: bool = False
    order: Order = "newest"


class SearchCursor(NamedTuple):
    """
    The place of a result among all results; a page begins behind one.

    @ivar score: in the order by rank: the message's score; else 0.
    @ivar position: the message's position. In the order by rank the next result has a lower score, or the same score
        and an earlier position.
    @ivar top: in the order by rank: the last position of the log when the first page was read; later messages are left
        out. Else 0.
    """

    score: int
    position: int
    top: int


class Hit(NamedTuple):
    """
    A result of a search.

    @ivar snippet: a part of the message's text.
    """

    cursor: SearchCursor
    message: FoldedEvents
    snippet: list[Part]


class HitPage(NamedTuple):
    """
    A page of results.

    @ivar behind: the next page begins behind this place; None: there is no next page.
    @ivar whole: whether all events were searched: false if more than L{UNINDEXED_LIMIT} are not in the index yet.
    """

    hits: list[Hit]
    behind: SearchCursor | None
    whole: bool


class _Found(NamedTuple):
    message: Event
    text: str
    score: int


def search(
    connection: Connection, index: Index, user: int, wanted: Criteria, behind: SearchCursor | None, limit: int
) -> HitPage:
    """
    Answer a page of a search.

    @param connection: a connection to the log's database; it has read nothing yet.
    @param user: the id of the user who asks.
    @param behind: the page begins behind this place; None: the first page.
    @param limit: the most results.
    @raise NotAMember: the user never was a member of this group.
    """
    with index.reading(connection) as indexed:
        # The index's head is read first: the log, read later, has all events since.
        done = index.head(indexed).position
        top = reading.head(connection)
        return _Search(connection, index, indexed, user, wanted, done, top).page(behind, limit)


class _Search:
    """One call."""

    def __init__(
        self,
        connection: Connection,
        index: Index,
        indexed: Connection,
        user: int,
        wanted: Criteria,
        done: int,
        top: int,
    ) -> None:
        self._connection = connection
        self._index = index
        self._indexed = indexed
        self._wanted = wanted
        self._done = done
        self._top = top
        self._whole = True
        self._user = user
        self._spans = _spans(connection, user, wanted)
        # The stretches of the index that have events of the wanted time, the last first; without a time, all of it.
        self._stretches = [(0, top)]
        if wanted.after is not None or wanted.before is not None:
            after = -MAX_SAFE_INTEGER if wanted.after is None else wanted.after
            before = MAX_SAFE_INTEGER if wanted.before is None else wanted.before
            self._stretches = index.stretches(indexed, after, before)

    def page(self, behind: SearchCursor | None, limit: int) -> HitPage:
        if self._wanted.order == "rank":
            return self._ranked(behind, limit)
        below = behind.position if behind else self._top + 1
        found, stopped = self._answering(below, limit + 1)
        if len(found) > limit:
            stopped = found[limit - 1].message.position
        hits = self._hits(found[:limit])
        return HitPage(hits, None if stopped is None else SearchCursor(0, stopped, 0), self._whole)

    def _ranked(self, behind: SearchCursor | None, limit: int) -> HitPage:
        top = min(behind.top, self._top) if behind else self._top
        found, _ = self._answering(top + 1, RANKED)
        found.sort(key=lambda each: (-each.score, -each.message.position))
        if behind is not None:
            place = -behind.score, -behind.position
            found = [each for each in found if (-each.score, -each.message.position) > place]
        hits = self._hits(found[:limit], top)
        return HitPage(hits, hits[-1].cursor if len(found) > limit else None, self._whole)

    def _answering(self, below: int, limit: int) -> tuple[list[_Found], int | None]:
        """
        @return: the newest matching messages before a position; and the position where the check stopped, or None if it
            went to the end.
        """
        found: list[_Found] = []
        examined = 0
        # Nearly every candidate matches.
        size = min(limit + 8, EXAMINED)
        if size > MESSAGES_IN_READ:
            # Whole batches: for the rest of one the index would be asked again.
            size += -size % MESSAGES_IN_READ
        candidates = self._candidates(below, size)
        while batch := list(islice(candidates, min(size, MESSAGES_IN_READ))):
            # The bodies and edits of a batch are read together.
            found += self._examine(batch)
            size = MESSAGES_IN_READ
            if len(found) >= limit:
                return found[:limit], found[limit - 1].message.position
            examined += len(batch)
            if examined >= EXAMINED:
                return found, batch[-1]
        return found, None

    def _candidates(self, below: int, size: int) -> Iterator[int]:
        """
        @param size: the number of candidates that probably suffices.
        @return: positions of messages that may match, each once, the last first.
        """
        last = below
        for position in merge(self._unindexed(below), self._indexed_ones(below, size), reverse=True):
            if position != last:
                last = position
                yield position

    def _unindexed(self, below: int) -> list[int]:
        """@return: positions of messages that were sent or edited after the index's head; the last first."""
        if not self._spans or self._done >= self._top:
            return []
        low = max(self._done, places_room.indexed(self._connection))
        rows = self._newest(_TAIL, self._done, self._top + 1, low, UNINDEXED_LIMIT + 1)
        if len(rows) > UNINDEXED_LIMIT:
            self._whole = False
        found = {subject if kind in EDITS else position for position, kind, subject in rows[:UNINDEXED_LIMIT]}
        return sorted((position for position in found if position < below), reverse=True)

    def _newest(self, query: Select[Any], low: int, high: int, unindexed: int, limit: int) -> list[Any]:
        """
        @param query: see L{_newest_in}.
        @param low: only events behind this position.
        @param high: only events before this position.
        @param unindexed: the position behind which they are read from the log itself.
        @return: the newest events of the wanted conversations, the last first.
        """
        values = {"low": low, "high": high, "unindexed": unindexed, "wanted": limit, "sender": self._wanted.sender}
        conversations = list(self._spans)
        rows: list[Any] = []
        for first in range(0, len(conversations), CONVERSATIONS):
            some = conversations[first : first + CONVERSATIONS]
            rows += self._connection.execute(query, {**values, "conversations": some}).all()
        return sorted(rows, key=lambda row: -row.position)[:limit]

    def _walk(self, low: int, high: int, most: int) -> Iterator[int]:
        """
        Look for the sender's messages, or for all, without the index.

        @param low: only positions from this one on.
        @param high: only positions before this one.
        @param most: the number of positions to look at.
        @return: positions of messages, the last first.
        """
        done = places_room.indexed(self._connection)
        query = _SAID if self._wanted.sender is None else _SAID_BY
        low, stretch = max(low, high - most), FIRST_WALK
        while low < high and self._spans:
            begin = max(low, high - stretch)
            rows = self._newest(query, begin - 1, high, max(begin - 1, done), EXAMINED)
            yield from (row.position for row in rows)
            high = rows[-1].position if len(rows) == EXAMINED else begin
            stretch *= 2

    def _indexed_ones(self, below: int, size: int) -> Iterator[int]:
        """@return: positions of messages that the index names, and those that need no index, the last first."""
        asked = self._alternatives()
        is_simple = not self._wanted.words and not self._wanted.mentions and self._wanted.media in (None, NO_TERM)
        for first, last in self._stretches if asked or is_simple else ():
            upto = min(below, last + 1)
            if is_simple:
                most = WALKED if asked else MAX_SAFE_INTEGER
                yield from self._walk(first, upto, most)
                upto -= most
            while first < upto:
                found = self._index.find(self._indexed, asked, first - 1, upto, size)
                yield from found
                if len(found) < size:
                    break
                upto, size = found[-1], min(4 * size, EXAMINED)

    def _alternatives(self) -> list[list[Token]]:
        wanted = self._wanted
        tokens = list(dict.fromkeys(token for word in wanted.words for token in words.wanted(word)))[:TERMS]
        # Of a message that names the user and all members, either is enough.
        named = (self._user, 0) if wanted.mentions else (None,)
        alternatives: list[list[Token]] = []
        for conversation in self._spans:
            terms = [Token(of_word(conversation, token.text), token.begins) for token in tokens]
            if wanted.sender is not None:
                terms.append(Token(of_sender(conversation, wanted.sender), False))
            if wanted.media not in (None, NO_TERM):
                terms.append(Token(of_media(conversation, wanted.media), False))
            for user in named:
                mention = [] if user is None else [Token(of_mention(conversation, user), False)]
                alternatives.append(terms + mention)
        return [each for each in alternatives if each]

    def _examine(self, positions: list[int]) -> list[_Found]:
        query = select(events).where(events.c.position.in_(positions), is_of(MESSAGES))
        messages = [event for event in (Event(*row) for row in self._connection.execute(query)) if self._admits(event)]
        edits = self._fold(messages, edits_only=True)
        found = [each for each in map(self._look, edits) if each is not None]
        return sorted(found, key=lambda each: -each.message.position)

    def _admits(self, event: Event) -> bool:
        """@return: whether the user may read the message, it was not recalled, and its sender and time are wanted."""
        wanted = self._wanted
        return (
            bool(event.body)
            and any(first <= event.position <= last for first, last in self._spans.get(event.conversation, ()))
            and wanted.sender in (None, event.sender)
            and (wanted.after is None or time_of(event) >= wanted.after)
            and (wanted.before is None or time_of(event) < wanted.before)
            and not (wanted.mentions and event.sender == self._user)
        )

    def _look(self, folded: FoldedEvents) -> _Found | None:
        content, name, media = view.said(folded.message, folded.edit)
        if self._wanted.media is not None and self._wanted.media not in media:
            return None
        if self._wanted.mentions and not {self._user, 0} & {*view.mentioned(folded.message, folded.edit)}:
            return None
        text = text_of(content, name)
        made = comparable(text)
        matches = words.find(self._wanted.words, made)
        if matches is None:
            return None
        return _Found(folded.message, text, words.score(self._wanted.words, made, matches))

    def _hits(self, found: Sequence[_Found], top: int | None = None) -> list[Hit]:
        folded = {each.message.position: each for each in self._fold([each.message for each in found])}
        return [
            Hit(
                SearchCursor(each.score if top is not None else 0, each.message.position, top or 0),
                folded[each.message.position],
                words.snippet(each.text, self._wanted.words),
            )
            for each in found
        ]

    def _fold(self, messages: Sequence[Event], edits_only: bool = False) -> list[FoldedEvents]:
        """@return: these messages as the user sees them: without edits and reactions after the user left the group."""
        conditions = [is_of(EDITS)] if edits_only else []
        return fold_within(self._connection, self._user, messages, self._spans, conditions)


def _spans(connection: Connection, user: int, wanted: Criteria) -> dict[int, list[tuple[int, int]]]:
    """@return: by conversation, the first and last positions of the spans that the user may search."""
    key = wanted.key
    if key is None:
        return (catchup.spans_of_groups if wanted.mentions else catchup.spans)(connection, user)
    scope, group, _ = key
    spans = [(1, MAX_SAFE_INTEGER)]
    if scope == Scope.GROUP:
        spans = catchup.intervals(connection, user, group)
        if not spans:
            raise NotAMember
    conversation = reading.find_conversation(connection, key)
    return {} if conversation is None else {conversation: spans}


def _newest_in(kinds: frozenset[int], *conditions: ColumnElement[bool], by_sender: bool = False) -> Select[Any]:
    """
    @param kinds: the kinds of events.
    @param conditions: further conditions on the columns of C{events}.
    @param by_sender: whether only messages of a sender are wanted: the index by conversation knows them.
    @return: a query for the newest events of conversations between two positions: position, kind and subject.
    """
    conversations = bindparam("conversations", expanding=True, type_=BigInteger)
    wanted = bindparam("wanted", type_=BigInteger)
    high, sender = bindparam("high", type_=BigInteger), bindparam("sender", type_=BigInteger)

    def newest(table: Table, behind: str, *within: ColumnElement[bool]) -> Select[int]:
        position = table.c.position
        found = (
            select(position)
            .where(table.c.conversation.in_(conversations), *within)
            .where(position > bindparam(behind, type_=BigInteger), position < high)
            .order_by(position.desc())
            .limit(wanted)
        )
        return select(found.subquery())

    def entered(index: Table) -> Select[int]:
        # An entry of an earlier version has no sender.
        known = or_(index.c.sender == sender, index.c.sender.is_(None))
        return newest(index, "low", *([known] if by_sender else []))

    found = union(
        entered(places), entered(recent_places), newest(events, "unindexed", is_of(kinds), *conditions)
    ).subquery()
    return (
        select(events.c.position, events.c.kind, events.c.subject)
        .join_from(found, events, events.c.position == found.c.position)
        .where(is_of(kinds), *conditions)
        .order_by(events.c.position.desc())
        .limit(wanted)
    )


# Built once: building the statement takes longer than running it.
_TAIL = _newest_in(MESSAGES | EDITS)
_SAID = _newest_in(MESSAGES)
_SAID_BY = _newest_in(MESSAGES, events.c.sender == bindparam("sender", type_=BigInteger), by_sender=True)
