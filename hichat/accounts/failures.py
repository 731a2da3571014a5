"""
Failures: how many log-ins in a row failed, of an account or of what it is known to be used with. Queries of a
connection.

The limits in memory (L{hichat.runtime.limits}) are forgotten with a restart, and let a patient stranger go on for
ever. This count is not, and does not: after L{LIMIT} in a row there is one further try an hour (NIST SP 800-63B-4,
3.2.2). Names that nobody has are counted as well: or the count would tell which ones somebody has.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hichat.storage.tables import login_failures

LIMIT = 100
"""Failures in a row after which each further try has to wait."""

PAUSE = 3600 * 1000
"""Milliseconds of that wait."""

RESERVED = 10
"""Failures in a row from which on a try is counted before it is made: of many at once no more are made than may be."""

ROWS = 100_000
"""Counts that are kept; of more the smallest go first, and of those the oldest."""


def key_of(text: str) -> bytes:
    """@return: what is kept of what is counted: of a name that may be a password in the wrong field, its hash."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"hichat-failures").digest()


def find(connection: Connection, keys: Collection[bytes]) -> dict[bytes, int]:
    """@return: by key: how many failed in a row; those of which none did are not there."""
    return {row.key: row.failed for row in connection.execute(_FIND, {"keys": [*keys]})}


_FIND = select(login_failures.c.key, login_failures.c.failed).where(
    login_failures.c.key.in_(bindparam("keys", expanding=True))
)


def attempt(connection: Connection, key: bytes, now: int) -> tuple[float, int]:
    """
    Count one more, if it may be made.

    @param now: milliseconds since the epoch.
    @return: seconds until it may be, 0: now; and when the one before was.
    """
    mine = login_failures.c.key == key
    row = connection.execute(select(login_failures).where(mine)).first()
    if row is None:
        connection.execute(insert(login_failures).values(key=key, failed=1, failed_at=now))
        return 0, now
    wait = row.failed_at + PAUSE - now if row.failed >= LIMIT else 0
    if wait <= 0:
        connection.execute(update(login_failures).where(mine).values(failed=row.failed + 1, failed_at=now))
        return 0, row.failed_at
    if wait > PAUSE:
        # The clock was set back. An hour from now it is over, not an hour after that time comes again.
        wait = PAUSE
        connection.execute(update(login_failures).where(mine).values(failed_at=now))
    return wait / 1000, row.failed_at


def take_back(connection: Connection, key: bytes, failed_at: int) -> None:
    """
    The last one that was counted was not made.

    @param failed_at: when the one before was.
    """
    values = {"failed": login_failures.c.failed - 1, "failed_at": failed_at}
    connection.execute(update(login_failures).where(login_failures.c.key == key).values(values))


def forget(connection: Connection, keys: Collection[bytes]) -> None:
    """One went well: there are none in a row."""
    connection.execute(delete(login_failures).where(login_failures.c.key.in_(keys)))


def prune(connection: Connection, rows: int = ROWS) -> None:
    """
    Forget the counts that matter least.

    @param rows: how many may stay.
    """
    excess = (connection.scalar(select(func.count()).select_from(login_failures)) or 0) - rows
    if excess > 0:
        least = select(login_failures.c.key).order_by(login_failures.c.failed, login_failures.c.failed_at)
        connection.execute(delete(login_failures).where(login_failures.c.key.in_(least.limit(excess))))
