"""
Two daemons of one store in a simulated world, each with a log's writer and a worker or two of its own. They hear each
other by Redis (L{tests.simulation.bus}), which loses and doubles, and take turns with the log's lock. Any of their
threads may freeze between any two steps of its transaction (L{tests.simulation.server}), and so may a whole daemon;
meanwhile the other one goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy import Engine
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hichat.cluster.members import LEASE, AllNeighbours, Members
from hichat.cluster.nodes import NodeKeeper, NumberOwner, claim
from hichat.core.drafts import Draft, Outcome
from hichat.core.ports import ICarrier, INeighbours
from hichat.daemon.hosts import Hosts
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.ledger.exchange import WriteRequest, told
from hichat.pipeline.ledger.process import Batches
from hichat.pipeline.ledger.receipts import BatchNames, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.pipeline.plane.hosts import HostsCarrier
from hichat.pipeline.plane.udp import UDPCarrier
from hichat.runtime.child import no_threads
from hichat.runtime.neighbours import ALONE
from hichat.storage.store import Store
from tests.simulation.bus import SimulatedBus, SimulatedRedis
from tests.simulation.clients import Phone
from tests.simulation.hub import Hub, Line
from tests.simulation.machinery import Running, Strand, Threads
from tests.simulation.server import NumberLocks, Server
from tests.simulation.world import KEY, NOW, PORT, USERS, Happening, Host, Worker, World

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(WriteRequest).decode

STRANGER = NumberOwner("elsewhere", "/state", "1")
"""A third daemon, which takes a number that is free, and does nothing else."""


def _is_outgrown() -> None:
    raise AssertionError("nobody migrates in this world")


class HubOfNode(Hub):
    """
    The log's writer of a daemon. It may freeze in the middle of its work.

    @param node: the daemon.
    @ivar strand: its thread; None: it has nothing to do.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._server = node.world.server
        self._engine = self._server.engine(self)
        self.strand: Strand | None = None
        super().__init__(self._make)

    def _make(self) -> LogWriter:
        store = Store(self._engine, no_threads, no_threads)
        return LogWriter(store, lambda: NOW, self._node.world.bounds.edit, sleep=self._server.sleep)

    @property
    def at_rest(self) -> bool:
        return super().at_rest and (self.strand is None or self.strand.is_over)

    def batches(self, number: int, incarnation: int, clock: Any) -> Callable[..., Batches]:
        """See L{Hub.batches}."""

        def make(here: Any, locked: Callable[..., Deferred[Any]]) -> Batches:
            find: Any = partial(Line, self)
            made = GuardedBatches(BatchNames(number, incarnation), clock, here, locked, find)
            made.node = self._node
            return made

        return make

    def work(self, answers: bool = True) -> None:
        """See L{Hub.work}. It goes on to its next pause."""
        if self._writer is None:
            return
        if self.strand is None:
            lines = [line for line in self.lines if line.asked]
            if not lines:
                return
            batches = [_decode(line.asked.popleft()) for line in lines]
            self.strand = Strand(partial(self._write, self._writer, lines, batches, answers))
        self._server.run(self.strand)
        if self.strand.is_over:
            self.strand = None

    def _write(self, writer: LogWriter, lines: list[Line], batches: list[WriteRequest], answers: bool) -> None:
        written = writer.write_together([(batch.unpacked(), BatchReceipt(batch.name)) for batch in batches])
        for line, outcomes in zip(lines, written, strict=True):
            if answers and line in self.lines:
                line.answers.append(_encode(told(outcomes, [])))
        writer.follow()

    def die(self, after_a_commit: bool) -> None:
        """See L{Hub.die}."""
        if after_a_commit:
            self.work(answers=False)
        self._server.kill(self, self.strand)
        self.strand = None
        self._engine = self._server.engine(self)
        super().die(after_a_commit=False)


class GuardedBatches(Batches):
    """
    The batches of a worker.

    @ivar node: the daemon.
    """

    node: Node

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """See L{Batches.write}."""
        assert self.node.number is not None, "a daemon that has no number writes"
        return super().write(drafts)


@dataclass(kw_only=True)
class HostOfNode(Host):
    """
    @ivar node: the daemon.
    """

    node: Node

    @property
    def is_frozen(self) -> bool:
        return self.node.is_frozen


