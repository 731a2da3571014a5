"""Streams and polls without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twisted.internet.task import Clock

from hichat.log import reading
from hichat.log.watch import LogWatch
from hichat.media.media import MediaUses
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.streams import Streams
from hichat.pipeline.gateway.v2_session import SessionServices
from hichat.pipeline.routing.arrivals import read_arrivals, read_generation
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.metrics import Metrics
from hichat.storage.gathered import Gathered
from hichat.storage.store import Store


class FakeOutlet:
    """
    The answer to a request.

    @ivar text: what was written.
    @ivar ended: whether it is finished.
    @ivar producer: what is told of the transport's buffer.
    """

    def __init__(self) -> None:
        self.written = b""
        self.ended = False
        self.producer: Any = None

    def write(self, data: bytes) -> None:
        assert not self.ended
        self.written += data

    def finish(self) -> None:
        self.ended = True

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None

    def take(self) -> list[dict[str, Any]]:
        """@return: the events since the last call, as L{parse_events} reads them."""
        written, self.written = self.written, b""
        return parse_events(written.decode())


def parse_events(text: str) -> list[dict[str, Any]]:
    """
    Read a stream as clients do (HTML, 9.2.6).

    @return: its events: their C{name}, C{data} and C{id}, which is that of the last event that has one. An event
        without data is not dispatched; it is here, with C{name} empty, for its id.
    """
    found: list[dict[str, Any]] = []
    id = ""
    for block in text.split("\n\n"):
        name, data = "", ""
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "id":
                id = value
            elif field == "event":
                name = value
            elif field == "data":
                data += value
        if data:
            found.append({"name": name or "message", "data": json.loads(data), "id": id})
        elif "id:" in block:
            found.append({"name": "", "id": id})
    return found


def make_streams(store: Store, inlet: Inlet, media: MediaUses, clock: Clock, now: Callable[[], int]) -> Streams:
    """@return: those of a worker whose routing is not started: nothing is heard before it is."""
    metrics, presence = Metrics(), HostPresence()
    roster = Roster(metrics, watchers=presence.watchers)
    routing = Routing(
        roster,
        lambda position, limit: store.read(reading.after, position, limit),
        lambda: store.read(reading.head),
        Gathered(lambda arrivals: store.read(read_arrivals, arrivals)),
        clock,
        metrics,
    )
    unused: Any = None
    services = SessionServices(
        sign_in=unused,
        store=store,
        routing=routing,
        roster=roster,
        presence=presence,
        marks=unused,
        read_generation=read_generation,
        sync_page=100,
        now=now,
        media=media,
        watch=LogWatch(store, now),
    )
    return Streams(inlet, services, clock)
