"""Tests for L{hichat.mail.smtp}: handing mails over to a real mail server, which may be wrong in every way."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_twisted
from pytest_twisted import ensureDeferred
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase

from hichat.mail import smtp
from hichat.mail.postman import SEND_DEADLINE, ThreadedSender
from hichat.mail.smtp import Envelope, MailFailed, Security, SmtpServer, deliver
from tests.support.certificates import CertificateAuthority, make_certificate
from tests.support.mail import PONDERING, Fault, MailServer, reactor

MAIL = Envelope("chat@example.org", "ann@example.org", b"Subject: Hello\r\n\r\n.\r\n..two\r\nEnd\r\n")
LOGIN = ("hichat", "s3cret")

pytestmark = pytest.mark.timeout(60)

MakeServer = Callable[..., tuple[MailServer, int]]


@pytest_twisted.async_yield_fixture
async def make_server() -> AsyncIterator[MakeServer]:
    """Makes mail servers that listen until the test is over."""
    made: list[MailServer] = []

    def make(*arguments: object, **options: object) -> tuple[MailServer, int]:
        server = MailServer(*arguments, **options)  # type: ignore[arg-type]
        made.append(server)
        return server, server.start()

    yield make
    for server in made:
        await server.stop()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateAuthority:
    """An authority that this process trusts, and no other one."""
    made = CertificateAuthority()
    path = tmp_path / "root.pem"
    path.write_bytes(made.root)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return made


def at(port: int, security: Security, login: tuple[str, str] = ("", "")) -> SmtpServer:
    return SmtpServer("localhost", port, security, *login)


async def send(server: SmtpServer, mail: Envelope = MAIL) -> None:
    await deferToThread(deliver, server, mail, "chat.example")


async def fails(server: SmtpServer, mail: Envelope = MAIL) -> MailFailed:
    with pytest.raises(MailFailed) as raised:
        await send(server, mail)
    text = str(raised.value)
    assert "\n" not in text
    assert LOGIN[1] not in text
    assert mail.to not in text
    return raised.value


@ensureDeferred
async def test_starttls_and_a_login(make_server: MakeServer, authority: CertificateAuthority) -> None:
    server, port = make_server(authority.issue("localhost"), LOGIN)
    await send(at(port, Security.STARTTLS, LOGIN))
    assert server.secured == 1
    assert server.got == [MAIL.content]


@ensureDeferred
async def test_tls_from_the_start(make_server: MakeServer, authority: CertificateAuthority) -> None:
    server, port = make_server(authority.issue("localhost"), tls=True)
    await send(at(port, Security.TLS))
    assert server.got == [MAIL.content]


@ensureDeferred
async def test_certificates_that_are_not_accepted(make_server: MakeServer, authority: CertificateAuthority) -> None:
    """Of another host, of nobody, and too old. Nothing of the mail or the log-in goes over the line."""
    for certificate in (
        authority.issue("other.example"),
        make_certificate(host="localhost"),
        authority.issue("localhost", days=-1),
    ):
        for tls in (False, True):
            server, port = make_server(certificate, LOGIN, tls=tls)
            failed = await fails(at(port, Security.TLS if tls else Security.STARTTLS, LOGIN))
            assert "certificate that is not accepted" in str(failed)
            assert not failed.for_good
            assert server.got == []


@ensureDeferred
async def test_no_starttls(make_server: MakeServer) -> None:
    server, port = make_server()
    failed = await fails(at(port, Security.STARTTLS, LOGIN))
    assert "offers no STARTTLS" in str(failed)
    assert server.got == []
    await send(at(port, Security.NONE))
    assert server.got == [MAIL.content]


@ensureDeferred
async def test_the_wrong_port(make_server: MakeServer, authority: CertificateAuthority) -> None:
    _, port = make_server(authority.issue("localhost"))
    assert "is it the right port?" in str(await fails(at(port, Security.TLS)))


@ensureDeferred
async def test_log_ins(make_server: MakeServer, authority: CertificateAuthority) -> None:
    _, port = make_server(authority.issue("localhost"), LOGIN)
    failed = await fails(at(port, Security.STARTTLS, ("hichat", "wrong")))
    assert "refuses the user or the secret in HICHAT_SMTP (535" in str(failed)
    assert not failed.for_good
    # It wants a log-in, and there is none.
    failed = await fails(at(port, Security.STARTTLS))
    assert "refuses the sender chat@example.org, which HICHAT_MAIL_FROM names (5" in str(failed)
    assert not failed.for_good
    _, port = make_server(authority.issue("localhost"))
    assert "offers no log-in" in str(await fails(at(port, Security.STARTTLS, LOGIN)))


@ensureDeferred
async def test_refusals(make_server: MakeServer) -> None:
    server, port = make_server()
    for fault, for_good, words in (
        (Fault.REFUSES_USER, True, "refuses the address of the user (550 no such user: <...>)"),
        (Fault.REFUSES_FOR_NOW, False, "refuses the address of the user (451 come back later)"),
        (Fault.REFUSES_MAIL, True, "refuses the mail (554 looks like spam)"),
        (Fault.DIES, False, "closes the connection"),
    ):
        server.fault = fault
        failed = await fails(at(port, Security.NONE))
        assert words in str(failed)
        assert failed.for_good is for_good


@ensureDeferred
async def test_a_slow_server(make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MAIL_TIMEOUT", 0.3)
    server, port = make_server()
    server.fault = Fault.STALLS
    assert "does not answer" in str(await fails(at(port, Security.NONE)))


@ensureDeferred
async def test_a_server_that_looks_closely(make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not wait for its answer sends it again what it has taken."""
    monkeypatch.setattr(smtp, "REPLY_TIMEOUT", PONDERING - 1)
    server, port = make_server()
    server.fault = Fault.PONDERS
    await send(at(port, Security.NONE))
    assert server.got == [MAIL.content]


