"""
Devices: what a user signs in with, by the client's own name of itself. Queries of a connection.

A device's number is half of every client id that it uses, for ever: so a device is revoked, never deleted.
"""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from hichat.errors import NoSuchDevice, TooManyDevices
from hichat.storage.tables import devices

LIMIT = 200
"""Devices of a user that are not revoked."""


class Device(msgspec.Struct, frozen=True):
    """
    A device.

    @ivar created_at: milliseconds since the epoch; as is C{revoked_at}: since when nobody may sign in with it.
    """

    id: int
    user_id: int
    name: str
    created_at: int
    revoked_at: int | None


_COLUMNS = [devices.c[name] for name in Device.__struct_fields__]


def find(connection: Connection, user_id: int, name: str) -> Device | None:
    """@return: the user's device of that name, or None."""
    row = connection.execute(select(*_COLUMNS).where(devices.c.user_id == user_id, devices.c.name == name)).first()
    return Device(*row) if row else None


def find_by_id(connection: Connection, user_id: int, device_id: int) -> Device | None:
    """@return: the user's device of that number, or None."""
    row = connection.execute(select(*_COLUMNS).where(devices.c.user_id == user_id, devices.c.id == device_id)).first()
    return Device(*row) if row else None


def of_user(connection: Connection, user_id: int) -> list[Device]:
    """@return: the user's devices, in order of id."""
    query = select(*_COLUMNS).where(devices.c.user_id == user_id).order_by(devices.c.id)
    return [Device(*row) for row in connection.execute(query)]


def owners(connection: Connection, device_ids: Collection[int]) -> dict[int, int]:
    """
    @param device_ids: at most a few hundred.
    @return: by the id of each of these that is not revoked: whose it is.
    """
    if not device_ids:
        return {}
    return {row.id: row.user_id for row in connection.execute(_OWNERS, {"devices": [*device_ids]})}


_OWNERS = select(devices.c.id, devices.c.user_id).where(
    devices.c.id.in_(bindparam("devices", expanding=True)), devices.c.revoked_at.is_(None)
)


def find_or_add(connection: Connection, user_id: int, name: str, now: int) -> Device:
    """
    @param name: 1 to 64 characters of ASCII.
    @return: the user's device of that name, made if there was none.
    @raise TooManyDevices: the user has L{LIMIT}.
    """
    found = find(connection, user_id, name)
    if found is not None:
        return found
    count = (
        connection.scalar(select(func.count()).where(devices.c.user_id == user_id, devices.c.revoked_at.is_(None))) or 0
    )
    if count >= LIMIT:
        raise TooManyDevices
    adding = devices.insert().values(user_id=user_id, name=name, created_at=now).returning(*_COLUMNS)
    return Device(*connection.execute(adding).one())


def revoke(connection: Connection, user_id: int, device_id: int, now: int) -> None:
    """
    Let nobody sign in with it any more.

    @raise NoSuchDevice: there is no such device of the user, or it was revoked before.
    """
    where = (devices.c.id == device_id, devices.c.user_id == user_id, devices.c.revoked_at.is_(None))
    if connection.execute(update(devices).where(*where).values(revoked_at=now)).rowcount == 0:
        raise NoSuchDevice
