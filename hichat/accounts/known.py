"""
Known devices: a log-in gives the device a secret, and the device sends it with its next log-in. Queries of a
connection.

So strangers who try passwords do not lock users out of the devices that they use. The secret alone opens nothing. It
stays valid when the device logs out, and ends when the device is revoked.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select, update

from hichat.storage.tables import device_secrets, devices


def find(connection: Connection, user_id: int, secrets: Mapping[int, bytes]) -> int:
    """
    @param secrets: hashes of secrets, by the numbers of their devices.
    @return: the number of the first of these devices that is the user's, has this secret, and is not revoked; 0: none.
    """
    if not secrets:
        return 0
    query = (
        select(device_secrets)
        .join(devices, devices.c.id == device_secrets.c.device_id)
        .where(devices.c.user_id == user_id, devices.c.revoked_at.is_(None), devices.c.id.in_(secrets))
    )
    good = {row.device_id for row in connection.execute(query) if row.secret_hash == secrets[row.device_id]}
    return next((device for device in secrets if device in good), 0)


def of_user(connection: Connection, user_id: int) -> set[int]:
    """@return: the numbers of the user's devices that have a secret."""
    own = select(devices.c.id).where(devices.c.user_id == user_id)
    query = select(device_secrets.c.device_id).where(device_secrets.c.device_id.in_(own))
    return set(connection.scalars(query))


def keep(connection: Connection, device_id: int, secret_hash: bytes) -> None:
    """Set a device's secret; an earlier one is void."""
    values = {"secret_hash": secret_hash}
    if (
        connection.execute(
            update(device_secrets).where(device_secrets.c.device_id == device_id).values(values)
        ).rowcount
        == 0
    ):
        connection.execute(insert(device_secrets).values(device_id=device_id, **values))


def forget(connection: Connection, user_id: int, keep: int = 0, device: int = 0) -> None:
    """
    Remove the secrets of a user's devices: none of them is known any more.

    @param keep: the number of the only device that stays known; 0: none does.
    @param device: the number of the only device that is forgotten; 0: all are.
    """
    own = select(devices.c.id).where(devices.c.user_id == user_id, devices.c.id != keep)
    if device:
        own = own.where(devices.c.id == device)
    connection.execute(delete(device_secrets).where(device_secrets.c.device_id.in_(own)))
