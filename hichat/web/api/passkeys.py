"""Passkeys over HTTP: one's own, and coming in by one."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hichat.core.errors import (
    BadTicket,
    ChallengeOver,
    DeviceRevoked,
    Disabled,
    FactorRequired,
    NoPasskeysHere,
    NoSuchPasskey,
    PasskeyCopied,
    PasskeyTaken,
    TooManyAttempts,
    TooManyDevices,
    TooManyPasskeys,
    WrongPasskey,
    WrongPassword,
)
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.signin.ceremonies import CreationOptions, NewCredential, PasskeyState, RequestOptions, UsedCredential
from hichat.signin.passkeys import PASSKEYS_LIMIT, KeptPasskey, PasskeyShown
from hichat.signin.proving import bound_to
from hichat.signin.ways import SignIn
from hichat.web.api.accounts import LoggedIn, UserName, logged_in_of
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.signing_in import PROOF_REFUSALS, GivenTicket, OwnProof
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices
from hichat.wire.frames import DeviceName

PasskeyId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A passkey's number.")]


class ShownPasskey(msgspec.Struct):
    """
    A passkey of yours.

    @ivar name: your own name for it.
    @ivar made: when it was made.
    @ivar used: when it was used last; 0: never.
    """

    id: PasskeyId
    name: str
    made: Time
    used: Time


class MadePasskey(ShownPasskey):
    """
    A passkey that was made.

    @ivar recoveryCodes: they are shown only now, and each stands in for a factor, once; empty: you have some already.
    """

    recoveryCodes: list[str]  # noqa: N815


class OwnPasskeys(msgspec.Struct):
    """
    Your passkeys.

    @ivar passkeys: the oldest first.
    @ivar possible: whether this server takes passkeys: whether it has a public URL to which they can be bound.
    """

    passkeys: Annotated[list[ShownPasskey], Meta(max_length=PASSKEYS_LIMIT)]
    possible: bool


class PasskeyPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a passkey of yours."""

    passkey: PasskeyId


class PasskeyCreation(msgspec.Struct):
    """
    How a passkey is made.

    @ivar state: to be sent back with the passkey.
    @ivar options: for the browser.
    """

    state: str
    options: CreationOptions


class PasskeyRequest(msgspec.Struct):
    """
    How a passkey is asked for.

    @ivar state: to be sent back with the answer.
    @ivar options: for the browser.
    """

    state: str
    options: RequestOptions


class NewPasskey(msgspec.Struct, forbid_unknown_fields=True):
    """
    A passkey that was made.

    @ivar state: as it came with the options.
    @ivar credential: what the browser gives.
    @ivar name: your own name for it.
    """

    state: PasskeyState
    credential: NewCredential
    name: UserName


class PasskeyName(msgspec.Struct, forbid_unknown_fields=True):
    """Your own name for a passkey."""

    name: UserName


class PasskeyWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    For what a passkey is to be shown.

    @ivar ticket: the ticket of a first step; empty: the passkey alone is to let its user in.
    """

    ticket: GivenTicket | Literal[""] = ""


class PasskeyLogin(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A log-in by a passkey alone.

    @ivar state: as it came with the options.
    @ivar credential: what the browser gives.
    @ivar device: a name for the device, of the client's own.
    @ivar deviceSecret: the secret of this device's last log-in.
    """

    state: PasskeyState
    credential: UsedCredential
    device: DeviceName
    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


async def list_passkeys(services: ApiServices, caller: Caller) -> OwnPasskeys:
    """Gives your passkeys, of which you may have 20."""
    found = await services.sign_in.passkeys.listed(caller.user.id)
    return OwnPasskeys([_shown(passkey) for passkey in found], services.sign_in.passkeys.possible)


async def begin_passkey(services: ApiServices, caller: Caller, body: OwnProof) -> PasskeyCreation:
    """
    Gives what the browser needs to make a passkey. It is good for five minutes, for one passkey, and on this device.
    """
    await body.check(services, caller)
    return PasskeyCreation(*await services.sign_in.passkeys.begin_making(*caller))


async def make_passkey(services: ApiServices, caller: Caller, body: NewPasskey) -> MadePasskey:
    """
    Keeps a passkey that the browser has made. From then on it is a second factor, and lets you in by itself; the
    password alone does not any more, and your log-ins over v1 by the password end.
    """
    made, codes = await services.sign_in.passkeys.finish_making(*caller, body.state, body.credential, body.name)
    return MadePasskey(**msgspec.structs.asdict(_shown(made)), recoveryCodes=codes)


async def rename_passkey(services: ApiServices, caller: Caller, path: PasskeyPath, body: PasskeyName) -> ShownPasskey:
    """Gives a passkey of yours another name."""
    return _shown(await services.sign_in.passkeys.rename(caller.user.id, path.passkey, body.name))


