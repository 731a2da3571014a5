"""A service is upgraded, host by host, while people talk; and what cannot be done so is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import text, update

from hichat import __version__
from hichat.cluster.members import VERSION
from hichat.pipeline.routing.delivery import WATCH
from hichat.storage.migrate import KNOWN
from hichat.storage.tables import compatibility
from tests.integration.hosts import TwoHosts
from tests.integration.system import DeliverySystem
from tests.integration.talk import Chatter
from tests.support.daemon import STOPPED, Daemon, reactor, until
from tests.support.devices import Person
from tests.support.next_version import ADDS, NEXT, TAKES_AWAY, NextVersion
from tests.support.scene import fixture_of

HINT = "the server stops; retry after 1 s"

two_hosts = fixture_of(TwoHosts)
one_host = fixture_of(DeliverySystem)


async def refused(daemon: Daemon) -> str:
    """A daemon that cannot start. @return: why, one line."""
    before = len(daemon.log.read_text())
    process = daemon.fork() if daemon.forked else daemon.launch()
    await until(lambda: process.poll() is not None, 60)
    assert process.returncode
    daemon.process = None
    (line,) = daemon.log.read_text()[before:].splitlines()
    return line


def lines(daemon: Daemon, *words: str) -> int:
    """@return: how many lines of a daemon's log have all these words."""
    return sum(all(word in line for word in words) for line in daemon.log.read_text().splitlines())


@pytest.mark.timeout(240)
async def test_host_by_host(two_hosts: TwoHosts) -> None:
    """
    To a version that adds tables and columns, and whose members speak otherwise. Nothing is lost, doubled or out of
    order, and nobody waits long for a message while both versions are there.
    """
    following = NextVersion(Path(two_hosts.mktemp()), ADDS, VERSION + 1)
    *people, ann, bob = two_hosts.insider.people(10)
    here = await two_hosts.come_to(two_hosts.daemon, people[:4])
    there = await two_hosts.come_to(two_hosts.other, people[4:])
    devices = here + there

    def speak(number: int) -> None:
        device, other = two_hosts.chance.sample(devices, 2)
        device.say(f"no. {number}", user=other.user)

    async def go_on() -> None:
        said = chatter.said
        await until(lambda: chatter.said > said + 200, 60)

    before = 0
    chatter = Chatter(speak, 0.005)
    for daemon, other in (two_hosts.daemons[::-1], two_hosts.daemons):
        await go_on()
        for device in devices:
            device.daemon = other
        assert await daemon.stop() == STOPPED
        following.replaces(daemon)
        await daemon.start()
        # As a proxy that finds it ready again: some come to it.
        for device in devices[:4]:
            device.daemon = daemon
            device.abort()
        await go_on()
        if other.forked:
            # What people say brings the others to look at the log: the messages of two alone show how often they look.
            await chatter.stop()
            before = chatter.said
            await mixed(two_hosts, ann, bob)
            chatter = Chatter(speak, 0.005)
    await two_hosts.whole()
    await chatter.stop()
    await two_hosts.settled()
    two_hosts.check()
    assert sum(len(device.acks) for device in devices) == before + chatter.said
    # These were at a daemon that stopped, both times; those have left one by themselves.
    assert [(device.closes, device.reason) for device in there] == [([4002] * 2, HINT)] * 4
    assert [device.closes for device in here] == [[0, 0]] * 4


