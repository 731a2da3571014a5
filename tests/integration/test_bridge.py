"""
A bridge as a real process, between a daemon and a Matterbridge: the stand-in, or the real one if the environment names
its program in C{HICHAT_MATTERBRIDGE}.
"""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
import treq
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.http_headers import Headers

from hichat.bridges.remote import Matterbridge, Pace, RemoteAway
from hichat.bridges.wire import RemoteMessage, understand_line
from tests.integration.system import System
from tests.support import ports, prepared
from tests.support.daemon import STOPPED, reactor, until
from tests.support.devices import Person
from tests.support.matterbridge import StandIn
from tests.support.scene import fixture_of

TOKEN = "matterbridge's secret"
REAL = os.environ.get("HICHAT_MATTERBRIDGE", "")

SETTINGS_OF_REAL = """
[api.hichat]
BindAddress="127.0.0.1:{ours}"
Token="{token}"
Buffer=1000
[api.other]
BindAddress="127.0.0.1:{theirs}"
Buffer=1000
[[gateway]]
name="gw"
enable=true
[[gateway.inout]]
account="api.hichat"
channel="api"
[[gateway.inout]]
account="api.other"
channel="api"
"""

Rows = list[dict[str, Any]]
REAL = os.environ.get("HICHAT_MATTERBRIDGE", "")


