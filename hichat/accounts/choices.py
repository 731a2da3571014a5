"""
What administrators have chosen while the daemon runs, in place of a setting: queries of a connection. All workers of
all hosts read it where it is needed; so nobody has to be told.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from hichat.storage.tables import choices

REGISTRATION_CHOICE = "registration"
"""Who may make an account: C{open}, C{invite} or C{closed}."""


class Choice(NamedTuple):
    """
    @ivar made_by: the id of who has chosen it.
    @ivar made_at: when, in milliseconds since the epoch.
    """

    value: str
    made_by: int
    made_at: int


def read_choice(connection: Connection, name: str) -> Choice | None:
    """@return: what was chosen; None: the setting counts."""
    query = select(choices.c.value, choices.c.made_by, choices.c.made_at).where(choices.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else Choice(*row)


def choose(connection: Connection, name: str, value: str, by: int, now: int) -> None:
    """@param value: what is chosen; empty: the setting counts again."""
    connection.execute(delete(choices).where(choices.c.name == name))
    if value:
        connection.execute(insert(choices).values(name=name, value=value, made_by=by, made_at=now))
