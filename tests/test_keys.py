"""The secret keys."""

import os
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.runtime.keys import load_or_make


class KeyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir()

    def test_made_once(self) -> None:
        key = load_or_make(self.directory, "a.key")
        self.assertEqual(len(key), 32)
        self.assertEqual(load_or_make(self.directory, "a.key"), key)
        self.assertNotEqual(load_or_make(self.directory, "b.key"), key)
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()), ["a.key", "b.key"])

    def test_for_the_owner_only(self) -> None:
        load_or_make(self.directory, "a.key")
        self.assertEqual(stat.S_IMODE((self.directory / "a.key").stat().st_mode), 0o600)

    def test_what_a_crash_left(self) -> None:
        """Before or after it gave the key its name; what another process is making just now stays."""
        key = load_or_make(self.directory, "a.key")
        old, new = self.directory / ".a.key.0123", self.directory / ".a.key.4567"
        for path in (old, new):
            path.write_bytes(key)
        os.utime(old, (0, 0))
        self.assertEqual(load_or_make(self.directory, "a.key"), key)
        self.assertEqual((old.exists(), new.exists()), (False, True))

    def test_cut_short(self) -> None:
        (self.directory / "a.key").write_bytes(b"x" * 31)
        error = self.assertRaises(StartError, load_or_make, self.directory, "a.key")
        self.assertIn("HICHAT_STATE_DIR", str(error))
