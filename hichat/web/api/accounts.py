"""Accounts over HTTP: registration, log-in, the caller's profile and devices, and other users as everybody sees
them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import devices, finding, guests, users
from hichat.accounts.bot_passes import BotScope
from hichat.accounts.devices import Device, DeviceDialect
from hichat.accounts.fields import (
    DESCRIPTION_LIMIT,
    EMAIL_LIMIT,
    GENDER_LIMIT,
    GREETING_LIMIT,
    PICTURE_LIMIT,
)
from hichat.accounts.finding import PeopleCursor
from hichat.accounts.grants import Grant
from hichat.accounts.passwords import LEAST, PASSWORD_LIMIT
from hichat.accounts.roles import RoleWord
from hichat.accounts.sessions import Session
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.contacts.contacts import without_hidden_absences
from hichat.core.errors import (
    BadInvite,
    DeviceRevoked,
    Disabled,
    EnrolmentNeeded,
    NameReserved,
    NameTaken,
    NoSuchDevice,
    NoSuchUser,
    NotByAppPassword,
    PasswordHasName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    RegistrationClosed,
    SecondFactorNeeded,
    TooManyAttempts,
    TooManyDevices,
    Unauthorized,
    WrongPassword,
)
from hichat.core.text import GROWTH, NAME_LIMIT, name_key
from hichat.groups import joining
from hichat.signin.app_passwords import check_full
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices
from hichat.wire.frames import DeviceName

COUNTED_WAITING = 100
"""The most requests and invitations that are counted: clients show "99+" above that."""


def _kept(limit: int, least: int = 0) -> Meta:
    """@return: the constraints of a text that is stored composed; it may come decomposed, in more characters."""
    text = f"at most {limit} characters, composed (NFC)"
    return Meta(min_length=least or None, max_length=GROWTH * limit, description=text)


UserName = Annotated[str, _kept(NAME_LIMIT, 1)]
AnyName = Annotated[str, _kept(NAME_LIMIT)]
Password = Annotated[
    str,
    Meta(
        description=f"at least {LEAST} characters, or as many as the server wants, and at most {PASSWORD_LIMIT}, "
        "composed (NFC); no common password, and none that contains the user's name"
    ),
]
AnyPassword = Annotated[str, _kept(PASSWORD_LIMIT)]
PictureURL = Annotated[str, Meta(max_length=PICTURE_LIMIT)]
Gender = Annotated[str, _kept(GENDER_LIMIT)]
Description = Annotated[str, _kept(DESCRIPTION_LIMIT)]
Greeting = Annotated[str, _kept(GREETING_LIMIT)]


class Person(msgspec.Struct, kw_only=True):
    """
    A user, as everybody may see them.

    @ivar name: the name to log in with; empty if the account is deleted.
    @ivar displayName: the name that people see; empty if the account is deleted.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar gender: a word, or empty.
    @ivar bio: some sentences of the user's own, or empty.
    @ivar deleted: the account was deleted; its messages stay.
    @ivar bot: it is a bot: a program.
    @ivar away: what the user says about being away, perhaps nothing; absent: the user is not away.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    gender: str
    bio: str
    deleted: bool
    bot: bool
    away: str | UnsetType = UNSET


class Profile(Person, kw_only=True):
    """
    A user, as they see themselves.

    @ivar phone: a phone number in the form of E.164, such as +4930123456, or empty.
    @ivar email: an address, or empty.
    @ivar role: the user's role in the server. What each role may do is in the handbook, under *Roles*.
    @ivar administrator: the user may write to everyone: an administrator or an owner.
    @ivar created: when the account was made.
    """

    phone: str
    email: str
    role: RoleWord
    administrator: bool
    created: Time


class Own(Profile, kw_only=True):
    """
    Your own account, and how much waits for you.

    @ivar requests: the users who ask you to be a contact; at most 100 are counted.
    @ivar invitations: the groups that you are invited to; at most 100 are counted.
    @ivar newestDevice: the number of the device of yours that came last; numbers grow. 0: there is none.
    """

    requests: int
    invitations: int
    newestDevice: int  # noqa: N815


