"""Places that many owners use, of which nobody has more than a share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from twisted.internet.defer import DeferredSemaphore


class Shares:
    """
    @param places: how many there are.
    @param share: the most of one owner.
    """

    def __init__(self, places: int, share: int) -> None:
        self._places = DeferredSemaphore(places)
        self._share = share
        self._owners: dict[int, _OwnShare] = {}

    @asynccontextmanager
    async def place(self, owner: int) -> AsyncIterator[None]:
        """Have a place for a while. Who finds none waits in turn; an owner's turns are behind each other."""
        own = self._owners.setdefault(owner, _OwnShare(self._share))
        own.users += 1
        try:
            async with own.turns, self._places:
                yield
        finally:
            own.users -= 1
            if not own.users:
                del self._owners[owner]


class _OwnShare:
    def __init__(self, share: int) -> None:
        self.turns = DeferredSemaphore(share)
        self.users = 0
