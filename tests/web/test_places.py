"""Who may have how many connections and requests, how much work and how much room, as the site sees it."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionDone
from twisted.internet.ssl import CertificateOptions
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hichat.accounts.tokens import Claims, Dialect
from hichat.core.errors import StoreAway, TooManyRequests
from hichat.pipeline.gateway.admission import DOOR, Caps
from hichat.runtime.limits import Rate
from hichat.web.browser.session import SessionResource
from hichat.web.channel import LINGER_TIME
from hichat.web.outside import Outside
from hichat.web.proxies import Proxies, Trusted
from hichat.web.site import DOOR_TIME, FORM_LIMIT, IDLE_TIME, Bodies
from hichat.web.status import Health
from hichat.web.uploads import MEDIA_PATH
from tests.support.doubles import run_now
from tests.support.site import SiteCase, Transport, request_bytes

MANY = 2**31
HERE, THERE = "192.0.2.1", "192.0.2.2"
HEAD = b"POST /v1/user/login_pw HTTP/1.1\r\nHost: x\r\n"


class Waits(Resource):
    """Answers when the test says so."""

    isLeaf = True

    def __init__(self):
        super().__init__()
        self.waiting: list[Any] = []

    def render_GET(self, request):
        self.waiting.append(request)
        return NOT_DONE_YET

    def answer(self):
        self.waiting.pop(0).finish()


class PlacesCase(SiteCase):
    def limit(self, total=MANY, address=MANY, user=MANY, files=MANY, rate=None):
        self.caps = Caps(total, address, user, files)
        self.rate = rate or Rate(0, 1)
        self.mount(self.accounts)
        self.waits = Waits()
        self.root.mount("waits", self.waits)
        self.root.mount("healthz", Health())

    def connect(self, address="127.0.0.1"):
        """@param address: from where; this machine is a proxy."""
        return super().connect(address)

    def get(self, target, address="127.0.0.1", **headers):
        connection = self.connect(address)
        connection.send(
            request_bytes("GET", target, headers={name.replace("_", "-"): v for name, v in headers.items()})
        )
        return connection

    def metric(self, name):
        return float(self.site.metrics.exposition().decode().partition(f"\nhichat_{name} ")[2].split()[0])

    def refused_for(self, reason):
        return self.metric(f'connections_refused_total{{reason="{reason}"}}')


class Addresses(PlacesCase):
    def setUp(self):
        super().setUp()
        self.limit(address=3)

    def test_of_who_connects(self):
        connections = [self.connect(HERE) for _ in range(3)]
        refused = self.get("/v2/me", HERE)
        self.problem(refused.answer(), 429, "too_many_connections")
        self.assertEqual(refused.answer().headers["retry-after"], "10")
        self.assertFalse(refused.transport.connected)
        self.problem(self.get("/v2/me", THERE).answer(), 401, "unauthorized")
        self.assertEqual(self.refused_for("address"), 1)
        connections[0].transport.loseConnection()
        self.problem(self.get("/v2/me", HERE).answer(), 401, "unauthorized")

    def test_as_v1_says_it(self):
        for _ in range(3):
            self.connect(HERE)
        answer = self.get("/v1/user/list", HERE).answer()
        self.assertEqual((answer.status, answer.json["code"], answer.json["Code"]), (200, -1, -1))
        self.assertEqual(answer.json["message"], "连接数过多，请稍后再试")
        answer = self.get("/v1/user/SendUserMsg?userId=1&token=x", HERE, Accept_Language="en").answer()
        self.assertEqual((answer.status, answer.json), (429, {"message": "too many connections, close some"}))

    def test_it_is_told_to_few_only(self):
        for _ in range(3):
            self.connect(HERE)
        told = [self.connect(HERE) for _ in range(DOOR)]
        self.assertTrue(all(connection.transport.connected for connection in told))
        self.assertFalse(self.connect(HERE).transport.connected)
        self.clock.advance(DOOR_TIME)
        self.assertFalse(any(connection.transport.connected for connection in told), "they have no more time than that")
        self.assertTrue(self.connect(HERE).transport.connected)

    def test_of_a_proxy_those_that_it_names(self):
        for _ in range(3):
            self.assertEqual(self.get("/waits", X_Forwarded_For=HERE).received(), b"")
        self.problem(self.get("/v2/me", X_Forwarded_For=HERE).answer(), 429, "too_many_connections")
        self.problem(self.get("/v2/me", X_Forwarded_For=THERE).answer(), 401, "unauthorized")
        self.problem(self.get("/v2/me", X_Forwarded_For="2001:db8::1").answer(), 401, "unauthorized")
        self.waits.answer()
        self.problem(self.get("/v2/me", X_Forwarded_For=HERE).answer(), 401, "unauthorized")
        self.assertEqual(self.refused_for("address"), 1)

    def test_one_connection_of_a_proxy_is_many_peoples(self):
        """What one of them is refused is not the others'."""
        for _ in range(3):
            self.get("/waits", X_Forwarded_For=HERE)
        connection = self.connect()
        connection.send(request_bytes("GET", "/healthz", headers={"X-Forwarded-For": THERE}))
        connection.send(request_bytes("GET", "/healthz", headers={"X-Forwarded-For": THERE}))
        self.assertEqual(connection.received().count(b"HTTP/1.1 200"), 2)

    def test_unfinished_bodies_count(self):
        for _ in range(3):
            self.connect().send(HEAD + b"X-Forwarded-For: %s\r\nContent-Length: 9\r\n\r\nx" % HERE.encode())
        self.problem(self.get("/v2/me", X_Forwarded_For=HERE).answer(), 429, "too_many_connections")

    def test_who_is_not_named(self):
        for _ in range(5):
            self.assertEqual(self.get("/waits").received(), b"")

    def test_nobody_else_speaks_for_others(self):
        for _ in range(3):
            self.get("/waits", HERE, X_Forwarded_For=THERE)
        self.problem(self.get("/v2/me", HERE, X_Forwarded_For="192.0.2.9").answer(), 429, "too_many_connections")

    def test_this_machine_where_it_is_no_proxy(self):
        self.site.outside = Outside(Proxies(Trusted.parse("off")))
        for _ in range(3):
            self.connect("127.0.0.1")
        self.problem(self.get("/v2/me", "127.0.0.1").answer(), 429, "too_many_connections")

    def test_nothing_stays(self):
        for answered in (True, False):
            connection = self.get("/waits", X_Forwarded_For=HERE)
            if answered:
                self.waits.answer()
            connection.transport.loseConnection()
        broken = self.connect(HERE)
        broken.send(b"nonsense\r\n\r\n")
        self.clock.advance(LINGER_TIME)
        capacity = self.site.capacity
        self.assertEqual((capacity.taken, len(capacity.addresses), len(capacity.users)), (0, 0, 0))


