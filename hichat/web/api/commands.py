"""Commands over HTTP: those that a conversation has, their calls, and the answers of bots."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.bot_passes import BotScope
from hichat.audit.entries import SET_COMMAND_URLS, Entry
from hichat.commands.calls import CallAnswer, CalledBy, Where
from hichat.commands.parsing import COMMAND_NAME_LIMIT
from hichat.commands.records import COMMANDS_LIMIT, BotCommand, OfferedBy
from hichat.commands.service import CommandDone, built_in_at
from hichat.commands.words import HELP
from hichat.core.actions import ActionId, SentChoice
from hichat.core.errors import (
    AmbiguousCommand,
    BadURL,
    Blocked,
    CommandUsage,
    GroupArchived,
    Language,
    MessageRecalled,
    Muted,
    NoSharedGroup,
    NoSuchAction,
    NoSuchCall,
    NoSuchCommand,
    NoSuchGroup,
    NoSuchMessage,
    NoSuchReminder,
    NoSuchTarget,
    NotAdministrator,
    NotAMember,
    NotContacts,
    NotForPeople,
    NotPermitted,
    NotPublic,
    OnlyInGroups,
    SignedOut,
    TooLong,
    TooManyAnswers,
    TooManyAttempts,
    TooManyReminders,
    TooManyStrangers,
)
from hichat.core.kinds import Format
from hichat.core.words import DEFAULT, Words
from hichat.fetching.urls import URL_LIMIT
from hichat.web.api.conversations import ConversationPath, MessagePath, place
from hichat.web.api.messages import StoredEvent, stored_event
from hichat.web.api.operation import Caller, GroupId, Operation, Section, UserId
from hichat.web.proxies import Peer
from hichat.web.services import ApiServices
from hichat.wire.frames import TEXT_LIMIT, Actions, Id, MessageText

GROUPS_LIMIT = 50
"""The most groups to which a command is limited."""


class CommandWords(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    What a command does; empty in a language that it was not given in.

    @ivar en: in English.
    @ivar zh: in Chinese.
    """

    en: Annotated[str, Meta(max_length=200)] = ""
    zh: Annotated[str, Meta(max_length=200)] = ""


