"""The workers of a host, without processes: what they tell each other, in one order; each hears it in its own time."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from zope.interface import implementer

from hichat.core.ports import INeighbours

ALL = -1


class Host:
    """
    @ivar workers: those that run, by number.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self.workers: dict[int, Worker] = {}
        self._chance = chance or random.Random(1)

    def join(self, number: int) -> Worker:
        """A worker starts."""
        worker = Worker(self, number)
        for other in self.workers:
            worker.inbox.append((other, "came", b""))
        self.workers[number] = worker
        self.say(number, "came", b"", ALL)
        return worker

    def leave(self, number: int) -> None:
        """A worker dies."""
        del self.workers[number]
        self.say(number, "gone", b"", ALL)

    def say(self, number: int, topic: str, body: bytes, to: int) -> None:
        for other, worker in self.workers.items():
            if to in (ALL, other):
                worker.inbox.append((number, topic, body))

    def hear_one(self) -> bool:
        """One of them hears the next that was said. @return: whether there was something to hear."""
        behind = [worker for worker in self.workers.values() if worker.inbox]
        if behind:
            self._chance.choice(behind).hear()
        return bool(behind)

    def settle(self) -> None:
        """All hear everything."""
        while self.hear_one():
            pass


@implementer(INeighbours)
class Worker:
    """One worker's neighbours."""

    def __init__(self, host: Host, number: int) -> None:
        self.number = number
        self.inbox: deque[tuple[int, str, bytes]] = deque()
        self._host = host
        self._followers: dict[str, tuple[Callable[[int, Any], object], Any, bool]] = {}
        self._came: list[Callable[[int], object]] = []
        self._gone: list[Callable[[int], object]] = []

    def tell(self, topic: str, said: Any, to: int = ALL) -> None:
        if self._host.workers.get(self.number) is self:
            self._host.say(self.number, topic, msgspec.msgpack.encode(said), to)

    def follow(self, topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        assert topic not in self._followers, f"{topic} is followed twice"
        self._followers[topic] = heard, kind, echo

    def follow_workers(self, came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        self._came.append(came)
        self._gone.append(gone)

    def hear(self) -> None:
        number, topic, body = self.inbox.popleft()
        if topic in self._followers:
            heard, kind, echo = self._followers[topic]
            if echo or number != self.number:
                heard(number, msgspec.msgpack.decode(body, type=kind))
        elif number != self.number:
            for call in {"came": self._came, "gone": self._gone}.get(topic, []):
                call(number)
