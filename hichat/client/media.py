"""
Files over the v2 HTTP API: sent from the disk and received to it, never whole in memory. Each call raises
L{hichat.client.wire.Refused} with the server's code if the server refuses it, and other L{ClientError}s.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast
from urllib.parse import urlencode

from hichat.client.caller import ApiCaller
from hichat.client.wire import (
    BadAnswer,
    FileGone,
    FileTrouble,
    ForeignFile,
    whole,
    words,
)
from hichat.media.addresses import OPEN_PREFIX, id_of
from hichat.media.names import FILE_NAME_LIMIT, clean_name, extension_of, shortened

FileKind = Literal["picture", "audio", "file"]

AUDIO_LIMIT = 86_400
"""The longest duration of an audio that a message may give, in seconds; see L{hichat.wire.frames.Send}."""

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file: digits may be superscripts.
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|\Z)", re.IGNORECASE
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')

RATE = 16 * 1024
"""The slowest rate of a transfer, in bytes a second. A transfer that takes longer than at this rate is given up."""


class Uploaded(NamedTuple):
    """
    A file that the server has.

    @ivar url: for L{hichat.client.connection.Client.send}; so are C{kind} (its C{media}) and C{name}.
    @ivar type: the media type, such as C{image/png}.
    @ivar size: bytes.
    @ivar open: the path at which anybody who knows it gets the file without a token.
    @ivar seconds: the duration of a sound or a film; 0: it is not known.
    """

    id: str
    url: str
    kind: FileKind
    type: str
    size: int
    name: str
    open: str
    seconds: float = 0.0


class MediaLink(NamedTuple):
    """
    Paths of the server at which a file can be had without a token, until they expire.

    @ivar id: the file's id.
    @ivar url: the path of the file.
    @ivar thumbnail: the path of its small picture; empty: there is none.
    @ivar expires: the end of both, in milliseconds since the epoch.
    """

    id: str
    url: str
    thumbnail: str
    expires: int


class MediaCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def upload(self, path: Path, name: str | None = None) -> Uploaded:
        """
        Send a file to the server; a message can name it then.

        @param name: the name that others see; by default the file's own.
        @raise FileTrouble: the file cannot be read.
        """
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                # A file's name may be invalid in every encoding: its undecodable bytes become replacement characters.
                called = clean_name(
                    (path.name if name is None else name).encode(errors="surrogateescape").decode(errors="replace")
                )
                found = await self._session.send_file(f"/media?{urlencode({'name': called})}", file, 30 + size / RATE)
        except OSError as e:
            raise FileTrouble(f"{path}: {e.strerror or e}") from e
        return uploaded(found)

    async def links(self, ids: Sequence[str]) -> list[MediaLink]:
        """
        @param ids: ids of files, at most 100.
        @return: links to those of these files that this user may see.
        """
        found = await self._session.call("POST", "/media/links", {"ids": list(ids)})
        items = found.get("items") if isinstance(found, dict) else None
        if not isinstance(items, list):
            raise BadAnswer("the server's answer is not a list")
        rows: list[dict[str, Any]] = [item for item in items if isinstance(item, dict)]
        return [
            MediaLink(
                words(row.get("id")), words(row.get("url")), words(row.get("thumbnail")), whole(row.get("expires"))
            )
            for row in rows
        ]

    async def save(self, url: str, path: Path) -> int:
        """
        Receive a file.

        @param url: the file's URL in a message.
        @param path: the file to make. It must not exist; after a failure it does not exist either.
        @return: the size in bytes.
        @raise FileTrouble: the URL is not of this server, this user may not see the file, or it cannot be written.
        """
        place = await place_of_file(self, url)
        try:
            with path.open("xb") as file:
                try:
                    return await self._receive(place, file)
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
        except OSError as e:
            raise FileTrouble(f"{path}: {e.strerror or e}") from e

    async def _receive(self, place: str, file: IO[bytes]) -> int:
        size = 0

        def take(chunk: bytes) -> None:
            nonlocal size
            size += len(chunk)
            file.write(chunk)

        await self._session.receive_file(place, take)
        return size


def uploaded(found: Any) -> Uploaded:
    """
    @param found: the answer's JSON to an upload.
    @raise BadAnswer: it says nothing of the file.
    """
    kind = words(found.get("kind")) if isinstance(found, dict) else ""
    if kind not in ("picture", "audio", "file"):
        raise BadAnswer("the server's answer says nothing of the file")
    return Uploaded(
        id=words(found.get("id")),
        url=words(found.get("url")),
        kind=cast(FileKind, kind),
        type=words(found.get("type")),
        size=whole(found.get("size")),
        name=words(found.get("name")),
        open=words(found.get("open")),
        seconds=_length(found.get("seconds")),
    )


async def place_of_file(calls: MediaCalls, url: str) -> str:
    """
    @param url: a file's URL in a message.
    @return: the path at which the server gives it, without a token.
    @raise FileTrouble: the URL is not of this server, or this user may not see the file.
    """
    id = id_of(url)
    if id is not None:
        links = await calls.links([id])
        if not links or not links[0].url.startswith("/"):
            raise FileGone("this file is gone, or is not for you")
        return links[0].url
    path = f"/{url.removeprefix('.').lstrip('/')}"
    # The sender of the message chose the URL: it must not make this client request anything but a file.
    if "://" in url or not path.startswith(OPEN_PREFIX):
        raise ForeignFile("this is not a file of the server")
    return path


def _length(seconds: object) -> float:
    return float(seconds) if isinstance(seconds, int | float) and 0 < seconds <= AUDIO_LIMIT else 0.0


def place_for(name: str, directory: Path, fallback: str, windows: bool = os.name == "nt") -> Path:
    """
    @param name: a file's name, as its sender chose it.
    @param fallback: used if nothing is left of the name.
    @param windows: whether the name has to be valid on Windows.
    @return: a path in this directory at which nothing exists yet.
    """
    # A name that begins with a dot could be that of a program's settings file.
    safe = clean_name(name).lstrip(".") or fallback
    safe = _for_windows(safe) if windows else safe
    extension = extension_of(safe)
    stem = safe[: len(safe) - len(extension)]
    path, number = directory / safe, 1
    while path.exists() or path.is_symlink():
        number += 1
        end = f" ({number}){extension}"
        path = directory / f"{shortened(stem, FILE_NAME_LIMIT - len(end.encode()))}{end}"
    return path


def _for_windows(name: str) -> str:
    """@return: the name, changed if it names a device on Windows (C{NUL}, C{con.txt}) or a file's stream (C{a:b})."""
    name = _NOT_ON_WINDOWS.sub("_", name)
    return f"_{name}" if _DEVICE.match(name) else name
