"""
Tickets: the first step of a log-in is done, and the second one is not. Queries of a connection.

A ticket is signed, and good for some minutes, for one log-in. The store has only tickets that were answered: how often
that was wrong, and whether one of the answers was right.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import blake2b
from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, select, text, update

from hichat.accounts import users
from hichat.accounts.tokens import digest, is_within
from hichat.accounts.users import User
from hichat.core.errors import BadTicket
from hichat.runtime.keys import Signer
from hichat.storage.tables import login_tickets

TICKET_LIFETIME = 5 * 60 * 1000
"""Milliseconds for which a ticket is good."""

WRONG_ANSWERS = 5
"""The number of wrong answers that void a ticket."""

TICKET_LIMIT = 1024
"""The most characters of a ticket that are looked at."""

TicketUse = Literal["factor", "enrol", "own"]
"""
What a ticket is for. C{factor}: a factor is to be shown at a log-in. C{enrol}: one is to be set up at a log-in.
C{own}: a user who is signed in sets one up.
"""


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """
    The contents of a ticket.

    @ivar user: the user's id.
    @ivar made: when the account was made: after an older copy of the store was put back, somebody else may have the id.
    @ivar generation: the generation of the user's tokens: another password, or a sign-out, voids the ticket.
    @ivar device: the client's own name for the device that logs in.
    @ivar known: the number of the known device that has shown its secret; 0: none has.
    @ivar via: how the first step was done, for the audit log.
    @ivar ends: when it ends, in milliseconds since the epoch.
    @ivar nonce: random bytes.
    """

    use: TicketUse
    user: int
    made: int
    generation: int
    device: str
    known: int
    via: str
    ends: int
    nonce: bytes

    @property
    def hash(self) -> bytes:
        """What the store knows it by."""
        return digest(self.nonce.hex())


class Tickets:
    """
    Makes and verifies tickets.

    @param key: the key of the tokens.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, key: bytes, now: Callable[[], int]) -> None:
        self._signer = Signer(blake2b(key=key[:64], person=b"hichat-ticket").digest())
        self._seed = blake2b(key=key[:64], person=b"hichat-enrol").digest()
        self._now = now

    def issue(
        self, use: TicketUse, user: int, made: int, generation: int, device: str = "", known: int = 0, via: str = "v2"
    ) -> str:
        """@return: a ticket, of letters, digits, C{-}, C{_} and C{=}. For the parameters see L{Ticket}."""
        ends, nonce = self._now() + TICKET_LIFETIME, secrets.token_bytes(16)
        ticket = Ticket(use, user, made, generation, device, known, via, ends, nonce)
        return self._signer.sign(msgspec.msgpack.encode(ticket))

    def verify(self, given: str, use: TicketUse) -> Ticket:
        """
        @return: the ticket's contents. The caller checks whether it was used.
        @raise BadTicket: this server has not made it, or not for that, or it has ended.
        """
        found = self._signer.verify(given) if len(given) <= TICKET_LIMIT else None
        if not found:
            raise BadTicket
        ticket = msgspec.msgpack.decode(found, type=Ticket)
        if ticket.use != use or not is_within(self._now(), ticket.ends, TICKET_LIFETIME):
            raise BadTicket
        return ticket

    def secret_of(self, ticket: Ticket, size: int) -> bytes:
        """@return: bytes that only this server can make of a ticket: so it need not keep them until the second step."""
        return blake2b(ticket.nonce, key=self._seed, digest_size=size).digest()


def come(connection: Connection, ticket: Ticket, now: int) -> None:
    """
    A ticket has come, with an answer.

    @raise BadTicket: it was used, or has ended meanwhile, or there were too many wrong answers.
    """
    if now >= ticket.ends:
        raise BadTicket
    # The clock may be set back after its end: what is known of its use is kept for longer.
    connection.execute(delete(login_tickets).where(login_tickets.c.ends_at < now - TICKET_LIFETIME))
    connection.execute(_ADD, {"hash": ticket.hash, "ends_at": ticket.ends})
    row = connection.execute(select(login_tickets).where(login_tickets.c.hash == ticket.hash)).one()
    if row.spent or row.wrong >= WRONG_ANSWERS:
        raise BadTicket


_ADD = text(
    "INSERT INTO login_tickets (hash, wrong, spent, ends_at) VALUES (:hash, 0, false, :ends_at) ON CONFLICT DO NOTHING"
)


def count_wrong(connection: Connection, ticket: Ticket) -> None:
    """An answer to a ticket that has L{come} was wrong."""
    values = {"wrong": login_tickets.c.wrong + 1}
    connection.execute(update(login_tickets).where(login_tickets.c.hash == ticket.hash).values(values))


def spend(connection: Connection, ticket: Ticket) -> None:
    """
    Use a ticket that has L{come}, in the transaction of what it allows.

    @raise BadTicket: it was used before.
    """
    mine = login_tickets.c.hash == ticket.hash, login_tickets.c.spent.is_(False)
    if connection.execute(update(login_tickets).where(*mine).values(spent=True)).rowcount != 1:
        raise BadTicket


def holder(connection: Connection, ticket: Ticket) -> User:
    """
    @return: a ticket's user.
    @raise BadTicket: it does not hold any more: the user's tokens were voided, or the account was disabled or deleted.
    """
    user = users.find(connection, ticket.user)
    if user is None or user.disabled or (user.created_at, user.generation) != (ticket.made, ticket.generation):
        raise BadTicket
    return user
