"""
Logging failures that happen again and again.

While the store is away every query fails, some thousand times a second. So the log has one line when the trouble
begins, then one a minute with the number of failures, and one when it is over.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from threading import Lock
from time import monotonic

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.storage.engine import concerns_all, driver_message

TROUBLE_INTERVAL = 60.0
"""Seconds between two log lines of one trouble. It is over after so many seconds without another failure."""


class Trouble:
    """
    The failures of one operation. Any thread may report them.

    @param what: the operation's failure in words, for the log.
    @param seconds: a monotonic clock.
    @ivar count: the number of failures.
    @ivar cause: the cause of the last one; see L{cause_of}.
    """

    _log = Logger()

    def __init__(self, what: str, seconds: Callable[[], float] = monotonic) -> None:
        self.count = 0
        self.cause = ""
        self._what = what
        self._seconds = seconds
        self._lock = Lock()
        # The times of the last line and of the last failure; the count at the last line, and before the trouble began.
        self._told = self._failed = 0.0
        self._count_told = self._count_before = 0
        self._lasts = False

    def met(self, error: BaseException, count: int = 1) -> None:
        """
        The operation has failed.

        @param error: the cause. An error that is no failure of the store or the disk is logged with its traceback.
        @param count: the number of failures to report.
        """
        self.cause = cause_of(error)
        with self._lock:
            now = self._failed = self._seconds()
            began, self._lasts = not self._lasts, True
            if began:
                self._count_before = self._count_told = self.count
            self.count += count
            if not began and now - self._told < TROUBLE_INTERVAL:
                return
            self._told, fresh, self._count_told = now, self.count - self._count_told, self.count
        what = self._what if began else f"{self._what}, {fresh} times more"
        if self.cause:
            self._log.error("{what}: {cause}", what=what, cause=self.cause)
        else:
            self._log.failure("{what}", Failure(error), what=what)

    def passed(self) -> None:
        """The operation has succeeded."""
        if not self._lasts:
            return
        with self._lock:
            if not self._lasts or self._seconds() - self._failed < TROUBLE_INTERVAL:
                return
            self._lasts = False
        self._log.info("over, after {count} times: {what}", what=self._what, count=self.count - self._count_before)


def cause_of(error: BaseException) -> str:
    """@return: why the store or the disk failed, in one line; empty if the error is no failure of either."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, Exception) and concerns_all(error):
        return driver_message(error)
    return ""


_SQLITE_KINDS = {
    "SQLITE_FULL": "full",
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_PROTOCOL": "locked",
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "read_only",
    "SQLITE_CANTOPEN": "away",
    "SQLITE_IOERR": "broken",
}
"""By the beginning of the error's name in SQLite: why it failed, as one of L{COMMIT_CAUSES}."""

_POSTGRESQL_KINDS = {
    "53100": "full",
    "55P03": "locked",
    "57014": "locked",
    "40": "locked",
    "25P03": "locked",
    "25006": "read_only",
    "42501": "read_only",
    "08": "away",
    "53": "away",
    "57": "away",
}
"""The same by the beginning of PostgreSQL's code of the error (SQLSTATE); the first that fits counts."""


def commit_cause_of(error: BaseException) -> str:
    """
    @param error: an error that ended a transaction of the log's writer.
    @return: its kind, one of L{COMMIT_CAUSES<hichat.core.errors.COMMIT_CAUSES>}.
    """
    if isinstance(error, OSError):
        return "full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "broken"
    if isinstance(error, PoolTimeoutError):
        return "locked"
    if not isinstance(error, Exception) or not concerns_all(error):
        return "event"
    own = getattr(error, "orig", None)
    name, kinds = str(getattr(own, "sqlite_errorname", None) or ""), _SQLITE_KINDS
    if not name:
        name, kinds = str(getattr(own, "sqlstate", None) or ""), _POSTGRESQL_KINDS
    found = next((kind for start, kind in kinds.items() if name.startswith(start)), "")
    # Without a code PostgreSQL's driver has lost the server, or never reached it.
    lost = isinstance(error, DBAPIError) and (error.connection_invalidated or (kinds is _POSTGRESQL_KINDS and not name))
    return found or ("away" if lost else "broken")
