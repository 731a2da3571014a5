"""Incoming hooks over HTTP, for those who look after groups; see L{hichat.hooks.incoming.service}."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import (
    AlreadyAMember,
    GroupArchived,
    GroupFull,
    GroupHooksFull,
    GuestsMayNot,
    HookExists,
    Language,
    NameReserved,
    NameTaken,
    NoSuchGroup,
    NoSuchIncomingHook,
    NoSuchUser,
    NotAMember,
    NotPermitted,
    TooManyGroups,
    Unauthorized,
    UserBanned,
)
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.hooks.incoming.records import IncomingHook
from hichat.hooks.incoming.service import SIGNING_KEY_LIMIT, HookFields
from hichat.web.api.accounts import PictureURL, UserName
from hichat.web.api.groups import GroupPath
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.services import ApiServices

IncomingHookId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A hook's number.")]
SigningKey = Annotated[
    str, Meta(max_length=SIGNING_KEY_LIMIT, description="Characters of ASCII that can be seen, and blanks.")
]


class NewIncomingHook(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new hook.

    @ivar name: the name under which its messages are shown, if a message has no other one. Each of the group's hooks
        has another name.
    @ivar picture: shown beside its messages: a URL, a path of this server, or empty.
    @ivar language: in which it shows what GitHub, GitLab, Alertmanager and Grafana tell.
    @ivar callsAll: whether its messages may call all members, such as by C{@channel}.
    @ivar key: what callers sign with, or show: GitHub's and GitLab's secret, Grafana's key; for all others the header
        C{Authorization: Bearer KEY}. Empty: whoever knows the address may call.
    """

    name: UserName
    picture: PictureURL = ""
    language: Language = "en"
    callsAll: bool = False  # noqa: N815
    key: SigningKey = ""


class IncomingHookChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The fields of a hook to change; absent fields keep their value. They are as for a new one."""

    name: UserName | UnsetType = UNSET
    picture: PictureURL | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    callsAll: bool | UnsetType = UNSET  # noqa: N815
    key: SigningKey | UnsetType = UNSET


class ShownIncomingHook(msgspec.Struct):
    """
    An incoming hook of a group. Its address is shown when it is made or rolled, and never again.

    @ivar bot: the user whose messages they are: a bot, which is a member of the group.
    @ivar maker: who made it; 0: somebody who runs the server, at the command line.
    @ivar signed: whether callers have to sign.
    @ivar on: false: its bot is disabled, or was taken out of the group, and calls are refused.
    @ivar used: the last message, to a minute; 0: there was none.
    @ivar failed: the last call that was refused, to a minute; 0: there was none.
    @ivar failure: the code of that refusal.
    """

    id: IncomingHookId
    group: GroupId
    name: str
    picture: str
    bot: UserId
    maker: Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
    language: Language
    callsAll: bool  # noqa: N815
    signed: bool
    on: bool
    created: Time
    used: Time
    failed: Time
    failure: str


class MadeIncomingHook(ShownIncomingHook):
    """
    A hook with its address.

    @ivar url: where to POST messages; whoever knows it may write to the group. What GitHub tells goes to C{URL/github},
        and so on: C{/gitlab}, C{/alertmanager}, C{/grafana}, C{/mattermost}.
    """

    url: str


class IncomingHookPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a hook."""

    group: GroupId
    hook: IncomingHookId


async def list_incoming_hooks(services: ApiServices, caller: Caller, path: GroupPath) -> list[ShownIncomingHook]:
    """Gives the incoming hooks of a group, the oldest first; there are at most 50. For the owner and the admins."""
    return [_shown(each) for each in await services.incoming_hooks.of_group(caller.user.id, path.group)]


async def make_incoming_hook(
    services: ApiServices, caller: Caller, path: GroupPath, body: NewIncomingHook, base: str
) -> MadeIncomingHook:
    """
    Makes an incoming hook: an address to which other programs POST messages for the group. A bot with the hook's name
    becomes a member. For the owner and the admins.
    """
    return _made(base, *await services.incoming_hooks.make(caller.user.id, path.group, _fields(body)))


async def change_incoming_hook(
    services: ApiServices, caller: Caller, path: IncomingHookPath, body: IncomingHookChange
) -> ShownIncomingHook:
    """Changes a hook; its address stays. For the owner and the admins."""
    return _shown(await services.incoming_hooks.change(caller.user.id, path.group, path.hook, _fields(body)))


async def roll_incoming_hook(
    services: ApiServices, caller: Caller, path: IncomingHookPath, base: str
) -> MadeIncomingHook:
    """
    Gives a hook another address, at once: the one before is good for nothing any more. For the owner and the admins.
    """
    return _made(base, *await services.incoming_hooks.roll(caller.user.id, path.group, path.hook))


async def remove_incoming_hook(services: ApiServices, caller: Caller, path: IncomingHookPath) -> None:
    """Removes a hook and its bot. Its messages stay, as those of any deleted account. For the owner and the admins."""
    await services.incoming_hooks.remove(caller.user.id, path.group, path.hook)


def _fields(body: NewIncomingHook | IncomingHookChange) -> HookFields:
    return HookFields(
        name=body.name, picture=body.picture, language=body.language, calls_all=body.callsAll, key=body.key
    )


def _shown(hook: IncomingHook) -> ShownIncomingHook:
    return ShownIncomingHook(
        hook.id,
        hook.group,
        hook.name,
        hook.picture,
        hook.bot,
        hook.maker,
        hook.language,
        hook.calls_all,
        hook.key is not None,
        hook.is_on,
        hook.created_at,
        hook.used_at,
        hook.failed_at,
        hook.failure,
    )


def _made(base: str, hook: IncomingHook, secret: str) -> MadeIncomingHook:
    return MadeIncomingHook(**msgspec.structs.asdict(_shown(hook)), url=f"{base}/hooks/{secret}")


_ADMINS = (NoSuchGroup, NotAMember, NotPermitted)
_NAMED = (NameReserved, HookExists)

SECTION = Section(
    "Incoming hooks",
    "An incoming hook is an address by which other programs write into a group, without an account: "
    '`curl -d \'{"text": "It works"}\' URL`. The page about incoming hooks says which forms its calls may have.',
    (
        Operation("GET", "/groups/{group}/hooks", list_incoming_hooks, "List the hooks of a group", _ADMINS),
        Operation(
            "POST",
            "/groups/{group}/hooks",
            make_incoming_hook,
            "Make a hook",
            (
                *(*_ADMINS, *_NAMED, GuestsMayNot, GroupArchived, GroupHooksFull, NameTaken, NoSuchUser, Unauthorized),
                *(AlreadyAMember, UserBanned, GroupFull, TooManyGroups),
            ),
            status=201,
            audited=True,
        ),
        Operation(
            "PATCH",
            "/groups/{group}/hooks/{hook}",
            change_incoming_hook,
            "Change a hook",
            (*_ADMINS, *_NAMED, GuestsMayNot, NoSuchIncomingHook),
            audited=True,
        ),
        Operation(
            "POST",
            "/groups/{group}/hooks/{hook}/roll",
            roll_incoming_hook,
            "Give a hook another address",
            (*_ADMINS, GuestsMayNot, NoSuchIncomingHook),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/groups/{group}/hooks/{hook}",
            remove_incoming_hook,
            "Remove a hook",
            (*_ADMINS, NoSuchIncomingHook),
            audited=True,
        ),
    ),
)
