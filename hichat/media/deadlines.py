"""
The deadlines of requests to S3: a server that sends a byte now and then holds no thread longer.

The timeouts of a socket count from the last byte. So a thread looks at all requests that are under way, and shuts the
connection of one whose time is over: whoever reads from it, or writes to it, goes on with an error.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread, local
from time import monotonic, sleep
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)

LOOK_AGAIN = 0.1
"""Seconds between two looks at the requests that are under way."""


class Deadline:
    """
    The end of one request, or of several that a thread makes one after the other: each has the whole time.

    @param seconds: for a request, its connection and its answer.
    @param silence: for each step of it without a byte; None: as the client has it.
    @ivar is_over: whether a connection was shut.
    @ivar waits_since: since when the answer is waited for; None: it has begun, or the request is being sent.
    @ivar is_late: whether its answer is waited for longer than others are.
    """

    def __init__(self, seconds: float, silence: float | None) -> None:
        self.silence = silence
        self.is_over = self.is_late = False
        self.waits_since: float | None = None
        self.until = monotonic() + seconds
        self._seconds = seconds
        self._lock = Lock()
        self._held: socket.socket | None = None

    def begin(self) -> None:
        """A request begins."""
        self.is_late = False
        self.until = monotonic() + self._seconds

    def hold(self, sock: socket.socket) -> None:
        """Take over the connection of the request; TLS may be put over the socket meanwhile."""
        held = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            old, self._held = self._held, held
        if old is not None:
            old.close()
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        """End the request."""
        with self._lock:
            self.is_over = True
            if self._held is not None:
                # The server may have closed it.
                with suppress(OSError):
                    self._held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The request has ended."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            held.close()


class Deadlines:
    """
    The deadlines of a client's requests.

    @param client: boto3's client.
    @param patience: seconds after which an answer that is waited for is late.
    @param late: the most requests whose answers may be late at once; a further one ends.
    """

    def __init__(self, client: Any, patience: float, late: int) -> None:
        self._patience = patience
        self._late = late
        self._lock = Lock()
        self._all: set[Deadline] = set()
        self._is_watched = False
        self._of_thread = local()
        # botocore has no other way to its connections.
        client._endpoint.http_session._pool_classes_by_scheme.update(_pools(self))

    @property
    def current(self) -> Deadline | None:
        """The deadline of this thread's requests; None: they have none."""
        return getattr(self._of_thread, "current", None)

    @contextmanager
    def within(self, seconds: float, silence: float | None = None) -> Iterator[Deadline]:
        """A context manager around requests of this thread. See L{Deadline}."""
        before = self.current
        made = self._of_thread.current = Deadline(seconds, silence)
        self._add(made)
        try:
            yield made
        finally:
            self._of_thread.current = before
            with self._lock:
                self._all.discard(made)
            made.close()

    def _add(self, made: Deadline) -> None:
        with self._lock:
            self._all.add(made)
            starts, self._is_watched = not self._is_watched, True
        if starts:
            Thread(target=self._watch, name="hichat-deadlines", daemon=True).start()

    def _watch(self) -> None:
        while True:
            sleep(LOOK_AGAIN)
            with self._lock:
                if not self._all:
                    # The next request starts another thread.
                    self._is_watched = False
                    return
                under_way = list(self._all)
            for each in under_way:
                if self._is_over(each, under_way):
                    each.cut()

    def _is_over(self, deadline: Deadline, under_way: list[Deadline]) -> bool:
        now, since = monotonic(), deadline.waits_since
        if now > deadline.until:
            return True
        if deadline.silence is None or since is None or deadline.is_late or now - since < self._patience:
            # A request without a silence of its own ends by the client's.
            return False
        deadline.is_late = sum(each.is_late for each in under_way) < self._late
        return not deadline.is_late


class _Watched:
    """A connection that tells the deadline of its request what it does."""

    sock: Any
    timeout: Any
    deadlines: Deadlines

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if (deadline := self.deadlines.current) is not None:
            deadline.hold(made)
        return made

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        if (deadline := self.deadlines.current) is not None and deadline.silence is not None:
            self.sock.settimeout(deadline.silence)

    def request(self, *arguments: Any, **named: Any) -> None:
        deadline = self.deadlines.current
        if deadline is not None:
            deadline.begin()
            if self.sock is not None:
                deadline.hold(self.sock)
                self.timeout = deadline.silence or self.timeout
        super().request(*arguments, **named)  # type: ignore[misc]

    def getresponse(self) -> Any:
        deadline = self.deadlines.current
        if deadline is None:
            return super().getresponse()  # type: ignore[misc]
        self.timeout = deadline.silence or self.timeout
        deadline.waits_since = monotonic()
        try:
            return super().getresponse()  # type: ignore[misc]
        finally:
            deadline.waits_since = None


def _pools(deadlines: Deadlines) -> dict[str, type]:
    """@return: the pools of connections for urllib3, by the scheme of the URL."""
    plain = type("WatchedConnection", (_Watched, AWSHTTPConnection), {"deadlines": deadlines})
    over_tls = type("WatchedTLSConnection", (_Watched, AWSHTTPSConnection), {"deadlines": deadlines})
    return {
        "http": type("WatchedPool", (AWSHTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("WatchedTLSPool", (AWSHTTPSConnectionPool,), {"ConnectionCls": over_tls}),
    }
