"""The profiles of users: names, pictures, and whether they are away. Others are told of new names and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import UNSET
from sqlalchemy import Connection

from hichat.accounts import absences, users
from hichat.accounts.fields import description_of, email_of, gender_of, phone_of, picture_of
from hichat.accounts.names import check_reserved, given_name
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.telling import TellPerson
from hichat.accounts.users import User
from hichat.core.kinds import PersonBody
from hichat.core.text import key_of

if TYPE_CHECKING:
    from hichat.accounts.password_changes import PasswordChanges
    from hichat.accounts.resting import Resting
    from hichat.accounts.sign_outs import SignOuts
    from hichat.storage.store import Store

_READERS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "name": ("name", given_name),
    "icon": ("avatar", picture_of),
    "gender": ("gender", gender_of),
    "email": ("email", email_of),
    "phone": ("phone", phone_of),
}

_PROFILE: Mapping[str, Callable[[str], str]] = {
    "name": given_name,
    "display_name": partial(given_name, field="displayName"),
    "avatar": partial(picture_of, field="avatar"),
    "gender": gender_of,
    "email": email_of,
    "phone": phone_of,
    "bio": partial(description_of, field="bio"),
}


class Profiles:
    """
    Changes profiles.

    @param password_changes: for v1, which changes the password in one call with other fields.
    @param resting: the names that were given up.
    @param now: the time in milliseconds since the epoch.
    @param changed: tells others.
    """

    def __init__(
        self,
        store: Store,
        sign_outs: SignOuts,
        password_changes: PasswordChanges,
        resting: Resting,
        now: Callable[[], int],
        changed: TellPerson,
    ) -> None:
        self._store = store
        self._sign_outs = sign_outs
        self._password_changes = password_changes
        self._resting = resting
        self._now = now
        self._changed = changed

    async def update(self, user: User, fields: Mapping[str, str]) -> User:
        """
        Change fields of a user, as v1 names them, all of them or none.

        @param user: the user as authenticated.
        @param fields: texts as the client gave them: some of C{name icon gender email phone password}. Another
            password voids all tokens of the user.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{Registrar.register}.
        @raise NameReserved: see L{Registrar.register}.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        values = {_READERS[name][0]: _READERS[name][1](text) for name, text in fields.items() if name in _READERS}
        if "password" in fields:
            password_hash = await self._password_changes.hash_new(fields["password"], values.get("name", user.name))

            def change(connection: Connection) -> User:
                self.change_fields(connection, user, values)
                return self._password_changes.put(connection, user.id, password_hash)

            return self._told(user, await self._sign_outs.of_user(user.id, change))
        return self._told(user, await self._store.write(self.change_fields, user, values))

    async def change(self, user: User, fields: Mapping[str, str], check: RightsCheck = no_check) -> User:
        """
        Change fields of a user's profile, all of them or none.

        @param user: the user as authenticated.
        @param fields: some of C{name display_name avatar gender email phone bio}.
        @param check: checks that whoever wants the change may still make it.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{Registrar.register}.
        @raise NameReserved: see L{Registrar.register}.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        """
        values = checked_profile(fields)

        def change(connection: Connection) -> User:
            check(connection)
            return self.change_fields(connection, user, values)

        return self._told(user, await self._store.write(change))

    async def set_away(self, user: User, text: str) -> User:
        """
        A user is away, until the user ends that.

        @param text: what the user says about it; empty: the user is away without a word, or is back if away before.
        @raise TooLong: it is longer than L{absences.AWAY_TEXT_LIMIT} characters.
        @raise Unauthorized: see L{change}.
        """
        said = absences.one_line(text)

        def change(connection: Connection) -> User:
            before = users.current(connection, user)
            absences.change(connection, before.id, said if said or before.away is None else None, self._now())
            return users.get(connection, before.id)

        changed = await self._store.write(change)
        self._changed(changed.id, _person(changed))
        return changed

    def change_fields(self, connection: Connection, user: User, values: Mapping[str, str]) -> User:
        """
        Change fields of a user's profile in somebody's transaction, which does not go on if this raises.

        @param values: as L{checked_profile} gives them.
        @raise Refused: see L{change}.
        """
        users.current(connection, user)
        before, now = users.get(connection, user.id), self._now()
        users.change(connection, user.id, values, now)
        after = users.get(connection, user.id)
        if (after.name, after.display_name) != (before.name, before.display_name):
            self._rename(connection, before, after, now)
        return after

    def _rename(self, connection: Connection, before: User, after: User, now: int) -> None:
        """A user has changed names: may they have the new ones? Those that they have not any more rest."""
        if key_of(after.name) != key_of(before.name):
            check_reserved(after.name)
            self._resting.check(connection, after.name, after.id, now)
        if after.display_name != after.name and key_of(after.display_name) != key_of(before.display_name):
            check_reserved(after.display_name, "displayName")
            self._resting.check(connection, after.display_name, after.id, now, "displayName")
        held = {key_of(after.name), key_of(after.display_name)}
        for name in dict.fromkeys((before.display_name, before.name)):
            if key_of(name) not in held:
                self._resting.add(connection, name, after.id, now)

    def _told(self, before: User, after: User) -> User:
        """@return: the user, after others were told of new names or a new picture."""
        person = _person(after)
        if person != _person(before):
            self._changed(after.id, person)
        return after


def checked_profile(fields: Mapping[str, str]) -> dict[str, str]:
    """
    @param fields: some of C{name display_name avatar gender email phone bio}.
    @return: them, as they are stored.
    @raise InvalidField: a field is not allowed.
    """
    return {name: _PROFILE[name](text) for name, text in fields.items()}


def _person(user: User) -> PersonBody:
    return PersonBody(user.name, user.display_name, user.avatar, UNSET if user.away is None else user.away)
