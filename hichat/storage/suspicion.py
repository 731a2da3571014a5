"""
Who holds the log's lock on PostgreSQL and does not go on.

The server itself ends a transaction that waits for its client's next statement; see
L{hichat.storage.engine.ABANDONED}. It does not end one that waits inside COPY, or in the middle of a client's several
messages. So a writer that waits for the lock looks at the holder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from hichat.storage.write_locks import WRITE_LOCK

FROZEN = 3.0
"""Seconds for which the holder has waited for its client when another writer ends it."""

PATIENT = "hichat, patient"
"""The C{application_name} of a transaction that may compute for longer; no writer ends it."""


UNSEEN = 3.5
"""Seconds without a look after which the holder may have gone on meanwhile."""


class Suspicion:
    """
    What one writer, which waits for the log's lock, has seen of the holder. It is kept from one transaction to the
    next: a writer that gives up goes on with the next batch, and the holder is the same.

    @param seconds: the clock.
    """

    _log = Logger()

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._seen: tuple[Any, ...] | None = None
        self._since = self._looked = 0.0

    def look(self, own: Any) -> None:
        """
        Look at the holder, and end it if it has waited for its client for L{FROZEN} seconds. It has if the server says
        so: then it is between two statements. Inside a statement the server does not tell since when it waits: then it
        must have waited at each look, in the same statement, and got no byte in between.

        A holder that works, or waits for its disk or for a lock, does not wait for its client, and is left alone.

        @param own: the driver's connection, in no transaction.
        """
        now = self._seconds()
        found = own.execute(_LOOK, {"lock": WRITE_LOCK, "patient": PATIENT}, prepare=False).fetchone()
        if found is None:
            self._seen = None
            return
        *seen, idle = found
        if self._seen != tuple(seen) or now - self._looked > UNSEEN:
            self._seen, self._since = tuple(seen), now
        self._looked = now
        waited = max(idle, now - self._since)
        if waited >= FROZEN:
            pid, began, changed, _ = seen
            which = {"lock": WRITE_LOCK, "patient": PATIENT, "pid": pid, "began": began, "changed": changed}
            if own.execute(_END, which, prepare=False).fetchone() is not None:
                self._log.warn(
                    "the PostgreSQL connection with process id {pid} held the log's lock and waited for its client for "
                    "{waited:.1f} s: it was ended",
                    pid=pid,
                    waited=waited,
                )


_HOLDER = (
    "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid LEFT JOIN pg_stat_progress_copy c ON c.pid = a.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid = 0 AND l.objid = %(lock)s::bigint::oid AND l.objsubid = 1 "
    "AND a.wait_event = 'ClientRead' AND a.application_name <> %(patient)s"
)
_LOOK = (
    "SELECT a.pid, a.backend_start, a.state_change, coalesce(c.bytes_processed, 0), "  # noqa: S608
    "CASE WHEN a.state LIKE 'idle in transaction%%' "
    "THEN extract(epoch FROM clock_timestamp() - a.state_change)::float8 ELSE 0::float8 END " + _HOLDER
)
_END = (
    f"SELECT pg_terminate_backend(a.pid) {_HOLDER} "
    "AND a.pid = %(pid)s AND a.backend_start = %(began)s AND a.state_change = %(changed)s"
)
