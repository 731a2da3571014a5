"""Setting up a second factor in the middle of a log-in, because the user's role needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from hichat.accounts.accounts import Accounts
from hichat.accounts.grants import Grant
from hichat.accounts.users import User
from hichat.core.errors import BadTicket, Refused, WrongPassword
from hichat.signin import apps, tickets
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.apps import AppSetUp
from hichat.signin.factors import Totp
from hichat.signin.recovery import make_codes
from hichat.signin.tickets import Ticket, Tickets, holder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hichat.signin.kinds import FactorKinds
    from hichat.storage.store import Store

AddressAndPort = tuple[str, str]
"""Where a client is connected from; see L{hichat.web.proxies.Peer}."""


class Enrolled(NamedTuple):
    """
    Somebody has logged in, and has a second factor now.

    @ivar codes: the recovery codes, which are shown once.
    """

    grant: Grant
    codes: list[str]


class Enrolling:
    """
    @param issuer: the name of the server, for apps.
    """

    def __init__(
        self,
        accounts: Accounts,
        store: Store,
        made: Tickets,
        now: Callable[[], int],
        kinds: FactorKinds,
        issuer: str,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._tickets = made
        self._now = now
        self._kinds = kinds
        self._issuer = issuer
        self._app_passwords = AppPasswords(store, accounts.sessions, now)

    async def begin(self, ticket: str) -> AppSetUp:
        """
        @return: what the app is told; the same each time.
        @raise BadTicket: see L{confirm}.
        """
        shown = self._tickets.verify(ticket, "enrol")

        def describe(connection: Connection) -> AppSetUp:
            user = self._holder(connection, shown)
            return apps.describe(apps.key_for(self._tickets, shown), user.name, self._issuer)

        return await self._store.read(describe)

    async def confirm(self, ticket: str, answer: Totp, peer: AddressAndPort, secrets: Sequence[str] = ()) -> Enrolled:
        """
        Log a device in whose user has set up an app.

        @param answer: the code that the app shows.
        @param secrets: as at the first step.
        @raise BadTicket: the ticket has ended or was used, there were too many wrong answers, the user's tokens were
            voided since, the user has a factor by now, or the account was disabled or deleted.
        @raise WrongCode: or L{ClockSkewed}: the answer is wrong.
        @raise Refused: see L{LogIns.let_in}.
        """
        codes = make_codes()
        with self._accounts.outcomes.counted("v2"):
            shown = self._tickets.verify(ticket, "enrol")
            key = apps.key_for(self._tickets, shown)
            with self._accounts.outcomes.logging_in(shown.user, peer[0], shown.via):
                user, refusal = await self._store.write(self._look, shown, key, answer)
                if refusal is not None:
                    raise refusal

            def check(connection: Connection, grant: Grant) -> None:
                tickets.spend(connection, shown)
                self._holder(connection, shown)
                self._kinds.totp.keep(connection, user.id, key, answer, self._now())
                self._kinds.recovery.keep(connection, user.id, codes)

            try:
                grant = await self._accounts.log_ins.let_in(user, shown.device, *peer, secrets, shown.via, check)
            except WrongPassword:
                # Another password was set while the answer was looked at.
                raise BadTicket from None
        await self._app_passwords.end_v1_by_password(user.id)
        return Enrolled(grant, codes)

    def _look(self, connection: Connection, ticket: Ticket, key: bytes, answer: Totp) -> tuple[User, Refused | None]:
        user = self._holder(connection, ticket)
        return user, apps.look(connection, ticket, key, answer, self._now())

    def _holder(self, connection: Connection, ticket: Ticket) -> User:
        user = holder(connection, ticket)
        if self._kinds.all.of_user(connection, user.id):
            raise BadTicket
        return user
