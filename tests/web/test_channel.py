"""Heads that are no good, requests that come all at once, and answers that nobody reads."""

from http import HTTPStatus
from typing import Any

from twisted.internet.defer import Deferred
from twisted.web.resource import Resource

from hichat.web.channel import LINGER_TIME, READ_RATE, STALL_TIME
from hichat.web.exports import EXPORT_PATIENCE, ExportDownload
from hichat.web.site import Site, UploadPath
from tests.support.site import UPLOAD_LIMIT, SiteCase, request_bytes

HOST = b"Host: chat.example\r\n"
POST = b"POST /v1/user/login_pw HTTP/1.1\r\n" + HOST


class Echo(Resource):
    """Says what was asked for."""

    isLeaf = True

    def render_GET(self, request):
        return b"%s|%s" % (request.uri, b",".join(request.requestHeaders.getRawHeaders(b"host", [])))

    render_POST = render_GET

    def render_OPTIONS(self, request):
        return request.uri


class ChannelCase(SiteCase):
    def setUp(self):
        super().setUp()
        self.root.mount("echo", Echo())

    def ask(self, head, body=b""):
        """@return: the answer to these bytes."""
        connection = self.connect()
        connection.send(head + b"\r\n" + body)
        return connection.answer()

    def refused(self, status, *data):
        """These bytes get this answer, the only one, and the connection ends in a while."""
        connection = self.connect()
        for piece in data:
            connection.send(piece)
        answer = connection.answer()
        self.assertEqual((answer.status, answer.headers["connection"]), (status, "close"), data[0][:60])
        self.assertIn(HTTPStatus(status).phrase.encode(), connection.received())
        self.assertTrue(answer.body.endswith(b"\n"))
        connection.send(b"more\r\n\r\n" + request_bytes("GET", "/echo"))
        self.assertEqual(connection.received().count(b"HTTP/1.1 "), 1)
        self.clock.advance(LINGER_TIME)
        self.assertFalse(connection.transport.connected)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class Targets(ChannelCase):
    def test_absolute_form(self):
        for target, seen in (
            (b"http://other.example/echo?a=1", b"/echo?a=1|other.example"),
            (b"HTTPS://other.example:8443/echo", b"/echo|other.example:8443"),
            (b"http://[2001:db8::1]:80/echo", b"/echo|[2001:db8::1]:80"),
        ):
            self.assertEqual(self.ask(b"GET %s HTTP/1.1\r\n%s" % (target, HOST)).body, seen)

    def test_absolute_form_of_a_call(self):
        connection = self.connect()
        head = b"POST http://chat.example/v1/user/login_pw?x=y HTTP/1.1\r\n%sContent-Length: 21\r\n\r\n" % HOST
        connection.send(head + b"name=Ann&password=abc")
        self.assertEqual(connection.answer().json["message"], "用户名或密码错误")

    def test_absolute_form_without_a_path(self):
        self.root.putChild(b"", Echo())
        for target, seen in ((b"http://h", b"/|h"), (b"http://h?a=/b", b"/?a=/b|h")):
            self.assertEqual(self.ask(b"GET %s HTTP/1.1\r\n%s" % (target, HOST)).body, seen)

    def test_limits_see_the_path(self):
        connection = self.connect()
        connection.send(b"POST http://h/v2/login HTTP/1.1\r\n%sContent-Length: 1000000\r\n\r\n" % HOST)
        self.problem(connection.answer(), 413, "form_too_large")

    def test_only_v1_answers_as_v1(self):
        """A browser's log-in that is too large is told so with its status; clients of v1 look at 200 only."""
        for path, status in ((b"/session", 413), (b"/v1/user/login_pw", 200)):
            connection = self.connect()
            connection.send(b"POST %s HTTP/1.1\r\n%sContent-Length: 1000000\r\n\r\n" % (path, HOST))
            self.assertEqual(connection.answer().status, status)

    def test_no_target(self):
        for target in (
            b"echo",
            b"ftp://h/echo",
            b"http:///echo",
            b"http://a@h/echo",
            b"http://h:x/",
            b"h:443",
            b"?a",
            b"http:/echo",
        ):
            self.refused(400, b"GET %s HTTP/1.1\r\n%s\r\n" % (target, HOST))


