"""Bots over HTTP, for their owners and for administrators; see L{hichat.bots}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import bot_owners, bot_tokens, users
from hichat.accounts.bot_owners import OwnedBot
from hichat.accounts.bot_passes import TOKEN_CONVERSATIONS, ScopeWord, name_of_place, place_named, scopes_of
from hichat.accounts.bot_tokens import BotToken
from hichat.accounts.server_rights import ServerAct, ask, ask_now
from hichat.accounts.users import User
from hichat.core.errors import (
    AlreadyAMember,
    BotsByAdministrators,
    BotTokenExists,
    GroupArchived,
    GroupFull,
    GuestsMayNot,
    NameReserved,
    NameTaken,
    NoSuchBot,
    NoSuchBotToken,
    NoSuchGroup,
    NotAdministrator,
    NotAMember,
    NotPermitted,
    OwnerCannotLeave,
    TooManyBots,
    TooManyBotTokens,
    TooManyGroups,
    UserBanned,
)
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.groups import queries
from hichat.web.api.accounts import AnyName, PictureURL, UserName
from hichat.web.api.conversations import ConversationName
from hichat.web.api.operation import Caller, GroupId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices

BotTokenId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="The number of a bot's token.")]
TokenEnd = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="Milliseconds since the epoch.")]

GROUPS_SHOWN = 200
"""The most groups of a bot that are listed."""


class NewBot(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new bot.

    @ivar name: the name of its account, as in a registration.
    @ivar displayName: the name that people see; empty: the name.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar server: it is the server's, and nobody's. For administrators.
    """

    name: UserName
    displayName: AnyName = ""  # noqa: N815
    avatar: PictureURL = ""
    server: bool = False


class BotChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What to change of a bot; absent fields keep their value.

    @ivar name: the name of its account.
    @ivar displayName: the name that people see; empty: the name.
    @ivar avatar: the address of a picture, or empty.
    """

    name: UserName | UnsetType = UNSET
    displayName: AnyName | UnsetType = UNSET  # noqa: N815
    avatar: PictureURL | UnsetType = UNSET


class ShownBot(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    A bot.

    @ivar name: the name of its account.
    @ivar displayName: the name that people see.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar owner: the person whose it is; absent: it is the server's.
    @ivar made: how many tokens it has; those that have ended count.
    @ivar lastUse: the last use of one of them, to some minutes; absent: there was none.
    @ivar disabled: its tokens are void until it, or its owner, is enabled again.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    created: Time
    made: int
    owner: UserId | UnsetType = UNSET
    lastUse: Time | UnsetType = UNSET  # noqa: N815
    disabled: bool = False


class ShownPass(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    A token of a bot, without the token itself, which is shown when it is made, and never again.

    @ivar name: what it is known by.
    @ivar scopes: what it may be used for: to write (C{send}), to read and to hear (C{read}), to manage groups
        (C{manage}).
    @ivar conversations: the only ones for which it is good; absent: it is for all of the bot's.
    @ivar created: when it was made.
    @ivar ends: when it ends; absent: it does not.
    @ivar used: the last use, to some minutes; absent: there was none.
    """

    id: BotTokenId
    name: str
    scopes: list[ScopeWord]
    created: Time
    conversations: list[ConversationName] | UnsetType = UNSET
    ends: Time | UnsetType = UNSET
    used: Time | UnsetType = UNSET


class BotGroup(msgspec.Struct):
    """A group that a bot is in."""

    id: GroupId
    name: str


class BotInFull(ShownBot, omit_defaults=True, kw_only=True):
    """
    A bot, with its tokens and its groups.

    @ivar passes: its tokens, in the order in which they were made; at most 20.
    @ivar groups: the groups that it is in; at most 200 are listed.
    """

    passes: list[ShownPass]
    groups: list[BotGroup]


class BotTokenWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new token of a bot.

    @ivar name: what it will be known by: each of the bot's has another one.
    @ivar scopes: what it may be used for.
    @ivar conversations: the only ones for which it is good, as the bot sees them: C{user-} and the other's id; absent:
        it is for all of the bot's.
    @ivar ends: when it ends; absent: it does not.
    """

    name: UserName
    scopes: Annotated[list[ScopeWord], Meta(min_length=1, max_length=3)]
    conversations: Annotated[list[ConversationName], Meta(min_length=1, max_length=TOKEN_CONVERSATIONS)] | UnsetType = (
        UNSET
    )
    ends: TokenEnd | UnsetType = UNSET


class MadeBotToken(ShownPass, omit_defaults=True, kw_only=True):
    """
    A new token of a bot.

    @ivar token: the token, for C{Authorization: Bearer}, and for C{hello}.
    """

    token: str


class BotPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a bot."""

    user: UserId


class BotTokenPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a bot's token."""

    user: UserId
    token: BotTokenId


class BotGroupPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a bot in a group."""

    user: UserId
    group: GroupId


async def list_bots(services: ApiServices, caller: Caller) -> list[ShownBot]:
    """Gives your bots, in the order in which they were made; there are at most 20. Those of hooks are not listed."""

    def read(connection: Connection) -> list[ShownBot]:
        own = [each for each in bot_owners.of_owner(connection, caller.user.id) if each.counted]
        return _bots(connection, own)

    return await services.store.read(read)


async def list_all_bots(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownBot]:
    """Gives everybody's bots, and those of the server, in the order of their ids. For administrators."""
    ask(caller.user, ServerAct.RUN_BOTS)
    behind = query.after(tuple[int])

    def read(connection: Connection) -> list[ShownBot]:
        return _bots(connection, bot_owners.page(connection, behind[0] if behind else 0, query.limit + 1))

    return query.page(await services.store.read(read), lambda bot: (bot.id,))


async def make_bot(services: ApiServices, caller: Caller, body: NewBot) -> ShownBot:
    """
    Makes a bot: an account that is a program. It has no password; it comes with tokens, which you make. You may have
    20. Everybody sees that it is a bot, and an administrator sees whose it is. It goes when your account is deleted.
    """
    if body.server:
        ask(caller.user, ServerAct.RUN_BOTS)

    def check(connection: Connection) -> None:
        actor = users.current(connection, caller.user)
        if body.server:
            ask_now(connection, caller.user, ServerAct.RUN_BOTS)
        else:
            services.bots.check_maker(actor)

    owner = 0 if body.server else caller.user.id
    made = await services.bots.make(body.name, owner, body.displayName, body.avatar, check=check)
    return await _shown(services, made.id)


async def get_bot(services: ApiServices, caller: Caller, path: BotPath) -> BotInFull:
    """Gives a bot of yours, with its tokens and its groups. Administrators see everybody's."""

    def read(connection: Connection) -> BotInFull:
        owned = _ask(connection, caller, path.user)
        (shown,) = _bots(connection, [owned])
        passes = [_pass(each) for each in bot_tokens.of_bot(connection, path.user)]
        groups = [BotGroup(each.id, each.name) for each in queries.joined(connection, path.user)[:GROUPS_SHOWN]]
        return BotInFull(**msgspec.structs.asdict(shown), passes=passes, groups=groups)

    return await services.store.read(read)


async def change_bot(services: ApiServices, caller: Caller, path: BotPath, body: BotChange) -> ShownBot:
    """Changes the names or the picture of a bot of yours."""
    check = _checking(caller, path.user)
    given = {"name": body.name, "display_name": body.displayName, "avatar": body.avatar}
    fields = {name: value for name, value in given.items() if isinstance(value, str)}
    bot = await services.store.read(_bot, caller, path.user)
    await services.accounts.profiles.change(bot, fields, check)
    return await _shown(services, path.user)


async def delete_bot(services: ApiServices, caller: Caller, path: BotPath) -> None:
    """Deletes a bot of yours for ever. What it has written stays, as of any account that was deleted."""
    await services.store.read(_bot, caller, path.user)
    await services.bots.remove(path.user, _checking(caller, path.user))


async def make_bot_token(services: ApiServices, caller: Caller, path: BotPath, body: BotTokenWanted) -> MadeBotToken:
    """
    Makes a token of a bot of yours. It takes the place of an access token over HTTP and WebSocket, and is shown once.
    Whoever has it is the bot, within its scopes and conversations.
    """

    def check(connection: Connection) -> None:
        _ask(connection, caller, path.user, mint=True)

    places = None if body.conversations is UNSET else {place_named(name) for name in body.conversations}
    ends = None if body.ends is UNSET else body.ends
    made, secret = await services.bots.make_token(path.user, body.name, scopes_of(body.scopes), places, ends, check)
    return MadeBotToken(**msgspec.structs.asdict(_pass(made)), token=secret)


async def revoke_bot_token(services: ApiServices, caller: Caller, path: BotTokenPath) -> None:
    """Revokes a token of a bot of yours: it is void at once, and its connections are closed."""
    await services.store.read(_ask, caller, path.user)
    await services.bots.revoke_token(path.user, path.token, _checking(caller, path.user))


async def add_bot_to_group(services: ApiServices, caller: Caller, path: BotGroupPath) -> None:
    """
    Makes a bot of yours a member of a group that you look after: as its owner or an admin. Elsewhere one of these may
    invite it as anybody else, and the bot joins.
    """
    await services.store.read(_own, caller, path.user)
    await services.bots.bring(caller.user.id, path.user, path.group)


async def remove_bot_from_group(services: ApiServices, caller: Caller, path: BotGroupPath) -> None:
    """Takes a bot of yours out of a group."""
    await services.store.read(_own, caller, path.user)
    await services.groups.leave(path.user, path.group)


