"""
A line that is a command.

One rule, for all clients: a text is a command if it begins with a slash, and its first word has nothing behind that but
letters, digits, C{-} and C{_}: C{/deploy}, C{/deploy production}. So C{/usr/bin} is a text, as is a slash alone. Where
two bots have a command of the same name, C{/deploy@ci} names the bot. A text that begins with two slashes is no command
either: a client sends it without the first one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

COMMAND_NAME_LIMIT = 32
"""The most characters of a command's name."""

_COMMAND = re.compile(
    rf"/(?P<name>[\w-]{{1,{COMMAND_NAME_LIMIT}}})(?:@(?P<bot>\S{{1,64}}))?(?:\s+(?P<arguments>.*))?", re.DOTALL
)


class TypedCommand(NamedTuple):
    """
    A command as it was typed.

    @ivar name: in small letters.
    @ivar bot: the name of the bot that is meant; empty: none was named.
    @ivar arguments: the text behind the name, without blanks around it.
    """

    name: str
    bot: str = ""
    arguments: str = ""


def parse(text: str) -> TypedCommand | None:
    """@return: the command; None: the text is none."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    return TypedCommand(found["name"].lower(), found["bot"] or "", (found["arguments"] or "").strip())


def is_name(name: str) -> bool:
    """@return: whether a command may have this name: as it is typed, in small letters."""
    return parse(f"/{name}") == TypedCommand(name)
