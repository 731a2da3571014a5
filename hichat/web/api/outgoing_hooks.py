"""Outgoing hooks over HTTP; see L{hichat.hooks.outgoing}."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import (
    BadURL,
    InvalidField,
    NoSuchBot,
    NoSuchDelivery,
    NoSuchGroup,
    NoSuchOutgoingHook,
    NotAdministrator,
    NotAMember,
    NotPermitted,
    NotPublic,
    TooManyAttempts,
    TooManyHooks,
)
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.fetching.urls import URL_LIMIT
from hichat.hooks.outgoing.records import Delivery, OutgoingHook
from hichat.hooks.outgoing.service import ANNOUNCEMENTS, HOOK_KINDS_LIMIT, HookPlace
from hichat.web.api.accounts import UserName
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.services import ApiServices

HookId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A hook's number.")]
HookURL = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=URL_LIMIT,
        description="`https://` or `http://`, at a public address, without a user and a password.",
    ),
]
HookKinds = Annotated[
    list[Annotated[str, Meta(max_length=32)]],
    Meta(max_length=HOOK_KINDS_LIMIT, description="The kinds of events, such as `message` and `reacted`; empty: all."),
]

WhyOff = Literal["by_hand", "gone", "failing", "no_rights", "no_secret"]


class HooksQuery(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    Whose hooks are wanted: a group's, or a bot's; without either: those of the announcements.

    @ivar group: a group.
    @ivar bot: a bot of yours.
    """

    group: GroupId | UnsetType = UNSET
    bot: UserId | UnsetType = UNSET


class HookWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new hook.

    @ivar name: what people know it by.
    @ivar url: where its events go.
    @ivar kinds: the kinds of events that it delivers.
    @ivar group: the group whose events these are.
    @ivar bot: the bot of yours: all events that it gets, but its own. Without a group and a bot, the announcements.
    """

    name: UserName
    url: HookURL
    kinds: HookKinds = msgspec.field(default_factory=lambda: ["message"])
    group: GroupId | UnsetType = UNSET
    bot: UserId | UnsetType = UNSET


class HookChanged(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The fields to change; absent fields keep their value.

    @ivar on: whether it delivers. Who switches it on is the one whose rights it has from then on.
    @ivar skip: C{true}: what has happened up to now, and was not delivered, never is.
    """

    name: UserName | UnsetType = UNSET
    url: HookURL | UnsetType = UNSET
    kinds: HookKinds | UnsetType = UNSET
    on: bool | UnsetType = UNSET
    skip: bool = False


class ShownHook(msgspec.Struct, omit_defaults=True):
    """
    An outgoing hook.

    @ivar kinds: the kinds of events that it delivers; empty: all.
    @ivar owner: whose rights it has: it ends if this user may not see the events any more.
    @ivar group: the group whose events it delivers.
    @ivar bot: the bot whose events it delivers. Without a group and a bot it is one of the announcements.
    @ivar on: whether it delivers.
    @ivar off: why it is switched off: by hand; because the receiver has answered 410; because all deliveries have
        failed for 5 days; because its owner may not see the events any more; because the server has another key than
        the one that sealed its secret.
    @ivar position: the last event that was delivered, or is not to be.
    @ivar failing: since when the deliveries of the next event fail; absent: they do not.
    @ivar tries: how often it was tried.
    @ivar next: when it is tried again.
    """

    id: HookId
    name: str
    url: str
    kinds: list[str]
    owner: UserId
    on: bool
    position: int
    created: Time
    group: GroupId | UnsetType = UNSET
    bot: UserId | UnsetType = UNSET
    off: WhyOff | UnsetType = UNSET
    failing: Time | UnsetType = UNSET
    tries: int = 0
    next: Time | UnsetType = UNSET


class MadeHook(ShownHook, kw_only=True):
    """
    A hook, with its secret.

    @ivar secret: by which the receiver checks the signatures. It is shown now, and never again.
    """

    secret: str


