"""The whole system: a real process, real sockets, several people."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import stat
from pathlib import Path
from typing import Any, ClassVar

import jwt
import pytest
import treq
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.accounts import users
from hichat.client.connection import Client
from hichat.client.http import Api
from tests.integration.system import PASSWORD, SharedSystem, System
from tests.support.daemon import STOPPED, reactor, until
from tests.support.scene import fixture_of


async def test_people_chat(shared_system: SharedSystem) -> None:
    """Private and group messages, two devices, nobody hears what is not for them."""
    ann, bob, cat = await shared_system.people("ann", "bob", "cat")
    a, b, b2, c = await shared_system.online(ann, bob, bob, cat)
    hello = a.say(userId=ann[0], TargetId=bob[0], Type=1, Media=1, Content="你好 {bob}", CreateTime=5)
    assert await b.heard(1) == [hello]
    assert await b2.heard(1) == [hello]
    answer = b.say(userId=bob[0], TargetId=ann[0], Type=1, Media=4, url="/a.png", amount=0)
    assert await a.heard(1) == [answer]

    team = await shared_system.group(ann, bob)
    first = a.say(userId=ann[0], TargetId=team, Type=2, Media=1, Content="team only")
    assert [await b.heard(1), await b2.heard(1)] == [[first], [first]]
    await shared_system.call(cat, "relation/join_group", userId=cat[0], comId=shared_system.named("TEAM"))
    second = b2.say(userId=bob[0], TargetId=team, Type=2, Media=1, Content="welcome")
    assert [await a.heard(1), await c.heard(1)] == [[second], [second]]
    # Same words again are another message; none came twice, none where it does not belong.
    for _ in range(2):
        a.say(userId=ann[0], TargetId=cat[0], Type=1, Media=1, Content="same")
    assert len(await c.heard(2)) == 2
    assert (a.texts, b.texts, b2.texts, c.texts) == ([], [], [], [])


async def test_announcements(shared_system: SharedSystem) -> None:
    boss = shared_system.named("boss")
    shared_system.daemon.command("user", "add", boss, "--admin", line=f"{PASSWORD}\n")
    (ann,) = await shared_system.people("ann")
    number = ann[0] - 1
    a, b = await shared_system.online(ann, (number, shared_system.daemon.token(boss)))
    text = b.say(userId=number, Type=3, Media=1, Content="lunch")
    assert await a.heard(1) == [text]
    a.say(userId=ann[0], Type=3, Media=1, Content="me too")
    (complaint,) = await a.heard(1)
    assert "}" not in complaint
    assert b.texts == []


async def test_offline_history_and_restart(system: System) -> None:
    ann, bob = await system.people("ann", "bob")
    (a,) = await system.online(ann)
    sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"no. {i}") for i in range(20)]
    await a.leave()
    # v1 has no acks: who leaves at once does not hear when it is stored.
    while await system.daemon.metric("offline_recipients_total") < 20:
        await deferLater(reactor, 0.02)
    assert await system.history(bob, ann[0], start=0, end=2) == sent[:-4:-1]
    assert await system.daemon.metric("offline_recipients_total") == 20
    assert await system.daemon.stop() == STOPPED
    await system.daemon.start()
    assert await system.history(bob, ann[0], isRev="true") == sent
    assert await system.history(ann, bob[0], start=-2, end=-1, isRev="true") == sent[-2:]
    # The tokens still hold, and numbers go on.
    a, b = await system.online(ann, bob)
    sent.append(b.say(userId=bob[0], TargetId=ann[0], Type=1, Content="late"))
    assert await a.heard(1) == sent[-1:]
    assert await system.history(bob, ann[0], isRev="true") == sent


async def test_the_queue_full(shared_system: SharedSystem) -> None:
    """The store stands still: the senders are held, nothing is lost, doubled or reordered."""
    ann, bob, cat = await shared_system.people("ann", "bob", "cat")
    a, b, c = await shared_system.online(ann, bob, cat)
    database = sqlite3.connect(shared_system.daemon.directory / "state" / "hichat.db", isolation_level=None)
    shared_system.addCleanup(database.close)
    database.execute("BEGIN IMMEDIATE")
    for i in range(3000):
        a.say(userId=ann[0], TargetId=cat[0], Type=1, Content=f"a{i}")
        b.say(userId=bob[0], TargetId=cat[0], Type=1, Content=f"b{i}")
    await shared_system.daemon.settles_at("drafts_in_flight", 1024)
    assert (await shared_system.daemon.get("/healthz"))[0] == 200
    database.execute("ROLLBACK")
    found = [json.loads(text) for text in await c.heard(6000, 30)]
    for user, letter in ((ann[0], "a"), (bob[0], "b")):
        said = [frame["Content"] for frame in found if frame["userId"] == user]
        assert said == [f"{letter}{i}" for i in range(3000)]
    await until(lambda: not c.texts)
    assert await shared_system.daemon.metric("drafts_in_flight") == 0


async def test_a_password_and_what_is_said_in_one_pipe(shared_system: SharedSystem) -> None:
    """The password is the first line and no more: the others are said."""
    ann = shared_system.named("ann")
    shared_system.daemon.environment["XDG_STATE_HOME"] = str(shared_system.daemon.directory)
    given = ("chat", "--server", shared_system.daemon.url, "--user", ann, "--register")
    lines = f"{PASSWORD}\n/to {ann}\nhi\n/history\n"
    assert f"{ann}: hi" in await deferToThread(shared_system.daemon.command, *given, line=lines)


async def test_the_client_library(system: System) -> None:
    sessions = []
    for name in ("ann", "bob"):
        api = Api(reactor, system.daemon.url)
        await api.register(name, PASSWORD)
        sessions.append(await api.log_in(name, PASSWORD, "test"))
    ann, bob = sessions
    clients = [Client(reactor, system.daemon.url, s.current, "test", retry=lambda _: 0.1) for s in sessions]
    for client in clients:
        await client.connected()
    await clients[0].send(bob.credentials.user_id, "hi")
    message: Any = await anext(clients[1].events())
    assert (message.from_, message.text) == (ann.credentials.user_id, "hi")
    # A restart in between: it comes back by itself.
    await system.daemon.stop()
    await system.daemon.start()
    for client in clients:
        await client.connected()
    await clients[1].send(ann.credentials.user_id, "back again")
    message = await anext(clients[0].events())
    assert message.text == "back again"
    for client in clients:
        assert await client.close()
    found = await ann.call("GET", f"/conversations/user-{bob.credentials.user_id}/messages")
    assert [entry["text"] for entry in found["items"]] == ["hi", "back again"]


async def test_frames(shared_system: SharedSystem) -> None:
    """Each gets an answer, is counted, and costs nobody anything."""
    ann, bob = await shared_system.people("ann", "bob")
    me = ann[0]
    a, b = await shared_system.online(ann, bob)
    refused = await shared_system.daemon.metric("frames_refused_total")
    good = {"userId": me, "TargetId": bob[0], "Type": 1, "Content": "x"}
    frames: list[bytes] = [
        b"{",
        b"[]",
        b'"text"',
        json.dumps(good | {"TargetId": "2"}).encode(),
        json.dumps(good | {"Type": 7}).encode(),
        json.dumps(good | {"TargetId": 999_999}).encode(),
        json.dumps(good | {"TargetId": -1}).encode(),
        json.dumps(good | {"Type": 2, "TargetId": 1_000_000_001}).encode(),
        json.dumps(good | {"Content": "x" * 8193}).encode(),
        json.dumps(good | {"userId": bob[0]}).encode(),
        json.dumps(good | {"userid": bob[0]}).encode(),
        json.dumps(good | {"Content": "\x00"}).encode(),
        json.dumps(good | {"Content": "\ud800"}).encode(),
        json.dumps(good | {"TargetId": 2**53}).encode(),
        json.dumps(good | {"TargetId": 2**70}).encode(),
        b"[" * 30_000,
    ]
    for frame in frames:
        a.sendMessage(frame)
        (complaint,) = await a.heard(1)
        assert "}" not in complaint
        assert "{" not in complaint
    a.sendMessage(b"\x00\xff", isBinary=True)
    await a.heard(1)
    assert await shared_system.daemon.metric("frames_refused_total") == refused + len(frames) + 1
    sent = a.say(**good)
    assert await b.heard(1) == [sent]
    assert (a.texts, b.texts) == ([], [])
    assert await shared_system.history(ann, bob[0]) == [sent]


async def test_a_group_is_for_its_members(shared_system: SharedSystem) -> None:
    ann, bob, cat = await shared_system.people("ann", "bob", "cat")
    a, _b, c = await shared_system.online(ann, bob, cat)
    team = await shared_system.group(ann, bob)
    c.say(userId=cat[0], TargetId=team, Type=2, Content="let me in")
    assert len(await c.heard(1)) == 1
    assert a.texts == []


async def test_closes(shared_system: SharedSystem) -> None:
    ann, bob = await shared_system.people("ann", "bob")
    refused = await shared_system.daemon.metric("frames_refused_total")
    for code, send in (
        (1007, lambda peer: peer.sendMessage(b"\xff\xfe")),
        (1002, lambda peer: peer.sendFrame(opcode=3, payload=b"x")),
        (1009, lambda peer: peer.sendMessage(b"x" * 32769)),
    ):
        (a,) = await shared_system.online(ann)
        send(a)
        assert await a.gone() == code
    assert await shared_system.daemon.metric("frames_refused_total") == refused + 3
    a, b = await shared_system.online(ann, bob)
    sent = a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="still there")
    assert await b.heard(1) == [sent]


async def test_tokens(shared_system: SharedSystem) -> None:
    ann, bob = await shared_system.people("ann", "bob")

    async def refused() -> float:
        """@return: the number of answers with status 401; there is no line before the first of them."""
        _, metrics = await shared_system.daemon.get("/metrics")
        lines = [line for line in metrics.splitlines() if line.startswith('hichat_http_answers_total{status="401"} ')]
        return sum(float(line.split()[-1]) for line in lines)

    key = (shared_system.daemon.directory / "state" / "token.key").read_bytes()
    claims = jwt.decode(ann[1], options={"verify_signature": False})
    bad = {
        "none": jwt.encode(claims, "", algorithm="none"),
        "forged": jwt.encode(claims, b"x" * 32, algorithm="HS256"),
        "expired": jwt.encode(claims | {"exp": 1}, key, algorithm="HS256"),
        "another's": bob[1],
        "garbage": "garbage",
        "empty": "",
        "long": "x" * 10_000,
    }
    before = await refused()
    for why, token in bad.items():
        query = f"userId={ann[0]}&token={token}"
        peer = await shared_system.daemon.open(f"/v1/user/SendUserMsg?{query}")
        assert not peer.opened, why
        status, body = await shared_system.daemon.get(f"/v1/user/list?{query}")
        assert (status, list(json.loads(body))) == (401, ["message"]), why
    assert await refused() == before + 2 * len(bad)
    for query in (f"token={ann[1]}", f"userId=x&token={ann[1]}", f"userId={ann[0]}", f"userId=0&token={ann[1]}"):
        assert (await shared_system.daemon.get(f"/v1/user/SendUserMsg?{query}"))[0] == 401
    assert (await shared_system.daemon.get(f"/v1/user/list?userId={ann[0]}&token={ann[1]}"))[0] == 200


async def test_bearer(shared_system: SharedSystem) -> None:
    (ann,) = await shared_system.people("ann")
    peer = await shared_system.daemon.open(
        f"/v1/user/SendUserMsg?userId={ann[0]}&targetId=NaN", {"Authorization": f"Bearer {ann[1]}"}
    )
    shared_system.peers.append(peer)
    assert len(await peer.heard(1)) == 1


async def test_a_form_over_its_limit(shared_system: SharedSystem) -> None:
    refused = await shared_system.daemon.metric("bodies_refused_total")
    response = await treq.post(
        f"{shared_system.daemon.url}/v1/user/new", data={"name": "x" * 100_000, "password": "y"}, persistent=False
    )
    assert (response.code, (await response.json())["code"]) == (200, -1)
    assert (await shared_system.daemon.get("/healthz"))[0] == 200
    assert await shared_system.daemon.metric("bodies_refused_total") == refused + 1


async def test_strangers_on_the_plane(shared_system: SharedSystem) -> None:
    ann, bob = await shared_system.people("ann", "bob")
    a, b = await shared_system.online(ann, bob)

    async def dropped() -> float:
        _, text = await shared_system.daemon.get("/metrics")
        lines = [line for line in text.splitlines() if line.startswith("hichat_datagrams_dropped_total")]
        return sum(float(line.split()[-1]) for line in lines)

    before = await dropped()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for data in (b"", b"x", b"x" * 100, os.urandom(5000), b'{"userId":1,"targetId":2,"Type":1}' * 4):
            stranger.sendto(data, ("127.0.0.1", shared_system.daemon.udp))
    sent = a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
    assert await b.heard(1) == [sent]
    assert await dropped() == before + 5


async def test_an_upgrade_that_is_none(shared_system: SharedSystem) -> None:
    (ann,) = await shared_system.people("ann")
    status, _ = await shared_system.daemon.get(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")
    assert status == 426


# Commands work on the state directory; a running daemon obeys within two seconds.


async def test_disable_and_enable(shared_system: SharedSystem) -> None:
    ann, bob = await shared_system.people("ann", "bob")
    a, b = await shared_system.online(ann, bob)
    shared_system.daemon.command("user", "disable", shared_system.named("ann"))
    assert await a.gone(2) == 4001
    assert not (await shared_system.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")).opened
    entered = await shared_system.daemon.post("/v1/user/login_pw", name=shared_system.named("ann"), password=PASSWORD)
    assert entered["code"] == -1
    b.say(userId=bob[0], TargetId=bob[0], Type=1, Content="to myself")
    assert len(await b.heard(1)) == 1
    shared_system.daemon.command("user", "enable", shared_system.named("ann"))
    entered = await shared_system.daemon.post("/v1/user/login_pw", name=shared_system.named("ann"), password=PASSWORD)
    assert entered["code"] == 0


async def test_passwd(shared_system: SharedSystem) -> None:
    (ann,) = await shared_system.people("ann")
    (a,) = await shared_system.online(ann)
    shared_system.daemon.command("user", "passwd", shared_system.named("ann"), line="battery staple\n")
    assert await a.gone(2) == 4001
    entered = await shared_system.daemon.post(
        "/v1/user/login_pw", name=shared_system.named("ann"), password="battery staple"
    )
    assert entered["code"] == 0


async def test_add_list_token(system: System) -> None:
    system.daemon.command("user", "add", "dan", line=f"{PASSWORD}\n")
    assert system.daemon.command("user", "list") == "1\tdan\n"
    await system.online((1, system.daemon.token("dan")))
    entered = await system.daemon.post("/v1/user/login_pw", name="dan", password=PASSWORD)
    assert entered["userId"] == 1
    with system.daemon.administration() as administration:
        administration.store.write(users.change, 1, {"display_name": "Daniel"}, 1)
    assert system.daemon.command("user", "list") == "1\tdan\t\tDaniel\n"


async def test_reserved_names_are_the_operators(system: System) -> None:
    fields = {"password": PASSWORD, "Identity": PASSWORD}
    refused = await system.daemon.post("/v1/user/new", name="Admin", **fields)
    assert (refused["code"], refused["message"]) == (-1, "该名称已被保留，请换一个")
    system.daemon.command("user", "add", "Admin", line=f"{PASSWORD}\n")
    assert system.daemon.command("user", "list") == "1\tAdmin\n"
    entered = await system.daemon.post("/v1/user/login_pw", name="ａｄｍｉｎ", password=PASSWORD)
    assert entered["userId"] == 1
    system.daemon.command("user", "disable", "ＡＤＭＩＮ")
    assert system.daemon.command("user", "list") == "1\tAdmin\tdisabled\n"


async def test_a_deleted_name_rests_for_the_operator_too(shared_system: SharedSystem) -> None:
    """The command and the daemon know it by the same key."""
    (ann,) = await shared_system.people("ann")
    address = f"{shared_system.daemon.url}/v1/user/delete?userId={ann[0]}&token={ann[1]}&id={ann[0]}"
    response = await treq.delete(address, data={"oldPassword": PASSWORD}, persistent=False)
    assert (await response.json())["code"] == 0
    with pytest.raises(AssertionError, match="this name is taken"):
        shared_system.daemon.command("user", "add", shared_system.named("ann"), line=f"{PASSWORD}\n")


async def test_a_password_change_over_http_closes_the_devices(shared_system: SharedSystem) -> None:
    (ann,) = await shared_system.people("ann")
    (a,) = await shared_system.online(ann)
    answer = await shared_system.call(ann, "user/updata", id=ann[0], password="battery staple", oldPassword=PASSWORD)
    assert answer["code"] == 0
    assert await a.gone(2) == 4001


async def test_in_the_middle_of_traffic(system: System) -> None:
    """What was accepted is in the store, and the process is gone within its deadline."""
    ann, bob = await system.people("ann", "bob")
    a, b = await system.online(ann, bob)
    sent = 0

    async def talk() -> None:
        nonlocal sent
        while a.state == a.STATE_OPEN:
            for _ in range(20):
                a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"no. {sent}")
                sent += 1
            await deferLater(reactor, 0.001)

    talking = Deferred.fromCoroutine(talk())
    await until(lambda: len(b.texts) > 500)
    status = await system.daemon.stop(seconds=10)
    assert status == STOPPED
    await talking
    assert (a.closed, b.closed) == (4002, 4002)
    with sqlite3.connect(system.daemon.directory / "state" / "hichat.db") as database:
        stored = [json.loads(body)["Content"] for (body,) in database.execute("SELECT body FROM events")]
    database.close()
    # Every frame that was sent before the goodbye was heard; in order, once.
    assert stored == [f"no. {i}" for i in range(sent)]
    heard = [json.loads(text)["Content"] for text in b.texts]
    assert heard == stored[: len(heard)]


class Impatient(System):
    """With a shorter deadline for stopping than the real one of 10 s."""

    def make_daemon(self) -> None:
        super().make_daemon()
        self.daemon.use_tac("from hichat.daemon import service\nservice.STOP_DEADLINE = 5.0\n")


impatient = fixture_of(Impatient)


@pytest.mark.alone
async def test_a_store_that_hangs(impatient: Impatient) -> None:
    """What waits for it is dropped: it was not accepted. The process is gone within its deadline."""
    ann, bob = await impatient.people("ann", "bob")
    (a,) = await impatient.online(ann)
    database = sqlite3.connect(impatient.daemon.directory / "state" / "hichat.db", isolation_level=None)
    impatient.addCleanup(database.close)
    database.execute("BEGIN IMMEDIATE")
    waiting = [
        impatient.daemon.post("/v1/user/new", name=f"n{i}", password=PASSWORD, Identity=PASSWORD) for i in range(6)
    ]
    calls = [Deferred.fromCoroutine(call).addErrback(lambda _: None) for call in waiting]
    a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
    await deferLater(reactor, 0.5)
    await impatient.daemon.stop(seconds=6)
    for call in calls:
        await call
    assert "could not stop within" in impatient.daemon.log.read_text()


async def test_a_full_intake(system: System) -> None:
    """Frames that were read and had to wait are stored, too."""
    ann, bob = await system.people("ann", "bob")
    (a,) = await system.online(ann)
    database = sqlite3.connect(system.daemon.directory / "state" / "hichat.db", isolation_level=None)
    system.addCleanup(database.close)
    database.execute("BEGIN IMMEDIATE")
    sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{i}") for i in range(3000)]
    await deferLater(reactor, 0.5)
    stopping = Deferred.fromCoroutine(system.daemon.stop(seconds=10))
    await deferLater(reactor, 0.3)
    database.execute("ROLLBACK")
    assert await stopping == STOPPED
    stored = [body.decode() for (body,) in database.execute("SELECT body FROM events ORDER BY position")]
    assert stored == sent


async def test_a_client_that_does_not_listen(system: System) -> None:
    (ann,) = await system.people("ann")
    (a,) = await system.online(ann)
    a.transport.pauseProducing()
    assert await system.daemon.stop(seconds=10) == STOPPED
    a.transport.resumeProducing()


async def test_a_process_beside_it_that_does_nothing_holds_up_no_stop(system: System) -> None:
    """Such as the search's, which is last in line for a core; what it was asked for is not waited for."""

    def searching() -> list[int]:
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in system.daemon.children()}
        return [pid for pid, command in commands.items() if b"hichat.search.process" in command]

    await until(searching)
    os.kill(searching()[0], signal.SIGSTOP)
    # Its follower asks it for a step, which does not come.
    await deferLater(reactor, 2.5)
    assert await system.daemon.stop(seconds=8) == STOPPED
    assert "HiChat stops: everything that was accepted is stored" in system.daemon.log.read_text()


