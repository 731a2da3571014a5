"""Tests for L{hichat.runtime.child}, with real processes that do not do as they should: the daemon waits for none."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import LoopingCall
from twisted.logger import eventAsText

from hichat.runtime import supervision
from hichat.runtime.child import ChildProcess
from hichat.runtime.signals import HARMLESS
from hichat.runtime.supervision import EXIT_TIMEOUT, WORDS
from tests.support.doubles import watch_log
from tests.support.scene import Scene, fixture_of
from tests.support.times import own_seconds

CLOCK: Any = reactor


class Odd(ChildProcess):
    """A process that says whatever it is told to."""

    name = "the odd one"
    module = "none"

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(None, CLOCK, [sys.executable, "-c", code], **more)
        self.over: Deferred[int] = Deferred()
        self.messages: list[bytes] = []
        self.was_overdue = False

    def heard(self, message: bytes) -> None:
        self.messages.append(message)

    def overdue(self) -> None:
        self.was_overdue = True

    def ended(self, status: int) -> None:
        self.over.callback(status)


class ProcessScene(Scene):
    async def set_up(self) -> None:
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        # How long the reactor was held up: this is to be called all the time.
        self.last, self.longest = own_seconds(), 0.0
        turns = LoopingCall(self.turn)
        turns.start(0.01)
        self.addCleanup(turns.stop)

    def turn(self) -> None:
        now = own_seconds()
        self.longest, self.last = max(self.longest, now - self.last), now

    def begin(self, code: str, **more: Any) -> Odd:
        made = Odd(code, **more)
        self.addCleanup(made.stop)
        made.begin()
        self.last, self.longest = own_seconds(), 0.0
        return made

    def said(self) -> list[str]:
        return [each["line"] for each in self.logged if each.get("name") == "the odd one"]

    def later(self) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        CLOCK.callLater(0.01, done.callback, None)
        return done


scene = fixture_of(ProcessScene)


@pytest.mark.alone
async def test_one_that_closes_its_socket_and_lives_on(scene: ProcessScene) -> None:
    """It is killed after a while; until then its work may still be done, so its end is not told."""
    made = scene.begin("import os, time; os.close(0); time.sleep(1000)")
    assert await made.over == -9
    assert scene.longest < EXIT_TIMEOUT / 2
    assert made.pid is None


@pytest.mark.alone
async def test_one_that_is_let_go_and_does_not_go(scene: ProcessScene) -> None:
    made = scene.begin("import time; time.sleep(1000)")
    made.let_go()
    assert not made.is_there
    assert await made.over == -9
    assert scene.longest < EXIT_TIMEOUT / 2


async def test_one_that_complains_a_lot(scene: ProcessScene) -> None:
    """More than a pipe takes, in lines without an end too: it is not held up, and the log has bounded lines."""
    made = scene.begin(
        "import sys\nfor n in range(300): print('x' * 1000, file=sys.stderr)\n"
        "sys.stderr.write('y' * 300_000); sys.stderr.write('\\nlast words'); sys.exit(3)"
    )
    assert await made.over == 3
    while "last words" not in scene.said():
        await scene.later()
    assert sum(len(line) for line in scene.said() if line.startswith("x")) == 300_000
    assert sum(len(line) for line in scene.said() if line.startswith("y")) == 300_000
    # What a read brings is one more at most.
    assert max(map(len, scene.said())) <= WORDS + 2**16
    assert all(eventAsText(each) for each in scene.logged)


async def test_letters_that_are_none(scene: ProcessScene) -> None:
    made = scene.begin("import os; os.write(2, b'\\xff\\x1b[2J\\n')")
    await made.over
    while not scene.said():
        await scene.later()
    assert scene.said() == ["\ufffd\x1b[2J"]


async def test_all_that_it_has_said_is_heard_before_its_end_is_told(scene: ProcessScene) -> None:
    """Also when the reactor hears of its end first."""
    made = scene.begin("import os; os.write(0, b'\\0\\0\\0\\1x' * 20_000 + b'\\0\\0\\0\\1'); os._exit(5)")
    assert made._channel is not None
    made._channel.transport.pauseProducing()
    while Path(f"/proc/{made.pid}").exists():
        await scene.later()
    await scene.later()
    assert not made.over.called
    made._channel.transport.resumeProducing()
    assert await made.over == 5
    assert len(made.messages) == 20_000


async def test_one_that_does_not_answer(scene: ProcessScene) -> None:
    made = scene.begin("import time; time.sleep(1000)", deadline=0.5)
    made.ask("?")
    assert await made.over == -9
    assert made.was_overdue
    (line,) = [eventAsText(each) for each in scene.logged if "seconds" in each]
    assert "the odd one has not answered within 0.5 s, and is killed" in line


async def test_one_that_answers_some(scene: ProcessScene) -> None:
    """Each answer has as long as the first; then one is missing."""
    code = "import os, time\nfor n in range(3): time.sleep(1); os.write(0, b'\\0\\0\\0\\1x')\ntime.sleep(1000)"
    made = scene.begin(code, deadline=2.5)
    for _ in range(4):
        made.ask("?")
    assert await made.over == -9
    assert len(made.messages) == 3


async def test_one_that_is_asked_nothing_may_take_its_time(scene: ProcessScene) -> None:
    code = "import os, time; time.sleep(0.2); os.write(0, b'\\0\\0\\0\\1x'); time.sleep(1.5)"
    made = scene.begin(code, deadline=0.7)
    await scene.later()
    while not made.messages:
        await scene.later()
    assert await made.over == 0
    assert not made.was_overdue


@pytest.mark.alone
async def test_one_that_starts_others_which_live_on(scene: ProcessScene) -> None:
    """They hold its pipes and its socket: its end is told all the same."""
    made = scene.begin(
        "import subprocess, sys; print(subprocess.Popen(['sleep', '1000'], close_fds=False).pid, file=sys.stderr);"
        "sys.exit(3)"
    )
    assert await made.over == 3
    os.kill(int(scene.said()[0]), signal.SIGKILL)
    assert scene.longest < EXIT_TIMEOUT / 2


async def test_what_it_may_hear(scene: ProcessScene) -> None:
    """No signal that is for the daemon, from its first moment; nothing but its socket and its standard error."""
    given = os.open(os.devnull, os.O_RDONLY)
    scene.addCleanup(os.close, given)
    os.set_inheritable(given, True)
    made = scene.begin(
        "import os, signal, sys; print(sorted(signal.pthread_sigmask(0, ())), file=sys.stderr);"
        "print(os.listdir('/proc/self/fd'), os.readlink('/proc/self/fd/1'), file=sys.stderr)"
    )
    await made.over
    blocked = sorted({*HARMLESS, signal.SIGINT, signal.SIGTERM})
    # The fourth is the directory that is listed.
    assert scene.said() == [str(blocked), "['0', '1', '2', '3'] /dev/null"]


async def test_a_start_beside_many_connections(scene: ProcessScene) -> None:
    """It does not look at each of them, and has none of them."""
    made = Odd("import os, sys; print(len(os.listdir('/proc/self/fd')), file=sys.stderr)")
    scene.addCleanup(made.stop)
    for _ in range(100):
        scene.addCleanup(socket.socket().close)
    looked_at: list[int] = []
    look = fcntl.fcntl

    def counted(file: int, *more: Any) -> Any:
        looked_at.append(file)
        return look(file, *more)

    with patch.object(fcntl, "fcntl", counted):
        made.begin()
    assert len(looked_at) < 50, looked_at
    await made.over
    assert scene.said() == ["4"]


async def test_one_that_somebody_stops(scene: ProcessScene) -> None:
    """It is killed, though it owes no answer: it may hold a lock that others wait for."""
    with patch.object(supervision, "LOOK_AT_PROCESS", 0.05):
        made = scene.begin("import time; time.sleep(1000)")
        assert made.pid is not None
        os.kill(made.pid, signal.SIGSTOP)
        assert await made.over == -9
    assert any("is stopped (by SIGSTOP" in eventAsText(each) for each in scene.logged)
    assert made._next_look is None


@pytest.mark.alone
async def test_stopped_while_it_starts_and_while_it_works(scene: ProcessScene) -> None:
    """The daemon is not held up, and hears when it is gone; no end is told that was asked for."""
    for code in ("import time; time.sleep(1000)", "import sys; sys.stdin.read()"):
        made = scene.begin(code)
        pid = made.pid
        assert pid is not None
        await gatherResults([made.stop(), made.stop()])
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert made.pid is None
        assert not made.over.called
        assert scene.longest < EXIT_TIMEOUT / 2
        await made.stop()
