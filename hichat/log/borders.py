"""
How far the messages of conversations were blanked because they were too old, and how long others are kept. Functions of
a connection. L{hichat.keeping.sweeping} blanks them; those who read the log ask here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, select

from hichat.core.events import Event, is_imported
from hichat.core.kinds import MESSAGES
from hichat.storage.tables import imported, keeping_apart, keeping_head


class Border(NamedTuple):
    """
    Where the kept messages of a conversation begin.

    @ivar position: messages up to there are blank.
    @ivar days: the days for which messages are kept; 0: for ever.
    """

    position: int
    days: int


def borders(connection: Connection, conversations: Collection[int]) -> dict[int, Border]:
    """@return: by conversation. It takes one query."""
    rows = connection.execute(_BORDERS, {"wanted": [*conversations]}).all()
    position, days = rows[0][:2]
    apart = {row.conversation: row for row in rows}
    found: dict[int, Border] = {}
    for conversation in conversations:
        own = apart.get(conversation)
        if own is None:
            found[conversation] = Border(position, days)
        else:
            found[conversation] = Border(own.position, days if own.days is None else own.days)
    return found


def expired(connection: Connection, found: Collection[Event]) -> Collection[int]:
    """@return: the positions of those messages among these events that are blank because they were too old."""
    blank = [event for event in found if not event.body and event.kind in MESSAGES]
    if not blank:
        return ()
    known = borders(connection, {event.conversation for event in blank})
    old: set[int] = {each.position for each in blank if each.position <= known[each.conversation].position}
    others: set[int] = {event.position for event in blank if is_imported(event)} - old
    if others:
        # What was blanked because it was too old is in that table no more.
        old |= others - set(connection.scalars(select(imported.c.position).where(imported.c.position.in_(others))))
    return old


_BORDERS = select(
    keeping_head.c.position.label("all_position"),
    keeping_head.c.days.label("all_days"),
    keeping_apart.c.conversation,
    keeping_apart.c.position,
    keeping_apart.c.days,
).select_from(
    keeping_head.outerjoin(
        keeping_apart,
        keeping_apart.c.conversation.in_(bindparam("wanted", type_=BigInteger, expanding=True)),
    )
)
