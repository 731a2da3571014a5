"""Bots of a running daemon with two workers: curl writes, tokens end, and their connections with them."""

from __future__ import annotations

import json
from typing import Any

from hichat.wire.frames import Close
from tests.integration.system import TwoWorkers
from tests.support.curl import curl
from tests.support.daemon import V2Peer
from tests.support.scene import fixture_of

two_workers = fixture_of(TwoWorkers)

SOCKETS = 8
"""So many that both workers have some, but for one case in a hundred."""


async def test_bots(two_workers: TwoWorkers) -> None:
    daemon = two_workers.daemon
    v2 = f"{daemon.url}/v2"
    ann = daemon.token("ann")
    _, group = curl(f"{v2}/groups", ann, "POST", {"name": "ops"})
    place = f"{v2}/conversations/group-{group['id']}/messages"
    token = daemon.command("bot", "add", "ci", "--owner", "ann", "--group", "ops").strip()

    # curl is a whole client, and repeats itself safely.
    status, sent = curl(place, token, "POST", {"text": "the build is green", "alias": {"name": "Build 42"}})
    assert status == 201
    _, page = curl(place, ann, "GET")
    (found,) = page["items"]
    assert (found["id"], found["text"], found["alias"]) == (sent["id"], "the build is green", {"name": "Build 42"})
    assert curl(f"{v2}/me", token, "GET")[1]["bot"] is True
    assert curl(f"{v2}/devices", token, "GET")[1]["code"] == "not_for_bots"

    # Connections at both workers, each with a token of its own.
    (bot,) = curl(f"{v2}/bots", ann, "GET")[1]
    base = f"{v2}/bots/{bot['id']}"
    made = [
        curl(f"{base}/tokens", ann, "POST", {"name": str(number), "scopes": ["read"]})[1] for number in range(SOCKETS)
    ]
    checker = await daemon.checker()
    peers: list[V2Peer] = []
    for each in made:
        peer = await daemon.open_v2(checker)
        peers.append(peer)
        await peer.enter(each["token"])
    assert all(count > 0 for count in await two_workers.connections())
    curl(place, ann, "POST", {"text": "hello bots"})
    for peer in peers:
        assert (await peer.take("event"))["text"] == "hello bots"

    # A token that is revoked closes its own connection, wherever that is, and nobody else's.
    for each, peer in list(zip(made, peers, strict=True))[:-2]:
        assert curl(f"{base}/tokens/{each['id']}", ann, "DELETE")[0] == 204
        assert await peer.gone(1) == Close.SIGNED_OUT
        assert curl(f"{v2}/me", each["token"], "GET")[0] == 401
    assert [peer.closed for peer in peers[-2:]] == [None, None]
    daemon.command("bot", "revoke", "ci", str(SOCKETS - 2))
    assert await peers[-2].gone(3) == Close.SIGNED_OUT

    # The owner is disabled: so is the bot.
    daemon.command("user", "disable", "ann")
    assert await peers[-1].gone(3) == Close.SIGNED_OUT
    assert curl(place, token, "POST", {"text": "x"})[0] == 401
    assert all(not peer.mistakes for peer in peers)

    # No token in any log.
    log = daemon.log.read_text()
    assert not any(secret in log for secret in (token, *(each["token"] for each in made)))
    assert not any(each["token"] in daemon.command("audit") for each in made)


def listen(url: str, token: str, kind: str, cursor: str) -> tuple[dict[str, Any], str]:
    """Wait for an event of a kind, behind a cursor. @return: it, and the cursor behind it."""
    while True:
        status, answer = curl(f"{url}/events?since={cursor}&wait=15", token, "GET")
        assert (status, bool(answer["events"])) == (200, True), "nothing came"
        cursor = answer["cursor"]
        for each in answer["events"]:
            if each["kind"] == kind:
                return each, cursor


async def test_commands(two_workers: TwoWorkers) -> None:
    """A bot that has curl alone gets what people call and press, by either worker, and answers."""
    daemon = two_workers.daemon
    v2 = f"{daemon.url}/v2"
    ann, bob = daemon.token("ann"), daemon.token("bob")
    _, group = curl(f"{v2}/groups", ann, "POST", {"name": "ops"})
    assert curl(f"{v2}/groups/{group['id']}/join", bob, "POST")[0] == 200
    place = f"{v2}/conversations/group-{group['id']}"
    token = daemon.command("bot", "add", "ci", "--group", "ops").strip()
    offered = {"commands": [{"name": "deploy", "description": {"en": "Deploys it"}}]}
    assert curl(f"{v2}/bots/me/commands", token, "PUT", offered)[0] == 204
    assert "deploy" in [each["name"] for each in curl(f"{place}/commands", bob, "GET")[1]["items"]]
    cursor = curl(f"{v2}/events", token, "GET")[1]["cursor"]

    _, called = curl(f"{place}/commands", bob, "POST", {"text": "/deploy to b"})
    event, cursor = listen(v2, token, "commanded", cursor)
    assert event["id"] == called["call"]
    assert event["called"] == {"command": "deploy", "arguments": "to b", "group": group["id"]}
    answers = f"{v2}/commands/{called['call']}/answers"
    assert curl(answers, token, "POST", {"text": "for Bob"})[0] == 201
    asked = {"text": "Sure?", "to": "all", "actions": [{"id": "yes", "label": "Yes"}]}
    _, asking = curl(answers, token, "POST", asked)

    assert curl(f"{v2}/messages/{asking['id']}/actions", ann, "POST", {"action": "yes"})[0] == 201
    event, _ = listen(v2, token, "pressed", cursor)
    assert (event["from"], event["called"]["action"]) == (group["owner"], "yes")
    # The answer for one alone is for nobody else.
    shown = {
        name: json.dumps(curl(f"{v2}/events?since=0", who, "GET")[1]) for name, who in (("ann", ann), ("bob", bob))
    }
    assert ("for Bob" in shown["bob"], "for Bob" in shown["ann"]) == (True, False)
    assert "Sure?" in shown["bob"]
    assert "Sure?" in shown["ann"]
    assert curl(f"{place}/commands", bob, "POST", {"text": "/nobodys"})[1]["code"] == "no_such_command"
