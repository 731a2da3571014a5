"""The running daemon when its parts fail, or its clients do; what v2 promises then is in L{test_delivery}."""

from __future__ import annotations

import json
import resource
import time
from typing import ClassVar

import pytest
import treq
from twisted.internet.task import deferLater

from hichat.core.errors import NotStored
from tests.integration.system import PASSWORD, DeliverySystem, System
from tests.support.daemon import reactor, until
from tests.support.scene import fixture_of


def contents(texts: list[str], sender: int) -> list[object]:
    """@return: what somebody said, of all that was heard."""
    frames = [json.loads(text) for text in texts]
    return [frame["Content"] for frame in frames if frame["userId"] == sender]


class FaultyPlane(DeliverySystem):
    settings: ClassVar[dict[str, str]] = {
        "TEST_FAULTS": "seed=1,drop=0.3,double=0.1,reorder=0.2,truncate=0.02,corrupt=0.02,forge=0.02"
    }


class FaultyPlaneOfTwo(FaultyPlane):
    """Each worker breaks what it sends to the other, too."""

    settings: ClassVar[dict[str, str]] = FaultyPlane.settings | {"WORKERS": "2"}


faulty_plane = fixture_of(FaultyPlane, FaultyPlaneOfTwo)


@pytest.mark.timeout(200)
async def test_twenty_thousand_messages(faulty_plane: FaultyPlane) -> None:
    """Between five people on v1 and five on v2: nothing lost, doubled or out of order, all of v2 acked."""
    people = faulty_plane.insider.people(10)
    peers = await faulty_plane.online(*people[:5])
    devices = await faulty_plane.come(people[5:], check=False)
    for number in range(1000):
        for user, _ in people:
            for away in (1, 4):
                target = (user + away - 1) % 10 + 1
                if user <= 5:
                    peers[user - 1].say(userId=user, TargetId=target, Type=1, Content=str(number))
                else:
                    devices[user - 6].say(str(number), user=target)
        await deferLater(reactor, 0.001)
    await until(lambda: sum(len(peer.texts) for peer in peers) >= 10_000, 60)
    await faulty_plane.settled(60)
    faulty_plane.check()
    assert [len(device.acks) for device in devices] == [2000] * 5
    expected = [str(number) for number in range(1000)]
    for user, _ in people:
        for sender in ((user - away - 1) % 10 + 1 for away in (1, 4)):
            if user <= 5:
                assert contents(peers[user - 1].texts, sender) == expected
            else:
                heard = devices[user - 6].heard
                assert [event.text for event in heard if event.sender == sender] == expected
    assert [len(peer.texts) for peer in peers] == [2000] * 5
    assert [len(device.heard) for device in devices] == [2000] * 5
    assert await faulty_plane.daemon.metric("repairs_total") > 10


@pytest.mark.alone
async def test_a_client_that_stops_reading(delivery: DeliverySystem) -> None:
    """Its memory is bounded, it is told why it is closed, the others do not notice, and the history has it all."""
    ann, bob, cat = await delivery.people("ann", "bob", "cat")
    a, b, c = await delivery.online(ann, bob, cat)
    before = delivery.memory()
    b.transport.pauseProducing()
    slowest = 0.0
    for number in range(3000):
        a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{number} " + "x" * 8000)
        if number % 50 == 0:
            started = time.monotonic()
            a.say(userId=ann[0], TargetId=cat[0], Type=1, Content="quick")
            await c.heard(1)
            slowest = max(slowest, time.monotonic() - started)
    assert slowest < 1
    assert await delivery.daemon.metric("slow_closed_total") == 1
    assert delivery.memory() - before < 20_000
    b.transport.resumeProducing()
    await b.gone()
    (b,) = await delivery.online(bob)
    found = await delivery.history(bob, ann[0], start=0, end=2999, isRev="true")
    found += await delivery.history(bob, ann[0], start=1000, end=1999, isRev="true")
    found += await delivery.history(bob, ann[0], start=2000, end=2999, isRev="true")
    numbers = [int(json.loads(text)["Content"].split()[0]) for text in found]
    assert numbers == list(range(3000))


async def test_a_full_disk(system: System) -> None:
    """Senders are told; nothing is delivered that is not stored; with room again, it goes on."""
    ann, bob = await system.people("ann", "bob")
    a, b = await system.online(ann, bob)
    sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="before")]
    await b.heard(1)
    assert system.daemon.process is not None
    # No file of the daemon may grow: to SQLite that is a full disk.
    processes = [system.daemon.process.pid, *system.daemon.children()]
    hard = resource.prlimit(processes[0], resource.RLIMIT_FSIZE)[1]
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    for i in range(5):
        a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"lost {i}")
    assert len(await a.heard(5)) == 5
    assert (await system.daemon.get("/healthz"))[0] == 200
    for _ in range(2):
        assert await system.daemon.get("/readyz") == (503, "the store takes no commits; the log says why\n")
    assert await system.daemon.metric("commits_refused_total") == 5
    # v1 has it in its own way, v2 in its.
    entered = await system.daemon.post("/v1/user/login_pw", name="ann", password=PASSWORD)
    assert (entered["code"], entered["message"]) == (-1, NotStored.zh)
    login = {"name": "ann", "password": PASSWORD, "device": "laptop"}
    answer = await treq.post(f"{system.daemon.url}/v2/login", json=login, persistent=False)
    assert answer.code == 503
    assert answer.headers.getRawHeaders("retry-after") is not None
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    await deferLater(reactor, 1.1)
    assert await system.daemon.get("/readyz") == (200, "ready\n")
    sent.append(a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="after"))
    assert await b.heard(1) == sent[1:]
    assert await system.history(ann, bob[0], isRev="true") == sent
