"""The v2 protocol, spoken with a real process; every frame of both sides is checked against the daemon's document."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import treq
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.core.errors import Unauthorized
from hichat.wire.closing import HELLO_FIRST
from tests.integration.system import DeliverySystem, SharedV2System
from tests.integration.talk import Chatter
from tests.support.daemon import STOPPED, V2Peer, reactor, until
from tests.support.devices import Person, Socket, check_log
from tests.support.scene import fixture_of


async def test_every_op(v2: SharedV2System) -> None:
    """A day on which everything happens."""
    ann, bob = await v2.people("ann", "bob")
    team = await v2.group(ann, bob)
    b = await v2.enter(bob)
    seen = await b.ask("presence", "watch", users=[ann[0]], groups=[team])
    assert (seen["online"], seen["offline"]) == ([], [ann[0]])
    a = await v2.enter(ann)
    assert (await b.take("presence"))["online"] == [ann[0]]
    await a.ask("presence", "watch", users=[bob[0]])
    await a.ask("pong", "ping")

    first = await a.ask("ack", "send", counter=1, user=bob[0], text="你好", mentions=[bob[0]])
    await v2.hears(b, id=first["id"], kind="message", text="你好", mentions=[bob[0]], user=bob[0])
    again = await a.ask("ack", "send", counter=1, user=bob[0], text="你好", mentions=[bob[0]])
    assert again | {"ref": 0} == first | {"ref": 0, "duplicate": True}
    reply = await b.ask("ack", "send", user=ann[0], text="hi", replyTo=first["id"])
    await v2.hears(a, id=reply["id"], replyTo=first["id"], **{"from": bob[0]})
    await a.ask("ack", "edit", message=first["id"], text="hello")
    await v2.hears(b, kind="edited", message=first["id"], text="hello")
    await b.ask("ack", "react", message=first["id"], emoji="👍")
    await v2.hears(a, kind="reacted", emoji="👍", on=True)
    to_all = await b.ask("ack", "send", group=team, text="to all")
    await v2.hears(a, group=team, text="to all")
    await b.ask("ack", "recall", message=to_all["id"])
    await v2.hears(a, kind="recalled", message=to_all["id"])
    refused = await b.ask("error", "send", group=team, text="@all", mentions=[0])
    assert refused["code"] == "may_not_mention_all"
    called = await a.ask("ack", "send", group=team, text="@all", mentions=[0])
    await v2.hears(b, group=team, text="@all", mentions=[0])
    refused = await a.ask("error", "edit", message=first["id"], text="@all", mentions=[0])
    assert refused["code"] == "may_not_mention_all"
    await a.ask("ack", "recall", message=called["id"])
    await v2.hears(b, kind="recalled", message=called["id"])

    copy = await a.ask("ack", "forward", counter=20, group=team, message=reply["id"])
    await v2.hears(b, id=copy["id"], group=team, text="hi", forwardedFrom=bob[0], **{"from": ann[0]})
    again = await a.ask("ack", "forward", counter=20, group=team, message=reply["id"])
    assert again | {"ref": 0} == copy | {"ref": 0, "duplicate": True}
    await a.ask("ack", "recall", message=copy["id"])

    await b.ask("done", "received", user=ann[0], id=first["id"])
    assert (await a.take("receipt"))["received"] == first["id"]
    await b.ask("done", "read", user=ann[0], id=first["id"])
    assert (await a.take("receipt"))["read"] == first["id"]
    marks = await a.ask("marks", "marks", user=bob[0])
    assert marks["others"] == [{"user": bob[0], "received": first["id"], "read": first["id"]}]
    b.tell("typing", user=ann[0])
    assert (await a.take("typing"))["from"] == bob[0]
    changed = await v2.call(bob, "user/updata", id=bob[0], icon="/bob.png")
    assert changed["code"] == 0, changed
    told = await a.take("person")
    assert (told["from"], told["displayName"], told["avatar"]) == (bob[0], v2.named("bob"), "/bob.png")
    await a.ask("done", "speak", language="en")
    await a.ask("done", "show", presence=False)
    assert (await b.take("presence"))["offline"] == [ann[0]]

    page = await a.ask("history", "history", user=bob[0])
    assert [message["text"] for message in page["messages"]] == ["hello", "hi"]
    assert page["messages"][0]["reactions"] == [{"emoji": "👍", "users": [bob[0]]}]
    page = await a.ask("history", "history", group=team)
    assert [message["recalled"] for message in page["messages"]] == [True, True, True]
    await a.ask("error", "edit", message=reply["id"], text="not mine")

    await call_a_bot(v2, a, team)
    # What happened since the start is given from memory, not in pages.
    await v2.restart()
    later = await v2.enter(ann, "phone", since=0)
    kinds = [event["kind"] for event in later.events()]
    assert kinds.count("message") == 5
    of_bots = {"commanded", "answered", "pressed"}
    assert {*kinds} == {"joined", "message", "edited", "reacted", "recalled", *of_bots}
    assert v2.checker.unseen == set()


async def call_a_bot(v2: SharedV2System, a: V2Peer, team: int) -> None:
    """A person calls a bot's command, and presses the button of its answer."""
    name = v2.named("ci")
    token = await deferToThread(v2.daemon.command, "bot", "add", name, "--group", v2.named("team"))
    await v2.hears(a, kind="joined", group=team)
    bot = json.loads(await deferToThread(v2.daemon.command, "bot", "show", name, "--json"))["id"]
    wanted = [{"name": "deploy", "description": {"en": "Deploys"}}]
    headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token.strip()}"}
    url = f"{v2.daemon.url}/v2/bots/me/commands"
    answer = await treq.put(url, json={"commands": wanted}, headers=headers, persistent=False)
    assert answer.code == 204, await answer.text()
    c = await v2.enter((bot, token.strip()))
    said = await a.ask("commanded", "command", group=team, text="/deploy now")
    assert (said["name"], said["bot"], said["online"]) == ("deploy", bot, True)
    call = await v2.hears(c, kind="commanded", id=said["call"])
    actions = [{"id": "go", "label": "Go"}]
    shown = await c.ask("ack", "answer", call=call["id"], text="Sure?", to="asker", actions=actions)
    await v2.hears(a, kind="answered", id=shown["id"], text="Sure?")
    await a.ask("ack", "press", message=shown["id"], action="go")
    await v2.hears(c, kind="pressed")


