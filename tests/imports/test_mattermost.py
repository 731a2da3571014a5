"""Tests for C{hichat import mattermost}, with an export of a few people that has what the real ones have."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hichat.conversations import marks
from hichat.core.events import Scope
from hichat.groups import queries
from hichat.imports import shapes
from hichat.imports.sorting import SortedLine, Sorting
from hichat.log import reading
from tests.support.command_scene import CommandScene, CommandSceneOnPostgreSQL
from tests.support.importing import report, texts
from tests.support.pictures import picture
from tests.support.scene import fixture_of

commands = fixture_of(CommandScene, CommandSceneOnPostgreSQL)

THEN = 1_600_000_000_000
PATH = "20210622/teams/noteam/channels/mcrm/users/knq1/smaa/dot.png"


def line(kind: str, **fields: Any) -> dict[str, Any]:
    """A line of an export."""
    return {"type": kind, kind: fields}


def user(name: str, *channels: str, **more: Any) -> dict[str, Any]:
    """A user, who is in channels; C{+} before the name of one: as its admin."""
    those = [
        {"name": each.lstrip("+"), "roles": "channel_admin channel_user" if each.startswith("+") else "channel_user"}
        | {"favorite": each == "quiet"}
        for each in channels
    ]
    teams = [{"name": "core", "roles": "team_user", "channels": those}]
    return line("user", username=name, email=f"{name}@example.org", teams=teams) | {}


def post(after: int, by: str, text: str, channel: str = "town", **more: Any) -> dict[str, Any]:
    """A post."""
    return line("post", team="core", channel=channel, user=by, message=text, create_at=THEN + after, **more)


def direct(after: int, people: list[str], by: str, text: str, **more: Any) -> dict[str, Any]:
    """A direct post."""
    return line("direct_post", channel_members=people, user=by, message=text, create_at=THEN + after, **more)


def answer(after: int, by: str, text: str, **more: Any) -> dict[str, Any]:
    """An answer to a post."""
    return {"user": by, "message": text, "create_at": THEN + after, "flagged_by": None, "reactions": None, **more}


LINES = [
    {"type": "version", "version": 1},
    line("team", name="core", display_name="Core", type="O"),
    line("channel", team="core", name="town", display_name="Town Square", type="O", header="Hello", purpose="All"),
    line("channel", team="core", name="army", display_name="Army", type="P", header="", deleted_at=THEN + 900),
    line("channel", team="core", name="quiet", display_name="Quiet", type="P"),
    user("ann", "+town", "army", "quiet"),
    user("bob", "town"),
    user("cat", "army"),
    line("bot", username="builder", display_name="The Builder", owner="ann"),
    line("emoji", name="party", image="emoji/party.png"),
    line("role", name="channel_admin"),
    line("scheme", name="strict"),
    post(5, "bob", "and **later** @ann :rocket: `@bob :smile:`", reactions=None, replies=None),
    post(
        1,
        "ann",
        "First",
        reactions=[{"user": "bob", "create_at": THEN + 2, "emoji_name": each} for each in ("+1", "party")],
        replies=[
            answer(7, "bob", "Second", edit_at=THEN + 8, flagged_by=["ann"]),
            answer(7, "bob", "at the same time"),
        ],
        is_pinned=True,
        flagged_by=["ann", "bob"],
    ),
    post(3, "ann", "", attachments=[{"path": PATH}]),
    post(4, "ann", "ann joined the channel.", type="system_join_channel"),
    post(6, "builder", "", props={"attachments": [{"title": "Build", "title_link": "https://ci.example.org"}]}),
    post(9, "ann", "*waves*", type="me"),
    post(10, "cat", "Secret\u0000 of the army", "army", attachments=[{"path": "gone/away.txt"}]),
    line("direct_channel", members=["ann", "bob"]),
    direct(20, ["bob", "ann"], "bob", "Only you"),
    direct(21, ["ann", "bob"], "ann", "I know", replies=[answer(22, "bob", "Yes")]),
    direct(23, ["ann", "ann"], "ann", "Note"),
    direct(24, ["ann", "bob", "cat"], "cat", "Three of us"),
    line("post", team="core"),
    {"type": "new_thing", "new_thing": {}},
]


LOST = {
    "emojis of one's own do not come": 1,
    "roles of Mattermost do not come": 1,
    "schemes of Mattermost do not come": 1,
    "reactions do not come: they are emojis of one's own": 1,
    "saved messages (flags) do not come": 3,
    "favourite channels do not come: they are not pinned": 1,
    "notices of Mattermost itself do not come": 1,
    "files do not come: the export does not have them; the messages name them": 1,
    "lines of the export are of no kind that is known": 1,
}
"""What the report says of what cannot come."""


def export_of(commands: CommandScene) -> Path:
    """@return: a ZIP."""
    path = commands.directory.parent / "mattermost.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("import.jsonl", "\n".join(map(json.dumps, LINES)) + '\n{"type": "post", "po')
        packed.writestr(f"data/{PATH}", picture(3, 2))
    return path


async def test_all_of_it(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """Channels, private ones, direct messages of two and of more, with all that is in them, whatever their order."""
    capsys.readouterr()
    assert commands.run("import", "mattermost", str(export_of(commands)), "--json") == "1"
    found = report(capsys)
    broken = len(LINES) - 1, len(LINES) + 1
    assert [each.split(": ")[1] for each in found["unreadable"]] == [f"line {each}" for each in broken]
    assert found["new"]["files"] == 1
    assert LOST.items() <= found["problems"].items()
    working = commands.administration()
    ann, bob, cat = (working.find(name) for name in ("ann", "bob", "cat"))
    with working.store.snapshot() as connection:
        town = queries.find_by_name(connection, "Town Square")
        assert town is not None
        assert (town.owner_id, town.size, town.description, town.created_at) == (ann.id, 2, "Hello\nAll", THEN + 1)
        key = reading.conversation_key(Scope.GROUP, 0, town.id)
        shown = texts(connection, bob.id, key)
        assert [each.time - THEN for each in shown] == [1, 3, 5, 6, 7, 7, 9]
        assert [(each.emoji, each.users) for each in shown[0].reactions] == [("👍", [bob.id])]
        assert (shown[1].media, shown[1].name) == ("picture", "dot.png")
        assert (shown[2].text, shown[2].format) == ("and **later** @ann 🚀 `@bob :smile:`", "markdown")
        assert shown[2].mentions == [ann.id]
        assert shown[3].text == "[Build](https://ci.example.org)"
        assert (shown[4].text, shown[4].edited, shown[4].replyTo) == ("Second", THEN + 8, shown[0].id)
        assert (shown[5].text, shown[5].replyTo) == ("at the same time", shown[0].id)
        assert (shown[6].text, shown[6].me) == ("waves", True)
        assert marks.standing(connection, bob.id, key).unread == 0
        army = queries.find_by_name(connection, "Army")
        assert army is not None
        assert (queries.members(connection, army.id), army.archived_at) == ({ann.id, cat.id}, THEN + 900)
        seen = texts(connection, cat.id, reading.conversation_key(Scope.GROUP, 0, army.id))
        assert [each.text for each in seen] == ["Secret of the army\naway.txt"]
        pair = texts(connection, ann.id, reading.conversation_key(Scope.USER, ann.id, bob.id))
        assert [each.text for each in pair] == ["Only you", "I know", "Yes"]
        assert pair[2].replyTo == pair[1].id
        assert len(texts(connection, ann.id, reading.conversation_key(Scope.USER, ann.id, ann.id))) == 1
        three = queries.find_by_name(connection, "ann, bob, cat")
        assert three is not None
        assert three.size == 3
        quiet = queries.find_by_name(connection, "Quiet")
        assert quiet is not None
        assert quiet.size == 1
    working.store.engine.dispose()
    capsys.readouterr()
    assert commands.run("import", "mattermost", str(export_of(commands)), "--json") == "1"
    assert not any(report(capsys)["new"].values())
    assert "no .jsonl file" in commands.run("import", "mattermost", str(commands.file("{}", "x.txt")))
    assert "no export of Mattermost" in commands.run("import", "mattermost", str(commands.file("{}", "x.jsonl")))


def test_sorting() -> None:
    """Messages are in the order of their times within a conversation; two with one id get two."""

    def said(id: str, time: int) -> SortedLine:
        return SortedLine(shapes.MovedMessage(id=id, from_="a", time=time))

    with Sorting() as sorting:
        for place, id, time in (("x", "1", 9), ("y", "2", 5), ("x", "3", 2), ("x", "3", 4), ("y", "4", 8)):
            sorting.add(place, said(id, time))
        assert sorting.places() == [("y", 5), ("x", 2)]
        assert [each.message.id for each in sorting.read("x")] == ["3", "3~2", "1"]
