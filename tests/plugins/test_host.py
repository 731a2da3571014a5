"""Tests for the plugins of several hosts, on one store: whose bot a plugin has, and where in the log it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

from hichat.plugins.host import DUTY_LOOK, PluginHost
from hichat.plugins.kept import keep_bot, keep_place
from hichat.plugins.process import PluginProcess
from hichat.plugins.wire import PluginSetup
from tests.support.bots import BotCase


class SeveralHostsTests(BotCase):
    """
    Hosts whose plugin, C{x}, has no process.

    @ivar duty: the host whose plugins follow events; None: none.
    @ivar done: what was done with the processes: the hosts, and C{start} or C{let_go}.
    """

    def setUp(self):
        super().setUp()
        self.duty: PluginHost | None = None
        self.done: list[tuple[PluginHost, str]] = []
        for name in ("start", "let_go"):
            change = patch.object(PluginProcess, name, lambda process, name=name: self.note(process, name))
            change.start()
            self.addCleanup(change.stop)
        self.hosts = [self.make(), self.make()]

    def make(self) -> PluginHost:
        """@return: a host, with a state directory of its own."""
        directory = Path(self.mktemp())
        (directory / "plugins").mkdir(parents=True)

        async def is_ours() -> bool:
            return self.duty is host

        given: Any = self.clock, ["x"], 1, self.store, self.accounts.recogniser, self.bots, directory, is_ours
        host = PluginHost(*given)
        self.addCleanup(host.stop)
        return host

    def note(self, process: PluginProcess, name: str) -> None:
        (host,) = [host for host in self.hosts if process in host.processes]
        self.done.append((host, name))

    def begin(self, *hosts: PluginHost) -> None:
        for host in hosts:
            host._spawn(host._begin())

    def setup_of(self, host: PluginHost) -> PluginSetup:
        """@return: what the host's process is told when it is started next."""
        return host.processes[0]._make_setup()

    def bots_made(self) -> list[str]:
        """@return: the names of the plugins' bots."""
        with self.store.snapshot() as connection:
            rows = connection.exec_driver_sql("SELECT name FROM users WHERE bot ORDER BY id")
            return [name for (name,) in rows if name != "helper"]

    def test_both_start_for_the_first_time(self):
        """One makes the bot, and the other one waits for it."""
        here, there = self.hosts
        self.begin(there)
        self.clock.advance(DUTY_LOOK)
        self.assertEqual((self.bots_made(), self.done), ([], []))
        self.duty = here
        self.begin(here)
        self.clock.advance(DUTY_LOOK)
        self.assertEqual(self.bots_made(), ["x"])
        self.assertEqual(self.done, [(here, "start"), (there, "start")])
        one, other = self.setup_of(here), self.setup_of(there)
        self.assertEqual((one.bot, one.follows, other.follows), (other.bot, True, False))
        self.assertNotEqual(one.token, other.token)

    def test_duty_passes(self):
        """The other host's plugin goes on where the first one was, with the bot that the store has by then."""
        here, there = self.hosts
        self.duty = here
        self.begin(here, there)
        bot = self.setup_of(here).bot
        self.successResultOf(self.store.write(keep_place, "x", 77, "e", "c"))
        self.duty = there
        self.clock.advance(DUTY_LOOK)
        self.assertEqual(self.done[2:], [(here, "let_go"), (there, "let_go")])
        other = self.setup_of(there)
        self.assertEqual((other.bot, other.follows, other.cursor, self.setup_of(here).follows), (bot, True, 77, False))

        again = self.run_now(self.bots.make("another")).id
        self.successResultOf(self.store.write(keep_bot, "x", again))
        self.duty = here
        self.clock.advance(DUTY_LOOK)
        found = self.setup_of(here)
        self.assertEqual((found.bot, found.follows), (again, True))
        user, _ = self.run_now(self.accounts.recogniser.identify(found.token))
        self.assertEqual(user.id, again)

    def test_it_passes_before_there_is_a_bot(self):
        """Who waited makes it then, once."""
        here, there = self.hosts
        self.begin(here, there)
        self.duty = there
        self.clock.pump([DUTY_LOOK] * 3)
        self.assertEqual(self.bots_made(), ["x"])
        self.assertEqual(sorted(name for _, name in self.done), ["start", "start"])
        self.assertEqual(self.setup_of(here).bot, self.setup_of(there).bot)
