"""
The tokens of bots. Queries of a connection.

A token is random, and is shown once; the store has a hash. Each has a device of its own, so the counters and the keys
by which a repeated message is recognised are the token's. Revoking a token revokes its device: that closes its
connections everywhere. A token is good while the bot is enabled and, if the bot is a person's, that person is, too.
"""

from collections.abc import Collection
from secrets import randbelow, token_hex, token_urlsafe
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hichat.accounts import devices, users
from hichat.accounts.bot_passes import BOT_TOKEN, BotPass, BotScope, TokenPlace, places_stored, stored_places
from hichat.accounts.tokens import digest
from hichat.accounts.users import User
from hichat.core.errors import BotTokenExists, NoSuchBotToken, TooManyBotTokens
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.storage.tables import bot_tokens, bots
from hichat.storage.tables import devices as devices_table

BOT_TOKENS_LIMIT = 20
"""The most tokens of a bot."""

_BYTES = 30
# 240 bits: 40 characters.


class BotToken(msgspec.Struct, frozen=True):
    """
    A token of a bot, without its secret.

    @ivar device: the number of its device.
    @ivar conversations: the only ones for which it is good; None: it is for all of the bot's.
    @ivar ends_at: this and the other times are milliseconds since the epoch; None: it does not end.
    @ivar used_at: the last use, to some minutes; 0: there was none.
    """

    id: int
    bot: int
    device: int
    name: str
    scopes: BotScope
    conversations: frozenset[TokenPlace] | None
    ends_at: int | None
    created_at: int
    used_at: int

    def has_ended(self, now: int) -> bool:
        """@return: whether it is good no more."""
        return self.ends_at is not None and self.ends_at <= now


class TokenOfBot(msgspec.Struct, frozen=True):
    """
    A bot who was recognised by a token.

    @ivar used_at: the token's last use that was noted.
    """

    user: User
    device: int
    used_at: int

    def is_stale(self, now: int) -> bool:
        """@return: whether the use is to be noted again."""
        return abs(now - self.used_at) >= devices.USED_STEP


_COLUMNS = (
    bot_tokens.c.id,
    bot_tokens.c.bot_id,
    bot_tokens.c.device_id,
    bot_tokens.c.name,
    bot_tokens.c.scopes,
    bot_tokens.c.conversations,
    bot_tokens.c.ends_at,
    bot_tokens.c.created_at,
    bot_tokens.c.used_at,
)


def _token(row: Any) -> BotToken:
    number, bot, device, name, scopes, conversations, *times = row
    return BotToken(number, bot, device, name, BotScope(scopes), places_stored(conversations), *times)


def recognised(connection: Connection, hashes: Collection[bytes], now: int) -> dict[bytes, TokenOfBot | None]:
    """
    @param hashes: of tokens, at most a few hundred.
    @return: by hash: the bot and the device; None: the token is not good.
    """
    rows = connection.execute(_FIND, {"hashes": [*hashes]}).all()
    people = users.find_many(connection, {row.bot_id for row in rows} | {row.owner_id for row in rows if row.owner_id})
    found: dict[bytes, TokenOfBot | None] = dict.fromkeys(hashes)
    for row in rows:
        token = _token(row[2:])
        bot, owner = people[token.bot], people.get(row.owner_id)
        is_owned = not row.owner_id or (owner is not None and not owner.disabled)
        if bot is not None and not bot.disabled and is_owned and not token.has_ended(now):
            shown = BotPass(token.id, token.scopes, token.conversations, token.ends_at, row.owner_id)
            found[row.secret_hash] = TokenOfBot(bot.by_bot_token(shown), token.device, token.used_at)
    return found


_FIND = (
    select(bot_tokens.c.secret_hash, bots.c.owner_id, *_COLUMNS)
    .join(bots, bots.c.user_id == bot_tokens.c.bot_id)
    .join(devices_table, devices_table.c.id == bot_tokens.c.device_id)
    .where(
        bot_tokens.c.secret_hash.in_(bindparam("hashes", expanding=True)),
        devices_table.c.user_id == bot_tokens.c.bot_id,
        devices_table.c.revoked_at.is_(None),
    )
)


