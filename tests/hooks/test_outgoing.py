"""Outgoing hooks on a store: what they deliver, in which order, what becomes of failures, and who may run them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import standardwebhooks
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from hichat.accounts import users
from hichat.accounts.telling import MailKind, nobody_told
from hichat.audit.book import no_notes
from hichat.audit.entries import Entry
from hichat.bots.bots import Bots
from hichat.core.events import FIRST_GROUP_ID, IMPORTED, Event, Scope
from hichat.core.kinds import Kind
from hichat.daemon.assembly import assemble_hooks
from hichat.fetching.addresses import PUBLIC
from hichat.fetching.fetcher import Fetched
from hichat.hooks.outgoing import pump, records
from hichat.hooks.outgoing.posting import (
    FIRST_PAUSE,
    LONGEST_HOOK_PAUSE,
    POST_LIMITS,
    RETRY_AFTER_LIMIT,
    HookPost,
    pause_after,
    retry_after,
)
from hichat.hooks.outgoing.pump import GIVE_UP_AFTER, LOOK_PAUSE, SLOW_AT_ONCE, HookPump
from hichat.hooks.outgoing.records import DELIVERIES_KEPT, HOOKS_LIMIT, HookProgress
from hichat.hooks.outgoing.service import HOOK_CALLS_RATE, OLD_SECRET_GOOD
from hichat.hooks.outgoing.signing import HookSecrets
from hichat.log import reading
from hichat.log.follower import always
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.metrics import Metrics
from hichat.storage.tables import events, outgoing_hooks
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.hooks import Got
from tests.support.ledger import revise
from tests.support.postgres import OnPostgreSQL
from tests.support.site import request_bytes

ANN, BOB, CAT = 1, 2, 3
URL = "https://receiver.example/hook"


class HooksCase(ConversationsCase):
    """Ann owns the team, Bob is in it, Cat is an administrator. A pump delivers."""

    def setUp(self) -> None:
        super().setUp()
        self.notes: list[Entry] = []
        self.told: list[Any] = []
        self.pump = self.make_pump()

    def make_pump(self) -> HookPump:
        pump = HookPump(
            self.store,
            self.hook_post,
            self.clock,
            lambda: self.now,
            self.notes.append,
            lambda connection, user, kind, facts: self.told.append((user, kind, facts)),
            chance=random.Random(1),
        )
        pump.start()
        self.addCleanup(pump.stop)
        return pump

    def make(self, user: int = ANN, status: int = 201, **fields: Any) -> Any:
        body = {"name": "CI", "url": URL, "group": TEAM} | fields
        return self.good(user, "POST", "/hooks/outgoing", {k: v for k, v in body.items() if v is not None}, status)

    def pass_time(self, seconds: float = 2 * LOOK_PAUSE) -> None:
        """Both clocks go on, and answers come."""
        left = seconds
        while left > 0:
            step = min(left, LOOK_PAUSE)
            self.now += round(step * 1000)
            self.clock.advance(step)
            for _ in range(400):
                before = len(self.receiver.got)
                self.receiver.agent.flush()
                self.clock.advance(0)
                if len(self.receiver.got) == before:
                    break
            left -= step

    def hook(self, number: int, user: int = ANN) -> Any:
        return self.good(user, "GET", f"/hooks/outgoing/{number}")

    def deliveries(self, number: int, user: int = ANN) -> Any:
        return self.good(user, "GET", f"/hooks/outgoing/{number}/deliveries")

    def append(self, kind: Kind, sender: int, subject: int, body: bytes = b"") -> None:
        draft = revise(kind, sender, subject, body)
        draft.scope, draft.target = Scope.GROUP, TEAM
        (outcome,) = self.writer.write([draft])
        assert isinstance(outcome, Event), outcome


class DeliveringTests(HooksCase):
    def test_what_is_delivered(self) -> None:
        """The event as v2 shows it, with names, signed so that another program finds it good."""
        self.say(ANN, "before", group=TEAM)
        made = self.make()
        message = self.say(BOB, "hi", group=TEAM)
        self.pass_time()
        (got,) = self.receiver.got
        self.assertEqual((got.host, got.path), ("receiver.example", "/hook"))
        self.assertEqual(self.receiver_door.owners, [ANN, ANN])
        value = got.value
        self.assertEqual(value["type"], "message")
        at = datetime.fromisoformat(value["timestamp"])
        self.assertEqual(round(at.timestamp() * 1000), value["data"]["event"]["time"])
        self.assertTrue(value["timestamp"].endswith("Z"))
        data = value["data"]
        self.assertEqual((data["event"]["text"], data["event"]["id"], data["event"]["from"]), ("hi", message, BOB))
        self.assertEqual(data["sender"], {"id": BOB, "name": "Bob", "displayName": "Bob", "bot": False})
        self.assertEqual(data["group"], {"id": TEAM, "name": "team"})
        self.assertEqual((data["position"], data["hook"]), (message, {"id": made["id"], "name": "CI"}))
        self.assertTrue(data["epoch"])
        self.assertIn(f"_{message}", got.headers["webhook-id"])
        (delivery,) = self.deliveries(made["id"])
        self.assertEqual(
            (delivery["position"], delivery["kind"], delivery["status"], delivery["good"]),
            (message, "message", 204, True),
        )

    def test_kinds(self) -> None:
        self.make(kinds=["recalled", "reacted"], url="https://a.example/")
        self.make(kinds=[], url="https://b.example/")
        message = self.say(ANN, "hi", group=TEAM)
        self.append(Kind.REACTED, BOB, message, "+👍".encode())
        self.pass_time()
        kinds = {
            host: [got.event["kind"] for got in self.receiver.got if got.host == host]
            for host in ("a.example", "b.example")
        }
        self.assertEqual(kinds, {"a.example": ["reacted"], "b.example": ["message", "reacted"]})

    def test_only_its_group(self) -> None:
        """Neither what is said elsewhere, nor a pair's words."""
        self.make()
        self.run_now(self.groups.create(self.users[ANN], "raft"))
        self.say(ANN, "elsewhere", group=FIRST_GROUP_ID + 1)
        self.say(ANN, "secret", user=BOB)
        self.say(ANN, "here", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["here"])

    def test_announcements(self) -> None:
        self.make(CAT, group=None)
        self.say(ANN, "hi", group=TEAM)
        self.good(CAT, "POST", "/admin/announcements", {"text": "all"}, 201)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["all"])
        self.assertNotIn("group", self.receiver.got[0].value["data"])

    def test_many_in_order(self) -> None:
        made = self.make()
        for number in range(230):
            self.say(ANN if number % 3 else BOB, str(number), group=TEAM)
        self.pass_time(4)
        self.assertEqual(self.receiver.texts, [str(number) for number in range(230)])
        kept = self.deliveries(made["id"])
        self.assertEqual(len(kept), DELIVERIES_KEPT)
        self.assertEqual(self.hook(made["id"])["position"], self.head())

    def head(self) -> int:
        with self.store.snapshot() as connection:
            return reading.head(connection)

    def test_another_process_goes_on(self) -> None:
        """It begins where the last one has stored that it was."""
        self.make()
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.pump.stop()
        self.say(ANN, "2", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1"])
        self.pump = self.make_pump()
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "2"])

    def test_a_crash(self) -> None:
        """What was delivered and not stored comes again, with the same id; nothing is left out."""
        self.make()
        self.say(ANN, "1", group=TEAM)

        def crash(got: Got) -> int:
            self.pump.stop()
            return 204

        self.receiver.answer = crash
        self.pass_time()
        self.receiver.answer = lambda got: 204
        self.say(ANN, "2", group=TEAM)
        self.pump = self.make_pump()
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "1", "2"])
        self.assertEqual(*(got.headers["webhook-id"] for got in self.receiver.got[:2]))

    def test_a_log_that_was_put_back(self) -> None:
        """As after the promotion of a standby that had not got everything: what is written then is delivered."""
        made = self.make()
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        with self.store.snapshot() as connection:
            before = records.get_hook(connection, made["id"])
            kept = reading.head(connection)
        self.say(ANN, "lost", group=TEAM)
        self.say(ANN, "lost too", group=TEAM)
        self.pass_time()
        with self.store.transaction() as connection:
            connection.execute(events.delete().where(events.c.position > kept))
            connection.execute(outgoing_hooks.update().values(position=before.position))
        self.pass_time()
        with self.store.transaction() as connection:
            values = {"id": made["id"], "revision": 0, "failing_since": None, "tries": 0, "next_at": 0}
            records.save(connection, [HookProgress(position=kept + 2, **values)])
            self.assertEqual(records.get_hook(connection, made["id"]).position, kept)
        self.writer = LogWriter(self.store, lambda: self.now)
        self.say(ANN, "2", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "lost", "lost too", "2"])

    def test_a_message_that_is_taken_back_while_it_waits(self) -> None:
        """Its text goes to nobody any more."""
        self.make()
        self.receiver.answer = lambda got: 500
        message = self.say(ANN, "oops", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["oops"])
        self.append(Kind.RECALLED, ANN, message)
        self.receiver.answer = lambda got: 200
        self.pass_time(FIRST_PAUSE * 2)
        self.assertTrue(self.receiver.got[-1].event["recalled"])
        self.assertNotIn("oops", self.receiver.got[-1].content.decode())

    def test_imported_events(self) -> None:
        """What has happened on another server fires no hook, even between what happens here."""
        self.make()
        brought = [self.say(ANN, text, group=TEAM) for text in ("old 1", "old 2")]
        self.say(ANN, "new", group=TEAM)
        with self.store.transaction() as connection:
            some = events.c.position.in_(brought)
            connection.execute(events.update().where(some).values(device=IMPORTED, counter=-5))
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["new"])

    def test_no_hook_reads_nothing_of_the_log(self) -> None:
        self.say(ANN, "hi", group=TEAM)
        self.pass_time(3)
        self.assertEqual((self.receiver.got, self.pump.age(), self.pump.states()), ([], 0.0, {"good": 0, "failing": 0}))


