"""
The WebSocket of v2. The client reconnects for as long as its token is valid::

    client = Client(reactor, "http://chat.example", credentials, "anns-laptop")
    await client.connected()
    ack = await client.send(2, "hi")
    async for message in client.messages():
        ...

A message is on the server's disk once L{Client.send} returns. Until then the client sends it again on every new
connection, and the server still writes it once. Each event comes once, in order, over reconnections too; and over
restarts of the program, if the caller keeps L{Client.cursor} and L{Client.own}.

If the server's log goes back, because a backup was put back, the client starts anew by itself: frames without an answer
are sent again, events that are new in the log come, and then L{StartedAnew}. Frames that name a message fail with
C{resync_required} if the log does not have them.

Answers and events come on the same connection. While L{Client.events} is full the client does not read that connection,
unless an answer is due. If it is, the client drops events that come meanwhile and do not fit; a sync from the cursor
brings them when there is room again.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from random import SystemRandom
from typing import Any, TypeVar, overload

import msgspec
from autobahn.websocket.types import ConnectingRequest
from msgspec import UNSET, UnsetType
from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.abstract import isIPAddress
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IDelayedCall, IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.logger import Logger
from zope.interface import implementer

from hichat.client.http import language_here
from hichat.client.inbox import Gate, Inbox
from hichat.client.outbox import RESYNC, Answered, Outbox, refusal
from hichat.client.outbox import check as check_frame
from hichat.client.protocol import ClientProtocol, Loss, protocol_factory
from hichat.client.speech import REMEMBERED, Event, Questions, StartedAnew, understand
from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    Credentials,
    NoAnswer,
    NotConnected,
    Replaced,
    Unauthorized,
    Unreachable,
)
from hichat.core.errors import Language
from hichat.core.kinds import Format
from hichat.runtime.clock import make_steady
from hichat.wire import frames
from hichat.wire.frames import (
    Ack,
    Close,
    Done,
    Error,
    FromServer,
    Happened,
    HistoryPage,
    MarksPage,
    Media,
    PersonFrame,
    Presence,
    Receipt,
    TypingFrame,
    Welcome,
)

Item = Happened | Receipt | TypingFrame | PersonFrame | Presence | Error | StartedAnew
"""
A frame that answers no question. An L{Error} is about a frame that has no answer, such as C{typing}. L{StartedAnew} is
no frame.
"""

REMEMBERED_OWN = 10_000
"""
The number of own events whose ids are remembered until the cursor has passed them. A program that takes no events stops
the cursor: then the oldest ids are forgotten, and these own events come as events when the program takes some.
"""

CONNECT_TIMEOUT = 60.0
"""Seconds that L{Client.connected} waits unless told otherwise."""

_RETRY_AFTER = re.compile(r"retry after (\d{1,6}(?:\.\d{1,6})?) s$")
_OVER = "the token is no longer valid: log in again"

_SIGNED_OUT_CODES = frozenset({"unauthorized", "signed_out", "disabled"})

ANEW_WAIT = 1.0
"""Seconds after a sync without pages in which the events come that are new in another log."""

T = TypeVar("T")


def backoff() -> Callable[[int], float]:
    """@return: maps the number of failures in a row to the seconds to wait: 1 to 30, with a random part."""
    # The random part is several seconds: after a restart of the server its clients must not all return in one second.
    return backoffPolicy(1.0, 26.0, 1.5, jitter=lambda: SystemRandom().uniform(-0.5, 4.0))


class MessageIterator:
    """An asynchronous iterator over the messages in an inbox; it skips all other items."""

    def __init__(self, inbox: Inbox[Item]) -> None:
        self._inbox = inbox

    def __aiter__(self) -> MessageIterator:
        return self

    async def __anext__(self) -> Happened:
        while True:
            item = await self._inbox.__anext__()
            if isinstance(item, Happened) and item.kind == "message":
                return item


@implementer(IStreamClientEndpoint)
class _Renewing:
    """An endpoint that renews the client's credentials before it connects."""

    def __init__(self, client: Client, endpoint: IStreamClientEndpoint) -> None:
        self._client = client
        self._endpoint = endpoint

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803
        """See L{IStreamClientEndpoint.connect}."""
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        try:
            await self._client.renew()
            return await self._endpoint.connect(factory)
        except Exception as error:
            self._client.failed(error)
            raise


