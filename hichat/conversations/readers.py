"""
Who has read a message of a group: a query of a connection, for whoever asks.

Members of small groups hear of each other's marks; of large groups nobody is told, as each mark would go to thousands.
The marks are there all the same, because unread messages are counted by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from hichat.conversations import catchup
from hichat.core.errors import NoSuchMessage
from hichat.core.events import Scope
from hichat.core.kinds import MESSAGES
from hichat.groups.queries import CURRENT
from hichat.groups.rights import GroupAct, GroupRights
from hichat.log import reading
from hichat.storage.tables import marks, members, users

ReaderState = Literal["read", "received", "none"]
STATES: tuple[ReaderState, ...] = ("read", "received", "none")
"""How far a message has come to a member: it was read, or a device has it, or neither. In the order of the list."""


class Reader(NamedTuple):
    """
    A member, and how far a message has come to them.

    @ivar state: the place of the state in L{STATES}.
    """

    state: int
    id: int
    name: str
    display_name: str
    avatar: str
    bot: bool


class ReadersCursor(NamedTuple):
    """A place in the list: that of the member with this state and this id."""

    state: int
    user: int


class ReadersPage(NamedTuple):
    """
    A page of the list.

    @ivar counts: how many members there are in each of L{STATES}, on all pages.
    """

    items: list[Reader]
    counts: Sequence[int]


def readers(
    connection: Connection, user: int, group: int, message: int, behind: ReadersCursor | None, limit: int
) -> ReadersPage:
    """
    How far a message has come to the members of its group: to those who are members now and were when it was sent,
    without its sender.

    @param user: the member who asks.
    @param message: the message's position.
    @param behind: only members behind this place.
    @return: those who have read it first, in order of id.
    @raise NoSuchGroup: there is no such group.
    @raise NotAMember: the user is no member of it.
    @raise NoSuchMessage: the group has no such message, or none that the user may read.
    """
    GroupRights(connection, group, user).ask(GroupAct.SEE_MEMBERS)
    found = reading.find(connection, message)
    if found is None or found.kind not in MESSAGES or (found.scope, found.target) != (Scope.GROUP, group):
        raise NoSuchMessage
    if not any(first <= message <= last for first, last in catchup.intervals(connection, user, group)):
        raise NoSuchMessage
    then = members.alias("then")
    was_there = (
        select(then.c.user_id)
        .where(then.c.group_id == group, then.c.user_id == members.c.user_id, then.c.since < message)
        .where(or_(then.c.until.is_(None), then.c.until > message))
        .correlate(members)
    )
    state = case((marks.c.read >= message, 0), (marks.c.received >= message, 1), else_=2)
    of_member = and_(marks.c.conversation == found.conversation, marks.c.user_id == members.c.user_id)
    each = (
        select(state.label("state"), users.c.id, users.c.name, users.c.display_name, users.c.avatar, users.c.bot)
        .select_from(members)
        .join(users, users.c.id == members.c.user_id)
        .outerjoin(marks, of_member)
        .where(members.c.group_id == group, CURRENT, members.c.user_id != found.sender)
        .where(users.c.deleted_at.is_(None), was_there.exists())
        .subquery()
    )
    by_state = select(each.c.state, func.count()).group_by(each.c.state)
    counts = [0] * len(STATES)
    for at, count in connection.execute(by_state):
        counts[at] = count
    query = select(each).order_by(each.c.state, each.c.id).limit(limit)
    if behind is not None:
        is_behind = and_(each.c.state == behind.state, each.c.id > behind.user)
        query = query.where(or_(each.c.state > behind.state, is_behind))
    items = [Reader(*row) for row in connection.execute(query)]
    return ReadersPage(items, counts)
