"""The queue of events that the program has not taken yet, and the gate that makes coroutines wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

T = TypeVar("T")


@implementer(IPushProducer)
class Gate:
    """
    Makes coroutines wait while it is shut. Registered as a transport's push producer, it is shut while the transport
    has too much to write.
    """

    def __init__(self, shut: bool = False) -> None:
        self.shut = shut
        self._waiting: list[Deferred[None]] = []

    async def passed(self) -> None:
        """Wait until the gate is open."""
        while self.shut:
            waiting: Deferred[None] = Deferred()
            self._waiting.append(waiting)
            await waiting

    def pauseProducing(self) -> None:
        """Shut the gate."""
        self.shut = True

    def resumeProducing(self) -> None:
        """Open the gate, and let all waiting coroutines go on."""
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    stopProducing = resumeProducing


class Inbox(Generic[T]):
    """
    A queue with an asynchronous iterator. An item may carry a position: once the program has taken the item, it has
    taken everything in the log up to that position.

    The queue refuses nothing. L{full} and L{roomy} say when to stop reading the connection and when to go on, and
    L{overfull} says that no more items should be put in.

    @param limit: the number of items at which it is full.
    @param taken: called after an item was taken.
    @param taker: if given, called with each item at once; then no item waits in the queue.
    @param arrive: called when a coroutine waits for an item; the coroutine gets its exception.
    @ivar position: the program has taken everything up to this position; None: no position is known yet.
    """

    def __init__(
        self,
        limit: int,
        taken: Callable[[], None],
        position: int | None = None,
        taker: Callable[[T], object] | None = None,
        arrive: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.position = position
        self._taker = taker
        self._arrive = arrive
        self._limit = limit
        self._taken = taken
        self._items: deque[tuple[T, int | None]] = deque()
        self._some = Gate(shut=True)
        self._ended = False
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._items)

    @property
    def full(self) -> bool:
        """Whether to stop reading the connection."""
        return len(self._items) >= self._limit

    @property
    def overfull(self) -> bool:
        """Whether to put no more items in, although the connection is read."""
        return len(self._items) >= self._limit * 2

    @property
    def roomy(self) -> bool:
        """Whether to go on reading the connection."""
        return len(self._items) <= self._limit // 2

    def put(self, item: T, position: int | None = None) -> None:
        """
        Put an item into the queue.

        @param position: L{position} becomes this when the item is taken; None: the item is not in the log.
        """
        if self._taker is not None:
            if position is not None:
                self.position = position
            self._taker(item)
            return
        self._items.append((item, position))
        if self._some.shut:
            self._some.resumeProducing()

    def reach(self, position: int) -> None:
        """Once the items that are in the queue now are taken, everything up to this position is taken."""
        if self._items:
            self._items[-1] = (self._items[-1][0], position)
        else:
            self.position = position

    def start_anew(self, position: int | None) -> None:
        """
        The log is another one behind this position: what waits in the queue from behind it has no place in it.

        @param position: None: the log is another one from its beginning.
        """
        kept = -1 if position is None else position
        self._items = deque((item, at if at is None or at <= kept else None) for item, at in self._items)
        self.position = None if position is None or self.position is None else min(self.position, position)

    def end(self, error: Exception | None) -> None:
        """
        End the queue: no more items come.

        @param error: the iterator raises it after the last item; None: the iterator stops.
        """
        self._ended, self._error = True, error
        self._some.resumeProducing()

    def __aiter__(self) -> Inbox[T]:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._ended:
                raise self._error or StopAsyncIteration
            if self._arrive is not None:
                await self._arrive()
                if self._items or self._ended:
                    continue
            self._some.pauseProducing()
            await self._some.passed()
        item, position = self._items.popleft()
        if position is not None:
            self.position = position
        self._taken()
        return item
