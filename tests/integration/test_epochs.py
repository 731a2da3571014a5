"""A log that goes back under a running daemon and its clients."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet.defer import Deferred

from hichat.client.connection import Client
from hichat.client.speech import StartedAnew
from hichat.client.wire import Credentials
from hichat.daemon.serving import served_database
from hichat.wire.frames import Close
from tests.integration.system import V2System
from tests.support.daemon import STOPPED, V2Peer, reactor, until
from tests.support.devices import Person
from tests.support.scene import fixture_of


class TwoWorkers(V2System):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}


system = fixture_of(V2System)
two_workers = fixture_of(TwoWorkers)


async def test_a_new_epoch_by_hand(two_workers: TwoWorkers) -> None:
    """Every client of every worker is told within two seconds, and goes on with the new one."""
    ann, bob = await two_workers.people("ann", "bob")
    # So many that both workers have some.
    devices = [await two_workers.enter(bob, f"device-{number}") for number in range(6)]
    unsynced = await two_workers.stranger()
    unsynced.tell("hello", device="late", token=ann[1])
    before = (await unsynced.take("welcome"))["epoch"]
    old = await two_workers.online(*[ann] * 4)
    state = Path(two_workers.daemon.environment["HICHAT_STATE_DIR"])
    assert served_database(state) == f"sqlite:///{state}/hichat.db"
    epoch = two_workers.daemon.command("log", "new-epoch").strip()
    assert epoch != before
    for device in (*devices, unsynced):
        error = await device.take("error")
        assert (error["code"], "ref" in error) == ("resync_required", False)
        assert await device.gone() == Close.TROUBLE
    assert [await each.gone() for each in old] == [Close.TROUBLE] * 4
    device = await two_workers.stranger()
    welcome = await device.enter(bob[1])
    assert welcome["epoch"] == epoch
    sender = await two_workers.enter(ann, "another")
    sent = await sender.ask("ack", "send", user=bob[0], text="here we are")
    await two_workers.hears(device, id=sent["id"], text="here we are")


async def sync(peer: V2Peer, person: Person, **cursor: Any) -> dict[str, Any]:
    """@return: the answer to a sync with this cursor."""
    peer.tell("hello", device="laptop", token=person[1])
    await peer.take("welcome")
    return await resync(peer, **cursor)


async def resync(peer: V2Peer, **cursor: Any) -> dict[str, Any]:
    peer.tell("sync", ref="again", **cursor)
    await until(lambda: peer.said["error"] or peer.said["synced"])
    return (peer.said.pop("error", []) + peer.said.pop("synced", []))[0]


async def test_a_backup_is_put_back(system: V2System) -> None:
    """
    It is noticed at the start. Each client hears everything that is in the new log: the library by itself, another one
    that syncs as it is told. Without an epoch all is as it was.
    """
    daemon = system.daemon
    state, backup = Path(daemon.environment["HICHAT_STATE_DIR"]), daemon.directory / "backup"
    ann, bob = await system.people("ann", "bob")
    sender = await system.enter(ann)
    first = await sender.ask("ack", "send", user=bob[0], text="kept")
    backup.mkdir()
    with sqlite3.connect(state / "hichat.db") as database:
        database.execute("VACUUM INTO ?", [str(backup / "hichat.db")])
    lost = [await sender.ask("ack", "send", user=bob[0], text="lost") for _ in range(3)]
    (cat,) = await system.people("cat")
    await system.enter(cat)
    reader = await system.stranger()
    synced = await sync(reader, bob)
    cursor = {"since": lost[-1]["id"], "epoch": synced["epoch"], "check": synced["check"]}
    items: list[Any] = []
    library = Client(reactor, daemon.url, Credentials(*bob), "library", on_item=items.append, retry=lambda _: 0.1)
    await library.connected()
    lost.append(await sender.ask("ack", "send", user=bob[0], text="lost"))
    own = await library.send(ann[0], "acked, and lost")
    await until(lambda: items)
    assert await daemon.stop() == STOPPED
    unacked = Deferred.fromCoroutine(library.send(ann[0], "not acked"))
    for file in state.glob("hichat.db*"):
        file.unlink()
    shutil.copy(backup / "hichat.db", state)
    await daemon.start()
    # Another one gets the id of somebody who came after the backup, whose token is void.
    (dan,) = await system.people("dan")
    assert dan[0] == cat[0]
    await system.enter(dan)
    stranger = await system.stranger()
    stranger.tell("hello", device="laptop", token=cat[1])
    assert (await stranger.take("error"))["code"] == "unauthorized"
    assert await stranger.gone() == Close.UNAUTHORIZED
    sender = await system.enter(ann)
    new = [await sender.ask("ack", "send", user=bob[0], text=f"new {number}") for number in range(5)]
    assert new[-1]["id"] > lost[-1]["id"]
    sent = await unacked

    # It may have come back before the new messages, or after them.
    await until(lambda: any(isinstance(item, StartedAnew) for item in items))
    await until(lambda: new[-1]["id"] in [getattr(item, "id", 0) for item in items[1:]])
    heard = [item for item in items if not isinstance(item, StartedAnew)]
    (told,) = [item for item in items if isinstance(item, StartedAnew)]
    assert told.lost == [lost[-1]["id"], own.id]
    # It did not have the first one, which is so new that it may be sent again.
    found = [(event.id, event.text) for event in heard if event.id != first["id"]]
    assert found == [(lost[-1]["id"], "lost"), *((ack["id"], f"new {i}") for i, ack in enumerate(new))]
    assert await library.close()

    reader = await system.stranger()
    refused = await sync(reader, bob, **cursor)
    assert (refused["code"], refused["position"] < new[0]["id"]) == ("resync_required", True)
    synced = await resync(reader, since=refused["position"])
    assert synced["epoch"] != cursor["epoch"]
    texts: dict[int, str] = {}

    def all_of_it() -> bool:
        texts.update({event["id"]: event["text"] for event in reader.events()})
        return max(new[-1]["id"], sent.id) in texts

    await until(all_of_it)
    texts.pop(first["id"], None)
    assert texts == {sent.id: "not acked"} | {ack["id"]: f"new {i}" for i, ack in enumerate(new)}
    synced = await sync(await system.stranger(), bob, since=cursor["since"])
    assert synced["op"] == "synced"