class BotTests(HooksCase):
    """Hooks of a bot: all that it gets, but what it says itself."""

    def setUp(self) -> None:
        super().setUp()
        self.bots = Bots(self.store, self.accounts, self.groups, lambda: self.now)
        self.bot = self.run_now(self.bots.make("ci", ANN)).id

    def test_all_that_it_gets(self) -> None:
        made = self.make(group=None, bot=self.bot)
        self.assertEqual(made["bot"], self.bot)
        self.say(BOB, "not yet", group=TEAM)
        self.say(BOB, "you", user=self.bot)
        self.pass_time()
        self.run_now(self.bots.bring(ANN, self.bot, TEAM))
        self.say(BOB, "here", group=TEAM)
        self.say(self.bot, "mine", group=TEAM)
        self.say(BOB, "elsewhere", user=ANN)
        self.good(CAT, "POST", "/admin/announcements", {"text": "all"}, 201)
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["you", "here", "all"])

    def test_who_may(self) -> None:
        """Its owner; nobody else learns of it. It ends with the bot, and with the owner."""
        made = self.make(group=None, bot=self.bot)["id"]
        for user in (BOB, CAT):
            self.assertEqual(self.call(user, "GET", f"/hooks/outgoing?bot={self.bot}").status, 404)
            self.assertEqual(self.call(user, "GET", f"/hooks/outgoing/{made}").status, 404)
            self.make(user, 404, group=None, bot=self.bot)
        self.make(ANN, 404, group=None, bot=BOB)
        self.make(ANN, 400, bot=self.bot)
        self.successResultOf(self.store.write(users.disable, self.bot, self.now))
        self.say(BOB, "you", user=ANN)
        self.good(CAT, "POST", "/admin/announcements", {"text": "all"}, 201)
        self.pass_time()
        self.assertEqual((self.receiver.got, self.hook(made)["off"]), ([], "no_rights"))


