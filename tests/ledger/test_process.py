"""The log's writer in a process of its own: what it answers, and what happens when it is killed."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import eventAsText
from twisted.trial.unittest import TestCase

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NotAMember, NotStored, Refused, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger import process
from hichat.pipeline.ledger.process import Setup, WriterProcess
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import supervision
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from hichat.storage.tables import devices, groups, users
from hichat.storage.turnstile import Turnstile
from tests.doubles import make_database, run_now, watch_log
from tests.postgres import OnPostgreSQL

NOW = 1_700_000_000_000
CLOCK: Any = reactor


def say(text: str, sender: int = 1, target: int = 2, **more: Any) -> Draft:
    return Draft(Kind.MESSAGE, Scope.USER, sender, target, text.encode(), None, **more)  # type: ignore[arg-type]


def fill(store: Store) -> None:
    """Two users, the first with a device, and a group without members."""
    row = {"password_hash": "", "created_at": 0, "updated_at": 0}
    with store.transaction() as connection:
        for name in ("ann", "bob"):
            connection.execute(users.insert().values(name=name, name_key=name, **row))
        connection.execute(devices.insert().values(user_id=1, name="d", created_at=0))
        connection.execute(groups.insert().values(id=1_000_000_001, name="g", name_key="g", owner_id=1, **_times(row)))


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("created_at", "updated_at")}


def bodies(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.body.decode() if isinstance(outcome, Event) else repr(outcome) for outcome in outcomes]


def python_command(code: str, module: str) -> list[str]:
    """@return: the command that runs this code, and then the process that a module is."""
    return [
        sys.executable,
        "-c",
        f"{code}\nfrom hichat.runtime.child import run\nfrom {module} import serve\nrun(serve)",
    ]


class ProcessCase(TestCase):
    """With real processes."""

    on_postgresql = False
    timeout = 90
    strangers = NO_LIMIT

    def setUp(self) -> None:
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

    def make(self, *, locked: Callable[..., Deferred[Any]] | None = None, code: str = "") -> WriterProcess:
        """
        @param locked: instead of the store's C{write}.
        @param code: runs in the process first.
        """
        setup = Setup(self.url, None if self.on_postgresql else str(self.directory), 0, 5, 3600, False, self.strangers)
        more = {"command": python_command(code, "hichat.pipeline.ledger.process")} if code else {}
        made = WriterProcess(
            setup, CLOCK, lambda drafts: deferToThread(self.writer.write, drafts), locked or self.store.write, **more
        )
        self.addCleanup(made.stop)
        made.start()
        return made

    async def started(self, **more: Any) -> WriterProcess:
        """@return: a process that takes batches."""
        made = self.make(**more)
        await self.ready(made)
        return made

    async def ready(self, made: WriterProcess) -> None:
        while not made.ready:
            await deferLater(CLOCK, 0.005, lambda: None)

    def written(self) -> list[str]:
        with self.store.snapshot() as connection:
            return bodies(reading.after(connection, 0, 100_000))


class ProbeTests(ProcessCase):
    async def test_with_the_process_and_without(self) -> None:
        made = self.make()
        self.assertEqual(await made.write([]), [], "the thread has done it")
        await self.ready(made)
        probes = [made.write([]), made.write([say("a")]), made.write([])]
        self.assertEqual([len(await probe) for probe in probes], [0, 1, 0])
        self.assertEqual(self.written(), ["a"])

    async def test_a_store_that_takes_nothing(self) -> None:
        made = await self.started()
        with self.store.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE receipts RENAME TO others")
        for _ in range(3):
            (outcome,) = await made.write([])
            self.assertIsInstance(outcome, NotStored)
            (outcome,) = await made.write([say("a")])
            self.assertIsInstance(outcome, NotStored)
        with self.store.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE others RENAME TO receipts")
        self.assertEqual(await made.write([]), [])
        self.assertEqual(len(await made.write([say("a")])), 1)
        self.assertEqual(self.written(), ["a"])

    async def test_the_process_dies_with_some(self) -> None:
        """What it had beside them is written, once and in order; they have failed."""
        made = await self.started()
        assert made.pid is not None
        os.kill(made.pid, signal.SIGSTOP)
        asked = [made.write(batch) for batch in ([], [say("a")], [], [say("b"), say("c")], [])]
        os.kill(made.pid, signal.SIGKILL)
        outcomes = [await answer for answer in asked]
        self.assertEqual([bodies(outcomes[place]) for place in (1, 3)], [["a"], ["b", "c"]])
        for place in (0, 2, 4):
            self.assertIsInstance(outcomes[place][0], NotStored)
        self.assertEqual(self.written(), ["a", "b", "c"])
        self.flushLoggedErrors()


class ProbeOnPostgreSQLTests(OnPostgreSQL, ProbeTests):
    pass


class ProcessTests(ProcessCase):
    async def test_a_refusal_that_has_an_end(self) -> None:
        """The process says how long it is."""
        self.strangers = Rate(1, 3600)
        process = await self.started()
        with self.store.transaction() as connection:
            row = {"password_hash": "", "created_at": 0, "updated_at": 0}
            connection.execute(users.insert().values(name="cat", name_key="cat", **row))
        first, refused = await process.write([say("a", target=2), say("b", target=3)])
        assert isinstance(first, Event)
        assert isinstance(refused, TooManyStrangers)
        self.assertAlmostEqual(refused.retry_after or 0, 3600, delta=20)

    async def test_outcomes(self) -> None:
        process = await self.started()
        counted = say("a", device=1, counter=1)
        group = Draft(Kind.MESSAGE, Scope.GROUP, 1, 1_000_000_001, b"g", None)  # type: ignore[arg-type]
        first, refused, plain = await process.write([counted, say("x", target=99), say("b")])
        assert isinstance(first, Event)
        assert isinstance(plain, Event)
        self.assertEqual((first.position, first.seq, first.n, first.body), (1, 1, 1, b"a"))
        self.assertEqual((plain.position, plain.seq, plain.counter), (2, 2, 0))
        self.assertEqual(getattr(refused, "code", None), "no_such_target")
        again, not_a_member = await process.write([counted, group])
        self.assertEqual(again, Duplicate(first))
        self.assertIsInstance(not_a_member, Refused)
        with self.store.snapshot() as connection:
            self.assertEqual(reading.after(connection, 0, 10), [first, plain])

    async def test_large_messages(self) -> None:
        process = await self.started()
        texts = [f"{number}{'x' * 30_000}" for number in range(100)]
        self.assertEqual(bodies(await process.write([say(text) for text in texts])), texts)

    async def test_the_index_is_taken_on_between_batches(self) -> None:
        """Before a batch has to."""
        process = await self.started(code="from hichat.log import by_conversation\nby_conversation.STEP = 3")
        for number in range(6):
            await process.write([say(str(number))])
        # A seventh answer comes when what followed the sixth is over.
        await process.write([say("6")])
        with self.store.snapshot() as connection:
            self.assertEqual(by_conversation.heads(connection), (7, 3))

    async def test_what_changes_more_is_written_here_and_in_order(self) -> None:
        def change(connection: Any, draft: Draft, position: int) -> None:
            draft.body = f"at {position} in {os.getpid()}".encode()

        process = await self.started()
        joined = Draft(Kind.JOINED, Scope.GROUP, 1, 1_000_000_001, b"", None, 1, change=change)  # type: ignore[arg-type]
        batches = [[say("a")], [joined], [say("b"), say("c")], [say("d")]]
        outcomes = await gatherResults([process.write(batch) for batch in batches])
        self.assertEqual([len(found) for found in outcomes], [1, 1, 2, 1])
        self.assertEqual(self.written(), ["a", f"at 2 in {os.getpid()}", "b", "c", "d"])

    async def test_a_refusal_here(self) -> None:
        def change(connection: Any, draft: Draft, position: int) -> None:
            raise NotAMember

        process = await self.started()
        outcomes = process.write([Draft(Kind.LEFT, Scope.GROUP, 1, 2, b"", None, 1, change=change)])  # type: ignore[arg-type]
        after = process.write([say("a")])
        self.assertIsInstance((await outcomes)[0], NotAMember)
        self.assertEqual(bodies(await after), ["a"])

    async def test_it_ends_with_the_daemon_only(self) -> None:
        # On a machine that is busy a second may not be enough.
        self.patch(WriterProcess, "patience", 60.0)
        process = self.make()
        assert process.pid is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process.pid, number)
        await self.ready(process)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process.pid, number)
        self.assertEqual(bodies(await process.write([say("b")])), ["b"])
        life = process._life
        assert life is not None
        await gatherResults([process.stop(), process.stop()])
        self.assertEqual((life.is_over, life.status), (True, 0))

    async def test_what_it_has_to_say_is_in_the_daemons_log(self) -> None:
        process = await self.started()
        with self.store.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        logged = self.listen()
        (outcome,) = await process.write([say("very secret")])
        self.assertEqual(getattr(outcome, "code", None), "not_stored")
        texts = [eventAsText(event) for event in logged]
        self.assertTrue(any("cannot be stored: " in text and "events" in text for text in texts), texts)
        self.assertFalse(any("very secret" in text for text in texts), texts)

    def listen(self) -> list[Any]:
        """@return: where what is logged comes."""
        logged: list[Any] = []
        watch_log(self, logged.append)
        return logged

    async def test_while_there_is_none_the_daemon_writes(self) -> None:
        """And it is not started in a hurry; its last words are logged."""
        for name in ("AGAIN", "LONGEST"):
            self.patch(supervision, name, 0.3)
        marker = self.directory / "starts"
        logged = self.listen()
        failing = self.make(code=f"open({str(marker)!r}, 'a').write('x')\nraise OSError('no room')")
        self.assertEqual(bodies(await failing.write([say("a")])), ["a"])
        await deferLater(CLOCK, 1, lambda: None)
        self.assertTrue(1 <= len(marker.read_text()) <= 4)
        self.assertEqual(bodies(await failing.write([say("b")])), ["b"])
        self.assertTrue(any("no room" in eventAsText(event) for event in logged))

    async def test_a_start_that_fails_is_tried_again(self) -> None:
        for name in ("AGAIN", "LONGEST"):
            self.patch(supervision, name, 0.05)
        spawn, failures = CLOCK.spawnProcess, [OSError("no more processes")] * 2

        def failing(*args: Any, **more: Any) -> Any:
            if failures:
                raise failures.pop()
            return spawn(*args, **more)

        self.patch(CLOCK, "spawnProcess", failing)
        await self.started()


class DeathTests(ProcessCase):
    """It dies with batches under way: each is written once, whole and in order, and answered right."""

    # The first process dies in its second batch, when so many of its drafts are written.
    DIES = """
