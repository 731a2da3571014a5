"""
A network of hosts on this machine: network namespaces at a bridge (ip-netns(8), veth(4)). The test's own process is at
the bridge, too, and reaches all of them.

Tests with one have the mark C{quiet} or C{alone}: while the machine's interfaces come and go, Chromium gives up what it
loads.

Every name begins with the process's number: what a killed run has left behind is removed by the next one.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn
from unittest import SkipTest

NAMESPACES = Path("/run/netns")
NOWHERE = "02:00:00:00:00:01"
"""A hardware address that nobody has."""

SUBNETS = 250
"""Each network has one of 198.18.0.0/16, which is for tests of networks (RFC 2544)."""

_NAME = re.compile(r"hc(\d+)-\w+")
_CLONE_NEWNET = 0x40000000


class Host:
    """
    A host.

    @ivar address: its address at the bridge.
    @ivar path: its network namespace.
    @ivar prefix: a command that runs another one at this host.
    """

    def __init__(self, name: str, address: str) -> None:
        self.address = address
        self._name = name
        self.path = str(NAMESPACES / name)
        self.prefix = ("nsenter", f"--net={self.path}")

    def processes(self) -> list[int]:
        """@return: the processes that run there."""
        own = os.stat(self.path)
        found = []
        for process in Path("/proc").iterdir():
            # They come and go.
            with suppress(OSError):
                if process.name.isdecimal() and os.path.samestat(os.stat(process / "ns" / "net"), own):
                    found.append(int(process.name))
        return found

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of them."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def pull_out(self) -> None:
        """Pull its cable out: nothing reaches it, and it reaches nobody."""
        _ip("link", "set", self._name, "down")

    def plug_in(self) -> None:
        """Plug the cable in again."""
        _ip("link", "set", self._name, "up")

    def lose(self, *others: Host) -> None:
        """From now on everything that it sends to these is lost, and it does not notice. What they send arrives."""
        for other in others:
            _ip(
                "-n",
                self._name,
                "neigh",
                "replace",
                other.address,
                "lladdr",
                NOWHERE,
                "dev",
                "eth0",
                "nud",
                "permanent",
            )

    def find(self, *others: Host) -> None:
        """It reaches these again."""
        for other in others:
            _ip("-n", self._name, "neigh", "del", other.address, "dev", "eth0")


class Network:
    """
    @raise SkipTest: this process may not make namespaces. With C{CI=true} it is a C{RuntimeError}.
    """

    def __init__(self) -> None:
        _check()
        _remove_left_over()
        self._prefix = f"hc{os.getpid()}-"
        self._subnet, self._lock = _free_subnet()
        self._bridge = f"{self._prefix}b{self._subnet}"
        self._hosts: list[str] = []
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"198.18.{self._subnet}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def add(self) -> Host:
        """@return: a further host."""
        number = len(self._hosts) + 2
        name = f"{self._prefix}{self._subnet}x{number}"
        address = f"198.18.{self._subnet}.{number}"
        _ip("netns", "add", name)
        self._hosts.append(name)
        _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", name, "master", self._bridge, "up")
        _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", name, "link", "set", device, "up")
        return Host(name, address)

    def remove(self) -> None:
        """Remove all hosts, with whatever still runs there."""
        for name in self._hosts:
            _remove_host(name)
        self._hosts = []
        _ip("link", "del", self._bridge)
        self._lock.close()


def enter(path: str) -> None:
    """
    Let this thread, and what it starts, be at another host.

    @param path: the host's namespace.
    """
    library = ctypes.CDLL(None, use_errno=True)
    with open(path) as namespace:
        if library.setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns to {path}")


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def _check() -> None:
    for program in ("ip", "nsenter"):
        if shutil.which(program) is None:
            _miss(f"needs {program}: apt-get install iproute2 util-linux")
    name = f"hc{os.getpid()}-try"
    try:
        _ip("netns", "add", name)
        _ip("netns", "del", name)
    except RuntimeError as e:
        _miss(f"needs the right to make network namespaces, as root has: {e}")


def _miss(what: str) -> NoReturn:
    raise (RuntimeError if os.environ.get("CI") == "true" else SkipTest)(what)


def _free_subnet() -> tuple[int, socket.socket]:
    """@return: a subnet that no other process has, and what keeps it as long as it is open."""
    first = os.getpid() % SUBNETS
    for number in (*range(first, SUBNETS), *range(first)):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0hichat-tests-subnet-{number}")
        except OSError:
            lock.close()
            continue
        return number, lock
    raise RuntimeError("every subnet is taken")


def _remove_left_over() -> None:
    """Remove what killed runs have left behind."""
    names: list[Any] = json.loads(_ip("-json", "netns", "list") or "[]")
    for name in [each["name"] for each in names]:
        if _is_left_over(name):
            _remove_host(name)
    for name in [each["ifname"] for each in json.loads(_ip("-json", "link", "show", "type", "bridge") or "[]")]:
        if _is_left_over(name):
            with suppress(RuntimeError):
                _ip("link", "del", name)


def _is_left_over(name: str) -> bool:
    found = _NAME.fullmatch(name)
    return found is not None and not Path(f"/proc/{found[1]}").exists()


def _remove_host(name: str) -> None:
    # Another run may remove the same one.
    with suppress(RuntimeError):
        for pid in _ip("netns", "pids", name).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "del", name)
    # The namespace itself ends with the last socket of who was in it, which may take a while.
    with suppress(RuntimeError):
        _ip("link", "del", name)
