"""Several hosts that Redis makes one service: daemons with one PostgreSQL, which share nothing else."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import deferLater

from tests.integration.system import DeliverySystem, V2System
from tests.support.daemon import Daemon, V2Peer, reactor, until
from tests.support.devices import Device, Person
from tests.support.postgres import server
from tests.support.redis import redis_for
from tests.support.scene import fixture_of


class TwoHosts(DeliverySystem, V2System):
    """
    Two daemons.

    @ivar other: the second one.
    @ivar redis: what makes them one service.
    """

    async def set_up(self) -> None:
        await super().set_up()
        self.other = Daemon(Path(self.mktemp()), **self.settings, **self.kept_in)
        self.addCleanup(self.other.kill)
        self.other.command("keys", "import", line=self.daemon.command("keys", "export"))
        await self.other.start()
        await self.whole()

    def store(self) -> dict[str, str]:
        self.redis = redis_for(self)
        self.kept_in = {"DATABASE": server().make_database(self), "REDIS": self.redis.url}
        return self.kept_in

    async def tear_down(self) -> None:
        await super().tear_down()
        for daemon in self.daemons:
            if daemon.is_running:
                daemon.stop_in_order()

    @property
    def daemons(self) -> tuple[Daemon, Daemon]:
        return self.daemon, self.other

    async def whole(self) -> None:
        """Wait until the hosts know each other."""
        for daemon in self.daemons:
            await self.reaches(daemon, "members", 1)

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
        made = [Device(daemon, person, f"{person[0]} at {daemon.port}") for person in people]
        self.devices += made
        for device in made:
            device.connect()
        await until(lambda: all(device.live for device in made), 60)
        return made


two_hosts = fixture_of(TwoHosts)


async def test_what_one_says_the_other_hears(two_hosts: TwoHosts) -> None:
    """Messages, presence, typing and marks cross at once, and nothing of it is read from the log."""
    ann, bob = two_hosts.insider.people(2)
    one = await two_hosts.enter_at(two_hosts.daemon, ann)
    one.tell("watch", users=[bob[0]])
    assert (await one.take("presence"))["online"] is False
    two = await two_hosts.enter_at(two_hosts.other, bob)
    assert (await one.take("presence"))["online"] is True
    ack = await one.ask("ack", "send", counter=1, user=bob[0], text="hello")
    event = await two.take("event")
    assert (event["id"], event["text"]) == (ack["id"], "hello")
    two.tell("typing", user=ann[0])
    assert (await one.take("typing"))["from"] == bob[0]
    two.tell("mark", user=ann[0], read=event["seq"])
    assert (await one.take("marks"))["read"] == event["seq"]
    assert await two_hosts.other.metric("batches_of_other_hosts") > 0
    assert [await daemon.metric("repaired_events") for daemon in two_hosts.daemons] == [0, 0]
    await two.leave()
    assert (await one.take("presence"))["online"] is False
