"""
The calls over HTTP, for Twisted; see L{hichat.client.calls}.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import IO, Any, TypeVar

import treq
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.interfaces import IConsumer
from twisted.internet.task import Cooperator, deferLater
from twisted.web.client import (
    Agent,
    FileBodyProducer,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
)
from twisted.web.iweb import IResponse

from hichat.client.calls import MAX_ANSWER, AskCode, DeviceSession, Server, Session, judge, language_here
from hichat.client.inbox import passed
from hichat.client.media import RATE
from hichat.client.waiting import Latch
from hichat.client.wire import BadAnswer, ClientError, Refused, Unauthorized, Unreachable
from hichat.core.errors import Language
from hichat.runtime.clock import make_steady

FILE_TIMEOUT = 60.0
"""Seconds to receive a file, on top of those that it takes at the slowest rate (L{RATE})."""

T = TypeVar("T")

_NETWORK = (
    OSError,
    ConnectError,
    ConnectionClosed,
    ResponseFailed,
    RequestTransmissionFailed,
    RequestGenerationFailed,
    TimeoutError,
)

__all__ = [
    "FILE_TIMEOUT",
    "Api",
    "AskCode",
    "BadAnswer",
    "ClientError",
    "DeviceSession",
    "Refused",
    "Session",
    "Unauthorized",
    "Unreachable",
    "language_here",
]


class Api(Server):
    """
    The HTTP API of a server, without a user's token.

    @param reactor: for sockets and time; from now on it goes by the monotonic clock, see L{make_steady}.
    @param server: the server's URL; see L{Address.parse}.
    @param http: makes the requests: a L{HTTPClient} or a double of it.
    @param language: the language of the server's sentences; by default that of the locale.
    @param timeout: seconds for a whole call.
    @raise ClientError: the URL is invalid.
    """

    def __init__(
        self, reactor: Any, server: str, *, http: Any = None, language: Language | None = None, timeout: float = 30
    ) -> None:
        super().__init__(server, language, timeout)
        make_steady(reactor)
        self._reactor = reactor
        self._http = http or HTTPClient(Agent(reactor, connectTimeout=timeout))

    @property
    def reactor(self) -> Any:
        """The reactor."""
        return self._reactor

    def seconds(self) -> float:
        """@return: seconds by the reactor's clock, which is monotonic."""
        return float(self._reactor.seconds())

    async def pause(self, seconds: float) -> None:
        """Wait for some seconds."""
        await deferLater(self._reactor, seconds)

    async def passed(self, latch: Latch) -> None:
        """Wait until the latch is open."""
        await passed(latch)

    async def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, timeout: float
    ) -> tuple[int, bytes]:
        """See L{Server.exchange}."""
        more = {} if body is None else {"json": body}
        return await self._in_time(self._exchange(method, path, headers=dict(headers), **more), timeout)

    async def send_file(self, path: str, file: IO[bytes], token: str, timeout: float) -> Any:
        """
        Make one call of v2 whose body is a file.

        @param path: the path after C{/v2}.
        @param timeout: seconds for the whole call.
        @return: the answer's JSON.
        """
        headers = self.headers | {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        body = _FileBody(file, self._reactor)
        try:
            exchange = self._exchange("POST", f"/v2{path}", headers=headers, data=body)
            return judge(*await self._in_time(exchange, timeout))
        finally:
            body.let_go()

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """
        Get a file, which needs no token.

        @param path: the path on the server, with the query.
        @param take: called with each piece of the content, in order.
        @raise Unreachable: the file does not come whole, or not in time.
        """
        response = await self._in_time(self._request("GET", path))
        if response.code != 200:
            judge(response.code, await _body(response))
            raise BadAnswer(f"the server does not send the file (HTTP status {response.code})")
        if isinstance(response.length, int):
            await self._in_time(treq.collect(response, take), FILE_TIMEOUT + response.length / RATE)
        else:
            await self._while_it_comes(response, take)

    async def _while_it_comes(self, response: IResponse, take: Callable[[bytes], None]) -> None:
        """
        Get an answer of a length that nobody knows, however long it takes.

        @raise Unreachable: it does not come whole, or nothing comes for L{FILE_TIMEOUT}.
        """

        def took(piece: bytes) -> None:
            silence.reset(FILE_TIMEOUT)
            take(piece)

        coming = treq.collect(response, took)
        silence = self._reactor.callLater(FILE_TIMEOUT, coming.cancel)
        try:
            await coming
        except CancelledError as error:
            if silence.active():
                raise  # the caller has cancelled the call
            raise Unreachable(f"no answer from {self.address.http}: nothing more comes") from error
        except _NETWORK as error:
            raise Unreachable(f"no answer from {self.address.http}: {_reason(error)}") from error
        finally:
            if silence.active():
                silence.cancel()

    async def _in_time(self, exchange: Coroutine[Any, Any, T] | Deferred[T], timeout: float | None = None) -> T:
        """@raise Unreachable: there is no answer, or it does not come in time."""
        begun, timeout = self._reactor.seconds(), timeout or self.timeout
        work = exchange if isinstance(exchange, Deferred) else Deferred.fromCoroutine(exchange)
        try:
            return await work.addTimeout(timeout, self._reactor)
        except _NETWORK as error:
            reason = _reason(error)
            if isinstance(reason, CancelledError) and self._reactor.seconds() - begun < timeout:
                raise reason from None  # the caller has cancelled the call
            late = isinstance(reason, CancelledError | TimeoutError)
            text = "it takes too long" if late else str(reason).rstrip(".") or type(reason).__name__
            raise Unreachable(f"no answer from {self.address.http}: {text}") from error

    async def _exchange(self, method: str, path: str, **more: Any) -> tuple[int, bytes]:
        response = await self._request(method, path, **more)
        return response.code, await _body(response)

    async def _request(self, method: str, path: str, **more: Any) -> IResponse:
        response: IResponse = await self._http.request(
            method,
            self.address.http + path,
            **{"headers": self.headers, **more},
            allow_redirects=False,  # a redirect would carry the token to any host that the answer names
            unbuffered=True,
            reactor=self._reactor,
        )
        return response


class _FileBody(FileBodyProducer):
    """The body of an upload. It may end before the file does: the server may answer before it has read everything."""

    def __init__(self, file: IO[bytes], reactor: Any) -> None:
        # One piece a turn. The default cooperator takes as many as it can in a hundredth of a second, by the time of
        # day: if the clock is set back meanwhile, nothing else gets its turn.
        one = Cooperator(lambda: lambda: True, partial(reactor.callLater, 0))
        super().__init__(file, cooperator=one)

    _begun = False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """The connection is there: begin to read the file."""
        self._begun = True
        return super().startProducing(consumer)

    def let_go(self) -> None:
        """Stop reading the file, if reading has begun."""
        if self._begun:
            self.stopProducing()


async def _body(response: IResponse) -> bytes:
    """
    @return: the answer's body.
    @raise BadAnswer: it is longer than L{MAX_ANSWER}; the connection is dropped.
    """
    chunks: list[bytes] = []
    size = 0

    def take(chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)
        if size > MAX_ANSWER:
            raise BadAnswer("the server's answer is too long")
        chunks.append(chunk)

    await treq.collect(response, take)
    return b"".join(chunks)


def _reason(error: BaseException) -> BaseException:
    """@return: the error that Twisted has wrapped in this one; this one if there is none."""
    reasons = getattr(error, "reasons", None)
    return _reason(reasons[0].value) if reasons else error
