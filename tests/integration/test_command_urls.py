"""A bot that is an address and nothing else: curl sets it up, and a library of others checks the signatures."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, ClassVar

from tests.integration.system import TwoWorkers
from tests.support import command_receiver
from tests.support.curl import curl
from tests.support.daemon import until
from tests.support.scene import fixture_of


class Reaching(TwoWorkers):
    """Two workers that may ask private addresses."""

    settings: ClassVar[dict[str, str]] = {**TwoWorkers.settings, "FETCH_PRIVATE": "all"}


reaching = fixture_of(Reaching)


async def test_an_address_answers(reaching: Reaching) -> None:
    daemon = reaching.daemon
    v2 = f"{daemon.url}/v2"
    ann = daemon.token("ann")
    _, group = curl(f"{v2}/groups", ann, "POST", {"name": "ops"})
    place = f"{v2}/conversations/group-{group['id']}"
    token = daemon.command("bot", "add", "ci", "--owner", "ann", "--group", "ops").strip()
    status, made = curl(f"{v2}/bots/me/commands/secret", token, "POST")
    assert status == 200, made
    command = [sys.executable, command_receiver.__file__, made["secret"]]
    receiver = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    reaching.addCleanup(receiver.wait)
    reaching.addCleanup(receiver.kill)
    assert receiver.stdout is not None
    url = f"http://127.0.0.1:{int(receiver.stdout.readline())}/secret-path"
    commands = {"commands": [{"name": "deploy", "url": url}]}
    assert curl(f"{v2}/bots/me/commands", token, "PUT", commands) == (204, None)

    status, told = curl(f"{place}/commands", ann, "POST", {"text": "/deploy production"})
    assert (status, told["online"]) == (200, True), told
    call: dict[str, Any] = json.loads(receiver.stdout.readline())
    assert (call["type"], call["data"]["call"], call["data"]["user"]["name"]) == ("commanded", told["call"], "ann")

    def said() -> list[Any]:
        found: list[Any] = curl(f"{place}/messages", ann, "GET")[1]["items"]
        return found

    await until(lambda: bool(said()), 20)
    (message,) = said()
    assert (message["text"], message["called"]["command"]) == ("**production**", "deploy")

    # The audit log has who has set it; neither it nor the log has the address, the secret, or what was said.
    audit = daemon.command("audit")
    assert "set_command_urls" in audit
    assert "make_command_secret" in audit
    hidden = (made["secret"], "secret-path", "production")
    assert not any(each in text for each in hidden for text in (audit, daemon.log.read_text()))
