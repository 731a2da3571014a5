"""The WebSocket client, against Autobahn's server in memory."""

from importlib import import_module
from typing import Any, cast

from twisted.internet.protocol import Protocol
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.connection import Client, Gate, backoff
from hichat.client.wire import GREETING, Complaint, Media, Message, NotConnected, NotSendable, Type, Unauthorized
from tests.client.support import ANN, TOKEN, Peer, Refusal, World, frame, launch


class ClientCase(SynchronousTestCase):
    def setUp(self):
        self.world = World()
        self.states = []
        self.delays = []
        self.client = self.make()

    def make(self, **options):
        options = {"retry": self.retry, "language": "en", **options}
        return Client(self.world.reactor, "http://127.0.0.1:8080/x", ANN, on_state=self.states.append, **options)

    def retry(self, failures):
        self.delays.append(failures)
        return 2.0 * failures

    def connect(self, **options):
        """@return: the server's end of a connection that is ready."""
        if options:
            self.client = self.make(**options)
        waiting = launch(self.client.connected())
        self.peer, self.wire = self.world.accept()
        self.successResultOf(waiting)

    def take(self, count):
        """@return: the next messages, or as many as there are."""
        found = []

        async def read():
            async for message in self.client.messages():
                found.append(message)
                if len(found) == count:
                    return

        launch(read()).addErrback(lambda failure: found.append(failure.value))
        self.world.flush()
        return found

    def finish(self, **options):
        """Close, and let the server answer."""
        closing = launch(self.client.close(**options))
        self.world.flush()
        return self.successResultOf(closing)


