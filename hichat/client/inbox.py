"""Waiting, for coroutines of Twisted: for an item of the queue, and at a gate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from hichat.client.waiting import Latch, Queue

T = TypeVar("T")


async def passed(latch: Latch) -> None:
    """Wait until the latch is open."""
    while latch.shut:
        waiting: Deferred[None] = Deferred()
        latch.call_when_open(partial(waiting.callback, None))
        await waiting


@implementer(IPushProducer)
class Gate(Latch):
    """
    Makes coroutines wait while it is shut. Registered as a transport's push producer, it is shut while the transport
    has too much to write.
    """

    async def passed(self) -> None:
        """Wait until the gate is open."""
        await passed(self)

    def pauseProducing(self) -> None:
        """Shut the gate."""
        self.close()

    def resumeProducing(self) -> None:
        """Open the gate, and let all waiting coroutines go on."""
        self.open()

    stopProducing = resumeProducing


class Inbox(Queue[T], Generic[T]):
    """
    A queue with an asynchronous iterator.

    @param limit: see L{Queue}; as are C{taken}, C{position} and C{taker}.
    @param arrive: called when a coroutine waits for an item; the coroutine gets its exception.
    """

    def __init__(
        self,
        limit: int,
        taken: Callable[[], None],
        position: int | None = None,
        taker: Callable[[T], object] | None = None,
        arrive: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(limit, taken, position, taker)
        self._arrive = arrive

    def __aiter__(self) -> Inbox[T]:
        return self

    async def __anext__(self) -> T:
        while not self and not self.ended:
            if self._arrive is not None:
                await self._arrive()
                if self or self.ended:
                    break
            self.some.close()
            await passed(self.some)
        return self.take()
