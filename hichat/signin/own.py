"""
A user's own factors: to look at them, set them up and take them away, when the user is signed in. Whoever calls this
for a user lets the user prove it once more: L{hichat.signin.proving}.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.device_sessions import DeviceSessions
from hichat.accounts.guard import Guard
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.telling import MailKind, TellByMail
from hichat.accounts.users import User
from hichat.core.errors import (
    BadTicket,
    FactorRequired,
    NoSuchDevice,
    NoSuchFactor,
    Refused,
)
from hichat.signin import apps, remembered, tickets
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.apps import AppSetUp
from hichat.signin.factors import FactorName, Totp
from hichat.signin.recovery import make_codes
from hichat.signin.remembered import RememberedDevice
from hichat.signin.tickets import Ticket, Tickets

if TYPE_CHECKING:
    from hichat.signin.kinds import FactorKinds
    from hichat.storage.store import Store


class FactorsOfUser(NamedTuple):
    """
    The factors of a user.

    @ivar names: what the user may answer with; empty: the user is not asked.
    @ivar app_since: since when the user has an app, in milliseconds since the epoch; 0: there is none.
    @ivar codes_left: the number of recovery codes that were not used.
    @ivar needed: whether the user's role needs a factor.
    @ivar password: whether the user has a password that lets in.
    @ivar remembered: the devices that log in without one.
    """

    names: list[FactorName]
    app_since: int
    codes_left: int
    needed: bool
    password: bool
    remembered: list[RememberedDevice]


class OwnFactors:
    """
    @param needed: the roles whose users need a second factor.
    @param issuer: the name of the server, for apps.
    @ivar mail: tells users by mail about factors that were taken away.
    """

    def __init__(
        self,
        guard: Guard,
        device_sessions: DeviceSessions,
        store: Store,
        made: Tickets,
        now: Callable[[], int],
        kinds: FactorKinds,
        needed: Collection[ServerRole],
        issuer: str,
        mail: TellByMail,
    ) -> None:
        self.mail = mail
        self._guard = guard
        self._app_passwords = AppPasswords(store, device_sessions, now)
        self._store = store
        self._tickets = made
        self._now = now
        self._kinds = kinds
        self._needed = needed
        self._issuer = issuer

    async def of_user(self, user_id: int) -> FactorsOfUser:
        """
        @return: a user's factors.
        @raise NoSuchUser: there is no such user.
        """

        def read(connection: Connection) -> FactorsOfUser:
            user = users.get(connection, user_id)
            return FactorsOfUser(
                self._kinds.all.of_user(connection, user.id),
                self._kinds.totp.made_at(connection, user.id),
                self._kinds.recovery.left(connection, user.id),
                user.role in self._needed,
                self._guard.has_password(connection, user.id),
                remembered.of_user(connection, user, self._now()),
            )

        return await self._store.read(read)

    async def begin(self, user: User) -> tuple[str, AppSetUp]:
        """
        Begin to set up an app. It changes nothing yet.

        @return: a ticket for L{confirm}, and what the app is told.
        """
        ticket = self._tickets.issue("own", user.id, user.created_at, user.generation)
        key = apps.key_for(self._tickets, self._tickets.verify(ticket, "own"))
        return ticket, await self._store.read(lambda _: apps.describe(key, user.name, self._issuer))

    async def confirm(self, user: User, ticket: str, answer: Totp) -> list[str]:
        """
        Set up an app, in place of an earlier one. Log-ins over v1, for which nobody was asked for a factor, end.

        @param answer: the code that the app shows.
        @return: new recovery codes, which are shown once; earlier ones are void.
        @raise BadTicket: the ticket is not this user's, has ended or was used, or had too many wrong answers.
        @raise WrongCode: or L{ClockSkewed}: the answer is wrong.
        """
        shown = self._tickets.verify(ticket, "own")
        if shown.user != user.id:
            raise BadTicket
        key, codes = apps.key_for(self._tickets, shown), make_codes()
        refusal = await self._store.write(self._confirm, shown, key, answer, codes)
        if refusal is not None:
            raise refusal
        await self.end_unasked(user.id)
        return codes

    def _confirm(
        self, connection: Connection, ticket: Ticket, key: bytes, answer: Totp, codes: list[str]
    ) -> Refused | None:
        user, now = tickets.holder(connection, ticket), self._now()
        refusal = apps.look(connection, ticket, key, answer, now)
        if refusal is not None:
            return refusal
        tickets.spend(connection, ticket)
        self._kinds.totp.keep(connection, user.id, key, answer, now)
        self._kinds.recovery.keep(connection, user.id, codes)
        return None

    async def remove_app(self, user: User) -> None:
        """
        Take an app away. Without another factor the recovery codes go, too, and no device is remembered.

        @raise NoSuchFactor: there is none.
        @raise FactorRequired: the user's role needs a factor, and the user has no other.
        @raise Unauthorized: the user's tokens were voided since.
        """

        def change(connection: Connection) -> None:
            current = users.current(connection, user)
            if not self._kinds.totp.of_user(connection, user.id):
                raise NoSuchFactor
            self._kinds.totp.forget(connection, user.id)
            self.after_removal(connection, current, "totp")

        await self._store.write(change)

    def after_making(self, connection: Connection, user_id: int) -> list[str]:
        """
        A user has one more factor, which is no app: an app comes with new recovery codes.

        @return: recovery codes, which are shown once, if the user has none left; else none.
        """
        if self._kinds.recovery.left(connection, user_id):
            return []
        codes = make_codes()
        self._kinds.recovery.keep(connection, user_id, codes)
        return codes

    async def end_unasked(self, user_id: int) -> None:
        """
        End a user's log-ins over v1 by the password: the user has a factor now, for which nobody was asked there.

        @raise Refused: by the ledger.
        """
        await self._app_passwords.end_v1_by_password(user_id)

    def after_removal(self, connection: Connection, user: User, removed: FactorName) -> None:
        """
        A factor was taken away from a user by the user.

        @raise FactorRequired: see L{remove_app}.
        """
        self.mail(connection, user.id, MailKind.FACTOR_REMOVED, {"factor": removed})
        if not self._kinds.all.of_user(connection, user.id):
            if user.role in self._needed:
                raise FactorRequired
            self._kinds.all.forget(connection, user.id)

    async def make_recovery_codes(self, user: User) -> list[str]:
        """
        Make new recovery codes; earlier ones are void.

        @return: the codes, which are shown once.
        @raise NoSuchFactor: the user has no factor for which they could stand in.
        @raise Unauthorized: the user's tokens were voided since.
        """
        codes = make_codes()

        def change(connection: Connection) -> None:
            users.current(connection, user)
            if not self._kinds.all.of_user(connection, user.id):
                raise NoSuchFactor
            self._kinds.recovery.keep(connection, user.id, codes)

        await self._store.write(change)
        return codes

    async def forget_device(self, user_id: int, device: int) -> None:
        """
        Remember a device no longer.

        @raise NoSuchDevice: it is not remembered.
        """
        if not await self._store.write(remembered.forget, user_id, device):
            raise NoSuchDevice

    async def take_away(self, user_id: int, check: RightsCheck = no_check) -> list[FactorName]:
        """
        Take all factors away from a user, for an administrator.

        @param check: checks in the transaction that whoever wants it may still do so.
        @return: what the user had.
        @raise NoSuchUser: there is no such user.
        """

        def change(connection: Connection) -> list[FactorName]:
            check(connection)
            users.get(connection, user_id)
            had = self._kinds.all.of_user(connection, user_id)
            self._kinds.all.forget(connection, user_id)
            for each in had:
                self.mail(connection, user_id, MailKind.FACTOR_REMOVED, {"factor": each})
            return had

        return await self._store.write(change)
