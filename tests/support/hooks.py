"""A receiver of outgoing hooks, in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from treq.testing import RequestTraversalAgent
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET


class Receiver:
    """
    Takes deliveries.

    @ivar got: what has come, in order.
    @ivar answer: gives the status for a delivery; None: it never answers.
    @ivar headers: of the answers.
    @ivar content: their body.
    """

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Callable[[Got], int | None] = lambda got: 204
        self.headers: dict[str, str] = {}
        self.content = b"answer"
        self.agent = RequestTraversalAgent(_Leaf(self))

    @property
    def texts(self) -> list[str]:
        """The texts of the messages that have come."""
        return [got.event.get("text", got.event["kind"]) for got in self.got]


class Got:
    """
    A delivery.

    @ivar content: its body.
    @ivar headers: by name.
    """

    def __init__(self, request: Any) -> None:
        self.host = request.getRequestHostname().decode()
        self.path = request.path.decode()
        self.content: bytes = request.content.read()
        pairs = request.requestHeaders.getAllRawHeaders()
        self.headers = {name.decode().lower(): values[0].decode() for name, values in pairs}

    @property
    def value(self) -> Any:
        """The body, read."""
        return json.loads(self.content)

    @property
    def event(self) -> Any:
        """The event."""
        return self.value["data"]["event"]


class _Leaf(Resource):
    isLeaf = True

    def __init__(self, receiver: Receiver) -> None:
        super().__init__()
        self._receiver = receiver

    def render(self, request: Any) -> Any:
        got = Got(request)
        self._receiver.got.append(got)
        status = self._receiver.answer(got)
        if status is None:
            return NOT_DONE_YET
        request.setResponseCode(status)
        for name, value in self._receiver.headers.items():
            request.setHeader(name, value)
        return self._receiver.content
