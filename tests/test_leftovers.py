"""What one test leaves behind does not concern the next one in the same process; see C{conftest.py}."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest
from twisted.internet.utils import getProcessOutput


class TestSignals:
    """The functions of a class run in one process, one after the other."""

    async def test_the_reactor_runs(self) -> None:
        pass

    def test_a_loop_takes_the_signals_and_lets_go_of_them(self) -> None:
        loop = asyncio.new_event_loop()
        loop.add_signal_handler(signal.SIGUSR1, print)
        loop.close()
        assert signal.set_wakeup_fd(-1) == -1, "so it does"

    @pytest.mark.timeout(20)
    async def test_a_child_that_ends_is_heard_of(self) -> None:
        assert await getProcessOutput(sys.executable, ["-c", "print(1)"]) == b"1\n"