class ShownDelivery(msgspec.Struct, omit_defaults=True):
    """
    The last try to deliver an event.

    @ivar position: the event's; 0: it was a trial.
    @ivar kind: the event's; C{ping}: it was a trial.
    @ivar took: milliseconds.
    @ivar tries: how often it was tried.
    @ivar good: whether the receiver has taken it.
    @ivar status: the status of its answer; absent: there was none.
    @ivar trouble: why there was none.
    @ivar answer: the beginning of the answer's body.
    """

    position: int
    kind: str
    at: Time
    took: int
    tries: int
    good: bool
    status: int | UnsetType = UNSET
    trouble: str = ""
    answer: str = ""


class HookPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a hook."""

    hook: HookId


class DeliveryPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a delivery."""

    hook: HookId
    position: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="An event's position in the log.")]


async def list_outgoing_hooks(services: ApiServices, caller: Caller, query: HooksQuery) -> list[ShownHook]:
    """Gives the hooks of a group, of a bot, or of the announcements, the oldest first; there are at most 20."""
    found = await services.outgoing_hooks.of_place(caller.user, _place(query))
    return [shown_hook(each) for each in found]


async def make_outgoing_hook(services: ApiServices, caller: Caller, body: HookWanted) -> MadeHook:
    """
    Makes a hook. It delivers what happens from now on, to who has the URL: choose receivers that may read what is
    written here.
    """
    hook, secret = await services.outgoing_hooks.make(caller.user, _place(body), body.name, body.url, body.kinds)
    return _with_secret(hook, secret)


async def get_outgoing_hook(services: ApiServices, caller: Caller, path: HookPath) -> ShownHook:
    """Gives a hook, and how far it is."""
    return shown_hook(await services.outgoing_hooks.get(caller.user, path.hook))


async def change_outgoing_hook(services: ApiServices, caller: Caller, path: HookPath, body: HookChanged) -> ShownHook:
    """
    Changes a hook, or switches it on or off. Switched on, it goes on where it was: what has happened meanwhile is
    delivered, unless you skip that. What failed is tried again at once.
    """
    hook = await services.outgoing_hooks.change(
        caller.user,
        path.hook,
        None if body.name is UNSET else body.name,
        None if body.url is UNSET else body.url,
        None if body.kinds is UNSET else body.kinds,
        None if body.on is UNSET else body.on,
        body.skip,
    )
    return shown_hook(hook)


async def remove_outgoing_hook(services: ApiServices, caller: Caller, path: HookPath) -> None:
    """Removes a hook, and what there is of its deliveries."""
    await services.outgoing_hooks.remove(caller.user, path.hook)


async def roll_outgoing_hook(services: ApiServices, caller: Caller, path: HookPath) -> MadeHook:
    """
    Makes another secret. For a day, deliveries have a signature by the one before as well: give the receiver the new
    one meanwhile.
    """
    return _with_secret(*await services.outgoing_hooks.roll(caller.user, path.hook))


async def list_hook_deliveries(services: ApiServices, caller: Caller, path: HookPath) -> list[ShownDelivery]:
    """Gives the last deliveries of a hook, the newest first: the last try of each; there are at most 100."""
    return [_delivery(each) for each in await services.outgoing_hooks.deliveries(caller.user, path.hook)]


async def repeat_hook_delivery(services: ApiServices, caller: Caller, path: DeliveryPath) -> ShownDelivery:
    """
    Delivers an event again, at once, with the same id, and gives what has become of that. Where the hook is in the log
    stays as it is.
    """
    return _delivery(await services.outgoing_hooks.repeat(caller.user, path.hook, path.position))


async def try_outgoing_hook(services: ApiServices, caller: Caller, path: HookPath) -> ShownDelivery:
    """Sends the receiver a C{ping}, which is no event, and gives what has become of that."""
    return _delivery(await services.outgoing_hooks.ping(caller.user, path.hook))


