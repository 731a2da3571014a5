"""The messages that users have saved: functions of a connection, for L{hichat.storage.store.Store}."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from hichat.core.errors import TooManySaved
from hichat.storage.tables import saved_messages

SAVED_LIMIT = 1000
"""The most messages that a user may save."""


class SavedRow(NamedTuple):
    """
    A saved message.

    @ivar position: the message's.
    @ivar place: the position of the event by which it was saved.
    """

    position: int
    place: int


def is_saved(connection: Connection, user_id: int, position: int) -> bool:
    """@return: whether the user has saved the message."""
    row = saved_messages.c
    return connection.scalar(select(row.place).where(row.user_id == user_id, row.position == position)) is not None


def add(connection: Connection, user_id: int, position: int, place: int) -> None:
    """
    Enter a saved message, by the event at C{place}.

    @raise TooManySaved: the user has saved L{SAVED_LIMIT} others.
    """
    remove(connection, user_id, position)
    count = select(func.count()).where(saved_messages.c.user_id == user_id)
    if (connection.scalar(count) or 0) >= SAVED_LIMIT:
        raise TooManySaved
    connection.execute(insert(saved_messages).values(user_id=user_id, position=position, place=place))


def remove(connection: Connection, user_id: int, position: int) -> None:
    """Take a message out of the user's saved ones."""
    row = saved_messages.c
    connection.execute(delete(saved_messages).where(row.user_id == user_id, row.position == position))


def saved_by(connection: Connection, user_id: int, before: int, limit: int) -> list[SavedRow]:
    """
    @param before: a place.
    @return: the user's saved messages that were saved before that, the newest first; the caller checks whether the user
        may still read them.
    """
    row = saved_messages.c
    query = select(row.position, row.place).where(row.user_id == user_id, row.place < before)
    return [SavedRow(*each) for each in connection.execute(query.order_by(row.place.desc()).limit(limit))]


def forget(connection: Connection, user_id: int) -> None:
    """A user is deleted: remove the user's saved messages."""
    connection.execute(delete(saved_messages).where(saved_messages.c.user_id == user_id))