class InAll(PlacesCase):
    def test_full(self):
        self.limit(total=2)
        for _ in range(2):
            self.connect()
        self.problem(self.get("/v2/me", HERE).answer(), 503, "busy")
        self.assertEqual(self.refused_for("total"), 1)

    def test_probes_are_answered(self):
        """Or a daemon that is full would be thought dead, and be ended."""
        self.limit(total=2, address=1)
        for _ in range(2):
            self.connect()
        probe = self.get("/healthz")
        self.assertEqual((probe.answer().status, probe.answer().headers["connection"]), (200, "close"))
        self.assertFalse(probe.transport.connected)


class Users(PlacesCase):
    def setUp(self):
        super().setUp()
        self.limit(user=2)
        ann, self.as_ann = self.make_user("Ann", "correct horse")
        bob, self.as_bob = self.make_user("Bob", "correct horse")
        self.ann, self.bob = (self.token_of(user.id) for user in (ann, bob))
        self.held: list[Deferred[None]] = []

    def hold(self):
        """From now on, what is read stays under way."""

        def reading(function, /, *args, **kwargs):
            waiter: Deferred[Any] = Deferred()
            self.held.append(waiter)
            return waiter.addCallback(lambda _: run_now(function, *args, **kwargs))

        self.patch(self.store, "_reading", reading)

    def call(self, token):
        connection = self.get("/v2/contacts", Authorization=f"Bearer {token}")
        self.held.pop().callback(None)  # Who it is.
        return connection

    def test_under_way(self):
        self.hold()
        first, _ = (self.call(self.ann) for _ in range(2))
        self.problem(self.call(self.ann).answer(), 429, "too_many_connections")
        self.assertEqual(self.call(self.bob).received(), b"")
        self.assertEqual(self.refused_for("user"), 1)
        self.held[0].callback(None)
        self.assertEqual(first.answer().status, 200)
        self.assertEqual(self.call(self.ann).received(), b"")

    def test_of_v1(self):
        self.hold()
        for expected in (b"", b"", b"200 OK"):
            connection = self.get(f"/v1/user/list{self.as_ann}")
            self.held.pop().callback(None)
            self.assertIn(expected, connection.received())
        self.assertEqual(connection.answer().json["code"], -1)

    def test_uploads(self):
        for _ in range(2):
            connection = self.connect()
            connection.send(
                b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000\r\n\r\n"
                % (MEDIA_PATH, self.ann.encode())
            )
            self.assertEqual(connection.received(), b"")
        self.problem(self.api("GET", "/contacts", token=self.ann), 429, "too_many_connections")
        connection.transport.loseConnection()
        self.assertEqual(self.api("GET", "/contacts", token=self.ann).status, 200)

    def test_files(self):
        self.limit(files=1)
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
        first, second = self.connect(), self.connect()
        first.send(head % (MEDIA_PATH, self.ann.encode(), FORM_LIMIT + 1))
        second.send(head % (MEDIA_PATH, self.bob.encode(), FORM_LIMIT + 1))
        self.assertEqual(first.received(), b"")
        self.problem(second.answer(), 503, "busy")
        small = self.request("POST", "/v2/media", b"small", Authorization=f"Bearer {self.bob}")
        self.assertEqual(small.status, 201)
        self.assertEqual(self.request("GET", small.json["open"]).status, 503)
        first.transport.loseConnection()
        for _ in range(2):
            self.assertEqual(self.request("HEAD", small.json["open"]).status, 200)


