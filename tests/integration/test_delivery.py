"""The promises, proved on the running daemon: what is done to it here is done to daemons."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from itertools import count
from typing import Any
from unittest import SkipTest

import pytest
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.core.events import Event
from hichat.core.kinds import Kind
from tests import proof
from tests.integration.system import DeliverySystem, System
from tests.integration.talk import Chatter, Pulse
from tests.support.daemon import Peer, reactor, until
from tests.support.devices import Device, Person, check_devices
from tests.support.scene import fixture_of
from tests.support.times import waited_for_processor


class Crash(DeliverySystem):
    KILLS = proof.KILLS

    def speak(self, number: int, team: int) -> None:
        """Somebody says something to somebody or to all."""
        device, other = self.chance.sample(self.devices, 2)
        device.say(f"no. {number}", **({"user": other.user} if number % 3 else {"group": team}))

    async def talk_v1(self, one: Person, other: Person, kill: int) -> Peer:
        """Two existing clients; one says a lot. @return: the one who listens."""
        a, b = await self.online(one, other)
        for number in range(100 * kill, 100 * kill + 100):
            a.say(userId=one[0], TargetId=other[0], Type=1, Content=str(number))
        return b

    async def come_and_talk(self) -> tuple[Chatter, Person, Person]:
        """@return: people who talk all the time on two devices each; and two others."""
        *people, one, other = self.insider.people(6)
        team = self.insider.group(*(user for user, _ in people))
        await self.come(people, each=2, check=False)
        return Chatter(lambda number: self.speak(number, team), 0.004), one, other

    def repeated(self) -> int:
        """@return: how many messages were acked as known already: an ack was lost."""
        return sum(ack["duplicate"] for device in self.devices for ack in device.acks.values())

    async def die(self) -> None:
        """Be killed at a random instant."""
        await deferLater(reactor, self.chance.uniform(0, 0.4))
        await self.daemon.stop(signal.SIGKILL)

    def check_v1(self, heard: list[str], sender: int) -> None:
        """What they have heard is stored, in the order of saying."""
        stored = [event.body.decode() for event in self.insider.events() if event.sender == sender and not event.device]
        assert len(set(stored)) == len(stored)
        assert set(heard) <= set(stored)
        assert len(heard) > 500
        assert sorted(stored, key=lambda text: int(json.loads(text)["Content"])) == stored


crash = fixture_of(Crash)


@pytest.mark.timeout(400)
async def test_kill_9(crash: Crash) -> None:
    """
    At random instants, some of them while it starts. What was acked, or heard on v1, is in the log, which has no gap;
    no client id is there twice; everybody has everything once.
    """
    chatter, one, other = await crash.come_and_talk()
    heard: list[str] = []
    for kill in count():
        if kill >= crash.KILLS and crash.repeated():
            break
        assert kill < 60, "no ack was ever lost: nothing was repeated"
        b = await crash.talk_v1(one, other, kill)
        if kill % 2:
            # On a busy machine nobody would be back before the next kill, and no ack could be lost.
            await until(lambda: any(device.live for device in crash.devices), 60)
        await crash.die()
        heard += b.texts
        if kill % 8 == 7:
            crash.daemon.launch()
            await deferLater(reactor, crash.chance.uniform(0, 0.8))
            await crash.daemon.stop(signal.SIGKILL)
        await crash.daemon.start()
    await chatter.stop()
    await crash.settled()
    crash.check()
    assert sum(len(device.acks) for device in crash.devices) == chatter.said
    assert crash.repeated() > 0
    crash.check_v1(heard, one[0])


@pytest.mark.alone
async def test_ready_again_after_a_kill(crash: Crash) -> None:
    """In 2 s, without anybody's hand, beside people who come back and talk on."""
    chatter, *_ = await crash.come_and_talk()
    # Loading the code is a part of it.
    crash.daemon.forked = False
    times = []
    for _ in range(9):
        await crash.die()
        began = time.monotonic()
        await crash.daemon.start()
        assert crash.daemon.process is not None
        # Without the time in which this machine did other things.
        times.append(time.monotonic() - began - waited_for_processor(crash.daemon.process.pid))
    await chatter.stop()
    await crash.settled()
    # The median: what else is done at the same time takes caches and the disk, too.
    assert sorted(times)[4] < 2
    assert max(times) < 6


