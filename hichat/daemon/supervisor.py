"""
Several workers behind one port: their supervisor. What each of their processes runs is L{hichat.daemon.worker}.

Each worker is a whole daemon. The kernel shares the port's connections out among them (C{SO_REUSEPORT}), the plane goes
from each to each, and the store is one.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any, TextIO

from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import ILogObserver, Logger

from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.service import (
    STOP_DEADLINE,
    InTwistd,
    StateDirLock,
    exposed,
    make_private,
    one_line_errors,
    prepare_state_dir,
    reserve_port,
    state_dir_error,
)
from hichat.daemon.settings import DaemonSettings
from hichat.runtime import keys
from hichat.runtime.logs import plain
from hichat.runtime.supervision import Supervised
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate

WORKER_LINE_LIMIT = 256 * 1024
"""Bytes that a worker may write without an end of line."""

NUMBER = "HICHAT_WORKER"
"""The environment variable that tells a worker its number, from 0."""


class Worker(Supervised):
    """
    A worker process, as its supervisor sees it.

    @param number: from 0.
    @param write: takes each line that it logs.
    """

    patience = STOP_DEADLINE + 1
    longest_line = WORKER_LINE_LIMIT

    def __init__(self, number: int, found: DaemonSettings, reactor: Any, write: Callable[[str], object]) -> None:
        super().__init__(reactor, (sys.executable, "-m", "hichat.daemon.worker"))
        self.name = f"worker {number}"
        self._environment = settings.to_environment(found) | {NUMBER: str(number)}
        self._write = write

    def begin(self) -> None:
        """See L{Supervised.begin}."""
        # Its standard input says, by its end, that the supervisor is gone.
        self.spawn({0: "w", 1: "r", 2: "r"}, self._environment)

    def printed(self, line: str) -> None:
        """What it logs goes into our log."""
        # Most lines were made plain where they come from; some are not of the log, but of an interpreter that dies.
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
    Starts the workers, and each again that ends.

    @param found: C{workers} is 2 at least.
    @param log: where the workers' lines go.
    """

    name = "hichat"
    _log = Logger()

    def __init__(self, found: DaemonSettings, reactor: Any, observer: ILogObserver | None, log: TextIO) -> None:
        self._settings = found
        self._reactor = reactor
        self._observer = observer
        self._lines = log
        self._workers: list[Worker] = []
        self._port: socket.socket | None = None
        self._claim: StateDirLock | None = None

    def startService(self) -> None:
        """
        Do what workers must not do at the same time, and start them.

        @raise StartError: they could not start.
        """
        found = self._settings
        try:
            make_private()
            prepare_state_dir(found.state_dir)
            self._claim = StateDirLock(found.state_dir)
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
        self._workers = [Worker(number, found, self._reactor, self._write) for number in range(found.workers)]
        for worker in self._workers:
            worker.start()
        self._log.info("HiChat serves {address} with {workers} workers", address=found.listen, workers=found.workers)
        super().startService()

    def read_again(self) -> None:
        """Workers have nothing that could be read again: they share C{tcp:} endpoints only."""

    def stopService(self) -> Deferred[None]:
        """Let them stop, as long as each may take."""
        super().stopService()
        gone = gatherResults([worker.stop() for worker in self._workers])
        return gone.addCallback(lambda _: self._let_go())

    def _let_go(self) -> None:
        if self._port is not None:
            self._port.close()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _write(self, line: str) -> None:
        self._lines.write(line)
        self._lines.flush()
