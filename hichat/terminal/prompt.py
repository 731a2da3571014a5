"""
The line that a person edits at a terminal, by prompt_toolkit: with completion and history, and with what comes
meanwhile written above it.

prompt_toolkit runs in asyncio, the chat in Twisted: L{share_loop} installs the reactor that is both.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output.vt100 import Vt100_Output
from twisted.internet import asyncioreactor
from twisted.internet.defer import Deferred

from hichat.client.inbox import Gate
from hichat.terminal.completing import LineCompletion
from hichat.terminal.console import OnEnd, OnLine

PROMPT = "> "

LINES_AHEAD = 32
"""The number of typed lines that may wait for those before them. With more, no further line is read."""

SHOWN_AHEAD = 64 * 1024
"""Characters that may wait to be written. With more, L{PromptConsole.writable} is shut."""

TAB_PATIENCE = 0.5
"""Seconds for which Tab waits for a list of commands that is under way: C{/rem} would become C{/remove} without it."""


class Interrupted(Exception):
    """The person has pressed Ctrl-C."""


def _interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


class PromptConsole:
    """
    A console for a person; see L{hichat.terminal.console.AnyConsole}. The next line is typed while the last one is
    carried out.

    @param prompt: see L{new_prompt}.
    @param completion: finds ways to go on with a line.
    @param on_line: called with each line, once the line before is finished.
    @param on_end: see L{hichat.terminal.console.Console}.
    @param terminal: the file descriptor to which lines are shown.
    @param interrupt: called upon Ctrl-C: while a line is edited, the kernel sends no signal.
    """

    def __init__(
        self,
        prompt: PromptSession[str],
        completion: LineCompletion,
        on_line: OnLine,
        on_end: OnEnd,
        terminal: int = 1,
        interrupt: Callable[[], object] = _interrupt,
    ) -> None:
        self.writable = Gate()
        self._prompt = prompt
        self._completion = completion
        self._on_line = on_line
        self._on_end = on_end
        self._terminal = terminal
        self._interrupt = interrupt
        self._lines: deque[str] = deque()
        self._idle = Gate()
        self._typing: asyncio.Future[str] | None = None
        self._left = Gate(shut=True)
        self._waiting = ""
        self._writing: asyncio.Future[None] | None = None
        self._written = Gate()
        self._ended = False

    def open(self, reactor: Any) -> None:
        """Begin to read lines. The reactor has to be that of L{share_loop}."""
        self._prompt.completer = _Ways(self._completion)
        self._prompt.default_buffer.on_text_changed += self._look
        Deferred.fromCoroutine(self._read())

    def show(self, text: str) -> None:
        """See L{hichat.terminal.console.AnyConsole.show}."""
        self._waiting += f"{text}\n"
        if len(self._waiting) > SHOWN_AHEAD:
            self.writable.pauseProducing()
        if not self._written.shut:
            self._written.pauseProducing()
            self._writing = asyncio.ensure_future(self._write())

    async def close(self) -> None:
        """Write what waits to be shown, and take the line that is being edited away."""
        self._ended = True
        await self._written.passed()
        if self._typing is not None and not self._typing.done():
            self._prompt.app.erase_when_done = True
            self._typing.cancel()
            await self._left.passed()

    # Lines that are typed

    def _look(self, buffer: Buffer) -> None:
        self._completion.look(buffer.text)

    async def _read(self) -> None:
        end: BaseException | None = None
        try:
            while not self._ended:
                await self._take(await self._type())
        except (Exception, asyncio.CancelledError) as error:  # it is told below, or close() has cancelled this
            end = error
        self._typing = None
        self._left.resumeProducing()
        match end:
            case EOFError():
                await self._idle.passed()
                self._end(None)
            case Interrupted():
                self._interrupt()
            case Exception():
                self._end(end)

    async def _type(self) -> str:
        # Errors and signals of the loop are the reactor's.
        work = self._prompt.prompt_async(set_exception_handler=False, handle_sigint=False)
        self._typing = asyncio.ensure_future(work)
        return await Deferred.fromFuture(self._typing)

    async def _take(self, text: str) -> None:
        # What is pasted may be several lines.
        self._lines += text.split("\n")
        if not self._idle.shut:
            Deferred.fromCoroutine(self._work())
        if len(self._lines) >= LINES_AHEAD:
            await self._idle.passed()

    async def _work(self) -> None:
        self._idle.pauseProducing()
        try:
            while self._lines and not self._ended:
                await self._on_line(self._lines.popleft())
        except Exception as error:  # as a Console does: it ends the chat
            self._end(error)
        self._lines.clear()
        self._idle.resumeProducing()

    def _end(self, error: Exception | None) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(error)

    # Lines that are shown

    async def _write(self) -> None:
        try:
            while self._waiting:
                async with in_terminal():
                    text, self._waiting = self._waiting, ""
                    await self._put(text.encode(errors="replace"))
                self.writable.resumeProducing()
        except OSError:  # the terminal is gone
            self._waiting = ""
            self._end(None)
        finally:
            self._written.resumeProducing()
            self.writable.resumeProducing()

    async def _put(self, data: bytes) -> None:
        """Write to the terminal. If it is slow, only this waits; prompt_toolkit itself would have all wait."""
        before = os.get_blocking(self._terminal)
        os.set_blocking(self._terminal, False)
        try:
            while data:
                try:
                    data = data[os.write(self._terminal, data) :]
                except BlockingIOError:
                    await self._room()
        finally:
            os.set_blocking(self._terminal, before)

    async def _room(self) -> None:
        """Wait until the terminal takes more."""
        loop, room = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(self._terminal, room.set)
        try:
            await room.wait()
        finally:
            loop.remove_writer(self._terminal)


class _Ways(Completer):
    def __init__(self, completion: LineCompletion) -> None:
        self._completion = completion

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        for way in self._completion.ways(document.text_before_cursor):
            yield Completion(way.text, -way.replaced, display_meta=way.about)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        # Typing goes on meanwhile: prompt_toolkit drops what comes for a line that has changed.
        known = Deferred.fromCoroutine(self._completion.known.passed())
        with suppress(TimeoutError):
            await asyncio.wait_for(known.asFuture(asyncio.get_running_loop()), TAB_PATIENCE)
        for each in self.get_completions(document, complete_event):
            yield each


def new_prompt() -> PromptSession[str]:
    """
    @return: the line that is edited on standard input and output. Its history is that of this run.
    @raise Exception: this terminal is not fit for it.
    """
    # It is not asked where its cursor is: some terminals do not answer, and each line that comes would wait for that.
    output = Vt100_Output(sys.stdout, _size_here, os.environ.get("TERM"), enable_cpr=False)
    return edited_line(output=output)


def edited_line(**options: Any) -> PromptSession[str]:
    """@param options: C{input} and C{output} of prompt_toolkit; by default the terminal's."""
    return PromptSession(
        PROMPT,
        complete_while_typing=False,
        enable_suspend=True,
        key_bindings=_keys(),
        interrupt_exception=Interrupted,
        **options,
    )


def share_loop() -> None:
    """
    Install the reactor that runs in a loop of asyncio.

    @raise ReactorAlreadyInstalledError: there is another one.
    """
    asyncioreactor.install(asyncio.new_event_loop())


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=Condition(_is_choosing))
    def _choose(event: KeyPressEvent) -> None:
        """The first Enter takes what is chosen in the list; the next one sends the line."""
        event.current_buffer.complete_state = None

    return keys


def _is_choosing() -> bool:
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None and len(state.completions) > 1


def _size_here() -> Size:
    try:
        columns, rows = os.get_terminal_size(1)
    except OSError:
        columns, rows = 0, 0
    return Size(rows=rows or 24, columns=columns or 80)
