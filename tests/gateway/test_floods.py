"""Who sends more than a connection may: others do not wait for it, and it costs a bounded memory."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import txaio
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper

from hichat.pipeline.gateway.connection import PARTS, TURN_FRAMES, ChatProtocol
from hichat.pipeline.gateway.v2_connection import HELLO_READ
from hichat.pipeline.gateway.v2_session import HELLO_FRAMES, SignedIn
from hichat.v1.session import V1Session
from hichat.wire.frames import Close
from tests.support.gateway import ProtocolCase, Transport, V2Case, masked

RATE = 500

KINDS = {
    "ping": masked(b"", 9),
    "pong": masked(b"", 10),
    "long pong": masked(b"x" * 125, 10),
    "empty fragment": masked(b"", 0, fin=False),
    "binary": masked(b"", 2),
    "nonsense": masked(b"x"),
    "heartbeat": masked(b'{"userId":7,"Type":0}'),
}


class Turns(Clock):
    """As the reactor does it: what is called later in a turn, even at once, is for the next one."""

    def advance(self, amount: float) -> None:
        self.rightNow += amount
        due = [call for call in self.calls if call.getTime() <= self.rightNow]
        for call in due:
            if call.active():
                self.calls.remove(call)
                call.called = 1
                call.func(*call.args, **call.kw)


class FloodCase(ProtocolCase):
    def setUp(self) -> None:
        super().setUp()
        self.taken = 0
        self.clock = Turns()
        self.patch(txaio.config, "loop", self.clock)
        self.factory.clock = self.clock
        self.factory.inlet = replace(self.inlet, clock=self.clock, rate=RATE)

    def watch(self) -> None:
        """Count the frames that are dealt with."""
        count, received_all = V1Session.count, V1Session.received_all

        def counting(session: V1Session, frames: int) -> None:
            self.taken += frames
            count(session, frames)

        def receiving(session: V1Session, frames: list[bytes]) -> None:
            self.taken += len(frames)
            received_all(session, frames)

        self.patch(V1Session, "count", counting)
        self.patch(V1Session, "received_all", receiving)

    def feed(self, protocol: ChatProtocol, transport: Transport, data: bytes, seconds: float) -> None:
        """As much of it as is read, for so long, a read of 64 KiB at a time."""
        at = 0
        until = self.clock.seconds() + seconds
        while self.clock.seconds() < until:
            while transport.producerState == "producing" and not transport.disconnecting:
                protocol.dataReceived((data * 2)[at : at + 65536])
                at = (at + 65536) % len(data)
            self.clock.advance(0.001)


class FloodTests(FloodCase):
    def test_a_turn_takes_a_few(self) -> None:
        """All of them, in order, but others have their turn in between."""
        protocol, transport = self.online()
        bodies = [b'{"userId":7,"targetId":8,"Type":1,"Content":"%d"}' % number for number in range(500)]
        protocol.dataReceived(b"".join(map(masked, bodies)) + masked(b"x")[:4])
        turns = 0
        while transport.producerState == "paused":
            self.assertLessEqual(len(self.drafts), (turns + 1) * TURN_FRAMES)
            self.clock.advance(0)
            turns += 1
        self.assertEqual([draft.body for draft in self.drafts], bodies)
        self.assertGreaterEqual(turns, 500 // TURN_FRAMES)

    def test_control_frames_between_keep_their_place(self) -> None:
        protocol, transport = self.online()
        stream = b"".join(masked(b"%d" % number, 9) + masked(b"nonsense") for number in range(100))
        for at in range(0, len(stream), 333):
            protocol.dataReceived(stream[at : at + 333])
        self.clock.pump([0] * 100)
        answers = transport.value()
        places = [answers.index(b"\x8a" + bytes([len(b"%d" % n)]) + b"%d" % n) for n in range(100)]
        self.assertEqual(places, sorted(places))
        self.assertEqual(self.metrics.frames_refused, 100)

    def test_every_kind_counts(self) -> None:
        self.watch()
        for name, frame in KINDS.items():
            protocol, transport = self.online()
            self.taken = 0
            if name == "empty fragment":
                protocol.dataReceived(masked(b"", fin=False))
            self.feed(protocol, transport, frame * (65536 // len(frame) + 1) * len(frame), 10)
            # A second's worth at once, as much above it as is answered, and then the rate.
            self.assertLess(self.taken, RATE * 12, name)
            self.assertGreater(self.taken, RATE * 5, name)
            self.assertTrue(protocol.may_send, name)
            self.lose(protocol)

    def test_who_is_not_read_for_it_is_not_asked_for_a_sign(self) -> None:
        protocol, transport = self.online()
        for _ in range(20):
            protocol.dataReceived(KINDS["pong"] * RATE)
        self.clock.pump([0.0001] * 200)
        self.assertEqual(transport.producerState, "paused")
        transport.clear()
        for _ in range(9):
            protocol.look()
        self.assertEqual((transport.value(), protocol.may_send), (b"", True))

    def test_it_is_read_again(self) -> None:
        protocol, transport = self.online()
        protocol.dataReceived(KINDS["pong"] * (RATE + RATE // 3))
        self.clock.pump([0.0001] * 500)
        self.assertEqual(transport.producerState, "paused")
        self.clock.advance(0.6)
        self.clock.pump([0.0001] * 100)
        self.assertEqual(transport.producerState, "producing")
        protocol.dataReceived(masked(b'{"userId":7,"targetId":8,"Type":1}'))
        self.assertEqual(len(self.drafts), 1)

    def test_fragments_cost_what_they_say(self) -> None:
        """Empty ones may come for ever; of others a message may have as many as bytes."""
        for piece, count in ((b"", 10_000), (b"x", 10_000), (b"xyz", 8_000)):
            protocol, transport = self.online()
            protocol.dataReceived(masked(b"x", fin=False))
            self.feed(protocol, transport, masked(piece, 0, fin=False) * 20_000, count / RATE)
            assert protocol.message_data is not None
            self.assertLessEqual(len(protocol.message_data), PARTS + 1)
            self.assertLess(sum(map(sys.getsizeof, protocol.message_data)), 40_000)
            self.lose(protocol)

    def test_a_frame_that_comes_byte_by_byte(self) -> None:
        protocol, _ = self.online()
        for byte in masked(b"x" * 10_000, fin=False):
            protocol.dataReceived(bytes([byte]))
        assert protocol.message_data is not None
        self.assertEqual(b"".join(protocol.message_data), b"x" * 10_000)

    def test_nothing_is_left_of_one_who_is_gone(self) -> None:
        protocol, _ = self.online()
        protocol.dataReceived(KINDS["nonsense"] * (2 * RATE))
        self.clock.pump([0.0001] * 500)
        self.lose(protocol)
        self.clock.advance(0)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class V2FloodTests(V2Case):
    def hello(self) -> tuple[ChatProtocol, Transport]:
        self.signing_in = Deferred()
        protocol, transport = self.connect()
        protocol.dataReceived(masked(b'{"op":"hello","device":"x"}'))
        self.signing_in.callback(SignedIn(7, 3, 0, 2))
        transport.clear()
        return protocol, transport

    def test_before_the_hello(self) -> None:
        for name in ("ping", "pong", "long pong"):
            protocol, transport = self.connect()
            protocol.dataReceived(KINDS[name] * HELLO_FRAMES)
            self.clock.pump([0] * 10)
            self.assertTrue(protocol.may_send, name)
            protocol.dataReceived(KINDS[name])
            self.assertEqual(self.closed(transport), Close.NO_HELLO, name)
            self.assertEqual(transport.producerState, "paused", "it is not read while the close is on its way")
            self.lose(protocol)

    def test_empty_fragments_before_the_hello(self) -> None:
        protocol, transport = self.connect()
        protocol.dataReceived(masked(b"", fin=False) + KINDS["empty fragment"] * HELLO_FRAMES)
        self.clock.pump([0] * 10)
        self.assertEqual(self.closed(transport), Close.NO_HELLO)

    def test_small_reads_before_the_hello(self) -> None:
        protocol, transport = self.connect()
        self.assertEqual(vars(transport)["bufferSize"], HELLO_READ)
        protocol.dataReceived(masked(b'{"op":"hello","device":"x"}'))
        self.assertNotIn("bufferSize", vars(transport))

    def test_small_reads_below_tls(self) -> None:
        protocol = self.factory.buildProtocol(None)
        self.admit(protocol, 7)
        socket = Transport()
        wrapper: Any = ProtocolWrapper(None, protocol)  # type: ignore[arg-type]
        wrapper.transport = socket
        protocol.transport = wrapper
        protocol.opened()
        self.assertEqual(vars(socket)["bufferSize"], HELLO_READ)
        protocol.greeted()
        self.assertNotIn("bufferSize", vars(socket))

    def test_what_comes_though_it_is_not_read(self) -> None:
        """TLS gives all that it has decrypted."""
        protocol, transport = self.hello()
        protocol.dataReceived(masked(b'{"op":"ping","ref":1}') * 40)
        self.assertEqual(transport.producerState, "paused")
        protocol.dataReceived(masked(b'{"op":"ping","ref":2}'))
        self.clock.pump([0] * 3)
        answers = [json.loads(part[1:])["ref"] for part in transport.value().split(b"\x81")[1:]]
        self.assertEqual(answers, [1] * 40 + [2])

    def test_refusals_are_bounded_and_none_slips_in(self) -> None:
        """Whoever does not hear them is not told for ever; and nothing behind the first of them is taken."""
        protocol, transport = self.hello()
        frames = [masked(b'{"op":"ping","ref":%d}' % number) for number in range(20_000)]
        data = b"".join(frames)
        at = 0
        rate = self.inlet.rate
        for _ in range(4000):
            if transport.producerState == "producing" and at < len(data):
                protocol.dataReceived(data[at : at + 65536])
                at += 65536
            self.clock.advance(0.001)
        answers = [json.loads(part[part.index(b"{") :]) for part in transport.value().split(b"\x81")[1:]]
        self.assertEqual([answer["ref"] for answer in answers], list(range(len(answers))))
        refused = [answer["ref"] for answer in answers if answer["op"] == "error"]
        self.assertEqual({answer["code"] for answer in answers if answer["op"] == "error"}, {"too_fast"})
        self.assertLess(len(refused), 4 * rate * 0.6)
        self.assertEqual(refused, list(range(refused[0], len(answers))))
        self.assertGreaterEqual(refused[0], rate)
