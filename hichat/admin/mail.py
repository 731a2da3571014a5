"""C{hichat mail}: whether the daemon's mails go out."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from hichat.accounts.telling import MailKind
from hichat.admin.administration import now
from hichat.admin.arguments import command, settings_of
from hichat.core.errors import InvalidField, StartError
from hichat.mail.addresses import address_of
from hichat.mail.letters import Letter, MailSender, compose
from hichat.mail.smtp import Envelope, MailFailed, SmtpServer, deliver


def add_mail_commands(commands: Any) -> None:
    """Add the commands."""
    those = commands.add_parser("mail", help="look after e-mail to users")
    those = those.add_subparsers(required=True, metavar="COMMAND")
    text = "send a mail to an address with HICHAT_SMTP and HICHAT_MAIL_FROM, and say what went wrong"
    testing = command(those, "test", text, _test, named=False)
    testing.add_argument("address", metavar="ADDRESS", help="who gets it")
    testing.add_argument("--language", choices=("en", "zh"), default="en", help="of the mail [default: en]")


def _test(options: argparse.Namespace) -> int:
    found = settings_of(options)
    if not found.smtp or found.public_url is None:
        raise StartError(
            "hichat: HICHAT_SMTP: it is not set here, so no mails are sent; for example "
            "smtps://hichat:SECRET@mail.example.org"
        )
    try:
        address = address_of(options.address)
    except InvalidField:
        raise StartError(f"hichat: {options.address!r} is no e-mail address") from None
    server, sender = SmtpServer.parse(found.smtp), MailSender.parse(found.mail_from)
    letter = Letter(MailKind.TEST, address, options.language, secrets.token_hex(16), now(), {})
    mail = Envelope(sender.address, address, compose(letter, sender, str(found.public_url)))
    try:
        deliver(server, mail, found.public_url.origin.host)
    except MailFailed as e:
        raise StartError(f"hichat: HICHAT_SMTP: {e}") from None
    print(f"{server} has taken the mail from {sender.address} to {address}")
    return 0
