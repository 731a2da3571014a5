"""Hearing over HTTP: one's events from a cursor, by calls that wait or as a stream; presence, and typing."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hichat.accounts import guests
from hichat.accounts.bot_passes import BotScope
from hichat.accounts.roles import ServerRole
from hichat.contacts import contacts
from hichat.core.errors import InvalidField, NotAMember
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.pipeline.gateway import permits
from hichat.pipeline.gateway.streams import (
    CURSOR_TEXT,
    HeardCursor,
    HttpClient,
    Streams,
    Wish,
    end_when_unheard,
    parse_cursor,
)
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.web.answers import language
from hichat.web.api.conversations import ConversationPath, place
from hichat.web.api.operation import EVENT_STREAM, Caller, Operation, Section
from hichat.web.credentials import peer
from hichat.web.problems import Fault, Malformed, answer_problem
from hichat.web.services import ApiServices
from hichat.web.site import Request
from hichat.wire import frames

LONGEST_WAIT = 60
"""Seconds."""

_LAST_ID = "Last-Event-ID"
_IDS_TEXT = r"^([1-9][0-9]{0,15}(,[1-9][0-9]{0,15})*)?$"

CursorText = Annotated[str, Meta(max_length=128, pattern=CURSOR_TEXT)]
IdsText = Annotated[str, Meta(pattern=_IDS_TEXT)]


class EventsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    Which events are wanted.

    @ivar since: the C{cursor} of the last answer, or the id of the last event of a stream: the events behind it. A
        position of the log will do, too. Absent: from now on. A stream that is resumed goes by C{Last-Event-ID}, if the
        client sends that.
    @ivar wait: the most seconds to wait for an event, if there is none yet. Not of a stream.
    @ivar users: of a stream: ids of users, with commas between them, whose presence, typing and names it tells.
    @ivar groups: of a stream: ids of groups in which it tells who is typing.
    @ivar show: of a stream: whether you are shown as online while it is open.
    """

    since: CursorText | UnsetType = UNSET
    wait: Annotated[int, Meta(ge=0, le=LONGEST_WAIT)] = 0
    users: IdsText = ""
    groups: IdsText = ""
    show: Literal["true", "false"] = "true"


class HeardEvents(msgspec.Struct, omit_defaults=True):
    """
    Events of yours.

    @ivar events: in the order of their ids. There may be more: ask again at once, as long as there are any.
    @ivar cursor: the C{since} of the next call.
    @ivar resync: the server has gone back to an earlier state of its log, such as a restored backup: forget what you
        have made of events. These events begin where the log is as you knew it; some may come once more.
    """

    events: list[frames.Happened]
    cursor: CursorText
    resync: bool = False


class PresenceQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    Whose presence is wanted.

    @ivar users: ids of users, with commas between them, 200 at most.
    """

    users: IdsText


class ShownPresence(msgspec.Struct):
    """
    Who is online.

    @ivar online: ids of the wanted users who are.
    @ivar offline: ids of all others: of those too who do not show themselves to you.
    """

    online: list[int]
    offline: list[int]


async def get_events(services: ApiServices, caller: Caller, login: int, query: EventsQuery) -> HeardEvents:
    """
    Gives your events behind a cursor: all that happens in your conversations, and what you do on any device. If there
    are none yet, it waits for the first one, for C{wait} seconds at most. With C{Accept: text/event-stream} the answer
    is a stream that does not end (Server-Sent Events): each event has its cursor as C{id}, and its JSON as C{data};
    C{synced} tells that it is live; C{typing}, C{presence}, C{person} and C{receipt} are as the frames of the
    WebSocket; C{error} with the code C{resync_required} is as C{resync} here; C{end} tells why it ends.
    """
    if query.users or query.groups:
        raise InvalidField("users" if query.users else "groups")
    services.streams.check_room(caller.user.id)
    heard = await services.streams.poll(
        HttpClient(_signed_in(caller, login), "", "en"), Wish(_since(query), shows=False), query.wait
    )
    return HeardEvents(heard.events, str(heard.cursor), heard.resync)


async def stream_events(services: ApiServices, caller: Caller, login: int, query: EventsQuery) -> EventStreamResource:
    """The same as a stream."""
    users, groups = _ids(query.users), _ids(query.groups)
    if len(users) + len(groups) > frames.WATCH_LIMIT:
        raise InvalidField("users")
    if caller.user.bot_pass is not None:
        permits.ask_frame(caller.user.bot_pass, frames.Watch(users=[*users], groups=[*groups]))
    services.streams.check_room(caller.user.id)
    wish = Wish(_since(query), users, groups, query.show == "true")
    return EventStreamResource(services.streams, _signed_in(caller, login), wish)


class EventStreamResource(Resource):
    """The answer that is a stream."""

    isLeaf = True

    def __init__(self, streams: Streams, who: SignedIn, wish: Wish) -> None:
        super().__init__()
        self._streams = streams
        self._who = who
        self._wish = wish

    def render(self, request: Request) -> bytes | int:
        """Begin the stream. It ends with the connection."""
        wish = self._wish
        last = request.getHeader(_LAST_ID)
        if last:
            since = parse_cursor(last)
            if since is None:
                return answer_problem(request, Malformed(_LAST_ID, Fault(parameter=_LAST_ID)))
            wish = Wish(since, wish.users, wish.groups, wish.shows)
        request.setHeader("Content-Type", EVENT_STREAM)
        request.setHeader("Cache-Control", "no-store")
        # nginx keeps what it has not been told to pass on.
        request.setHeader("X-Accel-Buffering", "no")
        if request.method == b"HEAD":
            return b""
        request.become_stream()
        end_when_unheard(request.channel.transport)
        client = HttpClient(self._who, peer(request).address, language(request))
        stream = self._streams.stream(client, wish, request)
        request.notifyFinish().addBoth(lambda _: stream.lost())
        return NOT_DONE_YET


async def get_presence(services: ApiServices, caller: Caller, query: PresenceQuery) -> ShownPresence:
    """Gives which users are online. A stream tells it by itself, with C{users}."""
    wanted = _ids(query.users)
    if len(wanted) > frames.WATCH_LIMIT:
        raise InvalidField("users")
    if caller.user.bot_pass is not None:
        permits.ask_frame(caller.user.bot_pass, frames.Watch(users=[*wanted]))
    met = await services.store.read(_people_of, caller) if caller.user.role is ServerRole.GUEST else None
    owner = 0 if caller.user.bot_pass is None else caller.user.bot_pass.owner
    seen = [user for user in wanted if services.streams.sees(caller.user.id, owner, user)]
    online = [user for user in seen if met is None or user in met]
    return ShownPresence(online, [user for user in wanted if user not in online])


async def tell_typing(services: ApiServices, caller: Caller, path: ConversationPath) -> None:
    """Tells the others of a conversation that you are typing. Repeat it every few seconds while that is so."""
    scope, target = place(path.conversation)
    if scope == Scope.EVERYONE:
        return
    if await services.store.read(_may_tell, caller, scope, target):
        services.streams.tell(Kind.TYPING, scope, caller.user.id, target, caller.device)


def _people_of(connection: Connection, caller: Caller) -> frozenset[int]:
    return guests.people(connection, caller.user.id)


def _may_tell(connection: Connection, caller: Caller, scope: Scope, target: int) -> bool:
    """
    @return: whether the others may hear that the caller is typing.
    @raise NotAMember: the caller is no member of the group.
    """
    user = caller.user.id
    if scope == Scope.GROUP:
        if user not in queries.members(connection, target):
            raise NotAMember
        return True
    if contacts.apart(connection, [(user, target)]):
        return False
    return guests.may_meet(connection, user, target)


def _since(query: EventsQuery) -> HeardCursor | None:
    """@raise InvalidField: it is no cursor."""
    if query.since is UNSET:
        return None
    found = parse_cursor(query.since)
    if found is None:
        raise InvalidField("since")
    return found


def _ids(text: str) -> tuple[int, ...]:
    """@return: the ids in a list."""
    return tuple(dict.fromkeys(map(int, text.split(",")))) if text else ()


def _signed_in(caller: Caller, login: int) -> SignedIn:
    user = caller.user
    return SignedIn(
        user.id,
        caller.device,
        0,
        user.generation,
        login,
        0,
        user.administrator,
        user.role is ServerRole.GUEST,
        bool(user.app_password),
        user.bot_pass,
    )


SECTION = Section(
    "Events",
    "What the WebSocket tells, for programs that only have HTTP: by calls that wait, or as a stream of Server-Sent "
    "Events, which `EventSource` of browsers reads too. Keep the cursor of the last event that you are done with, and "
    "go on there, after any time: nothing is missed, and nothing comes twice.",
    (
        Operation(
            "GET",
            "/events",
            get_events,
            "Get your events",
            stream=stream_events,
            scope=BotScope.READ,
            limits=True,
        ),
        Operation("GET", "/presence", get_presence, "Get who is online", scope=BotScope.READ, limits=True),
        Operation(
            "POST",
            "/conversations/{conversation}/typing",
            tell_typing,
            "Tell that you are typing",
            (NotAMember,),
            scope=BotScope.SEND,
        ),
    ),
)
