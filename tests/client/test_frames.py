"""The client's fast way for usual frames does what Autobahn's parser does, and its writes are joined."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.wire import websocket
from hichat.wire.websocket import ParsedFrames
from tests import proof
from tests.support.client import Peer
from tests.support.client_cases import ClientCase
from tests.support.frames import TEXTS, frame

USUAL = st.builds(frame, st.just(0x81), TEXTS, st.just(b""), st.just(False))
FRAMES = st.one_of(
    USUAL,
    USUAL,
    st.builds(
        frame,
        st.sampled_from([0x82, 0x01, 0x80, 0x00, 0x89, 0x8A, 0x88, 0xC1, 0x83]),
        TEXTS,
        st.just(b""),
        st.just(False),
    ),
    st.builds(frame, st.just(0x81), st.binary(max_size=20), st.just(b""), st.just(False)),
    st.builds(frame, st.just(0x81), TEXTS, st.just(b"abcd")),
    st.builds(frame, st.just(0x81), TEXTS, st.just(b""), st.just(False), st.just(True)),
)


class TakeTests(ClientCase):
    def outcome(self, chunks: list[bytes], fast: bool) -> object:
        """@return: what the client's connection hands on, and how it ends."""
        self.patch(websocket, "take", frames_take if fast else lambda data, **_: ParsedFrames([], 0, True))
        self.connect(Peer(), language="en")
        self.addCleanup(self.world.pumps.clear)
        protocol: Any = self.client.protocol
        seen: list[bytes] = []
        self.patch(self.client, "received_frames", seen.extend)
        for chunk in chunks:
            if not self.wire.disconnecting and not self.wire.disconnected:
                protocol.dataReceived(chunk)
        self.world.flush()
        return seen, protocol.state, self.peer.closed

    @settings(max_examples=proof.many(200, 40), deadline=None)
    @given(st.lists(FRAMES, max_size=8), st.binary(max_size=10), st.lists(st.integers(0, 400), max_size=8))
    def test_same_as_autobahn(self, sent: list[bytes], junk: bytes, cuts: list[int]) -> None:
        """The same bytes, cut anywhere: the same messages, the same closes."""
        # Autobahn says at once what is wrong with half a frame, we when it is whole: so what the junk begins ends.
        data = b"".join(sent) + (junk + bytes(70_000) if junk else b"")
        places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        chunks = [data[a:b] for a, b in itertools.pairwise(places)]
        self.assertEqual(self.outcome(chunks, True), self.outcome(chunks, False))

    def test_byte_by_byte(self) -> None:
        texts = (b"", b"hello", b"x" * 125, b"x" * 126, b"y" * 3000, b"z" * 70_000)
        data = b"".join(frame(0x81, text, b"", False) for text in texts)
        data += frame(0x89, b"ping", b"", False) + frame(0x81, b"after", b"", False)
        outcome: Any = self.outcome([data[i : i + 1] for i in range(len(data))], True)
        self.assertEqual(outcome[0], [*texts, b"after"])

    def test_a_close_behind_half_a_frame(self) -> None:
        """What has begun is not forgotten when the connection is closing: the handshake is clean."""
        self.connect()
        protocol: Any = self.client.protocol
        seen: list[bytes] = []
        self.patch(self.client, "received_frames", seen.extend)
        data = frame(0x81, b'{"op":"pong"}', b"", False)
        protocol.dataReceived(data[:5])
        protocol.sendClose(1000)
        protocol.dataReceived(data[5:])
        self.assertEqual((seen, self.wire.disconnecting), ([b'{"op":"pong"}'], False))


class MaskedTests(SynchronousTestCase):
    @given(st.lists(TEXTS, max_size=8))
    def test_the_server_reads_them(self, texts: list[bytes]) -> None:
        data = websocket.masked(texts)
        self.assertEqual(websocket.take(data), ParsedFrames(texts, len(data), False))

    def test_each_has_a_mask_of_its_own(self) -> None:
        data = websocket.masked([b"same"] * 50)
        self.assertEqual(len({data[place : place + 10] for place in range(0, 500, 10)}), 50)


class JoinedTests(ClientCase):
    def writes(self) -> list[bytes]:
        """@return: what is written from now on, write by write."""
        found: list[bytes] = []
        write = self.wire.write

        def note(data: bytes) -> None:
            found.append(data)
            write(data)

        self.patch(self.wire, "write", note)
        return found

    def test_what_is_sent_in_a_turn_is_one_write(self) -> None:
        self.connect()
        found = self.writes()
        for text in "abc":
            self.client.typing(user=2)
            self.send(2, text)
        self.assertEqual([frame["op"] for frame in self.peer.frames[2:]], ["typing", "send"] * 3)
        self.assertEqual(len(found), 3)  # each send of this test is a turn

    def test_what_a_read_leads_to_is_one_write(self) -> None:
        self.connect(window=2)
        for text in "abcd":
            self.send(2, text)
        found = self.writes()
        first, second = self.peer.said("send")
        self.peer.ack(first, 101)
        self.peer.ack(second, 102)
        # It needs no timer.
        self.patch(self.world.reactor, "callLater", None)
        self.world.flush()
        self.assertEqual([frame["text"] for frame in self.peer.said("send")], list("abcd"))
        self.assertEqual(len(found), 1)

    def test_what_was_sent_comes_before_the_close(self) -> None:
        self.connect()
        self.client.typing(user=2)
        protocol: Any = self.client.protocol
        protocol.leave(5)
        self.world.flush()
        self.assertEqual(self.peer.frames[-1]["op"], "typing")
        self.assertEqual(self.peer.closed, (True, 1000))


frames_take = websocket.take
