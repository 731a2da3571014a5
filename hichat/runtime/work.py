"""
The cost of calls: the processor time of the threads that work for them; and the budgets of users, and of addresses for
calls without a valid token.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from threading import Lock
from time import thread_time
from typing import ParamSpec, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime

from hichat.core.errors import TooManyRequests
from hichat.core.ports import Runner
from hichat.runtime.limits import Buckets, Rate

P = ParamSpec("P")
T = TypeVar("T")

ENTRIES = 10_000
"""Keys that are known at once; of more, the one that was charged longest ago is forgotten."""

ADDRESS_SHARE = 5
"""As much as a user's may an address' be: many people may be behind one."""

MOST_WINDOWS = 2
"""As many times the limit's seconds anybody has to wait, however much a call cost."""


class Meter:
    """
    Of one call.

    @ivar gone: nobody waits for the answer any more.
    """

    __slots__ = ("_charge", "_milliseconds", "gone")

    def __init__(self) -> None:
        self.gone = False
        self._milliseconds = 0.0
        self._charge: Callable[[float], object] | None = None

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """
        Run a function, in whatever thread, and count what it costs.

        @raise CancelledError: it had not begun when the client went away.
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
        The call is over.

        @param charge: called with the milliseconds that the call has cost so far; and then, in any thread, with those
            of its work that is still under way.
        """
        self._charge = charge
        charge(self._milliseconds)


METER: ContextVar[Meter | None] = ContextVar("meter", default=None)
"""Of the call that is worked for: coroutines keep it, the threads' runners look for it."""


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
    How much work each key may ask for. What a call costs is known when it is done: so one is refused while those before
    it have cost too much.

    @param rate: milliseconds of work in so many seconds.
    """

    def __init__(self, rate: Rate, clock: IReactorTime, entries: int = ENTRIES) -> None:
        self._is_off = not rate.attempts
        self._entries = entries
        self._lock = Lock()
        self._buckets: Buckets[int | str] = Buckets(rate, clock.seconds, windows=1 + MOST_WINDOWS)

    def __len__(self) -> int:
        return len(self._buckets)

    def check(self, key: int | str) -> None:
        """
        @param key: empty: this one is not limited.
        @raise TooManyRequests: it has used up what it may.
        """
        excess = self._buckets.excess(key, 0)
        if excess > 0:
            raise TooManyRequests(round(excess + 0.0005, 3))

    def charge(self, key: int | str, milliseconds: float) -> None:
        """Count what a call cost. Any thread may."""
        if not key or self._is_off:
            return
        with self._lock:
            self._buckets.put(key, milliseconds)
            if len(self._buckets) > self._entries:
                self._buckets.forget_oldest()


class Budgets:
    """
    @param rate: of a user.
    @ivar users: by id.
    @ivar addresses: of calls of which no user is known.
    """

    def __init__(self, rate: Rate, clock: IReactorTime) -> None:
        self.users = Budget(rate, clock)
        self.addresses = Budget(rate._replace(attempts=ADDRESS_SHARE * rate.attempts), clock)
