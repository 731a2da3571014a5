"""Tests for L{hichat.search.index} and L{hichat.search.indexer}: what is in the index, and what a crash costs."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any
from unicodedata import normalize
from unittest.mock import patch

from sqlalchemy.exc import DatabaseError
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import devices
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.log.follower import Claim, Follower, Progress
from hichat.search import index as index_room
from hichat.search import words
from hichat.search.index import Head, SQLiteIndex
from hichat.search.indexer import Indexer
from hichat.storage import engine
from hichat.wire import stored
from hichat.wire.frames import Edit, Send, SentFile
from tests.support.doubles import NOW, make_search_index, make_store
from tests.support.ledger import WriterCase, edit, message, recall
from tests.support.postgres import OnPostgreSQL
from tests.support.search_index import IndexCase, entries, new_text
from tests.support.texts import text


class Crash(Exception):
    """The process ends here."""


class IndexerTests(IndexCase):
    def test_steps(self) -> None:
        self.writer.write([text("one tea"), text("two tea", 1, 3), text("three", 2, 1), text("four tea")])
        self.assertEqual(self.indexer.step(3), Progress(3, 4))
        self.assertEqual((self.named("tea"), self.named("tea", 2)), ([1], [2]))
        self.assertEqual(self.indexer.step(3), Progress(4, 4))
        self.assertEqual(self.indexer.step(3), Progress(4, 4))
        self.assertEqual((self.named("tea"), self.named("t", begins=True)), ([4, 1], [4, 3, 1]))
        self.assertEqual(self.head().position, 4)

    def test_what_was_recalled_is_gone(self) -> None:
        for together in (True, False):
            first = len(self.rows()) + 1
            self.writer.write([text("geheim 秘密"), new_text(first, "secret 秘密")])
            if not together:
                self.follow()
                self.assertEqual((self.named("秘密"), self.named("geheim")), ([first], []))
                self.assertIn("secret", self.contents())
            self.writer.write([recall(1, first)])
            self.follow()
            for word in ("geheim", "secret", "秘密"):
                self.assertEqual(self.named(word), [])
            for word in ("geheim", "secret", "秘密", *words.pairs("秘密")):
                self.assertNotIn(word, self.contents())

    def recalled(self) -> list[tuple[int, bytes]]:
        with self.store.snapshot() as connection:
            return sorted((text.message, text.body) for text in reading.recalled(connection, 100))

    def test_a_recalled_text_is_kept_until_the_index_has_lost_its_words(self) -> None:
        self.writer.write([text("geheim"), text("tea"), text("late")])
        self.indexer.step(2)
        self.writer.write([new_text(1, "secret"), recall(1, 1), recall(1, 3), text("coffee")])
        self.assertEqual([message for message, _ in self.recalled()], [1, 1, 3])
        self.assertEqual([b"secret" in body for _, body in self.recalled()].count(True), 1)
        forget = reading.forget
        with patch.object(reading, "forget", side_effect=Crash):
            self.assertRaises(Crash, self.indexer.step, 1)
        self.assertEqual((self.named("geheim"), len(self.recalled())), ([], 3))
        # Again, after the crash; also where the index has come behind the message meanwhile.
        with patch.object(reading, "forget", wraps=forget) as called:
            self.follow()
        self.assertEqual((self.recalled(), called.call_count), ([], 1))
        for word in ("geheim", "secret", "late"):
            self.assertNotIn(word, self.contents())
        self.assertEqual((self.found("tea"), self.found("coffee")), ([2], [7]))

    def test_texts_are_not_kept_for_ever(self) -> None:
        """Where nobody advances the index, they go, and the index is made anew: so it has none of their words."""
        self.writer.write([text(f"geheim word{number}") for number in range(12)])
        self.indexer.step(9)
        with patch.object(reading, "RECALLS_LIMIT", 3):
            for position in (1, 3, 4):
                self.writer.write([recall(1, position)])
            self.assertEqual(len(self.recalled()), 3)
            self.writer.write([new_text(2, "tea"), recall(1, 5)])
            self.assertEqual(self.recalled(), [(reading.DROPPED, b"")])
            self.writer.write([recall(1, 6), recall(1, 11)])
        self.follow(5)
        self.assertEqual(self.recalled(), [])
        self.assertEqual({position for _, position in self.entries()}, {2, 7, 8, 9, 10, 12})
        self.assertEqual((self.named("geheim"), self.found("tea")), ([12, 10, 9, 8, 7], [2]))
        self.assertEqual(self.head().position, len(self.rows()))

    def test_many_recalls_with_many_edits(self) -> None:
        """In steps that take fewer of them than there are."""
        chance = random.Random(4)
        for _ in range(5):
            first = len(self.rows())
            self.writer.write([text(f"tea word{number}") for number in range(12)])
            subjects = chance.choices(range(first + 1, first + 13), k=30)
            self.writer.write([new_text(subject, f"tea edit{subject % 5}") for subject in subjects])
            self.indexer.step(chance.choice((5, 20, 45)))
            gone = chance.sample(range(1, first + 13), 4)
            self.writer.write([recall(1, subject) for subject in gone])
            self.follow(chance.choice((1, 3, 100)))
            there = [row.position for row in self.rows() if row.kind == Kind.MESSAGE and row.body]
            self.assertEqual(self.named("tea"), there[::-1])
            self.assertEqual(self.recalled(), [])
            self.assertEqual({position for _, position in self.entries()}, {*there})

    def test_two_characters_are_found_by_a_sign_of_the_second(self) -> None:
        """Another character may have the same one: the message is looked at anyway."""
        other = chr(ord("京") + 36)
        self.writer.write([text("北京"), text(f"北{other}"), text("北海")])
        self.follow()
        self.assertEqual((self.named("北京"), self.named("北", begins=True)), ([2, 1], [3, 2, 1]))
        self.assertEqual((self.found("北京"), self.found(f"北{other}"), self.found("北")), ([1], [2], [3, 2, 1]))

    def test_what_was_edited_is_found_by_its_new_text_only(self) -> None:
        for limit in (1, 2, 100):
            first = len(self.rows()) + 1
            self.writer.write([text("alpha"), new_text(first, "beta"), new_text(first, "gamma")])
            self.follow(limit)
            self.assertEqual((self.named("alpha"), self.named("beta"), self.named("gamma")), ([], [], [first]))
            self.writer.write([new_text(first, "delta")])
            self.follow(limit)
            self.assertEqual((self.named("gamma"), self.named("delta")), ([], [first]))
            self.writer.write([recall(1, first)])

    def test_the_words_of_markdown_and_not_its_signs(self) -> None:
        with self.store.transaction() as connection:
            device = devices.find_or_add(connection, 1, "phone", NOW).id
        for together in (True, False):
            first = len(self.rows()) + 1
            written = "**am**ber [tea](https://leaf.example/)\n```sh\nbrew *it*\n```"
            body = stored.message_body(Send(text=written, user=2, format="markdown"), 1, Scope.USER, 2)
            draft = message(1, 2, Scope.USER, body)
            draft.device = device  # what v2 knows of a message is read in what its devices wrote
            self.writer.write([draft, text("am**ber")])
            if not together:
                self.follow()
            self.assertEqual(self.found("amber"), [first])
            self.assertEqual((self.found("leaf tea brew"), self.found("ber")), ([first], [first + 1]))
            self.assertEqual(self.snippets("tea"), ["amber |tea| (https://leaf.example/)\nbrew *it*"])
            self.writer.write([edit(1, first, stored.revision_body(Edit(message=first, text="**am**ber")))])
            if not together:
                self.follow()
            self.assertEqual((self.found("amber"), self.found("ber")), ([], [first + 1, first]))
            self.writer.write([recall(1, first), recall(1, first + 1)])

    def test_the_names_of_several_files(self) -> None:
        with self.store.transaction() as connection:
            device = devices.find_or_add(connection, 1, "phone", NOW).id
        urls = [f"/v2/media/{letter * 22}" for letter in "AB"]
        more = [SentFile(media="file", url=urls[1], name="invoice.pdf")]
        frame = Send(user=2, media="picture", url=urls[0], text="garden", moreFiles=more)
        body = stored.message_body(frame, 1, Scope.USER, 2, "A" * 22, "/uploads/hidden", [("B" * 22, "/uploads/link")])
        draft = message(1, 2, Scope.USER, body)
        draft.device = device
        self.writer.write([draft])
        self.follow()
        self.assertEqual((self.found("invoice"), self.found("garden"), self.found("link")), ([1], [1], []))

    def test_a_crash_anywhere(self) -> None:
        """Then all of the step is missing, and the next one makes it."""
        self.writer.write([text("alpha"), text("beta")])
        self.follow()
        self.writer.write([new_text(1, "gamma"), text("alpha"), recall(1, 2)])
        before = self.contents(), self.head()
        for name in ("remove", "add", "move"):
            for late in (False, True):
                with patch.object(self.index, name, self.crashing(name, late)):
                    self.assertRaises(Crash, self.indexer.step)
                self.assertEqual((self.contents(), self.head()), before, (name, late))
                self.assertEqual((self.found("alpha"), self.found("gamma"), self.found("beta")), ([4], [1], []))
        self.indexer = self.make_indexer()
        self.follow()
        self.assertEqual((self.named("alpha"), self.named("gamma"), self.named("beta")), ([4], [1], []))
        self.assertEqual((self.found("alpha"), self.found("gamma"), self.found("beta")), ([4], [1], []))

    def crashing(self, name: str, late: bool) -> Any:
        whole = getattr(self.index, name)

        def crash(*arguments: Any) -> None:
            if late:
                whole(*arguments)
            raise Crash

        return crash

    def test_two_at_once(self) -> None:
        """As two workers would: each event is taken in once."""
        self.writer.write([text(f"tea {number}") for number in range(200)])
        self.writer.write([new_text(position, f"coffee {position}") for position in range(1, 50)])
        errors: list[BaseException] = []

        def work() -> None:
            try:
                indexer = Indexer(self.store, self.index)
                while (progress := indexer.step(7)).position < progress.head:
                    pass
            except BaseException as e:
                errors.append(e)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        self.assertEqual(self.named("tea"), list(range(200, 49, -1)))
        self.assertEqual(self.named("coffee"), list(range(49, 0, -1)))

    def test_nobody_who_sends_waits_for_it(self) -> None:
        self.patch(engine, "BUSY_TIMEOUT", 0.05)
        outcomes: list[Any] = []
        self.writer.write([text("early")])
        add = self.index.add

        def meanwhile(*arguments: Any) -> None:
            outcomes.extend(self.writer.write([text("late")]))
            add(*arguments)

        self.patch(self.index, "add", meanwhile)
        self.follow()
        self.assertIsInstance(outcomes[0], Event)
        self.assertEqual(len(self.found("late")), len(outcomes))

    def test_a_message_that_cannot_be_read(self) -> None:
        """It is told, without what it says, and holds up nothing."""
        self.writer.write([text("one tea"), message(1, 2, Scope.USER, b"{ tea"), text("two tea")])
        self.follow()
        self.assertEqual(self.named("tea"), [3, 1])
        (logged,) = self.flushLoggedErrors()
        self.assertNotIn("tea", logged.getErrorMessage())

    def test_another_log(self) -> None:
        """Such as an older copy of it: the index that is beside it says nothing about that."""
        self.writer.write([text("tea"), text("tea")])
        self.follow()
        with self.index.writing() as indexed:
            self.index.move(indexed, Head(2, 5))
        self.indexer = self.make_indexer()
        self.assertEqual((self.head(), self.named("tea")), (Head(0, 0), []))
        self.follow()
        self.assertEqual(self.named("tea"), [2, 1])
        with self.index.writing() as indexed:
            self.index.move(indexed, Head(9, 5))
        self.assertEqual(self.found("tea"), [2, 1], "nothing is behind the log's end")
        self.make_indexer()
        self.assertEqual(self.head(), Head(0, 0))

    def test_one_that_is_written_by_another_process(self) -> None:
        """A daemon that starts does not wait for what a killed one has left behind."""
        with self.index.writing():
            self.index.prepare()

    def test_another_version(self) -> None:
        self.writer.write([text("tea")])
        self.follow()
        self.index.prepare()
        self.assertEqual(self.head().position, 1)
        with patch.object(index_room, "INDEX_VERSION", index_room.INDEX_VERSION + 1):
            self.assertEqual(self.head(), Head(0, 0), "who searches does not take it for this version's")
            self.index.prepare()
            self.assertEqual((self.head(), self.named("tea")), (Head(0, 0), []))
            self.index.prepare()
        self.assertEqual(self.found("tea"), [1])

    def test_two_versions(self) -> None:
        """
        As while a service is upgraded: a daemon that starts leaves the other version's index alone. Who advances it
        makes it its own, from the beginning on, also if the other one has advanced it meanwhile.
        """
        self.writer.write([text(f"tea {number}") for number in range(4)])
        self.follow()
        later = Indexer(self.store, self.index)

        def of_later(limit: int) -> Progress:
            with patch.object(index_room, "INDEX_VERSION", index_room.INDEX_VERSION + 1):
                progress = later.step(limit)
                self.assertEqual(self.head().position, progress.position)
                return progress

        if not isinstance(self.index, SQLiteIndex):
            with patch.object(index_room, "INDEX_VERSION", index_room.INDEX_VERSION + 1):
                self.index.make()
                self.assertEqual((self.head(), self.found("tea")), (Head(0, 0), [4, 3, 2, 1]))
            self.assertEqual(self.head().position, 4)
        self.assertEqual(of_later(2), Progress(2, 4))
        self.assertEqual(self.head(), Head(0, 0))
        self.assertEqual(self.indexer.step(1), Progress(1, 4))
        self.assertEqual(self.named("tea"), [1])
        self.assertEqual(of_later(3), Progress(3, 4))
        self.assertEqual(of_later(3), Progress(4, 4))
        self.assertEqual(self.named("tea"), [4, 3, 2, 1])

    def test_no_index_yet(self) -> None:
        """A daemon that starts makes its tables, and who searches finds what is not in it."""
        if isinstance(self.index, SQLiteIndex):
            return
        with self.index.writing() as connection:
            for statement in ("TRUNCATE search_head", "DROP TABLE search_times"):
                connection.exec_driver_sql(statement)
        self.index.make()
        self.writer.write([text("tea")])
        self.assertEqual(self.found("tea"), [1])
        self.follow()
        self.assertEqual(self.named("tea"), [1])

    def test_what_was_indexed_before_letters_were_folded(self) -> None:
        """It is made anew beside the traffic: what is sent meanwhile is found, and at its end all is."""
        old = "Benoît à İstan\u00adbul ❤️"
        with (
            patch.object(index_room, "INDEX_VERSION", 3),
            patch.object(words, "comparable", lambda text: normalize("NFKC", text).casefold()),
        ):
            self.indexer = self.make_indexer()
            self.writer.write([text(old), text("tea")])
            self.follow()
        self.assertEqual(self.named("benoit"), [])
        self.indexer = self.make_indexer()
        self.writer.write([text("Benoit, ISTANBUL ❤")])
        self.indexer.step(1)
        self.assertEqual(self.found("benoît"), [3, 1])
        self.follow()
        for asked in ("Benoît", "benoit", "istanbul", "İSTANBUL", "ist\u200banbul", "❤", "❤\ufe0f"):
            self.assertEqual(self.found(asked), [3, 1], asked)
        self.assertEqual((self.named("benoit"), self.named("istanbul"), self.named("❤", begins=True)), ([3, 1],) * 3)

    def test_what_is_no_message(self) -> None:
        self.writer.write([edit(1, 99), text("tea")])
        self.follow()
        self.assertEqual([event.kind for event in self.rows()], [Kind.MESSAGE])
        self.assertEqual(self.named("tea"), [1])


class IndexerOnPostgreSQLTests(OnPostgreSQL, IndexerTests):
    """The same on the other store."""


class FileTests(SynchronousTestCase):
    """On SQLite it is a file of its own, which may be lost."""

    def test_lost_or_broken(self) -> None:
        store = make_store(self)
        index = make_search_index(self, store)
        assert isinstance(index, SQLiteIndex)
        self.assertEqual(index.engine.url.database, f"{store.engine.url.database}-search")
        with index.writing() as connection:
            # FULL: the words of a recalled message are gone before its text is, which alone tells them.
            self.assertEqual(connection.exec_driver_sql("PRAGMA synchronous").scalar(), 2)
        for content in (b"", b"no database, but as long as one" * 1000):
            index.engine.dispose()
            with open(index._path, "wb") as file:
                file.write(content)
            index.prepare()
            with index.engine.connect() as connection:
                self.assertEqual(index.head(connection), Head(0, 0))

    def test_the_room_of_an_earlier_version_is_given_back(self) -> None:
        """Also while somebody reads it."""
        index = make_search_index(self, make_store(self))
        assert isinstance(index, SQLiteIndex)
        with index.writing() as connection:
            for statement in (
                "DROP TABLE search_entries",
                "CREATE VIRTUAL TABLE search_entries USING fts5(terms, tokenize='ascii', detail=none, columnsize=0)",
                "PRAGMA user_version = 7",
                "UPDATE search_head SET version = 7, position = 20000",
            ):
                connection.exec_driver_sql(statement)
            rows = [(position, f"1·tea{position} 1·coffee{position}") for position in range(20_000)]
            connection.exec_driver_sql("INSERT INTO search_entries (rowid, terms) VALUES (?, ?)", rows)
        with index.engine.connect() as reader, reader.begin():
            self.assertEqual(index.head(reader), Head(0, 0))
            index.prepare()
            self.assertEqual(reader.exec_driver_sql("SELECT position FROM search_head").scalar(), 20_000)
        with index.engine.connect() as connection:
            self.assertEqual(index.head(connection), Head(0, 0))
            self.assertLess(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0, 20)
            self.assertEqual(entries(connection), [])

    def test_room_that_cannot_be_given_back(self) -> None:
        """While another process writes: the index is ready all the same."""
        index = make_search_index(self, make_store(self))
        assert isinstance(index, SQLiteIndex)
        with index.writing() as connection:
            connection.exec_driver_sql("PRAGMA user_version = 7")
        other = SQLiteIndex(index._path)
        self.patch(engine, "BUSY_TIMEOUT", 0.01)
        index.engine.dispose()
        shrink = index._shrink

        def while_another_writes() -> None:
            with other.writing():
                shrink()

        self.patch(index, "_shrink", while_another_writes)
        index.prepare()
        other.engine.dispose()
        self.assertEqual(len(self.flushLoggedErrors()), 1)
        with index.engine.connect() as connection:
            self.assertEqual(index.head(connection), Head(0, 0))

    def test_a_directory_that_is_not_there(self) -> None:
        index = SQLiteIndex(f"{self.mktemp()}/nowhere/x")
        self.assertRaises(DatabaseError, index.prepare)


TOOK = 0.1


class TakeoverTests(IndexCase):
    """Several workers, one index: each step is taken once, whoever takes it and whatever ends."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.file = Path(self.mktemp())
        self.steps: list[tuple[int, int]] = []

    def make(self, number: int, limit: int = 10) -> Follower:
        indexer = Indexer(self.store, self.index)

        def step() -> Progress:
            progress = indexer.step(limit)
            self.steps.append((number, progress.position))
            return progress

        made = Follower("the search index", lambda: deferLater(self.clock, TOOK, step), self.clock, Claim(self.file))
        self.addCleanup(made.stop)
        made.start()
        return made

    def wait_for(self, steps: int) -> None:
        while len(self.steps) < steps:
            self.clock.advance(TOOK)

    def test_in_the_middle(self) -> None:
        self.writer.write([text(f"tea{number}") for number in range(35)])
        first = self.make(0)
        self.make(1)
        self.wait_for(2)
        self.successResultOf(first.stop())
        self.clock.pump([TOOK] * 50)
        self.assertEqual(self.steps[:4], [(0, 10), (0, 20), (1, 30), (1, 35)])
        self.assertEqual({number for number, _ in self.steps[4:]}, {1})
        for number in range(35):
            self.assertEqual(self.named(f"tea{number}"), [number + 1])

    def test_a_step_that_is_cut_off_is_taken_by_the_next_one(self) -> None:
        self.writer.write([text(f"tea{number}") for number in range(15)])
        first = self.make(0)
        self.make(1)

        self.wait_for(1)
        with patch.object(type(self.index), "move", side_effect=Crash):
            self.clock.pump([TOOK] * 2)
        self.assertEqual(len(self.flushLoggedErrors(Crash)), 1)
        self.successResultOf(first.stop())
        self.clock.pump([TOOK] * 50)
        self.assertEqual(self.steps[:2], [(0, 10), (1, 15)])
        for number in range(15):
            self.assertEqual(self.named(f"tea{number}"), [number + 1])


class TakeoverOnPostgreSQLTests(OnPostgreSQL, TakeoverTests):
    pass


class LargeTests(WriterCase):
    def test_the_log_is_not_read_at_once(self) -> None:
        index = make_search_index(self, self.store)
        indexer = Indexer(self.store, index)
        self.writer.write([text("tea") for _ in range(30)])
        limits: list[int] = []
        after = reading.after

        def counted(connection: Any, position: int, limit: int) -> Any:
            limits.append(limit)
            return after(connection, position, limit)

        with patch.object(reading, "after", counted):
            indexer.step(10)
        self.assertEqual(limits, [10])
