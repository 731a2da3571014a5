"""Two workers behind one port: the same promises."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
import treq
from twisted.internet.task import deferLater
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from hichat.daemon.service import STOP_DEADLINE
from hichat.runtime.processes import state_of
from hichat.web.status import FRESH
from hichat.wire.frames import Close
from tests import proof
from tests.integration.system import PASSWORD, TwoWorkers
from tests.integration.talk import Chatter
from tests.support.daemon import STOPPED, Peer, reactor, until
from tests.support.devices import Person
from tests.support.scene import fixture_of

two_workers = fixture_of(TwoWorkers)


@pytest.mark.skipif(not proof.FULL, reason="it takes the whole deadline; see test_a_writer_that_waits_for_the_store")
async def test_a_store_that_hangs(two_workers: TwoWorkers) -> None:
    """All processes are gone within the deadline, also the log's writer, which waits for the store."""
    ann, bob = await two_workers.people("ann", "bob")
    (device,) = await two_workers.online(ann)
    database = sqlite3.connect(two_workers.daemon.directory / "state" / "hichat.db", isolation_level=None)
    two_workers.addCleanup(database.close)
    database.execute("BEGIN IMMEDIATE")
    device.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
    await deferLater(reactor, 0.5)
    processes = [*two_workers.workers(), *two_workers.writers()]
    assert len(processes) == 3
    await two_workers.daemon.stop(seconds=STOP_DEADLINE + 5)
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []


async def test_killed_in_traffic(two_workers: TwoWorkers) -> None:
    """Clients of a worker that dies go to the other one; nothing that was acked is lost, nobody misses anything."""
    people = two_workers.insider.people(6)
    team = two_workers.insider.group(*(user for user, _ in people))
    await two_workers.come(people, each=2, check=False)

    def speak(number: int) -> None:
        device, other = two_workers.chance.sample(two_workers.devices, 2)
        device.say(f"no. {number}", **({"user": other.user} if number % 3 else {"group": team}))

    chatter = Chatter(speak, 0.004)
    for _ in range(two_workers.KILLS):
        await deferLater(reactor, two_workers.chance.uniform(0.2, 1))
        # One that dies as soon as it has come is started again later and later.
        await until(lambda: len(two_workers.workers()) == 2, 20)
        # Not any of the two: one that has just been started has no clients, who could go to the other.
        os.kill(max(two_workers.workers(), key=two_workers.sockets), signal.SIGKILL)
    await chatter.stop()
    await two_workers.settled()
    two_workers.check()
    assert sum(len(device.acks) for device in two_workers.devices) == chatter.said
    assert sum(len(device.closes) for device in two_workers.devices) > two_workers.KILLS


async def test_both_serve_and_both_stop(two_workers: TwoWorkers) -> None:
    people = two_workers.insider.people(12)
    devices = await two_workers.come(people)
    for device in devices:
        device.returns = False
    workers = two_workers.workers()
    held = await two_workers.connections()
    assert len(held) == 2
    assert min(held) > 0, held
    assert await two_workers.daemon.stop() == STOPPED
    await until(lambda: all(device.gone for device in devices))
    assert [device.closes for device in devices] == [[4002]] * 12
    for pid in workers:
        assert not Path(f"/proc/{pid}").exists()


async def test_a_supervisor_that_is_killed_takes_them_along(two_workers: TwoWorkers) -> None:
    workers = two_workers.workers()
    await two_workers.daemon.stop(signal.SIGKILL)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 15)
    await two_workers.daemon.start()


async def test_what_an_administrator_does_reaches_both(two_workers: TwoWorkers) -> None:
    people = await two_workers.people("ann", "bob")
    devices = await two_workers.come(people[:1], each=6)
    for device in devices:
        device.returns = False
    two_workers.daemon.command("user", "disable", "ann")
    await until(lambda: all(device.gone for device in devices), 5)
    assert [device.closes for device in devices] == [[4001]] * 6


