"""The pages for operators and their monitoring: C{/healthz}, C{/readyz} and C{/metrics}."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.core.errors import NotStored
from hichat.runtime.metrics import HostMetrics

FRESH = 1.0
"""Seconds for which the result of a check is used."""

CHECK_TIMEOUT = 2.0
"""Seconds that a check may take: with L{FRESH}, a daemon that is cut off from its store is not ready after 3 s."""

HANGS = f"the store does not answer within {CHECK_TIMEOUT:.0f} s"
"""The answer when a check takes longer."""


class Health(Resource):
    """C{/healthz}: the process runs and its reactor turns."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """@return: always C{ok}."""
        return _text(request, 200, "ok")


class Ready(Resource):
    """
    C{/readyz}: 200 if the daemon can serve now, else 503 and the reason. All requests within a second share the result
    of one check, however many there are.

    @param stopping: whether the daemon is stopping.
    @param probe: does in the store what a message needs. It fails if the store cannot.
    @param clock: measures the age of a result.
    """

    isLeaf = True

    def __init__(
        self, stopping: Callable[[], bool], probe: Callable[[], Awaitable[object]], clock: IReactorTime
    ) -> None:
        super().__init__()
        self._stopping = stopping
        self._probe = probe
        self._clock = clock
        # The start of the check that runs now, and the requests that wait for it; the end of the last check, and its
        # result: the reason why the daemon cannot serve, or empty.
        self._began: float | None = None
        self._waiting: list[Deferred[str]] = []
        self._seen_at: float | None = None
        self._wrong = ""

    def render_GET(self, request: Request) -> bytes | int:
        """Check, then answer."""
        if self._stopping():
            return _text(request, 503, "stopping")
        gone: list[Failure] = []
        request.notifyFinish().addErrback(gone.append)

        def answer(wrong: str) -> None:
            if not gone:
                request.write(_text(request, 503, wrong) if wrong else _text(request, 200, "ready"))
                request.finish()

        self._look().addCallback(answer)
        return NOT_DONE_YET

    def known(self) -> bool:
        """
        For the metrics: begin a check, if the last one is not fresh, and do not wait for it.

        @return: whether the daemon could serve when it was checked last, or else at its start.
        """
        hangs = self._check() and self._left() <= 0
        return not (self._stopping() or hangs or self._wrong)

    def _look(self) -> Deferred[str]:
        """@return: fires with the reason why the daemon cannot serve; empty: it can."""
        if not self._check():
            return succeed(self._wrong)
        left = self._left()
        if left <= 0:
            # A check hangs: start no other one, which would hang as well.
            return succeed(HANGS)
        waiter: Deferred[str] = Deferred()
        self._waiting.append(waiter)
        return waiter.addTimeout(left, self._clock, lambda _value, _timeout: HANGS)

    def _check(self) -> bool:
        """Begin a check, unless one runs or the last one is fresh. @return: whether one runs now."""
        now = self._clock.seconds()
        if self._began is None and (self._seen_at is None or now - self._seen_at >= FRESH):
            self._began = now
            Deferred.fromCoroutine(self._find_out()).addCallback(self._found)
        return self._began is not None

    def _left(self) -> float:
        """@return: the seconds that the check that runs still may take."""
        assert self._began is not None
        return self._began + CHECK_TIMEOUT - self._clock.seconds()

    async def _find_out(self) -> str:
        try:
            await self._probe()
        except NotStored:
            return "the store takes no commits; the log says why"
        except Exception:
            return "the store cannot be read; the log says why"
        return ""

    def _found(self, wrong: str) -> None:
        self._began, self._seen_at, self._wrong = None, self._clock.seconds(), wrong
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.called:
                waiter.callback(wrong)


class Exposition(Resource):
    """C{/metrics}: Prometheus' text format."""

    isLeaf = True

    def __init__(self, metrics: HostMetrics) -> None:
        super().__init__()
        self._metrics = metrics

    def render_GET(self, request: Request) -> int:
        """Answer with all metrics of all workers."""
        request.setHeader(b"Content-Type", b"text/plain; version=0.0.4; charset=utf-8")
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        def show(text: bytes) -> None:
            if not gone:
                request.setHeader(b"Content-Length", b"%d" % len(text))
                request.write(text)
                request.finish()

        self._metrics.exposition().addCallback(show)
        return NOT_DONE_YET


def _text(request: Request, status: int, text: str) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    request.setHeader(b"Cache-Control", b"no-store")
    return f"{text}\n".encode()
