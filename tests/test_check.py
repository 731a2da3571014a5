"""C{hichat check}: it finds what is broken, says how to mend it, and changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import make_url, text
from twisted.trial.unittest import SynchronousTestCase

from hichat.admin import check
from hichat.cli import main
from hichat.core.events import Event
from hichat.daemon.service import StateDirLock
from hichat.log import reading, soundness
from hichat.log.epochs import Place
from hichat.log.watch import HighWaterMark, LogWatch
from hichat.search import soundness as soundness_of_search
from hichat.search.index import IndexEntry, make_index, of_sender, of_word
from hichat.search.indexer import Indexer
from hichat.search.words import tokens
from hichat.storage.engine import driver, make_engine
from hichat.storage.migrate import NEWEST_REVISION
from hichat.storage.store import Store
from tests.support.doubles import NOW, make_database, run_now
from tests.support.filled import PICTURE, TEXT, fill
from tests.support.postgres import PASSWORD, OnPostgreSQL

HEAD = "(SELECT max(position) FROM events)"

BROKEN = (
    # What breaks it, what mends it, the check that says it and what it says.
    (
        "UPDATE events SET seq = seq + 9 WHERE position = 300",
        "UPDATE events SET seq = seq - 9 WHERE position = 300",
        "log",
        "at 300 seq is",
    ),
    (
        "UPDATE events SET n = n + 1 WHERE position = 300",
        "UPDATE events SET n = n - 1 WHERE position = 300",
        "log",
        "at 300 n is",
    ),
    (
        "UPDATE events SET conversation = 999 WHERE position = 7020",
        "UPDATE events SET conversation = (SELECT max(id) FROM conversations) WHERE position = 7020",
        "log",
        "the event at 7020 is in the conversation 999, which does not exist",
    ),
    (
        "UPDATE groups SET size = size + 1",
        "UPDATE groups SET size = size - 1",
        "state",
        "has 10 members, and its size is 11",
    ),
    (
        "UPDATE marks SET read = read + 1",
        "UPDATE marks SET read = read - 1",
        "state",
        "marks.read has the position",
    ),
    (
        "UPDATE places_head SET recent = recent + 1",
        "UPDATE places_head SET recent = recent - 1",
        "state",
        "and places_head says",
    ),
    (
        "UPDATE media SET size = size + 1 WHERE kind = 'file'",
        "UPDATE media SET size = size - 1 WHERE kind = 'file'",
        "files",
        f"{TEXT} has 5 bytes, and not 6",
    ),
    (
        "UPDATE media SET id = 'x' || substr(id, 2) WHERE kind = 'file'",
        f"UPDATE media SET id = '{TEXT}' WHERE kind = 'file'",
        "files",
        f"x{TEXT[1:]} is missing",
    ),
    (
        "ALTER TABLE users ADD COLUMN extra INTEGER",
        "ALTER TABLE users DROP COLUMN extra",
        "schema",
        "column users.extra is not declared",
    ),
    (
        "DROP INDEX media_unused",
        "CREATE INDEX media_unused ON media (unused_since)",
        "schema",
        "index media_unused of media is missing",
    ),
    (
        "UPDATE places SET sender = sender + 1 WHERE position = 40",
        "UPDATE places SET sender = sender - 1 WHERE position = 40",
        "index",
        "the event at 40, in the conversation",
    ),
    (
        "UPDATE authors SET position = position - 9",
        "UPDATE authors SET position = position + 9",
        "index",
        "authors has not the last message of the user",
    ),
)


BREAKING = (
    "UPDATE search_entries_data SET block = zeroblob(length(block)) "
    "WHERE id = (SELECT max(id) FROM search_entries_data)"
)
"""Breaks the search index on SQLite."""


class Drawn(Random):
    """Chance that draws the messages around those that the test takes out of the index."""

    def sample(self, population: Any, k: int, **_: Any) -> list[Any]:
        return [each for each in population if 290 <= each < 310]


class CheckCase(SynchronousTestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.state = Path(scratch.name, "state")
        self.url = make_database(self)
        self.settings = fill(self.state, self.url)
        if self.settings.on_sqlite:
            Path(make_url(self.url).database or "").chmod(0o600)
        # The messages that are in the large tier are of many authors.
        self.store = Store(make_engine(self.url), run_now, run_now)
        self.addCleanup(self.store.engine.dispose)
        for name in [name for name in os.environ if name.startswith("HICHAT_")]:
            self.patch(os, "environ", {key: value for key, value in os.environ.items() if key != name})

    def check(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """@return: the findings that are wrong, by their checks."""
        said = self.run_check("--json", *arguments)
        found = json.loads(said)
        wrong = {finding["check"]: finding for finding in found if not finding["ok"]}
        self.assertEqual(self.status, int(bool(wrong)))
        for finding in wrong.values():
            self.assertTrue(finding["mend"], finding)
        for finding in found:
            self.assertTrue(finding["ok"] is False or not finding["mend"], finding)
        return wrong

    def run_check(self, *arguments: str) -> str:
        out = io.StringIO()
        self.patch(sys, "stdout", out)
        options = ("--state-dir", str(self.state), "--database", self.url)
        self.status = self.assertRaises(SystemExit, main, ["check", *options, *arguments]).code
        self.assertNotIn(PASSWORD, out.getvalue())
        return out.getvalue()

    def execute(self, statement: str) -> None:
        with self.store.transaction() as connection:
            connection.execute(text(statement))

    def words_of(self, event: Event) -> list[str]:
        """@return: the terms of the words of a message."""
        return [of_word(event.conversation, token) for token in tokens(f"message {event.position}")]


class CheckTests(CheckCase):
    def digest(self) -> str:
        """@return: of all that is in the state directory, and of an SQLite database."""
        found = hashlib.sha256()
        places = [*self.state.rglob("*"), Path(self.store.engine.url.database or "")]
        for path in sorted(path for path in places if path.is_file() and path.name != "daemon.lock"):
            found.update(path.name.encode() + path.read_bytes())
        return found.hexdigest()

    def test_all_is_well(self) -> None:
        """It says so in words, and changes nothing; beside a daemon, too."""
        with self.store.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        before = self.digest()
        said = self.run_check("--deep").splitlines()
        self.assertEqual(self.status, 0, said)
        self.assertTrue(all(line.startswith("ok     ") for line in said), said)
        checks = [line.split()[1] for line in said]
        expected = ["settings", "schema", "keys", "log", "mark", "state", "index", "search", "files", "pages", "disk"]
        self.assertEqual([each for each in checks if each != "pages"], [each for each in expected if each != "pages"])
        self.assertIn("no daemon is at work", said[0])
        self.assertEqual(self.digest(), before)
        lock = StateDirLock(self.state)
        self.addCleanup(lock.release)
        self.assertIn("a daemon is at work", self.run_check())
        self.assertEqual((self.status, self.digest()), (0, before))

    def test_what_is_broken(self) -> None:
        for broken, mended, name, words in BROKEN:
            self.execute(broken)
            wrong = self.check("--deep")
            self.assertIn(words, wrong.get(name, {}).get("text", ""), (broken, wrong))
            self.execute(mended)
        self.assertEqual(self.check("--deep"), {})

    def test_a_counter_twice(self) -> None:
        """Which the database's index forbids; it may be broken."""
        self.execute("DROP INDEX events_by_counter")
        self.execute("UPDATE events SET device = 4, counter = 11 WHERE position IN (200, 300)")
        wrong = self.check()
        self.assertIn("device 4 has used its counter 11 2 times", wrong["log"]["text"])
        self.assertIn("events_by_counter", wrong["schema"]["text"])

    def test_search(self) -> None:
        index = make_index(self.store.engine)
        self.addCleanup(index.engine.dispose)
        indexer = Indexer(self.store, index)
        indexer.step()
        self.assertRegex(self.run_check(), r"the index is \d+ events behind the log")
        while (progress := indexer.step(5000)).position < progress.head:
            pass
        self.assertIn("the index is at the log's end", self.run_check("--deep"))
        with self.store.snapshot() as connection:
            found = [event for at in (300, 301) if (event := reading.find(connection, at))]
        # On SQLite an entry goes if all its terms are named.
        entries = [
            IndexEntry(each.position, [of_sender(each.conversation, each.sender), *self.words_of(each)])
            for each in found
        ]
        self.patch(check, "Random", Drawn)
        self.assertIn("the index is at the log's end", self.run_check())
        with index.writing() as connection:
            index.remove(connection, entries)
        self.assertEqual(
            self.check()["search"]["text"],
            "the message 300 is not in the index; the message 301 is not in the index",
        )
        with index.writing() as connection:
            connection.execute(text("UPDATE search_head SET time = time + 1"))
        self.assertIn("the index is of another log", self.check()["search"]["text"])


