"""
Whose the bots are. Queries of a connection.

The owner of a bot never changes, and is entered with the account. So processes and connections remember it, and nothing
makes them forget.
"""

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, insert, select, update

from hichat.core.errors import NoSuchBot
from hichat.storage.tables import bots, users

BOTS_LIMIT = 20
"""The most bots of a person."""


class OwnedBot(msgspec.Struct, frozen=True):
    """
    Whose a bot is.

    @ivar owner: the person's id; 0: it is the server's.
    @ivar stopped: whether it is disabled because its owner is.
    @ivar made_at: milliseconds since the epoch.
    @ivar counted: whether it counts among the owner's bots; that of a hook does not.
    """

    bot: int
    owner: int
    stopped: bool
    made_at: int
    counted: bool


_OWNED = select(bots.c.user_id, bots.c.owner_id, bots.c.stopped, bots.c.made_at, bots.c.counted)


def add(connection: Connection, bot: int, owner: int, now: int, counted: bool = True) -> None:
    """A bot was made. @param counted: whether it counts among the owner's."""
    connection.execute(insert(bots).values(user_id=bot, owner_id=owner, made_at=now, counted=counted))


def get(connection: Connection, bot: int) -> OwnedBot:
    """@raise NoSuchBot: there is no such bot."""
    row = connection.execute(_OWNED.where(bots.c.user_id == bot)).first()
    if row is None:
        raise NoSuchBot
    return OwnedBot(*row)


def is_run_by(connection: Connection, bot: int, person: int) -> bool:
    """
    @return: whether a person runs a bot: it is theirs, and no hook's. The bot of a hook is a member of the group of the
        hook, whose admins look after it; who has made it may be none of them any more, nor a member.
    """
    own = bots.c.user_id == bot, bots.c.owner_id == person, bots.c.counted
    return connection.execute(select(bots.c.user_id).where(*own)).first() is not None


def runs(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """
    @param ids: users, at most some hundreds.
    @return: by bot among them that a person runs: the person. See L{is_run_by}.
    """
    return {row.user_id: row.owner_id for row in connection.execute(_RUNS, {"ids": [*ids]})}


# Built once: building a statement takes as long as running it.
_RUNS = select(bots.c.user_id, bots.c.owner_id).where(
    bots.c.user_id.in_(bindparam("ids", expanding=True)), bots.c.owner_id != 0, bots.c.counted
)


def runner_of(bot: int | ColumnElement[int]) -> ScalarSelect[int]:
    """@return: the person who runs a bot, for a query; NULL if the user is no bot, or nobody runs it. See L{runs}."""
    own = bots.c.user_id == bot, bots.c.owner_id != 0, bots.c.counted
    return select(bots.c.owner_id).where(*own).scalar_subquery()


def of_owner(connection: Connection, owner: int) -> list[OwnedBot]:
    """@return: the bots of a person, or of the server (0), in the order in which they were made."""
    query = _OWNED.where(bots.c.owner_id == owner).order_by(bots.c.made_at, bots.c.user_id)
    return [OwnedBot(*row) for row in connection.execute(query)]


def everyone(connection: Connection) -> list[OwnedBot]:
    """@return: all bots, in the order of their ids."""
    return [OwnedBot(*row) for row in connection.execute(_OWNED.order_by(bots.c.user_id))]


def page(connection: Connection, after: int, limit: int) -> list[OwnedBot]:
    """@return: the bots behind an id, in order."""
    query = _OWNED.where(bots.c.user_id > after).order_by(bots.c.user_id).limit(limit)
    return [OwnedBot(*row) for row in connection.execute(query)]


def owners(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """@return: by bot: the owner's id."""
    found = connection.execute(_OWNED.where(bots.c.user_id.in_(list(ids)))) if ids else ()
    return {row.user_id: row.owner_id for row in found}


def count(connection: Connection, owner: int) -> int:
    """@return: the number of a person's bots that count."""
    own = bots.c.owner_id == owner, bots.c.counted
    return connection.scalar(select(func.count()).select_from(bots).where(*own)) or 0


def stop(connection: Connection, bot: int, now: int) -> None:
    """Disable a bot, because its owner is disabled. One that is disabled by itself stays as it is."""
    own = users.c.id == bot, ~users.c.disabled, users.c.deleted_at.is_(None)
    gone = {"disabled": True, "generation": users.c.generation + 1, "updated_at": now}
    if connection.execute(update(users).where(*own).values(gone)).rowcount:
        connection.execute(update(bots).where(bots.c.user_id == bot).values(stopped=True))


def stay_disabled(connection: Connection, user: int) -> None:
    """A user was disabled by itself. If it is a bot it stays so when its owner is enabled again."""
    connection.execute(update(bots).where(bots.c.user_id == user).values(stopped=False))


def resume(connection: Connection, owner: int, now: int) -> None:
    """The owner is enabled again: so are the bots that were stopped."""
    own = select(bots.c.user_id).where(bots.c.owner_id == owner, bots.c.stopped)
    connection.execute(update(users).where(users.c.id.in_(own)).values(disabled=False, updated_at=now))
    connection.execute(update(bots).where(bots.c.owner_id == owner).values(stopped=False))
