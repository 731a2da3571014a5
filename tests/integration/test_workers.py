"""Two workers behind one port: the same promises."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import ClassVar

from twisted.internet.task import deferLater

from tests.integration import test_faults
from tests.integration.daemon import STOPPED, reactor, until
from tests.integration.test_delivery import Chatter, DeliveryCase


class FaultyPlaneOfTwoTests(test_faults.FaultyPlaneTests):
    """Each worker breaks what it sends to the other, too."""

    settings: ClassVar[dict[str, str]] = test_faults.FaultyPlaneTests.settings | {"WORKERS": "2"}
    timeout = 200


class TwoWorkersTests(DeliveryCase):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
    KILLS = 5

    async def setUp(self) -> None:  # type: ignore[override]
        await super().setUp()
        await until(lambda: self.daemon.log.read_text().count("HiChat serves") == 3)

    def workers(self) -> list[int]:
        """@return: their process ids."""
        assert self.daemon.process is not None
        pid = self.daemon.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children]

    async def test_killed_in_traffic(self) -> None:
        """Clients of a worker that dies go to the other one; nothing that was acked is lost, nobody misses anything."""
        people = self.insider.people(6)
        team = self.insider.group(*(user for user, _ in people))
        await self.come(people, each=2, check=False)

        def speak(number: int) -> None:
            device, other = self.chance.sample(self.devices, 2)
            device.say(f"no. {number}", **({"user": other.user} if number % 3 else {"group": team}))

        chatter = Chatter(speak, 0.004)
        for _ in range(self.KILLS):
            await deferLater(reactor, self.chance.uniform(0.2, 1))
            # One that dies as soon as it has come is started again later and later.
            await until(lambda: len(self.workers()) == 2, 20)
            os.kill(self.chance.choice(self.workers()), signal.SIGKILL)
        await chatter.stop()
        await self.settled()
        self.check()
        self.assertEqual(sum(len(device.acks) for device in self.devices), chatter.said)
        self.assertGreater(sum(len(device.closes) for device in self.devices), self.KILLS)

    async def test_both_serve_and_both_stop(self) -> None:
        people = self.insider.people(12)
        devices = await self.come(people)
        for device in devices:
            device.returns = False
        workers = self.workers()
        held = [sum("socket:" in os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()) for pid in workers]
        self.assertGreater(min(held), 3, held)
        self.assertEqual(await self.daemon.stop(), STOPPED)
        await until(lambda: all(device.gone for device in devices))
        self.assertEqual([device.closes for device in devices], [[4002]] * 12)
        for pid in workers:
            self.assertFalse(Path(f"/proc/{pid}").exists())

    async def test_a_supervisor_that_is_killed_takes_them_along(self) -> None:
        workers = self.workers()
        await self.daemon.stop(signal.SIGKILL)
        await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 15)
        await self.daemon.start()

    async def test_what_an_administrator_does_reaches_both(self) -> None:
        people = await self.people("ann", "bob")
        devices = await self.come(people[:1], each=6)
        for device in devices:
            device.returns = False
        self.daemon.command("user", "disable", "ann")
        await until(lambda: all(device.gone for device in devices), 5)
        self.assertEqual([device.closes for device in devices], [[4001]] * 6)
