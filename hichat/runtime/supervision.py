"""
Supervision of child processes: they are started, their output is logged, and they are ended and started again.

The reactor runs them (C{spawnProcess}): it reads their output and hears of their end (C{SIGCHLD}), and nothing here
blocks. If the reactor does not run yet, or not any more, a process still ends by itself: it reads the end of its
standard input.
"""

from __future__ import annotations

import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall, IProcessTransport, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.runtime import signals
from hichat.runtime.processes import LOOK_AT_PROCESS, StoppedLooks

RESTART_PAUSE = 1.0
"""Seconds after which a process that ended is started again; twice as long each time that it ends at once."""

RESTART_PAUSE_LIMIT = 30.0
"""The longest such pause, in seconds."""

STEADY = 5.0
"""A process that has run for so many seconds did not end at once."""

EXIT_TIMEOUT = 1.0
"""Seconds that a process has to end by itself; and then its own children to close the pipes that they inherited."""

STOPPED_LINE = "{name} is stopped (by SIGSTOP, or by a terminal), others may wait for it, and it is killed"
"""The line of the log about a process that somebody has stopped."""

WORDS = 4096
"""The most bytes of an output line; a longer line is logged as several."""


class Pauses:
    """
    The pauses before a process is started again.

    @param longest: the longest, in seconds.
    @param steady: see L{STEADY}.
    """

    def __init__(self, clock: IReactorTime, longest: float, steady: float = STEADY) -> None:
        # Not imported at the top: child processes import this module, too, and would start later.
        from twisted.application.internet import backoffPolicy

        self._clock = clock
        self._steady = steady
        self._policy = backoffPolicy(RESTART_PAUSE, longest, 2.0, jitter=lambda: 0.0)
        self._began = clock.seconds()
        self._attempts = 0

    def begin(self) -> None:
        """The process is started."""
        self._began = self._clock.seconds()

    def next(self) -> float:
        """The process has ended, or could not be started. @return: seconds to wait before the next start."""
        if self._clock.seconds() - self._began >= self._steady:
            self._attempts = 0
        self._attempts += 1
        return self._policy(self._attempts - 1)


