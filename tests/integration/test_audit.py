"""The audit log of a running daemon: over v1, v2, a browser's session, a WebSocket and the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import Any
from unittest import SkipTest

import pytest
import treq
from twisted.internet.task import deferLater

from hichat.admin.audit import as_json, read_entries
from hichat.admin.trace import trace_message
from hichat.audit.entries import Entry, Wanted
from tests import proof
from tests.integration.system import PASSWORD, V2System
from tests.support.daemon import ROOT, STOPPED, Daemon, reactor, until
from tests.support.postgres import server
from tests.support.scene import fixture_of

FILTER = ROOT / "hichat" / "docs" / "fail2ban.conf"


class Audited(V2System):
    """
    A daemon, and what its audit log has.

    @ivar seen: how many entries were looked at.
    """

    seen = 0

    async def ask(self, method: str, path: str, token: str = "", **body: object) -> tuple[int, Any]:
        """@return: the status, and the answer's JSON."""
        headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token}"} if token else {}
        response = await treq.request(
            method, self.daemon.url + path, json=body or None, headers=headers, persistent=False
        )
        text = await response.content()
        return response.code, json.loads(text) if text else None

    def audit(self, *options: str) -> list[dict[str, Any]]:
        """@return: the entries, as the command prints them."""
        return [json.loads(line) for line in self.daemon.command("audit", "--json", *options).splitlines()]

    async def found(self, *acts: str) -> list[dict[str, Any]]:
        """Wait for the next entries, which must be of these acts; @return: them, as the command prints them."""
        with self.daemon.administration() as administration:

            def next_ones() -> list[tuple[Entry, Mapping[int, str]]]:
                return list(read_entries(administration.store, Wanted()))[self.seen :]

            await until(lambda: len(next_ones()) >= len(acts))
            found = next_ones()
        self.seen += len(found)
        # A command is not ordered with what the daemon does.
        assert Counter(entry.act for entry, _ in found) == Counter(acts)
        return [json.loads(as_json(*each)) for each in found]


class AuditedWorkers(Audited):
    settings = {"WORKERS": "2", "LOG_FORMAT": "json"}  # noqa: RUF012

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}


audited = fixture_of(*proof.scenes(Audited, AuditedWorkers))


