"""Tests for L{hichat.audit.connections}."""

from __future__ import annotations

from sqlalchemy import func, select
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.audit import connections as room
from hichat.audit.connections import (
    ENDS_AGAIN,
    FLUSH,
    FORGET_INTERVAL,
    NOT_RECORDED,
    OFTEN,
    RECORD_DAY,
    SUMMED,
    ConnectionBook,
    connections_of,
    next_connection,
    refused_frames,
)
from hichat.core.errors import StoreAway
from hichat.storage import tables
from tests.support.doubles import make_store
from tests.support.postgres import OnPostgreSQL

NOW = 1_700_000_000_000
ANN, BOB = 1, 2


class ConnectionBookTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.store = Clock(), make_store(self)
        self.book = self.make_book()

    def make_book(self, days: int = 30) -> ConnectionBook:
        return ConnectionBook(self.store, self.clock, lambda: NOW + round(self.clock.seconds() * 1000), days)

    def of(self, user: int, since: int = 0, until: int = NOW * 2) -> list[tuple[int, int | None, int | None]]:
        with self.store.snapshot() as connection:
            found = connections_of(connection, user, NOW + since * 1000, NOW + until * 1000, 100)
        return [(each.opened - NOW, each.closed and each.closed - NOW, each.code) for each in found]

    def test_kept(self) -> None:
        """A connection is stored soon, and its end, in whatever order and speed these come."""
        self.book.node = lambda: 7
        first = self.book.opened(ANN, 3, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.assertEqual(self.of(ANN), [(0, None, None)])
        second = self.book.opened(ANN, 0, "v1", "::1")
        self.book.closed(second, 4002, ANN, 1)
        self.book.closed(first, None, ANN, 1)
        self.clock.advance(FLUSH)
        self.assertEqual(self.of(ANN), [(0, 1000, None), (1000, 1000, 4002)])
        self.assertEqual(self.of(BOB), [])
        with self.store.snapshot() as connection:
            (found, other) = connections_of(connection, ANN, NOW, NOW * 2, 100)
        self.assertEqual((found.device, found.dialect, found.address, found.node), (3, "v2", "1.2.3.4", 7))
        self.assertEqual((other.device, other.dialect, other.address), (0, "v1", "::1"))

    def test_when(self) -> None:
        """Who was connected at a time, and who came next."""
        for _ in range(3):
            record = self.book.opened(ANN, 1, "v2", "1.2.3.4")
            self.clock.advance(10)
            self.book.closed(record, 1000, ANN, 1)
            self.clock.advance(10)
        self.assertEqual([opened for opened, _, _ in self.of(ANN, 5, 5)], [0])
        self.assertEqual(self.of(ANN, 15, 15), [])
        self.assertEqual([opened for opened, _, _ in self.of(ANN, 15, 45)], [20_000, 40_000])
        with self.store.snapshot() as connection:
            found = next_connection(connection, ANN, NOW + 15_000)
            self.assertEqual(found and found.opened - NOW, 20_000)
            self.assertIsNone(next_connection(connection, ANN, NOW + 45_000))

    def test_refused_frames(self) -> None:
        """They are summed by device and code; beyond a bound without the device."""
        self.patch(room, "REFUSAL_KINDS", 2)
        for device, code in ((1, "blocked"), (1, "blocked"), (2, "blocked"), (3, "no_such_user"), (4, "no_such_user")):
            self.book.refused(ANN, device, code)
        self.clock.advance(SUMMED)
        with self.store.snapshot() as connection:
            found = refused_frames(connection, ANN, NOW, 100)
            rest = refused_frames(connection, 0, NOW, 100)
        self.assertEqual(
            [(each.device, each.code, each.count) for each in found], [(1, "blocked", 2), (2, "blocked", 1)]
        )
        self.assertEqual([(each.code, each.count) for each in rest], [("no_such_user", 2)])

    def test_forgotten(self) -> None:
        """What is too old is deleted, in small steps."""
        self.patch(room, "FORGET_STEP", 2)
        for _ in range(5):
            self.book.opened(ANN, 1, "v2", "1.2.3.4")
            self.book.refused(ANN, 1, "blocked")
            self.clock.advance(SUMMED)
        self.book.start()
        self.clock.pump([FLUSH] * 5)
        self.assertEqual(self.rows, (5, 5))
        self.clock.advance(30 * RECORD_DAY / 1000 - 2 * SUMMED)
        self.clock.pump([FORGET_INTERVAL, *[FLUSH] * 5])
        self.assertEqual(self.rows, (0, 0))

    @property
    def rows(self) -> tuple[int, ...]:
        with self.store.snapshot() as connection:
            found = (select(func.count()).select_from(table) for table in (tables.connections, tables.refusals))
            return tuple(connection.scalar(each) or 0 for each in found)

    def test_off(self) -> None:
        """Then nothing is stored, and what there is goes."""
        self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(2)
        book = self.make_book(0)
        book.start()
        book.closed(book.opened(ANN, 1, "v2", "1.2.3.4"), 1000, ANN, 1)
        book.refused(ANN, 1, "blocked")
        self.clock.advance(SUMMED)
        self.assertEqual(self.rows, (0, 0))

    def test_a_daemon_that_runs_for_long(self) -> None:
        """Its newest connections are as new as those of any other."""
        self.book.start()
        self.book.opened(BOB, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.clock.advance(31 * RECORD_DAY / 1000)
        self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.clock.pump([FORGET_INTERVAL, *[FLUSH] * 5])
        self.assertEqual(len(self.of(ANN, until=10 * NOW)), 1)
        self.assertEqual(self.of(BOB, until=10 * NOW), [])

    def test_one_that_comes_again_and_again(self) -> None:
        """Its connections fill neither the store nor the log: beyond a bound they are counted."""
        for _ in range(OFTEN + 5):
            record = self.book.opened(ANN, 1, "v2", "1.2.3.4")
            self.book.closed(record, 1000, ANN, 1)
        self.book.opened(BOB, 1, "v2", "1.2.3.4")
        self.clock.advance(SUMMED)
        self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.assertEqual((len(self.of(ANN)), len(self.of(BOB))), (OFTEN + 1, 1))
        with self.store.snapshot() as connection:
            (found,) = refused_frames(connection, ANN, NOW, 100)
        self.assertEqual((found.code, found.count), (NOT_RECORDED, 5))

    def test_ends_while_the_store_is_away(self) -> None:
        """They are stored when it is back: without an end a connection would look open."""
        record = self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        real, self.store.write = self.store.write, lambda *_: fail(StoreAway())  # type: ignore[assignment,method-assign]
        self.book.closed(record, 4002, ANN, 1)
        self.clock.advance(FLUSH)
        self.store.write = real  # type: ignore[method-assign]
        self.clock.pump([ENDS_AGAIN, FLUSH])
        self.assertEqual([code for _, _, code in self.of(ANN)], [4002])

    def test_store_away(self) -> None:
        """What cannot be stored is given up, and later ones are stored."""
        real, self.store.write = self.store.write, lambda *_: fail(StoreAway())  # type: ignore[assignment,method-assign]
        lost = self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.store.write = real  # type: ignore[method-assign]
        self.book.closed(lost, 1000, ANN, 1)
        self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.assertEqual(self.of(ANN), [(1000, None, None)])

    def test_stop(self) -> None:
        """Nothing is left behind, whether there is something to store or not, or it is being stored."""
        self.successResultOf(self.book.stop())
        under_way: Deferred[None] = Deferred()
        real, self.store.write = self.store.write, lambda *_: under_way  # type: ignore[assignment,method-assign]
        self.book.opened(BOB, 1, "v2", "1.2.3.4")
        self.clock.advance(FLUSH)
        self.store.write = real  # type: ignore[method-assign]
        self.book.opened(BOB, 1, "v2", "1.2.3.4")
        stopping = Deferred.fromCoroutine(self.book.stop())
        self.assertNoResult(stopping)
        under_way.callback(None)
        self.successResultOf(stopping)
        self.assertEqual(len(self.of(BOB)), 1)
        self.book.start()
        self.book.opened(ANN, 1, "v2", "1.2.3.4")
        self.book.refused(ANN, 1, "blocked")
        self.successResultOf(self.book.stop())
        self.assertEqual(self.rows, (2, 1))
        self.assertEqual(self.clock.getDelayedCalls(), [])


class PostgreSQLConnectionBookTests(OnPostgreSQL, ConnectionBookTests):
    pass
