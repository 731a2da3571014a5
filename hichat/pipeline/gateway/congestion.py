"""What waits for a client that reads too slowly."""

from __future__ import annotations

from collections import deque

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Congestion:
    """
    A part of a connection: what waits while the buffer of its transport is full. The values of the class do for most
    connections, which never need this.
    """

    _congested = False
    _unsent: deque[bytes] | None = None
    _unsent_size = 0
    _drained: Deferred[None] | None = None

    def _write_out(self, data: bytes) -> None:
        """Write to the transport."""
        raise NotImplementedError

    def _keep(self, data: bytes) -> None:
        if self._unsent is None:
            self._unsent = deque()
        self._unsent.append(data)
        self._unsent_size += len(data)

    def _when_drained(self) -> Deferred[None]:
        """@return: fires when nothing waits, or the connection is gone."""
        if not self._congested:
            return succeed(None)
        if self._drained is None:
            self._drained = Deferred()
        waiter: Deferred[None] = Deferred()
        self._drained.chainDeferred(waiter)
        return waiter

    def _tell_drained(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None:
            drained.callback(None)

    # The methods of IPushProducer, which the transport calls

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self._congested = True

    def resumeProducing(self) -> None:
        """The transport's buffer is empty."""
        self._congested = False
        while self._unsent and not self._congested:
            data = self._unsent.popleft()
            self._unsent_size -= len(data)
            self._write_out(data)
        if not self._congested:
            self._tell_drained()

    def stopProducing(self) -> None:
        """The transport is gone."""
