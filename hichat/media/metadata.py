"""
Pictures without their metadata: where they were taken, by which camera, and what programs have written into them.

A picture is copied piece by piece, and only pieces that are needed to show it are: so nothing is encoded anew, no
quality is lost, and what hides behind a picture's end does not come along. Of Exif one value stays, if it is not the
usual one: which side is up.

Decoders work as long as a file makes them. So a picture of more pieces than any honest one has is a damaged one, which
is known (L{check}) before it is decoded.
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


PIECES = 100_000
"""Of a picture, at most: chunks, blocks or segments, and what fills the place between them."""

SCANS = 100
"""Of a JPEG, at most: each is a few bytes that make a decoder go through all of the picture. Cameras and programs write
10 or so."""


class DamagedError(Exception):
    """It is not built as such pictures are."""


def check(content: Content, media_type: str) -> None:
    """
    @param content: a picture, one of L{KNOWN}.
    @raise DamagedError: it is not built as such pictures are.
    """
    for _ in without_metadata(content, media_type):
        pass


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
_JFIF, _ICC, _ADOBE = (0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe")
_SCAN, _END = 0xDA, 0xD9
# Frames and tables. Not C8 and F0 to FD, which are for extensions, nor 02 to BF, which are for nobody.
_JPEG_SHOWN = frozenset((*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xE0)))


def _jpeg(content: Content, exif: bytes) -> Iterator[Piece]:
    yield b"\xff\xd8"
    if exif:
        segment = b"Exif\0\0" + exif
        yield b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment
    at, scans = 2, 0
    for _ in range(PIECES):
        found = _MARKER.match(content, at)
        if found is None:
            # Any number of 0xff may stand before a marker.
            if content[at : at + 2] != b"\xff\xff":
                raise DamagedError
            at += 1
            continue
        marker = content[at + 1]
        if marker == _END:
            yield b"\xff\xd9"
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(content):
            raise DamagedError
        if marker == _SCAN:
            scans += 1
            if scans > SCANS:
                raise DamagedError
            following = _MARKER.search(content, end)
            end = following.start() if following else len(content)
        yield from _segment(marker, content[at + 4 : at + 18], at, end)
        at = end
        if at == len(content):
            # Its end is missing; whether anything of the picture is, is for the decoder to say.
            yield b"\xff\xd9"
            return
    raise DamagedError


def _segment(marker: int, head: bytes, at: int, end: int) -> Iterator[Piece]:
    """@return: what of a segment is needed to show the picture."""
    kind = marker, head[:5]
    if kind == _JFIF and len(head) >= 12:
        # Version, units, densities; and no thumbnail, which may be of the picture before somebody made it smaller.
        yield b"\xff\xe0\0\x10" + head[:12] + b"\0\0"
    elif kind == _ADOBE and len(head) >= 12:
        yield b"\xff\xee\0\x0e" + head[:12]
    elif marker in _JPEG_SHOWN or (marker, head[:12]) == _ICC:
        yield slice(at, end)


# PNG (third edition, 5.3): chunks of length, type, data, CRC.

_PNG_SHOWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)


def _png(content: Content, exif: bytes) -> Iterator[Piece]:
    yield slice(0, 8)
    at, profiles = 8, 0
    for _ in range(PIECES):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + size
        profiles += kind == b"iCCP"
        # Each profile is unpacked, to a thousand times its size: there may be one (11.3.2.3).
        if end > len(content) or profiles > 1:
            raise DamagedError
        if kind in _PNG_SHOWN:
            yield slice(at, end)
        if kind == b"IHDR" and exif:
            chunk = b"eXIf" + exif
            yield len(exif).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        if kind == b"IEND":
            return
        at = end
    raise DamagedError


# GIF (version 89a): blocks; the data of extensions and pictures are sub-blocks, each with its size before it.

_GIF_SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(content: Content, _exif: bytes) -> Iterator[Piece]:
    at = 13 + _colours(content[10:11])
    yield slice(0, at)
    for _ in range(PIECES):
        kind = content[at : at + 1]
        if kind == b";":
            yield b";"
            return
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
    raise DamagedError


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
    at, count = 12, 0
    while at + 8 <= end:
        count += 1
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        following = at + 8 + size + size % 2
        if count > PIECES or at + 8 + size > end or size < (10 if kind == b"VP8X" else 0):
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
