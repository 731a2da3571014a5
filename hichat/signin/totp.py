"""
Codes of an app, which change every 30 seconds (TOTP, RFC 6238). Queries of a connection.

The app and the server have a key in common. The server's copy is sealed: who reads the store or a backup of it without
the key of the tokens learns no key of a user. A code is taken from one step before the present one to one step after
it, because clocks differ. The code of a step is good once, and so are those of the steps before it.
"""

from __future__ import annotations

from base64 import b32encode
from hmac import compare_digest
from typing import ClassVar

from pyotp import TOTP
from sqlalchemy import Connection, delete, insert, select, update
from twisted.logger import Logger

from hichat.core.errors import WrongCode
from hichat.runtime.sealing import Sealing
from hichat.signin.factors import FactorName, Totp
from hichat.storage.tables import totp_keys

TOTP_STEP = 30
"""Seconds for which a code is shown."""

SKEW = 1
"""The number of steps before and after the present one whose codes are good."""

FAR_SKEW = 20
"""The number of steps within which a code at the enrolment tells that a clock is wrong."""

TOTP_KEY_SIZE = 20
"""Bytes of a key (RFC 4226, 4: 160 bits); some apps take no longer ones."""


class TotpKeys:
    """
    The kind of factor.

    @param key: the key of the tokens, from which the one is made that seals the users' keys.
    """

    name: ClassVar[FactorName] = "totp"
    asks: ClassVar[bool] = True
    answer: ClassVar[type[Totp]] = Totp

    def __init__(self, key: bytes) -> None:
        self._log = Logger("hichat.signin")
        self._sealing = Sealing(key, b"hichat-totp")

    def of_user(self, connection: Connection, user_id: int) -> bool:
        """See L{Factor.of_user}."""
        return connection.scalar(select(totp_keys.c.user_id).where(totp_keys.c.user_id == user_id)) is not None

    def is_right(self, connection: Connection, user_id: int, answer: Totp, now: int) -> bool:
        """See L{Factor.is_right}."""
        return self._step(connection, user_id, answer, now) is not None

    def spend(self, connection: Connection, user_id: int, answer: Totp, now: int) -> bool:
        """See L{Factor.spend}."""
        step = self._step(connection, user_id, answer, now)
        if step is None:
            return False
        connection.execute(update(totp_keys).where(totp_keys.c.user_id == user_id).values(used_step=step))
        return True

    def forget(self, connection: Connection, user_id: int) -> None:
        """See L{Factor.forget}."""
        connection.execute(delete(totp_keys).where(totp_keys.c.user_id == user_id))

    def keep(self, connection: Connection, user_id: int, key: bytes, answer: Totp, now: int) -> None:
        """
        Give a user a key; an earlier one is void.

        @param answer: the code by which the user has shown that the app has the key: it is used up.
        @raise WrongCode: the code has become too old since it was looked at.
        """
        step = find_step(key, answer, now)
        if step is None:
            raise WrongCode
        self.forget(connection, user_id)
        values = {"sealed": self._sealing.seal(key, b"%d" % user_id), "used_step": step, "made_at": now}
        connection.execute(insert(totp_keys).values(user_id=user_id, **values))

    def made_at(self, connection: Connection, user_id: int) -> int:
        """@return: since when the user has it, in milliseconds since the epoch; 0: the user has none."""
        return connection.scalar(select(totp_keys.c.made_at).where(totp_keys.c.user_id == user_id)) or 0

    def _step(self, connection: Connection, user_id: int, answer: Totp, now: int) -> int | None:
        """@return: the unused step whose code it is; None: there is none."""
        row = connection.execute(select(totp_keys).where(totp_keys.c.user_id == user_id)).first()
        key = None if row is None else self._opened(user_id, row.sealed)
        if row is None or key is None:
            return None
        # A step in the far future was used while the clock was wrong.
        used = row.used_step if row.used_step <= _step_at(now) + SKEW else 0
        step = find_step(key, answer, now)
        return step if step is not None and step > used else None

    def _opened(self, user_id: int, sealed: bytes) -> bytes | None:
        found = self._sealing.open(sealed, b"%d" % user_id)
        if found is None:
            self._log.error(
                "the TOTP key of user {user} was sealed with another token.key: their codes are refused; "
                "recovery codes are good, and `hichat user factors NAME --remove` takes the factor away",
                user=user_id,
            )
        return found


def find_step(key: bytes, answer: Totp, now: int, skew: int = SKEW) -> int | None:
    """
    @param now: milliseconds since the epoch.
    @param skew: the number of steps before and after the present one that are looked at.
    @return: the step whose code it is, the nearest one; None: there is none.
    """
    code = "".join(answer.code.split())
    if len(code) != 6 or not (code.isascii() and code.isdecimal()):
        return None
    totp = TOTP(base32_of(key), interval=TOTP_STEP)
    present = _step_at(now)
    near = sorted(range(max(0, present - skew), present + skew + 1), key=lambda step: abs(step - present))
    return next((step for step in near if compare_digest(totp.generate_otp(step), code)), None)


def base32_of(key: bytes) -> str:
    """@return: a key, as apps take it."""
    return b32encode(key).decode("ascii").rstrip("=")


def _step_at(now: int) -> int:
    return now // (TOTP_STEP * 1000)
