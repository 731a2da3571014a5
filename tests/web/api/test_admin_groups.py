"""Tests for L{hichat.web.api.admin_groups}; the rules are those of L{hichat.accounts.server_rights}."""

from __future__ import annotations

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.media import records
from hichat.storage import tables
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase


class AdminGroupsTests(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.ids = {}
        for name, role in (
            ("ann", ServerRole.MEMBER),
            ("bob", ServerRole.MEMBER),
            ("mod", ServerRole.MODERATOR),
            ("rita", ServerRole.ADMINISTRATOR),
        ):
            self.ids[name] = self.make_user(name)[0].id
            self.successResultOf(self.store.write(users.set_role, self.ids[name], role, self.now))
        self.boat, self.raft = [
            self.good("ann", "POST", "/groups", {"name": name}, 201)["id"] for name in ("Boat", "Raft")
        ]
        self.good("bob", "POST", f"/groups/{self.boat}/join")

    def call(self, by, method, path, body=None):
        return self.api(method, path, body, self.token_of(self.ids[by]))

    def good(self, by, method, path, body=None, status=200):
        answer = self.call(by, method, path, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def refused(self, code, by, method, path, body=None):
        self.assertEqual(self.call(by, method, path, body).json["code"], code)

    def names(self, query=""):
        return [group["name"] for group in self.good("mod", "GET", f"/admin/groups{query}")["items"]]

    def disable(self, name):
        self.good("rita", "PUT", f"/admin/people/{self.ids[name]}/disabled", status=204)

    def test_who_may_do_what(self) -> None:
        """A moderator sees; an administrator acts; to members both are closed, also to the group's owner."""
        at = f"/admin/groups/{self.boat}"
        for method, path, body, seen in (
            ("GET", "/admin/groups", None, True),
            ("GET", at, None, True),
            ("GET", f"{at}/members", None, True),
            ("PUT", f"{at}/owner", {"user": self.ids["bob"]}, False),
            ("PUT", f"{at}/archived", None, False),
            ("DELETE", f"{at}/archived", None, False),
            ("DELETE", at, None, False),
        ):
            self.refused("not_administrator", "ann", method, path, body)
            if seen:
                self.good("mod", method, path, body)
            else:
                self.refused("not_administrator", "mod", method, path, body)
        for method, path, body in (
            ("GET", "", None),
            ("GET", "/members", None),
            ("PUT", "/owner", {"user": 1}),
            ("PUT", "/archived", None),
            ("DELETE", "/archived", None),
            ("DELETE", "", None),
        ):
            self.refused("no_such_group", "rita", method, f"/admin/groups/1999999999{path}", body)

    def test_list(self) -> None:
        """Also groups that one can only be invited to."""
        self.good("ann", "PATCH", f"/groups/{self.raft}", {"joinPolicy": "invite"})
        self.assertEqual(self.names(), ["Boat", "Raft"])
        self.assertEqual(self.names("?text=aF"), ["Raft"])
        page = self.good("mod", "GET", "/admin/groups?limit=1")
        self.assertEqual(self.names(f"?cursor={page['next']}"), ["Raft"])
        self.good("rita", "PUT", f"/admin/groups/{self.raft}/archived")
        self.assertEqual((self.names("?state=archived"), self.names("?state=active")), (["Raft"], ["Boat"]))
        self.assertEqual(self.names("?state=ownerless"), [])
        self.disable("ann")
        self.assertEqual(self.names("?state=ownerless"), ["Boat", "Raft"])

    def test_group(self) -> None:
        message = self.now
        with self.store.transaction() as connection:
            row = {"owner_id": self.ids["ann"], "kind": "file", "type": "a/b", "name": "", "created_at": self.now}
            for id, size in (("x" * 22, 5000), ("y" * 22, 1)):
                connection.execute(tables.media.insert().values(**row, id=id, size=size, room=records.room_of(size)))
            records.use(connection, self.ids["ann"], ["x" * 22], message, self.boat)
            records.use(connection, self.ids["ann"], ["x" * 22], message + 1, self.boat)
            records.use(connection, self.ids["ann"], ["y" * 22], message + 2)
        found = self.good("mod", "GET", f"/admin/groups/{self.boat}")
        self.assertEqual((found["size"], found["owner"]["name"], found["files"], found["room"]), (2, "ann", 1, 8192))
        self.assertEqual(self.good("mod", "GET", f"/admin/groups/{self.raft}")["files"], 0)
        members = self.good("mod", "GET", f"/admin/groups/{self.boat}/members?limit=1")
        self.assertEqual([(each["name"], each["role"]) for each in members["items"]], [("ann", "owner")])
        more = self.good("mod", "GET", f"/admin/groups/{self.boat}/members?cursor={members['next']}")
        self.assertEqual([each["name"] for each in more["items"]], ["bob"])
        self.assertEqual(len(self.good("mod", "GET", f"/admin/groups/{self.boat}/members?name=BO")["items"]), 1)

    def test_take_over(self) -> None:
        at = f"/admin/groups/{self.boat}/owner"
        self.refused("owner_not_lost", "rita", "PUT", at, {"user": self.ids["bob"]})
        self.disable("ann")
        self.refused("no_such_member", "rita", "PUT", at, {"user": self.ids["mod"]})
        self.refused("disabled", "rita", "PUT", at, {"user": self.ids["ann"]})
        found = self.good("rita", "PUT", at, {"user": self.ids["bob"]})
        self.assertEqual((found["owner"]["name"], found.get("ownerLost", False)), ("bob", False))
        told = self.ledger.appended[-1]
        self.assertEqual((told.kind, told.scope, told.subject), (Kind.ROLE, Scope.GROUP, self.ids["bob"]))
        self.assertEqual(self.good("bob", "GET", f"/groups/{self.boat}")["you"]["role"], "owner")

    def test_dissolve(self) -> None:
        self.good("rita", "DELETE", f"/admin/groups/{self.boat}", status=204)
        self.assertEqual(self.names(), ["Raft"])
        self.refused("no_such_group", "ann", "GET", f"/groups/{self.boat}")

    def test_archive(self) -> None:
        """Members see that it is; nothing changes there but that they may leave."""
        at = f"/admin/groups/{self.boat}"
        self.assertEqual(self.good("rita", "PUT", f"{at}/archived")["archived"], self.now)
        self.refused("group_archived", "rita", "PUT", f"{at}/archived")
        self.assertEqual(self.good("bob", "GET", f"/groups/{self.boat}")["archived"], self.now)
        self.refused("group_archived", "ann", "PATCH", f"/groups/{self.boat}", {"description": "new"})
        self.refused("group_archived", "mod", "POST", f"/groups/{self.boat}/join")
        self.refused("group_archived", "ann", "POST", f"/groups/{self.boat}/links", {})
        self.assertNotIn("archived", self.good("rita", "DELETE", f"{at}/archived"))
        self.refused("not_archived", "rita", "DELETE", f"{at}/archived")
        self.good("mod", "POST", f"/groups/{self.boat}/join")
        self.good("rita", "PUT", f"{at}/archived")
        self.good("mod", "POST", f"/groups/{self.boat}/leave", status=204)


class AdminGroupsOnPostgreSQLTests(OnPostgreSQL, AdminGroupsTests):
    """The same on the other store."""
