"""
The cost of calls: the processor time of the threads that work for them; and the budgets of users, and of addresses for
calls without a valid token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from threading import Lock
from time import thread_time
from typing import ParamSpec, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime

from hichat.core.errors import TooManyRequests
from hichat.core.ports import INeighbours, Runner
from hichat.runtime.limits import Buckets, Rate
from hichat.runtime.neighbours import ALONE, SharedCounts

P = ParamSpec("P")
T = TypeVar("T")

KEYS_LIMIT = 10_000
"""The most keys with a count. Beyond it the key that was charged longest ago is forgotten."""

ADDRESS_SHARE = 5
"""An address has so many times the budget of a user: many people may share an address."""

MOST_WINDOWS = 2
"""A caller waits at most so many times the limit's seconds, however much a call has cost."""


class Meter:
    """
    Measures the processor time of one call.

    @ivar gone: whether the client has gone, so that further work for the call is of no use.
    """

    __slots__ = ("_charge", "_milliseconds", "gone")

    def __init__(self) -> None:
        self.gone = False
        self._milliseconds = 0.0
        self._charge: Callable[[float], object] | None = None

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """
        Run a function, in any thread, and count the processor time of that thread.

        @raise CancelledError: the client has gone before this was called.
        """
        if self.gone:
            raise CancelledError
        began = thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent = (thread_time() - began) * 1000
            if self._charge is None:
                self._milliseconds += spent
            else:
                self._charge(spent)

    def settle(self, charge: Callable[[float], object]) -> None:
        """
        The call is over: charge its cost.

        @param charge: called with the milliseconds that the call has cost so far; and later, in any thread, with those
            of work that is still under way.
        """
        self._charge = charge
        charge(self._milliseconds)


METER: ContextVar[Meter | None] = ContextVar("meter", default=None)
"""The meter of the current call, if there is one. Coroutines inherit it; L{metered} runners use it."""


def metered(runner: Runner) -> Runner:
    """@return: the runner, with its work counted for the call that asked for it."""

    def run(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        meter = METER.get()
        if meter is None:
            return runner(function, *args, **kwargs)
        return runner(partial(meter.run, function), *args, **kwargs)

    return run


class Budget:
    """
    The budget of work of each key. The cost of a call is known only when it is done: so a call is refused if those
    before it have cost too much.

    @param rate: milliseconds of work in so many seconds.
    @param name: the budget's name: all workers mean the same one by it.
    @param neighbours: the other workers, who add what is charged here.
    @param entries: see L{KEYS_LIMIT}.
    """

    def __init__(
        self,
        rate: Rate,
        clock: IReactorTime,
        name: str,
        neighbours: INeighbours = ALONE,
        entries: int = KEYS_LIMIT,
    ) -> None:
        self._is_off = not rate.attempts
        self._entries = entries
        self._lock = Lock()
        self._buckets: Buckets[int | str] = Buckets(rate, clock.seconds, windows=1 + MOST_WINDOWS)
        self._counts = SharedCounts(neighbours, clock, name, self._charged_elsewhere, dict[int | str, float])

    def __len__(self) -> int:
        return len(self._buckets)

    def check(self, key: int | str) -> None:
        """
        @param key: a user's id or an address; an empty key has no limit.
        @raise TooManyRequests: the key has used up its budget.
        """
        excess = self._buckets.excess(key, 0)
        if excess > 0:
            raise TooManyRequests(round(excess + 0.0005, 3))

    def charge(self, key: int | str, milliseconds: float) -> None:
        """Charge a key with the cost of a call. Any thread may call this."""
        if not key or self._is_off:
            return
        self._counts.count(key, milliseconds)
        self._put(key, milliseconds)

    def _charged_elsewhere(self, counts: Mapping[int | str, float]) -> None:
        for key, milliseconds in counts.items():
            self._put(key, milliseconds)

    def _put(self, key: int | str, milliseconds: float) -> None:
        with self._lock:
            self._buckets.put(key, milliseconds)
            if len(self._buckets) > self._entries:
                self._buckets.forget_oldest()


class Budgets:
    """
    The budgets of work of users and addresses.

    @param rate: the budget of a user.
    @param neighbours: see L{Budget}.
    @ivar users: the budgets of users, by id.
    @ivar addresses: the budgets of addresses, for calls without a valid token.
    """

    def __init__(self, rate: Rate, clock: IReactorTime, neighbours: INeighbours = ALONE) -> None:
        self.users = Budget(rate, clock, "work of users", neighbours)
        of_address = rate._replace(attempts=ADDRESS_SHARE * rate.attempts)
        self.addresses = Budget(of_address, clock, "work of addresses", neighbours)
