"""
Which files there are, which messages use them, and who may see them: functions of a connection, for
L{hichat.storage.store.Store}.

A message of v2 is entered as a use in its own transaction, and refused if the file is not the sender's to use: see
L{use}. Messages of v1 are entered later (L{hichat.log.follower}): the log is searched in steps, up to the position in
C{media_head}, and up to its end before anything is removed. So neither costs a message that names no file anything,
and no file goes while a message that names it is on its way: both hold the store's write lock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from hichat.core.errors import NoSuchMedia, QuotaExceeded
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.media.addresses import OPEN_PREFIX
from hichat.storage.tables import events, groups, media, media_head, media_uses, members, users

T = TypeVar("T")

DAY = 24 * 3600 * 1000
"""Milliseconds that a file may wait for a message that uses it."""

AT_ONCE = 0
"""C{unused_since} of a file to remove at once: the last message that used it was recalled."""

FOLLOWED = 20_000
"""Events that are searched in one transaction."""

NAMED = 10
"""Files that one message uses, at most."""

BATCH = 1000
"""Rows that are asked for at once."""

REMOVED = 500
"""Files that are removed in one transaction, at most."""

BLOCK = 4096
"""Bytes: what the smallest file takes on a disk, and of a quota."""


class Media(msgspec.Struct, frozen=True):
    """
    An uploaded file; see the columns of C{media}.

    @ivar seconds: how long a sound or a film that has just come lasts; 0: that is not known. Messages keep it.
    """

    id: str
    owner_id: int
    kind: str
    type: str
    name: str
    size: int
    width: int | None
    height: int | None
    room: int
    created_at: int
    seconds: float = 0.0


_COLUMNS = [media.c[name] for name in Media.__struct_fields__ if name in media.c]


def room_of(*sizes: int) -> int:
    """@return: what files of so many bytes take of a quota."""
    return sum(max(1, -(-size // BLOCK)) * BLOCK for size in sizes)


def room_used(connection: Connection, user_id: int) -> int:
    """@return: what all files of a user take."""
    return int(connection.scalar(select(func.sum(media.c.room)).where(media.c.owner_id == user_id)) or 0)


def add(connection: Connection, found: Media, quota: int) -> None:
    """
    Enter a file, which no message uses yet.

    @raise QuotaExceeded: the owner has no room for it.
    """
    if room_used(connection, found.owner_id) + found.room > quota:
        raise QuotaExceeded
    values = {column.name: getattr(found, column.name) for column in _COLUMNS} | {"unused_since": found.created_at}
    connection.execute(insert(media).values(values))


def find(connection: Connection, id: str) -> Media | None:
    """@return: a file, whoever may see it."""
    row = connection.execute(select(*_COLUMNS).where(media.c.id == id)).first()
    return Media(*row) if row else None


def known(connection: Connection, ids: Collection[str]) -> set[str]:
    """@return: those of these that there are."""
    return set(connection.scalars(select(media.c.id).where(media.c.id.in_(ids))))


def visible(connection: Connection, user_id: int, ids: Collection[str]) -> dict[str, Media]:
    """
    @param ids: a few hundred at most.
    @return: by id, the files that a user may see: own ones, and those of messages that the user may read.
    """
    query = select(*_COLUMNS).where(media.c.id.in_(ids), or_(media.c.owner_id == user_id, _is_read_by(user_id)))
    return {row.id: Media(*row) for row in connection.execute(query)}


def _is_read_by(user_id: int) -> ColumnElement[bool]:
    """A message that uses the file is one that this user may read: as in L{hichat.conversations.history}."""
    member = exists().where(
        members.c.group_id == events.c.target,
        members.c.user_id == user_id,
        members.c.since <= events.c.position,
        or_(members.c.until.is_(None), members.c.until >= events.c.position),
    )
    return exists().where(
        media_uses.c.media_id == media.c.id,
        events.c.position == media_uses.c.position,
        func.length(events.c.body) > 0,
        or_(
            events.c.scope == Scope.EVERYONE,
            and_(events.c.scope == Scope.USER, or_(events.c.sender == user_id, events.c.target == user_id)),
            and_(events.c.scope == Scope.GROUP, member),
        ),
    )


def use(connection: Connection, user_id: int, id: str, position: int) -> None:
    """
    A message names a file. In the message's own transaction.

    @param position: the message's.
    @raise NoSuchMedia: there is none that this user may see, or not any more.
    """
    if not visible(connection, user_id, [id]):
        raise NoSuchMedia
    _enter(connection, {(id, position)})


def _enter(connection: Connection, uses: Collection[tuple[str, int]]) -> None:
    connection.execute(insert(media_uses), [{"media_id": id, "position": position} for id, position in uses])
    ids = {id for id, _ in uses}
    connection.execute(update(media).where(media.c.id.in_(ids)).values(unused_since=None))


# What is done now and then


class Found(msgspec.Struct):
    """
    What the log says about files, up to a position.

    @ivar head: where the log ended.
    @ivar uses: ids of files, which may be nobody's, and positions of messages that name them.
    @ivar recalled: positions of messages.
    """

    position: int
    head: int
    uses: set[tuple[str, int]]
    recalled: list[int]


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """@return: the items, so many at a time."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def followed(connection: Connection) -> int:
    """@return: how far the log was searched."""
    return connection.scalar(select(media_head.c.position)) or 0


