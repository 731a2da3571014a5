"""A connection of the asyncio face, with a server that behaves badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSCloseCode, web
from aiohttp.test_utils import TestServer
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.aio.api import AsyncApi
from hichat.client.aio.client import AsyncClient
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    Credentials,
    NoAnswer,
    Replaced,
    Unauthorized,
    Unconfirmed,
    Unreachable,
)
from hichat.wire import frames
from hichat.wire.frames import Send

WELCOME = {"op": "welcome", "user": 1, "device": 7, "counter": 0, "position": 50, "time": 1, "limits": {}}
TOKEN = "secret.token-of_ann"

Talking = Callable[[web.WebSocketResponse], Awaitable[None]]


class Peers:
    """
    A server in this process.

    @param talk: what it does on each connection, after hello, welcome and sync.
    @ivar tokens: the tokens that were shown.
    @ivar seen: what clients said.
    """

    def __init__(self, talk: Talking, welcome: bool = True) -> None:
        self._talk = talk
        self._welcome = welcome
        self.tokens: list[str] = []
        self.seen: list[dict[str, Any]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for a WebSocket."""
        self.tokens.append(request.headers.get("Authorization", ""))
        websocket = web.WebSocketResponse(protocols=["hichat.v2"])
        await websocket.prepare(request)
        self.seen.append(await websocket.receive_json())
        if self._welcome:
            await websocket.send_json(WELCOME)
            self.seen.append(await websocket.receive_json())
            await websocket.send_json({"op": "synced", "ref": self.seen[-1].get("ref"), "position": 50})
        await self._talk(websocket)
        return websocket

    async def read(self, websocket: web.WebSocketResponse) -> None:
        """Read what comes until the connection ends."""
        async for message in websocket:
            self.seen.append(json.loads(message.data))


async def silent(websocket: web.WebSocketResponse) -> None:
    """Read nothing and say nothing, but keep the connection."""
    await asyncio.Event().wait()


