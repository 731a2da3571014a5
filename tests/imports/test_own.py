"""Tests for C{hichat export} and C{hichat import hichat}, in this process."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hichat.admin.administration import now
from hichat.conversations import catchup, history, marks
from hichat.core.drafts import Draft
from hichat.core.errors import NotYours, TooLate
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope, is_imported, time_of
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.keeping.sweeping import ONE_DAY, SweepTime, Swept, sweep_imported
from hichat.log import reading
from hichat.log.imported import last_before
from hichat.log.soundness import head_flaws, index_flaws, log_flaws
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage.tables import events, imported_ids
from hichat.wire import view
from hichat.wire.frames import Send
from hichat.wire.stored import message_body
from tests.support.command_scene import CommandScene, CommandSceneOnPostgreSQL
from tests.support.importing import report
from tests.support.scene import fixture_of

commands = fixture_of(CommandScene, CommandSceneOnPostgreSQL)

THEN = 1_600_000_000_000
PEOPLE = ("ann", "bob", "cat", "dan")


def lines() -> list[dict[str, Any]]:
    """An export with all that there can be in one, but for files."""
    found: list[dict[str, Any]] = [{"type": "hichat", "version": 1, "source": "hichat:there", "made": THEN + 10**9}]
    found += [
        {"type": "person", "id": each, "name": each, "created": THEN, "displayName": f"{each} of there"}
        for each in PEOPLE
    ]
    found[2] |= {"email": "bob@example.org", "verified": True, "bio": "Builds it"}
    found[4] |= {"disabled": True}
    found.append({"type": "person", "id": "old", "created": THEN, "deleted": True})
    found.append(
        {"type": "group", "id": "g", "name": "Kitchen", "created": THEN, "owner": "bob", "admins": ["ann"]}
        | {"description": "What there is to eat", "policy": "approval"}
    )
    found.append({"type": "group", "id": "h", "name": "Empty", "created": THEN, "owner": "ann", "policy": "open"})

    def event(kind: str, member: str, at: int) -> dict[str, Any]:
        return {"type": "event", "group": "g", "kind": kind, "from": "ann", "member": member, "time": THEN + at}

    def said(id: str, by: str, at: int, **more: Any) -> dict[str, Any]:
        place = {"people": ["ann", "bob"]} if id.startswith("p") else {"group": "g"}
        return {"type": "message", "id": id, "from": by, "time": THEN + at, **place, **more}

    edits = [{"time": THEN + 6, "text": "Pepper?"}, {"time": THEN + 7, "text": "Neither?", "mentions": ["ann"]}]
    reactions = [{"emoji": emoji, "from": by, "time": THEN + 9} for emoji, by in (("👍", "ann"), ("🎉", "cat"))]
    found += [
        event("joined", "ann", 1),
        event("joined", "bob", 2),
        said("m1", "ann", 3, text="Soup"),
        event("joined", "cat", 4),
        said("m2", "bob", 5, text="*Salt*?", format="markdown", replyTo="m1", mentions=["ann", "all"], edits=edits),
        said("m3", "old", 8, text="I was here", reactions=reactions),
        said("m4", "cat", 10, text="Tea", pinned={"by": "ann", "time": THEN + 11}),
        event("changed", "", 12) | {"changed": {"name": "Kitchen"}},
        event("left", "cat", 13),
        said("m5", "bob", 14, recalled={"by": "ann", "time": THEN + 15}),
        said("m6", "bob", 16, text="After cat"),
        said("p1", "bob", 17, text="Only you"),
        said("p2", "ann", 18, text="I know", replyTo="p1"),
    ]
    return [*found, {"type": "end", "lines": len(found)}]


def put(commands: CommandScene, found: list[dict[str, Any]], name: str = "export.jsonl") -> Path:
    """@return: a file of these lines."""
    return commands.file("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), name)


def brought_in(commands: CommandScene, capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> dict[str, Any]:
    """Import a file. @return: the report."""
    capsys.readouterr()
    assert commands.run("import", "hichat", str(path), "--json", *options) == ""
    return report(capsys)


def without_ids(path: Path) -> list[dict[str, Any]]:
    """@return: the lines of an export, with each id replaced by the place of its first mention."""
    known: dict[str, str] = {}

    def stable(name: str, value: Any) -> Any:
        if name in ("id", "from", "by", "member", "owner", "group", "replyTo", "forwardedFrom"):
            return known.setdefault(f"{value}", f"#{len(known)}")
        if name in ("admins", "people", "mentions"):
            return [each if each == "all" else known.setdefault(each, f"#{len(known)}") for each in value]
        if isinstance(value, list):
            return [stable("", each) for each in value]
        if isinstance(value, dict):
            return {key: stable(key, each) for key, each in value.items()}
        return value

    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [stable("", {key: value for key, value in line.items() if key not in ("source", "made")}) for line in found]


async def test_all_of_it(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes with its times, authors, memberships, answers, edits, reactions and pins, and the log is whole."""
    path = put(commands, lines())
    found = brought_in(commands, capsys, path)
    assert found["new"]["people"] == 5
    assert found["new"]["messages"] == 8
    assert found["problems"] == {}
    working = commands.administration()
    ann, bob, cat, dan = (working.find(name) for name in PEOPLE)
    assert (dan.disabled, cat.disabled, bob.display_name, bob.email) == (True, False, "bob of there", "bob@example.org")
    with working.store.snapshot() as connection:
        group = queries.find_by_name(connection, "Kitchen")
        assert group is not None
        assert (group.owner_id, group.size, group.created_at, group.join_policy) == (bob.id, 2, THEN, "approval")
        key = reading.conversation_key(Scope.GROUP, 0, group.id)
        seen = history.history(connection, ann.id, key, None, None, 50, 10**6).messages
        shown = [view.folded(each) for each in seen]
        assert [each.time - THEN for each in shown] == [3, 5, 8, 10, 14, 16]
        assert [each.text for each in shown] == ["Soup", "Neither?", "I was here", "Tea", "", "After cat"]
        assert shown[1].edited == THEN + 7
        assert shown[1].replyTo == shown[0].id
        assert [(each.emoji, each.users) for each in shown[2].reactions] == [("👍", [ann.id]), ("🎉", [cat.id])]
        assert shown[4].recalled is True
        # Who came later and left sees what was written meanwhile.
        seen = history.history(connection, cat.id, key, None, None, 50, 10**6).messages
        assert [view.folded(each).time - THEN for each in seen] == [5, 8, 10]
        pair = reading.conversation_key(Scope.USER, ann.id, bob.id)
        assert len(history.history(connection, bob.id, pair, None, None, 50, 10**6).messages) == 2
        for user in (ann, bob):
            assert marks.standing(connection, user.id, key).unread == 0
            assert marks.standing(connection, user.id, pair).unread == 0
        assert [*head_flaws(working.store)] == []
    assert [*log_flaws(working.store, lambda _: None), *index_flaws(working.store, lambda _: None)] == []
    working.store.engine.dispose()


