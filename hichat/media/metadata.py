"""
Pictures without their metadata: where they were taken, by which camera, and what programs have written into them.

A picture is copied piece by piece, and only pieces that are needed to show it are: so nothing is encoded anew, no
quality is lost, and what hides behind a picture's end does not come along. Of Exif one value stays, if it is not the
usual one: which side is up.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from mmap import mmap

from PIL import Image

Piece = bytes | slice
"""What to write: bytes, or a part of the picture."""

Content = bytes | mmap

ORIENTATION = 0x0112
"""The tag (Exif 2.32, 4.6.4)."""


class DamagedError(Exception):
    """It is not built as such pictures are."""


def without_metadata(content: Content, media_type: str, orientation: int = 1) -> Iterator[Piece]:
    """
    @param content: a picture, one of L{KNOWN}.
    @param orientation: by Exif: 1 to 8.
    @return: the pieces of the same picture.
    @raise DamagedError: while it is read.
    """
    return KNOWN[media_type](content, b"" if orientation == 1 else _exif(orientation))


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes().removeprefix(b"Exif\0\0")


# JPEG (ITU T.81, annex B): segments; behind each start of a scan its data, in which 0xff is followed by 0 or a restart.

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_APPLICATIONS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_COMMENT, _SCAN, _END = 0xFE, 0xDA, 0xD9


def _jpeg(content: Content, exif: bytes) -> Iterator[Piece]:
    yield b"\xff\xd8"
    if exif:
        segment = b"Exif\0\0" + exif
        yield b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment
    at = 2
    while True:
        found = _MARKER.match(content, at)
        if found is None:
            # Any number of 0xff may stand before a marker.
            if content[at : at + 2] != b"\xff\xff":
                raise DamagedError
            at += 1
            continue
        marker = content[at + 1]
        if marker == _END:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(content):
            raise DamagedError
        if marker == _SCAN:
            following = _MARKER.search(content, end)
            end = following.start() if following else len(content)
        if _is_shown(marker, content[at + 4 : at + 16]):
            yield slice(at, end)
        at = end
        if at == len(content):
            # Its end is missing; whether anything of the picture is, is for the decoder to say.
            break
    yield b"\xff\xd9"


def _is_shown(marker: int, head: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _APPLICATIONS and head.startswith(_APPLICATIONS[marker])
    return marker != _COMMENT


# PNG (third edition, 5.3): chunks of length, type, data, CRC.

_PNG_SHOWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)


def _png(content: Content, exif: bytes) -> Iterator[Piece]:
    yield slice(0, 8)
    at = 8
    while True:
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(content):
            raise DamagedError
        if kind in _PNG_SHOWN:
            yield slice(at, end)
        if kind == b"IHDR" and exif:
            chunk = b"eXIf" + exif
            yield len(exif).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        if kind == b"IEND":
            return
        at = end


# GIF (version 89a): blocks; the data of extensions and pictures are sub-blocks, each with its size before it.

_GIF_SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(content: Content, _exif: bytes) -> Iterator[Piece]:
    at = 13 + _colours(content[10:11])
    yield slice(0, at)
    while True:
        kind = content[at : at + 1]
        if kind == b";":
            break
        if kind == b"!":
            label = content[at + 1 : at + 2]
            end = _behind_blocks(content, at + 2)
            name = content[at + 3 : at + 14]
            shown = label in (b"\xf9", b"\x01") or (label == b"\xff" and name in _GIF_SHOWN)
        elif kind == b",":
            end = _behind_blocks(content, at + 11 + _colours(content[at + 9 : at + 10]))
            shown = True
        else:
            raise DamagedError
        if shown:
            yield slice(at, end)
        at = end
    yield b";"


def _colours(flags: bytes) -> int:
    """@return: bytes of the table of colours that these flags announce."""
    if not flags:
        raise DamagedError
    return 3 << ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0


def _behind_blocks(content: Content, at: int) -> int:
    while True:
        if at >= len(content):
            raise DamagedError
        size = content[at]
        at += 1 + size
        if size == 0:
            return at


# WebP (RFC 9649): chunks of type, length, data, in a RIFF file.

_WEBP_SHOWN = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def _webp(content: Content, exif: bytes) -> Iterator[Piece]:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise DamagedError
    shown: list[Piece] = []
    extended = False
    at = 12
    while at + 8 <= end:
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        following = at + 8 + size + size % 2
        if at + 8 + size > end or size < (10 if kind == b"VP8X" else 0):
            raise DamagedError
        if kind == b"VP8X":
            extended = True
            flags = (content[at + 8] & ~(_HAS_EXIF | _HAS_XMP)) | (_HAS_EXIF if exif else 0)
            shown += [content[at : at + 8] + bytes([flags]), slice(at + 9, at + 8 + size)]
        elif kind in _WEBP_SHOWN:
            shown.append(slice(at, at + 8 + size))
            shown.append(b"\0" * (size % 2))
        at = following
    if exif and extended:
        shown.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif + b"\0" * (len(exif) % 2))
    size = sum(piece.stop - piece.start if isinstance(piece, slice) else len(piece) for piece in shown)
    yield b"RIFF" + (4 + size).to_bytes(4, "little") + b"WEBP"
    yield from shown


KNOWN: dict[str, Callable[[Content, bytes], Iterator[Piece]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
}
"""By media type."""
