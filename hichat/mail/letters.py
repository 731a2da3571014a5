"""The texts of mails, and their headers. Mails are plain text, in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import NamedTuple

from hichat.accounts.telling import MailKind
from hichat.core.errors import Language
from hichat.mail.addresses import address_of
from hichat.mail.words import FACTORS, LETTERS, LetterText

NAME_OF_SENDER = 64
"""The most characters of a sender's name."""

_POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=78)
_SENDER = re.compile(r'\s*(?:"?(?P<name>[^"<>@,;:\\]*?)"?\s*<(?P<address>[^<>]*)>|(?P<bare>\S+))\s*')


class MailSender(NamedTuple):
    """
    Who sends the mails: the setting C{HICHAT_MAIL_FROM}, taken apart.

    @ivar name: empty: there is none.
    """

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> MailSender:
        """
        @param text: C{ADDRESS}, or C{NAME <ADDRESS>}.
        @raise ValueError: it is neither.
        """
        found = _SENDER.fullmatch(text)
        try:
            if found is None:
                raise ValueError
            name, address = (found["name"] or "").strip(), address_of(found["bare"] or found["address"])
        except Exception:
            raise ValueError("it is neither ADDRESS nor NAME <ADDRESS>") from None
        if len(name) > NAME_OF_SENDER or not name.isprintable():
            raise ValueError(f"the name has more than {NAME_OF_SENDER} characters, or some that cannot be printed")
        return cls(name, address)

    @property
    def domain(self) -> str:
        """What is behind the C{@}."""
        return self.address.rpartition("@")[2]


class Letter(NamedTuple):
    """
    A mail that is to be sent.

    @ivar to: the address.
    @ivar mark: for the Message-ID: the same at each try, by which mail programs know a repeated mail.
    @ivar created_at: milliseconds since the epoch.
    @ivar facts: what the text has, by name.
    """

    kind: MailKind
    to: str
    language: Language
    mark: str
    created_at: int
    facts: Mapping[str, str]


def compose(letter: Letter, sender: MailSender, site: str) -> bytes:
    """
    @param site: the public URL, which begins all links.
    @return: the mail, with its headers.
    """
    text = LETTERS[letter.language][letter.kind]
    facts = {name: _plain(value) for name, value in letter.facts.items()}
    facts |= {"site": site, "host": site.partition("://")[2], "time": _time(letter.created_at)}
    facts["factor"] = FACTORS[letter.language].get(facts.get("factor", ""), "-")
    return _message(letter, sender, text, facts)


def _message(letter: Letter, sender: MailSender, text: LetterText, facts: Mapping[str, str]) -> bytes:
    made = EmailMessage(_POLICY)
    made["From"] = Address(sender.name, addr_spec=sender.address)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = text.subject.format(host=facts["host"])
    made["Date"] = datetime.fromtimestamp(letter.created_at / 1000, UTC)
    made["Message-ID"] = f"<{letter.mark}@{sender.domain}>"
    # RFC 3834: no answering machine answers it.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text.body.format_map(_Missing(facts)))
    made["Content-Language"] = letter.language
    return bytes(made)


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "-"


def _plain(text: str) -> str:
    """@return: a fact without line breaks and other signs that cannot be printed: nobody adds lines to a mail."""
    return "".join(sign for sign in text if sign.isprintable()) or "-"


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
