"""Two daemons on one store: neither does what concerns the other, whatever happens to one of them."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest
import treq
from sqlalchemy import make_url, text
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.web.http_headers import Headers
from zope.interface import implementer

from hichat import __version__
from hichat.client.connection import Client, Item
from hichat.client.wire import ClientError, Credentials
from hichat.cluster.locks import NODES
from hichat.log.follower import POLL
from hichat.runtime.processes import state_of
from hichat.storage.engine import make_engine
from hichat.storage.migrate import KNOWN
from hichat.wire.frames import Ack, Happened, Send
from tests import proof
from tests.integration.system import PASSWORD, System
from tests.integration.talk import Chatter
from tests.support.daemon import STOPPED, Daemon, Peer, reactor, until
from tests.support.devices import Insider, Person
from tests.support.postgres import server
from tests.support.relays import CuttableRelay
from tests.support.scene import fixture_of


class TwoNodes(System):
    """
    Two daemons on one PostgreSQL, with the same keys.

    @ivar other: the second one.
    @cvar workers: how many the second one has.
    @ivar said: what was said over v1, without counters.
    """

    workers: ClassVar[str] = "1"

    async def set_up(self) -> None:
        await super().set_up()
        self.said: list[str] = []
        self.insider = Insider(self.daemon)
        self.addCleanup(self.insider.close)
        self.other = Daemon(Path(self.mktemp()), WORKERS=self.workers, **self.kept_in)
        self.addCleanup(self.other.kill)
        self.other.command("keys", "import", line=self.daemon.command("keys", "export"))
        await self.other.start()
        await until(lambda: self.log(self.other).count("HiChat serves") == (1 if self.workers == "1" else 3))

    def store(self) -> dict[str, str]:
        self.kept_in = {"DATABASE": server().make_database(self)}
        return self.kept_in

    async def tear_down(self) -> None:
        await super().tear_down()
        for daemon in (self.daemon, self.other):
            if daemon.is_running:
                daemon.stop_in_order()

    def log(self, daemon: Daemon) -> str:
        return daemon.log.read_text()

    async def connect(self, daemon: Daemon, person: Person) -> Peer:
        """@return: a connection of v1."""
        peer = await daemon.connect(*person)
        self.peers.append(peer)
        return peer

    async def talk(self, *more: Person) -> tuple[list[Peer], Chatter]:
        """Two speak at each daemon, to two others. @return: who listens, and what speaks."""
        people = self.insider.people(4)
        one, two = [await self.connect(daemon, who) for daemon, who in zip(self.daemons, people, strict=False)]
        # Each listens at the other daemon.
        heard = [await self.connect(self.other, people[2]), await self.connect(self.daemon, people[3])]

        def say(number: int) -> None:
            for peer, sender, target in ((one, people[0], people[2]), (two, people[1], people[3])):
                self.said.append(peer.say(userId=sender[0], TargetId=target[0], Type=1, Content=f"no. {number}"))

        return heard, Chatter(say, 0.002)

    @property
    def daemons(self) -> tuple[Daemon, Daemon]:
        return self.daemon, self.other

    async def all_once(self, heard: list[Peer]) -> None:
        """Everything that was said is in the log once, and was heard once, in order."""
        await until(lambda: sum(len(peer.texts) for peer in heard) >= len(self.said), 60)
        stored = Counter(event.body.decode() for event in self.insider.events())
        assert [each for each, count in stored.items() if count > 1] == []
        assert set(stored) == set(self.said)
        for peer in heard:
            assert len(set(peer.texts)) == len(peer.texts)
            assert [json.loads(each)["Content"] for each in peer.texts] == [f"no. {n}" for n in range(len(peer.texts))]

    def numbers(self) -> dict[int, str]:
        """@return: by number, the state directory of the daemon that has it."""
        with self.insider.engine.connect() as connection:
            held = connection.execute(_HELD, {"kind": NODES}).all()
            states = {row.number: row.state for row in connection.execute(text("SELECT number, state FROM nodes"))}
        return {row.number: states[row.number] for row in held}

    def end_locks(self) -> None:
        """An administrator, or a proxy, ends the sessions that hold the daemons' numbers."""
        engine = make_engine(self.daemon.environment["HICHAT_DATABASE"])
        with engine.connect() as connection:
            for row in connection.execute(_HELD, {"kind": NODES}).all():
                connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": row.pid})
        engine.dispose()


