"""Commands for the life of a person: show, rename, rights, deletion, and making many from a file."""

from __future__ import annotations

import argparse
import csv
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from hichat.accounts import app_secrets
from hichat.accounts.names import user_name
from hichat.accounts.roles import ServerRole
from hichat.accounts.users import User
from hichat.admin.administration import Administration, NewPerson, now
from hichat.admin.arguments import administration, command
from hichat.core.errors import InvalidField, Refused, StartError
from hichat.core.text import key_of
from hichat.groups import queries
from hichat.mail import addresses
from hichat.signin import remembered
from hichat.storage.tables import contacts, media

FIELDS = ("display_name", "email", "phone", "bio", "gender")
"""Columns of a file with people that are fields of the profile."""

COLUMNS = ("name", "password", "admin", "role", *FIELDS)
"""All columns of such a file."""

ROLE_WORDS = tuple(role.word for role in ServerRole)
"""The roles, as commands and files name them."""

PEOPLE_LIMIT = 100_000
"""The most people in a file."""

SHOWN_MISTAKES = 20
"""The most mistakes in a file that are shown."""

PASSWORD_BYTES = 12
"""Random bytes of a password that is made for somebody."""


def add_people_commands(user: Any) -> None:
    """Add the commands to those of C{hichat user}."""
    showing = command(user, "show", "show a user: profile, groups, files, devices, app passwords", _show)
    showing.add_argument("--json", action="store_true", help="print a JSON object")
    renaming = command(user, "rename", "give a user another name to log in with", _rename)
    renaming.add_argument("new", metavar="NEW")
    rights = command(user, "admin", "make a user an administrator, who is signed out everywhere", _admin)
    rights.add_argument("--remove", action="store_true", help="make an administrator a member")
    text = "give a user another role in the server; the first owner is named so"
    role = command(user, "role", text, _role)
    role.add_argument("role", choices=ROLE_WORDS, metavar="ROLE", help=", ".join(ROLE_WORDS))
    deleting = command(user, "delete", "delete an account for ever, with its files; its messages stay or go", _delete)
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    text = f"make users of a CSV file; it is in UTF-8, and its first line names its columns: {', '.join(COLUMNS)}"
    importing = command(user, "import", text, _import, named=False)
    importing.add_argument("file", type=Path, metavar="FILE")
    text = "a new file for the passwords that are made for those who have none in the first one"
    importing.add_argument("--passwords", type=Path, metavar="FILE", help=text)


def listed(user: User) -> dict[str, object]:
    """@return: what a list of users has of each."""
    return {
        "id": user.id,
        "name": user.name,
        "displayName": user.display_name,
        "email": user.email,
        "phone": user.phone,
        "role": user.role.word,
        "administrator": user.administrator,
        "disabled": user.disabled,
        "created": user.created_at,
    }


def _show(options: argparse.Namespace) -> int:
    working = administration(options)
    user = working.find(options.name)
    with working.store.snapshot() as connection:
        found = listed(user) | _used(connection, user)
        signs_in = _signs_in(connection, user)
    used = [
        {
            "id": device.id,
            "name": device.name,
            "used": session.used_at if session else 0,
            "address": session.client_ip if session else "",
            "revoked": device.revoked_at is not None,
        }
        for device, session in working.devices(options.name)
    ]
    if options.json:
        print(msgspec.json.encode(found | signs_in | {"devices": used}).decode())
        return 0
    for name, value in found.items():
        print(f"{name}\t{', '.join(map(str, value)) if isinstance(value, list) else value}")
    print("devices\t" + ", ".join(f"{each['id']} {each['name']}" for each in used if not each["revoked"]))
    address = signs_in["verifiedAddress"]
    print(f"verified address\t{address['address'] + _since(address['verified']) if address else ''}")
    print("app passwords\t" + ", ".join(each["name"] + _since(each["used"]) for each in signs_in["appPasswords"]))
    print("remembered devices\t" + ", ".join(each["name"] + _since(each["since"]) for each in signs_in["remembered"]))
    return 0


def _since(time: int) -> str:
    return f" ({datetime.fromtimestamp(time / 1000):%Y-%m-%d %H:%M})" if time else ""


def _signs_in(connection: Connection, user: User) -> dict[str, Any]:
    """@return: the verified e-mail address, app passwords, and devices that are asked for no second factor."""
    address = addresses.verified(connection, user.id)
    return {
        "verifiedAddress": {"address": address.address, "verified": address.since} if address else None,
        "appPasswords": [
            {"id": each.id, "name": each.name, "created": each.created_at, "used": each.used_at}
            for each in app_secrets.of_user(connection, user.id)
        ],
        "remembered": [
            {"device": each.device, "name": each.name, "since": each.made_at, "until": each.until}
            for each in remembered.of_user(connection, user, now())
        ],
    }


def _used(connection: Connection, user: User) -> dict[str, Any]:
    count, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(media.c.size), 0)).where(media.c.owner_id == user.id)
    ).one()
    own = select(func.count()).select_from(contacts).where(contacts.c.owner_id == user.id)
    return {
        "contacts": connection.scalar(own),
        "groups": [group.name for group in queries.joined(connection, user.id)],
        "files": count,
        "bytes": int(size),
    }