class WorkerOfNode(Worker):
    """
    A worker. Its writer's thread may freeze in the middle of its work.

    @ivar strand: that thread, while it works.
    """

    world: Cluster
    host: HostOfNode

    def __init__(self, world: Cluster, host: HostOfNode, number: int) -> None:
        self.strand: Strand | None = None
        super().__init__(world, host, number)
        self.way.node_is(host.node.number)
        self.members.start()

    def make_engine(self) -> Engine:
        return self.world.server.engine(self)

    def make_neighbours(self) -> tuple[INeighbours, Hosts]:
        """See L{Worker.make_neighbours}. All workers hear each other by Redis, as if each were on a host of its own."""
        self.bus = self.world.redis.bus(self.calls)
        members = Members(self.bus, KEY, self.world.chance.getrandbits(64), self.calls, ALONE)
        self.members = Hosts(members, self.bus)
        return AllNeighbours(ALONE, members), self.members

    def find_udp(self, carrier: ICarrier) -> UDPCarrier:
        """See L{Worker.find_udp}."""
        return cast(UDPCarrier, cast(HostsCarrier, carrier)._near)

    def run_thread(self, chance: random.Random) -> None:
        """See L{Worker.run_thread}."""
        if self.strand is not None and not self.strand.waits and chance.random() < 0.5:
            self._go_on()
        elif self.readers.jobs:
            self.running.append(Running(self.readers.jobs.pop(chance.randrange(len(self.readers.jobs)))))
        elif self.writer.jobs or self.strand is not None:
            self._go_on()

    def _go_on(self) -> None:
        """The writer's thread takes the next job, or goes on with the one that it has."""
        if self.strand is None:
            job = self.writer.jobs.pop(0)
            self.strand = Strand(lambda: self.running.append(Running(job)))
        self.world.server.run(self.strand)
        if self.strand.is_over:
            self.strand = None

    @property
    def at_rest(self) -> bool:
        """Whether nothing but timers is under way, or what waits for a time to come."""
        hub = self.host.node.hub
        waits, hub_waits = (each is not None and each.waits for each in (self.strand, hub.strand))
        jobs = self.readers.jobs or (not waits and (self.writer.jobs or self.strand)) or self.running
        line = cast(Line, self.line)
        of_hub = line.is_there and not line.answers and (hub_waits or not (line.asked or hub.strand))
        return not jobs and not self.wire.flying and not self.bus.coming and of_hub

    def crash(self, chance: random.Random) -> None:
        """See L{Worker.crash}."""
        if self.writer.jobs and self.strand is None and chance.random() < 0.5:
            self._go_on()
        self.world.server.kill(self, self.strand)
        self.strand = None
        self.writer.jobs.clear()
        self.bus.die()
        super().crash(chance)


class Node:
    """
    A daemon.

    @ivar number: its number among those of the store; None: it has none.
    @ivar wakes_at: when it goes on, if it is frozen.
    """

    def __init__(self, world: Cluster, place: int) -> None:
        self.world = world
        self.number: int | None = None
        self.wakes_at = 0.0
        self._slept = 0.0
        self._sleeps = False
        self.hub = HubOfNode(self)
        self._state = f"/state-{place}"
        self._port = PORT + 10 * place
        self._workers = world.chance.randint(1, 2)
        self.start()

    def start(self) -> None:
        """The daemon takes a number, and starts its workers."""
        self._clock = Clock()
        self._clock.rightNow = self.world.seconds
        self.locks = NumberLocks(self.world.server)
        self._threads = Threads()
        owner = NumberOwner("host", self._state, "1")
        self._keeper = NodeKeeper(
            self.locks, owner, self._threads, self._clock, lambda: NOW, self._node_is, _is_outgrown
        )
        self._keeper.begin()
        self._keeper.start()
        host = HostOfNode(
            engine=self.world.engine, mark=None, hub=self.hub, workers=self._workers, port=self._port, node=self
        )
        for number in range(self._workers):
            self.world.workers.append(WorkerOfNode(self.world, host, number))

    def stop(self) -> None:
        """kill -9 of all of it. The workers are dead already."""
        self.hub.die(False)
        self._keeper.stop()
        self.locks.end()

    @property
    def workers(self) -> list[WorkerOfNode]:
        """Its workers."""
        return [each for each in self.world.workers if isinstance(each, WorkerOfNode) and each.host.node is self]

    @property
    def strands(self) -> list[Strand]:
        """Its threads that are at work."""
        found = [self.hub.strand, *(worker.strand for worker in self.workers)]
        return [strand for strand in found if strand is not None and not strand.is_over]

    @property
    def is_frozen(self) -> bool:
        """Whether all of it is."""
        return self.world.seconds < self.wakes_at

    def freeze(self, seconds: float) -> None:
        """Nothing of it goes on for so long."""
        self._sleeps = True
        self.wakes_at = self.world.seconds + seconds

    def advance(self, seconds: float) -> None:
        """Time goes by."""
        self._slept += seconds
        if self.is_frozen:
            return
        if self._sleeps:
            self._wake()
        passed, self._slept = self._slept, 0.0
        self._clock.advance(passed)
        for worker in self.workers:
            worker.calls.advance(passed)

    def _wake(self) -> None:
        self._sleeps = False
        for strand in self.strands:
            if strand.waits_since is not None:
                strand.waits_since = self.world.seconds
        for worker in self.workers:
            for connection in worker.connections:
                connection.read()

    def look(self) -> None:
        """The thread of the locks does its work."""
        if self._threads.jobs and not self.is_frozen:
            Running(self._threads.jobs.pop(0)).answer()

    def work(self) -> None:
        """The log's writer does its work; if it is dead, it is started."""
        if not self.is_frozen:
            self.hub.start()
            self.hub.work()

    def _node_is(self, number: int | None) -> None:
        self.number = number
        for worker in self.workers:
            worker.way.node_is(number)


