"""The gateway's WebSocket protocols in memory, for tests of connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import txaio
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Draft
from hichat.core.events import Event
from hichat.log.watch import LogWatch
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.v2_connection import V2Protocol
from hichat.pipeline.gateway.v2_session import SessionServices, SignedIn
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.routing.delivery import Arrived, Met
from hichat.runtime.metrics import Metrics
from hichat.v1.connection import V1Protocol

REQUEST = (
    b"GET /v1/user/SendUserMsg HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


GREETING = b"\x81\x18" + "欢迎进入聊天系统".encode()


def masked(payload: bytes, opcode: int = 1, fin: bool = True) -> bytes:
    """A client's frame; the mask is zeros, which leaves the payload as it is."""
    first = bytes([(0x80 if fin else 0) | opcode])
    if len(payload) < 126:
        size = bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        size = b"\xfe" + len(payload).to_bytes(2, "big")
    else:
        size = b"\xff" + len(payload).to_bytes(8, "big")
    return first + size + b"\0\0\0\0" + payload


class Transport(StringTransport):
    """A TCP transport in memory, with the options that the gateway sets."""

    no_delay = False

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False
        # twisted.web's channel leaves its producer on the transport.
        self.registerProducer(self, True)

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802
        self.no_delay = enabled

    def setTcpKeepAlive(self, enabled: bool) -> None:  # noqa: N802
        pass

    def abortConnection(self) -> None:  # noqa: N802
        self.aborted = True
        self.disconnecting = True


MET = Met(0, Arrived(0, []))


class Routing:
    """A double of the routing: each arrival waits until the test fires its Deferred."""

    position = 0

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] = []
        self.missed: list[Event] = []
        self.left: list[int] = []
        self.listened: list[bool] = []

    async def arrive(
        self,
        user: int,
        generation: int,
        listen: Callable[[int, list[Event]], bool],
        met: Met | None = None,
        login: int = 0,
        bound: int = 0,
    ) -> bool:
        waiter: Deferred[None] = Deferred()
        self.waiting.append(waiter)
        await waiter
        self.listened.append(listen(0, self.missed))
        return True

    def leave(self, user: int) -> None:
        self.left.append(user)


class ProtocolCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.patch(txaio.config, "loop", self.clock)
        self.drafts: list[Draft] = []
        self.metrics = Metrics()
        self.roster = Roster(self.metrics)
        self.routing = Routing()
        self.presence = HostPresence()
        self.inlet = inlet = Inlet(
            self.drafts.extend, lambda signal: None, Intake(), self.metrics, self.clock, rate=5000
        )
        self.factory = ChatFactory(
            V1Protocol,
            inlet,
            self.roster,
            self.routing,  # type: ignore[arg-type]
            self.presence,
            self.clock,
        )

    def admit(self, protocol: ChatProtocol, user: int) -> None:
        cast(V1Protocol, protocol).admit(user, 0, MET, "en")

    def connect(self, user: int = 7) -> tuple[ChatProtocol, Transport]:
        protocol = self.factory.buildProtocol(None)
        self.admit(protocol, user)
        transport = Transport()
        protocol.makeConnection(transport)
        protocol.dataReceived(REQUEST)
        self.assertIn(b"101 Switching", transport.value())
        transport.clear()
        return protocol, transport

    def online(self, user: int = 7) -> tuple[ChatProtocol, Transport]:
        protocol, transport = self.connect(user)
        self.routing.waiting.pop().callback(None)
        self.assertEqual(transport.value(), GREETING)
        transport.clear()
        return protocol, transport

    def lose(self, protocol: ChatProtocol) -> None:
        from twisted.internet.error import ConnectionDone
        from twisted.python.failure import Failure

        protocol.connectionLost(Failure(ConnectionDone()))

    def closed(self, transport: Transport) -> int:
        """@return: the code of the close that was written last."""
        data = transport.value()
        at = data.rindex(b"\x88")
        return int.from_bytes(data[at + 2 : at + 4], "big")


class V2Case(ProtocolCase):
    def setUp(self) -> None:
        super().setUp()
        self.signing_in: Deferred[SignedIn] = Deferred()
        unused: Any = None
        services = SessionServices(
            sign_in=lambda token, device: self.signing_in,
            store=unused,
            routing=self.routing,  # type: ignore[arg-type]
            roster=self.roster,
            presence=self.presence,
            marks=unused,
            read_generation=unused,
            sync_page=1,
            now=lambda: 0,
            media=unused,
            watch=LogWatch(unused, lambda: 0),
        )
        self.factory = ChatFactory(
            V2Protocol,
            self.inlet,
            self.roster,
            self.routing,  # type: ignore[arg-type]
            self.presence,
            self.clock,
            services,
        )

    def admit(self, protocol: ChatProtocol, user: int) -> None:
        cast(V2Protocol, protocol).admit("token", "en")
