"""Groups over HTTP: who may do what, what it changes, and how it is told."""

import json
import re
from typing import Any

from msgspec import UNSET
from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.core.errors import Busy
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.core.kinds import Kind
from hichat.groups.queries import GroupLimits
from hichat.web.api.groups import SECTION
from hichat.wire import view
from tests.social.group_of_roles import CODE, ROLES, make_group, make_people
from tests.support.doubles import NOW
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase

LATER = NOW + 60_000

_ALL = dict.fromkeys(ROLES, 200)
_OUTSIDE = dict.fromkeys(("banned", "stranger", "invited", "requested"), "not_a_member")


def admins(status: int | str) -> dict[str, Any]:
    """@return: the answers to what only the owner and the admins may."""
    may = dict.fromkeys(("owner", "admin"), status)
    return may | dict.fromkeys(("member", "muted"), "not_permitted") | _OUTSIDE


def owner(status: int | str) -> dict[str, Any]:
    """@return: the answers to what only the owner may."""
    return admins(status) | {"admin": "not_permitted"}


def inside(status: int) -> dict[str, Any]:
    """@return: the answers to what all members may."""
    return dict.fromkeys(("owner", "admin", "member", "muted"), status) | _OUTSIDE


def coming(**others: Any) -> dict[str, Any]:
    """@return: the answers to joining."""
    there = dict.fromkeys(("owner", "admin", "member", "muted"), "already_a_member")
    return there | {"banned": "banned", "stranger": 200, "invited": 200, "requested": 200} | others


NOBODY = dict.fromkeys(ROLES, "not_permitted") | _OUTSIDE

