"""The receiver of outgoing hooks (L{hook_receiver}), as a test sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.support import hook_receiver, ports


class HookReceiver:
    """
    A process, which may be killed, and started again at the same port.

    @param file: where it notes what it gets.
    @ivar url: where it listens.
    """

    def __init__(self, file: Path) -> None:
        self._port = ports.reserve()
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}/x"

    def start(self, secret: str, fails: int = 0, pause: float = 0) -> None:
        """
        Start it.

        @param secret: by which it checks the signatures.
        @param fails: see L{hook_receiver}; as for C{pause}.
        """
        command = [sys.executable, hook_receiver.__file__, str(self._port), secret, str(self._file)]
        told = {"FAILS": str(fails), "PAUSE": str(pause)}
        self._process = subprocess.Popen(
            command, env={**os.environ, **told}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def end(self) -> None:
        """Kill it, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def got(self) -> list[tuple[str, Any]]:
        """@return: the ids and bodies of what was received, in order. A line that was cut off was not answered."""
        text = self._file.read_text() if self._file.exists() else ""
        lines = (line.split("\t", 1) for line in text.split("\n")[:-1])
        return [(line[0], json.loads(line[1])["data"]) for line in lines]

    def has(self, sent: Sequence[int]) -> bool:
        """@return: whether all of these positions have come."""
        return {data["position"] for _, data in self.got()} >= set(sent)

    def check_order(self, sent: Sequence[int]) -> int:
        """
        Each message once or more, the first time in order; what comes again has the same id and the same body.

        @param sent: the positions of the messages, as the log has them.
        @return: how many have come again.
        """
        got = self.got()
        firsts: dict[int, tuple[str, Any]] = {}
        for mark, data in got:
            position = data["position"]
            if position in firsts:
                assert firsts[position] == (mark, data)
            else:
                firsts[position] = (mark, data)
        assert list(firsts) == list(sent)
        assert all(sooner < later for sooner, later in pairwise(firsts))
        return len(got) - len(firsts)
