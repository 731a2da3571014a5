"""
Devices: what a user signs in with, by the client's own name of itself. Queries of a connection.

A device's number is half of every client id that it uses, for ever: so a device is revoked, never deleted. v1 has no
client ids, and its clients no names: each log-in is a device, and the oldest makes room for a new one.
"""

from collections import Counter
from collections.abc import Collection
from secrets import token_hex
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update

from hichat.core.errors import NoSuchDevice, TooManyDevices
from hichat.storage.tables import devices, sessions

LIMIT = 200
"""Devices of a user that are not revoked, by names that clients gave themselves."""

V1_LIMIT = 20
"""Devices of a user that v1 log-ins have made, and that are not revoked."""

OLD_NAME = "older v1 log-ins"
"""What has the tokens of v1 from before these named a device. No client can give itself a name with blanks."""

TOKEN_NAME = "token"  # noqa: S105
"""What has the tokens that an administrator makes, unless told otherwise."""

Dialect = Literal["v1", "v2", "both", "v1-old"]
"""
What a device's tokens are for: it logged in over v1, or over v2 by its own name; an administrator made it, for either;
or its tokens are older than it.
"""

Key = tuple[int, str]
"""A user's id, and the client's own name of a device of this user."""


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
    dialect: Dialect = "v2"


_COLUMNS = [devices.c[name] for name in Device.__struct_fields__]


def find(connection: Connection, user_id: int, name: str) -> Device | None:
    """@return: the user's device of that name, or None."""
    return find_many(connection, [(user_id, name)])[user_id, name]


def find_many(connection: Connection, keys: Collection[Key]) -> dict[Key, Device | None]:
    """
    @param keys: at most a few hundred.
    @return: by these: the device, or None.
    """
    values = {"keys": [*keys], "users": [user_id for user_id, _ in keys]}
    found = (Device(*row) for row in connection.execute(_FIND, values))
    known = {(device.user_id, device.name): device for device in found}
    return {key: known.get(key) for key in keys}


_FIND = select(*_COLUMNS).where(
    # For the pairs alone SQLite reads the whole table.
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
    As L{find_or_add_many}, for one.

    @raise TooManyDevices: the user has L{LIMIT}.
    """
    found = find_or_add_many(connection, [(user_id, name)], now)[user_id, name]
    if found is None:
        raise TooManyDevices
    return found


def find_or_add_many(connection: Connection, keys: Collection[Key], now: int) -> dict[Key, Device | None]:
    """
    @param keys: at most a few hundred; names of 1 to 64 characters of ASCII.
    @return: by these: the user's device of that name, made if there was none; None: the user has L{LIMIT} others.
    """
    found = find_many(connection, keys)
    new = [key for key in keys if found[key] is None]
    counts: Counter[int] = Counter()
    if new:
        for user_id, count in connection.execute(_COUNTS, {"users": [user_id for user_id, _ in new]}):
            counts[user_id] = count
    for user_id, name in new:
        if counts[user_id] < LIMIT:
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


def add_of_v1(connection: Connection, user_id: int, now: int) -> tuple[Device, int]:
    """
    Somebody has logged in over v1. If these are more than L{V1_LIMIT} now, the oldest is gone.

    @return: the new device; and the number of the one that is gone, or 0.
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
    Let nobody sign in with it any more.

    @raise NoSuchDevice: there is no such device of the user, or it was revoked before.
    """
    where = (devices.c.id == device_id, devices.c.user_id == user_id, devices.c.revoked_at.is_(None))
    if connection.execute(update(devices).where(*where).values(revoked_at=now)).rowcount == 0:
        raise NoSuchDevice
