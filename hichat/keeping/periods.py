"""How long messages are kept: the server's days, and those of groups that have their own. Functions of a connection."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from hichat.core.errors import NoSuchGroup
from hichat.core.events import Scope
from hichat.groups import queries
from hichat.log import reading
from hichat.storage.tables import conversations, groups, keeping_apart, keeping_head

KEEP_LIMIT = 36_500
"""The most days for which messages can be kept, but for ever."""

KEPT_FOR_EVER = 0
"""Stands for days without end."""


class GroupPeriod(NamedTuple):
    """
    A group whose messages are kept for another time than all others.

    @ivar days: L{KEPT_FOR_EVER}, or a number.
    """

    group: int
    name: str
    days: int


def server_days(connection: Connection) -> int:
    """@return: the days for which messages are kept, as the daemon has noted them that blanks; or L{KEPT_FOR_EVER}."""
    return connection.scalar(select(keeping_head.c.days)) or KEPT_FOR_EVER


def days_of(connection: Connection, group: int) -> int | None:
    """
    @return: the days for which the messages of a group are kept; L{KEPT_FOR_EVER}; None: as all others.
    @raise NoSuchGroup: there is no such group.
    """
    query = select(keeping_apart.c.days).where(keeping_apart.c.conversation == _conversation(connection, group))
    return connection.scalar(query)


def set_days(connection: Connection, group: int, days: int | None) -> int | None:
    """
    Keep a group's messages for another time than all others, from now on. What is too old goes with the next steps;
    what is gone does not come back. In a transaction that holds the write lock.

    @param days: L{KEPT_FOR_EVER}; None: as all others.
    @return: the days before.
    @raise NoSuchGroup: there is no such group.
    """
    conversation = _conversation(connection, group)
    here = keeping_apart.c.conversation == conversation
    row = connection.execute(select(keeping_apart.c.days).where(here)).first()
    if row is not None:
        connection.execute(update(keeping_apart).where(here).values(days=days))
        return None if row.days is None else int(row.days)
    if days is not None:
        # Up to there its messages were blanked with all others.
        done = select(keeping_head.c.position).scalar_subquery()
        connection.execute(insert(keeping_apart).values(conversation=conversation, position=done, days=days))
    return None


def groups_apart(connection: Connection, behind: int, limit: int) -> list[GroupPeriod]:
    """
    @param behind: the id of the group behind which the page begins.
    @return: groups that have days of their own, in the order of ids.
    """
    query = (
        select(groups.c.id, groups.c.name, keeping_apart.c.days)
        .join_from(keeping_apart, conversations, conversations.c.id == keeping_apart.c.conversation)
        .join(groups, groups.c.id == conversations.c.first)
        .where(conversations.c.scope == Scope.GROUP, keeping_apart.c.days.is_not(None), groups.c.id > behind)
        .order_by(groups.c.id)
        .limit(limit)
    )
    return [GroupPeriod(*row) for row in connection.execute(query)]


def _conversation(connection: Connection, group: int) -> int:
    found = reading.find_conversation(connection, (Scope.GROUP, group, 0))
    if found is None or queries.find(connection, group) is None:
        raise NoSuchGroup
    return found