class CheckOnceTests(CheckCase):
    """What is the same on both stores."""

    def test_steps(self) -> None:
        """The log is whole whatever steps it is read in."""
        self.patch(soundness, "STEP", 7)
        self.patch(soundness, "CONVERSATIONS_IN_STEP", 1)
        self.assertEqual(self.check("--deep"), {})

    def test_a_file_of_an_earlier_version(self) -> None:
        """It gets no smaller by itself: that is said, and is no flaw."""
        hint = "ok     room      the database's file gets no smaller by itself: `hichat db compact` changes that"
        self.assertNotIn("room", self.run_check())
        with self.store.engine.connect() as connection, driver(connection) as own:
            own.execute("PRAGMA auto_vacuum=NONE").close()
            own.execute("VACUUM").close()
        self.assertIn(hint, said := self.run_check())
        self.assertEqual(self.status, 0, said)

    def test_many_flaws(self) -> None:
        """The first ones are shown, all are counted."""
        self.execute("DELETE FROM events WHERE position BETWEEN 100 AND 150 OR position = 300")
        wrong = self.check()["log"]["text"]
        self.assertIn("the positions 100 to 150 are missing", wrong)
        self.assertRegex(wrong, r"; and \d+ more$")
        self.assertEqual(wrong.count(";"), check.FLAWS_SHOWN)

    def test_files(self) -> None:
        """A stray one is no flaw; a record without its file or its thumbnail is."""
        uploads = self.state / "uploads"
        stray = uploads / "of-a-crash--22-charact"
        stray.write_bytes(b"stray")
        os.utime(stray, (1, 1))
        self.assertIn("1 without a record (5 B), which the daemon removes", self.run_check())
        (uploads / f"{PICTURE}.thumbnail").unlink()
        self.assertIn(f"the thumbnail of {PICTURE} is missing", self.check()["files"]["text"])
        (uploads / PICTURE).unlink()
        self.assertIn(f"{PICTURE} is missing", self.check()["files"]["text"])

    def test_keys(self) -> None:
        (self.state / "media.key").unlink()
        self.assertIn("media.key is missing", self.check()["keys"]["text"])
        (self.state / "media.key").write_bytes(bytes(32))
        self.assertIn("media.key is another one", self.check()["keys"]["text"])
        (self.state / "media.key").write_bytes(b"short")
        self.assertIn("does not hold a key", self.check()["keys"]["text"])

    def test_versions(self) -> None:
        self.execute("UPDATE alembic_version SET version_num = '0099'")
        self.assertEqual(self.check(), {})
        self.execute("UPDATE compatibility SET oldest = 98")
        self.assertIn("start the newer version", self.check()["schema"]["text"])
        self.execute("UPDATE alembic_version SET version_num = '0020'")
        self.assertEqual([*self.check()], ["schema"])
        self.execute(f"UPDATE alembic_version SET version_num = '{NEWEST_REVISION}'")

    def test_settings(self) -> None:
        with patch.dict(os.environ, {"HICHAT_DATABSE": "x", "HICHAT_WORKERS": "none"}):
            self.assertIn("HICHAT_WORKERS (environment)", self.check()["settings"]["text"])
        with patch.dict(os.environ, {"HICHAT_DATABSE": "x"}):
            self.assertIn("HICHAT_DATABSE is no setting", self.check()["settings"]["text"])
        self.state.chmod(0o755)
        self.assertIn("chmod 700", self.check()["settings"]["text"])
        self.state.chmod(0o700)
        self.assertEqual(self.check(), {})

    def test_little_room(self) -> None:
        self.patch(check, "LEAST_FREE", 2**62)
        self.assertIn("are free at", self.check()["disk"]["text"])

    def test_no_store(self) -> None:
        url, self.url = self.url, f"sqlite:///{self.state / 'other.db'}"
        self.assertIn("there is no", self.check()["database"]["text"])
        self.assertFalse((self.state / "other.db").exists())
        self.state, self.url = self.state / "nowhere", url
        self.assertIn("there is no", self.check()["settings"]["text"])
        self.assertFalse(self.state.exists())

    def test_the_mark(self) -> None:
        """The log has to be the one that the daemon has served."""
        mark = HighWaterMark(self.state)
        path = self.state / "log.mark"
        self.assertIn("has noted no position yet", self.run_check())
        place = LogWatch(self.store, lambda: NOW, mark).begin()
        self.assertIn(
            f"ok     mark      the log is the one that was served, up to position {place.position}", self.run_check()
        )
        self.execute("UPDATE events SET time = time + 1 WHERE position = " + HEAD)
        self.assertIn("the log is not the one that was served", self.check()["mark"]["text"])
        self.execute("UPDATE events SET time = time - 1 WHERE position = " + HEAD)
        mark.write(Place(place.epoch, place.position + 1, place.check.replace("7020-", "7021-", 1), NOW))
        self.assertIn("up to position 7021: it ends at 7020", self.check()["mark"]["text"])
        mark.write(Place("of another", 1, "", NOW))
        self.assertIn("the log is not the one that was served", self.check()["mark"]["text"])
        path.write_bytes(b"{")
        self.assertIn("log.mark cannot be read", self.check()["mark"]["text"])
        path.unlink()
        self.assertIn("and the log was served", self.check()["mark"]["text"])


