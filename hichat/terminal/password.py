"""Reads passwords, from a terminal or from a script's pipe."""

from __future__ import annotations

import getpass
import os
import sys


def ask_password(repeat: bool) -> str:
    """
    @param repeat: whether to ask twice, for a new password.
    @return: the password: typed at the terminal without echo, or the first line of standard input.
    """
    if not sys.stdin.isatty():
        return _read_line()
    password = getpass.getpass("Password: ")
    if repeat and getpass.getpass("Again: ") != password:
        sys.exit("hichat: the two passwords differ")
    return password


def _read_line() -> str:
    """@return: the first line of standard input. No further byte is read: C{hichat chat} reads the lines behind it."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += byte
    return line.removesuffix(b"\r").decode(sys.stdin.encoding, sys.stdin.errors or "strict")
