"""
Pictures: whether they are whole, how large they are shown, and a small one of each.

All of this, and L{hichat.media.metadata}, runs in a process of its own: see L{hichat.media.decoder}.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

from hichat.errors import DamagedPicture, PictureTooLarge
from hichat.media.metadata import ORIENTATION, DamagedError, check, without_metadata
from hichat.media.types import Picture

PIXELS = 40_000_000
"""Of a picture, at most: in memory, while a thumbnail is made, each is 4 bytes, of a WebP 16. What says that it
has more is not decoded at all."""

THUMBNAIL = 320
"""Pixels of a thumbnail's longer side."""

STRIP = 16
"""Rows that are made of a strip."""

_CHUNK = 64 * 1024

_FORMATS = {"image/png": ["PNG"], "image/jpeg": ["JPEG", "MPO"], "image/gif": ["GIF"], "image/webp": ["WEBP"]}

# By Exif's orientation: how what was stored is turned to be shown.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# All that Pillow raises on files that are built to make it: its decoders say ValueError, EOFError, OSError and more.
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    AttributeError,
    struct.error,
    zlib.error,
    MemoryError,
    UnidentifiedImageError,
)


def load_decoders() -> None:
    """Load what the known formats need, while there is memory for it."""
    Image.init()


def take_in(content: Path, media_type: str, clean: Path, thumbnail: Path) -> Picture:
    """
    Look at a picture, and write what is kept of it.

    @param content: the file that came.
    @param media_type: what it is by its first bytes.
    @param clean: where to write it without metadata.
    @param thumbnail: where to write a small one.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown, or would keep whoever shows it busy.
    """
    with content.open("rb") as came:
        _check(came, media_type)
        came.seek(0)
        with thumbnail.open("wb") as small:
            picture = examine(came, media_type, small)
        with clean.open("wb") as whole:
            _clean(came, media_type, picture.orientation, whole)
    return picture


def _check(file: IO[bytes], media_type: str) -> None:
    with _read(file) as content:
        check(content, media_type)


def _clean(file: IO[bytes], media_type: str, orientation: int, clean: IO[bytes]) -> None:
    with _read(file) as content:
        for piece in without_metadata(content, media_type, orientation):
            if isinstance(piece, bytes):
                clean.write(piece)
            else:
                for at in range(piece.start, piece.stop, _CHUNK):
                    clean.write(content[at : min(at + _CHUNK, piece.stop)])


@contextmanager
def _read(picture: IO[bytes]) -> Iterator[mmap.mmap]:
    with mmap.mmap(picture.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            yield content
        except DamagedError:
            raise DamagedPicture from None


def examine(content: IO[bytes], media_type: str, thumbnail: IO[bytes]) -> Picture:
    """
    Decode a picture; of one that moves, its first frame.

    @param media_type: what it is by its first bytes.
    @param thumbnail: where to write a small one, as L{types.THUMBNAIL_TYPE<hichat.media.types.THUMBNAIL_TYPE>}.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown.
    """
    if media_type == "image/webp" and _webp_pixels(content.read(30)) > PIXELS:
        # Pillow takes its memory before it tells the size.
        raise PictureTooLarge
    content.seek(0)
    try:
        with Image.open(content, formats=_FORMATS[media_type]) as image:
            width, height = image.size
            if width * height > PIXELS:
                raise PictureTooLarge
            orientation = image.getexif().get(ORIENTATION, 1)
            if orientation not in range(1, 9):
                orientation = 1
            small = _shrink(image, orientation)
            if orientation >= 5:
                width, height = height, width
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge from None
    except _DAMAGED as e:
        raise DamagedPicture from e
    small.save(thumbnail, "WEBP", quality=75, exif=b"", xmp=b"", icc_profile=b"")
    return Picture(width, height, orientation)


def _webp_pixels(head: bytes) -> int:
    """
    @param head: 30 bytes of a WebP (RFC 9649, 2.5 to 2.7).
    @return: how many pixels it says that it has; 0: it says nothing.
    """
    if len(head) < 30:
        return 0
    kind = head[12:16]
    if kind == b"VP8X":
        return (1 + int.from_bytes(head[24:27], "little")) * (1 + int.from_bytes(head[27:30], "little"))
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    width, height = struct.unpack("<HH", head[26:30])
    return int((width & 0x3FFF) * (height & 0x3FFF))


def _shrink(image: Image.Image, orientation: int) -> Image.Image:
    # JPEG has it in eighths of its size, at a fraction of the time and the memory.
    image.draft("RGB", (THUMBNAIL * 2, THUMBNAIL * 2))
    image.load()
    has_alpha = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    mode = image.mode if image.mode in ("RGB", "RGBA", "L") else "RGBA" if has_alpha else "RGB"
    small = _reduced(image, mode)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return small.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else small


def _reduced(image: Image.Image, mode: str) -> Image.Image:
    """
    Make a large picture smaller, by a whole number, to twice a thumbnail's size or more: a strip at a time, because to
    convert all of it takes as much memory again.

    @param mode: of the answer.
    """
    factor = max(image.size) // (2 * THUMBNAIL)
    if factor < 2:
        return image if image.mode == mode else image.convert(mode)
    width, height = image.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, STRIP * factor):
        strip = image.crop((0, top, width, min(top + STRIP * factor, height)))
        small.paste((strip if strip.mode == mode else strip.convert(mode)).reduce(factor), (0, top // factor))
    return small