# What is called, with what body, in a group of which policy; and the status or the code that each role gets.
TABLE: list[tuple[str, Any, str, dict[str, Any]]] = [
    ("GET /groups/G", None, "open", _ALL),
    ("GET /groups/G", None, "invite", _ALL | dict.fromkeys(("banned", "stranger"), "no_such_group")),
    ("GET /groups/G/members", None, "open", inside(200)),
    ("GET /groups/G/changes", None, "open", inside(200)),
    ("PATCH /groups/G", {"description": "new"}, "open", admins(200)),
    ("PATCH /groups/G", {}, "open", admins(200)),
    ("DELETE /groups/G", None, "open", owner(204)),
    ("POST /groups/G/join", None, "open", coming()),
    ("POST /groups/G/join", None, "approval", coming(stranger=202, requested="already_requested")),
    ("POST /groups/G/join", None, "invite", coming(stranger="invite_only", requested="invite_only")),
    ("POST /me/groups", {"code": f"{CODE}G"}, "invite", coming()),
    ("POST /groups/G/leave", None, "open", inside(204) | {"owner": "owner_cannot_leave"}),
    ("PUT /groups/G/invitations/NOBODY", None, "open", inside(202)),
    ("PUT /groups/G/invitations/NOBODY", None, "approval", admins(202)),
    ("PUT /groups/G/invitations/NOBODY", None, "invite", admins(202)),
    ("PUT /groups/G/invitations/ASKER", None, "approval", admins(204)),
    ("PUT /groups/G/invitations/OUTLAW", None, "approval", admins("user_banned")),
    ("PUT /groups/G/invitations/GUEST", None, "approval", admins("already_invited")),
    ("PUT /groups/G/invitations/MEMBER", None, "approval", admins("already_a_member")),
    ("PUT /groups/G/invitations/999", None, "approval", admins("no_such_user")),
    ("GET /groups/G/invitations", None, "open", admins(200)),
    ("DELETE /groups/G/invitations/GUEST", None, "open", admins(204)),
    ("DELETE /groups/G/invitations/ASKER", None, "open", admins("no_such_invitation")),
    (
        "DELETE /groups/G/invitations/ME",
        None,
        "open",
        dict.fromkeys(ROLES, "no_such_invitation") | {"invited": 204},
    ),
    ("GET /groups/G/requests", None, "open", admins(200)),
    ("PUT /groups/G/members/ASKER", None, "approval", admins(204)),
    ("PUT /groups/G/members/NOBODY", None, "open", admins("no_such_request")),
    ("PUT /groups/G/members/GUEST", None, "open", admins("no_such_request")),
    ("DELETE /groups/G/requests/ASKER", None, "approval", admins(204)),
    ("DELETE /groups/G/requests/ME", None, "approval", dict.fromkeys(ROLES, "no_such_request") | {"requested": 204}),
    ("GET /groups/G/links", None, "open", admins(200)),
    ("POST /groups/G/links", {}, "open", admins(201)),
    ("DELETE /groups/G/links/LINK", None, "open", admins(204)),
    ("DELETE /groups/G/links/1", None, "open", admins("no_such_link")),
    ("DELETE /groups/G/members/VICTIM", None, "open", admins(204)),
    ("DELETE /groups/G/members/DEPUTY", None, "open", owner(204)),
    ("DELETE /groups/G/members/OWNER", None, "open", NOBODY),
    ("DELETE /groups/G/members/NOBODY", None, "open", admins("no_such_member")),
    ("PUT /groups/G/members/VICTIM/role", {"role": "admin"}, "open", owner(204)),
    ("PUT /groups/G/members/DEPUTY/role", {"role": "member"}, "open", owner(204)),
    ("PUT /groups/G/members/VICTIM/role", {"role": "owner"}, "open", owner(204)),
    ("PUT /groups/G/members/NOBODY/role", {"role": "admin"}, "open", owner("no_such_member")),
    ("PUT /groups/G/members/OWNER/role", {"role": "member"}, "open", owner("already_owner")),
    ("PUT /groups/G/members/VICTIM/mute", {}, "open", admins(204)),
    ("PUT /groups/G/members/DEPUTY/mute", {"until": LATER}, "open", owner(204)),
    ("PUT /groups/G/members/OWNER/mute", {}, "open", NOBODY),
    ("PUT /groups/G/members/NOBODY/mute", {}, "open", admins("no_such_member")),
    ("DELETE /groups/G/members/MUTE/mute", None, "open", admins(204)),
    ("DELETE /groups/G/members/VICTIM/mute", None, "open", admins("not_muted")),
    ("PUT /groups/G/mute", {"until": LATER}, "open", admins(204)),
    ("DELETE /groups/G/mute", None, "open", admins("not_muted")),
    ("GET /groups/G/bans", None, "open", admins(200)),
    ("PUT /groups/G/bans/VICTIM", None, "open", admins(204)),
    ("PUT /groups/G/bans/DEPUTY", None, "open", owner(204)),
    ("PUT /groups/G/bans/OWNER", None, "open", NOBODY),
    ("PUT /groups/G/bans/NOBODY", None, "open", admins(204)),
    ("PUT /groups/G/bans/OUTLAW", None, "open", admins("user_banned")),
    ("PUT /groups/G/bans/999", None, "open", admins("no_such_user")),
    ("DELETE /groups/G/bans/OUTLAW", None, "open", admins(204)),
    ("DELETE /groups/G/bans/VICTIM", None, "open", admins("not_banned")),
]

# Whatever it is, where there is no such group nobody learns more. But what happened in one is for who was there.
EVERY_PATH = sorted({call for call, _, _, _ in TABLE if "/me/" not in call} - {"GET /groups/G/changes"})


class GroupCase(SiteCase):
    """Somebody in each role."""

    def setUp(self):
        super().setUp()
        self.people = make_people(self.store)
        self.tokens_of_people: dict[int, str] = {}

    def call(self, who, call, body=None, group=0):
        """@param call: as in the table; names in capitals are people, C{G} is the group."""
        method, target = call.split()
        numbers = self.people | {"me": self.people[who], "g": group, "link": 2 * group}
        target = re.sub(r"(?<=/)[A-Z]+", lambda found: str(numbers[found[0].lower()]), target)
        text = json.loads(json.dumps(body).replace(f"{CODE}G", f"{CODE}{group}"))
        user = self.people[who]
        if user not in self.tokens_of_people:
            self.tokens_of_people[user] = self.token_of(user)
        return self.api(method, target, text, self.tokens_of_people[user])

    def ok(self, who, call, body=None, group=0):
        answer = self.call(who, call, body, group)
        self.assertLess(answer.status, 300, answer.body)
        return answer.json if answer.body else None

    def refused(self, code, who, call, body=None, group=0):
        answer = self.call(who, call, body, group)
        self.assertEqual(answer.json["code"], code)
        return answer.json

    def make(self, **columns):
        return make_group(self.store, self.people, **columns)

    def role(self, who, group):
        return self.ok(who, "GET /groups/G", group=group)["you"].get("role")


