"""Making accounts: users register, an administrator makes them, or another room does, of bots and imported people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.accounts import invites, users
from hichat.accounts.choices import REGISTRATION_CHOICE, read_choice
from hichat.accounts.names import check_free, check_reserved, user_name
from hichat.accounts.passwords import prepare
from hichat.accounts.profiles import checked_profile
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import RightsCheck, checked, no_check
from hichat.accounts.users import User
from hichat.audit.book import Note, recorded
from hichat.audit.entries import OK, REGISTER, Entry
from hichat.core.errors import BadInvite, Busy, InvalidField, PasswordsDiffer, RegistrationClosed, StoreAway
from hichat.runtime.limits import Attempts, Limits, address_keys
from hichat.storage.tables import users as users_table

if TYPE_CHECKING:
    from hichat.accounts.password_codes import PasswordCode, PasswordCodes
    from hichat.accounts.passwords import Passwords
    from hichat.accounts.resting import Resting
    from hichat.storage.store import Store


class Registrar:
    """
    Makes accounts.

    @param codes: makes codes for accounts without a password.
    @param resting: the names that were given up.
    @param now: the time in milliseconds since the epoch.
    @param limits: the limits of strangers' tries.
    @param policy: the policy of registration. C{open}: everybody may make an account; C{invite}: only with an invite
        code; C{local}: without a code only from this machine; C{closed}: nobody may.
    @param passwords_on: whether accounts are made with a password.
    @param note: notes in the audit log who registers, and what is refused.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        codes: PasswordCodes,
        resting: Resting,
        now: Callable[[], int],
        limits: Limits,
        policy: str,
        passwords_on: bool,
        note: Note,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._codes = codes
        self._resting = resting
        self._now = now
        self._limits = limits
        self._policy = policy
        self._passwords_on = passwords_on
        self._note = note

    async def register(
        self,
        name: str,
        password: str,
        repeated: str,
        invite: str = "",
        client_ip: str = "",
        forwarded: bool = False,
        *,
        by_operator: bool = False,
    ) -> User:
        """
        Make an account.

        @param invite: an invite code, if one is needed.
        @param forwarded: whether a proxy has passed the request on, so that it may be from another machine.
        @param by_operator: whether reserved names are allowed.
        @return: the user.
        @raise InvalidField: the name or the password is not allowed.
        @raise PasswordsDiffer: C{repeated} is another password.
        @raise RegistrationClosed: nobody may make an account.
        @raise BadInvite: the code is not valid.
        @raise NameTaken: the name, in any case, is another user's, or looks like it, or was given up a short time ago.
        @raise NameReserved: the name looks like one that speaks for the server, such as "admin".
        @raise TooManyAttempts: there were too many from this address.
        @raise Busy: too many passwords wait to be hashed.
        """
        # Counted before any work. A mistake in a field is forgiven; asking for names and guessing codes is not.
        counted = Attempts()
        with recorded(self._note_refusal, Entry(act=REGISTER, address=client_ip)):
            counted.attempt(self._limits.register, address_keys(client_ip))
        try:
            policy = self._policy if by_operator else await self._store.read(self._policy_now)
            if not self._passwords_on and not by_operator:
                policy = "closed"
            if policy == "closed":
                raise RegistrationClosed
            code = invite if policy == "invite" or (policy == "local" and forwarded) else None
            name = user_name(name)
            prepared = self._passwords.prepare_new(password, name)
            if not _is_same(prepared, repeated):
                raise PasswordsDiffer
            # A check before the costly hash. The insert checks again, and decides.
            await self._store.read(self._check_registration, name, code, by_operator)
            password_hash = await self._passwords.hash_new(prepared, name)
        except (InvalidField, PasswordsDiffer, RegistrationClosed, Busy, StoreAway):
            counted.forgive()
            raise
        except BadInvite as e:
            self._note(Entry(act=REGISTER, outcome=e.code, address=client_ip))
            raise
        with recorded(self._note_refusal, Entry(act=REGISTER, address=client_ip)):
            user = await self._store.write(self._register, name, password_hash, code)
        self._log.info("user {user} registered", user=user.id)
        if not by_operator:
            self._note(Entry(act=REGISTER, actor=user.id, whose=user.id, address=client_ip))
        return user

    def _policy_now(self, connection: Connection) -> str:
        chosen = read_choice(connection, REGISTRATION_CHOICE)
        return self._policy if chosen is None else chosen.value

    def _note_refusal(self, entry: Entry) -> None:
        if entry.outcome != OK:
            self._note(entry)

    def _check_registration(self, connection: Connection, name: str, invite: str | None, by_operator: bool) -> None:
        if invite is not None:
            invites.check(connection, invite, self._now())
        if not by_operator:
            check_reserved(name)
        check_free(connection, users_table, name)
        self._resting.check(connection, name, 0, self._now())

    def _register(self, connection: Connection, name: str, password_hash: str, invite: str | None) -> User:
        now = self._now()
        role = ServerRole.MEMBER if invite is None else invites.use(connection, invite, now)
        self._resting.check(connection, name, 0, now)
        user = users.insert(connection, name, password_hash, now)
        if role is not user.role:
            users.set_role(connection, user.id, role, now)
        return users.get(connection, user.id)

    async def make(
        self, name: str, password: str, fields: Mapping[str, str], by: int, check: RightsCheck = no_check
    ) -> tuple[User, PasswordCode]:
        """
        Make an account, for an administrator. Its name may be a reserved one.

        @param password: empty: the user sets one with the code.
        @param fields: as in L{checked_profile}.
        @param by: the administrator.
        @param check: checks that the administrator may still do it.
        @return: the user, and a code with which the user sets a password.
        @raise InvalidField: the name, the password or a field is not allowed.
        @raise NameTaken: see L{register}.
        """
        name, password_hash = user_name(name), ""
        if password:
            prepared = self._passwords.prepare_new(password, name)
            password_hash = await self._passwords.hash_new(prepared, name)
        user = await self._store.write(checked(check, self.add_hashed), name, password_hash, fields)
        self._note(Entry(act=REGISTER, actor=by, whose=user.id, via="v2"))
        return user, self._codes.make(user)

    def add_hashed(
        self, connection: Connection, name: str, password_hash: str, fields: Mapping[str, str], bot: bool = False
    ) -> User:
        """
        Make an account of a name that L{user_name} has checked and may be reserved, for an administrator.

        @param fields: of the profile, as in L{checked_profile}.
        @param bot: whether it is a bot; see L{hichat.bots}.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{register}.
        """
        self.check_name(connection, name)
        user = users.insert(connection, name, password_hash, self._now(), bot)
        values = checked_profile(fields)
        if values:
            users.change(connection, user.id, values, self._now())
        return users.get(connection, user.id)

    def check_name(self, connection: Connection, name: str) -> None:
        """@raise NameTaken: nobody can be called so, see L{register}. Reserved names are allowed."""
        self._check_registration(connection, name, None, by_operator=True)


def _is_same(prepared: str, repeated: str) -> bool:
    try:
        return prepare(repeated) == prepared
    except InvalidField:
        return False
