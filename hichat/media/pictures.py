"""
Checks whether pictures are whole, finds the size at which they are shown, and makes thumbnails.

This module and L{hichat.media.metadata} run in a process of their own: see L{hichat.media.decoder}.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from hichat.core.errors import DamagedPicture, PictureTooLarge
from hichat.media.colours import to_srgb
from hichat.media.metadata import DamagedError, FilePiece, PictureParts, take_apart, without_checksum
from hichat.media.steps import Content
from hichat.media.types import Picture

PIXELS = 40_000_000
"""The most pixels of a picture: while its thumbnail is made, each takes 4 bytes of memory, of a WebP 16. A picture that
states more is not decoded at all."""

THUMBNAIL_SIDE = 320
"""Pixels of a thumbnail's longer side."""

PREVIEW_SIDE = 16
"""Pixels of a preview's longer side."""

PREVIEW_LIMIT = 600
"""The most bytes of a preview; it has about 100."""

STRIP = 16
"""Rows of the reduced picture that are made at once."""

_CHUNK = 64 * 1024

_ROWS = 16
"""Rows of pixels at the lower edge of a JPEG that may be missing: one row of its blocks."""

_FORMATS = {"image/png": ["PNG"], "image/jpeg": ["JPEG"], "image/gif": ["GIF"], "image/webp": ["WEBP"]}

# By Exif's orientation: the operation that turns the stored picture upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# All exceptions that Pillow's decoders raise on hostile files.
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
    """Load Pillow's plugins, before the memory is limited."""
    Image.init()


def take_in(content: Path, media_type: str, clean: Path, thumbnail: Path) -> Picture:
    """
    Check a picture, and write the copy to keep and the thumbnail.

    @param content: the path of the uploaded file.
    @param media_type: its media type by its first bytes.
    @param clean: the path to which to write the picture without metadata.
    @param thumbnail: the path to which to write the thumbnail.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: it cannot be shown, or is built to keep a decoder busy.
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
        # Perhaps all pixels are there, and only zlib's checksum of them is wrong.
        with _bare(came, without_checksum(came, parts.bare), clean.parent) as bare:
            return _examine(bare, media_type, parts, thumbnail)


def _examine(bare: IO[bytes], media_type: str, parts: PictureParts, thumbnail: Path) -> Picture:
    with thumbnail.open("wb") as small:
        return examine(bare, media_type, parts, small)


@contextmanager
def _bare(content: Content, pieces: Sequence[FilePiece], folder: Path) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=folder) as file:
        _write(content, pieces, file)
        yield file


def _write(content: Content, pieces: Sequence[FilePiece], file: IO[bytes]) -> None:
    for piece in pieces:
        if isinstance(piece, bytes):
            file.write(piece)
        else:
            for at in range(piece.start, piece.stop, _CHUNK):
                file.write(content[at : min(at + _CHUNK, piece.stop)])
    file.flush()


def _anything() -> bytes:
    """@return: arbitrary data that a JPEG decoder reads as pixels if some are missing, and skips if none are."""
    return bytes(number * number * 31 % 255 for number in range(_CHUNK))


def check_end(bare: IO[bytes], longer: IO[bytes]) -> None:
    """
    Check whether a JPEG without an end has all pixels. Its pieces do not tell. A decoder makes missing pixels up from
    the data that follow: so with other data they differ.

    @param bare: the picture.
    @param longer: the picture, with further data at its end.
    @raise DamagedPicture: more than a few blocks are missing.
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
        # A decoder smooths colours across one more row.
        if top < height - _ROWS - 1 or (right - left) * (bottom - top) * 8 > width * height:
            raise DamagedPicture


def _opened(bare: IO[bytes], media_type: str) -> ImageFile.ImageFile:
    """
    @return: the picture, not yet decoded.
    @raise PictureTooLarge: it has more than L{PIXELS}.
    @raise DamagedPicture: Pillow cannot open it.
    """
    bare.seek(0)
    if media_type == "image/webp" and _webp_pixels(bare.read(30)) > PIXELS:
        # Pillow allocates a WebP's memory before it tells the size.
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