async def remove_passkey(services: ApiServices, caller: Caller, path: PasskeyPath, body: OwnProof) -> None:
    """
    Removes a passkey of yours: it lets nobody in any more. What is logged in stays so. With the last factor the
    recovery codes go, too.
    """
    await body.check(services, caller)
    await services.sign_in.passkeys.remove(caller.user, path.passkey)


async def show_passkey(services: ApiServices, caller: Caller) -> PasskeyRequest:
    """Gives what the browser needs to show a passkey of yours, as a proof that it is still you."""
    return PasskeyRequest(*await services.sign_in.passkeys.begin_showing(caller.user.id, bound_to(*caller)))


async def begin_passkey_log_in(services: ApiServices, body: PasskeyWanted) -> PasskeyRequest:
    """
    Gives what the browser needs to show a passkey: with a ticket one of the user's as a second factor, for
    `POST /v2/login/factor`; else any of this server, for `POST /v2/login/passkey`. It is good for five minutes, and
    once.
    """
    return await ask_for_passkey(services.sign_in, body.ticket, "")


async def log_in_with_passkey(services: ApiServices, peer: Peer, body: PasskeyLogin) -> LoggedIn:
    """
    Gives tokens that are bound to the device, in exchange for a passkey alone: its authenticator has verified the user,
    so it counts as both factors. A passkey that has signed as often as before, or less often, may be a copy, and is
    refused.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    user = await services.sign_in.passkeys.come(PasskeyShown("", body.state, body.credential), peer.address)
    return logged_in_of(await services.sign_in.came_by(user, body.device, peer, "passkey", secrets, factor_done=True))


async def ask_for_passkey(sign_in: SignIn, ticket: str, browser: str) -> PasskeyRequest:
    """
    @param ticket: of a first step; empty: the passkey alone is to let its user in.
    @param browser: who asks, if a passkey alone is asked for.
    @return: the state, and what the browser is told.
    """
    if ticket:
        return PasskeyRequest(*await sign_in.passkeys.begin_showing(sign_in.user_of(ticket), ticket))
    return PasskeyRequest(*sign_in.passkeys.begin_coming(browser))


def _shown(passkey: KeptPasskey) -> ShownPasskey:
    return ShownPasskey(passkey.id, passkey.name, passkey.made_at, passkey.used_at)


SECTION = Section(
    "Passkeys",
    "A passkey (WebAuthn, Level 3) is a second factor after the password, and lets its user in by itself. It is bound "
    "to the host of the server's public URL. What the server gives as `options` a page hands to "
    "`PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`, and what comes back from "
    "`navigator.credentials` it sends as `toJSON()` gives it.",
    (
        Operation("GET", "/me/passkeys", list_passkeys, "List your passkeys"),
        Operation(
            "POST",
            "/me/passkeys/begin",
            begin_passkey,
            "Begin to make a passkey",
            (NoPasskeysHere, TooManyPasskeys, *PROOF_REFUSALS),
            audited=True,
            secures=True,
            secret=True,
        ),
        Operation(
            "POST",
            "/me/passkeys/show",
            show_passkey,
            "Ask for a passkey of yours",
            (NoPasskeysHere,),
            audited=True,
            secures=True,
            secret=True,
        ),
        Operation(
            "POST",
            "/me/passkeys",
            make_passkey,
            "Make a passkey",
            (NoPasskeysHere, ChallengeOver, WrongPasskey, PasskeyTaken, TooManyPasskeys),
            status=201,
            audited=True,
            secures=True,
            secret=True,
        ),
        Operation(
            "PATCH",
            "/me/passkeys/{passkey}",
            rename_passkey,
            "Rename a passkey",
            (NoSuchPasskey,),
            audited=True,
            secures=True,
        ),
        Operation(
            "POST",
            "/me/passkeys/{passkey}/removal",
            remove_passkey,
            "Remove a passkey",
            (NoSuchPasskey, FactorRequired, *PROOF_REFUSALS),
            audited=True,
            secures=True,
        ),
        Operation(
            "POST",
            "/login/passkey/begin",
            begin_passkey_log_in,
            "Ask for a passkey",
            (NoPasskeysHere, BadTicket),
            secret=True,
        ),
        Operation(
            "POST",
            "/login/passkey",
            log_in_with_passkey,
            "Log in: with a passkey",
            (
                NoPasskeysHere,
                ChallengeOver,
                WrongPasskey,
                PasskeyCopied,
                Disabled,
                TooManyAttempts,
                WrongPassword,
                DeviceRevoked,
                TooManyDevices,
            ),
            secret=True,
        ),
    ),
)
