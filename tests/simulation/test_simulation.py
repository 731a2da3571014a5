"""
Many seeded runs of the simulated daemon. L{tests.proof} has the number of runs, and tells how to repeat one.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from hichat.log import by_conversation
from tests import proof
from tests.simulation.world import World
from tests.support.doubles import make_store

STEPS = 2000
PARTS = 4


@pytest.mark.timeout(900)
class SimulationTests(SynchronousTestCase):
    """
    Every fourth seed, beginning with the first. The other classes have the other seeds: so several workers of
    pytest-xdist share them.

    @cvar part: the first seed.
    """

    timeout = 900
    part = 0

    def test_seeds(self) -> None:
        """Whatever happens, each client hears all events that it should, in order and once; and every bound holds."""
        self.patch(by_conversation, "INDEX_STEP", 7)
        self.patch(by_conversation, "SMALL_TIER", 20)
        store = make_store(self)
        repaired = pauses = crashes = messages = deaths = anew = 0
        seeds = proof.seeds(proof.SIMULATIONS)[self.part :: PARTS]
        for seed in seeds:
            directory = Path(self.mktemp())
            directory.mkdir()
            world = World(seed, store, directory)
            try:
                world.live(world.chance.randint(50, STEPS))
                world.check()
            except Exception:
                self.fail(f"repeat with HICHAT_SEED={seed}\n{traceback.format_exc()}")
            repaired += world.repaired
            pauses += world.pauses
            crashes += world.crashes
            messages += world.number
            deaths += world.hub.deaths if world.hub else 0
            anew += world.anew
        # The runs have reached repairs, pauses and crashes, and logs that were put back.
        if len(seeds) > 1:
            reached = (repaired, pauses, crashes, messages, deaths, anew)
            self.assertTrue(all(reached), reached)


class SecondPartTests(SimulationTests):
    part = 1


class ThirdPartTests(SimulationTests):
    part = 2


class FourthPartTests(SimulationTests):
    part = 3
