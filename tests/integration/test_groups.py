"""Groups with a real process: who may write, over v1 and v2; what changes over HTTP is heard live and by a sync."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import treq

from tests import proof
from tests.integration.system import SharedV2System
from tests.support.daemon import V2Peer, until
from tests.support.devices import Person
from tests.support.postgres import server
from tests.support.scene import fixture_of

NAMES = ("owner", "admin", "member", "muted", "banned", "stranger", "invited", "requested")

ROLES: dict[str, str | None] = {
    "owner": None,
    "admin": None,
    "member": None,
    "muted": "muted",
    "banned": "not_a_member",
    "stranger": "not_a_member",
    "invited": "not_a_member",
    "requested": "not_a_member",
}
"""What a message of each is refused with."""

COMPLAINTS = {"muted": "你已被禁言", "not_a_member": "你不是该群成员", "no_such_target": "接收者不存在"}


class Groups(SharedV2System):
    async def set_up(self) -> None:
        await super().set_up()
        if self.daemon.environment.get("HICHAT_WORKERS"):
            await until(lambda: self.daemon.log.read_text().count("HiChat serves") >= 3)
        # Some of the bare words are reserved.
        self.who = dict(zip(NAMES, await self.people(*(f"{name}-x" for name in NAMES)), strict=True))
        made = await self.api("owner", "POST", "/groups", {"name": self.named("team")})
        self.team: int = made["id"]

    async def api(self, name: str, method: str, path: str, body: object = None, refused: str = "") -> Any:
        """
        Make a call of v2.

        @param refused: the code that it is refused with.
        """
        options: Any = {"headers": {"Authorization": f"Bearer {self.who[name][1]}"}}
        if body is not None:
            options["json"] = body
        response = await treq.request(
            method,
            f"{self.daemon.url}/v2{path}",
            persistent=False,
            **options,
        )
        content = await response.content()
        answer: Any = (await response.json()) if content else None
        if refused:
            assert answer["code"] == refused
        else:
            assert response.code < 300, answer
        return answer

    async def do(self, name: str, method: str, path: str, body: object = None, refused: str = "") -> Any:
        """Make a call about the group; capitals in the path are people."""
        for other, (number, _) in self.who.items():
            path = path.replace(f"/{other.upper()}", f"/{number}")
        return await self.api(name, method, f"/groups/{self.team}{path}", body, refused)

    async def everybody(self) -> None:
        """Each has the role of their name, and the group has a plain policy."""
        for name in ("admin", "member", "muted", "banned"):
            await self.do(name, "POST", "/join")
        await self.do("owner", "PUT", "/members/ADMIN/role", {"role": "admin"})
        await self.do("admin", "PUT", "/members/MUTED/mute", {})
        await self.do("admin", "PUT", "/bans/BANNED")
        await self.do("admin", "PUT", "/invitations/INVITED")
        await self.do("admin", "PATCH", "", {"joinPolicy": "approval"})
        await self.do("requested", "POST", "/join")

    async def say_v2(self, peer: V2Peer, code: str | None, text: str) -> None:
        if code is None:
            await peer.ask("ack", "send", group=self.team, text=text)
        else:
            peer.tell("send", ref=text, group=self.team, text=text)
            error = await peer.take("error")
            assert (error["ref"], error["code"]) == (text, code)

    @staticmethod
    def plain(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """@return: the same as a page has them."""
        return [{name: value for name, value in event.items() if name != "op"} for event in events]


class GroupsOfTwoWorkers(Groups):
    """Changes of one worker hold in the other at once."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}


