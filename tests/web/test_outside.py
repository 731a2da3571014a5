"""Tests for L{hichat.web.outside}: which pages may use the site, and what every answer says to browsers."""

import json
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from jsonschema import Draft7Validator
from twisted.internet.address import IPv4Address
from twisted.logger import LogEvent

from hichat.core.errors import Unauthorized
from hichat.v1.socket import SocketResource
from hichat.web.browser.files import WebClient
from hichat.web.browser.session import SessionResource
from hichat.web.docs.documents import mount_documents
from hichat.web.outside import Origin, Outside, PublicURL, parse_origins
from hichat.web.proxies import Proxies, Trusted
from hichat.web.sockets import SocketV2Resource
from tests.media.samples import PNG
from tests.support.doubles import watch_log
from tests.support.openapi_checker import OpenAPIChecker
from tests.support.site import SiteCase, Transport, multipart

ELSEWHERE = "192.0.2.1"
PROXY = "127.0.0.1"


class OutsideCase(SiteCase):
    def setUp(self):
        super().setUp()
        self.root.putChild(b"session", SessionResource(self.accounts, self.sign_in_with(self.accounts)))
        self.upgraded: list[Any] = []
        self.root.mount("v2/ws", SocketV2Resource(self.make_factory()))
        self.come_from(ELSEWHERE)

    def make_factory(self) -> Any:
        """Stands in for the gateway: whoever comes so far was let in."""

        class Nobody:
            def admit(self, *_):
                """This is where the gateway would begin."""

            def __bool__(self):
                return False

        class Factory:
            def buildProtocol(_, addr):  # noqa: N805
                self.upgraded.append(addr)
                return Nobody()

        return Factory()

    def come_from(self, address):
        self.patch(Transport, "getPeer", lambda _: IPv4Address("TCP", address, 4711))

    def is_taken(self, **headers):
        """@return: whether the socket and the session's calls are for such a request; they agree."""
        before = len(self.upgraded)
        socket = self.request("GET", "/v2/ws", Upgrade="websocket", Connection="Upgrade", **headers)
        call = self.request("POST", "/session/refresh", b"{}", Content_Type="application/json", **headers)
        taken = len(self.upgraded) > before
        self.assertEqual(taken, call.status != 403)
        if not taken:
            for answer in (socket, call):
                self.problem(answer, 403, "foreign_origin")
                self.assertIn("HICHAT_PUBLIC_URL", answer.json["detail"])
                self.assertIn("HICHAT_ORIGINS", answer.json["detail"])
        return taken

    def logged(self):
        seen: list[LogEvent] = []
        watch_log(self, seen.append)
        return seen


