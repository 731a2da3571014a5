"""Asks a person at the terminal for one line, while the reactor runs."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure


class OneLine(LineReceiver):
    """
    Takes one line.

    @ivar given: fires with the line, without its end; empty if the input ends, or the line is too long.
    """

    delimiter = b"\n"
    MAX_LENGTH = 1024

    def __init__(self) -> None:
        self.given: Deferred[str] = Deferred()

    def lineReceived(self, line: bytes) -> None:
        """The line has come."""
        self._give(line.decode("utf-8", "replace").strip())
        assert self.transport is not None
        self.transport.loseConnection()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The input has ended."""
        self._give("")

    def _give(self, line: str) -> None:
        if not self.given.called:
            self.given.callback(line)


def ask_line(reactor: Any) -> Deferred[str]:
    """@return: see L{OneLine.given}."""
    asking = OneLine()
    # Copies: what it closes afterwards is not what the rest of the program reads.
    open_terminal: Any = StandardIO
    open_terminal(asking, stdin=os.dup(0), stdout=os.dup(1), reactor=reactor)
    return asking.given