class Hosts(ChannelCase):
    def test_one(self):
        for host in (
            b"a",
            b"a:80",
            b"a:",
            b"127.0.0.1:8000",
            b"[::1]",
            b"[::1]:1",
            b"",
            b"a_b.example",
            b"xn--4gbwdl.example",
        ):
            answer = self.ask(b"GET /echo HTTP/1.1\r\nHost: %s\r\n" % host)
            self.assertEqual((answer.status, answer.body), (200, b"/echo|" + host))

    def test_none(self):
        self.refused(400, b"GET /echo HTTP/1.1\r\n\r\n")
        self.refused(400, b"GET http://h/echo HTTP/1.1\r\n\r\n")

    def test_several(self):
        for version in (b"1.0", b"1.1"):
            for second in (b"chat.example", b"evil.example"):
                self.refused(400, b"GET /echo HTTP/%s\r\n%shost: %s\r\n\r\n" % (version, HOST, second))

    def test_no_host(self):
        for host in (b"a b", b"a/b", b"a@b", b"a,b", b"[::1", b"a:b", b"a:1:2", "ä".encode(), b"a\\b", b'a"'):
            self.refused(400, b"GET /echo HTTP/1.1\r\nHost: %s\r\n\r\n" % host)

    def test_old_health_checks(self):
        for headers in (b"", HOST):
            self.assertEqual(self.ask(b"GET /echo HTTP/1.0\r\n%s" % headers).status, 200)


