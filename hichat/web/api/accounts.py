"""Accounts: coming in, oneself, one's devices, and other people as all may see them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import devices, sessions, users
from hichat.accounts.accounts import Grant
from hichat.accounts.fields import (
    DESCRIPTION_LIMIT,
    EMAIL_LIMIT,
    GENDER_LIMIT,
    GREETING_LIMIT,
    PICTURE_LIMIT,
)
from hichat.accounts.passwords import LENGTH_LIMIT
from hichat.accounts.tokens import ACCESS_LIFETIME
from hichat.accounts.users import User
from hichat.errors import (
    BadInvite,
    DeviceNeeded,
    DeviceRevoked,
    Disabled,
    NameReserved,
    NameTaken,
    NoSuchDevice,
    NoSuchUser,
    RegistrationClosed,
    TooManyAttempts,
    TooManyDevices,
    Unauthorized,
    WrongPassword,
)
from hichat.protocol import DeviceName
from hichat.text import GROWTH, NAME_LIMIT, name_key
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.credentials import Peer
from hichat.web.parts import Parts


def _kept(limit: int, least: int = 0) -> Meta:
    """@return: of a text that is kept composed; it may come decomposed, in more characters."""
    text = f"at most {limit} characters, composed (NFC)"
    return Meta(min_length=least or None, max_length=GROWTH * limit, description=text)


Name = Annotated[str, _kept(NAME_LIMIT, 1)]
AnyName = Annotated[str, _kept(NAME_LIMIT)]
Password = Annotated[str, _kept(LENGTH_LIMIT, 1)]
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
    @ivar password: what is typed.
    @ivar invite: a code, where one is needed.
    """

    name: Name
    password: Password
    invite: Annotated[str, Meta(max_length=64)] = ""


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who wants to come in.

    @ivar name: in any case.
    @ivar password: of the account.
    @ivar device: a name that the client gives itself once and keeps, as in C{hello}.
    """

    name: AnyName
    password: AnyPassword
    device: DeviceName


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
    @ivar refreshToken: good once, for the next tokens; 60 days.
    """

    user: UserId
    device: DeviceId
    accessToken: str  # noqa: N815
    expiresIn: int  # noqa: N815
    refreshToken: str  # noqa: N815


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
    @ivar used: when it was last given tokens; 0: never any that are bound to it.
    @ivar address: from where that was.
    """

    id: DeviceId
    name: str
    created: Time
    current: bool
    loggedIn: bool
    used: Time
    address: str


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


async def log_in(parts: Parts, peer: Peer, body: Login) -> Tokens:
    """
    Gives tokens that are bound to the device. What this device was logged in with before is void. An unknown name and a
    wrong password are answered alike.
    """
    return tokens_of(await parts.accounts.log_in_device(body.name, body.password, body.device, *peer))


async def refresh(parts: Parts, peer: Peer, body: Refresh) -> Tokens:
    """
    Gives the next tokens. A refresh token is good once: if an older one comes again, then somebody else has it, and the
    device is logged out. Only if the answer was lost may the same token be sent once more, within 10 seconds. So let
    one part of a client refresh, and keep the new token before it is used.
    """
    return tokens_of(await parts.accounts.refresh(body.refreshToken, peer.address))


async def log_out(parts: Parts, caller: Caller) -> None:
    """Makes all tokens of this device void and closes its connections."""
    await parts.accounts.log_out(caller.user, _device(caller))


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
    device = _device(caller)
    return tokens_of(await parts.accounts.change_own_password(caller.user, device, body.old, body.new, peer.address))


async def delete_me(parts: Parts, caller: Caller, peer: Peer, body: Deletion) -> None:
    """
    Deletes your account for ever, with your contacts and memberships. What you have written stays where it was; your
    name is gone from it, and free for others after 30 days.
    """
    await parts.accounts.delete_own(caller.user, body.password, caller.device)


async def list_devices(parts: Parts, caller: Caller, query: Paging) -> Page[ShownDevice]:
    """Gives what you sign in with, the oldest first; without what was revoked."""
    after = query.after(tuple[int])
    found = await parts.store.read(_devices, caller, after[0] if after else 0, query.limit + 1)
    return query.page(found, lambda device: (device.id,))


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
    return Tokens(grant.user.id, grant.device, grant.access, ACCESS_LIFETIME, grant.refresh)


def _device(caller: Caller) -> int:
    """@raise DeviceNeeded: the token is bound to none."""
    if not caller.device:
        raise DeviceNeeded
    return caller.device


def _person(connection: Connection, user_id: int) -> Person:
    """@raise NoSuchUser: there never was one."""
    user = users.find(connection, user_id)
    if user is not None:
        return person_of(user)
    if not users.existed(connection, user_id):
        raise NoSuchUser
    return Person(user_id, "", "", "", "", deleted=True)


def _devices(connection: Connection, caller: Caller, after: int, limit: int) -> list[ShownDevice]:
    # There are at most devices.LIMIT of them, and those that were revoked.
    live = {session.device: session for session in sessions.of_user(connection, caller.user.id)}
    known = [
        device
        for device in devices.of_user(connection, caller.user.id)
        if device.id > after and device.revoked_at is None
    ]
    return [
        ShownDevice(
            id=device.id,
            name=device.name,
            created=device.created_at,
            current=device.id == caller.device,
            loggedIn=device.id in live,
            used=live[device.id].used_at if device.id in live else 0,
            address=live[device.id].client_ip if device.id in live else "",
        )
        for device in known[:limit]
    ]


_PASSWORD_ASKED = (WrongPassword, Disabled, TooManyAttempts)

SECTION = Section(
    "Accounts",
    "A device logs in once and then keeps refreshing: an access token is good for 15 minutes. A WebSocket that is open "
    "stays so when the token expires.\n\n"
    "Everybody with an account may look at everybody, but sees phone number and e-mail address of oneself only.",
    (
        Operation(
            "POST",
            "/accounts",
            register,
            "Make an account",
            (RegistrationClosed, BadInvite, NameTaken, NameReserved, TooManyAttempts),
            status=201,
        ),
        Operation("POST", "/login", log_in, "Log in", (*_PASSWORD_ASKED, DeviceRevoked, TooManyDevices)),
        Operation("POST", "/refresh", refresh, "Get new tokens", (Unauthorized,)),
        Operation("POST", "/logout", log_out, "Log out", (DeviceNeeded,)),
        Operation("GET", "/me", get_me, "Look at yourself"),
        Operation("PATCH", "/me", change_me, "Change your profile", (NameTaken, NameReserved)),
        Operation("POST", "/me/password", change_password, "Change your password", (*_PASSWORD_ASKED, DeviceNeeded)),
        Operation("POST", "/me/deletion", delete_me, "Delete your account", _PASSWORD_ASKED),
        Operation("GET", "/devices", list_devices, "List your devices"),
        Operation("DELETE", "/devices/{device}", revoke_device, "Revoke a device", (NoSuchDevice,)),
        Operation("GET", "/users", find_people, "Find people by name"),
        Operation("GET", "/users/{user}", get_person, "Look at somebody", (NoSuchUser,)),
    ),
)
