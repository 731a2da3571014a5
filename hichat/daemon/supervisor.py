"""
The supervisor of several workers behind one port. L{hichat.daemon.worker} runs in each of their processes.

Each worker is a whole daemon. The kernel distributes the port's connections among them (C{SO_REUSEPORT}). Each sends
its events to all others over the plane, and all have one store, and one process that writes the log
(L{hichat.pipeline.ledger.hub}).
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Timer
from typing import Any, TextIO

import msgspec
from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import ILogObserver, Logger

from hichat.cluster.nodes import NodeFacts
from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.assembly import WRITER_SOCKET, assemble_cluster, assemble_keeper, writer_setup
from hichat.daemon.listening import endpoints_of
from hichat.daemon.roll_call import ROLL_CALL, SERVES, RollCall
from hichat.daemon.service import (
    STOP_DEADLINE,
    Cluster,
    InTwistd,
    StateDirLock,
    exposed,
    make_private,
    one_line_errors,
    prepare_state_dir,
    prepare_store,
    state_dir_error,
)
from hichat.daemon.serving import note_places
from hichat.daemon.settings import DaemonSettings
from hichat.pipeline.ledger.process import WRITER_NAME, Hub
from hichat.runtime import keys
from hichat.runtime.doors import open_door
from hichat.runtime.logs import plain
from hichat.runtime.neighbours import Switchboard
from hichat.runtime.supervision import Supervised
from hichat.runtime.versions import described
from hichat.storage.engine import make_engine

WORKER_LINE_LIMIT = 256 * 1024
"""The most bytes of a line that a worker logs."""

LET_GO = 5.0
"""Seconds for which the supervisor waits for a store of several daemons when everything else is over."""

NUMBER = "HICHAT_WORKER"
"""The environment variable that tells a worker its number, from 0."""


NEIGHBOURS = 3
"""The file descriptor of a worker's socket to the others."""

READ_AGAIN = "read again"
"""The topic under which the supervisor asks the workers to read the certificates' files again."""

NODE_FACTS = "node facts"
"""The topic under which a worker tells the supervisor its L{NodeFacts}."""

NODE = "HICHAT_NODE"
"""
The environment variable that tells a worker the daemon's number among those of its store; empty: it has none. Each
change is a line in the worker's standard input.
"""


HOST = "HICHAT_HOST"
"""The environment variable that tells a worker a random number, the same for all workers of this daemon."""


def node_text(number: int | None) -> str:
    """@return: a daemon's number as L{NODE} has it."""
    return "" if number is None else str(number)


class Worker(Supervised):
    """
    A worker process, as its supervisor sees it.

    @param number: the worker's number, from 0.
    @param host: see L{HOST}.
    @param switchboard: connects it with the others.
    @param write: called with each line that it logs.
    """

    exit_timeout = STOP_DEADLINE + 1
    longest_line = WORKER_LINE_LIMIT

    def __init__(
        self,
        number: int,
        host: int,
        found: DaemonSettings,
        reactor: Any,
        switchboard: Switchboard,
        write: Callable[[str], object],
    ) -> None:
        super().__init__(reactor, (sys.executable, "-m", "hichat.daemon.worker"))
        self.name = f"worker {number}"
        self._environment = settings.to_environment(found) | {NUMBER: str(number), HOST: str(host)}
        self._number = number
        self._switchboard = switchboard
        self._node: int | None = 0
        self._write = write

    def begin(self) -> None:
        """See L{Supervised.begin}."""
        environment = self._environment | {NODE: node_text(self._node)}
        with self._switchboard.connect(self._number) as line:
            # The end of its standard input tells the worker that the supervisor is gone.
            self.spawn({0: "w", 1: "r", 2: "r", NEIGHBOURS: line.fileno()}, environment)

    def node_is(self, number: int | None) -> None:
        """The daemon has another number now; see L{hichat.daemon.service.Way.node_is}."""
        self._node = number
        if self._life is not None and self._life.pid is not None:
            with suppress(KeyError):  # its standard input is closed already: the next one starts with this number
                self._life.transport.writeToChild(0, f"{node_text(number)}\n".encode())

    def printed(self, line: str) -> None:
        """Write the worker's line into the supervisor's log."""
        # The worker's log has plain lines; but a line may also be an error of a dying interpreter.
        self._write("\t" * line.startswith("\t") + plain(line.removeprefix("\t"), len(line)) + "\n")

    def ended(self, status: int) -> None:
        """See L{Supervised.ended}."""
        self.start_again(status)

    def ask_to_end(self) -> None:
        """See L{Supervised.ask_to_end}."""
        self.signal("TERM")

    def kill_at_last(self) -> None:
        """See L{Supervised.kill_at_last}."""
        self._log.error("{name} does not stop, and is killed", name=self.name)
        self.kill()


