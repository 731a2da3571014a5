"""
Contacts and conversations over the v2 HTTP API. Each call raises L{hichat.client.wire.Refused} with the server's code
if the server refuses it, and other L{ClientError}s. Users are named by their ids.
"""

from __future__ import annotations

from typing import Any

from hichat.client.caller import ApiCaller
from hichat.client.wire import Conversation, User, user_of, whole, words
from hichat.core.events import Notify
from hichat.core.markdown import plain


class ContactCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def request(self, user: int, greeting: str = "") -> bool:
        """
        Ask a user to be a contact.

        @return: True if the user is a contact now, because they had asked before; False if they have to answer.
        """
        body = {"greeting": greeting} if greeting else {}
        return await self._session.call("PUT", f"/contact-requests/sent/{user}", body) is not None

    async def accept(self, user: int) -> None:
        """Accept a user's request."""
        await self._session.call("PUT", f"/contacts/{user}")

    async def reject(self, user: int) -> None:
        """Reject a user's request."""
        await self._session.call("DELETE", f"/contact-requests/received/{user}")

    async def withdraw(self, user: int) -> None:
        """Take one's own request to a user back."""
        await self._session.call("DELETE", f"/contact-requests/sent/{user}")

    async def remove(self, user: int) -> None:
        """Remove a contact, for both users."""
        await self._session.call("DELETE", f"/contacts/{user}")

    async def remark(self, user: int, remark: str) -> None:
        """Set one's own name for a contact, which nobody else sees; an empty one removes it."""
        await self._session.call("PATCH", f"/contacts/{user}", {"remark": remark})

    async def block(self, user: int) -> None:
        """Block a user: one does not hear from them any more, and they do not see one's presence."""
        await self._session.call("PUT", f"/blocks/{user}")

    async def unblock(self, user: int) -> None:
        """End the block of a user."""
        await self._session.call("DELETE", f"/blocks/{user}")

    async def contacts(self) -> list[User]:
        """@return: one's contacts, the oldest first."""
        return [_user(item) for item in await self._session.items("/contacts")]

    async def requests(self) -> list[User]:
        """@return: the users who ask one to be a contact, the oldest request first."""
        return [_user(item) for item in await self._session.items("/contact-requests/received")]

    async def blocked(self) -> list[User]:
        """@return: the users whom one has blocked."""
        return [_user(item) for item in await self._session.items("/blocks")]

    async def conversations(self, limit: int = 20, archived: bool = False) -> list[Conversation]:
        """
        @param limit: at most 300.
        @param archived: those in the archive; else the others.
        @return: the conversations with the newest messages, pinned ones first.
        """
        answer = await self._session.call("GET", f"/conversations?limit={limit}{'&archived=true' * archived}")
        items = answer.get("items") if isinstance(answer, dict) else None
        return [_conversation(item) for item in items or () if isinstance(item, dict)]

    async def set(
        self,
        conversation: str,
        *,
        pinned: bool | None = None,
        muted: bool | None = None,
        archived: bool | None = None,
        hidden: bool | None = None,
        notify: Notify | None = None,
        muted_until: int | None = None,
        unread_from: int | None = None,
    ) -> None:
        """
        Change one's settings for a conversation. None keeps a present value.

        @param conversation: see L{Conversation.name}.
        @param pinned: whether it stands before others.
        @param muted: whether no message makes a notification; False ends a mute for a time, too.
        @param archived: whether it is in the archive, until a new message comes; one that is muted stays there.
        @param hidden: whether it is not listed until a new message comes.
        @param notify: the messages that make a notification.
        @param muted_until: until when none does, in milliseconds since the epoch; 0: no such time.
        @param unread_from: the id of the message from which on it counts as unread; 0: it does not.
        """
        given = {
            "pinned": pinned,
            "muted": muted,
            "archived": archived,
            "hidden": hidden,
            "notify": notify,
            "mutedUntil": muted_until,
            "unreadFrom": unread_from,
        }
        body = {name: value for name, value in given.items() if value is not None}
        await self._session.call("PATCH", f"/conversations/{conversation}", body)


def _user(item: dict[str, Any]) -> User:
    user = item.get("user")
    return user_of(user if isinstance(user, dict) else {})


def _conversation(item: dict[str, Any]) -> Conversation:
    last = item.get("last")
    said = last if isinstance(last, dict) else {}
    text = words(said.get("text"))
    return Conversation(
        name=words(item.get("name")),
        title=words(item.get("remark")) or words(item.get("title")),
        unread=whole(item.get("unread")),
        text=plain(text) if said.get("format") == "markdown" else text,
        media=words(said.get("media")),
        pinned=item.get("pinned") is True,
        muted=item.get("muted") is True,
    )
