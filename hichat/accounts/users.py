"""
Users: queries of a connection, for L{hichat.storage.store.Store}.

A deleted user's row stays, because messages refer to it; but no query here shows it.
"""

import sys
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import force_setattr
from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hichat.accounts import app_secrets
from hichat.accounts.absences import AWAY
from hichat.accounts.bot_passes import BotPass
from hichat.accounts.names import check_display_name, check_free, check_rename, is_called, user_name
from hichat.accounts.roles import ROLE, ServerRole
from hichat.core.errors import LastOwner, NameTaken, NoSuchUser, NotForBots, Unauthorized
from hichat.core.lookalikes import NO_DISPLAY_NAME, NO_NAME, columns_of_user
from hichat.core.text import key_of, name_key
from hichat.storage.tables import users

PROFILE_COLUMNS = ("avatar", "gender", "phone", "email", "bio")
"""The columns, beside the name, that a user may change at will."""

MODULUS = 2**31 - 1
"""The modulus of the sums in a L{summary}."""

_CHUNK = 500
# SQLite takes a limited number of values in one statement.


Stamp = tuple[int, int]
"""The times of a user's last change and last log-in, in milliseconds since the epoch; 0: never."""


class User(msgspec.Struct, frozen=True):
    """
    A user, without the password's hash.

    @ivar name: the name to log in with.
    @ivar display_name: the name that people see.
    @ivar role: the user's role in the server.
    @ivar generation: the generation of valid tokens; tokens of another generation are void.
    @ivar client_ip: the address of the last log-in.
    @ivar client_port: the port of the last log-in.
    @ivar login_at: the time of the last log-in; this and the other times are milliseconds since the epoch.
    @ivar bot: whether it is a program: it has no password, and comes with tokens of its own.
    @ivar away: what the user says about being away, perhaps nothing; None: the user is not away. It is a row of
        another table.
    @ivar app_password: the number of the app password by which the user was recognised, now or when the session began;
        0: there was none. It is no column.
    @ivar bot_pass: the token by which a bot was recognised; None: it was not by one. It is no column.
    """

    id: int
    name: str
    display_name: str
    avatar: str
    gender: str
    phone: str
    email: str
    bio: str
    role: ServerRole
    disabled: bool
    generation: int
    client_ip: str
    client_port: str
    login_at: int | None
    created_at: int
    updated_at: int
    bot: bool = False
    away: str | None = None
    app_password: int = 0
    bot_pass: BotPass | None = None

    def __post_init__(self) -> None:
        # A row has a number.
        force_setattr(self, "role", ServerRole(self.role))

    @property
    def administrator(self) -> bool:
        """Whether the user's role is at least that of an administrator."""
        return self.role >= ServerRole.ADMINISTRATOR

    def by_app_password(self, number: int) -> "User":
        """
        @param number: the number of an app password; 0: none.
        @return: the user as recognised by it: it gives the rights of a member at most.
        """
        if not number:
            return self
        return msgspec.structs.replace(self, role=min(self.role, ServerRole.MEMBER), app_password=number)

    def by_bot_token(self, shown: BotPass) -> "User":
        """@return: the bot as recognised by a token: it has the rights of a member at most."""
        return msgspec.structs.replace(self, role=min(self.role, ServerRole.MEMBER), bot_pass=shown)


_NO_COLUMNS = ("app_password", "bot_pass")
_EXPRESSIONS: dict[str, ColumnElement[Any]] = {"role": ROLE, "away": AWAY}
USER_COLUMNS: list[ColumnElement[Any]] = [
    _EXPRESSIONS[name] if name in _EXPRESSIONS else users.c[name]
    for name in User.__struct_fields__
    if name not in _NO_COLUMNS
]
"""The columns of a L{User}."""

_LIVE = users.c.deleted_at.is_(None)


def find(connection: Connection, user_id: int) -> User | None:
    """@return: the user, or None if there is none."""
    return _find(connection, users.c.id == user_id)


def find_many(connection: Connection, ids: Collection[int]) -> dict[int, User | None]:
    """
    @param ids: at most a few hundred.
    @return: by id: the user, or None if there is none.
    """
    found: dict[int, User | None] = dict.fromkeys(ids)
    found.update((row[0], User(*row)) for row in connection.execute(_MANY, {"ids": [*ids]}))
    return found


