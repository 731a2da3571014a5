"""Several hosts that Redis makes one service: daemons with one PostgreSQL, which share nothing else."""

from __future__ import annotations

import signal
from functools import partial

import pytest
import treq
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from hichat.cluster.members import LEASE
from hichat.wire.frames import Close
from tests.integration.hosts import TwoHosts
from tests.integration.talk import Chatter
from tests.support.daemon import STOPPED, Daemon, reactor, until
from tests.support.scene import fixture_of


class SharedHosts(TwoHosts):
    """None of those that share them ends one, or breaks Redis."""

    shared = True


class SharedHostsOfWorkers(SharedHosts):
    workers = 2


two_hosts = fixture_of(TwoHosts)
shared_hosts = fixture_of(SharedHosts)
any_hosts = fixture_of(SharedHosts, SharedHostsOfWorkers)


async def test_what_one_says_the_other_hears(any_hosts: TwoHosts) -> None:
    """Messages, presence, typing and receipts cross; a message comes by Redis, and not from the log."""
    (ann, token), bob = any_hosts.insider.people(2, any_hosts.named("person"))
    one = await any_hosts.enter_at(any_hosts.daemon, (ann, token))
    one.tell("watch", users=[bob[0]])
    assert (await one.take("presence"))["offline"] == [bob[0]]
    two = await any_hosts.enter_at(any_hosts.other, bob)
    assert (await one.take("presence"))["online"] == [bob[0]]
    ack = await one.ask("ack", "send", counter=1, user=bob[0], text="hello")
    event = await two.take("event")
    assert (event["id"], event["text"]) == (ack["id"], "hello")
    two.tell("typing", user=ann)
    assert (await one.take("typing"))["from"] == bob[0]
    two.tell("read", user=ann, id=event["id"])
    assert (await one.take("receipt"))["read"] == event["id"]
    assert await any_hosts.other.metric("batches_of_other_hosts") > 0
    await two.leave()
    assert (await one.take("presence"))["offline"] == [bob[0]]


async def test_the_same_device_at_both(any_hosts: TwoHosts) -> None:
    """The one that came first is closed, whichever host it is at."""
    (ann,) = any_hosts.insider.people(1, any_hosts.named("person"))
    for first, second in (any_hosts.daemons, any_hosts.daemons[::-1]):
        before = await any_hosts.enter_at(first, ann)
        after = await any_hosts.enter_at(second, ann)
        assert await before.gone() == Close.REPLACED
        assert after.closed is None
        await after.leave()


async def test_wrong_passwords_count_for_all(shared_hosts: TwoHosts) -> None:
    """Ten over all hosts are ten, as at one."""
    await shared_hosts.people("ann")

    async def guess(daemon: Daemon) -> int:
        body = {"name": shared_hosts.named("ann"), "password": "wrong", "device": "laptop"}
        answer = await treq.post(f"{daemon.url}/v2/login", json=body, persistent=False)
        await answer.text()
        return answer.code

    assert [await guess(shared_hosts.daemons[number % 2]) for number in range(10)] == [403] * 10
    assert [await guess(daemon) for daemon in shared_hosts.daemons] == [429, 429]


async def test_a_host_that_dies(two_hosts: TwoHosts) -> None:
    """Its users go offline when its lease is over; those of one that stops in order, at once."""
    ann, bob = two_hosts.insider.people(2)
    one = await two_hosts.enter_at(two_hosts.daemon, ann)
    one.tell("watch", users=[bob[0]])
    await one.take("presence")
    for how, least, most in ((signal.SIGTERM, 0, LEASE), (signal.SIGKILL, LEASE / 2, LEASE + 20)):
        await two_hosts.enter_at(two_hosts.other, bob)
        assert (await one.take("presence"))["online"] == [bob[0]]
        begun = reactor.seconds()
        stopping = Deferred.fromCoroutine(two_hosts.other.stop(how))
        assert (await one.take("presence", 40))["offline"] == [bob[0]]
        assert least <= reactor.seconds() - begun <= most
        await stopping
        await two_hosts.other.start()
        await two_hosts.whole()


@pytest.mark.timeout(240)
async def test_redis_dies_and_freezes(two_hosts: TwoHosts) -> None:
    """
    Meanwhile the hosts read the log, and nothing is lost, doubled or out of order; whoever was online stays so. Then
    all is as before, also what has changed meanwhile.
    """
    people = two_hosts.insider.people(6)
    await two_hosts.come_to(two_hosts.daemon, people[:3])
    here = await two_hosts.come_to(two_hosts.other, people[3:5])
    watcher = await two_hosts.enter_at(two_hosts.daemon, people[5])
    watcher.tell("watch", users=[each.user for each in here])
    assert len((await watcher.take("presence"))["online"]) == 2

    def speak(number: int) -> None:
        device, other = two_hosts.chance.sample(two_hosts.devices, 2)
        device.say(f"no. {number}", user=other.user)

    chatter = Chatter(speak, 0.004)
    for end, begin in (
        (two_hosts.redis.kill, two_hosts.redis.start),
        (partial(two_hosts.redis.signal, signal.SIGSTOP), partial(two_hosts.redis.signal, signal.SIGCONT)),
    ):
        end()
        for daemon in two_hosts.daemons:
            await two_hosts.reaches(daemon, "redis_up", 0)
        said = chatter.said
        await until(lambda said=said: chatter.said > said + 200, 30)  # type: ignore[misc]
        begin()
        for daemon in two_hosts.daemons:
            await two_hosts.reaches(daemon, "redis_up", 1)
        await two_hosts.whole()
    await chatter.stop()
    await two_hosts.settled()
    two_hosts.check()
    assert sum(len(device.acks) for device in two_hosts.devices) == chatter.said
    assert min(daemon.log.read_text().count("does not carry messages") for daemon in two_hosts.daemons) >= 2
    # Who is online was told once, and was not told anew.
    assert not watcher.said["presence"]
    two_hosts.redis.kill()
    await two_hosts.reaches(two_hosts.other, "redis_up", 0)
    here[0].leave()
    await until(lambda: here[0].gone)
    two_hosts.redis.start()
    assert (await watcher.take("presence", 30))["offline"] == [here[0].user]


async def test_a_redis_that_refuses(two_hosts: TwoHosts) -> None:
    """Another password, then none of its channels: the log says why, no error is left behind, and it is tried again."""
    await two_hosts.other.stop()
    other = two_hosts.other
    other.environment["HICHAT_REDIS"] = two_hosts.redis.url.replace("//", "//:geheim@")
    await other.start()
    await until(lambda: "could not auth" in other.log.read_text(), 30)
    assert "geheim" not in other.log.read_text()
    assert await other.metric("redis_up") == 0
    await other.stop()
    other.environment["HICHAT_REDIS"] = two_hosts.redis.url
    await other.start()
    await two_hosts.whole()
    two_hosts.redis.signal(signal.SIGSTOP)
    # Until connections that are being made are given up.
    await deferLater(reactor, 8)
    assert await other.stop() == STOPPED
    two_hosts.redis.signal(signal.SIGCONT)
    await other.start()
    await two_hosts.whole()
