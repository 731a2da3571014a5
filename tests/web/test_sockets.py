"""From HTTP to WebSocket: what comes with the handshake, and what is no handshake."""

from __future__ import annotations

import json
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from hichat.accounts.recognising import Recogniser
from hichat.accounts.tokens import Claims
from hichat.pipeline.gateway.connection import ChatFactory
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.pipeline.routing.delivery import Met
from hichat.runtime.metrics import Metrics
from hichat.v1.connection import V1Protocol
from hichat.v1.socket import SocketResource
from hichat.web.site import Branch, NotFound, Site
from hichat.web.sockets import SocketV2Resource
from tests.support.gateway import MET, Transport, V2Case, masked

HEAD = (
    b"Host: x",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
HELLO = masked(b'{"op":"hello","device":"x"}')


class SocketTests(V2Case):
    def setUp(self) -> None:
        super().setUp()
        root = Branch(NotFound())
        root.mount("v2/ws", SocketV2Resource(self.factory))
        v1 = ChatFactory(V1Protocol, self.inlet, self.roster, self.routing, self.presence, self.clock)  # type: ignore[arg-type]

        async def meet(user: int, generation: int, **of: int) -> Met:
            await self.signing_in
            return MET

        self.routing.meet = meet  # type: ignore[attr-defined]
        root.mount("v1/user/SendUserMsg", SocketResource(v1, cast(Recogniser, self)))
        self.site = Site(root, self.clock, 1000, Metrics(), {})

    async def arriving(self, token: str, user: str) -> Claims:
        """As the accounts do."""
        return Claims(7, 0, 0, 0)

    def note_use(self, device: int, used_at: int) -> None:
        """As the accounts do."""

    def request(
        self,
        *more: bytes,
        line: bytes = b"GET /v2/ws HTTP/1.1",
        version: bytes = b"13",
        behind: bytes = b"",
        cut: int = 100_000,
    ) -> Transport:
        channel = self.site.buildProtocol(None)
        assert channel is not None
        transport = Transport()
        transport.unregisterProducer()
        transport.protocol = channel  # type: ignore[attr-defined]
        channel.makeConnection(transport)
        data = b"\r\n".join((line, *HEAD, b"Sec-WebSocket-Version: " + version, *more, b"", b"")) + behind
        transport.protocol.dataReceived(data[:cut])  # type: ignore[attr-defined]
        if data[cut:]:
            transport.protocol.dataReceived(data[cut:])  # type: ignore[attr-defined]
        return transport

    def status(self, transport: StringTransport) -> int:
        return int(transport.value().split()[1])

    def test_what_comes_with_the_handshake(self) -> None:
        """However the bytes are cut: a frame, half of one, or several."""
        data = HELLO + masked(b"ping", 9)
        whole = len(b"\r\n".join((b"GET /v2/ws HTTP/1.1", *HEAD, b"Sec-WebSocket-Version: 13", b"", b"")))
        for cut in (whole + 1, whole + len(HELLO) - 3, whole + len(data)):
            self.signing_in = Deferred()
            transport = self.request(behind=data, cut=cut)
            self.assertEqual(self.status(transport), 101)
            (protocol,) = self.factory.connections
            self.assertTrue(protocol.session.waits, "the hello is being answered")
            self.signing_in.callback(SignedIn(7, 3, 0, 2))
            self.clock.pump([0, 0])
            self.assertIn(b'"op":"welcome"', transport.value())
            self.assertTrue(transport.value().endswith(b"\x8a\x04ping"))
            self.lose(protocol)

    def test_what_comes_while_v1_is_authenticated(self) -> None:
        said = b'{"userId":7,"targetId":8,"Type":1,"Content":"%d"}'
        frames = b"".join(masked(said % number) for number in range(3))
        transport = self.request(line=b"GET /v1/user/SendUserMsg?userId=7&token=x HTTP/1.1", behind=frames[:20])
        transport.protocol.dataReceived(frames[20:-5])  # type: ignore[attr-defined]
        self.assertEqual((transport.value(), self.drafts), (b"", []))
        self.signing_in.callback(None)  # type: ignore[arg-type]
        self.assertEqual(self.status(transport), 101)
        self.assertEqual([draft.body for draft in self.drafts], [said % number for number in range(2)])
        transport.protocol.dataReceived(frames[-5:])  # type: ignore[attr-defined]
        self.assertEqual(len(self.drafts), 3)

    def test_a_body(self) -> None:
        for more, body in (
            ((b"Content-Length: %d" % len(HELLO),), HELLO),
            ((b"Transfer-Encoding: chunked",), b"1\r\nx\r\n0\r\n\r\n"),
        ):
            transport = self.request(*more, behind=body)
            self.assertEqual(self.status(transport), 400)
            self.assertIn(b"body_not_taken", transport.value())
        self.assertEqual(self.factory.connections, set())
        self.assertEqual(self.status(self.request(b"Content-Length: 0")), 101)
        self.assertEqual(self.status(self.request(b"Transfer-Encoding: chunked", behind=b"0\r\n\r\n")), 101)

    def test_versions(self) -> None:
        for version in (b"013", b"+13", b"1_3", b"8", b"12", b"", b"x", b"13.0"):
            transport = self.request(version=version)
            self.assertEqual(self.status(transport), 426, version)
            self.assertIn(b"Sec-Websocket-Version: 13\r\n", transport.value().replace(b"WebSocket", b"Websocket"))
            self.assertEqual(json.loads(transport.value().partition(b"\r\n\r\n")[2])["code"], "upgrade_needed")
        self.assertEqual(self.status(self.request(version=b" 13 ")), 101)

    def test_http_1_0(self) -> None:
        self.assertEqual(self.status(self.request(line=b"GET /v2/ws HTTP/1.0")), 426)
        self.signing_in.callback(None)  # type: ignore[arg-type]
        self.assertEqual(self.status(self.request(line=b"GET /v1/user/SendUserMsg?userId=7&token=x HTTP/1.0")), 426)
        self.assertEqual(self.factory.connections, set())

    def test_offers_are_declined(self) -> None:
        for offer in (
            b"permessage-deflate; client_max_window_bits=8",
            b"permessage-deflate; server_max_window_bits=16",
            b"permessage-deflate; unknown=1",
            b"permessage-deflate; client_no_context_takeover=1; client_no_context_takeover",
            b'foo; bar="baz"',
            b";;=,,",
        ):
            transport = self.request(b"Sec-WebSocket-Extensions: " + offer)
            self.assertEqual(self.status(transport), 101, offer)
            self.assertNotIn(b"xtensions", transport.value())
        twice = [b"Sec-WebSocket-Extensions: permessage-deflate"] * 2
        self.assertEqual(self.status(self.request(*twice)), 101)

    def test_close_codes(self) -> None:
        for codes, answer in (
            ((*range(1000, 1004), *range(1007, 1015), 3000, 4999), 1000),
            ((1004, 1005, 1015, 2999, 5000), 1002),
        ):
            for code in codes:
                self.request(behind=masked(code.to_bytes(2, "big"), 8))
                transport = self.request(behind=masked(code.to_bytes(2, "big"), 8))
                self.assertEqual(self.closed(transport), answer, code)
