"""Tests for L{hichat.web.api.keeping}; what is kept and what goes is tested in C{tests/keeping}."""

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.events import Scope
from hichat.keeping import periods
from hichat.keeping.holds import is_held
from tests.support.conversations import TEAM, ConversationsCase

NOBODY = 4711
ANN, CAT = 1, 3


class KeepingOverHTTPTests(ConversationsCase):
    def setUp(self) -> None:
        super().setUp()
        self.successResultOf(self.store.write(users.set_role, 1, ServerRole.MODERATOR, self.now))
        self.tokens_of[1] = self.token_of(1)
        self.place = f"/admin/groups/{TEAM}/retention"

    def ask(self, user, method, target, body=None, status=200):
        """@return: what the answer has, if it has this status; else the status is the code of a refusal."""
        answer = self.call(user, method, target, body)
        if isinstance(status, str):
            self.assertEqual(answer.json["code"], status)
            return None
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def read(self, query, *args):
        return self.successResultOf(self.store.read(query, *args))

    def test_for_administrators(self) -> None:
        user = f"/admin/holds/users/{ANN}"
        for method, target, body in (
            ("GET", "/admin/retention", None),
            ("GET", "/admin/retention/groups", None),
            ("GET", self.place, None),
            ("PUT", self.place, {"days": 3}),
            ("GET", "/admin/holds", None),
            ("PUT", user, {}),
            ("DELETE", user, None),
            ("PUT", f"/admin/holds/groups/{TEAM}", {}),
            ("DELETE", f"/admin/holds/groups/{TEAM}", None),
        ):
            self.ask(ANN, method, target, body, "not_administrator")
        self.assertEqual(self.read(periods.days_of, TEAM), None)
        self.assertFalse(self.read(is_held, Scope.USER, ANN))

    def test_days_of_a_group(self) -> None:
        self.assertEqual(self.ask(CAT, "GET", "/admin/retention"), {"days": 0})
        self.assertEqual(self.ask(CAT, "GET", self.place), {"server": 0})
        self.assertEqual(self.ask(CAT, "GET", "/admin/retention/groups"), {"items": []})
        for days in (90, 0):
            self.ask(CAT, "PUT", self.place, {"days": days}, 204)
            self.assertEqual(self.ask(CAT, "GET", self.place), {"server": 0, "days": days})
            listed = [{"group": TEAM, "name": "team", "days": days}]
            self.assertEqual(self.ask(CAT, "GET", "/admin/retention/groups"), {"items": listed})
        self.ask(CAT, "PUT", self.place, {"days": None}, 204)
        self.assertEqual(self.ask(CAT, "GET", self.place), {"server": 0})
        for wrong in (-1, 10**6, "3", 1.5):
            self.ask(CAT, "PUT", self.place, {"days": wrong}, "invalid_field")
        self.ask(CAT, "PUT", self.place, {}, "invalid_field")
        for method, body in (("GET", None), ("PUT", {"days": 3})):
            self.ask(CAT, method, f"/admin/groups/{TEAM + 1}/retention", body, "no_such_group")

    def test_members_see_the_days(self) -> None:
        self.ask(CAT, "PUT", self.place, {"days": 90}, 204)
        listed = self.ask(ANN, "GET", "/conversations")["items"]
        days = {each["name"]: each.get("keepDays") for each in listed}
        self.assertEqual(days, {f"group-{TEAM}": 90, "announcements": None})
        self.assertEqual(self.ask(ANN, "GET", f"/conversations/group-{TEAM}/messages")["keepDays"], 90)

    def test_holds(self) -> None:
        self.ask(CAT, "PUT", f"/admin/holds/users/{ANN}", {"reason": "case 7"}, 204)
        self.ask(CAT, "PUT", f"/admin/holds/users/{ANN}", {"reason": "another"}, 204)
        self.ask(CAT, "PUT", f"/admin/holds/groups/{TEAM}", {}, 204)
        listed = self.ask(CAT, "GET", "/admin/holds")["items"]
        since = {each.pop("since") for each in listed}
        self.assertEqual(
            listed,
            [
                {"user": ANN, "by": CAT, "reason": "case 7", "name": "Ann"},
                {"group": TEAM, "by": CAT, "reason": "", "name": "team"},
            ],
        )
        self.assertEqual(since, {self.now})
        first = self.ask(CAT, "GET", "/admin/holds?limit=1")
        (second,) = self.ask(CAT, "GET", f"/admin/holds?limit=1&cursor={first['next']}")["items"]
        self.assertEqual((first["items"][0]["user"], second["group"]), (ANN, TEAM))
        for place in (f"users/{ANN}", f"groups/{TEAM}"):
            self.ask(CAT, "DELETE", f"/admin/holds/{place}", None, 204)
            self.ask(CAT, "DELETE", f"/admin/holds/{place}", None, "no_such_hold")
        self.assertEqual(self.ask(CAT, "GET", "/admin/holds"), {"items": []})
        self.ask(CAT, "PUT", f"/admin/holds/users/{NOBODY}", {}, "no_such_user")
        self.ask(CAT, "PUT", f"/admin/holds/groups/{TEAM + 1}", {}, "no_such_group")
        self.ask(CAT, "PUT", f"/admin/holds/users/{ANN}", {"reason": "x" * 301}, "invalid_field")