async def test_with_existing_clients(v2: SharedV2System) -> None:
    """Each kind of message crosses from one dialect to the other."""
    ann, bob = await v2.people("ann", "bob")
    a = await v2.enter(ann)
    (b,) = await v2.online(bob)
    place = {"userId": ann[0], "TargetId": bob[0], "Type": 1}
    url = "http://127.0.0.1/f"
    for said, shown in (
        ({"text": "hi"}, {"Media": 1, "Content": "hi"}),
        ({"media": "emoji", "text": "🙂"}, {"Media": 2, "Content": "🙂"}),
        ({"media": "audio", "url": url, "seconds": 7}, {"Media": 3, "Content": "", "url": url, "amount": 7}),
        ({"media": "picture", "url": url, "text": "us"}, {"Media": 4, "Content": "us", "url": url}),
        ({"media": "file", "url": url, "name": "f"}, {"Media": 1, "Content": url, "Url": url, "Desc": "f"}),
    ):
        ack = await a.ask("ack", "send", user=bob[0], **said)
        (text,) = await b.heard(1)
        assert json.loads(text) == place | shown
        (stored,) = (await a.ask("history", "history", user=bob[0], after=ack["id"] - 1))["messages"]
        assert stored | {"media": "text", "text": ""} | said == stored
    await a.ask("ack", "forward", user=bob[0], message=ack["id"])
    (text,) = await b.heard(1)
    assert json.loads(text) == place | shown | {"forwarded": ack["id"], "forwardedFrom": ann[0]}
    place = {"userId": bob[0], "TargetId": ann[0], "Type": 1}
    for frame, content in (
        ({"Content": "hi"}, {"media": "text", "text": "hi"}),
        ({"Media": 2, "Content": "🙂"}, {"media": "emoji", "text": "🙂"}),
        ({"Media": 3, "url": url, "amount": 2.5}, {"media": "audio", "url": url, "seconds": 2.5}),
        ({"Media": 4, "url": url}, {"media": "picture", "url": url, "text": ""}),
        ({"Media": 1, "Content": url, "Url": url, "Desc": "f"}, {"media": "file", "url": url, "name": "f"}),
    ):
        b.say(**place, **frame)
        await v2.hears(a, user=ann[0], **{"from": bob[0]}, **content)
    # What is done to a message is nothing that existing clients could show.
    ack = await a.ask("ack", "send", user=bob[0], text="first")
    await a.ask("ack", "edit", message=ack["id"], text="second")
    await a.ask("ack", "recall", message=ack["id"])
    await a.ask("ack", "send", user=bob[0], text="last")
    heard = [json.loads(text)["Content"] for text in await b.heard(2)]
    assert heard == ["first", "last"]


