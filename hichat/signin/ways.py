"""
The ways to sign in: L{SignIn} is what every door calls.

The first step says who somebody is: a password, or what else a room above knows. If the user has a second factor and
the device is not remembered, the first step gives a ticket (L{hichat.signin.tickets}), and the second step exchanges it
and an answer for tokens.

Wrong answers are limited as wrong passwords are (L{hichat.accounts.guard}), under keys of their own: five for a ticket;
for the account, in memory and in the store, however many tickets and addresses they come with. Those of a device that
is known by its secret are counted apart: so somebody who has the password does not lock the user out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

from hichat.accounts import devices, known, sessions, users
from hichat.accounts.accounts import Accounts
from hichat.accounts.grants import Grant
from hichat.accounts.guard import SECRETS
from hichat.accounts.roles import ServerRole
from hichat.accounts.sessions import Session
from hichat.accounts.telling import TellByMail, nobody_told
from hichat.accounts.tokens import TokenSigner, digest
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes
from hichat.core.errors import (
    AppPasswordNeeded,
    BadTicket,
    DeviceRevoked,
    EnrolmentNeeded,
    PasswordsOff,
    Refused,
    SecondFactorNeeded,
    StoreAway,
    TooManyAttempts,
    Unauthorized,
    WrongCode,
    WrongPassword,
)
from hichat.runtime.limits import Attempts, Limits, address_keys
from hichat.signin import answers, remembered, tickets
from hichat.signin.enrolling import AddressAndPort, Enrolling
from hichat.signin.kinds import FactorKinds
from hichat.signin.own import OwnFactors
from hichat.signin.passkeys import Passkeys
from hichat.signin.proving import Prover
from hichat.signin.tickets import Ticket, Tickets, TicketUse

if TYPE_CHECKING:
    from hichat.storage.store import Store


_BY_PASSWORD = "v2"  # noqa: S105
"""The way in of a session that began with the password."""

_BY_DEVICE_FLOW = "device_flow"

_WITHOUT_FACTOR = (_BY_PASSWORD, _BY_DEVICE_FLOW, "")
"""The ways in of sessions that may have begun without a factor. The last one is of before ways were noted."""


class _Answered(NamedTuple):
    """
    An answer to a ticket was looked at.

    @ivar refusal: None: it is right.
    """

    user: User
    refusal: Refused | None


class SignIn:
    """
    @param key: the key of the tokens.
    @param now: the time in milliseconds since the epoch.
    @param kinds: the kinds of factors.
    @param needed: the roles whose users need a second factor.
    @param limits: the limits in memory; those of the accounts.
    @param mail: tells users by mail about factors that were taken away.
    """

    def __init__(
        self,
        accounts: Accounts,
        store: Store,
        key: bytes,
        now: Callable[[], int],
        kinds: FactorKinds,
        limits: Limits,
        needed: Collection[ServerRole] = (),
        note: Note = no_notes,
        issuer: str = "HiChat",
        mail: TellByMail = nobody_told,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._now = now
        self._factors = kinds.all
        self._limits = limits
        self._needed = needed
        self.prover = Prover(accounts.guard, store, kinds.all, now, limits)
        self._signer = TokenSigner(key, now)
        self._tickets = Tickets(key, now)
        self.enrolling = Enrolling(accounts, store, self._tickets, now, kinds, issuer)
        self.own = OwnFactors(accounts.guard, accounts.sessions, store, self._tickets, now, kinds, needed, issuer, mail)
        self.passkeys = Passkeys(store, kinds.passkey, now, limits, self.own, note)

    # The first step

    async def with_password(
        self, name: str, password: str, device: str, peer: AddressAndPort, secrets: Sequence[str] = ()
    ) -> Grant:
        """
        Log a device in with a password.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @param secrets: device secrets of earlier grants, by which the device is known, or even remembered.
        @raise SecondFactorNeeded: the password is right, and the user has a second factor.
        @raise EnrolmentNeeded: the password is right, and the user's role needs a second factor.
        @raise Refused: see L{LogIns.log_in_device}.
        """
        further = partial(self._ask, device, self._given(secrets), _BY_PASSWORD)
        return await self._accounts.log_ins.log_in_device(name, password, device, *peer, secrets, further)

    async def with_password_v1(self, name: str, password: str, peer: AddressAndPort) -> tuple[str, User]:
        """
        Exchange a password for a token of v1, whose clients cannot ask for anything more.

        @return: the token, and the user.
        @raise AppPasswordNeeded: the password is right, and v2 would ask for a second factor, or refuse it.
        @raise Refused: see L{LogIns.log_in}.
        """
        try:
            return await self._accounts.log_ins.log_in(name, password, *peer, self._ask_v1)
        except PasswordsOff:
            raise AppPasswordNeeded from None

    def _ask_v1(self, connection: Connection, user: User) -> None:
        """@raise AppPasswordNeeded: see L{with_password_v1}."""
        if self._factors.of_user(connection, user.id) or user.role in self._needed:
            raise AppPasswordNeeded

    async def came_by(
        self,
        user: User,
        device: str,
        peer: AddressAndPort,
        via: str,
        secrets: Sequence[str] = (),
        factor_done: bool = False,
    ) -> Grant:
        """
        Log a device in whose user came another way, and is known for certain.

        @param via: that way, for the audit log.
        @param factor_done: whether that way was safe enough to ask for nothing more.
        @raise Refused: see L{with_password}, and L{LogIns.let_in}.
        """
        with self._accounts.outcomes.counted("v2"):
            if factor_done:
                return await self._accounts.log_ins.let_in(user, device, *peer, secrets, via)
            further = partial(self._ask, device, self._given(secrets), via)
            with self._accounts.outcomes.logging_in(user.id, peer[0], via):
                await self._store.read(further, user)
            return await self._accounts.log_ins.let_in(
                user, device, *peer, secrets, via, check=lambda connection, grant: further(connection, grant.user)
            )

    async def check_session(self, device: int, number: int) -> None:
        """
        A session is about to be refreshed that may have begun before the user got a role which needs a second factor.

        @raise Unauthorized: it began with the password alone, or was let in by a code, and the user has no factor. It
            has ended: the next log-in sets one up. A device of somebody without a password goes on: whoever let it in
            came by single sign-on, where the provider asks for factors.
        """
        if self._needed:
            session = await self._store.read(self._without_factor, device, number)
            if session is not None:
                await self._accounts.sessions.end_session(session)
                raise Unauthorized

    def _without_factor(self, connection: Connection, device: int, number: int) -> Session | None:
        session = sessions.standing(connection, [device]).get(device)
        if session is None or session.number != number or session.app_password or session.via not in _WITHOUT_FACTOR:
            return None
        if session.via == _BY_DEVICE_FLOW and not self._accounts.guard.has_password(connection, session.user):
            return None
        user = users.find(connection, session.user)
        lacks = user is not None and user.role in self._needed and not self._factors.of_user(connection, user.id)
        return session if lacks else None

    def _given(self, secrets: Sequence[str]) -> dict[int, bytes]:
        """@return: the hashes of those secrets that this server has made, by device."""
        found = {self._signer.verify_secret(secret): digest(secret) for secret in reversed(secrets[:SECRETS])}
        found.pop(0, None)
        return found

    def _ask(self, device: str, given: dict[int, bytes], via: str, connection: Connection, user: User) -> None:
        """
        Ask whether a user may come in without a second step.

        @raise Refused: see L{with_password}.
        """
        if found := self._factors.of_user(connection, user.id):
            known_as = devices.find(connection, user.id, device)
            if known_as is not None and known_as.revoked_at is not None:
                raise DeviceRevoked
            if not remembered.is_remembered(connection, user, device, given, self._now()):
                raise SecondFactorNeeded(self._ticket(connection, "factor", user, device, given, via), found)
        elif user.role in self._needed:
            raise EnrolmentNeeded(self._ticket(connection, "enrol", user, device, given, via))

    def _ticket(
        self, connection: Connection, use: TicketUse, user: User, device: str, given: dict[int, bytes], via: str
    ) -> str:
        is_known = known.find(connection, user.id, given)
        return self._tickets.issue(use, user.id, user.created_at, user.generation, device, is_known, via)

    # The second step

    async def with_factor(
        self, ticket: str, answer: Any, remember: bool, peer: AddressAndPort, secrets: Sequence[str] = ()
    ) -> Grant:
        """
        Log a device in whose user has done the first step, and shows a second factor.

        @param answer: see L{hichat.signin.factors}.
        @param remember: whether the device is to log in without a factor for some time.
        @param secrets: as at the first step.
        @raise BadTicket: the ticket has ended or was used, there were too many wrong answers, the user's tokens were
            voided since, or the account was disabled or deleted.
        @raise WrongCode: the answer is wrong, or was used before.
        @raise TooManyAttempts: there were too many wrong answers for the account, or from this address.
        @raise Refused: see L{LogIns.let_in}.
        """
        with self._accounts.outcomes.counted("v2"):
            shown = self._tickets.verify(ticket, "factor")
            with self._accounts.outcomes.logging_in(shown.user, peer[0], shown.via):
                user = await self._answered(shown, answer, peer[0])

            def check(connection: Connection, grant: Grant) -> None:
                tickets.spend(connection, shown)
                if not self._factors.spend(connection, user.id, answer, self._now()):
                    raise WrongCode
                if remember:
                    remembered.keep(connection, grant.user, grant.device, digest(grant.secret), self._now())

            try:
                return await self._accounts.log_ins.let_in(user, shown.device, *peer, secrets, shown.via, check)
            except WrongPassword:
                # Another password was set while the answer was looked at.
                raise BadTicket from None

    def user_of(self, ticket: str) -> int:
        """
        @return: the id of the user who has done the first step.
        @raise BadTicket: the ticket has ended.
        """
        return self._tickets.verify(ticket, "factor").user

    async def _answered(self, ticket: Ticket, answer: Any, address: str) -> User:
        """
        Look at an answer to a ticket, and count it.

        @return: the ticket's user, if the answer is right.
        @raise Refused: see L{with_factor}.
        """
        counted = Attempts()
        if ticket.known:
            counted.attempt(self._limits.known, [(f"factor device {ticket.known}", 1)])
        else:
            counted.attempt(self._limits.address, address_keys(address))
            counted.attempt(self._limits.login, [(f"factor user {ticket.user}", 1)])
        try:
            user, refusal = await self._store.write(self._look, ticket, answer)
        except (BadTicket, StoreAway):
            counted.forgive()
            raise
        if refusal is None:
            counted.forgive()
            return user
        if isinstance(refusal, TooManyAttempts):
            counted.forgive()
        raise refusal

    def _look(self, connection: Connection, ticket: Ticket, answer: Any) -> _Answered:
        """@raise BadTicket: see L{with_factor}. Other refusals are returned, because they are counted."""
        user, now = tickets.holder(connection, ticket), self._now()
        tickets.come(connection, ticket, now)
        key = f"factor device {ticket.known}" if ticket.known else f"factor user {ticket.user}"
        refusal = answers.look(connection, self._factors, user.id, answer, key, now)
        if isinstance(refusal, WrongCode):
            tickets.count_wrong(connection, ticket)
        return _Answered(user, refusal)
