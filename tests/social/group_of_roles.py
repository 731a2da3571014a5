"""A group with somebody in each role, for tests of who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from hichat.accounts import users
from hichat.core.events import FIRST_GROUP_ID
from hichat.storage import tables
from hichat.storage.store import Store
from tests.support.doubles import NOW

ROLES = ("owner", "admin", "member", "muted", "banned", "stranger", "invited", "requested")
"""Who asks."""

OTHERS = ("victim", "deputy", "guest", "asker", "outlaw", "mute", "nobody")
"""Whom it is about: a member, another admin, who is invited, who has asked, who is banned, who is muted, a stranger."""

CODE = "an-invite-code"


def make_people(store: Store) -> dict[str, int]:
    """@return: the ids of one user of each name in L{ROLES} and L{OTHERS}."""
    with store.transaction() as connection:
        return {name: users.insert(connection, name, "", NOW).id for name in ROLES + OTHERS}


def make_group(store: Store, people: Mapping[str, int], **columns: Any) -> int:
    """
    Write the rows of a group. There is an invite link as well: its code is L{CODE} with the group's id, its own id is
    twice that.

    @param columns: of the group.
    @return: its id.
    """
    with store.transaction() as connection:
        return write_group(connection, people, columns)


def write_group(connection: Connection, people: Mapping[str, int], columns: Mapping[str, Any]) -> int:
    """As L{make_group}, in a transaction that is there."""
    last = connection.scalar(select(func.max(tables.groups.c.id))) or FIRST_GROUP_ID - 1
    group = last + 1
    names = ["owner", "admin", "member", "muted", "victim", "deputy", "mute"]
    row: dict[str, Any] = {
        "id": group,
        "name": f"g{group}",
        "name_key": f"g{group}",
        "owner_id": people["owner"],
        "size": len(names),
    }
    connection.execute(tables.groups.insert().values(row | {"created_at": NOW, "updated_at": NOW} | dict(columns)))
    where = {"group_id": group}
    for name in names:
        admin = name in ("admin", "deputy")
        connection.execute(tables.members.insert().values(**where, user_id=people[name], since=1, admin=admin))
    for name in ("muted", "mute"):
        connection.execute(tables.mutes.insert().values(**where, user_id=people[name], until=2 * NOW))
    for name in ("banned", "outlaw"):
        ban = where | {"user_id": people[name], "banned_by": people["owner"], "created_at": NOW}
        connection.execute(tables.bans.insert().values(ban))
    for name in ("invited", "guest", "requested", "asker"):
        by = people["owner"] if name in ("invited", "guest") else None
        candidate = where | {"user_id": people[name], "invited_by": by, "created_at": NOW}
        connection.execute(tables.candidates.insert().values(candidate))
    link = where | {"id": 2 * group, "code": f"{CODE}{group}", "made_by": people["owner"], "created_at": NOW}
    connection.execute(tables.invite_links.insert().values(link))
    return group
