"""The second step of a log-in over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import (
    BadTicket,
    DeviceRevoked,
    InvalidField,
    TooManyAttempts,
    TooManyDevices,
    WrongCode,
)
from hichat.signin.factors import Recovery, Totp
from hichat.signin.tickets import TICKET_LIMIT
from hichat.web.api.accounts import LoggedIn, logged_in_of
from hichat.web.api.operation import Operation, Section
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices

GivenTicket = Annotated[str, Meta(min_length=1, max_length=TICKET_LIMIT)]
GivenCode = Annotated[str, Meta(max_length=64)]


class FactorAnswer(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    One second factor, of those that the user has.

    @ivar totp: the six digits that an app shows; blanks do not matter.
    @ivar recovery: a recovery code, which is used up; hyphens and case do not matter.
    """

    totp: GivenCode | UnsetType = UNSET
    recovery: GivenCode | UnsetType = UNSET

    def answer(self) -> Any:
        """
        @return: the answer; see L{hichat.signin.factors}.
        @raise InvalidField: there is none, or more than one.
        """
        given = [("totp", self.totp, Totp), ("recovery", self.recovery, Recovery)]
        found = [kind(value) for _, value, kind in given if value is not UNSET]
        if len(found) != 1:
            raise InvalidField(" | ".join(name for name, _, _ in given))
        return found[0]


class FactorShown(FactorAnswer, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The second step of a log-in. It has one of the factors.

    @ivar ticket: what the first step gave.
    @ivar remember: the device is to log in with the password alone for 30 days.
    """

    ticket: GivenTicket
    remember: bool = False


class DeviceFactorShown(FactorShown, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The second step of a log-in. It has one of the factors.

    @ivar deviceSecret: as at the first step.
    """

    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


async def log_in_with_factor(services: ApiServices, peer: Peer, body: DeviceFactorShown) -> LoggedIn:
    """
    Exchanges the ticket of a first step, and a second factor, for tokens that are bound to the device. A ticket is good
    for five minutes and five wrong answers, and for one log-in. A code is good once.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    grant = await services.sign_in.with_factor(body.ticket, body.answer(), body.remember, peer, secrets)
    return logged_in_of(grant)


SECTION = Section(
    "Signing in",
    "A user may have a second factor: then the first step of a log-in, such as `POST /v2/login`, is refused with "
    "`second_factor_needed`, and the problem has a `ticket`, and the `factors` that the user may show. The second step "
    "is the log-in.",
    (
        Operation(
            "POST",
            "/login/factor",
            log_in_with_factor,
            "Log in: the second step",
            (BadTicket, WrongCode, TooManyAttempts, DeviceRevoked, TooManyDevices),
        ),
    ),
)