class Supervisor(InTwistd, Service):
    """
    The service that starts the workers, and starts a worker again that ends.

    @param found: the settings, with at least 2 workers.
    @param log: the file for the workers' lines.
    """

    name = "hichat"
    _log = Logger()

    def __init__(self, found: DaemonSettings, reactor: Any, observer: ILogObserver | None, log: TextIO) -> None:
        self._settings = found
        self._reactor = reactor
        self._observer = observer
        self._lines = log
        self._hub: Hub | None = None
        self._switchboard: Switchboard | None = None
        self._workers: list[Worker] = []
        self._ports: list[socket.socket] = []
        self._cluster: Cluster | None = None
        self._claim: StateDirLock | None = None
        self._facts: dict[int, NodeFacts] = {}
        self._roll_call: RollCall | None = None
        self._is_ready = False

    def startService(self) -> None:
        """
        Do the steps that workers must not do at the same time, and start the workers.

        @raise StartError: the state directory, the database or the port cannot be used.
        """
        found = self._settings
        try:
            make_private()
            prepare_state_dir(found.state_dir)
            self._claim = StateDirLock(found.state_dir)
            for line in exposed(found):
                self._log.warn("{line}", line=line)
            keys.load_or_make(found.state_dir, "plane.key")
            for line in prepare_store(found):
                self._log.warn("{line}", line=line)
            note_places(found)
            self._join()
            # Bound, but not listening: so no other program gets a port while a worker is started again.
            for endpoint in endpoints_of(found):
                endpoint.certificates()  # Each worker reads them itself. Wrong ones end the start here.
                self._ports.append(endpoint.reserve())
            # The log's writer opens it. That it can is found out here, where an error ends the start.
            open_door(found.state_dir / WRITER_SOCKET).close()
        except StartError:
            self._let_go()
            one_line_errors()
            raise
        except OSError as e:
            self._let_go()
            one_line_errors()
            raise state_dir_error(found.state_dir, str(e)) from None
        self._hub = Hub(writer_setup(found), self._reactor)
        self._hub.start()
        switchboard = self._switchboard = Switchboard(self._reactor)
        switchboard.heard, switchboard.gone = self._heard, self._gone
        self._roll_call = RollCall(self._reactor, partial(switchboard.ask, ROLL_CALL), self._tell_alive)
        host = secrets.randbits(64)
        self._workers = [
            Worker(number, host, found, self._reactor, switchboard, self._write) for number in range(found.workers)
        ]
        if self._cluster is not None and self._cluster.keeper is not None:
            self._cluster.pool.start()
            self._cluster.keeper.facts = self._node_facts
            self._cluster.keeper.start()
            self._node_is(self._cluster.keeper.number)
        for worker in self._workers:
            worker.start()
        text = "HiChat serves {address} with {workers} workers; {versions}"
        self._log.info(text, address=found.listen, workers=found.workers, versions=described())
        super().startService()

    def read_again(self) -> None:
        """Let all workers read the certificates' files again, for new connections."""
        if self._switchboard is not None:
            self._switchboard.ask(READ_AGAIN)

    def stopService(self) -> Deferred[None]:
        """Stop all workers, wait for them, and then stop the writer of the log, which they need until their end."""
        if self.notices is not None:
            self.notices.stopping()
        super().stopService()
        # A worker that cannot stop in time ends by then, and may be waiting for the writer, which waits for the store.
        late = self._reactor.callLater(STOP_DEADLINE, self._end_hub)
        gone = gatherResults([worker.stop() for worker in self._workers])
        gone.addCallback(lambda _: self._hub and self._hub.stop())
        gone.addBoth(lambda _: late.active() and late.cancel())
        return gone.addCallback(lambda _: self._let_go())

    def _end_hub(self) -> None:
        """End the writer of the log at once. Whatever was accepted is stored already, or its sender has no answer."""
        if self._hub is not None and self._hub.pid is not None:
            self._log.error(
                "{name} could not stop within {seconds} s, and is killed", name=WRITER_NAME, seconds=STOP_DEADLINE
            )
            # No other one is to be started.
            self._hub.stop()
            self._hub.kill()

    def _join(self) -> None:
        """Take a number among the daemons of the store, if it may have several."""
        if not self._settings.on_sqlite:
            self._cluster = assemble_cluster(make_engine(self._settings.database_url))
            assemble_keeper(self._cluster, self._settings, self._reactor, self._node_is).begin()

    def _node_is(self, number: int | None) -> None:
        for worker in self._workers:
            worker.node_is(number)

    @property
    def node(self) -> int | None:
        """The number that the daemon has, or had last, among those of its store; None: there are no others."""
        keeper = self._cluster.keeper if self._cluster is not None else None
        return keeper.number if keeper is not None and keeper.since is not None else None

    def _heard(self, number: int, topic: str, body: msgspec.Raw) -> None:
        assert self._roll_call is not None
        if topic == NODE_FACTS:
            self._facts[number] = msgspec.msgpack.decode(body, type=NodeFacts)
        elif topic == ROLL_CALL:
            self._roll_call.answered(number)
        elif topic == SERVES:
            self._roll_call.present.add(number)
            if not self._is_ready and len(self._roll_call.present) == len(self._workers):
                self._is_ready = True
                self._tell_ready(self._roll_call)

    def _gone(self, number: int) -> None:
        self._facts.pop(number, None)
        if self._roll_call is not None:
            self._roll_call.gone(number)

    def _tell_ready(self, roll_call: RollCall) -> None:
        """All workers serve, for the first time."""
        if self.notices is not None and self.running:
            self.notices.ready(f"serves {self._settings.listen} with {len(self._workers)} workers")
            # Twice as often as signs of life are due: a busy worker may take a while to answer.
            self.notices.every(1 / 4, roll_call.call)

    def _tell_alive(self) -> None:
        """All workers have answered."""
        if self.notices is not None:
            self.notices.alive()

    def _node_facts(self) -> NodeFacts | None:
        """@return: what the workers have said last, as one; None: one of them has not said anything yet."""
        said = list(self._facts.values())
        if len(said) < len(self._workers):
            return None
        return NodeFacts(sum(one.connections for one in said), min(one.position for one in said))

    def _let_go(self) -> None:
        if self._cluster is not None:
            watchdog = Timer(LET_GO, self._end_now)
            watchdog.daemon = True
            watchdog.start()
            self._cluster.stop()
            watchdog.cancel()
            self._cluster = None
        for port in self._ports:
            port.close()
        self._ports = []
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _end_now(self) -> None:
        """The store does not answer: end the process. All others are gone, and the store finds out by itself."""
        self._log.error("HiChat could not give its number back within {seconds} s, and ends", seconds=LET_GO)
        os._exit(1)

    def _write(self, line: str) -> None:
        self._lines.write(line)
        self._lines.flush()
