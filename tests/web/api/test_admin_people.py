"""Tests for L{hichat.web.api.admin_people}; the rules are those of L{hichat.accounts.server_rights}."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.accounts.password_codes import CODE_LIFETIME
from hichat.accounts.roles import ServerRole
from hichat.core.errors import BadLink, WrongPassword
from hichat.groups import queries
from hichat.personal.exports import EXPORT_RATE
from hichat.storage import tables
from hichat.web.api import admin_people
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase

ROLES = ("guest", "member", "moderator", "administrator", "owner")

PASSWORD = "correct horse"
SEEN, DONE = "seen", "done"

TABLE: list[tuple[str, Any, str, str]] = [
    ("GET /people", None, "moderator", SEEN),
    ("GET /people/U", None, "moderator", SEEN),
    ("GET /people/U/groups", None, "moderator", SEEN),
    ("GET /people/U/devices", None, "administrator", SEEN),
    ("GET /people/U/factors", None, "administrator", SEEN),
    ("DELETE /people/U/factors", None, "administrator", DONE),
    ("POST /people", {"name": "Newcomer"}, "administrator", SEEN),
    ("PUT /people/U/disabled", None, "moderator", DONE),
    ("DELETE /people/U/disabled", None, "moderator", DONE),
    ("POST /people/U/sign-out", {}, "moderator", DONE),
    ("POST /people/U/sign-out", {"device": 0}, "administrator", DONE),
    ("DELETE /people/U/devices/0", None, "administrator", DONE),
    ("PATCH /people/U", {"displayName": "Another"}, "administrator", DONE),
    ("POST /people/U/password", None, "administrator", DONE),
    ("DELETE /people/U", None, "administrator", DONE),
    ("POST /people/U/export", {}, "owner", SEEN),
]
"""What is called, with what body; the least role; and whether it is done to somebody, of a role below the caller's."""


