"""Puts together the store of a daemon's uploaded files: the folder in its state directory, or S3."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any, cast

from twisted.logger import Logger

from hichat.core.errors import StartError
from hichat.core.ports import IFileStore
from hichat.daemon.settings import DaemonSettings
from hichat.media.folder import Folder, parse_name
from hichat.media.moving import MovingFiles
from hichat.media.places import FOLDER, S3Place, parse_place
from hichat.runtime.metrics import Metrics

UPLOADS = "uploads"
"""The folder in the state directory."""

SETTING = "HICHAT_MEDIA"
SETTING_FROM = "HICHAT_MEDIA_FROM"

FILERS = 2
"""The number of threads that write files."""

FILERS_OF_S3 = 8
"""The same with S3, which they wait for."""


def filers_of(settings: DaemonSettings) -> int:
    """@return: the number of threads for files."""
    return FILERS if (settings.media, settings.media_from) == (FOLDER, "") else FILERS_OF_S3


def make_files(settings: DaemonSettings) -> IFileStore:
    """
    Make the store of files. Nothing is asked of another machine yet.

    @raise StartError: boto3 is needed, and is not installed or cannot use its own settings.
    """
    if settings.media_from:
        old, new = files_that_move(settings)
        return MovingFiles(new, old)
    return _make(settings, SETTING, settings.media)


def files_that_move(settings: DaemonSettings) -> tuple[IFileStore, IFileStore]:
    """
    @return: the store from which files move, and the one to which they move.
    @raise StartError: they do not move, or as of L{make_files}.
    """
    if not settings.media_from:
        raise StartError(
            f"hichat: {SETTING_FROM}: it names no place from which files move; set it to where they are, such as "
            f"folder, and {SETTING} to where they go, for all daemons and for this command"
        )
    return _make(settings, SETTING_FROM, settings.media_from), _make(settings, SETTING, settings.media)


def _make(settings: DaemonSettings, name: str, text: str) -> IFileStore:
    place, folder = parse_place(text), Folder(settings.state_dir / UPLOADS)
    return folder if place is None else _in_s3(name, place, folder)


def _in_s3(name: str, place: S3Place, folder: Folder) -> IFileStore:
    if find_spec("boto3") is None:
        raise StartError(
            f"hichat: {name}: the Python package boto3 is missing; install it with: pip install 'hichat[s3]'"
        )
    # Only who uses S3 needs it.
    from hichat.media.s3 import S3Files, make_client

    return S3Files(place, folder, make_client(name))


def show_files_in(metrics: Metrics, files: IFileStore) -> None:
    """Let the metrics tell whether files on other machines can be reached."""
    far = [part for part in files.parts if part.shared]
    if far:
        metrics.gauges["files_up"] = (
            "Whether uploaded files in S3 could be reached when they were asked for last",
            lambda: float(all(part.reach.is_up for part in far)),
        )


def warn_of_left_files(settings: DaemonSettings) -> None:
    """Say in the log that there are files that are not served: they were in the folder before it was S3."""
    folder = Folder(settings.state_dir / UPLOADS)
    is_used = FOLDER in (settings.media, settings.media_from)
    if not is_used and any(parse_name(entry.name) for entry in os.scandir(folder.scratch)):
        Logger().warn(
            "there are uploaded files in {folder} that are not served, because {setting} is another place; "
            "set {setting_from}=folder and run `hichat media move`",
            folder=str(folder.scratch),
            setting=SETTING,
            setting_from=SETTING_FROM,
        )


def check_files(settings: DaemonSettings) -> None:
    """
    Check that files can be kept where the settings say; a server that cannot be reached now is no obstacle.

    @raise StartError: they cannot.
    """
    for name, text in ((SETTING, settings.media), (SETTING_FROM, settings.media_from)):
        if text and parse_place(text) is not None:
            cast(Any, _make(settings, name, text)).check_start(name)
