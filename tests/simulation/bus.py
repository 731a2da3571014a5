"""
Redis, simulated, and the worker's connections to it. What is published may be lost, come twice, come late, and not come
to one of them for a while; Redis may end and lose all connections.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from twisted.internet.task import Clock, LoopingCall

from hichat.cluster.redis import PROBE, SILENCE


class SimulatedRedis:
    """
    The server.

    @param chance: decides what goes wrong.
    @ivar whole: whether everything arrives, from now on.
    @ivar is_there: whether it runs.
    @ivar lost: how many messages did not come to somebody who was connected; C{doubled}: how many came twice.
    @ivar ends: how often it has ended.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._buses: list[SimulatedBus] = []
        self.whole, self.is_there = False, True
        self.lost = self.doubled = self.ends = 0

    def bus(self, clock: Clock) -> SimulatedBus:
        """@return: a worker's connections, which are not made yet."""
        made = SimulatedBus(self, clock)
        self._buses.append(made)
        return made

    def publish(self, message: bytes, to: int) -> None:
        """Whoever is connected gets it, mostly."""
        for bus in self._buses:
            if not bus.is_connected or to not in (0, bus.number):
                continue
            luck = 1.0 if self.whole else self._chance.random()
            if bus.is_deaf or luck < 0.05:
                self.lost += 1
                continue
            bus.coming.append(message)
            if luck < 0.1:
                self.doubled += 1
                bus.coming.append(message)

    def end(self) -> None:
        """It ends, with all that it has not handed out yet."""
        self.is_there = False
        self.ends += 1
        for bus in self._buses:
            bus.lose()

    def forget(self, bus: SimulatedBus) -> None:
        """A process is dead."""
        self._buses.remove(bus)

    def mend(self) -> None:
        """Everything works from now on."""
        self.whole = self.is_there = True
        for bus in self._buses:
            bus.is_deaf = bus.is_mute = False

    @property
    def is_quiet(self) -> bool:
        """Whether all who are there are connected, and have heard everything."""
        return all(bus.is_up and not bus.coming for bus in self._buses)

    def number(self) -> int:
        """@return: a random number of a member."""
        return self._chance.getrandbits(63) + 1


class SimulatedBus:
    """
    A worker's connections to Redis; see L{hichat.cluster.redis.RedisBus}, which looks at them in the same way.

    @ivar coming: what was published and has not come yet.
    @ivar is_deaf: whether nothing comes to it; C{is_mute}: whether nothing is heard of it. It is not told.
    @ivar losses: how often they were made anew.
    """

    has_room = True

    def __init__(self, redis: SimulatedRedis, clock: Clock) -> None:
        self.heard: Callable[[bytes], object] = lambda message: None
        self.came_up: Callable[[], object] = lambda: None
        self.went_down: Callable[[], object] = lambda: None
        self.probe: Callable[[], object] = lambda: None
        self.number = self.losses = 0
        self.is_connected = self.is_up = self.is_deaf = self.is_mute = False
        self.coming: deque[bytes] = deque()
        self._redis = redis
        self._clock = clock
        self._sign = 0.0
        self._probing = LoopingCall(self._look)
        self._probing.clock = clock

    def start(self) -> None:
        """Connect, and look each second whether the connections are good."""
        self._connect()
        self._probing.start(PROBE, now=False)

    def die(self) -> None:
        """kill -9."""
        self.is_connected = False
        self._redis.forget(self)

    def say(self, message: bytes, to: int = 0) -> None:
        """Publish a message."""
        if self.is_connected and not self.is_mute:
            self._redis.publish(message, to)

    def is_heard(self) -> None:
        """A message of this process has come back."""
        self._sign = self._clock.seconds()
        if not self.is_up:
            self.is_up = True
            self.came_up()

    def step(self) -> None:
        """The next message comes."""
        if self.coming:
            self.heard(self.coming.popleft())

    def lose(self) -> None:
        """The connections end. A new one is made on another way."""
        self.is_connected = self.is_deaf = self.is_mute = False
        self.losses += 1
        self.coming.clear()
        if self.is_up:
            self.is_up = False
            self.went_down()

    def _connect(self) -> None:
        if self._redis.is_there:
            self.number = self._redis.number()
            self.is_connected = True
            self._sign = self._clock.seconds()
            self.probe()

    def _look(self) -> None:
        if not self.is_connected:
            self._connect()
            return
        self.probe()
        if self._clock.seconds() - self._sign > SILENCE:
            self.lose()
