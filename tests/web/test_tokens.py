"""
Which token opens what, and what ends it: a table of every kind of token and every kind of call, over whole HTTP and
WebSockets in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jwt
import txaio
from sqlalchemy import Connection, insert
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred

from hichat.accounts import devices, sessions, users
from hichat.accounts.accounts import Accounts, make_accounts
from hichat.accounts.guard import RECENT_LOGIN
from hichat.accounts.passwords import Passwords
from hichat.accounts.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, V1_LIFETIME
from hichat.bench import prepare
from hichat.core.events import Event
from hichat.daemon.assembly import _sign_in
from hichat.daemon.site import make_site
from hichat.log import reading
from hichat.log.watch import LogWatch
from hichat.media.media import MediaUses
from hichat.pipeline.gateway.admission import Capacity, Caps, Refusals
from hichat.pipeline.gateway.connection import ChatFactory
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.streams import Streams
from hichat.pipeline.gateway.v2_connection import V2Protocol
from hichat.pipeline.gateway.v2_session import SessionServices
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.routing.arrivals import read_arrivals, read_generation
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.limits import Rate
from hichat.runtime.metrics import Metrics
from hichat.runtime.work import Budgets
from hichat.storage import tables
from hichat.storage.gathered import Gathered
from hichat.v1.connection import V1Protocol
from hichat.web.outside import Outside
from hichat.wire.frames import Close
from tests.media.samples import PNG
from tests.support.accounts import quick_hasher
from tests.support.doubles import FakeLedger, run_now
from tests.support.gateway import masked
from tests.support.postgres import OnPostgreSQL
from tests.support.site import Answer, SiteFixture, Transport, multipart, request_bytes
from tests.support.site import Connection as Browser

PASSWORD = "correct horse"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}

V1_CALLS = {"v1 call", "v1 upload"}
V1 = V1_CALLS | {"v1 page", "v1 socket"}
V2_CALLS = {"v2 call", "v2 upload", "v2 socket", "session"}
OPENS = {
    "v1": V1,
    "old": V1,
    "access": V1_CALLS | V2_CALLS,
    "refresh": {"refresh"},
    "both": V1 | V2_CALLS,
    "bench": V1 | V2_CALLS,
}
"""What each kind of token is good for."""


class Wire(Transport):
    """A transport as Twisted's site leaves it to a WebSocket."""

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802
        pass

    def setTcpKeepAlive(self, enabled: bool) -> None:  # noqa: N802
        pass


class Socket(Browser):
    """A WebSocket."""

    def __init__(self, site: Any, target: str) -> None:
        self.protocol = site.buildProtocol(None)
        self.transport = Wire(self.protocol, IPv4Address("TCP", "127.0.0.1", 4711))
        self.protocol.makeConnection(self.transport)
        self.send(request_bytes("GET", target, headers=UPGRADE))
        self.is_open = b"101 Switching" in self.received()

    def send(self, data: bytes) -> None:
        self.transport.protocol.dataReceived(data)

    @property
    def code(self) -> int | None:
        """That of the close that has come."""
        place = self.received().find(b"\x88")
        return int.from_bytes(self.received()[place + 2 : place + 4], "big") if place >= 0 else None


class HeardLedger(FakeLedger):
    """What is written comes off the plane at once."""

    routing: Routing

    def _append(self, draft: Any) -> Event:
        event = super()._append(draft)
        self.routing.received(event.position, event.position, [event], True)
        return event


