"""Tests for L{hichat.fetching.fetcher} and L{hichat.fetching.doors}."""

from __future__ import annotations

import os
from typing import Any, cast
from unittest import mock

from treq.testing import RequestTraversalAgent
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IHostnameResolver
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from zope.interface import implementer

from hichat.core.errors import BadURL, NotPublic
from hichat.fetching.addresses import PUBLIC, Reachable
from hichat.fetching.doors import HEADERS_LIMIT, GuardedDoor, tls_policy
from hichat.fetching.fetcher import Fetcher, FetchFailed, FetchLimits, FetchTrouble
from tests.support.fetching import TraversalDoor

LIMITS = FetchLimits(seconds=5.0, body=100, redirects=2)


@implementer(IHostnameResolver)
class Names:
    """
    A name server that answers at once.

    @ivar answers: by name: the answers that it gives, one after the other; the last one for ever.
    @ivar asked: the names that it was asked for.
    """

    def __init__(self, **answers: list[str]) -> None:
        self.answers = {name.replace("_", "."): given for name, given in answers.items()}
        self.asked: list[str] = []

    def resolveHostName(  # noqa: N802
        self, receiver: Any, name: str, port: int = 0, types: Any = None, semantics: str = "TCP"
    ) -> Any:
        self.asked.append(name)
        given = self.answers.get(name, [])
        found = given.pop(0) if len(given) > 1 else "".join(given[:1])
        receiver.resolutionBegan(None)
        for text in found.split():
            kind: Any = IPv6Address if ":" in text else IPv4Address
            receiver.addressResolved(kind("TCP", text, port))
        receiver.resolutionComplete()
        return None


class Transport(StringTransport):
    aborted = False

    def abortConnection(self) -> None:  # noqa: N802
        self.aborted = True


