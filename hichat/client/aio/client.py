"""
The WebSocket of v2, for asyncio: what L{hichat.client.connection} is for Twisted, over the same core. Programs that
want names and handlers take L{hichat.client.aio.bot.Bot}, which is built on this.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import aiohttp

from hichat.client.aio.api import AsyncApi, passed
from hichat.client.aio.socket import Socket
from hichat.client.core import OVER, Core, Item, Loss
from hichat.client.outbox import Once
from hichat.client.waiting import Queue
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    Credentials,
    NoAnswer,
    NotConnected,
    Unauthorized,
    Unreachable,
)
from hichat.wire import frames
from hichat.wire.frames import Ack, Hello, Welcome

T = TypeVar("T")

_log = logging.getLogger(__name__)


class AsyncClient:
    """
    A user's device at a server. It connects with L{start}, and reconnects whenever the connection is lost, until
    L{close}, until the server refuses the token, or until another connection of the same device takes over.

    @param api: the server.
    @param credentials: from a login; or a function that gives them before each connection, such as
        L{hichat.client.calls.DeviceSession.current}.
    @param device: see L{hichat.client.connection.Client}; as are C{since}, C{own}, C{epoch}, C{check}, C{listen},
        C{inbox_limit}, C{window}, the timeouts, C{heartbeat} and C{retry}.
    @param counter: the largest counter that an earlier run has reserved.
    @param on_state: called with True on every welcome, and with False when a welcomed connection was lost.
    @ivar core: what decides.
    @ivar cause: why the last attempt to connect has failed; empty: none has.
    """

    def __init__(
        self,
        api: AsyncApi,
        credentials: Credentials | Callable[[], Awaitable[Credentials]],
        device: str,
        *,
        since: int | None = None,
        own: Iterable[int] = (),
        epoch: str = "",
        check: str = "",
        counter: int = 0,
        listen: bool = True,
        on_state: Callable[[bool], object] = lambda connected: None,
        inbox_limit: int = 256,
        window: int = 32,
        opening_timeout: float = 15,
        answer_timeout: float = 30,
        heartbeat: float = 20,
        retry: Callable[[int], float] | None = None,
    ) -> None:
        self.api = api
        self.cause = ""
        self._credentials = credentials if isinstance(credentials, Credentials) else None
        self._renew = None if isinstance(credentials, Credentials) else credentials
        self._opening_timeout = opening_timeout
        self._answer_timeout = answer_timeout
        self._heartbeat = heartbeat
        self._socket: Socket | None = None
        self._running: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._has_complained = False
        self._queue: Queue[Item] = Queue(inbox_limit, self._regulate, since)
        self.core = Core(
            self._later,
            self._queue,
            device,
            on_state=on_state,
            on_over=self._over.set,
            has_others=self._has_others,
            own=own,
            epoch=epoch,
            check=check,
            counter=counter,
            listen=listen,
            window=window,
            opening_timeout=opening_timeout,
            retry=retry,
        )

    # The connection

    def start(self) -> None:
        """Begin to connect."""
        if self._running is None and self.core.stopped is None:
            self._running = asyncio.create_task(self._run())

    async def connected(self, timeout: float | None = 60) -> Welcome:
        """
        Wait until there is a connection, the server has said welcome, and no event from now on is missed.

        @param timeout: seconds; None: no limit. After a timeout the client still goes on trying.
        @return: the server's last welcome.
        @raise Unreachable: there was no connection in time.
        @raise ClientError: it has stopped for good: see L{hichat.client.connection.Client.connected}.
        """
        self.start()
        try:
            async with asyncio.timeout(timeout):
                await passed(self.core.ready)
        except TimeoutError:
            cause = self.cause or "the server does not answer"
            raise Unreachable(f"no connection to {self.api.address.http} within {timeout:g} s: {cause}") from None
        if self.core.stopped is not None:
            raise self.core.stopped
        assert self.core.welcome is not None
        return self.core.welcome

    async def close(self, timeout: float = 30) -> bool:
        """
        Wait for outstanding acks, close the connection, and do not reconnect.

        @param timeout: seconds for the acks, and again for the closing handshake.
        @return: whether every sent frame was answered, and the closing handshake was done.
        """
        if self.core.stopped is None:
            self.core.stopped = NotConnected("the client is closed")
            await self._drain(timeout)
        clean, socket = not self.core.outbox, self._socket
        self._over.set()
        if socket is not None:
            socket.leave(timeout)
        elif self._running is not None:
            self._running.cancel()
        self.core.end()
        if self._running is not None:
            await asyncio.wait([self._running])
        return clean and (socket is None or socket.clean)

    # Items

    @property
    def cursor(self) -> int | None:
        """The position up to which all events were taken; None: no position is known yet."""
        return self._queue.position

    async def next(self) -> Item:
        """
        @return: the next item; it waits until there is one.
        @raise StopAsyncIteration: the client was closed.
        @raise ClientError: the client has stopped for another reason.
        """
        while not self._queue and not self._queue.ended:
            self._queue.some.close()
            await passed(self._queue.some)
        return self._queue.take()

    # Frames

    async def count(self, frame: Once) -> Ack:
        """
        Send a frame that takes effect exactly once; see L{hichat.client.connection.Client.send}. This waits, over
        reconnections, until the server has it on its disk.

        @param frame: without reference; and without a counter, unless it is a reserved one.
        @raise NotSendable: the frame is invalid or too long; no server would take it.
        @raise Refused: the server refuses it.
        @raise ClientError: the client was closed or stopped before the answer came.
        """
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        ref = self.core.post(frame, partial(_settle, answer))
        self.start()
        try:
            return await answer
        except asyncio.CancelledError:
            self.core.outbox.forget(ref)
            raise

    async def ask(self, frame: Any, kind: type[T]) -> T:
        """
        Ask a question, and wait for an answer of this kind.

        @param frame: without reference.
        @raise Refused: the server refuses it.
        @raise NoAnswer: the answer did not come in time.
        @raise NotConnected: there is no connection, or it was lost meanwhile.
        """
        if self.core.changing:
            await self.connected(self._answer_timeout)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        ref = self.core.ask(frame, partial(_settle, answer))
        try:
            async with asyncio.timeout(self._answer_timeout):
                found = await answer
        except TimeoutError:
            raise NoAnswer("the server does not answer in time") from None
        finally:
            self.core.questions.forget(ref)
        if not isinstance(found, kind):
            raise BadAnswer("the server's answer is to another question")
        return found

    # What a connection calls

    def hello(self) -> Hello:
        """@return: the first frame. The token is in the header."""
        return self.core.hello()

    def received_frames(self, payloads: list[bytes | str]) -> None:
        """Frames of the server have come."""
        self.core.received_frames(payloads)

    # The rest

    async def _run(self) -> None:
        """Connect, again and again."""
        while self.core.stopped is None:
            loss = None
            try:
                loss = await self._connect(await self._current())
                self.cause = _cause_of(loss)
            except (Unauthorized, BadAnswer) as error:
                self.core.conclude(error)
            except TimeoutError:
                self.cause = f"no answer within {self._opening_timeout:g} s"
            except (ClientError, aiohttp.ClientError, OSError) as error:
                self.cause = str(error) or type(error).__name__
            except Exception as error:
                # Such as a host's name that cannot be written for name servers. Nobody else would hear of it.
                _log.exception("no connection to %s", self.api.address.http)
                self.core.conclude(Unreachable(f"no connection to {self.api.address.http}: {error}"))
            finally:
                self._socket = None
                self.core.lost(loss or Loss(False, None, "", 0))
            if self.core.stopped is None:
                self._complain(loss is not None and loss.welcomed)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), self.core.pause())

    def _complain(self, was_connected: bool) -> None:
        """Say in the log that there is no connection: once, until there was one."""
        if not was_connected and not self._has_complained:
            _log.warning("no connection to %s: %s; trying again", self.api.address.http, self.cause)
        self._has_complained = not was_connected

    async def _connect(self, token: str) -> Loss:
        address = self.api.address
        socket = Socket(self, self._heartbeat)
        self._socket = self.core.connection = socket
        headers = self.api.headers | {"Authorization": f"Bearer {token}"}
        url = "ws" + address.http.removeprefix("http") + frames.PATH
        return await socket.run(self.api.http, url, headers, self._opening_timeout)

    async def _current(self) -> str:
        """
        @return: the token to show.
        @raise Unauthorized: the server has refused the only one that there is.
        """
        shown = self._credentials
        if self._renew is not None:
            self._credentials = await self._renew()
            if shown is not None and shown.refused and shown.token == self._credentials.token:
                raise Unauthorized(OVER)
        assert self._credentials is not None
        return self._credentials.token

    def _has_others(self) -> bool:
        if self._renew is None or self._credentials is None:
            return False
        self._credentials.refused = True
        return True

    def _later(self, seconds: float, call: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, call)

    def _regulate(self) -> None:
        self.core.regulate()

    async def _drain(self, seconds: float) -> None:
        """Wait for the acks of sent frames, while there is a connection."""
        if self._socket is None or not self._socket.usable:
            return
        self._socket.read(True)
        with suppress(TimeoutError):  # the callers then get Unconfirmed
            async with asyncio.timeout(seconds):
                await passed(self.core.outbox.empty)


def _cause_of(loss: Loss) -> str:
    """@return: why a connection has ended, or was not made."""
    if loss.status:
        return f"the server answers with the HTTP status {loss.status}"
    if loss.code is not None:
        return f"the server has closed the connection ({loss.code} {loss.reason}".rstrip() + ")"
    return "the connection was lost" if loss.welcomed else "the connection has ended before the server's welcome"


def _settle(answer: asyncio.Future[Any], outcome: Any) -> None:
    if answer.done():
        return
    if isinstance(outcome, ClientError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