def search(connection: Connection, low: int, find_ids: Callable[[bytes], Iterable[str]]) -> Found:
    """
    Search the log behind a position, at most L{FOLLOWED} events.

    @param find_ids: gives the ids of the files that a message's body names.
    """
    head = reading.head(connection)
    high = min(low + FOLLOWED, head)
    query = (
        select(events.c.position, events.c.kind, events.c.subject, events.c.body)
        .where(events.c.position > low, events.c.position <= high)
        .where(or_(and_(events.c.kind == Kind.MESSAGE, _names_a_file(connection)), events.c.kind == Kind.RECALLED))
    )
    found = Found(high, head, set(), [])
    for position, kind, subject, body in connection.execute(query):
        if kind == Kind.RECALLED:
            found.recalled.append(subject)
        else:
            found.uses.update((id, position) for id in islice(find_ids(body), NAMED))
    return found


def _names_a_file(connection: Connection) -> ColumnElement[bool]:
    # Without the slashes: in JSON each may have a backslash before it.
    word = bindparam("word", OPEN_PREFIX.strip("/").encode(), LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(word.op("IN", is_comparison=True)(events.c.body)) > 0
    return func.instr(events.c.body, word) > 0


def apply(connection: Connection, low: int, found: Found) -> bool:
    """
    Enter what L{search} has found.

    @param low: from where it was searched.
    @return: False: somebody else has done so already.
    """
    moved = update(media_head).where(media_head.c.position == low).values(position=found.position)
    if connection.execute(moved).rowcount != 1:
        return False
    for uses in batched(sorted(found.uses), BATCH):
        there = known(connection, {id for id, _ in uses})
        entered = set(connection.execute(_ENTERED, {"at": [position for _, position in uses]}).tuples())
        new = {use for use in uses if use[0] in there} - entered
        if new:
            _enter(connection, new)
    for positions in batched(found.recalled, BATCH):
        _forget(connection, positions)
    return True


_ENTERED = select(media_uses.c.media_id, media_uses.c.position).where(
    media_uses.c.position.in_(bindparam("at", expanding=True))
)


def _forget(connection: Connection, positions: Collection[int]) -> None:
    """These messages were recalled: they use nothing any more."""
    at = media_uses.c.position.in_(positions)
    ids = set(connection.scalars(select(media_uses.c.media_id).where(at)))
    if not ids:
        return
    connection.execute(delete(media_uses).where(at))
    used = exists().where(media_uses.c.media_id == media.c.id)
    connection.execute(update(media).where(media.c.id.in_(ids), ~used).values(unused_since=AT_ONCE))


def collect(
    connection: Connection, now: int, settled: int | None, find_ids: Callable[[bytes], Iterable[str]]
) -> list[str]:
    """
    Remove the records of files that nothing uses. In a transaction that holds the write lock.

    @param now: the time in milliseconds since the epoch.
    @param settled: the same, see L{hichat.runtime.clock.Settled}; None: only what need not wait is removed.
    @return: their ids; the files can go.
    """
    low = followed(connection)
    found = search(connection, low, find_ids)
    apply(connection, low, found)
    if found.position < reading.head(connection):
        # There is more of the log to search first.
        return []
    due = AT_ONCE
    if settled is not None:
        due = settled - DAY
        # Entered while the clock was far ahead: or it would be kept until the clock is there.
        far = media.c.unused_since > settled + DAY
        connection.execute(update(media).where(far).values(unused_since=settled))
    waiting = select(media.c.id).where(media.c.unused_since <= due).order_by(media.c.unused_since).limit(REMOVED)
    unused = set(connection.scalars(waiting))
    if not unused:
        return []
    shown = unused & _in_profiles(connection, find_ids)
    if shown:
        # They are looked at again in a day.
        connection.execute(update(media).where(media.c.id.in_(shown)).values(unused_since=now))
    gone = unused - shown
    connection.execute(delete(media).where(media.c.id.in_(gone)))
    return sorted(gone)


def _in_profiles(connection: Connection, find_ids: Callable[[bytes], Iterable[str]]) -> set[str]:
    """@return: the files that are pictures of users and groups."""
    found: set[str] = set()
    for column in (users.c.avatar, groups.c.image):
        for url in connection.scalars(select(column).where(column.contains(OPEN_PREFIX, autoescape=True))):
            found.update(find_ids(url.encode()))
    return found
