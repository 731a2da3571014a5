"""The log's writer in a process of its own: what it answers, and what happens when it is killed."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import eventAsText

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NotAMember, NotStored, Refused, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger import process
from hichat.pipeline.ledger.exchange import WriterSetup
from hichat.pipeline.ledger.process import Batches, WriterProcess
from hichat.pipeline.ledger.receipts import BatchNames
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import supervision
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from hichat.storage.tables import users
from hichat.storage.turnstile import Turnstile
from tests import proof
from tests.support.doubles import make_database, run_now, watch_log
from tests.support.postgres import OnPostgreSQL
from tests.support.scene import Scene, fixture_of
from tests.support.writer_process import CLOCK, NOW, Hurried, fill, python_command


def say(text: str, sender: int = 1, target: int = 2, **more: Any) -> Draft:
    return Draft(Kind.MESSAGE, Scope.USER, sender, target, text.encode(), None, **more)  # type: ignore[arg-type]


def bodies(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.body.decode() if isinstance(outcome, Event) else repr(outcome) for outcome in outcomes]


class Ledger(Scene):
    """With real processes."""

    on_postgresql = False
    strangers = NO_LIMIT

    async def set_up(self) -> None:
        self.url = make_database(self)
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        engine = make_engine(self.url)
        self.addCleanup(engine.dispose)
        turn = Turnstile(self.directory)
        self.addCleanup(turn.close)
        turns = () if self.on_postgresql else (turn.turn,)
        in_thread: Any = deferToThread
        self.store = Store(engine, run_now, in_thread, *turns)
        self.writer = LogWriter(self.store, lambda: NOW)
        migrate(engine)
        fill(self.store)

    def make(
        self,
        *,
        clock: Any = CLOCK,
        locked: Callable[..., Deferred[Any]] | None = None,
        code: str = "",
        **more: Any,
    ) -> Batches:
        """
        @param clock: instead of the reactor.
        @param locked: instead of the store's C{write}.
        @param code: runs in the process first.
        """
        setup = WriterSetup(
            self.url, None if self.on_postgresql else str(self.directory), None, 3600, False, self.strangers
        )
        if code:
            more["command"] = python_command(code, "hichat.pipeline.ledger.hub")
        made = Batches(
            BatchNames(0, 5),
            clock,
            lambda drafts: deferToThread(self.writer.write, drafts),
            locked or self.store.write,
            lambda heard, lost: WriterProcess(setup, clock, heard, lost, **more),
        )
        self.addCleanup(made.process.stop)
        made.process.start()
        return made

    async def started(self, **more: Any) -> Batches:
        """@return: a process that takes batches."""
        made = self.make(**more)
        await self.ready(made)
        return made

    async def ready(self, made: Batches) -> None:
        while not made.ready:
            await deferLater(CLOCK, 0.005, lambda: None)

    def written(self) -> list[str]:
        with self.store.snapshot() as connection:
            return bodies(reading.after(connection, 0, 100_000))


class Probe(Ledger):
    pass


class ProbeOnPostgreSQL(OnPostgreSQL, Probe):
    pass


probe_scene = fixture_of(Probe, ProbeOnPostgreSQL)


async def test_with_the_process_and_without(probe_scene: Probe) -> None:
    made = probe_scene.make()
    assert await made.write([]) == [], "the thread has done it"
    await probe_scene.ready(made)
    probes = [made.write([]), made.write([say("a")]), made.write([])]
    assert [len(await probe) for probe in probes] == [0, 1, 0]
    assert probe_scene.written() == ["a"]


async def test_a_store_that_takes_nothing(probe_scene: Probe) -> None:
    made = await probe_scene.started()
    with probe_scene.store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE receipts RENAME TO others")
    for _ in range(3):
        (outcome,) = await made.write([])
        assert isinstance(outcome, NotStored)
        (outcome,) = await made.write([say("a")])
        assert isinstance(outcome, NotStored)
    with probe_scene.store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE others RENAME TO receipts")
    assert await made.write([]) == []
    assert len(await made.write([say("a")])) == 1
    assert probe_scene.written() == ["a"]


async def test_the_process_dies_with_some(probe_scene: Probe) -> None:
    """What it had beside them is written, once and in order; they have failed."""
    made = await probe_scene.started()
    assert made.process.pid is not None
    os.kill(made.process.pid, signal.SIGSTOP)
    asked = [made.write(batch) for batch in ([], [say("a")], [], [say("b"), say("c")], [])]
    os.kill(made.process.pid, signal.SIGKILL)
    outcomes = [await answer for answer in asked]
    assert [bodies(outcomes[place]) for place in (1, 3)] == [["a"], ["b", "c"]]
    for place in (0, 2, 4):
        assert isinstance(outcomes[place][0], NotStored)
    assert probe_scene.written() == ["a", "b", "c"]
    probe_scene.flushLoggedErrors()


async def test_the_process_does_not_answer(probe_scene: Probe) -> None:
    """It is killed after its deadline; what it had is written, once and in order."""
    clock = Hurried()
    made = await probe_scene.started(clock=clock, deadline=15.0)
    first = made.process.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    asked = [made.write(batch) for batch in ([say("a")], [say("b"), say("c")], [])]
    clock.advance(15.0)
    outcomes = [await answer for answer in asked]
    assert [bodies(outcomes[place]) for place in (0, 1)] == [["a"], ["b", "c"]]
    assert isinstance(outcomes[2][0], NotStored)
    assert probe_scene.written() == ["a", "b", "c"]
    await probe_scene.ready(made)
    assert made.process.pid != first
    probe_scene.flushLoggedErrors()


class Writing(Ledger):
    def listen(self) -> list[Any]:
        """@return: where what is logged comes."""
        logged: list[Any] = []
        watch_log(self, logged.append)
        return logged


class WritingOnPostgreSQL(OnPostgreSQL, Writing): ...


writing = fixture_of(Writing, WritingOnPostgreSQL)


async def test_a_refusal_that_has_an_end(writing: Writing) -> None:
    """The process says how long it is."""
    writing.strangers = Rate(1, 3600)
    process = await writing.started()
    with writing.store.transaction() as connection:
        row = {"password_hash": "", "created_at": 0, "updated_at": 0}
        connection.execute(users.insert().values(name="cat", name_key="cat", **row))
    first, refused = await process.write([say("a", target=2), say("b", target=3)])
    assert isinstance(first, Event)
    assert isinstance(refused, TooManyStrangers)
    assert (refused.retry_after or 0) == pytest.approx(3600, abs=20)


async def test_outcomes(writing: Writing) -> None:
    process = await writing.started()
    counted = say("a", device=1, counter=1)
    group = Draft(Kind.MESSAGE, Scope.GROUP, 1, 1_000_000_001, b"g", None)  # type: ignore[arg-type]
    first, refused, plain = await process.write([counted, say("x", target=99), say("b")])
    assert isinstance(first, Event)
    assert isinstance(plain, Event)
    assert (first.position, first.seq, first.n, first.body) == (1, 1, 1, b"a")
    assert (plain.position, plain.seq, plain.counter) == (2, 2, 0)
    assert getattr(refused, "code", None) == "no_such_target"
    again, not_a_member = await process.write([counted, group])
    assert again == Duplicate(first)
    assert isinstance(not_a_member, Refused)
    with writing.store.snapshot() as connection:
        assert reading.after(connection, 0, 10) == [first, plain]


async def test_large_messages(writing: Writing) -> None:
    process = await writing.started()
    texts = [f"{number}{'x' * 30_000}" for number in range(100)]
    assert bodies(await process.write([say(text) for text in texts])) == texts


async def test_the_index_is_taken_on_between_batches(writing: Writing) -> None:
    """Before a batch has to."""
    process = await writing.started(code="from hichat.log import by_conversation\nby_conversation.INDEX_STEP = 3")
    for number in range(6):
        await process.write([say(str(number))])
    # A seventh answer comes when what followed the sixth is over.
    await process.write([say("6")])
    with writing.store.snapshot() as connection:
        assert by_conversation.heads(connection) == (7, 3)


async def test_what_changes_more_is_written_here_and_in_order(writing: Writing) -> None:
    def change(connection: Any, draft: Draft, position: int) -> None:
        draft.body = f"at {position} in {os.getpid()}".encode()

    process = await writing.started()
    joined = Draft(Kind.JOINED, Scope.GROUP, 1, 1_000_000_001, b"", None, 1, change=change)  # type: ignore[arg-type]
    batches = [[say("a")], [joined], [say("b"), say("c")], [say("d")]]
    outcomes = await gatherResults([process.write(batch) for batch in batches])
    assert [len(found) for found in outcomes] == [1, 1, 2, 1]
    assert writing.written() == ["a", f"at 2 in {os.getpid()}", "b", "c", "d"]


async def test_a_refusal_here(writing: Writing) -> None:
    def change(connection: Any, draft: Draft, position: int) -> None:
        raise NotAMember

    process = await writing.started()
    outcomes = process.write([Draft(Kind.LEFT, Scope.GROUP, 1, 2, b"", None, 1, change=change)])  # type: ignore[arg-type]
    after = process.write([say("a")])
    assert isinstance((await outcomes)[0], NotAMember)
    assert bodies(await after) == ["a"]


async def test_it_ends_with_the_daemon_only(writing: Writing) -> None:
    # On a machine that is busy a second may not be enough.
    writing.patch(WriterProcess, "exit_timeout", 60.0)
    made = writing.make()
    process = made.process
    assert isinstance(process, WriterProcess)
    assert process.pid is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(process.pid, number)
    await writing.ready(made)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(process.pid, number)
    assert bodies(await made.write([say("b")])) == ["b"]
    life = process._life
    assert life is not None
    await gatherResults([process.stop(), process.stop()])
    assert (life.is_over, life.status) == (True, 0)


async def test_what_it_has_to_say_is_in_the_daemons_log(writing: Writing) -> None:
    process = await writing.started()
    with writing.store.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    logged = writing.listen()
    (outcome,) = await process.write([say("very secret")])
    assert getattr(outcome, "code", None) == "not_stored"
    texts = [eventAsText(event) for event in logged]
    assert any("cannot be stored: " in text and "events" in text for text in texts), texts
    assert not any("very secret" in text for text in texts), texts


async def test_while_there_is_none_the_daemon_writes(writing: Writing) -> None:
    """And it is not started in a hurry; its last words are logged."""
    for name in ("RESTART_PAUSE", "RESTART_PAUSE_LIMIT"):
        writing.patch(supervision, name, 0.3)
    marker = writing.directory / "starts"
    logged = writing.listen()
    failing = writing.make(code=f"open({str(marker)!r}, 'a').write('x')\nraise OSError('no room')")
    assert bodies(await failing.write([say("a")])) == ["a"]
    await deferLater(CLOCK, 1, lambda: None)
    assert 1 <= len(marker.read_text()) <= 4
    assert bodies(await failing.write([say("b")])) == ["b"]
    assert any("no room" in eventAsText(event) for event in logged)


async def test_a_start_that_fails_is_tried_again(writing: Writing) -> None:
    for name in ("RESTART_PAUSE", "RESTART_PAUSE_LIMIT"):
        writing.patch(supervision, name, 0.05)
    spawn, failures = CLOCK.spawnProcess, [OSError("no more processes")] * 2

    def failing(*args: Any, **more: Any) -> Any:
        if failures:
            raise failures.pop()
        return spawn(*args, **more)

    writing.patch(CLOCK, "spawnProcess", failing)
    await writing.started()


class Death(Ledger):
    """It dies with batches under way: each is written once, whole and in order, and answered right."""

    # The first process dies in its second batch, when so many of its drafts are written.
    DIES = """
