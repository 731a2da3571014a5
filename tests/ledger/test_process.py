"""The log's writer in a process of its own: what it answers, and what happens when it is killed."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import eventAsText, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase, TestCase

from hichat.errors import NotAMember, Refused
from hichat.events import Draft, Event, Kind, Scope
from hichat.ledger import log, process
from hichat.ledger.process import Setup, WriterProcess
from hichat.ledger.writer import Duplicate, LogWriter, Outcome, find_written
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from hichat.storage.tables import devices, groups, users
from hichat.storage.turnstile import Turnstile
from tests.doubles import make_database, run_now
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


class ProcessTests(TestCase):
    """With a real process."""

    on_postgresql = False
    timeout = 60

    def setUp(self) -> None:
        url = make_database(self)
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        engine = make_engine(url)
        self.addCleanup(engine.dispose)
        turn = Turnstile(self.directory)
        self.addCleanup(turn.close)
        turns = () if self.on_postgresql else (turn.turn,)
        in_thread: Any = deferToThread
        self.store = Store(engine, run_now, in_thread, *turns)
        self.writer = LogWriter(self.store, lambda: NOW)
        migrate(engine)
        fill(self.store)
        setup = Setup(url, None if self.on_postgresql else str(self.directory), 3600)
        self.process = self.make(setup)
        self.process.start()

    def make(self, setup: Setup, **more: Any) -> WriterProcess:
        made = WriterProcess(
            setup,
            CLOCK,
            here=lambda drafts: deferToThread(self.writer.write, drafts),
            look_up=lambda since, drafts: self.store.write(find_written, since, drafts),
            position=lambda: 0,
            **more,
        )
        self.addCleanup(made.stop)
        return made

    async def until_ready(self) -> None:
        while not self.process.ready:
            await deferLater(CLOCK, 0.01, lambda: None)

    def written(self) -> list[str]:
        with self.store.snapshot() as connection:
            return bodies(log.after(connection, 0, 100_000))

    async def test_outcomes(self) -> None:
        await self.until_ready()
        counted = say("a", device=1, counter=1)
        group = Draft(Kind.MESSAGE, Scope.GROUP, 1, 1_000_000_001, b"g", None)  # type: ignore[arg-type]
        first, refused, plain = await self.process.write([counted, say("x", target=99), say("b")])
        assert isinstance(first, Event)
        assert isinstance(plain, Event)
        self.assertEqual((first.position, first.seq, first.n, first.body), (1, 1, 1, b"a"))
        self.assertEqual((plain.position, plain.seq, plain.counter), (2, 2, 0))
        self.assertEqual(getattr(refused, "code", None), "no_such_target")
        again, not_a_member = await self.process.write([counted, group])
        self.assertEqual(again, Duplicate(first))
        self.assertIsInstance(not_a_member, Refused)
        with self.store.snapshot() as connection:
            self.assertEqual(log.after(connection, 0, 10), [first, plain])

    async def test_what_changes_more_is_written_here_and_in_order(self) -> None:
        await self.until_ready()

        def change(connection: Any, draft: Draft, position: int) -> None:
            draft.body = f"at {position} in {os.getpid()}".encode()

        joined = Draft(Kind.JOINED, Scope.GROUP, 1, 1_000_000_001, b"", None, 1, change=change)  # type: ignore[arg-type]
        batches = [[say("a")], [joined], [say("b"), say("c")], [say("d")]]
        outcomes = await gatherResults([self.process.write(batch) for batch in batches])
        self.assertEqual([len(found) for found in outcomes], [1, 1, 2, 1])
        self.assertEqual(self.written(), ["a", f"at 2 in {os.getpid()}", "b", "c", "d"])

    async def test_a_refusal_here(self) -> None:
        await self.until_ready()

        def change(connection: Any, draft: Draft, position: int) -> None:
            raise NotAMember

        outcomes = self.process.write([Draft(Kind.LEFT, Scope.GROUP, 1, 2, b"", None, 1, change=change)])  # type: ignore[arg-type]
        after = self.process.write([say("a")])
        self.assertIsInstance((await outcomes)[0], NotAMember)
        self.assertEqual(bodies(await after), ["a"])

    async def test_killed_again_and_again(self) -> None:
        """Each batch is written once, whole and in order, whenever the process dies; equal messages too."""
        chance = random.Random(7)
        said: list[str] = []
        answers: list[Deferred[list[Outcome]]] = []
        for number in range(120):
            texts = [chance.choice((f"{number}.{i}", "again")) for i in range(chance.randint(1, 40))]
            said += texts
            answers.append(self.process.write([say(text) for text in texts]))
            if number % 15 == 7 and self.process.pid is not None:
                # Somewhere in its start, in a batch or between two.
                await deferLater(CLOCK, chance.random() * 0.6, lambda: None)
                os.kill(self.process.pid, signal.SIGKILL)
            if number % 3 == 0:
                await deferLater(CLOCK, chance.random() * 0.003, lambda: None)
        outcomes = [outcome for found in await gatherResults(answers) for outcome in found]
        self.assertEqual(self.written(), said)
        self.assertEqual(bodies(outcomes), said)
        self.assertEqual([o.position for o in outcomes if isinstance(o, Event)], list(range(1, len(said) + 1)))

    async def test_it_ends_with_the_daemon_only(self) -> None:
        await self.until_ready()
        await self.process.write([say("a")])
        assert self.process.pid is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(self.process.pid, number)
        self.assertEqual(bodies(await self.process.write([say("b")])), ["b"])
        child = self.process._process
        assert child is not None
        self.process.stop()
        self.assertEqual(child.returncode, 0)

    async def test_what_it_has_to_say_is_in_the_daemons_log(self) -> None:
        await self.until_ready()
        with self.store.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        logged: list[Any] = []
        observer: Any = logged.append
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        (outcome,) = await self.process.write([say("very secret")])
        self.assertEqual(getattr(outcome, "code", None), "not_stored")
        texts = [eventAsText(event) for event in logged]
        self.assertTrue(any("1 drafts could not be stored" in text and "Traceback" in text for text in texts), texts)
        self.assertFalse(any("very secret" in text for text in texts), texts)

    async def test_while_there_is_none_the_daemon_writes(self) -> None:
        """And it is not started in a hurry."""
        self.patch(process, "AGAIN", 0.2)
        marker = self.directory / "starts"
        code = f"open({str(marker)!r}, 'a').write('x')"
        failing = self.make(Setup("", None, 0), command=(sys.executable, "-c", code))
        failing.start()
        self.assertEqual(bodies(await failing.write([say("a")])), ["a"])
        await deferLater(CLOCK, 0.7, lambda: None)
        self.assertTrue(1 <= len(marker.read_text()) <= 4)
        self.assertEqual(bodies(await failing.write([say("b")])), ["b"])


class ProcessOnPostgreSQLTests(OnPostgreSQL, ProcessTests): ...


class FindWrittenTests(SynchronousTestCase):
    def setUp(self) -> None:
        engine = make_engine(make_database(self))
        self.addCleanup(engine.dispose)
        self.store = Store(engine, run_now, run_now)
        migrate(engine)
        fill(self.store)
        self.writer = LogWriter(self.store, lambda: NOW)

    def find(self, since: int, drafts: Sequence[Draft]) -> list[int | None]:
        with self.store.transaction() as connection:
            return [event.position if event else None for event in find_written(connection, since, drafts)]

    def test_all_some_none(self) -> None:
        self.writer.write([say("a"), say("b"), say("a")])
        self.assertEqual(self.find(0, [say("a"), say("b"), say("a")]), [1, 2, 3])
        self.assertEqual(self.find(0, [say("a"), say("x"), say("a")]), [1, None, 3])
        self.assertEqual(self.find(0, [say("c")]), [None])
        self.assertEqual(self.find(3, [say("a")]), [None])

    def test_the_same_said_twice_is_found_once_if_it_was_written_once(self) -> None:
        self.writer.write([say("a")])
        self.assertEqual(self.find(0, [say("a"), say("a")]), [1, None])

    def test_what_others_wrote_is_not_taken_for_it(self) -> None:
        self.writer.write([say("a", sender=2, target=1), say("a", device=1, counter=1), say("b")])
        self.assertEqual(self.find(0, [say("a"), say("b")]), [None, 3])
        self.assertEqual(self.find(0, [say("a", device=1, counter=1)]), [2])

    def test_revisions(self) -> None:
        self.writer.write([say("a")])
        edit = Draft(Kind.EDITED, Scope.EVERYONE, 1, 0, b"b", None, 1)  # type: ignore[arg-type]
        again = Draft(Kind.EDITED, Scope.EVERYONE, 1, 0, b"b", None, 1)  # type: ignore[arg-type]
        self.writer.write([edit])
        self.assertEqual(self.find(1, [again]), [2])


class FindWrittenOnPostgreSQLTests(OnPostgreSQL, FindWrittenTests): ...
