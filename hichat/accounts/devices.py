"""
The devices of users: an installation of a client, by the client's own name for it. Queries of a connection.

A device's number and a counter make a client id, which must stay unique for ever: so a device is revoked, never
deleted. v1 has no client ids, and its clients have no names: each log-in is a device, and the oldest is deleted for a
new one.
"""

from collections import Counter
from collections.abc import Collection
from secrets import token_hex
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update

from hichat.core.errors import NoSuchDevice, TooManyDevices
from hichat.storage.tables import devices, sessions

DEVICES_LIMIT = 200
"""The most devices of a user that are not revoked, without those of v1."""

V1_LIMIT = 20
"""The most devices of a user that v1 log-ins have made, and that are not revoked."""

OLD_NAME = "older v1 log-ins"
"""The name of the device for tokens of v1 from before these named one. Clients' names cannot have blanks."""

TOKEN_NAME = "token"  # noqa: S105
"""The default name of the device for tokens that an administrator makes."""

USED_STEP = 10 * 60 * 1000
"""Milliseconds after which the use of a token, of v1 or of a bot, is noted again."""

DeviceDialect = Literal["v1", "v2", "both", "v1-old", "bot"]
"""
The dialect of a device's tokens. C{v1}: it logged in over v1. C{v2}: it logged in over v2, by its own name. C{both}: an
administrator made its tokens. C{v1-old}: it has the user's tokens of v1 from before these named a device.
C{bot}: it is that of one token of a bot.
"""

DeviceKey = tuple[int, str]
"""A user's id, and the client's own name of a device of this user."""


class Device(msgspec.Struct, frozen=True):
    """
    A device.

    @ivar created_at: milliseconds since the epoch.
    @ivar revoked_at: the time at which it was revoked; None: it was not.
    """

    id: int
    user_id: int
    name: str
    created_at: int
    revoked_at: int | None
    dialect: DeviceDialect = "v2"


_COLUMNS = [devices.c[name] for name in Device.__struct_fields__]


def find(connection: Connection, user_id: int, name: str) -> Device | None:
    """@return: the user's device of that name, or None."""
    return find_many(connection, [(user_id, name)])[user_id, name]


def find_many(connection: Connection, keys: Collection[DeviceKey]) -> dict[DeviceKey, Device | None]:
    """
    @param keys: at most a few hundred.
    @return: the device by key; None: there is none.
    """
    values = {"keys": [*keys], "users": [user_id for user_id, _ in keys]}
    found = (Device(*row) for row in connection.execute(_FIND, values))
    known = {(device.user_id, device.name): device for device in found}
    return {key: known.get(key) for key in keys}


_FIND = select(*_COLUMNS).where(
    # With the pairs alone SQLite would read the whole table.
    devices.c.user_id.in_(bindparam("users", expanding=True)),
    tuple_(devices.c.user_id, devices.c.name).in_(bindparam("keys", expanding=True)),
)


def find_by_id(connection: Connection, user_id: int, device_id: int) -> Device | None:
    """@return: the user's device of that number, or None."""
    row = connection.execute(select(*_COLUMNS).where(devices.c.user_id == user_id, devices.c.id == device_id)).first()
    return Device(*row) if row else None


def of_user(connection: Connection, user_id: int) -> list[Device]:
    """@return: the user's devices, in order of id."""
    query = select(*_COLUMNS).where(devices.c.user_id == user_id).order_by(devices.c.id)
    return [Device(*row) for row in connection.execute(query)]


def newest(connection: Connection, user_id: int) -> int:
    """@return: the number of the user's device that came last; 0: there is none."""
    return connection.scalar(select(func.max(devices.c.id)).where(devices.c.user_id == user_id)) or 0


def owners(connection: Connection, device_ids: Collection[int]) -> dict[int, int]:
    """
    @param device_ids: at most a few hundred.
    @return: the user's id by device, without devices that were revoked.
    """
    if not device_ids:
        return {}
    return {row.id: row.user_id for row in connection.execute(_OWNERS, {"devices": [*device_ids]})}


