"""V2 sessions, without a socket: hello, catching up, each op and what is refused."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts.roles import ServerRole
from hichat.conversations.marks import GATHER, Mark, MovedMark
from hichat.core.errors import NoSuchTarget, NotAMember, NotStored, Unauthorized
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import epochs
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.v2_session import SignedIn, make_signal
from hichat.storage import tables
from hichat.wire.frames import WATCH_LIMIT, Close
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, block, joined, left, unblock
from tests.support.sessions import ANN, BOB, CAT, LAPTOP, PHONE, Connection, SessionCase, message


class HelloTests(SessionCase):
    def test_welcome(self) -> None:
        self.happen(message(BOB, ANN))
        connection = self.connect("ann2")
        welcome = connection.ask(op="hello", device="laptop")
        limits = welcome.pop("limits")
        expected = {"op": "welcome", "user": ANN, "device": LAPTOP, "counter": 7, "position": 1, "time": NOW}
        expected["epoch"] = self.watch.place.epoch
        self.assertEqual(welcome, expected)
        self.assertEqual((limits["rate"], limits["watch"]), (5000, WATCH_LIMIT))
        self.assertEqual((connection.number, connection.generation), (LAPTOP, 0))
        self.assertEqual(connection.greetings, 1)
        self.assertEqual(self.roster.all(), [], "it is not live before it asks")

    def test_the_header_counts_before_the_frame(self) -> None:
        self.connect("ann").hear(op="hello", device="x", token="bob")
        self.connect().hear(op="hello", device="y", token="bob")
        self.connect().hear(op="hello", device="z", token="nobody")
        self.assertEqual(self.asked, [("ann", "x"), ("bob", "y"), ("nobody", "z")])

    def test_refused(self) -> None:
        for token, code, close in (
            ("nobody", "unauthorized", Close.UNAUTHORIZED),
            ("elsewhere", "other_device", Close.NO_HELLO),
            ("later", "busy", Close.TROUBLE),
        ):
            connection = self.connect(token)
            self.assertEqual(connection.ask(op="hello", device="x")["code"], code)
            self.assertEqual(connection.code, close)

    def test_one_too_many(self) -> None:
        self.roster = Roster(self.metrics, 2, lambda *said: self.refused_by.append(said))
        self.people["ann3"] = SignedIn(ANN, 99, 0, 0)
        first, second = self.known("ann"), self.known("ann2")
        third = self.connect("ann3")
        third.hear(op="hello", device="x")
        (error,) = third.take()
        self.assertEqual((error["code"], error["retryAfter"]), ("too_many_connections", 10))
        self.assertEqual((third.code, self.refused_by), (Close.TOO_MANY, [("user", f"user {ANN}")]))
        self.known("bob")
        first.lose()
        self.known("ann3")
        self.assertEqual(second.code, None)

    def test_a_device_that_comes_back_is_not_one_too_many(self) -> None:
        self.roster = Roster(self.metrics, 2, lambda *said: self.refused_by.append(said))
        first, second = self.known("ann"), self.known("ann2")
        again = self.known("ann2")
        self.assertEqual((first.code, second.code, again.code), (None, Close.REPLACED, None))

    def test_refused_after_a_while(self) -> None:
        """What waits behind it is not answered any more, and nothing is logged."""
        self.signing_in = Deferred()
        connection = self.connect("nobody")
        connection.hear(op="hello", device="x")
        connection.hear(op="send", user=BOB, text="hi")
        self.signing_in.callback(None)
        self.assertEqual([frame["code"] for frame in connection.said], ["unauthorized"])
        self.assertEqual((connection.code, connection.session._work), (Close.UNAUTHORIZED, set()))

    def test_something_fails(self) -> None:
        connection = self.connect("broken")
        self.assertEqual(connection.ask(op="hello", device="x")["code"], "not_stored")
        self.assertEqual(connection.code, Close.TROUBLE)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_anything_before(self) -> None:
        for data, binary, code in (
            (b'{"op":"ping","ref":1}', False, "not_now"),
            (b'{"op":"sync"}', False, "not_now"),
            (b'{"op":"send","user":2,"text":"hi"}', False, "not_now"),
            (b'{"op":"hello"}', False, "invalid_field"),
            (b'{"op":"nonsense"}', False, "unknown_op"),
            (b"nonsense", False, "not_json"),
            (b'{"op":"hello","device":"x"}', True, "not_text"),
        ):
            connection = self.connect("ann")
            if binary:
                connection.session.take_binary()
            else:
                connection.session.received_all([data])
            self.assertEqual([frame["code"] for frame in connection.said], [code])
            self.assertEqual(connection.code, Close.NO_HELLO, data)
        self.assertEqual((self.asked, self.drafts), ([], []))

    def test_again(self) -> None:
        connection = self.known()
        self.assertEqual(connection.ask(op="hello", device="x")["code"], "not_now")
        self.assertIsNone(connection.code)
        self.assertEqual(len(self.asked), 1)

    def test_what_comes_meanwhile_waits(self) -> None:
        self.signing_in = Deferred()
        connection = self.connect("ann")
        connection.hear(op="hello", device="x")
        connection.hear(op="ping", ref=1)
        self.assertEqual((connection.said, connection.reading, connection.greetings), ([], False, 1))
        self.signing_in.callback(None)
        self.assertEqual([frame["op"] for frame in connection.said], ["welcome", "pong"])
        self.assertTrue(connection.reading)

    def test_gone_meanwhile(self) -> None:
        self.signing_in = Deferred()
        connection = self.connect("ann")
        connection.hear(op="hello", device="x")
        connection.lose()
        self.assertEqual((connection.said, connection.session.user), ([], 0))

    def test_on_its_way_out_meanwhile(self) -> None:
        """It has sent a close behind its first frames: they are as if it had not said hello."""
        self.signing_in = Deferred()
        connection = self.connect("ann")
        connection.hear(op="hello", device="x")
        connection.hear(op="ping", ref=1)
        connection.hear(op="ping", ref=2)
        connection.may_send = False
        self.signing_in.callback(None)
        self.assertEqual((connection.said, connection.session.user), ([], 0))
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_the_daemon_stops_meanwhile(self) -> None:
        """What the client said behind its hello is not the reason."""
        self.signing_in = Deferred()
        connection = self.connect("ann")
        connection.hear(op="hello", device="x")
        connection.hear(op="sync")
        connection.go_away()
        self.assertEqual((connection.code, connection.said), (Close.GOING_AWAY, []))


class SayingTests(SessionCase):
    def submitted(self, connection: Connection, **frame: Any) -> tuple[Any, ...]:
        """@return: the one draft that a frame became, without its body."""
        connection.hear(**frame)
        draft = self.drafts[-1]
        self.assertEqual(len(self.drafts), 1)
        return draft.kind, draft.scope, draft.sender, draft.target, draft.subject, draft.device, draft.counter

    def test_ack(self) -> None:
        connection = self.known()
        sent = {"op": "send", "ref": "a", "counter": 1, "user": BOB, "text": "hi"}
        self.assertEqual(self.submitted(connection, **sent), (Kind.MESSAGE, Scope.USER, ANN, BOB, 0, PHONE, 1))
        self.assertEqual(connection.said, [], "nothing is said before it is written")
        self.write()
        ack = {"op": "ack", "ref": "a", "conversation": 1, "seq": 1, "id": 1, "time": NOW, "duplicate": False}
        self.assertEqual(connection.take(), [ack])
        connection.hear(**sent | {"ref": "b"})
        self.write()
        self.assertEqual(connection.take(), [ack | {"ref": "b", "duplicate": True}])
        self.assertEqual((len(self.rows()), self.metrics.messages_in), (1, 2))

    def test_without_a_ref(self) -> None:
        connection = self.known()
        connection.hear(op="send", user=BOB, text="hi")
        self.write()
        self.assertNotIn("ref", connection.said[0])

    def test_where_it_goes(self) -> None:
        connection = self.known()
        for place, scope, target in (({"user": BOB}, 1, BOB), ({"group": GROUP}, 2, GROUP), ({}, 3, 0)):
            draft = self.submitted(connection, op="send", text="hi", replyTo=9, **place)
            self.assertEqual(draft, (Kind.MESSAGE, scope, ANN, target, 9, PHONE, 0))
            self.drafts.clear()

    def test_an_app_password_is_no_administrators(self) -> None:
        """Whoever the user is, the session does not write to everyone; the same user may, with the password."""
        connection = self.known("app")
        self.refused("not_administrator", connection, op="send", text="hi")
        self.refused("not_administrator", connection, op="forward", message=9)
        self.assertEqual(self.submitted(connection, op="send", user=BOB, text="hi")[1:4], (1, ANN, BOB))
        self.drafts.clear()

    def test_an_app_password_changes_no_announcement(self) -> None:
        with self.store.transaction() as changing:
            changing.execute(tables.users.update().values(administrator=True, role=int(ServerRole.OWNER)))
        full, app = self.known("ann"), self.known("app")
        full.hear(op="send", ref=1, text="hi")
        full.hear(op="send", ref=2, user=BOB, text="hi")
        self.write()
        everyone, bob = (row.position for row in self.rows())
        for said in ({"op": "edit", "text": "ho"}, {"op": "react", "emoji": "👍"}, {"op": "recall"}):
            app.said.clear()
            app.hear(ref=3, message=everyone, **said)
            app.hear(ref=4, message=bob, **said)
            self.write()
            self.assertEqual([(f["op"], f["ref"]) for f in app.said if "ref" in f], [("error", 3), ("ack", 4)])
        full.hear(op="edit", ref=5, message=everyone, text="ho")
        self.write()
        self.assertEqual(full.said[-1]["op"], "ack")

    def test_refused_by_the_ledger(self) -> None:
        self.happen(joined(BOB))
        connection = self.known()
        connection.hear(op="send", ref=5, user=99, text="hi")
        connection.hear(op="send", ref=6, group=GROUP, text="hi")
        connection.hear(op="edit", ref=7, message=99, text="hi")
        connection.hear(op="send", text="hi")
        self.write()
        found = [(frame["op"], frame.get("ref"), frame["code"]) for frame in connection.said]
        codes = [(5, "no_such_target"), (6, "not_a_member"), (7, "no_such_message"), (None, "not_administrator")]
        self.assertEqual(found, [("error", ref, code) for ref, code in codes])
        self.assertNotIn("retryAfter", connection.said[0], "trying again is of no use")
        self.assertEqual(self.metrics.frames_refused, 4)

    def test_what_may_work_later(self) -> None:
        connection = self.known()
        connection.hear(op="send", ref=5, user=BOB, text="hi")
        self.drafts[0].origin.refused(self.drafts[0], NotStored())
        self.assertEqual(connection.said[0]["retryAfter"], 1.0)

    def test_refused_at_once(self) -> None:
        connection = self.known()
        self.refused("not_addressed", connection, op="send", user=BOB, group=GROUP, text="hi")
        self.refused("invalid_field", connection, op="send", user=BOB, text="")
        self.refused("invalid_field", connection, op="send", user="bob", text="hi")
        self.refused("too_long", connection, op="send", user=BOB, text="ü" * 8000)
        self.refused("not_text", connection, op="react", message=1, emoji="\0")
        self.refused("unknown_op", connection, op="shout")
        connection.session.take_binary()
        self.assertEqual(connection.said[-1]["code"], "not_text")
        self.assertEqual((self.drafts, self.intake.count, connection.code), ([], 0, None))

    def test_edit(self) -> None:
        connection = self.known()
        draft = self.submitted(connection, op="edit", message=9, text="ho", mentions=[BOB], counter=3)
        self.assertEqual(draft, (Kind.EDITED, Scope.EVERYONE, ANN, 0, 9, PHONE, 3))
        self.assertEqual(json.loads(self.drafts[0].body), {"text": "ho", "mentions": [BOB]})

    def test_a_mention_of_all(self) -> None:
        """Only in a group; the ledger decides whether the user may."""
        connection = self.known()
        for place in ({"user": BOB}, {}):
            self.refused("may_not_mention_all", connection, op="send", text="@all", mentions=[0], **place)
        for wrong in ([-1], [0.5]):
            self.refused("invalid_field", connection, op="send", text="@all", mentions=wrong, group=GROUP)
        for to_all, said in (
            (True, {"op": "send", "group": GROUP, "text": "@all, @Bob", "mentions": [BOB, 0]}),
            (False, {"op": "send", "group": GROUP, "text": "@Bob", "mentions": [BOB]}),
            (True, {"op": "edit", "message": 9, "text": "@all", "mentions": [0]}),
            (False, {"op": "recall", "message": 9}),
        ):
            self.submitted(connection, **said)
            draft = self.drafts.pop()
            self.assertIs(draft.to_all, to_all)
            if "mentions" in said:
                self.assertEqual(json.loads(draft.body)["mentions"], said["mentions"])

    def test_recall(self) -> None:
        draft = self.submitted(self.known(), op="recall", message=9, counter=3)
        self.assertEqual(draft, (Kind.RECALLED, Scope.EVERYONE, ANN, 0, 9, PHONE, 3))
        self.assertEqual(self.drafts[0].body, b"")

    def test_react(self) -> None:
        connection = self.known()
        for on, body in ((True, "+❤️"), (False, "-❤️")):
            draft = self.submitted(connection, op="react", message=9, emoji="❤", on=on)
            self.assertEqual(draft, (Kind.REACTED, Scope.EVERYONE, ANN, 0, 9, PHONE, 0))
            self.assertEqual(self.drafts.pop().body, body.encode())
        self.refused("not_an_emoji", connection, op="react", message=9, emoji="!")
        self.assertEqual(self.drafts, [])

    def test_what_was_done_is_acked(self) -> None:
        connection = self.known()
        connection.hear(op="send", ref=1, user=BOB, text="hi")
        self.write()
        connection.hear(op="react", ref=2, message=1, emoji="👍")
        connection.hear(op="edit", ref=3, message=1, text="ho")
        connection.hear(op="recall", ref=4, message=1)
        self.write()
        found = [(frame["op"], frame["ref"], frame["id"]) for frame in connection.said]
        self.assertEqual(found, [("ack", number, number) for number in (1, 2, 3, 4)])

    def test_who_is_gone_hears_no_ack(self) -> None:
        connection = self.known()
        connection.hear(op="send", ref=1, user=BOB, text="hi")
        connection.lose()
        self.write()
        self.assertEqual((connection.said, len(self.rows())), ([], 1))

    def test_ping(self) -> None:
        connection = self.known()
        self.assertEqual(connection.ask(op="ping", ref="x"), {"op": "pong", "ref": "x"})
        self.assertEqual(connection.ask(op="ping"), {"op": "pong"})


class PaceTests(SessionCase):
    def test_so_many_a_second(self) -> None:
        connection = self.known(rate=4)
        for number in range(3):
            self.assertEqual(connection.ask(op="ping", ref=number)["op"], "pong")
        self.assertEqual(self.refused("too_fast", connection, op="ping")["retryAfter"], 0.25)
        self.clock.advance(0.1)
        self.assertEqual(self.refused("too_fast", connection, op="ping")["retryAfter"], 0.15)
        self.clock.advance(0.15)
        self.assertEqual(connection.ask(op="ping")["op"], "pong")
        self.assertIsNone(connection.code)

    def test_who_was_silent_has_no_more_at_once(self) -> None:
        connection = self.known(rate=4)
        self.clock.advance(60)
        for _ in range(4):
            connection.hear(op="ping")
        self.refused("too_fast", connection, op="ping")

    def test_what_waits_counts_once(self) -> None:
        connection = self.known(rate=6)
        self.clock.advance(1)
        for number in range(5):
            connection.hear(op="send", ref=number, user=BOB, text="hi")
        self.assertEqual((len(self.drafts), connection.reading), (4, False))
        self.write()
        self.assertEqual((len(self.drafts), connection.reading), (1, True))
        self.assertEqual({frame["op"] for frame in connection.take()}, {"ack"})
        self.assertEqual(connection.ask(op="ping")["op"], "pong")
        self.refused("too_fast", connection, op="ping")

    def test_answers_come_in_order(self) -> None:
        connection = self.known()
        self.slow = True
        connection.hear(op="history", ref=1, user=BOB)
        connection.hear(op="ping", ref=2)
        connection.hear(op="marks", ref=3, user=BOB)
        connection.hear(op="ping", ref=4)
        self.assertEqual((connection.said, connection.reading, len(self.thread.jobs)), ([], False, 1))
        self.thread.work()
        self.assertEqual([frame["ref"] for frame in connection.said], [1, 2])
        self.assertFalse(connection.reading)
        self.thread.work()
        self.assertEqual([frame["ref"] for frame in connection.said], [1, 2, 3, 4])
        self.assertTrue(connection.reading)

    def test_who_does_not_read_the_history_gets_no_more(self) -> None:
        connection = self.known()
        connection.congested = True
        connection.hear(op="history", ref=1)
        connection.hear(op="history", ref=2)
        self.assertEqual([frame["ref"] for frame in connection.said], [1])
        connection.go_on()
        self.assertEqual([frame["ref"] for frame in connection.said], [1, 2])

    def test_gone_while_it_waits(self) -> None:
        connection = self.known()
        self.slow = True
        connection.hear(op="history", ref=1, user=BOB)
        connection.hear(op="ping")
        connection.lose()
        self.thread.work()
        self.assertEqual(connection.said, [])


class QuestionTests(SessionCase):
    def setUp(self) -> None:
        super().setUp()
        self.happen(
            message(BOB, ANN, body=b'{"Content":"hi"}'), message(BOB, ANN, body=b'{"Content":"ho"}'), joined(BOB)
        )

    def test_history(self) -> None:
        connection = self.known()
        found = connection.ask(op="history", ref=1, user=BOB)
        self.assertEqual((found["op"], found["ref"], found["more"]), ("history", 1, False))
        self.assertEqual([(one["id"], one["text"]) for one in found["messages"]], [(1, "hi"), (2, "ho")])
        found = connection.ask(op="history", user=BOB, limit=1)
        self.assertEqual(([one["id"] for one in found["messages"]], found["more"]), ([2], True))
        for bound in ({"before": 2}, {"after": 0, "limit": 1}):
            found = connection.ask(op="history", user=BOB, **bound)
            self.assertEqual([one["id"] for one in found["messages"]], [1])

    def test_marks(self) -> None:
        connection = self.known()
        expected = {"op": "marks", "ref": 1, "unread": 2, "received": 0, "read": 0, "others": [], "last": 2}
        self.assertEqual(connection.ask(op="marks", ref=1, user=BOB), expected)
        connection.hear(op="received", user=BOB, id=2)
        connection.hear(op="read", user=BOB, id=1)
        self.clock.advance(GATHER)
        expected |= {"unread": 1, "received": 2, "read": 1}
        self.assertEqual(connection.ask(op="marks", ref=1, user=BOB), expected)
        others = [{"user": ANN, "received": 2, "read": 1}]
        self.assertEqual(self.known("bob").ask(op="marks", user=ANN)["others"], others)

    def test_of_strangers(self) -> None:
        connection = self.known()
        self.refused("not_a_member", connection, op="history", group=GROUP)
        self.refused("no_such_target", connection, op="marks", group=GROUP)
        for op in ("history", "marks"):
            self.refused("not_addressed", connection, op=op, user=BOB, group=GROUP)
        self.assertTrue(connection.reading)

    def test_the_store_fails(self) -> None:
        connection = self.known()
        self.slow = True
        for op in ("history", "marks"):
            connection.hear(op=op, ref=op, user=BOB)
            self.thread.jobs.pop()[0].errback(OSError("disk"))
            answer = connection.said[-1]
            self.assertEqual((answer["ref"], answer["code"], answer["retryAfter"]), (op, "not_stored", 1.0))
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 2)
        self.assertEqual((connection.reading, connection.code), (True, None))

    def test_received_and_read(self) -> None:
        connection = self.known()
        connection.hear(op="received", ref=1, user=BOB, id=2)
        self.assertEqual(connection.said, [], "it is not stored yet")
        self.clock.advance(GATHER)
        self.assertEqual(connection.take(), [{"op": "done", "ref": 1}])
        connection.hear(op="read", ref=2, user=BOB, id=1)
        connection.hear(op="read", user=BOB, id=1)
        self.clock.advance(GATHER)
        self.assertEqual(connection.take(), [{"op": "done", "ref": 2}], "the other did not ask")
        pair = (Scope.USER, ANN, BOB)
        marks = [Mark(ANN, 2, 0), Mark(ANN, 2, 1)]
        self.assertEqual(self.marked, [(pair, MovedMark(mark, False), PHONE) for mark in marks])

    def test_marks_of_strangers(self) -> None:
        connection = self.known()
        connection.hear(op="read", ref=1, group=GROUP, id=1)
        self.clock.advance(GATHER)
        self.assertEqual([(frame["ref"], frame["code"]) for frame in connection.said], [(1, NoSuchTarget.code)])
        self.refused("not_addressed", connection, op="read", user=BOB, group=GROUP, id=1)


class SeenTests(SessionCase):
    """Presence, and who is writing."""

    def typed(self, connection: Connection, **place: Any) -> list[Event]:
        """@return: the signals that it becomes."""
        self.signals.clear()
        connection.hear(op="typing", **place)
        return self.signals

    def test_typing(self) -> None:
        (signal,) = self.typed(self.live(), user=BOB)
        found = (signal.position, signal.kind, signal.scope, signal.sender, signal.target, signal.device)
        self.assertEqual(found, (0, Kind.TYPING, Scope.USER, ANN, BOB, PHONE))

    def test_typing_when_it_is_nobodys_business(self) -> None:
        connection = self.known()
        self.assertEqual(self.typed(connection, user=BOB), [], "it is not live")
        connection = self.live("bob")
        self.assertEqual(self.typed(connection), [], "announcements")
        connection.hear(op="show", presence=False)
        self.assertEqual(self.typed(connection, user=ANN), [], "it is not shown")
        connection.hear(op="show", presence=True)
        self.assertEqual(len(self.typed(connection, user=ANN)), 1)
        self.presence.enabled = False
        self.assertEqual(self.typed(connection, user=ANN), [], "presence is off")
        self.assertEqual(connection.said, [])

    def test_typing_in_a_group(self) -> None:
        connection = self.live()
        self.refused("not_a_member", connection, op="typing", group=GROUP)
        self.happen(joined(ANN))
        self.assertEqual([signal.target for signal in self.typed(connection, group=GROUP)], [GROUP])
        self.happen(left(ANN))
        self.refused("not_a_member", connection, op="typing", group=GROUP)
        self.assertEqual(len(self.signals), 1)

    def test_who_watches_sees_it(self) -> None:
        self.happen(joined(ANN), joined(BOB))
        ann, other, bob = self.live(), self.live("ann2"), self.live("bob")
        ann.hear(op="watch", users=[BOB])
        other.hear(op="watch", groups=[GROUP])
        for connection in (ann, other, bob):
            connection.said.clear()
        for place in ({"user": ANN}, {"group": GROUP}):
            (signal,) = self.typed(bob, **place)
            self.routing.received(0, 0, [signal], True)
        typing = {"op": "typing", "from": BOB}
        self.assertEqual(ann.said, [typing | {"user": ANN}])
        self.assertEqual(other.said, [typing | {"group": GROUP}])
        self.assertEqual(bob.said, [])

    def test_receipts(self) -> None:
        """Of others, and of what one has read elsewhere; not of what one has read here."""
        ann, other, bob = self.live(), self.live("ann2"), self.live("bob")
        receipt = Event(0, 0, 0, 0, Kind.MARKED, Scope.USER, ANN, BOB, 0, 0, b"5 4", PHONE)
        self.routing.received(0, 0, [receipt], True)
        expected = {"op": "receipt", "from": ANN, "user": BOB, "received": 5, "read": 4}
        self.assertEqual((ann.said, other.said, bob.said), ([], [expected], [expected]))

    def test_names_and_pictures(self) -> None:
        """Who watches a user is told of them, and all of the user's own devices, each once; presence may be off."""
        self.presence.enabled = False
        ann, other, bob, cat = self.live(), self.live("ann2"), self.live("bob"), self.live("cat")
        for connection in (ann, bob):
            connection.hear(op="watch", users=[ANN])
        cat.hear(op="watch", users=[ANN])
        for connection in (ann, other, bob, cat):
            connection.said.clear()
        body = b'{"name":"ann","displayName":"Ann B.","avatar":"/x","hidden_from":[%d]}' % CAT
        self.routing.received(0, 0, [make_signal(Kind.PERSON, Scope.EVERYONE, ANN, 0, body=body)], True)
        told = {"op": "person", "from": ANN, "name": "ann", "displayName": "Ann B.", "avatar": "/x"}
        self.assertEqual([connection.said for connection in (ann, other, bob, cat)], [[told], [told], [told], []])
        bob.hear(op="watch", users=[])
        bob.said.clear()
        self.routing.received(0, 0, [make_signal(Kind.PERSON, Scope.EVERYONE, ANN, 0, body=body)], True)
        self.assertEqual(bob.said, [])

    def test_watch(self) -> None:
        connection, bob = self.known(), self.live("bob")
        found = connection.ask(op="watch", ref=1, users=[BOB, CAT])
        self.assertEqual(found, {"op": "presence", "ref": 1, "online": [BOB], "offline": [CAT]})
        connection.said.clear()
        bob.lose()
        self.assertEqual(connection.take(), [{"op": "presence", "online": [], "offline": [BOB]}])
        self.live("bob")
        self.assertEqual(connection.take(), [{"op": "presence", "online": [BOB], "offline": []}])

    def see(self, connection: Connection) -> list[Any]:
        """@return: what was said of presence and typing: the op, and who is online now or writes."""
        return [(frame["op"], frame.get("online", frame.get("from"))) for frame in connection.take()]

    def test_who_is_blocked_does_not_see_the_blocker(self) -> None:
        """Ann blocks Bob: to him she goes, and nothing that she does is seen."""
        self.happen(joined(ANN), joined(BOB))
        ann, bob, cat = self.live(), self.live("bob"), self.live("cat")
        for connection in (bob, cat):
            connection.hear(op="watch", users=[ANN])
        ann.hear(op="watch", users=[BOB])
        for connection in (ann, bob, cat):
            connection.said.clear()
        self.happen(block(ANN, BOB))
        self.assertEqual(self.see(bob), [("presence", [])])
        self.assertEqual(self.see(cat), [])
        self.assertEqual([frame["kind"] for frame in ann.take()], ["blocked"])
        self.assertEqual(self.typed(ann, user=BOB), [], "it does not even leave")
        ann.hear(op="show", presence=False)
        ann.hear(op="show", presence=True)
        found = bob.ask(op="watch", ref=1, users=[ANN])
        self.assertEqual((found["online"], found["offline"]), ([], [ANN]))
        ann.lose()
        self.assertEqual(self.see(bob)[1:], [])
        self.assertEqual(self.see(cat), [("presence", []), ("presence", [ANN]), ("presence", [])])
        ann = self.live()
        self.assertEqual((self.see(bob), self.see(cat)), ([], [("presence", [ANN])]))
        self.happen(unblock(ANN, BOB))
        self.assertEqual((self.see(bob), self.see(cat)), ([("presence", [ANN])], []))
        ann.lose()
        self.assertEqual((self.see(bob), self.see(cat)), ([("presence", [])], [("presence", [])]))

    def test_what_who_is_blocked_does_is_not_seen(self) -> None:
        """Bob's typing does not reach Ann, nor his marks; his own other devices hear of them."""
        ann, bob = self.live(), self.live("bob")
        ann.hear(op="watch", users=[BOB])
        self.happen(block(ANN, BOB))
        for connection in (ann, bob):
            connection.said.clear()
        (typing,) = self.typed(bob, user=ANN)
        read = Event(0, 0, 0, 0, Kind.MARKED, Scope.USER, BOB, ANN, 0, 0, b"5 4", 99)
        self.routing.received(0, 0, [typing, read], True)
        self.assertEqual(([frame["op"] for frame in ann.said], [frame["op"] for frame in bob.said]), ([], ["receipt"]))

    def test_a_mark_for_oneself_alone(self) -> None:
        ann, other, bob = self.live(), self.live("ann2"), self.live("bob")
        receipt = Event(0, 0, 0, 0, Kind.MARKED, Scope.USER, ANN, BOB, ANN, 0, b"5 4", PHONE)
        self.routing.received(0, 0, [receipt], True)
        self.assertEqual([len(connection.said) for connection in (ann, other, bob)], [0, 1, 0])

    def test_blocked_before_either_came(self) -> None:
        self.happen(block(ANN, BOB))
        bob = self.known("bob")
        bob.hear(op="watch", users=[ANN])
        bob.said.clear()
        ann, other = self.live(), self.live("ann2")
        other.lose()
        self.assertEqual(self.typed(ann, user=BOB), [])
        ann.lose()
        self.assertEqual(bob.said, [])
        self.assertEqual(self.routing._blocked, {}, "nothing is kept of who is gone")

    def test_watch_others(self) -> None:
        connection = self.known()
        connection.hear(op="watch", users=[BOB])
        connection.hear(op="watch", users=[CAT])
        connection.said.clear()
        self.live("bob")
        self.assertEqual(connection.said, [])
        connection.hear(op="watch")
        self.assertEqual(self.presence._watchers, {})

    def test_watch_so_many(self) -> None:
        connection = self.known()
        connection.hear(op="watch", users=[BOB])
        half = WATCH_LIMIT // 2
        many = {"users": list(range(1, half + 1)), "groups": list(range(1, half + 1))}
        self.refused("invalid_field", connection, op="watch", **many | {"groups": [*many["groups"], 999]})
        self.assertEqual(list(self.presence._watchers), [BOB], "what was watched before still is")
        self.assertEqual(connection.ask(op="watch", **many)["op"], "presence")

    def test_who_is_gone_watches_nobody(self) -> None:
        connection = self.known()
        connection.hear(op="watch", users=[BOB, CAT])
        connection.lose()
        self.assertEqual(self.presence._watchers, {})
        connection.hear(op="watch", users=[BOB])
        self.assertEqual(self.presence._watchers, {}, "it was read after the end")

    def test_show(self) -> None:
        connection = self.live()
        self.assertTrue(self.presence.is_online(ANN))
        for presence in (False, False, True, True, False):
            self.assertEqual(connection.ask(op="show", ref=1, presence=presence), {"op": "done", "ref": 1})
            self.assertEqual(self.presence.is_online(ANN), presence)
        connection.lose()
        self.assertFalse(self.presence.is_online(ANN))

    def test_the_language_of_errors(self) -> None:
        connection = self.live()
        for language in ("en", "zh", "en"):
            self.assertEqual(connection.ask(op="speak", ref=2, language=language), {"op": "done", "ref": 2})
            said = connection.ask(op="typing", ref=1, group=GROUP + 1)
            self.assertEqual(said["message"], NotAMember().text(language))
        self.refused("invalid_field", connection, op="speak", language="fr")

    def test_the_hello_sets_it(self) -> None:
        """It counts for what is wrong with the hello itself, too."""
        connection = self.connect()
        said = connection.ask(op="hello", device="x", token="nobody", language="zh")
        self.assertEqual(said["message"], Unauthorized().text("zh"))
        connection = self.connect("ann")
        connection.hear(op="hello", device="x", language="zh")
        self.assertEqual(connection.session.language, "zh")

    def test_show_before_it_is_live(self) -> None:
        connection = self.known()
        connection.hear(op="show", presence=False)
        self.assertEqual(connection.said, [], "it did not ask")
        connection.hear(op="sync")
        self.assertFalse(self.presence.is_online(ANN))
        connection.hear(op="show", presence=True)
        self.assertTrue(self.presence.is_online(ANN))

    def test_one_that_shows_is_enough(self) -> None:
        phone, laptop = self.live(), self.live("ann2")
        phone.hear(op="show", presence=False)
        self.assertTrue(self.presence.is_online(ANN))
        laptop.lose()
        self.assertFalse(self.presence.is_online(ANN))

    def test_a_device_that_connects_again_was_not_away(self) -> None:
        watcher, old = self.known("bob"), self.live()
        watcher.hear(op="watch", users=[ANN])
        watcher.said.clear()
        new = self.live()
        self.assertEqual((old.code, new.code), (Close.REPLACED, None))
        self.assertEqual(watcher.said, [])
        new.lose()
        self.assertEqual(watcher.said, [{"op": "presence", "online": [], "offline": [ANN]}])


