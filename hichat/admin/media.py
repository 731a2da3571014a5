"""C{hichat media}: uploaded files, as an administrator sees them."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from hichat.admin.administration import check_directory, note_command, now, open_store
from hichat.admin.arguments import command, settings_of
from hichat.core.errors import FilesAway, StartError
from hichat.core.ports import IFileStore, ISharedFileStore
from hichat.daemon.media import files_that_move, make_files
from hichat.daemon.settings import DaemonSettings
from hichat.media.moving import ASK_AGAIN, Move, MoveCount, MoveFailed, in_words
from hichat.media.ownership import accept, is_foreign
from hichat.media.places import parse_place
from hichat.storage.store import Store

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


def tell_of_files(found: DaemonSettings) -> None:
    """Say what is to be done about files in S3 when the database is at another place, or another one."""
    if any(text and parse_place(text) for text in (found.media, found.media_from)):
        print("no uploaded file is removed from S3 until you run `hichat media accept`, after the daemon's start")


def _move(options: argparse.Namespace) -> int:
    found = settings_of(options)
    check_directory(found, make=False)
    old, new = files_that_move(found)
    store = open_store(found, make=False)
    for each in (old, new):
        each.start()
    try:
        _check_owner(store, old, new)
        count = Move(old, new, options.remove).run(now(), MoveProgress().tell)
        note_command(store, "media move", detail={"copied": count.copied, "removed": count.removed})
    except FilesAway:
        raise StartError(
            "hichat: HICHAT_MEDIA: the files cannot be reached; what was copied stays, so run the command again"
        ) from None
    except MoveFailed as e:
        raise StartError(f"hichat: HICHAT_MEDIA: {e}") from None
    finally:
        store.engine.dispose()
    print(in_words(count))
    return 0


def _check_owner(store: Store, old: IFileStore, new: IFileStore) -> None:
    """
    Let a new place without an owner be this database's.

    @raise StartError: the files at one of the places belong to another database, whose daemon would remove them.
    """
    for part in new.parts:
        if part.shared and not part.mark() and not accept(store, part):
            # A daemon was quicker, and notes now what it has put there.
            time.sleep(ASK_AGAIN)
    for part in (*old.parts, *new.parts):
        if part.shared and is_foreign(store, part):
            raise StartError(
                f"hichat: HICHAT_MEDIA: the files in {part.name} belong to another database, so none is moved; name "
                "another place, or run `hichat media accept` if this database has taken the other's place"
            )


def _accept(options: argparse.Namespace) -> int:
    found = settings_of(options)
    shared = [part for part in make_files(found).parts if part.shared]
    if not shared:
        raise StartError("hichat: HICHAT_MEDIA: the files are in a folder, which belongs to this database only")
    store = open_store(found, make=False)
    try:
        for part in shared:
            _accept_part(store, part)
            note_command(store, "media accept", detail={"place": part.name[:200]})
    except FilesAway:
        raise StartError("hichat: HICHAT_MEDIA: the files cannot be reached; run the command again") from None
    finally:
        store.engine.dispose()
    print(f"the files in {', '.join(part.name for part in shared)} belong to this database now")
    return 0


def _accept_part(store: Store, part: ISharedFileStore) -> None:
    if not accept(store, part):
        raise StartError(f"hichat: HICHAT_MEDIA: a daemon has changed the mark in {part.name}; run the command again")
