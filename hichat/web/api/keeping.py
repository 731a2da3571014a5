"""How long messages are kept, over HTTP: the days of groups, and holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts.server_rights import ServerAct, ask, asking
from hichat.core.errors import NoSuchGroup, NoSuchHold, NoSuchUser, NotAdministrator
from hichat.core.events import Scope
from hichat.groups import queries
from hichat.keeping.holds import REASON_LIMIT, Hold
from hichat.keeping.periods import KEEP_LIMIT
from hichat.web.api.accounts import UserPath
from hichat.web.api.groups import GroupPath
from hichat.web.api.named import know
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices

KeepDays = Annotated[int, Meta(ge=0, le=KEEP_LIMIT, description="Days; 0: for ever.")]


class ServerRetention(msgspec.Struct):
    """
    How long the server keeps messages.

    @ivar days: the days of the setting C{HICHAT_RETENTION}, as the daemon has noted it that deletes; 0: for ever.
    """

    days: KeepDays


class GroupRetention(msgspec.Struct):
    """
    A group whose messages are kept for another time than all others.

    @ivar days: the days for which they are kept; 0: for ever.
    """

    group: GroupId
    name: str
    days: KeepDays


class RetentionOfGroup(msgspec.Struct):
    """
    How long the messages of a group are kept.

    @ivar days: the days of this group; 0: for ever; absent: as long as the server keeps those of all others.
    @ivar server: the days of all others; 0: for ever.
    """

    server: KeepDays
    days: KeepDays | UnsetType = UNSET


class NewRetention(msgspec.Struct, forbid_unknown_fields=True):
    """
    For how long to keep the messages of a group.

    @ivar days: the days; 0: for ever; null: as long as the server keeps those of all others.
    """

    days: KeepDays | None


class ShownHold(msgspec.Struct):
    """
    A hold: nothing that it concerns is deleted, however old it is.

    @ivar user: the user whose conversations it keeps, all those that the user is or was in; absent: it is a group's.
    @ivar group: the group whose messages it keeps.
    @ivar name: the name to see of the user, or the name of the group; absent: the account or the group is gone.
    @ivar since: when it was made.
    @ivar by: the administrator who has made it; absent: it was made by a command.
    @ivar reason: what the administrator has said about it.
    """

    since: Time
    reason: str
    user: UserId | UnsetType = UNSET
    group: GroupId | UnsetType = UNSET
    by: UserId | UnsetType = UNSET
    name: str | UnsetType = UNSET


class NewHold(msgspec.Struct, forbid_unknown_fields=True):
    """
    A new hold.

    @ivar reason: why, for other administrators.
    """

    reason: Annotated[str, Meta(max_length=REASON_LIMIT)] = ""


async def get_retention(services: ApiServices, caller: Caller) -> ServerRetention:
    """Gives the days for which the server keeps messages. For administrators."""
    ask(caller.user, ServerAct.SET_RETENTION)
    return ServerRetention(await services.keeping.server_days())


async def get_group_retentions(services: ApiServices, caller: Caller, query: Paging) -> Page[GroupRetention]:
    """Gives the groups whose messages are kept for another time than all others, by id. For administrators."""
    ask(caller.user, ServerAct.SET_RETENTION)
    after = query.after(tuple[int])
    found = await services.keeping.groups_apart(after[0] if after else 0, query.limit + 1)
    page = query.page(found, lambda each: (each.group,))
    return Page([GroupRetention(*each) for each in page.items], page.next)


async def get_group_retention(services: ApiServices, caller: Caller, path: GroupPath) -> RetentionOfGroup:
    """Gives the days for which the messages of a group are kept. For administrators."""
    ask(caller.user, ServerAct.SET_RETENTION)
    days = await services.keeping.days_of(path.group)
    return RetentionOfGroup(await services.keeping.server_days(), UNSET if days is None else days)


async def set_group_retention(services: ApiServices, caller: Caller, path: GroupPath, body: NewRetention) -> None:
    """
    Keeps the messages of a group for a longer or a shorter time than those of all others. What is older is deleted
    within minutes, and does not come back. For administrators.
    """
    ask(caller.user, ServerAct.SET_RETENTION)
    await services.keeping.set_days(path.group, body.days, asking(caller.user, ServerAct.SET_RETENTION))


async def get_holds(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownHold]:
    """Gives the holds: first those of users, then those of groups, by id. For administrators."""
    ask(caller.user, ServerAct.HOLD)
    after = query.after(tuple[int, int])
    found = await services.keeping.holds(after or (0, 0), query.limit + 1)
    page = query.page(found, lambda each: (each.scope, each.target))
    names = await services.store.read(_names_of, page.items)
    return Page([_shown(each, names) for each in page.items], page.next)


async def hold_user(services: ApiServices, caller: Caller, path: UserPath, body: NewHold) -> None:
    """
    Keeps all messages of all conversations that a user is or was in, from now on, however old they are. If there is
    such a hold, it stays as it is. For administrators.
    """
    ask(caller.user, ServerAct.HOLD)
    check = asking(caller.user, ServerAct.HOLD)
    await services.keeping.hold(Scope.USER, path.user, caller.user.id, body.reason, check)


async def release_user(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Ends the hold of a user. What is too old is deleted within minutes. For administrators."""
    ask(caller.user, ServerAct.HOLD)
    await services.keeping.release(Scope.USER, path.user, asking(caller.user, ServerAct.HOLD))


