"""C{hichat retention} and C{hichat hold}: how long messages are kept, and whose are kept for ever."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.admin.administration import note_command, now
from hichat.admin.arguments import administration, command
from hichat.admin.audit import named
from hichat.core.errors import NoSuchHold, StartError
from hichat.core.events import Scope
from hichat.groups import queries
from hichat.keeping import holds, periods, seen
from hichat.keeping.holds import REASON_LIMIT, Hold
from hichat.keeping.periods import KEEP_LIMIT, KEPT_FOR_EVER, GroupPeriod
from hichat.keeping.service import add_hold
from hichat.storage.store import Store

PAGE_OF_HOLDS = 1000
"""Rows that are read at once."""

_WORDS = {"forever": KEPT_FOR_EVER, "server": None}


def add_keeping_commands(commands: Any) -> None:
    """Add the commands."""
    text = "show or set for how many days the messages of groups are kept; those of all others: HICHAT_RETENTION"
    retention = command(commands, "retention", text, _retention, named=False)
    retention.add_argument("group", nargs="?", metavar="GROUP", help="its name or its id; without it, show all")
    text = "the days; forever; or server, as the messages of all others. Without it, show those of the group"
    retention.add_argument("days", nargs="?", type=_days, default=..., metavar="DAYS", help=text)
    text = "the clock of this machine is right, although no daemon was at work for long: what is too old goes now"
    retention.add_argument("--clock-is-right", action="store_true", help=text)
    retention.add_argument("--json", action="store_true", help="print a JSON object")
    hold = commands.add_parser("hold", help="keep the messages of users or groups, however old they are")
    hold = hold.add_subparsers(required=True, metavar="COMMAND")
    text = "keep all messages of a group, or of all conversations that a user is or was in"
    adding = command(hold, "add", text, _add, named=False)
    _name(adding)
    adding.add_argument("--reason", type=_reason, default="", metavar="TEXT", help="why, for other administrators")
    _name(command(hold, "remove", "end a hold; what is too old is deleted within minutes", _remove, named=False))
    listing = command(hold, "list", "show all holds", _list, named=False)
    listing.add_argument("--json", action="store_true", help="print a JSON array")


def _name(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--user", metavar="NAME", help="the user; a deleted one by number")
    either.add_argument("--group", metavar="GROUP", help="the group's name or its id")


def _days(text: str) -> int | None:
    if text in _WORDS:
        return _WORDS[text]
    if not text.isdecimal() or not 0 < int(text) <= KEEP_LIMIT:
        raise argparse.ArgumentTypeError(f"{text!r} is none of 1 to {KEEP_LIMIT}, forever, server")
    return int(text)


def _reason(text: str) -> str:
    if len(text) > REASON_LIMIT:
        raise argparse.ArgumentTypeError(f"it has more than {REASON_LIMIT} characters")
    return text


def _retention(options: argparse.Namespace) -> int:
    store = administration(options).store
    if options.clock_is_right:
        return _trust_clock(store)
    if options.group is not None:
        group = _group(store, options.group)
        if options.days is not ...:
            with store.transaction() as connection:
                periods.set_days(connection, group, options.days)
            note_command(store, "retention", detail={"group": group, "days": options.days})
            return 0
    with store.snapshot() as connection:
        server = periods.server_days(connection)
        own = periods.days_of(connection, group) if options.group is not None else None
    if options.group is not None:
        return _show_group(options, group, server, own)
    found = [*_groups_apart(store)]
    if options.json:
        told = {"days": server, "groups": [each._asdict() for each in found]}
        print(msgspec.json.encode(told).decode())
        return 0
    print(f"server\t{_told(server)}")
    for each in found:
        print(f"{each.group}\t{_told(each.days)}\t{each.name}")
    return 0


def _trust_clock(store: Store) -> int:
    time = now()
    with store.transaction() as connection:
        seen.note(connection, time)
    note_command(store, "retention", detail={"clock": time})
    print(f"the daemon goes by the clock now, which says {datetime.fromtimestamp(time / 1000):%Y-%m-%d %H:%M}")
    return 0


def _show_group(options: argparse.Namespace, group: int, server: int, own: int | None) -> int:
    if options.json:
        print(msgspec.json.encode({"group": group, "days": own, "server": server}).decode())
    else:
        print(_told(server) + ", as all others" if own is None else _told(own))
    return 0


def _told(days: int) -> str:
    return "for ever" if days == KEPT_FOR_EVER else f"{days} days"


def _groups_apart(store: Store) -> Iterator[GroupPeriod]:
    behind = 0
    while True:
        with store.snapshot() as connection:
            found = periods.groups_apart(connection, behind, PAGE_OF_HOLDS)
        yield from found
        if len(found) < PAGE_OF_HOLDS:
            return
        behind = found[-1].group


def _group(store: Store, text: str) -> int:
    with store.snapshot() as connection:
        found = queries.find_by_text(connection, text)
    if found is None:
        raise StartError(f"hichat: there is no group {text!r}; name it, or give its id")
    return found.id


def _target(options: argparse.Namespace, store: Store) -> tuple[Scope, int]:
    if options.group is not None:
        return Scope.GROUP, _group(store, options.group)
    with store.snapshot() as connection:
        return Scope.USER, named(connection, options.user)


def _add(options: argparse.Namespace) -> int:
    store = administration(options).store
    scope, target = _target(options, store)
    with store.transaction() as connection:
        is_new = add_hold(connection, Hold(int(scope), target, now(), 0, options.reason))
    _note(store, "hold add", scope, target)
    if not is_new:
        print("there is one already, which stays as it is")
    return 0


def _remove(options: argparse.Namespace) -> int:
    store = administration(options).store
    scope, target = _target(options, store)
    with store.transaction() as connection:
        if not holds.remove(connection, int(scope), target):
            raise NoSuchHold
    _note(store, "hold remove", scope, target)
    return 0


def _note(store: Store, act: str, scope: Scope, target: int) -> None:
    is_user = scope == Scope.USER
    note_command(store, act, target if is_user else 0, None if is_user else {"group": target})


def _list(options: argparse.Namespace) -> int:
    store = administration(options).store
    rows = [_row(connection_names, each) for connection_names, each in _holds(store)]
    if options.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    for row in rows:
        since = f"{datetime.fromtimestamp(row['since'] / 1000):%Y-%m-%d %H:%M}"
        print("\t".join((row["of"], str(row["id"]), row["name"], since, row["reason"])).rstrip())
    return 0


def _holds(store: Store) -> Iterator[tuple[dict[tuple[int, int], str], Hold]]:
    behind = 0, 0
    while True:
        with store.snapshot() as connection:
            found = holds.listed(connection, behind, PAGE_OF_HOLDS)
            names = _names(connection, found)
        yield from ((names, each) for each in found)
        if len(found) < PAGE_OF_HOLDS:
            return
        behind = found[-1].scope, found[-1].target


def _names(connection: Connection, found: list[Hold]) -> dict[tuple[int, int], str]:
    names: dict[tuple[int, int], str] = {}
    people = users.find_many(connection, [each.target for each in found if each.scope == Scope.USER])
    names |= {(Scope.USER, id): user.name for id, user in people.items() if user is not None}
    teams = queries.find_many(connection, [each.target for each in found if each.scope == Scope.GROUP])
    return names | {(Scope.GROUP, id): group.name for id, group in teams.items()}


def _row(names: dict[tuple[int, int], str], hold: Hold) -> dict[str, Any]:
    return {
        "of": "user" if hold.scope == Scope.USER else "group",
        "id": hold.target,
        "name": names.get((hold.scope, hold.target), ""),
        "since": hold.since,
        "by": hold.made_by,
        "reason": hold.reason,
    }