async def test_two_devices(v2: SharedV2System) -> None:
    """The sender's other device hears it; one's own does not; each has counters of its own."""
    ann, bob = await v2.people("ann", "bob")
    laptop, phone, b = await v2.enter(ann), await v2.enter(ann, "phone"), await v2.enter(bob)
    one = await laptop.ask("ack", "send", counter=1, user=bob[0], text="from the laptop")
    await v2.hears(phone, id=one["id"], user=bob[0], **{"from": ann[0]})
    other = await phone.ask("ack", "send", counter=1, user=bob[0], text="from the phone")
    await v2.hears(laptop, id=other["id"])
    assert one["id"] != other["id"]
    error = await phone.ask("error", "send", counter=1, user=bob[0], text="something else")
    assert error["code"] == "counter_used"
    await laptop.ask("done", "read", user=bob[0], id=other["id"])
    assert (await phone.take("receipt"))["from"] == ann[0]
    assert [event["id"] for event in b.events()] == [one["id"], other["id"]]
    assert (laptop.events(), phone.events()) == ([], [])


async def test_hello(v2: SharedV2System) -> None:
    """The token is in the header or in the frame."""
    (ann,) = await v2.people("ann")
    named = await v2.stranger(Authorization=f"Bearer {ann[1]}")
    welcome = await named.enter("")
    assert (welcome["user"], welcome["counter"]) == (ann[0], 0)
    await named.ask("ack", "send", counter=5, user=ann[0], text="to myself")
    await named.leave()
    peer = await v2.stranger()
    again = await peer.enter(ann[1])
    assert (again["user"], again["device"], again["counter"]) == (ann[0], welcome["device"], 5)
    error = await peer.ask("error", "sync")
    assert error["code"] == "not_now"
    en, zh = Unauthorized.en, Unauthorized.zh
    for header, said, words in (("fr", {}, en), ("zh-CN,en;q=0.5", {}, zh), ("zh", {"language": "en"}, en)):
        other = await v2.stranger(**{"Accept-Language": header})
        other.tell("hello", device="x", token="wrong", **said)
        assert (await other.take("error"))["message"] == words
        assert await other.gone() == 4005
    other = await v2.stranger(**{"Accept-Language": "zh"})
    other.tell("ping")
    assert await other.gone() == 4004
    assert other.reason == HELLO_FIRST.zh


