"""The parts of the asyncio face that need no server."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.client.aio import names
from hichat.client.aio.api import passed
from hichat.client.aio.bot import Bot, NoSignIn
from hichat.client.aio.names import Remembered
from hichat.client.aio.state import BotState, StateFile, StateInUse, StateTrouble, default_path
from hichat.client.waiting import Latch
from tests import guide

SERVER = "https://chat.example"


class StateTests(SynchronousTestCase):
    def setUp(self) -> None:
        made = TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.path = Path(made.name) / "deep" / "bot.json"

    def opened(self, server: str = SERVER) -> StateFile:
        state = StateFile(self.path, server)
        self.addCleanup(state.close)
        return state

    def test_it_is_kept(self) -> None:
        state = self.opened()
        state.saved.cursor, state.saved.sent = 7, {9: [1, 2]}
        device = state.saved.device
        state.write()
        state.close()
        saved = self.opened().saved
        self.assertEqual((saved.cursor, saved.sent, saved.device), (7, {9: [1, 2]}, device))
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_one_process_at_a_time(self) -> None:
        first = self.opened()
        error = self.assertRaises(StateInUse, StateFile, self.path, SERVER)
        self.assertIn(str(self.path), str(error))
        first.close()
        self.opened()

    def test_a_power_cut(self) -> None:
        """The content is on the disk before the file gets its name, and the name before the write is over."""
        state = self.opened()
        state.saved.cursor = 9
        before, synced, sync = self.path.read_bytes(), [], os.fsync

        def note(descriptor: int) -> None:
            sync(descriptor)
            synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), self.path.read_bytes() == before))

        self.patch(os, "fsync", note)
        state.write()
        self.assertEqual(synced, [(False, True), (True, False)])

    def test_a_write_that_fails_leaves_the_old_content(self) -> None:
        state = self.opened()
        before = self.path.read_bytes()
        state.saved.cursor = 9
        self.path.with_name("bot.json.new").mkdir()
        self.assertRaises(StateTrouble, state.write)
        self.assertEqual(self.path.read_bytes(), before)

    def test_what_is_no_state_is_not_overwritten(self) -> None:
        self.path.parent.mkdir()
        self.path.write_text("my notes")
        error = self.assertRaises(StateTrouble, StateFile, self.path, SERVER)
        self.assertIn("Remove it", str(error))
        self.assertEqual(self.path.read_text(), "my notes")

    def test_another_server_is_another_log(self) -> None:
        state = self.opened()
        state.saved.cursor = 7
        state.write()
        state.close()
        self.assertIsNone(self.opened("https://other.example").saved.cursor)

    def test_where_it_is(self) -> None:
        environ = {"HOME": "/home/ann"}
        paths = {default_path(SERVER, token, environ) for token in ("a", "b")}
        self.assertEqual({str(path.parent) for path in paths}, {"/home/ann/.local/state/hichat"})
        self.assertEqual(len(paths), 2)
        self.assertRaises(StateTrouble, default_path, SERVER, "a", {})

    def test_nothing_is_kept(self) -> None:
        state = StateFile(None, SERVER)
        state.write()
        state.close()
        self.assertTrue(BotState().device != BotState().device)


class RememberedTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.now = 0.0
        self.asked: list[int] = []
        self.memory: Remembered[int, str] = Remembered(self.ask, lambda: self.now)

    async def ask(self, key: int) -> str:
        self.asked.append(key)
        await asyncio.sleep(0)
        if key < 0:
            raise ValueError(key)
        return f"name {key}"

    def test_it_is_asked_once(self) -> None:
        async def scenario() -> None:
            found = await asyncio.gather(*[self.memory.get(key) for key in (1, 2, 1, 1)])
            self.assertEqual(found, ["name 1", "name 2", "name 1", "name 1"])
            self.now += names.NAME_LIFETIME - 1
            await self.memory.get(1)
            self.assertEqual(self.asked, [1, 2])
            self.now += 1
            await self.memory.get(1)
            self.memory.forget(2)
            await self.memory.get(2)
            self.assertEqual(self.asked, [1, 2, 1, 2])

        asyncio.run(scenario())

    def test_it_is_bounded(self) -> None:
        self.patch(names, "NAMES_KEPT", 3)
        for key in range(10):
            self.memory.keep(key, "x")
        self.assertEqual(len(self.memory), 3)

    def test_failures_are_not_kept(self) -> None:
        async def scenario() -> None:
            for _ in range(2):
                with self.assertRaises(ValueError):
                    await self.memory.get(-1)
            self.assertEqual(self.asked, [-1, -1])

        asyncio.run(scenario())

    def test_who_gives_up_takes_nothing_from_the_others(self) -> None:
        async def scenario() -> None:
            first, second = (asyncio.create_task(self.memory.get(1)) for _ in range(2))
            await asyncio.sleep(0)
            first.cancel()
            self.assertEqual(await second, "name 1")

        asyncio.run(scenario())


class LatchTests(SynchronousTestCase):
    def test_who_gives_up_leaves_nothing_behind(self) -> None:
        latch = Latch(shut=True)

        async def scenario() -> None:
            for _ in range(5):
                with self.assertRaises(TimeoutError):
                    async with asyncio.timeout(0.001):
                        await passed(latch)
            self.assertEqual(latch._waiting, [])
            waiting = asyncio.create_task(passed(latch))
            await asyncio.sleep(0)
            latch.open()
            await waiting

        asyncio.run(scenario())


class BotTests(SynchronousTestCase):
    def test_the_examples_of_the_page(self) -> None:
        """They can be run as they stand there; what they do is tested where a daemon is."""
        found = guide.blocks(guide.text("bots-in-python"), "python")
        self.assertEqual(len(found), 3)
        for example in found:
            exec(example.replace("hichat_client", "hichat.client.aio"), {})

    def test_what_is_no_handler(self) -> None:
        handler: Any = lambda message: None  # noqa: E731
        self.assertRaises(TypeError, Bot(SERVER).on_message, handler)

    def test_it_has_to_sign_in(self) -> None:
        for name in ("HICHAT_TOKEN", "HICHAT_USER"):
            self.assertNotIn(name, os.environ)
        with self.assertRaises(NoSignIn):
            asyncio.run(Bot(SERVER, state=None).start())
        error = self.assertRaises(SystemExit, Bot(SERVER, state=None).run)
        self.assertIn("HICHAT_TOKEN", str(error))