async def test_who_did_what(audited: Audited) -> None:
    """Each act has who, whose, with which device, from where, and the outcome; no text, no name, no password."""
    (ann_id, _), (bob_id, bob_token) = await audited.people("ann", "bob")
    await audited.found("register", "token", "register", "token")
    status, ann = await audited.ask("POST", "/v2/login", name="ann", password=PASSWORD, device="phone")
    token, device = ann["accessToken"], ann["device"]
    new, log_in = await audited.found("new_device", "log_in")
    from_here = {"outcome": "ok", "actor": ann_id, "actorName": "ann", "address": "127.0.0.1", "via": "v2", "count": 1}
    on_ann = from_here | {"whose": ann_id, "whoseName": "ann", "device": device}
    assert {**log_in, "at": 0} == {**on_ann, "act": "log_in", "at": 0}
    assert {**new, "at": 0} == {**on_ann, "act": "new_device", "at": 0}

    for name, whose in (("ann", {"whose": ann_id, "whoseName": "ann"}), ("secret typed as name", {})):
        await audited.ask("POST", "/v2/login", name=name, password="wrong", device="phone")
        (entry,) = await audited.found("log_in")
        wanted = {
            "act": "log_in",
            "outcome": "wrong_password",
            "address": "127.0.0.1",
            "via": "v2",
            "count": 1,
            **whose,
        }
        assert {**entry, "at": 0} == {**wanted, "at": 0}

    _, group = await audited.ask("POST", "/v2/groups", token, name="team")
    path = f"/v2/groups/{group['id']}"
    await audited.call((bob_id, bob_token), "relation/join_group", userId=bob_id, comId="team")
    bob = await audited.enter((bob_id, bob_token))
    await audited.found("new_device")
    said = await bob.ask("ack", "send", group=group["id"], text="geheim")
    peer = await audited.enter((ann_id, token), "phone")
    await peer.ask("ack", "recall", message=said["id"])
    on_bob = from_here | {"whose": bob_id, "whoseName": "bob", "group": group["id"], "device": device}
    (entry,) = await audited.found("recall_message")
    assert (entry["actor"], entry["whose"], entry["detail"]) == (ann_id, bob_id, {"message": said["id"]})
    for method, where, body, act, detail in (
        ("PUT", f"/members/{bob_id}/role", {"role": "admin"}, "set_role", {"role": "admin"}),
        ("PUT", f"/bans/{bob_id}", {}, "ban", None),
    ):
        assert (await audited.ask(method, path + where, token, **body))[0] < 300
        (entry,) = await audited.found(act)
        assert {**entry, "at": 0} == {**on_bob, "act": act, "at": 0} | ({"detail": detail} if detail else {})
    status, _ = await audited.ask("DELETE", f"{path}/bans/{ann_id}", audited.daemon.issue("bob"))
    (entry,) = [entry for entry in await audited.found("token", "unban") if entry["act"] == "unban"]
    assert (status, entry["outcome"], entry["actor"], entry["whose"]) == (403, "not_a_member", bob_id, ann_id)

    await audited.ask("POST", "/v2/me/password", token, old="wrong", new="battery staple")
    _, ann = await audited.ask("POST", "/v2/me/password", token, old=PASSWORD, new="battery staple")
    wrong, right = await audited.found("change_password", "change_password")
    assert (wrong["outcome"], right["outcome"]) == ("wrong_password", "ok")
    assert right["detail"] == {"old": "set", "new": "set"}
    await audited.ask("POST", "/v2/refresh", refreshToken=ann["refreshToken"])
    _, newest = await audited.ask("POST", "/v2/refresh", refreshToken=ann["refreshToken"])
    await audited.ask("POST", "/v2/refresh", refreshToken=newest["refreshToken"])
    assert (await audited.ask("POST", "/v2/refresh", refreshToken=ann["refreshToken"]))[0] == 401
    (entry,) = await audited.found("refresh_reused")
    assert (entry["whose"], entry["device"], entry["outcome"]) == (ann_id, device, "unauthorized")

    _, browser = await audited.ask("POST", "/session", name="ann", password="battery staple")
    new, _ = await audited.found("new_device", "log_in")
    await audited.ask("DELETE", "/session", browser["accessToken"])
    assert (await audited.found("log_out"))[0]["device"] == new["device"]
    await audited.daemon.post("/v1/user/login_pw", name="bob", password="wrong")
    (entry,) = await audited.found("log_in")
    assert (entry["via"], entry["whose"], entry["outcome"]) == ("v1", bob_id, "wrong_password")

    audited.daemon.command("user", "disable", "bob")
    (entry,) = await audited.found("user disable")
    assert (entry["via"], entry["whoseName"], "actor" in entry) == ("command", "bob", False)
    assert entry["address"]
    audited.daemon.command("device", "revoke", "ann", "phone")
    assert (await audited.found("device revoke"))[0]["device"] == device
    audited.daemon.command("keys", "export")
    await audited.found("keys export")

    everything = audited.audit()
    assert len(everything) == audited.seen
    assert {"ann", "bob"} >= {entry.get("whoseName", "ann") for entry in everything}
    assert all(bob_id in (entry.get("actor"), entry.get("whose")) for entry in audited.audit("--user", "bob"))
    assert audited.audit("--since", "1h") == everything
    assert audited.audit("--since", "2999-01-01") == []
    assert {entry["act"] for entry in audited.audit("--act", "ban")} == {"ban"}
    text = audited.daemon.command("audit", "--user", "bob")
    assert "\tban\tby ann\ton bob\t" in text
    log = audited.daemon.log.read_text()
    for secret in ("secret typed", "geheim", PASSWORD, "battery staple"):
        assert secret not in text + log + json.dumps(everything), secret


async def test_who_hangs_up(audited: Audited) -> None:
    """What is tried or done is noted, whether the client waits for the answer or not."""
    await audited.people("ann")
    await audited.found("register", "token")
    body = json.dumps({"name": "ann", "password": "wrong", "device": "phone"}).encode()
    head = b"POST /v2/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", audited.daemon.port)) as client:
            client.sendall(head % len(body) + body)
            await deferLater(reactor, 0.02)
    await until(lambda: sum(each.get("count", 0) for each in audited.audit("--act", "log_in")) >= 1)
    (entry, *_) = audited.audit("--act", "log_in")
    assert entry["outcome"] in ("unknown", "wrong_password")


