"""Tests for C{hichat import slack}, with an export of a few people that has what the real ones have."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from twisted.web.http_headers import Headers

from hichat.conversations import marks
from hichat.core.events import Scope
from hichat.fetching.fetcher import Fetched
from hichat.groups import queries
from hichat.imports.archive import Archive
from hichat.imports.downloads import Downloads
from hichat.imports.report import ImportReport
from hichat.imports.shortcodes import emoji_named, with_emojis
from hichat.imports.slack_texts import text_of
from hichat.log import reading
from tests.support.command_scene import CommandScene, CommandSceneOnPostgreSQL
from tests.support.importing import report, texts
from tests.support.pictures import picture
from tests.support.scene import fixture_of

commands = fixture_of(CommandScene, CommandSceneOnPostgreSQL)

THEN = 1_700_000_000


def stamp(after: int) -> str:
    """@return: a time in Slack's form."""
    return f"{THEN + after}.000200"


def said(after: int, user: str = "U1", text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A message."""
    return {"type": "message", "ts": stamp(after), "user": user, "text": text, **more}


def person(id: str, name: str, **more: Any) -> dict[str, Any]:
    """A user."""
    profile = {"display_name": more.pop("shown", ""), "real_name": name.title(), "email": f"{name}@example.org"}
    return {"id": id, "team_id": "T1", "name": name, "profile": profile, **more}


USERS = [
    person("U1", "ann", shown="Ann A.", is_owner=True),
    person("U2", "bob"),
    person("U3", "cat", deleted=True),
    person("U4", "dan.dee", is_restricted=True),
    person("B9", "deploybot", is_bot=True),
]
PINS = [{"id": stamp(1), "user": "U2", "created": THEN + 50}]
BUILD = {"title": "Build 7", "title_link": "https://ci.example.org/7", "text": "passed", "fallback": "x"}
CHANNELS = [
    {"id": "C1", "name": "general", "created": THEN - 9, "creator": "U1", "members": ["U2", "U1"]}
    | {"topic": {"value": "All of us"}, "purpose": {"value": "Talk"}, "pins": PINS},
    {"id": "C2", "name": "gone", "created": THEN - 9, "creator": "U3", "members": [], "is_archived": True},
]  # fmt: skip
GROUPS = [{"id": "G1", "name": "secret", "created": THEN - 8, "creator": "U1", "members": ["U1", "U4"]}]
DMS = [{"id": "D1", "created": THEN, "members": ["U1", "U2"]}, {"id": "D2", "created": THEN, "members": ["U2", "U2"]}]
MPIMS = [{"id": "G2", "name": "mpdm-ann--bob--dan-1", "created": THEN, "creator": "U1", "members": ["U1", "U2", "U4"]}]
REACTIONS = [
    {"name": "thumbsup", "users": ["U2", "U1"], "count": 2},
    {"name": "wave::skin-tone-3", "users": ["U2"], "count": 1},
    {"name": "our-own", "users": ["U1"], "count": 3},
    {"name": "heart", "users": [], "count": 2},
]
DAYS: dict[str, list[dict[str, Any]]] = {
    "general/2023-11-14.json": [
        said(2, "U2", "Sorted &lt;by time&gt;"),
        said(1, "U1", "*Welcome* <@U2>, see <https://example.org|this> :tada:", reactions=REACTIONS),
        said(3, "U3", "<@U3> has joined the channel", subtype="channel_join"),
        said(4, "U3", "I leave soon", edited={"user": "U3", "ts": stamp(5)}),
        said(6, "U2", "in a thread", thread_ts=stamp(1)),
        said(7, "U3", "<@U3> has left the channel", subtype="channel_leave"),
        said(8, "U2", "<@U2> set the channel topic: All of us", subtype="channel_topic", topic="All of us"),
        {"type": "message", "subtype": "bot_message", "ts": stamp(9), "bot_id": "B7", "username": "CI", "text": ""}
        | {"attachments": [BUILD]},
        said(10, "U1", "waves", subtype="me_message"),
        said(11, "USLACKBOT", "This message was deleted.", subtype="tombstone", thread_ts=stamp(11)),
        said(12, "U2", "after the root", thread_ts=stamp(11)),
        said(13, "U2", "", subtype="sh_room_created"),
    ],
    "general/2023-11-15.json": [
        said(90_000, "U1", "with files", files=[
            {"id": "F1", "name": "dot.png", "user": "U1", "url_private": "https://files.slack.com/F1", "size": 70},
            {"id": "F2", "name": "lost.txt", "permalink": "https://team.slack.com/F2", "mode": "hosted"},
            {"id": "F3", "mode": "tombstone"},
        ]),
        said(90_001, "U9", "from another team", user_profile={"display_name": "Stranger", "name": "stranger"}),
    ],
    "unlisted/2023-11-14.json": [said(19, "U1", "where is this?")],
    "gone/2023-11-14.json": [said(20, "U3", "nobody is here")],
    "secret/2023-11-14.json": [said(30, "U4", "shh")],
    "D1/2023-11-14.json": [said(40, "U2", "you and me")],
    "D2/2023-11-14.json": [said(41, "U2", "note to myself")],
    "mpdm-ann--bob--dan-1/2023-11-14.json": [said(42, "U4", "three of us")],
}  # fmt: skip


def export_of(commands: CommandScene, root: str = "", other: Mapping[str, bytes] = MappingProxyType({})) -> Path:
    """@return: a ZIP."""
    path = commands.directory.parent / f"slack{len(root)}.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, found in (
            ("users", USERS), ("channels", CHANNELS), ("groups", GROUPS), ("dms", DMS), ("mpims", MPIMS),
            ("integration_logs", []),
        ):  # fmt: skip
            packed.writestr(f"{root}{name}.json", json.dumps(found))
        for name, messages in DAYS.items():
            packed.writestr(root + name, json.dumps(messages))
        packed.writestr(f"{root}__uploads/F1/dot.png", picture(3, 2))
        for name, content in other.items():
            packed.writestr(root + name, content)
    return path


LOST = {
    "reactions do not come: they are emojis of one's own": 3,
    "reactions do not come: the export does not say whose they are": 2,
    "notices of Slack itself do not come": 1,
    "files of the export are not read": 1,
    "conversations do not come: no list of the export has them": 1,
    "files do not come: the export does not have them; the messages name them": 1,
}
"""What the report says of what cannot come."""


async def test_all_of_it(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """Channels, private ones, direct messages of two and of more, with all that is in them."""
    assert commands.run("user", "import", str(commands.file("name,password,role\nboss,correct horse 9,owner\n"))) == ""
    capsys.readouterr()
    assert commands.run("import", "slack", str(export_of(commands)), "--json") == ""
    found = report(capsys)
    assert found["new"]["files"] == 1
    assert found["unreadable"] == []
    assert LOST.items() <= found["problems"].items()
    working = commands.administration()
    ann, bob, cat, dan = (working.find(name) for name in ("ann", "bob", "cat", "dan.dee"))
    assert (ann.display_name, ann.role.word, cat.disabled, dan.role.word) == ("Ann A.", "member", True, "guest")
    with working.store.snapshot() as connection:
        general = queries.find_by_name(connection, "general")
        assert general is not None
        assert (general.owner_id, general.size, general.description) == (ann.id, 2, "All of us\nTalk")
        key = reading.conversation_key(Scope.GROUP, 0, general.id)
        shown = texts(connection, bob.id, key)
        assert [each.time // 1000 - THEN for each in shown] == [1, 2, 4, 6, 9, 10, 11, 12, 90_000, 90_001]
        first = shown[0]
        assert first.text == "**Welcome** @Bob, see [this](https://example.org) 🎉"
        assert (first.format, first.mentions) == ("markdown", [bob.id])
        assert [(each.emoji, each.users) for each in first.reactions] == [("👍", [bob.id, ann.id]), ("👋🏼", [bob.id])]
        assert shown[1].text == "Sorted <by time>"
        assert shown[2].edited == (THEN + 5) * 1000
        assert shown[3].replyTo == first.id
        assert shown[4].text == "[Build 7](https://ci.example.org/7)\npassed"
        assert shown[5].me is True
        assert shown[6].recalled is True
        assert shown[7].replyTo == shown[6].id
        assert shown[8].text == "with files\n[lost.txt](https://team.slack.com/F2)"
        assert (shown[8].media, shown[8].name) == ("picture", "dot.png")
        # Who has left reads what there was until then, and not what came later.
        assert [each.text for each in texts(connection, cat.id, key)][-1] == "in a thread"
        assert marks.standing(connection, bob.id, key).unread == 0
        gone = queries.find_by_name(connection, "gone")
        assert gone is not None
        assert gone.archived_at is not None
        assert gone.owner_id == working.find("boss").id
        secret = queries.find_by_name(connection, "secret")
        assert secret is not None
        assert queries.members(connection, secret.id) == {ann.id, dan.id}
        assert secret.join_policy == "invite"
        pair = reading.conversation_key(Scope.USER, ann.id, bob.id)
        assert [each.text for each in texts(connection, ann.id, pair)] == ["you and me"]
        alone = reading.conversation_key(Scope.USER, bob.id, bob.id)
        assert [each.text for each in texts(connection, bob.id, alone)] == ["note to myself"]
        three = queries.find_by_name(connection, "Ann A., Bob, Dan.Dee")
        assert three is not None
        assert three.size == 3
    working.store.engine.dispose()
    capsys.readouterr()
    assert commands.run("import", "slack", str(export_of(commands, "our team/")), "--json") == ""
    assert not any(report(capsys)["new"].values())


async def test_broken(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """What is broken is named, and the rest comes; what is no export is refused."""
    path = export_of(
        commands,
        other={
            "secret/2023-11-15.json": b'[{"type": "message",\n "ts": ',
            "secret/2023-11-16.json": json.dumps([said(99, reactions=7), said(98, text="whole"), 5]).encode(),
            "secret/2023-11-17.json": b'[{"ts": "1700000100.1", "user": "U1", "text": "half \\ud83d a pair\\u0000"}]',
            "secret/2023-11-18.json": json.dumps(
                [said(97) | {"ts": ts} for ts in ("1e400", "nan", "9" * 30, "9999999999999.1")]
            ).encode(),
            "../../2023-11-19.json": b"[]",
        },
    )
    capsys.readouterr()
    assert commands.run("import", "slack", str(path), "--json", "--keeper", "nobody").startswith("hichat: there is no")
    assert commands.run("import", "slack", str(path), "--json") == "1"
    found = report(capsys)
    assert any("2023-11-15.json" in each and "line 2" in each for each in found["unreadable"])
    assert any("2023-11-16.json" in each and "TypeError" in each for each in found["unreadable"])
    assert sum("2023-11-18.json" in each for each in found["unreadable"]) == 4
    assert len(found["unreadable"]) == len(set(found["unreadable"])), "some are read twice"
    working = commands.administration()
    with working.store.snapshot() as connection:
        secret = queries.find_by_name(connection, "secret")
        assert secret is not None
        shown = texts(connection, working.find("ann").id, reading.conversation_key(Scope.GROUP, 0, secret.id))
        assert [each.text for each in shown] == ["shh", "whole", "half ? a pair"]
    working.store.engine.dispose()
    assert "no users.json" in commands.run("import", "slack", str(commands.directory))


def test_texts() -> None:
    """Slack's signs become those of Markdown; what is code, or none of its signs, stays."""
    names = {"U1": "Ann"}
    for given, wanted in (
        ("*a* _b_ ~c~", "**a** _b_ ~~c~~"),
        ("2*3*4 a~b~c", "2*3*4 a~b~c"),
        ("`*a* <@U1>` *b*", "`*a* @Ann` **b**"),
        ("```a < b &amp;&amp; *c*\n# d```", "```\na < b && *c*\n# d\n```"),
        ("# no heading", "\\# no heading"),
        ("<!here> <#C1|x> <!subteam^S1|@team>", "@all #general @team"),
        ("<mailto:a@example.org|a@example.org>", "[a@example.org](mailto:a@example.org)"),
        ("<javascript:x|click>", "click (javascript:x)"),
        (":smile: :no_such_thing: 10:30:45", "😄 :no_such_thing: 10:30:45"),
    ):
        assert text_of(given, lambda id: names.get(id, ""), {"C1": "general"}).text == wanted
    assert text_of("<!channel> <@U1> <@U1>", lambda id: "", {}).mentions == ["U1", "all"]


def test_shortcodes() -> None:
    """Names of emojis of Slack and Mattermost are known; others are none."""
    for name, wanted in (
        ("+1", "👍"),
        ("thumbsup", "👍"),
        ("white_check_mark", "✅"),
        ("simple_smile", "🙂"),
    ):
        assert emoji_named(name) == wanted
    assert emoji_named("wave::skin-tone-6") == "👋🏿"
    assert emoji_named("shipit-now") is None
    assert with_emojis("no: colons: here") == "no: colons: here"


def test_archive(tmp_path: Path) -> None:
    """No name leads out of an archive, and links are not followed."""
    (tmp_path / "outside.txt").write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "outside.txt")
    (inside / "users.json").write_text("[]")
    archive = Archive(inside)
    assert archive.names() == ["users.json"]
    for name in ("../outside.txt", "/etc/passwd", "link", "..\\outside.txt", ""):
        assert not archive.has(name)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("../outside.txt", "x")
        packed.writestr("/abs.txt", "x")
        packed.writestr("ok/../../x.txt", "x")
        packed.writestr("fine.txt", "x")
    assert Archive(tmp_path / "a.zip").names() == ["fine.txt"]
    assert ImportReport().problems == {}


