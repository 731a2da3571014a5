"""A certified provider of OpenID Connect (npm's C{oidc-provider}) as a process that can be stopped and killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support import ports
from tests.support.daemon import ROOT, wait

HERE = ROOT / "tests/provider"
SECRET = "the client's secret: +/%"


def node() -> str:
    """@return: the path of Node. Without it, or without the provider, the test is skipped; with C{CI=true} it fails."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.exists() else shutil.which("node")
    reason = "Node is not installed" if found is None else ""
    if found is not None and not shutil.which("npm") and not beside.exists():
        reason = "npm is not installed"
    if not reason:
        path = f"{beside.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [HERE / "install"], env=os.environ | {"PATH": path}, capture_output=True, timeout=90, check=False
        )
        if done.returncode:
            reason = f"the provider cannot be installed: {done.stderr.decode(errors='replace')[-300:]}"
    if reason:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    assert found is not None
    return found


class RealProvider:
    """
    @param directory: for its file of people, and its log.
    @ivar issuer: at another site than the daemon, for a browser: the host has another name.
    """

    def __init__(self, directory: Path) -> None:
        self._node = node()
        self._people = directory / "people.json"
        self._log = directory / "provider.log"
        self._port = ports.reserve()
        self._process: subprocess.Popen[bytes] | None = None
        self.issuer = f"http://localhost:{self._port}"
        self.say({})

    def say(self, people: dict[str, Any]) -> None:
        """@param people: the claims of all people who are not disabled, by their names."""
        fresh = self._people.with_suffix(".new")
        fresh.write_text(json.dumps(people))
        fresh.replace(self._people)

    def start(self, redirect: str) -> None:
        """@param redirect: the daemon's address to which it may send browsers back."""
        command = [self._node, str(HERE / "provider.js"), str(self._port), str(self._people), redirect]
        with self._log.open("ab") as log:
            # In a group of its own: Node may be started by a script that is between it and us.
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        with suppress(OSError), urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def hang(self) -> None:
        """From now on it takes connections and answers nothing, as one that is too slow."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once; what was open is lost."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)