# Built once: building a statement takes as long as running it.
_MANY = select(*USER_COLUMNS).where(users.c.id.in_(bindparam("ids", expanding=True)), _LIVE)


def find_by_name(connection: Connection, name: str) -> User | None:
    """@return: the user of that name in any case, or None if there is none."""
    found = find_hash(connection, name)
    return found[0] if found else None


def existed(connection: Connection, user_id: int) -> bool:
    """@return: whether there was a user with this id whose account was deleted."""
    query = select(users.c.id).where(users.c.id == user_id, users.c.deleted_at.is_not(None))
    return connection.scalar(query) is not None


def find_hash(connection: Connection, name: str) -> tuple[User, str] | None:
    """@return: the user of that name in any case and the password's hash, or None if there is none."""
    condition, *order = is_called(users, name)
    asked = select(*USER_COLUMNS, users.c.password_hash).where(condition, _LIVE).order_by(*order).limit(1)
    row = connection.execute(asked).first()
    return (User(*row[:-1]), row[-1]) if row else None


def existing(connection: Connection, ids: Collection[int]) -> set[int]:
    """@return: those of these ids that are users."""
    found: set[int] = set()
    wanted = list(ids)
    for i in range(0, len(wanted), _CHUNK):
        found.update(connection.scalars(select(users.c.id).where(users.c.id.in_(wanted[i : i + _CHUNK]), _LIVE)))
    return found


def administrator(connection: Connection, user_id: int) -> bool | None:
    """@return: whether the user is an administrator, or None if there is no such user."""
    return connection.scalar(select(users.c.administrator).where(users.c.id == user_id, _LIVE))


def everyone(connection: Connection) -> list[User]:
    """@return: all users, in order of id."""
    return [User(*row) for row in connection.execute(select(*USER_COLUMNS).where(_LIVE).order_by(users.c.id))]


def summary(connection: Connection) -> tuple[int, ...]:
    """@return: a value that is almost certainly different after users were added, deleted, changed or logged in."""
    return tuple(int(number or 0) for number in connection.execute(_SUMMARY).one())


def stamps(connection: Connection, since: int | None = None) -> dict[int, Stamp]:
    """
    @param since: only users who were made, were changed or have logged in after this time, by the clock of that moment.
    @return: the stamps of users by id.
    """
    query = _STAMPS if since is None else _STAMPS.where((users.c.updated_at > since) | (users.c.login_at > since))
    return {user: (updated, login or 0) for user, updated, login in connection.execute(query)}


# Remainders are summed, because the sums of the numbers themselves would be too large for SQLite.
_SUMMARY = select(
    func.count(),
    func.sum(users.c.id % MODULUS),
    func.sum(users.c.updated_at % MODULUS),
    func.sum(users.c.login_at % MODULUS),
).where(_LIVE)
_STAMPS = select(users.c.id, users.c.updated_at, users.c.login_at).where(_LIVE)


def by_prefix(
    connection: Connection, prefix: str, after: str | None, limit: int, *among: ColumnElement[bool], few: bool = False
) -> list[User]:
    """
    @param prefix: the beginning of the names, in any case.
    @param after: the L{name_key} of the last user of the page before; None: the first page.
    @param limit: the most users.
    @param among: conditions that they have to meet.
    @param few: whether few users meet them: then the whole table is read as it lies, and what is found is sorted. By
        the index of names each of all users would be looked up, which takes SQLite six times as long.
    @return: users in the order of their L{name_key}.
    """
    # No index has the expression.
    order = users.c.name_key + "" if few else users.c.name_key
    query = select(*USER_COLUMNS).where(_LIVE, users.c.name_key.is_not(None), *among)
    if prefix.strip():
        if not key_of(prefix):
            return []
        query = query.where(_begins(connection, prefix))
    if after is not None:
        query = query.where(order > after)
    return [User(*row) for row in connection.execute(query.order_by(order).limit(limit))]


