"""Devices that talk, for as long as a test wants."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from tests.support.daemon import reactor
from tests.support.devices import Device
from tests.support.times import own_seconds, waited_for_processor


class Chatter:
    """
    Devices that talk until they are told to stop.

    @param say: makes one of them say something.
    @param pause: seconds between two.
    @ivar said: how often.
    """

    def __init__(self, say: Callable[[int], object], pause: float = 0.001) -> None:
        self._say = say
        self._pause = pause
        self._over = False
        self.said = 0
        self._talking = Deferred.fromCoroutine(self._talk())

    async def _talk(self) -> None:
        while not self._over:
            self._say(self.said)
            self.said += 1
            await deferLater(reactor, self._pause)

    async def stop(self) -> None:
        """Let them finish."""
        self._over = True
        await self._talking


class Pulse:
    """
    Two who say something to each other all the time, to see how long it takes.

    @ivar times: seconds from saying to hearing, without those in which this machine did other things.
    """

    def __init__(self, one: Device, other: Device) -> None:
        self._one, self._other = one, other
        self.times: list[float] = []
        self._over = False
        self._beating = Deferred.fromCoroutine(self._beat())

    async def _beat(self) -> None:
        while not self._over:
            began, count = self._seconds(), len(self._other.heard)
            self._one.say("tick", user=self._other.user)
            while len(self._other.heard) == count:
                await deferLater(reactor, 0.002)
            self.times.append(self._seconds() - began)
            await deferLater(reactor, 0.01)

    def _seconds(self) -> float:
        # By a clock that stands still while the test or the daemon is ready to run, and others have the processors.
        process = self._one.daemon.process
        assert process is not None
        return own_seconds() - waited_for_processor(process.pid)

    async def stop(self) -> float:
        """@return: the longest time."""
        self._over = True
        await self._beating
        return max(self.times)
