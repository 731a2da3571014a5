"""Tests for what a bridge keeps between its runs."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.bridges import memory
from hichat.bridges.memory import BridgeMemory, BridgePlace, Pair
from hichat.core.errors import StartError


class BridgeMemoryTests(SynchronousTestCase):
    def setUp(self):
        self.path = Path(self.mktemp()) / "deep" / "bridge.db"
        self.memory = BridgeMemory(self.path)
        self.addCleanup(self.close)

    def close(self):
        self.memory.close()

    def again(self):
        self.memory.close()
        self.memory = BridgeMemory(self.path)

    def test_only_its_owner_reads_it(self):
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_one_process_at_a_time(self):
        with self.assertRaisesRegex(StartError, "in use by another bridge"):
            BridgeMemory(self.path)

    def test_no_database(self):
        other = self.path.with_name("other")
        other.write_text("no database" * 100)
        with self.assertRaisesRegex(StartError, "is not a bridge's state"):
            BridgeMemory(other)
        with self.assertRaisesRegex(StartError, "cannot use"):
            BridgeMemory(other / "file")

    def test_it_stays(self):
        device = self.memory.device
        self.memory.account = "api.x"
        self.memory.place = BridgePlace(7, [8, 9], "e", "c")
        self.again()
        self.assertEqual((self.memory.device, self.memory.account), (device, "api.x"))
        self.assertEqual(self.memory.place, BridgePlace(7, [8, 9], "e", "c"))

    def test_lines_in_order(self):
        self.memory.put([b"a", b"b"])
        self.memory.put([b"c"])
        self.again()
        taken = []
        while (found := self.memory.first()) is not None:
            taken.append(found)
            self.memory.done(found[0])
        self.assertEqual([line for _, line in taken], [b"a", b"b", b"c"])
        self.memory.put([b"d"])
        found = self.memory.first()
        assert found is not None
        self.assertGreater(found[0], taken[-1][0], "a number names one line for ever")

    def test_what_waits(self):
        self.memory.put([b"abc", b"de"])
        self.assertEqual(self.memory.waiting(), (2, 5))

    def test_pairs(self):
        self.memory.pair(Pair("gw", "telegram.a x", "12", 5, "d"))
        self.memory.pair(Pair("gw", "telegram.b y", "12", 6, "d"))
        self.assertEqual([pair.ours for pair in self.memory.by_theirs("gw", "12")], [5, 6])
        self.assertEqual(self.memory.by_theirs("other", "12"), [])
        found = self.memory.by_ours(6)
        assert found is not None
        self.memory.changed(found, "new")
        self.assertEqual([pair.digest for pair in self.memory.by_theirs("gw", "12")], ["d", "new"])

    def test_pairs_are_bounded(self):
        self.patch(memory, "PAIRS_LIMIT", 3)
        for number in range(1, 11):
            self.memory.pair(Pair("gw", "s", str(number), number, ""))
        self.assertIsNone(self.memory.by_ours(7))
        self.assertIsNotNone(self.memory.by_ours(8))

    def test_pictures(self):
        self.memory.keep_picture("https://x/1", "/v2/media/a", 100.0)
        self.assertEqual(self.memory.picture("https://x/1", 50.0), "/v2/media/a")
        self.assertIsNone(self.memory.picture("https://x/1", 101.0))
        self.memory.forget_picture("/v2/media/a")
        self.assertIsNone(self.memory.picture("https://x/1", 0.0))

    def test_pictures_are_bounded(self):
        self.patch(memory, "PICTURES_LIMIT", 2)
        for number in range(5):
            self.memory.keep_picture(f"https://x/{number}", "m", 1.0)
        self.assertEqual([self.memory.picture(f"https://x/{n}", 0.0) for n in range(5)], [None, None, None, "m", "m"])