_HELD = text(
    "SELECT objid::int AS number, pid FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

STOPS_BY_ITSELF = """
import os, random, signal, sys
from contextlib import contextmanager

from hichat.runtime import processes, supervision
processes.LOOKS_AT_STOPPED = 1000
supervision.STEADY = 0.0

if "hichat.pipeline.ledger" in " ".join(sys.orig_argv):
    from hichat.storage.store import Store
    transaction = Store.transaction

    @contextmanager
    def stopping(self, *asked):
        with transaction(self, *asked) as connection:
            yield connection
        if random.random() < 0.05:
            os.kill(os.getpid(), signal.SIGSTOP)

    Store.transaction = stopping
"""
"""
Run when Python starts: the log's writer stops now and then after a commit, before it can tell what it has done. The
daemon leaves it to the test to kill it; and starts it again a second later, however soon after its start it ended.
"""


class OneThatStops(TwoNodes):
    """The first daemon's writer stops again and again."""

    def make_daemon(self) -> None:
        super().make_daemon()
        (self.daemon.directory / "sitecustomize.py").write_text(STOPS_BY_ITSELF)
        self.daemon.environment["PYTHONPATH"] += f":{self.daemon.directory}"
        self.daemon.forked = False

    def stopped(self) -> list[int]:
        """@return: the writer, if it has stopped."""
        return [pid for pid in self.daemon.running("hichat.pipeline.ledger") if state_of(pid) == "T"]


class TwoNodesOfWorkers(TwoNodes):
    workers = "2"

    def store(self) -> dict[str, str]:
        self.kept_in = {**super().store(), "LOG_FORMAT": "json"}
        return self.kept_in


one_that_stops = fixture_of(OneThatStops)
two_nodes = fixture_of(TwoNodesOfWorkers)


@pytest.mark.timeout(900 if proof.FULL else 120)
async def test_a_writer_that_is_paused_and_killed(one_that_stops: OneThatStops) -> None:
    """While the other daemon writes on: its receipts stay, so nothing is doubled, and nothing is lost."""
    heard, chatter = await one_that_stops.talk()
    for _ in range(proof.KILLS_BESIDE_OTHERS):
        await until(one_that_stops.stopped, 30)
        others = len(heard[1].texts)
        # Much more than there are slots.
        await until(lambda others=others: len(heard[1].texts) > others + 100, 30)  # type: ignore[misc]
        (pid,) = one_that_stops.stopped()
        os.kill(pid, signal.SIGKILL)
        await until(lambda pid=pid: not state_of(pid))  # type: ignore[misc]
    # The last one may stop, too.
    await chatter.stop()
    for pid in one_that_stops.stopped():
        os.kill(pid, signal.SIGCONT)
    await one_that_stops.all_once(heard)


@pytest.mark.timeout(120)
async def test_numbers(two_nodes: TwoNodes) -> None:
    """
    Each has its own. One that has lost its lock takes a number again, and goes on; so does one that was killed. One of
    them follows the log for the search index.
    """
    states = [str(daemon.directory / "state") for daemon in two_nodes.daemons]

    def followers() -> list[bool]:
        return [bool(daemon.running("hichat.search.process")) for daemon in two_nodes.daemons]

    assert two_nodes.numbers() == dict(enumerate(states))
    heard, chatter = await two_nodes.talk()
    for times in (1, 2):
        await until(lambda times=times: chatter.said > 100 * times)  # type: ignore[misc]
        two_nodes.end_locks()
        for daemon in two_nodes.daemons:
            await until(lambda daemon=daemon, times=times: two_nodes.log(daemon).count("writes again") == times)  # type: ignore[misc]
    await chatter.stop()
    await two_nodes.all_once(heard)
    assert set(two_nodes.numbers()) == {0, 1}
    for daemon in two_nodes.daemons:
        assert two_nodes.log(daemon).count("nothing is written until it has one again") == 2

    await until(lambda: any(followers()))
    await two_nodes.daemon.stop(signal.SIGKILL)
    await until(lambda: followers() == [False, True], 20)
    await two_nodes.daemon.start()
    # Each asks once a second.
    await deferLater(reactor, 2 * POLL)
    assert followers() == [False, True]
    assert set(two_nodes.numbers().values()) == set(states)


async def test_accepted_keys_log_everybody_out(two_nodes: TwoNodes) -> None:
    """Also where a daemon runs."""
    ann, bob = await two_nodes.people("ann", "bob")
    peers = [await two_nodes.connect(daemon, who) for daemon, who in zip(two_nodes.daemons, (ann, bob), strict=True)]
    await two_nodes.daemon.stop()
    (two_nodes.daemon.directory / "state" / "token.key").unlink()
    assert "2 users are logged out" in two_nodes.daemon.command("keys", "accept")
    assert [await peer.gone() for peer in peers[1:]] == [4001]
    await two_nodes.daemon.start()
    assert (await two_nodes.daemon.connect(bob[0], two_nodes.daemon.token("bob"))).opened


async def test_what_administrators_see(two_nodes: TwoNodes) -> None:
    """The same by the command, by the call, and in the metrics of each; the log says which daemon wrote a line."""
    ann, bob = await two_nodes.people("ann", "bob")
    with two_nodes.daemon.administration() as administration:
        administration.add("boss", PASSWORD, administrator=True)
        boss = administration.token("boss", "token")
    for daemon, who in ((two_nodes.daemon, ann), (two_nodes.other, bob), (two_nodes.other, ann)):
        await two_nodes.connect(daemon, who)

    async def nodes(token: str) -> tuple[int, dict[str, Any]]:
        headers = Headers({"Authorization": [f"Bearer {token}"]})
        answer = await treq.get(f"{two_nodes.other.url}/v2/admin/nodes", headers=headers, persistent=False)
        return answer.code, await answer.json()

    status, refused = await nodes(ann[1])
    assert (status, refused["code"]) == (403, "not_administrator")
    for _ in range(60):
        status, found = await nodes(boss)
        assert status == 200
        if [item.get("connections") for item in found["items"]] == [1, 2]:
            break
        await deferLater(reactor, 0.5)
    for number, (item, daemon) in enumerate(zip(found["items"], two_nodes.daemons, strict=True)):
        assert (item["number"], item["state"], item["version"], item["lag"]) == (number, "up", __version__, 0)
        assert item["migration"] == KNOWN
        assert item["connections"] == number + 1
        assert item["address"].endswith(f":{daemon.port}")
        assert item["since"] <= item["seen"]
        _, text_ = await daemon.get("/metrics")
        said = re.findall(r'hichat_node_info\{address="([^"]*)",node="(\d)",version="([^"]*)"', text_)
        assert set(said) == {(item["address"], str(number), __version__)}
        assert await daemon.metric("node_lag_events") == 0
        lines = [json.loads(line) for line in two_nodes.log(daemon).splitlines() if line.startswith("{")]
        assert {line.get("node") for line in lines[-2:]} == {number}
    shown = json.loads(two_nodes.daemon.command("nodes", "--json"))
    assert [(each["number"], each["state"], each["connections"]) for each in shown] == [(0, "up", 1), (1, "up", 2)]
    await two_nodes.other.stop()
    _, first, second = two_nodes.daemon.command("nodes").splitlines()
    assert (first.split()[:2], second.split()[:2]) == (["0", "up"], ["1", "gone"])


class CutOff(System):
    """A daemon that reaches PostgreSQL through a relay."""

    def store(self) -> dict[str, str]:
        url = make_url(server().make_database(self))
        assert url.port is not None
        self.relay = CuttableRelay(url.port)
        self.addCleanup(self.relay.close)
        return {"DATABASE": url.set(port=self.relay.port).render_as_string(hide_password=False)}

    async def ready(self) -> int:
        """@return: the status of /readyz."""
        return (await self.daemon.get("/readyz"))[0]


cut_off = fixture_of(CutOff)


@pytest.mark.timeout(120)
async def test_a_network_that_swallows_everything(cut_off: CutOff) -> None:
    """
    A daemon that is cut off from PostgreSQL without a closed connection says within 3 s that it is not ready, and does
    so until it reaches it again. What was sent meanwhile is stored or refused, and never both.
    """
    ann, bob = await cut_off.people("ann", "bob")
    a, b = await cut_off.online(ann, bob)
    assert await cut_off.ready() == 200
    cut_off.relay.cut()
    cut = reactor.seconds()
    a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="into the silence")
    while await cut_off.ready() == 200:
        assert reactor.seconds() - cut < 10
    # Half a second more for a busy machine.
    assert reactor.seconds() - cut < 3.5
    assert await cut_off.ready() == 503
    cut_off.relay.mend()
    for _ in range(60):
        if await cut_off.ready() == 200:
            break
        await deferLater(reactor, 0.5)
    assert await cut_off.ready() == 200
    said = a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="again")
    await until(lambda: said in b.texts, 30)