class Registration(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new account.

    @ivar name: letters and digits of any language, the signs of a keyboard, single blanks. No other user may have it,
        in any case or width, nor a name that looks like it in another script.
    @ivar password: the password to log in with.
    @ivar invite: an invite code, where the server needs one.
    """

    name: UserName
    password: Password
    invite: Annotated[str, Meta(max_length=64)] = ""


class Login(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A log-in.

    @ivar name: the user's name, in any case.
    @ivar password: the account's password.
    @ivar device: a name that the client gives itself once and keeps, as in C{hello}.
    @ivar deviceSecret: the secret of this user's last log-in here. With it, failed attempts of strangers do not hold up
        this log-in.
    """

    name: AnyName
    password: AnyPassword
    device: DeviceName
    deviceSecret: Annotated[str, Meta(max_length=1024)] = ""  # noqa: N815


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """
    An exchange of tokens.

    @ivar refreshToken: the newest refresh token.
    """

    refreshToken: Annotated[str, Meta(max_length=1024)]  # noqa: N815


class Tokens(msgspec.Struct):
    """
    The tokens of a device that is logged in.

    @ivar user: the user's id.
    @ivar device: the number of the device.
    @ivar accessToken: the token for C{Authorization: Bearer}, and for C{hello} of this device only.
    @ivar expiresIn: seconds for which the access token is good.
    @ivar refreshToken: the token for the next exchange: good once, for 60 days, and not longer than the log-in.
    """

    user: UserId
    device: DeviceId
    accessToken: str  # noqa: N815
    expiresIn: int  # noqa: N815
    refreshToken: str  # noqa: N815


class LoggedIn(Tokens):
    """
    The tokens of a device that has just logged in, and its secret.

    @ivar deviceSecret: keep it, over log-outs too, and send it with the next log-in: then the server knows the device.
        It opens nothing, and ends when the device is revoked.
    """

    deviceSecret: str  # noqa: N815


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The fields to change; absent fields keep their value.

    @ivar name: as in a registration. Nobody else gets the old name for 30 days. A display name that is the name changes
        with it.
    @ivar displayName: the name that people see; it follows the rules of names, and is no name or display name of
        another user, nor looks like one. Empty: the name.
    @ivar avatar: an http(s) URL, a path, or empty.
    @ivar gender: a word, or empty.
    @ivar phone: a phone number with its country code, or empty. A Chinese mobile number may lack the code.
    @ivar email: an address, or empty.
    @ivar bio: some sentences, or empty.
    """

    name: UserName | UnsetType = UNSET
    displayName: AnyName | UnsetType = UNSET  # noqa: N815
    avatar: PictureURL | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    phone: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=EMAIL_LIMIT)] | UnsetType = UNSET
    bio: Description | UnsetType = UNSET


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """
    A change of password.

    @ivar old: the current password.
    @ivar new: the new password.
    """

    old: AnyPassword
    new: Password


class ShownDevice(msgspec.Struct):
    """
    A device of yours.

    @ivar name: the name that the client gives itself.
    @ivar created: when it signed in first.
    @ivar current: this call comes from it.
    @ivar loggedIn: it has tokens that are bound to it.
    @ivar used: when it got its last tokens; if they cannot be refreshed, when one was last used, to 10 minutes; 0: that
        is not known.
    @ivar address: the address from which it got its tokens.
    @ivar dialect: the protocols that its tokens are for: C{v1} logged in over v1; C{both} has tokens that an
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
    """The address of a user."""

    user: UserId


class DevicePath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a device."""

    device: DeviceId


class PeopleQuery(Paging):
    """
    A search for users.

    @ivar text: a part of their names or display names, in any case.
    @ivar prefix: without C{text}: the beginning of their names, in any case.
    """

    text: AnyName = ""
    prefix: AnyName = ""


async def register(services: ApiServices, peer: Peer, forwarded: bool, body: Registration) -> Profile:
    """
    Makes an account, without logging in. Where the server wants an invite code, its administrator has some.
    """
    user = await services.accounts.registrar.register(
        body.name, body.password, body.password, body.invite, peer.address, forwarded
    )
    return profile_of(user)


async def log_in(services: ApiServices, peer: Peer, body: Login) -> LoggedIn:
    """
    Gives tokens that are bound to the device. Its former tokens are void. An unknown name and a wrong password get the
    same answer. After 100 failed log-ins in a row an unknown device waits an hour for each further try; a device is
    known if it sends the secret of its last log-in. A user with a second factor gets a ticket for the second step
    instead, unless the device is remembered.
    """
    secrets = [body.deviceSecret] if body.deviceSecret else []
    return logged_in_of(await services.sign_in.with_password(body.name, body.password, body.device, peer, secrets))


async def refresh(services: ApiServices, peer: Peer, body: Refresh) -> Tokens:
    """
    Gives the next tokens. A refresh token is good once: if an older one comes again, somebody else has it, and the
    server logs the device out. The one exception is a lost answer: within 60 seconds the client may send the same token
    again, and use either answer. So let one part of a client refresh, and keep the new token before you use it. A
    log-in ends after a year, or the time that the operator has set, however often its tokens are refreshed.
    """
    return tokens_of(await services.accounts.refresher.refresh(body.refreshToken, peer.address))


async def log_out(services: ApiServices, caller: Caller) -> None:
    """Ends this device's log-in: makes its tokens void and closes its connections."""
    await services.accounts.sessions.log_out(caller.user, caller.device)


async def get_me(services: ApiServices, caller: Caller) -> Own:
    """Gives your profile, with everything that the server shows of you, and how much waits for your answer."""
    requests, invitations, newest = await services.store.read(_waiting, caller.user.id)
    profile = msgspec.structs.asdict(profile_of(caller.user))
    return Own(**profile, requests=requests, invitations=invitations, newestDevice=newest)


async def change_me(services: ApiServices, caller: Caller, body: ProfileChange) -> Profile:
    """Changes all given fields, or none. A device that logged in with an app password may not change C{email}."""
    if body.email is not UNSET:
        check_full(caller.user)
    fields = msgspec.to_builtins(body)
    if "displayName" in fields:
        fields["display_name"] = fields.pop("displayName")
    return profile_of(await services.accounts.profiles.change(caller.user, fields))


async def change_password(services: ApiServices, caller: Caller, peer: Peer, body: PasswordChange) -> Tokens:
    """
    Changes your password, makes your tokens on all devices void and closes all your connections. This device gets new
    tokens.
    """
    user, device = caller
    return tokens_of(await services.accounts.passwords.change_own(user, device, body.old, body.new, peer.address))


async def list_devices(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownDevice]:
    """Gives your devices, the oldest first, without revoked ones."""
    after = query.after(tuple[int])
    first = after[0] if after else 0
    # There are at most devices.DEVICES_LIMIT of them and some of v1, and those that were revoked.
    found = await services.accounts.sessions.of_user(caller.user.id)
    shown = [shown_device(*each, caller) for each in found if each[0].id > first and each[0].revoked_at is None]
    return query.page(shown[: query.limit + 1], lambda device: (device.id,))


async def revoke_device(services: ApiServices, caller: Caller, path: DevicePath) -> None:
    """
    Revokes a device: makes its tokens void, closes its connections, and refuses further log-ins under its name. To log
    in again the client needs another name.
    """
    await services.accounts.sessions.revoke(caller.user.id, path.device)


async def find_people(services: ApiServices, caller: Caller, query: PeopleQuery) -> Page[Person]:
    """
    Gives users: with C{text} first those of that name, then those whose names begin so, then those with a word that
    begins so, then all others with that text in a name; without it, those whose names begin with C{prefix}, in the
    order of their names. A guest finds those with whom the guest is in a group.
    """
    if query.text.strip():
        return await _search(services, caller, query)
    after = query.after(tuple[str])

    def look(connection: Connection) -> list[User]:
        among = guests.visible(connection, caller.user.id)
        some = users.by_prefix(connection, query.prefix, after[0] if after else None, query.limit + 1, *among)
        return without_hidden_absences(connection, caller.user.id, some)

    found = await services.store.read(look)
    return query.page([person_of(user) for user in found], lambda person: (name_key(person.name),))


async def _search(services: ApiServices, caller: Caller, query: PeopleQuery) -> Page[Person]:
    after = query.after(PeopleCursor)

    def search(connection: Connection) -> list[tuple[Person, PeopleCursor]]:
        among = guests.visible(connection, caller.user.id)
        found = finding.search(connection, query.text, after, query.limit + 1, *among)
        people = users.find_many(connection, [id for id, _ in found]).values()
        some = without_hidden_absences(connection, caller.user.id, [user for user in people if user is not None])
        known = {user.id: person_of(user) for user in some}
        return [(known[id], at) for id, at in found if id in known]

    page = query.page(await services.store.read(search), lambda each: each[1])
    return Page([person for person, _ in page.items], page.next)


async def get_person(services: ApiServices, caller: Caller, path: UserPath) -> Person:
    """
    Gives a user's profile as everybody may see it, without phone number and address. A deleted account has no fields. A
    guest sees those who are, or were, in one of the guest's groups, those who have invited the guest, and those with
    whom the guest has a conversation.
    """
    return await services.store.read(_person, caller.user.id, path.user)


def person_of(user: User) -> Person:
    """@return: a user, as everybody may see them."""
    return Person(
        id=user.id,
        name=user.name,
        displayName=user.display_name,
        avatar=user.avatar,
        gender=user.gender,
        bio=user.bio,
        deleted=False,
        bot=user.bot,
        away=_away(user),
    )


def _away(user: User) -> str | UnsetType:
    return UNSET if user.away is None else user.away


def profile_of(user: User) -> Profile:
    """@return: a user, as they see themselves."""
    return Profile(
        id=user.id,
        name=user.name,
        displayName=user.display_name,
        avatar=user.avatar,
        gender=user.gender,
        bio=user.bio,
        deleted=False,
        bot=user.bot,
        away=_away(user),
        phone=user.phone,
        email=user.email,
        role=user.role.word,
        administrator=user.administrator,
        created=user.created_at,
    )


def tokens_of(grant: Grant) -> Tokens:
    """@return: a grant, as the device gets it."""
    return Tokens(grant.user.id, grant.device, grant.access, grant.access_lifetime, grant.refresh)


def logged_in_of(grant: Grant) -> LoggedIn:
    """@return: the grant of a log-in, as the device gets it."""
    return LoggedIn(**msgspec.structs.asdict(tokens_of(grant)), deviceSecret=grant.secret)


def _waiting(connection: Connection, user_id: int) -> tuple[int, int, int]:
    requests = contacts.requests_to(connection, user_id, contacts.START, COUNTED_WAITING)
    invitations = joining.list_pending(connection, user_id, True, 0, COUNTED_WAITING)
    return len(requests), len(invitations), devices.newest(connection, user_id)


def _person(connection: Connection, caller_id: int, user_id: int) -> Person:
    """@raise NoSuchUser: there never was such a user, or the caller is a guest who may not see that user."""
    if not guests.sees(connection, caller_id, user_id):
        raise NoSuchUser
    user = users.find(connection, user_id)
    if user is not None:
        return person_of(*without_hidden_absences(connection, caller_id, [user]))
    if not users.existed(connection, user_id):
        raise NoSuchUser
    return Person(id=user_id, name="", displayName="", avatar="", gender="", bio="", deleted=True, bot=False)


_DIALECTS: Mapping[DeviceDialect, Literal["v1", "v2", "both"]] = {
    "v1": "v1",
    "v1-old": "v1",
    "v2": "v2",
    "both": "both",
    "bot": "v2",
}


def shown_device(device: Device, session: Session | None, caller: Caller) -> ShownDevice:
    """@return: a device, as its user sees it."""
    return ShownDevice(
        id=device.id,
        name=device.name,
        created=device.created_at,
        current=device.id == caller.device,
        loggedIn=session is not None,
        used=session.used_at if session else 0,
        address=session.client_ip if session else "",
        dialect=_DIALECTS[device.dialect],
    )


_PASSWORD_ASKED = (WrongPassword, Disabled, TooManyAttempts)
_LOG_IN_REFUSALS = (*_PASSWORD_ASKED, SecondFactorNeeded, EnrolmentNeeded, DeviceRevoked, TooManyDevices)
_PASSWORD_SET = (PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordHasName)

SECTION = Section(
    "Accounts",
    "A device logs in once and then keeps refreshing its tokens: an access token is good for 15 minutes. An open "
    "WebSocket stays open when the token expires, until the log-in ends.\n\n"
    "Every user may look at every user, but sees only their own phone number and e-mail address. A guest sees only "
    "people with whom the guest is in a group.",
    (
        Operation(
            "POST",
            "/accounts",
            register,
            "Make an account",
            (RegistrationClosed, BadInvite, NameTaken, NameReserved, TooManyAttempts, *_PASSWORD_SET),
            status=201,
        ),
        Operation("POST", "/login", log_in, "Log in", _LOG_IN_REFUSALS),
        Operation("POST", "/refresh", refresh, "Get new tokens", (Unauthorized,)),
        Operation("POST", "/logout", log_out, "Log out", audited=True),
        Operation("GET", "/me", get_me, "Get your profile", scope=BotScope.READ, limits=True),
        Operation(
            "PATCH", "/me", change_me, "Change your profile", (NameTaken, NameReserved, NotByAppPassword), audited=True
        ),
        Operation(
            "POST",
            "/me/password",
            change_password,
            "Change your password",
            (*_PASSWORD_ASKED, *_PASSWORD_SET),
            audited=True,
            secures=True,
        ),
        Operation("GET", "/devices", list_devices, "List your devices"),
        Operation(
            "DELETE",
            "/devices/{device}",
            revoke_device,
            "Revoke a device",
            (NoSuchDevice,),
            audited=True,
            secures=True,
        ),
        Operation("GET", "/users", find_people, "Find users by name", scope=BotScope.READ),
        Operation("GET", "/users/{user}", get_person, "Get a user", (NoSuchUser,), scope=BotScope.READ, limits=True),
    ),
)
