"""C{hichat media}: uploaded files, as an administrator sees them."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from hichat.admin.administration import check_directory, now, open_store
from hichat.admin.arguments import command, settings_of
from hichat.core.errors import FilesAway, StartError
from hichat.daemon.media import files_that_move, make_files
from hichat.media.moving import Move, MoveCount, MoveFailed, in_words
from hichat.media.ownership import accept

TELL_PROGRESS = 5.0
"""Seconds between two lines about the progress."""


def add_media_commands(commands: Any) -> None:
    """Add the commands."""
    those = commands.add_parser("media", help="look after uploaded files")
    those = those.add_subparsers(required=True, metavar="COMMAND")
    text = "copy uploaded files from HICHAT_MEDIA_FROM to HICHAT_MEDIA, while daemons run with both"
    moving = command(those, "move", text, _move, named=False)
    text = "remove each file from the old place when it is the same at the new one"
    moving.add_argument("--remove", action="store_true", help=text)
    text = "make the files in HICHAT_MEDIA those of this database, after it took another one's place"
    command(those, "accept", text, _accept, named=False)


class MoveProgress:
    """Tells the progress of a move, on the standard error."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, count: MoveCount) -> None:
        """Tell it, if it was not told just now."""
        if time.monotonic() - self._told >= TELL_PROGRESS:
            self._told = time.monotonic()
            print(f"hichat: so far {in_words(count)}", file=sys.stderr)


def _move(options: argparse.Namespace) -> int:
    found = settings_of(options)
    check_directory(found, make=False)
    old, new = files_that_move(found)
    for store in (old, new):
        store.start()
    try:
        count = Move(old, new, options.remove).run(now(), MoveProgress().tell)
    except FilesAway:
        raise StartError(
            "hichat: HICHAT_MEDIA: the files cannot be reached; what was copied stays, so run the command again"
        ) from None
    except MoveFailed as e:
        raise StartError(f"hichat: HICHAT_MEDIA: {e}") from None
    print(in_words(count))
    return 0


def _accept(options: argparse.Namespace) -> int:
    found = settings_of(options)
    shared = [part for part in make_files(found).parts if part.shared]
    if not shared:
        raise StartError("hichat: HICHAT_MEDIA: the files are in a folder, which belongs to this database only")
    store = open_store(found, make=False)
    try:
        for part in shared:
            accept(store, part)
    except FilesAway:
        raise StartError("hichat: HICHAT_MEDIA: the files cannot be reached; run the command again") from None
    print(f"the files in {', '.join(part.name for part in shared)} belong to this database now")
    return 0
