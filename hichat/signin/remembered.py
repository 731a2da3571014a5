"""
Remembered devices: they log in with the password alone for some time. Queries of a connection.

A device is remembered by its secret (L{hichat.accounts.known}): another secret, or a revocation, ends that. So does all
that voids the user's tokens, such as another password.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from hichat.accounts.tokens import is_within
from hichat.accounts.users import User
from hichat.storage.tables import device_secrets, devices, remembered_devices

REMEMBERED_FOR = 30 * 24 * 3600 * 1000
"""Milliseconds for which a device is remembered."""


class RememberedDevice(NamedTuple):
    """
    A device that is remembered.

    @ivar device: its number.
    @ivar name: the client's own name for it.
    @ivar made_at: since when; and C{until}: both in milliseconds since the epoch.
    """

    device: int
    name: str
    made_at: int
    until: int


def keep(connection: Connection, user: User, device: int, secret_hash: bytes, now: int) -> None:
    """Remember a device of a user."""
    connection.execute(delete(remembered_devices).where(remembered_devices.c.device_id == device))
    values = {"secret_hash": secret_hash, "generation": user.generation, "made_at": now}
    connection.execute(insert(remembered_devices).values(device_id=device, **values))


def is_remembered(connection: Connection, user: User, name: str, secrets: Mapping[int, bytes], now: int) -> bool:
    """
    @param name: the client's own name for the device that logs in.
    @param secrets: hashes of the secrets that it shows, by the numbers of their devices.
    @return: whether it is remembered.
    """
    return any(each.name == name and secrets.get(each.device) == hash for each, hash in _of_user(connection, user, now))


def of_user(connection: Connection, user: User, now: int) -> list[RememberedDevice]:
    """@return: the user's remembered devices, in order of id."""
    return [each for each, _ in _of_user(connection, user, now)]


def forget(connection: Connection, user_id: int, device: int = 0) -> bool:
    """
    Forget a device of a user.

    @param device: its number; 0: all of them.
    @return: whether one was forgotten.
    """
    own = select(devices.c.id).where(devices.c.user_id == user_id)
    mine = delete(remembered_devices).where(remembered_devices.c.device_id.in_(own))
    if device:
        mine = mine.where(remembered_devices.c.device_id == device)
    return connection.execute(mine).rowcount > 0


def _of_user(connection: Connection, user: User, now: int) -> list[tuple[RememberedDevice, bytes]]:
    query = (
        select(remembered_devices, devices.c.name)
        .join(devices, devices.c.id == remembered_devices.c.device_id)
        .join(device_secrets, device_secrets.c.device_id == remembered_devices.c.device_id)
        .where(
            devices.c.user_id == user.id,
            devices.c.revoked_at.is_(None),
            remembered_devices.c.generation == user.generation,
            remembered_devices.c.secret_hash == device_secrets.c.secret_hash,
        )
        .order_by(devices.c.id)
    )
    return [
        (RememberedDevice(row.device_id, row.name, row.made_at, row.made_at + REMEMBERED_FOR), row.secret_hash)
        for row in connection.execute(query)
        if is_within(now, row.made_at + REMEMBERED_FOR, REMEMBERED_FOR)
    ]
