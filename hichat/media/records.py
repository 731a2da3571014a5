"""
The records of files, of the messages that use them, and of the users who may see them: functions of a connection, for
L{hichat.storage.store.Store}.

The use of a file by a message of v2 is entered in the message's own transaction; the message is refused if the sender
may not see the file: see L{use}. Uses by messages of v1 are entered later (L{hichat.log.follower}), by searching the
log in steps. C{media_head} has the position up to which it was searched. So messages without files cost nothing. Before
any file is removed, the log is searched to its end, in the transaction that removes it and holds the store's write
lock: so no file is removed while a message that names it is being written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from hichat.accounts import erasures
from hichat.core.errors import NoSuchMedia, QuotaExceeded
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.log.held import held
from hichat.media.addresses import OPEN_PREFIX
from hichat.storage.tables import IN_A_GROUP, events, groups, media, media_head, media_uses, members, users

T = TypeVar("T")

DAY = 24 * 3600 * 1000
"""Milliseconds after which a file that no message uses is removed."""

REMOVE_NOW = 0
"""C{unused_since} of a file to remove at once: the last message that used it was recalled."""

FOLLOWED = 20_000
"""The most events that are searched in one transaction."""

NAMED = 11
"""The most names of files that are looked for in one message: it has at most 10, and names the first one twice."""

BATCH = 1000
"""The most rows in one query."""

REMOVED = 500
"""The most files that are removed in one transaction."""

DISK_BLOCK = 4096
"""Bytes that the smallest file takes on a disk, and of a quota; larger ones take multiples of it."""


class StoredFile(msgspec.Struct, frozen=True):
    """
    An uploaded file; see the columns of C{media}.

    @ivar width: pixels of a picture; of a PDF, those of the thumbnail, which is its first page. So is C{height}.
    @ivar seconds: the duration of a sound or a film that was uploaded just now; 0: it is not known. The table does not
        have it: messages do.
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
    preview: bytes | None = None
    seconds: float = 0.0

    @property
    def has_thumbnail(self) -> bool:
        """Whether there is a thumbnail: of each picture, and of a PDF whose first page was drawn."""
        return self.kind == "picture" or self.width is not None


_COLUMNS = [media.c[name] for name in StoredFile.__struct_fields__ if name in media.c]