async def test_wrong_frames(v2: SharedV2System) -> None:
    """Each gets an error with a code, and its reference if it can be read; the connection goes on."""
    (ann,) = await v2.people("ann")
    a = await v2.enter(ann)
    for code, frame in (
        ("not_json", b"{"),
        ("not_an_object", b"[]"),
        ("unknown_op", b'{"op":"dance","ref":"r"}'),
        ("unknown_op", b'{"op":"welcome","ref":"r"}'),
        ("invalid_field", b'{"op":"send","ref":"r","user":1,"txt":"misspelt"}'),
        ("invalid_field", b'{"op":"send","ref":"r","user":1}'),
        ("not_addressed", b'{"op":"send","ref":"r","user":1,"group":1000000001,"text":"x"}'),
        ("no_such_target", b'{"op":"send","ref":"r","user":999999,"text":"x"}'),
        ("not_administrator", b'{"op":"send","ref":"r","text":"x"}'),
        ("too_long", b'{"op":"send","ref":"r","user":1,"text":"%s"}' % ("字" * 8000).encode()),
        ("no_such_message", b'{"op":"recall","ref":"r","message":999999}'),
    ):
        a.sendMessage(frame)
        error = await a.take("error")
        assert (error["code"], error.get("ref")) == (code, "r" if b'"ref"' in frame else None), frame[:50]
    a.sendMessage(b'{"op":"ping"}', isBinary=True)
    assert (await a.take("error"))["code"] == "not_text"
    await a.ask("ack", "send", user=ann[0], text="still there")


class Close(SharedV2System):
    """Why the server ends a connection. 4002 is in L{StopTests}, 4008 in L{tests.integration.test_delivery}."""

    async def set_up(self) -> None:
        await super().set_up()
        self.ann, self.bob = await self.people("ann", "bob")


class Trouble(Close):
    """With a daemon of its own, whose log cannot be read for a while."""

    shared = False

    def administer(self, statement: str) -> None:
        """Change the database by hand."""
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db", isolation_level=None)
        try:
            database.execute(statement)
        finally:
            database.close()


close = fixture_of(Close)
trouble = fixture_of(Trouble)


async def test_signed_out(close: Close) -> None:
    ann = close.named("ann")
    laptop, phone = await close.enter(close.ann), await close.enter(close.ann, "phone")
    rows = [line.split("\t") for line in close.daemon.command("device", "list", ann).splitlines()]
    assert [row[1] for row in rows] == ["token", "laptop", "phone"]
    assert (rows[0][2] != "-", rows[2][2]) == (True, "-")
    assert [row[3] for row in rows] == ["token", "-", "-"]
    close.daemon.command("device", "revoke", ann, rows[2][0])
    assert close.daemon.command("device", "list", ann).endswith("\tphone\t-\t-\trevoked\n")
    assert await phone.gone(3) == 4001
    await laptop.ask("pong", "ping")
    close.daemon.command("device", "revoke", ann, "token")
    assert await laptop.gone(3) == 4001
    stranger = await close.stranger()
    stranger.tell("hello", device="laptop", token=close.ann[1])
    assert await stranger.gone() == 4005
    again = close.daemon.command("token", ann, "--device", "script").strip()
    laptop = await close.enter((close.ann[0], again))
    close.daemon.command("user", "passwd", ann, line="battery staple\n")
    assert await laptop.gone(3) == 4001


async def test_signed_out_before_a_sync(close: Close) -> None:
    """Who has said hello is signed in, also without listening: what ends that ends it as quickly."""
    ann = close.named("ann")
    peers = []
    for device in ("laptop", "phone"):
        peer = await close.stranger()
        peer.tell("hello", device=device, token=close.ann[1])
        await peer.take("welcome")
        peers.append(peer)
    laptop, phone = peers
    close.daemon.command("device", "revoke", ann, "phone")
    assert await phone.gone(3) == 4001
    await laptop.ask("history", "history", user=close.bob[0])
    close.daemon.command("user", "disable", ann)
    assert await laptop.gone(3) == 4001


async def test_the_newest_of_a_device_stays(close: Close) -> None:
    """Also if the older one has not listened yet."""
    first = await close.stranger()
    first.tell("hello", device="laptop", token=close.ann[1])
    await first.take("welcome")
    second = await close.enter(close.ann)
    assert await first.gone() == 4003
    await second.ask("pong", "ping")


