"""C{hichat chat}."""

from __future__ import annotations

import argparse
import os
from typing import Any

from hichat.core.errors import StartError
from hichat.terminal.password import ask_password


def add_command(commands: Any) -> None:
    """Add C{chat}."""
    chat = commands.add_parser("chat", help="chat at this terminal")
    chat.add_argument("--server", default="http://127.0.0.1:8000", metavar="URL", help="[default: %(default)s]")
    chat.add_argument("--user", default="", metavar="NAME", help="your user name")
    text = "sign in by a browser: this shows an address and a code, and asks for no password; the sign-in is kept"
    chat.add_argument("--sign-in", action="store_true", help=text)
    chat.add_argument("--register", action="store_true", help="make the account first")
    chat.add_argument(
        "--invite", default="", metavar="CODE", help="with --register: an invite code, where the server wants one"
    )
    text = "of the texts, and of the server's answers: en or zh [default: that of the locale]"
    chat.add_argument("--language", choices=("en", "zh"), metavar="LANGUAGE", help=text)
    chat.set_defaults(run=_chat)


def _chat(options: argparse.Namespace) -> int:
    if not options.user and (options.register or not options.sign_in):
        raise StartError("hichat: --user NAME is needed; or --sign-in, which signs in by a browser")
    from hichat.client.http import language_here
    from hichat.terminal.chat import run_chat

    language = options.language or language_here()
    # From a pipe the first line is the password only if it is not in the environment.
    password = "" if options.sign_in and not options.register else os.environ.get("HICHAT_PASSWORD", "")
    if not password and not (options.sign_in and not options.register) and not _is_signed_in(options):
        password = ask_password(options.register, language)
    more = {"invite": options.invite, "sign_in": options.sign_in, "language": language}
    return run_chat(options.server, options.user, password, options.register, **more)


def _is_signed_in(options: argparse.Namespace) -> bool:
    """@return: whether this terminal keeps a sign-in by a browser, so that no password need be asked for."""
    from hichat.client.wire import Address, ClientError
    from hichat.terminal.state import State, state_directory

    if options.register:
        return False
    try:
        state = State.open(state_directory(), Address.parse(options.server).http, options.user)
    except ClientError:
        return False
    state.close()
    return bool(state.saved.refresh)
