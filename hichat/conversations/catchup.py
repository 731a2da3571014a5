"""
Catching up: pages of the events that a user may see, read by functions of a connection.

The log has no list of the users who may see an event. It follows from the conversation: a pair with the user, a group
while the user was a member, the announcements. So a page is read from the user's conversations, each within the
positions that the user may see, by L{hichat.log.by_conversation}.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import BigInteger, Connection, Select, Table, and_, bindparam, case, literal, select, union, union_all
from sqlalchemy.sql.selectable import CTE

from hichat.accounts import guests
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope, is_imported
from hichat.core.kinds import Kind
from hichat.log import by_conversation as index
from hichat.log.borders import expired
from hichat.log.imported import is_told
from hichat.storage.tables import conversations, events, members, places, recent_places

FIRST_STRETCH = 10_000
"""The number of positions that are searched first; it doubles each time that they had too few events for the user."""


class Missed(NamedTuple):
    """
    A page.

    @ivar events: the events that the user may see, in order; own events, too.
    @ivar position: the position up to which the page is complete: the cursor behind it.
    @ivar expired: the positions of those messages that are blank because they were too old.
    """

    events: list[Event]
    position: int
    expired: Collection[int] = ()


def page(connection: Connection, user: int, since: int, until: int, limit: int, size: int) -> Missed:
    """
    Read on from a cursor.

    @param since: the cursor: the page begins behind it.
    @param until: the last position to read; it is in the log.
    @param limit: the most events in a page, at least 1.
    @param size: bytes of bodies after which a page is full.
    """
    if since >= until:
        return Missed([], since)
    missed = _page(connection, user, since, until, limit, size)
    while not missed.events and missed.position < until:
        # All of them were imported.
        missed = _page(connection, user, missed.position, until, limit, size)
    found = [*guests.told(connection, user, missed.events)]
    return missed._replace(events=_without_reactions(connection, found), expired=expired(connection, found))


def _page(connection: Connection, user: int, since: int, until: int, limit: int, size: int) -> Missed:
    positions, reached = _positions(connection, user, since, until, limit)
    found: list[Event] = []
    taken = 0
    for event in _read(connection, positions):
        if is_imported(event) and not is_told(event, user):
            continue
        found.append(event)
        taken += len(event.body)
        if taken >= size and event.position != positions[-1]:
            return Missed(found, event.position)
    return Missed(found, reached)


def _without_reactions(connection: Connection, found: list[Event]) -> list[Event]:
    """@return: the events without reactions to recalled messages, which an earlier version left in the log."""
    subjects = {event.subject for event in found if event.kind == Kind.REACTED and event.body}
    if not subjects:
        return found
    query = select(events.c.position).where(events.c.position.in_(subjects), events.c.body == b"")
    recalled = set(connection.scalars(query))
    return [
        replace(event, body=b"") if event.kind == Kind.REACTED and event.subject in recalled else event
        for event in found
    ]


def _positions(connection: Connection, user: int, since: int, until: int, limit: int) -> tuple[list[int], int]:
    """@return: the positions of the next events, and the position up to which there are no others."""
    found: list[int] = []
    low, stretch = since, FIRST_STRETCH
    done = index.indexed(connection)
    while low < until:
        high = min(low + stretch, until)
        wanted = limit - len(found)
        values = {"user": user, "low": low, "unindexed": max(low, done), "high": high, "wanted": wanted}
        more = connection.scalars(_NEXT, values).all()
        found.extend(more)
        if len(more) == wanted:
            return found, found[-1]
        low, stretch = high, 2 * stretch
    return found, until


def _read(connection: Connection, positions: list[int]) -> Iterator[Event]:
    query = select(events).where(events.c.position.in_(positions)).order_by(events.c.position)
    with connection.execute(query) as rows:
        for row in rows:
            yield Event(*row)


def _memberships() -> Select[int, int, int]:
    """@return: the conversations of a user's groups, past ones, too, and the first and the last position in each."""
    last = case((members.c.until.is_(None), MAX_SAFE_INTEGER), else_=members.c.until)
    of_group = and_(
        conversations.c.scope == Scope.GROUP,
        conversations.c.first == members.c.group_id,
        conversations.c.second == 0,
    )
    found = select(conversations.c.id, members.c.since, last).join_from(members, conversations, of_group)
    return found.where(members.c.user_id == bindparam("user", type_=BigInteger))


def _mine() -> CTE:
    """@return: a user's conversations, and the first and the last position that the user may see in each."""
    user = bindparam("user", type_=BigInteger)
    always = literal(1, BigInteger).label("first"), literal(MAX_SAFE_INTEGER, BigInteger).label("last")
    pair = conversations.c.scope == Scope.USER
    smaller = select(conversations.c.id, *always).where(pair, conversations.c.first == user)
    # The sum keeps SQLite from using the index that begins with the scope, by which it would read all pairs there are.
    larger = select(conversations.c.id, *always).where(
        conversations.c.scope + 0 == Scope.USER, conversations.c.second == user, conversations.c.first != user
    )
    announced = select(conversations.c.id, *always).where(conversations.c.scope == Scope.EVERYONE)
    return union_all(smaller, larger, _memberships(), announced).cte("mine")


def _next() -> Select[int]:
    mine = _mine()
    high, wanted = bindparam("high", type_=BigInteger), bindparam("wanted", type_=BigInteger)

    def positions(table: Table, behind: str) -> Select[int]:
        position = table.c.position
        found = (
            select(position)
            .join_from(mine, table, table.c.conversation == mine.c.id)
            .where(position > bindparam(behind, type_=BigInteger), position <= high)
            .where(position >= mine.c.first, position <= mine.c.last)
            .order_by(position)
            .limit(wanted)
        )
        return select(found.subquery())

    # UNION, and not UNION ALL: a user who left a group and came back has its conversation twice.
    found = union(positions(places, "low"), positions(recent_places, "low"), positions(events, "unindexed")).subquery()
    return select(found.c.position).order_by(found.c.position).limit(wanted)


_NEXT = _next()


def spans(connection: Connection, user: int) -> dict[int, list[tuple[int, int]]]:
    """@return: by conversation, the first and last positions of the spans that the user may see; past ones, too."""
    return _spans(connection, _MINE, user)


def spans_of_groups(connection: Connection, user: int) -> dict[int, list[tuple[int, int]]]:
    """@return: as L{spans}, of the groups of which the user is or was a member."""
    return _spans(connection, _GROUPS, user)


def _spans(connection: Connection, query: Select[int, int, int], user: int) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for conversation, first, last in connection.execute(query, {"user": user}):
        found.setdefault(conversation, []).append((first, last))
    return found


_MINE = select(_mine())
_GROUPS = _memberships()


def intervals(connection: Connection, user: int, group: int) -> list[tuple[int, int]]:
    """
    @return: the first and last positions of the user's memberships, in order. The events that began and ended them are
        included.
    """
    return intervals_in(connection, user, [group])[group]


def intervals_in(connection: Connection, user: int, groups: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """@return: see L{intervals}, by the ids of many groups."""
    found: dict[int, list[tuple[int, int]]] = {group: [] for group in groups}
    for group, since, until in connection.execute(_MEMBER, {"of_user": user, "of_groups": groups}) if groups else ():
        found[group].append((since, MAX_SAFE_INTEGER if until is None else until))
    return found


_MEMBER = (
    select(members.c.group_id, members.c.since, members.c.until)
    .where(members.c.user_id == bindparam("of_user"), members.c.group_id.in_(bindparam("of_groups", expanding=True)))
    .order_by(members.c.group_id, members.c.since)
)
