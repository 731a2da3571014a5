"""Tests for L{hichat.web.browser.signing_on}: what a browser sees of single sign-on, with a provider that can lie."""

import json
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from hichat.accounts.roles import ServerRole
from hichat.web.browser.session import SessionResource
from hichat.web.browser.signing_on import SignOnResource
from hichat.web.outside import Outside, PublicURL
from tests.support.openid import SignOnScene
from tests.support.site import SiteCase, request_bytes

FORM = "application/x-www-form-urlencoded"


class SigningOnTests(SignOnScene, SiteCase):
    def setUp(self):
        super().setUp()
        self.meet_provider()
        session = SessionResource(self.accounts, self.sign_in_with(self.accounts))
        session.putChild(b"oidc", SignOnResource(self.sso, self.accounts.recogniser, self.accounts.guard))
        self.root.putChild(b"session", session)
        self.jar: dict[str, str] = {}
        self.set: SimpleCookie = SimpleCookie()

    def call(self, path, method="GET", body=b"", **headers):
        """A call of a browser, which keeps cookies."""
        sent = {name: value for name, value in self.jar.items() if name.endswith("oidc") or "strict" not in headers}
        headers.pop("strict", None)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if sent:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        connection = self.connect()
        connection.send(request_bytes(method, f"/session{path}", body, given))
        self.set = SimpleCookie()
        for line in connection.received().split(b"\r\n\r\n")[0].split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                self.set.load(line.split(b":", 1)[1].decode().strip())
        for name, morsel in self.set.items():
            self.jar.pop(name, None)
            if morsel.value:
                self.jar[name] = morsel.value
        return connection.answer(method)

    def begin(self, path="/oidc?label=Firefox-Linux", **headers):
        answer = self.call(path, **headers)
        self.assertEqual(answer.status, 303)
        return answer.headers["location"]

    def come_back(self, url, **changes):
        """The provider's page sends the browser back: only cookies that are not strict come with that."""
        answer = {**self.far.sign_in(url), **changes}
        done = self.call(f"/oidc/back?{urlencode(answer)}", strict=False)
        self.assertEqual((done.status, done.headers["cache-control"]), (303, "no-store"))
        return done.headers["location"]

    def send(self, path, value, token=""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.call(path, "POST", json.dumps(value).encode(), Content_Type="application/json", **headers)

    def test_there_and_back(self):
        url = self.begin()
        back = parse_qs(urlsplit(url).query)["redirect_uri"]
        self.assertEqual(back, ["http://chat.example/session/oidc/back"])
        cookie = self.set["hichat_oidc"]
        self.assertEqual(
            (cookie["path"], cookie["samesite"], cookie["max-age"], cookie["httponly"]),
            ("/session/oidc", "lax", "600", True),
        )
        self.assertEqual(self.come_back(url), "/#/came")
        for name in ("hichat_session", "hichat_device", "hichat_known"):
            self.assertEqual((self.set[name]["samesite"], self.set[name]["path"]), ("strict", "/session"))
        self.assertEqual(self.set["hichat_oidc"]["max-age"], "0")
        answer = self.send("/refresh", {})
        self.assertRegex(answer.json["device"], "^Firefox-Linux-")
        me = self.api("GET", "/me", token=answer.json["accessToken"])
        self.assertEqual(me.json["name"], "ann")

    def test_the_same_device_the_next_time(self):
        self.come_back(self.begin())
        first, known = self.jar["hichat_device"], self.jar["hichat_known"]
        self.come_back(self.begin())
        self.assertEqual((self.jar["hichat_device"], self.jar["hichat_known"]), (first, known))

    def test_strange_labels(self):
        for label in ("", "x" * 25, "a%20b", "%0d%0a", "<script>"):
            self.jar.clear()
            self.come_back(self.begin(f"/oidc?label={label}"))
            self.assertRegex(self.jar["hichat_device"], "^Browser-")

    def test_what_goes_wrong_is_told_on_the_page(self):
        """And the browser is sent nowhere else, whatever the parameters say."""
        self.assertEqual(self.come_back(self.begin(), state="other"), "/#/unwelcome/strange_return")
        self.assertNotIn("hichat_oidc", self.jar)
        self.assertEqual(self.call("/oidc/back").headers["location"], "/#/unwelcome/strange_return")
        self.assertEqual(self.come_back(self.begin(), iss="https://evil.example"), "/#/unwelcome/bad_proof")
        self.far.claims = {"nonce": "other"}
        self.assertEqual(self.come_back(self.begin()), "/#/unwelcome/bad_proof")
        url = self.begin()
        self.far.away = True
        self.assertEqual(self.come_back(url), "/#/unwelcome/provider_away")
        for name in ("redirect_uri", "return_to", "next", "url", "code"):
            there = f"/oidc/back?{name}=https://evil.example"
            self.assertEqual(self.call(there).headers["location"], "/#/unwelcome/strange_return")
        self.assertFalse({"hichat_session", "hichat_device"} & set(self.jar))

    def test_the_provider_is_away_from_the_start(self):
        self.far.away = True
        self.assertEqual(self.begin(), "/#/unwelcome/provider_away")

    def test_a_fault_of_ours(self):
        self.patch(self.sso, "finish", lambda *_: 1 / 0)
        self.assertEqual(self.call("/oidc/back").headers["location"], "/#/unwelcome/internal")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_parameter_twice(self):
        url = self.begin()
        answer = urlencode(self.far.sign_in(url))
        place = self.call(f"/oidc/back?{answer}&state=x").headers["location"]
        self.assertEqual(place, "/#/unwelcome/strange_return")

    def test_a_page_of_another_site_begins_nothing(self):
        for site in ("cross-site", "same-site"):
            self.assertEqual(self.begin(Sec_Fetch_Site=site), "/#/chats")
        for site in ("same-origin", "none"):
            self.assertIn("/authorize?", self.begin(Sec_Fetch_Site=site))
        self.assertEqual(self.far.asked.count("/token"), 0)

    def test_over_tls_and_below_a_path(self):
        self.site.outside = Outside(public=PublicURL.parse("https://chat.example/talk"))
        url = self.begin()
        back = parse_qs(urlsplit(url).query)["redirect_uri"]
        self.assertEqual(back, ["https://chat.example/talk/session/oidc/back"])
        cookie = self.set["__Secure-hichat_oidc"]
        self.assertEqual((cookie["path"], cookie["secure"]), ("/talk/session/oidc", True))
        # Over a plain connection anybody may have set one of that name.
        good = self.jar.pop("__Secure-hichat_oidc")
        self.jar["hichat_oidc"] = good
        self.assertEqual(self.come_back(url), "/talk/#/unwelcome/strange_return")
        self.jar["__Secure-hichat_oidc"] = good
        self.assertEqual(self.come_back(url), "/talk/#/came")

    def test_a_host_that_is_none(self):
        self.assertEqual(self.begin(Host="chat.example:99999"), "/#/unwelcome/foreign_origin")

    def test_linking(self):
        user, _ = self.make_user("Eve")
        token = self.token_of(user.id)
        self.problem(self.send("/oidc/link", {"password": "wrong"}, token), 403, "wrong_password")
        self.problem(self.send("/oidc/link", {"password": "correct horse"}), 401, "unauthorized")
        self.problem(self.call("/oidc/link", "POST", b"{}"), 415, "not_json_type")
        answer = self.send("/oidc/link", {"password": "correct horse"}, token)
        self.assertEqual(self.come_back(answer.json["url"]), "/#/settings/security")
        self.assertNotIn("hichat_session", self.jar)
        self.assertEqual(self.come_back(self.begin()), "/#/came")
        self.assertEqual(self.send("/refresh", {}).json["user"], user.id)

    def test_leaving(self):
        place = self.begin("/oidc/leave")
        self.assertIn("/end?client_id=hichat&post_logout_redirect_uri=http%3A%2F%2Fchat.example%2F", place)
        self.assertEqual(self.begin("/oidc/leave", Sec_Fetch_Site="cross-site"), "/#/chats")

    def test_the_provider_logs_somebody_out(self):
        self.come_back(self.begin())
        body = urlencode({"logout_token": "x"}).encode()
        self.problem(self.call("/oidc/logout", "POST", body, Content_Type=FORM), 403, "bad_proof")
        self.problem(self.call("/oidc/logout", "POST", b"\xff", Content_Type=FORM), 400, "malformed_form")
        self.assertEqual(self.send("/refresh", {}).status, 200)
        event: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
        token = self.far.id_token("s-ann", jti="1", events=event)
        answer = self.call("/oidc/logout", "POST", urlencode({"logout_token": token}).encode(), Content_Type=FORM)
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(self.send("/refresh", {}).status, 204)


class IdentityCallTests(SignOnScene, SiteCase):
    def setUp(self):
        super().setUp()
        self.meet_provider()

    def come(self, link=None):
        url, cookie = self.run_now(self.sso.begin("https://chat.example/back", "", "Firefox", [], "192.0.2.7", link))
        return self.run_now(self.sso.finish(cookie, self.far.sign_in(url), ("192.0.2.7", "1")))

    def test_without_a_provider(self):
        user, _ = self.make_user("Eve")
        token = self.token_of(user.id)
        self.assertEqual(self.api("GET", "/me/identities", token=token).json, {"provider": "", "items": []})
        self.problem(self.api("DELETE", "/me/identities/1", token=token), 404, "no_provider")

    def test_ones_own(self):
        self.sign_on = self.sso
        self.mount(self.accounts)
        user, _ = self.make_user("Eve")
        token = self.token_of(user.id)
        self.come(user)
        (shown,) = self.api("GET", "/me/identities", token=token).json["items"]
        self.assertEqual((shown["name"], shown["provider"]), ("ann", "https://id.example/realm"))
        other, _ = self.make_user("Bob")
        path = f"/me/identities/{shown['id']}"
        self.problem(self.api("DELETE", path, token=self.token_of(other.id)), 404, "no_such_identity")
        self.assertEqual(self.api("DELETE", path, token=token).status, 204)
        self.problem(self.api("DELETE", path, token=token), 404, "no_such_identity")
        grant = self.come().grant
        self.assertIs(grant.user.role, ServerRole.MEMBER)
        (shown,) = self.api("GET", "/me/identities", token=grant.access).json["items"]
        self.problem(self.api("DELETE", f"/me/identities/{shown['id']}", token=grant.access), 409, "last_way")
