"""
A process that works for the daemon.

An interpreter does one thing at a time, and the daemon's has its reactor. What takes more than moments, and could take
a core of its own, is done in a process beside it, over a socket. Each message is its length, 4 bytes big-endian, and
MessagePack. The daemon's first one tells the process what it needs to know; at the end of the file the process stops.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import ILogObserver, LogEvent, LogLevel, eventAsText, globalLogBeginner
from zope.interface import implementer

from hichat.runtime.flush import send_at_once, sends_at_once
from hichat.runtime.supervision import Supervised

if TYPE_CHECKING:
    # The processes that import this have no connections: TLS, which comes with these, took 0.1 s of their start.
    from twisted.internet.tcp import Connection

ANSWER_DEADLINE = 60.0
"""Seconds that a process has for an answer: on a machine that has much else to do, and with a store that is slow."""

S = TypeVar("S", bound=msgspec.Struct)

Said = list[tuple[str, str, str]]
"""What a process has for the daemon's log: levels, texts and tracebacks."""

_encode = msgspec.msgpack.Encoder().encode
_PREFIX = 4


# The daemon's side


class _Channel(Protocol):
    """The daemon's end of the socket. A message may be megabytes: its pieces are joined once."""

    transport: Connection

    def __init__(self, heard: Callable[[bytes], None], lost: Callable[[_Channel], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = _PREFIX

    def connectionMade(self) -> None:
        """The process has the other end."""
        self._at_once = sends_at_once(self.transport)

    def send(self, message: Any) -> None:
        """Send a message: it is waited for, and so does not wait for the reactor's next turn."""
        encoded = _encode(message)
        data = len(encoded).to_bytes(_PREFIX, "big") + encoded
        sent = send_at_once(self.transport, data) if self._at_once else 0
        if sent < len(data):
            self.transport.write(data[sent:])

    def dataReceived(self, data: bytes) -> None:
        """A piece came."""
        self._pieces.append(data)
        self._size += len(data)
        while self._size >= self._wanted:
            data = b"".join(self._pieces)
            self._wanted = _PREFIX + int.from_bytes(data[:_PREFIX], "big")
            message, rest = data[_PREFIX : self._wanted], data[self._wanted :]
            if len(data) < self._wanted:
                self._pieces = [data]
                return
            self._pieces, self._size, self._wanted = [rest], len(rest), _PREFIX
            self._heard(message)

    def connectionLost(self, reason: Any = None) -> None:
        """The process is gone."""
        self._lost(self)


class Process(Supervised):
    """
    A process, while there is one.

    @cvar module: what runs in the process.
    @cvar answers_setup: whether its first message is the answer to its setup.
    @param setup: its first message.
    @param reactor: of the daemon.
    @param command: what to run instead of the module; for tests.
    @param deadline: seconds that it has to answer, or it is killed.
    """

    module: ClassVar[str]
    answers_setup: ClassVar[bool] = False

    def __init__(
        self, setup: Any, reactor: Any, command: Sequence[str] | None = None, deadline: float = ANSWER_DEADLINE
    ) -> None:
        super().__init__(reactor, command or (sys.executable, "-m", self.module))
        self._setup = setup
        self._deadline = deadline
        self._channel: _Channel | None = None
        # How many answers it owes, since when the next one, and what looks whether that is too long.
        self._owed = 0
        self._owed_since = 0.0
        self._look: IDelayedCall | None = None

    @abstractmethod
    def heard(self, message: bytes) -> None:
        """It has sent a message."""

    def overdue(self) -> None:
        """It has not answered in time, and is killed; L{ended} is called."""

    @property
    def is_there(self) -> bool:
        """Whether L{ask} may be called."""
        return self._channel is not None

    def begin(self) -> None:
        """
        Start the process.

        @raise OSError: there is none.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs, open(os.devnull, "wb") as nothing:
            channel = self._adopt(ours)
            files: dict[int, int | str] = {0: theirs.fileno(), 1: nothing.fileno(), 2: "r"}
            try:
                # No signal but KILL reaches it: what a terminal or a service manager sends is for the daemon, which
                # then closes the socket.
                self.spawn(files, unheard=(signal.SIGINT, signal.SIGTERM))
            except OSError:
                channel.transport.abortConnection()
                raise
        self._channel = channel
        self._owed = 0
        if self.answers_setup:
            self.ask(self._setup)
        else:
            channel.send(self._setup)

    def _adopt(self, end: socket.socket) -> _Channel:
        end.setblocking(False)
        channel = _Channel(self._heard, self._lost)
        factory = Factory.forProtocol(lambda: channel)
        factory.noisy = False
        # The reactor makes a file descriptor of its own.
        self._reactor.adoptStreamConnection(end.fileno(), socket.AF_UNIX, factory)
        return channel

    def printed(self, line: str) -> None:
        """See L{Supervised.printed}."""
        self._log.error("{name}: {line}", name=self.name, line=line)

    def ask(self, message: Any) -> None:
        """Send it a message, which it answers with one."""
        assert self._channel is not None
        if not self._owed:
            self._owed_since = self._reactor.seconds()
            if self._look is None:
                self._look = self._reactor.callLater(self._deadline, self._look_whether_it_answers)
        self._owed += 1
        self._channel.send(message)

    def _heard(self, message: bytes) -> None:
        self._owed -= self._owed > 0
        self._owed_since = self._reactor.seconds()
        self.heard(message)

    def _look_whether_it_answers(self) -> None:
        # One call that looks at the time now and then: one for each message would cost each some microseconds.
        self._look = None
        if not self._owed or self.pid is None:
            return
        left = self._owed_since + self._deadline - self._reactor.seconds()
        if left > 0:
            self._look = self._reactor.callLater(left, self._look_whether_it_answers)
            return
        self._log.error(
            "{name} has not answered within {seconds} s, and is killed", name=self.name, seconds=self._deadline
        )
        self.overdue()
        self.kill()

    def _forget_what_is_owed(self) -> None:
        self._owed = 0
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def ask_to_end(self) -> None:
        """Close the socket: see L{Supervised.ask_to_end}."""
        self._forget_what_is_owed()
        if self._channel is not None:
            channel, self._channel = self._channel, None
            # At once: the reactor closes it in a turn of its own.
            with suppress(OSError):
                channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            channel.transport.loseConnection()

    def let_go_of_pipes(self) -> None:
        """See L{Supervised.let_go_of_pipes}: the socket is one, too."""
        self.ask_to_end()
        super().let_go_of_pipes()
        self.look_whether_it_is_over()

    def is_heard_out(self) -> bool:
        """See L{Supervised.is_heard_out}."""
        return self._channel is None

    def _lost(self, channel: _Channel) -> None:
        if self._channel is not channel:
            return
        self._channel = None
        self._forget_what_is_owed()
        # What it was doing it may still do.
        self.expect_its_end()
        self.look_whether_it_is_over()


class Child(Process):
    """Starts a process, and another when it ends."""

    @abstractmethod
    def lost(self) -> None:
        """The process has ended by itself; work that was sent to it may be done or not."""

    def ended(self, status: int) -> None:
        """See L{Supervised.ended}."""
        self.start_again(status)
        self.lost()

    def repeat(self, said: Said) -> None:
        """Write to the daemon's log what the process has for it."""
        for level, text, traceback in said:
            self._log.emit(LogLevel.levelWithName(level), "{text}", text=text, traceback=traceback)


# The process's side


class Daemon:
    """
    The daemon, as its process sees it.

    @param commands: what it says.
    @param answers: where it listens.
    """

    def __init__(self, commands: IO[bytes], answers: socket.socket) -> None:
        self._commands = commands
        self._answers = answers

    def read(self) -> bytes | None:
        """@return: its next message, or None if there is none: it has closed the socket, or is dead."""
        try:
            prefix = self._commands.read(_PREFIX)
            size = int.from_bytes(prefix, "big")
            message = self._commands.read(size) if len(prefix) == _PREFIX else b""
        except ConnectionError:
            return None
        return message if message and len(message) == size else None

    def read_setup(self, kind: type[S]) -> S | None:
        """@return: its first message, with what this process needs to know, or None if there is none."""
        message = self.read()
        return None if message is None else msgspec.msgpack.decode(message, type=kind)

    def tell(self, message: Any) -> None:
        """
        Send it a message.

        @raise ConnectionError: it is gone.
        """
        answer = _encode(message)
        self._answers.sendall(len(answer).to_bytes(_PREFIX, "big") + answer)


def collect_log() -> Said:
    """@return: where from now on everything comes that this process logs."""
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
    Be the process; its socket is the standard input.

    @param serve: called with the daemon; returns when that has nothing more to say.
    """
    with (
        socket.socket(fileno=os.dup(0)) as answers,
        answers.makefile("rb") as commands,
        # When the daemon is gone nobody needs an answer.
        suppress(ConnectionError),
    ):
        serve(Daemon(commands, answers))


def no_threads(*_: object, **__: object) -> Any:
    """Given to a store in the place of the runner of its queries in threads."""
    raise AssertionError("there are no threads here")
