"""Tests for L{hichat.log.epochs} and L{hichat.log.watch}: which log it is, and how a daemon notices another one."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from msgspec import convert
from sqlalchemy import Connection, delete, select, update
from twisted.internet.defer import Deferred
from twisted.logger import eventAsText

from hichat.core.errors import NotStored, ResyncRequired
from hichat.core.events import Event
from hichat.log import epochs
from hichat.log.epochs import MARGIN, Place, Timeline
from hichat.log.watch import MARK, HighWaterMark, LogWatch
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from hichat.wire.frames import Check, Epoch
from tests.support.doubles import NOW, watch_log
from tests.support.ledger import WriterCase, message
from tests.support.postgres import OnPostgreSQL, mortal_server

MINUTE = 60_000


class EpochCase(WriterCase):
    """A log of five events, a minute apart, and a daemon that has served it."""

    def setUp(self) -> None:
        super().setUp()
        self.now = NOW
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.told: list[Place] = []
        self.said: list[str] = []
        watch_log(self, lambda event: self.said.append(eventAsText(event, includeSystem=False)))
        self.grow(5)
        self.watch = self.start()

    def grow(self, count: int, sender: int = 1) -> None:
        """Events are written, a minute apart."""
        for _ in range(count):
            self.now += MINUTE
            LogWriter(self.store, lambda: self.now).write([message(sender, 2)])

    def lose(self, position: int) -> None:
        """A backup is put back: all events behind this position are gone."""
        with self.store.transaction() as connection:
            connection.execute(delete(tables.events).where(tables.events.c.position > position))
            connection.execute(update(tables.places_head).values(position=0))
            for table in (tables.places, tables.recent_places):
                connection.execute(delete(table))

    def start(self, mark: bool = True, notes: bool = True) -> LogWatch:
        """@return: the watch of a daemon that starts."""
        watch = LogWatch(self.store, lambda: self.now, HighWaterMark(self.directory) if mark else None, notes)
        watch.changed = self.told.append
        watch.begin()
        return watch

    def look(self, watch: LogWatch | None = None) -> int:
        return self.successResultOf(Deferred.fromCoroutine((watch or self.watch).look()))

    def names(self) -> list[str]:
        """@return: the epochs that the log has had."""
        with self.store.snapshot() as connection:
            return list(connection.scalars(select(tables.epochs.c.name).order_by(tables.epochs.c.number)))

    def judge(self, since: int, epoch: str = "", check: str = "") -> int | None:
        """@return: the position from which a client with this cursor reads the log again; None: its cursor is good."""
        return self.successResultOf(self.store.read(epochs.restart, since, epoch, check))

    def check_at(self, position: int) -> str:
        return self.successResultOf(self.store.read(epochs.check_at, position, self.now))


class CursorTests(EpochCase):
    def test_a_cursor_of_this_log(self) -> None:
        epoch = self.watch.place.epoch
        for position in range(6):
            self.assertIsNone(self.judge(position, epoch, self.check_at(position)))
            self.assertIsNone(self.judge(position, epoch))
        self.assertIsNone(self.judge(5, epoch, self.watch.place.check))

    def test_without_an_epoch_all_is_as_before(self) -> None:
        self.assertIsNone(self.judge(99))

    def test_they_fit_into_a_frame(self) -> None:
        self.assertEqual(convert(self.watch.place.epoch, Epoch), self.watch.place.epoch)
        with self.store.transaction() as connection:
            connection.execute(update(tables.events).where(tables.events.c.position == 5).values(position=2**53 - 1))
        check = self.check_at(2**53 - 1)
        self.assertEqual(convert(check, Check), check)
        self.assertIsNone(self.judge(1, self.watch.place.epoch, check))

    def test_a_recall_changes_no_check(self) -> None:
        check = self.check_at(3)
        with self.store.transaction() as connection:
            connection.execute(update(tables.events).where(tables.events.c.position == 3).values(body=b""))
        self.assertIsNone(self.judge(3, self.watch.place.epoch, check))

    def test_any_other_field_does(self) -> None:
        check, events = self.check_at(3), tables.events.c
        with self.store.snapshot() as connection:
            row = connection.execute(tables.events.select().where(events.position == 3)).one()._mapping
        for field in row.keys() - {"position", "body"}:
            self.set_event(**{field: row[field] + 1})
            self.assertIsNotNone(self.judge(3, self.watch.place.epoch, check), field)
            self.set_event(**{field: row[field]})
        self.assertIsNone(self.judge(3, self.watch.place.epoch, check))

    def set_event(self, **values: Any) -> None:
        with self.store.transaction() as connection:
            connection.execute(update(tables.events).where(tables.events.c.position == 3).values(**values))

    def test_nobody_else_can_make_a_check(self) -> None:
        """It is a fingerprint of an event that the client may not see: with another key it is another one."""
        check = self.check_at(3)
        with self.store.transaction() as connection:
            connection.execute(update(tables.epochs).values(secret=b"another"))
        self.assertNotEqual(self.check_at(3), check)

    def test_nonsense(self) -> None:
        epoch = self.watch.place.epoch
        for check in (
            "x",
            "3-0-",
            "-1-0-0123456789abcdef",
            "3-0-0123456789abcdef",
            "9" * 16 + "-0-0123456789abcdef",
            "x-0-x",
        ):
            self.assertIsNotNone(self.judge(3, epoch, check), check)
        self.assertEqual(self.judge(3, "nonsense"), 3)

    def test_a_log_that_is_as_long_again(self) -> None:
        """The client reads again what was written since it got its check."""
        epoch, check = self.watch.place.epoch, self.watch.place.check
        self.lose(3)
        self.grow(4, sender=3)
        # It was told the check at the time of the fifth event; clocks may differ by a minute.
        self.assertEqual(MARGIN, MINUTE)
        self.assertEqual(self.judge(5, epoch, check), 3)
        self.assertEqual(self.judge(2, epoch, check), 2)

    def test_a_log_that_is_shorter(self) -> None:
        epoch = self.watch.place.epoch
        self.lose(3)
        self.assertEqual(self.judge(5, epoch), 3)
        self.assertIsNone(self.judge(2, epoch))

    def test_of_earlier_epochs(self) -> None:
        """From the first position that any epoch since has named."""
        first = self.watch.place.epoch
        for position in (4, 3, 5):
            self.successResultOf(self.store.write(epochs.begin, self.now, position))
        self.look()
        _, second, third, fourth = self.names()
        found = [self.judge(9, epoch) for epoch in (first, second, third, "unknown")]
        self.assertEqual(found, [3, 3, 5, 3])
        self.assertEqual(self.judge(2, first), 2)
        self.assertIsNone(self.judge(5, fourth))

    def test_what_was_verified_is_not_read_again(self) -> None:
        """After a restart many clients have the same check."""
        place = self.watch.place
        for check in (place.check, place.check, ""):
            self.successResultOf(self.admit(place.epoch, check))
            self.watch._store = None  # type: ignore[assignment]
        self.watch = self.start()
        for epoch, check in (("unknown", place.check), (place.epoch, "unknown")):
            error = self.failureResultOf(self.admit(epoch, check), ResyncRequired).value
            self.assertIsNotNone(error.position)

    def admit(self, epoch: str, check: str) -> Deferred[None]:
        return Deferred.fromCoroutine(self.watch.admit(5, epoch, check))


class StartTests(EpochCase):
    def test_a_store_has_an_epoch(self) -> None:
        self.assertEqual(self.names(), [self.watch.place.epoch])
        self.assertRegex(self.watch.place.epoch, "^[0-9a-f]{16}$")

    def test_a_restart_changes_nothing(self) -> None:
        for _ in range(2):
            self.grow(1)
            self.assertEqual(self.start().place.position, len(self.rows()))
        self.assertEqual(len(self.names()), 1)

    def test_an_upgrade_makes_no_new_one(self) -> None:
        """The log has events, and no daemon has told an epoch yet."""
        (self.directory / MARK).unlink()
        with self.store.transaction() as connection:
            connection.execute(update(tables.epochs).values(told=False))
        self.start()
        self.start()
        self.assertEqual(len(self.names()), 1)

    def test_a_log_that_is_shorter_than_what_was_served(self) -> None:
        self.lose(3)
        place = self.start().place
        first, second = self.names()
        self.assertEqual((place.epoch, place.position), (second, 3))
        self.assertEqual(self.judge(5, first), 3)
        self.assertEqual(HighWaterMark(self.directory).read(), place)
        self.assertTrue(any("new epoch" in line for line in self.said))
        self.start()
        self.assertEqual(len(self.names()), 2)

    def test_a_log_that_has_grown_again(self) -> None:
        """Another daemon has served the copy: what is new in it is read again, and little else."""
        self.lose(3)
        self.now += 10 * MINUTE
        self.grow(4, sender=3)
        self.watch = self.start()
        first, _ = self.names()
        self.assertEqual(self.judge(5, first), 3)

    def test_a_copy_from_before_an_epoch(self) -> None:
        self.successResultOf(self.store.write(epochs.begin, self.now))
        self.start()
        with self.store.transaction() as connection:
            connection.execute(delete(tables.epochs).where(tables.epochs.c.number == 2))
        self.start()
        self.assertEqual(len(self.names()), 2)

    def test_an_epoch_that_was_begun_by_hand(self) -> None:
        """The log knows the epoch of the mark: it needs no other one."""
        place = self.successResultOf(self.store.write(epochs.begin, self.now))
        self.assertEqual(self.start().place.epoch, place.epoch)
        self.assertEqual(len(self.names()), 2)

    def test_another_state_directory(self) -> None:
        """On SQLite it comes with the database, from a backup. Other hosts that serve PostgreSQL have others."""
        (self.directory / MARK).unlink()
        self.start()
        alone = not getattr(self, "on_postgresql", False)
        self.assertEqual(len(self.names()), 2 if alone else 1)
        self.start()
        self.assertEqual(len(self.names()), 2 if alone else 1)

    def test_a_mark_that_cannot_be_read(self) -> None:
        for text in (b"", b"{}", b"\xff", b'{"epoch": 5}'):
            (self.directory / MARK).write_bytes(text)
            self.assertIsNone(HighWaterMark(self.directory).read())
            self.start()
            self.assertIsNotNone(HighWaterMark(self.directory).read())

    def test_a_mark_that_cannot_be_written(self) -> None:
        """It is told once, and all else goes on."""
        mark = HighWaterMark(self.directory / "nowhere")
        watch = LogWatch(self.store, lambda: self.now, mark)
        watch.begin()
        for _ in range(3):
            self.grow(1)
            self.assertEqual(self.look(watch), len(self.rows()))
        self.assertEqual(sum("mark of the log cannot be written" in line for line in self.said), 1)


class WatchTests(EpochCase):
    """While the daemon runs."""

    def test_nothing_changes(self) -> None:
        for count in (0, 1, 0, 3):
            self.grow(count)
            self.assertEqual(self.look(), len(self.rows()))
        self.assertEqual((self.told, len(self.names())), ([], 1))
        self.assertEqual(HighWaterMark(self.directory).read(), self.watch.place)

    def test_it_writes_no_more_than_it_needs(self) -> None:
        self.look()
        (self.directory / MARK).unlink()
        self.now += 1
        self.look()
        self.assertFalse((self.directory / MARK).exists())

    def test_one_worker_notes(self) -> None:
        other = self.start(notes=False)
        noted = HighWaterMark(self.directory).read()
        self.grow(1)
        self.look(other)
        self.assertEqual(HighWaterMark(self.directory).read(), noted)

    def test_a_log_that_goes_back(self) -> None:
        first = self.watch.place.epoch
        other = self.start(notes=False)
        self.lose(3)
        self.assertEqual(self.look(), 3)
        self.assertEqual(self.look(other), 3)
        self.assertEqual(len(self.names()), 2, "both have the same")
        self.assertEqual([place.position for place in self.told], [3, 3])
        self.assertEqual(self.judge(5, first), 3)
        self.look()
        self.assertEqual(len(self.told), 2, "it is told once")

    def test_a_log_that_has_grown_again(self) -> None:
        first = self.watch.place.epoch
        self.lose(3)
        self.grow(4, sender=3)
        self.assertEqual(self.look(), 7)
        self.assertEqual(len(self.told), 1)
        self.assertEqual(self.judge(7, first), 3)

    def test_an_epoch_that_is_begun_by_hand(self) -> None:
        place = self.successResultOf(self.store.write(epochs.begin, self.now))
        self.look()
        self.assertEqual([each.epoch for each in self.told], [place.epoch])
        self.assertEqual(len(self.names()), 2)


class TimelineTests(EpochCase):
    """A promoted standby of PostgreSQL has another timeline."""

    def setUp(self) -> None:
        self.timeline = Timeline(7, 1)
        self.patch(epochs, "timeline", lambda connection: self.timeline)
        super().setUp()

    def test_a_promotion(self) -> None:
        self.timeline = Timeline(7, 2)
        self.look()
        self.look()
        self.start()
        self.assertEqual((len(self.told), len(self.names())), (1, 2))

    def test_nothing_is_written_until_all_know(self) -> None:
        """Otherwise somebody would get an ack of the new log, and believe that everything before it is there."""
        writer = LogWriter(self.store, lambda: self.now)
        writer.epoch = before = self.watch.place.epoch
        self.assertIsInstance(writer.write([message(1, 2)])[0], Event)
        self.timeline = Timeline(7, 2)
        # It is the same server as long as the connection is.
        self.assertIsInstance(writer.write([message(1, 2), message(1, 2)])[1], Event)
        self.store.engine.dispose()
        for _ in range(2):
            self.assertEqual([type(each) for each in writer.write([message(1, 2), message(2, 1)])], [NotStored] * 2)
        self.look()
        self.assertIsInstance(writer.write([message(1, 2)])[0], NotStored)
        writer.epoch = self.watch.place.epoch
        self.assertNotEqual(writer.epoch, before)
        self.assertIsInstance(writer.write([message(1, 2)])[0], Event)
        writer.epoch = before
        self.assertIsInstance(writer.write([message(1, 2)])[0], NotStored)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_a_promotion_while_no_daemon_ran(self) -> None:
        self.timeline = Timeline(7, 2)
        self.start()
        self.start()
        self.assertEqual(len(self.names()), 2)

    def test_another_cluster_is_an_upgrade(self) -> None:
        self.timeline = Timeline(8, 5)
        self.start()
        self.assertEqual(len(self.names()), 1)
        self.timeline = Timeline(8, 6)
        self.start()
        self.assertEqual(len(self.names()), 2)

    def test_a_standby_does_not_tell(self) -> None:
        for self.timeline in (Timeline(7, None), Timeline(None, None)):
            self.look()
            self.start()
        self.assertEqual(len(self.names()), 1)


class CursorOnPostgreSQLTests(OnPostgreSQL, CursorTests):
    """The same on the other store."""


class StartOnPostgreSQLTests(OnPostgreSQL, StartTests):
    """The same on the other store."""


class WatchOnPostgreSQLTests(OnPostgreSQL, WatchTests):
    """The same on the other store."""


class OnPostgreSQLTests(OnPostgreSQL, EpochCase):
    def test_the_timeline(self) -> None:
        found = self.successResultOf(self.store.read(epochs.timeline))
        self.assertGreater(found.cluster or 0, 0)
        self.assertGreaterEqual(found.timeline or 0, 1)

    def test_a_server_that_does_not_tell(self) -> None:
        self.patch(epochs, "_TIMELINE", "SELECT 1/0")

        def asked(connection: Connection) -> tuple[Timeline, int]:
            return epochs.timeline(connection), epochs.look(connection, None, 0).place.position

        self.assertEqual(self.successResultOf(self.store.read(asked)), (Timeline(None, None), 5))


class PromotionTests(OnPostgreSQL, EpochCase):
    """A real server, which becomes a standby and is promoted."""

    mortal = True

    def test_it(self) -> None:
        first = self.watch.place.epoch
        server = mortal_server()
        server.stop(signal.SIGINT)
        (server.data / "standby.signal").touch()
        self.addCleanup(mortal_server)
        mortal_server()
        self.assertEqual(self.look(), 5)
        self.assertEqual((self.told, self.start().place.epoch), ([], first))
        self.databases.execute("SELECT pg_promote()")
        self.assertEqual(self.look(), 5)
        self.look()
        self.assertEqual((len(self.told), len(self.names())), (1, 2))