PAIRS = 4


@implementer(IStreamClientEndpoint)
class Front:
    """
    A proxy before the daemons, as a client finds it.

    @ivar leads_to: the daemon that gets the next connections.
    """

    def __init__(self, leads_to: Daemon) -> None:
        self.leads_to = leads_to

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:  # noqa: N803
        return TCP4ClientEndpoint(reactor, "127.0.0.1", self.leads_to.port).connect(protocolFactory)


class Speaker:
    """
    Says one number after the other to somebody.

    @ivar acked: the numbers that were acked.
    @ivar failed: the answers that were no acks.
    @ivar heard: the numbers that this user has heard.
    @ivar came: when it was connected, each time.
    """

    def __init__(self, front: Front, person: Person, other: Person) -> None:
        self.acked: list[int] = []
        self.failed: list[object] = []
        self.heard: list[int] = []
        self.came: list[float] = []
        self.said = 0
        self._talks = True
        self._other = other[0]
        self.client = Client(
            reactor,
            "http://front",
            Credentials(*person),
            "laptop",
            endpoint=front,
            on_item=self._hear,
            on_state=self._state,
        )

    def speak(self) -> None:
        if not self._talks:
            return
        self.said += 1
        number = self.said

        def answered(outcome: Ack | ClientError) -> None:
            if isinstance(outcome, Ack):
                self.acked.append(number)
            else:
                self.failed.append(outcome)

        self.client.post(Send(user=self._other, text=str(number)), answered)
        reactor.callLater(0.01, self.speak)

    def stop(self) -> None:
        self._talks = False

    @property
    def is_through(self) -> bool:
        """Whether all that it has said has an answer."""
        return len(self.acked) + len(self.failed) == self.said

    def _hear(self, item: Item) -> None:
        if isinstance(item, Happened) and item.kind == "message":
            self.heard.append(int(str(item.text)))

    def _state(self, connected: bool) -> None:
        if connected:
            self.came.append(reactor.seconds())


