"""Writing over HTTP: every call, its refusals, and repetitions under an idempotency key."""

from __future__ import annotations

from typing import Any

import msgspec

from hichat.core.kinds import Kind
from hichat.core.repeats import REPEAT_KEY_LIMIT
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.writing import Writing
from hichat.runtime.limits import Rate
from hichat.web.api import messages
from hichat.wire import frames
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import make_inlet
from tests.support.site import SiteCase

ANN, BOB, CAT = 1, 2, 3


class MessagesCase(ConversationsCase):
    def say_http(self, user: int, target: str, body: Any = None, key: str = "", method: str = "POST") -> Any:
        headers = {"Idempotency_Key": key.encode("utf-8", "surrogateescape").decode("latin-1")} if key else {}
        return self.api(method, target, body, self.tokens_of[user], **headers)

    def send(self, user: int, to: str, key: str = "", **body: Any) -> Any:
        """@return: what the sender is told."""
        answer = self.say_http(user, f"/conversations/{to}/messages", body, key)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def refusal(self, answer: Any) -> tuple[int, str]:
        return answer.status, answer.json["code"]

    def shown(self, user: int, message: int) -> Any:
        return self.good(user, "GET", f"/messages/{message}")["message"]


class WritingTests(MessagesCase):
    def test_send(self) -> None:
        told = self.send(ANN, "user-2", text="hi", format="markdown")
        self.assertEqual(set(told), {"id", "conversation", "seq", "time", "duplicate"})
        self.assertFalse(told["duplicate"])
        found = self.shown(BOB, told["id"])
        self.assertEqual((found["text"], found["from"], found["format"]), ("hi", ANN, "markdown"))
        reply = self.send(BOB, "user-1", text="yes", replyTo=told["id"])
        self.assertEqual(self.shown(ANN, reply["id"])["replyTo"], told["id"])
        self.assertEqual(reply["seq"], told["seq"] + 1)

    def test_to_a_group_and_to_all(self) -> None:
        told = self.send(ANN, f"group-{TEAM}", text="all", mentions=[0])
        self.assertEqual(self.shown(BOB, told["id"])["mentions"], [0])
        self.assertEqual(self.shown(BOB, self.send(CAT, "announcements", text="x")["id"])["text"], "x")

    def test_refused(self) -> None:
        for user, to, body, expected in (
            (ANN, "user-99", {"text": "x"}, (404, "no_such_target")),
            (CAT, f"group-{TEAM}", {"text": "x"}, (403, "not_a_member")),
            (ANN, "announcements", {"text": "x"}, (403, "not_administrator")),
            (ANN, "user-2", {"text": "x", "mentions": [0]}, (403, "may_not_mention_all")),
            (ANN, "user-2", {"text": "x", "replyTo": 999}, (404, "no_such_message")),
            (ANN, "user-2", {"text": ""}, (400, "invalid_field")),
            (ANN, "user-2", {"text": "x", "url": "/v2/media/none"}, (404, "no_such_media")),
            (ANN, "user-2", {"text": "x", "counter": 1}, (400, "invalid_field")),
            (ANN, "nobody", {"text": "x"}, (400, "invalid_field")),
            (ANN, "user-2", {"text": "ü" * 4097}, (400, "too_long")),
        ):
            answer = self.say_http(user, f"/conversations/{to}/messages", body)
            self.assertEqual(self.refusal(answer), expected, body)

    def test_edit_recall_react_forward(self) -> None:
        id = self.send(ANN, "user-2", text="hi")["id"]
        self.good(ANN, "PATCH", f"/messages/{id}", {"text": "ho"})
        self.good(BOB, "POST", f"/messages/{id}/reactions", {"emoji": "👍"}, 201)
        found = self.shown(ANN, id)
        self.assertEqual((found["text"], found["reactions"]), ("ho", [{"emoji": "👍", "users": [BOB]}]))
        self.good(BOB, "POST", f"/messages/{id}/reactions", {"emoji": "👍", "on": False}, 201)
        self.assertNotIn("reactions", self.shown(ANN, id))
        copy = self.good(BOB, "POST", f"/conversations/group-{TEAM}/forwards", {"message": id}, 201)["id"]
        found = self.shown(ANN, copy)
        self.assertEqual((found["text"], found["forwardedFrom"]), ("ho", ANN))
        self.assertEqual(self.refusal(self.say_http(BOB, f"/messages/{id}", None, "", "DELETE")), (403, "not_yours"))
        self.good(ANN, "DELETE", f"/messages/{id}")
        self.assertTrue(self.shown(BOB, id)["recalled"])
        for method, target, body, expected in (
            ("PATCH", f"/messages/{id}", {"text": "x"}, (409, "recalled")),
            ("PATCH", f"/messages/{copy}", {"text": "x"}, (409, "forwarded")),
            ("POST", f"/messages/{copy}/reactions", {"emoji": "x"}, (400, "not_an_emoji")),
            ("DELETE", "/messages/999", None, (404, "no_such_message")),
        ):
            self.assertEqual(self.refusal(self.say_http(BOB, target, body, "", method))[1], expected[1])


