"""
A stand-in for a Matterbridge, made from the documentation of its API, and its source: C{GET /api/stream}, C{POST
/api/message}. What waits is a ring; a message leaves it when it is written to a stream, whether that arrives or not.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from twisted.internet import reactor as installed_reactor
from twisted.internet.task import LoopingCall
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

reactor: Any = installed_reactor

ACCOUNT = "api.hichat"


class StandIn:
    """
    @param token: the one to show; empty: none.
    @param gives_ids: whether messages of the API keep their ids; the real one clears them.
    @ivar posted: the messages that came, in order.
    @ivar failing: statuses to answer the next posts with.
    """

    def __init__(self, token: str = "", gives_ids: bool = False) -> None:
        self.token = token
        self.gives_ids = gives_ids
        self.posted: list[dict[str, Any]] = []
        self.failing: deque[int] = deque()
        self.streams: list[Any] = []
        self.waiting: deque[dict[str, Any]] = deque(maxlen=1000)
        self._port: Any = None
        self._pump = LoopingCall(self._give)

    def start(self, port: int = 0) -> str:
        """@return: its URL."""
        root = Resource()
        api = Resource()
        root.putChild(b"api", api)
        api.putChild(b"stream", _Stream(self))
        api.putChild(b"message", _Message(self))
        self._port = reactor.listenTCP(port, Site(root), interface="127.0.0.1")
        self._pump.start(0.02, now=False)
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._port.getHost().port)

    async def stop(self) -> None:
        """Go away: all connections end."""
        if self._pump.running:
            self._pump.stop()
        self.hang_up()
        await self._port.stopListening()

    def hang_up(self) -> None:
        """End the streams."""
        streams, self.streams = self.streams, []
        for stream in streams:
            stream.transport.abortConnection()

    def say(self, text: str, username: str = "ann", gateway: str = "gw", **more: Any) -> None:
        """Somebody elsewhere says something."""
        message = {
            "text": text,
            "channel": "#ops",
            "username": username,
            "userid": "",
            "avatar": "",
            "account": "irc.libera",
            "event": "",
            "protocol": "irc",
            "gateway": gateway,
            "parent_id": "",
            "timestamp": "2026-11-30T19:00:00.5+01:00",
            "id": "",
            "Extra": None,
        }
        self.waiting.append(message | more)

    def left(self, stream: Any) -> None:
        """A stream has ended."""
        if stream in self.streams:
            self.streams.remove(stream)

    def may(self, request: Any) -> bool:
        shown = request.getHeader("authorization") or ""
        return not self.token or shown == f"Bearer {self.token}"

    def _give(self) -> None:
        if self.streams and self.waiting:
            self.streams[0].write(json.dumps(self.waiting.popleft()).encode() + b"\n")


def _refuse(request: Any) -> bytes:
    request.setResponseCode(401 if request.getHeader("authorization") else 400)
    return b'{"message":"missing key in request header"}\n'


class _Stream(Resource):
    isLeaf = True

    def __init__(self, owner: StandIn) -> None:
        super().__init__()
        self._owner = owner

    def render_GET(self, request: Any) -> Any:
        if not self._owner.may(request):
            return _refuse(request)
        request.setHeader("content-type", "application/json")
        request.write(json.dumps({"text": "", "event": "api_connected", "Extra": None}).encode() + b"\n")
        streams = self._owner.streams
        streams.append(request)
        request.notifyFinish().addBoth(lambda _: self._owner.left(request))
        return NOT_DONE_YET


class _Message(Resource):
    isLeaf = True

    def __init__(self, owner: StandIn) -> None:
        super().__init__()
        self._owner = owner

    def render_POST(self, request: Any) -> bytes:
        if not self._owner.may(request):
            return _refuse(request)
        if self._owner.failing:
            request.setResponseCode(self._owner.failing.popleft())
            return b"{}"
        found = json.loads(request.content.read())
        self._owner.posted.append(found)
        kept = found.get("id", "") if self._owner.gives_ids else ""
        fixed = {"channel": "api", "protocol": "api", "account": ACCOUNT, "id": kept}
        request.setHeader("content-type", "application/json")
        return json.dumps(found | fixed).encode()
