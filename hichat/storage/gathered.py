"""
Gathers reads of one kind into one query, or changes of one kind into one transaction.

A thread, a snapshot and a query for one row cost a hundred times as much as the row, and a commit more than that; and
in a storm of connections every client asks for the same kind of row. So keys that are asked for while a read is under
way wait for the next read, which reads them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from hichat.runtime.work import METER

K = TypeVar("K")
V = TypeVar("V")

KEYS_IN_READ = 500
"""Keys in one read."""


class Gathered(Generic[K, V]):
    """
    Call it with a key to get the value that the store has for the key. The value is read after the call.

    @param read: reads the values of at most L{KEYS_IN_READ} different keys. A function that creates missing values must
        not fail because of one key: the failure goes to all callers.
    """

    def __init__(self, read: Callable[[Sequence[K]], Deferred[dict[K, V]]]) -> None:
        self._read = read
        self._waiting: dict[K, list[Deferred[V]]] = {}
        self._reading = False

    def __call__(self, key: K) -> Deferred[V]:
        """
        @return: the key's value. Fails as the read does, and with C{KeyError} if the read gave no value for the key.
        """
        waiter: Deferred[V] = Deferred()
        self._waiting.setdefault(key, []).append(waiter)
        if not self._reading:
            self._next()
        return waiter

    def _next(self) -> None:
        keys = list(self._waiting)[:KEYS_IN_READ]
        self._reading = bool(keys)
        if keys:
            waiters = {key: self._waiting.pop(key) for key in keys}
            # The read serves all callers, so no single call is charged for it.
            token = METER.set(None)
            try:
                reading = self._read(keys)
            finally:
                METER.reset(token)
            reading.addCallbacks(_answer, _fail, callbackArgs=(waiters,), errbackArgs=(waiters,))
            reading.addBoth(lambda _: self._next())


def _answer(found: Mapping[K, V], waiters: Mapping[K, list[Deferred[V]]]) -> None:
    for key, waiting in waiters.items():
        for waiter in waiting:
            if key in found:
                waiter.callback(found[key])
            else:
                waiter.errback(KeyError(key))


def _fail(failure: Failure, waiters: Mapping[K, list[Deferred[V]]]) -> None:
    for waiting in waiters.values():
        for waiter in waiting:
            waiter.errback(failure)