class AdminPeopleCase(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.ids = {}
        for role in ROLES:
            for name in (f"{role}-one", f"{role}-two"):
                self.ids[name] = self.run_now(self.accounts.registrar.register(name, PASSWORD, PASSWORD)).id
                self.successResultOf(self.store.write(users.set_role, self.ids[name], ServerRole.of(role), self.now))

    def call(self, by, method, path, body=None):
        token = self.token_of(self.ids[by])
        return self.api(method, f"/admin{path}", body, token)

    def good(self, by, method, path, body=None, status=200):
        answer = self.call(by, method, path, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def names(self, query="", by="moderator-one"):
        return [person["name"] for person in self.good(by, "GET", f"/people{query}")["items"]]

    def device_of(self, user):
        return self.run_now(self.accounts.sessions.of_user(user))[0][0].id

    def user(self, name):
        return self.successResultOf(self.store.read(users.find, self.ids[name]))


class AdminPeopleTests(AdminPeopleCase):
    def test_who_may_do_what(self) -> None:
        """Each operation, by each role, about each role."""
        for call, body, least, about in TABLE:
            for by in ROLES:
                for whose in ROLES:
                    self._try(call, body, least, about, f"{by}-one", f"{whose}-two")

    def test_a_role_that_changes_meanwhile(self) -> None:
        """The rights are asked again with the change: those whom it is about may have become owners meanwhile."""

        async def asked_before(services, caller, act, user_id):
            return await services.store.read(users.get, user_id)

        owner = self.user("owner-two")
        self.token_of(owner.id)
        device = self.device_of(owner.id)
        self.patch(admin_people, "whose_account", asked_before)
        for call, body, _least, about in TABLE:
            if about == DONE:
                method, path = call.split(" ")
                path = path.replace("U", str(owner.id)).replace("/0", f"/{device}")
                wanted = {"device": device} if call.endswith("sign-out") and body else body
                answer = self.call("administrator-one", method, path, wanted)
                self.assertEqual((answer.status, answer.json["code"]), (403, "not_permitted"), call)
        self.assertEqual(self.user("owner-two"), owner)

    def _try(self, call, body, least, about, by, whose):
        number, rank = self.ids[whose], ROLES.index
        low = rank(by[:-4]) < rank(least)
        above = by == "owner-one" or rank(whose[:-4]) < rank(by[:-4])
        wanted = "not_administrator" if low else "not_permitted" if about is DONE and not above else ""
        method, path = call.split()
        device = self.device_of(number) if self.run_now(self.accounts.sessions.of_user(number)) else 1
        given = {"device": device} if body == {"device": 0} else body
        if wanted:
            answer = self.call(
                by, method, path.replace("/devices/0", f"/devices/{device}").replace("U", str(number)), given
            )
            self.assertEqual(answer.json["code"], wanted, (call, by, whose))
        elif about is SEEN and method == "GET":
            self.good(by, method, path.replace("U", str(number)), given)

    def test_export(self) -> None:
        """A link is for an owner, who is one still; it counts among the owner's, and is not somebody else's."""
        whose, owner = self.ids["administrator-one"], self.ids["owner-one"]
        self.good("owner-one", "PUT", f"/people/{whose}/disabled", status=204)
        link = self.good("owner-one", "POST", f"/people/{whose}/export", {"language": "zh"})
        path, _, query = link["url"].partition("?")
        fields = dict(part.split("=") for part in query.split("&"))
        self.assertEqual((path, fields.pop("language")), ("/v2/me/export", "zh"))
        key, until = fields.pop("key"), int(fields.pop("until"))
        device = self.device_of(owner)
        wanted = {"user": str(whose), "device": str(device), "by": str(owner)}
        self.assertEqual((fields, until), (wanted, link["expires"]))

        def check(by, user=whose, device=device):
            return Deferred.fromCoroutine(self.exports.check(user, until, key, device, by))

        found, asker = self.successResultOf(check(owner))
        self.assertEqual((found.id, asker.id), (whose, owner))
        for by, user in ((0, whose), (self.ids["owner-two"], whose), (owner, self.ids["member-one"]), (2**40, whose)):
            self.failureResultOf(check(by, user), BadLink)
        self.token_of(self.ids["owner-two"])
        other = self.device_of(self.ids["owner-two"])
        self.failureResultOf(check(owner, device=other), BadLink)
        self.successResultOf(self.store.write(users.set_role, owner, ServerRole.ADMINISTRATOR, self.now))
        self.failureResultOf(check(owner), BadLink)
        for _ in range(EXPORT_RATE.attempts):
            self.good("owner-two", "POST", f"/people/{whose}/export", {})
        answer = self.call("owner-two", "POST", f"/people/{whose}/export", {})
        self.assertEqual((answer.status, answer.json["code"]), (429, "too_many_attempts"))
        own = self.api("POST", "/me/export", {}, self.token_of(self.ids["member-one"]))
        self.assertEqual(own.status, 200)
        self.good("owner-one", "POST", "/people/4000000000/export", {}, status=403)

    def test_the_link_of_a_device_that_logs_out(self) -> None:
        """It ends with the session, and a new session does not bring it back."""
        name = "member-one"
        number = self.ids[name]
        link = self.api("POST", "/me/export", {}, self.token_of(number)).json
        fields = dict(part.split("=") for part in link["url"].partition("?")[2].split("&"))
        device = int(fields["device"])
        self.assertEqual(device, self.device_of(number))

        def check():
            found = self.exports.check(number, int(fields["until"]), fields["key"], device)
            return Deferred.fromCoroutine(found)

        self.assertEqual(self.successResultOf(check())[0].id, number)
        self.run_now(self.accounts.sessions.log_out(self.user(name), device))
        self.failureResultOf(check(), BadLink)
        self.assertEqual(self.api("GET", link["url"].removeprefix("/v2")).json["code"], "bad_link")
        self.token_of(number)
        self.assertEqual(self.device_of(number), device)
        self.failureResultOf(check(), BadLink)

    def test_list(self) -> None:
        everybody = sorted(self.ids)
        self.assertEqual(self.names(), everybody)
        self.assertEqual(self.names("?role=moderator"), ["moderator-one", "moderator-two"])
        self.assertEqual(self.names("?text=TWO&role=guest"), ["guest-two"])
        self.good("moderator-one", "PUT", f"/people/{self.ids['guest-one']}/disabled", status=204)
        self.assertEqual(self.names("?state=disabled"), ["guest-one"])
        self.assertEqual(self.names("?state=active&text=guest"), ["guest-two"])
        page = self.good("moderator-one", "GET", "/people?limit=4")
        self.assertEqual(self.names(f"?limit=200&cursor={page['next']}"), everybody[4:])
        page = self.good("moderator-one", "GET", "/people?role=moderator&limit=1")
        self.assertEqual([person["name"] for person in page["items"]], ["moderator-one"])
        self.assertEqual(self.names(f"?role=moderator&limit=1&cursor={page['next']}"), ["moderator-two"])
        page = self.good("moderator-one", "GET", "/people?text=one&limit=2")
        self.assertEqual(len(self.names(f"?text=one&cursor={page['next']}")), 3)
        self.assertEqual(self.names("?text=%25"), [])

    def test_last_use(self) -> None:
        """It is the last refresh or use of a token of any device; who has never used the server has none."""
        moderator, member = "moderator-one", self.ids["member-one"]
        (found,) = self.good(moderator, "GET", "/people?text=member-one")["items"]
        self.assertNotIn("lastUse", found)
        self.token_of(member)
        self.now += 1000
        (found,) = self.good(moderator, "GET", "/people?text=member-one")["items"]
        self.assertEqual(found["lastUse"], self.now - 1000)
        self.assertIn("member-one", self.names(f"?usedSince={self.now - 1000}"))
        self.assertNotIn("member-one", self.names(f"?usedSince={self.now - 999}"))
        self.assertIn("member-one", self.names(f"?unusedSince={self.now - 999}"))
        self.assertNotIn("member-one", self.names(f"?unusedSince={self.now - 1000}"))

    def test_person(self) -> None:
        number = self.ids["member-one"]
        token = self.token_of(number)
        mine = self.api("POST", "/groups", {"name": "Boat"}, token).json["id"]
        other = self.api("POST", "/groups", {"name": "Raft"}, self.token_of(self.ids["member-two"])).json["id"]
        self.api("POST", f"/groups/{other}/join", token=token)
        row = {"id": "x" * 22, "owner_id": number, "kind": "file", "type": "a/b", "name": "", "size": 5000}
        with self.store.transaction() as connection:
            connection.execute(tables.media.insert().values(**row, room=8192, created_at=self.now))
        found = self.good("moderator-one", "GET", f"/people/{number}")
        told = {
            name: found[name] for name in ("name", "role", "created", "groups", "owned", "files", "room", "devices")
        }
        self.assertEqual(
            told,
            {
                "name": "member-one",
                "role": "member",
                "created": self.now,
                "groups": 2,
                "owned": 1,
                "files": 1,
                "room": 8192,
                "devices": 1,
            },
        )
        groups = self.good("moderator-one", "GET", f"/people/{number}/groups")["items"]
        self.assertEqual([(group["id"], group["role"]) for group in groups], [(mine, "owner"), (other, "member")])
        page = self.good("moderator-one", "GET", f"/people/{number}/groups?limit=1")
        groups = self.good("moderator-one", "GET", f"/people/{number}/groups?limit=1&cursor={page['next']}")["items"]
        self.assertEqual([group["id"] for group in groups], [other])
        for path in ("", "/groups", "/devices"):
            self.problem(self.call("owner-one", "GET", f"/people/4711{path}"), 404, "no_such_user")

    def test_make(self) -> None:
        """With a password; or without, and then by the code, which is good once."""
        made = self.good(
            "administrator-one",
            "POST",
            "/people",
            {"name": "Zoe", "displayName": "Z.", "password": PASSWORD},
            201,
        )
        self.assertEqual(
            (made["person"]["displayName"], made["person"]["role"], "link" in made), ("Z.", "member", False)
        )
        self.log_in("Zoe", PASSWORD)
        made = self.good("administrator-one", "POST", "/people", {"name": "Yan"}, 201)
        self.refused_log_in("Yan", "")
        self.set_password(made["link"]["code"], PASSWORD)
        self.log_in("Yan", PASSWORD)
        self.set_password(made["link"]["code"], PASSWORD, "bad_code")
        answer = self.call("administrator-one", "POST", "/people", {"name": "yan"})
        self.problem(answer, 409, "name_taken")

    def test_reset_password(self) -> None:
        """The old one is void at once, and so are all tokens."""
        number = self.ids["member-one"]
        token = self.token_of(number)
        link = self.good("administrator-one", "POST", f"/people/{number}/password")
        self.problem(self.api("GET", "/me", token=token), 401, "unauthorized")
        self.refused_log_in("member-one", PASSWORD)
        self.set_password(link["code"], "short", "password_too_short")
        self.set_password(f"x{link['code']}", "another horse", "bad_code")
        self.set_password(link["code"], "another horse")
        self.log_in("member-one", "another horse")
        first = self.good("administrator-one", "POST", f"/people/{number}/password")
        second = self.good("administrator-one", "POST", f"/people/{number}/password")
        self.set_password(first["code"], "third big horse", "bad_code")
        self.now = second["expires"]
        self.set_password(second["code"], "third big horse", "bad_code")
        self.assertEqual(second["expires"] - first["expires"], 0)
        self.now -= CODE_LIFETIME * 1000
        self.good("moderator-one", "PUT", f"/people/{number}/disabled", status=204)
        self.set_password(second["code"], "third big horse", "bad_code")

    def test_role_before_password(self) -> None:
        """Who was just made, or has a new password to set, may be given a role before the link is used."""
        made = self.good("administrator-one", "POST", "/people", {"name": "Gus"}, 201)
        number = made["person"]["id"]
        self.good("administrator-one", "PUT", f"/people/{number}/role", {"role": "guest"}, 204)
        self.set_password(made["link"]["code"], PASSWORD)
        self.log_in("Gus", PASSWORD)
        link = self.good("administrator-one", "POST", f"/people/{number}/password")
        self.good("administrator-one", "PUT", f"/people/{number}/role", {"role": "member"}, 204)
        self.set_password(link["code"], "another horse")
        token = self.token_of(number)
        self.good("administrator-one", "PUT", f"/people/{number}/role", {"role": "guest"}, 204)
        self.problem(self.api("GET", "/me", token=token), 401, "unauthorized")

    def set_password(self, code, password, refused=""):
        answer = self.api("POST", "/passwords", {"code": code, "password": password})
        self.assertEqual(answer.json.get("code", ""), refused)

    def log_in(self, name, password):
        return self.run_now(self.accounts.log_ins.log_in_device(name, password, "laptop", "", ""))

    def refused_log_in(self, name, password):
        trying = Deferred.fromCoroutine(self.accounts.log_ins.log_in_device(name, password, "x", "", ""))
        self.failureResultOf(trying, WrongPassword)

    def test_rename(self) -> None:
        number = self.ids["member-one"]
        found = self.good("administrator-one", "PATCH", f"/people/{number}", {"name": "Mia", "displayName": "Mimi"})
        self.assertEqual((found["name"], found["displayName"]), ("Mia", "Mimi"))
        self.problem(
            self.call("administrator-one", "PATCH", f"/people/{number}", {"name": "guest-one"}), 409, "name_taken"
        )
        self.good("moderator-one", "PUT", f"/people/{number}/disabled", status=204)
        found = self.good("administrator-one", "PATCH", f"/people/{number}", {"displayName": ""})
        self.assertEqual((found["displayName"], found["disabled"]), ("Mia", True))

    def test_disable_and_enable(self) -> None:
        number = self.ids["member-one"]
        token = self.token_of(number)
        self.good("moderator-one", "PUT", f"/people/{number}/disabled", status=204)
        self.problem(self.api("GET", "/me", token=token), 401, "unauthorized")
        self.good("moderator-one", "DELETE", f"/people/{number}/disabled", status=204)
        self.log_in("member-one", PASSWORD)
        self.good("owner-one", "PUT", f"/people/{self.ids['owner-two']}/disabled", status=204)
        self.problem(self.call("owner-one", "PUT", f"/people/{self.ids['owner-one']}/disabled"), 409, "last_owner")

    def test_sign_out(self) -> None:
        number = self.ids["member-one"]
        tokens = [self.log_in("member-one", PASSWORD).access, self.token_of(number)]
        one, other = self.good("administrator-one", "GET", f"/people/{number}/devices")["items"]
        self.assertEqual([one["loggedIn"], other["loggedIn"]], [True, True])
        path = f"/people/{number}/sign-out"
        self.good("administrator-one", "POST", path, {"device": one["id"]}, 204)
        self.problem(self.api("GET", "/me", token=tokens[0]), 401, "unauthorized")
        self.assertEqual(self.api("GET", "/me", token=tokens[1]).status, 200)
        self.problem(self.call("administrator-one", "POST", path, {"device": one["id"]}), 404, "no_such_device")
        mine = self.device_of(self.ids["administrator-one"])
        self.problem(self.call("administrator-one", "POST", path, {"device": mine}), 404, "no_such_device")
        self.good("moderator-one", "POST", path, {}, 204)
        self.problem(self.api("GET", "/me", token=tokens[1]), 401, "unauthorized")

    def test_revoke_device(self) -> None:
        number = self.ids["member-one"]
        self.log_in("member-one", PASSWORD)
        (device,) = self.good("administrator-one", "GET", f"/people/{number}/devices")["items"]
        path = f"/people/{number}/devices/{device['id']}"
        self.good("administrator-one", "DELETE", path, status=204)
        self.assertEqual(self.good("administrator-one", "GET", f"/people/{number}/devices")["items"], [])
        self.problem(self.call("administrator-one", "DELETE", path), 404, "no_such_device")

    def test_delete(self) -> None:
        """Also of somebody who is disabled; the groups go on."""
        number = self.ids["member-one"]
        team = self.api("POST", "/groups", {"name": "Boat"}, self.token_of(number)).json["id"]
        self.api("POST", f"/groups/{team}/join", token=self.token_of(self.ids["member-two"]))
        self.good("moderator-one", "PUT", f"/people/{number}/disabled", status=204)
        self.good("administrator-one", "DELETE", f"/people/{number}", status=204)
        self.assertIsNone(self.user("member-one"))
        group = self.successResultOf(self.store.read(queries.get, team))
        self.assertEqual((group.owner_id, group.size), (self.ids["member-two"], 1))
        self.problem(self.call("administrator-one", "GET", f"/people/{number}"), 404, "no_such_user")


class AdminPeopleOnPostgreSQLTests(OnPostgreSQL, AdminPeopleTests):
    """The same on the other store."""
