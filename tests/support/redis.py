"""Redis for tests: real servers, from Debian's packages. Each test has one of its own: most of them break it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import SkipTest

from tests.support import ports
from tests.support.daemon import wait
from tests.support.network import Host

PROGRAM = "redis-server"


class Redis:
    """
    A running server, or a sentinel.

    @param options: of its command line.
    @param certificate: a file with its key and its certificate for C{localhost}; None: it speaks no TLS.
    @param host: where it runs; None: here.
    @ivar url: as C{HICHAT_REDIS} has it.
    """

    def __init__(self, *options: str, certificate: Path | None = None, host: Host | None = None) -> None:
        if shutil.which(PROGRAM) is None:
            if os.environ.get("CI") == "true":
                raise AssertionError(f"no {PROGRAM}: apt-get install redis-server")
            raise SkipTest(f"no {PROGRAM} on this machine: apt-get install redis-server")
        self.port = ports.reserve()
        self._address = "127.0.0.1" if host is None else host.address
        self._prefix = () if host is None else host.prefix
        if certificate is None:
            self.url = f"redis://{self._address}:{self.port}"
            # A file of settings comes first.
            self._options = (*options, "--port", str(self.port))
        else:
            self.url = f"rediss://localhost:{self.port}"
            files = ("--tls-cert-file", str(certificate), "--tls-key-file", str(certificate))
            self._options = ("--port", "0", "--tls-port", str(self.port), *files, "--tls-auth-clients", "no", *options)
        if host is not None:
            # Otherwise it refuses who is elsewhere and has no password.
            self._options += ("--protected-mode", "no")
        self._tls = certificate is not None
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                *self._prefix,
                PROGRAM,
                *self._options,
                "--bind",
                self._address,
                "--save",
                "",
                "--daemonize",
                "no",
            ],
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        wait(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((self._address, self.port), 1) as client:
            if self._tls:
                return True
            client.sendall(b"PING\r\n")
            return bool(client.recv(100))
        return False

    def ask(self, command: str) -> str:
        """@return: its answer to a command, as far as it comes at once."""
        with socket.create_connection((self._address, self.port), 1) as client:
            client.sendall(command.encode() + b"\r\n")
            return client.recv(10_000).decode()

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


def redis_for(case: Any, *options: str, certificate: Path | None = None, host: Host | None = None) -> Redis:
    """
    @param case: the test, which ends the server at its end.
    @return: a running server. For the parameters see L{Redis}.
    """
    made = Redis(*options, certificate=certificate, host=host)
    case.addCleanup(made.kill)
    return made


def sentinel_for(case: Any, master: Redis) -> Redis:
    """
    @return: a running sentinel, which calls the master C{main}, and another server half a second after that one died.
    """
    file = Path(case.mktemp())
    file.write_text(
        f"sentinel monitor main 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds main 500\n"
        "sentinel failover-timeout main 2000\n"
    )
    return redis_for(case, str(file), "--sentinel")
