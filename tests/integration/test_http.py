"""Writing and hearing over HTTP, by curl and Node: nothing is lost and nothing comes twice, whatever ends when."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import guide
from tests.proof import KILLS_OVER_HTTP, MESSAGES_OVER_HTTP
from tests.support import postgres
from tests.support.daemon import Daemon, wait
from tests.support.streams import parse_events

READER = Path(__file__).with_name("reader.mjs")
SENDERS = 4


class Cleaning:
    """What cleans up after a test."""

    def __init__(self, stack: ExitStack) -> None:
        self.addCleanup = stack.callback


class Scene:
    """Ann and Bob, and a daemon that may be killed."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.daemon = Daemon(directory, **settings)
        self.daemon.prepare()
        self.start()
        self.tokens = {name: self.daemon.token(name) for name in ("ann", "bob", "carl")}
        self.ids = {name: self.call("GET", "/me", name=name)["id"] for name in self.tokens}

    def start(self) -> None:
        self.daemon.fork()
        wait(self.daemon.serves)

    def kill(self) -> None:
        """End it at once, and wait for its workers, who have its ports: they end when they see that it is gone."""
        process = self.daemon.process
        assert process is not None
        children = [Path(f"/proc/{child}") for child in self.daemon.children()]
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait(lambda: not any(child.exists() for child in children))

    def curl(self, method: str, path: str, body: Any = None, name: str = "ann", *options: str) -> tuple[int, str]:
        """@return: the status, 0 if there was no answer; and the body."""
        command = ["curl", "-s", "-m", "20", "-w", "\n%{http_code}", "-X", method, f"{self.daemon.url}/v2{path}"]
        command += ["-H", f"Authorization: Bearer {self.tokens[name]}", *options]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        text, _, status = subprocess.run(command, capture_output=True, text=True, check=False).stdout.rpartition("\n")
        return int(status), text

    def call(self, method: str, path: str, body: Any = None, name: str = "ann", *options: str) -> Any:
        status, text = self.curl(method, path, body, name, *options)
        assert status in (200, 201, 204), (status, text)
        return json.loads(text) if text else None

    def send(self, text: str, key: str) -> Any:
        """Send to Bob, again and again until it is said that it is stored."""
        while True:
            path = f"/conversations/user-{self.ids['bob']}/messages"
            status, found = self.curl("POST", path, {"text": text}, "ann", "-H", f"Idempotency-Key: {key}")
            if status == 201:
                return json.loads(found)
            assert status in (0, 500, 503), (status, found)

    def cursor(self) -> str:
        """@return: Bob's, from now on."""
        return str(self.call("GET", "/events", name="bob")["cursor"])

    def polled(self, cursor: str) -> list[tuple[int, str]]:
        """@return: Bob's messages behind a cursor, by calls that do not wait."""
        found: list[tuple[int, str]] = []
        while True:
            answer = self.call("GET", f"/events?since={cursor}", name="bob")
            if not answer["events"]:
                return found
            found += [(each["id"], each["text"]) for each in answer["events"] if each["kind"] == "message"]
            cursor = answer["cursor"]

    @contextmanager
    def reader(self, cursor: str) -> Iterator[list[tuple[int, str]]]:
        """Let Node read Bob's stream meanwhile. @return: what it has read, at the end."""
        heard: list[tuple[int, str]] = []
        output = self.daemon.directory / "heard"
        with output.open("wb") as file:
            process = subprocess.Popen(["node", READER, self.daemon.url, self.tokens["bob"], cursor], stdout=file)
        try:
            yield heard
            wait(lambda: len(output.read_text().splitlines()) >= len(self.polled(cursor)))
        finally:
            process.kill()
            process.wait()
        for line in output.read_text().splitlines():
            id, _, text = line.partition(" ")
            heard.append((int(id), text))


