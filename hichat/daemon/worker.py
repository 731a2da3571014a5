"""The process of one worker: C{python -m hichat.daemon.worker}. L{hichat.daemon.supervisor} starts it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO
from twisted.internet.task import LoopingCall
from twisted.logger import Logger, globalLogBeginner

from hichat.core.errors import StartError
from hichat.core.ports import INeighbours
from hichat.daemon import settings
from hichat.daemon.assembly import assemble
from hichat.daemon.roll_call import ROLL_CALL, SERVES
from hichat.daemon.service import HiChat
from hichat.daemon.supervisor import HOST, NEIGHBOURS, NODE, NODE_FACTS, NUMBER, READ_AGAIN
from hichat.runtime import signals
from hichat.runtime.clock import make_steady
from hichat.runtime.logs import make_observer
from hichat.runtime.neighbours import SUPERVISOR, Neighbours

TELL_FACTS = 2.0
"""Seconds between two times that a worker tells the supervisor its connections and position."""


class Leash(Protocol):
    """
    A pipe from the supervisor: its lines tell the daemon's number, and its end tells that the supervisor is gone.

    @param node_is: see L{HiChat.node_is}.
    """

    def __init__(self, stop: Callable[[], None], node_is: Callable[[int | None], object]) -> None:
        self._stop = stop
        self._node_is = node_is
        self._rest = b""

    def dataReceived(self, data: bytes) -> None:
        """The daemon has another number, or none."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._node_is(_node(line.decode()))

    def connectionLost(self, reason: Any = None) -> None:
        """The supervisor is gone: stop this worker."""
        self._stop()


def tell_facts(service: HiChat, neighbours: INeighbours) -> None:
    """Tell the supervisor what a worker says of itself. One that is stopping has nothing to say."""
    facts = service.facts()
    if facts is not None:
        neighbours.tell(NODE_FACTS, facts, SUPERVISOR)


def _node(text: str) -> int | None:
    return int(text) if text else None


def main() -> None:
    """Run one worker; the supervisor has put its settings and its number into the environment."""
    from twisted.internet import reactor as installed

    reactor: Any = installed
    make_steady(reactor)
    signals.ignore()
    found = settings.load({}, os.environ, Path.cwd())
    number = int(os.environ[NUMBER])
    service: HiChat | None = None
    observer = make_observer(
        found.log_level,
        found.log_format,
        sys.stdout,
        reactor,
        number,
        lambda: None if service is None else service.node,
    )
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    neighbours = Neighbours(number, reactor)
    put_together = partial(assemble, neighbours=neighbours, host=int(os.environ[HOST]))
    service = HiChat(found, put_together, reactor, worker=number)
    # The first lines of the log have the number, too.
    service.node_is(_node(os.environ.get(NODE, "0")))
    try:
        service.startService()
    except StartError as e:
        sys.exit(str(e))

    stopping: list[bool] = []

    def stop(*_: object) -> None:
        # The supervisor may ask for it, and so may a signal to the whole process group.
        if not stopping:
            stopping.append(True)
            reactor.callFromThread(reactor.stop)

    def lost() -> None:
        if not stopping:
            log = Logger("hichat.daemon.worker")
            log.error("the supervisor has let this worker go, or is gone itself; the worker stops")
        stop()

    service.node_is(_node(os.environ.get(NODE, "0")))
    StandardIO(Leash(stop, service.node_is))
    neighbours.connect(socket.socket(fileno=NEIGHBOURS), lost)
    neighbours.follow(ROLL_CALL, lambda number, _: neighbours.tell(ROLL_CALL, None, SUPERVISOR), None)
    neighbours.follow(READ_AGAIN, lambda number, _: service.read_again(), None)
    reactor.callWhenRunning(neighbours.tell, SERVES, None, SUPERVISOR)
    if not found.on_sqlite:
        telling = LoopingCall(tell_facts, service, neighbours)
        telling.clock = reactor
        telling.start(TELL_FACTS)
    signal.signal(signal.SIGTERM, stop)
    # A terminal's Ctrl-C goes to the supervisor, too, which then stops this worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    # The reactor installs handlers for SIGCHLD, which it needs for child processes, and for SIGTERM. The latter is
    # replaced again, because a second SIGTERM would make the reactor fail.
    reactor.callWhenRunning(signal.signal, signal.SIGTERM, stop)
    reactor.run()


if __name__ == "__main__":
    main()
