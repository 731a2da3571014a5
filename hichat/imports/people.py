"""
People of an export, and the accounts here that are theirs.

Whose account a person gets is decided in this order: the one from an earlier import; the one that the operator's file
names; the one with the person's address, if that is verified here; else a new one. A new account has the person's name.
Where that is taken, reserved or not allowed here, it is what L{candidates} says. It has no password.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, update

from hichat.accounts import users
from hichat.accounts.names import check_display_name, check_reserved, user_name
from hichat.accounts.profiles import checked_profile
from hichat.accounts.roles import ServerRole
from hichat.core.errors import AddressTaken, InvalidField, NameRefused, Refused, StartError
from hichat.core.text import key_of
from hichat.imports import known, shapes
from hichat.imports.report import ImportReport
from hichat.mail import addresses
from hichat.mail.addresses import AddressClaim
from hichat.storage import tables

ROLES = {role.word: role for role in ServerRole}

MakeAccount = Callable[[Connection, str, Mapping[str, str], bool], users.User]
"""Makes an account of a checked name, with a profile; the last one: whether it is a bot."""


class ArrivedPerson(NamedTuple):
    """
    A person who has come.

    @ivar user: the id here.
    @ivar name: the name here.
    @ivar is_new: whether the account is a new one.
    @ivar is_gone: whether the account was deleted here since an earlier import.
    """

    user: int
    name: str
    is_new: bool
    is_gone: bool = False


class _Called(NamedTuple):
    """Somebody who is not made, as L{check_display_name} looks at them."""

    id: int
    name: str
    display_name: str


class ImportedPeople:
    """
    Finds or makes accounts.

    @param label: a word that is put behind names that are taken, such as C{slack}.
    @param wanted: the operator's file: by the person's id, name or address there, the name of the account here.
    @param make: makes an account.
    @param check: raises L{Refused} if nobody can be called so.
    @param verified: whether all addresses of the export count as the people's.
    @param roles: whether people have the roles here that they had there.
    """

    def __init__(
        self,
        label: str,
        wanted: Mapping[str, str],
        make: MakeAccount,
        check: Callable[[Connection, str], None],
        verified: bool,
        roles: bool,
        report: ImportReport,
    ) -> None:
        self._label, self._wanted, self._roles = label, wanted, roles
        self._make, self._check, self._verified = make, check, verified
        self._report = report
        self._taken: set[str] = set()
        self._invented = 0

    def take_in(
        self, connection: Connection, source: str, people: Sequence[shapes.MovedPerson], dry: bool, now: int
    ) -> dict[str, ArrivedPerson]:
        """
        @param source: see L{shapes.MovedHeader}.
        @param dry: whether nothing is written: then new accounts have ids below 0.
        @return: by the ids there.
        """
        found = known.find(connection, source, "person", [person.id for person in people])
        there = users.existing(connection, [each.ours for each in found.values()])
        came: dict[str, ArrivedPerson] = {}
        for person in people:
            before = found.get(person.id)
            if before is not None:
                self._report.known["people"] += 1
                came[person.id] = ArrivedPerson(before.ours, "", False, before.ours not in there)
                continue
            arrival = self._find(connection, person) or self._new(connection, person, dry, now)
            came[person.id] = arrival
            if not dry:
                known.note(connection, source, "person", [(person.id, arrival.user, b"")])
        return came

    def _find(self, connection: Connection, person: shapes.MovedPerson) -> ArrivedPerson | None:
        name = self._wish(person)
        user = users.find_by_name(connection, name) if name else None
        if user is None and person.email and not person.deleted:
            user = users.find(connection, addresses.user_at(connection, person.email))
            if user is not None:
                self._report.problem(
                    "people get the account with their verified address", f"{person.name}: {user.name}"
                )
        if user is None:
            return None
        return ArrivedPerson(user.id, user.name, False)

    def _wish(self, person: shapes.MovedPerson) -> str:
        """@return: the name that the operator's file has for a person; empty: none."""
        for key in (person.id, person.name, person.email):
            if key and key in self._wanted:
                return self._wanted[key]
        return ""

    def _new(self, connection: Connection, person: shapes.MovedPerson, dry: bool, now: int) -> ArrivedPerson:
        self._report.counts["people"] += 1
        name = self._free_name(connection, person)
        self._taken.add(key_of(name))
        if dry:
            self._invented -= 1
            self._count_losses(connection, self._invented, name, person)
            return ArrivedPerson(self._invented, name, True)
        user = self._make(connection, name, self._profile(person), person.bot)
        self._dress(connection, user, person, now)
        return ArrivedPerson(user.id, name, True)

    def _free_name(self, connection: Connection, person: shapes.MovedPerson) -> str:
        wish = self._wish(person)
        if wish:
            # There is no such account yet.
            return user_name(wish)
        given = person.name or ("deleted" if person.deleted else person.displayName)
        why = ""
        for candidate in candidates(given, self._label):
            try:
                name = user_name(candidate)
                check_reserved(name)
                self._check(connection, name)
            except Refused as e:
                why = why or e.text("en")
                continue
            if key_of(name) in self._taken:
                why = why or "the name is taken"
                continue
            if why and not person.deleted:
                self._report.problem(
                    "people get another name: theirs is taken, reserved or not allowed", f"{given}: {name}"
                )
            return name
        raise StartError(f"hichat: no name for {given!r} is free")

    def _profile(self, person: shapes.MovedPerson) -> dict[str, str]:
        given = {"email": person.email, "phone": person.phone, "bio": person.bio, "gender": person.gender}
        profile: dict[str, str] = {}
        for field, text in given.items():
            try:
                profile |= checked_profile({field: text.strip()}) if text.strip() else {}
            except InvalidField:
                self._report.problem("fields of profiles do not come: they are not allowed here", field)
        return profile

    def _count_losses(self, connection: Connection, invented: int, name: str, person: shapes.MovedPerson) -> None:
        """Tell what of a person would not come, who is not made."""
        self._profile(person)
        shown = self._shown(connection, _Called(invented, name, name), person)
        if shown and key_of(shown) != key_of(name) and key_of(shown) in self._taken:
            self._tell_not_shown(person)
        elif shown:
            self._taken.add(key_of(shown))
        self._role(person)
        self._claim(connection, person, 0)

    def _dress(self, connection: Connection, user: users.User, person: shapes.MovedPerson, now: int) -> None:
        """Give a new account all that is not in its name."""
        shown = self._shown(connection, user, person)
        if shown:
            users.change(connection, user.id, {"display_name": shown}, now)
        role = self._role(person)
        if role is not user.role:
            users.set_role(connection, user.id, role, now)
        claim = self._claim(connection, person, now)
        if claim is not None:
            addresses.verify_address(connection, users.get(connection, user.id), claim, now)
        if person.disabled or person.deleted:
            users.disable(connection, user.id, now)
        if person.created > 1:
            since = update(tables.users).where(tables.users.c.id == user.id)
            connection.execute(since.values(created_at=min(person.created, now)))
        if person.deleted:
            users.delete(connection, user.id, now)

    def _role(self, person: shapes.MovedPerson) -> ServerRole:
        role = ROLES[person.role]
        # Nobody rules here because of a file.
        if role > ServerRole.MEMBER and not self._roles:
            self._report.problem(
                "people come as members, without the role that they have there; --roles gives it to them", person.name
            )
            return ServerRole.MEMBER
        return role

    def _shown(self, connection: Connection, user: users.User | _Called, person: shapes.MovedPerson) -> str:
        """@return: the name under which people see somebody; empty: the one with which the account is made."""
        shown = person.displayName.strip()
        if not shown or shown == user.name:
            return ""
        try:
            shown = user_name(shown, "displayName")
            check_reserved(shown, "displayName")
            check_display_name(connection, user, shown)
        except (NameRefused, InvalidField):
            self._tell_not_shown(person)
            return ""
        return shown

    def _tell_not_shown(self, person: shapes.MovedPerson) -> None:
        self._report.problem("people are shown by their names: another is shown as they were", person.displayName)

    def _claim(self, connection: Connection, person: shapes.MovedPerson, now: int) -> AddressClaim | None:
        """@return: the address that counts as a person's; None: there is none."""
        if not person.email or person.deleted or not (self._verified or person.verified):
            return None
        try:
            claim = AddressClaim(addresses.address_of(person.email), "en", 0, now, 0)
            if addresses.user_at(connection, claim.address):
                raise AddressTaken
        except Refused:
            what = "addresses are not taken as verified: somebody has them, or they are none"
            self._report.problem(what, person.email)
            return None
        return claim


def candidates(given: str, label: str) -> Iterator[str]:
    """
    @return: the names to try for somebody: as it is; without what no name may have; then C{NAME-slack}, C{NAME-slack2}
        and so on.
    """
    yield given
    plain = re.sub(r"[^\w.-]+", "-", given, flags=re.ASCII).strip("-.")[:40] or "person"
    yield plain
    yield f"{plain}-{label}"
    for number in range(2, 10_000):
        yield f"{plain}-{label}{number}"
