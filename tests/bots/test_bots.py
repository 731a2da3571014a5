"""Bots over HTTP: who makes, sees, changes and ends them and their tokens, and that nothing else lets one in."""

from sqlalchemy import select
from twisted.internet.defer import Deferred

from hichat.accounts import bot_owners, users
from hichat.accounts.bot_passes import BotScope
from hichat.accounts.roles import ServerRole
from hichat.bots.bots import Bots
from hichat.core.errors import NotForBots, WrongPassword
from hichat.core.kinds import Kind
from hichat.storage import tables
from tests.support.bots import BotCase
from tests.support.conversations import TEAM
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT = 1, 2, 3
DAY = 24 * 3600 * 1000


class BotTests(BotCase):
    """Ann owns a bot; Cat is an administrator."""

    def setUp(self):
        super().setUp()
        self.base = f"/bots/{self.bot.id}"

    def deferred(self, work):
        return Deferred.fromCoroutine(work)

    def refused(self, user, method, target, body, status, code):
        self.problem(self.call(user, method, target, body), status, code)

    def test_make_and_use(self):
        """A token is shown once, takes the place of an access token, and its last use is told."""
        made = self.good(ANN, "POST", "/bots", {"name": "ci", "displayName": "Build"}, 201)
        self.assertEqual((made["name"], made["displayName"], made["owner"], made["made"]), ("ci", "Build", ANN, 0))
        wanted = {"name": "laptop", "scopes": ["read", "send"], "ends": self.now + DAY}
        token = self.good(ANN, "POST", f"/bots/{made['id']}/tokens", wanted, 201)
        secret = token.pop("token")
        self.assertRegex(secret, r"\Ahcb_[\w-]{40}\Z")
        me = self.api("GET", "/me", token=secret).json
        self.assertEqual((me["id"], me["bot"], me["role"]), (made["id"], True, "member"))
        shown = self.good(ANN, "GET", f"/bots/{made['id']}")
        self.assertEqual(shown["passes"], [token | {"used": self.now, "scopes": ["send", "read"]}])
        self.assertNotIn(secret, str(shown))
        self.assertEqual([bot["name"] for bot in self.good(ANN, "GET", "/bots")], ["helper", "ci"])
        with self.store.snapshot() as connection:
            stored = str(connection.execute(select(tables.bot_tokens)).all())
        self.assertNotIn(secret, stored)
        self.now += DAY
        self.problem(self.api("GET", "/me", token=secret), 401, "unauthorized")

    def test_whose(self):
        """Another person has no such bot; an administrator sees, renames and ends it, but makes no token of it."""
        token, _ = self.run_now(self.bots.make_token(self.bot.id, "one", BotScope.SEND))
        for method, target, body in (
            ("GET", self.base, None),
            ("PATCH", self.base, {"displayName": "x"}),
            ("DELETE", self.base, None),
            ("POST", f"{self.base}/tokens", {"name": "x", "scopes": ["send"]}),
            ("DELETE", f"{self.base}/tokens/{token.id}", None),
            ("PUT", f"{self.base}/groups/{TEAM}", None),
            ("DELETE", f"{self.base}/groups/{TEAM}", None),
        ):
            self.refused(BOB, method, target, body, 404, "no_such_bot")
            self.refused(ANN, method, target.replace(str(self.bot.id), str(BOB), 1), body, 404, "no_such_bot")
        self.refused(BOB, "GET", "/admin/bots", None, 403, "not_administrator")
        self.refused(BOB, "POST", "/bots", {"name": "x", "server": True}, 403, "not_administrator")
        found = self.good(CAT, "GET", "/admin/bots")["items"]
        self.assertEqual([(bot["name"], bot["owner"]) for bot in found], [("helper", ANN)])
        self.refused(CAT, "POST", f"{self.base}/tokens", {"name": "x", "scopes": ["send"]}, 403, "not_permitted")
        self.refused(CAT, "PUT", f"{self.base}/groups/{TEAM}", None, 404, "no_such_bot")
        self.good(CAT, "PATCH", self.base, {"displayName": "Helpful"})
        self.good(CAT, "DELETE", f"{self.base}/tokens/{token.id}", status=204)
        people = self.good(CAT, "GET", "/admin/people")["items"]
        self.assertEqual([(each["name"], each["owner"]) for each in people if each.get("bot")], [("helper", ANN)])
        for query, names in (("bot=true", ["helper"]), ("bot=false", ["Ann", "Bob", "Cat"]), ("bot=true&text=ann", [])):
            found = self.good(CAT, "GET", f"/admin/people?{query}")["items"]
            self.assertEqual([each["name"] for each in found], names)
        self.good(CAT, "DELETE", self.base, status=204)
        self.assertEqual(self.good(ANN, "GET", "/bots"), [])
        server = self.good(CAT, "POST", "/bots", {"name": "announcer", "server": True}, 201)
        self.assertNotIn("owner", server)
        self.good(CAT, "POST", f"/bots/{server['id']}/tokens", {"name": "x", "scopes": ["send"]}, 201)

    def test_groups(self):
        """The owner of a bot takes it into groups that the owner looks after; others see the mark."""
        self.good(ANN, "PUT", f"{self.base}/groups/{TEAM}", status=204)
        members = self.good(BOB, "GET", f"/groups/{TEAM}/members")["items"]
        self.assertEqual([each["name"] for each in members if each.get("bot")], ["helper"])
        event = self.events(Kind.JOINED)[-1]
        self.assertEqual((event.sender, event.subject), (ANN, self.bot.id))
        self.assertEqual(self.good(ANN, "GET", self.base)["groups"], [{"id": TEAM, "name": "team"}])
        self.refused(ANN, "PUT", f"{self.base}/groups/{TEAM}", None, 409, "already_a_member")
        self.good(ANN, "DELETE", f"{self.base}/groups/{TEAM}", status=204)
        bobs = self.run_now(self.bots.make("bobs", BOB))
        self.refused(BOB, "PUT", f"/bots/{bobs.id}/groups/{TEAM}", None, 403, "not_permitted")
        self.run_now(self.groups.ban(ANN, TEAM, self.bot.id))
        self.refused(ANN, "PUT", f"{self.base}/groups/{TEAM}", None, 409, "user_banned")

    def test_rules_are_those_of_users(self):
        """Who has blocked a bot hears nothing of it; a muted one is silent."""
        secret = self.token(BotScope.SEND)
        self.good(BOB, "PUT", f"/blocks/{self.bot.id}", status=204)
        hi = {"text": "hi"}
        self.problem(self.api("POST", "/conversations/user-2/messages", hi, secret), 403, "blocked")
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        self.run_now(self.groups.mute(ANN, TEAM, self.bot.id))
        self.problem(self.api("POST", f"/conversations/group-{TEAM}/messages", hi, secret), 403, "muted")
        self.problem(self.api("POST", "/conversations/announcements/messages", hi, secret), 403, "not_administrator")

    def test_limits(self):
        for wrong in (
            {"name": "x", "scopes": []},
            {"name": "x", "scopes": ["all"]},
            {"name": "x", "scopes": ["send"], "conversations": []},
            {"name": "x", "scopes": ["send"], "conversations": ["user-0"]},
            {"name": "x", "scopes": ["send"], "ends": self.now},
        ):
            answer = self.call(ANN, "POST", f"{self.base}/tokens", wrong)
            self.assertEqual(answer.status, 400, wrong)
        for number in range(20):
            self.good(ANN, "POST", f"{self.base}/tokens", {"name": f"t{number}", "scopes": ["send"]}, 201)
        self.refused(ANN, "POST", f"{self.base}/tokens", {"name": "t1", "scopes": ["send"]}, 409, "bot_token_exists")
        self.refused(ANN, "POST", f"{self.base}/tokens", {"name": "x", "scopes": ["send"]}, 409, "too_many_bot_tokens")
        for number in range(19):
            self.good(ANN, "POST", "/bots", {"name": f"bot{number}"}, 201)
        self.refused(ANN, "POST", "/bots", {"name": "more"}, 409, "too_many_bots")
        self.run_now(self.bots.make("hook", ANN, counted=False))
        self.assertEqual(len(self.good(ANN, "GET", "/bots")), 20)

    def test_who_may_make_one(self):
        self.refused(ANN, "POST", "/bots", {"name": "admin"}, 409, "name_reserved")
        self.refused(ANN, "POST", "/bots", {"name": "Bob"}, 409, "name_taken")
        self.run_now(self.accounts.status.set_role(BOB, ServerRole.GUEST))
        self.tokens_of[BOB] = self.token_of(BOB)
        self.refused(BOB, "POST", "/bots", {"name": "x"}, 403, "guests_may_not")
        self.bots_here = Bots(self.store, self.accounts, self.groups, lambda: self.now, by_all=False)
        self.mount(self.accounts)
        self.refused(ANN, "POST", "/bots", {"name": "x"}, 403, "bots_by_administrators")
        self.good(CAT, "POST", "/bots", {"name": "x"}, 201)

    def test_revoked_alone(self):
        first, second = self.token(name="a"), self.token(name="b")
        (token, _) = self.good(ANN, "GET", self.base)["passes"]
        self.good(ANN, "DELETE", f"{self.base}/tokens/{token['id']}", status=204)
        self.refused(ANN, "DELETE", f"{self.base}/tokens/{token['id']}", None, 404, "no_such_bot_token")
        hi = {"text": "hi"}
        self.problem(self.api("POST", "/conversations/user-1/messages", hi, first), 401, "unauthorized")
        self.assertEqual(self.api("POST", "/conversations/user-1/messages", hi, second).status, 201)

    def test_the_owner_is_away(self):
        """A bot stops with its owner, and comes back; one that was disabled by itself does not."""
        secret, other = self.token(), self.run_now(self.bots.make("other", ANN))
        self.run_now(self.accounts.status.disable(other.id))
        self.run_now(self.accounts.status.disable(ANN))
        self.problem(self.api("POST", "/conversations/user-2/messages", {"text": "x"}, secret), 401, "unauthorized")
        with self.store.snapshot() as connection:
            self.assertTrue(users.get(connection, self.bot.id).disabled)
        ended = self.events(Kind.SIGNED_OUT)[-1]
        self.assertIn(ended.target, (self.bot.id, other.id))
        self.run_now(self.accounts.status.enable(ANN))
        self.assertEqual(self.api("POST", "/conversations/user-2/messages", {"text": "x"}, secret).status, 201)
        with self.store.snapshot() as connection:
            self.assertTrue(users.get(connection, other.id).disabled)

    def test_disabled_beside_the_owner(self):
        """A bot that stopped with its owner, and was then disabled by itself, does not come back with the owner."""
        self.run_now(self.accounts.status.disable(ANN))
        self.run_now(self.accounts.status.disable(self.bot.id))
        self.run_now(self.accounts.status.enable(ANN))
        with self.store.snapshot() as connection:
            self.assertTrue(users.get(connection, self.bot.id).disabled)

    def test_the_owner_leaves(self):
        """Bots go with the account of their owner."""
        secret = self.token()
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        with self.store.snapshot() as connection:
            owner = users.get(connection, ANN)
        self.run_now(self.accounts.deleter.delete(owner))
        self.problem(self.api("GET", "/me", token=secret), 401, "unauthorized")
        with self.store.snapshot() as connection:
            self.assertIsNone(users.find(connection, self.bot.id))
            self.assertEqual(bot_owners.everyone(connection), [])
            self.assertEqual(connection.execute(select(tables.bot_tokens)).all(), [])

    def test_no_other_way_in(self):
        """No password, no code, no token of an administrator, no v1; and no role above that of a member."""
        secret = self.token(BotScope.SEND | BotScope.READ | BotScope.MANAGE)
        for password in ("", "correct horse", secret):
            self.failureResultOf(
                self.deferred(self.accounts.log_ins.log_in_device("helper", password, "x", "192.168.1.1", "1")),
                WrongPassword,
            )
        with self.store.snapshot() as connection:
            bot = users.get(connection, self.bot.id)
        for work in (
            self.accounts.sessions.issue(bot),
            self.accounts.log_ins.let_in(bot, "x", "192.168.1.1", "1"),
            self.accounts.passwords.reset(bot.id),
            self.accounts.profiles.update(bot, {"password": "correct horse"}),
            self.accounts.status.set_role(bot.id, ServerRole.ADMINISTRATOR),
            self.accounts.status.set_role(bot.id, ServerRole.MODERATOR),
        ):
            self.failureResultOf(self.deferred(work), NotForBots)
        for target in ("/v1/user/GetUserList", "/v1/contact/loadcommunity"):
            answer = self.post(f"{target}?token={secret}&userId={bot.id}")
            self.assertNotIn(b"helper", answer.body)
        self.problem(self.call(CAT, "POST", f"/admin/people/{bot.id}/password"), 403, "not_for_bots")
        self.problem(self.call(CAT, "PUT", f"/admin/people/{bot.id}/role", {"role": "moderator"}), 403, "not_for_bots")
        answer = self.request("POST", "/v2/media", b"x", Authorization=f"Bearer {self.token(BotScope.READ, name='r')}")
        self.assertEqual((answer.status, answer.json["code"]), (403, "token_may_not"))


class BotTestsOnPostgreSQL(OnPostgreSQL, BotTests):
    """The same, on PostgreSQL."""
