"""Faults of a service of several hosts: what happens to them, to their network, to PostgreSQL and to Redis."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.support.daemon import Daemon, reactor
from tests.support.network import Host
from tests.support.postgres import Server
from tests.support.redis import Redis

SECONDS = (0.3, 1.0, 2.5, 5.0)
"""How long a fault lasts."""

LONGER = 12.0
"""Longer than any lease."""


class Fault(NamedTuple):
    """
    @ivar name: what happens.
    @ivar daemon: to which daemon it happens; None: to none of them.
    @ivar begin: lets it happen.
    @ivar end: ends it.
    """

    name: str
    daemon: Daemon | None
    begin: Callable[[], Awaitable[Any]]
    end: Callable[[], Awaitable[Any]]


class Faults:
    """
    @param places: each daemon, and the host where it runs.
    @param postgresql: the server.
    @param of_postgresql: where it runs.
    @param redis: the server.
    @param of_redis: where it runs.
    @param clocks: the files that say by how many seconds daemons' clocks are off.
    """

    def __init__(
        self,
        places: dict[Daemon, Host],
        postgresql: Server,
        of_postgresql: Host,
        redis: Redis,
        of_redis: Host,
        clocks: dict[Daemon, Path],
        chance: Random,
    ) -> None:
        self._places = places
        self._postgresql, self._of_postgresql = postgresql, of_postgresql
        self._redis, self._of_redis = redis, of_redis
        self._clocks = clocks
        self._chance = chance

    def deck(self) -> list[Fault]:
        """@return: every kind of fault once, in a random order, each at a random place."""
        found = [
            self._kill(signal.SIGKILL, "a daemon is killed"),
            self._kill(signal.SIGTERM, "a daemon is stopped"),
            self._kill_process("hichat.daemon.worker", "a worker is killed"),
            self._kill_process("hichat.pipeline.ledger.hub", "the log's writer is killed"),
            self._freeze(),
            self._freeze_writer(),
            self._slow_down(),
            self._server("Redis is killed", self._redis.kill, self._redis.start),
            self._server("Redis is frozen", *self._signals(self._redis.signal, signal.SIGSTOP, signal.SIGCONT)),
            self._server("PostgreSQL crashes", lambda: self._postgresql.stop(signal.SIGQUIT), self._postgresql.start),
            self._server("PostgreSQL is restarted", self._postgresql.stop, self._postgresql.start),
            self._pull_out(),
            *([self._set_clock()] if self._clocks else ()),
        ]
        for name, other in (("Redis", self._of_redis), ("PostgreSQL", self._of_postgresql)):
            found += [
                self._cut(f"a host is cut off from {name}", other, True, True),
                self._cut(f"what a host sends to {name} is lost", other, True, False),
                self._cut(f"what {name} sends to a host is lost", other, False, True),
            ]
        self._chance.shuffle(found)
        return found

    def _any(self) -> tuple[Daemon, Host]:
        return self._chance.choice(list(self._places.items()))

    def _kill(self, how: signal.Signals, name: str) -> Fault:
        daemon, _ = self._any()
        return Fault(name, daemon, lambda: daemon.stop(how, 30), daemon.start)

    def _kill_process(self, module: str, name: str) -> Fault:
        found = [daemon for daemon in self._places if daemon.running(module)]
        daemon = self._chance.choice(found or list(self._places))

        async def kill() -> None:
            for pid in daemon.running(module)[:1]:
                _signal(pid, signal.SIGKILL)

        return Fault(name, daemon, kill, _nothing)

    def _freeze(self) -> Fault:
        daemon, host = self._any()
        return Fault("a host is frozen", daemon, _all_get(host, signal.SIGSTOP), _all_get(host, signal.SIGCONT))

    def _freeze_writer(self) -> Fault:
        daemon, host = self._any()

        async def freeze() -> None:
            for pid in daemon.running("hichat.pipeline.ledger.hub"):
                _signal(pid, signal.SIGSTOP)

        return Fault("the log's writer is frozen", daemon, freeze, _all_get(host, signal.SIGCONT))

    def _slow_down(self) -> Fault:
        """It runs for a fifth of the time."""
        daemon, host = self._any()
        stop, go_on = _all_get(host, signal.SIGSTOP), _all_get(host, signal.SIGCONT)
        state = {"over": False}

        async def alternate() -> None:
            while not state["over"]:
                await stop()
                await deferLater(reactor, 0.08)
                await go_on()
                await deferLater(reactor, 0.02)

        running: list[Any] = []

        async def begin() -> None:
            running.append(Deferred.fromCoroutine(alternate()))

        async def end() -> None:
            state["over"] = True
            await running[0]

        return Fault("a host is slow", daemon, begin, end)

    def _server(self, name: str, begin: Callable[[], Any], end: Callable[[], Any]) -> Fault:
        return Fault(name, None, _in_thread(begin), _in_thread(end))

    def _signals(
        self, send: Callable[[signal.Signals], object], *numbers: signal.Signals
    ) -> tuple[Callable[[], object], ...]:
        return tuple(lambda number=number: send(number) for number in numbers)

    def _set_clock(self) -> Fault:
        daemon, file = self._chance.choice(list(self._clocks.items()))
        hour = self._chance.choice((-3600, 3600))

        async def set_to(seconds: int) -> None:
            file.write_text(str(seconds))

        return Fault("a host's clock is an hour off", daemon, lambda: set_to(hour), lambda: set_to(0))

    def _pull_out(self) -> Fault:
        daemon, host = self._any()
        return Fault("a host's cable is out", daemon, _in_thread(host.pull_out), _in_thread(host.plug_in))

    def _cut(self, name: str, other: Host, to_it: bool, from_it: bool) -> Fault:
        daemon, host = self._any()
        ways = [way for way, is_cut in (((host, other), to_it), ((other, host), from_it)) if is_cut]

        def cut() -> None:
            for one, another in ways:
                one.lose(another)

        def mend() -> None:
            for one, another in ways:
                one.find(another)

        return Fault(name, daemon, _in_thread(cut), _in_thread(mend))


async def _nothing() -> None:
    pass


def _in_thread(function: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    async def call() -> None:
        await deferToThread(function)

    return call


def _all_get(host: Host, number: signal.Signals) -> Callable[[], Awaitable[Any]]:
    async def send() -> None:
        host.send(number)

    return send


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
