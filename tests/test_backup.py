"""C{hichat backup}, C{restore} and C{db copy}."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from sqlalchemy import delete, make_url

from hichat.admin import backup, manifest, restore
from hichat.admin.manifest import MANIFEST, SUMS, UNFINISHED, BackupPart, Manifest, digest_of, read_manifest
from hichat.cluster.locks import NODES
from hichat.core.errors import FilesAway, StartError
from hichat.daemon.backups import last_backup
from hichat.daemon.service import prepare_state_dir
from hichat.daemon.serving import served_database
from hichat.keeping.room import INCREMENTAL
from hichat.log import epochs as log_epochs
from hichat.log.watch import HighWaterMark, LogWatch
from hichat.media import moving
from hichat.media.s3 import S3Files
from hichat.search.index import make_index
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.migrate import KNOWN
from hichat.storage.tables import media, media_uses, nodes
from tests.support.doubles import NOW
from tests.support.filled import PICTURE, TEXT
from tests.support.moved import MovingCase
from tests.support.postgres import OnPostgreSQL, server
from tests.support.s3 import bucket_for


def refused_all(*_: Any) -> Any:
    raise FilesAway


class BackupCase(MovingCase):
    def test_there_and_back(self) -> None:
        """Beside a daemon; all rows, keys and files. Nobody else can read it; any program can check it."""
        self.at_work(self.state)
        made = self.back_up()
        (line,) = self.said.splitlines()
        self.assertRegex(line, rf"^{made}: position 2520, 3 files, \d+ MB, in [\d.]+ s$")
        self.assertEqual(self.warned, "")
        self.assertEqual({path.name for path in self.backups.iterdir()}, {"one"})
        self.assertEqual(last_backup(self.state), read_manifest(made).made_at / 1000)
        expected = {MANIFEST, SUMS, "hichat.db", "uploads", *STORE_KEYS}
        self.assertEqual({path.name for path in made.iterdir()}, expected)
        for path in (made, *(path for path in made.rglob("*") if path.parent.name != "uploads")):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)
        done = subprocess.run(["sha256sum", "-c", "--quiet", SUMS], cwd=made, check=False, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        found = read_manifest(made)
        with self.store(self.url).snapshot() as connection:
            dialect = connection.dialect.name
        self.assertEqual((found.position, found.schema, found.source), (2520, KNOWN, dialect))
        self.assertEqual((found.rows["events"], found.files, found.missing), (2520, 3, []))
        self.assertEqual(found.epoch, self.epochs(self.url)[-1])

        state = self.scratch / "restored"
        url = self.other_url(state)
        self.assertEqual(self.hichat("restore", made, state=state, url=url), "")
        self.is_restored(state, url)

    def is_restored(self, state: Path, url: str) -> None:
        self.assertEqual(self.rows(url), self.rows(self.url))
        self.assertEqual(self.epochs(url)[:-1], self.epochs(self.url))
        for name in (*STORE_KEYS, f"uploads/{PICTURE}", f"uploads/{PICTURE}.thumbnail", f"uploads/{TEXT}"):
            self.assertEqual((state / name).read_bytes(), (self.state / name).read_bytes())
        self.assertEqual(stat.S_IMODE(state.stat().st_mode), 0o700)
        self.assertEqual(served_database(state), url)
        self.assertEqual(self.hichat("check", "--deep", state=state, url=url), "", self.said)
        # A daemon that starts here knows the log: it gets no further epoch.
        store = self.store(url)
        place = LogWatch(store, lambda: NOW, HighWaterMark(state)).begin()
        self.assertEqual((place.epoch, place.position), (self.epochs(url)[-1], 2520))
        self.assertNotIn(place.epoch, self.epochs(self.url))
        self.assertEqual(self.noted(url), [*self.noted(self.url), "restore"])
        self.assertEqual(self.noted(self.url)[-1], "backup")
        with store.snapshot() as connection:
            old = self.epochs(self.url)[-1]
            self.assertEqual(log_epochs.restart(connection, 2520, old, ""), 2520)
        self.assertFalse((state / "restoring").exists())

    def test_in_place(self) -> None:
        """Of the same state directory and database, which is put aside."""
        made = self.back_up()
        before = self.rows(self.url)
        with self.store(self.url).transaction() as connection:
            connection.execute(delete(media_uses))
        (self.state / "uploads" / TEXT).unlink()
        error = self.hichat("restore", made)
        self.assertIn("there is something already", error)
        self.assertIn("files in", error)
        self.at_work(self.state)
        self.assertIn("a daemon is at work in", self.hichat("restore", made, "--replace"))
        self.assertNotEqual(self.rows(self.url), before)

    def test_in_place_of_what_is_there(self) -> None:
        made = self.back_up()
        before = self.rows(self.url)
        with self.store(self.url).transaction() as connection:
            connection.execute(delete(media_uses))
        (self.state / "uploads" / TEXT).unlink()
        self.assertEqual(self.hichat("restore", made, "--replace"), "")
        self.assertEqual(self.rows(self.url), before)
        self.assertEqual((self.state / "uploads" / TEXT).read_bytes(), b"words")
        (aside,) = self.state.glob("replaced-*")
        self.assertIn(f"what was there before is in {aside}", self.said)
        self.assertTrue({*STORE_KEYS, "uploads"} <= {path.name for path in aside.iterdir()})
        self.assertEqual(self.hichat("check", "--deep"), "", self.said)

    def test_an_interrupted_restore(self) -> None:
        """No daemon starts there; the next restore does it."""
        made = self.back_up()
        state = self.scratch / "restored"
        url = self.other_url(state)
        self.patch(restore, "copy_file", self.fail_with(OSError(errno.ENOSPC, "No space left on device", "x")))
        self.assertIn("No space left", self.hichat("restore", made, state=state, url=url))
        self.assertFalse((state / "restoring.db").exists())
        error = str(self.assertRaises(StartError, prepare_state_dir, state))
        self.assertIn("hichat restore --replace", error)
        self.assertIn("hichat restore --replace", self.hichat("user", "list", state=state, url=url))
        self.assertEqual(self.hichat("check", state=state, url=url), "1")
        self.assertIn("hichat restore --replace", self.said)
        self.patch(restore, "copy_file", manifest.copy_file)
        self.assertEqual(self.hichat("restore", made, "--replace", state=state, url=url), "")
        self.is_restored(state, url)

    def fail_with(self, error: Exception) -> Any:
        def fail(*_: object) -> None:
            raise error

        return fail


class BackupTests(BackupCase):
    """Of SQLite."""

    def test_a_broken_backup(self) -> None:
        """Each byte counts; nothing is changed."""
        made = self.back_up()
        state = self.scratch / "restored"
        url = self.other_url(state)
        names = ["hichat.db", SUMS, *STORE_KEYS, f"uploads/{PICTURE}", f"uploads/{PICTURE}.thumbnail"]
        for name in names:
            path = made / name
            whole = path.read_bytes()
            path.unlink()
            self.assertIn(f"{path} is missing", self.hichat("restore", made, state=state, url=url))
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            self.assertIn(f"{path} has changed", self.hichat("restore", made, state=state, url=url))
            path.write_bytes(whole)
        self.assertFalse(state.exists())
        self.assertEqual(self.hichat("restore", made, state=state, url=url), "")

    def test_manifests(self) -> None:
        made = self.back_up()
        state = self.scratch / "restored"
        for changed, words in (
            ({"format": 2}, "does not know backups of format 2"),
            ({"schema": KNOWN + 1}, "is of a newer version"),
            ({"parts": {}}, "the manifest is not whole"),
            ({"files": 4}, "names 3 files, and the manifest 4"),
            ({"rows": 5}, "the manifest cannot be read"),
        ):
            before = (made / MANIFEST).read_text()
            self.manifest_of(made, **changed)
            self.assertIn(words, self.hichat("restore", made, state=state))
            (made / MANIFEST).write_text(before)
        # Names that lead elsewhere.
        (made / SUMS).write_text(f"{'0' * 64}  uploads/../../escape\n")
        part = digest_of(made / SUMS)
        parts = json.loads((made / MANIFEST).read_text())["parts"]
        self.manifest_of(made, parts=parts | {SUMS: {"size": part.size, "sha256": part.sha256}})
        self.assertIn("which is no uploaded file", self.hichat("restore", made, state=state))
        self.assertIn("there is no manifest.json", self.hichat("restore", self.state, state=state))
        self.assertFalse(state.exists())

    def test_it_fails(self) -> None:
        """Nothing is left behind; and what is there is left alone."""
        self.patch(backup, "digest_of", self.fail_with(OSError(errno.ENOSPC, "No space left on device", "x")))
        self.assertIn("No space left on device", self.hichat("backup", self.backups / "one"))
        self.assertEqual([*self.backups.iterdir()], [])
        self.patch(backup, "_copy_pages", self.fail_with(sqlite3.OperationalError("database or disk is full")))
        made = self.backups / "one"
        self.assertEqual(self.hichat("backup", made), f"hichat: {made}: database or disk is full")
        self.assertEqual([*self.backups.iterdir()], [])
        self.assertIn("exists already", self.hichat("backup", self.state))
        self.assertEqual(last_backup(self.state), None)
        (self.state / "media.key").unlink()
        self.assertIn("media.key is missing", self.hichat("backup", self.backups / "one"))

    def test_what_killed_ones_have_left(self) -> None:
        """It is removed, unless somebody is at work there; and is no backup."""
        left, at_work, other = (self.backups / f".{name}.unfinished" for name in ("left", "at-work", "other"))
        for path in (left, at_work, other):
            path.mkdir(parents=True)
            (path / "hichat.db").write_bytes(b"half")
        for path in (left, at_work):
            (path / UNFINISHED).touch()
        lock = os.open(at_work, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        flock(lock, LOCK_EX)
        self.back_up()
        self.assertEqual({path.name for path in self.backups.iterdir()}, {at_work.name, other.name, "one"})
        self.assertIn("it was interrupted", self.hichat("restore", at_work, state=self.scratch / "restored"))
        self.assertIn("another backup is made there", self.hichat("backup", self.backups / "at-work"))

    def test_older_ones(self) -> None:
        """Those of other stores, and what is no backup, stay."""
        for number, name in enumerate("abcd"):
            self.patch(backup, "now", lambda number=number: NOW + number)
            self.back_up(name)
        foreign = self.backups / "foreign"
        shutil.copytree(self.backups / "a", foreign)
        self.manifest_of(foreign, store="another", made_at=1)
        (self.backups / "notes").mkdir()
        self.patch(backup, "now", lambda: NOW + 10)
        self.back_up("e", "--keep", "2")
        self.assertIn(", 3 older removed", self.said)
        self.assertEqual({path.name for path in self.backups.iterdir()}, {"d", "e", "foreign", "notes"})

    def test_files_are_not_copied_twice(self) -> None:
        """On another disk the next backup has them in common with the one before."""
        link = os.link

        def other_disk(source: Path, target: Path) -> None:
            if self.state in source.parents:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            link(source, target)

        self.patch(os, "link", other_disk)
        first, second = self.back_up("first"), self.back_up("second")
        for each in (f"uploads/{PICTURE}", f"uploads/{TEXT}"):
            inodes = [(path / each).stat().st_ino for path in (self.state, first, second)]
            self.assertNotEqual(inodes[0], inodes[1])
            self.assertEqual(inodes[1], inodes[2])
        self.assertEqual((first / SUMS).read_text(), (second / SUMS).read_text())
        self.assertEqual(stat.S_IMODE((first / f"uploads/{TEXT}").stat().st_mode), 0o600)

    def test_files_that_are_gone(self) -> None:
        """One that was removed since the snapshot is none; one that is missing is named."""
        copy_keys = backup._copy_keys

        def remove(*arguments: Any) -> None:
            with self.store(self.url).transaction() as connection:
                connection.execute(delete(media_uses))
                connection.execute(delete(media).where(media.c.id == PICTURE))
            (self.state / "uploads" / PICTURE).unlink()
            copy_keys(*arguments)

        (self.state / "uploads" / TEXT).unlink()
        self.patch(backup, "_copy_keys", remove)
        made = self.back_up()
        self.assertIn("1 files are missing (see `hichat check`)", self.said)
        self.assertEqual(read_manifest(made).missing, [f"uploads/{TEXT}"])
        state = self.scratch / "restored"
        self.assertEqual(self.hichat("restore", made, state=state, url=self.other_url(state)), "")

    def test_files_in_s3(self) -> None:
        """They are fetched, and put there again; one that is missing there is named."""
        bucket = bucket_for(self)
        for name in (PICTURE, f"{PICTURE}.thumbnail", TEXT):
            (self.state / "uploads" / name).rename(self.scratch / name)
            bucket.put(f"some/files/{name}", (self.scratch / name).read_bytes())
        environment = {**os.environ, **bucket.environment(), "HICHAT_MEDIA": bucket.url}
        self.patch(os, "environ", environment)
        self.assertEqual(self.hichat("check"), "", self.said)
        made = self.back_up()
        self.assertEqual((made / "uploads" / TEXT).read_bytes(), b"words")
        for key in bucket.every_key():
            bucket.client.delete_object(Bucket=bucket.name, Key=key)
        self.hichat("check")
        self.assertIn(f"{TEXT} is missing", self.said)
        second = self.back_up("second")
        self.assertEqual(len(read_manifest(second).missing), 0)
        state = self.scratch / "restored"
        url = self.other_url(state)
        self.assertEqual(self.hichat("restore", made, state=state, url=url), "")
        self.assertEqual(bucket.get(f"some/files/{PICTURE}.thumbnail"), b"thumb")
        self.assertEqual([*(state / "uploads").iterdir()], [])
        # The daemon has said where files are; the shell need not.
        del environment["HICHAT_MEDIA"]
        self.assertEqual(self.hichat("check", state=state, url=url), "", self.said)

    def test_s3_is_away_for_a_moment(self) -> None:
        """A backup and a restore wait for it. A file that cannot be read at all, or has another size, is named."""
        bucket = bucket_for(self)
        for name in (PICTURE, f"{PICTURE}.thumbnail", TEXT):
            path = self.state / "uploads" / name
            bucket.put(f"some/files/{name}", path.read_bytes())
            path.unlink()
        self.patch(os, "environ", {**os.environ, **bucket.environment(), "HICHAT_MEDIA": bucket.url})
        self.patch(moving, "ASK_AGAIN", 0.01)
        self.patch(moving, "MOVE_PATIENCE", 0.1)
        left: dict[str, int] = {}

        def hiccups(name: str) -> None:
            ask = getattr(S3Files, name)

            def asked(*arguments: Any) -> Any:
                left[name] = left.get(name, 4) - 1
                if left[name] > 0:
                    raise FilesAway
                return ask(*arguments)

            self.patch(S3Files, name, asked)

        for name in ("facts", "read", "finish"):
            hiccups(name)
        made = self.back_up()
        self.assertEqual(read_manifest(made).missing, [])
        state = self.scratch / "restored"
        self.assertEqual(self.hichat("restore", made, state=state, url=self.other_url(state)), "")
        self.assertEqual({*left}, {"facts", "read", "finish"})
        shutil.rmtree(made)
        bucket.put(f"some/files/{TEXT}", b"word")
        read = S3Files.read

        def refused(files: Any, id: str, *arguments: Any) -> bytes:
            if id == PICTURE:
                raise FilesAway
            return read(files, id, *arguments)

        self.patch(S3Files, "read", refused)
        made = self.back_up("second")
        wrong = [f"uploads/{name}" for name in (PICTURE, f"{PICTURE}.thumbnail", TEXT)]
        self.assertEqual(sorted(read_manifest(made).missing), sorted(wrong))
        self.assertEqual((made / "uploads" / TEXT).read_bytes(), b"word")
        # The one of an earlier backup has not the right size either: a better one is fetched.
        bucket.put(f"some/files/{TEXT}", b"words")
        self.assertNotIn(f"uploads/{TEXT}", read_manifest(self.back_up("third")).missing)
        self.patch(S3Files, "check", refused_all)
        self.assertIn("files", self.hichat("backup", self.backups / "fourth"))

    def test_the_documented_form(self) -> None:
        """Programs may read the manifest."""
        made = self.back_up()
        found = json.loads((made / MANIFEST).read_text())
        self.assertEqual(set(found), {*Manifest.__struct_fields__})
        part = found["parts"]["hichat.db"]
        self.assertEqual(digest_of(made / "hichat.db"), BackupPart(part["size"], part["sha256"]))


class BackupTestsOnPostgreSQL(OnPostgreSQL, BackupCase):
    """Restored into SQLite."""


class RestoreToPostgreSQLTests(MovingCase):
    """A backup of SQLite."""

    def test_into_postgresql(self) -> None:
        made = self.back_up()
        url = server().make_database(self, migrated=False)
        state = self.scratch / "restored"
        self.assertEqual(self.hichat("restore", made, state=state, url=url), "")
        self.assertIn("start the daemon with HICHAT_DATABASE=postgresql://hichat:***@", self.said)
        self.assertEqual(self.rows(url), self.rows(self.url))
        self.assertEqual(self.hichat("check", state=state, url=url), "", self.said)
        self.assertIn("2520 events in", self.hichat("restore", made, state=state, url=url))
        self.assertEqual(self.hichat("restore", made, "--replace", state=state, url=url), "")
        self.assertEqual(self.rows(url), self.rows(self.url))
        self.assertFalse((state / "restoring.db").exists())

    def test_nothing_is_left(self) -> None:
        """Whatever migrations make goes, and other programs' tables stay."""
        engine = self.store(server().make_database(self)).engine
        make_index(engine).make()
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.exec_driver_sql("CREATE TABLE theirs (id BIGINT)")
        restore._drop_tables(engine)
        left = " UNION ALL ".join(
            f"SELECT {name}::text FROM {catalog} WHERE {space} = current_schema()::regnamespace"
            for catalog, name, space in (
                ("pg_class", "relname", "relnamespace"),
                ("pg_proc", "proname", "pronamespace"),
                ("pg_type", "typname", "typnamespace"),
            )
        )
        with engine.connect() as connection, connection.begin():
            self.assertEqual({*connection.exec_driver_sql(left).scalars()}, {"theirs", "_theirs"})


