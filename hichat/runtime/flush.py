"""
Sending what a reactor turn has for a connection all at once: one system call a connection, and none to ask the kernel
first whether it may be written.

Twisted's transports write when the reactor finds their socket writable: three system calls more, each turn, for a
socket that nearly always is. So we try at once, and leave to the transport what the kernel does not take. This reads
two buffers that are Twisted's own; a transport that does not have them is written to as usual.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime


class Flushable(Protocol):
    """A connection with something to write."""

    def flush(self) -> None:
        """Write it."""


class Flusher:
    """
    @param clock: whose turns these are.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._waiting: list[Flushable] = []

    def add(self, outbox: Flushable) -> None:
        """Flush this one when the turn ends."""
        if not self._waiting:
            self._clock.callLater(0, self.flush)
        self._waiting.append(outbox)

    def flush(self) -> None:
        """Flush all."""
        waiting, self._waiting = self._waiting, []
        for outbox in waiting:
            outbox.flush()


def sends_at_once(transport: Any) -> bool:
    """@return: whether L{send_at_once} knows this kind of transport: a stream socket's, without TLS."""
    # Not at the top: it takes 0.1 s, and a child process, which imports this, has no transports.
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
    @param transport: one that L{sends_at_once}.
    @return: how many bytes the kernel took. The rest is for the transport, which also handles errors.
    """
    if transport.dataBuffer or transport._tempDataBuffer or not transport.connected or transport._writeDisconnected:
        return 0
    try:
        return int(transport.socket.send(data))
    except OSError:
        return 0
