"""
Second factors: what a user shows beside the password.

Each kind of factor is a L{Factor}. A kind knows its own tables; L{Factors} asks all kinds, and forgets all when an
account is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from sqlalchemy import Connection

from hichat.signin import remembered

FactorName = Literal["totp", "recovery", "passkey"]
"""A kind of factor, as programs read it."""


class Totp(NamedTuple):
    """An answer: the code that an app shows (RFC 6238)."""

    code: str


class Recovery(NamedTuple):
    """An answer: one of the recovery codes."""

    code: str


class Factor(Protocol):
    """
    A kind of factor.

    @cvar name: its name.
    @cvar asks: whether a user who has it is asked for a factor at a log-in. Recovery codes only stand in for another.
    @cvar answer: the class of the answers to it.
    """

    name: ClassVar[FactorName]
    asks: ClassVar[bool]
    answer: ClassVar[type[Any]]

    def of_user(self, connection: Connection, user_id: int) -> bool:
        """@return: whether the user has it."""

    def is_right(self, connection: Connection, user_id: int, answer: Any, now: int) -> bool:
        """
        @param now: milliseconds since the epoch.
        @return: whether an answer is right, and was not used before.
        """

    def spend(self, connection: Connection, user_id: int, answer: Any, now: int) -> bool:
        """
        Use up an answer that L{is_right}, in the transaction of what it allows.

        @return: whether this is its first use; if not, nothing is allowed.
        """

    def forget(self, connection: Connection, user_id: int) -> None:
        """Take it away from the user."""


class Factors:
    """
    The factors of users. It is one of the rooms that accounts tell of a deletion: see L{hichat.core.ports.Leaves}.

    @param kinds: all kinds, in the order in which users are offered them.
    """

    def __init__(self, kinds: Sequence[Factor]) -> None:
        self._kinds = kinds

    def of_user(self, connection: Connection, user_id: int) -> list[FactorName]:
        """@return: what the user may answer with; empty: the user is not asked."""
        found = [kind for kind in self._kinds if kind.of_user(connection, user_id)]
        return [kind.name for kind in found] if any(kind.asks for kind in found) else []

    def is_right(self, connection: Connection, user_id: int, answer: Any, now: int) -> bool:
        """See L{Factor.is_right}. Only an answer to a factor with which the user may answer is right."""
        kind = self._kind_of(answer)
        return kind.name in self.of_user(connection, user_id) and kind.is_right(connection, user_id, answer, now)

    def spend(self, connection: Connection, user_id: int, answer: Any, now: int) -> bool:
        """See L{Factor.spend}."""
        return self._kind_of(answer).spend(connection, user_id, answer, now)

    async def leave_all(self, user_id: int) -> None:
        """See L{hichat.core.ports.Leaves.leave_all}: nobody else hears of a factor."""

    def forget(self, connection: Connection, user_id: int, position: int = 0) -> None:
        """See L{hichat.core.ports.Leaves.forget}."""
        for kind in self._kinds:
            kind.forget(connection, user_id)
        remembered.forget(connection, user_id)

    def _kind_of(self, answer: Any) -> Factor:
        return next(kind for kind in self._kinds if isinstance(answer, kind.answer))