async def test_a_new_name_reaches_both(two_workers: TwoWorkers) -> None:
    """A call changes it at one worker; who watches the user hears of it at either."""
    ann, bob, cat = await two_workers.people("ann", "bob", "cat")
    checker = await two_workers.daemon.checker()
    peers = [await two_workers.daemon.open_v2(checker) for _ in range(12)]
    blocked = await two_workers.daemon.open_v2(checker)
    two_workers.peers += [*peers, blocked]
    for number, peer in enumerate(peers):
        await peer.enter(bob[1], f"device-{number}")
        await peer.ask("presence", "watch", users=[ann[0]])
    held = await two_workers.connections()
    assert len(held) == 2
    assert min(held) > 0, held
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {ann[1]}"}
    # Ann is nowhere online, so no worker knows whom she blocks.
    url = f"{two_workers.daemon.url}/v2/blocks/{cat[0]}"
    assert (await treq.put(url, headers=headers, persistent=False)).code == 204
    await blocked.enter(cat[1], "phone")
    await blocked.ask("presence", "watch", users=[ann[0]])
    changed = await treq.patch(
        f"{two_workers.daemon.url}/v2/me", json={"displayName": "Ann B."}, headers=headers, persistent=False
    )
    assert changed.code == 200
    told = {"op": "person", "from": ann[0], "name": "ann", "displayName": "Ann B.", "avatar": ""}
    assert [await peer.take("person") for peer in peers] == [told] * len(peers)
    for typed, away in (("/away at lunch", {"away": "at lunch"}), ("/away", {})):
        called = await treq.post(
            f"{two_workers.daemon.url}/v2/conversations/announcements/commands",
            json={"text": typed},
            headers=headers,
            persistent=False,
        )
        assert called.code == 200
        assert [await peer.take("person") for peer in peers] == [told | away] * len(peers)
    assert [peer.mistakes for peer in peers] == [[]] * len(peers)
    await blocked.ask("pong", "ping")
    assert not blocked.said["person"]


async def test_they_know_each_others_users(two_workers: TwoWorkers) -> None:
    """Presence, typing, the same device, limits and metrics are one for both."""
    ann, bob, cat = await two_workers.people("ann", "bob", "cat")
    checker = await two_workers.daemon.checker()
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {ann[1]}"}

    async def block(method: str) -> None:
        url = f"{two_workers.daemon.url}/v2/blocks/{cat[0]}"
        assert (await treq.request(method, url, headers=headers, persistent=False)).code == 204

    async def come(count: int, who: Person, *names: str) -> list[Peer]:
        """Connections, some of them at each worker."""
        peers = [await two_workers.daemon.open_v2(checker) for _ in range(count)]
        for number, peer in enumerate(peers):
            await peer.enter(who[1], names[number % len(names)] if names else f"device-{number}")
        two_workers.peers += peers
        return peers

    peers = await come(12, bob)
    held = await two_workers.connections()
    assert len(held) == 2
    assert min(held) > 0, held
    for peer in peers:
        said = await peer.ask("presence", "watch", users=[ann[0]])
        assert (said["online"], said["offline"]) == ([], [ann[0]])
    blocked = await come(6, cat)
    await block("PUT")
    for peer in blocked:
        said = await peer.ask("presence", "watch", users=[ann[0]])
        assert (said["online"], said["offline"]) == ([], [ann[0]])
    # The same device again and again: wherever it comes, the one before goes.
    phones = await come(6, ann, "phone")
    await until(lambda: all(phone.closed == Close.REPLACED for phone in phones[:-1]))
    assert phones[-1].closed is None
    for peer in peers:
        said = await peer.take("presence")
        assert (said["online"], said["offline"]) == ([ann[0]], [])
    phones[-1].tell("typing", user=bob[0])
    for peer in peers:
        assert (await peer.take("typing"))["from"] == ann[0]
    for method, online in (("DELETE", [ann[0]]), ("PUT", [])):
        await block(method)
        for peer in blocked:
            assert (await peer.take("presence"))["online"] == online
    phones[-1].transport.loseConnection()
    for peer in peers:
        said = await peer.take("presence")
        assert (said["online"], said["offline"]) == ([], [ann[0]])
    url, wrong = f"{two_workers.daemon.url}/v2/login", {"name": "ann", "password": "wrong", "device": "new"}
    answers = [(await treq.post(url, json=wrong, persistent=False)).code for _ in range(14)]
    assert answers == [403] * 10 + [429] * 4
    for _ in range(4):
        found = await two_workers.connections()
        assert len(found) == 2
        assert sum(found) == 18
    for peer in blocked:
        await peer.ask("pong", "ping")
        assert not peer.said["presence"], "neither that she came nor that she went"


