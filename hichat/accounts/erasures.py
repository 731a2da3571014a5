"""
What is still to be removed of accounts that were deleted: functions of a connection, for
L{hichat.storage.store.Store}. An account's row is made in the transaction that deletes it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, exists, insert, select, true, update

from hichat.core.events import Scope
from hichat.storage.tables import connections, devices, erasures, erasures_apart, holds, idempotency_keys, refusals

ROWS_AT_ONCE = 500
"""The most rows that are removed in one transaction."""


class Erasure(NamedTuple):
    """
    An account that was deleted; see the columns of the table.

    @ivar removes: whether messages go, too; None: it has not begun.
    @ivar conversation: the last conversation that is done.
    @ivar position: how far the next one is.
    @ivar texts: whether there may be texts, but for those in conversations that were passed: see L{set_apart}.
    @ivar files: whether there may be files.
    """

    user: int
    removes: bool | None
    conversation: int
    position: int
    texts: bool
    files: bool


_IS_NOT_HELD = ~exists().where(holds.c.scope == Scope.USER, holds.c.target == erasures.c.user_id)
_IS_DONE = and_(
    erasures.c.texts != true(),
    erasures.c.files != true(),
    ~exists().where(erasures_apart.c.user_id == erasures.c.user_id),
)
_COLUMNS = tuple(erasures.c[name] for name in ("user_id", "removes", "conversation", "position", "texts", "files"))


def add(connection: Connection, user_id: int, now: int) -> None:
    """An account is deleted."""
    connection.execute(insert(erasures).values(user_id=user_id, created_at=now))


def first(connection: Connection) -> Erasure | None:
    """@return: the account whose texts are to be removed next. Those that somebody holds wait."""
    row = erasures.c
    query = select(*_COLUMNS).where(row.texts, _IS_NOT_HELD).order_by(row.created_at, row.user_id).limit(1)
    found = connection.execute(query).first()
    return Erasure(*found) if found else None


def begin(connection: Connection, user_id: int, removes: bool) -> None:
    """
    Remove what is known of an account beside its texts and files: the names of its devices, from where it was
    reached, and its idempotency keys, with which nobody can ask any more. The devices stay, because their numbers must
    not come again.

    @param removes: whether messages will go, too.
    """
    for table, name in ((connections, "id"), (refusals, "id"), (idempotency_keys, "digest")):
        is_theirs, key = table.c.user_id == user_id, table.c[name]
        some = select(key).where(is_theirs).limit(ROWS_AT_ONCE).scalar_subquery()
        if connection.execute(delete(table).where(is_theirs, key.in_(some))).rowcount == ROWS_AT_ONCE:
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


def set_apart(connection: Connection, user_id: int, conversation: int) -> None:
    """Pass over a conversation, because it is held. It is entered, so that the account's texts there go afterwards."""
    connection.execute(insert(erasures_apart).values(user_id=user_id, conversation=conversation))
    advance(connection, user_id, conversation)


def apart(connection: Connection) -> set[int]:
    """@return: all conversations that are apart of an account."""
    return set(connection.scalars(select(erasures_apart.c.conversation).distinct()))


def first_apart(connection: Connection, free: Collection[int]) -> Erasure | None:
    """
    @param free: conversations that nobody holds any more.
    @return: an account that has one of them apart: C{conversation} is that one.
    """
    row = erasures_apart.c
    columns = (row.user_id, erasures.c.removes, row.conversation, row.position, erasures.c.texts, erasures.c.files)
    query = select(*columns).join_from(erasures_apart, erasures, row.user_id == erasures.c.user_id)
    query = query.where(row.conversation == min(free)).order_by(row.user_id).limit(1)
    found = connection.execute(query).first()
    return Erasure(*found) if found else None


def advance_apart(connection: Connection, user_id: int, conversation: int, position: int) -> None:
    """@param position: how far a conversation is that is apart."""
    here = and_(erasures_apart.c.user_id == user_id, erasures_apart.c.conversation == conversation)
    connection.execute(update(erasures_apart).where(here).values(position=position))


def end_apart(connection: Connection, user_id: int, conversation: int) -> None:
    """Nothing of the account is left in a conversation that is apart."""
    here = and_(erasures_apart.c.user_id == user_id, erasures_apart.c.conversation == conversation)
    connection.execute(delete(erasures_apart).where(here))


def texts_are_gone(connection: Connection, user_id: int) -> None:
    """Of an account nothing is left but files, and texts in conversations that are apart, if these."""
    _set(connection, user_id, texts=False)


def files_are_gone(connection: Connection, user_id: int) -> None:
    """Of an account nothing is left but texts, if these."""
    _set(connection, user_id, files=False)


def with_files(connection: Connection) -> list[int]:
    """@return: the accounts that may have files which can go."""
    return list(connection.scalars(select(erasures.c.user_id).where(erasures.c.files, _IS_NOT_HELD)))


def any_done(connection: Connection) -> bool:
    """@return: whether there are accounts of which nothing is left."""
    return connection.scalar(select(erasures.c.user_id).where(_IS_DONE).limit(1)) is not None


def forget_done(connection: Connection) -> None:
    """Remove the rows of accounts of which nothing is left."""
    connection.execute(delete(erasures).where(_IS_DONE))


def _set(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(erasures).where(erasures.c.user_id == user_id).values(**values))
