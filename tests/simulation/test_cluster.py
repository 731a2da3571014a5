"""Many seeded runs of two simulated daemons of one store; see L{tests.simulation.test_simulation}."""

from __future__ import annotations

import traceback
from functools import partial
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from hichat.daemon import assembly
from hichat.log import by_conversation
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import engine
from tests import proof
from tests.simulation.cluster import Cluster
from tests.simulation.server import Server
from tests.support.doubles import make_store

STEPS = 2000
PARTS = 2
RARE = ("commits in doubt", "commits after a death")


@pytest.mark.timeout(900)
class ClusterTests(SynchronousTestCase):
    """
    Every second seed, beginning with the first. The other class has the other seeds.

    @cvar part: the first seed.
    """

    timeout = 900
    part = 0

    def test_seeds(self) -> None:
        """Whoever freezes, is ended or dies: all promises hold as on one daemon, and the other one goes on."""
        self.patch(by_conversation, "INDEX_STEP", 7)
        self.patch(by_conversation, "SMALL_TIER", 20)
        store = make_store(self)
        directory = Path(self.mktemp())
        directory.mkdir()
        reached: dict[str, int] = {}
        seeds = proof.seeds(proof.SIMULATIONS_OF_NODES)[self.part :: PARTS]
        for seed in seeds:
            try:
                world = Cluster(seed, store, directory, self.share_clock)
                world.live(world.chance.randint(50, STEPS))
                world.check()
            except Exception:
                self.fail(f"repeat with HICHAT_SEED={seed}\n{traceback.format_exc()}")
            for what, count in world.happened().items():
                reached[what] = reached.get(what, 0) + count
        rare = () if len(seeds) > 50 else RARE
        if len(seeds) > 1:
            self.assertTrue(all(count for what, count in reached.items() if what not in rare), reached)

    def share_clock(self, server: Server) -> None:
        """The real code has the server's clock."""
        self.patch(engine, "time", server)
        self.patch(engine, "Suspicion", server.suspect)
        self.patch(assembly, "LogWriter", partial(LogWriter, sleep=server.sleep))


class SecondPartOfClusterTests(ClusterTests):
    part = 1
