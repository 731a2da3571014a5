"""Commands for uploaded files in S3: whose files they are, and where they are."""

from __future__ import annotations

import os

from sqlalchemy import insert

from hichat.daemon import settings
from hichat.daemon.serving import note_places
from hichat.media.s3 import MARK_NAME
from hichat.storage.tables import media_marks
from tests.support.filled import PICTURE, TEXT
from tests.support.moved import MovingCase
from tests.support.s3 import Bucket, bucket_for

FILES = (PICTURE, f"{PICTURE}.thumbnail", TEXT)


class MediaCommandTests(MovingCase):
    """The files are in the folder, and go into S3."""

    def setUp(self) -> None:
        super().setUp()
        self.bucket = bucket_for(self)
        self.uploads = self.state / "uploads"
        self.shell(self.bucket.url, "folder")

    def shell(self, media: str, media_from: str = "") -> None:
        """What the shell names."""
        named = {"HICHAT_MEDIA": media, "HICHAT_MEDIA_FROM": media_from}
        kept = {name: each for name, each in os.environ.items() if not name.startswith("HICHAT_")}
        set_ones = {name: each for name, each in named.items() if each}
        self.patch(os, "environ", kept | self.bucket.environment() | set_ones)

    def served(self, media: str, media_from: str = "") -> None:
        """What the daemon has said."""
        given = {"state-dir": str(self.state), "database": self.url, "media": media, "media-from": media_from}
        note_places(settings.load(given, {}, self.scratch))

    def mark(self, bucket: Bucket) -> str:
        return bucket.get(f"some/files/{MARK_NAME}").decode().split()[-1]

    def in_folder(self) -> set[str]:
        return {path.name for path in self.uploads.iterdir()}

    def test_move_to_a_new_place(self) -> None:
        """It belongs to this database from then on, before the first file is there."""
        self.assertEqual(self.hichat("media", "move", "--remove"), "")
        self.assertFalse(self.in_folder() & set(FILES))
        self.assertEqual({key.rpartition("/")[2] for key in self.bucket.every_key()}, {*FILES, MARK_NAME})
        mark = self.mark(self.bucket)
        self.shell(self.bucket.url)
        self.assertEqual(self.hichat("check"), "", self.said)
        self.shell("folder", self.bucket.url)
        self.assertEqual(self.hichat("media", "move", "--remove"), "")
        self.assertEqual((self.in_folder() & set(FILES), self.mark(self.bucket)), (set(FILES), mark))

    def test_a_place_of_another_database(self) -> None:
        """Its daemon would remove what comes there, and would miss what is moved away; `accept` makes it ours."""
        self.bucket.put(f"some/files/{MARK_NAME}", b"other")
        for places in ((self.bucket.url, "folder"), ("folder", self.bucket.url)):
            self.shell(*places)
            for options in ((), ("--remove",)):
                error = self.hichat("media", "move", *options)
                self.assertIn(f"the files in {self.bucket.url} belong to another database, so none is moved", error)
        self.assertEqual((self.in_folder() & set(FILES), len(self.bucket.every_key())), (set(FILES), 1))
        self.shell(self.bucket.url, "folder")
        self.assertEqual(self.hichat("check"), "1")
        self.assertIn(f"the files in {self.bucket.url} belong to another database", self.said)
        self.assertEqual(self.hichat("media", "accept"), "")
        self.assertEqual(self.hichat("audit", "--act", "media accept"), "")
        self.assertIn("media accept", self.said)
        self.assertEqual(self.hichat("check"), "", self.said)
        self.assertEqual(self.hichat("media", "move", "--remove"), "")

    def test_a_mark_of_the_database_that_was_copied(self) -> None:
        """The copy knows it; and it is not its own."""
        mark = f"{'a' * 32}-{'b' * 24}"
        self.bucket.put(f"some/files/{MARK_NAME}", mark.encode())
        with self.store(self.url).transaction() as connection:
            connection.execute(insert(media_marks).values(place=self.bucket.url, mark=mark, next=mark))
        self.assertIn("belong to another database", self.hichat("media", "move"))

    def test_check_while_files_move(self) -> None:
        """A file that is at both places does not stand in for one that is at neither."""
        self.assertEqual(self.hichat("media", "move"), "")
        for path in (self.uploads / TEXT, self.uploads / PICTURE):
            path.unlink()
        self.bucket.client.delete_object(Bucket=self.bucket.name, Key=f"some/files/{TEXT}")
        self.assertEqual(self.hichat("check"), "1", self.said)
        self.assertIn(f"{TEXT} is missing", self.said)

    def test_where_files_are(self) -> None:
        """Where the daemon says, unless the shell names a place; then it is told."""
        self.served("folder")
        self.shell("")
        self.assertEqual(self.hichat("check"), "", self.said)
        self.shell("folder")
        self.assertEqual((self.hichat("check"), self.warned), ("", ""))
        self.shell(self.bucket.url)
        self.assertEqual(self.hichat("check"), "1")
        self.assertIn(f"{TEXT} is missing", self.said)
        self.assertEqual(self.hichat("media", "accept"), "")
        (line,) = self.warned.splitlines()
        self.assertIn(f"HICHAT_MEDIA (environment) counts: {self.bucket.url}, where the daemon of", line)
        self.served(self.bucket.url, "folder")
        self.shell(self.bucket.url)
        self.assertEqual((self.hichat("media", "move"), self.warned), ("", ""))
        self.assertIn("3 copied", self.said)
        self.shell("", "s3://other")
        self.hichat("media", "move")
        self.assertIn("HICHAT_MEDIA_FROM (environment) counts: s3://other, where the daemon of", self.warned)

    def test_a_restore_goes_where_the_shell_says(self) -> None:
        self.shell("")
        made = self.back_up()
        self.served("folder")
        self.shell(self.bucket.url)
        url = self.other_url(self.state)
        self.assertEqual(self.hichat("restore", made, "--replace", url=url), "")
        self.assertIn("run `hichat media accept`", self.said)
        self.assertEqual({key.rpartition("/")[2] for key in self.bucket.every_key()}, set(FILES))
