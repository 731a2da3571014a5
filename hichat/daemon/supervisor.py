"""
Several workers behind one port: their supervisor. What each of their processes runs is L{hichat.daemon.worker}.

Each worker is a whole daemon. The kernel shares the port's connections out among them (C{SO_REUSEPORT}), the plane goes
from each to each, and the store is one.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IDelayedCall, IProcessTransport
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import ILogObserver, Logger

from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.service import (
    DEADLINE,
    Claim,
    InTwistd,
    exposed,
    make_private,
    one_line_errors,
    prepare_state_dir,
    reserve_port,
    state_dir_error,
)
from hichat.daemon.settings import Settings
from hichat.runtime import keys, signals
from hichat.runtime.logs import plain
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate

AGAIN = 1.0
"""Seconds after which a worker that ended is started again; twice as long each time that it ends at once."""

LONGEST = 30.0
"""Seconds that this grows to."""

STEADY = 5.0
"""Seconds after which a worker counts as one that did not end at once."""

LINE = 256 * 1024
"""Bytes that a worker may write without an end of line."""

NUMBER = "HICHAT_WORKER"
"""The environment variable that tells a worker its number, from 0."""

Spawn = Callable[["Worker", Mapping[str, str]], IProcessTransport]


class Worker(ProcessProtocol):
    """
    A worker process, as its supervisor sees it.

    @param ended: is told that it is gone, and how.
    """

    transport: IProcessTransport

    def __init__(self, number: int, ended: Callable[[Worker, str], None], write: Callable[[str], object]) -> None:
        self.number = number
        self.gone: Deferred[None] = Deferred()
        self._ended = ended
        self._write = write
        self._line = b""

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        """What it logs goes into our log, by whole lines."""
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > LINE:
            lines.append(self._line)
            self._line = b""
        for line in lines:
            # Most were made plain where they come from; some are not of the log, but what a dying interpreter says.
            text = line.decode(errors="replace")
            self._write("\t" * text.startswith("\t") + plain(text.removeprefix("\t"), len(text)) + "\n")

    def processEnded(self, reason: Any) -> None:
        """It is gone."""
        status = reason.value
        how = f"signal {status.signal}" if status.signal else f"exit status {status.exitCode}"
        self._ended(self, how)
        self.gone.callback(None)

    def signal(self, name: str) -> None:
        """Send it a signal, if it is there."""
        if self.transport.pid:
            self.transport.signalProcess(name)


class Supervisor(InTwistd, Service):
    """
    Starts the workers, and each again that ends.

    @param found: C{workers} is 2 at least.
    @param log: where the workers' lines go.
    @param spawn: starts a process; for tests.
    """

    name = "hichat"
    _log = Logger()

    def __init__(
        self, found: Settings, reactor: Any, observer: ILogObserver | None, log: TextIO, spawn: Spawn | None = None
    ) -> None:
        self._settings = found
        self._reactor = reactor
        self._observer = observer
        self._lines = log
        self._spawn = spawn or self._spawn_process
        self._workers: dict[int, Worker] = {}
        self._started: dict[int, float] = {}
        self._pauses: dict[int, float] = {}
        self._again: dict[int, IDelayedCall] = {}
        self._port: socket.socket | None = None
        self._claim: Claim | None = None
        self._stopping = False

    def startService(self) -> None:
        """
        Do what workers must not do at the same time, and start them.

        @raise StartError: they could not start.
        """
        found = self._settings
        try:
            make_private()
            prepare_state_dir(found.state_dir)
            self._claim = Claim(found.state_dir)
            for line in exposed(found):
                self._log.warn("{line}", line=line)
            for name in ("plane.key", "token.key", "names.key"):
                keys.load_or_make(found.state_dir, name)
            engine = make_engine(found.database_url)
            try:
                migrate(engine)
            finally:
                engine.dispose()
            # Held, but not listened on: nobody else gets it while a worker is started again.
            self._port = reserve_port(found)
        except StartError:
            self._let_go()
            one_line_errors()
            raise
        except OSError as e:
            self._let_go()
            one_line_errors()
            raise state_dir_error(found.state_dir, str(e)) from None
        for number in range(found.workers):
            self._start(number)
        self._log.info("HiChat serves {address} with {workers} workers", address=found.listen, workers=found.workers)
        super().startService()

    def read_again(self) -> None:
        """Workers have nothing that could be read again: they share C{tcp:} endpoints only."""

    def stopService(self) -> Deferred[None]:
        """Let them stop, as long as each may take."""
        super().stopService()
        self._stopping = True
        for call in self._again.values():
            call.cancel()
        workers = list(self._workers.values())
        gone = DeferredList([worker.gone for worker in workers])
        for worker in workers:
            worker.signal("TERM")
        last = self._reactor.callLater(DEADLINE + 1, self._kill)
        stopped: Deferred[None] = Deferred()

        def ended(_: object) -> None:
            if last.active():
                last.cancel()
            self._let_go()
            stopped.callback(None)

        gone.addCallback(ended)
        return stopped

    def _let_go(self) -> None:
        if self._port is not None:
            self._port.close()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _kill(self) -> None:
        for worker in self._workers.values():
            self._log.error("worker {number} does not stop, and is killed", number=worker.number)
            worker.signal("KILL")

    def _start(self, number: int) -> None:
        self._again.pop(number, None)
        worker = Worker(number, self._ended, self._write)
        self._workers[number] = worker
        self._started[number] = self._reactor.seconds()
        environment = dict(os.environ) | settings.to_environment(self._settings) | {NUMBER: str(number)}
        # A worker finds what its supervisor has found, wherever that is imported from.
        environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
        self._spawn(worker, environment)

    def _spawn_process(self, worker: Worker, environment: Mapping[str, str]) -> IProcessTransport:
        command = [sys.executable, "-m", "hichat.daemon.worker"]
        # Its standard input says, by its end, that the supervisor is gone.
        files = {0: "w", 1: "r", 2: "r"}
        with signals.blocked():
            started: IProcessTransport = self._reactor.spawnProcess(
                worker, command[0], command, environment, childFDs=files
            )
        return started

    def _ended(self, worker: Worker, how: str) -> None:
        del self._workers[worker.number]
        if self._stopping:
            return
        number = worker.number
        steady = self._reactor.seconds() - self._started[number] >= STEADY
        pause = AGAIN if steady else min(LONGEST, 2 * self._pauses.get(number, AGAIN / 2))
        self._pauses[number] = pause
        self._log.error(
            "worker {number} ended ({how}) and is started again in {pause} s", number=number, how=how, pause=pause
        )
        self._again[number] = self._reactor.callLater(pause, self._start, number)

    def _write(self, line: str) -> None:
        self._lines.write(line)
        self._lines.flush()