class Work(PlacesCase):
    """A user has a hundred milliseconds in ten seconds."""

    def setUp(self):
        super().setUp()
        self.limit(rate=Rate(100, 10))
        ann, self.as_ann = self.make_user("Ann", "correct horse")
        bob, self.as_bob = self.make_user("Bob", "correct horse")
        self.user = ann.id
        self.ann, self.bob = (self.token_of(user.id) for user in (ann, bob))

    def test_each_call_costs(self):
        """At least a millisecond: a hundred of them are all that there is."""
        answers = [self.request("GET", "/v2/me", Authorization=f"Bearer {self.ann}").status for _ in range(110)]
        self.assertEqual((answers[:90], answers[-1]), ([200] * 90, 429))
        self.assertEqual(self.api("GET", "/me", token=self.bob).status, 200)

    def test_refused(self):
        self.site.budgets.users.charge(self.user, 120)
        answer = self.api("GET", "/contacts", token=self.ann)
        self.problem(answer, 429, "too_many_requests")
        self.assertEqual((answer.headers["retry-after"], round(answer.json["retryAfter"])), ("3", 2))
        upload = self.request("POST", "/v2/media", b"hello", Authorization=f"Bearer {self.ann}")
        self.problem(upload, 429, "too_many_requests")
        self.clock.advance(2.1)
        self.assertEqual(self.api("GET", "/contacts", token=self.ann).status, 200)

    def test_refused_in_v1(self):
        self.site.budgets.users.charge(self.user, 120)
        for answer in (
            self.request("GET", f"/v1/user/list{self.as_ann}"),
            self.post(f"/v1/user/updata{self.as_ann}", {"id": self.user, "gender": "x"}),
            self.post(f"/v1/upload/image{self.as_ann}", {"a": "b"}),
        ):
            self.assertEqual((answer.status, answer.json["code"]), (200, -1))
            self.assertEqual(answer.json["message"], "请求过于频繁，请稍后再试")

    def test_answers_cost_by_their_size(self):
        user = self.user

        class Big(Resource):
            isLeaf = True

            def render_GET(self, request):
                request.called_by(user)
                return bytes(10_000_000)

        self.root.mount("big", Big())
        self.request("GET", "/big")
        self.problem(self.api("GET", "/contacts", token=self.ann), 429, "too_many_requests")

    def test_strangers_by_their_address(self):
        self.site.budgets.addresses.charge(HERE, 5 * 100 + 20)
        for address, headers in ((HERE, {}), ("127.0.0.1", {"X_Forwarded_For": HERE})):
            answer = self.get("/v2/nothing", address, **headers).answer()
            self.problem(answer, 429, "too_many_requests")
            connection = self.connect(address)
            head = request_bytes("POST", "/v1/user/login_pw", b"name=a&password=b", {"X-Forwarded-For": HERE})
            connection.send(head)
            self.assertEqual((connection.answer().status, connection.answer().json["code"]), (200, -1))
        self.assertEqual(self.get("/healthz", HERE).answer().status, 200)
        self.assertEqual(self.get("/v2/nothing", THERE).answer().status, 404)
        called = self.get("/v2/contacts", HERE, Authorization=f"Bearer {self.ann}").answer()
        self.assertEqual(called.status, 200, "who is known is counted as who it is")

    def test_what_looks_like_a_token_is_none(self):
        """Whatever strangers call, and whatever they show there."""
        self.root.mount("session", SessionResource(self.accounts, self.sign_in_with(self.accounts)))
        self.root.mount("waits", self.waits)
        void = self.tokens.issue(Claims(self.user, 99, 1, 1, Dialect.BOTH), 100)
        shown: tuple[tuple[str, dict[str, str]], ...] = (
            ("?token=x", {}),
            ("?token=x&userId=1", {}),
            (f"?token={void}&userId={self.user}", {}),
            ("?x=token=", {}),
            ("", {"Authorization": "x"}),
            ("", {"Authorization": "Bearer x"}),
            ("", {"Authorization": f"Bearer {void}"}),
            ("", {"Cookie": f"token={self.ann}"}),
        )
        calls = (
            *(("POST", path) for path in ("/v1/user/login_pw", "/v1/user/new", "/v1/upload/image")),
            *(("POST", path) for path in ("/v2/login", "/v2/refresh", "/v2/media", "/session", "/session/refresh")),
            *(("GET", path) for path in ("/v1/user/list", "/v1/user/SendUserMsg", "/v2/me", "/v2/nothing")),
            *(("GET", path) for path in ("/waits", "/uploads/abc", "/")),
        )
        self.site.budgets.addresses.charge(HERE, 5 * 100 + 20)
        for method, path in calls:
            for query, headers in shown:
                connection = self.connect(HERE)
                connection.send(request_bytes(method, path + query, b"{}" if method == "POST" else b"", headers))
                said = f"{path}{query} {headers}"
                self.assertIn(b"Retry-After:", connection.received(), said)
                answer = connection.received()
                words = TooManyRequests().text("zh" if path.startswith("/v1/") else "en")
                self.assertIn(words.encode(), answer, said)
                connection.transport.loseConnection()
        self.assertEqual((self.waits.waiting, self.site.capacity.taken), ([], 0))

    def test_users_where_strangers_have_used_it_up(self):
        """Their own budget is asked for, also by calls that anybody may make."""
        self.site.budgets.addresses.charge(HERE, 5 * 100 + 20)
        as_ann = {"Authorization": f"Bearer {self.ann}"}
        calls: tuple[tuple[str, dict[str, str], int], ...] = (
            (f"/v1/user/list{self.as_ann}", {}, 200),
            ("/v2/me", as_ann, 200),
            ("/v2/nothing", as_ann, 404),
        )
        for target, headers, status in calls:
            self.assertEqual(self.get(target, HERE, **headers).answer().status, status)
        for head in (f"/v1/upload/image{self.as_ann}", "/v2/media"):
            connection = self.connect(HERE)
            connection.send(request_bytes("POST", head, b"hello", as_ann if head == "/v2/media" else {}))
            self.assertNotIn(b"Retry-After:", connection.received())
        self.site.budgets.users.charge(self.user, 120)
        for target, headers, _ in calls[1:]:
            self.problem(self.get(target, HERE, **headers).answer(), 429, "too_many_requests")
        self.assertEqual(self.get(f"/v1/user/list{self.as_ann}", HERE).answer().json["code"], -1)
        as_bob = {"Authorization": f"Bearer {self.bob}"}
        self.assertEqual(self.get("/v2/me", HERE, **as_bob).answer().status, 200)
        self.assertEqual(len(self.site.capacity.users), 0)

    def test_who_goes_while_it_is_found_out_who_it_is(self):
        waiter: Deferred[Any] = Deferred()
        self.patch(self.store, "_reading", lambda *_args, **_kwargs: waiter)
        self.site.budgets.addresses.charge(HERE, 5 * 100 + 20)
        self.get("/waits", HERE, Authorization=f"Bearer {self.ann}").transport.loseConnection()
        self.assertEqual((self.waits.waiting, self.site.capacity.taken), ([], 0))
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_where_that_cannot_be_found_out(self):
        for error, status in ((StoreAway(), 503), (RuntimeError(), 500)):
            self.limit(rate=Rate(100, 10))
            self.patch(self.accounts.recogniser, "_find", lambda _key, error=error: fail(error))
            self.site.budgets.addresses.charge(HERE, 5 * 100 + 20)
            answer = self.get("/v2/me", HERE, Authorization=f"Bearer {self.ann}").answer()
            self.assertEqual(answer.status, status)
            answer = self.get(f"/v1/user/list{self.as_ann}", HERE).answer()
            self.assertEqual(answer.status, 200 if status == 503 else 500, "as the contract has it")
            self.assertEqual(answer.json["code"], -1)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 2)

    def test_one_call_is_one_users(self):
        user, other = self.user, self.user + 1

        class Two(Resource):
            isLeaf = True

            def render_GET(self, request):
                request.called_by(user)
                request.called_by(user)
                request.called_by(other)

        self.root.mount("two", Two())
        self.assertEqual(self.request("GET", "/two").status, 500)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assertEqual((len(self.site.capacity.users), len(self.site.budgets.users)), (0, 1))

    def test_strangers_are_charged(self):
        for _ in range(600):
            self.get("/v2/me", HERE).transport.loseConnection()
        self.problem(self.get("/v2/nothing", HERE).answer(), 429, "too_many_requests")

    def test_this_machine_is_not_limited(self):
        for _ in range(600):
            answer = self.request("GET", "/v2/nothing")
        self.problem(answer, 404, "not_found")