async def test_replaced(close: Close) -> None:
    first, other = await close.enter(close.ann), await close.enter(close.bob)
    second = await close.enter(close.ann)
    assert await first.gone() == 4003
    await other.ask("ack", "send", user=close.ann[0], text="x")
    await close.hears(second, text="x")


async def test_no_hello(close: Close) -> None:
    for frame in (b'{"op":"ping"}', b"{", b'{"op":"hello","device":""}'):
        peer = await close.stranger()
        peer.sendMessage(frame)
        assert await peer.gone() == 4004, frame
        assert len(peer.said["error"]) == 1


async def test_unauthorized(close: Close) -> None:
    close.daemon.command("user", "disable", close.named("bob"))
    for token in ("", "garbage", close.bob[1]):
        peer = await close.stranger()
        peer.tell("hello", device="x", **({"token": token} if token else {}))
        assert await peer.gone() == 4005
        assert (await peer.take("error"))["code"] == "unauthorized"
    header = await close.stranger(Authorization="Bearer garbage")
    header.tell("hello", device="x")
    assert await header.gone() == 4005


async def test_trouble(trouble: Trouble) -> None:
    """The log cannot be read; when it can be again, the client may come back."""
    a = await trouble.enter(trouble.ann)
    await a.ask("ack", "send", user=trouble.bob[0], text="x")
    await trouble.restart()
    b = await trouble.stranger()
    b.tell("hello", device="x", token=trouble.bob[1])
    await b.take("welcome")
    trouble.administer("ALTER TABLE events RENAME COLUMN body TO hidden")
    b.tell("sync", since=0)
    assert await b.gone() == 4011
    trouble.administer("ALTER TABLE events RENAME COLUMN hidden TO body")
    b = await trouble.enter(trouble.bob, since=0)
    assert [event["text"] for event in b.events()] == ["x"]


async def test_broken_frames(close: Close) -> None:
    for code, frame in (
        (1007, lambda peer: peer.sendMessage(b"\xff\xfe")),
        (1002, lambda peer: peer.sendFrame(opcode=3, payload=b"x")),
        (1009, lambda peer: peer.sendMessage(b"x" * 32769)),
    ):
        peer = await close.enter(close.ann)
        frame(peer)
        assert await peer.gone() == code


async def test_another_subprotocol(close: Close) -> None:
    peer = await close.daemon.open("/v2/ws", protocols=["hichat.v9"])
    assert not peer.opened


class Mute(Socket):
    """Does not answer pings."""

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode != 9:
            super()._frame(opcode, payload)


class Deadline(SharedV2System):
    """With shorter times than the real ones, 10 s for a hello and a minute for a sign of life."""

    def make_daemon(self) -> None:
        super().make_daemon()
        self.daemon.use_tac(
            "from hichat.pipeline.gateway import connection, v2_connection\n"
            "connection.SILENCE_SWEEP = 0.25\nv2_connection.HELLO_TIMEOUT = 0.5\n"
        )


deadline = fixture_of(Deadline)


async def test_no_hello_in_time(deadline: Deadline) -> None:
    (ann,) = await deadline.people("ann")
    peer = await deadline.stranger()
    a = await deadline.enter(ann)
    assert await peer.gone(3) == 4004
    await a.ask("pong", "ping")


async def test_silent(deadline: Deadline) -> None:
    """It is gone, nobody holds it for online, and who answers pings stays."""
    ann, bob = await deadline.people("ann", "bob")
    before = await deadline.daemon.metric("silent_closed_total")
    a = await deadline.enter(ann)
    await a.ask("presence", "watch", users=[bob[0]])
    closes: list[tuple[int, str]] = []
    said: list[dict[str, Any]] = []

    def enter() -> None:
        mute.send(json.dumps({"op": "hello", "token": bob[1], "device": "x"}).encode())
        mute.send(b'{"op":"sync"}')

    mute = Mute(lambda frame: said.append(json.loads(frame)), enter, lambda *why: closes.append(why))
    endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", deadline.daemon.port)
    await endpoint.connect(Factory.forProtocol(lambda: mute))
    assert (await a.take("presence"))["online"] == [bob[0]]
    assert (await a.take("presence", 5))["offline"] == [bob[0]]
    await until(lambda: closes)
    assert closes == [(4010, "nothing was heard for a minute")]
    assert [frame["op"] for frame in said] == ["welcome", "synced"]
    assert await deadline.daemon.metric("silent_closed_total") == before + 1
    await a.ask("pong", "ping")


