"""
A faster turn for Twisted's epoll reactor, which is also measured.

The reactor gives every event of a socket a logging context of its own, which costs more than reading a small message.
HiChat does not use that context. So this module runs the reactor's turn itself, with private parts of Twisted's: a
small read costs a third less (C{tests/bench/bench_hot.py}: C{bench_turns}). A reactor of another kind keeps its own
turn, and is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from errno import EINTR
from typing import Any

from twisted.internet.epollreactor import EPollReactor


class Turns:
    """
    Replaces the reactor's C{doIteration}.

    @param tick: called with the seconds of each turn, without the time of waiting.
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
        """@return: the object that runs the turns from now on; None: the reactor is of another kind."""
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
            # An earlier event of this turn may have closed the socket.
            selectable = selectables.get(fd)
            if selectable is not None:
                handle(selectable, fd, event)