class Client:
    """
    A user's device at a server. It connects with the first L{connected} or L{send}, and reconnects whenever the
    connection is lost, until L{close}, until the server refuses the token, or until another connection of the same
    device takes over.

    @param reactor: for sockets and time; from now on it goes by the monotonic clock, see L{make_steady}.
    @param server: the server's URL; see L{Address.parse}.
    @param credentials: from a login; or a function that gives them before each connection, such as
        L{hichat.client.http.DeviceSession.current}.
    @param device: a name of this installation, always the same, and used by one program at a time: 1 to 64 characters
        of printable ASCII. Use a random name and keep it; servers limit the number of a user's devices.
    @param since: the cursor of an earlier run: the events after it come first. None: only events from now on come.
    @param own: the value of L{own} at that time; as are C{epoch} and C{check}.
    @param listen: False for a program that only sends and asks: then no events come. Without a sync the client notices
        a log that went back only by its epoch; so it is while L{Client.events} is full after a reconnection.
    @param endpoint: how to reach the server, if not by the URL.
    @param on_state: called with True on every welcome, and with False when a welcomed connection was lost and the
        client reconnects.
    @param on_item: called at once with each item; then none comes from L{events}. For programs that get so many items
        that a coroutine is too slow.
    @param inbox_limit: items that wait to be taken. At that number the client stops reading the connection, at half of
        it it goes on. While an answer is due it reads up to twice that number, then it leaves the rest to a sync.
        Frames that were read already come on top: up to 64 KiB of frames, or one page.
    @param window: frames with a counter that are under way at once; further ones wait.
    @param opening_timeout: seconds from the TCP connection to the welcome.
    @param answer_timeout: seconds to wait for an answer. An ack of a frame with a counter has no such limit.
    @param heartbeat: seconds between pings; at the third without any sign of life the connection counts as lost.
    @param retry: maps the number of failures in a row to the seconds to wait; by default L{backoff}.
    @param language: the language of the server's sentences; by default that of the locale.
    @raise ClientError: the URL or the device's name is invalid.
    @ivar epoch: the epoch of the log that L{cursor} is a place of; empty: the server has told none.
    @ivar check: the log's fingerprint, which the server has told last.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        server: str,
        credentials: Credentials | Callable[[], Awaitable[Credentials]],
        device: str,
        *,
        since: int | None = None,
        own: Iterable[int] = (),
        epoch: str = "",
        check: str = "",
        listen: bool = True,
        endpoint: IStreamClientEndpoint | None = None,
        on_state: Callable[[bool], None] = lambda connected: None,
        on_item: Callable[[Item], object] | None = None,
        inbox_limit: int = 256,
        window: int = 32,
        opening_timeout: float = 15,
        answer_timeout: float = 30,
        heartbeat: float = 20,
        retry: Callable[[int], float] | None = None,
        language: Language | None = None,
    ) -> None:
        make_steady(reactor)
        self.reactor = reactor
        self.opening_timeout = opening_timeout
        self.heartbeat = heartbeat
        self.protocol: ClientProtocol | None = None
        self.welcome: Welcome | None = None
        self._address = Address.parse(server)
        self._credentials: Credentials | None = credentials if isinstance(credentials, Credentials) else None
        self._renew = None if isinstance(credentials, Credentials) else credentials
        self._device = device
        self.epoch = epoch
        self.check = check
        # The epoch of the log for which frames were given: it may be ahead of the cursor's.
        self._log_epoch = epoch
        check_frame(self.hello())
        self._language = language or language_here()
        self._on_state = on_state
        self._answer_timeout = answer_timeout
        self._listen = listen
        self._position = since
        self._own = set(own)
        # Until a connection is live: what tells those apart that were acked on it. They are in its log.
        self._own_here: set[tuple[int, ...]] | None = None
        # What tells the last events, and acks of own ones, apart; each begins with its id.
        self._recent: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        # The client has started anew and has not told it yet: what tells those recent events apart that did not come
        # again; and the call that tells it.
        self._missing: set[tuple[int, ...]] | None = None
        self._telling: IDelayedCall | None = None
        self._inbox: Inbox[Item] = Inbox(
            inbox_limit,
            self._regulate,
            since,
            None if on_item is None else partial(self._tell, on_item),
            self._arrive,
        )
        # The inbox is overfull: events of this connection are dropped.
        self._deaf = False
        # The sync waits for room in the inbox: no events come on this connection yet.
        self._sync_due = False
        self._cause = ""
        self._refs = count(1)
        self._sync_ref = 0
        self._outbox = Outbox(reactor, window, self._write, self._sync)
        self._questions = Questions()
        self._watch: frames.Watch | None = None
        self._show: frames.Show | None = None
        self._retry = retry or backoff()
        self._failures = 0
        self._least_wait = 0.0
        self._refreshing = False
        self._announced = False
        self._ready = Gate(shut=True)
        self._leaving, self._left = False, Gate(shut=True)
        self._verdict: ClientError | None = None
        self._stopped: ClientError | None = None
        factory = protocol_factory(reactor, partial(ClientProtocol, self), frames.SUBPROTOCOL)
        self._service = ClientService(_Renewing(self, endpoint or self._endpoint()), factory, self._wait, reactor)

    # The connection

    async def connected(self, timeout: float | None = CONNECT_TIMEOUT) -> None:
        """
        Wait until there is a connection and the server has said welcome. All events after this come, at the latest with
        the sync of a later connection.

        @param timeout: seconds; None: no limit. After a timeout the client still goes on trying.
        @raise Unreachable: there was no connection in time.
        @raise Unauthorized: the token is no longer valid.
        @raise Replaced: another connection of the same device has taken over.
        @raise BadAnswer: the server does not speak v2.
        @raise Refused: the server refuses this device.
        @raise NotConnected: L{close} was called.
        """
        self._start()
        waiting = Deferred.fromCoroutine(self._ready.passed())
        if timeout is not None:
            waiting.addTimeout(timeout, self.reactor)
        try:
            await waiting
        except TimeoutError:
            cause = self._cause or "the server does not answer"
            raise Unreachable(f"no connection to {self._address.http} within {timeout:g} s: {cause}") from None
        if self._stopped is not None:
            raise self._stopped

    async def close(self, timeout: float = 30) -> bool:
        """
        Wait for outstanding acks, close the connection, and do not reconnect. Events that come meanwhile and are not
        taken are kept up to the inbox's limit only; the cursor does not pass events that are dropped.

        @param timeout: seconds for the acks, and again for the closing handshake.
        @return: whether every sent frame was answered, and the closing handshake was done.
        """
        if self._stopped is None:
            self._stopped = NotConnected("the client is closed")
            await self._drain(timeout)
        clean = not self._outbox
        if self.protocol is not None:
            clean = await self.protocol.finish(timeout) and clean
        self._end()
        if not self._leaving:
            # Only once: callbacks of stopService run inside the service's state machine, which is not reentrant.
            self._leaving = True
            try:
                await self._service.stopService()
            finally:
                self._left.resumeProducing()
        await self._left.passed()
        return clean

    # Events and other items

    @property
    def cursor(self) -> int | None:
        """The position up to which all events were taken from L{events}; None: no position is known yet."""
        return self._inbox.position

    @property
    def own(self) -> list[int]:
        """
        The ids of this device's own events behind the cursor. The acks told the ids; a sync skips these events.
        """
        return sorted(number for number in self._own if number > (self.cursor or 0))

    def events(self) -> Inbox[Item]:
        """
        @return: an asynchronous iterator over all items. It connects if need be, goes on over reconnections and stops
            after L{close}. All iterators share one queue. While iterating it raises L{ClientError} if the client has
            stopped for another reason, or could not connect at first; see L{connected}.
        """
        return self._inbox

    def messages(self) -> MessageIterator:
        """@return: as L{events}, but only messages: it skips edits, reactions, receipts and the like."""
        return MessageIterator(self._inbox)

    # Frames that take effect exactly once

    async def send(
        self,
        user: int | None = None,
        text: str = "",
        *,
        group: int | None = None,
        media: Media = "text",
        url: str = "",
        name: str = "",
        seconds: int = 0,
        more_files: Sequence[frames.SentFile] = (),
        reply_to: int | None = None,
        mentions: Sequence[int] = (),
        format: Format | None = None,
    ) -> Ack:
        """
        Send a message to a user or to a group; without either, to everyone. See L{frames.Send}.

        This waits, over reconnections, until the server has the message on its disk. Messages of simultaneous calls are
        sent in the order of the calls. Cancelling this forgets a message that was not sent yet; one that was sent may
        or may not arrive.

        @param user: a user's id.
        @param group: a group's id.
        @param url: the URL of a picture, an audio or a file.
        @param name: the name of a file.
        @param seconds: the duration of the audio.
        @param more_files: further files, after the one of C{url}: uploads, too.
        @param reply_to: the id of a message of the same conversation.
        @param mentions: ids of users; 0: all members of the group.
        @param format: C{markdown}: the text has signs, see L{hichat.core.markdown}; None: it is shown as it is.
        @return: the ack, with the message's id.
        @raise NotSendable: the message is invalid or too long; no server would take it.
        @raise Refused: the server refuses it.
        @raise Unconfirmed: the client was closed or stopped before the answer came.
        @raise ClientError: the client was closed or stopped before it was sent; see L{connected}.
        """
        return await self._count(
            frames.Send(
                user=_or_unset(user),
                group=_or_unset(group),
                text=text,
                media=media,
                url=url,
                name=name,
                seconds=seconds,
                moreFiles=list(more_files),
                replyTo=_or_unset(reply_to),
                mentions=list(mentions),
                format=UNSET if format is None else format,
            )
        )

    def post(self, frame: frames.Counted, answered: Answered = lambda outcome: None) -> None:
        """
        As L{send}, L{forward}, L{edit}, L{recall} and L{react}, without waiting. For programs that send so much that a
        coroutine for each message is too slow.

        @param frame: such as C{frames.Send(user=2, text="hi")}, without reference and counter. The client keeps and
            changes it: do not use it again.
        @param answered: called with the ack, or with the L{ClientError} that L{send} would raise.
        @raise NotSendable: the frame is invalid or too long; no server would take it.
        @raise ClientError: the client was closed or stopped; see L{connected}.
        """
        self._post(frame, partial(self._tell, answered))

    async def forward(self, message: int, *, user: int | None = None, group: int | None = None) -> Ack:
        """
        Send a message that one may read on to another conversation, with its file, and exactly once.

        @param message: the message's id.
        @return: the new message's ack.
        @raise ClientError: see L{send}.
        """
        return await self._count(frames.Forward(message=message, user=_or_unset(user), group=_or_unset(group)))

    async def edit(self, message: int, text: str, *, mentions: Sequence[int] = (), format: Format | None = None) -> Ack:
        """Replace the text of an own message, with its mentions and its format. Waits and raises as L{send}."""
        form = UNSET if format is None else format
        return await self._count(frames.Edit(message=message, text=text, mentions=list(mentions), format=form))

    async def recall(self, message: int) -> Ack:
        """Take a message back. Waits and raises as L{send}."""
        return await self._count(frames.Recall(message=message))

    async def react(self, message: int, emoji: str, on: bool = True) -> Ack:
        """
        React to a message, or take that back. Waits and raises as L{send}.

        @param emoji: one emoji, with or without its variation selectors.
        """
        return await self._count(frames.React(message=message, emoji=emoji, on=on))

    # Questions. Each raises Refused, NoAnswer, and NotConnected: the client does not ask again by itself.

    async def received(self, id: int, *, user: int | None = None, group: int | None = None) -> None:
        """Tell the server that one has received everything in the conversation up to this id."""
        await self._ask(frames.Received(id=id, user=_or_unset(user), group=_or_unset(group)), Done)

    async def read(self, id: int, *, user: int | None = None, group: int | None = None) -> None:
        """Tell the server that one has read everything in the conversation up to this id."""
        await self._ask(frames.Read(id=id, user=_or_unset(user), group=_or_unset(group)), Done)

    async def marks(self, *, user: int | None = None, group: int | None = None) -> MarksPage:
        """@return: the marks of a conversation: how far one has received and read it, and how far others have."""
        return await self._ask(frames.Marks(user=_or_unset(user), group=_or_unset(group)), MarksPage)

    async def history(
        self,
        *,
        user: int | None = None,
        group: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """
        @param before: only messages with a smaller id.
        @param after: only messages with a larger id, the oldest of them.
        @param limit: the number of messages: 1 to L{frames.HISTORY_LIMIT}.
        @return: messages of a conversation in their present form (edited, recalled), in order of id. Those that are
            older than the server keeps them have nothing in them, and say C{expired}: before one there are no others.
        """
        frame = frames.History(
            user=_or_unset(user),
            group=_or_unset(group),
            before=_or_unset(before),
            after=_or_unset(after),
            limit=limit,
        )
        return await self._ask(frame, HistoryPage)

    async def watch(self, users: Sequence[int] = (), groups: Sequence[int] = ()) -> Presence:
        """
        Subscribe to the presence, typing, names and pictures of these users, instead of those of the last call. On each
        later connection the client subscribes again, and the L{Presence} of all of them comes as an item.

        @return: the users among them who are online.
        """
        frame = frames.Watch(users=list(users), groups=list(groups))
        answer = await self._ask(frame, Presence)
        self._watch = frames.Watch(users=frame.users, groups=frame.groups)
        return answer

    async def show(self, presence: bool) -> None:
        """Let others see that one is online and typing, or not; this holds on later connections too."""
        await self._ask(frames.Show(presence=presence), Done)
        self._show = frames.Show(presence=presence)

    def typing(self, *, user: int | None = None, group: int | None = None) -> None:
        """
        Tell that one is typing. Nothing is sent if there is no connection, or if it has too much to write already.
        """
        frame = frames.Typing(user=_or_unset(user), group=_or_unset(group))
        check_frame(frame)
        if self.protocol is not None and self.protocol.usable and not self.protocol.writable.shut:
            self._write(msgspec.json.encode(frame))

    async def renew(self) -> None:
        """
        Get the credentials for the next connection.

        @raise ClientError: they cannot be had. If they never will be, as after a logout, the client stops.
        """
        if self._renew is None:
            return
        shown = self._credentials
        try:
            self._credentials = await self._renew()
            if shown is not None and shown.refused and shown.token == self._credentials.token:
                raise Unauthorized(_OVER)
        except (Unauthorized, BadAnswer) as error:
            # In a later turn: now the service is waiting for this very connection.
            self.reactor.callLater(0, self._conclude, error)
            raise

    def failed(self, error: Exception) -> None:
        """An attempt to connect has failed; L{connected} names the last cause."""
        self._cause = str(error)

    # The methods of Owner, which a connection's protocol calls

    def request(self) -> ConnectingRequest:
        """@return: the request of the opening handshake."""
        assert self._credentials is not None
        return ConnectingRequest(
            host=self._address.authority,
            port=self._address.port,
            resource=self._address.path + frames.PATH,
            headers={"Accept-Language": self._language, "Authorization": f"Bearer {self._credentials.token}"},
            useragent="hichat",
            protocols=[frames.SUBPROTOCOL],
        )

    def hello(self) -> frames.Hello:
        """@return: the first frame. The token is in the header."""
        return frames.Hello(device=self._device)

    def made(self, protocol: ClientProtocol) -> None:
        """See L{hichat.client.protocol.Owner.made}."""
        self.protocol = protocol

    def received_frames(self, payloads: list[bytes]) -> None:
        """See L{hichat.client.protocol.Owner.received_frames}."""
        try:
            for payload in payloads:
                self._take(understand(payload))
        except BadAnswer as error:
            self._give_up(error)
        self._regulate()

    def lost(self, loss: Loss) -> None:
        """See L{hichat.client.protocol.Owner.lost}."""
        self.protocol = None
        self._outbox.lost()
        self._questions.fail(NotConnected("the connection was lost before the answer came"))
        if self._stopped is not None:
            return
        self._deaf = False
        self._ready.pauseProducing()
        verdict = self._verdict or self._judge(loss)
        if verdict is not None:
            self._conclude(verdict)
        elif not self._refreshing:
            self._announce(False)

    def _conclude(self, error: ClientError) -> None:
        """Stop for good: do not reconnect."""
        if self._stopped is None:
            self._stopped = error
            self._end()
            self._service.stopService()

    # The steps of a connection: welcome, frames in doubt, sync, live

    def _welcomed(self, welcome: Welcome) -> None:
        if self.protocol is None or self.protocol.welcomed:
            return
        self.welcome = welcome
        self._wait_no_more()
        self.protocol.welcome()
        self._sync_due = False
        self._own_here = set()
        log, self._log_epoch = self._log_epoch, welcome.epoch or self._log_epoch
        if log and welcome.epoch and log != welcome.epoch:
            self._outbox.start_anew(welcome.counter)
        self._repeat(self._show)
        if not self._inbox.full:
            self._repeat(self._watch)
        if self._position is not None or not self._listen:
            self._opened()
        self._outbox.repeat(welcome.counter)

    def _repeat(self, frame: frames.Show | frames.Watch | None) -> None:
        """Send a frame of an earlier connection on this one too."""
        if frame is not None:
            self._write(msgspec.json.encode(frame))

    def _opened(self) -> None:
        """From here on no event is missed: each comes on this connection, or with a later sync."""
        if self._stopped is None:
            self._ready.resumeProducing()
            self._announce(True)

    def _sync(self) -> None:
        """Ask for the sync. The log has no frame in doubt: so the ids of all own events that it brings are known."""
        was_due, self._sync_due = self._sync_due, self._listen and self._inbox.full
        if not self._listen or self._sync_due:
            self._live()
            return
        if was_due:
            self._repeat(self._watch)
        self._sync_ref = next(self._refs)
        sync = frames.Sync(ref=self._sync_ref, since=_or_unset(self._position))
        if self._position is not None and self.welcome is not None and self.welcome.epoch:
            sync.epoch, sync.check = self.epoch, self.check
        self._write(msgspec.json.encode(sync))

    def _synced(self, synced: frames.Synced) -> None:
        self._placed(synced)
        self._reached(synced.position)
        self._live()
        if self._missing is not None:
            assert self.welcome is not None
            if synced.position < self.welcome.position:
                # Without pages the events behind the cursor come now.
                self._wait_no_more()
                self._telling = self.reactor.callLater(ANEW_WAIT, self._tell_anew)
            else:
                self._tell_anew()

    def _placed(self, frame: frames.Page | frames.Synced) -> None:
        self.epoch, self.check = frame.epoch, frame.check or self.check

    def _start_anew(self, error: Error) -> None:
        """
        The cursor is of another log: the server was set up anew, or has restored a backup. Sync from where it says, or
        from the end of the log.
        """
        here = self._own_here or set()
        self._own = {each[0] for each in here}
        self._position = None if error.position is UNSET else error.position
        self._inbox.start_anew(self._position)
        assert self.welcome is not None
        self._outbox.start_anew(self.welcome.counter)
        if error.code == RESYNC:
            self.epoch, self.check = self.welcome.epoch, ""
            at = self._position or 0
            doubtful = {each for each in self._recent if each[0] > at} - here
            self._missing = (self._missing or set()) | doubtful
            # They are told of once: their ids may be other events' from now on.
            self._recent = deque((each for each in self._recent if each not in doubtful), REMEMBERED)
        self._sync()

    def _tell_anew(self) -> None:
        self._wait_no_more()
        missing = self._missing
        if missing is not None and self._put(StartedAnew(sorted(each[0] for each in missing))):
            self._missing = None

    def _wait_no_more(self) -> None:
        """A connection that ends meanwhile has not brought all: the next one tells what is missing."""
        telling, self._telling = self._telling, None
        if telling is not None and telling.active():
            telling.cancel()

    def _live(self) -> None:
        self._own_here = None
        self._opened()
        self._failures, self._least_wait = 0, 0.0
        self._outbox.go_on()

    # Frames of the server

    def _take(self, frame: FromServer | Event | None) -> None:
        match frame:
            case Happened():
                self._happened(frame)
            case Ack():
                self._acked(frame)
            case Error():
                self._refused(frame)
            case frames.Page():
                for event in frame.events:
                    self._happened(event)
                self._placed(frame)
                self._reached(frame.position)
            case frames.Synced():
                self._synced(frame)
            case Receipt() | TypingFrame() | PersonFrame():
                self._put(frame)
            case Presence() if frame.ref is UNSET:
                self._put(frame)
            case Presence() | HistoryPage() | MarksPage() | Done() | frames.Pong():
                self._questions.answer(frame.ref, frame)
            case Welcome():
                self._welcomed(frame)

    def _happened(self, event: Happened) -> None:
        if event.id <= (self._position or 0):
            return
        identity = _identity(event)
        is_here = self._missing is not None and identity in self._missing
        if is_here or event.id in self._own:
            if is_here and self._missing is not None:
                self._missing.discard(identity)
                self._recent.append(identity)
            self._reached(event.id)
        elif self._put(event, event.id):
            self._position = event.id
            self._recent.append(identity)

    def _reached(self, position: int) -> None:
        """All events up to this position have come."""
        if not self._deaf and position > (-1 if self._position is None else self._position):
            self._position = position
            self._inbox.reach(position)

    def _put(self, item: Item, position: int | None = None) -> bool:
        """
        @return: whether the inbox took the item. Once one did not fit, the later ones of this connection are dropped as
            well.
        """
        if self._inbox.overfull or (self._stopped is not None and self._inbox.full):
            self._deaf = True
        if not self._deaf:
            self._inbox.put(item, position)
        return not self._deaf

    def _acked(self, ack: Ack) -> None:
        if self._listen:
            identity = _identity(ack)
            self._own.add(ack.id)
            if self._own_here is not None:
                self._own_here.add(identity)
            self._recent.append(identity)
            if len(self._own) >= REMEMBERED_OWN:
                self._forget()
        self._outbox.acked(ack)

    def _forget(self) -> None:
        """Forget own ids that the cursor has passed. If that is not enough, move the cursor by a new sync."""
        self._own = set(self.own)
        if len(self._own) > REMEMBERED_OWN // 2:
            self._own = {number for number in self._own if number > (self._position or 0)}
        if len(self._own) <= REMEMBERED_OWN // 2:
            return
        if self._deaf or self._sync_due:
            self._own = set(sorted(self._own)[-(REMEMBERED_OWN // 2) :])
        elif self._stopped is None:
            self._refresh()

    def _refresh(self) -> None:
        """Change to a new connection, and its sync. C{on_state} is not called: it takes only a moment."""
        if self.protocol is not None and not self._refreshing:
            self._refreshing = True
            self._ready.pauseProducing()
            self.protocol.leave(self.opening_timeout)

    def _refused(self, error: Error) -> None:
        if self.protocol is None or not self.protocol.welcomed:
            self._turned_away(error)
        elif error.ref == self._sync_ref:
            if error.code in (RESYNC, "no_such_position") and self._position is not None:
                self._start_anew(error)
            else:
                self._turned_away(error)
        elif error.ref is UNSET:
            # A log that changes is told by L{StartedAnew}, after the next sync.
            if error.code != RESYNC:
                self._put(error)
        elif not self._outbox.refused(error):
            self._questions.refuse(error.ref, refusal(error))

    def _turned_away(self, error: Error) -> None:
        """The server has refused the C{hello} or the C{sync}."""
        if error.retryAfter is not UNSET:
            self._least_wait = error.retryAfter
            self._hang_up()
        elif error.code == "unauthorized" and self._has_others():
            self._hang_up()
        elif error.code in _SIGNED_OUT_CODES:
            self._give_up(Unauthorized(error.message))
        else:
            self._give_up(refusal(error))

    def _give_up(self, error: ClientError) -> None:
        self._verdict = error
        self._hang_up()

    def _hang_up(self) -> None:
        if self.protocol is not None:
            self.protocol.leave(self.opening_timeout)

    # The rest

    def _judge(self, loss: Loss) -> ClientError | None:
        """@return: the reason not to reconnect; None: reconnect."""
        is_refused = loss.status == 401 or loss.code == Close.UNAUTHORIZED
        if loss.code == Close.SIGNED_OUT or (is_refused and not self._has_others()):
            return Unauthorized(_OVER)
        if loss.code == Close.REPLACED:
            return Replaced("another connection of this device has taken over")
        if loss.status == 404 and self.welcome is None:
            return BadAnswer("the server does not speak the v2 protocol of HiChat")
        found = _RETRY_AFTER.search(loss.reason) if loss.code == Close.GOING_AWAY else None
        self._least_wait = float(found[1]) if found else self._least_wait
        return None

    def _has_others(self) -> bool:
        """
        Note that the server has refused the token.

        @return: whether to reconnect with another one.
        """
        if self._renew is None or self._credentials is None:
            return False
        self._credentials.refused = True
        return True

    def _start(self) -> None:
        if self._stopped is None and not self._service.running:
            self._service.startService()

    async def _count(self, frame: frames.Counted) -> Ack:
        answer: Deferred[Ack] = Deferred(lambda _: self._outbox.forget(ref))

        def answered(outcome: Ack | ClientError) -> None:
            if isinstance(outcome, Ack):
                answer.callback(outcome)
            else:
                answer.errback(outcome)

        ref = self._post(frame, answered)
        return await answer

    def _post(self, frame: frames.Counted, answered: Answered) -> int:
        check_frame(frame)
        if self._stopped is not None:
            raise self._stopped
        self._start()
        ref = next(self._refs)
        self._outbox.add(ref, frame, answered)
        self._regulate()
        return ref

    def _tell(self, listener: Callable[[T], object], what: T) -> None:
        """Call a function of the program. Its exception is logged and must not end the connection."""
        try:
            listener(what)
        except Exception:
            self._log.failure("{listener} has failed", listener=listener)

    async def _ask(self, frame: Any, kind: type[T]) -> T:
        """
        Ask a question, and wait for an answer of this kind.

        @raise Refused: the server refuses it.
        @raise NoAnswer: the answer did not come in time.
        @raise NotConnected: there is no connection, or it was lost meanwhile.
        """
        check_frame(frame)
        if self._announced and self._ready.shut:
            # The connection is being replaced by a new one.
            await self.connected(self._answer_timeout)
        if self.protocol is None or not self.protocol.usable or self._stopped is not None:
            raise NotConnected("there is no connection now")
        frame.ref = next(self._refs)
        answer = self._questions.ask(frame.ref)
        self._write(msgspec.json.encode(frame))
        self._regulate()
        try:
            found = await answer.addTimeout(self._answer_timeout, self.reactor)
        except TimeoutError:
            raise NoAnswer("the server does not answer in time") from None
        if not isinstance(found, kind):
            raise BadAnswer("the server's answer is to another question")
        return found

    def _write(self, payload: bytes) -> None:
        if self.protocol is not None:
            self.protocol.send(payload)

    def _regulate(self) -> None:
        """Read the connection while the inbox has room, or an answer is due; else pause it."""
        if self.protocol is None or self._stopped is not None:
            return
        if self._deaf:
            self._fall_behind()
        elif self._inbox.full and not self._outbox and not self._questions:
            self.protocol.read(False)
        elif self._sync_due and self._inbox.roomy and self.protocol.usable:
            self.protocol.read(True)
            # The sync follows when no frame is in doubt any more.
            assert self.welcome is not None
            self._outbox.repeat(self.welcome.counter)
        elif self._inbox.roomy or self._outbox or self._questions:
            self.protocol.read(True)

    def _fall_behind(self) -> None:
        """
        The inbox is overfull. Change to a new connection, on which no events come until there is room for a sync; but
        wait until the questions have their answers, which would be lost.
        """
        self._ready.pauseProducing()
        if not self._questions:
            self._refresh()

    def _announce(self, connected: bool) -> None:
        if connected is not self._announced and self._stopped is None:
            self._announced = connected
            self._on_state(connected)

    async def _arrive(self) -> None:
        """A coroutine waits for an item: make sure that there was a connection."""
        if self.welcome is None and self._stopped is None:
            await self.connected()

    async def _drain(self, seconds: float) -> None:
        """Wait for the acks of sent frames, while there is a connection."""
        if self.protocol is None or not self.protocol.usable:
            return
        self.protocol.read(True)
        with suppress(TimeoutError):  # the callers then get Unconfirmed
            await Deferred.fromCoroutine(self._outbox.empty.passed()).addTimeout(seconds, self.reactor)

    def _end(self) -> None:
        """There will be no connection any more: fail what waits, and end the inbox."""
        assert self._stopped is not None
        self._wait_no_more()
        self._outbox.fail(self._stopped)
        self._inbox.end(None if isinstance(self._stopped, NotConnected) else self._stopped)
        self._ready.resumeProducing()

    def _wait(self, attempts: int) -> float:
        """
        @param attempts: counted by the service from the last TCP connection. It is not used: with a server that accepts
            and then drops each connection it would stay small. This counts failures since a connection was live.
        @return: seconds until the next attempt.
        """
        if self._refreshing:
            self._refreshing = False
            return 0.0
        if self._announced:  # a refresh that did not succeed at once
            self.reactor.callLater(0, self._announce, False)  # not from inside the service's state machine
        self._wait_no_more()
        self._failures += 1
        wait, self._least_wait = self._least_wait, 0.0
        return wait + self._retry(self._failures)

    def _endpoint(self) -> IStreamClientEndpoint:
        host, port = self._address.host, self._address.port
        endpoint: IStreamClientEndpoint
        # HostnameEndpoint takes a thread to resolve a name, and timers for its addresses: an address needs neither.
        if isIPAddress(host):
            endpoint = TCP4ClientEndpoint(self.reactor, host, port)
        else:
            endpoint = HostnameEndpoint(self.reactor, host, port)
        if not self._address.secure:
            return endpoint
        from twisted.internet.ssl import optionsForClientTLS

        return wrapClientTLS(optionsForClientTLS(self._address.host), endpoint)


def _identity(event: Happened | Ack) -> tuple[int, ...]:
    """@return: what tells two events apart, in whatever logs they are."""
    return event.id, event.conversation, event.seq, event.time


@overload
def _or_unset(value: int) -> int: ...
@overload
def _or_unset(value: int | None) -> int | UnsetType: ...
def _or_unset(value: int | None) -> int | UnsetType:
    return UNSET if value is None else value


__all__ = ["Client", "Gate", "Inbox", "Item", "MessageIterator", "backoff"]