class RightsTests(GroupCase):
    def test_table(self):
        for call, body, policy, expected in TABLE:
            self.assertEqual(set(expected), set(ROLES))
            for role, wanted in expected.items():
                group = self.make(join_policy=policy)
                written = len(self.ledger.appended)
                answer = self.call(role, call, body, group)
                found = answer.status if answer.status < 300 else answer.json["code"]
                self.assertEqual(found, wanted, (role, call, policy, answer.body))
                if isinstance(wanted, str):
                    self.assertEqual(len(self.ledger.appended), written, "a refused change has no event")
        # Every operation is in it.
        missing = self.checker.unseen & {operation.id for operation in SECTION.operations}
        self.assertEqual(
            missing,
            {
                "createGroup",
                "findGroups",
                "getMyGroups",
                "getMyInvitations",
                "getMyRequests",
                "getReaders",
                "unmuteGroup",
            },
            "those are tested below, or in test_readers",
        )

    def test_no_such_group(self):
        gone = self.make()
        self.ok("owner", "DELETE /groups/G", group=gone)
        for group in (gone, gone + 5):
            for call in EVERY_PATH:
                body = next(body for other, body, _, _ in TABLE if other == call)
                self.refused("no_such_group", "owner", call, body, group)

    def test_without_a_token(self):
        group = self.make()
        for call in EVERY_PATH:
            method, target = call.split()
            answer = self.api(method, re.sub(r"/[A-Z]+$", "/1", target.replace("/G", f"/{group}")))
            self.problem(answer, 401, "unauthorized")


class RightsOnPostgreSQLTests(OnPostgreSQL, RightsTests):
    """The same on the other store."""


