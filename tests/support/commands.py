"""Commands of bots in a group, over HTTP, for tests."""

from typing import Any

from hichat.accounts.bot_passes import BotScope
from hichat.wire import view
from tests.support.bots import BotCase
from tests.support.conversations import TEAM

HERE = f"group-{TEAM}"
DEPLOY = {
    "name": "deploy",
    "description": {"en": "Deploy it", "zh": "部署"},
    "arguments": {"en": "where"},
}


class CommandsCase(BotCase):
    """Ann owns the team and the bot, Bob is in the team; Cat, an administrator, is not."""

    def setUp(self):
        super().setUp()
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        self.pass_of_bot = self.token(BotScope.SEND | BotScope.READ)
        self.tokens_of[self.bot.id] = self.pass_of_bot

    def type(self, user, text, name=HERE, status=200, **headers):
        """@return: what the caller is told."""
        answer = self.api("POST", f"/conversations/{name}/commands", {"text": text}, self.tokens_of[user], **headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def refused(self, user, method, path, body):
        return self.call(user, method, path, body).json["code"]

    def refusal(self, user, text, name=HERE):
        return self.refused(user, "POST", f"/conversations/{name}/commands", {"text": text})

    def register(self, *commands, bot=0):
        self.good(bot or self.bot.id, "PUT", "/bots/me/commands", {"commands": [*commands]}, 204)

    def names(self, user, name=HERE):
        return [each["name"] for each in self.good(user, "GET", f"/conversations/{name}/commands")["items"]]

    def answer(self, call, bot=0, status=201, **body):
        answer = self.call(bot or self.bot.id, "POST", f"/commands/{call}/answers", {"text": "done", **body})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json["id"] if status == 201 else answer.json["code"]

    def shown(self, user, message):
        return self.good(user, "GET", f"/messages/{message}")["message"]

    def last(self, kind):
        """@return: the last event of a kind, as clients see it."""
        return self.seen(self.events(kind)[-1])

    def seen(self, event) -> Any:
        return view.live(event)
