"""Bots of a running daemon with two workers: curl writes, tokens end, and their connections with them."""

from __future__ import annotations

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
