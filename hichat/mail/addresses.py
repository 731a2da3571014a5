"""
Addresses of users, and which of them are verified: functions of a connection, for L{hichat.storage.store.Store}.

The address in a profile is what a user says. A verified one is a fact of its own: the user has typed a code that was
sent there. No two users have the same verified address.
"""

from __future__ import annotations

import secrets
from email.errors import HeaderParseError, MessageDefect
from email.headerregistry import Address
from typing import NamedTuple

import idna
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import users
from hichat.accounts.fields import EMAIL_LIMIT, email_of
from hichat.accounts.users import User
from hichat.core.errors import AddressTaken, InvalidField, Language
from hichat.storage.tables import address_claims, mail_addresses

CLAIM_LIFETIME = 3600
"""Seconds for which a code that verifies an address is good."""

CODE_TRIES = 5
"""The most wrong tries with such a code."""


class VerifiedAddress(NamedTuple):
    """
    A verified address.

    @ivar language: the language of the mails there.
    @ivar since: when it was verified, in milliseconds since the epoch.
    """

    address: str
    language: Language
    since: int


class AddressClaim(NamedTuple):
    """
    An address that a user has given, and that is not verified yet.

    @ivar number: a random number: of it and of a key the code is made.
    @ivar expires: milliseconds since the epoch.
    """

    address: str
    language: Language
    number: int
    expires: int
    tries: int


def address_of(text: str, field: str = "address") -> str:
    """
    @param text: an address as somebody has typed it. Its domain may have letters of any language: it is stored as the
        mail system knows it (IDNA). Before the C{@} there is ASCII only: other letters need mail servers with SMTPUTF8
        all the way.
    @return: the address.
    @raise InvalidField: it is none.
    """
    local, at, domain = text.strip()[: 2 * EMAIL_LIMIT].rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise InvalidField(field) from None
    try:
        found = email_of(f"{local}{at}{domain}")
    except InvalidField:
        raise InvalidField(field) from None
    if not found:
        raise InvalidField(field)
    try:
        # HTML's field accepts some that no mail can be sent to, such as with two dots in a row before the @.
        return Address(addr_spec=found).addr_spec
    except (HeaderParseError, MessageDefect, ValueError, IndexError):
        raise InvalidField(field) from None


def address_key_of(address: str) -> str:
    """@return: what is equal for two spellings of an address. No mail system in use tells them apart by case."""
    return address.lower()


def verified(connection: Connection, user_id: int) -> VerifiedAddress | None:
    """@return: a user's verified address; None: there is none."""
    row = mail_addresses.c
    query = select(row.address, row.language, row.verified_at).where(row.user_id == user_id)
    found = connection.execute(query).first()
    return VerifiedAddress(*found) if found else None


def user_at(connection: Connection, address: str) -> int:
    """@return: the id of the user with this verified address; 0: nobody has it."""
    row = mail_addresses.c
    return connection.scalar(select(row.user_id).where(row.address_key == address_key_of(address))) or 0


def claim_address(connection: Connection, user_id: int, address: str, language: Language, now: int) -> AddressClaim:
    """A user gives an address. An earlier one that waits for its code does not any more."""
    unclaim_address(connection, user_id)
    made = AddressClaim(address, language, secrets.randbits(62) + 1, now + CLAIM_LIFETIME * 1000, 0)
    connection.execute(insert(address_claims).values(user_id=user_id, **made._asdict()))
    return made


def claimed(connection: Connection, user_id: int, now: int) -> AddressClaim | None:
    """@return: the address of a user that waits for its code; None: none does, or not any more."""
    row = address_claims.c
    query = select(*(row[name] for name in AddressClaim._fields))
    found = connection.execute(query.where(row.user_id == user_id, row.expires > now, row.tries < CODE_TRIES)).first()
    return AddressClaim(*found) if found else None


def count_try(connection: Connection, user_id: int) -> None:
    """A wrong code was tried."""
    row = address_claims.c
    connection.execute(update(address_claims).where(row.user_id == user_id).values(tries=row.tries + 1))


def unclaim_address(connection: Connection, user_id: int) -> None:
    """No address of the user waits for its code any more."""
    connection.execute(delete(address_claims).where(address_claims.c.user_id == user_id))


def verify_address(connection: Connection, user: User, claim: AddressClaim, now: int) -> None:
    """
    A user has the mailbox: the address is verified from now on, and the profile has it.

    @raise AddressTaken: it is another user's verified address.
    """
    _remove(connection, user.id)
    unclaim_address(connection, user.id)
    try:
        connection.execute(
            insert(mail_addresses).values(
                user_id=user.id,
                address=claim.address,
                address_key=address_key_of(claim.address),
                language=claim.language,
                verified_at=now,
            )
        )
    except IntegrityError:
        raise AddressTaken from None
    users.change(connection, user.id, {"email": claim.address}, now)


def speak(connection: Connection, user_id: int, language: Language) -> None:
    """From now on mails to the user are in this language."""
    row = mail_addresses.c
    connection.execute(update(mail_addresses).where(row.user_id == user_id).values(language=language))


def remove_address(connection: Connection, user_id: int, now: int) -> None:
    """The user has no verified address any more, and the profile has it no more either."""
    found = verified(connection, user_id)
    _remove(connection, user_id)
    unclaim_address(connection, user_id)
    if found is not None and users.get(connection, user_id).email == found.address:
        users.change(connection, user_id, {"email": ""}, now)


def forget_address(connection: Connection, user_id: int) -> None:
    """The account is deleted."""
    _remove(connection, user_id)
    unclaim_address(connection, user_id)


def _remove(connection: Connection, user_id: int) -> None:
    connection.execute(delete(mail_addresses).where(mail_addresses.c.user_id == user_id))
