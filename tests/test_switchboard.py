"""The sockets between workers and their supervisor."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.logger import eventAsText

from hichat.runtime import neighbours
from hichat.runtime.neighbours import Neighbours, Switchboard
from tests.support.daemon import until
from tests.support.doubles import watch_log
from tests.support.scene import Scene, fixture_of

CLOCK: Any = reactor


class Switched(Scene):
    """
    @ivar heard: by worker, what it has heard.
    @ivar ends: by worker, its end of the socket.
    """

    async def set_up(self) -> None:
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        self.switchboard = Switchboard(CLOCK)
        self.heard: dict[int, list[Any]] = {}
        self.ends: dict[int, socket.socket] = {}
        self.lost: list[int] = []

    def join(self, number: int, reads: bool = True) -> Neighbours:
        """A worker starts, after the supervisor has connected it."""
        end = self.switchboard.connect(number)
        worker = Neighbours(number, CLOCK)
        heard = self.heard[number] = []
        worker.follow("talk", lambda other, said: heard.append((other, said)), str, echo=True)
        worker.follow("talk of others", lambda other, said: heard.append((other, f"to others: {said}")), str)
        worker.follow_workers(lambda other: heard.append(f"came {other}"), lambda other: heard.append(f"gone {other}"))
        self.ends[number] = end
        self.addCleanup(_shut, end)
        if reads:
            self.read(worker)
        return worker

    def read(self, worker: Neighbours) -> None:
        end = self.ends[worker.number].dup()
        worker.connect(end, lambda: self.lost.append(worker.number))

    def die(self, number: int) -> None:
        """A worker dies, and with it the socket."""
        _shut(self.ends[number])


def _shut(end: socket.socket) -> None:
    with end, contextlib.suppress(OSError):  # closed already
        end.shutdown(socket.SHUT_RDWR)


switched = fixture_of(Switched)


async def test_all_hear_the_same(switched: Switched) -> None:
    first, second = switched.join(0), switched.join(1)
    third = switched.join(2)
    for count in range(50):
        (first, second, third)[count % 3].tell("talk", f"{count}")
        if count % 7 == 0:
            await deferLater(CLOCK, 0)
    second.tell("talk", "large " + "x" * 3_000_000)
    second.tell("nobody follows this", [1, 2])
    first.tell("talk", "only for you", 2)
    second.tell("talk of others", "no echo")
    second.tell("talk", "after that")
    await until(lambda: [len(heard) for heard in switched.heard.values()] == [55, 54, 56], 30)
    assert [heard.count((1, "to others: no echo")) for heard in switched.heard.values()] == [1, 0, 1]
    talks = [
        [said for said in heard if isinstance(said, tuple) and "to others" not in said[1]]
        for heard in switched.heard.values()
    ]
    assert talks[0] == talks[1]
    assert [said for said in talks[2] if said != (0, "only for you")] == talks[0]
    assert sorted(number for number, _ in talks[0]) == sorted([*(count % 3 for count in range(50)), 1, 1])
    comings = [[said for said in heard if isinstance(said, str)] for heard in switched.heard.values()]
    assert comings == [["came 1", "came 2"], ["came 0", "came 2"], ["came 0", "came 1"]]


async def test_one_that_dies_and_comes_again(switched: Switched) -> None:
    for number in (0, 1):
        switched.join(number)
    switched.die(1)
    await until(lambda: "gone 1" in switched.heard[0], 30)
    switched.join(1).tell("talk", "again")
    await until(lambda: (1, "again") in switched.heard[0], 30)
    # It is started again before the end of its old socket was heard of.
    switched.die(0)
    switched.join(0)
    await until(lambda: switched.heard[1][-2:] == ["gone 0", "came 0"], 30)


async def test_one_that_does_not_read_is_let_go(switched: Switched) -> None:
    """The others go on."""
    switched.patch(neighbours, "UNREAD_LIMIT", 1_000_000)
    first = switched.join(0)
    second = switched.join(1, reads=False)
    for count in range(40):
        first.tell("talk", f"{count} " + "x" * 100_000)
        await deferLater(CLOCK, 0.001)
    await until(lambda: "gone 1" in switched.heard[0], 30)
    await until(lambda: len(switched.heard[0]) == 42, 30)
    texts = [eventAsText(event) for event in switched.logged]
    assert len([text for text in texts if "worker 1 does not read" in text]) == 1, texts
    # When it goes on it learns that: the others do not know its users any more.
    assert switched.lost == []
    switched.read(second)
    await until(lambda: switched.lost == [1], 30)


async def test_what_the_supervisor_hears(switched: Switched) -> None:
    """Only the supervisor; and it hears that a worker is gone."""
    heard: list[object] = []
    switched.switchboard.heard = lambda number, topic, body: heard.append((number, topic, bytes(body)))
    switched.switchboard.gone = lambda number: heard.append(f"gone {number}")
    workers = [switched.join(number) for number in range(2)]
    workers[1].tell("talk", "to the supervisor", neighbours.SUPERVISOR)
    workers[1].tell("talk", "to all")
    await until(lambda: (1, "to all") in switched.heard[0])
    assert heard == [(1, "talk", b"\xb1to the supervisor")]
    assert not any("supervisor" in str(each) for each in switched.heard[0])
    switched.die(1)
    await until(lambda: "gone 1" in heard)
