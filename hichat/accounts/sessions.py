"""
Sessions: what a device is signed in with for v2. Queries of a connection.

A refresh token is good once. Each refresh gives the next one; an older one that comes again means that two parties have
the session, and nobody knows which of them is the user: so it ends for both (RFC 9700, 4.14.2).

One case is no theft: the answer to a refresh was lost, and the client asks again. So for L{GRACE} the token before the
current one is good too. It gives another new token, and the one that got lost is an old one from then on. If it was not
lost, but there are two parties, then the one who comes second with what it has ends the session, as ever: within the
grace a thief gains nothing that is not found out at the next refresh of the user.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import Connection, Row, select, update

from hichat.accounts import users
from hichat.accounts.tokens import REFRESH_LIFETIME, digest
from hichat.accounts.users import User
from hichat.errors import Unauthorized
from hichat.storage.tables import devices, sessions
from hichat.storage.tables import users as users_table

GRACE = 10_000
"""Milliseconds after a refresh in which the token before is taken once more."""


class Reused(NamedTuple):
    """An old refresh token came again: the session has to end."""

    user: int
    device: int


class Session(NamedTuple):
    """
    What a device is signed in with.

    @ivar used_at: when it was refreshed last, in milliseconds since the epoch.
    @ivar client_ip: from where.
    """

    device: int
    used_at: int
    client_ip: str


def callers(
    connection: Connection, keys: Collection[tuple[int, int]]
) -> dict[tuple[int, int], tuple[User, int] | None]:
    """
    @param keys: users and devices; a device of 0: none.
    @return: by these: the user and the number of the device's session; None: whoever says so may not come.
    """
    found = users.find_many(connection, {user for user, _ in keys})
    numbers = _numbers(connection, {device for _, device in keys if device})

    def look(user_id: int, device_id: int) -> tuple[User, int] | None:
        user = found[user_id]
        session = numbers.get((user_id, device_id)) if device_id else 0
        return None if user is None or user.disabled or session is None else (user, session)

    return {key: look(*key) for key in keys}


def numbers(connection: Connection, device_ids: Collection[int]) -> dict[int, int]:
    """@return: the numbers of the sessions of these devices; of one that never had any there is none."""
    if not device_ids:
        return {}
    query = select(sessions.c.device_id, sessions.c.number).where(sessions.c.device_id.in_(device_ids))
    return {row.device_id: row.number for row in connection.execute(query)}


def begin(
    connection: Connection, user: User, device_id: int, issue: Callable[[int, int], str], client_ip: str, now: int
) -> tuple[int, str]:
    """
    A device has logged in; what it was signed in with before is void.

    @param issue: makes a refresh token for a device and the number of its session.
    @return: the session's number, and its refresh token.
    """
    number = numbers(connection, [device_id]).get(device_id, 0) + 1
    token = issue(device_id, number)
    values = {
        "number": number,
        "generation": user.generation,
        "refresh_hash": digest(token),
        "previous_hash": None,
        "rotated_at": now,
        "client_ip": client_ip[:64],
    }
    if connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(values)).rowcount == 0:
        connection.execute(sessions.insert().values(device_id=device_id, **values))
    return number, token


def rotate(
    connection: Connection, device_id: int, session: int, shown: bytes, following: bytes, client_ip: str, now: int
) -> User | Reused:
    """
    Exchange a refresh token.

    @param shown: the hash of the token that came; it is one of ours, for this session.
    @param following: the hash of the next one.
    @return: the user; or that the session has to end.
    @raise Unauthorized: the session has ended or expired, or the user is disabled or gone.
    """
    row = _live(connection, device_id)
    if row is None or row.number != session:
        raise Unauthorized
    # The clock may have been set back since: then it was just now, and neither time begins later than that.
    rotated_at = min(row.rotated_at, now)
    if now >= rotated_at + REFRESH_LIFETIME * 1000:
        raise Unauthorized
    user = users.find(connection, row.user_id)
    if user is None or user.disabled or user.generation != row.generation:
        raise Unauthorized
    again = shown == row.previous_hash and now < rotated_at + GRACE
    if shown != row.refresh_hash and not again:
        return Reused(row.user_id, device_id)
    values = {
        "refresh_hash": following,
        "previous_hash": shown,
        # Or the grace would have no end.
        "rotated_at": rotated_at if again else now,
        "client_ip": client_ip[:64],
    }
    connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(values))
    return user


def end(connection: Connection, device_id: int, session: int | None = None) -> int:
    """
    Nothing that the device was signed in with is good any more.

    @param session: only the one with this number.
    @return: the number from which on sessions are good.
    @raise Unauthorized: it had ended before.
    """
    row = _live(connection, device_id)
    if row is None or session not in (None, row.number):
        raise Unauthorized
    values = {"number": row.number + 1, "refresh_hash": None, "previous_hash": None}
    connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(values))
    return int(row.number) + 1


def of_user(connection: Connection, user_id: int) -> list[Session]:
    """@return: the user's live sessions."""
    query = (
        select(sessions.c.device_id, sessions.c.rotated_at, sessions.c.client_ip)
        .join(devices, devices.c.id == sessions.c.device_id)
        .join(users_table, users_table.c.id == devices.c.user_id)
        .where(devices.c.user_id == user_id, devices.c.revoked_at.is_(None))
        .where(sessions.c.refresh_hash.is_not(None), sessions.c.generation == users_table.c.generation)
    )
    return [Session(*row) for row in connection.execute(query)]


def forget(connection: Connection, user_id: int) -> None:
    """The user is deleted: nothing remains of from where the devices came."""
    own = select(devices.c.id).where(devices.c.user_id == user_id)
    blank = {"client_ip": "", "refresh_hash": None, "previous_hash": None}
    connection.execute(update(sessions).where(sessions.c.device_id.in_(own)).values(blank))


def _numbers(connection: Connection, device_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """@return: by user and device: the number of the session of each of these that is not revoked."""
    if not device_ids:
        return {}
    query = (
        select(devices.c.user_id, devices.c.id, sessions.c.number)
        .join(sessions, sessions.c.device_id == devices.c.id)
        .where(devices.c.id.in_(device_ids), devices.c.revoked_at.is_(None))
    )
    return {(row.user_id, row.id): row.number for row in connection.execute(query)}


def _live(connection: Connection, device_id: int) -> Row[tuple[int, ...]] | None:
    query = (
        select(sessions, devices.c.user_id)
        .join(devices, devices.c.id == sessions.c.device_id)
        .where(sessions.c.device_id == device_id, sessions.c.refresh_hash.is_not(None), devices.c.revoked_at.is_(None))
    )
    return connection.execute(query).first()
