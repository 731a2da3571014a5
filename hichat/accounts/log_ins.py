"""Logging in: a password, or a user whom another room knows for certain, is exchanged for tokens of a device."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import app_secrets, devices, sessions, users
from hichat.accounts.app_secrets import BY_APP_PASSWORD
from hichat.accounts.grants import Grant
from hichat.accounts.telling import MailKind, TellByMail
from hichat.accounts.tokens import Claims, Dialect
from hichat.accounts.users import User
from hichat.audit.book import Note
from hichat.audit.entries import NEW_DEVICE, Entry
from hichat.core.drafts import Draft
from hichat.core.errors import DeviceRevoked, WrongPassword
from hichat.runtime.limits import address_key

if TYPE_CHECKING:
    from hichat.accounts.grants import Grants
    from hichat.accounts.guard import Guard
    from hichat.accounts.log_in_outcomes import LogInOutcomes
    from hichat.accounts.sign_outs import SignOuts
    from hichat.storage.store import Store

FurtherStep = Callable[[Connection, User], object]
"""Asks whether a user who has shown the password may come in; raises L{Refused} if more is needed."""

GrantCheck = Callable[[Connection, Grant], object]
"""Called in the transaction of a log-in when all else is done, with what it gives; raises L{Refused} to undo it."""


def no_further_step(connection: Connection, user: User) -> None:
    """The password is enough."""


def no_grant_check(connection: Connection, grant: Grant) -> None:
    """The log-in depends on nothing more."""


class LogIns:
    """
    Logs devices in. A log-in ends the device's earlier session, so it is appended as signing out is.

    @param guard: checks passwords.
    @param now: the time in milliseconds since the epoch.
    @param note: notes new devices in the audit log.
    @param mail: tells users by mail about new devices.
    @ivar before_log_in: called with a user and the way in before the user is let in: it may raise L{Refused}.
    """

    def __init__(
        self,
        store: Store,
        guard: Guard,
        grants: Grants,
        sign_outs: SignOuts,
        outcomes: LogInOutcomes,
        now: Callable[[], int],
        note: Note,
        mail: TellByMail,
    ) -> None:
        self.before_log_in: Callable[[User, str], Awaitable[None]] | None = None
        self._store = store
        self._guard = guard
        self._grants = grants
        self._sign_outs = sign_outs
        self._outcomes = outcomes
        self._now = now
        self._note = note
        self._mail = mail

    async def log_in(
        self, name: str, password: str, client_ip: str, client_port: str, further: FurtherStep = no_further_step
    ) -> tuple[str, User]:
        """
        Exchange a password for a token of v1. Each log-in is a new device; beyond the limit the oldest is removed.

        @param further: see L{log_in_device}.
        @return: the token, and the user.
        @raise Refused: see L{Guard.check}.
        """
        with self._outcomes.counted("v1"):
            user = await self._guard.check(name, password, client_ip, by_address=True)
            if user.app_password:
                return await self._let_in_v1(user, client_ip, client_port, no_further_step)
            with self._outcomes.logging_in(user.id, client_ip, "v1"):
                await self._store.read(further, user)
            return await self._let_in_v1(user, client_ip, client_port, further)

    async def _let_in_v1(self, user: User, client_ip: str, client_port: str, further: FurtherStep) -> tuple[str, User]:
        made: list[tuple[User, Claims]] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            current = _log_in(connection, user, client_ip, client_port, self._now())
            further(connection, current)
            device, gone = devices.add_of_v1(connection, user.id, self._now())
            # Each log-in is a new device: an address that is new says more.
            if address_key(user.client_ip) != address_key(client_ip):
                self._mail_device(connection, user.id, device.name, client_ip)
            session = sessions.begin(connection, current, device.id, client_ip, self._now(), via)
            made[:] = [(current, Claims(user.id, current.generation, device.id, session, Dialect.V1))]
            draft.subject, draft.body = (gone, b"") if gone else (device.id, b"%d" % session)

        via = BY_APP_PASSWORD if user.app_password else "v1"
        await self._append(user, client_ip, via, change)
        ((current, claims),) = made
        self._outcomes.note_log_in(user.id, claims.device, client_ip, via)
        return self._grants.token_of_v1(claims), current

    async def log_in_device(
        self,
        name: str,
        password: str,
        device: str,
        client_ip: str,
        client_port: str,
        secrets: Sequence[str] = (),
        further: FurtherStep = no_further_step,
    ) -> Grant:
        """
        Exchange a password for tokens that are bound to a device. The device's earlier session ends.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @param secrets: device secrets of earlier grants. By one of them the device is known, and strangers' tries do
            not hold it up.
        @param further: asked when the password is right, and again in the transaction of the log-in. Who comes with an
            app password is not asked.
        @raise DeviceRevoked: the device was revoked.
        @raise TooManyDevices: the device is new, and the user has too many.
        @raise Refused: see L{Guard.check}.
        """
        with self._outcomes.counted("v2"):
            user = await self._guard.check(name, password, client_ip, secrets)
            if user.app_password:
                return await self.let_in(user, device, client_ip, client_port, secrets)
            with self._outcomes.logging_in(user.id, client_ip, "v2"):
                await self._store.read(further, user)
            return await self.let_in(
                user, device, client_ip, client_port, secrets, check=lambda c, grant: further(c, grant.user)
            )

    async def let_in(
        self,
        user: User,
        device: str,
        client_ip: str,
        client_port: str,
        secrets: Sequence[str] = (),
        via: str = "v2",
        check: GrantCheck = no_grant_check,
    ) -> Grant:
        """
        Give a device of a user tokens: whoever calls this has made sure that it is the user, and that the user needs
        nothing more to come in. The device's earlier session ends.

        @param user: the user as recognised: by an app password, the session gets less rights.
        @param via: the way in, for the audit log and the list of sessions, unless it was an app password.
        @raise DeviceRevoked: the device was revoked.
        @raise TooManyDevices: the device is new, and the user has too many.
        @raise Refused: the account was disabled or deleted since, or its tokens were voided; or by the ledger.
        """
        grants: list[Grant] = []
        is_new: list[bool] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            current = _log_in(connection, user, client_ip, client_port, self._now())
            is_new[:] = [devices.find(connection, user.id, device) is None]
            found = devices.find_or_add(connection, user.id, device, self._now())
            if found.revoked_at is not None:
                raise DeviceRevoked
            if is_new[0]:
                self._mail_device(connection, user.id, device, client_ip)
            secret = self._grants.secret(connection, user.id, found.id, secrets)
            # The ledger may try a batch again: the last time is the one that counts.
            grant = self._grants.begin(connection, current, found.id, client_ip, via)
            grants[:] = [grant._replace(secret=secret, name=device)]
            check(connection, grants[0])
            draft.subject, draft.body = found.id, b"%d" % grants[0].session

        via = BY_APP_PASSWORD if user.app_password else via
        await self._append(user, client_ip, via, change)
        number = grants[0].device
        if is_new[0]:
            self._note(Entry(act=NEW_DEVICE, actor=user.id, whose=user.id, device=number, address=client_ip, via="v2"))
        self._outcomes.note_log_in(user.id, number, client_ip, via)
        return grants[0]

    async def _append(
        self, user: User, client_ip: str, via: str, change: Callable[[Connection, Draft, int], None]
    ) -> None:
        """Append the change of a log-in, unless L{before_log_in} refuses it."""
        with self._outcomes.logging_in(user.id, client_ip, via):
            if self.before_log_in is not None:
                await self.before_log_in(user, via)
            await self._sign_outs.append(user.id, change)

    def _mail_device(self, connection: Connection, user: int, device: str, address: str) -> None:
        self._mail(connection, user, MailKind.NEW_DEVICE, {"device": device, "address": address})


def _log_in(connection: Connection, user: User, client_ip: str, client_port: str, now: int) -> User:
    current = users.find(connection, user.id)
    # The password was changed after it was verified.
    if current is None or current.generation != user.generation:
        raise WrongPassword
    if user.app_password:
        app_secrets.use(connection, user.app_password, now)
    users.record_login(connection, user.id, client_ip, client_port, now)
    return users.get(connection, user.id).by_app_password(user.app_password)