@pytest.mark.timeout(180)
async def test_kill_9_of_the_writer(crash: Crash) -> None:
    """
    The process that writes the log dies again and again: nobody's connection breaks, and nobody repeats anything;
    everybody has everything once, people on v1 as well.
    """
    *people, one, other = crash.insider.people(6)
    team = crash.insider.group(*(user for user, _ in people))
    await crash.come(people, each=2)
    chatter = Chatter(lambda number: crash.speak(number, team), 0.004)
    a, b = await crash.online(one, other)
    said = 0

    def ended() -> int:
        return crash.daemon.log.read_text().count("the log's writer ended (signal 9)")

    # A kill may find no writer: one that has died often is started again after a pause.
    for kill in range(30):
        if kill >= 8 and ended() > 2:
            break
        await deferLater(reactor, crash.chance.uniform(0, 2.5))
        for _ in range(200):
            a.say(userId=one[0], TargetId=other[0], Type=1, Content=str(said))
            said += 1
        await deferLater(reactor, crash.chance.uniform(0, 0.02))
        for pid in crash.daemon.children():
            os.kill(pid, signal.SIGKILL)
    await until(lambda: len(b.texts) >= said, 30)
    await chatter.stop()
    await crash.settled()
    crash.check()
    assert [int(json.loads(text)["Content"]) for text in b.texts] == list(range(said))
    assert sum(len(device.acks) for device in crash.devices) == chatter.said
    assert ended() > 2


class Strace:
    """
    Follows the system calls of a daemon's processes.

    @param arguments: beside those that name the process and the file.
    @raise SkipTest: there is no strace (where C{CI} is set that is a failure), or it may not do that.
    """

    def __init__(self, case: System, *arguments: str) -> None:
        program = shutil.which("strace")
        if program is None:
            if os.environ.get("CI") == "true":
                raise AssertionError("needs strace: apt-get install strace")
            raise SkipTest("needs strace: apt-get install strace")
        assert case.daemon.process is not None
        self.file = case.daemon.directory / f"strace-{len(list(case.daemon.directory.glob('strace-*')))}"
        self._log = case.daemon.directory / "strace.log"
        processes = [case.daemon.process.pid, *case.daemon.children()]
        self._count = len(processes)
        followed = [argument for pid in processes for argument in ("-p", str(pid))]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([program, "-f", "-o", self.file, *followed, *arguments], stderr=log)
        case.addCleanup(self.stop)

    async def attached(self) -> None:
        """Wait until it follows."""
        await until(lambda: self._log.read_text().count("attached") >= self._count or self._process.poll() is not None)
        if self._process.poll() is not None:
            raise SkipTest(f"strace may not follow another process here: {self._log.read_text().strip()}")

    def stop(self) -> None:
        """Follow no more."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()


def system_calls(trace: str) -> list[tuple[str, bool, str]]:
    """
    @return: of each line of a trace: the call's name, whether the call has begun or has returned there (a call of one
        line is both and comes twice), and its text: all of it, once it has returned.
    """
    begun: dict[str, str] = {}
    found = []
    for line in trace.splitlines():
        thread, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text.removesuffix("<unfinished ...>")
            found.append((text.split("(")[0], False, text))
        elif resumed := re.match(r"<\.\.\. (\w+) resumed>", text):
            found.append((resumed[1], True, begun.pop(thread) + text[resumed.end() :]))
        else:
            name = text.split("(")[0]
            found += [(name, False, text), (name, True, text)]
    return found


class Durability(DeliverySystem):
    async def acked(self, counter: int) -> None:
        """Wait for an ack of the first device."""
        await until(lambda: counter in self.devices[0].acks)

    def syncs(self, calls: list[tuple[str, bool, str]], counter: int, text: str) -> int:
        """@return: how many syncs of the log began and returned between a message's coming and its ack's going."""
        came = next(
            at
            for at, (name, returned, call) in enumerate(calls)
            if returned and name in ("read", "recvfrom", "recvmsg") and f'\\"text\\": \\"{text}\\"' in call
        )
        ack = f'\\"op\\":\\"ack\\",\\"ref\\":{counter},'
        went = next(
            at
            for at, (name, returned, call) in enumerate(calls)
            if not returned and name in ("write", "writev", "sendto", "sendmsg") and ack in call
        )
        between = [
            returned
            for name, returned, call in calls[came:went]
            if name in ("fsync", "fdatasync") and "hichat.db-wal>" in call
        ]
        # One that had begun before the message came does not count.
        return between[between.index(False) :].count(True) if False in between else 0


durability = fixture_of(Durability)


async def test_a_sync_lies_between_a_send_and_its_ack(durability: Durability) -> None:
    """What kill -9 cannot see: a commit that is in the kernel's memory only."""
    traced = "fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"
    strace = Strace(durability, "-y", "-s", "100000", "-e", f"trace={traced}")
    await strace.attached()
    ann, bob = await durability.come(durability.insider.people(2))
    for number in range(30):
        await durability.acked(ann.say(f"alone {number}", user=bob.user))
    for number in range(30):
        ann.say(f"many {number}", user=bob.user)
    await durability.settled()
    strace.stop()
    calls = system_calls(strace.file.read_text())
    for counter, text in ann.said.items():
        assert durability.syncs(calls, counter, text) > 0, text


