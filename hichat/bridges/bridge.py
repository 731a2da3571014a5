"""
A bridge between groups of HiChat and gateways of a Matterbridge: two ways, each with one message at a time.

Towards HiChat: what the stream brings is in the L{BridgeMemory} at once, and one after the other leaves it when HiChat
has it. Too much that waits pauses the stream. Towards Matterbridge: the client's events, of which one is taken when
Matterbridge has the one before; the client reads no more of them meanwhile, and the cursor says where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, DeferredList, FirstError
from twisted.internet.task import deferLater
from twisted.logger import Logger

from hichat.bridges.chat import ChatSide, passes
from hichat.bridges.inward import Inward
from hichat.bridges.memory import BridgeMemory, BridgePlace
from hichat.bridges.outward import Outward
from hichat.bridges.remote import Matterbridge, Pace, RemoteAway
from hichat.client.connection import Client, Item, backoff
from hichat.client.http import Api, Session
from hichat.client.inbox import Gate
from hichat.client.speech import StartedAnew
from hichat.client.wire import Address, ClientError, Credentials, Refused, Unauthorized, Unreachable
from hichat.fetching.addresses import PUBLIC, Reachable, is_public
from hichat.fetching.doors import GuardedDoor
from hichat.fetching.fetcher import Fetcher
from hichat.wire.frames import Happened

WAITING_LINES = 5000
"""The most lines of the stream that wait for HiChat; then the stream is paused until half of them are left."""

WAITING_BYTES = 256 * 1024 * 1024
"""The most bytes of these lines, likewise."""

INBOX = 64
"""The most events that wait for Matterbridge in this process; HiChat has the rest."""


class NoSuchPlace(ClientError):
    """A group or a gateway is not as the command line says."""


class BridgePlan(NamedTuple):
    """
    What to bridge.

    @ivar pairs: names (or ids) of groups, each with the name of a gateway.
    @ivar file_limit: the most bytes of a file.
    @ivar reachable: where files are fetched from that Matterbridge gives a URL of.
    """

    server: str
    token: str
    url: str
    remote_token: str
    pairs: Sequence[tuple[str, str]]
    file_limit: int
    reachable: Reachable = PUBLIC


class Bridge:
    """
    @param session: of the bot.
    @param retry: maps the number of failures of the stream in a row to the seconds to wait; by default L{backoff}.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        session: Session,
        remote: Matterbridge,
        memory: BridgeMemory,
        plan: BridgePlan,
        retry: Callable[[int], float] | None = None,
    ) -> None:
        self._reactor = reactor
        self._session = session
        self._remote = remote
        self._memory = memory
        self._plan = plan
        self._retry = retry or backoff()
        self._chat = ChatSide(reactor, session, public_base(session.api.address.http))
        self._pace = Pace()
        self._some = Gate(shut=True)

    async def run(self) -> None:
        """
        Bridge, without an end.

        @raise ClientError: it cannot go on; the text says why.
        """
        me, groups = await self._begin()
        gateways: dict[int, list[str]] = {}
        inverse: dict[str, int] = {}
        for name, gateway in self._plan.pairs:
            gateways.setdefault(groups[name], []).append(gateway)
            inverse[gateway] = groups[name]
        fetcher = Fetcher(self._reactor, GuardedDoor(self._reactor, self._plan.reachable))
        get = partial(_get, fetcher)
        inward = Inward(self._chat, self._memory, inverse, get, self._plan.file_limit)
        outward = Outward(self._reactor, self._chat, self._remote, self._memory, me, gateways, self._plan.file_limit)
        self._log.info(
            "bridging {pairs} between {server} and {remote}",
            pairs=", ".join(f"{name}={gateway}" for name, gateway in self._plan.pairs),
            server=self._session.api.address.http,
            remote=self._remote.address.http,
        )
        ways = [self._listen(), self._hand_in(inward), self._hand_out(outward)]
        started = [Deferred.fromCoroutine(way) for way in ways]
        try:
            await DeferredList(started, fireOnOneErrback=True, consumeErrors=True)
        except FirstError as first:
            first.subFailure.raiseException()
        finally:
            for each in started:
                each.addErrback(lambda _failure: None)
                each.cancel()

    async def _begin(self) -> tuple[int, Mapping[str, int]]:
        """
        Wait for HiChat, and find the groups.

        @raise NoSuchPlace: the bot is not a member of one of them.
        """
        tries = 0
        while True:
            try:
                me, groups = await self._chat.myself(), await self._chat.groups()
                break
            except (Refused, Unreachable) as error:
                if not passes(error):
                    raise
                if tries == 0:
                    self._log.warn("{cause}; trying again", cause=str(error))
                await self._chat.again(tries, error)
                tries += 1
        for name, _ in self._plan.pairs:
            if name not in groups:
                raise NoSuchPlace(
                    f"the bot {me.login or me.name} is not a member of a group {name!r}; an admin of the group adds it"
                )
        return me.id, groups

    # From Matterbridge

    async def _listen(self) -> None:
        """Read the stream, and the next one when it ends."""
        failures = 0

        def opened() -> None:
            nonlocal failures
            self._log.info("Matterbridge's stream has begun")
            failures = 0

        while True:
            try:
                await self._remote.listen(opened, self._put, self._pace)
                cause = "it has ended"
            except RemoteAway as error:
                cause = str(error)
            failures += 1
            pause = self._retry(failures)
            if failures == 1:
                self._log.warn("Matterbridge's stream: {cause}; trying again", cause=cause)
            await deferLater(self._reactor, pause, lambda: None)

    def _put(self, lines: list[bytes]) -> None:
        self._memory.put(lines)
        count, size = self._memory.waiting()
        if count >= WAITING_LINES or size >= WAITING_BYTES:
            self._pace.pause()
        self._some.resumeProducing()

    async def _hand_in(self, inward: Inward) -> None:
        """Hand what waits to HiChat, the oldest first."""
        while True:
            found = self._memory.first()
            if found is None:
                self._some.pauseProducing()
                await self._some.passed()
                continue
            number, line = found
            await inward.take(number, line)
            self._memory.done(number)
            if self._pace.is_paused:
                count, size = self._memory.waiting()
                if count <= WAITING_LINES // 2 and size <= WAITING_BYTES // 2:
                    self._pace.resume()

    # From HiChat

    async def _hand_out(self, outward: Outward) -> None:
        """Tell Matterbridge of the client's events, in order."""
        place = self._memory.place
        client = Client(
            self._reactor,
            self._session.api.address.http,
            self._session.current,
            self._memory.device,
            since=place.cursor,
            own=place.own,
            epoch=place.epoch,
            check=place.check,
            inbox_limit=INBOX,
            language="en",
            on_state=self._tell_state,
        )
        await client.connected(timeout=None)
        self._keep(client)
        try:
            async for item in client.events():
                await self._tell(outward, item)
                self._keep(client)
        finally:
            client_closed = Deferred.fromCoroutine(client.close(1))
            client_closed.addErrback(lambda _failure: None)
        raise Unauthorized("HiChat has closed the connection")

    async def _tell(self, outward: Outward, item: Item) -> None:
        if isinstance(item, Happened):
            try:
                await outward.tell(item)
            except Refused as error:
                self._log.warn("event {id} cannot be told: {cause}", id=item.id, cause=str(error))
        elif isinstance(item, StartedAnew):
            self._log.warn("HiChat's log is another one than before, as after a backup was put back; going on there")

    def _keep(self, client: Client) -> None:
        place = BridgePlace(client.cursor, client.own, client.epoch, client.check)
        if place != self._memory.place:
            self._memory.place = place

    def _tell_state(self, connected: bool) -> None:
        self._log.info("HiChat: {state}", state="connected" if connected else "the connection is lost; trying again")


async def _get(fetcher: Fetcher, url: str, limits: Any) -> Any:
    return await fetcher.get(url, limits=limits)


def public_base(server: str) -> str:
    """@return: the server's URL if it has a name, or an address that others reach; empty: they do not."""
    host = Address.parse(server).host
    try:
        return server if is_public(ip_address(host)) else ""
    except ValueError:
        return server if "." in host and not host.endswith((".local", ".lan", ".internal", ".localhost")) else ""


async def bridge(reactor: Any, plan: BridgePlan, memory: BridgeMemory) -> None:
    """
    Bridge, without an end.

    @raise ClientError: it cannot go on.
    """
    session = Session(Api(reactor, plan.server, language="en"), Credentials(0, plan.token))
    await Bridge(reactor, session, Matterbridge(reactor, plan.url, plan.remote_token), memory, plan).run()
