"""How many messages a user may send, over all connections to this worker together."""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from hichat.runtime.limits import Buckets, Rate

SHORTEST = 0.05
"""Seconds that who has sent too much waits at least: then there is more than one message to take."""

ENTRIES = 10_000
"""Users after so many of which those are forgotten who may send as much as ever."""


ANY = 1 << 30
"""More messages than there are."""


class Waiter(Protocol):
    """A session that has more than its user may send now. Hashable."""

    @property
    def user(self) -> int:
        """Whose it is."""

    def hold(self) -> None:
        """Take nothing more for now."""

    def let_go(self) -> None:
        """Go on; may be held again at once."""


class Quota:
    """
    A message puts a drop into its user's bucket. While that is full the user's connections are not read; nothing is
    refused, for clients of v1 are told nothing of what became of their messages.

    @param rate: with a limit.
    @param clock: for the leak, and for those who wait.
    @ivar limits: what clients are told of it.
    """

    def __init__(self, rate: Rate, clock: IReactorTime) -> None:
        self.limits = {"messages": rate.attempts, "period": rate.seconds}
        self._clock = clock
        self._buckets: Buckets[int] = Buckets(rate, clock.seconds)
        self._prune_at = ENTRIES
        self._waiting: dict[int, dict[Waiter, IDelayedCall]] = {}
        self._lifted = False

    @property
    def remembered(self) -> int:
        """Of how many users it is known that they have sent something."""
        return len(self._buckets)

    def room(self, user: int) -> int:
        """@return: how many messages the user may send now."""
        if self._lifted:
            return ANY
        return int(-self._buckets.excess(user, 0) / self._buckets.drop + 1e-6)

    def took(self, user: int, messages: int) -> None:
        """So many of them were sent."""
        if not self._lifted:
            self._buckets.put(user, messages)
            if len(self._buckets) > self._prune_at:
                self._buckets.forget_empty()
                self._prune_at = max(ENTRIES, 2 * len(self._buckets))

    def hold(self, waiter: Waiter) -> None:
        """There is no L{room} for what this one has: it goes on when there is."""
        waiting = self._waiting.setdefault(waiter.user, {})
        # Of several connections of a user each comes when there will be room for it.
        missing = self._buckets.excess(waiter.user, len(waiting) + 1)
        waiting[waiter] = self._clock.callLater(max(missing, SHORTEST), self._go_on, waiter)
        waiter.hold()

    def forget(self, waiter: Waiter) -> None:
        """This one wants nothing any more."""
        self._remove(waiter)

    def lift(self) -> None:
        """Everybody may send as much as there is: the daemon stops, and what was read shall not be lost."""
        self._lifted = True
        self._buckets.clear()
        for waiting in tuple(self._waiting.values()):
            for waiter in tuple(waiting):
                self._go_on(waiter)

    def _go_on(self, waiter: Waiter) -> None:
        self._remove(waiter)
        waiter.let_go()

    def _remove(self, waiter: Waiter) -> None:
        waiting = self._waiting.get(waiter.user, {})
        call = waiting.pop(waiter, None)
        if call is not None:
            if call.active():
                call.cancel()
            if not waiting:
                del self._waiting[waiter.user]
