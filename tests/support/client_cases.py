"""The client library in memory: its connection, its calls, its terminal."""

import json
from typing import Any

from treq.testing import StringStubbingResource, StubTreq
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.connection import Client
from hichat.client.http import Api, Session
from tests.support.client import ANN, TOKEN, World, launch


class ClientCase(SynchronousTestCase):
    peer: Any

    def setUp(self):
        self.world = World()
        self.states = []
        self.delays = []
        self.client = self.make()

    def make(self, **options):
        options = {"retry": self.retry, "language": "en", "on_state": self.states.append, **options}
        return Client(self.world.reactor, "http://127.0.0.1:8080/x", ANN, "laptop", **options)

    def retry(self, failures):
        self.delays.append(failures)
        return 2.0 * failures

    def connect(self, peer=None, **options):
        """Make a connection that is welcomed; C{self.peer} is the server's end."""
        if options:
            self.client = self.make(**options)
        waiting = launch(self.client.connected())
        self.peer, self.wire = self.world.accept(peer)
        self.successResultOf(waiting)

    def reconnect(self, peer=None, seconds=2):
        """Lose the connection, and make another one."""
        self.peer.transport.loseConnection()
        self.world.flush()
        self.world.advance(seconds)
        self.peer, self.wire = self.world.accept(peer)

    def take(self, count, source=None):
        """@return: the next items, or as many as there are."""
        found: list[Any] = []

        async def read():
            async for item in source or self.client.events():
                found.append(item)
                if len(found) == count:
                    return

        launch(read()).addErrback(lambda failure: found.append(failure.value))
        self.world.flush()
        return found

    def send(self, *args, **kwargs):
        """Call L{Client.send}. @return: its Deferred."""
        sending = launch(self.client.send(*args, **kwargs))
        self.world.flush()
        return sending

    def finish(self, **options):
        """Close, and let the server answer."""
        closing = launch(self.client.close(**options))
        self.world.flush()
        return self.successResultOf(closing)

    def say(self, op, **fields):
        """The server sends a frame."""
        self.peer.say(op, **fields)
        self.world.flush()


class Output(StringTransport):
    """Standard input and output."""

    def __init__(self, console):
        super().__init__(lenient=True)
        self.console = console
        console.makeConnection(self)

    def loseConnection(self):  # noqa: N802
        super().loseConnection()
        self.console.connectionLost(Failure(ConnectionDone()))


class CallCase(SynchronousTestCase):
    def setUp(self):
        self.answers = []
        self.asked = []
        stub = StubTreq(StringStubbingResource(self.answer))
        self.clock = Clock()
        self.api = Api(self.clock, "http://chat.example/x", http=stub, language="en")
        self.session = Session(self.api, ANN)

    def answer(self, method, url, params, headers, data):
        query = {k.decode(): v[0].decode() for k, v in params.items()}
        self.asked.append((method.decode(), url, query, headers, json.loads(data or b"null")))
        status, body = self.answers.pop(0)
        return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()

    def call(self, coroutine, body, status=200):
        self.answers.append((status, body))
        return self.successResultOf(launch(coroutine))

    def fails(self, coroutine, body, status, kind):
        self.answers.append((status, body))
        error = self.failureResultOf(launch(coroutine), kind).value
        self.assertNotIn(TOKEN, str(error))
        return str(error)