@pytest.fixture(scope="module", params=["one process", "two workers on PostgreSQL"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Ann and Bob; the database is removed after the test."""
    settings = {}
    cleaning = ExitStack()
    if request.param != "one process":
        settings = {"WORKERS": "2", "DATABASE": postgres.server().make_database(Cleaning(cleaning))}
    made = Scene(tmp_path_factory.mktemp("http") / "daemon", **settings)
    try:
        yield made
        made.daemon.stop_in_order()
    finally:
        made.daemon.kill()
        cleaning.close()


def test_kill_9(scene: Scene) -> None:
    """Senders repeat under their keys what got no answer. At the end each message is there once, for all readers."""
    wanted = [f"message {number}" for number in range(MESSAGES_OVER_HTTP)]
    duplicates: Counter[bool] = Counter()

    def send(text: str) -> None:
        duplicates[scene.send(text, f"key of {text}")["duplicate"]] += 1

    cursor = scene.cursor()
    with scene.reader(cursor) as heard:
        with ThreadPoolExecutor(SENDERS) as senders:
            sending = [senders.submit(send, text) for text in wanted]
            for number in range(KILLS_OVER_HTTP):
                due = (number + 1) * len(wanted) // (KILLS_OVER_HTTP + 1)
                wait(partial(_are_done, sending, due))
                scene.kill()
                scene.start()
            for each in sending:
                each.result()
        polled = scene.polled(cursor)
    assert Counter(text for _, text in polled) == Counter(wanted)
    assert [id for id, _ in polled] == sorted(id for id, _ in polled)
    assert heard == polled, "the stream has lost or doubled something"
    # Whoever comes back much later gets the first answer, and nothing is sent.
    again = scene.send(wanted[0], f"key of {wanted[0]}")
    assert again["duplicate"]
    assert len(scene.polled(cursor)) == len(wanted)


def _are_done(sending: list[Future[None]], count: int) -> bool:
    return sum(each.done() for each in sending) >= count


def test_at_once(scene: Scene) -> None:
    """Many calls with one key at the same time, at all workers, make one message."""
    cursor = scene.cursor()
    with ThreadPoolExecutor(8) as senders:
        told = [each.result() for each in [senders.submit(scene.send, "once", "one key") for _ in range(24)]]
    assert Counter(each["duplicate"] for each in told) == {False: 1, True: 23}
    assert len({each["id"] for each in told}) == 1
    assert [text for _, text in scene.polled(cursor)] == ["once"]


def test_stream_by_curl(scene: Scene) -> None:
    """It hears at once; it ends when its user is disabled, and says so; the token is void then."""
    command = ["curl", "-sN", "-H", "Accept: text/event-stream", "-H", f"Authorization: Bearer {scene.tokens['carl']}"]
    output = scene.daemon.directory / "stream"
    with output.open("wb") as file:
        process = subprocess.Popen([*command, f"{scene.daemon.url}/v2/events?users={scene.ids['ann']}"], stdout=file)
    try:
        wait(lambda: "synced" in output.read_text())
        scene.call("POST", f"/conversations/user-{scene.ids['carl']}/messages", {"text": "hi"})
        scene.call("POST", f"/conversations/user-{scene.ids['carl']}/typing")
        wait(lambda: all(word in output.read_text() for word in ('"text":"hi"', "event: typing")))
        scene.daemon.command("user", "disable", "carl")
        assert process.wait(20) == 0
    finally:
        process.kill()
    events = parse_events(output.read_text())
    assert (events[-1]["name"], events[-1]["data"]["code"]) == ("end", 4001)
    assert scene.curl("GET", "/events", name="carl")[0] == 401


def test_the_page(scene: Scene) -> None:
    """Its commands do what it says, one after the other, with a token in the shell."""
    blocks = guide.blocks(guide.text("http"), "sh")
    environment = scene.daemon.environment | {
        "HICHAT": scene.daemon.url,
        "TOKEN": scene.tokens["ann"],
        "BOB": str(scene.ids["bob"]),
    }
    script = "set -e\n" + "\n".join(block for block in blocks if "$TOKEN" in block)
    # The stream does not end by itself.
    script = script.replace("curl -N", "curl -N -m 2").replace("text/event-stream'", "text/event-stream' || true")
    done = subprocess.run(
        ["bash", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=scene.daemon.directory,
    )
    assert done.returncode == 0, done.stderr
    assert '"code":' not in done.stdout, done.stdout
    assert "retry: 1000" in done.stdout
    # What was uploaded is the file, and nothing around it.
    page = scene.call("GET", f"/conversations/user-{scene.ids['ann']}/messages", name="bob")
    (sent,) = [each for each in page["items"] if each.get("media") == "file"]
    (link,) = scene.call("POST", "/media/links", {"ids": [sent["url"].rpartition("/")[2]]}, "bob")["items"]
    assert (link["name"], link["size"]) == ("report.txt", len("all is well\n"))
