"""Accounts of v2 in a running daemon: what a sign-out ends, on either store's way through several workers."""

from __future__ import annotations

from typing import Any

import treq
from twisted.internet.threads import deferToThread

from tests.integration.daemon import V2Peer
from tests.integration.test_daemon import PASSWORD
from tests.integration.test_v2 import V2Case


class AccountsTests(V2Case):
    async def ask(self, method: str, path: str, token: str = "", **body: object) -> tuple[int, Any]:
        """@return: the status, and the answer's JSON."""
        headers: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token}"} if token else {}
        response = await treq.request(
            method, f"{self.daemon.url}/v2{path}", json=body or None, headers=headers, persistent=False
        )
        text = await response.content()
        return response.code, await response.json() if text else None

    async def log_in(self, device: str, password: str = PASSWORD, name: str = "ann") -> dict[str, Any]:
        status, found = await self.ask("POST", "/login", name=name, password=password, device=device)
        self.assertEqual(status, 200, found)
        return dict(found)

    async def come(self, tokens: dict[str, Any], device: str, since: int | None = None) -> V2Peer:
        return await self.enter((tokens["user"], tokens["accessToken"]), device, since)

    async def test_what_ends_a_connection(self) -> None:
        await self.people("ann", "bob")
        tokens = {device: await self.log_in(device) for device in ("phone", "laptop", "desk", "old")}
        peers = {device: await self.come(found, device) for device, found in tokens.items()}

        # Another device's name.
        stranger = await self.stranger()
        stranger.tell("hello", device="desk", token=tokens["phone"]["accessToken"])
        self.assertEqual((await stranger.take("error"))["code"], "other_device")
        self.assertEqual(await stranger.gone(3), 4004)

        # A refresh ends nothing; an old refresh token does.
        _, second = await self.ask("POST", "/refresh", refreshToken=tokens["phone"]["refreshToken"])
        _, third = await self.ask("POST", "/refresh", refreshToken=second["refreshToken"])
        await peers["phone"].ask("pong", "ping")
        status, _ = await self.ask("POST", "/refresh", refreshToken=tokens["phone"]["refreshToken"])
        self.assertEqual(status, 401)
        self.assertEqual(await peers["phone"].gone(3), 4001)
        self.assertEqual((await self.ask("GET", "/me", third["accessToken"]))[0], 401)

        # A log-out, and coming back as the same device, over the log-out in the log.
        cursor = (await peers["laptop"].ask("ack", "send", user=2, text="before"))["id"]
        self.assertEqual((await self.ask("POST", "/logout", tokens["laptop"]["accessToken"]))[0], 204)
        self.assertEqual(await peers["laptop"].gone(3), 4001)
        again = await self.log_in("laptop")
        self.assertEqual(again["device"], tokens["laptop"]["device"])
        laptop = await self.come(again, "laptop", cursor)
        await laptop.ask("ack", "send", user=2, text="after")

        # A revocation, from another device.
        path = f"/devices/{tokens['old']['device']}"
        self.assertEqual((await self.ask("DELETE", path, again["accessToken"]))[0], 204)
        self.assertEqual(await peers["old"].gone(3), 4001)

        # Another password: all; the one that changed it has new tokens.
        await laptop.ask("pong", "ping")
        await peers["desk"].ask("pong", "ping")
        status, new = await self.ask("POST", "/me/password", again["accessToken"], old=PASSWORD, new="battery staple")
        self.assertEqual(status, 200)
        self.assertEqual((await laptop.gone(3), await peers["desk"].gone(3)), (4001, 4001))
        laptop = await self.come(new, "laptop")
        await laptop.ask("pong", "ping")

    async def test_a_log_in_over_v1(self) -> None:
        """Is in the list like any other; its revocation closes its connections, in whatever worker."""
        await self.people("ann")
        entered = await self.daemon.post("/v1/user/login_pw", name="ann", password=PASSWORD)
        ann = entered["userId"], entered["tokens"]
        old = [await self.daemon.connect(*ann) for _ in range(4)]
        self.assertEqual((await self.ask("GET", "/me", ann[1]))[0], 401)
        tokens = await self.log_in("phone")
        _, listed = await self.ask("GET", "/devices", tokens["accessToken"])
        (device,) = (each for each in listed["items"] if each["dialect"] == "v1")
        self.assertTrue(device["loggedIn"])
        self.assertEqual((await self.ask("DELETE", f"/devices/{device['id']}", tokens["accessToken"]))[0], 204)
        self.assertEqual([await peer.gone(3) for peer in old], [4001] * 4)
        again = await self.daemon.open(f"/v1/user/SendUserMsg?userId={ann[0]}&token={ann[1]}")
        self.assertFalse(again.opened)

    async def test_v1_does_not_take_a_devices_token_for_a_connection(self) -> None:
        await self.people("ann")
        tokens = await self.log_in("phone")
        peer = await self.daemon.open(f"/v1/user/SendUserMsg?userId=1&token={tokens['accessToken']}")
        self.assertFalse(peer.opened)

    async def test_invites(self) -> None:
        self.assertEqual(await self.daemon.stop(), -15)
        self.daemon.environment["HICHAT_REGISTRATION"] = "invite"
        await self.daemon.start()
        body: dict[str, Any] = {"name": "ann", "password": PASSWORD}
        self.assertEqual((await self.ask("POST", "/accounts", **body))[0], 403)
        code = (await deferToThread(self.daemon.command, "invite", "--uses", "1", "--days", "1")).strip()
        self.assertEqual((await self.ask("POST", "/accounts", invite=code, **body))[0], 201)
        body["name"] = "bob"
        self.assertEqual((await self.ask("POST", "/accounts", invite=code, **body))[1]["code"], "bad_invite")


class AccountsWithWorkers(AccountsTests):
    """The same with two workers: what one hears closes connections of the other."""

    settings = {"WORKERS": "2"}  # noqa: RUF012
