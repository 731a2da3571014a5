"""Redis for tests: real servers, from Debian's packages. Each test has one of its own: most of them break it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from typing import Any
from unittest import SkipTest

from tests.support import ports
from tests.support.daemon import wait

PROGRAM = "redis-server"


class Redis:
    """
    A running server.

    @ivar url: as C{HICHAT_REDIS} has it.
    """

    def __init__(self, *options: str) -> None:
        if shutil.which(PROGRAM) is None:
            if os.environ.get("CI") == "true":
                raise AssertionError(f"no {PROGRAM}: apt-get install redis-server")
            raise SkipTest(f"no {PROGRAM} on this machine: apt-get install redis-server")
        self.port = ports.reserve()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                PROGRAM,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--daemonize",
                "no",
                *self._options,
            ],
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        wait(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as client:
            client.sendall(b"PING\r\n")
            return bool(client.recv(100))
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def redis_for(case: Any, *options: str) -> Redis:
    """
    @param case: the test, which ends the server at its end.
    @return: a running server.
    """
    made = Redis(*options)
    case.addCleanup(made.kill)
    return made
