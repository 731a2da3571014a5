"""
A connection of the daemon to a process that another one has started, and that serves several daemons at its Unix
socket. It is made again when it is lost. L{hichat.runtime.channel} tells how the two talk.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.runtime.channel import Debt, ProcessChannel, factory_of
from hichat.runtime.child import ANSWER_DEADLINE
from hichat.runtime.doors import reachable

KNOCK_PAUSE = 0.05
"""Seconds between two tries to connect: the process is away for a second or so when it is started again."""


class Link:
    """
    The connection, while there is one.

    @param name: the process's name in the log.
    @param door: the path of its socket.
    @param heard: called with each message of the process.
    @param lost: called when the connection is lost, mostly because the process has ended. What it was asked for may be
        done or not.
    @param deadline: seconds that it has for an answer, after which it is killed: whoever started it starts another one.
    """

    _log = Logger()

    def __init__(
        self,
        name: str,
        door: Path,
        reactor: Any,
        heard: Callable[[bytes], None],
        lost: Callable[[], None],
        deadline: float = ANSWER_DEADLINE,
    ) -> None:
        self.name = name
        self._reactor = reactor
        self._door = reachable(door)
        self._tell_heard = heard
        self._tell_lost = lost
        self._deadline = deadline
        self._channel: ProcessChannel | None = None
        self._knocking: Deferred[Any] | IDelayedCall | None = None
        self._was_lost = False
        self._debt = Debt(reactor, deadline, self._kill_the_late)

    @property
    def is_there(self) -> bool:
        """Whether there is a connection, so that L{ask} may be called."""
        return self._channel is not None

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is no connection."""
        if self._channel is None:
            return None
        # Who has called listen at the other end; unix(7), SO_PEERCRED.
        found = self._channel.transport.getHandle().getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
        )
        return int(struct.unpack("3i", found)[0])

    def start(self) -> None:
        """Connect; if that fails, try again later."""
        channel = ProcessChannel(self._heard, self._lost)
        connecting = UNIXClientEndpoint(self._reactor, self._door).connect(factory_of(channel))
        self._knocking = connecting
        connecting.addCallbacks(self._connected, self._not_connected)

    def _connected(self, channel: ProcessChannel) -> None:
        self._knocking = None
        self._channel = channel
        self._debt.forget()
        if self._was_lost:
            self._log.info("{name} is there again", name=self.name)

    def _not_connected(self, failure: Failure) -> None:
        if self._knocking is not None:
            self._knocking = self._reactor.callLater(KNOCK_PAUSE, self.start)

    def stop(self) -> Deferred[None]:
        """Close the connection, and make no other one. @return: fires at once, as L{Supervised.stop} does."""
        knocking, self._knocking = self._knocking, None
        if knocking is not None:
            knocking.cancel()
        self._debt.forget()
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.transport.abortConnection()
        return succeed(None)

    def ask(self, message: Any) -> None:
        """Send a message, which the process answers with one."""
        assert self._channel is not None
        self._debt.asked()
        self._channel.send(message)

    def _heard(self, message: bytes) -> None:
        self._debt.answered()
        self._tell_heard(message)

    def _lost(self, channel: ProcessChannel) -> None:
        if self._channel is not channel:
            return
        self._channel = None
        self._debt.forget()
        self._was_lost = True
        self._log.error("{name} has ended; it is looked for again", name=self.name)
        self._knocking = self._reactor.callLater(KNOCK_PAUSE, self.start)
        self._tell_lost()

    def _kill_the_late(self) -> bool:
        pid = self.pid
        if pid is None:
            return False
        self._log.error(
            "{name} has not answered within {seconds} s, and is killed", name=self.name, seconds=self._deadline
        )
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return False
