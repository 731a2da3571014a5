"""
What a file is, by its content: what a client or a name says is never believed.

Pictures and audio are what browsers show themselves, and nothing that can carry a script. L{Pillow<PIL>} has the last
word on pictures (L{hichat.media.pictures}); audio is known by the patterns here, because general libraries take what
browsers record for films. The type of everything else is puremagic's guess: it is told, but the file is never served
as that.
"""

from __future__ import annotations

import re
import time
from mmap import mmap
from typing import Literal, NamedTuple

import puremagic
from puremagic.main import PureError

Kind = Literal["picture", "audio", "file"]

UNKNOWN = "application/octet-stream"

THUMBNAIL_TYPE = "image/webp"

PIECE = 32 * 1024
"""Bytes that are searched at once."""

LONGEST = 16
"""Bytes of the longest thing that is searched for."""

HEAD = 4096
"""Bytes at the beginning of a file that tell what it is."""

_PICTURES = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
)

# EBML; the document's type stands in its first element (RFC 8794, 8.1).
_EBML = rb"\x1aE\xdf\xa3.{0,48}?\x42\x82."

_AUDIO = (
    (rb"RIFF....WAVE", "audio/wav"),
    (_EBML + rb"webm", "audio/webm"),
    (_EBML + rb"matroska", "audio/x-matroska"),
    (rb"OggS\0", "audio/ogg"),
    (rb"....ftyp(?:M4A |M4B |mp4[12]|isom|iso[2-9]|dash)", "audio/mp4"),
    (rb"fLaC\0", "audio/flac"),
    # An ID3 tag, or a frame: eleven bits set, then MPEG 1, 2 or 2.5, layer III.
    (rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
)

# A track with pictures in it: the codec's id in Matroska (RFC 9559), the Theora header in Ogg, the handler in MP4
# (ISO/IEC 14496-12, 8.4.3). In Matroska it is looked for before the first cluster: so short a pattern is sooner or
# later in what is said, too.
_MATROSKA_FILM = re.compile(rb"\x86[\x80-\xff]V_[A-Z]")
_CLUSTER = re.compile(rb"\x1f\x43\xb6\x75")
_FILMS = {
    "audio/webm": (_MATROSKA_FILM, "video/webm"),
    "audio/x-matroska": (_MATROSKA_FILM, "video/x-matroska"),
    "audio/ogg": (re.compile(rb"\x80theora"), "video/ogg"),
    "audio/mp4": (re.compile(rb"hdlr.{8}vide", re.DOTALL), "video/mp4"),
}

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/x-matroska": "mka",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
}
"""What is served as what it is; everything else is only saved."""


class Picture(NamedTuple):
    """
    What there is to know of a picture.

    @ivar width: pixels, as it is shown; so is C{height}.
    @ivar orientation: which side is up, by Exif: 1 to 8.
    """

    width: int
    height: int
    orientation: int


def type_of(content: bytes | mmap) -> tuple[Kind, str]:
    """
    @param content: the whole file.
    @return: its kind, and its media type (RFC 6838) by the looks of it.
    """
    for pattern, media_type in _PICTURES:
        if re.match(pattern, content, re.DOTALL):
            return "picture", media_type
    for pattern, media_type in _AUDIO:
        if re.match(pattern, content, re.DOTALL):
            film, film_type = _FILMS.get(media_type, (None, ""))
            if film is not None and _find(film, content, _end_of_head(film, content)) >= 0:
                return "file", film_type
            return "audio", media_type
    return "file", _guess(bytes(content[:HEAD]))


def _end_of_head(film: re.Pattern[bytes], content: bytes | mmap) -> int:
    cluster = _find(_CLUSTER, content, len(content)) if film is _MATROSKA_FILM else -1
    return len(content) if cluster < 0 else cluster


def _find(pattern: re.Pattern[bytes], content: bytes | mmap, end: int) -> int:
    """
    Search piece by piece, and let other threads have the interpreter after each: a search keeps it, and one through ten
    megabytes may take half a second.

    @param pattern: of what has L{LONGEST} bytes at most.
    @return: where it is first, or -1.
    """
    for at in range(0, end, PIECE):
        found = pattern.search(content, at, min(end, at + PIECE + LONGEST))
        if found is not None:
            return found.start()
        time.sleep(0)
    return -1


def _guess(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (PureError, ValueError):
        return UNKNOWN
    for match in found:
        if re.fullmatch(r"[a-z]+/[\w.+-]{1,100}", match.mime_type):
            return str(match.mime_type)
    return UNKNOWN
