"""Somebody logs out everywhere: the connections of all workers are closed, those of v1 and v2."""

from __future__ import annotations

from typing import ClassVar

import pytest

from hichat.client.http import Api
from hichat.client.wire import Unauthorized
from hichat.wire.frames import Close
from tests.integration.system import PASSWORD, V2System
from tests.support.daemon import Peer, V2Peer, reactor
from tests.support.scene import fixture_of

MANY = 24
"""The most connections that are opened until each worker has some."""


class Everywhere(V2System):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2", "LOGIN_LIMIT": "off", "ADDRESS_LIMIT": "off"}

    async def at_both(self) -> bool:
        """@return: whether each worker has connections."""
        _, text = await self.daemon.get("/metrics")
        lines = [line for line in text.splitlines() if line.startswith("hichat_connections{")]
        return len(lines) == 2 and all(float(line.split()[-1]) >= 2 for line in lines)

    async def v1(self, name: str) -> Peer:
        """@return: a connection by a log-in over v1."""
        made = await self.daemon.post("/v1/user/login_pw", name=name, password=PASSWORD)
        (peer,) = await self.online((made["userId"], made["tokens"]))
        return peer


everywhere = fixture_of(Everywhere)


async def test_all_workers(everywhere: Everywhere) -> None:
    """One session stays, with its connection and its tokens; then it goes, too. Somebody else hears nothing of it."""
    await everywhere.people("ann", "bob")
    api = Api(reactor, everywhere.daemon.url, language="en")
    phone = await api.log_in("ann", PASSWORD, "phone")
    stays = await everywhere.stranger()
    await stays.enter(phone.credentials.token, "phone")
    bob = await api.log_in("bob", PASSWORD, "phone")
    others = await everywhere.stranger()
    await others.enter(bob.credentials.token, "phone")
    go: list[Peer] = []
    while len(go) < MANY and not (go and await everywhere.at_both()):
        name = f"laptop-{len(go)}"
        session = await api.log_in("ann", PASSWORD, name)
        peer: V2Peer = await everywhere.stranger()
        await peer.enter(session.credentials.token, name)
        go += [peer, await everywhere.v1("ann")]
    assert await everywhere.at_both()
    open_now = [device for device in await phone.sessions() if device.connected]
    assert len(open_now) == len(go) + 1
    # The token that an administrator made, too.
    assert await phone.end_sessions() == len(go) + 1
    assert {await peer.gone() for peer in go} == {Close.SIGNED_OUT}
    await stays.ask("pong", "ping")
    assert [(device.name, device.via) for device in await phone.sessions() if device.logged_in] == [
        ("phone", "password")
    ]
    await phone.end_sessions(current=True)
    assert await stays.gone() == Close.SIGNED_OUT
    with pytest.raises(Unauthorized):
        await phone.call("GET", "/me")
    await others.ask("pong", "ping")
