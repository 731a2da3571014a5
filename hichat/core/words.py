"""
Sentences in each language.

Each sentence is at one place, in both languages: those about refusals in L{hichat.core.errors}, those about events in
L{hichat.core.kinds}, those of commands in C{commands/words.py}, the terminal's in C{terminal/words.py}, those of v1 in
C{v1/words.py}, the reasons why a connection is closed in C{wire/closing.py}, those of an export in
C{personal/words.py}, those of messages that hooks make of what other programs tell in C{hooks/incoming/words.py}. The
web client has its own, in C{web/browser/app/words}. A daemon's log, its answers to monitoring and to what is no HTTP
request or no handshake, and the C{hichat} command, but for C{hichat chat}, are in English.
"""

from __future__ import annotations

from typing import NamedTuple

from hichat.core.errors import Language

DEFAULT: Language = "en"
"""The language for people who ask for none."""


class Words(NamedTuple):
    """A sentence in each language; its fields are between braces."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """@return: the sentence in that language."""
        return self.zh if language == "zh" else self.en

    def filled(self, **fields: object) -> Words:
        """@return: the sentence with its fields."""
        return Words(self.zh.format(**fields), self.en.format(**fields))