class TokenCase(SiteFixture):
    """A site with everything that takes tokens, and somebody for each kind of them."""

    on_v1 = True

    def setUp(self) -> None:
        self.build()
        self.patch(txaio.config, "loop", self.clock)
        prepare.make_users(self.store, 1, self.now, lambda _: None)
        self.people = {"bench": 1}
        for kind in OPENS:
            if kind != "bench":
                user = self.run_now(self.accounts.registrar.register(f"Person-{kind}", PASSWORD, PASSWORD))
                self.people[kind] = user.id
        with self.store.transaction() as connection:
            _keep_old(connection, self.people["old"], self.now)

    def run_now(self, coroutine: Any) -> Any:
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def make_ledger(self) -> Any:
        return HeardLedger(self.store, lambda: self.now)

    def mount(self, accounts: Accounts) -> None:
        self.accounts = accounts
        metrics, roster = Metrics(), Roster(Metrics())
        over = lambda began_at: sessions.is_over(began_at, self.now, accounts.sessions._duration)  # noqa: E731
        arrivals = Gathered(lambda found: self.store.read(read_arrivals, found, over))
        self.routing = Routing(
            roster,
            lambda position, limit: self.store.read(reading.after, position, limit),
            lambda: self.store.read(reading.head),
            arrivals,
            self.clock,
            metrics,
        )
        self.routing.start(self.successResultOf(self.store.read(reading.head)))
        self.ledger.routing = self.routing
        inlet = Inlet(lambda drafts: None, lambda signal: None, Intake(), metrics, self.clock, 5000)
        counters = Gathered(lambda found: self.store.read(reading.last_counters, found))
        services = SessionServices(
            sign_in=lambda token, name: _sign_in(accounts.recogniser, counters, token, name),
            store=self.store,
            routing=self.routing,
            roster=roster,
            presence=HostPresence(),
            marks=self.marks,
            read_generation=partial(read_generation, is_over=over),
            sync_page=10,
            now=lambda: self.now,
            media=MediaUses(self.addresses),
            watch=LogWatch(self.store, lambda: self.now),
        )
        shared = inlet, roster, self.routing, services.presence, self.clock
        sign_in, app_passwords, device_flow, mail, bots, hooks, _incoming = self.ways_in_of(accounts)
        self.site = make_site(
            accounts=accounts,
            sign_in=sign_in,
            app_passwords=app_passwords,
            device_flow=device_flow,
            contacts=self.contacts,
            conversations=self.conversations,
            groups=self.groups,
            reports=self.reports,
            commands=self.commands,
            server=self.server,
            marks=self.marks,
            search_index=self.search_index,
            store=self.store,
            sockets=ChatFactory(V1Protocol, *shared),
            sockets_v2=ChatFactory(V2Protocol, *shared, services=services),
            metrics=metrics,
            stopping=lambda: False,
            media=self.media,
            exports=self.exports,
            mail=mail,
            writing=self.writing,
            streams=Streams(inlet, services, self.clock),
            bots=bots,
            outgoing_hooks=hooks,
            hook_calls=self.hook_calls,
            reactor=self.clock,
            v1=self.on_v1,
            probe=lambda: self.store.read(reading.head),
            capacity=Capacity(Caps(), Refusals(metrics, self.clock)),
            budgets=Budgets(Rate(0, 1), self.clock),
            outside=Outside(),
        )

    def user(self, kind: str) -> users.User:
        return self.successResultOf(self.store.read(users.get, self.people[kind]))

    def token(self, kind: str) -> str:
        """@return: a new token of the one who has this kind of them."""
        name = f"Person-{kind}"
        if kind == "v1":
            answer = self.request(
                "POST",
                "/v1/user/login_pw",
                f"name={name}&password={PASSWORD}".encode(),
                Content_Type="application/x-www-form-urlencoded",
            )
            return str(answer.json["tokens"])
        if kind in ("access", "refresh"):
            grant = self.run_now(self.accounts.log_ins.log_in_device(name, PASSWORD, "phone", "", ""))
            return str(getattr(grant, kind))
        if kind == "both":
            return str(self.run_now(self.accounts.sessions.issue(self.user(kind))))
        if kind == "bench":
            return self.tokens.issue(prepare.claims(1), V1_LIFETIME)
        return self.old_token(kind)

    def old_token(self, kind: str) -> str:
        """@return: a token as it was before it named a device."""
        now = self.now // 1000
        claims = {
            "sub": str(self.people[kind]),
            "gen": self.user(kind).generation,
            "iat": now,
            "exp": now + V1_LIFETIME,
        }
        return jwt.encode(claims, bytes(32), algorithm="HS256")

    def opens(self, kind: str, token: str) -> set[str]:
        """@return: what this token opens."""
        query = f"?token={token}&userId={self.people[kind]}"
        bearer = {"Authorization": f"Bearer {token}"}
        picture, form = multipart({}, [("file", "a.png", PNG)])
        jsons = {"Content_Type": "application/json"}
        device = "bench" if kind == "bench" else "phone"
        change = json.dumps({"old": "wrong horse", "new": PASSWORD}).encode()
        ask: dict[str, Callable[[], Answer]] = {
            "v1 call": lambda: self.request("GET", f"/v1/user/list{query}"),
            "v1 page": lambda: self.request("POST", f"/v1/user/updata{query}", f"id={self.people[kind]}".encode()),
            "v1 upload": lambda: self.request("POST", f"/v1/upload/image{query}", picture, Content_Type=form),
            "v2 call": lambda: self.request("GET", "/v2/me", **bearer),
            "v2 upload": lambda: self.request("POST", "/v2/media", PNG, **bearer),
            # Who is let in is told that this is not the password.
            "session": lambda: self.request(
                "POST", "/session/password", change, Cookie="hichat_device=phone", **bearer, **jsons
            ),
            "refresh": lambda: self.request(
                "POST", "/v2/refresh", json.dumps({"refreshToken": token}).encode(), **jsons
            ),
        }
        found = {place for place, work in ask.items() if self.is_in(place, work())}
        if Socket(self.site, f"/v1/user/SendUserMsg{query}").is_open:
            found.add("v1 socket")
        if self.enter(token, device).code is None:
            found.add("v2 socket")
        return found

    def is_in(self, place: str, answer: Answer) -> bool:
        refused = {"session": 403}.get(place, 200)
        self.assertIn(answer.status, (200, 201, 401, refused), (place, answer.body))
        return answer.status != 401

    def enter(self, token: str, device: str) -> Socket:
        """@return: a connection of v2 that has said hello."""
        socket = Socket(self.site, "/v2/ws")
        hello = json.dumps({"op": "hello", "device": device, "token": token}).encode()
        socket.send(masked(hello))
        return socket

    def sockets(self, kind: str, token: str) -> Iterator[Socket]:
        """@return: an open connection of each dialect that the token is for."""
        if "v1 socket" in OPENS[kind]:
            yield Socket(self.site, f"/v1/user/SendUserMsg?token={token}&userId={self.people[kind]}")
        if "v2 socket" in OPENS[kind]:
            yield self.enter(token, "bench" if kind == "bench" else "phone")


