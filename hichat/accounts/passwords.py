"""
Passwords: Argon2id (RFC 9106), in threads of their own.

A hash takes some 30 ms and 19 MiB; so it never runs in the reactor's thread nor in the store's, and the number of
waiting hashes is limited.

A password is judged when it is set, never at a log-in: users with a weak password can go on. It must be long enough,
must not contain the user's name, and must not be among the first that an attacker would try: zxcvbn has a list of
those, and knows how people vary them (NIST SP 800-63B-4, 3.1.1.2).
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
"""The most characters of a password, in the form that is hashed."""

LEAST = 8
"""The least characters of a new password, unless the operator wants more."""

GUESSES = 20_000
"""A password that is found with fewer guesses is too common. By zxcvbn two parts of any kind take 10,000."""

JUDGED_LIMIT = 20
"""
The characters of a piece whose guesses are counted: a longer password is common if all its pieces are. Counting takes
some 10 ms, and grows with more than the square of the length.
"""

REPEATED_LIMIT = 64
"""From this number of characters on, a password is not searched for repetitions, nor judged piece by piece."""

DISGUISES = 8
"""The most ways to read signs as letters (C{4} and C{@} as C{a}) in a password: zxcvbn tries each of them."""

OURS = ("hichat", "woaini", "5201314", "1314", "520", "mima", "wode", "aini", "nihao", "laopo", "laogong", "baobei")
"""Words that Chinese users make passwords of, which the library's English lists do not have."""

NAME_LEAST = 3
"""A password must not contain a name of at least so many characters; shorter names are in many words."""

WAITING_LIMIT = 64
"""The most hashes that wait or run. Further ones are refused: a flood of log-ins must not make all wait for minutes."""

THREADS = 2
"""The number of threads that the runner should have."""

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

    A "+" counts as a blank, too. The existing page builds its bodies with C{encodeURI}, so a "+" arrives as it is,
    while form encoders write a blank as "+". The same typed password must give the same result, whichever client sends
    it and however the body is read.

    @param field: the client's name for the field.
    @return: 1 to L{PASSWORD_LIMIT} characters.
    @raise InvalidField: the password is too long, empty, or has NUL or lone surrogates.
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
    @return: whether a password contains a name, in any case and width, with or without blanks and punctuation. A name
        shorter than L{NAME_LEAST} counts only if the rest of the password without it is too short.
    """
    password, held = formed("NFKC", prepared).casefold(), formed("NFKC", name).casefold()
    return _is_in(held, password) or _is_in(_letters(held), _letters(password))


def is_common(prepared: str, name: str = "") -> bool:
    """
    This takes milliseconds, so call it in a thread. The list is imported at the first call: it takes 14 MB.

    @param name: the name of the password's user.
    @return: whether a password is among the first L{GUESSES} that an attacker would try.
    """
    from zxcvbn.matching import RANKED_DICTIONARIES

    listed = RANKED_DICTIONARIES["passwords"]
    # Another width is typed with the same keys, and an added year or blank makes no other word.
    whole = formed("NFKC", prepared).casefold()
    if {whole, whole.strip(_SIGNS), whole.replace(" ", ""), _YEAR.sub("", whole)} & listed.keys():
        return True
    if len(prepared) > REPEATED_LIMIT:
        return False
    # Built here, because the library's own function would put these words into a table that all threads share.
    words = {word: rank for rank, word in enumerate((*OURS, name.lower()), 1)}
    dictionaries = RANKED_DICTIONARIES | {"user_inputs": words}
    turns = _turns(prepared)
    pieces = dict.fromkeys(turns[i : i + JUDGED_LIMIT] for i in range(0, len(turns), JUDGED_LIMIT))
    return all(_is_guessed(piece, dictionaries) for piece in pieces)


def _turns(text: str) -> str:
    """@return: for a long text that only repeats a part, two repetitions of it; else the text."""
    if len(text) > JUDGED_LIMIT:
        for length in range(1, JUDGED_LIMIT // 2 + 1):
            if text[length:] == text[:-length]:
                return text[: 2 * length] if length > 1 else text[:JUDGED_LIMIT]
    return text


def _is_guessed(piece: str, dictionaries: dict[str, dict[str, int]]) -> bool:
    """@return: whether a piece is found with fewer than L{GUESSES} guesses."""
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
    Hashes and verifies passwords. The C{_now} methods run in the caller's thread, for commands.

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

        @param name: the user's name.
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
        return self._run(self.hash_new_now, prepared, name, field)

    def hash(self, prepared: str) -> Deferred[str]:
        """
        @param prepared: see L{prepare}.
        @return: the hash, in the PHC format. Fails with L{Busy} when too many wait.
        """
        return self._run(self.hash_now, prepared)

    def verify(self, prepared: str, password_hash: str | None) -> Deferred[bool]:
        """
        @param password_hash: None if there is no such user, and empty if the user has no password: that takes as long
            as a wrong password.
        @return: whether the password is right. Fails with L{Busy} when too many wait.
        """
        return self._run(self.verify_now, prepared, password_hash)

    def hash_now(self, prepared: str) -> str:
        """As L{hash}, at once."""
        return self._hasher.hash(prepared)

    def verify_now(self, prepared: str, password_hash: str | None) -> bool:
        """As L{verify}, at once."""
        try:
            matches = self._hasher.verify(password_hash or self._dummy_hash(), prepared)
        except (VerificationError, InvalidHashError):
            return False
        return matches and bool(password_hash)

    def hash_new_now(self, prepared: str, name: str, field: str = "password") -> str:
        """As L{hash_new}, at once."""
        self.check_uncommon(prepared, name, field)
        return self.hash_now(prepared)

    def check_uncommon(self, prepared: str, name: str, field: str = "password") -> None:
        """@raise PasswordTooCommon: attackers would try it soon. This takes milliseconds."""
        if is_common(prepared, name):
            raise PasswordTooCommon(field)

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
        # Not the runner's own Deferred: cancelling the answer does not stop the thread, which still counts as running.
        self._runner(function, *args).addBoth(self._ran).addCallbacks(answer.callback, answer.errback)
        return answer

    def _ran(self, result: T) -> T:
        self._waiting -= 1
        return result
