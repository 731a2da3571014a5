"""
The arguments that several commands share, and the state directory and the database that these name.

No command works on another database than the daemon's. Once a daemon has served it, the state directory says which one
that is (L{hichat.daemon.serving}); what the environment or C{hichat.toml} says does not count then. Where nothing says
it, the command asks.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import ArgumentError

from hichat.admin.administration import Administration
from hichat.admin.owner import become_owner
from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.service import is_at_work
from hichat.daemon.serving import DATABASE_FILE, is_same_database, keep_to, served_places, shown, spelt_out
from hichat.daemon.settings import DaemonSettings
from hichat.wire.frames import DEVICE_NAME

DAYS_LIMIT = 36_500
"""The most days that an argument may say: a century."""

_DIGITS = 9
_ID_DIGITS = 100
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


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
        parser.add_argument("name", metavar="NAME", help="the user's name to log in with")
    for option, value in (("state-dir", "DIR"), ("database", "URL")):
        text = f"the daemon's setting [HICHAT_{option.replace('-', '_').upper()}]"
        parser.add_argument(f"--{option}", metavar=value, help=text)
    parser.set_defaults(run=run)
    return parser


def some_text(text: str) -> str:
    """
    @return: a text that has something in it.
    @raise argparse.ArgumentTypeError: it is empty, as a variable of the shell that is not set.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; leave the option out to see everything")
    return text


def administration(options: argparse.Namespace, make: bool = False) -> Administration:
    """@return: the accounts of the state directory that a command's options name; see L{Administration}."""
    return Administration(settings_of(options, make), make)


def settings_of(options: argparse.Namespace, make: bool = False) -> DaemonSettings:
    """
    @param options: a command's.
    @param make: whether the command makes a missing state directory.
    @return: the daemon's settings, with these options, and with the database that the daemon serves; its files are the
        daemon's, too, unless the settings name another place.
    @raise StartError: they are wrong, or name another database than that of a daemon that is at work.
    """
    found, notes = settings_and_notes(options, make)
    for line in notes:
        print(f"hichat: {line}", file=sys.stderr)
    return found


def settings_and_notes(options: argparse.Namespace, make: bool = False) -> tuple[DaemonSettings, list[str]]:
    """@return: as L{settings_of}, and what the operator has to know about them."""
    given = {"state-dir": options.state_dir, "database": options.database}
    directory = _directory(given, make)
    notes: list[str] = []
    given["database"] = _database(given, directory, make, notes)
    _add_media(given, directory, notes)
    _add_mail(given, directory)
    found = settings.load(given, os.environ, Path.cwd())
    become_owner(found.state_dir)
    return found, notes


def _directory(given: dict[str, str | None], make: bool) -> Path:
    """@return: the state directory; if there is none, people at a terminal are asked."""
    text, _ = settings.look_up("state_dir", given, os.environ, Path.cwd())
    directory = Path(text or settings.DEFAULT_STATE_DIR).expanduser().absolute()
    if directory.exists() or not _is_terminal():
        return directory
    if make:
        if not _ask(f"There is no {directory}. Make a new state directory there? [y/N] ").lower().startswith("y"):
            raise StartError("hichat: HICHAT_STATE_DIR: nothing is made; name the daemon's with --state-dir")
    elif answer := _ask(f"There is no {directory}. The daemon's state directory: "):
        given["state-dir"] = answer
        return _directory(given, make)
    return directory


def _database(given: Mapping[str, str | None], directory: Path, make: bool, notes: list[str]) -> str | None:
    """
    @param notes: gets what the operator has to know.
    @return: the URL of the database to work on; None: what the settings say.
    """
    text, source = settings.look_up("database", given, os.environ, Path.cwd())
    is_told = source.startswith("option")
    if is_told and not text:
        text = f"sqlite:///{directory / DATABASE_FILE}"
    served = served_places(directory)
    if served is None:
        return text if is_told else _unsaid(text, directory, make)
    if served.copied and not is_told and not is_at_work(directory) and not _is_that(text, served.copied):
        return _ask_for(_COPIED.format(directory, shown(served.copied)))
    at = served.copied if served.copied and _is_that(text, served.copied) else served.database
    if not is_told and text and not _is_that(text, at):
        notes.append(f"HICHAT_DATABASE ({source}) does not count: the daemon of {directory} serves {shown(at)}")
    if not text or _is_that(text, at) or not is_told:
        # The password of a URL may be a new one. On SQLite the search index is where the daemon's path leads.
        found = text if is_told and not at.startswith("sqlite") else at
        notes += (f"{name} does not count: the daemon of {directory} serves {shown(at)}" for name in keep_to(found))
        return found
    if is_at_work(directory):
        raise StartError(
            f"hichat: --database: the daemon of {directory} serves {shown(at)}, and no command works on another "
            "database; leave the option out"
        )
    notes.append(f"the daemon of {directory}, which does not run, has served {shown(at)}; --database counts")
    return text


