"""Independent programs call hooks of a running daemon with two workers, below a path: curl, Slack's SDK, Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from slack_sdk.webhook import WebhookClient

from tests.support.daemon import Daemon, wait

NODE = """
const [, url] = process.argv;
const answer = await fetch(url, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ text: "from _Node_", username: "node", icon_emoji: ":rocket:" }),
});
console.log(answer.status, await answer.text());
"""


class _Api:
    """Calls of C{/v2} by one user."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self._base}/v2{path}", data, headers, method=method)) as answer:
            return json.loads(answer.read() or b"null")


def _curl(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(["curl", "-sS", *arguments], stdout=subprocess.PIPE, text=True)


def _said(program: subprocess.Popen[str]) -> str:
    out, _ = program.communicate(timeout=30)
    return out


def test_independent_programs(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "daemon", WORKERS="2", LOG_LEVEL="debug")
    base = f"{daemon.url}/chat"
    daemon.environment["HICHAT_PUBLIC_URL"] = base
    daemon.prepare()
    try:
        daemon.fork()
        wait(daemon.serves)
        with daemon.administration() as administration:
            administration.add("ann", "correct horse")
            ann = _Api(base, administration.token("ann", "token"))
        group = ann("POST", "/groups", {"name": "ops"})["id"]
        made = ann("POST", f"/groups/{group}/hooks", {"name": "CI"})
        url = made["url"]
        assert url.startswith(f"{base}/hooks/")

        assert _said(_curl("-d", '{"text": "from *curl*"}', url)) == "ok"
        # A form as Slack's first hooks had, also as the parts of a body.
        assert _said(_curl("--data-urlencode", 'payload={"text": "a & b"}', url)) == "ok"
        assert _said(_curl("-F", 'payload={"text": "in parts"}', url)) == "ok"
        assert _said(_curl("-d", "[]", "-H", "Content-Type: application/json", url)).startswith("invalid_payload:")
        # Both workers are told the same at once: it is written once.
        same = [_curl("-d", '{"text": "once"}', "-H", "Idempotency-Key: k", url) for _ in range(8)]
        assert [_said(each) for each in same] == ["ok"] * 8

        slack = WebhookClient(url)
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Slack's* SDK"}}]
        answer = slack.send(text="not shown", blocks=blocks)
        assert (answer.status_code, answer.body) == (200, "ok")
        answer = slack.send(attachments=[{"color": "good", "title": "Build", "text": "done"}])
        assert (answer.status_code, answer.body) == (200, "ok")
        answer = slack.send(text="")
        assert (answer.status_code, answer.body.partition(":")[0]) == (400, "no_text")
        answer = WebhookClient(f"{base}/hooks/wrong").send(text="x")
        assert (answer.status_code, answer.body.partition(":")[0]) == (404, "no_service")

        node = ["node", "--input-type=module", "-e", NODE, url]
        assert subprocess.run(node, capture_output=True, text=True, timeout=30, check=True).stdout.strip() == "200 ok"

        found = ann("GET", f"/conversations/group-{group}/messages?limit=50")["items"]
        shown = [(each["text"], each["alias"]) for each in sorted(found, key=lambda each: each["id"])]
        ci = {"name": "CI"}
        assert shown == [
            ("from **curl**", ci),
            ("a & b", ci),
            ("in parts", ci),
            ("once", ci),
            ("**Slack's** SDK", ci),
            ("> 🟢 **Build**\n> done", ci),
            ("from _Node_", {"name": "node", "avatar": "🚀"}),
        ]
        rolled = ann("POST", f"/groups/{group}/hooks/{made['id']}/roll")["url"]
        assert _said(_curl("-d", '{"text": "x"}', url)).startswith("no_service:")
        assert _said(_curl("-d", '{"text": "x"}', rolled)) == "ok"
        daemon.stop_in_order()
        log = daemon.log.read_text()
        assert "POST /hooks/... 200" in log
        assert not any(each.rpartition("/")[2] in log for each in (url, rolled))
    finally:
        daemon.kill()
