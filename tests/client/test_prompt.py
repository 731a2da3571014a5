"""The line that a person edits at a terminal."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.commands import OfferedCommand
from hichat.client.inbox import Gate
from hichat.client.wire import User
from hichat.terminal import chat as program
from hichat.terminal import prompt
from hichat.terminal.completing import LineCompletion
from hichat.terminal.lines import Chat
from hichat.terminal.prompt import LINES_AHEAD, SHOWN_AHEAD, PromptConsole, edited_line
from tests.support.client import launch

REMIND = OfferedCommand("remind", {"en": "Reminds you"}, {"en": "WHEN TEXT"})


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until a condition is true."""
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("not in so many turns")


async def turns(count: int) -> None:
    """Let the loop turn so many times."""
    for _ in range(count):
        await asyncio.sleep(0)


class PromptCase(SynchronousTestCase):
    """A console, its keyboard, and the terminal to which it shows lines."""

    def setUp(self) -> None:
        self.reader: Any = None
        self.keys = self.enterContext(create_pipe_input())
        self.terminal, self.written = os.pipe()
        os.set_blocking(self.terminal, False)
        self.addCleanup(lambda: os.close(self.terminal))
        self.addCleanup(os.close, self.written)
        self.offer: Any = succeed([REMIND])
        self.lines: list[str] = []
        self.ends: list[Exception | None] = []
        self.interrupts: list[int] = []
        self.room = Gate()
        self.chat = Chat("http://chat.example", "en", me=1)
        self.chat.learn([User(1, "ann"), User(2, "Bob"), User(3, "bonnie")], [])
        self.chat.line("/to bob")
        self.session = edited_line(input=self.keys, output=DummyOutput())
        self.console = PromptConsole(
            self.session,
            LineCompletion(self.chat, lambda _: self.offer, lambda: 0.0),
            self.line,
            self.ends.append,
            self.written,
            lambda: self.interrupts.append(1),
        )

    async def line(self, line: str) -> None:
        self.lines.append(line)
        if line == "wait":
            self.room.pauseProducing()
        if line == "break":
            raise ZeroDivisionError
        await self.room.passed()

    def during(self, scenario: Callable[[], Awaitable[None]]) -> None:
        """Open the console, and close it after the scenario."""

        async def whole() -> None:
            self.console.open(None)
            try:
                await scenario()
            finally:
                await launch(self.console.close()).asFuture(asyncio.get_running_loop())

        asyncio.run(asyncio.wait_for(whole(), 20))

    @property
    def text(self) -> str:
        """The line that is being edited."""
        return self.session.default_buffer.text

    async def typed(self, keys: str, text: str) -> None:
        """Press keys; wait until the line that is being edited is this one."""
        self.keys.send_text(keys)
        await until(lambda: self.text == text)

    def shown(self) -> bytes:
        """@return: what the terminal gets, once."""
        try:
            return os.read(self.terminal, 1024 * 1024)
        except BlockingIOError:
            return b""