def _keep_old(connection: Connection, user: int, now: int) -> None:
    """What the migration does for those who were there before it."""
    made = insert(tables.devices).values(user_id=user, name=devices.OLD_NAME, created_at=now, dialect="v1-old")
    device = connection.execute(made.returning(tables.devices.c.id)).scalar_one()
    begun = {"number": 1, "generation": 0, "rotated_at": now, "client_ip": "", "live": True, "began_at": now}
    connection.execute(insert(tables.sessions).values(device_id=device, **begun))


class TableTests(TokenCase):
    def test_what_each_opens(self) -> None:
        for kind, expected in OPENS.items():
            self.assertEqual(self.opens(kind, self.token(kind)), expected, kind)

    def test_another_users(self) -> None:
        """With the id of somebody else, and with none that is one."""
        for kind in OPENS:
            token, self.people[kind] = self.token(kind), 99
            self.assertFalse({place for place in self.opens(kind, token) if place.startswith("v1")}, kind)

    def test_expired(self) -> None:
        found = {kind: self.token(kind) for kind in OPENS}
        lifetimes = {"access": ACCESS_LIFETIME, "refresh": REFRESH_LIFETIME}
        for kind, token in found.items():
            self.now += lifetimes.get(kind, V1_LIFETIME) * 1000
            self.assertEqual(self.opens(kind, token), set(), kind)

    def test_the_log_in_is_over(self) -> None:
        """However long the token would be good: the operator's word counts, also for those that there are."""
        found = {kind: self.token(kind) for kind in OPENS}
        passwords: Any = Passwords(run_now, quick_hasher())
        self.mount(make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, duration=600))
        self.now += 600_000 - 1
        for kind in set(OPENS) - {"refresh"}:
            self.assertEqual(self.opens(kind, found[kind]), OPENS[kind], kind)
        self.now += 1
        for kind, token in found.items():
            self.assertEqual(self.opens(kind, token), set(), kind)

    def ended(self, end: Callable[[users.User], Any]) -> None:
        """This ends all that a user has, also what is open."""
        for kind in OPENS:
            token = self.token(kind)
            sockets = list(self.sockets(kind, token))
            self.assertEqual([socket.code for socket in sockets], [None] * len(sockets), kind)
            self.run_now(end(self.user(kind)))
            self.clock.advance(0)
            self.assertEqual([socket.code for socket in sockets], [Close.SIGNED_OUT] * len(sockets), kind)
            self.assertEqual(self.opens(kind, token), set(), kind)

    def test_another_password(self) -> None:
        self.ended(lambda user: self.accounts.passwords.change(user, "battery staple"))

    def test_disabled(self) -> None:
        self.ended(lambda user: self.accounts.status.disable(user.id))

    def test_deleted(self) -> None:
        self.ended(self.accounts.deleter.delete)

    def test_each_device_is_revoked(self) -> None:
        async def revoke(user: users.User) -> None:
            for device, session in await self.accounts.sessions.of_user(user.id):
                if session is not None:
                    await self.accounts.sessions.revoke(user.id, device.id)

        self.ended(revoke)

    def test_logged_in_again(self) -> None:
        """That ends what the device had. Log-ins over v1 are devices of their own, an administrator's share one."""
        for kind in ("access", "refresh"):
            token = self.token(kind)
            sockets = list(self.sockets(kind, token))
            again = self.token(kind)
            self.assertEqual([socket.code for socket in sockets], [Close.SIGNED_OUT] * len(sockets))
            self.assertEqual((self.opens(kind, token), self.opens(kind, again)), (set(), OPENS[kind]))
        for kind in ("v1", "both"):
            token = self.token(kind)
            sockets = list(self.sockets(kind, token))
            again = self.token(kind)
            self.assertEqual([socket.code for socket in sockets], [None] * len(sockets))
            self.assertEqual((self.opens(kind, token), self.opens(kind, again)), (OPENS[kind], OPENS[kind]))