async def test_fail2ban(audited: Audited) -> None:
    """The filter finds refused log-ins in the daemon's real log, and nothing else; nobody can forge one."""
    program = shutil.which("fail2ban-regex")
    if program is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("no fail2ban-regex: apt-get install fail2ban")
        raise SkipTest("no fail2ban-regex on this machine: apt-get install fail2ban")
    await audited.people("ann")
    await audited.found("register", "token")
    await audited.ask("POST", "/v2/login", name="ann", password=PASSWORD, device="phone")
    await audited.ask("POST", "/v2/login", name="ann", password="wrong", device="phone")
    await audited.daemon.post("/v1/user/login_pw", name="nobody", password="wrong")
    await audited.found("new_device", "log_in", "log_in", "log_in")
    lines = [line for line in audited.daemon.log.read_text().splitlines() if "hichat.audit" in line]
    refused = next(line for line in lines if "wrong_password" in line)
    forged = refused.replace("127.0.0.1", "9.9.9.9")
    with audited.daemon.log.open("a") as log:
        log.write(f"2026-11-30T08:12:18+0000 [hichat.web#warn] GET /{forged}\n")
        log.write(json.dumps({"time": "2026-11-30T08:12:18+00:00", "level": "warn", "message": forged}) + "\n")
    done = subprocess.run(
        [program, "--out", "ip", str(audited.daemon.log), str(FILTER)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["127.0.0.1"] * 2, done.stdout


@pytest.mark.parametrize("wrong", ["yesterday", "12x", "-1h", "99999999999d"])
def test_a_wrong_time(daemon: Daemon, wrong: str) -> None:
    """It is said what a time looks like."""
    done = daemon.hichat("audit", f"--since={wrong}")
    assert done.returncode == 2
    assert "neither a time such as 2026-11-30T08:00 nor a duration such as 12h" in done.stderr


async def test_why_it_did_not_arrive(audited: Audited) -> None:
    """Who was connected when a message was stored, who has it, and what was refused; on v1 and v2."""
    ann, bob, cat = await audited.people("ann", "bob", "cat")
    group = await audited.group(ann, bob, cat)
    one = await audited.enter(ann, "laptop")
    two = await audited.enter(bob, "phone")
    (old,) = await audited.online(cat)
    sent = await one.ask("ack", "send", counter=5, group=group, text="geheim")
    event = await two.take("event")
    two.tell("read", group=group, id=event["id"])
    await one.take("receipt")
    await old.leave()
    await one.ask("error", "send", user=99_999, text="geheim")
    # A token that is void comes again, over v2 and v1; another one is invented.
    (eve,) = await audited.people("eve")
    void = eve[1]
    await audited.ask("POST", "/v2/logout", void)
    for token in void, f"{void[:-4]}aaaa":
        refused = await audited.stranger()
        refused.tell("hello", token=token, device="phone")
        assert (await refused.take("error"))["code"] == "unauthorized"
    assert not (await audited.daemon.open(f"/v1/user/SendUserMsg?userId={eve[0]}&token={void}")).opened

    def trace(*arguments: str) -> dict[str, Any]:
        return dict(json.loads(audited.daemon.command("trace", "--json", *arguments)))

    def closed() -> bool:
        with audited.daemon.administration() as administration, administration.store.snapshot() as connection:
            found = trace_message(connection, sent["id"])
        return all(each.online for each in found.recipients) and found.recipients[1].online[0].closed is not None

    await until(closed)
    found = trace(str(sent["id"]))
    assert (found["sender"], found["name"], found["group"], found["counter"]) == (ann[0], "ann", group, 5)
    of_bob, of_cat = found["recipients"]
    # v1 confirms nothing.
    assert (of_bob["name"], of_bob["state"], of_cat["state"]) == ("bob", "read", "not confirmed")
    (phone,), (page,) = of_bob["online"], of_cat["online"]
    assert (phone["dialect"], phone["address"], phone["closed"]) == ("v2", "127.0.0.1", None)
    assert (page["dialect"], page["code"]) == ("v1", 1000)
    await audited.ask("POST", f"/v2/groups/{group}/leave", audited.daemon.issue("cat"))
    (dan,) = await audited.people("dan")
    await audited.call(dan, "relation/join_group", userId=dan[0], comId="team")
    assert [each["state"] for each in trace(str(sent["id"]))["recipients"]] == ["read", "left since"]
    lines = audited.daemon.command("trace", str(sent["id"]))
    assert "bob (user " in lines
    assert "connected then: v2, device " in lines
    assert await audited.daemon.stop() == STOPPED
    found = trace("--user", "ann")
    assert [(each["code"], each["count"]) for each in found["refused"]] == [("no_such_target", 1)]
    assert [each["code"] for each in found["connections"]] == [4002]
    assert found["sent"][-1]["kind"] == "message"
    # Each worker sums up for itself.
    of_eve = trace("--user", "eve")["refused"]
    assert ({each["code"] for each in of_eve}, sum(each["count"] for each in of_eve)) == ({"unauthorized"}, 2)
    lines = audited.daemon.command("trace", "--user", "ann", "--since", "1h")
    for text in (
        "connected\tv2",
        "closed\tdevice",
        "4002 going away",
        "refused\t1 frames",
        "stored\tmessage",
        "audit\t",
    ):
        assert text in lines
    for text in (lines, json.dumps(found), audited.daemon.log.read_text()):
        assert "geheim" not in text
    told: Counter[str] = Counter()
    for line in audited.daemon.log.read_text().splitlines():
        if "frames were refused within a minute: " in line:
            _, _, codes = line.partition("frames were refused within a minute: ")
            told.update({code: int(count) for code, count in re.findall(r"(\w+) (\d+)", codes.partition('"')[0])})
    assert told == {"no_such_target": 1, "unauthorized": 2}
    assert "there is no message 4711" in audited.daemon.hichat("trace", "4711").stderr
    assert audited.daemon.hichat("trace").returncode == 2
