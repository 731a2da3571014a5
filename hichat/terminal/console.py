"""Standard input and output, a line at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.client.inbox import Gate
from hichat.client.wire import LineTooLong

OnLine = Callable[[str], Awaitable[None]]
OnEnd = Callable[[Exception | None], None]


class AnyConsole(Protocol):
    """
    Where a user's lines come from, and where lines are shown to the user: L{Console} for pipes and scripts, or
    L{hichat.terminal.prompt.PromptConsole} for a person at a terminal.

    @ivar writable: shut while too much waits to be written.
    """

    writable: Gate

    def open(self, reactor: Any) -> None:
        """Begin to read lines."""

    def show(self, text: str) -> None:
        """
        Write one or several lines.

        @param text: has no control characters of strangers in it; see L{hichat.terminal.lines.harmless}.
        """

    async def close(self) -> None:
        """Write the rest of the output, and close."""


@implementer(IHalfCloseableProtocol)
class Console(LineReceiver):
    """
    Standard input and output. The console reads the next line when the last one is finished.

    @param on_line: called with each line; its coroutine ends when the line is finished.
    @param on_end: called once when the input ends, or the output is closed; with the error, if there was one.
    @ivar writable: shut while too much waits to be written.
    """

    transport: Any = None
    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024

    def __init__(self, on_line: OnLine, on_end: OnEnd) -> None:
        self.writable = Gate()
        self._gone = Gate(shut=True)
        self._on_line = on_line
        self._on_end = on_end
        self._ended = False

    def open(self, reactor: Any) -> None:
        """Connect this to standard input and output."""
        StandardIO(self, reactor=reactor)

    def connectionMade(self) -> None:
        """Register L{writable}, which the transport shuts when the output is slow."""
        self.transport.registerProducer(self.writable, True)

    def lineReceived(self, line: bytes) -> None:
        """Pause reading until the line is finished: a script's further lines wait in its pipe, not here."""
        if self._ended:
            return
        self.pauseProducing()
        work = Deferred.fromCoroutine(self._work(line))
        work.addCallbacks(lambda _: self._ended or self.resumeProducing(), self._failed)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """End the chat: no person types such a line, and no server takes it."""
        self._end(LineTooLong("a line of the input is too long"))

    def readConnectionLost(self) -> None:  # noqa: N802
        """The input ends, perhaps in the middle of a line."""
        if self._ended:
            return
        rest = self.clearLineBuffer()
        work = Deferred.fromCoroutine(self._work(rest) if rest else _nothing())
        work.addCallbacks(lambda _: self._end(None), self._failed)

    def writeConnectionLost(self) -> None:  # noqa: N802
        """The output was closed, as by C{| head}."""
        self.connectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Input and output are closed."""
        self.writable.resumeProducing()
        self._gone.resumeProducing()
        self._end(None)

    def show(self, text: str) -> None:
        """See L{AnyConsole.show}."""
        if self._gone.shut:
            self.transport.write(f"{text}\n".encode(errors="replace"))

    async def close(self) -> None:
        """Write the rest of the output, and close."""
        self._ended = True
        self.transport.unregisterProducer()
        self.transport.loseConnection()
        await self._gone.passed()

    async def _work(self, line: bytes) -> None:
        await self._on_line(line.decode(errors="replace").rstrip("\r"))

    def _failed(self, failure: Failure) -> None:
        self._end(failure.value if isinstance(failure.value, Exception) else RuntimeError(repr(failure.value)))

    def _end(self, error: Exception | None) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(error)


async def _nothing() -> None:
    pass
