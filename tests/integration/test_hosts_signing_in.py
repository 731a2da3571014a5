"""Signing in at two hosts: what begins at one ends at the other, and what is good once is good once at both."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
import treq
from sqlalchemy import insert, select, update
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from hichat.accounts import app_secrets
from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import MailKind
from hichat.runtime import keys
from hichat.signin.kinds import FactorKinds
from hichat.signin.recovery import make_codes
from hichat.storage.tables import mails, provider_sessions
from hichat.wire.frames import Close
from tests.integration.hosts import TwoHosts
from tests.integration.system import PASSWORD
from tests.proof import many
from tests.support.authenticator import SoftAuthenticator
from tests.support.daemon import Daemon, V2Peer, reactor
from tests.support.mail import Fault, MailServer
from tests.support.openid import CLIENT, LyingProvider
from tests.support.scene import fixture_of
from tests.support.signing_in import KEY, code_at

TRIES = many(20, 3)
"""How often something that is good once is used at both hosts at the same moment."""

MAILS = many(60, 12)

SITE = "https://chat.example.org"


class SigningInHosts(TwoHosts):
    """
    Two hosts of one site.

    @ivar kinds: the kinds of factors, for the store.
    """

    settings: ClassVar[dict[str, str]] = {"PUBLIC_URL": SITE, "ADDRESS_LIMIT": "off"}

    async def set_up(self) -> None:
        await super().set_up()
        self.kinds = FactorKinds(keys.load_or_make(self.daemon.directory / "state", "token.key"))

    async def call(  # type: ignore[override]
        self, daemon: Daemon, path: str, body: object = None, token: str = "", method: str = "POST"
    ) -> tuple[int, Any]:
        """Make a call of C{/v2}. @return: the status, and the JSON of the answer."""
        headers: dict[str | bytes, str | bytes] = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await treq.request(method, f"{daemon.url}/v2{path}", headers=headers, json=body, persistent=False)
        text = await answer.text()
        return answer.code, json.loads(text) if text else None

    async def good(self, daemon: Daemon, path: str, body: object = None, token: str = "", method: str = "POST") -> Any:
        """As L{call}, for a call that is not refused. @return: the JSON."""
        status, found = await self.call(daemon, path, body, token, method)
        assert status < 300, (path, found)
        return found

    async def log_in(self, daemon: Daemon, name: str, device: str = "phone", password: str = PASSWORD) -> Any:
        """@return: the JSON of the first step's answer."""
        return (await self.call(daemon, "/login", {"name": name, "password": password, "device": device}))[1]

    async def tickets(self, name: str) -> list[str]:
        """@return: the ticket of a first step at each host."""
        return [(await self.log_in(daemon, name, f"at-{daemon.port}"))["ticket"] for daemon in self.daemons]

    def user(self, name: str) -> int:
        """@return: the id of a new user, who has a password."""
        with self.daemon.administration() as administration:
            return administration.add(name, PASSWORD).id

    def give_app(self, user: int) -> list[str]:
        """Give a user an app, which has shown a code a while ago. @return: recovery codes."""
        codes = make_codes()
        before = now() - 600_000
        with self.insider.store.transaction() as connection:
            self.kinds.totp.keep(connection, user, KEY, code_at(before), before)
            self.kinds.recovery.keep(connection, user, codes)
        return codes

    async def at_once(self, path: str, *bodies: object) -> list[str]:
        """
        Make two calls at the same moment, one at each host.

        @return: the codes of the refusals, in order, with C{in} for an answer with tokens.
        """
        calls = [
            Deferred.fromCoroutine(self.call(daemon, path, body))
            for daemon, body in zip(self.daemons, bodies, strict=True)
        ]
        found = await gatherResults(calls, consumeErrors=True)
        return sorted("in" if status == 200 else answer["code"] for status, answer in found)


hosts = fixture_of(SigningInHosts)


