"""Commands for hooks: C{hichat hook}. Those of incoming ones are in L{hichat.admin.incoming_hooks}."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from hichat.admin.administration import Administration
from hichat.admin.arguments import administration, command
from hichat.admin.incoming_hooks import add_incoming_commands
from hichat.core.errors import NoSuchOutgoingHook
from hichat.core.events import Scope
from hichat.hooks.outgoing import records
from hichat.hooks.outgoing.records import BY_HAND, OutgoingHook


def add_hook_commands(commands: Any) -> None:
    """Add the commands."""
    text = "look after hooks: addresses to write into groups, URLs that are told of events"
    found = commands.add_parser("hook", help=text, description=text)
    own = found.add_subparsers(required=True, metavar="COMMAND")
    add_incoming_commands(own)
    text = "show all outgoing hooks: number, whether it is on, place, owner, since when it fails, URL, name"
    command(own, "list", text, _list, named=False)
    off = command(own, "off", "switch an outgoing hook off", _off, named=False)
    off.add_argument("number", metavar="NUMBER", type=int, help="its number, as `list` shows it")


def _list(options: argparse.Namespace) -> int:
    store = administration(options).store
    with store.snapshot() as connection:
        found = records.all_hooks(connection)
    for each in found:
        failing = "-" if each.failing_since is None else f"{datetime.fromtimestamp(each.failing_since / 1000):%F %H:%M}"
        print(
            "\t".join((str(each.id), each.off or "on", _place(each), str(each.owner_id), failing, each.url, each.name))
        )
    return 0


def _place(hook: OutgoingHook) -> str:
    return "announcements" if hook.scope == Scope.EVERYONE else f"{Scope(hook.scope).name.lower()} {hook.target}"


def _off(options: argparse.Namespace) -> int:
    made: Administration = administration(options)
    with made.store.transaction() as connection:
        hook = records.find_hook(connection, options.number)
        if hook is None:
            raise NoSuchOutgoingHook
        if not hook.off:
            records.change_hook(connection, hook.id, {"off": BY_HAND})
    made.note_hook(hook)
    return 0
