"""Contacts: who is whose friend. Both are, at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, or_, select

from hichat.accounts import users
from hichat.accounts.fields import id_of
from hichat.accounts.users import User
from hichat.errors import AddedOneself, AlreadyFriends, InvalidField, NoSuchUser, Unauthorized
from hichat.storage.tables import contacts
from hichat.storage.tables import users as users_table

if TYPE_CHECKING:
    from hichat.storage.store import Store


class Contacts:
    """
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now

    async def friends(self, user: User) -> list[User]:
        """@return: the user's friends, the oldest friendship first."""
        return await self._store.read(friends, user.id)

    async def add(self, user: User, target: str) -> User:
        """
        Make two users friends.

        @param target: the other's name; failing that, if it is a number, the other's id.
        @return: the other.
        @raise AddedOneself: the other is the user.
        @raise NoSuchUser: there is no such user.
        @raise AlreadyFriends: they are.
        """
        return await self._store.write(add, user.id, target, self._now())


def friends(connection: Connection, user_id: int) -> list[User]:
    """@return: the user's friends, the oldest friendship first."""
    columns = [users_table.c[name] for name in User.__struct_fields__]
    query = (
        select(*columns)
        .join(contacts, contacts.c.friend_id == users_table.c.id)
        .where(contacts.c.owner_id == user_id, users_table.c.deleted_at.is_(None))
        .order_by(contacts.c.created_at, users_table.c.id)
    )
    return [User(*row) for row in connection.execute(query)]


def add(connection: Connection, user_id: int, target: str, now: int) -> User:
    """
    Make two users friends. For the parameters and errors see L{Contacts.add}.

    @raise Unauthorized: the user is gone.
    """
    if users.find(connection, user_id) is None:
        raise Unauthorized
    other = _find(connection, target)
    if other is None:
        raise NoSuchUser
    if other.id == user_id:
        raise AddedOneself
    if _are_friends(connection, user_id, other.id):
        raise AlreadyFriends
    pairs = ((user_id, other.id), (other.id, user_id))
    connection.execute(
        contacts.insert(), [{"owner_id": owner, "friend_id": friend, "created_at": now} for owner, friend in pairs]
    )
    return other


def forget(connection: Connection, user_id: int) -> None:
    """The user is nobody's friend any more."""
    connection.execute(contacts.delete().where(or_(contacts.c.owner_id == user_id, contacts.c.friend_id == user_id)))


def _find(connection: Connection, target: str) -> User | None:
    named = users.find_by_name(connection, target)
    if named is not None:
        return named
    try:
        return users.find(connection, id_of(target.strip(), "targetName"))
    except InvalidField:
        return None


def _are_friends(connection: Connection, user_id: int, other_id: int) -> bool:
    query = select(contacts.c.owner_id).where(contacts.c.owner_id == user_id, contacts.c.friend_id == other_id)
    return connection.execute(query).first() is not None
