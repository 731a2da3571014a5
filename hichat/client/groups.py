"""
Groups over the v2 HTTP API: joining, leaving, and moderating them. Each call raises L{hichat.client.wire.Refused} with
the server's code if the server refuses it, and other L{ClientError}s. Groups and users are named by their ids.
"""

from __future__ import annotations

import re
from typing import Any

from hichat.client.caller import ApiCaller
from hichat.client.wire import Group, Member, Reader, Refused, User, user_of, whole, words
from hichat.core.events import JoinPolicy, Role
from hichat.core.text import key_of

_CODE = re.compile(r"[A-Za-z0-9_-]{24}")


class GroupCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    # Finding, joining and leaving

    async def find(self, name: str) -> list[Group]:
        """@return: the groups whose names contain this text, in any case."""
        return [_group(row) for row in await self._session.items("/groups", name=name)]

    async def joined(self) -> list[Group]:
        """@return: the groups of which one is a member."""
        return [_group(row) for row in await self._session.items("/me/groups")]

    async def invitations(self) -> list[Group]:
        """@return: the groups that have invited one."""
        return [_group(row) for row in await self._session.items("/me/invitations")]

    async def create(self, name: str, description: str = "", policy: JoinPolicy = "open") -> Group:
        """Make a group, as its owner."""
        body = {"name": name, "description": description, "joinPolicy": policy}
        return _group(await self._session.call("POST", "/groups", body))

    async def join(self, name: str) -> bool:
        """
        Join a group, or ask to join it.

        @param name: the group's name; if there is no such group, the code of an invite link.
        @return: True if one is a member now; False if an admin has to approve the request first.
        @raise Refused: there is no such group (C{no_such_group}), or the server refuses it.
        """
        invited = [group for group in await self.invitations() if key_of(group.name) == key_of(name)]
        found = invited or [_group(row) for row in await self._session.items("/groups", name=name, exact="true")]
        if not found and _CODE.fullmatch(name):
            await self.join_by_link(name)
            return True
        if not found:
            raise Refused("there is no such group", "no_such_group")
        answer = await self._session.call("POST", f"/groups/{found[0].id}/join")
        return isinstance(answer, dict) and "role" in answer.get("you", {})

    async def join_by_link(self, code: str) -> Group:
        """Join the group of an invite link, by the link's code."""
        return _group(await self._session.call("POST", "/me/groups", {"code": code}))

    async def leave(self, group: int) -> None:
        """End one's own membership."""
        await self._session.call("POST", f"/groups/{group}/leave")

    async def members(self, group: int) -> list[Member]:
        """@return: all members, in the order of their ids."""
        rows = await self._session.items(f"/groups/{group}/members")
        return [_member(row) for row in rows]

    async def readers(self, group: int, message: int) -> list[Reader]:
        """
        @param message: a message's id.
        @return: how far it has come to the others who were members when it was sent: those who have read it first.
        """
        rows = await self._session.items(f"/groups/{group}/messages/{message}/readers")
        return [Reader(*user_of(row)[:3], words(row.get("state"))) for row in rows]

    async def decline(self, group: int) -> None:
        """Decline an invitation."""
        await self.withdraw(group, self._session.credentials.user_id)

    async def withdraw(self, group: int, user: int) -> None:
        """Take an invitation back."""
        await self._session.call("DELETE", f"/groups/{group}/invitations/{user}")

    # Moderating a group

    async def edit(self, group: int, **changes: str) -> None:
        """
        Change a group.

        @param changes: some of C{name}, C{picture}, C{description} and C{joinPolicy}.
        """
        await self._session.call("PATCH", f"/groups/{group}", changes)

    async def invite(self, group: int, user: int) -> None:
        """Invite a user, who becomes a member by joining."""
        await self._session.call("PUT", f"/groups/{group}/invitations/{user}")

    async def requests(self, group: int) -> list[User]:
        """@return: the users who have asked to join."""
        rows = await self._session.items(f"/groups/{group}/requests")
        return [user_of(row) for row in rows]

    async def approve(self, group: int, user: int) -> None:
        """Accept a user's request to join."""
        await self._session.call("PUT", f"/groups/{group}/members/{user}")

    async def reject(self, group: int, user: int) -> None:
        """Reject a user's request to join; with one's own id: take the request back."""
        await self._session.call("DELETE", f"/groups/{group}/requests/{user}")

    async def remove(self, group: int, user: int) -> None:
        """Remove a member."""
        await self._session.call("DELETE", f"/groups/{group}/members/{user}")

    async def ban(self, group: int, user: int) -> None:
        """Ban a user, who is removed and cannot join again."""
        await self._session.call("PUT", f"/groups/{group}/bans/{user}")

    async def unban(self, group: int, user: int) -> None:
        """End the ban of a user."""
        await self._session.call("DELETE", f"/groups/{group}/bans/{user}")

    async def mute(self, group: int, user: int | None = None, until: int | None = None) -> None:
        """
        Mute a member: the server takes no messages of theirs.

        @param user: None: all members but the owner and the admins.
        @param until: milliseconds since the epoch; None: until L{unmute}.
        """
        await self._session.call("PUT", _mute(group, user), {} if until is None else {"until": until})

    async def unmute(self, group: int, user: int | None = None) -> None:
        """End the muting of a member; without C{user}: that of all members."""
        await self._session.call("DELETE", _mute(group, user))

    async def set_role(self, group: int, user: int, role: Role) -> None:
        """Give a member another role. A group has one owner: if it is C{owner}, the former owner becomes an admin."""
        await self._session.call("PUT", f"/groups/{group}/members/{user}/role", {"role": role})

    async def make_link(self, group: int, uses: int | None = None, expires: int | None = None) -> str:
        """
        Make an invite link.

        @param uses: how many users may join by it; None: no limit.
        @param expires: milliseconds since the epoch; None: never.
        @return: the link's code, for L{join_by_link}.
        """
        given = {"useLimit": uses, "expires": expires}
        body = {name: value for name, value in given.items() if value is not None}
        return words((await self._session.call("POST", f"/groups/{group}/links", body)).get("code"))

    async def dissolve(self, group: int) -> None:
        """Dissolve a group, for all its members."""
        await self._session.call("DELETE", f"/groups/{group}")


def _mute(group: int, user: int | None) -> str:
    return f"/groups/{group}/mute" if user is None else f"/groups/{group}/members/{user}/mute"


def _member(row: dict[str, Any]) -> Member:
    user = user_of(row)
    return Member(user.id, user.name, words(row.get("role")), "muted" in row, user.login, user.bot)


def _group(row: dict[str, Any]) -> Group:
    name, description = words(row.get("name")), words(row.get("description"))
    return Group(whole(row.get("id")), name, whole(row.get("owner")), description, "archived" in row)