def _unsaid(text: str, directory: Path, make: bool) -> str | None:
    """@return: the URL of the database where no daemon has said it; None: what the settings say."""
    if text:
        return None
    if is_at_work(directory):
        # It is of a version that does not say it; or it has just begun to start.
        return _ask_for(_WHICH.format(directory))
    is_open = not make and directory.is_dir() and not (directory / DATABASE_FILE).exists()
    return (_ask(_WHICH.format(directory)) or None) if is_open and _is_terminal() else None


def _ask_for(question: str) -> str:
    """@raise StartError: there is nobody to answer, or no answer."""
    answer = _ask(question) if _is_terminal() else ""
    if not answer:
        raise StartError(f"hichat: HICHAT_DATABASE: {question.rpartition('.')[0]}; name it with --database")
    return answer


_COPIED = (
    "The store of {0} was copied into {1}, and no daemon has started since. The URL of the database to work on "
    "(SQLAlchemy): "
)
_WHICH = "{} does not say which database its daemon serves. Its URL (SQLAlchemy): "


def _add_media(given: dict[str, str | None], directory: Path, notes: list[str]) -> None:
    """
    Where the settings name no place of files, it is the daemon's.

    @param notes: gets what the operator has to know.
    """
    served = served_places(directory)
    if served is None:
        return
    for name, place in (("media", served.media), ("media_from", served.media_from)):
        text, source = settings.look_up(name, given, os.environ, Path.cwd())
        if text and text.rstrip("/") != place.rstrip("/"):
            said = place or "no such place"
            notes.append(
                f"HICHAT_{name.upper()} ({source}) counts: {text}, where the daemon of {directory} says {said}"
            )
            return
        given[name.replace("_", "-")] = place


def _add_mail(given: dict[str, str | None], directory: Path) -> None:
    """Where the settings name no mail server, it is the daemon's."""
    served = served_places(directory)
    if served is None or not served.smtp or settings.look_up("smtp", given, os.environ, Path.cwd())[0]:
        return
    given |= {"smtp": served.smtp, "mail-from": served.mail_from, "public-url": served.public_url}


def _is_that(text: str, served: str) -> bool:
    try:
        return bool(text) and is_same_database(spelt_out(text), served)
    except ArgumentError:
        # Reading the settings tells what is wrong with it.
        return False


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _ask(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def count(text: str) -> int:
    """@return: the argument as a positive whole number."""
    if not text.isdecimal() or len(text) > _DIGITS or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number of at most {_DIGITS} digits")
    return int(text)


def days(text: str) -> int:
    """@return: the argument as a number of days."""
    if not text.isdecimal() or not 0 < int(text[:_DIGITS]) <= DAYS_LIMIT or len(text) > _DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {DAYS_LIMIT}")
    return int(text)


def message_id(text: str) -> int:
    """@return: the argument as the id of a message."""
    if not text.isdecimal() or len(text) > _ID_DIGITS or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a message")
    return int(text)


def device_name(text: str) -> str:
    """@return: the argument, if it is a valid name of a device."""
    if len(text) > 64 or not re.fullmatch(DEVICE_NAME, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 characters of ASCII without blanks")
    return text


def moment(text: str) -> int:
    """@return: the argument as milliseconds since the epoch. A time without a zone is of this machine's."""
    ago = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    try:
        found = _ago(int(ago[1]), ago[2]) if ago else datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a time such as 2026-11-30T08:00 nor a duration such as 12h"
        ) from None
    return round(found.timestamp() * 1000)


def _ago(count: int, unit: str) -> datetime:
    return datetime.now(UTC) - count * _UNITS[unit]
