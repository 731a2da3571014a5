"""A double of a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred


class Thread:
    """A L{hichat.core.ports.Runner} whose jobs wait until the test calls L{work}."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Deferred[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def __call__(self, function: Callable[..., Any], /, *args: Any, **_: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.jobs.append((done, function, args))
        return done

    def work(self) -> None:
        done, function, args = self.jobs.pop(0)
        try:
            result = function(*args)
        except Exception:
            done.errback()
        else:
            done.callback(result)
