"""Tests for L{hichat.web.api.app_passwords} and L{hichat.web.api.device_flow}, over HTTP."""

from __future__ import annotations

from typing import Any

from hichat.signin.device_codes import DEVICE_CODE_LIFETIME, INTERVAL
from hichat.web.browser.device import DevicePage
from tests.support.site import SiteCase


class OverHTTP(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.ann, _ = self.make_user("Ann")
        self.token = self.log_in("correct horse")

    def log_in(self, password: str, device: str = "browser") -> str:
        answer = self.api("POST", "/login", {"name": "Ann", "password": password, "device": device})
        self.assertEqual(answer.status, 200, answer.body)
        token: str = answer.json["accessToken"]
        return token

    def ok(self, method: str, target: str, body: Any = None, token: str | None = None, status: int = 200) -> Any:
        answer = self.api(method, target, body, self.token if token is None else token)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def no(self, status: int, code: str, method: str, target: str, body: Any = None, token: str | None = None) -> None:
        self.problem(self.api(method, target, body, self.token if token is None else token), status, code)


class AppPasswordsOverHTTP(OverHTTP):
    def make(self, name: str = "Phone", password: str = "correct horse") -> Any:
        return self.ok("POST", "/me/app-passwords", {"name": name, "password": password}, status=201)

    def test_made_listed_and_revoked(self) -> None:
        self.assertEqual(self.ok("GET", "/me/app-passwords"), [])
        made = self.make()
        secret = made.pop("password")
        self.assertEqual(made, {"id": made["id"], "name": "Phone", "created": self.now, "used": 0})
        self.assertEqual(self.ok("GET", "/me/app-passwords"), [made])
        self.now += 1000
        token = self.log_in(secret, "phone")
        self.assertEqual(self.ok("GET", "/me/app-passwords"), [made | {"used": self.now}])
        self.assertEqual(self.ok("GET", "/me/app-passwords", token=token), [made | {"used": self.now}])
        self.ok("DELETE", f"/me/app-passwords/{made['id']}", status=204)
        self.assertEqual(self.ok("GET", "/me/app-passwords"), [])
        self.no(401, "unauthorized", "GET", "/me", token=token)
        self.no(404, "no_such_app_password", "DELETE", f"/me/app-passwords/{made['id']}")

    def test_refusals(self) -> None:
        self.make()
        good = {"name": "Tablet", "password": "correct horse"}
        for status, code, body in (
            (403, "wrong_password", good | {"password": "battery staple"}),
            (409, "app_password_exists", good | {"name": "Phone"}),
            (400, "invalid_field", good | {"name": ""}),
            (400, "invalid_field", good | {"name": "a" * 1000}),
            (400, "invalid_field", {"name": "Tablet"}),
        ):
            self.no(status, code, "POST", "/me/app-passwords", body)
        self.assertEqual(len(self.ok("GET", "/me/app-passwords")), 1)

    def test_an_app_password_does_not_stand_in_for_the_password_here(self) -> None:
        secret = self.make()["password"]
        self.no(403, "wrong_password", "POST", "/me/app-passwords", {"name": "Tablet", "password": secret})
        self.no(403, "wrong_password", "POST", "/me/password", {"old": secret, "new": "battery staple"})
        self.no(403, "wrong_password", "POST", "/me/deletion", {"password": secret})

    def test_not_by_an_app_password(self) -> None:
        made = self.make()
        token = self.log_in(made["password"], "phone")
        body = {"name": "Tablet", "password": "correct horse"}
        self.no(403, "not_by_app_password", "POST", "/me/app-passwords", body, token)
        self.no(403, "not_by_app_password", "DELETE", f"/me/app-passwords/{made['id']}", None, token)
        begun = self.ok("POST", "/device", {"device": "terminal"}, "")
        answer = {"userCode": begun["userCode"], "allow": True}
        self.no(403, "not_by_app_password", "POST", "/device/answer", answer, token)


class DeviceFlowOverHTTP(OverHTTP):
    def begin(self, **more: Any) -> Any:
        return self.ok("POST", "/device", {"device": "terminal", "label": "hichat chat"} | more, "")

    def test_let_in(self) -> None:
        begun = self.begin()
        self.assertEqual(
            {name: begun[name] for name in ("interval", "expiresIn", "verificationUri", "verificationUriComplete")},
            {
                "interval": INTERVAL,
                "expiresIn": DEVICE_CODE_LIFETIME,
                "verificationUri": "http://chat.example/device",
                "verificationUriComplete": f"http://chat.example/device?code={begun['userCode']}",
            },
        )
        poll = {"deviceCode": begun["deviceCode"]}
        self.no(400, "authorization_pending", "POST", "/device/token", poll, "")
        self.no(400, "slow_down", "POST", "/device/token", poll, "")
        found = self.ok("POST", "/device/find", {"userCode": begun["userCode"].lower()})
        self.assertEqual(
            found,
            {
                "device": "terminal",
                "label": "hichat chat",
                "address": "192.168.1.1",
                "began": self.now,
                "expires": self.now + DEVICE_CODE_LIFETIME * 1000,
            },
        )
        self.ok("POST", "/device/answer", {"userCode": begun["userCode"], "allow": True}, status=204)
        self.no(404, "no_such_user_code", "POST", "/device/find", {"userCode": begun["userCode"]})
        given = self.ok("POST", "/device/token", poll, "")
        self.assertEqual(given["user"], self.ann.id)
        self.assertEqual(self.ok("GET", "/me", token=given["accessToken"])["name"], "Ann")
        self.assertTrue(given["deviceSecret"] and given["refreshToken"])
        self.no(400, "expired_token", "POST", "/device/token", poll, "")

    def test_refused(self) -> None:
        begun = self.begin()
        self.ok("POST", "/device/answer", {"userCode": begun["userCode"], "allow": False}, status=204)
        self.no(400, "access_denied", "POST", "/device/token", {"deviceCode": begun["deviceCode"]}, "")

    def test_bad_input(self) -> None:
        for more in ({"device": ""}, {"device": "a" * 65}, {"label": "a" * 49}, {"label": "<b>"}, {"label": "\u202e"}):
            self.no(400, "invalid_field", "POST", "/device", {"device": "terminal"} | more, "")
        self.no(404, "no_such_user_code", "POST", "/device/find", {"userCode": "hello"})
        self.no(400, "invalid_field", "POST", "/device/find", {"userCode": ""})
        self.no(400, "invalid_field", "POST", "/device/answer", {"userCode": "BCDF-GHJK"})
        self.no(400, "expired_token", "POST", "/device/token", {"deviceCode": "hello"}, "")
        self.no(401, "unauthorized", "POST", "/device/answer", {"userCode": "BCDF-GHJK", "allow": True}, "")

    def test_the_page(self) -> None:
        """A short address, which leads to the page; nothing else may be in it."""
        self.root.putChild(b"device", DevicePage("/chat"))
        for query, detail in (
            ("", ""),
            ("?code=BCDF-GHJK", "/BCDF-GHJK"),
            ("?code=bcdfghjk", "/BCDFGHJK"),
            ("?code=%0d%0aX:%20y", ""),
            ("?code=//eve.example", ""),
            ("?code=a&code=b", ""),
        ):
            answer = self.request("GET", f"/device{query}")
            self.assertEqual((answer.status, answer.headers["location"]), (303, f"/chat/#/device{detail}"))
