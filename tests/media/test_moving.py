"""Tests for L{hichat.media.moving}: files that move from a store to another one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.core.errors import FilesAway, NoSuchMedia
from hichat.core.ports import FilesPage, IFileStore
from hichat.media import moving
from hichat.media.addresses import make_id
from hichat.media.folder import Folder
from hichat.media.moving import MOVE_PATIENCE, Move, MoveCount, MoveFailed, MovingFiles
from hichat.media.places import S3Place
from hichat.media.s3 import S3Files
from tests.support.s3 import bucket_for, client_of


class MovingCase(SynchronousTestCase):
    """From a folder to another one."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.old, self.new = self.make_stores()
        for store in (self.old, self.new):
            store.start()
        self.both = MovingFiles(self.new, self.old)
        self.patch(moving, "MOVED_PIECE", 1000)

    def make_stores(self) -> tuple[Any, Any]:
        return Folder(self.directory / "old"), Folder(self.directory / "new")

    def put(self, store: Any, content: bytes, id: str = "", thumbnail: bool = False) -> str:
        id = id or make_id()
        with store.unfinished() as part:
            part.file.write(content)
            store.finish(part, id, thumbnail)
        return id

    def content(self, store: Any, id: str, thumbnail: bool = False) -> bytes | None:
        try:
            return bytes(store.read(id, thumbnail, 0, 10_000))
        except NoSuchMedia:
            return None

    def names(self, store: Any) -> list[tuple[str, bool]]:
        return sorted((file.id, file.thumbnail) for file in store.listed(0).files)

    def move(self, remove: bool = False, pause: Callable[[float], object] = lambda seconds: None) -> MoveCount:
        return Move(self.old, self.new, remove, pause).run(0)


