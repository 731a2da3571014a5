"""Passwords, as whoever sits at a terminal or a script gives them."""

from __future__ import annotations

import getpass
import os
import sys


def ask_password(repeat: bool) -> str:
    """
    @param repeat: whether it is asked for twice, because it is a new one.
    @return: from the terminal, unseen; or the first line of what is piped in.
    """
    if not sys.stdin.isatty():
        return _read_line()
    password = getpass.getpass("Password: ")
    if repeat and getpass.getpass("Again: ") != password:
        sys.exit("hichat: the two passwords differ")
    return password


def _read_line() -> str:
    """@return: the first line of standard input, and no byte more: what follows is what C{hichat chat} is to say."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += byte
    return line.removesuffix(b"\r").decode(sys.stdin.encoding, sys.stdin.errors or "strict")
