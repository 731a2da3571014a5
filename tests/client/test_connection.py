"""The WebSocket client, against Autobahn's server in memory."""

from importlib import import_module
from random import Random
from typing import Any, cast

from twisted.internet.protocol import Protocol
from twisted.logger import LogEvent

from hichat.client import connection, core
from hichat.client.connection import Client, backoff
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    Credentials,
    NoAnswer,
    NotConnected,
    NotSendable,
    Refused,
    Replaced,
    Unauthorized,
    Unconfirmed,
    Unreachable,
)
from hichat.wire.frames import Error, Happened, Presence, Receipt, Send, TypingFrame
from tests.support.client import ANN, TOKEN, Peer, Refusal, World, happened, launch
from tests.support.client_cases import ClientCase
from tests.support.doubles import watch_log


class OpeningTests(ClientCase):
    def test_waits_for_the_welcome(self):
        waiting = launch(self.client.connected())
        self.peer, _ = self.world.accept(Peer(welcome=False))
        self.assertNoResult(waiting)
        self.failureResultOf(launch(self.client.marks(user=2)), NotConnected)
        self.say("welcome", user=1, device=7, counter=0, position=4, time=1, limits={"rate": 50})
        self.successResultOf(waiting)
        self.assertEqual(self.states, [True])
        welcome: Any = self.client.welcome
        self.assertEqual((welcome.device, welcome.limits), (7, {"rate": 50}))
        self.successResultOf(launch(self.client.connected()))

    def test_a_dead_server_is_told_after_a_while(self):
        waiting = launch(self.client.connected(5))
        for _ in range(3):
            self.world.refuse()
            self.world.advance(2)
            self.world.advance(2)
        error = cast(Unreachable, self.failureResultOf(waiting, Unreachable).value)
        self.assertEqual(
            str(error), "no connection to http://127.0.0.1:8080/x within 5 s: Connection was refused by other side."
        )
        # It goes on trying.
        again = launch(self.client.connected())
        self.world.advance(30)
        self.world.accept()
        self.successResultOf(again)

    def test_a_mute_server_is_told_after_a_while(self):
        waiting = launch(self.client.connected(5))
        self.world.accept(Peer(welcome=False))
        self.world.advance(5)
        self.failureResultOf(waiting, Unreachable)

    def test_without_a_deadline(self):
        waiting = launch(self.client.connected(None))
        self.world.refuse()
        self.world.advance(connection.CONNECT_TIMEOUT * 2)
        self.assertNoResult(waiting)

    def test_who_waits_for_messages_connects(self):
        found = self.take(1, self.client.messages())
        self.peer, _ = self.world.accept()
        self.peer.event(101)
        self.world.flush()
        self.assertEqual(found[0].id, 101)

    def test_who_waits_for_messages_of_a_dead_server_is_told(self):
        found = self.take(1)
        self.world.refuse()
        self.world.advance(connection.CONNECT_TIMEOUT)
        self.assertIsInstance(found[0], Unreachable)

    def test_without_a_cursor_it_waits_until_it_is_live(self):
        """Or what happens meanwhile would be missed."""
        waiting = launch(self.client.connected())
        self.peer, _ = self.world.accept(Peer(synced=None))
        self.assertNoResult(waiting)
        self.assertEqual(self.states, [])
        self.say("synced", position=4)
        self.successResultOf(waiting)

    def test_the_request(self):
        self.connect()
        request = self.peer.request
        self.assertEqual((request.path, request.params), ("/x/v2/ws", {}))
        self.assertEqual(request.protocols, ["hichat.v2"])
        self.assertEqual(request.headers["authorization"], f"Bearer {TOKEN}")
        self.assertEqual(request.headers["accept-language"], "en")
        self.assertEqual(request.headers["host"], "127.0.0.1:8080")

    def test_the_first_frames(self):
        self.connect()
        self.assertEqual(self.peer.frames, [{"op": "hello", "device": "laptop"}, {"op": "sync", "ref": 1}])

    def test_a_device_that_no_server_takes(self):
        for device in ("", "a b", "é", "x" * 65):
            with self.assertRaises(ClientError):
                Client(self.world.reactor, "http://a", ANN, device)

    def logged(self):
        """@return: the list of what is logged from now on."""
        events: list[LogEvent] = []
        watch_log(self, events.append)
        return events

    def test_the_token_is_in_no_log_and_no_repr(self):
        events = self.logged()
        self.connect()
        protocol: Any = self.client.protocol
        self.peer.transport.loseConnection()
        self.world.flush()
        self.assertNotIn(TOKEN, repr([{k: str(v) for k, v in event.items()} for event in events]))
        self.assertNotIn(TOKEN, repr(vars(protocol.factory)))

    def test_debug_logging_of_autobahn_stays_off(self):
        txaio: Any = import_module("txaio")
        before = txaio.get_global_log_level()
        self.addCleanup(txaio.set_global_log_level, before)
        txaio.set_global_log_level("debug")
        events = self.logged()
        launch(self.client.connected())
        server, _ = self.world.accept(Refusal("503 Busy"))
        self.assertIn(TOKEN.encode(), server.got)
        self.assertNotIn(TOKEN, repr([{key: str(value) for key, value in event.items()} for event in events]))

    def test_a_server_without_a_welcome_is_left(self):
        launch(self.client.connected())
        _, wire = self.world.accept(Peer(welcome=False))
        self.world.advance(14)
        self.assertFalse(wire.aborted)
        self.world.advance(1)
        self.assertTrue(wire.aborted)
        self.assertEqual(self.delays, [1])

    def test_a_mute_server_is_left(self):
        launch(self.client.connected())
        self.world.accept(Protocol())
        self.world.advance(15)
        self.assertEqual(self.delays, [1])

    def test_a_refused_hello(self):
        waiting = launch(self.client.connected())
        self.peer, _ = self.world.accept(Peer(welcome=False))
        self.say("error", code="too_many_devices", message="revoke one")
        error = self.failureResultOf(waiting, Refused).value
        self.assertEqual((error.code, str(error)), ("too_many_devices", "revoke one"))
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)

    def test_a_refused_token_in_the_hello(self):
        waiting = launch(self.client.connected())
        self.peer, _ = self.world.accept(Peer(welcome=False))
        self.say("error", code="unauthorized", message="no")
        self.failureResultOf(waiting, Unauthorized)

    def test_a_hello_that_is_refused_for_now(self):
        launch(self.client.connected())
        self.peer, _ = self.world.accept(Peer(welcome=False))
        self.say("error", code="busy", message="later", retryAfter=7)
        self.world.advance(8)
        self.assertEqual(self.world.attempts, 0)
        self.world.advance(1)
        self.assertEqual(self.world.attempts, 1)


class RenewingTests(ClientCase):
    """What gives the credentials is asked before each connection."""

    def setUp(self):
        super().setUp()
        self.given = []
        self.client = self.make_with(self.current)

    def make_with(self, current):
        return Client(self.world.reactor, "http://127.0.0.1:8080/x", current, "laptop", retry=self.retry)

    async def current(self):
        self.given.append(Credentials(1, f"token {len(self.given) + 1}"))
        return self.given[-1]

    def test_each_connection_has_the_newest(self):
        launch(self.client.connected())
        for number in (1, 2):
            self.peer, _ = self.world.accept(Peer())
            self.assertEqual(self.peer.http_headers["authorization"], f"Bearer token {number}")
            self.peer.transport.loseConnection()
            self.world.advance(100)

    def test_when_there_are_no_more_it_stops(self):
        async def over():
            raise Unauthorized("log in again")

        client = self.make_with(over)
        waiting = launch(client.connected())
        self.world.advance(1)
        self.failureResultOf(waiting, Unauthorized)
        self.world.advance(1000)
        self.assertEqual(self.world.attempts, 0)

    def test_a_token_that_is_refused_before_its_time(self):
        """The server's clock was set, or this machine slept: the next one is had, and the client goes on."""
        client = self.make_with(self.current)
        waiting = launch(client.connected())
        self.world.accept(Refusal("401 Unauthorized"))
        self.assertTrue(self.given[0].refused)
        self.world.advance(3)
        self.peer, _ = self.world.accept(Peer(welcome=False))
        self.peer.say("error", code="unauthorized", message="expired")
        self.peer.sendClose(4005)
        self.world.flush()
        self.world.advance(10)
        self.peer, _ = self.world.accept(Peer())
        self.assertEqual(self.peer.http_headers["authorization"], "Bearer token 3")
        self.successResultOf(waiting)

    def test_a_token_that_is_refused_and_there_is_no_other(self):
        async def the_same():
            return Credentials(1, "old")

        client = self.make_with(the_same)
        waiting = launch(client.connected())
        self.world.accept(Refusal("401 Unauthorized"))
        self.world.advance(10)
        self.failureResultOf(waiting, Unauthorized)
        self.world.advance(1000)
        self.assertEqual(self.world.attempts, 0)

    def test_while_the_server_is_away_it_tries_again(self):
        tries = []

        async def away():
            tries.append(self.world.reactor.seconds())
            raise Unreachable("away")

        client = self.make_with(away)
        waiting = launch(client.connected())
        self.world.advance(10)
        self.assertNoResult(waiting)
        self.assertGreater(len(tries), 1)


