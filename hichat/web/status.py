"""For operators and their machines: is it alive, does it serve, what has it done."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.metrics import Metrics


class Health(Resource):
    """C{/healthz}: the process runs and its reactor turns."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """@return: always C{ok}."""
        return _text(request, 200, "ok")


class Ready(Resource):
    """
    C{/readyz}: 200 if it can serve now, else 503 and why.

    @param stopping: whether the daemon is going away.
    @param probe: reads something from the store; fails if it cannot.
    """

    isLeaf = True

    def __init__(self, stopping: Callable[[], bool], probe: Callable[[], Deferred[int]]) -> None:
        super().__init__()
        self._stopping = stopping
        self._probe = probe

    def render_GET(self, request: Request) -> bytes | int:
        """Look, then answer."""
        if self._stopping():
            return _text(request, 503, "stopping")
        gone: list[Failure] = []
        request.notifyFinish().addErrback(gone.append)

        def answer(status: int, text: str) -> None:
            if not gone:
                request.write(_text(request, status, text))
                request.finish()

        self._probe().addCallbacks(lambda _: answer(200, "ready"), lambda _: answer(503, "the store does not answer"))
        return NOT_DONE_YET


class Exposition(Resource):
    """C{/metrics}: Prometheus' text format."""

    isLeaf = True

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def render_GET(self, request: Request) -> bytes:
        """@return: every metric."""
        request.setHeader(b"Content-Type", b"text/plain; version=0.0.4; charset=utf-8")
        return self._metrics.exposition()


def _text(request: Request, status: int, text: str) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    request.setHeader(b"Cache-Control", b"no-store")
    return f"{text}\n".encode()
