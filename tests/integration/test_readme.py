"""The Python examples of the page for clients' authors, as they stand there, against a running daemon."""

from __future__ import annotations

import ast
import io
import sys
from typing import Any

from twisted.internet.defer import Deferred

from hichat.client.connection import Client
from hichat.client.http import Api
from tests import guide
from tests.integration.system import System
from tests.support.daemon import reactor, until


def examples() -> list[str]:
    """@return: the examples in Python of the page for clients' authors."""
    return guide.blocks(guide.text("clients"), "python")


async def test_the_device(system: System) -> None:
    """Ann lets the program of the second example in."""
    system.daemon.command("user", "add", "ann", line="correct horse\n")
    api = Api(reactor, system.daemon.url)
    ann = await api.log_in("ann", "correct horse", "laptop")
    kept: list[str] = []
    names: dict[str, Any] = {"api": api, "keep_refresh_token": kept.append}
    printed = io.StringIO()
    system.patch(sys, "stdout", printed)
    _, example = examples()
    program = Deferred.fromCoroutine(eval(compile(example, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names))
    await until(lambda: "\n" in printed.getvalue())
    await ann.call("POST", "/device/answer", {"userCode": printed.getvalue().split()[-1], "allow": True})
    await program
    assert (await names["session"].call("GET", "/me"))["name"] == "ann"
    assert len(kept) == 1


async def test_the_example(system: System) -> None:
    """Ann's program says hi to user 2, and prints what comes."""
    for name in ("ann", "bob"):
        system.daemon.command("user", "add", name, line="correct horse\n")
    example, _ = examples()
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
