"""Three hosts in a network of their own: how soon they know of each other, and how long they need after a fault."""

from __future__ import annotations

import signal
import time
from collections.abc import Awaitable
from functools import partial
from itertools import permutations
from random import Random
from typing import Any, ClassVar

import pytest
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.cluster.locks import ERASE_LOCK, HOOKS_LOCK, MEDIA_LOCK, REMIND_LOCK, SEARCH, SWEEP_LOCK, WORK
from hichat.storage.write_locks import WRITE_LOCK
from hichat.wire.frames import Close
from tests import proof
from tests.integration.three_hosts import DATABASE, ThreeHosts
from tests.integration.traffic import Traffic, spread
from tests.support.daemon import Daemon, V2Peer, reactor, until
from tests.support.devices import Device, Person
from tests.support.scene import fixture_of

AT_ONCE = 1.0
"""Seconds in which others see what somebody does."""

OFFLINE = 13.0
"""Seconds in which the users of a host that has died are offline."""

TAKEN_OVER = 5.0
"""Seconds in which another host has the work of one that has died, and in which a frozen holder of the log's lock has
let go of it."""

NOT_READY = 3.0
"""Seconds in which a host that is cut off from PostgreSQL says that it is not ready."""

pytestmark = [
    pytest.mark.skipif(not proof.FULL, reason="measures times: HICHAT_PROOF=full"),
    pytest.mark.timeout(240),
]

three_hosts = fixture_of(ThreeHosts)
traffic = fixture_of(Traffic)


async def within(seconds: float, action: Awaitable[Any]) -> Any:
    """Wait for something, which must not take longer. @return: its value."""
    began = time.monotonic()
    found = await action
    took = time.monotonic() - began
    assert took <= seconds, f"{took:.2f} s"
    return found


@pytest.mark.quiet
async def test_what_others_see(three_hosts: ThreeHosts) -> None:
    """Presence, messages, typing and marks cross at once, from each host to each other; and so does C{replaced}."""
    people = three_hosts.insider.people(12)
    for number, (here, there) in enumerate(permutations(three_hosts.daemons, 2)):
        ann, bob = people[2 * number : 2 * number + 2]
        one = await three_hosts.enter_at(here, ann)
        one.tell("watch", users=[bob[0]])
        assert (await one.take("presence"))["offline"] == [bob[0]]
        two = await three_hosts.enter_at(there, bob)
        assert (await within(AT_ONCE, one.take("presence")))["online"] == [bob[0]]
        ack = await one.ask("ack", "send", counter=1, user=bob[0], text="hello")
        assert (await within(AT_ONCE, two.take("event")))["id"] == ack["id"]
        two.tell("typing", user=ann[0])
        await within(AT_ONCE, one.take("typing"))
        two.tell("read", user=ann[0], id=ack["id"])
        assert (await within(AT_ONCE, one.take("receipt")))["read"] == ack["id"]
        again = await three_hosts.enter_at(here, bob)
        assert await within(AT_ONCE, two.gone()) == Close.REPLACED
        await again.leave()
        assert (await within(AT_ONCE, one.take("presence")))["offline"] == [bob[0]]


@pytest.mark.quiet
@pytest.mark.parametrize("vanishes", [False, True], ids=["killed", "vanishes"])
async def test_a_dead_hosts_users(three_hosts: ThreeHosts, vanishes: bool) -> None:
    ann, bob = three_hosts.insider.people(2)
    one = await three_hosts.enter_at(three_hosts.daemons[0], ann)
    one.tell("watch", users=[bob[0]])
    await one.take("presence")
    two = await three_hosts.enter_at(three_hosts.daemons[2], bob)
    assert (await one.take("presence"))["online"] == [bob[0]]
    began = time.monotonic()
    if vanishes:
        three_hosts.hosts[2].pull_out()
    else:
        # Its workers, too: otherwise they would say good-bye.
        three_hosts.hosts[2].send(signal.SIGKILL)
    assert (await within(OFFLINE, one.take("presence", 30)))["offline"] == [bob[0]]
    three_hosts.report(offline_after=round(time.monotonic() - began, 1), vanishes=vanishes)
    if vanishes:
        three_hosts.hosts[2].plug_in()
        await three_hosts.whole()
    else:
        await three_hosts.daemons[2].stop(signal.SIGKILL)
        await three_hosts.daemons[2].start()
    two.transport.abortConnection()


class OfOne(ThreeHosts):
    """Each daemon is one process, and looks for unused files once a second."""

    workers: ClassVar[tuple[int, ...]] = (1, 1, 1)

    def make_daemon(self) -> None:
        super().make_daemon()
        for daemon in self.daemons:
            daemon.use_tac("from hichat.media import media\nmedia.UNUSED_SWEEP = 1.0\n")

    async def at_work(self) -> dict[int, Daemon]:
        """@return: by the number of a work that one does for all: who does it."""
        query = (
            "SELECT l.objid::int, host(a.client_addr) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            f" WHERE l.locktype = 'advisory' AND l.classid = {WORK} AND l.granted"
        )
        found = await deferToThread(self.postgresql.execute, query)
        return {work: daemon for work, address in found for daemon in self.daemons if daemon.address == address}


