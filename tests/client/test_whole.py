"""The library and the program over real sockets and pipes."""

import json
import os
from tempfile import TemporaryFile
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.stdio import StandardIO
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site

from hichat.client.terminal import chat
from tests.client.support import Peer


class Answer(Resource):
    """Gives always the same JSON."""

    isLeaf = True

    def __init__(self, value):
        super().__init__()
        self.value = value

    def render(self, request):
        return json.dumps(self.value).encode()


class Quiet(Site):
    noisy = False

    def log(self, request):
        pass


def stdio(source, sink):
    """@return: what opens a console on two descriptors."""
    kind: Any = StandardIO  # its types are those of Windows
    return lambda console: kind(console, source, sink, reactor)


class WholeTests(TestCase):
    timeout = 20

    def setUp(self):
        self.peers = []
        factory = WebSocketServerFactory(reactor=reactor)
        factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0)
        factory.protocol = self.make_peer
        root, version, user, relation = Resource(), Resource(), Resource(), Resource()
        root.putChild(b"v1", version)
        version.putChild(b"user", user)
        version.putChild(b"relation", relation)
        user.putChild(b"login_pw", Answer({"code": 0, "message": "", "tokens": "t", "userId": 1}))
        user.putChild(b"list", Answer([{"ID": 1, "Name": "ann"}, {"ID": 2, "Name": "bob"}]))
        user.putChild(b"SendUserMsg", WebSocketResource(factory))
        relation.putChild(b"group_list", Answer({"Code": 0, "Rows": None}))
        site: Any = Quiet(root)
        port: Any = reactor.listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.address = f"127.0.0.1:{port.getHost().port}"

    def make_peer(self):
        self.peers.append(Peer())
        return self.peers[-1]

    async def test_a_script_through_pipes(self):
        """Everything that was written before the end of the input has arrived when the program ends."""
        lines = [f"{number} {'x' * 1000}" for number in range(500)]
        with TemporaryFile() as script, TemporaryFile() as shown:
            script.write("\n".join(["/to bob", *lines]).encode())
            script.flush()
            script.seek(0)
            status = await Deferred.fromCoroutine(
                chat(
                    reactor,
                    f"ws://{self.address}",
                    "ann",
                    "pw",
                    language="en",
                    interactive=False,
                    open_console=stdio(script.fileno(), shown.fileno()),
                )
            )
            shown.seek(0)
            self.assertEqual((status, shown.read()), (0, b"talking to bob\n"))
        (peer,) = self.peers
        self.assertEqual([frame["Content"] for frame in peer.frames], lines)
        while peer.closed is None:
            await deferLater(reactor, 0)
        self.assertEqual(peer.closed, (True, 1000))

    async def test_output_that_nobody_reads_ends_it(self):
        reading, writing = os.pipe()
        source, feed = os.pipe()
        for descriptor in (writing, source, feed):
            self.addCleanup(os.close, descriptor)
        os.close(reading)
        status = await Deferred.fromCoroutine(
            chat(
                reactor,
                f"http://{self.address}",
                "ann",
                "pw",
                language="en",
                interactive=True,
                open_console=stdio(source, writing),
            )
        )
        self.assertEqual(status, 0)
