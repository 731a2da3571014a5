"""
Names of users and groups: which are allowed, and when two count as the same.

A user's name is C{UsernameCasePreserved} (RFC 8265) in parts with one blank between them, a group's is C{Nickname}
(RFC 8266). Names from before these rules stay as they are, and are found by L{hichat.core.text.name_key} as before. All
names are also found by L{hichat.core.text.key_of}, which ignores width, case, and the number of blanks.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal
from unicodedata import category

from precis_i18n import get_profile
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, or_, select

from hichat.accounts.fields import name_of
from hichat.core.errors import InvalidField, InvalidName, NameReserved, NameTaken
from hichat.core.lookalikes import MIXED, columns_of, look_of
from hichat.core.text import GROWTH, KEY_LIMIT, NAME_LIMIT, check, formed, key_of, name_key, short
from hichat.storage.tables import users

_USER = get_profile("UsernameCasePreserved")
_GROUP = get_profile("NicknameCasePreserved")

# Names that seem to speak for the server, or for nobody; what looks like one is reserved, too. So there are no short
# ones: ALI looks like ALL.
_RESERVED = (
    "admin admins administrator administrators moderator moderators operator root superuser sysadmin system server "
    "hichat hichatteam support helpdesk staff official security abuse postmaster webmaster hostmaster noreply everyone "
    "undefined 管理员 系统管理员 超级管理员 系统 系统消息 系统通知 官方 客服 在线客服 官方客服 所有人 全体成员 "
    "管理員 系統管理員 超級管理員 系統 系統消息 系統通知 線上客服 全體成員 админ администратор"
)

_ALL = "all"
"""The name by which C{@all} mentions all members of a group. The Chinese one is above."""


def user_name(text: str, field: str = "name") -> str:
    """
    @param text: a name as a client gave it. Blanks around it are removed, and runs of blanks in it become one.
    @return: the name in the form that is stored.
    @raise InvalidField: the name is not allowed; where the rule is easily missed, L{InvalidName} tells it.
    """
    # The mapping rule of nicknames turns blanks of any kind into single ones of ASCII.
    parts = _GROUP.additional_mapping_rule(_bounded(text, field)).split(" ")
    return _enforced(lambda: " ".join(_USER.enforce(part) for part in parts), text, field, "user")


def group_name(text: str, field: str = "name") -> str:
    """As L{user_name}, for a group: it may have signs of all kinds, if they are visible."""
    given = _GROUP.additional_mapping_rule(_bounded(text, field))
    # The NFKC form counts: a single sign may become eighteen characters.
    if len(formed("NFKC", given)) > NAME_LIMIT:
        raise InvalidField(field)
    return _enforced(lambda: _GROUP.enforce(given), text, field, "group")


def given_name(text: str, field: str = "name") -> str:
    """
    @return: a text in the form in which it may be a user's present name, even if the rules do not allow it any more.
    @raise InvalidField: it is too long.
    """
    given = text.strip()
    if len(given) > GROWTH * NAME_LIMIT:
        raise InvalidField(field)
    return short("NFC", given)


def is_called(table: Table, name: str) -> tuple[ColumnElement[bool], ...]:
    """
    @param table: the table of users or of groups.
    @return: the condition for users or groups of that name, and their order: those with the same L{name_key} come
        first.
    """
    old = table.c.name_key == name_key(name)
    return or_(old, table.c.name_match == key_of(name)), old.desc(), table.c.id


def is_free(connection: Connection, table: Table, name: str, but: int = 0) -> bool:
    """
    Call it in the transaction that takes the name. A user has two names: the one to log in with, and the display name.

    @param but: the id of the user or group that may have the name already.
    @return: whether no other user or group has the name, or one that looks like it.
    """
    c, new = table.c, columns_of(name)
    look, script = new["name_look"], new["name_script"]
    conditions = [
        or_(c.name_key == new["name_key"], c.name_match == new["name_match"]),
        _looks_like(c.name_look, c.name_script, look, script),
    ]
    if "display_name" in c:
        conditions += [
            c.display_match == new["name_match"],
            _looks_like(c.display_look, c.display_script, look, script),
        ]
    for condition in conditions:
        if connection.scalar(select(c.id).where(condition, c.id != but, c.deleted_at.is_(None)).limit(1)) is not None:
            return False
    return True


def _looks_like(look_column: Column[Any], script_column: Column[Any], look: str, script: str) -> ColumnElement[bool]:
    same = look_column == look
    return same if script == MIXED else and_(same, script_column != script)


def check_free(connection: Connection, table: Table, name: str, but: int = 0, field: str = "name") -> None:
    """
    As L{is_free}.

    @raise NameTaken: another has the name, or one that looks like it.
    """
    if not is_free(connection, table, name, but):
        raise NameTaken(field)


def check_rename(connection: Connection, table: Table, holder: Any, name: str) -> None:
    """
    As L{check_free}, for a user or group that changes its name. A name that differs from the present one in case only
    is not checked.

    @param holder: has an C{id} and the present C{name}.
    """
    if not _differs_in_case(name, holder.name):
        check_free(connection, table, name, holder.id)


def check_display_name(connection: Connection, user: Any, name: str) -> None:
    """
    As L{check_rename}, for a user's display name. A name that differs in case only from one that the user has is not
    checked.

    @param user: has an C{id}, the present C{name} and the present C{display_name}.
    """
    if not any(_differs_in_case(name, own) for own in (user.name, user.display_name)):
        check_free(connection, users, name, user.id, "displayName")


def _differs_in_case(name: str, other: str) -> bool:
    """@return: whether the names differ in case at most."""
    return name_key(name) == name_key(other) and look_of(name) == look_of(other)


def check_reserved(name: str, field: str = "name") -> None:
    """@raise NameReserved: the name looks like one that speaks for the server, or mentions all members of a group."""
    if key_of(name) == _ALL or look_of(_letters(name)) in _reserved():
        raise NameReserved(field)


@cache
def _reserved() -> frozenset[str]:
    return frozenset(map(look_of, _RESERVED.split()))


def _letters(name: str) -> str:
    return "".join(character for character in name if character.isalnum() or not character.isascii())


def _bounded(text: str, field: str) -> str:
    given = text.strip()
    check(given, NAME_LIMIT, field)
    return given


def _enforced(enforce: Callable[[], str], text: str, field: str, kind: Literal["user", "group"]) -> str:
    """
    @param enforce: applies the rules of the name's kind to the text.
    @return: the name.
    @raise InvalidField: the text breaks the rules, or has no visible character.
    """
    try:
        name = enforce()
    except UnicodeEncodeError as e:
        name_of(text, field)
        raise InvalidName(field, kind) from e
    if len(name) > NAME_LIMIT or len(name_key(name)) > KEY_LIMIT or not key_of(name):
        raise InvalidField(field)
    # A visible character is needed, and each combining mark needs a character before it.
    if not look_of(name) or any(category(part[0]).startswith("M") for part in name.split(" ")):
        raise InvalidName(field, kind)
    return name
