"""
Holds: the messages of a user or a group are kept, however old they are. Functions of a connection.

A hold of a user keeps all messages of all conversations that the user is or was in, the announcements too:
L{hichat.log.held} finds these.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select, tuple_

from hichat.storage.tables import holds

REASON_LIMIT = 300
"""The most characters of a hold's reason."""


class Hold(NamedTuple):
    """
    A hold.

    @ivar scope: C{Scope.USER} or C{Scope.GROUP}.
    @ivar target: the user's id, or the group's.
    @ivar since: when it was made.
    @ivar made_by: the id of who has made it; 0: somebody by a command.
    """

    scope: int
    target: int
    since: int
    made_by: int
    reason: str


def add(connection: Connection, hold: Hold) -> bool:
    """
    Hold messages from now on. In a transaction that holds the write lock.

    @return: whether it is new; False: there is one, which stays as it is.
    """
    if connection.scalar(_FIND, {"of_scope": hold.scope, "of_target": hold.target}) is not None:
        return False
    connection.execute(insert(holds).values(hold._asdict()))
    return True


def remove(connection: Connection, scope: int, target: int) -> bool:
    """
    End a hold. What is too old goes with the next steps.

    @return: whether there was one.
    """
    return connection.execute(_REMOVE, {"of_scope": scope, "of_target": target}).rowcount > 0


def listed(connection: Connection, behind: tuple[int, int], limit: int) -> list[Hold]:
    """
    @param behind: the scope and the target behind which the page begins.
    @return: holds in the order of these.
    """
    query = select(*(holds.c[name] for name in Hold._fields)).where(tuple_(holds.c.scope, holds.c.target) > behind)
    return [Hold(*row) for row in connection.execute(query.order_by(holds.c.scope, holds.c.target).limit(limit))]


def is_held(connection: Connection, scope: int, target: int) -> bool:
    """@return: whether there is a hold of this user or this group itself."""
    return connection.scalar(_FIND, {"of_scope": scope, "of_target": target}) is not None


_OF_SCOPE = holds.c.scope == bindparam("of_scope", type_=BigInteger)
_OF_TARGET = holds.c.target == bindparam("of_target", type_=BigInteger)
_FIND = select(holds.c.since).where(_OF_SCOPE, _OF_TARGET)
_REMOVE = delete(holds).where(_OF_SCOPE, _OF_TARGET)
