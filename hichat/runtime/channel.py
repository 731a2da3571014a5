"""
A Unix socket between two processes of a host: a daemon and a process that works for it, or a worker and its supervisor.
This is an end that a reactor reads. Each message is its length, 4 bytes big-endian, and MessagePack.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory, Protocol

from hichat.runtime.flush import send_at_once, sends_at_once

if TYPE_CHECKING:
    # The processes that import this have no connections: TLS, which comes with these, took 0.1 s of their start.
    from twisted.internet.tcp import Connection

LENGTH_SIZE = 4
"""The number of bytes of a message's length."""

_encode = msgspec.msgpack.Encoder().encode


def framed(message: Any) -> bytes:
    """@return: the message, as it travels."""
    encoded = _encode(message)
    return len(encoded).to_bytes(LENGTH_SIZE, "big") + encoded


class ProcessChannel(Protocol):
    """
    This process's end of the socket. A message may be megabytes: its pieces are joined once.

    @param heard: called with each message.
    @param lost: called with this channel, when the other end is gone.
    @param longest: the most bytes of a message; at a longer one the connection ends. None: the other end is trusted.
    """

    transport: Connection

    def __init__(
        self, heard: Callable[[bytes], None], lost: Callable[[ProcessChannel], None], longest: int | None = None
    ) -> None:
        self._heard = heard
        self._lost = lost
        self._longest = longest
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = LENGTH_SIZE

    def connectionMade(self) -> None:
        """The socket is ready."""
        self._at_once = sends_at_once(self.transport)

    def send(self, message: Any) -> None:
        """Send a message at once, and not in the reactor's next turn: somebody waits for it, or for its answer."""
        self.send_framed(framed(message))

    def send_framed(self, data: bytes) -> None:
        """Send a message that is framed already."""
        sent = send_at_once(self.transport, data) if self._at_once else 0
        if sent < len(data):
            self.transport.write(data[sent:])

    def dataReceived(self, data: bytes) -> None:
        """A piece came."""
        self._pieces.append(data)
        self._size += len(data)
        while self._size >= self._wanted:
            data = b"".join(self._pieces)
            self._wanted = LENGTH_SIZE + int.from_bytes(data[:LENGTH_SIZE], "big")
            message, rest = data[LENGTH_SIZE : self._wanted], data[self._wanted :]
            if len(data) < self._wanted:
                if self._longest is not None and self._wanted > self._longest:
                    self.transport.abortConnection()
                self._pieces = [data]
                return
            self._pieces, self._size, self._wanted = [rest], len(rest), LENGTH_SIZE
            self._heard(message)

    def connectionLost(self, reason: Any = None) -> None:
        """The other process is gone."""
        self._lost(self)


def factory_of(channel: ProcessChannel) -> Factory[ProcessChannel]:
    """@return: a factory that gives this channel to a connection, and logs nothing."""
    factory = Factory.forProtocol(lambda: channel)
    factory.noisy = False
    return factory


def adopt(reactor: Any, end: socket.socket, channel: ProcessChannel) -> None:
    """
    Let a channel have one end of a socket pair.

    @param end: the caller closes it: the reactor makes a file descriptor of its own.
    """
    end.setblocking(False)
    reactor.adoptStreamConnection(end.fileno(), socket.AF_UNIX, factory_of(channel))


class Debt:
    """
    The answers that a process owes, and the deadline of the next one.

    @param clock: the reactor.
    @param deadline: seconds that it has for each.
    @param overdue: called when the next answer has not come in time; returns whether the process has as long once more.
    """

    def __init__(self, clock: IReactorTime, deadline: float, overdue: Callable[[], bool]) -> None:
        self._clock = clock
        self._deadline = deadline
        self._overdue = overdue
        self._owed = 0
        self._since = 0.0
        self._look: IDelayedCall | None = None

    def asked(self) -> None:
        """It owes one answer more."""
        if not self._owed:
            self._since = self._clock.seconds()
            if self._look is None:
                self._look = self._clock.callLater(self._deadline, self._look_at_it)
        self._owed += 1

    def answered(self) -> None:
        """One of them has come."""
        self._owed -= self._owed > 0
        self._since = self._clock.seconds()

    def forget(self) -> None:
        """It owes nothing any more."""
        self._owed = 0
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_at_it(self, is_read: bool = False) -> None:
        # One call checks the time now and then: a delayed call for each message would cost some microseconds each.
        self._look = None
        if not self._owed:
            return
        left = self._since + self._deadline - self._clock.seconds()
        if left <= 0 and not is_read:
            # This process may have been stopped for that long. The reactor reads the answers before the next turn.
            self._look = self._clock.callLater(0, self._look_at_it, True)
            return
        if left <= 0 and self._overdue():
            left = self._deadline
        if left > 0:
            self._look = self._clock.callLater(left, self._look_at_it)