class ArgumentWords(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    What is typed behind a command's name; empty in a language that it was not given in.

    @ivar en: in English.
    @ivar zh: in Chinese.
    """

    en: Annotated[str, Meta(max_length=100)] = ""
    zh: Annotated[str, Meta(max_length=100)] = ""


class ShownCommand(msgspec.Struct, omit_defaults=True):
    """
    A command of a conversation.

    @ivar name: what is typed behind the slash.
    @ivar description: what it does.
    @ivar arguments: what is typed behind its name; empty: nothing.
    @ivar bot: the bot whose it is; absent: it is the server's.
    @ivar botName: the bot's name: C{/name@botName} names it where several have a command of this name.
    """

    name: str
    description: CommandWords
    arguments: ArgumentWords
    bot: UserId | UnsetType = UNSET
    botName: str = ""  # noqa: N815


class CommandList(msgspec.Struct):
    """
    The commands of a conversation.

    @ivar items: the built-in ones first.
    """

    items: list[ShownCommand]


class OwnCommand(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """
    A command of a bot.

    @ivar name: letters, digits, C{-} and C{_}, in small letters; no name of a built-in command.
    @ivar description: what it does, in one language or in both.
    @ivar arguments: a hint of what is typed behind its name.
    @ivar groups: the only groups in which it is offered, of those in which the bot is; absent: wherever the bot is.
    @ivar url: an address that calls are POSTed to as well, signed after Standard Webhooks; its answer is the bot's. All
        commands of a bot have at most 10 different ones. Absent: calls are events only.
    """

    name: Annotated[str, Meta(min_length=1, max_length=COMMAND_NAME_LIMIT)]
    description: CommandWords = CommandWords()
    arguments: ArgumentWords = ArgumentWords()
    groups: Annotated[list[GroupId], Meta(max_length=GROUPS_LIMIT)] | UnsetType = UNSET
    url: Annotated[str, Meta(max_length=URL_LIMIT)] = ""


class OwnCommands(msgspec.Struct, forbid_unknown_fields=True):
    """
    The commands of a bot.

    @ivar commands: in the order in which they are listed.
    """

    commands: Annotated[list[OwnCommand], Meta(max_length=COMMANDS_LIMIT)]


class CommandSecret(msgspec.Struct):
    """
    A new secret.

    @ivar secret: by which the receiver checks the signatures. It is shown now, and never again.
    """

    secret: str


class CommandCall(msgspec.Struct, forbid_unknown_fields=True):
    """
    A command, as it is typed.

    @ivar text: C{/name} and what is behind it.
    @ivar zone: your time zone, for times of day: a name such as C{Europe/Berlin}, or an offset such as C{+02:00};
        absent: UTC.
    """

    text: Annotated[str, Meta(min_length=2, max_length=TEXT_LIMIT)]
    zone: Annotated[str, Meta(max_length=64)] = ""


class CommandAnswer(msgspec.Struct, omit_defaults=True):
    """
    The outcome of the call of a command.

    @ivar name: the command's name.
    @ivar text: an answer for the caller alone; absent: there is none.
    @ivar message: the id of the message that it has sent; absent: it has sent none.
    @ivar call: the id of the call of a bot, whose answers come as events; absent: it was a built-in command.
    @ivar bot: the bot that was called.
    @ivar online: whether the bot is online over a WebSocket, or the command has an address. One that is not may
        answer all the same, or later.
    """

    name: str
    text: str = ""
    message: Id | UnsetType = UNSET
    call: Id | UnsetType = UNSET
    bot: UserId | UnsetType = UNSET
    online: bool = False


class ActionCall(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """
    What is pressed, or chosen.

    @ivar action: the id of the button, or of the choice.
    @ivar value: the value of the option that is chosen; absent: a button is pressed.
    """

    action: ActionId
    value: Annotated[str, Meta(max_length=64)] = ""


class NewAnswer(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """
    A bot's answer to a call.

    @ivar text: the answer.
    @ivar to: C{asker}: the user alone who has called; C{all}: a message for all who see where that was.
    @ivar format: C{markdown}, or absent: the text is shown as it is.
    @ivar actions: buttons under it.
    @ivar choice: a choice under it.
    """

    text: MessageText
    to: Literal["asker", "all"] = "asker"
    format: Format | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET


class CallPath(msgspec.Struct, forbid_unknown_fields=True):
    """The call of a command, or of a button."""

    call: Annotated[Id, Meta(description="A call's id: that of its event.")]


async def list_commands(services: ApiServices, caller: Caller, path: ConversationPath) -> CommandList:
    """
    List the commands that can be typed in a conversation: the built-in ones, and those of bots that are in it. Clients
    complete what begins with a slash from this list.
    """
    where = Where(*place(path.conversation))
    found = await services.commands.offered(caller.user, where)
    return CommandList([*map(_built_in, built_in_at(where)), *map(_offered, found)])


async def call_command(
    services: ApiServices, caller: Caller, path: ConversationPath, body: CommandCall, language: Language, key: str
) -> CommandAnswer:
    """
    Call a command in a conversation. A text is a command if it begins with a slash, and its first word has nothing
    behind that but letters, digits, `-` and `_`. The answer's text is in the language of `Accept-Language`. What a bot
    answers comes as events: `answered` for you alone, or a message. With an C{Idempotency-Key} a repetition sends no
    second message, calls no bot again, and makes no second reminder while the first one waits; but C{/away} without a
    text, and C{/remind cancel}, do their part each time.
    """
    where = Where(*place(path.conversation))
    return _outcome(await services.commands.call(_by(caller, key, language), where, body.text, body.zone), language)


async def press_action(
    services: ApiServices, caller: Caller, path: MessagePath, body: ActionCall, language: Language, key: str
) -> StoredEvent:
    """
    Press a button under a message of a bot, or choose there. Whoever sees the message may, unless it names others. The
    bot gets it as an event, and may answer it as it answers a command.
    """
    written = await services.commands.press(_by(caller, key, language), path.message, body.action, body.value)
    return stored_event(written)


async def answer_call(services: ApiServices, caller: Caller, path: CallPath, body: NewAnswer, key: str) -> StoredEvent:
    """
    A bot answers the call of a command, or of a button. It may do so several times, for half an hour.
    """
    said = CallAnswer(body.text, body.to, body.format, body.actions, body.choice)
    return stored_event(await services.commands.answer(_by(caller, key), path.call, said))


async def get_bot_commands(services: ApiServices, caller: Caller) -> OwnCommands:
    """List the commands of the bot whose token this is."""
    return OwnCommands(list(map(_own, await services.commands.of_bot(caller.user))))


async def set_bot_commands(services: ApiServices, caller: Caller, peer: Peer, body: OwnCommands) -> None:
    """
    Set the commands of the bot whose token this is. They replace those that it had. What is POSTed to their addresses
    is what this token may read, and as long as it is good.
    """
    if await services.commands.register(caller.user, list(map(_registered, body.commands))):
        bot, device = caller.user.id, caller.device
        entry = Entry(act=SET_COMMAND_URLS, actor=bot, whose=bot, device=device, address=peer.address, via="v2")
        services.note(entry)


async def make_command_secret(services: ApiServices, caller: Caller) -> CommandSecret:
    """
    Make another secret, which signs what is POSTed to the addresses of the bot's commands. The one before is good no
    more.
    """
    return CommandSecret(await services.commands.make_secret(caller.user))


def _by(caller: Caller, key: str, language: Language = DEFAULT) -> CalledBy:
    return CalledBy(caller.user, caller.device, key=key, language=language)


def _built_in(name: str) -> ShownCommand:
    words = HELP[name]
    arguments = ArgumentWords(words.arguments.en, words.arguments.zh)
    return ShownCommand(name, _both(words.description), arguments)


def _both(words: Words) -> CommandWords:
    return CommandWords(words.en, words.zh)


def _offered(found: OfferedBy) -> ShownCommand:
    command = found.command
    words = CommandWords(*command.description), ArgumentWords(*command.arguments)
    return ShownCommand(command.name, *words, found.bot, found.bot_name)


def _own(command: BotCommand) -> OwnCommand:
    groups = UNSET if command.groups is None else sorted(command.groups)
    words = CommandWords(*command.description), ArgumentWords(*command.arguments)
    return OwnCommand(command.name, *words, groups, command.url)


def _registered(body: OwnCommand) -> BotCommand:
    groups = None if body.groups is UNSET else frozenset(body.groups)
    description, arguments = body.description, body.arguments
    return BotCommand(body.name, (description.en, description.zh), (arguments.en, arguments.zh), groups, body.url)


def _outcome(done: CommandDone, language: Language) -> CommandAnswer:
    text = "" if done.text is None else done.text.text(language)
    ids = done.message or UNSET, done.call or UNSET, done.bot or UNSET
    return CommandAnswer(done.name, text, *ids, online=done.online)


_WRITING = (NoSuchTarget, NotAMember, Muted, GroupArchived, Blocked, NotContacts, NoSharedGroup, SignedOut, TooLong)

SECTION = Section(
    "Commands",
    "A command is a line that begins with a slash, such as `/topic Plans for May`. The server has some of its own, "
    "bots have others. Who calls a bot makes an event in the conversation of the two, `commanded` or `pressed`, "
    "wherever that was; the bot's answers name that event.",
    (
        Operation(
            "GET",
            "/conversations/{conversation}/commands",
            list_commands,
            "List the commands",
            (NoSuchGroup, NotAMember),
            scope=BotScope.READ,
        ),
        Operation(
            "POST",
            "/conversations/{conversation}/commands",
            call_command,
            "Call a command",
            (
                *_WRITING,
                NoSuchCommand,
                AmbiguousCommand,
                CommandUsage,
                NoSuchReminder,
                TooManyReminders,
                OnlyInGroups,
                NoSuchGroup,
                NotPermitted,
                NotAdministrator,
                TooManyStrangers,
            ),
        ),
        Operation(
            "POST",
            "/messages/{message}/actions",
            press_action,
            "Press a button",
            status=201,
            refusals=(NoSuchMessage, MessageRecalled, NoSuchAction, NotPermitted, NoSuchGroup, NotAMember, SignedOut),
        ),
        Operation(
            "POST",
            "/commands/{call}/answers",
            answer_call,
            "Answer a call",
            (*_WRITING, NoSuchGroup, NoSuchCall, TooManyAnswers, TooManyStrangers),
            status=201,
            scope=BotScope.SEND,
            limits=True,
        ),
        Operation(
            "GET",
            "/bots/me/commands",
            get_bot_commands,
            "List a bot's commands",
            (NotForPeople,),
            scope=BotScope.READ,
            limits=True,
        ),
        Operation(
            "PUT",
            "/bots/me/commands",
            set_bot_commands,
            "Set a bot's commands",
            (NotForPeople, BadURL, NotPublic, TooManyAttempts),
            scope=BotScope.SEND,
            limits=True,
        ),
        Operation(
            "POST",
            "/bots/me/commands/secret",
            make_command_secret,
            "Make another secret",
            (NotForPeople,),
            audited=True,
            secret=True,
            scope=BotScope.SEND,
            limits=True,
        ),
    ),
)
