"""The arguments that several commands share, and the state directory that these name."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hichat.admin.administration import Administration
from hichat.daemon import settings
from hichat.daemon.settings import DaemonSettings
from hichat.wire.frames import DEVICE_NAME


def command(
    commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int], named: bool = True
) -> argparse.ArgumentParser:
    """
    Add a command that works on the state directory.

    @param run: runs the command, and returns the exit status.
    @param named: whether the command has the name of a user as an argument.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    if named:
        parser.add_argument("name", metavar="NAME")
    for option in ("state-dir", "database"):
        parser.add_argument(f"--{option}", help=f"the daemon's setting [HICHAT_{option.replace('-', '_').upper()}]")
    parser.set_defaults(run=run)
    return parser


def administration(options: argparse.Namespace, make: bool = False) -> Administration:
    """@return: the accounts of the state directory that a command's options name; see L{Administration}."""
    return Administration(settings_of(options), make)


def settings_of(options: argparse.Namespace) -> DaemonSettings:
    """@return: the daemon's settings, with a command's options."""
    given = {"state-dir": options.state_dir, "database": options.database}
    return settings.load(given, os.environ, Path.cwd())


def count(text: str) -> int:
    """@return: the argument as a positive whole number."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def device_name(text: str) -> str:
    """@return: the argument, if it is a valid name of a device."""
    if len(text) > 64 or not re.fullmatch(DEVICE_NAME, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 characters of ASCII without blanks")
    return text
