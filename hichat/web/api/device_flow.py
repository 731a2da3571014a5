"""Signing a device in by a browser, over HTTP (RFC 8628); see L{hichat.signin.device_flow}."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hichat.core.errors import (
    AccessDenied,
    AuthorizationPending,
    DeviceRevoked,
    ExpiredToken,
    NoSuchUserCode,
    SlowDown,
    TooManyAttempts,
    TooManyDevices,
)
from hichat.signin.device_codes import DEVICE_CODE_LIFETIME
from hichat.web.api.accounts import LoggedIn, logged_in_of
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices
from hichat.wire.frames import DeviceName

UserCode = Annotated[str, Meta(min_length=1, max_length=32)]


class DeviceWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A device that wants to be let in.

    @ivar device: a name that the client gives itself once and keeps, as in C{hello}.
    @ivar label: what the client calls itself, for the person who lets it in: letters of ASCII, digits, blanks and
        C{.-_@}.
    """

    device: DeviceName
    label: Annotated[str, Meta(max_length=48, pattern="^[A-Za-z0-9 ._@-]*$")] = ""


class DeviceBegun(msgspec.Struct):
    """
    A device that waits.

    @ivar deviceCode: what the device shows in its polls; nobody else may see it.
    @ivar userCode: what the person types: letters, of which case does not matter, and a hyphen, which does not either.
    @ivar verificationUri: where: the address of a page of this server.
    @ivar verificationUriComplete: the same page, which knows the code then, and asks for it all the same.
    @ivar interval: seconds between two polls; after C{slow_down} five more.
    @ivar expiresIn: seconds for which the device waits.
    """

    deviceCode: str  # noqa: N815
    userCode: str  # noqa: N815
    verificationUri: str  # noqa: N815
    verificationUriComplete: str  # noqa: N815
    interval: int
    expiresIn: int  # noqa: N815


class DevicePoll(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A device that asks whether it was let in.

    @ivar deviceCode: the device's code.
    @ivar deviceSecret: the secret of this device's last log-in, if it has one.
    """

    deviceCode: Annotated[str, Meta(max_length=1024)]  # noqa: N815
    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


class UserCodeGiven(msgspec.Struct, forbid_unknown_fields=True):
    """
    A code that a person has typed.

    @ivar userCode: the code that the device shows.
    """

    userCode: UserCode  # noqa: N815


class DeviceAnswer(UserCodeGiven, forbid_unknown_fields=True):
    """
    What becomes of a device.

    @ivar allow: whether it is let in.
    """

    allow: bool


class DeviceAsking(msgspec.Struct):
    """
    A device that wants to be let in.

    @ivar device: the client's own name for the device.
    @ivar label: what the client calls itself; empty: nothing. Anybody may call itself anything.
    @ivar address: the address from which it asks.
    @ivar began: since when.
    @ivar expires: when it stops waiting.
    """

    device: str
    label: str
    address: str
    began: Time
    expires: Time


async def begin_device(services: ApiServices, peer: Peer, base: str, body: DeviceWanted) -> DeviceBegun:
    """
    Lets a device wait for somebody who lets it in. The device shows the person C{verificationUri} and C{userCode}, and
    polls meanwhile.
    """
    begun = await services.device_flow.begin(body.device, body.label, peer.address)
    page = f"{base}/device"
    complete = f"{page}?code={begun.user_code}"
    return DeviceBegun(begun.code, begun.user_code, page, complete, begun.interval, begun.lifetime)


async def poll_device(services: ApiServices, peer: Peer, body: DevicePoll) -> LoggedIn:
    """
    Gives the tokens of a device that was let in, once. Until then the answer is C{authorization_pending}; after the end
    C{access_denied} or C{expired_token}.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    return logged_in_of(await services.device_flow.poll(body.deviceCode, peer, secrets))


async def find_device(services: ApiServices, caller: Caller, peer: Peer, body: UserCodeGiven) -> DeviceAsking:
    """Gives the device that waits with a code, so that a person can see what asks, from where and since when."""
    found = await services.device_flow.find(caller.user, body.userCode, peer.address)
    expires = found.began_at + DEVICE_CODE_LIFETIME * 1000
    return DeviceAsking(found.device, found.label, found.address, found.began_at, expires)


async def answer_device(services: ApiServices, caller: Caller, peer: Peer, body: DeviceAnswer) -> None:
    """
    Lets the device that waits with a code in as you, or refuses it. A code is good once. Ask the person for the code
    that the device shows, also when a link has brought it.
    """
    await services.device_flow.answer(caller.user, body.userCode, body.allow, peer.address)


SECTION = Section(
    "Signing in a device by a browser",
    "For clients at which nobody can type a password, or that cannot ask for a second factor: the device authorization "
    "grant (RFC 8628), in JSON. The device begins, and shows its person an address and a code. The person opens the "
    "address where they are signed in, types the code, and lets the device in. Then the device gets tokens as from "
    "`POST /v2/login`.",
    (
        Operation("POST", "/device", begin_device, "Begin to sign a device in", (TooManyAttempts,)),
        Operation(
            "POST",
            "/device/token",
            poll_device,
            "Get the tokens of a device",
            (AuthorizationPending, SlowDown, ExpiredToken, AccessDenied, DeviceRevoked, TooManyDevices),
        ),
        Operation("POST", "/device/find", find_device, "Find a device that waits", (NoSuchUserCode, TooManyAttempts)),
        Operation(
            "POST",
            "/device/answer",
            answer_device,
            "Let a device in, or refuse it",
            (NoSuchUserCode, TooManyAttempts),
            audited=True,
            secures=True,
        ),
    ),
)