class Cluster(World):
    """
    One run with two daemons. For the other parameters see L{World}.

    @param share_clock: called with the server: the real code is to have its clock.
    @ivar server: the server of the store.
    @ivar nodes: the daemons.
    @ivar redis: connects all workers.
    """

    server: Server

    def __init__(self, seed: int, store: Store, directory: Path, share_clock: Callable[[Server], None]) -> None:
        self._share_clock = share_clock
        super().__init__(seed, store, directory)

    def start_workers(self) -> None:
        """See L{World.start_workers}."""
        self.hub, self.may_go_back = None, False
        self.redis = SimulatedRedis(self.chance)
        self.server = Server(self.engine.url.render_as_string(hide_password=False), self.chance)
        self._share_clock(self.server)
        self.stranger = NumberLocks(self.server)
        self.lost_numbers = self.frozen = self.heard = self.losses = self.left_behind = 0
        self.nodes: list[Node] = []
        for place in range(2):
            self.nodes.append(Node(self, place))

    def happened(self) -> dict[str, int]:
        """@return: how often something has happened that is to happen in some run."""
        return {
            "repaired": self.repaired,
            "crashes": self.crashes,
            "messages": self.number,
            "daemons that froze": self.frozen,
            "numbers lost": self.lost_numbers,
            "deaths of a writer": sum(node.hub.deaths for node in self.nodes),
            "holders that the server ended": self.server.ended_by_itself,
            "holders that another writer ended": self.server.ended_by_others,
            "commits in doubt": self.server.doubts,
            "commits after a death": self.server.orphans,
            "batches of other hosts": self.heard,
            "messages that Redis lost": self.redis.lost,
            "messages that Redis doubled": self.redis.doubled,
            "ends of Redis": self.redis.ends,
            "connections to Redis made anew": self.losses,
            "devices that two daemons had": self.left_behind,
        }

    @property
    def awake(self) -> list[Worker]:
        return [worker for worker in self.workers if not worker.host.is_frozen] or self.workers

    @property
    def _strands(self) -> list[Strand]:
        """The threads of the daemons that are not frozen."""
        return [strand for node in self.nodes if not node.is_frozen for strand in node.strands]

    def more(self, worker: Worker) -> list[Happening]:
        """See L{World.more}."""
        chance = self.chance
        node = chance.choice(self.nodes)
        return [
            (1, node.look),
            (0.3, self.server.work),
            (1, lambda: self.wait(chance.choice([0.5, 1.1, 2.1, 3.1]))),
            (4, self.talk),
            (1, self.burst),
            (3, self.kill_hub),
            (0.1, lambda: self.freeze(node)),
            (0.1, lambda: self.lose_number(node)),
            (0.01, lambda: self.restart(node)),
            (8, cast(WorkerOfNode, worker).bus.step),
            (0.1, self.redis.end),
            (0.5, self.start_redis),
            (0.3, lambda: self.deafen(cast(WorkerOfNode, worker).bus)),
            (1.5, lambda: self.leave_behind(chance.choice(self.phones))),
        ]

    def start_redis(self) -> None:
        """Redis is there again, if it was not."""
        self.redis.is_there = True

    def deafen(self, bus: SimulatedBus) -> None:
        """One direction of a worker's connections to Redis is dead."""
        if self.faults:
            bus.is_deaf = bus.is_mute = False
            setattr(bus, self.chance.choice(["is_deaf", "is_mute"]), True)

    def leave_behind(self, phone: Phone) -> None:
        """A phone has another network. The daemon does not know yet that it does not hear the old connection."""
        if phone.socket is not None:
            self.left_behind += 1
            phone.socket.stalled = True
            phone.socket = None
            phone.connect(self.chance.choice(self.awake))

    def step(self) -> None:
        if all(node.is_frozen for node in self.nodes):
            self.wait(0.5)
        else:
            super().step()

    def write(self) -> None:
        """See L{World.write}."""
        self.chance.choice(self.nodes).work()

    def kill_hub(self) -> None:
        """See L{World.kill_hub}. Mostly one dies that is at work."""
        at_work = [node for node in self.nodes if not node.hub.at_rest]
        if at_work or self.chance.random() < 0.02:
            self.chance.choice(at_work or self.nodes).hub.die(self.chance.random() < 0.5)

    def freeze(self, node: Node) -> None:
        """A daemon freezes; perhaps the server does not hear of its machine any more."""
        self.frozen += 1
        node.freeze(self.chance.choice([0.5, 2, 4, 8]))
        if self.chance.random() < 0.3:
            self.lose_number(node)

    def lose_number(self, node: Node) -> None:
        """The server ends the session in which a daemon keeps its number; perhaps another daemon takes the number."""
        self.lost_numbers += 1
        self.stranger.close()
        node.locks.end()
        if self.chance.random() < 0.5:
            claim(self.stranger, STRANGER, NOW)

    def restart(self, node: Node) -> None:
        """A daemon is killed, and started again."""
        for worker in node.workers:
            self.crashes += 1
            worker.crash(self.chance)
            self._count(worker)
            self.workers.remove(worker)
        node.stop()
        node.wakes_at = 0.0
        node.start()

    def wait(self, seconds: float) -> None:
        """See L{World.wait}. Who waits for the lock goes on as soon as its limit is over."""
        end = self.seconds + seconds
        while True:
            limits = [each.until for each in self._strands if each.waits_since is not None]
            limits += [node.wakes_at for node in self.nodes]
            self._pass(min([end, *(limit for limit in limits if limit > self.seconds)]))
            if self.seconds >= end:
                return

    def _pass(self, now: float) -> None:
        passed, self.seconds = now - self.seconds, now
        self.server.seconds = now
        for node in self.nodes:
            node.advance(passed)
        for node in self.nodes:
            for strand in [] if node.is_frozen else node.strands:
                if strand.waits_since is not None:
                    self.server.run(strand)
        self.server.passed(self._strands)

    def _write_directly(self, draft: Draft) -> None:
        # The command would wait for the lock.
        if self.server.holder is None:
            super()._write_directly(draft)

    def settle(self) -> None:
        """See L{World.settle}. Nobody freezes any more."""
        self.server.is_calm = True
        for node in self.nodes:
            node.wakes_at = 0.0
        self.redis.mend()
        self.wait(0)
        super().settle()
        self._settle_members()

    def _settle_members(self) -> None:
        """Until who is gone has been silent for long enough, and who has changed the number has told its state."""
        end = self.seconds + 3 * LEASE
        while self.seconds < end:
            self.wait(0.5)
            self._work()

    def check(self) -> None:
        """See L{World.check}. Each worker knows who is online at any of them."""
        super().check()
        workers = cast(list[WorkerOfNode], self.workers)
        online = {user for worker in workers for user in cast(HostPresence, worker.way.presence)._shown}
        for worker in workers:
            assert {user for user in USERS if worker.way.presence.is_online(user)} == online, "who is online"
            assert len(worker.members.members) == len(workers) - 1, "how many others there are"

    def _count(self, worker: Worker) -> None:
        super()._count(worker)
        of_node = cast(WorkerOfNode, worker)
        self.heard += cast(HostsCarrier, worker.way.carrier).received
        self.losses += of_node.bus.losses

    def _write_all(self) -> None:
        self.server.work()
        for node in self.nodes:
            node.look()
            node.work()
        for worker in self.workers:
            cast(WorkerOfNode, worker).bus.step()

    def _is_quiet(self) -> bool:
        have_numbers = all(self.server.has_number(node.number, node.locks) for node in self.nodes)
        return super()._is_quiet() and not self._strands and have_numbers
