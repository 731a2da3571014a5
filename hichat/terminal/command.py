"""C{hichat chat}."""

from __future__ import annotations

import argparse
import os
from typing import Any

from hichat.terminal.password import ask_password


def add_command(commands: Any) -> None:
    """Add C{chat}."""
    chat = commands.add_parser("chat", help="chat at this terminal")
    chat.add_argument("--server", default="http://127.0.0.1:8000", metavar="URL", help="[default: %(default)s]")
    chat.add_argument("--user", required=True, metavar="NAME", help="your user name")
    chat.add_argument("--register", action="store_true", help="make the account first")
    chat.add_argument(
        "--invite", default="", metavar="CODE", help="with --register: an invite code, where the server wants one"
    )
    text = "of the texts, and of the server's answers: en or zh [default: that of the locale]"
    chat.add_argument("--language", choices=("en", "zh"), metavar="LANGUAGE", help=text)
    chat.set_defaults(run=_chat)


def _chat(options: argparse.Namespace) -> int:
    from hichat.client.http import language_here
    from hichat.terminal.chat import run_chat

    language = options.language or language_here()
    # From a pipe the first line is the password only if it is not in the environment.
    password = os.environ.get("HICHAT_PASSWORD") or ask_password(options.register, language)
    return run_chat(options.server, options.user, password, options.register, invite=options.invite, language=language)
