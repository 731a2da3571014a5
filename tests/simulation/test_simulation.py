"""
Many seeded runs of the simulated daemon.

C{HICHAT_SEEDS=20000} makes more of them, C{HICHAT_SEED=17} repeats one.
"""

from __future__ import annotations

import os
import traceback

import pytest
from twisted.trial.unittest import SynchronousTestCase

from hichat.log import by_conversation
from tests.simulation.world import World
from tests.support.doubles import make_store

SEEDS = int(os.environ.get("HICHAT_SEEDS", "500"))
ONE = os.environ.get("HICHAT_SEED")
STEPS = 600


@pytest.mark.timeout(900)
class SimulationTests(SynchronousTestCase):
    timeout = 900

    def test_seeds(self) -> None:
        """Whatever happens, everybody hears what they are to hear: in order, once; and every bound holds."""
        self.patch(by_conversation, "STEP", 7)
        self.patch(by_conversation, "RECENT", 20)
        store = make_store(self)
        repaired = pauses = crashes = messages = 0
        for seed in [int(ONE)] if ONE else range(SEEDS):
            world = World(seed, store)
            try:
                for _ in range(world.chance.randint(50, STEPS)):
                    world.step()
                world.settle()
                world.check()
            except Exception:
                self.fail(f"repeat with HICHAT_SEED={seed}\n{traceback.format_exc()}")
            repaired += world.repaired
            pauses += world.pauses
            crashes += world.crashes
            messages += world.number
        # The runs went where it hurts.
        if not ONE:
            self.assertTrue(all((repaired, pauses, crashes, messages)), (repaired, pauses, crashes, messages))
