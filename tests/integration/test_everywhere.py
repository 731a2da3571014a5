"""Somebody logs out everywhere: the connections of all workers are closed within a second, those of v1 and v2."""

from __future__ import annotations

from statistics import median
from typing import ClassVar

import pytest
from twisted.internet.task import deferLater

from hichat.client.http import Api
from hichat.client.wire import Unauthorized
from hichat.wire.frames import Close
from tests.integration.system import PASSWORD, V2System
from tests.support.daemon import Peer, V2Peer, reactor
from tests.support.scene import fixture_of

MANY = 24
"""The most connections that are opened until each worker has some."""

STAYING = 2
"""Connections that nobody closes."""

SOON = 1.0
"""Seconds from the answer until all connections are closed."""


class Everywhere(V2System):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2", "LOGIN_LIMIT": "off", "ADDRESS_LIMIT": "off"}

    async def connections(self) -> list[int]:
        """@return: the number of connections of each worker."""
        _, text = await self.daemon.get("/metrics")
        lines = [line for line in text.splitlines() if line.startswith("hichat_connections{")]
        return [int(float(line.split()[-1])) for line in lines]

    async def at_both(self) -> bool:
        """@return: whether each worker has connections."""
        found = await self.connections()
        return len(found) == 2 and min(found) >= 2

    async def v1(self, name: str) -> Peer:
        """@return: a connection by a log-in over v1."""
        made = await self.daemon.post("/v1/user/login_pw", name=name, password=PASSWORD)
        (peer,) = await self.online((made["userId"], made["tokens"]))
        return peer

    async def many(self, api: Api, name: str) -> list[Peer]:
        """@return: new connections of new sessions, of v1 and of v2, at both workers."""
        # Those before are counted until their ends are noticed.
        while sum(await self.connections()) > STAYING:
            await deferLater(reactor, 0.1)
        made: list[Peer] = []
        while len(made) < MANY and not (made and await self.at_both()):
            device = f"laptop-{len(made)}"
            session = await api.log_in(name, PASSWORD, device)
            peer: V2Peer = await self.stranger()
            await peer.enter(session.credentials.token, device)
            made += [peer, await self.v1(name)]
        assert await self.at_both()
        return made

    async def last_of(self, peers: list[Peer]) -> float:
        """@return: the seconds from now until the server has closed all of them."""
        now = reactor.seconds()
        assert {await peer.gone() for peer in peers} == {Close.SIGNED_OUT}
        return float(reactor.seconds() - now)


everywhere = fixture_of(Everywhere)


@pytest.mark.alone
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
    go = await everywhere.many(api, "ann")
    open_now = [device for device in await phone.sessions() if device.connected]
    assert len(open_now) == len(go) + 1
    # The token that an administrator made, too.
    assert await phone.end_sessions() == len(go) + 1
    seconds = [await everywhere.last_of(go)]
    for _ in range(2):
        go = await everywhere.many(api, "ann")
        assert await phone.end_sessions() == len(go)
        seconds.append(await everywhere.last_of(go))
    # The median: what else the machine does takes time, too.
    assert median(seconds) < SOON, seconds
    await stays.ask("pong", "ping")
    assert [(device.name, device.via) for device in await phone.sessions() if device.logged_in] == [
        ("phone", "password")
    ]
    await phone.end_sessions(current=True)
    assert await stays.gone() == Close.SIGNED_OUT
    with pytest.raises(Unauthorized):
        await phone.call("GET", "/me")
    await others.ask("pong", "ping")
