"""Ways in for clients that have no password of the account, at two workers: the terminal by a browser, v1 by an app
password."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import ClassVar

from twisted.internet.threads import deferToThread

from hichat.client.http import Api, Session
from hichat.client.wire import Credentials
from hichat.wire.frames import Close
from tests.integration.system import PASSWORD, System
from tests.support.daemon import reactor
from tests.support.devices import Person
from tests.support.scene import fixture_of

TERMINAL = "from hichat.cli import main; main()"


class SignedIn(System):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    async def set_up(self) -> None:
        await super().set_up()
        self.daemon.environment["XDG_STATE_HOME"] = str(self.daemon.directory)

    def session(self, person: Person) -> Session:
        """@return: calls of somebody who is signed in elsewhere."""
        return Session(Api(reactor, self.daemon.url), Credentials(*person))

    def terminal(self, *more: str) -> subprocess.Popen[str]:
        """@return: a terminal that runs."""
        command = (sys.executable, "-c", TERMINAL, "chat", "--server", self.daemon.url, "--language", "en", *more)
        process = subprocess.Popen(
            command,
            cwd=self.daemon.directory,
            env=self.daemon.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        return process


signing_in = fixture_of(SignedIn)


async def test_the_terminal(signing_in: SignedIn) -> None:
    """Somebody lets it in by its code; the next run needs nobody, until its device is revoked."""
    (ann,) = await signing_in.people("ann")
    browser = signing_in.session(ann)
    process = signing_in.terminal("--sign-in")
    assert process.stderr is not None
    shown = await deferToThread(process.stderr.readline)
    found = re.search(r"open (\S+/device) in .* the code ([A-Z]{4}-[A-Z]{4})$", shown.strip())
    assert found is not None, shown
    assert found[1] == f"{signing_in.daemon.url}/device"
    waiting = await browser.call("POST", "/device/find", {"userCode": found[2]})
    assert waiting["label"].startswith("hichat chat on ")
    await browser.call("POST", "/device/answer", {"userCode": found[2], "allow": True})
    out, err = await deferToThread(process.communicate, "/to ann\nhi\n/history\n", 60)
    assert (process.returncode, err) == (0, "")
    assert "ann: hi" in out
    # By itself.
    out = await deferToThread(signing_in.daemon.command, *_chat(signing_in), line="/to ann\n/history\n")
    assert "ann: hi" in out
    devices = await browser.items("/devices")
    (terminal,) = [each for each in devices if each["name"].startswith("terminal-")]
    await browser.call("DELETE", f"/devices/{terminal['id']}")
    process = signing_in.terminal("--sign-in")
    assert process.stderr is not None
    shown = await deferToThread(process.stderr.readline)
    found = re.search(r"the code ([A-Z]{4}-[A-Z]{4})$", shown.strip())
    assert found is not None, shown
    await browser.call("POST", "/device/answer", {"userCode": found[1], "allow": False})
    out, err = await deferToThread(process.communicate, "", 60)
    assert (process.returncode, "refused" in err) == (1, True), err


def _chat(scene: SignedIn) -> tuple[str, ...]:
    return ("chat", "--server", scene.daemon.url, "--language", "en", "--sign-in")


async def test_a_revoked_app_password(signing_in: SignedIn) -> None:
    """Connections that began with it end at once, at both workers; others stay."""
    (ann,) = await signing_in.people("ann")
    browser = signing_in.session(ann)
    body = {"name": "Old phone", "password": PASSWORD}
    made = await browser.call("POST", "/me/app-passwords", body)
    peers = []
    for password in (made["password"], PASSWORD):
        for _ in range(4):
            answer = await signing_in.daemon.post("/v1/user/login_pw", name="ann", password=password)
            assert answer["code"] == 0, answer
            peers.append(await signing_in.daemon.connect(ann[0], answer["tokens"]))
    signing_in.peers += peers
    await browser.call("DELETE", f"/me/app-passwords/{made['id']}")
    for peer in peers[:4]:
        assert await peer.gone() == Close.SIGNED_OUT
    peers[4].say(userId=ann[0], TargetId=ann[0], Type=1, Content="still here")
    await peers[5].heard(1)
    answer = await signing_in.daemon.post("/v1/user/login_pw", name="ann", password=made["password"])
    assert answer["code"] == -1