def _begins(connection: Connection, prefix: str) -> ColumnElement[bool]:
    """@return: the condition that a name begins so."""
    begins = []
    for column, key in ((users.c.name_key, name_key(prefix)), (users.c.name_match, key_of(prefix))):
        starts = column.startswith(key, autoescape=True)
        if connection.dialect.name == "sqlite":
            # SQLite reads the whole index for LIKE. A range works, because SQLite compares by code points.
            starts = and_(column >= key, column < key + chr(sys.maxunicode), starts)
        begins.append(starts)
    return or_(*begins)


def current(connection: Connection, user: User) -> User:
    """
    Look at a user again in the transaction of a change: much can have happened while a password was hashed or the
    writer was busy.

    @param user: the user as authenticated.
    @return: the user, as of now.
    @raise Unauthorized: the user's tokens were voided since, as when the account is disabled, or it was deleted.
    """
    found = find(connection, user.id)
    if found is None or found.generation != user.generation:
        raise Unauthorized
    return found


def has_password(connection: Connection, user_id: int) -> bool:
    """@return: whether the user has a password to log in with."""
    return bool(connection.scalar(select(users.c.password_hash).where(users.c.id == user_id, _LIVE)))


def insert(connection: Connection, name: str, password_hash: str, now: int, bot: bool = False) -> User:
    """
    Make a user.

    @param name: a name that L{hichat.accounts.names.user_name} has checked.
    @param now: milliseconds since the epoch.
    @param bot: whether it is a bot.
    @raise NameTaken: a user has the name, in any case, or one that looks like it.
    """
    check_free(connection, users, name)
    values: dict[str, object] = {**columns_of_user(name, name), "password_hash": password_hash, "bot": bot}
    inserting = users.insert().values(**values, created_at=now, updated_at=now).returning(users.c.id)
    try:
        return get(connection, connection.execute(inserting).scalar_one())
    except IntegrityError as e:
        raise NameTaken from e


def get(connection: Connection, user_id: int) -> User:
    """
    @return: the user.
    @raise NoSuchUser: there is none.
    """
    user = find(connection, user_id)
    if user is None:
        raise NoSuchUser
    return user


def change(connection: Connection, user_id: int, values: Mapping[str, str], now: int) -> None:
    """
    Change a user's profile.

    @param values: checked texts, by column: C{name}, C{display_name} and those of L{PROFILE_COLUMNS}. The user's
        present names are not checked again: they may be from before the rules. A display name that is the name changes
        with it; an empty one becomes the name.
    @raise InvalidField: the name is not allowed.
    @raise NameTaken: another user has the name, in any case, or one that looks like it.
    @raise NoSuchUser: there is none.
    """
    columns: dict[str, object] = {name: values[name] for name in PROFILE_COLUMNS if name in values}
    columns |= _renamed(connection, get(connection, user_id), values)
    try:
        _update(connection, user_id, columns | {"updated_at": now})
    except IntegrityError as e:
        raise NameTaken from e


def _renamed(connection: Connection, user: User, values: Mapping[str, str]) -> dict[str, str]:
    """@return: the columns for names that change; see L{change}."""
    name, shown = user.name, user.display_name
    if values.get("name", name) != name:
        name = user_name(values["name"])
        check_rename(connection, users, user, name)
    if user.display_name == user.name:
        shown = name
    wanted = values.get("display_name", shown) or name
    if wanted not in (shown, name):
        wanted = user_name(wanted, "displayName")
        check_display_name(connection, user, wanted)
    if (name, wanted) == (user.name, user.display_name):
        return {}
    return columns_of_user(name, wanted)


def record_login(connection: Connection, user_id: int, client_ip: str, client_port: str, now: int) -> None:
    """
    Note a login.

    @raise NoSuchUser: there is none.
    """
    _update(connection, user_id, {"client_ip": client_ip[:64], "client_port": client_port[:8], "login_at": now})


def set_password(connection: Connection, user_id: int, password_hash: str, now: int) -> None:
    """
    Set a user's password. This voids the user's tokens, and removes the app passwords: if somebody else had the
    password, the app passwords may be of somebody else.

    @raise NotForBots: it is a bot.
    @raise NoSuchUser: there is none.
    """
    check_person(get(connection, user_id))
    _update(connection, user_id, {"password_hash": password_hash, "updated_at": now} | _SIGNED_OUT)
    app_secrets.forget(connection, user_id)


