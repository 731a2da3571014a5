"""
What a service manager is told of the daemon: systemd's C{sd_notify} protocol, for units of C{Type=notify}.

Each notice is a datagram to the UNIX socket that the environment names. The protocol is a few lines, so there is no
library for it here: the small ones for Python are not maintained, and systemd's own has to be compiled.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from twisted.internet.task import LoopingCall
from twisted.logger import Logger

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PROCESS = "WATCHDOG_PID"
"""
The environment variables: the socket; the microseconds after which the service manager restarts a daemon that gives no
sign of life; the process that is to give it.
"""

SEND_TIMEOUT = 0.5
"""Seconds that a notice may take if the service manager does not read."""


class ServiceNotices:
    """
    Tells the service manager how the daemon is.

    @param environment: the environment. The variables are removed from it: they are not for child processes.
    @param reactor: the daemon's.
    @ivar deadline: the seconds within which signs of life must follow each other; None: none are wanted.
    """

    _log = Logger()

    def __init__(self, environment: MutableMapping[str, str], reactor: Any) -> None:
        self._reactor = reactor
        self._address = environment.pop(SOCKET, "")
        microseconds, self._process = environment.pop(WATCHDOG, ""), environment.pop(WATCHDOG_PROCESS, "")
        self.deadline = int(microseconds) / 1_000_000 if microseconds.isdecimal() and int(microseconds) else None
        self._is_ready = False
        self._can_tell = True
        self._beats: LoopingCall | None = None

    def tell(self, **facts: object) -> None:
        """
        Send a notice.

        @param facts: see sd_notify(3).
        """
        if not self._address:
            return
        notice = "\n".join(f"{name}={' '.join(str(value).split())}" for name, value in facts.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.settimeout(SEND_TIMEOUT)
                # A name that begins with @ is abstract: it is in no directory.
                place = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
                end.sendto(notice.encode(), place)
        except OSError as e:
            if self._can_tell:
                self._log.warn("the service manager cannot be told how the daemon is: {cause}", cause=e)
            self._can_tell = False
        else:
            self._can_tell = True

    def ready(self, status: str) -> None:
        """The daemon serves."""
        self._is_ready = True
        self.tell(READY=1, STATUS=status)

    def stopping(self) -> None:
        """The daemon stops."""
        self._is_ready = False
        self.tell(STOPPING=1, STATUS="stops")

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """A context manager: meanwhile the daemon reads again what C{SIGHUP} wants it to."""
        if self._is_ready:
            self.tell(RELOADING=1, MONOTONIC_USEC=time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        try:
            yield
        finally:
            if self._is_ready:
                self.tell(READY=1)

    def alive(self) -> None:
        """Give a sign of life."""
        self.tell(WATCHDOG=1)

    def every(self, share: float, act: Callable[[], object]) -> None:
        """
        If signs of life are wanted, call something regularly from now on, for as long as the reactor runs.

        @param share: the time between two calls, as a share of L{deadline}.
        """
        if self._process not in ("", str(os.getpid())):
            # They are wanted of another process: twistd without -n has forked.
            self.deadline = None
        if self.deadline is not None and self._beats is None:
            self._beats = LoopingCall(act)
            self._beats.clock = self._reactor
            self._beats.start(self.deadline * share)
