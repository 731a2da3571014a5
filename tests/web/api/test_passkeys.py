"""Tests for L{hichat.web.api.passkeys}."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts.roles import ServerRole
from hichat.core.errors import Unauthorized
from hichat.signin.parties import AT_LOCALHOST, RelyingParty
from hichat.signin.passkeys import PASSKEYS_LIMIT
from hichat.web.browser.session import BrowserWays, SessionResource
from hichat.web.outside import Outside, PublicURL, party_of
from tests.support.authenticator import PRESENT, SoftAuthenticator
from tests.support.site import SiteCase

ORIGIN = "http://localhost:8000"
WITH_PASSKEYS = BrowserWays(passkey=True)


class PasskeyCallCase(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.user, _ = self.make_user("ann")
        self.token = self.token_of(self.user.id)
        self.device = SoftAuthenticator(ORIGIN)

    def own(self, method: str, target: str = "", body: Any = None, token: str = "") -> Any:
        return self.api(method, f"/me/passkeys{target}", body, token or self.token)

    def make(self, name: str = "Phone") -> Any:
        begun = self.own("POST", "/begin", {"password": "correct horse"}).json
        return self.own("POST", "", self.made(begun, name))

    def made(self, begun: Any, name: str = "Phone") -> Any:
        return {"state": begun["state"], "credential": self.device.make(begun["options"]), "name": name}

    def shown(self, begun: Any, **more: Any) -> Any:
        return {"state": begun["state"], "credential": self.device.show(begun["options"]), **more}


class OwnPasskeyTests(PasskeyCallCase):
    def test_one(self) -> None:
        self.assertEqual(self.own("GET").json, {"passkeys": [], "possible": True})
        answer = self.make()
        made = {"id": answer.json["id"], "name": "Phone", "made": self.now, "used": 0}
        codes = answer.json["recoveryCodes"]
        self.assertEqual((answer.status, answer.json), (201, {**made, "recoveryCodes": codes}))
        self.assertEqual(len({*codes}), 10)
        self.assertEqual(self.own("GET").json["passkeys"], [made])
        renamed = self.own("PATCH", f"/{made['id']}", {"name": " Old phone "})
        self.assertEqual((renamed.status, renamed.json), (200, {**made, "name": "Old phone"}))
        gone = self.own("POST", f"/{made['id']}/removal", {"password": "correct horse"})
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual(self.api("GET", "/me/factors", token=self.token).json["factors"], [])
        self.assertEqual(self.own("GET").json["passkeys"], [])

    def test_refused(self) -> None:
        begun = self.own("POST", "/begin", {"password": "correct horse"}).json
        made = self.made(begun)
        self.problem(self.own("POST", "", {**made, "name": "\n"}), 400, "invalid_field")
        self.problem(
            self.own("POST", "", {**made, "credential": {**made["credential"], "type": "x"}}), 400, "invalid_field"
        )
        self.problem(
            self.own("POST", "", {**made, "credential": {**made["credential"], "id": "A"}}), 403, "wrong_passkey"
        )
        self.assertEqual(self.own("POST", "", made).status, 201)
        self.problem(self.own("POST", "", made), 409, "challenge_over")
        self.problem(self.own("PATCH", "/99", {"name": "x"}), 404, "no_such_passkey")
        self.problem(self.own("POST", "/99/removal", {"password": "correct horse"}), 404, "no_such_passkey")

    def test_recovery_codes(self) -> None:
        """The first passkey comes with them, and one of them lets its user in who has lost it."""
        code = self.make().json["recoveryCodes"][0]
        self.device = SoftAuthenticator(ORIGIN)
        self.assertEqual(self.make().json["recoveryCodes"], [], "they are there")
        refused = self.api("POST", "/login", {"name": "ann", "password": "correct horse", "device": "phone"}).json
        self.assertEqual(refused["factors"], ["passkey", "recovery"])
        answer = self.api("POST", "/login/factor", {"ticket": refused["ticket"], "recovery": code})
        self.assertEqual(answer.status, 200)

    def test_proofs(self) -> None:
        """A passkey is a proof itself, once, for this user and on this device."""
        made = self.make().json
        asked = self.own("POST", "/show").json
        shown = self.shown(asked)
        self.assertEqual(self.own("POST", "/begin", {"passkey": shown}).status, 200)
        self.problem(self.own("POST", "/begin", {"passkey": shown}), 403, "wrong_code")
        at_door = self.shown(self.api("POST", "/login/passkey/begin", {}).json)
        begun = self.api("POST", "/login/passkey/begin", {}).json
        phone = self.api("POST", "/login/passkey", self.shown(begun, device="phone")).json["accessToken"]
        elsewhere = self.shown(self.own("POST", "/show", token=phone).json)
        for other in (at_door, elsewhere):
            self.problem(self.own("POST", "/begin", {"passkey": other}), 403, "wrong_code")
        both = {"passkey": self.shown(self.own("POST", "/show").json), "password": "correct horse"}
        self.problem(self.own("POST", "/begin", both), 400, "invalid_field")
        gone = self.own("POST", f"/{made['id']}/removal", {"passkey": self.shown(self.own("POST", "/show").json)})
        self.assertEqual(gone.status, 204)

    def test_a_role_that_needs_one(self) -> None:
        self.needed = (ServerRole.MEMBER,)
        self.mount(self.accounts)
        one = self.make().json
        self.device = SoftAuthenticator(ORIGIN)
        other = self.make().json
        proof = {"password": "correct horse"}
        self.assertEqual(self.own("POST", f"/{one['id']}/removal", proof).status, 204)
        self.problem(self.own("POST", f"/{other['id']}/removal", proof), 409, "factor_required")
        self.assertEqual(len(self.own("GET").json["passkeys"]), 1)

    def test_v1(self) -> None:
        """What was logged in by the password alone is logged out, where nobody can be asked for a factor."""
        token, user = self.run_now(self.accounts.log_ins.log_in("ann", "correct horse", "192.0.2.1", "1"))
        self.make()
        asked = Deferred.fromCoroutine(self.accounts.recogniser.authenticate(token, str(user.id)))
        self.failureResultOf(asked, Unauthorized)

    def test_that_it_is_you(self) -> None:
        """Whoever finds the page open neither adds a passkey nor takes one away."""
        made = self.make().json
        for target in ("/begin", f"/{made['id']}/removal"):
            self.problem(self.own("POST", target, {"password": "wrong horse"}), 403, "wrong_password")
            self.problem(self.own("POST", target, {}), 400, "invalid_field")
        self.assertEqual(len(self.own("GET").json["passkeys"]), 1)

    def test_somebody_elses(self) -> None:
        made = self.make().json
        bob, _ = self.make_user("bob")
        token = self.token_of(bob.id)
        self.problem(self.own("PATCH", f"/{made['id']}", {"name": "x"}, token), 404, "no_such_passkey")
        removal = self.own("POST", f"/{made['id']}/removal", {"password": "correct horse"}, token)
        self.problem(removal, 404, "no_such_passkey")
        self.assertEqual(self.own("GET", token=token).json["passkeys"], [])

    def test_so_many(self) -> None:
        for _ in range(PASSKEYS_LIMIT):
            self.device = SoftAuthenticator(ORIGIN)
            self.make()
        self.problem(self.own("POST", "/begin", {"password": "correct horse"}), 409, "too_many_passkeys")

    def test_a_deleted_account(self) -> None:
        self.make()
        self.assertEqual(self.api("POST", "/me/deletion", {"password": "correct horse"}, self.token).status, 204)
        begun = self.api("POST", "/login/passkey/begin", {}).json
        answer = self.api("POST", "/login/passkey", self.shown(begun, device="phone"))
        self.problem(answer, 403, "wrong_passkey")


class PasskeyLogInTests(PasskeyCallCase):
    def setUp(self) -> None:
        super().setUp()
        self.make()

    def test_alone(self) -> None:
        begun = self.api("POST", "/login/passkey/begin", {}).json
        shown = self.shown(begun, device="phone")
        answer = self.api("POST", "/login/passkey", shown)
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.api("GET", "/me", token=answer.json["accessToken"]).json["name"], "ann")
        self.problem(self.api("POST", "/login/passkey", shown), 409, "challenge_over")

    def test_as_a_second_factor(self) -> None:
        first = {"name": "ann", "password": "correct horse", "device": "phone"}
        refused = self.api("POST", "/login", first)
        self.problem(refused, 401, "second_factor_needed")
        self.assertEqual(refused.json["factors"], ["passkey", "recovery"])
        ticket = refused.json["ticket"]
        begun = self.api("POST", "/login/passkey/begin", {"ticket": ticket}).json
        self.assertEqual(len(begun["options"]["allowCredentials"]), 1)
        self.device.flags = PRESENT
        wrong = self.api("POST", "/login/factor", {"ticket": ticket, "passkey": self.shown(begun)})
        self.problem(wrong, 403, "wrong_code")
        self.device = SoftAuthenticator(ORIGIN, passkeys=self.device.passkeys)
        shown = {"ticket": ticket, "passkey": self.shown(begun)}
        answer = self.api("POST", "/login/factor", shown)
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.api("GET", "/me", token=answer.json["accessToken"]).json["name"], "ann")
        self.problem(self.api("POST", "/login/factor", shown), 403, "bad_ticket")

    def test_one_thing_for_another(self) -> None:
        """What was asked at the door is no second factor, and the other way round; nor is one ticket's another's."""
        first = {"name": "ann", "password": "correct horse", "device": "phone"}
        one, other = (self.api("POST", "/login", first).json["ticket"] for _ in range(2))
        at_door = self.api("POST", "/login/passkey/begin", {}).json
        for_ticket = self.api("POST", "/login/passkey/begin", {"ticket": one}).json
        for ticket, begun in ((one, at_door), (other, for_ticket)):
            answer = self.api("POST", "/login/factor", {"ticket": ticket, "passkey": self.shown(begun)})
            self.problem(answer, 403, "wrong_code")
        answer = self.api("POST", "/login/passkey", self.shown(for_ticket, device="phone"))
        self.problem(answer, 409, "challenge_over")
        self.problem(self.api("POST", "/login/passkey/begin", {"ticket": "x"}), 403, "bad_ticket")

    def test_a_copy(self) -> None:
        for problem in ("", "passkey_copied"):
            begun = self.api("POST", "/login/passkey/begin", {}).json
            self.device.passkeys[0].count = 5
            answer = self.api("POST", "/login/passkey", self.shown(begun, device="phone"))
            if problem:
                self.problem(answer, 403, problem)
            ticket = self.api("POST", "/login", {"name": "ann", "password": "correct horse", "device": "x"}).json[
                "ticket"
            ]
        begun = self.api("POST", "/login/passkey/begin", {"ticket": ticket}).json
        self.device.passkeys[0].count = 1
        answer = self.api("POST", "/login/factor", {"ticket": ticket, "passkey": self.shown(begun)})
        self.problem(answer, 403, "passkey_copied")


class BrowserPasskeyTests(PasskeyCallCase):
    """The same with cookies."""

    def setUp(self) -> None:
        super().setUp()
        self.make()
        self.begin_anew()

    def begin_anew(self, ways: BrowserWays = WITH_PASSKEYS) -> None:
        self.root.putChild(b"session", SessionResource(self.accounts, self.sign_in_with(self.accounts), ways=ways))
        self.jar: dict[str, str] = {}

    def call(self, path: str, body: Any = None, host: str = "localhost:8000") -> Any:
        headers = {"Host": host, "Content-Type": "application/json"}
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        method, content = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        answer = self.request(method, f"/session{path}", content, **headers)
        self.jar |= {name: morsel.value for name, morsel in SimpleCookie(answer.headers.get("set-cookie")).items()}
        return answer

    def test_alone(self) -> None:
        begun = self.call("/passkey/begin", {})
        self.assertEqual(begun.headers["cache-control"], "no-store")
        answer = self.call("/passkey", self.shown(begun.json, label="Chrome-Linux"))
        self.assertEqual((answer.status, answer.json["user"]), (200, self.user.id))
        self.assertRegex(answer.json["device"], "^Chrome-Linux-")

    def test_several_tabs(self) -> None:
        """What was asked in one of them stays good when another one asks."""
        first = self.call("/passkey/begin", {}).json
        self.call("/passkey/begin", {})
        self.assertEqual(self.call("/passkey", self.shown(first)).status, 200)

    def test_another_browser(self) -> None:
        """Nobody is logged in by a passkey that was shown to somebody else, who would read along."""
        begun = self.call("/passkey/begin", {}).json
        shown = self.shown(begun)
        jar, self.jar = self.jar, {}
        self.problem(self.call("/passkey", shown), 409, "challenge_over")
        self.call("/passkey/begin", {})
        self.problem(self.call("/passkey", shown), 409, "challenge_over")
        self.problem(self.api("POST", "/login/passkey", {**shown, "device": "phone"}), 409, "challenge_over")
        self.jar = jar
        self.assertEqual(self.call("/passkey", shown).status, 200)

    def test_as_a_second_factor(self) -> None:
        refused = self.call("", {"name": "ann", "password": "correct horse"})
        ticket = refused.json["ticket"]
        begun = self.call("/passkey/begin", {"ticket": ticket}).json
        answer = self.call("/factor", {"ticket": ticket, "passkey": self.shown(begun)})
        self.assertEqual((answer.status, answer.json["user"]), (200, self.user.id))

    def test_a_device_that_was_revoked(self) -> None:
        """As with a password, it is a new one."""
        first = self.call("/passkey", self.shown(self.call("/passkey/begin", {}).json)).json
        devices = self.api("GET", "/devices", token=first["accessToken"]).json["items"]
        (current,) = (each for each in devices if each["current"])
        self.api("DELETE", f"/devices/{current['id']}", token=first["accessToken"])
        second = self.call("/passkey", self.shown(self.call("/passkey/begin", {}).json))
        self.assertEqual(second.status, 200)
        self.assertNotEqual(second.json["device"], first["device"])

    def test_what_the_form_offers(self) -> None:
        for host in ("localhost", "localhost:8000"):
            self.assertTrue(self.call("/ways", host=host).json["passkey"])
        for host in ("127.0.0.1:8000", "chat.example", "localhost.evil.example", ""):
            self.assertFalse(self.call("/ways", host=host).json["passkey"])
        self.begin_anew(BrowserWays())
        self.assertFalse(self.call("/ways").json["passkey"])
        self.begin_anew()
        for public, offers in (("https://chat.example/im", True), ("http://chat.example", False)):
            self.site.outside = Outside(public=PublicURL.parse(public))
            self.assertEqual(self.call("/ways", host="10.0.0.1").json["passkey"], offers)


class PartyTests(PasskeyCallCase):
    def test_of_public_urls(self) -> None:
        """Browsers bind passkeys to a host, and check the whole origin."""
        for public, party in (
            ("https://chat.example", RelyingParty("chat.example", "https://chat.example")),
            ("https://chat.example:443/im/chat", RelyingParty("chat.example", "https://chat.example")),
            ("https://Chat.Example:8443", RelyingParty("chat.example", "https://chat.example:8443")),
            ("https://bücher.example", RelyingParty("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
            ("http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
            ("http://chat.localhost", RelyingParty("chat.localhost", "http://chat.localhost")),
            ("http://chat.example", None),
            ("https://192.0.2.1", None),
            ("https://[2001:db8::1]", None),
        ):
            self.assertEqual(party_of(PublicURL.parse(public)), party, public)
        self.assertEqual(party_of(None), AT_LOCALHOST)
