"""Which conversations are held, so that nothing in them goes. See L{hichat.keeping.holds}."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, select, text

from hichat.core.events import Scope
from hichat.storage.tables import holds


def held(connection: Connection, conversations: Collection[int]) -> set[int]:
    """@return: those of these conversations whose messages are held."""
    if not conversations or connection.scalar(_ANY) is None:
        return set()
    return set(connection.scalars(_HELD[connection.dialect.name], {"at": json.dumps([*conversations])}))


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
