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

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from autobahn.websocket.types import ConnectingRequest
from msgspec import UNSET
from twisted.application.internet import ClientService
from twisted.internet.abstract import isIPAddress
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.logger import Logger
from zope.interface import implementer

from hichat.client.core import OVER, Core, Item, Loss, backoff
from hichat.client.core import or_unset as _or_unset
from hichat.client.http import language_here
from hichat.client.inbox import Gate, Inbox, passed
from hichat.client.outbox import Answered, Once
from hichat.client.protocol import ClientProtocol, protocol_factory
from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    Credentials,
    NoAnswer,
    NotConnected,
    Unauthorized,
    Unreachable,
)
from hichat.core.errors import Language
from hichat.core.kinds import Format
from hichat.runtime.clock import make_steady
from hichat.wire import frames
from hichat.wire.frames import Ack, Done, Happened, HistoryPage, MarksPage, Media, Presence, Welcome

CONNECT_TIMEOUT = 60.0
"""Seconds that L{Client.connected} waits unless told otherwise."""

T = TypeVar("T")


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
        L{hichat.client.calls.DeviceSession.current}.
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
        self._address = Address.parse(server)
        self._credentials: Credentials | None = credentials if isinstance(credentials, Credentials) else None
        self._renew = None if isinstance(credentials, Credentials) else credentials
        self._language = language or language_here()
        self._answer_timeout = answer_timeout
        self._cause = ""
        self._leaving, self._left = False, Gate(shut=True)
        self._inbox: Inbox[Item] = Inbox(
            inbox_limit,
            self._regulate,
            since,
            None if on_item is None else partial(self._tell, on_item),
            self._arrive,
        )
        factory = protocol_factory(reactor, partial(ClientProtocol, self), frames.SUBPROTOCOL)
        service = ClientService(_Renewing(self, endpoint or self._endpoint()), factory, self._wait, reactor)
        self._service = service
        self._core = Core(
            reactor.callLater,
            self._inbox,
            device,
            on_state=on_state,
            on_over=service.stopService,
            has_others=self._has_others,
            own=own,
            epoch=epoch,
            check=check,
            listen=listen,
            window=window,
            opening_timeout=opening_timeout,
            retry=retry,
        )
        # Called for each read, and by some programs for each message.
        self.received_frames = self._core.received_frames

    @property
    def welcome(self) -> Welcome | None:
        """The server's last welcome."""
        return self._core.welcome

    @property
    def epoch(self) -> str:
        """The epoch of the log that L{cursor} is a place of; empty: the server has told none."""
        return self._core.epoch

    @property
    def check(self) -> str:
        """The log's fingerprint, which the server has told last."""
        return self._core.check

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
        waiting = Deferred.fromCoroutine(passed(self._core.ready))
        if timeout is not None:
            waiting.addTimeout(timeout, self.reactor)
        try:
            await waiting
        except TimeoutError:
            cause = self._cause or "the server does not answer"
            raise Unreachable(f"no connection to {self._address.http} within {timeout:g} s: {cause}") from None
        if self._core.stopped is not None:
            raise self._core.stopped

    async def close(self, timeout: float = 30) -> bool:
        """
        Wait for outstanding acks, close the connection, and do not reconnect. Events that come meanwhile and are not
        taken are kept up to the inbox's limit only; the cursor does not pass events that are dropped.

        @param timeout: seconds for the acks, and again for the closing handshake.
        @return: whether every sent frame was answered, and the closing handshake was done.
        """
        if self._core.stopped is None:
            self._core.stopped = NotConnected("the client is closed")
            await self._drain(timeout)
        clean = not self._core.outbox
        if self.protocol is not None:
            clean = await self.protocol.finish(timeout) and clean
        self._core.end()
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
        return self._core.own

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

    def post(self, frame: Once, answered: Answered = lambda outcome: None) -> None:
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
        self._core.repeat_always(frame)
        return answer

    async def show(self, presence: bool) -> None:
        """Let others see that one is online and typing, or not; this holds on later connections too."""
        frame = frames.Show(presence=presence)
        await self._ask(frame, Done)
        self._core.repeat_always(frame)

    def typing(self, *, user: int | None = None, group: int | None = None) -> None:
        """
        Tell that one is typing. Nothing is sent if there is no connection, or if it has too much to write already.
        """
        self._core.say(frames.Typing(user=_or_unset(user), group=_or_unset(group)))

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
                raise Unauthorized(OVER)
        except (Unauthorized, BadAnswer) as error:
            # In a later turn: now the service is waiting for this very connection.
            self.reactor.callLater(0, self._core.conclude, error)
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
        return self._core.hello()

    def made(self, protocol: ClientProtocol) -> None:
        """See L{hichat.client.protocol.Owner.made}."""
        self.protocol = self._core.connection = protocol

    def lost(self, loss: Loss) -> None:
        """See L{hichat.client.protocol.Owner.lost}."""
        self.protocol = None
        self._core.lost(loss)

    # The rest

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
        if self._core.stopped is None and not self._service.running:
            self._service.startService()

    async def _count(self, frame: Once) -> Ack:
        answer: Deferred[Ack] = Deferred(lambda _: self._core.outbox.forget(ref))
        ref = self._post(frame, partial(_answer, answer))
        return await answer

    def _post(self, frame: Once, answered: Answered) -> int:
        ref = self._core.post(frame, answered)
        self._start()
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
        if self._core.changing:
            await self.connected(self._answer_timeout)
        answer: Deferred[Any] = Deferred(lambda _: self._core.questions.forget(ref))
        ref = self._core.ask(frame, partial(_answer, answer))
        try:
            found = await answer.addTimeout(self._answer_timeout, self.reactor)
        except TimeoutError:
            raise NoAnswer("the server does not answer in time") from None
        if not isinstance(found, kind):
            raise BadAnswer("the server's answer is to another question")
        return found

    def _regulate(self) -> None:
        self._core.regulate()

    async def _arrive(self) -> None:
        """A coroutine waits for an item: make sure that there was a connection."""
        if self.welcome is None and self._core.stopped is None:
            await self.connected()

    async def _drain(self, seconds: float) -> None:
        """Wait for the acks of sent frames, while there is a connection."""
        if self.protocol is None or not self.protocol.usable:
            return
        self.protocol.read(True)
        with suppress(TimeoutError):  # the callers then get Unconfirmed
            await Deferred.fromCoroutine(passed(self._core.outbox.empty)).addTimeout(seconds, self.reactor)

    def _wait(self, attempts: int) -> float:
        """
        @param attempts: counted by the service from the last TCP connection. It is not used; see L{Core.pause}.
        @return: seconds until the next attempt.
        """
        return self._core.pause()

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


def _answer(answer: Deferred[Any], outcome: Any) -> None:
    if isinstance(outcome, ClientError):
        answer.errback(outcome)
    else:
        answer.callback(outcome)


__all__ = ["CONNECT_TIMEOUT", "Client", "Gate", "Inbox", "Item", "MessageIterator", "backoff"]
