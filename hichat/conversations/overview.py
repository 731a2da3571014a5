"""
The list of a user's conversations, the one with the newest message first: queries of a connection.

No table has that order: a row for each member would have to be written with each message. But a user's conversations
are few, compared with the log. L{hichat.log.by_conversation} finds the last message of each with one look-up, and the
events that are not indexed yet are read from the log's tail, once for all conversations. All other values are read for
one page only.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Select,
    SmallInteger,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import CTE

from hichat.accounts.conversation_settings import Setting
from hichat.conversations import catchup, history, marks, unread
from hichat.core.events import Event, Scope
from hichat.core.kinds import MESSAGES
from hichat.log import by_conversation
from hichat.log.borders import borders
from hichat.storage.tables import conversation_settings, conversations, events, groups, is_of, members, recent_places
from hichat.storage.tables import marks as marks_table
from hichat.storage.tables import places as places_table


class OverviewCursor(NamedTuple):
    """
    A place in the list.

    @ivar activity: the position of the conversation's last message; without a message, of the user's joining.
    @ivar conversation: its id; 0: it has no events yet.
    """

    pinned: bool
    activity: int
    conversation: int


class OverviewEntry(msgspec.Struct):
    """
    A conversation.

    @ivar cursor: its place in the list.
    @ivar target: the other user's id, the group's, or 0.
    @ivar last: the last message in its present form, if there is one.
    @ivar unread: the number of unread messages; see L{hichat.conversations.unread}.
    @ivar own: the user's mark.
    @ivar setting: the user's settings. What is over of them is not there any more.
    @ivar days: the days for which messages are kept; 0: for ever.
    """

    cursor: OverviewCursor
    scope: int
    target: int
    last: history.FoldedEvents | None
    unread: int
    own: marks.Mark
    setting: Setting
    days: int = 0


class _Row(NamedTuple):
    """A conversation as the list's query finds it."""

    id: int
    scope: int
    target: int
    since: int
    last: int | None
    activity: int
    pinned: bool
    muted: bool
    archived: int
    hidden: int
    mentions_only: bool
    muted_until: int
    unread_from: int
    unread_at: int


def overview(
    connection: Connection, user: int, behind: OverviewCursor | None, limit: int, now: int, archived: bool = False
) -> list[OverviewEntry]:
    """
    The conversations of a user: pairs with messages, the groups of which the user is a member, and the announcements.

    @param behind: only conversations behind this place.
    @param limit: the most entries, a few hundred.
    @param now: the time of day, in milliseconds since the epoch.
    @param archived: those in the archive; else the others. Hidden ones are in neither.
    @return: pinned ones first, then by activity, the newest first.
    """
    values = {
        "user": user,
        "done": by_conversation.indexed(connection),
        "from_start": behind is None,
        "behind_pinned": behind is not None and behind.pinned,
        "behind_activity": behind.activity if behind else 0,
        "behind_id": behind.conversation if behind else 0,
        "wanted": limit,
        "now": now,
        "archived": archived,
    }
    rows = [_Row(*row) for row in connection.execute(_OVERVIEW, values)]
    found = _events(connection, {row.last for row in rows} | {row.since for row in rows})
    messages = [found[row.last] for row in rows if row.last is not None]
    folded = {each.message.position: each for each in history.fold(connection, user, messages)}
    standing = _marks(connection, user, [row.id for row in rows])
    counts = _unread(connection, user, rows, found, standing)
    kept = borders(connection, [row.id for row in rows])
    return [
        OverviewEntry(
            OverviewCursor(bool(row.pinned), row.activity, row.id),
            row.scope,
            row.target,
            folded[row.last] if row.last is not None else None,
            counts[row.id],
            marks.Mark(user, *(standing[row.id][:2] if row.id in standing else (0, 0))),
            _setting(row, standing.get(row.id, (0, 0, 0))[1], now, archived),
            kept[row.id].days,
        )
        for row in rows
    ]


