"""The whole system: a daemon as a real process, people, and what they have in their hands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from tests import proof
from tests.support.daemon import STOPPED, Daemon, Peer, V2Peer, until
from tests.support.devices import Device, Insider, Person, check_devices, check_log
from tests.support.scene import Kept, Scene

PASSWORD = "correct horse"


class System(Scene):
    """
    A daemon that runs, and people of whom nobody stays behind. If the daemon is C{shared}, a test that stops it starts
    it again, and names are those of L{named}.

    @cvar settings: the daemon's, by variable without C{HICHAT_}.
    @ivar peers: connections that leave at the end.
    """

    settings: ClassVar[dict[str, str]] = {}
    daemon: Daemon

    async def set_up(self) -> None:
        """Start the daemon."""
        self.peers: list[Peer] = []
        self.kept.tests += 1
        self.number = self.kept.tests
        found: Daemon | None = self.kept.things.get(type(self))
        if found is not None and found.is_running:
            self.daemon = found
            return
        self.make_daemon()
        if self.shared:
            self.kept.things[type(self)] = self.daemon
            self.kept.addCleanup(self.daemon.stop_in_order)
        await self.daemon.start()

    def make_daemon(self) -> None:
        """Make the daemon, which does not run yet."""
        self.daemon = Daemon(Path(self.mktemp()), **self.settings, **self.store())
        self.owner.addCleanup(self.daemon.kill)
        self.daemon.prepare()

    @property
    def owner(self) -> Scene | Kept:
        """What takes the daemon down."""
        return self.kept if self.shared else self

    def store(self) -> dict[str, str]:
        """@return: settings of this test's own, such as where its store is."""
        return {}

    def named(self, name: str) -> str:
        """@return: the name that somebody or something of this name has: tests that share a daemon share no names."""
        return f"{name}-{self.number}" if self.shared else name

    async def tear_down(self) -> None:
        """Everybody leaves; a daemon that others use runs."""
        for peer in self.peers:
            await peer.leave()
        assert not self.shared or self.daemon.is_running, self.daemon.log.read_text()

    async def restart(self) -> None:
        """Stop the daemon and start it again."""
        assert await self.daemon.stop() == STOPPED
        await self.daemon.start()

    async def people(self, *names: str) -> list[Person]:
        """Register people; @return: ids and tokens, for v1 and v2."""
        found = []
        for name in map(self.named, names):
            made = await self.daemon.post("/v1/user/new", name=name, password=PASSWORD, Identity=PASSWORD)
            assert made["code"] == 0, made
            found.append((made["data"]["ID"], self.daemon.issue(name)))
        return found

    async def online(self, *who: Person) -> list[Peer]:
        """Connect one device for each, on v1."""
        found = [await self.daemon.connect(user, token) for user, token in who]
        self.peers += found
        return found

    async def call(self, who: Person, path: str, **fields: object) -> Any:
        """Make a call of v1 as somebody."""
        return await self.daemon.post(f"/v1/{path}?userId={who[0]}&token={who[1]}", **fields)

    async def group(self, owner: Person, *others: Person) -> int:
        """Make a group; @return: its id."""
        made = await self.call(owner, "relation/new_group", ownerId=owner[0], name=self.named("team"))
        assert made["code"] == 0, made
        for other in others:
            await self.call(other, "relation/join_group", userId=other[0], comId=self.named("team"))
        listed = await self.call(owner, "relation/group_list", ownerId=owner[0])
        return int(listed["Rows"][0]["ID"])

    async def history(self, who: Person, other: int, **fields: object) -> list[str]:
        """What two people said, as one of them reads it on v1."""
        answer = await self.call(who, "user/redisMsg", userIdA=who[0], userIdB=other, **fields)
        assert answer["Rows"] == "ok", answer
        return list(answer["Total"])


class SharedSystem(System):
    """A daemon that the tests of a module share."""

    shared = True


class V2System(System):
    """
    People speak v2; every frame of both sides is checked against the daemon's own document.

    @ivar checker: what sees every frame.
    """

    async def set_up(self) -> None:
        """Start the daemon, and ask it for the document."""
        await super().set_up()
        self.checker = await self.daemon.checker()

    async def tear_down(self) -> None:
        """Everybody leaves; no frame was wrong."""
        await super().tear_down()
        mistakes = [mistake for peer in self.peers if isinstance(peer, V2Peer) for mistake in peer.mistakes]
        assert mistakes == []

    async def stranger(self, **headers: str) -> V2Peer:
        """@return: a connection that has not said hello."""
        peer = await self.daemon.open_v2(self.checker, **headers)
        assert peer.opened
        self.peers.append(peer)
        return peer

    async def enter(self, person: Person, device: str = "laptop", since: int | None = None) -> V2Peer:
        """@return: a device that is live."""
        peer = await self.stranger()
        await peer.enter(person[1], device, since)
        return peer

    async def hears(self, peer: V2Peer, **fields: object) -> dict[str, Any]:
        """The next event that a device hears has these fields. @return: it."""
        event = await peer.take("event")
        assert {name: event.get(name) for name in fields} == fields
        return event


