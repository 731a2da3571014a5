"""
Contacts and conversations over the v2 HTTP API. Each call raises L{hichat.client.wire.Refused} where the server says
no, with its code, and other L{ClientError}s.
"""

from __future__ import annotations

from typing import Any

from hichat.client.caller import Caller
from hichat.client.wire import Conversation, User, whole, words


class ContactCalls:
    """
    @param session: who calls.
    """

    def __init__(self, session: Caller) -> None:
        self._session = session

    async def request(self, user: int, greeting: str = "") -> bool:
        """
        Ask somebody to be a contact.

        @return: whether they are one now: they had asked before.
        """
        body = {"greeting": greeting} if greeting else {}
        return await self._session.call("PUT", f"/contact-requests/sent/{user}", body) is not None

    async def accept(self, user: int) -> None:
        """Accept the request of somebody who has asked."""
        await self._session.call("PUT", f"/contacts/{user}")

    async def reject(self, user: int) -> None:
        """Do not accept it."""
        await self._session.call("DELETE", f"/contact-requests/received/{user}")

    async def withdraw(self, user: int) -> None:
        """Take one's own request back."""
        await self._session.call("DELETE", f"/contact-requests/sent/{user}")

    async def remove(self, user: int) -> None:
        """End it for both."""
        await self._session.call("DELETE", f"/contacts/{user}")

    async def remark(self, user: int, remark: str) -> None:
        """Call a contact by another name, which only oneself sees; an empty one: by their own."""
        await self._session.call("PATCH", f"/contacts/{user}", {"remark": remark})

    async def block(self, user: int) -> None:
        """Do not hear from somebody any more, nor be seen."""
        await self._session.call("PUT", f"/blocks/{user}")

    async def unblock(self, user: int) -> None:
        """Take that back."""
        await self._session.call("DELETE", f"/blocks/{user}")

    async def contacts(self) -> list[User]:
        """@return: whom one has as contacts, the oldest first."""
        return [_user(item) for item in await self._session.items("/contacts")]

    async def requests(self) -> list[User]:
        """@return: who asks one to be a contact, who has waited longest first."""
        return [_user(item) for item in await self._session.items("/contact-requests/received")]

    async def blocked(self) -> list[User]:
        """@return: whom one has blocked."""
        return [_user(item) for item in await self._session.items("/blocks")]

    async def conversations(self, limit: int = 20) -> list[Conversation]:
        """@return: those where something was said last, pinned ones first; at most 200."""
        answer = await self._session.call("GET", f"/conversations?limit={limit}")
        items = answer.get("items") if isinstance(answer, dict) else None
        return [_conversation(item) for item in items or () if isinstance(item, dict)]

    async def set(self, conversation: str, *, pinned: bool | None = None, muted: bool | None = None) -> None:
        """
        Pin or mute a conversation, or not any more.

        @param conversation: see L{Conversation.name}.
        @param pinned: None: as it is. So is C{muted}.
        """
        given = {"pinned": pinned, "muted": muted}
        body = {name: value for name, value in given.items() if value is not None}
        await self._session.call("PATCH", f"/conversations/{conversation}", body)


def _user(item: dict[str, Any]) -> User:
    user = item.get("user")
    found = user if isinstance(user, dict) else {}
    return User(whole(found.get("id")), words(found.get("name")))


def _conversation(item: dict[str, Any]) -> Conversation:
    last = item.get("last")
    said = last if isinstance(last, dict) else {}
    return Conversation(
        name=words(item.get("name")),
        title=words(item.get("remark")) or words(item.get("title")),
        unread=whole(item.get("unread")),
        text=words(said.get("text")),
        media=words(said.get("media")),
        pinned=item.get("pinned") is True,
        muted=item.get("muted") is True,
    )
