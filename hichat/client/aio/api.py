"""The calls over HTTP, for asyncio; see L{hichat.client.calls}."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import IO, Any

import aiohttp

from hichat.client.calls import MAX_ANSWER, Server, judge
from hichat.client.waiting import Latch
from hichat.client.wire import BadAnswer, Unreachable
from hichat.core.errors import Language

PIECE_OF_FILE = 64 * 1024
"""Bytes of a file that are read at once."""

HTTP_CONNECTIONS = 10
"""The most connections at a time, with that of the WebSocket. Servers limit them."""

FILE_SILENCE = 60.0
"""Seconds without a byte after which a file is not waited for any more."""


async def passed(latch: Latch) -> None:
    """Wait until the latch is open."""
    while latch.shut:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        wake = partial(_wake, waiting)
        latch.call_when_open(wake)
        try:
            await waiting
        finally:
            latch.forget(wake)


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class AsyncApi(Server):
    """
    The HTTP API of a server, without a user's token.

    @param server: the server's URL; see L{hichat.client.wire.Address.parse}.
    @param language: the language of the server's sentences; by default that of the locale.
    @param timeout: seconds for a whole call.
    @raise ClientError: the URL is invalid.
    """

    def __init__(self, server: str, *, language: Language | None = None, timeout: float = 30) -> None:
        super().__init__(server, language, timeout)
        self._http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        """What makes the requests; of the loop that runs."""
        if self._http is None:
            # The token must not go to any host that an answer names.
            watch = aiohttp.TraceConfig()
            watch.on_request_redirect.append(_refuse_redirect)
            self._http = aiohttp.ClientSession(
                trace_configs=[watch],
                connector=aiohttp.TCPConnector(limit=HTTP_CONNECTIONS),
                headers=self.headers,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._http

    async def close(self) -> None:
        """Close all connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    def seconds(self) -> float:
        """@return: seconds by a clock that is monotonic."""
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        """Wait for some seconds."""
        await asyncio.sleep(seconds)

    async def passed(self, latch: Latch) -> None:
        """Wait until the latch is open."""
        await passed(latch)

    async def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, timeout: float
    ) -> tuple[int, bytes]:
        """See L{Server.exchange}."""
        async with self._answer(timeout, method, path, headers=headers, json=body) as response:
            return response.status, await _body(response)

    async def send_file(self, path: str, file: IO[bytes], token: str, timeout: float) -> Any:
        """See L{Server.send_file}."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(_size(file)),
        }
        async with self._answer(timeout, "POST", f"/v2{path}", headers=headers, data=_pieces(file)) as response:
            return judge(response.status, await _body(response))

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """See L{Server.receive_file}."""
        async for piece in self.pieces(path):
            take(piece)

    async def pieces(self, path: str) -> AsyncIterator[bytes]:
        """
        Get a file, which needs no token.

        @param path: the path on the server, with the query.
        @return: the pieces of its content, in order.
        @raise Unreachable: the file does not come whole, or nothing comes for L{FILE_SILENCE}.
        """
        async with self._answer(None, "GET", path) as response:
            if response.status != 200:
                judge(response.status, await asyncio.wait_for(_body(response), self.timeout))
                raise BadAnswer(f"the server does not send the file (HTTP status {response.status})")
            while piece := await asyncio.wait_for(response.content.read(PIECE_OF_FILE), FILE_SILENCE):
                yield piece

    @asynccontextmanager
    async def _answer(
        self, timeout: float | None, method: str, path: str, **more: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """
        @param timeout: seconds for the request, and for what is done with the answer; None: only until the answer
            begins, as long as any call.
        @raise Unreachable: there is no answer, or it does not come in time.
        """
        try:
            async with asyncio.timeout(timeout or self.timeout) as deadline:
                request = self.http.request(method, self.address.http + path, allow_redirects=False, **more)
                async with request as response:
                    if timeout is None:
                        deadline.reschedule(None)
                    yield response
        except TimeoutError as error:
            raise Unreachable(f"no answer from {self.address.http}: it takes too long") from error
        except (aiohttp.ClientError, OSError) as error:
            text = str(error).rstrip(".") or type(error).__name__
            raise Unreachable(f"no answer from {self.address.http}: {text}") from error


async def _refuse_redirect(_session: object, _context: object, told: aiohttp.TraceRequestRedirectParams) -> None:
    raise aiohttp.ClientError(f"it redirects to {told.response.headers.get('Location', '')[:200]!r}: use that address")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """
    @return: the answer's body.
    @raise BadAnswer: it is longer than L{MAX_ANSWER}; the connection is dropped.
    """
    found = bytearray()
    async for piece in response.content.iter_chunked(PIECE_OF_FILE):
        found += piece
        if len(found) > MAX_ANSWER:
            response.close()
            raise BadAnswer("the server's answer is too long")
    return bytes(found)


def _size(file: IO[bytes]) -> int:
    here = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(here)
    return end - here


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """@return: the pieces of a file. The disk may be slow, so it is read beside the loop."""
    while piece := await asyncio.to_thread(file.read, PIECE_OF_FILE):
        yield piece
