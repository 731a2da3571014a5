"""
What the authors of plugins import::

    from hichat.plugin import PluginMessage, Plugin

    class Echo(Plugin):
        async def on_message(self, message: PluginMessage) -> None:
            if not message.from_bot:
                await message.reply(message.text)

The package names the class in its entry points::

    [project.entry-points."hichat.plugins"]
    echo = "my_package:Echo"

A plugin runs in a process of its own, on asyncio. It is signed in as a bot, which sees what is said in the
conversations that it is in. Each event comes at least once, one after the other: the next one comes when the method has
returned, or after L{EVENT_SECONDS}.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Protocol

from msgspec import UNSET

from hichat.wire.frames import Happened

__all__ = [
    "EVENT_SECONDS",
    "Happened",
    "Plugin",
    "PluginAnswer",
    "PluginBot",
    "PluginCall",
    "PluginCommand",
    "PluginMessage",
]

EVENT_SECONDS = 60.0
"""Seconds that a plugin has for an event. What takes longer is cut off, and the next event comes."""


class PluginBot(Protocol):
    """
    The plugin's bot, and the server.

    @ivar id: the bot's id.
    @ivar directory: a directory of the plugin's own, which stays.
    """

    id: int
    directory: Path

    async def send(self, conversation: str, text: str, *, key: str = "", **fields: Any) -> int:
        """
        Send a message. It is on the server's disk when this returns.

        @param conversation: its name: C{user-2}, C{group-1000000001}.
        @param key: an idempotency key: with the same one a message is written once, however often it is sent.
        @param fields: further fields of C{POST /v2/conversations/{conversation}/messages}, such as C{replyTo}.
        @return: the message's id.
        @raise Refused: the server does not take it; see L{hichat.client.wire.Refused}.
        """

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """
        Make any call of v2, as the bot.

        @param path: behind C{/v2}.
        @return: the answer's JSON; None: there is none.
        """


class PluginMessage:
    """
    A message that somebody has written.

    @ivar event: all that is known of it.
    """

    def __init__(self, bot: PluginBot, event: Happened) -> None:
        self._bot = bot
        self._answers = count(1)
        self.event = event

    @property
    def id(self) -> int:
        """The message's id."""
        return self.event.id

    @property
    def text(self) -> str:
        """Its text; empty: it has none."""
        return "" if self.event.text is UNSET else self.event.text

    @property
    def sender(self) -> int:
        """The id of the user who has written it."""
        return self.event.from_

    @property
    def conversation(self) -> str:
        """The name of the conversation, as the server's paths have it."""
        if self.event.group is not UNSET:
            return f"group-{self.event.group}"
        return "announcements" if self.event.user is UNSET else f"user-{self.sender}"

    async def reply(self, text: str, *, quote: bool = False, **fields: Any) -> int:
        """
        Answer in the same conversation. If the same event comes again, the same answers are not sent again.

        @param quote: whether the answer names the message that it answers.
        @param fields: see L{PluginBot.send}.
        @return: the answer's id.
        """
        more = {"replyTo": self.id} if quote else {}
        key = f"reply-{self.id}-{next(self._answers)}"
        return await self._bot.send(self.conversation, text, **{"key": key, **more, **fields})

    async def react(self, emoji: str) -> None:
        """React to it with an emoji."""
        await self._bot.call("POST", f"/messages/{self.id}/reactions", {"emoji": emoji}, key=f"react-{self.id}-{emoji}")


class PluginCommand:
    """
    A command of the plugin that somebody has called, or a button of its messages that somebody has pressed.

    @ivar id: the call's id.
    @ivar name: the command's name; empty: it was a button.
    @ivar arguments: the text behind the name.
    @ivar action: the button's id, or that of the choice.
    @ivar value: the value of the option that was chosen.
    @ivar sender: the id of the user who has called.
    @ivar conversation: where it was called, as the server's paths have it.
    """

    def __init__(self, bot: PluginBot, event: Happened) -> None:
        called = event.called
        assert called is not UNSET
        self._bot = bot
        self._answers = count(1)
        self.id = event.id
        self.name = called.command
        self.arguments = called.arguments
        self.action = called.action
        self.value = called.value
        self.sender = event.from_
        self.conversation = f"user-{event.from_}" if called.group is UNSET else f"group-{called.group}"

    async def answer(self, text: str, *, to_all: bool = False, **fields: Any) -> None:
        """
        Answer it, within half an hour: the asker alone sees that, or all who see where it was called. If the same event
        comes again, the same answers are not sent again.

        @param fields: further fields of C{POST /v2/commands/{call}/answers}, such as C{actions}.
        """
        body = {"text": text, "to": "all" if to_all else "asker", **fields}
        key = f"answer-{self.id}-{next(self._answers)}"
        await self._bot.call("POST", f"/commands/{self.id}/answers", body, key=key)


class PluginCall:
    """
    An HTTP call below C{/plugins/NAME}.

    @ivar method: such as C{GET}.
    @ivar path: what stands behind C{/plugins/NAME}; it begins with a slash.
    @ivar query: the first value of each parameter.
    @ivar headers: by their names in lower case; the caller's token and cookies are not among them.
    @ivar body: at most 64 KiB.
    @ivar user: the id of the user who calls; 0: a stranger, if the plugin is L{Plugin.open}.
    @ivar user_name: that user's name to log in with; empty: a stranger.
    """

    def __init__(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        user: int,
        user_name: str,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.user = user
        self.user_name = user_name

    def json(self) -> Any:
        """
        @return: the body's JSON.
        @raise ValueError: it is none.
        """
        return json.loads(self.body)


class PluginAnswer:
    """
    The answer to an HTTP call.

    @param body: bytes, a text, or anything else that is sent as JSON.
    @param type: the media type; by default that of the body.
    @param headers: further headers; cookies and those about the connection are left out.
    """

    def __init__(
        self, body: Any = b"", status: int = 200, type: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        if isinstance(body, bytes):
            self.body, kind = body, "application/octet-stream"
        elif isinstance(body, str):
            self.body, kind = body.encode(), "text/plain; charset=utf-8"
        else:
            self.body, kind = json.dumps(body).encode(), "application/json"
        self.type = type or kind


class Plugin:
    """
    The base of a plugin. Each method may be left as it is.

    @cvar commands: the commands that the bot offers in its conversations: what each does, by name.
    @cvar open: whether L{http} is called for those who are not signed in, too.
    @ivar bot: the plugin's bot.
    @ivar log: what is written to it gets into the daemon's log, a line each.
    """

    commands: ClassVar[Mapping[str, str]] = {}
    open: ClassVar[bool] = False

    def __init__(self, bot: PluginBot) -> None:
        self.bot = bot
        self.log = logging.getLogger(type(self).__name__)

    async def started(self) -> None:
        """The process has started. Nothing comes before this has returned."""

    async def stopped(self) -> None:
        """The process ends, soon: there is a second."""

    async def on_message(self, message: PluginMessage) -> None:
        """Somebody else has written a message in a conversation of the bot."""

    async def on_event(self, event: Happened) -> None:
        """Something else has happened in one: an edit, a reaction, a new member and the like. See L{Happened.kind}."""

    async def on_command(self, command: PluginCommand) -> str | None:
        """
        Somebody has called one of L{commands}, or pressed a button.

        @return: the answer, for the asker alone; None: there is none, or L{PluginCommand.answer} has sent it.
        """
        return None

    async def http(self, call: PluginCall) -> PluginAnswer:
        """
        Answer an HTTP call. Of several daemons each has a process that does that, and one of these hears of events.
        """
        return PluginAnswer("no such address\n", 404)
