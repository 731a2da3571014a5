"""Tests for L{hichat.daemon.sizes}: how much room everything takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.daemon import settings
from hichat.daemon.sizes import SIZES_INTERVAL, Sizes, directories_of
from hichat.media import records
from hichat.media.records import StoredFile
from hichat.runtime.metrics import Metrics
from hichat.storage.store import Store
from hichat.storage.tables import users
from tests.support.doubles import NOW, make_search_index, make_store, run_now
from tests.support.postgres import OnPostgreSQL

SIZE = 100_000


class SizesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.store = make_store(self)
        self.jobs: list[tuple[Deferred[Any], Any]] = []
        index = make_search_index(self, self.store)
        later: Any = self.later
        store = Store(self.store.engine, later, run_now, serves=True)
        self.sizes = Sizes(store, index, [Path("/")], self.clock)
        self.metrics = Metrics()
        self.sizes.show_in(self.metrics)
        self.addCleanup(self.sizes.stop)

    def later(self, *call: Any) -> Any:
        self.jobs.append((Deferred(), call))
        return self.jobs[-1][0]

    def work(self) -> None:
        """The thread of the store's reads does what it has to do."""
        answer, (function, *given) = self.jobs.pop(0)
        try:
            answer.callback(function(*given))
        except Exception:
            answer.errback()

    def upload(self, *sizes: int) -> None:
        with self.store.transaction() as connection:
            values = {"name": "ann", "password_hash": "", "created_at": NOW, "updated_at": NOW}
            ann = connection.execute(insert(users).values(**values).returning(users.c.id)).scalar_one()
            for number, size in enumerate(sizes):
                found = StoredFile(str(number), ann, "file", "x/y", "f", size, None, None, size, NOW, None, 0.0)
                records.add(connection, found, 2**40)

    def shown(self) -> dict[str, float]:
        return {
            sample.name.removeprefix("hichat_"): sample.value
            for family in text_string_to_metric_families(self.metrics.exposition().decode())
            for sample in family.samples
        }

    def test_all(self) -> None:
        self.upload(SIZE, SIZE + 1)
        self.sizes.start()
        self.clock.advance(0)
        self.assertNotIn("database_bytes", self.shown(), "nothing is known yet, and nothing is looked up meanwhile")
        self.work()
        shown = self.shown()
        self.assertEqual((shown["uploads"], shown["uploads_bytes"]), (2, 2 * SIZE + 1))
        self.assertGreater(shown["database_bytes"], SIZE)
        self.assertGreater(shown["search_bytes"], 4096)
        disk = os.statvfs("/")
        self.assertEqual(shown["disk_size_bytes"], disk.f_blocks * disk.f_frsize)
        self.assertLess(shown["disk_free_bytes"], shown["disk_size_bytes"])

    def test_once_a_minute(self) -> None:
        self.sizes.start()
        self.clock.advance(0)
        for _ in range(3):
            self.work()
            self.clock.advance(SIZES_INTERVAL - 1)
            self.assertEqual(self.jobs, [])
            self.clock.advance(1)

    def test_what_takes_long_is_rare(self) -> None:
        self.sizes.start()
        self.clock.advance(0)
        self.clock.advance(10)
        self.work()
        self.clock.advance(999)
        self.assertEqual(self.jobs, [])
        self.clock.advance(1)
        self.assertEqual(len(self.jobs), 1)

    def test_a_store_that_is_away(self) -> None:
        """What was known stays, and it is looked up again."""
        self.sizes.start()
        self.clock.advance(0)
        self.work()
        before = self.sizes.found
        self.patch(records, "totals", lambda _: 1 / 0)
        self.clock.advance(SIZES_INTERVAL)
        self.work()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.sizes.found, before)
        self.clock.advance(SIZES_INTERVAL)
        self.assertEqual(len(self.jobs), 1)

    def test_stopping(self) -> None:
        """Also while it looks."""
        self.sizes.start()
        self.clock.advance(0)
        self.sizes.stop()
        self.work()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class SizesOnPostgreSQLTests(OnPostgreSQL, SizesTests):
    pass


class DirectoriesTests(SynchronousTestCase):
    def test_which(self) -> None:
        def found(**given: str) -> list[str]:
            options = {name.replace("_", "-"): value for name, value in given.items()}
            return list(map(str, directories_of(settings.load({"state-dir": "/s", **options}, {}, Path("/")))))

        self.assertEqual(found(), ["/s"])
        self.assertEqual(found(database="sqlite:////s/x/hichat.db"), ["/s"])
        self.assertEqual(found(database="sqlite:////data/hichat.db"), ["/s", "/data"])
        self.assertEqual(found(database="postgresql://hichat@db.lan/hichat"), ["/s"])
