"""
Commands of the server and of bots over the v2 HTTP API. Each call raises L{hichat.client.wire.Refused} with the
server's code if the server refuses it, and other L{ClientError}s. A conversation is named as the API does: C{user-2},
C{group-1000000001}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hichat.client.caller import ApiCaller
from hichat.client.wire import BadAnswer
from hichat.core.errors import Language


class OfferedCommand(NamedTuple):
    """
    A command that can be typed in a conversation.

    @ivar descriptions: what it does, by language.
    @ivar usages: what is typed behind its name, by language.
    @ivar bot: the name of the bot whose it is; empty: it is the server's. C{/name@bot} names it.
    """

    name: str
    descriptions: Mapping[str, str]
    usages: Mapping[str, str]
    bot: str = ""

    def description(self, language: Language) -> str:
        """@return: what it does, in that language if it is known in it."""
        return _in(language, self.descriptions)

    def arguments(self, language: Language) -> str:
        """@return: what is typed behind its name."""
        return _in(language, self.usages)


class AnsweredCommand(NamedTuple):
    """
    The answer to a command.

    @ivar text: for its caller alone; may be empty.
    @ivar message: the id of a message that it has sent; 0: it has sent none.
    """

    text: str
    message: int


class CommandCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def offered(self, conversation: str) -> list[OfferedCommand]:
        """@return: the commands of the server and of bots that a conversation has."""
        found = await self._session.call("GET", f"/conversations/{conversation}/commands")
        try:
            return [
                OfferedCommand(
                    str(one["name"]), {**one["description"]}, {**one["arguments"]}, str(one.get("botName", ""))
                )
                for one in found["items"]
            ]
        except (TypeError, KeyError, AttributeError):
            raise BadAnswer("the server sent what is no list of commands") from None

    async def call(self, conversation: str, text: str, zone: str = "") -> AnsweredCommand:
        """
        Call a command.

        @param text: the typed line.
        @param zone: the caller's time zone, such as C{+0200}; empty: UTC.
        """
        found = await self._session.call(
            "POST", f"/conversations/{conversation}/commands", {"text": text, "zone": zone}
        )
        try:
            return AnsweredCommand(str(found.get("text", "")), int(found.get("message", 0)))
        except (TypeError, ValueError, AttributeError):
            raise BadAnswer("the server sent what is no answer to a command") from None

    async def press(self, message: int, action: str, value: str = "") -> None:
        """
        Press a button under a message of a bot, or choose there.

        @param action: the id of the button, or of the choice.
        @param value: of the option that is chosen.
        """
        body = {"action": action, "value": value} if value else {"action": action}
        await self._session.call("POST", f"/messages/{message}/actions", body)


def _in(language: Language, said: Mapping[str, str]) -> str:
    return said.get(language) or next(iter(said.values()), "")