class V1Tests(TokenCase):
    def test_a_device_more_than_there_may_be(self) -> None:
        """The oldest makes room: its token ends, and its connections."""
        tokens = [self.token("v1") for _ in range(devices.V1_LIMIT)]
        (first,), (second,) = (list(self.sockets("v1", token)) for token in tokens[:2])
        other = self.token("access")
        last = self.token("v1")
        self.assertEqual((first.code, second.code), (Close.SIGNED_OUT, None))
        self.assertEqual(self.opens("v1", tokens[0]), set())
        for token in (tokens[1], last):
            self.assertEqual(self.opens("v1", token), OPENS["v1"])
        self.assertIn("v2 call", self.opens("access", other))
        found = self.run_now(self.accounts.sessions.of_user(self.people["v1"]))
        self.assertEqual([device.dialect for device, _ in found], ["v1"] * devices.V1_LIMIT)

    def test_connections_of_one_token(self) -> None:
        """All of them receive, none replaces another; what one says the others do not get, as the contract has it."""
        token = self.token("v1")
        found = [next(self.sockets("v1", token)) for _ in range(3)]
        self.assertEqual([socket.code for socket in found], [None] * 3)
        event = Event(self.routing.position + 1, 1, 1, 1, 1, 1, 1, self.people["v1"], 0, self.now, b'{"Content":"x"}')
        self.routing.received(event.position, event.position, [event], True)
        self.assertEqual([socket.received().count(b'{"Content":"x"}') for socket in found], [1] * 3)
        own = Event(event.position + 1, 1, 2, 2, 1, 1, self.people["v1"], 1, 0, self.now, b'{"Content":"y"}')
        self.routing.received(own.position, own.position, [own], True)
        self.assertEqual([socket.received().count(b'{"Content":"y"}') for socket in found], [0] * 3)

    def change(self, kind: str, token: str, **fields: str) -> tuple[int, int]:
        """@return: the status and the code of a change of the password."""
        given = {"id": str(self.people[kind]), "password": "battery staple"} | fields
        query = f"?token={token}&userId={self.people[kind]}"
        body = "&".join(f"{name}={value}" for name, value in given.items()).encode()
        answer = self.request("POST", f"/v1/user/updata{query}", body)
        return answer.status, answer.json.get("code", 1)

    def delete(self, kind: str, token: str, query: str = "", body: bytes = b"") -> tuple[int, int]:
        target = f"/v1/user/delete?token={token}&userId={self.people[kind]}&id={self.people[kind]}{query}"
        answer = self.request("DELETE", target, body)
        return answer.status, answer.json.get("code", 1)

    def test_the_password_needs_a_recent_log_in(self) -> None:
        token = self.token("v1")
        self.now += RECENT_LOGIN * 1000
        self.assertEqual(self.change("v1", token), (200, 0))
        self.assertEqual(self.change("v1", token), (401, 1))

    def test_or_the_old_one(self) -> None:
        token = self.token("v1")
        self.now += RECENT_LOGIN * 1000 + 1000
        self.assertEqual(self.change("v1", token), (200, -1))
        self.assertEqual(self.change("v1", token, oldPassword=""), (200, -1))
        self.assertEqual(self.change("v1", token, oldPassword="wrong horse"), (200, -1))
        self.assertIn("v1 call", self.opens("v1", token))
        self.assertEqual(self.change("v1", token, oldPassword=PASSWORD), (200, 0))

    def test_nothing_else_needs_one(self) -> None:
        token = self.token("v1")
        self.now += RECENT_LOGIN * 1000 + 1000
        self.assertEqual(self.change("v1", token, password="undefined", gender="f"), (200, 0))

    def test_the_end_needs_the_same(self) -> None:
        token = self.token("v1")
        self.now += RECENT_LOGIN * 1000 + 1000
        self.assertEqual(self.delete("v1", token), (200, -1))
        self.assertEqual(self.delete("v1", token, f"&oldPassword={PASSWORD.replace(' ', '%20')}"), (200, -1))
        self.assertEqual(self.delete("v1", token, body=b"oldPassword=wrong"), (200, -1))
        self.assertEqual(self.delete("v1", token, body=f"oldPassword={PASSWORD}".encode()), (200, 0))
        self.assertEqual(self.delete("v1", token), (401, 1))

    def test_a_recent_log_in_ends_it_too(self) -> None:
        self.assertEqual(self.delete("v1", self.token("v1")), (200, 0))

    def test_who_has_not_shown_a_password_needs_it(self) -> None:
        """However new the token is. One of v2 has a call of its own for that."""
        for kind in ("both", "access"):
            token = self.token(kind)
            expected = (401, 1) if kind == "access" else (200, -1)
            self.assertEqual((self.change(kind, token), self.delete(kind, token)), (expected, expected))
        self.assertEqual(self.change("both", self.token("both"), oldPassword=PASSWORD), (200, 0))

    def test_old_tokens_are_one_device(self) -> None:
        found = self.run_now(self.accounts.sessions.of_user(self.people["old"]))
        self.assertEqual([(device.name, session.used_at) for device, session in found], [(devices.OLD_NAME, 0)])
        self.opens("old", self.token("old"))
        ((_, session),) = self.run_now(self.accounts.sessions.of_user(self.people["old"]))
        self.assertEqual(session.used_at, self.now)
        self.now += V1_LIFETIME * 1000
        self.assertEqual(
            self.run_now(self.accounts.sessions.of_user(self.people["old"])), [], "all of them have expired"
        )

    def test_who_came_after_the_upgrade_has_none(self) -> None:
        self.assertEqual(self.opens("v1", self.old_token("v1")), set())

    def test_the_last_use(self) -> None:
        """Is written down each ten minutes, and by a connection too."""

        def used() -> int:
            ((_, session),) = self.run_now(self.accounts.sessions.of_user(self.people["v1"]))
            return int(session.used_at)

        token, begun = self.token("v1"), self.now
        self.now += 599_999
        self.opens("v1", token)
        self.assertEqual(used(), begun)
        self.now += 1
        next(self.sockets("v1", token))
        self.assertEqual(used(), self.now)
        self.now -= 24 * 3600_000
        self.opens("v1", token)
        self.assertEqual(used(), self.now, "the clock was set")


