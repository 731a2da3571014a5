"""
What is still to be removed of accounts that were deleted: functions of a connection, for
L{hichat.storage.store.Store}. An account's row is made in the transaction that deletes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, func, insert, select, true, update

from hichat.core.events import Scope
from hichat.storage.tables import connections, devices, erasures, holds, refusals

ROWS_AT_ONCE = 500
"""The most rows that are removed in one transaction."""


class Erasure(NamedTuple):
    """
    An account that was deleted; see the columns of the table.

    @ivar removes: whether messages go, too; None: it has not begun.
    @ivar conversation: the last conversation that is done.
    @ivar position: how far the next one is.
    @ivar texts: whether there may be texts.
    @ivar files: whether there may be files.
    """

    user: int
    removes: bool | None
    conversation: int
    position: int
    texts: bool
    files: bool


_IS_NOT_HELD = ~exists().where(holds.c.scope == Scope.USER, holds.c.target == erasures.c.user_id)


def add(connection: Connection, user_id: int, now: int) -> None:
    """An account is deleted."""
    connection.execute(insert(erasures).values(user_id=user_id, created_at=now))


def count(connection: Connection) -> int:
    """@return: the number of accounts of which something is to be removed."""
    return connection.scalar(select(func.count()).select_from(erasures)) or 0


def first(connection: Connection) -> Erasure | None:
    """@return: the account whose texts are to be removed next. Those that somebody holds wait."""
    row = erasures.c
    columns = (row.user_id, row.removes, row.conversation, row.position, row.texts, row.files)
    query = select(*columns).where(row.texts, _IS_NOT_HELD).order_by(row.created_at, row.user_id).limit(1)
    found = connection.execute(query).first()
    return Erasure(*found) if found else None


def begin(connection: Connection, user_id: int, removes: bool) -> None:
    """
    Remove what is known of an account beside its texts and files: the names of its devices, and from where it was
    reached. The devices stay, because their numbers must not come again.

    @param removes: whether messages will go, too.
    """
    for table in (connections, refusals):
        some = select(table.c.id).where(table.c.user_id == user_id).limit(ROWS_AT_ONCE)
        if connection.execute(delete(table).where(table.c.id.in_(some.scalar_subquery()))).rowcount == ROWS_AT_ONCE:
            # There are more: this is called again.
            return
    for id in connection.scalars(select(devices.c.id).where(devices.c.user_id == user_id)).all():
        connection.execute(update(devices).where(devices.c.id == id).values(name=f"gone-{id}"))
    _set(connection, user_id, removes=removes)


def advance(connection: Connection, user_id: int, conversation: int, position: int = 0) -> None:
    """
    @param conversation: the last conversation that is done now.
    @param position: how far the next one is.
    """
    _set(connection, user_id, conversation=conversation, position=position)


def texts_are_gone(connection: Connection, user_id: int) -> None:
    """Of an account nothing is left but files, if these."""
    _set(connection, user_id, texts=False)


def files_are_gone(connection: Connection, user_id: int) -> None:
    """Of an account nothing is left but texts, if these."""
    _set(connection, user_id, files=False)


def with_files(connection: Connection) -> list[int]:
    """@return: the accounts that may have files which can go."""
    return list(connection.scalars(select(erasures.c.user_id).where(erasures.c.files, _IS_NOT_HELD)))


def forget_done(connection: Connection) -> None:
    """Remove the rows of accounts of which nothing is left."""
    row = erasures.c
    connection.execute(delete(erasures).where(row.texts != true(), row.files != true()))


def _set(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(erasures).where(erasures.c.user_id == user_id).values(**values))