class KeyTests(MessagesCase):
    def test_again(self) -> None:
        first = self.send(ANN, "user-2", "a", text="hi")
        self.assertEqual(self.send(ANN, "user-2", "a", text="hi"), {**first, "duplicate": True})
        self.assertEqual(len(self.events(Kind.MESSAGE)), 1)

    def test_for_all_calls(self) -> None:
        id = self.send(ANN, "user-2", text="hi")["id"]
        for method, target, body in (
            ("POST", "/conversations/user-3/forwards", {"message": id}),
            ("POST", f"/messages/{id}/reactions", {"emoji": "👍"}),
            ("PATCH", f"/messages/{id}", {"text": "ho"}),
            ("DELETE", f"/messages/{id}", None),
        ):
            first, again = (self.say_http(ANN, target, body, target + method, method) for _ in range(2))
            self.assertEqual(again.json, {**first.json, "duplicate": True})

    def test_something_else_under_it(self) -> None:
        id = self.send(ANN, "user-2", "a", text="hi")["id"]
        for method, target, body in (
            ("POST", "/conversations/user-2/messages", {"text": "ho"}),
            ("POST", "/conversations/user-3/messages", {"text": "hi"}),
            ("POST", f"/conversations/group-{TEAM}/messages", {"text": "hi"}),
            ("POST", "/conversations/user-2/messages", {"text": "hi", "replyTo": id}),
            ("DELETE", f"/messages/{id}", None),
        ):
            self.assertEqual(self.refusal(self.say_http(ANN, target, body, "a", method)), (409, "key_used"))
        # Under another user's key of the same text there is nothing yet.
        self.assertFalse(self.send(BOB, "user-1", "a", text="other")["duplicate"])

    def test_any_text(self) -> None:
        """Also bytes that are no UTF-8, as clients of HTTP/1 write what is not ASCII."""
        for key in ('"quoted"', "名字", "b\udcff", "é", "x" * REPEAT_KEY_LIMIT, "{}", "a b"):
            told = [self.send(ANN, "user-2", key, text=ascii(key))["duplicate"] for _ in range(2)]
            self.assertEqual(told, [False, True], key)

    def test_not_a_key(self) -> None:
        for key in ("x" * (REPEAT_KEY_LIMIT + 1), "名" * REPEAT_KEY_LIMIT):
            answer = self.say_http(ANN, "/conversations/user-2/messages", {"text": "x"}, key)
            self.assertEqual(self.refusal(answer), (400, "invalid_field"))
            self.assertEqual(answer.json["errors"][0]["parameter"], "Idempotency-Key")
        self.assertEqual(self.events(Kind.MESSAGE), [])

    def test_refused_is_not_used(self) -> None:
        body, target = {"text": "hi"}, f"/conversations/group-{TEAM}/messages"
        self.assertEqual(self.say_http(CAT, target, body, "a").status, 403)
        self.run_now(self.groups.join(self.users[CAT], "team"))
        self.assertFalse(self.say_http(CAT, target, body, "a").json["duplicate"])


class QuotaTests(MessagesCase):
    def test_too_many(self) -> None:
        quota = Quota(Rate(2, 60), self.clock)
        self.writing = Writing(make_inlet(self.writer, self.clock, quota), self.writing.media, self.store)
        self.mount(self.accounts)
        for _ in range(2):
            self.send(ANN, "user-2", text="x")
        answer = self.say_http(ANN, "/conversations/user-2/messages", {"text": "x"})
        self.assertEqual(self.refusal(answer), (429, "too_many_requests"))
        self.assertEqual(answer.json["retryAfter"], 30)
        for _ in range(5):
            self.send(CAT, "announcements", text="administrators may send any number")
        self.clock.advance(30)
        self.send(ANN, "user-2", text="x")


class BodyTests(SiteCase):
    def test_bodies_have_the_fields_of_the_frames(self) -> None:
        """Whoever adds a field to a frame adds it here."""
        of_the_path = {"ref", "counter", "user", "group"}
        for body, frame, more in (
            (messages.NewMessage, frames.Send, set()),
            (messages.NewCopy, frames.Forward, set()),
            (messages.NewText, frames.Edit, {"message"}),
            (messages.NewReaction, frames.React, {"message"}),
        ):
            wanted = {each.name: (each.type, each.default) for each in msgspec.structs.fields(frame)}
            found = {each.name: (each.type, each.default) for each in msgspec.structs.fields(body)}
            self.assertEqual(found, {name: wanted[name] for name in wanted if name not in of_the_path | more})
