"""
Incoming hooks, for those who look after groups.

A hook is a bot with an address: making it makes the bot and takes it into the group, removing it deletes the bot's
account. Its messages stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.accounts import devices, users
from hichat.accounts.fields import name_of, picture_of
from hichat.accounts.names import check_reserved
from hichat.accounts.profiles import Profiles
from hichat.accounts.users import User
from hichat.bots.bots import Bots
from hichat.core.errors import InvalidField, Language, NameTaken, NoSuchBot, Refused
from hichat.core.text import NAME_LIMIT
from hichat.groups import queries
from hichat.groups.queries import Group
from hichat.groups.rights import GroupAct, GroupRights
from hichat.groups.service import Groups
from hichat.hooks.incoming import records
from hichat.hooks.incoming.records import IncomingHook
from hichat.runtime.sealing import Sealing

if TYPE_CHECKING:
    from hichat.storage.store import Store

BY_OPERATOR = 0
"""Stands for whoever runs the server, who needs no right in the group."""

SIGNING_KEY_LIMIT = 256
"""The most characters of what callers sign with."""


class HookFields(msgspec.Struct, kw_only=True):
    """
    What is said of a hook; absent fields stay as they are.

    @ivar picture: see L{picture_of}.
    @ivar language: in which it shows what other programs tell.
    @ivar calls_all: whether its messages may call all members.
    @ivar key: what its callers sign with; empty: nothing has to be signed.
    """

    name: str | UnsetType = UNSET
    picture: str | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    calls_all: bool | UnsetType = UNSET
    key: str | UnsetType = UNSET


class IncomingHooks:
    """
    The incoming hooks of a server. Its methods raise the errors of L{hichat.groups.rights} about whoever wants it, of
    L{hichat.hooks.incoming.records}, and those of the ledger.

    @param sealing: seals what callers sign with.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(
        self, store: Store, profiles: Profiles, groups: Groups, bots: Bots, sealing: Sealing, now: Callable[[], int]
    ) -> None:
        self._store = store
        self._profiles = profiles
        self._groups = groups
        self._bots = bots
        self._sealing = sealing
        self._now = now

    async def make(self, by: int, group: int, wanted: HookFields) -> tuple[IncomingHook, str]:
        """
        Make a hook.

        @param by: who looks after the group, whose the bot is; or L{BY_OPERATOR}.
        @param wanted: its name at least.
        @return: it, and its secret, which is shown once.
        @raise InvalidField: a field is not allowed.
        @raise NameReserved: the name seems to speak for the server.
        """
        if wanted.name is UNSET:
            raise InvalidField("name")
        values = _checked(wanted)
        name, picture = str(values["name"]), picture_of(wanted.picture or "", "picture")
        number, secret = records.new_hook_id(), records.new_hook_secret()
        key = self._sealed(number, wanted.key or "")

        def check(connection: Connection) -> Group:
            found = _ask(connection, by, group, GroupAct.MAKE_HOOK)
            records.check_room(connection, group, name)
            return found

        found = await self._store.read(check)
        bot = await self._make_bot(by, name, found.name, picture, check)
        hook = IncomingHook(
            number,
            group,
            bot.id,
            0,
            by,
            name,
            wanted.language or "en",
            bool(wanted.calls_all),
            key,
            self._now(),
            0,
            0,
            "",
            bot.avatar,
            True,
        )

        def enter(connection: Connection) -> None:
            check(connection)
            device = devices.add_of_bot(connection, bot.id, "hook", self._now())
            records.add(connection, msgspec.structs.replace(hook, device=device.id), secret)

        try:
            if by == BY_OPERATOR:
                await self._groups.add(bot.id, group, enter)
            else:
                await self._groups.bring(by, group, bot.id, enter)
        except Refused:
            await self._bots.remove(bot.id)
            raise
        return await self._store.read(records.get, group, number), secret

    async def _make_bot(
        self, by: int, name: str, group: str, picture: str, check: Callable[[Connection], object]
    ) -> User:
        """@param group: the group's name."""

        def may(connection: Connection) -> None:
            check(connection)

        taken: NameTaken | None = None
        for shown in _names(name, group):
            try:
                return await self._bots.make(
                    f"hook-{token_hex(6)}",
                    by,
                    shown,
                    picture,
                    counted=False,
                    by_operator=by == BY_OPERATOR,
                    check=may,
                )
            except NameTaken as e:
                taken = e
        assert taken is not None
        raise taken

    async def of_group(self, by: int, group: int) -> list[IncomingHook]:
        """@return: the hooks of a group, in the order in which they were made."""

        def read(connection: Connection) -> list[IncomingHook]:
            _ask(connection, by, group, GroupAct.SEE_HOOKS)
            return records.of_group(connection, group)

        return await self._store.read(read)

    async def named(self, group: int, name: str) -> IncomingHook:
        """See L{records.named}; for those who run the server."""
        return await self._store.read(records.named, group, name)

    async def change(self, by: int, group: int, number: int, wanted: HookFields) -> IncomingHook:
        """
        Change fields of a hook.

        @raise InvalidField: a field is not allowed.
        """
        values = _checked(wanted)
        picture = UNSET if wanted.picture is UNSET else picture_of(wanted.picture, "picture")
        if wanted.key is not UNSET:
            values["signing_key"] = self._sealed(number, wanted.key)

        def change(connection: Connection) -> tuple[IncomingHook, Group, User | None]:
            found = _ask(connection, by, group, GroupAct.CHANGE_HOOK)
            hook = records.get(connection, group, number)
            if "name" in values:
                records.check_name(connection, group, str(values["name"]), number)
            records.change(connection, number, values)
            return hook, found, users.find(connection, hook.bot)

        before, found, bot = await self._store.write(change)
        if bot is not None:
            await self._show(bot, before, found.name, str(values.get("name", before.name)), picture)
        return await self._store.read(records.get, group, number)

    async def _show(self, bot: User, before: IncomingHook, group: str, name: str, picture: str | UnsetType) -> None:
        """The bot is shown as the hook is."""
        if picture is not UNSET and picture != bot.avatar:
            bot = await self._profiles.change(bot, {"avatar": picture})
        if name == before.name:
            return
        for shown in _names(name, group):
            try:
                await self._profiles.change(bot, {"display_name": shown})
            except NameTaken:
                continue
            return

    async def roll(self, by: int, group: int, number: int) -> tuple[IncomingHook, str]:
        """
        Give a hook another address. The one before is good for nothing any more.

        @return: it, and its new secret, which is shown once.
        """
        secret = records.new_hook_secret()

        def change(connection: Connection) -> IncomingHook:
            _ask(connection, by, group, GroupAct.CHANGE_HOOK)
            found = records.get(connection, group, number)
            records.roll(connection, number, secret)
            return found

        return await self._store.write(change), secret

    async def remove(self, by: int, group: int, number: int) -> None:
        """Remove a hook, with its bot."""

        def find(connection: Connection) -> IncomingHook:
            _ask(connection, by, group, GroupAct.REMOVE_HOOK)
            return records.get(connection, group, number)

        def remove(connection: Connection) -> None:
            find(connection)
            records.remove(connection, number)

        found = await self._store.read(find)
        try:
            await self._bots.remove(found.bot, remove)
        except NoSuchBot:
            # It was deleted by itself.
            await self._store.write(remove)

    def key_of(self, hook: IncomingHook) -> str:
        """@return: what its callers sign with; empty: nothing has to be signed."""
        if hook.key is None:
            return ""
        opened = self._sealing.open(hook.key, _bound_to(hook.id))
        # A key that cannot be opened is one that no caller has: the hook must not become an open one.
        return opened.decode() if opened else token_hex(32)

    def _sealed(self, number: int, key: str) -> bytes | None:
        """@raise InvalidField: it is too long, or has other characters than those of ASCII that can be seen."""
        if len(key) > SIGNING_KEY_LIMIT or not (key.isascii() and key.isprintable()):
            raise InvalidField("key")
        return self._sealing.seal(key.encode(), _bound_to(number)) if key else None


def _ask(connection: Connection, by: int, group: int, act: GroupAct) -> Group:
    """
    @return: the group.
    @raise Refused: whoever wants it may not do this there.
    """
    if by == BY_OPERATOR:
        return queries.get(connection, group)
    return GroupRights(connection, group, by).ask(act).group


def _checked(wanted: HookFields) -> dict[str, object]:
    """
    @return: the values by column, without the picture and the key.
    @raise InvalidField: one of them is not allowed.
    """
    values: dict[str, object] = {}
    if wanted.name is not UNSET:
        values["name"] = name_of(wanted.name)
        check_reserved(name_of(wanted.name))
    if wanted.language is not UNSET:
        values["language"] = wanted.language
    if wanted.calls_all is not UNSET:
        values["calls_all"] = wanted.calls_all
    return values


def _names(name: str, group: str) -> Iterator[str]:
    """
    @return: names under which the bot of a hook may be shown among the members: each user has another one, and many
        groups have a hook of one name.
    """
    yield name
    yield f"{name[: NAME_LIMIT // 2]} ({group[: NAME_LIMIT // 2 - 3]})"
    yield f"{name[: NAME_LIMIT - 7]} {token_hex(3)}"


def _bound_to(number: int) -> bytes:
    return b"hook %d" % number
