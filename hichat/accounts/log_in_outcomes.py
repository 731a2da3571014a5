"""How log-ins end: counted by the way and the outcome, and noted in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from hichat.audit.book import Note
from hichat.audit.entries import LOG_IN, UNKNOWN_OUTCOME, Entry
from hichat.core.errors import (
    BadTicket,
    Busy,
    DeviceRevoked,
    Disabled,
    EnrolmentNeeded,
    NotStored,
    Refused,
    SecondFactorNeeded,
    StoreAway,
    TooManyAttempts,
    Unauthorized,
    WrongCode,
    WrongPassword,
)

_OUTCOMES: Mapping[type[Refused], str] = {
    WrongPassword: "wrong_password",
    TooManyAttempts: "limited",
    Disabled: "disabled",
    DeviceRevoked: "device_revoked",
    SecondFactorNeeded: "second_step",
    EnrolmentNeeded: "second_step",
    WrongCode: "wrong_code",
    BadTicket: "invalid",
    Busy: "unavailable",
    NotStored: "unavailable",
    StoreAway: "unavailable",
    Unauthorized: "invalid",
}
"""What a refusal of a log-in counts as; see L{hichat.runtime.metrics.LOGIN_OUTCOMES}."""


class TokenReused(Exception):
    """Why a refresh was refused: the token was used before."""


class LogInOutcomes:
    """
    Tells how log-ins end.

    @param logged_in: called with the way and the outcome of each log-in; see L{Metrics.logged_in
        <hichat.runtime.metrics.Metrics.logged_in>}.
    @param note: notes in the audit log.
    """

    def __init__(self, logged_in: Callable[[str, str], object], note: Note) -> None:
        self._logged_in = logged_in
        self._note = note

    @contextmanager
    def counted(self, way: str) -> Iterator[None]:
        """
        A context manager around a step of a log-in, which tells how it ends.

        @param way: one of those in L{hichat.runtime.metrics.LOGIN_OUTCOMES}.
        """
        outcome = "failed"
        try:
            yield
            outcome = "ok"
        except Refused as e:
            outcome = "reused" if isinstance(e.__cause__, TokenReused) else _OUTCOMES.get(type(e), "refused")
            raise
        finally:
            self._logged_in(way, outcome)

    @contextmanager
    def logging_in(self, user: int, address: str, via: str) -> Iterator[None]:
        """A context manager that notes a log-in whose user is known, and which fails all the same, or is cut off."""
        try:
            yield
        except BaseException as e:
            outcome = e.code if isinstance(e, Refused) else UNKNOWN_OUTCOME
            self._note(Entry(act=LOG_IN, outcome=outcome, whose=user, address=address, via=via))
            raise

    def note_log_in(self, user: int, device: int, address: str, via: str) -> None:
        """Note a log-in that went well."""
        self._note(Entry(act=LOG_IN, actor=user, whose=user, device=device, address=address, via=via))
