"""
Looking up the hosts of URLs that users give.

The name server of such a host may be anybody's, and may never answer: then the system's resolver holds a thread for as
long as it tries, half a minute. So these look-ups have threads of their own, and nobody's take all of them. The threads
that resolve names for mail, for S3 and for the provider of sign-ins are others: the reactor's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from socket import EAI_AGAIN, gaierror, getaddrinfo
from threading import Thread
from typing import Any

from twisted.internet._resolver import GAIResolver
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHostnameResolver
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from hichat.fetching.shares import Shares

LOOKUP_THREADS = 32
"""The most look-ups at a time. A thread is made when it is needed."""

LOOKUPS_OF_OWNER = 4
"""The most look-ups of one owner at a time."""

LOOKUP_WAIT = 5.0
"""Seconds for which a look-up waits for its turn. Then nobody waits for it any more, or soon."""


class Lookups:
    """@param getaddrinfo: what looks up, in a thread."""

    def __init__(self, reactor: Any, getaddrinfo: Callable[..., Any] = getaddrinfo) -> None:
        self._reactor = reactor
        self._getaddrinfo = getaddrinfo
        self._shares = Shares(LOOKUP_THREADS, LOOKUPS_OF_OWNER)
        self._pool = ThreadPool(0, LOOKUP_THREADS, "hichat-lookups")
        # A daemon that ends does not wait for a name server.
        self._pool.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]

    def of(self, owner: int) -> IHostnameResolver:
        """@return: what looks hosts up for an owner."""
        resolver: Any = GAIResolver(self._reactor, lambda: _Turns(self, owner), self._getaddrinfo)  # type: ignore
        return resolver

    async def look_up(self, owner: int, told: Callable[[bool, Any], object], call: Callable[..., Any]) -> None:
        """
        Call a function in a thread.

        @param told: called with whether it has returned, and with what; or with a L{Failure}.
        """
        began = self._reactor.seconds()
        async with self._shares.place(owner):
            try:
                if self._reactor.seconds() - began > LOOKUP_WAIT:
                    raise gaierror(EAI_AGAIN, "too many look-ups")
                if not self._pool.started:
                    self._pool.start()
                found = await deferToThreadPool(self._reactor, self._pool, call)
            except Exception:
                told(False, Failure())
            else:
                told(True, found)


class _Turns:
    """What the resolver of Twisted takes for its pool of threads: each look-up waits for its turn."""

    def __init__(self, lookups: Lookups, owner: int) -> None:
        self._lookups = lookups
        self._owner = owner

    def callInThreadWithCallback(  # noqa: N802
        self,
        onResult: Callable[[bool, Any], object],
        func: Callable[..., Any],
        *args: Any,
    ) -> None:
        Deferred.fromCoroutine(self._lookups.look_up(self._owner, onResult, partial(func, *args)))
