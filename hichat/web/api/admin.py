"""The operations that only administrators may call, over HTTP."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from hichat.accounts.server_rights import ServerAct, ask
from hichat.cluster.nodes import read_nodes
from hichat.core.errors import NotAdministrator
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.services import ApiServices


class ShownNode(msgspec.Struct):
    """
    A daemon of the store.

    @ivar number: its number among them.
    @ivar state: C{up}; C{silent}: it has its number, but has said nothing for 15 s; C{gone}: it had the number last.
    @ivar address: its host, with the port or the path that it listens on; empty: it did not say.
    @ivar migration: the number of the newest migration of the database that it knows; absent: it did not say, as
        earlier versions.
    @ivar connections: its open WebSockets; absent: it did not say.
    @ivar lag: events of the log that it had not delivered yet; absent: it did not say.
    @ivar since: when it took the number.
    @ivar seen: when it said this; absent: it says nothing of itself, as earlier versions.
    """

    number: int
    state: Literal["up", "silent", "gone"]
    address: str
    version: str
    since: Time
    migration: int | UnsetType = UNSET
    connections: int | UnsetType = UNSET
    lag: int | UnsetType = UNSET
    seen: Time | UnsetType = UNSET


class ShownNodes(msgspec.Struct):
    """The daemons of a store."""

    items: list[ShownNode]


async def get_nodes(services: ApiServices, caller: Caller) -> ShownNodes:
    """
    Gives the daemons that have one PostgreSQL in common, by number. With SQLite there are no others, and the list is
    empty. For administrators.
    """
    ask(caller.user, ServerAct.SEE_SERVER)
    found = await services.store.read(read_nodes, time.time_ns() // 1_000_000)
    return ShownNodes(
        [
            ShownNode(
                node.number,
                node.state,
                node.address,
                node.version,
                node.since,
                UNSET if node.migration is None else node.migration,
                UNSET if node.connections is None else node.connections,
                UNSET if node.lag is None else node.lag,
                UNSET if node.seen is None else node.seen,
            )
            for node in found
        ]
    )


SECTION = Section(
    "Administration",
    "What only administrators of the server may do.",
    (Operation("GET", "/admin/nodes", get_nodes, "List the daemons of the store", (NotAdministrator,)),),
)
