"""
Sessions over HTTP, for clients that have no WebSocket: they hear what a v2 session tells them.

A stream (Server-Sent Events) tells everything as it happens; a poll waits for the first events behind a cursor. Both
are connections of a L{V2Session}, which catches up and goes live as it does for a WebSocket: they only write something
else. The client cannot say anything here; it calls the HTTP API.

The cursor of both is one text::

    1234.9f86d081884c7d65.1230-6742f1a0-9f86d081884c7d65      position, epoch, check; see L{hichat.log.epochs}
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, IPPROTO_TCP
from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from hichat.audit.connections import NO_RECORDS, Records
from hichat.core.errors import Language, Refused, ResyncRequired, StoreAway, TooManyConnections, Unauthorized
from hichat.core.events import MAX_SAFE_INTEGER, Event
from hichat.core.kinds import Kind
from hichat.core.words import Words
from hichat.pipeline.gateway.congestion import Congestion
from hichat.pipeline.gateway.connection import RETRY_HINT, SILENCE_SWEEP, UNSENT_LIMIT
from hichat.pipeline.gateway.roster import Encoder
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.v2_session import SessionServices, SignedIn, V2Session, make_signal
from hichat.runtime.flush import Flusher
from hichat.wire import closing, frames, view

CURSOR_TEXT = r"^[0-9]{1,16}(\.[0-9a-f]{0,32}(\.[0-9a-f-]{0,64})?)?$(?!\n)"
"""The form of a cursor; a position alone will do."""

PEER_TIMEOUT = 60_000
"""Milliseconds after which a stream ends whose client's system acknowledges nothing."""

_CURSOR = re.compile(CURSOR_TEXT)
_TCP_USER_TIMEOUT = 18
_encode = msgspec.json.Encoder().encode


@dataclass
class HeardCursor:
    """
    A client's place in the log.

    @ivar epoch: the log's epoch; empty: the client does not say.
    @ivar check: the log's fingerprint; empty: the client has none. See L{hichat.log.epochs}.
    """

    position: int
    epoch: str = ""
    check: str = ""

    def __str__(self) -> str:
        return f"{self.position}.{self.epoch}.{self.check}"


def parse_cursor(text: str) -> HeardCursor | None:
    """@return: a cursor; None: the text is none."""
    if _CURSOR.fullmatch(text) is None:
        return None
    position, epoch, check = [*text.split("."), "", ""][:3]
    return HeardCursor(int(position), epoch, check) if int(position) <= MAX_SAFE_INTEGER else None


@dataclass(frozen=True)
class Wish:
    """
    What a client wants to hear.

    @ivar since: its cursor; None: from now on.
    @ivar users: the users whose presence, typing and names it watches.
    @ivar groups: the groups in which it watches typing.
    @ivar shows: whether it shows its user as online.
    """

    since: HeardCursor | None = None
    users: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    shows: bool = True


@dataclass(frozen=True)
class HttpClient:
    """
    The client of a stream or a poll.

    @ivar who: the user and the device, whose token the request had.
    @ivar address: where it is connected from.
    @ivar language: the language of the server's sentences.
    """

    who: SignedIn
    address: str
    language: Language


class Outlet(Protocol):
    """The answer to a request, which goes on."""

    def write(self, data: bytes) -> Any:
        """Write a piece of it."""

    def finish(self) -> Any:
        """End it."""

    def registerProducer(self, producer: Any, streaming: bool) -> Any:  # noqa: N802
        """The transport tells the producer when its buffer is full, and when it is empty."""

    def unregisterProducer(self) -> Any:  # noqa: N802
        """It tells it no more."""


