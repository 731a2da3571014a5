"""The network of the tests with several hosts: what is cut is cut, and nothing stays behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.daemon import wait
from tests.support.network import Host, Network

SERVE = """
import socket
with socket.create_server(("0.0.0.0", 4000)) as server:
    while True:
        server.accept()[0].close()
"""
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], 4000), 0.5)"


@contextmanager
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.remove()


def reaches(one: Host, other: Host) -> bool:
    """@return: whether a connection can be made."""
    command = [*one.prefix, sys.executable, "-c", CONNECT, other.address]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def names() -> str:
    """@return: all namespaces and bridges."""
    listed = (["ip", "netns", "list"], ["ip", "link", "show", "type", "bridge"])
    return "".join(subprocess.run(each, capture_output=True, text=True, check=True).stdout for each in listed)


@pytest.mark.alone
def test_what_is_cut_is_cut() -> None:
    with network() as made:
        one, other = made.add(), made.add()
        serving = subprocess.Popen([*other.prefix, sys.executable, "-c", SERVE])
        try:
            wait(lambda: reaches(one, other))
            # This process is at the bridge, too.
            socket.create_connection((other.address, 4000), 5).close()
            for cut, mend in (
                (lambda: one.lose(other), lambda: one.find(other)),
                (lambda: other.lose(one), lambda: other.find(one)),
                (one.pull_out, one.plug_in),
            ):
                cut()
                assert not reaches(one, other)
                mend()
                wait(lambda: reaches(one, other))
        finally:
            serving.kill()
            serving.wait()


# Another process of these tests would remove what the dead one has left, too.
@pytest.mark.alone
def test_nothing_stays() -> None:
    """Not even of a run that was killed, or a process at one of its hosts."""
    dead = subprocess.Popen(["true"])
    dead.wait()
    name = f"hc{dead.pid}-1x2"
    with network() as made:
        host = made.add()
        for command in (["netns", "add", name], ["link", "add", f"hc{dead.pid}-b1", "type", "bridge"]):
            subprocess.run(["ip", *command], check=True)
        left = subprocess.Popen(["nsenter", f"--net=/run/netns/{name}", "sleep", "1000"])
        own = subprocess.Popen([*host.prefix, "sleep", "1000"])
        wait(lambda: own.pid in host.processes())
        wait(lambda: left.pid in Host(name, "").processes())
        with network():
            assert f"hc{dead.pid}-" not in names()
            assert left.wait(10) < 0
            assert own.poll() is None
    assert own.wait(10) < 0
    assert host.path.rpartition("/")[2] not in names()
