"""
What each role in the server may do: one table of roles and acts, over HTTP, WebSocket, v1 and the commands. Two workers
serve one store; the tests of a store share the daemon and the people.
"""

from __future__ import annotations

import json
import re
from types import CodeType
from typing import Any, ClassVar, NamedTuple

import msgspec
import pytest
import treq
from twisted.internet.task import deferLater

from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import SERVER_NEEDS, ServerAct
from hichat.admin.administration import NewPerson
from hichat.core.errors import GuestsMayNot, InviteOnly, NoSuchTarget, NoSuchUser, NotAdministrator, NotAMember
from hichat.core.events import FIRST_GROUP_ID
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.api.operation import Operation
from tests.integration.system import PASSWORD, SharedV2System
from tests.support.daemon import Peer, V2Peer, reactor, until
from tests.support.devices import Person
from tests.support.postgres import server
from tests.support.scene import fixture_of

NOBODY = 4_000_000_000
ROLES = [role.word for role in ServerRole]
OTHERS = ("peer", "mate", "stranger", "hermit", "tramp")


class World(NamedTuple):
    """What the tests of a store share; see L{Roles}."""

    who: dict[str, Person]
    groups: dict[str, int]


class Roles(SharedV2System):
    """
    One of each role. The guest and the member are in a group with C{peer} and C{mate}; C{stranger}, C{hermit} and
    C{tramp} are elsewhere.

    @ivar who: by name.
    @ivar groups: by name: C{team}, and the stranger's: C{club}, C{choir}, C{band} (open), C{hall} (by approval), C{den}
        (by invitation).
    """

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    async def set_up(self) -> None:
        await super().set_up()
        worlds = self.kept.things.setdefault(World, {})
        if type(self) not in worlds:
            worlds[type(self)] = await self._make()
        self.who, self.groups = worlds[type(self)]

    async def _make(self) -> World:
        with self.daemon.administration() as administration:
            # A password is hashed slowly.
            hashed = administration.passwords.hash_now(PASSWORD)
            people = {role.word: role for role in ServerRole} | dict.fromkeys(OTHERS, ServerRole.MEMBER)
            administration.add_many([NewPerson(_name(name), hashed, role, {}) for name, role in people.items()])
            self.who = {
                name: (administration.find(_name(name)).id, administration.token(_name(name), "token"))
                for name in people
            }
        self.groups = {}
        for name, owner, policy in (
            ("team", "peer", "open"),
            ("club", "stranger", "open"),
            ("choir", "stranger", "open"),
            ("band", "stranger", "open"),
            ("hall", "stranger", "approval"),
            ("den", "stranger", "invite"),
        ):
            made = await self.http(owner, "POST", "/groups", {"name": _name(name), "joinPolicy": policy})
            self.groups[name] = made[1]["id"]
        for name in ("guest", "member", "mate"):
            assert (await self.http("peer", "PUT", f"/groups/TEAM/invitations/{name.upper()}"))[0] == 202
            assert (await self.http(name, "POST", "/groups/TEAM/join"))[0] == 200
        return World(self.who, self.groups)

    def filled(self, text: str, me: str = "") -> str:
        """@return: the text, with ids in the place of words in capitals; C{ME} is one of the people."""
        for name, (number, _) in self.who.items():
            text = text.replace(name.upper(), str(number))
        for name, group in self.groups.items():
            text = text.replace(name.upper(), str(group))
        return text.replace("ME", str(self.who[me][0])) if me else text

    async def http(self, name: str, method: str, path: str, body: object = None, me: str = "") -> tuple[int, Any]:
        """Make a call of v2; see L{filled}. @return: the status, and the answer."""
        options: Any = {"headers": {"Authorization": f"Bearer {self.who[name][1]}"}}
        if body is not None:
            options["json"] = body
        answer = await treq.request(
            method,
            f"{self.daemon.url}/v2{self.filled(path, me)}",
            persistent=False,
            **options,
        )
        content = await answer.content()
        return answer.code, json.loads(content) if content[:1] in (b"{", b"[") else None

    async def v1(self, who: str, path: str, /, **fields: object) -> Any:
        """Make a call of v1, with one's own id under every name that it has."""
        me = self.who[who][0]
        return await self.call(self.who[who], path, userId=me, ownerId=me, **fields)

    def shown(self, ids: list[int]) -> str:
        """@return: which of the peer, the stranger and the groups are there."""
        known = {number: name for name, (number, _) in self.who.items() if name in ("peer", "stranger")}
        known |= {group: name for name, group in self.groups.items() if name != "band"}
        return " ".join(sorted(known[number] for number in ids if number in known))


