"""Tests for L{hichat.keeping.blanking}, on both stores: what goes with a message, and what stays."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import insert, select

from hichat.conversations import history
from hichat.core.events import Event
from hichat.core.kinds import FOLDED, MESSAGES
from hichat.keeping import blanking, room
from hichat.keeping.blanking import blank
from hichat.log import reading
from hichat.media import records
from hichat.storage import tables
from hichat.storage.engine import driver
from hichat.storage.store import Store
from hichat.wire import view
from tests.support.doubles import NOW
from tests.support.ledger import react, recall
from tests.support.postgres import OnPostgreSQL
from tests.support.search_index import IndexCase, new_text
from tests.support.texts import text


def blank_all(store: Store, positions: list[int]) -> int:
    """@return: the number of transactions that it took."""
    calls = 0
    while positions:
        with store.transaction() as connection:
            positions = positions[blank(connection, positions) :]
        calls += 1
    return calls


class BlankingTests(IndexCase):
    def bodies(self) -> dict[int, bytes]:
        return {row.position: row.body for row in self.rows()}

    def assert_only_bodies_differ(self, before: list[Event]) -> None:
        lasting = [[replace(row, body=b"") for row in rows] for rows in (before, self.rows()[: len(before)])]
        self.assertEqual(*lasting)

    def test_a_message_goes_with_all_that_is_shown_in_it(self) -> None:
        self.writer.write([text("first"), text("second"), new_text(1, "better"), react(2, 1), react(2, 2)])
        before = self.rows()
        self.assertEqual(blank_all(self.store, [1]), 1)
        self.assertEqual([position for position, body in self.bodies().items() if body], [2, 5])
        self.assert_only_bodies_differ(before)
        with self.store.snapshot() as connection:
            found = history.fold(connection, 1, self.rows()[:2])
        gone, there = map(view.folded, found)
        self.assertEqual((gone.recalled, gone.text, gone.reactions, there.text), (True, "", [], "second"))
        # Again, and with one that was recalled: nothing changes.
        self.writer.write([recall(1, 2)])
        before = self.rows()
        blank_all(self.store, [1, 2])
        self.assertEqual(self.rows(), before)

    def test_its_words_leave_the_index(self) -> None:
        self.writer.write([text("geheim tea"), new_text(1, "secret tea"), text("other tea"), new_text(3, "plain tea")])
        self.follow()
        blank_all(self.store, [1])
        self.assertEqual(self.found("tea"), [3])
        self.follow()
        for word in ("geheim", "secret"):
            self.assertNotIn(word, self.contents())
        self.assertEqual({position for _, position in self.entries()}, {3})
        with self.store.snapshot() as connection:
            self.assertEqual(reading.recalled(connection, 10), [])

    def test_pins_and_saved_messages_go(self) -> None:
        self.writer.write([text("first"), text("second"), text("third", 2, 1)])
        with self.store.transaction() as connection:
            for position in (1, 2, 3):
                connection.execute(insert(tables.pins).values(conversation=1, position=position, place=9 + position))
                for user in (1, 2):
                    row = {"user_id": user, "position": position, "place": 9 + position}
                    connection.execute(insert(tables.saved_messages).values(row))
        blank_all(self.store, [1, 3])
        with self.store.snapshot() as connection:
            for table in (tables.pins, tables.saved_messages):
                self.assertEqual(set(connection.scalars(select(table.c.position))), {2})

    def test_files_that_no_other_message_uses_can_go(self) -> None:
        self.writer.write([text("first"), text("second")])
        file = records.StoredFile("only", 1, "picture", "image/png", "", 5, 1, 1, 4096, NOW)
        with self.store.transaction() as connection:
            for id, uses in (("only", [1]), ("shared", [1, 2]), ("other", [2])):
                records.add(connection, replace(file, id=id), 10**9)
                for position in uses:
                    records.use(connection, 1, [id], position)
        blank_all(self.store, [1])
        with self.store.snapshot() as connection:
            unused = dict(connection.execute(select(tables.media.c.id, tables.media.c.unused_since)).all())
        self.assertEqual(unused, {"only": records.REMOVE_NOW, "shared": None, "other": None})

    def test_in_small_parts(self) -> None:
        """However many messages there are, or edits and reactions of one, or bytes of texts."""
        self.patch(blanking, "BLANKED_AT_ONCE", 3)
        self.patch(blanking, "FOLDED_AT_ONCE", 4)
        self.writer.write([text(f"word{number}") for number in range(1, 9)])
        for subject, count in ((2, 3), (3, 11), (4, 2), (6, 4), (7, 1)):
            self.writer.write([new_text(subject, f"edit{subject}x{number}") for number in range(count)])
        self.follow()
        positions = [1, 2, 3, 4, 6, 7]
        before = self.rows()
        done: list[int] = []
        calls = 0
        while positions:
            with self.store.transaction() as connection:
                count = blank(connection, positions)
            done, positions = done + positions[:count], positions[count:]
            calls += 1
            rows = self.rows()
            for row in rows:
                if row.kind in MESSAGES:
                    self.assertEqual(bool(row.body), row.position not in done)
            with self.store.snapshot() as connection:
                # A message that is still there shows its last text.
                for found in history.fold(connection, 1, [row for row in rows[:8] if row.body]):
                    message = found.message.position
                    last = max((row.position for row in before if row.subject == message), default=None)
                    self.assertEqual(found.edit and found.edit.position, last)
            self.follow()
        self.assertEqual(calls, 7)
        self.assertEqual([row.position for row in self.rows() if row.body and row.kind in FOLDED], [])
        self.assert_only_bodies_differ(before)
        self.assertEqual({position for _, position in self.entries()}, {5, 8})

    def test_large_texts(self) -> None:
        self.patch(blanking, "BYTES_AT_ONCE", 1000)
        self.writer.write([text("a" * size) for size in (2000, 300, 300, 300, 2000, 2000)])
        self.assertEqual(blank_all(self.store, [1, 2, 3, 4, 5, 6]), 5)
        self.assertEqual({row.body for row in self.rows()}, {b""})

    def test_too_many_texts_for_the_index(self) -> None:
        self.patch(reading, "RECALLS_LIMIT", 5)
        self.writer.write([text(f"word{number} tea") for number in range(9)])
        self.follow()
        blank_all(self.store, [1, 2, 3, 4, 5, 6, 7])
        with self.store.snapshot() as connection:
            self.assertEqual([each.position for each in reading.recalled(connection, 10)], [reading.DROPPED])
        self.follow()
        self.assertEqual({position for _, position in self.entries()}, {8, 9})


class RoomTests(IndexCase):
    """What SQLite's file has room for, once messages are blank."""

    def setUp(self) -> None:
        super().setUp()
        for start in range(0, 4000, 250):
            self.writer.write([text(f"word{number} {'a' * (number % 200)}") for number in range(start, start + 250)])

    def pages(self) -> room.Pages:
        with self.store.snapshot() as connection:
            return room.read_pages(connection)

    def used(self) -> int:
        """@return: the pages of the log itself."""
        with self.store.snapshot() as connection, driver(connection) as own:
            return own.execute("SELECT count(*) FROM dbstat WHERE name = 'events'").fetchone()[0]

    def test_pages_are_free_then(self) -> None:
        """And nobody sees the log without a row, or a row that is another than before."""
        with self.store.snapshot() as reader:
            before, used = reading.after(reader, 0, 5000), self.used()
            blank_all(self.store, [*range(1, 3001)])
            self.assertEqual(reading.after(reader, 0, 5000), before)
        with self.store.snapshot() as reader:
            now = reading.after(reader, 0, 5000)
        self.assertEqual(now, [row if row.position > 3000 else replace(row, body=b"") for row in before])
        self.follow(5000)
        # A blank row takes a quarter of the room of the others here.
        self.assertLess(self.used(), used * 0.52)
        self.assertGreater(self.pages().free, used * 0.45)

    def test_the_file_gets_smaller(self) -> None:
        self.patch(room, "FREE_PAGES", 20)
        self.patch(room, "CUT_AT_ONCE", 7)
        blank_all(self.store, [*range(1, 3001)])
        # The texts wait for the index, which removes their words.
        self.follow(5000)
        before = self.pages()
        wanted = before.too_many
        self.assertGreater(wanted, 30)
        while (left := self.pages().too_many) > 0:
            with self.store.transaction() as connection:
                room.cut(connection)
            self.assertLess(self.pages().too_many, left)
        now = self.pages()
        self.assertGreaterEqual(before.total - now.total, wanted - 7)
        self.assertGreaterEqual(now.free, 20)
        with self.store.snapshot() as connection, driver(connection) as own:
            self.assertEqual(own.execute("PRAGMA integrity_check").fetchone()[0], "ok")

    def test_files_of_earlier_versions(self) -> None:
        """They stay as large as they are."""
        self.assertEqual(room.Pages(100_000, 90_000, 0).too_many, 0)
        self.assertEqual(room.Pages(100_000, 90_000, room.INCREMENTAL).too_many, 83_750)
        self.assertEqual(room.Pages(1000, 990, room.INCREMENTAL).too_many, 0)


class PostgreSQLBlankingTests(OnPostgreSQL, BlankingTests):
    """The same on PostgreSQL."""