async def test_out_and_in_again(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """What another server's import of an export writes out again is the same, but for the ids."""
    first, second = commands.directory.parent / "first", commands.directory.parent / "second.zip"
    brought_in(commands, capsys, put(commands, lines()))
    assert commands.run("export", str(first)) == ""
    commands.set_environment("HICHAT_STATE_DIR", str(commands.directory.parent / "other"))
    commands.set_environment("HICHAT_DATABASE", f"sqlite:///{commands.directory.parent}/other/hichat.db")
    brought_in(commands, capsys, first)
    assert commands.run("export", str(second)) == ""
    with zipfile.ZipFile(second) as packed:
        packed.extract("export.jsonl", commands.directory.parent)
    one = without_ids(first / "export.jsonl")
    assert one == without_ids(commands.directory.parent / "export.jsonl")
    # Its keeper has joined the group in which nobody was.
    assert len(one) == len(lines()) + 1


async def test_again(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """A second import brings what is new, and what has changed; what people have done here since stays."""
    found = lines()
    brought_in(commands, capsys, put(commands, found))
    again = brought_in(commands, capsys, put(commands, found))
    assert not any(again["new"].values())
    assert again["known"]["messages"] == 8
    by_id = {line["id"]: line for line in found if line["type"] == "message"}
    by_id["m1"]["edits"] = [{"time": THEN + 20, "text": "Stew"}]
    by_id["m3"]["reactions"] = [{"emoji": "👍", "from": "ann", "time": THEN + 9}, {"emoji": "😀", "from": "bob"}]
    by_id["m6"]["recalled"] = {"by": "bob", "time": THEN + 21}
    del by_id["m6"]["text"]
    new = {
        "type": "message",
        "id": "m7",
        "group": "g",
        "from": "ann",
        "time": THEN + 22,
        "text": "New",
        "replyTo": "m1",
    }
    third = brought_in(
        commands, capsys, put(commands, [*found[:-3], new, *found[-3:-1], {"type": "end", "lines": len(found)}])
    )
    assert third["new"]["messages"] == 1
    working = commands.administration()
    with working.store.snapshot() as connection:
        group = queries.find_by_name(connection, "Kitchen")
        assert group is not None
        ann = working.find("ann")
        key = reading.conversation_key(Scope.GROUP, 0, group.id)
        seen = history.history(connection, ann.id, key, None, None, 50, 10**6).messages
        shown = [view.folded(each) for each in seen]
        assert [each.text for each in shown] == ["Stew", "Neither?", "I was here", "Tea", "", "", "New"]
        assert [each.emoji for each in shown[2].reactions] == ["👍", "😀"]
        assert shown[-1].replyTo == shown[0].id
        assert marks.standing(connection, ann.id, key).unread == 0
    working.store.engine.dispose()


async def test_cut_off(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """An import that ends anywhere goes on there when it is run again, and nothing comes twice."""
    found = lines()
    for end in range(7, len(found)):
        commands.run("import", "hichat", str(put(commands, found[:end])), "--json")
    whole = brought_in(commands, capsys, put(commands, found))
    assert whole["unreadable"] == []
    out = commands.directory.parent / "out"
    assert commands.run("export", str(out)) == ""
    assert sum(line["type"] == "message" for line in without_ids(out / "export.jsonl")) == 8


def losses() -> list[dict[str, Any]]:
    """An export with what cannot come: each once, but for the two messages without text."""
    found = lines()[:-1]
    found[1] |= {"role": "owner", "phone": "\u202e"}
    found[3] |= {"displayName": found[2]["displayName"], "email": "none", "verified": True}

    def said(id: str, at: int, **more: Any) -> dict[str, Any]:
        return {"type": "message", "id": id, "from": "ann", "time": THEN + at, "group": "g", **more}

    def event(kind: str, member: str, at: int) -> dict[str, Any]:
        return {"type": "event", "group": "g", "kind": kind, "from": "ann", "member": member, "time": THEN + at}

    edits = [{"time": THEN + 21, "text": each} for each in ("", "x" * 9000, "short")]
    reactions = [{"emoji": each, "from": by} for each, by in (("our own", "ann"), ("👍", "nobody"), ("👍", "bob"))]
    found += [
        said("l1", 20, text="y" * 9000, edits=edits, reactions=reactions, replyTo="nothing"),
        said("l2", 22, replyTo="l1"),
        said("l3", 23, text="who?") | {"from": "nobody"},
        event("joined", "nobody", 24),
        event("joined", "cat", 25),
        event("joined", "cat", 26),
        event("banned", "cat", 27),
        said("l4", 28, text="Salt", replyTo="l2"),
    ]
    return [*found, {"type": "end", "lines": len(found)}]


LOST = {
    "people come as members, without the role that they have there; --roles gives it to them": 1,
    "fields of profiles do not come: they are not allowed here": 2,
    "people are shown by their names: another is shown as they were": 1,
    "addresses are not taken as verified: somebody has them, or they are none": 1,
    "edits do not come: they leave no text": 1,
    "edits do not come: their texts are longer than that of a message; the first text stays": 1,
    "reactions do not come: they are no emoji here": 1,
    "reactions do not come: the export does not have the people": 1,
    "messages come without what they answer: that is not in the export": 2,
    "messages do not come: invalid field: text": 1,
    "messages do not come: the export does not have their authors": 1,
    "memberships do not come: the export does not have the people": 1,
    "bans do not come: who was banned is out of the group, and may come back": 1,
}
"""What the report says of L{losses}."""


async def test_dry_run(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run writes nothing, counts the same, and says of the same things that they cannot come."""
    path = put(commands, losses())
    dry = brought_in(commands, capsys, path, "--dry-run")
    working = commands.administration()
    with working.store.snapshot() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) == 0
        assert connection.scalar(select(func.count()).select_from(imported_ids)) == 0
    assert working.everyone() == []
    working.store.engine.dispose()
    real = brought_in(commands, capsys, path)
    assert dry["new"] == real["new"]
    assert dry["problems"] == real["problems"] == LOST


async def test_nobody_is_told(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """A client that catches up hears of its own memberships, and of nothing else that was imported."""
    brought_in(commands, capsys, put(commands, lines()))
    working = commands.administration()
    bob = working.find("bob")
    with working.store.snapshot() as connection:
        head = reading.head(connection)
        missed = catchup.page(connection, bob.id, 0, head, 3, 10**6)
        assert [(event.kind, event.subject) for event in missed.events] == [(Kind.JOINED, bob.id)]
        assert catchup.page(connection, bob.id, missed.position, head, 3, 10**6) == catchup.Missed([], head)
        assert all(map(is_imported, reading.after(connection, 0, 100)))
        assert [time_of(event) for event in reading.after(connection, 0, 2)] == [THEN + 1, THEN + 2]
    working.store.engine.dispose()


async def test_names(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Whose name is taken gets another one, or the account that the operator's file says; who has a verified address gets
    the account with it.
    """
    for name in ("ann", "robert", "kate"):
        working = commands.administration()
        working.add(name, "correct horse battery")
        working.store.engine.dispose()
    mapped = commands.file("person,name\ncat,kate\n", "map.csv")
    found = brought_in(commands, capsys, put(commands, lines()), "--people", str(mapped))
    assert found["new"]["people"] == 4
    assert any("another name" in problem for problem in found["problems"])
    working = commands.administration()
    assert working.find("ann-hichat").display_name == "ann of there"
    assert working.find("kate").display_name == "kate"
    assert not working.has("cat")
    with working.store.snapshot() as connection:
        group = queries.find_by_name(connection, "Kitchen")
        assert group is not None
        assert catchup.intervals(connection, working.find("kate").id, group.id)[0][1] < MAX_SAFE_INTEGER
    working.store.engine.dispose()


@pytest.mark.parametrize("wrong", ["{", '{"type":"message","id":"x"}', "[]", '{"type":"person","id":7}', "\x00\xff"])
async def test_broken_lines(commands: CommandScene, capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """A line that cannot be read is named, and the others come."""
    text = [json.dumps(line) for line in lines()]
    text.insert(12, wrong)
    capsys.readouterr()
    code = commands.run("import", "hichat", str(commands.file("\n".join(text), "broken.jsonl")), "--json")
    assert code == "1"
    found = report(capsys)
    assert found["unreadable"][0].startswith("broken.jsonl: line 13: ")
    assert found["new"]["messages"] == 8


async def test_no_export(commands: CommandScene) -> None:
    """What is no export, or no whole ZIP, is refused at once."""
    for name, text in (("a.jsonl", "hello"), ("b.jsonl", '{"type":"hichat","version":99,"source":"x","made":1}')):
        why = commands.run("import", "hichat", str(commands.file(text, name)))
        assert "export" in why
    assert "no whole ZIP" in commands.run("import", "hichat", str(commands.file("PK nothing", "c.zip")))
    assert "no such file" in commands.run("import", "hichat", "nowhere.zip")


async def test_other_writers(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Beside a daemon's writer the numbers have no gap. What somebody had not read stays unread, and what comes in does
    not count.
    """
    found = lines()
    brought_in(commands, capsys, put(commands, found))
    working = commands.administration()
    writer = LogWriter(working.store, now)
    ann, bob = working.find("ann"), working.find("bob")
    with working.store.snapshot() as connection:
        group = queries.find_by_name(connection, "Kitchen")
    assert group is not None

    def write(text: str) -> None:
        body = message_body(Send(text=text), bob.id, Scope.GROUP, group.id)
        (outcome,) = writer.write([Draft(Kind.MESSAGE, Scope.GROUP, bob.id, group.id, body, None)])  # type: ignore[arg-type]
        assert isinstance(outcome, Event), outcome

    key = reading.conversation_key(Scope.GROUP, 0, group.id)
    write("one")
    write("two")
    new = {"type": "message", "id": "m8", "group": "g", "from": "bob", "time": THEN + 30, "text": "Later"}
    brought_in(commands, capsys, put(commands, [*found[:-3], new, *found[-3:-1], {"type": "end", "lines": len(found)}]))
    with working.store.snapshot() as connection:
        assert marks.standing(connection, ann.id, key).unread == 2
    write("three")
    with working.store.snapshot() as connection:
        assert marks.standing(connection, ann.id, key).unread == 3
    # Who writes late cannot edit it: it is old.
    with working.store.snapshot() as connection:
        first = history.history(connection, bob.id, key, None, None, 50, 10**6).messages[0].message
    edit = Draft(Kind.EDITED, Scope.GROUP, bob.id, 0, b'{"text":"x"}', None, subject=first.position)  # type: ignore[arg-type]
    assert isinstance(writer.write([edit])[0], NotYours | TooLate)
    assert [*log_flaws(working.store, lambda _: None), *index_flaws(working.store, lambda _: None)] == []
    working.store.engine.dispose()


async def test_too_old(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """What is too old by its own time does not come; what becomes too old is blanked then, and says why."""
    commands.set_environment("HICHAT_RETENTION", "30")
    recent = now() - 10 * ONE_DAY
    found = lines()
    for line in found:
        if line.get("id") in ("m2", "m6", "p2"):
            line["time"] = recent
            line.pop("edits", None)
    report = brought_in(commands, capsys, put(commands, found))
    assert report["new"]["messages"] == 3
    working = commands.administration()
    later = SweepTime(recent + 31 * ONE_DAY, 30)
    with working.store.transaction() as connection:
        assert sweep_imported(connection, SweepTime(now(), 30), 100) == Swept(0, False)
        assert sweep_imported(connection, later, 100).blanked == 3
        assert sweep_imported(connection, later, 100) == Swept(0, False)
    with working.store.snapshot() as connection:
        group = queries.find_by_name(connection, "Kitchen")
        assert group is not None
        key = reading.conversation_key(Scope.GROUP, 0, group.id)
        seen = history.history(connection, working.find("ann").id, key, None, None, 50, 10**6).messages
        assert [(each.message.body, each.expired) for each in seen] == [(b"", True)] * 2
    working.store.engine.dispose()


async def test_search(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """Search finds what was imported by its own time; a day leads to it."""
    brought_in(commands, capsys, put(commands, lines()))
    working = commands.administration()
    with working.store.snapshot() as connection:
        found = reading.after(connection, 0, 100)
        tea = next(event for event in found if b"Tea" in event.body)
        assert last_before(connection, tea.conversation, THEN + 11) == tea.position
        assert last_before(connection, tea.conversation, THEN) == 0
    working.store.engine.dispose()