class RolesOnPostgreSQL(Roles):
    """The same on the other store."""

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self.owner)}


roles = fixture_of(Roles, RolesOnPostgreSQL)


def _name(name: str) -> str:
    # Some of the bare words are reserved.
    return f"{name}-x"


# Acts that only some roles may do


def acts_of(operation: Operation) -> set[ServerAct]:
    """@return: the acts that an operation asks for: those that its code names, and that of functions beside it."""
    seen: set[CodeType] = set()
    found: set[ServerAct] = set()

    def look(code: CodeType, names: dict[str, Any]) -> None:
        if code in seen:
            return
        seen.add(code)
        found.update(ServerAct[name] for name in code.co_names if name in ServerAct.__members__)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                look(inner, names)
        for name in code.co_names:
            other = getattr(names.get(name), "__code__", None)
            if other is not None and names[name].__globals__["__name__"].startswith("hichat.web.api"):
                look(other, names[name].__globals__)

    handler: Any = operation.handler
    look(handler.__code__, handler.__globals__)
    return found


ADMIN_OPERATIONS = [operation for operation in OPERATIONS if operation.path.startswith("/admin/")]


def test_each_operation_says_who_may_call_it() -> None:
    """Each operation below /admin asks for a right, so that the table below has it."""
    assert len(ADMIN_OPERATIONS) >= 2
    assert [operation.id for operation in ADMIN_OPERATIONS if not acts_of(operation)] == []


def _sample(kind: type[msgspec.Struct] | None) -> dict[str, Any]:
    """@return: the smallest object of this type."""
    if kind is None:
        return {}
    _, schemas = msgspec.json.schema_components([kind], ref_template="{name}")
    schema = schemas[kind.__name__]
    return {name: _value(schema["properties"][name], schemas) for name in schema.get("required", ())}


