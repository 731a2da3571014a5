"""Puts together the store of a daemon's uploaded files: the folder in its state directory, or S3."""

from __future__ import annotations

from importlib.util import find_spec

from hichat.core.errors import StartError
from hichat.core.ports import IFileStore
from hichat.daemon.settings import DaemonSettings
from hichat.media.folder import Folder
from hichat.media.places import S3Place, parse_place

UPLOADS = "uploads"
"""The folder in the state directory."""

FILERS = 2
"""The number of threads that write files."""

FILERS_OF_S3 = 8
"""The same with S3, which they wait for."""


def filers_of(settings: DaemonSettings) -> int:
    """@return: the number of threads for files."""
    return FILERS_OF_S3 if _is_far(settings) else FILERS


def _is_far(settings: DaemonSettings) -> bool:
    return parse_place(settings.media) is not None


def make_files(settings: DaemonSettings) -> IFileStore:
    """
    Make the store of files. Nothing is asked of another machine yet.

    @raise StartError: boto3 is needed, and is not installed or cannot use its own settings.
    """
    return _make(settings, "HICHAT_MEDIA", settings.media)


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


def check_files(settings: DaemonSettings) -> None:
    """
    Check that files can be kept where the settings say; a server that cannot be reached now is no obstacle.

    @raise StartError: they cannot.
    """
    for part in make_files(settings).parts:
        if part.shared:
            part.check_start("HICHAT_MEDIA")