class FailingTests(HooksCase):
    def test_tries_again_in_order(self) -> None:
        """The next event waits for the one before; the pauses grow."""
        made = self.make()
        times: list[int] = []

        def answer(got: Got) -> int:
            times.append(self.now)
            return 503

        self.receiver.answer = answer
        self.say(ANN, "1", group=TEAM)
        self.say(ANN, "2", group=TEAM)
        self.pass_time(100)
        self.assertEqual(set(self.receiver.texts), {"1"})
        pauses = [(later - sooner) / 1000 for sooner, later in pairwise(times)]
        for number, pause in enumerate(pauses):
            self.assertTrue(0.79 * FIRST_PAUSE * 2**number <= pause <= 1.2 * FIRST_PAUSE * 2**number + 1, pauses)
        shown = self.hook(made["id"])
        self.assertEqual((shown["tries"], shown["failing"]), (len(times), times[0]))
        self.assertGreaterEqual(self.pump.age() or 0, 99)
        self.assertEqual(self.pump.states(), {"good": 0, "failing": 1})
        (delivery,) = self.deliveries(made["id"])
        self.assertEqual((delivery["tries"], delivery["status"], delivery["answer"]), (len(times), 503, "answer"))
        self.receiver.answer = lambda got: 200
        self.pass_time(200)
        self.assertEqual(self.receiver.texts[len(times) :], ["1", "2"])
        shown = self.hook(made["id"])
        self.assertTrue({"tries", "failing"}.isdisjoint(shown))

    def test_a_day_away(self) -> None:
        """Nothing is lost while the receiver is away for a day, and it hears of all within the longest pause."""
        self.make()
        self.receiver.answer = lambda got: 502
        self.say(ANN, "0", group=TEAM)
        self.pass_time(60)
        self.pump.stop()
        self.now += 24 * 3600 * 1000
        for number in range(1, 120):
            self.say(ANN, str(number), group=TEAM)
        self.pump = self.make_pump()
        self.receiver.answer = lambda got: 200
        self.receiver.got.clear()
        self.pass_time(5)
        self.assertEqual(self.receiver.texts, [str(number) for number in range(120)])

    def test_pauses(self) -> None:
        chance = random.Random(2)
        for tries in (1, 5, 50, 5000):
            found = [pause_after(tries, 0, chance) for _ in range(50)]
            wanted = min(LONGEST_HOOK_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 30))
            self.assertTrue(0.8 * wanted <= min(found) < max(found) <= 1.2 * wanted)
        self.assertEqual(pause_after(1, 3600, chance), 3600)

    def test_retry_after(self) -> None:
        self.receiver.headers = {"Retry-After": "120"}
        self.receiver.answer = lambda got: 429
        self.make()
        self.say(ANN, "1", group=TEAM)
        self.pass_time(119)
        self.assertEqual(len(self.receiver.got), 1)
        self.pass_time(3)
        self.assertEqual(len(self.receiver.got), 2)

    def test_retry_after_in_all_forms(self) -> None:
        now = round(datetime(2026, 10, 22, 12, tzinfo=UTC).timestamp() * 1000)
        wanted = {
            "5": 5, "0": 0, "999999999999": RETRY_AFTER_LIMIT, "-5": 0, "": 0, "soon": 0, "٣": 0,
            "Thu, 22 Oct 2026 12:01:00 GMT": 60, "Thu, 22 Oct 2020 12:01:00 GMT": 0, "Thu, 99 Oct 2026": 0,
        }  # fmt: skip
        for text, seconds in wanted.items():
            answer: Any = Fetched(429, Headers({"Retry-After": [text]}), b"", True, URL)
            self.assertEqual(retry_after(answer, now), seconds, text)

    def test_gone(self) -> None:
        """It is switched off at once, and can be switched on."""
        made = self.make()
        self.receiver.answer = lambda got: 410
        self.say(ANN, "1", group=TEAM)
        self.say(ANN, "2", group=TEAM)
        self.pass_time(100)
        self.assertEqual(self.receiver.texts, ["1"])
        shown = self.hook(made["id"])
        self.assertEqual((shown["on"], shown["off"]), (False, "gone"))
        self.assertEqual(self.told, [(ANN, MailKind.HOOK_OFF, {"hook": "CI"})])
        self.assertEqual([(note.act, note.whose, note.group) for note in self.notes], [("switch_off_hook", ANN, TEAM)])
        self.receiver.answer = lambda got: 200
        self.good(ANN, "PATCH", f"/hooks/outgoing/{made['id']}", {"on": True})
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "1", "2"])

    def test_dead_for_days(self) -> None:
        made = self.make()
        self.receiver.answer = lambda got: 500
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.now += GIVE_UP_AFTER - 60_000
        self.pass_time(30)
        self.assertTrue(self.hook(made["id"])["on"])
        self.now += 120_000
        self.pass_time(2 * LONGEST_HOOK_PAUSE)
        self.assertEqual(self.hook(made["id"])["off"], "failing")
        self.assertEqual(len(self.told), 1)
        tried = len(self.receiver.got)
        self.pass_time(2 * LONGEST_HOOK_PAUSE)
        self.assertEqual(len(self.receiver.got), tried)
        self.receiver.answer = lambda got: 200
        self.say(ANN, "2", group=TEAM)
        self.good(ANN, "PATCH", f"/hooks/outgoing/{made['id']}", {"on": True, "skip": True})
        self.say(ANN, "3", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts[tried:], ["3"])

    def test_one_fails_alone(self) -> None:
        """A receiver that never answers, and one that fails, hold nobody up; nor do many of them."""
        for number in range(HOOKS_LIMIT - 1):
            self.make(url=f"https://bad{number}.example/")
        self.make(url="https://good.example/")
        self.receiver.answer = lambda got: 200 if got.host == "good.example" else None
        for number in range(100):
            self.say(ANN, str(number), group=TEAM)
            self.pass_time(LOOK_PAUSE)
        good = [got.event["text"] for got in self.receiver.got if got.host == "good.example"]
        self.assertEqual(good[:98], [str(number) for number in range(98)])
        self.assertGreater(HOOKS_LIMIT - 1, SLOW_AT_ONCE)

    def test_one_owner_leaves_places(self) -> None:
        """However many receivers of one user are dead, those of others get what happens at once."""
        self.patch(pump, "DELIVERIES_AT_ONCE", 4)
        self.pump.stop()
        self.pump = self.make_pump()
        for number in range(4):
            self.make(url=f"https://bad{number}.example/")
        self.run_now(self.groups.set_role(ANN, TEAM, BOB, "admin"))
        self.make(BOB, url="https://good.example/")
        self.receiver.answer = lambda got: 200 if got.host == "good.example" else None
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.assertEqual([got.host for got in self.receiver.got], ["bad0.example", "bad1.example", "good.example"])

    def test_an_answer_that_never_comes(self) -> None:
        made = self.make()
        self.receiver.answer = lambda got: None
        self.say(ANN, "1", group=TEAM)
        self.pass_time(POST_LIMITS.seconds + 2)
        (delivery,) = self.deliveries(made["id"])
        self.assertNotIn("status", delivery)
        self.assertIn("late", delivery["trouble"])

    def test_another_key(self) -> None:
        """The secret was sealed by a key that this server does not have: the hook does not send without a signature."""
        made = self.make()
        self.pump.stop()
        self.hook_post = HookPost(None, HookSecrets(bytes(31) + b"x"), self.clock, lambda: self.now)  # type: ignore
        self.make_pump()
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.assertEqual(self.hook(made["id"])["off"], "no_secret")