class MoveTests(MovingCase):
    def setUp(self) -> None:
        super().setUp()
        self.contents = {self.put(self.old, os.urandom(size)): size for size in (0, 1, 999, 1000, 1001, 5000)}
        self.pictures = [*self.contents][:2]
        for id in self.pictures:
            self.put(self.old, b"small", id, True)
        self.wanted = {id: self.content(self.old, id) for id in self.contents}
        self.every = self.names(self.old)

    def check(self) -> None:
        self.assertEqual({id: self.content(self.new, id) for id in self.contents}, self.wanted)
        self.assertEqual(self.names(self.new), self.every)

    def test_copied_then_removed(self) -> None:
        self.assertEqual(self.move(), (8, sum(self.contents.values()) + 10, 0, 0))
        self.check()
        self.assertEqual(self.names(self.old), self.every)
        self.assertEqual(self.move(), (0, 0, 8, 0))
        self.assertEqual(self.move(remove=True), (0, 0, 8, 6))
        self.check()
        self.assertEqual(self.names(self.old), [])
        self.assertEqual(self.move(remove=True), (0, 0, 0, 0))

    def test_in_one_go(self) -> None:
        self.assertEqual(self.move(remove=True), (8, sum(self.contents.values()) + 10, 0, 6))
        self.check()
        self.assertEqual(self.names(self.old), [])

    def test_in_pages(self) -> None:
        """A file and its thumbnail may be in two of them."""
        files = self.old.listed(0).files
        pages = [FilesPage([file], str(number + 1)) for number, file in enumerate(files)]
        pages[-1] = pages[-1]._replace(next="")
        with patch.object(self.old, "listed", lambda now, after: pages[int(after or 0)]):
            self.assertEqual(self.move(remove=True).removed, 6)
        self.check()

    def test_another_content(self) -> None:
        """Of the same size, or one that was changed on its way: nothing of it is removed."""
        id = next(id for id, size in self.contents.items() if size == 5000)
        self.put(self.new, bytes(5000), id)
        self.move()
        error = self.assertRaises(MoveFailed, self.move, remove=True)
        self.assertIn(id, str(error))
        self.assertEqual(self.content(self.old, id), self.wanted[id])
        self.new.remove([id])
        read = self.new.read
        with patch.object(self.new, "read", lambda *asked: read(*asked)[::-1]):
            self.assertRaises(MoveFailed, self.move, remove=True)
        self.assertEqual(self.content(self.old, id), self.wanted[id])

    def test_others_go_on(self) -> None:
        """Files that are not the same stay; all others are moved, and the end tells of both."""
        different = sorted([*self.contents][2:5])
        self.move()
        for id in different:
            self.put(self.new, bytes(self.contents[id]), id)
        self.patch(moving, "DIFFERENT_SHOWN", 2)
        error = str(self.assertRaises(MoveFailed, self.move, remove=True))
        self.assertIn(f"{different[0]}, {different[1]}, and 1 more; of the others 0 copied", error)
        self.assertIn("3 removed from the old place", error)
        self.assertEqual([id for id, _ in self.names(self.old)], different)

    def test_the_new_copy_cannot_be_read(self) -> None:
        """It was listed, and is not to be had: the old file stays, in the copy and in the comparison."""
        id = next(id for id, size in self.contents.items() if size == 5000)
        read = self.new.read

        def gone(asked: str, *rest: Any) -> bytes:
            if asked == id:
                raise NoSuchMedia
            return bytes(read(asked, *rest))

        for _ in range(2):
            with patch.object(self.new, "read", gone):
                self.assertIn(id, str(self.assertRaises(MoveFailed, self.move, remove=True)))
            self.assertEqual(self.names(self.old), [(id, False)])
        self.assertEqual(self.move(remove=True), (0, 0, 1, 1))

    def test_removed_while_it_is_compared(self) -> None:
        """By a user, from both, before its old copy is read: the move goes on."""
        self.move()
        id = next(id for id, size in self.contents.items() if size == 5000)
        facts = self.new.facts

        def removed(asked: str, thumbnail: bool) -> Any:
            found = facts(asked, thumbnail)
            if (asked, thumbnail) == (id, False):
                self.both.remove([id])
            return found

        with patch.object(self.new, "facts", removed):
            self.assertEqual(self.move(remove=True).removed, 5)
        self.assertEqual(self.names(self.old), [])

    def test_few_at_once(self) -> None:
        """However many files a page lists."""
        self.patch(moving, "MOVED_AT_ONCE", 2)
        sizes: list[int] = []

        class Counting(ThreadPoolExecutor):
            def map(self, function: Any, these: Any) -> Any:  # type: ignore[override]
                sizes.append(len(these))
                return super().map(function, these)

        with patch.object(moving, "ThreadPoolExecutor", Counting):
            self.move()
        self.assertEqual(sizes, [2, 2, 2])
        self.check()

    def test_a_part_of_it(self) -> None:
        """Whatever has the wrong size is copied again."""
        id = self.pictures[1]
        self.put(self.new, b"longer than that", id)
        self.move()
        self.check()

    def test_what_is_removed_meanwhile(self) -> None:
        """By users: between the list and the copy, and between the copy and the look at it."""
        first, second, *_ = self.contents
        facts, read = self.old.facts, self.new.read

        def removed_before(id: str, thumbnail: bool) -> Any:
            found = facts(id, thumbnail)
            if id == first:
                self.both.remove([id])
            return found

        def removed_after(id: str, *asked: Any) -> bytes:
            if id == second:
                self.both.remove([id])
            return bytes(read(id, *asked))

        with patch.object(self.old, "facts", removed_before), patch.object(self.new, "read", removed_after):
            self.move(remove=True)
        left = {id for id in self.contents if id not in (first, second)}
        self.assertEqual({id for id, _ in self.names(self.new)}, left)

    def test_away_for_a_while(self) -> None:
        """It waits, and then goes on."""
        for store in (self.old, self.new):
            for name in ("listed", "facts", "read", "finish", "remove"):
                self.patch(store, name, self.now_and_then(getattr(store, name)))
        pauses: list[float] = []
        self.move(remove=True, pause=pauses.append)
        for store in (self.old, self.new):
            for name in ("listed", "facts", "read", "finish", "remove"):
                self.patch(store, name, getattr(store, name).within)
        self.check()
        self.assertGreater(len(pauses), 10)
        with patch.object(self.old, "listed", side_effect=FilesAway):
            pauses.clear()
            self.assertRaises(FilesAway, self.move, pause=pauses.append)
            self.assertEqual(sum(pauses), MOVE_PATIENCE)

    def now_and_then(self, function: Any) -> Any:
        asked: set[str] = set()

        def call(*arguments: Any) -> Any:
            if repr(arguments) not in asked:
                asked.add(repr(arguments))
                raise FilesAway
            return function(*arguments)

        call.within = function  # type: ignore[attr-defined]
        return call

    def test_told_how_far_it_is(self) -> None:
        told: list[MoveCount] = []
        last = Move(self.old, self.new).run(0, told.append)
        self.assertEqual((len(told), told[-1]), (6, last))