class SharedV2System(V2System):
    """The same, with a daemon that the tests of a module share."""

    shared = True


class DeliverySystem(System):
    """
    Devices that come back when they are lost, and somebody who looks into the store.

    @ivar devices: all of them; they stay away from the end on.
    """

    async def set_up(self) -> None:
        """Start the daemon."""
        await super().set_up()
        self.chance = Random(3)
        self.devices: list[Device] = []
        self.insider = Insider(self.daemon)
        self.addCleanup(self.insider.close)

    async def tear_down(self) -> None:
        """All devices and everybody leaves."""
        for device in self.devices:
            device.leave()
        await until(lambda: all(device.gone for device in self.devices))
        await super().tear_down()

    async def come(self, people: Sequence[Person], each: int = 1, check: bool = True) -> list[Device]:
        """@return: so many devices of each person, live."""
        checker = await self.daemon.checker() if check else None
        made = [
            Device(self.daemon, person, f"{person[0]}-{number}", Random(person[0] * 100 + number), checker)
            for person in people
            for number in range(each)
        ]
        self.devices += made
        for device in made:
            device.connect()
        await until(lambda: all(device.live for device in made), 60)
        return made

    async def settled(self, seconds: float = 30, others: Sequence[Device] = ()) -> None:
        """Wait until everything is acked and everybody has read up to the end of the log."""
        devices = [device for device in self.devices if device not in others]
        await until(lambda: all(device.live and not device.unacked for device in devices), seconds)
        memberships = self.insider.memberships()

        def complete() -> bool:
            check_devices(self.insider.events(), memberships, devices)
            return True

        await until(lambda: _holds(complete), seconds)

    def check(self, devices: Sequence[Device] | None = None) -> int:
        """The log has no gap, and every device has all of it that is its own, once. @return: the log's length."""
        events = self.insider.events()
        check_log(events)
        check_devices(events, self.insider.memberships(), self.devices if devices is None else devices)
        return len(events)

    def memory(self) -> int:
        """@return: resident KiB of the daemon."""
        assert self.daemon.process is not None
        status = Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except AssertionError:
        return False


class TwoWorkers(DeliverySystem):
    """A daemon with two workers, and what its processes are."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
    KILLS = proof.KILLS_OF_WORKERS

    async def set_up(self) -> None:
        await super().set_up()
        # The supervisor says it, too.
        serving = int(self.settings["WORKERS"]) + 1
        await until(lambda: self.daemon.log.read_text().count("HiChat serves") == serving)

    def _running(self, module: str) -> list[int]:
        """@return: the ids of the supervisor's processes that run a module."""
        assert self.daemon.process is not None
        pid = self.daemon.process.pid
        found = []
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):  # gone since
                if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
        return found

    def workers(self) -> list[int]:
        """@return: their process ids."""
        return self._running("hichat.daemon.worker")

    def writers(self) -> list[int]:
        """@return: the ids of the processes that write the log: one, but not while it is started again."""
        return self._running("hichat.pipeline.ledger.hub")

    def sockets(self, worker: int) -> int:
        """@return: how many sockets a worker has open; most of them are clients' connections."""
        found = 0
        for file in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(OSError):  # closed since
                found += "socket:" in os.readlink(file)
        return found

    async def connections(self) -> list[float]:
        """@return: how many WebSocket connections each worker has, by their numbers."""
        _, text = await self.daemon.get("/metrics")
        found = re.findall(r'^hichat_connections{worker="(.)"} (.*)$', text, re.M)
        assert [number for number, _ in found] == [str(number) for number in range(len(found))]
        return [float(count) for _, count in found]

    def beside(self, module: str) -> dict[int, int]:
        """@return: by worker, the processes beside them that run a module."""
        found = {}
        for worker in self.workers():
            # They come and go.
            with suppress(OSError):
                for task in Path(f"/proc/{worker}/task").glob("*/children"):
                    for child in task.read_text().split():
                        if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                            found[worker] = int(child)
        return found
