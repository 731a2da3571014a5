"""
Files over the v2 HTTP API: sent from the disk and received to it, never whole in memory. Each call raises
L{hichat.client.wire.Refused} where the server says no, with its code, and other L{ClientError}s.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast
from urllib.parse import urlencode

from hichat.client.caller import Caller
from hichat.client.wire import BadAnswer, FileTrouble, whole, words
from hichat.media.addresses import OPEN_PREFIX, id_of
from hichat.media.names import NAME_LIMIT, clean_name, extension_of, shortened

Kind = Literal["picture", "audio", "file"]

LONGEST = 86_400
"""Seconds that a message says of an audio at most: see L{hichat.wire.frames.Send}."""

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file: digits may be superscripts.
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|\Z)", re.IGNORECASE
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')

RATE = 16 * 1024
"""Bytes a second: a file that takes longer than at this rate does not come any more."""


class Uploaded(NamedTuple):
    """
    A file that the server has.

    @ivar url: for L{hichat.client.connection.Client.send}; so are C{kind} (its C{media}) and C{name}.
    @ivar open: where whoever knows this gets it without a token.
    @ivar seconds: how long a sound or a film lasts; 0: that is not known.
    """

    id: str
    url: str
    kind: Kind
    type: str
    size: int
    name: str
    open: str
    seconds: float = 0.0


class MediaLink(NamedTuple):
    """
    Where a file is for a while, without a token; paths of the server.

    @ivar thumbnail: the small picture; empty: there is none.
    @ivar expires: until when, in milliseconds since the epoch.
    """

    id: str
    url: str
    thumbnail: str
    expires: int


class MediaCalls:
    """
    @param session: who calls.
    """

    def __init__(self, session: Caller) -> None:
        self._session = session

    async def upload(self, path: Path, name: str | None = None) -> Uploaded:
        """
        Send a file to the server, which a message can name then.

        @param name: what it is to be called; its own name unless told.
        @raise FileTrouble: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                # A name of the disk may be in no encoding: what cannot be read of it is shown as that.
                called = clean_name(
                    (path.name if name is None else name).encode(errors="surrogateescape").decode(errors="replace")
                )
                found = await self._session.send_file(f"/media?{urlencode({'name': called})}", file, 30 + size / RATE)
        except OSError as e:
            raise FileTrouble(f"{path}: {e.strerror or e}") from e
        kind = words(found.get("kind")) if isinstance(found, dict) else ""
        if kind not in ("picture", "audio", "file"):
            raise BadAnswer("the server's answer says nothing of the file")
        return Uploaded(
            id=words(found.get("id")),
            url=words(found.get("url")),
            kind=cast(Kind, kind),
            type=words(found.get("type")),
            size=whole(found.get("size")),
            name=words(found.get("name")),
            open=words(found.get("open")),
            seconds=_length(found.get("seconds")),
        )

    async def links(self, ids: Sequence[str]) -> list[MediaLink]:
        """@return: links to those of these files, 100 at most, that this user may see."""
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

        @param url: as a message names it.
        @param path: of a file that does not exist; if this fails it does not exist after it either.
        @return: bytes.
        @raise FileTrouble: it is not the server's, this user may not see it, or it cannot be written.
        """
        place = await self._place(url)
        try:
            with path.open("xb") as file:
                try:
                    return await self._receive(place, file)
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
        except OSError as e:
            raise FileTrouble(f"{path}: {e.strerror or e}") from e

    async def _place(self, url: str) -> str:
        id = id_of(url)
        if id is not None:
            links = await self.links([id])
            if not links or not links[0].url.startswith("/"):
                raise FileTrouble("this file is gone, or is not for you")
            return links[0].url
        path = f"/{url.removeprefix('.').lstrip('/')}"
        # Whoever wrote the message has written the URL: nothing else is asked of the server in the user's name.
        if "://" in url or not path.startswith(OPEN_PREFIX):
            raise FileTrouble("this is not a file of the server")
        return path

    async def _receive(self, place: str, file: IO[bytes]) -> int:
        size = 0

        def take(chunk: bytes) -> None:
            nonlocal size
            size += len(chunk)
            file.write(chunk)

        await self._session.receive_file(place, take)
        return size


def _length(seconds: object) -> float:
    return float(seconds) if isinstance(seconds, int | float) and 0 < seconds <= LONGEST else 0.0


def place_for(name: str, directory: Path, fallback: str, windows: bool = os.name == "nt") -> Path:
    """
    @param name: what somebody else calls a file.
    @param fallback: its name if that is none.
    @param windows: whether the name has to be one for Windows.
    @return: where to save it: in this directory, where nothing is yet.
    """
    # A name that begins with a dot could be that of a program's settings.
    safe = clean_name(name).lstrip(".") or fallback
    safe = _for_windows(safe) if windows else safe
    extension = extension_of(safe)
    stem = safe[: len(safe) - len(extension)]
    path, number = directory / safe, 1
    while path.exists() or path.is_symlink():
        number += 1
        end = f" ({number}){extension}"
        path = directory / f"{shortened(stem, NAME_LIMIT - len(end.encode()))}{end}"
    return path


def _for_windows(name: str) -> str:
    """@return: the same without what names a device there (C{NUL}, C{con.txt}) or a stream of another file (C{a:b})."""
    name = _NOT_ON_WINDOWS.sub("_", name)
    return f"_{name}" if _DEVICE.match(name) else name
