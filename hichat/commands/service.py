"""Commands: C{/name arguments}, typed in a conversation. The built-in ones are done here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from hichat.accounts.users import User
from hichat.commands.parsing import TypedCommand, parse
from hichat.commands.words import ANSWERS, HELP
from hichat.core.errors import InvalidField, NoSuchCommand, OnlyInGroups
from hichat.core.events import Scope
from hichat.core.words import Words
from hichat.groups.service import Groups


class Where(NamedTuple):
    """
    A conversation, as one of its users names it.

    @ivar target: the other user's id, the group's, or 0.
    """

    scope: Scope
    target: int


class CommandDone(NamedTuple):
    """
    The answer to the call of a command.

    @ivar name: the command's name.
    @ivar text: the text for the asker alone; None: there is none.
    """

    name: str
    text: Words | None = None


class Commands:
    """
    The commands of a store.

    @param groups: changes a group's description.
    """

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._built_in: Mapping[str, Callable[[User, Where, str], Awaitable[CommandDone]]] = {"topic": self._topic}

    async def call(self, user: User, where: Where, text: str) -> CommandDone:
        """
        Do what a typed line says.

        @raise InvalidField: the line is no command.
        @raise NoSuchCommand: there is none of this name there.
        @raise Refused: by what the command does.
        """
        line = parse(text)
        if line is None:
            raise InvalidField("text")
        return await self._call(user, where, line)

    async def _call(self, user: User, where: Where, line: TypedCommand) -> CommandDone:
        built_in = self._built_in.get(line.name)
        if built_in is None or line.bot:
            raise NoSuchCommand
        return await built_in(user, where, line.arguments)

    async def _topic(self, user: User, where: Where, text: str) -> CommandDone:
        """Tell a group's description, or set it."""
        if where.scope != Scope.GROUP:
            raise OnlyInGroups
        if text:
            await self._groups.edit(user.id, where.target, {"description": text})
            return CommandDone("topic", ANSWERS["topic_set"])
        found = (await self._groups.view(user.id, where.target)).group.description
        return CommandDone("topic", ANSWERS["topic_is"].filled(text=found) if found else ANSWERS["no_topic"])


def built_in_at(where: Where) -> list[str]:
    """@return: the names of the built-in commands that a conversation has."""
    return [name for name in HELP if name != "topic" or where.scope == Scope.GROUP]
