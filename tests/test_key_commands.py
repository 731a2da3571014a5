"""Tests for L{hichat.admin.keys}: C{hichat keys export}, C{import} and C{accept}."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path

from sqlalchemy import select
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.tokens import TokenSigner
from hichat.admin.administration import Administration, now
from hichat.admin.keys import FIRST_LINE, exported, parse
from hichat.cli import main
from hichat.core.errors import StartError
from hichat.core.kinds import Kind
from hichat.daemon import settings
from hichat.runtime import keys
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.tables import events, users
from tests.support.doubles import make_database
from tests.support.postgres import OnPostgreSQL


class KeyCommandTests(SynchronousTestCase):
    """Of a store that has its keys in C{self.first}."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.url = make_database(self)
        self.first = self.scratch / "first"
        self.accounts = self.administration(self.first)
        for name in ("ann", "bob"):
            self.accounts.add(name, "correct horse", administrator=False)
        self.said: str = ""

    def administration(self, directory: Path) -> Administration:
        found = settings.load({"state-dir": str(directory), "database": self.url}, {}, self.scratch)
        made = Administration(found)
        self.addCleanup(made.store.engine.dispose)
        return made

    def hichat(self, directory: Path, *arguments: str, line: str = "", url: str = "") -> str:
        """
        Run C{hichat keys}. Its standard output is in C{self.said}.

        @return: the error; empty: there was none.
        """
        out = io.StringIO()
        self.patch(sys, "stdout", out)
        self.patch(sys, "stdin", io.StringIO(line))
        options = ("--state-dir", str(directory), "--database", url or self.url)
        ended = self.assertRaises(SystemExit, main, ["keys", *arguments, *options])
        self.said = out.getvalue()
        error = "" if ended.code == 0 else str(ended.code)
        for name in STORE_KEYS:
            for state in (self.first, directory):
                with open(state / name, "rb") if (state / name).is_file() else io.BytesIO() as file:
                    key = file.read()
                self.assertFalse(key and (key.hex() in error or repr(key) in error))
        self.assertLessEqual(len(error.splitlines()), 1)
        return error

    def keys_in(self, directory: Path) -> dict[str, bytes]:
        return {name: (directory / name).read_bytes() for name in STORE_KEYS if (directory / name).exists()}

    def copied(self) -> str:
        self.assertEqual(self.hichat(self.first, "export"), "")
        return self.said

    # Export

    def test_to_a_file(self) -> None:
        file = self.scratch / "keys"
        self.assertEqual(self.hichat(self.first, "export", str(file)), "")
        self.assertEqual(self.said, "")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(parse(file.read_text()), self.keys_in(self.first))
        self.assertIn("File exists", self.hichat(self.first, "export", str(file)))
        self.assertIn("No such file", self.hichat(self.first, "export", str(self.scratch / "no" / "keys")))

    def test_what_is_not_there(self) -> None:
        """Nothing is made."""
        (self.first / "media.key").unlink()
        self.assertIn("there is no media.key in", self.hichat(self.first, "export"))
        self.assertEqual(self.said, "")
        self.assertIn("there is no", self.hichat(self.scratch / "second", "export"))
        self.assertFalse((self.scratch / "second").exists())

    # Import

    def test_into_an_empty_directory(self) -> None:
        """By a file as by the standard input; then a daemon may start there."""
        text = self.copied()
        file = self.scratch / "keys"
        file.write_text(text)
        for number, (arguments, line) in enumerate(((["import", str(file)], ""), (["import"], text))):
            state = self.scratch / f"other{number}"
            self.assertEqual(self.hichat(state, *arguments, line=line), "")
            self.assertEqual(self.keys_in(state), self.keys_in(self.first))
            for name in STORE_KEYS:
                self.assertEqual(stat.S_IMODE((state / name).stat().st_mode), 0o600)
            self.administration(state)
        self.assertEqual(self.hichat(state, "import", line=text.replace("\n", "\r\n")), "")
        self.assertIn("already", self.said)

    def test_before_the_store_is_there(self) -> None:
        """It is put back later, and none is made."""
        state = self.scratch / "other"
        url = f"sqlite:///{state / 'hichat.db'}"
        self.assertEqual(self.hichat(state, "import", line=self.copied(), url=url), "")
        self.assertEqual({path.name for path in state.iterdir()}, {*STORE_KEYS, "uploads", "daemon.lock"})

    def test_other_keys_stay(self) -> None:
        """Unless it is told otherwise; also what is broken."""
        state, text = self.scratch / "other", self.copied()
        state.mkdir(0o700)
        keys.load_or_make(state, "token.key")
        (state / "names.key").write_bytes(b"broken")
        before = self.keys_in(state)
        error = self.hichat(state, "import", line=text)
        self.assertIn("has another token.key, names.key; nothing is changed", error)
        self.assertEqual(self.keys_in(state), before)
        self.assertEqual(self.hichat(state, "import", "--replace", line=text), "")
        self.assertEqual(self.keys_in(state), self.keys_in(self.first))

    def test_keys_of_another_store(self) -> None:
        state = self.scratch / "other"
        wrong = exported({name: bytes(keys.SIZE) for name in STORE_KEYS})
        self.assertIn("not the keys of the store (token.key is another one", self.hichat(state, "import", line=wrong))
        self.assertEqual(self.keys_in(state), {})
        self.assertEqual(self.hichat(state, "import", "--replace", line=wrong), "")
        self.assertEqual(self.keys_in(state)["token.key"], bytes(keys.SIZE))

    def test_texts_that_are_none(self) -> None:
        """Cut off anywhere, or with something else in it; what they are is not said."""
        text = self.copied()
        lines = text.splitlines()
        for wrong in (
            "",
            "\n",
            FIRST_LINE,
            *("\n".join(lines[:count]) for count in (1, 2, 3)),
            "\n".join(lines[1:]),
            text[:-4],
            text + "more\n",
            text.replace("token.key ", "../token.key "),
            text.replace("version 1", "version 2"),
            text.replace(lines[1], "token.key ÄÖ!!"),
            text.replace(lines[1], "token.key " + "A" * 20_000),
        ):
            error = self.hichat(self.scratch / "other", "import", line=wrong)
            self.assertIn("these are no keys", error)
            self.assertEqual(parse(text), self.keys_in(self.first))
        self.assertFalse((self.scratch / "other").exists())

    def test_while_a_daemon_runs(self) -> None:
        """It has read its keys, and goes on with these."""
        state = self.scratch / "other"
        state.mkdir(0o700)
        lock = os.open(state / "daemon.lock", os.O_RDWR | os.O_CREAT)
        self.addCleanup(os.close, lock)
        flock(lock, LOCK_EX)
        text = self.copied()
        for command in ("import", "accept"):
            self.assertIn("another HiChat is at work", self.hichat(state, command, line=text))
        self.assertEqual(self.keys_in(state), {})

    # Accept

    def generations(self) -> list[int]:
        with self.accounts.store.snapshot() as connection:
            return list(connection.scalars(select(users.c.generation).order_by(users.c.id)))

    def signed_out(self) -> list[tuple[int, bytes]]:
        """@return: users and bodies of the events that end connections."""
        query = select(events.c.target, events.c.body).where(events.c.kind == Kind.SIGNED_OUT, events.c.subject == 0)
        with self.accounts.store.snapshot() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(events.c.position))]

    def test_nothing_to_accept(self) -> None:
        self.assertEqual(self.hichat(self.first, "accept"), "")
        self.assertIn("nothing to accept", self.said)
        self.assertEqual((self.generations(), self.signed_out()), ([0, 0], []))

    def test_lost_keys(self) -> None:
        """New ones are made; everybody has to log in again, also who is disabled."""
        self.accounts.disable("bob")
        state = self.scratch / "other"
        state.mkdir(0o700)
        shutil.copy(self.first / "media.key", state)
        self.assertRaises(StartError, self.administration, state)
        self.assertEqual(self.hichat(state, "accept"), "")
        self.assertIn("(new: token.key, names.key); 2 users are logged out", self.said)
        self.assertEqual((self.generations(), self.signed_out()), ([1, 2], [(2, b"1"), (1, b"1"), (2, b"2")]))
        self.assertEqual((state / "media.key").read_bytes(), (self.first / "media.key").read_bytes())
        made = self.administration(state)
        claims = TokenSigner(self.keys_in(state)["token.key"], now).verify(made.token("ann", "laptop"))
        self.assertEqual((claims.user, claims.generation), (1, 1))
        self.assertRaises(StartError, self.administration, self.first)
        # What was lost is found again: the other way round.
        self.assertEqual(self.hichat(self.first, "accept"), "")
        self.administration(self.first)

    def test_only_what_concerns_no_token(self) -> None:
        (self.first / "names.key").unlink()
        self.assertEqual(self.hichat(self.first, "accept"), "")
        self.assertIn("(new: names.key); 0 users", self.said)
        self.assertEqual((self.generations(), self.signed_out()), ([0, 0], []))
        self.administration(self.first)

    def test_more_users_than_in_one_transaction(self) -> None:
        self.patch(sys.modules["hichat.admin.keys"], "SIGNED_OUT_AT_ONCE", 2)
        self.accounts.add("cat", "correct horse", administrator=False)
        (self.first / "token.key").unlink()
        self.assertEqual(self.hichat(self.first, "accept"), "")
        self.assertEqual(self.generations(), [1, 1, 1])


class KeyCommandsOnPostgreSQLTests(OnPostgreSQL, KeyCommandTests):
    """The same on the other store."""