def _ask(connection: Connection, caller: Caller, bot: int, mint: bool = False) -> OwnedBot:
    """
    May the caller do this with a bot?

    @param mint: whether it is to make a token: nobody makes one for the bot of another person.
    @raise NoSuchBot: there is no such bot, or it is not the caller's, who does not look after everybody's.
    @raise Unauthorized: the caller's tokens were voided since.
    """
    owned = bot_owners.get(connection, bot)
    if bot_owners.is_run_by(connection, bot, caller.user.id):
        users.current(connection, caller.user)
        return owned
    try:
        ask_now(connection, caller.user, ServerAct.RUN_BOTS)
    except NotAdministrator:
        raise NoSuchBot from None
    if mint and (owned.owner or not owned.counted):
        raise NotPermitted
    return owned


def _checking(caller: Caller, bot: int) -> Callable[[Connection], OwnedBot]:
    """@return: what asks in the transaction of a change whether the caller may still make it."""
    return lambda connection: _ask(connection, caller, bot)


def _own(connection: Connection, caller: Caller, bot: int) -> None:
    """@raise NoSuchBot: it is not the caller's own."""
    if not bot_owners.is_run_by(connection, bot, caller.user.id):
        raise NoSuchBot


def _bot(connection: Connection, caller: Caller, bot: int) -> User:
    _ask(connection, caller, bot)
    return users.get(connection, bot)


async def _shown(services: ApiServices, bot: int) -> ShownBot:
    (shown,) = await services.store.read(lambda connection: _bots(connection, [bot_owners.get(connection, bot)]))
    return shown


def _bots(connection: Connection, owned: list[OwnedBot]) -> list[ShownBot]:
    found = users.find_many(connection, [each.bot for each in owned])
    uses = bot_tokens.uses(connection, [each.bot for each in owned])
    shown = []
    for each in owned:
        user = found[each.bot]
        if user is None:
            continue
        made, used = uses.get(each.bot, (0, 0))
        shown.append(
            ShownBot(
                id=user.id,
                name=user.name,
                displayName=user.display_name,
                avatar=user.avatar,
                created=user.created_at,
                made=made,
                owner=each.owner or UNSET,
                lastUse=used or UNSET,
                disabled=user.disabled,
            )
        )
    return shown


def _pass(token: BotToken) -> ShownPass:
    places = token.conversations
    return ShownPass(
        id=token.id,
        name=token.name,
        scopes=token.scopes.words,
        created=token.created_at,
        conversations=UNSET if places is None else [name_of_place(place) for place in sorted(places)],
        ends=UNSET if token.ends_at is None else token.ends_at,
        used=token.used_at or UNSET,
    )


_NAMED = (NameTaken, NameReserved)
_COMING = (AlreadyAMember, UserBanned, GroupFull, TooManyGroups)
_IN_GROUPS = (NoSuchBot, NoSuchGroup, NotAMember)

SECTION = Section(
    "Bots",
    "A bot is an account that is a program. A person or the server owns it. It has no password: it comes with tokens, "
    "each with scopes, for all of its conversations or for some, for ever or until some time. A token takes the place "
    "of an access token, over HTTP and WebSocket. Operations that are not for bots refuse them: `not_for_bots`.",
    (
        Operation("GET", "/bots", list_bots, "List your bots"),
        Operation(
            "POST",
            "/bots",
            make_bot,
            "Make a bot",
            (*_NAMED, GuestsMayNot, BotsByAdministrators, TooManyBots, NotAdministrator),
            status=201,
            audited=True,
            secures=True,
        ),
        Operation("GET", "/bots/{user}", get_bot, "Get a bot", (NoSuchBot,)),
        Operation(
            "PATCH", "/bots/{user}", change_bot, "Change a bot", (NoSuchBot, *_NAMED), audited=True, secures=True
        ),
        Operation("DELETE", "/bots/{user}", delete_bot, "Delete a bot", (NoSuchBot,), audited=True, secures=True),
        Operation(
            "POST",
            "/bots/{user}/tokens",
            make_bot_token,
            "Make a bot's token",
            (NoSuchBot, NotPermitted, BotTokenExists, TooManyBotTokens),
            status=201,
            audited=True,
            secures=True,
            secret=True,
        ),
        Operation(
            "DELETE",
            "/bots/{user}/tokens/{token}",
            revoke_bot_token,
            "Revoke a bot's token",
            (NoSuchBot, NoSuchBotToken),
            audited=True,
            secures=True,
        ),
        Operation(
            "PUT",
            "/bots/{user}/groups/{group}",
            add_bot_to_group,
            "Take a bot into a group",
            (*_IN_GROUPS, NotPermitted, GuestsMayNot, GroupArchived, *_COMING),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/bots/{user}/groups/{group}",
            remove_bot_from_group,
            "Take a bot out of a group",
            (*_IN_GROUPS, OwnerCannotLeave),
            audited=True,
        ),
        Operation("GET", "/admin/bots", list_all_bots, "List all bots", (NotAdministrator,)),
    ),
)
