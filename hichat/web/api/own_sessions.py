"""Who comes in as a user, over HTTP: sessions, and the log-ins and refusals of the last weeks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import app_secrets, devices, known, users
from hichat.accounts.devices import Device
from hichat.accounts.sessions import WAYS, Session, WayIn, way_of
from hichat.audit import entries
from hichat.audit.connections import last_ends
from hichat.audit.entries import OK, Entry
from hichat.core.errors import NoSuchDevice
from hichat.signin import device_codes
from hichat.signin.remembered import of_user as remembered_devices
from hichat.web.api.accounts import DevicePath, ShownDevice, shown_device
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time
from hichat.web.api.paging import Page, Paging, cursor
from hichat.web.services import ApiServices

SIGN_IN_DAYS = 90
"""The days for which users see who came in as them."""

CONNECTIONS_LOOKED = 1000
"""The most connections of a user by which it is told when devices were used last."""

_ACTS: dict[str, Literal["log_in", "new_device", "stolen", "new_password"]] = {
    entries.LOG_IN: "log_in",
    entries.NEW_DEVICE: "new_device",
    entries.REFRESH_REUSED: "stolen",
    entries.SET_PASSWORD: "new_password",
}


class ShownSession(ShownDevice, kw_only=True):
    """
    A device of a user, and its session.

    @ivar used: when it was used last, to some minutes; 0: that is not known.
    @ivar connected: it has a connection now.
    @ivar began: when it logged in; 0: it is not logged in.
    @ivar via: how it came in; absent: it is not logged in. C{token}: an administrator has made its token.
    @ivar known: the server knows it at its next log-in: strangers' tries do not hold it up.
    @ivar remembered: it logs in without a second factor.
    """

    connected: bool
    began: Time
    remembered: bool
    via: WayIn | UnsetType = UNSET
    known: bool


class EndSessions(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What ends.

    @ivar current: this session ends, too.
    @ivar devices: the devices are forgotten, too: the server does not know them at their next log-in, and asks each for
        the second factor.
    @ivar appPasswords: all app passwords are revoked, too.
    """

    current: bool = False
    devices: bool = False
    appPasswords: bool = False  # noqa: N815


class SessionsEnded(msgspec.Struct):
    """
    What has ended.

    @ivar ended: how many sessions.
    """

    ended: Annotated[int, Meta(ge=0)]