of_one = fixture_of(OfOne)


@pytest.mark.quiet
@pytest.mark.parametrize("how", ["killed", "vanishes", "frozen"])
async def test_who_does_what_one_does_for_all(of_one: OfOne, how: str) -> None:
    """
    Another host takes over all that one does for all when the host that has them dies, is cut off, or
    stands still.
    """
    works = {lock.number for lock in (SEARCH, MEDIA_LOCK, SWEEP_LOCK, ERASE_LOCK, HOOKS_LOCK, REMIND_LOCK)}

    async def all_are_done() -> bool:
        return set(await of_one.at_work()) == works

    await of_one.comes(all_are_done, 30, "somebody does each work")
    before = await of_one.at_work()
    dies = before[SEARCH.number]
    host = of_one.hosts[of_one.daemons.index(dies)]

    async def others_do() -> bool:
        found = await of_one.at_work()
        return set(found) == works and dies not in found.values()

    if how == "vanishes":
        await deferToThread(host.pull_out)
    elif how == "frozen":
        host.send(signal.SIGSTOP)
    else:
        assert dies.process is not None
        dies.process.kill()
    took = await of_one.comes(others_do, 60, "another one does each work")
    of_one.report(taken_over_after=round(took, 1), how=how)
    assert took <= TAKEN_OVER
    # And the index goes on.
    ann, bob = of_one.insider.people(2)
    alive = next(daemon for daemon in of_one.daemons if daemon is not dies)
    sent = await (await of_one.enter_at(alive, ann)).ask("ack", "send", user=bob[0], text="find me")

    async def is_found() -> bool:
        positions = [await of_one.metric_of(daemon, "search_position") for daemon in of_one.daemons if daemon != dies]
        return max(positions) >= sent["id"]

    await of_one.comes(is_found, 60, "the index has it")
    if how == "vanishes":
        await deferToThread(host.plug_in)
    elif how == "frozen":
        host.send(signal.SIGCONT)
    else:
        await dies.stop(signal.SIGKILL)
        await dies.start()
    await of_one.whole()


@pytest.mark.quiet
async def test_cut_off_from_postgresql(three_hosts: ThreeHosts) -> None:
    """The host says that it is not ready, the others do not notice, and soon after the end all is as before."""
    people = three_hosts.insider.people(3)
    peers = [await three_hosts.enter_at(*each) for each in zip(three_hosts.daemons, people, strict=True)]
    daemon, host = three_hosts.daemons[1], three_hosts.hosts[1]
    for other in three_hosts.of_postgresql, host:
        other.lose(host if other is not host else three_hosts.of_postgresql)
    began = time.monotonic()

    async def is_not_ready() -> bool:
        return not await three_hosts.is_ready(daemon)

    not_ready = await three_hosts.comes(is_not_ready, 30, "it is not ready")
    slowest = 0.0
    while time.monotonic() - began < 8:
        said = time.monotonic()
        await peers[0].ask("ack", "send", user=people[2][0], text="as ever")
        await peers[2].take("event")
        slowest = max(slowest, time.monotonic() - said)
        await deferLater(reactor, 0.05)
    for other in three_hosts.of_postgresql, host:
        other.find(host if other is not host else three_hosts.of_postgresql)
    ready = await three_hosts.comes(lambda: three_hosts.is_ready(daemon), 60, "it is ready")
    three_hosts.report(
        not_ready_after=round(not_ready, 1), ready_after=round(ready, 1), slowest_of_others=round(slowest, 3)
    )
    # Half a second more for a busy machine.
    assert not_ready <= NOT_READY + 0.5
    assert slowest <= AT_ONCE
    assert ready <= TAKEN_OVER


async def acks(peers: list[V2Peer], user: int) -> float:
    """@return: how long it takes until each has an ack."""
    began = time.monotonic()
    saying = [Deferred.fromCoroutine(peer.ask("ack", "send", user=user, text="who holds the lock?")) for peer in peers]
    await gatherResults(saying, consumeErrors=True)
    return time.monotonic() - began


