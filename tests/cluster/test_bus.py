"""The connection to real servers of Redis: over TLS, by a sentinel, and to one that does not read."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.internet.task import deferLater
from twisted.logger import LogEvent, capturedLogs

from hichat.cluster.members import Members
from hichat.cluster.redis import LAST_WORDS, REDIS_UNSENT_LIMIT, SILENCE, RedisBus
from hichat.cluster.redis_address import RedisAddress
from hichat.runtime.neighbours import ALONE
from tests.support.certificates import make_certificate
from tests.support.daemon import reactor, until
from tests.support.redis import Redis, redis_for, sentinel_for
from tests.support.scene import Scene, fixture_of

KEY = b"k" * 32


class Buses(Scene):
    """Members, each with a bus of its own. They are stopped at the end."""

    async def set_up(self) -> None:
        self.members: list[Members] = []
        self.buses: list[RedisBus] = []

    async def tear_down(self) -> None:
        for member, bus in zip(self.members, self.buses, strict=True):
            member.stop()
            await bus.stop()

    def connect(self, url: str) -> None:
        """One more member, of a host of its own, at that address."""
        bus = RedisBus(RedisAddress.parse(url), "test", reactor)
        member = Members(bus, KEY, len(self.buses), reactor, ALONE)
        member.start()
        bus.start()
        self.members.append(member)
        self.buses.append(bus)

    async def whole(self) -> None:
        """Wait until all know each other."""
        others = len(self.members) - 1
        await until(lambda: all(member.is_up and len(member) == others for member in self.members), 30)

    async def cut(self) -> None:
        """Wait until none is up."""
        await until(lambda: not any(bus.is_up for bus in self.buses), 30)

    def secure_redis(self, trusted: bool = True, host: str = "localhost") -> Redis:
        """@return: a server that speaks TLS only, and has a password; its certificate is for a host."""
        key, certificate = make_certificate(host=host)
        file = Path(self.mktemp())
        file.write_bytes(key + certificate)
        if trusted:
            self.set_environment("SSL_CERT_FILE", str(file))
        return redis_for(self, "--requirepass", "geheim", certificate=file)


buses = fixture_of(Buses)


def texts(events: Sequence[LogEvent]) -> str:
    return " ".join(str(event.get("log_format", "")).format(**event) for event in events)


async def test_tls(buses: Buses) -> None:
    """Over TLS, with a password. Whoever stops while Redis is frozen does not wait for it."""
    redis = buses.secure_redis()
    for _ in range(2):
        buses.connect(redis.url.replace("//", "//:geheim@"))
    await buses.whole()
    redis.signal(signal.SIGSTOP)
    buses.members[0].batch_is(bytes(1 << 20))
    begun = reactor.seconds()
    for bus in buses.buses:
        await bus.stop()
    assert reactor.seconds() - begun < 2 * LAST_WORDS + 1
    redis.signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("trusted", "host", "words"),
    [(False, "localhost", "certificate verify failed"), (True, "redis.lan", "another host")],
)
async def test_a_certificate_that_is_not_right(buses: Buses, trusted: bool, host: str, words: str) -> None:
    """The log says what is wrong, and nothing goes to that server."""
    redis = buses.secure_redis(trusted, host)
    with capturedLogs() as events:
        buses.connect(redis.url.replace("//", "//:geheim@"))
        await until(lambda: words in texts(events), SILENCE + 10)
    assert "geheim" not in texts(events)
    assert not buses.buses[0].is_up


@pytest.mark.timeout(120)
async def test_sentinel(buses: Buses) -> None:
    """The server that the sentinel calls master is used, and the next one when it is dead."""
    first = redis_for(buses)
    second = redis_for(buses, "--replicaof", f"127.0.0.1 {first.port}")
    sentinel = sentinel_for(buses, first)
    for _ in range(2):
        buses.connect(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/main")
    await buses.whole()
    # Until the sentinel knows who else there is.
    await until(lambda: f"port={second.port}" in first.ask("INFO replication"), 30)
    await until(lambda: str(second.port) in sentinel.ask("SENTINEL replicas main"), 30)
    first.kill()
    await buses.cut()
    await buses.whole()
    assert "role:master" in second.ask("INFO replication")


async def test_redis_that_does_not_read(buses: Buses) -> None:
    """What waits for it has a bound; soon the connection is made anew, and nothing waits any more."""
    redis = redis_for(buses)
    for _ in range(2):
        buses.connect(redis.url)
    await buses.whole()
    redis.signal(signal.SIGSTOP)
    bus = buses.buses[0]
    sent = 0
    while bus.has_room and sent < 100:
        buses.members[0].batch_is(bytes(1 << 20))
        sent += 1
        await deferLater(reactor, 0)
    # The sockets' buffers take some of it.
    assert REDIS_UNSENT_LIMIT >> 20 <= sent < 20
    await buses.cut()
    redis.signal(signal.SIGCONT)
    begun = reactor.seconds()
    await buses.whole()
    assert reactor.seconds() - begun < 5