class SocketTests(SynchronousTestCase):
    def run_with(self, peers: Peers, scenario: Callable[[AsyncClient], Awaitable[None]], **options: Any) -> None:
        @asynccontextmanager
        async def served() -> AsyncIterator[AsyncClient]:
            app = web.Application()
            app.router.add_get("/v2/ws", peers.answer)
            server = TestServer(app)
            await server.start_server()
            api = AsyncApi(str(server.make_url("/")), language="en")
            found = {"retry": lambda failures: 0.01, **options}
            client = AsyncClient(api, Credentials(1, TOKEN), "laptop", **found)
            try:
                yield client
            finally:
                await client.close(0.1)
                await api.close()
                await server.close()

        async def bounded() -> None:
            async with asyncio.timeout(10), served() as client:
                await scenario(client)

        asyncio.run(bounded())

    def test_a_silent_server_is_left(self) -> None:
        peers = Peers(silent)

        async def scenario(client: AsyncClient) -> None:
            await client.connected()
            while len(peers.tokens) < 3:
                await asyncio.sleep(0.01)

        self.run_with(peers, scenario, heartbeat=0.02)

    def test_a_server_that_says_no_welcome(self) -> None:
        async def scenario(client: AsyncClient) -> None:
            with self.assertRaises(Unreachable):
                await client.connected(0.3)

        peers = Peers(silent, welcome=False)
        self.run_with(peers, scenario, opening_timeout=0.05)
        self.assertGreater(len(peers.tokens), 1)

    def test_codes_of_the_close(self) -> None:
        for code, kind in ((4001, Unauthorized), (4003, Replaced), (4005, Unauthorized)):

            async def leave(websocket: web.WebSocketResponse, code: int = code) -> None:
                await websocket.close(code=code)

            async def scenario(client: AsyncClient, kind: type[ClientError] = kind) -> None:
                await client.connected()
                with self.assertRaises(kind):
                    await client.next()
                with self.assertRaises(kind):
                    await client.count(Send(user=2, text="x"))

            peers = Peers(leave)
            self.run_with(peers, scenario)
            self.assertEqual(len(peers.tokens), 1)

    def test_frames_that_are_too_long(self) -> None:
        async def shout(websocket: web.WebSocketResponse) -> None:
            if len(peers.tokens) == 1:
                await websocket.send_str("x" * (5 * 1024 * 1024))
            await peers.read(websocket)

        peers = Peers(shout)

        async def scenario(client: AsyncClient) -> None:
            await client.connected()
            while len(peers.tokens) < 2:
                await asyncio.sleep(0.01)
            await client.connected()

        self.run_with(peers, scenario)

    def test_what_is_no_frame(self) -> None:
        async def rave(websocket: web.WebSocketResponse) -> None:
            await websocket.send_str("{")
            await peers.read(websocket)

        peers = Peers(rave)

        async def scenario(client: AsyncClient) -> None:
            client.start()
            with self.assertRaises(BadAnswer):
                await client.next()

        self.run_with(peers, scenario)

    def test_a_question_without_an_answer(self) -> None:
        peers = Peers(silent)

        async def scenario(client: AsyncClient) -> None:
            await client.connected()
            with self.assertRaises(NoAnswer):
                await client.ask(frames.Marks(user=2), frames.MarksPage)
            self.assertEqual(len(client.core.questions), 0)

        self.run_with(peers, scenario, answer_timeout=0.05)

    def test_a_server_that_does_not_read_holds_up_nobody(self) -> None:
        """What waits is bounded by the window; a close ends it all."""
        peers = Peers(silent)

        async def scenario(client: AsyncClient) -> None:
            await client.connected()
            sending = [asyncio.create_task(client.count(Send(user=2, text="x" * 8000))) for _ in range(200)]
            await asyncio.sleep(0.1)
            self.assertFalse(any(task.done() for task in sending))
            await client.close(0.05)
            outcomes = await asyncio.gather(*sending, return_exceptions=True)
            self.assertTrue(all(isinstance(each, ClientError) for each in outcomes))
            self.assertIsInstance(outcomes[0], Unconfirmed)

        self.run_with(peers, scenario)

    def test_a_clean_end(self) -> None:
        async def ack(websocket: web.WebSocketResponse) -> None:
            async for message in websocket:
                frame = json.loads(message.data)
                answer = {"op": "ack", "ref": frame["ref"], "conversation": 3, "seq": 1, "id": 51, "time": 1}
                await websocket.send_json(answer)
            codes.append(websocket.close_code)

        codes: list[int | None] = []
        peers = Peers(ack)

        async def scenario(client: AsyncClient) -> None:
            await client.connected()
            self.assertEqual((await client.count(Send(user=2, text="x"))).id, 51)
            self.assertTrue(await client.close())
            with self.assertRaises(StopAsyncIteration):
                await client.next()

        self.run_with(peers, scenario)
        self.assertEqual(codes, [WSCloseCode.OK])

    def test_a_redirect_does_not_get_the_token(self) -> None:
        elsewhere = Peers(silent)
        there: list[str] = []

        class Redirecting(Peers):
            async def answer(self, request: web.Request) -> web.StreamResponse:
                raise web.HTTPFound(there[0])

        async def scenario(client: AsyncClient) -> None:
            app = web.Application()
            app.router.add_get("/v2/ws", elsewhere.answer)
            server = TestServer(app)
            await server.start_server()
            there.append(str(server.make_url("/v2/ws")))
            with self.assertRaisesRegex(Unreachable, "it redirects to"):
                await client.connected(0.3)
            await server.close()

        self.run_with(Redirecting(silent), scenario)
        self.assertEqual(elsewhere.tokens, [])

    def test_the_log_says_that_the_server_is_away(self) -> None:
        """Once, and why; then again after there was a connection."""
        answers = [502, 502, 0, 503, 503, 0]

        class Restarting(Peers):
            async def answer(self, request: web.Request) -> web.StreamResponse:
                status = answers.pop(0)
                return web.Response(status=status) if status else await super().answer(request)

        async def leave(websocket: web.WebSocketResponse) -> None:
            if answers:
                await websocket.close()
            else:
                await silent(websocket)

        async def scenario(client: AsyncClient) -> None:
            with self.assertLogs("hichat.client.aio", "WARNING") as said:
                while answers:
                    await client.connected()
                    await asyncio.sleep(0.01)
            lines = [each.getMessage().partition(": ")[2] for each in said.records]
            self.assertEqual(
                lines, [f"the server answers with the HTTP status {status}; trying again" for status in (502, 503)]
            )

        self.run_with(Restarting(leave), scenario)

    def test_what_keeps_it_from_ever_connecting_is_told(self) -> None:
        async def scenario() -> None:
            api = AsyncApi(f"http://{'x' * 64}.example", language="en")
            client = AsyncClient(api, Credentials(1, TOKEN), "laptop")
            with self.assertLogs("hichat.client.aio", "ERROR"), self.assertRaisesRegex(Unreachable, "no connection to"):
                async with asyncio.timeout(5):
                    await client.connected(None)
            await client.close()
            await api.close()

        asyncio.run(scenario())
