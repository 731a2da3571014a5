"""Commands for bots: C{hichat bot}."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from hichat.accounts import bot_owners, bot_tokens, users
from hichat.accounts.bot_passes import TOKEN_CONVERSATIONS, BotScope, TokenPlace, name_of_place, place_named, scopes_of
from hichat.accounts.bot_tokens import BotToken
from hichat.accounts.users import User
from hichat.admin.administration import Administration, note_command, now
from hichat.admin.arguments import administration, command, days
from hichat.core.errors import InvalidField, NoSuchBot, NoSuchBotToken, NoSuchGroup, Refused, StartError
from hichat.groups import queries

DEFAULT_LABEL = "command line"
DEFAULT_SCOPES = "send,read"
_DAY = 24 * 3600 * 1000


def add_bot_commands(commands: Any) -> None:
    """Add the commands."""
    text = "look after bots: accounts that are programs, with tokens of their own"
    own = commands.add_parser("bot", help=text, description=text).add_subparsers(required=True, metavar="COMMAND")
    adding = _command(own, "add", "make a bot and a token of it, and print the token: it is not shown again", _add)
    adding.add_argument("--owner", metavar="USER", help="the person whose it is [default: the server's]")
    adding.add_argument("--display-name", default="", metavar="NAME", help="the name that people see [default: NAME]")
    text = "a group that it is to be in, by name or id; may be given several times"
    adding.add_argument("--group", action="append", default=[], metavar="GROUP", help=text)
    _add_token_arguments(adding)
    listing = command(own, "list", "show all bots: number, name, owner, tokens, last use", _list, named=False)
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    showing = _command(own, "show", "show a bot's groups and tokens: number, label, scopes, conversations", _show)
    showing.add_argument("--json", action="store_true", help="print a JSON object")
    text = "make a token of a bot, and print it: it is not shown again"
    _add_token_arguments(_command(own, "token", text, _token))
    revoking = _command(own, "revoke", "revoke a token of a bot: its connections are closed at once", _revoke)
    revoking.add_argument("label", metavar="LABEL", help="its label or its number, as `show` shows them")
    _command(own, "remove", "delete a bot for ever; its messages stay", _remove)


def _command(own: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    made = command(own, name, text, run, named=False)
    made.add_argument("name", metavar="NAME", help="the bot's name")
    return made


def _add_token_arguments(parser: argparse.ArgumentParser) -> None:
    text = "what the token is known by [default: %(default)s]"
    parser.add_argument("--label", default=DEFAULT_LABEL, metavar="LABEL", help=text)
    text = "what it may be used for, with commas: send, read, manage (groups) [default: send,read]"
    parser.add_argument("--scopes", type=_scopes, metavar="SCOPES", help=text)
    text = "a conversation to which the token is limited, such as group-1000000001; may be given several times"
    parser.add_argument("--only", action="append", type=_place, default=[], metavar="CONVERSATION", help=text)
    text = "days until it ends [default: it does not]"
    parser.add_argument("--days", type=days, metavar="N", help=text)


def _scopes(text: str) -> BotScope:
    try:
        return scopes_of(word.strip() for word in text.split(","))
    except InvalidField:
        raise argparse.ArgumentTypeError("is none of send, read, manage, with commas between them") from None


def _place(text: str) -> TokenPlace:
    try:
        return place_named(text)
    except InvalidField:
        raise argparse.ArgumentTypeError("is none of user-ID, group-ID, announcements") from None


def _add(options: argparse.Namespace) -> int:
    accounts = administration(options, make=True)
    # Whatever can be wrong is found before anything is made.
    groups = [_group(accounts, text) for text in options.group]
    owner = accounts.find(options.owner).id if options.owner else 0
    making = accounts.bots.make(options.name, owner, options.display_name, by_operator=True)
    bot = accounts.run(making)
    note_command(accounts.store, "bot add", bot.id, {"owner": owner} if owner else None)
    for group in groups:
        try:
            accounts.run(accounts.bots.add_to_group(bot.id, group))
        except Refused as e:
            raise StartError(
                f"hichat: the bot is made, but is not in the group {group}: {e.text('en')}; make its token with "
                f"`hichat bot token {bot.name}`"
            ) from None
    print(_make_token(accounts, bot, options))
    return 0


def _token(options: argparse.Namespace) -> int:
    accounts = administration(options)
    print(_make_token(accounts, _find(accounts, options.name), options))
    return 0


def _make_token(accounts: Administration, bot: User, options: argparse.Namespace) -> str:
    if len(options.only) > TOKEN_CONVERSATIONS:
        raise StartError(f"hichat: --only: a token is limited to {TOKEN_CONVERSATIONS} conversations at most")
    ends = None if options.days is None else now() + options.days * _DAY
    scopes = options.scopes or _scopes(DEFAULT_SCOPES)
    made, secret = accounts.run(accounts.bots.make_token(bot.id, options.label, scopes, options.only or None, ends))
    note_command(accounts.store, "bot token", bot.id, {"token": made.id, "scopes": made.scopes.words})
    return secret


def _list(options: argparse.Namespace) -> int:
    rows = administration(options).store_read(_listed)
    if options.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    for row in rows:
        owner, used = row["owner"] or "(the server)", _when(row["used"])
        notes = "\tdisabled" if row["disabled"] else ""
        print(f"{row['id']}\t{row['name']}\t{owner}\t{row['tokens']}\t{used}{notes}")
    return 0


def _listed(connection: Connection) -> list[dict[str, Any]]:
    owned = bot_owners.everyone(connection)
    uses = bot_tokens.uses(connection, [each.bot for each in owned])
    rows = []
    for each in owned:
        bot, owner = users.find(connection, each.bot), users.find(connection, each.owner) if each.owner else None
        if bot is not None:
            tokens, used = uses.get(each.bot, (0, 0))
            rows.append(
                {
                    "id": bot.id,
                    "name": bot.name,
                    "owner": owner.name if owner else "",
                    "tokens": tokens,
                    "used": used,
                    "disabled": bot.disabled,
                }
            )
    return rows


def _show(options: argparse.Namespace) -> int:
    accounts = administration(options)
    bot = _find(accounts, options.name)
    tokens = accounts.run(accounts.bots.tokens(bot.id))
    groups = accounts.store_read(lambda connection: queries.joined(connection, bot.id))
    if options.json:
        shown = {
            "id": bot.id,
            "name": bot.name,
            "groups": [{"id": group.id, "name": group.name} for group in groups],
            "tokens": [_told(token) for token in tokens],
        }
        print(msgspec.json.encode(shown).decode())
        return 0
    for group in groups:
        print(f"group\t{group.id}\t{group.name}")
    for token in tokens:
        told = _told(token)
        places = ",".join(told["conversations"]) or "all"
        ends = f"\tends {_when(token.ends_at)}" if token.ends_at is not None else ""
        words = ",".join(told["scopes"])
        print(f"token\t{token.id}\t{token.name}\t{words}\t{places}\t{_when(token.used_at)}{ends}")
    return 0


def _told(token: BotToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.name,
        "scopes": token.scopes.words,
        "conversations": [name_of_place(place) for place in sorted(token.conversations or ())],
        "ends": token.ends_at,
        "used": token.used_at,
    }


def _revoke(options: argparse.Namespace) -> int:
    accounts = administration(options)
    bot = _find(accounts, options.name)
    tokens = accounts.run(accounts.bots.tokens(bot.id))
    named = [each for each in tokens if each.name == options.label]
    found = named or [each for each in tokens if str(each.id) == options.label]
    if not found:
        raise NoSuchBotToken
    accounts.run(accounts.bots.revoke_token(bot.id, found[0].id))
    note_command(accounts.store, "bot revoke", bot.id, {"token": found[0].id})
    return 0


def _remove(options: argparse.Namespace) -> int:
    accounts = administration(options)
    bot = _find(accounts, options.name)
    accounts.run(accounts.bots.remove(bot.id))
    note_command(accounts.store, "bot remove", bot.id)
    return 0


def _find(accounts: Administration, name: str) -> User:
    found = accounts.find(name)
    if not found.bot:
        print(f"hichat: {name} is a person: see `hichat user`", file=sys.stderr)
        raise NoSuchBot
    return found


def _group(accounts: Administration, text: str) -> int:
    found = accounts.store_read(lambda connection: queries.find_by_text(connection, text))
    if found is None:
        raise NoSuchGroup
    return found.id


def _when(time: int | None) -> str:
    return f"{datetime.fromtimestamp(time / 1000):%Y-%m-%d %H:%M}" if time else "-"