class RightsTests(HooksCase):
    def test_who_may(self) -> None:
        """The owner and admins of the group; who may announce. Others learn nothing."""
        made = self.make()["id"]
        for user in (BOB, CAT):
            calls: list[tuple[str, str, Any]] = [
                ("GET", f"/hooks/outgoing?group={TEAM}", None),
                ("POST", "/hooks/outgoing", {"name": "x", "url": URL, "group": TEAM}),
            ]
            for method, path, body in calls:
                self.assertEqual(self.call(user, method, path, body).status, 403)
            calls = [
                ("GET", "", None),
                ("PATCH", "", {"name": "y"}),
                ("DELETE", "", None),
                ("POST", "/secret", None),
                ("POST", "/trial", None),
                ("GET", "/deliveries", None),
                ("POST", "/deliveries/1", None),
            ]
            for method, path, body in calls:
                answer = self.call(user, method, f"/hooks/outgoing/{made}{path}", body)
                self.assertEqual(answer.status, 403 if user == BOB else 404, (user, path))
        self.assertEqual(self.call(ANN, "GET", "/hooks/outgoing").status, 403)
        self.assertEqual(self.call(ANN, "POST", "/hooks/outgoing", {"name": "x", "url": URL}).status, 403)
        self.assertEqual(self.good(CAT, "GET", "/hooks/outgoing"), [])

    def test_who_is_no_admin_any_more(self) -> None:
        """The hook ends, also for what happened before and was not delivered; another admin may take it over."""
        self.run_now(self.groups.set_role(ANN, TEAM, BOB, "admin"))
        made = self.make(BOB)["id"]
        self.receiver.answer = lambda got: 500
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.run_now(self.groups.set_role(ANN, TEAM, BOB, "member"))
        self.receiver.answer = lambda got: 200
        self.pass_time(60)
        self.assertEqual(len(self.receiver.got), 1)
        shown = self.hook(made)
        self.assertEqual((shown["off"], shown["owner"]), ("no_rights", BOB))
        self.good(ANN, "PATCH", f"/hooks/outgoing/{made}", {"on": True})
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "1"])
        self.assertEqual(self.hook(made)["owner"], ANN)

    def test_who_is_disabled(self) -> None:
        self.run_now(self.groups.set_role(ANN, TEAM, BOB, "admin"))
        made = self.make(BOB)["id"]
        self.successResultOf(self.store.write(users.disable, BOB, self.now))
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.assertEqual((self.receiver.got, self.hook(made)["off"]), ([], "no_rights"))

    def test_who_was_no_member_then(self) -> None:
        """A page has nothing from before its owner came, or from between two memberships."""
        made = self.make()["id"]
        self.receiver.answer = lambda got: 500
        for text in ("1", "2"):
            self.say(ANN, text, group=TEAM)
        self.make_user("Dan")
        dan = self.accounts_of("Dan")
        self.run_now(self.groups.join(dan, "team"))
        self.run_now(self.groups.set_role(ANN, TEAM, dan.id, "admin"))
        self.say(ANN, "3", group=TEAM)
        self.pass_time()
        self.receiver.answer = lambda got: 200
        with self.store.transaction() as connection:
            connection.execute(outgoing_hooks.update().values(owner_id=dan.id, revision=7))
        self.receiver.got.clear()
        self.pass_time(60)
        self.assertEqual(self.receiver.texts, ["3"])
        self.assertTrue(self.hook(made)["on"])

    def accounts_of(self, name: str) -> Any:
        with self.store.snapshot() as connection:
            return users.find_by_name(connection, name)

    def test_deleted_accounts_and_groups(self) -> None:
        self.run_now(self.groups.set_role(ANN, TEAM, BOB, "admin"))
        self.make(BOB)
        made = self.make(ANN)["id"]
        with self.store.transaction() as connection:
            records.forget_hooks(connection, BOB)
        (left,) = self.good(ANN, "GET", f"/hooks/outgoing?group={TEAM}")
        self.assertEqual(left["id"], made)
        self.run_now(self.groups.dissolve(ANN, TEAM))
        self.pass_time()
        with self.store.snapshot() as connection:
            (hook,) = records.all_hooks(connection)
        self.assertEqual(hook.off, "no_rights")
        self.assertEqual(self.call(ANN, "GET", f"/hooks/outgoing/{made}").status, 404)


