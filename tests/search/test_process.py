"""Tests for L{hichat.search.process}, with real processes: what it does, and what its end costs."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from twisted.internet.defer import gatherResults
from twisted.internet.task import deferLater
from twisted.logger import eventAsText

from hichat.log.follower import Progress, StepFailed
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import supervision
from hichat.search.index import make_index
from hichat.search.indexer import SEARCH_STEP
from hichat.search.process import LAST_IN_LINE, FollowerProcess
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from tests.support.doubles import make_database, run_now, watch_log
from tests.support.postgres import OnPostgreSQL
from tests.support.scene import Scene, fixture_of
from tests.support.search_index import entries
from tests.support.texts import text
from tests.support.writer_process import CLOCK, NOW, Hurried, fill, python_command


class FollowerProcessScene(Scene):
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

    async def set_up(self) -> None:
        self.url = make_database(self)
        engine = make_engine(self.url)
        self.addCleanup(engine.dispose)
        self.store = Store(engine, run_now, run_now)
        migrate(engine)
        self.index = make_index(engine)
        self.addCleanup(self.index.engine.dispose)
        self.index.prepare()
        fill(self.store)
        for name in ("RESTART_PAUSE", "RESTART_PAUSE_LIMIT"):
            self.patch(supervision, name, 0.05)
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)

    def write(self, count: int) -> None:
        drafts = [text("very secret") for _ in range(count)]
        LogWriter(self.store, lambda: NOW).write(drafts)

    def make(self, clock: Any = CLOCK, code: str = "", **more: Any) -> FollowerProcess:
        if code:
            more["command"] = python_command(code, "hichat.search.process")
        made = FollowerProcess(self.url, clock, **more)
        self.addCleanup(made.stop)
        made.start()
        return made

    def indexed(self) -> int:
        """@return: the number of messages that the index has."""
        with self.store.snapshot() as connection, self.index.reading(connection) as indexed:
            return len({position for _, position in entries(indexed)})


class FollowerProcessOnPostgreSQL(OnPostgreSQL, FollowerProcessScene): ...


follower_scene = fixture_of(FollowerProcessScene, FollowerProcessOnPostgreSQL)


async def test_steps(follower_scene: FollowerProcessScene) -> None:
    made = follower_scene.make()
    assert await made.step() == Progress(0, 0)
    head = SEARCH_STEP + 50
    follower_scene.write(head)
    assert await made.step() == Progress(SEARCH_STEP, head)
    assert await made.step() == Progress(head, head)
    assert follower_scene.indexed() == head


async def test_last_in_line_and_it_ends_with_the_daemon(follower_scene: FollowerProcessScene) -> None:
    # It is last in line for a core: on a machine that is busy its last second may not be enough, and it is killed.
    follower_scene.patch(FollowerProcess, "exit_timeout", 60.0)
    made = follower_scene.make()
    await made.step()
    assert made.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, made.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + LAST_IN_LINE)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(made.pid, number)
    await made.step()
    life = made._life
    assert life is not None
    await gatherResults([made.stop(), made.stop()])
    assert (life.is_over, life.status) == (True, 0)
    with pytest.raises(StepFailed):
        await made.step()


async def test_killed_in_a_step(follower_scene: FollowerProcessScene) -> None:
    """Nothing is lost or there twice; who waits for the step hears of it."""
    marker = f"{follower_scene.mktemp()}-dead"
    made = follower_scene.make(code=follower_scene.DIES.format(marker=marker))
    head = 2 * SEARCH_STEP + 50
    follower_scene.write(head)
    assert await made.step() == Progress(SEARCH_STEP, head)
    with pytest.raises(StepFailed):
        await made.step()
    assert follower_scene.indexed() == SEARCH_STEP
    while made.pid is None:
        await deferLater(CLOCK, 0.01, lambda: None)
    assert await made.step() == Progress(2 * SEARCH_STEP, head)
    assert await made.step() == Progress(head, head)
    assert follower_scene.indexed() == head
    assert any("the search's follower ended (signal 9)" in eventAsText(each) for each in follower_scene.logged)


async def test_a_step_that_takes_too_long(follower_scene: FollowerProcessScene) -> None:
    """Its process is killed, and who waits for it hears of it; the next one goes on."""
    clock = Hurried()
    made = follower_scene.make(clock, deadline=20.0)
    follower_scene.write(3)
    assert await made.step() == Progress(3, 3)
    assert made.pid is not None
    os.kill(made.pid, signal.SIGSTOP)
    follower_scene.write(3)
    step = made.step()
    clock.advance(20.0)
    with pytest.raises(StepFailed):
        await step
    while made.pid is None:
        await deferLater(CLOCK, 0.01, lambda: None)
    assert await made.step() == Progress(6, 6)
    assert any("has not answered within 20.0 s" in eventAsText(each) for each in follower_scene.logged)


async def test_a_step_that_fails_is_in_the_daemons_log(follower_scene: FollowerProcessScene) -> None:
    made = follower_scene.make()
    follower_scene.write(3)
    await made.step()
    follower_scene.write(3)
    with follower_scene.index.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE search_head RENAME TO away")
    for _ in range(3):
        with pytest.raises(StepFailed):
            await made.step()
    texts = [eventAsText(each) for each in follower_scene.logged]
    (line,) = [text for text in texts if "the search index cannot be taken on" in text]
    assert "search_head" in line
    assert not any("very secret" in text for text in texts)
    with follower_scene.index.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO search_head")
    assert await made.step() == Progress(6, 6)
