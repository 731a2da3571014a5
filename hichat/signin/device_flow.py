"""
Signing a device in by a browser (RFC 8628): the device shows a short code, and somebody who is signed in elsewhere
types it there, sees what asks and from where, and lets it in or refuses.

A link can carry the code, but the person types it all the same: whoever has been sent a link by a stranger would not
have the code before the eyes. Wrong codes are limited for each user.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple, Protocol

from hichat.accounts import users
from hichat.accounts.grants import Grant
from hichat.accounts.tokens import TOKEN_LIMIT, digest
from hichat.accounts.users import User
from hichat.core.errors import AccessDenied, ExpiredToken, NoSuchUserCode, Refused, WrongPassword
from hichat.core.ports import ILimit
from hichat.runtime.keys import Signer
from hichat.runtime.limits import Attempts, MakeLimit, Rate, address_keys
from hichat.signin import device_codes
from hichat.signin.device_codes import DEVICE_CODE_LIFETIME, INTERVAL, WaitingDevice
from hichat.storage.store import Store

USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""The letters of short codes: without vowels they are no words (RFC 8628, 6.1)."""

USER_CODE_LENGTH = 8
"""The number of letters of a short code: some 34 bits, of which nobody may try many."""

USER_CODE_GUESSES = Rate(10, 600)
"""The wrong codes that a user may type."""

USER_CODE_GUESSERS = 5
"""The number of users who may do so from one address."""

DEVICE_BEGINNINGS = Rate(60, 600)
"""The devices that may begin to wait from an address."""

_NO_LETTERS = re.compile(r"[\s-]+")


class LetDeviceIn(Protocol):
    """Gives a device its tokens."""

    async def __call__(self, user: User, device: str, peer: tuple[str, str], *, secrets: Sequence[str]) -> Grant:
        """See L{hichat.signin.ways.SignIn.came_by}."""


class BegunLogin(NamedTuple):
    """
    A device waits.

    @ivar code: the long code, for the device.
    @ivar user_code: the short code, for a person.
    @ivar interval: seconds between two polls.
    @ivar lifetime: seconds for which the device waits.
    """

    code: str
    user_code: str
    interval: int = INTERVAL
    lifetime: int = DEVICE_CODE_LIFETIME


class DeviceFlow:
    """
    Signs devices in by a browser.

    @param let_in: gives a device its tokens.
    @param key: of the tokens; all daemons of the store have it.
    @param now: the time in milliseconds since the epoch.
    @param make_limit: makes the limits.
    @param ticks: the time in milliseconds, by a monotonic clock.
    """

    def __init__(
        self,
        store: Store,
        let_in: LetDeviceIn,
        key: bytes,
        now: Callable[[], int],
        make_limit: MakeLimit,
        ticks: Callable[[], int],
    ) -> None:
        self._store = store
        self._let_in = let_in
        self._now = now
        self._signer = Signer(blake2b(key=key[:64], person=b"hichat-device").digest())
        self._key = blake2b(key=key[:64], person=b"hichat-usercode").digest()
        self._guesses: ILimit = make_limit("user codes", USER_CODE_GUESSES, ticks)
        self._beginnings: ILimit = make_limit("device logins", DEVICE_BEGINNINGS, ticks)

    async def begin(self, device: str, label: str, address: str) -> BegunLogin:
        """
        A device wants to be let in.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @param label: what the client calls itself, for people.
        @param address: the client's address.
        @raise TooManyAttempts: there were too many from this address, or too many devices wait.
        """
        Attempts().attempt(self._beginnings, address_keys(address))
        waiting = WaitingDevice(device, label, address[:64], self._now())
        while True:
            code = self._signer.sign(secrets.token_bytes(24))
            letters = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))
            if await self._store.write(device_codes.add, waiting, digest(code), self._hash(letters)):
                half = USER_CODE_LENGTH // 2
                return BegunLogin(code, f"{letters[:half]}-{letters[half:]}")

    async def find(self, user: User, user_code: str, address: str) -> WaitingDevice:
        """
        @param user: who types the code; C{address}: from where.
        @param user_code: as it was typed.
        @return: the device that waits with this code.
        @raise NoSuchUserCode: there is none.
        @raise TooManyAttempts: the user, or the address, has tried too many wrong ones.
        """
        with self._counted(user, address):
            return await self._store.read(device_codes.find, self._typed(user_code), self._now())

    async def answer(self, user: User, user_code: str, allow: bool, address: str) -> None:
        """
        Let the device that waits with a code in, or refuse it. The code is good once.

        @param user: who does it, and whose device it is from now on.
        @raise NoSuchUserCode: there is none.
        @raise TooManyAttempts: see L{find}.
        """
        with self._counted(user, address):
            await self._store.write(device_codes.answer, self._typed(user_code), user, allow, self._now())

    @contextmanager
    def _counted(self, user: User, address: str) -> Iterator[None]:
        """Count a wrong code."""
        counted = Attempts()
        widely = [(key, multiple * USER_CODE_GUESSERS) for key, multiple in address_keys(address)]
        counted.attempt(self._guesses, [(f"user {user.id}", 1), *widely])
        try:
            yield
        except NoSuchUserCode:
            raise
        except Exception:
            counted.forgive()
            raise
        counted.forgive()

    async def poll(self, code: str, peer: tuple[str, str], secrets: Sequence[str] = ()) -> Grant:
        """
        A device asks whether it was let in.

        @param code: its long code.
        @param peer: the client's address and port.
        @param secrets: see L{hichat.signin.ways.SignIn}.
        @return: its tokens. They are given once.
        @raise AuthorizationPending: nobody has answered.
        @raise SlowDown: it asks too often.
        @raise ExpiredToken: nobody has answered in time, or the answer was told, or there is no such code.
        @raise AccessDenied: somebody has refused, or may not let it in any more.
        @raise Refused: see L{LogIns.let_in}.
        """
        # Invented codes are recognised without a look into the store.
        if len(code) > TOKEN_LIMIT or self._signer.verify(code) is None:
            raise ExpiredToken
        found = await self._store.write(device_codes.poll, digest(code), self._now())
        if isinstance(found, Refused):
            raise found
        user = await self._store.read(users.find, found.user)
        if user is None or user.disabled or user.generation != found.generation:
            raise AccessDenied
        try:
            return await self._let_in(user, found.device, peer, secrets=secrets)
        except WrongPassword:
            # The user's tokens were voided in this moment.
            raise AccessDenied from None

    def _typed(self, user_code: str) -> bytes:
        letters = _NO_LETTERS.sub("", user_code[:64]).upper()
        if len(letters) != USER_CODE_LENGTH or not set(letters) <= set(USER_CODE_LETTERS):
            raise NoSuchUserCode
        return self._hash(letters)

    def _hash(self, letters: str) -> bytes:
        return blake2b(letters.encode(), key=self._key, digest_size=32).digest()
