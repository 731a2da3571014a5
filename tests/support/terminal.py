"""C{hichat} at a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import termios

from tests.support.daemon import Daemon, until
from tests.support.prepared import forks

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    """
    A pseudoterminal, and the command that runs there.

    @param arguments: those of C{hichat}.
    @param environment: further variables.
    @ivar shown: all that was written to the terminal, without escape sequences.
    """

    def __init__(self, daemon: Daemon, *arguments: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        os.set_blocking(self._ours, False)
        self._written = b""
        with open(theirs, "r+b", buffering=0) as file:
            given = daemon.environment | {"TERM": "xterm"} | environment
            self.process = forks().start(("hichat", *arguments), daemon.directory, given, file, file, file)

    @property
    def shown(self) -> str:
        """See L{Terminal}."""
        try:
            while more := os.read(self._ours, 65_536):
                self._written += more
        except OSError:  # there is nothing more now, or the command has ended
            pass
        return _ESCAPES.sub("", self._written.decode(errors="replace"))

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    async def shows(self, text: str, behind: str = "") -> None:
        """Wait until a text is shown, behind another one."""
        await until(lambda: text in self.shown.partition(behind)[2] if behind else text in self.shown)

    def close(self) -> None:
        """End the command, if it runs."""
        self.process.kill()
        os.close(self._ours)
