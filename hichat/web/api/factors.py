"""The caller's second factors over HTTP, and an administrator's view of somebody's."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from hichat.accounts.server_rights import ServerAct, ask
from hichat.core.errors import (
    BadTicket,
    ClockSkewed,
    FactorRequired,
    NoSuchDevice,
    NoSuchFactor,
    NoSuchUser,
    NotAdministrator,
    NotPermitted,
    WrongCode,
)
from hichat.signin.factors import FactorName, Totp
from hichat.web.api.accounts import DevicePath, UserPath
from hichat.web.api.admin_people import asking_again, whose_account
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time
from hichat.web.api.signing_in import PROOF_REFUSALS, AppCode, AppToSetUp, OwnProof
from hichat.web.services import ApiServices


class RememberedOne(msgspec.Struct):
    """
    A device that logs in without a second factor.

    @ivar name: the name that the client gives itself.
    @ivar since: since when; and C{until}: for how long.
    """

    id: DeviceId
    name: str
    since: Time
    until: Time


class OwnFactorsShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    The second factors of a user.

    @ivar factors: what the user may answer with at a log-in; empty: the user is not asked.
    @ivar needed: the user's role needs a second factor.
    @ivar password: the user has a password that lets in.
    @ivar appSince: when the app was set up; absent: there is none.
    @ivar recoveryLeft: the number of recovery codes that were not used.
    @ivar remembered: devices that log in without a second factor.
    """

    factors: list[FactorName]
    needed: bool
    password: bool
    appSince: Time | UnsetType = UNSET  # noqa: N815
    recoveryLeft: int  # noqa: N815
    remembered: list[RememberedOne]


class AppBegun(AppToSetUp):
    """
    What an app is told, and the ticket with which it is confirmed.

    @ivar ticket: it is good for five minutes.
    """

    ticket: str


class RecoveryMade(msgspec.Struct):
    """
    Recovery codes, which are shown only now.

    @ivar codes: each stands in for another factor, once.
    """

    codes: list[str]


async def get_factors(services: ApiServices, caller: Caller) -> OwnFactorsShown:
    """Gives your second factors, and the devices that log in without one."""
    return await _shown(services, caller.user.id)


async def begin_app(services: ApiServices, caller: Caller, body: OwnProof) -> AppBegun:
    """Tells what an app needs to know. It changes nothing until the app is confirmed."""
    await body.check(services, caller)
    ticket, told = await services.sign_in.own.begin(caller.user)
    return AppBegun(*told, ticket)


async def confirm_app(services: ApiServices, caller: Caller, body: AppCode) -> RecoveryMade:
    """
    Sets up the app as your second factor, in place of an earlier app, and gives recovery codes, in place of earlier
    ones. Your log-ins over v1 by the password end.
    """
    return RecoveryMade(await services.sign_in.own.confirm(caller.user, body.ticket, Totp(body.code)))


async def remove_app(services: ApiServices, caller: Caller, body: OwnProof) -> None:
    """Takes your app away as a second factor. With the last factor the recovery codes go, too."""
    await body.check(services, caller)
    await services.sign_in.own.remove_app(caller.user)


async def make_recovery_codes(services: ApiServices, caller: Caller, body: OwnProof) -> RecoveryMade:
    """Makes new recovery codes, in place of earlier ones."""
    await body.check(services, caller)
    return RecoveryMade(await services.sign_in.own.make_recovery_codes(caller.user))


async def forget_device(services: ApiServices, caller: Caller, path: DevicePath) -> None:
    """Remembers a device no longer: its next log-in asks for a second factor."""
    await services.sign_in.own.forget_device(caller.user.id, path.device)


async def admin_get_factors(services: ApiServices, caller: Caller, path: UserPath) -> OwnFactorsShown:
    """Gives the second factors of a user. For administrators."""
    ask(caller.user, ServerAct.RESET_PASSWORD)
    return await _shown(services, path.user)


async def admin_remove_factors(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """
    Takes all second factors away from a user who has lost them. The next log-in asks for the password alone, or to set
    up a factor, if the user's role needs one. For administrators.
    """
    await whose_account(services, caller, ServerAct.RESET_PASSWORD, path.user)
    await services.sign_in.own.take_away(path.user, asking_again(caller, ServerAct.RESET_PASSWORD, path.user))


async def _shown(services: ApiServices, user_id: int) -> OwnFactorsShown:
    found = await services.sign_in.own.of_user(user_id)
    return OwnFactorsShown(
        factors=found.names,
        needed=found.needed,
        password=found.password,
        appSince=found.app_since or UNSET,
        recoveryLeft=found.codes_left,
        remembered=[RememberedOne(*each) for each in found.remembered],
    )


SECTION = Section(
    "Second factors",
    "What you show at a log-in beside the password: the code of an app (TOTP), or a recovery code. Each change asks "
    "for the password or a factor once more.",
    (
        Operation("GET", "/me/factors", get_factors, "Get your second factors"),
        Operation(
            "POST", "/me/factors/totp", begin_app, "Begin to set up an app", PROOF_REFUSALS, audited=True, secures=True
        ),
        Operation(
            "POST",
            "/me/factors/totp/confirm",
            confirm_app,
            "Set up an app",
            (BadTicket, WrongCode, ClockSkewed),
            audited=True,
            secures=True,
        ),
        Operation(
            "POST",
            "/me/factors/totp/removal",
            remove_app,
            "Take your app away",
            (*PROOF_REFUSALS, NoSuchFactor, FactorRequired),
            audited=True,
            secures=True,
        ),
        Operation(
            "POST",
            "/me/factors/recovery",
            make_recovery_codes,
            "Make new recovery codes",
            (*PROOF_REFUSALS, NoSuchFactor),
            audited=True,
            secures=True,
        ),
        Operation(
            "DELETE",
            "/me/factors/devices/{device}",
            forget_device,
            "Remember a device no longer",
            (NoSuchDevice,),
            audited=True,
            secures=True,
        ),
        Operation(
            "GET",
            "/admin/people/{user}/factors",
            admin_get_factors,
            "Get somebody's second factors",
            (NotAdministrator, NoSuchUser),
        ),
        Operation(
            "DELETE",
            "/admin/people/{user}/factors",
            admin_remove_factors,
            "Take somebody's second factors away",
            (NotAdministrator, NotPermitted, NoSuchUser),
            audited=True,
        ),
    ),
)
