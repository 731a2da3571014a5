"""What the arguments of commands have in common, and the state directory that they work on."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hichat.admin.administration import Administration
from hichat.daemon import settings
from hichat.wire.frames import DEVICE_NAME


def command(
    commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int], named: bool = True
) -> argparse.ArgumentParser:
    """
    Add a command that works on the state directory.

    @param run: does it, and gives the status to exit with.
    @param named: whether it is about a user.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    if named:
        parser.add_argument("name", metavar="NAME")
    for option in ("state-dir", "database"):
        parser.add_argument(f"--{option}", help=f"the daemon's setting [HICHAT_{option.replace('-', '_').upper()}]")
    parser.set_defaults(run=run)
    return parser


def administration(options: argparse.Namespace, make: bool = False) -> Administration:
    """@return: the accounts of the state directory that a command is given; see L{Administration}."""
    given = {"state-dir": options.state_dir, "database": options.database}
    return Administration(settings.load(given, os.environ, Path.cwd()), make)


def count(text: str) -> int:
    """@return: the positive whole number that an argument says."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def device_name(text: str) -> str:
    """@return: the argument, if a device may be called so."""
    if len(text) > 64 or not re.fullmatch(DEVICE_NAME, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 characters of ASCII without blanks")
    return text
