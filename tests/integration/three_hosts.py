"""Three hosts of one service, each in a network namespace, with PostgreSQL and Redis at hosts of their own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import treq
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from tests.integration.system import DeliverySystem, V2System
from tests.support.daemon import STOPPED, Daemon, V2Peer, reactor
from tests.support.devices import Person
from tests.support.network import Host, Network
from tests.support.postgres import MIGRATED, Server, server_at
from tests.support.redis import Redis, redis_for

DATABASE = "hichat"


class SeveralHosts(DeliverySystem, V2System):
    """
    Daemons of one service.

    @cvar workers: the workers of each.
    @ivar daemons: all of them; C{daemon} is the first.
    """

    workers: ClassVar[tuple[int, ...]] = (1, 1, 2)
    daemons: list[Daemon]

    async def join(self) -> None:
        """The first one runs: start the others, with its keys."""
        keys = self.daemon.command("keys", "export")
        for daemon in self.daemons[1:]:
            daemon.command("keys", "import", line=keys)
        await together(daemon.start for daemon in self.daemons[1:])
        await self.whole()
        await self.acquainted()

    async def get(self, daemon: Daemon, path: str, seconds: float = 3) -> tuple[int, str]:
        """@return: the status and the body; status 0: there was no answer in time."""
        try:
            answer = await treq.get(daemon.url + path, persistent=False, timeout=seconds)
            return answer.code, await answer.text()
        except Exception:
            return 0, ""

    async def metric_of(self, daemon: Daemon, name: str) -> float:
        """@return: a metric's value, of several workers the sum; -1: there was no answer."""
        _, text = await self.get(daemon, "/metrics")
        found = re.findall(rf"^hichat_{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, found)) if found else -1.0

    async def comes(self, asked: Callable[[], Awaitable[bool]], seconds: float, what: str) -> float:
        """Wait until something is so. @return: how long that took."""
        began = time.monotonic()
        while not await asked():
            assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
            await deferLater(reactor, 0.05)
        return time.monotonic() - began

    async def is_ready(self, daemon: Daemon) -> bool:
        """@return: whether a daemon says that it is ready."""
        return (await self.get(daemon, "/readyz"))[0] == 200

    async def whole(self, seconds: float = 60) -> float:
        """Wait until all are ready, and Redis carries their messages. @return: how long that took."""

        async def is_whole() -> bool:
            ready = await together(lambda daemon=daemon: self.is_ready(daemon) for daemon in self.daemons)
            up = await together(lambda daemon=daemon: self.metric_of(daemon, "redis_up") for daemon in self.daemons)
            return all(ready) and up == list(self.workers)

        return await self.comes(is_whole, seconds, "all hosts are ready, and hear each other")

    async def acquainted(self, seconds: float = 60) -> float:
        """Wait until each worker knows those of the other hosts, and nobody else. @return: how long that took."""
        all_of_them = sum(self.workers)
        expected = [own * (all_of_them - own) for own in self.workers]

        async def are_known() -> bool:
            known = await together(lambda daemon=daemon: self.metric_of(daemon, "members") for daemon in self.daemons)
            return known == expected

        return await self.comes(are_known, seconds, "all workers know each other")

    async def enter_at(self, daemon: Daemon, person: Person, device: str = "laptop") -> V2Peer:
        """@return: a device that is live at a daemon."""
        peer = await daemon.open_v2(self.checker)
        self.peers.append(peer)
        await peer.enter(person[1], device)
        return peer

    def report(self, **figures: Any) -> None:
        """Print figures; C{pytest -s} shows them."""
        print(json.dumps(figures, default=str), flush=True)  # noqa: T201


class ThreeHosts(SeveralHosts):
    """
    The hosts, and people who are at none of them yet.

    @ivar hosts: where the daemons run, in their order.
    @ivar postgresql: the server, at the host C{of_postgresql}.
    @ivar redis: the server, at the host C{of_redis}.
    """

    def make_daemon(self) -> None:
        network = Network()
        self.addCleanup(network.remove)
        self.network = network
        self.of_postgresql, self.of_redis = network.add(), network.add()
        self.hosts = [network.add() for _ in self.workers]
        self.postgresql = self.make_server(self.of_postgresql)
        self.redis: Redis = redis_for(self, host=self.of_redis)
        # It goes with the server.
        self.postgresql.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {MIGRATED} STRATEGY FILE_COPY")
        kept_in = {"DATABASE": self.url(), "REDIS": self.redis.url}
        self.daemons = [
            Daemon(Path(self.mktemp()), WORKERS=str(workers), **self.settings, **kept_in) for workers in self.workers
        ]
        for daemon, host in zip(self.daemons, self.hosts, strict=True):
            daemon.put_at(host)
            self.addCleanup(daemon.kill)
        self.daemon = self.daemons[0]

    def make_server(self, host: Host) -> Server:
        """@return: a server, which is removed at the end."""
        made = server_at(host)
        self.addCleanup(made.remove)
        return made

    def url(self) -> str:
        """@return: the URL of the store."""
        return self.postgresql.url(DATABASE)

    async def set_up(self) -> None:
        await super().set_up()
        await self.join()

    async def tear_down(self) -> None:
        await super().tear_down()
        statuses = await together(daemon.stop for daemon in self.daemons)
        assert statuses == [STOPPED] * len(self.daemons)
        for daemon in self.daemons:
            assert "Traceback" not in daemon.log.read_text()


async def together(calls: Any) -> list[Any]:
    """@return: the results of coroutine functions that run at the same time."""
    running = [Deferred.fromCoroutine(call()) for call in calls]
    return list(await gatherResults(running, consumeErrors=True))
