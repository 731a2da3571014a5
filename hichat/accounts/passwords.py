"""
Passwords: Argon2id (RFC 9106), in threads of their own.

A hash takes some 30 ms and 19 MiB; so it never runs in the reactor's thread nor in the store's, and only so many may
wait for their turn.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.defer import Deferred

from hichat.accounts.fields import is_storable
from hichat.errors import Busy, InvalidField
from hichat.text import check, composed

if TYPE_CHECKING:
    from hichat.storage.store import Runner

LENGTH_LIMIT = 128
"""Characters of a password."""

WAITING_LIMIT = 64
"""Hashes that wait or run at once; more are refused, or a flood of logins would make everybody wait for minutes."""

THREADS = 2
"""How many threads the runner should have."""

T = TypeVar("T")


def make_hasher() -> PasswordHasher:
    """@return: Argon2id as OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def prepare(password: str, field: str = "password") -> str:
    """
    Bring a password to the form that is hashed: close to OpaqueString (RFC 8265, 4.2), blanks of any kind are
    U+0020 and the text is NFC.

    A "+" is a blank too. The existing page builds its bodies with C{encodeURI}: a "+" arrives as it is, while form
    encoders mean a blank by it. What was typed once must be one password, whichever client sends it and however the
    body was read.

    @param field: what the client calls it.
    @return: 1 to L{LENGTH_LIMIT} characters.
    @raise InvalidField: too long, empty, or with NUL or lone surrogates.
    """
    check(password, LENGTH_LIMIT, field)
    if not password or not is_storable(password):
        raise InvalidField(field)
    spaced = "".join(" " if c == "+" or unicodedata.category(c) == "Zs" else c for c in password)
    return composed(spaced, LENGTH_LIMIT, field)


class Passwords:
    """
    Hashes and verifies. The C{_now} methods do it in the caller's thread, for commands.

    @param runner: runs a function in one of L{THREADS} threads.
    @param hasher: see L{make_hasher}.
    @param limit: see L{WAITING_LIMIT}.
    """

    def __init__(self, runner: Runner, hasher: PasswordHasher | None = None, limit: int = WAITING_LIMIT) -> None:
        self._runner = runner
        self._hasher = hasher or make_hasher()
        self._limit = limit
        self._waiting = 0
        self._dummy = ""
        self._dummy_lock = Lock()

    def hash(self, prepared: str) -> Deferred[str]:
        """
        @param prepared: see L{prepare}.
        @return: the hash, in the PHC format. Fails with L{Busy} when too many wait.
        """
        return self._run(self.hash_now, prepared)

    def verify(self, prepared: str, password_hash: str | None) -> Deferred[bool]:
        """
        @param password_hash: None if there is no such user: that takes as long as a wrong password.
        @return: whether the password is right. Fails with L{Busy} when too many wait.
        """
        return self._run(self.verify_now, prepared, password_hash)

    def hash_now(self, prepared: str) -> str:
        """As L{hash}, at once."""
        return self._hasher.hash(prepared)

    def verify_now(self, prepared: str, password_hash: str | None) -> bool:
        """As L{verify}, at once."""
        try:
            matches = self._hasher.verify(self._dummy_hash() if password_hash is None else password_hash, prepared)
        except (VerificationError, InvalidHashError):
            return False
        return matches and password_hash is not None

    def _dummy_hash(self) -> str:
        with self._dummy_lock:
            if not self._dummy:
                self._dummy = self._hasher.hash(secrets.token_hex())
            return self._dummy

    def _run(self, function: Callable[..., T], *args: object) -> Deferred[T]:
        answer: Deferred[T] = Deferred()
        if self._waiting >= self._limit:
            answer.errback(Busy())
            return answer
        self._waiting += 1
        # Not the runner's own Deferred: whoever cancels the answer does not stop the thread, which still counts.
        self._runner(function, *args).addBoth(self._ran).addCallbacks(answer.callback, answer.errback)
        return answer

    def _ran(self, result: T) -> T:
        self._waiting -= 1
        return result