async def test_either_tells_an_administrator_of_both(two_workers: TwoWorkers) -> None:
    """Who is online, how the workers are, what the settings are, and who may register, is the same at each."""
    (bob,) = await two_workers.people("bob")
    with two_workers.daemon.administration() as administration:
        administration.add("boss", PASSWORD, administrator=True)
        boss = administration.token("boss", "token")
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {boss}"}
    checker = await two_workers.daemon.checker()
    peers = [await two_workers.daemon.open_v2(checker) for _ in range(12)]
    two_workers.peers += peers
    for number, peer in enumerate(peers):
        await peer.enter(bob[1], f"device-{number}")
    held = await two_workers.connections()
    assert min(held) > 0, held

    async def ask(path: str) -> Any:
        answer = await treq.get(f"{two_workers.daemon.url}/v2/admin/{path}", headers=headers, persistent=False)
        assert answer.code == 200
        return await answer.json()

    # Connections come to either worker.
    for _ in range(6):
        workers = (await ask("workers"))["items"]
        assert [(each["worker"], each["connections"]) for each in workers] == [*enumerate(held)]
        (found,) = (await ask("online"))["items"]
        assert (found["user"]["id"], len(found["devices"])) == (bob[0], 12)
        by_name = {each["name"]: each for each in (await ask("settings?limit=200"))["items"]}
        assert (by_name["HICHAT_WORKERS"]["value"], by_name["HICHAT_WORKERS"]["source"]) == ("2", "environment")
        assert by_name["HICHAT_LOG_FORMAT"]["source"] == "default"
    policy = f"{two_workers.daemon.url}/v2/admin/registration"
    assert (await treq.put(policy, json={"policy": "closed"}, headers=headers, persistent=False)).code == 200
    stranger = {"name": "zoe", "password": PASSWORD}
    for _ in range(6):
        answer = await treq.post(f"{two_workers.daemon.url}/v2/accounts", json=stranger, persistent=False)
        assert (await answer.json())["code"] == "registration_closed"
    assert (await treq.delete(policy, headers=headers, persistent=False)).code == 200


async def test_another_worker_takes_the_search_index_on(two_workers: TwoWorkers) -> None:
    """At once, not when the one that did it is there again: the supervisor is held meanwhile."""
    await until(lambda: len(two_workers.beside("hichat.search.process")) == 1)
    (first,) = two_workers.beside("hichat.search.process")
    (other,) = set(two_workers.workers()) - {first}
    assert two_workers.daemon.process is not None
    supervisor = two_workers.daemon.process.pid
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(first, signal.SIGKILL)
        await until(lambda: other in two_workers.beside("hichat.search.process"), 15)
    finally:
        os.kill(supervisor, signal.SIGCONT)
    await until(lambda: len(two_workers.workers()) == 2, 30)
    assert [*two_workers.beside("hichat.search.process")] == [other]


async def test_one_writer_for_all(two_workers: TwoWorkers) -> None:
    """It is started again when it ends, and both workers find it."""
    await until(lambda: len(two_workers.writers()) == 1)
    (writer,) = two_workers.writers()
    assert two_workers.beside("hichat.pipeline.ledger.hub") == {}
    os.kill(writer, signal.SIGKILL)
    await until(lambda: two_workers.writers() not in ([], [writer]), 20)
    log = two_workers.daemon.log.read_text
    await until(lambda: log().count("the log's writer is there again") == 2, 20)
    assert log().count("the log's writer ended (signal 9)") == 1
    assert log().count("the log's writer has ended; it is looked for again") == 2
    assert not Path(f"/proc/{writer}").exists()


