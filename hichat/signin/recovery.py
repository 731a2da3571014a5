"""Recovery codes: each stands in for another factor, once. Queries of a connection; only hashes are stored."""

from __future__ import annotations

import secrets
from typing import ClassVar

from sqlalchemy import Connection, delete, func, insert, select

from hichat.accounts.tokens import digest
from hichat.signin.factors import FactorName, Recovery
from hichat.storage.tables import recovery_codes

RECOVERY_CODES = 10
"""The number of codes that a user gets at once."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# No two of them look alike.
_GROUPS = 4
_GROUP = 4


class RecoveryCodes:
    """The kind of factor."""

    name: ClassVar[FactorName] = "recovery"
    asks: ClassVar[bool] = False
    answer: ClassVar[type[Recovery]] = Recovery

    def of_user(self, connection: Connection, user_id: int) -> bool:
        """See L{Factor.of_user}."""
        return self.left(connection, user_id) > 0

    def is_right(self, connection: Connection, user_id: int, answer: Recovery, now: int) -> bool:
        """See L{Factor.is_right}."""
        mine = recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == _hash(answer.code)
        return connection.scalar(select(recovery_codes.c.user_id).where(*mine)) is not None

    def spend(self, connection: Connection, user_id: int, answer: Recovery, now: int) -> bool:
        """See L{Factor.spend}."""
        mine = recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == _hash(answer.code)
        return connection.execute(delete(recovery_codes).where(*mine)).rowcount == 1

    def forget(self, connection: Connection, user_id: int) -> None:
        """See L{Factor.forget}."""
        connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))

    def left(self, connection: Connection, user_id: int) -> int:
        """@return: the number of the user's codes that were not used."""
        mine = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        return connection.scalar(mine) or 0

    def keep(self, connection: Connection, user_id: int, codes: list[str]) -> None:
        """Give a user codes; all earlier ones are void."""
        self.forget(connection, user_id)
        connection.execute(insert(recovery_codes), [{"user_id": user_id, "code_hash": _hash(code)} for code in codes])


def make_codes() -> list[str]:
    """@return: new codes, in small letters and digits."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def _hash(code: str) -> bytes:
    """@return: the hash of a code; people may leave the hyphens out, and write large letters."""
    return digest("".join(letter for letter in code.lower() if letter in _LETTERS))
