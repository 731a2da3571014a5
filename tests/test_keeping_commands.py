"""Tests for C{hichat retention} and C{hichat hold}, in this process."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import insert

from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.keeping import seen
from hichat.storage import tables
from hichat.storage.engine import make_engine
from tests.support.command_scene import CommandScene, CommandSceneOnPostgreSQL
from tests.support.doubles import NOW
from tests.support.scene import fixture_of

GROUP = FIRST_GROUP_ID


class KeepingCommands(CommandScene):
    """A state directory with a user and a group."""

    async def set_up(self) -> None:
        await super().set_up()
        people = self.file("name,password\nann,correct horse\n")
        assert self.run("user", "import", str(people)) == ""
        engine = make_engine(self.url)
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            row = {"id": GROUP, "name": "team", "name_key": "team", "owner_id": 1, "created_at": NOW, "updated_at": NOW}
            connection.execute(insert(tables.groups).values(row))
            row = {"id": 1, "scope": int(Scope.GROUP), "first": GROUP, "second": 0}
            connection.execute(insert(tables.conversations).values(row))
        engine.dispose()


class KeepingCommandsOnPostgreSQL(CommandSceneOnPostgreSQL, KeepingCommands):
    """The same on PostgreSQL."""


commands = fixture_of(KeepingCommands, KeepingCommandsOnPostgreSQL)


async def test_retention(commands: KeepingCommands, capsys: pytest.CaptureFixture[str]) -> None:
    def shown(*arguments: str) -> str:
        capsys.readouterr()
        assert commands.run("retention", *arguments) == ""
        return capsys.readouterr().out

    assert shown() == "server\tfor ever\n"
    assert shown("team") == "for ever, as all others\n"
    for days, told in (("90", "90 days"), ("forever", "for ever")):
        shown("team", days)
        assert shown(str(GROUP)) == f"{told}\n"
        assert shown() == f"server\tfor ever\n{GROUP}\t{told}\tteam\n"
    assert json.loads(shown("--json")) == {"days": 0, "groups": [{"group": GROUP, "name": "team", "days": 0}]}
    assert json.loads(shown("team", "--json")) == {"group": GROUP, "days": 0, "server": 0}
    shown("team", "server")
    assert shown() == "server\tfor ever\n"
    assert "there is no group 'nobody'" in commands.run("retention", "nobody", "3")
    for wrong in ("0", "-1", "soon", "36501"):
        assert commands.run("retention", "team", wrong) == "2"
    acts = [json.loads(line) for line in _audited(commands, capsys, "retention")]
    assert [each["detail"]["days"] for each in acts] == [90, 0, None]
    began = time.time() * 1000
    assert shown("--clock-is-right").startswith("the daemon goes by the clock now, which says 20")
    engine = make_engine(commands.url)
    with engine.connect() as connection, connection.begin():
        assert began - 1 <= seen.read(connection) <= time.time() * 1000
    engine.dispose()


async def test_holds(commands: KeepingCommands, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run("hold", "add", "--user", "ann", "--reason", "case 7") == ""
    assert commands.run("hold", "add", "--group", "team") == ""
    assert "there is one already" in _output(commands, capsys, "hold", "add", "--group", str(GROUP))
    rows = json.loads(_output(commands, capsys, "hold", "list", "--json"))
    assert [(row["of"], row["id"], row["name"], row["by"], row["reason"]) for row in rows] == [
        ("user", 1, "ann", 0, "case 7"),
        ("group", GROUP, "team", 0, ""),
    ]
    lines = _output(commands, capsys, "hold", "list").splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["user", "1", "ann"], ["group", str(GROUP), "team"]]
    assert commands.run("hold", "remove", "--user", "ann") == ""
    assert "there is no such hold" in commands.run("hold", "remove", "--user", "ann")
    assert "there is no user 'nobody'" in commands.run("hold", "add", "--user", "nobody")
    assert "there is no group 'nobody'" in commands.run("hold", "add", "--group", "nobody")
    assert commands.run("hold", "add", "--group", "team", "--reason", "x" * 301) == "2"
    assert commands.run("hold", "add") == "2"
    acts = [json.loads(line) for line in _audited(commands, capsys, "hold add")]
    assert [(each.get("whose"), each.get("detail")) for each in acts] == [
        (1, None),
        (None, {"group": GROUP}),
        (None, {"group": GROUP}),
    ]


def _output(commands: KeepingCommands, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert commands.run(*arguments) == ""
    return capsys.readouterr().out


def _audited(commands: KeepingCommands, capsys: pytest.CaptureFixture[str], act: str) -> list[str]:
    return _output(commands, capsys, "audit", "--json", "--act", act).splitlines()
