"""People who talk all the time, at hosts that change."""

from __future__ import annotations

import time
from random import Random
from typing import ClassVar

from twisted.internet.task import LoopingCall, deferLater

from tests.integration.three_hosts import ThreeHosts
from tests.support.daemon import reactor, until
from tests.support.devices import check_devices, check_log
from tests.support.travellers import Delays, OldTraveller, Traveller

RATE = 90
"""Messages in a second: 54,000 in ten minutes."""

PEOPLE = 12
OLD = 3
EDITS = 20
"""Of so many messages one is edited."""

MOVES = 200
"""After so many messages somebody goes to another host: every other second."""


class Traffic(ThreeHosts):
    """
    People who talk to each other and in groups, from hosts that change.

    @cvar keeps_log: whether nobody may be told that the log is another one.
    @ivar travellers: the devices of v2. Each of the first people has two.
    @ivar old: the clients of v1.
    """

    keeps_log: ClassVar[bool] = True

    async def begin(self, chance: Random) -> None:
        """Everybody comes, and begins to talk."""
        self.chance = chance
        self.delays = Delays()
        people = self.insider.people(PEOPLE + OLD)
        self.ids = [user for user, _ in people]
        self.groups = [(self.insider.group(*members), members) for members in self._members()]
        self.travellers: list[Traveller] = []
        for place, person in enumerate(people[:PEOPLE]):
            for number in range(2 if place < PEOPLE // 3 else 1):
                name = f"{person[0]}-{number}"
                self.travellers.append(Traveller(self.daemons, person, name, Random(chance.random()), self.delays))
        self.old = [OldTraveller(self.daemons, person, Random(chance.random())) for person in people[PEOPLE:]]
        self.devices += self.travellers
        self.clients: list[Traveller | OldTraveller] = [*self.travellers, *self.old]
        for client in self.clients:
            self.addCleanup(client.leave)
            client.connect()
        await until(lambda: all(client.live for client in self.clients), 60)
        self.said = 0
        self._talking = LoopingCall.withCount(self._talk)
        self._talking.clock = reactor
        self.addCleanup(self.stop_talking)
        self._talking.start(1 / RATE)

    def _members(self) -> list[list[int]]:
        # A group has its name from its owner, who comes first.
        owners = self.chance.sample(self.ids, 3)
        return [[owner, *self.chance.sample([user for user in self.ids if user != owner], 5)] for owner in owners]

    def stop_talking(self) -> None:
        if self._talking.running:
            self._talking.stop()

    def _talk(self, count: int) -> None:
        for _ in range(count):
            self._say()
            if self.said % MOVES == 0:
                self.chance.choice(self.clients).abort()

    def _say(self) -> None:
        speaker = self.chance.choice(self.clients)
        self.said += 1
        text = f"no. {self.said}"
        own_groups = [group for group, members in self.groups if speaker.user in members]
        group = self.chance.choice(own_groups) if own_groups and self.chance.random() < 0.3 else 0
        target = group or self.chance.choice([user for user in self.ids if user != speaker.user])
        if isinstance(speaker, OldTraveller):
            speaker.say(text, target, bool(group))
        elif speaker.acks and self.chance.random() < 1 / EDITS:
            message = self.chance.choice(sorted(speaker.acks))
            # An edit cannot be edited.
            if speaker.said[message].startswith("no."):
                speaker.edit(speaker.acks[message]["id"], f"edited {self.said}")
        else:
            speaker.say(text, **{"group" if group else "user": target})

    async def stop(self, seconds: float) -> None:
        """All stop to talk, and hear the rest."""
        self.stop_talking()
        devices = self.travellers
        await until(lambda: all(device.live and not device.unacked for device in devices), seconds)
        end = time.monotonic() + seconds
        while True:
            # Whoever has come back only now hears something, too.
            for old in self.old:
                if old.live and not old.runs[-1]:
                    self.said += 1
                    devices[0].say(f"no. {self.said}", user=old.user)
            try:
                self.check()
            except AssertionError:
                if time.monotonic() > end:
                    raise
            else:
                return
            await deferLater(reactor, 0.5)

    def check(self, devices: object = None) -> int:
        """See L{DeliverySystem.check}; also what clients of v1 have heard. @return: the log's length."""
        events, memberships = self.insider.events(), self.insider.memberships()
        check_log(events)
        check_devices(events, memberships, self.travellers)
        for old in self.old:
            old.check(events, memberships)
        for device in self.travellers:
            assert not device.unacked
            assert not device.refused
            assert not self.keeps_log or "resync_required" not in device.errors
        return len(events)


def spread(seconds: list[float]) -> dict[str, float]:
    """@return: the number of some times, and their median, 99th percentile and maximum, in milliseconds."""
    found = sorted(seconds)
    if not found:
        return {}
    at = {"p50": found[len(found) // 2], "p99": found[len(found) * 99 // 100], "max": found[-1]}
    return {"n": len(found)} | {name: round(value * 1000, 1) for name, value in at.items()}
