"""People over HTTP, for those who run the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection, func, select

from hichat.accounts import bot_owners, directory, users
from hichat.accounts.directory import PeopleWanted
from hichat.accounts.finding import PeopleCursor
from hichat.accounts.password_codes import PasswordCode
from hichat.accounts.roles import RoleWord, ServerRole
from hichat.accounts.server_rights import ServerAct, ask, ask_again, asking
from hichat.accounts.users import User
from hichat.core.errors import (
    BadCode,
    LastOwner,
    NameReserved,
    NameTaken,
    NoSuchDevice,
    NoSuchUser,
    NotAdministrator,
    NotPermitted,
    PasswordHasName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from hichat.core.text import name_key
from hichat.groups import queries
from hichat.media import records
from hichat.storage.tables import groups as groups_table
from hichat.web.api.accounts import (
    AnyName,
    Password,
    Profile,
    UserName,
    UserPath,
    profile_of,
)
from hichat.web.api.operation import Caller, DeviceId, GroupId, Operation, Section, Time, UserId
from hichat.web.api.own_sessions import ShownSession, page_of_sessions
from hichat.web.api.paging import Page, Paging
from hichat.web.api.personal import EXPORT_PERSON
from hichat.web.api.server_roles import SET_ROLE
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices

_Moment = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class AdminPeopleQuery(Paging, kw_only=True):
    """
    Which people are wanted.

    @ivar text: a part of their names or display names, in any case.
    @ivar role: those with this role in the server.
    @ivar state: C{active}: those who can log in; C{disabled}: those who cannot.
    @ivar usedSince: those who have used the server at this time or later.
    @ivar unusedSince: those who have not.
    @ivar bot: C{true}: bots; C{false}: people.
    """

    text: AnyName = ""
    role: RoleWord | UnsetType = UNSET
    state: Literal["active", "disabled"] | UnsetType = UNSET
    usedSince: _Moment | UnsetType = UNSET  # noqa: N815
    unusedSince: _Moment | UnsetType = UNSET  # noqa: N815
    bot: bool | UnsetType = UNSET


class AdminPerson(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    A user, as those who run the server see them.

    @ivar name: the name to log in with.
    @ivar displayName: the name that people see.
    @ivar avatar: the address of a picture: a URL, a path of this server, or empty.
    @ivar role: the role in the server.
    @ivar created: when the account was made.
    @ivar lastUse: when the user has logged in, or a token of theirs was refreshed or used, to some minutes; absent:
        that is not known.
    @ivar disabled: the user cannot log in.
    @ivar bot: it is a bot: a program.
    @ivar owner: the person whose bot it is; absent: it is the server's, or no bot.
    """

    id: UserId
    name: str
    displayName: str  # noqa: N815
    avatar: str
    role: RoleWord
    created: Time
    lastUse: Time | UnsetType = UNSET  # noqa: N815
    disabled: bool = False
    bot: bool = False
    owner: UserId | UnsetType = UNSET


class AdminPersonInFull(AdminPerson, omit_defaults=True, kw_only=True):
    """
    A user, with what there is of them.

    @ivar devices: how many devices are logged in, or may log in again.
    @ivar groups: how many groups the user is in.
    @ivar owned: how many of these the user owns.
    @ivar files: how many files the user has uploaded.
    @ivar room: the bytes that they take of the user's quota.
    """

    devices: int
    groups: int
    owned: int
    files: int
    room: int


class GroupOfPerson(msgspec.Struct):
    """
    A group that a user is in.

    @ivar role: the user's role there.
    @ivar size: the number of its members.
    """

    id: GroupId
    name: str
    picture: str
    role: Literal["owner", "admin", "member"]
    size: int


class NewPersonWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A new account.

    @ivar name: as in a registration; reserved names are allowed.
    @ivar displayName: the name that people see; empty: the name.
    @ivar password: absent: the user sets one, with the code that the answer has.
    """

    name: UserName
    displayName: AnyName = ""  # noqa: N815
    password: Password | UnsetType = UNSET


class PasswordLink(msgspec.Struct):
    """
    A code with which a user sets a password. It is shown only now.

    @ivar code: give it to the user, or the address of the web client with C{#/password/} and the code. It is good once.
    @ivar expires: when it expires; a sign-out everywhere voids it, too.
    """

    code: str
    expires: Time


class PersonMade(msgspec.Struct, omit_defaults=True):
    """
    An account that was made.

    @ivar link: absent: it has a password.
    """

    person: AdminPerson
    link: PasswordLink | UnsetType = UNSET


class NewNames(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The names to change; absent ones stay.

    @ivar name: as in a registration. Nobody else gets the old name for 30 days. A display name that is the name changes
        with it.
    @ivar displayName: the name that people see. Empty: the name.
    """

    name: UserName | UnsetType = UNSET
    displayName: AnyName | UnsetType = UNSET  # noqa: N815


class SignOut(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is signed out.

    @ivar device: one device; absent: all.
    """

    device: DeviceId | UnsetType = UNSET


class DeviceOfPerson(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a device of a user."""

    user: UserId
    device: DeviceId


class PasswordByCode(msgspec.Struct, forbid_unknown_fields=True):
    """
    The use of a code.

    @ivar code: the code of an administrator.
    @ivar password: the new password.
    """

    code: Annotated[str, Meta(min_length=1, max_length=1024)]
    password: Password


async def admin_list_people(services: ApiServices, caller: Caller, query: AdminPeopleQuery) -> Page[AdminPerson]:
    """
    Gives users in the order of their names; with C{text} in that of a search for users. For moderators.
    """
    ask(caller.user, ServerAct.SEE_PEOPLE)
    wanted = PeopleWanted(
        None if query.role is UNSET else ServerRole.of(query.role),
        None if query.state is UNSET else query.state == "disabled",
        None if query.usedSince is UNSET else query.usedSince,
        None if query.unusedSince is UNSET else query.unusedSince,
        None if query.bot is UNSET else query.bot,
    )
    if query.text.strip():
        return await _search(services, query, wanted)
    after = query.after(tuple[str])

    def read(connection: Connection) -> list[AdminPerson]:
        found = directory.in_order(connection, wanted, after[0] if after else None, query.limit + 1)
        return _people(connection, found)

    return query.page(await services.store.read(read), lambda person: (name_key(person.name),))


async def _search(services: ApiServices, query: AdminPeopleQuery, wanted: PeopleWanted) -> Page[AdminPerson]:
    after = query.after(PeopleCursor)

    def read(connection: Connection) -> list[tuple[AdminPerson, PeopleCursor]]:
        found = directory.search(connection, query.text, wanted, after, query.limit + 1)
        return list(zip(_people(connection, [user for user, _ in found]), [at for _, at in found], strict=True))

    page = query.page(await services.store.read(read), lambda each: each[1])
    return Page([person for person, _ in page.items], page.next)


async def admin_get_person(services: ApiServices, caller: Caller, path: UserPath) -> AdminPersonInFull:
    """Gives a user, and how much there is of them. For moderators."""
    ask(caller.user, ServerAct.SEE_PEOPLE)
    devices = await services.accounts.sessions.of_user(path.user)
    there = sum(device.revoked_at is None for device, _ in devices)

    def read(connection: Connection) -> AdminPersonInFull:
        (person,) = _people(connection, [users.get(connection, path.user)])
        owned = select(func.count()).where(groups_table.c.owner_id == path.user, groups_table.c.deleted_at.is_(None))
        return AdminPersonInFull(
            **msgspec.structs.asdict(person),
            devices=there,
            groups=queries.count_joined(connection, path.user),
            owned=connection.scalar(owned) or 0,
            files=records.count_of_user(connection, path.user),
            room=records.room_used(connection, path.user),
        )

    return await services.store.read(read)


async def admin_get_person_groups(
    services: ApiServices, caller: Caller, path: UserPath, query: Paging
) -> Page[GroupOfPerson]:
    """Gives the groups that a user is in, the oldest first. For moderators."""
    ask(caller.user, ServerAct.SEE_PEOPLE)
    ask(caller.user, ServerAct.SEE_GROUPS)
    after = query.after(tuple[int])

    def read(connection: Connection) -> list[GroupOfPerson]:
        users.get(connection, path.user)
        found = queries.joined(connection, path.user, after[0] if after else 0, query.limit + 1)
        return [
            GroupOfPerson(view.group.id, view.group.name, view.group.image, view.role, view.group.size)
            for view in queries.views(connection, path.user, found)
            if view.role is not None
        ]

    return query.page(await services.store.read(read), lambda group: (group.id,))


async def admin_get_person_devices(
    services: ApiServices, caller: Caller, path: UserPath, query: Paging
) -> Page[ShownSession]:
    """Gives a user's devices and their sessions, the oldest first, without revoked ones. For administrators."""
    ask(caller.user, ServerAct.SEE_DEVICES)
    await services.store.read(users.get, path.user)
    return await page_of_sessions(services, caller, path.user, query)


async def admin_revoke_device(services: ApiServices, caller: Caller, path: DeviceOfPerson) -> None:
    """
    Revokes a device of a user: its tokens are void, its connections are closed, and it cannot log in again under its
    name. For administrators.
    """
    ask(caller.user, ServerAct.SEE_DEVICES)
    await whose_account(services, caller, ServerAct.DISABLE, path.user)
    await services.accounts.sessions.revoke(path.user, path.device, asking_again(caller, ServerAct.DISABLE, path.user))


async def admin_sign_out(services: ApiServices, caller: Caller, path: UserPath, body: SignOut) -> None:
    """
    Signs a user out, everywhere or on one device: tokens are void, connections are closed. The user may log in again.
    For moderators; of one device for administrators.
    """
    if body.device is UNSET:
        await whose_account(services, caller, ServerAct.DISABLE, path.user)
        await services.accounts.sessions.sign_out(path.user, asking_again(caller, ServerAct.DISABLE, path.user))
        return
    ask(caller.user, ServerAct.SEE_DEVICES)
    await whose_account(services, caller, ServerAct.DISABLE, path.user)
    await services.accounts.sessions.sign_out_device(
        path.user, body.device, asking_again(caller, ServerAct.DISABLE, path.user)
    )


async def admin_make_person(services: ApiServices, caller: Caller, body: NewPersonWanted) -> PersonMade:
    """
    Makes an account, whoever may register: with a password, or with a code with which the user sets one. For
    administrators.
    """
    ask(caller.user, ServerAct.MAKE_PERSON)
    password = "" if body.password is UNSET else body.password
    fields = {"display_name": body.displayName} if body.displayName else {}
    check = asking(caller.user, ServerAct.MAKE_PERSON)
    made, code = await services.accounts.registrar.make(body.name, password, fields, caller.user.id, check)
    (person,) = await services.store.read(_people, [made])
    return PersonMade(person, UNSET if password else _link(code))


async def admin_rename_person(services: ApiServices, caller: Caller, path: UserPath, body: NewNames) -> AdminPerson:
    """Gives a user other names. For administrators."""
    whose = await whose_account(services, caller, ServerAct.RENAME, path.user)
    given = {"name": body.name, "display_name": body.displayName}
    fields = {name: value for name, value in given.items() if isinstance(value, str)}
    changed = await services.accounts.profiles.change(whose, fields, asking_again(caller, ServerAct.RENAME, path.user))
    (person,) = await services.store.read(_people, [changed])
    return person


async def admin_disable_person(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Disables a user: tokens are void, connections are closed, and the user cannot log in. For moderators."""
    await whose_account(services, caller, ServerAct.DISABLE, path.user)
    await services.accounts.status.disable(path.user, asking_again(caller, ServerAct.DISABLE, path.user))


async def admin_enable_person(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Lets a disabled user log in again. For moderators."""
    await whose_account(services, caller, ServerAct.DISABLE, path.user)
    await services.accounts.status.enable(path.user, asking_again(caller, ServerAct.DISABLE, path.user))


async def admin_reset_password(services: ApiServices, caller: Caller, path: UserPath) -> PasswordLink:
    """
    Takes a user's password away, who is signed out everywhere, and gives a code with which the user sets another one.
    For administrators.
    """
    await whose_account(services, caller, ServerAct.RESET_PASSWORD, path.user)
    return _link(
        await services.accounts.passwords.reset(path.user, asking_again(caller, ServerAct.RESET_PASSWORD, path.user))
    )


async def admin_delete_person(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Deletes an account for ever, as C{deleteMe} does. For administrators."""
    whose = await whose_account(services, caller, ServerAct.DELETE_PERSON, path.user)
    await services.accounts.deleter.delete(whose, asking_again(caller, ServerAct.DELETE_PERSON, path.user))


async def set_password_by_code(services: ApiServices, peer: Peer, body: PasswordByCode) -> Profile:
    """
    Sets a password with a code that an administrator has given. The code is good once. Then log in.
    """
    return profile_of(await services.accounts.passwords.set_by_code(body.code, body.password, peer.address))


async def whose_account(services: ApiServices, caller: Caller, act: ServerAct, user_id: int) -> User:
    """
    @return: the user whom an act is about.
    @raise NotAdministrator: or L{NotPermitted}: the caller may not do this.
    @raise NoSuchUser: there is none.
    """
    ask(caller.user, act)
    return await services.store.read(asking_again(caller, act, user_id))


def asking_again(caller: Caller, act: ServerAct, user_id: int) -> Callable[[Connection], User]:
    """@return: what asks in the transaction of a change as well: somebody may have got another role meanwhile."""
    return lambda connection: ask_again(connection, caller.user, act, user_id)


def _link(code: PasswordCode) -> PasswordLink:
    return PasswordLink(*code)


def _people(connection: Connection, found: Sequence[User]) -> list[AdminPerson]:
    used = directory.last_uses(connection, [user.id for user in found])
    owners = bot_owners.owners(connection, [user.id for user in found if user.bot])
    return [
        AdminPerson(
            id=user.id,
            name=user.name,
            displayName=user.display_name,
            avatar=user.avatar,
            role=user.role.word,
            created=user.created_at,
            lastUse=max(used.get(user.id, 0), user.login_at or 0) or UNSET,
            disabled=user.disabled,
            bot=user.bot,
            owner=owners.get(user.id) or UNSET,
        )
        for user in found
    ]


_ABOUT = (NotAdministrator, NotPermitted, NoSuchUser)
_PASSWORD = (PasswordTooShort, PasswordTooLong, PasswordHasName, PasswordTooCommon)

SECTION = Section(
    "People, for administrators",
    "What those who run the server see of people and do about them. Who may call what goes by the role in the server; "
    "nobody but an owner acts on somebody of the own role or a higher one.",
    (
        Operation("GET", "/admin/people", admin_list_people, "List or find people", (NotAdministrator,)),
        Operation(
            "POST",
            "/admin/people",
            admin_make_person,
            "Make an account",
            (NotAdministrator, NameTaken, *_PASSWORD),
            201,
            audited=True,
        ),
        Operation("GET", "/admin/people/{user}", admin_get_person, "Get a person", (NotAdministrator, NoSuchUser)),
        Operation(
            "PATCH",
            "/admin/people/{user}",
            admin_rename_person,
            "Rename a person",
            (*_ABOUT, NameTaken, NameReserved),
            audited=True,
        ),
        Operation(
            "DELETE",
            "/admin/people/{user}",
            admin_delete_person,
            "Delete an account",
            (*_ABOUT, LastOwner),
            audited=True,
        ),
        SET_ROLE,
        EXPORT_PERSON,
        Operation(
            "PUT",
            "/admin/people/{user}/disabled",
            admin_disable_person,
            "Disable a person",
            (*_ABOUT, LastOwner),
            audited=True,
        ),
        Operation(
            "DELETE", "/admin/people/{user}/disabled", admin_enable_person, "Enable a person", _ABOUT, audited=True
        ),
        Operation(
            "POST",
            "/admin/people/{user}/sign-out",
            admin_sign_out,
            "Sign a person out",
            (*_ABOUT, NoSuchDevice),
            audited=True,
        ),
        Operation(
            "POST",
            "/admin/people/{user}/password",
            admin_reset_password,
            "Reset a password",
            _ABOUT,
            audited=True,
        ),
        Operation(
            "GET",
            "/admin/people/{user}/groups",
            admin_get_person_groups,
            "List a person's groups",
            (NotAdministrator, NoSuchUser),
        ),
        Operation(
            "GET",
            "/admin/people/{user}/devices",
            admin_get_person_devices,
            "List a person's devices",
            (NotAdministrator, NoSuchUser),
        ),
        Operation(
            "DELETE",
            "/admin/people/{user}/devices/{device}",
            admin_revoke_device,
            "Revoke a person's device",
            (*_ABOUT, NoSuchDevice),
            audited=True,
        ),
        Operation("POST", "/passwords", set_password_by_code, "Set a password with a code", (BadCode, *_PASSWORD)),
    ),
)
