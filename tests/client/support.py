"""A server in memory for the client's tests: Autobahn's server protocol, real WebSocket bytes, one clock."""

import json
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump

from hichat.client.wire import GREETING, Credentials, decode

TOKEN = "secret.token-of_ann"
ANN = Credentials(1, TOKEN)


read: Any = decode
"""L{decode} for who knows what it gives."""


def launch(coroutine):
    """Run a coroutine as far as it goes."""
    return Deferred.fromCoroutine(coroutine)


class Wire(FakeTransport):
    """A transport that holds what comes while it is paused."""

    aborted = False
    held: list[bytes]

    def __init__(self, protocol, server):
        super().__init__(protocol, server)
        self.paused = False
        self.held = []

    def pauseProducing(self):
        self.paused = True

    def resumeProducing(self):
        self.paused = False

    def abortConnection(self):  # noqa: N802
        self.aborted = True
        super().abortConnection()

    def bufferReceived(self, buf):  # noqa: N802
        if self.paused:
            self.held.append(buf)
        else:
            super().bufferReceived(buf)

    def release(self):
        while self.held and not self.paused:
            super().bufferReceived(self.held.pop(0))


class Peer(WebSocketServerProtocol):
    """The server's end of a connection."""

    def __init__(self, greet=True):
        super().__init__()
        self.greet = greet
        self.frames = []
        self.closed = None

    def onConnect(self, request):
        self.request = request

    def onOpen(self):
        if self.greet:
            self.say(GREETING)

    def onMessage(self, payload, isBinary):
        self.frames.append(json.loads(payload))

    def onClose(self, wasClean, code, reason):
        self.closed = (wasClean, code)

    def say(self, text):
        self.sendMessage(text.encode(), False)


class Refusal(Protocol):
    """A server that answers every request with one HTTP status."""

    transport: Any

    def __init__(self, status):
        self.status = status
        self.got = b""

    def dataReceived(self, data):
        self.got += data
        if b"\r\n\r\n" in self.got:
            self.transport.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
            self.transport.loseConnection()


class World:
    """Where clients connect to."""

    def __init__(self):
        self.reactor = MemoryReactorClock()
        self.pumps: list[Any] = []

    def advance(self, seconds):
        """Let time pass, second by second, and everything that comes of it happen."""
        while seconds > 0:
            self.reactor.advance(min(seconds, 1))
            seconds -= 1
            self.flush()

    def accept(self, server=None):
        """
        Take the next attempt to connect.

        @return: the server's end, and the client's transport.
        """
        server = server or Peer()
        if isinstance(server, Peer):
            server.factory = WebSocketServerFactory(reactor=self.reactor)
            server.factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0)
        client: Any = self.reactor.tcpClients.pop(0)[2].buildProtocol(None)
        wire, other = Wire(client, False), Wire(server, True)
        server.makeConnection(other)
        client.makeConnection(wire)
        self.pumps.append(IOPump(client, server, wire, other, False, clock=self.reactor))
        self.flush()
        return server, wire

    def refuse(self):
        """Nobody listens."""
        factory: Any = self.reactor.tcpClients.pop(0)[2]
        factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))
        self.reactor.advance(0.5)  # HostnameEndpoint looks for further addresses for a moment

    @property
    def attempts(self):
        """How many attempts to connect wait for an answer."""
        return len(self.reactor.tcpClients)

    def flush(self):
        """Let every byte arrive that can."""
        moved = True
        while moved:
            moved = False
            for pump in list(self.pumps):
                pump.clientIO.release()
                moved = pump.flush() or moved


def frame(sender, target, content, type=1, media=1, **more):
    """A frame as the page writes it."""
    return json.dumps(
        {
            "TargetId": target,
            "Type": type,
            "CreateTime": 1,
            "userId": sender,
            "Media": media,
            "Content": content,
            **more,
        },
        ensure_ascii=False,
    )