class ServiceTests(HooksCase):
    def test_secrets(self) -> None:
        """They are shown once; the store has them sealed. After another one was made, both sign for a day."""
        made = self.make()
        number, old = made["id"], made["secret"]
        self.assertTrue(old.startswith("whsec_"))
        self.assertNotIn("secret", self.hook(number))
        with self.store.snapshot() as connection:
            hook = records.get_hook(connection, number)
        self.assertNotIn(old.encode(), hook.secret)
        new = self.good(ANN, "POST", f"/hooks/outgoing/{number}/secret")["secret"]
        self.assertNotEqual(new, old)
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.assertEqual((self.is_signed(old), self.is_signed(new)), (True, True))
        self.now += OLD_SECRET_GOOD
        self.say(ANN, "2", group=TEAM)
        self.pass_time()
        self.assertEqual((self.is_signed(old), self.is_signed(new)), (False, True))

    def is_signed(self, secret: str) -> bool:
        got = self.receiver.got[-1]
        webhook = standardwebhooks.Webhook(secret)
        at = int(got.headers["webhook-timestamp"])
        self.assertLess(abs(at * 1000 - self.now), 60_000)
        given = [each.split(",", 1)[1] for each in got.headers["webhook-signature"].split(" ")]
        made = webhook.sign(got.headers["webhook-id"], datetime.fromtimestamp(at, UTC), got.content.decode())
        return made.split(",", 1)[1] in given

    def test_trials_and_repetitions(self) -> None:
        made = self.make()["id"]
        pinged = self.start(ANN, "POST", f"/hooks/outgoing/{made}/trial")
        self.assertEqual((pinged["kind"], pinged["good"], pinged["status"]), ("ping", True, 204))
        self.assertEqual(self.receiver.got[0].value["type"], "ping")
        message = self.say(ANN, "1", group=TEAM)
        elsewhere = self.say(ANN, "2", user=BOB)
        self.pass_time()
        before = self.hook(made)
        again = self.start(ANN, "POST", f"/hooks/outgoing/{made}/deliveries/{message}")
        self.assertTrue(again["good"])
        self.assertEqual(self.receiver.got[-1].headers["webhook-id"], self.receiver.got[-2].headers["webhook-id"])
        for position in (elsewhere, message + 10_000):
            answer = self.call(ANN, "POST", f"/hooks/outgoing/{made}/deliveries/{position}")
            self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_delivery"))
        self.assertEqual(self.hook(made), before)

    def start(self, user: int, method: str, path: str) -> Any:
        """Make a call that waits for the receiver."""
        connection = self.connect()
        headers = {"Authorization": f"Bearer {self.tokens_of[user]}"}
        connection.send(request_bytes(method, f"/v2{path}", b"", headers))
        for _ in range(5):
            self.receiver.agent.flush()
        return connection.answer(method).json

    def test_limits(self) -> None:
        for number in range(HOOKS_LIMIT):
            self.make(name=f"hook {number}")
        self.assertEqual(self.make(status=409)["code"], "too_many_hooks")
        self.assertEqual(len(self.good(ANN, "GET", f"/hooks/outgoing?group={TEAM}")), HOOKS_LIMIT)
        for _ in range(HOOK_CALLS_RATE.attempts):
            answer = self.call(ANN, "POST", "/hooks/outgoing", {"name": "x", "url": URL, "group": TEAM})
        self.assertEqual(answer.status, 429)

    def test_bad_input(self) -> None:
        bad: list[tuple[dict[str, Any], str]] = [
            ({"url": "ftp://x.example/"}, "bad_url"),
            ({"url": "https://me:secret@x.example/"}, "bad_url"),
            ({"kinds": ["nothing"]}, "invalid_field"),
            ({"kinds": ["signed_out"]}, "invalid_field"),
            ({"name": " "}, "invalid_field"),
        ]
        for fields, code in bad:
            self.assertEqual(self.make(status=400, **fields)["code"], code)
        told = self.make(status=400, kinds=["message", "nothing"])["detail"]
        self.assertTrue(told.startswith("invalid field: kinds[1]; known are: message, edited, "), told)

    def test_changing(self) -> None:
        """Another URL gets what the first one has not taken; a change does not go back."""
        made = self.make()["id"]
        self.say(ANN, "1", group=TEAM)
        self.pass_time()
        self.receiver.answer = lambda got: 500
        self.say(ANN, "2", group=TEAM)
        self.pass_time()
        self.receiver.answer = lambda got: 200
        body = {"url": "https://other.example/x", "name": "Other", "kinds": ["message", "edited"]}
        shown = self.good(ANN, "PATCH", f"/hooks/outgoing/{made}", body)
        self.assertEqual((shown["name"], shown["url"], shown["kinds"]), ("Other", body["url"], body["kinds"]))
        self.pass_time()
        self.assertEqual(self.receiver.texts, ["1", "2", "2"])
        self.assertEqual(self.receiver.got[-1].host, "other.example")
        self.good(ANN, "PATCH", f"/hooks/outgoing/{made}", {"on": False})
        self.say(ANN, "3", group=TEAM)
        self.pass_time()
        self.assertEqual(self.hook(made)["off"], "by_hand")
        self.good(ANN, "PATCH", f"/hooks/outgoing/{made}", {"on": True})
        self.pass_time()
        self.assertEqual(self.receiver.texts[3:], ["3"])
        self.good(ANN, "DELETE", f"/hooks/outgoing/{made}", None, 204)
        self.say(ANN, "4", group=TEAM)
        self.pass_time()
        self.assertEqual(self.receiver.texts[4:], [])


class OnPostgreSQLTests(OnPostgreSQL, DeliveringTests):
    pass


class AssemblyTests(SynchronousTestCase):
    def test_trials_take_no_place_of_deliveries(self) -> None:
        """Else who tries receivers that do not answer would hold up everybody's events."""
        settings = Mock(fetch_private=PUBLIC, state_dir=Path(self.mktemp()))
        store, neighbours, reactor = Mock(), Mock(), Clock()
        with patch("hichat.daemon.assembly.make_fetcher", lambda *_: Mock()):
            made = assemble_hooks(settings, store, b"k", reactor, neighbours, always, Metrics(), no_notes, nobody_told)
        self.assertIsNot(made.service._post._fetcher, made.pump._post._fetcher)
