"""Commands of bots whose calls are posted to an address."""

import json
from datetime import UTC, datetime
from typing import Any

import standardwebhooks
from twisted.web.http_headers import Headers

from hichat.accounts.bot_passes import BotScope
from hichat.commands.posting import CALL_LIMITS, CALLS_AT_ONCE, CALLS_OF_BOT, CALLS_OF_OWNER, read_answer
from hichat.commands.urls import COMMAND_URLS_LIMIT
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.fetching.fetcher import Fetched
from hichat.hooks.outgoing.service import HOOK_CALLS_RATE
from tests.support.commands import DEPLOY, HERE, CommandsCase
from tests.support.conversations import TEAM
from tests.support.hooks import Got
from tests.support.postgres import OnPostgreSQL

URL = "https://bot.example/commands"
WITH_URL = {**DEPLOY, "url": URL}
PATH = "/bots/me/commands"


def _moment(headers: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)


class PostingCase(CommandsCase):
    def setUp(self) -> None:
        super().setUp()
        self.register(WITH_URL)
        self.secret = self.good(self.bot.id, "POST", f"{PATH}/secret")["secret"]

    def answers(self, value: Any = None, status: int = 200, kind: str = "application/json") -> None:
        """The address answers this: bytes, or JSON; None: nothing."""
        self.endpoint.headers["Content-Type"] = kind
        self.endpoint.content = value if isinstance(value, bytes) else json.dumps(value).encode() if value else b""
        self.endpoint.answer = lambda got: status

    def flush(self) -> None:
        for _ in range(20):
            self.endpoint.agent.flush()

    def ask(self, text: str = "/deploy", name: str = HERE, **headers: str) -> int:
        """Bob calls. @return: the call."""
        call: int = self.type(2, text, name, **headers)["call"]
        self.flush()
        return call

    def told(self) -> list[str]:
        """@return: what Bob alone was told."""
        return [self.seen(event).text for event in self.events(Kind.ANSWERED)]

    def in_the_group(self) -> list[Any]:
        """@return: the messages there, the oldest first."""
        items: list[Any] = self.good(1, "GET", f"/conversations/{HERE}/messages")["items"]
        return items

    def press(self, message: int) -> int:
        """Bob presses "yes"."""
        pressed: int = self.good(2, "POST", f"/messages/{message}/actions", {"action": "yes"}, 201)["id"]
        self.flush()
        return pressed