async def test_files_elsewhere(
    commands: CommandScene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files come from a folder, and from Slack with a token, which no other host gets."""
    folder = commands.directory.parent / "downloaded"
    folder.mkdir()
    (folder / "F0AAAAAAA-notes.txt").write_text("notes")
    files = [
        {"id": "F0AAAAAAA", "name": "notes.txt", "url_private": "https://files.slack.com/F0AAAAAAA"},
        {"id": "F0BBBBBBB", "name": "plan.txt", "url_private": "https://files.slack.com/F0BBBBBBB"},
        {"id": "F0CCCCCCC", "name": "gone.txt", "url_private": "https://files.slack.com/F0CCCCCCC"},
        {"id": "F0DDDDDDD", "name": "trap.txt", "url_private": "https://slack.com.example.org/x"},
    ]
    path = commands.directory.parent / "files.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("users.json", json.dumps(USERS))
        packed.writestr("channels.json", json.dumps(CHANNELS[:1]))
        packed.writestr("general/2023-11-14.json", json.dumps([said(1, files=files)]))
    asked: list[str] = []

    def ask(self: Downloads, url: str, limit: int) -> Fetched:
        asked.append(url)
        found = 200 if "BBBB" in url else 404
        return Fetched(found, Headers({"content-type": ["text/plain"]}), b"the plan", True, url)

    monkeypatch.setattr(Downloads, "_ask", ask)
    token = commands.file("xoxb-secret\n", "token")
    capsys.readouterr()
    options = ("--files", str(folder), "--token-file", str(token), "--json")
    assert commands.run("import", "slack", str(path), *options) == ""
    found = report(capsys)
    assert found["new"]["files"] == 2
    assert found["problems"]["files do not come: Slack answers 404"] == 1
    assert asked == ["https://files.slack.com/F0BBBBBBB", "https://files.slack.com/F0CCCCCCC"]
    working = commands.administration()
    with working.store.snapshot() as connection:
        general = queries.find_by_name(connection, "general")
        assert general is not None
        (shown,) = texts(connection, working.find("bob").id, reading.conversation_key(Scope.GROUP, 0, general.id))
        assert (shown.name, [each.name for each in shown.moreFiles]) == ("notes.txt", ["plan.txt"])
        assert shown.text == "Hello\ntrap.txt" or shown.text.startswith("Hello\n[trap.txt]")
    working.store.engine.dispose()


def test_hosts_of_a_token() -> None:
    """Only Slack's hosts get the token, over TLS only."""
    downloads = Downloads("secret")
    for url in ("https://files.slack.com/x", "https://slack.com/x", "https://a.b.slack-files.com/x"):
        assert downloads.may_fetch(url)
    for url in (
        "http://files.slack.com/x",
        "https://slack.com.example.org/x",
        "https://notslack.com/x",
        "https://files.slack.com@example.org/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "",
    ):
        assert not downloads.may_fetch(url)
    downloads.close()
