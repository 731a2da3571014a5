"""
The simulated parts of a machine: threads, their results' way to the reactor, threads that stop in the middle of their
work, and UDP over the loopback.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from greenlet import getcurrent, greenlet
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from hichat.pipeline.plane.udp import KERNEL_COST


class Threads:
    """A L{hichat.core.ports.Runner} whose jobs wait for the scheduler."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Deferred[Any], Callable[[], Any]]] = []

    def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred(lambda _: None)  # cancelling does not stop a thread
        self.jobs.append((done, lambda: function(*args, **kwargs)))
        return done


class Running:
    """A job that a thread has done, before its result has come to the reactor."""

    def __init__(self, job: tuple[Deferred[Any], Callable[[], Any]]) -> None:
        self._done, work = job
        try:
            self._result = work()
        except Exception:
            self._result = Failure()

    def answer(self) -> None:
        """The result comes to the reactor."""
        if not self._done.called:
            self._done.callback(self._result)


class Killed(BaseException):
    """The process of a thread is dead: it does nothing more."""


class Strand:
    """
    A thread that stops in the middle of its work, where it says so itself. It runs only while the scheduler waits for
    it: so one thread runs at any time, and a seed decides what happens.

    @ivar killed: whether its process is dead.
    @ivar until: when the time comes for which it waits.
    @ivar waits_since: since when it waits for a lock; None: it does not.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self.killed = False
        self.until = 0.0
        self.waits_since: float | None = None
        self._work = work
        self._may_go_on: Callable[[], bool] = lambda: True
        self._scheduler = getcurrent()
        self._self = greenlet(self._run)

    @property
    def is_over(self) -> bool:
        """Whether its work is done, or was ended."""
        return self._self.dead

    @property
    def waits(self) -> bool:
        """Whether it cannot go on: it is over, or waits for something that has not happened yet."""
        return self.is_over or not self._may_go_on()

    def go_on(self) -> None:
        """Let it work up to its next pause."""
        self._self.switch()

    def kill(self) -> None:
        """End it where it is."""
        self.killed = True
        if not self.is_over:
            self.go_on()

    def pause(self, until: Callable[[], bool], at: float) -> None:
        """
        Stop. For the thread itself.

        @param until: tells whether it may go on.
        @param at: see C{until}: then it may in any case.
        @raise Killed: its process is dead.
        """
        self._may_go_on, self.until = until, at
        self._scheduler.switch()
        if self.killed:
            raise Killed

    def _run(self) -> None:
        with suppress(Killed):
            if not self.killed:
                self._work()


class Wire:
    """
    The loopback.

    @ivar flying: datagrams under way, each with its destination port.
    @ivar whole: whether it takes every datagram, and keeps the order.
    """

    def __init__(self, chance: random.Random, whole: bool, datagrams: int, port: int) -> None:
        self.flying: list[tuple[bytes, int]] = []
        self.port = port
        self._chance = chance
        self.whole = whole
        self.buffer = datagrams * KERNEL_COST

    def getHost(self) -> Any:  # noqa: N802
        class Address:
            host, port = "127.0.0.1", self.port

        return Address

    def getHandle(self) -> Any:  # noqa: N802
        return self

    def setsockopt(self, *_: int) -> None:
        pass

    def getsockopt(self, *_: int) -> int:
        return self.buffer

    def write(self, data: bytes, address: tuple[str, int]) -> None:
        if self.whole:
            self.flying.append((data, address[1]))
        elif self._chance.random() < 0.05:
            raise OSError(105, "No buffer space available")
        else:
            at = self._chance.randint(max(0, len(self.flying) - 2), len(self.flying))
            self.flying.insert(at, (data, address[1]))

    def forge(self, old: list[bytes]) -> None:
        """An attacker sends a datagram, perhaps a copy of an old one."""
        self.flying.append((self._chance.choice([*old[-20:], b"hello", self._chance.randbytes(200)]), self.port))