class SyncTests(SessionCase):
    def setUp(self) -> None:
        super().setUp()
        # Nothing is kept for who comes: what was missed is read from the log.
        self.routing.recent = 0

    def test_from_now_on(self) -> None:
        self.happen(message(BOB, ANN))
        connection = self.known()
        self.happen(message(BOB, ANN))
        cursor = {"position": 2, "epoch": self.watch.place.epoch, "check": self.watch.place.check}
        self.assertEqual(connection.ask(op="sync", ref=1), {"op": "synced", "ref": 1} | cursor)
        self.happen(message(BOB, ANN))
        self.assertEqual([(frame["op"], frame.get("id")) for frame in connection.said[1:]], [("event", 3)])

    def pages(self, connection: Connection) -> list[tuple[str, list[int], int]]:
        """@return: what came of a sync: the op, the ids and the position."""
        return [
            (frame["op"], [event["id"] for event in frame.get("events", [])], frame["position"])
            for frame in connection.take()
        ]

    def test_with_a_cursor(self) -> None:
        self.happen(*(message(BOB, ANN if number % 2 else CAT) for number in range(1, 11)))
        connection = self.known()
        connection.hear(op="sync", since=1)
        found = [("page", [3, 5], 5), ("page", [7, 9], 9), ("page", [], 10), ("synced", [], 10)]
        self.assertEqual(self.pages(connection), found)
        self.assertTrue(self.roster.listens(ANN, connection))

    def test_nothing_was_missed(self) -> None:
        self.happen(message(BOB, ANN))
        connection = self.known()
        connection.hear(op="sync", since=1)
        self.assertEqual(self.pages(connection), [("synced", [], 1)])

    def test_ones_own_as_well(self) -> None:
        connection = self.known()
        connection.hear(op="send", user=BOB, text="hi")
        self.write()
        self.routing.received(1, 1, self.rows(), True)
        connection.said.clear()
        connection.hear(op="sync", since=0)
        self.assertEqual(self.pages(connection), [("page", [1], 1), ("synced", [], 1)])

    def test_what_is_remembered_needs_no_pages(self) -> None:
        self.routing.recent = 100
        own = message(ANN, BOB, body=b'{"userId":1,"TargetId":2,"Type":1,"Media":1,"Content":"hi"}')
        own.device = PHONE
        self.happen(message(BOB, ANN), own, message(BOB, ANN))
        connection = self.known()
        connection.hear(op="sync", since=0)
        found = [(frame["op"], frame.get("id")) for frame in connection.said]
        self.assertEqual(found, [("synced", None), ("event", 1), ("event", 2), ("event", 3)], "as a page")

    def test_what_happens_meanwhile(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        connection = self.known()
        connection.congested = True
        connection.hear(op="sync", since=0)
        self.happen(message(BOB, ANN))
        connection.go_on()
        self.assertEqual(self.pages(connection), [("page", [1, 2], 2), ("page", [3, 4], 4), ("synced", [], 4)])
        self.happen(message(BOB, ANN))
        self.assertEqual([frame["id"] for frame in connection.said], [5])

    def test_a_page_waits_until_the_one_before_is_read(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(5)))
        connection = self.known()
        connection.congested = True
        connection.hear(op="sync", since=0)
        self.assertEqual(self.pages(connection), [("page", [1, 2], 2)])
        self.assertEqual(self.roster.all(), [])
        connection.go_on()
        self.assertEqual(self.pages(connection), [("page", [3, 4], 4)])
        connection.go_on()
        self.assertEqual(self.pages(connection), [("page", [5], 5), ("synced", [], 5)])

    def test_other_frames_are_answered_meanwhile(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        connection = self.known()
        connection.congested = True
        connection.hear(op="sync", since=0)
        self.assertEqual(connection.ask(op="ping")["op"], "pong")
        self.assertTrue(connection.reading)

    def test_again(self) -> None:
        connection = self.live()
        self.refused("not_now", connection, op="sync")
        self.refused("not_now", connection, op="sync", since=0)
        self.assertEqual(len(self.roster.all()), 1)

    def test_again_while_it_goes_on(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        connection = self.known()
        connection.congested = True
        connection.hear(op="sync", since=0)
        self.refused("not_now", connection, op="sync", since=0)

    def test_a_cursor_beyond_the_log(self) -> None:
        self.happen(message(BOB, ANN))
        connection = self.known()
        self.refused("no_such_position", connection, op="sync", since=2)
        self.assertEqual(self.roster.all(), [])
        self.assertEqual(connection.ask(op="sync", since=1)["op"], "synced", "it may try again")

    def test_an_epoch_with_every_cursor(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        epoch = self.watch.place.epoch
        connection = self.known()
        connection.hear(op="sync", since=0, epoch=epoch)
        *found, synced = connection.take()
        self.assertEqual([frame["epoch"] for frame in (*found, synced)], [epoch] * 3)
        checks = [frame["check"] for frame in found]
        self.assertEqual([check.split("-")[0] for check in checks], ["2", "3"])
        for check in checks:
            again = self.known()
            self.assertEqual(again.ask(op="sync", since=3, epoch=epoch, check=check)["op"], "synced")

    def test_a_cursor_of_another_epoch(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        before = self.watch.place.epoch
        self.successResultOf(self.store.write(epochs.begin, NOW, 1))
        self.successResultOf(Deferred.fromCoroutine(self.watch.look()))
        connection = self.known()
        refusal = self.refused("resync_required", connection, op="sync", since=2, epoch=before)
        self.assertEqual(refusal["position"], 1)
        self.assertEqual(self.roster.all(), [])
        connection.said.clear()
        connection.hear(op="sync", since=1, epoch=self.watch.place.epoch)
        self.assertEqual(self.pages(connection), [("page", [2, 3], 3), ("synced", [], 3)])

    def test_a_log_that_is_as_long_again(self) -> None:
        """Only the check notices that."""
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        connection = self.known()
        connection.hear(op="sync", since=0)
        check = connection.take()[-2]["check"]
        with self.store.transaction() as database:
            database.execute(tables.events.update().where(tables.events.c.position == 3).values(sender=CAT))
        epoch = self.watch.place.epoch
        again = self.known()
        refusal = self.refused("resync_required", again, op="sync", since=3, epoch=epoch, check=check)
        self.assertLess(refusal["position"], 3)
        self.assertEqual(again.ask(op="sync", since=3)["op"], "synced", "without it all is as before")

    def test_a_cursor_beyond_the_log_with_an_epoch(self) -> None:
        self.happen(message(BOB, ANN))
        epoch = self.watch.place.epoch
        refusal = self.refused("resync_required", self.known(), op="sync", since=2, epoch=epoch)
        self.assertEqual(refusal["position"], 1)

    def test_a_log_that_changes_meanwhile(self) -> None:
        connection = self.live()
        self.roster.start_anew()
        self.assertEqual([frame["code"] for frame in connection.take()], ["resync_required"])
        self.assertEqual((connection.code, self.roster.all()), (Close.TROUBLE, []))

    def test_a_cursor_from_another_worker(self) -> None:
        """That worker was faster: what the client has seen there has not come here yet."""
        connection = self.known()
        self.writer.write([message(BOB, ANN)])
        connection.hear(op="sync", since=1)
        self.assertEqual(connection.said, [])
        self.routing.received(1, 1, self.rows(), True)
        self.assertEqual(self.pages(connection), [("synced", [], 1)])

    def test_signed_out_during_the_pages(self) -> None:
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        for token, change in (
            ("ann", tables.devices.update().where(tables.devices.c.id == PHONE).values(revoked_at=NOW)),
            ("ann2", tables.users.update().where(tables.users.c.id == ANN).values(generation=1)),
        ):
            connection = self.known(token)
            connection.congested = True
            connection.hear(op="sync", since=0)
            self.assertEqual(self.pages(connection), [("page", [1, 2], 2)])
            with self.store.transaction() as database:
                database.execute(change)
            connection.go_on()
            self.assertEqual((connection.said, connection.code), ([], Close.SIGNED_OUT))
        self.assertEqual(self.roster.all(), [])

    def test_the_store_fails(self) -> None:
        self.happen(message(BOB, ANN))
        connection = self.known()
        self.slow = True
        connection.hear(op="sync", since=0)
        self.thread.jobs.pop()[0].errback(OSError("disk"))
        self.assertEqual((connection.said, connection.code), ([], Close.TROUBLE))
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)

    def is_nowhere(self, connection: Connection, user: int) -> None:
        """Nothing is left of the connection."""
        self.assertEqual(self.roster.all(), [])
        self.assertFalse(self.presence.is_online(user))
        self.assertEqual(connection.session._work, set())
        offline = self.metrics.offline_recipients
        self.happen(message(BOB, user))
        self.assertEqual(self.metrics.offline_recipients, offline + 1, "routing knows that nobody is there")

    def test_gone_in_the_middle(self) -> None:
        """At each read of the store, and while a page waits for the client."""
        self.happen(*(message(BOB, ANN) for _ in range(3)))
        for reads in range(6):
            connection = self.known()
            connection.congested = True
            self.slow = True
            connection.hear(op="sync", since=0)
            for _ in range(reads):
                if self.thread.jobs:
                    self.thread.work()
                else:
                    connection.go_on()
            self.assertNotIn("synced", [frame["op"] for frame in connection.take()])
            connection.lose()
            self.assertEqual(connection.session._work, set())
            while self.thread.jobs:
                self.thread.work()
            self.slow = False
            self.assertEqual(connection.said, [])
            self.is_nowhere(connection, ANN)

    def test_what_is_read_after_the_end(self) -> None:
        connection = self.known()
        connection.lose()
        connection.hear(op="sync")
        self.assertEqual(connection.said, [])
        self.is_nowhere(connection, ANN)

    def test_closed_for_another_reason_in_the_middle(self) -> None:
        connection = self.known()
        self.slow = True
        connection.hear(op="sync")
        connection.go_away()
        self.thread.work()
        self.slow = False
        self.assertEqual((connection.said, connection.code), ([], Close.GOING_AWAY))
        self.is_nowhere(connection, ANN)

    def test_too_slow_for_what_happened_meanwhile(self) -> None:
        self.routing.recent = 100
        self.happen(*(message(BOB, ANN) for _ in range(5)))
        for room in range(6):
            connection = self.known()
            connection.room = room
            connection.hear(op="sync", since=0)
            self.assertEqual((len(connection.said), connection.code), (room, Close.TOO_SLOW))
            connection.lose()
            self.is_nowhere(connection, ANN)

    def test_too_slow_to_hear_that_it_is_there(self) -> None:
        connection = self.known()
        connection.hear(op="watch", users=[ANN])
        connection.room = 2
        connection.hear(op="sync")
        self.assertEqual(
            ([frame["op"] for frame in connection.said], connection.code), (["presence", "synced"], Close.TOO_SLOW)
        )
        connection.lose()
        self.is_nowhere(connection, ANN)

    def test_gone_when_it_is_live(self) -> None:
        connection = self.live()
        connection.lose()
        connection.lose()
        self.is_nowhere(connection, ANN)