async def mixed(two_hosts: TwoHosts, ann: Person, bob: Person) -> None:
    """What is so while the second daemon is of the next version already."""
    old, new = two_hosts.daemons
    shown = json.loads(old.command("nodes", "--json"))
    assert [(each["version"], each["migration"], each["state"]) for each in shown] == [
        (__version__, KNOWN, "up"),
        (f"{__version__}.next", KNOWN + 1, "up"),
    ]
    await until(lambda: lines(old, f"speak version {VERSION + 1} and not {VERSION}"), 30)
    await until(lambda: lines(new, f"speak version {VERSION} and not {VERSION + 1}"), 30)
    one = await two_hosts.enter_at(old, ann)
    two = await two_hosts.enter_at(new, bob)
    times = []
    for number in range(10):
        begun = reactor.seconds()
        one.tell("send", counter=number + 1, user=bob[0], text="hello")
        await two.take("event")
        times.append(reactor.seconds() - begun)
    # Each looks at the log ten times a second, and not once as usual.
    assert median(times) < WATCH / 2
    await one.leave()
    await two.leave()


@pytest.mark.timeout(240)
async def test_what_cannot_be_done_host_by_host(two_hosts: TwoHosts) -> None:
    """
    A version that takes something away does not start beside this one. When it has started alone this one does not
    start any more; and one that runs all the same ends in order.
    """
    daemon, other = two_hosts.daemons
    following = NextVersion(Path(two_hosts.mktemp()), TAKES_AWAY)
    await other.stop()
    following.replaces(other)
    line = await refused(other)
    assert ": 0 (" in line
    assert line.endswith(f":{daemon.port}); stop them first")
    ann, bob = two_hosts.insider.people(2)
    one, two = [await two_hosts.enter_at(daemon, who) for who in (ann, bob)]
    one.tell("send", counter=1, user=bob[0], text="hello")
    assert (await two.take("event"))["text"] == "hello"
    assert await daemon.stop() == STOPPED
    await other.start()
    line = await refused(daemon)
    assert f"daemons have to know its migration {int(NEXT)}, and this one knows those up to {KNOWN}; start" in line
    assert await other.stop() == STOPPED


@pytest.mark.timeout(120)
async def test_a_database_that_changes_below_a_daemon(two_hosts: TwoHosts) -> None:
    """As when somebody puts back a copy of a newer one: those that run stop in order, and say why in one line."""
    with two_hosts.insider.store.transaction() as connection:
        connection.execute(update(compatibility).values(oldest=KNOWN + 1))
    for daemon in two_hosts.daemons:
        assert daemon.process is not None
        process = daemon.process
        await until(lambda process=process: process.poll() is not None, 60)  # type: ignore[misc]
        assert process.returncode == STOPPED
        assert lines(daemon, "the daemon stops", f"migration {KNOWN + 1}") == 1
        assert "Traceback" not in daemon.log.read_text()


@pytest.mark.parametrize("steps", [ADDS, TAKES_AWAY], ids=["adds", "takes away"])
async def test_one_host(one_host: DeliverySystem, steps: str) -> None:
    """
    On SQLite. A command of the next version migrates beside a daemon of this one, unless that could not go on. After
    that a daemon of this version serves on, and starts again and says so; or does not.
    """
    daemon = one_host.daemon
    following = NextVersion(Path(one_host.mktemp()), steps)
    (device,) = await one_host.come(one_host.insider.people(1))

    def command() -> tuple[int, str]:
        following.replaces(daemon)
        done = daemon.run(str(Path(sys.executable).with_name("hichat")), "user", "list")
        following.gives_way(daemon)
        return done.returncode, done.stderr

    async def talks() -> None:
        device.say("hello", user=device.user)
        await one_host.settled()

    status, error = command()
    await talks()
    if steps == ADDS:
        assert (status, error) == (0, "")
    else:
        assert status == 1
        assert error.rstrip().endswith(f"the one in {daemon.directory}/state; stop them first")
        assert error.count("\n") == 1
    assert await daemon.stop() == STOPPED
    assert command() == (0, "")
    with one_host.insider.store.snapshot() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == NEXT
    if steps == ADDS:
        await daemon.start()
        assert lines(daemon, f"has applied migration {int(NEXT)}", f"up to {KNOWN}") == 1
        await talks()
        one_host.check()
    else:
        assert f"migration {int(NEXT)}" in await refused(daemon)
