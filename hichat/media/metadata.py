"""
Takes pictures apart: into the pieces that are needed to show them, the pieces that a decoder gets, and the metadata of
cameras and programs, such as the place where they were taken, which is dropped.

The copy to keep has only the pieces that are needed to show the picture, byte for byte: so nothing is encoded anew, no
quality is lost, and data behind a picture's end is dropped. Of Exif the orientation stays, and nothing else. Making the
copy needs no decoder. The decoder gets the pixels only, without profiles, texts and frames behind the first one: the
less it reads, the less can break it.

The module forgives what browsers forgive: a wrong checksum of a piece that is not needed, bytes between two segments, a
missing end. The number of pieces decides how long a decoder works, so a picture with more pieces than any honest one
counts as damaged.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

from hichat.media.steps import Content

FilePiece = bytes | slice
"""A piece to write: bytes, or a range of the original file."""


ORIENTATION = 0x0112
"""Exif's tag of the orientation (Exif 2.32, 4.6.4)."""

PIECES = 100_000
"""The most pieces of a picture: chunks, blocks or segments."""

SCANS = 100
"""The most scans of a JPEG: a scan of a few bytes makes a decoder go through all of the picture. Cameras and programs
write about 10."""

COMPONENTS = 4
"""The most components of a JPEG's scan, and of a progressive JPEG's frame (T.81, B.2)."""

ICC_PROFILE_LIMIT = 8 * 1024**2
"""The largest ICC profile that is used, in bytes; those of printers have up to 3 million. A larger one is only kept."""


class DamagedError(Exception):
    """The file does not have the structure of its format."""


class PictureParts:
    """
    The parts of a picture.

    @ivar kept: the pieces of the copy to keep: the picture without metadata.
    @ivar bare: the pieces of the copy for a decoder: the pixels only; of an animation those of its first frame, unless
        it is a WebP.
    @ivar has_exif: whether Exif was found; only the first one counts.
    @ivar orientation: Exif's orientation as browsers read it: 1 to 8.
    @ivar profile: the ICC profile; empty: there is none, or it is not whole.
    @ivar chunks: of a PNG, by type: the data of the chunks that are needed to interpret its pixels.
    @ivar is_cut: whether the end of a JPEG is missing. Only a decoder can tell whether pixels are missing, too.
    @ivar place: where the first frame of an animation is: the picture's width and height, then the frame's x and y.
        Set for a GIF, and for a PNG whose first frame is not its default image.
    """

    def __init__(self) -> None:
        self.kept: list[FilePiece] = []
        self.bare: list[FilePiece] = []
        self.has_exif = False
        self.orientation = 1
        self.profile = b""
        self.chunks: dict[bytes, bytes] = {}
        self.is_cut = False
        self.place: tuple[int, int, int, int] | None = None

    def keep(self, *pieces: FilePiece) -> None:
        """Add pieces to both copies."""
        self.kept += pieces
        self.bare += pieces


def take_apart(content: Content, media_type: str) -> PictureParts:
    """
    @param content: the whole file of a picture.
    @param media_type: its media type, one of L{PICTURE_READERS}.
    @raise DamagedError: the file does not have the structure of its format.
    """
    return PICTURE_READERS[media_type](content)


# Exif (2.32, 4.6): a TIFF file.


