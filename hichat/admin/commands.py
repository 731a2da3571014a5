"""An administrator's commands: C{hichat user}, C{hichat device}, C{hichat token}, C{hichat invite}, C{hichat log}."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

import msgspec

from hichat.accounts.devices import TOKEN_NAME
from hichat.accounts.roles import ServerRole
from hichat.accounts.sessions import way_of
from hichat.admin.administration import note_command, now
from hichat.admin.arguments import administration, command, count, days, device_name
from hichat.admin.export import add_export_command
from hichat.admin.people import ROLE_WORDS, add_people_commands, listed
from hichat.core.errors import NameTaken, StartError
from hichat.log import epochs, reading
from hichat.terminal.password import ask_password

_SHORT = {ServerRole.ADMINISTRATOR: "admin"}


def add_commands(commands: Any) -> None:
    """Add the commands for users, their devices, tokens and invites."""
    user = commands.add_parser("user", help="look after users").add_subparsers(required=True, metavar="COMMAND")
    add = command(user, "add", "make a user; asks for the password, or reads a line from a pipe", _add)
    add.add_argument("--admin", action="store_true", help="as --role administrator")
    add.add_argument("--role", choices=ROLE_WORDS, metavar="ROLE", help=f"{', '.join(ROLE_WORDS)} [default: member]")
    listing = command(user, "list", "show all users", _list, named=False)
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    add_people_commands(user)
    add_export_command(user)
    command(user, "passwd", "change a password, which signs the user out everywhere", _passwd)
    factors = command(user, "factors", "show the second factors of a user", _factors)
    factors.add_argument("--remove", action="store_true", help="take them away: the user has lost them")
    command(user, "disable", "keep a user out, from now on", _disable)
    command(user, "enable", "let a user in again", _enable)
    device = commands.add_parser("device", help="look after users' devices").add_subparsers(
        required=True, metavar="COMMAND"
    )
    command(device, "list", "show what a user signs in with: number, name, last use, way in", _devices)
    revoke = command(device, "revoke", "let nobody sign in with a device of a user, from now on", _revoke)
    revoke.add_argument("device", metavar="DEVICE", help="its name or its number, as `list` shows them")
    text = "print a token of a user, for scripts: good for v1 and v2, for 60 days"
    token = command(commands, "token", text, _token)
    text = "as what it is listed and can be revoked [default: %(default)s]"
    token.add_argument("--device", type=device_name, default=TOKEN_NAME, metavar="DEVICE", help=text)
    log = commands.add_parser("log", help="look after the log").add_subparsers(required=True, metavar="COMMAND")
    text = "say that the log is another one, such as a restored backup: all clients start anew"
    new_epoch = command(log, "new-epoch", text, _new_epoch, named=False)
    text = "hours of the log that clients read again, if it was in use meanwhile [default: none]"
    new_epoch.add_argument("--hours", type=count, default=0, metavar="N", help=text)
    invite = command(commands, "invite", "print a code with which people make accounts themselves", _invite, False)
    invite.add_argument(
        "--uses", type=count, default=1, metavar="N", help="number of accounts that can be made with it [default: 1]"
    )
    invite.add_argument("--days", type=days, default=7, metavar="N", help="days until it expires [default: 7]")
    text = "the role of those who come with it [default: member]"
    invite.add_argument("--role", choices=("guest", "member"), default="member", metavar="ROLE", help=text)


def _add(options: argparse.Namespace) -> int:
    accounts = administration(options, make=True)
    if options.admin and options.role not in (None, "administrator"):
        raise StartError("hichat: --admin and --role contradict each other")
    role = ServerRole.of(options.role) if options.role else None
    if accounts.has(options.name):
        # Before somebody types a password twice.
        raise NameTaken
    user = accounts.add(options.name, ask_password(repeat=True), options.admin, role)
    print(f"user {user.id}: {user.name}, in {accounts.directory}")
    return 0


def _list(options: argparse.Namespace) -> int:
    everyone = administration(options).everyone()
    if options.json:
        print(msgspec.json.encode([listed(user) for user in everyone]).decode())
        return 0
    for user in everyone:
        notes = [] if user.role is ServerRole.MEMBER else [_SHORT.get(user.role, user.role.word)]
        notes += ["disabled"] if user.disabled else []
        shown = user.display_name if user.display_name != user.name else ""
        print(f"{user.id}\t{user.name}\t{','.join(notes)}\t{shown}".rstrip())
    return 0


def _passwd(options: argparse.Namespace) -> int:
    accounts = administration(options)
    accounts.find(options.name)
    accounts.set_password(options.name, ask_password(repeat=True))
    return 0


def _factors(options: argparse.Namespace) -> int:
    accounts = administration(options)
    if options.remove:
        accounts.remove_factors(options.name)
        return 0
    found = accounts.factors(options.name)
    for factor in found:
        print(factor)
    if not found:
        print(f"{options.name} has no second factor", file=sys.stderr)
    return 0


def _devices(options: argparse.Namespace) -> int:
    for device, session in administration(options).devices(options.name):
        used = session.used_at if session else 0
        when = f"{datetime.fromtimestamp(used / 1000):%Y-%m-%d %H:%M}" if used else "-"
        via = way_of(device, session).replace("_", " ") if session else "-"
        gone = "\trevoked" if device.revoked_at is not None else ""
        print(f"{device.id}\t{device.name}\t{when}\t{via}{gone}")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    administration(options).revoke(options.name, options.device)
    return 0


def _disable(options: argparse.Namespace) -> int:
    administration(options).disable(options.name)
    return 0


def _enable(options: argparse.Namespace) -> int:
    administration(options).enable(options.name)
    return 0


def _token(options: argparse.Namespace) -> int:
    print(administration(options).token(options.name, options.device))
    return 0


def _new_epoch(options: argparse.Namespace) -> int:
    store = administration(options).store
    with store.transaction() as connection:
        at = now()
        again = reading.before_time(connection, at - options.hours * 3_600_000) if options.hours else None
        begun = epochs.begin(connection, at, again)
    note_command(store, "log new-epoch", detail={"hours": options.hours} if options.hours else None)
    print(begun.epoch)
    return 0


def _invite(options: argparse.Namespace) -> int:
    print(administration(options).invite(options.uses, options.days, ServerRole.of(options.role)))
    return 0
