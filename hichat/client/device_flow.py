"""
Signing in by a browser (RFC 8628): for programs at which nobody can type a password, and for accounts that have none,
or a second factor::

    pending = await begin(api, "anns-laptop", "backup script")
    print(f"Open {pending.uri} and type {pending.user_code}")
    session = await finish(api, pending)

The person must be signed in at that address. The session is as one that began with a password.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hichat.client.calls import DeviceSession, Server
from hichat.client.wire import BadAnswer, Refused, Unreachable, whole, words

SLOWER = 5
"""Seconds that are added between two polls when the server says that they come too soon (RFC 8628, 3.5)."""


class PendingLogin(NamedTuple):
    """
    A device that waits for somebody who lets it in.

    @ivar code: the long code: nobody else may see it.
    @ivar user_code: what the person types.
    @ivar uri: where.
    @ivar complete: the same address with the code, for a QR code or a link. The person types the code all the same.
    @ivar interval: seconds between two polls.
    @ivar ends_at: when the server gives up, in seconds of L{Server.seconds}.
    """

    code: str
    user_code: str
    uri: str
    complete: str
    interval: int
    ends_at: float


async def begin(api: Server, device: str, label: str = "") -> PendingLogin:
    """
    Begin to sign in.

    @param device: the device's name, as for L{Server.log_in}.
    @param label: what the program calls itself, for the person: at most 48 letters of ASCII, digits, blanks and
        C{.-_@}.
    @raise Refused: there were too many from here.
    """
    answer = await api.call_v2("POST", "/device", {"device": device, "label": label})
    found: dict[str, Any] = answer if isinstance(answer, dict) else {}
    code, user_code = words(found.get("deviceCode")), words(found.get("userCode"))
    if not code or not user_code:
        raise BadAnswer("the server's answer has no codes")
    # A server behind a proxy may not know its own address.
    uri = words(found.get("verificationUri"))
    uri = uri if "://" in uri else f"{api.address.http}/device"
    complete = words(found.get("verificationUriComplete"))
    complete = complete if "://" in complete else f"{uri}?code={user_code}"
    interval, lifetime = max(1, whole(found.get("interval"))), whole(found.get("expiresIn"))
    return PendingLogin(code, user_code, uri, complete, interval, api.seconds() + lifetime)


async def finish(
    api: Server,
    pending: PendingLogin,
    on_refresh_token: Callable[[str], object] = lambda _token: None,
    *,
    secret: str = "",
    on_secret: Callable[[str], object] = lambda _secret: None,
) -> DeviceSession:
    """
    Wait until somebody has let the device in.

    @param on_refresh_token: see L{DeviceSession}.
    @param secret: see L{Server.log_in}; as is C{on_secret}.
    @raise Refused: somebody has refused (C{access_denied}), nobody has answered in time (C{expired_token}), or the
        device was revoked.
    """
    interval = pending.interval
    body = {"deviceCode": pending.code} | ({"deviceSecret": secret} if secret else {})
    while True:
        await api.pause(interval)
        try:
            answer = await api.call_v2("POST", "/device/token", body)
        except Refused as error:
            if error.code == "slow_down":
                interval += SLOWER
            elif error.code != "authorization_pending":
                raise
        except Unreachable:
            # The server may be back before the code ends.
            if api.seconds() >= pending.ends_at:
                raise
        else:
            found = words(answer.get("deviceSecret")) if isinstance(answer, dict) else ""
            if found:
                on_secret(found)
            return DeviceSession(api, answer, on_refresh_token)
