"""What becomes of a daemon that cannot stop in time."""

from __future__ import annotations

import os
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.daemon.service import HiChat
from hichat.runtime.link import Link
from hichat.runtime.supervision import Supervised


class KilledChild(Supervised):
    """A child process that notes how it ends."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def begin(self) -> None: ...

    def ask_to_end(self) -> None: ...

    def printed(self, line: str) -> None: ...

    def ended(self, status: int) -> None: ...

    def kill(self) -> None:
        self._told.append("killed")


class DeadlineTests(SynchronousTestCase):
    def test_its_processes_end_before_it(self) -> None:
        """The store may keep them as well. A process that is the supervisor's goes on."""
        told: list[str] = []
        self.patch(os, "_exit", lambda status: told.append(f"exit {status}"))
        daemon = HiChat(cast(Any, None), cast(Any, None), Clock())
        daemon._end_now([KilledChild(told), cast(Link, object()), KilledChild(told)])
        self.assertEqual(told, ["killed", "killed", "exit 1"])
