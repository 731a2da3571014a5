"""
Looking at an answer to a factor, and counting wrong ones in the store: L{hichat.accounts.failures}. Queries of a
connection. Refusals are returned, because what was counted has to stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from hichat.accounts import failures
from hichat.core.errors import Refused, TooManyAttempts, WrongCode
from hichat.signin.factors import Factors


def look(
    connection: Connection, factors: Factors, user_id: int, answer: Any, counted_as: str, now: int
) -> Refused | None:
    """
    Look whether an answer is right. It is not used up.

    @param counted_as: the key under which wrong ones are counted.
    @return: the refusal; None: it is right.
    """
    return _counted(connection, counted_as, now, lambda: factors.is_right(connection, user_id, answer, now))


def use(
    connection: Connection, factors: Factors, user_id: int, answer: Any, counted_as: str, now: int
) -> Refused | None:
    """As L{look}, but a right answer is used up."""
    return _counted(
        connection,
        counted_as,
        now,
        lambda: factors.is_right(connection, user_id, answer, now) and factors.spend(connection, user_id, answer, now),
    )


def _counted(connection: Connection, counted_as: str, now: int, is_right: Callable[[], bool]) -> Refused | None:
    key = failures.key_of(counted_as)
    wait, _ = failures.attempt(connection, key, now)
    if wait:
        return TooManyAttempts(wait)
    if not is_right():
        return WrongCode()
    failures.forget(connection, [key])
    return None
