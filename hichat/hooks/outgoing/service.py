"""
Outgoing hooks, for those who call.

A hook of a group is run by the group's owner and its admins; one of the announcements by who may announce; one of a bot
by the bot's owner. It has the rights of who made it, or has switched it on last: if these end, so does the hook.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from hichat.accounts import bot_owners
from hichat.accounts.fields import name_of
from hichat.accounts.server_rights import ServerAct, ask_now
from hichat.accounts.users import User
from hichat.core.errors import (
    InvalidField,
    NoSuchBot,
    NoSuchDelivery,
    NoSuchGroup,
    NoSuchOutgoingHook,
    NotAMember,
    UnknownWord,
)
from hichat.core.events import Scope
from hichat.core.ports import ILimit
from hichat.fetching.fetcher import Fetcher
from hichat.groups.rights import GroupAct, GroupRights
from hichat.hooks.outgoing import pages, records
from hichat.hooks.outgoing.pages import DELIVERED_KINDS, HookPage
from hichat.hooks.outgoing.posting import HookPost
from hichat.hooks.outgoing.records import BY_HAND, HOOK_ON, Delivery, OutgoingHook
from hichat.hooks.outgoing.signing import HookSecrets
from hichat.log import reading
from hichat.runtime.limits import Rate
from hichat.storage.store import Store

OLD_SECRET_GOOD = 24 * 3600 * 1000
"""Milliseconds for which deliveries have signatures by the secret before as well, after another one was made."""

HOOK_KINDS_LIMIT = 64
"""The most kinds that a hook names."""

HOOK_CALLS_RATE = Rate(60, 600)
"""Calls of a user by which the server resolves a name, or asks a receiver, at once."""

HookPlace = tuple[int, int]
"""The events of a hook: scope and target, see L{OutgoingHook}."""

ANNOUNCEMENTS: HookPlace = (Scope.EVERYONE, 0)


def ask_place(connection: Connection, user: User, place: HookPlace) -> None:
    """
    May this user run hooks there?

    @raise Refused: no.
    """
    scope, target = place
    if scope == Scope.GROUP:
        GroupRights(connection, target, user.id).ask(GroupAct.RUN_HOOKS)
    elif scope == Scope.USER:
        if not bot_owners.is_run_by(connection, target, user.id):
            raise NoSuchBot
    else:
        ask_now(connection, user, ServerAct.ANNOUNCE)


def _own(connection: Connection, user: User, hook_id: int) -> OutgoingHook:
    """@raise NoSuchOutgoingHook: there is none that the user knows of."""
    hook = records.get_hook(connection, hook_id)
    try:
        ask_place(connection, user, (hook.scope, hook.target))
    except (NotAMember, NoSuchGroup, NoSuchBot):
        raise NoSuchOutgoingHook from None
    return hook


class OutgoingHooks:
    """
    @param limit: counts what L{HOOK_CALLS_RATE} bounds.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        hook_secrets: HookSecrets,
        post: HookPost,
        limit: ILimit,
        now: Callable[[], int],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._secrets = hook_secrets
        self._post = post
        self._limit = limit
        self._now = now

    async def of_place(self, user: User, place: HookPlace) -> list[OutgoingHook]:
        """
        @return: the hooks there, the oldest first.
        @raise Refused: see L{ask_place}.
        """

        def read(connection: Connection) -> list[OutgoingHook]:
            ask_place(connection, user, place)
            return records.hooks_of(connection, *place)

        return await self._store.read(read)

    async def get(self, user: User, hook_id: int) -> OutgoingHook:
        """@raise Refused: L{NoSuchOutgoingHook}, or see L{ask_place}; so do all that follow."""
        return await self._store.read(_own, user, hook_id)

    async def make(
        self, user: User, place: HookPlace, name: str, url: str, kinds: Sequence[str]
    ) -> tuple[OutgoingHook, str]:
        """
        Make a hook. It delivers what happens from now on.

        @param kinds: names; none: all.
        @return: it, and its secret, which is shown once.
        @raise Refused: also L{InvalidField}, L{BadURL}, L{NotPublic}, L{TooManyHooks}.
        """
        # Not everybody may have the server look names up.
        await self._store.read(ask_place, user, place)
        self._limit.attempt(str(user.id))
        mark = secrets.token_hex(8)
        secret, sealed = self._secrets.make(mark)
        scope, target = place
        values = {
            "mark": mark,
            "owner_id": user.id,
            "scope": scope,
            "target": target,
            "name": name_of(name),
            "url": await self._fetcher.check(url, user.id),
            "kinds": _kinds(kinds),
            "secret": sealed,
            "created_at": self._now(),
        }

        def make(connection: Connection) -> OutgoingHook:
            ask_place(connection, user, place)
            return records.add_hook(connection, values)

        return await self._store.write(make), secret

    async def change(
        self,
        user: User,
        hook_id: int,
        name: str | None = None,
        url: str | None = None,
        kinds: Sequence[str] | None = None,
        on: bool | None = None,
        skip: bool = False,
    ) -> OutgoingHook:
        """
        Change a hook; None: that stays as it is. Who switches it on is the one whose rights it has from then on.

        @param skip: whether what has happened up to now is not delivered any more.
        @raise Refused: see L{make}.
        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = name_of(name)
        if kinds is not None:
            values["kinds"] = _kinds(kinds)
        if on is not None:
            values |= {"off": HOOK_ON, "owner_id": user.id} if on else {"off": BY_HAND}
        if url is not None:
            await self.get(user, hook_id)
            self._limit.attempt(str(user.id))
            values["url"] = await self._fetcher.check(url, user.id)

        def change(connection: Connection) -> OutgoingHook:
            _own(connection, user, hook_id)
            end = {"position": reading.head(connection)} if skip else {}
            return records.change_hook(connection, hook_id, values | end)

        return await self._store.write(change)

    async def roll(self, user: User, hook_id: int) -> tuple[OutgoingHook, str]:
        """
        Make another secret. The one before is good for L{OLD_SECRET_GOOD}.

        @return: the hook, and the secret, which is shown once.
        """

        def roll(connection: Connection) -> tuple[OutgoingHook, str]:
            hook = _own(connection, user, hook_id)
            secret, sealed = self._secrets.make(hook.mark)
            until = self._now() + OLD_SECRET_GOOD
            values = {"secret": sealed, "old_secret": hook.secret, "old_until": until}
            return records.change_hook(connection, hook_id, values), secret

        return await self._store.write(roll)

    async def remove(self, user: User, hook_id: int) -> None:
        """Remove a hook."""

        def remove(connection: Connection) -> None:
            records.remove_hooks(connection, [_own(connection, user, hook_id).id])

        await self._store.write(remove)

    async def deliveries(self, user: User, hook_id: int) -> list[Delivery]:
        """@return: the last deliveries, the newest first."""

        def read(connection: Connection) -> list[Delivery]:
            return records.deliveries_of(connection, _own(connection, user, hook_id).id)

        return await self._store.read(read)

    async def repeat(self, user: User, hook_id: int, position: int) -> Delivery:
        """
        Deliver an event again, at once, whether the hook is on or not. Where the hook is stays as it is.

        @raise NoSuchDelivery: it is no event that the hook delivers.
        """

        def read(connection: Connection) -> tuple[OutgoingHook, HookPage]:
            hook = _own(connection, user, hook_id)
            return hook, pages.read_event(connection, hook, position)

        hook, page = await self._store.read(read)
        if not page.events:
            raise NoSuchDelivery
        self._limit.attempt(str(user.id))
        return (await self._post.deliver(hook, page, page.events[0], 1)).delivery

    async def ping(self, user: User, hook_id: int) -> Delivery:
        """Try a hook's URL with what is no event."""
        hook = await self.get(user, hook_id)
        self._limit.attempt(str(user.id))
        return (await self._post.ping(hook)).delivery


def _kinds(names: Sequence[str]) -> str:
    """@raise InvalidField: one is no kind that hooks deliver, or there are too many."""
    if len(names) > HOOK_KINDS_LIMIT:
        raise InvalidField("kinds")
    for place, name in enumerate(names):
        if name not in DELIVERED_KINDS:
            raise UnknownWord("kinds", place, DELIVERED_KINDS)
    return " ".join(dict.fromkeys(names))


class HooksForgotten:
    """What becomes of hooks when an account is deleted."""

    async def leave_all(self, user_id: int) -> None:
        """See L{Leaves}: nobody hears of it."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """See L{Leaves}."""
        records.forget_hooks(connection, user_id)