class StoreFailure(DeliverySystem):
    """Nothing is acked that is not stored; senders are told or wait; it goes on by itself when the store does."""

    async def talk(self) -> tuple[Device, Device]:
        """@return: two devices, who have talked."""
        ann, bob = await self.come(self.insider.people(2))
        ann.say("before", user=bob.user)
        await until(lambda: bob.heard)
        return ann, bob

    async def fails(self, *devices: Device, seconds: float = 20) -> None:
        """Everybody says something and is told that it is not stored; nothing is acked, nobody hears anything."""
        acked = [len(device.acks) for device in self.devices]
        heard = [len(device.heard) for device in self.devices]
        for device in devices:
            for number in range(20):
                device.say(f"during {number}", user=self.devices[-1].user)
        await until(lambda: all(device.errors["not_stored"] >= 20 for device in devices), seconds)
        assert (await self.daemon.get("/healthz"))[0] == 200
        assert [len(device.acks) for device in self.devices] == acked
        assert [len(device.heard) for device in self.devices] == heard

    async def recovers(self) -> None:
        """All that was said arrives, without a restart."""
        self.devices[0].say("after", user=self.devices[1].user)
        await self.settled()
        self.check()
        assert [len(device.acks) for device in self.devices] == [len(device.said) for device in self.devices]
        assert [device.closes for device in self.devices] == [[], []]

    def administer(self, statement: str) -> None:
        """Change the database by hand."""
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db", isolation_level=None)
        try:
            database.execute(statement)
        finally:
            database.close()


store_failure = fixture_of(StoreFailure)


async def test_a_full_disk(store_failure: StoreFailure) -> None:
    ann, _ = await store_failure.talk()
    assert store_failure.daemon.process is not None
    # No file may grow: to SQLite that is a full disk.
    processes = [store_failure.daemon.process.pid, *store_failure.daemon.children()]
    _, hard = resource.prlimit(processes[0], resource.RLIMIT_FSIZE)
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    await store_failure.fails(ann)
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    await store_failure.recovers()


async def test_locked_for_longer_than_anybody_waits(store_failure: StoreFailure) -> None:
    ann, _ = await store_failure.talk()
    with store_failure.insider.store.transaction():
        await store_failure.fails(ann)
    await store_failure.recovers()


async def test_read_only(store_failure: StoreFailure) -> None:
    """As a file system is that was remounted after an error: what is open cannot be written any more."""
    ann, _ = await store_failure.talk()
    strace = Strace(store_failure, "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=EROFS")
    await strace.attached()
    await store_failure.fails(ann)
    strace.stop()
    await store_failure.recovers()


