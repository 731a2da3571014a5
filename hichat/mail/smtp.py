"""
Handing a mail over to a mail server by SMTP (RFC 5321), with C{smtplib}. It blocks: call it in a thread.

The connection is secure or there is none: TLS from the start (C{smtps://}), or STARTTLS, without which nothing is sent;
the certificate must be good for the host. Only to this machine (loopback) C{smtp://} does without.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

REPLY_TIMEOUT = 20.0
"""Seconds for which each reply of the mail server is waited for."""

MAIL_TIMEOUT = 120.0
"""
Seconds for which the reply to the whole mail is waited for. Many servers look for viruses and spam first; who gives up
earlier sends again what they have taken (RFC 5321, 4.5.3.2.6).
"""

GOODBYE_TIMEOUT = 2.0
"""Seconds for which the reply to the goodbye is waited for; whatever it is, it changes nothing."""

SAID_LIMIT = 200
"""The most characters of what a mail server says that are shown."""

SMTPS_PORT = 465
SUBMISSION_PORT = 587


class Security(StrEnum):
    """How a connection to a mail server is secured."""

    TLS = "TLS"
    STARTTLS = "STARTTLS"
    NONE = "none"


class SmtpServer(NamedTuple):
    """
    A mail server: the setting C{HICHAT_SMTP}, taken apart.

    @ivar user: empty: without a log-in.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    secret: str = ""

    @classmethod
    def parse(cls, text: str) -> SmtpServer:
        """
        @param text: C{smtps://[USER:SECRET@]HOST[:PORT]}, or the same with C{smtp://}.
        @raise ValueError: it is neither. The error has no part of the text, which has a secret.
        """
        scheme, separator, rest = text.partition("://")
        if not separator or scheme not in ("smtp", "smtps"):
            raise ValueError("it begins with neither smtps:// nor smtp://")
        login, at, place = rest.removesuffix("/").rpartition("@")
        if any(sign in rest.removesuffix("/") for sign in "/?#"):
            raise ValueError("behind the host there may be a port only; a / ? or # in a user or secret is %2F %3F %23")
        user, colon, secret = login.partition(":")
        user, secret = unquote(user), unquote(secret)
        if at and not (colon and user and secret):
            raise ValueError("before the @ there are a user and a secret, with a : between them")
        if not all(sign.isascii() and sign.isprintable() for sign in user + secret):
            raise ValueError("its user or its secret has signs other than those of ASCII")
        host, port = _place(place)
        if scheme == "smtps":
            return cls(host, port or SMTPS_PORT, Security.TLS, user, secret)
        security = Security.NONE if _is_here(host) else Security.STARTTLS
        return cls(host, port or SUBMISSION_PORT, security, user, secret)

    def __str__(self) -> str:
        """@return: it without the user and the secret, for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class MailFailed(Exception):
    """
    A mail was not accepted. The text is one line for the operator, without an address of a user and without the secret.

    @ivar for_good: whether the server does not want this mail, and will not later.
    """

    def __init__(self, text: str, for_good: bool = False) -> None:
        super().__init__(text)
        self.for_good = for_good


class Envelope(NamedTuple):
    """
    A mail as it is handed over.

    @ivar sender: the address to which the network returns it.
    @ivar to: the address that gets it.
    @ivar content: its headers and its text, in lines with CRLF.
    """

    sender: str
    to: str
    content: bytes


def deliver(
    server: SmtpServer, mail: Envelope, hello: str, opened: Callable[[socket.socket], object] = lambda _: None
) -> None:
    """
    Hand a mail over.

    @param hello: the name by which this machine calls itself.
    @param opened: called with the connection as soon as there is one. Another thread may shut it down while this
        waits: then this fails at once.
    @raise MailFailed: it was not accepted, or it is not known whether it was.
    """
    for address in (mail.sender, mail.to):
        if not all(sign.isascii() and sign.isprintable() and sign not in " <>" for sign in address):
            raise MailFailed("what stands in place of an address is no address", for_good=True)
    lines: list[socket.socket] = []

    def note(line: socket.socket) -> None:
        lines.append(line)
        opened(line)

    try:
        with _connected(server, hello, note) as client:
            _secure(client, server)
            _log_in(client, server)
            client.sendmail(mail.sender, [mail.to], mail.content)
    except smtplib.SMTPRecipientsRefused as e:
        ((code, said),) = e.recipients.values()
        refused = f"{server} refuses the address of the user ({_said(code, said, server, mail)})"
        raise MailFailed(refused, _is_for_good(code)) from None
    except smtplib.SMTPDataError as e:
        refused = f"{server} refuses the mail ({_said(e.smtp_code, e.smtp_error, server, mail)})"
        raise MailFailed(refused, _is_for_good(e.smtp_code)) from None
    except (smtplib.SMTPException, OSError, ValueError) as e:
        raise MailFailed(_explained(e, server, mail)) from None
    finally:
        for line in lines:
            line.close()


class _Plain(smtplib.SMTP):
    """
    A connection to a mail server. What becomes of the goodbye is not told: it changes nothing.

    @param opened: called with another socket of the same connection, before anything is read from it: TLS takes the
        descriptor away from the first one.
    """

    def __init__(self, opened: Callable[[socket.socket], object], *arguments: Any, **options: Any) -> None:
        self._opened = opened
        super().__init__(*arguments, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._opened(made.dup())
        return made

    def data(self, msg: Any) -> Any:
        if self.sock is not None:
            self.sock.settimeout(MAIL_TIMEOUT)
        return super().data(msg)

    def __exit__(self, *_: object) -> None:
        with suppress(smtplib.SMTPException, OSError, ValueError):
            if self.sock is not None:
                self.sock.settimeout(GOODBYE_TIMEOUT)
                self.docmd("QUIT")
        self.close()


class _Tls(smtplib.SMTP_SSL, _Plain):
    """The same with TLS from the start."""

    def __init__(self, opened: Callable[[socket.socket], object], *arguments: Any, **options: Any) -> None:
        self._opened = opened
        super().__init__(*arguments, **options)


def _connected(server: SmtpServer, hello: str, opened: Callable[[socket.socket], object]) -> smtplib.SMTP:
    if server.security is Security.TLS:
        context = ssl.create_default_context()
        return _Tls(opened, server.host, server.port, hello, timeout=REPLY_TIMEOUT, context=context)
    return _Plain(opened, server.host, server.port, hello, timeout=REPLY_TIMEOUT)


def _secure(client: smtplib.SMTP, server: SmtpServer) -> None:
    client.ehlo_or_helo_if_needed()
    if server.security is not Security.STARTTLS:
        return
    if not client.has_extn("starttls"):
        raise MailFailed(f"{server} offers no STARTTLS, so nothing is sent to it; smtps:// is for a port with TLS")
    client.starttls(context=ssl.create_default_context())


def _log_in(client: smtplib.SMTP, server: SmtpServer) -> None:
    if server.user:
        client.ehlo_or_helo_if_needed()
        client.login(server.user, server.secret)


def _explained(error: Exception, server: SmtpServer, mail: Envelope) -> str:
    """@return: one line about what went wrong."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = _said(error.smtp_code, error.smtp_error, server, mail)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            what = "the user or the secret in HICHAT_SMTP"
        elif isinstance(error, smtplib.SMTPSenderRefused):
            what = f"the sender {mail.sender}, which HICHAT_MAIL_FROM names"
        else:
            what = "the connection"
        return f"{server} refuses {what} ({said})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{server} has a certificate that is not accepted: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return f"{server} and this machine agree on no TLS ({error.reason or 'broken off'}): is it the right port?"
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        error = error.__context__
    text = next((text for kind, text in _TEXTS if isinstance(error, kind)), "")
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{server} {text or f'cannot be reached: {reason}'}"


_TEXTS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "offers no log-in, or none that is known, and HICHAT_SMTP has a user"),
    (smtplib.SMTPServerDisconnected, "closes the connection without an answer"),
    (socket.gaierror, "is not found: no address belongs to that name"),
    (ConnectionRefusedError, "does not listen"),
    (TimeoutError, "does not answer in time"),
)


def _said(code: int, said: Any, server: SmtpServer, mail: Envelope) -> str:
    """@return: what the server says, as a part of a line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    for hidden in (mail.to, server.secret):
        if hidden:
            text = text.replace(hidden, "...")
    return f"{code} {text}"[:SAID_LIMIT].rstrip()


def _is_for_good(code: int) -> bool:
    return 500 <= code < 600


def _place(text: str) -> tuple[str, int]:
    """@return: the host and the port; 0: there is none."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        # Not its own words: the text may be a part of a secret.
        raise ValueError("its port is not a number up to 65535, or its host is no host") from None
    if not host or not all(sign.isascii() and (sign.isalnum() or sign in "-.:%_") for sign in host):
        raise ValueError("it names no host; a name with other letters than those of ASCII is written as xn--...")
    return host, port


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