class HttpConnection:
    """
    A connection of a session over HTTP; see L{hichat.pipeline.gateway.roster.ConnectedDevice} and
    L{hichat.pipeline.gateway.v2_session.V2Connection}.

    @ivar number: negative: it is no connection of the device's own, so it replaces none, and it hears what the device
        has sent, too.
    @ivar bound: the number of the device whose token the client has shown.
    @ivar record: see L{hichat.pipeline.gateway.connection.ChatProtocol}; as is C{came_from}.
    @cvar is_recorded: whether it is recorded that there was such a connection.
    """

    is_recorded = True
    session: V2Session
    encode: Encoder

    def __init__(self, streams: Streams, client: HttpClient) -> None:
        who = client.who
        self.number = -1 - secrets.randbits(52)
        self.generation, self.login, self.bound = who.generation, who.login, who.device
        self.record: int | None = None
        self.came_from = client.address
        self.may_send = True
        self.streams = streams
        self.session = V2Session("", client.language, self, streams.inlet, streams.services)
        self._code: int | None = None

    def follow(self, who: SignedIn, wish: Wish) -> None:
        """Begin to hear."""
        self.streams.connections.add(self)
        since = wish.since
        said = frames.Sync()
        if since is not None:
            said = frames.Sync(since=since.position, epoch=since.epoch, check=since.check)
        self.session.follow(who, said, wish.shows, frames.Watch(users=[*wish.users], groups=[*wish.groups]))

    def left(self) -> None:
        """It is gone, or about to be. May be called again."""
        if self.may_send:
            self.may_send = False
            self.streams.connections.discard(self)
            self.session.gone()
            self.session.lost()
            if self.record is not None:
                self.streams.records.closed(self.record, self._code, self.session.user, self.bound)

    def framed(self, message: msgspec.Struct) -> Any:
        """See L{V2Connection.framed}."""
        raise NotImplementedError

    def write_frame(self, frame: Any) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.write_frame}."""
        raise NotImplementedError

    def deliver(self, frame: Any) -> None:
        """See L{ConnectedDevice.deliver}."""
        self.write_frame(frame)

    def drained(self) -> Deferred[None]:
        """See L{V2Connection.drained}."""
        raise NotImplementedError

    def close(self, code: frames.Close, reason: Words) -> None:
        """See L{V2Connection.close}."""
        raise NotImplementedError

    def sign_out(self) -> None:
        """See L{ConnectedDevice.sign_out}."""
        self.close(frames.Close.SIGNED_OUT, closing.SIGNED_OUT)

    def replaced(self) -> None:
        """See L{ConnectedDevice.replaced}: no other connection has its number."""

    def go_away(self) -> None:
        """See L{ConnectedDevice.go_away}."""
        self.close(frames.Close.GOING_AWAY, closing.STOPPING.filled(seconds=RETRY_HINT))

    def start_anew(self) -> None:
        """See L{ConnectedDevice.start_anew}."""
        if self.may_send:
            self.session.complain(ResyncRequired())
        self.close(frames.Close.TROUBLE, closing.ANOTHER_LOG)

    def signal(self, event: Event) -> None:
        """See L{ConnectedDevice.signal}."""
        if self.may_send:
            self.session.signal(event)

    def hide(self, user: int, hidden: bool) -> None:
        """See L{ConnectedDevice.hide}."""
        self.session.hide(user, hidden)

    # Nothing is read here.

    def pause_reading(self) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.pause_reading}."""

    def resume_reading(self) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.resume_reading}."""

    def shut(self) -> None:
        """See L{hichat.pipeline.gateway.connection.ChatProtocol.shut}."""

    def unshut(self) -> None:
        """See L{hichat.pipeline.gateway.connection.ChatProtocol.unshut}."""

    def greeted(self) -> None:
        """See L{V2Connection.greeted}."""


class EventStream(Congestion, HttpConnection):
    """
    A stream of Server-Sent Events (HTML, 9.2).

    @param outlet: the answer, whose head was set.
    @ivar quiet: whether nothing was written since the last sweep.
    """

    def __init__(self, streams: Streams, client: HttpClient, outlet: Outlet) -> None:
        super().__init__(streams, client)
        self.encode = streams.encode
        self.quiet = False
        self._outlet = outlet
        self._turn: list[bytes] | None = None

    def framed(self, message: msgspec.Struct) -> bytes:
        """@return: a frame of a session as it is written here."""
        return self.streams.framed(message)

    def begin(self) -> None:
        """Write the head at once, and how soon to come back; so a client knows that it is heard."""
        self._outlet.registerProducer(self, True)
        self._outlet.write(b"retry: %d\n\n" % (1000 * RETRY_HINT))

    def write_frame(self, frame: bytes) -> None:
        """See L{hichat.pipeline.gateway.session.Connection.write_frame}."""
        if not self.may_send:
            return
        self.quiet = False
        if self._congested:
            self._hold(frame)
        elif self._turn is None:
            self._turn = [frame]
            self.streams.flusher.add(self)
        else:
            self._turn.append(frame)

    deliver = write_frame

    def flush(self) -> None:
        """See L{hichat.runtime.flush.Flushable.flush}."""
        turn, self._turn = self._turn, None
        if turn is not None:
            self._outlet.write(b"".join(turn))

    def _hold(self, frame: bytes) -> None:
        self._keep(frame)
        if self._unsent_size > self.streams.unsent_limit:
            self.streams.inlet.metrics.slow_closed += 1
            self.close(frames.Close.TOO_SLOW, closing.SLOW)

    def drained(self) -> Deferred[None]:
        """See L{V2Connection.drained}."""
        self.flush()
        return self._when_drained() if self.may_send else succeed(None)

    def close(self, code: frames.Close, reason: Words) -> None:
        """End the stream, and tell why: the last event is C{end}."""
        if not self.may_send:
            return
        self._code = int(code)
        self.left()
        self.flush()
        text = _encode({"code": int(code), "reason": reason.text(self.session.language)})
        if code == frames.Close.TOO_SLOW:
            # It comes back with its cursor, and gets what it has missed in pages.
            self._unsent = None
        self._outlet.write(b"".join(self._unsent or ()) + b"event: end\ndata: %s\n\n" % text)
        self._outlet.unregisterProducer()
        # A client that does not read the rest is cut off as one of any answer is.
        self._outlet.finish()

    def lost(self) -> None:
        """The connection is gone."""
        self._turn = None
        self.left()
        self._tell_drained()

    def look(self) -> None:
        """Write a comment if nothing else was written of late: proxies and clients end what is silent."""
        if self.quiet and not self._congested:
            self.write_frame(b":\n\n")
        self.quiet = True

    def _write_out(self, data: bytes) -> None:
        self._outlet.write(data)


@dataclass
class Polled:
    """
    What a poll has heard.

    @ivar events: in order.
    @ivar cursor: behind them.
    @ivar resync: whether the client's cursor was of another log: then the events begin where that log is the same.
    """

    events: list[frames.Happened]
    cursor: HeardCursor
    resync: bool = False


class Poll(HttpConnection):
    """
    A call that waits for events.

    @param wait: the most seconds.
    @ivar answer: fires with what was heard; fails with L{Refused}.
    """

    is_recorded = False
    # What it hears is kept as it is: nothing is written before the end.
    encode = staticmethod(view.happened)  # type: ignore[assignment]

    def __init__(self, streams: Streams, client: HttpClient, wait: float) -> None:
        super().__init__(streams, client)
        self.answer: Deferred[Polled] = Deferred(lambda _: self.left())
        self._wait = wait
        self._heard = Polled([], HeardCursor(0))
        self._ending: IDelayedCall | None = None

    def framed(self, message: msgspec.Struct) -> msgspec.Struct:
        """See L{V2Connection.framed}."""
        return message

    def write_frame(self, frame: msgspec.Struct) -> None:
        """The session tells something."""
        if not self.may_send:
            return
        heard = self._heard
        if isinstance(frame, frames.Page):
            heard.events += frame.events
            heard.cursor = HeardCursor(frame.position, frame.epoch, frame.check)
            if heard.events:
                self._end(0)
        elif isinstance(frame, frames.Synced):
            check = frame.check or heard.cursor.check or self.streams.services.watch.place.check
            heard.cursor = HeardCursor(frame.position, frame.epoch, check)
            self._end(0 if heard.resync else self._wait)
        elif isinstance(frame, frames.Happened):
            heard.events.append(frame)
            heard.cursor.position = frame.id
            self._end(0)
        elif isinstance(frame, frames.Error):
            heard.resync = True

    def drained(self) -> Deferred[None]:
        """A page is enough: the next one is for the next call."""
        return Deferred() if self._heard.events and self.may_send else succeed(None)

    def _end(self, seconds: float) -> None:
        """Answer then; at the end of this turn at the earliest, with what it brings."""
        if self._ending is None:
            self._ending = self.streams.clock.callLater(seconds, self._tell)
        elif seconds == 0:
            self._ending.reset(0)

    def _tell(self) -> None:
        self._ending = None
        if not self._heard.events:
            # Whatever came up to here was not for this user.
            position = self.streams.services.routing.position
            self._heard.cursor.position = max(self._heard.cursor.position, position)
        self.left()
        self.answer.callback(self._heard)

    def left(self) -> None:
        """See L{HttpConnection.left}."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        super().left()

    def close(self, code: frames.Close, reason: Words) -> None:
        """Answer with what there is; or with the reason, if there can be nothing more."""
        if not self.may_send:
            return
        self.left()
        refusal: Refused | None = None
        if code == frames.Close.SIGNED_OUT:
            refusal = Unauthorized()
        elif code == frames.Close.TROUBLE and not self._heard.resync:
            refusal = StoreAway()
        if refusal is not None:
            self.answer.errback(Failure(refusal))
        elif self._heard.cursor.epoch:
            self.answer.callback(self._heard)
        else:
            # It does not know yet where it is.
            self.answer.errback(Failure(StoreAway()))


