"""Commands over HTTP: those that a conversation has, and their calls."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hichat.commands.service import Where, built_in_at
from hichat.commands.words import HELP
from hichat.core.errors import (
    GroupArchived,
    Language,
    NoSuchCommand,
    NoSuchGroup,
    NotAMember,
    NotPermitted,
    OnlyInGroups,
)
from hichat.core.words import Words
from hichat.web.api.conversations import ConversationName, place
from hichat.web.api.operation import Caller, Operation, Section
from hichat.web.services import ApiServices
from hichat.wire.frames import TEXT_LIMIT


class CommandWords(msgspec.Struct, omit_defaults=True):
    """
    A sentence; empty in a language that it was not given in.

    @ivar en: in English.
    @ivar zh: in Chinese.
    """

    en: str = ""
    zh: str = ""


class ShownCommand(msgspec.Struct, omit_defaults=True):
    """
    A command of a conversation.

    @ivar name: what is typed behind the slash.
    @ivar description: what it does.
    @ivar arguments: what is typed behind its name; empty: nothing.
    """

    name: str
    description: CommandWords
    arguments: CommandWords


class CommandList(msgspec.Struct):
    """
    The commands of a conversation.

    @ivar items: the built-in ones first.
    """

    items: list[ShownCommand]


class CommandCall(msgspec.Struct, forbid_unknown_fields=True):
    """
    A command, as it is typed.

    @ivar text: C{/name} and what is behind it.
    """

    text: Annotated[str, Meta(min_length=2, max_length=TEXT_LIMIT)]


class CommandAnswer(msgspec.Struct, omit_defaults=True):
    """
    The answer to the call of a command.

    @ivar name: the command's name.
    @ivar text: an answer for the caller alone; absent: there is none.
    """

    name: str
    text: str = ""


class CommandPath(msgspec.Struct, forbid_unknown_fields=True):
    """A conversation."""

    conversation: ConversationName


def words_of(words: Words) -> CommandWords:
    """@return: a sentence of ours, in both languages."""
    return CommandWords(words.en, words.zh)


async def list_commands(services: ApiServices, caller: Caller, path: CommandPath) -> CommandList:
    """
    List the commands that can be typed in a conversation: the built-in ones, and those of bots that are in it. Clients
    complete what begins with a slash from this list.
    """
    names = built_in_at(Where(*place(path.conversation)))
    return CommandList([ShownCommand(n, words_of(HELP[n].description), words_of(HELP[n].arguments)) for n in names])


async def call_command(
    services: ApiServices, caller: Caller, path: CommandPath, body: CommandCall, language: Language
) -> CommandAnswer:
    """
    Call a command in a conversation. A text is a command if it begins with a slash, and its first word has nothing
    behind that but letters, digits, `-` and `_`. The answer's text is in the language of `Accept-Language`.
    """
    told = await services.commands.call(caller.user, Where(*place(path.conversation)), body.text)
    return CommandAnswer(told.name, "" if told.text is None else told.text.text(language))


SECTION = Section(
    "Commands",
    "A command is a line that begins with a slash, such as `/topic Plans for May`. The server has some of its own.",
    (
        Operation("GET", "/conversations/{conversation}/commands", list_commands, "List the commands"),
        Operation(
            "POST",
            "/conversations/{conversation}/commands",
            call_command,
            "Call a command",
            (NoSuchCommand, OnlyInGroups, NoSuchGroup, NotAMember, NotPermitted, GroupArchived),
        ),
    ),
)
