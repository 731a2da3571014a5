"""
Holds: the messages of a user or a group are kept, however old they are. Functions of a connection.

A hold of a user keeps all messages of all conversations that the user is or was in, the announcements too.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select, text, tuple_

from hichat.core.events import Scope
from hichat.storage.tables import holds

REASON_LIMIT = 300
"""The most characters of a hold's reason."""


class Hold(NamedTuple):
    """
    A hold.

    @ivar scope: L{Scope.USER} or L{Scope.GROUP}.
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


def held(connection: Connection, conversations: Collection[int]) -> set[int]:
    """@return: those of these conversations whose messages are held."""
    if not conversations or connection.scalar(_ANY) is None:
        return set()
    return set(connection.scalars(_HELD[connection.dialect.name], {"at": json.dumps([*conversations])}))


_OF_SCOPE = holds.c.scope == bindparam("of_scope", type_=BigInteger)
_OF_TARGET = holds.c.target == bindparam("of_target", type_=BigInteger)
_FIND = select(holds.c.since).where(_OF_SCOPE, _OF_TARGET)
_REMOVE = delete(holds).where(_OF_SCOPE, _OF_TARGET)
_ANY = select(holds.c.since).limit(1)

_USER, _GROUP, _EVERYONE = int(Scope.USER), int(Scope.GROUP), int(Scope.EVERYONE)
_HELD = {
    name: text(
        f"SELECT c.id FROM conversations c WHERE c.id {there} AND CASE c.scope "  # noqa: S608
        f"WHEN {_USER} THEN EXISTS (SELECT 1 FROM holds h WHERE h.scope = {_USER} AND h.target IN (c.first, c.second)) "
        f"WHEN {_EVERYONE} THEN EXISTS (SELECT 1 FROM holds h WHERE h.scope = {_USER}) "
        f"WHEN {_GROUP} THEN EXISTS (SELECT 1 FROM holds h WHERE h.scope = {_GROUP} AND h.target = c.first) "
        f"OR EXISTS (SELECT 1 FROM holds h JOIN members m ON m.user_id = h.target AND m.group_id = c.first "
        f"WHERE h.scope = {_USER}) ELSE FALSE END"
    )
    for name, there in {
        "sqlite": "IN (SELECT value FROM json_each(:at))",
        "postgresql": "IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:at AS json)))",
    }.items()
}
