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

from hichat.client.wire import Credentials, decode
from hichat.wire.frames import SUBPROTOCOL

TOKEN = "secret.token-of_ann"
ANN = Credentials(1, TOKEN)


read: Any = decode
"""L{decode} without its return type."""


def launch(coroutine):
    """Start a coroutine. @return: its Deferred."""
    return Deferred.fromCoroutine(coroutine)


class Wire(FakeTransport):
    """A transport that holds incoming data while it is paused."""

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
    """
    The server's end of a connection.

    @param welcome: whether it answers a hello with a welcome.
    @param counter: the largest counter of the device in the welcome.
    @param synced: the position in the answer to a sync; None: it does not answer one.
    @param epoch: the log's epoch; empty: the server is from before there were epochs.
    @ivar frames: the client's frames, without pings.
    """

    def __init__(self, welcome=True, counter=0, synced: int | None = 100, epoch=""):
        super().__init__()
        self.welcome = welcome
        self.counter = counter
        self.synced = synced
        self.epoch = epoch
        self.frames: list[dict[str, Any]] = []
        self.pings = 0
        self.closed: Any = None

    def onConnect(self, request):
        self.request = request
        return SUBPROTOCOL

    def onMessage(self, payload, isBinary):
        frame = json.loads(payload)
        if frame == {"op": "ping"}:
            self.pings += 1
            self.say("pong")
            return
        self.frames.append(frame)
        if frame["op"] == "hello" and self.welcome:
            log = {"epoch": self.epoch} if self.epoch else {}
            self.say("welcome", user=1, device=7, counter=self.counter, position=100, time=1, limits={}, **log)
        if frame["op"] == "sync" and self.synced is not None:
            self.say("synced", ref=frame["ref"], position=self.synced)

    def onClose(self, wasClean, code, reason):
        self.closed = (wasClean, code)

    def say(self, op, **fields):
        """Send a frame."""
        self.sendMessage(json.dumps({"op": op, **fields}).encode())

    def said(self, *ops):
        """@return: the client's frames of these kinds."""
        return [frame for frame in self.frames if frame["op"] in ops]

    def ack(self, frame, id, **fields):
        """Answer a frame."""
        self.say("ack", **{"ref": frame["ref"], "conversation": 3, "seq": 9, "id": id, "time": 5, **fields})

    def refuse(self, frame, code="busy", **fields):
        """Answer a frame with an error."""
        self.say("error", ref=frame["ref"], code=code, message=f"it is {code}", **fields)

    def event(self, id, text="hi", **fields):
        """Send the event of a message."""
        self.say("event", **happened(id, text, **fields))


def happened(id, text="hi", **fields):
    """@return: an event as JSON, by default a message from user 2 to user 1. Fields that are None are left out."""
    values = {"conversation": 3, "seq": id, "n": id, "time": 0, "kind": "message", "from": 2, "user": 1, **fields}
    if values["kind"] == "message":
        values = {"media": "text", **values}
    if values["kind"] in ("message", "edited", "answered"):
        values["text"] = text
    return {"id": id, **{name: value for name, value in values.items() if value is not None}}


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
    """The network to which clients connect, with one clock."""

    def __init__(self):
        self.reactor = MemoryReactorClock()
        self.pumps: list[Any] = []

    def advance(self, seconds):
        """Let time pass, second by second; after each, let all bytes arrive."""
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
            server.factory = WebSocketServerFactory(reactor=self.reactor, protocols=[SUBPROTOCOL])
            server.factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0)
        client: Any = self.reactor.tcpClients.pop(0)[2].buildProtocol(None)
        wire, other = Wire(client, False), Wire(server, True)
        server.makeConnection(other)
        client.makeConnection(wire)
        self.pumps.append(IOPump(client, server, wire, other, False, clock=self.reactor))
        self.flush()
        return server, wire

    def refuse(self):
        """Refuse the next attempt to connect: nobody listens."""
        factory: Any = self.reactor.tcpClients.pop(0)[2]
        factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))

    @property
    def attempts(self):
        """The number of attempts to connect that wait for an answer."""
        return len(self.reactor.tcpClients)

    def flush(self):
        """Let every byte arrive that can."""
        moved = True
        while moved:
            self.reactor.advance(0)
            moved = False
            for pump in list(self.pumps):
                pump.clientIO.release()
                moved = pump.flush() or moved


def frame(sender, target, content, type=1, media=1, **more):
    """A message of v1, as the page writes it."""
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
