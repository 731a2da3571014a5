"""Three hosts in a network of their own, whose parts fail one after the other, in every way."""

from __future__ import annotations

import time
from random import Random

import pytest
from twisted.internet.task import deferLater

from tests import proof
from tests.integration.traffic import Traffic, spread
from tests.support.daemon import ROOT, reactor
from tests.support.faults import LONGER, SECONDS, Fault, Faults
from tests.support.scene import fixture_of

TWO_AT_ONCE = 0.3
"""How often two things happen at once, if they can."""

SKEW = ROOT / "tests" / "integration" / "skew"
"""Found in front of all others, its C{sitecustomize} sets the clock."""


class WithClocks(Traffic):
    """
    The clock of each daemon can be set, in the full proof: the daemons start more slowly then.

    @ivar clocks: by how many seconds it is off.
    """

    def make_daemon(self) -> None:
        super().make_daemon()
        self.clocks = {daemon: daemon.directory / "clock" for daemon in self.daemons} if proof.FULL else {}
        for daemon, clock in self.clocks.items():
            clock.write_text("0")
            daemon.forked = False
            daemon.environment |= {"SKEW": str(clock), "PYTHONPATH": f"{SKEW}:{ROOT}"}


traffic = fixture_of(WithClocks)


def are_apart(one: Fault, other: Fault) -> bool:
    """@return: whether they happen to different daemons, or one to a daemon and the other to a server."""
    return one.daemon is not other.daemon


@pytest.mark.quiet
@pytest.mark.timeout(proof.SECONDS_OF_FAULTS * 2 + 120)
@pytest.mark.parametrize("seed", proof.seeds(1))
async def test_everything_fails(traffic: WithClocks, seed: int) -> None:
    """
    One after the other, or two at once, in a random order and at random places: nothing is lost, doubled or out of
    order, and after each fault everything is as before. Whoever is at another host notices little.
    """
    chance = Random(seed)
    await traffic.begin(chance)
    places = dict(zip(traffic.daemons, traffic.hosts, strict=True))
    faults = Faults(
        places, traffic.postgresql, traffic.of_postgresql, traffic.redis, traffic.of_redis, traffic.clocks, chance
    )
    end = time.monotonic() + proof.SECONDS_OF_FAULTS
    deck = faults.deck()
    # Otherwise there is no time for each kind of fault.
    lengths = (*SECONDS, LONGER) if proof.SECONDS_OF_FAULTS >= 300 else SECONDS
    count = 0
    slowest = 0.0
    while time.monotonic() < end:
        if not deck:
            deck = faults.deck()
        found = [deck.pop()]
        if deck and chance.random() < TWO_AT_ONCE and are_apart(found[0], deck[-1]):
            found.append(deck.pop())
        count += len(found)
        seconds = chance.choice(lengths)
        phase = " and ".join(fault.name for fault in found)
        traffic.delays.phase = phase
        traffic.delays.affected = frozenset(fault.daemon for fault in found if fault.daemon is not None)
        began = time.monotonic()
        for fault in found:
            await fault.begin()
        await deferLater(reactor, seconds)
        # A daemon starts again when PostgreSQL is there.
        for fault in sorted(found, key=lambda fault: fault.daemon is not None):
            await fault.end()
        took = time.monotonic() - began
        back = await traffic.whole()
        slowest = max(slowest, back)
        traffic.report(fault=phase, seconds=round(took, 1), whole_after=round(back, 1))
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
