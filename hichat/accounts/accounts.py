"""Accounts: registering, logging in, authenticating, changing and leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.accounts import devices, users
from hichat.accounts.devices import Device
from hichat.accounts.fields import email_of, gender_of, id_of, is_storable, name_of, phone_of, picture_of
from hichat.accounts.passwords import prepare
from hichat.accounts.users import User
from hichat.errors import (
    Disabled,
    InvalidField,
    NameTaken,
    NoSuchDevice,
    PasswordsDiffer,
    Unauthorized,
    WrongPassword,
)
from hichat.events import Draft, Kind, Scope
from hichat.social import contacts, conversations, group_service, groups
from hichat.storage.gathered import Gathered

if TYPE_CHECKING:
    from hichat.accounts.passwords import Passwords
    from hichat.accounts.tokens import Tokens
    from hichat.ledger.ledger import Appender
    from hichat.storage.store import Store

_READERS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "name": ("name", name_of),
    "icon": ("avatar", picture_of),
    "gender": ("gender", gender_of),
    "email": ("email", email_of),
    "phone": ("phone", phone_of),
}


_PROFILE: Mapping[str, Callable[[str], str]] = {
    "name": name_of,
    "avatar": partial(picture_of, field="avatar"),
    "gender": gender_of,
    "email": email_of,
    "phone": phone_of,
}


class Accounts:
    """
    What voids a user's tokens is an event as well, in the same transaction: every worker then closes the user's
    connections.

    @param now: the time in milliseconds since the epoch.
    """

    _log = Logger()

    def __init__(
        self, store: Store, ledger: Appender, passwords: Passwords, tokens: Tokens, now: Callable[[], int]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._passwords = passwords
        self._tokens = tokens
        self._now = now
        self._find = Gathered(lambda ids: store.read(users.find_many, ids))

    async def register(self, name: str, password: str, repeated: str) -> User:
        """
        Make an account.

        @raise InvalidField: the name or the password.
        @raise PasswordsDiffer: C{repeated} is another password.
        @raise NameTaken: in some case.
        @raise Busy: too many passwords wait to be hashed.
        """
        name = name_of(name)
        prepared = prepare(password)
        if not _is_same(prepared, repeated):
            raise PasswordsDiffer
        # Before the costly hash; the insert decides.
        if await self._store.read(users.find_by_name, name) is not None:
            raise NameTaken
        password_hash = await self._passwords.hash(prepared)
        user = await self._store.write(users.insert, name, password_hash, self._now())
        self._log.info("user {user} registered", user=user.id)
        return user

    async def log_in(self, name: str, password: str, client_ip: str, client_port: str) -> tuple[str, User]:
        """
        Exchange a password for a token.

        @raise WrongPassword: or there is no user of that name; both take the same time.
        @raise Disabled: the password is right, but the account is disabled.
        @raise Busy: too many passwords wait to be verified.
        """
        try:
            prepared = prepare(password)
        except InvalidField:
            raise WrongPassword from None
        found = await self._store.read(users.find_hash, name) if is_storable(name) else None
        user, password_hash = found or (None, None)
        right = await self._passwords.verify(prepared, password_hash)
        if user is None or not right:
            raise WrongPassword
        if user.disabled:
            raise Disabled
        user = await self._store.write(_log_in, user, client_ip, client_port, self._now())
        return self._tokens.issue(user.id, user.generation), user

    async def authenticate(self, token: str, user_id: str) -> User:
        """
        Find out who calls.

        @param user_id: the id that the client says it has, as text.
        @raise Unauthorized: the token is not this user's, has expired or is void, or the user is disabled or gone.
        """
        owner, generation = self._tokens.verify(token)
        try:
            claimed = id_of(user_id, "userId")
        except InvalidField:
            raise Unauthorized from None
        user = await self._find(owner) if owner == claimed else None
        if user is None or user.disabled or user.generation != generation:
            raise Unauthorized
        return user

    async def identify(self, token: str) -> tuple[User, int]:
        """
        Find out who calls.

        @return: the user, and the number of the device that the token is bound to; 0: it is bound to none.
        @raise Unauthorized: the token has expired or is void, or the user is disabled or gone.
        """
        owner, generation = self._tokens.verify(token)
        user = await self._find(owner)
        if user is None or user.disabled or user.generation != generation:
            raise Unauthorized
        return user, 0

    async def sign_in(self, token: str, device: str) -> tuple[User, Device]:
        """
        Find out who calls, and make the device known.

        @param device: the client's own name of it, 1 to 64 characters of ASCII.
        @raise Unauthorized: the token has expired or is void, the user is disabled or gone, or the device was revoked.
        @raise TooManyDevices: it is a new one, and there are too many.
        """
        owner, generation = self._tokens.verify(token)
        user, known = await self._store.read(_find_device, owner, device)
        if user is None or user.disabled or user.generation != generation:
            raise Unauthorized
        if known is None:
            known = await self._store.write(devices.find_or_add, owner, device, self._now())
        if known.revoked_at is not None:
            raise Unauthorized
        return user, known

    async def revoke(self, user_id: int, device: str) -> Device:
        """
        Let nobody sign in with a device any more, and close its connections.

        @raise NoSuchDevice: the user has none of that name, or it was revoked before.
        @raise Busy: or another L{Refused} of the ledger.
        """
        found = await self._store.read(devices.find, user_id, device)
        if found is None or found.revoked_at is not None:
            raise NoSuchDevice

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            devices.revoke(connection, user_id, found.id, self._now())

        await self._ledger.append(
            kind=Kind.SIGNED_OUT,
            scope=Scope.ACCOUNTS,
            sender=user_id,
            target=user_id,
            subject=found.id,
            change=change,
        )
        return found

    async def update(self, user: User, fields: Mapping[str, str]) -> User:
        """
        Change what is given, all of it or nothing.

        @param user: as authenticated.
        @param fields: texts as the client gave them: some of C{name icon gender email phone password}. Another
            password voids all tokens of the user.
        @raise InvalidField: one of them.
        @raise NameTaken: in some case.
        @raise Unauthorized: the account is not any more what it was when it was authenticated.
        @raise Busy: or another L{Refused} of the ledger.
        """
        values = {_READERS[name][0]: _READERS[name][1](text) for name, text in fields.items() if name in _READERS}
        if "password" in fields:
            password_hash = await self._passwords.hash(prepare(fields["password"]))

            def change(connection: Connection) -> User:
                _change(connection, user, values, self._now())
                users.set_password(connection, user.id, password_hash, self._now())
                return users.get(connection, user.id)

            return await self._sign_out(user.id, change)
        return await self._store.write(_change, user, values, self._now())

    async def change_profile(self, user: User, fields: Mapping[str, str]) -> User:
        """
        Change what is given, all of it or nothing.

        @param user: as authenticated.
        @param fields: some of C{name avatar gender email phone}.
        @raise InvalidField: one of them.
        @raise NameTaken: in some case.
        @raise Unauthorized: the account is not any more what it was when it was authenticated.
        """
        values = {name: _PROFILE[name](text) for name, text in fields.items()}
        return await self._store.write(_change, user, values, self._now())

    async def change_password(self, user: User, password: str) -> User:
        """As L{update}, of the password only."""
        return await self.update(user, {"password": password})

    async def delete(self, user: User) -> None:
        """
        Delete an account for ever, with its contacts and memberships.

        @param user: as authenticated.
        @raise Unauthorized: the account is not any more what it was when it was authenticated.
        @raise Busy: or another L{Refused} of the ledger.
        """

        # First the groups hear of it. If there is no going on from here, the user can try again.
        await group_service.leave_all(self._store, self._ledger, user.id, self._now)

        def change(connection: Connection, draft: Draft, position: int) -> None:
            _check_current(connection, user)
            draft.body = b"%d" % (user.generation + 1)
            contacts.forget(connection, user.id)
            conversations.forget(connection, user.id)
            groups.leave_all(connection, user.id, position, self._now())
            users.delete(connection, user.id, self._now())

        await self._append(user.id, change)
        self._log.info("user {user} was deleted", user=user.id)

    async def disable(self, user_id: int) -> User:
        """
        Keep a user out, for the administrator.

        @raise NoSuchUser: there is none.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection) -> User:
            users.disable(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._sign_out(user_id, change)

    async def enable(self, user_id: int) -> User:
        """
        Let a user in again, for the administrator.

        @raise NoSuchUser: there is none.
        """

        def change(connection: Connection) -> User:
            users.enable(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._store.write(change)

    async def _sign_out(self, user_id: int, change: Callable[[Connection], User]) -> User:
        changed: list[User] = []

        def changing(connection: Connection, draft: Draft, _position: int) -> None:
            # The ledger may try a batch again: the last time is the one that counts.
            changed[:] = [change(connection)]
            draft.body = b"%d" % changed[0].generation

        await self._append(user_id, changing)
        return changed[0]

    async def _append(self, user_id: int, change: Callable[[Connection, Draft, int], None]) -> None:
        await self._ledger.append(
            kind=Kind.SIGNED_OUT, scope=Scope.ACCOUNTS, sender=user_id, target=user_id, change=change
        )


def _find_device(connection: Connection, user_id: int, name: str) -> tuple[User | None, Device | None]:
    return users.find(connection, user_id), devices.find(connection, user_id, name)


def _is_same(prepared: str, repeated: str) -> bool:
    try:
        return prepare(repeated) == prepared
    except InvalidField:
        return False


def _check_current(connection: Connection, user: User) -> None:
    """Much can have happened while a password was hashed or the writer was busy."""
    current = users.find(connection, user.id)
    if current is None or current.disabled or current.generation != user.generation:
        raise Unauthorized


def _log_in(connection: Connection, user: User, client_ip: str, client_port: str, now: int) -> User:
    current = users.find(connection, user.id)
    # The password that was verified is not this one any more.
    if current is None or current.generation != user.generation:
        raise WrongPassword
    users.record_login(connection, user.id, client_ip, client_port, now)
    return users.get(connection, user.id)


def _change(connection: Connection, user: User, values: Mapping[str, str], now: int) -> User:
    _check_current(connection, user)
    users.change(connection, user.id, values, now)
    return users.get(connection, user.id)