@ensureDeferred
async def test_the_goodbye_changes_nothing(make_server: MakeServer) -> None:
    server, port = make_server()
    server.fault = Fault.IS_RUDE
    await send(at(port, Security.NONE))
    assert server.got == [MAIL.content]


@ensureDeferred
async def test_whoever_is_too_slow_is_cut_off(
    make_server: MakeServer, authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first word, in the begin of TLS, and when it has got the mail over TLS."""
    for name in ("REPLY_TIMEOUT", "MAIL_TIMEOUT"):
        monkeypatch.setattr(smtp, name, 600.0)
    server, port = make_server(authority.issue("localhost"))
    server.fault = Fault.STALLS
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = silent.getsockname()[1]
        for place in (at(mute, Security.NONE), at(mute, Security.TLS), at(port, Security.STARTTLS)):
            clock = CalledClock()
            sent = ThreadedSender(place, "chat.example", clock).send(MAIL)
            await (server.has(1) if place.port == port else deferToThread(silent.accept))
            clock.advance(SEND_DEADLINE)
            with pytest.raises(MailFailed):
                await sent
    assert server.secured == 1


class CalledClock(Clock):
    """A clock that threads call back, as they do the reactor."""

    callFromThread = reactor.callFromThread


@ensureDeferred
async def test_nobody_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert "does not listen" in str(await fails(at(port, Security.NONE)))
    failed = await fails(SmtpServer("mail.invalid", 25, Security.NONE))
    assert "is not found" in str(failed)


@ensureDeferred
async def test_no_lines_are_added(make_server: MakeServer) -> None:
    """Whatever came to be an address: it never becomes another command."""
    server, port = make_server()
    for wrong in ("ann@example.org>\r\nRCPT TO:<eve@example.org", "ann@example.org\n", "<ann@example.org", "a b@c.org"):
        assert "is no address" in str(await fails(at(port, Security.NONE), MAIL._replace(to=wrong)))
        assert "is no address" in str(await fails(at(port, Security.NONE), MAIL._replace(sender=wrong)))
    assert server.got == []


class ParseTests(SynchronousTestCase):
    def test_good(self) -> None:
        for text, wanted in {
            "smtps://mail.example.org": SmtpServer("mail.example.org", 465, Security.TLS),
            "smtp://mail.example.org": SmtpServer("mail.example.org", 587, Security.STARTTLS),
            "smtp://a:b@mail.example.org:25/": SmtpServer("mail.example.org", 25, Security.STARTTLS, "a", "b"),
            "smtps://me%40x:p%3Aq%2F%25@[2001:db8::1]:2465": SmtpServer(
                "2001:db8::1", 2465, Security.TLS, "me@x", "p:q/%"
            ),
            "smtp://localhost": SmtpServer("localhost", 587, Security.NONE),
            "smtp://127.0.0.2:25": SmtpServer("127.0.0.2", 25, Security.NONE),
            "smtp://[::1]:25": SmtpServer("::1", 25, Security.NONE),
        }.items():
            self.assertEqual(SmtpServer.parse(text), wanted)
        self.assertEqual(str(SmtpServer.parse("smtps://a:geheim@mail.example.org")), "mail.example.org:465")
        self.assertEqual(str(SmtpServer.parse("smtps://a:geheim@[::1]")), "[::1]:465")

    def test_bad(self) -> None:
        """The complaint never has a part of the secret."""
        for text in (
            "mail.example.org",
            "http://mail.example.org",
            "smtps://",
            "smtps://a:geheim@",
            "smtps://geheim@mail.example.org",
            "smtps://:geheim@mail.example.org",
            "smtps://a:@mail.example.org",
            "smtps://a:geheim@mail.example.org:99999",
            "smtps://a:geheim@mail.example.org:smtp",
            "smtps://a:geheim@mail.example.org/path",
            "smtps://a:geheim@mail.example.org?x=geheim",
            "smtps://a:geheim/mehr@mail.example.org",
            "smtps://a:gehei%C3%A4m@mail.example.org",
            "smtps://a:geheim%0D%0A@mail.example.org",
            "smtps://a:geheim@mail example",
            "smtps://a:geheim@münchen.example",
        ):
            with self.assertRaises(ValueError) as raised:
                SmtpServer.parse(text)
            self.assertNotIn("gehei", str(raised.exception))
