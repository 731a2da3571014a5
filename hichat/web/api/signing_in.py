"""The second step of a log-in over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import (
    BadTicket,
    ClockSkewed,
    DeviceRevoked,
    Disabled,
    FreshLogInNeeded,
    InvalidField,
    PasskeyCopied,
    TooManyAttempts,
    TooManyDevices,
    WrongCode,
    WrongPassword,
)
from hichat.signin.ceremonies import PasskeyState, UsedCredential
from hichat.signin.factors import Recovery, Totp
from hichat.signin.passkeys import PasskeyShown
from hichat.signin.proving import bound_to
from hichat.signin.tickets import TICKET_LIMIT
from hichat.web.api.accounts import AnyPassword, LoggedIn, logged_in_of
from hichat.web.api.operation import Caller, Operation, Section
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices

GivenTicket = Annotated[str, Meta(min_length=1, max_length=TICKET_LIMIT)]
GivenCode = Annotated[str, Meta(max_length=64)]


class PasskeyAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """
    A passkey was shown.

    @ivar state: as it came with the options.
    @ivar credential: what the browser gives.
    """

    state: PasskeyState
    credential: UsedCredential


class FactorAnswer(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    One second factor, of those that the user has.

    @ivar totp: the six digits that an app shows; blanks do not matter.
    @ivar recovery: a recovery code, which is used up; hyphens and case do not matter.
    @ivar passkey: a passkey, as it was asked for with the ticket.
    """

    totp: GivenCode | UnsetType = UNSET
    recovery: GivenCode | UnsetType = UNSET
    passkey: PasskeyAnswer | UnsetType = UNSET

    def answer(self, bound: str) -> Any:
        """
        @param bound: what a passkey's challenge is bound to.
        @return: the answer; see L{hichat.signin.factors}.
        @raise InvalidField: there is none, or more than one.
        """
        given: list[tuple[str, Any, Callable[[Any], Any]]] = [
            ("totp", self.totp, Totp),
            ("recovery", self.recovery, Recovery),
            ("passkey", self.passkey, lambda shown: PasskeyShown(bound, shown.state, shown.credential)),
        ]
        found = [kind(value) for _, value, kind in given if value is not UNSET]
        if len(found) != 1:
            raise InvalidField(" | ".join(name for name, _, _ in given))
        return found[0]


class OwnProof(FactorAnswer, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    That it is still you: your password, or one of your second factors. If you have neither, as after single sign-on:
    nothing, within five minutes after your log-in.

    @ivar passkey: a passkey, as it was asked for with `POST /v2/me/passkeys/show`.
    """

    password: AnyPassword | UnsetType = UNSET

    async def check(self, services: ApiServices, caller: Caller) -> None:
        """
        @raise InvalidField: there is none, or more than one.
        @raise Refused: it is wrong; see L{PROOF_REFUSALS}.
        """
        prover = services.sign_in.prover
        is_empty = (self.password, self.totp, self.recovery, self.passkey) == (UNSET,) * 4
        if is_empty and await prover.by_log_in(*caller):
            return
        if self.password is UNSET:
            await prover.by_factor(*caller, self.answer(bound_to(*caller)))
        elif (self.totp, self.recovery, self.passkey) != (UNSET, UNSET, UNSET):
            raise InvalidField("password | totp | recovery | passkey")
        else:
            await prover.by_password(*caller, self.password)


PROOF_REFUSALS = (WrongPassword, WrongCode, PasskeyCopied, FreshLogInNeeded, Disabled, TooManyAttempts)
"""The refusals of an operation that wants an L{OwnProof}."""


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
    grant = await services.sign_in.with_factor(body.ticket, body.answer(body.ticket), body.remember, peer, secrets)
    return logged_in_of(grant)


class GivenEnrolment(msgspec.Struct, forbid_unknown_fields=True):
    """
    A log-in of somebody whose role needs a second factor.

    @ivar ticket: what the first step gave.
    """

    ticket: GivenTicket


class AppCode(GivenEnrolment, kw_only=True, forbid_unknown_fields=True):
    """
    The code with which an app shows that it has its key.

    @ivar code: the six digits; blanks do not matter.
    """

    code: GivenCode


class DeviceAppCode(AppCode, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    The code with which an app shows that it has its key.

    @ivar deviceSecret: as at the first step.
    """

    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


class AppToSetUp(msgspec.Struct):
    """
    What an app is told.

    @ivar secret: its key in Base32, to be typed.
    @ivar uri: all of it, for an app on this device (C{otpauth:}).
    @ivar qr: the same as a QR code, for the camera of another device: an SVG document.
    """

    secret: str
    uri: str
    qr: str


class LoggedInWithCodes(LoggedIn):
    """
    The tokens of a device that has just logged in, and its secret; and recovery codes, which are shown only now.

    @ivar recoveryCodes: each stands in for the app, once.
    """

    recoveryCodes: list[str]  # noqa: N815


async def enrol(services: ApiServices, body: GivenEnrolment) -> AppToSetUp:
    """
    Tells what an app needs to know, for somebody whose role needs a second factor. It changes nothing yet, and gives
    the same for the same ticket.
    """
    return AppToSetUp(*await services.sign_in.enrolling.begin(body.ticket))


async def confirm_enrolment(services: ApiServices, peer: Peer, body: DeviceAppCode) -> LoggedInWithCodes:
    """
    Sets up an app as the user's second factor, and gives tokens that are bound to the device, and recovery codes.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    done = await services.sign_in.enrolling.confirm(body.ticket, Totp(body.code), peer, secrets)
    return LoggedInWithCodes(**msgspec.structs.asdict(logged_in_of(done.grant)), recoveryCodes=done.codes)


SECTION = Section(
    "Signing in",
    "A user may have a second factor: then the first step of a log-in, such as `POST /v2/login`, is refused with "
    "`second_factor_needed`, and the problem has a `ticket`, and the `factors` that the user may show. The second step "
    "is the log-in.\n\nIf the user's role needs a factor, and the user has none, the refusal is `enrolment_needed`: "
    "with its `ticket` the user sets up an app, and is logged in.",
    (
        Operation(
            "POST",
            "/login/factor",
            log_in_with_factor,
            "Log in: the second step",
            (BadTicket, WrongCode, PasskeyCopied, TooManyAttempts, DeviceRevoked, TooManyDevices),
        ),
        Operation("POST", "/login/enrol", enrol, "Log in: what an app is told that is set up", (BadTicket,)),
        Operation(
            "POST",
            "/login/enrol/confirm",
            confirm_enrolment,
            "Log in: set up an app",
            (BadTicket, WrongCode, ClockSkewed, DeviceRevoked, TooManyDevices),
        ),
    ),
)
