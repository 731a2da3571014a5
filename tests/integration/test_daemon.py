"""The whole system: a real process, real sockets, several people."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import stat
from pathlib import Path
from typing import Any, ClassVar

import jwt
import treq
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from hichat.client.connection import Client
from hichat.client.http import Api
from tests.integration.daemon import STOPPED, Daemon, Peer, reactor, until

PASSWORD = "correct horse"


class DaemonCase(TestCase):
    """Starts a daemon for each test, and lets nobody stay behind."""

    timeout = 100
    settings: ClassVar[dict[str, str]] = {}

    async def setUp(self) -> None:  # type: ignore[override]
        self.daemon = Daemon(Path(self.mktemp()).absolute(), **self.settings)
        self.addCleanup(self.daemon.kill)
        self.peers: list[Peer] = []
        await self.daemon.start()

    async def tearDown(self) -> None:  # type: ignore[override]
        for peer in self.peers:
            await peer.leave()

    async def restart(self) -> None:
        """Stop the daemon and start it again."""
        self.assertEqual(await self.daemon.stop(), STOPPED)
        await self.daemon.start()

    async def people(self, *names: str) -> list[tuple[int, str]]:
        """Register people; @return: ids and tokens, for v1 and v2."""
        found = []
        for name in names:
            made = await self.daemon.post("/v1/user/new", name=name, password=PASSWORD, Identity=PASSWORD)
            self.assertEqual(made["code"], 0, made)
            found.append((made["data"]["ID"], self.daemon.issue(name)))
        return found

    async def online(self, *who: tuple[int, str]) -> list[Peer]:
        """Connect one device for each."""
        found = [await self.daemon.connect(user, token) for user, token in who]
        self.peers += found
        return found

    async def call(self, who: tuple[int, str], path: str, **fields: object) -> Any:
        """Make a call as somebody."""
        return await self.daemon.post(f"/v1/{path}?userId={who[0]}&token={who[1]}", **fields)

    async def group(self, owner: tuple[int, str], *others: tuple[int, str]) -> int:
        """Make a group; @return: its id."""
        made = await self.call(owner, "relation/new_group", ownerId=owner[0], name="team")
        self.assertEqual(made["code"], 0, made)
        for other in others:
            await self.call(other, "relation/join_group", userId=other[0], comId="team")
        listed = await self.call(owner, "relation/group_list", ownerId=owner[0])
        return int(listed["Rows"][0]["ID"])

    async def history(self, who: tuple[int, str], other: int, **fields: object) -> list[str]:
        """What two people said, as one of them reads it."""
        answer = await self.call(who, "user/redisMsg", userIdA=who[0], userIdB=other, **fields)
        self.assertEqual(answer["Rows"], "ok", answer)
        return list(answer["Total"])


class ChatTests(DaemonCase):
    async def test_people_chat(self) -> None:
        """Private and group messages, two devices, nobody hears what is not for them."""
        ann, bob, cat = await self.people("ann", "bob", "cat")
        a, b, b2, c = await self.online(ann, bob, bob, cat)
        hello = a.say(userId=ann[0], TargetId=bob[0], Type=1, Media=1, Content="你好 {bob}", CreateTime=5)
        self.assertEqual(await b.heard(1), [hello])
        self.assertEqual(await b2.heard(1), [hello])
        answer = b.say(userId=bob[0], TargetId=ann[0], Type=1, Media=4, url="/a.png", amount=0)
        self.assertEqual(await a.heard(1), [answer])

        team = await self.group(ann, bob)
        first = a.say(userId=ann[0], TargetId=team, Type=2, Media=1, Content="team only")
        self.assertEqual([await b.heard(1), await b2.heard(1)], [[first], [first]])
        await self.call(cat, "relation/join_group", userId=cat[0], comId="TEAM")
        second = b2.say(userId=bob[0], TargetId=team, Type=2, Media=1, Content="welcome")
        self.assertEqual([await a.heard(1), await c.heard(1)], [[second], [second]])
        # Same words again are another message; none came twice, none where it does not belong.
        for _ in range(2):
            a.say(userId=ann[0], TargetId=cat[0], Type=1, Media=1, Content="same")
        self.assertEqual(len(await c.heard(2)), 2)
        self.assertEqual((a.texts, b.texts, b2.texts, c.texts), ([], [], [], []))

    async def test_announcements(self) -> None:
        self.daemon.command("user", "add", "boss", "--admin", line=f"{PASSWORD}\n")
        (ann,) = await self.people("ann")
        a, b = await self.online(ann, (1, self.daemon.token("boss")))
        text = b.say(userId=1, Type=3, Media=1, Content="lunch")
        self.assertEqual(await a.heard(1), [text])
        a.say(userId=ann[0], Type=3, Media=1, Content="me too")
        (complaint,) = await a.heard(1)
        self.assertNotIn("}", complaint)
        self.assertEqual(b.texts, [])

    async def test_offline_history_and_restart(self) -> None:
        ann, bob = await self.people("ann", "bob")
        (a,) = await self.online(ann)
        sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"no. {i}") for i in range(20)]
        await a.leave()
        self.assertEqual(await self.history(bob, ann[0], start=0, end=2), sent[:-4:-1])
        self.assertEqual(await self.daemon.metric("offline_recipients_total"), 20)
        self.assertEqual(await self.daemon.stop(), STOPPED)
        await self.daemon.start()
        self.assertEqual(await self.history(bob, ann[0], isRev="true"), sent)
        self.assertEqual(await self.history(ann, bob[0], start=-2, end=-1, isRev="true"), sent[-2:])
        # The tokens still hold, and numbers go on.
        a, b = await self.online(ann, bob)
        sent.append(b.say(userId=bob[0], TargetId=ann[0], Type=1, Content="late"))
        self.assertEqual(await a.heard(1), sent[-1:])
        self.assertEqual(await self.history(bob, ann[0], isRev="true"), sent)

    async def test_the_queue_full(self) -> None:
        """The store stands still: the senders are held, nothing is lost, doubled or reordered."""
        ann, bob, cat = await self.people("ann", "bob", "cat")
        a, b, c = await self.online(ann, bob, cat)
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        for i in range(3000):
            a.say(userId=ann[0], TargetId=cat[0], Type=1, Content=f"a{i}")
            b.say(userId=bob[0], TargetId=cat[0], Type=1, Content=f"b{i}")
        await deferLater(reactor, 1)
        self.assertEqual(await self.daemon.metric("drafts_in_flight"), 1024)
        self.assertEqual((await self.daemon.get("/healthz"))[0], 200)
        database.execute("ROLLBACK")
        found = [json.loads(text) for text in await c.heard(6000, 30)]
        for user, letter in ((ann[0], "a"), (bob[0], "b")):
            said = [frame["Content"] for frame in found if frame["userId"] == user]
            self.assertEqual(said, [f"{letter}{i}" for i in range(3000)])
        await until(lambda: not c.texts)
        self.assertEqual(await self.daemon.metric("drafts_in_flight"), 0)

    async def test_a_password_and_what_is_said_in_one_pipe(self) -> None:
        """The password is the first line and no more: the others are said."""
        self.daemon.environment["XDG_STATE_HOME"] = str(self.daemon.directory)
        given = ("chat", "--server", self.daemon.url, "--user", "ann", "--register")
        lines = f"{PASSWORD}\n/to ann\nhi\n/history\n"
        self.assertIn("ann: hi", await deferToThread(self.daemon.command, *given, line=lines))

    async def test_the_client_library(self) -> None:
        sessions = []
        for name in ("ann", "bob"):
            api = Api(reactor, self.daemon.url)
            await api.register(name, PASSWORD)
            sessions.append(await api.log_in(name, PASSWORD, "test"))
        ann, bob = sessions
        clients = [Client(reactor, self.daemon.url, s.current, "test", retry=lambda _: 0.1) for s in sessions]
        for client in clients:
            await client.connected()
        await clients[0].send(bob.credentials.user_id, "hi")
        message: Any = await anext(clients[1].events())
        self.assertEqual((message.from_, message.text), (ann.credentials.user_id, "hi"))
        # A restart in between: it comes back by itself.
        await self.daemon.stop()
        await self.daemon.start()
        for client in clients:
            await client.connected()
        await clients[1].send(ann.credentials.user_id, "back again")
        message = await anext(clients[0].events())
        self.assertEqual(message.text, "back again")
        for client in clients:
            self.assertTrue(await client.close())
        found = await ann.call("GET", f"/conversations/user-{bob.credentials.user_id}/messages")
        self.assertEqual([entry["text"] for entry in found["items"]], ["hi", "back again"])


class BadInputTests(DaemonCase):
    async def test_frames(self) -> None:
        """Each gets an answer, is counted, and costs nobody anything."""
        ann, bob = await self.people("ann", "bob")
        me = ann[0]
        a, b = await self.online(ann, bob)
        good = {"userId": me, "TargetId": bob[0], "Type": 1, "Content": "x"}
        frames: list[bytes] = [
            b"{",
            b"[]",
            b'"text"',
            json.dumps(good | {"TargetId": "2"}).encode(),
            json.dumps(good | {"Type": 7}).encode(),
            json.dumps(good | {"TargetId": 999}).encode(),
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
            self.assertNotIn("}", complaint)
            self.assertNotIn("{", complaint)
        a.sendMessage(b"\x00\xff", isBinary=True)
        await a.heard(1)
        self.assertEqual(await self.daemon.metric("frames_refused_total"), len(frames) + 1)
        sent = a.say(**good)
        self.assertEqual(await b.heard(1), [sent])
        self.assertEqual((a.texts, b.texts), ([], []))
        self.assertEqual(await self.history(ann, bob[0]), [sent])

    async def test_a_group_is_for_its_members(self) -> None:
        ann, bob, cat = await self.people("ann", "bob", "cat")
        a, _b, c = await self.online(ann, bob, cat)
        team = await self.group(ann, bob)
        c.say(userId=cat[0], TargetId=team, Type=2, Content="let me in")
        self.assertEqual(len(await c.heard(1)), 1)
        self.assertEqual(a.texts, [])

    async def test_closes(self) -> None:
        ann, bob = await self.people("ann", "bob")
        for code, send in (
            (1007, lambda peer: peer.sendMessage(b"\xff\xfe")),
            (1002, lambda peer: peer.sendFrame(opcode=3, payload=b"x")),
            (1009, lambda peer: peer.sendMessage(b"x" * 32769)),
        ):
            (a,) = await self.online(ann)
            send(a)
            self.assertEqual(await a.gone(), code)
        self.assertEqual(await self.daemon.metric("frames_refused_total"), 3)
        a, b = await self.online(ann, bob)
        sent = a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="still there")
        self.assertEqual(await b.heard(1), [sent])

    async def test_tokens(self) -> None:
        ann, bob = await self.people("ann", "bob")
        key = (self.daemon.directory / "state" / "token.key").read_bytes()
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
        for why, token in bad.items():
            query = f"userId={ann[0]}&token={token}"
            peer = await self.daemon.open(f"/v1/user/SendUserMsg?{query}")
            self.assertFalse(peer.opened, why)
            status, body = await self.daemon.get(f"/v1/user/list?{query}")
            self.assertEqual((status, list(json.loads(body))), (401, ["message"]), why)
        _, metrics = await self.daemon.get("/metrics")
        self.assertIn(f'hichat_http_answers_total{{status="401"}} {2 * len(bad)}.0', metrics)
        for query in (f"token={ann[1]}", f"userId=x&token={ann[1]}", f"userId={ann[0]}", f"userId=0&token={ann[1]}"):
            self.assertEqual((await self.daemon.get(f"/v1/user/SendUserMsg?{query}"))[0], 401)
        self.assertEqual((await self.daemon.get(f"/v1/user/list?userId={ann[0]}&token={ann[1]}"))[0], 200)

    async def test_bearer(self) -> None:
        (ann,) = await self.people("ann")
        peer = await self.daemon.open(
            f"/v1/user/SendUserMsg?userId={ann[0]}&targetId=NaN", {"Authorization": f"Bearer {ann[1]}"}
        )
        self.peers.append(peer)
        self.assertEqual(len(await peer.heard(1)), 1)

    async def test_a_form_over_its_limit(self) -> None:
        response = await treq.post(
            f"{self.daemon.url}/v1/user/new", data={"name": "x" * 100_000, "password": "y"}, persistent=False
        )
        self.assertEqual((response.code, (await response.json())["code"]), (200, -1))
        self.assertEqual((await self.daemon.get("/healthz"))[0], 200)
        self.assertEqual(await self.daemon.metric("bodies_refused_total"), 1)

    async def test_strangers_on_the_plane(self) -> None:
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for data in (b"", b"x", b"x" * 100, os.urandom(5000), b'{"userId":1,"targetId":2,"Type":1}' * 4):
                stranger.sendto(data, ("127.0.0.1", self.daemon.udp))
        sent = a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
        self.assertEqual(await b.heard(1), [sent])
        _, text = await self.daemon.get("/metrics")
        dropped = [line for line in text.splitlines() if line.startswith("hichat_datagrams_dropped_total")]
        self.assertEqual(sum(float(line.split()[-1]) for line in dropped), 5, dropped)

    async def test_an_upgrade_that_is_none(self) -> None:
        (ann,) = await self.people("ann")
        status, _ = await self.daemon.get(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")
        self.assertEqual(status, 426)


class AdministrationTests(DaemonCase):
    """Commands work on the state directory; a running daemon obeys within two seconds."""

    async def test_disable_and_enable(self) -> None:
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
        self.daemon.command("user", "disable", "ann")
        self.assertEqual(await a.gone(2), 4001)
        self.assertFalse((await self.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")).opened)
        entered = await self.daemon.post("/v1/user/login_pw", name="ann", password=PASSWORD)
        self.assertEqual(entered["code"], -1)
        b.say(userId=bob[0], TargetId=bob[0], Type=1, Content="to myself")
        self.assertEqual(len(await b.heard(1)), 1)
        self.daemon.command("user", "enable", "ann")
        entered = await self.daemon.post("/v1/user/login_pw", name="ann", password=PASSWORD)
        self.assertEqual(entered["code"], 0)

    async def test_passwd(self) -> None:
        (ann,) = await self.people("ann")
        (a,) = await self.online(ann)
        self.daemon.command("user", "passwd", "ann", line="battery staple\n")
        self.assertEqual(await a.gone(2), 4001)
        entered = await self.daemon.post("/v1/user/login_pw", name="ann", password="battery staple")
        self.assertEqual(entered["code"], 0)

    async def test_add_list_token(self) -> None:
        self.daemon.command("user", "add", "dan", line=f"{PASSWORD}\n")
        self.assertEqual(self.daemon.command("user", "list"), "1\tdan\n")
        await self.online((1, self.daemon.token("dan")))
        entered = await self.daemon.post("/v1/user/login_pw", name="dan", password=PASSWORD)
        self.assertEqual(entered["userId"], 1)

    async def test_reserved_names_are_the_operators(self) -> None:
        fields = {"password": PASSWORD, "Identity": PASSWORD}
        refused = await self.daemon.post("/v1/user/new", name="Admin", **fields)
        self.assertEqual((refused["code"], refused["message"]), (-1, "该名称已被保留，请换一个"))
        self.daemon.command("user", "add", "Admin", line=f"{PASSWORD}\n")
        self.assertEqual(self.daemon.command("user", "list"), "1\tAdmin\n")
        entered = await self.daemon.post("/v1/user/login_pw", name="ａｄｍｉｎ", password=PASSWORD)
        self.assertEqual(entered["userId"], 1)
        self.daemon.command("user", "disable", "ＡＤＭＩＮ")
        self.assertEqual(self.daemon.command("user", "list"), "1\tAdmin\tdisabled\n")

    async def test_a_deleted_name_rests_for_the_operator_too(self) -> None:
        """The command and the daemon know it by the same key."""
        (ann,) = await self.people("ann")
        address = f"{self.daemon.url}/v1/user/delete?userId={ann[0]}&token={ann[1]}&id={ann[0]}"
        response = await treq.delete(address, data={"oldPassword": PASSWORD}, persistent=False)
        self.assertEqual((await response.json())["code"], 0)
        with self.assertRaisesRegex(AssertionError, "this name is taken"):
            self.daemon.command("user", "add", "ann", line=f"{PASSWORD}\n")

    async def test_a_password_change_over_http_closes_the_devices(self) -> None:
        (ann,) = await self.people("ann")
        (a,) = await self.online(ann)
        answer = await self.call(ann, "user/updata", id=ann[0], password="battery staple", oldPassword=PASSWORD)
        self.assertEqual(answer["code"], 0)
        self.assertEqual(await a.gone(2), 4001)


class StopTests(DaemonCase):
    async def test_in_the_middle_of_traffic(self) -> None:
        """What was accepted is in the store, and the process is gone within its deadline."""
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
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
        status = await self.daemon.stop(seconds=10)
        self.assertEqual(status, STOPPED)
        await talking
        self.assertEqual((a.closed, b.closed), (4002, 4002))
        with sqlite3.connect(self.daemon.directory / "state" / "hichat.db") as database:
            stored = [json.loads(body)["Content"] for (body,) in database.execute("SELECT body FROM events")]
        database.close()
        # Every frame that was sent before the goodbye was heard; in order, once.
        self.assertEqual(stored, [f"no. {i}" for i in range(sent)])
        heard = [json.loads(text)["Content"] for text in b.texts]
        self.assertEqual(heard, stored[: len(heard)])

    async def test_a_store_that_hangs(self) -> None:
        """What waits for it is dropped: it was not accepted. The process is gone within its deadline."""
        ann, bob = await self.people("ann", "bob")
        (a,) = await self.online(ann)
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        waiting = [
            self.daemon.post("/v1/user/new", name=f"n{i}", password=PASSWORD, Identity=PASSWORD) for i in range(6)
        ]
        calls = [Deferred.fromCoroutine(call).addErrback(lambda _: None) for call in waiting]
        a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="x")
        await deferLater(reactor, 0.5)
        await self.daemon.stop(seconds=11)
        for call in calls:
            await call
        self.assertIn("could not stop within", self.daemon.log.read_text())

    async def test_a_full_intake(self) -> None:
        """Frames that were read and had to wait are stored, too."""
        ann, bob = await self.people("ann", "bob")
        (a,) = await self.online(ann)
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{i}") for i in range(3000)]
        await deferLater(reactor, 0.5)
        stopping = Deferred.fromCoroutine(self.daemon.stop(seconds=10))
        await deferLater(reactor, 0.3)
        database.execute("ROLLBACK")
        self.assertEqual(await stopping, STOPPED)
        stored = [body.decode() for (body,) in database.execute("SELECT body FROM events ORDER BY position")]
        self.assertEqual(stored, sent)

    async def test_a_client_that_does_not_listen(self) -> None:
        (ann,) = await self.people("ann")
        (a,) = await self.online(ann)
        a.transport.pauseProducing()
        self.assertEqual(await self.daemon.stop(seconds=10), STOPPED)
        a.transport.resumeProducing()


class SecrecyTests(DaemonCase):
    settings: ClassVar[dict[str, str]] = {"LOG_LEVEL": "debug", "LOG_FORMAT": "json"}

    async def test_no_secret_in_the_log_and_none_for_others_to_read(self) -> None:
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
        a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="TOP-SECRET")
        await b.heard(1)
        a.say(userId=ann[0], TargetId=999, Type=1, Content="TOP-SECRET")
        await a.heard(1)
        await self.call(
            ann, "user/updata", id=ann[0], email="TOP-SECRET", password="TOP-SECRET", oldPassword="TOP-SECRET"
        )
        await self.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token=forged")
        await self.daemon.stop()
        log = self.daemon.log.read_text()
        for secret in ("TOP-SECRET", PASSWORD, ann[1], bob[1], ann[1].split(".")[1], "forged"):
            self.assertNotIn(secret, log)
        for line in log.splitlines():
            self.assertIn("message", json.loads(line))
        state = self.daemon.directory / "state"
        self.assertEqual(stat.S_IMODE(state.stat().st_mode), 0o700)
        for key in ("token.key", "plane.key", "names.key"):
            self.assertEqual(stat.S_IMODE((state / key).stat().st_mode), 0o600)


class StatusTests(DaemonCase):
    async def test_pages(self) -> None:
        self.assertEqual(await self.daemon.get("/healthz"), (200, "ok\n"))
        self.assertEqual(await self.daemon.get("/readyz"), (200, "ready\n"))
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
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
            self.assertEqual(await self.daemon.metric(name), value, name)
        self.assertGreater(await self.daemon.metric("reactor_tick_seconds_count"), 0)
