"""A queue of mails and a postman on a store, with a mail server that is only a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.telling import MailKind
from hichat.accounts.users import User
from hichat.mail.codes import AddressCodes
from hichat.mail.forgetting import MailForgotten
from hichat.mail.letters import MailSender
from hichat.mail.mail import FORGOTTEN_RATE, Mail
from hichat.mail.postman import Postman, PostOffice
from hichat.mail.smtp import Envelope, MailFailed
from hichat.runtime.limits import local_limit
from tests.support.accounts import AccountsCase
from tests.support.doubles import run_now
from tests.support.mail import read_mail, text_of

SITE = "https://chat.example.org/talk"
ADDRESS = "ann@example.org"


class MailCase(AccountsCase):
    """
    Ann, who has a verified address.

    @ivar sent: the mails that the server has taken.
    @ivar refuses: what it answers instead, if it is set; called with the mail.
    """

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.sent: list[Envelope] = []
        self.noted: list[Any] = []
        self.refuses: Callable[[Envelope], Deferred[None]] | None = None
        self.codes = AddressCodes(bytes(32))
        limit = local_limit("forgotten", FORGOTTEN_RATE, lambda: self.now)
        self.mail = Mail(self.store, self.codes, limit, lambda: self.now, on=True, note=self.noted.append)
        self.accounts: Any = make_accounts(
            self.store,
            self.ledger,
            Passwords(run_now, self.hasher),
            self.tokens,
            lambda: self.now,
            leaves=(MailForgotten(),),
            mail=self.mail.tell,
        )
        self.postman = self.make_postman()
        self.ann: User = self.register()
        self.have(self.ann, ADDRESS)

    def make_postman(self, passwords_on: bool = True) -> Postman:
        """@return: one of another process."""
        office = PostOffice(MailSender("HiChat", "chat@example.org"), SITE, self.tokens, self.codes, passwords_on)
        return Postman(self.store, office, self.send, self.clock, lambda: self.now)

    def send(self, mail: Envelope) -> Deferred[None]:
        """Be the mail server."""
        if self.refuses is not None:
            return self.refuses(mail)
        self.sent.append(mail)
        return succeed(None)

    def away(self, _mail: Envelope) -> Deferred[None]:
        """The server is not there."""
        return fail(MailFailed("it does not listen"))

    def step(self) -> None:
        """Take a step, which ends."""
        self.get(self.postman.step())

    def deliver(self) -> list[EmailMessage]:
        """@return: the mails that are sent now."""
        before = len(self.sent)
        for _ in range(100):
            if self.get(self.postman.step()).head == 0:
                return self.mails()[before:]
        raise AssertionError("the queue has no end")

    def mails(self) -> list[EmailMessage]:
        """@return: all mails that the server has taken."""
        return [read_mail(mail.content) for mail in self.sent]

    def have(self, user: User, address: str, language: Any = "en") -> None:
        """A user verifies an address."""
        self.get(self.mail.give(user, address, language))
        (mail,) = self.deliver()
        self.get(self.mail.verify(user, self.code_in(mail)))
        self.deliver()

    @staticmethod
    def code_in(mail: EmailMessage) -> str:
        """@return: the six digits in a mail."""
        (found,) = re.findall(r"(?<!\d)\d{6}(?!\d)", text_of(mail))
        return str(found)

    @staticmethod
    def link_in(mail: EmailMessage) -> str:
        """@return: the code of the link that sets a password."""
        (line,) = [line for line in text_of(mail).splitlines() if "/#/password/" in line]
        return line.removeprefix(f"{SITE}/#/password/")

    def told(self, kind: MailKind = MailKind.NEW_DEVICE, user: User | None = None, **facts: str) -> None:
        """A user is told something."""
        with self.store.transaction() as connection:
            self.mail.tell(connection, (user or self.ann).id, kind, facts)
