"""An import beside a real daemon: who is connected hears of one's own memberships only, and no death of it matters."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from hichat.log import reading
from tests.integration.system import V2System
from tests.support.daemon import until
from tests.support.postgres import server
from tests.support.scene import fixture_of

COUNT = 1500
THEN = 1_600_000_000_000


class MovingIn(V2System):
    """People who move in from another server."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    def export(self, people: list[str]) -> Path:
        """@return: an export in which these people are."""
        path = self.daemon.directory / "export.jsonl"
        lines = [*self._lines(people)]
        end = {"type": "end", "lines": len(lines)}
        path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, end]), encoding="utf-8")
        return path

    def _lines(self, people: list[str]) -> Iterator[dict[str, Any]]:
        yield {"type": "hichat", "version": 1, "source": "hichat:there", "made": THEN}
        for name in people:
            yield {"type": "person", "id": name, "name": name, "created": THEN}
        yield {"type": "group", "id": "g", "name": "From there", "created": THEN, "owner": people[0]}
        for name in people:
            yield {"type": "event", "group": "g", "kind": "joined", "time": THEN, "from": name, "member": name}
        for number in range(COUNT):
            at = {"id": f"m{number}", "from": people[number % 2], "time": THEN + 1000 * number}
            yield {"type": "message", "group": "g", **at, "text": f"message {number}"}
        yield {"type": "message", "people": people, "id": "p", "from": people[1], "time": THEN, "text": "between us"}


class MovingInOnPostgreSQL(MovingIn):
    """The same on PostgreSQL."""

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}


moving_in = fixture_of(MovingIn, MovingInOnPostgreSQL)


async def test_beside_a_daemon(moving_in: MovingIn) -> None:
    """
    An import that is killed goes on where it was. Connected clients, and those that catch up, get no imported message;
    what is written afterwards reaches them, and the history has all of it, read.
    """
    scene = moving_in
    ann, bob = await scene.people("ann", "bob")
    names = [scene.named("ann"), scene.named("bob")]
    path = scene.export(names)
    mapped = scene.daemon.directory / "map.csv"
    mapped.write_text("person,name\n" + "".join(f"{name},{name}\n" for name in names), encoding="utf-8")
    at_ann = await scene.enter(ann)
    words = ("import", "hichat", str(path), "--people", str(mapped), "--json")
    kill_in_the_middle(scene, words)
    report = json.loads(scene.daemon.command(*words))
    assert 0 < report["new"]["messages"] < COUNT
    assert report["new"]["messages"] + report["known"]["messages"] == COUNT + 1
    # Both are behind it in the log.
    at_bob = await scene.enter(bob)
    await at_bob.ask("ack", "send", counter=1, user=ann[0], text="after it")
    await until(lambda: any(event["kind"] == "message" for event in at_ann.said["event"]), 30)
    heard = at_ann.events()
    assert [(event["kind"], event.get("text")) for event in heard] == [("joined", None), ("message", "after it")]
    assert heard[0]["time"] == THEN
    group = heard[0]["group"]
    answer = await at_bob.ask("history", "history", group=group, limit=2)
    assert [message["text"] for message in answer["messages"]] == [f"message {COUNT - 2}", f"message {COUNT - 1}"]
    assert answer["messages"][-1]["time"] == THEN + 1000 * (COUNT - 1)
    answer = await at_bob.ask("history", "history", user=ann[0], limit=5)
    assert [(each["text"], each["n"]) for each in answer["messages"]] == [("between us", 1), ("after it", 2)]
    # A phone that was away.
    late = await scene.enter(ann, "phone", since=0)
    assert [event["kind"] for event in late.events() if event["kind"] in ("joined", "message")] == ["joined", "message"]
    assert "flaw" not in scene.daemon.command("check", "--deep")


def kill_in_the_middle(scene: MovingIn, words: tuple[str, ...]) -> None:
    """Run C{hichat}, and kill it as soon as the log has some of what it writes."""
    main = "from hichat.cli import main; main()"
    environment = scene.daemon.environment
    with scene.daemon.administration() as working:
        started = (sys.executable, "-c", main, *words)
        with subprocess.Popen(
            started, env=environment, cwd=scene.daemon.directory, stdout=subprocess.DEVNULL
        ) as running:
            while running.poll() is None:
                with working.store.snapshot() as connection:
                    if reading.head(connection) > COUNT // 4:
                        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
