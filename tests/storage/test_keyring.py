"""Tests for L{hichat.storage.keyring}: a state directory has the keys of its store, or is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import delete, select
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.runtime import keys
from hichat.runtime.files import replace
from hichat.storage import keyring
from hichat.storage.keyring import STORE_KEYS, check_keys
from hichat.storage.migrate import migrate
from hichat.storage.tables import key_fingerprints
from tests.support.doubles import make_old_store, make_store
from tests.support.postgres import OnPostgreSQL


class KeyringTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.store = make_store(self)
        self.directory = self.make_directory()

    def make_directory(self) -> Path:
        made = Path(self.mktemp()).absolute()
        made.mkdir()
        return made

    def check(self, directory: Path | None = None) -> None:
        check_keys(self.store.engine, directory or self.directory)

    def refused(self, directory: Path) -> str:
        """@return: the one line that says why, after nothing was made in the directory."""
        before = self.keys_in(directory)
        error = str(self.assertRaises(StartError, self.check, directory))
        self.assertEqual(self.keys_in(directory), before)
        self.assertNotIn("\n", error)
        for command in ("keys export", "keys import", "keys accept", "HICHAT_STATE_DIR", str(directory)):
            self.assertIn(command, error)
        return error

    def keys_in(self, directory: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in directory.iterdir()}

    def test_a_new_store_takes_the_keys_of_its_first_daemon(self) -> None:
        self.check()
        made = self.keys_in(self.directory)
        self.assertEqual(set(made), set(STORE_KEYS))
        self.check()
        self.assertEqual(self.keys_in(self.directory), made)

    def test_the_store_does_not_have_the_keys(self) -> None:
        self.check()
        with self.store.snapshot() as connection:
            rows = {row.name: row.fingerprint for row in connection.execute(select(key_fingerprints))}
        self.assertEqual(set(rows), set(STORE_KEYS))
        for name, key in self.keys_in(self.directory).items():
            self.assertEqual(rows[name], keys.fingerprint(name, key))
            self.assertNotIn(rows[name], key)
            self.assertNotEqual(rows[name], keys.fingerprint("another.key", key))

    def test_a_daemon_with_its_own_keys(self) -> None:
        self.check()
        other = self.make_directory()
        for name in STORE_KEYS:
            keys.load_or_make(other, name)
        wrong = ", ".join(f"{name} is another one" for name in STORE_KEYS)
        self.assertIn(f"({wrong})", self.refused(other))
        self.check()

    def test_a_backup_in_an_empty_directory(self) -> None:
        """Of the database, and of the plane's key, which is no matter."""
        self.check()
        empty = self.make_directory()
        keys.load_or_make(empty, "plane.key")
        self.assertIn("token.key is missing, media.key is missing, names.key is missing", self.refused(empty))

    def test_keys_that_are_partly_there(self) -> None:
        self.check()
        partly = self.make_directory()
        for name in ("token.key", "media.key"):
            shutil.copy(self.directory / name, partly)
        self.assertIn("(names.key is missing)", self.refused(partly))
        replace(partly / "names.key", b"n" * keys.SIZE)
        self.assertIn("(names.key is another one)", self.refused(partly))
        shutil.copy(self.directory / "names.key", partly)
        self.check(partly)

    def test_a_key_that_the_store_does_not_know_yet(self) -> None:
        """As when a later version has one more: it is made, or is the directory's. But only beside the right ones."""
        self.check()
        before = self.keys_in(self.directory)
        with self.store.transaction() as connection:
            connection.execute(delete(key_fingerprints).where(key_fingerprints.c.name == "names.key"))
        empty = self.make_directory()
        self.assertNotIn("names.key", self.refused(empty))
        self.check()
        self.assertEqual(self.keys_in(self.directory), before)
        self.assertIn("names.key is missing", self.refused(empty))

    def test_a_store_from_before(self) -> None:
        """Its keys are those of the first start, which has had them all along."""
        self.store = make_old_store(self, "0019")
        for name in STORE_KEYS:
            keys.load_or_make(self.directory, name)
        before = self.keys_in(self.directory)
        migrate(self.store.engine)
        self.check()
        self.assertEqual(self.keys_in(self.directory), before)
        self.refused(self.make_directory())

    def test_accepted(self) -> None:
        """Those of the directory, and what is missing there is new."""
        self.check()
        other = self.make_directory()
        token = keys.load_or_make(other, "token.key")
        with self.store.transaction() as connection:
            keyring.accept(connection, other)
        self.check(other)
        self.assertEqual(set(self.keys_in(other)), set(STORE_KEYS))
        self.assertEqual(keys.load(other, "token.key"), token)
        self.refused(self.directory)


class KeyringOnPostgreSQLTests(OnPostgreSQL, KeyringTests):
    """The same on the other store."""