class CheckTestsOnPostgreSQL(OnPostgreSQL, CheckTests):
    def test_a_sequence_that_is_behind(self) -> None:
        self.execute("SELECT setval(pg_get_serial_sequence('users', 'id'), 1)")
        self.assertIn("the sequence of users is at 1, and there is the id 21", self.check()["state"]["text"])


class PagesTests(CheckCase):
    """Of SQLite's file."""

    def test_a_broken_search_index(self) -> None:
        """FTS5's own check finds it; and beside a daemon another one, which locks nothing."""
        index = make_index(self.store.engine)
        self.addCleanup(index.engine.dispose)
        indexer = Indexer(self.store, index)
        while (progress := indexer.step(5000)).position < progress.head:
            pass
        self.assertEqual(self.check("--deep"), {})
        with index.writing() as connection:
            connection.execute(text(BREAKING))
        self.patch(soundness_of_search, "LOOKED_UP", 0)
        self.assertEqual(self.check(), {})
        lock = StateDirLock(self.state)
        with index.writing():
            self.assertIn(
                "FTS5 finds it broken: database disk image is malformed", self.check("--deep")["search"]["text"]
            )
        lock.release()
        self.assertIn("FTS5 finds it broken: database disk image is malformed", self.check("--deep")["search"]["text"])

    def test_a_broken_page(self) -> None:
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.store.engine.dispose()
        path = Path(self.store.engine.url.database or "")
        data = bytearray(path.read_bytes())
        at = data.rindex(b"message 6990")
        data[at - 3000 : at + 500] = b"\xee" * 3500
        path.write_bytes(data)
        self.assertTrue({*self.check("--deep")} & {"pages", "database", "log"})
