"""Incoming hooks: making them over HTTP, and calling them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from sqlalchemy import Connection, func, select
from twisted.logger import ILogObserver, formatEvent, globalLogPublisher
from zope.interface import provider

from hichat.accounts import users
from hichat.core.errors import Busy, HookExists
from hichat.hooks.incoming import called, records
from hichat.runtime.limits import Rate
from hichat.storage.tables import bots
from hichat.web.site import shown_path
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.postgres import OnPostgreSQL
from tests.support.site import request_bytes

ANN, BOB, CAT = 1, 2, 3


class HooksCase(ConversationsCase):
    """Ann is the owner of the group, Bob a member."""

    def make_hook(self, user: int = ANN, **fields: Any) -> Any:
        answer = self.api("POST", f"/groups/{TEAM}/hooks", {"name": "CI", **fields}, self.tokens_of[user])
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def path_of(self, made: Any) -> str:
        return "/hooks/" + made["url"].rpartition("/")[2]

    def post_hook(self, made: Any, body: Any, template: str = "", **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", self.path_of(made) + template, content, **headers)

    def good_call(self, *args: Any, **headers: str) -> None:
        answer = self.post_hook(*args, **headers)
        self.assertEqual((answer.status, answer.body), (200, b"ok"))
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=utf-8")

    def refused_call(self, status: int, word: str, *args: Any, **headers: str) -> Any:
        answer = self.post_hook(*args, **headers)
        self.assertEqual((answer.status, answer.body.decode().partition(":")[0]), (status, word))
        return answer

    def messages(self, user: int = BOB) -> list[Any]:
        """@return: the messages of the group, the oldest first."""
        found = self.good(user, "GET", f"/conversations/group-{TEAM}/messages")["items"]
        return sorted(found, key=lambda each: each["id"])

    def texts(self) -> list[str]:
        return [each.get("text", "") for each in self.messages()]

    def bots(self) -> int:
        """@return: the number of bots that there are."""
        with self.store.snapshot() as connection:
            return connection.scalar(select(func.count()).select_from(bots)) or 0


class CallingTests(HooksCase):
    def test_messages(self) -> None:
        made = self.make_hook(picture="https://pictures.example/ci.png")
        self.good_call(made, {"text": "*hello*"})
        self.good_call(made, b"payload=%7B%22text%22%3A%22form%22%7D", Content_Type="application/x-www-form-urlencoded")
        self.good_call(made, b"plain", Content_Type="text/plain")
        self.good_call(made, {"text": "*it*"}, "/mattermost")
        self.good_call(made, {"text": "*bold*"}, "/slack")
        found = self.messages()
        self.assertEqual([each["text"] for each in found], ["**hello**", "form", "plain", "*it*", "**bold**"])
        self.assertEqual({each["from"] for each in found}, {made["bot"]})
        self.assertEqual({each["format"] for each in found}, {"markdown"})
        self.assertEqual({json.dumps(each["alias"]) for each in found}, {json.dumps({"name": "CI"})})

    def test_names_and_pictures(self) -> None:
        made = self.make_hook()
        own = "https://chat.example/path/v2/media/abcdefghijklmnopqrstuv"
        for who, shown in (
            ({"username": "deploy", "icon_emoji": ":rocket:"}, {"name": "deploy", "avatar": "🚀"}),
            ({"username": "\u202e \u200b"}, {"name": "CI"}),
            ({"icon_url": "https://evil.example/track.png"}, {"name": "CI"}),
            # There is no such file: the message comes all the same.
            ({"username": "x", "icon_url": own}, {"name": "x"}),
            ({"username": "Ann"}, {"name": "Ann"}),
        ):
            self.good_call(made, {"text": "x", **who})
            self.assertEqual(self.messages()[-1]["alias"], shown, who)

    def test_its_bot_is_a_member(self) -> None:
        made = self.make_hook()
        found = {each["id"]: each for each in self.good(BOB, "GET", f"/groups/{TEAM}/members")["items"]}
        self.assertEqual((found[made["bot"]]["displayName"], found[made["bot"]]["bot"]), ("CI", True))
        gone = self.api("DELETE", f"/groups/{TEAM}/hooks/{made['id']}", token=self.tokens_of[ANN])
        self.assertEqual(gone.status, 204)
        found = {each["id"]: each for each in self.good(BOB, "GET", f"/groups/{TEAM}/members")["items"]}
        self.assertNotIn(made["bot"], found)
        self.refused_call(404, "no_service", made, {"text": "x"})
        # Another one of that name can be made at once.
        self.good_call(self.make_hook(), {"text": "again"})

    def test_refused(self) -> None:
        made = self.make_hook()
        self.refused_call(400, "invalid_payload", made, b"{")
        self.refused_call(400, "invalid_payload", made, b'{"text": ' + b"[" * 1000 + b"]" * 1000 + b"}")
        self.refused_call(400, "no_text", made, {})
        self.refused_call(400, "no_text", made, b"")
        # They send no call without an alert, so this is none of theirs: whoever has set it up is to see that.
        for template in ("/alertmanager", "/grafana"):
            self.refused_call(400, "no_text", made, {"foo": 1}, template)
            self.refused_call(400, "no_text", made, b"full", template, Content_Type="text/plain")
        self.refused_call(404, "no_such_template", made, {"text": "x"}, "/irc")
        self.refused_call(404, "no_service", {"url": "/hooks/wrong"}, {"text": "x"})
        self.refused_call(404, "no_service", {"url": "/hooks/%E4%B8%AD%FF"}, {"text": "x"})
        self.refused_call(404, "no_such_template", made, {"text": "x"}, "/github/more")
        answer = self.request("GET", self.path_of(made))
        self.assertEqual((answer.status, answer.headers["allow"]), (405, "POST"))
        answer = self.request("POST", "/hooks/")
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.texts(), [])
        # In the language of the caller.
        answer = self.refused_call(400, "no_text", made, {}, Accept_Language="zh")
        self.assertIn("没有可显示的内容", answer.body.decode())

    def test_large_bodies(self) -> None:
        made = self.make_hook()
        self.refused_call(413, "form_too_large", made, {"text": "x" * (128 * 1024)})
        self.refused_call(413, "form_too_large", made, b"x" * (1024 * 1024 + 1))
        # The body of a wrong secret is not read at all.
        connection = self.connect()
        head = request_bytes("POST", "/hooks/wrong", b"", {"Content-Length": str(1000 * 1000)})
        connection.send(head.replace(b"Content-Length: 0\r\n", b""))
        self.assertEqual(connection.answer().status, 404)
        payload = {"repository": {"full_name": "a/b"}, "ref": "refs/heads/x", "deleted": True, "more": "x" * 500_000}
        self.good_call(made, payload, "/github", X_GitHub_Event="push")
        self.assertEqual(self.texts(), ["**a/b**: somebody deleted the branch `x`"])

    def test_a_long_text_is_several_messages(self) -> None:
        made = self.make_hook()
        lines = [f"line {number}" for number in range(3000)]
        self.good_call(made, {"text": "\n".join(lines)}, Idempotency_Key="long")
        self.good_call(made, {"text": "\n".join(lines)}, Idempotency_Key="long")
        found = self.texts()
        self.assertEqual("\n".join(found).split("\n"), lines)
        self.assertEqual(len(found), 4)
        # Each of these signs is shown by two.
        self.refused_call(413, "text_too_long", made, {"text": "[" * 120_000, "mrkdwn": False})

    def test_repeated_calls(self) -> None:
        made, other = self.make_hook(), self.make_hook(name="other")
        for _ in range(3):
            self.good_call(made, {"text": "once"}, Idempotency_Key="k")
        self.good_call(other, {"text": "another hook's"}, Idempotency_Key="k")
        self.refused_call(409, "key_used", made, {"text": "twice"}, Idempotency_Key="k")
        push = {"repository": {"full_name": "a/b"}, "ref": "refs/heads/x", "deleted": True}
        headers = {"X_GitHub_Event": "push", "X_GitHub_Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
        for _ in range(2):
            self.good_call(made, push, "/github", **headers)
        # GitHub delivers again what it delivered before, and the hook shows it otherwise by now.
        self.good(ANN, "PATCH", f"/groups/{TEAM}/hooks/{made['id']}", {"language": "zh"})
        self.good_call(made, push, "/github", **headers)
        self.assertEqual(self.texts(), ["once", "another hook's", "**a/b**: somebody deleted the branch `x`"])

    def test_calls_of_all(self) -> None:
        """Whoever knows the address calls nobody, unless an admin lets the hook do so."""
        made = self.make_hook()
        self.good_call(made, {"text": "<!channel> x"})
        self.good(ANN, "PATCH", f"/groups/{TEAM}/hooks/{made['id']}", {"callsAll": True})
        self.good_call(made, {"text": "<!channel> y"})
        self.good_call(made, {"text": "z"})
        found = self.messages()
        self.assertEqual([each["text"] for each in found], ["@all x", "@all y", "z"])
        self.assertEqual([each.get("mentions") for each in found], [None, [0], None])

    def test_people_who_are_named(self) -> None:
        made = self.make_hook()
        self.good(BOB, "PATCH", "/me", {"displayName": "Bob van Dam"})
        for text, mentions in (
            ("@ann, look", [ANN]),
            ("*@Bob van Dam*: x", [BOB]),
            ("<@bob> and @ANN and @bob", [BOB, ANN]),
            ("@cat is no member; me@ann.example, `@ann`, https://x.example/@ann, @annette", None),
            ("Ask @bob van", [BOB]),
        ):
            self.good_call(made, {"text": text})
            self.assertEqual(self.messages()[-1].get("mentions"), mentions, text)
        issue = {"repository": {"full_name": "a/b"}, "action": "opened", "issue": {"body": "@ann?", "number": 1}}
        self.good_call(made, issue, "/github", X_GitHub_Event="issues")
        self.assertIn("@ann", self.messages()[-1]["text"])
        self.assertNotIn("mentions", self.messages()[-1])

    def test_templates_and_signatures(self) -> None:
        made = self.make_hook(key="s3cret key", language="zh")
        push = json.dumps({"repository": {"full_name": "a/b"}, "ref": "refs/tags/v1"}).encode()
        right = "sha256=" + hmac.new(b"s3cret key", push, hashlib.sha256).hexdigest()
        self.good_call(made, push, "/github", X_GitHub_Event="push", X_Hub_Signature_256=right)
        self.refused_call(403, "wrong_signature", made, push + b" ", "/github", X_Hub_Signature_256=right)
        self.refused_call(403, "wrong_signature", made, push, "/github")
        note = {"object_kind": "tag_push", "ref": "refs/tags/v2", "user_name": "Bo"}
        self.good_call(made, note, "/gitlab", X_Gitlab_Token="s3cret key")
        self.refused_call(403, "wrong_signature", made, note, "/gitlab", X_Gitlab_Token="s3cret")
        alert = {"alerts": [{"status": "firing", "labels": {"alertname": "Down"}}]}
        self.good_call(made, alert, "/alertmanager", Authorization="Bearer s3cret key")
        self.good_call(made, alert, "/grafana", Authorization="Bearer s3cret key")
        self.refused_call(403, "wrong_signature", made, {"text": "x"})
        self.good_call(made, {"text": "x"}, Authorization="Bearer s3cret key")
        self.assertEqual(
            self.texts(),
            [
                "**a/b**: 有人 推送了标签 `v1`",
                "**GitLab**: Bo 推送了标签 `v2`",
                "**🔴 触发：Down**",
                "**🔴 触发：Down**",
                "x",
            ],
        )
        # What is not shown is taken all the same.
        ping = b"{}"
        self.good(ANN, "PATCH", f"/groups/{TEAM}/hooks/{made['id']}", {"key": ""})
        self.good_call(made, ping, "/github", X_GitHub_Event="label")
        self.good_call(made, {"alerts": []}, "/alertmanager")
        self.assertEqual(len(self.texts()), 5)

    def test_the_group_and_the_bot(self) -> None:
        """What becomes of them, the answer says why."""
        made = self.make_hook()
        self.good(ANN, "DELETE", f"/groups/{TEAM}/members/{made['bot']}", status=204)
        self.refused_call(403, "action_prohibited", made, {"text": "x"})
        (shown,) = self.good(ANN, "GET", f"/groups/{TEAM}/hooks")
        self.assertEqual((shown["on"], shown["failure"], shown["failed"]), (False, "action_prohibited", self.now))
        made = self.make_hook(name="archived")
        self.run_now(self.groups.archive(ANN, TEAM))
        self.refused_call(403, "channel_is_archived", made, {"text": "x"})
        self.run_now(self.groups.unarchive(ANN, TEAM))
        self.run_now(self.groups.mute(ANN, TEAM, made["bot"]))
        self.refused_call(403, "muted", made, {"text": "x"})
        self.good(ANN, "DELETE", f"/groups/{TEAM}", status=204)
        self.refused_call(410, "hook_ended", made, {"text": "x"})

    def test_its_maker_is_gone(self) -> None:
        made = self.make_hook()
        self.run_now(self.accounts.status.disable(ANN))
        self.refused_call(403, "action_prohibited", made, {"text": "x"})
        self.run_now(self.accounts.status.enable(ANN))
        self.good_call(made, {"text": "again"})
        # Whose account is deleted has no bots any more; the group's admins remove what is left of the hook.
        self.tokens_of[ANN] = self.token_of(ANN)
        self.good(ANN, "PUT", f"/groups/{TEAM}/members/{BOB}/role", {"role": "admin"}, 204)
        self.run_now(self.accounts.deleter.delete(self.successResultOf(self.store.read(users.get, ANN))))
        self.refused_call(410, "hook_ended", made, {"text": "x"})
        (shown,) = self.good(BOB, "GET", f"/groups/{TEAM}/hooks")
        self.assertFalse(shown["on"])
        self.good(BOB, "DELETE", f"/groups/{TEAM}/hooks/{made['id']}", status=204)
        self.assertEqual(self.good(BOB, "GET", f"/groups/{TEAM}/hooks"), [])

    def test_nobody_is_signed_in_as_its_bot(self) -> None:
        """Who has made a hook may have been removed from the group since: its bot is no way back in."""
        bot = self.make_hook()["bot"]
        calls: list[tuple[str, str, Any]] = [
            ("POST", f"/bots/{bot}/tokens", {"name": "way in", "scopes": ["read"]}),
            ("GET", f"/bots/{bot}", None),
            ("PATCH", f"/bots/{bot}", {"displayName": "Bob"}),
            ("DELETE", f"/bots/{bot}", None),
            ("PUT", f"/bots/{bot}/groups/{TEAM}", None),
            ("DELETE", f"/bots/{bot}/groups/{TEAM}", None),
            ("GET", f"/hooks/outgoing?bot={bot}", None),
            ("POST", "/hooks/outgoing", {"name": "events", "url": "https://192.0.2.1/", "bot": bot}),
        ]
        for method, path, body in calls:
            answer = self.api(method, path, body, self.tokens_of[ANN])
            self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_bot"), path)

    def test_limits(self) -> None:
        made, other = self.make_hook(), self.make_hook(name="other")
        self.hook_rate = Rate(2, 60)
        self.mount(self.accounts)
        self.good_call(made, {"text": "1"})
        self.good_call(made, {"text": "2"})
        answer = self.refused_call(429, "rate_limited", made, {"text": "3"})
        self.assertEqual(answer.headers["retry-after"], "30")
        self.good_call(other, {"text": "other"})
        self.now += 30_000
        self.good_call(made, {"text": "3"})

    def test_wrong_secrets(self) -> None:
        """They are limited by address, and the store is not asked any more; right ones do not count."""
        made = self.make_hook()
        asked: list[str] = []
        before = records.called

        def asking(connection: Connection, secret: str) -> Any:
            asked.append(secret)
            return before(connection, secret)

        self.patch(records, "called", asking)
        for _ in range(100):
            self.good_call(made, {"text": "right"})
        for number in range(called.WRONG_SECRETS.attempts):
            self.refused_call(404, "no_service", {"url": f"/{number}"}, {"text": "x"})
        count = len(asked)
        answer = self.refused_call(429, "rate_limited", {"url": "/more"}, {"text": "x"})
        self.assertIn("retry-after", answer.headers)
        self.assertEqual(len(asked), count)

    def test_strangers_have_used_up_the_budget_of_the_address(self) -> None:
        made = self.make_hook()
        self.rate = Rate(20, 60)
        self.mount(self.accounts)
        for _ in range(150):
            self.request("GET", "/v2/info")
        self.assertEqual(self.request("POST", "/hooks/wrong", b"x").status, 429)
        self.good_call(made, {"text": "a hook has a budget of its own"})


class SecrecyTests(HooksCase):
    def test_no_log_has_the_secret(self) -> None:
        made = self.make_hook()
        secret = made["url"].rpartition("/")[2]
        said: list[str] = []

        @provider(ILogObserver)
        def observer(event: Any) -> None:
            said.append(formatEvent(event) + str({**event}))

        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.good_call(made, {"text": "x"})
        self.refused_call(404, "no_such_template", made, {"text": "x"}, "/irc")
        self.patch(self.hook_calls, "find", None)
        self.refused_call(500, "internal", made, b"")
        self.flushLoggedErrors(TypeError)
        self.assertIn("POST /hooks/... 200", "".join(said))
        self.assertNotIn(secret, "".join(said))

    def test_shown_path(self) -> None:
        class _Request:
            path = b""

        request: Any = _Request()
        for path, shown in (
            (b"/hooks/SECRET", "/hooks/..."),
            (b"/hooks/SECRET/github", "/hooks/.../github"),
            (b"/chat/hooks/SECRET", "/chat/hooks/..."),
            (b"/v2/groups/1/hooks/3", "/v2/groups/1/hooks/..."),
            (b"/v2/me", "/v2/me"),
        ):
            request.path = path
            self.assertEqual(shown_path(request), shown)

    def test_the_store_has_a_hash(self) -> None:
        made = self.make_hook(key="the callers' key")
        secret = made["url"].rpartition("/")[2]
        with self.store.snapshot() as connection:
            rows = [*connection.exec_driver_sql("SELECT * FROM incoming_hooks")]
        self.assertNotIn(secret, str(rows))
        self.assertNotIn("the callers' key", str(rows))
        self.assertEqual(len(secret), 32)


class LookingAfterTests(HooksCase):
    def test_fields(self) -> None:
        made = self.make_hook(picture="/v2/media/x", callsAll=True)
        url = made.pop("url")
        self.assertTrue(url.startswith("http://chat.example/hooks/"), url)
        self.assertEqual(self.good(ANN, "GET", f"/groups/{TEAM}/hooks"), [made])
        self.assertEqual(
            made,
            {
                "id": made["id"],
                "group": TEAM,
                "name": "CI",
                "picture": "/v2/media/x",
                "bot": made["bot"],
                "maker": ANN,
                "language": "en",
                "callsAll": True,
                "signed": False,
                "on": True,
                "created": self.now,
                "used": 0,
                "failed": 0,
                "failure": "",
            },
        )
        changed = self.good(
            ANN,
            "PATCH",
            f"/groups/{TEAM}/hooks/{made['id']}",
            {"name": "Deploy", "picture": "", "language": "zh", "callsAll": False, "key": "x"},
        )
        self.assertEqual(
            changed,
            {**made, "name": "Deploy", "picture": "", "language": "zh", "callsAll": False, "signed": True},
        )
        bot = self.good(BOB, "GET", f"/users/{made['bot']}")
        self.assertEqual((bot["displayName"], bot["avatar"]), ("Deploy", ""))

    def test_last_use_and_last_error(self) -> None:
        made = self.make_hook()
        self.now += 1000
        self.good_call(made, {"text": "x"})
        first = self.now
        self.now += 1000
        self.good_call(made, {"text": "y"})
        self.refused_call(400, "no_text", made, {})
        (shown,) = self.good(ANN, "GET", f"/groups/{TEAM}/hooks")
        self.assertEqual((shown["used"], shown["failed"], shown["failure"]), (first, self.now, "no_text"))
        self.now += 1000
        self.refused_call(400, "invalid_payload", made, b"{")
        (shown,) = self.good(ANN, "GET", f"/groups/{TEAM}/hooks")
        self.assertEqual((shown["failed"], shown["failure"]), (self.now, "invalid_payload"))

    def test_roll(self) -> None:
        made = self.make_hook()
        rolled = self.good(ANN, "POST", f"/groups/{TEAM}/hooks/{made['id']}/roll")
        self.assertNotEqual(rolled["url"], made["url"])
        self.assertEqual({**rolled, "url": made["url"]}, made)
        self.refused_call(404, "no_service", made, {"text": "x"})
        self.good_call(rolled, {"text": "x"})

    def test_many_groups_have_a_hook_of_one_name(self) -> None:
        """The bots are shown under other names then; each user has one of one's own."""
        self.make_hook()
        other = self.good(ANN, "POST", "/groups", {"name": "other"}, 201)["id"]
        made = self.good(ANN, "POST", f"/groups/{other}/hooks", {"name": "CI"}, 201)
        self.assertEqual(self.good(ANN, "GET", f"/users/{made['bot']}")["displayName"], "CI (other)")
        problem = self.api("POST", f"/groups/{TEAM}/hooks", {"name": "ci"}, self.tokens_of[ANN])
        self.problem(problem, 409, "hook_exists")

    def test_who_may(self) -> None:
        made = self.make_hook()
        for user in (BOB, CAT):
            code = "not_permitted" if user == BOB else "not_a_member"
            token = self.tokens_of[user]
            for method, target, body in (
                ("GET", f"/groups/{TEAM}/hooks", None),
                ("POST", f"/groups/{TEAM}/hooks", {"name": "x"}),
                ("PATCH", f"/groups/{TEAM}/hooks/{made['id']}", {"name": "x"}),
                ("POST", f"/groups/{TEAM}/hooks/{made['id']}/roll", None),
                ("DELETE", f"/groups/{TEAM}/hooks/{made['id']}", None),
            ):
                self.problem(self.api(method, target, body, token), 403, code)
        self.good(ANN, "PUT", f"/groups/{TEAM}/members/{BOB}/role", {"role": "admin"}, 204)
        self.make_hook(BOB, name="Bob's")
        self.good_call(made, {"text": "x"})

    def test_a_name_that_is_taken_keeps_no_snapshot(self) -> None:
        """Whoever holds the error holds no cursor: the connection can write when others have written meanwhile."""
        for name in ("one", "two", "three"):
            self.make_hook(name=name)
        with self.store.engine.connect() as connection:
            with self.assertRaises(HookExists) as raised, connection.begin():
                records.check_name(connection, TEAM, "one")
            self.make_hook(name="four")
            with connection.execution_options(write=True).begin():
                connection.execute(select(bots)).all()
            self.assertIsNotNone(raised.exception)

    def test_wrong_fields(self) -> None:
        for fields, code in (
            ({"name": ""}, "invalid_field"),
            ({"name": "a\nb"}, "invalid_field"),
            ({"name": "admin"}, "name_reserved"),
            ({"picture": "javascript:x"}, "invalid_field"),
            ({"key": "\u4e2d"}, "invalid_field"),
            ({"language": "fr"}, "invalid_field"),
        ):
            answer = self.api("POST", f"/groups/{TEAM}/hooks", {"name": "CI", **fields}, self.tokens_of[ANN])
            self.assertEqual(answer.json["code"], code, fields)
        self.assertEqual(self.good(ANN, "GET", f"/groups/{TEAM}/hooks"), [])
        self.assertEqual(self.bots(), 0)

    def test_a_hook_that_cannot_be_made_leaves_no_bot(self) -> None:
        def refuse(*_args: object) -> None:
            raise Busy

        self.patch(records, "add", refuse)
        answer = self.api("POST", f"/groups/{TEAM}/hooks", {"name": "CI"}, self.tokens_of[ANN])
        self.problem(answer, 503, "busy")
        self.assertEqual(self.bots(), 0)

    def test_at_most_so_many(self) -> None:
        self.patch(records, "GROUP_HOOKS_LIMIT", 1)
        self.make_hook()
        answer = self.api("POST", f"/groups/{TEAM}/hooks", {"name": "more"}, self.tokens_of[ANN])
        self.problem(answer, 409, "too_many_incoming_hooks")


class HooksOnPostgreSQLTests(OnPostgreSQL, HooksCase):
    def test_a_life(self) -> None:
        made = self.make_hook(key="key")
        self.good_call(made, {"text": "@bob once"}, Idempotency_Key="k", Authorization="Bearer key")
        self.good_call(made, {"text": "@bob once"}, Idempotency_Key="k", Authorization="Bearer key")
        (shown,) = self.good(ANN, "GET", f"/groups/{TEAM}/hooks")
        self.assertEqual((shown["used"], shown["on"], shown["signed"]), (self.now, True, True))
        rolled = self.good(ANN, "POST", f"/groups/{TEAM}/hooks/{made['id']}/roll")
        self.refused_call(404, "no_service", made, {"text": "x"})
        self.refused_call(403, "wrong_signature", rolled, {"text": "x"})
        self.assertEqual([(each["text"], each["mentions"]) for each in self.messages()], [("@bob once", [BOB])])
        self.good(ANN, "DELETE", f"/groups/{TEAM}/hooks/{made['id']}", status=204)
        self.assertEqual(self.good(ANN, "GET", f"/groups/{TEAM}/hooks"), [])
