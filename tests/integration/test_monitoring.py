"""What an operator's tools see of a daemon: the metrics at an endpoint of their own, and what systemd is told."""

from __future__ import annotations

import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.support import ports
from tests.support.daemon import Daemon, wait
from tests.support.service_manager import ServiceManager


@pytest.fixture
def manager(short_directory: Path) -> Iterator[ServiceManager]:
    made = ServiceManager(short_directory / "notify")
    yield made
    made.close()


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as e:
        return e.code, ""


def start(daemon: Daemon, manager: ServiceManager, deadline: float, **settings: str) -> int:
    """Start a daemon as systemd does, and wait until it says that it serves. @return: the port of its metrics."""
    port = ports.reserve()
    daemon.environment |= {f"HICHAT_{name}": value for name, value in settings.items()}
    daemon.environment |= {
        "HICHAT_METRICS_LISTEN": f"tcp:{port}:interface=127.0.0.1",
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": str(int(deadline * 1_000_000)),
    }
    daemon.fork()
    wait(lambda: daemon.is_running and manager.count("READY"))
    return port


def test_of_one(daemon: Daemon, manager: ServiceManager) -> None:
    port = start(daemon, manager, 2)
    assert [notice.get("STATUS", "")[:6] for notice in manager.notices[:2]] == ["looks ", "serves"]
    assert fetch(daemon.port, "/readyz") == (200, "ready\n"), "it serves when it says so"
    assert fetch(daemon.port, "/metrics")[0] == 404
    assert "\nhichat_build_info{" in fetch(port, "/metrics")[1]
    alive = manager.count("WATCHDOG")
    wait(lambda: manager.count("WATCHDOG") > alive + 1)
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    wait(lambda: manager.count("READY") == 2)
    assert manager.count("RELOADING") == 1
    # What its children would say is not for them to say.
    for child in daemon.children():
        assert b"NOTIFY_SOCKET" not in Path(f"/proc/{child}/environ").read_bytes()
    daemon.stop_in_order()
    assert manager.count("STOPPING") == 1
    assert "cannot be told" not in daemon.log.read_text()


def test_of_several_workers(daemon: Daemon, manager: ServiceManager) -> None:
    port = start(daemon, manager, 2, WORKERS="2")
    assert manager.count("READY") == 1
    assert {fetch(daemon.port, "/metrics")[0] for _ in range(10)} == {404}, "whichever worker answers"
    ready = re.compile(r'^hichat_ready\{worker="(\d)"\} 1.0', re.M)
    wait(lambda: sorted(ready.findall(fetch(port, "/metrics")[1])) == ["0", "1"])
    alive = manager.count("WATCHDOG")
    wait(lambda: manager.count("WATCHDOG") > alive + 1)
    # One whose reactor does not turn: no sign of life, until the supervisor has ended it, or it goes on.
    (stuck, *_) = [pid for pid in daemon.children() if b"daemon.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(stuck, signal.SIGSTOP)
    wait(lambda: "have not answered the supervisor" in daemon.log.read_text())
    with suppress(ProcessLookupError):
        os.kill(stuck, signal.SIGCONT)
    alive = manager.count("WATCHDOG")
    wait(lambda: manager.count("WATCHDOG") > alive + 1)
    daemon.stop_in_order()
    assert manager.count("STOPPING") == 1
