"""Accounts of v2 in a running daemon: what a sign-out ends, on either store's way through several workers."""

from __future__ import annotations

from typing import Any

import treq
from twisted.internet.threads import deferToThread

from tests import proof
from tests.integration.system import PASSWORD, SharedV2System
from tests.support.daemon import V2Peer
from tests.support.scene import fixture_of


class Accounts(SharedV2System):
    async def ask(self, method: str, path: str, token: str = "", **body: object) -> tuple[int, Any]:
        """@return: the status, and the answer's JSON."""
        headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token}"} if token else {}
        response = await treq.request(
            method, f"{self.daemon.url}/v2{path}", json=body or None, headers=headers, persistent=False
        )
        text = await response.content()
        return response.code, await response.json() if text else None

    async def log_in(self, device: str) -> dict[str, Any]:
        status, found = await self.ask("POST", "/login", name=self.named("ann"), password=PASSWORD, device=device)
        assert status == 200, found
        return dict(found)

    async def come(self, tokens: dict[str, Any], device: str, since: int | None = None) -> V2Peer:
        return await self.enter((tokens["user"], tokens["accessToken"]), device, since)


class AccountsWithWorkersSystem(Accounts):
    """The same with two workers: what one hears closes connections of the other."""

    settings = {"WORKERS": "2"}  # noqa: RUF012


accounts = fixture_of(*proof.scenes(Accounts, AccountsWithWorkersSystem))


async def test_what_ends_a_connection(accounts: Accounts) -> None:
    _, bob = await accounts.people("ann", "bob")
    tokens = {device: await accounts.log_in(device) for device in ("phone", "laptop", "desk", "old")}
    peers = {device: await accounts.come(found, device) for device, found in tokens.items()}

    # Another device's name.
    stranger = await accounts.stranger()
    stranger.tell("hello", device="desk", token=tokens["phone"]["accessToken"])
    assert (await stranger.take("error"))["code"] == "other_device"
    assert await stranger.gone(3) == 4004

    # A refresh ends nothing; an old refresh token does.
    _, second = await accounts.ask("POST", "/refresh", refreshToken=tokens["phone"]["refreshToken"])
    _, third = await accounts.ask("POST", "/refresh", refreshToken=second["refreshToken"])
    await peers["phone"].ask("pong", "ping")
    status, _ = await accounts.ask("POST", "/refresh", refreshToken=tokens["phone"]["refreshToken"])
    assert status == 401
    assert await peers["phone"].gone(3) == 4001
    assert (await accounts.ask("GET", "/me", third["accessToken"]))[0] == 401

    # A log-out, and coming back as the same device, over the log-out in the log.
    cursor = (await peers["laptop"].ask("ack", "send", user=bob[0], text="before"))["id"]
    assert (await accounts.ask("POST", "/logout", tokens["laptop"]["accessToken"]))[0] == 204
    assert await peers["laptop"].gone(3) == 4001
    again = await accounts.log_in("laptop")
    assert again["device"] == tokens["laptop"]["device"]
    laptop = await accounts.come(again, "laptop", cursor)
    await laptop.ask("ack", "send", user=bob[0], text="after")

    # A revocation, from another device.
    path = f"/devices/{tokens['old']['device']}"
    assert (await accounts.ask("DELETE", path, again["accessToken"]))[0] == 204
    assert await peers["old"].gone(3) == 4001

    # Another password: all; the one that changed it has new tokens.
    await laptop.ask("pong", "ping")
    await peers["desk"].ask("pong", "ping")
    status, new = await accounts.ask("POST", "/me/password", again["accessToken"], old=PASSWORD, new="battery staple")
    assert status == 200
    assert (await laptop.gone(3), await peers["desk"].gone(3)) == (4001, 4001)
    laptop = await accounts.come(new, "laptop")
    await laptop.ask("pong", "ping")


async def test_a_log_in_over_v1(accounts: Accounts) -> None:
    """Is in the list like any other; its revocation closes its connections, in whatever worker."""
    await accounts.people("ann")
    entered = await accounts.daemon.post("/v1/user/login_pw", name=accounts.named("ann"), password=PASSWORD)
    ann = entered["userId"], entered["tokens"]
    old = [await accounts.daemon.connect(*ann) for _ in range(4)]
    assert (await accounts.ask("GET", "/me", ann[1]))[0] == 401
    tokens = await accounts.log_in("phone")
    _, listed = await accounts.ask("GET", "/devices", tokens["accessToken"])
    (device,) = (each for each in listed["items"] if each["dialect"] == "v1")
    assert device["loggedIn"]
    assert (await accounts.ask("DELETE", f"/devices/{device['id']}", tokens["accessToken"]))[0] == 204
    assert [await peer.gone(3) for peer in old] == [4001] * 4
    again = await accounts.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")
    assert not again.opened


async def test_v1_does_not_take_a_devices_token_for_a_connection(accounts: Accounts) -> None:
    (ann,) = await accounts.people("ann")
    tokens = await accounts.log_in("phone")
    peer = await accounts.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token={tokens['accessToken']}")
    assert not peer.opened


class Invites(Accounts):
    shared = False
    settings = {"REGISTRATION": "invite"}  # noqa: RUF012


class InvitesWithWorkersSystem(Invites):
    settings = {"REGISTRATION": "invite", "WORKERS": "2"}  # noqa: RUF012


invites = fixture_of(*proof.scenes(Invites, InvitesWithWorkersSystem))


async def test_invites(invites: Invites) -> None:
    body: dict[str, Any] = {"name": "ann", "password": PASSWORD}
    assert (await invites.ask("POST", "/accounts", **body))[0] == 403
    code = (await deferToThread(invites.daemon.command, "invite", "--uses", "1", "--days", "1")).strip()
    assert (await invites.ask("POST", "/accounts", invite=code, **body))[0] == 201
    body["name"] = "bob"
    assert (await invites.ask("POST", "/accounts", invite=code, **body))[1]["code"] == "bad_invite"