async def test_a_sync_fails(store_failure: StoreFailure) -> None:
    ann, _ = await store_failure.talk()
    strace = Strace(store_failure, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO")
    await strace.attached()
    await store_failure.fails(ann, seconds=40)
    strace.stop()
    await store_failure.recovers()


async def test_one_bad_row(store_failure: StoreFailure) -> None:
    """It fails alone; the rest of its batch lives."""
    ann, bob = await store_failure.talk()
    store_failure.administer(
        "CREATE TRIGGER poison BEFORE INSERT ON events WHEN instr(NEW.body, 'poison') > 0 "
        "BEGIN SELECT RAISE(ABORT, 'poison'); END"
    )
    with store_failure.insider.store.transaction():
        # Meanwhile a batch gathers.
        counters = [ann.say("poison" if number == 50 else f"no. {number}", user=bob.user) for number in range(100)]
        await store_failure.daemon.settles_at("drafts_in_flight", 100)
    await until(lambda: len(ann.acks) == 100)
    await until(lambda: ann.errors["not_stored"])
    assert set(ann.unacked) == {counters[50]}
    await until(lambda: len(bob.heard) == 100)
    assert await store_failure.daemon.metric("commit_batch_events_count") < 20
    store_failure.administer("DROP TRIGGER poison")
    await store_failure.recovers()


class SlowReader(DeliverySystem):
    async def settled_with(self, pulse: Pulse, sender: Device, receiver: Device) -> None:
        """Wait until one has it all, while others go on."""
        last = max(ack["id"] for ack in sender.acks.values())
        await until(lambda: receiver.live and receiver.heard[-1].id >= last, 30)


slow_reader = fixture_of(SlowReader)


@pytest.mark.alone
async def test_one_who_stops_reading(slow_reader: SlowReader) -> None:
    """The daemon's memory is bounded, it is closed with 4008, it catches up; the others notice nothing."""
    people = slow_reader.insider.people(4)
    ann, bob, cat, dan = await slow_reader.come(people, check=False)
    pulse = Pulse(cat, dan)
    before = slow_reader.memory()
    assert bob.socket is not None
    bob.socket.transport.pauseProducing()  # type: ignore[union-attr]
    bob.returns = False
    for number in range(3000):
        ann.say(f"{number} " + "x" * 7000, user=bob.user)
        if number % 20 == 0:
            await until(lambda number=number: len(ann.acks) > number - 200)  # type: ignore[misc]
    await until(lambda: not ann.unacked)
    grown = slow_reader.memory() - before
    assert await slow_reader.daemon.metric("slow_closed_total") == 1
    bob.socket.transport.resumeProducing()  # type: ignore[union-attr]
    await until(lambda: bob.gone)
    assert bob.closes == [4008]
    assert len(bob.heard) < 3000
    bob.returns = True
    bob.connect()
    await slow_reader.settled_with(pulse, ann, bob)
    assert await pulse.stop() < 1
    assert grown < 20_000
    assert [int(heard.text.split()[0]) for heard in bob.heard] == list(range(3000))
    await slow_reader.settled()
    slow_reader.check()


@pytest.mark.alone
async def test_a_sync_of_a_hundred_thousand(slow_reader: SlowReader) -> None:
    """By one who reads slowly: it ends, the daemon's memory is bounded, the others notice nothing."""
    people = slow_reader.insider.people(5)
    slow_reader.insider.fill(people[0][0], people[1][0], 100_000, "x" * 200)
    # The daemon did not write them: it reads them first, and until then everybody waits for their turn.
    while await slow_reader.daemon.metric("position") < 100_000:
        await deferLater(reactor, 0.05)
    cat, dan = await slow_reader.come(people[2:4], check=False)
    before = slow_reader.memory()
    bob = Device(slow_reader.daemon, people[1], "slow")
    slow_reader.devices.append(bob)
    bob.connect()
    await until(lambda: bob.pages)
    pulse = Pulse(cat, dan)
    highest = before
    while not bob.live:
        assert bob.socket is not None
        transport: Any = bob.socket.transport
        transport.pauseProducing()
        await deferLater(reactor, 0.1)
        transport.resumeProducing()
        await until(lambda pages=bob.pages: bob.pages > pages or bob.live)  # type: ignore[misc]
        highest = max(highest, slow_reader.memory())
    slowest = await pulse.stop()
    assert len(bob.heard) == 100_000
    await slow_reader.settled()
    slow_reader.check()
    assert bob.pages >= 500
    assert highest - before < 20_000
    assert slowest < 1


class Return(DeliverySystem):
    PEOPLE = 500

    def speak(self, talkers: Sequence[Device], number: int, team: int) -> None:
        """One says something to everybody or to one."""
        talker = talkers[number % len(talkers)]
        where = {"group": team} if number % 40 == 0 else {"user": self.devices[number % len(self.devices)].user}
        talker.say(f"no. {number}", **where)

    async def abort_all(self) -> None:
        """Everybody's connection is lost at once."""
        for device in self.devices:
            device.abort()

    async def kill(self) -> None:
        """The daemon dies and comes again."""
        await self.daemon.stop(signal.SIGKILL)
        await self.daemon.start()


returning = fixture_of(Return)


async def test_a_thousand_come_back_at_once(returning: Return) -> None:
    """First they lose their connections, then the daemon is killed; some talk all the time."""
    people = returning.insider.people(returning.PEOPLE)
    team = returning.insider.group(*(user for user, _ in people))
    await returning.come(people, each=2, check=False)
    talkers = returning.devices[:20:2]
    chatter = Chatter(lambda number: returning.speak(talkers, number, team), 0.01)
    for lose in (returning.abort_all, returning.kill):
        await deferLater(reactor, 0.5)
        await lose()
        for device in returning.devices:
            device.say("I am back", user=returning.chance.choice(returning.devices).user)
        await until(lambda: all(device.live and device.closes for device in returning.devices), 40)
    await chatter.stop()
    await returning.settled(60)
    returning.check()
    assert sum(len(device.acks) for device in returning.devices) == chatter.said + 2 * len(returning.devices)


class Removal(DeliverySystem):
    """In the middle of traffic. Nothing after that position reaches them, nothing before it is missing."""

    async def begin(self) -> tuple[int, Chatter]:
        """Five people with two devices each talk in a group and with each other."""
        people = self.insider.people(5)
        team = self.insider.group(*(user for user, _ in people))
        await self.come(people, each=2)

        def say(number: int) -> None:
            device = self.devices[number % 8 if number % 20 else 9]
            where = {"user": people[(number // 3) % 5][0]} if number % 3 else {"group": team}
            if device.returns:
                device.say(f"no. {number}", **where)

        chatter = Chatter(say, 0.003)
        await until(lambda: chatter.said > 200)
        return team, chatter

    async def end(self, chatter: Chatter, removed: Sequence[Device]) -> None:
        """Some more is said; then all others have everything."""
        said = chatter.said
        await until(lambda: chatter.said > said + 200)
        await chatter.stop()
        await self.settled(others=removed)
        self.check([device for device in self.devices if device not in removed])

    @property
    def events(self) -> dict[int, Event]:
        """The log, by position."""
        return {event.position: event for event in self.insider.events()}

    def check_removed(self, removed: Sequence[Device], position: int) -> None:
        """They were closed with 4001, have everything before, nothing after, and wrote nothing after."""
        events = self.insider.events()
        memberships = self.insider.memberships()
        check_devices(events[:position], memberships, removed)
        for device in removed:
            assert device.closes == [4001]
            assert max((ack["id"] for ack in device.acks.values()), default=0) < position
            assert [e for e in events[position:] if e.device == device.number] == []

    async def stays_out(self, device: Device, code: int) -> None:
        """Who comes again is refused."""
        count = len(device.heard)
        device.connect()
        await until(lambda: len(device.closes) == 2)
        assert (device.closes[1], len(device.heard)) == (code, count)


removal = fixture_of(Removal)


async def test_a_member_is_removed(removal: Removal) -> None:
    team, chatter = await removal.begin()
    removed = removal.devices[8:]
    position = await deferToThread(removal.insider.part, team, removed[0].user)
    await removal.end(chatter, [])
    for device in removed:
        group = [heard.id for heard in device.heard if removal.events[heard.id].target == team]
        assert max(group) == position
    assert "not_a_member" in removed[1].refused.values()


async def test_a_user_is_disabled(removal: Removal) -> None:
    _, chatter = await removal.begin()
    removed = removal.devices[8:]
    for device in removed:
        device.returns = False
    await deferToThread(removal.daemon.command, "user", "disable", "person 4")
    await until(lambda: all(device.gone for device in removed))
    await removal.end(chatter, removed)
    removal.check_removed(removed, next(e.position for e in removal.events.values() if e.kind == Kind.SIGNED_OUT))
    await removal.stays_out(removed[0], 4005)


async def test_a_device_is_revoked(removal: Removal) -> None:
    _, chatter = await removal.begin()
    removed = removal.devices[9:]
    removed[0].returns = False
    await deferToThread(removal.daemon.command, "device", "revoke", "person 4", removed[0].name)
    await until(lambda: removed[0].gone)
    await removal.end(chatter, removed)
    removal.check_removed(removed, next(e.position for e in removal.events.values() if e.kind == Kind.SIGNED_OUT))
    await removal.stays_out(removed[0], 4005)