class Room(PlacesCase):
    """What bodies that are not complete may take of the memory."""

    def begin(self, size, length=FORM_LIMIT):
        connection = self.connect()
        connection.send(HEAD + b"Content-Length: %d\r\n\r\n" % length + b"x" * size)
        return connection

    def test_the_oldest_goes(self):
        self.limit()
        self.site.bodies = Bodies(100_000)
        first, second = self.begin(40_000), self.begin(40_000)
        self.assertEqual(self.request("POST", "/v1/user/login_pw", b"x" * 15_000).json["code"], -1)
        self.assertEqual((first.received(), second.received()), (b"", b""))
        third = self.begin(30_000)
        self.assertEqual((first.answer().status, first.answer().json["code"]), (200, -1))
        self.assertEqual(first.answer().json["message"], "服务器繁忙，请稍后再试")
        self.assertEqual(first.protocol.requests[0].content.getvalue(), b"")
        self.assertEqual((second.received(), third.received()), (b"", b""))
        third.transport.loseConnection()
        self.begin(50_000)
        self.assertEqual(second.received(), b"")
        second.send(b"x" * (FORM_LIMIT - 40_000))
        self.assertEqual(second.answer().json["message"], "字段无效: name")

    def test_nothing_stays(self):
        self.limit()
        for connection in (self.begin(100), self.begin(100, 200)):
            connection.send(b"x" * 100)
            connection.transport.loseConnection()
        self.assertEqual((self.site.bodies._size, self.site.bodies._held), (0, {}))

    def test_what_is_in_a_file_takes_no_memory(self):
        self.limit()
        _, query = self.make_user("Ann", "correct horse")
        connection = self.connect()
        head = b"POST /v1/upload/image%s HTTP/1.1\r\nHost: x\r\nContent-Length: 150000\r\n\r\n" % query.encode()
        connection.send(head + b"x" * 60_000)
        self.assertEqual(self.site.bodies._size, 60_000)
        connection.send(b"x" * 60_000)
        self.assertEqual(self.site.bodies._size, 0)


