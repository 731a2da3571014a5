"""Tests for L{hichat.signin.openid.fetching}: against a provider's real HTTP, without a socket."""

import zlib
from typing import Any

from treq.testing import RequestTraversalAgent
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hichat.core.errors import ProviderAway
from hichat.fetching.fetcher import AT_ONCE, Fetcher
from hichat.signin.openid.fetching import PROVIDER_LIMITS, ProviderAnswer, ProviderFetcher
from tests.support.fetching import TraversalDoor


class _Page(Resource):
    isLeaf = True

    def __init__(self, write):
        super().__init__()
        self._write = write

    def render(self, request):
        return self._write(request)


class ProviderFetcherTests(SynchronousTestCase):
    def setUp(self):
        self.clock = Clock()
        self.seen: list[Any] = []
        root = Resource()

        def page(name, write):
            root.putChild(name, _Page(write))

        def moved(request):
            request.redirect(b"https://evil.example/token")
            return b""

        def packed(request):
            request.setHeader("Content-Encoding", "gzip")
            maker = zlib.compressobj(wbits=31)
            return maker.compress(b"{}") + maker.flush()

        def slowly(request):
            request.write(b"{")
            return NOT_DONE_YET

        def note(request):
            self.seen.append((request.method, request.content.read(), request.requestHeaders))
            return b'{"a": 1}'

        page(b"good", note)
        page(b"moved", moved)
        page(b"packed", packed)
        page(b"slow", slowly)
        page(b"never", lambda request: NOT_DONE_YET)
        page(b"large", lambda request: b'{"x": "' + b"x" * PROVIDER_LIMITS.body + b'"}')
        page(b"list", lambda request: b"[]")
        page(b"deep", lambda request: b'{"x":' + b"[" * 100_000)
        page(b"page", lambda request: b"<html>")
        self.agent = RequestTraversalAgent(root)
        self.asking = Fetcher(self.clock, TraversalDoor(self.agent))
        self.fetcher = ProviderFetcher(self.asking)

    def fetch(self, path, method="GET", body=b""):
        fetched = self.fetcher.fetch(method, f"https://id.example/{path}", {"X-A": "b"}, body)
        self.agent.flush()
        return fetched

    def test_asking(self):
        self.assertEqual(self.successResultOf(self.fetch("good")), ProviderAnswer(200, {"a": 1}))
        self.assertEqual(self.successResultOf(self.fetch("good", "POST", b"x=y")), ProviderAnswer(200, {"a": 1}))
        (_, _, headers), (method, body, _) = self.seen
        self.assertEqual((method, body), (b"POST", b"x=y"))
        self.assertEqual(headers.getRawHeaders("x-a"), ["b"])
        self.assertFalse(headers.hasHeader("accept-encoding"))

    def test_redirects_are_not_followed(self):
        self.assertEqual(self.successResultOf(self.fetch("moved", "POST", b"code=x")).status, 302)

    def test_what_is_no_object(self):
        for path in ("list", "page", "deep"):
            self.assertEqual(self.successResultOf(self.fetch(path)), ProviderAnswer(200, None))

    def test_what_is_too_large(self):
        self.failureResultOf(self.fetch("large"), ProviderAway)

    def test_what_is_packed(self):
        self.failureResultOf(self.fetch("packed"), ProviderAway)

    def test_what_takes_too_long(self):
        for path in ("never", "slow"):
            fetched = self.fetch(path)
            self.clock.advance(PROVIDER_LIMITS.seconds - 0.1)
            self.assertNoResult(fetched)
            self.clock.advance(0.2)
            self.failureResultOf(fetched, ProviderAway)
        self.assertEqual(self.asking.under_way, 0)

    def test_too_many_at_once(self):
        waiting = [self.fetch("never") for _ in range(AT_ONCE)]
        self.failureResultOf(self.fetch("good"), ProviderAway)
        self.clock.advance(PROVIDER_LIMITS.seconds)
        for each in waiting:
            self.failureResultOf(each, ProviderAway)
        self.successResultOf(self.fetch("good"))