def _orientation(exif: bytes) -> int:
    """@return: 1 to 8. It is 1 if browsers ignore the value: it must be one short integer in the first directory."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        at = struct.unpack_from(f"{order}I", exif, 4)[0]
        for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(f"{order}H", exif, at)[0], 12):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == ORIENTATION:
                return int(value) if (kind, count) == (3, 1) and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _take_orientation(parts: PictureParts, exif: bytes) -> bytes:
    """@return: the Exif to keep, with the orientation only; empty: none."""
    if parts.has_exif:
        return b""
    parts.has_exif = True
    parts.orientation = _orientation(exif)
    return _exif(parts.orientation) if parts.orientation != 1 else b""


def _exif(orientation: int) -> bytes:
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)


# JPEG (ITU T.81, annex B): segments. The data of a scan follow its segment; in them 0xff comes before 0 or a restart.

_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_JFIF, _ICC, _ADOBE, _EXIF = (0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"), (0xE1, b"Exif\0")
_SCAN, _START, _END = 0xDA, 0xD8, 0xD9
_NONE, _LEAST, _PROGRESSIVE = -1, 0xC0, 0xC2
# Frames and tables. Without C8 and F0 to FD, which are reserved for extensions, and 02 to BF, which are reserved.
_JPEG_SHOWN = frozenset((*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xE0)))


def _jpeg(content: Content) -> PictureParts:
    parts = PictureParts()
    parts.keep(b"\xff\xd8")
    profile: dict[int, bytes] = {}
    # Of a progressive JPEG, by component: the coefficients of which not all bits have come.
    missing: dict[int, set[int]] = {}
    at, scans = 2, 0
    for _ in range(PIECES):
        # Stray bytes before a marker are skipped, as every decoder does.
        found = _MARKER.search(content, at)
        at = found.start() if found else len(content)
        marker = content[at + 1] if found else _NONE
        # A length counts its own two bytes; a segment with a smaller length is taken as empty.
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        # Without an end marker, another picture begins, or the file ends, perhaps after stray bytes.
        parts.is_cut = marker in (_NONE, _START) or (marker != _END and end > len(content))
        parts.is_cut |= scans > 0 and marker < _LEAST
        if marker == _END or parts.is_cut:
            if not scans or (parts.is_cut and any(missing.values())):
                raise DamagedError
            parts.keep(b"\xff\xd9")
            parts.profile = _joined(profile)
            return parts
        if marker == _PROGRESSIVE:
            missing = {number: set(range(64)) for number in content[at + 10 : min(end, at + 10 + 3 * COMPONENTS) : 3]}
        if marker == _SCAN:
            _note_scan(missing, content[at + 4 : end])
            scans += 1
            if scans > SCANS:
                raise DamagedError
            following = _MARKER.search(content, end)
            end = following.start() if following else len(content)
        if (marker, content[at + 4 : min(end, at + 9)]) == _EXIF and end >= at + 18:
            # Exif behind a scan does not count.
            exif = b"" if scans else _take_orientation(parts, content[at + 10 : end])
            if exif:
                parts.kept.append(b"\xff\xe1" + (len(exif) + 8).to_bytes(2, "big") + b"Exif\0\0" + exif)
        elif (marker, content[at + 4 : min(end, at + 16)]) == _ICC:
            profile.setdefault(int.from_bytes(content[at + 16 : at + 18], "big"), content[at + 18 : end])
            parts.kept.append(slice(at, end))
        else:
            _keep_segment(parts, marker, content[at + 4 : min(end, at + 18)], at, end)
        at = end
    raise DamagedError


def _note_scan(missing: dict[int, set[int]], header: bytes) -> None:
    """
    Note the coefficients that a scan completes.

    @param missing: see L{_jpeg}.
    @param header: the scan's header, with its components, range of coefficients, and bits (T.81, B.2.3).
    """
    if not 6 <= len(header) <= 4 + 2 * COMPONENTS:
        raise DamagedError
    *components, first, last, bits = header
    if bits & 0x0F == 0:
        for number in components[1::2]:
            missing.get(number, set()).difference_update(range(first, last + 1))


def _keep_segment(parts: PictureParts, marker: int, head: bytes, at: int, end: int) -> None:
    """Keep the bytes of a segment that are needed to show the picture."""
    kind = marker, head[:5]
    # Decoders ignore a shorter segment, and further bytes.
    if kind == _JFIF and len(head) >= 14:
        # Version, units, densities; but no thumbnail: it may show parts of the picture that were cropped.
        parts.keep(b"\xff\xe0\0\x10" + head[:12] + b"\0\0")
    elif kind == _ADOBE and len(head) >= 12:
        parts.keep(b"\xff\xee\0\x0e" + head[:12])
    elif marker in _JPEG_SHOWN:
        parts.keep(slice(at, end))


def _joined(pieces: dict[int, bytes]) -> bytes:
    """
    @param pieces: the pieces of an ICC profile, by their number and count (ICC.1:2022, B.4).
    @return: the profile; empty: a piece is missing.
    """
    count = len(pieces)
    if sorted(pieces) != [(number << 8) + count for number in range(1, count + 1)]:
        return b""
    return b"".join(pieces[number] for number in sorted(pieces))[:ICC_PROFILE_LIMIT]


# PNG (third edition, 5.3): chunks of length, type, data, CRC.

_PNG_SHOWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
_PNG_READ = frozenset(b"IHDR PLTE tRNS cHRM gAMA iCCP sRGB cICP".split())
_IEND = b"\0\0\0\0IEND\xaeB`\x82"
_PALETTE = 3


def _png(content: Content) -> PictureParts:
    parts = PictureParts()
    parts.keep(slice(0, 8))
    at, has_pixels, last = 8, False, b""
    for _ in range(PIECES):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + size
        is_cut = end > len(content)
        if kind in (b"IDAT", b"fdAT"):
            # Keep the rest of a cut chunk: it may have all pixels. Decoders ignore IDAT chunks behind another chunk.
            piece: FilePiece = _chunk(kind, content[at + 8 : end]) if is_cut else slice(at, end)
            parts.kept.append(piece)
        if kind == b"IDAT":
            if last == kind or not has_pixels:
                parts.bare.append(piece)
            has_pixels = True
        if is_cut or kind == b"IEND" or (has_pixels and not kind.isalpha()):
            if not has_pixels:
                raise DamagedError
            parts.keep(_IEND)
            _show_first_frame(parts, content)
            parts.profile = _profile_of_png(parts.chunks.get(b"iCCP", b""))
            return parts
        if kind == b"eXIf":
            if not has_pixels and _is_sound(content, at, end):
                exif = _take_orientation(parts, content[at + 8 : end - 4])
                parts.kept += [_chunk(kind, exif)] if exif else []
        elif kind not in (b"IDAT", b"fdAT") and kind in _PNG_SHOWN:
            parts.kept.append(slice(at, end))
            if kind in _PNG_READ and not has_pixels:
                _read(parts, kind, content, at, end)
        at, last = end, kind
    raise DamagedError


def _show_first_frame(parts: PictureParts, content: Content) -> None:
    """If the first frame of an animated PNG is not its default image, give the decoder that frame."""
    pieces = parts.kept
    kinds = [piece[4:8] if isinstance(piece, bytes) else content[piece.start + 4 : piece.start + 8] for piece in pieces]
    pixels, first = (kinds.index(kind) if kind in kinds else -1 for kind in (b"IDAT", b"fcTL"))
    header = parts.chunks.get(b"IHDR", b"")
    if b"acTL" not in kinds[: max(pixels, 0)] or first < pixels or len(header) != 13:
        return
    control = _data(content, pieces[first])[4:]
    following = kinds.index(b"fcTL", first + 1) if b"fcTL" in kinds[first + 1 :] else len(kinds)
    data: list[FilePiece] = [
        _chunk(b"IDAT", _data(content, piece)[4:])
        for piece, kind in zip(pieces[first:following], kinds[first:following], strict=True)
        if kind == b"fdAT"
    ]
    whole = struct.unpack(">2I", header[:8])
    if not data or len(control) < 16:
        return
    width, height, x, y = struct.unpack(">4I", control[:16])
    if x + width > whole[0] or y + height > whole[1]:
        return
    parts.place = (*whole, x, y)
    read = [piece for piece in parts.bare if isinstance(piece, slice)]
    tables = [piece for piece in read if content[piece.start + 4 : piece.start + 8] in (b"PLTE", b"tRNS")]
    parts.bare = [slice(0, 8), _chunk(b"IHDR", control[:8] + header[8:]), *tables, *data, _IEND]


def _data(content: Content, chunk: FilePiece) -> bytes:
    """@return: the data of a chunk."""
    return chunk[8:-4] if isinstance(chunk, bytes) else content[chunk.start + 8 : chunk.stop - 4]


def _read(parts: PictureParts, kind: bytes, content: Content, at: int, end: int) -> None:
    """Take a chunk's data, if its checksum is right: browsers ignore it otherwise. The first chunk of a type counts."""
    if kind in parts.chunks or (kind not in (b"IHDR", b"PLTE") and not _is_sound(content, at, end)):
        return
    parts.chunks[kind] = content[at + 8 : end - 4]
    is_palette = parts.chunks.get(b"IHDR", b"")[9:10] == bytes([_PALETTE])
    # Browsers ignore a tRNS chunk with more entries than the palette.
    is_table = is_palette and kind == b"tRNS" and (end - at - 12) * 3 <= len(parts.chunks.get(b"PLTE", b""))
    if kind in (b"IHDR", b"PLTE") or is_table:
        parts.bare.append(slice(at, end))