import os
from hichat.pipeline.ledger.writer import LogWriter
write, count = LogWriter.write, 0
def dying(self, drafts, receipt=None):
    global count
    count += 1
    if count == 2 and not os.path.exists({marker!r}):
        open({marker!r}, "x").close()
        if {written}:
            write(self, drafts[:{written}], receipt)
        os.kill(os.getpid(), 9)
    return write(self, drafts, receipt)
LogWriter.write = dying
"""

    def setUp(self) -> None:
        super().setUp()
        for name in ("AGAIN", "LONGEST"):
            self.patch(supervision, name, 0.05)
        self.patch(process, "PAUSE", 0.05)
        self.looks = 0

    def dies(self, written: int) -> str:
        marker = self.directory / "dead"
        marker.unlink(missing_ok=True)
        return self.DIES.format(written=written, marker=str(marker))

    async def check(self, made: WriterProcess) -> None:
        """Everybody says the same: who wrote what can be told by nothing else."""
        batches = [[say("ok"), say("ok")], [say("ok"), say("ok"), say("no", target=99)], [say("ok")], [say("end")]]
        outcomes = await gatherResults([made.write(batch) for batch in batches])
        self.assertEqual(self.written(), ["ok"] * 5 + ["end"])
        positions = [[getattr(outcome, "position", 0) for outcome in found] for found in outcomes]
        self.assertEqual(positions, [[1, 2], [3, 4, 0], [5], [6]])

    async def test_before_the_commit(self) -> None:
        await self.check(await self.started(code=self.dies(0)))

    async def test_after_the_commit(self) -> None:
        await self.check(await self.started(code=self.dies(3)))

    async def test_between_two_commits_of_a_batch(self) -> None:
        await self.check(await self.started(code=self.dies(1)))

    def slow(self, *args: Any) -> Deferred[Any]:
        """A look that takes longer than the next process takes to be ready."""
        self.looks += 1
        return deferLater(CLOCK, 1.5, lambda: self.store.write(*args))

    async def test_a_slow_look(self) -> None:
        for written in (0, 3):
            with self.store.transaction() as connection:
                connection.exec_driver_sql("DELETE FROM events")
                connection.exec_driver_sql("DELETE FROM receipts")
            made = await self.started(code=self.dies(written), locked=self.slow)
            await self.check(made)
            await made.stop()

    async def test_the_next_one_dies_during_the_look(self) -> None:
        made = await self.started(code=self.dies(3), locked=self.slow)
        done = Deferred.fromCoroutine(self.check(made))
        while not self.looks:
            await deferLater(CLOCK, 0.01, lambda: None)
        await self.ready(made)
        assert made.pid is not None
        os.kill(made.pid, signal.SIGKILL)
        await done
        self.assertEqual(self.looks, 1)

    async def test_a_look_that_fails_is_tried_again(self) -> None:
        def failing(*args: Any) -> Deferred[Any]:
            self.looks += 1
            return self.store.write(*args) if self.looks > 3 else fail(OSError("away"))

        await self.check(await self.started(code=self.dies(3), locked=failing))

    async def test_a_store_that_stays_away(self) -> None:
        self.patch(process, "PATIENCE", 2)
        made = await self.started(code=self.dies(0), locked=lambda *_: fail(OSError("away")))
        outcomes = await gatherResults([made.write([say("a")]), made.write([say("b")]), made.write([say("c")])])
        self.assertEqual([getattr(found[0], "code", "written") for found in outcomes[:2]], ["written", "not_stored"])
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)

    async def test_again_and_again(self) -> None:
        chance = random.Random(7)
        made = await self.started()
        said: list[str] = []
        answers: list[Deferred[list[Outcome]]] = []
        killed = 0
        for number in range(150):
            texts = [chance.choice((f"{number}.{i}", "again")) for i in range(chance.randint(1, 40))]
            said += texts
            if number % 10 > 7:
                await self.ready(made)
            answers.append(made.write([say(text) for text in texts]))
            if number % 10 == 9:
                await deferLater(CLOCK, chance.random() * 0.002, lambda: None)
                assert made.pid is not None
                killed += bool(made._under_way)
                os.kill(made.pid, signal.SIGKILL)
                while made.ready:
                    await deferLater(CLOCK, 0.001, lambda: None)
            elif number % 10 < 8:
                await deferLater(CLOCK, chance.random() * 0.004, lambda: None)
        outcomes = [outcome for found in await gatherResults(answers) for outcome in found]
        self.assertEqual(self.written(), said)
        self.assertEqual(bodies(outcomes), said)
        self.assertEqual([o.position for o in outcomes if isinstance(o, Event)], list(range(1, len(said) + 1)))
        self.assertGreater(killed, 3)


class ProcessOnPostgreSQLTests(OnPostgreSQL, ProcessTests): ...


class DeathOnPostgreSQLTests(OnPostgreSQL, DeathTests): ...
