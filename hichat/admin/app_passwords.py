"""Commands for app passwords of users: C{hichat app-password}."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

import msgspec

from hichat.admin.arguments import administration, command


def add_app_password_commands(commands: Any) -> None:
    """Add the commands."""
    text = "look after app passwords: for clients that cannot ask for a second factor"
    found = commands.add_parser("app-password", help=text, description=text)
    own = found.add_subparsers(required=True, metavar="COMMAND")
    adding = command(own, "add", "make an app password of a user, and print it: it is not shown again", _add)
    text = "what it is known by, such as the client's name [default: %(default)s]"
    adding.add_argument("--label", default="command line", metavar="LABEL", help=text)
    listing = command(own, "list", "show a user's app passwords: number, label, last use", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    text = "revoke an app password of a user: what has logged in with it is logged out at once"
    revoking = command(own, "revoke", text, _revoke)
    revoking.add_argument("label", metavar="LABEL", help="its label or its number, as `list` shows them")


def _add(options: argparse.Namespace) -> int:
    print(administration(options).add_app_password(options.name, options.label))
    return 0


def _list(options: argparse.Namespace) -> int:
    found = administration(options).app_passwords(options.name)
    if options.json:
        print(msgspec.json.encode(found).decode())
        return 0
    for each in found:
        used = f"{datetime.fromtimestamp(each.used_at / 1000):%Y-%m-%d %H:%M}" if each.used_at else "-"
        print(f"{each.id}\t{each.name}\t{used}")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    administration(options).revoke_app_password(options.name, options.label)
    return 0