class ChangesTests(GroupCase):
    """What a change does, and the event that tells of it."""

    def told(self):
        """@return: the last event, as v2 shows it, and its scope."""
        event = self.ledger.appended[-1]
        self.assertEqual(event.scope, Scope.GROUP)
        shown = view.happened(event)
        assert shown is not None
        names = ("kind", "from_", "group", "member", "size", "role", "until", "changed")
        found = {name: getattr(shown, name) for name in names if getattr(shown, name) not in (None, UNSET)}
        return found.pop("kind"), found.pop("from_"), found.pop("group"), found

    def expect(self, kind, who, group, **about):
        if "member" in about:
            about["member"] = self.people[about["member"]]
        self.assertEqual(self.told(), (kind, self.people[who], group, about))

    def names(self, answer):
        return [item["name"] for item in answer["items"]]

    def test_create(self):
        body = {"name": " Team ", "picture": "/t.png", "description": "us", "joinPolicy": "approval"}
        answer = self.call("owner", "POST /groups", body)
        self.assertEqual(answer.status, 201)
        group = answer.json
        self.assertEqual(
            group,
            {
                "id": group["id"],
                "name": "Team",
                "picture": "/t.png",
                "description": "us",
                "owner": self.people["owner"],
                "size": 1,
                "joinPolicy": "approval",
                "created": NOW,
                "you": {"role": "owner"},
            },
        )
        self.assertEqual(self.ok("owner", "GET /groups/G", group=group["id"]), group)
        self.expect("joined", "owner", group["id"], member="owner", size=1)
        self.refused("name_taken", "admin", "POST /groups", {"name": "tEAM"})

    def test_bad_fields_are_named(self):
        group = self.make()
        for field, value in [
            ("name", " "),
            ("name", "x\ny"),
            ("picture", "javascript:x"),
            ("description", "x" * 1025),
            ("joinPolicy", "never"),
            ("colour", "red"),
        ]:
            for call, more in (("POST /groups", {"name": "x"}), ("PATCH /groups/G", {})):
                problem = self.refused("invalid_field", "owner", call, more | {field: value}, group)
                self.assertEqual(problem["errors"][0]["pointer"], f"/{field}")
        for call in ("PUT /groups/G/mute", "PUT /groups/G/members/VICTIM/mute"):
            for moment in (NOW, 0, -1, 2**53, "x"):
                problem = self.refused("invalid_field", "owner", call, {"until": moment}, group)
                self.assertEqual(problem["errors"][0]["pointer"], "/until")
        for field, number in [("expires", NOW), ("useLimit", 0), ("useLimit", 2**31)]:
            problem = self.refused("invalid_field", "owner", "POST /groups/G/links", {field: number}, group)
            self.assertEqual(problem["errors"][0]["pointer"], f"/{field}")
        self.refused("invalid_field", "owner", "GET /groups/1")

    def test_edit(self):
        group = self.make()
        body = {"name": "Other", "picture": "/o.png", "description": "them", "joinPolicy": "invite"}
        shown = self.ok("admin", "PATCH /groups/G", body, group)
        self.assertLessEqual(body.items(), shown.items())
        kind, _, _, about = self.told()
        self.assertEqual((kind, about["changed"].name, about["changed"].joinPolicy), ("changed", "Other", "invite"))
        written = len(self.ledger.appended)
        self.ok("admin", "PATCH /groups/G", body, group)
        self.assertEqual(len(self.ledger.appended), written, "what changes nothing is no event")
        self.ok("admin", "PATCH /groups/G", {"name": "oTHER"}, group)
        taken = self.make()
        self.refused("name_taken", "admin", "PATCH /groups/G", {"name": "OTHER"}, taken)

    def test_join_and_leave(self):
        group = self.make()
        self.assertEqual(self.ok("stranger", "POST /groups/G/join", group=group)["you"], {"role": "member"})
        self.expect("joined", "stranger", group, member="stranger", size=8)
        self.ok("stranger", "POST /groups/G/leave", group=group)
        self.expect("left", "stranger", group, member="stranger", size=7)

    def test_ask_and_approve(self):
        group = self.make(join_policy="approval")
        shown = self.ok("stranger", "POST /groups/G/join", group=group)
        self.assertEqual(shown["you"], {"requested": True})
        self.expect("requested", "stranger", group, member="stranger")
        mine = self.ok("stranger", "GET /me/requests")
        self.assertEqual([one["id"] for one in mine["items"]], [group])
        asked = self.ok("admin", "GET /groups/G/requests", group=group)["items"]
        self.assertEqual([one["name"] for one in asked], ["stranger", "requested", "asker"])
        self.assertNotIn("invitedBy", asked[0])
        (stranger,) = [one["id"] for one in asked if one["name"] == "stranger"]
        self.assertEqual(stranger, self.people["stranger"])
        self.ok("admin", "PUT /groups/G/members/STRANGER", group=group)
        self.expect("joined", "admin", group, member="stranger", size=8)
        self.assertEqual(self.ok("stranger", "GET /me/requests")["items"], [])
        self.ok("admin", "DELETE /groups/G/requests/ASKER", group=group)
        self.expect("declined", "admin", group, member="asker")
        self.ok("requested", "DELETE /groups/G/requests/ME", group=group)
        self.expect("declined", "requested", group, member="requested")
        self.assertEqual(self.ok("admin", "GET /groups/G/requests", group=group)["items"], [])

    def test_invite(self):
        group = self.make()
        self.ok("member", "PUT /groups/G/invitations/NOBODY", group=group)
        self.expect("invited", "member", group, member="nobody")
        (shown,) = self.ok("nobody", "GET /me/invitations")["items"]
        self.assertEqual((shown["id"], shown["you"]), (group, {"invitedBy": self.people["member"]}))
        self.refused("not_permitted", "muted", "DELETE /groups/G/invitations/NOBODY", group=group)
        self.ok("member", "DELETE /groups/G/invitations/NOBODY", group=group)
        self.expect("declined", "member", group, member="nobody")
        self.ok("invited", "POST /groups/G/join", group=group)
        self.expect("joined", "invited", group, member="invited", size=8)
        self.assertEqual(self.ok("invited", "GET /me/invitations")["items"], [])

    def test_an_invitation_is_as_good_as_who_has_made_it(self):
        """What a member did while the group was open, and what an admin did who is none any more, lets nobody in."""
        for policy, code in (("invite", "invite_only"), ("approval", None)):
            group = self.make()
            self.ok("member", "PUT /groups/G/invitations/NOBODY", group=group)
            self.ok("deputy", "PUT /groups/G/invitations/STRANGER", group=group)
            self.ok("owner", "PATCH /groups/G", {"joinPolicy": policy}, group)
            self.ok("owner", "DELETE /groups/G/members/DEPUTY", group=group)
            for who in ("nobody", "stranger"):
                if code:
                    self.refused(code, who, "POST /groups/G/join", group=group)
                    self.ok("admin", f"PUT /groups/G/invitations/{who.upper()}", group=group)
                    self.assertEqual(self.ok(who, "POST /groups/G/join", group=group)["you"], {"role": "member"})
                else:
                    self.assertEqual(self.ok(who, "POST /groups/G/join", group=group)["you"], {"requested": True})
            self.ok("guest", "POST /groups/G/join", group=group)
            self.expect("joined", "guest", group, member="guest", size=9 if code else 7)

    def test_who_has_blocked_somebody_is_not_invited_by_them(self):
        group = self.make()
        self.ok("nobody", "PUT /blocks/MEMBER")
        self.refused("blocked", "member", "PUT /groups/G/invitations/NOBODY", group=group)
        self.ok("owner", "PUT /groups/G/invitations/NOBODY", group=group)

    def test_links(self):
        other, group = self.make(), self.make(join_policy="invite")
        link = self.ok("admin", "POST /groups/G/links", {"useLimit": 1, "expires": LATER}, group)
        self.assertEqual((link["uses"], link["useLimit"], link["expires"]), (0, 1, LATER))
        self.assertEqual(self.ok("nobody", "POST /me/groups", {"code": link["code"]})["you"], {"role": "member"})
        self.expect("joined", "nobody", group, member="nobody", size=8)
        self.refused("no_such_link", "guest", "POST /me/groups", {"code": link["code"]})
        self.refused("no_such_link", "guest", "POST /me/groups", {"code": "x"})
        ends = self.ok("admin", "POST /groups/G/links", {"expires": LATER}, group)
        endless = self.ok("admin", "POST /groups/G/links", {}, group)
        listed = self.ok("admin", "GET /groups/G/links", group=group)["items"]
        self.assertEqual(
            {one["id"] for one in listed}, {2 * group, ends["id"], endless["id"]}, "the used up one is gone"
        )
        self.now = LATER
        self.refused("no_such_link", "guest", "POST /me/groups", {"code": ends["code"]})
        self.refused("no_such_link", "admin", f"DELETE /groups/G/links/{ends['id']}", group=group)
        self.ok("admin", f"DELETE /groups/G/links/{endless['id']}", group=group)
        self.refused("no_such_link", "guest", "POST /me/groups", {"code": endless["code"]})
        self.refused("no_such_link", "owner", f"DELETE /groups/G/links/{2 * group}", group=other)
        for _ in range(20):
            answer = self.call("admin", "POST /groups/G/links", {}, group)
        self.problem(answer, 409, "too_many_links")

    def test_a_refused_use_of_a_link_does_not_count(self):
        group = self.make()
        link = self.ok("admin", "POST /groups/G/links", {"useLimit": 1}, group)
        self.refused("banned", "banned", "POST /me/groups", {"code": link["code"]})
        self.refused("already_a_member", "member", "POST /me/groups", {"code": link["code"]})
        self.ok("nobody", "POST /me/groups", {"code": link["code"]})

    def test_remove_and_ban(self):
        group = self.make()
        self.ok("admin", "DELETE /groups/G/members/VICTIM", group=group)
        self.expect("removed", "admin", group, member="victim", size=6)
        self.ok("victim", "POST /groups/G/join", group=group)
        self.ok("admin", "PUT /groups/G/bans/VICTIM", group=group)
        self.expect("banned", "admin", group, member="victim", size=6)
        self.refused("banned", "victim", "POST /groups/G/join", group=group)
        listed = self.ok("admin", "GET /groups/G/bans", group=group)["items"]
        self.assertEqual([one["name"] for one in listed], ["banned", "victim", "outlaw"])
        self.ok("admin", "PUT /groups/G/bans/GUEST", group=group)
        self.expect("banned", "admin", group, member="guest", size=6)
        self.assertEqual(self.ok("guest", "GET /me/invitations")["items"], [])
        self.ok("admin", "DELETE /groups/G/bans/VICTIM", group=group)
        self.expect("unbanned", "admin", group, member="victim")
        self.ok("victim", "POST /groups/G/join", group=group)

    def test_mute(self):
        group = self.make()
        self.ok("admin", "PUT /groups/G/members/VICTIM/mute", {"until": LATER}, group)
        self.expect("muted", "admin", group, member="victim", until=LATER)
        self.assertEqual(self.ok("victim", "GET /groups/G", group=group)["you"]["muted"], {"until": LATER})
        self.ok("admin", "PUT /groups/G/members/VICTIM/mute", {}, group)
        self.expect("muted", "admin", group, member="victim")
        self.assertEqual(self.ledger.appended[-1].body, b"%d" % MAX_SAFE_INTEGER)
        self.assertEqual(self.ok("victim", "GET /groups/G", group=group)["you"]["muted"], {})
        self.ok("victim", "POST /groups/G/leave", group=group)
        self.ok("victim", "POST /groups/G/join", group=group)
        self.assertEqual(self.ok("victim", "GET /groups/G", group=group)["you"]["muted"], {}, "it is still so")
        self.ok("admin", "DELETE /groups/G/members/VICTIM/mute", group=group)
        self.expect("unmuted", "admin", group, member="victim")
        self.ok("admin", "PUT /groups/G/mute", {"until": LATER}, group)
        self.expect("muted", "admin", group, until=LATER)
        self.assertEqual(self.ok("victim", "GET /groups/G", group=group)["muted"], {"until": LATER})
        self.ok("admin", "DELETE /groups/G/mute", group=group)
        self.expect("unmuted", "admin", group)
        self.assertNotIn("muted", self.ok("victim", "GET /groups/G", group=group))
        self.ok("admin", "PUT /groups/G/mute", {"until": LATER}, group)
        self.now = LATER
        self.assertNotIn("muted", self.ok("victim", "GET /groups/G", group=group))
        self.refused("not_muted", "admin", "DELETE /groups/G/mute", group=group)

    def test_roles(self):
        group = self.make()
        self.ok("owner", "PUT /groups/G/members/VICTIM/role", {"role": "admin"}, group)
        self.expect("role", "owner", group, member="victim", role="admin")
        self.assertEqual(self.role("victim", group), "admin")
        self.ok("owner", "PUT /groups/G/members/VICTIM/role", {"role": "owner"}, group)
        self.expect("role", "owner", group, member="victim", role="owner")
        self.assertEqual((self.role("victim", group), self.role("owner", group)), ("owner", "admin"))
        self.assertEqual(self.ok("owner", "GET /groups/G", group=group)["owner"], self.people["victim"])
        self.ok("victim", "PUT /groups/G/members/OWNER/role", {"role": "member"}, group)
        self.assertEqual(self.role("owner", group), "member")
        self.ok("owner", "POST /groups/G/leave", group=group)
        self.ok("victim", "DELETE /groups/G/members/ADMIN", group=group)
        self.ok("admin", "POST /groups/G/join", group=group)
        self.assertEqual(self.role("admin", group), "member", "a role ends with the membership")

    def test_dissolve(self):
        group = self.make()
        self.ok("owner", "DELETE /groups/G", group=group)
        self.expect("dissolved", "owner", group, size=0)
        for who in ("owner", "member", "stranger"):
            self.assertEqual(self.ok(who, "GET /me/groups")["items"], [])
        self.assertEqual(self.ok("guest", "GET /me/invitations")["items"], [])
        self.ok("stranger", "POST /groups", {"name": f"g{group}"})

    def test_lists_in_pages(self):
        first, second, third = self.make(), self.make(), self.make(join_policy="invite")
        self.ok("owner", "PATCH /groups/G", {"name": "Zebras"}, first)
        self.ok("owner", "PATCH /groups/G", {"name": "Alpine zebras"}, second)
        self.ok("owner", "PATCH /groups/G", {"name": "Hidden zebras"}, third)

        def pages(who, target, limit):
            found, cursor = [], ""
            while True:
                answer = self.ok(who, f"GET {target}limit={limit}{cursor}")
                self.assertLessEqual(len(answer["items"]), limit)
                found += answer["items"]
                if "next" not in answer:
                    return found
                cursor = f"&cursor={answer['next']}"

        for limit in (1, 2, 3, 200):
            named = [one["name"] for one in pages("stranger", "/groups?name=zebra&", limit)]
            self.assertEqual(named, ["Alpine zebras", "Zebras"])
            named = [one["name"] for one in pages("member", "/groups?name=ZEBRAS&", limit)]
            self.assertEqual(named, ["Alpine zebras", "Hidden zebras", "Zebras"])
            self.assertEqual([one["id"] for one in pages("member", "/me/groups?", limit)], [first, second, third])
            members = pages("member", f"/groups/{first}/members?", limit)
            self.assertEqual(
                [(one["name"], one["role"], one.get("muted")) for one in members],
                [
                    ("owner", "owner", None),
                    ("admin", "admin", None),
                    ("member", "member", None),
                    ("muted", "member", {"until": 2 * NOW}),
                    ("victim", "member", None),
                    ("deputy", "admin", None),
                    ("mute", "member", {"until": 2 * NOW}),
                ],
            )
            named = [one["name"] for one in pages("member", f"/groups/{first}/members?name=UT&", limit)]
            self.assertEqual(named, ["muted", "deputy", "mute"], "any part of a name, in any case")
            with self.store.transaction() as connection:
                users.change(connection, self.people["victim"], {"display_name": "Vera Tim"}, NOW)
            named = [one["displayName"] for one in pages("member", f"/groups/{first}/members?name=vera%20T&", limit)]
            self.assertEqual(named, ["Vera Tim"], "of a display name, too")
        for none in ("%25", "nobody", "%20%E2%80%8B"):
            self.assertEqual(pages("member", f"/groups/{first}/members?name={none}&", 5), [], none)
        self.assertEqual(pages("stranger", "/groups?name=%25&", 5), [])
        named = [one["name"] for one in pages("stranger", "/groups?name=zebras&exact=true&", 5)]
        self.assertEqual(named, ["Zebras"])
        self.assertEqual(pages("stranger", "/groups?name=hidden%20zebras&exact=true&", 5), [])
        self.refused("bad_cursor", "member", "GET /groups?cursor=x")
        self.refused("bad_cursor", "member", f"GET /groups/{first}/members?cursor=WyJ4Il0")

    def test_limits(self):
        groups: Any = self.groups
        groups._limits = GroupLimits(size=8, owned=2, joined=3)
        group = self.make()
        self.ok("stranger", "POST /groups/G/join", group=group)
        self.refused("group_full", "nobody", "POST /groups/G/join", group=group)
        self.refused("group_full", "admin", "PUT /groups/G/members/ASKER", group=group)
        self.ok("owner", "POST /groups", {"name": "second"})
        self.refused("too_many_groups", "owner", "POST /groups", {"name": "third"})
        self.ok("stranger", "POST /groups", {"name": "b"})
        self.ok("stranger", "POST /groups", {"name": "c"})
        wanted = self.make(join_policy="approval")
        self.refused("too_many_groups", "stranger", "POST /groups/G/join", group=wanted)
        self.ok("nobody", "POST /groups/G/join", group=wanted)
        self.ok("victim", "POST /groups", {"name": "d"})
        self.ok("victim", "POST /groups/G/leave", group=wanted)
        self.ok("victim", "POST /groups", {"name": "e"})
        self.refused("too_many_groups", "owner", "PUT /groups/G/members/VICTIM/role", {"role": "owner"}, group)

    def test_too_many_pending(self):
        groups: Any = self.groups
        groups._limits = GroupLimits(size=4)
        group = self.make()
        self.refused("too_many_pending", "owner", "PUT /groups/G/invitations/NOBODY", group=group)
        self.ok("owner", "DELETE /groups/G/invitations/GUEST", group=group)
        self.ok("owner", "PUT /groups/G/invitations/NOBODY", group=group)

    def test_asked_too_often(self):
        """Or who is invited again and again would have ever more to sync."""
        group = self.make()
        for _ in range(25):
            self.ok("owner", "PUT /groups/G/invitations/NOBODY", group=group)
            self.ok("owner", "DELETE /groups/G/invitations/NOBODY", group=group)
        self.refused("asked_too_often", "owner", "PUT /groups/G/invitations/NOBODY", group=group)
        self.ok("nobody", "POST /groups/G/join", group=group)
        self.ok("nobody", "POST /groups/G/leave", group=group)
        self.ok("owner", "PUT /groups/G/invitations/STRANGER", group=group)

    def test_busy(self):
        self.ledger.refuse = Busy()
        answer = self.call("owner", "POST /groups", {"name": "x"})
        self.problem(answer, 503, "busy")
        self.assertIn("retry-after", answer.headers)


