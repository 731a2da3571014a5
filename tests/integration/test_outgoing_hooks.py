"""Outgoing hooks of real daemons, to a receiver that knows nothing of HiChat; both are killed again and again."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
import treq
from twisted.internet.task import deferLater

from tests import proof
from tests.integration.system import DeliverySystem
from tests.support.daemon import reactor, until
from tests.support.devices import Device, Person
from tests.support.postgres import server
from tests.support.receivers import HookReceiver
from tests.support.scene import fixture_of

EVENTS, ROUNDS = proof.EVENTS_OF_HOOKS, proof.ROUNDS_OF_HOOKS
"""In each round the receiver, and the daemon, are killed."""


class Receiving(DeliverySystem):
    """
    @ivar receiver: gets the messages of a group.
    """

    settings: ClassVar[dict[str, str]] = {"FETCH_PRIVATE": "all"}

    async def set_up(self) -> None:
        await super().set_up()
        self.receiver = HookReceiver(Path(self.mktemp()))
        self.addCleanup(self.receiver.end)
        ann, bob = await self.people("ann", "bob")
        self.ann: Person = ann
        self.team = await self.group(ann, bob)
        self.devices_of = await self.come([ann, bob])
        wanted = {"name": "CI", "url": self.receiver.url, "group": self.team}
        made = await self.api("POST", "/hooks/outgoing", wanted)
        self.hook, self.secret = made["id"], made["secret"]

    async def api(self, method: str, path: str, body: object = None) -> Any:
        """Make a call as Ann. @return: the JSON of the answer."""
        headers: dict[str | bytes, str | bytes] = {"Authorization": f"Bearer {self.ann[1]}"}
        answer = await treq.request(method, f"{self.daemon.url}/v2{path}", headers=headers, json=body, persistent=False)
        text = await answer.text()
        assert answer.code < 300, text
        return json.loads(text) if text else None

    def sent(self) -> list[int]:
        """@return: the positions of the messages in the group, as the log has them."""
        return [event.position for event in self.insider.events() if event.kind == 1 and event.target == self.team]

    def say(self, count: int, devices: list[Device] | None = None) -> None:
        """Both devices write into the group."""
        for number in range(count):
            device = (devices or self.devices_of)[number % 2]
            device.say(f"message {number}", group=self.team)


class ReceivingWorkers(Receiving):
    settings: ClassVar[dict[str, str]] = {**Receiving.settings, "WORKERS": "2"}


class OnPostgreSQL(Receiving):
    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}


receiving = fixture_of(*proof.scenes(ReceivingWorkers, Receiving, OnPostgreSQL))


@pytest.mark.timeout(600)
async def test_receivers_and_daemons_die(receiving: Receiving) -> None:
    """Each event comes once or more, in order; none is lost."""
    here = receiving
    chance = Random(5)
    each = EVENTS // (2 * ROUNDS + 1)
    for number in range(ROUNDS):
        here.receiver.start(here.secret, fails=40)
        here.say(each)
        await deferLater(reactor, chance.uniform(0.3, 1.5))
        here.receiver.end()
        here.say(each)
        await deferLater(reactor, chance.uniform(0.0, 0.5))
        if number % 2:
            await here.restart()
        else:
            await here.daemon.stop(signal.SIGKILL)
            await here.daemon.start()
        await until(lambda: all(device.live for device in here.devices), 60)
    here.say(EVENTS - 2 * ROUNDS * each)
    await here.settled(120)
    here.receiver.start(here.secret)
    # What failed before is tried again at once.
    await here.api("PATCH", f"/hooks/outgoing/{here.hook}", {"on": True})
    await until(lambda: here.receiver.has(here.sent()), 300)
    # Few come again: those of the last second before a crash, and those whose answer was lost.
    assert here.receiver.check_order(here.sent()) < EVENTS / 4
    assert len(here.sent()) == EVENTS
