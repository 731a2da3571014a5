"""
Pinned and saved messages over the v2 HTTP API. Each call raises L{hichat.client.wire.Refused} with the server's code if
the server refuses it, and other L{ClientError}s. Messages are named by their ids, conversations as in
L{hichat.client.wire.Conversation.name}.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import msgspec

from hichat.client.caller import ApiCaller
from hichat.client.wire import BadAnswer
from hichat.wire.frames import Folded


class SavedMessage(NamedTuple):
    """
    A message that the user has saved.

    @ivar message: the message as it is now; it may have been recalled.
    @ivar conversation: the name of its conversation.
    """

    message: Folded
    conversation: str


class _Pin(msgspec.Struct):
    message: Folded


class _Pins(msgspec.Struct):
    items: list[_Pin]


class _Saved(msgspec.Struct):
    message: Folded
    conversation: str


T = TypeVar("T")


class KeepingCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def pin(self, conversation: str, message: int) -> None:
        """Pin a message of a conversation, for all who read it."""
        await self._session.call("PUT", f"/conversations/{conversation}/pins/{message}")

    async def unpin(self, conversation: str, message: int) -> None:
        """Take a pin back."""
        await self._session.call("DELETE", f"/conversations/{conversation}/pins/{message}")

    async def pins(self, conversation: str) -> list[Folded]:
        """@return: the pinned messages of a conversation, the one that was pinned last first."""
        answer = await self._session.call("GET", f"/conversations/{conversation}/pins")
        return [item.message for item in _read(answer, _Pins).items]

    async def save(self, message: int) -> None:
        """Save a message for oneself."""
        await self._session.call("PUT", f"/saved/{message}")

    async def remove(self, message: int) -> None:
        """Take a message out of the saved ones."""
        await self._session.call("DELETE", f"/saved/{message}")

    async def saved(self) -> list[SavedMessage]:
        """@return: one's saved messages, the one that was saved last first."""
        items = _read(await self._session.items("/saved"), list[_Saved])
        return [SavedMessage(item.message, item.conversation) for item in items]


def _read(answer: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError:
        raise BadAnswer("the server's answer is not a list of messages") from None
