"""
The queue and the writer: durable events wait here until the carrier has room.

A C{DeferredQueue} stands between the WebSocket side and the UDP side. It cannot overflow:
L{hichat.pipeline.plane.intake.Intake} counts every draft from its acceptance until the writer hands its event to the
carrier, and pauses the senders long before.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import CancelledError, Deferred, DeferredQueue, succeed
from twisted.logger import Logger

from hichat.core.events import Event
from hichat.core.ports import ICarrier
from hichat.pipeline.plane.intake import Intake

DEPTH = 1024
"""The most batches in the queue, each of one event or more; the seed's channel was 1024 messages deep."""


class PlaneWriter:
    """
    Takes batches from the queue and hands them to the carrier, piece by piece.

    @param depth: the most batches in the queue: as many as the most drafts in flight.
    @ivar done: the number of events that were handed to the carrier so far.
    """

    _log = Logger()

    def __init__(self, carrier: ICarrier, intake: Intake, depth: int = DEPTH) -> None:
        self._carrier = carrier
        self._intake = intake
        self._queue: DeferredQueue[Sequence[Event]] = DeferredQueue(size=depth)
        self._pumping: Deferred[None] | None = None
        self._queued = 0
        self.done = 0
        self._idle: list[Deferred[None]] = []

    @property
    def depth(self) -> int:
        """The number of events that wait for the carrier."""
        return self._queued

    def put(self, events: Sequence[Event]) -> None:
        """Queue a durable batch: contiguous, in order."""
        self._queued += len(events)
        try:
            self._queue.put(events)
        except Exception:
            self._queued -= len(events)
            raise

    def start(self) -> None:
        """Begin to write; the carrier has started."""
        self._pumping = Deferred.fromCoroutine(self._pump())

    async def stop(self) -> None:
        """Stop writing at once; the Deferreds of L{idle} fire."""
        if self._pumping is not None:
            self._pumping.cancel()
            await self._pumping
        self._tell_idle()

    def idle(self) -> Deferred[None]:
        """@return: fires when all queued events are handed to the carrier."""
        if not self._queued:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._idle.append(waiter)
        return waiter

    async def _pump(self) -> None:
        try:
            while True:
                await self._room()
                events = await self._queue.get()
                try:
                    await self._write(events)
                except CancelledError:
                    raise
                except Exception:
                    # The events are in the log: routing reads those that do not arrive.
                    self._log.failure("{count} events could not be written to the plane", count=len(events))
                self._queued -= len(events)
                self.done += len(events)
                self._intake.gave(len(events))
                if not self._queued:
                    self._tell_idle()
        except CancelledError:
            pass

    async def _write(self, events: Sequence[Event]) -> None:
        for piece in self._carrier.split(events):
            await self._room()
            self._carrier.send(piece)

    async def _room(self) -> None:
        waiting = self._carrier.room()
        if waiting is not None:
            await waiting

    def _tell_idle(self) -> None:
        waiters, self._idle = self._idle, []
        for waiter in waiters:
            waiter.callback(None)
