"""What a device that has logged in with an app password may do over HTTP."""

from __future__ import annotations

import json
from typing import Any

from hichat.accounts.roles import ServerRole
from hichat.signin.app_passwords import AppPasswords
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.browser.session import SessionResource
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase

UNGUARDED = {"change_me", "link_export", "join_by_link"}
"""
Changes of what is one's own that such a device may make. C{change_me} is refused for the e-mail address; what is
exported the device may read anyway; groups are no matter of signing in.
"""


class ByAppPassword(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.ann, _ = self.make_user("Ann")
        apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        self.made, self.secret = self.run_now(apps.make(self.ann, "Phone"))

    def log_in(self, password: str) -> str:
        answer = self.api("POST", "/login", {"name": "Ann", "password": password, "device": "phone"})
        self.assertEqual(answer.status, 200, answer.body)
        token: str = answer.json["accessToken"]
        return token

    def refused(self, method: str, target: str, body: Any, token: str) -> None:
        self.problem(self.api(method, target, body, token), 403, "not_by_app_password")

    def test_it_chats(self) -> None:
        token = self.log_in(self.secret)
        for target in ("/me", "/conversations", "/devices", "/contacts"):
            self.assertEqual(self.api("GET", target, None, token).status, 200)
        self.assertEqual(self.api("PATCH", "/me", {"bio": "hi"}, token).status, 200)
        self.assertEqual(self.api("POST", "/logout", None, token).status, 204)

    def test_it_changes_nothing_about_signing_in(self) -> None:
        token = self.log_in(self.secret)
        self.refused("POST", "/me/password", {"old": "correct horse", "new": "battery staple"}, token)
        self.refused("POST", "/me/deletion", {"password": "correct horse"}, token)
        self.refused("PATCH", "/me", {"bio": "ho", "email": "eve@example.org"}, token)
        self.refused("DELETE", "/devices/1", None, token)
        self.assertEqual(self.api("GET", "/me", None, token).json["bio"], "")

    def test_the_password_does(self) -> None:
        token = self.log_in("correct horse")
        self.assertEqual(self.api("PATCH", "/me", {"email": "ann@example.org"}, token).status, 200)
        self.assertEqual(
            self.api("POST", "/me/password", {"old": "correct horse", "new": "battery staple"}, token).status, 200
        )

    def test_all_that_is_ones_own_is_guarded(self) -> None:
        """Whoever adds an operation about signing in says C{secures=True}, or why not, above."""
        own = [each for each in OPERATIONS if each.method != "GET" and each.path.split("/")[1] in ("me", "devices")]
        self.assertLessEqual({each.handler.__name__ for each in own if not each.secures}, UNGUARDED)
        for each in own:
            if each.secures:
                self.assertTrue(each.audited, each.id)
                self.assertFalse(each.is_open, each.id)

    def test_it_is_no_administrator(self) -> None:
        self.run_now(self.accounts.status.set_role(self.ann.id, ServerRole.OWNER))
        token = self.log_in(self.secret)
        self.assertEqual(self.api("GET", "/me", None, token).json["role"], "member")
        for method, target, body in (
            ("GET", "/admin/people", None),
            ("GET", "/admin/registration", None),
            ("PUT", "/admin/registration", {"policy": "open"}),
            ("POST", "/admin/announcements", {"text": "hi"}),
        ):
            self.problem(self.api(method, target, body, token), 403, "not_administrator")
        self.assertEqual(self.api("GET", "/admin/people", None, self.log_in("correct horse")).status, 200)

    def test_it_pins_no_announcement(self) -> None:
        self.run_now(self.accounts.status.set_role(self.ann.id, ServerRole.OWNER))
        place = "/conversations/announcements/pins/1"
        full = self.log_in("correct horse")
        for method in ("PUT", "DELETE"):
            self.problem(self.api(method, place, None, full), 404, "no_such_message")
        token = self.log_in(self.secret)
        for method in ("PUT", "DELETE"):
            self.problem(self.api(method, place, None, token), 403, "not_administrator")

    def test_a_browser(self) -> None:
        """It has calls of its own."""
        self.root.putChild(b"session", SessionResource(self.accounts, self.sign_in_with(self.accounts)))

        def call(target: str, body: Any, **headers: str) -> Any:
            content = json.dumps(body).encode()
            return self.request("POST", f"/session{target}", content, Content_Type="application/json", **headers)

        for password, status in ((self.secret, 403), ("correct horse", 200)):
            answer = call("", {"name": "Ann", "password": password})
            self.assertEqual(answer.status, 200, answer.body)
            given: dict[str, str] = {"Authorization": f"Bearer {answer.json['accessToken']}"}
            given["Cookie"] = f"hichat_device={answer.json['device']}"
            answer = call("/password", {"old": "correct horse", "new": "battery staple"}, **given)
            self.assertEqual(answer.status, status, answer.body)


class OnPostgreSQLByAppPassword(OnPostgreSQL, ByAppPassword):
    pass