class Secrecy(System):
    settings: ClassVar[dict[str, str]] = {"LOG_LEVEL": "debug", "LOG_FORMAT": "json"}


secrecy = fixture_of(Secrecy)


async def test_no_secret_in_the_log_and_none_for_others_to_read(secrecy: Secrecy) -> None:
    ann, bob = await secrecy.people("ann", "bob")
    a, b = await secrecy.online(ann, bob)
    a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="TOP-SECRET")
    await b.heard(1)
    a.say(userId=ann[0], TargetId=999, Type=1, Content="TOP-SECRET")
    await a.heard(1)
    await secrecy.call(
        ann, "user/updata", id=ann[0], email="TOP-SECRET", password="TOP-SECRET", oldPassword="TOP-SECRET"
    )
    await secrecy.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token=forged")
    await secrecy.daemon.stop()
    log = secrecy.daemon.log.read_text()
    for secret in ("TOP-SECRET", PASSWORD, ann[1], bob[1], ann[1].split(".")[1], "forged"):
        assert secret not in log
    for line in log.splitlines():
        assert "message" in json.loads(line)
    state = secrecy.daemon.directory / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for key in ("token.key", "plane.key", "names.key"):
        assert stat.S_IMODE((state / key).stat().st_mode) == 0o600


async def test_pages(system: System) -> None:
    assert await system.daemon.get("/healthz") == (200, "ok\n")
    assert await system.daemon.get("/readyz") == (200, "ready\n")
    ann, bob = await system.people("ann", "bob")
    a, b = await system.online(ann, bob)
    a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
    await b.heard(1)
    for name, value in {
        "connections": 2,
        "messages_in_total": 1,
        "messages_out_total": 1,
        "offline_recipients_total": 0,
        "queue_depth": 0,
        "datagrams_sent_total": 1,
        "datagrams_received_total": 1,
        "repairs_total": 0,
        "commit_batch_events_count": 1,
        "commit_seconds_count": 1,
    }.items():
        assert await system.daemon.metric(name) == value, name
    assert await system.daemon.metric("reactor_tick_seconds_count") > 0
    for name in ("ready", "workers"):
        assert await system.daemon.metric(name) == 1, name
    zeros = 'queue_age_seconds{queue="plane"}', 'logins_total{outcome="ok",way="v1"}'
    for name in ("lag_events", "senders_paused", *zeros):
        assert await system.daemon.metric(name) == 0, name
    # The first look at the sizes is made at the start, in a thread.
    while "hichat_uploads " not in (await system.daemon.get("/metrics"))[1]:
        await deferLater(reactor, 0.05)
    assert await system.daemon.metric("database_bytes") > 4096