def numbered(connection: Connection, bot: int, number: int, now: int) -> TokenOfBot | None:
    """@return: the bot, as recognised by its token of this number; None: that is not good, or is gone."""
    own = bot_tokens.c.bot_id == bot, bot_tokens.c.id == number
    found = connection.scalar(select(bot_tokens.c.secret_hash).where(*own))
    return None if found is None else recognised(connection, [found], now)[found]


def use(connection: Connection, device_ids: Collection[int], now: int) -> dict[int, None]:
    """Note that the tokens of these devices were used."""
    connection.execute(update(bot_tokens).where(bot_tokens.c.device_id.in_(device_ids)).values(used_at=now))
    return dict.fromkeys(device_ids)


def make(
    connection: Connection,
    bot: int,
    name: str,
    scopes: BotScope,
    conversations: Collection[TokenPlace] | None,
    ends_at: int | None,
    now: int,
) -> tuple[BotToken, str]:
    """
    Make a token.

    @param name: a checked name.
    @return: it, and the secret.
    @raise BotTokenExists: the bot has one of this name.
    @raise TooManyBotTokens: the bot has L{BOT_TOKENS_LIMIT}.
    """
    names = [each.name for each in of_bot(connection, bot)]
    if name in names:
        raise BotTokenExists
    if len(names) >= BOT_TOKENS_LIMIT:
        raise TooManyBotTokens
    device = devices.add_of_bot(connection, bot, f"token-{token_hex(8)}", now)
    secret, number = BOT_TOKEN + token_urlsafe(_BYTES), 1 + randbelow(MAX_SAFE_INTEGER)
    values = {
        "id": number,
        "bot_id": bot,
        "device_id": device.id,
        "name": name,
        "secret_hash": digest(secret),
        "scopes": scopes.value,
        "conversations": stored_places(conversations),
        "ends_at": ends_at,
        "created_at": now,
    }
    connection.execute(insert(bot_tokens).values(values))
    places = None if conversations is None else frozenset(conversations)
    return BotToken(number, bot, device.id, name, scopes, places, ends_at, now, 0), secret


def of_bot(connection: Connection, bot: int) -> list[BotToken]:
    """@return: the tokens of a bot, in the order in which they were made; those that have ended, too."""
    query = select(*_COLUMNS).where(bot_tokens.c.bot_id == bot).order_by(bot_tokens.c.created_at, bot_tokens.c.name)
    return [_token(row) for row in connection.execute(query)]


def uses(connection: Connection, bots_wanted: Collection[int]) -> dict[int, tuple[int, int]]:
    """@return: by bot: the number of its tokens, and the last use of one of them. A bot without tokens has no entry."""
    own = bot_tokens.c.bot_id.in_(list(bots_wanted))
    query = select(bot_tokens.c.bot_id, func.count(), func.max(bot_tokens.c.used_at)).where(own)
    return {row[0]: (row[1], row[2]) for row in connection.execute(query.group_by(bot_tokens.c.bot_id))}


def get(connection: Connection, bot: int, number: int) -> BotToken:
    """@raise NoSuchBotToken: the bot has no token of this number."""
    query = select(*_COLUMNS).where(bot_tokens.c.bot_id == bot, bot_tokens.c.id == number)
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchBotToken
    return _token(row)


def remove(connection: Connection, bot: int, number: int) -> None:
    """
    Remove a token, in the transaction that revokes its device.

    @raise NoSuchBotToken: the bot has no token of this number.
    """
    own = bot_tokens.c.bot_id == bot, bot_tokens.c.id == number
    if connection.execute(delete(bot_tokens).where(*own)).rowcount == 0:
        raise NoSuchBotToken


def forget(connection: Connection, bot: int) -> None:
    """The bot is deleted: remove its tokens, and whose it was."""
    connection.execute(delete(bot_tokens).where(bot_tokens.c.bot_id == bot))
    connection.execute(delete(bots).where(bots.c.user_id == bot))