class ReceivingTests(ClientCase):
    def test_what_comes(self):
        self.connect()
        self.peer.event(101, "嗨")
        self.peer.say("typing", **{"from": 2, "user": 1})
        self.peer.say("receipt", **{"from": 2, "user": 1, "received": 7, "read": 6})
        self.peer.say("presence", online=[2], offline=[])
        self.peer.say("error", code="too_fast", message="wait")
        self.peer.sendMessage(b"binary", True)
        self.world.flush()
        items = self.take(5)
        kinds = (Happened, TypingFrame, Receipt, Presence, Error)
        self.assertTrue(all(isinstance(item, kind) for item, kind in zip(items, kinds, strict=True)), items)
        self.assertEqual((items[0].text, items[0].from_, items[0].id), ("嗨", 2, 101))

    def test_only_messages(self):
        self.connect()
        self.peer.event(101)
        self.peer.say("typing", **{"from": 2, "user": 1})
        self.peer.event(102, kind="recalled", message=101)
        self.peer.event(103)
        self.assertEqual([message.id for message in self.take(2, self.client.messages())], [101, 103])

    def test_a_deleted_account(self):
        """It is told where its messages were, so that a program removes its copies of them."""
        self.connect()
        self.peer.event(101, kind="erased")
        self.peer.event(102, kind="erased", user=None, group=7)
        told = [(item.kind, item.from_, item.user or None, item.group or None) for item in self.take(2)]
        self.assertEqual(told, [("erased", 2, 1, None), ("erased", 2, None, 7)])

    def test_fields_and_ops_of_a_newer_server(self):
        self.connect()
        self.say("event", **happened(101), colour="red")
        self.say("weather", rain=True)
        self.say("receipt", **{"from": 2, "user": 1, "received": 7, "read": 6, "seen": True})
        self.assertEqual([type(item).__name__ for item in self.take(2)], ["Event", "Receipt"])

    def test_what_is_not_v2(self):
        for junk in (b"hello", b"[1]", b'{"op":"ack"}', b'{"op":1}', b"{}", b"[" * 10_000):
            self.connect(language="en")
            reading = self.take(1)
            self.peer.sendMessage(junk)
            self.world.flush()
            self.assertEqual([type(item) for item in reading], [BadAnswer], junk)
            self.world.advance(50)
            self.assertEqual(self.world.attempts, 0)

    def test_a_reader_that_waits(self):
        self.connect()
        found = self.take(2)
        self.assertEqual(found, [])
        for number in (101, 102):
            self.peer.event(number)
            self.world.flush()
        self.assertEqual([item.id for item in found], [101, 102])

    def test_a_reader_that_gave_up_takes_nothing(self):
        self.connect()
        reading = launch(self.client.events().__anext__())
        reading.cancel()
        self.failureResultOf(reading)
        self.peer.event(101)
        self.assertEqual(self.take(1)[0].id, 101)

    def test_two_readers_share(self):
        self.connect()
        first, second = self.take(1), self.take(1)
        self.peer.event(101)
        self.peer.event(102)
        self.world.flush()
        self.assertEqual([item.id for item in first + second], [101, 102])

    def test_reading_stops_when_nobody_takes(self):
        self.connect(inbox_limit=10)
        for number in range(101, 110):
            self.peer.event(number)
        self.world.flush()
        self.assertFalse(self.wire.paused)
        # These come in one read: Autobahn passes on all of it, and that is the bound.
        for number in range(110, 116):
            self.peer.event(number)
        self.world.flush()
        self.assertTrue(self.wire.paused)
        self.peer.event(116)
        self.world.flush()
        self.assertEqual(len(self.client.events()), 15)
        self.take(9)
        self.assertTrue(self.wire.paused)
        self.take(1)
        self.assertFalse(self.wire.paused)
        self.assertEqual([item.id for item in self.take(6)], list(range(111, 117)))

    def test_a_new_connection_is_not_read_either_while_the_queue_is_full(self):
        self.connect(inbox_limit=1)
        self.peer.event(101)
        self.world.flush()
        self.peer.transport.loseConnection()
        self.world.flush()
        self.world.advance(2)
        _, wire = self.world.accept()
        self.assertTrue(wire.paused)
        self.take(1)
        self.assertFalse(wire.paused)

    def test_a_frame_that_is_too_long_ends_the_connection(self):
        self.connect()
        self.peer.sendMessage(b"x" * (5 * 1024 * 1024))
        self.world.flush()
        self.assertEqual(self.peer.closed[1], 1009)
        self.world.advance(2)
        self.assertEqual((self.world.attempts, len(self.client.events())), (1, 0))

    def test_without_listening(self):
        self.connect(listen=False)
        self.assertEqual(self.peer.said("sync"), [])
        sending = self.send(2, "hi")
        self.peer.ack(self.peer.frames[-1], 7)
        self.world.flush()
        self.assertEqual(self.successResultOf(sending).id, 7)
        self.assertEqual((self.client.cursor, self.client.own), (None, []))


