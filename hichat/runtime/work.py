"""
What calls cost: the processor time of the threads that work for them; and how much of it each user may ask for, or each
address from which nobody who is known calls.
"""

from __future__ import annotations

from collections import OrderedDict
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
from hichat.runtime.limits import Rate

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
    """@return: it, so that what it runs counts for the call that asked for it."""

    def run(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        meter = METER.get()
        if meter is None:
            return runner(function, *args, **kwargs)
        return runner(partial(meter.run, function), *args, **kwargs)

    return run


class Budget:
    """
    A bucket for each key, which leaks. What a call costs is known when it is done: so one is refused while those before
    it have cost too much.

    @param rate: milliseconds of work in so many seconds.
    """

    def __init__(self, rate: Rate, clock: IReactorTime, entries: int = ENTRIES) -> None:
        self._rate = rate
        self._clock = clock
        self._entries = entries
        self._lock = Lock()
        # By key: when the bucket will be empty. In the order of the last charges.
        self._empty_at: OrderedDict[int | str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._empty_at)

    def check(self, key: int | str) -> None:
        """
        @param key: empty: this one is not limited.
        @raise TooManyRequests: it has used up what it may.
        """
        empty_at = self._empty_at.get(key)
        if empty_at is not None:
            excess = empty_at - self._clock.seconds() - self._rate.seconds
            if excess > 0:
                raise TooManyRequests(round(excess + 0.0005, 3))

    def charge(self, key: int | str, milliseconds: float) -> None:
        """Count what a call cost. Any thread may."""
        if not key or not self._rate.attempts:
            return
        now = self._clock.seconds()
        more = milliseconds * self._rate.seconds / self._rate.attempts
        with self._lock:
            empty_at = max(self._empty_at.get(key, 0), now) + more
            self._empty_at[key] = min(empty_at, now + (1 + MOST_WINDOWS) * self._rate.seconds)
            self._empty_at.move_to_end(key)
            if len(self._empty_at) > self._entries:
                self._empty_at.popitem(last=False)


class Budgets:
    """
    @param rate: of a user.
    @ivar users: by id.
    @ivar addresses: of calls of which no user is known.
    """

    def __init__(self, rate: Rate, clock: IReactorTime) -> None:
        self.users = Budget(rate, clock)
        self.addresses = Budget(rate._replace(attempts=ADDRESS_SHARE * rate.attempts), clock)
