"""C{hichat audit}: the audit log."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.admin.administration import open_store
from hichat.admin.arguments import command, moment, settings_of, some_text
from hichat.audit import entries
from hichat.audit.entries import BEGUN, OK, Entry, Wanted
from hichat.core.errors import NoSuchUser
from hichat.storage.store import Store

PAGE = 1000
"""Entries that are read at once."""


def add_audit_command(commands: Any) -> None:
    """Add the command."""
    text = "show who did what: log-ins, refusals, changes of passwords and rights, administrators' acts"
    found = command(commands, "audit", text, _audit, named=False)
    found.add_argument(
        "--user",
        type=some_text,
        metavar="NAME",
        help="what this user did, or what was done to the user; a deleted one by number",
    )
    found.add_argument("--act", type=some_text, metavar="ACT", help="only this act, such as log_in")
    text = "since then: a time such as 2026-11-30 or 2026-11-30T08:00, or a duration such as 90m, 12h or 7d"
    found.add_argument("--since", type=moment, default=0, metavar="WHEN", help=text)
    found.add_argument("--json", action="store_true", help="print one JSON object a line")


def _audit(options: argparse.Namespace) -> int:
    store = open_store(settings_of(options), make=False)
    with store.snapshot() as connection:
        user = named(connection, options.user) if options.user else 0
    found = False
    for entry, names in read_entries(store, Wanted(user=user, since=options.since, act=options.act or "")):
        print(as_json(entry, names) if options.json else line_of(entry, names))
        found = True
    if not found and options.act:
        with store.snapshot() as connection:
            acts = ", ".join(entries.acts(connection))
        print(f"hichat: there is no such entry; the acts in the audit log are: {acts}", file=sys.stderr)
    return 0


def named(connection: Connection, name: str) -> int:
    """
    @param name: a user's name; or the number of one, which a deleted user still has.
    @return: the user's id.
    @raise NoSuchUser: there never was such a user.
    """
    user = users.find_by_name(connection, name)
    if user is not None:
        return user.id
    if not (name.isascii() and name.isdigit() and len(name) < 16 and users.existed(connection, int(name))):
        raise NoSuchUser
    return int(name)


def read_entries(store: Store, wanted: Wanted) -> Iterator[tuple[Entry, Mapping[int, str]]]:
    """@return: the entries, each with the names of the users in it, by id; deleted users have none."""
    after = 0
    while True:
        with store.snapshot() as connection:
            found = entries.read(connection, wanted, after, PAGE)
            ids = {id for _, entry in found for id in (entry.actor, entry.whose) if id}
            known = users.find_many(connection, ids)
        names = {id: user.name for id, user in known.items() if user is not None}
        yield from ((entry, names) for _, entry in found)
        if len(found) < PAGE:
            return
        after = found[-1][0]


def as_json(entry: Entry, names: Mapping[int, str]) -> str:
    """@return: an entry as a JSON object, without what is empty."""
    fields = {name: value for name, value in msgspec.structs.asdict(entry).items() if value not in (0, "")}
    for name, id in (("actorName", entry.actor), ("whoseName", entry.whose)):
        if id in names:
            fields[name] = names[id]
    if entry.detail:
        fields["detail"] = msgspec.Raw(entry.detail.encode())
    return msgspec.json.encode(fields).decode()


def line_of(entry: Entry, names: Mapping[int, str]) -> str:
    """@return: an entry for people, its parts behind tabs; the first one is the time."""
    parts = [f"{datetime.fromtimestamp(entry.at / 1000):%Y-%m-%d %H:%M:%S}", entry.act]
    if entry.outcome != OK:
        parts.append(entry.outcome if entry.outcome == BEGUN else f"refused: {entry.outcome}")
    if entry.count > 1:
        parts.append(f"{entry.count} times")
    if entry.actor:
        parts.append(f"by {names.get(entry.actor, f'user {entry.actor}')}")
    if entry.whose and entry.whose != entry.actor:
        parts.append(f"on {names.get(entry.whose, f'user {entry.whose}')}")
    parts += [f"{name} {value}" for name, value in (("group", entry.group), ("device", entry.device)) if value]
    parts += [text for text in (entry.address, entry.via, entry.detail) if text]
    return "\t".join(parts)
