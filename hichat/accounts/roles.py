"""The roles of users in the server. What each may do there is in L{hichat.accounts.server_rights}."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, not_

from hichat.storage.tables import users

RoleWord = Literal["guest", "member", "moderator", "administrator", "owner"]
"""A role, as people and programs read it."""


class ServerRole(IntEnum):
    """A role; a greater one has all rights of the lesser ones. The numbers are stored."""

    GUEST = 1
    """Is only where others have invited the user."""
    MEMBER = 2
    MODERATOR = 3
    ADMINISTRATOR = 4
    OWNER = 5

    @property
    def word(self) -> RoleWord:
        """The role in a word."""
        return _WORDS[self]

    @classmethod
    def of(cls, word: str) -> ServerRole:
        """
        @return: the role of a word.
        @raise KeyError: there is none.
        """
        return cls[word.upper()]


_WORDS: dict[ServerRole, RoleWord] = {
    ServerRole.GUEST: "guest",
    ServerRole.MEMBER: "member",
    ServerRole.MODERATOR: "moderator",
    ServerRole.ADMINISTRATOR: "administrator",
    ServerRole.OWNER: "owner",
}

# While a service is upgraded, the command of the version before may still give and take administrators' rights. It
# knows only the column `administrator`, which this version writes too: where the two disagree, that column is newer.
ROLE: ColumnElement[int] = case(
    (and_(users.c.administrator, users.c.role < ServerRole.ADMINISTRATOR), int(ServerRole.ADMINISTRATOR)),
    (and_(not_(users.c.administrator), users.c.role >= ServerRole.ADMINISTRATOR), int(ServerRole.MEMBER)),
    else_=users.c.role,
).label("role")
"""The role of a row of C{users}: queries name this, not the column."""


def ends_sessions(before: ServerRole, after: ServerRole) -> bool:
    """
    @return: whether a user whose role changes is signed out: connections remember whether they are an administrator's,
        and whether they are a guest's.
    """
    administers = ServerRole.ADMINISTRATOR
    return (before >= administers) != (after >= administers) or (before is ServerRole.GUEST) != (
        after is ServerRole.GUEST
    )
