"""The client's core, without any reactor or loop: frames go in by hand, and the clock is a list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.client.core import Core, Item, Loss, backoff
from hichat.client.waiting import Queue
from hichat.client.wire import ClientError, NotConnected, Refused, Replaced, Unauthorized, Unconfirmed
from hichat.wire.frames import Ack, Send


class Later:
    """Calls that come later."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, Callable[[], object], Later]] = []

    def __call__(self, seconds: float, call: Callable[[], object]) -> Later:
        self.calls.append((seconds, call, self))
        return self

    def cancel(self) -> None:
        """Cancel the last one."""
        self.calls.pop()

    def come(self) -> None:
        """All of them come now."""
        calls, self.calls = self.calls, []
        for _, call, _ in calls:
            call()


class Written:
    """A connection that remembers what is sent on it."""

    def __init__(self) -> None:
        self.welcomed = False
        self.usable = True
        self.crowded = False
        self.reading = True
        self.left = False
        self.frames: list[dict[str, Any]] = []

    def welcome(self) -> None:
        """The server has said welcome."""
        self.welcomed = True

    def send(self, payload: bytes) -> None:
        """Send a frame."""
        self.frames.append(json.loads(payload))

    def read(self, wanted: bool) -> None:
        """Read on, or not."""
        self.reading = wanted

    def leave(self, timeout: float) -> None:
        """Close it."""
        self.left = True


class CoreTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.later = Later()
        self.states: list[bool] = []
        self.over: list[bool] = []
        self.outcomes: list[Ack | ClientError] = []
        self.core = self.make()

    def make(self, since: int | None = 40, **options: Any) -> Core:
        self.queue: Queue[Item] = Queue(4, self.regulate, since)
        return Core(
            self.later,
            self.queue,
            "laptop",
            on_state=self.states.append,
            on_over=lambda: self.over.append(True),
            has_others=lambda: False,
            retry=lambda failures: 2.0 * failures,
            **options,
        )

    def regulate(self) -> None:
        self.core.regulate()

    def say(self, **frame: Any) -> None:
        """The server says something."""
        self.core.received_frames([json.dumps(frame).encode()])

    def connect(self, counter: int = 0) -> Written:
        """@return: a connection that the server has welcomed."""
        wire = self.core.connection = Written()
        limits = {"rate": 50}
        self.say(op="welcome", user=1, device=7, counter=counter, position=50, epoch="e", time=1, limits=limits)
        return wire

    def lose(self, code: int | None = None, reason: str = "") -> None:
        self.core.lost(Loss(True, code, reason, 0))

    def event(self, id: int, **more: Any) -> dict[str, Any]:
        place = {"conversation": 3, "seq": id, "n": id, "time": 1, "from": 2, "user": 1}
        return {"op": "event", "id": id, "kind": "message", "media": "text", "text": "x", **place, **more}

    def post(self, text: str, **more: Any) -> None:
        self.core.post(Send(user=2, text=text, **more), self.outcomes.append)

    def test_from_the_cursor_to_live(self) -> None:
        wire = self.connect()
        self.assertEqual([(f["op"], f.get("since")) for f in wire.frames], [("sync", 40)])
        self.say(op="synced", ref=wire.frames[0]["ref"], position=50, epoch="e", check="c")
        self.say(**self.event(51))
        self.assertEqual(self.queue.position, 50)
        item: Any = self.queue.take()
        self.assertEqual((item.id, self.queue.position, self.core.check), (51, 51, "c"))
        self.assertEqual(self.states, [True])

    def test_what_has_no_answer_is_sent_again_before_the_sync(self) -> None:
        self.connect()
        self.say(op="synced", ref=1, position=50)
        self.post("a")
        self.post("b")
        self.lose()
        self.assertEqual(self.core.pause(), 2.0)
        wire = self.connect(counter=1)
        said = [(f["op"], f.get("text"), f.get("counter")) for f in wire.frames]
        self.assertEqual(said, [("send", "a", 1), ("send", "b", 2)])
        for frame in [*wire.frames]:
            self.say(op="ack", ref=frame["ref"], conversation=3, seq=1, id=51 + frame["counter"], time=1)
        self.assertEqual([isinstance(each, Ack) for each in self.outcomes], [True, True])
        self.assertEqual(wire.frames[-1]["op"], "sync")

    def test_a_reserved_counter_is_kept(self) -> None:
        """Other frames get larger ones; and what an earlier run wrote under it stands."""
        self.core = self.make(counter=7)
        self.connect(counter=3)
        self.say(op="synced", ref=1, position=50)
        reserved = self.core.outbox.reserve()
        self.post("other")
        self.post("kept", counter=reserved)
        assert isinstance(self.core.connection, Written)
        other, kept = self.core.connection.frames[1:]
        self.assertEqual((reserved, kept["counter"], other["counter"]), (8, 8, 9))
        for frame in (other, kept):
            self.say(op="error", ref=frame["ref"], code="counter_used", message="used")
        # The other one gets another counter; this one is told.
        self.assertEqual(self.core.connection.frames[-1]["counter"], 10)
        (outcome,) = self.outcomes
        assert isinstance(outcome, Refused)
        self.assertEqual(outcome.code, "counter_used")

    def test_a_kind_of_a_newer_server(self) -> None:
        """It is an item as any other, and no end."""
        wire = self.connect()
        page = {**self.event(41, kind="thought"), "new": 1}
        del page["op"]
        self.say(op="page", events=[page], position=45, epoch="e")
        self.say(op="synced", ref=wire.frames[0]["ref"], position=50)
        self.say(**self.event(51, kind="dreamt"))
        self.assertEqual([self.queue.take().kind for _ in range(2)], ["thought", "dreamt"])  # type: ignore[union-attr]
        self.assertFalse(wire.left)

    def test_a_full_queue_pauses_reading(self) -> None:
        wire = self.connect()
        self.say(op="synced", ref=1, position=50)
        for id in range(51, 55):
            self.say(**self.event(id))
        self.assertFalse(wire.reading)
        for _ in range(2):
            self.queue.take()
        self.assertTrue(wire.reading)

    def test_reasons_to_stop(self) -> None:
        for code, kind in ((4001, Unauthorized), (4003, Replaced), (4005, Unauthorized)):
            self.core = self.make()
            self.connect()
            self.post("a")
            self.lose(code)
            self.assertIsInstance(self.core.stopped, kind)
            # It was sent, or was not: the server says only with an ack.
            self.assertIsInstance(self.outcomes.pop(), Unconfirmed if self.core.welcome is None else kind)
            self.assertTrue(self.over.pop())
            self.assertRaises(kind, self.post, "b")

    def test_a_server_that_goes_away_says_when_to_come_back(self) -> None:
        self.connect()
        self.lose(4002, "going away, retry after 5 s")
        self.assertEqual(self.core.pause(), 7.0)

    def test_questions_end_with_the_connection(self) -> None:
        heard: list[Any] = []
        self.assertRaises(NotConnected, self.core.ask, Send(user=2, text="x"), heard.append)
        self.connect()
        self.core.ask(Send(user=2, text="x"), heard.append)
        self.lose()
        self.assertIsInstance(heard[0], NotConnected)


class BackoffTests(SynchronousTestCase):
    def test_bounds(self) -> None:
        wait = backoff()
        for failures in range(200):
            self.assertTrue(0.5 <= wait(failures) <= 30)
        self.assertGreater(min(wait(20) for _ in range(50)), 25)
        self.assertGreater(len({wait(3) for _ in range(50)}), 40)