class ChangesOnPostgreSQLTests(OnPostgreSQL, ChangesTests):
    """The same on the other store."""


class DeletedOwnerTests(GroupCase):
    """The account of an owner is deleted."""

    def delete(self, name):
        found = self.successResultOf(self.store.read(users.get, self.people[name]))
        self.successResultOf(Deferred.fromCoroutine(self.accounts.deleter.delete(found)))

    def test_an_admin_has_it(self):
        group = self.make()
        self.delete("owner")
        self.assertEqual(self.role("admin", group), "owner")
        kinds = [event.kind for event in self.ledger.appended]
        self.assertEqual(kinds, [Kind.ROLE, Kind.LEFT, Kind.SIGNED_OUT])
        self.assertEqual(self.ok("member", "GET /groups/G", group=group)["size"], 6)

    def test_failing_that_the_oldest_member(self):
        group = self.make()
        for name in ("admin", "deputy"):
            self.ok("owner", f"PUT /groups/G/members/{name.upper()}/role", {"role": "member"}, group)
        for name in ("admin", "member"):
            self.ok(name, "POST /groups/G/leave", group=group)
            self.ok(name, "POST /groups/G/join", group=group)
        self.delete("owner")
        roles = {name: self.role(name, group) for name in ("admin", "member", "muted", "victim", "deputy", "mute")}
        self.assertEqual([name for name, role in roles.items() if role == "owner"], ["muted"])

    def test_nobody_who_may_not_come(self):
        group = self.make()
        self.successResultOf(self.store.write(users.disable, self.people["admin"], self.now))
        self.delete("owner")
        self.assertEqual(self.role("deputy", group), "owner")

    def test_with_nobody_else_it_ends(self):
        group = self.ok("nobody", "POST /groups", {"name": "mine"})["id"]
        self.delete("nobody")
        self.refused("no_such_group", "member", "GET /groups/G", group=group)
        self.ok("member", "POST /groups", {"name": "mine"})

    def test_who_is_gone_is_no_candidate(self):
        group = self.make()
        self.delete("asker")
        self.refused("no_such_request", "owner", "PUT /groups/G/members/ASKER", group=group)

    def test_a_group_made_meanwhile(self):
        async def nothing(*_):
            pass

        self.make()
        self.patch(self.groups, "leave_all", nothing)
        found = self.successResultOf(self.store.read(users.get, self.people["owner"]))
        self.failureResultOf(Deferred.fromCoroutine(self.accounts.deleter.delete(found)), Busy)


class DeletedOwnerOnPostgreSQLTests(OnPostgreSQL, DeletedOwnerTests):
    """The same on the other store."""