async def test_dead(deadline: Deadline) -> None:
    """Who does not answer the close either is let go."""
    (ann,) = await deadline.people("ann")
    before = await deadline.daemon.metric("silent_closed_total")
    a = await deadline.enter(ann)
    a.transport.pauseProducing()
    while await deadline.daemon.metric("connections"):
        await deferLater(reactor, 0.1)
    assert await deadline.daemon.metric("silent_closed_total") == before + 1


class Stop(DeliverySystem):
    async def talk(self) -> None:
        """Everybody says something until the connection is gone."""
        while not all(device.gone for device in self.devices):
            for device, other in zip(self.devices, self.devices[1:] + self.devices[:1], strict=True):
                if not device.gone:
                    device.say(f"no. {device.counter}", user=other.user)
            await deferLater(reactor, 0.001)


stopping = fixture_of(Stop)


async def test_in_the_middle_of_traffic(stopping: Stop) -> None:
    """All are told to come back and when; every ack that came is in the log; who comes back misses nothing."""
    devices = await stopping.come(stopping.insider.people(3), each=2)
    for device in devices:
        device.returns = False
    talking = Deferred.fromCoroutine(stopping.talk())
    await until(lambda: sum(len(device.acks) for device in devices) > 500)
    began = time.monotonic()
    assert await stopping.daemon.stop(seconds=10) == STOPPED
    assert time.monotonic() - began < 10
    await talking
    assert [device.closes for device in devices] == [[4002]] * 6
    assert {device.reason for device in devices} == {"the server stops; retry after 1 s"}
    events = stopping.insider.events()
    check_log(events)
    acked = {ack["id"] for device in devices for ack in device.acks.values()}
    assert acked <= {event.position for event in events}
    await stopping.daemon.start()
    for device in devices:
        device.returns = True
        device.connect()
    await stopping.settled()
    stopping.check()
    assert len(stopping.insider.events()) == sum(len(device.said) for device in devices)


async def test_with_senders_that_are_held_back(stopping: Stop) -> None:
    """Existing clients send more than fits and do not end: what was read is delivered, and all are told."""
    people = await stopping.people(*"abcdefg")
    *senders, hearer = await stopping.online(*people)

    text = b'{"userId":%d,"TargetId":%d,"Type":1,"Content":"' + b"x" * 500 + b'"}'
    blobs = []
    for user, _ in people[:-1]:
        frame = text % (user, people[-1][0])
        # A mask of zeros changes nothing.
        blobs.append((b"\x81\xfe" + len(frame).to_bytes(2, "big") + bytes(4) + frame) * 40)

    def flood(_: int) -> None:
        for peer, blob in zip(senders, blobs, strict=True):
            if peer.state == peer.STATE_OPEN:
                peer.transport.write(blob)

    chatter = Chatter(flood, 0.01)
    await until(lambda: len(hearer.texts) > 500)
    began = time.monotonic()
    assert await stopping.daemon.stop(seconds=12) == STOPPED
    assert time.monotonic() - began < 8
    await chatter.stop()
    assert {await peer.gone() for peer in (*senders, hearer)} == {4002}
    stored = [event.body.decode() for event in stopping.insider.events()]
    assert hearer.texts == stored[: len(hearer.texts)]


class Rate(DeliverySystem):
    settings: ClassVar[dict[str, str]] = {"MESSAGE_RATE": "20"}


