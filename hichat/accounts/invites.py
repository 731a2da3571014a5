"""Invites: codes with which strangers make accounts. Queries of a connection."""

import secrets
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, select, tuple_, update

from hichat.accounts.roles import ServerRole
from hichat.accounts.tokens import digest
from hichat.core.errors import BadInvite, NoSuchInvite
from hichat.storage.tables import invites

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KEPT = 7 * 24 * 3600_000
"""Milliseconds for which an expired invite is kept: the clock may have been wrong."""

# The letters leave out those that are mistaken for others; 16 of them have 79 bits.
_LENGTH = 16


def make(
    connection: Connection, uses: int, seconds: int, now: int, role: ServerRole = ServerRole.MEMBER, by: int = 0
) -> str:
    """
    Make an invite, and remove those that expired long ago.

    @param uses: the number of accounts that may be made with it.
    @param seconds: its lifetime.
    @param role: the role of those who come with it.
    @param by: the id of who makes it; 0: somebody by a command.
    @return: its code, of which only a hash is stored.
    """
    connection.execute(delete(invites).where(invites.c.expires_at <= now - KEPT))
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    values = {"code_hash": digest(code), "uses_left": uses, "role": role, "expires_at": now + seconds * 1000}
    connection.execute(invites.insert().values(**values, created_at=now, made_by=by, uses=uses))
    return code


class MadeInvite(NamedTuple):
    """
    An invite that was made.

    @ivar id: the hash of its code. The code itself is not stored.
    @ivar uses: the number of accounts it was made for; 0: it is not known.
    @ivar made_by: the id of who has made it; 0: somebody by a command.
    """

    id: bytes
    uses: int
    uses_left: int
    role: ServerRole
    made_by: int
    created_at: int
    expires_at: int


def listed(connection: Connection, now: int, before: tuple[int, str] | None, limit: int) -> list[MadeInvite]:
    """
    @param before: only those that were made before this time, or then with a smaller hash, in hexadecimal digits.
    @return: the invites with which accounts can still be made, the newest first.
    """
    order = invites.c.created_at, invites.c.code_hash
    query = select(*(invites.c[name] for name in ("code_hash", *MadeInvite._fields[1:])))
    query = query.where(invites.c.uses_left > 0, invites.c.expires_at > now)
    if before is not None:
        query = query.where(tuple_(*order) < (before[0], bytes.fromhex(before[1])))
    found = connection.execute(query.order_by(*(column.desc() for column in order)).limit(limit))
    return [MadeInvite(*row)._replace(role=ServerRole(row.role)) for row in found]


def revoke(connection: Connection, id: bytes) -> None:
    """@raise NoSuchInvite: there is no such invite."""
    if connection.execute(delete(invites).where(invites.c.code_hash == id)).rowcount == 0:
        raise NoSuchInvite


def check(connection: Connection, code: str, now: int) -> None:
    """@raise BadInvite: there is no such invite, or it is used up or has expired."""
    if connection.scalar(select(invites.c.uses_left).where(*_good(code, now))) is None:
        raise BadInvite


def use(connection: Connection, code: str, now: int) -> ServerRole:
    """
    Use an invite once, in the transaction that makes the account.

    @return: the role of who comes with it.
    @raise BadInvite: see L{check}.
    """
    using = update(invites).where(*_good(code, now)).values(uses_left=invites.c.uses_left - 1)
    role = connection.scalar(using.returning(invites.c.role))
    if role is None:
        raise BadInvite
    return ServerRole(role)


def _good(code: str, now: int) -> tuple[ColumnElement[bool], ...]:
    return invites.c.code_hash == digest(code.strip().lower()), invites.c.uses_left > 0, invites.c.expires_at > now