class PageTests(TokenCase):
    """The requests of the contract's page, byte for byte as it makes them, from its first to its last."""

    def ask(self, method: str, target: str, body: str = "") -> dict[str, Any]:
        kind = {"Content_Type": "application/x-www-form-urlencoded"} if body else {}
        answer = self.request(method, target, body.encode(), **kind)
        self.assertEqual(answer.status, 200, answer.body)
        found = answer.json
        return found if isinstance(found, dict) else {"list": found}

    def log_in(self, password: str) -> str:
        found = self.ask("POST", "/v1/user/login_pw", f"name=小明&password={password}")
        self.assertEqual(sorted(found), ["code", "message", "tokens", "userId"])
        self.assertRegex(found["tokens"], r"\A[A-Za-z0-9_.-]+\Z")
        return f"?token={found['tokens']}&userId={found['userId']}"

    def test_a_day(self) -> None:
        made = self.ask("POST", "/v1/user/new", "name=小明&password=correct%20horse+&Identity=correct%20horse+")
        me = made["data"]["ID"]
        query = self.log_in("correct%20horse+")
        self.assertIn(me, [row["ID"] for row in self.ask("GET", f"/v1/user/list{query}")["list"]])
        socket = Socket(self.site, f"/v1/user/SendUserMsg{query}&targetId=NaN")
        self.assertTrue(socket.received().endswith("欢迎进入聊天系统".encode()))
        self.assertEqual(self.ask("POST", f"/v1/relation/list{query}", f"userId={me}")["Code"], 0)
        added = self.ask("POST", f"/v1/relation/add{query}", f"userId={me}&targetName=Person-v1")
        self.assertEqual(added["code"], 0)
        group = f"ownerId={me}&cate=&icon=undefined&name=我们&memo=x"
        self.assertEqual(self.ask("POST", f"/v1/relation/new_group{query}", group)["code"], 0)
        profile = f"id={me}&name=undefined&password=undefined&icon=undefined&gender=f&email=&phone="
        self.now += 3600_000
        self.assertEqual(self.ask("POST", f"/v1/user/updata{query}", profile.replace("&email=&phone=", ""))["code"], 0)
        # These two are what has come to the contract: the page shows the message, and the person logs in again.
        change = f"id={me}&name=undefined&password=battery%20staple+&icon=undefined"
        refused = self.ask("POST", f"/v1/user/updata{query}", change)
        self.assertEqual((refused["code"], "重新登录" in refused["message"]), (-1, True))
        query = self.log_in("correct%20horse+")
        self.assertEqual(self.ask("POST", f"/v1/user/updata{query}", change)["code"], 0)
        self.assertEqual(self.request("GET", f"/v1/user/list{query}").status, 401)
        query = self.log_in("battery%20staple+")
        self.now += 3600_000
        refused = self.ask("DELETE", f"/v1/user/delete{query}&id={me}")
        self.assertEqual((refused["code"], "重新登录" in refused["message"]), (-1, True))
        query = self.log_in("battery%20staple+")
        self.assertEqual(self.ask("DELETE", f"/v1/user/delete{query}&id={me}")["code"], 0)