async def test_a_worker_that_reads_nothing_stops_no_other(two_workers: TwoWorkers) -> None:
    """The writer does not wait for it."""
    people = two_workers.insider.people(12)
    devices = await two_workers.come(people)
    frozen = two_workers.workers()[0]
    os.kill(frozen, signal.SIGSTOP)
    try:
        # Whose connections the other worker has, is answered: that are some of twelve.
        for device in devices:
            for number in range(20):
                device.say(f"{number} " + "x" * 1000, user=device.user)
        await until(lambda: sum(len(device.acks) == 20 for device in devices) > 0)
        answered = sum(len(device.acks) == 20 for device in devices)
        assert answered < 12
    finally:
        # On a machine that is slow it was killed meanwhile.
        with suppress(ProcessLookupError):
            os.kill(frozen, signal.SIGCONT)
    await until(lambda: all(len(device.acks) == 20 for device in devices))


async def test_a_full_disk_of_two(two_workers: TwoWorkers) -> None:
    """Whoever writes at either worker is told; nothing is lost or doubled; with room again, all goes on by itself."""
    await until(lambda: len(two_workers.writers()) == 1)
    people, listener = two_workers.insider.people(13), 12
    peers = await two_workers.online(*people)
    devices = await two_workers.come(people[:listener])
    held = await two_workers.connections()
    assert len(held) == 2
    assert min(held) > 2, held
    *speakers, heard = peers
    said: list[str] = []

    def say(words: str) -> None:
        for (user, _), peer in zip(people, speakers, strict=False):
            said.append(peer.say(userId=user, TargetId=people[listener][0], Type=1, Content=words))

    say("before")
    await until(lambda: len(heard.texts) == 12)
    assert two_workers.daemon.process is not None
    # No file may grow: to SQLite that is a full disk.
    processes = [two_workers.daemon.process.pid, *two_workers.workers(), *two_workers.writers()]
    hard = resource.prlimit(processes[0], resource.RLIMIT_FSIZE)[1]
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    before, said = said, []
    for _ in range(3):
        say("lost")
        for speaker in speakers:
            assert len(await speaker.heard(1)) == 1
    for device in devices:
        device.say("kept", user=people[listener][0])
    await until(lambda: all(device.errors["not_stored"] for device in devices))
    # A result is used for a second, also by the metrics, which were asked before.
    await deferLater(reactor, FRESH)
    assert await two_workers.daemon.get("/readyz") == (503, "the store takes no commits; the log says why\n")
    assert (await two_workers.daemon.get("/healthz"))[0] == 200
    assert len(heard.texts) == 12
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert two_workers.writers() == [processes[-1]]
    said = []
    await two_workers.settled()
    say("after")
    await until(lambda: len(heard.texts) == 36)
    # Each speaker's own device hears it as well, perhaps later.
    await two_workers.settled()
    stored = [event.body.decode() for event in two_workers.insider.events() if not event.device]
    assert sorted(stored) == sorted(before + said)
    assert sorted(heard.texts[-12:]) == sorted(said)
    two_workers.check()
    assert all(len(device.acks) == 1 for device in devices)
    assert not sum(len(device.closes) for device in devices)


STOPS_WITH_THE_LOCK = """
import os, signal, sys
from contextlib import contextmanager, suppress
from pathlib import Path

command, wanted = " ".join(sys.orig_argv), Path(__file__).parent / "who-stops"
if "hichat.daemon.worker" in command or "hichat.pipeline.ledger" in command:
    from hichat.storage.store import Store
    transaction = Store.transaction

    @contextmanager
    def stopping(self, *asked):
        with transaction(self, *asked) as connection:
            yield connection
            with suppress(FileNotFoundError):
                if wanted.read_text() in command:
                    wanted.unlink()
                    os.kill(os.getpid(), signal.SIGSTOP)

    Store.transaction = stopping
"""
"""Run when Python starts: a process that is named in a file stops before its next commit, with the store's lock."""


class OneThatStopsWithTheLock(TwoWorkers):
    def make_daemon(self) -> None:
        super().make_daemon()
        (self.daemon.directory / "sitecustomize.py").write_text(STOPS_WITH_THE_LOCK)
        self.daemon.environment["PYTHONPATH"] += f":{self.daemon.directory}"
        self.daemon.forked = False

    def stop_next(self, module: str) -> None:
        """Whoever runs this module stops in its next transaction."""
        made = self.daemon.directory / "new"
        made.write_text(module)
        made.rename(self.daemon.directory / "who-stops")

    async def goes_on(self, running: list[int]) -> None:
        """One of these processes has stopped; all that is said meanwhile is written once another one has its place."""
        await until(lambda: any(state_of(pid) == "T" for pid in running))
        for device in self.devices:
            device.say("while one is stopped", user=device.user)
        await self.settled(20)
        self.check()


