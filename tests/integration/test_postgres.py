"""The whole system on PostgreSQL, whose server goes away and comes back."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Callable

import treq
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.web.http_headers import Headers

from hichat.core.errors import NotStored, StoreAway
from hichat.core.events import Event
from tests.integration.system import System
from tests.integration.talk import Chatter
from tests.support import ports
from tests.support.daemon import STOPPED, TWISTD, Peer, reactor, until
from tests.support.devices import Device, Insider, check_devices, check_log
from tests.support.postgres import PASSWORD, database_url, mortal_server
from tests.support.scene import fixture_of

COMPLAINT = NotStored().text("zh")


class PostgreSQL(System):
    def store(self) -> dict[str, str]:
        return {"DATABASE": mortal_server().make_database(self)}

    async def lose_the_server(self, how: signal.Signals) -> None:
        """
        It stops in the middle of traffic. Each message is either heard or refused, never both; what was heard is in the
        store, in order, once; and afterwards all goes on.
        """
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
        sent: list[str] = []
        talking = Deferred.fromCoroutine(self.talk(a, ann[0], bob[0], sent))
        await until(lambda: len(b.texts) > 100)
        self.addCleanup(mortal_server)
        await deferToThread(mortal_server().stop, how)
        await self.noticed(lambda: bool(a.texts))
        assert (await self.daemon.get("/healthz"))[0] == 200
        mortal_server()
        heard = len(b.texts)
        await until(lambda: len(b.texts) > heard + 100)
        sent.append("")  # stop talking
        await talking

        await until(lambda: len(a.texts) + len(b.texts) >= len(sent), 30)
        assert set(a.texts) <= {COMPLAINT}
        assert len(a.texts) + len(b.texts) == len(sent)
        said = set(b.texts)
        assert b.texts == [text for text in sent if text in said]
        stored: list[str] = []
        while page := await self.history(bob, ann[0], isRev="true", start=len(stored), end=-1):
            stored += page
        assert stored == b.texts
        assert await self.daemon.metric("drafts_in_flight") == 0

    async def noticed(self, told: Callable[[], bool]) -> None:
        """
        Who speaks is told at once that it cannot be stored; unless a commit was under way when the server went, then
        when it is back.
        """
        with contextlib.suppress(AssertionError):
            await until(told, 3)
        if not told() and not await self.daemon.metric("drafts_in_flight"):
            await until(told)

    def complete(self, events: list[Event], devices: list[Device]) -> bool:
        """@return: whether everybody has heard as much as there is for them."""
        own = [sum(event.target == device.user for event in events) for device in devices]
        return [len(device.heard) for device in devices] == own

    async def talk(self, peer: Peer, user: int, target: int, sent: list[str]) -> None:
        """Say one thing after the other, until C{sent} ends with nothing."""
        while not sent or sent[-1]:
            for _ in range(5):
                sent.append(peer.say(userId=user, TargetId=target, Type=1, Content=f"no. {len(sent)}"))
            await deferLater(reactor, 0.005)
        sent.pop()


postgresql = fixture_of(PostgreSQL)


async def test_people_chat(postgresql: PostgreSQL) -> None:
    """And the daemon starts again where it was."""
    ann, bob = await postgresql.people("ann", "bob")
    a, b = await postgresql.online(ann, bob)
    said = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="你好 {bob} \\N 🙂", CreateTime=5)]
    assert await b.heard(1) == said
    said.append(b.say(userId=bob[0], TargetId=ann[0], Type=1, Content="hi"))
    assert await a.heard(1) == said[1:]
    team = await postgresql.group(ann, bob)
    to_team = b.say(userId=bob[0], TargetId=team, Type=2, Content="to all")
    assert await a.heard(1) == [to_team]

    assert await postgresql.daemon.stop() == STOPPED
    await postgresql.daemon.start()
    a, b = await postgresql.online(ann, bob)
    assert await postgresql.history(ann, bob[0], isRev="true") == said
    again = a.say(userId=ann[0], TargetId=team, Type=2, Content="still here")
    assert await b.heard(1) == [again]
    # A command of another process gets the lock, and is found. Its shell does not know the database.
    del postgresql.daemon.environment["HICHAT_DATABASE"]
    postgresql.daemon.command("user", "disable", "bob")
    assert await b.gone(3) == 4001


async def test_the_server_is_restarted(postgresql: PostgreSQL) -> None:
    await postgresql.lose_the_server(signal.SIGINT)


async def test_what_is_said_while_the_server_is_away(postgresql: PostgreSQL) -> None:
    """By all that asks it; and in the log no more than a few lines, however many ask."""
    ann, bob = await postgresql.people("ann", "bob")
    (a,) = await postgresql.online(ann)
    assert await postgresql.daemon.get("/readyz") == (200, "ready\n")
    postgresql.addCleanup(mortal_server)
    await deferToThread(mortal_server().stop, signal.SIGQUIT)
    await deferLater(reactor, 1.1)
    status, wrong = await postgresql.daemon.get("/readyz")
    assert (status, wrong.count("\n")) == (503, 1)
    for _ in range(20):
        a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="lost")
        listed = await postgresql.call(ann, "relation/list", userId=ann[0])
        assert (listed["code"], listed["message"]) == (-1, StoreAway.zh)
        bearer = Headers({"Authorization": [f"Bearer {ann[1]}"]})
        answer = await treq.get(f"{postgresql.daemon.url}/v2/me", headers=bearer, persistent=False)
        assert (answer.code, (await answer.json())["code"]) == (503, "store_away")
        assert answer.headers.getRawHeaders("retry-after") is not None
    socket = await postgresql.daemon.open(f"/v1/user/SendUserMsg?userId={bob[0]}&token={bob[1]}")
    assert not socket.opened
    await a.heard(20)
    assert await postgresql.daemon.metric("commits_refused_total") >= 20
    log = postgresql.daemon.log.read_text()
    assert "Traceback" not in log
    assert log.count("cannot be stored") <= 2
    assert log.count("cannot be read") <= 2
    mortal_server()
    # With room for a busy machine; on another one it is there in less than two seconds.
    for _ in range(20):
        if (ready := await postgresql.daemon.get("/readyz"))[0] == 200:
            break
        await deferLater(reactor, 0.5)
    assert ready == (200, "ready\n")


async def test_the_server_crashes(postgresql: PostgreSQL) -> None:
    await postgresql.lose_the_server(signal.SIGQUIT)


async def test_the_server_crashes_under_acks(postgresql: PostgreSQL) -> None:
    """
    Twice, at instants that nobody chose; some commits are then in doubt. What was acked is stored, what was
    refused is said again under the same counter, and in the end all of it is there once.
    """
    insider = Insider(postgresql.daemon)
    postgresql.addCleanup(insider.close)
    people = insider.people(4)
    devices = [Device(postgresql.daemon, person, f"device-{person[0]}") for person in people]
    for device in devices:
        postgresql.addCleanup(device.leave)
        device.connect()
    await until(lambda: all(device.live for device in devices))
    chatter = Chatter(lambda i: devices[i % 4].say(f"no. {i}", user=people[(i + 1 + i // 4 % 3) % 4][0]), 0.002)
    postgresql.addCleanup(mortal_server)
    for _ in range(2):
        said = chatter.said
        await until(lambda said=said: chatter.said > said + 300)  # type: ignore[misc]
        await deferToThread(mortal_server().stop, signal.SIGQUIT)
        await postgresql.noticed(lambda: any(device.errors["not_stored"] for device in devices))
        mortal_server()
    await chatter.stop()
    await until(lambda: not any(device.unacked for device in devices), 30)
    events = insider.events()
    check_log(events)
    assert len(events) == chatter.said
    await until(lambda: postgresql.complete(events, devices))
    check_devices(events, {}, devices)
    for device in devices:
        device.leave()
    await until(lambda: all(device.gone for device in devices))


async def test_no_server(postgresql: PostgreSQL) -> None:
    """It does not start, and says why in one line without the password."""
    await postgresql.daemon.stop()
    environment = postgresql.daemon.environment | {"HICHAT_DATABASE": database_url(ports.reserve(), "hichat")}
    done = await deferToThread(
        subprocess.run,
        [TWISTD, "-n", "--pidfile=", "hichat"],
        cwd=postgresql.daemon.directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done
    assert "HICHAT_DATABASE" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


async def test_no_secret_in_the_log(postgresql: PostgreSQL) -> None:
    """Not even when the store fails."""
    ann, bob = await postgresql.people("ann", "bob")
    (a,) = await postgresql.online(ann)
    await deferToThread(mortal_server().stop)
    postgresql.addCleanup(mortal_server)
    a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="TOP-SECRET")
    assert await a.heard(1) == [COMPLAINT]
    assert (await postgresql.daemon.post("/v1/user/login_pw", name="ann", password="x")).get("code") != 0
    log = postgresql.daemon.log.read_text()
    # Who notices first that the server is gone says so: the log's writer, or who keeps the daemon's number.
    assert "cannot be stored" in log or "nothing is written until" in log
    for secret in (PASSWORD, "TOP-SECRET", json.dumps("ann"), ann[1]):
        assert secret not in log
