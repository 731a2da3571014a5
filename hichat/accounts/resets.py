"""
Forgotten passwords: functions of a connection, for L{hichat.storage.store.Store}. A user has one code at most that was
sent by mail: a newer one voids it. The store has only a number of it, which is good for nothing without the key of the
tokens.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete, insert, select

from hichat.storage.tables import password_resets


def renew_reset(connection: Connection, user_id: int, mark: str, asked_at: int, now: int) -> int | None:
    """
    @param mark: that of the mail which is to have the code.
    @param asked_at: when the user asked for it; this and C{now} are milliseconds since the epoch.
    @return: the number of the code; the same for the same mail. None: a newer mail had one already.
    """
    row = password_resets.c
    found = connection.execute(select(row.mark, row.asked_at, row.number).where(row.user_id == user_id)).first()
    if found is not None and found.mark == mark:
        return int(found.number)
    if found is not None and asked_at < found.asked_at <= now:
        return None
    forget_reset(connection, user_id)
    number = secrets.randbits(62) + 1
    connection.execute(insert(password_resets).values(user_id=user_id, mark=mark, asked_at=asked_at, number=number))
    return number


def is_newest_reset(connection: Connection, user_id: int, number: int) -> bool:
    """@return: whether the code of this number is the user's newest one, and was not used."""
    return connection.scalar(select(password_resets.c.number).where(password_resets.c.user_id == user_id)) == number


def forget_reset(connection: Connection, user_id: int) -> None:
    """No code of the user is good any more."""
    connection.execute(delete(password_resets).where(password_resets.c.user_id == user_id))
