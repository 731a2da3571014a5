"""The server as it runs, over HTTP: workers, who is online, storage and growth, settings, the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts.server_rights import ServerAct, ask
from hichat.audit import entries
from hichat.audit.entries import Entry, Wanted
from hichat.core.errors import NotAdministrator
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.log.growth import Growth, read_growth
from hichat.web.api.named import KnownUsers, NamedUser, know, named, named_if
from hichat.web.api.operation import Caller, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging, cursor
from hichat.web.server import WorkerFacts
from hichat.web.services import ApiServices

GROWTH_DAYS = 30
"""The days of which the growth is told."""


class ShownWorker(msgspec.Struct):
    """
    A worker: one process of a daemon.

    @ivar host: the name of its host.
    @ivar worker: its number there, from 0.
    @ivar began: when it was started.
    @ivar connections: its open WebSockets.
    @ivar users: the users who are signed in there. Somebody with devices at two workers counts at both.
    @ivar position: how far it has delivered the log.
    @ivar lag: events of the log that it has not delivered yet.
    """

    host: str
    worker: int
    version: str
    began: Time
    connections: int
    users: int
    position: int
    lag: int


class ShownConnection(msgspec.Struct, omit_defaults=True):
    """
    A device that is connected.

    @ivar protocol: what it speaks.
    @ivar address: where it is connected from.
    @ivar device: the device's number; absent: it has none.
    @ivar since: since when; absent: that is not recorded.
    """

    protocol: Literal["v1", "v2"]
    address: str
    device: int | UnsetType = UNSET
    since: Time | UnsetType = UNSET


class OnlineUser(msgspec.Struct):
    """
    Somebody who is connected.

    @ivar user: the user.
    @ivar devices: the devices that are connected.
    """

    user: NamedUser
    devices: list[ShownConnection]


class ShownDisk(msgspec.Struct):
    """
    A disk, in bytes.

    @ivar host: the name of the host.
    @ivar directory: a directory of the daemon that is on it.
    @ivar free: what the daemon may still fill.
    """

    host: str
    directory: str
    free: int
    size: int


class ShownStorage(msgspec.Struct, omit_defaults=True):
    """
    How much room everything takes, in bytes. It is looked up once a minute; numbers are absent until that was done.

    @ivar database: on PostgreSQL with the search index.
    @ivar search: the search index.
    @ivar uploads: the number of uploaded files.
    @ivar uploadsBytes: what they count as in the quotas of their owners.
    """

    disks: list[ShownDisk]
    database: int | UnsetType = UNSET
    search: int | UnsetType = UNSET
    uploads: int | UnsetType = UNSET
    uploadsBytes: int | UnsetType = UNSET  # noqa: N815


class ShownDay(msgspec.Struct):
    """
    What came on a day.

    @ivar day: the day in UTC, as in C{2026-11-30}.
    @ivar events: entries of the log: messages, and whatever else was done.
    @ivar accounts: accounts that were made then, and are still there.
    """

    day: str
    events: int
    accounts: int


class ShownGrowth(msgspec.Struct, omit_defaults=True):
    """
    How the store grows.

    @ivar events: all entries of the log.
    @ivar accounts: all accounts.
    @ivar items: the last 30 days, the oldest first. The last of them is today.
    @ivar next: the C{cursor} of the next page; absent: there is none.
    """

    events: int
    accounts: int
    items: list[ShownDay]
    next: str | UnsetType = UNSET


class ShownSetting(msgspec.Struct, omit_defaults=True):
    """
    A setting of the daemon that answers.

    @ivar name: its environment variable.
    @ivar option: its option at the command line.
    @ivar about: what it is for.
    @ivar source: where it is set: C{option --listen}, C{environment}, C{hichat.toml}; or C{default}.
    @ivar default: its value if nobody sets it; absent: see C{about}.
    @ivar value: its value; absent: it is a secret, or empty.
    @ivar secret: its value is shown to nobody.
    """

    name: str
    option: str
    about: str
    source: str
    default: str | UnsetType = UNSET
    value: str | UnsetType = UNSET
    secret: bool = False


class AuditQuery(Paging, kw_only=True):
    """
    Which entries are wanted.

    @ivar user: those that this user made, or that concern the user.
    @ivar act: those of this act.
    @ivar since: those since then, in milliseconds since the epoch.
    """

    user: UserId | UnsetType = UNSET
    act: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    since: Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)] | UnsetType = UNSET


class AuditEntry(msgspec.Struct, omit_defaults=True):
    """
    An entry of the audit log.

    @ivar act: what was done, or tried: the operation of this API, or the command.
    @ivar outcome: C{ok}, or the code of the refusal; C{unknown}: whoever asked hung up before.
    @ivar actor: who did it; absent: nobody was signed in, or somebody at the command line.
    @ivar whose: whom it concerns.
    @ivar group: the id of the group that it concerns.
    @ivar device: the number of the device with which, or to which, it was done.
    @ivar address: the client's address; of a command, the name of who ran it.
    @ivar via: C{v1}, C{v2}, C{command} or C{daemon}.
    @ivar count: how often it was tried within a minute.
    @ivar detail: more facts, as a JSON object.
    """

    id: int
    time: Time
    act: str
    outcome: str
    count: int
    actor: NamedUser | UnsetType = UNSET
    whose: NamedUser | UnsetType = UNSET
    group: int | UnsetType = UNSET
    device: int | UnsetType = UNSET
    address: str | UnsetType = UNSET
    via: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


async def get_workers(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownWorker]:
    """
    Gives the workers of the service, by host and number: those of this host, and with C{HICHAT_REDIS} those of the
    others. One that does not answer within a second is missing.
    """
    ask(caller.user, ServerAct.SEE_SERVER)
    after = query.after(tuple[str, int])
    shown = [_worker(each) for each in await services.server.workers()]
    return query.page(
        [each for each in shown if after is None or (each.host, each.worker) > after],
        lambda each: (each.host, each.worker),
    )


async def get_online(services: ApiServices, caller: Caller, query: Paging) -> Page[OnlineUser]:
    """
    Gives who is connected, by id, with the devices: at the workers of this host, and with C{HICHAT_REDIS} at those of
    the others.
    """
    ask(caller.user, ServerAct.SEE_SERVER)
    after = query.after(tuple[int])
    found = await services.server.online(after[0] if after else 0, query.limit + 1)
    known = await services.store.read(know, {user for user, _ in found})
    shown = [
        OnlineUser(
            named(user, known),
            [
                ShownConnection(
                    each.dialect,  # type: ignore[arg-type]
                    each.address,
                    each.device or UNSET,
                    each.since or UNSET,
                )
                for each in devices
            ],
        )
        for user, devices in found
    ]
    return query.page(shown, lambda each: (each.user.id,))


async def get_storage(services: ApiServices, caller: Caller) -> ShownStorage:
    """Gives how much room the database, the search index and the uploads take, and what is left on the disks."""
    ask(caller.user, ServerAct.SEE_SERVER)
    told = [(each.host, each.sizes) for each in await services.server.workers() if each.sizes is not None]
    disks = [ShownDisk(host, disk.directory, disk.free, disk.size) for host, sizes in told for disk in sizes.disks]
    if not told:
        return ShownStorage(disks)
    _, sizes = told[0]
    return ShownStorage(disks, sizes.database, sizes.search, sizes.uploads, sizes.uploads_bytes)


async def get_growth(services: ApiServices, caller: Caller, query: Paging) -> ShownGrowth:
    """Gives how many entries the log and how many accounts the server got on each of the last 30 days."""
    ask(caller.user, ServerAct.SEE_SERVER)
    after = query.after(tuple[int])
    found: Growth = await services.store.read(read_growth, services.conversations.now(), GROWTH_DAYS)
    page = query.page(
        [each for each in found.days if after is None or each.began > after[0]], lambda each: (each.began,)
    )
    days = [ShownDay(_day(each.began), each.events, each.accounts) for each in page.items]
    return ShownGrowth(found.events, found.accounts, days, page.next)


async def get_server_settings(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownSetting]:
    """
    Gives the settings of the daemon that answers, and where each is set. Secrets are not shown, such as the password
    in C{HICHAT_DATABASE}.
    """
    ask(caller.user, ServerAct.SEE_SERVER)
    after = query.after(tuple[int])
    first = after[0] + 1 if after else 0
    found = list(enumerate(services.server.settings))[max(0, first) :][: query.limit + 1]
    page = query.page(found, lambda each: (each[0],))
    shown = [
        ShownSetting(
            each.name,
            each.option,
            each.about,
            each.source,
            each.default or UNSET,
            each.value or UNSET,
            each.value is None,
        )
        for _, each in page.items
    ]
    return Page(shown, page.next)


async def get_audit(services: ApiServices, caller: Caller, query: AuditQuery) -> Page[AuditEntry]:
    """
    Gives the entries of the audit log, the newest first. Each page looks through a part of the log: with C{user} or
    C{act} it may have fewer than C{limit}, even none, and a C{next} all the same.
    """
    ask(caller.user, ServerAct.SEE_AUDIT)
    wanted = Wanted(user=query.user or 0, act=query.act or "", since=query.since or 0)
    after = query.after(tuple[int])

    def look(connection: Connection) -> tuple[list[tuple[int, Entry]], int, KnownUsers]:
        before = after[0] if after else entries.last_number(connection) + 1
        found, following = entries.before(connection, wanted, before, query.limit)
        return found, following, know(connection, {id for _, entry in found for id in (entry.actor, entry.whose)})

    found, following, known = await services.store.read(look)
    return Page([_entry(*each, known) for each in found], cursor((following,)) if following else UNSET)


def _worker(found: WorkerFacts) -> ShownWorker:
    return ShownWorker(
        found.host,
        found.worker,
        found.version,
        found.began,
        found.connections,
        found.users,
        found.position,
        found.lag,
    )


def _day(began: int) -> str:
    return f"{datetime.fromtimestamp(began / 1000, UTC):%Y-%m-%d}"


def _entry(number: int, found: Entry, known: KnownUsers) -> AuditEntry:
    return AuditEntry(
        id=number,
        time=found.at,
        act=found.act,
        outcome=found.outcome,
        count=found.count,
        actor=named_if(found.actor, known),
        whose=named_if(found.whose, known),
        group=found.group or UNSET,
        device=found.device or UNSET,
        address=found.address or UNSET,
        via=found.via or UNSET,
        detail=found.detail or UNSET,
    )


SECTION = Section(
    "The server",
    "How the server is, for its administrators.",
    (
        Operation("GET", "/admin/workers", get_workers, "List the workers", (NotAdministrator,)),
        Operation("GET", "/admin/online", get_online, "List who is online", (NotAdministrator,)),
        Operation("GET", "/admin/storage", get_storage, "Get how much room is taken", (NotAdministrator,)),
        Operation("GET", "/admin/growth", get_growth, "Get how the store grows", (NotAdministrator,)),
        Operation(
            "GET", "/admin/settings", get_server_settings, "List the settings of the server", (NotAdministrator,)
        ),
        Operation("GET", "/admin/audit", get_audit, "List the audit log", (NotAdministrator,)),
    ),
)