class BridgeSystem(System):
    """
    A daemon, a group of two people and a bot, and a Matterbridge.

    @ivar standin: the Matterbridge.
    """

    async def set_up(self) -> None:
        """Start both; the bridge does not run yet."""
        await super().set_up()
        self.standin = StandIn(TOKEN)
        self.url = self.standin.start()
        self.addCleanup(self.standin.stop)
        self.ann, self.bob = await self.people("ann", "bob")
        self.team = await self.group(self.ann, self.bob)
        token = self.daemon.command("bot", "add", "bridge", "--group", self.named("team")).split()[-1]
        self.bot = 0, token
        self.bot = (await self.asks(self.bot, "GET", "/me"))["id"], token
        self.process: prepared.Forked | None = None
        self.log = self.daemon.directory / "bridge.log"

    def start_bridge(self, url: str = "", **environment: str) -> None:
        """Start the bridge."""
        command = ["hichat", "bridge", "matterbridge", url or self.url, "--server", self.daemon.url]
        command += ["--group", f"{self.named('team')}=gw", "--state", str(self.daemon.directory / "bridge.db")]
        secrets = {"HICHAT_TOKEN": self.bot[1], "HICHAT_MATTERBRIDGE_TOKEN": TOKEN} | environment
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            self.process = prepared.forks().start(
                command, self.daemon.directory, self.daemon.environment | secrets, nothing, log, log
            )
        self.addCleanup(self.kill_bridge)

    def kill_bridge(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def bridging(self, count: int = 1) -> None:
        """Wait until it has the stream, and a connection to HiChat."""
        await until(lambda: self.log.read_text().count("connected") >= count and self.standin.streams, 30)

    async def says(self, who: Person, text: str, **more: object) -> int:
        """Somebody writes in the group. @return: the message's id."""
        headers = Headers({"Authorization": [f"Bearer {who[1]}"]})
        url = f"{self.daemon.url}/v2/conversations/group-{self.team}/messages"
        answer = await treq.post(url, headers=headers, json={"text": text, **more}, persistent=False)
        assert answer.code == 201, await answer.text()
        return int((await answer.json())["id"])

    async def asks(self, who: Person, method: str, path: str, **more: Any) -> Any:
        """Somebody makes a call of v2."""
        headers = Headers({"Authorization": [f"Bearer {who[1]}"]})
        answer = await treq.request(method, f"{self.daemon.url}/v2{path}", headers=headers, persistent=False, **more)
        assert answer.code < 300, await answer.text()
        body = await answer.content()
        return await answer.json() if body else None

    async def keeps(self, text: str) -> None:
        """Wait until the bridge has this on its disk."""
        await until(lambda: text.encode() in (self.daemon.directory / "bridge.db").read_bytes(), 20)

    async def read(self) -> Rows:
        """@return: what the bot has written in the group, in order."""
        found: Rows = []
        after = 0
        while True:
            page = await self.asks(
                self.ann, "GET", f"/conversations/group-{self.team}/messages?limit=100&after={after}"
            )
            found += page["items"]
            if not page["items"] or not page.get("more"):
                return [each for each in found if each["from"] == self.bot[0]]
            after = page["items"][-1]["id"]

    async def reads(
        self, condition: Callable[[list[dict[str, Any]]], Any], seconds: float = 20
    ) -> list[dict[str, Any]]:
        """Wait until what the bot has written is so."""
        end = reactor.seconds() + seconds
        while not condition(found := await self.read()):
            assert reactor.seconds() < end, (found[-3:], self.log.read_text())
        return found


bridged = fixture_of(BridgeSystem)


async def test_both_ways(bridged: BridgeSystem) -> None:
    """Texts, names, files, answers, edits and deletions; nothing comes back."""
    standin = bridged.standin
    standin.gives_ids = True
    bridged.start_bridge()
    await bridged.bridging()
    said = await bridged.says(bridged.ann, "good morning")
    await until(lambda: standin.posted)
    assert {name: standin.posted[0][name] for name in ("text", "username", "gateway", "id")} == {
        "text": "good morning",
        "username": bridged.named("ann"),
        "gateway": "gw",
        "id": str(said),
    }
    data = b64encode(b"a file of irc").decode()
    standin.say("hello", "carl", id="77", Extra={"file": [{"Name": "a.txt", "Data": data}]})
    standin.say("too", "dora", parent_id="77", account="matrix.x")
    standin.say("my own", account="api.hichat")
    standin.say("joins", event="join_leave")
    standin.say("hello, all", "carl", id="77")
    await bridged.reads(lambda found: len(found) == 2 and "all" in found[0]["text"])
    first, second = await bridged.read()
    assert [each["alias"]["name"] for each in (first, second)] == ["carl", "dora"]
    assert second["replyTo"] == first["id"]
    assert (first["media"], first["name"]) == ("file", "a.txt")
    standin.say("msg_delete", event="msg_delete", id="77")
    await bridged.reads(lambda found: found[0].get("recalled"))

    answer = await bridged.says(bridged.bob, "hi dora", replyTo=second["id"])
    await bridged.asks(bridged.bob, "PATCH", f"/messages/{answer}", json={"text": "hi, dora"})
    await bridged.asks(bridged.bob, "DELETE", f"/messages/{answer}")
    await until(lambda: len(standin.posted) == 4)
    told = [(each["text"], each["id"], each.get("event", "")) for each in standin.posted[1:]]
    assert told[1:] == [("hi, dora", str(answer), ""), ("msg_delete", str(answer), "msg_delete")]
    assert told[0][0].endswith("hi dora")


async def test_nothing_is_lost_or_doubled(bridged: BridgeSystem) -> None:
    """While both sides talk the bridge is killed, the daemon is away, and Matterbridge's streams break."""
    standin = bridged.standin
    bridged.start_bridge()
    await bridged.bridging()
    ours, theirs = [], []
    for kills in range(2):
        for number in range(15):
            ours.append(f"our {kills}-{number}")
            await bridged.says(bridged.ann, ours[-1])
            theirs.append(f"their {kills}-{number}")
            standin.say(theirs[-1])
        await bridged.reads(lambda found: len(found) == len(theirs))
        standin.failing.extend([503, 502])
        assert await bridged.daemon.stop() == STOPPED
        for number in range(15, 30):
            theirs.append(f"their {kills}-{number}")
            standin.say(theirs[-1])
        await bridged.keeps(theirs[-1])
        standin.hang_up()
        bridged.kill_bridge()
        await bridged.daemon.start()
        bridged.start_bridge()
    found = await bridged.reads(lambda found: len(found) >= len(theirs), 60)
    assert [each["text"] for each in found] == theirs
    await until(lambda: standin.posted and standin.posted[-1]["text"] == ours[-1], 30)
    told = [each["text"] for each in standin.posted]
    assert list(dict.fromkeys(told)) == ours
    assert len(told) <= len(ours) + 2, "a kill may double one message there"


async def test_what_ends_it(bridged: BridgeSystem) -> None:
    """One line says what is wrong."""
    for environment, line in (
        ({"HICHAT_MATTERBRIDGE_TOKEN": "wrong"}, "refuses the token"),
        ({"HICHAT_TOKEN": "hcb_wrong"}, "hichat: "),
    ):
        bridged.start_bridge(**environment)
        process = bridged.process
        assert process is not None
        await until(lambda process=process: process.poll() is not None, 30)  # type: ignore[misc]
        assert process.returncode == 1
        assert line in bridged.log.read_text().splitlines()[-1]
        assert "Traceback" not in bridged.log.read_text()


@pytest.mark.skipif(not REAL, reason="HICHAT_MATTERBRIDGE names no program")
async def test_the_real_one(bridged: BridgeSystem) -> None:
    """Somebody who speaks by another API of it is heard, and hears; with a file, and what somebody does."""
    ours, theirs = ports.reserve(), ports.reserve()
    path = bridged.daemon.directory / "matterbridge.toml"
    path.write_text(SETTINGS_OF_REAL.format(ours=ours, theirs=theirs, token=TOKEN))
    with (bridged.daemon.directory / "matterbridge.log").open("wb") as log:
        real = subprocess.Popen([REAL, "-conf", str(path)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    bridged.addCleanup(real.wait)
    bridged.addCleanup(real.kill)
    bridged.start_bridge(f"http://127.0.0.1:{ours}")
    await until(lambda: "stream has begun" in bridged.log.read_text(), 60)
    other = Matterbridge(reactor, f"http://127.0.0.1:{theirs}", "")
    heard: list[RemoteMessage] = []
    hearing = Deferred.fromCoroutine(
        other.listen(lambda: None, lambda lines: heard.extend(map(understand_line, lines)), Pace())
    )
    hearing.addErrback(lambda failure: failure.trap(CancelledError, RemoteAway))
    bridged.addCleanup(hearing.cancel)
    file = {"Name": "a.txt", "Data": b64encode(b"a file").decode(), "Comment": "", "Size": 6}
    await other.post(RemoteMessage(text="hello", username="carl", gateway="gw", extra={"file": [file]}))
    await other.post(RemoteMessage(text="waves", username="carl", gateway="gw", event="user_action"))
    first, second = await bridged.reads(lambda found: len(found) == 2)
    assert (first["alias"]["name"], first["text"], first["name"], second["me"]) == ("carl", "hello", "a.txt", True)
    said = await bridged.says(bridged.ann, "hello carl", replyTo=first["id"])
    await bridged.asks(bridged.ann, "PATCH", f"/messages/{said}", json={"text": "hello, carl"})
    await until(lambda: len([each for each in heard if not each.event]) == 2, 20)
    assert [(each.username, each.text) for each in heard if not each.event] == [
        (bridged.named("ann"), "> hello\nhello carl"),
        (bridged.named("ann"), "hello, carl (edited)"),
    ]
    assert len(await bridged.read()) == 2, "nothing comes back"