async def hold_group(services: ApiServices, caller: Caller, path: GroupPath, body: NewHold) -> None:
    """
    Keeps all messages of a group, from now on, however old they are. If there is such a hold, it stays as it is. For
    administrators.
    """
    ask(caller.user, ServerAct.HOLD)
    check = asking(caller.user, ServerAct.HOLD)
    await services.keeping.hold(Scope.GROUP, path.group, caller.user.id, body.reason, check)


async def release_group(services: ApiServices, caller: Caller, path: GroupPath) -> None:
    """Ends the hold of a group. What is too old is deleted within minutes. For administrators."""
    ask(caller.user, ServerAct.HOLD)
    await services.keeping.release(Scope.GROUP, path.group, asking(caller.user, ServerAct.HOLD))


def _names_of(connection: Connection, found: Sequence[Hold]) -> Mapping[tuple[int, int], str]:
    """@return: the names of the users and the groups that are there, by scope and id."""
    people = know(connection, {each.target for each in found if each.scope == Scope.USER})
    groups = queries.find_many(connection, {each.target for each in found if each.scope == Scope.GROUP})
    return {
        **{(int(Scope.USER), id): user.display_name for id, user in people.items() if user is not None},
        **{(int(Scope.GROUP), id): group.name for id, group in groups.items()},
    }


def _shown(hold: Hold, names: Mapping[tuple[int, int], str]) -> ShownHold:
    is_user = hold.scope == Scope.USER
    return ShownHold(
        hold.since,
        hold.reason,
        hold.target if is_user else UNSET,
        UNSET if is_user else hold.target,
        hold.made_by or UNSET,
        names.get((hold.scope, hold.target), UNSET),
    )


SECTION = Section(
    "Keep and forget",
    "For how long messages are kept, and holds, which keep them however old they are. For administrators.",
    (
        Operation("GET", "/admin/retention", get_retention, "Get the days of the server", (NotAdministrator,)),
        Operation(
            "GET",
            "/admin/retention/groups",
            get_group_retentions,
            "List the groups with other days",
            (NotAdministrator,),
        ),
        Operation(
            "GET",
            "/admin/groups/{group}/retention",
            get_group_retention,
            "Get the days of a group",
            (NotAdministrator, NoSuchGroup),
        ),
        Operation(
            "PUT",
            "/admin/groups/{group}/retention",
            set_group_retention,
            "Set the days of a group",
            (NotAdministrator, NoSuchGroup),
            audited=True,
        ),
        Operation("GET", "/admin/holds", get_holds, "List the holds", (NotAdministrator,)),
        Operation(
            "PUT",
            "/admin/holds/users/{user}",
            hold_user,
            "Hold the messages of a user",
            (NotAdministrator, NoSuchUser),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/admin/holds/users/{user}",
            release_user,
            "End the hold of a user",
            (NotAdministrator, NoSuchHold),
            audited=True,
        ),
        Operation(
            "PUT",
            "/admin/holds/groups/{group}",
            hold_group,
            "Hold the messages of a group",
            (NotAdministrator, NoSuchGroup),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/admin/holds/groups/{group}",
            release_group,
            "End the hold of a group",
            (NotAdministrator, NoSuchHold),
            audited=True,
        ),
    ),
)