rate = fixture_of(Rate)


async def test_who_is_too_fast(rate: Rate) -> None:
    """Is told so and when to try again; the others are not held back; in the end all is there."""
    ann, bob, cat = await rate.come(rate.insider.people(3))
    began = time.monotonic()
    for number in range(60):
        ann.say(f"no. {number}", user=bob.user)
    cat.say("quietly", user=bob.user)
    await until(lambda: len(cat.acks) == 1)
    assert cat.errors == {}
    await until(lambda: ann.errors["too_fast"] >= 40)
    assert len(ann.acks) < 30
    await rate.settled(60)
    # 20 at once, less the hello and the sync, then 20 a second.
    assert time.monotonic() - began > 1.9
    rate.check()


class Bounds(DeliverySystem):
    """Each bound is a setting."""

    settings: ClassVar[dict[str, str]] = {
        "DRAFT_LIMIT": "50",
        "BATCH_LIMIT": "10",
        "UNSENT_LIMIT": "50000000",
        "SYNC_PAGE": "7",
        "EDIT_LIMIT": "1",
        "PRESENCE": "off",
    }

    async def peers_of(self, *people: Person) -> Sequence[V2Peer]:
        """@return: a device of each."""
        made = []
        for _, token in people:
            made.append(await self.daemon.open_v2())
            await made[-1].enter(token)
        self.peers += made
        return made


bounds = fixture_of(Bounds)


async def test_drafts_and_batches(bounds: Bounds) -> None:
    ann, bob = await bounds.come(bounds.insider.people(2))
    with bounds.insider.store.transaction():
        for number in range(200):
            ann.say(f"no. {number}", user=bob.user)
        await bounds.daemon.settles_at("drafts_in_flight", 50)
    await bounds.settled()
    bounds.check()
    assert await bounds.daemon.metric("commit_batch_events_count") >= 20


async def test_unsent(bounds: Bounds) -> None:
    """With room for it, one who does not read is not closed: see the slow reader for the default."""
    ann, bob = await bounds.come(bounds.insider.people(2), check=False)
    assert bob.socket is not None
    bob.socket.transport.pauseProducing()  # type: ignore[union-attr]
    for _ in range(3000):
        ann.say("x" * 7000, user=bob.user)
    await until(lambda: not ann.unacked, 30)
    assert await bounds.daemon.metric("slow_closed_total") == 0
    bob.socket.transport.resumeProducing()  # type: ignore[union-attr]
    await bounds.settled()
    assert (len(bob.heard), bob.closes) == (3000, [])


async def test_sync_page(bounds: Bounds) -> None:
    people = bounds.insider.people(2)
    bounds.insider.fill(people[0][0], people[1][0], 50, "x")
    await bounds.restart()
    b = await bounds.daemon.open_v2()
    bounds.peers.append(b)
    await b.enter(people[1][1], since=0)
    assert [len(page["events"]) for page in b.said["page"]] == [7] * 7 + [1]


async def test_edit_limit(bounds: Bounds) -> None:
    people = bounds.insider.people(2)
    a, _ = await bounds.peers_of(*people)
    ack = await a.ask("ack", "send", user=people[1][0], text="x")
    await a.ask("ack", "edit", message=ack["id"], text="y")
    await deferLater(reactor, 1.1)
    for op, fields in (("edit", {"text": "z"}), ("recall", {})):
        error = await a.ask("error", op, message=ack["id"], **fields)
        assert error["code"] == "too_late"


async def test_presence(bounds: Bounds) -> None:
    people = bounds.insider.people(2)
    a, b = await bounds.peers_of(*people)
    seen = await a.ask("presence", "watch", users=[people[1][0]])
    assert (seen["online"], seen["offline"]) == ([], [people[1][0]])
    b.tell("typing", user=people[0][0])
    await b.ask("ack", "send", user=people[0][0], text="x")
    await a.take("event")
    assert (a.said["typing"], a.said["presence"]) == ([], [])
