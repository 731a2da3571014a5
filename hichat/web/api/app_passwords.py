"""App passwords over HTTP; see L{hichat.signin.app_passwords}."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hichat.accounts.app_secrets import AppPassword
from hichat.core.errors import AppPasswordExists, NoSuchAppPassword, TooManyAppPasswords
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.web.api.accounts import UserName
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.signing_in import PROOF_REFUSALS, OwnProof
from hichat.web.services import ApiServices

AppPasswordId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="An app password's number.")]


class AppPasswordWanted(OwnProof, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new app password; with the account's password, or a second factor, as a proof that it is still you.

    @ivar name: what you will know it by, such as the client's name. Each of yours has another one.
    """

    name: UserName


class ShownApp(msgspec.Struct):
    """
    An app password of yours. The password itself is shown when it is made, and never again.

    @ivar used: the last log-in with it, or the last use of a session that it began, to some minutes; 0: none.
    """

    id: AppPasswordId
    name: str
    created: Time
    used: Time


class MadeApp(ShownApp):
    """
    A new app password.

    @ivar password: the password to log in with, instead of the account's. Hyphens, blanks and case do not matter.
    """

    password: str


class AppPasswordPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of an app password."""

    number: AppPasswordId


async def list_app_passwords(services: ApiServices, caller: Caller) -> list[ShownApp]:
    """Gives your app passwords, the oldest first; there are at most 50."""
    return [_shown(each) for each in await services.app_passwords.of_user(caller.user.id)]


async def make_app_password(services: ApiServices, caller: Caller, body: AppPasswordWanted) -> MadeApp:
    """
    Makes an app password: for one client that cannot ask for a second factor, such as one of v1. Whoever logs in with
    it may write and read as you, but may not change how you sign in, your e-mail address or your devices, may not
    delete the account, and is no administrator.
    """
    await body.check(services, caller)
    made, secret = await services.app_passwords.make(caller.user, body.name)
    return MadeApp(made.id, made.name, made.created_at, made.used_at, secret)


async def revoke_app_password(services: ApiServices, caller: Caller, path: AppPasswordPath) -> None:
    """Revokes an app password: nobody can log in with it, and all that has logged in with it is logged out at once."""
    await services.app_passwords.revoke(caller.user.id, path.number)


def _shown(made: AppPassword) -> ShownApp:
    return ShownApp(made.id, made.name, made.created_at, made.used_at)


SECTION = Section(
    "App passwords",
    "An app password is for one client, and stands in place of the password in `POST /v2/login`, and at the log-in of "
    "v1. No second factor is asked then. An account with a second factor logs in over v1 with an app password only. "
    "Another password for the account, and a reset by an administrator, remove all app passwords.",
    (
        Operation("GET", "/me/app-passwords", list_app_passwords, "List your app passwords"),
        Operation(
            "POST",
            "/me/app-passwords",
            make_app_password,
            "Make an app password",
            (*PROOF_REFUSALS, AppPasswordExists, TooManyAppPasswords),
            status=201,
            audited=True,
            secures=True,
        ),
        Operation(
            "DELETE",
            "/me/app-passwords/{number}",
            revoke_app_password,
            "Revoke an app password",
            (NoSuchAppPassword,),
            audited=True,
            secures=True,
        ),
    ),
)
