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
from typing import IO, Any, ClassVar

import msgspec
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.tcp import Connection
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel, eventAsText, globalLogBeginner
from zope.interface import implementer

from hichat.flush import send_at_once, sends_at_once

AGAIN = 1.0
"""Seconds after which a process that ended is replaced."""

LAST_WORDS = 1.0
"""Seconds that a process has to end by itself when its socket is closed."""

Said = list[tuple[str, str]]
"""What a process has for the daemon's log: levels and texts."""

_encode = msgspec.msgpack.Encoder().encode
_PREFIX = 4


# The daemon's side


class _Channel(Protocol):
    """The daemon's end of the socket. A message may be megabytes: its pieces are joined once."""

    transport: Connection

    def __init__(self, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
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
        self._lost()


class Child(ABC):
    """
    Starts a process, and another when it ends.

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
    def lost(self) -> None:
        """It has ended by itself; what was sent to it may be done or not."""

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is none at the moment."""
        return self._process.pid if self._process is not None else None

    @property
    def is_there(self) -> bool:
        """Whether L{send} may be called."""
        return self._channel is not None

    def start(self) -> None:
        """Start the process; if that fails, try again later."""
        self._again = None
        try:
            self._start()
        except OSError as e:
            self._log.error(
                "{name} cannot be started: {cause}; trying again in {pause} s", name=self.name, cause=e, pause=AGAIN
            )
            self._end_process()
            self._again = self._reactor.callLater(AGAIN, self.start)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = spawn(self._command, theirs)
            ours.setblocking(False)
            factory = Factory.forProtocol(lambda: _Channel(self.heard, self._gone))
            factory.noisy = False
            # The reactor makes file descriptors of its own.
            transport = self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, factory)
        self._channel = transport.protocol
        self._channel.send(self._setup)

    def send(self, message: Any) -> None:
        """Send it a message."""
        assert self._channel is not None
        self._channel.send(message)

    def stop(self) -> None:
        """End the process, which has nothing to do any more. May be called again."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._channel is not None:
            channel, self._channel = self._channel, None
            # At once: the reactor closes it in a turn of its own.
            with suppress(OSError):
                channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            channel.transport.loseConnection()
        self._end_process(LAST_WORDS)

    def _end_process(self, patience: float = 0.0) -> str:
        """@return: how it ended, and what it said last."""
        process, self._process = self._process, None
        if process is None:
            return ""
        try:
            # It ends by itself, when it has read the end of the file.
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stderr is not None
        with process.stderr:
            said = process.stderr.read().decode(errors="replace").strip()
        status = process.returncode
        return (f"signal {-status}" if status < 0 else f"exit status {status}") + (f": {said}" if said else "")

    def _gone(self) -> None:
        if self._channel is None:
            return
        self._channel = None
        how = self._end_process(LAST_WORDS)
        self._log.error("{name} ended ({how}) and is started again in {pause} s", name=self.name, how=how, pause=AGAIN)
        self._again = self._reactor.callLater(AGAIN, self.start)
        self.lost()

    def repeat(self, said: Said) -> None:
        """Write to the daemon's log what the process has for it."""
        for level, text in said:
            self._log.emit(LogLevel.levelWithName(level), "{text}", text=text)


def spawn(command: Sequence[str], channel: socket.socket) -> subprocess.Popen[bytes]:
    """
    @return: the process, with the socket as its standard input; what it says on its way out can be read. No signal but
        KILL reaches it: what a terminal or a service manager sends is for the daemon, which then closes the socket.
    """
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=channel.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


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
        said.append((event["log_level"].name, eventAsText(event, includeTimestamp=False)))

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
