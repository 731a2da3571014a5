"""Which database an administrator's command works on: always the daemon's."""

from __future__ import annotations

import io
import os
import sqlite3
import stat
import sys
import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import make_url, text
from twisted.trial.unittest import SynchronousTestCase

from hichat.admin.administration import Administration
from hichat.cli import main
from hichat.daemon import settings
from hichat.daemon.serving import PLACING, SERVED, is_same_database, note_places, served_database
from hichat.storage.engine import make_engine
from tests.support.doubles import make_database
from tests.support.postgres import PASSWORD, OnPostgreSQL


class Typing(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


class ServedDatabaseCase(SynchronousTestCase):
    """The daemon of C{self.state} serves C{self.url}, in which there is Ann."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.state = self.scratch / "state"
        self.url = make_database(self)
        if self.url.startswith("sqlite"):
            Path(make_url(self.url).database or "").chmod(0o600)
        with patch.dict(os.environ):
            for name in [name for name in os.environ if name.startswith("HICHAT_")]:
                del os.environ[name]
            self.environment = dict(os.environ)
        found = settings.load({"state-dir": str(self.state), "database": self.url}, {}, self.scratch)
        made = Administration(found)
        self.addCleanup(made.store.engine.dispose)
        made.add("ann", "correct horse", administrator=False)
        note_places(found)
        self.said = self.warned = ""

    def hichat(self, *arguments: str, typed: str | None = None, **environment: str) -> str:
        """
        Run C{hichat} in C{self.scratch}.

        @param typed: what is typed at the terminal; None: there is none.
        @return: the error; empty: there was none.
        """
        out, err = io.StringIO(), io.StringIO() if typed is None else Typing()
        self.patch(sys, "stdout", out)
        self.patch(sys, "stderr", err)
        self.patch(sys, "stdin", io.StringIO() if typed is None else Typing(typed))
        with patch.dict(os.environ, self.environment | environment, clear=True), patch.object(Path, "cwd", self.cwd):
            ended = self.assertRaises(SystemExit, main, arguments)
        self.said, self.warned = out.getvalue(), err.getvalue()
        error = "" if ended.code == 0 else str(ended.code)
        self.assertNotIn(PASSWORD, self.said + self.warned + error)
        return error

    def cwd(self) -> Path:
        return self.scratch

    def other(self) -> str:
        """@return: the URL of another database with our tables, in which there is nobody."""
        return f"sqlite:///{self.scratch / 'other.db'}"

    def make_other(self) -> str:
        url = self.other()
        found = settings.load({"state-dir": str(self.scratch / "second"), "database": url}, {}, self.scratch)
        Administration(found).store.engine.dispose()
        return url

    def at_work(self) -> None:
        """A daemon is at work in the directory."""
        lock = os.open(self.state / "daemon.lock", os.O_RDWR | os.O_CREAT)
        self.addCleanup(os.close, lock)
        flock(lock, LOCK_EX)

    def sees_ann(self) -> bool:
        return self.said.splitlines() == ["1\tann"]

    def test_without_a_setting(self) -> None:
        self.assertEqual(self.hichat("user", "list", "--state-dir", str(self.state)), "")
        self.assertEqual((self.sees_ann(), self.warned), (True, ""))
        self.assertEqual(stat.S_IMODE((self.state / SERVED).stat().st_mode), 0o600)

    def test_the_environment_disagrees(self) -> None:
        """It is said once, without a password, and nothing is made."""
        for at_work in (False, True):
            if at_work:
                self.at_work()
            wrong = f"postgresql://hichat:{PASSWORD}@db.lan/other"
            self.assertEqual(self.hichat("user", "list", HICHAT_STATE_DIR=str(self.state), HICHAT_DATABASE=wrong), "")
            self.assertTrue(self.sees_ann())
            (line,) = self.warned.splitlines()
            self.assertIn("HICHAT_DATABASE (environment) does not count: the daemon of", line)
        self.assertEqual(self.hichat("user", "list", HICHAT_STATE_DIR=str(self.state), HICHAT_DATABASE=self.url), "")
        self.assertEqual((self.sees_ann(), self.warned), (True, ""))


class ServedDatabaseTests(ServedDatabaseCase):
    """On SQLite."""

    def test_the_option_disagrees(self) -> None:
        """It counts while no daemon runs: for one that will serve it."""
        options = ("--state-dir", str(self.state), "--database", self.make_other())
        self.assertIn("does not have the keys of this store", self.hichat("user", "list", *options))
        self.assertIn("which does not run, has served", self.warned)
        self.at_work()
        self.assertIn(
            "no command works on another database; leave the option out", self.hichat("user", "list", *options)
        )
        self.assertEqual(self.hichat("user", "list", *options[:3], self.url), "")
        self.assertTrue(self.sees_ann())

    def test_a_mistyped_path_makes_no_database(self) -> None:
        """Neither a command that reads, nor the one that makes users, nor where no daemon has served."""
        for said in (True, False):
            if not said:
                (self.state / SERVED).unlink()
                (self.state / "hichat.db").touch()
            for command in (("user", "list"), ("user", "add", "bob"), ("log", "new-epoch"), ("nodes",)):
                error = self.hichat(*command, "--state-dir", str(self.state), "--database", self.other())
                self.assertIn(f"there is no {self.scratch / 'other.db'}; name the daemon's database", error)
            self.assertFalse((self.scratch / "other.db").exists())

    def test_a_database_of_another_program(self) -> None:
        """No tables are made in it."""
        sqlite3.connect(self.scratch / "other.db").execute("CREATE TABLE theirs (id)").connection.close()
        error = self.hichat("user", "list", "--state-dir", str(self.state), "--database", self.other())
        self.assertIn("has no tables of HiChat", error)
        with sqlite3.connect(self.scratch / "other.db") as found:
            self.assertEqual(found.execute("SELECT name FROM sqlite_master").fetchall(), [("theirs",)])

    def test_where_nothing_says_it(self) -> None:
        """People at a terminal are asked; others are told."""
        (self.state / SERVED).unlink()
        state = ("--state-dir", str(self.state))
        self.assertIn("there is no", self.hichat("user", "list", *state))
        self.assertIn("there is no", self.hichat("user", "list", *state, typed="\n"))
        self.assertIn("does not say which database", self.warned)
        self.assertEqual(self.hichat("user", "list", *state, typed=f"{self.url}\n"), "")
        self.assertTrue(self.sees_ann())
        self.assertFalse((self.state / "hichat.db").exists())

    def test_no_state_directory(self) -> None:
        """The same; and a new one is made only by who says so."""
        self.assertIn("there is no", self.hichat("user", "list"))
        self.assertEqual(self.hichat("user", "list", typed=f"{self.state}\n"), "")
        self.assertTrue(self.sees_ann())
        self.assertIn("nothing is made", self.hichat("user", "add", "bob", typed="\n"))
        self.assertFalse((self.scratch / "hichat-state").exists())

    def test_what_is_written(self) -> None:
        """A database in the state directory moves with it; a path is absolute; the rest is as it is."""
        for given, expected in (
            ("", f"sqlite:///{self.state}/hichat.db"),
            (f"sqlite:///{self.state}/hichat.db", f"sqlite:///{self.state}/hichat.db"),
            ("sqlite:///x.db", f"sqlite:///{os.getcwd()}/x.db"),
            ("postgresql://a:b@c/d?sslmode=require", "postgresql://a:b@c/d?sslmode=require"),
        ):
            note_places(settings.load({"state-dir": str(self.state), "database": given}, {}, self.scratch))
            self.assertEqual(served_database(self.state), expected)
        note_places(settings.load({"state-dir": str(self.state)}, {}, self.scratch))
        moved = self.state.rename(self.scratch / "moved")
        self.assertEqual(served_database(moved), f"sqlite:///{moved}/hichat.db")
        # One with another name, or by another path, too; and one elsewhere does not.
        (self.scratch / "linked").symlink_to(moved)
        for given in (f"sqlite:///{moved}/chat.db", f"sqlite:///{self.scratch}/linked/chat.db"):
            note_places(settings.load({"state-dir": str(moved), "database": given}, {}, self.scratch))
            self.assertEqual(served_database(moved), f"sqlite:///{moved}/chat.db")
            self.assertEqual(served_database(self.scratch / "linked"), f"sqlite:///{self.scratch}/linked/chat.db")
        again = moved.rename(self.scratch / "again")
        self.assertEqual(served_database(again), f"sqlite:///{again}/chat.db")
        (again / SERVED).unlink()
        self.assertIsNone(served_database(again))

    def test_what_cannot_be_read(self) -> None:
        """Then nothing else counts."""
        said = self.state / SERVED
        said.write_text("nonsense")
        self.refuses("does not say what the daemon serves")
        said.unlink()
        said.mkdir()
        self.refuses("cannot be read: Is a directory; call this as the daemon's user")

    def refuses(self, words: str) -> None:
        for options in ((), ("--database", self.url)):
            error = self.hichat("user", "list", "--state-dir", str(self.state), *options, HICHAT_DATABASE=self.url)
            self.assertIn(words, error)

    def test_a_daemon_that_does_not_say_it(self) -> None:
        """It is of an earlier version, and need not serve the database that is there."""
        self.make_other()
        (self.scratch / "other.db").rename(self.state / "hichat.db")
        (self.state / SERVED).unlink()
        self.at_work()
        state = ("--state-dir", str(self.state))
        for command in (("user", "list"), ("user", "add", "bob"), ("check",)):
            error = self.hichat(*command, *state)
            self.assertIn("does not say which database its daemon serves", error + self.said)
            self.assertIn("name it with --database", error + self.said)
        self.assertEqual(self.hichat("user", "list", *state, typed=f"{self.url}\n"), "")
        self.assertTrue(self.sees_ann())
        self.assertEqual(self.hichat("user", "list", *state, HICHAT_DATABASE=self.url), "")
        self.assertTrue(self.sees_ann())

    def test_after_a_copy(self) -> None:
        """Until a daemon has started, nobody knows which one it serves."""
        state = ("--state-dir", str(self.state))
        copy = f"sqlite:///{self.scratch / 'copy.db'}"
        self.assertEqual(self.hichat("db", "copy", copy, *state), "")
        Path(self.url.removeprefix("sqlite:///")).rename(self.scratch / "old.db")
        for environment in ({}, {"HICHAT_DATABASE": self.url}):
            error = self.hichat("user", "list", *state, **environment)
            self.assertIn(f"was copied into {copy}, and no daemon has started since; name it with --database", error)
        self.assertIn("was copied into", self.hichat("user", "list", *state, typed="\n"))
        self.assertEqual(self.hichat("user", "list", *state, typed=f"{copy}\n"), "")
        for options, environment in ((("--database", copy), {}), ((), {"HICHAT_DATABASE": copy})):
            self.assertEqual(self.hichat("user", "list", *state, *options, **environment), "")
            self.assertEqual((self.sees_ann(), self.warned), (True, ""))
        note_places(settings.load({"state-dir": str(self.state), "database": copy}, {}, self.scratch))
        self.assertEqual(self.hichat("user", "list", *state), "")
        self.assertTrue(self.sees_ann())

    def test_an_empty_option(self) -> None:
        """It names the database in the state directory, and not the one that was served."""
        error = self.hichat("user", "list", "--state-dir", str(self.state), "--database", "")
        self.assertIn(f"there is no {self.state}/hichat.db", error)

    def test_another_store(self) -> None:
        """Where the URL leads to another store than for the daemon, no command works, and nothing is migrated."""
        other = make_engine(self.make_other())
        with other.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0031'"))
        other.dispose()
        path = Path(self.url.removeprefix("sqlite:///"))
        for side in ("", "-wal", "-shm"):
            Path(f"{path}{side}").unlink(missing_ok=True)
        (self.scratch / "other.db").rename(path)
        before = path.read_bytes()
        for command in (
            ("user", "list"),
            ("audit",),
            ("nodes",),
            ("trace", "1"),
            ("log", "new-epoch"),
            ("backup", str(self.scratch / "backup")),
            ("db", "copy", f"sqlite:///{self.scratch / 'copy.db'}"),
        ):
            error = self.hichat(*command, "--state-dir", str(self.state))
            self.assertIn("does not have the keys of this store", error)
        self.assertEqual(path.read_bytes(), before)

    def test_the_same_database(self) -> None:
        """By whatever user it is read."""
        for one, other, same in (
            ("postgresql://a:b@c/d", "postgresql+psycopg://x@c:5432/d?sslmode=require", True),
            ("postgresql://a:b@c/d", "postgresql://a:b@c:5433/d", False),
            ("postgresql://a:b@c/d", "postgresql://a:b@c/e", False),
            ("postgresql:///d?host=/run/a", "postgresql:///d?host=/run/b", False),
            ("sqlite:///x", f"sqlite:///{os.getcwd()}/x", True),
            ("sqlite:///d", "postgresql:///d", False),
        ):
            self.assertEqual(is_same_database(one, other), same, (one, other))


class ServedDatabaseTestsOnPostgreSQL(OnPostgreSQL, ServedDatabaseCase):
    def test_what_libpq_adds(self) -> None:
        """The daemon's environment counts, and not that of the command's shell."""
        url = make_url(self.url)
        where = {"PGHOST": str(url.host), "PGPORT": str(url.port), "PGUSER": "hichat", "PGDATABASE": str(url.database)}
        state = ("--state-dir", str(self.state))
        services = self.scratch / "services"
        services.write_text("".join(("[chat]\n", *(f"{PLACING[name]}={value}\n" for name, value in where.items()))))
        service = {"PGSERVICE": "chat", "PGSERVICEFILE": str(services)}
        for given, environment in (("postgresql://", where), ("postgresql://", service), (self.url, {})):
            with patch.dict(os.environ, environment):
                note_places(settings.load({"state-dir": str(self.state), "database": given}, {}, self.scratch))
            for shell in (
                {},
                {"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGDATABASE": "other", "PGUSER": "nobody"},
                {"PGHOSTADDR": "127.0.0.9"},
                {"PGSERVICE": "other", "PGSERVICEFILE": str(services)},
            ):
                self.assertEqual(self.hichat("user", "list", *state, **shell), "", (given, shell))
                self.assertTrue(self.sees_ann())
            self.assertEqual(self.hichat("user", "list", *state, HICHAT_DATABASE="postgresql://", **where), "")
            self.assertEqual((self.sees_ann(), self.warned), (True, ""))
        self.hichat("user", "list", *state, PGHOSTADDR="127.0.0.9")
        self.assertIn("PGHOSTADDR does not count", self.warned)
