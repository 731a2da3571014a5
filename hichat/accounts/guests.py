"""
Guests: users who are only where others have invited them. Queries of a connection.

The people of a guest are those who are in a group with the guest now. A guest finds and sees nobody else, and a guest
and somebody else write to each other only while they are in a group together. Everybody but guests sees guests as all
others. Whether a message may be written is decided in L{hichat.pipeline.ledger.rights}, from memory.

Events tell of people, too: L{stranger_in} names the user whom those who get an event need not know. Guests get no such
event of a stranger: while they are online by L{hichat.pipeline.routing.delivery}, from the log by L{told}.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from hichat.accounts.roles import ROLE, ServerRole
from hichat.core.events import Event, Scope
from hichat.core.kinds import BY_WRITERS, OUTSIDERS
from hichat.log.by_conversation import messages_of
from hichat.storage.tables import candidates, conversations, events, groups, members, pins, users

_MINE = members.alias("mine")
_THEIRS = members.alias("theirs")

_AT_ONCE = 500
"""The most users that one query looks for."""


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
    May the user see the profile of another? For guests these are their people, the owners of the groups that they are
    invited to and those who have invited them, and the writers of what they may read: those who have been in one of the
    guest's groups, those with whom the guest has a conversation, and those who have written to everybody or pinned
    something there.
    """
    if user_id == other_id or not is_guest(connection, user_id):
        return True
    then = _met(user_id).where(_THEIRS.c.user_id == other_id)
    pair = sorted((user_id, other_id))
    key = conversations.c
    talked = select(key.id).where(key.scope == int(Scope.USER), key.first == pair[0], key.second == pair[1])
    asked = candidates.c
    invited = (
        select(asked.user_id)
        .join(groups, groups.c.id == asked.group_id)
        .where(asked.user_id == user_id, asked.invited_by.is_not(None))
        .where(or_(asked.invited_by == other_id, groups.c.owner_id == other_id))
    )
    return any(_is_there(connection, query) for query in (then, talked, invited)) or _announced(connection, other_id)


def _announced(connection: Connection, user_id: int) -> bool:
    """@return: whether the user has written to everybody, or has pinned an announcement."""
    announcements = connection.scalar(select(conversations.c.id).where(conversations.c.scope == int(Scope.EVERYONE)))
    if announcements is None:
        return False
    pinning = select(pins.c.place).join(events, events.c.position == pins.c.place)
    has_pinned = _is_there(connection, pinning.where(pins.c.conversation == announcements, events.c.sender == user_id))
    return has_pinned or bool(messages_of(connection, announcements, user_id, 0, 1))


def seen(connection: Connection, user_id: int, ids: Collection[int]) -> Collection[int]:
    """@return: those of these users whose profiles the user may see."""
    if not is_guest(connection, user_id):
        return ids
    return [id for id in ids if sees(connection, user_id, id)]


def stranger_in(event: Event) -> int:
    """
    @return: the user of whom an event tells others who need not know that user: who has reacted to an announcement, who
        is invited to a group, or has asked to join it, or is banned. 0: there is none.
    """
    if event.scope == Scope.EVERYONE:
        return event.sender if event.kind in BY_WRITERS else 0
    return event.subject if event.scope == Scope.GROUP and event.kind in OUTSIDERS else 0


def told(connection: Connection, user_id: int, found: Sequence[Event]) -> Sequence[Event]:
    """@return: those of these events of the log that the user is told of: a guest of none with a stranger."""
    named = {stranger_in(event) for event in found} - {0, user_id}
    if not named or not is_guest(connection, user_id):
        return found
    known = {0, user_id}
    ids = sorted(named)
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        known.update(connection.scalars(_met(user_id).where(_THEIRS.c.user_id.in_(some))))
    return [event for event in found if stranger_in(event) in known]


def _met(user_id: int) -> Select[Any]:
    """@return: the users who are in a group with the user, or have been members of it."""
    return _in_groups_of(user_id).where(or_(_THEIRS.c.until.is_(None), _THEIRS.c.until > _THEIRS.c.since))


def _people(user_id: int) -> Select[Any]:
    return _in_groups_of(user_id).where(_THEIRS.c.until.is_(None))


def _in_groups_of(user_id: int) -> Select[Any]:
    """@return: the users who are or were in a group in which the user is now."""
    together = and_(_MINE.c.group_id == _THEIRS.c.group_id, _MINE.c.user_id == user_id, _MINE.c.until.is_(None))
    return select(_THEIRS.c.user_id).join_from(_THEIRS, _MINE, together)


def _is_there(connection: Connection, query: Select[Any]) -> bool:
    return bool(connection.scalar(select(exists(query))))
