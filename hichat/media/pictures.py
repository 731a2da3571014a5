"""
Pictures: whether they are whole, how large they are shown, and a small one of each.

All of this, and L{hichat.media.metadata}, runs in a process of its own: see L{hichat.media.decoder}.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from hichat.core.errors import DamagedPicture, PictureTooLarge
from hichat.media.colours import to_srgb
from hichat.media.metadata import Content, DamagedError, Parts, Piece, take_apart, without_checksum
from hichat.media.types import Picture

PIXELS = 40_000_000
"""Of a picture, at most: in memory, while a thumbnail is made, each is 4 bytes, of a WebP 16. What says that it
has more is not decoded at all."""

THUMBNAIL = 320
"""Pixels of a thumbnail's longer side."""

STRIP = 16
"""Rows that are made of a strip."""

_CHUNK = 64 * 1024

_ROWS = 16
"""Pixels of the lower edge of a JPEG that may be missing: a row of its blocks."""

_FORMATS = {"image/png": ["PNG"], "image/jpeg": ["JPEG"], "image/gif": ["GIF"], "image/webp": ["WEBP"]}

# By Exif's orientation: how the stored picture is turned for display.
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
    Check a picture, and write the copy to keep and the thumbnail.

    @param content: the uploaded file.
    @param media_type: its type by its first bytes.
    @param clean: where to write it without metadata.
    @param thumbnail: where to write a small one.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown, or would keep whoever shows it busy.
    """
    with content.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as came:
        try:
            parts = take_apart(came, media_type)
        except DamagedError:
            raise DamagedPicture from None
        with clean.open("wb") as kept:
            _write(came, parts.kept, kept)
        with _bare(came, parts.bare, clean.parent) as bare:
            if parts.is_cut:
                with _bare(came, [*parts.bare[:-1], _anything(), parts.bare[-1]], clean.parent) as longer:
                    check_end(bare, longer)
            try:
                return _examine(bare, media_type, parts, thumbnail)
            except DamagedPicture:
                if media_type != "image/png":
                    raise
        # All of the pixels may be there, and only zlib's checksum of them wrong.
        with _bare(came, without_checksum(came, parts.bare), clean.parent) as bare:
            return _examine(bare, media_type, parts, thumbnail)


def _examine(bare: IO[bytes], media_type: str, parts: Parts, thumbnail: Path) -> Picture:
    with thumbnail.open("wb") as small:
        return examine(bare, media_type, parts, small)


@contextmanager
def _bare(content: Content, pieces: Sequence[Piece], folder: Path) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=folder) as file:
        _write(content, pieces, file)
        yield file


def _write(content: Content, pieces: Sequence[Piece], file: IO[bytes]) -> None:
    for piece in pieces:
        if isinstance(piece, bytes):
            file.write(piece)
        else:
            for at in range(piece.start, piece.stop, _CHUNK):
                file.write(content[at : min(at + _CHUNK, piece.stop)])
    file.flush()


def _anything() -> bytes:
    """@return: what a decoder of JPEG takes for pixels if it has not got all of them yet, and passes over if it has."""
    return bytes(number * number * 31 % 255 for number in range(_CHUNK))


def check_end(bare: IO[bytes], longer: IO[bytes]) -> None:
    """
    Where the end of a JPEG is missing it is not known from its pieces whether pixels are, too: a decoder makes up what
    it has not got, from what stands there.

    @param bare: the picture.
    @param longer: the same, with more data at its end.
    @raise DamagedPicture: more than a few blocks of it are missing.
    """
    with _opened(bare, "image/jpeg") as one, _opened(longer, "image/jpeg") as other:
        try:
            apart = ImageChops.difference(one, other).getbbox()
        except _DAMAGED as e:
            raise DamagedPicture from e
        if apart is None:
            return
        left, top, right, bottom = apart
        width, height = one.size
        # A decoder smooths colours over a row more.
        if top < height - _ROWS - 1 or (right - left) * (bottom - top) * 8 > width * height:
            raise DamagedPicture


def _opened(bare: IO[bytes], media_type: str) -> ImageFile.ImageFile:
    """
    @return: the picture, not yet decoded.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it is none.
    """
    bare.seek(0)
    if media_type == "image/webp" and _webp_pixels(bare.read(30)) > PIXELS:
        # Pillow takes its memory before it tells the size.
        raise PictureTooLarge
    bare.seek(0)
    try:
        image = Image.open(bare, formats=_FORMATS[media_type])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge from None
    except _DAMAGED as e:
        raise DamagedPicture from e
    if image.width * image.height > PIXELS:
        raise PictureTooLarge
    return image


def examine(bare: IO[bytes], media_type: str, parts: Parts, thumbnail: IO[bytes]) -> Picture:
    """
    Decode a picture; of one that moves, its first frame.

    @param bare: its pixels: see L{Parts.bare}.
    @param media_type: what it is by its first bytes.
    @param thumbnail: where to write a small one, as L{types.THUMBNAIL_TYPE<hichat.media.types.THUMBNAIL_TYPE>}.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown.
    """
    with _opened(bare, media_type) as image:
        width, height = parts.place[:2] if parts.place else image.size
        if width * height > PIXELS:
            raise PictureTooLarge
        try:
            small = _shrink(image, parts, _low_bytes(bare, parts))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise PictureTooLarge from None
        except _DAMAGED as e:
            raise DamagedPicture from e
    if parts.orientation >= 5:
        width, height = height, width
    small.save(thumbnail, "WEBP", quality=75, exif=b"", xmp=b"", icc_profile=b"")
    return Picture(width, height, parts.orientation)


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


def _shrink(image: Image.Image, parts: Parts, low: Image.Image | None) -> Image.Image:
    # JPEG has it in eighths of its size, at a fraction of the time and the memory.
    image.draft("RGB", (THUMBNAIL * 2, THUMBNAIL * 2))
    image.load()
    read, size = _reader(image, parts, low), image.size
    if parts.place is not None and parts.place != (*size, 0, 0):
        # The first frame is only a part, and there is nothing beside it.
        whole = Image.new("RGBA", parts.place[:2])
        whole.paste(_as("RGBA", read((0, 0, *size))), parts.place[2:])
        read, size = whole.crop, whole.size
    small = _reduced(size, read)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small = to_srgb(small, parts)
    return small.transpose(_UPRIGHT[parts.orientation]) if parts.orientation in _UPRIGHT else small


Read = Callable[[tuple[int, int, int, int]], Image.Image]
"""Makes a part of a picture one of mode L, LA, RGB, RGBA or CMYK."""


def _reader(image: Image.Image, parts: Parts, low: Image.Image | None) -> Read:
    """@param low: see L{_low_bytes}."""
    header, key = parts.chunks.get(b"IHDR", b""), parts.chunks.get(b"tRNS", b"")
    depth = header[8] if header else 8
    most = (1 << depth) - 1
    samples = [number & most for number in struct.unpack(f">{len(key) // 2}H", key[: len(key) // 2 * 2])]
    if image.mode == "I;16":
        return _grey_reader(image, [number // 257 for number in range(65536)], samples)
    if image.mode in ("1", "L"):
        # What is stored in less than 8 bits was multiplied.
        return _grey_reader(image, None, [number * 255 // most for number in samples])
    if image.mode == "RGB" and len(samples) == 3:
        return _colour_reader(image, samples, low)
    mode = image.mode
    if mode not in ("RGB", "RGBA", "LA", "CMYK"):
        mode = "RGBA" if mode in ("PA", "La", "RGBa") or "transparency" in image.info else "RGB"
    return lambda box: _as(mode, image.crop(box))


def _as(mode: str, image: Image.Image) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _grey_reader(image: Image.Image, table: Sequence[int] | None, key: Sequence[int]) -> Read:
    """
    @param table: what becomes of each number; None: nothing.
    @param key: has the number, as stored, that is not seen.
    """
    seen = [255] * (256 if table is None else len(table))
    if key:
        seen[key[0]] = 0

    def read(box: tuple[int, int, int, int]) -> Image.Image:
        # Pillow looks up no more than 8 bits, but for this mode.
        strip = _as("L" if table is None else "I", image.crop(box))
        grey = strip if table is None else strip.point(table, "L")
        return Image.merge("LA", (grey, strip.point(seen, "L"))) if key else grey

    return read


def _low_bytes(bare: IO[bytes], parts: Parts) -> Image.Image | None:
    """
    @return: of a PNG with 16 bits for each colour, one of which is not seen: a picture of the lower 8 bits, without
        which that colour is not known. Pillow itself gives the higher ones.
    """
    if parts.chunks.get(b"IHDR", b"")[8:10] != b"\x10\2" or b"tRNS" not in parts.chunks:
        return None
    image = _opened(bare, "image/png")
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image


def _colour_reader(image: Image.Image, key: Sequence[int], low: Image.Image | None) -> Read:
    """@param key: has the colour, as stored, that is not seen."""

    def differs(strip: Image.Image, numbers: Sequence[int]) -> Image.Image:
        bands = [
            band.point([0 if number == wanted else 255 for number in range(256)])
            for band, wanted in zip(strip.split(), numbers, strict=True)
        ]
        return ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])

    def read(box: tuple[int, int, int, int]) -> Image.Image:
        strip = image.crop(box)
        if low is None:
            seen = differs(strip, key)
        else:
            seen = ImageChops.lighter(
                differs(strip, [number >> 8 for number in key]),
                differs(low.crop(box), [number & 255 for number in key]),
            )
        strip.putalpha(seen)
        return strip

    return read


def _reduced(size: tuple[int, int], read: Read) -> Image.Image:
    """
    Make a large picture smaller, by a whole number, to twice a thumbnail's size or more: a strip at a time, because to
    convert all of it takes as much memory again.
    """
    width, height = size
    factor = max(size) // (2 * THUMBNAIL)
    if factor < 2:
        return read((0, 0, width, height))
    small: Image.Image | None = None
    for top in range(0, height, STRIP * factor):
        strip = read((0, top, width, min(top + STRIP * factor, height))).reduce(factor)
        if small is None:
            small = Image.new(strip.mode, (-(-width // factor), -(-height // factor)))
        small.paste(strip, (0, top // factor))
    assert small is not None
    return small
