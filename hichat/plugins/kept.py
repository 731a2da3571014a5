"""What the store keeps of plugins: the bot of each, and its place in the log. Queries of a connection."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from hichat.log import reading
from hichat.storage.tables import plugins


class KeptPlugin(NamedTuple):
    """
    A plugin.

    @ivar bot: the id of its bot.
    @ivar cursor: how far it has come in the log.
    @ivar epoch: of which log that is a place; as for C{check} see L{hichat.client.connection.Client}.
    """

    bot: int
    cursor: int
    epoch: str
    check: str


def find_kept(connection: Connection, name: str) -> KeptPlugin | None:
    """@return: a plugin that has run before."""
    columns = plugins.c.bot_id, plugins.c.position, plugins.c.epoch, plugins.c.proof
    row = connection.execute(select(*columns).where(plugins.c.name == name)).one_or_none()
    return None if row is None else KeptPlugin(*row)


def keep_bot(connection: Connection, name: str, bot: int) -> None:
    """A plugin has this bot from now on, and begins at the end of the log: before it the bot is nowhere."""
    fresh = {"bot_id": bot, "position": reading.head(connection), "epoch": "", "proof": ""}
    changed = connection.execute(update(plugins).where(plugins.c.name == name).values(fresh))
    if not changed.rowcount:
        connection.execute(insert(plugins).values(name=name, **fresh))


def keep_place(connection: Connection, name: str, cursor: int, epoch: str, check: str) -> None:
    """A plugin has come that far."""
    place = {"position": cursor, "epoch": epoch, "proof": check}
    connection.execute(update(plugins).where(plugins.c.name == name).values(place))
