"""Plugins of a real package beside a real daemon with two workers: what they can do, and what a broken one cannot."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
import treq
from twisted.internet.task import deferLater
from twisted.web.http_headers import Headers

from tests.integration.system import System
from tests.support.daemon import ROOT, is_alive, reactor, until
from tests.support.devices import Person
from tests.support.scene import fixture_of

PACKAGE = Path(__file__).parents[1] / "support" / "plugin_package"


class PluginSystem(System):
    """A daemon with two workers and three plugins, of which one cannot be loaded."""

    settings: ClassVar[dict[str, str]] = {
        "PLUGINS": "echo,bad,dies",
        "PLUGIN_MEMORY": "128",
        "WORKERS": "2",
    }

    def make_daemon(self) -> None:
        """Install the package, beside the daemon."""
        super().make_daemon()
        installed = self.daemon.directory / "installed"
        source = self.daemon.directory / "package"
        source.mkdir()
        for file in PACKAGE.iterdir():
            if file.is_file():
                (source / file.name).write_bytes(file.read_bytes())
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
        done = subprocess.run(
            [*pip, "--target", str(installed), str(source)], capture_output=True, text=True, check=False, timeout=100
        )
        assert done.returncode == 0, done.stderr
        self.daemon.environment["PYTHONPATH"] = f"{ROOT}:{installed}"
        self.daemon.forked = False

    async def calls(self, method: str, path: str, who: Person | None = None, **more: Any) -> Any:
        """@return: the answer to a call."""
        headers = Headers(more.pop("headers", {}))
        if who is not None:
            headers.setRawHeaders("Authorization", [f"Bearer {who[1]}"])
        return await treq.request(method, self.daemon.url + path, headers=headers, persistent=False, **more)

    async def gets(self, path: str, who: Person) -> Any:
        """@return: the JSON of an answer."""
        return await (await self.calls("GET", path, who)).json()

    async def bot(self, name: str, who: Person) -> int:
        """@return: the id of a plugin's bot."""
        end = reactor.seconds() + 60
        while True:
            assert reactor.seconds() < end, self.daemon.log.read_text()
            await deferLater(reactor, 0.05)
            found = await self.gets(f"/v2/users?text={name}", who)
            for row in found.get("items", ()):
                if row["name"] == name:
                    assert row["bot"]
                    return int(row["id"])

    async def tells(self, who: Person, bot: int, text: str) -> int:
        """Somebody writes to a bot. @return: the message's id."""
        answer = await self.calls("POST", f"/v2/conversations/user-{bot}/messages", who, json={"text": text})
        assert answer.code == 201, await answer.text()
        return int((await answer.json())["id"])

    async def is_told(self, who: Person, bot: int, after: int, text: str, seconds: float = 30) -> None:
        """Wait until the bot has answered a message, with a text that has this form."""
        end = reactor.seconds() + seconds
        while True:
            await deferLater(reactor, 0.05)
            page = await self.gets(f"/v2/conversations/user-{bot}/messages?after={after}", who)
            if any(re.fullmatch(text, each["text"]) for each in page["items"] if each["from"] == bot):
                return
            assert reactor.seconds() < end, self.daemon.log.read_text()[-5000:]

    async def answers(self, path: str, text: str) -> None:
        """Wait until a plugin gives a stranger this answer."""
        end = reactor.seconds() + 30
        while (await (await self.calls("GET", path)).text()) != text:
            assert reactor.seconds() < end, self.daemon.log.read_text()[-5000:]
            await deferLater(reactor, 0.05)

    def listed(self) -> dict[str, dict[str, Any]]:
        """@return: what C{hichat plugins} prints in a shell that has not the daemon's settings, by name."""
        bare = "env", "-u", "HICHAT_PLUGINS", sys.executable
        done = self.daemon.run(*bare, "-c", "from hichat.cli import main; main()", "plugins", "--json")
        assert done.returncode == 0, done.stderr
        return {row["name"]: row for row in json.loads(done.stdout)}


plugged = fixture_of(PluginSystem)