def _rename(options: argparse.Namespace) -> int:
    print(administration(options).rename(options.name, options.new).name)
    return 0


def _admin(options: argparse.Namespace) -> int:
    administration(options).make_administrator(options.name, not options.remove)
    return 0


def _role(options: argparse.Namespace) -> int:
    administration(options).set_role(options.name, ServerRole.of(options.role))
    return 0


def _delete(options: argparse.Namespace) -> int:
    working = administration(options)
    user = working.find(options.name)
    if not options.yes:
        if not sys.stdin.isatty():
            raise StartError("hichat: nobody can be asked; --yes deletes the account all the same")
        print(f"This deletes the account {user.name} (user {user.id}) for ever. Type its name to go on: ", end="")
        if input() != user.name:
            raise StartError("hichat: that is another name; nothing is deleted")
    working.delete(options.name)
    return 0


# Many


_YES_OR_NO = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


class _Row(NamedTuple):
    """
    A line of a file with people.

    @ivar password: as it is hashed; empty: one is to be made.
    """

    line: int
    name: str
    password: str
    role: ServerRole
    fields: Mapping[str, str]


def _import(options: argparse.Namespace) -> int:
    working = administration(options, make=True)
    rows = _checked(options.file, working)
    without = [row for row in rows if not row.password]
    if without and options.passwords is None:
        raise StartError(
            f"hichat: {len(without)} of {len(rows)} people have no password; --passwords FILE makes some, and writes "
            "them to a new file"
        )
    made = {row.name: secrets.token_urlsafe(PASSWORD_BYTES) for row in without}
    if made:
        _write(options.passwords, made)

    def person(row: _Row) -> NewPerson:
        hashed = working.passwords.hash_now(made.get(row.name) or row.password)
        return NewPerson(row.name, hashed, row.role, row.fields)

    # Hashing is most of the work, and leaves the interpreter free.
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            people = list(pool.map(person, rows))
    except BaseException:
        if made:
            options.passwords.unlink()
        raise
    working.add_many(people)
    print(f"{len(people)} users are made")
    return 0


def _checked(path: Path, working: Administration) -> list[_Row]:
    """
    @return: the lines of a file.
    @raise StartError: something is wrong in it; then nobody is made.
    """
    rows: list[_Row] = []
    mistakes: list[str] = []
    known: dict[str, int] = {}
    with working.store.snapshot() as connection:
        for line, fields in _lines(path):
            try:
                row = _row(line, fields, working)
                working.check_free(connection, row.name)
            except Refused as e:
                mistakes.append(f"line {line}: {e.text('en')}")
                continue
            first = known.setdefault(key_of(row.name), line)
            if first != line:
                mistakes.append(f"line {line}: the name is that of line {first}")
            rows.append(row)
    if mistakes:
        more = f"\nand {len(mistakes) - SHOWN_MISTAKES} more" if len(mistakes) > SHOWN_MISTAKES else ""
        shown = "\n".join(mistakes[:SHOWN_MISTAKES])
        raise StartError(f"hichat: {path}: nobody is made; wrong lines: {len(mistakes)}\n{shown}{more}")
    return rows


def _row(line: int, fields: Mapping[str, str], working: Administration) -> _Row:
    name = user_name(fields["name"])
    given = fields.get("password") or ""
    password = working.passwords.prepare_new(given, name) if given else ""
    if password:
        working.passwords.check_uncommon(password, name)
    profile = {each: text for each in FIELDS if (text := (fields.get(each) or "").strip())}
    working.check_profile(profile)
    return _Row(line, name, password, _role_in(fields), profile)


def _role_in(fields: Mapping[str, str]) -> ServerRole:
    """
    @param fields: of a line. C{admin} alone says it as well, as in files from before there were roles.
    @raise InvalidField: it is none, or the two disagree.
    """
    administrator = _YES_OR_NO.get((fields.get("admin") or "").strip().lower())
    if administrator is None:
        raise InvalidField("admin")
    word = (fields.get("role") or "").strip().lower()
    if not word:
        return ServerRole.ADMINISTRATOR if administrator else ServerRole.MEMBER
    if word not in ROLE_WORDS or (administrator and ServerRole.of(word) < ServerRole.ADMINISTRATOR):
        raise InvalidField("role")
    return ServerRole.of(word)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """
    @return: the number and the fields of each line behind the first.
    @raise StartError: the file cannot be read, or is no such file.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
            if unknown or "name" not in (reader.fieldnames or ()):
                what = f"there is no column {unknown[0]!r}" if unknown else "there is no column 'name'"
                raise StartError(f"hichat: {path}: {what}; the columns are {', '.join(COLUMNS)}")
            for count, fields in enumerate(reader):
                if count >= PEOPLE_LIMIT:
                    raise StartError(f"hichat: {path}: more than {PEOPLE_LIMIT} people; make several files of it")
                if None in fields or None in fields.values():
                    raise StartError(
                        f"hichat: {path}: line {reader.line_num} has more or fewer fields than the first one"
                    )
                yield reader.line_num, fields
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as e:
        raise StartError(f"hichat: {path}: it is no CSV file in UTF-8: {e}") from None


def _write(path: Path, made: Mapping[str, str]) -> None:
    """@raise StartError: the file cannot be made, or is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "password"))
        writer.writerows(made.items())
