"""
The guard of passwords: it limits how often they are tried.

A try is counted in memory (L{hichat.runtime.limits}) before anything else is done: for its address, and then for the
account. Behind that the store counts failures in a row (L{hichat.accounts.failures}). Tries of a known device
(L{hichat.accounts.known}; for v1, from the address of the last log-in) are counted apart everywhere, so strangers lock
the user out neither by the account's limit nor by the address's. After as many failures of its own a known device
counts as a stranger again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection
from twisted.internet.defer import CancelledError

from hichat.accounts import app_secrets, failures, known, users
from hichat.accounts.fields import is_storable
from hichat.accounts.passwords import prepare
from hichat.accounts.roles import ServerRole
from hichat.accounts.tokens import Claims, Dialect, digest
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes
from hichat.audit.entries import LOG_IN, UNKNOWN_OUTCOME, Entry
from hichat.core.errors import (
    Busy,
    Disabled,
    InvalidField,
    LogInNeeded,
    PasswordsOff,
    Refused,
    StoreAway,
    TooManyAttempts,
    WrongPassword,
)
from hichat.core.text import NAME_LIMIT, key_of
from hichat.runtime.limits import STRANGER, Attempts, Limits, address_key, address_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hichat.accounts.passwords import Passwords
    from hichat.accounts.tokens import TokenSigner
    from hichat.storage.store import Store

SECRETS = 4
"""The most device secrets of a log-in that are checked: a browser that people share may send several."""

RECENT_LOGIN = 5 * 60
"""Seconds after a log-in over v1 in which its token changes the password, or ends the account, without the old one."""

_PRUNE_EVERY = 256
"""The number of failures that this process stores between two prunings of their table."""


class _Tried(NamedTuple):
    """
    A try.

    @ivar user: None: no user has that name; then there is no hash either.
    @ivar key: the key under which the try is counted; C{account} is the account's, for unknown devices.
    @ivar failed: the number of failures in a row, by the hash of a key.
    @ivar app_password: the number of the user's app password that was tried; 0: it is none.
    """

    user: User | None
    password_hash: str | None
    key: str
    account: str
    failed: Mapping[bytes, int]
    app_password: int = 0

    @property
    def is_known(self) -> bool:
        """Whether the device is known, or for v1, the address."""
        return self.key != self.account

    @property
    def in_a_row(self) -> int:
        """The number of failures in a row under the key."""
        return self.failed.get(failures.key_of(self.key), 0)


class Guard:
    """
    Checks passwords, and limits tries.

    @param now: the time in milliseconds since the epoch.
    @param limits: the limits in memory.
    @param note: notes in the audit log each log-in that is refused.
    @ivar only_owners: whether passwords let only owners in: all others come another way, or by an app password.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        tokens: TokenSigner,
        now: Callable[[], int],
        limits: Limits,
        note: Note = no_notes,
    ) -> None:
        self.only_owners = False
        self._note = note
        self._store = store
        self._passwords = passwords
        self._tokens = tokens
        self._now = now
        self._limits = limits
        self._written = 0

    async def check(
        self, name: str, password: str, client_ip: str, secrets: Sequence[str] = (), by_address: bool = False
    ) -> User:
        """
        Check a user's password, or app password.

        @param secrets: device secrets, by one of which the device may be known.
        @param by_address: whether the address of the last log-in counts as known: so for v1, whose clients keep no
            secret.
        @return: the user, with the number of the app password if it was one.
        @raise WrongPassword: the password is wrong, or no user has this name; both take the same time, and count alike.
        @raise Disabled: the password is right, but the account is disabled.
        @raise PasswordsOff: the password is right, but this server takes none of the user.
        @raise TooManyAttempts: there were too many for the account, or from this address.
        @raise Busy: too many passwords wait to be verified.
        """
        seen: list[_Tried] = []
        try:
            return await self._check(name, password, client_ip, secrets, by_address, seen)
        except (WrongPassword, Disabled, PasswordsOff, TooManyAttempts, CancelledError) as e:
            # Who hangs up before the answer has tried a password all the same.
            outcome = e.code if isinstance(e, Refused) else UNKNOWN_OUTCOME
            whose = seen[0].user.id if seen and seen[0].user else 0
            via = "v1" if by_address else "v2"
            self._note(Entry(act=LOG_IN, outcome=outcome, whose=whose, address=client_ip, via=via))
            raise

    async def _check(
        self,
        name: str,
        password: str,
        client_ip: str,
        secrets: Sequence[str],
        by_address: bool,
        seen: list[_Tried],
    ) -> User:
        """@param seen: gets the try."""
        # The address's limit comes before any work on the name or the password.
        given, come, looked = self._given(secrets), Attempts(), Attempts()
        refusal = self._arrive(name, client_ip, given, by_address, come, looked)
        prepared = _prepare(password)
        origin = address_key(client_ip) if by_address else ""
        try:
            tried = await self._store.read(_look, name, given, origin, app_secrets.secret_in(password))
        except StoreAway:
            come.forgive()
            looked.forgive()
            raise
        seen.append(tried)
        if tried.is_known:
            looked.forgive()
        elif refusal is not None:
            raise refusal
        elif given:
            # The secret is another user's: the try counts for the address, as any stranger's.
            come.attempt(self._limits.address, address_keys(client_ip))
        come.attempt(self._limits.known if tried.is_known else self._limits.login, [(tried.key, 1)])
        user = await self._verify(tried, prepared, come)
        if not user.app_password and not self.takes_password(user):
            raise PasswordsOff
        return user

    def takes_password(self, user: User) -> bool:
        """@return: whether a password lets this user in, if there is one."""
        return not self.only_owners or user.role is ServerRole.OWNER

    def has_password(self, connection: Connection, user_id: int) -> bool:
        """@return: whether the user has a password that lets in."""
        user = users.find(connection, user_id)
        return user is not None and self.takes_password(user) and users.has_password(connection, user_id)

    async def check_own(self, user: User, password: str, device: int = 0) -> None:
        """
        As L{check}, for a user who is signed in. These tries are counted apart from strangers'. Failures in a row are
        counted for all devices together: who is signed in makes ever more devices, by letting them in.

        @param device: the number of the device at which the user is; 0: it is not known.
        """
        tried = await self._store.read(_look_own, user, f"own {user.id}")
        counted = Attempts()
        counted.attempt(self._limits.known, [(f"own {user.id} {device}", 1)])
        await self._verify(tried, _prepare(password), counted)

    async def confirm(self, user: User, claims: Claims, old: str) -> None:
        """
        Check that the caller of v1 is the token's user, before changes that take the account away from its user. Tokens
        of v1 are in URLs, and somebody who finds one must not get the account with it.

        @param claims: the token's claims.
        @param old: the password; empty: then the token must be of a log-in in the last L{RECENT_LOGIN} seconds.
        @raise WrongPassword: C{old} is not the password.
        @raise LogInNeeded: the log-in was longer ago, or the token is not of a log-in with a password.
        @raise Refused: see L{check_own}.
        """
        if old:
            await self.check_own(user, old, claims.device)
        elif claims.dialect != Dialect.V1 or not 0 <= self._now() // 1000 - claims.issued <= RECENT_LOGIN:
            raise LogInNeeded

    def _given(self, secrets: Sequence[str]) -> dict[int, bytes]:
        """@return: the hashes of those secrets that this server has made, by device."""
        # If two are of one device, the first is the newer one.
        found = {self._tokens.verify_secret(secret): digest(secret) for secret in reversed(secrets[:SECRETS])}
        found.pop(0, None)
        return found

    def _arrive(
        self, name: str, client_ip: str, given: dict[int, bytes], by_address: bool, come: Attempts, looked: Attempts
    ) -> TooManyAttempts | None:
        """
        Count a try for its address, before anything else is done for it.

        @param given: emptied, if there were too many tries with such secrets that turned out to be unknown.
        @param come: gets the counts of the try; C{looked} gets those that are taken back if the device is known.
        @return: the refusal that applies unless the device turns out to be known.
        @raise TooManyAttempts: the device cannot be a known one.
        """
        if given:
            try:
                looked.attempt(self._limits.looks, [(f"device {min(given)}", 1)])
            except TooManyAttempts:
                given.clear()
            else:
                return None
        try:
            come.attempt(self._limits.address, address_keys(client_ip))
        except TooManyAttempts as e:
            if not by_address or len(name) > NAME_LIMIT * 4:
                raise
            # The address may be the account's last one, which only the store knows. The number of such look-ups is
            # limited for each name.
            looked.attempt(self._limits.looks, [(f"{address_key(client_ip)} {name}", 1)])
            return e
        return None

    async def _verify(self, tried: _Tried, prepared: str | None, counted: Attempts) -> User:
        reserved: int | None = None
        key = failures.key_of(tried.key)
        if tried.in_a_row >= failures.RESERVED:
            wait, reserved = await self._store.write(failures.attempt, key, self._now())
            if wait:
                counted.forgive()
                raise TooManyAttempts(wait)
        try:
            # An app password is random, so it needs no slow hash. All that is not one takes the same time.
            right = bool(tried.app_password) or (
                prepared is not None and await self._passwords.verify(prepared, tried.password_hash)
            )
        except Busy:
            counted.forgive()
            if reserved is not None:
                await self._store.write(failures.take_back, key, reserved)
            raise
        if tried.user is None or not right:
            if reserved is None:
                await self._store.write(failures.attempt, key, self._now())
            await self._prune()
            raise WrongPassword
        counted.forgive()
        if tried.failed or reserved is not None:
            await self._store.write(failures.forget, {key, *tried.failed})
        if tried.user.disabled:
            raise Disabled
        return tried.user.by_app_password(tried.app_password)

    async def _prune(self) -> None:
        self._written += 1
        if self._written % _PRUNE_EVERY == 0:
            await self._store.write(failures.prune)


