"""A process that serves several daemons: its side of their sockets, and theirs of its."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime import processes
from hichat.runtime.callers import Callers, CallingDaemon
from hichat.runtime.channel import Debt, framed
from hichat.runtime.doors import LONGEST_PATH, open_door
from hichat.runtime.link import Link
from hichat.runtime.processes import LOOKS_AT_STOPPED, StoppedLooks, state_of
from tests.support.daemon import until, wait
from tests.support.doubles import watch_log
from tests.support.scene import Scene, fixture_of

CLOCK: Any = reactor
LARGE = "x" * 5_000_000


def heard(end: socket.socket, count: int = 1) -> list[Any]:
    """@return: the next messages at this end."""
    with end.makefile("rb") as file:
        return [msgspec.msgpack.decode(file.read(int.from_bytes(file.read(4), "big"))) for _ in range(count)]


class CallerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.ours, theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.door = Path(self.mktemp())
        self.door.parent.mkdir(exist_ok=True)
        self.callers = Callers(theirs, self.door, lambda caller: caller.tell("hello"))

    def call(self) -> socket.socket:
        end = socket.socket(socket.AF_UNIX)
        self.addCleanup(end.close)
        end.connect(str(self.door))
        return end

    def took(self) -> list[Any] | None:
        calls = self.callers.wait()
        return None if calls is None else [msgspec.msgpack.decode(message) for _, message in calls]

    def test_one_message_of_each_at_a_time(self) -> None:
        others = [self.call(), self.call()]
        for number, end in enumerate([self.ours, *others]):
            end.sendall(framed(f"{number} a") + framed(f"{number} b"))
        taken: list[Any] = []
        while len(taken) < 6:
            found = self.took()
            assert found is not None
            self.assertEqual(len({text[0] for text in found}), len(found))
            taken += found
        self.assertEqual(sorted(taken), ["0 a", "0 b", "1 a", "1 b", "2 a", "2 b"])
        self.assertEqual([heard(end) for end in (self.ours, *others)], [["hello"]] * 3)

    def test_a_message_in_pieces_holds_nobody_up(self) -> None:
        other, data = self.call(), framed("late")
        for at in range(len(data) - 1):
            other.sendall(data[at : at + 1])
            self.ours.sendall(framed(at))
            self.assertEqual(self.took(), [at])
        other.sendall(data[-1:])
        self.assertEqual(self.took(), ["late"])

    def test_one_that_does_not_read_holds_nobody_up(self) -> None:
        other = self.call()
        other.sendall(framed("ask"))
        calls = self.callers.wait()
        assert calls is not None
        ((caller, _),) = calls
        self.callers.tell(caller, LARGE)
        self.assertTrue(caller.wants_to_write)
        self.ours.sendall(framed("next"))
        self.assertEqual(self.took(), ["next"])
        # Then it reads, and gets all of it.
        found: list[Any] = []
        reading = threading.Thread(target=lambda: found.extend(heard(other, 2)))
        reading.start()
        while caller.wants_to_write:
            self.ours.sendall(framed("again"))
            self.took()
        reading.join(30)
        self.assertEqual(found, ["hello", LARGE])

    def test_one_that_goes_takes_its_messages_along(self) -> None:
        """Those that were not taken; no message of the others is lost."""
        ends = {"first": self.ours, "goes": self.call(), "stays": self.call()}
        for name, end in ends.items():
            end.sendall(b"".join(framed(f"{name} {number}") for number in range(10 if name == "first" else 3)))
        taken: list[Any] = []
        while "goes 0" not in taken:
            taken += self.took() or ["the first is gone"]
        ends["goes"].close()
        self.ours.sendall(framed("first end"))
        while "first end" not in taken:
            taken += self.took() or ["the first is gone"]
        found = {name: [text.split()[1] for text in taken if text.startswith(name)] for name in ends}
        whole = [f"{number}" for number in range(10)]
        self.assertEqual(found, {"first": [*whole, "end"], "goes": ["0"], "stays": whole[:3]})
        self.assertNotIn("the first is gone", taken)
        self.ours.close()
        self.assertIsNone(self.took(), "it ends with the first")

    def test_a_caller_that_is_gone_is_told_nothing(self) -> None:
        end, other = socket.socketpair()
        caller = CallingDaemon(end)
        other.close()
        caller.tell("nothing")
        self.assertFalse(caller.read())

    def test_what_a_dead_process_left(self) -> None:
        self.assertEqual(self.door.stat().st_mode & 0o777, 0o600)
        open_door(self.door).close()
        deep = Path(self.mktemp()).absolute() / ("d" * LONGEST_PATH)
        deep.mkdir(parents=True)
        open_door(deep / "writer.sock").close()
        self.assertTrue((deep / "writer.sock").is_socket())


class DebtTests(SynchronousTestCase):
    def test_answers_that_wait_while_this_process_is_stopped(self) -> None:
        """When it goes on, it reads them before it says that they are late."""
        clock = Clock()
        overdue: list[float] = []

        def is_late() -> bool:
            overdue.append(clock.seconds())
            return False

        debt = Debt(clock, 60.0, is_late)
        debt.asked()
        clock.callLater(60.0, debt.answered)
        clock.advance(60)
        self.assertEqual(overdue, [])
        debt.asked()
        clock.advance(59)
        self.assertEqual(overdue, [])
        clock.advance(1)
        self.assertEqual(overdue, [120])


class StoppedLooksTests(SynchronousTestCase):
    def test_a_process_that_is_slowed_down(self) -> None:
        """Somebody stops it and lets it go on, many times a second: each look finds it stopped, but it has worked."""
        ticks = iter(range(100))
        self.patch(processes, "_stat", lambda pid: ["T", *["0"] * 10, str(next(ticks)), "0"])
        looks = StoppedLooks()
        self.assertFalse(any(looks.look(1) for _ in range(5 * LOOKS_AT_STOPPED)))
        self.patch(processes, "_stat", lambda pid: ["T", *["0"] * 10, "7", "0"])
        self.assertEqual([looks.look(1) for _ in range(LOOKS_AT_STOPPED)], [False] * (LOOKS_AT_STOPPED - 1) + [True])

    def test_a_process_that_is_stopped(self) -> None:
        """One that goes on, or that only waits for long, is not."""
        process = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        looks = StoppedLooks()

        def become(signal_: signal.Signals, state: str) -> None:
            os.kill(process.pid, signal_)
            wait(lambda: state_of(process.pid) == state)

        def look(times: int) -> list[bool]:
            return [looks.look(process.pid) for _ in range(times)]

        not_yet = [False] * (LOOKS_AT_STOPPED - 1)
        self.assertFalse(any(look(2 * LOOKS_AT_STOPPED)))
        become(signal.SIGSTOP, "T")
        self.assertEqual(look(LOOKS_AT_STOPPED - 1), not_yet)
        become(signal.SIGCONT, "S")
        self.assertFalse(any(look(2 * LOOKS_AT_STOPPED)))
        become(signal.SIGSTOP, "T")
        self.assertEqual(look(LOOKS_AT_STOPPED - 1), not_yet)
        self.assertFalse(looks.look(None))
        self.assertEqual(look(LOOKS_AT_STOPPED), [*not_yet, True])
        looks.forget()
        self.assertEqual(look(LOOKS_AT_STOPPED), [*not_yet, True])


ECHO = """
import sys, time
import msgspec
from pathlib import Path
from hichat.runtime.callers import Callers
import socket
ours, theirs = socket.socketpair()
callers = Callers(theirs, Path(sys.argv[1]), lambda caller: caller.tell("hello"))
print("open", flush=True)
while True:
    for caller, message in callers.wait():
        if b"sleep" in message:
            time.sleep(100)
        callers.tell(caller, msgspec.msgpack.decode(message))