class Supervised(ABC):
    """
    A supervised process, while one runs.

    @ivar name: the process's name in the log.
    @cvar exit_timeout: seconds that the process has to end by itself when it is asked to.
    @cvar longest_pause: the most seconds between its end and the next start; None: L{RESTART_PAUSE_LIMIT}.
    @cvar steady: a process that has run for so many seconds did not end at once.
    @cvar longest_line: the most bytes of an output line; a longer line counts as several.
    """

    name: str
    exit_timeout = EXIT_TIMEOUT
    longest_pause: float | None = None
    steady = STEADY
    longest_line = WORDS
    _log = Logger()

    def __init__(self, reactor: Any, command: Sequence[str]) -> None:
        self._reactor = reactor
        self._command = list(command)
        # Listed now, while few files are open.
        self._inheritable = _inheritable()
        self._pauses = Pauses(reactor, self.longest_pause or RESTART_PAUSE_LIMIT, self.steady)
        self._life: _Life | None = None
        self._again: IDelayedCall | None = None
        # The next measure if the process does not end in time.
        self._hurry: IDelayedCall | None = None
        self._until_gone: list[Deferred[None]] = []
        self._is_stopped = False
        self._looks = StoppedLooks()
        self._next_look: IDelayedCall | None = None

    # The methods of each kind of process

    @abstractmethod
    def begin(self) -> None:
        """
        Start the process, by L{spawn}.

        @raise OSError: it cannot be started.
        """

    @abstractmethod
    def ask_to_end(self) -> None:
        """Ask the process to end by itself."""

    @abstractmethod
    def printed(self, line: str) -> None:
        """The process has printed a line, which comes without its line end."""

    @abstractmethod
    def ended(self, status: int) -> None:
        """
        The process has ended, and L{stop} was not called.

        @param status: its exit status; if a signal ended it, the negative number of the signal.
        """

    def is_heard_out(self) -> bool:
        """@return: whether everything was read that the process has sent."""
        return True

    def inherited(self) -> Mapping[str, str]:
        """@return: the environment variables that the process inherits."""
        return os.environ

    # The same for all processes

    @property
    def pid(self) -> int | None:
        """The process's id; None: no process runs at the moment."""
        return self._life.pid if self._life is not None else None

    def start(self) -> None:
        """Start the process; if that fails, try again later."""
        self._again = None
        try:
            self.begin()
        except OSError as e:
            pause = self._pauses.next()
            self._log.error(
                "{name} cannot be started: {cause}; trying again in {pause} s", name=self.name, cause=e, pause=pause
            )
            self._again = self._reactor.callLater(pause, self.start)

    def start_again(self, status: int) -> None:
        """The process has ended: start another one after a pause."""
        pause = self._pauses.next()
        self._log.error(
            "{name} ended ({how}) and is started again in {pause} s", name=self.name, how=describe(status), pause=pause
        )
        self._again = self._reactor.callLater(pause, self.start)

    def spawn(
        self,
        files: Mapping[int, int | str],
        environment: Mapping[str, str] | None = None,
        unheard: Iterable[signal.Signals] = (),
    ) -> None:
        """
        Start the process.

        @param files: see C{childFDs} of C{spawnProcess}.
        @param environment: environment variables beside our own.
        @param unheard: signals that are blocked in the process, beside L{signals.HARMLESS}.
        @raise OSError: it cannot be started.
        """
        more = {**(environment or {}), "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
        self._looks.forget()
        self._life = _Life(self._print, self._exited, self._ended, self.longest_line)
        self._pauses.begin()
        try:
            with signals.blocked(unheard), _only_these_looked_at(self._inheritable):
                self._reactor.spawnProcess(
                    self._life, self._command[0], self._command, {**self.inherited(), **more}, childFDs=dict(files)
                )
        except OSError:
            self._life = None
            raise
        self._next_look = self._reactor.callLater(LOOK_AT_PROCESS, self._look)

    def signal(self, name: str) -> None:
        """
        Send the process a signal, if it runs.

        @param name: the signal's name without C{SIG}.
        """
        if self._life is not None:
            with suppress(ProcessExitedAlready):
                self._life.transport.signalProcess(name)

    def read_output(self, on: bool) -> None:
        """Go on to read what the process prints, or let it wait."""
        if self._life is not None:
            transport: Any = self._life.transport
            if on:
                transport.resumeProducing()
            else:
                transport.pauseProducing()

    def kill(self) -> None:
        """End the process at once, in the middle of its work."""
        self.signal("KILL")

    def let_go(self) -> None:
        """Ask the process to end, and kill it if it does not; L{ended} is called then."""
        if self._life is not None:
            self.ask_to_end()
            self.expect_its_end()

    def stop(self) -> Deferred[None]:
        """
        End the process, and start no other one. May be called again.

        @return: fires when the process is gone. The reactor has to run for that.
        """
        self._is_stopped = True
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._life is None:
            return succeed(None)
        gone: Deferred[None] = Deferred()
        self._until_gone.append(gone)
        self.let_go()
        return gone

    def expect_its_end(self) -> None:
        """Kill the process if it does not end by itself within L{exit_timeout}."""
        if self._hurry is None:
            self._hurry = self._reactor.callLater(self.exit_timeout, self.kill_at_last)

    def kill_at_last(self) -> None:
        """The process was asked to end, and has not: kill it."""
        self.kill()

    def let_go_of_pipes(self) -> None:
        """The process has ended, but its own children may still hold its pipes: close our ends."""
        if self._life is not None:
            self._life.transport.loseConnection()

    def _look(self) -> None:
        """Kill the process if it is stopped: others wait for its answers, or for the store's lock that it may hold."""
        self._next_look = None
        if self._looks.look(self.pid):
            self._log.error(STOPPED_LINE, name=self.name)
            self.kill()
        else:
            self._next_look = self._reactor.callLater(LOOK_AT_PROCESS, self._look)

    def _print(self, line: bytes) -> None:
        self.printed(line.decode(errors="replace"))

    def _exited(self) -> None:
        if self._hurry is not None and self._hurry.active():
            self._hurry.cancel()
        self._hurry = self._reactor.callLater(EXIT_TIMEOUT, self.let_go_of_pipes)

    def _ended(self) -> None:
        self.look_whether_it_is_over()

    def look_whether_it_is_over(self) -> None:
        """Conclude if the process is gone, and everything that it has printed and sent was read."""
        life = self._life
        if life is None or not life.is_over or not self.is_heard_out():
            return
        self._life = None
        if self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None
        if self._hurry is not None and self._hurry.active():
            self._hurry.cancel()
        self._hurry = None
        if not self._is_stopped:
            self.ended(life.status)
        until_gone, self._until_gone = self._until_gone, []
        for gone in until_gone:
            gone.callback(None)


class _Life(ProcessProtocol):
    """
    One run of a process, from its start to its end.

    @ivar status: see L{Supervised.ended}.
    @ivar is_over: whether the process has ended, and all its output was read.
    """

    transport: IProcessTransport

    def __init__(
        self,
        printed: Callable[[bytes], None],
        exited: Callable[[], None],
        ended: Callable[[], None],
        longest_line: int,
    ) -> None:
        self.pid: int | None = None
        self.status = 0
        self.is_over = False
        self._printed = printed
        self._exited = exited
        self._ended = ended
        self._longest_line = longest_line
        # By file descriptor: the beginning of a line whose end has not come yet.
        self._rests: dict[int, bytes] = {}

    def connectionMade(self) -> None:
        """The process has started."""
        self.pid = self.transport.pid

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        """The process has printed bytes."""
        *lines, rest = (self._rests.get(childFD, b"") + data).split(b"\n")
        if len(rest) > self._longest_line:
            lines.append(rest)
            rest = b""
        self._rests[childFD] = rest
        for line in lines:
            self._printed(line)

    def childConnectionLost(self, childFD: int) -> None:
        """An output of the process is closed: print the rest of its last line."""
        rest = self._rests.pop(childFD, b"")
        if rest:
            self._printed(rest)

    def processExited(self, reason: Failure) -> None:
        """The process has ended; its pipes may still be open."""
        status: Any = reason.value
        self.status = -status.signal if status.signal else status.exitCode or 0
        self._exited()

    def processEnded(self, reason: Failure) -> None:
        """The process has ended, and its pipes are closed."""
        self.is_over = True
        self._ended()


def describe(status: int) -> str:
    """@return: how a process ended, in words."""
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _inheritable() -> list[int]:
    """
    @return: the file descriptors that a child would inherit: the standard ones, and those that this process itself was
        given at its start (PEP 446).
    """
    others: list[int] = []
    for file in map(int, os.listdir("/proc/self/fd")):
        # The descriptor of the listing itself is closed already.
        with suppress(OSError):
            if os.get_inheritable(file):
                others.append(file)
    return sorted({0, 1, 2, *others})


@contextmanager
def _only_these_looked_at(files: list[int]) -> Iterator[None]:
    """
    Let C{spawnProcess} check only these file descriptors. It asks the kernel about each open one, to find those that it
    has to close in the new process. That takes 50 ms with 10,000 connections, and there are hardly any.
    """
    # Not imported at the top: see L{Pauses}.
    from twisted.internet import process

    listed = process._listOpenFDs
    process._listOpenFDs = lambda: files
    try:
        yield
    finally:
        process._listOpenFDs = listed