_OWNERS = select(devices.c.id, devices.c.user_id).where(
    devices.c.id.in_(bindparam("devices", expanding=True)), devices.c.revoked_at.is_(None)
)


def find_or_add(connection: Connection, user_id: int, name: str, now: int) -> Device:
    """
    As L{find_or_add_many}, for one device.

    @raise TooManyDevices: the user has L{DEVICES_LIMIT} others.
    """
    found = find_or_add_many(connection, [(user_id, name)], now)[user_id, name]
    if found is None:
        raise TooManyDevices
    return found


def find_or_add_many(connection: Connection, keys: Collection[DeviceKey], now: int) -> dict[DeviceKey, Device | None]:
    """
    @param keys: at most a few hundred; names of 1 to 64 characters of ASCII.
    @return: the device by key, made if there was none; None: the user has L{DEVICES_LIMIT} others.
    """
    found = find_many(connection, keys)
    new = [key for key in keys if found[key] is None]
    counts: Counter[int] = Counter()
    if new:
        for user_id, count in connection.execute(_COUNTS, {"users": [user_id for user_id, _ in new]}):
            counts[user_id] = count
    for user_id, name in new:
        if counts[user_id] < DEVICES_LIMIT:
            counts[user_id] += 1
            row = connection.execute(_ADD, {"user_id": user_id, "name": name, "created_at": now}).one()
            found[user_id, name] = Device(*row)
    return found


_COUNTS = (
    select(devices.c.user_id, func.count())
    .where(devices.c.user_id.in_(bindparam("users", expanding=True)), devices.c.revoked_at.is_(None))
    .where(devices.c.dialect == "v2")
    .group_by(devices.c.user_id)
)
_ADD = insert(devices).returning(*_COLUMNS)


def find_or_add_for_tokens(connection: Connection, user_id: int, name: str, now: int) -> Device:
    """@return: the user's device of that name; if there was none it is made, for tokens of both dialects."""
    values = {"user_id": user_id, "name": name, "created_at": now, "dialect": "both"}
    return find(connection, user_id, name) or Device(*connection.execute(_ADD, values).one())


def add_of_bot(connection: Connection, user_id: int, name: str, now: int) -> Device:
    """
    Make the device of a bot's new token.

    @param name: one that no device of the bot has had.
    """
    values = {"user_id": user_id, "name": name, "created_at": now, "dialect": "bot"}
    return Device(*connection.execute(_ADD, values).one())


def add_of_v1(connection: Connection, user_id: int, now: int) -> tuple[Device, int]:
    """
    Make a device for a log-in over v1. If the user has more than L{V1_LIMIT} such devices now, delete the oldest.

    @return: the new device; and the number of the deleted one, or 0.
    """
    values = {"user_id": user_id, "name": f"v1 {token_hex(4)}", "created_at": now, "dialect": "v1"}
    made = Device(*connection.execute(_ADD, values).one())
    own = select(devices.c.id).where(devices.c.user_id == user_id, devices.c.dialect == "v1")
    newest_first = own.where(devices.c.revoked_at.is_(None)).order_by(devices.c.id.desc())
    gone = connection.scalar(newest_first.offset(V1_LIMIT).limit(1)) or 0
    if gone:
        connection.execute(delete(sessions).where(sessions.c.device_id == gone))
        connection.execute(delete(devices).where(devices.c.id == gone))
    return made, gone


def revoke(connection: Connection, user_id: int, device_id: int, now: int) -> None:
    """
    Revoke a device: it cannot log in any more.

    @raise NoSuchDevice: the user has no such device, or it was revoked before.
    """
    where = (devices.c.id == device_id, devices.c.user_id == user_id, devices.c.revoked_at.is_(None))
    if connection.execute(update(devices).where(*where).values(revoked_at=now)).rowcount == 0:
        raise NoSuchDevice
