"""The users of the server, as those who run it list them: queries of a connection."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from hichat.accounts import finding, users
from hichat.accounts.finding import PeopleCursor
from hichat.accounts.roles import ROLE, ServerRole
from hichat.accounts.users import User
from hichat.storage.tables import devices, sessions
from hichat.storage.tables import users as users_table


class PeopleWanted(NamedTuple):
    """
    Which users are wanted; None: it does not matter.

    @ivar disabled: whether they cannot log in.
    @ivar bot: whether they are bots.
    @ivar used_since: those who have used the server at this time or later, in milliseconds since the epoch.
    @ivar unused_since: those who have not.
    """

    role: ServerRole | None = None
    disabled: bool | None = None
    used_since: int | None = None
    unused_since: int | None = None
    bot: bool | None = None


def in_order(connection: Connection, wanted: PeopleWanted, after: str | None, limit: int) -> list[User]:
    """
    @param after: the L{name_key<hichat.core.text.name_key>} of the last user of the page before; None: the first page.
    @return: users in the order of their C{name_key}.
    """
    is_rare = bool(wanted.disabled) or bool(wanted.bot)
    few = wanted.role not in (None, ServerRole.MEMBER) or is_rare or wanted.used_since is not None
    return users.by_prefix(connection, "", after, limit, *_conditions(wanted), few=few)


def search(
    connection: Connection, text: str, wanted: PeopleWanted, after: PeopleCursor | None, limit: int
) -> list[tuple[User, PeopleCursor]]:
    """As L{finding.search}, among the users who are wanted."""
    found = finding.search(connection, text, after, limit, *_conditions(wanted))
    known = users.find_many(connection, [id for id, _ in found])
    return [(user, at) for id, at in found if (user := known[id]) is not None]


def last_uses(connection: Connection, user_ids: Collection[int]) -> dict[int, int]:
    """
    @param user_ids: at most a few hundred.
    @return: by user: when a token was refreshed or used last, to some minutes; without those of whom it is not known.
    """
    if not user_ids:
        return {}
    return {user: used for user, used in connection.execute(_LAST_USES, {"users": [*user_ids]}) if used}


_LAST_USES = (
    select(devices.c.user_id, func.max(sessions.c.used_at))
    .join(sessions, sessions.c.device_id == devices.c.id)
    .where(devices.c.user_id.in_(bindparam("users", expanding=True)))
    .group_by(devices.c.user_id)
)


def _conditions(wanted: PeopleWanted) -> Iterator[ColumnElement[bool]]:
    if wanted.role is not None:
        yield ROLE.element == int(wanted.role)
    if wanted.disabled is not None:
        yield users_table.c.disabled.is_(wanted.disabled)
    if wanted.bot is not None:
        yield users_table.c.bot.is_(wanted.bot)
    if wanted.used_since is not None:
        yield _used(wanted.used_since)
    if wanted.unused_since is not None:
        yield ~_used(wanted.unused_since)


def _used(since: int) -> ColumnElement[bool]:
    """@return: the condition that a user has logged in, or that a token of theirs was refreshed or used."""
    used = (
        select(devices.c.user_id)
        .join(sessions, sessions.c.device_id == devices.c.id)
        .where(sessions.c.used_at >= since)
    )
    return or_(func.coalesce(users_table.c.login_at, 0) >= since, users_table.c.id.in_(used))