class Streams:
    """
    The streams and polls of a worker.

    @param unsent_limit: see L{hichat.pipeline.gateway.connection.ChatFactory}; as are C{inlet}, C{services}, C{clock}
        and C{records}.
    @ivar connections: those that are open.
    @ivar encode: makes an event of a stream: shared by all streams, so an event is encoded once.
    """

    def __init__(
        self,
        inlet: Inlet,
        services: SessionServices,
        clock: IReactorTime,
        unsent_limit: int = UNSENT_LIMIT,
        records: Records = NO_RECORDS,
    ) -> None:
        self.inlet = inlet
        self.services = services
        self.clock = clock
        self.flusher = Flusher(clock)
        self.unsent_limit = unsent_limit
        self.records = records
        self.connections: set[HttpConnection] = set()
        self.encode: Callable[[Event], bytes | None] = self._encode
        self._sweep = LoopingCall(self._look)
        self._sweep.clock = clock

    def start(self) -> None:
        """Begin to give signs of life."""
        self._sweep.start(SILENCE_SWEEP, now=False)

    def stop(self) -> None:
        """Give no more."""
        if self._sweep.running:
            self._sweep.stop()

    def check_room(self, user: int) -> None:
        """@raise TooManyConnections: the user has reached the limit of connections."""
        if self.services.roster.is_full(user):
            raise TooManyConnections

    def stream(self, client: HttpClient, wish: Wish, outlet: Outlet) -> EventStream:
        """
        Begin a stream.

        @param outlet: the answer, whose head was set.
        """
        stream = EventStream(self, client, outlet)
        stream.begin()
        stream.follow(client.who, wish)
        return stream

    async def poll(self, client: HttpClient, wish: Wish, wait: float) -> Polled:
        """
        Wait for the first events behind a cursor.

        @param wait: the most seconds.
        @raise Unauthorized: the client was signed out meanwhile.
        @raise StoreAway: the log cannot be read.
        """
        poll = Poll(self, client, wait)
        poll.follow(client.who, wish)
        return await poll.answer

    def sees(self, user: int, owner: int, other: int) -> bool:
        """
        @param owner: of a bot: the person whose it is; else 0.
        @return: whether the other user is online, and shows that to this one, who is no guest.
        """
        services = self.services
        presence = services.presence
        is_hidden = services.routing.has_blocked(other, user, owner) or presence.is_hidden(other, user, owner)
        return presence.is_online(other) and not is_hidden

    def tell(self, kind: Kind, scope: int, sender: int, target: int, device: int) -> None:
        """Send a signal, unless nobody is to know of presence."""
        if self.services.presence.enabled:
            self.inlet.signal(make_signal(kind, scope, sender, target, device))

    def framed(self, message: msgspec.Struct) -> bytes:
        """@return: a session's frame as a stream has it."""
        if isinstance(message, frames.Page):
            shown = [_event(each, HeardCursor(each.id, message.epoch, message.check)) for each in message.events]
            at = HeardCursor(message.position, message.epoch, message.check)
            return b"".join(shown) + b"id: %s\n\n" % str(at).encode()
        name = str(message.__struct_config__.tag).encode()
        data = b"event: %s\ndata: %s\n\n" % (name, _encode(message))
        if isinstance(message, frames.Synced):
            at = HeardCursor(message.position, message.epoch, message.check or self.services.watch.place.check)
            return b"id: %s\n" % str(at).encode() + data
        return data

    def _encode(self, event: Event) -> bytes | None:
        shown = view.happened(event)
        if shown is None:
            return None
        place = self.services.watch.place
        return _event(shown, HeardCursor(shown.id, place.epoch, place.check))

    def _look(self) -> None:
        for connection in tuple(self.connections):
            if isinstance(connection, EventStream):
                connection.look()


def _event(shown: frames.Happened, cursor: HeardCursor) -> bytes:
    return b"id: %s\ndata: %s\n\n" % (str(cursor).encode(), _encode(shown))


def end_when_unheard(transport: Any) -> None:
    """Let the system end a connection whose peer's system is gone: a stream only writes, and little."""
    socket = getattr(transport, "socket", None)
    if socket is not None and socket.family in (AF_INET, AF_INET6):
        socket.setsockopt(IPPROTO_TCP, _TCP_USER_TIMEOUT, PEER_TIMEOUT)