class Below(Transport):
    """What is below TLS."""

    def setTcpNoDelay(self, enabled):  # noqa: N802
        pass

    def abortConnection(self):  # noqa: N802
        # As a socket does: the protocol hears of it later.
        self.connected = False


class OverTLS(PlacesCase):
    """Before the handshake nothing can be said."""

    def setUp(self):
        super().setUp()
        self.limit(address=1)

    def secure(self):
        factory = TLSMemoryBIOFactory(CertificateOptions(), False, self.site)
        protocol = factory.buildProtocol(IPv4Address("TCP", HERE, 5000))
        transport = Below(protocol, IPv4Address("TCP", HERE, 5000))
        protocol.makeConnection(transport)
        return transport

    def test_one_too_many(self):
        first = self.secure()
        for _ in range(DOOR):
            self.assertTrue(self.secure().connected)
        self.assertFalse(self.secure().connected)
        first.loseConnection()
        self.assertTrue(self.secure().connected)

    def test_a_handshake_has_a_deadline(self):
        transport = self.secure()
        self.clock.advance(IDLE_TIME - 1)
        self.assertTrue(transport.connected)
        self.clock.advance(1)
        self.assertFalse(transport.connected)
        transport.protocol.connectionLost(Failure(ConnectionDone()))
        self.assertEqual((self.site.capacity.taken, self.clock.getDelayedCalls()), (0, []))
