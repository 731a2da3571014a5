"""
The addresses to which calls of bots' commands are posted: who may set them, and what signs the calls.

An address acts for the token that has set it: it gets no more than that token reads, and says no more than that token
may; if the token ends, or is revoked, nothing is posted any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from hichat.accounts import bot_tokens
from hichat.accounts.bot_passes import BotPass, BotScope
from hichat.accounts.bot_tokens import TokenOfBot
from hichat.accounts.users import User
from hichat.commands import records
from hichat.commands.records import BotCommand, CommandEndpoint
from hichat.core.errors import InvalidField, NotForPeople
from hichat.core.ports import ILimit
from hichat.fetching.fetcher import Fetcher
from hichat.hooks.outgoing.signing import HookSecrets
from hichat.storage.store import Store

COMMAND_URLS_LIMIT = 10
"""The most different addresses of a bot's commands."""


class CallSigner(NamedTuple):
    """
    What posts calls of a bot.

    @ivar acting: the bot, as recognised by the token.
    @ivar key: signs the calls.
    """

    acting: TokenOfBot
    key: bytes


class CommandURLs:
    """
    The addresses of a store.

    @param fetcher: checks addresses.
    @param secrets: seals what signs the calls.
    @param limit: counts the addresses that are checked for a bot.
    """

    def __init__(self, store: Store, fetcher: Fetcher, secrets: HookSecrets, limit: ILimit) -> None:
        self._store = store
        self._fetcher = fetcher
        self._secrets = secrets
        self._limit = limit

    async def replace(self, bot: User, found: Sequence[BotCommand]) -> bool:
        """
        A bot has these commands from now on, and no others.

        @return: whether there are other addresses than before, or these act for another token.
        @raise InvalidField: they have more than L{COMMAND_URLS_LIMIT} addresses.
        @raise TokenMayNot: there are addresses, and the bot's token may not read.
        @raise BadURL: an address is none.
        @raise NotPublic: the server does not ask there.
        @raise TooManyAttempts: too many addresses were checked.
        """
        known = {each.url for each in await self._store.read(records.of_bot, bot.id)}
        wanted = {each.url for each in found if each.url}
        if len(wanted) > COMMAND_URLS_LIMIT:
            raise InvalidField("url")
        bot_pass = _pass_of(bot) if wanted else None
        checked = {"": ""}
        for url in wanted:
            checked[url] = url if url in known else await self.check(bot.id, url)
        made = [msgspec.structs.replace(each, url=checked[each.url]) for each in found]

        def replace(connection: Connection) -> bool:
            before = records.of_bot(connection, bot.id)
            records.replace(connection, bot.id, made)
            there = records.endpoint(connection, bot.id)
            is_other = _urls(before) != _urls(made)
            if bot_pass is not None and (there is None or there.token != bot_pass.number):
                secret = self._made(bot.id)[1] if there is None else there.secret
                records.keep_endpoint(connection, bot.id, CommandEndpoint(bot_pass.number, secret))
                is_other = True
            return is_other

        return await self._store.write(replace)

    async def check(self, bot: int, url: str) -> str:
        """
        @return: a new address of a bot, in its one form.
        @raise Refused: see L{replace}.
        """
        self._limit.attempt(str(bot))
        return await self._fetcher.check(url, bot)

    async def make_secret(self, bot: User) -> str:
        """
        Make another secret; the one before is good no more.

        @return: it, as receivers know it. It is shown once.
        @raise NotForPeople: the user is no bot.
        @raise TokenMayNot: the bot's token may not read.
        """
        bot_pass = _pass_of(bot)
        secret, sealed = self._made(bot.id)

        def make(connection: Connection) -> None:
            there = records.endpoint(connection, bot.id)
            token = bot_pass.number if there is None else there.token
            records.keep_endpoint(connection, bot.id, CommandEndpoint(token, sealed))

        await self._store.write(make)
        return secret

    def signer(self, connection: Connection, bot: int, now: int) -> CallSigner | None:
        """
        @param now: milliseconds since the epoch.
        @return: what posts calls of a bot; None: its token is gone, or the server has another key by now.
        """
        there = records.endpoint(connection, bot)
        if there is None:
            return None
        acting = bot_tokens.numbered(connection, bot, there.token, now)
        key = self._secrets.open(there.secret, _mark(bot))
        return None if acting is None or key is None else CallSigner(acting, key)

    def _made(self, bot: int) -> tuple[str, bytes]:
        return self._secrets.make(_mark(bot))


def _mark(bot: int) -> str:
    """@return: for what a secret is sealed; a hook's mark is never like this."""
    return f"commands of {bot}"


def _pass_of(bot: User) -> BotPass:
    if bot.bot_pass is None:
        raise NotForPeople
    bot.bot_pass.ask(BotScope.READ)
    return bot.bot_pass


def _urls(found: Sequence[BotCommand]) -> dict[str, str]:
    return {each.name: each.url for each in found if each.url}
