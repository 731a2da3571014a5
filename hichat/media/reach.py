"""
Whether a store of files on another machine can be reached.

A request to a server that hangs holds a thread until its time is over. So after a failure all further requests are
refused at once for a while. Then one of them is let through, and the others wait for what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import Lock
from time import monotonic

from twisted.logger import Logger

from hichat.core.errors import FilesAway

REFUSING = 2.0
"""Seconds after a failure in which requests are refused."""

TRIAL = 10.0
"""Seconds after which another request may try a store that was away: the one that tries has no answer yet."""

TOLD_AGAIN = 60.0
"""The least seconds from the line that the store is back to the next one that it is away."""


class Reach:
    """
    Knows whether a store can be reached. Any thread may use it.

    @param name: the store's name, for the log.
    @param cause_of: gives the reason, in a few words without secrets, if an error says that the store cannot be
        reached; None: it says something else, and the store has answered.
    @param seconds: a monotonic clock.
    """

    _log = Logger()

    def __init__(
        self, name: str, cause_of: Callable[[Exception], str | None], seconds: Callable[[], float] = monotonic
    ) -> None:
        self._name = name
        self._cause_of = cause_of
        self._seconds = seconds
        self._lock = Lock()
        self._away = self._told = False
        self._trial: object = None
        self._trial_until = -inf
        self._failed_at = self._since = 0.0
        self._back_at: float | None = None

    @property
    def is_up(self) -> bool:
        """Whether the last request was answered; True before the first one."""
        return not self._away

    @contextmanager
    def request(self) -> Iterator[None]:
        """
        A context manager around a request.

        @raise FilesAway: the store cannot be reached.
        """
        trial = self._admit()
        try:
            yield
        except Exception as e:
            cause = self._cause_of(e)
            if cause is None:
                self._answered()
                raise
            self._failed(cause)
            raise FilesAway from e
        else:
            self._answered()
        finally:
            with self._lock:
                if trial is not None and trial is self._trial:
                    self._trial_until = -inf

    def _admit(self) -> object:
        """@return: what stands for this request, if it is the one that tries a store that was away; else None."""
        with self._lock:
            if not self._away:
                return None
            now = self._seconds()
            if now < self._trial_until or now - self._failed_at < REFUSING:
                raise FilesAway
            self._trial, self._trial_until = object(), now + TRIAL
            return self._trial

    def _failed(self, cause: str) -> None:
        with self._lock:
            now = self._failed_at = self._seconds()
            if not self._away:
                self._away, self._since = True, now
            tell = not self._told and (self._back_at is None or now - self._back_at >= TOLD_AGAIN)
            self._told = self._told or tell
        if tell:
            self._log.error(
                "uploaded files cannot be reached in {name}: {cause}; requests for them are answered with 503",
                name=self._name,
                cause=cause,
            )

    def _answered(self) -> None:
        if not self._away:
            return
        with self._lock:
            if not self._away:
                return
            self._away = False
            tell, self._told = self._told, False
            now = self._seconds()
            if tell:
                self._back_at = now
        if tell:
            self._log.info(
                "uploaded files can be reached in {name} again, after {seconds} s",
                name=self._name,
                seconds=round(now - self._since),
            )
