"""The people whom a hook's message names: C{@} and the name of a member of the group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from hichat.core.text import name_key
from hichat.storage.tables import members, users

NAME_WORDS = 4
"""The most words of a name that is looked for."""

_CODE = re.compile(r"```.*?```|`[^`\n]*`|https?://\S+", re.DOTALL)
# Not the one in max@ann.org.
_CALL = re.compile(rf"(?<![\w.+/-])@(?P<words>[^\s@]+(?:[ \t][^\s@]+){{0,{NAME_WORDS - 1}}})")
_END = re.compile(r"[^\w)]+$")


def called_names(text: str) -> list[list[str]]:
    """
    @param text: Markdown.
    @return: for each C{@} in it that may name somebody: the keys of names, the longest first.
    """
    return [[*_keys(found["words"])] for found in _CALL.finditer(_CODE.sub(" ", text))]


def _keys(words: str) -> Iterator[str]:
    parts = words.split()
    for count in range(len(parts), 0, -1):
        name = " ".join(parts[:count])
        yield name_key(name)
        # A mark behind the name is not of it, nor are signs of Markdown.
        shorter = _END.sub("", name.replace("\\", ""))
        if shorter != name:
            yield name_key(shorter)


def mentioned(connection: Connection, group: int, calls: Iterable[list[str]]) -> list[int]:
    """
    @param calls: see L{called_names}.
    @return: the ids of the members who are called by these names, each once, in order.
    """
    member, user = members.c, users.c
    query = (
        select(user.id, user.name, user.display_name)
        .join_from(members, users, user.id == member.user_id)
        .where(member.group_id == group, member.until.is_(None), user.deleted_at.is_(None))
    )
    by_name: dict[str, int] = {}
    for id, name, shown in connection.execute(query):
        by_name[name_key(name)] = id
        by_name.setdefault(name_key(shown), id)
    by_name.pop("", None)
    found = (next((by_name[key] for key in keys if key in by_name), 0) for keys in calls)
    return [*dict.fromkeys(filter(None, found))]
