"""
The reactor's turns: measured, and with less around each event.

Twisted's epoll reactor gives every event of a socket a logging context of its own, which costs more than reading a
small message does. Nothing here logs by that context. So we run the reactor's turn ourselves, on parts of it that are
Twisted's own: a small read costs a third less (C{tests/bench/bench_hot.py}: C{bench_turns}). A reactor of another make
keeps its own turn, and is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from errno import EINTR
from typing import Any

from twisted.internet.epollreactor import EPollReactor


class Turns:
    """
    Stands in for the reactor's C{doIteration}.

    @param tick: is given the seconds that a turn took, without the waiting.
    """

    def __init__(self, reactor: Any, tick: Callable[[float], None]) -> None:
        self._reactor = reactor
        self._poll = reactor._poller.poll
        self._selectables = reactor._selectables
        self._handle = reactor._doReadOrWrite
        self._tick = tick
        self._returned: float | None = None

    @classmethod
    def install(cls, reactor: Any, tick: Callable[[float], None]) -> Turns | None:
        """@return: what runs the turns from now on, or None if this reactor is not such a one."""
        parts = ("_poller", "_selectables", "_doReadOrWrite")
        if not isinstance(reactor, EPollReactor) or not all(hasattr(reactor, part) for part in parts):
            return None
        turns = cls(reactor, tick)
        reactor.doIteration = turns.iterate  # type: ignore[method-assign]
        return turns

    def uninstall(self) -> None:
        """Give the reactor its own turn back."""
        if self._reactor.__dict__.get("doIteration") == self.iterate:
            del self._reactor.doIteration

    def iterate(self, timeout: float | None) -> None:
        """
        Wait for events and handle them.

        @param timeout: seconds; None: for ever.
        """
        if self._returned is not None:
            self._tick(time.perf_counter() - self._returned)
        try:
            events = self._poll(-1 if timeout is None else timeout, len(self._selectables))
        except OSError as e:
            if e.errno == EINTR:
                return
            raise
        finally:
            self._returned = time.perf_counter()
        selectables, handle = self._selectables, self._handle
        for fd, event in events:
            # What an event before it has closed is not there any more.
            selectable = selectables.get(fd)
            if selectable is not None:
                handle(selectable, fd, event)
