"""The fixtures of whole-system tests; a module that needs more of its system has a fixture of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.system import DeliverySystem, SharedSystem, SharedV2System, System
from tests.support.daemon import Daemon
from tests.support.raw import Server
from tests.support.scene import fixture_of

system = fixture_of(System)
shared_system = fixture_of(SharedSystem)
v2 = fixture_of(SharedV2System)
delivery = fixture_of(DeliverySystem)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that does not run yet, for tests that need no running reactor. It is killed after the test."""
    daemon = Daemon(tmp_path / "daemon")
    yield daemon
    daemon.kill()


@pytest.fixture
def short_directory() -> Iterator[Path]:
    """A directory whose path is short: the path of a UNIX socket may have a hundred bytes."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A daemon for clients that send any bytes. At the end it must stop in order, without a failure in its log."""
    server = Server(tmp_path_factory.mktemp("raw") / "daemon")
    try:
        yield server
        server.end()
    finally:
        server.daemon.kill()
