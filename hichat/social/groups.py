"""
Groups and who is in them.

Becoming a member and ceasing to be one are events; the rows here change in the event's transaction. So who was a member
at any position of the log can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import users
from hichat.accounts.fields import description_of, id_of, name_key, name_of, picture_of
from hichat.accounts.users import User
from hichat.errors import (
    AlreadyAMember,
    GroupFull,
    InvalidField,
    NameTaken,
    NoSuchGroup,
    NotAMember,
    Unauthorized,
)
from hichat.events import FIRST_GROUP_ID, Draft, Kind, Scope
from hichat.storage.tables import groups
from hichat.storage.tables import members as members_table
from hichat.storage.tables import users as users_table

if TYPE_CHECKING:
    from hichat.ledger.ledger import Appender
    from hichat.storage.store import Store

SIZE_LIMIT = 2000
"""Members of a group."""

CATEGORY_LIMIT = 2**31 - 1


class Group(msgspec.Struct, frozen=True):
    """
    A group.

    @ivar category: a number that only clients know the meaning of.
    @ivar size: how many members it has.
    @ivar created_at: milliseconds since the epoch; as is C{updated_at}.
    """

    id: int
    name: str
    owner_id: int
    category: int
    image: str
    description: str
    size: int
    created_at: int
    updated_at: int


_COLUMNS = [groups.c[name] for name in Group.__struct_fields__]
_LIVE = groups.c.deleted_at.is_(None)
_CURRENT = members_table.c.until.is_(None)


class Groups:
    """
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, ledger: Appender, now: Callable[[], int]) -> None:
        self._store = store
        self._ledger = ledger
        self._now = now

    async def joined(self, user: User) -> list[Group]:
        """@return: the groups that the user is a member of, in order of id."""
        return await self._store.read(joined, user.id)

    async def create(self, user: User, name: str, category: int = 0, image: str = "", description: str = "") -> Group:
        """
        Make a group with one member: its owner, the user.

        @raise InvalidField: the name, C{icon} (the image), C{desc} or C{cate}.
        @raise NameTaken: in some case.
        @raise Busy: or another L{Refused} of the ledger.
        """
        name, image, description = name_of(name), picture_of(image), description_of(description)
        if not 0 <= category <= CATEGORY_LIMIT:
            raise InvalidField("cate")

        def change(connection: Connection, draft: Draft, position: int) -> Group:
            values = {"category": category, "image": image, "description": description}
            draft.target = _insert(connection, user.id, name, values, self._now())
            return add_member(connection, draft, position, self._now())

        return await self._append(Kind.JOINED, user.id, 0, change)

    async def join(self, user: User, target: str) -> Group:
        """
        Become a member.

        @param target: the group's name; failing that, if it is a number, its id.
        @raise NoSuchGroup: there is no such group.
        @raise AlreadyAMember: the user is one.
        @raise GroupFull: it has L{SIZE_LIMIT} members.
        @raise Busy: or another L{Refused} of the ledger.
        """
        # The writer's thread finds it again: this only fails early, and tells the ledger the id.
        group = await self._store.read(find_by_text, target)
        if group is None:
            raise NoSuchGroup

        def change(connection: Connection, draft: Draft, position: int) -> Group:
            return add_member(connection, draft, position, self._now())

        return await self._append(Kind.JOINED, user.id, group.id, change)

    async def leave(self, user_id: int, group_id: int) -> Group:
        """
        Cease to be a member.

        @raise NoSuchGroup: there is no such group.
        @raise NotAMember: the user is none.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection, draft: Draft, position: int) -> Group:
            return end_membership(connection, draft, position, self._now())

        return await self._append(Kind.LEFT, user_id, group_id, change)

    async def _append(
        self, kind: Kind, user_id: int, group_id: int, change: Callable[[Connection, Draft, int], Group]
    ) -> Group:
        changed: list[Group] = []

        def changing(connection: Connection, draft: Draft, position: int) -> None:
            # The ledger may try a batch again: the last time is the one that counts.
            changed[:] = [change(connection, draft, position)]

        await self._ledger.append(
            kind=kind, scope=Scope.GROUP, sender=user_id, target=group_id, subject=user_id, change=changing
        )
        return changed[0]


def find(connection: Connection, group_id: int) -> Group | None:
    """@return: the group, or None if there is none."""
    return _find(connection, groups.c.id == group_id)


def find_by_name(connection: Connection, name: str) -> Group | None:
    """@return: the group of that name in any case, or None if there is none."""
    return _find(connection, groups.c.name_key == name_key(name))


def find_by_text(connection: Connection, text: str) -> Group | None:
    """@return: the group of that name; failing that, if the text is a number, of that id; failing that, None."""
    named = find_by_name(connection, text)
    if named is not None:
        return named
    try:
        return find(connection, id_of(text.strip(), "comId"))
    except InvalidField:
        return None


def joined(connection: Connection, user_id: int) -> list[Group]:
    """@return: the groups that the user is a member of, in order of id."""
    query = (
        select(*_COLUMNS)
        .join(members_table, members_table.c.group_id == groups.c.id)
        .where(members_table.c.user_id == user_id, _CURRENT, _LIVE)
        .order_by(groups.c.id)
    )
    return [Group(*row) for row in connection.execute(query)]


def members(connection: Connection, group_id: int) -> set[int]:
    """@return: the ids of the users who are members now."""
    query = (
        select(members_table.c.user_id)
        .join(users_table, users_table.c.id == members_table.c.user_id)
        .where(members_table.c.group_id == group_id, _CURRENT, users_table.c.deleted_at.is_(None))
    )
    return set(connection.scalars(query))


def memberships(
    connection: Connection, asked: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """
    @param asked: users, each with a position of the log; at most a few hundred.
    @return: for each the groups that the user was a member of when the event at that position had happened: the id of
        each and its size now.
    """
    wanted: dict[int, list[int]] = {}
    for user_id, position in asked:
        wanted.setdefault(user_id, []).append(position)
    member = members_table.c
    query = (
        select(member.user_id, groups.c.id, groups.c.size, member.since, member.until)
        .join(members_table, member.group_id == groups.c.id)
        .where(member.user_id.in_(wanted), or_(_CURRENT, member.until > min(p for _, p in asked)), _LIVE)
        .order_by(groups.c.id)
    )
    found: dict[tuple[int, int], list[tuple[int, int]]] = {each: [] for each in asked}
    for user_id, group_id, size, since, until in connection.execute(query):
        for position in wanted[user_id]:
            if since <= position and (until is None or until > position):
                found[user_id, position].append((group_id, size))
    return found


def leave_all(connection: Connection, user_id: int, position: int, now: int) -> None:
    """A user is deleted at C{position}: a member of no group any more."""
    where = (members_table.c.user_id == user_id, _CURRENT)
    of_user = select(members_table.c.group_id).where(*where)
    connection.execute(update(groups).where(groups.c.id.in_(of_user)).values(size=groups.c.size - 1, updated_at=now))
    connection.execute(update(members_table).where(*where).values(until=position))


def _find(connection: Connection, condition: ColumnElement[bool]) -> Group | None:
    row = connection.execute(select(*_COLUMNS).where(condition, _LIVE)).first()
    return Group(*row) if row else None


def _get(connection: Connection, group_id: int) -> Group:
    group = find(connection, group_id)
    if group is None:
        raise NoSuchGroup
    return group


def _insert(connection: Connection, owner_id: int, name: str, values: Mapping[str, object], now: int) -> int:
    if users.find(connection, owner_id) is None:
        raise Unauthorized
    if find_by_name(connection, name) is not None:
        raise NameTaken
    last = connection.scalar(select(func.max(groups.c.id)))
    group_id = max(last or 0, FIRST_GROUP_ID - 1) + 1
    row = {"id": group_id, "name": name, "name_key": name_key(name), "owner_id": owner_id}
    try:
        connection.execute(groups.insert().values(**values, **row, created_at=now, updated_at=now))
    except IntegrityError as e:
        raise NameTaken from e
    return group_id


def _is_member(connection: Connection, group_id: int, user_id: int) -> bool:
    query = select(members_table.c.since).where(
        members_table.c.group_id == group_id, members_table.c.user_id == user_id, _CURRENT
    )
    return connection.execute(query).first() is not None


def add_member(connection: Connection, draft: Draft, position: int, now: int) -> Group:
    group = _get(connection, draft.target)
    if users.find(connection, draft.subject) is None:
        raise Unauthorized
    if _is_member(connection, group.id, draft.subject):
        raise AlreadyAMember
    if group.size >= SIZE_LIMIT:
        raise GroupFull
    connection.execute(members_table.insert().values(group_id=group.id, user_id=draft.subject, since=position))
    return _set_size(connection, draft, group.size + 1, now)


def end_membership(connection: Connection, draft: Draft, position: int, now: int) -> Group:
    group = _get(connection, draft.target)
    ended = connection.execute(
        update(members_table)
        .where(members_table.c.group_id == group.id, members_table.c.user_id == draft.subject, _CURRENT)
        .values(until=position)
    )
    if ended.rowcount == 0:
        raise NotAMember
    return _set_size(connection, draft, group.size - 1, now)


def _set_size(connection: Connection, draft: Draft, size: int, now: int) -> Group:
    connection.execute(update(groups).where(groups.c.id == draft.target).values(size=size, updated_at=now))
    draft.body = b"%d" % size
    return _get(connection, draft.target)
