"""Tests for L{hichat.search.process}, with real processes: what it does, and what its end costs."""

from __future__ import annotations

import os
import signal
from typing import Any

from twisted.internet.defer import gatherResults
from twisted.internet.task import deferLater
from twisted.logger import eventAsText
from twisted.trial.unittest import TestCase

from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import supervision
from hichat.search.index import make_index
from hichat.search.indexer import STEP, Progress, StepFailed
from hichat.search.process import FollowerProcess
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from tests.doubles import make_database, run_now, watch_log
from tests.ledger.test_process import CLOCK, NOW, fill, python_command
from tests.postgres import OnPostgreSQL
from tests.search.test_indexer import text


class FollowerProcessTests(TestCase):
    timeout = 60

    # It dies in its second step, when all of it is there but the commit.
    DIES = """
import os
from hichat.search.index import Index
move, count = Index.move, 0
def dying(self, *arguments):
    global count
    count += 1
    move(self, *arguments)
    if count == 2 and not os.path.exists({marker!r}):
        open({marker!r}, "x").close()
        os.kill(os.getpid(), 9)
Index.move = dying
"""

    def setUp(self) -> None:
        self.url = make_database(self)
        engine = make_engine(self.url)
        self.addCleanup(engine.dispose)
        self.store = Store(engine, run_now, run_now)
        migrate(engine)
        self.index = make_index(engine)
        self.addCleanup(self.index.engine.dispose)
        self.index.prepare()
        fill(self.store)
        for name in ("AGAIN", "LONGEST"):
            self.patch(supervision, name, 0.05)
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)

    def write(self, count: int) -> None:
        drafts = [text("very secret") for _ in range(count)]
        LogWriter(self.store, lambda: NOW).write(drafts)

    def make(self, code: str = "") -> FollowerProcess:
        more: Any = {"command": python_command(code, "hichat.search.process")} if code else {}
        made = FollowerProcess(self.url, CLOCK, **more)
        self.addCleanup(made.stop)
        made.start()
        return made

    def indexed(self) -> int:
        with self.store.snapshot() as connection, self.index.reading(connection) as indexed:
            statement = "SELECT count(*) FROM search_entries"
            count = indexed.exec_driver_sql(statement).scalar()
        assert count is not None
        return count

    async def test_steps(self) -> None:
        made = self.make()
        self.assertEqual(await made.step(), Progress(0, 0))
        head = STEP + 50
        self.write(head)
        self.assertEqual(await made.step(), Progress(STEP, head))
        self.assertEqual(await made.step(), Progress(head, head))
        self.assertEqual(self.indexed(), head)

    async def test_last_in_line_and_it_ends_with_the_daemon(self) -> None:
        # It is last in line for a core: on a machine that is busy its last second may not be enough, and it is killed.
        self.patch(FollowerProcess, "patience", 60.0)
        made = self.make()
        await made.step()
        assert made.pid is not None
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, made.pid), 19)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(made.pid, number)
        await made.step()
        life = made._life
        assert life is not None
        await gatherResults([made.stop(), made.stop()])
        self.assertEqual((life.is_over, life.status), (True, 0))
        await self.assertFailure(made.step(), StepFailed)

    async def test_killed_in_a_step(self) -> None:
        """Nothing is lost or there twice; who waits for the step hears of it."""
        marker = f"{self.mktemp()}-dead"
        made = self.make(self.DIES.format(marker=marker))
        head = 2 * STEP + 50
        self.write(head)
        self.assertEqual(await made.step(), Progress(STEP, head))
        await self.assertFailure(made.step(), StepFailed)
        self.assertEqual(self.indexed(), STEP)
        while made.pid is None:
            await deferLater(CLOCK, 0.01, lambda: None)
        self.assertEqual(await made.step(), Progress(2 * STEP, head))
        self.assertEqual(await made.step(), Progress(head, head))
        self.assertEqual(self.indexed(), head)
        self.assertTrue(any("the search's follower ended (signal 9)" in eventAsText(each) for each in self.logged))

    async def test_a_step_that_fails_is_in_the_daemons_log(self) -> None:
        made = self.make()
        self.write(3)
        await made.step()
        self.write(3)
        with self.index.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE search_head RENAME TO away")
        for _ in range(3):
            await self.assertFailure(made.step(), StepFailed)
        texts = [eventAsText(each) for each in self.logged]
        (line,) = [text for text in texts if "the search index cannot be taken on" in text]
        self.assertIn("search_head", line)
        self.assertFalse(any("very secret" in text for text in texts))
        with self.index.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO search_head")
        self.assertEqual(await made.step(), Progress(6, 6))


class FollowerProcessOnPostgreSQLTests(OnPostgreSQL, FollowerProcessTests): ...
