"""The datagram codec: what it packs it unpacks, and it takes nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.events import Event
from hichat.pipeline.plane.datagram import DATAGRAM_SIZE, BadDatagram, Codec, Trail
from tests.support.datagrams import KEY, event

NUMBER = st.integers(0, 2**53 - 1)


def batches(bodies: list[bytes]) -> list[Event]:
    return [event(i, body) for i, body in enumerate(bodies, 1)]


class CodecTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.codec = Codec(KEY, 0, 42)

    def datagram(self) -> bytes:
        ((batch, records),) = self.codec.split([event(1), event(2)])
        return self.codec.pack(Trail(9), batch.first, batch.last, records)

    def refusal(self, data: bytes, codec: Codec | None = None) -> str:
        error: BadDatagram = self.assertRaises(BadDatagram, (codec or self.codec).unpack, data)
        return error.cause

    @given(st.lists(st.binary(max_size=40_000), min_size=1, max_size=20))
    def test_round_trip(self, bodies: list[bytes]) -> None:
        codec = Codec(KEY, 3, 42)
        events = batches(bodies)
        found = []
        expected_first = 1
        for batch, records in codec.split(events):
            data = codec.pack(Trail(5), batch.first, batch.last, records)
            if len(batch.events) > 1:
                self.assertLessEqual(len(data), DATAGRAM_SIZE)
            datagram = codec.unpack(data)
            self.assertEqual(datagram.trail.number, 5)
            self.assertEqual(datagram.batch, batch)
            self.assertEqual(batch.first, expected_first)
            expected_first = batch.last + 1
            found += datagram.batch.events
        self.assertEqual(found, events)

    @given(NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, st.integers(1, 9), st.binary(max_size=64))
    def test_every_field(self, a: int, b: int, c: int, d: int, e: int, kind: int, body: bytes) -> None:
        codec = Codec(KEY, 0, 2**64 - 1)
        one = Event(a, b, c, d, kind, 1, e, a, b, c, body, d, e)
        ((_batch, records),) = codec.split([one])
        self.assertEqual(codec.unpack(codec.pack(Trail(1), a, a, records)).batch.events, [one])

    def test_many_small_events(self) -> None:
        pieces = list(self.codec.split(batches([b""] * 70_000)))
        self.assertEqual(sum(len(batch.events) for batch, _ in pieces), 70_000)

    @given(st.data())
    def test_any_change_is_noticed(self, data: st.DataObject) -> None:
        codec = Codec(KEY, 0, 42)
        ((batch, records),) = codec.split([event(1), event(2)])
        packed = bytearray(codec.pack(Trail(9), batch.first, batch.last, records))
        at = data.draw(st.integers(0, len(packed) - 1))
        packed[at] ^= data.draw(st.integers(1, 255))
        with self.assertRaises(BadDatagram):
            codec.unpack(bytes(packed))

    @given(st.binary(max_size=300))
    def test_noise(self, data: bytes) -> None:
        with self.assertRaises(BadDatagram):
            Codec(KEY, 0, 42).unpack(data)

    def test_truncated(self) -> None:
        packed = self.datagram()
        for size in range(len(packed)):
            self.assertEqual(self.refusal(packed[:size]), "truncated")

    def test_longer(self) -> None:
        self.assertEqual(self.refusal(self.datagram() + b"x"), "forged")

    def test_foreign(self) -> None:
        self.assertEqual(self.refusal(self.datagram(), Codec(KEY, 0, 43)), "foreign")

    def test_forged(self) -> None:
        self.assertEqual(self.refusal(self.datagram(), Codec(b"l" * 32, 0, 42)), "forged")

    def test_version(self) -> None:
        packed = bytearray(self.datagram())
        packed[16] = 1
        self.assertEqual(self.refusal(bytes(packed)), "version")

    def test_malformed(self) -> None:
        self.assertEqual(self.refusal(self.codec.pack(Trail(1), 1, 1, b"\x93\x01")), "malformed")
        self.assertEqual(self.refusal(self.codec.pack(Trail(1), 1, 1, b"")), "malformed")