def _setting(row: _Row, read: int, now: int, archived: bool) -> Setting:
    """@param read: the position up to which the user has read the conversation."""
    is_unread = row.unread_at > read
    return Setting(
        row.scope,
        row.target,
        pinned=bool(row.pinned),
        muted=bool(row.muted),
        archived=row.archived if archived else 0,
        mentions_only=bool(row.mentions_only),
        muted_until=row.muted_until if row.muted_until > now else 0,
        unread_from=row.unread_from if is_unread else 0,
        unread_at=row.unread_at if is_unread else 0,
    )


def _events(connection: Connection, positions: set[int | None]) -> dict[int | None, Event]:
    query = select(events).where(events.c.position.in_(positions - {None, 0}))
    return {row.position: Event(*row) for row in connection.execute(query)}


def _marks(connection: Connection, user: int, wanted: list[int]) -> dict[int, tuple[int, int, int]]:
    mark = marks_table.c
    query = select(mark.conversation, mark.received, mark.read, mark.read_n).where(
        mark.user_id == user, mark.conversation.in_(wanted)
    )
    return {conversation: (received, read, n) for conversation, received, read, n in connection.execute(query)}


def _unread(
    connection: Connection,
    user: int,
    rows: list[_Row],
    found: dict[int | None, Event],
    standing: dict[int, tuple[int, int, int]],
) -> Counter[int]:
    """@return: the number of unread messages by a conversation's id."""
    intervals = catchup.intervals_in(connection, user, [row.target for row in rows if row.scope == Scope.GROUP])
    spans: list[unread.Span] = []
    for row in rows:
        _, read, read_n = standing.get(row.id, (0, 0, 0))
        if row.scope == Scope.GROUP and len(intervals[row.target]) > 1:
            # A user who left and came back may have unread messages from before.
            spans += unread.spans(connection, row.id, intervals[row.target], read, read_n)
            continue
        if row.last is None or found[row.last].sender == user:
            continue
        # Joining is an event of the group's conversation: its n is the number of messages before it.
        low, low_n = (row.since, found[row.since].n) if row.scope == Scope.GROUP else (0, 0)
        if read > low:
            low, low_n = read, read_n
        span = unread.Span(row.id, low, low_n, row.last, found[row.last].n)
        if span.high_n > span.low_n:
            spans.append(unread.since_account(connection, user, span) if row.scope == Scope.EVERYONE else span)
    counts: Counter[int] = Counter()
    for span, messages in zip(spans, unread.count(connection, user, spans), strict=True):
        counts[span.conversation] += messages
    return counts


def _mine() -> CTE:
    """@return: a user's conversations: id, scope, target, and the first position that the user may see."""
    user = bindparam("user", type_=BigInteger)
    scope, first, second = conversations.c.scope, conversations.c.first, conversations.c.second
    always = literal(0, BigInteger).label("since")
    smaller = select(conversations.c.id, scope, second.label("target"), always).where(
        scope == Scope.USER, first == user
    )
    # The sum is explained in L{catchup}.
    larger = select(conversations.c.id, scope, first, always).where(
        scope + 0 == Scope.USER, second == user, first != user
    )
    inside = (
        select(conversations.c.id, scope, first, members.c.since)
        .join_from(members, groups, groups.c.id == members.c.group_id)
        .join(conversations, and_(scope == Scope.GROUP, first == members.c.group_id, second == 0))
        .where(members.c.user_id == user, members.c.until.is_(None), groups.c.deleted_at.is_(None))
    )
    announced = select(conversations.c.id, scope, first, always).where(scope == Scope.EVERYONE)
    everyone = literal(int(Scope.EVERYONE), SmallInteger)
    # The announcements are listed even before the first one.
    none = select(literal(0, BigInteger), everyone, literal(0, BigInteger), always).where(
        ~exists().where(conversations.c.scope == Scope.EVERYONE)
    )
    return union_all(smaller, larger, inside, announced, none).cte("mine")


