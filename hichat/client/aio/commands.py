"""Commands and buttons of a bot: what it offers, and the calls of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from msgspec import UNSET

from hichat.client.aio.acts import Acts
from hichat.client.aio.message import Discussion, Sent, discussion_at
from hichat.client.aio.names import Person
from hichat.core.actions import SentAction, SentChoice
from hichat.core.kinds import Format
from hichat.wire.frames import Happened

Button = SentAction
"""A button: C{Button("yes", "Deploy it", "primary")}: its id, the text on it, how it looks."""

Menu = SentChoice
"""A choice: C{Menu("version", "Which one?", [Option("1.2", "new"), ...])}: its id, what is asked, the options."""

Worded = str | Mapping[str, str]
"""A text; or one in each language: C{{"en": ..., "zh": ...}}."""


class Offer:
    """
    A command that a bot offers.

    @param name: what is typed behind the slash: letters, digits, C{-} and C{_}, in small letters.
    @param description: what it does.
    @param arguments: a hint of what is typed behind it.
    @param groups: the only groups in which it is offered, by name; empty: wherever the bot is.
    """

    def __init__(self, name: str, description: Worded, arguments: Worded, groups: Sequence[str]) -> None:
        self.name = name
        self._description = description
        self._arguments = arguments
        self._groups = groups

    async def told(self, acts: Acts) -> dict[str, Any]:
        """@return: the command, as the server takes it."""
        found: dict[str, Any] = {"name": self.name, "description": _in_languages(self._description)}
        if self._arguments:
            found["arguments"] = _in_languages(self._arguments)
        if self._groups:
            found["groups"] = [(await acts.directory.place(group)).group for group in self._groups]
        return found


def _in_languages(said: Worded) -> dict[str, str]:
    return {"en": said} if isinstance(said, str) else {**said}


class Invocation:
    """
    Somebody calls the bot: by a command, or by a button or a choice under a message of it.

    @ivar id: of the call.
    @ivar sender: who calls.
    @ivar conversation: where that was typed or pressed.
    @ivar command: the command's name; empty: it was a button.
    @ivar arguments: the text behind the name.
    @ivar action: the id of the button, or of the choice.
    @ivar value: the value of the option that was chosen.
    @ivar message: the id of the message under which that was; None: it was a command.
    @ivar raw: all that the server told.
    """

    def __init__(self, acts: Acts, raw: Happened, sender: Person, conversation: Discussion) -> None:
        called = raw.called
        self.id = raw.id
        self.sender = sender
        self.conversation = conversation
        self.command = "" if called is UNSET else called.command
        self.arguments = "" if called is UNSET else called.arguments
        self.action = "" if called is UNSET else called.action
        self.value = "" if called is UNSET else called.value
        self.message = None if raw.message is UNSET else raw.message
        self.raw = raw
        self._acts = acts

    def __repr__(self) -> str:
        what = f"/{self.command}" if self.command else self.action
        return f"<{what} by {self.sender.name!r} in {self.conversation!r}>"

    @property
    def words(self) -> list[str]:
        """The arguments, word by word."""
        return self.arguments.split()

    async def reply(
        self,
        text: str,
        *,
        to_all: bool = False,
        format: Format | None = None,
        actions: Sequence[Button] = (),
        choice: Menu | None = None,
    ) -> Sent:
        """
        Answer; several times if need be, for half an hour.

        @param to_all: whether all see it who are in the conversation; else the caller alone.
        @param actions: buttons under it.
        @param choice: a choice under it.
        """
        ack = await self._acts.answer(self.id, text, to_all=to_all, format=format, actions=actions, choice=choice)
        return Sent(self._acts, self.conversation, ack)

    def typing(self) -> AbstractAsyncContextManager[None]:
        """C{async with call.typing(): ...}: others see that the bot is typing."""
        return self.conversation.typing()

    async def edit(
        self,
        text: str,
        *,
        format: Format | None = None,
        actions: Sequence[Button] = (),
        choice: Menu | None = None,
    ) -> None:
        """Replace the message under which the button was: its text, its buttons and its choice."""
        if self.message is not None:
            await self._acts.edit(self.message, text, format=format, actions=actions, choice=choice)


async def call_of(acts: Acts, raw: Happened) -> Invocation:
    """@return: a call, with the names of who calls and where."""
    group = None if raw.called is UNSET or raw.called.group is UNSET else raw.called.group
    conversation = await discussion_at(acts, raw.from_, group)
    return Invocation(acts, raw, await acts.directory.who(raw.from_), conversation)