draining = fixture_of(TwoNodes)


@pytest.mark.timeout(120)
async def test_a_daemon_is_stopped_under_load(draining: TwoNodes) -> None:
    """Its clients come back to the other one, not all at once, without a lost or doubled message."""
    people = draining.insider.people(2 * PAIRS)
    front = Front(draining.daemon)
    speakers = [Speaker(front, who, people[place ^ 1]) for place, who in enumerate(people)]
    for speaker in speakers:
        # Without a cursor it hears what is said from now on.
        await speaker.client.connected()
    for speaker in speakers:
        draining.addCleanup(speaker.stop)
        speaker.speak()
    await until(lambda: all(len(speaker.acked) > 50 for speaker in speakers), 30)
    front.leads_to = draining.other
    assert await draining.daemon.stop() == STOPPED
    await until(lambda: all(len(speaker.came) == 2 for speaker in speakers), 30)
    acked = [len(speaker.acked) for speaker in speakers]
    await until(lambda: all(len(s.acked) > count + 50 for s, count in zip(speakers, acked, strict=True)), 30)
    for speaker in speakers:
        speaker.stop()
    await until(lambda: all(speaker.is_through for speaker in speakers), 30)
    for place, speaker in enumerate(speakers):
        expected = list(range(1, speaker.said + 1))
        assert (speaker.acked, speaker.failed) == (expected, [])
        hearer = speakers[place ^ 1]
        await until(lambda hearer=hearer, expected=expected: len(hearer.heard) >= len(expected), 30)  # type: ignore[misc]
        assert hearer.heard == expected
    back = sorted(speaker.came[1] for speaker in speakers)
    # Each waits for a random part of more than four seconds.
    assert back[-1] - back[0] > 0.5
    for speaker in speakers:
        await speaker.client.close()
