"""Puts together what those who run the server see of it as it runs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.interfaces import IReactorTime

from hichat import __version__
from hichat.audit.connections import opened_at
from hichat.core.ports import INeighbours
from hichat.daemon.service import Way
from hichat.daemon.settings import DaemonSettings, described
from hichat.daemon.sizes import Sizes
from hichat.pipeline.gateway.connection import ChatFactory
from hichat.pipeline.gateway.roster import device_of
from hichat.web.server import DiskFacts, OnlineDevice, OnlineUsers, ServerView, SettingFact, SizeFacts, WorkerFacts


def assemble_view(
    settings: DaemonSettings,
    way: Way,
    factories: Sequence[ChatFactory],
    sizes: Sizes | None,
    neighbours: INeighbours,
    clock: IReactorTime,
    now: Callable[[], int],
) -> ServerView:
    """
    @param factories: those of the WebSockets.
    @param sizes: how much room everything takes; None: another worker looks that up.
    @param neighbours: the other workers, of other hosts too.
    @param now: the time in milliseconds since the epoch.
    """
    host, began = socket.gethostname()[:255], now()

    def facts() -> WorkerFacts:
        return WorkerFacts(
            host,
            neighbours.number,
            __version__,
            began,
            sum(len(factory.connections) for factory in factories),
            way.roster.count,
            way.routing.position,
            max(0, way.watch.place.position - way.routing.position),
            _sizes(sizes),
        )

    def online(after: int, limit: int) -> OnlineUsers:
        return [(user, list(map(_device, devices))) for user, devices in way.roster.some(after, limit)]

    shown = [
        SettingFact(
            f"HICHAT_{each.name.upper()}",
            f"--{each.name.replace('_', '-')}",
            each.help,
            each.default,
            each.source,
            each.value,
        )
        for each in described(settings)
    ]
    return ServerView(neighbours, clock, facts, online, shown, settings.registration_rule)


def _device(connection: Any) -> OnlineDevice:
    """@param connection: a connection that is let in."""
    dialect, device = device_of(connection)
    return OnlineDevice(device, dialect, connection.came_from, opened_at(connection.record or 0))


def _sizes(sizes: Sizes | None) -> SizeFacts | None:
    if sizes is None or sizes.found is None:
        return None
    found = sizes.found
    disks = [DiskFacts(at, room.free, room.size) for at, room in found.rooms.items()]
    return SizeFacts(found.database, found.search, found.uploads, found.uploads_bytes, disks)
