"""Changing passwords: users change their own, or set one with a code; an administrator takes one away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import resets, sessions, users
from hichat.accounts.grants import Grant
from hichat.accounts.password_codes import PasswordCode, holder_of
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.telling import MailKind, TellByMail
from hichat.accounts.users import User
from hichat.audit.book import Note
from hichat.audit.entries import SET_PASSWORD, Entry

if TYPE_CHECKING:
    from hichat.accounts.grants import Grants
    from hichat.accounts.guard import Guard
    from hichat.accounts.password_codes import PasswordCodes
    from hichat.accounts.passwords import Passwords
    from hichat.accounts.sign_outs import SignOuts
    from hichat.storage.store import Store


class PasswordChanges:
    """
    Changes passwords. Each change voids all tokens of the user, who is told by mail.

    @param guard: checks the present password.
    @param now: the time in milliseconds since the epoch.
    @param note: notes in the audit log what was set with a code.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        codes: PasswordCodes,
        guard: Guard,
        grants: Grants,
        sign_outs: SignOuts,
        now: Callable[[], int],
        note: Note,
        mail: TellByMail,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._codes = codes
        self._guard = guard
        self._grants = grants
        self._sign_outs = sign_outs
        self._now = now
        self._note = note
        self._mail = mail

    @property
    def least(self) -> int:
        """The least number of characters of a new password."""
        return self._passwords.least

    async def change(self, user: User, password: str) -> User:
        """
        Change a password, for an operator.

        @raise InvalidField: the password is not allowed.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        password_hash = await self.hash_new(password, user.name)

        def change(connection: Connection) -> User:
            users.current(connection, user)
            return self.put(connection, user.id, password_hash)

        return await self._sign_outs.of_user(user.id, change)

    async def change_own(self, user: User, device: int, old: str, password: str, client_ip: str) -> Grant:
        """
        Change a password, which voids all tokens of the user.

        @param user: the user as authenticated.
        @param device: the device that gets new tokens, the only valid ones then.
        @param old: the present password.
        @raise WrongPassword: C{old} is not the password.
        @raise InvalidField: the new password is not allowed.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: see L{Guard.check_own}; or by the ledger, such as L{Busy}.
        """
        prepared = self._passwords.prepare_new(password, user.name, "new")
        await self._guard.check_own(user, old, device)
        password_hash = await self._passwords.hash_new(prepared, user.name, "new")
        grants: list[Grant] = []

        def change(connection: Connection) -> User:
            users.current(connection, user)
            before = sessions.standing(connection, [device]).get(device)
            current = self.put(connection, user.id, password_hash, client_ip)
            grants[:] = [self._grants.begin(connection, current, device, client_ip, "v2")]
            if before is not None:
                sessions.carry_over(connection, before, grants[0].session)
            return current

        await self._sign_outs.of_user(user.id, change)
        return grants[0]

    async def set_by_code(self, code: str, password: str, client_ip: str) -> User:
        """
        Set a password with a code, which is good once: an administrator has given it, or it came by mail.

        @raise BadCode: it is not valid, or was used, or has expired; or the user is disabled.
        @raise InvalidField: the password is not allowed.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        claims = self._codes.verify(code)
        user = await self._store.read(holder_of, claims)
        password_hash = await self.hash_new(password, user.name)

        def change(connection: Connection) -> User:
            holder_of(connection, claims)
            return self.put(connection, user.id, password_hash, client_ip)

        changed = await self._sign_outs.of_user(user.id, change)
        self._note(Entry(act=SET_PASSWORD, actor=user.id, whose=user.id, address=client_ip, via="v2"))
        return changed

    async def reset(self, user_id: int, check: RightsCheck = no_check) -> PasswordCode:
        """
        Take a user's password away, for an administrator: the user is signed out everywhere, and sets another one with
        a code.

        @param check: checks that the administrator may still do it.
        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            return self.put(connection, user_id, "")

        return self._codes.make(await self._sign_outs.of_user(user_id, change))

    async def hash_new(self, password: str, name: str) -> str:
        """
        @param name: the user's.
        @return: the hash of a new password.
        @raise InvalidField: the password is not allowed.
        @raise Busy: too many passwords wait to be hashed.
        """
        prepared = self._passwords.prepare_new(password, name)
        return await self._passwords.hash_new(prepared, name)

    def put(self, connection: Connection, user_id: int, password_hash: str, address: str = "") -> User:
        """
        Set a password in the transaction of a change that voids the user's tokens, see L{SignOuts.of_user}.

        @param password_hash: empty: the user has no password any more.
        @param address: the address of whoever sets it, if it is known.
        """
        users.set_password(connection, user_id, password_hash, self._now())
        resets.forget_reset(connection, user_id)
        self._mail(connection, user_id, MailKind.PASSWORD_CHANGED, {"address": address})
        return users.get(connection, user_id)
