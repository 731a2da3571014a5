"""The queue of items that the program has not taken yet, and the latch at which callers wait. No I/O here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latch:
    """
    Callers wait while it is shut.

    @ivar shut: whether it is shut.
    """

    def __init__(self, shut: bool = False) -> None:
        self.shut = shut
        self._waiting: list[Callable[[], object]] = []

    def call_when_open(self, call: Callable[[], object]) -> None:
        """Call this once, when the latch is opened the next time. Whether it is still open then, the caller looks."""
        self._waiting.append(call)

    def forget(self, call: Callable[[], object]) -> None:
        """Do not call this, if it was not called yet."""
        if call in self._waiting:
            self._waiting.remove(call)

    def close(self) -> None:
        """Shut it."""
        self.shut = True

    def open(self) -> None:
        """Open it, and let all go on who wait."""
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()


class Queue(Generic[T]):
    """
    A queue of items. An item may carry a position: once the program has taken the item, it has taken everything in the
    log up to that position.

    The queue refuses nothing. L{full} and L{roomy} say when to stop reading the connection and when to go on, and
    L{overfull} says that no more items should be put in.

    @param limit: the number of items at which it is full.
    @param taken: called after an item was taken.
    @param taker: if given, called with each item at once; then no item waits in the queue.
    @ivar position: the program has taken everything up to this position; None: no position is known yet.
    @ivar some: shut while somebody waits for an item, and there is none.
    @ivar ended: whether no more items come.
    """

    def __init__(
        self,
        limit: int,
        taken: Callable[[], None],
        position: int | None = None,
        taker: Callable[[T], object] | None = None,
    ) -> None:
        self.position = position
        self.some = Latch(shut=True)
        self.ended = False
        self._taker = taker
        self._limit = limit
        self._taken = taken
        self._items: deque[tuple[T, int | None]] = deque()
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
        if self.some.shut:
            self.some.open()

    def take(self) -> T:
        """
        @return: the first item.
        @raise StopAsyncIteration: the queue has ended, without an error.
        @raise Exception: the error with which it has ended.
        @raise IndexError: there is no item; see L{some}.
        """
        if self.ended and not self._items:
            raise self._error or StopAsyncIteration
        item, position = self._items.popleft()
        if position is not None:
            self.position = position
        self._taken()
        return item

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

        @param error: L{take} raises it after the last item; None: it stops.
        """
        self.ended, self._error = True, error
        self.some.open()