@pytest.mark.quiet
async def test_plugins(plugged: PluginSystem) -> None:
    """One works, and goes on to work whatever the others do; nobody else notices."""
    (ann,) = await plugged.people("ann")
    echo, bad = await plugged.bot("echo", ann), await plugged.bot("bad", ann)
    first = await plugged.tells(ann, echo, "hello")
    await plugged.is_told(ann, echo, first, "HELLO")

    called = await plugged.calls("POST", f"/v2/conversations/user-{echo}/commands", ann, json={"text": "/shout hi"})
    await plugged.is_told(ann, echo, (await called.json())["call"], "shout HI!")

    # Over HTTP, by whichever worker.
    for _ in range(6):
        sent = {"X-Signature": ["s"], "HiChat-User": ["99"], "Cookie": ["secret=1"]}
        answer = await plugged.calls("POST", "/plugins/echo/a%20b/c?q=1", ann, headers=sent, data=b"body")
        told = await answer.json()
        assert (told["path"], told["query"], told["user"], told["body"]) == ("/a b/c", {"q": "1"}, "ann", "body")
        assert told["headers"]["x-signature"] == "s"
        assert not {"authorization", "cookie", "hichat-user"} & set(told["headers"])
    assert told["settings"] == ["HICHAT_PLUGIN_PARENT"], "a plugin sees no settings"
    assert not [file for file in told["files"] if "hichat.db" in file or "daemon.lock" in file], (
        "nor files of the daemon"
    )
    page = await plugged.calls("GET", "/plugins/echo/page", ann)
    assert page.headers.getRawHeaders("content-security-policy")[0].startswith("sandbox")
    assert page.headers.getRawHeaders("set-cookie") is None
    assert (await plugged.calls("GET", "/plugins/echo/x")).code == 401
    assert (await plugged.calls("GET", "/plugins/none/x", ann)).code == 404
    await plugged.answers("/plugins/bad/x", "a stranger")
    assert (await plugged.calls("GET", "/plugins/bad/long")).code == 503
    assert (await plugged.calls("GET", "/plugins/bad/raise")).code == 500
    assert (await plugged.calls("GET", "/plugins/dies/x", ann)).code == 503

    # Harm.
    at = await plugged.tells(ann, bad, "eat")
    at = await plugged.tells(ann, bad, "fork")
    await plugged.is_told(ann, bad, at, r"\d+")
    await plugged.tells(ann, bad, "die")
    await plugged.tells(ann, bad, "flood")
    at = await plugged.tells(ann, bad, "fork")
    # It died, and was started again; it flooded; and still it answers.
    await plugged.is_told(ann, bad, at, r"\d+")
    page = await plugged.gets(f"/v2/conversations/user-{bad}/messages", ann)
    forked = [int(each["text"]) for each in page["items"] if each["from"] == bad]
    assert not is_alive(forked[0]), "what a plugin has started ends with it"
    assert is_alive(forked[-1])
    await plugged.tells(ann, bad, "spin")
    later = await plugged.tells(ann, echo, "still there")
    await plugged.is_told(ann, echo, later, "STILL THERE")

    listed = plugged.listed()
    assert listed["echo"]["state"] == "runs"
    assert listed["dies"]["state"] == "ended"
    assert (listed["dies"]["status"], listed["echo"]["distribution"]) == (1, "hichat-trials 1.0")
    log = plugged.daemon.log.read_text()
    assert "this module is broken" in log
    assert "MemoryError" in log
    assert 0 < log.count("the plugin bad: flood") <= 200
    assert await plugged.daemon.metric('plugin_lines_left_out{plugin="bad"}') > 1000
    assert await plugged.daemon.metric('plugin_up{plugin="echo"}') == 1

    # Nothing stays behind, however the daemon ends.
    running = plugged.daemon.running("hichat.plugins.child")
    assert len(running) >= 2
    heard = (plugged.daemon.directory / "state" / "plugins" / "echo" / "heard").read_text().split("\n")
    assert [each for each in heard if each] == ["hello", "still there"]
    await plugged.daemon.stop(signal.SIGKILL)
    await until(lambda: not any(map(is_alive, running)), 20)
    await plugged.daemon.start()
    (ben,) = await plugged.people("ben")
    again = await plugged.tells(ben, echo, "again")
    await plugged.is_told(ben, echo, again, "AGAIN")
    heard = (plugged.daemon.directory / "state" / "plugins" / "echo" / "heard").read_text().split("\n")
    assert heard[-2:] == ["again", ""]
    assert len([each for each in heard if each]) <= 4, "each event comes once, or twice where the daemon was killed"