class OpeningTests(ClientCase):
    def test_waits_for_the_greeting(self):
        waiting = launch(self.client.connected())
        peer, _ = self.world.accept(Peer(greet=False))
        self.assertNoResult(waiting)
        self.failureResultOf(launch(self.client.send(2, "hi")), NotConnected)
        peer.say(GREETING)
        self.world.flush()
        self.successResultOf(waiting)
        self.assertEqual(self.states, [True])
        self.successResultOf(launch(self.client.connected()))

    def test_the_request(self):
        self.connect()
        request = self.peer.request
        self.assertEqual(request.path, "/x/v1/user/SendUserMsg")
        self.assertEqual(request.params, {"userId": ["1"], "token": [TOKEN]})
        self.assertEqual(request.headers["accept-language"], "en")
        self.assertEqual(request.headers["host"], "127.0.0.1:8080")

    def watch_log(self):
        """@return: the list of what is logged from now on."""
        events: list[LogEvent] = []
        observer = cast(ILogObserver, events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        return events

    def test_the_token_is_in_no_log_and_no_repr(self):
        events = self.watch_log()
        self.connect()
        link = self.client.link
        self.peer.transport.loseConnection()
        self.world.flush()
        self.assertNotIn(TOKEN, repr([{k: str(v) for k, v in event.items()} for event in events]))
        self.assertNotIn(TOKEN, repr(vars(link.factory)))

    def test_debug_logging_of_autobahn_stays_off(self):
        txaio: Any = import_module("txaio")
        before = txaio.get_global_log_level()
        self.addCleanup(txaio.set_global_log_level, before)
        txaio.set_global_log_level("debug")
        events = self.watch_log()
        launch(self.client.connected())
        server, _ = self.world.accept(Refusal("503 Busy"))
        self.assertIn(TOKEN.encode(), server.got)
        self.assertNotIn(TOKEN, repr([{key: str(value) for key, value in event.items()} for event in events]))

    def test_a_server_that_never_greets_is_left(self):
        launch(self.client.connected())
        _, wire = self.world.accept(Peer(greet=False))
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

    def test_a_message_before_the_greeting_is_kept(self):
        waiting = launch(self.client.connected())
        peer, _ = self.world.accept(Peer(greet=False))
        peer.say(frame(2, 1, "early"))
        self.world.flush()
        self.assertNoResult(waiting)
        self.assertEqual(self.take(1)[0].content, "early")

    def test_a_second_greeting_is_only_text(self):
        self.connect()
        self.peer.say(GREETING)
        self.assertEqual(self.take(1), [Complaint(GREETING)])


class ReceivingTests(ClientCase):
    def test_messages_and_complaints(self):
        self.connect()
        self.peer.say(frame(2, 1, "嗨"))
        self.peer.say("the content is too long")
        self.peer.sendMessage(b"binary", True)
        self.peer.say(frame(3, 1000000001, "", type=2, media=4, url="/p.png"))
        text, complaint, picture = self.take(3)
        self.assertEqual(text, Message(2, 1, Type.PRIVATE, Media.TEXT, "嗨", "", 0, frame(2, 1, "嗨")))
        self.assertEqual(complaint, Complaint("the content is too long"))
        self.assertEqual(
            (picture.type, picture.target, picture.media, picture.url),
            (Type.GROUP, 1000000001, Media.PICTURE, "/p.png"),
        )

    def test_a_reader_that_waits(self):
        self.connect()
        found = self.take(2)
        self.assertEqual(found, [])
        self.peer.say(frame(2, 1, "a"))
        self.world.flush()
        self.peer.say(frame(2, 1, "b"))
        self.world.flush()
        self.assertEqual([message.content for message in found], ["a", "b"])

    def test_a_reader_that_gave_up_takes_nothing(self):
        self.connect()
        reading = launch(self.client.messages().__anext__())
        reading.cancel()
        self.failureResultOf(reading)
        self.peer.say(frame(2, 1, "a"))
        self.world.flush()
        self.assertEqual(self.take(1)[0].content, "a")

    def test_two_readers_share(self):
        self.connect()
        first, second = self.take(1), self.take(1)
        self.peer.say(frame(2, 1, "a"))
        self.peer.say(frame(2, 1, "b"))
        self.world.flush()
        self.assertEqual([message.content for message in first + second], ["a", "b"])

    def test_reading_stops_when_nobody_takes(self):
        self.connect(inbox_limit=10)
        for number in range(9):
            self.peer.say(frame(2, 1, str(number)))
        self.world.flush()
        self.assertFalse(self.wire.paused)
        # These come in one read: Autobahn passes on all of it, and that is the bound.
        for number in range(9, 15):
            self.peer.say(frame(2, 1, str(number)))
        self.world.flush()
        self.assertTrue(self.wire.paused)
        self.peer.say(frame(2, 1, "15"))
        self.world.flush()
        self.assertEqual(len(self.client.messages()), 15)
        self.take(9)
        self.assertTrue(self.wire.paused)
        self.take(1)
        self.assertFalse(self.wire.paused)
        self.assertEqual([message.content for message in self.take(6)], ["10", "11", "12", "13", "14", "15"])

    def test_a_new_connection_is_not_read_either_while_the_queue_is_full(self):
        self.connect(inbox_limit=1)
        self.peer.say(frame(2, 1, "a"))
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
        self.peer.say("x" * 70_000)
        self.world.flush()
        self.assertEqual(self.peer.closed[1], 1009)
        self.world.advance(2)
        self.assertEqual(self.world.attempts, 1)
        self.assertEqual(len(self.client.messages()), 0)


class SendingTests(ClientCase):
    def send(self, *args, **kwargs):
        return launch(self.client.send(*args, **kwargs))

    def test_the_frame(self):
        self.world.reactor.advance(1.5)
        self.connect()
        self.successResultOf(self.send(2, "嗨"))
        self.successResultOf(self.send(1000000001, "", type=Type.GROUP, media=Media.AUDIO, url="/a", seconds=2))
        self.world.flush()
        self.assertEqual(
            self.peer.frames,
            [
                {"TargetId": 2, "Type": 1, "CreateTime": 1500, "userId": 1, "Media": 1, "Content": "嗨"},
                {
                    "TargetId": 1000000001,
                    "Type": 2,
                    "CreateTime": 1500,
                    "userId": 1,
                    "Media": 3,
                    "Content": "",
                    "url": "/a",
                    "amount": 2,
                },
            ],
        )

    def test_too_long(self):
        self.connect()
        self.failureResultOf(self.send(2, "x" * 8193), NotSendable)

    def test_before_and_after(self):
        self.failureResultOf(self.send(2, "a"), NotConnected)
        self.connect()
        self.finish()
        self.failureResultOf(self.send(2, "a"), NotConnected)

    def test_nothing_is_kept_for_later(self):
        self.connect()
        self.peer.transport.loseConnection()
        self.world.flush()
        self.failureResultOf(self.send(2, "lost"), NotConnected)
        self.world.advance(2)
        peer, _ = self.world.accept()
        self.assertEqual(peer.frames, [])

    def test_waits_while_too_much_is_to_be_written(self):
        self.connect()
        self.wire.producer.pauseProducing()
        sent = [self.send(2, text) for text in "abc"]
        for one in sent:
            self.assertNoResult(one)
        self.world.flush()
        self.assertEqual(self.peer.frames, [])
        self.wire.producer.resumeProducing()
        self.world.flush()
        self.assertEqual([one["Content"] for one in self.peer.frames], ["a", "b", "c"])

    def test_a_connection_that_is_lost_meanwhile(self):
        self.connect()
        self.wire.producer.pauseProducing()
        sending = self.send(2, "a")
        self.peer.transport.loseConnection()
        self.world.flush()
        self.failureResultOf(sending, NotConnected)

    def test_while_the_server_says_goodbye(self):
        self.connect()
        self.peer.sendClose(4000)
        self.world.pumps[0].pump()
        self.failureResultOf(self.send(2, "a"), NotConnected)


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
        peer.say(frame(2, 1, "after"))
        self.world.flush()
        self.assertEqual(reading[0].content, "after")

    def test_without_a_greeting_it_counts_as_a_failure(self):
        """A server that accepts and drops is not hammered."""
        launch(self.client.connected())
        for delay in (2, 4, 6):
            peer, _ = self.world.accept(Peer(greet=False))
            peer.transport.loseConnection()
            self.world.flush()
            self.world.advance(delay)
        self.assertEqual((self.delays, self.states), ([1, 2, 3], []))

    def test_other_answers_are_no_reason_to_stop(self):
        launch(self.client.connected())
        for status in ("503 Busy", "404 Not Found", "nonsense"):
            self.world.accept(Refusal(status))
            self.world.advance(6)
            self.assertEqual(self.world.attempts, 1)

    def test_401_stops(self):
        self.connect()
        reading = self.take(2)
        self.peer.say(frame(2, 1, "last"))
        self.world.flush()
        self.peer.transport.loseConnection()
        self.world.flush()
        again = launch(self.client.connected())
        self.world.advance(2)
        self.world.accept(Refusal("401 Unauthorized"))
        error = self.failureResultOf(again, Unauthorized).value
        self.assertNotIn(TOKEN, str(error))
        self.assertEqual(reading[0].content, "last")
        self.assertIsInstance(reading[1], Unauthorized)
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])
        self.failureResultOf(launch(self.client.connected()), Unauthorized)
        self.finish()

    def test_a_dead_connection_is_noticed(self):
        self.connect()
        self.world.pumps.clear()  # from now on nothing arrives
        self.world.advance(89)
        self.assertFalse(self.wire.aborted)
        self.world.advance(1)
        self.assertTrue(self.wire.aborted)

    def test_an_idle_connection_stays(self):
        self.connect()
        self.world.advance(1000)
        self.assertFalse(self.wire.aborted)

    def test_a_connection_that_is_not_read_counts_as_alive(self):
        self.connect(inbox_limit=1)
        self.peer.say(frame(2, 1, "a"))
        self.world.flush()
        self.world.advance(1000)
        self.assertFalse(self.wire.aborted)

    def test_the_default_wait(self):
        policy = backoff()
        waits = [policy(failures) for failures in range(1, 1000)]
        self.assertTrue(all(1 <= wait <= 30 for wait in waits))
        self.assertGreater(min(waits[20:]), 25)
        self.assertGreater(len({policy(1) for _ in range(20)}), 10)


