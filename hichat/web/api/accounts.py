"""Accounts: coming in, oneself, one's devices, and other people as all may see them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.accounts import Grant
from hichat.accounts.devices import Device
from hichat.accounts.fields import (
    DESCRIPTION_LIMIT,
    EMAIL_LIMIT,
    GENDER_LIMIT,
    GREETING_LIMIT,
    PICTURE_LIMIT,
)
from hichat.accounts.passwords import LEAST, LENGTH_LIMIT
from hichat.accounts.sessions import Session
from hichat.accounts.users import User
from hichat.core.errors import (
    BadInvite,
    DeviceRevoked,
    Disabled,
    NameReserved,
    NameTaken,
    NoSuchDevice,
    NoSuchUser,
    PasswordHasName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    RegistrationClosed,
    TooManyAttempts,
    TooManyDevices,
    Unauthorized,
    WrongPassword,
)
from hichat.core.text import GROWTH, NAME_LIMIT, name_key
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.credentials import Peer
from hichat.web.parts import Parts
from hichat.wire.frames import DeviceName


def _kept(limit: int, least: int = 0) -> Meta:
    """@return: of a text that is kept composed; it may come decomposed, in more characters."""
    text = f"at most {limit} characters, composed (NFC)"
    return Meta(min_length=least or None, max_length=GROWTH * limit, description=text)


Name = Annotated[str, _kept(NAME_LIMIT, 1)]
AnyName = Annotated[str, _kept(NAME_LIMIT)]
Password = Annotated[
    str,
    Meta(
        description=f"at least {LEAST} characters, or as many as the server wants, and at most {LENGTH_LIMIT}, "
        "composed (NFC); none of those that are guessed first, and without the user's name"
    ),
]
AnyPassword = Annotated[str, _kept(LENGTH_LIMIT)]
Picture = Annotated[str, Meta(max_length=PICTURE_LIMIT)]
Gender = Annotated[str, _kept(GENDER_LIMIT)]
Description = Annotated[str, _kept(DESCRIPTION_LIMIT)]
Greeting = Annotated[str, _kept(GREETING_LIMIT)]


class Person(msgspec.Struct):
    """
    A user, as everybody may see them.

    @ivar name: empty if the account is deleted.
    @ivar avatar: where a picture is: a URL, a path of this server, or nothing.
    @ivar gender: a word, or nothing.
    @ivar bio: what they say about themselves.
    @ivar deleted: the account is no more; what was written from it stays.
    """

    id: UserId
    name: str
    avatar: str
    gender: str
    bio: str
    deleted: bool


class Profile(Person):
    """
    A user, as they see themselves.

    @ivar phone: a mobile number, or nothing.
    @ivar email: an address, or nothing.
    @ivar administrator: may write to everyone.
    @ivar created: when the account was made.
    """

    phone: str
    email: str
    administrator: bool
    created: Time


class Registration(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    An account that is to be made.

    @ivar name: letters and digits of any language, the signs of a keyboard, single blanks. It is nobody else's, in any
        case or width, nor looks like somebody else's that is written in another script.
    @ivar password: what will be typed to log in.
    @ivar invite: a code, where one is needed.
    """

    name: Name
    password: Password
    invite: Annotated[str, Meta(max_length=64)] = ""


