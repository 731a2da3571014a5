"""What has come from the server and was not taken yet, and the gate that makes coroutines wait."""

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
    Makes coroutines wait while it is shut. As a push producer it is shut while a transport has too much to write.
    """

    def __init__(self, shut: bool = False) -> None:
        self.shut = shut
        self._waiting: list[Deferred[None]] = []

    async def passed(self) -> None:
        """Wait until it is open."""
        while self.shut:
            waiting: Deferred[None] = Deferred()
            self._waiting.append(waiting)
            await waiting

    def pauseProducing(self) -> None:
        """Shut it."""
        self.shut = True

    def resumeProducing(self) -> None:
        """Open it."""
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    stopProducing = resumeProducing


class Inbox(Generic[T]):
    """
    A queue with an asynchronous iterator. Each item says up to which position the log is known once it was taken.

    It does not refuse anything: it says by L{full} and L{roomy} when to stop and to go on reading, and by L{overfull}
    that nothing more should be put in.

    @param limit: items.
    @param taken: called after an item was taken.
    @param taker: takes each item as it comes, so that none waits.
    @param arrive: called when somebody waits for an item; what it raises is raised there.
    @ivar position: up to where everything was taken; None: nothing is known.
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
        """Whether reading should stop."""
        return len(self._items) >= self._limit

    @property
    def overfull(self) -> bool:
        """Whether nothing more should be put in, although reading goes on."""
        return len(self._items) >= self._limit * 2

    @property
    def roomy(self) -> bool:
        """Whether reading should go on."""
        return len(self._items) <= self._limit // 2

    def put(self, item: T, position: int | None = None) -> None:
        """
        One more has come.

        @param position: what L{position} becomes when it is taken; None: it has nothing to do with the log.
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
        """Once all that is here now is taken, everything up to this position is."""
        if self._items:
            self._items[-1] = (self._items[-1][0], position)
        else:
            self.position = position

    def end(self, error: Exception | None) -> None:
        """
        No more will come.

        @param error: raised after the last item was taken.
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
