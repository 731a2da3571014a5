"""
Writes all bytes of a reactor turn for a connection at its end, with one system call.

Twisted's transports write when the reactor finds their socket writable: that takes three further system calls each
turn, for a socket that is nearly always writable. So we try to write at once, and leave the bytes that the kernel does
not take to the transport. This reads two private buffers of Twisted's; a transport without them is written to as usual.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime


class Flushable(Protocol):
    """A connection with bytes to write."""

    def flush(self) -> None:
        """Write them."""


class Flusher:
    """
    Flushes connections at the end of a reactor turn.

    @param clock: the reactor.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._waiting: list[Flushable] = []

    def add(self, outbox: Flushable) -> None:
        """Flush this connection when the turn ends."""
        if not self._waiting:
            self._clock.callLater(0, self.flush)
        self._waiting.append(outbox)

    def flush(self) -> None:
        """Flush all connections that were added in this turn."""
        waiting, self._waiting = self._waiting, []
        for outbox in waiting:
            outbox.flush()


def sends_at_once(transport: Any) -> bool:
    """@return: whether L{send_at_once} knows this kind of transport: a stream socket's, without TLS."""
    # Not imported at the top: it takes 0.1 s, and child processes, which import this module, have no transports.
    from twisted.internet.tcp import Connection

    return (
        isinstance(transport, Connection)
        and not transport.TLS
        and isinstance(getattr(transport, "dataBuffer", None), bytes)
        and isinstance(getattr(transport, "_tempDataBuffer", None), list)
        and hasattr(transport, "_writeDisconnected")
    )


def send_at_once(transport: Any, data: bytes) -> int:
    """
    @param transport: one for which L{sends_at_once} is true.
    @return: the number of bytes that the kernel took. The caller gives the rest to the transport, which also handles
        errors.
    """
    if transport.dataBuffer or transport._tempDataBuffer or not transport.connected or transport._writeDisconnected:
        return 0
    try:
        return int(transport.socket.send(data))
    except OSError:
        return 0
