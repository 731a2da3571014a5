"""Commands for incoming hooks, among those of C{hichat hook}."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.admin.administration import Administration, note_command
from hichat.admin.arguments import administration, command, settings_of
from hichat.core.errors import NoSuchGroup
from hichat.groups import queries
from hichat.groups.queries import Group
from hichat.hooks.incoming import records
from hichat.hooks.incoming.records import IncomingHook
from hichat.hooks.incoming.service import BY_OPERATOR, HookFields


def add_incoming_commands(own: Any) -> None:
    """Add the commands."""
    text = "make an address at which other programs write into a group, and print it: it is not shown again"
    adding = _command(own, "add", text, _add)
    adding.add_argument("--picture", metavar="URL", help="what is shown beside its messages")
    text = "in which it shows what GitHub, GitLab, Alertmanager and Grafana tell [default: en]"
    adding.add_argument("--language", choices=["zh", "en"], help=text)
    adding.add_argument("--calls-all", action="store_true", help="its messages may call all members")
    _command(own, "roll", "give an incoming hook another address, and print it; the one before is void at once", _roll)
    _command(own, "remove", "remove an incoming hook and its bot; its messages stay", _remove)
    text = "show the incoming hooks: group, number, name, whether it is on, maker, last use, last refusal"
    listing = command(own, "incoming", text, _list, named=False)
    listing.add_argument("group", metavar="GROUP", nargs="?", help="only those of this group, by name or id")
    listing.add_argument("--json", action="store_true", help="print a JSON array")


def _command(own: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    made = command(own, name, text, run, named=False)
    made.add_argument("group", metavar="GROUP", help="the group, by name or id")
    made.add_argument("name", metavar="NAME", help="the hook's name")
    return made


def _add(options: argparse.Namespace) -> int:
    accounts = administration(options)
    wanted = HookFields(
        name=options.name,
        picture=options.picture or UNSET,
        language=options.language or UNSET,
        calls_all=options.calls_all,
    )
    hook, secret = accounts.run(accounts.incoming_hooks.make(BY_OPERATOR, _group(accounts, options.group).id, wanted))
    _note(accounts, "hook add", hook)
    _show_address(options, secret)
    return 0


def _roll(options: argparse.Namespace) -> int:
    accounts, hook = _found(options)
    hook, secret = accounts.run(accounts.incoming_hooks.roll(BY_OPERATOR, hook.group, hook.id))
    _note(accounts, "hook roll", hook)
    _show_address(options, secret)
    return 0


def _remove(options: argparse.Namespace) -> int:
    accounts, hook = _found(options)
    accounts.run(accounts.incoming_hooks.remove(BY_OPERATOR, hook.group, hook.id))
    _note(accounts, "hook remove", hook)
    return 0


def _show_address(options: argparse.Namespace, secret: str) -> None:
    """Print the whole address, if the settings say where the world finds the daemon."""
    print(f"{settings_of(options).public_url or ''}/hooks/{secret}")


def _list(options: argparse.Namespace) -> int:
    accounts = administration(options)
    only = _group(accounts, options.group).id if options.group else 0
    rows = accounts.store_read(lambda connection: _listed(connection, only))
    if options.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    for row in rows:
        state, maker = "on" if row["on"] else "off", row["maker"] or "(the server)"
        refused = f"{_when(row['failed'])} {row['failure']}".strip()
        print(f"{row['group']}\t{row['id']}\t{row['name']}\t{state}\t{maker}\t{_when(row['used'])}\t{refused}")
    return 0


def _listed(connection: Connection, only: int) -> list[dict[str, Any]]:
    rows = []
    for hook in records.everywhere(connection):
        group, maker = queries.find(connection, hook.group), users.find(connection, hook.maker)
        # The hooks of a group that was dissolved have ended.
        if group is not None and only in (0, hook.group):
            rows.append(
                {
                    "group": group.name,
                    "id": hook.id,
                    "name": hook.name,
                    "on": hook.is_on,
                    "maker": maker.name if maker else "",
                    "used": hook.used_at,
                    "failed": hook.failed_at,
                    "failure": hook.failure,
                }
            )
    return rows


def _found(options: argparse.Namespace) -> tuple[Administration, IncomingHook]:
    accounts = administration(options)
    group = _group(accounts, options.group)
    return accounts, accounts.run(accounts.incoming_hooks.named(group.id, options.name))


def _group(accounts: Administration, text: str) -> Group:
    """@raise NoSuchGroup: there is none of this name or id."""
    found = accounts.store_read(lambda connection: queries.find_by_text(connection, text))
    if found is None:
        raise NoSuchGroup
    return found


def _note(accounts: Administration, act: str, hook: IncomingHook) -> None:
    note_command(accounts.store, act, hook.bot, {"hook": hook.id, "group": hook.group})


def _when(time: int) -> str:
    return f"{datetime.fromtimestamp(time / 1000):%F %H:%M}" if time else "-"
