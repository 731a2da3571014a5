"""Three hosts in a network of their own, whose parts fail one after the other, in every way."""

from __future__ import annotations

import time
from random import Random

import pytest
from twisted.internet.task import LoopingCall, deferLater

from tests import proof
from tests.integration.three_hosts import ThreeHosts
from tests.support.daemon import Daemon, reactor, until
from tests.support.devices import check_devices, check_log
from tests.support.faults import SECONDS, Faults
from tests.support.scene import fixture_of
from tests.support.travellers import Delays, OldTraveller, Traveller

RATE = 90
"""Messages in a second: 54,000 in ten minutes."""

PEOPLE = 12
OLD = 3
EDITS = 20
"""Of so many messages one is edited."""


class Traffic(ThreeHosts):
    """
    People who talk to each other and in groups, from hosts that change.

    @ivar travellers: the devices of v2. Each of the first people has two.
    @ivar old: the clients of v1.
    """

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
        return [self.chance.sample(self.ids, 6) for _ in range(3)]

    def stop_talking(self) -> None:
        if self._talking.running:
            self._talking.stop()

    def _talk(self, count: int) -> None:
        for _ in range(count):
            self._say()

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
        # One more from somebody who stays, so that whoever comes back by and by hears of it at the end.
        await until(lambda: all(old.live for old in self.old), seconds)
        for old in self.old:
            devices[0].say(f"the end for {old.user}", user=old.user)
        end = time.monotonic() + seconds
        while True:
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
            assert "resync_required" not in device.errors
        return len(events)


traffic = fixture_of(Traffic)


@pytest.mark.timeout(proof.SECONDS_OF_FAULTS * 2 + 120)
@pytest.mark.parametrize("seed", proof.seeds(1))
async def test_everything_fails(traffic: Traffic, seed: int) -> None:
    """
    One after the other, in a random order and at random places: nothing is lost, doubled or out of order, and after
    each fault everything is as before. Whoever is at another host notices little.
    """
    chance = Random(seed)
    await traffic.begin(chance)
    places = dict(zip(traffic.daemons, traffic.hosts, strict=True))
    faults = Faults(places, traffic.postgresql, traffic.of_postgresql, traffic.redis, traffic.of_redis, chance)
    end = time.monotonic() + proof.SECONDS_OF_FAULTS
    deck = faults.deck()
    count = 0
    slowest = 0.0
    while time.monotonic() < end:
        if not deck:
            deck = faults.deck()
        fault = deck.pop()
        count += 1
        seconds = chance.choice(SECONDS)
        affected: frozenset[Daemon] = frozenset() if fault.daemon is None else frozenset([fault.daemon])
        traffic.delays.phase, traffic.delays.affected = fault.name, affected
        began = time.monotonic()
        await fault.begin()
        await deferLater(reactor, seconds)
        await fault.end()
        took = time.monotonic() - began
        back = await traffic.whole()
        slowest = max(slowest, back)
        traffic.report(fault=fault.name, seconds=round(took, 1), whole_after=round(back, 1))
        traffic.delays.phase, traffic.delays.affected = "", frozenset()
        await deferLater(reactor, chance.choice((0.2, 1.0)))
    await traffic.stop(60)
    await traffic.acquainted()
    length = traffic.check()
    heard = sum(len(device.heard) for device in traffic.travellers)
    for phase in traffic.delays.found:
        traffic.report(
            phase=phase or "nothing",
            heard=spread(traffic.delays.found[phase]),
            acked=spread(traffic.delays.acked.get(phase, [])),
        )
    traffic.report(
        events=length,
        heard=heard,
        faults=count,
        slowest=round(slowest, 1),
        reconnections=sum(len(device.closes) for device in traffic.travellers),
        places=sum(len(device.places) for device in traffic.travellers),
    )


def spread(seconds: list[float]) -> dict[str, float]:
    """@return: the number of some times, and their median, 99th percentile and maximum, in milliseconds."""
    found = sorted(seconds)
    if not found:
        return {}
    at = {"p50": found[len(found) // 2], "p99": found[len(found) * 99 // 100], "max": found[-1]}
    return {"n": len(found)} | {name: round(value * 1000, 1) for name, value in at.items()}
