"""Messages that a bot shows under another name."""

import json

from hichat.accounts.bot_passes import BotScope
from hichat.core.events import Scope
from hichat.log import reading
from hichat.wire import stored
from tests.support.bots import BotCase
from tests.support.conversations import TEAM
from tests.support.pictures import picture
from tests.support.postgres import OnPostgreSQL

ALIAS = {"name": "Build 42", "avatar": "🤖"}


class AliasTests(BotCase):
    def setUp(self):
        super().setUp()
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        self.secret = self.token(BotScope.SEND | BotScope.READ)

    def send(self, token=None, status=201, place=f"group-{TEAM}", **body):
        answer = self.api("POST", f"/conversations/{place}/messages", body, token or self.secret)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def event(self, id):
        with self.store.snapshot() as connection:
            return reading.find(connection, id)

    def shown(self, id, user=2):
        return self.good(user, "GET", f"/messages/{id}")["message"]

    def test_shown(self):
        """Clients of v2 get both apart, those of v1 one text; the text has no more in it after an edit."""
        sent = self.send(text="it is green", alias=ALIAS)
        shown = self.shown(sent["id"])
        self.assertEqual((shown["from"], shown["text"], shown["alias"]), (self.bot.id, "it is green", ALIAS))
        event = self.event(sent["id"])
        self.assertEqual(json.loads(event.body)["Content"], "Build 42: it is green")
        self.assertEqual(stored.read_message(event).Content, "it is green")
        self.api("PATCH", f"/messages/{sent['id']}", {"text": "it is red"}, self.secret)
        shown = self.shown(sent["id"])
        self.assertEqual((shown["text"], shown["alias"]), ("it is red", ALIAS))
        found = self.good(2, "GET", "/search?q=red")["items"]
        self.assertEqual([hit["message"]["alias"] for hit in found], [ALIAS])

    def test_files(self):
        """The text before several files, and a file without one, are as they were."""
        self.feed_by_clock()
        headers = {"Authorization": f"Bearer {self.secret}"}
        urls = [
            self.request("POST", "/v2/media?name=x.png", picture(8, 8 + n), **headers).json["url"] for n in range(3)
        ]
        more = [{"media": "picture", "url": url} for url in urls[1:2]]
        alias = {"name": "eye", "avatar": urls[2]}
        sent = self.send(text="look", media="picture", url=urls[0], moreFiles=more, alias=alias)
        shown = self.shown(sent["id"])
        self.assertEqual((shown["text"], shown["url"], len(shown["moreFiles"])), ("look", urls[0], 1))
        self.assertRegex(shown["alias"]["avatar"], r"\A/uploads/")
        # The picture is used by the message: everybody gets it by its open URL, and the sweeper leaves it alone.
        self.assertEqual(self.fetch(shown["alias"]["avatar"]).status, 200)
        sent = self.send(media="file", url=urls[0], alias=ALIAS)
        self.assertEqual((self.shown(sent["id"])["text"], self.shown(sent["id"])["url"]), ("", urls[0]))

    def test_for_bots_only(self):
        """A person is refused, and a copy by a person is under no other name."""
        answer = self.call(1, "POST", f"/conversations/group-{TEAM}/messages", {"text": "I am root", "alias": ALIAS})
        self.problem(answer, 403, "not_permitted")
        sent = self.send(text="it is green", alias=ALIAS)
        copy = self.good(2, "POST", "/conversations/user-1/forwards", {"message": sent["id"]}, 201)
        shown = self.shown(copy["id"])
        self.assertNotIn("alias", shown)
        self.assertEqual((shown["text"], shown["forwardedFrom"]), ("it is green", self.bot.id))
        self.assertEqual(json.loads(self.event(copy["id"]).body)["Content"], "it is green")

    def test_bad(self):
        for alias in ({}, {"name": " \u200b "}, {"avatar": "http://example.org/x.png"}, {"avatar": "two"}):
            answer = self.api(
                "POST", f"/conversations/group-{TEAM}/messages", {"text": "x", "alias": alias}, self.secret
            )
            self.assertEqual((answer.status, answer.json["code"]), (400, "invalid_field"), alias)
        for wrong in ({"name": "x" * 65}, {"name": "x", "more": 1}):
            self.send(status=400, text="x", alias=wrong)
        self.send(status=404, text="x", alias={"avatar": "/v2/media/" + "a" * 22})

    def test_limited_token(self):
        """What is done to a message of another conversation, or copied from it, is refused."""
        mine = self.send(text="in the group")["id"]
        other = self.say(1, "to the bot", user=self.bot.id)
        token = self.token(BotScope.SEND, {(Scope.GROUP, TEAM)}, name="limited")
        for method, target, body in (
            ("POST", "/conversations/user-1/messages", {"text": "x"}),
            ("POST", f"/conversations/group-{TEAM}/forwards", {"message": other}),
            ("POST", "/conversations/user-1/forwards", {"message": mine}),
            ("POST", f"/messages/{other}/reactions", {"emoji": "👍"}),
            ("PATCH", f"/messages/{other}", {"text": "x"}),
            ("DELETE", f"/messages/{other}", None),
            ("DELETE", "/messages/999", None),
        ):
            self.problem(self.api(method, target, body, token), 403, "not_in_token")
        self.assertEqual(self.api("POST", f"/messages/{mine}/reactions", {"emoji": "👍"}, token).status, 201)
        self.send(token, text="x", replyTo=mine)
        self.send(token, 404, text="x", replyTo=other)


class AliasTestsOnPostgreSQL(OnPostgreSQL, AliasTests):
    """The same, on PostgreSQL."""
