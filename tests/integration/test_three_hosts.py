"""Three hosts in a network of their own, whose parts fail one after the other, in every way."""

from __future__ import annotations

import time
from random import Random

import pytest
from twisted.internet.task import deferLater

from tests import proof
from tests.integration.traffic import Traffic, spread
from tests.support.daemon import Daemon, reactor
from tests.support.faults import SECONDS, Faults
from tests.support.scene import fixture_of

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
