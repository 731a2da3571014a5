"""PostgreSQL is lost, and its standby takes over: a synchronous one, and one that had not got everything."""

from __future__ import annotations

import signal
import time
from random import Random
from typing import Any, ClassVar

import pytest
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from zope.interface import implementer

from hichat.client.connection import Client, Item
from hichat.client.speech import StartedAnew
from hichat.client.wire import Credentials
from hichat.wire.frames import Close, Happened
from tests import proof
from tests.integration.three_hosts import DATABASE, ThreeHosts
from tests.integration.traffic import Traffic
from tests.support.daemon import Daemon, reactor, until
from tests.support.devices import Person, check_log
from tests.support.network import Host
from tests.support.postgres import PASSWORD, Server, Standby
from tests.support.scene import fixture_of

PROMPT = {False: 5.0, True: 15.0}
"""
Seconds after the promotion within which all hosts are ready again: if the server's connections were closed, and if its
host vanished.
"""


class WithStandby(ThreeHosts):
    """
    @ivar standby: follows the server, at the host C{of_standby}.
    """

    workers: ClassVar[tuple[int, ...]] = (1, 1, 2)

    def make_server(self, host: Host) -> Server:
        made = super().make_server(host)
        self.of_standby = self.network.add()
        self.standby = Standby(made, self.of_standby)
        self.addCleanup(self.standby.remove)
        return made

    def url(self) -> str:
        places = "&".join(f"host={server.address}:{server.port}" for server in (self.postgresql, self.standby))
        return f"postgresql://hichat:{PASSWORD}@/{DATABASE}?{places}&target_session_attrs=read-write"

    async def in_step(self) -> None:
        """Wait until the standby has everything."""

        async def has_all() -> bool:
            return await deferToThread(lambda: self.standby.lag) <= 0

        await self.comes(has_all, 30, "the standby has everything")

    async def fail_over(self, *, silently: bool) -> float:
        """
        The server is lost, and the standby is promoted.

        @param silently: its host vanishes from the network, otherwise its processes are killed.
        @return: when the standby was promoted.
        """
        if silently:
            await deferToThread(self.of_postgresql.pull_out)
        await deferToThread(self.postgresql.stop, signal.SIGQUIT)
        await deferToThread(self.standby.promote)
        return time.monotonic()


class Synchronous(WithStandby, Traffic):
    keeps_log = False

    def make_server(self, host: Host) -> Server:
        made = super().make_server(host)
        for setting in ("synchronous_standby_names = '*'", "synchronous_commit = remote_apply"):
            made.execute(f"ALTER SYSTEM SET {setting}")
        made.execute("SELECT pg_reload_conf()")
        return made


synchronous = fixture_of(Synchronous)
with_standby = fixture_of(WithStandby)


@pytest.mark.quiet
@pytest.mark.skipif(not proof.FULL, reason="the other test does as much in less time: HICHAT_PROOF=full")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("silently", [False, True], ids=["killed", "vanishes"])
async def test_a_synchronous_standby(synchronous: Synchronous, silently: bool) -> None:
    """Nothing is lost, while people talk."""
    await synchronous.begin(Random(1))
    await deferLater(reactor, 2)
    promoted = await synchronous.fail_over(silently=silently)
    await synchronous.whole()
    whole = time.monotonic() - promoted
    said = {device: max(device.said, default=0) for device in synchronous.travellers}
    await until(lambda: all(any(n > said[device] for n in device.acks) for device in synchronous.travellers), 60)
    synchronous.report(whole_after=round(whole, 1), acks_after=round(time.monotonic() - promoted, 1))
    assert whole <= PROMPT[silently]
    # A quick fail-over leaves little time to talk.
    await until(lambda: sum(len(device.acks) for device in synchronous.travellers) > 300, 60)
    await synchronous.stop(60)
    assert synchronous.check() > 300


@implementer(IStreamClientEndpoint)
class Front:
    """A proxy before the daemons, as a client finds it: each connection goes to another one."""

    def __init__(self, daemons: list[Daemon]) -> None:
        self._daemons = daemons
        self._count = 0

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:  # noqa: N803
        daemon = self._daemons[self._count % len(self._daemons)]
        self._count += 1
        return TCP4ClientEndpoint(reactor, daemon.address, daemon.port, timeout=2).connect(protocolFactory)


class Speaker:
    """
    The client library.

    @ivar heard: ids and texts of messages.
    @ivar anew: what it was told when the log was another one.
    """

    def __init__(self, daemons: list[Daemon], person: Person) -> None:
        self.heard: list[tuple[int, str]] = []
        self.anew: list[StartedAnew] = []
        self.client = Client(
            reactor,
            "http://front",
            Credentials(*person),
            "laptop",
            endpoint=Front(daemons),
            on_item=self._hear,
            retry=lambda _: 0.2,
        )

    def _hear(self, item: Item) -> None:
        if isinstance(item, StartedAnew):
            self.anew.append(item)
        elif isinstance(item, Happened) and item.kind == "message":
            self.heard.append((item.id, str(item.text)))

    async def say(self, other: Person, *texts: str) -> list[int]:
        """Send messages; @return: their ids."""
        acks = await gatherResults(
            [Deferred.fromCoroutine(self.client.send(other[0], text)) for text in texts], consumeErrors=True
        )
        return [ack.id for ack in acks]


@pytest.mark.quiet
@pytest.mark.timeout(240)
async def test_a_standby_that_lags(with_standby: WithStandby) -> None:
    """
    What it has not got is lost. The log has a new epoch then: clients start anew by themselves, the library says which
    messages are lost, and what was not acknowledged is stored once.
    """
    ann, bob, cat = with_standby.insider.people(3)
    one, other = [Speaker(with_standby.daemons[place:], who) for place, who in enumerate((ann, bob))]
    old = await with_standby.daemons[2].connect(*cat)
    with_standby.peers.append(old)
    for speaker in (one, other):
        with_standby.addCleanup(speaker.client.close, 0)
        await speaker.client.connected()
    kept = await one.say(bob, *(f"kept {number}" for number in range(20)))
    await with_standby.in_step()
    hosts = with_standby.of_postgresql, with_standby.of_standby
    hosts[0].lose(hosts[1])
    hosts[1].lose(hosts[0])
    lost = await one.say(bob, *(f"lost {number}" for number in range(30)))
    await until(lambda: len(other.heard) == len(kept) + len(lost), 30)
    await deferToThread(with_standby.postgresql.stop, signal.SIGQUIT)
    saying = Deferred.fromCoroutine(one.say(bob, *(f"new {number}" for number in range(40))))
    began = await with_standby.fail_over(silently=False)
    new = await saying
    acked = time.monotonic() - began
    assert await old.gone(30) == Close.TROUBLE
    await until(lambda: one.anew and other.anew, 30)
    told = time.monotonic() - began
    await until(lambda: len(other.heard) == len(kept) + len(lost) + len(new), 30)
    with_standby.report(acked_after=round(acked, 1), told_after=round(told, 1))
    assert not proof.FULL or told <= PROMPT[False]
    for speaker in (one, other):
        (anew,) = speaker.anew
        assert anew.lost == lost
    events = with_standby.insider.events()
    check_log(events)
    assert [event.position for event in events] == [*kept, *new]
    # In order: what was new was told after all knew that the log is another one.
    assert other.heard[len(kept) + len(lost) :] == [(number, f"new {place}") for place, number in enumerate(new)]
    for speaker in (one, other):
        assert await speaker.client.close()
    await with_standby.whole()
