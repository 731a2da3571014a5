"""The simulated parts of a machine: threads, their results' way to the reactor, and UDP over the loopback."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

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
