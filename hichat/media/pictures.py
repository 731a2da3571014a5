"""Pictures: whether they are whole, how large they are shown, and a small one of each."""

from __future__ import annotations

import struct
import zlib
from typing import IO, NamedTuple

from PIL import Image, UnidentifiedImageError

from hichat.errors import DamagedPicture, PictureTooLarge
from hichat.media.metadata import ORIENTATION

PIXELS = 40_000_000
"""Of a picture, at most: in memory, while a thumbnail is made, each is 4 bytes, of a WebP 16. What says that it
has more is not decoded at all."""

THUMBNAIL = 320
"""Pixels of a thumbnail's longer side."""

STRIP = 16
"""Rows that are made of a strip."""

THUMBNAIL_TYPE = "image/webp"

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


class Picture(NamedTuple):
    """
    What there is to know of a picture.

    @ivar width: pixels, as it is shown; so is C{height}.
    @ivar orientation: which side is up, by Exif: 1 to 8.
    """

    width: int
    height: int
    orientation: int


def examine(content: IO[bytes], media_type: str, thumbnail: IO[bytes]) -> Picture:
    """
    Decode a picture; of one that moves, its first frame.

    @param media_type: what it is by its first bytes.
    @param thumbnail: where to write a small one, as L{THUMBNAIL_TYPE}.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown.
    """
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