@pytest.mark.quiet
async def test_a_holder_inside_a_statement(three_hosts: ThreeHosts) -> None:
    """A stranger, which has the log's lock, stops in the middle of what it says."""
    import psycopg

    *people, bob = three_hosts.insider.people(4)
    peers = [await three_hosts.enter_at(*each) for each in zip(three_hosts.daemons, people, strict=True)]
    server = three_hosts.postgresql
    made = psycopg.connect(f"host={server.address} port={server.port} user=hichat dbname={DATABASE}")
    made.execute(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
    made.execute("CREATE TEMPORARY TABLE copied (line text)")
    copying = made.cursor().copy("COPY copied FROM STDIN")
    copying.__enter__().write(b"some text\n")
    took = await acks(peers, bob[0])
    three_hosts.report(acked_after=round(took, 1))
    assert took <= TAKEN_OVER
    with pytest.raises(psycopg.OperationalError):
        copying.__exit__(None, None, None)
    made.close()


@pytest.mark.quiet
async def test_a_host_that_holds_the_lock_is_frozen(traffic: Traffic) -> None:
    """With all its processes, in the middle of a transaction."""
    await traffic.begin(Random(5))
    daemon, host = traffic.daemons[0], traffic.hosts[0]
    query = (
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
        f" AND l.granted AND l.classid = 0 AND l.objid = {WRITE_LOCK}::bigint::oid"
        f" AND host(a.client_addr) = '{host.address}'"
    )
    for _ in range(300):
        await deferLater(reactor, traffic.chance.random() / 20)
        host.send(signal.SIGSTOP)
        if await deferToThread(traffic.postgresql.execute, query) != [(0,)]:
            break
        host.send(signal.SIGCONT)
    else:
        raise AssertionError("it never has the lock")
    frozen = time.monotonic()
    others = [device for device in traffic.travellers if device.live and device.daemon is not daemon]
    counters = [device.say("who holds the lock?", user=traffic.ids[0]) for device in others]
    await until(lambda: all(n in device.acks for n, device in zip(counters, others, strict=True)), 60)
    took = time.monotonic() - frozen
    traffic.report(acked_after=round(took, 1), devices=len(others))
    host.send(signal.SIGCONT)
    assert took <= TAKEN_OVER
    await traffic.whole()
    await traffic.stop(60)


class Pairs(ThreeHosts):
    """Somebody at each host says something to somebody at each other one, and notes how long that takes."""

    async def begin(self) -> None:
        """All of them come."""
        people = self.insider.people(12)
        self.pairs: list[tuple[Device, Device, int]] = []
        for number, (here, there) in enumerate(permutations(self.daemons, 2)):
            ann, bob = people[2 * number : 2 * number + 2]
            one, other = await self.come_to((here, ann), (there, bob))
            self.pairs.append((one, other, bob[0]))

    async def come_to(self, *who: tuple[Daemon, Person]) -> list[Device]:
        """@return: a device of each, live at its host."""
        made = [Device(daemon, person, f"device-{person[0]}") for daemon, person in who]
        self.devices += made
        for device in made:
            device.connect()
        await until(lambda: all(device.live for device in made), 30)
        return made

    async def delays(self, seconds: float, pause: float = 0.02) -> list[float]:
        """@return: from saying to hearing, one message after the other, of all pairs in turn."""
        found = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for one, other, user in self.pairs:
                heard: Deferred[None] = Deferred()
                self.patch(other, "_on_event", partial(self._hears, other, heard))
                began = time.monotonic()
                one.say("how long?", user=user)
                await heard
                found.append(time.monotonic() - began)
                await deferLater(reactor, pause)
        return found

    def _hears(self, device: Device, heard: Deferred[None], said: dict[str, Any]) -> None:
        Device._on_event(device, said)
        heard.callback(None)


pairs = fixture_of(Pairs)

IDLE = {"p50": 10.0, "p99": 50.0}
"""Milliseconds from one host to another."""

WITHOUT_REDIS = 200.0
"""Milliseconds, while Redis is away."""

SLACK = 4
"""Times as long for this on a slow machine."""


@pytest.mark.alone
async def test_how_long_a_message_takes(pairs: Pairs) -> None:
    """From one host to another: usually, while Redis is away or frozen, and when it is back."""
    await pairs.begin()
    idle = spread(await pairs.delays(8))
    pairs.report(phase="idle", **idle)
    assert all(idle[name] <= SLACK * most for name, most in IDLE.items())
    for name, begin, end in (
        ("killed", pairs.redis.kill, pairs.redis.start),
        ("frozen", partial(pairs.redis.signal, signal.SIGSTOP), partial(pairs.redis.signal, signal.SIGCONT)),
    ):
        began = time.monotonic()
        begin()
        away = spread(await pairs.delays(6))
        lasted = time.monotonic() - began
        end()
        over = time.monotonic()
        while spread(await pairs.delays(0.5))["p99"] > SLACK * IDLE["p99"]:
            assert time.monotonic() - over < 30
        as_before = time.monotonic() - over
        pairs.report(redis=name, seconds=round(lasted, 1), away=away, as_before_after=round(as_before, 1))
        assert away["p99"] <= SLACK * WITHOUT_REDIS
        assert as_before <= TAKEN_OVER
