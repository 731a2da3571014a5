"""C{hichat user export}: all that the store has of a person, as a ZIP."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from hichat.admin.administration import Administration, note_command
from hichat.admin.arguments import command, settings_of
from hichat.core.errors import FilesAway, Language, StartError
from hichat.daemon.media import make_files
from hichat.media.addresses import Addresses
from hichat.personal.export import Export, Progressed
from hichat.personal.zips import safe_name
from hichat.runtime import keys

EXPORT_TOLD_EVERY = 5.0
"""Seconds between two lines about the progress."""

_STDOUT = "-"


def add_export_command(user: Any) -> None:
    """Add the command to those of C{hichat user}."""
    text = "write all that there is of a user into a ZIP: profile, contacts, groups, messages, files"
    exporting = command(user, "export", text, _export)
    text = "a new file; -: the standard output [default: NAME.zip here]"
    exporting.add_argument("--output", metavar="FILE", help=text)
    text = "of the pages for people: en or zh [default: that of the terminal]"
    exporting.add_argument("--language", choices=("en", "zh"), help=text)


def _export(options: argparse.Namespace) -> int:
    found = settings_of(options)
    working = Administration(found, make=False)
    user = working.find(options.name)
    files = make_files(found)
    addresses = Addresses(keys.load_or_make(found.state_dir, "media.key"))
    language = options.language or _spoken()
    try:
        with _output(options.output, user.name) as file:
            # Before the first byte: who is killed then has read something all the same.
            note_command(working.store, "user export", user.id)
            export = Export(working.store, files, addresses, user.id, file.write, language, _Teller().tell)
            count = export.write()
    except FilesAway:
        raise StartError("hichat: HICHAT_MEDIA: the files cannot be reached; run the command again") from None
    finally:
        working.store.engine.dispose()
    print(f"{count.messages} messages and {count.files} files are exported", file=sys.stderr)
    return 0


class _Teller:
    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, count: Progressed) -> None:
        if time.monotonic() - self._told >= EXPORT_TOLD_EVERY:
            self._told = time.monotonic()
            print(f"hichat: so far {count.messages} messages and {count.files} files", file=sys.stderr)


def _spoken() -> Language:
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


@contextmanager
def _output(wanted: str | None, name: str) -> Iterator[IO[bytes]]:
    """
    A context manager around the file for an export, which only its owner may read. It is there whole, or not at all.

    @raise StartError: it is there already, or cannot be written.
    """
    if wanted == _STDOUT:
        if sys.stdout.isatty():
            raise StartError("hichat: --output: a ZIP is nothing for a terminal; name a file")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(wanted) if wanted else Path(f"{safe_name(name)}.zip")
    if path.exists():
        raise StartError(f"hichat: {path}: File exists")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, this replaces nothing.
        os.link(part, path)
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink()
