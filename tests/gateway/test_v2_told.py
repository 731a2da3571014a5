"""What the documents tell the writers of clients: each statement is looked for there, and tried."""

from __future__ import annotations

import inspect

from hichat.client.connection import Client
from hichat.core.drafts import Duplicate
from hichat.core.errors import Busy, InvalidField, OtherDevice
from hichat.core.events import MAX_SAFE_INTEGER, Event
from hichat.daemon.settings import Bounds
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.web.docs.asyncapi import CLOSE_CODES, document
from hichat.web.docs.examples import EXAMPLES
from hichat.wire import frames
from hichat.wire.frames import FRAME_LIMIT, Close
from tests.support.sessions import ANN, BOB, LAPTOP, SessionCase, message


class ToldTests(SessionCase):
    def told(self, *words: str) -> None:
        """All of these are in one paragraph of what the AsyncAPI document says first."""
        paragraphs = document()["info"]["description"].split("\n\n")
        self.assertTrue(any(all(word in each for word in words) for each in paragraphs), words)

    def test_how_to_authenticate(self) -> None:
        self.told("`POST /v2/login`", "`accessToken`", "`Authorization: Bearer`", "`hello`", "`POST /v2/refresh`")

    def test_the_order_of_what_is_under_way(self) -> None:
        """Without waiting, with what is refused at once and later among it."""
        self.told("under way", "in the order", "a refused frame may overtake", f"{_window()} under way")
        self.intake.high = self.intake.low = 10_000
        connection = self.live()
        for number in range(300):
            text, user = ("" if number % 50 == 7 else f"{number}"), (99 if number % 50 == 9 else BOB)
            connection.hear(op="send", ref=number, counter=1 + number, user=user, text=text)
        self.write()
        acks = [frame for frame in connection.said if frame["op"] == "ack"]
        expected = [number for number in range(300) if number % 50 not in (7, 9)]
        self.assertEqual([ack["ref"] for ack in acks], expected)
        self.assertEqual([ack["id"] for ack in acks], sorted(ack["id"] for ack in acks))
        self.assertEqual([len(connection.said), len(acks)], [300, 288])

    def test_what_counters_may_be(self) -> None:
        self.told("counter", "from 1\nto 2^53 - 1", "`edit`, `recall` and `react` share", "left out", "`counter_used`")
        connection = self.live()
        for wrong in (0, -1, 2**53, 1.5, "1", None):
            answer = connection.ask(op="send", ref="r", counter=wrong, user=BOB, text="x")
            self.assertEqual(answer["op"], "error", wrong)
        for counter in (1, 2, 10, 5, MAX_SAFE_INTEGER):
            connection.hear(op="send", counter=counter, user=BOB, text=f"{counter}")
            self.write()
            self.assertEqual(connection.take()[-1]["op"], "ack", counter)
        connection.hear(op="send", counter=5, user=BOB, text="5")
        connection.hear(op="send", counter=5, user=BOB, text="other")
        connection.hear(op="react", counter=10, message=1, emoji="👍")
        self.write()
        again, used, shared = connection.take()
        self.assertTrue(again["duplicate"])
        self.assertEqual((used["code"], shared["code"]), ("counter_used", "counter_used"))
        # The next one is told by the welcome.
        self.people["ann"] = SignedIn(ANN, LAPTOP, 7, 0)
        self.assertEqual(self.connect("ann").ask(op="hello", device="x")["counter"], 7)

    def test_what_too_fast_does(self) -> None:
        self.told("too_fast", "until `retryAfter` of the last", "0.25 s", "send all refused frames again, in order")
        connection = self.known(rate=10)
        for number in range(20):
            connection.hear(op="ping", ref=number)
        answers = connection.take()
        refused = [answer for answer in answers if answer["op"] == "error"]
        self.assertEqual({answer["code"] for answer in refused}, {"too_fast"})
        # None after the first that was refused is taken.
        self.assertEqual([answer["ref"] for answer in refused], [*range(refused[0]["ref"], 20)])
        wait = refused[-1]["retryAfter"]
        self.assertGreaterEqual(wait, 0.25)
        self.clock.advance(wait - 0.01)
        self.assertEqual(connection.ask(op="ping")["code"], "too_fast")
        self.clock.advance(0.011)
        self.assertEqual([connection.ask(op="ping", ref=number)["op"] for number in (1, 2)], ["pong", "pong"])

    def test_what_to_do_when_the_log_is_shorter(self) -> None:
        self.told("no_such_position", "forget the cursor", "`sync` without `since`", "`history`")
        connection = self.known()
        self.refused("no_such_position", connection, op="sync", since=99)
        self.assertEqual(connection.ask(op="sync")["op"], "synced")

    def test_what_may_come_before_the_sync(self) -> None:
        """Everything, and it is answered; what happens comes only behind it."""
        self.told("Before sync", "everything may be said and is answered")
        other = self.live()
        connection = self.known()
        asked = (
            ("pong", {"op": "ping"}),
            ("history", {"op": "history", "user": BOB}),
            ("marks", {"op": "marks", "user": BOB}),
            ("presence", {"op": "watch", "users": [BOB]}),
            ("done", {"op": "show", "presence": True}),
        )
        for answer, frame in asked:
            self.assertEqual(connection.ask(ref="r", **frame)["op"], answer)
        connection.take()
        connection.hear(op="typing", user=BOB)
        self.assertEqual((connection.take(), self.signals), ([], []))
        for frame in (
            {"op": "send", "user": BOB, "text": "x"},
            {"op": "react", "message": 1, "emoji": "👍"},
            {"op": "edit", "message": 1, "text": "y"},
            {"op": "recall", "message": 1},
        ):
            connection.hear(**frame)
            self.write()
            self.assertEqual([said["op"] for said in connection.take()], ["ack"], frame)
        self.assertTrue(other.may_send, "it goes on")
        self.happen(message(BOB, ANN))
        self.clock.advance(0.1)
        heard = [said["from"] for said in other.take() if said["op"] == "event"]
        self.assertEqual((heard[-1], connection.take()), (BOB, []))
        self.assertEqual(connection.ask(op="sync")["op"], "synced")
        self.assertFalse(other.may_send)

    def test_what_each_media_needs(self) -> None:
        text = document()["components"]["schemas"]["Send"]["properties"]["media"]["description"]
        self.assertIn("`text` and `emoji` need a `text` or a `url`", text)
        self.assertIn("`picture`, `audio` and `file` need a `url`", text)
        connection = self.live()
        for media in frames.Media.__args__:  # type: ignore[attr-defined]
            for fields in ({}, {"text": "x"}, {"url": "http://x.example/y"}, {"name": "n"}, {"seconds": 3}):
                needed = {"text", "url"} if media in ("text", "emoji") else {"url"}
                connection.hear(op="send", ref="r", user=BOB, media=media, **fields)
                self.write()
                (answer,) = connection.take()
                good = bool(needed & fields.keys())
                code = "ack" if good else InvalidField.code
                self.assertEqual(answer.get("code", answer["op"]), code, (media, fields))

    def test_another_device(self) -> None:
        """With the right name the token is good: nobody has to log in."""
        self.people["bound"] = OtherDevice()
        connection = self.connect("bound")
        connection.ask(op="hello", device="x")
        self.assertEqual(connection.code, Close.NO_HELLO)
        for text in (OtherDevice.en, OtherDevice.zh, CLOSE_CODES[Close.NO_HELLO], inspect.getdoc(OtherDevice) or ""):
            self.assertNotIn("log in", text.lower())
            self.assertNotIn("登录", text)

    def test_real_numbers_in_the_examples(self) -> None:
        (welcome,) = [each.frame for each in EXAMPLES if isinstance(each.frame, frames.Welcome)]
        found = self.connect("ann").ask(op="hello", device="x")["limits"]
        # This connection has none of a user's.
        of_user = {"messages": Bounds().messages.attempts, "period": Bounds().messages.seconds}
        self.assertEqual(welcome.limits, found | of_user)
        self.assertEqual((found["rate"], found["frame"]), (Bounds().rate, FRAME_LIMIT))
        (busy,) = [each.frame for each in EXAMPLES if getattr(each.frame, "code", "") == "busy"]
        self.assertEqual((busy.message, busy.retryAfter), (Busy.en, Busy.retry_after))  # type: ignore[union-attr]

    def test_the_outcomes_of_counters_in_the_writer(self) -> None:
        """Once, however often it is said; also beside others of a batch."""
        connection = self.live()
        for _ in range(3):
            connection.hear(op="send", counter=3, user=BOB, text="x")
        outcomes = self.writer.write(self.drafts)
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, Duplicate, Duplicate])


def _window() -> int:
    """@return: how many frames our own client has under way."""
    return int(inspect.signature(Client).parameters["window"].default)
