"""
Child processes that work for the daemon.

An interpreter does one thing at a time, and the daemon's runs the reactor. Work that takes more than moments is done in
a child process, which may have a core of its own. The two talk over a socket, see L{hichat.runtime.channel}. The
daemon's first message is the setup; when the daemon closes the socket, the process ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any, ClassVar, TypeVar

import msgspec
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel, eventAsText, globalLogBeginner
from zope.interface import implementer

from hichat.runtime.channel import LENGTH_SIZE, Debt, ProcessChannel, adopt, framed
from hichat.runtime.supervision import Supervised

ANSWER_DEADLINE = 60.0
"""Seconds that a process has for an answer; enough for a busy machine with a slow store."""

S = TypeVar("S", bound=msgspec.Struct)

Said = list[tuple[str, str, str]]
"""Lines of a process for the daemon's log: levels, texts and tracebacks."""


# The daemon's side


class ChildProcess(Supervised):
    """
    A child process, while one runs, as the daemon sees it.

    @cvar module: the module that runs in the process.
    @cvar answers_setup: whether the process answers the setup.
    @cvar prints: whether its standard output is read as its error output is; else it goes nowhere.
    @cvar longest_message: the most bytes of a message of the process; None: it is trusted.
    @param setup: the first message to the process.
    @param reactor: the daemon's.
    @param command: a command to run instead of the module; for tests.
    @param deadline: seconds to answer, after which the process is killed.
    """

    module: ClassVar[str]
    answers_setup: ClassVar[bool] = False
    prints: ClassVar[bool] = False
    longest_message: ClassVar[int | None] = None

    def __init__(
        self, setup: Any, reactor: Any, command: Sequence[str] | None = None, deadline: float = ANSWER_DEADLINE
    ) -> None:
        super().__init__(reactor, command or (sys.executable, "-m", self.module))
        self._setup = setup
        self._deadline = deadline
        self._channel: ProcessChannel | None = None
        self._debt = Debt(reactor, deadline, self._kill_the_late)

    @abstractmethod
    def heard(self, message: bytes) -> None:
        """The process has sent a message."""

    def is_at_work(self) -> bool:
        """@return: whether the process, which has not answered in time, has as long once more."""
        return False

    def overdue(self) -> None:
        """The process has not answered in time, and is killed now. L{ended} is called later."""

    @property
    def is_there(self) -> bool:
        """Whether the process runs, so that L{ask} may be called."""
        return self._channel is not None

    def begin(self) -> None:
        """
        Start the process.

        @raise OSError: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs, open(os.devnull, "wb") as nothing:
            channel = ProcessChannel(self._heard, self._lost, self.longest_message)
            adopt(self._reactor, ours, channel)
            files: dict[int, int | str] = {0: theirs.fileno(), 1: "r" if self.prints else nothing.fileno(), 2: "r"}
            try:
                # The process ignores SIGINT and SIGTERM: a terminal or a service manager sends them to the daemon, too,
                # which then closes the socket.
                self.spawn(files, unheard=(signal.SIGINT, signal.SIGTERM))
            except OSError:
                channel.transport.abortConnection()
                raise
        self._channel = channel
        self._debt.forget()
        if self.answers_setup:
            self.ask(self._setup)
        else:
            channel.send(self._setup)

    def printed(self, line: str) -> None:
        """See L{Supervised.printed}."""
        self._log.error("{name}: {line}", name=self.name, line=line)

    def ask(self, message: Any) -> None:
        """Send a message, which the process answers with one."""
        assert self._channel is not None
        self._debt.asked()
        self._channel.send(message)

    def _heard(self, message: bytes) -> None:
        self._debt.answered()
        self.heard(message)

    def _kill_the_late(self) -> bool:
        if self.pid is None:
            return False
        if self.is_at_work():
            return True
        self._log.error(
            "{name} has not answered within {seconds} s, and is killed", name=self.name, seconds=self._deadline
        )
        self.overdue()
        self.kill()
        return False

    def ask_to_end(self) -> None:
        """Close the socket: see L{Supervised.ask_to_end}."""
        self._debt.forget()
        if self._channel is not None:
            channel, self._channel = self._channel, None
            # The reactor would close it in a later turn only.
            with suppress(OSError):
                channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            channel.transport.loseConnection()

    def let_go_of_pipes(self) -> None:
        """See L{Supervised.let_go_of_pipes}: the socket counts as a pipe."""
        self.ask_to_end()
        super().let_go_of_pipes()
        self.look_whether_it_is_over()

    def is_heard_out(self) -> bool:
        """See L{Supervised.is_heard_out}."""
        return self._channel is None

    def _lost(self, channel: ProcessChannel) -> None:
        if self._channel is not channel:
            return
        self._channel = None
        self._debt.forget()
        # The process may still be at work.
        self.expect_its_end()
        self.look_whether_it_is_over()


class RestartedChild(ChildProcess):
    """A process that is started again when it ends."""

    @abstractmethod
    def lost(self) -> None:
        """The process has ended by itself. Work that it was asked for may be done or not."""

    def ended(self, status: int) -> None:
        """See L{Supervised.ended}."""
        self.start_again(status)
        self.lost()


def repeat(log: Logger, said: Said) -> None:
    """Write a process's lines to the daemon's log."""
    for level, text, traceback in said:
        log.emit(LogLevel.levelWithName(level), "{text}", text=text, traceback=traceback)


# The process's side


class Daemon:
    """
    The daemon, as a child process sees it.

    @param commands: the socket, for reading.
    @param end: the socket.
    """

    def __init__(self, commands: IO[bytes], end: socket.socket) -> None:
        self._commands = commands
        self.end = end

    def read(self) -> bytes | None:
        """@return: the daemon's next message; None: it has closed the socket, or is dead."""
        try:
            prefix = self._commands.read(LENGTH_SIZE)
            size = int.from_bytes(prefix, "big")
            message = self._commands.read(size) if len(prefix) == LENGTH_SIZE else b""
        except ConnectionError:
            return None
        return message if message and len(message) == size else None

    def read_setup(self, kind: type[S]) -> S | None:
        """@return: the daemon's first message, the setup; None: see L{read}."""
        message = self.read()
        return None if message is None else msgspec.msgpack.decode(message, type=kind)

    def tell(self, message: Any) -> None:
        """
        Send the daemon a message.

        @raise ConnectionError: the daemon is gone.
        """
        self.end.sendall(framed(message))


def collect_log() -> Said:
    """@return: a list to which all events are added that this process logs from now on."""
    said: Said = []

    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        failure = event.get("log_failure")
        text = eventAsText(event, includeTraceback=False, includeTimestamp=False)
        said.append((event["log_level"].name, text, failure.getTraceback() if failure else ""))

    globalLogBeginner.beginLoggingTo([observe], redirectStandardIO=False, discardBuffer=True)
    return said


def run(serve: Callable[[Daemon], None]) -> None:
    """
    Run a child process; its socket is the standard input.

    @param serve: called with the daemon; returns when the daemon has closed the socket.
    """
    with (
        socket.socket(fileno=os.dup(0)) as end,
        end.makefile("rb") as commands,
        # When the daemon is gone, an answer cannot be sent.
        suppress(ConnectionError),
    ):
        serve(Daemon(commands, end))


def no_threads(*_: object, **__: object) -> Any:
    """The runner of a store in a child process, which must not use threads."""
    raise AssertionError("there are no threads here")
