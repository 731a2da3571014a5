"""Making bots and their tokens, and ending them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import bot_owners, bot_tokens, users
from hichat.accounts.accounts import Accounts
from hichat.accounts.bot_owners import BOTS_LIMIT
from hichat.accounts.bot_passes import TOKEN_CONVERSATIONS, BotScope, TokenPlace
from hichat.accounts.bot_tokens import BotToken
from hichat.accounts.fields import name_of
from hichat.accounts.names import check_reserved, user_name
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.users import User
from hichat.core.errors import BotsByAdministrators, GuestsMayNot, InvalidField, NoSuchBot, TooManyBots
from hichat.groups.service import Groups

if TYPE_CHECKING:
    from hichat.storage.store import Store


class Bots:
    """
    The bots of a server.

    A C{check} of a method runs in the transaction of the change, and says whether whoever wants it may still make it.

    @param now: the time in milliseconds since the epoch.
    @param by_all: whether people make bots; False: only those who run the server do.
    """

    def __init__(
        self, store: Store, accounts: Accounts, groups: Groups, now: Callable[[], int], by_all: bool = True
    ) -> None:
        self._by_all = by_all
        self._store = store
        self._accounts = accounts
        self._groups = groups
        self._now = now

    def check_maker(self, user: User) -> None:
        """
        @raise BotsByAdministrators: on this server the user may make no bot.
        @raise GuestsMayNot: the user is a guest.
        """
        _check_owner(user)
        if not self._by_all and not user.administrator:
            raise BotsByAdministrators

    async def make(
        self,
        name: str,
        owner: int = 0,
        display_name: str = "",
        avatar: str = "",
        *,
        counted: bool = True,
        by_operator: bool = False,
        check: RightsCheck = no_check,
    ) -> User:
        """
        Make a bot. It is in no group and has no token yet.

        @param name: the name of its account, as of any user.
        @param owner: the id of the person whose it is; 0: it is the server's.
        @param counted: whether it counts among the owner's bots, of which there may be L{BOTS_LIMIT}. The bot of a hook
            does not: hooks are counted where they are made.
        @param by_operator: whether reserved names are allowed.
        @return: the bot.
        @raise InvalidField: the name, the display name or the picture is not allowed.
        @raise NameTaken: see L{Registrar.register}; as for L{NameReserved}.
        @raise GuestsMayNot: the owner is a guest.
        @raise NoSuchUser: there is no such owner.
        @raise TooManyBots: the owner has L{BOTS_LIMIT}.
        """
        name = user_name(name)
        if not by_operator:
            check_reserved(name)
            if display_name:
                check_reserved(display_name, "displayName")
        fields = {"display_name": display_name, "avatar": avatar}
        given = {field: text for field, text in fields.items() if text}

        def change(connection: Connection) -> User:
            check(connection)
            if owner:
                _check_owner(users.get(connection, owner))
                if counted and bot_owners.count(connection, owner) >= BOTS_LIMIT:
                    raise TooManyBots
            user = self._accounts.registrar.add_hashed(connection, name, "", given, bot=True)
            bot_owners.add(connection, user.id, owner, self._now(), counted)
            return user

        return await self._store.write(change)

    async def make_token(
        self,
        bot: int,
        name: str,
        scopes: BotScope,
        conversations: Collection[TokenPlace] | None = None,
        ends_at: int | None = None,
        check: RightsCheck = no_check,
    ) -> tuple[BotToken, str]:
        """
        Make a token of a bot.

        @param name: what it is known by: each of the bot's has another one.
        @param conversations: the only ones for which it is good; None: it is for all of the bot's.
        @param ends_at: milliseconds since the epoch; None: it does not end.
        @return: it, and the secret, which is shown once.
        @raise InvalidField: a value is not allowed.
        @raise NoSuchBot: there is no such bot, or it is a hook's: nobody is signed in as one.
        @raise BotTokenExists: the bot has one of this name.
        @raise TooManyBotTokens: the bot has too many.
        """
        name = name_of(name)
        if not scopes:
            raise InvalidField("scopes")
        if conversations is not None and not 1 <= len(set(conversations)) <= TOKEN_CONVERSATIONS:
            raise InvalidField("conversations")
        if ends_at is not None and ends_at <= self._now():
            raise InvalidField("ends")

        def change(connection: Connection) -> tuple[BotToken, str]:
            check(connection)
            if not bot_owners.get(connection, bot).counted:
                raise NoSuchBot
            places = None if conversations is None else set(conversations)
            return bot_tokens.make(connection, bot, name, scopes, places, ends_at, self._now())

        return await self._store.write(change)

    async def tokens(self, bot: int) -> list[BotToken]:
        """@return: the tokens of a bot, in the order in which they were made."""
        return await self._store.read(bot_tokens.of_bot, bot)

    async def revoke_token(self, bot: int, number: int, check: RightsCheck = no_check) -> BotToken:
        """
        Revoke a token: it is good for nothing any more, and its connections are closed.

        @return: what was revoked.
        @raise NoSuchBotToken: the bot has no such one.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        found = await self._store.read(bot_tokens.get, bot, number)

        def change(connection: Connection) -> None:
            check(connection)
            bot_tokens.remove(connection, bot, number)

        await self._accounts.sessions.revoke(bot, found.device, change)
        return found

    async def add_to_group(self, bot: int, group: int) -> None:
        """
        A bot becomes a member of a group, whatever the group's rules are, for those who run the server.

        @raise Refused: see L{hichat.groups.joining.add_member}.
        """
        await self._groups.add(bot, group)

    async def bring(self, by: int, bot: int, group: int) -> None:
        """
        A group's owner or admin takes a bot of theirs into the group.

        @param by: the bot's owner.
        @raise NoSuchBot: the bot is somebody else's.
        @raise Refused: see L{Groups.bring}.
        """

        def check(connection: Connection) -> None:
            if not bot_owners.is_run_by(connection, bot, by):
                raise NoSuchBot

        await self._groups.bring(by, group, bot, check)

    async def remove(self, bot: int, check: RightsCheck = no_check) -> None:
        """
        Delete a bot's account for ever. Its messages stay, as those of any deleted account.

        @raise NoSuchBot: there is no such bot.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        found = await self._store.read(_bot, bot)
        await self._accounts.deleter.delete(found, check)


def _bot(connection: Connection, bot: int) -> User:
    """@raise NoSuchBot: there is no such bot."""
    bot_owners.get(connection, bot)
    found = users.find(connection, bot)
    if found is None:
        raise NoSuchBot
    return found


def _check_owner(owner: User) -> None:
    users.check_person(owner)
    if owner.role is ServerRole.GUEST:
        raise GuestsMayNot
