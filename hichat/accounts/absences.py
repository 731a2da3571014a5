"""Who is away, and what they say about it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, insert, select

from hichat.core.errors import TooLong
from hichat.storage.tables import absences, users

AWAY_TEXT_LIMIT: Final = 100
"""The most characters of what a user says about being away."""

AWAY = select(absences.c.text).where(absences.c.user_id == users.c.id).correlate(users).scalar_subquery().label("away")
"""A column of a query of users: what the user says about being away; NULL: the user is not away."""


def one_line(text: str) -> str:
    """
    @param text: what a user says about being away.
    @return: it, on one line, and without invisible signs of control.
    @raise TooLong: it is longer than L{AWAY_TEXT_LIMIT} characters.
    """
    found = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if len(found) > AWAY_TEXT_LIMIT:
        raise TooLong
    return found


def change(connection: Connection, user: int, text: str | None, now: int) -> None:
    """
    @param text: see L{one_line}; None: the user is not away any more.
    @param now: milliseconds since the epoch.
    """
    connection.execute(delete(absences).where(absences.c.user_id == user))
    if text is not None:
        connection.execute(insert(absences).values(user_id=user, since=now, text=text))