class Heads(ChannelCase):
    def test_too_long(self):
        long = b"x" * 20_000
        self.refused(414, b"GET /" + long)
        self.refused(414, b"GET /" + long + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        self.refused(414, *(b"x" * 1000 for _ in range(20)))
        self.refused(431, b"GET / HTTP/1.1\r\nX-Long: " + long)
        self.refused(431, b"GET / HTTP/1.1\r\nX-Long: " + long + b"\r\n\r\n")
        self.refused(431, b"GET / HTTP/1.1\r\n" + b"X-Many: 0123456789\r\n" * 900 + b"\r\n")
        self.refused(431, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 501 + b"\r\n")

    def test_second_request(self):
        connection = self.connect()
        connection.send(request_bytes("GET", "/echo"))
        connection.send(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 20_000)
        self.assertEqual(connection.received().count(b"HTTP/1.1 431 "), 1)

    def test_broken(self):
        for head in (
            b"\x16\x03\x01\x02\x00\x01\r\n",
            b"GET /echo\r\n",
            b"GET  /echo HTTP/1.1\r\n",
            b"GET /echo HTTP/2.0\r\n",
            b"GET /echo HTTP/1.1\r\nno colon\r\n",
            b"GET /echo HTTP/1.1\r\nno colon\r\nA: b\r\n" + HOST,
            b"GET /echo HTTP/1.1\r\nA : b\r\n" + HOST,
            b"GET /echo HTTP/1.1\r\nA: b\0c\r\n" + HOST,
            b"GET /echo HTTP/1.1\r\nA: b\nc: d\r\n" + HOST,
        ):
            self.refused(400, head + b"\r\n")

    def test_where_a_body_ends(self):
        chunked = b"Transfer-Encoding: chunked\r\n"
        for status, headers in (
            (400, b"Content-Length: 5\r\n" + chunked),
            (400, chunked + b"Content-Length: 5\r\n"),
            (400, b"Content-Length: 5\r\nContent-Length: 5\r\n"),
            (400, b"Content-Length: 5, 5\r\n"),
            (400, b"Content-Length: +5\r\n"),
            (400, b"Content-Length: -5\r\n"),
            (400, b"Content-Length: 5x\r\n"),
            (400, b"Content-Length:\r\n"),
            (400, b"Content-Length: " + b"9" * 5000 + b"\r\n"),
            (400, chunked + chunked),
            (400, b"Transfer-Encoding: chunked, chunked\r\n"),
            (400, b"Transfer-Encoding: chunked, gzip\r\n"),
            (400, b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n"),
            (400, b"Transfer-Encoding: identity\r\n"),
            (400, b"Transfer-Encoding:\r\n"),
            (400, b"Transfer-Encoding: xchunked\r\n"),
            (501, b"Transfer-Encoding: gzip, chunked\r\n"),
        ):
            self.refused(status, POST + headers + b"\r\nhello")
        self.refused(400, b"POST /echo HTTP/1.0\r\n" + chunked + b"\r\n0\r\n\r\n")

    def test_bad_chunk(self):
        self.refused(400, POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
        self.refused(400, POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX\r\n0\r\n\r\n")

    def test_bad_chunk_while_it_is_asked_whether_it_may_come(self):
        answer: Deferred[None] = Deferred()

        async def gate(request):
            await answer
            return lambda: None

        paths = {b"/v2/media": UploadPath(gate)}
        self.site = Site(self.root, self.clock, UPLOAD_LIMIT, self.site.metrics, paths)
        self.refused(400, b"POST /v2/media HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
        self.assertTrue(answer.called, "it is cancelled")

    def test_bad_chunk_of_what_was_refused_already(self):
        connection = self.connect()
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n20000\r\n" + b"x" * 0x20000)
        connection.send(b"not a line\r\n")
        self.assertEqual(connection.received().count(b"HTTP/1.1 "), 1)
        self.assertFalse(connection.transport.connected)

    def test_chunks(self):
        self.assertEqual(
            self.ask(
                b"POST /echo HTTP/1.1\r\n%sTransfer-Encoding: Chunked\r\n" % HOST, b"5\r\nhello\r\n0\r\n\r\n"
            ).status,
            200,
        )

    def test_counted(self):
        self.refused(431, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 20_000)
        self.assertIn(b'hichat_http_answers_total{status="431"} 1.0', self.site.metrics.exposition())


class Turns(ChannelCase):
    def turn(self):
        """One turn of the reactor: what is put off in it is for the next."""
        calls: list[Any] = list(self.clock.calls)
        for call in [call for call in calls if call.getTime() <= self.clock.seconds()]:
            self.clock.calls.remove(call)
            call.called = 1
            call.func(*call.args, **call.kw)

    def test_requests_that_come_all_at_once(self):
        """Each waits for a turn of its own; meanwhile nothing more is read."""
        connection = self.connect()
        connection.send(request_bytes("GET", "/echo") * 50 + b"GET /echo HTT")
        for answered in range(1, 51):
            self.assertEqual(connection.received().count(b"HTTP/1.1 200"), answered)
            self.assertEqual(connection.transport.producerState, "paused")
            self.turn()
        self.assertEqual(connection.received().count(b"HTTP/1.1 200"), 50)
        self.assertEqual(connection.transport.producerState, "producing")
        connection.send(b"P/1.1\r\n%s\r\n" % HOST)
        self.assertEqual(connection.received().count(b"HTTP/1.1 200"), 51)

    def test_the_client_goes_away_meanwhile(self):
        connection = self.connect()
        connection.send(request_bytes("GET", "/echo") * 5)
        connection.transport.loseConnection()
        self.clock.advance(0)
        self.assertEqual(connection.received().count(b"HTTP/1.1 200"), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class Partings(ChannelCase):
    def test_over_tls_nobody_has_to_agree(self):
        connection = self.connect()
        transport = connection.transport
        self.patch(type(connection.protocol), "isSecure", lambda _: True)
        transport.loseConnection = lambda: None
        aborted = []
        transport.abortConnection = lambda: aborted.append(True)
        connection.send(b"GET /echo HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        self.clock.advance(15)
        self.assertEqual(aborted, [True])


class Big(Resource):
    isLeaf = True

    def render_GET(self, request):
        return bytes(10_000_000)


class ExportProcessDouble:
    """An export's process: it notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def give_up(self) -> None:
        self.told.append("give up")


class StalledExports(ChannelCase):
    def exported(self) -> tuple[ExportProcessDouble, list[Any]]:
        """@return: the process of exports that are asked for, and where their parts go."""
        process = ExportProcessDouble()
        begun: list[Any] = []

        def begin(_user: int, _language: str, sink: Any) -> Any:
            begun.append(sink)
            return process

        self.patch(self.exports, "begin", begin)
        user, _ = self.make_user("Ann")
        self.root.mount("export", ExportDownload(self.exports, user, "en"))
        return process, begun

    def test_nobody_reads_an_export(self) -> None:
        """Its process ends, so that others can have the place."""
        process, begun = self.exported()
        connection = self.connect()
        connection.send(request_bytes("GET", "/export"))
        begun[0].came(bytes(200_000))
        # As a socket has it whose buffers are full.
        connection.protocol.pauseProducing()
        self.assertEqual(process.told, ["pause"])
        for _ in range(3):
            self.clock.advance((STALL_TIME - 1) / 3)
        self.assertTrue(connection.transport.connected)
        self.clock.advance(1)
        self.assertFalse(connection.transport.connected)
        self.assertIn("give up", process.told)

    def test_an_export_is_read_slowly(self) -> None:
        """Some kilobytes a second are too few: there are few places. Who is slow for a while only gets all of it."""
        process, begun = self.exported()

        def read(piece: int, seconds: float, times: int) -> float:
            """@return: after how many seconds the connection ends; each piece is read in so many."""
            connection = self.connect()
            connection.send(request_bytes("GET", "/export"))
            for number in range(times):
                begun[-1].came(bytes(piece))
                connection.protocol.pauseProducing()
                self.clock.advance(seconds)
                if not connection.transport.connected:
                    return number * seconds
                connection.protocol.resumeProducing()
            begun[-1].is_whole()
            self.assertIn(b"200 OK", connection.received())
            connection.transport.loseConnection()
            return times * seconds

        slow = read(64 * 1024, 50, 100)
        self.assertGreaterEqual(slow, EXPORT_PATIENCE)
        self.assertLess(slow, EXPORT_PATIENCE * 1.2)
        self.assertEqual(process.told[-1], "give up")
        self.assertEqual(read(64 * 1024, 3.9, 500), 1950)
        self.assertEqual(read(1024 * 1024, 50, 4), 200)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class Stalls(ChannelCase):
    def setUp(self):
        super().setUp()
        self.root.mount("big", Big())
        self.connection = self.connect()
        self.transport = self.connection.transport
        self.connection.send(request_bytes("GET", "/big"))
        # As a socket has it whose buffers are full.
        self.transport.dataBuffer = bytes(10_000_000)
        self.transport.offset = 100_000
        self.connection.protocol.pauseProducing()

    def test_nobody_reads(self):
        self.clock.advance(STALL_TIME - 1)
        self.assertTrue(self.transport.connected)
        self.clock.advance(1)
        self.assertFalse(self.transport.connected)
        self.assertIn(b"hichat_stalled_closed_total 1.0", self.site.metrics.exposition())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_too_slow(self):
        for _ in range(3):
            self.transport.offset += STALL_TIME * READ_RATE
            self.clock.advance(STALL_TIME)
        self.assertTrue(self.transport.connected, "it reads, if slowly: longer than a connection may be idle")
        self.transport.offset += STALL_TIME * READ_RATE - 1
        self.clock.advance(STALL_TIME)
        self.assertFalse(self.transport.connected)

    def test_read(self):
        self.transport.offset = 10_000_000
        self.connection.protocol.resumeProducing()
        self.clock.advance(STALL_TIME)
        self.assertNotIn(b"hichat_stalled_closed_total 1.0", self.site.metrics.exposition())