class PostingTests(PostingCase):
    def test_a_call(self) -> None:
        """It is posted once, signed so that another program finds it good; what comes back is the bot's answer."""
        self.answers({"text": "On its way"})
        call = self.ask("/deploy production\nnow")
        (got,) = self.endpoint.got
        self.assertEqual((got.host, got.path), ("bot.example", "/commands"))
        self.assertEqual(self.endpoint_door.owners, [self.bot.id, self.ann.id])
        value = self.verified(got)
        data = value["data"]
        self.assertEqual(value["type"], "commanded")
        at = datetime.fromtimestamp(data["time"] / 1000, UTC)
        self.assertEqual(value["timestamp"], f"{at:%FT%T}.{data['time'] % 1000:03}Z")
        self.assertEqual((data["call"], data["command"], data["arguments"]), (call, "deploy", "production\nnow"))
        self.assertEqual((data["conversation"], data["time"]), (HERE, self.last(Kind.COMMANDED).time))
        self.assertEqual((data["user"]["id"], data["user"]["name"]), (2, self.users[2].name))
        self.assertEqual((data["bot"]["id"], data["bot"]["name"]), (self.bot.id, "helper"))
        answer = self.last(Kind.ANSWERED)
        self.assertEqual((answer.from_, answer.user, answer.text), (self.bot.id, 2, "On its way"))
        self.assertEqual((answer.called.id, answer.called.command, answer.called.group), (call, "deploy", TEAM))
        self.assertEqual(self.in_the_group(), [])

    def verified(self, got: Got) -> Any:
        """@return: what a receiver reads, after it has checked the signature by its clock."""
        headers = dict(got.headers)
        self.assertEqual(int(headers["webhook-timestamp"]), self.now // 1000)
        webhook = standardwebhooks.Webhook(self.secret)
        expected = webhook.sign(headers["webhook-id"], _moment(headers), got.content.decode())
        self.assertEqual(headers["webhook-signature"], expected)
        return got.value

    def test_online(self) -> None:
        """Clients do not say that such a bot is away."""
        self.answers()
        self.assertTrue(self.type(2, "/deploy")["online"])

    def test_to_all(self) -> None:
        for said in ({"text": "Done", "to": "all"}, {"text": "*Done*", "response_type": "in_channel"}):
            self.answers(said)
            self.ask()
        ours, slack = self.in_the_group()
        self.assertEqual((ours["text"], ours["from"], ours["called"]["from"]), ("Done", self.bot.id, 2))
        self.assertEqual((slack["text"], slack["format"]), ("**Done**", "markdown"))
        self.assertEqual(self.told(), [])

    def test_slack_for_one(self) -> None:
        self.answers({"text": "_no_", "response_type": "ephemeral"})
        self.ask()
        self.assertEqual(self.told(), ["_no_"])

    def test_later(self) -> None:
        """An empty answer is none: the bot answers over HTTP, or not at all."""
        for status in (200, 204):
            self.answers(status=status)
            call = self.ask()
        self.assertEqual(self.told(), [])
        self.answer(call)
        self.assertEqual(self.told(), ["done"])

    def test_once(self) -> None:
        """A call that is repeated is not posted again."""
        self.answers({"text": "One"})
        self.ask(Idempotency_Key="k")
        self.ask(Idempotency_Key="k")
        self.assertEqual((len(self.endpoint.got), self.told()), (1, ["One"]))

    def test_other_commands(self) -> None:
        """Nothing is posted of a command, or of a button, without an address."""
        self.register(WITH_URL, {"name": "status"})
        self.ask("/status")
        offer = {"text": "Sure?", "actions": [{"id": "yes", "label": "Yes"}]}
        self.press(self.good(self.bot.id, "POST", f"/conversations/{HERE}/messages", offer, 201)["id"])
        self.assertEqual(self.endpoint.got, [])

    def test_buttons(self) -> None:
        """A button under an answer goes to the address of its command, also under the answer to a button."""
        for to in ("asker", "all"):
            self.endpoint.got.clear()
            self.answers({"text": "Sure?", "to": to, "actions": [{"id": "yes", "label": "Yes"}]})
            self.ask()
            for times in (2, 3):
                kind = Kind.ANSWERED if to == "asker" else Kind.MESSAGE
                message = self.events(kind)[-1].position
                pressed = self.press(message)
                self.assertEqual(len(self.endpoint.got), times)
                value = self.endpoint.got[-1].value
                data = value["data"]
                self.assertEqual((value["type"], data["call"], data["command"]), ("pressed", pressed, "deploy"))
                self.assertEqual((data["message"], data["action"], data["value"]), (message, "yes", ""))

    def test_between_two(self) -> None:
        self.answers({"text": "Hello"})
        self.ask(name=f"user-{self.bot.id}")
        self.assertEqual(self.endpoint.got[0].value["data"]["conversation"], "user-2")
        self.assertEqual(self.seen(self.events(Kind.MESSAGE)[-1]).text, "Hello")


class TroubleTests(PostingCase):
    def test_errors(self) -> None:
        """The user alone is told, in the language that was asked for."""
        for value, status, kind, said in (
            (None, 500, "text/plain", "HTTP 500"),
            (None, 302, "text/plain", "HTTP 302"),
            (b"<html>", 200, "text/html", "unreadable"),
            (b"[" * 5000, 200, "application/json", "unreadable"),
            ({"text": "x", "to": "world"}, 200, "application/json", "unreadable"),
            (b"\xff", 200, "text/plain", "unreadable"),
            ({"text": "x" * (CALL_LIMITS.body + 1)}, 200, "application/json", "unreadable"),
            ({"text": "x", "actions": [{"id": "a", "label": "A"}] * 2}, 200, "application/json", "invalid_field"),
        ):
            self.answers(value, status, kind)
            self.ask()
            text = self.told()[-1]
            self.assertIn(said, text)
            self.assertTrue(text.startswith("/deploy has no answer"), text)
            self.ask(Accept_Language="zh")
            self.assertTrue(self.told()[-1].startswith("/deploy：机器人"))
        self.assertEqual(len(self.told()), 16)
        self.assertEqual(self.in_the_group(), [])

    def test_late(self) -> None:
        """Nobody waits for it: what is called meanwhile is answered."""
        self.endpoint.answer = lambda got: None
        self.ask()
        self.assertEqual(self.told(), [])
        self.answers({"text": "Sooner"})
        self.ask()
        self.assertEqual(self.told(), ["Sooner"])
        self.clock.advance(CALL_LIMITS.seconds)
        self.assertIn("(late)", self.told()[-1])
        self.assertEqual(self.call_posts.under_way.total(), 0)

    def test_bounded(self) -> None:
        """Of one bot, and of all; the rest is refused clearly, and is not posted later."""
        self.endpoint.answer = lambda got: None
        for _ in range(CALLS_OF_BOT + 2):
            self.ask()
        self.assertEqual(len(self.endpoint.got), CALLS_OF_BOT)
        self.assertEqual([("busy" in text) for text in self.told()], [True, True])
        self.clock.advance(CALL_LIMITS.seconds)
        self.answers({"text": "Again"})
        self.ask()
        self.assertEqual(self.told()[-1], "Again")
        self.call_posts.under_way[0] = CALLS_AT_ONCE
        self.ask()
        self.assertIn("busy", self.told()[-1])
        del self.call_posts.under_way[0]
        self.call_posts.of_owners[self.ann.id] = CALLS_OF_OWNER
        self.ask()
        self.assertIn("busy", self.told()[-1])

    def test_a_token_that_ends_meanwhile(self) -> None:
        """What the address answers then is not said."""
        self.tokens_of[self.bot.id] = self.token(BotScope.SEND | BotScope.READ, ends_at=self.now + 5, name="two")
        self.register(WITH_URL)
        self.answers({"text": "x"})

        def take_long(got: Got) -> int:
            self.now += 5
            return 200

        self.endpoint.answer = take_long
        self.ask()
        self.assertEqual(len(self.endpoint.got), 1)
        (told,) = self.told()
        self.assertIn("token", told)

    def test_muted_bot(self) -> None:
        """It may not speak to all; the user hears that."""
        self.good(1, "PUT", f"/groups/{TEAM}/members/{self.bot.id}/mute", {}, 204)
        self.answers({"text": "x", "to": "all"})
        self.ask()
        self.assertIn("(muted)", self.told()[-1])
        self.assertEqual(self.in_the_group(), [])

    def test_token(self) -> None:
        """An address gets what the token reads that has set it, as long as that is good."""
        self.answers({"text": "x"})
        self.tokens_of[self.bot.id] = self.token(
            BotScope.SEND | BotScope.READ, [(Scope.GROUP, TEAM + 7)], self.now + 5, "two"
        )
        self.register(WITH_URL)
        self.ask()
        self.tokens_of[self.bot.id] = self.token(BotScope.SEND | BotScope.READ, ends_at=self.now + 5, name="three")
        self.register(WITH_URL)
        self.ask()
        self.now += 5
        self.ask()
        self.tokens_of[self.bot.id] = self.pass_of_bot
        self.register(WITH_URL)
        self.ask()
        first, second, third, fourth = self.told()
        self.assertEqual((second, fourth), ("x", "x"))
        self.assertIn("token", first)
        self.assertEqual(third, first)
        self.assertEqual(len(self.endpoint.got), 2)

    def test_token_revoked(self) -> None:
        numbers = [each.id for each in self.run_now(self.bots.tokens(self.bot.id))]
        for number in numbers:
            self.run_now(self.bots.revoke_token(self.bot.id, number))
        self.ask()
        self.assertIn("token", self.told()[-1])
        self.assertEqual(self.endpoint.got, [])

    def test_blocked(self) -> None:
        """Who blocks the bot meanwhile hears nothing of it."""
        self.endpoint.answer = lambda got: None
        self.ask()
        self.good(2, "PUT", f"/blocks/{self.bot.id}", status=204)
        self.clock.advance(CALL_LIMITS.seconds)
        self.assertEqual(self.told(), [])


class SettingTests(PostingCase):
    def test_shown(self) -> None:
        """To the bot, not to those who see its commands."""
        self.assertEqual(self.good(self.bot.id, "GET", PATH)["commands"], [WITH_URL])
        self.assertNotIn(
            "bot.example", self.api("GET", f"/conversations/{HERE}/commands", None, self.tokens_of[2]).body.decode()
        )

    def test_refused(self) -> None:
        def refusal(*urls: str) -> Any:
            body = {"commands": [{"name": f"c{at}", "url": url} for at, url in enumerate(urls)]}
            return self.refused(self.bot.id, "PUT", PATH, body)

        self.assertEqual(refusal("ftp://bot.example/"), "bad_url")
        self.assertEqual(refusal("https://a:b@bot.example/"), "bad_url")
        many = [f"https://bot.example/{number}" for number in range(COMMAND_URLS_LIMIT + 1)]
        self.assertEqual(refusal(*many), "invalid_field")
        self.tokens_of[self.bot.id] = self.token(BotScope.SEND, name="send")
        self.assertEqual(refusal("https://bot.example/"), "token_may_not")
        self.assertEqual(self.refused(self.bot.id, "POST", f"{PATH}/secret", None), "token_may_not")
        self.assertEqual(self.refused(1, "POST", f"{PATH}/secret", None), "not_for_people")
        self.tokens_of[self.bot.id] = self.pass_of_bot
        self.assertEqual(self.good(self.bot.id, "GET", PATH)["commands"], [WITH_URL])

    def test_checks_are_limited(self) -> None:
        """Each new address has the server look a name up."""
        urls = (f"https://bot.example/{number}" for number in range(HOOK_CALLS_RATE.attempts))
        # The first one was checked in setUp.
        for _ in range(1, HOOK_CALLS_RATE.attempts):
            self.run_now(self.call_posts.urls.check(self.bot.id, next(urls)))
        self.register(WITH_URL)
        body = {"commands": [{"name": "x", "url": next(urls)}]}
        self.assertEqual(self.refused(self.bot.id, "PUT", PATH, body), "too_many_attempts")

    def test_secret(self) -> None:
        """Another one: the one before is good no more."""
        again = self.good(self.bot.id, "POST", f"{PATH}/secret")["secret"]
        self.assertNotEqual(again, self.secret)
        self.answers()
        self.ask()
        (got,) = self.endpoint.got
        signs = [
            standardwebhooks.Webhook(secret).sign(got.headers["webhook-id"], _moment(got.headers), got.content.decode())
            for secret in (self.secret, again)
        ]
        self.assertEqual([sign == got.headers["webhook-signature"] for sign in signs], [False, True])

    def test_kept(self) -> None:
        """Commands that are set again keep the secret; without an address nothing is posted."""
        self.register(WITH_URL)
        self.answers()
        self.ask()
        (got,) = self.endpoint.got
        webhook = standardwebhooks.Webhook(self.secret)
        expected = webhook.sign(got.headers["webhook-id"], _moment(got.headers), got.content.decode())
        self.assertEqual(got.headers["webhook-signature"], expected)
        self.register(DEPLOY)
        self.ask()
        self.assertEqual(len(self.endpoint.got), 1)


class ReadingTests(CommandsCase):
    def read(self, body: bytes, kind: str = "application/json") -> Any:
        return read_answer(Fetched(200, Headers({"content-type": [kind]}), body, True, URL))

    def test_forms(self) -> None:
        self.assertIsNone(self.read(b" \n"))
        self.assertIsNone(self.read(b"{}"))
        self.assertIsNone(self.read(b'{"ok": true}'))
        self.assertEqual(self.read(b"plain *text*", "text/plain; charset=utf-8").text, "plain *text*")
        said = self.read('{"text": "嗨", "format": "markdown", "to": "all"}'.encode())
        self.assertEqual((said.text, said.format, said.to), ("嗨", "markdown", "all"))
        blocks = b'{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*b*"}}]}'
        self.assertEqual((self.read(blocks).text, self.read(blocks).to), ("**b**", "asker"))
        for body in (b"x", b"[]", b"3", b'{"text": 3}', b'{"text": null}'):
            self.assertRaises(ValueError, self.read, body)


class PostgreSQLPostingTests(OnPostgreSQL, PostingTests):
    """The same on PostgreSQL."""


class PostgreSQLSettingTests(OnPostgreSQL, SettingTests):
    """The same on PostgreSQL."""