class Login(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    Who wants to come in.

    @ivar name: in any case.
    @ivar password: of the account.
    @ivar device: a name that the client gives itself once and keeps, as in C{hello}.
    @ivar deviceSecret: of the last log-in of this user here. Whoever shows it is not held up by what strangers try.
    """

    name: AnyName
    password: AnyPassword
    device: DeviceName
    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who wants to stay in.

    @ivar refreshToken: the newest that was given.
    """

    refreshToken: Annotated[str, Meta(max_length=1024)]  # noqa: N815


class Tokens(msgspec.Struct):
    """
    What a device has that is logged in.

    @ivar user: who it is.
    @ivar device: the number of the device.
    @ivar accessToken: goes into C{Authorization: Bearer}, and into C{hello} of this device only.
    @ivar expiresIn: seconds for which the access token is good.
    @ivar refreshToken: good once, for the next tokens; 60 days, and not longer than the log-in.
    """

    user: UserId
    device: DeviceId
    accessToken: str  # noqa: N815
    expiresIn: int  # noqa: N815
    refreshToken: str  # noqa: N815


class LoggedIn(Tokens):
    """
    What a device has that has just logged in.

    @ivar deviceSecret: to be kept after a log-out too, and shown at the next log-in: by it the device is known. It
        opens nothing, and ends when the device is revoked.
    """

    deviceSecret: str  # noqa: N815


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is to be another way; what is absent stays as it is.

    @ivar name: as in a registration. The old one is nobody else's for 30 days.
    @ivar avatar: an http(s) URL, a path, or nothing.
    @ivar gender: a word, or nothing.
    @ivar phone: a Chinese mobile number, or nothing.
    @ivar email: an address, or nothing.
    @ivar bio: some sentences, or nothing.
    """

    name: Name | UnsetType = UNSET
    avatar: Picture | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    phone: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=EMAIL_LIMIT)] | UnsetType = UNSET
    bio: Description | UnsetType = UNSET


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """
    Another password.

    @ivar old: the password until now.
    @ivar new: the password from now on.
    """

    old: AnyPassword
    new: Password


class Deletion(msgspec.Struct, forbid_unknown_fields=True):
    """
    The end of an account.

    @ivar password: of the account.
    """

    password: AnyPassword


class ShownDevice(msgspec.Struct):
    """
    Something that you sign in with.

    @ivar name: the client's own name of it.
    @ivar created: when it signed in first.
    @ivar current: it is the one that asks.
    @ivar loggedIn: it has tokens that are bound to it.
    @ivar used: when it was last given tokens; of those that cannot be refreshed: when one was used, to 10 minutes; 0:
        that is not known.
    @ivar address: from where it was given tokens.
    @ivar dialect: what it speaks: C{v1} logged in over v1, and has a token for v1 only; C{both} has tokens that an
        administrator made.
    """

    id: DeviceId
    name: str
    created: Time
    current: bool
    loggedIn: bool
    used: Time
    address: str
    dialect: Literal["v1", "v2", "both"] = "v2"


class UserPath(msgspec.Struct, forbid_unknown_fields=True):
    """A user's place."""

    user: UserId


class DevicePath(msgspec.Struct, forbid_unknown_fields=True):
    """A device's place."""

    device: DeviceId


class PeopleQuery(Paging):
    """
    Which people.

    @ivar prefix: how their names begin, in any case.
    """

    prefix: AnyName = ""


async def register(parts: Parts, peer: Peer, forwarded: bool, body: Registration) -> Profile:
    """
    Makes an account. This does not log in. Where the server is open to strangers only with an invite, an administrator
    has the codes.
    """
    user = await parts.accounts.register(body.name, body.password, body.password, body.invite, peer.address, forwarded)
    return profile_of(user)


async def log_in(parts: Parts, peer: Peer, body: Login) -> LoggedIn:
    """
    Gives tokens that are bound to the device. What this device was logged in with before is void. An unknown name and a
    wrong password are answered alike. After 100 failed log-ins in a row a device that is not known waits an hour for
    each further try; it is known if it shows the secret that its last log-in gave.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    grant = await parts.accounts.log_in_device(body.name, body.password, body.device, *peer, secrets)
    return LoggedIn(**msgspec.structs.asdict(tokens_of(grant)), deviceSecret=grant.secret)


async def refresh(parts: Parts, peer: Peer, body: Refresh) -> Tokens:
    """
    Gives the next tokens. A refresh token is good once: if an older one comes again, then somebody else has it, and the
    device is logged out. Only if the answer was lost may the same token be sent again, within 60 seconds; whichever
    answer comes then is good. So let one part of a client refresh, and keep the new token before it is used. However
    often it is refreshed, a log-in ends: after a year, unless the operator has said otherwise.
    """
    return tokens_of(await parts.accounts.refresh(body.refreshToken, peer.address))


async def log_out(parts: Parts, caller: Caller) -> None:
    """Makes all tokens of this device void and closes its connections."""
    await parts.accounts.log_out(caller.user, caller.device)


async def get_me(parts: Parts, caller: Caller) -> Profile:
    """Gives everything that the server shows of you."""
    return profile_of(caller.user)


async def change_me(parts: Parts, caller: Caller, body: ProfileChange) -> Profile:
    """Changes all of what is given, or nothing."""
    return profile_of(await parts.accounts.change_profile(caller.user, msgspec.to_builtins(body)))


async def change_password(parts: Parts, caller: Caller, peer: Peer, body: PasswordChange) -> Tokens:
    """
    Makes all tokens void that you had until now, on every device, and closes all connections. This device gets new
    ones.
    """
    user, device = caller
    return tokens_of(await parts.accounts.change_own_password(user, device, body.old, body.new, peer.address))


async def delete_me(parts: Parts, caller: Caller, body: Deletion) -> None:
    """
    Deletes your account for ever, with your contacts and memberships. What you have written stays where it was; your
    name is gone from it, and free for others after 30 days.
    """
    await parts.accounts.delete_own(caller.user, body.password, caller.device)


async def list_devices(parts: Parts, caller: Caller, query: Paging) -> Page[ShownDevice]:
    """Gives what you sign in with, the oldest first; without what was revoked."""
    after = query.after(tuple[int])
    first = after[0] if after else 0
    # There are at most devices.LIMIT of them and some of v1, and those that were revoked.
    found = await parts.accounts.devices(caller.user.id)
    shown = [_shown(*each, caller) for each in found if each[0].id > first and each[0].revoked_at is None]
    return query.page(shown[: query.limit + 1], lambda device: (device.id,))


async def revoke_device(parts: Parts, caller: Caller, path: DevicePath) -> None:
    """
    Makes the device's tokens void, closes its connections, and lets nobody sign in under its name any more. To log in
    again it needs another name.
    """
    await parts.accounts.revoke(caller.user.id, path.device)


async def find_people(parts: Parts, caller: Caller, query: PeopleQuery) -> Page[Person]:
    """Gives people in the order of their names."""
    after = query.after(tuple[str])
    found = await parts.store.read(users.by_prefix, query.prefix, after[0] if after else None, query.limit + 1)
    return query.page([person_of(user) for user in found], lambda person: (name_key(person.name),))


async def get_person(parts: Parts, caller: Caller, path: UserPath) -> Person:
    """Gives what everybody may see: no phone number, no addresses. Of a deleted account it is only that it was."""
    return await parts.store.read(_person, path.user)


def person_of(user: User) -> Person:
    """@return: a user, as everybody may see them."""
    return Person(user.id, user.name, user.avatar, user.gender, user.bio, deleted=False)


def profile_of(user: User) -> Profile:
    """@return: a user, as they see themselves."""
    return Profile(
        id=user.id,
        name=user.name,
        avatar=user.avatar,
        gender=user.gender,
        bio=user.bio,
        deleted=False,
        phone=user.phone,
        email=user.email,
        administrator=user.administrator,
        created=user.created_at,
    )


def tokens_of(grant: Grant) -> Tokens:
    """@return: a grant, as the device gets it."""
    return Tokens(grant.user.id, grant.device, grant.access, grant.access_lifetime, grant.refresh)


def _person(connection: Connection, user_id: int) -> Person:
    """@raise NoSuchUser: there never was one."""
    user = users.find(connection, user_id)
    if user is not None:
        return person_of(user)
    if not users.existed(connection, user_id):
        raise NoSuchUser
    return Person(user_id, "", "", "", "", deleted=True)


def _shown(device: Device, session: Session | None, caller: Caller) -> ShownDevice:
    return ShownDevice(
        id=device.id,
        name=device.name,
        created=device.created_at,
        current=device.id == caller.device,
        loggedIn=session is not None,
        used=session.used_at if session else 0,
        address=session.client_ip if session else "",
        dialect="v1" if device.dialect == "v1-old" else device.dialect,
    )


_PASSWORD_ASKED = (WrongPassword, Disabled, TooManyAttempts)
_PASSWORD_SET = (PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordHasName)

SECTION = Section(
    "Accounts",
    "A device logs in once and then keeps refreshing: an access token is good for 15 minutes. A WebSocket that is open "
    "stays so when the token expires, until the log-in ends.\n\n"
    "Everybody with an account may look at everybody, but sees phone number and e-mail address of oneself only.",
    (
        Operation(
            "POST",
            "/accounts",
            register,
            "Make an account",
            (RegistrationClosed, BadInvite, NameTaken, NameReserved, TooManyAttempts, *_PASSWORD_SET),
            status=201,
        ),
        Operation("POST", "/login", log_in, "Log in", (*_PASSWORD_ASKED, DeviceRevoked, TooManyDevices)),
        Operation("POST", "/refresh", refresh, "Get new tokens", (Unauthorized,)),
        Operation("POST", "/logout", log_out, "Log out"),
        Operation("GET", "/me", get_me, "Look at yourself"),
        Operation("PATCH", "/me", change_me, "Change your profile", (NameTaken, NameReserved)),
        Operation("POST", "/me/password", change_password, "Change your password", (*_PASSWORD_ASKED, *_PASSWORD_SET)),
        Operation("POST", "/me/deletion", delete_me, "Delete your account", _PASSWORD_ASKED),
        Operation("GET", "/devices", list_devices, "List your devices"),
        Operation("DELETE", "/devices/{device}", revoke_device, "Revoke a device", (NoSuchDevice,)),
        Operation("GET", "/users", find_people, "Find people by name"),
        Operation("GET", "/users/{user}", get_person, "Look at somebody", (NoSuchUser,)),
    ),
)