def examine(bare: IO[bytes], media_type: str, parts: PictureParts, thumbnail: IO[bytes]) -> Picture:
    """
    Decode a picture, of an animation the first frame, and make the thumbnail.

    @param bare: the picture's pixels; see L{PictureParts.bare}.
    @param media_type: its media type by its first bytes.
    @param parts: its parts.
    @param thumbnail: the file to which to write the thumbnail, as
        L{types.THUMBNAIL_TYPE<hichat.media.types.THUMBNAIL_TYPE>}.
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
    write_thumbnail(small, thumbnail)
    return Picture(width, height, parts.orientation, make_preview(small))


def write_thumbnail(small: Image.Image, thumbnail: IO[bytes]) -> None:
    """Write a small picture as L{types.THUMBNAIL_TYPE<hichat.media.types.THUMBNAIL_TYPE>}, without metadata."""
    small.save(thumbnail, "WEBP", quality=75, exif=b"", xmp=b"", icc_profile=b"")


def make_preview(thumbnail: Image.Image) -> bytes:
    """@return: see L{Picture.preview}."""
    tiny, made = thumbnail.copy(), BytesIO()
    tiny.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    tiny.save(made, "WEBP", quality=40, exif=b"", xmp=b"", icc_profile=b"")
    return made.getvalue() if made.tell() <= PREVIEW_LIMIT else b""


def _webp_pixels(head: bytes) -> int:
    """
    @param head: 30 bytes of a WebP (RFC 9649, 2.5 to 2.7).
    @return: the number of pixels that it states; 0: the bytes are too few.
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


def _shrink(image: Image.Image, parts: PictureParts, low: Image.Image | None) -> Image.Image:
    # A JPEG can be decoded at eighths of its size, in a fraction of the time and the memory.
    image.draft("RGB", (THUMBNAIL_SIDE * 2, THUMBNAIL_SIDE * 2))
    image.load()
    read, size = _reader(image, parts, low), image.size
    if parts.place is not None and parts.place != (*size, 0, 0):
        # The first frame covers only a part of the picture; the rest is transparent.
        whole = Image.new("RGBA", parts.place[:2])
        whole.paste(_as("RGBA", read((0, 0, *size))), parts.place[2:])
        read, size = whole.crop, whole.size
    small = _reduced(size, read)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    small = to_srgb(small, parts)
    return small.transpose(_UPRIGHT[parts.orientation]) if parts.orientation in _UPRIGHT else small


ReadRegion = Callable[[tuple[int, int, int, int]], Image.Image]
"""Gives a part of a picture, by its left, top, right and bottom, in mode L, LA, RGB, RGBA or CMYK."""


def _reader(image: Image.Image, parts: PictureParts, low: Image.Image | None) -> ReadRegion:
    """
    @param low: see L{_low_bytes}.
    @return: reads parts of the picture, with their transparency.
    """
    header, key = parts.chunks.get(b"IHDR", b""), parts.chunks.get(b"tRNS", b"")
    depth = header[8] if header else 8
    most = (1 << depth) - 1
    samples = [number & most for number in struct.unpack(f">{len(key) // 2}H", key[: len(key) // 2 * 2])]
    if image.mode == "I;16":
        return _grey_reader(image, [number // 257 for number in range(65536)], samples)
    if image.mode in ("1", "L"):
        # Pillow has scaled samples of less than 8 bits to 8 bits.
        return _grey_reader(image, None, [number * 255 // most for number in samples])
    if image.mode == "RGB" and len(samples) == 3:
        return _colour_reader(image, samples, low)
    mode = image.mode
    if mode not in ("RGB", "RGBA", "LA", "CMYK"):
        mode = "RGBA" if mode in ("PA", "La", "RGBa") or "transparency" in image.info else "RGB"
    return lambda box: _as(mode, image.crop(box))


def _as(mode: str, image: Image.Image) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _grey_reader(image: Image.Image, table: Sequence[int] | None, key: Sequence[int]) -> ReadRegion:
    """
    @param table: maps each sample to 8 bits; None: the samples have 8 bits.
    @param key: the stored sample that is transparent; empty: none is.
    """
    seen = [255] * (256 if table is None else len(table))
    if key:
        seen[key[0]] = 0

    def read(box: tuple[int, int, int, int]) -> Image.Image:
        # Pillow's point() takes a table for more than 8 bits in mode I only.
        strip = _as("L" if table is None else "I", image.crop(box))
        grey = strip if table is None else strip.point(table, "L")
        return Image.merge("LA", (grey, strip.point(seen, "L"))) if key else grey

    return read


def _low_bytes(bare: IO[bytes], parts: PictureParts) -> Image.Image | None:
    """
    @return: for a PNG of 16 bits a sample with a transparent colour: a picture of the lower 8 bits, which are needed to
        recognise that colour. Pillow itself gives the higher 8 bits only. None for all others.
    """
    if parts.chunks.get(b"IHDR", b"")[8:10] != b"\x10\2" or b"tRNS" not in parts.chunks:
        return None
    image = _opened(bare, "image/png")
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image


def _colour_reader(image: Image.Image, key: Sequence[int], low: Image.Image | None) -> ReadRegion:
    """
    @param key: the stored samples of the colour that is transparent.
    @param low: see L{_low_bytes}.
    """

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


def _reduced(size: tuple[int, int], read: ReadRegion) -> Image.Image:
    """
    Reduce a large picture by an integer factor, to at least twice a thumbnail's size. It is done a strip at a time,
    because converting the whole picture would take as much memory again.
    """
    width, height = size
    factor = max(size) // (2 * THUMBNAIL_SIDE)
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
