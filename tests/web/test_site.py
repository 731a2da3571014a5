"""Tests for L{hichat.web.site}."""

from twisted.internet.defer import Deferred
from twisted.logger import LogEvent
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hichat.core.errors import Broken, QuotaExceeded, Unauthorized
from hichat.v1.complaints import complain
from hichat.web import site as site_module
from hichat.web.channel import LINGER_TIME
from hichat.web.site import BODY_TIME, FORM_LIMIT, FORM_RATE, FORM_TIME, IDLE_TIME, Site, UploadPath
from tests.support.doubles import watch_log
from tests.support.site import UPLOAD_LIMIT, SiteCase, request_bytes

HEAD = b"POST /v1/user/login_pw HTTP/1.1\r\nHost: x\r\n"
TOO_LARGE = "提交的内容过大，最多 64 KB"


class UploadCase(SiteCase):
    def upload_head(self, name="Ann"):
        _, query = self.make_user(name)
        return b"POST /v1/upload/image%s HTTP/1.1\r\nHost: x\r\n" % query.encode()


class Limits(UploadCase):
    def too_large(self, connection, said=TOO_LARGE):
        answer = connection.answer("POST")
        self.assertEqual((answer.status, answer.headers["connection"]), (200, "close"))
        self.assertEqual((answer.json["code"], answer.json["message"]), (-1, said))
        self.assertEqual((answer.json["Code"], answer.json["Msg"]), (-1, said))

    def test_as_large_as_it_may_be(self):
        body = b"name=Ann&password=" + b"x" * (FORM_LIMIT - 18)
        self.assertEqual(self.request("POST", "/v1/user/login_pw", body).json["message"], "用户名或密码错误")

    def test_announced_as_too_large(self):
        connection = self.connect()
        connection.send(HEAD + b"Content-Length: %d\r\n\r\n" % (FORM_LIMIT + 1))
        self.too_large(connection)
        self.assertTrue(connection.transport.connected, "who is still sending would never read the answer")
        connection.send(b"x" * (FORM_LIMIT + 1))
        self.assertFalse(connection.transport.connected)

    def test_announced_as_much_too_large(self):
        connection = self.connect()
        connection.send(HEAD + b"Content-Length: %d\r\n\r\n" % 10**12)
        self.too_large(connection)
        self.clock.advance(LINGER_TIME)
        self.assertFalse(connection.transport.connected)

    def test_expecting_to_be_asked(self):
        connection = self.connect()
        connection.send(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (FORM_LIMIT + 1))
        self.assertNotIn(b"100 Continue", connection.received())
        self.too_large(connection)
        connection = self.connect()
        connection.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        self.assertEqual(connection.received(), b"HTTP/1.1 100 Continue\r\n\r\n")

    def test_chunked(self):
        connection = self.connect()
        connection.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
        for _ in range(16):
            connection.send(chunk)
        self.assertEqual(connection.received(), b"")
        connection.send(chunk)
        self.too_large(connection)
        size = connection.protocol.requests[0].content.tell()
        for _ in range(100):
            connection.send(chunk)
        self.assertEqual(connection.protocol.requests[0].content.tell(), size, "the rest is not kept")
        connection.send(b"0\r\n\r\n")
        self.assertFalse(connection.transport.connected)
        self.assertEqual(connection.received().count(b"HTTP/1.1"), 1)

    def test_what_follows_is_not_read(self):
        connection = self.connect()
        body = b"x" * (FORM_LIMIT + 1)
        connection.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body + request_bytes("GET", "/"))
        self.too_large(connection)
        self.assertEqual(connection.received().count(b"HTTP/1.1"), 1)

    def test_uploads_may_be_larger(self):
        connection = self.connect()
        size = UPLOAD_LIMIT + FORM_LIMIT
        connection.send(self.upload_head() + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
        self.assertEqual(connection.answer("POST").json["Msg"], "提交的内容格式不正确")
        connection = self.connect()
        connection.send(self.upload_head("Bob") + b"Content-Length: %d\r\n\r\n" % (size + 1))
        self.too_large(connection, "提交的内容过大，最多 195.3 KB")

    def test_only_the_upload_may(self):
        for target in (b"/v1/upload/image/", b"/v1/user/new?/v1/upload/image", b"/", b"/v1/upload/imag%65"):
            connection = self.connect()
            connection.send(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (target, FORM_LIMIT + 1))
            if target.startswith(b"/v1/"):
                self.too_large(connection)
            else:
                answer = connection.answer("POST")
                message = "the request is too large: at most 64 KB"
                self.assertEqual((answer.status, answer.json["message"]), (413, message))

    def test_language(self):
        connection = self.connect()
        connection.send(HEAD + b"Accept-Language: en\r\nContent-Length: %d\r\n\r\n" % 10**12)
        self.assertEqual(connection.answer().json["message"], "the request is too large: at most 64 KB")

    def test_client_goes_away_meanwhile(self):
        for length in (10, 10**6):
            connection = self.connect()
            connection.send(HEAD + b"Content-Length: %d\r\n\r\nx" % length)
            connection.transport.loseConnection()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class Deadlines(UploadCase):
    def trickle(self, connection, seconds):
        for _ in range(seconds):
            connection.send(b"x")
            self.clock.advance(1)
            if not connection.transport.connected:
                return

    def test_nothing_comes(self):
        connection = self.connect()
        self.clock.advance(IDLE_TIME - 1)
        self.assertTrue(connection.transport.connected)
        self.clock.advance(1)
        self.assertFalse(connection.transport.connected)

    def test_head_that_trickles(self):
        for start in (b"", b"GET / HTTP/1.1\r\nX-More: "):
            connection = self.connect()
            connection.send(start)
            self.trickle(connection, IDLE_TIME - 1)
            self.assertTrue(connection.transport.connected)
            self.trickle(connection, 1)
            self.assertFalse(connection.transport.connected)

    def test_body_that_trickles(self):
        chunked = b"Transfer-Encoding: chunked\r\n\r\n10000\r\n"
        for length, seconds in (
            (b"Content-Length: 1000\r\n\r\n", FORM_TIME),
            (b"Content-Length: %d\r\n\r\n" % FORM_LIMIT, FORM_TIME + FORM_LIMIT // FORM_RATE),
            (chunked, FORM_TIME + FORM_LIMIT // FORM_RATE),
        ):
            connection = self.connect()
            self.clock.advance(IDLE_TIME - 1)
            connection.send(HEAD + length)
            self.trickle(connection, seconds - 1)
            self.assertTrue(connection.transport.connected)
            self.trickle(connection, 2)
            self.assertFalse(connection.transport.connected)

    def test_large_uploads_take_longer(self):
        self.patch(site_module, "UPLOAD_RATE", 1000)
        connection = self.connect()
        connection.send(self.upload_head() + b"Content-Length: 200000\r\n\r\n")
        self.trickle(connection, 199)
        self.assertTrue(connection.transport.connected)
        self.trickle(connection, 1)
        self.assertFalse(connection.transport.connected)

    def test_small_uploads_do_not(self):
        connection = self.connect()
        connection.send(self.upload_head() + b"Content-Length: 10000\r\n\r\n")
        self.trickle(connection, BODY_TIME)
        self.assertFalse(connection.transport.connected)

    def test_slow_answers_are_waited_for(self):
        class Slow(Resource):
            isLeaf = True

            def render_GET(self, request):
                self.request = request
                return NOT_DONE_YET

        slow = Slow()
        self.root.mount("slow", slow)
        connection = self.connect()
        connection.send(request_bytes("GET", "/slow"))
        self.clock.advance(10 * IDLE_TIME)
        self.assertTrue(connection.transport.connected)
        slow.request.finish()
        self.clock.advance(IDLE_TIME - 1)
        self.assertTrue(connection.transport.connected)
        self.clock.advance(1)
        self.assertFalse(connection.transport.connected)

    def test_after_an_upload_the_next_request_has_no_more_time_than_others(self):
        self.patch(site_module, "UPLOAD_RATE", 100)
        connection = self.connect()
        connection.send(self.upload_head() + b"Content-Length: 1\r\n\r\nx")
        self.clock.advance(IDLE_TIME - 1)
        self.assertTrue(connection.transport.connected)
        self.clock.advance(1)
        self.assertFalse(connection.transport.connected)

    def test_several_requests_one_after_the_other(self):
        connection = self.connect()
        for _ in range(5):
            self.clock.advance(IDLE_TIME - 1)
            connection.send(request_bytes("GET", "/nothing"))
        self.assertEqual(connection.received().count(b"HTTP/1.1 404"), 5)


class Silence(SiteCase):
    def test_no_banner(self):
        for target in ("/", "*", "/uploads/x"):
            self.assertNotIn("server", self.request("GET", target).headers)

    def logged(self, target):
        events: list[LogEvent] = []
        watch_log(self, events.append)
        self.request("GET", target)
        return events

    def test_access_log(self):
        self.clock.advance(1)
        (event,) = [event for event in self.logged("/v1/user/list?token=geheim&userId=1") if "milliseconds" in event]
        found = {name: event[name] for name in ("method", "path", "status", "milliseconds")}
        self.assertEqual(found, {"method": "GET", "path": "/v1/user/list", "status": 401, "milliseconds": 0})
        self.assertGreater(event["bytes"], 10)
        self.assertEqual(event["log_level"].name, "debug")
        self.assertNotIn("geheim", repr(event))

    def test_path_that_is_no_text(self):
        self.assertTrue(self.logged("/%ff%00"))

    def test_no_query_where_a_request_is_shown(self):
        shown = []

        class Show(Resource):
            isLeaf = True

            def render_GET(self, request):
                shown.append(repr(request))
                return b""

        self.root.mount("show", Show())
        self.request("GET", "/show?token=geheim")
        self.assertEqual(shown, ["<Request b'GET' b'/show'>"])

    def test_rendering_fails(self):
        class Breaks(Resource):
            isLeaf = True

            def render_GET(self, request):
                raise RuntimeError("the secret of the house")

        self.root.mount("broken", Breaks())
        answer = self.request("GET", "/broken")
        self.assertEqual((answer.status, answer.json), (500, {"code": -1, "message": Broken.en}))
        self.assertEqual(answer.headers["content-language"], "en")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_nothing_runs_by_itself(self):
        self.site.startFactory()
        self.site.stopFactory()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class Gates(SiteCase):
    """Whether a file may come is known before it does."""

    def setUp(self):
        super().setUp()
        self.answer: Deferred[None] = Deferred()
        self.released: list[bytes] = []
        self.site = Site(
            self.root,
            self.clock,
            UPLOAD_LIMIT,
            self.site.metrics,
            {b"/v2/media": UploadPath(self.gate), b"/v1/upload/image": UploadPath(self.gate)},
            complain=complain,
        )
        ann, _ = self.make_user("Ann")
        self.token = self.token_of(ann.id)

    async def gate(self, request):
        await self.answer
        return lambda: self.released.append(request.path)

    def begin(self, body=b"", size=None, path="/v2/media", **headers):
        connection = self.connect()
        headers |= {"Content-Length": len(body) if size is None else size, "Authorization": f"Bearer {self.token}"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.send(f"POST {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + body)
        return connection

    def test_nothing_is_read_until_then(self):
        connection = self.begin(b"hello", 10)
        self.assertEqual((connection.transport.producerState, connection.received()), ("paused", b""))
        self.assertEqual(connection.protocol.requests[0].content.tell(), 0, "what came with the head is not kept yet")
        self.answer.callback(None)
        self.assertEqual(connection.transport.producerState, "producing")
        connection.send(b"world")
        self.assertEqual((connection.answer("POST").status, self.released), (201, [b"/v2/media"]))
        (kept,) = self.directory.iterdir()
        self.assertEqual(kept.read_bytes(), b"helloworld")

    def test_all_of_it_came_at_once(self):
        connection = self.begin(b"helloworld")
        self.assertEqual(connection.received(), b"")
        self.answer.callback(None)
        self.assertEqual(connection.answer("POST").status, 201)
        connection.send(request_bytes("GET", "/nothing"))
        self.assertEqual(connection.received().count(b"HTTP/1.1 404"), 1)

    def test_refused(self):
        for complete in (False, True):
            self.answer = Deferred()
            connection = self.begin(b"hello", 5 if complete else 10_000)
            self.answer.errback(Unauthorized())
            self.problem(connection.answer("POST"), 401, "unauthorized")
            self.assertEqual(connection.answer("POST").headers["connection"], "close")
            if not complete:
                self.assertTrue(connection.transport.connected, "who is still sending would never read the answer")
                request = connection.protocol.requests[0]
                connection.send(b"x" * 5000)
                self.assertEqual(request.content.tell(), 0)
                connection.send(b"x" * 4995)
            self.assertFalse(connection.transport.connected)
            self.assertEqual(connection.received().count(b"HTTP/1.1"), 1)
        self.assertEqual(self.released, [])

    def test_refused_as_v1_says_it(self):
        for error, status, said in (
            (Unauthorized(), 401, {"message": "身份验证失败，请重新登录"}),
            (QuotaExceeded(), 200, None),
        ):
            self.answer = Deferred()
            connection = self.begin(b"hello", 10_000, "/v1/upload/image")
            self.answer.errback(error)
            answer = connection.answer("POST")
            self.assertEqual(answer.status, status)
            if said is None:
                self.assertEqual((answer.json["Code"], answer.json["Msg"]), (-1, "你的存储空间已满"))
            else:
                self.assertEqual(answer.json, said)

    def test_who_says_nothing_more_is_cut_off(self):
        connection = self.begin(b"", 10_000)
        self.answer.errback(Unauthorized())
        self.clock.advance(LINGER_TIME)
        self.assertFalse(connection.transport.connected)

    def test_the_client_waits_to_be_asked(self):
        connection = self.begin(b"", 5, Expect="100-continue")
        self.assertEqual(connection.received(), b"")
        self.answer.callback(None)
        self.assertEqual(connection.received(), b"HTTP/1.1 100 Continue\r\n\r\n")
        self.answer = Deferred()
        connection = self.begin(b"", 5, Expect="100-continue")
        self.answer.errback(Unauthorized())
        self.assertNotIn(b"100 Continue", connection.received())

    def test_the_client_goes_away_meanwhile(self):
        connection = self.begin(b"hello", 10)
        connection.transport.loseConnection()
        self.assertTrue(self.answer.called, "it is cancelled")
        self.assertEqual(self.released, [])

    def test_the_client_goes_away_later(self):
        connection = self.begin(b"hello", 10)
        self.answer.callback(None)
        self.assertEqual(self.released, [])
        connection.transport.loseConnection()
        self.assertEqual(self.released, [b"/v2/media"])
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_a_failure_is_not_the_clients(self):
        connection = self.begin(b"hello", 10_000)
        self.answer.errback(RuntimeError())
        self.problem(connection.answer("POST"), 503, "not_stored")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_no_room_on_the_disk_while_it_comes(self):
        def full(_data):
            raise OSError(28, "No space left on device")

        self.answer.callback(None)
        connection = self.begin(b"hello", 10_000)
        self.patch(connection.protocol.requests[0].content, "write", full)
        connection.send(b"world")
        self.problem(connection.answer("POST"), 503, "not_stored")
        self.assertEqual((self.site.spooling.count, self.site.spooling.cause), (1, "No space left on device"))
        connection.send(b"x" * 9990)
        self.assertEqual((connection.transport.connected, self.released), (False, [b"/v2/media"]))
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_too_slow(self):
        self.answer.callback(None)
        connection = self.begin(b"hello", 100_000)
        for _ in range(BODY_TIME):
            connection.send(b"x")
            self.clock.advance(1)
        self.assertFalse(connection.transport.connected)
        self.assertEqual((self.released, list(self.directory.iterdir())), ([b"/v2/media"], []))

    def test_large_files_are_not_kept_in_memory(self):
        self.answer.callback(None)
        connection = self.begin(b"", UPLOAD_LIMIT)
        request = connection.protocol.requests[0]
        for _ in range(UPLOAD_LIMIT // 1000 - 1):
            connection.send(b"x" * 1000)
        self.assertTrue(request.content._rolled)

    def test_other_requests_are_not_asked_about(self):
        connection = self.connect()
        connection.send(request_bytes("PUT", "/v2/media", b"x"))
        self.problem(connection.answer("PUT"), 405, "method_not_allowed")
        connection = self.connect()
        connection.send(b"PUT /v2/media HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (FORM_LIMIT + 1))
        self.problem(connection.answer("PUT"), 413, "form_too_large")
