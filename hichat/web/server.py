"""The server as those who run it see it: its workers, who is online, how much room everything takes, its settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from hichat.core.ports import INeighbours
from hichat.runtime.asking import AllAsked
from hichat.runtime.neighbours import ALONE


class DiskFacts(msgspec.Struct, array_like=True):
    """
    A disk, in bytes.

    @ivar directory: one that is on it.
    @ivar free: what the daemon may still fill.
    """

    directory: str
    free: int
    size: int


class SizeFacts(msgspec.Struct, array_like=True):
    """
    How much room everything takes, in bytes.

    @ivar database: on PostgreSQL with the search index.
    @ivar uploads: the number of uploaded files.
    @ivar uploads_bytes: what they count as in the quotas of their owners.
    @ivar disks: those of the host.
    """

    database: int
    search: int
    uploads: int
    uploads_bytes: int
    disks: list[DiskFacts]


class WorkerFacts(msgspec.Struct, array_like=True):
    """
    A worker, as it says itself. Workers of other versions may hear this: new fields come at the end, with defaults.

    @ivar host: the name of its host.
    @ivar worker: its number there.
    @ivar began: when it was started, in milliseconds since the epoch.
    @ivar connections: its open WebSockets.
    @ivar users: the users who are signed in there.
    @ivar position: how far it has delivered the log.
    @ivar lag: events of the log that it has not delivered yet.
    @ivar sizes: what it has looked up; None: another worker of its host does that.
    """

    host: str
    worker: int
    version: str
    began: int
    connections: int
    users: int
    position: int
    lag: int
    sizes: SizeFacts | None = None


class OnlineDevice(msgspec.Struct, array_like=True):
    """
    A device that is connected.

    @ivar device: its number; 0: it has none.
    @ivar dialect: C{v1} or C{v2}.
    @ivar address: where it is connected from.
    @ivar since: since when, in milliseconds since the epoch; 0: that is not recorded.
    """

    device: int
    dialect: str
    address: str
    since: int


class SettingFact(msgspec.Struct, frozen=True):
    """
    A setting of the daemon.

    @ivar name: its environment variable.
    @ivar option: its option.
    @ivar about: what it is for.
    @ivar default: its value if nobody sets it; empty: there is none, or C{about} says it.
    @ivar source: where it is set: C{option --listen}, C{environment}, C{hichat.toml} or C{default}.
    @ivar value: its value; None: it is a secret.
    """

    name: str
    option: str
    about: str
    default: str
    source: str
    value: str | None


OnlineUsers = list[tuple[int, list[OnlineDevice]]]
"""Users by their ids, each with the devices that are connected."""

_Range = tuple[int, int]


class ServerView:
    """
    @param neighbours: the other workers, of other hosts too.
    @param clock: times their answers.
    @param facts: what this worker says of itself.
    @param online: gives the first users here behind an id, as many as wanted.
    @ivar settings: those of this daemon.
    @ivar registration: who may make an account, by the settings.
    """

    def __init__(
        self,
        neighbours: INeighbours,
        clock: IReactorTime,
        facts: Callable[[], WorkerFacts],
        online: Callable[[int, int], OnlineUsers],
        settings: Sequence[SettingFact],
        registration: str,
    ) -> None:
        self.settings = settings
        self.registration = registration
        self._facts: AllAsked[None, WorkerFacts] = AllAsked(
            "worker", neighbours, clock, lambda _: facts(), (None, WorkerFacts)
        )
        self._online: AllAsked[_Range, OnlineUsers] = AllAsked(
            "signed in", neighbours, clock, lambda asked: online(*asked), (_Range, OnlineUsers)
        )

    async def workers(self) -> list[WorkerFacts]:
        """@return: the workers of all hosts that answer, by host and number."""
        found: Deferred[dict[int, WorkerFacts]] = self._facts.ask(None)
        return sorted((await found).values(), key=lambda each: (each.host, each.worker))

    async def online(self, after: int, limit: int) -> OnlineUsers:
        """
        @param after: only users with a greater id.
        @return: the first users who are signed in at any worker.
        """
        together: dict[int, list[OnlineDevice]] = {}
        # Each gives its first ones: so the first ones of all are among them, with all of their devices.
        for some in (await self._online.ask((after, limit))).values():
            for user, devices in some:
                together.setdefault(user, []).extend(devices)
        return sorted(together.items())[:limit]

    async def devices_of(self, user: int) -> list[OnlineDevice]:
        """@return: the devices of a user that are connected to any worker."""
        found = await self.online(user - 1, 1)
        return [device for id, devices in found if id == user for device in devices]


def no_view(clock: IReactorTime) -> ServerView:
    """@return: a view of a server that has nobody online and says nothing of itself."""
    nothing = WorkerFacts("", 0, "", 0, 0, 0, 0, 0)
    return ServerView(ALONE, clock, lambda: nothing, lambda after, limit: [], [], "open")