def without_checksum(content: Content, bare: list[FilePiece]) -> list[FilePiece]:
    """
    @param bare: the L{PictureParts.bare} of a PNG.
    @return: the same pieces without the checksum that zlib writes behind the pixels.
    """
    chunks = [piece if isinstance(piece, bytes) else content[piece] for piece in bare]
    data = b"".join(chunk[8:-4] for chunk in chunks if chunk[4:8] == b"IDAT")
    before = (chunk for chunk in chunks[:-1] if chunk[4:8] != b"IDAT")
    return [*before, _chunk(b"IDAT", data[:-4]), chunks[-1]]


def _is_sound(content: Content, at: int, end: int) -> bool:
    return zlib.crc32(content[at + 4 : end - 4]) == int.from_bytes(content[end - 4 : end], "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _profile_of_png(chunk: bytes) -> bytes:
    """@return: the profile in an iCCP chunk, which has a name, a zero, the method, which is 0, and zlib's data."""
    name, _, packed = chunk.partition(b"\0")
    if not name or packed[:1] != b"\0":
        return b""
    try:
        return zlib.decompressobj().decompress(packed[1:], ICC_PROFILE_LIMIT)
    except zlib.error:
        return b""


# GIF (version 89a): blocks; the data of extensions and pictures are sub-blocks, each with its size before it.

_GIF_SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_CONTROL = b"\xf9"


def _gif(content: Content) -> PictureParts:
    parts = PictureParts()
    at = 13 + _colours(content[10:11])
    parts.kept.append(slice(0, at))
    control: FilePiece = b""
    # The number of kept pieces up to the end of the last whole frame.
    whole = 0
    for _ in range(PIECES):
        kind = content[at : at + 1]
        if kind == b"!":
            label = content[at + 1 : at + 2]
            end, is_cut = _behind_blocks(content, at + 2)
            name = content[at + 3 : at + 14]
            shown = label in (_CONTROL, b"\x01") or (label == b"\xff" and name in _GIF_SHOWN)
            if label == _CONTROL:
                control = slice(at, end)
        elif kind == b"," and len(content) > at + 10:
            end, is_cut = _behind_blocks(content, at + 11 + _colours(content[at + 9 : at + 10]))
            shown = True
            if not whole:
                _keep_first_frame(parts, content, control, at, end, is_cut)
        else:
            # The trailer. If it is missing, the bytes in its place are no part of the picture.
            end, is_cut, shown = at, True, False
        if is_cut:
            if parts.place is None:
                raise DamagedError
            if whole:
                del parts.kept[whole:]
            elif shown:
                parts.kept += (slice(at, end), b"\0")
            parts.kept.append(b";")
            return parts
        if shown:
            parts.kept.append(slice(at, end))
        if kind == b",":
            whole = len(parts.kept)
        at = end
    raise DamagedError


def _keep_first_frame(
    parts: PictureParts, content: Content, control: FilePiece, at: int, end: int, is_cut: bool
) -> None:
    """Give the decoder the first frame as a picture of its own; its place in the whole picture is noted apart."""
    width, height = struct.unpack("<HH", content[6:10])
    x, y, frame_width, frame_height = struct.unpack("<4H", content[at + 1 : at + 9])
    # As in browsers, a frame that exceeds the picture makes it larger.
    parts.place = max(width, x + frame_width), max(height, y + frame_height), x, y
    colours = slice(10, 13 + _colours(content[10:11]))
    parts.bare = [content[:6], content[at + 5 : at + 9], colours, control]
    parts.bare += [b",\0\0\0\0", slice(at + 5, end), b"\0" * is_cut, b";"]


def _colours(flags: bytes) -> int:
    """@return: the size in bytes of the colour table that these flags announce."""
    if not flags:
        raise DamagedError
    return 3 << ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0


def _behind_blocks(content: Content, at: int) -> tuple[int, bool]:
    """@return: the offset behind the sub-blocks, and whether the last one is missing."""
    while at < len(content):
        size = content[at]
        at += 1 + size
        if size == 0:
            return at, False
    return len(content), True


# WebP (RFC 9649): chunks of type, length, data, in a RIFF file.

_WEBP_SHOWN = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_HAS_PROFILE, _HAS_EXIF, _HAS_XMP = 0x20, 0x08, 0x04
_FLAGS = b"flags"
"""Stands in the pieces for the byte with the above flags, until it is known."""


def _webp(content: Content) -> PictureParts:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise DamagedError
    parts = PictureParts()
    flags, exif = 0, b""
    at = 12
    for _ in range(PIECES):
        if at + 8 > end:
            break
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > end or size < (10 if kind == b"VP8X" else 0):
            raise DamagedError
        if kind == b"VP8X":
            flags = content[at + 8]
            # Exif, if there is any, comes last: the flags are set when that is known.
            parts.kept += [content[at : at + 8], _FLAGS, slice(at + 9, at + 8 + size), b"\0" * (size % 2)]
        elif kind in _WEBP_SHOWN:
            parts.kept += [slice(at, at + 8 + size), b"\0" * (size % 2)]
            if kind == b"ICCP" and flags & _HAS_PROFILE:
                parts.profile = parts.profile or content[at + 8 : at + 8 + min(size, ICC_PROFILE_LIMIT)]
        elif kind == b"EXIF" and flags & _HAS_EXIF:
            exif = exif or _take_orientation(parts, content[at + 8 : at + 8 + size].removeprefix(b"Exif\0\0"))
            # Exif stays in the file, but Chromium does not rotate a WebP by it: nor must the thumbnail be.
            parts.orientation = 1
        at += 8 + size + size % 2
    else:
        raise DamagedError
    _finish_webp(parts, flags, exif)
    return parts


def _finish_webp(parts: PictureParts, flags: int, exif: bytes) -> None:
    flags &= ~(_HAS_EXIF | _HAS_XMP)
    parts.bare = list(parts.kept)
    if exif:
        parts.kept = [*parts.kept, b"EXIF" + len(exif).to_bytes(4, "little") + exif]
    for pieces, more in ((parts.bare, 0), (parts.kept, _HAS_EXIF if exif else 0)):
        pieces[:] = [bytes([flags | more]) if piece is _FLAGS else piece for piece in pieces]
        size = sum(piece.stop - piece.start if isinstance(piece, slice) else len(piece) for piece in pieces)
        pieces.insert(0, b"RIFF" + (4 + size).to_bytes(4, "little") + b"WEBP")


PICTURE_READERS: dict[str, Callable[[Content], PictureParts]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
}
"""The functions that take pictures apart, by media type."""
