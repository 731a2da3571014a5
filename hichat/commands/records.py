"""The commands of bots, and the calls that still may be answered. Queries of a connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from hichat.core.errors import NoSuchCall, TooManyAnswers
from hichat.core.events import Scope
from hichat.storage.tables import bot_commands, command_calls, command_urls, members, users

COMMANDS_LIMIT = 50
"""The most commands of a bot."""

LISTED_LIMIT = 300
"""The most commands of bots that a conversation lists."""

ANSWERS_LIMIT = 20
"""The most answers to one call."""

CALL_LIFETIME = 30 * 60_000
"""Milliseconds for which a call may be answered."""


class BotCommand(msgspec.Struct, frozen=True):
    """
    A command of a bot.

    @ivar description: what it does: in English, in Chinese; empty in a language that it was not given in.
    @ivar arguments: what is typed behind its name, likewise.
    @ivar groups: the only groups in which it is offered; None: wherever the bot is.
    @ivar url: the address that calls are posted to as well; empty: none.
    """

    name: str
    description: tuple[str, str] = ("", "")
    arguments: tuple[str, str] = ("", "")
    groups: frozenset[int] | None = None
    url: str = ""


class OfferedBy(NamedTuple):
    """
    A command, as a conversation offers it.

    @ivar bot: the bot's id.
    @ivar bot_name: the bot's name.
    """

    command: BotCommand
    bot: int
    bot_name: str


_ACTIVE = ~users.c.disabled, users.c.deleted_at.is_(None)
_ROW = (
    bot_commands.c.name,
    bot_commands.c.description_en,
    bot_commands.c.description_zh,
    bot_commands.c.arguments_en,
    bot_commands.c.arguments_zh,
    bot_commands.c.groups,
    bot_commands.c.url,
)


def replace(connection: Connection, bot: int, found: Sequence[BotCommand]) -> None:
    """A bot has these commands from now on, and no others."""
    connection.execute(delete(bot_commands).where(bot_commands.c.bot_id == bot))
    rows = [
        {
            "bot_id": bot,
            "name": each.name,
            "place": place,
            "description_en": each.description[0],
            "description_zh": each.description[1],
            "arguments_en": each.arguments[0],
            "arguments_zh": each.arguments[1],
            "groups": None if each.groups is None else " ".join(map(str, sorted(each.groups))),
            "url": each.url,
        }
        for place, each in enumerate(found)
    ]
    if rows:
        connection.execute(insert(bot_commands), rows)


def of_bot(connection: Connection, bot: int) -> list[BotCommand]:
    """@return: the commands of a bot, in its order."""
    query = select(*_ROW).where(bot_commands.c.bot_id == bot).order_by(bot_commands.c.place)
    return [_command(row) for row in connection.execute(query)]


def offered(connection: Connection, user: int, scope: int, target: int, name: str = "") -> list[OfferedBy]:
    """
    @param target: the other user, or the group, whose member the user is.
    @param name: only those of this name; empty: all, at most L{LISTED_LIMIT}.
    @return: the commands of bots that are in a conversation, by bot and in the order of each.
    """
    query = select(*_ROW, users.c.id, users.c.name).join(users, users.c.id == bot_commands.c.bot_id).where(*_ACTIVE)
    if scope == Scope.GROUP:
        inside = members.c.group_id == target, members.c.user_id == users.c.id, members.c.until.is_(None)
        query = query.join(members, members.c.user_id == users.c.id).where(*inside)
    elif scope == Scope.USER and target != user:
        query = query.where(users.c.id == target)
    else:
        return []
    if name:
        query = query.where(bot_commands.c.name == name)
    query = query.order_by(users.c.id, bot_commands.c.place).limit(LISTED_LIMIT)
    found = [OfferedBy(_command(row), row[-2], row[-1]) for row in connection.execute(query)]
    return [each for each in found if scope != Scope.GROUP or _is_in(each.command, target)]


def _command(row: Iterable[object]) -> BotCommand:
    name, en, zh, arguments_en, arguments_zh, groups, url, *_ = row
    inside = None if groups is None else frozenset(map(int, str(groups).split()))
    return BotCommand(str(name), (str(en), str(zh)), (str(arguments_en), str(arguments_zh)), inside, str(url))


def _is_in(command: BotCommand, group: int) -> bool:
    return command.groups is None or group in command.groups


# Addresses


class CommandEndpoint(NamedTuple):
    """
    What the addresses of a bot have in common.

    @ivar token: the number of the token that has set them.
    @ivar secret: what signs the calls, sealed.
    """

    token: int
    secret: bytes


def url_of(connection: Connection, bot: int, name: str) -> str:
    """@return: the address of a bot's command; empty: it has none."""
    this = bot_commands.c.bot_id == bot, bot_commands.c.name == name
    return connection.scalar(select(bot_commands.c.url).where(*this)) or ""


def endpoint(connection: Connection, bot: int) -> CommandEndpoint | None:
    """@return: what a bot's addresses have in common; None: it has never had any."""
    query = select(command_urls.c.token_id, command_urls.c.secret).where(command_urls.c.bot_id == bot)
    row = connection.execute(query).first()
    return None if row is None else CommandEndpoint(*row)


def keep_endpoint(connection: Connection, bot: int, found: CommandEndpoint) -> None:
    """Set what a bot's addresses have in common."""
    connection.execute(delete(command_urls).where(command_urls.c.bot_id == bot))
    connection.execute(insert(command_urls).values(bot_id=bot, token_id=found.token, secret=found.secret))


# Calls


def called(connection: Connection, position: int, now: int) -> None:
    """A bot was called, by the event at this position; those that cannot be answered any more are forgotten."""
    connection.execute(delete(command_calls).where(command_calls.c.made_at < now - CALL_LIFETIME))
    connection.execute(insert(command_calls).values(position=position, made_at=now, answers=0))


def answered(connection: Connection, position: int, now: int) -> None:
    """
    Count an answer to a call.

    @raise NoSuchCall: there is none, or it was made too long ago.
    @raise TooManyAnswers: it has L{ANSWERS_LIMIT} already.
    """
    row = command_calls.c.position == position
    found = connection.execute(select(command_calls).where(row)).first()
    if found is None or found.made_at < now - CALL_LIFETIME:
        raise NoSuchCall
    if found.answers >= ANSWERS_LIMIT:
        raise TooManyAnswers
    connection.execute(update(command_calls).where(row).values(answers=found.answers + 1))
