"""Users, as lists for those who run the server name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.roles import RoleWord
from hichat.accounts.users import User

KnownUsers = Mapping[int, User | None]
"""By id: the user, or None if there is none."""


class NamedUser(msgspec.Struct, omit_defaults=True):
    """
    A user in a list of administrators.

    @ivar name: the name to log in with; absent: the account was deleted.
    @ivar displayName: the name that people see.
    @ivar role: the user's role in the server.
    @ivar disabled: the user cannot log in.
    """

    id: int
    name: str | UnsetType = UNSET
    displayName: str | UnsetType = UNSET  # noqa: N815
    role: RoleWord | UnsetType = UNSET
    disabled: bool = False


def know(connection: Connection, ids: Collection[int]) -> KnownUsers:
    """@param ids: a few hundred at most; 0 is nobody."""
    wanted = {id for id in ids if id}
    return users.find_many(connection, wanted) if wanted else {}


def named(id: int, known: KnownUsers) -> NamedUser:
    """@return: a user whom L{know} has looked up."""
    user = known.get(id)
    if user is None:
        return NamedUser(id)
    return NamedUser(id, user.name, user.display_name, user.role.word, user.disabled)


def named_if(id: int, known: KnownUsers) -> NamedUser | UnsetType:
    """@param id: 0: it is nobody."""
    return named(id, known) if id else UNSET
