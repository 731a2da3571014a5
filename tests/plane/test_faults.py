"""The faulty transport: that the other tests' faults do happen, and repeat."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.pipeline.plane.faults import FAULTS, FaultyTransport, parse


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes, _address: tuple[str, int]) -> None:
        self.written.append(data)


class FaultTests(SynchronousTestCase):
    def run_with(self, text: str, datagrams: int = 1000) -> list[bytes]:
        clock, transport = Clock(), Transport()
        faulty = FaultyTransport(transport, clock, parse(text))
        for i in range(datagrams):
            faulty.write(b"%09d" % i, ("127.0.0.1", 1))
            clock.advance(0.001)
        clock.advance(10)
        return transport.written

    def test_none(self) -> None:
        self.assertEqual(self.run_with(""), [b"%09d" % i for i in range(1000)])

    def test_each(self) -> None:
        sent = [b"%09d" % i for i in range(1000)]
        self.assertTrue(600 < len(self.run_with("drop=0.3")) < 800)
        self.assertTrue(1050 < len(self.run_with("double=0.1")) < 1150)
        for kind in ("reorder", "delay"):
            found = self.run_with(f"{kind}=0.2")
            self.assertNotEqual(found, sent)
            self.assertEqual(sorted(found), sent)
        self.assertTrue(any(len(data) < 9 for data in self.run_with("truncate=0.1")))
        for kind in ("corrupt", "forge"):
            self.assertTrue(set(self.run_with(f"{kind}=0.1")) - set(sent))

    def test_a_seed_repeats(self) -> None:
        text = ",".join(f"{kind}=0.2" for kind in FAULTS)
        self.assertEqual(self.run_with(f"seed=5,{text}"), self.run_with(f"seed=5,{text}"))
        self.assertNotEqual(self.run_with(f"seed=5,{text}"), self.run_with(f"seed=6,{text}"))

    def test_wrong_text(self) -> None:
        for text in ("lose=0.3", "drop", "drop=often"):
            self.assertRaises(ValueError, parse, text)
