"""
Processes that begin with HiChat's modules loaded: loading takes most of the time of a daemon's start, or of a command.

One process for each process of pytest loads them, and forks C{twistd} and C{hichat} when it is asked to. The two talk
over a socket; a message is one packet of JSON::

    pytest                                       the process that forks
    arguments, directory, environment, umask, network;
    standard input, output and error         ->
                                             <-  the number of the process
                                             <-  ... and its exit status, once it has ended
    end of file: end

The reactor is not loaded before the fork: two processes would share it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any

from tests.support.network import enter
from tests.support.nursery import open_nursery

ROOT = Path(__file__).resolve().parents[2]

PROGRAMS = {"twistd": ("twisted.scripts.twistd", "run"), "hichat": ("hichat.cli", "main")}
"""By the name of the command: the module and the function that setup.cfg, or Twisted's, give as its entry point."""

MODULES = (
    "hichat.tap",
    "hichat.cli",
    "hichat.terminal.chat",
    "alembic.command",
    "alembic.config",
    "jinja2",
    "zxcvbn.matching",
)
"""Loaded before the fork, with those that they import."""

PACKET = 1_000_000

STEP = 0.005
"""Seconds between two looks whether a process has ended."""


class Forked:
    """
    A process, with the methods of L{subprocess.Popen} that tests use.

    @ivar returncode: as C{Popen} has it; None until the end was noticed.
    """

    def __init__(self, forks: Forks, pid: int) -> None:
        self._forks = forks
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """@return: the exit status; None: it runs."""
        if self.returncode is None:
            self.returncode = self._forks.status(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """
        Wait for the end. @return: the exit status.

        @raise subprocess.TimeoutExpired: it has not ended in time.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(STEP)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """The process that forks, as pytest's process sees it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HICHAT_")}
        # With bytecode, as installed programs: otherwise Python compiles them each time.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with theirs:
            self._process = subprocess.Popen(
                # With room for the names of the processes that come of it.
                [sys.executable, "-m", __name__, f"{theirs.fileno():060}"],
                cwd=ROOT,
                env=environment | {"PYTHONPATH": str(ROOT)},
                pass_fds=[theirs.fileno()],
            )
        self._statuses: dict[int, int] = {}
        # Commands are run in threads, too.
        self._lock = Lock()

    def start(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        *standard: IO[Any],
        network: str | None = None,
    ) -> Forked:
        """
        @param arguments: the name of the command, and its arguments.
        @param standard: standard input, output and error.
        @param network: the network namespace; None: this process's.
        """
        umask = os.umask(0o077)
        os.umask(umask)
        wanted = {
            "arguments": arguments,
            "directory": str(directory),
            "environment": environment,
            "umask": umask,
            "network": network,
        }
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(wanted).encode()], [file.fileno() for file in standard])
            while not (said := self._heard())["begun"]:
                self._statuses[said["pid"]] = said["status"]
            # A process of the same number may have ended before.
            self._statuses.pop(said["pid"], None)
        return Forked(self, said["pid"])

    def run(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str], line: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """
        Run a command to its end.

        @param arguments: as of L{start}.
        @param line: the standard input; at most as much as a pipe takes.
        """
        source, feed = os.pipe()
        reading, writing = os.pipe()
        with open(source, "rb") as given, open(reading) as shown, TemporaryFile("w+") as complaints:
            with open(feed, "w") as file:
                file.write(line)
            with open(writing, "wb") as out:
                process = self.start(arguments, directory, environment, given, out, complaints)
            try:
                text = shown.read()
                status = process.wait(60)
            finally:
                process.kill()
            complaints.seek(0)
            return subprocess.CompletedProcess(arguments, status, text, complaints.read())

    def status(self, pid: int) -> int | None:
        """@return: the exit status of a process; None: it runs."""
        with self._lock:
            while select.select([self._socket], [], [], 0)[0]:
                said = self._heard()
                self._statuses[said["pid"]] = said["status"]
            return self._statuses.get(pid)

    def _heard(self) -> dict[str, int]:
        packet = self._socket.recv(PACKET)
        assert packet, "the process that forks has ended"
        said: dict[str, int] = json.loads(packet)
        return said


@cache
def forks() -> Forks:
    """@return: the process that forks, for this process of pytest; it ends with it."""
    return Forks()


# The process that forks


def serve(ours: socket.socket) -> list[str]:
    """
    Fork until pytest has ended.

    @return: in each process that was forked: its arguments.
    @raise SystemExit: pytest has ended.
    """
    running: dict[int, int] = {}
    poll = select.poll()
    poll.register(ours, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready in running:
                pid = running.pop(ready)
                poll.unregister(ready)
                os.close(ready)
                _, status = os.waitpid(pid, 0)
                ours.send(_packet(begun=0, pid=pid, status=os.waitstatus_to_exitcode(status)))
                continue
            packet, standard, _, _ = socket.recv_fds(ours, PACKET, 3)
            if not packet:
                sys.exit()
            pid = os.fork()
            if not pid:
                for inherited in (*running, ours.detach()):
                    os.close(inherited)
                return _become(json.loads(packet), standard)
            for descriptor in standard:
                os.close(descriptor)
            watched = os.pidfd_open(pid)
            running[watched] = pid
            poll.register(watched, select.POLLIN)
            ours.send(_packet(begun=1, pid=pid))


def _packet(**said: int) -> bytes:
    return json.dumps(said).encode()


def _become(wanted: dict[str, Any], standard: list[int]) -> list[str]:
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["directory"])
    os.umask(wanted["umask"])
    if wanted["network"]:
        enter(wanted["network"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments: list[str] = wanted["arguments"]
    if arguments[:2] == ["twistd", "-n"]:
        open_nursery()
    return arguments


def main() -> None:
    """Load the modules, fork, and be the command that was asked for."""
    for name in (*MODULES, *(module for module, _ in PROGRAMS.values())):
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()
    # Ctrl-C is for pytest; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.argv = serve(socket.socket(fileno=int(sys.argv[1])))
    module, function = PROGRAMS[sys.argv[0]]
    sys.exit(getattr(importlib.import_module(module), function)())


if __name__ == "__main__":
    main()
