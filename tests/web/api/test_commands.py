"""Tests for L{hichat.commands}, over HTTP."""

from msgspec import UNSET
from sqlalchemy import select

from hichat.accounts.absences import AWAY_TEXT_LIMIT
from hichat.accounts.bot_passes import BotScope
from hichat.commands.calls import CalledBy, Where
from hichat.commands.records import ANSWERS_LIMIT, CALL_LIFETIME
from hichat.commands.reminders import REMINDERS_LIMIT, CommandsForgotten, Reminding
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.storage.tables import absences
from tests.support.commands import DEPLOY, HERE, CommandsCase
from tests.support.conversations import TEAM
from tests.support.postgres import OnPostgreSQL

OFFER = {
    "text": "Deploy?",
    "actions": [{"id": "yes", "label": "Yes", "style": "primary"}, {"id": "no", "label": "No"}],
    "choice": {"id": "to", "label": "To", "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]},
}


class BuiltInTests(CommandsCase):
    def test_list(self):
        self.assertEqual(self.names(1), ["me", "topic", "remind", "away"])
        self.assertEqual(self.names(1, "user-2"), ["me", "remind", "away"])

    def test_topic(self):
        """The owner sets a group's description, which everybody in it hears of; a member only reads it."""
        told = self.type(1, "/topic Plans for May")
        self.assertEqual(told, {"name": "topic", "text": "The group's description is set"})
        self.assertIn("Plans for May", self.type(2, "/topic")["text"])
        self.assertEqual(self.good(2, "GET", f"/groups/{TEAM}")["description"], "Plans for May")
        self.assertEqual(self.refusal(2, "/topic Others"), "not_permitted")
        self.assertEqual(self.refusal(1, "/topic x", "user-2"), "only_in_groups")

    def test_audited(self):
        """Who sets it, and who tried; not the text, nor who only reads it."""
        self.type(1, "/topic Plans")
        self.refusal(2, "/topic Others")
        self.type(2, "/topic")
        noted = [(each.act, each.actor, each.group, each.outcome) for each in self.noted]
        self.assertEqual(noted, [("change_group", 1, TEAM, "ok"), ("change_group", 2, TEAM, "not_permitted")])
        self.assertNotIn("Plans", repr(self.noted))

    def test_in_chinese(self):
        self.assertEqual(self.type(1, "/topic x", Accept_Language="zh-CN")["text"], "已设置群简介")

    def test_me(self):
        """A message that tells what somebody does; clients of v1 show its text behind the name anyway."""
        told = self.type(2, "/me waves *at* all", Idempotency_Key="one")
        again = self.type(2, "/me waves *at* all", Idempotency_Key="one")
        self.assertEqual(told, again)
        message = self.shown(1, told["message"])
        self.assertEqual((message["me"], message["text"], message["format"]), (True, "waves *at* all", "markdown"))
        self.assertEqual(self.refusal(2, "/me"), "command_usage")
        self.assertEqual(self.refusal(3, "/me waves"), "not_a_member")

    def test_refused(self):
        self.assertEqual(self.refusal(1, "/nothing at all"), "no_such_command")
        self.assertEqual(self.refusal(1, "/topic@helper x"), "no_such_command")
        self.assertEqual(self.refusal(1, "/usr/bin"), "invalid_field")
        self.assertEqual(self.refusal(1, "/deploy", "announcements"), "no_such_command")


class AwayTests(CommandsCase):
    def away(self, user, other=2):
        """@return: what a user sees of another's being away, wherever others are shown; None: nothing."""
        (contact,) = [
            each["user"] for each in self.good(user, "GET", "/contacts")["items"] if each["user"]["id"] == other
        ]
        (member,) = [each for each in self.good(user, "GET", f"/groups/{TEAM}/members")["items"] if each["id"] == other]
        (found,) = self.good(user, "GET", "/users?text=bob")["items"]
        (begun,) = self.good(user, "GET", "/users?prefix=bob")["items"]
        (talk,) = [each for each in self.good(user, "GET", "/conversations")["items"] if each.get("user") == other]
        person = self.good(user, "GET", f"/users/{other}")
        one = self.good(user, "GET", f"/contacts/{other}")["user"]
        (seen,) = {each.get("away") for each in (contact, member, found, begun, talk, person, one)}
        return seen

    def setUp(self):
        super().setUp()
        self.good(1, "PUT", "/contact-requests/sent/2", {}, 202)
        self.good(2, "PUT", "/contacts/1")
        self.say(2, "hi", user=1)

    def test_until_ended(self):
        """A user who is away stays so, also when writing, until the user ends it."""
        self.assertIsNone(self.away(1))
        self.assertEqual(self.type(2, "/away  in a\nmeeting ")["text"], "You are away: in a meeting; /away ends it")
        self.assertEqual(self.away(1), "in a meeting")
        self.assertEqual(self.good(2, "GET", "/me")["away"], "in a meeting")
        self.assertNotIn("away", self.good(1, "GET", "/me"))
        self.say(2, "still here", user=1)
        self.type(2, "/away at lunch")
        self.assertEqual(self.away(1), "at lunch")
        self.assertEqual(self.type(2, "/away")["text"], "You are back")
        self.assertIsNone(self.away(1))
        self.assertNotIn("away", self.good(2, "GET", "/me"))
        self.assertEqual(self.type(2, "/away", Accept_Language="zh-CN")["text"], "你已设为离开；再次输入 /away 结束")
        self.assertEqual(self.away(1), "")

    def test_bounds(self):
        """What is said of it is short, and has no signs of control."""
        self.assertEqual(self.refusal(2, f"/away {'x' * (AWAY_TEXT_LIMIT + 1)}"), "too_long")
        self.assertIsNone(self.away(1))
        self.type(2, f"/away {'会' * AWAY_TEXT_LIMIT}")
        self.assertEqual(self.away(1), "会" * AWAY_TEXT_LIMIT)
        self.type(2, "/away a\x1b[2J\u202eb")
        self.assertEqual(self.away(1), "a [2J b")

    def test_hidden_from_the_blocked(self):
        self.type(2, "/away shopping")
        self.good(2, "PUT", "/blocks/1", status=204)
        self.assertIsNone(self.away(1))
        self.good(2, "DELETE", "/blocks/1", status=204)
        self.assertEqual(self.away(1), "shopping")

    def test_told(self):
        """Whoever watches the user is told, with each change of names as well."""
        self.type(2, "/away at lunch")
        self.good(2, "PATCH", "/me", {"displayName": "Bobby"})
        self.type(2, "/away")
        self.assertEqual([user for user, _ in self.persons_told], [2] * 3)
        self.assertEqual([person.away for _, person in self.persons_told], ["at lunch", "at lunch", UNSET])

    def test_deleted_account(self):
        self.type(2, "/away at lunch")
        self.successResultOf(self.store.write(CommandsForgotten().forget, 2, 1))
        with self.store.snapshot() as connection:
            self.assertEqual(connection.execute(select(absences)).all(), [])


class ReminderTests(CommandsCase):
    def remind(self, text, user=2):
        body = {"text": f"/remind {text}", "zone": "+02:00"}
        answer = self.call(user, "POST", f"/conversations/{HERE}/commands", body).json
        return answer["text"] if "text" in answer else answer["code"]

    def tell(self):
        reminding = Reminding(self.store, self.ledger, self.clock, lambda: self.now)
        return self.run_now(reminding.step())

    def test_in_time(self):
        """A reminder is told to its user alone, once."""
        self.assertTrue(self.remind("in 10 minutes to call Bob").startswith("You will be reminded at "))
        self.now += 10 * 60_000 - 1
        self.tell()
        self.assertEqual(self.events(Kind.ANSWERED), [])
        self.now += 1
        self.tell()
        self.tell()
        (event,) = self.events(Kind.ANSWERED)
        shown = self.seen(event)
        self.assertEqual((shown.from_, shown.user, shown.text), (2, 2, "call Bob"))
        self.assertEqual((shown.called.id, shown.called.command), (event.position, "remind"))

    def test_list_and_cancel(self):
        self.assertEqual(self.remind("list"), "There are no reminders")
        self.remind("in 2 hours later")
        self.remind("in 1 hour sooner")
        first, second = self.remind("list").splitlines()
        self.assertTrue(first.startswith("1. ") and first.endswith("sooner") and second.endswith("later"))
        self.assertEqual(self.remind("list", user=1), "There are no reminders")
        self.assertEqual(self.remind("cancel 1", user=1), "no_such_reminder")
        self.assertEqual(self.remind("cancel 1"), "The reminder is cancelled")
        self.assertEqual(len(self.remind("list").splitlines()), 1)
        self.assertEqual(self.remind("cancel 2"), "no_such_reminder")

    def test_repeated(self):
        """One reminder waits, however often it is asked for under one key; its time is that of the first call."""
        first = self.type(2, "/remind in 10 minutes tea", Idempotency_Key="k")
        self.now += 5 * 60_000
        self.assertEqual(self.type(2, "/remind in 10 minutes tea", Idempotency_Key="k"), first)
        self.assertEqual(self.type(2, "/remind in 9 minutes tea", status=409, Idempotency_Key="k")["code"], "key_used")
        self.assertEqual(len(self.remind("list").splitlines()), 1)
        for key in ("other", ""):
            self.type(2, "/remind in 10 minutes tea", **({"Idempotency_Key": key} if key else {}))
        self.type(1, "/remind in 10 minutes tea", Idempotency_Key="k")
        self.assertEqual(len(self.remind("list").splitlines()), 3)
        self.assertEqual(len(self.remind("list", user=1).splitlines()), 1)

    def test_repeated_after_a_connection_was_lost(self):
        """A device's counter tells as well that a frame comes again."""
        where = Where(Scope.GROUP, TEAM)
        for device, counter in ((7, 1), (7, 1), (7, 2), (8, 1), (7, 0), (7, 0)):
            by = CalledBy(self.users[2], device, counter)
            self.run_now(self.commands.call(by, where, "/remind in 1 hour tea"))
        self.assertEqual(len(self.remind("list").splitlines()), 5)

    def test_refused(self):
        self.assertEqual(self.remind("somewhen"), "command_usage")
        body = {"text": "/remind at 9:00 x", "zone": "Mars/Base"}
        self.assertEqual(self.refused(2, "POST", f"/conversations/{HERE}/commands", body), "invalid_field")
        for _ in range(REMINDERS_LIMIT):
            self.remind("in 1 h x")
        self.assertEqual(self.remind("in 1 h x"), "too_many_reminders")


class BotCommandTests(CommandsCase):
    def test_register(self):
        self.register(DEPLOY, {"name": "status"})
        *_, deploy, status = self.good(2, "GET", f"/conversations/{HERE}/commands")["items"]
        self.assertEqual(deploy, {**DEPLOY, "bot": self.bot.id, "botName": "helper"})
        self.assertEqual((status["name"], status["description"]), ("status", {}))
        self.assertEqual(self.good(self.bot.id, "GET", "/bots/me/commands")["commands"][0], DEPLOY)
        self.assertEqual(self.names(2, f"user-{self.bot.id}"), ["me", "remind", "away", "deploy", "status"])
        self.assertEqual(self.names(1, "user-2"), ["me", "remind", "away"])
        self.register()
        self.assertEqual(self.names(2), ["me", "topic", "remind", "away"])

    def test_in_some_groups(self):
        self.register({**DEPLOY, "groups": [TEAM + 7]})
        self.assertEqual(self.names(2), ["me", "topic", "remind", "away"])
        self.assertEqual(self.refusal(2, "/deploy"), "no_such_command")
        self.assertEqual(self.names(2, f"user-{self.bot.id}"), ["me", "remind", "away", "deploy"])

    def test_names(self):
        path = "/bots/me/commands"
        for names in (["me"], ["a b"], ["A"], ["usr/bin"], ["x", "x"]):
            body = {"commands": [{"name": name} for name in names]}
            self.assertEqual(self.refused(self.bot.id, "PUT", path, body), "invalid_field", names)
        self.assertEqual(self.refused(1, "PUT", path, {"commands": []}), "not_for_people")

    def test_to_the_asker(self):
        """A call is an event of the two, wherever it was typed; the answer for the asker alone, too."""
        self.register(DEPLOY)
        self.present.add(self.bot.id)
        told = self.type(2, "/Deploy production\nnow")
        self.assertEqual((told["name"], told["bot"], told["online"]), ("deploy", self.bot.id, True))
        event = self.last(Kind.COMMANDED)
        self.assertEqual((event.id, event.from_, event.user), (told["call"], 2, self.bot.id))
        called = event.called
        self.assertEqual((called.command, called.arguments, called.group), ("deploy", "production\nnow", TEAM))
        self.answer(told["call"], text="*On* its way", format="markdown")
        answer = self.last(Kind.ANSWERED)
        self.assertEqual((answer.from_, answer.user, answer.text), (self.bot.id, 2, "*On* its way"))
        called = answer.called
        self.assertEqual((called.id, called.command, called.group), (told["call"], "deploy", TEAM))
        messages = self.good(1, "GET", f"/conversations/{HERE}/messages")["items"]
        self.assertEqual(messages, [])

    def test_to_all(self):
        """A message of the bot, which names who asked for what."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]
        message = self.shown(1, self.answer(call, to="all"))
        self.assertEqual((message["from"], message["group"], message["text"]), (self.bot.id, TEAM, "done"))
        self.assertEqual(message["called"], {"id": call, "from": 2, "command": "deploy"})

    def test_between_two(self):
        """Between the user and the bot, an answer for the asker alone is a message."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy x", f"user-{self.bot.id}")["call"]
        message = self.shown(2, self.answer(call))
        self.assertEqual((message["user"], message["called"]["command"]), (2, "deploy"))
        self.assertEqual(self.events(Kind.ANSWERED), [])

    def test_answers_end(self):
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]
        other = self.run_now(self.bots.make("other", 1))
        token = self.run_now(self.bots.make_token(other.id, "one", BotScope.SEND))[1]
        self.tokens_of[other.id] = token
        self.assertEqual(self.answer(call, bot=other.id, status=404), "no_such_call")
        self.assertEqual(self.answer(call + 1, status=404), "no_such_call")
        for _ in range(ANSWERS_LIMIT):
            self.answer(call)
        self.assertEqual(self.answer(call, status=409), "too_many_answers")
        call = self.type(2, "/deploy")["call"]
        self.now += CALL_LIFETIME
        self.answer(call)
        self.now += 1
        self.assertEqual(self.answer(call, status=404), "no_such_call")

    def test_repeated(self):
        self.register(DEPLOY)
        first = self.type(2, "/deploy", Idempotency_Key="k")
        self.assertEqual(self.type(2, "/deploy", Idempotency_Key="k"), first)
        self.assertEqual(len(self.events(Kind.COMMANDED)), 1)

    def test_repeated_answer(self):
        """A repetition gets the first answer, when the call has ended or the bot is gone, too."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]

        def answer(key, text="done"):
            said = {"text": text}
            path = f"/commands/{call}/answers"
            answer = self.api("POST", path, said, self.tokens_of[self.bot.id], Idempotency_Key=key)
            return answer.json.get("id") or answer.json["code"]

        first = answer("k")
        self.now += CALL_LIFETIME + 1
        self.run_now(self.groups.remove(1, TEAM, self.bot.id))
        self.assertEqual(answer("k"), first)
        self.assertEqual(answer("k", "other"), "key_used")
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        self.assertEqual(answer("l"), "no_such_call")

    def test_taken_out(self):
        """A bot that is not in the group any more answers nobody there."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]
        self.run_now(self.groups.remove(1, TEAM, self.bot.id))
        for to in ("asker", "all"):
            self.assertEqual(self.answer(call, status=403, to=to), "not_a_member")
        self.assertEqual(self.events(Kind.ANSWERED), [])

    def test_two_bots(self):
        other = self.run_now(self.bots.make("Other", 1))
        self.run_now(self.bots.add_to_group(other.id, TEAM))
        self.tokens_of[other.id] = self.run_now(self.bots.make_token(other.id, "one", BotScope.SEND))[1]
        self.register(DEPLOY)
        self.register(DEPLOY, bot=other.id)
        self.assertEqual(self.refusal(2, "/deploy"), "ambiguous_command")
        self.assertEqual(self.type(2, "/deploy@other x")["bot"], other.id)
        self.assertEqual(self.refusal(2, "/deploy@third x"), "no_such_command")

    def test_names_that_look_alike(self):
        """Of two bots: the bot is to be named, as for the same name. Of the server's commands there are none."""
        imitation = "d\u0435ploy"
        other = self.run_now(self.bots.make("Other", 1))
        self.run_now(self.bots.add_to_group(other.id, TEAM))
        self.tokens_of[other.id] = self.run_now(self.bots.make_token(other.id, "one", BotScope.SEND))[1]
        self.register(DEPLOY, {"name": "modern"})
        self.register({"name": imitation}, {"name": "modem"}, bot=other.id)
        for name in ("deploy", imitation):
            self.assertEqual(self.refusal(2, f"/{name}"), "ambiguous_command")
        self.assertEqual(self.type(2, f"/{imitation}@other")["bot"], other.id)
        self.assertEqual(self.type(2, "/modern")["bot"], self.bot.id)
        for names in (["\u0430way"], ["\uff4de"], ["deploy", imitation]):
            body = {"commands": [{"name": name} for name in names]}
            self.assertEqual(self.refused(other.id, "PUT", "/bots/me/commands", body), "invalid_field", names)

    def test_who_may(self):
        """Whoever may write there, of those who are there."""
        self.register(DEPLOY)
        self.assertEqual(self.refusal(3, "/deploy"), "not_a_member")
        self.assertEqual(self.refused(3, "GET", f"/conversations/{HERE}/commands", None), "not_a_member")
        self.good(1, "PUT", f"/groups/{TEAM}/members/2/mute", {}, 204)
        self.assertEqual(self.refusal(2, "/deploy"), "muted")
        self.type(1, "/deploy")
        self.run_now(self.groups.remove(1, TEAM, self.bot.id))
        self.assertEqual(self.refusal(1, "/deploy"), "no_such_command")

    def test_blocked(self):
        """Who has blocked the bot hears no answer of it."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]
        self.good(2, "PUT", f"/blocks/{self.bot.id}", status=204)
        self.assertEqual(self.answer(call, status=403), "blocked")

    def test_limited_token(self):
        """A token that is for other conversations answers nothing of this one."""
        self.register(DEPLOY)
        call = self.type(2, "/deploy")["call"]
        self.tokens_of[self.bot.id] = self.token(BotScope.SEND, [(Scope.GROUP, TEAM + 7)], name="two")
        self.assertEqual(self.answer(call, status=403), "not_in_token")


class ActionTests(CommandsCase):
    def offer(self, status=201, sender=0, **more):
        path = f"/conversations/{HERE}/messages"
        answer = self.call(sender or self.bot.id, "POST", path, {**OFFER, **more})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json["id"] if status == 201 else answer.json["code"]

    def press(self, user, message, action="yes", value="", status=201, **headers):
        body = {"action": action, **({"value": value} if value else {})}
        answer = self.api("POST", f"/messages/{message}/actions", body, self.tokens_of[user], **headers)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json["id"] if status == 201 else answer.json["code"]

    def test_press(self):
        message = self.offer()
        shown = self.shown(2, message)
        self.assertEqual({name: shown[name] for name in OFFER}, OFFER)
        call = self.press(2, message, Idempotency_Key="k")
        self.assertEqual(self.press(2, message, Idempotency_Key="k"), call)
        event = self.last(Kind.PRESSED)
        self.assertEqual((event.id, event.from_, event.user, event.message), (call, 2, self.bot.id, message))
        self.assertEqual((event.called.action, event.called.value, event.called.group), ("yes", "", TEAM))
        self.press(1, message, "to", "b")
        self.assertEqual(self.last(Kind.PRESSED).called.value, "b")
        self.answer(call)
        self.assertEqual(self.last(Kind.ANSWERED).called.id, call)

    def test_edited(self):
        """An edit replaces the buttons; without any there are none."""
        message = self.offer()
        self.now += 1
        path = f"/messages/{message}"
        self.good(self.bot.id, "PATCH", path, {"text": "Now?", "actions": [{"id": "now", "label": "Now"}]})
        self.assertEqual(self.press(2, message, status=409), "no_such_action")
        self.press(2, message, "now")
        self.good(self.bot.id, "PATCH", path, {"text": "Done"})
        self.assertEqual(self.press(2, message, "now", status=409), "no_such_action")
        shown = self.shown(2, message)
        self.assertEqual((shown["text"], "actions" in shown, "choice" in shown), ("Done", False, False))

    def test_who_may(self):
        message = self.offer(**{"for": [1]})
        self.assertEqual(self.press(2, message, status=403), "not_permitted")
        self.press(1, message)
        self.assertEqual(self.press(3, message, status=404), "no_such_message")
        self.run_now(self.groups.leave(2, TEAM))
        self.assertEqual(self.press(2, self.offer(), status=404), "no_such_message")
        self.assertEqual(self.press(2, message, status=403), "not_a_member")

    def test_taken_out(self):
        """The buttons of a bot that is not in the group any more call nobody."""
        message = self.offer()
        private = self.answer(self.press(2, message), actions=OFFER["actions"])
        self.run_now(self.groups.remove(1, TEAM, self.bot.id))
        for each in (message, private):
            self.assertEqual(self.press(2, each, status=409), "no_such_action")

    def test_refused(self):
        message = self.offer()
        for action, value in (("maybe", ""), ("to", ""), ("to", "c"), ("yes", "a")):
            self.assertEqual(self.press(2, message, action, value, status=409), "no_such_action")
        self.assertEqual(self.press(2, self.say(1, "plain", group=TEAM), status=409), "no_such_action")
        self.assertEqual(self.offer(403, sender=1), "only_bots_offer")
        same = [{"id": "x", "label": "X"}] * 2
        self.assertEqual(self.offer(400, actions=same), "invalid_field")
        self.good(self.bot.id, "DELETE", f"/messages/{message}", status=200)
        self.assertEqual(self.press(2, message, status=409), "recalled")

    def test_private_buttons(self):
        """An answer for one user alone may have buttons, which only that user sees."""
        call = self.press(2, self.offer())
        answer = self.answer(call, actions=[{"id": "sure", "label": "Sure?"}])
        self.assertEqual(self.press(1, answer, "sure", status=404), "no_such_message")
        self.press(2, answer, "sure")
        self.assertEqual(self.last(Kind.PRESSED).called.group, TEAM)

    def test_older_clients(self):
        """Clients of v1 get the labels as text; a copy of the message has neither buttons nor labels."""
        message = self.offer()
        (event,) = [each for each in self.events(Kind.MESSAGE) if each.position == message]
        self.assertIn('"Content":"Deploy?\\n[Yes] [No] To: A / B"', event.body.decode())
        path = "/conversations/user-2/forwards"
        copy = self.good(1, "POST", path, {"message": message}, 201)["id"]
        shown = self.shown(2, copy)
        self.assertEqual((shown["text"], "actions" in shown), ("Deploy?", False))


class PostgreSQLBuiltInTests(OnPostgreSQL, BuiltInTests):
    """The same on PostgreSQL."""


class PostgreSQLAwayTests(OnPostgreSQL, AwayTests):
    """The same on PostgreSQL."""


class PostgreSQLReminderTests(OnPostgreSQL, ReminderTests):
    """The same on PostgreSQL."""


class PostgreSQLBotCommandTests(OnPostgreSQL, BotCommandTests):
    """The same on PostgreSQL."""


class PostgreSQLActionTests(OnPostgreSQL, ActionTests):
    """The same on PostgreSQL."""
