"""The limit of a user's messages, over all connections together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from hichat.core.ports import INeighbours
from hichat.runtime.limits import Buckets, Rate
from hichat.runtime.neighbours import ALONE, SharedCounts

SHORTEST = 0.05
"""The least seconds that a sender over the limit waits, so that it takes more than one message at a time."""

QUOTA_USERS = 10_000
"""The number of users with a bucket from which on empty buckets are forgotten."""


ANY = 1 << 30
"""The room that stands for no limit."""


class Waiter(Protocol):
    """A session that has more messages than its user may send now. Hashable."""

    @property
    def user(self) -> int:
        """The session's user."""

    def hold(self) -> None:
        """Stop taking messages."""

    def let_go(self) -> None:
        """Go on taking messages; may be held again at once."""


class Quota:
    """
    A message puts a drop into its user's bucket. While the bucket is full the user's connections are not read. No
    message is refused, because clients of v1 get no answer to their messages.

    @param rate: the limit; not L{hichat.runtime.limits.NO_LIMIT}.
    @param clock: times the leak, and wakes the sessions that wait.
    @param neighbours: the other workers, who add what is counted here.
    @param name: the name under which they do.
    @ivar limits: the limits in the form in which the welcome tells them.
    """

    def __init__(
        self, rate: Rate, clock: IReactorTime, neighbours: INeighbours = ALONE, name: str = "messages"
    ) -> None:
        self.limits = {"messages": rate.attempts, "period": rate.seconds}
        self._clock = clock
        self._buckets: Buckets[int] = Buckets(rate, clock.seconds)
        self._prune_at = QUOTA_USERS
        self._waiting: dict[int, dict[Waiter, IDelayedCall]] = {}
        self._lifted = False
        self._counts = SharedCounts(neighbours, clock, name, self._took_elsewhere, dict[int, float])

    @property
    def remembered(self) -> int:
        """The number of users with a bucket."""
        return len(self._buckets)

    def room(self, user: int) -> int:
        """@return: the number of messages that the user may send now."""
        if self._lifted:
            return ANY
        return int(-self._buckets.excess(user, 0) / self._buckets.drop + 1e-6)

    def wait(self, user: int) -> float:
        """@return: the seconds until there is room for one more message of the user's."""
        return max(self._buckets.excess(user, 1), SHORTEST)

    def took(self, user: int, messages: int) -> None:
        """The user has sent so many messages."""
        if not self._lifted:
            self._counts.count(user, messages)
            self._put(user, messages)

    def _took_elsewhere(self, counts: Mapping[int, float]) -> None:
        if not self._lifted:
            for user, messages in counts.items():
                self._put(user, messages)

    def _put(self, user: int, messages: float) -> None:
        self._buckets.put(user, messages)
        if len(self._buckets) > self._prune_at:
            self._buckets.forget_empty()
            self._prune_at = max(QUOTA_USERS, 2 * len(self._buckets))

    def hold(self, waiter: Waiter) -> None:
        """There is no L{room} for this session's messages: it goes on when there is."""
        waiting = self._waiting.setdefault(waiter.user, {})
        # Of several waiting connections of a user, each goes on when there is room for one more message.
        missing = self._buckets.excess(waiter.user, len(waiting) + 1)
        waiting[waiter] = self._clock.callLater(max(missing, SHORTEST), self._go_on, waiter)
        waiter.hold()

    def forget(self, waiter: Waiter) -> None:
        """This session waits no more."""
        self._remove(waiter)

    def lift(self) -> None:
        """Lift the limit: the daemon stops, and messages that were read must not be lost."""
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