def _overview() -> Select[Any]:
    mine = _mine()

    def last_in(index: Table) -> Select[int]:
        # An entry's sender tells whether it is a message; entries of an earlier version have none, so the log decides.
        in_log = exists().where(events.c.position == index.c.position, is_of(MESSAGES))
        found = (
            select(index.c.position)
            .where(index.c.conversation == mine.c.id, index.c.position >= mine.c.since)
            .where(or_(index.c.sender > 0, and_(index.c.sender.is_(None), in_log)))
            .order_by(index.c.position.desc())
            .limit(1)
            .correlate(mine)
        )
        return select(found.subquery())

    # The last indexed message of each conversation: it is the last entry, or close to it.
    both = union_all(last_in(places_table), last_in(recent_places)).subquery()
    indexed = select(func.max(both.c.position)).correlate(mine).scalar_subquery()
    done = bindparam("done", type_=BigInteger)
    tail = (
        select(events.c.conversation, func.max(events.c.position).label("position"))
        .where(
            events.c.position > done,
            events.c.position <= done + by_conversation.FAR,
            is_of(MESSAGES),
        )
        .group_by(events.c.conversation)
        .cte("tail")
    )
    setting = conversation_settings
    last = case((tail.c.position >= mine.c.since, tail.c.position), else_=indexed)
    listed = (
        select(
            mine.c.id,
            mine.c.scope,
            mine.c.target,
            mine.c.since,
            last.label("last"),
            func.coalesce(setting.c.pinned, False).label("pinned"),
            func.coalesce(setting.c.muted, False).label("muted"),
            func.coalesce(setting.c.archived, 0).label("archived"),
            func.coalesce(setting.c.hidden, 0).label("hidden"),
            func.coalesce(setting.c.mentions_only, False).label("mentions_only"),
            func.coalesce(setting.c.muted_until, 0).label("muted_until"),
            func.coalesce(setting.c.unread_from, 0).label("unread_from"),
            func.coalesce(setting.c.unread_at, 0).label("unread_at"),
        )
        .select_from(mine)
        .outerjoin(tail, tail.c.conversation == mine.c.id)
        .outerjoin(
            setting,
            and_(
                setting.c.user_id == bindparam("user", type_=BigInteger),
                setting.c.scope == mine.c.scope,
                setting.c.target == mine.c.target,
            ),
        )
        .cte("listed")
        # Otherwise PostgreSQL runs the look-up of the last message once for each use of the column.
        .prefix_with("MATERIALIZED")
    )
    activity = func.coalesce(listed.c.last, listed.c.since)
    newest = func.coalesce(listed.c.last, 0)
    quiet = or_(listed.c.muted, listed.c.muted_until > bindparam("now", type_=BigInteger))
    in_archive = and_(listed.c.archived > 0, or_(newest <= listed.c.archived, quiet))
    pinned = case((listed.c.pinned, 1), else_=0)
    behind_pinned = case((bindparam("behind_pinned", type_=Boolean), 1), else_=0)
    behind_activity, behind_id = (bindparam(name, type_=BigInteger) for name in ("behind_activity", "behind_id"))
    return (
        select(
            listed.c.id,
            listed.c.scope,
            listed.c.target,
            listed.c.since,
            listed.c.last,
            activity,
            listed.c.pinned,
            listed.c.muted,
            listed.c.archived,
            listed.c.hidden,
            listed.c.mentions_only,
            listed.c.muted_until,
            listed.c.unread_from,
            listed.c.unread_at,
        )
        .where(or_(listed.c.scope != int(Scope.USER), listed.c.last.is_not(None)))
        .where(or_(listed.c.hidden == 0, newest > listed.c.hidden))
        .where(case((in_archive, 1), else_=0) == case((bindparam("archived", type_=Boolean), 1), else_=0))
        .where(
            or_(
                bindparam("from_start", type_=Boolean),
                pinned < behind_pinned,
                and_(pinned == behind_pinned, activity < behind_activity),
                and_(pinned == behind_pinned, activity == behind_activity, listed.c.id < behind_id),
            )
        )
        .order_by(pinned.desc(), activity.desc(), listed.c.id.desc())
        .limit(bindparam("wanted", type_=BigInteger))
    )


_OVERVIEW = _overview()