class GroupsOnPostgreSQL(Groups):
    """Two workers, on the other store."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self.owner)}


groups = fixture_of(*proof.scenes(Groups, GroupsOfTwoWorkers, GroupsOnPostgreSQL))


async def test_who_may_write(groups: Groups) -> None:
    """By role, over both dialects; and the same while all are muted, and when the group is no more."""
    await groups.everybody()
    v1 = dict(zip(NAMES, await groups.online(*groups.who.values()), strict=True))
    v2 = {name: await groups.enter(person) for name, person in groups.who.items()}
    inside = [name for name, code in ROLES.items() if code != "not_a_member"]
    for state in ("open", "muted", "dissolved"):
        wanted = dict(ROLES)
        if state == "muted":
            await groups.do("admin", "PUT", "/mute", {"until": int(time.time() * 1000) + 3_600_000})
            wanted["member"] = "muted"
        elif state == "dissolved":
            await groups.do("owner", "DELETE", "")
            wanted = dict.fromkeys(NAMES, "no_such_target")
            inside = []
        # What was refused before is known everywhere by now.
        for name, code in wanted.items():
            await groups.say_v2(v2[name], code, f"{name}, {state}")
            said = v1[name].say(userId=groups.who[name][0], TargetId=groups.team, Type=2, Content=f"{name} {state}")
            if code is not None:
                assert await v1[name].heard(1) == [COMPLAINTS[code]], (name, state)
                continue
            for other in inside:
                heard = await v1[other].heard(2 if other != name else 0)
                assert [said in heard, len(heard)] == [other != name, 2 * (other != name)], (name, other)
    for peer in v1.values():
        assert peer.texts == [], "nothing else came"


async def test_members_hear_every_change(groups: Groups) -> None:
    """Live, and by a sync; who ceases to be a member hears that as the last."""
    member, guest = groups.who["member"], groups.who["invited"]
    await groups.do("member", "POST", "/join")
    away = await groups.enter(member, "tablet", 0)
    start = max(event["id"] for event in away.events())
    away.sendClose(1000)
    live = await groups.enter(member)
    invited = await groups.enter(guest)
    (page,) = await groups.online(member)
    await groups.do("owner", "PATCH", "", {"name": groups.named("crew"), "joinPolicy": "approval"})
    await groups.do("owner", "PUT", "/invitations/INVITED")
    await groups.do("owner", "DELETE", "/invitations/INVITED")
    await groups.do("requested", "POST", "/join")
    await groups.do("owner", "PUT", "/members/REQUESTED")
    await groups.do("owner", "PUT", "/members/REQUESTED/role", {"role": "admin"})
    await groups.do("requested", "PUT", "/mute", {})
    await groups.do("requested", "DELETE", "/mute")
    await groups.do("requested", "PUT", "/bans/STRANGER")
    await groups.do("requested", "DELETE", "/bans/STRANGER")
    await groups.do("owner", "PUT", "/members/REQUESTED/role", {"role": "owner"})
    await groups.do("owner", "POST", "/leave")
    await groups.do("requested", "DELETE", "/members/MEMBER")
    await groups.do("requested", "DELETE", "")
    kinds = [
        *("changed", "invited", "declined", "requested", "joined", "role", "muted", "unmuted"),
        *("banned", "unbanned", "role", "left", "removed"),
    ]
    await until(lambda: len(live.said["event"]) >= len(kinds))
    heard = live.events()
    assert [event["kind"] for event in heard] == kinds
    assert heard[0]["changed"] == {"name": groups.named("crew"), "joinPolicy": "approval"}
    assert (heard[5]["role"], heard[10]["role"]) == ("admin", "owner")
    assert (heard[-1]["member"], heard[-1]["size"]) == (member[0], 1)
    assert [event["kind"] for event in invited.events()] == ["invited", "declined"]
    back = await groups.enter(member, "tablet", start)
    assert groups.plain(back.events()) == groups.plain(heard)
    strange = await groups.enter(guest, "tablet", 0)
    assert [event["kind"] for event in strange.events()] == ["invited", "declined"]
    assert page.texts == [], "v1 hears of nothing but messages"
    # What was said till then can still be read.
    found = await back.ask("history", "history", group=groups.team)
    assert found["messages"] == []


async def test_history_stays_theirs(groups: Groups) -> None:
    await groups.do("member", "POST", "/join")
    peer = await groups.enter(groups.who["member"])
    await peer.ask("ack", "send", group=groups.team, text="before")
    await groups.do("owner", "DELETE", "")
    found = await peer.ask("history", "history", group=groups.team)
    assert [message["text"] for message in found["messages"]] == ["before"]
    outside = await groups.enter(groups.who["stranger"])
    outside.tell("history", ref=1, group=groups.team)
    assert (await outside.take("error"))["code"] == "not_a_member"
    made = await groups.api("stranger", "POST", "/groups", {"name": groups.named("TEAM")})
    assert made["id"] != groups.team


async def test_joining_over_v1(groups: Groups) -> None:
    """At once, or refused plainly."""

    async def join(name: str) -> tuple[int, str]:
        who: Person = groups.who[name]
        answer = await groups.call(who, "relation/join_group", userId=who[0], comId=groups.named("team"))
        return answer["code"], answer["message"]

    await groups.everybody()
    assert await join("stranger") == (-1, "加入该群需要管理员同意")
    assert await join("banned") == (-1, "你已被该群封禁")
    assert (await join("invited"))[0] == 0
    await groups.do("owner", "PATCH", "", {"joinPolicy": "invite"})
    assert await join("stranger") == (-1, "该群仅限受邀加入")
    await groups.do("owner", "PATCH", "", {"joinPolicy": "open"})
    assert (await join("stranger"))[0] == 0


async def test_after_a_restart(groups: Groups) -> None:
    await groups.everybody()
    await groups.restart()
    peers = {name: await groups.enter(person) for name, person in groups.who.items()}
    for name, code in ROLES.items():
        await groups.say_v2(peers[name], code, name)
