"""Reads passwords, from a terminal or from a script's pipe."""

from __future__ import annotations

import getpass
import os
import sys

from hichat.core.errors import Language
from hichat.core.words import DEFAULT
from hichat.terminal.words import TEXTS


def ask_password(repeat: bool, language: Language = DEFAULT) -> str:
    """
    @param repeat: whether to ask twice, for a new password.
    @param language: the language of the questions.
    @return: the password: typed at the terminal without echo, or the first line of standard input.
    """
    if not sys.stdin.isatty():
        return _read_line()
    password = getpass.getpass(TEXTS["password"].text(language))
    if repeat and getpass.getpass(TEXTS["password_again"].text(language)) != password:
        sys.exit(f"hichat: {TEXTS['passwords_differ'].text(language)}")
    return password


def _read_line() -> str:
    """@return: the first line of standard input. No further byte is read: C{hichat chat} reads the lines behind it."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += byte
    return line.removesuffix(b"\r").decode(sys.stdin.encoding, sys.stdin.errors or "strict")
