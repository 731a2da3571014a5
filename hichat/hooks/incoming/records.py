"""
Incoming hooks in the store. Queries of a connection.

A hook is called by its secret, which is in its address; the store has a hash of it. Its messages are those of its bot,
and the bot has no token: nobody can be signed in as it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from secrets import randbelow, token_urlsafe
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from hichat.accounts import users
from hichat.accounts.users import User
from hichat.core.errors import GroupHooksFull, HookExists, Language, NoSuchIncomingHook
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.core.text import name_key
from hichat.storage.tables import groups, incoming_hooks, members
from hichat.storage.tables import users as users_table

GROUP_HOOKS_LIMIT = 50
"""The most hooks of a group."""

_SECRET_BYTES = 24
# 192 bits: 32 characters.


class IncomingHook(msgspec.Struct, frozen=True):
    """
    A hook of a group, without its secret.

    @ivar bot: the id of the user whose messages they are.
    @ivar device: the number of that user's device.
    @ivar maker: the id of the user who made it; 0: somebody at the command line.
    @ivar language: in which it shows what other programs tell.
    @ivar calls_all: whether its messages may call all members.
    @ivar key: what its callers sign with, sealed; None: nothing has to be signed.
    @ivar created_at: this and the other times are milliseconds since the epoch.
    @ivar used_at: the last message; 0: there was none.
    @ivar failed_at: the last call that was refused; 0: there was none.
    @ivar failure: the code of that refusal.
    @ivar picture: that of its bot.
    @ivar is_on: whether its bot is enabled, and a member of the group.
    """

    id: int
    group: int
    bot: int
    device: int
    maker: int
    name: str
    language: Language
    calls_all: bool
    key: bytes | None
    created_at: int
    used_at: int
    failed_at: int
    failure: str
    picture: str
    is_on: bool


class CalledHook(msgspec.Struct, frozen=True):
    """
    A hook that is called.

    @ivar bot: its bot; None: it is deleted.
    @ivar is_group_gone: whether the group is dissolved.
    """

    hook: IncomingHook
    bot: User | None
    is_group_gone: bool


_TABLE = incoming_hooks.c
_IS_MEMBER = (
    select(members.c.user_id)
    .where(members.c.group_id == _TABLE.group_id, members.c.user_id == _TABLE.bot_id, members.c.until.is_(None))
    .exists()
)
_HOOK = select(
    _TABLE.id,
    _TABLE.group_id,
    _TABLE.bot_id,
    _TABLE.device_id,
    _TABLE.maker_id,
    _TABLE.name,
    _TABLE.language,
    _TABLE.calls_all,
    _TABLE.signing_key,
    _TABLE.created_at,
    _TABLE.used_at,
    _TABLE.failed_at,
    _TABLE.failure,
    users_table.c.avatar,
    (~users_table.c.disabled & users_table.c.deleted_at.is_(None) & _IS_MEMBER).label("is_on"),
).join_from(incoming_hooks, users_table, users_table.c.id == _TABLE.bot_id)


def new_hook_id() -> int:
    """@return: a random number: none is given again."""
    return 1 + randbelow(MAX_SAFE_INTEGER)


def new_hook_secret() -> str:
    """@return: what the address of a hook ends with."""
    return token_urlsafe(_SECRET_BYTES)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def add(connection: Connection, hook: IncomingHook, secret: str) -> None:
    """
    Enter a new hook.

    @param hook: its picture is that of its bot, which has one already.
    """
    values = {
        "id": hook.id,
        "group_id": hook.group,
        "bot_id": hook.bot,
        "device_id": hook.device,
        "maker_id": hook.maker,
        "name": hook.name,
        "secret_hash": _digest(secret),
        "language": hook.language,
        "calls_all": hook.calls_all,
        "signing_key": hook.key,
        "created_at": hook.created_at,
    }
    connection.execute(insert(incoming_hooks).values(values))


def check_room(connection: Connection, group: int, name: str) -> None:
    """
    @raise GroupHooksFull: the group has L{GROUP_HOOKS_LIMIT}.
    @raise HookExists: it has one of this name.
    """
    count = select(func.count()).select_from(incoming_hooks).where(_TABLE.group_id == group)
    if (connection.scalar(count) or 0) >= GROUP_HOOKS_LIMIT:
        raise GroupHooksFull
    check_name(connection, group, name)


def check_name(connection: Connection, group: int, name: str, own: int = 0) -> None:
    """
    @param own: the number of a hook that may have the name.
    @raise HookExists: another hook of the group has it, in any case.
    """
    # All rows are read: otherwise who holds the error holds a cursor, and with it a snapshot that cannot be written to.
    found = connection.execute(select(_TABLE.id, _TABLE.name).where(_TABLE.group_id == group)).all()
    if any(name_key(row.name) == name_key(name) and row.id != own for row in found):
        raise HookExists


def of_group(connection: Connection, group: int) -> list[IncomingHook]:
    """@return: the hooks of a group, in the order in which they were made."""
    found = _HOOK.where(_TABLE.group_id == group).order_by(_TABLE.created_at, _TABLE.id)
    return [_hook(row) for row in connection.execute(found)]


def everywhere(connection: Connection) -> list[IncomingHook]:
    """@return: all hooks, by group, in the order in which they were made."""
    found = _HOOK.order_by(_TABLE.group_id, _TABLE.created_at, _TABLE.id)
    return [_hook(row) for row in connection.execute(found)]


def get(connection: Connection, group: int, number: int) -> IncomingHook:
    """@raise NoSuchIncomingHook: the group has no hook of this number."""
    return _one(connection, _TABLE.group_id == group, _TABLE.id == number)


def named(connection: Connection, group: int, name: str) -> IncomingHook:
    """
    @param name: of a hook, in any case; or its number.
    @raise NoSuchIncomingHook: the group has none of this name.
    """
    found = of_group(connection, group)
    for each in found:
        if name_key(each.name) == name_key(name) or str(each.id) == name:
            return each
    raise NoSuchIncomingHook


def _one(connection: Connection, *where: ColumnElement[bool]) -> IncomingHook:
    row = connection.execute(_HOOK.where(*where)).first()
    if row is None:
        raise NoSuchIncomingHook
    return _hook(row)


def _hook(row: Any) -> IncomingHook:
    return IncomingHook(*row)


def called(connection: Connection, secret: str) -> CalledHook | None:
    """@return: the hook that has this secret; None: there is none."""
    row = connection.execute(_HOOK.where(_TABLE.secret_hash == _digest(secret))).first()
    if row is None:
        return None
    hook = _hook(row)
    gone = connection.scalar(select(groups.c.deleted_at).where(groups.c.id == hook.group)) is not None
    return CalledHook(hook, users.find(connection, hook.bot), gone)


def change(connection: Connection, number: int, values: Mapping[str, object]) -> None:
    """@param values: by column."""
    if values:
        connection.execute(update(incoming_hooks).where(_TABLE.id == number).values(values))


def roll(connection: Connection, number: int, secret: str) -> None:
    """Give a hook another secret. The one before is good for nothing any more."""
    change(connection, number, {"secret_hash": _digest(secret)})


def remove(connection: Connection, number: int) -> None:
    """Remove a hook."""
    connection.execute(delete(incoming_hooks).where(_TABLE.id == number))