def disable(connection: Connection, user_id: int, now: int) -> None:
    """
    Disable a user. This voids the user's tokens.

    @raise LastOwner: see L{check_not_last_owner}.
    @raise NoSuchUser: there is none.
    """
    check_not_last_owner(connection, user_id)
    _update(connection, user_id, {"disabled": True, "updated_at": now} | _SIGNED_OUT)


def sign_out(connection: Connection, user_id: int, now: int) -> None:
    """
    Void a user's tokens.

    @raise NoSuchUser: there is none.
    """
    _update(connection, user_id, {"updated_at": now} | _SIGNED_OUT)


def enable(connection: Connection, user_id: int, now: int) -> None:
    """
    Enable a disabled user.

    @raise NoSuchUser: there is none.
    """
    _update(connection, user_id, {"disabled": False, "updated_at": now})


def set_role(connection: Connection, user_id: int, role: ServerRole, now: int) -> None:
    """
    Give a user another role.

    @raise LastOwner: see L{check_not_last_owner}.
    @raise NotForBots: it is a bot, which is a member at most.
    @raise NoSuchUser: there is none.
    """
    if role is not ServerRole.OWNER:
        check_not_last_owner(connection, user_id)
    if role > ServerRole.MEMBER:
        check_person(get(connection, user_id))
    administers = role >= ServerRole.ADMINISTRATOR
    _update(connection, user_id, {"role": role, "administrator": administers, "updated_at": now})


def check_person(user: User) -> None:
    """@raise NotForBots: it is a bot."""
    if user.bot:
        raise NotForBots


def make_administrator(connection: Connection, user_id: int, now: int, wanted: bool = True) -> None:
    """
    Make a user an administrator, or an administrator a member. An owner, who has an administrator's rights, stays one.

    @raise LastOwner: see L{check_not_last_owner}.
    @raise NoSuchUser: there is none.
    """
    if get(connection, user_id).administrator is not wanted:
        set_role(connection, user_id, ServerRole.ADMINISTRATOR if wanted else ServerRole.MEMBER, now)


def check_not_last_owner(connection: Connection, user_id: int) -> None:
    """
    A server need not have an owner; but once it has one, there stays one who can log in.

    @raise LastOwner: the user is an owner, and no other owner can log in.
    """
    user = find(connection, user_id)
    if user is None or user.role is not ServerRole.OWNER:
        return
    others = select(exists().where(_LIVE, ROLE == ServerRole.OWNER, ~users.c.disabled, users.c.id != user_id))
    if not connection.scalar(others):
        raise LastOwner


def delete(connection: Connection, user_id: int, now: int) -> None:
    """
    Delete a user: the name is free again, the profile is erased, the tokens are void.

    @raise LastOwner: see L{check_not_last_owner}.
    @raise NoSuchUser: there is none.
    """
    check_not_last_owner(connection, user_id)
    blank: dict[str, object] = dict.fromkeys(
        (*PROFILE_COLUMNS, "name", "display_name", "password_hash", "client_ip", "client_port"), ""
    )
    gone: dict[str, object] = {**NO_NAME, **NO_DISPLAY_NAME, "login_at": None, **_NO_RIGHTS}
    _update(connection, user_id, blank | gone | {"deleted_at": now, "updated_at": now} | _SIGNED_OUT)


_NO_RIGHTS: dict[str, object] = {"role": ServerRole.MEMBER, "administrator": False}
_SIGNED_OUT: dict[str, object] = {"generation": users.c.generation + 1}


def _find(connection: Connection, condition: ColumnElement[bool]) -> User | None:
    row = connection.execute(select(*USER_COLUMNS).where(condition, _LIVE)).first()
    return User(*row) if row else None


def _update(connection: Connection, user_id: int, columns: Mapping[str, object]) -> None:
    result = connection.execute(update(users).where(users.c.id == user_id, _LIVE).values(**columns))
    if result.rowcount == 0:
        raise NoSuchUser