class CopyCommandTests(MovingCase):
    def copy(self, url: str, *arguments: str, line: str = "") -> str:
        return self.hichat("db", "copy", *(arguments or (url,)), line=line)

    def test_there_and_back(self) -> None:
        """To PostgreSQL and from it; the password need not be in the list of processes."""
        url, back = server().make_database(self, migrated=False), f"sqlite:///{self.scratch / 'back.db'}"
        self.assertEqual(self.copy(url, "-", line=f"{url}\n"), "")
        first, second = self.said.splitlines()
        self.assertRegex(first, r"^\d+ rows are the same in .* and .*, the log is whole up to position 2520, in \d+ s$")
        self.assertIn("start the daemon with HICHAT_DATABASE=postgresql://hichat:***@", second)
        self.assertEqual(self.rows(url), self.rows(self.url))
        self.assertEqual(self.epochs(url), self.epochs(self.url))
        self.assertEqual(self.noted(url)[-1], "db copy")
        old, self.url = self.url, url
        self.assertEqual(self.copy(back), "")
        self.assertEqual(self.rows(back), self.rows(old))
        self.assertEqual(self.hichat("check", "--deep", url=back), "", self.said)

    def test_what_is_refused(self) -> None:
        url = f"sqlite:///{self.scratch / 'copy.db'}"
        self.assertIn("is the daemon's database", self.copy(self.url))
        self.assertIn("it is not an SQLAlchemy URL", self.copy("nonsense"))
        self.assertIn("only sqlite:// and postgresql://", self.copy("mysql://x/y"))
        self.assertIn("unable to open", self.copy(f"sqlite:///{self.scratch / 'no' / 'copy.db'}"))
        self.assertEqual(self.copy(url), "")
        self.assertIn("users or messages already", self.copy(url))
        self.at_work(self.state)
        self.assertIn("a daemon is at work in", self.copy(f"{url}2"))