def _place(of: HooksQuery | HookWanted) -> HookPlace:
    """@raise InvalidField: there are both a group and a bot."""
    if of.group is not UNSET and of.bot is not UNSET:
        raise InvalidField("bot")
    if of.bot is not UNSET:
        return Scope.USER, of.bot
    return ANNOUNCEMENTS if of.group is UNSET else (Scope.GROUP, of.group)


def shown_hook(hook: OutgoingHook) -> ShownHook:
    """@return: a hook as the API shows it."""
    return ShownHook(
        hook.id,
        hook.name,
        hook.url,
        hook.kinds.split(),
        hook.owner_id,
        not hook.off,
        hook.position,
        hook.created_at,
        group=hook.target if hook.scope == Scope.GROUP else UNSET,
        bot=hook.target if hook.scope == Scope.USER else UNSET,
        off=msgspec.convert(hook.off, WhyOff) if hook.off else UNSET,
        failing=UNSET if hook.failing_since is None else hook.failing_since,
        tries=hook.tries,
        next=hook.next_at or UNSET,
    )


def _with_secret(hook: OutgoingHook, secret: str) -> MadeHook:
    return MadeHook(**msgspec.structs.asdict(shown_hook(hook)), secret=secret)


def _delivery(found: Delivery) -> ShownDelivery:
    return ShownDelivery(
        found.position,
        found.kind,
        found.at,
        found.took,
        found.tries,
        found.is_good,
        found.status or UNSET,
        found.trouble,
        found.answer,
    )


_OF_PLACE = (NoSuchBot, NoSuchGroup, NotAMember, NotPermitted, NotAdministrator)
_OF_HOOK = (NoSuchOutgoingHook, NotPermitted, NotAdministrator)

SECTION = Section(
    "Outgoing hooks",
    "A hook POSTs the events of a group, all that a bot gets, or the announcements, to a URL: in order, at least once, "
    "signed after Standard Webhooks (standardwebhooks.com). The owner and the admins of a group run its hooks; "
    "a bot's owner those of the bot; who may announce those of the announcements.",
    (
        Operation("GET", "/hooks/outgoing", list_outgoing_hooks, "List outgoing hooks", _OF_PLACE),
        Operation(
            "POST",
            "/hooks/outgoing",
            make_outgoing_hook,
            "Make an outgoing hook",
            (*_OF_PLACE, BadURL, NotPublic, TooManyHooks, TooManyAttempts),
            status=201,
            audited=True,
        ),
        Operation("GET", "/hooks/outgoing/{hook}", get_outgoing_hook, "Look at an outgoing hook", _OF_HOOK),
        Operation(
            "PATCH",
            "/hooks/outgoing/{hook}",
            change_outgoing_hook,
            "Change an outgoing hook",
            (*_OF_HOOK, BadURL, NotPublic, TooManyAttempts),
            audited=True,
        ),
        Operation(
            "DELETE", "/hooks/outgoing/{hook}", remove_outgoing_hook, "Remove an outgoing hook", _OF_HOOK, audited=True
        ),
        Operation(
            "POST",
            "/hooks/outgoing/{hook}/secret",
            roll_outgoing_hook,
            "Make another secret",
            _OF_HOOK,
            audited=True,
        ),
        Operation(
            "POST",
            "/hooks/outgoing/{hook}/trial",
            try_outgoing_hook,
            "Try an outgoing hook",
            (*_OF_HOOK, TooManyAttempts),
        ),
        Operation(
            "GET", "/hooks/outgoing/{hook}/deliveries", list_hook_deliveries, "List the last deliveries", _OF_HOOK
        ),
        Operation(
            "POST",
            "/hooks/outgoing/{hook}/deliveries/{position}",
            repeat_hook_delivery,
            "Deliver an event again",
            (*_OF_HOOK, NoSuchDelivery, TooManyAttempts),
            audited=True,
        ),
    ),
)
