"""
Passwords: Argon2id (RFC 9106), in threads of their own.

A hash takes some 30 ms and 19 MiB; so it never runs in the reactor's thread nor in the store's, and only so many may
wait for their turn.

A password is judged when it is set, never when it is shown: whoever has a bad one goes on. It must be long enough, must
not have the user's name in it, and must not be among the first that somebody would try: zxcvbn has a list of those, and
knows what people make of them (NIST SP 800-63B-4, 3.1.1.2).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from math import prod
from string import punctuation
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.defer import Deferred

from hichat.accounts.fields import is_storable
from hichat.core.errors import (
    Busy,
    InvalidField,
    PasswordHasName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from hichat.core.text import GROWTH, composed, formed

if TYPE_CHECKING:
    from hichat.core.ports import Runner

PASSWORD_LIMIT = 256
"""Characters of a password, as it is hashed."""

LEAST = 8
"""Characters of a new password, unless the operator wants more."""

GUESSES = 20_000
"""A password that is found with fewer is too common. By zxcvbn two parts of any kind take 10,000."""

JUDGED_LIMIT = 20
"""
Characters whose guesses are counted at once: a longer password is common if all pieces of it are. It takes some 10 ms,
and grows with more than the square of the length.
"""

REPEATED_LIMIT = 64
"""From this number of characters on, a password is not searched for repetitions, nor judged piece by piece."""

DISGUISES = 8
"""Ways to read signs as letters (C{4} and C{@} as C{a}) in passwords whose guesses are counted: it looks at each."""

OURS = ("hichat", "woaini", "5201314", "1314", "520", "mima", "wode", "aini", "nihao", "laopo", "laogong", "baobei")
"""What people here make passwords of, and the library's lists, which are English, do not have."""

NAME_LEAST = 3
"""Characters of a name that must not be in the password; shorter ones are in many words."""

WAITING_LIMIT = 64
"""Hashes that wait or run at once; more are refused, or a flood of logins would make everybody wait for minutes."""

THREADS = 2
"""How many threads the runner should have."""

_SIGNS = punctuation + " "
_YEAR = re.compile(rf"[{re.escape(_SIGNS)}]*(?:\d\d){{1,2}}[{re.escape(_SIGNS)}]*\Z")

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
    @return: 1 to L{PASSWORD_LIMIT} characters.
    @raise InvalidField: too long, empty, or with NUL or lone surrogates.
    """
    if len(password) > GROWTH * PASSWORD_LIMIT:
        raise PasswordTooLong(field, PASSWORD_LIMIT)
    if not password or not is_storable(password):
        raise InvalidField(field)
    spaced = "".join(" " if c == "+" or unicodedata.category(c) == "Zs" else c for c in password)
    prepared = composed(spaced, len(spaced), field)
    if len(prepared) > PASSWORD_LIMIT:
        raise PasswordTooLong(field, PASSWORD_LIMIT)
    return prepared


def has_name(prepared: str, name: str) -> bool:
    """
    @return: whether somebody's name is in a password, in any case and width, with or without blanks and punctuation. A
        name that is shorter than L{NAME_LEAST}, which many words have in them, is if too little is left without it.
    """
    password, held = formed("NFKC", prepared).casefold(), formed("NFKC", name).casefold()
    return _is_in(held, password) or _is_in(_letters(held), _letters(password))


def is_common(prepared: str, name: str = "") -> bool:
    """
    Takes milliseconds, so it is for threads. The list is imported when it is needed first: it takes 14 MB.

    @param name: whose password it is to be.
    @return: whether a password is among the first L{GUESSES} that somebody would try.
    """
    from zxcvbn.matching import RANKED_DICTIONARIES

    listed = RANKED_DICTIONARIES["passwords"]
    # In another width it is typed with the same keys, and a year or a blank makes no other word of it.
    whole = formed("NFKC", prepared).casefold()
    if {whole, whole.strip(_SIGNS), whole.replace(" ", ""), _YEAR.sub("", whole)} & listed.keys():
        return True
    if len(prepared) > REPEATED_LIMIT:
        return False
    # The library's own function puts these words into a table that all threads have in common.
    words = {word: rank for rank, word in enumerate((*OURS, name.lower()), 1)}
    dictionaries = RANKED_DICTIONARIES | {"user_inputs": words}
    turns = _turns(prepared)
    pieces = dict.fromkeys(turns[i : i + JUDGED_LIMIT] for i in range(0, len(turns), JUDGED_LIMIT))
    return all(_is_guessed(piece, dictionaries) for piece in pieces)


def _turns(text: str) -> str:
    """@return: of a long text that repeats one thing only, two turns of it."""
    if len(text) > JUDGED_LIMIT:
        for length in range(1, JUDGED_LIMIT // 2 + 1):
            if text[length:] == text[:-length]:
                return text[: 2 * length] if length > 1 else text[:JUDGED_LIMIT]
    return text


def _is_guessed(piece: str, dictionaries: dict[str, dict[str, int]]) -> bool:
    """@return: whether it takes fewer than L{GUESSES} to find."""
    from zxcvbn.matching import L33T_TABLE, omnimatch, relevant_l33t_subtable
    from zxcvbn.scoring import most_guessable_match_sequence

    disguises = relevant_l33t_subtable(piece, L33T_TABLE).values()
    if prod(len(signs) for signs in disguises) > DISGUISES:
        return False
    return bool(most_guessable_match_sequence(piece, omnimatch(piece, dictionaries))["guesses"] < GUESSES)


def _is_in(held: str, password: str) -> bool:
    if not held or held not in password:
        return False
    return len(held) >= NAME_LEAST or not held.isascii() or len(password.replace(held, "")) < LEAST


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


class Passwords:
    """
    Hashes and verifies. The C{_now} methods do it in the caller's thread, for commands.

    @param runner: runs a function in one of L{THREADS} threads.
    @param hasher: see L{make_hasher}.
    @param limit: see L{WAITING_LIMIT}.
    @ivar least: see L{LEAST}.
    """

    def __init__(
        self,
        runner: Runner,
        hasher: PasswordHasher | None = None,
        limit: int = WAITING_LIMIT,
        least: int = LEAST,
    ) -> None:
        self._runner = runner
        self._hasher = hasher or make_hasher()
        self._limit = limit
        self.least = least
        self._waiting = 0
        self._dummy = ""
        self._dummy_lock = Lock()

    def prepare_new(self, password: str, name: str, field: str = "password") -> str:
        """
        As L{prepare}, for a password that is to be set.

        @param name: of the user.
        @raise InvalidField: as there; it is too short, or has the name in it.
        """
        prepared = prepare(password, field) if password else ""
        if len(prepared) < self.least:
            raise PasswordTooShort(field, self.least)
        if has_name(prepared, name):
            raise PasswordHasName(field)
        return prepared

    def hash_new(self, prepared: str, name: str, field: str = "password") -> Deferred[str]:
        """
        As L{hash}, for a password that is to be set.

        @param prepared: see L{prepare_new}.
        @return: fails with L{PasswordTooCommon} as well.
        """
        return self._run(self._hash_new_now, prepared, name, field)

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

    def _hash_new_now(self, prepared: str, name: str, field: str) -> str:
        if is_common(prepared, name):
            raise PasswordTooCommon(field)
        return self.hash_now(prepared)

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