class BothTests(MovingCase):
    """What daemons see meanwhile."""

    def test_it_is_a_store(self) -> None:
        verifyObject(IFileStore, self.both)
        self.assertEqual(self.both.parts, (self.new, self.old))
        self.both.check()

    def test_wherever_a_file_is(self) -> None:
        before, after = self.put(self.old, b"old"), self.put(self.both, b"new")
        self.assertEqual((self.names(self.old), self.names(self.new)), ([(before, False)], [(after, False)]))
        for id, content in ((before, b"old"), (after, b"new")):
            facts = self.both.facts(id)
            assert facts is not None
            self.assertEqual((facts.size, self.both.read(id, False, 1, 5)), (3, content[1:]))
            self.assertIsNone(self.both.place(id))
        self.assertIsNone(self.both.facts(make_id()))
        self.assertRaises(NoSuchMedia, self.both.read, make_id(), False, 0, 1)

    def test_it_goes_just_then(self) -> None:
        """It is not in the new store yet, and not in the old one any more."""
        for ask in (self.both.facts, lambda id: self.both.read(id, False, 0, 1)):
            id = self.put(self.old, b"x")
            facts, read = self.new.facts, self.new.read

            once = [True]

            def moved(function: Any, once: list[bool] = once) -> Any:
                def call(*asked: Any) -> Any:
                    try:
                        return function(*asked)
                    finally:
                        if once:
                            once.clear()
                            self.move(remove=True)

                return call

            with patch.object(self.new, "facts", moved(facts)), patch.object(self.new, "read", moved(read)):
                self.assertTrue(ask(id))
            self.assertEqual(self.names(self.old), [])

    def test_removed_from_both(self) -> None:
        id = self.put(self.old, b"x")
        self.put(self.old, b"x", id, True)
        self.move()
        self.both.remove([id])
        self.assertEqual((self.names(self.old), self.names(self.new)), ([], []))

    def test_one_is_away(self) -> None:
        """What is in the other one is served; of the rest nobody can say whether it is there."""
        before, after = self.put(self.old, b"x"), self.put(self.new, b"x")
        for store, there, unknown in ((self.new, before, after), (self.old, after, before)):
            with (
                patch.object(store, "facts", side_effect=FilesAway),
                patch.object(store, "read", side_effect=FilesAway),
            ):
                self.assertTrue(self.both.facts(there))
                self.assertEqual(self.both.read(there, False, 0, 1), b"x")
                self.assertRaises(FilesAway, self.both.facts, unknown)
                self.assertRaises(FilesAway, self.both.read, unknown, False, 0, 1)


class ToS3Tests(MoveTests):
    def make_stores(self) -> tuple[Any, Any]:
        return Folder(self.directory), self.make_far()

    def make_far(self) -> S3Files:
        bucket = bucket_for(self)
        client = client_of(bucket)
        self.addCleanup(client.close)
        return S3Files(S3Place.parse(bucket.url), Folder(self.directory), client)


class FromS3Tests(ToS3Tests):
    def make_stores(self) -> tuple[Any, Any]:
        return self.make_far(), Folder(self.directory)
