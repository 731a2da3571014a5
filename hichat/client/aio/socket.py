"""One WebSocket connection for asyncio: its opening with a deadline, its heartbeat, and its closing handshake."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Protocol

import aiohttp
import msgspec

from hichat.client.aio.api import passed
from hichat.client.core import Loss
from hichat.client.waiting import Latch
from hichat.wire.frames import SUBPROTOCOL, Hello, Ping

MAX_MESSAGE = 4 * 1024 * 1024
"""Bytes of the longest frame that the client takes: the longest page still fits."""

CROWDED = 64 * 1024
"""Bytes that may wait to be written before the connection counts as crowded."""

_QUIET_BEATS = 2
"""Pings without a frame from the server. At the next one the connection counts as lost."""

_PING = msgspec.json.encode(Ping())


class Speaker(Protocol):
    """The owner of a connection: it is asked what to send, and told what comes."""

    def hello(self) -> Hello:
        """@return: the first frame."""

    def received_frames(self, payloads: list[bytes | str]) -> None:
        """Frames of the server have come."""


class Socket:
    """
    A connection; see L{hichat.client.core.Wire}. One deadline is first that of the opening, then there is none, then it
    is that of the closing handshake.

    @param heartbeat: seconds between pings.
    @ivar welcomed: whether the server has said welcome, and the connection has not ended since.
    @ivar clean: whether the closing handshake was done, and the server so has read all.
    """

    def __init__(self, speaker: Speaker, heartbeat: float) -> None:
        self.welcomed = False
        self.clean = False
        self._speaker = speaker
        self._heartbeat = heartbeat
        self._websocket: aiohttp.ClientWebSocketResponse | None = None
        self._deadline = asyncio.timeout(None)
        self._turn: deque[bytes] = deque()
        self._bytes = 0
        self._some = Latch(shut=True)
        self._reading = Latch()
        self._leaving = False
        self._quiet = 0

    @property
    def usable(self) -> bool:
        """Whether frames can be sent."""
        return self.welcomed and not self._leaving and self._websocket is not None and not self._websocket.closed

    @property
    def crowded(self) -> bool:
        """Whether too many bytes wait to be written."""
        return self._bytes > CROWDED

    def welcome(self) -> None:
        """The server has said welcome: the heartbeat begins."""
        self.welcomed = True
        self._deadline.reschedule(None)

    def send(self, payload: bytes) -> None:
        """Send a text frame, if the connection is open."""
        if self._websocket is not None and not self._leaving:
            self._turn.append(payload)
            self._bytes += len(payload)
            self._some.open()

    def read(self, wanted: bool) -> None:
        """Go on reading, or stop."""
        if wanted and self._reading.shut:
            self._quiet = 0
            self._reading.open()
        elif not wanted:
            self._reading.close()

    def leave(self, timeout: float) -> None:
        """
        Begin the closing handshake, after what was sent.

        @param timeout: seconds until the connection is aborted.
        """
        self.read(True)
        self._leaving = True
        self._expire_in(timeout if self.welcomed else 0)
        self._some.open()

    async def run(self, http: aiohttp.ClientSession, url: str, headers: dict[str, str], opening: float) -> Loss:
        """
        Open the connection, and pass on what comes until it ends.

        @param opening: seconds until the welcome.
        @return: how it ended.
        @raise OSError: it could not be made; as do C{aiohttp.ClientError} and C{TimeoutError}.
        """
        code, reason, status = None, "", 0
        self._deadline = asyncio.timeout(opening)
        tasks: list[asyncio.Task[None]] = []
        try:
            async with self._deadline:
                if self._leaving:
                    return Loss(False, None, "", 0)
                self._websocket = await http.ws_connect(
                    url, headers=headers, protocols=[SUBPROTOCOL], max_msg_size=MAX_MESSAGE, autoclose=False
                )
                self.send(msgspec.json.encode(self._speaker.hello()))
                writing = asyncio.create_task(self._write(self._websocket))
                tasks = [writing, asyncio.create_task(self._beat())]
                code, reason = await self._read(self._websocket)
                if self._leaving:
                    await writing
                await self._websocket.close()
                self.clean = self._leaving and self._websocket.close_code == aiohttp.WSCloseCode.OK
        except aiohttp.WSServerHandshakeError as error:
            status = error.status
        except TimeoutError:
            if self._websocket is None:
                raise
        finally:
            welcomed, self.welcomed = self.welcomed, False
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._websocket is not None:
                await _abort(self._websocket)
        return Loss(welcomed, code, reason, status)

    async def _read(self, websocket: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str]:
        """@return: the code and the reason of the server's Close frame; None if it sent none."""
        while True:
            if self._reading.shut:
                await passed(self._reading)
            message = await websocket.receive()
            self._quiet = 0
            if message.type is aiohttp.WSMsgType.TEXT:
                self._speaker.received_frames([message.data])
            elif message.type is aiohttp.WSMsgType.CLOSE:
                return message.data, message.extra or ""
            elif message.type is not aiohttp.WSMsgType.BINARY:
                return None, ""

    async def _write(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        """Write what there is to write; then, if the connection is being left, the Close frame."""
        try:
            while True:
                await passed(self._some)
                while self._turn:
                    payload = self._turn.popleft()
                    await websocket.send_frame(payload, aiohttp.WSMsgType.TEXT)
                    self._bytes -= len(payload)
                if self._leaving:
                    await websocket.close()
                    return
                self._some.close()
        except (aiohttp.ClientError, OSError):
            self._expire_in(0)

    async def _beat(self) -> None:
        """Send pings. While reading is paused no answer can be seen, so silence does not count."""
        while True:
            await asyncio.sleep(self._heartbeat)
            self._quiet += 0 if self._reading.shut else 1
            if self._quiet > _QUIET_BEATS:
                self._expire_in(0)
            elif self.welcomed and not self.crowded:
                self.send(_PING)

    def _expire_in(self, seconds: float) -> None:
        with suppress(RuntimeError):  # it has not begun, or is over
            self._deadline.reschedule(asyncio.get_running_loop().time() + seconds)


async def _abort(websocket: aiohttp.ClientWebSocketResponse) -> None:
    """Drop the connection, if the closing handshake has not ended it: do not wait for one."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0):
            await websocket.close()