def room_of(*sizes: int) -> int:
    """@return: the bytes that files of these sizes take of a quota."""
    return sum(max(1, -(-size // DISK_BLOCK)) * DISK_BLOCK for size in sizes)


def room_used(connection: Connection, user_id: int) -> int:
    """@return: the bytes that a user's files take of the quota."""
    return int(connection.scalar(select(func.sum(media.c.room)).where(media.c.owner_id == user_id)) or 0)


def count_of_user(connection: Connection, user_id: int) -> int:
    """@return: the number of a user's files."""
    return int(connection.scalar(select(func.count()).where(media.c.owner_id == user_id)) or 0)


def totals_of_group(connection: Connection, group_id: int) -> tuple[int, int]:
    """@return: the number of the files that messages of a group use, and the room that they take of quotas."""
    used = select(media_uses.c.media_id).where(media_uses.c.group_id == group_id, IN_A_GROUP)
    count, room = connection.execute(select(func.count(), func.sum(media.c.room)).where(media.c.id.in_(used))).one()
    return int(count), int(room or 0)


def totals(connection: Connection) -> tuple[int, int]:
    """@return: the number of all files, and the room that they take of the quotas of their owners."""
    count, room = connection.execute(select(func.count(), func.sum(media.c.room))).one()
    return int(count), int(room or 0)


def add(connection: Connection, found: StoredFile, quota: int) -> None:
    """
    Enter the record of a file, which no message uses yet.

    @raise QuotaExceeded: the owner's quota has no room for it.
    """
    if room_used(connection, found.owner_id) + found.room > quota:
        raise QuotaExceeded
    values = {column.name: getattr(found, column.name) for column in _COLUMNS} | {"unused_since": found.created_at}
    connection.execute(insert(media).values(values))


def find(connection: Connection, id: str) -> StoredFile | None:
    """@return: a file's record; the caller checks whether the user may see the file."""
    row = connection.execute(select(*_COLUMNS).where(media.c.id == id)).first()
    return StoredFile(*row) if row else None


def listed(connection: Connection, after: str, limit: int) -> list[StoredFile]:
    """@return: at most C{limit} records with an id behind C{after}, in the order of ids that the database has."""
    query = select(*_COLUMNS).where(media.c.id > after).order_by(media.c.id).limit(limit)
    return [StoredFile(*row) for row in connection.execute(query)]


def known(connection: Connection, ids: Collection[str]) -> set[str]:
    """@return: those of these ids that have a record."""
    return set(connection.scalars(select(media.c.id).where(media.c.id.in_(ids))))


def visible(
    connection: Connection, user_id: int, ids: Collection[str], within: Collection[tuple[int, int]] | None = None
) -> dict[str, StoredFile]:
    """
    @param ids: the ids of a few hundred files at most.
    @param within: only files in messages of these conversations, as the user sees them, and the user's own: pairs of a
        scope and the other user's or the group's id; None: of all.
    @return: by id, the records of those files that the user may see: own files, and those in messages that the user may
        read.
    """
    is_read = _is_read_by(user_id, true() if within is None else _is_in(within))
    query = select(*_COLUMNS).where(media.c.id.in_(ids), or_(media.c.owner_id == user_id, is_read))
    return {row.id: StoredFile(*row) for row in connection.execute(query)}


def _is_in(places: Collection[tuple[int, int]]) -> ColumnElement[bool]:
    """@return: the condition that an event, which the user may read, is in one of these conversations."""
    people = [target for scope, target in places if scope == Scope.USER]
    groups = [target for scope, target in places if scope == Scope.GROUP]
    return or_(
        and_(events.c.scope == Scope.USER, or_(events.c.sender.in_(people), events.c.target.in_(people))),
        and_(events.c.scope == Scope.GROUP, events.c.target.in_(groups)),
        and_(events.c.scope == Scope.EVERYONE, literal((Scope.EVERYONE, 0) in places)),
    )


def _is_read_by(user_id: int, further: ColumnElement[bool]) -> ColumnElement[bool]:
    """
    @param further: a condition that the message has to meet, too.
    @return: the condition that the user may read a message that uses the file; the rule is that of
        L{hichat.conversations.history}.
    """
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
        further,
        or_(
            events.c.scope == Scope.EVERYONE,
            and_(events.c.scope == Scope.USER, or_(events.c.sender == user_id, events.c.target == user_id)),
            and_(events.c.scope == Scope.GROUP, member),
        ),
    )


def use(connection: Connection, user_id: int, ids: Collection[str], position: int, group: int = 0) -> None:
    """
    Enter the use of files by a message, in the message's own transaction.

    @param user_id: the sender.
    @param ids: the ids of a few files; one may be named twice.
    @param position: the message's position.
    @param group: the group in which the message is; 0: it is in none.
    @raise NoSuchMedia: there is no such file, or the sender may not see it.
    """
    wanted = set(ids)
    if len(visible(connection, user_id, wanted)) < len(wanted):
        raise NoSuchMedia
    _enter(connection, {(id, position) for id in wanted}, {position: group})


def _enter(connection: Connection, uses: Collection[tuple[str, int]], groups_of: Mapping[int, int]) -> None:
    """@param groups_of: by position: the group in which the message is; without the others."""
    rows = [{"media_id": id, "position": position, "group_id": groups_of.get(position, 0)} for id, position in uses]
    connection.execute(insert(media_uses), rows)
    ids = {id for id, _ in uses}
    connection.execute(update(media).where(media.c.id.in_(ids)).values(unused_since=None))


# Following the log, and removing unused files


class LoggedUses(msgspec.Struct):
    """
    The uses of files in a part of the log.

    @ivar position: the last position that was searched.
    @ivar head: the last position of the log.
    @ivar uses: ids of files, which may not exist, with positions of messages that name them.
    @ivar recalled: positions of messages that were recalled.
    @ivar groups: by position, the group in which a message is that names files; without the others.
    """

    position: int
    head: int
    uses: set[tuple[str, int]]
    recalled: list[int]
    groups: dict[int, int] = {}


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """@return: the items in batches of at most C{size}."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def followed(connection: Connection) -> int:
    """@return: the position up to which the log was searched."""
    return connection.scalar(select(media_head.c.position)) or 0


def search(connection: Connection, low: int, find_ids: Callable[[bytes], Iterable[str]]) -> LoggedUses:
    """
    Search the log behind a position, at most L{FOLLOWED} events.

    @param find_ids: gives the ids of the files that a message's body names.
    """
    head = reading.head(connection)
    high = min(low + FOLLOWED, head)
    query = (
        select(events.c.position, events.c.kind, events.c.scope, events.c.target, events.c.subject, events.c.body)
        .where(events.c.position > low, events.c.position <= high)
        .where(or_(and_(events.c.kind == Kind.MESSAGE, _names_a_file(connection)), events.c.kind == Kind.RECALLED))
    )
    found = LoggedUses(high, head, set(), [])
    for position, kind, scope, target, subject, body in connection.execute(query):
        if kind == Kind.RECALLED:
            found.recalled.append(subject)
            continue
        found.uses.update((id, position) for id in islice(find_ids(body), NAMED))
        if scope == Scope.GROUP:
            found.groups[position] = target
    return found


def _names_a_file(connection: Connection) -> ColumnElement[bool]:
    # Without the slashes, because JSON may have a backslash before each.
    word = bindparam("word", OPEN_PREFIX.strip("/").encode(), LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(word.op("IN", is_comparison=True)(events.c.body)) > 0
    return func.instr(events.c.body, word) > 0


def apply(connection: Connection, low: int, found: LoggedUses) -> bool:
    """
    Enter the uses that L{search} has found.

    @param low: the position behind which the log was searched.
    @return: whether they were entered; False: another process has done so already.
    """
    moved = update(media_head).where(media_head.c.position == low).values(position=found.position)
    if connection.execute(moved).rowcount != 1:
        return False
    for uses in batched(sorted(found.uses), BATCH):
        there = known(connection, {id for id, _ in uses})
        rows = connection.execute(_ENTERED, {"at": [position for _, position in uses]})
        entered = {(id, position) for id, position in rows}
        new = {use for use in uses if use[0] in there} - entered
        if new:
            _enter(connection, new, found.groups)
    for positions in batched(found.recalled, BATCH):
        forget(connection, positions)
    return True


_ENTERED = select(media_uses.c.media_id, media_uses.c.position).where(
    media_uses.c.position.in_(bindparam("at", expanding=True))
)


def forget(connection: Connection, positions: Collection[int]) -> None:
    """
    Remove the uses by messages that were blanked. Files without any further use can be removed at once.

    @param positions: those of at most L{BATCH} messages.
    """
    at = media_uses.c.position.in_(positions)
    ids = set(connection.scalars(select(media_uses.c.media_id).where(at)))
    if not ids:
        return
    connection.execute(delete(media_uses).where(at))
    used = exists().where(media_uses.c.media_id == media.c.id)
    connection.execute(update(media).where(media.c.id.in_(ids), ~used).values(unused_since=REMOVE_NOW))


def collect(
    connection: Connection, now: int, settled: int | None, find_ids: Callable[[bytes], Iterable[str]]
) -> list[str]:
    """
    Remove the records of unused files, in a transaction that holds the write lock.

    @param now: the time in milliseconds since the epoch.
    @param settled: the time by L{hichat.runtime.clock.Settled}; None: remove only those files that need not wait.
    @return: the ids of the files; the caller removes them after the commit.
    """
    low = followed(connection)
    found = search(connection, low, find_ids)
    apply(connection, low, found)
    if found.position < reading.head(connection):
        # The rest of the log has to be searched first.
        return []
    due = REMOVE_NOW
    if settled is not None:
        due = settled - DAY
        # A file entered while the clock was far ahead would be kept until that time.
        far = media.c.unused_since > settled + DAY
        connection.execute(update(media).where(far).values(unused_since=settled))
    given_up = _of_the_gone(connection, find_ids)
    if given_up:
        connection.execute(delete(media_uses).where(media_uses.c.media_id.in_(given_up)))
        connection.execute(delete(media).where(media.c.id.in_(given_up)))
        return given_up
    waiting = select(media.c.id).where(media.c.unused_since <= due).order_by(media.c.unused_since).limit(REMOVED)
    unused = set(connection.scalars(waiting))
    if not unused:
        return []
    shown = unused & _in_profiles(connection, find_ids)
    if shown:
        # Files in profiles are checked again in a day.
        connection.execute(update(media).where(media.c.id.in_(shown)).values(unused_since=now))
    gone = unused - shown
    connection.execute(delete(media).where(media.c.id.in_(gone)))
    return sorted(gone)


def hide(connection: Connection, owner: int) -> bool:
    """
    An account was deleted: nobody sees the person's files in messages any more, but for those in conversations that are
    held. L{collect} removes them later.

    @return: whether there may be more.
    """
    row = media_uses.c
    uses = select(row.media_id, row.position).where(row.media_id.in_(_owned_by(owner)))
    kept = _held_of(connection, owner)
    if kept:
        uses = uses.join(events, events.c.position == row.position).where(events.c.conversation.not_in(kept))
    some = connection.execute(uses.limit(REMOVED)).all()
    for id, position in some:
        connection.execute(delete(media_uses).where(row.media_id == id, row.position == position))
    # The picture of a group stays; it is looked at again each day, until the group has another one.
    used = exists().where(media_uses.c.media_id == media.c.id)
    ids = {id for id, _ in some}
    connection.execute(update(media).where(media.c.id.in_(ids), ~used).values(unused_since=REMOVE_NOW))
    return len(some) == REMOVED


def _of_the_gone(connection: Connection, find_ids: Callable[[bytes], Iterable[str]]) -> list[str]:
    """
    @return: files of people whose accounts were deleted, but for those that are the pictures of groups or of others, or
        that messages of conversations use which are held; at most L{REMOVED}.
    """
    people = erasures.with_files(connection)
    shown = _in_profiles(connection, find_ids) if people else set()
    for person in people:
        own = connection.scalars(_owned_by(person).order_by(media.c.id)).all()
        kept = _used_in(connection, person, _held_of(connection, person))
        found = [id for id in own if id not in shown and id not in kept][:REMOVED]
        if found:
            return found
        if not kept:
            erasures.files_are_gone(connection, person)
    return []


def _owned_by(owner: int) -> Select[Any]:
    return select(media.c.id).where(media.c.owner_id == owner)


def _held_of(connection: Connection, owner: int) -> set[int]:
    """@return: conversations that are held, and in which a message uses a file of a user."""
    row = media_uses.c
    used = select(events.c.conversation).distinct().join(media_uses, events.c.position == row.position)
    return held(connection, connection.scalars(used.where(row.media_id.in_(_owned_by(owner)))).all())


def _used_in(connection: Connection, owner: int, places: Collection[int]) -> set[str]:
    """@return: the files of a user that messages of these conversations use."""
    if not places:
        return set()
    row = media_uses.c
    used = select(row.media_id).join(events, events.c.position == row.position)
    return set(connection.scalars(used.where(row.media_id.in_(_owned_by(owner)), events.c.conversation.in_(places))))


def _in_profiles(connection: Connection, find_ids: Callable[[bytes], Iterable[str]]) -> set[str]:
    """@return: the ids of the files that are the pictures of users and groups."""
    found: set[str] = set()
    for column in (users.c.avatar, groups.c.image):
        for url in connection.scalars(select(column).where(column.contains(OPEN_PREFIX, autoescape=True))):
            found.update(find_ids(url.encode()))
    return found
