"""What users do with mail: verify an address, ask for a link when the password is forgotten; and what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.fields import is_storable
from hichat.accounts.telling import MailKind
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes
from hichat.audit.entries import FORGOT_PASSWORD, Entry
from hichat.core.errors import InvalidField, Language, NoMail, TooManyAttempts, WrongAddressCode
from hichat.core.ports import ILimit
from hichat.mail import addresses, queue
from hichat.mail.addresses import AddressClaim, VerifiedAddress, address_of
from hichat.mail.codes import AddressCodes
from hichat.runtime.limits import Attempts, Rate, address_keys

if TYPE_CHECKING:
    from hichat.storage.store import Store

FORGOTTEN_RATE = Rate(10, 3600)
"""How often a link for a forgotten password may be asked for from one address."""

FACT_LIMIT = 100
"""The most characters of a fact in a mail."""


class AddressState(NamedTuple):
    """The addresses of a user: the verified one, and the one that waits for its code."""

    verified: VerifiedAddress | None
    claimed: AddressClaim | None


class Mail:
    """
    @param on: whether mails are sent.
    @param limit: of the addresses from which links for forgotten passwords are asked for.
    @param now: the time in milliseconds since the epoch.
    @param note: notes in the audit log.
    """

    def __init__(
        self,
        store: Store,
        codes: AddressCodes,
        limit: ILimit,
        now: Callable[[], int],
        on: bool,
        note: Note = no_notes,
    ) -> None:
        self.on = on
        self._store = store
        self._codes = codes
        self._limit = limit
        self._now = now
        self._note = note

    def tell(self, connection: Connection, user_id: int, kind: MailKind, facts: Mapping[str, str]) -> None:
        """Tell a user who has a verified address. See L{hichat.accounts.telling.TellByMail}."""
        there = addresses.verified(connection, user_id) if self.on else None
        if there is not None:
            self._put(connection, user_id, kind, there.address, there.language, facts)

    async def forgot(self, who: str, client_ip: str) -> None:
        """
        Somebody forgot the password. Whether there is such a user is found out by nobody who asks: the same is read and
        written in any case. What is to be sent, and whether at all, is decided when it is sent.

        @param who: the name to log in with, or the verified address.
        @raise TooManyAttempts: there were too many from this address.
        @raise NoMail: no mails are sent.
        """
        self._check_on()
        Attempts().attempt(self._limit, address_keys(client_ip))
        whose = await self._store.write(self._forgot, who)
        if whose:
            self._note(Entry(act=FORGOT_PASSWORD, whose=whose, address=client_ip, via="v2"))

    def _forgot(self, connection: Connection, who: str) -> int:
        try:
            address = address_of(who)
        except InvalidField:
            address = ""
        known = users.find_by_name(connection, who if is_storable(who) else "")
        whose = addresses.user_at(connection, address) or (known.id if known is not None else 0)
        # The address and the language are looked up when it is sent.
        queue.put(connection, whose, MailKind.FORGOTTEN, "", "en", {}, self._now())
        return whose

    async def state(self, user_id: int) -> AddressState:
        """@return: a user's addresses."""
        return await self._store.read(self._state, user_id)

    def _state(self, connection: Connection, user_id: int) -> AddressState:
        return AddressState(
            addresses.verified(connection, user_id), addresses.claimed(connection, user_id, self._now())
        )

    async def give(self, user: User, text: str, language: Language) -> AddressState:
        """
        A user, whose password was checked, gives an address: a code is sent there. Until it is typed the former address
        stays.

        @raise InvalidField: it is none.
        @raise TooManyAttempts: too many codes were sent within the hour, for the user or to that mailbox.
        @raise NoMail: no mails are sent.
        """
        self._check_on()
        return await self._store.write(self._give, user, address_of(text), language)

    def _give(self, connection: Connection, user: User, address: str, language: Language) -> AddressState:
        now = self._now()
        if queue.has_asked_often(connection, user.id, MailKind.ADDRESS_CODE, address, now):
            raise TooManyAttempts(queue.HOUR)
        claim = addresses.claim_address(connection, user.id, address, language, now)
        if not self._put(connection, user.id, MailKind.ADDRESS_CODE, address, language, {"number": str(claim.number)}):
            raise TooManyAttempts(queue.HOUR)
        return self._state(connection, user.id)

    async def verify(self, user: User, code: str) -> AddressState:
        """
        A user types the code that came by mail. Both the former and the new address are told.

        @raise WrongAddressCode: it is another one, or no code is good any more.
        @raise AddressTaken: another user has verified the address.
        """
        state = await self._store.write(self._verify, user, code.strip())
        if state is None:
            raise WrongAddressCode
        return state

    def _verify(self, connection: Connection, user: User, code: str) -> AddressState | None:
        claim = addresses.claimed(connection, user.id, self._now())
        if claim is None:
            return None
        if not self._codes.is_code(user.id, claim, code):
            addresses.count_try(connection, user.id)
            return None
        former = addresses.verified(connection, user.id)
        if former is not None and former.address != claim.address:
            self.tell(connection, user.id, MailKind.ADDRESS_CHANGED, {})
        addresses.verify_address(connection, user, claim, self._now())
        self.tell(connection, user.id, MailKind.ADDRESS_VERIFIED, {})
        return self._state(connection, user.id)

    async def remove(self, user: User) -> AddressState:
        """A user, whose password was checked, has no verified address any more. It is told."""
        return await self._store.write(self._remove, user)

    def _remove(self, connection: Connection, user: User) -> AddressState:
        self.tell(connection, user.id, MailKind.ADDRESS_CHANGED, {})
        addresses.remove_address(connection, user.id, self._now())
        return self._state(connection, user.id)

    async def speak(self, user_id: int, language: Language) -> AddressState:
        """From now on mails to the user are in this language."""

        def change(connection: Connection) -> AddressState:
            addresses.speak(connection, user_id, language)
            return self._state(connection, user_id)

        return await self._store.write(change)

    def _put(
        self,
        connection: Connection,
        user_id: int,
        kind: MailKind,
        address: str,
        language: Language,
        facts: Mapping[str, str],
    ) -> bool:
        short = {name: text[:FACT_LIMIT] for name, text in facts.items()}
        return queue.put(connection, user_id, kind, address, language, short, self._now())

    def _check_on(self) -> None:
        if not self.on:
            raise NoMail