class PastSignIn(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    A log-in, or a try.

    @ivar what: C{log_in}: somebody logged in, or tried. C{new_device}: so did a device that had never logged in.
        C{stolen}: a refresh token came twice, and its session has ended. C{new_password}: a password was set with a
        code.
    @ivar outcome: C{ok}, or the code of the refusal; C{unknown}: the client has not waited for the answer.
    @ivar via: the way in; absent: there is none.
    @ivar address: where it came from.
    @ivar device: the device; absent: it is not known, or removed.
    @ivar name: the device's own name.
    @ivar count: how often it was tried within a minute.
    """

    at: Time
    what: Literal["log_in", "new_device", "stolen", "new_password"]
    outcome: str
    via: WayIn | UnsetType = UNSET
    address: str = ""
    device: DeviceId | UnsetType = UNSET
    name: str = ""
    count: Annotated[int, Meta(ge=1)] = 1


async def get_sessions(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownSession]:
    """
    Gives your devices and their sessions, the oldest first, without revoked ones: those of v1, too, and those that may
    log in again.
    """
    return await page_of_sessions(services, caller, caller.user.id, query)


async def end_session(services: ApiServices, caller: Caller, path: DevicePath) -> None:
    """
    Ends the session of one of your devices: makes its tokens void and closes its connections. The device may log in
    again, as a new one.
    """

    def forget(connection: Connection) -> None:
        known.forget(connection, caller.user.id, device=path.device)

    await services.accounts.sessions.sign_out_device(caller.user.id, path.device, forget)


async def end_sessions(services: ApiServices, caller: Caller, body: EndSessions) -> SessionsEnded:
    """
    Ends all your other sessions at once, or with C{current} all: makes their tokens void, those of v1 and those that an
    administrator made too, and closes their connections.
    """
    keep = 0 if body.current else caller.device

    def also(connection: Connection) -> None:
        device_codes.forget_admitted(connection, caller.user.id)
        if body.devices:
            known.forget(connection, caller.user.id, keep)
        if body.appPasswords:
            app_secrets.forget(connection, caller.user.id)

    return SessionsEnded(await services.accounts.sessions.end_sessions(caller.user.id, keep, also))


async def get_sign_ins(services: ApiServices, caller: Caller, query: Paging) -> Page[PastSignIn]:
    """
    Gives who came in as you in the last 90 days, or tried, the newest first. A page may have fewer entries than
    C{limit}, even none, and a C{next} all the same.
    """
    return await page_of_sign_ins(services, caller.user.id, query)


async def page_of_sessions(services: ApiServices, caller: Caller, user_id: int, query: Paging) -> Page[ShownSession]:
    """@return: a page of a user's devices with their sessions."""
    after = query.after(tuple[int])
    first = after[0] if after else 0
    # There are at most devices.DEVICES_LIMIT of them and some of v1, and those that were revoked.
    found = await services.accounts.sessions.of_user(user_id)
    wanted = [each for each in found if each[0].id > first and each[0].revoked_at is None][: query.limit + 1]
    online = {each.device for each in await services.server.devices_of(user_id)}
    now = services.conversations.now()

    def look(connection: Connection) -> list[ShownSession]:
        remembered = {each.device for each in remembered_devices(connection, users.get(connection, user_id), now)}
        ends = last_ends(connection, user_id, CONNECTIONS_LOOKED)
        with_secret = known.of_user(connection, user_id)

        def show(device: Device, session: Session | None) -> ShownSession:
            is_online = device.id in online
            used = now if is_online else max(session.used_at, ends.get(device.id, 0)) if session else 0
            facts = msgspec.structs.asdict(shown_device(device, session, caller)) | {"used": used}
            return ShownSession(
                **facts,
                connected=is_online,
                began=session.began_at if session else 0,
                via=way_of(device, session) if session else UNSET,
                known=device.id in with_secret,
                remembered=device.id in remembered,
            )

        return [show(*each) for each in wanted]

    return query.page(await services.store.read(look), lambda each: (each.id,))


async def page_of_sign_ins(services: ApiServices, user_id: int, query: Paging) -> Page[PastSignIn]:
    """@return: a page of the log-ins of a user."""
    after = query.after(tuple[int])
    since = services.conversations.now() - SIGN_IN_DAYS * 24 * 3600 * 1000

    def look(connection: Connection) -> Page[PastSignIn]:
        before = after[0] if after else entries.last_number(connection) + 1
        found, following = entries.sign_ins(connection, user_id, since, before, query.limit)
        names = {each.id: each.name for each in devices.of_user(connection, user_id)}
        shown = [_sign_in(entry, names) for _, entry in found]
        return Page(shown, cursor((following,)) if following else UNSET)

    return await services.store.read(look)


def _sign_in(entry: Entry, names: dict[int, str]) -> PastSignIn:
    is_here = entry.device in names
    return PastSignIn(
        at=entry.at,
        what=_ACTS[entry.act],
        outcome=OK if entry.act == entries.REFRESH_REUSED else entry.outcome,
        via=WAYS.get(entry.via, UNSET),
        address=entry.address,
        device=entry.device if is_here else UNSET,
        name=names.get(entry.device, ""),
        count=entry.count,
    )


SECTION = Section(
    "Sessions",
    "Where you are signed in, and who came in as you, or tried.",
    (
        Operation("GET", "/me/sessions", get_sessions, "List your sessions"),
        Operation(
            "DELETE",
            "/me/sessions/{device}",
            end_session,
            "End a session",
            (NoSuchDevice,),
            audited=True,
            secures=True,
        ),
        Operation("POST", "/me/sessions/end", end_sessions, "Log out everywhere", audited=True, secures=True),
        Operation("GET", "/me/sign-ins", get_sign_ins, "List who came in as you"),
    ),
)
