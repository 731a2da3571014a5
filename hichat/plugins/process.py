"""The process of a plugin, as the daemon sees it: it is started again and again, and asked whether it still turns."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from hichat.plugins.wire import MESSAGE_LIMIT, AskAlive, BeginsEvent, FromPlugin, IsReady, PluginSetup, ReachedPlace
from hichat.runtime.child import RestartedChild

ASK_EVERY = 5.0
"""Seconds between two questions whether the process still turns."""

ALIVE_DEADLINE = 60.0
"""Seconds for the answer: on a busy machine the process, which is far behind in the line, gets little time."""

LOGGED_LINES, LINE_SECONDS = 100, 10.0
"""So many lines of a plugin in so many seconds get into the log; further ones are counted."""

REST_LINES, REST_SECONDS = 500, 0.25
"""After so many of these its outputs are not read for so many seconds: reading them takes the reactor's time."""

SHOWN_LINE = 500
"""The most characters of a line that are shown."""

_INHERITED = ("PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONDONTWRITEBYTECODE")
"""The daemon's variables that a plugin sees, with those that begin with C{LC_}. No setting is among them."""

_NOT_SHOWN = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]")


class PluginProcess(RestartedChild):
    """
    @param plugin: the plugin's name.
    @param home: its own directory.
    @param make_setup: gives the setup for the next start.
    @param ready: called when the plugin has started.
    @param reached: called with each place that it has reached.
    @param went: called when it has ended by itself, with the exit status.
    @ivar is_ready: whether the plugin has started.
    @ivar is_at_event: whether the plugin has an event, as far as its process tells that.
    @ivar starts: the number of times that it was started.
    @ivar left_out: the number of lines that did not get into the log.
    """

    module = "hichat.plugins.child"
    prints = True
    longest_message = MESSAGE_LIMIT
    exit_timeout = 2.0
    longest_pause = 300.0
    steady = 60.0
    longest_line = SHOWN_LINE * 4

    def __init__(
        self,
        reactor: Any,
        plugin: str,
        home: str,
        make_setup: Callable[[], PluginSetup],
        ready: Callable[[], object],
        reached: Callable[[ReachedPlace], object],
        went: Callable[[int], object],
        command: Sequence[str] | None = None,
        deadline: float = ALIVE_DEADLINE,
    ) -> None:
        self.name = f"the plugin {plugin}"
        super().__init__(None, reactor, command, deadline)
        self._plugin = plugin
        self._home = home
        self._make_setup = make_setup
        self._tell_ready = ready
        self._tell_reached = reached
        self._tell_went = went
        self._decode = msgspec.msgpack.Decoder(FromPlugin).decode
        self._asking: IDelayedCall | None = None
        self._lines = 0
        self._reading_again: IDelayedCall | None = None
        self._counting: IDelayedCall | None = None
        self.is_ready = self.is_at_event = False
        self.starts = 0
        self.left_out = 0

    def inherited(self) -> Mapping[str, str]:
        """See L{RestartedChild.inherited}: neither settings nor credentials."""
        found = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        found |= {name: value for name, value in os.environ.items() if name.startswith("LC_")}
        return found | {"HOME": self._home, "PYTHONUNBUFFERED": "1", "HICHAT_PLUGIN_PARENT": str(os.getpid())}

    def begin(self) -> None:
        """See L{RestartedChild.begin}."""
        self._setup = self._make_setup()
        self.is_at_event = False
        super().begin()
        self.starts += 1
        self._ask_later()

    def _ask_later(self) -> None:
        self._asking = self._reactor.callLater(ASK_EVERY, self._ask)

    def _ask(self) -> None:
        self._asking = None
        if self.is_there:
            self.ask(AskAlive())
            self._ask_later()

    def heard(self, message: bytes) -> None:
        """The process has told something."""
        try:
            told = self._decode(message)
        except msgspec.DecodeError:
            self._log.error("{name} says what no plugin says, and is killed", name=self.name)
            self.kill()
            return
        if isinstance(told, IsReady):
            self.is_ready = True
            self._tell_ready()
        elif isinstance(told, BeginsEvent):
            self.is_at_event = True
        elif isinstance(told, ReachedPlace):
            self.is_at_event = False
            self._tell_reached(told)

    def ask_to_end(self) -> None:
        """See L{RestartedChild.ask_to_end}."""
        self._rest()
        super().ask_to_end()

    def stop(self) -> Deferred[None]:
        """See L{RestartedChild.stop}."""
        if self._counting is not None and self._counting.active():
            self._counting.cancel()
        return super().stop()

    def ended(self, status: int) -> None:
        """See L{RestartedChild.ended}."""
        self._tell_went(status)
        super().ended(status)

    def lost(self) -> None:
        """See L{RestartedChild.lost}."""
        self._rest()

    def _rest(self) -> None:
        self.is_ready = False
        for call in (self._asking, self._reading_again):
            if call is not None and call.active():
                call.cancel()
        self._asking = self._reading_again = None
        self.read_output(True)

    def let_go_of_pipes(self) -> None:
        """See L{RestartedChild.let_go_of_pipes}."""
        self._end_group(self.pid)
        super().let_go_of_pipes()

    def look_whether_it_is_over(self) -> None:
        """See L{RestartedChild.look_whether_it_is_over}."""
        before = self.pid
        super().look_whether_it_is_over()
        if self.pid != before:
            self._end_group(before)

    def _end_group(self, pid: int | None) -> None:
        """The process has ended: what the plugin itself has started ends, too."""
        if pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    # What it prints

    def printed(self, line: str) -> None:
        """See L{RestartedChild.printed}."""
        self._lines += 1
        if self._lines > LOGGED_LINES:
            self.left_out += 1
            if self.left_out % REST_LINES == 0 and self._reading_again is None:
                self.read_output(False)
                self._reading_again = self._reactor.callLater(REST_SECONDS, self._read_again)
            return
        shown = _NOT_SHOWN.sub("\N{REPLACEMENT CHARACTER}", line[:SHOWN_LINE])
        self._log.info("{name}: {line}", name=self.name, line=shown)
        if self._counting is None:
            self._counting = self._reactor.callLater(LINE_SECONDS, self._count_anew, self.left_out)

    def _count_anew(self, before: int) -> None:
        self._counting = None
        self._lines = 0
        if self.left_out > before:
            self._log.warn(
                "{name} prints more than {lines} lines in {seconds} s: {count} were left out",
                name=self.name,
                lines=LOGGED_LINES,
                seconds=LINE_SECONDS,
                count=self.left_out - before,
            )

    def _read_again(self) -> None:
        self._reading_again = None
        self.read_output(True)
