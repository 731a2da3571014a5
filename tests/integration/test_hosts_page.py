"""The page about several hosts: who follows it has a service of three daemons, which goes on when one of them ends."""

from __future__ import annotations

import re
import shlex
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from twisted.internet.task import deferLater

from tests import guide
from tests.integration.system import DeliverySystem
from tests.integration.talk import Chatter
from tests.support.daemon import Daemon, reactor, until, wait
from tests.support.debian import DebianServer
from tests.support.devices import Device, Person, Socket
from tests.support.next_version import ADDS, NextVersion
from tests.support.proxies import HAPROXY_HERE, NGINX_HERE, Site, changed, haproxy, nginx
from tests.support.redis import redis_for
from tests.support.scene import fixture_of
from tests.support.travellers import RefusedSocket


def section(title: str) -> str:
    """@return: a section of the page."""
    return guide.text("hosts").split(f"### {title}\n")[1].split("\n##")[0]


def commands(title: str) -> list[str]:
    """@return: the blocks of commands of a section."""
    return guide.blocks(section(title), "sh")


class ByThePage(DeliverySystem):
    """
    Three daemons, and what they need, as the page says it. What is at other machines there is at this one.

    @ivar daemons: the three.
    @ivar primary: PostgreSQL; C{standby}: the one that follows it.
    @ivar take_over: what lets the standby take over.
    """

    def store(self) -> dict[str, str]:
        self.primary, self.standby = primary, standby = DebianServer(self), DebianServer(self)
        make, follow, wait_for_it, self.take_over = commands("1. PostgreSQL, and a standby")
        here = {"10.0.0.0/24": "127.0.0.1/32"}
        primary.obey(changed(make, here))
        standby.obey(changed(follow, here | {"host=db.lan": f"host=127.0.0.1 port={primary.port}"}))
        first, *more, last = wait_for_it.splitlines()
        # A standby has just started, and a setting is read again in a moment.
        wait(lambda: "streaming" in primary.obey(first)[0])
        primary.obey("\n".join(more))
        wait(lambda: "quorum" in primary.obey(last)[0])
        redis = self.make_redis()
        (install, *exports, start) = commands("4. The first daemon")[0].splitlines()
        assert "'.[postgres,redis]'" in install
        assert start == guide.blocks(guide.README.read_text(), "sh")[0].splitlines()[1].split(" && ")[-1]
        found = dict(shlex.split(line)[1].removeprefix("HICHAT_").split("=", 1) for line in exports)
        assert found["LISTEN"] == "tcp:8000"
        del found["LISTEN"]
        self.proxy_at = found.pop("TRUSTED_PROXIES")
        servers = {"host=db.lan": primary, "host=standby.lan": standby}
        addresses = {name: f"host=127.0.0.1:{server.port}" for name, server in servers.items()}
        found["DATABASE"] = changed(found["DATABASE"], addresses)
        found["REDIS"] = changed(found["REDIS"], {"redis.lan:6379": f"127.0.0.1:{redis}"})
        self.told = found
        return found

    def make_redis(self) -> int:
        """@return: the port."""
        (text,) = guide.blocks(section("2. Redis"), "conf")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        file = Path(directory.name, "redis.conf")
        file.write_text(text)
        # Its address and its port are those of this test.
        return redis_for(self, str(file)).port

    async def set_up(self) -> None:
        await super().set_up()
        more = [Daemon(Path(self.mktemp()), **self.settings, **self.told) for _ in range(2)]
        for daemon in more:
            self.addCleanup(daemon.kill)
        self.daemons = [self.daemon, *more]
        (keys, _) = commands("5. The second and the third")
        export, import_ = (shlex.split(line, comments=True) for line in keys.splitlines())
        self.daemon.command(*export[1:])
        copy = (self.daemon.directory / export[-1]).read_bytes()
        for daemon in more:
            (daemon.directory / export[-1]).write_bytes(copy)
            daemon.command(*import_[1:])
            daemon.fork()
        for daemon in more:
            await daemon.serving()
        for daemon in self.daemons:
            await until(lambda daemon=daemon: "Redis at" in daemon.log.read_text(), 30)  # type: ignore[misc]

    async def tear_down(self) -> None:
        await super().tear_down()
        for daemon in self.daemons:
            if daemon.is_running:
                daemon.stop_in_order()

    def here(self, text: str) -> dict[str, str]:
        """@return: what is changed in a proxy's configuration."""
        names = re.findall(r"\w+\.lan:8000", text)
        return {name: f"127.0.0.1:{daemon.port}" for name, daemon in zip(names, self.daemons * 2, strict=False)}


by_the_page = fixture_of(ByThePage)


class Front(Daemon):
    """A proxy, where a device looks for a daemon. @ivar site: the same, as a browser finds it."""

    def __init__(self, directory: Path, site: Site) -> None:
        super().__init__(directory)
        self.site = site
        self.port = site.port


class Visitor(Device):
    """A device that comes by a proxy, which may refuse it."""

    def make_socket(self) -> Socket:
        """See L{Device.make_socket}."""
        return RefusedSocket(self._hear, self._greet, self._lose)


