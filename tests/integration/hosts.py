"""Two hosts that Redis makes one service."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from twisted.internet.task import deferLater

from tests.integration.system import DeliverySystem, V2System
from tests.support.daemon import Daemon, V2Peer, reactor, until
from tests.support.devices import Device, Person
from tests.support.postgres import server
from tests.support.redis import redis_for


class TwoHosts(DeliverySystem, V2System):
    """
    Two daemons. If they are C{shared}, the tests of a module have the same ones.

    @cvar workers: how many each has. Each of them knows those of the other daemon.
    @ivar other: the second one.
    @ivar redis: what makes them one service.
    """

    workers: ClassVar[int] = 1

    async def set_up(self) -> None:
        await super().set_up()
        others: dict[type, Daemon] = self.kept.things.setdefault(Daemon, {})
        if self.shared and type(self) in others:
            self.other = others[type(self)]
            return
        self.other = Daemon(Path(self.mktemp()), **self.settings, **self.kept_in)
        self.owner.addCleanup(self.other.kill)
        self.other.command("keys", "import", line=self.daemon.command("keys", "export"))
        await self.other.start()
        await self.whole()
        if self.shared:
            others[type(self)] = self.other
            self.kept.addCleanup(self.other.stop_in_order)

    def store(self) -> dict[str, str]:
        self.redis = redis_for(self.owner)
        self.kept_in = {
            "DATABASE": server().make_database(self.owner),
            "REDIS": self.redis.url,
            "WORKERS": str(self.workers),
        }
        return self.kept_in

    async def tear_down(self) -> None:
        await super().tear_down()
        for daemon in self.daemons:
            if daemon.is_running and not self.shared:
                daemon.stop_in_order()

    @property
    def daemons(self) -> tuple[Daemon, Daemon]:
        return self.daemon, self.other

    async def whole(self) -> None:
        """Wait until the hosts know each other."""
        for daemon in self.daemons:
            await self.reaches(daemon, "members", self.workers**2)

    async def reaches(self, daemon: Daemon, name: str, value: float, seconds: float = 30) -> None:
        """Wait until a metric has a value."""
        for _ in range(int(seconds / 0.05)):
            if await daemon.metric(name) == value:
                return
            await deferLater(reactor, 0.05)
        raise AssertionError(f"{name} is {await daemon.metric(name)}, not {value}")

    async def enter_at(self, daemon: Daemon, person: Person, device: str = "laptop") -> V2Peer:
        """@return: a device that is live at a daemon."""
        peer = await daemon.open_v2(self.checker)
        self.peers.append(peer)
        await peer.enter(person[1], device)
        return peer

    async def come_to(self, daemon: Daemon, people: list[Person]) -> list[Device]:
        """@return: a device of each person, live, at a daemon."""
        made = [Device(daemon, person, f"{person[0]}-{daemon.port}", None, self.checker) for person in people]
        self.devices += made
        for each in made:
            each.connect()
        await until(lambda: all(device.live for device in made), 60)
        return made