class Pages(OutsideCase):
    """The host is chat.example."""

    def test_its_own(self):
        for origin, is_own in (
            ("http://chat.example", True),
            ("http://chat.example:80", True),
            ("HTTP://Chat.Example", True),
            ("https://chat.example", True),
            ("http://chat.example:8000", False),
            ("https://chat.example:80", False),
            ("http://chat.example.", False),
            ("http://evil.example", False),
            ("http://chat.example.evil.example", False),
            ("http://evilchat.example", False),
            ("http://chat.example@evil.example", False),
            ("http://chat.example/", False),
            ("http://chat.example#", False),
            ("chat.example", False),
            ("null", False),
            ("NULL", False),
            ("", False),
            ("file://", False),
            ("http://", False),
            ("http://chat.example http://evil.example", False),
            ("http://chat.ex\u00e4mple", False),
        ):
            self.assertEqual(self.is_taken(Origin=origin), is_own, origin)

    def test_programs(self):
        self.assertTrue(self.is_taken())

    def test_the_other_dialect(self):
        """v1's page may be anywhere: who it is decides (its contract)."""

        class Nobody:
            async def arriving(self, token, user):
                raise Unauthorized

        self.root.mount("v1/user/SendUserMsg", SocketResource(self.make_factory(), cast(Any, Nobody())))
        for origin in ("https://evil.example", "null", "http://chat.example"):
            answer = self.request("GET", "/v1/user/SendUserMsg", Upgrade="websocket", Origin=origin)
            self.assertEqual(answer.status, 401)

    def test_two_that_differ(self):
        raw = b"POST /session/refresh HTTP/1.1\r\nHost: chat.example\r\nOrigin: http://chat.example\r\n"
        connection = self.connect()
        connection.send(raw + b"Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n")
        self.problem(connection.answer(), 403, "foreign_origin")

    def test_ports_of_the_host(self):
        for host, origin, is_own in (
            ("localhost:8000", "http://localhost:8000", True),
            ("localhost:8000", "http://localhost", False),
            ("chat.example:443", "https://chat.example", True),
            ("chat.example:80", "https://chat.example", False),
            ("CHAT.example", "https://chat.example", True),
            ("[::1]:8000", "http://[::1]:8000", True),
            ("[0::1]:8000", "http://[::1]:8000", True),
            ("127.0.0.1:8000", "http://localhost:8000", False),
            ("", "http://", False),
        ):
            connection = self.connect()
            head = f"POST /session/refresh HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
            connection.send(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            self.assertEqual(connection.answer().status, 204 if is_own else 403, (host, origin))

    def test_a_list(self):
        found = parse_origins("https://www.example, capacitor://localhost").found
        self.site.outside = Outside(origins=found)
        for origin, is_known in (
            ("https://www.example", True),
            ("https://www.example:443", True),
            ("capacitor://localhost", True),
            ("http://chat.example", True),
            ("http://www.example", False),
            ("https://www.example:444", False),
            ("https://localhost", False),
        ):
            self.assertEqual(self.is_taken(Origin=origin), is_known, origin)

    def test_the_public_address(self):
        self.site.outside = Outside(public=PublicURL.parse("https://public.example/chat"))
        for address in (ELSEWHERE, PROXY):
            self.come_from(address)
            for origin, is_known in (
                ("https://public.example", True),
                ("https://chat.example", True),
                ("http://public.example", False),
                ("https://evil.example", False),
            ):
                self.assertEqual(self.is_taken(Origin=origin, X_Forwarded_For="203.0.113.7"), is_known, origin)

    def test_what_a_proxy_says(self):
        said = {"X_Forwarded_Host": "public.example:8443", "X_Forwarded_Proto": "https"}
        for address, origin, is_known in (
            (PROXY, "https://public.example:8443", True),
            (PROXY, "https://public.example", False),
            (PROXY, "http://public.example:8443", False),
            (PROXY, "https://evil.example", False),
            (ELSEWHERE, "https://public.example:8443", False),
        ):
            self.come_from(address)
            self.assertEqual(self.is_taken(Origin=origin, **said), is_known, (address, origin))

    def test_a_proxy_that_names_no_host(self):
        """Nothing is known of who may come: all may, and the log says so, once."""
        seen = self.logged()
        self.come_from(PROXY)
        self.assertFalse(self.is_taken(Origin="https://evil.example"), "nobody says that it was passed on")
        self.assertEqual([event for event in seen if event["log_level"].name == "warn"], [])
        for sign in ({"X_Forwarded_For": "203.0.113.7"}, {"X_Forwarded_Proto": "https"}, {"Via": "1.1 proxy"}):
            self.assertTrue(self.is_taken(Origin="https://public.example", **sign))
            self.assertFalse(self.is_taken(Origin="null", **sign), "that is a page of nowhere")
        warned = [event for event in seen if event["log_level"].name == "warn"]
        self.assertEqual(len(warned), 1)
        self.assertIn("HICHAT_PUBLIC_URL", warned[0]["log_format"])
        self.come_from(ELSEWHERE)
        self.assertFalse(self.is_taken(Origin="https://public.example", X_Forwarded_For="203.0.113.7"))
        self.site.outside = Outside(Proxies(Trusted.parse("off")))
        self.come_from(PROXY)
        self.assertFalse(self.is_taken(Origin="https://public.example", X_Forwarded_For="203.0.113.7"))


class Origins(SiteCase):
    def test_there_and_back(self):
        for text in ("https://a.example", "http://a.example:8000", "http://[::1]:1", "app://x"):
            self.assertEqual(str(Origin.parse(text)), text)
        self.assertEqual(str(Origin.parse("https://b\u00fccher.example")), "https://xn--bcher-kva.example")


class Guards(OutsideCase):
    def guarded(self, answer, policy="same-origin"):
        self.assertEqual(answer.headers.get("x-content-type-options"), "nosniff")
        self.assertEqual(answer.headers.get("cross-origin-resource-policy"), policy)
        self.assertNotIn("strict-transport-security", answer.headers)

    def test_every_answer(self):
        for method, target in (
            ("GET", "/"),
            ("GET", "/nowhere"),
            ("GET", "/v1/user/list"),
            ("GET", "/v2/me"),
            ("GET", "/v2/nowhere"),
            ("GET", "/uploads/nothing"),
            ("HEAD", "/uploads/"),
            ("POST", "/v1/user/login_pw"),
            ("PUT", "/v1/user/login_pw"),
            ("OPTIONS", "/v2/me"),
            ("POST", "/session"),
            ("POST", "/session/refresh"),
            ("DELETE", "/session"),
            ("GET", "/session"),
            ("OPTIONS", "*"),
            ("GET", "/v2/ws"),
            ("BREW", "/"),
        ):
            self.guarded(self.request(method, target))

    def test_what_is_no_http(self):
        for raw, status in (
            (b"nonsense\r\n\r\n", 400),
            (b"GET /\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 600 + b"\r\n", 431),
        ):
            connection = self.connect()
            connection.send(raw)
            answer = connection.answer()
            self.assertEqual(answer.status, status)
            self.guarded(answer)

    def test_too_large(self):
        connection = self.connect()
        connection.send(b"POST /v1/user/login_pw HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n")
        self.guarded(connection.answer())

    def test_uploads_are_for_all(self):
        """The page of v1 may be anywhere."""
        _, query = self.make_user("ann", "correct horse")
        body, kind = multipart({}, [("file", "a.png", PNG)])
        url = self.request("POST", f"/v1/upload/image{query}", body, Content_Type=kind).json["Data"]
        self.guarded(self.request("HEAD", url), "cross-origin")
        self.guarded(self.request("HEAD", url, Range="bytes=0-1"), "cross-origin")
        (self.directory / f"{'0' * 32}.png").write_bytes(b"old")
        self.guarded(self.request("HEAD", f"/uploads/{'0' * 32}.png"), "cross-origin")

    def test_strict_transport_security(self):
        self.site.outside = Outside(hsts=31536000)
        for address, headers, is_said in (
            (PROXY, {"X_Forwarded_Proto": "https"}, True),
            (PROXY, {"X_Forwarded_Proto": "http"}, False),
            (PROXY, {}, False),
            (ELSEWHERE, {"X_Forwarded_Proto": "https"}, False),
        ):
            self.come_from(address)
            for target in ("/", "/v2/me", "/v1/user/list", "/uploads/x"):
                found = self.request("GET", target, **headers).headers.get("strict-transport-security")
                self.assertEqual(found, "max-age=31536000" if is_said else None)
        self.site.outside = Outside(public=PublicURL.parse("https://chat.example"), hsts=5)
        self.assertEqual(self.request("GET", "/").headers["strict-transport-security"], "max-age=5")


class Prefix(OutsideCase):
    """The site stands below C{/chat}, whether the proxy takes that off a request or not."""

    def setUp(self):
        super().setUp()
        self.site.outside = Outside(public=PublicURL.parse("https://chat.example:8443/chat"))
        client = WebClient(self.site.outside.prefix)
        self.root.putChild(b"", client.page)
        self.root.putChild(b"app", client.directory)
        mount_documents(self.root, self.site.outside.public)

    def both(self, method, path, *args, **headers):
        """@return: the answer, which is the same with the prefix and without."""
        answers = [self.request(method, target, *args, **headers) for target in (path, f"/chat{path}")]
        self.assertEqual(len({(answer.status, answer.body) for answer in answers}), 1, path)
        return answers[1]

    def test_the_page(self):
        page = self.both("GET", "/")
        links = re.findall(r'(?:href|src)="([^"]+)"', page.body.decode())
        self.assertEqual(len(links), 5)
        for link in links:
            self.assertTrue(link.startswith("/chat/app/"), link)
            self.assertEqual(self.both("GET", link.removeprefix("/chat")).status, 200, link)
        (link,) = [each for each in links if each.endswith(".webmanifest")]
        manifest = json.loads(self.request("GET", link).body)
        self.assertEqual({manifest[name] for name in ("id", "scope", "start_url")}, {"/chat/"})

    def test_without_the_slash(self):
        """What is relative would begin at the wrong place."""
        for target in ("/chat", "/chat?a=b"):
            answer = self.request("GET", target)
            self.assertEqual((answer.status, answer.headers["location"]), (308, "/chat/"))
        for target in ("/chats", "/chatv1/user/list", "/other/chat/", "/chat/chat/", "/Chat/"):
            self.assertEqual(self.request("GET", target).status, 404, target)

    def test_calls(self):
        user, query = self.make_user("ann", "correct horse")
        self.assertEqual(self.both("GET", f"/v1/user/list{query}").json[0]["ID"], user.id)
        self.assertEqual(self.both("GET", "/v2/nowhere").json["type"], "/chat/v2/api#not_found")
        self.assertEqual(self.both("POST", "/session/refresh", b"{}", Content_Type="application/json").status, 204)
        self.request("GET", "/chat/v2/ws", Upgrade="websocket", Origin="https://chat.example:8443")
        self.assertEqual(len(self.upgraded), 1)

    def test_uploads(self):
        """What the contract calls the site's root is below the prefix: addresses in messages do not have it."""
        _, query = self.make_user("ann", "correct horse")
        body, kind = multipart({}, [("file", "a.png", PNG)])
        for path in (f"/v1/upload/image{query}", f"/chat/v1/upload/image{query}"):
            url = self.request("POST", path, body, Content_Type=kind).json["Data"]
            self.assertTrue(url.startswith("/uploads/"))
            self.assertEqual(self.both("HEAD", url).status, 200)

    def test_documents(self):
        found = self.both("GET", "/v2/openapi.json").json
        self.assertEqual(found["servers"], [{"url": "https://chat.example:8443/chat/v2"}])
        OpenAPIChecker(found)
        found = self.both("GET", "/v2/asyncapi.json").json
        (server,) = found["servers"].values()
        self.assertEqual([server[name] for name in ("protocol", "pathname")], ["wss", "/chat"])
        self.assertEqual(server["variables"]["host"]["default"], "chat.example:8443")
        specification = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text())
        Draft7Validator(specification).validate(found)
        for page in ("api", "protocol"):
            text = self.both("GET", f"/v2/{page}").body.decode()
            links = re.findall(r'href="([^"#]+)"', text)
            self.assertTrue(links)
            for link in links:
                target = urljoin(f"/chat/v2/{page}", link)
                self.assertTrue(target.startswith("/chat/v2/"), target)
                self.assertEqual(self.request("GET", target).status, 200, target)
