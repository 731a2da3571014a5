"""The operations that only administrators may call, over HTTP."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from hichat.accounts.server_rights import ServerAct, ask
from hichat.cluster.nodes import NodeEntry, read_nodes
from hichat.core.errors import NotAdministrator
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.paging import Page, Paging
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


async def get_nodes(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownNode]:
    """
    Gives the daemons that have one PostgreSQL in common, by number. With SQLite there are no others, and the list is
    empty. For administrators.
    """
    ask(caller.user, ServerAct.SEE_SERVER)
    after = query.after(tuple[int])
    found = await services.store.read(read_nodes, time.time_ns() // 1_000_000)
    shown = [_node(each) for each in found if after is None or each.number > after[0]]
    return query.page(shown, lambda each: (each.number,))


def _node(found: NodeEntry) -> ShownNode:
    return ShownNode(
        found.number,
        found.state,
        found.address,
        found.version,
        found.since,
        UNSET if found.migration is None else found.migration,
        UNSET if found.connections is None else found.connections,
        UNSET if found.lag is None else found.lag,
        UNSET if found.seen is None else found.seen,
    )


SECTION = Section(
    "Administration",
    "What only administrators of the server may do.",
    (Operation("GET", "/admin/nodes", get_nodes, "List the daemons of the store", (NotAdministrator,)),),
)
