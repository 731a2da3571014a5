"""
The carrier of a service of several hosts: within the host it is the UDP carrier; what a worker here has committed it
also tells the other hosts, by the members' bus (L{hichat.cluster.members}).

A batch for other hosts is always whole, has no acknowledgement, and may be lost: who misses it reads it from the log.
It has the log's epoch, because a host may still have another log. Its layout, integers big-endian::

    first, last   8 + 8   as in a datagram (L{hichat.pipeline.plane.datagram})
    epoch         1 + n   its length and itself
    records               as in a datagram
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred, gatherResults
from zope.interface import implementer

from hichat.core.events import Event
from hichat.core.ports import IBatchReceiver, ICarrier, Piece

UNCOVERED_WATCH = 0.1
"""Seconds between two looks for the log's end while the bus does not carry what the other hosts commit."""

_POSITIONS = struct.Struct("!QQB")


class OtherHosts(Protocol):
    """The members of other hosts, and the bus to them; see L{hichat.cluster.members.Members}."""

    def batch_is(self, body: bytes) -> None:
        """Tell the other hosts of a batch."""


@implementer(ICarrier)
class HostsCarrier:
    """
    @param near: carries batches within the host.
    @param receiver: gets the batches that other hosts have committed.
    @param hosts: the other hosts.
    @param epoch: gives the log's present epoch.
    @param start: starts the bus to the other hosts.
    @param stop: stops it.
    @ivar received: the batches of other hosts that brought something new.
    """

    def __init__(
        self,
        near: ICarrier,
        receiver: IBatchReceiver,
        hosts: OtherHosts,
        epoch: Callable[[], str],
        start: Callable[[], object],
        stop: Callable[[], Deferred[Any]],
    ) -> None:
        self._near = near
        self._receiver = receiver
        self._hosts = hosts
        self._epoch = epoch
        self._start = start
        self._stop = stop
        self._decoder = msgspec.msgpack.Decoder(list[Event])
        self.received = 0

    def start(self) -> None:
        """See L{ICarrier.start}."""
        self._near.start()
        self._start()

    def stop(self) -> Deferred[None] | None:
        """See L{ICarrier.stop}."""
        closed = [each for each in (self._stop(), self._near.stop()) if each is not None]
        return gatherResults(closed).addCallback(lambda _: None)

    def split(self, events: Sequence[Event]) -> Iterable[Piece]:
        """See L{ICarrier.split}."""
        return self._near.split(events)

    def room(self) -> Deferred[None] | None:
        """See L{ICarrier.room}: the other hosts are not waited for."""
        return self._near.room()

    def send(self, piece: Piece) -> None:
        """See L{ICarrier.send}."""
        self._near.send(piece)
        epoch = self._epoch().encode()
        batch = piece.batch
        self._hosts.batch_is(_POSITIONS.pack(batch.first, batch.last, len(epoch)) + epoch + piece.packed)

    def came(self, body: bytes) -> None:
        """
        Another host has committed a batch.

        @raise msgspec.MsgspecError: it cannot be read.
        """
        if len(body) < _POSITIONS.size:
            raise msgspec.DecodeError("it is too short")
        first, last, length = _POSITIONS.unpack_from(body)
        rest = _POSITIONS.size + length
        if body[_POSITIONS.size : rest] != self._epoch().encode():
            # Routing looks for the log's end all the time, and finds out which of the two is right.
            return
        if self._receiver.received(first, last, self._decoder.decode(body[rest:]), True):
            self.received += 1
