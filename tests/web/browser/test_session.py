"""Tests for L{hichat.web.browser.session}."""

import json
from http.cookies import SimpleCookie

from twisted.internet.address import IPv4Address

from hichat.web.browser.session import BrowserWays, SessionResource
from hichat.web.outside import Outside, PublicURL
from tests.support.doubles import NOW
from tests.support.signing_in import KEY, code_at
from tests.support.site import SiteCase, Transport, request_bytes


class SessionTests(SiteCase):
    def setUp(self):
        super().setUp()
        self.root.putChild(b"session", SessionResource(self.accounts, self.sign_in_with(self.accounts)))
        self.jar: dict[str, str] = {}
        self.set: SimpleCookie = SimpleCookie()
        self.user, _ = self.make_user("ann")

    def call(self, path="", body=None, method="POST", **headers):
        """A call of a browser, which keeps cookies."""
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        headers.setdefault("Content_Type", "application/json")
        empty = method == "DELETE" or body == b""
        content = b"" if empty else json.dumps({} if body is None else body).encode()
        connection = self.connect()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.send(request_bytes(method, f"/session{path}", content, given))
        self.set = SimpleCookie()
        for line in connection.received().split(b"\r\n\r\n")[0].split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                self.set.load(line.split(b":", 1)[1].decode().strip())
        for name, morsel in self.set.items():
            if morsel.value:
                self.jar[name] = morsel.value
            else:
                self.jar.pop(name, None)
        return connection.answer(method)

    def log_in(self, **more):
        return self.call("", {"name": "ann", "password": "correct horse", **more})

    def test_logging_in(self):
        """The page gets an access token and the device's name; the refresh token is where no script sees it."""
        answer = self.log_in(label="Firefox-Linux")
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json), {"user", "device", "accessToken", "expiresIn", "made"})
        self.assertRegex(answer.json["device"], r"^Firefox-Linux-[0-9a-f]{8}$")
        for name in ("hichat_session", "hichat_device", "hichat_known"):
            cookie = self.set[name]
            self.assertTrue(cookie["httponly"])
            self.assertEqual(cookie["samesite"].lower(), "strict")
            self.assertEqual(cookie["path"], "/session")
        self.assertNotIn(self.jar["hichat_session"], answer.body.decode())
        me = self.api("GET", "/me", token=answer.json["accessToken"])
        self.assertEqual(me.json["name"], "ann")

    def test_ways(self):
        """Whoever is logged in or not is told what the form may offer."""
        self.root.putChild(
            b"session",
            SessionResource(self.accounts, self.sign_in_with(self.accounts), ways=BrowserWays(oidc="Example")),
        )
        answer = self.call("/ways", b"", method="GET")
        self.assertEqual(answer.json, {"password": True, "passkey": False, "oidc": "Example", "mail": False})
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertEqual(self.call("/ways", {}).status, 405)

    def test_the_browser_is_known(self):
        """Over a log-out, for each who has logged in here; strangers wait meanwhile."""
        self.make_user("bob")
        self.call("", {"name": "bob", "password": "correct horse"})
        token = self.log_in().json["accessToken"]
        self.assertNotIn(self.jar["hichat_known"], self.log_in().body.decode())
        token = self.log_in().json["accessToken"]
        self.call("", method="DELETE", Authorization=f"Bearer {token}")
        self.assertNotIn("hichat_session", self.jar)
        known = dict(self.jar)
        for name in ("ann", "bob"):
            self.jar.clear()
            for _ in range(100):
                self.problem(self.call("", {"name": name, "password": "wrong"}), 403, "wrong_password")
            answer = self.call("", {"name": name, "password": "correct horse"})
            self.problem(answer, 429, "too_many_attempts")
            self.jar.update(known)
            self.assertEqual(self.call("", {"name": name, "password": "correct horse"}).status, 200)

    def test_a_password_that_is_refused(self):
        token = self.log_in().json["accessToken"]
        for new, code in (("short", "password_too_short"), ("password1", "password_too_common")):
            answer = self.call("/password", {"old": "correct horse", "new": new}, Authorization=f"Bearer {token}")
            self.problem(answer, 400, code)

    def test_a_second_factor(self):
        """The page gets a ticket, and no cookie of a session; the second step is the log-in."""
        with self.store.transaction() as connection:
            self.kinds.totp.keep(connection, self.user.id, KEY, code_at(NOW - 600_000), NOW - 600_000)
        problem = self.problem(self.log_in(label="Firefox-Linux"), 401, "second_factor_needed")
        self.assertEqual(problem["factors"], ["totp"])
        self.assertNotIn("hichat_session", self.jar)
        shown = {"ticket": problem["ticket"], "totp": "000000"}
        self.problem(self.call("/factor", shown), 403, "wrong_code")
        shown |= {"totp": code_at(NOW).code, "remember": True}
        self.problem(self.call("/factor", shown, Origin="https://evil.example"), 403, "foreign_origin")
        self.problem(self.call("/factor", shown | {"recovery": "x"}), 400, "invalid_field")
        answer = self.call("/factor", shown)
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer.json["device"], r"^Firefox-Linux-[0-9a-f]{8}$")
        self.assertEqual(self.api("GET", "/me", token=answer.json["accessToken"]).json["name"], "ann")
        # It is remembered, by the cookie that no script reads.
        self.assertEqual(self.log_in().json["device"], answer.json["device"])
        del self.jar["hichat_known"]
        self.problem(self.log_in(), 401, "second_factor_needed")

    def come_from(self, address):
        self.patch(Transport, "getPeer", lambda _: IPv4Address("TCP", address, 4711))

    def test_secure_over_tls(self):
        """A proxy that speaks TLS says so; then the cookies never go over a plain connection, nor come from one."""
        self.log_in()
        self.assertFalse(self.set["hichat_session"]["secure"])
        for address, said, is_secure in (
            ("127.0.0.1", "https", True),
            ("127.0.0.1", "HTTPS", True),
            ("127.0.0.1", "https, http", True),
            ("127.0.0.1", "http", False),
            ("192.0.2.1", "https", False),
        ):
            self.come_from(address)
            self.jar.clear()
            answer = self.call("", {"name": "ann", "password": "correct horse"}, X_Forwarded_Proto=said)
            self.assertEqual(answer.status, 200)
            for name in ("hichat_session", "hichat_device", "hichat_known"):
                cookie = self.set[f"__Secure-{name}" if is_secure else name]
                self.assertEqual((bool(cookie["secure"]), cookie["path"]), (is_secure, "/session"), said)
            self.assertEqual(len(self.set), 3)
            self.assertEqual(self.call("/refresh", X_Forwarded_Proto=said).status, 200)

    def test_the_cookies_of_before(self):
        """Who is logged in with the old names stays so, as the same device, and has the new ones then."""
        device = self.log_in().json["device"]
        self.come_from("127.0.0.1")
        answer = self.call("/refresh", X_Forwarded_Proto="https")
        self.assertEqual((answer.status, answer.json["device"]), (200, device))
        self.assertEqual(set(self.jar), {"__Secure-hichat_session", "__Secure-hichat_device", "hichat_known"})
        # Whoever can write a cookie on a plain connection cannot put another session in its place.
        self.jar |= {"hichat_session": "x.y.z", "hichat_device": "Evil-1"}
        answer = self.call("/refresh", X_Forwarded_Proto="https")
        self.assertEqual((answer.status, answer.json["device"]), (200, device))
        self.assertEqual(set(self.jar), {"__Secure-hichat_session", "__Secure-hichat_device", "hichat_known"})
        token = answer.json["accessToken"]
        headers = {"Authorization": f"Bearer {token}", "X_Forwarded_Proto": "https"}
        self.assertEqual(self.call("", method="DELETE", **headers).status, 204)
        self.assertNotIn("__Secure-hichat_session", self.jar)
        self.assertEqual(self.call("/refresh", X_Forwarded_Proto="https").status, 204)

    def test_the_public_address(self):
        """What the operator says of it counts, whatever a request says."""
        self.site.outside = Outside(public=PublicURL.parse("https://chat.example/chat"))
        self.log_in()
        self.assertEqual(self.set["__Secure-hichat_session"]["path"], "/chat/session")
        self.assertTrue(self.set["__Secure-hichat_session"]["secure"])
        self.site.outside = Outside(public=PublicURL.parse("http://chat.example"))
        self.jar.clear()
        self.log_in(label="B")
        self.assertFalse(self.set["hichat_session"]["secure"])

    def test_pages_elsewhere(self):
        """A page that is not of this server gets nothing, and nothing is done."""
        token = self.log_in().json["accessToken"]
        kept = dict(self.jar)
        for origin in ("https://evil.example", "null", "http://chat.example.evil.example", "http://chat.example:81"):
            for method, path, body in (
                ("POST", "", {"name": "ann", "password": "correct horse"}),
                ("POST", "/refresh", {}),
                ("POST", "/password", {"old": "correct horse", "new": "battery staple"}),
                ("DELETE", "", None),
            ):
                answer = self.call(path, body, method, Origin=origin, Authorization=f"Bearer {token}")
                self.problem(answer, 403, "foreign_origin")
                self.assertFalse(self.set)
        self.assertEqual(self.jar, kept)
        self.assertEqual(self.call("/refresh", Origin="http://chat.example").status, 200)

    def test_refreshing(self):
        """Each refresh gives another cookie; the device stays."""
        first = self.log_in().json
        before = self.jar["hichat_session"]
        again = self.call("/refresh")
        self.assertEqual((again.status, again.json["device"]), (200, first["device"]))
        self.assertNotEqual(self.jar["hichat_session"], before)

    def test_nobody(self):
        """A browser that is not logged in is told so, without an error; a cookie that is void goes."""
        self.assertEqual(self.call("/refresh").status, 204)
        self.jar |= {"hichat_session": "x.y.z", "hichat_device": "Browser-1"}
        self.assertEqual(self.call("/refresh").status, 204)
        self.assertNotIn("hichat_session", self.jar)

    def test_logging_out(self):
        """The session is void, not only forgotten."""
        token = self.log_in().json["accessToken"]
        kept = self.jar["hichat_session"]
        self.assertEqual(self.call("", method="DELETE", Authorization=f"Bearer {token}").status, 204)
        self.assertNotIn("hichat_session", self.jar)
        self.jar["hichat_session"] = kept
        self.assertEqual(self.call("/refresh").status, 204)
        self.assertEqual(self.api("GET", "/me", token=token).status, 401)
        self.assertEqual(self.call("", method="DELETE").status, 401)

    def test_the_same_device_again(self):
        """Who logs in again in the same browser does so as the same device; a revoked one gets another name."""
        first = self.log_in().json
        token = first["accessToken"]
        self.assertEqual(self.log_in().json["device"], first["device"])
        token = self.log_in().json["accessToken"]
        found = self.api("GET", "/devices", token=token).json["items"]
        (device,) = (each for each in found if each["current"])
        self.api("DELETE", f"/devices/{device['id']}", token=token)
        self.assertNotEqual(self.log_in().json["device"], first["device"])

    def test_another_password(self):
        """This browser stays logged in."""
        token = self.log_in().json["accessToken"]
        changed = self.call(
            "/password", {"old": "correct horse", "new": "battery staple"}, Authorization=f"Bearer {token}"
        )
        self.assertEqual(changed.status, 200)
        self.assertEqual(self.call("/refresh").status, 200)
        self.assertEqual(self.api("GET", "/me", token=token).status, 401)

    def test_another_site(self):
        """What a form of another site can send (Fetch: simple requests) is refused before it does anything."""
        self.log_in()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            for path, body in (("", {"name": "ann", "password": "correct horse"}), ("/refresh", {})):
                answer = self.call(path, body, Content_Type=kind)
                self.problem(answer, 415, "not_json_type")
                self.assertFalse(self.set)
        # Without a body, and without a word about it: a page of another port of this host sends cookies with that.
        kept = dict(self.jar)
        self.problem(self.call("/refresh", body=b"", Content_Type=""), 415, "not_json_type")
        self.assertEqual(self.jar, kept)
        self.assertEqual(self.call("/refresh").status, 200)

    def test_wrong(self):
        """Refusals are problems, as those of the API."""
        self.problem(self.call("", {"name": "ann", "password": "wrong"}), 403, "wrong_password")
        self.problem(self.call("", {"name": "ann"}), 400, "invalid_field")
        self.problem(self.log_in(label="a b"), 400, "invalid_field")
        self.problem(self.call("/password", {"old": "a", "new": "b"}), 401, "unauthorized")
        self.assertEqual(self.call("", method="PUT").status, 405)
        self.assertFalse(self.jar)