class OffTests(TokenCase):
    """C{HICHAT_V1=off}."""

    on_v1 = False

    def test_all_of_v1_is_closed(self) -> None:
        calls = [
            ("POST", "/v1/user/new", b"name=Zoe&password=correct horse&Identity=correct horse"),
            ("POST", "/v1/user/login_pw", f"name=Person-access&password={PASSWORD}".encode()),
            ("GET", "/v1/user/list", b""),
            ("DELETE", "/v1/user/delete", b""),
            ("POST", "/v1/upload/image", b"x" * 100_000),
            ("GET", "/v1/user/SendUserMsg", b""),
            ("GET", "/v1", b""),
            ("HEAD", "/v1/nothing", b""),
        ]
        token = self.token("both")
        for method, path, body in calls:
            target = f"{path}?token={token}&userId={self.people['both']}"
            answer = self.request(method, target, body, Accept_Language="en")
            self.assertEqual(answer.status, 410, target)
            if method != "HEAD":
                self.assertEqual((answer.json["code"], answer.json["Code"]), (-1, -1))
                self.assertIn("v2", answer.json["message"])
        self.assertFalse(Socket(self.site, f"/v1/user/SendUserMsg?token={token}&userId=1").is_open)
        self.assertFalse(self.successResultOf(self.store.read(users.find_by_name, "Zoe")))

    def test_however_its_path_is_spelled(self) -> None:
        """An encoded slash leads to no call either; nor does one too many, behind which is the page of C{/}."""
        body = b"name=Zoe&password=correct horse&Identity=correct horse"
        for path, status in (("/v1%2fuser/new", 404), ("//v1/user/new", 405)):
            self.assertEqual(self.request("POST", path, body).status, status, path)
        self.assertFalse(self.successResultOf(self.store.read(users.find_by_name, "Zoe")))

    def test_v2_goes_on(self) -> None:
        token = self.token("both")
        headers = {"Authorization": f"Bearer {token}"}
        self.assertEqual(self.request("GET", "/v2/me", **headers).status, 200)
        uploaded = self.request("POST", "/v2/media", PNG, **headers).json
        self.assertEqual(self.request("HEAD", uploaded["open"]).status, 200, "links that are out go on")
        self.assertIsNone(self.enter(token, "any").code)


class TableOnPostgreSQL(OnPostgreSQL, TableTests):
    """The same there."""


class V1OnPostgreSQL(OnPostgreSQL, V1Tests):
    """The same there."""