@contextmanager
def proxies(by_the_page: ByThePage, directory: Path) -> Iterator[list[Front]]:
    """Run both proxies that the page has."""
    found = []
    with ExitStack() as running:
        for name, run, changes in (("nginx", nginx, NGINX_HERE), ("haproxy", haproxy, HAPROXY_HERE)):
            site = Site()
            (text,) = guide.blocks(guide.text("hosts"), name)
            text = changed(changed(text, changes), by_the_page.here(text)).replace("PORT", str(site.port))
            running.enter_context(run(directory, text))
            wait(site.is_healthy)
            found.append(Front(directory / f"front-{name}", site))
        yield found


@pytest.mark.timeout(240)
async def test_three_hosts(by_the_page: ByThePage, short_directory: Path) -> None:
    """
    By either proxy devices come to all of them. When one stops, and when one dies, its devices go to the others, and
    come to it again later; nothing is lost, doubled or out of order. The one that stopped is of the next version then.
    """
    following = NextVersion(Path(by_the_page.mktemp()), ADDS)
    checker = await by_the_page.daemon.checker()
    *people, quiet = by_the_page.insider.people(13)
    with proxies(by_the_page, short_directory) as fronts:
        devices = [Visitor(fronts[n % 2], person, "laptop", None, checker) for n, person in enumerate(people)]
        by_the_page.devices += devices
        for some in (devices[::2], devices[1::2]):
            before = [await daemon.metric("connections") for daemon in by_the_page.daemons]
            for device in some:
                device.connect()
            await until(lambda some=some: all(device.live for device in some), 60)  # type: ignore[misc]
            after = [await daemon.metric("connections") for daemon in by_the_page.daemons]
            assert min(now - then for now, then in zip(after, before, strict=True)) > 0
        shown = [line.split()[1] for line in by_the_page.daemon.command("nodes").splitlines()]
        assert shown == ["state", "up", "up", "up"]

        def speak(number: int) -> None:
            device, other = by_the_page.chance.sample(devices, 2)
            device.say(f"no. {number}", user=other.user)

        chatter = Chatter(speak, 0.005)
        for how, daemon in zip((signal.SIGTERM, signal.SIGKILL), by_the_page.daemons[1:], strict=True):
            await daemon.stop(how)
            said = chatter.said
            await until(lambda said=said: chatter.said > said + 100, 60)  # type: ignore[misc]
            await until(lambda: all(device.live for device in devices), 60)
            if how == signal.SIGTERM:
                following.replaces(daemon)
            await daemon.start()
            for front in fronts:
                await comes_back(daemon, front, quiet)
        await chatter.stop()
        await by_the_page.settled()
        by_the_page.check()
        assert sum(len(device.acks) for device in devices) == chatter.said
        pages = [(await daemon.get("/"))[1] for daemon in by_the_page.daemons]
        for front in fronts:
            the_pages_have_their_files(front.site, pages)


def the_pages_have_their_files(site: Site, pages: list[str]) -> None:
    """Although the daemons have different ones, and no daemon has all."""
    scripts = {re.findall(r'src="(/app/[^"]+/client.js)"', page)[0] for page in pages}
    assert len(scripts) == 2
    for _ in range(6):
        assert [site.call("GET", script)[0] for script in scripts] == [200, 200]
    assert site.call("GET", "/app/none/client.js")[0] == 404


async def comes_back(daemon: Daemon, front: Front, quiet: Person) -> None:
    """Wait until the proxy sends devices to a daemon again, which has the fewest."""
    for number in range(60):
        # Nobody who is live elsewhere comes to it; who was here a moment ago may not be gone yet.
        while await daemon.metric("connections"):
            await deferLater(reactor, 0.05)
        device = Visitor(front, quiet, f"device-{number}")
        device.connect()
        await until(lambda device=device: device.live, 30)  # type: ignore[misc]
        found = await daemon.metric("connections")
        device.leave()
        await until(lambda device=device: device.gone)  # type: ignore[misc]
        if found:
            return
        await deferLater(reactor, 0.25)
    raise AssertionError("nobody comes to it")


@pytest.mark.timeout(120)
async def test_the_standby(by_the_page: ByThePage) -> None:
    """
    Nothing is acknowledged that is on one disk only; when the standby is back all goes on by itself. So it does when
    the first server is gone and the standby takes over: everything that was acknowledged is there.
    """
    ann, bob = by_the_page.insider.people(2)
    one, two = await by_the_page.come([ann, bob])
    one.say("before", user=bob[0])
    await by_the_page.settled()
    by_the_page.standby.stop()
    one.say("alone", user=bob[0])
    await deferLater(reactor, 2)
    assert len(one.acks) == 1
    assert len(two.heard) == 1
    by_the_page.standby.start()
    await by_the_page.settled(60)
    by_the_page.check()
    assert len(one.acks) == 2
    for device in (one, two):
        device.leave()
    by_the_page.primary.stop()
    by_the_page.standby.obey(by_the_page.take_over)
    # The log has another epoch: a device that begins anew has all of it. What it says is stored once that is possible.
    after = Visitor(by_the_page.daemons[1], bob, "phone", None, await by_the_page.daemon.checker())
    by_the_page.devices.append(after)
    after.connect()
    after.say("after", user=ann[0])
    await until(lambda: len(after.acks) == 1 and len(after.heard) == 2, 60)
    assert [event.text for event in after.heard] == ["before", "alone"]
    assert after.mistakes == []