one_that_stops_with_the_lock = fixture_of(OneThatStopsWithTheLock)


async def test_a_worker_that_is_stopped_with_the_lock(one_that_stops_with_the_lock: OneThatStopsWithTheLock) -> None:
    """It is killed, and started again: without that nobody could write."""
    scene = one_that_stops_with_the_lock
    ann, *others = scene.insider.people(7)
    await scene.come(others)
    workers = scene.workers()
    scene.stop_next("hichat.daemon.worker")
    url = f"{scene.daemon.url}/v2/blocks/{others[0][0]}"
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {ann[1]}"}
    calling = treq.put(url, headers=headers, persistent=False)
    calling.addErrback(lambda failure: failure.trap(ResponseFailed, ResponseNeverReceived, ConnectionError))
    await scene.goes_on(workers)
    await calling
    assert re.findall(r"worker \d is stopped \(by SIGSTOP", scene.daemon.log.read_text())
    await until(lambda: len(scene.workers()) == 2, 20)
    assert len({*workers} & {*scene.workers()}) == 1


async def test_a_writer_that_is_stopped_with_the_lock(one_that_stops_with_the_lock: OneThatStopsWithTheLock) -> None:
    """It is killed soon, and not as late as one that may be busy; what it had is written once."""
    scene = one_that_stops_with_the_lock
    *people, one, other = scene.insider.people(8)
    await scene.come(people)
    a, b = await scene.online(one, other)
    await until(lambda: len(scene.writers()) == 1)
    writers = scene.writers()
    scene.stop_next("hichat.pipeline.ledger")
    said = [a.say(userId=one[0], TargetId=other[0], Type=1, Content=str(number)) for number in range(100)]
    await scene.goes_on(writers)
    assert await b.heard(100) == said
    assert "the log's writer is stopped (by SIGSTOP" in scene.daemon.log.read_text()
    await until(lambda: scene.writers() not in ([], writers), 20)
    assert not sum(len(device.closes) for device in scene.devices)


async def test_a_writer_that_is_stopped_while_it_owes_nothing(two_workers: TwoWorkers) -> None:
    """It may hold the lock even so: it takes the index on when all answers are given."""
    await until(lambda: len(two_workers.writers()) == 1)
    writers = two_workers.writers()
    os.kill(writers[0], signal.SIGSTOP)
    await until(lambda: two_workers.writers() not in ([], writers), 20)


class ThreeWorkers(TwoWorkers):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "3"}
    KILLS = proof.KILLS_OF_THE_HUB


three_workers = fixture_of(ThreeWorkers)


@pytest.mark.timeout(600)
async def test_the_writer_of_three_is_killed_in_traffic(three_workers: ThreeWorkers) -> None:
    """No connection breaks; nothing is lost or doubled, not even what has no client id."""
    *people, one, other = three_workers.insider.people(8)
    team = three_workers.insider.group(*(user for user, _ in people))
    await three_workers.come(people, each=2)

    def speak(number: int) -> None:
        device, to = three_workers.chance.sample(three_workers.devices, 2)
        device.say(f"no. {number}", **({"user": to.user} if number % 3 else {"group": team}))

    chatter = Chatter(speak, 0.004)
    a, b = await three_workers.online(one, other)
    said = killed = 0
    while killed < three_workers.KILLS:
        await deferLater(reactor, three_workers.chance.uniform(0, 0.5))
        for _ in range(100):
            a.say(userId=one[0], TargetId=other[0], Type=1, Content=str(said))
            said += 1
        await deferLater(reactor, three_workers.chance.uniform(0, 0.02))
        for writer in three_workers.writers():
            os.kill(writer, signal.SIGKILL)
            killed += 1
    await until(lambda: len(b.texts) >= said, 60)
    await chatter.stop()
    await three_workers.settled()
    three_workers.check()
    assert [int(json.loads(text)["Content"]) for text in b.texts] == list(range(said))
    assert sum(len(device.acks) for device in three_workers.devices) == chatter.said
    assert not sum(len(device.closes) for device in three_workers.devices)