class CompactCommandTests(MovingCase):
    """C{hichat db compact}."""

    def pragma(self, name: str) -> int:
        with closing(sqlite3.connect(make_url(self.url).database or "")) as connection:
            return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

    def test_a_file_of_an_earlier_version(self) -> None:
        """It gets smaller, and can get smaller by itself from then on."""
        with closing(sqlite3.connect(make_url(self.url).database or "", isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum=NONE")
            connection.execute("VACUUM")
            connection.execute("CREATE TABLE large (a BLOB)")
            connection.execute("INSERT INTO large VALUES (zeroblob(3000000))")
            connection.execute("DROP TABLE large")
        rows = self.rows(self.url)
        self.assertEqual(self.pragma("auto_vacuum"), 0)
        self.assertGreater(self.pragma("freelist_count"), 700)
        self.assertEqual(self.hichat("db", "compact"), "")
        self.assertRegex(self.said, r"hichat.db: \d+ MB before, \d+ MB now\n$")
        self.assertEqual((self.pragma("auto_vacuum"), self.pragma("freelist_count")), (INCREMENTAL, 0))
        self.assertEqual(self.noted(self.url)[-1], "db compact")
        self.assertEqual({key: value for key, value in self.rows(self.url).items() if key != "audit"}, rows)
        self.assertEqual(self.hichat("check", "--deep"), "", self.said)

    def test_beside_a_reader(self) -> None:
        """It says how small the file gets, and when."""
        path = make_url(self.url).database or ""
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("CREATE TABLE large (a BLOB)")
            reader.execute("INSERT INTO large VALUES (zeroblob(30000000))")
            reader.execute("DROP TABLE large")
            reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            self.assertEqual(self.hichat("db", "compact"), "")
            self.assertGreater(os.stat(path).st_size, 28 << 20)
            self.assertRegex(self.said, r"MB before, [0-4] MB now, as soon as nobody reads it any more\n$")
            reader.execute("ROLLBACK")
            reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.assertLess(os.stat(path).st_size, 5 << 20)

    def test_beside_a_daemon(self) -> None:
        self.at_work(self.state)
        self.assertIn("a daemon is at work in", self.hichat("db", "compact"))


class CompactCommandTestsOnPostgreSQL(OnPostgreSQL, MovingCase):
    def test_there_it_is_not_needed(self) -> None:
        self.assertIn("it is PostgreSQL", self.hichat("db", "compact"))


class CopyCommandTestsOnPostgreSQL(OnPostgreSQL, MovingCase):
    def test_daemons_elsewhere(self) -> None:
        """They write, too."""
        with self.store(self.url).transaction() as connection:
            row = {"number": 3, "host": "two", "state": "/x", "version": "1", "since": 1, "seen": 2}
            connection.execute(nodes.insert().values(row | {"address": "two.lan:8000"}))
        url = f"sqlite:///{self.scratch / 'copy.db'}"
        holder = self.store(self.url).engine.connect()
        self.addCleanup(holder.close)
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({NODES}, 3)")
        self.assertIn("3 (two.lan:8000); stop them first", self.hichat("db", "copy", url))
        made = self.back_up()
        self.assertIn("3 (two.lan:8000); stop them first", self.hichat("restore", made, "--replace"))
        holder.close()
        holder.engine.dispose()
        self.assertEqual(self.hichat("db", "copy", url), "")
        self.assertEqual(self.rows(url), self.rows(self.url))