class ClosingTests(ClientCase):
    def test_the_server_has_read_everything(self):
        self.connect()
        self.successResultOf(launch(self.client.send(2, "last")))
        closing = launch(self.client.close())
        self.assertNoResult(closing)
        self.world.flush()
        self.assertTrue(self.successResultOf(closing))
        self.assertEqual(self.peer.frames[0]["Content"], "last")
        self.assertEqual(self.peer.closed, (True, 1000))
        self.assertEqual(self.states, [True])
        self.world.advance(100)
        self.assertEqual(self.world.attempts, 0)
        self.assertEqual(self.world.reactor.getDelayedCalls(), [])

    def test_iteration_ends_after_what_had_come(self):
        self.connect()
        self.peer.say(frame(2, 1, "a"))
        self.world.flush()
        self.finish()
        ended = []

        async def read():
            async for message in self.client.messages():
                ended.append(message.content)
            ended.append("end")

        self.successResultOf(launch(read()))
        self.assertEqual(ended, ["a", "end"])

    def test_a_server_that_does_not_answer(self):
        self.connect()
        self.world.pumps[0].serverIO.bufferReceived = lambda data: None
        closing = launch(self.client.close(timeout=5))
        self.world.advance(4)
        self.assertNoResult(closing)
        self.world.advance(1)
        self.assertFalse(self.successResultOf(closing))

    def test_with_a_full_queue(self):
        """Or nobody would read the server's answer."""
        self.connect(inbox_limit=2)
        for text in "ab":
            self.peer.say(frame(2, 1, text))
        self.world.flush()
        for text in "cd":
            self.peer.say(frame(2, 1, text))
        self.assertTrue(self.finish())
        self.assertEqual(len(self.client.messages()), 2)

    def test_while_connecting(self):
        waiting = launch(self.client.connected())
        self.successResultOf(launch(self.client.close()))
        self.failureResultOf(waiting, NotConnected)

    def test_while_opening(self):
        waiting = launch(self.client.connected())
        self.world.accept(Peer(greet=False))
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

    def test_the_server_goes_first(self):
        self.connect()
        self.peer.sendClose(1000)
        self.world.flush()
        self.assertEqual(self.states, [True, False])
        self.world.advance(2)
        self.assertEqual(self.world.attempts, 1)


class GateTests(SynchronousTestCase):
    def test_a_gate_that_is_shut_again_at_once(self):
        gate = Gate(shut=True)
        passed = []

        async def first():
            await gate.passed()
            passed.append(1)
            gate.pauseProducing()

        async def second():
            await gate.passed()
            passed.append(2)

        launch(first())
        launch(second())
        gate.resumeProducing()
        self.assertEqual(passed, [1])
        gate.stopProducing()
        self.assertEqual(passed, [1, 2])
