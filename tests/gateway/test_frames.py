"""The fast way for usual frames does what Autobahn's parser does."""

from __future__ import annotations

import itertools

import txaio
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.pipeline.gateway.connection import ChatFactory
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.plane.intake import Intake
from hichat.runtime.metrics import Metrics
from hichat.v1.connection import V1Protocol
from hichat.wire import websocket
from hichat.wire.websocket import ParsedFrames
from tests import proof
from tests.support.frames import TEXTS, frame
from tests.support.gateway import MET, REQUEST, Routing, Transport

MASKS = st.binary(min_size=4, max_size=4)


USUAL = st.builds(frame, st.just(0x81), TEXTS, MASKS)
FRAMES = st.one_of(
    USUAL,
    USUAL,
    st.builds(frame, st.sampled_from([0x82, 0x01, 0x80, 0x00, 0x89, 0x8A, 0x88, 0xC1, 0x83]), TEXTS, MASKS),
    st.builds(frame, st.just(0x81), st.binary(max_size=20), MASKS),
    st.builds(frame, st.just(0x81), TEXTS, MASKS, st.just(False)),
    st.builds(frame, st.just(0x81), TEXTS, MASKS, st.just(True), st.just(True)),
)


class Recorder(V1Protocol):
    """Notes what the session would be given."""

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.seen.append((bytes(payload), isBinary))

    def texts(self, found: list[bytes]) -> None:
        self.seen += [(text, False) for text in found]

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[bytes, bool]] = []


class FrameTests(SynchronousTestCase):
    def outcome(self, chunks: list[bytes], fast: bool) -> object:
        """@return: the messages, and what was sent: pongs and closes."""
        clock = Clock()
        self.patch(txaio.config, "loop", clock)
        metrics = Metrics()
        inlet = Inlet(lambda drafts: None, lambda signal: None, Intake(), metrics, clock, 5000)
        factory = ChatFactory(Recorder, inlet, Roster(metrics), Routing(), HostPresence(), clock)  # type: ignore[arg-type]
        recorder = factory.buildProtocol(None)
        assert isinstance(recorder, Recorder)
        recorder.admit(1, 0, MET, "en")
        transport = Transport()
        recorder.makeConnection(transport)
        recorder.dataReceived(REQUEST)
        transport.clear()
        if not fast:
            self.patch(websocket, "take", lambda data, limit, most: ParsedFrames([], 0, True))
            self.patch(websocket, "control", lambda data: None)
        for chunk in chunks:
            if not transport.disconnecting:
                recorder.dataReceived(chunk)
                # A turn takes only so many of them.
                while recorder._rest and recorder._reading:
                    clock.advance(0)
        if not fast:
            self.patch(websocket, "take", frames_take)
            self.patch(websocket, "control", frames_control)
        return recorder.seen, transport.value(), transport.disconnecting, recorder.state

    @settings(max_examples=proof.many(400, 80), deadline=None)
    @given(st.lists(FRAMES, max_size=8), st.binary(max_size=10), st.lists(st.integers(0, 400), max_size=8))
    def test_same_as_autobahn(self, sent: list[bytes], junk: bytes, cuts: list[int]) -> None:
        """The same bytes, cut anywhere: the same messages, the same closes."""
        # Autobahn says at once what is wrong with half a frame, we when it is whole: so what the junk begins ends.
        data = b"".join(sent) + (junk + bytes(33_000) if junk else b"")
        places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        chunks = [data[a:b] for a, b in itertools.pairwise(places)]
        self.assertEqual(self.outcome(chunks, True), self.outcome(chunks, False))

    def test_byte_by_byte(self) -> None:
        data = b"".join(frame(0x81, text, b"abcd") for text in (b"", b"hello", b"x" * 125, b"x" * 126, b"y" * 3000))
        data += frame(0x89, b"ping", b"abcd") + frame(0x81, b"after", b"abcd")
        chunks = [data[i : i + 1] for i in range(len(data))]
        self.assertEqual(self.outcome(chunks, True), self.outcome(chunks, False))

    def test_many_in_one_read(self) -> None:
        texts = [b"%d" % i for i in range(1000)]
        taken = websocket.take(b"".join(frame(0x81, text, b"abcd") for text in texts) + b"\x81", 1000)
        self.assertEqual((taken.texts, taken.unusual), (texts, False))


frames_take, frames_control = websocket.take, websocket.control
