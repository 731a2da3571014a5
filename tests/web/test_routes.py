"""Tests for L{hichat.web.routes}, by the calls of v1 and the operations of v2."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.web.resource import Resource

from hichat.web.routes import Route, Routes
from hichat.web.site import Branch
from tests.support.site import SiteCase, request_bytes


class Leaf(Resource):
    isLeaf = True

    def render(self, request):
        request.setHeader(b"X-Left", b"/".join(request.postpath))
        return b"by a leaf"


class RoutesTests(SiteCase):
    def setUp(self):
        super().setUp()
        self.ann, _ = self.make_user("Ann")
        self.headers = {"Authorization": f"Bearer {self.token_of(self.ann.id)}"}
        self.waiting: Deferred[bytes] = Deferred()
        self.broken: list[str] = []

    def check(self, method: str, expected: dict[str, tuple[int, str | None]]) -> None:
        for path, (status, allow) in expected.items():
            answer = self.request(method, path, **self.headers)
            self.assertEqual((answer.status, answer.headers.get("allow")), (status, allow), (method, path))

    def test_percent_encoded(self):
        """The path is decoded once, before it is matched: an encoded slash is a slash."""
        self.check(
            "GET",
            {
                "/v2/%6de": (200, None),
                "/v2/users%2F1": (200, None),
                "/v2/users/%31": (200, None),
                "/v2/users/%2531": (400, None),
                "/v2/users/%2e%2e": (400, None),
                "/v2/users/%C3%A9": (400, None),
                "/v2/users/%ff": (404, None),
                "/v2/users/a%2fb": (404, None),
                "/v1/user/%6eew": (405, "POST"),
                "/v1%2fuser/new": (405, "POST"),
                "/v1/user/new%00": (404, None),
                "/v1/user/new%3Fx": (404, None),
                "/v1/user/new;x=1": (404, None),
            },
        )

    def test_slashes(self):
        """A slash too many is another address; for whoever asks what a path takes it is not."""
        self.check("GET", {"/v2/me/": (404, None), "/v2//me": (404, None), "/v1/user/list/": (404, None)})
        self.check("POST", {"//v1/user/new": (200, None), "/v1//user/new": (404, None), "/v1/user/new/": (404, None)})
        self.check("GET", {"//v1/user/new": (405, "POST"), "/v1//user/new": (405, "POST")})
        self.check("OPTIONS", {"/v2//me": (204, "GET, HEAD, OPTIONS, PATCH"), "/v2/me/": (404, None)})

    def test_methods_in_small_letters(self):
        self.check("get", {"/v2/me": (200, None), "/v1/user/new": (405, "POST")})

    def test_case_of_the_path(self):
        self.check("POST", {"/V1/user/new": (404, None), "/v1/USER/new": (404, None)})

    def mount(self, accounts):
        super().mount(accounts)

        async def leaf(request: Any, name: str) -> Resource:
            return Leaf()

        async def wait(request: Any) -> bytes:
            return await self.waiting

        def broken(request: Any, failure: Any) -> bytes:
            self.broken.append(failure.getErrorMessage())
            return b"broken"

        routes = (
            Route("GET", "/t/leaf/<name>", leaf),
            Route("GET", "/t/wait", wait),
            Route("PUT", "/t/leaf/named", wait),
        )
        self.root.putChild(b"t", Branch(Routes(routes, lambda request, allowed: ",".join(allowed).encode(), broken)))

    def test_a_leaf_has_nothing_left_of_the_path(self):
        answer = self.request("GET", "/t/leaf/x")
        self.assertEqual((answer.body, answer.headers["x-left"]), (b"by a leaf", ""))

    def test_methods_come_in_order(self):
        self.assertEqual(self.request("PUT", "/t/wait").body, b"GET,HEAD")
        self.assertEqual(self.request("PUT", "/t/nothing").body, b"")

    def test_a_name_is_no_parameter(self):
        """A path that a route names takes the methods of such routes only."""
        self.assertEqual(self.request("GET", "/t/leaf/named").body, b"PUT")
        self.assertEqual(self.request("PUT", "/t/leaf/other").body, b"GET,HEAD")

    def wait(self):
        connection = self.connect()
        connection.send(request_bytes("GET", "/t/wait"))
        self.assertEqual(connection.received(), b"")
        return connection

    def test_it_fails_later(self):
        connection = self.wait()
        self.waiting.errback(ValueError("later"))
        self.assertEqual((connection.answer().body, self.broken), (b"broken", ["later"]))

    def test_it_fails_when_nobody_is_there_any_more(self):
        """That is told in the log, and answered to nobody."""

        def refuse_to_end(waiting: Deferred[bytes]) -> None:
            waiting.errback(ValueError("at the end"))

        self.waiting = Deferred(refuse_to_end)
        connection = self.wait()
        connection.transport.loseConnection()
        self.assertEqual([failure.getErrorMessage() for failure in self.flushLoggedErrors(ValueError)], ["at the end"])
        self.assertEqual((connection.received(), self.broken), (b"", []))

    def test_it_answers_when_nobody_is_there_any_more(self):
        self.waiting = Deferred(lambda waiting: waiting.callback(b"too late"))
        connection = self.wait()
        connection.transport.loseConnection()
        self.assertEqual(connection.received(), b"")
