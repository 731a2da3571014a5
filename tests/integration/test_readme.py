"""The Python example of the page for clients' authors, as it stands there, against a running daemon."""

from __future__ import annotations

import io
import sys
from typing import Any

from twisted.internet.defer import Deferred

from hichat.client.connection import Client
from tests import guide
from tests.integration.system import System
from tests.support.daemon import reactor, until


async def test_the_example(system: System) -> None:
    """Ann's program says hi to user 2, and prints what comes."""
    for name in ("ann", "bob"):
        system.daemon.command("user", "add", name, line="correct horse\n")
    (example,) = (each for found in guide.everything().values() for each in guide.blocks(found, "python"))
    names: dict[str, Any] = {}
    exec(example.replace("http://127.0.0.1:8000", system.daemon.url), names)
    made: list[Client] = []

    def make(*arguments: Any) -> Client:
        made.append(Client(*arguments))
        return made[0]

    # The example goes on for ever; a test has to end it.
    names["Client"] = make
    printed = io.StringIO()
    system.patch(sys, "stdout", printed)
    (bob,) = await system.online((2, system.daemon.token("bob")))
    program = Deferred.fromCoroutine(names["main"](reactor))
    (heard,) = await bob.heard(1)
    assert '"hi"' in heard
    bob.say(userId=2, TargetId=1, Type=1, Media=1, Content="hello yourself")
    await until(lambda: "hello yourself" in printed.getvalue())
    await made[0].close()
    await program
