"""A mail server for tests: Twisted's, with faults that a test asks for."""

from __future__ import annotations

import email
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from OpenSSL import crypto
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor as any_reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import connectionDone
from twisted.internet.ssl import CertificateOptions
from twisted.mail import smtp
from twisted.mail.imap4 import PLAINCredentials
from twisted.python.failure import Failure
from zope.interface import implementer

reactor: Any = any_reactor

PONDERING = 3.0


class Fault(StrEnum):
    """
    What a mail server does wrong.

    @cvar REFUSES_USER: it does not know the recipient.
    @cvar REFUSES_FOR_NOW: it does not want the recipient's mail now.
    @cvar REFUSES_MAIL: it does not want what it has got.
    @cvar DIES: it ends the connection when it has got the mail, and keeps the mail.
    @cvar STALLS: it has got the mail, and says nothing.
    @cvar PONDERS: it has got the mail, and says so after L{PONDERING} seconds.
    @cvar IS_RUDE: it answers the goodbye with an error.
    """

    NONE = ""
    REFUSES_USER = "refuses_user"
    REFUSES_FOR_NOW = "refuses_for_now"
    REFUSES_MAIL = "refuses_mail"
    DIES = "dies"
    STALLS = "stalls"
    PONDERS = "ponders"
    IS_RUDE = "is_rude"


class MailServer(smtp.SMTPFactory):
    """
    A mail server.

    @param certificate: a key and a certificate, in PEM: with them it offers STARTTLS.
    @param login: a user and a secret: whoever does not log in may send nothing.
    @param tls: TLS from the start.
    @ivar fault: what it does wrong.
    @ivar got: the mails that it has got, as sent.
    """

    domain = b"mail.example"

    def __init__(
        self, certificate: tuple[bytes, bytes] | None = None, login: tuple[str, str] | None = None, tls: bool = False
    ) -> None:
        super().__init__(_portal(self, login) if login else None)
        self.fault = Fault.NONE
        self.got: list[bytes] = []
        self.secured = 0
        self._login = login
        self._tls = tls
        self._options = _options(certificate) if certificate else None
        self._port: Any = None
        self._connections: set[Any] = set()
        self._waiting: list[tuple[int, Deferred[None]]] = []

    def start(self) -> int:
        """Listen. @return: the port."""
        if self._tls:
            self._port = reactor.listenSSL(0, self, self._options, interface="127.0.0.1")
        else:
            self._port = reactor.listenTCP(0, self, interface="127.0.0.1")
        return int(self._port.getHost().port)

    def listen_again(self, port: int) -> None:
        """Listen where it did before."""
        self._port = reactor.listenTCP(port, self, interface="127.0.0.1")

    def stop(self) -> Deferred[Any]:
        """Listen no more, and end all connections."""
        for each in [*self._connections]:
            each.transport.abortConnection()
        stopped: Deferred[Any] = self._port.stopListening()
        return stopped

    def buildProtocol(self, addr: object) -> Any:
        made = _Session({b"PLAIN": PLAINCredentials} if self._login else {}, None if self._tls else self._options)
        made.factory, made.portal, made.host, made.server = self, self.portal, self.domain, self
        if not self._login:
            made.delivery = _Delivery(self)
        self._connections.add(made)
        return made

    def gone(self, session: Any) -> None:
        """A connection has ended."""
        self._connections.discard(session)

    def take(self, content: bytes) -> None:
        """A mail has come."""
        self.got.append(content)
        for count, waiter in [*self._waiting]:
            if len(self.got) >= count:
                self._waiting.remove((count, waiter))
                waiter.callback(None)

    def has(self, count: int) -> Deferred[None]:
        """@return: fires when it has got so many mails."""
        if len(self.got) >= count:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._waiting.append((count, waiter))
        return waiter

    def mails(self) -> list[EmailMessage]:
        """@return: the mails that it has got."""
        return [read_mail(content) for content in self.got]


def read_mail(content: bytes) -> EmailMessage:
    """@return: a mail, taken apart."""
    found = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: EmailMessage) -> str:
    """@return: its text."""
    return str(mail.get_content()).replace("\r\n", "\n")


class _Session(smtp.ESMTP):
    server: MailServer
    transport: Any

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        self.server.gone(self)

    def ext_STARTTLS(self, rest: bytes) -> None:  # noqa: N802
        super().ext_STARTTLS(rest)
        self.server.secured += self.startedTLS

    def do_QUIT(self, rest: bytes) -> None:  # noqa: N802
        if self.server.fault is Fault.IS_RUDE:
            self.sendCode(421, b"too busy for that")
        else:
            super().do_QUIT(rest)

    def validateFrom(self, helo: Any, origin: Any) -> Any:  # noqa: N802
        if self.server._login and not self.authenticated:
            raise smtp.SMTPServerError(530, "log in first")
        return super().validateFrom(helo, origin)

    def _messageHandled(self, results: Any) -> None:  # noqa: N802
        if self.server.fault is Fault.DIES:
            self.transport.abortConnection()
        elif self.server.fault is Fault.REFUSES_MAIL:
            self.sendCode(554, b"looks like spam")
        elif self.server.fault is Fault.PONDERS:
            reactor.callLater(PONDERING, super()._messageHandled, results)
        elif self.server.fault is not Fault.STALLS:
            super()._messageHandled(results)


@implementer(smtp.IMessageDelivery)
class _Delivery:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def receivedHeader(self, helo: object, origin: object, recipients: object) -> bytes:  # noqa: N802
        return b"Received: by mail.example"

    def validateFrom(self, helo: object, origin: object) -> object:  # noqa: N802
        return origin

    def validateTo(self, user: Any) -> Callable[[], Any]:  # noqa: N802
        if self._server.fault is Fault.REFUSES_USER:
            raise smtp.SMTPServerError(550, f"no such user: <{user.dest}>")
        if self._server.fault is Fault.REFUSES_FOR_NOW:
            raise smtp.SMTPServerError(451, "come back later")
        return lambda: _Message(self._server)


@implementer(smtp.IMessage)
class _Message:
    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._lines: list[bytes] = []

    def lineReceived(self, line: bytes) -> None:
        self._lines.append(line)

    def eomReceived(self) -> Deferred[None]:  # noqa: N802
        if self._server.fault is not Fault.REFUSES_MAIL:
            self._server.take(b"\r\n".join(self._lines[1:]) + b"\r\n")
        return succeed(None)

    def connectionLost(self) -> None:
        pass


@implementer(IRealm)
class _Realm:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def requestAvatar(self, avatarId: object, mind: object, *interfaces: object) -> Any:  # noqa: N802, N803
        return smtp.IMessageDelivery, _Delivery(self._server), lambda: None


def _portal(server: MailServer, login: tuple[str, str]) -> Portal:
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(login[0].encode(), login[1].encode())
    return Portal(_Realm(server), [checker])


def _options(certificate: tuple[bytes, bytes]) -> CertificateOptions:
    key = crypto.load_privatekey(crypto.FILETYPE_PEM, certificate[0])
    own, *chain = [
        crypto.load_certificate(crypto.FILETYPE_PEM, part + b"-----END CERTIFICATE-----\n")
        for part in certificate[1].split(b"-----END CERTIFICATE-----\n")
        if part.strip()
    ]
    return CertificateOptions(key, own, extraCertChain=chain)
