"""The sockets between workers and their supervisor."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.logger import eventAsText

from hichat.runtime import neighbours
from hichat.runtime.neighbours import Neighbours, Switchboard
from tests.support.doubles import watch_log
from tests.support.scene import Scene, fixture_of

CLOCK: Any = reactor


class Switched(Scene):
    """
    @ivar heard: by worker, what it has heard.
    """

    async def set_up(self) -> None:
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        self.switchboard = Switchboard(CLOCK)
        self.heard: dict[int, list[Any]] = {}
        self.ends: list[Any] = []
        self.lost: list[int] = []

    def join(self, number: int, reads: bool = True) -> Neighbours:
        """A worker starts, after the supervisor has connected it."""
        end = self.switchboard.connect(number)
        worker = Neighbours(number, CLOCK)
        heard = self.heard[number] = []
        worker.follow("talk", lambda other, said: heard.append((other, said)), str)
        worker.follow_workers(lambda other: heard.append(f"came {other}"), lambda other: heard.append(f"gone {other}"))
        self.addCleanup(worker.disconnect)
        if reads:
            self.read(worker, end)
        else:
            self.addCleanup(end.close)
            self.ends.append(end)
        return worker

    def read(self, worker: Neighbours, end: socket.socket) -> None:
        worker.connect(end, lambda: self.lost.append(worker.number))

    async def until(self, condition: Any) -> None:
        for _ in range(3000):
            if condition():
                return
            await deferLater(CLOCK, 0.01)
        raise AssertionError(f"it does not come: {self.heard}"[:2000])


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
    await switched.until(lambda: [len(heard) for heard in switched.heard.values()] == [53, 53, 54])
    talks = [[said for said in heard if isinstance(said, tuple)] for heard in switched.heard.values()]
    assert talks[0] == talks[1]
    assert [said for said in talks[2] if said != (0, "only for you")] == talks[0]
    assert sorted(number for number, _ in talks[0]) == sorted([*(count % 3 for count in range(50)), 1])
    comings = [[said for said in heard if isinstance(said, str)] for heard in switched.heard.values()]
    assert comings == [["came 1", "came 2"], ["came 0", "came 2"], ["came 0", "came 1"]]


async def test_one_that_dies_and_comes_again(switched: Switched) -> None:
    first, second = switched.join(0), switched.join(1)
    second.disconnect()
    await switched.until(lambda: "gone 1" in switched.heard[0])
    switched.join(1).tell("talk", "again")
    await switched.until(lambda: (1, "again") in switched.heard[0])
    # It is started again before the end of its old socket was heard of.
    first.disconnect()
    switched.join(0)
    await switched.until(lambda: switched.heard[1][-2:] == ["gone 0", "came 0"])


async def test_one_that_does_not_read_is_let_go(switched: Switched) -> None:
    """The others go on."""
    switched.patch(neighbours, "UNREAD_LIMIT", 1_000_000)
    first = switched.join(0)
    second = switched.join(1, reads=False)
    for count in range(40):
        first.tell("talk", f"{count} " + "x" * 100_000)
        await deferLater(CLOCK, 0.001)
    await switched.until(lambda: "gone 1" in switched.heard[0])
    await switched.until(lambda: len(switched.heard[0]) == 42)
    texts = [eventAsText(event) for event in switched.logged]
    assert len([text for text in texts if "worker 1 does not read" in text]) == 1, texts
    # When it goes on it learns that: the others do not know its users any more.
    assert switched.lost == []
    switched.read(second, switched.ends[0])
    await switched.until(lambda: switched.lost == [1])
