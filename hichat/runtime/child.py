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
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel, eventAsText, globalLogBeginner
from zope.interface import implementer

from hichat.runtime import signals
from hichat.runtime.flush import send_at_once, sends_at_once

if TYPE_CHECKING:
    # The processes that import this have no connections: TLS, which comes with these, took 0.1 s of their start.
    from twisted.internet.tcp import Connection

AGAIN = 1.0
"""Seconds after which a process that ended is replaced."""

LAST_WORDS = 1.0
"""Seconds that a process has to end by itself when its socket is closed."""

LOOK = 0.01
"""Seconds between two looks whether it has."""

WORDS = 4096
"""Bytes of a line of its standard error; a longer one is several."""

P = TypeVar("P", bound=Protocol)
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


class _Words(Protocol):
    """The daemon's end of the process's standard error."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._rest = b""

    def dataReceived(self, data: bytes) -> None:
        """A piece came."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > WORDS:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._tell(line.decode(errors="replace"))

    def connectionLost(self, reason: Any = None) -> None:
        """There is no more."""
        if self._rest:
            self._tell(self._rest.decode(errors="replace"))


class Process(ABC):
    """
    A process, while there is one. Nothing here waits for it but L{stop}.

    @cvar name: in the log.
    @cvar module: what runs in the process.
    @param setup: its first message.
    @param reactor: of the daemon.
    @param command: what to run instead of the module; for tests.
    """

    name: ClassVar[str]
    module: ClassVar[str]
    _log = Logger()

    def __init__(self, setup: Any, reactor: Any, command: Sequence[str] | None = None) -> None:
        self._setup = setup
        self._reactor = reactor
        self._command = list(command or (sys.executable, "-m", self.module))
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: _Channel | None = None
        self._again: IDelayedCall | None = None

    @abstractmethod
    def heard(self, message: bytes) -> None:
        """It has sent a message."""

    @abstractmethod
    def ended(self, status: int) -> None:
        """
        It has ended, and is gone; what was sent to it may be done or not.

        @param status: its exit status; below 0: of the signal that ended it.
        """

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is none at the moment."""
        return self._process.pid if self._process is not None else None

    @property
    def is_there(self) -> bool:
        """Whether L{send} may be called."""
        return self._channel is not None

    def begin(self) -> None:
        """
        Start the process.

        @raise OSError: there is none.
        """
        self._again = None
        try:
            self._begin()
        except OSError:
            self._end_process()
            raise

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        words, its_words = socket.socketpair()
        with ours, theirs, words, its_words:
            self._process = spawn(self._command, theirs, its_words)
            self._adopt(words, _Words(self._say))
            self._channel = self._adopt(ours, _Channel(self.heard, self._gone))
        self._channel.send(self._setup)

    def _adopt(self, end: socket.socket, protocol: P) -> P:
        end.setblocking(False)
        factory = Factory.forProtocol(lambda: protocol)
        factory.noisy = False
        # The reactor makes file descriptors of its own.
        self._reactor.adoptStreamConnection(end.fileno(), socket.AF_UNIX, factory)
        return protocol

    def _say(self, line: str) -> None:
        self._log.error("{name}: {line}", name=self.name, line=line)

    def send(self, message: Any) -> None:
        """Send it a message."""
        assert self._channel is not None
        self._channel.send(message)

    def kill(self) -> None:
        """End the process in the middle of what it does; L{ended} is called."""
        if self._process is not None:
            self._process.kill()

    def let_go(self) -> None:
        """Let the process end by itself; L{ended} is called."""
        self._close()
        self._wait(round(LAST_WORDS / LOOK))

    def stop(self) -> None:
        """End the process, which has nothing to do any more, and wait for that. May be called again."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        self._close()
        self._end_process(LAST_WORDS)

    def _close(self) -> None:
        if self._channel is not None:
            channel, self._channel = self._channel, None
            # At once: the reactor closes it in a turn of its own.
            with suppress(OSError):
                channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            channel.transport.loseConnection()

    def _end_process(self, patience: float = 0.0) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            # It ends by itself, when it has read the end of the file.
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _gone(self, channel: _Channel) -> None:
        if self._channel is channel:
            self._channel = None
            self._wait(round(LAST_WORDS / LOOK))

    def _wait(self, looks: int) -> None:
        """Until it is gone: what it was doing it may still do. After so many looks it is killed."""
        self._again = None
        if self._process is None:
            return
        status = self._process.poll()
        if status is None:
            if looks == 0:
                self._process.kill()
            self._again = self._reactor.callLater(LOOK, self._wait, looks - 1)
            return
        self._process = None
        self.ended(status)


class Child(Process):
    """Starts a process, and another when it ends."""

    @abstractmethod
    def lost(self) -> None:
        """It has ended by itself; what was sent to it may be done or not."""

    def start(self) -> None:
        """Start the process; if that fails, try again later."""
        try:
            self.begin()
        except OSError as e:
            self._log.error(
                "{name} cannot be started: {cause}; trying again in {pause} s", name=self.name, cause=e, pause=AGAIN
            )
            self._again = self._reactor.callLater(AGAIN, self.start)

    def ended(self, status: int) -> None:
        """See L{Process.ended}."""
        self._log.error(
            "{name} ended ({how}) and is started again in {pause} s", name=self.name, how=describe(status), pause=AGAIN
        )
        self._again = self._reactor.callLater(AGAIN, self.start)
        self.lost()

    def repeat(self, said: Said) -> None:
        """Write to the daemon's log what the process has for it."""
        for level, text, traceback in said:
            self._log.emit(LogLevel.levelWithName(level), "{text}", text=text, traceback=traceback)


def describe(status: int) -> str:
    """@return: how a process ended, in words."""
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def spawn(command: Sequence[str], channel: socket.socket, words: socket.socket) -> subprocess.Popen[bytes]:
    """
    @param channel: is its standard input.
    @param words: is its standard error.
    @return: the process. No signal but KILL reaches it: what a terminal or a service manager sends is for the daemon,
        which then closes the socket.
    """
    with signals.blocked((signal.SIGINT, signal.SIGTERM)):
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=channel.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=words.fileno(),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )


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
        # When the daemon is gone, what was done is done.
        suppress(ConnectionError),
    ):
        serve(Daemon(commands, answers))


def no_threads(*_: object, **__: object) -> Any:
    """Given to a store in place of what runs its queries in threads."""
    raise AssertionError("there are no threads here")