def _value(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(schemas[schema["$ref"]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], schemas)
    if schema["type"] == "object":
        return {name: _value(schema["properties"][name], schemas) for name in schema.get("required", ())}
    texts = ("x" * schema.get("minLength", 8), "0" * 64)
    text = next(each for each in texts if re.search(schema.get("pattern", ""), each))
    samples: dict[str, Any] = {"string": text, "array": [], "boolean": False}
    return samples.get(schema["type"], schema.get("minimum", 1))


def _place(operation: Operation) -> str:
    """@return: the operation's path, where there is nobody and nothing."""
    place = operation.path
    for name, value in _sample(operation.path_type).items():
        number = {"user": NOBODY, "group": FIRST_GROUP_ID + 1_000_000}.get(name, value)
        place = place.replace(f"{{{name}}}", str(number))
    return place


@pytest.mark.parametrize("role", ROLES)
async def test_acts_over_http(roles: Roles, role: str) -> None:
    """Each operation below /admin is refused to roles that are too low, before anything else, and to no other."""
    mistakes = {}
    for operation in ADMIN_OPERATIONS:
        body = _sample(operation.body_type) if operation.body_type is not None else None
        status, answer = await roles.http(role, operation.method, _place(operation), body)
        # Of several acts, the request may be one or the other: then roles between their needs may get either answer.
        may = {ServerRole.of(role) >= SERVER_NEEDS[act] for act in acts_of(operation)}
        refused = status == 403 and answer["code"] == NotAdministrator.code
        if may == {refused} or status >= 500:
            mistakes[operation.id] = (status, answer)
    assert mistakes == {}


@pytest.mark.parametrize("role", ROLES)
async def test_announcements_over_both_dialects(roles: Roles, role: str) -> None:
    """Only some roles write to everyone; everyone hears it, guests too."""
    may = ServerRole.of(role) >= SERVER_NEEDS[ServerAct.ANNOUNCE]
    guest = await roles.enter(roles.who["guest"], "listens")
    peer = await roles.enter(roles.who[role], "speaks")
    assert await _said(peer, text=role) == ("ack" if may else NotAdministrator.code)
    page, listener = await roles.online(roles.who[role], roles.who["guest"])
    text = page.say(userId=roles.who[role][0], Type=3, Media=1, Content=role)
    if may:
        assert await listener.heard(1) == [text]
        await until(lambda: len(guest.said["event"]) == 2)
    else:
        assert await page.heard(1) == [NotAdministrator().text("zh")]
        assert not guest.said["event"]


@pytest.mark.parametrize("role", ROLES)
async def test_acts_of_the_commands(roles: Roles, role: str) -> None:
    """The operator's commands give every role, and what is shown of it is the same everywhere."""
    with roles.daemon.administration() as administration:
        user = administration.add(roles.named("clerk"), PASSWORD)
    assert roles.daemon.command("user", "role", user.name, role) == ""
    shown = json.loads(roles.daemon.command("user", "show", user.name, "--json"))
    administers = ServerRole.of(role) >= ServerRole.ADMINISTRATOR
    assert (shown["role"], shown["administrator"]) == (role, administers)
    roles.who["clerk"] = (user.id, roles.daemon.issue(user.name))
    _, me = await roles.http("clerk", "GET", "/me")
    assert (me["role"], me["administrator"]) == (role, administers)
    listed = {row["ID"] for row in await _users(roles, "clerk")}
    assert (roles.who["stranger"][0] in listed) == (role != "guest")


# What guests may do of what everybody does


class Act(NamedTuple):
    """
    Something that people do.

    @ivar guest: what comes of it if a guest does it; C{member}: if a member does.
    @ivar by: who does it, if it is done to the guest or the member, who is C{ME}.
    """

    name: str
    does: tuple[Any, ...]
    guest: object
    member: object
    by: str = ""


ORDINARY: dict[str, list[Act]] = {
    "http": [
        Act("find a stranger", ("GET", "/users?text=stranger-x"), "", "stranger"),
        Act("find a peer", ("GET", "/users?text=peer-x"), "peer", "peer"),
        Act("list all people", ("GET", "/users?limit=100"), "peer", "peer stranger"),
        Act("list people by a prefix", ("GET", "/users?prefix=str"), "", "stranger"),
        Act("look at a stranger", ("GET", "/users/STRANGER"), "no_such_user", 200),
        Act("look at a peer", ("GET", "/users/PEER"), 200, 200),
        Act("look at oneself", ("GET", "/users/ME"), 200, 200),
        Act("find open groups", ("GET", "/groups?name=-x&limit=100"), "team", "choir club hall team"),
        Act("find an open group by its whole name", ("GET", "/groups?name=club-x&exact=true"), "", "club"),
        Act("look at an open group", ("GET", "/groups/CLUB"), "no_such_group", 200),
        Act("look at one's own group", ("GET", "/groups/TEAM"), 200, 200),
        Act("list one's own groups", ("GET", "/me/groups"), "team", "team"),
        Act("list the members of one's own group", ("GET", "/groups/TEAM/members"), "peer", "peer"),
        Act("join an open group", ("POST", "/groups/CLUB/join"), "invite_only", 200),
        Act("ask to join a group", ("POST", "/groups/HALL/join"), "invite_only", 202),
        Act("make a group", ("POST", "/groups", {"name": "my own"}), "guests_may_not", 201),
        Act("invite somebody", ("PUT", "/groups/TEAM/invitations/STRANGER"), "guests_may_not", 202),
        Act("be invited", ("PUT", "/groups/DEN/invitations/ME"), 202, 202, "stranger"),
        Act("see the invitation", ("GET", "/groups/DEN"), 200, 200),
        Act("look at the one who has invited", ("GET", "/users/STRANGER"), 200, 200),
        Act("join where one is invited", ("POST", "/groups/DEN/join"), 200, 200),
        Act("leave a group", ("POST", "/groups/DEN/leave"), 204, 204),
        Act("look at somebody of that group", ("GET", "/users/STRANGER"), "no_such_user", 200),
        Act("ask a stranger to be a contact", ("PUT", "/contact-requests/sent/HERMIT", {}), "no_such_user", 202),
        Act("be asked by a stranger", ("PUT", "/contact-requests/sent/ME", {}), "no_shared_group", 202, "stranger"),
        Act("ask a peer to be a contact", ("PUT", "/contact-requests/sent/PEER", {}), 202, 202),
        Act("be a peer's contact", ("PUT", "/contacts/ME", {}), 200, 200, "peer"),
        Act("list one's contacts", ("GET", "/contacts"), "peer", "peer"),
        Act("block a stranger", ("PUT", "/blocks/HERMIT"), "no_such_user", 204),
        Act("set up a conversation with a stranger", ("GET", "/conversations/user-HERMIT"), "no_such_target", 200),
        Act("be written to as everybody", ("POST", "/admin/announcements", {"text": "hear"}), 201, 201, "owner"),
        Act("look at who has written to everybody", ("GET", "/users/OWNER"), 200, 200),
        Act("change the own profile", ("PATCH", "/me", {"bio": "x"}), 200, 200),
    ],
    "websocket": [
        Act("write to a stranger", ("send", {"user": "STRANGER"}), "no_such_target", "ack"),
        Act("hear from a stranger", ("send", {"user": "ME"}), "no_shared_group", "ack", "stranger"),
        Act("write to a peer", ("send", {"user": "PEER"}), "ack", "ack"),
        Act("hear from a peer", ("send", {"user": "ME"}), "ack", "ack", "peer"),
        Act("hear from an owner of the server", ("send", {"user": "ME"}), "no_shared_group", "ack", "owner"),
        Act("write to oneself", ("send", {"user": "ME"}), "ack", "ack"),
        Act("write to one's own group", ("send", {"group": "TEAM"}), "ack", "ack"),
        Act("write to another group", ("send", {"group": "CHOIR"}), "not_a_member", "not_a_member"),
        Act("see who is online", ("watch", ["PEER", "STRANGER"]), "peer", "peer stranger"),
        Act("be seen online", ("watch", ["ME"]), "me", "me", "stranger"),
    ],
    "v1": [
        Act("list all users", ("list",), "peer", "peer stranger"),
        Act("add a stranger", ("relation/add", {"targetName": "tramp-x"}), NoSuchUser, 0),
        Act("add a peer", ("relation/add", {"targetName": "mate-x"}), 0, 0),
        Act("make a group", ("relation/new_group", {"name": "my old"}), GuestsMayNot, 0),
        Act("join an open group", ("relation/join_group", {"comId": "band-x"}), InviteOnly, 0),
        Act("write to a stranger", ("say", {"Type": 1, "TargetId": "OWNER"}), NoSuchTarget, None),
        Act("write to a peer", ("say", {"Type": 1, "TargetId": "PEER"}), None, None),
        Act("write to one's own group", ("say", {"Type": 2, "TargetId": "TEAM"}), None, None),
    ],
}
"""By way; those of one way are done in this order."""


async def _over_http(roles: Roles, who: str, act: Act) -> object:
    """@return: the code of a refusal, who and what is listed, or the status."""
    method, path, *body = act.does
    status, answer = await roles.http(act.by or who, method, path, body[0] if body else None, who)
    if status >= 400:
        return answer["code"]
    if answer and "items" in answer:
        return roles.shown([item.get("user", item)["id"] for item in answer["items"]])
    return status


class Talk:
    """Devices of v2, as they are needed."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._peers: dict[str, V2Peer] = {}

    async def of(self, name: str) -> V2Peer:
        """@return: somebody's device, live."""
        if name not in self._peers:
            self._peers[name] = await self._roles.enter(self._roles.who[name], f"of-{name}")
        return self._peers[name]

    async def do(self, who: str, act: Act) -> object:
        """@return: the code of a refusal, C{ack}, or who is online of those that are watched."""
        op, said = act.does
        peer = await self.of(act.by or who)
        if op == "send":
            (where, target) = next(iter(said.items()))
            return await _said(peer, text=act.name, **{where: int(self._roles.filled(target, who))})
        # The peer comes last: who sees the peer online has heard of the others.
        for name in ("stranger", who, "peer"):
            await self.of(name)
        numbers = {int(self._roles.filled(name, who)): name.lower() for name in said}
        wanted = ""

        async def online() -> str:
            found = await peer.ask("presence", "watch", users=[*numbers])
            return " ".join(sorted(numbers[user] for user in found["online"]))

        for _ in range(200):
            wanted = await online()
            if wanted == (act.guest if who == "guest" else act.member):
                break
            await deferLater(reactor, 0.05)
        return wanted


async def _said(peer: V2Peer, **fields: Any) -> str:
    """Write a message. @return: C{ack}, or the code of the refusal."""
    ref = f"{len(peer.said['ack'])} {len(peer.said['error'])}"
    peer.tell("send", ref=ref, **fields)

    def answers() -> list[dict[str, Any]]:
        return [said for said in [*peer.said["ack"], *peer.said["error"]] if said.get("ref") == ref]

    await until(answers)
    (answer,) = answers()
    return str(answer.get("code", "ack"))


async def _over_v1(roles: Roles, who: str, page: Peer, act: Act) -> object:
    """@return: the words of a refusal, 0, who is listed, or None for a message that is written."""
    path, *fields = act.does
    if path == "list":
        return roles.shown([row["ID"] for row in await _users(roles, who)])
    if path != "say":
        answer = await roles.v1(who, path, **fields[0])
        return answer["code"] and answer["message"]
    number = roles.who[who][0]
    page.say(userId=number, Content=act.name, **{**fields[0], "TargetId": int(roles.filled(fields[0]["TargetId"]))})
    # A refusal that comes behind every answer to the message.
    page.say(userId=number, Content="end", Type=2, TargetId=roles.groups["hall"])
    end = NotAMember().text("zh")
    heard: list[str] = []
    while end not in heard:
        heard += await page.heard(1)
    return heard[0] if len(heard) > 1 else None


async def _users(roles: Roles, name: str) -> list[dict[str, Any]]:
    number, token = roles.who[name]
    status, text = await roles.daemon.get(f"/v1/user/list?userId={number}&token={token}")
    assert status == 200
    found: list[dict[str, Any]] = json.loads(text)
    return found


@pytest.mark.parametrize("who", ["guest", "member"])
@pytest.mark.parametrize("way", [*ORDINARY])
async def test_ordinary_acts(roles: Roles, way: str, who: str) -> None:
    """What comes of each act if a guest does it, and if a member does."""
    expected: dict[str, object] = {}
    for act in ORDINARY[way]:
        wanted = act.guest if who == "guest" else act.member
        expected[act.name] = wanted().text("zh") if isinstance(wanted, type) else wanted
    if way == "http":
        found = {act.name: await _over_http(roles, who, act) for act in ORDINARY[way]}
    elif way == "websocket":
        talk = Talk(roles)
        found = {act.name: await talk.do(who, act) for act in ORDINARY[way]}
    else:
        (page,) = await roles.online(roles.who[who])
        found = {act.name: await _over_v1(roles, who, page, act) for act in ORDINARY[way]}
    assert found == expected


async def test_a_role_that_changes(roles: Roles) -> None:
    """What workers remember of a user follows: connections are closed where that matters, and rights are new."""
    with roles.daemon.administration() as administration:
        user = administration.add(roles.named("clerk"), PASSWORD)
    stranger = {"user": roles.who["hermit"][0]}
    peers: list[V2Peer] = []
    for role, is_out, message, answer in (
        ("moderator", False, {}, "not_administrator"),
        ("administrator", True, {}, "ack"),
        ("member", True, {}, "not_administrator"),
        ("member", False, stranger, "ack"),
        ("guest", True, stranger, "no_shared_group"),
        ("member", True, stranger, "ack"),
    ):
        if not peers:
            peers = await _devices(roles, user.name, user.id)
        status, _ = await roles.http("owner", "PUT", f"/admin/people/{user.id}/role", {"role": role})
        assert status == 204
        if is_out:
            assert [await peer.gone() for peer in peers] == [4001] * len(peers)
            peers = await _devices(roles, user.name, user.id)
        assert [await _said(peer, text=role, **message) for peer in peers] == [answer] * len(peers), role


async def _devices(roles: Roles, name: str, number: int) -> list[V2Peer]:
    """@return: devices of a user, at both workers most likely."""
    roles.who["clerk"] = (number, roles.daemon.issue(name))
    return [await roles.enter(roles.who["clerk"], f"device-{which}") for which in range(5)]


async def test_a_guest_who_comes_and_goes(roles: Roles) -> None:
    """With the last group that they share, a guest and somebody else cease to write to each other, at every worker."""
    with roles.daemon.administration() as administration:
        user = administration.add(roles.named("visitor"), PASSWORD, role=ServerRole.GUEST)
    peers = await _devices(roles, user.name, user.id)
    mate, number = await roles.enter(roles.who["mate"]), roles.who["mate"][0]
    made = await roles.http("mate", "POST", "/groups", {"name": roles.named("room"), "joinPolicy": "invite"})
    room = made[1]["id"]
    for step in ("a stranger", "inside", "removed", "inside"):
        if step == "inside":
            assert (await roles.http("mate", "PUT", f"/groups/{room}/invitations/{user.id}"))[0] == 202
            assert (await roles.http("clerk", "POST", f"/groups/{room}/join"))[0] == 200
        elif step == "removed":
            assert (await roles.http("mate", "DELETE", f"/groups/{room}/members/{user.id}"))[0] == 204
        answers = [await _said(peer, text="to", user=number) for peer in peers]
        answers.append(await _said(mate, text="from", user=user.id))
        expected = {"a stranger": "no_such_target", "inside": "ack", "removed": "no_shared_group"}[step]
        back = "ack" if step == "inside" else "no_shared_group"
        assert answers == [*[expected] * len(peers), back], step


async def test_a_guest_who_looks_after_a_group(roles: Roles) -> None:
    """An admin of a group who is a guest learns of nobody by banning: only who has to do with the group is there."""
    with roles.daemon.administration() as administration:
        user = administration.add(roles.named("warden"), PASSWORD, role=ServerRole.GUEST)
    roles.who["clerk"] = (user.id, roles.daemon.issue(user.name))
    made = await roles.http("mate", "POST", "/groups", {"name": roles.named("ward"), "joinPolicy": "approval"})
    ward = f"/groups/{made[1]['id']}"
    assert (await roles.http("mate", "PUT", f"{ward}/invitations/{user.id}"))[0] == 202
    assert (await roles.http("clerk", "POST", f"{ward}/join"))[0] == 200
    assert (await roles.http("mate", "PUT", f"{ward}/members/{user.id}/role", {"role": "admin"}))[0] == 204
    for number in (roles.who["hermit"][0], NOBODY):
        status, answer = await roles.http("clerk", "PUT", f"{ward}/bans/{number}")
        assert (status, answer["code"]) == (404, NoSuchUser.code)
    assert (await roles.http("clerk", "GET", f"{ward}/bans"))[1]["items"] == []
    assert (await roles.http("tramp", "POST", f"{ward}/join"))[0] == 202
    assert (await roles.http("clerk", "PUT", f"{ward}/bans/TRAMP"))[0] == 204
