"""
The README's Python example, as it stands there, against a running daemon.

Written for pytest-twisted, whose fixtures may be coroutines; trial finds no test case here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.integration.daemon import ROOT, Daemon, reactor, until


@pytest_twisted.async_yield_fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    """A daemon with two people."""
    running = Daemon(tmp_path)
    for name in ("ann", "bob"):
        running.command("user", "add", name, line="password\n")
    await running.start()
    yield running
    await running.stop()


@pytest.mark.timeout(60)
@pytest_twisted.ensureDeferred
async def test_the_example(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    """Ann's program says hi to user 2, and prints what comes."""
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example.replace("http://127.0.0.1:8000", daemon.url), names)
    bob = await daemon.connect(2, daemon.token("bob"))
    program = Deferred.fromCoroutine(names["main"](reactor))
    program.addErrback(lambda failure: None)
    (heard,) = await bob.heard(1)
    assert '"hi"' in heard
    bob.say(userId=2, TargetId=1, Type=1, Media=1, Content="hello yourself")
    printed = ""

    def arrived() -> bool:
        nonlocal printed
        printed += capsys.readouterr().out
        return "hello yourself" in printed

    await until(arrived)
    program.cancel()
    await bob.leave()