import os
from hichat.pipeline.ledger.writer import LogWriter
write, count = LogWriter.write_together, 0
def dying(self, batches):
    global count
    count += 1
    if count == 2 and not os.path.exists({marker!r}):
        open({marker!r}, "x").close()
        if {written}:
            drafts, receipt = batches[0]
            write(self, [(drafts[:{written}], receipt)])
        os.kill(os.getpid(), 9)
    return write(self, batches)
LogWriter.write_together = dying
"""

    async def set_up(self) -> None:
        await super().set_up()
        for name in ("RESTART_PAUSE", "RESTART_PAUSE_LIMIT"):
            self.patch(supervision, name, 0.05)
        self.patch(process, "RECEIPTS_PAUSE", 0.05)
        self.looks = 0

    def dies(self, written: int) -> str:
        marker = self.directory / "dead"
        marker.unlink(missing_ok=True)
        return self.DIES.format(written=written, marker=str(marker))

    async def check(self, made: Batches) -> None:
        """Everybody says the same: who wrote what can be told by nothing else."""
        batches = [[say("ok"), say("ok")], [say("ok"), say("ok"), say("no", target=99)], [say("ok")], [say("end")]]
        outcomes = await gatherResults([made.write(batch) for batch in batches])
        assert self.written() == ["ok"] * 5 + ["end"]
        positions = [[getattr(outcome, "position", 0) for outcome in found] for found in outcomes]
        assert positions == [[1, 2], [3, 4, 0], [5], [6]]

    def slow(self, *args: Any) -> Deferred[Any]:
        """A look that takes longer than the next process takes to be ready."""
        self.looks += 1
        return deferLater(CLOCK, 1.5, lambda: self.store.write(*args))


class DeathOnPostgreSQL(OnPostgreSQL, Death): ...


death = fixture_of(Death, DeathOnPostgreSQL)


async def test_before_the_commit(death: Death) -> None:
    await death.check(await death.started(code=death.dies(0)))


async def test_after_the_commit(death: Death) -> None:
    await death.check(await death.started(code=death.dies(3)))


async def test_between_two_commits_of_a_batch(death: Death) -> None:
    await death.check(await death.started(code=death.dies(1)))


async def test_a_slow_look(death: Death) -> None:
    for written in (0, 3):
        with death.store.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM events")
            connection.exec_driver_sql("DELETE FROM receipts")
        made = await death.started(code=death.dies(written), locked=death.slow)
        await death.check(made)
        await made.process.stop()


async def test_the_next_one_dies_during_the_look(death: Death) -> None:
    made = await death.started(code=death.dies(3), locked=death.slow)
    done = Deferred.fromCoroutine(death.check(made))
    while not death.looks:
        await deferLater(CLOCK, 0.01, lambda: None)
    await death.ready(made)
    assert made.process.pid is not None
    os.kill(made.process.pid, signal.SIGKILL)
    await done
    assert death.looks == 1


async def test_a_look_that_fails_is_tried_again(death: Death) -> None:
    def failing(*args: Any) -> Deferred[Any]:
        death.looks += 1
        return death.store.write(*args) if death.looks > 3 else fail(OSError("away"))

    await death.check(await death.started(code=death.dies(3), locked=failing))


async def test_a_store_that_stays_away(death: Death) -> None:
    death.patch(process, "RECEIPTS_TRIES", 2)
    made = await death.started(code=death.dies(0), locked=lambda *_: fail(OSError("away")))
    outcomes = await gatherResults([made.write([say("a")]), made.write([say("b")]), made.write([say("c")])])
    assert [getattr(found[0], "code", "written") for found in outcomes[:2]] == ["written", "not_stored"]
    assert len(death.flushLoggedErrors(OSError)) == 1


async def test_again_and_again(death: Death) -> None:
    chance = random.Random(7)
    made = await death.started()
    said: list[str] = []
    answers: list[Deferred[list[Outcome]]] = []
    killed = 0
    for number in range(proof.ROUNDS_OF_THE_WRITER):
        texts = [chance.choice((f"{number}.{i}", "again")) for i in range(chance.randint(1, 40))]
        said += texts
        if number % 10 > 7:
            await death.ready(made)
        answers.append(made.write([say(text) for text in texts]))
        if number % 10 == 9:
            await deferLater(CLOCK, chance.random() * 0.002, lambda: None)
            assert made.process.pid is not None
            killed += bool(made._under_way)
            os.kill(made.process.pid, signal.SIGKILL)
            while made.ready:
                await deferLater(CLOCK, 0.001, lambda: None)
        elif number % 10 < 8:
            await deferLater(CLOCK, chance.random() * 0.004, lambda: None)
    outcomes = [outcome for found in await gatherResults(answers) for outcome in found]
    assert death.written() == said
    assert bodies(outcomes) == said
    assert [o.position for o in outcomes if isinstance(o, Event)] == list(range(1, len(said) + 1))
    assert killed > proof.ROUNDS_OF_THE_WRITER // 50