def _prepare(password: str) -> str | None:
    """@return: the normalised password; None: it is invalid, so it is nobody's."""
    try:
        return prepare(password)
    except InvalidField:
        return None


def _look(connection: Connection, name: str, given: Mapping[int, bytes], origin: str, secret: str = "") -> _Tried:
    """
    @param origin: the key of the address by which the account may be known; empty: by none.
    @param secret: what was tried, if it looks like an app password; else empty.
    """
    found = users.find_hash(connection, name) if is_storable(name) else None
    if found is None:
        account = f"name {key_of(name)}"
        return _Tried(None, None, account, account, failures.find(connection, [failures.key_of(account)]))
    user, password_hash = found
    # All spellings of a name are one account.
    account = f"user {user.id}"
    device = known.find(connection, user.id, given)
    last = address_key(user.client_ip)
    here = f"{account} {last}"
    key = f"device {device}" if device else account
    if not device and origin == last and origin not in ("", STRANGER):
        key = here
    failed = failures.find(connection, [failures.key_of(each) for each in {key, account, here}])
    if failed.get(failures.key_of(key), 0) >= failures.FAILURES_LIMIT:
        key = account
    app_password = app_secrets.find(connection, user.id, secret) if secret else 0
    return _Tried(user, password_hash, key, account, failed, app_password)


def _look_own(connection: Connection, user: User, key: str) -> _Tried:
    found = users.find_hash(connection, user.name)
    failed = failures.find(connection, [failures.key_of(key)])
    # The name may be another user's by now.
    password_hash = found[1] if found is not None and found[0].id == user.id else None
    return _Tried(found[0] if password_hash and found else None, password_hash, key, "", failed)
