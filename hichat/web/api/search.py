"""Search over HTTP: messages of the caller's conversations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from hichat.accounts.bot_passes import BotPass, BotScope
from hichat.accounts.users import User
from hichat.core.errors import NotAddressed, NotAMember, NotInToken
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.text import GROWTH, formed
from hichat.log import reading
from hichat.search import query as search_room
from hichat.search import words
from hichat.search.query import Criteria, Hit, Order, SearchCursor
from hichat.search.words import Part
from hichat.web.api.conversations import ConversationName, name_of
from hichat.web.api.operation import Caller, GroupId, Operation, Section, UserId
from hichat.web.api.paging import Paging, cursor
from hichat.web.problems import Fault, Malformed
from hichat.web.services import ApiServices
from hichat.wire import frames, view
from hichat.wire.frames import Folded

QUERY_LIMIT = 256
"""Characters of a query."""

TimeBound = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]


class SearchQuery(Paging, kw_only=True):
    """
    A search.

    @ivar q: words. It finds messages that have all of them; case, width, accents of Latin and Greek letters, and
        invisible characters do not matter. A word is found by its beginning, Chinese and the like anywhere in a text.
        With C{sender} or C{media} it may be absent.
    @ivar user: only in the conversation with this user.
    @ivar group: only in this group. Without C{user}, C{group} and C{announcements}: in all of your conversations.
    @ivar announcements: only in the announcements, which administrators write to everybody.
    @ivar sender: only messages of this user.
    @ivar since: only messages from this time on, milliseconds since the epoch.
    @ivar until: only messages before this time.
    @ivar media: only messages of this kind.
    @ivar order: C{newest}: the newest message first. C{rank}: the best of the newest thousand that match first: those
        with whole words, then those with more matches, then the newer ones.
    """

    q: Annotated[
        str,
        Meta(
            max_length=GROWTH * QUERY_LIMIT,
            description=f"at most {QUERY_LIMIT} characters, composed (NFC)",
        ),
    ] = ""
    user: UserId | UnsetType = UNSET
    group: GroupId | UnsetType = UNSET
    announcements: Literal["true"] | UnsetType = UNSET
    sender: UserId | UnsetType = UNSET
    since: TimeBound | UnsetType = field(default=UNSET, name="after")
    until: TimeBound | UnsetType = field(default=UNSET, name="before")
    media: frames.Media | UnsetType = UNSET
    order: Order = "newest"


class ShownHit(msgspec.Struct):
    """
    A message that was found.

    @ivar message: the message as it is now.
    @ivar conversation: its conversation. To read around it, get the conversation's messages C{before} and C{after} its
        id.
    @ivar snippet: a part of its text, and of the name of its file. Each part is text, and never markup.
    """

    message: Folded
    conversation: ConversationName
    snippet: list[Part]


class Found(msgspec.Struct, omit_defaults=True):
    """
    A page of results. It may have fewer items than asked for, or none, although there is a next page: where few
    messages match, a call ends before it has looked at all of them.

    @ivar next: the C{cursor} of the next page; absent: there is none.
    @ivar indexing: many messages are not indexed yet: the same search finds more later.
    """

    items: list[ShownHit]
    next: str | UnsetType = UNSET
    indexing: bool = False


async def search(services: ApiServices, caller: Caller, query: SearchQuery) -> Found:
    """
    Finds messages of your conversations: in groups, those from while you were a member. Edited ones are found by their
    new text, recalled ones not at all. What was just sent is found at once.
    """
    if caller.user.bot_pass is not None:
        _ask_place(caller.user.bot_pass, query)
    return await _found(services, caller.user.id, _wanted(caller.user, query), query)


def _ask_place(shown: BotPass, query: SearchQuery) -> None:
    """
    A bot whose token is limited names one of its conversations.

    @raise NotInToken: it does not.
    """
    if query.user is not UNSET:
        shown.ask_place(Scope.USER, query.user)
    elif query.group is not UNSET:
        shown.ask_place(Scope.GROUP, query.group)
    elif query.announcements is not UNSET:
        shown.ask_place(Scope.EVERYONE, 0)
    elif shown.conversations is not None:
        raise NotInToken


async def get_mentions(services: ApiServices, caller: Caller, query: Paging) -> Found:
    """
    Gives the messages of others that mention you, or all members of a group, the newest first: of all your groups, from
    while you were a member. Edited ones count as they are now.
    """
    return await _found(services, caller.user.id, Criteria(words=(), mentions=True), query)


async def _found(services: ApiServices, user: int, wanted: Criteria, query: Paging) -> Found:
    place = query.after(tuple[int, int, int])
    behind = SearchCursor(*place) if place else None
    answer = await services.store.read(search_room.search, services.search_index, user, wanted, behind, query.limit)
    return Found(
        [_shown(user, hit) for hit in answer.hits],
        UNSET if answer.behind is None else cursor(answer.behind),
        not answer.whole,
    )


def _wanted(user: User, query: SearchQuery) -> Criteria:
    if len(formed("NFC", query.q)) > QUERY_LIMIT:
        raise Malformed("q", Fault(parameter="q", detail=f"longer than {QUERY_LIMIT} characters"))
    asked = words.words(query.q)
    by_other_means = not query.q.strip() and (query.sender is not UNSET or query.media is not UNSET)
    if not asked and not by_other_means:
        raise Malformed("q", Fault(parameter="q", detail="there is no word in it"))
    return Criteria(
        words=asked,
        key=_key(user, query),
        sender=_given(query.sender),
        after=_given(query.since),
        before=_given(query.until),
        media=None if query.media is UNSET else query.media,
        # Without words none is better than another.
        order=query.order if asked else "newest",
    )


def _given(value: int | UnsetType) -> int | None:
    return None if value is UNSET else value


def _key(user: User, query: SearchQuery) -> tuple[int, int, int] | None:
    places = [place for place in (query.user, query.group, query.announcements) if place is not UNSET]
    if len(places) > 1:
        raise NotAddressed
    if query.user is not UNSET:
        return reading.conversation_key(Scope.USER, user.id, query.user)
    if query.group is not UNSET:
        return reading.conversation_key(Scope.GROUP, user.id, query.group)
    return None if query.announcements is UNSET else reading.conversation_key(Scope.EVERYONE, user.id, 0)


def _shown(user: int, hit: Hit) -> ShownHit:
    return ShownHit(view.folded(hit.message), _name(user, hit.message.message), hit.snippet)


def _name(user: int, message: Event) -> str:
    other = message.sender if message.scope == Scope.USER and message.target == user else message.target
    return name_of(message.scope, other)


SECTION = Section(
    "Search",
    "Finds messages by their words, in all of your conversations or in one, and those that mention you.",
    (
        Operation(
            "GET", "/search", search, "Find messages", (NotAddressed, NotAMember), scope=BotScope.READ, limits=True
        ),
        Operation("GET", "/mentions", get_mentions, "List the messages that mention you", scope=BotScope.READ),
    ),
)
