"""
Counts of failed log-ins in a row: of each account, and separately of each known device of an account. Queries of a
connection.

The limits in memory (L{hichat.runtime.limits}) are forgotten with a restart, and let a patient stranger go on for ever.
These counts are stored: after L{FAILURES_LIMIT} failures in a row there is one further try an hour (NIST SP 800-63B-4,
3.2.2). Names that no user has are counted as well, because otherwise the count would tell which names exist.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hichat.storage.tables import login_failures

FAILURES_LIMIT = 100
"""Failures in a row after which each further try has to wait."""

FAILURES_PAUSE = 3600 * 1000
"""Milliseconds of that wait."""

RESERVED = 10
"""
From this number of failures on, a try is counted before it is made: so tries at the same time do not exceed the limit.
"""

COUNTS_LIMIT = 100_000
"""The largest number of counts. Beyond it the smallest counts are dropped first, the oldest of them before others."""


def key_of(text: str) -> bytes:
    """
    @return: the key under which failures are counted: a hash, because a name may be a password in the wrong field.
    """
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"hichat-failures").digest()


def find(connection: Connection, keys: Collection[bytes]) -> dict[bytes, int]:
    """@return: the number of failures in a row by key, without keys that have none."""
    return {row.key: row.failed for row in connection.execute(_FIND, {"keys": [*keys]})}


_FIND = select(login_failures.c.key, login_failures.c.failed).where(
    login_failures.c.key.in_(bindparam("keys", expanding=True))
)


def attempt(connection: Connection, key: bytes, now: int) -> tuple[float, int]:
    """
    Count one more try, if it is allowed now.

    @param now: milliseconds since the epoch.
    @return: seconds until a try is allowed, 0: it was counted; and the time of the last failure before it.
    """
    mine = login_failures.c.key == key
    row = connection.execute(select(login_failures).where(mine)).first()
    if row is None:
        connection.execute(insert(login_failures).values(key=key, failed=1, failed_at=now))
        return 0, now
    wait = row.failed_at + FAILURES_PAUSE - now if row.failed >= FAILURES_LIMIT else 0
    if wait <= 0:
        connection.execute(update(login_failures).where(mine).values(failed=row.failed + 1, failed_at=now))
        return 0, row.failed_at
    if wait > FAILURES_PAUSE:
        # The clock was set back: wait an hour from now, and not until an hour after the stored time.
        wait = FAILURES_PAUSE
        connection.execute(update(login_failures).where(mine).values(failed_at=now))
    return wait / 1000, row.failed_at


def take_back(connection: Connection, key: bytes, failed_at: int) -> None:
    """
    Take back the last counted try, which was not made.

    @param failed_at: the time of the last failure before it.
    """
    values = {"failed": login_failures.c.failed - 1, "failed_at": failed_at}
    connection.execute(update(login_failures).where(login_failures.c.key == key).values(values))


def forget(connection: Connection, keys: Collection[bytes]) -> None:
    """A log-in succeeded: remove the counts."""
    connection.execute(delete(login_failures).where(login_failures.c.key.in_(keys)))


def prune(connection: Connection, rows: int = COUNTS_LIMIT) -> None:
    """
    Forget the counts that matter least.

    @param rows: the most counts that stay.
    """
    excess = (connection.scalar(select(func.count()).select_from(login_failures)) or 0) - rows
    if excess > 0:
        least = select(login_failures.c.key).order_by(login_failures.c.failed, login_failures.c.failed_at)
        connection.execute(delete(login_failures).where(login_failures.c.key.in_(least.limit(excess))))
