"""
Guests: users who are only where others have invited them. Queries of a connection.

The people of a guest are those who are in a group with the guest now. A guest finds and sees nobody else, and a guest
and somebody else write to each other only while they are in a group together. Everybody but guests sees guests as all
others. Whether a message may be written is decided in L{hichat.pipeline.ledger.rights}, from memory.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from hichat.accounts.roles import ROLE, ServerRole
from hichat.core.events import Scope
from hichat.log.by_conversation import messages_of
from hichat.storage.tables import candidates, conversations, members, users

_MINE = members.alias("mine")
_THEIRS = members.alias("theirs")


def is_guest(connection: Connection, user_id: int) -> bool:
    """@return: whether the user is a guest."""
    return connection.scalar(select(ROLE).where(users.c.id == user_id)) == ServerRole.GUEST


def people(connection: Connection, user_id: int) -> frozenset[int]:
    """@return: the ids of those who are in a group with the user now; the user's own as well."""
    return frozenset((user_id, *connection.scalars(_people(user_id).distinct())))


def is_among(user_id: int) -> ColumnElement[bool]:
    """@return: the condition for rows of C{users} that these are the user, or somebody in a group with the user now."""
    return or_(users.c.id == user_id, users.c.id.in_(_people(user_id)))


def visible(connection: Connection, user_id: int) -> tuple[ColumnElement[bool], ...]:
    """@return: the conditions for rows of C{users} that the user may find; none if the user is no guest."""
    return (is_among(user_id),) if is_guest(connection, user_id) else ()


def share_a_group(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether two users are in a group together now; one is always with oneself."""
    return user_id == other_id or _is_there(connection, _people(user_id).where(_THEIRS.c.user_id == other_id))


def may_meet(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether two users may write to each other, as far as guests are concerned."""
    either = select(ROLE).where(users.c.id.in_((user_id, other_id)))
    if ServerRole.GUEST not in connection.scalars(either):
        return True
    return share_a_group(connection, user_id, other_id)


def sees(connection: Connection, user_id: int, other_id: int) -> bool:
    """
    May the user see the profile of another? For guests these are their people, those who have invited them, and the
    writers of what they may read: those who have been in one of the guest's groups, those with whom the guest has a
    conversation, and those who have written to everybody.
    """
    if user_id == other_id or not is_guest(connection, user_id):
        return True
    was_member = or_(_THEIRS.c.until.is_(None), _THEIRS.c.until > _THEIRS.c.since)
    then = _in_groups_of(user_id).where(_THEIRS.c.user_id == other_id, was_member)
    pair = sorted((user_id, other_id))
    key = conversations.c
    talked = select(key.id).where(key.scope == int(Scope.USER), key.first == pair[0], key.second == pair[1])
    asked = candidates.c
    invited = select(asked.user_id).where(asked.user_id == user_id, asked.invited_by == other_id)
    return any(_is_there(connection, query) for query in (then, talked, invited)) or _announced(connection, other_id)


def _announced(connection: Connection, user_id: int) -> bool:
    """@return: whether the user has written to everybody."""
    announcements = connection.scalar(select(conversations.c.id).where(conversations.c.scope == int(Scope.EVERYONE)))
    return announcements is not None and bool(messages_of(connection, announcements, user_id, 0, 1))


def seen(connection: Connection, user_id: int, ids: Collection[int]) -> Collection[int]:
    """@return: those of these users whose profiles the user may see."""
    if not is_guest(connection, user_id):
        return ids
    return [id for id in ids if sees(connection, user_id, id)]


def _people(user_id: int) -> Select[Any]:
    return _in_groups_of(user_id).where(_THEIRS.c.until.is_(None))


def _in_groups_of(user_id: int) -> Select[Any]:
    """@return: the users who are or were in a group in which the user is now."""
    together = and_(_MINE.c.group_id == _THEIRS.c.group_id, _MINE.c.user_id == user_id, _MINE.c.until.is_(None))
    return select(_THEIRS.c.user_id).join_from(_THEIRS, _MINE, together)


def _is_there(connection: Connection, query: Select[Any]) -> bool:
    return bool(connection.scalar(select(exists(query))))
