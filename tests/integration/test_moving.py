"""Backups beside a daemon that serves, and a store that goes to another database and back into service."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from hichat.admin.manifest import read_manifest
from hichat.daemon.serving import served_database
from tests.integration.system import V2System
from tests.support.daemon import STOPPED, Daemon, V2Peer, until
from tests.support.devices import Person
from tests.support.postgres import server
from tests.support.scene import fixture_of

system = fixture_of(V2System)


class Talker:
    """Sends one message after the other until it is told to stop, and keeps the ids of what was acknowledged."""

    def __init__(self, peer: V2Peer, to: Person) -> None:
        self.acked: list[int] = []
        self._peer = peer
        self._to = to
        self.goes_on = True

    async def run(self) -> None:
        while self.goes_on:
            ack = await self._peer.ask("ack", "send", user=self._to[0], text=f"message {len(self.acked)}")
            self.acked.append(ack["id"])


async def test_a_backup_under_load(system: V2System) -> None:
    """It has what was acknowledged before, and a beginning of what came meanwhile; the daemon goes on."""
    daemon = system.daemon
    ann, bob = await system.people("ann", "bob")
    sender = await system.enter(ann)
    talker = Talker(sender, bob)
    talking = Deferred.fromCoroutine(talker.run())
    await until(lambda: len(talker.acked) >= 20)
    before = list(talker.acked)
    made = daemon.directory / "backups" / "one"
    done = await deferToThread(daemon.hichat, "backup", str(made))
    assert (done.returncode, done.stderr) == (0, ""), done
    after = list(talker.acked)
    checked = await deferToThread(daemon.hichat, "check", "--deep")
    assert checked.returncode == 0, checked.stdout
    await until(lambda: len(talker.acked) > len(after))
    talker.goes_on = False
    await talking
    position = read_manifest(made).position
    assert before[-1] <= position <= max(talker.acked)
    with sqlite3.connect(made / "hichat.db") as database:
        kept = [row[0] for row in database.execute("SELECT position FROM events ORDER BY position")]
    assert kept == list(range(1, position + 1))

    # Into another place, where a daemon serves it: a client with the old log's cursor is told, and misses nothing.
    other = Daemon(daemon.directory.parent / "restored")
    system.addCleanup(other.kill)
    other.command("restore", str(made))
    assert other.command("check", "--deep")
    await other.start()
    reader = await other.open_v2()
    reader.tell("hello", device="laptop", token=bob[1])
    welcome = await reader.take("welcome")
    reader.tell("sync", ref="old", since=talker.acked[-1], epoch=read_manifest(made).epoch)
    refused = await reader.take("error")
    assert (refused["code"], refused["position"]) == ("resync_required", position)
    assert welcome["epoch"] != read_manifest(made).epoch
    again = other.hichat("restore", str(made), "--replace")
    assert "a daemon is at work in" in again.stderr
    assert await other.stop() == STOPPED


async def test_to_postgresql_and_back(system: V2System) -> None:
    """Clients go on with their cursors: it is the same log."""
    daemon = system.daemon
    state = Path(daemon.environment["HICHAT_STATE_DIR"])
    ann, bob = await system.people("ann", "bob")
    sender = await system.enter(ann)
    texts = []
    reader = await system.stranger()
    synced = await reader.enter(bob[1])
    cursor = {"since": 0, "epoch": synced["epoch"]}
    urls = [server().make_database(system, migrated=False), f"sqlite:///{state / 'again.db'}"]
    refused = daemon.hichat("db", "copy", urls[0])
    assert "a daemon is at work in" in refused.stderr
    for url in urls:
        text = f"before {url.partition(':')[0]}"
        ack = await sender.ask("ack", "send", user=bob[0], text=text)
        texts.append(text)
        assert await daemon.stop() == STOPPED
        assert "rows are the same in" in daemon.command("db", "copy", url)
        daemon.environment["HICHAT_DATABASE"] = url
        await daemon.start()
        assert served_database(state) == url
        sender = await system.enter(ann)
        reader = await system.stranger()
        reader.tell("hello", device="laptop", token=bob[1])
        await reader.take("welcome")
        reader.tell("sync", ref="again", **cursor)
        synced = await reader.take("synced")
        events = reader.events()
        assert [event["text"] for event in events if event.get("text")] == texts[-1:]
        cursor = {"since": ack["id"], "epoch": synced["epoch"], "check": synced["check"]}
        (new,) = await system.people(f"new-{url.partition(':')[0]}")
        assert new[0] > bob[0]
    assert daemon.command("check", "--deep")