class DoorTests(SynchronousTestCase):
    """Where connections go."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()

    def fetch(self, url: str, reachable: Reachable = PUBLIC, **names: list[str]) -> Deferred[Any]:
        self.names = Names(**names)
        self.fetcher = Fetcher(self.reactor, GuardedDoor(self.reactor, reachable, lambda _: self.names))
        return Deferred.fromCoroutine(self.fetcher.get(url, limits=LIMITS))

    def connected(self) -> list[tuple[str, int]]:
        return [(host, port) for host, port, *_ in self.reactor.tcpClients]

    def connect(self, number: int = 0) -> tuple[Any, Transport]:
        factory: Any = self.reactor.tcpClients[number][2]
        protocol = factory.buildProtocol(None)
        transport = Transport()
        protocol.makeConnection(transport)
        return protocol, transport

    def test_the_checked_address_is_connected_to(self) -> None:
        fetched = self.fetch("http://a.example:8080/x?y", a_example=["8.8.8.8"])
        self.assertEqual(self.connected(), [("8.8.8.8", 8080)])
        protocol, transport = self.connect()
        self.assertTrue(transport.value().startswith(b"GET /x?y HTTP/1.1\r\n"))
        self.assertIn(b"Host: a.example:8080\r\n", transport.value())
        protocol.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        found = self.successResultOf(fetched)
        self.assertEqual((found.status, found.body, found.whole), (200, b"hi", True))
        self.assertTrue(transport.aborted)

    def test_the_log_says_nothing_of_a_connection(self) -> None:
        """There are as many as deliveries of hooks."""
        said: list[LogEvent] = []
        observe = cast(ILogObserver, said.append)
        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)
        self.fetch("http://a.example/", a_example=["8.8.8.8"])
        factory: Any = self.reactor.tcpClients[0][2]
        factory.doStart()
        self.connect()
        factory.doStop()
        self.assertEqual([formatEvent(each) for each in said], [])

    def test_rebinding(self) -> None:
        """A name that has another address a moment later: each request goes where it has looked, or nowhere."""
        fetched = self.fetch("http://a.example/", a_example=["8.8.8.8", "127.0.0.1"])
        self.assertEqual((self.connected(), self.names.asked), ([("8.8.8.8", 80)], ["a.example"]))
        self.assertNoResult(fetched)
        again = Deferred.fromCoroutine(self.fetcher.get("http://a.example/"))
        self.failureResultOf(again, NotPublic)
        self.assertEqual(self.connected(), [("8.8.8.8", 80)])
        self.reactor.advance(LIMITS.seconds)
        self.failureResultOf(fetched, FetchFailed)

    def test_one_private_address_among_others(self) -> None:
        """Then none is connected to, in whichever order they come."""
        for number, found in enumerate(("8.8.8.8 127.0.0.1", "::1 8.8.8.8", "2606:4700::1 fd00:ec2::254")):
            self.failureResultOf(self.fetch("http://a.example/", a_example=[found]), NotPublic)
            self.assertEqual(self.connected(), [], number)

    def test_hosts_that_are_private(self) -> None:
        for host in (
            "127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]", "0.0.0.0", "[::]", "\uff11\uff12\uff17.0.0.1",
        ):  # fmt: skip
            for scheme in ("http", "https"):
                fetched = self.fetch(f"{scheme}://{host}/")
                name = self.names.asked[0] if self.names.asked else ""
                # The system's resolver gives an address for itself; this one has none of its own.
                self.failureResultOf(fetched, FetchFailed)
                self.failureResultOf(
                    self.fetch(f"{scheme}://{host}/", PUBLIC, **{name.replace(".", "_"): [name]}), NotPublic
                )
        self.assertEqual(self.connected(), [])

    def test_zones(self) -> None:
        self.failureResultOf(
            self.fetch("http://a.example/", Reachable.parse("all"), a_example=["fe80::1%eth0"]), NotPublic
        )

    def test_ports_of_other_protocols(self) -> None:
        self.failureResultOf(self.fetch("http://a.example:25/", a_example=["8.8.8.8"]), NotPublic)
        self.assertEqual(self.connected(), [])

    def test_private_ones_if_the_operator_says_so(self) -> None:
        self.fetch("http://a.example/", Reachable.parse("10.0.0.0/8"), a_example=["10.1.1.1"]).addErrback(
            lambda _: None
        )
        self.assertEqual(self.connected(), [("10.1.1.1", 80)])
        self.reactor.advance(LIMITS.seconds)

    def test_no_name(self) -> None:
        failed = self.failureResultOf(self.fetch("http://a.example/"), FetchFailed)
        self.assertEqual(failed.value.trouble, FetchTrouble.NO_NAME)

    def test_proxies_of_the_environment(self) -> None:
        """They are not asked: they would resolve names by themselves."""
        proxy = "http://127.0.0.1:3128"
        with mock.patch.dict(os.environ, {"http_proxy": proxy, "HTTP_PROXY": proxy, "ALL_PROXY": proxy}):
            self.fetch("http://a.example/", a_example=["8.8.8.8"]).addErrback(lambda _: None)
        self.assertEqual(self.connected(), [("8.8.8.8", 80)])
        self.reactor.advance(LIMITS.seconds)

    def test_headers_without_end(self) -> None:
        """Each of them is short; so are informational answers."""
        for begin, each in ((b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), (b"", b"HTTP/1.1 103 Early\r\n\r\n")):
            self.reactor.tcpClients.clear()
            fetched = self.fetch("http://a.example/", a_example=["8.8.8.8"])
            protocol, transport = self.connect()
            protocol.dataReceived(begin)
            for _ in range(HEADERS_LIMIT // len(each) + 100):
                protocol.dataReceived(each)
            self.assertTrue(transport.aborted)
            self.reactor.advance(LIMITS.seconds)
            self.failureResultOf(fetched, FetchFailed)

    def test_a_connection_that_does_not_end(self) -> None:
        """Out of time the connection is broken off, whatever the other side does."""
        fetched = self.fetch("http://a.example/", a_example=["8.8.8.8"])
        protocol, transport = self.connect()
        protocol.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi")
        self.reactor.advance(LIMITS.seconds - 0.1)
        self.assertNoResult(fetched)
        self.reactor.advance(0.2)
        self.assertEqual(self.failureResultOf(fetched, FetchFailed).value.trouble, FetchTrouble.LATE)
        self.assertTrue(transport.aborted)
        self.assertEqual(self.fetcher.under_way, 0)

    def test_a_caller_that_goes_away(self) -> None:
        fetched = self.fetch("http://a.example/", a_example=["8.8.8.8"])
        _, transport = self.connect()
        fetched.cancel()
        self.failureResultOf(fetched, CancelledError)
        self.assertTrue(transport.aborted)
        self.assertEqual(self.fetcher.under_way, 0)

    def test_looking(self) -> None:
        names = Names(a_example=["8.8.8.8"], b_example=["8.8.8.8 10.0.0.1"])
        fetcher = Fetcher(self.reactor, GuardedDoor(self.reactor, PUBLIC, lambda _: names))

        def look(url: str) -> Deferred[str]:
            return Deferred.fromCoroutine(fetcher.check(url))

        self.assertEqual(self.successResultOf(look("HTTP://A.example")), "http://a.example/")
        self.assertEqual(self.successResultOf(look("http://c.example")), "http://c.example/")
        self.failureResultOf(look("http://b.example"), NotPublic)
        self.failureResultOf(look("https://a.example:25"), NotPublic)
        self.failureResultOf(look("http://0x7f.1/"), BadURL)

    def test_certificates(self) -> None:
        """The roots are read once for a host."""
        policy = tls_policy()
        first = policy.creatorForNetloc(b"id.example", 443)
        self.assertIs(policy.creatorForNetloc(b"id.example", 443), first)
        self.assertIsNot(policy.creatorForNetloc(b"evil.example", 443), first)


class _Page(Resource):
    isLeaf = True

    def __init__(self, write: Any) -> None:
        super().__init__()
        self._write = write

    def render(self, request: Any) -> Any:
        return self._write(request)


class FetcherTests(SynchronousTestCase):
    """What comes back, and how far redirects are followed."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.seen: list[Any] = []
        root = Resource()

        def note(request: Any) -> bytes:
            headers = {name: request.getHeader(name) for name in ("authorization", "x-a", "accept-encoding")}
            self.seen.append((request.method, request.getRequestHostname(), request.content.read(), headers))
            return b"good"

        def moved(request: Any) -> bytes:
            request.setResponseCode(int(request.args[b"code"][0]))
            request.setHeader("Location", request.args[b"to"][0])
            return b"moved"

        root.putChild(b"good", _Page(note))
        root.putChild(b"moved", _Page(moved))
        root.putChild(b"loop", _Page(lambda request: request.redirect(b"/loop") or b""))
        root.putChild(b"large", _Page(lambda request: b"x" * 1000))
        root.putChild(b"never", _Page(lambda request: NOT_DONE_YET))
        self.agent = RequestTraversalAgent(root)
        self.door = TraversalDoor(self.agent)
        self.fetcher = Fetcher(self.clock, self.door, 3)

    def fetch(
        self, path: str, method: str = "GET", limits: FetchLimits = LIMITS, scheme: str = "http"
    ) -> Deferred[Any]:
        headers = {"Authorization": "Bearer x", "X-A": "b"}
        fetched = Deferred.fromCoroutine(
            self.fetcher.fetch(method, f"{scheme}://a.example/{path}", headers, b"body", limits)
        )
        for _ in range(5):
            self.agent.flush()
        return fetched

    def test_body(self) -> None:
        """What is too long is cut; there is no error, as the status counts."""
        found = self.successResultOf(self.fetch("good", "POST"))
        self.assertEqual((found.status, found.body, found.whole), (200, b"good", True))
        found = self.successResultOf(self.fetch("large"))
        self.assertEqual((found.status, found.body, found.whole), (200, b"x" * 100, False))
        self.assertEqual(self.seen, [(b"POST", b"a.example", b"body", {
            "authorization": "Bearer x", "x-a": "b", "accept-encoding": None
        })])  # fmt: skip
        self.assertEqual(self.door.closed, 2)

    def test_redirects_are_followed_only_where_that_is_asked_for(self) -> None:
        for method, limits in (("POST", LIMITS), ("GET", FetchLimits())):
            self.assertEqual(self.successResultOf(self.fetch("moved?code=302&to=/good", method, limits)).status, 302)
        self.assertEqual(self.seen, [])
        found = self.successResultOf(self.fetch("moved?code=302&to=http://b.example/good"))
        self.assertEqual((found.status, found.url), (200, "http://b.example/good"))
        ((_, host, _, headers),) = self.seen
        self.assertEqual((host, headers["authorization"], headers["x-a"]), (b"b.example", None, "b"))

    def test_each_redirect_is_checked(self) -> None:
        for place in ("file:///etc/passwd", "http://0x7f.1/", "http://u:p@b.example/", "gopher://b.example/"):
            self.failureResultOf(self.fetch(f"moved?code=301&to={place}"), BadURL)
        self.failureResultOf(self.fetch("moved?code=301&to=http://a.example/good", scheme="https"), BadURL)
        self.assertEqual(self.seen, [])

    def test_redirects_without_end(self) -> None:
        failed = self.failureResultOf(self.fetch("loop"), FetchFailed)
        self.assertEqual(failed.value.trouble, FetchTrouble.TOO_MANY_REDIRECTS)

    def test_too_many_at_once(self) -> None:
        waiting = [self.fetch("never") for _ in range(3)]
        self.assertEqual(self.failureResultOf(self.fetch("good"), FetchFailed).value.trouble, FetchTrouble.BUSY)
        self.clock.advance(LIMITS.seconds)
        for each in waiting:
            self.assertEqual(self.failureResultOf(each, FetchFailed).value.trouble, FetchTrouble.LATE)
        self.successResultOf(self.fetch("good"))