def now() -> int:
    """@return: milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def shown_totp(ticket: str) -> dict[str, str]:
    return {"ticket": ticket, "totp": code_at(now()).code}


async def test_what_is_good_once(hosts: SigningInHosts) -> None:
    """A code of an app, a ticket, a recovery code, and a challenge of a passkey, at both hosts at the same moment."""
    here, there = hosts.daemons
    user = hosts.user("ann")
    for _ in range(TRIES):
        hosts.give_app(user)
        one, two = await hosts.tickets("ann")
        code = code_at(now()).code
        came = await hosts.at_once("/login/factor", {"ticket": one, "totp": code}, {"ticket": two, "totp": code})
        assert came == ["in", "wrong_code"]

        codes = hosts.give_app(user)
        one, _ = await hosts.tickets("ann")
        each = [{"ticket": one, "recovery": code} for code in codes[:2]]
        assert await hosts.at_once("/login/factor", *each) == ["bad_ticket", "in"]
        with hosts.insider.store.snapshot() as connection:
            assert hosts.kinds.recovery.left(connection, user) == len(codes) - 1

        codes = hosts.give_app(user)
        one, two = await hosts.tickets("ann")
        each = [{"ticket": ticket, "recovery": codes[0]} for ticket in (one, two)]
        assert await hosts.at_once("/login/factor", *each) == ["in", "wrong_code"]

    hosts.user("bob")
    token = (await hosts.log_in(here, "bob"))["accessToken"]
    holder = SoftAuthenticator(SITE)
    begun = await hosts.good(here, "/me/passkeys/begin", {"password": PASSWORD}, token)
    made = {"state": begun["state"], "credential": holder.make(begun["options"]), "name": "Key"}
    await hosts.good(there, "/me/passkeys", made, token)
    for _ in range(TRIES):
        begun = await hosts.good(there, "/login/passkey/begin", {})
        shown = {"state": begun["state"], "credential": holder.show(begun["options"]), "device": "tablet"}
        assert await hosts.at_once("/login/passkey", shown, shown) == ["challenge_over", "in"]
    one, _ = await hosts.tickets("bob")
    begun = await hosts.good(there, "/login/passkey/begin", {"ticket": one})
    shown = {"ticket": one, "passkey": {"state": begun["state"], "credential": holder.show(begun["options"])}}
    assert await hosts.at_once("/login/factor", shown, shown) == ["bad_ticket", "in"]


async def two_steps(hosts: SigningInHosts) -> None:
    """A log-in goes on at the other host; wrong answers are counted over both; nobody is asked at a remembered one."""
    here, there = hosts.daemons
    codes = hosts.give_app(hosts.user("ann"))
    ticket = (await hosts.log_in(here, "ann"))["ticket"]
    granted = await hosts.good(there, "/login/factor", shown_totp(ticket) | {"remember": True})
    await hosts.good(here, "/me", None, granted["accessToken"], "GET")
    body = {"name": "ann", "password": PASSWORD, "device": "phone", "deviceSecret": granted["deviceSecret"]}
    assert "accessToken" in await hosts.good(here, "/login", body)

    ticket = (await hosts.log_in(here, "ann", "other"))["ticket"]
    for daemon in (here, there, here, there, here):
        assert (await hosts.call(daemon, "/login/factor", {"ticket": ticket, "totp": "x"}))[1]["code"] == "wrong_code"
    for daemon in hosts.daemons:
        answer = await hosts.call(daemon, "/login/factor", {"ticket": ticket, "recovery": codes[0]})
        assert answer[1]["code"] == "bad_ticket"
    # HICHAT_LOGIN_LIMIT is ten, at both together. There were two at this one; the other one tells it of its own.
    ticket = (await hosts.log_in(here, "ann", "other"))["ticket"]
    for _ in range(5):
        assert (await hosts.call(here, "/login/factor", {"ticket": ticket, "totp": "x"}))[1]["code"] == "wrong_code"
    ticket = (await hosts.log_in(there, "ann", "other"))["ticket"]
    for _ in range(4):
        code = (await hosts.call(there, "/login/factor", {"ticket": ticket, "totp": "x"}))[1]["code"]
        if code == "too_many_attempts":
            break
        await deferLater(reactor, 1)
    assert code == "too_many_attempts"


async def test_what_goes_on_at_the_other_host(hosts: SigningInHosts) -> None:
    """Log-ins of two steps, devices that are let in, and what is revoked."""
    await two_steps(hosts)
    await devices_that_are_let_in(hosts)


async def devices_that_are_let_in(hosts: SigningInHosts) -> None:
    """A device begins at one host, is let in at the other, and gets its tokens once. What is revoked at one is gone."""
    here, there = hosts.daemons
    hosts.user("bob")
    bob = (await hosts.log_in(here, "bob", "laptop"))["accessToken"]
    # A user may type ten wrong codes; at both hosts together.
    for number in range(min(TRIES, 9)):
        begun = await hosts.good(here, "/device", {"device": f"terminal-{number}", "label": "terminal"})
        answer = {"userCode": begun["userCode"], "allow": True}
        found = await gatherResults(
            [Deferred.fromCoroutine(hosts.call(daemon, "/device/answer", answer, bob)) for daemon in hosts.daemons]
        )
        assert sorted(status for status, _ in found) == [204, 404]
        poll = {"deviceCode": begun["deviceCode"]}
        assert await hosts.at_once("/device/token", poll, poll) == ["expired_token", "in"]

    made = await hosts.good(there, "/me/app-passwords", {"name": "Old phone", "password": PASSWORD}, bob)
    peers: list[V2Peer] = []
    for daemon in (here, there, here, there):
        token = (await hosts.log_in(daemon, "bob", f"old-{len(peers)}", made["password"]))["accessToken"]
        peers.append(peer := await daemon.open_v2(hosts.checker))
        hosts.peers.append(peer)
        await peer.enter(token, f"old-{len(peers) - 1}")
    stays = await here.open_v2(hosts.checker)
    hosts.peers.append(stays)
    await stays.enter(bob, "laptop")
    await hosts.good(here, f"/me/app-passwords/{made['id']}", None, bob, "DELETE")
    for peer in peers:
        assert await peer.gone() == Close.SIGNED_OUT
    for daemon in hosts.daemons:
        assert (await hosts.log_in(daemon, "bob", "old-9", made["password"]))["code"] == "wrong_password"
    await stays.ask("pong", "ping")

    peers = []
    for daemon in hosts.daemons:
        token = (await hosts.log_in(daemon, "bob", f"new-{daemon.port}"))["accessToken"]
        peers.append(peer := await daemon.open_v2(hosts.checker))
        hosts.peers.append(peer)
        await peer.enter(token, f"new-{daemon.port}")
    await hosts.good(there, "/me/sessions/end", {"current": True, "devices": True}, bob)
    for peer in (*peers, stays):
        assert await peer.gone() == Close.SIGNED_OUT
    for daemon in hosts.daemons:
        assert (await hosts.call(daemon, "/me", None, bob, "GET"))[0] == 401


class ProviderSite(Resource):
    """Serves a provider that is in memory, at an address of this machine. @ivar far: the provider."""

    isLeaf = True
    far: LyingProvider

    def render(self, request: Any) -> int:
        headers = {
            name.decode().title(): values[0].decode() for name, values in request.requestHeaders.getAllRawHeaders()
        }
        answer = self.far.fetch(
            request.method.decode(), f"{self.far.issuer}{request.path.decode()}", headers, request.content.read()
        )
        answer.addCallback(partial(self._answered, request))
        return NOT_DONE_YET

    def _answered(self, request: Any, answer: Any) -> None:
        request.setResponseCode(answer.status)
        request.setHeader("Content-Type", "application/json")
        request.write(json.dumps(answer.value).encode())
        request.finish()


class WithoutPasswords(SigningInHosts):
    """A provider signs people in; passwords let only owners in."""

    async def set_up(self) -> None:
        site = ProviderSite()
        port = reactor.listenTCP(0, Site(site), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        site.far = self.far = LyingProvider(f"http://127.0.0.1:{port.getHost().port}", now)
        await super().set_up()

    def store(self) -> dict[str, str]:
        provider = {"OIDC_ISSUER": self.far.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": "s3cret"}
        kept = super().store()
        kept |= provider | {"PASSWORDS": "off"}
        return kept

    async def browse(self, daemon: Daemon, path: str, jar: dict[str, str], method: str = "GET") -> Any:
        """A call of a browser below C{/session}. @param jar: its cookies, which are kept."""
        sent: dict[str | bytes, str | bytes] = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        body: dict[str, str] | None = {} if method == "POST" else None
        answer = await treq.request(
            method, f"{daemon.url}/session{path}", headers=sent, json=body, allow_redirects=False, persistent=False
        )
        for line in answer.headers.getRawHeaders("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name] = value
        return answer

    async def back(self, daemon: Daemon, came: dict[str, str], jar: dict[str, str]) -> str:
        """A browser comes back from the provider. @return: the place of the page to which it is sent."""
        answer = await self.browse(daemon, f"/oidc/back?{urlencode(came)}", jar)
        assert answer.code == 303
        return str(answer.headers.getRawHeaders("Location")[0]).partition("#/")[2]


without_passwords = fixture_of(WithoutPasswords)


async def test_single_sign_on(without_passwords: WithoutPasswords) -> None:
    """It begins at one host and ends at the other, once. Whoever is disabled at the provider is out at both."""
    hosts = without_passwords
    await passwords_are_off(hosts)
    here, there = hosts.daemons
    for _ in range(TRIES):
        jar: dict[str, str] = {}
        began = await hosts.browse(here, "/oidc?label=Firefox", jar)
        came = hosts.far.sign_in(began.headers.getRawHeaders("Location")[0])
        both = [Deferred.fromCoroutine(hosts.back(daemon, came, dict(jar))) for daemon in (there, here)]
        assert sorted(await gatherResults(both)) == ["came", "unwelcome/strange_return"]
    jar = {}
    began = await hosts.browse(here, "/oidc?label=Firefox", jar)
    assert await hosts.back(there, hosts.far.sign_in(began.headers.getRawHeaders("Location")[0]), jar) == "came"
    refreshed = await (await hosts.browse(here, "/refresh", jar, "POST")).json()
    peer = await here.open_v2(hosts.checker)
    hosts.peers.append(peer)
    await peer.enter(refreshed["accessToken"], refreshed["device"])
    hosts.far.disabled.add("s-ann")
    with hosts.insider.store.transaction() as connection:
        connection.execute(update(provider_sessions).values(checked_at=0))
    # Nobody is logged in.
    assert (await hosts.browse(there, "/refresh", dict(jar), "POST")).code == 204
    assert await peer.gone() == Close.SIGNED_OUT
    assert (await hosts.browse(here, "/refresh", jar, "POST")).code == 204


async def passwords_are_off(hosts: WithoutPasswords) -> None:
    """At both hosts: for all but owners, and nobody registers. An app password is none."""
    with hosts.daemon.administration() as administration:
        cleo = administration.add("cleo", PASSWORD).id
        administration.add("owner", PASSWORD, role=ServerRole.OWNER)
        token = administration.token("cleo", "token")
    with hosts.insider.store.transaction() as connection:
        _, app_password = app_secrets.make(connection, cleo, "Old phone", now())
    for daemon in hosts.daemons:
        assert (await hosts.log_in(daemon, "cleo"))["code"] == "passwords_off"
        assert "accessToken" in await hosts.log_in(daemon, "owner")
        assert "accessToken" in await hosts.log_in(daemon, "cleo", "old", app_password)
        body = {"name": "eve", "password": PASSWORD}
        assert (await hosts.call(daemon, "/accounts", body))[1]["code"] == "registration_closed"
        ways = json.loads((await daemon.get("/session/ways"))[1])
        assert ways["password"] is False
        # With the account's token one goes on.
        await hosts.good(daemon, "/me", None, token, "GET")


class MailingHosts(SigningInHosts):
    """
    Both send mails, to the same server.

    @ivar person: who gets them.
    """

    person = 0

    async def set_up(self) -> None:
        self.mail_server = MailServer()
        self.smtp_port = self.mail_server.start()
        self.addCleanup(self.mail_server.stop)
        await super().set_up()

    def store(self) -> dict[str, str]:
        kept = super().store()
        kept |= {"SMTP": f"smtp://127.0.0.1:{self.smtp_port}", "MAIL_FROM": "chat@example.org"}
        return kept

    def queue(self, count: int) -> None:
        """Put mails to so many people into the queue."""
        with self.insider.store.transaction() as connection:
            rows = [
                {
                    "user_id": self.person,
                    "kind": MailKind.NEW_DEVICE,
                    "address": f"ann-{number}@example.org",
                    "language": "en",
                    "facts": json.dumps({"device": f"device {number}", "address": "::1"}),
                    "mark": f"{number:032}",
                    "created_at": now(),
                    "next_at": now(),
                }
                for number in range(count)
            ]
            connection.execute(insert(mails), rows)

    def waiting(self) -> int:
        with self.insider.store.snapshot() as connection:
            return len(connection.execute(select(mails.c.id).where(mails.c.outcome != "sent")).all())

    async def comes(self, condition: Callable[[], bool]) -> None:
        """Wait until the queue is in some state. It is not looked at so often that this takes others' time."""
        for _ in range(400):
            if condition():
                return
            await deferLater(reactor, 0.25)
        raise AssertionError(f"{self.waiting()} mails wait")

    def got(self) -> list[str]:
        """@return: the mails that the server has got, by what is the same at each try; in order."""
        return sorted(str(mail["Message-ID"]) for mail in self.mail_server.mails())

    @staticmethod
    def message_ids(count: int) -> list[str]:
        """@return: what the first mails of the queue have."""
        return [f"<{number:032}@example.org>" for number in range(count)]

    async def sender(self) -> Daemon:
        """@return: the host that sends."""
        for _ in range(300):
            for daemon in self.daemons:
                if daemon.is_running and "\nhichat_mail_queue" in (await daemon.get("/metrics"))[1]:
                    return daemon
            await deferLater(reactor, 0.1)
        raise AssertionError("nobody sends")


mailing = fixture_of(MailingHosts)


@pytest.mark.quiet
async def test_mails(mailing: MailingHosts) -> None:
    """One of the hosts sends each mail once. When it is killed in the middle of one, the other one loses none."""
    mailing.person = mailing.user("cleo")
    server = mailing.mail_server
    mailing.queue(MAILS)
    await mailing.comes(lambda: mailing.waiting() == 0)
    wanted = mailing.message_ids(MAILS)
    assert mailing.got() == wanted

    server.fault = Fault.STALLS
    mailing.queue(2)
    await server.has(MAILS + 1)
    daemon = await mailing.sender()
    await daemon.stop(signal.SIGKILL, 60)
    server.fault = Fault.NONE

    def is_sent() -> bool:
        # As two minutes later.
        with mailing.insider.store.transaction() as connection:
            connection.execute(update(mails).where(mails.c.next_at.is_not(None)).values(next_at=1))
        return mailing.waiting() == 0

    await mailing.comes(is_sent)
    # The one that it was at is there twice, as the server had got it.
    again = mailing.message_ids(2)
    assert mailing.got() == sorted([*wanted, again[0], *again])
    await daemon.start()
