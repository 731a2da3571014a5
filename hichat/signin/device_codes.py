"""
Devices that wait for somebody who lets them in (RFC 8628). Queries of a connection; all daemons of a store share them.

A device has a long code, with which it asks again and again, and a short one, which a person types in a browser. The
store has hashes of both. A row goes when the device was let in or refused, and some time after it has expired.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, not_, or_, select, update

from hichat.accounts.tokens import is_within
from hichat.accounts.users import User
from hichat.core.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    NoSuchUserCode,
    Refused,
    SlowDown,
    TooManyAttempts,
)
from hichat.storage.tables import device_logins

DEVICE_CODE_LIFETIME = 10 * 60
"""Seconds for which a device waits."""

INTERVAL = 5
"""Seconds between two polls, at first; and what each poll that comes too soon adds (RFC 8628, 3.5)."""

INTERVAL_LIMIT = 60
"""The most seconds between two polls."""

WAITING_DEVICES_LIMIT = 10_000
"""The most devices that wait at once."""

_EARLY = 500
# Milliseconds by which a poll may come too soon: networks are not even.


class WaitingDevice(msgspec.Struct, frozen=True):
    """
    A device that waits.

    @ivar device: the client's own name for it.
    @ivar label: what the client calls itself, for people. Anybody may call itself anything.
    @ivar address: the address from which it asks.
    @ivar began_at: since when, in milliseconds since the epoch.
    """

    device: str
    label: str
    address: str
    began_at: int


class Admitted(msgspec.Struct, frozen=True):
    """
    Somebody has let a device in.

    @ivar generation: the generation of the user's tokens at that time.
    """

    user: int
    generation: int
    device: str


class DeviceLogins:
    """A L{hichat.core.ports.Leaves}."""

    async def leave_all(self, user_id: int) -> None:
        """Nobody is to be told."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """A device that the user has let in, and that has not asked since, is let in no more."""
        forget_admitted(connection, user_id)


def add(connection: Connection, waiting: WaitingDevice, hash: bytes, user_hash: bytes) -> bool:
    """
    A device begins to wait.

    @param hash: of its long code; C{user_hash}: of the short one.
    @return: whether no other device has that short code.
    @raise TooManyAttempts: L{WAITING_DEVICES_LIMIT} devices wait.
    """
    now = waiting.began_at
    connection.execute(delete(device_logins).where(not_(_lasts(now))))
    if (connection.scalar(select(func.count()).select_from(device_logins)) or 0) >= WAITING_DEVICES_LIMIT:
        raise TooManyAttempts(DEVICE_CODE_LIFETIME)
    if connection.scalar(select(device_logins.c.began_at).where(device_logins.c.user_code_hash == user_hash)):
        return False
    codes = {"code_hash": hash, "user_code_hash": user_hash}
    # The first poll may come at once.
    values = codes | msgspec.structs.asdict(waiting) | {"polled_at": 0, "interval": INTERVAL}
    connection.execute(insert(device_logins).values(values))
    return True


def find(connection: Connection, user_hash: bytes, now: int) -> WaitingDevice:
    """
    @return: the device of a short code, which nobody has answered.
    @raise NoSuchUserCode: there is none.
    """
    columns = (device_logins.c[name] for name in WaitingDevice.__struct_fields__)
    row = connection.execute(select(*columns).where(_is_open(user_hash, now))).first()
    if row is None:
        raise NoSuchUserCode
    return WaitingDevice(*row)


def answer(connection: Connection, user_hash: bytes, user: User, allow: bool, now: int) -> None:
    """
    Let the device of a short code in, or refuse it: once.

    @param user: whose device it is from now on.
    @raise NoSuchUserCode: there is none, or it was answered.
    """
    values: Mapping[str, object] = {"user_id": user.id, "generation": user.generation} if allow else {"refused": True}
    if connection.execute(update(device_logins).where(_is_open(user_hash, now)).values(values)).rowcount == 0:
        raise NoSuchUserCode


def poll(connection: Connection, hash: bytes, now: int) -> Admitted | Refused:
    """
    A device asks whether it was let in. That is told once.

    @param hash: of its long code.
    @return: who has let it in; or a refusal. Refusals are returned, because they are counted.
    """
    mine = device_logins.c.code_hash == hash
    row = connection.execute(select(device_logins).where(mine)).first()
    lifetime = DEVICE_CODE_LIFETIME * 1000
    if row is None or not is_within(now, row.began_at + lifetime, lifetime):
        return ExpiredToken()
    if row.refused or row.user_id:
        connection.execute(delete(device_logins).where(mine))
        return AccessDenied() if row.refused else Admitted(row.user_id, row.generation, row.device)
    if 0 <= now - row.polled_at < row.interval * 1000 - _EARLY:
        slower = min(INTERVAL_LIMIT, row.interval + INTERVAL)
        connection.execute(update(device_logins).where(mine).values(polled_at=now, interval=slower))
        return SlowDown()
    connection.execute(update(device_logins).where(mine).values(polled_at=now))
    return AuthorizationPending()


def forget_admitted(connection: Connection, user_id: int) -> None:
    """Devices that the user has let in, and that have not asked since, stay out."""
    connection.execute(delete(device_logins).where(device_logins.c.user_id == user_id))


def _lasts(now: int) -> ColumnElement[bool]:
    """@return: the condition that a device still waits; the clock may have been set."""
    began_at, lifetime = device_logins.c.began_at, DEVICE_CODE_LIFETIME * 1000
    return and_(began_at > now - lifetime, began_at < now + lifetime)


def _is_open(user_hash: bytes, now: int) -> ColumnElement[bool]:
    unanswered = not_(or_(device_logins.c.refused, device_logins.c.user_id > 0))
    return and_(device_logins.c.user_code_hash == user_hash, unanswered, _lasts(now))