class LineTests(PromptCase):
    def test_lines_and_their_history(self) -> None:
        async def scenario() -> None:
            await self.typed("你好吗\x7f", "你好")
            await self.typed("\x1b[D\x1b[Da", "a你好")
            self.keys.send_text("\r")
            await until(lambda: self.lines == ["a你好"])
            await self.typed("\x1b[A!", "a你好!")
            self.keys.send_text("\r")
            await until(lambda: self.lines == ["a你好", "a你好!"])

        self.during(scenario)
        self.assertEqual((self.ends, self.interrupts), ([], []))

    def test_one_after_the_other(self) -> None:
        """The next line is typed meanwhile. What is pasted is carried out line by line."""

        async def scenario() -> None:
            self.keys.send_text("wait\r")
            await until(lambda: self.lines)
            self.keys.send_text("\x1b[200~b\r\nc\x1b[201~\r")
            await self.typed("d", "d")
            self.assertEqual(self.lines, ["wait"])
            self.room.resumeProducing()
            await until(lambda: self.lines == ["wait", "b", "c"])
            self.assertEqual(self.text, "d")

        self.during(scenario)

    def test_many_lines_wait(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("wait\r")
            await until(lambda: self.lines)
            self.keys.send_text("x\r" * LINES_AHEAD)
            self.keys.send_text("one more\r")
            await turns(2000)
            self.assertFalse(self.session.app.is_running)
            self.room.resumeProducing()
            await until(lambda: self.lines[-1] == "one more")

        self.during(scenario)

    def test_the_end_waits_for_the_last_line(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("wait\r")
            await until(lambda: self.lines)
            await until(lambda: self.session.app.is_running)
            self.keys.send_text("\x04")
            await until(lambda: not self.session.app.is_running)
            await turns(100)
            self.assertEqual(self.ends, [])
            self.room.resumeProducing()
            await until(lambda: self.ends)

        self.during(scenario)
        self.assertEqual((self.lines, self.ends), (["wait"], [None]))

    def test_control_c(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("half\x03")
            await until(lambda: self.interrupts)

        self.during(scenario)
        self.assertEqual((self.interrupts, self.lines, self.ends), ([1], [], []))

    def test_a_defect_ends_it(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("break\rnext\r")
            await until(lambda: self.ends)

        self.during(scenario)
        self.assertIsInstance(self.ends[0], ZeroDivisionError)
        self.assertEqual(self.lines, ["break"])

    def test_it_is_closed_while_lines_wait(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("wait\r")
            await until(lambda: self.lines)
            self.keys.send_text("never")

        self.during(scenario)
        self.assertEqual((self.lines, self.session.app.is_running), (["wait"], False))


class TabTests(PromptCase):
    def test_a_command(self) -> None:
        async def scenario() -> None:
            await self.typed("/remi\t", "/remind ")
            self.keys.send_text("list\r")
            await until(lambda: self.lines)

        self.during(scenario)
        self.assertEqual(self.lines, ["/remind list"])

    def test_a_choice(self) -> None:
        """Tab goes through the list; the first Enter only takes what is chosen."""

        async def scenario() -> None:
            self.keys.send_text("/rem\t")
            await until(lambda: self.choices)
            self.assertEqual(self.choices, [("/remove ", "USER"), ("/remind ", "Reminds you · WHEN TEXT")])
            await self.typed("\t", "/remove ")
            await self.typed("\t\r", "/remind ")
            self.assertEqual((self.choices, self.lines), ([], []))
            self.keys.send_text("list\r")
            await until(lambda: self.lines)

        self.during(scenario)
        self.assertEqual(self.lines, ["/remind list"])

    @property
    def choices(self) -> list[tuple[str, str]]:
        state = self.session.default_buffer.complete_state
        return [] if state is None else [(each.text, each.display_meta_text) for each in state.completions]

    def test_a_name(self) -> None:
        async def scenario() -> None:
            self.keys.send_text("/to b\t")
            await until(lambda: self.choices)
            await self.typed("\t", "/to Bob")
            await self.typed("\x15/to bon\t", "/to bonnie")
            await self.typed("\x15/to BON\t", "/to bonnie")
            # There was nothing to choose between: Enter sends the line.
            self.keys.send_text("\r")
            await until(lambda: self.lines)

        self.during(scenario)

    def test_tab_waits_for_the_list(self) -> None:
        """Typing does not."""

        async def scenario() -> None:
            self.offer = Deferred()
            self.keys.send_text("/rem\t")
            await until(lambda: self.text)
            await turns(100)
            await self.typed("x\x7f\t", "/rem")
            self.offer.callback([REMIND])
            await until(lambda: len(self.choices) == 2)
            await self.typed("i\t", "/remind ")

        self.during(scenario)

    def test_tab_does_not_wait_long(self) -> None:
        self.patch(prompt, "TAB_PATIENCE", 0.01)
        self.offer = Deferred()

        async def scenario() -> None:
            await self.typed("/rem\t", "/remove ")

        self.during(scenario)


class ShowingTests(PromptCase):
    def test_what_comes_while_somebody_types(self) -> None:
        """It is written while the line is not there; the line is the same afterwards."""

        async def scenario() -> None:
            await self.typed("half", "half")
            self.console.show("12:00 bob: hi")
            self.console.show("嗨\ud800")
            found = b""

            def has_come() -> bool:
                nonlocal found
                found += self.shown()
                return found == "12:00 bob: hi\n嗨?\n".encode()

            await until(has_come)
            self.assertEqual(self.text, "half")
            self.keys.send_text(" a line\r")
            await until(lambda: self.lines)

        self.during(scenario)
        self.assertEqual(self.lines, ["half a line"])

    def test_a_slow_terminal_holds_the_messages_back(self) -> None:
        size = SHOWN_AHEAD * 8

        async def scenario() -> None:
            self.console.show("x" * (SHOWN_AHEAD - 1))
            self.assertFalse(self.console.writable.shut)
            self.console.show("x" * size)
            self.assertTrue(self.console.writable.shut)
            found = b""

            def has_come() -> bool:
                nonlocal found
                found += self.shown()
                return len(found) == SHOWN_AHEAD + size + 1

            await until(has_come)
            await until(lambda: not self.console.writable.shut)
            self.assertEqual(os.get_blocking(self.written), True)

        self.during(scenario)

    def test_what_waits_is_shown_at_the_end(self) -> None:
        found = b""

        def has_come() -> bool:
            nonlocal found
            found += self.shown()
            return found.endswith(b"bye\n")

        async def scenario() -> None:
            self.console.show("x" * SHOWN_AHEAD)
            self.console.show("bye")
            self.reader = asyncio.ensure_future(until(has_come))

        self.during(scenario)
        found += self.shown()
        self.assertEqual(found, b"x" * SHOWN_AHEAD + b"\nbye\n")

    def test_the_terminal_is_gone(self) -> None:
        async def scenario() -> None:
            reading, self.terminal = self.terminal, os.open(os.devnull, os.O_RDONLY)
            os.close(reading)
            self.console.show("x")
            await until(lambda: self.ends)

        self.during(scenario)
        self.assertEqual(self.ends, [None])


class ChoiceTests(SynchronousTestCase):
    """Who edits a line, and who does not."""

    def setUp(self) -> None:
        self.made: list[int] = []
        self.terminals = {0, 1}
        self.patch(os, "isatty", self.terminals.__contains__)
        self.patch(os, "environ", {**os.environ, "TERM": "xterm"})
        self.patch(prompt, "new_prompt", self.new_prompt)
        self.patch(prompt, "share_loop", lambda: None)

    def new_prompt(self) -> str:
        self.made.append(1)
        return "a prompt"

    def test_a_person_at_a_terminal(self) -> None:
        self.assertEqual(program._prompt_here(), "a prompt")

    def test_scripts_and_simple_terminals(self) -> None:
        for terminals, kind in (({0}, "xterm"), ({1}, "xterm"), ({0, 1}, "dumb"), ({0, 1}, None)):
            self.patch(os, "isatty", terminals.__contains__)
            self.patch(os, "environ", {"TERM": kind} if kind else {})
            self.assertIsNone(program._prompt_here())
        self.assertEqual(self.made, [])

    def test_without_prompt_toolkit_whole_lines_are_read(self) -> None:
        def fail() -> None:
            raise OSError("no such terminal")

        for name in ("new_prompt", "share_loop"):
            self.setUp()
            self.patch(prompt, name, fail)
            self.assertIsNone(program._prompt_here())