"""


class Linked(Scene):
    async def set_up(self) -> None:
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        # Too long a path for a socket.
        self.door = Path(self.mktemp()).absolute() / ("d" * LONGEST_PATH) / "writer.sock"
        self.door.parent.mkdir(parents=True)
        self.messages: list[Any] = []
        self.losses = 0

    def serve(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", ECHO, str(self.door)], stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        assert process.stdout is not None
        self.addCleanup(process.stdout.close)
        assert process.stdout.readline() == b"open\n"
        return process

    def link(self, deadline: float = 60.0) -> Link:
        link = Link("the echo", self.door, CLOCK, self.messages.append, self.lose, deadline)
        self.addCleanup(link.stop)
        link.start()
        return link

    def lose(self) -> None:
        self.losses += 1

    def pause(self) -> Deferred[None]:
        return deferLater(CLOCK, 0.2)


linked = fixture_of(Linked)


async def test_a_process_that_comes_goes_and_comes_again(linked: Linked) -> None:
    link = linked.link()
    await linked.pause()
    assert not link.is_there
    first = linked.serve()
    await until(lambda: linked.messages, 30)
    assert link.pid == first.pid
    link.ask(LARGE)
    await until(lambda: len(linked.messages) == 2, 30)
    assert msgspec.msgpack.decode(linked.messages[1]) == LARGE
    first.kill()
    await until(lambda: linked.losses, 30)
    assert (link.is_there, link.pid) == (False, None)
    second = linked.serve()
    await until(lambda: link.pid == second.pid, 30)
    said = [eventAsText(event, includeTimestamp=False, includeSystem=False) for event in linked.logged]
    assert said == ["the echo has ended; it is looked for again", "the echo is there again"]
    await link.stop()
    second.kill()
    await linked.pause()
    assert linked.losses == 1


async def test_a_process_that_does_not_answer_is_killed(linked: Linked) -> None:
    process = linked.serve()
    link = linked.link(deadline=0.3)
    await until(lambda: linked.messages, 30)
    link.ask("sleep")
    await until(lambda: linked.losses, 30)
    assert process.wait(20) == -9
    assert any("has not answered within 0.3 s" in eventAsText(event) for event in linked.logged)


async def test_looking_for_a_process_opens_no_files(linked: Linked) -> None:
    """However long it is away: a worker looks twenty times a second."""
    linked.link()
    for _ in range(4):
        await linked.pause()
    opened = []
    for file in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # closed since
            opened.append(os.readlink(f"/proc/self/fd/{file}"))
    assert opened.count(str(linked.door.parent)) == 1


async def test_a_link_that_never_was(linked: Linked) -> None:
    link = linked.link()
    await link.stop()
    await linked.pause()
    linked.serve()
    await linked.pause()
    assert (link.is_there, linked.messages, os.listdir(linked.door.parent)) == (False, [], ["writer.sock"])