class BehindTests(ClientCase):
    """More comes than is taken, while something waits for an answer."""

    def events(self, *numbers):
        """These happen, as long as there is a connection."""
        for number in numbers:
            if self.peer.closed is None:
                self.peer.event(number)
                self.world.flush()

    def ids(self, count):
        return [item.id for item in self.take(count)]

    def test_an_answer_is_read_past_a_full_queue(self):
        self.connect(inbox_limit=4)
        self.events(*range(101, 106))
        self.assertTrue(self.wire.paused)
        sending = self.send(2, "hi")
        self.assertFalse(self.wire.paused)
        self.peer.event(106)
        self.peer.ack(self.peer.said("send")[0], 107)
        self.world.flush()
        self.assertEqual(self.successResultOf(sending).id, 107)
        # Nothing is due any more: so it is not read again, and nothing was left out.
        self.assertTrue(self.wire.paused)
        self.assertEqual(self.ids(6), [101, 102, 103, 104, 105, 106])
        self.assertIsNone(self.peer.closed)

    def test_the_same_for_a_question(self):
        self.connect(inbox_limit=4)
        self.events(*range(101, 106))
        asking = launch(self.client.read(105, user=2))
        self.world.flush()
        self.say("done", ref=self.peer.said("read")[0]["ref"])
        self.successResultOf(asking)
        self.assertTrue(self.wire.paused)

    def test_answers_to_what_was_missed(self):
        """A send waits for the end of the sync, which stands behind what was missed."""
        self.client = self.make(inbox_limit=4, since=100)
        answers: list[Any] = []

        async def answer():
            async for message in self.client.messages():
                answers.append(await self.client.send(2, f"to {message.id}"))

        launch(answer())
        self.peer, self.wire = self.world.accept(Peer(synced=None))
        for number in range(101, 107):
            self.say("page", events=[happened(number)], position=number)
        self.say("synced", position=106)
        for number in range(6):
            self.peer.ack(self.peer.said("send")[number], 200 + number)
            self.world.flush()
        self.assertEqual([ack.id for ack in answers], [200, 201, 202, 203, 204, 205])
        self.assertIsNone(self.peer.closed)

    def test_more_than_fits_comes_with_a_later_sync(self):
        self.connect(inbox_limit=4)
        watching = launch(self.client.watch([5]))
        self.world.flush()
        self.say("presence", ref=self.peer.said("watch")[0]["ref"], online=[], offline=[5])
        self.successResultOf(watching)
        self.events(*range(101, 105))
        sending = self.send(2, "hi")
        self.events(*range(105, 115))
        # Eight are kept, and it goes over to a connection on which nothing comes.
        self.assertEqual(len(self.client.events()), 8)
        self.assertEqual(self.peer.closed, (True, 1000))
        self.world.advance(1)
        self.peer, self.wire = self.world.accept(Peer(synced=None))
        self.peer.ack(self.peer.said("send")[0], 115)
        self.world.flush()
        self.assertEqual(self.successResultOf(sending).id, 115)
        self.assertEqual(self.peer.said("sync"), [])
        # Whatever is sent meanwhile is answered.
        again = self.send(2, "again")
        self.peer.ack(self.peer.said("send")[1], 116)
        self.world.flush()
        self.successResultOf(again)
        # As soon as there is room the rest comes, from the last that was kept; own ones do not.
        self.assertEqual(self.ids(5), [101, 102, 103, 104, 105])
        self.assertEqual(self.peer.said("sync"), [])
        self.assertEqual(self.ids(1), [106])
        (sync,) = self.peer.said("sync")
        self.assertEqual(sync["since"], 108)
        # Who is online by now had no room before, either.
        self.assertEqual(len(self.peer.said("watch")), 1)
        mine = {"from": 1, "user": 2}
        self.say("page", events=[happened(n, **(mine if n > 114 else {})) for n in range(109, 117)], position=116)
        self.say("synced", ref=sync["ref"], position=116)
        self.assertEqual(self.ids(8), list(range(107, 115)))
        self.assertEqual((self.client.cursor, self.client.own), (116, []))
        self.assertEqual((self.states, self.delays), ([True], []))

    def test_questions_are_answered_before_the_connection_is_left(self):
        self.connect(inbox_limit=2)
        asking = launch(self.client.read(100, user=2))
        self.events(*range(101, 109))
        self.assertIsNone(self.peer.closed)
        later = launch(self.client.read(101, user=2))
        self.assertEqual(len(self.peer.said("read")), 1)
        self.say("done", ref=self.peer.said("read")[0]["ref"])
        self.successResultOf(asking)
        self.assertEqual(self.peer.closed, (True, 1000))
        self.world.advance(1)
        self.peer, self.wire = self.world.accept()
        self.world.flush()
        self.say("done", ref=self.peer.said("read")[0]["ref"])
        self.successResultOf(later)
        self.assertEqual(self.ids(4), [101, 102, 103, 104])
        self.assertEqual([frame["since"] for frame in self.peer.said("sync")], [104])

    def test_what_is_under_way_is_answered_before_the_sync(self):
        """Or the sync would bring it as if another device had sent it."""
        self.connect(inbox_limit=2)
        first = self.send(2, "a")
        self.events(*range(101, 109))
        self.world.advance(1)
        self.peer, self.wire = self.world.accept(Peer(synced=None))
        self.assertEqual(self.ids(3), [101, 102, 103])
        self.assertEqual(self.peer.said("sync"), [])
        self.peer.ack(self.peer.said("send")[0], 109)
        self.world.flush()
        self.successResultOf(first)
        self.assertEqual(len(self.peer.said("sync")), 1)

    def test_who_only_sends_is_never_held_up_and_has_bounds(self):
        self.patch(core, "REMEMBERED_OWN", 10)
        self.connect(inbox_limit=4)
        for number in range(40):
            sending = self.send(2, "hi")
            self.peer.event(101 + 2 * number)
            self.peer.ack(self.peer.said("send")[-1], 102 + 2 * number)
            self.world.flush()
            self.successResultOf(sending)
            self.world.advance(1)
            if self.world.attempts:
                self.peer, self.wire = self.world.accept(Peer(counter=number + 1))
        self.assertLessEqual(len(self.client.events()), 8)
        self.assertLessEqual(len(self.client.own), 10)

    def test_while_the_new_connection_fails(self):
        self.connect(inbox_limit=2)
        sending = self.send(2, "a")
        self.events(*range(101, 109))
        self.world.advance(1)
        self.world.refuse()
        self.world.advance(2)
        self.peer, self.wire = self.world.accept()
        self.peer.ack(self.peer.said("send")[0], 109)
        self.world.flush()
        self.successResultOf(sending)
        self.assertEqual(self.ids(4), [101, 102, 103, 104])
        self.assertEqual([frame["since"] for frame in self.peer.said("sync")], [104])

    def test_in_any_order(self):
        """Seeded: whatever comes and is taken in whatever order, everything comes once, and no send stays without an
        answer."""
        for seed in range(20):
            Trip(self, Random(seed)).run()


class Trip:
    """
    A program that sends and takes at random, and a server whose log grows at random.

    @ivar log: ids and whose they are: 1 is this device's.
    """

    def __init__(self, case, random):
        self.case = case
        self.random = random
        self.world = World()
        self.client = Client(
            self.world.reactor,
            "http://127.0.0.1:8080",
            ANN,
            "laptop",
            since=0,
            inbox_limit=random.choice((1, 3, 8)),
            retry=lambda _: 1,
        )
        self.log: list[int] = []
        self.done: dict[int, int] = {}
        self.heard: list[int] = []
        self.acks: list[Any] = []
        self.sent = 0
        self.peer: Any = None
        self.seen = 0
        self.live_from: Any = None

    def run(self):
        launch(self.client.connected())
        for _ in range(100):
            self.random.choice((self.happen, self.happen, self.send, self.take, self.serve, self.serve, self.break_))()
        for _ in range(1000):
            self.serve()
            self.take()
            if len(self.acks) == self.sent and len(self.heard) == self.log.count(2):
                break
        expected = [number for number, sender in enumerate(self.log, 1) if sender == 2]
        self.case.assertEqual(self.heard, expected)
        self.case.assertEqual(len(self.acks), self.sent)
        self.case.assertEqual(len(set(self.acks)), self.sent)

    def happen(self):
        for _ in range(self.random.randint(1, 4)):
            self.log.append(2)

    def send(self):
        self.sent += 1
        launch(self.client.send(2, "hi")).addCallback(lambda ack: self.acks.append(ack.id))

    def take(self):
        if len(self.client.events()):
            launch(self.client.events().__anext__()).addCallback(lambda item: self.heard.append(item.id))
            self.world.flush()

    def break_(self):
        if self.peer is not None and self.random.random() < 0.2:
            self.peer.transport.loseConnection()
            self.world.flush()

    def serve(self):
        self.world.advance(1)
        if self.world.attempts:
            self.peer, _ = self.world.accept(Peer(synced=None, counter=max(self.done, default=0)))
            self.seen, self.live_from = 0, None
        if self.peer is None or self.peer.closed is not None or self.peer.state != Peer.STATE_OPEN:
            return
        for frame in self.peer.frames[self.seen :]:
            self.seen += 1
            if frame["op"] == "send":
                duplicate = frame["counter"] in self.done
                if not duplicate:
                    self.log.append(1)
                    self.done[frame["counter"]] = len(self.log)
                self.peer.ack(frame, self.done[frame["counter"]], duplicate=duplicate)
            elif frame["op"] == "sync":
                self.live_from = frame["since"]
                self.page()
                self.peer.say("synced", ref=frame["ref"], position=len(self.log))
                self.live_from = len(self.log)
        if self.live_from is not None:
            for number in range(self.live_from + 1, len(self.log) + 1):
                if self.log[number - 1] == 2:
                    self.peer.event(number)
            self.live_from = len(self.log)
        self.world.flush()

    def page(self):
        while self.live_from < len(self.log):
            until = min(self.live_from + 3, len(self.log))
            numbers = range(self.live_from + 1, until + 1)
            events = [happened(n, **{"from": 2} if self.log[n - 1] == 2 else {"from": 1, "user": 2}) for n in numbers]
            self.peer.say("page", events=events, position=until)
            self.live_from = until


