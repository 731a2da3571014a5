"""Who blocks a person hears nothing of that person's bots either; and to block a bot says nothing of its owner."""

from collections.abc import Callable
from typing import Any

from hichat.accounts import bot_owners
from hichat.accounts.bot_passes import BotScope
from hichat.contacts import contacts
from hichat.contacts.rights import has_blocked
from hichat.conversations import marks
from hichat.conversations.marks import Advance
from hichat.core.errors import Blocked
from hichat.core.events import Event, Scope
from hichat.log import reading
from tests.support.commands import DEPLOY, CommandsCase
from tests.support.ledger import message
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT = 1, 2, 3
BOBS = "/conversations/user-2"
"""Bob's conversation with whoever asks."""


class BlockTests(CommandsCase):
    """Ann owns the bot; Bob blocks one of them, or both."""

    def setUp(self):
        super().setUp()
        self.tokens_of[self.bot.id] = self.token(BotScope.SEND | BotScope.READ | BotScope.MANAGE, name="all")
        self.register(DEPLOY)
        self.both = (ANN, self.bot.id)
        self.told: list[Event] = []
        self.streams.inlet.__dict__["signal"] = self.told.append
        self.said = {who: self.say(who, "hi", user=BOB) for who in self.both}
        self.heard = {who: self.say(BOB, "hi", user=who) for who in self.both}
        owners = ((ANN, self.users[ANN]), (self.bot.id, self.bot))
        self.of = {who: self.run_now(self.groups.create(user, f"of {who}")).id for who, user in owners}

    def block(self, *others):
        for other in others:
            self.good(BOB, "PUT", f"/blocks/{other}", status=204)

    def unblock(self, other):
        self.good(BOB, "DELETE", f"/blocks/{other}", status=204)

    def stops(self, who, method, path, body=None):
        """@return: whether this is refused because of a block."""
        answer = self.call(who, method, path, body)
        return bool(answer.body) and answer.json.get("code") == "blocked"

    def stops_command(self, who):
        if who == ANN:
            return self.stops(who, "POST", f"{BOBS}/commands", {"text": "/me waves"})
        call = self.type(BOB, "/deploy")["call"]
        return self.stops(who, "POST", f"/commands/{call}/answers", {"text": "done"})

    def stops_typing(self, who):
        self.told.clear()
        self.good(who, "POST", f"{BOBS}/typing", status=204)
        return not self.told

    def acts(self) -> dict[str, Callable[[int], Any]]:
        """@return: by name: does something to Bob, and tells whether a block stops it."""
        return {
            "write": lambda who: self.stops(who, "POST", f"{BOBS}/messages", {"text": "hi"}),
            "edit": lambda who: self.stops(who, "PATCH", f"/messages/{self.said[who]}", {"text": "now"}),
            "react": lambda who: self.stops(who, "POST", f"/messages/{self.heard[who]}/reactions", {"emoji": "👍"}),
            "forward": lambda who: self.stops(who, "POST", f"{BOBS}/forwards", {"message": self.said[who]}),
            "pin": lambda who: self.stops(who, "PUT", f"{BOBS}/pins/{self.said[who]}"),
            "ask to be a contact": lambda who: self.stops(who, "PUT", f"/contact-requests/sent/{BOB}", {}),
            "invite": lambda who: self.stops(who, "PUT", f"/groups/{self.of[who]}/invitations/{BOB}"),
            "command": self.stops_command,
            "type": self.stops_typing,
            "see marks": lambda who: not self.good(who, "GET", f"{BOBS}/marks")["others"],
            "see an absence": lambda who: "away" not in self.good(who, "GET", f"/users/{BOB}"),
        }

    def test_what_a_block_stops(self):
        self.type(BOB, "/away at lunch")
        for who, said in self.said.items():
            read = Advance(BOB, reading.conversation_key(Scope.USER, BOB, who), said, said)
            self.successResultOf(self.store.write(marks.advance, [read]))
        only_bot = self.both[1:]
        for blocked, stopped in (((ANN,), self.both), (self.both, self.both), (only_bot, only_bot), ((), ())):
            self.block(*blocked)
            for who in self.both:
                for name, act in self.acts().items():
                    self.assertEqual(act(who), who in stopped, (name, who, blocked))
            for each in blocked:
                self.unblock(each)

    def test_each_block_by_itself(self):
        """To take the block of the owner back leaves that of the bot, and the other way round."""
        write = self.acts()["write"]
        self.block(*self.both)
        self.assertEqual([each["user"]["id"] for each in self.good(BOB, "GET", "/blocks")["items"]], [*self.both])
        self.unblock(ANN)
        self.assertEqual([write(who) for who in self.both], [False, True])
        self.block(ANN)
        self.unblock(self.bot.id)
        self.assertEqual([write(who) for who in self.both], [True, True])
        answer = self.call(BOB, "DELETE", f"/blocks/{self.bot.id}")
        self.problem(answer, 404, "not_blocked")

    def test_in_groups_all_goes_on(self):
        self.block(ANN)
        said = self.good(self.bot.id, "POST", "/conversations/group-1000000001/messages", {"text": "@Bob hi"}, 201)
        self.assertEqual(self.shown(BOB, said["id"])["text"], "@Bob hi")

    def test_made_later(self):
        """A bot that is made after the block, by a person and by the server; and the bot of a hook."""
        self.writer.write([message(ANN, BOB)])
        self.block(ANN)
        outcomes = []
        for name, owner, counted in (("later", ANN, True), ("of the server", 0, True), ("of a hook", ANN, False)):
            made = self.run_now(self.bots.make(name.replace(" ", "-"), owner, counted=counted))
            (outcome,) = self.writer.write([message(made.id, BOB)])
            outcomes.append(type(outcome))
            with self.store.snapshot() as connection:
                self.assertEqual(has_blocked(connection, BOB, made.id), isinstance(outcome, Blocked), name)
        self.assertEqual(outcomes, [Blocked, Event, Event])

    def test_lists_of_pairs(self):
        """In both directions, as the marks ask; and who does not hear from whom."""
        bot = self.bot.id
        self.block(ANN)
        with self.store.snapshot() as connection:
            pairs = [(BOB, bot), (bot, BOB), (ANN, BOB), (BOB, CAT), (CAT, bot)]
            self.assertEqual(contacts.apart(connection, pairs), {*pairs[:3]})
            self.assertEqual(contacts.blocking(connection, pairs), {(BOB, bot)})
            self.assertEqual(bot_owners.runs(connection, [ANN, bot, 99]), {bot: ANN})

    def test_requests(self):
        """What waits is not shown, and cannot be accepted; nor does one ask whose owner one has blocked."""
        self.good(self.bot.id, "PUT", f"/contact-requests/sent/{BOB}", {}, 202)
        waiting = lambda: [  # noqa: E731
            each["user"]["id"] for each in self.good(BOB, "GET", "/contact-requests/received")["items"]
        ]
        self.assertEqual(waiting(), [self.bot.id])
        self.block(ANN)
        self.assertEqual(waiting(), [])
        self.problem(self.call(BOB, "PUT", f"/contacts/{self.bot.id}"), 409, "blocked_by_you")
        self.unblock(ANN)
        self.good(BOB, "PUT", f"/contacts/{self.bot.id}")


class BlockTestsOnPostgreSQL(OnPostgreSQL, BlockTests):
    """The same, on PostgreSQL."""