class CursorTests(ClientCase):
    def since(self):
        """@return: from where the client asks to sync, on this connection."""
        return [frame.get("since") for frame in self.peer.said("sync")]

    def ids(self):
        return [item.id for item in self.take(len(self.client.events()))]

    def test_the_first_time_it_is_live_from_now_on(self):
        self.assertIsNone(self.client.cursor)
        self.connect()
        self.assertEqual((self.since(), self.client.cursor), ([None], 100))
        self.reconnect()
        self.assertEqual(self.since(), [100])

    def test_from_an_earlier_run(self):
        self.connect(since=38)
        self.assertEqual(self.since(), [38])

    def test_pages(self):
        self.connect(Peer(synced=None), since=38)
        self.peer.say("page", events=[happened(40), happened(43)], position=50)
        self.peer.say("page", events=[], position=60)
        self.peer.say("page", events=[happened(61)], position=61)
        self.peer.say("synced", ref=1, position=61)
        self.peer.event(62)
        self.world.flush()
        self.assertEqual(self.client.cursor, 38)
        self.assertEqual([self.take(1)[0].id, self.client.cursor], [40, 40])
        self.assertEqual([self.take(1)[0].id, self.client.cursor], [43, 60])
        self.assertEqual(self.ids(), [61, 62])
        self.assertEqual(self.client.cursor, 62)

    def test_pages_without_anything_move_the_cursor(self):
        self.connect(Peer(synced=None), since=38)
        self.say("page", events=[], position=60)
        self.assertEqual(self.client.cursor, 60)

    def test_events_come_once(self):
        self.connect()
        self.peer.event(101)
        self.peer.event(101)
        self.peer.event(103)
        self.peer.event(102)
        self.world.flush()
        self.assertEqual(self.ids(), [101, 103])

    def test_a_sync_goes_on_from_what_has_come_even_if_nobody_took_it(self):
        self.connect()
        self.peer.event(101)
        self.world.flush()
        self.reconnect(Peer(synced=None))
        self.assertEqual((self.since(), self.client.cursor), ([101], 100))
        self.say("page", events=[happened(101), happened(102)], position=102)
        self.assertEqual(self.ids(), [101, 102])

    def test_a_connection_that_is_lost_during_a_sync(self):
        self.connect(Peer(synced=None), since=38)
        self.say("page", events=[happened(40)], position=50)
        self.reconnect(Peer(synced=None))
        self.assertEqual(self.since(), [50])
        self.assertEqual(self.ids(), [40])

    def test_a_welcome_without_a_sync_counts_as_a_failure(self):
        self.connect(Peer(synced=None), since=38)
        self.reconnect(Peer(synced=None))
        self.reconnect(Peer(synced=None), 4)
        self.reconnect(Peer(), 6)
        self.reconnect()
        self.assertEqual(self.delays, [1, 2, 3, 1])

    def test_own_messages_do_not_come_again(self):
        self.connect()
        sending = self.send(2, "hi")
        self.peer.ack(self.peer.frames[-1], 103)
        self.peer.event(101)
        self.world.flush()
        self.successResultOf(sending)
        self.assertEqual((self.ids(), self.client.cursor, self.client.own), ([101], 101, [103]))
        self.reconnect(Peer(synced=None))
        self.assertEqual(self.since(), [101])
        mine = {"from": 1, "user": 2}
        self.say("page", events=[happened(102, **mine), happened(103, **mine), happened(104)], position=104)
        self.assertEqual(self.ids(), [102, 104])
        self.assertEqual((self.client.cursor, self.client.own), (104, []))

    def test_own_messages_of_an_earlier_run_do_not_come_again(self):
        self.connect(Peer(synced=None), since=38, own=[40, 30])
        self.assertEqual(self.client.own, [40])
        self.say("page", events=[happened(39), happened(40), happened(41)], position=41)
        self.assertEqual(self.ids(), [39, 41])

    def test_memory_of_own_messages_is_bounded(self):
        """If nothing else happens the cursor does not move by itself: then it is moved by a new sync."""
        self.patch(core, "REMEMBERED_OWN", 10)
        self.connect()

        def send(number):
            sending = self.send(2, "hi")
            self.peer.ack(self.peer.said("send")[-1], number)
            self.world.flush()
            self.successResultOf(sending)

        for number in range(101, 111):
            send(number)
        self.assertEqual(self.peer.closed, (True, 1000))
        self.world.advance(1)
        self.peer, self.wire = self.world.accept(Peer(counter=10, synced=None))
        self.assertEqual(self.since(), [100])
        mine = [happened(number, **{"from": 1, "user": 2}) for number in range(101, 111)]
        self.say("page", events=mine, position=110)
        self.say("synced", position=110)
        send(111)
        self.assertEqual((len(self.client.events()), self.client.own), (0, [111]))
        self.assertEqual((self.states, self.delays), ([True], []))

    def test_a_new_sync_that_does_not_succeed_at_once(self):
        self.patch(core, "REMEMBERED_OWN", 2)
        self.connect()
        for number in (101, 102):
            sending = self.send(2, "hi")
            self.peer.ack(self.peer.said("send")[-1], number)
            self.world.flush()
            self.successResultOf(sending)
        self.world.advance(1)
        self.world.refuse()
        self.world.advance(1)
        self.assertEqual((self.states, self.delays), ([True, False], [1]))
        self.world.advance(1)
        self.world.accept()
        self.assertEqual(self.states, [True, False, True])

    def test_memory_is_freed_as_the_cursor_moves(self):
        self.patch(core, "REMEMBERED_OWN", 10)
        self.connect()
        for number in range(101, 141, 2):
            sending = self.send(2, "hi")
            self.peer.ack(self.peer.said("send")[-1], number)
            self.peer.event(number + 1)
            self.world.flush()
            self.successResultOf(sending)
            self.take(1)
        self.assertIsNone(self.peer.closed)

    def test_a_server_that_was_set_up_anew(self):
        self.connect(Peer(synced=None), since=5000, own=[5001])
        self.peer.synced = 3
        self.peer.refuse(self.peer.said("sync")[0], "no_such_position")
        self.world.flush()
        self.assertEqual((self.since(), self.client.cursor, self.client.own), ([5000, None], 3, []))
        self.peer.event(4)
        self.assertEqual(self.take(1)[0].id, 4)

    def page(self, position, *ids, epoch="second", **fields):
        events = [happened(id, **fields) for id in ids]
        self.peer.say("page", events=events, position=position, epoch=epoch, check=f"check {position}")

    def resync(self, position, **options):
        """The cursor is of another log. @return: the sync that follows."""
        self.peer.refuse(self.peer.said("sync")[-1], "resync_required", position=position, **options)
        self.world.flush()
        sync = dict(self.peer.said("sync")[-1])
        del sync["op"], sync["ref"]
        return sync

    def synced(self, position, epoch="second"):
        self.peer.say("synced", ref=self.peer.said("sync")[-1]["ref"], position=position, epoch=epoch, check="")
        self.world.flush()

    def test_the_epoch_goes_with_the_cursor(self):
        self.connect(Peer(synced=None, epoch="first"), since=5, epoch="first", check="a check")
        (sync,) = self.peer.said("sync")
        self.assertEqual((sync["epoch"], sync["check"]), ("first", "a check"))
        self.page(7, 6, epoch="first")
        self.synced(7, "first")
        self.assertEqual((self.client.epoch, self.client.check), ("first", "check 7"))
        self.reconnect(Peer(epoch="first"))
        self.assertEqual(self.peer.said("sync")[0]["check"], "check 7")

    def test_a_server_without_epochs(self):
        self.connect(Peer(synced=None), since=5, epoch="first", check="a check")
        self.assertEqual(self.peer.said("sync")[0].keys(), {"op", "ref", "since"})

    def test_a_log_that_went_back(self):
        """What is new comes once, also if it has the ids of what is gone; and the program is told what is gone."""
        self.connect(Peer(synced=90, epoch="first"), since=90, epoch="first")
        for id in (95, 98, 99):
            self.peer.event(id)
        self.assertEqual([each.id for each in self.take(3)], [95, 98, 99])
        self.reconnect(Peer(synced=None, epoch="second"))
        self.assertEqual(self.resync(92), {"since": 92, "epoch": "second"})
        self.assertEqual((self.client.cursor, self.client.epoch), (92, "second"))
        self.page(96, 95)
        self.page(100, 98, 100, time=7)
        self.assertEqual([each.id for each in self.take(2)], [98, 100])
        self.synced(100)
        (told,) = self.take(1)
        self.assertEqual((told.lost, self.client.cursor), ([98, 99], 100))
        self.peer.event(101)
        self.assertEqual(self.take(1)[0].id, 101)
        self.reconnect(Peer(synced=None, epoch="third"))
        self.assertEqual(self.peer.said("sync")[0]["since"], 101)
        # What was told once is not lost again: its ids are other events' by now.
        self.resync(96)
        self.page(100, 98, 100, time=7)
        self.page(101, 101)
        self.synced(101, "third")
        (told,) = self.take(1)
        self.assertEqual((told.lost, self.client.cursor), ([], 101))

    def test_the_log_changes_while_the_connection_is_open(self):
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        self.peer.say("error", code="resync_required", message="it is another one")
        self.reconnect(Peer(synced=None, epoch="second"))
        self.resync(80)
        self.synced(100)
        (told,) = self.take(1)
        self.assertEqual(told.lost, [])

    def test_what_was_not_acked_goes_into_the_new_log(self):
        """Its event is not taken for somebody else's; an id that an own message had before may be anybody's."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        sending = self.send(2, "acked")
        self.peer.ack(self.peer.said("send")[-1], 93)
        self.world.flush()
        self.successResultOf(sending)
        sending = self.send(2, "in doubt")
        self.reconnect(Peer(synced=None, epoch="second"))
        self.peer.ack(self.peer.said("send")[-1], 94)
        self.world.flush()
        self.successResultOf(sending)
        self.resync(90)
        self.page(93, 93)
        self.page(100, 94, seq=9, time=5)
        self.synced(100)
        event, told = self.take(2)
        self.assertEqual((event.id, told.lost), (93, [93]))

    def test_what_is_acked_before_the_sync_is_in_the_new_log(self):
        """It is not taken for lost, though its event does not come, and a lost message had the same id."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        sending = self.send(2, "lost")
        self.peer.ack(self.peer.said("send")[-1], 91, time=5)
        self.world.flush()
        self.successResultOf(sending)
        sending = self.send(2, "new")
        self.reconnect(Peer(synced=None, epoch="second"))
        self.peer.ack(self.peer.said("send")[-1], 91, time=7)
        self.world.flush()
        self.successResultOf(sending)
        self.resync(90)
        self.synced(100)
        (told,) = self.take(1)
        self.assertEqual(told.lost, [91])
        # It may be lost by the next change.
        self.reconnect(Peer(synced=None, epoch="third"))
        self.resync(90)
        self.synced(100, "third")
        (told,) = self.take(1)
        self.assertEqual(told.lost, [91])

    def test_what_names_a_message_does_not_go_into_the_new_log(self):
        """The id may be another message's there. What the new log may have is sent again as it was."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        taken = launch(self.client.edit(7, "taken"))
        doubtful = [
            launch(self.client.recall(7)),
            launch(self.client.send(2, "an answer", reply_to=7)),
            launch(self.client.forward(7, user=3)),
        ]
        plain = self.send(2, "in doubt")
        self.world.flush()
        self.assertEqual([frame["counter"] for frame in self.peer.frames if "counter" in frame], [1, 2, 3, 4, 5])
        self.reconnect(Peer(counter=1, synced=None, epoch="second"))
        again = [frame for frame in self.peer.frames if "counter" in frame]
        self.assertEqual([(frame["op"], frame["counter"]) for frame in again], [("edit", 1), ("send", 5)])
        for each in doubtful:
            self.assertEqual(self.failureResultOf(each, Refused).value.code, "resync_required")
        for frame in again:
            self.peer.ack(frame, 95 + frame["counter"])
        self.world.flush()
        self.assertEqual([self.successResultOf(each).id for each in (taken, plain)], [96, 100])
        # In the log as it is now, the same is sent.
        self.synced(100)
        recall = launch(self.client.recall(7))
        self.reconnect(Peer(counter=5, synced=100, epoch="second"))
        self.peer.ack(self.peer.said("recall")[-1], 101)
        self.world.flush()
        self.assertEqual(self.successResultOf(recall).id, 101)

    def counted(self):
        """@return: the frames with a counter that were sent on this connection."""
        return [(frame["op"], frame["counter"]) for frame in self.peer.frames if "counter" in frame]

    def answer_counted(self):
        """Acknowledge them, with ids from 101."""
        for frame in self.peer.frames:
            if "counter" in frame:
                self.peer.ack(frame, 100 + frame["counter"])
        self.world.flush()

    def test_what_names_a_message_waits_until_the_log_is_known_to_be_the_same(self):
        """What the server has comes first: the sync would bring it. What is behind the others waits, for the order."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        calls = [
            launch(self.client.react(7, "👍")),
            launch(self.client.recall(7)),
            self.send(2, "behind it"),
            launch(self.client.forward(7, user=3)),
        ]
        self.reconnect(Peer(counter=1, synced=None, epoch="first"))
        calls.append(launch(self.client.edit(8, "given before the sync")))
        self.assertEqual((self.counted(), self.peer.said("sync")), ([("react", 1)], []))
        self.answer_counted()
        self.assertEqual((self.counted(), len(self.peer.said("sync"))), ([("react", 1)], 1))
        self.synced(100, "first")
        kinds = ["react", "recall", "send", "forward", "edit"]
        self.assertEqual(self.counted(), list(zip(kinds, range(1, 6), strict=True)))
        self.answer_counted()
        self.assertEqual([self.successResultOf(each).id for each in calls], [101, 102, 103, 104, 105])

    def test_what_the_server_has_does_not_wait_behind_what_it_has_not(self):
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        launch(self.client.recall(7))
        self.send(2, "taken")
        self.peer.refuse(self.peer.said("recall")[0], "counter_used")
        self.world.flush()
        self.assertEqual(self.counted(), [("recall", 1), ("send", 2), ("recall", 3)])
        self.reconnect(Peer(counter=2, synced=None, epoch="first"))
        self.assertEqual((self.counted(), self.peer.said("sync")), ([("send", 2)], []))

    def test_what_names_a_message_does_not_go_into_a_log_that_went_back_and_has_the_same_epoch(self):
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        taken = launch(self.client.edit(7, "taken"))
        named = [
            launch(self.client.recall(7)),
            launch(self.client.react(7, "👍")),
            launch(self.client.forward(7, user=3)),
            launch(self.client.send(2, "an answer", reply_to=7)),
        ]
        plain = self.send(2, "in doubt")
        self.reconnect(Peer(counter=1, synced=None, epoch="first"))
        named.append(launch(self.client.recall(8)))
        self.answer_counted()
        self.assertEqual(self.successResultOf(taken).id, 101)
        self.resync(80)
        for each in named:
            self.assertEqual(self.failureResultOf(each, Refused).value.code, "resync_required")
        self.assertEqual(self.counted(), [("edit", 1)])
        self.synced(100, "first")
        self.assertEqual(self.counted(), [("edit", 1), ("send", 6)])
        self.answer_counted()
        self.assertEqual(self.successResultOf(plain).id, 106)

    def test_the_same_without_epochs(self):
        self.connect(Peer(synced=90), since=90)
        recall = launch(self.client.recall(7))
        self.reconnect(Peer(synced=None))
        self.peer.refuse(self.peer.said("sync")[-1], "no_such_position")
        self.world.flush()
        self.assertEqual(self.failureResultOf(recall, Refused).value.code, "resync_required")
        self.synced(50, "")
        self.assertEqual(self.counted(), [])

    def test_without_a_sync_nothing_waits_for_it(self):
        self.connect(Peer(epoch="first"), listen=False)
        recall = launch(self.client.recall(7))
        self.reconnect(Peer(epoch="first"))
        self.answer_counted()
        self.assertEqual(self.successResultOf(recall).id, 101)

    def test_a_full_queue_holds_up_nothing(self):
        """Who waits for the ack before taking more would wait for ever. The sync comes when there is room."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first", inbox_limit=1)
        recall = launch(self.client.recall(7))
        self.peer.event(91)
        self.world.flush()
        self.reconnect(Peer(epoch="first", synced=None))
        self.assertEqual((self.counted(), self.peer.said("sync")), ([("recall", 1)], []))
        self.answer_counted()
        self.successResultOf(recall)
        self.take(1)
        self.assertEqual(len(self.peer.said("sync")), 1)

    def test_a_server_that_tells_no_epoch_for_a_while(self):
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        self.reconnect(Peer(synced=90))
        recall = launch(self.client.recall(7))
        self.reconnect(Peer(epoch="second", synced=None))
        self.assertEqual(self.failureResultOf(recall, Refused).value.code, "resync_required")

    def test_what_waits_to_be_taken(self):
        """It was of the log, and comes; but the cursor does not pass what is new."""
        self.connect(Peer(epoch="first", synced=90), since=90, epoch="first")
        for id in (95, 99):
            self.peer.event(id)
        self.reconnect(Peer(synced=None, epoch="second"))
        self.resync(97)
        self.assertEqual((self.client.cursor, self.client.epoch), (90, "second"))
        self.assertEqual([each.id for each in self.take(2)], [95, 99])
        self.assertEqual(self.client.cursor, 95)
        self.synced(100)
        self.assertEqual((self.take(1)[0].lost, self.client.cursor), ([99], 100))

    def test_what_is_new_comes_without_pages(self):
        self.connect(Peer(epoch="first", synced=95), since=95, epoch="first")
        self.peer.event(99)
        self.take(1)
        self.reconnect(Peer(synced=None, epoch="second"))
        self.resync(95)
        self.synced(95)
        # A connection that ends too early tells nothing.
        self.reconnect(Peer(synced=None, epoch="second"))
        self.world.advance(1)
        self.assertEqual(len(self.client.events()), 0)
        self.synced(95)
        self.peer.event(99)
        self.world.flush()
        self.assertEqual(len(self.client.events()), 0)
        self.world.advance(1)
        (told,) = self.take(1)
        self.assertEqual(told.lost, [])

    def test_a_sync_that_is_refused(self):
        self.connect(Peer(synced=None), since=3)
        self.peer.refuse(self.peer.said("sync")[0], "not_stored", retryAfter=5)
        self.world.flush()
        self.world.advance(6)
        self.assertEqual(self.world.attempts, 0)
        self.world.advance(1)
        self.peer, _ = self.world.accept(Peer(synced=None))
        reading = self.take(1)
        self.peer.refuse(self.peer.said("sync")[0], "strange")
        self.world.flush()
        self.assertEqual([item.code for item in reading], ["strange"])


class SendingTests(ClientCase):
    def sends(self):
        """@return: what was sent on this connection."""
        return [(frame["counter"], frame["text"]) for frame in self.peer.said("send")]

    def ack(self, index, id=101, **fields):
        self.peer.ack(self.peer.said("send", "edit", "recall", "react")[index], id, **fields)
        self.world.flush()

    def test_the_frames(self):
        self.connect(Peer(counter=4))
        self.send(2, "嗨", reply_to=9, mentions=[3])
        self.send(group=1000000001, media="audio", url="/a", seconds=2)
        self.send(text="all")
        for call in (
            self.client.edit(7, "new"),
            self.client.recall(7),
            self.client.react(7, "👍"),
            self.client.react(7, "👍", on=False),
            self.client.send(2, "*hi*", format="markdown"),
            self.client.edit(7, "*new*", format="markdown"),
        ):
            launch(call)
        self.world.flush()
        frames = [{k: v for k, v in frame.items() if k != "ref"} for frame in self.peer.frames[2:]]
        self.assertEqual(
            frames,
            [
                {"op": "send", "counter": 5, "user": 2, "text": "嗨", "replyTo": 9, "mentions": [3]},
                {"op": "send", "counter": 6, "group": 1000000001, "media": "audio", "url": "/a", "seconds": 2},
                {"op": "send", "counter": 7, "text": "all"},
                {"op": "edit", "counter": 8, "message": 7, "text": "new"},
                {"op": "recall", "counter": 9, "message": 7},
                {"op": "react", "counter": 10, "message": 7, "emoji": "👍"},
                {"op": "react", "counter": 11, "message": 7, "emoji": "👍", "on": False},
                {"op": "send", "counter": 12, "user": 2, "text": "*hi*", "format": "markdown"},
                {"op": "edit", "counter": 13, "message": 7, "text": "*new*", "format": "markdown"},
            ],
        )
        refs = [frame["ref"] for frame in self.peer.frames[1:]]
        self.assertEqual(len(set(refs)), 10)

    def test_the_ack(self):
        self.connect()
        sending = self.send(2, "hi")
        self.assertNoResult(sending)
        self.ack(0, 101, seq=4)
        ack = self.successResultOf(sending)
        self.assertEqual((ack.id, ack.seq, ack.conversation, ack.duplicate), (101, 4, 3, False))

    def test_an_ack_that_comes_twice(self):
        self.connect()
        first, second = self.send(2, "a"), self.send(2, "b")
        self.ack(0, 101)
        self.ack(0, 101)
        self.successResultOf(first)
        self.assertNoResult(second)

    def test_before_the_connection(self):
        """A send connects by itself, and waits for its turn: first what came meanwhile is known."""
        sending = self.send(2, "hi")
        self.peer, _ = self.world.accept(Peer(counter=3, synced=None))
        self.assertEqual(self.sends(), [])
        self.say("synced", position=50)
        self.assertEqual(self.sends(), [(4, "hi")])
        self.ack(0)
        self.successResultOf(sending)

    def test_what_has_no_answer_is_sent_again(self):
        self.connect()
        first, second, third = (self.send(2, text) for text in "abc")
        self.ack(1, 102)
        self.successResultOf(second)
        # The connection is lost, and a fourth one is sent meanwhile.
        self.peer.transport.loseConnection()
        self.world.flush()
        fourth = self.send(2, "d")
        self.world.advance(2)
        self.peer, _ = self.world.accept(Peer(counter=3))
        self.assertEqual((self.sends(), self.peer.said("sync")), ([(1, "a"), (3, "c")], []))
        self.ack(0, 101, duplicate=True)
        self.assertTrue(self.successResultOf(first).duplicate)
        self.assertEqual(self.peer.said("sync"), [])
        self.ack(1, 103)
        self.successResultOf(third)
        self.assertEqual(len(self.peer.said("sync")), 1)
        self.assertEqual(self.sends()[2:], [(4, "d")])
        self.ack(2, 104)
        self.successResultOf(fourth)

    def test_as_often_as_it_takes(self):
        self.connect()
        sending = self.send(2, "a")
        for _ in range(3):
            self.reconnect(Peer(counter=1), 8)
            self.assertEqual(self.sends(), [(1, "a")])
        self.ack(0, duplicate=True)
        self.successResultOf(sending)
        self.send(2, "b")
        self.assertEqual(self.sends()[1:], [(2, "b")])

    def test_an_error(self):
        self.connect()
        sending = self.send(2, "a")
        self.peer.refuse(self.peer.frames[-1], "not_a_member", retryAfter=3)
        self.world.flush()
        error = self.failureResultOf(sending, Refused).value
        self.assertEqual((error.code, str(error), error.retry_after), ("not_a_member", "it is not_a_member", 3.0))
        self.send(2, "b")
        self.assertEqual(self.sends(), [(1, "a"), (2, "b")])

    def test_too_fast_and_busy_are_tried_again(self):
        for code, fields, wait in (
            ("too_fast", {"retryAfter": 3}, 3),
            ("busy", {}, 1),
            ("busy", {"retryAfter": 0}, 0.1),
            # It may be stored all the same: the counter tells.
            ("not_stored", {"retryAfter": 1}, 1),
        ):
            self.connect(language="en")
            sending = self.send(2, "a")
            later = self.send(2, "b")
            self.peer.refuse(self.peer.frames[-2], code, **fields)
            self.world.flush()
            last = self.send(2, "c")
            self.assertEqual(self.sends()[2:], [])
            self.world.advance(wait)
            self.assertEqual(self.sends()[2:3], [(1, "a")])
            for index, number in ((1, 102), (2, 103), (3, 104)):
                self.ack(index, number)
            self.assertEqual([self.successResultOf(one).id for one in (sending, later, last)], [103, 102, 104])

    def test_it_slows_down_when_it_is_too_fast(self):
        self.connect(window=8)
        for number in range(20):
            self.send(2, str(number))
        for frame in self.peer.said("send"):
            self.peer.refuse(frame, "too_fast", retryAfter=1)
        self.world.flush()
        self.world.advance(1)
        self.assertEqual(self.sends()[8:], [(1, "0")])
        self.ack(8, 101)
        self.assertEqual(self.sends()[9:], [(2, "1"), (3, "2")])

    def test_what_is_in_doubt_and_comes_too_fast_is_still_in_doubt(self):
        self.connect()
        sending = self.send(2, "a")
        self.reconnect()
        self.peer.refuse(self.peer.said("send")[0], "too_fast", retryAfter=3)
        self.world.flush()
        self.world.advance(2)
        self.assertEqual(self.peer.said("sync"), [])
        self.world.advance(1)
        self.ack(1)
        self.successResultOf(sending)
        self.assertEqual(len(self.peer.said("sync")), 1)

    def test_a_counter_that_another_run_has_used(self):
        self.connect()
        sending = self.send(2, "a")
        self.peer.refuse(self.peer.frames[-1], "counter_used")
        self.world.flush()
        self.assertEqual(self.sends(), [(1, "a"), (2, "a")])
        self.ack(1)
        self.successResultOf(sending)

    def test_the_window(self):
        self.connect(window=2)
        sending = [self.send(2, text) for text in "abcd"]
        self.assertEqual(self.sends(), [(1, "a"), (2, "b")])
        self.ack(1)
        self.assertEqual(self.sends()[2:], [(3, "c")])
        self.peer.refuse(self.peer.said("send")[0], "not_a_member")
        self.world.flush()
        self.assertEqual(self.sends()[3:], [(4, "d")])
        self.failureResultOf(sending[0], Refused)
        self.assertNoResult(sending[2])

    def test_cancelled_before_it_was_sent(self):
        self.connect(window=1)
        first, second, third = (self.send(2, text) for text in "abc")
        second.cancel()
        self.failureResultOf(second)
        self.ack(0)
        self.successResultOf(first)
        self.assertEqual(self.sends(), [(1, "a"), (2, "c")])
        self.assertNoResult(third)

    def test_cancelled_after_it_was_sent(self):
        self.connect(window=1)
        first, second = (self.send(2, text) for text in "ab")
        first.cancel()
        self.failureResultOf(first)
        self.assertEqual(self.sends(), [(1, "a")])
        self.ack(0, 101)
        self.assertEqual((self.sends(), self.client.own), ([(1, "a"), (2, "b")], [101]))
        second.cancel()
        self.failureResultOf(second)
        self.reconnect()
        self.assertEqual(self.sends(), [])
        self.assertEqual(len(self.peer.said("sync")), 1)

    def test_cancelled_and_then_too_fast(self):
        self.connect()
        sending = self.send(2, "a")
        sending.cancel()
        self.failureResultOf(sending)
        self.peer.refuse(self.peer.frames[-1], "too_fast", retryAfter=1)
        self.world.flush()
        self.world.advance(2)
        self.assertEqual(self.sends(), [(1, "a")])
        self.assertTrue(self.finish())

    def test_what_no_server_takes(self):
        for fields in (
            {"text": "x" * 8193},
            {"text": "嗨" * 2731},
            {"text": "\x01" * 8192},
            {"text": "\ud800"},
            {"text": "a\0"},
            {"url": "x" * 3000},
            {"mentions": [-1]},
            {"mentions": [1] * 51},
            {"media": "smell"},
            {"reply_to": 0},
            {"group": -1},
        ):
            self.failureResultOf(launch(self.client.send(**{"text": "a", "user": 2, **fields})), NotSendable)
        self.failureResultOf(launch(self.client.edit(7, "x" * 8193)), NotSendable)
        self.failureResultOf(launch(self.client.react(7, "")), NotSendable)
        self.assertEqual(self.world.attempts, 0)


class WithoutCoroutinesTests(ClientCase):
    """The same by callbacks: C{post} and C{on_item}."""

    def setUp(self):
        super().setUp()
        self.outcomes: list[Any] = []
        self.items: list[Any] = []

    def post(self, text, **fields):
        self.client.post(Send(user=2, text=text, **fields), self.outcomes.append)
        self.world.flush()

    def test_the_ack(self):
        self.connect()
        self.post("hi")
        self.assertEqual(self.outcomes, [])
        self.peer.ack(self.peer.said("send")[0], 101)
        self.world.flush()
        self.assertEqual([ack.id for ack in self.outcomes], [101])

    def test_it_connects_and_is_repeated_as_any_other(self):
        self.post("a")
        self.peer, self.wire = self.world.accept()
        self.reconnect(Peer(counter=1))
        self.assertEqual([(one["counter"], one["text"]) for one in self.peer.said("send")], [(1, "a")])
        self.peer.ack(self.peer.said("send")[0], 101, duplicate=True)
        self.world.flush()
        self.assertEqual([ack.id for ack in self.outcomes], [101])

    def test_an_error(self):
        self.connect()
        self.post("a")
        self.peer.refuse(self.peer.said("send")[0], "not_a_member")
        self.world.flush()
        self.assertEqual([error.code for error in self.outcomes], ["not_a_member"])

    def test_the_end(self):
        self.connect()
        self.post("a")
        self.peer.sendClose(4003)
        self.world.flush()
        self.assertEqual([type(error) for error in self.outcomes], [Unconfirmed])
        self.assertRaises(Replaced, self.client.post, Send(user=2, text="b"))

    def test_what_no_server_takes(self):
        self.assertRaises(NotSendable, self.client.post, Send(user=2, text="x" * 9000))

    def test_an_answer_that_leads_to_more(self):
        """Each answer sends the next one: in one write, and so for ever."""
        self.connect(window=1)
        texts = iter("abc")

        def more(_=None):
            text = next(texts, None)
            if text is not None:
                self.client.post(Send(user=2, text=text), more)

        more()
        self.world.flush()
        for number in range(3):
            self.peer.ack(self.peer.said("send")[number], 101 + number)
            self.world.flush()
        self.assertEqual([one["text"] for one in self.peer.said("send")], list("abc"))

    def test_items_come_at_once(self):
        self.connect(on_item=self.items.append, inbox_limit=1)
        for number in (101, 101, 103, 102):
            self.peer.event(number)
        self.peer.say("typing", **{"from": 2, "user": 1})
        self.world.flush()
        self.assertEqual([getattr(item, "id", None) for item in self.items], [101, 103, None])
        self.assertEqual((self.client.cursor, len(self.client.events()), self.wire.paused), (103, 0, False))
        self.reconnect()
        self.assertEqual(self.peer.said("sync")[0]["since"], 103)

    def test_a_callback_that_fails_costs_nobody_else_anything(self):
        self.connect(on_item=lambda item: 1 / 0)
        self.client.post(Send(user=2, text="a"), lambda outcome: 1 / 0)
        self.post("b")
        self.peer.event(101)
        for number, one in enumerate(self.peer.said("send")):
            self.peer.ack(one, 102 + number)
        self.world.flush()
        self.assertEqual([ack.id for ack in self.outcomes], [103])
        self.assertEqual(self.client.cursor, 101)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)


class AskingTests(ClientCase):
    def ask(self, coroutine):
        asking = launch(coroutine)
        self.world.flush()
        return asking, {k: v for k, v in self.peer.frames[-1].items() if k != "ref"}

    def answer(self, op, **fields):
        self.say(op, ref=self.peer.frames[-1]["ref"], **fields)

    def test_marks(self):
        self.connect()
        asking, frame = self.ask(self.client.marks(group=1000000001))
        self.assertEqual(frame, {"op": "marks", "group": 1000000001})
        self.answer("marks", unread=2, received=9, read=7, others=[{"user": 2, "received": 9, "read": 9}])
        marks = self.successResultOf(asking)
        self.assertEqual((marks.unread, marks.others[0].user), (2, 2))

    def test_read_and_received(self):
        self.connect()
        for call, op in ((self.client.read, "read"), (self.client.received, "received")):
            asking, frame = self.ask(call(9, user=2))
            self.assertEqual(frame, {"op": op, "id": 9, "user": 2})
            self.assertNoResult(asking)
            self.answer("done")
            self.assertIsNone(self.successResultOf(asking))

    def test_history(self):
        self.connect()
        asking, frame = self.ask(self.client.history(user=2, before=39, limit=2))
        self.assertEqual(frame, {"op": "history", "user": 2, "before": 39, "limit": 2})
        message = {"id": 3, "conversation": 3, "seq": 1, "n": 1, "time": 0, "from": 1, "media": "text", "text": "x"}
        self.answer("history", messages=[message], more=True)
        page = self.successResultOf(asking)
        self.assertEqual((page.more, page.messages[0].text), (True, "x"))

    def test_typing(self):
        self.client.typing(user=2)
        self.connect()
        self.client.typing(user=2)
        self.world.flush()
        self.assertEqual(self.peer.frames[2:], [{"op": "typing", "user": 2}])
        self.wire.producer.pauseProducing()
        self.client.typing(user=2)
        self.world.flush()
        self.assertEqual(len(self.peer.frames), 3)

    def test_presence_is_told_on_later_connections_too(self):
        self.connect()
        asking, frame = self.ask(self.client.watch([2, 3], [1000000001]))
        self.assertEqual(frame, {"op": "watch", "users": [2, 3], "groups": [1000000001]})
        self.answer("presence", online=[2], offline=[3])
        self.assertEqual(self.successResultOf(asking).online, [2])
        asking, frame = self.ask(self.client.show(False))
        self.assertEqual(frame, {"op": "show", "presence": False})
        self.answer("done")
        self.successResultOf(asking)
        self.reconnect()
        self.assertEqual(
            self.peer.frames[1:3],
            [
                {"op": "show", "presence": False},
                {"op": "watch", "users": [2, 3], "groups": [1000000001]},
            ],
        )
        self.say("presence", online=[], offline=[2, 3])
        self.assertEqual(self.take(1)[0].offline, [2, 3])

    def test_an_error(self):
        self.connect()
        asking, _ = self.ask(self.client.marks(user=2))
        self.answer("error", code="no_such_target", message="who?")
        self.assertEqual(self.failureResultOf(asking, Refused).value.code, "no_such_target")
        self.assertEqual(len(self.client.events()), 0)

    def test_no_answer(self):
        self.connect()
        asking, _ = self.ask(self.client.marks(user=2))
        self.world.advance(29)
        self.assertNoResult(asking)
        self.world.advance(1)
        self.failureResultOf(asking, NoAnswer)
        self.answer("marks", unread=2, received=9, read=7, others=[])
        self.assertEqual(len(self.client.events()), 0)

    def test_an_answer_to_something_else(self):
        self.connect()
        asking, _ = self.ask(self.client.marks(user=2))
        self.answer("done")
        self.failureResultOf(asking, BadAnswer)

    def test_a_lost_connection(self):
        self.connect()
        asking, _ = self.ask(self.client.marks(user=2))
        self.peer.transport.loseConnection()
        self.world.flush()
        self.failureResultOf(asking, NotConnected)
        self.failureResultOf(launch(self.client.marks(user=2)), NotConnected)
        self.world.advance(2)
        peer, _ = self.world.accept()
        self.assertEqual(peer.said("marks"), [])

    def test_given_up(self):
        self.connect()
        asking, _ = self.ask(self.client.marks(user=2))
        asking.cancel()
        self.failureResultOf(asking)
        self.answer("marks", unread=2, received=9, read=7, others=[])


class ReconnectingTests(ClientCase):
    def test_backs_off_and_comes_back(self):
        waiting = launch(self.client.connected())
        self.world.refuse()
        self.world.reactor.advance(1.5)
        self.assertEqual(self.world.attempts, 0)
        self.world.reactor.advance(0.5)
        self.world.refuse()
        self.world.reactor.advance(4)
        self.assertNoResult(waiting)
        self.world.accept()
        self.successResultOf(waiting)
        self.assertEqual((self.delays, self.states), ([1, 2], [True]))

    def test_a_lost_connection(self):
        self.connect()
        reading = self.take(1)
        self.peer.transport.loseConnection()
        self.world.flush()
        self.assertEqual(self.states, [True, False])
        again = launch(self.client.connected())
        self.assertNoResult(again)
        self.world.advance(2)
        peer, _ = self.world.accept()
        self.successResultOf(again)
        self.assertEqual((self.states, self.delays), ([True, False, True], [1]))
        peer.event(101, "after")
        self.world.flush()
        self.assertEqual(reading[0].text, "after")

    def test_without_a_welcome_it_counts_as_a_failure(self):
        """A server that accepts and drops is not hammered."""
        launch(self.client.connected())
        for delay in (2, 4, 6):
            peer, _ = self.world.accept(Peer(welcome=False))
            peer.transport.loseConnection()
            self.world.flush()
            self.world.advance(delay)
        self.assertEqual((self.delays, self.states), ([1, 2, 3], []))

    def test_other_answers_are_no_reason_to_stop(self):
        launch(self.client.connected())
        for status in ("503 Busy", "400 Bad Request", "nonsense"):
            self.world.accept(Refusal(status))
            self.world.advance(6)
            self.assertEqual(self.world.attempts, 1)

    def test_401_stops(self):
        self.connect()
        reading = self.take(2)
        self.peer.event(101, "last")
        self.world.flush()
        sending = self.send(2, "a")
        self.peer.transport.loseConnection()
        self.world.flush()
        unsent = self.send(2, "b")
        again = launch(self.client.connected())
        self.world.advance(2)
        self.world.accept(Refusal("401 Unauthorized"))
        error = self.failureResultOf(again, Unauthorized).value
        self.assertNotIn(TOKEN, str(error))
        self.assertEqual(reading[0].text, "last")
        self.assertIsInstance(reading[1], Unauthorized)
        self.failureResultOf(sending, Unconfirmed)
        self.failureResultOf(unsent, Unauthorized)
        self.failureResultOf(self.send(2, "c"), Unauthorized)
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])
        self.failureResultOf(launch(self.client.connected()), Unauthorized)
        self.finish()

    def test_404_stops(self):
        waiting = launch(self.client.connected())
        self.world.accept(Refusal("404 Not Found"))
        error = self.failureResultOf(waiting, BadAnswer).value
        self.assertIn("v2", str(error))
        self.assertEqual(len(str(error).splitlines()), 1)
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)

    def test_404_of_a_server_that_had_v2_does_not(self):
        self.connect()
        self.peer.transport.loseConnection()
        self.world.flush()
        self.world.advance(2)
        self.world.accept(Refusal("404 Not Found"))
        self.world.advance(4)
        self.assertEqual(self.world.attempts, 1)

    def test_codes_that_stop(self):
        for code, kind in ((4001, Unauthorized), (4005, Unauthorized), (4003, Replaced)):
            self.states.clear()
            self.connect(language="en")
            reading = self.take(1)
            sending = self.send(2, "a")
            self.peer.sendClose(code)
            self.world.flush()
            self.assertIsInstance(reading[0], kind)
            self.failureResultOf(sending, Unconfirmed)
            self.world.advance(100)
            self.assertEqual((self.world.attempts, self.states), (0, [True]))
            self.assertEqual(self.world.reactor.getDelayedCalls(), [])

    def test_codes_that_do_not(self):
        for code in (1000, 4002, 4008, 4010, 4011):
            self.connect(language="en")
            self.peer.sendClose(code)
            self.world.flush()
            self.world.advance(2)
            self.assertEqual(self.world.attempts, 1, code)
            self.world.accept()

    def test_a_server_that_says_when(self):
        for reason, seconds in (
            ("the server stops; retry after 5 s", 7),
            ("the server stops", 2),
            ("retry after x s", 2),
        ):
            self.connect(language="en")
            self.peer.sendClose(4002, reason)
            self.world.flush()
            self.world.advance(seconds - 1)
            self.assertEqual(self.world.attempts, 0, reason)
            self.world.advance(1)
            self.assertEqual(self.world.attempts, 1, reason)
            self.world.accept()

    def test_a_dead_connection_is_noticed(self):
        self.connect()
        self.world.pumps.clear()  # from now on nothing arrives
        self.world.advance(59)
        self.assertFalse(self.wire.aborted)
        self.world.advance(1)
        self.assertTrue(self.wire.aborted)

    def test_an_idle_connection_stays(self):
        self.connect()
        self.world.advance(1000)
        self.assertFalse(self.wire.aborted)
        self.assertEqual(self.peer.pings, 50)

    def test_a_connection_that_is_not_read_counts_as_alive_and_gives_signs_of_life(self):
        self.connect(inbox_limit=1)
        self.peer.event(101)
        self.world.flush()
        self.world.advance(1000)
        self.assertFalse(self.wire.aborted)
        self.assertEqual(self.peer.pings, 50)

    def test_the_default_wait(self):
        policy = backoff()
        waits = [policy(failures) for failures in range(1, 1000)]
        self.assertTrue(all(1 <= wait <= 30 for wait in waits))
        self.assertGreater(min(waits[20:]), 25)
        self.assertGreater(len({policy(1) for _ in range(20)}), 10)


class ClosingTests(ClientCase):
    def test_it_waits_for_the_answers(self):
        self.connect()
        sending = self.send(2, "last")
        closing = launch(self.client.close())
        self.world.flush()
        self.assertNoResult(closing)
        self.assertIsNone(self.peer.closed)
        self.peer.ack(self.peer.frames[-1], 101)
        self.world.flush()
        self.assertTrue(self.successResultOf(closing))
        self.successResultOf(sending)
        self.assertEqual((self.peer.closed, self.states), ((True, 1000), [True]))
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])

    def test_it_does_not_wait_for_ever(self):
        self.connect()
        sending = self.send(2, "last")
        closing = launch(self.client.close(timeout=5))
        self.world.advance(5)
        self.assertFalse(self.successResultOf(closing))
        self.failureResultOf(sending, Unconfirmed)

    def test_the_connection_is_lost_meanwhile(self):
        self.connect()
        sending = self.send(2, "last")
        closing = launch(self.client.close())
        self.peer.transport.loseConnection()
        self.world.flush()
        self.assertFalse(self.successResultOf(closing))
        self.failureResultOf(sending, Unconfirmed)
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)

    def test_before_and_after(self):
        sending = self.send(2, "a")
        self.assertFalse(self.finish())
        self.assertEqual(type(self.failureResultOf(sending).value), NotConnected)
        self.failureResultOf(self.send(2, "a"), NotConnected)

    def test_iteration_ends_after_what_had_come(self):
        self.connect()
        self.peer.event(101)
        self.world.flush()
        self.finish()
        ended = []

        async def read():
            async for message in self.client.messages():
                ended.append(message.id)
            ended.append("end")

        self.successResultOf(launch(read()))
        self.assertEqual(ended, [101, "end"])

    def test_a_server_that_does_not_answer(self):
        self.connect()
        self.world.pumps[0].serverIO.bufferReceived = lambda data: None
        closing = launch(self.client.close(timeout=5))
        self.world.advance(4)
        self.assertNoResult(closing)
        self.world.advance(1)
        self.assertFalse(self.successResultOf(closing))

    def test_with_a_full_queue(self):
        """Or nobody would read the server's answer. What is left out then is behind the cursor."""
        self.connect(inbox_limit=2)
        for number in (101, 102):
            self.peer.event(number)
        self.world.flush()
        for number in (103, 104):
            self.peer.event(number)
        self.assertTrue(self.finish())
        self.assertEqual(len(self.client.events()), 2)
        self.take(2)
        self.assertEqual(self.client.cursor, 102)

    def test_while_connecting(self):
        waiting = launch(self.client.connected())
        self.successResultOf(launch(self.client.close()))
        self.failureResultOf(waiting, NotConnected)

    def test_while_opening(self):
        waiting = launch(self.client.connected())
        self.world.accept(Peer(welcome=False))
        self.finish()
        self.failureResultOf(waiting, NotConnected)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])

    def test_while_waiting_to_try_again(self):
        waiting = launch(self.client.connected())
        self.world.refuse()
        self.successResultOf(launch(self.client.close()))
        self.failureResultOf(waiting, NotConnected)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])

    def test_never_begun_and_twice(self):
        self.assertTrue(self.successResultOf(launch(self.client.close())))
        self.assertTrue(self.successResultOf(launch(self.client.close())))
        self.failureResultOf(launch(self.client.connected()), NotConnected)

    def test_again_as_soon_as_it_is_done(self):
        """The service's machine does not like that."""
        self.connect()

        async def close_twice():
            return await self.client.close(), await self.client.close()

        closing = launch(close_twice())
        self.world.flush()
        self.assertEqual(self.successResultOf(closing), (True, True))

    def test_the_server_goes_first(self):
        self.connect()
        self.peer.sendClose(1000)
        self.world.flush()
        self.assertEqual(self.states, [True, False])
        self.world.advance(2)
        self.assertEqual(self.world.attempts, 1)
